//! Internet Protocol version 4 (RFC 791).
//!
//! ```text
//! |Version|  IHL  |   DSCP    |ECN|         Total length          |
//! |        Identification         |Flags|     Fragment offset     |
//! |  Time to live |   Protocol    |        Header checksum        |
//! |                       Source address                          |
//! |                    Destination address                        |
//! |                    Options, up to 40 bytes                    |
//! ```

use crate::dissect::{Dissected, Fragment, FragmentRows, Hop, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::{Around, Field, Kind};
use crate::input::{Addresses, Bad, Extent, Input, Stop};
use crate::proto::shared::checksum::{self, Covered, Status};
use crate::proto::shared::ip::{ip_option_rows, ip_options};
use crate::proto::shared::names::dscp::{dscp_meaning, dscp_name, ecn_meaning, ecn_name};
use crate::proto::shared::names::ipproto::{ip_protocol_description, ip_protocol_name};
use crate::proto::shared::names::multicast::ip4_kind;
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEADER:
    VERSION = Field::uint("ip.version", 0, 4).columns_too(&["ipv6.version"]).label("Version").doc("RFC 791 §3.1", "Always 4");
    HDR_LEN = Field::uint("ip.hdr_len", 4, 4).scale(4).unit("bytes").label("Header length").doc("RFC 791 §3.1", "Counted in 32-bit words on the wire; 20 without options, at most 60").explain(explain_header_length);
    DSFIELD = Field::uint("ip.dsfield", 8, 8).hex().label("Differentiated services").doc("RFC 2474 §3", "How routers should treat the packet; the former type of service");
    DSCP = Field::uint("ip.dsfield.dscp", 8, 6).part_of("ip.dsfield").label("DSCP").doc("RFC 2474 §3", "The class of treatment").names(dscp_name).explain(explain_dscp);
    ECN = Field::uint("ip.dsfield.ecn", 14, 2).part_of("ip.dsfield").label("ECN").doc("RFC 3168 §5", "Congestion marks instead of drops").names(ecn_name).explain(explain_ecn);
    LEN = Field::uint("ip.len", 16, 16).unit("bytes").label("Total length").doc("RFC 791 §3.1", "Header and payload of this packet").explain(explain_length);
    ID = Field::uint("ip.id", 32, 16).hex().label("Identification").doc("RFC 6864 §4", "Tells which fragments belong together; otherwise without meaning").explain(explain_id);
    FLAGS = Field::uint("ip.flags", 48, 3).hex().label("Flags").doc("RFC 791 §3.1", "Fragmentation control");
    RB = Field::flag("ip.flags.rb", 48).part_of("ip.flags").label("Reserved bit").doc("RFC 791 §3.1", "Must be 0");
    DF = Field::flag("ip.flags.df", 49).part_of("ip.flags").label("Don't fragment").doc("RFC 791 §3.1", "1: routers drop the packet rather than fragment it, and say so with ICMP (path MTU discovery)");
    MF = Field::flag("ip.flags.mf", 50).part_of("ip.flags").label("More fragments").doc("RFC 791 §3.1", "1: this is not the last fragment");
    FRAG_OFFSET = Field::uint("ip.frag_offset", 51, 13).label("Fragment offset").doc("RFC 791 §3.1", "Where this fragment's payload belongs in the datagram, in units of 8 bytes").explain(explain_offset);
    TTL = Field::uint("ip.ttl", 64, 8).unit("hops").label("Time to live").doc("RFC 1812 §5.3.1", "Hops left before the packet is dropped; each router takes 1").explain(explain_ttl);
    PROTO = Field::uint("ip.proto", 72, 8).label("Protocol").doc("RFC 791 §3.1", "What the packet carries").names(ip_protocol_name).explain(explain_protocol);
    CHECKSUM = Field::uint("ip.checksum", 80, 16).hex().label("Header checksum").doc("RFC 1071", "Ones' complement sum over the header; changes at every hop with the TTL");
    SRC = Field::ip4("ip.src", 96).label("Source").doc("RFC 791 §3.1", "The address of the sender").explain(explain_address);
    DST = Field::ip4("ip.dst", 128).label("Destination").doc("RFC 791 §3.1", "The address of the receiver, or a group; with a source route, the next router of it").explain(explain_address);
}

