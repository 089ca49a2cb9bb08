//! What the registries of the Stream Control Transmission Protocol call chunks, parameters, causes and payloads (IANA,
//! "Stream Control Transmission Protocol (SCTP) Parameters").

use crate::proto::shared::find;

/// Chunk types.
static CHUNKS: &[(u8, &str)] = &[
    (0, "DATA"),
    (1, "INIT"),
    (2, "INIT ACK"),
    (3, "SACK"),
    (4, "HEARTBEAT"),
    (5, "HEARTBEAT ACK"),
    (6, "ABORT"),
    (7, "SHUTDOWN"),
    (8, "SHUTDOWN ACK"),
    (9, "ERROR"),
    (10, "COOKIE ECHO"),
    (11, "COOKIE ACK"),
    (12, "ECNE"),
    (13, "CWR"),
    (14, "SHUTDOWN COMPLETE"),
    (15, "AUTH"),
    (16, "NR-SACK"),
    (64, "I-DATA"),
    (128, "ASCONF-ACK"),
    (129, "PKTDROP"),
    (130, "RE-CONFIG"),
    (132, "PAD"),
    (192, "FORWARD-TSN"),
    (193, "ASCONF"),
    (194, "I-FORWARD-TSN"),
];

/// The name of a chunk type.
pub fn chunk(kind: u64) -> Option<&'static str> {
    find(CHUNKS, kind)
}

/// What a chunk is for, in words.
pub fn chunk_meaning(kind: u64) -> Option<&'static str> {
    Some(match kind {
        0 => "DATA: a message of the application, or a part of one (RFC 9260 §3.3.1)",
        1 => "INIT: asks for an association, the first of four steps (RFC 9260 §5.1)",
        2 => "INIT ACK: agrees, and hands out a cookie instead of keeping state (RFC 9260 §5.1.3)",
        3 => "SACK: says which DATA chunks arrived (RFC 9260 §3.3.4)",
        4 => "HEARTBEAT: asks whether this path still works (RFC 9260 §8.3)",
        5 => "HEARTBEAT ACK: the path works; repeats what the question carried (RFC 9260 §8.3)",
        6 => "ABORT: the association is over at once (RFC 9260 §3.3.7)",
        7 => "SHUTDOWN: no more data from here; says what arrived last (RFC 9260 §9.2)",
        8 => "SHUTDOWN ACK: everything arrived here, too (RFC 9260 §9.2)",
        9 => "ERROR: something went wrong that need not end the association (RFC 9260 §3.3.10)",
        10 => "COOKIE ECHO: hands the cookie back, the third of four steps (RFC 9260 §5.1)",
        11 => "COOKIE ACK: the association is open (RFC 9260 §5.1)",
        12 => "ECNE: a packet arrived with a congestion mark (RFC 4960 appendix A)",
        13 => "CWR: the sender has slowed down after an ECNE (RFC 4960 appendix A)",
        14 => "SHUTDOWN COMPLETE: the association is over (RFC 9260 §9.2)",
        15 => "AUTH: proves who sent the chunks behind it in this packet (RFC 4895 §5.1)",
        16 => "NR-SACK: a SACK that also says what will never be dropped again (draft-tuexen-tsvwg-sctp-multipath)",
        64 => "I-DATA: as DATA, with numbers that let long messages be interleaved (RFC 8260 §2.1)",
        128 => "ASCONF-ACK: answers an ASCONF (RFC 5061 §4.1.2)",
        129 => "PKTDROP: hands back a packet that was dropped (draft-stewart-sctp-pktdrprep)",
        130 => "RE-CONFIG: resets or adds streams while the association runs (RFC 6525 §3)",
        132 => "PAD: makes the packet longer, to find out the path MTU (RFC 4820 §3)",
        192 => "FORWARD-TSN: do not wait for what lies before this number; it was given up (RFC 3758 §3.2)",
        193 => "ASCONF: changes the addresses of an association while it runs (RFC 5061 §4.1.1)",
        194 => "I-FORWARD-TSN: as FORWARD-TSN, for I-DATA (RFC 8260 §2.3.1)",
        _ => return None,
    })
}

/// Parameter types.
static PARAMETERS: &[(u16, &str)] = &[
    (1, "Heartbeat info"),
    (5, "IPv4 address"),
    (6, "IPv6 address"),
    (7, "State cookie"),
    (8, "Unrecognized parameter"),
    (9, "Cookie preservative"),
    (11, "Host name address"),
    (12, "Supported address types"),
    (13, "Outgoing SSN reset request"),
    (14, "Incoming SSN reset request"),
    (15, "SSN/TSN reset request"),
    (16, "Re-configuration response"),
    (17, "Add outgoing streams request"),
    (18, "Add incoming streams request"),
    (0x8000, "ECN capable"),
    (0x8001, "Zero checksum acceptable"),
    (0x8002, "Random"),
    (0x8003, "Chunk list"),
    (0x8004, "Requested HMAC algorithms"),
    (0x8005, "Padding"),
    (0x8008, "Supported extensions"),
    (0xc000, "Forward TSN supported"),
    (0xc001, "Add IP address"),
    (0xc002, "Delete IP address"),
    (0xc003, "Error cause indication"),
    (0xc004, "Set primary address"),
    (0xc005, "Success indication"),
    (0xc006, "Adaptation layer indication"),
];

