//! PPP protocol numbers: which protocol a frame carries (RFC 1661 §2). Facts from IANA's registry "PPP DLL Protocol
//! Numbers".

use crate::proto::shared::find;

/// Names by number.
#[rustfmt::skip] // One short row a line.
static NAMES: &[(u16, &str)] = &[
    (0x0001, "Padding"),
    (0x0003, "ROHC, small context identifier"),
    (0x0005, "ROHC, large context identifier"),
    (0x0021, "IPv4"),
    (0x0023, "OSI network layer"),
    (0x0025, "XNS IDP"),
    (0x0027, "DECnet Phase IV"),
    (0x0029, "AppleTalk"),
    (0x002b, "IPX"),
    (0x002d, "Van Jacobson compressed TCP/IP"),
    (0x002f, "Van Jacobson uncompressed TCP/IP"),
    (0x0031, "Bridged frame"),
    (0x0033, "Stream Protocol (ST-II)"),
    (0x0035, "VINES"),
    (0x003d, "Multilink"),
    (0x003f, "NetBIOS framing"),
    (0x0041, "Cisco Systems"),
    (0x004b, "SNA over 802.2"),
    (0x004d, "SNA"),
    (0x004f, "IPv6 header compression"),
    (0x0053, "Encryption"),
    (0x0055, "Individual link encryption"),
    (0x0057, "IPv6"),
    (0x0059, "PPP multiplexing"),
    (0x005b, "Vendor-specific network protocol"),
    (0x005d, "TRILL"),
    (0x0061, "IP header compression, full header"),
    (0x0063, "IP header compression, compressed TCP"),
    (0x0065, "IP header compression, compressed non-TCP"),
    (0x0067, "IP header compression, compressed UDP, 8 bits"),
    (0x0069, "IP header compression, compressed RTP, 8 bits"),
    (0x00fb, "Compressed on a single link"),
    (0x00fd, "Compressed datagram"),
    (0x0201, "802.1D hello"),
    (0x0203, "IBM source routing BPDU"),
    (0x0207, "CDP"),
    (0x020d, "EDP"),
    (0x0281, "MPLS unicast"),
    (0x0283, "MPLS multicast"),
    (0x2063, "IP header compression, compressed TCP without delta"),
    (0x2065, "IP header compression, context state"),
    (0x2067, "IP header compression, compressed UDP, 16 bits"),
    (0x2069, "IP header compression, compressed RTP, 16 bits"),
    (0x8021, "IPCP"),
    (0x8023, "OSI network layer control"),
    (0x8025, "XNS IDP control"),
    (0x8027, "DECnet Phase IV control"),
    (0x8029, "AppleTalk control"),
    (0x802b, "IPX control"),
    (0x8031, "Bridging control"),
    (0x8035, "VINES control"),
    (0x803d, "Multilink control"),
    (0x803f, "NetBIOS framing control"),
    (0x8041, "Cisco Systems control"),
    (0x804b, "SNA over 802.2 control"),
    (0x804d, "SNA control"),
    (0x804f, "IPv6 header compression control"),
    (0x8053, "Encryption control"),
    (0x8055, "Individual link encryption control"),
    (0x8057, "IPV6CP"),
    (0x8059, "PPP multiplexing control"),
    (0x805b, "Vendor-specific network control"),
    (0x805d, "TRILL control"),
    (0x80fb, "Compression control on a single link"),
    (0x80fd, "CCP"),
    (0x8207, "CDP control"),
    (0x8281, "MPLS control"),
    (0xc021, "LCP"),
    (0xc023, "PAP"),
    (0xc025, "Link quality report"),
    (0xc027, "Shiva PAP"),
    (0xc029, "Callback control"),
    (0xc02b, "Bandwidth allocation control"),
    (0xc02d, "Bandwidth allocation"),
    (0xc05b, "Vendor-specific authentication"),
    (0xc223, "CHAP"),
    (0xc225, "RSA authentication"),
    (0xc227, "EAP"),
];

/// The short name of a PPP protocol; `None` when it has none.
pub fn ppp_protocol_name(value: u64) -> Option<&'static str> {
    find(NAMES, value)
}

/// The name of a PPP protocol in one-line output, where it is called as tcpdump calls it.
pub fn line_name(value: u64) -> Option<&'static str> {
    Some(match value {
        0x0021 => "IP",
        0x0057 => "IP6",
        0x003d => "ML",
        0x00fd => "COMP",
        0x0281 | 0x0283 => "MPLS",
        0x002d => "VJC",
        0x002f => "VJNC",
        0x8057 => "IP6CP",
        0x8281 => "MPLSCP",
        0xc025 => "LQR",
        0xc02d => "BAP",
        0xc02b => "BACP",
        _ => return ppp_protocol_name(value),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::shared::is_strictly_sorted;

    #[test]
    fn the_table_is_sorted_and_its_numbers_are_valid() {
        assert!(is_strictly_sorted(NAMES));
        // RFC 1661 §2: the last bit is 1, the last bit of the first byte is 0.
        assert!(NAMES.iter().all(|(number, _)| number & 0x0101 == 1));
    }
}
