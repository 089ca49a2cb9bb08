//! Extensible Authentication Protocol (RFC 3748): requests and responses, of one method or another.
//!
//! ```text
//! |     Code      |  Identifier   |            Length             |
//! |     Type      |  Type-Data …                                  |
//! ```

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::{Around, Field, Kind};
use crate::input::{Bad, Extent, Input};
use crate::proto::shared::tlv::Tlv;
use crate::sink::{NoteKind, Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEADER:
    CODE = Field::uint("eap.code", 0, 8).values(CODES).label("Code").doc("RFC 3748 §4", "Request, response, or the outcome");
    ID = Field::uint("eap.id", 8, 8).label("Identifier").doc("RFC 3748 §4", "Matches responses to requests");
    LEN = Field::uint("eap.len", 16, 16).unit("bytes").label("Length").doc("RFC 3748 §4", "Of the whole EAP packet");
}

crate::fields! { TYPE_ROW:
    TYPE = Field::uint("eap.type", 32, 8).values(TYPES).explain(explain_type).label("Type").doc("RFC 3748 §5", "The method, or what is asked");
}

crate::fields! { MD5:
    MD5_SIZE = Field::uint("eap.md5.value_size", 40, 8).unit("bytes").label("Value size").doc("RFC 1994 §4.1", "Length of the challenge or response");
}

crate::fields! { TLS:
    TLS_FLAGS = Field::uint("eap.tls.flags", 40, 8).hex().label("Flags").doc("RFC 5216 §3.1", "What this fragment is");
    TLS_L = Field::flag("eap.tls.flags.len_included", 40).part_of("eap.tls.flags").label("Length included").doc("RFC 5216 §3.1", "1: the length of the whole message follows");
    TLS_M = Field::flag("eap.tls.flags.more_fragments", 41).part_of("eap.tls.flags").label("More fragments").doc("RFC 5216 §3.1", "1: this is not the last fragment");
    TLS_S = Field::flag("eap.tls.flags.start", 42).part_of("eap.tls.flags").label("Start").doc("RFC 5216 §3.1", "1: the server asks the peer to begin");
}

crate::fields! { TLS_VERSIONS:
    TLS_VERSION = Field::uint("eap.tls.flags.version", 45, 3).part_of("eap.tls.flags").label("Version").doc("RFC 5281 §9.1", "Of the method");
}

crate::fields! { CHAP:
    CHAP_OPCODE = Field::uint("eap.ms_chap_v2.opcode", 40, 8).values(&[(1, "challenge"), (2, "response"), (3, "success"), (4, "failure"), (7, "change password")]).label("Opcode").doc("draft-kamath-pppext-eap-mschapv2-02 §2", "Which message of MS-CHAP version 2 it is");
}

crate::fields! { CHAP_HEAD:
    CHAP_ID = Field::uint("eap.ms_chap_v2.id", 48, 8).label("MS-CHAP identifier").doc("draft-kamath-pppext-eap-mschapv2-02 §2", "Matches responses to challenges");
    CHAP_LENGTH = Field::uint("eap.ms_chap_v2.length", 56, 16).unit("bytes").label("MS-CHAP length").doc("draft-kamath-pppext-eap-mschapv2-02 §2", "Of the MS-CHAP packet");
}

crate::fields! { CHAP_SIZE:
    CHAP_VALUE_SIZE = Field::uint("eap.ms_chap_v2.value_size", 72, 8).unit("bytes").label("Value size").doc("draft-kamath-pppext-eap-mschapv2-02 §2.1", "Length of the challenge (16) or response (49)");
}

crate::fields! { CHAP_RESPONSE:
    CHAP_PEER = Field::bytes("eap.ms_chap_v2.peer_challenge", 80, 128).label("Peer challenge").doc("RFC 2759 §4", "The peer's random number");
    CHAP_RESERVED = Field::bytes("eap.ms_chap_v2.reserved", 208, 64).label("Reserved").doc("RFC 2759 §4", "Must be 0");
    CHAP_NT = Field::bytes("eap.ms_chap_v2.nt_response", 272, 192).label("NT response").doc("RFC 2759 §4", "Proves that the peer knows the password");
    CHAP_FLAGS = Field::uint("eap.ms_chap_v2.flags", 464, 8).hex().label("Flags").doc("RFC 2759 §4", "Must be 0");
}

