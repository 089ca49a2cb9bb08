//! Capture files as bytes: headers, records and blocks of pcap and pcapng.
//!
//! Everything is little-endian. Each function appends whole records or blocks, so that what it appended can be written,
//! counted and cut away as one.
//!
//! Formats: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng; their shapes stand in `capture/pcap.rs` and
//! `capture/pcapng.rs`.

use std::collections::BTreeMap;

use super::{Annotated, Options};
use crate::capture::{Frame, Interface, LinkType, Losses};
use crate::time::{NANOS_PER_SEC, Time};

/// Snapshot length for interfaces whose captures say nothing about it, in bytes.
const DEFAULT_SNAPLEN: u32 = 262_144;
/// The most bytes of one option.
const MOST_OPTION: usize = u16::MAX as usize;
/// Times of one interface block lie within this many seconds of each other: what 64 bits of nanoseconds can count.
const ERA_SECS: i64 = 1 << 34;
/// Length of the longest interface statistics block that is written.
const STATISTICS_LEN: u64 = 24 + 7 * 12 + 4;

/// The two formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One link type, no names: what every program reads.
    Pcap,
    /// Interfaces, comments, statistics.
    Pcapng,
}

impl Format {
    /// The format that a file of this name gets: pcapng for `.pcapng` and `.ntar`, in whatever case, and otherwise pcap.
    pub fn of_name(name: &[u8]) -> Format {
        let is = |extension: &[u8]| {
            let from = name.len().checked_sub(extension.len());
            from.and_then(|from| name.get(from..)).is_some_and(|end| end.eq_ignore_ascii_case(extension))
        };
        if is(b".pcapng") || is(b".ntar") { Format::Pcapng } else { Format::Pcap }
    }
}

/// Why a frame cannot stand in a file of this format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Misfit {
    /// The file has frames of the first link type, and this one has the second.
    Link(LinkType, LinkType),
    /// The seconds of its time do not fit.
    Time(i64),
}

/// What is known about the file that is being written.
pub(super) enum Encoder {
    Pcap(Pcap),
    Pcapng(Pcapng),
}

impl Encoder {
    /// Begins a file: appends its header.
    pub(super) fn begin(options: &Options, interfaces: &[Interface], out: &mut Vec<u8>) -> Encoder {
        match options.format {
            Format::Pcap => {
                let snaplen = |i: &Interface| if i.snaplen == 0 { DEFAULT_SNAPLEN } else { i.snaplen };
                let pcap = Pcap {
                    nano: options.nano,
                    link: interfaces.first().map_or(LinkType(1), |i| i.link),
                    fcs_len: interfaces.first().and_then(|i| i.fcs_len),
                    snaplen: interfaces.iter().map(snaplen).max().unwrap_or(DEFAULT_SNAPLEN),
                };
                out.extend_from_slice(&pcap.header());
                Encoder::Pcap(pcap)
            }
            Format::Pcapng => {
                section(options, out);
                Encoder::Pcapng(Pcapng { interfaces: BTreeMap::new(), next: 0 })
            }
        }
    }

    /// Bytes that the end of the file will take, at most.
    fn trailer_len(&self) -> u64 {
        match self {
            Encoder::Pcap(_) => 0,
            Encoder::Pcapng(ng) => u64::from(ng.next).saturating_mul(STATISTICS_LEN),
        }
    }

    /// Bytes that the file grows by with this frame and with its end, at most.
    pub(super) fn most(&self, annotated: &Annotated<'_>, interfaces: &[Interface]) -> u64 {
        // Headers, padding, and the ends of lists of options.
        const FIXED: u64 = 64;
        let Annotated { frame, comment } = annotated;
        let data = frame.data.len() as u64;
        let Encoder::Pcapng(ng) = self else { return data.saturating_add(16) };
        let record = data.saturating_add(FIXED);
        let text = |sum: u64, text: &[u8]| sum.saturating_add(text.len() as u64).saturating_add(8);
        let comments = frame.comments.iter().map(|c| &**c).chain(*comment).fold(record, text);
        let trailer = self.trailer_len();
        if ng.knows(frame.interface) {
            return comments.saturating_add(trailer);
        }
        let known = usize::try_from(frame.interface).ok().and_then(|n| interfaces.get(n));
        let names = known.into_iter().flat_map(|i| i.name.iter().chain(&i.description).chain(&i.comments));
        let described = names.map(|t| &**t).fold(comments.saturating_add(FIXED), text);
        described.saturating_add(trailer).saturating_add(STATISTICS_LEN)
    }
}