crate::fields! { MOVING:
    CHECKSUM_STATUS = Field::derived("ip.checksum.status", Kind::Uint).values(checksum::STATUSES).label("Header checksum status").doc("RFC 791 §3.1", "Whether the checksum agrees with the header").explain(explain_status);
    ADDR = Field::alias("ip.addr", Kind::Ip4, &["ip.src", "ip.dst"]).label("Source or destination").doc("RFC 791 §3.1", "Either address");
}

crate::fields! { FRAGMENTS:
    F_GROUP = Field::moving("ip.fragments", Kind::Bytes).label("Fragments").doc("RFC 791 §3.2", "How the datagram was put together");
    F_FRAME = Field::derived("ip.fragment", Kind::Uint).repeats().label("Fragment in frame").doc("RFC 791 §3.2", "The number of a frame that brought a part of the datagram");
    F_OVERLAP = Field::derived("ip.fragment.overlap", Kind::Flag).repeats().label("Fragments overlap").doc("RFC 791 §3.2", "1: two fragments hold the same bytes of the datagram");
    F_CONFLICT = Field::derived("ip.fragment.overlap.conflict", Kind::Flag).label("Overlapping fragments differ").doc("RFC 791 §3.2", "1: they hold different bytes; the first ones are shown, but hosts disagree, and Linux drops the datagram");
    F_TAILS = Field::derived("ip.fragment.multipletails", Kind::Flag).label("Fragments disagree on the end").doc("RFC 791 §3.2", "1: fragments reach behind the one that says that it is the last");
    F_COUNT = Field::derived("ip.fragment.count", Kind::Uint).label("Fragment count").doc("RFC 791 §3.2", "How many fragments were seen, repeated ones included");
    F_LENGTH = Field::derived("ip.reassembled.length", Kind::Uint).unit("bytes").label("Reassembled length").doc("RFC 791 §3.2", "Length of the datagram's payload");
    F_DATA = Field::moving("ip.reassembled.data", Kind::Bytes).label("Reassembled data").doc("RFC 791 §3.2", "The datagram's payload");
}

/// IPv4.
pub static IPV4: Protocol = Protocol {
    name: "ip",
    title: "Internet Protocol version 4",
    spec: "RFC 791",
    scope: "The header, the options in use field by field, the others by kind and length, the header checksum, and \
        reassembly of fragments. Not: the categories of commercial security labels beyond their bytes.",
    unit: Unit::Packet,
    tables: &TABLES,
    keys: &[
        (Space::EtherType, 0x0800),
        (Space::IpProto, 4),
        (Space::Llc, 0x06),
        (Space::Link, 228),
        (Space::Ppp, 0x0021),
        (Space::Nlpid, 0xcc),
    ],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    addresses: Some(addresses),
    hop: Some(hop),
    ends: Some(ends),
    fragment_rows: Some(FragmentRows {
        group: &F_GROUP,
        frame: &F_FRAME,
        overlap: &F_OVERLAP,
        conflict: &F_CONFLICT,
        tails: &F_TAILS,
        count: &F_COUNT,
        length: &F_LENGTH,
        data: &F_DATA,
    }),
    ..Protocol::NONE
};

