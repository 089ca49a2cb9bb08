//! Internet Group Management Protocol: version 1 (RFC 1112), version 2 (RFC 2236), version 3 (RFC 3376, made a standard by
//! RFC 9776), and the traceroute for multicast (draft-ietf-idmr-traceroute-ipm) that uses its number.
//!
//! ```text
//! |     Type      | Max resp code |           Checksum            |
//! |                         Group address                         |
//! | Resv  |S| QRV |     QQIC      |       Number of sources       |   queries of version 3
//! |                        Source addresses                       |
//! ```

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::{Around, Field, Kind, Table};
use crate::input::Input;
use crate::proto::shared::checksum::{self, Covered, Status};
use crate::proto::shared::icmp::listeners::{self, LineNames, Rows, explain_record, explain_robustness, float8};
use crate::proto::shared::names::multicast::ip4_kind;
use crate::proto::shared::tlv::Tlv;
use crate::sink::{NoteKind, Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEADER:
    TYPE = Field::uint("igmp.type", 0, 8).hex().values(TYPES).explain(explain_type).label("Type").doc("RFC 2236 §2.1", "What the message asks or reports");
    RESERVED = Field::bytes("igmp.reserved", 8, 8).repeats().label("Reserved").doc("RFC 3376 §4.2.1", "Must be 0");
    CHECKSUM = Field::uint("igmp.checksum", 16, 16).hex().label("Checksum").doc("RFC 2236 §2.3", "Ones' complement sum over the whole message");
}

crate::fields! { GROUP:
    MADDR = Field::ip4("igmp.maddr", 32).repeats().explain(explain_group).label("Multicast address").doc("RFC 2236 §2.4", "The group; 0.0.0.0 in a query that asks about all groups");
}

crate::fields! { QUERY:
    QUERY_RESERVED = Field::uint("igmp.resv", 64, 4).label("Reserved").doc("RFC 3376 §4.1.4", "Must be 0");
    S = Field::flag("igmp.s", 68).label("Suppress router-side processing").doc("RFC 3376 §4.1.5", "1: other routers must not shorten their timers because of this query");
    QRV = Field::uint("igmp.qrv", 69, 3).explain(explain_robustness).label("Querier's robustness variable").doc("RFC 3376 §4.1.6", "How many times reports are repeated, because the network may lose some");
    QQIC = Field::uint("igmp.qqic", 72, 8).explain(explain_interval).label("Querier's query interval code").doc("RFC 3376 §4.1.7", "How often the querier asks, in seconds; from 128 on a floating-point number");
    NUM_SRC = Field::uint("igmp.num_src", 80, 16).repeats().label("Number of sources").doc("RFC 3376 §4.1.8", "How many source addresses follow; 0 unless the query asks about certain sources of a group");
}

crate::fields! { REPORT:
    REPORT_RESERVED = Field::bytes("igmp.reserved", 32, 16).repeats().label("Reserved").doc("RFC 3376 §4.2.1", "Must be 0");
    NUM_RECORDS = Field::uint("igmp.num_grp_recs", 48, 16).label("Number of group records").doc("RFC 3376 §4.2.3", "How many group records follow");
}

crate::fields! { RECORD:
    RECORD_TYPE = Field::uint("igmp.record_type", 0, 8).repeats().values(listeners::RECORD_TYPES).explain(explain_record).label("Record type").doc("RFC 3376 §4.2.12", "What the host wants of the group's sources");
    AUX_LEN = Field::uint("igmp.aux_data_len", 8, 8).repeats().label("Auxiliary data length").doc("RFC 3376 §4.2.6", "Length of the auxiliary data in units of 4 bytes; 0, since none is defined");
    RECORD_SOURCES = Field::uint("igmp.num_src", 16, 16).repeats().label("Number of sources").doc("RFC 3376 §4.2.7", "How many source addresses the record lists");
    RECORD_GROUP = Field::ip4("igmp.maddr", 32).repeats().explain(explain_group).label("Multicast address").doc("RFC 3376 §4.2.8", "The group that the record is about");
}

