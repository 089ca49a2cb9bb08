//! Checksums that cover a pseudo-header (RFC 768, RFC 8200 §8.1): the addresses, the length and the protocol of the
//! packet around.

use crate::input::{Addresses, Extent, Input};
use crate::sink::{NoteKind, Sink};
use etherparse::checksum::Sum16BitWords;

/// Names of a checksum's status; the numbers are those that Wireshark uses.
pub static STATUSES: &[(u64, &str)] = &[(BAD, "bad"), (GOOD, "good"), (UNVERIFIED, "unverified")];

/// The checksum does not agree with the message.
pub const BAD: u64 = 0;
/// The checksum agrees with the message.
pub const GOOD: u64 = 1;
/// The checksum cannot be checked here.
pub const UNVERIFIED: u64 = 2;

/// The ones' complement of the sum over pseudo-header and message, which is 0 when the checksum in it is right; `None`
/// when some of the message is missing. The message comes in two parts, of which the first has an even length.
pub fn sum(addresses: Addresses, protocol: u8, parts: [&[u8]; 2], wire: u32) -> Option<u16> {
    let [first, second] = parts;
    if first.len() + second.len() < wire as usize || first.len() % 2 == 1 && !second.is_empty() {
        return None;
    }
    let start = match addresses {
        Addresses::V4 { src, dst } => Sum16BitWords::new().add_4bytes(src).add_4bytes(dst),
        Addresses::V6 { src, dst } => Sum16BitWords::new().add_16bytes(src).add_16bytes(dst),
    };
    // The length has 16 bits with IPv4, but its upper half is 0 there.
    let mut start = start;
    let sum = start.add_4bytes(wire.to_be_bytes()).add_2bytes([0, protocol]).add_slice(first).add_slice(second);
    // The library sums in the machine's byte order.
    Some(u16::from_be(sum.ones_complement()))
}

/// The checksum that would make [`sum`] 0 when `found` is the one in the message.
pub fn should_be(sum: u16, found: u16) -> u16 {
    let total = u32::from(sum) + u32::from(found);
    // Ones' complement addition carries around.
    ((total & 0xffff) + (total >> 16)) as u16
}

/// Checks the first `wire` bytes of a layer and returns the status; a wrong checksum is noted.
pub fn check<S: Sink>(s: &mut S, input: &Input<'_>, protocol: u8, wire: u32, found: u64, rule: &str) -> u64 {
    let message = input.data.get(..wire as usize);
    let sum = match (input.env.ends, input.extent, message) {
        (Some(addresses), Extent::Whole, Some(message)) => sum(addresses, protocol, [message, &[]], wire),
        _ => None,
    };
    match sum {
        None => UNVERIFIED,
        Some(0) => GOOD,
        Some(wrong) => {
            let right = should_be(wrong, found as u16);
            s.note(NoteKind::Bad, format_args!("{rule}: 0x{right:04x} expected, 0x{found:04x} found"));
            BAD
        }
    }
}
