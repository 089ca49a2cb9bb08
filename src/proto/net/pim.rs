//! Protocol Independent Multicast, version 2 (RFC 7761): routers agree on the ways that multicast packets take.
//!
//! ```text
//! |Version| Type  |   Reserved    |           Checksum            |
//! |  The message …                                                |
//! ```

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::{Around, Field, Kind};
use crate::input::{Addresses, Extent, Input};
use crate::proto::shared::checksum::{self, Covered, Status};
use crate::proto::shared::message;
use crate::proto::shared::routing::pim_address::{self as address, Rows};
use crate::proto::shared::tlv::Tlv;
use crate::sink::{NoteKind, Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEADER:
    VERSION = Field::uint("pim.version", 0, 4).label("Version").doc("RFC 7761 §4.9", "2");
    TYPE = Field::uint("pim.type", 4, 4).values(TYPES).explain(explain_type).label("Type").doc("RFC 7761 §4.9", "What the message is for");
}

crate::fields! { ELECTION_KIND:
    SUBTYPE = Field::uint("pim.df_elect.subtype", 8, 4).values(&[(1, "offer"), (2, "winner"), (3, "backoff"), (4, "pass")]).label("Subtype").doc("RFC 5015 §3.7", "Step of the election");
    SUBTYPE_RESERVED = Field::uint("pim.df_elect.rsvd", 12, 4).label("Reserved").doc("RFC 5015 §3.7", "Must be 0");
}

crate::fields! { RESERVED_BYTE:
    RESERVED = Field::bytes("pim.res_bytes", 8, 8).repeats().label("Reserved").doc("RFC 7761 §4.9", "Must be 0");
}

crate::fields! { CHECKED:
    CHECKSUM = Field::uint("pim.cksum", 16, 16).hex().label("Checksum").doc("RFC 7761 §4.9", "Over the message, of a register only over its first 8 bytes; with IPv6 over a pseudo-header, too");
}

crate::fields! { OPTION:
    OPTION_TYPE = Field::uint("pim.optiontype", 0, 16).repeats().values(OPTIONS).label("Option").doc("RFC 7761 §4.9.2", "Which option it is");
    OPTION_LENGTH = Field::uint("pim.optionlength", 16, 16).repeats().unit("bytes").label("Length").doc("RFC 7761 §4.9.2", "Of the value");
}

crate::fields! { HOLDTIME:
    HOLD = Field::uint("pim.holdtime", 32, 16).repeats().unit("s").explain(explain_holdtime).label("Hold time").doc("RFC 7761 §4.9.2", "How long what is said holds");
}

crate::fields! { PRUNE_DELAY:
    DELAY_T = Field::flag("pim.t", 32).label("Tracking").doc("RFC 7761 §4.9.2", "1: the sender does not suppress its joins, so that each receiver can be known");
    DELAY = Field::uint("pim.propagation_delay", 33, 15).unit("ms").label("Propagation delay").doc("RFC 7761 §4.9.2", "How long a message takes on this link");
    OVERRIDE = Field::uint("pim.override_interval", 48, 16).unit("ms").label("Override interval").doc("RFC 7761 §4.9.2", "How long others have to object to a prune");
}

crate::fields! { DR_PRIORITY:
    PRIORITY_DR = Field::uint("pim.dr_priority", 32, 32).label("DR priority").doc("RFC 7761 §4.9.2", "The router with the greatest becomes designated router");
}

crate::fields! { GENERATION:
    GENERATION_ID = Field::uint("pim.generation_id", 32, 32).label("Generation ID").doc("RFC 7761 §4.9.2", "A random number; a new one means that the router has restarted");
}

crate::fields! { STATE_REFRESH:
    REFRESH_VERSION = Field::uint("pim.state_refresh_version", 32, 8).label("Version").doc("RFC 3973 §4.7.5", "1");
    REFRESH_INTERVAL = Field::uint("pim.state_refresh_interval", 40, 8).unit("s").label("Interval").doc("RFC 3973 §4.7.5", "Time between state refresh messages");
    REFRESH_RESERVED = Field::uint("pim.state_refresh_reserved", 48, 16).label("Reserved").doc("RFC 3973 §4.7.5", "Must be 0");
}

