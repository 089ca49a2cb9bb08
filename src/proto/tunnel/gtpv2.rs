//! GPRS Tunnelling Protocol version 2: how the nodes of an LTE core set up tunnels (3GPP TS 29.274).
//!
//! ```text
//! |Ver 2|P|T|M|Spr|  Message type |            Length             |
//! |             Tunnel endpoint identifier (optional)             |
//! |               Sequence number                 | Spare, or M.P.|
//! |                     Information elements                      |
//! ```

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit, direct};
use crate::field::{Field, Kind};
use crate::input::{Bad, Extent, Input, Stop};
use crate::proto::shared::tlv::Tlv;
use crate::proto::shared::tunnel::gtp::{GROUPED, element_name_v2, message_name_v2};
use crate::sink::{NoteKind, Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEAD:
    FLAGS = Field::uint("gtpv2.flags", 0, 8).hex().label("Flags").doc("3GPP TS 29.274 §5.1", "Version, and which optional fields there are");
    VERSION = Field::uint("gtpv2.version", 0, 3).part_of("gtpv2.flags").label("Version").doc("3GPP TS 29.274 §5.1", "Always 2");
    PIGGYBACKED = Field::uint("gtpv2.p", 3, 1).part_of("gtpv2.flags").label("Piggybacking").doc("3GPP TS 29.274 §5.5.1", "1: another message follows this one");
    TEID_PRESENT = Field::uint("gtpv2.t", 4, 1).part_of("gtpv2.flags").label("TEID").doc("3GPP TS 29.274 §5.5.1", "1: the tunnel endpoint identifier is there");
    PRIORITY_PRESENT = Field::uint("gtpv2.mp", 5, 1).columns_too(&["gtpv2.message_priority"]).part_of("gtpv2.flags").label("Message priority").doc("3GPP TS 29.274 §5.5.1", "1: the last byte of the header holds the message's priority");
    TYPE = Field::uint("gtpv2.message_type", 8, 8).names(message_name_v2).label("Message type").doc("3GPP TS 29.274 §6.1", "What the message asks or answers");
    LENGTH = Field::uint("gtpv2.msg_length", 16, 16).unit("bytes").label("Message length").doc("3GPP TS 29.274 §5.5.1", "What follows the first 4 bytes of the message");
}

crate::fields! { TUNNEL:
    TEID = Field::uint("gtpv2.teid", 32, 32).hex().label("Tunnel endpoint identifier").doc("3GPP TS 29.274 §5.5.1", "The session, by the number that the receiver chose; 0 when it has not chosen one yet");
}

crate::fields! { ELEMENT:
    ELEMENT_TYPE = Field::uint("gtpv2.ie_type", 0, 8).repeats().names(element_name_v2).label("Type").doc("3GPP TS 29.274 §8.1", "What the element means");
    ELEMENT_LENGTH = Field::uint("gtpv2.ie_len", 8, 16).repeats().unit("bytes").label("Length").doc("3GPP TS 29.274 §8.2.1", "Length of the element's value");
    ELEMENT_FLAGS = Field::uint("gtpv2.cr", 24, 4).repeats().label("Spare").doc("3GPP TS 29.274 §8.2.1", "Sent as 0 and ignored by the receiver");
    INSTANCE = Field::uint("gtpv2.instance", 28, 4).repeats().label("Instance").doc("3GPP TS 29.274 §6.1.3", "Tells elements of one type in a message apart");
}

crate::fields! { MOVING:
    SEQUENCE = Field::moving("gtpv2.seq", Kind::Uint).hex_wide(6).label("Sequence number").doc("3GPP TS 29.274 §7.6", "An answer has that of its request");
    SPARE = Field::moving("gtpv2.spare", Kind::Uint).label("Spare").doc("3GPP TS 29.274 §5.5.1", "Sent as 0 and ignored by the receiver");
    PRIORITY = Field::moving("gtpv2.message_priority", Kind::Uint).hex_wide(2).label("Message priority").doc("3GPP TS 29.274 §5.4", "0 is the highest, 15 the lowest");
    ONE_ELEMENT = Field::group("gtpv2.ie").repeats().label("Information element").doc("3GPP TS 29.274 §8.2.1", "One fact, by type");
    VALUE = Field::moving("gtpv2.ie_value", Kind::Bytes).repeats().label("Value").doc("3GPP TS 29.274 §8.2.1", "The element's value, by its type");
}

