//! Host Identity Protocol (RFC 7401): hosts that name each other by keys rather than by addresses.
//!
//! ```text
//! |  Next header  |    Length     |0|Packet type  |Version|Res. |1|
//! |           Checksum            |           Controls            |
//! |                 Sender's host identity tag (128 bits)         |
//! |                Receiver's host identity tag (128 bits)        |
//! |  Parameters …                                                 |
//! ```

use crate::dissect::{Dissected, Protocol, Seen, Space, Step, Unit};
use crate::field::{Field, Kind, Table};
use crate::input::{Bad, Input, Stop};
use crate::proto::shared::checksum::{self, Covered};
use crate::proto::shared::ip::ipv6_chain as chain;
use crate::proto::shared::names::ipproto::ip_protocol_name;
use crate::proto::shared::tlv::Tlv;
use crate::sink::{NoteKind, Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEADER:
    PROTO = Field::uint("hip.proto", 0, 8).names(ip_protocol_name).explain(chain::explain_next).label("Next header").doc("RFC 7401 §5.1", "59: nothing follows");
    HDR_LEN = Field::uint("hip.hdr_len", 8, 8).explain(chain::explain_length).label("Length").doc("RFC 7401 §5.1", "Counted in units of 8 bytes, without the first 8");
    FIXED_P = Field::uint("hip.shim6_fixed_p", 16, 1).label("Fixed bit").doc("RFC 7401 §5.1", "0; tells HIP from Shim6 payloads");
    TYPE = Field::uint("hip.packet_type", 17, 7).values(TYPES).label("Packet type").doc("RFC 7401 §5.3", "Which message it is");
    VERSION = Field::uint("hip.version", 24, 4).label("Version").doc("RFC 7401 §5.1", "2; 1 for the older RFC 5201");
    RESERVED = Field::uint("hip.reserved", 28, 3).label("Reserved").doc("RFC 7401 §5.1", "Must be 0");
    FIXED_S = Field::uint("hip.shim6_fixed_s", 31, 1).label("Fixed bit").doc("RFC 7401 §5.1", "1: HIP; 0: Shim6");
    CHECKSUM = Field::uint("hip.checksum", 32, 16).hex().label("Checksum").doc("RFC 7401 §5.1.1", "Ones' complement sum over a pseudo-header and the message");
}

crate::fields! { IDENTITIES:
    CONTROLS = Field::uint("hip.controls", 48, 16).hex().label("Controls").doc("RFC 7401 §5.1.2", "What the sender can do");
    CONTROLS_A = Field::flag("hip.controls.a", 63).part_of("hip.controls").label("Anonymous").doc("RFC 7401 §5.1.2", "1: the sender's identity is not to be remembered");
    SENDER = Field::bytes("hip.hit_sndr", 64, 128).label("Sender").doc("RFC 7401 §3.1", "Host identity tag: a hash of the sender's public key");
    RECEIVER = Field::bytes("hip.hit_rcvr", 192, 128).label("Receiver").doc("RFC 7401 §3.1", "Host identity tag; all 0 when the sender does not know it");
}

crate::fields! { PARAMETER:
    KIND = Field::uint("hip.type", 0, 16).repeats().names(kind_name).label("Type").doc("RFC 7401 §5.2.1", "Which parameter it is; odd numbers must be understood");
    LENGTH = Field::uint("hip.tlv.length", 16, 16).repeats().unit("bytes").label("Length").doc("RFC 7401 §5.2.1", "Of the contents, without type, length and padding");
}

crate::fields! { ESP_INFO:
    ESP_RESERVED = Field::uint("hip.tlv_esp_info_reserved", 32, 16).repeats().hex().label("Reserved").doc("RFC 7402 §5.1.1", "Must be 0");
    ESP_INDEX = Field::uint("hip.tlv_esp_info_key_index", 48, 16).repeats().hex().label("Key material index").doc("RFC 7402 §5.1.1", "Where in the key material the keys begin");
    ESP_OLD = Field::uint("hip.tlv_esp_info_old_spi", 64, 32).repeats().hex().label("Old SPI").doc("RFC 7402 §5.1.1", "0 for a new association");
    ESP_NEW = Field::uint("hip.tlv_esp_info_new_spi", 96, 32).repeats().hex().label("New SPI").doc("RFC 7402 §5.1.1", "Which ESP packets belong to the association");
}