crate::fields! { REGISTER:
    REGISTER_FLAGS = Field::uint("pim.register_flag", 32, 32).hex().label("Flags").doc("RFC 7761 §4.9.3", "What kind of register");
    BORDER = Field::flag("pim.register_flag.border", 32).part_of("pim.register_flag").label("Border").doc("RFC 7761 §4.9.3", "1: from a router at the border to another network");
    NULL = Field::flag("pim.register_flag.null_register", 33).part_of("pim.register_flag").label("Null register").doc("RFC 7761 §4.9.3", "1: only asks whether registers are wanted; carries no data");
}

crate::fields! { GROUPS_HEAD:
    GROUPS_RESERVED = Field::bytes("pim.res_bytes", 0, 8).repeats().label("Reserved").doc("RFC 7761 §4.9.5", "Must be 0");
    GROUPS = Field::uint("pim.numgroups", 8, 8).label("Number of groups").doc("RFC 7761 §4.9.5", "How many groups follow");
    JP_HOLD = Field::uint("pim.holdtime", 16, 16).repeats().unit("s").explain(explain_holdtime).label("Hold time").doc("RFC 7761 §4.9.5", "How long what is said holds");
}

crate::fields! { COUNTS:
    JOINS = Field::uint("pim.numjoins", 0, 16).repeats().label("Joined sources").doc("RFC 7761 §4.9.5", "How many sources are wanted");
    PRUNES = Field::uint("pim.numprunes", 16, 16).repeats().label("Pruned sources").doc("RFC 7761 §4.9.5", "How many sources are no longer wanted");
}

crate::fields! { BOOTSTRAP:
    FRAGMENT_TAG = Field::uint("pim.fragment_tag", 32, 16).hex().label("Fragment tag").doc("RFC 5059 §4", "The same for all pieces of a message");
    HASH_MASK = Field::uint("pim.hash_mask_len", 48, 8).unit("bits").label("Hash mask length").doc("RFC 5059 §4", "How many bits of a group decide which rendezvous point it gets");
    BSR_PRIORITY = Field::uint("pim.bsr_priority", 56, 8).label("BSR priority").doc("RFC 5059 §4", "The candidate with the greatest becomes bootstrap router");
}

crate::fields! { RP_COUNTS:
    RP_COUNT = Field::uint("pim.rp_count", 0, 8).repeats().label("Rendezvous points").doc("RFC 5059 §4", "How many the range has in all");
    FRP_COUNT = Field::uint("pim.frp_count", 8, 8).repeats().label("Rendezvous points here").doc("RFC 5059 §4", "How many of them follow in this piece");
}

crate::fields! { RP_ROWS:
    RP_HOLD = Field::uint("pim.holdtime", 0, 16).repeats().unit("s").explain(explain_holdtime).label("Hold time").doc("RFC 5059 §4", "How long the rendezvous point holds");
    RP_PRIORITY = Field::uint("pim.priority", 16, 8).repeats().label("Priority").doc("RFC 5059 §4", "The smaller, the better");
    RP_RESERVED = Field::bytes("pim.res_bytes", 24, 8).repeats().label("Reserved").doc("RFC 5059 §4", "Must be 0");
}

crate::fields! { ROUTE:
    RPT = Field::flag("pim.rpt", 0).label("RP tree").doc("RFC 7761 §4.9.6", "1: about the way from the rendezvous point");
    PREFERENCE = Field::uint("pim.metric_pref", 1, 31).label("Metric preference").doc("RFC 7761 §4.9.6", "Of the protocol that the route comes from; the smaller, the better");
    METRIC = Field::uint("pim.metric", 32, 32).label("Metric").doc("RFC 7761 §4.9.6", "Cost of the sender's route; the smaller, the better");
}

crate::fields! { ELECTION:
    DF_PREFERENCE = Field::uint("pim.metric_pref", 0, 32).label("Metric preference").doc("RFC 5015 §3.7", "Of the protocol that the route comes from; the smaller, the better");
    DF_METRIC = Field::uint("pim.metric", 32, 32).label("Metric").doc("RFC 5015 §3.7", "Cost of the sender's route; the smaller, the better");
}

crate::fields! { OFFERING:
    OFF_PREFERENCE = Field::uint("pim.bidir_off_metric_pref", 0, 32).label("Offered metric preference").doc("RFC 5015 §3.7", "Of the best offer so far");
    OFF_METRIC = Field::uint("pim.bidir_off_metric", 32, 32).label("Offered metric").doc("RFC 5015 §3.7", "Of the best offer so far");
    OFF_INTERVAL = Field::uint("pim.bidir_offering_interval", 64, 16).unit("ms").label("Interval").doc("RFC 5015 §3.7", "How long to wait for a better offer");
}

