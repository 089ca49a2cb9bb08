//! Datagram Congestion Control Protocol (RFC 4340).
//!
//! ```text
//! |          Source port          |       Destination port        |
//! |  Data offset  | CCVal | CsCov |           Checksum            |
//! | Res |  Type |1|   Reserved    |  Sequence number (48 bits)    |
//! |                       … sequence number                       |
//! ```
//!
//! With the bit behind the type at 0, the sequence number has 24 bits and follows it at once. Then come, depending on the
//! type, an acknowledgment number, a service code or a reset code, and options. Sequence numbers are as they stand,
//! because connections are not followed.

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::{Around, Field, Kind};
use crate::input::{Bad, Extent, Input, Stop};
use crate::proto::shared::checksum::{self, Covered, Status};
use crate::proto::shared::names::ports::dccp_service;
use crate::proto::shared::tlv::Tlv;
use crate::proto::shared::{names::port_words, transport::dccp_options as options};
use crate::sink::{NoteKind, Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEADER:
    SRCPORT = Field::uint("dccp.srcport", 0, 16).names(dccp_service).label("Source port").doc("RFC 4340 §5.1", "The sending socket's port").explain(port_words::explain);
    DSTPORT = Field::uint("dccp.dstport", 16, 16).names(dccp_service).label("Destination port").doc("RFC 4340 §5.1", "The receiving socket's port").explain(port_words::explain);
    OFFSET = Field::uint("dccp.data_offset", 32, 8).unit("words").label("Data offset").doc("RFC 4340 §5.1", "Length of the header with its options, in units of 4 bytes").explain(explain_offset);
    CCVAL = Field::uint("dccp.ccval", 40, 4).label("CCVal").doc("RFC 4340 §5.1", "For the sender's congestion control; CCID 3 counts quarters of the round-trip time with it");
    CSCOV = Field::uint("dccp.cscov", 44, 4).label("Checksum coverage").doc("RFC 4340 §9.2", "0: the checksum covers everything; 1: header and options; n: and the first (n - 1) × 4 bytes of the data").explain(explain_coverage);
    CHECKSUM = Field::uint("dccp.checksum", 48, 16).hex().label("Checksum").doc("RFC 4340 §9.1", "Ones' complement sum over the pseudo-header, header, options and what is covered of the data");
    RES1 = Field::uint("dccp.res1", 64, 3).hex().label("Reserved").doc("RFC 4340 §5.1", "Must be 0");
    TYPE = Field::uint("dccp.type", 67, 4).values(TYPES).label("Type").doc("RFC 4340 §5.1", "Which packet it is").explain(explain_type);
    EXTENDED = Field::flag("dccp.x", 71).label("Extended sequence numbers").doc("RFC 4340 §5.1", "1: sequence numbers have 48 bits; 0: 24 bits, which only Data, Ack and DataAck may have");
}

crate::fields! { LONG:
    RES2 = Field::uint("dccp.res2", 72, 8).hex().label("Reserved").doc("RFC 4340 §5.1", "Must be 0");
    SEQ = Field::uint("dccp.seq_raw", 80, 48).label("Sequence number (raw)").doc("RFC 4340 §7.1", "Counts packets, also those without data, modulo 2^48");
}

crate::fields! { SHORT:
    SHORT_SEQ = Field::uint("dccp.seq_raw", 72, 24).label("Sequence number (raw)").doc("RFC 4340 §7.6", "The lower 24 bits of it");
}

crate::fields! { LONG_ACK:
    ACK_RES = Field::uint("dccp.ack_res", 128, 16).hex_wide(4).label("Reserved").doc("RFC 4340 §5.3", "Must be 0");
    ACK = Field::uint("dccp.ack_raw", 144, 48).label("Acknowledgment number (raw)").doc("RFC 4340 §7.1", "The greatest sequence number that arrived");
}

