//! Link state advertisements of OSPF version 2 (RFC 2328 annex A.4): their headers and what the
//! standard types say; and the walk over those of either version.

use super::ospf_lsa3 as third;
use crate::field::{Around, Field, Kind, Table};
use crate::proto::shared::tlv::Tlv;
use crate::sink::{NoteKind, Sink};
use crate::text::Text;

crate::fields! { pub AGE2:
    DONOTAGE = Field::uint("ospf.lsa.donotage", 0, 1).repeats().label("Do not age").doc("RFC 1793 §2.2", "1: the age stays as it is, so that the advertisement need not be repeated");
    AGE = Field::uint("ospf.lsa.age", 1, 15).repeats().unit("s").explain(explain_age).label("Age").doc("RFC 2328 §A.4.1", "Time since the router made the advertisement");
}

crate::fields! { pub OPTIONS2:
    OPTIONS2_ALL = Field::uint("ospf.v2.options", 0, 8).repeats().hex().label("Options").doc("RFC 2328 §A.2", "What the router, or the part of the network that is described, can do");
    OPTIONS2_DN = Field::flag("ospf.v2.options.dn", 0).part_of("ospf.v2.options").repeats().label("DN").doc("RFC 4576 §4", "1: comes from a provider's VPN, and must not be given back to it");
    OPTIONS2_O = Field::flag("ospf.v2.options.o", 1).part_of("ospf.v2.options").repeats().label("Opaque advertisements").doc("RFC 5250 §A.1", "1: takes opaque advertisements (database descriptions only)");
    OPTIONS2_DC = Field::flag("ospf.v2.options.dc", 2).part_of("ospf.v2.options").repeats().label("Demand circuits").doc("RFC 1793 §2.1", "1: can do without repeated advertisements");
    OPTIONS2_L = Field::flag("ospf.v2.options.l", 3).part_of("ospf.v2.options").repeats().label("Link-local signalling").doc("RFC 5613 §2.1", "1: a block of link-local signalling follows the packet");
}

crate::fields! { pub OPTIONS2_N:
    N = Field::flag("ospf.v2.options.n", 4).part_of("ospf.v2.options").repeats().label("NSSA").doc("RFC 3101 §2.3", "1: the area is not so stubby");
}

crate::fields! { pub OPTIONS2_P:
    P = Field::flag("ospf.v2.options.p", 4).part_of("ospf.v2.options").repeats().label("Propagate").doc("RFC 3101 §2.3", "1: a border router gives the advertisement to the other areas");
}

crate::fields! { pub OPTIONS2_LAST:
    OPTIONS2_MC = Field::flag("ospf.v2.options.mc", 5).part_of("ospf.v2.options").repeats().label("Multicast").doc("RFC 1584 §A", "1: forwards multicast packets");
    OPTIONS2_E = Field::flag("ospf.v2.options.e", 6).part_of("ospf.v2.options").repeats().label("External routes").doc("RFC 2328 §A.2", "1: no stub area: external routes are flooded");
    OPTIONS2_MT = Field::flag("ospf.v2.options.mt", 7).part_of("ospf.v2.options").repeats().label("Multiple topologies").doc("RFC 4915", "1: keeps several topologies; once the bit for types of service");
}

crate::fields! { pub TYPE2:
    TYPE = Field::uint("ospf.lsa", 0, 8).repeats().values(TYPES2).label("Type").doc("RFC 2328 §A.4.1", "What the advertisement describes");
}

crate::fields! { pub ID2:
    ID = Field::ip4("ospf.lsa.id", 0).repeats().label("Link state ID").doc("RFC 2328 §12.1.4", "Which part of the network is described; its meaning depends on the type");
}

crate::fields! { pub OPAQUE_TYPE:
    OPAQUE = Field::uint("ospf.lsid_opaque_type", 0, 8).repeats().values(OPAQUE_TYPES).label("Opaque type").doc("RFC 5250 §3", "Which protocol gives the advertisement its meaning");
}

