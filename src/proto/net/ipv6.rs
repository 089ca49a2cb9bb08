//! Internet Protocol version 6 (RFC 8200).
//!
//! ```text
//! |Version| Traffic class |              Flow label               |
//! |        Payload length         |  Next header  |   Hop limit   |
//! |                 Source address (128 bits)                     |
//! |               Destination address (128 bits)                  |
//! ```

use crate::dissect::{Dissected, Hop, Protocol, Seen, Space, Step, Unit};
use crate::field::{Around, Field, Kind};
use crate::input::{Addresses, Bad, Extent, Input, Stop};
use crate::proto::shared::names::dscp::{dscp_meaning, dscp_name, ecn_meaning, ecn_name};
use crate::proto::shared::names::ipproto::ip_protocol_name;
use crate::proto::shared::names::multicast::{ip6_kind, ip6_scope};
use crate::proto::shared::{ip::ioam, ip::ipv6_chain as chain, ip::ipv6_options as options};
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEADER:
    VERSION = Field::uint("ipv6.version", 0, 4).label("Version").doc("RFC 8200 §3", "Always 6");
    TCLASS = Field::uint("ipv6.tclass", 4, 8).hex_wide(8).label("Traffic class").doc("RFC 8200 §7", "How routers should treat the packet");
    DSCP = Field::uint("ipv6.tclass.dscp", 4, 6).names(dscp_name).explain(explain_dscp).part_of("ipv6.tclass").label("DSCP").doc("RFC 2474 §3", "The class of treatment");
    ECN = Field::uint("ipv6.tclass.ecn", 10, 2).names(ecn_name).explain(explain_ecn).part_of("ipv6.tclass").label("ECN").doc("RFC 3168 §5", "Congestion marks instead of drops");
    FLOW = Field::uint("ipv6.flow", 12, 20).hex_wide(6).explain(explain_flow).label("Flow label").doc("RFC 6437 §2", "The same for all packets of one flow, so that routers need not look for ports; 0: not labelled");
    PLEN = Field::uint("ipv6.plen", 32, 16).unit("bytes").explain(explain_length).label("Payload length").doc("RFC 8200 §3", "Everything after this header, extension headers included");
    NXT = Field::uint("ipv6.nxt", 48, 8).names(ip_protocol_name).explain(chain::explain_next).label("Next header").doc("RFC 8200 §3", "What follows: an extension header or the protocol that the packet carries");
    HLIM = Field::uint("ipv6.hlim", 56, 8).unit("hops").explain(explain_hops).label("Hop limit").doc("RFC 8200 §3", "Hops left before the packet is dropped; each router takes 1");
    SRC = Field::ip6("ipv6.src", 64).explain(explain_address).label("Source").doc("RFC 8200 §3", "The address of the sender");
}

crate::fields! { SOURCE:
    SRC_6TO4_GW = Field::moving("ipv6.src_6to4_gw_ipv4", Kind::Ip4).part_of("ipv6.src").label("Source: 6to4 gateway").doc("RFC 3056 §2", "The IPv4 address of the sender's site, which its 6to4 prefix contains");
    SRC_6TO4_SLA = Field::moving("ipv6.src_6to4_sla_id", Kind::Uint).part_of("ipv6.src").label("Source: 6to4 subnet").doc("RFC 3056 §2", "The subnet within the sender's site");
    SRC_TS = Field::moving("ipv6.src_ts_ipv4", Kind::Ip4).part_of("ipv6.src").label("Source: Teredo server").doc("RFC 4380 §4", "The server with which the sender qualified");
    SRC_TC_PORT = Field::derived("ipv6.src_tc_port", Kind::Uint).label("Source: Teredo port").doc("RFC 4380 §4", "The sender's UDP port outside its NAT; the address holds it with all bits inverted");
    SRC_TC = Field::derived("ipv6.src_tc_ipv4", Kind::Ip4).label("Source: Teredo client").doc("RFC 4380 §4", "The sender's IPv4 address outside its NAT; the address holds it with all bits inverted");
    SRC_ISATAP = Field::moving("ipv6.src_isatap_ipv4", Kind::Ip4).part_of("ipv6.src").label("Source: ISATAP").doc("RFC 5214 §6.1", "The IPv4 address on which the sender's interface identifier is built");
    SRC_SLAAC = Field::derived("ipv6.src_slaac_mac", Kind::Mac).label("Source: SLAAC MAC").doc("RFC 4291 appendix A", "The Ethernet address from which the sender's interface identifier was made");
    SRC_EMBEDDED = Field::moving("ipv6.src_embed_ipv4", Kind::Ip4).part_of("ipv6.src").label("Source: embedded IPv4").doc("RFC 6052 §2.1", "The IPv4 host that a translator shows under this address");
}

