//! Universal Serial Bus, as Linux, FreeBSD, macOS and USBPcap capture it: named, not decoded.

use crate::dissect::{Dissected, Protocol, Seen, Space, Unit};
use crate::field::{Field, Kind};
use crate::input::Input;
use crate::proto::shared::message;
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { ROWS:
    BYTES = Field::moving("usb.frame", Kind::Bytes).label("USB transfer").doc("LINKTYPE_USB", "A request to a device or its answer, with what the capturing system adds; nothing here reads it further");
}

/// USB.
pub static USB: Protocol = Protocol {
    name: "usb",
    title: "Universal Serial Bus",
    spec: "USB 2.0",
    scope: "Nothing: the frame is named, and shown as bytes. Not: everything.",
    unit: Unit::Message,
    tables: &[ROWS],
    // With FreeBSD's header, with Linux's, with Linux's longer one, with USBPcap's, with macOS's, and as on the cable.
    keys: &[
        (Space::Link, 186),
        (Space::Link, 189),
        (Space::Link, 220),
        (Space::Link, 249),
        (Space::Link, 266),
        (Space::Link, 288),
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
    Ok(message::step(&input, s, "usb", input.wire))
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    out.lit("USB, length ").num(seen.wire.into());
}
