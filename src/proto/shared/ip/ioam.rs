//! In-situ operations, administration and maintenance (RFC 9197) as IPv6 options carry it (RFC 9486): what each node on
//! the way wrote into the packet.
//!
//! ```text
//! | Option type   |    Length     |   Reserved    | IOAM type     |
//! |          Namespace            |Node len |Flags|Remaining len  |
//! |               Trace type (24 bits)            |   Reserved    |
//! |  Node data …                                                  |
//! ```

use crate::field::{Field, Kind};
use crate::proto::shared::tlv::Tlv;
use crate::sink::{NoteKind, Sink};

crate::fields! { pub IOAM:
    RESERVED = Field::uint("ipv6.opt.ioam.rsv", 16, 8).repeats().label("Reserved").doc("RFC 9486 §3", "Must be 0");
    KIND = Field::uint("ipv6.opt.ioam.opt_type", 24, 8).repeats().values(KINDS).label("IOAM type").doc("RFC 9197 §4.1", "What is collected, and how");
}

crate::fields! { pub TRACE:
    NAMESPACE = Field::uint("ipv6.opt.ioam.trace.ns", 32, 16).repeats().label("Namespace").doc("RFC 9197 §4.3", "Whose data this is: each namespace defines its own identifiers; 0 is the default one");
    NODE_LENGTH = Field::uint("ipv6.opt.ioam.trace.nodelen", 48, 5).repeats().label("Node length").doc("RFC 9197 §4.4.1", "How many 32-bit words each node adds, without an opaque state snapshot");
    FLAGS = Field::uint("ipv6.opt.ioam.trace.flags", 53, 4).repeats().hex_wide(4).label("Flags").doc("RFC 9197 §4.4.1", "How nodes treat the trace");
    FLAG_O = Field::flag("ipv6.opt.ioam.trace.flag.o", 53).repeats().part_of("ipv6.opt.ioam.trace.flags").label("Overflow").doc("RFC 9197 §4.4.1", "1: a node found no room for its data");
    FLAG_L = Field::flag("ipv6.opt.ioam.trace.flag.l", 54).repeats().part_of("ipv6.opt.ioam.trace.flags").label("Loopback").doc("RFC 9322 §4", "1: each node sends a copy back to the source");
    FLAG_A = Field::flag("ipv6.opt.ioam.trace.flag.a", 55).repeats().part_of("ipv6.opt.ioam.trace.flags").label("Active").doc("RFC 9322 §5", "1: the packet was made for measuring");
    FLAG_RSV = Field::flag("ipv6.opt.ioam.trace.flag.rsv", 56).repeats().part_of("ipv6.opt.ioam.trace.flags").label("Reserved").doc("RFC 9197 §4.4.1", "Must be 0");
    REMAINING = Field::uint("ipv6.opt.ioam.trace.remlen", 57, 7).repeats().label("Remaining length").doc("RFC 9197 §4.4.1", "Room that is left for further nodes, in 32-bit words");
    TYPE = Field::uint("ipv6.opt.ioam.trace.type", 64, 24).repeats().hex().label("Trace type").doc("RFC 9197 §4.4.1", "Which data each node adds, one bit for each kind");
    BIT0 = Field::flag("ipv6.opt.ioam.trace.type.bit0", 64).repeats().part_of("ipv6.opt.ioam.trace.type").label("Hop limit and node").doc("RFC 9197 §4.4.1", "Nodes add their hop limit and short identifier");
    BIT1 = Field::flag("ipv6.opt.ioam.trace.type.bit1", 65).repeats().part_of("ipv6.opt.ioam.trace.type").label("Interfaces").doc("RFC 9197 §4.4.1", "Nodes add the interfaces on which the packet came and went");
    BIT2 = Field::flag("ipv6.opt.ioam.trace.type.bit2", 66).repeats().part_of("ipv6.opt.ioam.trace.type").label("Timestamp seconds").doc("RFC 9197 §4.4.1", "Nodes add the seconds of the time of arrival");
    BIT3 = Field::flag("ipv6.opt.ioam.trace.type.bit3", 67).repeats().part_of("ipv6.opt.ioam.trace.type").label("Timestamp fraction").doc("RFC 9197 §4.4.1", "Nodes add the fraction of a second of the time of arrival");
    BIT4 = Field::flag("ipv6.opt.ioam.trace.type.bit4", 68).repeats().part_of("ipv6.opt.ioam.trace.type").label("Transit delay").doc("RFC 9197 §4.4.1", "Nodes add how long the packet stayed in them");
    BIT5 = Field::flag("ipv6.opt.ioam.trace.type.bit5", 69).repeats().part_of("ipv6.opt.ioam.trace.type").label("Namespace data").doc("RFC 9197 §4.4.1", "Nodes add data that the namespace defines");
    BIT6 = Field::flag("ipv6.opt.ioam.trace.type.bit6", 70).repeats().part_of("ipv6.opt.ioam.trace.type").label("Queue depth").doc("RFC 9197 §4.4.1", "Nodes add the length of the outgoing queue");
    BIT7 = Field::flag("ipv6.opt.ioam.trace.type.bit7", 71).repeats().part_of("ipv6.opt.ioam.trace.type").label("Checksum complement").doc("RFC 9197 §4.4.1", "Nodes add what keeps the transport's checksum right");
    BIT8 = Field::flag("ipv6.opt.ioam.trace.type.bit8", 72).repeats().part_of("ipv6.opt.ioam.trace.type").label("Hop limit and node, wide").doc("RFC 9197 §4.4.1", "Nodes add their hop limit and long identifier");
    BIT9 = Field::flag("ipv6.opt.ioam.trace.type.bit9", 73).repeats().part_of("ipv6.opt.ioam.trace.type").label("Interfaces, wide").doc("RFC 9197 §4.4.1", "Nodes add the interfaces in long form");
    BIT10 = Field::flag("ipv6.opt.ioam.trace.type.bit10", 74).repeats().part_of("ipv6.opt.ioam.trace.type").label("Namespace data, wide").doc("RFC 9197 §4.4.1", "Nodes add data that the namespace defines, in long form");
    BIT11 = Field::flag("ipv6.opt.ioam.trace.type.bit11", 75).repeats().part_of("ipv6.opt.ioam.trace.type").label("Buffer occupancy").doc("RFC 9197 §4.4.1", "Nodes add how full their buffers are");
    UNDEFINED = Field::uint("ipv6.opt.ioam.trace.type.undef", 76, 10).repeats().part_of("ipv6.opt.ioam.trace.type").label("Undefined").doc("RFC 9197 §4.4.1", "No data are defined; nodes that add some add 4 bytes for each bit");
    BIT22 = Field::flag("ipv6.opt.ioam.trace.type.bit22", 86).repeats().part_of("ipv6.opt.ioam.trace.type").label("Opaque state snapshot").doc("RFC 9197 §4.4.1", "Nodes add data of any length");
    BIT23 = Field::flag("ipv6.opt.ioam.trace.type.rsv", 87).repeats().part_of("ipv6.opt.ioam.trace.type").label("Reserved").doc("RFC 9197 §4.4.1", "Must be 0");
    TRACE_RESERVED = Field::uint("ipv6.opt.ioam.trace.rsv", 88, 8).repeats().label("Reserved").doc("RFC 9197 §4.4.1", "Must be 0");
}