crate::fields! { SHORT_ACK:
    SHORT_ACK_RES = Field::uint("dccp.ack_res", 96, 8).hex_wide(4).label("Reserved").doc("RFC 4340 §5.3", "Must be 0");
    SHORT_ACK_NUMBER = Field::uint("dccp.ack_raw", 104, 24).label("Acknowledgment number (raw)").doc("RFC 4340 §7.6", "The lower 24 bits of the greatest sequence number that arrived");
}

crate::fields! { SERVICE:
    SERVICE_CODE = Field::uint("dccp.service_code", 0, 32).values(SERVICES).label("Service code").doc("RFC 4340 §8.1.2", "Which service the client wants, or the server offers, on this port; usually four letters").explain(explain_service);
}

crate::fields! { RESET:
    RESET_CODE = Field::uint("dccp.reset_code", 0, 8).names(reset_name).label("Reset code").doc("RFC 4340 §5.6", "Why the connection ends");
    DATA_1 = Field::uint("dccp.data1", 8, 8).label("Data 1").doc("RFC 4340 §5.6", "More about the reason: the packet's type, or the option's, that caused it");
    DATA_2 = Field::uint("dccp.data2", 16, 8).label("Data 2").doc("RFC 4340 §5.6", "The first two bytes of the option that caused it");
    DATA_3 = Field::uint("dccp.data3", 24, 8).label("Data 3").doc("RFC 4340 §5.6", "The first two bytes of the option that caused it");
}

crate::fields! { MOVING:
    PORT = Field::alias("dccp.port", Kind::Uint, &["dccp.srcport", "dccp.dstport"]).label("Source or destination port").doc("RFC 4340 §5.1", "Either port");
    CHECKSUM_STATUS = Field::derived("dccp.checksum.status", Kind::Uint).values(checksum::STATUSES).label("Checksum status").doc("RFC 4340 §9.1", "Whether the checksum agrees with what it covers").explain(checksum::explain_status);
}

const REQUEST: u64 = 0;
const RESPONSE: u64 = 1;
const DATA: u64 = 2;
const ACK_ONLY: u64 = 3;
const DATA_ACK: u64 = 4;
const RESET_TYPE: u64 = 7;
/// From here on, types are reserved.
const RESERVED: u64 = 10;

static TYPES: &[(u64, &str)] = &[
    (REQUEST, "Request"),
    (RESPONSE, "Response"),
    (DATA, "Data"),
    (ACK_ONLY, "Ack"),
    (DATA_ACK, "DataAck"),
    (5, "CloseReq"),
    (6, "Close"),
    (RESET_TYPE, "Reset"),
    (8, "Sync"),
    (9, "SyncAck"),
];

/// Service codes that people know (IANA, "Service Codes"): four letters each.
static SERVICES: &[(u64, &str)] = &[
    (0, "none"),
    (0x4449_5343, "discard"),
    (0x5254_4350, "RTCP"),
    (0x5254_5041, "RTP audio"),
    (0x5254_504f, "RTP other"),
    (0x5254_5054, "RTP text"),
    (0x5254_5056, "RTP video"),
    (0x5359_4c47, "syslog"),
    (0xffff_ffff, "invalid"),
];

fn reset_name(code: u64) -> Option<&'static str> {
    Some(match code {
        0 => "Unspecified",
        1 => "Closed",
        2 => "Aborted",
        3 => "No connection",
        4 => "Packet error",
        5 => "Option error",
        6 => "Mandatory error",
        7 => "Connection refused",
        8 => "Bad service code",
        9 => "Too busy",
        10 => "Bad init cookie",
        11 => "Aggression penalty",
        128..=255 => "CCID-specific",
        _ => return None,
    })
}

