//! Linux cooked capture, version 2 (`LINKTYPE_LINUX_SLL2`): what captures on the interface `any` hold.
//!
//! ```text
//! |           Protocol            |           Reserved            |
//! |                        Interface index                        |
//! |         Hardware type         |  Packet type  |Address length |
//! |                            Address                            |
//! |                      Address, continued                       |
//! ```
//!
//! Wireshark calls both versions `sll`, and so are they called here, with the same rows.

use crate::dissect::{Dissected, Protocol, Seen, Space, Step, Unit};
use crate::field::{Field, Kind};
use crate::input::Input;
use crate::proto::shared::{lan::cooked, trailer};
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { ROWS:
    IFINDEX = Field::moving("sll.ifindex", Kind::Uint).label("Interface index").doc("LINKTYPE_LINUX_SLL2 interface index", "Number of the interface in the capturing machine; 0: unknown");
}

/// Linux cooked capture, version 2.
pub static SLL2: Protocol = Protocol {
    name: "sll",
    title: "Linux cooked capture, version 2",
    spec: "LINKTYPE_LINUX_SLL2",
    scope: "Every field, and the trailer. Not: the hardware-specific protocols of radio and netlink captures.",
    unit: Unit::Frame,
    tables: &[cooked::ROWS, ROWS],
    keys: &[(Space::Link, 276)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    announces_ethertype: true,
    trailer: Some(|t, tree| trailer::put(&t, &cooked::TRAILER, false, tree)),
    ..Protocol::NONE
};

static PLACES: cooked::Places =
    cooked::Places { packet: (10, 1), hardware: 8, length: (11, 1), address: 12, protocol: 0 };
const INTERFACE: u32 = 4;

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    // What the parts mean depends on one another, so there is nothing to say of half a header.
    let header = input.head::<20>()?;
    if S::ON {
        cooked::protocol(s, header, input.base, &PLACES);
        cooked::put(s, header, input.base, &IFINDEX, (INTERFACE, 4));
        cooked::put(s, header, input.base, &cooked::HATYPE, (PLACES.hardware, 2));
        cooked::put(s, header, input.base, &cooked::PKTTYPE, PLACES.packet);
        cooked::put(s, header, input.base, &cooked::HALEN, PLACES.length);
        cooked::address(s, header, input.base, &PLACES);
    }
    Ok(Step::new(&input, 20, input.wire, cooked::next(header, &PLACES)))
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    cooked::line(seen, &PLACES, Some(INTERFACE), out);
}
