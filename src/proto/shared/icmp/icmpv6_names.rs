//! What the types and codes of ICMPv6 messages are called, and what they mean.

use crate::field::Around;
use crate::text::Text;

/// The IANA registry "ICMPv6 type Numbers".
pub fn type_name(kind: u64) -> Option<&'static str> {
    Some(match kind {
        1 => "destination unreachable",
        2 => "packet too big",
        3 => "time exceeded",
        4 => "parameter problem",
        100 | 101 | 200 | 201 => "private experimentation",
        127 => "reserved for expansion of error messages",
        128 => "echo request",
        129 => "echo reply",
        130 => "multicast listener query",
        131 => "multicast listener report",
        132 => "multicast listener done",
        133 => "router solicitation",
        134 => "router advertisement",
        135 => "neighbor solicitation",
        136 => "neighbor advertisement",
        137 => "redirect",
        138 => "router renumbering",
        139 => "node information query",
        140 => "node information reply",
        141 => "inverse neighbor solicitation",
        142 => "inverse neighbor advertisement",
        143 => "multicast listener report v2",
        144 => "home agent address discovery request",
        145 => "home agent address discovery reply",
        146 => "mobile prefix solicitation",
        147 => "mobile prefix advertisement",
        148 => "certification path solicitation",
        149 => "certification path advertisement",
        150 => "experimental mobility",
        151 => "multicast router advertisement",
        152 => "multicast router solicitation",
        153 => "multicast router termination",
        154 => "FMIPv6",
        155 => "RPL control",
        156 => "ILNPv6 locator update",
        157 => "duplicate address request",
        158 => "duplicate address confirmation",
        159 => "MPL control",
        160 => "extended echo request",
        161 => "extended echo reply",
        255 => "reserved for expansion of informational messages",
        _ => return None,
    })
}

/// The IANA registry "ICMPv6 Code Fields"; the type is the first byte of `layer`.
pub fn code_name(layer: &[u8], code: u64) -> Option<&'static str> {
    let names: &[&'static str] = match layer.first()? {
        1 => &[
            "no route to destination",
            "administratively prohibited",
            "beyond scope of source address",
            "address unreachable",
            "port unreachable",
            "source address failed policy",
            "reject route",
            "error in source routing header",
            "headers too long",
            "error in P-route",
        ],
        3 => &["hop limit exceeded in transit", "fragment reassembly time exceeded"],
        4 => &[
            "erroneous header field",
            "unrecognized next header",
            "unrecognized option",
            "incomplete header chain in first fragment",
            "segment routing upper-layer header error",
            "unrecognized next header at an intermediate node",
            "extension header too big",
            "extension header chain too long",
            "too many extension headers",
            "too many options in extension header",
            "option too big",
        ],
        138 if code == 255 => return Some("sequence number reset"),
        138 => &["command", "result"],
        139 => &["subject is an IPv6 address", "subject is a name, or none", "subject is an IPv4 address"],
        140 => &["success", "refused", "unknown question"],
        155 => match code {
            128 => return Some("secure DODAG information solicitation"),
            129 => return Some("secure DODAG information object"),
            130 => return Some("secure destination advertisement object"),
            131 => return Some("secure destination advertisement acknowledgment"),
            138 => return Some("consistency check"),
            _ => &[
                "DODAG information solicitation",
                "DODAG information object",
                "destination advertisement object",
                "destination advertisement acknowledgment",
                "destination cleanup object",
                "destination cleanup acknowledgment",
            ],
        },
        157 | 158 => &["duplicate address message"],
        160 => &["no error"],
        161 => &[
            "no error",
            "malformed query",
            "no such interface",
            "no such table entry",
            "multiple interfaces satisfy query",
        ],
        _ => return None,
    };
    names.get(usize::try_from(code).ok()?).copied()
}

/// Says what a message of this type is for.
pub fn explain_type(a: &Around<'_>, out: &mut Text) {
    out.lit(match a.value {
        1 => "the packet quoted below could not be delivered; the code says why",
        2 => "the packet quoted below did not fit a link on its way; the sender must send shorter ones (RFC 8201)",
        3 => "the packet quoted below was dropped because it took too many hops, or its fragments too long",
        4 => "the packet quoted below has a field that a node could not make sense of",
        128 => "asks the destination to send the same data back (ping)",
        129 => "sends back the data of an echo request (the answer to ping)",
        130..=132 | 143 => "tells routers which multicast groups hosts of this link listen to",
        133 => "asks the link's routers to advertise themselves at once",
        134 => "a router says that it is there, and how hosts of the link configure themselves",
        135 => "asks for the link-layer address of a neighbour, whether it can still be reached, or whether an address is taken",
        136 => "tells a link-layer address, asked or after a change",
        137 => "a router tells a host that there is a better first hop for a destination",
        0 | 5..128 => "an error message",
        _ => "an informational message",
    });
}

/// Says what a code means for the reader.
pub fn explain_code(a: &Around<'_>, out: &mut Text) {
    out.lit(match (a.layer.first(), a.value) {
        (Some(1), 0) => "a router has no route that leads to the destination",
        (Some(1), 1) => "a firewall or filter dropped the packet",
        (Some(1), 2) => "the source address has no meaning beyond a border that the packet would have to cross",
        (Some(1), 3) => "the last router got no answer from the destination on its link",
        (Some(1), 4) => "the destination exists, but nothing listens on that port",
        (Some(1), 5) => "the source address is not allowed there",
        (Some(1), 6) => "a route says that packets there are to be refused",
        (Some(3), 0) => "the hop limit reached 0: a routing loop, or traceroute at work",
        (Some(3), 1) => "not all fragments arrived within 60 seconds",
        _ => return,
    });
}

#[cfg(test)]
mod tests {
    use super::code_name;

    #[test]
    fn codes_are_named_within_their_type() {
        assert_eq!(code_name(&[1, 4], 4), Some("port unreachable"));
        assert_eq!(code_name(&[4, 4], 4), Some("segment routing upper-layer header error"));
        assert_eq!(code_name(&[3, 4], 4), None);
        assert_eq!(code_name(&[138], 255), Some("sequence number reset"));
    }
}
