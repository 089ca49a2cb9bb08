//! An Ethernet pseudowire without a control word (RFC 4448 §4): the frame follows at once, and this layer has no bytes of
//! its own.

use crate::dissect::{Dissected, Next, Protocol, Space, Step, Unit, direct};
use crate::input::Input;
use crate::sink::{Off, Sink};
use crate::tree::Tree;

/// An Ethernet pseudowire without a control word.
pub static PWETHNOCW: Protocol = Protocol {
    name: "pwethnocw",
    title: "Ethernet pseudowire without control word",
    spec: "RFC 4448",
    scope: "The Ethernet frame that follows.",
    unit: Unit::Header,
    keys: &[(Space::Direct, direct::PW_ETHERNET_PLAIN)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    ..Protocol::NONE
};

fn dissect<S: Sink>(input: Input<'_>, _: &mut S) -> Dissected {
    Ok(Step::new(&input, 0, input.wire, Next::Key(Space::Link, 1)))
}
