//! Internet Control Message Protocol for IPv6 (RFC 4443), with neighbor discovery (RFC 4861).
//!
//! ```text
//! |     Type      |     Code      |           Checksum            |
//! |  Message body …                                               |
//! ```

use crate::dissect::{Dissected, Echo, Follow, Next, Protocol, Seen, Space, Step, Trailer, Unit};
use crate::field::{Around, Field, Kind, Table};
use crate::input::{Extent, Input};
use crate::proto::shared::checksum::{self, Covered, Status};
use crate::proto::shared::icmp::icmpv6_names::{code_name, explain_code, explain_type, type_name};
use crate::proto::shared::tlv::Tlv;
use crate::proto::shared::{icmp::icmp_ext, icmp::icmpv6_more as more, icmp::mld, icmp::ndp, icmp::ndp_more};
use crate::sink::{NoteKind, Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEADER:
    TYPE = Field::uint("icmpv6.type", 0, 8).names(type_name).explain(explain_type).label("Type").doc("RFC 4443 §2.1", "Below 128: an error message; otherwise informational");
    CODE = Field::uint("icmpv6.code", 8, 8).names_within(code_name).explain(explain_code).label("Code").doc("RFC 4443 §2.1", "Tells messages of one type apart");
    CHECKSUM = Field::uint("icmpv6.checksum", 16, 16).hex().label("Checksum").doc("RFC 4443 §2.3", "Ones' complement sum over the pseudo-header and the message");
}

crate::fields! { UNUSED:
    RESERVED = Field::bytes("icmpv6.reserved", 32, 32).repeats().label("Unused").doc("RFC 4443 §3.1", "Must be 0");
}

crate::fields! { EXTENDED:
    LENGTH = Field::uint("icmpv6.length", 32, 8).explain(explain_length).label("Quotation length").doc("RFC 4884 §4.3", "Length of the quoted packet in units of 8 bytes; extension objects follow it");
    EXTENDED_RESERVED = Field::bytes("icmpv6.reserved", 40, 24).repeats().label("Unused").doc("RFC 4443 §3.1", "Must be 0");
}

crate::fields! { TOO_BIG:
    MTU = Field::uint("icmpv6.mtu", 32, 32).unit("bytes").explain(explain_mtu).label("MTU").doc("RFC 4443 §3.2", "The longest packet that the next link carries");
}

crate::fields! { PROBLEM:
    POINTER = Field::uint("icmpv6.pointer", 32, 32).explain(explain_pointer).label("Pointer").doc("RFC 4443 §3.4", "Where in the quoted packet the problem is, in bytes");
}

crate::fields! { ECHO:
    IDENTIFIER = Field::uint("icmpv6.echo.identifier", 32, 16).hex().label("Identifier").doc("RFC 4443 §4.1", "Matches replies to requests; usually one for each run of ping");
    SEQUENCE = Field::uint("icmpv6.echo.sequence_number", 48, 16).label("Sequence").doc("RFC 4443 §4.1", "Matches replies to requests; usually counts up by 1");
}

crate::fields! { MOVING:
    STATUS = Field::derived("icmpv6.checksum.status", Kind::Uint).values(checksum::STATUSES).explain(checksum::explain_status).label("Checksum status").doc("RFC 4443 §2.3", "Whether the checksum agrees with what was captured");
}

static NOTHING: Table = &[];

