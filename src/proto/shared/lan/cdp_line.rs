//! The line of a CDP message, shaped like tcpdump's, and the names that it shares with the tree.

use super::cisco_tlv::values;
use super::llc::named;
use crate::proto::shared::checksum::{Status, judge};
use crate::text::Text;
use etherparse::checksum::Sum16BitWords;

/// What a TLV tells.
pub static TYPES: &[(u64, &str)] = &[
    (0x01, "Device-ID"),
    (0x02, "Address"),
    (0x03, "Port-ID"),
    (0x04, "Capability"),
    (0x05, "Version String"),
    (0x06, "Platform"),
    (0x07, "Prefixes"),
    (0x08, "Protocol-Hello option"),
    (0x09, "VTP Management Domain"),
    (0x0a, "Native VLAN ID"),
    (0x0b, "Duplex"),
    (0x0e, "VoIP VLAN assignment"),
    (0x0f, "VoIP VLAN request"),
    (0x10, "power consumption"),
    (0x11, "MTU"),
    (0x12, "trust bitmap"),
    (0x13, "untrusted ports CoS"),
    (0x14, "System Name"),
    (0x15, "System Object ID"),
    (0x16, "Management Addresses"),
    (0x17, "Physical Location"),
    (0x18, "External Port-ID"),
    (0x19, "power requested"),
    (0x1a, "power available"),
    (0x1b, "port unidirectional"),
    (0x1d, "EnergyWise"),
    (0x1f, "spare pair PoE"),
    (0x1000, "BSSID"),
    (0x1001, "serial number"),
    (0x1002, "SSID"),
    (0x1003, "radio 1 channel"),
    (0x1006, "SNMP UDP port"),
    (0x1007, "web TCP port"),
    (0x1008, "source MAC address"),
    (0x1009, "radio 2 channel"),
];

/// What a device does, from the lowest bit on.
static CAPABILITIES: &[&str] = &[
    "Router",
    "Transparent Bridge",
    "Source Route Bridge",
    "L2 Switch",
    "L3 capable",
    "IGMP snooping",
    "Repeater",
    "VoIP phone",
    "Remotely managed",
    "CVTA",
    "Two-port MAC relay",
];

/// How an IPv4 and an IPv6 address are announced.
pub const IP4: &[u8] = &[1, 1, 0xcc, 0, 4];
/// As [`IP4`].
pub const IP6: &[u8] = &[2, 8, 0xaa, 0xaa, 3, 0, 0, 0, 0x86, 0xdd, 0, 16];

/// Compares the checksum of a whole message. It is the Internet checksum but for the last byte of messages with an odd
/// length: that is taken for the low half of a word, and its sign is extended and one taken off it.
pub fn checksum(message: &[u8]) -> Status {
    let Some(found) = message.get(2..).and_then(<[u8]>::first_chunk) else { return Status::Unverified };
    let (words, last) = message.as_chunks::<2>();
    let sum = Sum16BitWords::new().add_slice(words.as_flattened());
    let sum = match last {
        [last] if *last >= 0x80 => sum.add_2bytes([0xff, last - 1]),
        [last] => sum.add_2bytes([0, *last]),
        _ => sum,
    };
    judge(sum, u16::from_be_bytes(*found))
}

/// `CDPv2, ttl: 180s, Device-ID 'sw1', length 20`, and with `-v` a line for each TLV. `status` is the checksum's.
pub fn write(message: &[u8], length: u32, verbose: bool, status: Status, out: &mut Text) {
    let [version, ttl, c0, c1, ..] = message else { return };
    out.lit("CDPv").num((*version).into()).lit(", ttl: ").num((*ttl).into()).ch('s');
    if !verbose {
        for (_, _, name) in values(message, 4).filter(|(kind, ..)| *kind == 1) {
            out.lit(", Device-ID '").untrusted(name).ch('\'');
        }
        out.lit(", length ").num(length.into());
        return;
    }
    out.lit(", checksum: ").hex(u16::from_be_bytes([*c0, *c1]).into(), 4);
    match status {
        Status::Good => out.lit(" (correct)"),
        Status::Bad { expected, .. } => out.lit(" (incorrect -> ").hex(expected, 4).ch(')'),
        _ => out.lit(" (unverified)"),
    };
    out.lit(", length ").num(length.into());
    for (kind, _, value) in values(message, 4) {
        out.lit("\n\t").lit(named(TYPES, kind.into()).unwrap_or("unknown field type"));
        out.lit(" (").hex(kind.into(), 2).lit("), value length: ").num(value.len() as u64);
        out.lit(if value.len() == 1 { " byte: " } else { " bytes: " });
        content(kind, value, out);
    }
}

