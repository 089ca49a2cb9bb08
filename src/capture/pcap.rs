//! The classic pcap file format.
//!
//! ```text
//! file header    magic(4) major(2) minor(2) zone(4) accuracy(4) snaplen(4) link(4)
//! record header  seconds(4) fraction(4) captured length(4) length on the wire(4)
//! ```
//!
//! All numbers are in the writer's byte order, which the magic shows: `a1b2c3d4` has fractions in microseconds,
//! `a1b23c4d` in nanoseconds. `a1b2cd34` is a modified format that some Linux distributions wrote around 1999: its
//! record headers are 8 bytes longer (interface index, protocol, packet type), in one variant 12.
//!
//! Format: draft-ietf-opsawg-pcap. Files older than version 2.4 may have the two lengths exchanged (libpcap's history:
//! before 2.3 always, in 2.3 sometimes, and always in version 543, which DG/UX wrote).

use super::buffer::Buffer;
use super::error::Fault;
use super::file::{Catalog, Record};
use super::{Interface, LinkType};
use crate::time::Time;

const FILE_HEADER: usize = 24;
const RECORD_HEADER: usize = 16;
/// The 4 bytes by which the two variants of the modified format differ.
const MODIFIED_EXTRA: [usize; 2] = [8, 12];
/// How many record headers are looked at to tell those variants apart.
const MODIFIED_TRIES: usize = 3;

/// Magic numbers as they stand in the file when the writer was big-endian.
const MICROS: u32 = 0xa1b2_c3d4;
const NANOS: u32 = 0xa1b2_3c4d;
const MODIFIED: u32 = 0xa1b2_cd34;

/// Whether these bytes, up to four of them, can begin a pcap file.
pub(super) fn is_magic(bytes: &[u8]) -> bool {
    [MICROS, NANOS, MODIFIED].iter().any(|m| m.to_be_bytes().starts_with(bytes) || m.to_le_bytes().starts_with(bytes))
}

/// The most bytes that a captured frame can have. Longer records are taken for damage, as libpcap and Wireshark do;
/// the values are theirs, and where they differ the larger one.
pub(super) fn max_captured(link: LinkType) -> u32 {
    match link.0 {
        // USB_LINUX, USB_LINUX_MMAPPED, USBPCAP, USB_DARWIN, DBUS
        189 | 220 | 249 | 266 | 231 => 128 << 20,
        // EBHSCR
        279 => 32 << 20,
        _ => 256 << 10,
    }
}

/// What the two lengths of a record header are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lengths {
    CapturedFirst,
    CapturedLast,
    SmallerIsCaptured,
}

/// Reads records.
pub(super) struct PcapReader {
    big_endian: bool,
    nanos_per_unit: u64,
    /// Bytes that follow the usual 16 of a record header.
    extra: usize,
    lengths: Lengths,
    link: LinkType,
    max_captured: u32,
    fcs_len: Option<u8>,
    interface: u32,
    last_time: Time,
}

impl PcapReader {
    /// Reads the file header.
    pub(super) fn open(buffer: &mut Buffer, catalog: &mut Catalog, file: u32) -> Result<Self, Fault> {
        let got = buffer.fill(FILE_HEADER)?;
        let Some(header) = buffer.available().first_chunk::<FILE_HEADER>() else {
            return Err(Fault::damaged(0, format!("a pcap file header of {FILE_HEADER} bytes"), bytes_left(got)));
        };
        let [m0, m1, m2, m3, a0, a1, i0, i1, _, _, _, _, _, _, _, _, s0, s1, s2, s3, l0, l1, l2, l3] = *header;
        let as_big = u32::from_be_bytes([m0, m1, m2, m3]);
        let big_endian = matches!(as_big, MICROS | NANOS | MODIFIED);
        let u32_of = |b: [u8; 4]| if big_endian { u32::from_be_bytes(b) } else { u32::from_le_bytes(b) };
        let u16_of = |b: [u8; 2]| if big_endian { u16::from_be_bytes(b) } else { u16::from_le_bytes(b) };
        let magic = if big_endian { as_big } else { as_big.swap_bytes() };
        let (major, minor) = (u16_of([a0, a1]), u16_of([i0, i1]));
        if major < 2 {
            let what = format!("a pcap file of version {major}.{minor}, and versions from 2.0 on can be read");
            return Err(Fault::Unsupported(what));
        }
        let lengths = match (major, minor) {
            (2, 0..=2) | (543, _) => Lengths::CapturedLast,
            (2, 3) => Lengths::SmallerIsCaptured,
            _ => Lengths::CapturedFirst,
        };
        // The upper half of the link type: 4 bits length of the frame check sequence in 16-bit units, a reserved bit,
        // a bit that says whether that length is valid, 10 reserved bits.
        let network = u32_of([l0, l1, l2, l3]);
        let fcs_len = (network & 0x0400_0000 != 0).then_some((network >> 28) as u8 * 2);
        let link = LinkType(network as u16);
        let interface = catalog.add_interface(Interface {
            file,
            described: false,
            name: None,
            description: None,
            link,
            snaplen: u32_of([s0, s1, s2, s3]),
            fcs_len,
            comments: Vec::new(),
            received: None,
            dropped: None,
        });
        buffer.take(FILE_HEADER);
        let mut reader = PcapReader {
            big_endian,
            nanos_per_unit: if magic == NANOS { 1 } else { 1000 },
            extra: 0,
            lengths,
            link,
            max_captured: max_captured(link),
            fcs_len,
            interface: interface.unwrap_or(0),
            last_time: Time::default(),
        };
        if magic == MODIFIED {
            reader.extra = reader.guess_extra(buffer)?;
        }
        Ok(reader)
    }