/// The header's tables, and those of its options.
static TABLES: [crate::field::Table; 4 + ip_option_rows::TABLES.len()] = {
    let mut all = [HEADER; 4 + ip_option_rows::TABLES.len()];
    all[1] = MOVING;
    all[2] = ip_option_rows::GROUP_TABLE;
    all[3] = FRAGMENTS;
    let mut n = 0;
    while n < ip_option_rows::TABLES.len() {
        all[4 + n] = ip_option_rows::TABLES[n];
        n += 1;
    }
    all
};

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let header = input.header::<20, S>(s, HEADER)?;
    if VERSION.get(header) != 4 {
        return Err(Stop::Bad(Bad {
            rule: "the version is 4 (RFC 791 §3.1)",
            expected: 4,
            found: VERSION.get(header) as u32,
        }));
    }
    let length = HDR_LEN.get(header) as u32;
    if length < 20 {
        return Err(Stop::Bad(Bad {
            rule: "the header has at least 20 bytes (RFC 791 §3.1)",
            expected: 20,
            found: length,
        }));
    }
    let total = match LEN.get(header) as u32 {
        // Segmentation offload leaves the field 0 for packets that the hardware will cut: the frame's length counts.
        0 => input.wire,
        n if n < length => {
            return Err(Stop::Bad(Bad {
                rule: "the total length covers the header (RFC 791 §3.1)",
                expected: length,
                found: n,
            }));
        }
        n => n,
    };
    let whole = input.upto(length)?;
    if S::ON {
        header_status(&input, length).put(s, &CHECKSUM_STATUS, "the checksum covers the header (RFC 791 §3.1)");
    }
    if S::ON
        && let Some(options) = whole.get(20..)
    {
        ip_options::put(s, options, input.base + 20, TTL.get(header));
    }
    if total > input.wire && input.extent == Extent::Whole {
        s.flaw(Bad {
            rule: "the total length is at most what the frame carries (RFC 791 §3.1)",
            expected: input.wire,
            found: total,
        });
    }
    let (offset, more) = (FRAG_OFFSET.get(header), MF.get(header) != 0);
    let next = if offset == 0 {
        Next::Key(Space::IpProto, PROTO.get(header) as u16)
    } else {
        Next::Opaque("a later fragment: the header of what it carries is in the first fragment")
    };
    let extent = match input.extent {
        Extent::Whole if offset == 0 && more => Extent::Fragment,
        extent => extent,
    };
    let step = Step::new(&input, length, total.min(input.wire), next).extent(extent);
    // A header whose checksum is wrong says nothing that could be relied on; hosts drop it. 0 is left to network cards.
    let is_fragment = input.extent == Extent::Whole && (offset != 0 || more);
    if !is_fragment || checksum::residue(whole) != 0 && CHECKSUM.get(header) != 0 {
        return Ok(step);
    }
    let id = PROTO.get(header) << 16 | ID.get(header);
    Ok(step.fragment(Fragment { id, offset: offset as u32 * 8, more, next }))
}

/// What the header says of the packet's way.
fn hop(header: &[u8]) -> Option<Hop> {
    let [_, tos, _, _, a, b, _, _, ttl] = *header.first_chunk::<9>()?;
    Some(Hop { ttl, id: Some(u16::from_be_bytes([a, b])), marked: tos & 3 == 3 })
}

fn addresses(header: &[u8]) -> Option<Addresses> {
    Some(Addresses::V4 { src: *header.get(12..)?.first_chunk()?, dst: *header.get(16..)?.first_chunk()? })
}

/// With a source route, the checksums inside are computed over the last stop, which is the destination for the sender.
fn ends(header: &[u8]) -> Option<Addresses> {
    let length = usize::from(header.first()? & 15) * 4;
    match (addresses(header)?, ip_options::last_stop(header.get(20..length).unwrap_or_default())) {
        (Addresses::V4 { src, .. }, Some(dst)) => Some(Addresses::V4 { src, dst }),
        (addresses, _) => Some(addresses),
    }
}

fn explain_header_length(around: &Around<'_>, out: &mut Text) {
    if around.value > 20 {
        out.lit("20 and ").num(around.value - 20).lit(" bytes of options");
    }
}

fn explain_dscp(around: &Around<'_>, out: &mut Text) {
    if let Some(meaning) = dscp_meaning(around.value) {
        out.lit(meaning);
    }
}

fn explain_ecn(around: &Around<'_>, out: &mut Text) {
    if let Some(meaning) = ecn_meaning(around.value) {
        out.lit(meaning);
    }
}

fn explain_length(around: &Around<'_>, out: &mut Text) {
    let header = HDR_LEN.get(around.layer);
    match around.value {
        0 => {
            out.lit("left 0 for the network card, which cuts the packet into smaller ones (segmentation offload); the frame carries ");
            out.num(around.wire.into()).lit(" bytes");
        }
        n => {
            out.lit("header ").num(header).lit(" + payload ").num(n.saturating_sub(header));
            match n {
                1500 => {
                    out.lit("; as much as an Ethernet frame holds");
                }
                1501.. => {
                    out.lit("; more than an Ethernet frame holds: jumbo frames, or segmentation offload");
                }
                _ => {}
            }
        }
    }
}

fn explain_id(around: &Around<'_>, out: &mut Text) {
    let fragment = MF.get(around.layer) != 0 || FRAG_OFFSET.get(around.layer) != 0;
    if fragment {
        out.lit("shared by all fragments of this datagram");
    } else if DF.get(around.layer) != 0 {
        out.lit("without meaning: this packet is not, and cannot be, a fragment (RFC 6864 §4.1)");
    }
}

