//! Link state advertisements of OSPF version 3 (RFC 5340 annex A.4): what differs from those of version 2.

use super::ospf_lsa::{BODY, LINK_GROUP, LINK_TYPES, explain_age, explain_metric, identifiers};
use crate::field::{Field, Kind, Table};
use crate::proto::shared::tlv::Tlv;
use crate::sink::{NoteKind, Sink};

crate::fields! { pub HEADER3:
    DO_NOT_AGE = Field::flag("ospf.v3.lsa.do_not_age", 0).repeats().label("Do not age").doc("RFC 1793 §2.2", "1: the age stays as it is, so that the advertisement need not be repeated");
    AGE_3 = Field::uint("ospf.lsa.age", 1, 15).repeats().unit("s").explain(explain_age).label("Age").doc("RFC 5340 §A.4.2", "Time since the router made the advertisement");
    TYPE_3 = Field::uint("ospf.v3.lsa", 16, 16).repeats().hex().label("Type").doc("RFC 5340 §A.4.2.1", "What the advertisement describes, and how far it goes");
    U_3 = Field::flag("ospf.v3.lsa.u", 16).part_of("ospf.v3.lsa").repeats().label("Handling").doc("RFC 5340 §A.4.2.1", "1: routers that do not know the type flood it all the same; 0: they keep it on the link");
    S_3 = Field::uint("ospf.v3.lsa.s12", 17, 2).part_of("ospf.v3.lsa").repeats().hex_wide(4).values(SCOPES).label("Flooding scope").doc("RFC 5340 §A.4.2.1", "How far the advertisement is passed on");
    FC_3 = Field::uint("ospf.v3.lsa.fc", 19, 13).part_of("ospf.v3.lsa").repeats().values(TYPES3).label("Function").doc("RFC 5340 §A.4.2.1", "What the advertisement describes");
}

crate::fields! { pub REQUEST3:
    REQUEST_RESERVED = Field::bytes("ospf.reserved", 0, 16).repeats().label("Reserved").doc("RFC 5340 §A.3.4", "Must be 0");
    REQUEST_TYPE_3 = Field::uint("ospf.v3.lsa", 16, 16).repeats().hex().label("Type").doc("RFC 5340 §A.4.2.1", "What the wanted advertisement describes, and how far it goes");
    REQUEST_U_3 = Field::flag("ospf.v3.lsa.u", 16).part_of("ospf.v3.lsa").repeats().label("Handling").doc("RFC 5340 §A.4.2.1", "1: routers that do not know the type flood it all the same; 0: they keep it on the link");
    REQUEST_S_3 = Field::uint("ospf.v3.lsa.s12", 17, 2).part_of("ospf.v3.lsa").repeats().hex_wide(4).values(SCOPES).label("Flooding scope").doc("RFC 5340 §A.4.2.1", "How far the advertisement is passed on");
    REQUEST_FC_3 = Field::uint("ospf.v3.lsa.fc", 19, 13).part_of("ospf.v3.lsa").repeats().values(TYPES3).label("Function").doc("RFC 5340 §A.4.2.1", "What the advertisement describes");
}

crate::fields! { pub ID3:
    STATE_ID = Field::ip4("ospf.link_state_id", 32).repeats().label("Link state ID").doc("RFC 5340 §A.4.2", "Tells advertisements of a router and type apart; not an address");
}

