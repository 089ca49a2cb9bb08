//! Numbers by which LLC and SNAP headers say what follows, and what follows an 802.3 length.
//!
//! Facts from IEEE's list of LLC addresses (RFC 9542 §3), RFC 2684 §5.2 and Cisco's public documents.

use crate::dissect::{Next, Space, direct};
use crate::proto::shared::find;

/// Service access points with their address bits (group, response) cleared.
#[rustfmt::skip] // One short row a line.
static ACCESS_POINTS: &[(u8, &str)] = &[
    (0x00, "Null"),
    (0x02, "LLC management"),
    (0x04, "SNA"),
    (0x06, "IP"),
    (0x08, "SNA, second"), // IBM's own list.
    (0x0c, "SNA, third"),
    (0x0e, "PROWAY management"),
    (0x42, "STP"),
    (0x4e, "RS-511"),
    (0x5e, "ISI IP"),
    (0x7e, "ISO 8208"),
    (0x80, "XNS"),
    (0x86, "Nestar"),
    (0x8e, "PROWAY"),
    (0x98, "ARP"),
    (0xaa, "SNAP"),
    (0xbc, "VINES"),
    (0xd4, "Resource management"),
    (0xe0, "IPX"),
    (0xf0, "NetBEUI"),
    (0xf4, "LAN Manager"),
    (0xf8, "HP extended"),
    (0xfa, "Ungermann-Bass"),
    (0xfe, "OSI"),
];

/// The name of an LLC address, whose lowest bit (group, response) does not count; all ones are everybody.
pub fn access_point(address: u64) -> Option<&'static str> {
    if address == 0xff { Some("Global") } else { find(ACCESS_POINTS, address & !1) }
}

/// The name of an LLC address by its upper seven bits.
pub fn access_point_number(number: u64) -> Option<&'static str> {
    find(ACCESS_POINTS, number << 1)
}

/// Organizations that define protocols of their own behind SNAP.
pub static ORGANIZATIONS: &[(u64, &str)] = &[
    (0x00_0000, "Ethernet"),
    (0x00_000c, "Cisco"),
    (0x00_005e, "IANA"),
    (0x00_0081, "Nortel"),
    (0x00_00f8, "802.1H"),
    (0x00_01e8, "Force10"),
    (0x00_1958, "Bluetooth SIG"),
    (0x00_4096, "Cisco Aironet"),
    (0x00_80c2, "IEEE 802.1"),
    (0x00_e02b, "Extreme"),
    (0x00_e052, "Foundry"),
    (0x08_0007, "AppleTalk"),
];

/// Cisco's protocols.
pub static CISCO: &[(u64, &str)] = &[
    (0x0102, "DRiP"),
    (0x0104, "PAgP"),
    (0x0105, "MLS hello"),
    (0x0108, "Root link query"),
    (0x0109, "Root link query response"),
    (0x010b, "PVST+"),
    (0x010c, "VLAN bridge"),
    (0x0111, "UDLD"),
    (0x0139, "MCP"),
    (0x2000, "CDP"),
    (0x2001, "CGMP"),
    (0x2003, "VTP"),
    (0x2004, "DTP"),
    (0x200a, "STP uplink fast"),
];

/// RFC 2684 §5.2: bridged media, with and without their frame check sequences.
pub static BRIDGED: &[(u64, &str)] = &[
    (0x0001, "Ethernet + FCS"),
    (0x0002, "802.4 + FCS"),
    (0x0003, "Token Ring + FCS"),
    (0x0004, "FDDI + FCS"),
    (0x0005, "802.6 + FCS"),
    (0x0007, "Ethernet w/o FCS"),
    (0x0008, "802.4 w/o FCS"),
    (0x0009, "Token Ring w/o FCS"),
    (0x000a, "FDDI w/o FCS"),
    (0x000b, "802.6 w/o FCS"),
    (0x000d, "Fragment"),
    (0x000e, "BPDU"),
];

/// The name of a number in a short list.
pub fn named(list: &[(u64, &'static str)], number: u64) -> Option<&'static str> {
    list.iter().find(|(n, _)| *n == number).map(|(_, name)| *name)
}

/// What follows an 802.3 length field; `payload` is what was captured of it, and `length` what the field says.
pub fn after_length(payload: &[u8], length: u32) -> Next {
    match payload {
        _ if length == 0 => Next::End,
        // Novell's old framing: IPX begins with its checksum, which it does not use.
        [0xff, 0xff, ..] => Next::Opaque("IPX right behind the length, without an LLC header; IPX is not decoded"),
        [0xff] if length > 1 => Next::Opaque("the capture ends before it shows whether this is IPX or LLC"),
        _ => Next::Key(Space::Direct, direct::LLC),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::shared::is_strictly_sorted;

    #[test]
    fn access_points_are_sorted_and_even() {
        assert!(is_strictly_sorted(ACCESS_POINTS));
        assert!(ACCESS_POINTS.iter().all(|(n, _)| n & 1 == 0));
        assert_eq!([0x42, 0x43, 0xff, 0xfe].map(access_point), [Some("STP"), Some("STP"), Some("Global"), Some("OSI")]);
        assert_eq!(access_point_number(0x55), Some("SNAP"));
    }
}
