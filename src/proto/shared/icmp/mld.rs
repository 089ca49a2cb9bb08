//! Bodies of Multicast Listener Discovery messages, which are ICMPv6: version 1 (RFC 2710) and version 2 (RFC 3810).
//!
//! ```text
//! |   Maximum response code       |           Reserved            |
//! |                  Multicast address, 16 bytes                  |
//! | Resv  |S| QRV |     QQIC      |       Number of sources       |   version 2 only
//! |                        Source addresses                       |
//! ```

use super::listeners::{self, LineNames, Rows, explain_record, explain_robustness, float8, float16};
use crate::field::{Around, Field, Kind};
use crate::proto::shared::names::multicast::ip6_kind;
use crate::proto::shared::tlv::Tlv;
use crate::sink::{NoteKind, Sink};
use crate::text::Text;

crate::fields! { pub V1:
    DELAY = Field::uint("icmpv6.mld.maximum_response_delay", 32, 16).unit("ms").explain(explain_delay).label("Maximum response delay").doc("RFC 2710 §3.3", "In a query: by when listeners must answer; 0 in other messages");
    V1_RESERVED = Field::bytes("icmpv6.reserved", 48, 16).repeats().label("Reserved").doc("RFC 2710 §3.4", "Must be 0");
    V1_ADDRESS = Field::ip6("icmpv6.mld.multicast_address", 64).explain(explain_group).label("Multicast address").doc("RFC 2710 §3.5", "The group; :: in a query that asks about all groups");
}

crate::fields! { pub QUERY:
    RESERVED = Field::bytes("icmpv6.reserved", 48, 16).repeats().label("Reserved").doc("RFC 3810 §5.1.4", "Must be 0");
    ADDRESS = Field::ip6("icmpv6.mld.multicast_address", 64).explain(explain_group).label("Multicast address").doc("RFC 3810 §5.1.5", "The group; :: in a query that asks about all groups");
    FLAG = Field::uint("icmpv6.mld.flag", 192, 8).hex().label("Flags").doc("RFC 3810 §5.1", "Reserved bits, the S flag and the robustness variable");
    FLAG_S = Field::flag("icmpv6.mld.flag.s", 196).part_of("icmpv6.mld.flag").label("Suppress router-side processing").doc("RFC 3810 §5.1.7", "1: other routers must not shorten their timers because of this query");
    FLAG_QRV = Field::uint("icmpv6.mld.flag.qrv", 197, 3).part_of("icmpv6.mld.flag").explain(explain_robustness).label("Querier's robustness variable").doc("RFC 3810 §5.1.8", "How many times reports are repeated, because the network may lose some");
    FLAG_RESERVED = Field::uint("icmpv6.mld.flag.reserved", 192, 4).part_of("icmpv6.mld.flag").label("Reserved").doc("RFC 3810 §5.1.6", "Must be 0");
}

crate::fields! { pub SOURCES:
    NB_SOURCES = Field::uint("icmpv6.mld.nb_sources", 208, 16).label("Number of sources").doc("RFC 3810 §5.1.10", "How many source addresses follow; 0 unless the query asks about certain sources of a group");
}

crate::fields! { pub REPORT:
    REPORT_RESERVED = Field::bytes("icmpv6.reserved", 32, 16).repeats().label("Reserved").doc("RFC 3810 §5.2.1", "Must be 0");
    NB_RECORDS = Field::uint("icmpv6.mldr.nb_mcast_records", 48, 16).label("Number of records").doc("RFC 3810 §5.2.3", "How many multicast address records follow");
}

crate::fields! { pub RECORD:
    TYPE = Field::uint("icmpv6.mldr.mar.record_type", 0, 8).repeats().values(listeners::RECORD_TYPES).explain(explain_record).label("Record type").doc("RFC 3810 §5.2.12", "What the listener wants of the group's sources");
    AUX_LEN = Field::uint("icmpv6.mldr.mar.aux_data_len", 8, 8).repeats().label("Auxiliary data length").doc("RFC 3810 §5.2.6", "Length of the auxiliary data in units of 4 bytes; 0, since none is defined");
    RECORD_SOURCES = Field::uint("icmpv6.mldr.mar.nb_sources", 16, 16).repeats().label("Number of sources").doc("RFC 3810 §5.2.7", "How many source addresses the record lists");
    GROUP = Field::ip6("icmpv6.mldr.mar.multicast_address", 32).repeats().explain(explain_group).label("Multicast address").doc("RFC 3810 §5.2.8", "The group that the record is about");
}

crate::fields! { pub MOVING:
    CODE = Field::moving("icmpv6.mld.maximum_response_code", Kind::Uint).unit("ms").explain(explain_delay).label("Maximum response code").doc("RFC 3810 §5.1.3", "By when listeners must answer; times from 32,768 ms on are sent as a floating-point number and shown as what it stands for");
    QQI = Field::moving("icmpv6.mld.qqi", Kind::Uint).unit("s").explain(explain_interval).label("Query interval").doc("RFC 3810 §5.1.9", "How often the querier asks; intervals from 128 s on are sent as a floating-point number and shown as what it stands for");
    SOURCE = Field::moving("icmpv6.mld.source_address", Kind::Ip6).repeats().label("Source address").doc("RFC 3810 §5.1.11", "A source that the query asks about");
    MAR = Field::group("icmpv6.mldr.mar").repeats().label("Multicast address record").doc("RFC 3810 §5.2.4", "What the listener wants of one group");
    RECORD_SOURCE = Field::moving("icmpv6.mldr.mar.source_address", Kind::Ip6).repeats().label("Source address").doc("RFC 3810 §5.2.9", "A source that the record lists");
    AUX_DATA = Field::moving("icmpv6.mldr.mar.auxiliary_data", Kind::Bytes).repeats().label("Auxiliary data").doc("RFC 3810 §5.2.10", "None is defined; receivers ignore it");
}