/// A pcap file.
pub(super) struct Pcap {
    nano: bool,
    link: LinkType,
    fcs_len: Option<u8>,
    snaplen: u32,
}

impl Pcap {
    fn header(&self) -> [u8; 24] {
        let mut header = [0; 24];
        let magic: u32 = if self.nano { 0xa1b2_3c4d } else { 0xa1b2_c3d4 };
        // The length of the frame check sequence, in 16-bit units, and the bit that says that it is known.
        let fcs = self.fcs_len.map_or(0, |len| u32::from(len / 2) << 28 | 0x0400_0000);
        let words = [magic, 4 << 16 | 2, 0, 0, self.snaplen, u32::from(self.link.0) | fcs];
        for (place, word) in header.chunks_exact_mut(4).zip(words) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        header
    }

    /// Makes the header fit a frame; returns it when it changed. The link type can change before the first frame only.
    pub(super) fn fit(&mut self, frame: &Frame<'_>, is_first: bool) -> Option<[u8; 24]> {
        let captured = u32::try_from(frame.data.len()).unwrap_or(u32::MAX);
        let relink = is_first && frame.link != self.link;
        if !relink && captured <= self.snaplen {
            return None;
        }
        if relink {
            self.link = frame.link;
            self.fcs_len = frame.fcs_len;
        }
        self.snaplen = self.snaplen.max(captured);
        Some(self.header())
    }

    /// Appends a record.
    pub(super) fn frame(&self, frame: &Frame<'_>, out: &mut Vec<u8>) -> Result<(), Misfit> {
        if frame.link != self.link {
            return Err(Misfit::Link(self.link, frame.link));
        }
        let secs = u32::try_from(frame.time.secs).map_err(|_| Misfit::Time(frame.time.secs))?;
        let fraction = if self.nano { frame.time.nanos } else { frame.time.nanos / 1000 };
        words(out, &[secs, fraction, length(frame.data), frame.length]);
        out.extend_from_slice(frame.data);
        Ok(())
    }
}

/// A section of a pcapng file.
pub(super) struct Pcapng {
    /// By the interface's number in the source and the era of its times: the file's own interfaces. An interface is
    /// described again for times that its first description cannot count, which only absurd captures have.
    interfaces: BTreeMap<(u32, i64), Described>,
    /// The number of the next interface block.
    next: u32,
}

/// An interface in the file.
struct Described {
    id: u32,
    snaplen: u32,
    fcs_len: Option<u8>,
    first: Option<Time>,
    last: Option<Time>,
}

/// What an interface statistics block says beside the counts.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Span {
    /// When capturing for this file began and ended, when that is known; otherwise the times of its frames are taken.
    pub(super) wall: Option<(Time, Time)>,
}

impl Pcapng {
    /// Appends the block that describes a frame's interface, if the file has none yet, and says whether it did.
    pub(super) fn describe(
        &mut self,
        number: u32,
        time: Time,
        options: &Options,
        interfaces: &[Interface],
        link: LinkType,
        out: &mut Vec<u8>,
    ) -> bool {
        let era = time.secs.div_euclid(ERA_SECS);
        if self.interfaces.contains_key(&(number, era)) {
            return false;
        }
        let known = usize::try_from(number).ok().and_then(|n| interfaces.get(n));
        interface(known, link, era, options, out);
        let described = Described {
            id: self.next,
            snaplen: known.map_or(0, |i| i.snaplen),
            fcs_len: known.and_then(|i| i.fcs_len),
            first: None,
            last: None,
        };
        self.interfaces.insert((number, era), described);
        self.next = self.next.saturating_add(1);
        true
    }