crate::fields! { EXPANDED:
    VENDOR_ID = Field::uint("eap.ext.vendor_id", 40, 24).hex_wide(4).values(&[(0, "IETF"), (9, "Cisco"), (311, "Microsoft"), (0x372a, "Wi-Fi Alliance")]).label("Vendor").doc("RFC 3748 §5.7", "Whose method it is (private enterprise number)");
    VENDOR_TYPE = Field::uint("eap.ext.vendor_type", 64, 32).hex_wide(2).label("Vendor type").doc("RFC 3748 §5.7", "The method, as the vendor numbers it");
}

crate::fields! { MOVING:
    IDENTITY = Field::moving("eap.identity", Kind::Text).label("Identity").doc("RFC 3748 §5.1", "In a response: who wants to be let in; in a request: a prompt");
    NOTIFICATION = Field::moving("eap.notification", Kind::Text).label("Notification").doc("RFC 3748 §5.2", "A message for the user");
    DESIRED = Field::moving("eap.desired_type", Kind::Uint).repeats().values(TYPES).label("Desired type").doc("RFC 3748 §5.3.1", "A method that the peer would take; 0: none");
    MD5_VALUE = Field::moving("eap.md5.value", Kind::Bytes).label("Value").doc("RFC 1994 §4.1", "Challenge or response");
    MD5_EXTRA = Field::moving("eap.md5.extra_data", Kind::Bytes).label("Name").doc("RFC 1994 §4.1", "Who sent the packet");
    TLS_LEN = Field::moving("eap.tls.len", Kind::Uint).unit("bytes").label("TLS message length").doc("RFC 5216 §3.1", "Of the whole message, all fragments together");
    TLS_DATA = Field::moving("eap.tls.data", Kind::Bytes).label("TLS data").doc("RFC 5216 §3.1", "A fragment of a TLS message");
    CHAP_CHALLENGE = Field::moving("eap.ms_chap_v2.challenge", Kind::Bytes).label("Challenge").doc("RFC 2759 §3", "The server's random number");
    CHAP_NAME = Field::moving("eap.ms_chap_v2.name", Kind::Text).label("Name").doc("RFC 2759 §4", "Of the server, or the user");
    CHAP_MESSAGE = Field::moving("eap.ms_chap_v2.message", Kind::Text).label("Message").doc("RFC 2759 §5", "The server's proof, and a text for the user");
    CHAP_FAILURE = Field::moving("eap.ms_chap_v2.failure_request", Kind::Text).label("Failure").doc("RFC 2759 §6", "Error number, whether one may try again, a new challenge");
    CHAP_DATA = Field::moving("eap.ms_chap_v2.data", Kind::Bytes).label("MS-CHAP data").doc("draft-kamath-pppext-eap-mschapv2-02 §2", "Bytes that are not decoded");
    DATA = Field::moving("eap.data", Kind::Bytes).label("Type data").doc("RFC 3748 §5", "What only the method understands");
}

const REQUEST: u64 = 1;
const RESPONSE: u64 = 2;

static CODES: &[(u64, &str)] =
    &[(REQUEST, "Request"), (RESPONSE, "Response"), (3, "Success"), (4, "Failure"), (5, "Initiate"), (6, "Finish")];

/// IANA, "Extensible Authentication Protocol (EAP) Registry", method types.
static TYPES: &[(u64, &str)] = &[
    (1, "Identity"),
    (2, "Notification"),
    (3, "Legacy Nak"),
    (4, "MD5-Challenge"),
    (5, "One-Time Password"),
    (6, "Generic Token Card"),
    (9, "RSA Public Key Authentication"),
    (13, "EAP-TLS"),
    (15, "RSA SecurID"),
    (17, "EAP-Cisco Wireless (LEAP)"),
    (18, "EAP-SIM"),
    (19, "SRP-SHA1"),
    (21, "EAP-TTLS"),
    (23, "EAP-AKA"),
    (25, "PEAP"),
    (26, "MS-EAP-Authentication (MS-CHAPv2)"),
    (29, "EAP-MSCHAP-V2"),
    (32, "Protected One-Time Password"),
    (38, "EAP-HTTP Digest"),
    (43, "EAP-FAST"),
    (46, "EAP-PAX"),
    (47, "EAP-PSK"),
    (48, "EAP-SAKE"),
    (49, "EAP-IKEv2"),
    (50, "EAP-AKA'"),
    (51, "EAP-GPSK"),
    (52, "EAP-pwd"),
    (53, "EAP-EKE"),
    (55, "TEAP"),
    (254, "Expanded type"),
    (255, "Experimental"),
];

const EXPANDED_TYPE: u8 = 254;

