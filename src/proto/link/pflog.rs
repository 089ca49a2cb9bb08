//! Log of OpenBSD's packet filter (`LINKTYPE_PFLOG`): which rule did what to a packet, before the packet.
//!
//! ```text
//! |    Length     |    Family     |    Action     |    Reason     |
//! |                   Interface (16 bytes)                        |
//! |                    Ruleset (16 bytes)                         |
//! |  Rule numbers, users and processes, direction …               |
//! ```

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::{Around, Field, Kind};
use crate::input::{Bad, Input, Stop};
use crate::proto::shared::tlv::Tlv;
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEADER:
    LENGTH = Field::uint("pflog.length", 0, 8).unit("bytes").explain(explain_length).label("Header length").doc("LINKTYPE_PFLOG", "Without the bytes that fill it up to a multiple of 4");
    AF = Field::uint("pflog.af", 8, 8).names(family_name).label("Family").doc("LINKTYPE_PFLOG", "Which protocol follows, by the number that the capturing system gives to its addresses");
    ACTION = Field::uint("pflog.action", 16, 8).values(ACTIONS).label("Action").doc("LINKTYPE_PFLOG", "What was done with the packet");
    REASON = Field::uint("pflog.reason", 24, 8).values(REASONS).label("Reason").doc("LINKTYPE_PFLOG", "Why it was done");
}

crate::fields! { REWRITTEN:
    DIRECTION = Field::uint("pflog.dir", 480, 8).values(DIRECTIONS).label("Direction").doc("LINKTYPE_PFLOG", "Whether the packet came or went");
    IS_REWRITTEN = Field::uint("pflog.rewritten", 488, 8).label("Rewritten").doc("LINKTYPE_PFLOG", "1: addresses or ports were changed");
    PAD2 = Field::bytes("pflog.pad", 496, 16).label("Padding").doc("LINKTYPE_PFLOG", "Must be 0");
}

crate::fields! { PLAIN:
    DIRECTION_ONLY = Field::uint("pflog.dir", 480, 8).values(DIRECTIONS).label("Direction").doc("LINKTYPE_PFLOG", "Whether the packet came or went");
    PAD3 = Field::bytes("pflog.pad", 488, 24).label("Padding").doc("LINKTYPE_PFLOG", "Must be 0");
}

crate::fields! { MOVING:
    IFNAME = Field::moving("pflog.ifname", Kind::Text).label("Interface").doc("LINKTYPE_PFLOG", "Name of the interface");
    RULESET = Field::moving("pflog.ruleset", Kind::Text).label("Ruleset").doc("LINKTYPE_PFLOG", "Name of the anchor that holds the rule; empty: the main ruleset");
    RULENR = Field::moving("pflog.rulenr", Kind::Int).label("Rule number").doc("LINKTYPE_PFLOG", "The rule in the main ruleset that decided");
    SUBRULENR = Field::moving("pflog.subrulenr", Kind::Int).label("Subrule number").doc("LINKTYPE_PFLOG", "The rule within the anchor; -1: none");
    UID = Field::moving("pflog.uid", Kind::Int).label("User ID").doc("LINKTYPE_PFLOG", "Who sends or receives the packet; -1: not known. In the byte order of the capturing machine, taken as little-endian");
    PID = Field::moving("pflog.pid", Kind::Int).label("Process ID").doc("LINKTYPE_PFLOG", "Which process sends or receives the packet, in the byte order of the capturing machine, taken as little-endian");
    RULE_UID = Field::moving("pflog.rule_uid", Kind::Int).label("Rule user ID").doc("LINKTYPE_PFLOG", "Who loaded the rule, in the byte order of the capturing machine, taken as little-endian");
    RULE_PID = Field::moving("pflog.rule_pid", Kind::Int).label("Rule process ID").doc("LINKTYPE_PFLOG", "Which process loaded the rule, in the byte order of the capturing machine, taken as little-endian");
    SADDR4 = Field::moving("pflog.saddr.ipv4", Kind::Ip4).label("Source").doc("LINKTYPE_PFLOG", "The source address before it was changed");
    DADDR4 = Field::moving("pflog.daddr.ipv4", Kind::Ip4).label("Destination").doc("LINKTYPE_PFLOG", "The destination address before it was changed");
    SADDR6 = Field::moving("pflog.saddr.ipv6", Kind::Ip6).label("Source").doc("LINKTYPE_PFLOG", "The source address before it was changed");
    DADDR6 = Field::moving("pflog.daddr.ipv6", Kind::Ip6).label("Destination").doc("LINKTYPE_PFLOG", "The destination address before it was changed");
    SPORT = Field::moving("pflog.sport", Kind::Uint).label("Source port").doc("LINKTYPE_PFLOG", "The source port before it was changed");
    DPORT = Field::moving("pflog.dport", Kind::Uint).label("Destination port").doc("LINKTYPE_PFLOG", "The destination port before it was changed");
}