crate::fields! { pub TE_ID:
    TE_RESERVED = Field::uint("ospf.lsid_te_lsa.reserved", 8, 8).repeats().label("Reserved").doc("RFC 3630 §2.2", "Must be 0");
    TE_INSTANCE = Field::uint("ospf.lsid_te_lsa.instance", 16, 16).repeats().label("Instance").doc("RFC 3630 §2.2", "Tells several advertisements of a router apart");
}

crate::fields! { pub OPAQUE_ID:
    OPAQUE_ID_ROW = Field::uint("ospf.lsid.opaque_id", 8, 24).repeats().label("Opaque ID").doc("RFC 5250 §3", "Tells advertisements of an opaque type apart");
}

crate::fields! { pub REQUEST2:
    REQUEST_TYPE = Field::uint("ospf.lsa", 0, 32).repeats().values(TYPES2).label("Type").doc("RFC 2328 §A.3.4", "What the wanted advertisement describes");
}

crate::fields! { pub REST:
    ROUTER_ID = Field::ip4("ospf.advrouter", 64).repeats().label("Advertising router").doc("RFC 2328 §A.4.1", "Identifier of the router that made the advertisement");
}

crate::fields! { pub REVISION:
    SEQNUM = Field::uint("ospf.lsa.seqnum", 96, 32).repeats().hex().explain(explain_sequence).label("Sequence number").doc("RFC 2328 §12.1.6", "The greater of two, as signed numbers, is newer");
    LSA_CHECKSUM = Field::uint("ospf.lsa.chksum", 128, 16).repeats().hex().label("Checksum").doc("RFC 2328 §12.1.7", "Fletcher's checksum over the advertisement without its age");
    LSA_LENGTH = Field::uint("ospf.lsa.length", 144, 16).repeats().unit("bytes").explain(explain_length).label("Length").doc("RFC 2328 §A.4.1", "Of the whole advertisement, its header of 20 bytes included");
}

crate::fields! { pub ROUTER_FLAGS:
    ROUTER_BITS = Field::uint("ospf.v2.router.lsa.flags", 0, 8).repeats().hex().label("Flags").doc("RFC 2328 §A.4.2", "What the router is");
    ROUTER_H = Field::flag("ospf.v2.router.lsa.flags.h", 0).part_of("ospf.v2.router.lsa.flags").repeats().label("Host").doc("RFC 8770 §3", "1: not to be used for transit traffic");
    ROUTER_N = Field::flag("ospf.v2.router.lsa.flags.n", 3).part_of("ospf.v2.router.lsa.flags").repeats().label("NSSA translator").doc("RFC 3101 §3.1", "1: always gives NSSA routes to the other areas");
    ROUTER_W = Field::flag("ospf.v2.router.lsa.flags.w", 4).part_of("ospf.v2.router.lsa.flags").repeats().label("Wild-card multicast receiver").doc("RFC 1584 §A", "1: wants all multicast packets");
    ROUTER_V = Field::flag("ospf.v2.router.lsa.flags.v", 5).part_of("ospf.v2.router.lsa.flags").repeats().label("Virtual link endpoint").doc("RFC 2328 §A.4.2", "1: a virtual link ends here");
    ROUTER_E = Field::flag("ospf.v2.router.lsa.flags.e", 6).part_of("ospf.v2.router.lsa.flags").repeats().label("AS boundary router").doc("RFC 2328 §A.4.2", "1: brings in routes from outside");
    ROUTER_B = Field::flag("ospf.v2.router.lsa.flags.b", 7).part_of("ospf.v2.router.lsa.flags").repeats().label("Area border router").doc("RFC 2328 §A.4.2", "1: belongs to several areas");
}

crate::fields! { pub LINK_COUNT:
    LINKS = Field::uint("ospf.lsa.number_of_links", 16, 16).repeats().label("Number of links").doc("RFC 2328 §A.4.2", "How many links of the router follow: all that it has to the area");
}

