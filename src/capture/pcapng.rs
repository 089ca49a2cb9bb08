//! The pcapng file format.
//!
//! ```text
//! block            type(4) total length(4) body(…, padded to 4) total length(4)
//! section header   byte-order magic(4) major(2) minor(2) section length(8) options
//! interface        link type(2) reserved(2) snaplen(4) options
//! enhanced packet  interface(4) time(4+4) captured length(4) length on the wire(4) data(padded to 4) options
//! simple packet    length on the wire(4) data(padded to 4)
//! (old) packet     interface(2) drops(2) time(4+4) captured length(4) length on the wire(4) data(padded to 4) options
//! statistics       interface(4) time(4+4) options
//! option           code(2) length(2) value(padded to 4)
//! ```
//!
//! Each section has its own byte order and its own numbering of interfaces. Framing and content are told apart: as long
//! as the two total lengths of a block agree, the next block can be found, and a block whose content is wrong is
//! passed over and counted. When they do not, the file is damaged there.
//!
//! Format: draft-ietf-opsawg-pcapng.

use super::buffer::Buffer;
use super::error::Fault;
use super::file::{Catalog, Record};
use super::pcap::bytes_left;
use super::{Interface, LinkType, Section};
use crate::time::{NANOS_PER_SEC, Time};

const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const OLD_PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const NAME_RESOLUTION: u32 = 4;
const STATISTICS: u32 = 5;
const ENHANCED_PACKET: u32 = 6;
const JOURNAL: u32 = 9;
const SECRETS: u32 = 0xa;
const CUSTOM: u32 = 0xbad;
const CUSTOM_NO_COPY: u32 = 0x4000_0bad;

/// The options used here. Codes above 1 have a meaning of their own in each type of block.
const OPT_END: u16 = 0;
const OPT_COMMENT: u16 = 1;
const SHB_HARDWARE: u16 = 2;
const SHB_OS: u16 = 3;
const SHB_USERAPPL: u16 = 4;
const IF_NAME: u16 = 2;
const IF_DESCRIPTION: u16 = 3;
const IF_TSRESOL: u16 = 9;
const IF_FCSLEN: u16 = 13;
const IF_TSOFFSET: u16 = 14;
const EPB_FLAGS: u16 = 2;
const ISB_IFRECV: u16 = 4;
const ISB_IFDROP: u16 = 5;

const BYTE_ORDER_MAGIC: u32 = 0x1a2b_3c4d;
/// Type, both total lengths.
const LEAST_BLOCK: u32 = 12;
const LEAST_SECTION_HEADER: u32 = 28;
/// The largest block that is held in memory: the largest frame there can be, with its options, or any other block. A
/// larger one is passed over.
const MOST_PACKET: u32 = (128 << 20) + (1 << 20);
const MOST_OTHER: u32 = 16 << 20;
/// How many interfaces one section can have.
const MAX_INTERFACES: usize = 1 << 18;
/// How many comments of one frame are kept.
const MAX_COMMENTS: usize = 1000;

/// Whether these bytes, up to four of them, can begin a pcapng file.
pub(super) fn is_magic(bytes: &[u8]) -> bool {
    SECTION_HEADER.to_be_bytes().starts_with(bytes)
}

/// Reads blocks.
pub(super) struct PcapngReader {
    file: u32,
    big_endian: bool,
    /// Interfaces of this section; `None` for one whose block could not be read.
    interfaces: Vec<Option<SectionInterface>>,
    /// Comments of the last frame.
    comments: Vec<Box<[u8]>>,
    last_time: Time,
}

/// What is needed to read frames of an interface.
#[derive(Clone, Copy)]
struct SectionInterface {
    /// Index into [`Catalog::interfaces`].
    number: u32,
    link: LinkType,
    snaplen: u32,
    resolution: Resolution,
    /// Seconds to be added to all times.
    offset: i64,
    fcs_len: Option<u8>,
}

/// What one block was.
enum Step {
    Frame(Record),
    Other,
    End,
}

/// Why a block's content cannot be used; program text and numbers.
type Bad = String;

impl PcapngReader {
    /// Reads the first section header, and on to the first interface, if one comes before the first frame.
    pub(super) fn open(buffer: &mut Buffer, catalog: &mut Catalog, file: u32) -> Result<Self, Fault> {
        let mut reader = PcapngReader {
            file,
            big_endian: false,
            interfaces: Vec::new(),
            comments: Vec::new(),
            last_time: Time::default(),
        };
        loop {
            reader.block(buffer, catalog)?;
            if !reader.interfaces.is_empty() || buffer.fill(4)? < 4 {
                return Ok(reader);
            }
            let kind = buffer.available().first_chunk().map_or(0, |kind| reader.u32(*kind));
            if matches!(kind, OLD_PACKET | SIMPLE_PACKET | ENHANCED_PACKET) {
                return Ok(reader);
            }
        }
    }