crate::fields! { TRACE:
    TRACE_HOPS = Field::uint("igmp.mtrace.max_hops", 8, 8).label("Hops").doc("draft-ietf-idmr-traceroute-ipm-07 §3.1", "At how many routers the trace ends");
    TRACE_SUM = Field::uint("igmp.checksum", 16, 16).hex().label("Checksum").doc("draft-ietf-idmr-traceroute-ipm-07 §3.2", "Ones' complement sum over the whole message");
}

crate::fields! { TRACED:
    TRACE_GROUP = Field::ip4("igmp.maddr", 32).repeats().explain(explain_group).label("Multicast address").doc("draft-ietf-idmr-traceroute-ipm-07 §3.3", "The group whose tree is traced");
    TRACE_SOURCE = Field::ip4("igmp.mtrace.saddr", 64).label("Source address").doc("draft-ietf-idmr-traceroute-ipm-07 §3.4", "The sender to which the trace goes");
    TRACE_RECEIVER = Field::ip4("igmp.mtrace.raddr", 96).label("Receiver address").doc("draft-ietf-idmr-traceroute-ipm-07 §3.5", "The host from which the trace goes");
    TRACE_RESPONSE = Field::ip4("igmp.mtrace.rspaddr", 128).label("Response address").doc("draft-ietf-idmr-traceroute-ipm-07 §3.6", "Where the answer goes");
    TRACE_TTL = Field::uint("igmp.mtrace.resp_ttl", 160, 8).label("Response TTL").doc("draft-ietf-idmr-traceroute-ipm-07 §3.7", "Time to live of an answer to a group");
    TRACE_ID = Field::uint("igmp.mtrace.q_id", 168, 24).label("Query ID").doc("draft-ietf-idmr-traceroute-ipm-07 §3.8", "Matches answers to queries");
}

crate::fields! { TRACE_BLOCK:
    ARRIVAL = Field::uint("igmp.mtrace.q_arrival", 0, 32).repeats().label("Query arrival").doc("draft-ietf-idmr-traceroute-ipm-07 §4.1", "When the query arrived: the middle 32 bits of an NTP time, in units of 1/65,536 s");
    IN_ADDRESS = Field::ip4("igmp.mtrace.q_inaddr", 32).repeats().label("Incoming interface").doc("draft-ietf-idmr-traceroute-ipm-07 §4.2", "Where packets from the source are expected");
    OUT_ADDRESS = Field::ip4("igmp.mtrace.q_outaddr", 64).repeats().label("Outgoing interface").doc("draft-ietf-idmr-traceroute-ipm-07 §4.3", "Where packets to the receiver leave");
    PREVIOUS = Field::ip4("igmp.mtrace.q_prevrtr", 96).repeats().label("Previous router").doc("draft-ietf-idmr-traceroute-ipm-07 §4.4", "From which router packets of the source are expected");
    IN_PACKETS = Field::uint("igmp.mtrace.q_inpkt", 128, 32).repeats().label("Packets in").doc("draft-ietf-idmr-traceroute-ipm-07 §4.5", "Multicast packets received on the incoming interface");
    OUT_PACKETS = Field::uint("igmp.mtrace.q_outpkt", 160, 32).repeats().label("Packets out").doc("draft-ietf-idmr-traceroute-ipm-07 §4.6", "Multicast packets sent on the outgoing interface");
    TOTAL = Field::uint("igmp.mtrace.q_total", 192, 32).repeats().label("Packets forwarded").doc("draft-ietf-idmr-traceroute-ipm-07 §4.7", "Packets of the source to the group that were forwarded");
    ROUTING = Field::uint("igmp.mtrace.q_rtg_proto", 224, 8).repeats().label("Routing protocol").doc("draft-ietf-idmr-traceroute-ipm-07 §4.8", "By which protocol the previous router is known");
    FORWARD_TTL = Field::uint("igmp.mtrace.q_fwd_ttl", 232, 8).repeats().label("Forwarding TTL").doc("draft-ietf-idmr-traceroute-ipm-07 §4.9", "The least time to live that the outgoing interface forwards");
    MBZ = Field::uint("igmp.mtrace.q_mbz", 240, 1).repeats().hex_wide(2).label("Must be zero").doc("draft-ietf-idmr-traceroute-ipm-07 §4.10", "0");
    TRACE_S = Field::uint("igmp.mtrace.q_s", 241, 1).repeats().hex_wide(2).label("S").doc("draft-ietf-idmr-traceroute-ipm-07 §4.11", "1: the count of forwarded packets is of the whole source network");
    SOURCE_MASK = Field::uint("igmp.mtrace.q_src_mask", 242, 6).repeats().hex_wide(2).unit("bits").label("Source mask").doc("draft-ietf-idmr-traceroute-ipm-07 §4.12", "Prefix length of the source network; 63: only the group decides");
    FORWARDING = Field::uint("igmp.mtrace.q_fwd_code", 248, 8).repeats().hex().label("Forwarding code").doc("draft-ietf-idmr-traceroute-ipm-07 §4.13", "0: forwarded; other values say why not");
}