fn explain_offset(around: &Around<'_>, out: &mut Text) {
    let h = around.layer;
    let more = MF.get(h) != 0;
    if around.value == 0 && !more {
        out.lit("not a fragment");
        return;
    }
    let from = around.value * 8;
    let payload = LEN.get(h).saturating_sub(HDR_LEN.get(h));
    out.lit(match (around.value, more) {
        (0, _) => "the first fragment: bytes ",
        (_, true) => "a fragment from the middle: bytes ",
        (_, false) => "the last fragment: bytes ",
    });
    out.num(from).lit(" to ").num((from + payload).saturating_sub(1)).lit(" of the datagram's payload");
}

fn explain_ttl(around: &Around<'_>, out: &mut Text) {
    let local = match around.layer.get(16..).and_then(|d| d.first_chunk::<4>()) {
        Some([224, 0, 0, _]) => true,
        Some([224..240, ..]) => around.value == 1,
        _ => false,
    };
    if local {
        out.lit("to a group on this network: no router forwards it");
        return;
    }
    let (start, who) = match around.value {
        0 => {
            out.lit("used up: a host should not send it, and no router forwards it (RFC 1122 §3.2.1.7)");
            return;
        }
        1 => {
            out.lit("the next router drops it and says so with ICMP time exceeded, as traceroute wants");
            return;
        }
        2..=64 => (64, "Linux, macOS, BSD"),
        65..=128 => (128, "Windows"),
        _ => (255, "routers, Solaris"),
    };
    match start - around.value {
        0 => out.num(start).lit(" is where many senders start (").lit(who).lit("): the sender is 0 hops away"),
        hops => {
            out.num(hops).lit(if hops == 1 { " hop" } else { " hops" });
            out.lit(" behind a start at ").num(start).lit(" (").lit(who).ch(')')
        }
    };
}

fn explain_protocol(around: &Around<'_>, out: &mut Text) {
    if let Some(description) = ip_protocol_description(around.value) {
        out.lit(description);
    }
}

/// Compares the header's checksum. Hosts that leave it to their network card leave it 0.
fn header_status(input: &Input<'_>, length: u32) -> Status {
    // Only the header is covered, which is there even in a fragment or a quotation.
    match Covered::of(&Input { extent: Extent::Whole, ..*input }, length).plain(10) {
        Status::Bad { found: 0, .. } => Status::Partial,
        status => status,
    }
}

fn explain_status(around: &Around<'_>, out: &mut Text) {
    match around.value {
        1 => {
            out.lit("the header arrived as it was sent");
        }
        5 => {
            out.lit(
                "left 0 for the network card of the capturing host, which fills it in on sending (checksum offload)",
            );
        }
        _ => checksum::explain_status(around, out),
    }
}

fn explain_address(around: &Around<'_>, out: &mut Text) {
    if let Some(address) = around.bytes.first_chunk::<4>() {
        out.lit(ip4_kind(*address));
    }
}

/// `IP 10.0.0.1 > 10.0.0.2: `; with `-v` the header's fields come first, on a line of their own.
fn line(seen: &Seen<'_>, out: &mut Text) {
    let verbose = seen.style.verbose > 0;
    match (seen.extent, verbose) {
        (Extent::Quoted, true) => {
            out.lit("\n\tIP ");
        }
        (_, _) if !seen.style.link => {
            out.lit("IP ");
        }
        _ => {}
    }
    if verbose {
        parenthesis(seen, out);
    }
    let Some(own) = addresses(seen.header) else { return };
    if !seen.next_has_ports() {
        own.src_to(out).lit(" > ");
        own.dst_to(out).lit(": ");
    }
    if seen.next.is_none() && seen.stopped.is_none() {
        let protocol = PROTO.get(seen.header);
        if FRAG_OFFSET.get(seen.header) != 0 {
            out.lit("ip-proto-").num(protocol);
        } else {
            out.lit(" ip-proto-").num(protocol).ch(' ').num(seen.payload_wire().into());
        }
    }
}