crate::fields! { pub LINK:
    LINK_ID = Field::ip4("ospf.lsa.router.linkid", 0).repeats().label("Link ID").doc("RFC 2328 §A.4.2", "What is at the other end: a router, the designated router of a network, or the network");
    LINK_DATA = Field::ip4("ospf.lsa.router.linkdata", 32).repeats().label("Link data").doc("RFC 2328 §A.4.2", "The router's address on the link; for a stub network, its mask");
    LINK_TYPE = Field::uint("ospf.lsa.router.linktype", 64, 8).repeats().values(LINK_TYPES).label("Link type").doc("RFC 2328 §A.4.2", "What the link leads to");
    LINK_METRICS = Field::uint("ospf.lsa.router.nummetrics", 72, 8).repeats().label("Further metrics").doc("RFC 2328 §A.4.2", "How many metrics for types of service follow");
    LINK_METRIC = Field::uint("ospf.lsa.router.metric0", 80, 16).repeats().label("Metric").doc("RFC 2328 §A.4.2", "The cost of using the link");
}

crate::fields! { pub TOS_METRIC:
    LINK_TOS = Field::uint("ospf.lsa.router.tos", 0, 8).repeats().label("Type of service").doc("RFC 2328 §A.4.2", "Which packets the metric is for; for old routers");
    LINK_TOS_RESERVED = Field::bytes("ospf.lsa.router.reserved", 8, 8).repeats().label("Reserved").doc("RFC 2328 §A.4.2", "Must be 0");
    LINK_TOS_METRIC = Field::uint("ospf.ls.metric", 16, 16).repeats().label("Metric").doc("RFC 2328 §A.4.2", "The cost of using the link for this type of service");
}

crate::fields! { pub NETWORK:
    NETWORK_MASK = Field::ip4("ospf.lsa.network.netmask", 0).repeats().explain(explain_mask).label("Mask").doc("RFC 2328 §A.4.3", "Mask of the network");
}

crate::fields! { pub SUMMARY:
    SUMMARY_MASK = Field::ip4("ospf.lsa.asbr.netmask", 0).repeats().explain(explain_mask).label("Mask").doc("RFC 2328 §A.4.4", "Mask of the destination; 0 for a router");
}

crate::fields! { pub SUMMARY_METRIC:
    SUMMARY_TOS = Field::uint("ospf.lsa.tos", 0, 8).repeats().label("Type of service").doc("RFC 2328 §A.4.4", "Which packets the metric is for; 0: all");
    SUMMARY_COST = Field::uint("ospf.metric", 8, 24).repeats().explain(explain_metric).label("Metric").doc("RFC 2328 §A.4.4", "The cost from the border router on");
}

crate::fields! { pub EXTERNAL:
    EXTERNAL_MASK = Field::ip4("ospf.lsa.asext.netmask", 0).repeats().explain(explain_mask).label("Mask").doc("RFC 2328 §A.4.5", "Mask of the destination");
}

crate::fields! { pub EXTERNAL_METRIC:
    EXTERNAL_TYPE = Field::flag("ospf.lsa.asext.type", 0).repeats().label("External type").doc("RFC 2328 §A.4.5", "0: the metric adds to the costs within the network (type 1); 1: it counts more than any of them (type 2)");
    EXTERNAL_TOS = Field::uint("ospf.lsa.tos", 1, 7).repeats().label("Type of service").doc("RFC 2328 §A.4.5", "Which packets the metric is for; 0: all");
    EXTERNAL_COST = Field::uint("ospf.metric", 8, 24).repeats().explain(explain_metric).label("Metric").doc("RFC 2328 §A.4.5", "The cost from the boundary router on");
    EXTERNAL_FORWARD = Field::ip4("ospf.lsa.asext.fwdaddr", 32).repeats().label("Forwarding address").doc("RFC 2328 §A.4.5", "Where packets for the destination go; 0: to the advertising router");
    EXTERNAL_TAG = Field::uint("ospf.lsa.asext.extrttag", 64, 32).repeats().label("Route tag").doc("RFC 2328 §A.4.5", "For the boundary routers; OSPF itself does not use it");
}