crate::fields! { pub OPTIONS3:
    OPTIONS3_ALL = Field::uint("ospf.v3.options", 0, 24).repeats().hex().label("Options").doc("RFC 5340 §A.2", "What the router, or the part of the network that is described, can do");
    OPTIONS3_AT = Field::flag("ospf.v3.options.at", 13).part_of("ospf.v3.options").repeats().label("Authentication trailer").doc("RFC 7166 §2.1", "1: an authentication trailer follows the packet");
    OPTIONS3_L = Field::flag("ospf.v3.options.l", 14).part_of("ospf.v3.options").repeats().label("Link-local signalling").doc("RFC 5613 §2.1", "1: a block of link-local signalling follows the packet");
    OPTIONS3_AF = Field::flag("ospf.v3.options.af", 15).part_of("ospf.v3.options").repeats().label("Address families").doc("RFC 5838 §2.2", "1: knows address families other than unicast IPv6");
    OPTIONS3_DC = Field::flag("ospf.v3.options.dc", 18).part_of("ospf.v3.options").repeats().label("Demand circuits").doc("RFC 5340 §A.2", "1: can do without repeated advertisements");
    OPTIONS3_R = Field::flag("ospf.v3.options.r", 19).part_of("ospf.v3.options").repeats().label("Router").doc("RFC 5340 §A.2", "1: forwards packets; 0: takes part without doing so");
    OPTIONS3_N = Field::flag("ospf.v3.options.n", 20).part_of("ospf.v3.options").repeats().label("NSSA").doc("RFC 5340 §A.2", "1: the area is not so stubby");
    OPTIONS3_MC = Field::flag("ospf.v3.options.mc", 21).part_of("ospf.v3.options").repeats().label("Multicast").doc("RFC 5340 §A.2", "Once: forwards multicast packets; without meaning now");
    OPTIONS3_E = Field::flag("ospf.v3.options.e", 22).part_of("ospf.v3.options").repeats().label("External routes").doc("RFC 5340 §A.2", "1: no stub area: external routes are flooded");
    OPTIONS3_V6 = Field::flag("ospf.v3.options.v6", 23).part_of("ospf.v3.options").repeats().label("IPv6").doc("RFC 5340 §A.2", "1: to be used for routes of IPv6");
}

crate::fields! { pub ROUTER3:
    ROUTER3_BITS = Field::uint("ospf.v3.router.lsa.flags", 0, 8).repeats().hex().label("Flags").doc("RFC 5340 §A.4.3", "What the router is");
    ROUTER3_W = Field::flag("ospf.v3.router.lsa.flags.w", 4).part_of("ospf.v3.router.lsa.flags").repeats().label("Wild-card multicast receiver").doc("RFC 2740 §A.4.3", "1: wants all multicast packets; x in RFC 5340, without meaning");
    ROUTER3_V = Field::flag("ospf.v3.router.lsa.flags.v", 5).part_of("ospf.v3.router.lsa.flags").repeats().label("Virtual link endpoint").doc("RFC 5340 §A.4.3", "1: a virtual link ends here");
    ROUTER3_E = Field::flag("ospf.v3.router.lsa.flags.e", 6).part_of("ospf.v3.router.lsa.flags").repeats().label("AS boundary router").doc("RFC 5340 §A.4.3", "1: brings in routes from outside");
    ROUTER3_B = Field::flag("ospf.v3.router.lsa.flags.b", 7).part_of("ospf.v3.router.lsa.flags").repeats().label("Area border router").doc("RFC 5340 §A.4.3", "1: belongs to several areas");
}

crate::fields! { pub INTERFACE3:
    LINK3_TYPE = Field::uint("ospf.v3.lsa.type", 0, 8).repeats().values(LINK_TYPES).label("Link type").doc("RFC 5340 §A.4.3", "What the link leads to");
    LINK3_RESERVED = Field::bytes("ospf.reserved", 8, 8).repeats().label("Reserved").doc("RFC 5340 §A.4.3", "Must be 0");
    LINK3_METRIC = Field::uint("ospf.metric", 16, 16).repeats().explain(explain_metric).label("Metric").doc("RFC 5340 §A.4.3", "The cost of using the link");
    LINK3_OWN = Field::uint("ospf.v3.lsa.interface_id", 32, 32).repeats().label("Interface ID").doc("RFC 5340 §A.4.3", "The router's number for its interface");
    LINK3_OTHER = Field::uint("ospf.v3.lsa.neighbor_interface_id", 64, 32).repeats().label("Neighbor's interface ID").doc("RFC 5340 §A.4.3", "The number of the neighbor, or of the designated router, for its interface");
    LINK3_ROUTER = Field::ip4("ospf.v3.lsa.neighbor_router_id", 96).repeats().label("Neighbor's router ID").doc("RFC 5340 §A.4.3", "Identifier of the neighbor, or of the designated router");
}

