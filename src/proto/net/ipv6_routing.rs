//! IPv6 routing header (RFC 8200 §4.4): stops that the packet makes on its way, in the forms of all its types.
//!
//! ```text
//! |  Next header  |    Length     | Routing type  | Segments left |
//! |  Type-specific data …                                         |
//! ```

use crate::dissect::{Dissected, Protocol, Seen, Space, Step, Unit};
use crate::field::{Around, Field, Kind};
use crate::input::{Addresses, Bad, Input};
use crate::proto::shared::ip::ipv6_chain as chain;
use crate::proto::shared::names::ipproto::ip_protocol_name;
use crate::proto::shared::tlv::Tlv;
use crate::sink::{NoteKind, Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEADER:
    NXT = Field::uint("ipv6.routing.nxt", 0, 8).names(ip_protocol_name).explain(chain::explain_next).label("Next header").doc("RFC 8200 §4.4", "What follows this header");
    LEN = Field::uint("ipv6.routing.len", 8, 8).explain(chain::explain_length).label("Length").doc("RFC 8200 §4.4", "Counted in units of 8 bytes, without the first 8");
    TYPE = Field::uint("ipv6.routing.type", 16, 8).names(type_name).explain(explain_type).label("Routing type").doc("RFC 8200 §4.4", "What the type-specific data are");
    SEGLEFT = Field::uint("ipv6.routing.segleft", 24, 8).explain(explain_left).label("Segments left").doc("RFC 8200 §4.4", "How many listed stops are still ahead");
}

crate::fields! { SOURCE_ROUTE:
    SRC_RESERVED = Field::bytes("ipv6.routing.src.reserved", 32, 32).label("Reserved").doc("RFC 2460 §4.4", "Must be 0");
}

crate::fields! { HOME:
    MIP_RESERVED = Field::bytes("ipv6.routing.mipv6.reserved", 32, 32).label("Reserved").doc("RFC 6275 §6.4.1", "Must be 0");
    MIP_HOME = Field::ip6("ipv6.routing.mipv6.home_address", 64).label("Home address").doc("RFC 6275 §6.4.1", "The mobile node's lasting address, the packet's true destination");
}

crate::fields! { RPL:
    CMPR_I = Field::uint("ipv6.routing.rpl.cmprI", 32, 4).unit("bytes").label("Left out of each address").doc("RFC 6554 §3", "How many leading bytes every address but the last shares with the destination");
    CMPR_E = Field::uint("ipv6.routing.rpl.cmprE", 36, 4).unit("bytes").label("Left out of the last address").doc("RFC 6554 §3", "How many leading bytes the last address shares with the destination");
    PAD = Field::uint("ipv6.routing.rpl.pad", 40, 4).unit("bytes").label("Padding").doc("RFC 6554 §3", "Unused bytes at the end");
    RPL_RESERVED = Field::uint("ipv6.routing.rpl.reserved", 44, 20).label("Reserved").doc("RFC 6554 §3", "Must be 0");
}

crate::fields! { SEGMENTS:
    LAST_ENTRY = Field::uint("ipv6.routing.srh.last_entry", 32, 8).label("Last entry").doc("RFC 8754 §2", "Index of the last segment in the list, which is the first on the way");
    FLAGS = Field::uint("ipv6.routing.srh.flags", 40, 8).hex().label("Flags").doc("RFC 8754 §2", "None is in general use; 0x04: the O flag asks nodes for a copy (RFC 9259 §2.1.1)");
    TAG = Field::bytes("ipv6.routing.srh.tag", 48, 16).label("Tag").doc("RFC 8754 §2", "Marks packets of one class");
}

crate::fields! { SEGMENT_TLV:
    TLV_TYPE = Field::uint("ipv6.routing.srh.tlv.type", 0, 8).repeats().values(TLVS).label("Type").doc("RFC 8754 §2.1", "Which TLV it is; the first bit: routers may change it");
}

crate::fields! { SEGMENT_TLV_LENGTH:
    TLV_LENGTH = Field::uint("ipv6.routing.srh.tlv.length", 8, 8).repeats().unit("bytes").label("Length").doc("RFC 8754 §2.1", "Of the value alone");
}

