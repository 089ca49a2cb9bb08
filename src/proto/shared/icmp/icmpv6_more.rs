//! Messages of ICMPv6 beyond errors, echo and neighbor discovery: what each of their kinds holds.

use crate::field::{Field, Kind};
use crate::proto::shared::tlv::Tlv;
use crate::sink::Sink;

crate::fields! { pub MIP_REQUEST:
    MIP_ID = Field::uint("icmpv6.mip6.identifier", 32, 16).label("Identifier").doc("RFC 6275 §6.5", "Matches answers to requests");
    MIP_RESERVED = Field::bytes("icmpv6.reserved", 48, 16).repeats().label("Reserved").doc("RFC 6275 §6.5", "Must be 0; the first bit: mobile routers are supported (RFC 3963 §4.2)");
}

crate::fields! { pub MIP_PREFIX:
    MIP_PREFIX_ID = Field::uint("icmpv6.mip6.identifier", 32, 16).label("Identifier").doc("RFC 6275 §6.8", "Matches answers to requests");
    MIP_FLAG = Field::uint("icmpv6.mip6.flag", 48, 16).hex().label("Flags").doc("RFC 6275 §6.8", "How addresses in the home network are given out");
    MIP_M = Field::flag("icmpv6.mip6.flag.m", 48).part_of("icmpv6.mip6.flag").label("Managed addresses").doc("RFC 6275 §6.8", "1: DHCPv6 gives out addresses");
    MIP_O = Field::flag("icmpv6.mip6.flag.o", 49).part_of("icmpv6.mip6.flag").label("Other configuration").doc("RFC 6275 §6.8", "1: DHCPv6 gives out other settings");
    MIP_RSV = Field::uint("icmpv6.mip6.flag.rsv", 50, 14).part_of("icmpv6.mip6.flag").label("Reserved").doc("RFC 6275 §6.8", "Must be 0");
}

crate::fields! { pub PATH_SOLICIT:
    SEND_ID = Field::uint("icmpv6.send.identifier", 32, 16).label("Identifier").doc("RFC 3971 §6.4.1", "Matches answers to requests; 0: unsolicited");
    SEND_COMPONENT = Field::uint("icmpv6.send.component", 48, 16).label("Component").doc("RFC 3971 §6.4.1", "Which certificate of the path is wanted; 65,535: all");
}

crate::fields! { pub PATH_ADVERT:
    SEND_ADVERT_ID = Field::uint("icmpv6.send.identifier", 32, 16).label("Identifier").doc("RFC 3971 §6.4.2", "Matches answers to requests; 0: unsolicited");
    SEND_ALL = Field::uint("icmpv6.send.all_components", 48, 16).label("All components").doc("RFC 3971 §6.4.2", "How many certificates the path has");
    SEND_THIS = Field::uint("icmpv6.send.component", 64, 16).label("Component").doc("RFC 3971 §6.4.2", "Which certificate this is; the last has 0");
    SEND_RESERVED = Field::bytes("icmpv6.reserved", 80, 16).repeats().label("Reserved").doc("RFC 3971 §6.4.2", "Must be 0");
}

crate::fields! { pub MULTICAST_ROUTER:
    MRD_INTERVAL = Field::uint("icmpv6.mcast_ra.query_interval", 32, 16).unit("s").label("Query interval").doc("RFC 4286 §3.3", "Time between the router's MLD queries; 0: it is not a querier");
    MRD_ROBUSTNESS = Field::uint("icmpv6.mcast_ra.robustness_variable", 48, 16).label("Robustness").doc("RFC 4286 §3.4", "How many lost messages the router is set to bear");
}

crate::fields! { pub FAST_HANDOVER:
    FMIP_SUBTYPE = Field::uint("icmpv6.fmip6.subtype", 32, 8).values(&[(2, "router solicitation for proxy advertisement"), (3, "proxy router advertisement"), (4, "handover initiate"), (5, "handover acknowledge")]).label("Subtype").doc("RFC 5568 §6.1", "Which message of fast handovers it is");
    FMIP_RESERVED = Field::bytes("icmpv6.reserved", 40, 8).repeats().label("Reserved").doc("RFC 5568 §6.1", "Must be 0");
    FMIP_ID = Field::uint("icmpv6.fmip6.identifier", 48, 16).label("Identifier").doc("RFC 5568 §6.1", "Matches answers to requests");
}