    /// Comments of the last frame that [`PcapngReader::advance`] returned.
    pub(super) fn comments(&self) -> &[Box<[u8]>] {
        &self.comments
    }

    /// The next frame.
    #[inline]
    pub(super) fn advance(&mut self, buffer: &mut Buffer, catalog: &mut Catalog) -> Result<Option<Record>, Fault> {
        self.comments.clear();
        loop {
            match self.block(buffer, catalog)? {
                Step::Frame(record) => return Ok(Some(record)),
                Step::Other => {}
                Step::End => return Ok(None),
            }
        }
    }

    /// Reads one block.
    fn block(&mut self, buffer: &mut Buffer, catalog: &mut Catalog) -> Result<Step, Fault> {
        let offset = buffer.offset();
        let got = buffer.fill(8)?;
        let Some([k0, k1, k2, k3, l0, l1, l2, l3]) = buffer.available().first_chunk::<8>().copied() else {
            return match got {
                0 => Ok(Step::End),
                _ => Err(Fault::damaged(offset, "a block header of 8 bytes", bytes_left(got))),
            };
        };
        let kind = self.u32([k0, k1, k2, k3]);
        let mut least = LEAST_BLOCK;
        if kind == SECTION_HEADER {
            least = LEAST_SECTION_HEADER;
            self.big_endian = byte_order(buffer, offset)?;
        }
        let total = self.u32([l0, l1, l2, l3]);
        if total < least {
            let expected = format!("a block of at least {least} bytes");
            return Err(Fault::damaged(offset, expected, format!("a block length of {total}")));
        }
        // Some writers do not round the length up to a multiple of 4, but do pad the block.
        let padded = u64::from(total).next_multiple_of(4);
        let is_packet = matches!(kind, OLD_PACKET | SIMPLE_PACKET | ENHANCED_PACKET);
        let is_used = is_packet || matches!(kind, SECTION_HEADER | INTERFACE | STATISTICS);
        let most = if is_packet { MOST_PACKET } else { MOST_OTHER };
        let place = match usize::try_from(padded) {
            // Where reading must not wait, also other blocks are read as wholes: what is passed over cannot be read again.
            Ok(size) if total <= most && (is_used || buffer.is_impatient()) => {
                let got = buffer.fill(size)?;
                if got < size {
                    return Err(Fault::damaged(offset, format!("a block of {total} bytes"), bytes_left(got)));
                }
                buffer.take(size)
            }
            _ => {
                let body = padded.saturating_sub(4);
                let got = buffer.skip(body)?;
                let end = if got == body { buffer.fill(4)? } else { 0 };
                if end < 4 {
                    let got = usize::try_from(got).unwrap_or(usize::MAX).saturating_add(end);
                    return Err(Fault::damaged(offset, format!("a block of {total} bytes"), bytes_left(got)));
                }
                buffer.take(4)
            }
        };
        let block = buffer.at(place.clone());
        let last = block.last_chunk().map_or(0, |b| self.u32(*b));
        if last != total {
            let expected = format!("a block that ends with its length {total}");
            return Err(Fault::damaged(offset, expected, format!("{last} there")));
        }
        let count = |n: &mut u64| *n = n.saturating_add(1);
        let done = if !is_used {
            match kind {
                NAME_RESOLUTION | JOURNAL | SECRETS | CUSTOM | CUSTOM_NO_COPY => {
                    count(&mut catalog.counters.other_blocks);
                }
                _ => count(&mut catalog.counters.unknown_blocks),
            }
            return Ok(Step::Other);
        } else if total > most {
            Err(format!("a block of {total} bytes, and at most {most} are kept"))
        } else {
            let len = block.len().saturating_sub(4);
            let mut body = Body { bytes: block.get(8..len).unwrap_or_default(), big_endian: self.big_endian };
            let at = Position { file: self.file, offset, body_at: place.start.saturating_add(8) };
            match kind {
                SECTION_HEADER => {
                    self.interfaces.clear();
                    section(&mut body, catalog, at)?;
                    Ok(None)
                }
                INTERFACE => self.interface(&mut body, catalog, at).map(|()| None),
                STATISTICS => self.statistics(&mut body, catalog, at).map(|()| None),
                _ => self.packet(kind, &mut body, catalog, at).map(Some),
            }
        };
        Ok(match done {
            Ok(Some(record)) => Step::Frame(record),
            Ok(None) => Step::Other,
            Err(reason) => {
                count(&mut catalog.counters.bad_blocks);
                catalog.counters.note(self.file, offset, || reason);
                Step::Other
            }
        })
    }

