//! Neighbor discovery (RFC 4861): its messages within ICMPv6, and the options that they and related messages carry.
//!
//! ```text
//! |     Type      |    Length     |  Data …                       |
//! ```
//!
//! Options for small networks, mobility and secure neighbor discovery are in [`super::ndp_more`].

use super::ndp_more;
use crate::field::{Around, Field, Kind, Table};
use crate::input::Input;
use crate::proto::shared::tlv::Tlv;
use crate::sink::{NoteKind, Sink};
use crate::text::Text;

crate::fields! { pub SOLICIT:
    RS_RESERVED = Field::bytes("icmpv6.reserved", 32, 32).repeats().label("Reserved").doc("RFC 4861 §4.1", "Must be 0");
}

crate::fields! { pub ROUTER:
    RA_HOPS = Field::uint("icmpv6.nd.ra.cur_hop_limit", 32, 8).unit("hops").explain(explain_hops).label("Hop limit to use").doc("RFC 4861 §4.2", "What hosts should put into the hop limit of their packets; 0: not said");
    RA_FLAG = Field::uint("icmpv6.nd.ra.flag", 40, 8).hex().label("Flags").doc("RFC 4861 §4.2", "How hosts get addresses, and how good the router is");
    RA_M = Field::flag("icmpv6.nd.ra.flag.m", 40).part_of("icmpv6.nd.ra.flag").label("Managed addresses").doc("RFC 4861 §4.2", "1: DHCPv6 gives out addresses");
    RA_O = Field::flag("icmpv6.nd.ra.flag.o", 41).part_of("icmpv6.nd.ra.flag").label("Other configuration").doc("RFC 4861 §4.2", "1: DHCPv6 gives out other settings, such as name servers");
    RA_H = Field::flag("icmpv6.nd.ra.flag.h", 42).part_of("icmpv6.nd.ra.flag").label("Home agent").doc("RFC 6275 §7.1", "1: the router is also a Mobile IPv6 home agent here");
    RA_PRF = Field::uint("icmpv6.nd.ra.flag.prf", 43, 2).values(PREFERENCES).part_of("icmpv6.nd.ra.flag").label("Preference").doc("RFC 4191 §2.2", "How much this default router is to be preferred to others");
    RA_P = Field::flag("icmpv6.nd.ra.flag.p", 45).part_of("icmpv6.nd.ra.flag").label("Proxy").doc("RFC 4389 §4.1.3.3", "1: the advertisement was passed on by a proxy");
    RA_RSV = Field::uint("icmpv6.nd.ra.flag.rsv", 46, 2).part_of("icmpv6.nd.ra.flag").label("Reserved").doc("RFC 4861 §4.2", "Must be 0");
    RA_LIFETIME = Field::uint("icmpv6.nd.ra.router_lifetime", 48, 16).unit("s").explain(explain_router).label("Router lifetime").doc("RFC 4861 §4.2", "How long the router is a default router; 0: it is none");
    RA_REACHABLE = Field::uint("icmpv6.nd.ra.reachable_time", 64, 32).unit("ms").explain(explain_unsaid).label("Reachable time").doc("RFC 4861 §4.2", "How long a neighbour counts as reachable after it answered; 0: not said");
    RA_RETRANS = Field::uint("icmpv6.nd.ra.retrans_timer", 96, 32).unit("ms").explain(explain_unsaid).label("Retransmission timer").doc("RFC 4861 §4.2", "Time between repeated neighbor solicitations; 0: not said");
}

crate::fields! { pub NEIGHBOR_SOLICIT:
    NS_RESERVED = Field::bytes("icmpv6.reserved", 32, 32).repeats().label("Reserved").doc("RFC 4861 §4.3", "Must be 0");
    NS_TARGET = Field::ip6("icmpv6.nd.ns.target_address", 64).label("Target").doc("RFC 4861 §4.3", "Whose link-layer address is wanted; an address that the sender is about to use when it has none yet");
}