crate::fields! { COUNTER:
    R1_RESERVED = Field::uint("hip.tlv.r1_reserved", 32, 32).repeats().hex().label("Reserved").doc("RFC 7401 §5.2.3", "Must be 0");
    R1_COUNTER = Field::bytes("hip.tlv.r1_counter", 64, 64).repeats().label("R1 counter").doc("RFC 7401 §5.2.3", "Generation of the puzzles");
}

crate::fields! { PUZZLE:
    PUZZLE_K = Field::uint("hip.tlv_puzzle_k", 32, 8).repeats().unit("bits").label("Difficulty").doc("RFC 7401 §5.2.4", "How many bits of the hash must be 0");
    PUZZLE_LIFETIME = Field::uint("hip.tlv_puzzle_lifetime", 40, 8).repeats().label("Lifetime").doc("RFC 7401 §5.2.4", "2 to this power less 32, in seconds");
    PUZZLE_OPAQUE = Field::uint("hip.tlv_puzzle_opaque", 48, 16).repeats().hex().label("Opaque").doc("RFC 7401 §5.2.4", "The solution repeats it");
}

crate::fields! { SOLUTION:
    SOLUTION_K = Field::uint("hip.tlv_solution_k", 32, 8).repeats().unit("bits").label("Difficulty").doc("RFC 7401 §5.2.5", "From the puzzle");
    SOLUTION_RESERVED = Field::uint("hip.tlv_solution_reserved", 40, 8).repeats().label("Reserved").doc("RFC 7401 §5.2.5", "Must be 0");
    SOLUTION_OPAQUE = Field::uint("hip.tlv_solution_opaque", 48, 16).repeats().hex().label("Opaque").doc("RFC 7401 §5.2.5", "From the puzzle");
}

crate::fields! { SEQ:
    SEQ_ID = Field::uint("hip.tlv_seq_update_id", 32, 32).repeats().hex().label("Update").doc("RFC 7401 §5.2.16", "Number of the update");
}

crate::fields! { DIFFIE_HELLMAN:
    DH_GROUP = Field::uint("hip.tlv.dh_group_id", 32, 8).repeats().label("Group").doc("RFC 7401 §5.2.7", "Group of the key exchange");
    DH_LENGTH = Field::uint("hip.tlv.dh_pv_length", 40, 16).repeats().unit("bytes").label("Public value length").doc("RFC 7401 §5.2.7", "Length of the public value");
}

crate::fields! { IDENTITY:
    HI_LENGTH = Field::uint("hip.tlv.host_id_length", 32, 16).repeats().unit("bytes").label("Identity length").doc("RFC 7401 §5.2.9", "Length of the key");
    DI_TYPE = Field::uint("hip.tlv.host_domain_id_type", 48, 4).repeats().values(&[(0, "none"), (1, "FQDN"), (2, "NAI")]).label("Domain identifier type").doc("RFC 7401 §5.2.9", "Form of the domain identifier");
    DI_LENGTH = Field::uint("hip.tlv.host_domain_id_length", 52, 12).repeats().unit("bytes").label("Domain identifier length").doc("RFC 7401 §5.2.9", "Length of the domain identifier");
    HI_HEADER = Field::uint("hip.tlv.host_id_hdr", 64, 32).repeats().hex().label("Key header").doc("RFC 5201 §5.2.8", "As in a DNSKEY record; RFC 7401 has the algorithm in the first half and the key from the second");
    HI_FLAGS = Field::uint("hip.tlv.host_id_header_flags", 64, 16).part_of("hip.tlv.host_id_hdr").repeats().hex_wide(8).label("Flags or algorithm").doc("RFC 7401 §5.2.9", "What the key is for, or its algorithm");
    HI_PROTOCOL = Field::uint("hip.tlv.host_id_header_proto", 80, 8).part_of("hip.tlv.host_id_hdr").repeats().hex_wide(8).label("Protocol").doc("RFC 5201 §5.2.8", "What the key is for");
    HI_ALGORITHM = Field::uint("hip.tlv.host_id_header_algo", 88, 8).part_of("hip.tlv.host_id_hdr").repeats().hex_wide(8).label("Algorithm").doc("RFC 5201 §5.2.8", "3: DSA; 5: RSA");
}