crate::fields! { pub NODE:
    FREE = Field::moving("ipv6.opt.ioam.trace.free_space", Kind::Bytes).repeats().label("Free space").doc("RFC 9197 §4.4.1", "Room that was set aside for further nodes");
    NODE_GROUP = Field::group("ipv6.opt.ioam.trace.node").repeats().label("Node").doc("RFC 9197 §4.4.2", "What one node wrote; the last on the way comes first");
    HLIM = Field::moving("ipv6.opt.ioam.trace.node.hlim", Kind::Uint).repeats().label("Hop limit").doc("RFC 9197 §4.4.2.1", "The packet's hop limit at the node");
    ID = Field::moving("ipv6.opt.ioam.trace.node.id", Kind::Uint).repeats().hex_wide(6).label("Node").doc("RFC 9197 §4.4.2.1", "Which node it is");
    IIF = Field::moving("ipv6.opt.ioam.trace.node.iif", Kind::Uint).repeats().hex_wide(4).label("Ingress interface").doc("RFC 9197 §4.4.2.2", "Where the packet came in");
    EIF = Field::moving("ipv6.opt.ioam.trace.node.eif", Kind::Uint).repeats().hex_wide(4).label("Egress interface").doc("RFC 9197 §4.4.2.2", "Where the packet went out");
    TSS = Field::moving("ipv6.opt.ioam.trace.node.tss", Kind::Uint).repeats().hex_wide(8).label("Timestamp seconds").doc("RFC 9197 §4.4.2.3", "When the packet came, in the namespace's time format");
    TSF = Field::moving("ipv6.opt.ioam.trace.node.tsf", Kind::Uint).repeats().hex_wide(8).label("Timestamp fraction").doc("RFC 9197 §4.4.2.4", "The fraction of a second, in the namespace's time format");
    TRANSIT = Field::moving("ipv6.opt.ioam.trace.node.trdelay", Kind::Uint).repeats().hex_wide(8).label("Transit delay").doc("RFC 9197 §4.4.2.5", "How long the packet stayed in the node, in nanoseconds; the first bit says that it does not fit");
    NSDATA = Field::moving("ipv6.opt.ioam.trace.node.nsdata", Kind::Uint).repeats().hex_wide(8).label("Namespace data").doc("RFC 9197 §4.4.2.6", "The namespace says what it means");
    QDEPTH = Field::moving("ipv6.opt.ioam.trace.node.qdepth", Kind::Uint).repeats().hex_wide(8).label("Queue depth").doc("RFC 9197 §4.4.2.7", "Length of the outgoing queue, in the buffers of the node");
    CSUM = Field::moving("ipv6.opt.ioam.trace.node.csum", Kind::Uint).repeats().hex_wide(8).label("Checksum complement").doc("RFC 9197 §4.4.2.8", "Makes up for the node's other data in the transport's checksum");
    ID_WIDE = Field::moving("ipv6.opt.ioam.trace.node.id_wide", Kind::Uint).repeats().hex_wide(16).label("Node, wide").doc("RFC 9197 §4.4.2.9", "Which node it is");
    IIF_WIDE = Field::moving("ipv6.opt.ioam.trace.node.iif_wide", Kind::Uint).repeats().hex_wide(8).label("Ingress interface, wide").doc("RFC 9197 §4.4.2.10", "Where the packet came in");
    EIF_WIDE = Field::moving("ipv6.opt.ioam.trace.node.eif_wide", Kind::Uint).repeats().hex_wide(8).label("Egress interface, wide").doc("RFC 9197 §4.4.2.10", "Where the packet went out");
    NSDATA_WIDE = Field::moving("ipv6.opt.ioam.trace.node.nsdata_wide", Kind::Uint).repeats().hex_wide(16).label("Namespace data, wide").doc("RFC 9197 §4.4.2.11", "The namespace says what it means");
    BUFFER = Field::moving("ipv6.opt.ioam.trace.node.bufoccup", Kind::Uint).repeats().hex_wide(8).label("Buffer occupancy").doc("RFC 9197 §4.4.2.12", "How full the node's buffers are");
    UNDEF = Field::moving("ipv6.opt.ioam.trace.node.undefined", Kind::Uint).repeats().hex_wide(8).label("Undefined").doc("RFC 9197 §4.4.1", "Data of an undefined kind");
    OSS_LEN = Field::moving("ipv6.opt.ioam.trace.node.oss.len", Kind::Uint).repeats().label("Snapshot length").doc("RFC 9197 §4.4.2.13", "Of the opaque data, in 32-bit words");
    OSS_SCHEMA = Field::moving("ipv6.opt.ioam.trace.node.oss.scid", Kind::Uint).repeats().hex_wide(6).label("Snapshot schema").doc("RFC 9197 §4.4.2.13", "What the opaque data are");
    OSS_DATA = Field::moving("ipv6.opt.ioam.trace.node.oss.data", Kind::Bytes).repeats().label("Snapshot data").doc("RFC 9197 §4.4.2.13", "The opaque data");
}