crate::fields! { pub NEIGHBOR:
    NA_FLAG = Field::uint("icmpv6.nd.na.flag", 32, 32).hex().label("Flags").doc("RFC 4861 §4.4", "How to take the answer");
    NA_R = Field::flag("icmpv6.nd.na.flag.r", 32).part_of("icmpv6.nd.na.flag").label("Router").doc("RFC 4861 §4.4", "1: the sender is a router");
    NA_S = Field::flag("icmpv6.nd.na.flag.s", 33).part_of("icmpv6.nd.na.flag").label("Solicited").doc("RFC 4861 §4.4", "1: an answer to a solicitation, which also shows that the neighbour can be reached");
    NA_O = Field::flag("icmpv6.nd.na.flag.o", 34).part_of("icmpv6.nd.na.flag").label("Override").doc("RFC 4861 §4.4", "1: replaces a link-layer address that is known already");
    NA_RSV = Field::uint("icmpv6.nd.na.flag.rsv", 35, 29).part_of("icmpv6.nd.na.flag").label("Reserved").doc("RFC 4861 §4.4", "Must be 0");
    NA_TARGET = Field::ip6("icmpv6.nd.na.target_address", 64).label("Target").doc("RFC 4861 §4.4", "Whose link-layer address the option tells");
}

crate::fields! { pub REDIRECT:
    RD_RESERVED = Field::bytes("icmpv6.reserved", 32, 32).repeats().label("Reserved").doc("RFC 4861 §4.5", "Must be 0");
    RD_TARGET = Field::ip6("icmpv6.nd.rd.target_address", 64).label("Target").doc("RFC 4861 §4.5", "The better first hop; the destination itself when it is on this link");
    RD_DESTINATION = Field::ip6("icmpv6.rd.na.destination_address", 192).label("Destination").doc("RFC 4861 §4.5", "Where the redirected packets go");
}

crate::fields! { pub HEAD:
    TYPE = Field::uint("icmpv6.opt.type", 0, 8).repeats().names(type_name).label("Type").doc("RFC 4861 §4.6", "Which option it is");
    LENGTH = Field::uint("icmpv6.opt.length", 8, 8).repeats().explain(explain_length).label("Length").doc("RFC 4861 §4.6", "Of the whole option, in units of 8 bytes");
}

crate::fields! { pub MOVING:
    OPTION = Field::group("icmpv6.opt").repeats().label("Option").doc("RFC 4861 §4.6", "One option");
    SRC_LINKADDR = Field::moving("icmpv6.opt.src_linkaddr", Kind::Mac).repeats().label("Source link-layer address").doc("RFC 4861 §4.6.1", "The sender's Ethernet address");
    TARGET_LINKADDR = Field::moving("icmpv6.opt.target_linkaddr", Kind::Mac).repeats().label("Target link-layer address").doc("RFC 4861 §4.6.1", "The target's Ethernet address");
    LINKADDR = Field::alias("icmpv6.opt.linkaddr", Kind::Mac, &["icmpv6.opt.src_linkaddr", "icmpv6.opt.target_linkaddr"]).repeats().label("Link-layer address").doc("RFC 4861 §4.6.1", "Of the sender or of the target");
    SRC_EUI64 = Field::moving("icmpv6.opt.src_linkaddr_eui64", Kind::Bytes).repeats().label("Source link-layer address").doc("RFC 4944 §8", "The sender's EUI-64 on a low-power network");
    TARGET_EUI64 = Field::moving("icmpv6.opt.target_linkaddr_eui64", Kind::Bytes).repeats().label("Target link-layer address").doc("RFC 4944 §8", "The target's EUI-64 on a low-power network");
    EUI64 = Field::alias("icmpv6.opt.linkaddr_eui64", Kind::Bytes, &["icmpv6.opt.src_linkaddr_eui64", "icmpv6.opt.target_linkaddr_eui64"]).repeats().label("Link-layer address").doc("RFC 4944 §8", "Of the sender or of the target");
    SHORT_PREFIX = Field::derived("icmpv6.opt.prefix", Kind::Ip6).repeats().label("Prefix").doc("RFC 4191 §2.3", "The destinations of the route; what the option leaves out is 0");
    ROUTE_RESERVED = Field::moving("icmpv6.opt.route_info.flag.reserved", Kind::Uint).part_of("icmpv6.opt.route_info.flag").repeats().label("Reserved").doc("RFC 4191 §2.3", "The other bits, before and after the preference; must be 0");
    RDNSS = Field::moving("icmpv6.opt.rdnss", Kind::Ip6).repeats().label("Name server").doc("RFC 8106 §5.1", "A recursive DNS server that hosts may ask");
    DNSSL = Field::derived("icmpv6.opt.dnssl", Kind::Text).repeats().label("Search domain").doc("RFC 8106 §5.2", "A domain in which hosts look for short names");
    PORTAL = Field::moving("icmpv6.opt.captive_portal", Kind::Text).repeats().label("Captive portal").doc("RFC 8910 §2.3", "Address of the page that says how to get beyond this network");
    PREF64 = Field::derived("icmpv6.opt.pref64.prefix", Kind::Ip6).repeats().label("Prefix").doc("RFC 8781 §4", "IPv6 addresses that begin so are translated to IPv4");
    REDIRECTED = Field::moving("icmpv6.opt.redirected_packet", Kind::Bytes).repeats().label("Redirected packet").doc("RFC 4861 §4.6.3", "The packet that is redirected, as far as it fits");
    PADDING = Field::moving("icmpv6.opt.padding", Kind::Bytes).repeats().label("Padding").doc("RFC 4861 §4.6", "Zeros up to a multiple of 8 bytes");
    DATA = Field::moving("icmpv6.data", Kind::Bytes).repeats().label("Data").doc("RFC 4861 §4.6", "Of an option or message that is not decoded");
}