// What an address embeds stands right behind it, so the destination has a table of its own.
crate::fields! { SECOND:
    DST = Field::ip6("ipv6.dst", 192).explain(explain_address).label("Destination").doc("RFC 8200 §3", "The address of the receiver or of a group; with a routing header, of the next stop");
}

crate::fields! { DESTINATION:
    DST_6TO4_GW = Field::moving("ipv6.dst_6to4_gw_ipv4", Kind::Ip4).part_of("ipv6.dst").label("Destination: 6to4 gateway").doc("RFC 3056 §2", "The IPv4 address of the receiver's site, which its 6to4 prefix contains");
    DST_6TO4_SLA = Field::moving("ipv6.dst_6to4_sla_id", Kind::Uint).part_of("ipv6.dst").label("Destination: 6to4 subnet").doc("RFC 3056 §2", "The subnet within the receiver's site");
    DST_TS = Field::moving("ipv6.dst_ts_ipv4", Kind::Ip4).part_of("ipv6.dst").label("Destination: Teredo server").doc("RFC 4380 §4", "The server with which the receiver qualified");
    DST_TC_PORT = Field::derived("ipv6.dst_tc_port", Kind::Uint).label("Destination: Teredo port").doc("RFC 4380 §4", "The receiver's UDP port outside its NAT; the address holds it with all bits inverted");
    DST_TC = Field::derived("ipv6.dst_tc_ipv4", Kind::Ip4).label("Destination: Teredo client").doc("RFC 4380 §4", "The receiver's IPv4 address outside its NAT; the address holds it with all bits inverted");
    DST_ISATAP = Field::moving("ipv6.dst_isatap_ipv4", Kind::Ip4).part_of("ipv6.dst").label("Destination: ISATAP").doc("RFC 5214 §6.1", "The IPv4 address on which the receiver's interface identifier is built");
    DST_SLAAC = Field::derived("ipv6.dst_slaac_mac", Kind::Mac).label("Destination: SLAAC MAC").doc("RFC 4291 appendix A", "The Ethernet address from which the receiver's interface identifier was made");
    DST_EMBEDDED = Field::moving("ipv6.dst_embed_ipv4", Kind::Ip4).part_of("ipv6.dst").label("Destination: embedded IPv4").doc("RFC 6052 §2.1", "The IPv4 host that a translator shows under this address");
}