/// The name of a parameter type.
pub fn parameter(kind: u64) -> Option<&'static str> {
    find(PARAMETERS, kind)
}

/// Cause codes of errors.
static CAUSES: &[(u16, &str)] = &[
    (1, "Invalid stream identifier"),
    (2, "Missing mandatory parameter"),
    (3, "Stale cookie"),
    (4, "Out of resource"),
    (5, "Unresolvable address"),
    (6, "Unrecognized chunk type"),
    (7, "Invalid mandatory parameter"),
    (8, "Unrecognized parameters"),
    (9, "No user data"),
    (10, "Cookie received while shutting down"),
    (11, "Restart of an association with new addresses"),
    (12, "User-initiated abort"),
    (13, "Protocol violation"),
    (0xa0, "Request to delete last remaining IP address"),
    (0xa1, "Operation refused due to resource shortage"),
    (0xa2, "Request to delete source IP address"),
    (0xa3, "Association aborted due to illegal ASCONF-ACK"),
    (0xa4, "Request refused: no authorization"),
    (0x105, "Unsupported HMAC identifier"),
];

/// The name of a cause code.
pub fn cause(code: u64) -> Option<&'static str> {
    find(CAUSES, code)
}

/// HMAC identifiers (RFC 4895 §8.4).
pub static HMACS: &[(u64, &str)] = &[(0, "reserved"), (1, "SHA-1"), (2, "reserved"), (3, "SHA-256")];

/// Results of re-configuration requests (RFC 6525 §4.4).
pub static RESULTS: &[(u64, &str)] = &[
    (0, "Success: nothing to do"),
    (1, "Success: performed"),
    (2, "Denied"),
    (3, "Error: wrong SSN"),
    (4, "Error: request already in progress"),
    (5, "Error: bad sequence number"),
    (6, "In progress"),
];

/// Payload protocol identifiers.
static PAYLOADS: &[(u32, &str)] = &[
    (0, "unspecified"),
    (1, "IUA"),
    (2, "M2UA"),
    (3, "M3UA"),
    (4, "SUA"),
    (5, "M2PA"),
    (6, "V5UA"),
    (7, "H.248"),
    (8, "BICC/Q.2150.3"),
    (9, "TALI"),
    (10, "DUA"),
    (11, "ASAP"),
    (12, "ENRP"),
    (13, "H.323"),
    (14, "Q.IPC/Q.2150.3"),
    (15, "SIMCO"),
    (16, "DDP segment"),
    (17, "DDP stream session control"),
    (18, "S1AP"),
    (19, "RUA"),
    (20, "HNBAP"),
    (21, "ForCES-HP"),
    (22, "ForCES-MP"),
    (23, "ForCES-LP"),
    (24, "SBc-AP"),
    (25, "NBAP"),
    (27, "X2AP"),
    (28, "IRCP"),
    (29, "LCS-AP"),
    (30, "MPICH2"),
    (31, "SABP"),
    (32, "FGP"),
    (33, "PPP"),
    (34, "CALCAPP"),
    (35, "SSP"),
    (36, "NPMP control"),
    (37, "NPMP data"),
    (38, "Echo"),
    (39, "Discard"),
    (40, "Daytime"),
    (41, "CHARGEN"),
    (42, "3GPP RNA"),
    (43, "3GPP M2AP"),
    (44, "3GPP M3AP"),
    (45, "SSH"),
    (46, "Diameter"),
    (47, "Diameter over DTLS"),
    (48, "R14P"),
    (49, "GDT"),
    (50, "WebRTC DCEP"),
    (51, "WebRTC string"),
    (52, "WebRTC binary partial"),
    (53, "WebRTC binary"),
    (54, "WebRTC string partial"),
    (55, "3GPP PUA"),
    (56, "WebRTC string empty"),
    (57, "WebRTC binary empty"),
    (58, "3GPP XwAP"),
    (59, "3GPP Xw control plane"),
    (60, "NGAP"),
    (61, "XnAP"),
    (62, "F1AP"),
    (63, "HTTP/SCTP"),
    (64, "E1AP"),
    (65, "ELE2"),
    (66, "NGAP over DTLS"),
    (67, "XnAP over DTLS"),
    (68, "F1AP over DTLS"),
    (69, "E1AP over DTLS"),
    (70, "E2-CP"),
    (71, "E2-UP"),
    (72, "E2-DU"),
    (73, "W1AP"),
];

/// The name of a payload protocol identifier.
pub fn payload(id: u64) -> Option<&'static str> {
    find(PAYLOADS, id)
}

/// Addresses that a parameter can hold, by their parameter types.
pub static ADDRESSES: &[(u64, &str)] = &[(5, "IPv4 address"), (6, "IPv6 address"), (11, "Host name")];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::shared::is_strictly_sorted;

    #[test]
    fn tables_are_sorted_and_chunks_have_meanings() {
        assert!(is_strictly_sorted(CHUNKS) && is_strictly_sorted(PARAMETERS));
        assert!(is_strictly_sorted(CAUSES) && is_strictly_sorted(PAYLOADS));
        for (kind, name) in CHUNKS {
            assert!(chunk_meaning((*kind).into()).is_some_and(|words| words.starts_with(name)), "{name}");
        }
    }
}
