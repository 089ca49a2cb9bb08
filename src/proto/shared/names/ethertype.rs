//! EtherTypes: which protocol an Ethernet frame carries (IEEE 802.3 §3.2.6, RFC 9542 §3).
//!
//! Facts from IANA's registry "IEEE 802 Numbers" and IEEE's public EtherType listing, plus a few values in wide use that
//! neither describes (marked in the table). Numbers below 0x0600 are lengths, not types, and have no name here.

use crate::proto::shared::find;

/// Names by EtherType.
#[rustfmt::skip] // One short row a line.
static NAMES: &[(u16, &str)] = &[
    (0x0600, "XNS-IDP"),
    (0x0800, "IPv4"),
    (0x0801, "X.75"),
    (0x0802, "NBS Internet"),
    (0x0803, "ECMA Internet"),
    (0x0804, "Chaosnet"),
    (0x0805, "X.25"),
    (0x0806, "ARP"),
    (0x0807, "XNS compatibility"),
    (0x0808, "Frame Relay ARP"),
    (0x0842, "Wake-on-LAN"), // Unregistered, in universal use.
    (0x08ff, "AX.25 (BPQ)"), // Unregistered, amateur radio.
    (0x0a00, "PUP"),
    (0x0a01, "PUP address translation"),
    (0x0bad, "VINES"),
    (0x0bae, "VINES loopback"),
    (0x0baf, "VINES echo"),
    (0x1000, "Trailer negotiation"),
    (0x22e7, "CNM"),
    (0x22e9, "CN-TAG"),
    (0x22ea, "MSRP"),
    (0x22f0, "AVTP"),
    (0x22f3, "TRILL"),
    (0x22f4, "L2-IS-IS"),
    (0x4305, "batman-adv"), // Unregistered, mesh routing.
    (0x6000, "DEC unassigned"),
    (0x6001, "DEC MOP dump/load"),
    (0x6002, "DEC MOP remote console"),
    (0x6003, "DECnet Phase IV"),
    (0x6004, "DEC LAT"),
    (0x6005, "DEC diagnostics"),
    (0x6006, "DEC customer protocol"),
    (0x6007, "DEC LAVC/SCA"),
    (0x6558, "Transparent Ethernet Bridging"),
    (0x6559, "Raw Frame Relay"),
    (0x8035, "RARP"),
    (0x8038, "DEC LANBridge"),
    (0x803d, "DEC Ethernet encryption"),
    (0x803f, "DEC LAN traffic monitor"),
    (0x809b, "AppleTalk"),
    (0x80d5, "SNA"),
    (0x80f3, "AARP"),
    (0x8100, "802.1Q C-Tag"),
    (0x8137, "IPX"),
    (0x8138, "Novell"),
    (0x814c, "SNMP"),
    (0x817d, "XTP"),
    (0x8180, "HIPPI-FP"),
    (0x8181, "HIPPI-ST"),
    (0x8191, "NetBEUI"), // Unregistered, old Windows networks.
    (0x86dd, "IPv6"),
    (0x86df, "ATOMIC"),
    (0x876b, "TCP/IP compression"),
    (0x876c, "IP autonomous systems"),
    (0x876d, "Secure data"),
    (0x8808, "MAC control"),
    (0x8809, "Slow protocols"),
    (0x880b, "PPP"),
    (0x880c, "GSMP"),
    (0x8819, "CobraNet"),
    (0x8822, "NIC testing"),
    (0x8847, "MPLS"),
    (0x8848, "MPLS upstream-assigned"),
    (0x884c, "MPOA"),
    (0x8861, "MCAP"),
    (0x8863, "PPPoE discovery"),
    (0x8864, "PPPoE session"),
    (0x887b, "HomePlug 1.0"),
    (0x8884, "ATM FATE"),
    (0x888e, "EAPOL"),
    (0x8892, "PROFINET"),
    (0x889a, "HyperSCSI"),
    (0x88a2, "AoE"),
    (0x88a4, "EtherCAT"),
    (0x88a8, "802.1Q S-Tag"),
    (0x88ab, "POWERLINK"),
    (0x88b5, "Local experimental 1"),
    (0x88b6, "Local experimental 2"),
    (0x88b7, "OUI extended"),
    (0x88b8, "GOOSE"),
    (0x88b9, "GSE management"),
    (0x88ba, "Sampled Values"),
    (0x88c7, "EAPOL pre-authentication"),
    (0x88ca, "TIPC"),
    (0x88cc, "LLDP"),
    (0x88cd, "SERCOS III"),
    (0x88d9, "LLTD"),
    (0x88dc, "WSMP"),
    (0x88e1, "HomePlug AV"),
    (0x88e3, "MRP"),
    (0x88e5, "MACsec"),
    (0x88e7, "PBB I-Tag"),
    (0x88f5, "MVRP"),
    (0x88f6, "MMRP"),
    (0x88f7, "PTP"),
    (0x88f8, "NC-SI"),
    (0x88fb, "PRP"),
    (0x8902, "CFM"),
    (0x8906, "FCoE"),
    (0x890d, "802.11 fast roaming"),
    (0x890f, "CC-Link IE"),
    (0x8914, "FIP"),
    (0x8915, "RoCE"),
    (0x8917, "MIH"),
    (0x891d, "TTEthernet"),
    (0x8926, "VN-Tag"),
    (0x8929, "MIRP"),
    (0x892f, "HSR"),
    (0x893a, "IEEE 1905.1"),
    (0x893b, "TRILL FGL"),
    (0x893f, "E-Tag"),
    (0x8940, "ECP"),
    (0x8946, "TRILL RBridge channel"),
    (0x8947, "GeoNetworking"),
    (0x894f, "NSH"),
    (0x8999, "RRCP"), // Unregistered, Realtek switches.
    (0x9000, "Loopback"),
    (0x9001, "XNS systems management"),
    (0x9002, "3Com TCP/IP systems"),
    (0x9003, "3Com loop detection"),
    (0x9100, "QinQ (0x9100)"), // Unregistered, outer tag of equipment older than 802.1ad.
    (0x9200, "QinQ (0x9200)"), // Unregistered, as above.
    (0x9a22, "Multi-topology"),
    (0xa0ed, "LoWPAN"),
    (0xb7ea, "GRE control channel"),
    (0xcafe, "LLT"), // Unregistered, cluster heartbeats.
    (0xf1c1, "802.1CB R-Tag"),
    (0xffff, "Reserved"),
];