/// ICMPv6.
pub static ICMPV6: Protocol = Protocol {
    name: "icmpv6",
    title: "Internet Control Message Protocol version 6",
    spec: "RFC 4443",
    scope: "Errors with their quoted packet and extensions, echo, neighbor discovery with its options, and the rarer \
        messages of the registry, and the checksum. Not: the data of an echo, and the content of certificates and \
        signatures.",
    unit: Unit::Message,
    tables: &[
        HEADER,
        UNUSED,
        EXTENDED,
        TOO_BIG,
        PROBLEM,
        ECHO,
        MOVING,
        ndp::SOLICIT,
        ndp::ROUTER,
        ndp::NEIGHBOR_SOLICIT,
        ndp::NEIGHBOR,
        ndp::REDIRECT,
        ndp::HEAD,
        ndp::MOVING,
        ndp::PREFIX,
        ndp::RESERVED6,
        ndp::MTU,
        ndp::ROUTE,
        ndp::ROUTE_TIME,
        ndp::RDNSS_HEAD,
        ndp::DNSSL_HEAD,
        ndp::FLAGS_MORE,
        ndp::PREF64_HEAD,
        ndp_more::SHORTCUT,
        ndp_more::INTERVAL,
        ndp_more::HOME_AGENT,
        ndp_more::ADDRESS_LIST,
        ndp_more::CGA_HEAD,
        ndp_more::CGA_PARAMETERS,
        ndp_more::SIGNATURE,
        ndp_more::STAMP,
        ndp_more::NAME_HEAD,
        ndp_more::CERTIFICATE,
        ndp_more::IP_ADDRESS,
        ndp_more::NEW_PREFIX,
        ndp_more::LINK_LAYER,
        ndp_more::NAACK,
        ndp_more::MAP,
        ndp_more::HANDOVER,
        ndp_more::HANDOVER_LIFETIME,
        ndp_more::ASSIST,
        ndp_more::MOBILE_NODE,
        ndp_more::REGISTRATION,
        ndp_more::CONTEXT,
        ndp_more::BORDER,
        ndp_more::CAPABILITY,
        ndp_more::MOVING,
        mld::V1,
        mld::QUERY,
        mld::SOURCES,
        mld::REPORT,
        mld::RECORD,
        mld::MOVING,
        more::MIP_REQUEST,
        more::MIP_PREFIX,
        more::PATH_SOLICIT,
        more::PATH_ADVERT,
        more::MULTICAST_ROUTER,
        more::FAST_HANDOVER,
        more::LOCATORS,
        more::LOCATOR,
        more::DUPLICATE_ADDRESS,
        more::EXTENDED_REQUEST,
        more::EXTENDED_REPLY,
        more::RENUMBER,
        more::MATCH,
        more::USE,
        more::RESULT,
        more::NODE_INFO,
        more::MOVING,
        icmp_ext::TABLES[0],
        icmp_ext::TABLES[1],
        icmp_ext::TABLES[2],
        icmp_ext::TABLES[3],
        icmp_ext::TABLES[4],
        icmp_ext::TABLES[5],
    ],
    keys: &[(Space::IpProto, 58)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    trailer: Some(extensions),
    follow: Some(Follow::Echo(echo)),
    undelivered: Some(undelivered),
    ..Protocol::NONE
};

/// What follows the fixed part of a message.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rest {
    /// Data without structure here.
    Data,
    /// The packet that caused the message.
    Quotation,
    /// Options of neighbor discovery.
    Options,
    /// Records of the message's own kind.
    Own,
}