crate::fields! { NOTIFICATION:
    NOTIFY_RESERVED = Field::uint("hip.tlv.notification_res", 32, 16).repeats().hex().label("Reserved").doc("RFC 7401 §5.2.19", "Must be 0");
    NOTIFY_TYPE = Field::uint("hip.tlv.notification_type", 48, 16).repeats().label("Message").doc("RFC 7401 §5.2.19", "Below 16,384: an error");
}

crate::fields! { ENCRYPTED:
    ENC_RESERVED = Field::uint("hip.tlv.enc_reserved", 32, 32).repeats().hex().label("Reserved").doc("RFC 7401 §5.2.18", "Must be 0");
}

crate::fields! { REGISTER_INFO:
    REG_MIN = Field::uint("hip.tlv.reg_ltmin", 32, 8).repeats().label("Least lifetime").doc("RFC 8003 §4.2", "2 to this power less 64, halved, in seconds");
    REG_MAX = Field::uint("hip.tlv.reg_ltmax", 40, 8).repeats().label("Greatest lifetime").doc("RFC 8003 §4.2", "2 to this power less 64, halved, in seconds");
}

crate::fields! { REGISTER:
    REG_LIFETIME = Field::uint("hip.tlv.reg_lt", 32, 8).repeats().label("Lifetime").doc("RFC 8003 §4.3", "2 to this power less 64, halved, in seconds");
}

crate::fields! { REGISTER_FAILED:
    REG_FAILURE = Field::uint("hip.tlv.reg_failtype", 32, 8).repeats().values(&[(0, "additional credentials required"), (1, "registration type unavailable"), (2, "insufficient resources"), (3, "invalid certificate")]).label("Failure").doc("RFC 8003 §4.5", "Why the service is not given");
}

crate::fields! { SIGNED:
    SIG_ALGORITHM = Field::uint("hip.tlv.sig_alg", 32, 8).repeats().label("Algorithm").doc("RFC 7401 §5.2.14", "How the message is signed");
}

crate::fields! { LOCATOR:
    LOC_TRAFFIC = Field::uint("hip.tlv.locator_traffic_type", 0, 8).repeats().values(&[(0, "signalling and user data"), (1, "signalling"), (2, "user data")]).label("Traffic").doc("RFC 8046 §4", "What may be sent there");
    LOC_TYPE = Field::uint("hip.tlv.locator_type", 8, 8).repeats().label("Locator type").doc("RFC 8046 §4", "0: an address; 1: an SPI and an address");
    LOC_LENGTH = Field::uint("hip.tlv.locator_len", 16, 8).repeats().label("Locator length").doc("RFC 8046 §4", "In units of 4 bytes");
    LOC_RESERVED = Field::uint("hip.tlv.locator_reserved", 24, 8).repeats().hex().label("Reserved").doc("RFC 8046 §4", "The last bit: the preferred locator");
    LOC_LIFETIME = Field::uint("hip.tlv.locator_lifetime", 32, 32).repeats().unit("s").label("Lifetime").doc("RFC 8046 §4", "How long the locator may be used");
}