    /// Appends a frame's block. Its interface has been described.
    pub(super) fn frame(&mut self, annotated: &Annotated<'_>, out: &mut Vec<u8>) {
        let frame = annotated.frame;
        let key = (frame.interface, frame.time.secs.div_euclid(ERA_SECS));
        let Some(described) = self.interfaces.get_mut(&key) else { return };
        let own = frame.comments.iter().map(|c| &**c);
        if !frame.has_time && described.id == 0 && is_simple(annotated, described.snaplen) {
            let start = open(out, 3);
            words(out, &[frame.length]);
            padded(out, frame.data);
            close(out, start);
            return;
        }
        described.first = Some(described.first.map_or(frame.time, |first| first.min(frame.time)));
        described.last = Some(described.last.map_or(frame.time, |last| last.max(frame.time)));
        let start = open(out, 6);
        let units = units(frame.time);
        words(out, &[described.id, (units >> 32) as u32, units as u32, length(frame.data), frame.length]);
        padded(out, frame.data);
        let before = out.len();
        for comment in own.chain(annotated.comment) {
            option(out, 1, shortened(comment));
        }
        if let Some(fcs_len) = frame.fcs_len.filter(|_| frame.fcs_len != described.fcs_len) {
            option(out, 2, &(u32::from(fcs_len & 0xf) << 5).to_le_bytes());
        }
        if out.len() > before {
            words(out, &[0]);
        }
        close(out, start);
    }

    /// Numbers of the source's interfaces that are described.
    pub(super) fn knows(&self, number: u32) -> bool {
        self.interfaces.range((number, i64::MIN)..=(number, i64::MAX)).next().is_some()
    }

    /// Appends the statistics of one interface: what the source says was lost, or what the capture it came from says.
    pub(super) fn statistics(
        &self,
        number: u32,
        losses: Option<&Losses>,
        interface: Option<&Interface>,
        span: Span,
        out: &mut Vec<u8>,
    ) {
        let mut eras = self.interfaces.range((number, i64::MIN)..=(number, i64::MAX));
        let Some(((_, era), described)) = eras.next() else { return };
        let frames = described.first.zip(described.last);
        let times = span.wall.filter(|(_, end)| end.secs.div_euclid(ERA_SECS) == *era).or(frames);
        let start = open(out, 5);
        let split = |time: Time| {
            let units = units(time);
            [(units >> 32) as u32, units as u32]
        };
        let [high, low] = times.map_or([0; 2], |(_, last)| split(last));
        words(out, &[described.id, high, low]);
        let mut time_option = |code: u16, time: Time| {
            words(out, &[8 << 16 | u32::from(code)]);
            words(out, &split(time));
        };
        if let Some((first, last)) = times {
            time_option(2, first);
            time_option(3, last);
        }
        let mut count = |code: u16, count: u64| option(out, code, &count.to_le_bytes());
        match losses {
            Some(losses) => {
                count(4, losses.received);
                count(5, losses.interface_dropped);
                count(6, losses.received);
                count(7, losses.dropped);
                count(8, losses.delivered);
            }
            None => {
                if let Some(received) = interface.and_then(|i| i.received) {
                    count(4, received);
                }
                if let Some(dropped) = interface.and_then(|i| i.dropped) {
                    count(5, dropped);
                }
            }
        }
        words(out, &[0]);
        close(out, start);
    }

    /// Numbers of the source's interfaces that are described, each once, in order.
    pub(super) fn numbers(&self) -> Vec<u32> {
        let mut numbers: Vec<u32> = self.interfaces.keys().map(|(number, _)| *number).collect();
        numbers.dedup();
        numbers
    }
}

/// Whether a simple packet block says all there is to say: it has no captured length and no options.
fn is_simple(annotated: &Annotated<'_>, snaplen: u32) -> bool {
    let Annotated { frame, comment } = annotated;
    let most = if snaplen == 0 { frame.length } else { frame.length.min(snaplen) };
    frame.comments.is_empty() && comment.is_none() && length(frame.data) == most
}