crate::fields! { pub LOCATORS:
    ILNP_COUNT = Field::uint("icmpv6.ilnp.nb_locs", 32, 8).label("Locators").doc("RFC 6743 §3", "How many locators follow");
    ILNP_OPERATION = Field::uint("icmpv6.ilnp.operation", 40, 8).values(&[(1, "advertisement"), (2, "acknowledgment")]).label("Operation").doc("RFC 6743 §3", "What the message is for");
    ILNP_RESERVED = Field::bytes("icmpv6.reserved", 48, 16).repeats().label("Reserved").doc("RFC 6743 §3", "Must be 0");
}

crate::fields! { pub LOCATOR:
    ILNP_LOCATOR = Field::uint("icmpv6.ilnp.nb_locator", 0, 64).repeats().hex().label("Locator").doc("RFC 6743 §3", "A network through which the node can be reached");
    ILNP_PREFERENCE = Field::uint("icmpv6.ilnp.nb_preference", 64, 16).repeats().label("Preference").doc("RFC 6743 §3", "Smaller is better");
    ILNP_LIFETIME = Field::uint("icmpv6.ilnp.nb_lifetime", 80, 16).repeats().unit("s").label("Lifetime").doc("RFC 6743 §3", "How long the locator may be used");
}

crate::fields! { pub DUPLICATE_ADDRESS:
    DA_STATUS = Field::uint("icmpv6.6lowpannd.da.status", 32, 8).values(&[(0, "success"), (1, "duplicate address"), (2, "neighbor cache full")]).label("Status").doc("RFC 6775 §4.4", "Outcome of the check; 0 in requests");
    DA_RESERVED = Field::uint("icmpv6.6lowpannd.da.rsv", 40, 8).label("Reserved").doc("RFC 6775 §4.4", "Must be 0");
    DA_LIFETIME = Field::uint("icmpv6.6lowpannd.da.lifetime", 48, 16).unit("min").label("Registration lifetime").doc("RFC 6775 §4.4", "How long the registration shall be kept");
    DA_EUI64 = Field::bytes("icmpv6.6lowpannd.da.eui64", 64, 64).label("EUI-64").doc("RFC 6775 §4.4", "Who registers the address");
    DA_ADDRESS = Field::ip6("icmpv6.6lowpannd.da.reg_addr", 128).label("Registered address").doc("RFC 6775 §4.4", "The address that is checked");
}

crate::fields! { pub EXTENDED_REQUEST:
    EXT_ID = Field::uint("icmpv6.echo.identifier", 32, 16).hex().label("Identifier").doc("RFC 8335 §2", "Matches answers to requests");
    EXT_SEQ = Field::uint("icmpv6.ext.echo.seq", 48, 8).label("Sequence").doc("RFC 8335 §2", "Matches answers to requests");
    EXT_RES = Field::uint("icmpv6.ext.echo.req.res", 56, 7).hex().label("Reserved").doc("RFC 8335 §2", "Must be 0");
    EXT_LOCAL = Field::flag("icmpv6.ext.echo.req.local", 63).label("Local").doc("RFC 8335 §2", "1: the probed interface is the receiver's own; 0: that of a neighbour of the receiver");
}

crate::fields! { pub EXTENDED_REPLY:
    EXT_REPLY_ID = Field::uint("icmpv6.echo.identifier", 32, 16).hex().label("Identifier").doc("RFC 8335 §3", "Matches answers to requests");
    EXT_REPLY_SEQ = Field::uint("icmpv6.ext.echo.seq", 48, 8).label("Sequence").doc("RFC 8335 §3", "Matches answers to requests");
    EXT_STATE = Field::uint("icmpv6.ext.echo.rsp.state", 56, 3).values(&[(0, "reserved"), (1, "incomplete"), (2, "reachable"), (3, "stale"), (4, "delay"), (5, "probe"), (6, "failed")]).label("State").doc("RFC 8335 §3", "What the receiver's neighbour table says of the probed interface");
    EXT_REPLY_RES = Field::uint("icmpv6.ext.echo.rsp.res", 59, 2).hex().label("Reserved").doc("RFC 8335 §3", "Must be 0");
    EXT_ACTIVE = Field::flag("icmpv6.ext.echo.rsp.active", 61).label("Active").doc("RFC 8335 §3", "1: the probed interface is up");
    EXT_IPV4 = Field::flag("icmpv6.ext.echo.rsp.ipv4", 62).label("IPv4").doc("RFC 8335 §3", "1: IPv4 runs on the probed interface");
    EXT_IPV6 = Field::flag("icmpv6.ext.echo.rsp.ipv6", 63).label("IPv6").doc("RFC 8335 §3", "1: IPv6 runs on the probed interface");
}