crate::fields! { MOVING:
    STATUS = Field::derived("hip.checksum.status", Kind::Uint).values(checksum::STATUSES).explain(checksum::explain_status).label("Checksum status").doc("RFC 7401 §5.1.1", "Whether the checksum agrees with what was captured");
    GROUP = Field::group("hip.tlv").repeats().label("Parameter").doc("RFC 7401 §5.2.1", "One parameter");
    PUZZLE_I = Field::moving("hip.tlv.puzzle_random_i", Kind::Bytes).repeats().label("Random number I").doc("RFC 7401 §5.2.4", "The puzzle");
    SOLUTION_I = Field::moving("hip.tlv.solution_random_i", Kind::Bytes).repeats().label("Random number I").doc("RFC 7401 §5.2.5", "From the puzzle");
    SOLUTION_J = Field::moving("hip.tlv_solution_j", Kind::Bytes).repeats().label("Solution J").doc("RFC 7401 §5.2.5", "Makes the hash begin with zeros, which took work to find");
    ACKED = Field::moving("hip.tlv_ack_updid", Kind::Uint).repeats().hex_wide(8).label("Acknowledged update").doc("RFC 7401 §5.2.17", "Number of an update that arrived");
    DH_VALUE = Field::moving("hip.tlv.dh_public_value", Kind::Bytes).repeats().label("Public value").doc("RFC 7401 §5.2.7", "The sender's half of the key exchange");
    TRANSFORM = Field::moving("hip.tlv.trans_id", Kind::Uint).repeats().label("Transform").doc("RFC 5201 §5.2.7", "A set of ciphers that can be used, the best first");
    CIPHER = Field::moving("hip.tlv.cipher_id", Kind::Uint).repeats().values(&[(1, "NULL"), (2, "AES-128-CBC"), (4, "AES-256-CBC")]).label("Cipher").doc("RFC 7401 §5.2.8", "A cipher that can be used, the best first");
    ESP_SUITE_RESERVED = Field::moving("hip.tlv.esp_trans_res", Kind::Uint).repeats().hex_wide(4).label("Reserved").doc("RFC 7402 §5.1.2", "Must be 0");
    HOST_IDENTITY = Field::moving("hip.tlv.host_identity", Kind::Bytes).repeats().label("Key and domain identifier").doc("RFC 7401 §5.2.9", "The sender's public key");
    NOTIFY_DATA = Field::moving("hip.tlv.notification_data", Kind::Bytes).repeats().label("Data").doc("RFC 7401 §5.2.19", "Details");
    OPAQUE = Field::moving("hip.tlv.opaque_data", Kind::Bytes).repeats().label("Opaque data").doc("RFC 7401 §5.2.20", "The answer repeats them");
    ENC_DATA = Field::moving("hip.encrypted_parameter_data", Kind::Bytes).repeats().label("Encrypted data").doc("RFC 7401 §5.2.18", "Further parameters");
    REG_TYPE = Field::moving("hip.tlv.reg_type", Kind::Uint).repeats().values(&[(1, "rendezvous"), (2, "relay over UDP")]).label("Service").doc("RFC 8003 §4", "A service that the sender offers or wants");
    HMAC = Field::moving("hip.tlv.hmac", Kind::Bytes).repeats().label("HMAC").doc("RFC 7401 §5.2.12", "A keyed hash over the message");
    SIGNATURE = Field::moving("hip.tlv.sig", Kind::Bytes).repeats().label("Signature").doc("RFC 7401 §5.2.14", "Made with the sender's key");
    LOC_SPI = Field::moving("hip.tlv.locator_spi", Kind::Uint).repeats().hex_wide(8).label("SPI").doc("RFC 8046 §4.2", "For packets to this locator");
    LOC_ADDRESS = Field::moving("hip.tlv.locator_address", Kind::Ip6).repeats().label("Locator").doc("RFC 8046 §4", "An address of the sender");
    FROM = Field::moving("hip.tlv_from_address", Kind::Ip6).repeats().label("From").doc("RFC 8004 §4.2.2", "Where the rendezvous server got the packet from");
    RVS = Field::moving("hip.tlv_rvs_address", Kind::Ip6).repeats().label("Via").doc("RFC 8004 §4.2.3", "A rendezvous server that passed the packet on");
    CONTENTS = Field::moving("hip.tlv.contents", Kind::Bytes).repeats().label("Contents").doc("RFC 7401 §5.2.1", "Of a parameter that is not decoded");
}