    /// Which of the two modified formats this is: the one whose first few records make sense, in doubt the usual one.
    fn guess_extra(&self, buffer: &mut Buffer) -> Result<usize, Fault> {
        let [usual, other] = MODIFIED_EXTRA;
        Ok(if !self.is_plausible(buffer, usual)? && self.is_plausible(buffer, other)? { other } else { usual })
    }

    fn is_plausible(&self, buffer: &mut Buffer, extra: usize) -> Result<bool, Fault> {
        let mut at = 0usize;
        for _ in 0..MODIFIED_TRIES {
            buffer.fill(at.saturating_add(RECORD_HEADER))?;
            // Too short to tell, or the end: nothing speaks against it.
            let Some(header) = buffer.available().get(at..).and_then(|b| b.first_chunk()) else { return Ok(true) };
            let (_, fraction, captured, length) = self.split(header);
            if fraction >= 1_000_000 || captured > length || captured > self.max_captured {
                return Ok(false);
            }
            at = at.saturating_add(RECORD_HEADER + extra).saturating_add(captured as usize);
        }
        Ok(true)
    }

    /// The four numbers of a record header: seconds, fraction, captured length, length on the wire.
    #[inline]
    fn split(&self, header: &[u8; RECORD_HEADER]) -> (u32, u32, u32, u32) {
        let [s0, s1, s2, s3, f0, f1, f2, f3, c0, c1, c2, c3, w0, w1, w2, w3] = *header;
        let of = |b: [u8; 4]| if self.big_endian { u32::from_be_bytes(b) } else { u32::from_le_bytes(b) };
        let (first, second) = (of([c0, c1, c2, c3]), of([w0, w1, w2, w3]));
        let (captured, length) = match self.lengths {
            Lengths::CapturedFirst => (first, second),
            Lengths::CapturedLast => (second, first),
            Lengths::SmallerIsCaptured => (first.min(second), first.max(second)),
        };
        (of([s0, s1, s2, s3]), of([f0, f1, f2, f3]), captured, length)
    }

    /// The next record.
    #[inline]
    pub(super) fn advance(&mut self, buffer: &mut Buffer) -> Result<Option<Record>, Fault> {
        let header_len = RECORD_HEADER + self.extra;
        let got = buffer.fill(header_len)?;
        let Some(header) = buffer.available().first_chunk().filter(|_| got == header_len) else {
            return if got == 0 {
                Ok(None)
            } else {
                let expected = format!("a record header of {header_len} bytes");
                Err(Fault::damaged(buffer.offset(), expected, bytes_left(got)))
            };
        };
        let (seconds, fraction, captured, length) = self.split(header);
        if captured > self.max_captured {
            let expected = format!("a record of at most {} bytes", self.max_captured);
            return Err(Fault::damaged(buffer.offset(), expected, format!("a captured length of {captured}")));
        }
        // At most 128 MiB, so the sum fits.
        let captured = captured as usize;
        let record_len = header_len.saturating_add(captured);
        let got = buffer.fill(record_len)?;
        if got < record_len {
            let expected = format!("a record of {record_len} bytes");
            return Err(Fault::damaged(buffer.offset(), expected, bytes_left(got)));
        }
        self.last_time = Time::new(i64::from(seconds), u64::from(fraction) * self.nanos_per_unit);
        buffer.take(header_len);
        Ok(Some(Record {
            time: self.last_time,
            has_time: true,
            place: buffer.take(captured),
            length,
            link: self.link,
            interface: self.interface,
            fcs_len: self.fcs_len,
        }))
    }
}

/// "N bytes before the end of the file".
pub(super) fn bytes_left(n: usize) -> String {
    match n {
        0 => "the end of the file".to_owned(),
        1 => "1 byte before the end of the file".to_owned(),
        n => format!("{n} bytes before the end of the file"),
    }
}