crate::fields! { pub PREFIX:
    PREFIX_LENGTH = Field::uint("icmpv6.opt.prefix.length", 16, 8).repeats().unit("bits").label("Prefix length").doc("RFC 4861 §4.6.2", "How many bits of the prefix count");
    PREFIX_FLAG = Field::uint("icmpv6.opt.prefix.flag", 24, 8).repeats().hex().label("Flags").doc("RFC 4861 §4.6.2", "What hosts may use the prefix for");
    PREFIX_L = Field::flag("icmpv6.opt.prefix.flag.l", 24).part_of("icmpv6.opt.prefix.flag").repeats().label("On-link").doc("RFC 4861 §4.6.2", "1: addresses with the prefix are on this link, without a router between");
    PREFIX_A = Field::flag("icmpv6.opt.prefix.flag.a", 25).part_of("icmpv6.opt.prefix.flag").repeats().label("Autonomous configuration").doc("RFC 4862 §5.5.3", "1: hosts may make addresses from the prefix by themselves (SLAAC)");
    PREFIX_R = Field::flag("icmpv6.opt.prefix.flag.r", 26).part_of("icmpv6.opt.prefix.flag").repeats().label("Router address").doc("RFC 6275 §7.2", "1: the prefix field holds the router's whole address");
    PREFIX_RSV = Field::uint("icmpv6.opt.prefix.flag.reserved", 27, 5).part_of("icmpv6.opt.prefix.flag").repeats().label("Reserved").doc("RFC 4861 §4.6.2", "Must be 0; the first is the P flag of RFC 9762");
    PREFIX_VALID = Field::uint("icmpv6.opt.prefix.valid_lifetime", 32, 32).repeats().unit("s").explain(explain_lifetime).label("Valid lifetime").doc("RFC 4861 §4.6.2", "How long addresses from the prefix work");
    PREFIX_PREFERRED = Field::uint("icmpv6.opt.prefix.preferred_lifetime", 64, 32).repeats().unit("s").explain(explain_lifetime).label("Preferred lifetime").doc("RFC 4861 §4.6.2", "How long new connections may use addresses from the prefix");
    PREFIX_RESERVED = Field::bytes("icmpv6.opt.reserved", 96, 32).repeats().label("Reserved").doc("RFC 4861 §4.6.2", "Must be 0");
    PREFIX_PREFIX = Field::ip6("icmpv6.opt.prefix", 128).repeats().label("Prefix").doc("RFC 4861 §4.6.2", "The first bits of the addresses in question");
}

