//! `-V`: every field of a packet, layer by layer.

use super::section::{Section, note_role, sections};
use super::value;
use crate::field::Kind;
use crate::packet::Packet;
use crate::text::{Role, Text};
use crate::tree::{Node, Tree};

/// Spaces for each level.
const INDENT: usize = 4;
/// The widest parent whose bits are drawn around a field that reads some of them again.
const WIDEST_MASK: u32 = 32;

/// Writes a packet's fields. With `only`, the layers of other protocols are headings without fields.
pub fn write(packet: &Packet<'_>, tree: &Tree, only: Option<&[String]>, out: &mut Text) {
    for section in sections(packet, tree) {
        section.heading(packet, tree, out);
        out.ch('\n');
        if only.is_some_and(|names| names.iter().all(|name| name != section.protocol.name)) {
            continue;
        }
        let mut parent: Option<&Node> = None;
        for node in section.nodes(tree) {
            if node.field.part_of.is_none() {
                parent = Some(node);
            }
            let parent = parent.filter(|parent| node.field.part_of == Some(parent.field.name));
            row(packet, tree, &section, node, parent, out);
        }
        for note in section.notes(tree) {
            out.spaces(INDENT).paint(note_role(note.kind), |out| {
                out.ch('[').lit(note.kind.word()).lit(": ");
                tree.note_to(note, out);
                out.ch(']');
            });
            out.ch('\n');
        }
    }
}

/// Writes one field's line.
fn row(packet: &Packet<'_>, tree: &Tree, section: &Section<'_>, node: &Node, parent: Option<&Node>, out: &mut Text) {
    out.spaces(INDENT.saturating_mul(usize::from(node.depth).saturating_add(1)));
    if node.field.derived {
        out.ch('[');
    } else {
        mask(packet, tree, node, parent, out);
    }
    out.paint(Role::Label, |out| {
        label(node, parent, out);
    });
    if node.field.kind == Kind::Group {
        out.lit(", ");
        super::section::bytes(u64::from(node.bits / 8), out);
    } else {
        out.lit(": ").paint(Role::Value, |out| value::write(tree, node, packet, section.bytes, out));
    }
    if node.field.derived {
        out.ch(']');
    }
    out.ch('\n');
}

/// Writes a field's label without what it repeats of its parent's: `Destination: group address` under `Destination` is
/// `Group address`.
pub(super) fn label(node: &Node, parent: Option<&Node>, out: &mut Text) {
    let repeated = parent.and_then(|parent| node.field.label.strip_prefix(parent.field.label));
    let own = repeated.and_then(|rest| rest.strip_prefix(": ")).unwrap_or(node.field.label);
    let mut letters = own.chars();
    if let Some(first) = letters.next() {
        out.ch(first.to_ascii_uppercase()).lit(letters.as_str());
    }
}

/// Draws the bits of a field that is not made of whole bytes, with dots for its neighbours: `.... 0101 = `.
fn mask(packet: &Packet<'_>, tree: &Tree, node: &Node, parent: Option<&Node>, out: &mut Text) {
    let whole_bytes = node.bit.is_multiple_of(8) && node.bits.is_multiple_of(8);
    if !node.in_frame() || node.bits == 0 || node.bits > WIDEST_MASK || whole_bytes && parent.is_none() {
        return;
    }
    let around = parent.filter(|parent| parent.bits <= WIDEST_MASK && parent.in_frame()).unwrap_or(node);
    let first = around.bit / 8 * 8;
    let end = around.bit.saturating_add(around.bits).div_ceil(8).saturating_mul(8);
    let own = node.bit..node.bit.saturating_add(node.bits);
    let bytes = tree.bytes(around, packet.bytes);
    for bit in first..end {
        let at = bit - first;
        if at > 0 && at.is_multiple_of(4) {
            out.ch(' ');
        }
        let byte = bytes.get(at as usize / 8).copied().unwrap_or_default();
        let set = byte >> (7 - at % 8) & 1 != 0;
        out.ch(if !own.contains(&bit) {
            '.'
        } else if set {
            '1'
        } else {
            '0'
        });
    }
    out.lit(" = ");
}

#[cfg(test)]
mod tests {
    use super::write;
    use crate::output::testing::{ETHERNET, show, show_as, udp};

    #[test]
    fn every_layer_has_a_section_and_every_field_a_line() {
        let text = show(&udp(b"hello"), |packet, tree, out| write(packet, tree, None, out));
        let heads: Vec<&str> = text.lines().filter(|line| !line.is_empty() && !line.starts_with(' ')).collect();
        assert_eq!(
            heads,
            [
                "Frame 1, 47 bytes on the wire, 47 captured",
                "Ethernet, 02:00:00:00:00:01 > 02:00:00:00:00:02, 47 bytes",
                "Internet Protocol version 4, 10.0.0.1 > 10.0.0.2, 33 bytes",
                "User Datagram Protocol, port 40000 > 9999, 13 bytes",
                "Data, 5 bytes",
            ]
        );
        for line in [
            "    [Time: 2026-01-01 00:00:00.000142000 UTC (1767225600.000142000 s)]",
            "    Destination: 02:00:00:00:00:02",
            "        .... ..1. = Locally administered: set",
            "    Type: ",
            "    0100 .... = Version: 4",
            "    .... 0101 = Header length: 20 bytes (5 × 4)",
            "        0000 00.. = DSCP: ",
            "    Data: 68656c6c6f",
            "    [Length: 5 bytes]",
        ] {
            assert!(text.lines().any(|l| l.starts_with(line)), "{line}\n{text}");
        }
    }

    #[test]
    fn protocols_that_were_not_asked_for_are_headings() {
        let only = ["udp".to_owned()];
        let text = show(&udp(b"hello"), |packet, tree, out| write(packet, tree, Some(&only), out));
        assert!(text.contains("\n    Source port: "), "{text}");
        assert!(!text.contains("Time to live"), "{text}");
        assert!(text.contains("\nInternet Protocol version 4, "), "{text}");
    }

    #[test]
    fn a_cut_header_shows_what_is_there_and_says_what_is_not() {
        let frame = udp(b"hello");
        let text = show_as(ETHERNET, &frame[..38], frame.len() as u32, |packet, tree, out| {
            write(packet, tree, None, out);
        });
        let end = "User Datagram Protocol, cut short\n    Source port: safetynetp (40000)\n    Destination port: distinct (9999)\n    [cut: udp: 8 bytes \
                   expected, 4 captured: the capture ends here]\nData, 13 bytes\n    Data: 9c40270f\n    [Length: 4 bytes]\n";
        assert!(text.ends_with(end), "{text}");
    }
}