/// DCCP.
pub static DCCP: Protocol = Protocol {
    name: "dccp",
    title: "Datagram Congestion Control Protocol",
    spec: "RFC 4340",
    scope: "All packet types and options (those of CCID 3 by name, of others as bytes), and the checksum over what it covers. \
            Not: connections, relative sequence numbers, the data checksum option's sum.",
    unit: Unit::Datagram,
    tables: &[
        HEADER,
        LONG,
        SHORT,
        LONG_ACK,
        SHORT_ACK,
        SERVICE,
        RESET,
        MOVING,
        options::PREFIX,
        options::LENGTH,
        options::FEATURE,
        options::TIMESTAMP,
        options::ECHO,
        options::DATA_CHECKSUM,
        options::LOSS_RATE,
        options::RECEIVE_RATE,
        options::MOVING,
    ],
    keys: &[(Space::IpProto, 33)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ports: Some(ports),
    ..Protocol::NONE
};

/// Where the parts of a header end, in bytes from its beginning.
struct Layout {
    /// End of the sequence number.
    seq: u32,
    /// End of the acknowledgment number; that of the sequence number when there is none.
    ack: u32,
    /// End of the service code or the reset code; that of the numbers when there is neither.
    fixed: u32,
}

/// The layout of a header that begins with these bytes.
fn layout(header: &[u8]) -> Layout {
    let kind = TYPE.get(header);
    let is_long = EXTENDED.get(header) != 0;
    let seq = if is_long { 16 } else { 12 };
    let ack = match kind {
        REQUEST | DATA | RESERVED.. => 0,
        _ if is_long => 8,
        _ => 4,
    };
    let more = if matches!(kind, REQUEST | RESPONSE | RESET_TYPE) { 4 } else { 0 };
    Layout { seq, ack: seq + ack, fixed: seq + ack + more }
}

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let header = input.header::<12, S>(s, HEADER)?;
    let kind = TYPE.get(header);
    let is_long = EXTENDED.get(header) != 0;
    let parts = layout(header);
    let length = OFFSET.get(header) as u32 * 4;
    if length < parts.fixed {
        return Err(Stop::Bad(Bad {
            rule: "the data offset covers the fixed part of the packet's type (RFC 4340 §5.1)",
            expected: parts.fixed / 4,
            found: length / 4,
        }));
    }
    if !is_long && kind < RESERVED && !matches!(kind, DATA | ACK_ONLY | DATA_ACK) {
        let rule = "packets but Data, Ack and DataAck have long sequence numbers (RFC 4340 §5.1)";
        s.flaw(Bad { rule, expected: 1, found: 0 });
    }
    let fits = length <= input.wire || input.extent != Extent::Whole;
    let covered = (CSCOV.get(header) as u32).saturating_sub(1) * 4;
    let payload = input.wire.saturating_sub(length);
    if fits && covered > payload && input.extent == Extent::Whole {
        let rule = "the checksum covers no more data than there is (RFC 4340 §9.2)";
        s.flaw(Bad { rule, expected: payload, found: covered });
    }
    if S::ON && fits {
        let rule = "the checksum covers pseudo-header, header and coverage (RFC 4340 §9.1)";
        status(Covered::of(&input, input.wire), header, input.wire).put(s, &CHECKSUM_STATUS, rule);
        let captured = input.data.get(..length as usize).unwrap_or(input.data);
        s.fixed(if is_long { LONG } else { SHORT }, captured, input.base);
        if parts.ack > parts.seq {
            s.fixed(if is_long { LONG_ACK } else { SHORT_ACK }, captured, input.base);
        }
        let more = Tlv::new(input.data, input.base, parts.ack, parts.fixed - parts.ack);
        more.fixed(s, if kind == RESET_TYPE { RESET } else { SERVICE });
        let rest = Tlv::new(input.data, input.base, parts.fixed, length - parts.fixed);
        if kind >= RESERVED {
            s.note(NoteKind::Unknown, format_args!("packet type {kind} is not assigned; what it holds is not read"));
        } else if !rest.data.is_empty() {
            options::put(s, &rest);
        }
    }
    input.upto(length)?;
    Ok(Step::new(&input, length, input.wire, Next::End))
}