/// Writes the value of a TLV.
fn content(kind: u16, value: &[u8], out: &mut Text) {
    match (kind, value) {
        (0x01 | 0x03 | 0x06 | 0x09 | 0x14, _) => {
            out.ch('\'').untrusted(value).ch('\'');
        }
        (0x02 | 0x16, [_, _, _, count, rest @ ..]) => addresses(*count, rest, out),
        (0x04, [_, _, high, low]) => {
            let bits = u16::from_be_bytes([*high, *low]);
            out.lit("(").hex(bits.into(), 8).ch(')');
            let set = CAPABILITIES.iter().enumerate().filter(|(n, _)| bits & 1 << n != 0);
            for (n, (_, name)) in set.enumerate() {
                out.lit(if n == 0 { ": " } else { ", " }).lit(name);
            }
        }
        (0x05, _) => {
            for line in value.split(|b| *b == b'\n') {
                out.lit("\n\t  ").untrusted(line);
            }
        }
        (0x07, [a, b, c, d]) => {
            out.lit("default gateway ").ip4([*a, *b, *c, *d]);
        }
        (0x07, _) => {
            let (prefixes, _) = value.as_chunks::<5>();
            out.lit(" IPv4 Prefixes (").num(prefixes.len() as u64).lit("):");
            for [a, b, c, d, length] in prefixes {
                out.ch(' ').ip4([*a, *b, *c, *d]).ch('/').num((*length).into());
            }
        }
        (0x0a, [a, b]) => {
            out.num(u16::from_be_bytes([*a, *b]).into());
        }
        (0x0b, [duplex]) => {
            out.lit(if *duplex == 0 { "half" } else { "full" });
        }
        (0x0e | 0x0f, [app, a, b]) => {
            out.lit("app ").num((*app).into()).lit(", vlan ").num(u16::from_be_bytes([*a, *b]).into());
        }
        (0x10, [a, b]) => {
            let milliwatts = u64::from(u16::from_be_bytes([*a, *b]));
            out.num(milliwatts / 1000).ch('.').two(milliwatts % 1000 / 10).ch('W');
        }
        (0x11, [a, b, c, d]) => {
            out.num(u32::from_be_bytes([*a, *b, *c, *d]).into()).lit(" bytes");
        }
        (0x12 | 0x13, [bits]) => {
            out.hex((*bits).into(), 2);
        }
        (0x17, [kind, place @ ..]) => {
            out.hex((*kind).into(), 2).ch('/').untrusted(place);
        }
        (0x19 | 0x1a, [_, _, _, _, powers @ ..]) => {
            let (powers, _) = powers.as_chunks::<4>();
            for (n, power) in powers.iter().enumerate() {
                out.lit(if n == 0 { "" } else { ", " }).num(u32::from_be_bytes(*power).into()).lit(" mW");
            }
        }
        _ => {}
    }
}

fn addresses(count: u8, mut rest: &[u8], out: &mut Text) {
    for n in 0..count {
        let between = if n == 0 { "" } else { " " };
        if let Some((address, next)) = rest.strip_prefix(IP4).and_then(<[u8]>::split_first_chunk) {
            out.lit(between).lit("IPv4 (").num((count - n).into()).lit(") ").ip4(*address);
            rest = next;
        } else if let Some((address, next)) = rest.strip_prefix(IP6).and_then(<[u8]>::split_first_chunk) {
            out.lit(between).lit("IPv6 (").num((count - n).into()).lit(") ").ip6(*address);
            rest = next;
        } else {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Status, checksum};

    #[test]
    fn the_last_byte_of_an_odd_message_is_the_low_half_of_a_word_with_a_sign() {
        // Sums over words as Cisco takes them: 0x02b4 + checksum + the word in the comment.
        let message = |check: u16, last: u8| [&[2, 180][..], &check.to_be_bytes(), &[last]].concat();
        assert_eq!(checksum(&message(!(0x02b4 + 0x0041), 0x41)), Status::Good);
        // 0xff7f: 0x02b4 + 0xff7f = 0x1_0233, and the carry comes around.
        assert_eq!(checksum(&message(!0x0234, 0x80)), Status::Good);
        assert_eq!(
            checksum(&message(!0x0235, 0x80)),
            Status::Bad { expected: (!0x0234u16).into(), found: (!0x0235u16).into() }
        );
    }
}