crate::fields! { SEGMENT_HMAC:
    HMAC_D = Field::flag("ipv6.routing.srh.hmac.d", 16).repeats().label("Destination not verified").doc("RFC 8754 §2.1.2", "1: the destination is left out of the check, as it is not the first segment");
    HMAC_RESERVED = Field::uint("ipv6.routing.srh.hmac.reserved", 17, 15).repeats().hex().label("Reserved").doc("RFC 8754 §2.1.2", "Must be 0");
    HMAC_KEY = Field::uint("ipv6.routing.srh.hmac.key_id", 32, 32).repeats().hex().label("Key").doc("RFC 8754 §2.1.2", "Which shared key and algorithm were used");
}

crate::fields! { MOVING:
    LEN_OCT = Field::derived("ipv6.routing.len_oct", Kind::Uint).unit("bytes").label("Length in bytes").doc("RFC 8200 §4.4", "The whole header");
    SRC_ADDR = Field::moving("ipv6.routing.src.addr", Kind::Ip6).repeats().label("Stop").doc("RFC 2460 §4.4", "An address on the way, the first one first");
    ADDR_COUNT = Field::derived("ipv6.routing.rpl.addr_count", Kind::Uint).label("Addresses").doc("RFC 6554 §3", "How many addresses the header lists, from its length");
    RPL_ADDRESS = Field::moving("ipv6.routing.rpl.address", Kind::Bytes).repeats().label("Stop, shortened").doc("RFC 6554 §3", "An address on the way without what it shares with the destination");
    RPL_FULL = Field::derived("ipv6.routing.rpl.full_address", Kind::Ip6).repeats().label("Stop").doc("RFC 6554 §3", "The address on the way in full");
    SEGMENT = Field::moving("ipv6.routing.srh.addr", Kind::Ip6).repeats().label("Segment").doc("RFC 8754 §2", "A segment of the path; the last one on the way comes first");
    TLV = Field::group("ipv6.routing.srh.tlv").repeats().label("TLV").doc("RFC 8754 §2.1", "Further data about the path");
    TLV_VALUE = Field::moving("ipv6.routing.srh.tlv.value", Kind::Bytes).repeats().label("Value").doc("RFC 8754 §2.1", "The TLV's data");
    HMAC = Field::moving("ipv6.routing.srh.hmac", Kind::Bytes).repeats().label("HMAC").doc("RFC 8754 §2.1.2", "Proves that the list of segments is as its author wrote it");
    CRH16_SID = Field::moving("ipv6.routing.crh16.sid", Kind::Uint).repeats().label("Segment").doc("RFC 9631 §4", "Short identifier of a stop; the last one on the way comes first");
    CRH16_CURRENT = Field::derived("ipv6.routing.crh16.current_sid", Kind::Uint).label("Current segment").doc("RFC 9631 §4", "The stop that segments left points to");
    CRH32_SID = Field::moving("ipv6.routing.crh32.sid", Kind::Uint).repeats().label("Segment").doc("RFC 9631 §4", "Short identifier of a stop; the last one on the way comes first");
    CRH32_CURRENT = Field::derived("ipv6.routing.crh32.current_sid", Kind::Uint).label("Current segment").doc("RFC 9631 §4", "The stop that segments left points to");
    UNKNOWN = Field::moving("ipv6.routing.unknown_data", Kind::Bytes).label("Type-specific data").doc("RFC 8200 §4.4", "Of a type that is not decoded");
}