static KINDS: &[(u64, &str)] = &[
    (0, "pre-allocated trace"),
    (1, "incremental trace"),
    (2, "proof of transit"),
    (3, "edge to edge"),
    (4, "direct export (RFC 9326)"),
];

/// What a node adds for each bit of the trace type, first bit first: one or two numbers and their lengths in bytes.
type Item = &'static [(&'static Field, u32)];
static ITEMS: [Item; 12] = [
    &[(&HLIM, 1), (&ID, 3)],
    &[(&IIF, 2), (&EIF, 2)],
    &[(&TSS, 4)],
    &[(&TSF, 4)],
    &[(&TRANSIT, 4)],
    &[(&NSDATA, 4)],
    &[(&QDEPTH, 4)],
    &[(&CSUM, 4)],
    &[(&HLIM, 1), (&ID_WIDE, 7)],
    &[(&IIF_WIDE, 4), (&EIF_WIDE, 4)],
    &[(&NSDATA_WIDE, 8)],
    &[(&BUFFER, 4)],
];

/// What a node adds for a bit that has no meaning yet.
static UNDEFINED_ITEM: Item = &[(&UNDEF, 4)];

/// The items that a trace type asks for, an opaque state snapshot excluded.
fn items(kind: u32) -> impl Iterator<Item = Item> {
    (0..22u32)
        .filter(move |bit| kind & (0x80_0000 >> bit) != 0)
        .map(|bit| ITEMS.get(bit as usize).copied().unwrap_or(UNDEFINED_ITEM))
}

