//! What the tracker reads of a TCP header.

use etherparse::{TcpOptionElement, TcpOptionsIterator};

/// The header of a segment, and what the packet around it says. Lengths are in bytes, on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Segment {
    /// Sequence number.
    pub seq: u32,
    /// Acknowledgment number; only with the ACK flag.
    pub ack: Option<u32>,
    /// The flags, as they stand in bytes 12 and 13.
    pub flags: u16,
    /// Length of the payload.
    pub len: u32,
    /// The window, not scaled.
    pub window: u16,
    /// The checksum field.
    pub checksum: u16,
    /// The options.
    pub options: Options,
    /// The packet around it.
    pub carrier: Carrier,
}

/// What the packet around a segment says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Carrier {
    /// Length of the packet, header and payload.
    pub length: u32,
    /// TTL or hop limit.
    pub ttl: u8,
    /// IPv4 identification; `None` for IPv6.
    pub id: Option<u16>,
    /// A number that stands for the link-layer address that it came from; 0 when unknown.
    pub link: u32,
    /// The congestion mark (RFC 3168) is set.
    pub marked: bool,
}

/// The options that the tracker looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Window scale.
    pub shift: Option<u8>,
    /// Maximum segment size.
    pub mss: Option<u16>,
    /// Timestamp: value and echo.
    pub timestamp: Option<(u32, u32)>,
    /// SACK permitted.
    pub sack_permitted: bool,
    /// The first block of a SACK option: left and right edge.
    pub sack: Option<(u32, u32)>,
    /// The second block.
    pub sack_second: Option<(u32, u32)>,
    /// The capture ends in the options, so that others may have been there.
    pub cut: bool,
}

/// FIN.
pub const FIN: u16 = 0x01;
/// SYN.
pub const SYN: u16 = 0x02;
/// RST.
pub const RST: u16 = 0x04;
/// PSH.
pub const PSH: u16 = 0x08;
/// ACK.
pub const ACK: u16 = 0x10;
/// ECE (RFC 3168 §6.1).
pub const ECE: u16 = 0x40;
/// CWR (RFC 3168 §6.1).
pub const CWR: u16 = 0x80;

impl Segment {
    /// Reads a header; `wire` is the length of header and payload on the wire. `None` when the fixed part is not there
    /// or the header contradicts itself.
    #[inline]
    pub fn read(bytes: &[u8], wire: u32, carrier: Carrier) -> Option<Segment> {
        let h = bytes.first_chunk::<20>()?;
        let word = |at: usize| h.get(at..).and_then(|b| b.first_chunk()).map_or(0, |b| u32::from_be_bytes(*b));
        let flags = u16::from_be_bytes([h[12], h[13]]) & 0x0fff;
        let length = usize::from(h[12] >> 4) * 4;
        if length < 20 || length as u32 > wire {
            return None;
        }
        let mut options = Options::default();
        if length > 20 {
            options = Options::read(bytes.get(20..length.min(bytes.len())).unwrap_or_default());
            options.cut = length > bytes.len();
        }
        Some(Segment {
            seq: word(4),
            ack: (flags & ACK != 0).then_some(word(8)),
            flags,
            len: wire - length as u32,
            window: u16::from_be_bytes([h[14], h[15]]),
            checksum: u16::from_be_bytes([h[16], h[17]]),
            options,
            carrier,
        })
    }

    /// Whether all these flags are set.
    #[inline]
    pub const fn has(&self, flags: u16) -> bool {
        self.flags & flags == flags
    }

    /// Whether it opens a connection: SYN without ACK and RST.
    #[inline]
    pub const fn is_syn(&self) -> bool {
        self.flags & (SYN | ACK | RST) == SYN
    }

    /// Whether it agrees to a connection: SYN and ACK without RST.
    #[inline]
    pub const fn is_syn_ack(&self) -> bool {
        self.flags & (SYN | ACK | RST) == SYN | ACK
    }

    /// The sequence number behind everything that it carries.
    #[inline]
    pub const fn end(&self) -> u32 {
        let control = self.has(SYN) as u32 + self.has(FIN) as u32;
        self.seq.wrapping_add(self.len).wrapping_add(control)
    }