/// Compares the checksum of a packet of `wire` bytes.
fn status(covered: Covered<'_>, header: &[u8], wire: u32) -> Status {
    let bytes = match CSCOV.get(header) as u32 {
        0 => wire,
        n => (OFFSET.get(header) as u32 * 4).saturating_add((n - 1) * 4).min(wire),
    };
    covered.pseudo_upto(33, 6, bytes)
}

fn ports(header: &[u8]) -> Option<(u16, u16)> {
    let header = header.first_chunk::<4>()?;
    Some((SRCPORT.get(header) as u16, DSTPORT.get(header) as u16))
}

fn explain_offset(around: &Around<'_>, out: &mut Text) {
    out.lit("a header of ").num(around.value.saturating_mul(4)).lit(" bytes");
}

fn explain_coverage(around: &Around<'_>, out: &mut Text) {
    match around.value {
        0 => out.lit("everything"),
        1 => out
            .lit("header and options alone: damage in the data goes unnoticed here, and is the application's business"),
        n => {
            let bytes = n.saturating_sub(1).saturating_mul(4);
            out.lit("header, options and the first ")
                .num(bytes)
                .lit(" bytes of the data: damage in the rest goes unnoticed here")
        }
    };
}

fn explain_type(around: &Around<'_>, out: &mut Text) {
    out.lit(match around.value {
        REQUEST => "Request: asks for a connection",
        RESPONSE => "Response: agrees to a connection",
        DATA => "Data: carries data and acknowledges nothing",
        ACK_ONLY => "Ack: acknowledges what arrived and carries no data",
        DATA_ACK => "DataAck: carries data and acknowledges what arrived",
        5 => "CloseReq: the server asks the client to close the connection, and to keep the memory of it",
        6 => "Close: closes the connection; a Reset answers",
        RESET_TYPE => "Reset: the connection is over, regularly or not; the code says why",
        8 => "Sync: asks for an answer, to find the other side's sequence numbers again after many losses",
        9 => "SyncAck: answers a Sync",
        _ => "not assigned",
    });
}

fn explain_service(around: &Around<'_>, out: &mut Text) {
    let mut letters = around.bytes.iter().filter(|b| **b != 0).peekable();
    if letters.peek().is_some() && letters.all(|b| b.is_ascii_graphic()) {
        out.lit("as letters: ").untrusted(around.bytes.strip_prefix(&[0]).unwrap_or(around.bytes));
    }
}

/// Reset codes as tcpdump writes them.
static RESETS: [&str; 12] = [
    "unspecified",
    "closed",
    "aborted",
    "no_connection",
    "packet_error",
    "option_error",
    "mandatory_error",
    "connection_refused",
    "bad_service_code",
    "too_busy",
    "bad_init_cookie",
    "aggression_penalty",
];