crate::fields! { WINNER:
    WIN_PREFERENCE = Field::uint("pim.bidir_win_metric_pref", 0, 32).label("Winner's metric preference").doc("RFC 5015 §3.7", "Of the new designated forwarder");
    WIN_METRIC = Field::uint("pim.bidir_win_metric", 32, 32).label("Winner's metric").doc("RFC 5015 §3.7", "Of the new designated forwarder");
}

crate::fields! { CANDIDATE:
    CAND_COUNT = Field::uint("pim.prefix_count", 32, 8).label("Number of groups").doc("RFC 5059 §4", "How many group ranges follow; 0: all groups");
    CAND_PRIORITY = Field::uint("pim.priority", 40, 8).repeats().label("Priority").doc("RFC 5059 §4", "The smaller, the better");
    CAND_HOLD = Field::uint("pim.holdtime", 48, 16).repeats().unit("s").explain(explain_holdtime).label("Hold time").doc("RFC 5059 §4", "How long the offer holds");
}

crate::fields! { REFRESH:
    MASK = Field::uint("pim.mask_len", 0, 8).repeats().unit("bits").label("Mask length").doc("RFC 3973 §4.7.10", "Of the route towards the source");
    TTL = Field::uint("pim.ttl", 8, 8).unit("hops").label("TTL").doc("RFC 3973 §4.7.10", "How much farther the message goes");
    INDICATOR = Field::flag("pim.prune_indicator", 16).label("Prune indicator").doc("RFC 3973 §4.7.10", "1: the link does not get the group's packets");
    NOW = Field::flag("pim.prune_now", 17).label("Prune now").doc("RFC 3973 §4.7.10", "1: who does not want the packets should say so now");
    ASSERT_OVERRIDE = Field::flag("pim.assert_override", 18).label("Assert override").doc("RFC 3973 §4.7.10", "1: an earlier assert no longer holds");
    REFRESH_ZERO = Field::uint("pim.state_refresh.reserved", 19, 5).label("Reserved").doc("RFC 3973 §4.7.10", "Must be 0");
    INTERVAL = Field::uint("pim.interval", 24, 8).unit("s").label("Interval").doc("RFC 3973 §4.7.10", "Time between state refresh messages");
}

