//! The Internet checksum (RFC 1071) and what comparing it tells.
//!
//! A checksum is the ones' complement of the ones' complement sum of 16-bit words. TCP, UDP and others also sum a
//! *pseudo-header*: the addresses, the length and the protocol of the packet around (RFC 9293 §3.1, RFC 8200 §8.1).
//!
//! A host that leaves the sum to its network card fills in only the pseudo-header's part, and a capture on that host
//! sees it so: [`Status::Partial`], which is no error.

use crate::dissect::Seen;
use crate::field::{Around, Field};
use crate::input::{Addresses, Extent, Input};
use crate::sink::{NoteKind, Sink};
use crate::text::Text;
use etherparse::checksum::Sum16BitWords;

/// What comparing a checksum with what it covers tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It does not agree.
    Bad {
        /// What it should be.
        expected: u64,
        /// What it is.
        found: u64,
    },
    /// It agrees.
    Good,
    /// It was not compared: see [`explain_status`] for the reasons there are.
    Unverified,
    /// The sender did not compute one, as it may.
    Absent,
    /// The sender did not compute one, and had to.
    Illegal,
    /// It is the sum of the pseudo-header alone: the network card computes the rest on sending.
    Partial,
}

/// Names of the statuses. Numbers up to 4 are Wireshark's; it has none for a partial sum.
pub static STATUSES: &[(u64, &str)] =
    &[(0, "Bad"), (1, "Good"), (2, "Unverified"), (3, "Not present"), (4, "Illegal"), (5, "Partial")];

impl Status {
    /// The number in a status field.
    pub const fn number(self) -> u64 {
        match self {
            Status::Bad { .. } => 0,
            Status::Good => 1,
            Status::Unverified => 2,
            Status::Absent => 3,
            Status::Illegal => 4,
            Status::Partial => 5,
        }
    }

    /// The outcome of a comparison.
    pub fn of(expected: u64, found: u64) -> Self {
        if expected == found { Status::Good } else { Status::Bad { expected, found } }
    }

    /// Puts the status field, and a note when the checksum is wrong: `rule` says what it covers, with its clause.
    /// `digits` is how many hexadecimal digits the checksum has.
    pub fn put_wide<S: Sink>(self, s: &mut S, field: &'static Field, rule: &str, digits: usize) {
        s.derived(field, self.number());
        match self {
            Status::Bad { expected, found } => {
                s.note(
                    NoteKind::Bad,
                    format_args!("{rule}: 0x{expected:0digits$x} expected, 0x{found:0digits$x} found"),
                );
            }
            Status::Illegal => s.note(NoteKind::Bad, format_args!("{rule}: none found")),
            _ => {}
        }
    }

    /// [`Status::put_wide`] for 16-bit checksums.
    pub fn put<S: Sink>(self, s: &mut S, field: &'static Field, rule: &str) {
        self.put_wide(s, field, rule, 4);
    }
}

/// What the sum of `data`, which holds its own checksum, is short of: 0 when the checksum is right.
pub fn residue(data: &[u8]) -> u16 {
    Sum16BitWords::new().add_slice(data).ones_complement().to_be()
}

/// Says in words what a status field means.
pub fn explain_status(around: &Around<'_>, out: &mut Text) {
    out.lit(match around.value {
        0 => "damaged on its way, or the capturing host fills it in later",
        1 => "what it covers arrived as it was sent",
        2 if around.unverified => "checksums are not compared (-K)",
        2 => match around.extent {
            Extent::Fragment => "cannot be compared: this is a fragment, and the checksum covers the whole datagram",
            Extent::Quoted => "not compared: an error message quotes only part of what the checksum covers",
            Extent::Whole if (around.layer.len() as u64) < u64::from(around.wire) => {
                "cannot be compared: the capture holds only part of what the checksum covers"
            }
            Extent::Whole => "cannot be compared: not all that it covers is known here",
        },
        3 => "the sender did not compute one, which the standard allows here",
        4 => "the sender did not compute one, which the standard forbids here",
        5 => "only the pseudo-header's part is filled in: the network card of the capturing host computes the rest on sending (checksum offload)",
        _ => return,
    });
}

/// What a checksum covers.
#[derive(Clone, Copy, Debug)]
pub struct Covered<'a> {
    parts: [&'a [u8]; 2],
    wire: u32,
    extent: Extent,
    ends: Option<Addresses>,
    unverified: bool,
}

impl<'a> Covered<'a> {
    /// The first `wire` bytes of a layer.
    pub fn of(input: &Input<'a>, wire: u32) -> Self {
        let bytes = input.data.get(..wire as usize).unwrap_or(input.data);
        Covered {
            parts: [bytes, &[]],
            wire,
            extent: input.extent,
            ends: input.env.ends,
            unverified: input.env.unverified,
        }
    }