/// IPv6 routing header.
pub static IPV6_ROUTING: Protocol = Protocol {
    name: "ipv6.routing",
    title: "IPv6 routing header",
    spec: "RFC 8200",
    scope: "Source routes, Mobile IPv6, RPL, segment routing with its options, and compact routing, each field by \
        field. Not: checking the keyed hash of a segment route, and what a segment does.",
    unit: Unit::Header,
    tables: &[HEADER, SOURCE_ROUTE, HOME, RPL, SEGMENTS, SEGMENT_TLV, SEGMENT_TLV_LENGTH, SEGMENT_HMAC, MOVING],
    keys: &[(Space::IpProto, 43)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    reroutes: Some(last_stop),
    ..Protocol::NONE
};

/// Where a packet with stops ahead goes in the end: the last address of types 0 and 2 (RFC 2460 §4.4, RFC 6275 §6.4), the
/// first segment of type 4 (RFC 8754 §2); other types do not say it in a whole address.
fn last_stop(header: &[u8]) -> Option<Option<[u8; 16]>> {
    let fixed = header.first_chunk::<4>()?;
    if SEGLEFT.get(fixed) == 0 {
        return None;
    }
    let length = (usize::from(fixed[1]) + 1) * 8;
    let address = |at: usize| header.get(at..).and_then(|b| b.first_chunk::<16>()).copied();
    Some(match TYPE.get(fixed) {
        0 | 2 if length >= 24 => address(length - 16),
        4 => address(8),
        _ => None,
    })
}

/// The IANA registry "IPv6 Routing Types".
fn type_name(value: u64) -> Option<&'static str> {
    Some(match value {
        0 => "source route (deprecated)",
        1 => "Nimrod (deprecated)",
        2 => "type 2 (Mobile IPv6)",
        3 => "RPL source route",
        4 => "segment routing",
        5 => "CRH-16",
        6 => "CRH-32",
        253 => "experiment 1",
        254 => "experiment 2",
        _ => return None,
    })
}

static TLVS: &[(u64, &str)] = &[(0, "Pad1"), (4, "PadN"), (5, "HMAC")];

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let header = input.header::<4, S>(s, HEADER)?;
    let length = LEN.get(header) as u32 * 8 + 8;
    s.derived(&LEN_OCT, length.into());
    if let Some(bad) = contradiction(header, input.data) {
        s.flaw(bad);
    }
    if S::ON {
        // The part of the header that was captured; everything below ends where the header does.
        let whole = Tlv::new(input.data, input.base, 0, length);
        match TYPE.get(header) {
            0 => {
                whole.fixed(s, SOURCE_ROUTE);
                addresses(s, &whole, &SRC_ADDR, 8, length);
            }
            2 => whole.fixed(s, HOME),
            3 => rpl(s, &whole, input.env.addresses),
            4 => segments(s, &whole),
            5 => compact(s, &whole, 2, &CRH16_SID, &CRH16_CURRENT),
            6 => compact(s, &whole, 4, &CRH32_SID, &CRH32_CURRENT),
            _ => whole.rest(s, &UNKNOWN, 4),
        }
    }
    input.upto(length)?;
    Ok(Step::new(&input, length, input.wire, chain::next(NXT.get(header))))
}

/// What the first bytes say that cannot be true.
fn contradiction(header: &[u8; 4], data: &[u8]) -> Option<Bad> {
    let (units, left) = (LEN.get(header) as u32, SEGLEFT.get(header) as u32);
    let over = |rule, expected, found| (found > expected).then_some(Bad { rule, expected, found });
    match TYPE.get(header) {
        0 if units % 2 == 1 => Some(Bad {
            rule: "the length of a type 0 routing header is even (RFC 2460 §4.4)",
            expected: units + 1,
            found: units,
        }),
        0 => over("segments left is at most the number of addresses (RFC 2460 §4.4)", units / 2, left),
        2 if units != 2 => {
            Some(Bad { rule: "a type 2 routing header has length 2 (RFC 6275 §6.4.1)", expected: 2, found: units })
        }
        2 if left != 1 => {
            Some(Bad {
                rule: "a type 2 routing header has 1 segment left (RFC 6275 §6.4.1)", expected: 1, found: left
            })
        }
        4 => {
            let last = u32::from(*data.get(4)?);
            over("the list holds the last entry (RFC 8754 §2)", units / 2, last + 1)
                .or_else(|| over("segments left is at most the last entry plus 1 (RFC 8754 §4.3.1.1)", last + 1, left))
        }
        _ => None,
    }
}