crate::fields! { MOVING:
    STATUS = Field::derived("pim.cksum.status", Kind::Uint).values(checksum::STATUSES).explain(checksum::explain_status).label("Checksum status").doc("RFC 7761 §4.9", "Whether the checksum agrees with what it covers");
    BODY = Field::group("pim.option").label("Message").doc("RFC 7761 §4.9", "What follows the header");
    OPTION_GROUP = Field::group("pim.hello.option").repeats().label("Option").doc("RFC 7761 §4.9.2", "One option of a hello");
    OPTION_VALUE = Field::moving("pim.optionvalue", Kind::Bytes).repeats().label("Value").doc("RFC 7761 §4.9.2", "Of an option that is not decoded");
    GROUP_SET = Field::group("pim.group_set.entry").repeats().label("Group").doc("RFC 7761 §4.9.5", "One group, and the sources of it that are wanted or not");
    IP_VERSION = Field::moving("pim.ip_version", Kind::Uint).label("Version of the inner packet").doc("RFC 7761 §4.9.3", "4 or 6");
    ADDRESS4 = Field::moving("pim.address_list", Kind::Ip4).repeats().label("Address").doc("RFC 7761 §4.9.2", "A further address of the sender's interface");
    ADDRESS6 = Field::moving("pim.address_list_ip6", Kind::Ip6).repeats().label("Address").doc("RFC 7761 §4.9.2", "A further address of the sender's interface");
    SOURCE4 = Field::moving("pim.source", Kind::Ip4).repeats().columns_too(&["pim.join_ip", "pim.prune_ip"]).label("Source").doc("RFC 7761 §4.9.1", "The sender of the group's packets");
    SOURCE6 = Field::moving("pim.source_ip6", Kind::Ip6).repeats().columns_too(&["pim.join_ip6", "pim.prune_ip6"]).label("Source").doc("RFC 7761 §4.9.1", "The sender of the group's packets");
    GROUP4 = Field::moving("pim.group", Kind::Ip4).repeats().label("Group").doc("RFC 7761 §4.9.1", "A multicast group, or a range of them");
    GROUP6 = Field::moving("pim.group_ip6", Kind::Ip6).repeats().label("Group").doc("RFC 7761 §4.9.1", "A multicast group, or a range of them");
    UPSTREAM4 = Field::moving("pim.upstream_neighbor", Kind::Ip4).label("Upstream neighbor").doc("RFC 7761 §4.9.5", "Who is to do what the message says");
    UPSTREAM6 = Field::moving("pim.upstream_neighbor_ip6", Kind::Ip6).label("Upstream neighbor").doc("RFC 7761 §4.9.5", "Who is to do what the message says");
    JOIN4 = Field::moving("pim.join_ip", Kind::Ip4).repeats().label("Joined source").doc("RFC 7761 §4.9.5", "A source, or the rendezvous point, whose packets are wanted");
    JOIN6 = Field::moving("pim.join_ip6", Kind::Ip6).repeats().label("Joined source").doc("RFC 7761 §4.9.5", "A source, or the rendezvous point, whose packets are wanted");
    PRUNE4 = Field::moving("pim.prune_ip", Kind::Ip4).repeats().label("Pruned source").doc("RFC 7761 §4.9.5", "A source, or the rendezvous point, whose packets are no longer wanted");
    PRUNE6 = Field::moving("pim.prune_ip6", Kind::Ip6).repeats().label("Pruned source").doc("RFC 7761 §4.9.5", "A source, or the rendezvous point, whose packets are no longer wanted");
    ATTRIBUTE_VALUE = Field::moving("pim.source_ja.value", Kind::Bytes).repeats().label("Value").doc("RFC 5384", "Of a join attribute");
    BSR4 = Field::moving("pim.bsr", Kind::Ip4).label("Bootstrap router").doc("RFC 5059 §4", "Who made the list");
    BSR6 = Field::moving("pim.bsr_ip6", Kind::Ip6).label("Bootstrap router").doc("RFC 5059 §4", "Who made the list");
    RP4 = Field::moving("pim.rp", Kind::Ip4).repeats().label("Rendezvous point").doc("RFC 5059 §4", "Where senders and receivers of the group meet");
    RP6 = Field::moving("pim.rp_ip6", Kind::Ip6).repeats().label("Rendezvous point").doc("RFC 5059 §4", "Where senders and receivers of the group meet");
    ORIGINATOR4 = Field::moving("pim.originator", Kind::Ip4).label("Originator").doc("RFC 3973 §4.7.10", "The first router, next to the source");
    ORIGINATOR6 = Field::moving("pim.originator_ip6", Kind::Ip6).label("Originator").doc("RFC 3973 §4.7.10", "The first router, next to the source");
    OFFERING4 = Field::moving("pim.bidir_offering_ip4", Kind::Ip4).label("Offering router").doc("RFC 5015 §3.7", "Who made the best offer so far");
    OFFERING6 = Field::moving("pim.bidir_offering_ip6", Kind::Ip6).label("Offering router").doc("RFC 5015 §3.7", "Who made the best offer so far");
    WINNER4 = Field::moving("pim.bidir_winner_ip4", Kind::Ip4).label("New winner").doc("RFC 5015 §3.7", "The new designated forwarder");
    WINNER6 = Field::moving("pim.bidir_winner_ip6", Kind::Ip6).label("New winner").doc("RFC 5015 §3.7", "The new designated forwarder");
    UNICAST4 = Field::alias("pim.unicast", Kind::Ip4, &["pim.address_list", "pim.source", "pim.upstream_neighbor", "pim.bsr", "pim.rp", "pim.originator", "pim.bidir_offering_ip4", "pim.bidir_winner_ip4"]).repeats().label("Unicast address").doc("RFC 7761 §4.9.1", "Any address that is no group");
    UNICAST6 = Field::alias("pim.unicast_ipv6", Kind::Ip6, &["pim.address_list_ip6", "pim.source_ip6", "pim.upstream_neighbor_ip6", "pim.bsr_ip6", "pim.rp_ip6", "pim.originator_ip6", "pim.bidir_offering_ip6", "pim.bidir_winner_ip6"]).repeats().label("Unicast address").doc("RFC 7761 §4.9.1", "Any address that is no group");
}

