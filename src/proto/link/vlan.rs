//! VLAN tag (IEEE 802.1Q).
//!
//! ```text
//! | PCP |D|      VLAN id          |        Type or length         |
//! ```
//!
//! Tags stack: each one says by its type what follows, which may be another tag.

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::{Around, Field, Kind};
use crate::input::{Bad, Input};
use crate::proto::shared::lan::llc;
use crate::proto::shared::names::ethertype::{ethertype_name, line_name};
use crate::proto::shared::trailer;
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { TAG:
    PRIORITY = Field::uint("vlan.priority", 0, 3).label("Priority").doc("IEEE 802.1Q §9.6", "The priority code point: which queue switches should use").values(PRIORITIES);
    DEI = Field::flag("vlan.dei", 3).label("Drop eligible").doc("IEEE 802.1Q §9.6", "1: drop this frame before others when there is congestion; formerly the canonical format indicator");
    ID = Field::uint("vlan.id", 4, 12).label("VLAN id").doc("IEEE 802.1Q §9.6", "Which virtual LAN the frame belongs to; 0: none, the tag has only a priority").explain(explain_id);
}

crate::fields! { TYPE:
    ETYPE = Field::uint("vlan.etype", 16, 16).hex().label("Type").doc("IEEE 802.1Q §9.4", "Which protocol follows the tag").names(ethertype_name);
}

crate::fields! { MOVING:
    LEN = Field::moving("vlan.len", Kind::Uint).unit("bytes").label("Length").doc("IEEE 802.1Q §9.4", "Length of the data that follows (up to 1500); an LLC header comes first");
    TRAILER = Field::moving("vlan.trailer", Kind::Bytes).label("Trailer").doc("IEEE 802.3 §3.2.7", "Bytes after the packet that are not padding; added by a switch, a tap or a driver");
}

/// IEEE 802.1Q, table I-2 (traffic types and their priorities).
static PRIORITIES: &[(u64, &str)] = &[
    (0, "Best effort"),
    (1, "Background"),
    (2, "Excellent effort"),
    (3, "Critical applications"),
    (4, "Video"),
    (5, "Voice"),
    (6, "Internetwork control"),
    (7, "Network control"),
];

/// IEEE 802.1Q VLAN tag.
pub static VLAN: Protocol = Protocol {
    name: "vlan",
    title: "IEEE 802.1Q virtual LAN tag",
    spec: "IEEE 802.1Q",
    scope: "Every field of each tag of a stack, with type or length, and the trailer. \
        Not: what a private use of the drop eligible bit may mean.",
    unit: Unit::Header,
    tables: &[TAG, TYPE, MOVING],
    // 0x9100 and 0x9200 were used for outer tags before 802.1ad gave them 0x88a8.
    keys: &[(Space::EtherType, 0x8100), (Space::EtherType, 0x9100), (Space::EtherType, 0x9200)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    announces_ethertype: true,
    trailer: Some(|t, tree| trailer::put(&t, &TRAILER, false, tree)),
    network: Some(network),
    ..Protocol::NONE
};

fn network(header: &[u8]) -> Option<u32> {
    header.first_chunk::<4>().map(|header| ID.get(header) as u32)
}

/// Values up to here are lengths.
const MAX_LENGTH: u64 = 1500;

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let header = input.header::<4, S>(s, TAG)?;
    let kind = ETYPE.get(header);
    if kind > MAX_LENGTH {
        s.fixed(TYPE, header, input.base);
        return Ok(Step::new(&input, 4, input.wire, Next::Key(Space::EtherType, kind as u16)));
    }
    s.uint(&LEN, (input.base + 2) * 8, 16, kind);
    let carried = input.wire.saturating_sub(4);
    if kind as u32 > carried {
        s.flaw(Bad {
            rule: "the length field is at most what the frame carries (IEEE 802.3 §3.2.6)",
            expected: carried,
            found: kind as u32,
        });
    }
    let wire = (kind as u32 + 4).min(input.wire);
    Ok(Step::new(&input, 4, wire, llc::after_length(input.data.get(4..).unwrap_or_default(), kind as u32)))
}

fn explain_id(around: &Around<'_>, out: &mut Text) {
    match around.value {
        0 => out.lit("no VLAN: the tag carries only a priority"),
        1 => out.lit("the default VLAN of most switches"),
        0xfff => out.lit("reserved: never on the wire (IEEE 802.1Q table 9-2)"),
        _ => return,
    };
}

/// `vlan 5, p 5, DEI, ethertype IPv4 (0x0800), `, with `-e` only.
fn line(seen: &Seen<'_>, out: &mut Text) {
    if !seen.style.link && seen.next.is_some() {
        return;
    }
    out.lit("vlan ").num(ID.get(seen.header)).lit(", p ").num(PRIORITY.get(seen.header));
    out.lit(if DEI.get(seen.header) != 0 { ", DEI, " } else { ", " });
    match ETYPE.get(seen.header) {
        kind if kind > MAX_LENGTH => {
            out.lit("ethertype ").lit(line_name(kind)).lit(" (").hex(kind, 4).lit("), ");
        }
        _ => {
            out.lit("802.3, ");
        }
    }
}