crate::fields! { pub RESERVED6:
    SIX = Field::bytes("icmpv6.opt.reserved", 16, 48).repeats().label("Reserved").doc("RFC 4861 §4.6.3", "Must be 0");
}

crate::fields! { pub MTU:
    MTU_RESERVED = Field::bytes("icmpv6.opt.reserved", 16, 16).repeats().label("Reserved").doc("RFC 4861 §4.6.4", "Must be 0");
    MTU_MTU = Field::uint("icmpv6.opt.mtu", 32, 32).repeats().unit("bytes").label("MTU").doc("RFC 4861 §4.6.4", "The longest packet that hosts should send on this link");
}

crate::fields! { pub ROUTE:
    ROUTE_LENGTH = Field::uint("icmpv6.opt.prefix.length", 16, 8).repeats().unit("bits").label("Prefix length").doc("RFC 4191 §2.3", "How many bits of the prefix count");
    ROUTE_FLAG = Field::uint("icmpv6.opt.route_info.flag", 24, 8).repeats().hex().label("Flags").doc("RFC 4191 §2.3", "Preference of the route");
    ROUTE_PRF = Field::uint("icmpv6.opt.route_info.flag.route_preference", 27, 2).values(PREFERENCES).part_of("icmpv6.opt.route_info.flag").repeats().label("Route preference").doc("RFC 4191 §2.3", "How much this router is to be preferred to others for these destinations");
}

crate::fields! { pub ROUTE_TIME:
    ROUTE_LIFETIME = Field::uint("icmpv6.opt.route_lifetime", 32, 32).repeats().unit("s").explain(explain_lifetime).label("Route lifetime").doc("RFC 4191 §2.3", "How long the route may be used");
}

crate::fields! { pub RDNSS_HEAD:
    RDNSS_RESERVED = Field::bytes("icmpv6.opt.reserved", 16, 16).repeats().label("Reserved").doc("RFC 8106 §5.1", "Must be 0");
    RDNSS_LIFETIME = Field::uint("icmpv6.opt.rdnss.lifetime", 32, 32).repeats().unit("s").explain(explain_lifetime).label("Lifetime").doc("RFC 8106 §5.1", "How long the name servers may be asked; 0: no longer");
}

crate::fields! { pub DNSSL_HEAD:
    DNSSL_RESERVED = Field::bytes("icmpv6.opt.reserved", 16, 16).repeats().label("Reserved").doc("RFC 8106 §5.2", "Must be 0");
    DNSSL_LIFETIME = Field::uint("icmpv6.opt.dnssl.lifetime", 32, 32).repeats().unit("s").explain(explain_lifetime).label("Lifetime").doc("RFC 8106 §5.2", "How long the search domains may be used; 0: no longer");
}

crate::fields! { pub FLAGS_MORE:
    EFO = Field::uint("icmpv6.opt.efo", 16, 16).repeats().hex().label("Further flags").doc("RFC 5175 §4", "Flags of a router advertisement that do not fit into it");
    EFO_M = Field::flag("icmpv6.opt.efo.m", 16).part_of("icmpv6.opt.efo").repeats().label("Managed addresses").doc("RFC 5175 §4", "As in the advertisement");
    EFO_O = Field::flag("icmpv6.opt.efo.o", 17).part_of("icmpv6.opt.efo").repeats().label("Other configuration").doc("RFC 5175 §4", "As in the advertisement");
    EFO_H = Field::flag("icmpv6.opt.efo.h", 18).part_of("icmpv6.opt.efo").repeats().label("Home agent").doc("RFC 5175 §4", "As in the advertisement");
    EFO_PRF = Field::uint("icmpv6.opt.efo.prf", 19, 2).values(PREFERENCES).part_of("icmpv6.opt.efo").repeats().label("Preference").doc("RFC 5175 §4", "As in the advertisement");
    EFO_P = Field::flag("icmpv6.opt.efo.p", 21).part_of("icmpv6.opt.efo").repeats().label("Proxy").doc("RFC 5175 §4", "As in the advertisement");
    EFO_RSV = Field::uint("icmpv6.opt.efo.rsv", 22, 10).part_of("icmpv6.opt.efo").repeats().label("Reserved").doc("RFC 5175 §4", "Must be 0");
    EFO_RESERVED = Field::bytes("icmpv6.opt.reserved", 32, 32).repeats().label("Reserved").doc("RFC 5175 §4", "Must be 0");
}

