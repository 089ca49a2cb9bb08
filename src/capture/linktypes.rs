//! Names of link types, for messages.
//!
//! The numbers are those of capture files (`LINKTYPE_`, tcpdump.org/linktypes.html); the names are those that tcpdump
//! prints and takes (`DLT_` without its prefix), so that `link-type EN10MB (Ethernet)` reads as people know it.

use super::LinkType;

/// tcpdump's name for a link type, such as `EN10MB`; `None` when it has none.
pub fn link_name(link: LinkType) -> Option<&'static str> {
    find(link).map(|(_, name, _)| *name)
}

/// What a link type is, in a few words, such as `Ethernet`; `None` when it has no name.
pub fn link_description(link: LinkType) -> Option<&'static str> {
    find(link).map(|(_, _, description)| *description)
}

/// The link type with tcpdump's name, in any case, with or without the prefix `DLT_`; `None` when no type has it.
pub fn link_by_name(name: &str) -> Option<LinkType> {
    let name = name.get(..4).filter(|p| p.eq_ignore_ascii_case("DLT_")).and_then(|_| name.get(4..)).unwrap_or(name);
    // Of the three that are called RAW, the last has the number that capture files use.
    let found = LINK_TYPES.iter().rev().find(|(_, known, _)| known.eq_ignore_ascii_case(name))?;
    Some(LinkType(found.0))
}

fn find(link: LinkType) -> Option<&'static (u16, &'static str, &'static str)> {
    let index = LINK_TYPES.binary_search_by_key(&link.0, |(number, _, _)| *number).ok()?;
    LINK_TYPES.get(index)
}

