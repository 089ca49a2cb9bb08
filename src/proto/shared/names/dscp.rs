//! The two parts of the IPv4 type of service and IPv6 traffic class byte: six bits of differentiated services code point
//! (RFC 2474) and two bits of explicit congestion notification (RFC 3168).
//!
//! Names follow the IANA registry "Differentiated Services Field Codepoints"; what a class is used for follows RFC 4594.
//! Code points are local to a network: a name says what the sender asked for, not what routers did.

use crate::proto::shared::find;

/// Name and meaning of each registered code point, by code point.
static DSCP: &[(u8, (&str, &str))] = &[
    (0, ("CS0", "default forwarding: best effort (RFC 2474 §4.1)")),
    (1, ("LE", "lower effort: only capacity that nobody else wants (RFC 8622)")),
    (8, ("CS1", "class selector 1: once lower-priority data, today LE is meant for that (RFC 2474 §4.2.2, RFC 8622)")),
    (10, ("AF11", "assured forwarding class 1, low drop precedence: high-throughput data (RFC 2597, RFC 4594 §4.8)")),
    (
        12,
        ("AF12", "assured forwarding class 1, medium drop precedence: high-throughput data (RFC 2597, RFC 4594 §4.8)"),
    ),
    (14, ("AF13", "assured forwarding class 1, high drop precedence: high-throughput data (RFC 2597, RFC 4594 §4.8)")),
    (16, ("CS2", "class selector 2: operation, administration and management (RFC 2474 §4.2.2, RFC 4594 §3.3)")),
    (18, ("AF21", "assured forwarding class 2, low drop precedence: low-latency data (RFC 2597, RFC 4594 §4.7)")),
    (20, ("AF22", "assured forwarding class 2, medium drop precedence: low-latency data (RFC 2597, RFC 4594 §4.7)")),
    (22, ("AF23", "assured forwarding class 2, high drop precedence: low-latency data (RFC 2597, RFC 4594 §4.7)")),
    (24, ("CS3", "class selector 3: broadcast video (RFC 2474 §4.2.2, RFC 4594 §4.6)")),
    (26, ("AF31", "assured forwarding class 3, low drop precedence: multimedia streaming (RFC 2597, RFC 4594 §4.5)")),
    (
        28,
        ("AF32", "assured forwarding class 3, medium drop precedence: multimedia streaming (RFC 2597, RFC 4594 §4.5)"),
    ),
    (30, ("AF33", "assured forwarding class 3, high drop precedence: multimedia streaming (RFC 2597, RFC 4594 §4.5)")),
    (32, ("CS4", "class selector 4: real-time interactive traffic (RFC 2474 §4.2.2, RFC 4594 §4.4)")),
    (
        34,
        ("AF41", "assured forwarding class 4, low drop precedence: multimedia conferencing (RFC 2597, RFC 4594 §4.3)"),
    ),
    (
        36,
        (
            "AF42",
            "assured forwarding class 4, medium drop precedence: multimedia conferencing (RFC 2597, RFC 4594 §4.3)",
        ),
    ),
    (
        38,
        ("AF43", "assured forwarding class 4, high drop precedence: multimedia conferencing (RFC 2597, RFC 4594 §4.3)"),
    ),
    (40, ("CS5", "class selector 5: signalling of calls and sessions (RFC 2474 §4.2.2, RFC 4594 §4.2)")),
    (44, ("VOICE-ADMIT", "capacity-admitted traffic: voice that passed admission control (RFC 5865)")),
    (46, ("EF", "expedited forwarding: low loss, delay and jitter, as for voice (RFC 3246)")),
    (48, ("CS6", "class selector 6: network control such as routing protocols (RFC 2474 §4.2.2, RFC 4594 §3.2)")),
    (56, ("CS7", "class selector 7: reserved for future network control (RFC 2474 §4.2.2, RFC 4594 §3.2)")),
];

/// Name and meaning of each value of the ECN field.
static ECN: &[(u8, (&str, &str))] = &[
    (
        0,
        (
            "Not-ECT",
            "the sender does not take part in congestion notification: congestion drops the packet (RFC 3168 §5)",
        ),
    ),
    (
        1,
        ("ECT(1)", "ECN-capable transport, code point 1: asks for low-latency (L4S) treatment (RFC 3168 §5, RFC 9331)"),
    ),
    (
        2,
        (
            "ECT(0)",
            "ECN-capable transport, code point 0: routers may mark this packet instead of dropping it (RFC 3168 §5)",
        ),
    ),
    (3, ("CE", "congestion experienced: a router on the path marked this packet (RFC 3168 §5)")),
];

/// The registered name of a differentiated services code point (0–63), such as `AF11`.
pub fn dscp_name(value: u64) -> Option<&'static str> {
    find(DSCP, value).map(|(name, _)| name)
}

/// What a differentiated services code point (0–63) asks for, with its RFC. For a code point without a name, what its pool
/// is for (RFC 2474 §6); `None` for numbers that six bits cannot hold.
pub fn dscp_meaning(value: u64) -> Option<&'static str> {
    if value > 63 {
        return None;
    }
    let pool = match value & 0b11 {
        0b11 => "no registered name: pool 2, experimental or local use (RFC 2474 §6)",
        0b01 => "no registered name: pool 3, assigned by standards action (RFC 8436)",
        _ => "no registered name: pool 1, assigned by standards action (RFC 2474 §6)",
    };
    Some(find(DSCP, value).map_or(pool, |(_, meaning)| meaning))
}

/// The name of an ECN value (0–3), such as `ECT(0)`.
pub fn ecn_name(value: u64) -> Option<&'static str> {
    find(ECN, value).map(|(name, _)| name)
}

/// What an ECN value (0–3) says, with its RFC.
pub fn ecn_meaning(value: u64) -> Option<&'static str> {
    find(ECN, value).map(|(_, meaning)| meaning)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::shared::is_strictly_sorted;

    #[test]
    fn tables_are_sorted_and_complete() {
        assert!(is_strictly_sorted(DSCP) && is_strictly_sorted(ECN));
        assert!((0..64).all(|v| dscp_meaning(v).is_some()));
        assert!((0..4).all(|v| ecn_name(v).is_some() && ecn_meaning(v).is_some()));
        assert_eq!((dscp_meaning(64), ecn_name(4)), (None, None));
    }

    #[test]
    fn names_follow_the_structure_of_the_code_point() {
        // RFC 2474 §4.2.2: the class selectors are the multiples of eight.
        for class in 0..8 {
            assert_eq!(dscp_name(class * 8), Some(format!("CS{class}").as_str()));
        }
        // RFC 2597 §6: class in the upper three bits, drop precedence in the next two.
        for class in 1..5 {
            for precedence in 1..4 {
                let name = format!("AF{class}{precedence}");
                assert_eq!(dscp_name(class * 8 + precedence * 2), Some(name.as_str()));
            }
        }
        assert_eq!([dscp_name(46), dscp_name(44), dscp_name(1)], [Some("EF"), Some("VOICE-ADMIT"), Some("LE")]);
        assert_eq!(dscp_name(3), None);
        assert!(dscp_meaning(3).unwrap().contains("local use"));
    }

    #[test]
    fn the_two_ecn_capable_code_points_are_not_in_numeric_order() {
        assert_eq!([1, 2].map(ecn_name), [Some("ECT(1)"), Some("ECT(0)")]);
    }
}
