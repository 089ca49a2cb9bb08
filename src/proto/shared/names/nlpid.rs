//! Network layer protocol identifiers: how ISO's protocols, and encapsulations after their example, say in their first
//! byte which of them they are (ISO/IEC TR 9577, RFC 6328).

use crate::proto::shared::find;

/// Names by identifier.
static NAMES: &[(u8, &str)] = &[
    (0x00, "Padding"),
    (0x08, "Q.933"),
    (0x09, "LMI"),
    (0x80, "SNAP"),
    (0x81, "CLNP"),
    (0x82, "ES-IS"),
    (0x83, "IS-IS"),
    (0x85, "IDRP"),
    (0x8e, "IPv6"),
    (0xb0, "FRF.9 compression"),
    (0xb1, "FRF.12 fragmentation"),
    (0xcc, "IPv4"),
    (0xcf, "PPP"),
];

/// The short name of a network layer protocol identifier; `None` when it has none.
pub fn nlpid_name(value: u64) -> Option<&'static str> {
    find(NAMES, value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::shared::is_strictly_sorted;

    #[test]
    fn the_table_is_sorted() {
        assert!(is_strictly_sorted(NAMES));
        assert_eq!((nlpid_name(0xcc), nlpid_name(0xff), nlpid_name(0x1cc)), (Some("IPv4"), None, None));
    }
}