    fn interface(&mut self, body: &mut Body, catalog: &mut Catalog, at: Position) -> Result<(), Bad> {
        if self.interfaces.len() >= MAX_INTERFACES {
            return Err(format!("an interface beyond the {MAX_INTERFACES} that are kept"));
        }
        let fixed = body.u16().zip(body.u16()).zip(body.u32());
        let Some(((link, _reserved), snaplen)) = fixed else {
            // It counts all the same: the numbers of the interfaces after it must stay right.
            self.interfaces.push(None);
            return Err("an interface block with less than 8 bytes of content".to_owned());
        };
        let mut resolution = Resolution::Micros;
        let mut offset = 0;
        let mut all = Interface {
            file: self.file,
            described: true,
            name: None,
            description: None,
            link: LinkType(link),
            snaplen,
            fcs_len: None,
            comments: Vec::new(),
            received: None,
            dropped: None,
        };
        let mut options = body.options();
        while let Some((code, value)) = options.next() {
            match code {
                OPT_COMMENT => all.comments.extend(catalog.keep_text(value)),
                IF_NAME => all.name = catalog.keep_text(value),
                IF_DESCRIPTION => all.description = catalog.keep_text(value),
                IF_TSRESOL => resolution = value.first().map_or(resolution, |b| Resolution::new(*b)),
                IF_FCSLEN => all.fcs_len = value.first().copied(),
                IF_TSOFFSET => offset = options.u64(value).map_or(offset, |n| n as i64),
                _ => {}
            }
        }
        options.report(catalog, at);
        let fcs_len = all.fcs_len;
        match catalog.add_interface(all) {
            Some(number) => {
                let link = LinkType(link);
                self.interfaces.push(Some(SectionInterface { number, link, snaplen, resolution, offset, fcs_len }));
                Ok(())
            }
            None => {
                self.interfaces.push(None);
                Err("an interface beyond the number of interfaces that are kept".to_owned())
            }
        }
    }

    fn known_interface(&self, index: u32) -> Result<SectionInterface, Bad> {
        let known = usize::try_from(index).ok().and_then(|i| self.interfaces.get(i).copied().flatten());
        known.ok_or_else(|| format!("interface {index}, and the section has described {}", self.interfaces.len()))
    }

    fn packet(&mut self, kind: u32, body: &mut Body, catalog: &mut Catalog, at: Position) -> Result<Record, Bad> {
        let short = || "a packet block too short for its fixed fields".to_owned();
        let before = body.bytes.len();
        let index = match kind {
            ENHANCED_PACKET => body.u32(),
            OLD_PACKET => body.u16().zip(body.u16()).map(|(index, _drops)| u32::from(index)),
            _ => Some(0),
        };
        let interface = self.known_interface(index.ok_or_else(short)?)?;
        let (captured, length, time) = if kind == SIMPLE_PACKET {
            // No captured length: the length on the wire, up to the interface's snapshot length.
            let length = body.u32().ok_or_else(short)?;
            let captured = if interface.snaplen == 0 { length } else { length.min(interface.snaplen) };
            (captured, length, None)
        } else {
            let time = body.u32().zip(body.u32()).ok_or_else(short)?;
            let (captured, length) = body.u32().zip(body.u32()).ok_or_else(short)?;
            let units = u64::from(time.0) << 32 | u64::from(time.1);
            let time = interface.resolution.time(units);
            (captured, length, Some(Time { secs: time.secs.saturating_add(interface.offset), ..time }))
        };
        let from = at.body_at.saturating_add(before.saturating_sub(body.bytes.len()));
        let room = body.bytes.len();
        let captured = usize::try_from(captured).unwrap_or(usize::MAX);
        if captured > room {
            return Err(format!("a captured length of {captured} in a block with {room} bytes after its fixed fields"));
        }
        let mut fcs_len = interface.fcs_len;
        body.skip_padded(captured);
        if kind != SIMPLE_PACKET && !body.bytes.is_empty() {
            fcs_len = self.packet_options(body, catalog, at).or(fcs_len);
        }
        self.last_time = time.unwrap_or(self.last_time);
        Ok(Record {
            time: self.last_time,
            has_time: time.is_some(),
            place: from..from.saturating_add(captured),
            length,
            link: interface.link,
            interface: interface.number,
            fcs_len,
        })
    }