crate::fields! { MOVING:
    VERSION = Field::derived("igmp.version", Kind::Uint).label("Version").doc("RFC 3376 §7.1", "Told by type, length and maximum response time, since no field says it");
    MAX_RESP = Field::moving("igmp.max_resp", Kind::Uint).explain(explain_max_resp).label("Maximum response time").doc("RFC 2236 §2.2", "In a query: by when hosts must answer, in tenths of a second; in version 3 times from 12.8 s on are sent as a floating-point number and shown as what it stands for");
    EXPONENT = Field::moving("igmp.max_resp.exp", Kind::Uint).hex_wide(2).part_of("igmp.max_resp").label("Exponent").doc("RFC 3376 §4.1.1", "The mantissa, with a 1 before it, is shifted by 3 more than this");
    MANTISSA = Field::moving("igmp.max_resp.mant", Kind::Uint).hex_wide(2).part_of("igmp.max_resp").label("Mantissa").doc("RFC 3376 §4.1.1", "The bits behind the leading 1");
    STATUS = Field::derived("igmp.checksum.status", Kind::Uint).values(checksum::STATUSES).explain(checksum::explain_status).label("Checksum status").doc("RFC 2236 §2.3", "Whether the checksum agrees with what was captured");
    SOURCE = Field::moving("igmp.saddr", Kind::Ip4).repeats().label("Source address").doc("RFC 3376 §4.1.9", "A source that a query asks about, or that a record lists");
    GROUP_RECORD = Field::group("igmp.record").repeats().label("Group record").doc("RFC 3376 §4.2.4", "What the host wants of one group");
    TRACE_RESPONSE_BLOCK = Field::group("igmp.mtrace.block").repeats().label("Response data").doc("draft-ietf-idmr-traceroute-ipm-07 §4", "What one router on the way tells");
    AUX_DATA = Field::moving("igmp.aux_data", Kind::Bytes).repeats().label("Auxiliary data").doc("RFC 3376 §4.2.10", "None is defined; receivers ignore it");
    DATA = Field::moving("igmp.data", Kind::Bytes).label("Data").doc("RFC 2236 §2.5", "Bytes that this message type does not define, or of a type that is not decoded");
}

static FIRST: Table = &[&TYPE];
static SECOND: Table = &[&RESERVED];
static THIRD: Table = &[&CHECKSUM];

