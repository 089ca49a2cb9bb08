//! Provider bridge tag (IEEE 802.1ad, now part of IEEE 802.1Q): QinQ.
//!
//! ```text
//! | PCP |D|      VLAN id          |             Type              |
//! ```
//!
//! Two of these tags in a row are read as one header, as Wireshark does: the service tag of the provider and the tag of
//! the customer. A customer's tag is more often an 802.1Q tag, which is a layer of its own.

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::{Field, Kind, Table};
use crate::input::Input;
use crate::proto::shared::names::ethertype::{ethertype_name, line_name};
use crate::proto::shared::trailer;
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { TAG:
    PRIORITY = Field::uint("ieee8021ad.priority", 0, 3).repeats().label("Priority").doc("IEEE 802.1Q §9.6", "The priority code point: which queue switches should use");
    DEI = Field::uint("ieee8021ad.dei", 3, 1).repeats().label("Drop eligible").doc("IEEE 802.1Q §9.6", "1: drop this frame before others when there is congestion");
    ID = Field::uint("ieee8021ad.id", 4, 12).label("VLAN id").doc("IEEE 802.1Q §9.6", "Which virtual LAN of the provider the frame belongs to; 0: none");
    ETYPE = Field::uint("ieee8021ah.etype", 16, 16).hex().label("Type").doc("IEEE 802.1Q §9.4", "Which protocol follows the tag").names(ethertype_name);
}

crate::fields! { MOVING:
    SVID = Field::moving("ieee8021ad.svid", Kind::Uint).label("Service VLAN id").doc("IEEE 802.1Q §9.6", "Which virtual LAN of the provider the frame belongs to");
    CVID = Field::moving("ieee8021ad.cvid", Kind::Uint).label("Customer VLAN id").doc("IEEE 802.1Q §9.6", "Which virtual LAN of the customer the frame belongs to");
    TRAILER = Field::moving("ieee8021ah.trailer", Kind::Bytes).label("Trailer").doc("IEEE 802.3 §3.2.7", "Bytes after the packet that are not padding; added by a switch, a tap or a driver");
}

/// What both tags of a pair begin with, and how the second ends.
static FIRST: Table = &[&PRIORITY, &DEI];
static LAST: Table = &[&ETYPE];

/// IEEE 802.1ad provider bridge tag.
pub static IEEE8021AD: Protocol = Protocol {
    name: "ieee8021ad",
    title: "IEEE 802.1ad provider bridge tag",
    spec: "IEEE 802.1Q",
    scope: "Every field of the service tag and of a customer tag of the same type, and the trailer. \
        Not: backbone tags (802.1ah).",
    unit: Unit::Header,
    tables: &[TAG, MOVING],
    keys: &[(Space::EtherType, TPID as u16)],
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

/// The EtherType of these tags.
const TPID: u64 = 0x88a8;

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let outer = match input.head::<4>() {
        Ok(outer) => outer,
        Err(stop) => {
            s.fixed(FIRST, input.data, input.base);
            return Err(stop);
        }
    };
    if ETYPE.get(outer) != TPID {
        s.fixed(TAG, outer, input.base);
        let next = Next::Key(Space::EtherType, ETYPE.get(outer) as u16);
        return Ok(Step::new(&input, 4, input.wire, next));
    }
    s.fixed(FIRST, outer, input.base);
    s.uint(&SVID, input.base * 8 + 4, 12, ID.get(outer));
    let inner = input.data.get(4..).unwrap_or_default();
    s.fixed(FIRST, inner, input.base + 4);
    if inner.len() >= 2 {
        s.uint(&CVID, (input.base + 4) * 8 + 4, 12, ID.get(inner));
    }
    s.fixed(LAST, inner, input.base + 4);
    let inner = input.head::<8>()?.last_chunk::<4>().ok_or_else(|| input.short(8))?;
    Ok(Step::new(&input, 8, input.wire, Next::Key(Space::EtherType, ETYPE.get(inner) as u16)))
}

/// `vlan 5, p 5, DEI, ethertype IPv4 (0x0800), ` for each tag, with `-e` only.
fn line(seen: &Seen<'_>, out: &mut Text) {
    if !seen.style.link && seen.next.is_some() {
        return;
    }
    for tag in seen.header.chunks_exact(4) {
        out.lit("vlan ").num(ID.get(tag)).lit(", p ").num(PRIORITY.get(tag));
        out.lit(if DEI.get(tag) != 0 { ", DEI, " } else { ", " });
        let kind = ETYPE.get(tag);
        out.lit("ethertype ").lit(line_name(kind)).lit(" (").hex(kind, 4).lit("), ");
    }
}