/// A version 2 query is at least this long; a version 1 query is shorter (RFC 3810 §8.1).
pub const QUERY2: u32 = 28;

static ROWS: Rows = Rows {
    record: &MAR,
    head: RECORD,
    source: &RECORD_SOURCE,
    auxiliary: &AUX_DATA,
    address: 16,
    rule_count: "a report holds as many records as it says (RFC 3810 §5.2.3)",
    rule_fits: "a record fits into its report (RFC 3810 §5.2.4)",
};

/// Puts the fixed part of a version 2 query, as far as it was captured.
pub fn query_head<S: Sink>(s: &mut S, m: &Tlv<'_>) {
    let word = |at: u32| Some(u64::from(m.byte(at)?) << 8 | u64::from(m.byte(at + 1)?));
    if let Some(code) = word(4) {
        s.uint(&CODE, m.bit(4), 16, float16(code));
    }
    m.fixed(s, QUERY);
    if let Some(code) = m.byte(25) {
        s.uint(&QQI, m.bit(25), 8, float8(code.into()));
    }
    m.fixed(s, SOURCES);
}

/// Puts the sources of a version 2 query.
pub fn query_sources<S: Sink>(s: &mut S, m: &Tlv<'_>) {
    let count = NB_SOURCES.get(m.data) as u32;
    let room = m.wire.saturating_sub(28) / 16;
    for n in 0..count.min(room) {
        let at = 28 + n * 16;
        if m.data.len() < (at + 16) as usize || !s.room() {
            break;
        }
        m.span(s, &SOURCE, at, at + 16);
    }
    if count > room {
        let rule = "a query holds as many sources as it says (RFC 3810 §5.1.10)";
        s.note(NoteKind::Bad, format_args!("{rule}: {count} expected, {room} found"));
    }
}

/// Puts the records of a version 2 report.
pub fn report<S: Sink>(s: &mut S, m: &Tlv<'_>) {
    let end = listeners::records(s, m, 8, NB_RECORDS.get(m.data) as u32, &ROWS);
    if end < m.wire && end as usize <= m.data.len() {
        let more = m.wire - end;
        s.note(
            NoteKind::Info,
            format_args!("{more} bytes follow the last record; receivers ignore them (RFC 3810 §5.2.11)"),
        );
    }
}

/// Writes a query's or a version 1 message's part of the line, behind its name.
pub fn line(kind: u64, header: &[u8], wire: u32, verbose: u8, out: &mut Text) {
    let address = |out: &mut Text| {
        if let Some(group) = header.get(8..).and_then(<[u8]>::first_chunk) {
            out.ip6(*group);
        }
    };
    let delay = header.get(4..).and_then(<[u8]>::first_chunk).map_or(0, |b| u64::from(u16::from_be_bytes(*b)));
    if kind != 130 || wire < QUERY2 {
        if wire != 24 && kind == 130 {
            out.lit(" unknown-version (len ").num(wire.into()).lit(") ");
        } else if verbose > 0 {
            out.lit(" max resp delay: ").num(delay).lit(" addr: ");
            address(out);
        }
        return;
    }
    out.lit(" v2 ");
    if verbose > 0 {
        out.lit("[max resp delay=").num(float16(delay)).lit("] ");
    }
    out.lit("[gaddr ");
    address(out);
    if verbose > 0 {
        if FLAG_S.get(header) != 0 {
            out.lit(" sflag");
        }
        if FLAG_QRV.get(header) != 0 {
            out.lit(" robustness=").num(FLAG_QRV.get(header));
        }
        let interval = header.get(25).map_or(0, |code| float8(u64::from(*code)));
        if interval != 0 {
            out.lit(" qqi=").num(interval);
        }
    }
    match NB_SOURCES.get(header) {
        0 => out.ch(']'),
        n => out.lit(", ").num(n).lit(" source(s)]"),
    };
}

/// Writes the records of a report, with `-v`. `cut`: the capture ends before the report does.
pub fn line_records(body: &[u8], count: u32, cut: bool, out: &mut Text) {
    listeners::line(body, count, &LINE, cut.then_some(" [|icmp6]"), out);
}

static LINE: LineNames = LineNames {
    size: 16,
    version: "v2",
    address: |bytes, out| {
        if let Some(group) = bytes.first_chunk() {
            out.ip6(*group);
        }
    },
};

fn explain_delay(a: &Around<'_>, out: &mut Text) {
    if a.layer.first() != Some(&130) {
        return;
    }
    match a.value {
        0 => out.lit("listeners answer at once"),
        ms => {
            out.lit("listeners answer after a random time of at most ");
            match (ms / 1000, ms % 1000) {
                (0, ms) => out.num(ms).lit(" ms"),
                (s, 0) => out.num_grouped(s).lit(" s"),
                (s, ms) => out.num_grouped(s).ch('.').num_wide(ms, 3).lit(" s"),
            }
        }
    };
}

fn explain_interval(a: &Around<'_>, out: &mut Text) {
    match a.value {
        0 => out.lit("not told; listeners take 125 s (RFC 3810 §9.2)"),
        n => out.lit("the next query comes ").num_grouped(n).lit(" s after this one"),
    };
}

fn explain_group(a: &Around<'_>, out: &mut Text) {
    match a.bytes.first_chunk::<16>() {
        Some([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]) => out.lit("all groups"),
        Some(group) => out.lit(ip6_kind(*group)),
        None => return,
    };
}