fn line(seen: &Seen<'_>, out: &mut Text) {
    let (Some(addresses), Some((src, dst))) = (seen.addresses, ports(seen.header)) else { return };
    addresses.src_to(out).ch('.').num(src.into()).lit(" > ");
    addresses.dst_to(out).ch('.').num(dst.into()).lit(": DCCP ");
    let header = seen.header;
    if seen.style.verbose > 0 {
        out.lit("(CCVal ").num(CCVAL.get(header)).lit(", CsCov ").num(CSCOV.get(header));
        if !seen.style.unverified && seen.extent == Extent::Whole {
            let found = CHECKSUM.get(header);
            match status(Covered::seen(seen), header, seen.wire) {
                Status::Good => {
                    out.lit(", cksum ").hex(found, 4).lit(" (correct)");
                }
                Status::Bad { expected, .. } => {
                    out.lit(", cksum ").hex(found, 4).lit(" (incorrect -> ").hex(expected, 4).ch(')');
                }
                Status::Partial => {
                    out.lit(", cksum ").hex(found, 4).lit(" (partial)");
                }
                _ => {}
            }
        }
        out.lit(") ");
    }
    let kind = TYPE.get(header);
    match TYPE.name_of(header, kind) {
        Some(name) => out.lit("DCCP-").lit(name),
        None => out.lit("unknown-type-").num(kind),
    };
    if seen.style.quiet {
        return;
    }
    let parts = layout(header);
    let more = header.get(parts.ack as usize..).unwrap_or_default();
    match kind {
        REQUEST | RESPONSE => {
            out.lit(" (service=").num(SERVICE_CODE.get(more)).ch(')');
        }
        RESET_TYPE => {
            let code = RESET_CODE.get(more);
            out.lit(" (code=");
            match RESETS.get(code as usize) {
                Some(name) => out.lit(name),
                None => out.lit("unknown-").num(code),
            };
            out.ch(')');
        }
        _ => {}
    }
    let is_long = EXTENDED.get(header) != 0;
    if parts.ack > parts.seq {
        out.lit(" (ack=").num(if is_long { ACK.get(header) } else { SHORT_ACK_NUMBER.get(header) }).ch(')');
    }
    if seen.style.verbose > 1 {
        out.lit(" seq ").num(if is_long { SEQ.get(header) } else { SHORT_SEQ.get(header) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Env;

    /// Data offset 7, long numbers, an option of 3 bytes and one of padding.
    const ACK_PACKET: [u8; 28] =
        [0x9c, 0x42, 0x13, 0x89, 7, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 37, 3, 9, 0];

    fn said(packet: &[u8], wire: u32, extent: Extent) -> (Dissected, Vec<(&'static str, u64)>, Vec<String>) {
        let mut tree = Tree::default();
        let dissected = dissect(Input { data: packet, base: 0, wire, extent, env: &Env::NONE }, &mut tree);
        let notes = tree.notes().iter().map(|n| tree.note_text(n).to_owned()).collect();
        (dissected, tree.nodes().iter().map(|n| (n.field.name, tree.number(n))).collect(), notes)
    }

    #[test]
    fn numbers_lie_where_their_size_puts_them() {
        let (step, rows, notes) = said(&ACK_PACKET, 28, Extent::Whole);
        assert_eq!(step.map(|s| s.header), Ok(28));
        for row in [("dccp.seq_raw", 1), ("dccp.ack_raw", 2), ("dccp.ndp_count", 9)] {
            assert!(rows.contains(&row), "{rows:?}");
        }
        assert!(notes.is_empty(), "{notes:?}");
        let short = [0x9c, 0x42, 0x13, 0x89, 4, 0, 0, 0, 6, 0, 0, 1, 0, 0, 0, 2];
        let (_, rows, _) = said(&short, 16, Extent::Whole);
        assert!(rows.contains(&("dccp.seq_raw", 1)) && rows.contains(&("dccp.ack_raw", 2)), "{rows:?}");
    }

    #[test]
    fn a_header_that_contradicts_itself_cannot_be_read() {
        let mut packet = ACK_PACKET;
        packet[4] = 5;
        assert_eq!(said(&packet, 28, Extent::Whole).0.map_err(|e| matches!(e, Stop::Bad(_))), Err(true));
        packet[4] = 8;
        assert_eq!(said(&packet, 28, Extent::Whole).0.map_err(|e| matches!(e, Stop::Bad(_))), Err(true));
        // In a fragment, the rest of the header may be elsewhere.
        assert_eq!(said(&packet, 28, Extent::Fragment).0.map_err(|e| matches!(e, Stop::Cut { .. })), Err(true));
    }

    #[test]
    fn an_option_that_does_not_fit_is_named() {
        for (at, value, rule) in [(25, 1, "at least"), (25, 9, "within the header"), (27, 40, "type and a length")] {
            let mut packet = ACK_PACKET;
            packet[at] = value;
            let (step, _, notes) = said(&packet, 28, Extent::Whole);
            assert!(step.is_ok());
            assert!(notes.len() == 1 && notes[0].contains(rule), "{notes:?}");
        }
    }
}