crate::fields! { pub RENUMBER:
    RR_SEQ = Field::uint("icmpv6.rr.sequence_number", 32, 32).label("Sequence").doc("RFC 2894 §3.1", "Grows with every command, so that old ones are noticed");
    RR_SEGMENT = Field::uint("icmpv6.rr.segment_number", 64, 8).label("Segment").doc("RFC 2894 §3.1", "Tells the messages of one command apart");
    RR_FLAG = Field::uint("icmpv6.rr.flag", 72, 8).hex().label("Flags").doc("RFC 2894 §3.1", "How the command is carried out");
    RR_T = Field::flag("icmpv6.rr.flag.t", 72).part_of("icmpv6.rr.flag").label("Test").doc("RFC 2894 §3.1", "1: only say what would be done");
    RR_R = Field::flag("icmpv6.rr.flag.r", 73).part_of("icmpv6.rr.flag").label("Result requested").doc("RFC 2894 §3.1", "1: a result message is wanted");
    RR_A = Field::flag("icmpv6.rr.flag.a", 74).part_of("icmpv6.rr.flag").label("All interfaces").doc("RFC 2894 §3.1", "1: also interfaces that are shut down");
    RR_S = Field::flag("icmpv6.rr.flag.s", 75).part_of("icmpv6.rr.flag").label("Site-specific").doc("RFC 2894 §3.1", "1: only interfaces of the site on which the command came in");
    RR_P = Field::flag("icmpv6.rr.flag.p", 76).part_of("icmpv6.rr.flag").label("Processed previously").doc("RFC 2894 §3.1", "1: the command was carried out before");
    RR_RSV = Field::uint("icmpv6.rr.flag.rsv", 77, 3).part_of("icmpv6.rr.flag").label("Reserved").doc("RFC 2894 §3.1", "Must be 0");
    RR_DELAY = Field::uint("icmpv6.rr.maxdelay", 80, 16).unit("ms").label("Greatest delay").doc("RFC 2894 §3.1", "How long routers may wait with their result");
    RR_RESERVED = Field::bytes("icmpv6.reserved", 96, 32).repeats().label("Reserved").doc("RFC 2894 §3.1", "Must be 0");
}

crate::fields! { pub MATCH:
    MP_OPCODE = Field::uint("icmpv6.rr.pco.mp.opcode", 0, 8).repeats().values(&[(1, "add"), (2, "change"), (3, "set-global")]).label("Operation").doc("RFC 2894 §3.2.1.1", "What happens where the prefix matches");
    MP_LENGTH = Field::uint("icmpv6.rr.pco.mp.oplength", 8, 8).repeats().label("Length").doc("RFC 2894 §3.2.1.1", "Of the operation in units of 8 bytes: 3 and 4 for each new prefix");
    MP_ORDINAL = Field::uint("icmpv6.rr.pco.mp.ordinal", 16, 8).repeats().hex().label("Ordinal").doc("RFC 2894 §3.2.1.1", "Number of the operation, which results refer to");
    MP_MATCH = Field::uint("icmpv6.rr.pco.mp.matchlen", 24, 8).repeats().unit("bits").label("Match length").doc("RFC 2894 §3.2.1.1", "How many bits of the prefix must match");
    MP_MIN = Field::uint("icmpv6.rr.pco.mp.minlen", 32, 8).repeats().unit("bits").label("Least length").doc("RFC 2894 §3.2.1.1", "Of prefixes that match");
    MP_MAX = Field::uint("icmpv6.rr.pco.mp.maxlen", 40, 8).repeats().unit("bits").label("Greatest length").doc("RFC 2894 §3.2.1.1", "Of prefixes that match");
    MP_RESERVED = Field::bytes("icmpv6.reserved", 48, 16).repeats().label("Reserved").doc("RFC 2894 §3.2.1.1", "Must be 0");
    MP_PREFIX = Field::ip6("icmpv6.rr.pco.mp.matchprefix", 64).repeats().label("Match prefix").doc("RFC 2894 §3.2.1.1", "Compared with the prefixes of each interface");
}

