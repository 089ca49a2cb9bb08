//! `--explain`: a packet for people who learn: what carries what, where every byte is, and what every field means.

use super::section::{About, Section, note_role, sections};
use super::tree::label;
use super::wrap::{columns, paragraph};
use super::{diagram, value, words};
use crate::dissect::Unit;
use crate::field::Kind;
use crate::packet::Packet;
use crate::packet::ledger::Ledger;
use crate::text::{Role, Text};
use crate::tree::{Node, Tree};

/// Spaces before the text below a heading.
const INDENT: usize = 2;
/// Spaces before what is said of a field.
const BELOW: usize = 6;
/// Narrower than this no text is broken; terminals that narrow break it themselves.
const NARROWEST: usize = 30;

/// Writes everything about a packet, within `width` columns. Diagrams are left out where they do not fit.
pub fn write(packet: &Packet<'_>, tree: &Tree, width: usize, out: &mut Text) {
    let width = width.max(NARROWEST);
    for section in sections(packet, tree) {
        if section.about != About::Frame {
            out.ch('\n');
        }
        heading(packet, tree, &section, out);
        match section.about {
            About::Frame => overview(packet, tree, width, out),
            _ => introduction(packet, &section, width, out),
        }
        if matches!(section.about, About::Layer(_)) && width >= diagram::WIDTH + INDENT {
            let before = out.len();
            let start = out.ch('\n').len();
            diagram::write(packet, tree, &section, width, out);
            if out.len() == start {
                out.truncate(before);
            }
        }
        if section.nodes(tree).next().is_some() {
            out.ch('\n');
        }
        let mut parent: Option<&Node> = None;
        for node in section.nodes(tree) {
            if node.field.part_of.is_none() {
                parent = Some(node);
            }
            let parent = parent.filter(|parent| node.field.part_of == Some(parent.field.name));
            field(packet, tree, &section, node, parent, width, out);
        }
        notes(tree, &section, width, out);
    }
}

/// Writes a section's heading, underlined.
fn heading(packet: &Packet<'_>, tree: &Tree, section: &Section<'_>, out: &mut Text) {
    section.heading(packet, tree, out);
    let mut plain = Text::new();
    section.heading(packet, tree, &mut plain);
    out.ch('\n');
    for _ in 0..columns(plain.as_str()) {
        out.ch('─');
    }
    out.ch('\n');
}

/// Writes what is to be said of the frame as a whole.
fn overview(packet: &Packet<'_>, tree: &Tree, width: usize, out: &mut Text) {
    let mut text = Text::new();
    words::units(packet, &mut text);
    paragraph(&text, INDENT, width, None, out);
    out.ch('\n');
    let ledger = Ledger::of(packet);
    words::ledger(packet, &ledger, INDENT, out);
    text.clear();
    words::fcs(packet, &ledger, &mut text);
    paragraph(&text, INDENT, width, Some(Role::Faint), out);
    words::sizes(packet, tree, |text| {
        out.ch('\n');
        paragraph(text, INDENT, width, None, out);
    });
}

/// Writes which standard defines the layer and what its unit is.
fn introduction(packet: &Packet<'_>, section: &Section<'_>, width: usize, out: &mut Text) {
    let (buffer, start) = packet.layers.place(section.start);
    let place = if buffer == 0 { " of the frame" } else { " of the datagram that was put together" };
    let mut text = Text::new();
    if let About::Layer(layer) = section.about {
        text.lit(section.protocol.spec).lit(". ");
        text.lit(match section.protocol.unit {
            Unit::Frame => "A frame goes from one station to another on the same link, and no farther.",
            Unit::Packet => {
                "A packet goes from one host to another, through as many links and routers as there are between."
            }
            Unit::Segment => {
                "A segment is a piece of one direction of a connection's byte stream, from socket to socket."
            }
            Unit::Datagram => {
                "A datagram goes from socket to socket, each on its own: it may be lost, doubled or overtaken."
            }
            Unit::Message => "A message is what two hosts or programs tell each other.",
            Unit::Header => "A header between two units; it is no unit of its own.",
            Unit::Data => "",
        });
        if layer.header > 0 {
            text.lit(if section.protocol.unit == Unit::Message { " It begins with " } else { " The header is " });
            words::range("byte", start.into(), layer.header.into(), &mut text);
            text.lit(place);
        } else {
            text.lit(" There is no header");
        }
        let carried = layer.wire.saturating_sub(layer.header);
        if carried > 0 {
            text.lit("; ");
            super::section::bytes(carried.into(), &mut text);
            text.lit(if layer.header > 0 { " follow it" } else { " follow" });
        }
        text.ch('.');
    } else if section.about == About::Unread {
        text.lit(section.protocol.spec).lit(". The header cannot be read; this is what is there of it.");
    } else {
        text.lit(if section.start > 0 { "What the innermost header carries: " } else { "The whole frame: " });
        super::section::bytes(section.wire.into(), &mut text);
        text.lit(", from byte ").num(start.into()).lit(place).lit(" on");
        let captured = section.bytes.len() as u64;
        if captured < u64::from(section.wire) {
            text.lit("; ").num_grouped(captured).lit(" of them were captured");
        }
        text.ch('.');
    }
    paragraph(&text, INDENT, width, Some(Role::Faint), out);
}