/// GTP version 2.
pub static GTPV2: Protocol = Protocol {
    name: "gtpv2",
    title: "GPRS Tunnelling Protocol, version 2",
    spec: "3GPP TS 29.274",
    scope: "The header, and every information element with type, length, instance and value; grouped elements one after another. Not: what the values mean.",
    unit: Unit::Message,
    tables: &[HEAD, TUNNEL, ELEMENT, MOVING],
    keys: &[(Space::Direct, direct::GTPV2)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let head = input.header::<4, S>(s, HEAD)?;
    if VERSION.get(head) != 2 {
        return Err(Stop::Bad(Bad {
            rule: "the version is 2 (3GPP TS 29.274 §5.1)",
            expected: 2,
            found: VERSION.get(head) as u32,
        }));
    }
    let has = |flag: &Field| flag.get(head) != 0;
    let all = Tlv::new(input.data, input.base, 0, input.wire);
    let mut at = 4;
    if has(&TEID_PRESENT) {
        all.fixed(s, TUNNEL);
        at = 8;
    }
    all.uint(s, &SEQUENCE, at, 3);
    match (all.byte(at + 3), has(&PRIORITY_PRESENT)) {
        (Some(last), true) => s.uint(&PRIORITY, all.bit(at + 3), 4, u64::from(last >> 4)),
        (Some(last), false) => s.uint(&SPARE, all.bit(at + 3), 8, last.into()),
        (None, _) => {}
    }
    at += 4;
    input.upto(at)?;
    let length = LENGTH.get(head) as u32 + 4;
    if length < at {
        return Err(Stop::Bad(Bad {
            rule: "the message length covers the header (3GPP TS 29.274 §5.5.1)",
            expected: at - 4,
            found: length - 4,
        }));
    }
    if length > input.wire && input.extent == Extent::Whole {
        s.flaw(Bad {
            rule: "the message length is at most what the datagram carries (3GPP TS 29.274 §5.5.1)",
            expected: input.wire.saturating_sub(4),
            found: length - 4,
        });
    }
    let length = length.min(input.wire);
    if S::ON {
        elements(s, Tlv::new(input.data, input.base, at, length - at));
    }
    // All of the message is this layer's own; what the capture cut off is data.
    let header = length.min(input.data.len() as u32);
    if !has(&PIGGYBACKED) || input.wire == length || header < length {
        return Ok(Step::new(&input, header, length, Next::End));
    }
    let next = match input.data.get(length as usize).map(|first| first >> 5) {
        None => Next::Opaque("the capture ends before the next message"),
        Some(2) => Next::Key(Space::Direct, direct::GTPV2),
        Some(_) => Next::Opaque("the message that should follow is not of version 2"),
    };
    Ok(Step::new(&input, header, input.wire, next))
}

/// Walks the information elements, as far as they were captured. A grouped element's own elements follow it.
fn elements<S: Sink>(s: &mut S, all: Tlv<'_>) {
    let mut at = 0;
    while at < all.wire && s.room() {
        let head = all.part(at, 4);
        if head.data.is_empty() {
            return;
        }
        s.open(&ONE_ELEMENT, head.bit(0));
        head.fixed(s, ELEMENT);
        let left = all.wire - at;
        if left < 4 {
            s.note(
                NoteKind::Bad,
                format_args!("an information element has a head of 4 bytes (3GPP TS 29.274 §8.2.1): {left} found"),
            );
        }
        let Some(bytes) = head.data.first_chunk::<4>() else {
            s.close(head.bit(head.data.len() as u32));
            return;
        };
        let length = ELEMENT_LENGTH.get(bytes) as u32 + 4;
        let grouped = GROUPED.contains(&bytes[0]);
        let end = if grouped { 4 } else { length.min(left) };
        let element = all.part(at, end);
        let there = element.data.len() as u32;
        if there == end {
            element.rest(s, &VALUE, 4);
        }
        s.close(element.bit(there));
        if length > left {
            s.note(
                NoteKind::Bad,
                format_args!("an information element ends with the message at the latest (3GPP TS 29.274 §8.2.1): {left} bytes expected, {length} found"),
            );
            return;
        }
        at += end;
    }
}

/// `GTPv2, Create session request, TEID 0x00000000, seq 4660, length 17`.
fn line(seen: &Seen<'_>, out: &mut Text) {
    let h = seen.header;
    let kind = TYPE.get(h);
    out.lit("GTPv2, ");
    match message_name_v2(kind) {
        Some(name) => out.lit(name),
        None => out.lit("message type ").num(kind),
    };
    let mut at = 4;
    if TEID_PRESENT.get(h) != 0 {
        out.lit(", TEID ").hex(TEID.get(h), 8);
        at = 8;
    }
    if let Some([a, b, c]) = h.get(at..).and_then(|b| b.first_chunk::<3>()) {
        out.lit(", seq ").num(u32::from_be_bytes([0, *a, *b, *c]).into());
    }
    out.lit(", length ").num((LENGTH.get(h) + 4).min(seen.wire.into()));
    if seen.next.is_some() {
        out.lit("; ");
    }
}
