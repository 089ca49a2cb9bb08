//! IP protocol numbers: what an IPv4 packet carries (RFC 791 §3.1, "Protocol") and what follows an IPv6 header (RFC 8200 §3,
//! "Next Header").
//!
//! Keywords are those of IANA's registry "Assigned Internet Protocol Numbers" (state of 2025, 0–147 and 253–255 assigned);
//! some assigned numbers have no keyword there, and so none here.

use crate::proto::shared::find;

/// Keyword (empty where the registry has none) and meaning by number.
#[rustfmt::skip] // One row a line.
static PROTOCOLS: &[(u8, (&str, &str))] = &[
    (0, ("HOPOPT", "IPv6 hop-by-hop options (RFC 8200)")),
    (1, ("ICMP", "Internet Control Message Protocol (RFC 792)")),
    (2, ("IGMP", "Internet Group Management Protocol (RFC 9776)")),
    (3, ("GGP", "Gateway-to-Gateway Protocol (RFC 823)")),
    (4, ("IPv4", "IPv4 inside IP (RFC 2003)")),
    (5, ("ST", "Internet Stream Protocol (RFC 1819)")),
    (6, ("TCP", "Transmission Control Protocol (RFC 9293)")),
    (7, ("CBT", "Core Based Trees, multicast routing (RFC 2189)")),
    (8, ("EGP", "Exterior Gateway Protocol (RFC 904)")),
    (9, ("IGP", "any private interior gateway protocol")),
    (10, ("BBN-RCC-MON", "BBN RCC monitoring")),
    (11, ("NVP-II", "Network Voice Protocol (RFC 741)")),
    (12, ("PUP", "PARC Universal Packet")),
    (13, ("ARGUS", "ARGUS (deprecated)")),
    (14, ("EMCON", "EMCON")),
    (15, ("XNET", "Cross-net debugger (IEN 158)")),
    (16, ("CHAOS", "Chaosnet")),
    (17, ("UDP", "User Datagram Protocol (RFC 768)")),
    (18, ("MUX", "Multiplexing Protocol (IEN 90)")),
    (19, ("DCN-MEAS", "DCN measurement subsystems")),
    (20, ("HMP", "Host Monitoring Protocol (RFC 869)")),
    (21, ("PRM", "packet radio measurement")),
    (22, ("XNS-IDP", "Xerox NS Internet Datagram Protocol")),
    (23, ("TRUNK-1", "Trunk-1")),
    (24, ("TRUNK-2", "Trunk-2")),
    (25, ("LEAF-1", "Leaf-1")),
    (26, ("LEAF-2", "Leaf-2")),
    (27, ("RDP", "Reliable Data Protocol (RFC 908)")),
    (28, ("IRTP", "Internet Reliable Transaction Protocol (RFC 938)")),
    (29, ("ISO-TP4", "ISO transport protocol class 4 (RFC 905)")),
    (30, ("NETBLT", "Network Block Transfer, for bulk data (RFC 969)")),
    (31, ("MFE-NSP", "MFE network services protocol")),
    (32, ("MERIT-INP", "MERIT internodal protocol")),
    (33, ("DCCP", "Datagram Congestion Control Protocol (RFC 4340)")),
    (34, ("3PC", "third-party connect protocol")),
    (35, ("IDPR", "Inter-Domain Policy Routing (RFC 1479)")),
    (36, ("XTP", "Xpress Transport Protocol")),
    (37, ("DDP", "AppleTalk Datagram Delivery Protocol")),
    (38, ("IDPR-CMTP", "IDPR control message transport (RFC 1479)")),
    (39, ("TP++", "TP++ transport protocol")),
    (40, ("IL", "IL transport protocol of Plan 9")),
    (41, ("IPv6", "IPv6 inside IP (RFC 2473, RFC 4213)")),
    (42, ("SDRP", "Source Demand Routing Protocol (RFC 1940)")),
    (43, ("IPv6-Route", "IPv6 routing header (RFC 8200)")),
    (44, ("IPv6-Frag", "IPv6 fragment header (RFC 8200)")),
    (45, ("IDRP", "Inter-Domain Routing Protocol")),
    (46, ("RSVP", "Resource Reservation Protocol (RFC 2205)")),
    (47, ("GRE", "Generic Routing Encapsulation (RFC 2784)")),
    (48, ("DSR", "Dynamic Source Routing (RFC 4728)")),
    (49, ("BNA", "BNA")),
    (50, ("ESP", "IPsec Encapsulating Security Payload (RFC 4303)")),
    (51, ("AH", "IPsec Authentication Header (RFC 4302)")),
    (52, ("I-NLSP", "Integrated Network Layer Security (TUBA)")),
    (53, ("SWIPE", "IP with encryption (deprecated)")),
    (54, ("NARP", "NBMA Address Resolution Protocol (RFC 1735)")),
    (55, ("Min-IPv4", "minimal encapsulation of IPv4 in IPv4 (RFC 2004)")),
    (56, ("TLSP", "transport layer security with Kryptonet keys")),
    (57, ("SKIP", "Simple Key management for Internet Protocol")),
    (58, ("IPv6-ICMP", "Internet Control Message Protocol for IPv6 (RFC 4443)")),
    (59, ("IPv6-NoNxt", "no next header: nothing follows (RFC 8200)")),
    (60, ("IPv6-Opts", "IPv6 destination options (RFC 8200)")),
    (61, ("", "any protocol internal to a host")),
    (62, ("CFTP", "CFTP")),
    (63, ("", "any local network")),
    (64, ("SAT-EXPAK", "SATNET and backroom EXPAK")),
    (65, ("KRYPTOLAN", "Kryptolan")),
    (66, ("RVD", "MIT Remote Virtual Disk")),
    (67, ("IPPC", "Internet Pluribus Packet Core")),
    (68, ("", "any distributed file system")),
    (69, ("SAT-MON", "SATNET monitoring")),
    (70, ("VISA", "VISA")),
    (71, ("IPCV", "Internet Packet Core Utility")),
    (72, ("CPNX", "Computer Protocol Network Executive")),
    (73, ("CPHB", "Computer Protocol Heart Beat")),
    (74, ("WSN", "Wang Span Network")),
    (75, ("PVP", "Packet Video Protocol")),
    (76, ("BR-SAT-MON", "backroom SATNET monitoring")),
    (77, ("SUN-ND", "Sun network disk (temporary)")),
    (78, ("WB-MON", "wideband monitoring")),
    (79, ("WB-EXPAK", "wideband EXPAK")),
    (80, ("ISO-IP", "ISO connectionless network protocol")),
    (81, ("VMTP", "Versatile Message Transaction Protocol (RFC 1045)")),
    (82, ("SECURE-VMTP", "secure VMTP (RFC 1045)")),
    (83, ("VINES", "Banyan VINES")),
    (84, ("IPTM", "Internet Protocol Traffic Manager")),
    (85, ("NSFNET-IGP", "NSFNET interior gateway protocol")),
    (86, ("DGP", "Dissimilar Gateway Protocol")),
    (87, ("TCF", "TCF")),
    (88, ("EIGRP", "Enhanced Interior Gateway Routing Protocol (RFC 7868)")),
    (89, ("OSPFIGP", "Open Shortest Path First (RFC 2328, RFC 5340)")),
    (90, ("Sprite-RPC", "Sprite remote procedure call")),
    (91, ("LARP", "Locus Address Resolution Protocol")),
    (92, ("MTP", "Multicast Transport Protocol (RFC 1301)")),
    (93, ("AX.25", "AX.25 amateur radio frames")),
    (94, ("IPIP", "IP within IP encapsulation, older than number 4")),
    (95, ("MICP", "Mobile Internetworking Control Protocol (deprecated)")),
    (96, ("SCC-SP", "Semaphore Communications security protocol")),
    (97, ("ETHERIP", "Ethernet inside IP (RFC 3378)")),
    (98, ("ENCAP", "encapsulation header (RFC 1241)")),
    (99, ("", "any private encryption scheme")),
    (100, ("GMTP", "GMTP")),
    (101, ("IFMP", "Ipsilon Flow Management Protocol (RFC 1953)")),
    (102, ("PNNI", "PNNI over IP")),
    (103, ("PIM", "Protocol Independent Multicast (RFC 7761)")),
    (104, ("ARIS", "ARIS, label switching")),
    (105, ("SCPS", "Space Communications Protocol Standards")),
    (106, ("QNX", "QNX native networking")),
    (107, ("A/N", "active networks")),
    (108, ("IPComp", "IP Payload Compression Protocol (RFC 3173)")),
    (109, ("SNP", "Sitara Networks Protocol")),
    (110, ("Compaq-Peer", "Compaq peer protocol")),
    (111, ("IPX-in-IP", "IPX inside IP")),
    (112, ("VRRP", "Virtual Router Redundancy Protocol (RFC 9568)")),
    (113, ("PGM", "Pragmatic General Multicast, reliable transport (RFC 3208)")),
    (114, ("", "any protocol that makes no hop")),
    (115, ("L2TP", "Layer Two Tunneling Protocol version 3 (RFC 3931)")),
    (116, ("DDX", "D-II Data Exchange")),
    (117, ("IATP", "Interactive Agent Transfer Protocol")),
    (118, ("STP", "Schedule Transfer Protocol")),
    (119, ("SRP", "SpectraLink Radio Protocol")),
    (120, ("UTI", "Universal Transport Interface")),
    (121, ("SMP", "Simple Message Protocol")),
    (122, ("SM", "Simple Multicast (deprecated)")),
    (123, ("PTP", "Performance Transparency Protocol")),
    (124, ("ISIS over IPv4", "IS-IS routing over IPv4")),
    (125, ("FIRE", "FIRE")),
    (126, ("CRTP", "Combat Radio Transport Protocol")),
    (127, ("CRUDP", "Combat Radio User Datagram")),
    (128, ("SSCOPMCE", "SSCOPMCE")),
    (129, ("IPLT", "IPLT")),
    (130, ("SPS", "Secure Packet Shield")),
    (131, ("PIPE", "Private IP Encapsulation within IP")),
    (132, ("SCTP", "Stream Control Transmission Protocol (RFC 9260)")),
    (133, ("FC", "Fibre Channel (RFC 6172)")),
    (134, ("RSVP-E2E-IGNORE", "RSVP end-to-end messages that an aggregation region ignores (RFC 3175)")),
    (135, ("Mobility Header", "mobility header of Mobile IPv6 (RFC 6275)")),
    (136, ("UDPLite", "UDP with partial checksum (RFC 3828)")),
    (137, ("MPLS-in-IP", "MPLS inside IP (RFC 4023)")),
    (138, ("manet", "mobile ad hoc network protocols (RFC 5498)")),
    (139, ("HIP", "Host Identity Protocol (RFC 7401)")),
    (140, ("Shim6", "site multihoming by IPv6 intermediation (RFC 5533)")),
    (141, ("WESP", "Wrapped Encapsulating Security Payload (RFC 5840)")),
    (142, ("ROHC", "Robust Header Compression (RFC 5858)")),
    (143, ("Ethernet", "Ethernet inside segment-routed IPv6 (RFC 8986)")),
    (144, ("AGGFRAG", "aggregated and fragmented payloads in ESP (RFC 9347)")),
    (145, ("NSH", "Network Service Header (RFC 9491)")),
    (146, ("Homa", "Homa transport for data centres")),
    (147, ("BIT-EMU", "bit-stream emulation (RFC 9801)")),
    (253, ("", "experimentation and testing (RFC 3692)")),
    (254, ("", "experimentation and testing (RFC 3692)")),
    (255, ("Reserved", "reserved: raw sockets use it, packets do not")),
];