/// Writes a field: label and value; name, place and clause; meaning; what this packet's value means.
fn field(
    packet: &Packet<'_>,
    tree: &Tree,
    section: &Section<'_>,
    node: &Node,
    parent: Option<&Node>,
    width: usize,
    out: &mut Text,
) {
    let deeper = usize::from(node.depth.min(8)).saturating_mul(INDENT);
    let (indent, below) = (INDENT + deeper, BELOW + deeper);
    let row = node.field;
    out.spaces(indent).paint(Role::Label, |out| {
        label(node, parent, out);
    });
    if row.kind == Kind::Group {
        out.lit(", ");
        super::section::bytes(u64::from(node.bits / 8), out);
    } else {
        out.lit(": ").paint(Role::Value, |out| value::write(tree, node, packet, section.bytes, out));
    }
    out.ch('\n');
    let mut text = Text::new();
    text.lit(row.name);
    if row.derived || !node.in_frame() {
        // What the capture says of the frame has no place in it, and most of it is not computed either.
        text.lit(if section.about == About::Frame { "" } else { ", computed" });
    } else {
        place(node, text.lit(", "));
    }
    if !row.clause.is_empty() {
        text.lit(", ");
        if row.clause.starts_with('§') {
            text.lit(section.protocol.spec).ch(' ');
        }
        text.lit(row.clause);
    }
    paragraph(&text, below, width, Some(Role::Faint), out);
    text.clear();
    text.lit(row.help);
    paragraph(&text, below, width, None, out);
    if let Some(explain) = row.explain {
        text.clear();
        text.lit("→ ");
        let start = text.len();
        explain(&section.around(packet, tree, node), &mut text);
        if text.len() > start {
            paragraph(&text, below, width, Some(Role::Notice), out);
        }
    }
}

/// Writes where a field is in the frame: `byte 22 (bits 176–183)`.
fn place(node: &Node, out: &mut Text) {
    let (bit, bits) = (u64::from(node.bit), u64::from(node.bits));
    let first = bit / 8;
    words::range("byte", first, bit.saturating_add(bits).div_ceil(8).saturating_sub(first), out);
    out.lit(" (");
    words::range("bit", bit, bits, out);
    out.ch(')');
}

/// Writes the remarks about a section.
fn notes(tree: &Tree, section: &Section<'_>, width: usize, out: &mut Text) {
    for note in section.notes(tree) {
        let mut text = Text::new();
        text.lit(note.kind.word()).lit(": ");
        tree.note_to(note, &mut text);
        paragraph(&text, INDENT, width, Some(note_role(note.kind)), out);
    }
}

#[cfg(test)]
mod tests {
    use super::write;
    use crate::output::testing::{show, udp};

    #[test]
    fn a_packet_is_explained_from_the_frame_inwards() {
        let text = show(&udp(b"hello"), |packet, tree, out| write(packet, tree, 80, out));
        assert!(text.starts_with("Frame 1, 47 bytes on the wire, 47 captured\n─────"), "{text}");
        for part in [
            "\n  This 47-byte Ethernet frame carries a 33-byte IPv4 packet, which carries a\n  13-byte UDP datagram",
            "\n  the frame's length on the wire  47\n",
            "\n  |Version|   H   |   DSCP    |ECN|         Total length          |\n  |   4   |  20   | ",
            "\n  Time to live: 64 hops\n      ip.ttl, byte 22 (bits 176–183), RFC 1812 §5.3.1\n      Hops left",
            "\n    Don't fragment: set\n        ip.flags.df, byte 20 (bit 161), RFC 791 §3.1\n        1: routers",
            "\n  Length: 5 bytes\n      data.len, computed, payload\n",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
    }

    #[test]
    fn lines_stay_within_the_width_and_diagrams_need_theirs() {
        for width in [1, 40, 66, 67, 200] {
            let text = show(&udp(&[7; 300]), |packet, tree, out| write(packet, tree, width, out));
            assert_eq!(text.contains("+-+-+"), width >= 67, "{width}\n{text}");
            let prose = text.lines().filter(|line| line.starts_with("      "));
            let widest = prose.map(|line| line.chars().count()).max().unwrap_or(0);
            assert!(widest <= width.max(66), "{width}: {widest}\n{text}");
        }
    }

    #[test]
    fn colours_change_nothing_but_colours() {
        let plain = show(&udp(b"hello"), |packet, tree, out| write(packet, tree, 80, out));
        let coloured = show(&udp(b"hello"), |packet, tree, out| {
            let mut own = crate::text::Text::with_colour(true);
            write(packet, tree, 80, &mut own);
            out.text(&own);
        });
        let mut stripped = String::new();
        let mut rest = coloured.as_str();
        while let Some((before, after)) = rest.split_once("\x1b[") {
            stripped.push_str(before);
            rest = after.split_once('m').unwrap().1;
        }
        stripped.push_str(rest);
        assert!(coloured.len() > plain.len());
        assert_eq!(stripped, plain);
    }
}