/// The fixed rows of a message, the length of its fixed part in bytes, and what follows.
fn shape(kind: u8, input: &Input<'_>) -> (Table, u32, Rest) {
    match kind {
        1 | 3 if input.data.get(4).is_some_and(|n| *n != 0) => (EXTENDED, 8, Rest::Quotation),
        1 | 3 => (UNUSED, 8, Rest::Quotation),
        2 => (TOO_BIG, 8, Rest::Quotation),
        4 => (PROBLEM, 8, Rest::Quotation),
        128 | 129 => (ECHO, 8, Rest::Data),
        130 if input.wire >= mld::QUERY2 => (NOTHING, mld::QUERY2, Rest::Own),
        130..=132 => (mld::V1, 24, Rest::Data),
        143 => (mld::REPORT, 8, Rest::Own),
        138 => (more::RENUMBER, 16, Rest::Own),
        139 | 140 => (more::NODE_INFO, 16, Rest::Own),
        144 | 146 => (more::MIP_REQUEST, 8, Rest::Data),
        145 => (more::MIP_REQUEST, 8, Rest::Own),
        147 => (more::MIP_PREFIX, 8, Rest::Options),
        148 => (more::PATH_SOLICIT, 8, Rest::Options),
        149 => (more::PATH_ADVERT, 12, Rest::Options),
        151 => (more::MULTICAST_ROUTER, 8, Rest::Data),
        154 => (more::FAST_HANDOVER, 8, Rest::Options),
        156 => (more::LOCATORS, 8, Rest::Own),
        157 | 158 => (more::DUPLICATE_ADDRESS, 32, Rest::Data),
        160 => (more::EXTENDED_REQUEST, 8, Rest::Data),
        161 => (more::EXTENDED_REPLY, 8, Rest::Data),
        kind => match ndp::message(kind) {
            Some((table, fixed)) => (table, fixed, Rest::Options),
            None => (NOTHING, 4, Rest::Data),
        },
    }
}

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let header = input.header::<4, S>(s, HEADER)?;
    let (kind, code) = (TYPE.get(header) as u8, CODE.get(header) as u8);
    if S::ON {
        let rule = "the checksum covers the message (RFC 4443 §2.3)";
        Covered::of(&input, input.wire).pseudo(58, 2).put(s, &STATUS, rule);
    }
    let (table, fixed, rest) = shape(kind, &input);
    s.fixed(table, input.data, input.base);
    let message = Tlv::new(input.data, input.base, 0, input.wire);
    if kind == 130 && rest == Rest::Own {
        mld::query_head(s, &message);
    }
    input.upto(fixed)?;
    let all = input.data.len() as u32;
    let header = match rest {
        Rest::Data => {
            if S::ON && table.is_empty() && input.wire > fixed {
                let name = type_name(kind.into()).unwrap_or("unassigned");
                s.note(
                    NoteKind::Unknown,
                    format_args!("the body of ICMPv6 type {kind} ({name}) is not decoded; its bytes are shown as data"),
                );
            }
            fixed
        }
        Rest::Quotation => {
            let end = fixed + quotation(&input, kind, s);
            let next = if end > fixed { Next::Key(Space::IpProto, 41) } else { Next::End };
            return Ok(Step::new(&input, fixed, end, next).extent(Extent::Quoted));
        }
        Rest::Options => {
            ndp::walk(s, &input, fixed, kind == 137);
            if let Some(at) = if kind == 137 { ndp::quoted_packet(&input) } else { None } {
                let next = Next::Key(Space::IpProto, 41);
                return Ok(Step::new(&input, at, input.wire, next).extent(Extent::Quoted));
            }
            all
        }
        Rest::Own => {
            if S::ON {
                match kind {
                    130 => mld::query_sources(s, &message),
                    143 => mld::report(s, &message),
                    138 => more::renumber(s, &message, code),
                    139 => more::node_query(s, &message, code),
                    140 => more::node_reply(s, &message),
                    145 => more::home_agents(s, &message),
                    _ => more::locators(s, &message),
                }
            }
            all
        }
    };
    if S::ON && rest != Rest::Data && all < input.wire {
        s.note(NoteKind::Cut, format_args!("icmpv6: {} bytes expected, {all} captured", input.wire));
    }
    Ok(Step::new(&input, header, input.wire, Next::End))
}

/// How many bytes behind the first 8 are the quoted packet. What follows it are extensions (RFC 4884), which only
/// messages with a length can have.
fn quotation<S: Sink>(input: &Input<'_>, kind: u8, s: &mut S) -> u32 {
    let behind = input.wire.saturating_sub(8);
    let stated = match (kind, input.data.get(4)) {
        (1 | 3, Some(units)) => u32::from(*units) * 8,
        _ => 0,
    };
    if stated > behind && input.extent == Extent::Whole {
        let rule = "the quoted packet is as long as the message says (RFC 4884 §4)";
        s.note(NoteKind::Bad, format_args!("{rule}: at most {behind} expected, {stated} found"));
    }
    if stated == 0 { behind } else { icmp_ext::quoted_length(&[], behind, stated).unwrap_or(behind) }
}