/// Puts addresses from byte `from` on, as many as end before `to`.
fn addresses<S: Sink>(s: &mut S, whole: &Tlv<'_>, field: &'static Field, from: u32, to: u32) {
    let mut at = from;
    while at + 16 <= to && whole.data.len() >= at as usize + 16 && s.room() {
        whole.span(s, field, at, at + 16);
        at += 16;
    }
}

fn rpl<S: Sink>(s: &mut S, whole: &Tlv<'_>, outer: Option<Addresses>) {
    whole.fixed(s, RPL);
    let Some(header) = whole.data.first_chunk::<8>() else { return };
    let (inner, last) = (16 - CMPR_I.get(header) as u32, 16 - CMPR_E.get(header) as u32);
    let list = whole.wire.saturating_sub(8).saturating_sub(PAD.get(header) as u32);
    let Some(before_last) = list.checked_sub(last) else {
        s.note(
            NoteKind::Bad,
            format_args!("the list holds at least one address (RFC 6554 §3): {last} bytes expected, {list} found"),
        );
        return;
    };
    let count = before_last / inner + 1;
    s.derived(&ADDR_COUNT, count.into());
    let mut at = 8;
    for n in 1..=count {
        let size = if n == count { last } else { inner };
        let Some(bytes) = whole.data.get(at as usize..(at + size) as usize).filter(|_| s.room()) else { return };
        whole.span(s, &RPL_ADDRESS, at, at + size);
        if let Some(Addresses::V6 { dst, .. }) = outer {
            let mut full = dst;
            for (to, from) in full.iter_mut().rev().zip(bytes.iter().rev()) {
                *to = *from;
            }
            s.derived_bytes(&RPL_FULL, &full);
        }
        at += size;
    }
}

fn segments<S: Sink>(s: &mut S, whole: &Tlv<'_>) {
    whole.fixed(s, SEGMENTS);
    let Some(last) = whole.byte(4) else { return };
    let end = (u32::from(last) * 16 + 24).min(whole.wire);
    addresses(s, whole, &SEGMENT, 8, end);
    let mut at = end;
    while at < whole.wire && whole.data.len() > at as usize && s.room() {
        let kind = whole.byte(at).unwrap_or_default();
        let length = if kind == 0 { Some(0) } else { whole.byte(at + 1) };
        let wire = match length {
            _ if kind == 0 => 1,
            Some(n) => u32::from(n) + 2,
            None => 2,
        };
        let left = whole.wire - at;
        let tlv = whole.part(at, wire);
        s.open(&TLV, tlv.bit(0));
        tlv.fixed(s, SEGMENT_TLV);
        if kind != 0 {
            tlv.fixed(s, SEGMENT_TLV_LENGTH);
        }
        if wire > left {
            let rule = "a TLV ends within its header (RFC 8754 §2.1)";
            s.note(NoteKind::Bad, format_args!("{rule}: at most {left} bytes expected, {wire} found"));
            s.close(tlv.bit(left));
            return;
        }
        if kind == 5 && wire >= 8 {
            tlv.fixed(s, SEGMENT_HMAC);
            tlv.rest(s, &HMAC, 8);
        } else {
            tlv.rest(s, &TLV_VALUE, 2);
        }
        s.close(tlv.bit(wire));
        at += wire;
    }
}

/// Puts the identifiers of a compact routing header, `size` bytes each, and the one that is next.
fn compact<S: Sink>(s: &mut S, whole: &Tlv<'_>, size: u32, each: &'static Field, current: &'static Field) {
    let mut at = 4;
    while at + size <= whole.wire && whole.data.len() >= (at + size) as usize && s.room() {
        whole.uint(s, each, at, size);
        at += size;
    }
    let from = whole.byte(3).map_or(0, |left| u32::from(left) * size + 4) as usize;
    if whole.data.len() < whole.wire as usize {
        return;
    }
    if let Some(sid) = whole.data.get(from..from + size as usize) {
        s.derived(current, sid.iter().fold(0, |v, b| v << 8 | u64::from(*b)));
    }
}