crate::fields! { ALIASES:
    ADDR = Field::alias("ipv6.addr", Kind::Ip6, &["ipv6.src", "ipv6.dst"]).label("Source or destination").doc("RFC 8200 §3", "Either address");
    ANY_6TO4_GW = Field::alias("ipv6.6to4_gw_ipv4", Kind::Ip4, &["ipv6.src_6to4_gw_ipv4", "ipv6.dst_6to4_gw_ipv4"]).label("6to4 gateway").doc("RFC 3056 §2", "Of either address");
    ANY_6TO4_SLA = Field::alias("ipv6.6to4_sla_id", Kind::Uint, &["ipv6.src_6to4_sla_id", "ipv6.dst_6to4_sla_id"]).label("6to4 subnet").doc("RFC 3056 §2", "Of either address");
    ANY_TS = Field::alias("ipv6.ts_ipv4", Kind::Ip4, &["ipv6.src_ts_ipv4", "ipv6.dst_ts_ipv4"]).label("Teredo server").doc("RFC 4380 §4", "Of either address");
    ANY_TC_PORT = Field::alias("ipv6.tc_port", Kind::Uint, &["ipv6.src_tc_port", "ipv6.dst_tc_port"]).label("Teredo port").doc("RFC 4380 §4", "Of either address");
    ANY_TC = Field::alias("ipv6.tc_ipv4", Kind::Ip4, &["ipv6.src_tc_ipv4", "ipv6.dst_tc_ipv4"]).label("Teredo client").doc("RFC 4380 §4", "Of either address");
    ANY_ISATAP = Field::alias("ipv6.isatap_ipv4", Kind::Ip4, &["ipv6.src_isatap_ipv4", "ipv6.dst_isatap_ipv4"]).label("ISATAP").doc("RFC 5214 §6.1", "Of either address");
    ANY_SLAAC = Field::alias("ipv6.slaac_mac", Kind::Mac, &["ipv6.src_slaac_mac", "ipv6.dst_slaac_mac"]).label("SLAAC MAC").doc("RFC 4291 appendix A", "Of either address");
    ANY_EMBEDDED = Field::alias("ipv6.embed_ipv4", Kind::Ip4, &["ipv6.src_embed_ipv4", "ipv6.dst_embed_ipv4"]).label("Embedded IPv4").doc("RFC 6052 §2.1", "Of either address");
}

/// IPv6.
pub static IPV6: Protocol = Protocol {
    name: "ipv6",
    title: "Internet Protocol version 6",
    spec: "RFC 8200",
    scope: "The header, addresses embedded in addresses, and lengths beyond 65,535 by the jumbo option. \
        Not: what a flow label stands for.",
    unit: Unit::Packet,
    tables: &[
        HEADER,
        SECOND,
        SOURCE,
        DESTINATION,
        ALIASES,
        // Hop-by-hop and destination options share their rows, so their common parent has them.
        options::HEAD,
        options::LENGTH_BYTE,
        options::MOVING,
        options::TUNNEL_LIMIT,
        options::ROUTER_ALERT,
        options::CALIPSO,
        options::SMF,
        options::PDM,
        options::QUICK_START,
        options::QUICK_START_TTL,
        options::QUICK_START_REPORT,
        options::QUICK_START_NONCE,
        options::PATH_MTU,
        options::TPF,
        options::RPL,
        options::MPL,
        options::LINE_IDENTIFICATION,
        options::JUMBO,
        options::HOME_ADDRESS,
        options::DFF,
        options::ALTMARK,
        ioam::IOAM,
        ioam::TRACE,
        ioam::NODE,
    ],
    keys: &[
        (Space::EtherType, 0x86dd),
        (Space::IpProto, 41),
        (Space::Link, 229),
        (Space::Ppp, 0x0057),
        (Space::Nlpid, 0x8e),
    ],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    addresses: Some(addresses),
    hop: Some(hop),
    ..Protocol::NONE
};

/// Length of the fixed header in bytes.
const LENGTH: u32 = 40;

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let header = input.header::<40, S>(s, HEADER)?;
    if S::ON {
        embedded(s, &SOURCE_ROWS, input.base + 8, header.get(8..).and_then(<[u8]>::first_chunk));
        s.fixed(SECOND, header, input.base);
        embedded(s, &DESTINATION_ROWS, input.base + 24, header.get(24..).and_then(<[u8]>::first_chunk));
    }
    if VERSION.get(header) != 6 {
        return Err(Stop::Bad(Bad {
            rule: "the version is 6 (RFC 8200 §3)",
            expected: 6,
            found: VERSION.get(header) as u32,
        }));
    }
    let carried = input.wire.saturating_sub(LENGTH);
    let payload = match PLEN.get(header) as u32 {
        // Nothing can follow, so what does is padding of the frame around.
        0 if NXT.get(header) == chain::NO_NEXT_HEADER => 0,
        // A jumbogram, whose length is in a hop-by-hop option (RFC 2675 §3), or a packet that segmentation offload
        // has yet to cut: all that is there.
        0 => carried,
        n => n,
    };
    if payload > carried && input.extent == Extent::Whole {
        s.flaw(Bad {
            rule: "the payload length is at most what the frame carries (RFC 8200 §3)",
            expected: carried,
            found: payload,
        });
    }
    Ok(Step::new(&input, LENGTH, LENGTH + payload.min(carried), chain::next(NXT.get(header))))
}