    /// Header and payload of a layer that is written as a line; its ends are known when lines are verbose.
    pub fn seen(seen: &Seen<'a>) -> Self {
        Covered {
            parts: [seen.header, seen.payload],
            wire: seen.wire,
            extent: seen.extent,
            ends: seen.ends,
            unverified: seen.style.unverified,
        }
    }

    /// The header of a layer that is written as a line.
    pub fn header(seen: &Seen<'a>) -> Self {
        Covered {
            parts: [seen.header, &[]],
            wire: seen.header.len() as u32,
            extent: Extent::Whole,
            ends: None,
            unverified: seen.style.unverified,
        }
    }

    /// Leaves bytes `from..to` out, which must begin at an even place (OSPF does not cover its authentication).
    pub fn leaving_out(self, from: usize, to: usize) -> Self {
        let [all, _] = self.parts;
        let parts = [all.get(..from).unwrap_or(all), all.get(to..).unwrap_or_default()];
        let left_out = to.saturating_sub(from) as u32;
        Covered { parts, wire: self.wire.saturating_sub(left_out), ..self }
    }

    /// Whether all bytes are there, and are to be compared.
    fn is_whole(&self) -> bool {
        let [first, second] = self.parts;
        self.extent == Extent::Whole
            && !self.unverified
            && first.len() + second.len() == self.wire as usize
            // The second part goes on at an even place.
            && (first.len().is_multiple_of(2) || second.is_empty())
    }

    fn found(&self, at: usize) -> Option<u16> {
        self.parts.first()?.get(at..)?.first_chunk().map(|b| u16::from_be_bytes(*b))
    }

    /// Compares the checksum at byte `at` of the first part, which covers these bytes and nothing else.
    pub fn plain(&self, at: usize) -> Status {
        let (true, Some(found)) = (self.is_whole(), self.found(at)) else { return Status::Unverified };
        let [first, second] = self.parts;
        judge(Sum16BitWords::new().add_slice(first).add_slice(second), found)
    }

    /// Compares the checksum at byte `at` of the first part, which covers a pseudo-header with the number of this
    /// protocol, and all of these bytes.
    pub fn pseudo(&self, protocol: u8, at: usize) -> Status {
        self.pseudo_upto(protocol, at, self.wire)
    }

    /// As [`Covered::pseudo`], for a checksum that covers only the first `covered` bytes (UDP-Lite, DCCP). The
    /// pseudo-header's length stays that of all bytes.
    pub fn pseudo_upto(&self, protocol: u8, at: usize, covered: u32) -> Status {
        let (true, Some(found), Some(ends)) = (self.is_whole(), self.found(at), self.ends) else {
            return Status::Unverified;
        };
        let addresses = match ends {
            Addresses::V4 { src, dst } => Sum16BitWords::new().add_4bytes(src).add_4bytes(dst),
            Addresses::V6 { src, dst } => Sum16BitWords::new().add_16bytes(src).add_16bytes(dst),
        };
        let addresses = addresses.add_2bytes([0, protocol]);
        // The length has 16 bits with IPv4, but its upper half is 0 there.
        let pseudo = addresses.clone().add_4bytes(self.wire.to_be_bytes());
        let [first, second] = self.parts;
        let covered = covered as usize;
        let head = first.get(..covered).unwrap_or(first);
        let tail = second.get(..covered.saturating_sub(first.len())).unwrap_or(second);
        match judge(pseudo.clone().add_slice(head).add_slice(tail), found) {
            // Cards that cut large packets themselves want the sum without the length, which differs for each piece.
            Status::Bad { .. } if [&pseudo, &addresses].iter().any(|sum| folded(sum) == found) => Status::Partial,
            status => status,
        }
    }
}

/// The sum itself, not its complement.
fn folded(sum: &Sum16BitWords) -> u16 {
    !sum.ones_complement().to_be()
}

/// Judges a sum over everything, the checksum `found` included.
pub fn judge(sum: Sum16BitWords, found: u16) -> Status {
    // The library sums in the machine's byte order.
    match sum.ones_complement().to_be() {
        0 => Status::Good,
        residue => {
            // Taking the checksum out of the sum again: ones' complement addition carries around.
            let total = u32::from(residue) + u32::from(found);
            Status::Bad { expected: u64::from((total & 0xffff) + (total >> 16)), found: found.into() }
        }
    }
}

/// What the 16-bit checksum at byte `at` of `data` should be.
#[cfg(test)]
pub(crate) fn expected(data: &[u8], at: usize) -> u16 {
    let (before, after) = (data.get(..at).unwrap_or(data), data.get(at.saturating_add(2)..).unwrap_or_default());
    Sum16BitWords::new().add_slice(before).add_slice(after).ones_complement().to_be()
}