const SOURCE: Rows = Rows { v4: &SOURCE4, v6: &SOURCE6 };
const GROUP: Rows = Rows { v4: &GROUP4, v6: &GROUP6 };
const RP: Rows = Rows { v4: &RP4, v6: &RP6 };

/// PIM.
pub static PIM: Protocol = Protocol {
    name: "pim",
    title: "Protocol Independent Multicast",
    spec: "RFC 7761",
    scope: "Version 2 over IPv4 and IPv6, with the checksum: hello, register and what it carries, register stop, \
        join and prune, bootstrap, assert, graft, candidate advertisement, state refresh, election of a \
        designated forwarder. Not: version 1, packed null registers, flooding of sources.",
    unit: Unit::Message,
    tables: &[
        HEADER,
        ELECTION_KIND,
        RESERVED_BYTE,
        CHECKED,
        OPTION,
        HOLDTIME,
        PRUNE_DELAY,
        DR_PRIORITY,
        GENERATION,
        STATE_REFRESH,
        REGISTER,
        GROUPS_HEAD,
        COUNTS,
        BOOTSTRAP,
        RP_COUNTS,
        RP_ROWS,
        ROUTE,
        ELECTION,
        OFFERING,
        WINNER,
        CANDIDATE,
        REFRESH,
        MOVING,
        address::HEAD,
        address::GROUP,
        address::SOURCE,
        address::ATTRIBUTE,
    ],
    keys: &[(Space::IpProto, 103)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

/// The IANA registry "PIM Message Types".
static TYPES: &[(u64, &str)] = &[
    (0, "hello"),
    (1, "register"),
    (2, "register stop"),
    (3, "join/prune"),
    (4, "bootstrap"),
    (5, "assert"),
    (6, "graft"),
    (7, "graft acknowledgment"),
    (8, "candidate RP advertisement"),
    (9, "state refresh"),
    (10, "DF election"),
    (11, "ECMP redirect"),
    (12, "PIM flooding mechanism"),
    (13, "extended types"),
    (14, "extended types"),
    (15, "extended types"),
];

/// The IANA registry "PIM-Hello Options".
static OPTIONS: &[(u64, &str)] = &[
    (1, "hold time"),
    (2, "LAN prune delay"),
    (17, "deprecated"),
    (18, "deprecated"),
    (19, "DR priority"),
    (20, "generation ID"),
    (21, "state refresh capable"),
    (22, "bidirectional capable"),
    (24, "address list"),
    (25, "neighbor list TTL"),
    (26, "join attribute"),
    (27, "reliable transport over TCP"),
    (28, "reliable transport over SCTP"),
    (29, "pop-count"),
    (30, "MT-ID"),
    (31, "interface ID"),
    (32, "ECMP redirect"),
    (33, "VPC peer ID"),
    (34, "DR load balancing capability"),
    (35, "DR load balancing list"),
    (36, "hierarchical join"),
    (65001, "address list"),
];

const HELLO: u64 = 0;
const REGISTER_TYPE: u64 = 1;
const ELECTION_TYPE: u64 = 10;

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    s.fixed(HEADER, input.data, input.base);
    let kind = input.data.first().map_or(0, |b| u64::from(b & 15));
    s.fixed(if kind == ELECTION_TYPE { ELECTION_KIND } else { RESERVED_BYTE }, input.data, input.base);
    s.fixed(CHECKED, input.data, input.base);
    let header = input.head::<4>()?;
    if VERSION.get(header) != 2 {
        return Ok(Step::new(&input, 4, input.wire, Next::Opaque("a version of PIM that is not decoded")));
    }
    if S::ON {
        let rule = "the checksum covers the message (RFC 7761 §4.9)";
        let v6 = matches!(input.env.ends, Some(Addresses::V6 { .. }));
        status(kind, v6, |wire| Covered::of(&input, wire.min(input.wire)), input.wire).put(s, &STATUS, rule);
    }
    if kind == REGISTER_TYPE {
        return register(&input, s);
    }
    if kind > ELECTION_TYPE {
        return Ok(Step::new(&input, 4, input.wire, Next::Opaque("a type of PIM message that is not decoded")));
    }
    if S::ON && input.wire > 4 && input.data.len() > 4 {
        let m = Tlv::new(input.data, input.base, 0, input.wire);
        s.open(&BODY, m.bit(4));
        // What ends early has said why.
        let _ = body(s, &m, kind, input.data.get(1).map_or(0, |b| b >> 4));
        s.close(m.bit(m.wire));
    }
    Ok(message::step(&input, s, "pim", input.wire))
}

/// Compares the checksum. That of a register covers its header alone, but old routers computed it over everything.
fn status<'a>(kind: u64, v6: bool, covered: impl Fn(u32) -> Covered<'a>, wire: u32) -> Status {
    let compare = |wire| if v6 { covered(wire).pseudo(103, 2) } else { covered(wire).plain(2) };
    if kind != REGISTER_TYPE {
        return compare(wire);
    }
    match (compare(8), compare(wire)) {
        (Status::Bad { .. }, Status::Good) => Status::Good,
        (status, _) => status,
    }
}