crate::fields! { pub RESERVED8:
    RESERVED_BYTE = Field::bytes("ospf.reserved", 0, 8).repeats().label("Reserved").doc("RFC 5340 §A.4", "Must be 0");
}

crate::fields! { pub METRIC24:
    METRIC24_COST = Field::uint("ospf.metric", 8, 24).repeats().explain(explain_metric).label("Metric").doc("RFC 5340 §A.4", "The cost from the advertising router on");
}

crate::fields! { pub DESTINATION:
    DESTINATION_ID = Field::ip4("ospf.v3.lsa.destination_router_id", 64).repeats().label("Destination router ID").doc("RFC 5340 §A.4.6", "Identifier of the boundary router that can be reached");
}

crate::fields! { pub EXTERNAL3:
    EXTERNAL3_BITS = Field::uint("ospf.v3.as.external.flags", 0, 8).repeats().hex().label("Flags").doc("RFC 5340 §A.4.7", "Kind of the metric, and what follows the prefix");
    EXTERNAL3_E = Field::flag("ospf.v3.as.external.flags.e", 5).part_of("ospf.v3.as.external.flags").repeats().label("External type").doc("RFC 5340 §A.4.7", "0: the metric adds to the costs within the network (type 1); 1: it counts more than any of them (type 2)");
    EXTERNAL3_F = Field::flag("ospf.v3.as.external.flags.f", 6).part_of("ospf.v3.as.external.flags").repeats().label("Forwarding address").doc("RFC 5340 §A.4.7", "1: a forwarding address follows the prefix");
    EXTERNAL3_T = Field::flag("ospf.v3.as.external.flags.t", 7).part_of("ospf.v3.as.external.flags").repeats().label("Route tag").doc("RFC 5340 §A.4.7", "1: a route tag follows");
}

crate::fields! { pub LINK_LSA:
    LINK_PRIORITY = Field::uint("ospf.v3.lsa.router_priority", 0, 8).repeats().label("Router priority").doc("RFC 5340 §A.4.9", "The greater, the rather the router becomes designated router");
}

crate::fields! { pub LINK_LSA_REST:
    LINK_LOCAL = Field::ip6("ospf.v3.lsa.link_local_interface_address.ipv6", 32).repeats().label("Link-local address").doc("RFC 5340 §A.4.9", "Of the router's interface");
    LINK_PREFIXES = Field::uint("ospf.v3.lsa.num_prefixes", 160, 32).repeats().label("Number of prefixes").doc("RFC 5340 §A.4.9", "How many prefixes of the link follow");
}

crate::fields! { pub INTRA:
    INTRA_PREFIXES = Field::uint("ospf.v3.lsa.num_prefixes", 0, 16).repeats().label("Number of prefixes").doc("RFC 5340 §A.4.10", "How many prefixes follow");
    INTRA_TYPE = Field::uint("ospf.v3.lsa.referenced_ls_type", 16, 16).repeats().hex().label("Referenced type").doc("RFC 5340 §A.4.10", "Which advertisement the prefixes belong to: a router's or a network's");
    INTRA_ID = Field::ip4("ospf.v3.lsa.referenced_link_state_id", 32).repeats().label("Referenced link state ID").doc("RFC 5340 §A.4.10", "The link state ID of that advertisement");
    INTRA_ROUTER = Field::ip4("ospf.v3.lsa.referenced_advertising_router", 64).repeats().label("Referenced advertising router").doc("RFC 5340 §A.4.10", "The router of that advertisement");
}