crate::fields! { pub PREF64_HEAD:
    PREF64_LIFETIME = Field::uint("icmpv6.opt.pref64.scaled_lifetime", 16, 13).repeats().explain(explain_scaled).label("Scaled lifetime").doc("RFC 8781 §4", "How long the prefix may be used, in units of 8 seconds");
    PREF64_PLC = Field::uint("icmpv6.opt.pref64.plc", 29, 3).repeats().hex_wide(4).values(PREFIX_CODES).label("Prefix length code").doc("RFC 8781 §4", "How many bits of the prefix count");
}

static PREFERENCES: &[(u64, &str)] = &[(0, "medium"), (1, "high"), (2, "reserved"), (3, "low")];

static PREFIX_CODES: &[(u64, &str)] =
    &[(0, "96 bits"), (1, "64 bits"), (2, "56 bits"), (3, "48 bits"), (4, "40 bits"), (5, "32 bits")];

/// The IANA registry "IPv6 Neighbor Discovery Option Formats".
pub fn type_name(kind: u64) -> Option<&'static str> {
    Some(match kind {
        1 => "source link-layer address",
        2 => "target link-layer address",
        3 => "prefix information",
        4 => "redirected header",
        5 => "MTU",
        6 => "NBMA shortcut limit",
        7 => "advertisement interval",
        8 => "home agent information",
        9 => "source address list",
        10 => "target address list",
        11 => "CGA",
        12 => "RSA signature",
        13 => "timestamp",
        14 => "nonce",
        15 => "trust anchor",
        16 => "certificate",
        17 => "IP address or prefix",
        18 => "new router prefix information",
        19 => "link-layer address",
        20 => "neighbor advertisement acknowledgment",
        21 => "PvD ID router advertisement",
        23 => "MAP",
        24 => "route information",
        25 => "recursive DNS server",
        26 => "RA flags extension",
        27 => "handover key request",
        28 => "handover key reply",
        29 => "handover assist information",
        30 => "mobile node identifier",
        31 => "DNS search list",
        32 => "proxy signature",
        33 => "address registration",
        34 => "6LoWPAN context",
        35 => "authoritative border router",
        36 => "6LoWPAN capability indication",
        37 => "captive portal",
        38 => "PREF64",
        39 => "crypto-ID parameters",
        40 => "NDP signature",
        41 => "resource directory address",
        42 => "consistent uptime",
        138 => "CARD request",
        139 => "CARD reply",
        144 => "encrypted DNS",
        253 | 254 => "experiment (RFC 4727)",
        _ => return None,
    })
}

/// The fixed rows of a neighbor discovery message, and where its options begin, in bytes.
pub fn message(kind: u8) -> Option<(Table, u32)> {
    Some(match kind {
        133 | 141 | 142 => (SOLICIT, 8),
        134 => (ROUTER, 16),
        135 => (NEIGHBOR_SOLICIT, 24),
        136 => (NEIGHBOR, 24),
        137 => (REDIRECT, 40),
        _ => return None,
    })
}

/// Where a redirect's quoted packet begins, in bytes from the message's first, when the option that quotes it is the
/// last one (it then is this layer's payload). Walks the options without putting them.
pub fn quoted_packet(input: &Input<'_>) -> Option<u32> {
    let mut at = 40u32;
    loop {
        let kind = *input.data.get(at as usize)?;
        let wire = u32::from(*input.data.get(at as usize + 1)?).checked_mul(8).filter(|n| *n > 0)?;
        let end = at.checked_add(wire).filter(|end| *end <= input.wire)?;
        if kind == 4 && end == input.wire {
            return (input.data.len() as u32 >= at + 8).then_some(at + 8);
        }
        at = end;
    }
}

