//! An Ethernet pseudowire behind MPLS labels, recognised by its content (RFC 4448 §4.6): the labels do not say what they
//! stand for, so what follows looks like Ethernet, with or without a control word.
//!
//! This layer has no bytes of its own; it stands for the guess.

use crate::dissect::{Dissected, Next, Protocol, Space, Step, Unit, direct};
use crate::input::Input;
use crate::proto::shared::tunnel::pseudowire::{self, Ethernet};
use crate::sink::{NoteKind, Off, Sink};
use crate::tree::Tree;

/// An Ethernet pseudowire, guessed.
pub static PWETHHEURISTIC: Protocol = Protocol {
    name: "pwethheuristic",
    title: "Ethernet pseudowire (recognised by its content)",
    spec: "RFC 4448",
    scope: "Whether Ethernet follows with or without a control word, as its bytes look.",
    unit: Unit::Header,
    keys: &[(Space::Direct, direct::PW_ETHERNET)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    ..Protocol::NONE
};

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let next = match pseudowire::ethernet(&input, 0) {
        Ethernet::Plain => Next::Key(Space::Direct, direct::PW_ETHERNET_PLAIN),
        Ethernet::ControlWord => Next::Key(Space::Direct, direct::PW_CONTROL_WORD),
        Ethernet::No | Ethernet::Unknown => Next::Opaque("no Ethernet frame after all"),
    };
    if S::ON {
        s.note(
            NoteKind::Info,
            format_args!("nothing in the packet says that this is Ethernet; its bytes look like it"),
        );
    }
    Ok(Step::new(&input, 0, input.wire, next))
}
