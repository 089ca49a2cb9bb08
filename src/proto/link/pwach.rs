//! The associated channel header: control messages that travel the way of a pseudowire or a label switched path
//! (RFC 4385 §5, RFC 5586).
//!
//! ```text
//! |0 0 0 1|Version|   Reserved    |         Channel type          |
//! ```

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit, direct};
use crate::field::Field;
use crate::input::{Bad, Input};
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEADER:
    NIBBLE = Field::uint("pwach.nibble", 0, 4).label("First nibble").doc("RFC 4385 §5", "1: an associated channel, not a packet");
    VERSION = Field::uint("pwach.ver", 4, 4).label("Version").doc("RFC 4385 §5", "Always 0");
    RESERVED = Field::uint("pwach.res", 8, 8).hex().label("Reserved").doc("RFC 4385 §5", "Sent as 0 and ignored by the receiver");
    CHANNEL = Field::uint("pwach.channel_type", 16, 16).hex().names(channel_name).label("Channel type").doc("RFC 4385 §5", "What the message is about");
}

/// The associated channel header.
pub static PWACH: Protocol = Protocol {
    name: "pwach",
    title: "Associated channel header",
    spec: "RFC 4385, RFC 5586",
    scope: "The header, and IP behind it. Not: the other messages of the channel.",
    unit: Unit::Header,
    tables: &[HEADER],
    keys: &[(Space::Direct, direct::ASSOCIATED_CHANNEL)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let header = input.header::<4, S>(s, HEADER)?;
    let version = VERSION.get(header) as u32;
    if version != 0 {
        s.flaw(Bad { rule: "the version of an associated channel is 0 (RFC 4385 §5)", expected: 0, found: version });
    }
    let next = match CHANNEL.get(header) {
        0x0021 => Next::Key(Space::EtherType, 0x0800),
        0x0057 => Next::Key(Space::EtherType, 0x86dd),
        _ => Next::Opaque("a message of the associated channel, which is not decoded"),
    };
    Ok(Step::new(&input, 4, input.wire, next))
}

/// IANA, MPLS Generalized Associated Channel (G-ACh) Types.
fn channel_name(value: u64) -> Option<&'static str> {
    Some(match value {
        0x0001 => "Management communication channel",
        0x0002 => "Signalling communication channel",
        0x0007 => "BFD control",
        0x000a => "MPLS direct loss measurement",
        0x000b => "MPLS inferred loss measurement",
        0x000c => "MPLS delay measurement",
        0x000d => "MPLS direct loss and delay measurement",
        0x000e => "MPLS inferred loss and delay measurement",
        0x0021 => "IPv4",
        0x0022 => "MPLS-TP continuity check",
        0x0023 => "MPLS-TP connectivity verification",
        0x0024 => "Protection state coordination",
        0x0025 => "On-demand connectivity verification",
        0x0026 => "Lock instruct",
        0x0027 => "Pseudowire status",
        0x0028 => "MAC address withdrawal",
        0x0057 => "IPv6",
        0x0058 => "Fault management",
        _ => return None,
    })
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    let channel = CHANNEL.get(seen.header);
    out.lit("G-ACh, ").lit(channel_name(channel).unwrap_or("unknown channel")).lit(" (").hex(channel, 4);
    out.lit("), length ").num(seen.payload_wire().into()).lit(": ");
}