const QUERY_TYPE: u64 = 0x11;
const REPORT1: u64 = 0x12;
const DVMRP: u64 = 0x13;
const PIM1: u64 = 0x14;
const REPORT2: u64 = 0x16;
const LEAVE: u64 = 0x17;
const TRACE_REPLY: u64 = 0x1e;
const TRACE_QUERY: u64 = 0x1f;
const REPORT3: u64 = 0x22;

/// IANA, "Internet Group Management Protocol (IGMP) Type Numbers".
static TYPES: &[(u64, &str)] = &[
    (QUERY_TYPE, "Membership query"),
    (REPORT1, "Version 1 membership report"),
    (DVMRP, "DVMRP"),
    (PIM1, "PIM version 1"),
    (0x15, "Cisco trace"),
    (REPORT2, "Version 2 membership report"),
    (LEAVE, "Leave group"),
    (TRACE_REPLY, "Multicast traceroute response"),
    (TRACE_QUERY, "Multicast traceroute"),
    (REPORT3, "Version 3 membership report"),
    (0x30, "Multicast router advertisement"),
    (0x31, "Multicast router solicitation"),
    (0x32, "Multicast router termination"),
    (0x40, "IGAP membership report"),
    (0x41, "IGAP membership query"),
    (0x42, "IGAP leave group"),
];

/// IGMP.
pub static IGMP: Protocol = Protocol {
    name: "igmp",
    title: "Internet Group Management Protocol",
    spec: "RFC 3376",
    scope: "Queries, reports and leaves of versions 1 to 3, multicast traceroute. Not: DVMRP, PIM version 1, IGAP and others that use IGMP's number, beyond their type",
    unit: Unit::Message,
    tables: &[HEADER, GROUP, QUERY, REPORT, RECORD, TRACE, TRACED, TRACE_BLOCK, MOVING],
    keys: &[(Space::IpProto, 2)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    counted_as: Some(counted_as),
    ..Protocol::NONE
};

static ROWS: Rows = Rows {
    record: &GROUP_RECORD,
    head: RECORD,
    source: &SOURCE,
    auxiliary: &AUX_DATA,
    address: 4,
    rule_count: "a report holds as many group records as it says (RFC 3376 §4.2.3)",
    rule_fits: "a group record fits into its report (RFC 3376 §4.2.4)",
};

/// What a message is, and the least length of its header.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A query or report of version 1 or 2.
    Plain(u8),
    /// A query of version 3.
    Query,
    /// A report of version 3.
    Report,
    /// Multicast traceroute, query or response.
    Trace,
    /// Anything else; only the type is known.
    Other,
}

impl Form {
    /// The form of a message of this type, second byte and length on the wire (RFC 3376 §7.1).
    fn of(kind: u64, code: u8, wire: u32) -> Form {
        match kind {
            QUERY_TYPE if wire >= 12 => Form::Query,
            QUERY_TYPE if code == 0 => Form::Plain(1),
            REPORT1 => Form::Plain(1),
            QUERY_TYPE | REPORT2 | LEAVE => Form::Plain(2),
            REPORT3 => Form::Report,
            TRACE_QUERY | TRACE_REPLY => Form::Trace,
            _ => Form::Other,
        }
    }