/// A register carries a whole packet.
fn register<S: Sink>(input: &Input<'_>, s: &mut S) -> Dissected {
    let m = Tlv::new(input.data, input.base, 0, input.wire);
    if S::ON && m.data.len() > 4 {
        s.open(&BODY, m.bit(4));
        m.fixed(s, REGISTER);
        if let Some(first) = m.byte(8) {
            s.uint(&IP_VERSION, m.bit(8), 4, u64::from(first >> 4));
        }
        s.close(m.bit(m.wire));
    }
    input.upto(8)?;
    let next = match input.data.get(8).map(|b| b >> 4) {
        _ if input.wire == 8 => Next::End,
        Some(6) => Next::Key(Space::EtherType, 0x86dd),
        Some(4) | None => Next::Key(Space::EtherType, 0x0800),
        Some(_) => Next::Opaque("neither an IPv4 nor an IPv6 packet"),
    };
    let step = Step::new(input, 8, input.wire, next);
    // A null register carries a mere header, which need not have what it announces.
    let null = input.data.get(4).is_some_and(|flags| flags & 0x40 != 0);
    Ok(if null { step.extent(Extent::Quoted) } else { step })
}

/// Puts a message. Returns `None` when it cannot be read to its end.
fn body<S: Sink>(s: &mut S, m: &Tlv<'_>, kind: u64, subtype: u8) -> Option<u32> {
    match kind {
        HELLO => hello(s, m),
        2 => {
            let at = address::group(s, m, 4, GROUP)?;
            address::unicast(s, m, at, SOURCE)
        }
        3 | 6 | 7 => join_prune(s, m),
        4 => bootstrap(s, m),
        5 => {
            let at = address::group(s, m, 4, GROUP)?;
            let at = address::unicast(s, m, at, SOURCE)?;
            m.part(at, 8).fixed(s, ROUTE);
            None
        }
        8 => {
            m.fixed(s, CANDIDATE);
            let mut at = address::unicast(s, m, 8, RP)?;
            for _ in 0..m.byte(4)? {
                at = address::group(s, m, at, GROUP).filter(|_| s.room())?;
            }
            None
        }
        9 => {
            let at = address::group(s, m, 4, GROUP)?;
            let at = address::unicast(s, m, at, SOURCE)?;
            let at = address::unicast(s, m, at, Rows { v4: &ORIGINATOR4, v6: &ORIGINATOR6 })?;
            m.part(at, 8).fixed(s, ROUTE);
            m.part(at + 8, 4).fixed(s, REFRESH);
            None
        }
        _ => {
            let at = address::unicast(s, m, 4, RP)?;
            m.part(at, 8).fixed(s, ELECTION);
            match subtype {
                3 => {
                    let at = address::unicast(s, m, at + 8, Rows { v4: &OFFERING4, v6: &OFFERING6 })?;
                    m.part(at, 10).fixed(s, OFFERING);
                }
                4 => {
                    let at = address::unicast(s, m, at + 8, Rows { v4: &WINNER4, v6: &WINNER6 })?;
                    m.part(at, 8).fixed(s, WINNER);
                }
                _ => {}
            }
            None
        }
    }
}