/// Puts the options from byte `from` of a message on. A contradiction ends the walk with a note.
///
/// In a redirect (`redirect`), the packet that the last option quotes is left to the next layer, see
/// [`quoted_packet`].
pub fn walk<S: Sink>(s: &mut S, input: &Input<'_>, from: u32, redirect: bool) {
    let mut at = from;
    while S::ON && at < input.wire && s.room() {
        let Some(kind) = input.data.get(at as usize).copied() else { return };
        let length = input.data.get(at as usize + 1).copied();
        let left = input.wire - at;
        let wire = length.map_or(2, |n| u32::from(n) * 8);
        let option = Tlv::new(input.data, input.base, at, wire.max(2).min(left));
        s.open(&OPTION, option.bit(0));
        option.fixed(s, HEAD);
        if wire == 0 {
            s.note(NoteKind::Bad, format_args!("an option has at least 8 bytes (RFC 4861 §4.6): 8 expected, 0 found"));
            s.close(option.bit(2));
            return;
        }
        if wire > left {
            let rule = "an option ends within its message (RFC 4861 §4.6)";
            s.note(NoteKind::Bad, format_args!("{rule}: at most {left} bytes expected, {wire} found"));
            s.close(option.bit(left));
            return;
        }
        if redirect && kind == 4 && wire == left {
            option.fixed(s, RESERVED6);
            s.close(option.bit(8));
            return;
        }
        if length.is_some() {
            put(s, kind, &option);
        }
        s.close(option.bit(wire));
        at += wire;
    }
}

/// Puts the data of one option.
fn put<S: Sink>(s: &mut S, kind: u8, o: &Tlv<'_>) {
    let read = match kind {
        1 => link_address(s, o, &SRC_LINKADDR, &SRC_EUI64),
        2 => link_address(s, o, &TARGET_LINKADDR, &TARGET_EUI64),
        3 => exactly(s, o, PREFIX, 32, "prefix information has 32 bytes (RFC 4861 §4.6.2)"),
        4 => {
            o.fixed(s, RESERVED6);
            o.rest(s, &REDIRECTED, 8);
            return;
        }
        5 => exactly(s, o, MTU, 8, "the MTU option has 8 bytes (RFC 4861 §4.6.4)"),
        24 => route(s, o),
        25 => {
            o.fixed(s, RDNSS_HEAD);
            if o.wire % 16 != 8 || o.wire < 24 {
                let found = o.wire;
                s.note(
                    NoteKind::Bad,
                    format_args!(
                        "name servers have 16 bytes each after the first 8 (RFC 8106 §5.1): {found} bytes found"
                    ),
                );
            }
            list(s, o, &RDNSS, 8)
        }
        26 => exactly(s, o, FLAGS_MORE, 8, "the flags extension has 8 bytes (RFC 5175 §4)"),
        31 => {
            o.fixed(s, DNSSL_HEAD);
            domains(s, o)
        }
        37 => {
            portal(s, o);
            return;
        }
        38 => pref64(s, o),
        _ => match ndp_more::put(s, kind, o) {
            Some(read) => read,
            None => {
                o.rest(s, &DATA, 2);
                return;
            }
        },
    };
    o.rest(s, &PADDING, read.max(2));
}

/// Puts an option of a fixed length; a longer one keeps its meaning.
pub(in crate::proto::shared) fn exactly<S: Sink>(
    s: &mut S,
    o: &Tlv<'_>,
    table: Table,
    wire: u32,
    rule: &'static str,
) -> u32 {
    o.expect(s, rule, wire);
    o.fixed(s, table);
    wire
}

/// Puts addresses from byte `from` to the end, and returns where the last one ends.
pub(in crate::proto::shared) fn list<S: Sink>(s: &mut S, o: &Tlv<'_>, field: &'static Field, from: u32) -> u32 {
    let mut at = from;
    while at + 16 <= o.wire && s.room() {
        o.span(s, field, at, at + 16);
        at += 16;
    }
    at
}

/// An address of Ethernet, or an EUI-64 with padding; other links' addresses are not told apart.
fn link_address<S: Sink>(s: &mut S, o: &Tlv<'_>, mac: &'static Field, eui64: &'static Field) -> u32 {
    match o.wire {
        8 => {
            o.rest(s, mac, 2);
            8
        }
        16 => {
            o.span(s, eui64, 2, 10);
            10
        }
        _ => {
            o.rest(s, &DATA, 2);
            o.wire
        }
    }
}