/// Puts the extensions behind a quoted packet.
fn extensions(t: Trailer<'_>, tree: &mut Tree) -> u32 {
    if t.wire < t.end
        && let Some(structure) = t.layer.get(t.wire as usize..).filter(|s| !s.is_empty())
    {
        icmp_ext::put(tree, structure, t.base + t.wire, t.end - t.wire);
    }
    t.end
}

fn explain_length(a: &Around<'_>, out: &mut Text) {
    out.num(a.value)
        .lit(" × 8 = ")
        .num_grouped(a.value * 8)
        .lit(" bytes are quoted; extension objects follow (RFC 4884 §7)");
}

fn explain_mtu(a: &Around<'_>, out: &mut Text) {
    match a.value {
        ..1280 => out.lit("below 1,280 bytes, which every IPv6 link must carry: to be ignored (RFC 8201 §4)"),
        1280 => out.lit("the least that every IPv6 link must carry"),
        1500 => out.lit("Ethernet's MTU"),
        n => out.lit("packets to that destination must be at most ").num_grouped(n).lit(" bytes long"),
    };
}

fn explain_pointer(a: &Around<'_>, out: &mut Text) {
    out.lit(match a.value {
        0..=3 => "in the first word of the IPv6 header (version, traffic class, flow label)",
        4..=5 => "the payload length of the IPv6 header",
        6 => "the next header field of the IPv6 header",
        7 => "the hop limit of the IPv6 header",
        8..=23 => "the source address of the IPv6 header",
        24..=39 => "the destination address of the IPv6 header",
        _ => "beyond the IPv6 header, which has 40 bytes",
    });
}

/// Reads what a quoted packet says of its destination: address and transport.
fn quoted(payload: &[u8]) -> Option<([u8; 16], u8, Option<u16>)> {
    let destination = payload.get(24..)?.first_chunk::<16>()?;
    let port = payload.get(42..).and_then(<[u8]>::first_chunk).map(|b| u16::from_be_bytes(*b));
    Some((*destination, *payload.get(6)?, port))
}

/// The head of an echo request or reply (RFC 4443 §4).
fn echo(message: &[u8]) -> Option<Echo> {
    Echo::read(message, [128, 129])
}