/// EAP.
pub static EAP: Protocol = Protocol {
    name: "eap",
    title: "Extensible Authentication Protocol",
    spec: "RFC 3748",
    scope: "Header, type, identity, notification, Nak, MD5-Challenge, MS-CHAPv2, the first fields of methods over TLS and of expanded types. Not: TLS messages, and other methods beyond their type",
    unit: Unit::Message,
    tables: &[HEADER, TYPE_ROW, MD5, TLS, TLS_VERSIONS, CHAP, CHAP_HEAD, CHAP_SIZE, CHAP_RESPONSE, EXPANDED, MOVING],
    keys: &[(Space::Ppp, 0xc227)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let header = input.header::<4, S>(s, HEADER)?;
    let (code, len) = (CODE.get(header), LEN.get(header) as u32);
    if len < 4 {
        s.flaw(Bad { rule: "the length of an EAP packet is at least 4 (RFC 3748 §4)", expected: 4, found: len });
    } else if len > input.wire && input.extent == Extent::Whole {
        s.flaw(Bad {
            rule: "an EAP packet fits into what carries it (RFC 3748 §4)", expected: len, found: input.wire
        });
    }
    let wire = len.clamp(4, input.wire.max(4)).min(input.wire);
    let captured = wire.min(input.data.len() as u32);
    if S::ON {
        let m = Tlv::new(input.data, input.base, 0, wire);
        if matches!(code, REQUEST | RESPONSE) {
            if m.at_least(s, "a request or response has a type (RFC 3748 §4.1)", 5) {
                m.fixed(s, TYPE_ROW);
                method(s, &m, code);
            }
        } else {
            m.rest(s, &DATA, 4);
        }
        if captured < wire {
            s.note(NoteKind::Cut, format_args!("eap: {wire} bytes expected, {captured} captured"));
        }
        if wire < input.wire && len >= 4 {
            let more = input.wire - wire;
            s.note(
                NoteKind::Info,
                format_args!("{more} bytes follow the EAP packet; receivers ignore them (RFC 3748 §4)"),
            );
        }
    }
    Ok(Step::new(&input, captured, wire, Next::End))
}

/// Puts what a method says.
fn method<S: Sink>(s: &mut S, m: &Tlv<'_>, code: u64) {
    let rule = "the type data has all fields of its type (RFC 3748 §5)";
    match m.byte(4) {
        Some(1) => m.rest(s, &IDENTITY, 5),
        Some(2) => m.rest(s, &NOTIFICATION, 5),
        Some(3) if code == RESPONSE => {
            let mut at = 5;
            while at < m.wire && m.byte(at).is_some() && s.room() {
                m.uint(s, &DESIRED, at, 1);
                at += 1;
            }
        }
        Some(4) if m.at_least(s, rule, 6) => {
            m.fixed(s, MD5);
            let end = 6 + m.byte(5).map_or(0, u32::from);
            if m.at_least(s, "the value fits into its packet (RFC 1994 §4.1)", end) {
                m.span(s, &MD5_VALUE, 6, end);
                m.rest(s, &MD5_EXTRA, end);
            }
        }
        Some(kind @ (13 | 21 | 25 | 43 | 55)) if m.wire > 5 => {
            m.fixed(s, TLS);
            if kind != 13 {
                m.fixed(s, TLS_VERSIONS);
            }
            let long = m.byte(5).is_some_and(|flags| flags & 0x80 != 0);
            if long && m.at_least(s, rule, 10) {
                m.uint(s, &TLS_LEN, 6, 4);
            }
            m.rest(s, &TLS_DATA, if long { 10 } else { 6 });
        }
        Some(26 | 29) if m.wire > 5 => chap(s, m),
        Some(EXPANDED_TYPE) if m.at_least(s, rule, 12) => {
            m.fixed(s, EXPANDED);
            m.rest(s, &DATA, 12);
        }
        Some(_) => m.rest(s, &DATA, 5),
        None => {}
    }
}

/// Puts a message of MS-CHAP version 2.
fn chap<S: Sink>(s: &mut S, m: &Tlv<'_>) {
    m.fixed(s, CHAP);
    // A response to success or failure is the opcode alone.
    if m.wire == 6 || !m.at_least(s, "an MS-CHAP packet has a length (RFC 2759 §3)", 9) {
        return;
    }
    m.fixed(s, CHAP_HEAD);
    let size = |s: &mut S| {
        m.fixed(s, CHAP_SIZE);
        10 + m.byte(9).map_or(0, u32::from)
    };
    match m.byte(5) {
        Some(1) if m.wire >= 10 => {
            let end = size(s);
            if m.at_least(s, "the challenge fits into its packet (RFC 2759 §3)", end) {
                m.span(s, &CHAP_CHALLENGE, 10, end);
                m.rest(s, &CHAP_NAME, end);
            }
        }
        Some(2) if m.wire >= 10 => {
            let end = size(s);
            if end == 59 && m.at_least(s, "the response fits into its packet (RFC 2759 §4)", end) {
                m.fixed(s, CHAP_RESPONSE);
                m.rest(s, &CHAP_NAME, end);
            } else {
                m.rest(s, &CHAP_DATA, 10);
            }
        }
        Some(3) => m.rest(s, &CHAP_MESSAGE, 9),
        Some(4) => m.rest(s, &CHAP_FAILURE, 9),
        _ => m.rest(s, &CHAP_DATA, 9),
    }
}

fn explain_type(a: &Around<'_>, out: &mut Text) {
    out.lit(match a.value {
        1 => "who are you?",
        2 => "a message for the user",
        3 => "the method that was asked for is refused; others are named",
        4 => "a password is proved by a hash; the peer does not check the server",
        13 => "both sides prove themselves by certificates",
        21 | 25 | 43 | 55 => "a password or another method, inside a TLS tunnel to the server",
        18 | 23 | 50 => "the SIM card proves itself, as in a mobile network",
        _ => return,
    });
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    let h = seen.header;
    // Behind EAPOL tcpdump says more only with -v.
    if seen.parent.is_some_and(|p| p.name == "eapol") {
        if seen.style.verbose == 0 {
            return;
        }
        out.lit(", ");
    } else {
        out.lit("EAP, ");
    }
    let code = CODE.get(h);
    out.lit(CODE.name_of(&[], code).unwrap_or("unknown")).lit(" (").num(code).lit("), id ").num(ID.get(h));
    out.lit(", len ").num(LEN.get(h));
    if let (REQUEST | RESPONSE, Some(kind)) = (code, h.get(4)) {
        let name = TYPE.name_of(&[], u64::from(*kind)).unwrap_or("unknown");
        out.lit("\n\t\t Type ").lit(name).lit(" (").num(u64::from(*kind)).ch(')');
        let text = h.get(5..).unwrap_or_default();
        match kind {
            1 => out.lit(", Identity: ").untrusted(text),
            2 => out.lit(", Notification: ").untrusted(text),
            3 => out.lit(" ").lit(text.first().and_then(|k| TYPE.name_of(&[], u64::from(*k))).unwrap_or("unknown")),
            _ => return,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Env;

    type Pair = Option<(u32, u32)>;

    fn read(data: &[u8], wire: u32) -> (Pair, Pair, String) {
        let input = Input { data, base: 0, wire, extent: Extent::Whole, env: &Env::NONE };
        let (mut off, mut tree) = (Off::default(), Tree::default());
        let step = dissect(input, &mut off);
        assert_eq!(step, dissect(input, &mut tree));
        let names: Vec<&str> = tree.nodes().iter().map(|n| n.field.name).collect();
        (step.ok().map(|s| (s.header, s.wire)), off.flaw.map(|b| (b.expected, b.found)), names.join(" "))
    }

    #[test]
    fn the_length_is_believed_only_as_far_as_it_can_be() {
        assert_eq!(read(&[3, 1, 0, 4], 4), (Some((4, 4)), None, "eap.code eap.id eap.len".to_owned()));
        assert_eq!(read(&[3, 1, 0, 4, 0, 0], 6).0, Some((4, 4)));
        let (step, flaw, _) = read(&[1, 1, 0, 9, 1], 5);
        assert_eq!((step, flaw), (Some((5, 5)), Some((9, 5))));
        assert_eq!(read(&[1, 1, 0, 3, 1], 5).1, Some((4, 3)));
        assert_eq!(read(&[1, 1, 0], 3).0, None);
    }

    #[test]
    fn fields_of_methods_stay_within_the_packet() {
        assert!(read(&[1, 1, 0, 7, 4, 9, 1], 7).2.ends_with("eap.type eap.md5.value_size"));
        assert!(read(&[1, 1, 0, 8, 13, 0x80, 0, 0], 8).2.ends_with("eap.tls.flags.start"));
        assert!(read(&[2, 1, 0, 8, 26, 2, 3, 0], 8).2.ends_with("eap.ms_chap_v2.opcode"));
        assert!(read(&[2, 1, 0, 7, 3, 25, 13], 7).2.ends_with("eap.desired_type eap.desired_type"));
    }
}