crate::fields! { pub MOVING:
    LSA = Field::group("ospf.lsa.advertisement").repeats().label("Link state advertisement").doc("RFC 2328 §A.4", "One advertisement, or its header");
    LINK_GROUP = Field::group("ospf.lsa.router.link").repeats().label("Link").doc("RFC 2328 §A.4.2", "One link of the router");
    IS_ROUTER = Field::derived("ospf.lsa.router", Kind::Flag).repeats().label("Router advertisement").doc("RFC 2328 §A.4.2", "1: describes a router and its links");
    IS_NETWORK = Field::derived("ospf.lsa.network", Kind::Flag).repeats().label("Network advertisement").doc("RFC 2328 §A.4.3", "1: describes a network and its routers");
    IS_SUMMARY = Field::derived("ospf.lsa.summary", Kind::Flag).repeats().label("Summary advertisement").doc("RFC 2328 §A.4.4", "1: describes a network in another area");
    IS_ASBR = Field::derived("ospf.lsa.asbr", Kind::Flag).repeats().label("Boundary router summary").doc("RFC 2328 §A.4.4", "1: describes the way to a boundary router in another area");
    IS_EXTERNAL = Field::derived("ospf.lsa.asext", Kind::Flag).repeats().label("External advertisement").doc("RFC 2328 §A.4.5", "1: describes a destination outside");
    IS_MEMBER = Field::derived("ospf.lsa.member", Kind::Flag).repeats().label("Group membership").doc("RFC 1584 §A", "1: describes where members of a multicast group are");
    IS_NSSA = Field::derived("ospf.lsa.nssa", Kind::Flag).repeats().label("NSSA external advertisement").doc("RFC 3101 §2.4", "1: describes a destination outside, for a not so stubby area");
    IS_ATTRIBUTES = Field::derived("ospf.lsa.attr", Kind::Flag).repeats().label("External attributes").doc("IANA OSPFv2 LS types", "1: was to carry attributes of BGP");
    IS_OPAQUE = Field::derived("ospf.lsa.opaque", Kind::Flag).repeats().label("Opaque advertisement").doc("RFC 5250 §3", "1: carries something that OSPF itself does not use");
    ATTACHED = Field::moving("ospf.lsa.network.attchrtr", Kind::Ip4).repeats().label("Attached router").doc("RFC 2328 §A.4.3", "Identifier of a router on the network");
    BODY = Field::moving("ospf.lsa.body", Kind::Bytes).repeats().label("Contents").doc("RFC 5250 §3", "Of an advertisement whose type is not decoded");
}

/// All tables of this file.
pub static TABLES: &[Table] = &[
    AGE2,
    OPTIONS2,
    OPTIONS2_N,
    OPTIONS2_P,
    OPTIONS2_LAST,
    TYPE2,
    ID2,
    OPAQUE_TYPE,
    TE_ID,
    OPAQUE_ID,
    REQUEST2,
    REST,
    REVISION,
    ROUTER_FLAGS,
    LINK_COUNT,
    LINK,
    TOS_METRIC,
    NETWORK,
    SUMMARY,
    SUMMARY_METRIC,
    EXTERNAL,
    EXTERNAL_METRIC,
    MOVING,
];

/// The IANA registry "OSPFv2 Link State (LS) Type".
static TYPES2: &[(u64, &str)] = &[
    (1, "router"),
    (2, "network"),
    (3, "summary of a network"),
    (4, "summary of a boundary router"),
    (5, "external"),
    (6, "group membership"),
    (7, "NSSA external"),
    (8, "external attributes"),
    (9, "opaque, this link"),
    (10, "opaque, this area"),
    (11, "opaque, everywhere"),
];

/// The IANA registry "Opaque Link-State Advertisements (LSA) Option Types".
static OPAQUE_TYPES: &[(u64, &str)] = &[
    (1, "traffic engineering"),
    (2, "Sycamore optical topology"),
    (3, "graceful restart"),
    (4, "router information"),
    (5, "layer 1 VPN"),
    (6, "inter-AS traffic engineering"),
    (7, "extended prefix"),
    (8, "extended link"),
];

/// What a link leads to.
pub static LINK_TYPES: &[(u64, &str)] =
    &[(1, "point to point, to a router"), (2, "to a transit network"), (3, "to a stub network"), (4, "virtual link")];