    /// The sequence number of its first payload byte.
    #[inline]
    pub const fn data(&self) -> u32 {
        self.seq.wrapping_add(self.has(SYN) as u32)
    }

    /// A number that equals that of its copies, and that of hardly any other segment.
    #[inline]
    pub(super) fn fingerprint(&self) -> u32 {
        let id = u32::from(self.carrier.id.unwrap_or(0)) << 16 | u32::from(self.checksum);
        let value = self.options.timestamp.map_or(0, |(value, _)| value);
        let mut mixed = self.seq ^ id.rotate_left(7) ^ value.rotate_left(15) ^ self.ack.unwrap_or(0).rotate_left(23);
        mixed = (mixed ^ self.len ^ u32::from(self.flags) << 20).wrapping_mul(0x9e37_79b1);
        (mixed ^ mixed >> 15).max(1)
    }
}

impl Options {
    #[inline]
    fn read(bytes: &[u8]) -> Options {
        let mut options = Options::default();
        // On an open connection nearly every segment has these twelve bytes and no others (RFC 7323 appendix A).
        if let ([1, 1, 8, 10], Some(rest)) = (bytes.get(..4).unwrap_or_default(), bytes.get(4..12))
            && bytes.len() == 12
        {
            let word = |at: usize| rest.get(at..).and_then(|b| b.first_chunk()).map_or(0, |b| u32::from_be_bytes(*b));
            options.timestamp = Some((word(0), word(4)));
            return options;
        }
        for option in TcpOptionsIterator::from_slice(bytes).map_while(Result::ok) {
            match option {
                TcpOptionElement::WindowScale(shift) => options.shift = options.shift.or(Some(shift)),
                TcpOptionElement::MaximumSegmentSize(mss) => options.mss = options.mss.or(Some(mss)),
                TcpOptionElement::Timestamp(value, echo) => options.timestamp = Some((value, echo)),
                TcpOptionElement::SelectiveAcknowledgementPermitted => options.sack_permitted = true,
                TcpOptionElement::SelectiveAcknowledgement(first, more) => {
                    (options.sack, options.sack_second) = (Some(first), more[0]);
                }
                TcpOptionElement::Noop => {}
            }
        }
        options
    }
}

/// Whether sequence number `a` comes before `b` (RFC 9293 §3.4: modulo 2³²).
#[inline]
pub const fn before(a: u32, b: u32) -> bool {
    (a.wrapping_sub(b) as i32) < 0
}

/// Whether sequence number `a` is `b` or comes before it.
#[inline]
pub const fn upto(a: u32, b: u32) -> bool {
    !before(b, a)
}

#[cfg(test)]
mod tests {
    use super::{Carrier, SYN, Segment, before, upto};

    fn header(offset: u8, flags: u8) -> [u8; 24] {
        let mut header = [0; 24];
        (header[12], header[13]) = (offset << 4, flags);
        header
    }

    #[test]
    fn numbers_wrap() {
        assert!(before(u32::MAX, 0) && upto(5, 5) && !before(5, 5) && !upto(0, u32::MAX));
    }

    #[test]
    fn a_header_that_is_longer_than_its_packet_or_too_short_is_none() {
        assert!(Segment::read(&header(5, 2), 24, Carrier::default()).is_some_and(|s| s.len == 4 && s.has(SYN)));
        assert_eq!(Segment::read(&header(4, 2), 24, Carrier::default()), None);
        assert_eq!(Segment::read(&header(7, 2), 24, Carrier::default()), None);
    }

    #[test]
    fn options_that_the_capture_cuts_are_known_to_be_cut() {
        let cut = Segment::read(&header(10, 2), 40, Carrier::default());
        assert!(cut.is_some_and(|s| s.options.cut && s.len == 0));
    }

    #[test]
    fn a_syn_and_a_fin_take_a_number_each() {
        let segment = Segment { seq: u32::MAX, flags: SYN | super::FIN, len: 3, ..Segment::default() };
        assert_eq!((segment.data(), segment.end()), (0, 4));
    }
}