/// `(tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto UDP (17), length 128)`.
fn parenthesis(seen: &Seen<'_>, out: &mut Text) {
    let h = seen.header;
    out.lit("(tos ").hex(DSFIELD.get(h), 1);
    out.lit(match ECN.get(h) {
        1 => ",ECT(1)",
        2 => ",ECT(0)",
        3 => ",CE",
        _ => "",
    });
    if TTL.get(h) > 0 {
        out.lit(", ttl ").num(TTL.get(h));
    }
    out.lit(", id ").num(ID.get(h)).lit(", offset ").num(FRAG_OFFSET.get(h) * 8);
    let flags = [(&MF, "+"), (&DF, "DF"), (&RB, "rsvd")];
    out.lit(", flags [");
    let mut set = flags.iter().filter(|(f, _)| f.get(h) != 0).map(|(_, name)| name);
    match set.next() {
        None => {
            out.lit("none");
        }
        Some(first) => {
            out.lit(first);
            for name in set {
                out.lit(", ").lit(name);
            }
        }
    }
    let protocol = PROTO.get(h);
    out.lit("], proto ").lit(ip_protocol_name(protocol).unwrap_or("unknown"));
    out.lit(" (").num(protocol).lit("), length ");
    out.num(if LEN.get(h) == 0 { seen.wire.into() } else { LEN.get(h) });
    if let Some(options) = h.get(20..).filter(|o| !o.is_empty()) {
        out.lit(", options (");
        ip_options::line(options, out);
        out.ch(')');
    }
    match Covered::header(seen).plain(10) {
        _ if seen.extent == Extent::Quoted => {}
        // Left to the network card: no error.
        Status::Bad { found: 0, .. } => {
            out.lit(", cksum 0 (partial)");
        }
        Status::Bad { expected, found } => {
            out.lit(", bad cksum ").hex_digits(found, 1).lit(" (->").hex_digits(expected, 1).lit(")!");
        }
        _ => {}
    }
    out.lit(")\n    ");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Env;

    fn names(header: &[u8]) -> (Dissected, Vec<(&'static str, u64)>, Vec<String>) {
        let mut tree = Tree::default();
        let wire = header.len() as u32;
        let input = Input { data: header, base: 0, wire, extent: Extent::Whole, env: &Env::NONE };
        let dissected = dissect(input, &mut tree);
        let mut off = Off::default();
        assert_eq!(dissected, dissect(input, &mut off));
        let nodes = tree.nodes().iter().map(|n| (n.field.name, tree.number(n))).collect();
        let notes = tree.notes().iter().map(|n| tree.note_text(n).to_owned()).collect();
        (dissected, nodes, notes)
    }

    fn with_options(options: &[u8]) -> Vec<u8> {
        let len = 20 + options.len().next_multiple_of(4);
        let mut h = vec![0x40 | (len / 4) as u8, 0, 0, len as u8, 0, 1, 0, 0, 64, 253, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];
        h.extend_from_slice(options);
        h.resize(len, 0);
        let sum = checksum::expected(&h, 10);
        h[10..12].copy_from_slice(&sum.to_be_bytes());
        h
    }

    /// What comes after the fixed header, without the parts that every option has.
    fn options(options: &[u8]) -> (Vec<(&'static str, u64)>, Vec<String>) {
        let (dissected, nodes, notes) = names(&with_options(options));
        assert!(dissected.is_ok());
        let common = ["ip.opt.type", "ip.opt.type.copy", "ip.opt.type.class", "ip.opt.type.number", "ip.opt.len"];
        let own = nodes.into_iter().skip(HEADER.len() + 1).filter(|(n, _)| !common.contains(n));
        (own.collect(), notes)
    }

    #[test]
    fn routes_are_told_apart_by_the_pointer() {
        let (nodes, notes) = options(&[7, 15, 12, 1, 1, 1, 1, 2, 2, 2, 2, 0, 0, 0, 0, 0]);
        let names: Vec<&str> = nodes.iter().map(|n| n.0).collect();
        assert_eq!(
            names,
            ["ip.options.record_route", "ip.opt.ptr", "ip.rec_rt", "ip.rec_rt", "ip.empty_rt", "ip.options.eol"]
        );
        assert!(notes.is_empty());
        let (nodes, _) = options(&[131, 11, 8, 1, 1, 1, 1, 2, 2, 2, 2, 0]);
        assert_eq!(nodes[2..4].iter().map(|n| n.0).collect::<Vec<_>>(), ["ip.rec_rt", "ip.src_rt"]);
        let (nodes, notes) = options(&[7, 11, 5, 1, 1, 1, 1, 2, 2, 2, 2, 0]);
        assert!(!nodes.iter().any(|n| n.0 == "ip.rec_rt"));
        assert!(notes[0].contains("5 found"), "{notes:?}");
    }

    #[test]
    fn an_option_that_does_not_fit_is_a_note_and_ends_the_walk() {
        for (bytes, found) in [(&[7, 1, 4, 0][..], "1 found"), (&[7, 11, 4, 0], "11 found"), (&[1, 1, 1, 7], "0 found")]
        {
            let (nodes, notes) = options(bytes);
            assert!(!nodes.iter().any(|n| n.0 == "ip.options.record_route"));
            assert!(notes.len() == 1 && notes[0].contains(found), "{notes:?}");
        }
    }

    #[test]
    fn quick_start_counts_the_routers_that_did_not_approve() {
        let (nodes, _) = options(&[25, 8, 0x0f, 60, 0x12, 0x34, 0x56, 0x79]);
        assert!(nodes.contains(&("ip.opt.qs_ttl_diff", 4)));
        assert!(nodes.contains(&("ip.opt.qs_nonce", 0x048d_159e)));
        let (nodes, _) = options(&[25, 8, 0x8f, 60, 0x12, 0x34, 0x56, 0x79]);
        assert!(nodes.contains(&("ip.opt.qs_unused", 60)));
    }

    #[test]
    fn commercial_security_lists_categories() {
        let texts = |bytes: &[u8]| {
            let h = with_options(bytes);
            let mut tree = Tree::default();
            let wire = h.len() as u32;
            dissect(Input { data: &h, base: 0, wire, extent: Extent::Whole, env: &Env::NONE }, &mut tree).unwrap();
            let node = tree.nodes().iter().find(|n| n.field.name == "ip.cipso.categories").unwrap();
            match tree.value(node, &h) {
                crate::field::Value::Text(text) => String::from_utf8(text.to_vec()).unwrap(),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(texts(&[134, 18, 0, 0, 0, 5, 1, 12, 0, 7, 0x80, 0x40, 0, 0, 0, 0, 0, 1]), "0,9,63");
        assert_eq!(texts(&[134, 14, 0, 0, 0, 5, 2, 8, 0, 7, 0, 1, 0, 5]), "1,5");
        assert_eq!(texts(&[134, 14, 0, 0, 0, 5, 5, 8, 0, 7, 0, 10, 0, 5]), "10-5");
    }

    #[test]
    fn later_bytes_of_authority_flags_have_seven_unassigned_bits() {
        let (nodes, _) = options(&[130, 5, 0x5a, 0x81, 0x06]);
        let unassigned: Vec<u64> =
            nodes.iter().filter(|n| n.0 == "ip.opt.sec_prot_auth_unassigned").map(|n| n.1).collect();
        assert_eq!(unassigned, [0, 3]);
    }

    #[test]
    fn the_ttl_says_how_far_away_the_sender_is() {
        let say = |ttl: u64, dst: [u8; 4]| {
            let mut layer = [0u8; 20];
            layer[16..].copy_from_slice(&dst);
            let mut out = Text::new();
            let around = Around { value: ttl, layer: &layer, wire: 20, ..Around::NONE };
            explain_ttl(&around, &mut out);
            out.as_str().to_owned()
        };
        assert!(say(64, [10, 0, 0, 2]).contains("0 hops away"));
        assert!(say(57, [10, 0, 0, 2]).starts_with("7 hops behind a start at 64"));
        assert!(say(127, [10, 0, 0, 2]).starts_with("1 hop behind a start at 128"));
        assert!(say(255, [224, 0, 0, 251]).contains("group on this network"));
    }

    #[test]
    fn a_packet_cut_anywhere_in_its_header_is_cut() {
        let h = with_options(&[7, 15, 12, 1, 1, 1, 1, 2, 2, 2, 2, 0, 0, 0, 0, 0]);
        for cut in 0..h.len() {
            let mut tree = Tree::default();
            let wire = h.len() as u32;
            let input = Input { data: &h[..cut], base: 0, wire, extent: Extent::Whole, env: &Env::NONE };
            assert!(matches!(dissect(input, &mut tree), Err(Stop::Cut { .. })), "{cut}");
            assert!(tree.notes().is_empty());
        }
    }
}