crate::fields! { pub PREFIX:
    PREFIX_LENGTH = Field::uint("ospf.prefix_length", 0, 8).repeats().unit("bits").label("Prefix length").doc("RFC 5340 §A.4.1", "How many bits of the prefix count");
    PREFIX_OPTIONS = Field::uint("ospf.v3.prefix.options", 8, 8).repeats().hex().label("Prefix options").doc("RFC 5340 §A.4.1.1", "What the prefix may be used for");
    PREFIX_P = Field::flag("ospf.v3.prefix.options.p", 12).part_of("ospf.v3.prefix.options").repeats().label("Propagate").doc("RFC 5340 §A.4.1.1", "1: a border router gives the prefix to the other areas");
    PREFIX_MC = Field::flag("ospf.v3.prefix.options.mc", 13).part_of("ospf.v3.prefix.options").repeats().label("Multicast").doc("RFC 2740 §A.4.1.1", "1: for multicast routes, too; x in RFC 5340, without meaning");
    PREFIX_LA = Field::flag("ospf.v3.prefix.options.la", 14).part_of("ospf.v3.prefix.options").repeats().label("Local address").doc("RFC 5340 §A.4.1.1", "1: an address of the advertising router itself");
    PREFIX_NU = Field::flag("ospf.v3.prefix.options.nu", 15).part_of("ospf.v3.prefix.options").repeats().label("No unicast").doc("RFC 5340 §A.4.1.1", "1: not for unicast routes");
}

crate::fields! { pub PREFIX_RESERVED:
    PREFIX_ZERO = Field::bytes("ospf.reserved", 16, 16).repeats().label("Reserved").doc("RFC 5340 §A.4.1", "Must be 0");
}

crate::fields! { pub PREFIX_REFERENCE:
    PREFIX_TYPE = Field::uint("ospf.v3.lsa.referenced_ls_type", 16, 16).repeats().hex().label("Referenced type").doc("RFC 5340 §A.4.7", "0, or the type of an advertisement with more about the destination");
}

crate::fields! { pub PREFIX_METRIC:
    PREFIX_COST = Field::uint("ospf.metric", 16, 16).repeats().explain(explain_metric).label("Metric").doc("RFC 5340 §A.4.10", "The cost of the prefix");
}

crate::fields! { pub MOVING3:
    IS_ROUTER3 = Field::derived("ospf.v3.lsa.router", Kind::Flag).repeats().label("Router advertisement").doc("RFC 5340 §A.4.3", "1: describes a router and its links");
    IS_NETWORK3 = Field::derived("ospf.v3.lsa.network", Kind::Flag).repeats().label("Network advertisement").doc("RFC 5340 §A.4.4", "1: describes a network and its routers");
    IS_INTERPREFIX = Field::derived("ospf.v3.lsa.interprefix", Kind::Flag).repeats().label("Inter-area prefix").doc("RFC 5340 §A.4.5", "1: describes a prefix in another area");
    IS_INTERROUTER = Field::derived("ospf.v3.lsa.interrouter", Kind::Flag).repeats().label("Inter-area router").doc("RFC 5340 §A.4.6", "1: describes the way to a boundary router in another area");
    IS_EXTERNAL3 = Field::derived("ospf.v3.lsa.asext", Kind::Flag).repeats().label("External advertisement").doc("RFC 5340 §A.4.7", "1: describes a destination outside");
    IS_MEMBER3 = Field::derived("ospf.v3.lsa.member", Kind::Flag).repeats().label("Group membership").doc("RFC 2740 §A.4.2.1", "1: describes where members of a multicast group are; given up");
    IS_NSSA3 = Field::derived("ospf.v3.lsa.nssa", Kind::Flag).repeats().label("NSSA advertisement").doc("RFC 5340 §A.4.8", "1: describes a destination outside, for a not so stubby area");
    IS_LINK = Field::derived("ospf.v3.lsa.link", Kind::Flag).repeats().label("Link advertisement").doc("RFC 5340 §A.4.9", "1: describes a router's addresses on this link");
    IS_INTRAPREFIX = Field::derived("ospf.v3.lsa.intraprefix", Kind::Flag).repeats().label("Intra-area prefix").doc("RFC 5340 §A.4.10", "1: describes the prefixes of a router or a network");
    IS_OPAQUE3 = Field::derived("ospf.v3.lsa.opaque", Kind::Flag).repeats().label("Router information").doc("RFC 7770 §2.2", "1: describes what a router can do");
    ATTACHED3 = Field::moving("ospf.v3.lsa.attached_router", Kind::Ip4).repeats().label("Attached router").doc("RFC 5340 §A.4.4", "Identifier of a router on the link");
    PREFIX_ADDRESS = Field::derived("ospf.v3.address_prefix.ipv6", Kind::Ip6).repeats().label("Address prefix").doc("RFC 5340 §A.4.1", "The prefix; what is not sent of it is 0");
    FORWARDING = Field::moving("ospf.v3.lsa.forwarding_address.ipv6", Kind::Ip6).repeats().label("Forwarding address").doc("RFC 5340 §A.4.7", "Where packets for the destination go");
    TAG3 = Field::moving("ospf.v3.lsa.external_route_tag", Kind::Uint).repeats().label("Route tag").doc("RFC 5340 §A.4.7", "For the boundary routers; OSPF itself does not use it");
    REFERENCED_ID = Field::moving("ospf.v3.lsa.referenced_link_state_id", Kind::Ip4).repeats().label("Referenced link state ID").doc("RFC 5340 §A.4.7", "The link state ID of the advertisement with more about the destination");
}