/// The length of a header.
pub const HEADER: u32 = 20;

/// From this age on, an advertisement is withdrawn.
const MAX_AGE: u64 = 3600;

/// Says when an age is the greatest.
pub fn explain_age(a: &Around<'_>, out: &mut Text) {
    if a.value >= MAX_AGE {
        out.lit("the greatest age: the advertisement is being withdrawn");
    }
}

fn explain_sequence(a: &Around<'_>, out: &mut Text) {
    match a.value {
        0x8000_0001 => out.lit("the first of its kind"),
        0x7fff_ffff => out.lit("the greatest number: it must be withdrawn before the next one"),
        n if n > 0x8000_0001 => out.lit("number ").num_grouped(n - 0x8000_0000).lit(" of its kind"),
        _ => out,
    };
}

fn explain_length(a: &Around<'_>, out: &mut Text) {
    if let Some(body) = a.value.checked_sub(20) {
        out.lit("header 20 + contents ").num(body);
    }
}

/// The largest metric says that there is no way.
pub fn explain_metric(a: &Around<'_>, out: &mut Text) {
    if a.value == 0xff_ffff {
        out.lit("infinite: cannot be reached");
    }
}

/// Says how many bits a mask has.
pub fn explain_mask(a: &Around<'_>, out: &mut Text) {
    let mask = a.bytes.first_chunk().map_or(0, |b| u32::from_be_bytes(*b));
    if mask.leading_ones() == mask.count_ones() {
        out.lit("prefix length ").num(mask.leading_ones().into());
    } else {
        out.lit("not a prefix");
    }
}

/// Puts the options of version 2 at byte `at`; the fifth bit means another thing in an NSSA advertisement.
pub fn options2<S: Sink>(s: &mut S, part: &Tlv<'_>, at: u32, nssa: bool) {
    let byte = part.part(at, 1);
    byte.fixed(s, OPTIONS2);
    byte.fixed(s, if nssa { OPTIONS2_P } else { OPTIONS2_N });
    byte.fixed(s, OPTIONS2_LAST);
}

/// What surrounds a list of advertisements.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings {
    /// Version 3 rather than 2.
    pub third: bool,
    /// Whether the contents follow each header.
    pub bodies: bool,
    /// Version 3: prefixes are those of IPv6 (RFC 5838 gives instances of their own to other families).
    pub ipv6: bool,
}

/// Puts advertisements, at most `count`, from byte `at` of `packet` on. A contradiction ends the walk with a note.
pub fn walk<S: Sink>(s: &mut S, packet: &Tlv<'_>, mut at: u32, count: u32, around: Surroundings) {
    for _ in 0..count {
        let left = packet.wire.saturating_sub(at);
        if left == 0 || packet.data.len() <= at as usize || !s.room() {
            return;
        }
        let head = packet.part(at, left);
        s.open(&LSA, head.bit(0));
        header(s, &head, around.third);
        let said = head.data.get(18..20).and_then(<[u8]>::first_chunk).map_or(0, |b| u32::from(u16::from_be_bytes(*b)));
        let wire = if around.bodies { said } else { HEADER };
        if left < HEADER || wire > left {
            let needed = wire.max(HEADER);
            let rule = "an advertisement ends within its packet (RFC 2328 §A.4.1)";
            s.note(NoteKind::Bad, format_args!("{rule}: at most {left} bytes expected, {needed} found"));
            s.close(head.bit(left));
            return;
        }
        if head.data.len() < HEADER as usize {
            s.close(head.bit(left));
            return;
        }
        if said < HEADER {
            let rule = "the length covers the header (RFC 2328 §A.4.1)";
            s.note(NoteKind::Bad, format_args!("{rule}: at least {HEADER} bytes expected, {said} found"));
            s.close(head.bit(HEADER));
            return;
        }
        if around.bodies {
            let lsa = packet.part(at, wire);
            let contents = lsa.part(HEADER, wire - HEADER);
            match around.third {
                true => third::body(s, &contents, lsa.data.get(2..4).and_then(<[u8]>::first_chunk), around.ipv6),
                false => body2(s, &contents, lsa.byte(3)),
            }
        }
        s.close(head.bit(wire));
        at = at.saturating_add(wire);
    }
}

