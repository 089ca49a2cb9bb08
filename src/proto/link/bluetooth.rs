//! Bluetooth, between host and controller (HCI) or in the air: named, not decoded.

use crate::dissect::{Dissected, Protocol, Seen, Space, Unit};
use crate::field::{Field, Kind};
use crate::input::Input;
use crate::proto::shared::message;
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { ROWS:
    BYTES = Field::moving("bluetooth.frame", Kind::Bytes).label("Bluetooth packet").doc("LINKTYPE_BLUETOOTH", "What host and controller tell each other, or what was heard in the air; nothing here reads it further");
}

/// Bluetooth.
pub static BLUETOOTH: Protocol = Protocol {
    name: "bluetooth",
    title: "Bluetooth",
    spec: "Bluetooth Core",
    scope: "Nothing: the frame is named, and shown as bytes. Not: everything.",
    unit: Unit::Message,
    tables: &[ROWS],
    // HCI, HCI with a direction, Low Energy, Linux monitor, basic rate, Low Energy with a header, with Nordic's header.
    keys: &[
        (Space::Link, 187),
        (Space::Link, 201),
        (Space::Link, 251),
        (Space::Link, 254),
        (Space::Link, 255),
        (Space::Link, 256),
        (Space::Link, 272),
    ],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    if !input.data.is_empty() {
        s.span(&BYTES, input.base * 8, input.data.len() as u32 * 8);
    }
    Ok(message::step(&input, s, "bluetooth", input.wire))
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    out.lit("Bluetooth, length ").num(seen.wire.into());
}