/// Where to put what an address embeds.
struct Embedded {
    gateway_6to4: &'static Field,
    subnet_6to4: &'static Field,
    teredo_server: &'static Field,
    teredo_port: &'static Field,
    teredo_client: &'static Field,
    isatap: &'static Field,
    slaac: &'static Field,
    translated: &'static Field,
}

static SOURCE_ROWS: Embedded = Embedded {
    gateway_6to4: &SRC_6TO4_GW,
    subnet_6to4: &SRC_6TO4_SLA,
    teredo_server: &SRC_TS,
    teredo_port: &SRC_TC_PORT,
    teredo_client: &SRC_TC,
    isatap: &SRC_ISATAP,
    slaac: &SRC_SLAAC,
    translated: &SRC_EMBEDDED,
};

static DESTINATION_ROWS: Embedded = Embedded {
    gateway_6to4: &DST_6TO4_GW,
    subnet_6to4: &DST_6TO4_SLA,
    teredo_server: &DST_TS,
    teredo_port: &DST_TC_PORT,
    teredo_client: &DST_TC,
    isatap: &DST_ISATAP,
    slaac: &DST_SLAAC,
    translated: &DST_EMBEDDED,
};

/// Puts the addresses of other protocols that an IPv6 address at `base` is made of.
fn embedded<S: Sink>(s: &mut S, rows: &Embedded, base: u32, address: Option<&[u8; 16]>) {
    let Some(address) = address else { return };
    match *address {
        [0x20, 0x02, _, _, _, _, hi, lo, ..] => {
            s.span(rows.gateway_6to4, (base + 2) * 8, 32);
            s.uint(rows.subnet_6to4, (base + 6) * 8, 16, u16::from_be_bytes([hi, lo]).into());
        }
        [0x20, 0x01, 0, 0, _, _, _, _, _, _, hi, lo, a, b, c, d] => {
            s.span(rows.teredo_server, (base + 4) * 8, 32);
            s.derived(rows.teredo_port, (!u16::from_be_bytes([hi, lo])).into());
            s.derived_bytes(rows.teredo_client, &[!a, !b, !c, !d]);
        }
        [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, _, _, _, _] => s.span(rows.translated, (base + 12) * 8, 32),
        _ => {}
    }
    match *address {
        [0xff, ..] => {}
        [_, _, _, _, _, _, _, _, 0 | 2, 0, 0x5e, 0xfe, ..] => s.span(rows.isatap, (base + 12) * 8, 32),
        // The universal bit of the Ethernet address is inverted in the identifier.
        [_, _, _, _, _, _, _, _, a, b, c, 0xff, 0xfe, d, e, f] if a & 2 != 0 => {
            s.derived_bytes(rows.slaac, &[a ^ 2, b, c, d, e, f]);
        }
        _ => {}
    }
}

/// What the header says of the packet's way.
fn hop(header: &[u8]) -> Option<Hop> {
    let [_, class, _, _, _, _, _, ttl] = *header.first_chunk::<8>()?;
    Some(Hop { ttl, id: None, marked: class >> 4 & 3 == 3 })
}

fn addresses(header: &[u8]) -> Option<Addresses> {
    Some(Addresses::V6 { src: *header.get(8..)?.first_chunk()?, dst: *header.get(24..)?.first_chunk()? })
}