/// Nanoseconds of a time within its era.
fn units(time: Time) -> u64 {
    let secs = u64::try_from(time.secs.rem_euclid(ERA_SECS)).unwrap_or(0);
    secs.saturating_mul(u64::from(NANOS_PER_SEC)).saturating_add(u64::from(time.nanos))
}

/// A section header block.
fn section(options: &Options, out: &mut Vec<u8>) {
    let start = open(out, 0x0a0d_0d0a);
    // Version 1.0, and a section length that nobody knows yet.
    words(out, &[0x1a2b_3c4d, 1, u32::MAX, u32::MAX]);
    for comment in &options.comments {
        option(out, 1, shortened(comment));
    }
    if let Some(hardware) = &options.hardware {
        option(out, 2, shortened(hardware));
    }
    if let Some(os) = &options.os {
        option(out, 3, shortened(os.as_bytes()));
    }
    option(out, 4, shortened(options.application.as_bytes()));
    words(out, &[0]);
    close(out, start);
}

/// An interface description block.
fn interface(known: Option<&Interface>, link: LinkType, era: i64, options: &Options, out: &mut Vec<u8>) {
    let start = open(out, 1);
    words(out, &[u32::from(known.map_or(link, |i| i.link).0), known.map_or(0, |i| i.snaplen)]);
    for comment in known.into_iter().flat_map(|i| &i.comments) {
        option(out, 1, shortened(comment));
    }
    if let Some(name) = known.and_then(|i| i.name.as_deref()) {
        option(out, 2, shortened(name));
    }
    if let Some(description) = known.and_then(|i| i.description.as_deref()) {
        option(out, 3, shortened(description));
    }
    option(out, 9, &[9]);
    if let Some(filter) = &options.filter {
        // A first byte of 0: a filter as libpcap writes it.
        let mut value = vec![0];
        value.extend_from_slice(filter.as_bytes());
        option(out, 11, shortened(&value));
    }
    if let Some(fcs_len) = known.and_then(|i| i.fcs_len) {
        option(out, 13, &[fcs_len]);
    }
    if era != 0 {
        option(out, 14, &era.saturating_mul(ERA_SECS).to_le_bytes());
    }
    words(out, &[0]);
    close(out, start);
}

/// Begins a block and returns where it begins.
fn open(out: &mut Vec<u8>, kind: u32) -> usize {
    let start = out.len();
    words(out, &[kind, 0]);
    start
}

/// Ends the block that begins at `start`: both its total lengths.
fn close(out: &mut Vec<u8>, start: usize) {
    let total = out.len().saturating_sub(start).saturating_add(4);
    let total = u32::try_from(total).unwrap_or(u32::MAX).to_le_bytes();
    if let Some(place) = out.get_mut(start..).and_then(|block| block.get_mut(4..8)) {
        place.copy_from_slice(&total);
    }
    out.extend_from_slice(&total);
}

#[inline]
fn words(out: &mut Vec<u8>, words: &[u32]) {
    for word in words {
        out.extend_from_slice(&word.to_le_bytes());
    }
}

/// Appends bytes and zeros up to the next multiple of four of them.
#[inline]
fn padded(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(bytes);
    let padding = bytes.len().wrapping_neg() & 3;
    out.extend_from_slice([0u8; 3].get(..padding).unwrap_or_default());
}

fn option(out: &mut Vec<u8>, code: u16, value: &[u8]) {
    let len = u32::try_from(value.len()).unwrap_or(0) << 16;
    words(out, &[len | u32::from(code)]);
    padded(out, value);
}

/// As much of a text as an option has room for, without half a character at the end.
fn shortened(text: &[u8]) -> &[u8] {
    let Some(head) = text.get(..MOST_OPTION).filter(|_| text.len() > MOST_OPTION) else { return text };
    let continues = |byte: Option<&u8>| byte.is_some_and(|b| b & 0xc0 == 0x80);
    let mut end = MOST_OPTION;
    while MOST_OPTION - end < 3 && continues(text.get(end)) {
        end -= 1;
    }
    head.get(..end).unwrap_or(head)
}

fn length(data: &[u8]) -> u32 {
    u32::try_from(data.len()).unwrap_or(u32::MAX)
}
