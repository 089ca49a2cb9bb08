//! Hardware types: what IANA assigns for ARP (registry "Hardware Types"), and what Linux adds as `ARPHRD_` numbers for
//! its interfaces.

/// What a hardware type is called.
pub fn name(value: u64) -> Option<&'static str> {
    crate::proto::shared::find(TYPES, value)
}

/// Ethernet.
pub const ETHERNET: u64 = 1;
/// IEEE 802 networks, whose addresses have the form of Ethernet's.
pub const IEEE_802: u64 = 6;

/// Sorted by number.
static TYPES: &[(u16, &str)] = &[
    (0, "NET/ROM, or reserved"),
    (1, "Ethernet"),
    (2, "Experimental Ethernet"),
    (3, "Amateur Radio AX.25"),
    (4, "Proteon ProNET Token Ring"),
    (5, "Chaos"),
    (6, "IEEE 802 networks"),
    (7, "ARCNET"),
    (8, "Hyperchannel"),
    (9, "Lanstar"),
    (10, "Autonet short address"),
    (11, "LocalTalk"),
    (12, "LocalNet"),
    (13, "Ultra link"),
    (14, "SMDS"),
    (15, "Frame Relay"),
    (16, "ATM (JXB2)"),
    (17, "HDLC"),
    (18, "Fibre Channel"),
    (19, "ATM (RFC 2225)"),
    (20, "Serial line"),
    (21, "ATM (MXB1)"),
    (22, "MIL-STD-188-220"),
    (23, "Metricom"),
    (24, "IEEE 1394.1995"),
    (25, "MAPOS"),
    (26, "Twinaxial"),
    (27, "EUI-64"),
    (28, "HIPARP"),
    (29, "IP and ARP over ISO 7816-3"),
    (30, "ARPSec"),
    (31, "IPsec tunnel"),
    (32, "InfiniBand"),
    (33, "TIA-102 Project 25 Common Air Interface"),
    (34, "Wiegand interface"),
    (35, "Pure IP"),
    (36, "Experiment 1"),
    (37, "HFI"),
    (38, "Unified Bus"),
    (256, "Experiment 2, or serial line IP"),
    (257, "AEthernet, or compressed serial line IP"),
    (258, "Serial line IP, 6 bits"),
    (259, "Compressed serial line IP, 6 bits"),
    (260, "Notional KISS type"),
    (264, "ADAPT"),
    (270, "ROSE"),
    (271, "CCITT X.25"),
    (272, "Boards with X.25 in firmware"),
    (280, "Controller Area Network"),
    (290, "MCTP"),
    (512, "PPP"),
    (513, "Cisco HDLC"),
    (516, "LAPB"),
    (517, "DDCMP"),
    (518, "Raw HDLC"),
    (519, "Raw IP"),
    (768, "IPv4 in IPv4 tunnel"),
    (769, "IPv6 in IPv6 tunnel"),
    (770, "Frame Relay access device"),
    (771, "SKIP"),
    (772, "Loopback"),
    (773, "LocalTalk device"),
    (774, "FDDI"),
    (775, "AP1000 BIF"),
    (776, "IPv6 in IPv4 tunnel"),
    (777, "IP over DDP tunnel"),
    (778, "GRE over IPv4"),
    (779, "PIM register interface"),
    (780, "HIPPI"),
    (781, "Nexus 64 Mbit/s Ash"),
    (782, "Acorn Econet"),
    (783, "IrDA"),
    (784, "Fibre Channel, point to point"),
    (785, "Fibre Channel, arbitrated loop"),
    (786, "Fibre Channel, public loop"),
    (787, "Fibre Channel, fabric"),
    (800, "Token Ring"),
    (801, "IEEE 802.11"),
    (802, "IEEE 802.11 with Prism header"),
    (803, "IEEE 802.11 with radiotap header"),
    (804, "IEEE 802.15.4"),
    (805, "IEEE 802.15.4 monitor"),
    (820, "PhoNet"),
    (821, "PhoNet pipe"),
    (822, "CAIF"),
    (823, "GRE over IPv6"),
    (824, "Netlink"),
    (825, "IPv6 over low-power wireless (6LoWPAN)"),
    (826, "Virtual socket monitor"),
    (65534, "None: no link-layer header"),
    (65535, "Void, or reserved"),
];

#[cfg(test)]
mod tests {
    #[test]
    fn types_are_sorted() {
        assert!(crate::proto::shared::is_strictly_sorted(super::TYPES));
        assert_eq!(super::name(1), Some("Ethernet"));
        assert_eq!(super::name(261), None);
    }
}