fn explain_dscp(a: &Around<'_>, out: &mut Text) {
    out.lit(dscp_meaning(a.value).unwrap_or("a class that only the network's operator knows"));
}

fn explain_ecn(a: &Around<'_>, out: &mut Text) {
    out.lit(ecn_meaning(a.value).unwrap_or_default());
}

fn explain_flow(a: &Around<'_>, out: &mut Text) {
    out.lit(match a.value {
        0 => "the sender did not label the flow; load balancers must look further into the packet",
        _ => "load balancers may keep all packets with these addresses and this label on one path (RFC 6438)",
    });
}

/// The least that every IPv6 link carries in one packet (RFC 8200 §5), and the Ethernet MTU.
const LEAST_MTU: u64 = 1280;
const ETHERNET_MTU: u64 = 1500;

fn explain_length(a: &Around<'_>, out: &mut Text) {
    if a.value == 0 {
        let rest = u64::from(a.wire).saturating_sub(LENGTH.into());
        out.lit(
            "0: nothing follows, or the length does not fit: a jumbogram (RFC 2675) or an uncut packet on its way to ",
        );
        out.lit("segmentation offload; ").num_grouped(rest).lit(" bytes are here");
        return;
    }
    let total = a.value + u64::from(LENGTH);
    out.lit("with the 40-byte header ").num_grouped(total).lit(" bytes: ");
    out.lit(if total <= LEAST_MTU {
        "fits every IPv6 link, which carries at least 1,280 bytes"
    } else if total < ETHERNET_MTU {
        "fits Ethernet's MTU of 1,500 bytes"
    } else if total == ETHERNET_MTU {
        "exactly the Ethernet MTU"
    } else {
        "more than Ethernet's MTU of 1,500 bytes"
    });
}

fn explain_hops(a: &Around<'_>, out: &mut Text) {
    // Senders start with one of few values, so the distance can be guessed.
    let (start, who) = match a.value {
        0 => {
            out.lit("0: no router may forward the packet");
            return;
        }
        1..=32 => (32, "a start value that some devices use"),
        33..=64 => (64, "the default of Linux, macOS and BSD hosts"),
        65..=128 => (128, "the default of Windows hosts"),
        _ => (255, "the greatest value; neighbor discovery requires it"),
    };
    let hops = start - a.value;
    if a.value == 1 {
        out.lit("1: must not leave this link");
    } else {
        out.lit("probably sent with ").num(start).lit(", ").lit(who).lit(": ").num(hops);
        out.lit(if hops == 1 { " hop away" } else { " hops away" });
    }
}