#[cfg(test)]
mod tests {
    use super::{Covered, Status};
    use crate::input::{Addresses, Env, Extent, Input};

    fn covered<'a>(data: &'a [u8], wire: u32, extent: Extent, env: &'a Env<'a>) -> Covered<'a> {
        Covered::of(&Input { data, base: 0, wire, extent, env }, wire)
    }

    const HEADER: [u8; 20] = [0x45, 0, 0, 20, 0, 1, 0, 0, 64, 253, 0x66, 0xea, 10, 0, 0, 1, 10, 0, 0, 2];

    #[test]
    fn a_wrong_checksum_says_what_it_should_be() {
        let mut data = HEADER;
        let right = match covered(&data, 20, Extent::Whole, &Env::NONE).plain(10) {
            Status::Bad { expected, found: 0x66ea } => expected as u16,
            Status::Good => 0x66ea,
            other => panic!("{other:?}"),
        };
        data[10..12].copy_from_slice(&right.to_be_bytes());
        assert_eq!(covered(&data, 20, Extent::Whole, &Env::NONE).plain(10), Status::Good);
        data[0] ^= 1;
        let status = covered(&data, 20, Extent::Whole, &Env::NONE).plain(10);
        assert!(matches!(status, Status::Bad { found, .. } if found == u64::from(right)));
    }

    #[test]
    fn bytes_that_are_not_covered_do_not_count() {
        let (head, tail) = ([1u8, 2, 0xee, 0xfb, 9, 9], [0x10, 0x02]);
        let data = [head.as_slice(), &[0xaa; 4], &tail].concat();
        let whole = covered(&data, data.len() as u32, Extent::Whole, &Env::NONE);
        let Status::Bad { expected, .. } = whole.leaving_out(6, 10).plain(2) else { panic!("neither right nor wrong") };
        assert_eq!(expected, u64::from(!(0x0102u16 + 0x0909 + 0x1002)));
    }

    #[test]
    fn what_is_not_whole_is_not_compared() {
        let whole = |extent, wire| covered(&HEADER, wire, extent, &Env::NONE).plain(10);
        assert_eq!(whole(Extent::Whole, 21), Status::Unverified);
        assert_eq!(whole(Extent::Fragment, 20), Status::Unverified);
        assert_eq!(whole(Extent::Quoted, 20), Status::Unverified);
        let told = Env { unverified: true, ..Env::NONE };
        assert_eq!(covered(&HEADER, 20, Extent::Whole, &told).plain(10), Status::Unverified);
    }

    #[test]
    fn the_sum_of_the_pseudo_header_alone_is_partial() {
        let ends = Some(Addresses::V4 { src: [10, 0, 0, 1], dst: [10, 0, 0, 2] });
        let env = Env { ends, ..Env::NONE };
        // 0x0a00 + 1 + 0x0a00 + 2 + 17 + 9 = 0x141d; and the same without the length.
        for sum in [0x141du16, 0x1414] {
            let mut datagram = [0, 7, 0, 8, 0, 9, 0, 0, b'x'];
            datagram[6..8].copy_from_slice(&sum.to_be_bytes());
            assert_eq!(covered(&datagram, 9, Extent::Whole, &env).pseudo(17, 6), Status::Partial);
            datagram[7] ^= 1;
            let Status::Bad { expected, .. } = covered(&datagram, 9, Extent::Whole, &env).pseudo(17, 6) else {
                panic!("neither right nor partial");
            };
            datagram[6..8].copy_from_slice(&(expected as u16).to_be_bytes());
            assert_eq!(covered(&datagram, 9, Extent::Whole, &env).pseudo(17, 6), Status::Good);
        }
    }

    #[test]
    fn what_the_coverage_leaves_out_may_change() {
        let ends = Some(Addresses::V4 { src: [10, 0, 0, 1], dst: [10, 0, 0, 2] });
        let env = Env { ends, ..Env::NONE };
        let mut datagram = [0, 7, 0, 8, 0, 8, 0, 0, b'x', b'y'];
        let status = |d: &[u8]| covered(d, 10, Extent::Whole, &env).pseudo_upto(136, 6, 8);
        let Status::Bad { expected, .. } = status(&datagram) else { panic!("0 is not right") };
        datagram[6..8].copy_from_slice(&(expected as u16).to_be_bytes());
        assert_eq!(status(&datagram), Status::Good);
        datagram[9] ^= 0xff;
        assert_eq!(status(&datagram), Status::Good);
        datagram[5] ^= 1;
        assert!(matches!(status(&datagram), Status::Bad { .. }));
    }
}
