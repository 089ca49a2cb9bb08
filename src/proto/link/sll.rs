//! Linux cooked capture, version 1 (`LINKTYPE_LINUX_SLL`): what captures on the interface `any` used to hold.
//!
//! ```text
//! |          Packet type          |         Hardware type         |
//! |        Address length         |            Address            |
//! |                      Address, continued                       |
//! |      Address, continued       |           Protocol            |
//! ```

use crate::dissect::{Dissected, Protocol, Seen, Space, Step, Unit};
use crate::input::Input;
use crate::proto::shared::{lan::cooked, trailer};
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

/// Linux cooked capture, version 1.
pub static SLL: Protocol = Protocol {
    name: "sll",
    title: "Linux cooked capture",
    spec: "LINKTYPE_LINUX_SLL",
    scope: "Every field, and the trailer. Not: the hardware-specific protocols of radio and netlink captures.",
    unit: Unit::Frame,
    tables: &[cooked::ROWS],
    keys: &[(Space::Link, 113)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    announces_ethertype: true,
    trailer: Some(|t, tree| trailer::put(&t, &cooked::TRAILER, false, tree)),
    ..Protocol::NONE
};

static PLACES: cooked::Places =
    cooked::Places { packet: (0, 2), hardware: 2, length: (4, 2), address: 6, protocol: 14 };

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    // What the parts mean depends on one another, so there is nothing to say of half a header.
    let header = input.head::<16>()?;
    if S::ON {
        cooked::put(s, header, input.base, &cooked::PKTTYPE, PLACES.packet);
        cooked::put(s, header, input.base, &cooked::HATYPE, (PLACES.hardware, 2));
        cooked::put(s, header, input.base, &cooked::HALEN, PLACES.length);
        cooked::address(s, header, input.base, &PLACES);
        cooked::protocol(s, header, input.base, &PLACES);
    }
    Ok(Step::new(&input, 16, input.wire, cooked::next(header, &PLACES)))
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    cooked::line(seen, &PLACES, None, out);
}