/// Puts the options of a hello.
fn hello<S: Sink>(s: &mut S, m: &Tlv<'_>) -> Option<u32> {
    let mut at = 4;
    while at < m.wire && m.data.len() > at as usize && s.room() {
        let left = m.wire - at;
        let head = m.part(at, left);
        let length = head.data.get(2..4).and_then(<[u8]>::first_chunk).map(|b| u32::from(u16::from_be_bytes(*b)));
        let wire = length.unwrap_or(0) + 4;
        s.open(&OPTION_GROUP, head.bit(0));
        head.part(0, 4).fixed(s, OPTION);
        if wire > left {
            let rule = "an option ends within its message (RFC 7761 §4.9.2)";
            s.note(NoteKind::Bad, format_args!("{rule}: at most {left} bytes expected, {wire} found"));
            s.close(head.bit(left));
            return None;
        }
        if let (Some(length), Some(kind)) = (length, head.data.first_chunk()) {
            let option = m.part(at, wire);
            match (u16::from_be_bytes(*kind), length) {
                (1, 2) => option.fixed(s, HOLDTIME),
                (2, 4) => option.fixed(s, PRUNE_DELAY),
                (19, 4) => option.fixed(s, DR_PRIORITY),
                (20, 4) => option.fixed(s, GENERATION),
                (21, 4) => option.fixed(s, STATE_REFRESH),
                (24 | 65001, _) => {
                    let mut next = 4;
                    while next < wire && option.data.len() > next as usize && s.room() {
                        let rows = Rows { v4: &ADDRESS4, v6: &ADDRESS6 };
                        let Some(end) = address::unicast(s, &option, next, rows) else { break };
                        next = end;
                    }
                }
                _ => option.rest(s, &OPTION_VALUE, 4),
            }
        }
        s.close(head.bit(wire));
        at += wire;
    }
    None
}

/// Puts the groups of a join/prune message, and of a graft.
fn join_prune<S: Sink>(s: &mut S, m: &Tlv<'_>) -> Option<u32> {
    let at = address::unicast(s, m, 4, Rows { v4: &UPSTREAM4, v6: &UPSTREAM6 })?;
    m.part(at, 4).fixed(s, GROUPS_HEAD);
    let groups = m.byte(at + 1)?;
    let mut at = at + 4;
    for _ in 0..groups {
        if m.data.len() <= at as usize || !s.room() {
            return None;
        }
        s.open(&GROUP_SET, m.bit(at));
        let end = group_set(s, m, at);
        s.close(m.bit(end.unwrap_or(m.wire)));
        at = end?;
    }
    None
}

fn group_set<S: Sink>(s: &mut S, m: &Tlv<'_>, at: u32) -> Option<u32> {
    let mut at = address::group(s, m, at, GROUP)?;
    let counts = m.part(at, 4);
    counts.fixed(s, COUNTS);
    let [j0, j1, p0, p1] = counts.data.first_chunk()?;
    let (joins, prunes) = (u16::from_be_bytes([*j0, *j1]), u16::from_be_bytes([*p0, *p1]));
    at += 4;
    for _ in 0..joins {
        at = address::source(s, m, at, Rows { v4: &JOIN4, v6: &JOIN6 }, &ATTRIBUTE_VALUE).filter(|_| s.room())?;
    }
    for _ in 0..prunes {
        at = address::source(s, m, at, Rows { v4: &PRUNE4, v6: &PRUNE6 }, &ATTRIBUTE_VALUE).filter(|_| s.room())?;
    }
    Some(at)
}

/// Puts the rendezvous points of a bootstrap message.
fn bootstrap<S: Sink>(s: &mut S, m: &Tlv<'_>) -> Option<u32> {
    m.fixed(s, BOOTSTRAP);
    let mut at = address::unicast(s, m, 8, Rows { v4: &BSR4, v6: &BSR6 })?;
    while at < m.wire && m.data.len() > at as usize && s.room() {
        at = address::group(s, m, at, GROUP)?;
        m.part(at, 4).fixed(s, RP_COUNTS);
        let points = m.byte(at + 1)?;
        at += 4;
        for _ in 0..points {
            at = address::unicast(s, m, at, RP).filter(|_| s.room())?;
            m.part(at, 4).fixed(s, RP_ROWS);
            at += 4;
        }
    }
    None
}