fn explain_type(a: &Around<'_>, out: &mut Text) {
    out.lit(match a.value {
        0 => "lists stops; deprecated, because it lets a packet bounce between two hosts (RFC 5095)",
        1 => "a routing architecture that was given up",
        2 => "brings a packet from a correspondent to a mobile node's home address at its care-of address (RFC 6275 §6.4)",
        3 => "a path through a low-power network, chosen by its root (RFC 6554)",
        4 => "a path as a list of segments, each an instruction to a router (RFC 8754)",
        5 => "a path as a list of 16-bit identifiers (RFC 9631)",
        6 => "a path as a list of 32-bit identifiers (RFC 9631)",
        253 | 254 => "set aside for experiments (RFC 4727)",
        _ => "not assigned",
    });
}

fn explain_left(a: &Around<'_>, out: &mut Text) {
    match a.value {
        0 => out.lit("none: the destination is the last stop"),
        1 => out.lit("one more stop after the present destination"),
        n => out.num(n).lit(" more stops after the present destination"),
    };
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    let header = seen.header;
    let kind = TYPE.get(header);
    let word = |at: usize| header.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |b| u32::from_be_bytes(*b));
    out.lit("RT6 (len=").num(LEN.get(header)).lit(", type=").num(kind);
    if kind == 0 {
        out.lit(" [Deprecated]");
    }
    out.lit(", segleft=").num(SEGLEFT.get(header));
    let mut listed = header.get(8..).unwrap_or_default();
    match kind {
        0 | 2 if word(4) != 0 || seen.style.verbose > 0 => {
            out.lit(", rsv=").hex(word(4).into(), 1);
        }
        4 => {
            out.lit(", last-entry=").num(LAST_ENTRY.get(header));
            if FLAGS.get(header) != 0 || seen.style.verbose > 0 {
                out.lit(", flags=").hex(FLAGS.get(header), 1);
            }
            out.lit(", tag=").hex_digits((word(4) & 0xffff).into(), 1);
            let end = LAST_ENTRY.get(header) as usize * 16 + 16;
            listed = listed.get(..end.min(listed.len())).unwrap_or_default();
        }
        _ => {}
    }
    if matches!(kind, 0 | 2 | 4) {
        for (n, address) in listed.chunks_exact(16).enumerate() {
            out.lit(", [").num(n as u64).ch(']').ip6(address.first_chunk().copied().unwrap_or_default());
        }
    }
    out.lit(") ");
    chain::line_unread(seen, NXT.get(header), out);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Env, Extent};

    fn flaw(data: &[u8]) -> Option<(u32, u32)> {
        let mut off = Off::default();
        let input = Input { data, base: 0, wire: data.len() as u32, extent: Extent::Whole, env: &Env::NONE };
        dissect(input, &mut off).unwrap();
        off.flaw.map(|f| (f.expected, f.found))
    }

    #[test]
    fn more_segments_left_than_listed_is_a_flaw() {
        let mut b = [0; 24];
        b[1] = 2;
        b[3] = 1;
        assert_eq!(flaw(&b), None);
        b[3] = 2;
        assert_eq!(flaw(&b), Some((1, 2)));
        b[2..6].copy_from_slice(&[4, 1, 0, 0]);
        assert_eq!(flaw(&b), None);
        b[4] = 1;
        assert_eq!(flaw(&b), Some((1, 2)));
    }

    #[test]
    fn shortened_addresses_are_completed_from_the_destination() {
        // Length 1: 8 bytes of list; 15 bytes left out of each, 4 of padding, so 4 addresses of 1 byte.
        let b = [59, 1, 3, 2, 0xff, 0x40, 0, 0, 0xa, 0xb, 0xc, 0xd, 0, 0, 0, 0];
        let mut dst = [0; 16];
        dst[0] = 0xfd;
        let env = Env { addresses: Some(Addresses::V6 { src: [0; 16], dst }), ..Env::NONE };
        let mut tree = Tree::default();
        let input = Input { data: &b, base: 0, wire: 16, extent: Extent::Whole, env: &env };
        dissect(input, &mut tree).unwrap();
        let full: Vec<_> = tree.nodes().iter().filter(|n| n.field.name == RPL_FULL.name).collect();
        assert_eq!(full.len(), 4);
        assert_eq!(tree.bytes(full[1], &b), [0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xb]);
    }
}