/// Puts the data of an IOAM option, and returns how many bytes of the option have been read.
pub fn put<S: Sink>(s: &mut S, o: &Tlv<'_>) -> u32 {
    o.fixed(s, IOAM);
    let Some(kind @ (0 | 1)) = o.byte(3) else { return 4 };
    if !o.at_least(s, "an IOAM trace has at least 10 bytes (RFC 9197 §4.4.1)", 12) {
        return 4;
    }
    o.fixed(s, TRACE);
    let Some(header) = o.data.first_chunk::<12>() else { return o.wire };
    let trace = TYPE.get(header) as u32;
    let size: u32 = items(trace).flatten().map(|(_, n)| n).sum();
    if size / 4 != NODE_LENGTH.get(header) as u32 {
        let says = NODE_LENGTH.get(header);
        s.note(
            NoteKind::Bad,
            format_args!(
                "the node length agrees with the trace type (RFC 9197 §4.4.1): {} expected, {says} found",
                size / 4
            ),
        );
        return 12;
    }
    let mut at = 12;
    if kind == 0 {
        let free = REMAINING.get(header) as u32 * 4;
        if !o.at_least(s, "the free space ends within its option (RFC 9197 §4.4.1)", at + free) {
            return at;
        }
        o.span(s, &FREE, at, at + free);
        at += free;
    }
    while at < o.wire && s.room() && (o.data.len() as u32) > at {
        let node = o.part(at, o.wire);
        let Some(end) = self::node(s, &node, trace, size) else { return at };
        at += end;
    }
    o.wire
}

/// Puts what one node wrote, and returns its length in bytes, or `None` when it is longer than what is left.
fn node<S: Sink>(s: &mut S, n: &Tlv<'_>, trace: u32, size: u32) -> Option<u32> {
    let snapshot = BIT22.get(&[0, 0, 0, 0, 0, 0, 0, 0, (trace >> 16) as u8, (trace >> 8) as u8, trace as u8]) != 0;
    if size == 0 && !snapshot || !n.at_least(s, "a node's data end within the option (RFC 9197 §4.4.2)", size) {
        return None;
    }
    s.open(&NODE_GROUP, n.bit(0));
    let mut at = 0;
    for (field, bytes) in items(trace).flatten() {
        n.uint(s, field, at, *bytes);
        at += bytes;
    }
    if snapshot && n.wire >= at + 4 {
        n.uint(s, &OSS_LEN, at, 1);
        n.uint(s, &OSS_SCHEMA, at + 1, 3);
        let end = (at + 4).saturating_add(n.byte(at).map_or(0, |words| u32::from(words) * 4)).min(n.wire);
        n.span(s, &OSS_DATA, at + 4, end);
        at = end;
    }
    s.close(n.bit(at));
    Some(at.max(4))
}