/// All tables of this file.
pub static TABLES: &[Table] = &[
    HEADER3,
    OPTIONS3,
    ROUTER3,
    INTERFACE3,
    RESERVED8,
    METRIC24,
    DESTINATION,
    EXTERNAL3,
    LINK_LSA,
    LINK_LSA_REST,
    INTRA,
    PREFIX,
    PREFIX_RESERVED,
    PREFIX_REFERENCE,
    PREFIX_METRIC,
    ID3,
    REQUEST3,
    MOVING3,
];

/// The IANA registry "OSPFv3 LSA Function Codes".
static TYPES3: &[(u64, &str)] = &[
    (1, "router"),
    (2, "network"),
    (3, "inter-area prefix"),
    (4, "inter-area router"),
    (5, "external"),
    (6, "group membership"),
    (7, "NSSA"),
    (8, "link"),
    (9, "intra-area prefix"),
    (10, "intra-area traffic engineering"),
    (11, "grace"),
    (12, "router information"),
    (13, "inter-AS traffic engineering"),
    (14, "OSPFv3 over layer 1 VPN"),
    (15, "autoconfiguration"),
    (16, "dynamic flooding"),
    (33, "extended router"),
    (34, "extended network"),
    (35, "extended inter-area prefix"),
    (36, "extended inter-area router"),
    (37, "extended external"),
    (39, "extended NSSA"),
    (40, "extended link"),
    (41, "extended intra-area prefix"),
    (42, "SRv6 locator"),
];

static SCOPES: &[(u64, &str)] = &[(0, "this link"), (1, "this area"), (2, "everywhere"), (3, "reserved")];

/// The row that says which type this is.
pub fn flag(kind: u16) -> Option<&'static Field> {
    Some(match kind {
        1 => &IS_ROUTER3,
        2 => &IS_NETWORK3,
        3 => &IS_INTERPREFIX,
        4 => &IS_INTERROUTER,
        5 => &IS_EXTERNAL3,
        6 => &IS_MEMBER3,
        7 => &IS_NSSA3,
        8 => &IS_LINK,
        9 => &IS_INTRAPREFIX,
        12 => &IS_OPAQUE3,
        _ => return None,
    })
}