/// The first bytes of an IPv6 address, the others 0; `None` until all of `from..to` were captured.
pub(in crate::proto::shared) fn prefix(o: &Tlv<'_>, from: u32, to: u32) -> Option<[u8; 16]> {
    let bytes = o.data.get(from as usize..to as usize)?;
    let mut full = [0; 16];
    full.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    Some(full)
}

fn route<S: Sink>(s: &mut S, o: &Tlv<'_>) -> u32 {
    o.fixed(s, ROUTE);
    if let Some(flags) = o.byte(3) {
        s.uint(&ROUTE_RESERVED, o.bit(3), 8, u64::from(flags & 0xe7));
    }
    o.fixed(s, ROUTE_TIME);
    // The option leaves out the zeros at the end of the prefix, in steps of 8 bytes (RFC 4191 §2.3).
    let end = o.wire.min(24);
    if let Some(full) = prefix(o, 8, end).filter(|_| end > 8) {
        s.derived_bytes(&SHORT_PREFIX, &full);
    }
    end
}

/// Puts domain names in the form of RFC 1035 §3.1 and returns where they end.
fn domains<S: Sink>(s: &mut S, o: &Tlv<'_>) -> u32 {
    let mut at = 8;
    while s.room() {
        // A name has at most 255 bytes.
        let mut name = [0u8; 256];
        let mut used = 0;
        let mut here = at;
        loop {
            let Some(length) = o.byte(here) else { return at };
            here += 1;
            if length == 0 {
                break;
            }
            let label = o.data.get(here as usize..here as usize + usize::from(length));
            let Some(label) = label.filter(|_| length < 64) else { return at };
            let dot = usize::from(used > 0);
            let Some(room) = name.get_mut(used..used + dot + label.len()) else { return at };
            let (before, text) = room.split_at_mut(dot);
            before.fill(b'.');
            text.copy_from_slice(label);
            used += dot + label.len();
            here += u32::from(length);
        }
        if used == 0 {
            // The root: what follows is padding.
            return at;
        }
        s.derived_bytes(&DNSSL, name.get(..used).unwrap_or_default());
        at = here;
    }
    at
}

fn portal<S: Sink>(s: &mut S, o: &Tlv<'_>) {
    let Some(text) = o.data.get(2..o.wire as usize) else { return };
    let end = text.iter().rposition(|b| *b != 0).map_or(2, |last| last as u32 + 3);
    o.span(s, &PORTAL, 2, end);
    o.rest(s, &PADDING, end);
}

fn pref64<S: Sink>(s: &mut S, o: &Tlv<'_>) -> u32 {
    o.expect(s, "PREF64 has 16 bytes (RFC 8781 §4)", 16);
    o.fixed(s, PREF64_HEAD);
    let bytes = match o.byte(3).map(|b| b & 7) {
        Some(0) => 12,
        Some(1) => 8,
        Some(2) => 7,
        Some(3) => 6,
        Some(4) => 5,
        Some(5) => 4,
        _ => return 4,
    };
    if let Some(full) = prefix(o, 4, 4 + bytes) {
        s.derived_bytes(&PREF64, &full);
    }
    16
}

fn explain_length(a: &Around<'_>, out: &mut Text) {
    out.num(a.value).lit(" × 8 = ").num_grouped(a.value * 8).lit(" bytes");
}

fn explain_hops(a: &Around<'_>, out: &mut Text) {
    if a.value == 0 {
        out.lit("0: the router does not say; hosts keep their own default");
    } else {
        out.lit("hosts here send with a hop limit of ").num(a.value);
    }
}

fn explain_router(a: &Around<'_>, out: &mut Text) {
    if a.value == 0 {
        out.lit("0: not to be used as a default router; the rest of the advertisement still counts");
    } else {
        out.lit("a default router for ");
        duration(a.value, out);
    }
}

fn explain_unsaid(a: &Around<'_>, out: &mut Text) {
    if a.value == 0 {
        out.lit("0: the router does not say; hosts keep their own value");
    } else {
        out.num_grouped(a.value / 1000).ch('.').num_wide(a.value % 1000, 3).lit(" s");
    }
}