crate::fields! { pub USE:
    UP_LENGTH = Field::uint("icmpv6.rr.pco.up.uselen", 0, 8).repeats().unit("bits").label("Use length").doc("RFC 2894 §3.2.1.2", "How many bits of the new prefix come from here");
    UP_KEEP = Field::uint("icmpv6.rr.pco.up.keeplen", 8, 8).repeats().unit("bits").label("Keep length").doc("RFC 2894 §3.2.1.2", "How many bits of the new prefix come from the old one");
    UP_MASK = Field::uint("icmpv6.rr.pco.up.flagmask", 16, 8).repeats().hex().label("Flag mask").doc("RFC 2894 §3.2.1.2", "Which flags are set");
    UP_MASK_L = Field::flag("icmpv6.rr.pco.up.flagmask.l", 16).part_of("icmpv6.rr.pco.up.flagmask").repeats().label("On-link").doc("RFC 2894 §3.2.1.2", "Of the prefix information");
    UP_MASK_A = Field::flag("icmpv6.rr.pco.up.flagmask.a", 17).part_of("icmpv6.rr.pco.up.flagmask").repeats().label("Autonomous configuration").doc("RFC 2894 §3.2.1.2", "Of the prefix information");
    UP_MASK_RSV = Field::uint("icmpv6.rr.pco.up.flagmask.reserved", 18, 6).part_of("icmpv6.rr.pco.up.flagmask").repeats().label("Reserved").doc("RFC 2894 §3.2.1.2", "Must be 0");
    UP_RA = Field::uint("icmpv6.rr.pco.up.raflags", 24, 8).repeats().hex().label("Advertised flags").doc("RFC 2894 §3.2.1.2", "The flags' new values");
    UP_RA_L = Field::flag("icmpv6.rr.pco.up.flagmask.l", 24).part_of("icmpv6.rr.pco.up.raflags").repeats().label("On-link").doc("RFC 2894 §3.2.1.2", "Of the prefix information");
    UP_RA_A = Field::flag("icmpv6.rr.pco.up.flagmask.a", 25).part_of("icmpv6.rr.pco.up.raflags").repeats().label("Autonomous configuration").doc("RFC 2894 §3.2.1.2", "Of the prefix information");
    UP_RA_RSV = Field::uint("icmpv6.rr.pco.up.flagmask.reserved", 26, 6).part_of("icmpv6.rr.pco.up.raflags").repeats().label("Reserved").doc("RFC 2894 §3.2.1.2", "Must be 0");
    UP_VALID = Field::uint("icmpv6.rr.pco.up.validlifetime", 32, 32).repeats().unit("s").label("Valid lifetime").doc("RFC 2894 §3.2.1.2", "Of the new prefix");
    UP_PREFERRED = Field::uint("icmpv6.rr.pco.up.preferredlifetime", 64, 32).repeats().unit("s").label("Preferred lifetime").doc("RFC 2894 §3.2.1.2", "Of the new prefix");
    UP_FLAG = Field::uint("icmpv6.rr.pco.up.flag", 96, 32).repeats().hex().label("Flags").doc("RFC 2894 §3.2.1.2", "How the lifetimes run");
    UP_V = Field::flag("icmpv6.rr.pco.up.flag.v", 96).part_of("icmpv6.rr.pco.up.flag").repeats().label("Count valid lifetime down").doc("RFC 2894 §3.2.1.2", "1: in real time");
    UP_P = Field::flag("icmpv6.rr.pco.up.flag.p", 97).part_of("icmpv6.rr.pco.up.flag").repeats().label("Count preferred lifetime down").doc("RFC 2894 §3.2.1.2", "1: in real time");
    UP_RSV = Field::uint("icmpv6.rr.pco.up.flag.reserved", 98, 30).part_of("icmpv6.rr.pco.up.flag").repeats().label("Reserved").doc("RFC 2894 §3.2.1.2", "Must be 0");
    UP_PREFIX = Field::ip6("icmpv6.rr.pco.up.useprefix", 128).repeats().label("Use prefix").doc("RFC 2894 §3.2.1.2", "The new prefix");
}

