//! What the types and codes of ICMP for IPv4 are called and mean (IANA registry "ICMP Type Numbers").

/// What a type is called.
pub fn type_name(value: u64) -> Option<&'static str> {
    crate::proto::shared::find(TYPES, value)
}

/// What a code is called, which depends on the type.
pub fn code_name(kind: u64, code: u64) -> Option<&'static str> {
    code_row(kind, code).map(|(name, _)| name)
}

/// What a type means for the reader.
pub fn type_meaning(kind: u64) -> Option<&'static str> {
    Some(match kind {
        0 => "the answer to a ping",
        3 => "the packet that is quoted below could not be delivered",
        4 => "the sender should slow down; deprecated, and ignored by everybody (RFC 6633)",
        5 => "there is a better router for this destination",
        8 => "a ping: whoever has this address answers with the same bytes",
        9 => "a router says that it is there",
        10 => "a host asks for the routers of its network",
        11 => "the packet that is quoted below lived too long",
        12 => "the header of the packet that is quoted below is wrong",
        13 => "asks what time it is there",
        14 => "says what time it is there",
        42 => "asks about one of the receiver's interfaces",
        43 => "says how an interface is",
        1 | 2 | 7 | 19..=29 | 44..=252 => return None,
        6 | 15..=18 | 30..=39 => "deprecated (RFC 6918)",
        _ => return None,
    })
}

/// What a code means for the reader.
pub fn code_meaning(kind: u64, code: u64) -> Option<&'static str> {
    code_row(kind, code).map(|(_, meaning)| meaning).filter(|m| !m.is_empty())
}

fn code_row(kind: u64, code: u64) -> Option<(&'static str, &'static str)> {
    let codes = match kind {
        3 => UNREACHABLE,
        5 => REDIRECT,
        6 => &[(0, ("Alternate address for the host", ""))],
        9 => ADVERTISEMENT,
        11 => EXCEEDED,
        12 => PROBLEM,
        40 => PHOTURIS,
        42 => &[(0, ("No error", ""))],
        43 => EXTENDED_REPLY,
        _ => return None,
    };
    crate::proto::shared::find(codes, code)
}

static TYPES: &[(u8, &str)] = &[
    (0, "Echo reply"),
    (3, "Destination unreachable"),
    (4, "Source quench"),
    (5, "Redirect"),
    (6, "Alternate host address"),
    (8, "Echo request"),
    (9, "Router advertisement"),
    (10, "Router solicitation"),
    (11, "Time exceeded"),
    (12, "Parameter problem"),
    (13, "Timestamp request"),
    (14, "Timestamp reply"),
    (15, "Information request"),
    (16, "Information reply"),
    (17, "Address mask request"),
    (18, "Address mask reply"),
    (19, "Reserved for security"),
    (20, "Reserved for robustness experiment"),
    (21, "Reserved for robustness experiment"),
    (22, "Reserved for robustness experiment"),
    (23, "Reserved for robustness experiment"),
    (24, "Reserved for robustness experiment"),
    (25, "Reserved for robustness experiment"),
    (26, "Reserved for robustness experiment"),
    (27, "Reserved for robustness experiment"),
    (28, "Reserved for robustness experiment"),
    (29, "Reserved for robustness experiment"),
    (30, "Traceroute"),
    (31, "Datagram conversion error"),
    (32, "Mobile host redirect"),
    (33, "IPv6 where-are-you"),
    (34, "IPv6 I-am-here"),
    (35, "Mobile registration request"),
    (36, "Mobile registration reply"),
    (37, "Domain name request"),
    (38, "Domain name reply"),
    (39, "SKIP"),
    (40, "Photuris"),
    (41, "Experimental mobility protocols"),
    (42, "Extended echo request"),
    (43, "Extended echo reply"),
    (253, "RFC 3692-style experiment 1"),
    (254, "RFC 3692-style experiment 2"),
];

/// A code with its name, and its meaning where the name does not say it all.
type Code = (u8, (&'static str, &'static str));

static UNREACHABLE: &[Code] = &[
    (0, ("Network unreachable", "the router knows no way to that network")),
    (1, ("Host unreachable", "the last router got no answer from the host: it is off, or does not exist")),
    (2, ("Protocol unreachable", "the host does not speak that protocol")),
    (3, ("Port unreachable", "the host is there, but no program listens on that port")),
    (4, ("Fragmentation needed", "the packet does not fit the next link, and may not be fragmented (RFC 1191)")),
    (5, ("Source route failed", "a router of the source route cannot be reached")),
    (6, ("Destination network unknown", "the network does not exist")),
    (7, ("Destination host unknown", "the router knows that the host does not exist")),
    (8, ("Source host isolated", "obsolete (RFC 1812 §5.2.7.1)")),
    (9, ("Network administratively prohibited", "a router's rules forbid packets to that network")),
    (10, ("Host administratively prohibited", "a firewall's rules forbid packets to that host")),
    (11, ("Network unreachable for this type of service", "")),
    (12, ("Host unreachable for this type of service", "")),
    (13, ("Communication administratively prohibited", "a firewall rejected the packet (RFC 1812 §5.2.7.1)")),
    (14, ("Host precedence violation", "the precedence is not permitted for this host, network or port")),
    (15, ("Precedence cutoff in effect", "the precedence is below the least that the operators ask for")),
];

static REDIRECT: &[Code] = &[
    (0, ("Redirect for the network", "obsolete: hosts treat it as one for the host (RFC 1122 §3.2.2.2)")),
    (1, ("Redirect for the host", "packets to that host should go to the gateway that is named here")),
    (2, ("Redirect for the type of service and network", "")),
    (3, ("Redirect for the type of service and host", "")),
];

static ADVERTISEMENT: &[Code] = &[
    (0, ("Normal router advertisement", "")),
    (16, ("Does not route common traffic", "a mobility agent only (RFC 5944 §2.1)")),
];

static EXCEEDED: &[Code] = &[
    (0, ("Time to live exceeded in transit", "the TTL reached 0 at the router that sends this: traceroute, or a loop")),
    (1, ("Fragment reassembly time exceeded", "fragments of the packet never arrived")),
];

static PROBLEM: &[Code] = &[
    (0, ("Pointer indicates the error", "")),
    (1, ("Missing a required option", "the pointer is the type of the option (RFC 1108 §2.7)")),
    (2, ("Bad length", "")),
];

static PHOTURIS: &[Code] = &[
    (0, ("Bad security parameters index", "")),
    (1, ("Authentication failed", "")),
    (2, ("Decompression failed", "")),
    (3, ("Decryption failed", "")),
    (4, ("Need authentication", "")),
    (5, ("Need authorization", "")),
];

static EXTENDED_REPLY: &[Code] = &[
    (0, ("No error", "")),
    (1, ("Malformed query", "")),
    (2, ("No such interface", "")),
    (3, ("No such table entry", "")),
    (4, ("Multiple interfaces satisfy the query", "")),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted() {
        assert!(crate::proto::shared::is_strictly_sorted(TYPES));
        for codes in [UNREACHABLE, REDIRECT, ADVERTISEMENT, EXCEEDED, PROBLEM, PHOTURIS, EXTENDED_REPLY] {
            assert!(crate::proto::shared::is_strictly_sorted(codes));
        }
        assert_eq!(code_name(3, 3), Some("Port unreachable"));
        assert_eq!(code_name(8, 0), None);
    }
}