    /// Keeps a frame's comments and returns the length of its frame check sequence, if its flags have one.
    fn packet_options(&mut self, body: &Body, catalog: &mut Catalog, at: Position) -> Option<u8> {
        let mut fcs_len = None;
        let mut options = body.options();
        while let Some((code, value)) = options.next() {
            match code {
                OPT_COMMENT if self.comments.len() < MAX_COMMENTS => self.comments.push(value.into()),
                OPT_COMMENT => {
                    catalog.counters.texts_dropped = catalog.counters.texts_dropped.saturating_add(1);
                }
                // Bits 5 to 8: length of the frame check sequence in bytes, 0 when not known.
                EPB_FLAGS => {
                    let flags = value.first_chunk().map_or(0, |b| self.u32(*b));
                    fcs_len = Some((flags >> 5) as u8 & 0xf).filter(|len| *len != 0);
                }
                _ => {}
            }
        }
        options.report(catalog, at);
        fcs_len
    }

    fn statistics(&mut self, body: &mut Body, catalog: &mut Catalog, at: Position) -> Result<(), Bad> {
        let fixed = body.u32().zip(body.u32()).zip(body.u32());
        let ((index, _), _) = fixed.ok_or("a statistics block with less than 12 bytes of content")?;
        let interface = self.known_interface(index)?;
        let mut options = body.options();
        let (mut received, mut dropped) = (None, None);
        while let Some((code, value)) = options.next() {
            match code {
                ISB_IFRECV => received = options.u64(value).or(received),
                ISB_IFDROP => dropped = options.u64(value).or(dropped),
                _ => {}
            }
        }
        options.report(catalog, at);
        if let Some(known) = catalog.interfaces.get_mut(interface.number as usize) {
            known.received = received.or(known.received);
            known.dropped = dropped.or(known.dropped);
        }
        Ok(())
    }

    #[inline]
    fn u32(&self, b: [u8; 4]) -> u32 {
        if self.big_endian { u32::from_be_bytes(b) } else { u32::from_le_bytes(b) }
    }
}

/// Reads a section header's byte-order magic: whether the section is big-endian.
fn byte_order(buffer: &mut Buffer, offset: u64) -> Result<bool, Fault> {
    let got = buffer.fill(12)?;
    let Some([_, _, _, _, _, _, _, _, magic @ ..]) = buffer.available().first_chunk::<12>().copied() else {
        return Err(Fault::damaged(offset, "a section header with a byte-order magic in 12 bytes", bytes_left(got)));
    };
    match (u32::from_be_bytes(magic), u32::from_le_bytes(magic)) {
        (BYTE_ORDER_MAGIC, _) => Ok(true),
        (_, BYTE_ORDER_MAGIC) => Ok(false),
        (found, _) => {
            let expected = format!("the byte-order magic {BYTE_ORDER_MAGIC:08x} in either byte order");
            Err(Fault::damaged(offset, expected, format!("{found:08x}")))
        }
    }
}

/// Reads a section header's content after the byte-order magic.
fn section(body: &mut Body, catalog: &mut Catalog, at: Position) -> Result<(), Fault> {
    let fixed = body.u32().zip(body.u16()).zip(body.u16()).zip(body.u64());
    let Some((((_magic, major), minor), _length)) = fixed else {
        return Err(Fault::damaged(at.offset, "a section header with 16 bytes of content", "less"));
    };
    if major != 1 {
        let what = format!("a pcapng section of version {major}.{minor} at byte {}, and 1.x can be read", at.offset);
        return Err(Fault::Unsupported(what));
    }
    let mut found = Section { file: at.file, ..Section::default() };
    let mut options = body.options();
    while let Some((code, value)) = options.next() {
        match code {
            OPT_COMMENT => found.comments.extend(catalog.keep_text(value)),
            SHB_HARDWARE => found.hardware = catalog.keep_text(value),
            SHB_OS => found.os = catalog.keep_text(value),
            SHB_USERAPPL => found.application = catalog.keep_text(value),
            _ => {}
        }
    }
    options.report(catalog, at);
    if catalog.add_section(found).is_none() {
        catalog.counters.texts_dropped = catalog.counters.texts_dropped.saturating_add(1);
    }
    Ok(())
}

/// Where a block is.
#[derive(Clone, Copy)]
struct Position {
    file: u32,
    /// Of the block, in the stream.
    offset: u64,
    /// Of its body, in the buffer.
    body_at: usize,
}

/// What is left of a block's body.
struct Body<'a> {
    bytes: &'a [u8],
    big_endian: bool,
}