crate::fields! { pub RESULT:
    RM_FLAG = Field::uint("icmpv6.rr.rm.flag", 0, 16).repeats().hex().label("Flags").doc("RFC 2894 §3.3", "What went wrong");
    RM_RSV = Field::uint("icmpv6.rr.rm.flag.reserved", 0, 14).part_of("icmpv6.rr.rm.flag").repeats().label("Reserved").doc("RFC 2894 §3.3", "Must be 0");
    RM_B = Field::flag("icmpv6.rr.rm.flag.b", 14).part_of("icmpv6.rr.rm.flag").repeats().label("Bounds").doc("RFC 2894 §3.3", "1: the lengths went beyond 128 bits");
    RM_F = Field::flag("icmpv6.rr.rm.flag.f", 15).part_of("icmpv6.rr.rm.flag").repeats().label("Forbidden").doc("RFC 2894 §3.3", "1: the operation is not allowed");
    RM_ORDINAL = Field::uint("icmpv6.rr.rm.ordinal", 16, 8).repeats().hex().label("Ordinal").doc("RFC 2894 §3.3", "The operation that is meant");
    RM_MATCHED = Field::uint("icmpv6.rr.rm.matchedlen", 24, 8).repeats().unit("bits").label("Matched length").doc("RFC 2894 §3.3", "Of the prefix that matched");
    RM_INTERFACE = Field::uint("icmpv6.rr.rm.interfaceindex", 32, 32).repeats().label("Interface").doc("RFC 2894 §3.3", "On which it matched");
    RM_PREFIX = Field::ip6("icmpv6.rr.rm.matchedprefix", 64).repeats().label("Matched prefix").doc("RFC 2894 §3.3", "The prefix that matched");
}

crate::fields! { pub NODE_INFO:
    NI_QTYPE = Field::uint("icmpv6.ni.qtype", 32, 16).values(&[(0, "no operation"), (2, "node name"), (3, "node addresses"), (4, "IPv4 addresses")]).label("Question").doc("RFC 4620 §4", "What is asked for");
    NI_FLAG = Field::uint("icmpv6.ni.flag", 48, 16).hex().label("Flags").doc("RFC 4620 §4", "Which addresses are asked for or given");
    NI_RSV = Field::uint("icmpv6.ni.flag.rsv", 48, 10).hex().part_of("icmpv6.ni.flag").label("Reserved").doc("RFC 4620 §4", "Must be 0");
    NI_G = Field::flag("icmpv6.ni.flag.g", 58).part_of("icmpv6.ni.flag").label("Global").doc("RFC 4620 §6.3", "1: global addresses");
    NI_S = Field::flag("icmpv6.ni.flag.s", 59).part_of("icmpv6.ni.flag").label("Site-local").doc("RFC 4620 §6.3", "1: site-local addresses");
    NI_L = Field::flag("icmpv6.ni.flag.l", 60).part_of("icmpv6.ni.flag").label("Link-local").doc("RFC 4620 §6.3", "1: link-local addresses");
    NI_C = Field::flag("icmpv6.ni.flag.c", 61).part_of("icmpv6.ni.flag").label("Compatible").doc("RFC 4620 §6.3", "1: IPv4-compatible and IPv4-mapped addresses");
    NI_A = Field::flag("icmpv6.ni.flag.a", 62).part_of("icmpv6.ni.flag").label("All").doc("RFC 4620 §6.3", "1: of all interfaces");
    NI_T = Field::flag("icmpv6.ni.flag.t", 63).part_of("icmpv6.ni.flag").label("Truncated").doc("RFC 4620 §6.3", "1: the answer is not complete");
    NI_NONCE = Field::uint("icmpv6.ni.nonce", 64, 64).hex().label("Nonce").doc("RFC 4620 §4", "A random number that the answer repeats");
}

