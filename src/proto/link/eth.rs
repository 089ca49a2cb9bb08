//! Ethernet II and IEEE 802.3 framing (IEEE 802.3).
//!
//! ```text
//! |                  Destination (48 bits)                        |
//! |                     Source (48 bits)                          |
//! |  Type or length (16 bits)     |
//! ```
//!
//! A value of 1536 or more in the last field is an EtherType; one of at most 1500 is a length, and an LLC header follows.

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Trailer, Unit};
use crate::field::{Field, Kind};
use crate::input::{Bad, Input};
use crate::sink::{NoteKind, Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { ADDRESSES:
    DST = Field::mac("eth.dst", 0).label("Destination").doc("IEEE 802.3 §3.2.4", "The station or group the frame is for");
    DST_LG = Field::flag("eth.dst.lg", 6).part_of("eth.dst").label("Destination: locally administered").doc("IEEE 802 §8.2.2", "0: assigned by the manufacturer; 1: set by an administrator or a program");
    DST_IG = Field::flag("eth.dst.ig", 7).part_of("eth.dst").label("Destination: group address").doc("IEEE 802 §8.2.2", "0: one station; 1: a multicast group, or everybody");
    SRC = Field::mac("eth.src", 48).label("Source").doc("IEEE 802.3 §3.2.5", "The station that sent the frame on this link");
    SRC_LG = Field::flag("eth.src.lg", 54).part_of("eth.src").label("Source: locally administered").doc("IEEE 802 §8.2.2", "0: assigned by the manufacturer; 1: set by an administrator or a program");
    SRC_IG = Field::flag("eth.src.ig", 55).part_of("eth.src").label("Source: group address").doc("IEEE 802.3 §3.2.3", "Must be 0: a group cannot send");
}

crate::fields! { TYPE_OR_LENGTH:
    TYPE = Field::uint("eth.type", 96, 16).hex().label("Type").doc("IEEE 802.3 §3.2.6", "Which protocol the frame carries (1536 and above)");
}

crate::fields! { MOVING:
    LEN = Field::moving("eth.len", Kind::Uint).unit("bytes").label("Length").doc("IEEE 802.3 §3.2.6", "Length of the data that follows (up to 1500); an LLC header comes first");
    PADDING = Field::moving("eth.padding", Kind::Bytes).label("Padding").doc("IEEE 802.3 §3.2.8", "Zeros that bring a short frame up to the minimum of 60 bytes before the FCS");
    TRAILER = Field::moving("eth.trailer", Kind::Bytes).label("Trailer").doc("IEEE 802.3 §3.2.7", "Bytes after the packet that are not padding; added by a switch, a tap or a driver");
    FCS = Field::moving("eth.fcs", Kind::Uint).hex_wide(8).label("Frame check sequence").doc("IEEE 802.3 §3.2.9", "CRC-32 over the frame, which receivers usually remove before a capture sees it");
    ADDR = Field::alias("eth.addr", Kind::Mac, &["eth.dst", "eth.src"]).label("Source or destination").doc("IEEE 802.3 §3.2", "Either address");
    LG = Field::alias("eth.lg", Kind::Flag, &["eth.dst.lg", "eth.src.lg"]).label("Locally administered").doc("IEEE 802 §8.2.2", "Of either address");
    IG = Field::alias("eth.ig", Kind::Flag, &["eth.dst.ig", "eth.src.ig"]).label("Group address").doc("IEEE 802 §8.2.2", "Of either address");
}

/// Ethernet.
pub static ETH: Protocol = Protocol {
    name: "eth",
    title: "Ethernet",
    spec: "IEEE 802.3",
    unit: Unit::Frame,
    tables: &[ADDRESSES, TYPE_OR_LENGTH, MOVING],
    keys: &[(Space::Link, 1)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    announces_ethertype: true,
    trailer: Some(trailer),
    ..Protocol::NONE
};

/// Values from here on are EtherTypes.
const FIRST_ETHERTYPE: u64 = 0x600;

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let header = input.header::<14, S>(s, ADDRESSES)?;
    let kind = TYPE.get(header);
    if kind >= FIRST_ETHERTYPE {
        s.fixed(TYPE_OR_LENGTH, header, input.base);
        return Ok(Step::new(&input, 14, input.wire, Next::Key(Space::EtherType, kind as u16)));
    }
    s.uint(&LEN, (input.base + 12) * 8, 16, kind);
    let carried = input.wire.saturating_sub(14);
    if kind as u32 > carried {
        s.flaw(Bad {
            rule: "the length field is at most what the frame carries (IEEE 802.3 §3.2.6)",
            expected: carried,
            found: kind as u32,
        });
    }
    let wire = (kind as u32 + 14).min(input.wire);
    Ok(Step::new(&input, 14, wire, Next::Opaque("an IEEE 802.3 frame with an LLC header, which is not decoded")))
}

/// The least that an Ethernet frame has before its frame check sequence (IEEE 802.3 §3.2.8).
const MIN_FRAME: u32 = 60;

/// Tells padding, frame check sequence and foreign trailer apart.
fn trailer(t: Trailer<'_>, tree: &mut Tree) {
    let mut at = t.at;
    let mut end = t.wire;
    let bytes = |from: u32, to: u32| t.layer.get(from as usize..to as usize);
    // A frame that the capture says carries its FCS, or whose last four bytes are the CRC of everything before them.
    let fcs = match t.fcs_len {
        Some(4) => end.checked_sub(4).filter(|from| *from >= at),
        Some(_) => None,
        None => end.checked_sub(4).filter(|from| *from >= at && *from >= MIN_FRAME && crc_matches(t.layer, *from)),
    };
    if let Some(from) = fcs {
        end = from;
    }
    let padded = MIN_FRAME.min(end);
    if t.wire >= MIN_FRAME && at < padded && bytes(at, padded).is_some_and(|b| b.iter().all(|b| *b == 0)) {
        tree.span(&PADDING, (t.base + at) * 8, (padded - at) * 8);
        at = padded;
    }
    let captured_end = end.min(t.layer.len() as u32);
    if at < captured_end {
        tree.span(&TRAILER, (t.base + at) * 8, (captured_end - at) * 8);
    }
    if let Some(Some(crc)) = fcs.map(|from| bytes(from, from + 4).and_then(<[u8]>::first_chunk)) {
        tree.uint(&FCS, (t.base + end) * 8, 32, u64::from(u32::from_be_bytes(*crc)));
        tree.note(NoteKind::Info, format_args!("the capture holds the frame check sequence"));
    }
}

/// Whether the four bytes at `at` are the CRC-32 of the bytes before, as Ethernet sends it (least significant first).
fn crc_matches(frame: &[u8], at: u32) -> bool {
    let at = at as usize;
    match (frame.get(..at), frame.get(at..).and_then(|b| b.first_chunk::<4>())) {
        (Some(body), Some(crc)) => crc32fast::hash(body) == u32::from_le_bytes(*crc),
        _ => false,
    }
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    if !seen.style.link && seen.next.is_some() {
        return;
    }
    let (Some(dst), Some(src)) = (seen.header.get(..6), seen.header.get(6..12)) else { return };
    out.mac(src).lit(" > ").mac(dst);
    let kind = TYPE.get(seen.header);
    if kind >= FIRST_ETHERTYPE {
        let name = super::super::key_name(Space::EtherType, kind as u16).unwrap_or("Unknown");
        out.lit(", ethertype ").lit(name).lit(" (").hex(kind, 4).lit("), length ").num(seen.outer.into()).lit(": ");
    } else {
        out.lit(", 802.3, length ").num(kind).lit(": ");
    }
}