fn explain_type(a: &Around<'_>, out: &mut Text) {
    out.lit(match a.value {
        0 => "neighbors are found, and kept",
        1 => "a packet on its way from the sender's router to the rendezvous point",
        2 => "the rendezvous point no longer wants registers for this source and group",
        3 => "which groups and sources are wanted from the upstream neighbor, and which no longer",
        4 => "which router is the rendezvous point of which groups",
        5 => "two routers forward to the same link: the better one goes on",
        6 | 7 => "a link that was cut off is wanted again",
        8 => "a router offers to be a rendezvous point",
        9 => "keeps links cut off that do not want the packets",
        10 => "which router forwards to and from this link",
        _ => "",
    });
}

fn explain_holdtime(a: &Around<'_>, out: &mut Text) {
    match (a.value, a.layer.first().map(|b| b & 15)) {
        (0, Some(0)) => out.lit("the sender says good-bye"),
        (0, Some(8)) => out.lit("no longer"),
        (0xffff, _) => out.lit("for ever"),
        _ => out,
    };
}

/// `PIMv2, Hello, length 62`; what a register carries follows.
fn line(seen: &Seen<'_>, out: &mut Text) {
    let Some(header) = seen.header.first_chunk::<4>() else { return };
    out.lit("PIMv").num(VERSION.get(header));
    if VERSION.get(header) != 2 {
        out.lit(", length ").num(seen.wire.into());
        return;
    }
    out.lit(", ").lit(match TYPE.get(header) {
        0 => "Hello",
        1 => "Register",
        2 => "Register Stop",
        3 => "Join / Prune",
        4 => "Bootstrap",
        5 => "Assert",
        6 => "Graft",
        7 => "Graft Acknowledgement",
        8 => "Candidate RP Advertisement",
        9 => "Prune Refresh",
        10 => "DF Election",
        11 => "ECMP Redirect",
        _ => "Unknown Type",
    });
    out.lit(", length ").num(seen.wire.into());
    if seen.style.verbose > 0 {
        let v6 = matches!(seen.ends, Some(Addresses::V6 { .. }));
        let part = |wire: u32| if wire == 8 { Covered::header(seen) } else { Covered::seen(seen) };
        if let Status::Bad { expected, found } = status(TYPE.get(header), v6, part, seen.wire) {
            out.lit(" (bad pim cksum ").hex(found, 4).lit(" -> ").hex(expected, 4).lit("!)");
        }
    }
    if seen.next.is_some() {
        out.lit(": ");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Env;

    fn peel(data: &[u8]) -> Dissected {
        let input = Input { data, base: 0, wire: data.len() as u32, extent: Extent::Whole, env: &Env::NONE };
        dissect(input, &mut Off::default())
    }

    #[test]
    fn a_register_carries_a_packet_of_either_version() {
        let register = |flags: u8, first: u8| peel(&[0x21, 0, 0, 0, flags, 0, 0, 0, first, 0, 0, 0]);
        let step = register(0, 0x45).expect("a register");
        assert_eq!((step.header, step.next), (8, Next::Key(Space::EtherType, 0x0800)));
        assert_eq!(register(0, 0x60).map(|step| step.next), Ok(Next::Key(Space::EtherType, 0x86dd)));
        assert!(matches!(register(0, 0).map(|step| step.next), Ok(Next::Opaque(_))));
        assert_eq!(register(0x40, 0x45).map(|step| step.extent), Ok(Extent::Quoted));
        assert_eq!(peel(&[0x21, 0, 0, 0, 0x40, 0, 0, 0]).map(|step| step.next), Ok(Next::End));
    }

    #[test]
    fn the_checksum_of_a_register_covers_its_header_or_everything() {
        let status = |packet: &[u8]| {
            let wire = packet.len() as u32;
            let input = Input { data: packet, base: 0, wire, extent: Extent::Whole, env: &Env::NONE };
            super::status(REGISTER_TYPE, false, |wire| Covered::of(&input, wire), wire).number()
        };
        // 0x2100 + 0x4000 is 0x6100, whose complement is 0x9eff; with 0x4500 behind it is 0xa600, whose is 0x59ff.
        assert_eq!(status(&[0x21, 0, 0x9e, 0xff, 0x40, 0, 0, 0, 0x45, 0]), 1);
        assert_eq!(status(&[0x21, 0, 0x59, 0xff, 0x40, 0, 0, 0, 0x45, 0]), 1);
        assert_eq!(status(&[0x21, 0, 0x59, 0xfe, 0x40, 0, 0, 0, 0x45, 0]), 0);
    }
}
