//! Link Aggregation Control Protocol (IEEE 802.1AX §6.4): two systems agree which of their links are used as one.
//!
//! ```text
//! |    Version    |
//! |  Actor: type 1, length 20, system, key, port, state           |
//! |  Partner: type 2, length 20, likewise                         |
//! |  Collector: type 3, length 16, greatest delay                 |
//! |  Further TLVs (version 2), terminator, padding                |
//! ```
//!
//! Receivers find the first three TLVs by their places and do not look at types and lengths (§6.4.2.3).

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::{Around, Field, Kind};
use crate::input::Input;
use crate::proto::shared::names::multicast::mac_kind;
use crate::proto::shared::tlv::Tlv;
use crate::sink::{NoteKind, Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEADER:
    VERSION = Field::uint("lacp.version", 0, 8).hex().label("Version").doc("IEEE 802.1AX §6.4.2.3", "Of the protocol");
}

crate::fields! { ACTOR:
    ACTOR_TYPE = Field::uint("lacp.tlv_type", 0, 8).repeats().hex().values(TLVS).label("TLV type").doc("IEEE 802.1AX §6.4.2.3", "What follows");
    ACTOR_LENGTH = Field::uint("lacp.tlv_length", 8, 8).repeats().hex().label("TLV length").doc("IEEE 802.1AX §6.4.2.3", "With type and length");
    ACTOR_SYSTEM_PRIORITY = Field::uint("lacp.actor.sys_priority", 16, 16).label("Actor system priority").doc("IEEE 802.1AX §6.4.2.3", "The sender's system priority; the system with the lower number decides");
    ACTOR_SYSTEM = Field::mac("lacp.actor.sysid", 32).explain(explain_system).label("Actor system").doc("IEEE 802.1AX §6.4.2.3", "The sender's system identifier");
    ACTOR_KEY = Field::uint("lacp.actor.key", 80, 16).label("Actor key").doc("IEEE 802.1AX §6.4.2.3", "Ports of a system with the same key may be aggregated");
    ACTOR_PORT_PRIORITY = Field::uint("lacp.actor.port_priority", 96, 16).label("Actor port priority").doc("IEEE 802.1AX §6.4.2.3", "The sender's port priority; ports with lower numbers are aggregated first");
    ACTOR_PORT = Field::uint("lacp.actor.port", 112, 16).label("Actor port").doc("IEEE 802.1AX §6.4.2.3", "The sender's port number");
    ACTOR_STATE = Field::uint("lacp.actor.state", 128, 8).hex().explain(explain_state).label("Actor state").doc("IEEE 802.1AX §6.4.2.3", "The sender's state");
    ACTOR_EXPIRED = Field::flag("lacp.actor.state.expired", 128).part_of("lacp.actor.state").label("Expired").doc("IEEE 802.1AX §6.4.2.3", "1: the receiver waits with a short timeout for the partner to speak again");
    ACTOR_DEFAULTED = Field::flag("lacp.actor.state.defaulted", 129).part_of("lacp.actor.state").label("Defaulted").doc("IEEE 802.1AX §6.4.2.3", "1: the partner has not been heard: what is known of it is configured");
    ACTOR_DISTRIBUTING = Field::flag("lacp.actor.state.distributing", 130).part_of("lacp.actor.state").label("Distributing").doc("IEEE 802.1AX §6.4.2.3", "1: frames are sent on this link");
    ACTOR_COLLECTING = Field::flag("lacp.actor.state.collecting", 131).part_of("lacp.actor.state").label("Collecting").doc("IEEE 802.1AX §6.4.2.3", "1: frames are received from this link");
    ACTOR_SYNCHRONIZATION = Field::flag("lacp.actor.state.synchronization", 132).part_of("lacp.actor.state").label("Synchronization").doc("IEEE 802.1AX §6.4.2.3", "1: the link is in the right aggregation");
    ACTOR_AGGREGATION = Field::flag("lacp.actor.state.aggregation", 133).part_of("lacp.actor.state").label("Aggregation").doc("IEEE 802.1AX §6.4.2.3", "1: the link may be aggregated; 0: it stands alone");
    ACTOR_TIMEOUT = Field::flag("lacp.actor.state.timeout", 134).part_of("lacp.actor.state").label("Timeout").doc("IEEE 802.1AX §6.4.2.3", "1: short, 3 s; 0: long, 90 s");
    ACTOR_ACTIVITY = Field::flag("lacp.actor.state.activity", 135).part_of("lacp.actor.state").label("Activity").doc("IEEE 802.1AX §6.4.2.3", "1: active: speaks without being spoken to; 0: passive");
    ACTOR_RESERVED = Field::bytes("lacp.actor.reserved", 136, 24).label("Reserved").doc("IEEE 802.1AX §6.4.2.3", "Sent as 0 and ignored by the receiver");
}