crate::fields! { pub MOVING:
    HOME_AGENT = Field::moving("icmpv6.mip6.home_agent_address", Kind::Ip6).repeats().label("Home agent").doc("RFC 6275 §6.6", "A home agent of the home network, the best first");
    RR_MP = Field::group("icmpv6.rr.pco.mp").repeats().label("Match part").doc("RFC 2894 §3.2.1.1", "Which prefixes are meant");
    RR_UP = Field::group("icmpv6.rr.pco.up").repeats().label("Use part").doc("RFC 2894 §3.2.1.2", "A new prefix");
    RR_RM = Field::group("icmpv6.rr.rm").repeats().label("Result").doc("RFC 2894 §3.3", "Outcome for one prefix of one interface");
    SUBJECT6 = Field::moving("icmpv6.ni.query.subject_ipv6", Kind::Ip6).label("Subject").doc("RFC 4620 §5", "Who is asked about");
    SUBJECT4 = Field::moving("icmpv6.ni.query.subject_ipv4", Kind::Ip4).label("Subject").doc("RFC 4620 §5", "Who is asked about");
    SUBJECT_NAME = Field::moving("icmpv6.ni.query.subject_fqdn", Kind::Bytes).label("Subject").doc("RFC 4620 §5", "Who is asked about, in the form of RFC 1035");
    NODE_TTL = Field::moving("icmpv6.ni.reply.node_ttl", Kind::Uint).repeats().unit("s").label("Time to live").doc("RFC 4620 §6.3", "How long the answer may be remembered");
    NODE_NAME = Field::moving("icmpv6.ni.reply.node_name", Kind::Bytes).repeats().label("Node name").doc("RFC 4620 §6.2", "Names of the node, in the form of RFC 1035");
    NODE_ADDRESS = Field::moving("icmpv6.ni.reply.node_address", Kind::Ip6).repeats().label("Node address").doc("RFC 4620 §6.3", "An address of the node");
    NODE_IPV4 = Field::moving("icmpv6.ni.reply.ipv4_address", Kind::Ip4).repeats().label("Node address").doc("RFC 4620 §6.4", "An IPv4 address of the node");
}

/// Puts records of a fixed length from byte `from` on.
fn records<S: Sink>(s: &mut S, m: &Tlv<'_>, from: u32, wire: u32, mut each: impl FnMut(&mut S, &Tlv<'_>)) {
    let mut at = from;
    while at + wire <= m.wire && m.data.len() > at as usize && s.room() {
        each(s, &m.part(at, wire));
        at += wire;
    }
}

/// Puts the home agents of a discovery reply (RFC 6275 §6.6).
pub fn home_agents<S: Sink>(s: &mut S, m: &Tlv<'_>) {
    records(s, m, 8, 16, |s, r| r.rest(s, &HOME_AGENT, 0));
}

/// Puts the locators of a locator update (RFC 6743 §3).
pub fn locators<S: Sink>(s: &mut S, m: &Tlv<'_>) {
    records(s, m, 8, 12, |s, r| r.fixed(s, LOCATOR));
}

/// Puts the operations of a renumbering command, or the results of one (RFC 2894 §3).
pub fn renumber<S: Sink>(s: &mut S, m: &Tlv<'_>, code: u8) {
    if code == 1 {
        records(s, m, 16, 24, |s, r| {
            s.open(&RR_RM, r.bit(0));
            r.fixed(s, RESULT);
            s.close(r.bit(24));
        });
        return;
    }
    let mut at = 16;
    while code == 0 && at + 24 <= m.wire && m.data.len() > at as usize && s.room() {
        let matching = m.part(at, 24);
        s.open(&RR_MP, matching.bit(0));
        matching.fixed(s, MATCH);
        s.close(matching.bit(24));
        let units = matching.byte(1).map_or(0, u32::from);
        let end = (at + units.max(3) * 8).min(m.wire);
        records(s, &m.part(0, end), at + 24, 32, |s, r| {
            s.open(&RR_UP, r.bit(0));
            r.fixed(s, USE);
            s.close(r.bit(32));
        });
        at = end;
    }
}

/// Puts what a node information query asks about (RFC 4620 §5).
pub fn node_query<S: Sink>(s: &mut S, m: &Tlv<'_>, code: u8) {
    match code {
        0 if m.wire >= 32 => m.span(s, &SUBJECT6, 16, 32),
        2 if m.wire >= 20 => m.span(s, &SUBJECT4, 16, 20),
        1 => m.rest(s, &SUBJECT_NAME, 16),
        _ => {}
    }
}

/// Puts what a node information reply answers (RFC 4620 §6).
pub fn node_reply<S: Sink>(s: &mut S, m: &Tlv<'_>) {
    match m.byte(5) {
        Some(2) => {
            m.uint(s, &NODE_TTL, 16, 4);
            m.rest(s, &NODE_NAME, 20);
        }
        Some(3) => records(s, m, 16, 20, |s, r| {
            r.uint(s, &NODE_TTL, 0, 4);
            r.rest(s, &NODE_ADDRESS, 4);
        }),
        Some(4) => records(s, m, 16, 8, |s, r| {
            r.uint(s, &NODE_TTL, 0, 4);
            r.rest(s, &NODE_IPV4, 4);
        }),
        _ => {}
    }
}