/// The name of an EtherType in one-line output, where tags are called as tcpdump calls them; `Unknown` without one.
pub fn line_name(value: u64) -> &'static str {
    match value {
        0x6558 => "TEB",
        0x8035 => "Reverse ARP",
        0x8100 => "802.1Q",
        0x8809 => "Slow Protocols",
        0x88a8 => "802.1Q-QinQ",
        0x88e5 => "802.1AE MACsec",
        0x9100 => "802.1Q-9100",
        0x9200 => "802.1Q-9200",
        _ => ethertype_name(value).unwrap_or("Unknown"),
    }
}

/// The short name of an EtherType, such as `IPv4` for 0x0800; `None` when it has none, and for lengths (below 0x0600).
pub fn ethertype_name(value: u64) -> Option<&'static str> {
    find(NAMES, value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::shared::is_strictly_sorted;

    #[test]
    fn the_table_is_sorted_and_holds_no_lengths() {
        assert!(is_strictly_sorted(NAMES));
        assert!(NAMES.iter().all(|(number, name)| *number >= 0x0600 && !name.is_empty()));
    }

    #[test]
    fn names_of_common_types() {
        let expected = [
            (0x0800, "IPv4"),
            (0x0806, "ARP"),
            (0x8100, "802.1Q C-Tag"),
            (0x86dd, "IPv6"),
            (0x8847, "MPLS"),
            (0x8864, "PPPoE session"),
            (0x88a8, "802.1Q S-Tag"),
            (0x88cc, "LLDP"),
            (0x88e5, "MACsec"),
            (0x8915, "RoCE"),
        ];
        for (number, name) in expected {
            assert_eq!(ethertype_name(number), Some(name), "{number:#06x}");
        }
        assert_eq!([64, 1500, 0x0601, 0x1_0800].map(ethertype_name), [None; 4]);
    }
}