/// Number, name, description; sorted by number.
static LINK_TYPES: &[(u16, &str, &str)] = &[
    (0, "NULL", "BSD loopback"),
    (1, "EN10MB", "Ethernet"),
    (3, "AX25", "AX.25"),
    (6, "IEEE802", "Token Ring"),
    (7, "ARCNET", "ARCNET, BSD"),
    (8, "SLIP", "SLIP"),
    (9, "PPP", "PPP"),
    (10, "FDDI", "FDDI"),
    (12, "RAW", "Raw IP"),
    (14, "RAW", "Raw IP, OpenBSD"),
    (50, "PPP_SERIAL", "PPP in HDLC-like framing"),
    (51, "PPP_ETHER", "PPPoE"),
    (99, "SYMANTEC_FIREWALL", "Symantec Firewall"),
    (100, "ATM_RFC1483", "ATM, LLC-encapsulated (RFC 1483)"),
    (101, "RAW", "Raw IP"),
    (102, "SLIP_BSDOS", "SLIP, BSD/OS"),
    (103, "PPP_BSDOS", "PPP, BSD/OS"),
    (104, "C_HDLC", "Cisco HDLC"),
    (105, "IEEE802_11", "802.11"),
    (106, "ATM_CLIP", "ATM, Linux Classical IP"),
    (107, "FRELAY", "Frame Relay"),
    (108, "LOOP", "OpenBSD loopback"),
    (109, "ENC", "OpenBSD encapsulated IP"),
    (113, "LINUX_SLL", "Linux cooked v1"),
    (114, "LTALK", "LocalTalk"),
    (117, "PFLOG", "OpenBSD pflog"),
    (119, "PRISM_HEADER", "802.11 with Prism header"),
    (122, "IP_OVER_FC", "IP over Fibre Channel (RFC 2625)"),
    (123, "SUNATM", "Sun raw ATM"),
    (127, "IEEE802_11_RADIO", "802.11 with radiotap header"),
    (129, "ARCNET_LINUX", "ARCNET, Linux"),
    (130, "JUNIPER_MLPPP", "Juniper Multi-Link PPP"),
    (131, "JUNIPER_MLFR", "Juniper Multi-Link Frame Relay"),
    (132, "JUNIPER_ES", "Juniper Encryption Services PIC"),
    (133, "JUNIPER_GGSN", "Juniper GGSN PIC"),
    (134, "JUNIPER_MFR", "Juniper FRF.16 Frame Relay"),
    (135, "JUNIPER_ATM2", "Juniper ATM2 PIC"),
    (136, "JUNIPER_SERVICES", "Juniper Advanced Services PIC"),
    (137, "JUNIPER_ATM1", "Juniper ATM1 PIC"),
    (138, "APPLE_IP_OVER_IEEE1394", "Apple IP over IEEE 1394"),
    (139, "MTP2_WITH_PHDR", "SS7 MTP2 with pseudo-header"),
    (140, "MTP2", "SS7 MTP2"),
    (141, "MTP3", "SS7 MTP3"),
    (142, "SCCP", "SS7 SCCP"),
    (143, "DOCSIS", "DOCSIS"),
    (144, "LINUX_IRDA", "Linux IrDA"),
    (147, "USER0", "Private use 0"),
    (148, "USER1", "Private use 1"),
    (149, "USER2", "Private use 2"),
    (150, "USER3", "Private use 3"),
    (151, "USER4", "Private use 4"),
    (152, "USER5", "Private use 5"),
    (153, "USER6", "Private use 6"),
    (154, "USER7", "Private use 7"),
    (155, "USER8", "Private use 8"),
    (156, "USER9", "Private use 9"),
    (157, "USER10", "Private use 10"),
    (158, "USER11", "Private use 11"),
    (159, "USER12", "Private use 12"),
    (160, "USER13", "Private use 13"),
    (161, "USER14", "Private use 14"),
    (162, "USER15", "Private use 15"),
    (163, "IEEE802_11_RADIO_AVS", "802.11 with AVS header"),
    (164, "JUNIPER_MONITOR", "Juniper Passive Monitor PIC"),
    (165, "BACNET_MS_TP", "BACnet MS/TP"),
    (166, "PPP_PPPD", "PPP for pppd, with direction"),
    (167, "JUNIPER_PPPOE", "Juniper PPPoE"),
    (168, "JUNIPER_PPPOE_ATM", "Juniper PPPoE/ATM"),
    (169, "GPRS_LLC", "GPRS LLC"),
    (170, "GPF_T", "GPF-T"),
    (171, "GPF_F", "GPF-F"),
    (174, "JUNIPER_PIC_PEER", "Juniper PIC Peer"),
    (175, "ERF_ETH", "Ethernet with Endace ERF header"),
    (176, "ERF_POS", "Packet-over-SONET with Endace ERF header"),
    (177, "LINUX_LAPD", "Linux vISDN LAPD"),
    (178, "JUNIPER_ETHER", "Juniper Ethernet"),
    (179, "JUNIPER_PPP", "Juniper PPP"),
    (180, "JUNIPER_FRELAY", "Juniper Frame Relay"),
    (181, "JUNIPER_CHDLC", "Juniper C-HDLC"),
    (182, "MFR", "Frame Relay, multilink (FRF.16)"),
    (183, "JUNIPER_VP", "Juniper Voice PIC"),
    (184, "A429", "Arinc 429"),
    (185, "A653_ICM", "Arinc 653 Interpartition Communication"),
    (186, "USB_FREEBSD", "USB with FreeBSD header"),
    (187, "BLUETOOTH_HCI_H4", "Bluetooth HCI H4"),
    (188, "IEEE802_16_MAC_CPS", "IEEE 802.16 MAC Common Part Sublayer"),
    (189, "USB_LINUX", "USB with Linux header"),
    (190, "CAN20B", "Controller Area Network (CAN) v. 2.0B"),
    (191, "IEEE802_15_4_LINUX", "IEEE 802.15.4 with Linux padding"),
    (192, "PPI", "Per-Packet Information"),
    (193, "IEEE802_16_MAC_CPS_RADIO", "IEEE 802.16 MAC Common Part Sublayer plus radiotap header"),
    (194, "JUNIPER_ISM", "Juniper Integrated Service Module"),
    (195, "IEEE802_15_4", "802.15.4 with FCS"),
    (196, "SITA", "SITA pseudo-header"),
    (197, "ERF", "Endace ERF"),
    (198, "RAIF1", "Ethernet with u10 Networks pseudo-header"),
    (199, "IPMB_KONTRON", "IPMB with Kontron pseudo-header"),
    (200, "JUNIPER_ST", "Juniper Secure Tunnel"),
    (201, "BLUETOOTH_HCI_H4_WITH_PHDR", "Bluetooth HCI H4 with pseudo-header"),
    (202, "AX25_KISS", "AX.25 with KISS header"),
    (203, "LAPD", "LAPD"),
    (204, "PPP_WITH_DIR", "PPP with direction"),
    (205, "C_HDLC_WITH_DIR", "Cisco HDLC with direction"),
    (206, "FRELAY_WITH_DIR", "Frame Relay with direction"),
    (207, "LAPB_WITH_DIR", "LAPB with direction"),
    (209, "IPMB_LINUX", "IPMB with Linux/Pigeon Point pseudo-header"),
    (215, "IEEE802_15_4_NONASK_PHY", "IEEE 802.15.4 with non-ASK PHY data"),
    (216, "LINUX_EVDEV", "Linux evdev events"),
    (219, "MPLS", "MPLS"),
    (220, "USB_LINUX_MMAPPED", "USB with padded Linux header"),
    (221, "DECT", "DECT"),
    (222, "AOS", "AOS Space Data Link protocol"),
    (223, "WIHART", "Wireless HART"),
    (224, "FC_2", "Fibre Channel FC-2"),
    (225, "FC_2_WITH_FRAME_DELIMS", "Fibre Channel FC-2 with delimiters"),
    (226, "IPNET", "Solaris ipnet"),
    (227, "CAN_SOCKETCAN", "CAN with SocketCAN header"),
    (228, "IPV4", "Raw IPv4"),
    (229, "IPV6", "Raw IPv6"),
    (230, "IEEE802_15_4_NOFCS", "802.15.4 without FCS"),
    (231, "DBUS", "D-Bus"),
    (232, "JUNIPER_VS", "Juniper Virtual Server"),
    (233, "JUNIPER_SRX_E2E", "Juniper SRX E2E"),
    (234, "JUNIPER_FIBRECHANNEL", "Juniper Fibre Channel"),
    (235, "DVB_CI", "DVB-CI"),
    (236, "MUX27010", "MUX27010"),
    (237, "STANAG_5066_D_PDU", "STANAG 5066 D_PDUs"),
    (238, "JUNIPER_ATM_CEMIC", "Juniper ATM CEMIC"),
    (239, "NFLOG", "Linux netfilter log"),
    (240, "NETANALYZER", "Ethernet with Hilscher netANALYZER pseudo-header"),
    (241, "NETANALYZER_TRANSPARENT", "Ethernet with Hilscher netANALYZER pseudo-header and with preamble and SFD"),
    (242, "IPOIB", "IP over InfiniBand (RFC 4391)"),
    (243, "MPEG_2_TS", "MPEG-2 transport stream"),
    (244, "NG40", "ng40 protocol tester Iub/Iur"),
    (245, "NFC_LLCP", "NFC LLCP with pseudo-header"),
    (246, "PFSYNC", "OpenBSD pfsync"),
    (247, "INFINIBAND", "InfiniBand"),
    (248, "SCTP", "SCTP"),
    (249, "USBPCAP", "USB with USBPcap header"),
    (250, "RTAC_SERIAL", "Schweitzer Engineering Laboratories RTAC packets"),
    (251, "BLUETOOTH_LE_LL", "Bluetooth Low Energy link layer"),
    (252, "WIRESHARK_UPPER_PDU", "Wireshark upper-layer PDU"),
    (253, "NETLINK", "Linux netlink"),
    (254, "BLUETOOTH_LINUX_MONITOR", "Bluetooth Linux monitor"),
    (255, "BLUETOOTH_BREDR_BB", "Bluetooth BR/EDR baseband"),
    (256, "BLUETOOTH_LE_LL_WITH_PHDR", "Bluetooth Low Energy link layer with pseudo-header"),
    (257, "PROFIBUS_DL", "PROFIBUS data link"),
    (258, "PKTAP", "Apple packet tap"),
    (259, "EPON", "Ethernet with EPON preamble (802.3 clause 65)"),
    (260, "IPMI_HPM_2", "IPMI trace packets"),
    (261, "ZWAVE_R1_R2", "Z-Wave RF profile R1 and R2 packets"),
    (262, "ZWAVE_R3", "Z-Wave RF profile R3 packets"),
    (263, "WATTSTOPPER_DLM", "WattStopper DLM"),
    (264, "ISO_14443", "ISO 14443"),
    (265, "RDS", "Radio Data System groups"),
    (266, "USB_DARWIN", "USB with Darwin header"),
    (267, "OPENFLOW", "OpenFlow, OpenBSD"),
    (268, "SDLC", "SDLC"),
    (269, "TI_LLN_SNIFFER", "TI LLN sniffer frames"),
    (271, "VSOCK", "Linux vsock"),
    (272, "NORDIC_BLE", "Nordic Semiconductor Bluetooth LE sniffer frames"),
    (273, "DOCSIS31_XRA31", "DOCSIS 3.1, Excentis XRA-31"),
    (274, "ETHERNET_MPACKET", "Ethernet mPackets (802.3br)"),
    (275, "DISPLAYPORT_AUX", "DisplayPort AUX channel"),
    (276, "LINUX_SLL2", "Linux cooked v2"),
    (278, "OPENVIZSLA", "USB, OpenVizsla"),
    (279, "EBHSCR", "Elektrobit EBHSCR"),
    (280, "VPP_DISPATCH", "VPP graph dispatch trace"),
    (281, "DSA_TAG_BRCM", "Ethernet with Broadcom switch tag"),
    (282, "DSA_TAG_BRCM_PREPEND", "Ethernet with prepended Broadcom switch tag"),
    (283, "IEEE802_15_4_TAP", "802.15.4 with TAP header"),
    (284, "DSA_TAG_DSA", "Ethernet with Marvell DSA tag"),
    (285, "DSA_TAG_EDSA", "Ethernet with Marvell EDSA tag"),
    (286, "ELEE", "ELEE lawful interception"),
    (287, "Z_WAVE_SERIAL", "Z-Wave serial"),
    (288, "USB_2_0", "USB as on the cable"),
    (289, "ATSC_ALP", "ATSC link-layer protocol"),
    (290, "ETW", "Event Tracing for Windows"),
];

#[cfg(test)]
mod tests {
    use super::{LINK_TYPES, LinkType, link_by_name, link_description, link_name};

    #[test]
    fn the_table_is_sorted_and_found_in() {
        assert!(LINK_TYPES.is_sorted_by(|a, b| a.0 < b.0));
        assert_eq!(link_name(LinkType(1)), Some("EN10MB"));
        assert_eq!(link_description(LinkType(1)), Some("Ethernet"));
        assert_eq!(link_name(LinkType(2)), None);
        assert_eq!(link_by_name("dlt_en10mb"), Some(LinkType(1)));
        assert_eq!(link_by_name("raw"), Some(LinkType(101)));
        assert_eq!(link_by_name("ethernet"), None);
    }

    #[cfg(feature = "live")]
    #[test]
    fn names_are_libpcaps() {
        for (number, name, _) in LINK_TYPES {
            let dlt = crate::capture::bpf::dlt(LinkType(*number));
            if let Ok(theirs) = pcap::Linktype(dlt).get_name() {
                assert_eq!(theirs, *name, "link type {number}");
            }
        }
    }
}