/// Puts the contents of an advertisement of version 3.
pub fn body<S: Sink>(s: &mut S, body: &Tlv<'_>, kind: Option<&[u8; 2]>, ipv6: bool) {
    let kind = kind.map_or(0, |b| u16::from_be_bytes(*b) & 0x1fff);
    match kind {
        1 => {
            body.fixed(s, ROUTER3);
            body.part(1, 3).fixed(s, OPTIONS3);
            let mut at = 4;
            while at + 16 <= body.wire && body.data.len() > at as usize && s.room() {
                let link = body.part(at, 16);
                s.open(&LINK_GROUP, link.bit(0));
                link.fixed(s, INTERFACE3);
                s.close(link.bit(16));
                at += 16;
            }
        }
        2 => {
            body.fixed(s, RESERVED8);
            body.part(1, 3).fixed(s, OPTIONS3);
            identifiers(s, body, &ATTACHED3, 4);
        }
        4 => {
            body.fixed(s, RESERVED8);
            body.part(1, 3).fixed(s, OPTIONS3);
            body.part(4, 4).fixed(s, RESERVED8);
            body.part(4, 4).fixed(s, METRIC24);
            body.fixed(s, DESTINATION);
        }
        3 if ipv6 => {
            body.fixed(s, RESERVED8);
            body.fixed(s, METRIC24);
            prefix(s, body, 4, PREFIX_RESERVED);
        }
        5 | 7 if ipv6 => external3(s, body),
        8 if ipv6 => {
            body.fixed(s, LINK_LSA);
            body.part(1, 3).fixed(s, OPTIONS3);
            body.fixed(s, LINK_LSA_REST);
            prefixes(s, body, 24, number(body, 20, 4), PREFIX_RESERVED);
        }
        9 if ipv6 => {
            body.fixed(s, INTRA);
            prefixes(s, body, 12, number(body, 0, 2), PREFIX_METRIC);
        }
        _ => body.rest(s, &BODY, 0),
    }
}

fn external3<S: Sink>(s: &mut S, body: &Tlv<'_>) {
    body.fixed(s, EXTERNAL3);
    body.fixed(s, METRIC24);
    let Some(mut at) = prefix(s, body, 4, PREFIX_REFERENCE) else { return };
    let flags = body.byte(0).unwrap_or(0);
    if flags & 2 != 0 {
        body.span(s, &FORWARDING, at, at + 16);
        at += 16;
    }
    if flags & 1 != 0 {
        body.uint(s, &TAG3, at, 4);
        at += 4;
    }
    if number(body, 6, 2) != 0 {
        body.span(s, &REFERENCED_ID, at, at + 4);
    }
}

/// A big-endian number, 0 when it was not captured.
pub fn number(part: &Tlv<'_>, at: usize, bytes: usize) -> u32 {
    part.data.get(at..at + bytes).unwrap_or_default().iter().fold(0, |v, b| v << 8 | u32::from(*b))
}

/// Puts `count` prefixes from byte `at` on.
fn prefixes<S: Sink>(s: &mut S, body: &Tlv<'_>, mut at: u32, count: u32, third: Table) {
    for _ in 0..count {
        if body.data.len() <= at as usize || !s.room() {
            return;
        }
        match prefix(s, body, at, third) {
            Some(end) => at = end,
            None => return,
        }
    }
}

/// Puts the prefix at byte `at`, whose last two bytes before the address are those of `third`. Returns where it ends.
fn prefix<S: Sink>(s: &mut S, body: &Tlv<'_>, at: u32, third: Table) -> Option<u32> {
    let head = body.part(at, 4);
    head.fixed(s, PREFIX);
    head.fixed(s, third);
    let bits = u32::from(head.byte(0)?);
    if bits > 128 {
        let rule = "a prefix has at most 128 bits (RFC 5340 §A.4.1)";
        s.note(NoteKind::Bad, format_args!("{rule}: 128 expected, {bits} found"));
        return None;
    }
    let bytes = bits.div_ceil(32) * 4;
    let sent = body.data.get(at as usize + 4..(at + 4 + bytes) as usize)?;
    let mut address = [0; 16];
    for (to, from) in address.iter_mut().zip(sent) {
        *to = *from;
    }
    s.derived_bytes(&PREFIX_ADDRESS, &address);
    Some(at + 4 + bytes)
}