/// Says how long a lifetime in seconds is.
pub(in crate::proto::shared) fn explain_lifetime(a: &Around<'_>, out: &mut Text) {
    match a.value {
        0 => {
            out.lit("0: no longer");
        }
        0xffff_ffff => {
            out.lit("infinity: for good, until another message says otherwise");
        }
        seconds => duration(seconds, out),
    }
}

fn explain_scaled(a: &Around<'_>, out: &mut Text) {
    out.num(a.value).lit(" × 8 s: ");
    duration(a.value * 8, out);
}

/// Writes seconds in days, hours, minutes and seconds.
fn duration(seconds: u64, out: &mut Text) {
    let parts =
        [(seconds / 86_400, " d"), (seconds / 3600 % 24, " h"), (seconds / 60 % 60, " min"), (seconds % 60, " s")];
    let mut first = true;
    for (value, unit) in parts {
        if value > 0 {
            if !first {
                out.ch(' ');
            }
            out.num_grouped(value).lit(unit);
            first = false;
        }
    }
    if first {
        out.lit("0 s");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::Value;
    use crate::input::{Env, Extent};
    use crate::tree::Tree;

    fn tree(data: &[u8], wire: u32) -> Tree {
        let mut tree = Tree::default();
        walk(&mut tree, &Input { data, base: 0, wire, extent: Extent::Whole, env: &Env::NONE }, 0, false);
        tree
    }

    #[test]
    fn an_option_of_length_0_ends_the_walk() {
        let t = tree(&[1, 0, 0, 0, 0, 0, 0, 0], 8);
        assert_eq!((t.nodes().len(), t.notes().len()), (3, 1));
    }

    #[test]
    fn search_domains_are_joined_with_dots_and_end_at_the_padding() {
        let mut b = vec![31, 3, 0, 0, 0, 0, 0, 60];
        b.extend(b"\x02ab\x03org\0\x01c\0\0\0\0\0\0");
        let t = tree(&b, 24);
        let names: Vec<_> = t.nodes().iter().filter(|n| n.field.name == DNSSL.name).map(|n| t.value(n, &b)).collect();
        assert_eq!(names, [Value::Text(b"ab.org"), Value::Text(b"c")]);
        assert!(t.nodes().last().is_some_and(|n| n.field.name == PADDING.name && n.bits == 40));
    }

    #[test]
    fn a_label_that_leaves_the_option_ends_the_names() {
        let t = tree(&[31, 2, 0, 0, 0, 0, 0, 60, 63, b'a', 0, 0, 0, 0, 0, 0], 16);
        assert!(t.nodes().iter().all(|n| n.field.name != DNSSL.name));
    }

    #[test]
    fn a_route_prefix_may_be_left_out_or_halved() {
        let half = [24, 2, 48, 8, 0, 0, 7, 8, 0x20, 1, 0xd, 0xb8, 0, 1, 0, 0];
        let t = tree(&half, 16);
        let found = t.nodes().iter().find(|n| n.field.name == "icmpv6.opt.prefix").map(|n| t.value(n, &half));
        assert_eq!(found, Some(Value::Ip6([0x20, 1, 0xd, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])));
        let t = tree(&[24, 1, 0, 8, 0, 0, 7, 8], 8);
        assert!(t.nodes().iter().all(|n| n.field.name != "icmpv6.opt.prefix"));
    }

    #[test]
    fn a_quoted_packet_is_found_only_in_the_last_option() {
        let mut b = vec![0; 40];
        b.extend([4, 2, 0, 0, 0, 0, 0, 0, 0x60, 0, 0, 0, 0, 0, 0, 0]);
        let found =
            |data: &[u8], wire| quoted_packet(&Input { data, base: 0, wire, extent: Extent::Whole, env: &Env::NONE });
        assert_eq!(found(&b, 56), Some(48));
        assert_eq!(found(&b[..50], 56), Some(48));
        assert_eq!(found(&b[..47], 56), None);
        b.extend([2, 1, 0, 0, 0, 0, 0, 0]);
        assert_eq!(found(&b, 64), None);
    }
}