crate::fields! { PARTNER:
    PARTNER_TYPE = Field::uint("lacp.tlv_type", 0, 8).repeats().hex().values(TLVS).label("TLV type").doc("IEEE 802.1AX §6.4.2.3", "What follows");
    PARTNER_LENGTH = Field::uint("lacp.tlv_length", 8, 8).repeats().hex().label("TLV length").doc("IEEE 802.1AX §6.4.2.3", "With type and length");
    PARTNER_SYSTEM_PRIORITY = Field::uint("lacp.partner.sys_priority", 16, 16).label("Partner system priority").doc("IEEE 802.1AX §6.4.2.3", "The partner's system priority, as the sender knows it; the system with the lower number decides");
    PARTNER_SYSTEM = Field::mac("lacp.partner.sysid", 32).explain(explain_system).label("Partner system").doc("IEEE 802.1AX §6.4.2.3", "The partner's system identifier, as the sender knows it");
    PARTNER_KEY = Field::uint("lacp.partner.key", 80, 16).label("Partner key").doc("IEEE 802.1AX §6.4.2.3", "Ports of a system with the same key may be aggregated");
    PARTNER_PORT_PRIORITY = Field::uint("lacp.partner.port_priority", 96, 16).label("Partner port priority").doc("IEEE 802.1AX §6.4.2.3", "The partner's port priority, as the sender knows it; ports with lower numbers are aggregated first");
    PARTNER_PORT = Field::uint("lacp.partner.port", 112, 16).label("Partner port").doc("IEEE 802.1AX §6.4.2.3", "The partner's port number, as the sender knows it");
    PARTNER_STATE = Field::uint("lacp.partner.state", 128, 8).hex().explain(explain_state).label("Partner state").doc("IEEE 802.1AX §6.4.2.3", "The partner's state, as the sender knows it");
    PARTNER_EXPIRED = Field::flag("lacp.partner.state.expired", 128).part_of("lacp.partner.state").label("Expired").doc("IEEE 802.1AX §6.4.2.3", "1: the receiver waits with a short timeout for the partner to speak again");
    PARTNER_DEFAULTED = Field::flag("lacp.partner.state.defaulted", 129).part_of("lacp.partner.state").label("Defaulted").doc("IEEE 802.1AX §6.4.2.3", "1: the partner has not been heard: what is known of it is configured");
    PARTNER_DISTRIBUTING = Field::flag("lacp.partner.state.distributing", 130).part_of("lacp.partner.state").label("Distributing").doc("IEEE 802.1AX §6.4.2.3", "1: frames are sent on this link");
    PARTNER_COLLECTING = Field::flag("lacp.partner.state.collecting", 131).part_of("lacp.partner.state").label("Collecting").doc("IEEE 802.1AX §6.4.2.3", "1: frames are received from this link");
    PARTNER_SYNCHRONIZATION = Field::flag("lacp.partner.state.synchronization", 132).part_of("lacp.partner.state").label("Synchronization").doc("IEEE 802.1AX §6.4.2.3", "1: the link is in the right aggregation");
    PARTNER_AGGREGATION = Field::flag("lacp.partner.state.aggregation", 133).part_of("lacp.partner.state").label("Aggregation").doc("IEEE 802.1AX §6.4.2.3", "1: the link may be aggregated; 0: it stands alone");
    PARTNER_TIMEOUT = Field::flag("lacp.partner.state.timeout", 134).part_of("lacp.partner.state").label("Timeout").doc("IEEE 802.1AX §6.4.2.3", "1: short, 3 s; 0: long, 90 s");
    PARTNER_ACTIVITY = Field::flag("lacp.partner.state.activity", 135).part_of("lacp.partner.state").label("Activity").doc("IEEE 802.1AX §6.4.2.3", "1: active: speaks without being spoken to; 0: passive");
    PARTNER_RESERVED = Field::bytes("lacp.partner.reserved", 136, 24).label("Reserved").doc("IEEE 802.1AX §6.4.2.3", "Sent as 0 and ignored by the receiver");
}
crate::fields! { COLLECTOR:
    COLLECTOR_TYPE = Field::uint("lacp.tlv_type", 0, 8).repeats().hex().values(TLVS).label("TLV type").doc("IEEE 802.1AX §6.4.2.3", "What follows");
    COLLECTOR_LENGTH = Field::uint("lacp.tlv_length", 8, 8).repeats().hex().label("TLV length").doc("IEEE 802.1AX §6.4.2.3", "With type and length");
    MAX_DELAY = Field::uint("lacp.collector.max_delay", 16, 16).explain(explain_delay).label("Collector's greatest delay").doc("IEEE 802.1AX §6.4.2.3", "How long a received frame may wait before it is delivered, in units of 10 µs");
    COLLECTOR_RESERVED = Field::bytes("lacp.coll_reserved", 32, 96).label("Reserved").doc("IEEE 802.1AX §6.4.2.3", "Sent as 0 and ignored by the receiver");
}