static TYPES: &[(u64, &str)] = &[
    (1, "I1: the initiator begins"),
    (2, "R1: the responder's puzzle and key"),
    (3, "I2: the initiator's solution and key"),
    (4, "R2: the exchange is complete"),
    (16, "UPDATE"),
    (17, "NOTIFY"),
    (18, "CLOSE"),
    (19, "CLOSE_ACK"),
    (20, "HDRR"),
    (32, "HIP_DATA"),
];

/// Host Identity Protocol.
pub static HIP: Protocol = Protocol {
    name: "hip",
    title: "Host Identity Protocol",
    spec: "RFC 7401",
    scope: "The header and the parameters, each with type and length and the registered ones field by field, and the \
        checksum. Not: signatures, encrypted parameters, and the key inside a host identity.",
    unit: Unit::Header,
    tables: &[
        HEADER,
        IDENTITIES,
        PARAMETER,
        ESP_INFO,
        COUNTER,
        PUZZLE,
        SOLUTION,
        SEQ,
        DIFFIE_HELLMAN,
        IDENTITY,
        NOTIFICATION,
        ENCRYPTED,
        REGISTER_INFO,
        REGISTER,
        REGISTER_FAILED,
        SIGNED,
        LOCATOR,
        MOVING,
    ],
    keys: &[(Space::IpProto, 139)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

/// The IANA registry "HIP Parameter Types", the parameters in use.
fn kind_name(kind: u64) -> Option<&'static str> {
    Some(match kind {
        65 => "ESP_INFO",
        128 | 129 => "R1_COUNTER",
        193 => "LOCATOR_SET",
        257 => "PUZZLE",
        321 => "SOLUTION",
        385 => "SEQ",
        449 => "ACK",
        511 => "DH_GROUP_LIST",
        513 => "DIFFIE_HELLMAN",
        577 => "HIP_TRANSFORM",
        579 => "HIP_CIPHER",
        608 => "NAT_TRAVERSAL_MODE",
        610 => "TRANSACTION_PACING",
        641 => "ENCRYPTED",
        705 => "HOST_ID",
        715 => "HIT_SUITE_LIST",
        768 => "CERT",
        832 => "NOTIFICATION",
        897 => "ECHO_REQUEST_SIGNED",
        930 => "REG_INFO",
        932 => "REG_REQUEST",
        934 => "REG_RESPONSE",
        936 => "REG_FAILED",
        950 => "REG_FROM",
        961 => "ECHO_RESPONSE_SIGNED",
        2049 => "TRANSPORT_FORMAT_LIST",
        4095 => "ESP_TRANSFORM",
        61505 => "HIP_MAC",
        61569 => "HIP_MAC_2",
        61633 => "HIP_SIGNATURE_2",
        61697 => "HIP_SIGNATURE",
        63661 => "ECHO_REQUEST_UNSIGNED",
        63425 => "ECHO_RESPONSE_UNSIGNED",
        63998 => "RELAY_FROM",
        64002 => "RELAY_TO",
        65498 => "FROM",
        65500 => "RVS_HMAC",
        65502 => "VIA_RVS",
        65520 => "RELAY_HMAC",
        _ => return None,
    })
}

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let header = input.header::<6, S>(s, HEADER)?;
    let length = HDR_LEN.get(header) as u32 * 8 + 8;
    if length < 40 {
        return Err(Stop::Bad(Bad {
            rule: "the length covers at least the fixed part (RFC 7401 §5.1)",
            expected: 40,
            found: length,
        }));
    }
    if S::ON {
        let rule = "the checksum covers the message (RFC 7401 §5.1.1)";
        Covered::of(&input, length).pseudo(139, 4).put(s, &STATUS, rule);
        let whole = Tlv::new(input.data, input.base, 0, length);
        whole.fixed(s, IDENTITIES);
        parameters(s, &whole);
    }
    input.upto(length)?;
    Ok(Step::new(&input, length, input.wire, chain::next(PROTO.get(header))))
}