/// Packet filter log.
pub static PFLOG: Protocol = Protocol {
    name: "pflog",
    title: "OpenBSD packet filter log",
    spec: "LINKTYPE_PFLOG",
    scope: "The header of 61 bytes, and of 100 bytes with rewritten addresses. Not: the header before OpenBSD 3.4.",
    unit: Unit::Header,
    tables: &[HEADER, REWRITTEN, PLAIN, MOVING],
    keys: &[(Space::Link, 117)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

static ACTIONS: &[(u64, &str)] = &[
    (0, "pass"),
    (1, "block"),
    (2, "scrub"),
    (3, "noscrub"),
    (4, "nat"),
    (5, "nonat"),
    (6, "binat"),
    (7, "nobinat"),
    (8, "rdr"),
    (9, "nordr"),
    (10, "synproxy-drop"),
    (11, "defer"),
    (12, "match"),
    (13, "divert"),
    (14, "rt"),
    (15, "af-rt"),
];

static REASONS: &[(u64, &str)] = &[
    (0, "match"),
    (1, "bad-offset"),
    (2, "fragment"),
    (3, "short"),
    (4, "normalize"),
    (5, "memory"),
    (6, "bad-timestamp"),
    (7, "congestion"),
    (8, "ip-option"),
    (9, "proto-cksum"),
    (10, "state-mismatch"),
    (11, "state-insert"),
    (12, "state-limit"),
    (13, "src-limit"),
    (14, "synproxy"),
    (15, "translate"),
    (16, "no-route"),
];

static DIRECTIONS: &[(u64, &str)] = &[(0, "in or out"), (1, "in"), (2, "out"), (3, "forward")];

/// The least length: that of OpenBSD 3.4 to 4.8.
const SHORT: u32 = 61;
/// From this length on, the header tells how the packet was rewritten.
const LONG: u32 = 100;

fn family_name(value: u64) -> Option<&'static str> {
    // IPv6 came late, and every system chose another number.
    Some(match value {
        2 => "IPv4",
        10 | 24 | 26 | 28 | 30 => "IPv6",
        _ => return None,
    })
}

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    s.fixed(HEADER, input.data, input.base);
    let [length, family, ..] = *input.head::<4>()?;
    let length = u32::from(length);
    if length < SHORT {
        return Err(Stop::Bad(Bad {
            rule: "the header has at least 61 bytes (LINKTYPE_PFLOG)",
            expected: SHORT,
            found: length,
        }));
    }
    let family = family_name(family.into());
    if S::ON {
        let whole = Tlv::new(input.data, input.base, 0, input.wire);
        whole.text(s, &IFNAME, 4, 20);
        whole.text(s, &RULESET, 20, 36);
        let numbers =
            [(&RULENR, false), (&SUBRULENR, false), (&UID, false), (&PID, true), (&RULE_UID, false), (&RULE_PID, true)];
        for ((field, little), at) in numbers.into_iter().zip((36..).step_by(4)) {
            signed(s, &whole, field, at, little);
        }
        whole.fixed(s, if length >= LONG { REWRITTEN } else { PLAIN });
        if length >= LONG {
            match family {
                Some("IPv4") => {
                    whole.span(s, &SADDR4, 64, 68);
                    whole.span(s, &DADDR4, 80, 84);
                }
                Some(_) => {
                    whole.span(s, &SADDR6, 64, 80);
                    whole.span(s, &DADDR6, 80, 96);
                }
                None => {}
            }
            whole.uint(s, &SPORT, 96, 2);
            whole.uint(s, &DPORT, 98, 2);
        }
    }
    let header = length.next_multiple_of(4);
    input.upto(header)?;
    let next = match family {
        Some("IPv4") => Next::Key(Space::EtherType, 0x0800),
        Some(_) => Next::Key(Space::EtherType, 0x86dd),
        None => Next::Opaque("an address family that is not decoded"),
    };
    Ok(Step::new(&input, header, input.wire, next))
}

/// Puts a signed number of 4 bytes.
fn signed<S: Sink>(s: &mut S, whole: &Tlv<'_>, field: &'static Field, at: u32, little: bool) {
    if let Some(b) = whole.data.get(at as usize..).and_then(<[u8]>::first_chunk::<4>) {
        let value = if little { i32::from_le_bytes(*b) } else { i32::from_be_bytes(*b) };
        s.uint(field, whole.bit(at), 32, i64::from(value) as u64);
    }
}

fn explain_length(a: &Around<'_>, out: &mut Text) {
    let filled = a.value.next_multiple_of(4) - a.value;
    if filled > 0 {
        out.num(filled).lit(if filled == 1 { " byte fills" } else { " bytes fill" }).lit(" it up");
    }
}

/// `rule 3/0(match): block in on em0: `, with `-e` only.
fn line(seen: &Seen<'_>, out: &mut Text) {
    if !seen.style.link && seen.next.is_some() {
        return;
    }
    let header = seen.header;
    let text = |from: usize| header.get(from..from + 16).and_then(|b| b.split(|b| *b == 0).next()).unwrap_or_default();
    let number =
        |at: usize| header.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |b| u64::from(u32::from_be_bytes(*b)));
    out.lit("rule ").num(number(36));
    if !text(20).is_empty() {
        out.ch('.').untrusted(text(20)).ch('.').num(number(40));
    } else if number(40) != 0xffff_ffff {
        out.ch('.').num(number(40));
    }
    let (reason, action) = (REASON.get(header), ACTION.get(header));
    out.ch('/').num(reason).ch('(').lit(REASON.name_of(header, reason).unwrap_or("unkn")).lit("): ");
    out.lit(ACTION.name_of(header, action).unwrap_or("unkn")).ch(' ');
    out.lit(match DIRECTION.get(header) {
        1 => "in",
        2 => "out",
        _ => "unkn",
    });
    out.lit(" on ").untrusted(text(4)).lit(": ");
}