    fn header(self) -> u32 {
        match self {
            Form::Plain(_) | Form::Report => 8,
            Form::Query => 12,
            Form::Trace => 24,
            Form::Other => 1,
        }
    }
}

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let kind = TYPE.get(input.header::<1, S>(s, FIRST)?);
    let code = input.data.get(1).copied();
    // Without the second byte, the message is cut before anything depends on it.
    let form = Form::of(kind, code.unwrap_or(0), input.wire);
    let all = input.data.len() as u32;
    let m = Tlv::new(input.data, input.base, 0, input.wire);
    match (form, code) {
        (Form::Other, _) => {
            m.rest(s, &DATA, 1);
            let name = TYPE.name_of(&[], kind).unwrap_or("unassigned");
            s.note(NoteKind::Unknown, format_args!("the body of IGMP type 0x{kind:02x} ({name}) is not decoded"));
            return Ok(Step::new(&input, all, input.wire, Next::End));
        }
        (Form::Trace, _) => s.fixed(TRACE, input.data, input.base),
        (Form::Plain(1) | Form::Report, _) => s.fixed(SECOND, input.data, input.base),
        (_, Some(code)) => max_resp(s, &m, u64::from(code), form),
        _ => {}
    }
    if form != Form::Trace {
        s.fixed(THIRD, input.data, input.base);
    }
    if S::ON && all >= 4 {
        Covered::of(&input, input.wire).plain(2).put(s, &STATUS, "the checksum covers the message (RFC 2236 §2.3)");
    }
    match form {
        Form::Plain(_) => s.fixed(GROUP, input.data, input.base),
        Form::Query => {
            s.fixed(GROUP, input.data, input.base);
            s.fixed(QUERY, input.data, input.base);
        }
        Form::Report => s.fixed(REPORT, input.data, input.base),
        _ => s.fixed(TRACED, input.data, input.base),
    }
    input.upto(form.header())?;
    let version = match form {
        Form::Plain(version) => version.into(),
        _ => 3,
    };
    if form != Form::Trace {
        s.derived(&VERSION, version);
    }
    if S::ON {
        let end = match form {
            Form::Query => sources(s, &m),
            Form::Report => listeners::records(s, &m, 8, NUM_RECORDS.get(input.data) as u32, &ROWS),
            Form::Trace => blocks(s, &m),
            _ => form.header(),
        };
        m.rest(s, &DATA, end);
        if all < input.wire {
            s.note(NoteKind::Cut, format_args!("igmp: {} bytes expected, {all} captured", input.wire));
        }
    }
    Ok(Step::new(&input, all, input.wire, Next::End))
}

/// Puts the time until which hosts must answer.
fn max_resp<S: Sink>(s: &mut S, m: &Tlv<'_>, code: u64, form: Form) {
    if form != Form::Query || code < 0x80 {
        s.uint(&MAX_RESP, m.bit(1), 8, code);
        return;
    }
    s.uint(&MAX_RESP, m.bit(1), 8, float8(code));
    s.uint(&EXPONENT, m.bit(1) + 1, 3, code >> 4 & 7);
    s.uint(&MANTISSA, m.bit(1) + 4, 4, code & 0xf);
}

/// Puts the sources of a query of version 3; returns where they end.
fn sources<S: Sink>(s: &mut S, m: &Tlv<'_>) -> u32 {
    let count = NUM_SRC.get(m.data) as u32;
    let room = m.wire.saturating_sub(12) / 4;
    for n in 0..count.min(room) {
        let at = 12 + n * 4;
        if m.data.len() < (at + 4) as usize || !s.room() {
            break;
        }
        m.span(s, &SOURCE, at, at + 4);
    }
    if count > room {
        let rule = "a query holds as many sources as it says (RFC 3376 §4.1.8)";
        s.note(NoteKind::Bad, format_args!("{rule}: {count} expected, {room} found"));
    }
    12 + count.min(room) * 4
}

/// Puts what the routers on the way of a trace told; returns where that ends.
fn blocks<S: Sink>(s: &mut S, m: &Tlv<'_>) -> u32 {
    let mut at = 24;
    while at + 32 <= m.wire && (at as usize) < m.data.len() && s.room() {
        s.open(&TRACE_RESPONSE_BLOCK, m.bit(at));
        m.part(at, 32).fixed(s, TRACE_BLOCK);
        s.close(m.bit(at + 32));
        at += 32;
    }
    at
}

/// Wireshark finds the dissector of a message by its type, and counts it again.
fn counted_as(header: &[u8]) -> Option<&'static str> {
    match TYPE.get(header) {
        DVMRP => Some("dvmrp"),
        PIM1 => Some("pim"),
        kind => (Form::of(kind, 0, 0) != Form::Other).then_some("igmp"),
    }
}