/// Destination unreachable and time exceeded say that the quoted packet was lost; after packet too big (RFC 4443 §3.2)
/// the sender sends smaller ones.
fn undelivered(message: &[u8]) -> Option<(u8, u8)> {
    let [kind, code] = *message.first_chunk::<2>()?;
    matches!(kind, 1 | 3).then_some((kind, code))
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    let header = seen.header;
    let (kind, code) = (TYPE.get(header), CODE.get(header));
    let word = |at: usize| header.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |b| u32::from_be_bytes(*b));
    let address = |at: usize| header.get(at..).and_then(<[u8]>::first_chunk).copied().unwrap_or_default();
    if seen.style.verbose > 0 && seen.extent == Extent::Whole && seen.wire == seen.outer {
        match Covered::seen(seen).pseudo(58, 2) {
            Status::Good => out.lit("[icmp6 sum ok] "),
            Status::Bad { expected, found } => {
                out.lit("[bad icmp6 cksum ").hex(found, 4).lit(" -> ").hex(expected, 4).lit("!] ")
            }
            Status::Partial => out.lit("[partial icmp6 cksum] "),
            _ => out,
        };
    }
    // With -v, tcpdump says the length right after the names of neighbor discovery, and nowhere else.
    let verbose = seen.style.verbose > 0;
    let length = |out: &mut Text, wanted: bool| {
        if wanted {
            out.lit(", length ").num(seen.outer.into());
        }
    };
    out.lit("ICMP6, ");
    match kind {
        1 => {
            out.lit("destination unreachable, ");
            let Some((to, protocol, port)) = quoted(seen.payload) else {
                out.lit("code ").num(code).lit(", length ").num(seen.outer.into());
                return;
            };
            match (code, protocol, port) {
                (4, 6, Some(port)) => {
                    out.lit("unreachable port, ").ip6(to).lit(" tcp port ").num(port.into());
                }
                (4, 17, Some(port)) => {
                    out.lit("unreachable port, ").ip6(to).lit(" udp port ").num(port.into());
                }
                (4, protocol, _) => {
                    out.lit("unreachable port, ").ip6(to).lit(" protocol ").num(protocol.into());
                }
                (0, ..) => {
                    out.lit("unreachable route ").ip6(to);
                }
                (1, ..) => {
                    out.lit("unreachable prohibited ").ip6(to);
                }
                (2, ..) => {
                    out.lit("beyond scope ").ip6(to);
                }
                (3, ..) => {
                    out.lit("unreachable address ").ip6(to);
                }
                (5, ..) => {
                    out.lit("unreachable address failed ingress/egress policy ").ip6(to);
                }
                (6, ..) => {
                    out.lit("unreachable reject route ").ip6(to);
                }
                _ => {
                    out.lit("unreach code-#").num(code);
                }
            }
        }
        2 => {
            out.lit("packet too big, mtu ").num(MTU.get(header));
        }
        3 => match (code, quoted(seen.payload)) {
            (0, Some((to, ..))) => {
                out.lit("time exceeded in-transit for ").ip6(to);
            }
            (1, _) => {
                out.lit("ip reassembly time exceeded");
            }
            _ => {
                out.lit("time exceeded, code-#").num(code);
            }
        },
        4 => {
            out.lit("parameter problem, ");
            match code {
                0 => out.lit("erroneous"),
                1 => out.lit("next header"),
                2 => out.lit("option"),
                3 => out.lit("incomplete header chain"),
                code => out.lit("code-#").num(code),
            };
            if code < 4 {
                out.lit(" - octet ").num(POINTER.get(header));
            }
        }
        128 | 129 => {
            out.lit(if kind == 128 { "echo request" } else { "echo reply" });
            out.lit(", id ").num(IDENTIFIER.get(header)).lit(", seq ").num(SEQUENCE.get(header));
        }
        135 => {
            out.lit("neighbor solicitation");
            length(out, verbose);
            out.lit(", who has ").ip6(address(8));
        }
        136 => {
            out.lit("neighbor advertisement");
            length(out, verbose);
            out.lit(", tgt is ").ip6(address(8));
            if verbose {
                advertised(header, out);
            }
        }
        137 => {
            out.lit("redirect");
            length(out, verbose);
            out.lit(", ").ip6(address(24)).lit(" to ").ip6(address(8));
        }
        130..=132 => {
            out.lit(type_name(kind).unwrap_or_default());
            mld::line(kind, header, seen.wire, seen.style.verbose, out);
        }
        143 => {
            let records = word(4) & 0xffff;
            out.lit("multicast listener report v2, ").num(records.into()).lit(" group record(s)");
            if verbose {
                let cut = (header.len() as u64) < u64::from(seen.wire);
                mld::line_records(header.get(8..).unwrap_or_default(), records, cut, out);
            }
        }
        138 => {
            out.lit("router renumbering, ").lit(code_name(header, code).unwrap_or("code"));
            out.lit(", seq=").num(word(4).into());
        }
        144 => {
            out.lit("ha discovery request, id ").hex((word(4) >> 16).into(), 4);
        }
        145 => {
            out.lit("ha discovery reply");
        }
        146 => {
            out.lit("mobile router solicitation, id ").hex((word(4) >> 16).into(), 4);
        }
        147 => {
            out.lit("mobile router advertisement");
        }
        133 | 134 => {
            out.lit(type_name(kind).unwrap_or_default());
            length(out, verbose);
        }
        _ => match type_name(kind) {
            Some(name) => {
                out.lit(name);
            }
            None => {
                out.lit("unknown icmp6 type (").num(kind).ch(')');
            }
        },
    }
    length(out, !verbose);
}