crate::fields! { HEAD:
    TYPE = Field::uint("lacp.tlv_type", 0, 8).repeats().hex().values(TLVS).label("TLV type").doc("IEEE 802.1AX §6.4.2.4", "What follows");
    LENGTH = Field::uint("lacp.tlv_length", 8, 8).repeats().hex().label("TLV length").doc("IEEE 802.1AX §6.4.2.4", "With type and length; 0 for the terminator");
}

crate::fields! { MOVING:
    G_ACTOR = Field::group("lacp.actor").label("Actor information").doc("IEEE 802.1AX §6.4.2.3", "What the sender says of itself");
    G_PARTNER = Field::group("lacp.partner").label("Partner information").doc("IEEE 802.1AX §6.4.2.3", "What the sender knows of its partner");
    G_COLLECTOR = Field::group("lacp.collector").label("Collector information").doc("IEEE 802.1AX §6.4.2.3", "How the sender receives");
    G_TLV = Field::group("lacp.tlv").repeats().label("TLV").doc("IEEE 802.1AX §6.4.2.4", "Further information, or the end");
    ACTOR_FLAGS = Field::derived("lacp.actor.state_str", Kind::Text).label("Actor state in letters").doc("IEEE 802.1AX §6.4.2.3", "Expired, deFaulted, Distributing, Collecting, Synchronization, aGgregation, Short timeout, Activity; * when not set");
    PARTNER_FLAGS = Field::derived("lacp.partner.state_str", Kind::Text).label("Partner state in letters").doc("IEEE 802.1AX §6.4.2.3", "Expired, deFaulted, Distributing, Collecting, Synchronization, aGgregation, Short timeout, Activity; * when not set");
    VALUE = Field::moving("lacp.tlv_value", Kind::Bytes).repeats().label("Value").doc("IEEE 802.1AX §6.4.2.4", "Bytes of a TLV that is not decoded");
    PAD = Field::moving("lacp.pad", Kind::Bytes).label("Padding").doc("IEEE 802.1AX §6.4.2.3", "Sent as 0 and ignored by the receiver");
}

/// IEEE 802.1AX tables 6-1 and 6-3.
static TLVS: &[(u64, &str)] = &[
    (0, "Terminator"),
    (1, "Actor information"),
    (2, "Partner information"),
    (3, "Collector information"),
    (4, "Port algorithm"),
    (5, "Port conversation ID digest"),
    (6, "Port conversation mask 1"),
    (7, "Port conversation mask 2"),
    (8, "Port conversation mask 3"),
    (9, "Port conversation mask 4"),
    (10, "Port conversation service mapping digest"),
];