fn tenths(value: u64, out: &mut Text) {
    out.num_grouped(value / 10).ch('.').num(value % 10).lit(" s");
}

fn explain_type(a: &Around<'_>, out: &mut Text) {
    let group = a.layer.get(4..8).is_some_and(|g| g.iter().any(|b| *b != 0));
    out.lit(match a.value {
        QUERY_TYPE if group => "a router asks who listens to one group",
        QUERY_TYPE => "a router asks who listens to which groups",
        REPORT1 | REPORT2 => "a host listens to a group, or begins to",
        LEAVE => "a host no longer listens to a group; the router will ask whether others do",
        REPORT3 => "a host says which groups and sources it listens to, or what changed",
        TRACE_QUERY => "asks for the way from a source to a receiver",
        TRACE_REPLY => "the way from a source to a receiver, router by router",
        DVMRP | PIM1 => "a multicast routing protocol that uses IGMP's number",
        _ => return,
    });
}

fn explain_max_resp(a: &Around<'_>, out: &mut Text) {
    match (a.layer.first(), a.value) {
        (Some(0x11), 0) => {
            out.lit("hosts answer at once");
        }
        (Some(0x11), value) => {
            out.lit("hosts answer after a random time of at most ");
            tenths(value, out);
        }
        (_, 0) => {}
        _ => {
            out.lit("has a meaning only in queries");
        }
    }
}

fn explain_interval(a: &Around<'_>, out: &mut Text) {
    match float8(a.value) {
        0 => out.lit("not told; hosts take 125 s (RFC 3376 §8.2)"),
        seconds => out.lit("the next query comes ").num_grouped(seconds).lit(" s after this one"),
    };
}

fn explain_group(a: &Around<'_>, out: &mut Text) {
    match a.bytes.first_chunk::<4>() {
        Some([0, 0, 0, 0]) => out.lit("all groups"),
        Some(group) => out.lit(ip4_kind(*group)),
        None => return,
    };
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    let h = seen.header;
    let address = |at: usize, out: &mut Text| {
        if let Some(address) = h.get(at..).and_then(<[u8]>::first_chunk) {
            out.ip4(*address);
        }
    };
    let kind = TYPE.get(h);
    let code = h.get(1).copied().unwrap_or_default();
    let form = Form::of(kind, code, seen.wire);
    match (form, kind) {
        (Form::Query, _) => query(seen, float8(code.into()), out),
        (Form::Plain(version), QUERY_TYPE) => {
            out.lit("igmp query v").num(version.into());
            if version == 2 && code != 100 {
                out.lit(" [max resp time ").num(code.into()).ch(']');
            }
            if MADDR_BYTES.iter().any(|at| h.get(*at).is_some_and(|b| *b != 0)) {
                out.lit(" [gaddr ");
                address(4, out);
                out.ch(']');
            }
        }
        (Form::Plain(_), _) => {
            out.lit(match kind {
                REPORT1 => "igmp v1 report ",
                REPORT2 => "igmp v2 report ",
                _ => "igmp leave ",
            });
            address(4, out);
        }
        (Form::Report, _) => {
            let count = NUM_RECORDS.get(h) as u32;
            out.lit("igmp v3 report, ").num(count.into()).lit(" group record(s)");
            if seen.style.verbose > 0 {
                let short = ((h.len() as u64) < u64::from(seen.wire)).then_some(" [|igmp]");
                listeners::line(h.get(8..).unwrap_or_default(), count, &LINE, short, out);
            }
        }
        (Form::Trace, _) => {
            out.lit(if kind == TRACE_REPLY { "mresp " } else { "mtrace " }).num(TRACE_ID.get(h)).lit(": ");
            address(8, out);
            out.lit(" to ");
            address(12, out);
            out.lit(" reply-to ");
            address(16, out);
        }
        (Form::Other, DVMRP) => {
            out.lit("igmp dvmrp");
        }
        (Form::Other, PIM1) => {
            out.lit("igmp pimv1");
        }
        (Form::Other, _) => {
            out.lit("igmp-").num(kind);
        }
    }
    if matches!(form, Form::Plain(_)) && seen.wire != 8 {
        out.lit(" [len ").num(seen.wire.into()).ch(']');
    }
    if seen.style.verbose > 0
        && form != Form::Other
        && let Status::Bad { found, .. } = Covered::seen(seen).plain(2)
    {
        out.lit(" bad igmp cksum ").hex_digits(found, 1).ch('!');
    }
}