/// The registry's keyword of an IP protocol number, such as `TCP` for 6; `None` when the number is unassigned or its
/// assignment has no keyword.
pub fn ip_protocol_name(value: u64) -> Option<&'static str> {
    find(PROTOCOLS, value).map(|(keyword, _)| keyword).filter(|keyword| !keyword.is_empty())
}

/// What an IP protocol number stands for, with the RFC where one defines it; `None` when it is unassigned.
pub fn ip_protocol_description(value: u64) -> Option<&'static str> {
    find(PROTOCOLS, value).map(|(_, description)| description)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::shared::is_strictly_sorted;

    #[test]
    fn the_table_is_sorted_and_complete() {
        assert!(is_strictly_sorted(PROTOCOLS));
        assert!((0..=147).chain(253..=255).all(|v| ip_protocol_description(v).is_some()));
        assert!((148..=252).chain([256, 262, 6 << 32]).all(|v| ip_protocol_description(v).is_none()));
    }

    #[test]
    fn keywords() {
        for (number, keyword) in
            [(0, "HOPOPT"), (1, "ICMP"), (6, "TCP"), (17, "UDP"), (50, "ESP"), (58, "IPv6-ICMP"), (132, "SCTP")]
        {
            assert_eq!(ip_protocol_name(number), Some(keyword));
        }
        // Assigned, but without a keyword.
        assert_eq!([61, 99, 253].map(ip_protocol_name), [None; 3]);
    }
}