impl<'a> Body<'a> {
    #[inline]
    fn head<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.bytes.split_first_chunk()?;
        self.bytes = rest;
        Some(*head)
    }

    #[inline]
    fn u16(&mut self) -> Option<u16> {
        let b = self.head()?;
        Some(if self.big_endian { u16::from_be_bytes(b) } else { u16::from_le_bytes(b) })
    }

    #[inline]
    fn u32(&mut self) -> Option<u32> {
        let b = self.head()?;
        Some(if self.big_endian { u32::from_be_bytes(b) } else { u32::from_le_bytes(b) })
    }

    fn u64(&mut self) -> Option<u64> {
        let b = self.head()?;
        Some(if self.big_endian { u64::from_be_bytes(b) } else { u64::from_le_bytes(b) })
    }

    /// Passes over `n` bytes and the padding after them, as far as there are any.
    #[inline]
    fn skip_padded(&mut self, n: usize) {
        let padded = n.checked_next_multiple_of(4).unwrap_or(usize::MAX);
        self.bytes = self.bytes.get(padded..).unwrap_or_default();
    }

    fn options(&self) -> Options<'a> {
        Options { body: Body { bytes: self.bytes, big_endian: self.big_endian }, bad: None }
    }
}

/// The options at the end of a block. `opt_endofopt` may be missing.
struct Options<'a> {
    body: Body<'a>,
    bad: Option<String>,
}

impl<'a> Options<'a> {
    /// The next option's code and value; `None` after the last and at a malformed one.
    fn next(&mut self) -> Option<(u16, &'a [u8])> {
        if self.body.bytes.is_empty() {
            return None;
        }
        let Some((code, len)) = self.body.u16().zip(self.body.u16()) else {
            self.bad = Some(format!("an option header of 4 bytes in {}", self.body.bytes.len()));
            return None;
        };
        if code == OPT_END {
            return None;
        }
        let len = usize::from(len);
        let Some(value) = self.body.bytes.get(..len) else {
            self.bad = Some(format!("an option of {len} bytes where {} are left", self.body.bytes.len()));
            return None;
        };
        self.body.skip_padded(len);
        Some((code, value))
    }

    /// An option's value as a 64-bit number.
    fn u64(&self, value: &[u8]) -> Option<u64> {
        Body { bytes: value, big_endian: self.body.big_endian }.u64()
    }

    /// Counts the malformed option, if there was one.
    fn report(self, catalog: &mut Catalog, at: Position) {
        if let Some(reason) = self.bad {
            catalog.counters.bad_options = catalog.counters.bad_options.saturating_add(1);
            catalog.counters.note(at.file, at.offset, || reason);
        }
    }
}

/// Units of time of an interface (`if_tsresol`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Resolution {
    Micros,
    Nanos,
    /// 10 to the power of minus this.
    Decimal(u8),
    /// 2 to the power of minus this.
    Binary(u8),
}

impl Resolution {
    fn new(option: u8) -> Self {
        match option {
            6 => Resolution::Micros,
            9 => Resolution::Nanos,
            n if n & 0x80 == 0 => Resolution::Decimal(n),
            n => Resolution::Binary(n & 0x7f),
        }
    }

    /// So many units after the epoch, rounded down to nanoseconds.
    #[inline]
    fn time(self, units: u64) -> Time {
        let split = |per_sec: u64| (units / per_sec, units % per_sec);
        let (secs, nanos) = match self {
            Resolution::Micros => {
                let (secs, micros) = split(1_000_000);
                (secs, micros * 1000)
            }
            Resolution::Nanos => split(u64::from(NANOS_PER_SEC)),
            Resolution::Decimal(power) => {
                let scale = 10u64.checked_pow(u32::from(power.abs_diff(9)));
                match (10u64.checked_pow(u32::from(power)), scale) {
                    (Some(per_sec), Some(scale)) if power <= 9 => {
                        let (secs, part) = split(per_sec);
                        (secs, part.saturating_mul(scale))
                    }
                    (Some(per_sec), Some(scale)) => {
                        let (secs, part) = split(per_sec);
                        (secs, part / scale)
                    }
                    // A second has more units than 64 bits can count.
                    (None, Some(scale)) => (0, units / scale),
                    (_, None) => (0, 0),
                }
            }
            Resolution::Binary(power) => {
                let secs = units.checked_shr(u32::from(power)).unwrap_or(0);
                let whole = secs.checked_shl(u32::from(power)).unwrap_or(0);
                let part = u128::from(units.wrapping_sub(whole)) * u128::from(NANOS_PER_SEC);
                (secs, part.checked_shr(u32::from(power)).unwrap_or(0) as u64)
            }
        };
        Time::new(i64::try_from(secs).unwrap_or(i64::MAX), nanos)
    }
}