static LINE: LineNames = LineNames {
    size: 4,
    version: "v3",
    address: |bytes, out| {
        if let Some(group) = bytes.first_chunk() {
            out.ip4(*group);
        }
    },
};

/// Where the group address is in a message.
const MADDR_BYTES: [usize; 4] = [4, 5, 6, 7];

/// ` [max resp time 44.8s] [gaddr 233.252.0.7, 2 source(s)]`.
fn query(seen: &Seen<'_>, time: u64, out: &mut Text) {
    let h = seen.header;
    out.lit("igmp query v3");
    if time != 100 {
        out.lit(" [max resp time ");
        if time >= 600 {
            out.num(time / 600).ch('m');
        }
        if time < 600 || !time.is_multiple_of(600) {
            out.num(time % 600 / 10).ch('.').num(time % 10).ch('s');
        }
        out.ch(']');
    }
    let sources = NUM_SRC.get(h);
    let group: Option<&[u8; 4]> = h.get(4..).and_then(<[u8]>::first_chunk);
    match group {
        Some([0, 0, 0, 0]) | None => {}
        Some(group) => {
            out.lit(" [gaddr ").ip4(*group);
            if sources > 0 && u64::from(seen.wire) < 12 + sources * 4 {
                out.lit(" [invalid number of sources ").num(sources).ch(']');
            } else if sources > 0 {
                out.lit(", ").num(sources).lit(" source(s)");
            }
            out.ch(']');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Env, Extent, Stop};

    fn read(data: &[u8], wire: u32) -> (Dissected, Vec<(&'static str, u64)>) {
        let mut tree = Tree::default();
        let input = Input { data, base: 0, wire, extent: Extent::Whole, env: &Env::NONE };
        let dissected = dissect(input, &mut tree);
        (dissected, tree.nodes().iter().map(|n| (n.field.name, tree.number(n))).collect())
    }

    #[test]
    fn length_and_time_tell_the_version_of_a_query() {
        let query = |code: u8, length: usize| {
            let mut m = vec![0x11, code, 0, 0, 233, 252, 0, 7];
            m.resize(length, 0);
            let fields = read(&m, length as u32).1;
            fields.iter().find(|f| f.0 == "igmp.version").map(|f| f.1)
        };
        assert_eq!([query(0, 8), query(1, 8), query(0, 12), query(9, 40)], [Some(1), Some(2), Some(3), Some(3)]);
    }

    #[test]
    fn counts_beyond_the_message_end_with_it() {
        let m = [0x22, 0, 0, 0, 0, 0, 0xff, 0xff, 2, 0, 0xff, 0xff, 233, 252, 0, 7, 192, 0, 2, 1];
        let (dissected, fields) = read(&m, 20);
        assert!(dissected.is_ok());
        assert_eq!(fields.iter().filter(|f| f.0 == "igmp.saddr").count(), 1);
        assert_eq!(fields.iter().filter(|f| f.0 == "igmp.record").count(), 1);
    }

    #[test]
    fn a_message_shorter_than_its_header_is_bad() {
        assert!(matches!(read(&[0x16, 0, 0, 0, 233, 252], 6).0, Err(Stop::Bad(_))));
        assert!(matches!(read(&[0x16, 0, 0, 0, 233, 252], 8).0, Err(Stop::Cut { .. })));
    }
}