fn explain_address(a: &Around<'_>, out: &mut Text) {
    let Some(address) = a.bytes.first_chunk::<16>() else { return };
    out.lit(ip6_kind(*address));
    if let Some(scope) = ip6_scope(*address) {
        out.lit(", scope ").lit(scope);
    }
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    match seen.extent {
        // A quoted packet has a line of its own.
        Extent::Quoted if seen.style.verbose > 0 => {
            out.lit("\n\tIP6 ");
        }
        _ if !seen.style.link => {
            out.lit("IP6 ");
        }
        _ => {}
    }
    let Some(own) = addresses(seen.header) else { return };
    let says = PLEN.get(seen.header) + u64::from(LENGTH);
    let missing = says.checked_sub(seen.outer.into()).filter(|_| seen.extent == Extent::Whole);
    if let Some(missing @ 1..) = missing {
        out.lit("truncated-ip6 - ").num(missing).lit(" bytes missing!");
    }
    if seen.style.verbose > 0 {
        out.ch('(');
        if TCLASS.get(seen.header) != 0 {
            out.lit("class ").hex(TCLASS.get(seen.header), 2).lit(", ");
        }
        if FLOW.get(seen.header) != 0 {
            out.lit("flowlabel ").hex(FLOW.get(seen.header), 5).lit(", ");
        }
        out.lit("hlim ").num(HLIM.get(seen.header)).lit(", next-header ").lit(chain::line_name(NXT.get(seen.header)));
        out.lit(" (").num(NXT.get(seen.header)).lit(") payload length: ").num(PLEN.get(seen.header)).lit(") ");
    }
    if !seen.next_has_ports() {
        own.src_to(out).lit(" > ");
        own.dst_to(out).lit(": ");
    }
    chain::line_unread(seen, NXT.get(seen.header), out);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dissect::Next;
    use crate::input::Env;

    fn input(data: &[u8]) -> Input<'_> {
        Input { data, base: 0, wire: data.len() as u32, extent: Extent::Whole, env: &Env::NONE }
    }

    fn packet(next: u8, payload: u16, src: [u8; 16]) -> Vec<u8> {
        let mut b = vec![0x6b, 0x91, 0x23, 0x45];
        b.extend(payload.to_be_bytes());
        b.extend([next, 64]);
        b.extend(src);
        b.extend([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        b
    }

    fn names(data: &[u8]) -> Vec<&'static str> {
        let mut tree = Tree::default();
        let _ = dissect(input(data), &mut tree);
        tree.nodes().iter().map(|n| n.field.name).collect()
    }

    #[test]
    fn the_classes_and_the_label_share_the_first_word() {
        let b = packet(59, 0, [0; 16]);
        let (class, label) = (TCLASS.get(&b), FLOW.get(&b));
        assert_eq!((class, DSCP.get(&b), ECN.get(&b), label), (0xb9, 46, 1, 0x12345));
    }

    #[test]
    fn nothing_follows_no_next_header_even_in_a_padded_frame() {
        let mut b = packet(59, 0, [0; 16]);
        b.extend([0; 6]);
        let step = dissect(input(&b), &mut Off::default()).unwrap();
        assert_eq!((step.header, step.wire, step.next), (40, 40, Next::End));
    }

    #[test]
    fn a_length_of_zero_takes_all_that_is_there() {
        let mut b = packet(6, 0, [0; 16]);
        b.extend([0; 100]);
        let mut off = Off::default();
        assert_eq!(dissect(input(&b), &mut off).unwrap().wire, 140);
        assert_eq!(off.flaw, None);
    }

    #[test]
    fn a_payload_longer_than_the_frame_is_a_flaw_but_not_in_a_quotation() {
        let mut b = packet(17, 50, [0; 16]);
        b.extend([0; 12]);
        let mut off = Off::default();
        assert_eq!(dissect(input(&b), &mut off).unwrap().wire, 52);
        assert_eq!(off.flaw.map(|f| (f.expected, f.found)), Some((12, 50)));
        let mut off = Off::default();
        assert_eq!(dissect(Input { extent: Extent::Quoted, ..input(&b) }, &mut off).unwrap().wire, 52);
        assert_eq!(off.flaw, None);
    }

    #[test]
    fn addresses_show_what_they_embed() {
        let slaac = packet(59, 0, [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0xff, 0xfe, 0, 0, 1]);
        assert!(names(&slaac).ends_with(&["ipv6.src", "ipv6.src_slaac_mac", "ipv6.dst"]));
        let teredo =
            packet(59, 0, [0x20, 1, 0, 0, 0x41, 0x36, 0xe3, 0x78, 0x80, 0, 0x63, 0xbf, 0x3f, 0xff, 0xfd, 0xd2]);
        let mut tree = Tree::default();
        dissect(input(&teredo), &mut tree).unwrap();
        let value = |name| tree.nodes().iter().find(|n| n.field.name == name).map(|n| tree.value(n, &teredo));
        assert_eq!(value("ipv6.src_tc_port"), Some(crate::field::Value::Uint(40_000)));
        assert_eq!(value("ipv6.src_tc_ipv4"), Some(crate::field::Value::Ip4([192, 0, 2, 45])));
    }
}