/// Puts one header.
fn header<S: Sink>(s: &mut S, head: &Tlv<'_>, third: bool) {
    if third {
        head.fixed(s, third::HEADER3);
        if let Some(kind) = head.data.get(2..4).and_then(<[u8]>::first_chunk).map(|b| u16::from_be_bytes(*b) & 0x1fff)
            && let Some(field) = third::flag(kind)
        {
            s.derived(field, 1);
        }
        head.fixed(s, third::ID3);
    } else {
        let kind = head.byte(3).unwrap_or(0);
        head.fixed(s, AGE2);
        // Which of two meanings a bit has depends on the type behind it.
        if head.data.len() > 3 {
            options2(s, head, 2, kind == 7);
            head.part(3, 1).fixed(s, TYPE2);
            if let Some(field) = flag2(kind) {
                s.derived(field, 1);
            }
        }
        let id = head.part(4, 4);
        if matches!(kind, 9..=11) {
            id.fixed(s, OPAQUE_TYPE);
            id.fixed(s, if id.byte(0) == Some(1) { TE_ID } else { OPAQUE_ID });
        } else {
            id.fixed(s, ID2);
        }
    }
    head.fixed(s, REST);
    head.fixed(s, REVISION);
}

fn flag2(kind: u8) -> Option<&'static Field> {
    Some(match kind {
        1 => &IS_ROUTER,
        2 => &IS_NETWORK,
        3 => &IS_SUMMARY,
        4 => &IS_ASBR,
        5 => &IS_EXTERNAL,
        6 => &IS_MEMBER,
        7 => &IS_NSSA,
        8 => &IS_ATTRIBUTES,
        9..=11 => &IS_OPAQUE,
        _ => return None,
    })
}

/// Puts identifiers of 4 bytes from byte `at` on.
pub fn identifiers<S: Sink>(s: &mut S, part: &Tlv<'_>, field: &'static Field, mut at: u32) {
    while at + 4 <= part.wire && part.data.len() > at as usize && s.room() {
        part.span(s, field, at, at + 4);
        at += 4;
    }
}

/// Puts a table as often as it fits from byte `at` on, `size` bytes each time.
fn records<S: Sink>(s: &mut S, part: &Tlv<'_>, table: Table, mut at: u32, size: u32) {
    while at + size <= part.wire && part.data.len() > at as usize && s.room() {
        part.part(at, size).fixed(s, table);
        at += size;
    }
}

/// Puts the contents of an advertisement of version 2.
fn body2<S: Sink>(s: &mut S, body: &Tlv<'_>, kind: Option<u8>) {
    match kind {
        Some(1) => {
            body.fixed(s, ROUTER_FLAGS);
            body.fixed(s, LINK_COUNT);
            let count = body.data.get(2..4).and_then(<[u8]>::first_chunk).map_or(0, |b| u16::from_be_bytes(*b));
            let mut at = 4;
            for _ in 0..count {
                if at + 12 > body.wire || body.data.len() <= at as usize || !s.room() {
                    return;
                }
                let metrics = u32::from(body.byte(at + 9).unwrap_or(0));
                let wire = 12 + metrics * 4;
                let link = body.part(at, wire);
                s.open(&LINK_GROUP, link.bit(0));
                link.fixed(s, LINK);
                records(s, &link, TOS_METRIC, 12, 4);
                s.close(link.bit(link.wire));
                at += wire;
            }
        }
        Some(2) => {
            body.fixed(s, NETWORK);
            identifiers(s, body, &ATTACHED, 4);
        }
        Some(3 | 4) => {
            body.fixed(s, SUMMARY);
            records(s, body, SUMMARY_METRIC, 4, 4);
        }
        Some(5 | 7) => {
            body.fixed(s, EXTERNAL);
            records(s, body, EXTERNAL_METRIC, 4, 12);
        }
        _ => body.rest(s, &BODY, 0),
    }
}