/// Puts the parameters. A contradiction ends the walk with a note.
fn parameters<S: Sink>(s: &mut S, whole: &Tlv<'_>) {
    let mut at = 40;
    while at < whole.wire && whole.data.len() > at as usize && s.room() {
        let left = whole.wire - at;
        let head = whole.part(at, left);
        let length = head.data.get(2..4).and_then(<[u8]>::first_chunk).map(|b| u32::from(u16::from_be_bytes(*b)));
        let wire = length.unwrap_or(0) + 4;
        let parameter = whole.part(at, wire);
        s.open(&GROUP, head.bit(0));
        parameter.fixed(s, PARAMETER);
        if wire > left {
            let rule = "a parameter ends within its message (RFC 7401 §5.2.1)";
            s.note(NoteKind::Bad, format_args!("{rule}: at most {left} bytes expected, {wire} found"));
            s.close(head.bit(left));
            return;
        }
        if let (Some(kind), Some(_)) = (head.data.first_chunk::<2>(), length) {
            put(s, u16::from_be_bytes(*kind), &parameter);
        }
        s.close(parameter.bit(wire));
        at += wire.next_multiple_of(8);
    }
}

/// Puts the contents of one parameter.
fn put<S: Sink>(s: &mut S, kind: u16, p: &Tlv<'_>) {
    let rows: (Table, u32, Option<&'static Field>) = match kind {
        65 => (ESP_INFO, 16, None),
        128 | 129 => (COUNTER, 16, None),
        257 => (PUZZLE, 8, Some(&PUZZLE_I)),
        385 => (SEQ, 8, None),
        641 => (ENCRYPTED, 8, Some(&ENC_DATA)),
        705 => (IDENTITY, 12, Some(&HOST_IDENTITY)),
        832 => (NOTIFICATION, 8, Some(&NOTIFY_DATA)),
        897 | 961 | 63425 | 63661 => (&[], 4, Some(&OPAQUE)),
        61505 | 61569 | 65500 | 65520 => (&[], 4, Some(&HMAC)),
        61633 | 61697 => (SIGNED, 5, Some(&SIGNATURE)),
        321 => {
            p.fixed(s, SOLUTION);
            // I and J have the same length: that of the hash.
            let middle = 8 + p.wire.saturating_sub(8) / 2;
            p.span(s, &SOLUTION_I, 8, middle);
            p.rest(s, &SOLUTION_J, middle);
            return;
        }
        193 => return locators(s, p),
        449 => return numbers(s, p, &ACKED, 4, 4),
        513 => {
            p.fixed(s, DIFFIE_HELLMAN);
            let length = p.data.get(5..7).and_then(<[u8]>::first_chunk).map_or(0, |b| u16::from_be_bytes(*b));
            let end = 7 + u32::from(length);
            if p.at_least(s, "the public value ends within its parameter (RFC 7401 §5.2.7)", end) {
                p.span(s, &DH_VALUE, 7, end);
                p.rest(s, &CONTENTS, end);
            }
            return;
        }
        577 => return numbers(s, p, &TRANSFORM, 4, 2),
        579 => return numbers(s, p, &CIPHER, 4, 2),
        930 => {
            p.fixed(s, REGISTER_INFO);
            return numbers(s, p, &REG_TYPE, 6, 1);
        }
        932 | 934 => {
            p.fixed(s, REGISTER);
            return numbers(s, p, &REG_TYPE, 5, 1);
        }
        936 => {
            p.fixed(s, REGISTER_FAILED);
            return numbers(s, p, &REG_TYPE, 5, 1);
        }
        4095 => {
            p.uint(s, &ESP_SUITE_RESERVED, 4, 2);
            return numbers(s, p, &TRANSFORM, 6, 2);
        }
        65498 if p.wire == 20 => return p.rest(s, &FROM, 4),
        65502 => {
            let mut at = 4;
            while at + 16 <= p.wire && s.room() {
                p.span(s, &RVS, at, at + 16);
                at += 16;
            }
            return;
        }
        _ => (&[], 4, Some(&CONTENTS)),
    };
    let (table, fixed, rest) = rows;
    if p.at_least(s, "a parameter has room for its fixed part (RFC 7401 §5.2)", fixed) {
        p.fixed(s, table);
        if let Some(rest) = rest {
            p.rest(s, rest, fixed);
        }
    }
}