/// LACP.
pub static LACP: Protocol = Protocol {
    name: "lacp",
    title: "Link Aggregation Control Protocol",
    spec: "IEEE 802.1AX",
    scope: "Actor, partner, collector and terminator. Not: the values of further TLVs of version 2",
    unit: Unit::Message,
    tables: &[HEADER, ACTOR, PARTNER, COLLECTOR, HEAD, MOVING],
    keys: &[(Space::Slow, 1)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

/// Where the TLVs of every version begin, and where they end.
const ACTOR_AT: u32 = 1;
const PARTNER_AT: u32 = 21;
const COLLECTOR_AT: u32 = 41;
const MORE_AT: u32 = 57;

/// Length of an LACPDU behind the subtype, with its padding (§6.4.2.3).
const LENGTH_ON_WIRE: u32 = 109;

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    input.header::<1, S>(s, HEADER)?;
    let m = Tlv::new(input.data, input.base, 0, input.wire);
    if S::ON {
        participant(s, &m.part(ACTOR_AT, 20), [&G_ACTOR, &ACTOR_FLAGS], ACTOR);
        participant(s, &m.part(PARTNER_AT, 20), [&G_PARTNER, &PARTNER_FLAGS], PARTNER);
        let collector = m.part(COLLECTOR_AT, 16);
        if !collector.data.is_empty() {
            s.open(&G_COLLECTOR, collector.bit(0));
            collector.fixed(s, COLLECTOR);
            s.close(collector.bit(16));
        }
        for (at, (kind, length)) in [(ACTOR_AT, (1, 20)), (PARTNER_AT, (2, 20)), (COLLECTOR_AT, (3, 16))] {
            let rule = "a TLV has the type and length of its place (IEEE 802.1AX §6.4.2.3)";
            match (m.byte(at), m.byte(at + 1)) {
                (Some(found), _) if found != kind => {
                    s.note(NoteKind::Bad, format_args!("{rule}: type {kind} expected, {found} found"));
                }
                (_, Some(found)) if found != length => {
                    s.note(NoteKind::Bad, format_args!("{rule}: length {length} expected, {found} found"));
                }
                _ => {}
            }
        }
    }
    input.upto(MORE_AT)?;
    let end = further(s, &m);
    let wire = end.max(LENGTH_ON_WIRE).min(input.wire);
    m.span(s, &PAD, end, wire);
    Ok(Step::new(&input, wire.min(input.data.len() as u32), wire, Next::End))
}

/// Puts the information about one end.
fn participant<S: Sink>(s: &mut S, t: &Tlv<'_>, [group, letters]: [&'static Field; 2], table: crate::field::Table) {
    if t.data.is_empty() {
        return;
    }
    s.open(group, t.bit(0));
    t.fixed(s, table);
    if let (20, Some(state)) = (t.data.len(), t.byte(16)) {
        s.derived_text(letters, format_args!("{}", Letters(state)));
    }
    s.close(t.bit(20));
}

/// Walks the TLVs behind the first three; returns where they end.
fn further<S: Sink>(s: &mut S, m: &Tlv<'_>) -> u32 {
    let mut at = MORE_AT;
    while at < m.wire {
        let (Some(kind), Some(length)) = (m.byte(at), m.byte(at + 1)) else {
            if at + 2 <= m.wire {
                s.note(NoteKind::Cut, format_args!("lacp: {} bytes expected, {} captured", m.wire, m.data.len()));
            }
            return m.wire;
        };
        let length = if kind == 0 { 2 } else { u32::from(length) };
        let whole = (2..=m.wire - at).contains(&length);
        let t = m.part(at, if whole { length } else { 2 });
        if S::ON && s.room() {
            s.open(&G_TLV, t.bit(0));
            t.fixed(s, HEAD);
            t.rest(s, &VALUE, 2);
            s.close(t.bit(t.wire));
        }
        if !whole {
            let rule = "a TLV is at least 2 bytes long and fits into the LACPDU (IEEE 802.1AX §6.4.2.4)";
            s.note(NoteKind::Bad, format_args!("{rule}: at most {} bytes expected, {length} found", m.wire - at));
            return at + 2;
        }
        at += length;
        if kind == 0 {
            break;
        }
    }
    at
}

/// A state in letters, as `**DCSG*A`.
struct Letters(u8);

impl std::fmt::Display for Letters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (bit, letter) in (0..8).rev().zip(["E", "F", "D", "C", "S", "G", "S", "A"]) {
            f.write_str(if self.0 >> bit & 1 != 0 { letter } else { "*" })?;
        }
        Ok(())
    }
}