/// Writes the flags of a neighbor advertisement.
fn advertised(header: &[u8], out: &mut Text) {
    let flags = header.get(4).copied().unwrap_or_default();
    let mut before = ", Flags [";
    for (bit, name) in [(0x80, "router"), (0x40, "solicited"), (0x20, "override")] {
        if flags & bit != 0 {
            out.lit(before).lit(name);
            before = ", ";
        }
    }
    out.lit(if before == ", " { "]" } else { ", Flags [none]" });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Addresses, Env};
    use etherparse::PacketBuilder;

    const SRC: [u8; 16] = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    const DST: [u8; 16] = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2];

    fn echo(payload: &[u8]) -> Vec<u8> {
        let builder = PacketBuilder::ipv6(SRC, DST, 64).icmpv6_echo_request(0x1234, 7);
        let mut packet = Vec::new();
        builder.write(&mut packet, payload).unwrap();
        packet.split_off(40)
    }

    fn status(data: &[u8], wire: u32, extent: Extent) -> (u64, usize) {
        let addresses = Some(Addresses::V6 { src: SRC, dst: DST });
        let env = Env { addresses, ends: addresses, ..Env::NONE };
        let mut tree = Tree::default();
        let _ = dissect(Input { data, base: 0, wire, extent, env: &env }, &mut tree);
        let node = tree.nodes().iter().find(|n| n.field.name == STATUS.name).unwrap();
        (tree.number(node), tree.notes().iter().filter(|n| n.kind == NoteKind::Bad).count())
    }

    #[test]
    fn the_checksum_is_checked_only_when_all_of_the_message_is_there() {
        for payload in [&b"abcdefgh"[..], b"abc", b""] {
            let mut b = echo(payload);
            let n = b.len() as u32;
            assert_eq!(status(&b, n, Extent::Whole), (Status::Good.number(), 0));
            assert_eq!(status(&b, n + 1, Extent::Whole), (Status::Unverified.number(), 0));
            assert_eq!(status(&b, n, Extent::Quoted), (Status::Unverified.number(), 0));
            assert_eq!(status(&b, n, Extent::Fragment), (Status::Unverified.number(), 0));
            b[3] ^= 0x11;
            assert_eq!(status(&b, n, Extent::Whole), (0, 1));
        }
    }

    #[test]
    fn an_error_quotes_a_packet() {
        let b = [1, 4, 0, 0, 0, 0, 0, 0, 0x60, 0, 0, 0];
        let input = Input { data: &b, base: 0, wire: 12, extent: Extent::Whole, env: &Env::NONE };
        let step = dissect(input, &mut Off::default()).unwrap();
        assert_eq!((step.header, step.next), (8, Next::Key(Space::IpProto, 41)));
        assert_eq!(step.extent, Extent::Quoted);
    }

    #[test]
    fn extensions_follow_a_quotation_whose_length_is_stated() {
        let mut b = vec![3, 0, 0, 0, 16, 0, 0, 0];
        b.resize(8 + 128, 0x60);
        b.extend([0x20, 0, 0, 0, 0, 8, 1, 1, 0, 1, 9, 0x41]);
        let input = Input { data: &b, base: 0, wire: b.len() as u32, extent: Extent::Whole, env: &Env::NONE };
        assert_eq!(dissect(input, &mut Off::default()).unwrap().wire, 8 + 128);
        // Without a length, all of it is the quotation; one that leaves no room for extensions is not believed.
        b[4] = 0;
        let unstated = Input { data: &b, base: 0, wire: 148, extent: Extent::Whole, env: &Env::NONE };
        assert_eq!(dissect(unstated, &mut Off::default()).unwrap().wire, 8 + 128 + 12);
        b[4] = 255;
        let untrue = Input { data: &b, base: 0, wire: 148, extent: Extent::Whole, env: &Env::NONE };
        assert_eq!(dissect(untrue, &mut Off::default()).unwrap().wire, 8 + 128 + 12);
    }
}