/// Puts numbers of `size` bytes each from byte `from` to the end.
fn numbers<S: Sink>(s: &mut S, p: &Tlv<'_>, field: &'static Field, from: u32, size: u32) {
    let mut at = from;
    while at + size <= p.wire && p.data.len() >= (at + size) as usize && s.room() {
        p.uint(s, field, at, size);
        at += size;
    }
}

/// Puts the locators of a locator set (RFC 8046 §4).
fn locators<S: Sink>(s: &mut S, p: &Tlv<'_>) {
    let mut at = 4;
    while at + 8 <= p.wire && p.data.len() > at as usize && s.room() {
        let length = p.byte(at + 2).map_or(0, |n| u32::from(n) * 4);
        let locator = p.part(at, 8 + length);
        locator.fixed(s, LOCATOR);
        if locator.wire < 8 + length {
            let rule = "a locator ends within its parameter (RFC 8046 §4)";
            s.note(
                NoteKind::Bad,
                format_args!("{rule}: at most {} bytes expected, {} found", locator.wire, 8 + length),
            );
            return;
        }
        match (locator.byte(1), length) {
            (Some(0), 16) => locator.rest(s, &LOC_ADDRESS, 8),
            (Some(1), 20) => {
                locator.uint(s, &LOC_SPI, 8, 4);
                locator.rest(s, &LOC_ADDRESS, 12);
            }
            _ => locator.rest(s, &CONTENTS, 8),
        }
        at += 8 + length;
    }
}

/// Writes version and packet type; tcpdump only names the protocol's number.
fn line(seen: &Seen<'_>, out: &mut Text) {
    let kind = TYPE.get(seen.header);
    out.lit("HIP v").num(VERSION.get(seen.header)).ch(' ');
    match TYPES.iter().find(|(n, _)| *n == kind) {
        // The names begin with the short form.
        Some((_, name)) => out.lit(name.split(':').next().unwrap_or_default()),
        None => out.lit("type-#").num(kind),
    };
    out.lit(", length ").num(seen.wire.into());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Env, Extent};

    #[test]
    fn parameters_are_padded_to_8_bytes() {
        let mut b = vec![59, 6, 1, 0x21, 0, 0, 0, 0];
        b.resize(40, 0);
        b.extend([0x03, 0x81, 0, 1, 0xaa, 0, 0, 0, 0x01, 0x81, 0, 4, 0, 0, 0, 9]);
        let input = Input { data: &b, base: 0, wire: 56, extent: Extent::Whole, env: &Env::NONE };
        let mut tree = Tree::default();
        dissect(input, &mut tree).unwrap();
        let kinds: Vec<_> =
            tree.nodes().iter().filter(|n| n.field.name == "hip.type").map(|n| tree.number(n)).collect();
        assert_eq!(kinds, [897, 385]);
        assert!(tree.notes().is_empty());
    }

    #[test]
    fn a_length_below_the_fixed_part_stops() {
        let b = [59, 3, 1, 0x21, 0, 0, 0, 0];
        let input = Input { data: &b, base: 0, wire: 32, extent: Extent::Whole, env: &Env::NONE };
        assert!(matches!(dissect(input, &mut Off::default()), Err(Stop::Bad(Bad { expected: 40, found: 32, .. }))));
    }
}