fn explain_system(a: &Around<'_>, out: &mut Text) {
    match a.bytes.first_chunk::<6>() {
        Some([0, 0, 0, 0, 0, 0]) => out.lit("nobody: no partner has been heard"),
        Some(mac) => out.lit(mac_kind(*mac)),
        None => return,
    };
}

fn explain_state(a: &Around<'_>, out: &mut Text) {
    out.lit(match a.value {
        v if v & 0x80 != 0 => "the partner has fallen silent",
        v if v & 0x40 != 0 => "no partner has been heard",
        v if v & 0x38 == 0x38 => "the link carries frames in both directions",
        v if v & 0x08 != 0 => "in the right aggregation, not in full use yet",
        _ => "not in use",
    });
}

fn explain_delay(a: &Around<'_>, out: &mut Text) {
    match a.value {
        0 => out.lit("no delay is promised"),
        n => out.num(n / 100).ch('.').num_wide(n % 100, 2).lit(" ms"),
    };
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    // tcpdump counts the subtype, too.
    out.lit("LACPv").num(VERSION.get(seen.header)).lit(", length ").num(u64::from(seen.outer) + 1);
    if seen.style.verbose == 0 {
        return;
    }
    let at = |from: u32| seen.header.get(from as usize..).unwrap_or_default();
    for (name, t, kind) in [("Actor", at(ACTOR_AT), 1), ("Partner", at(PARTNER_AT), 2)] {
        out.lit("\n\t").lit(name).lit(" Information TLV (").hex(kind, 2).lit("), length 20\n\t  System ");
        out.mac(t.get(4..10).unwrap_or_default()).lit(", System Priority ").num(ACTOR_SYSTEM_PRIORITY.get(t));
        out.lit(", Key ").num(ACTOR_KEY.get(t)).lit(", Port ").num(ACTOR_PORT.get(t));
        out.lit(", Port Priority ").num(ACTOR_PORT_PRIORITY.get(t)).lit("\n\t  State Flags [");
        let state = ACTOR_STATE.get(t);
        let names = [
            "Activity",
            "Timeout",
            "Aggregation",
            "Synchronization",
            "Collecting",
            "Distributing",
            "Default",
            "Expired",
        ];
        let mut before = "";
        for (bit, name) in names.into_iter().enumerate() {
            if state >> bit & 1 != 0 {
                out.lit(before).lit(name);
                before = ", ";
            }
        }
        out.lit(if before.is_empty() { "none]" } else { "]" });
    }
    out.lit("\n\tCollector Information TLV (0x03), length 16\n\t  Max Delay ").num(MAX_DELAY.get(at(COLLECTOR_AT)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Env, Extent, Stop};

    fn read(data: &[u8], wire: u32) -> Result<(u32, u32), Stop> {
        let input = Input { data, base: 0, wire, extent: Extent::Whole, env: &Env::NONE };
        let step = dissect(input, &mut Off::default());
        assert_eq!(step, dissect(input, &mut Tree::default()));
        step.map(|s| (s.header, s.wire))
    }

    #[test]
    fn tlvs_of_version_2_are_walked_to_the_terminator_and_no_farther() {
        let mut m = vec![0; 140];
        m[57..59].copy_from_slice(&[4, 60]);
        assert_eq!(read(&m, 140), Ok((119, 119)));
        // Without further TLVs, what follows the 109 bytes is not LACP's.
        m[57..59].copy_from_slice(&[0, 0]);
        assert_eq!(read(&m, 140), Ok((109, 109)));
        // A TLV that goes nowhere, one beyond the end, and no terminator at all.
        m[57..59].copy_from_slice(&[9, 1]);
        assert_eq!(read(&m, 140), Ok((109, 109)));
        m[57..59].copy_from_slice(&[9, 255]);
        assert_eq!(read(&m, 140), Ok((109, 109)));
        assert_eq!(read(&m[..57], 57), Ok((57, 57)));
        assert!(matches!(read(&m[..56], 56), Err(Stop::Bad(_))));
        assert!(matches!(read(&m[..56], 57), Err(Stop::Cut { .. })));
    }

    #[test]
    fn states_are_written_in_letters() {
        assert_eq!(Letters(0x3d).to_string(), "**DCSG*A");
        assert_eq!(Letters(0xc2).to_string(), "EF****S*");
    }
}
