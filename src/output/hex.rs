//! Hexadecimal dumps, in tcpdump's layout.

use crate::dissect::Unit;
use crate::packet::Packet;
use crate::text::Text;

/// Which bytes are dumped, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `-x` and `-xx`: hexadecimal digits only.
    Hex {
        /// Whether the link header is dumped too.
        link: bool,
    },
    /// `-X` and `-XX`: hexadecimal digits and characters.
    HexAscii {
        /// Whether the link header is dumped too.
        link: bool,
    },
    /// `-A` and `-AA`: characters only.
    Ascii {
        /// Whether the link header is dumped too.
        link: bool,
    },
}

/// Bytes on one line of a dump.
const PER_LINE: usize = 16;
/// How wide the digits of one line are: eight groups of a space and four digits.
const DIGITS_WIDTH: usize = 40;

/// Writes the dump of a packet, each line ended. Without its link header, that is all of the frame after the link
/// header and its tags, padding included, as in tcpdump; a frame that ends within its link header is dumped whole.
pub fn write(packet: &Packet<'_>, form: Form, out: &mut Text) {
    let whole = packet.frame.data;
    let (Form::Hex { link } | Form::HexAscii { link } | Form::Ascii { link }) = form;
    let inner = whole.get(link_header(packet)..).filter(|inner| !inner.is_empty() && !link);
    dump(inner.unwrap_or(whole), form, out);
    // As tshark does it: what was put together is no part of the frame.
    for (_, joined) in packet.layers.joined() {
        let end = joined.start.saturating_add(joined.length);
        out.lit("\treassembled datagram, ").num_grouped(joined.length.into()).lit(" bytes:\n");
        dump(packet.bytes.get(joined.start as usize..end as usize).unwrap_or_default(), form, out);
    }
}

fn dump(bytes: &[u8], form: Form, out: &mut Text) {
    match form {
        Form::Hex { .. } => rows(bytes, false, out),
        Form::HexAscii { .. } => rows(bytes, true, out),
        Form::Ascii { .. } => characters(bytes, out),
    }
}

/// Length of the link header and what belongs to it (VLAN tags), in bytes.
fn link_header(packet: &Packet<'_>) -> usize {
    let unit = |l: &&crate::packet::Layer| packet.registry.protocol(l.protocol).unit;
    let layers = packet.layers.as_slice();
    match layers.iter().find(|l| !matches!(unit(l), Unit::Frame | Unit::Header)) {
        Some(first) => first.start as usize,
        None => packet.layers.rest as usize,
    }
}

fn rows(bytes: &[u8], ascii: bool, out: &mut Text) {
    for (row, bytes) in bytes.chunks(PER_LINE).enumerate() {
        out.ch('\t').hex((row * PER_LINE) as u64, 4).lit(": ");
        let digits = out.len();
        for group in bytes.chunks(2) {
            out.ch(' ').hex_bytes(group);
        }
        if ascii {
            out.pad_from(digits, DIGITS_WIDTH).lit("  ").ascii(bytes);
        }
        out.ch('\n');
    }
}

/// Printable ASCII, tabs and line ends as they are; anything else is a dot, and a carriage return that ends a line is
/// left out.
fn characters(bytes: &[u8], out: &mut Text) {
    let mut rest = bytes;
    while let Some((first, after)) = rest.split_first() {
        match first {
            b'\n' => out.ch('\n'),
            b'\t' => out.ch('\t'),
            b'\r' if after.first() == Some(&b'\n') => out,
            _ => out.ascii(std::slice::from_ref(first)),
        };
        rest = after;
    }
    out.ch('\n');
}

#[cfg(test)]
mod tests {
    use super::{Form, write};
    use crate::output::testing::{show, udp};

    #[test]
    fn rows_are_tcpdumps() {
        let frame = udp(b"hello\x1b");
        let with = show(&frame, |packet, _, out| write(packet, Form::HexAscii { link: true }, out));
        let rows: Vec<&str> = with.lines().collect();
        assert_eq!(rows[0], "\t0x0000:  0200 0000 0002 0200 0000 0001 0800 4500  ..............E.");
        assert_eq!(rows[2], "\t0x0020:  0002 9c40 270f 000e e492 6865 6c6c 6f1b  ...@'.....hello.");
        let without = show(&frame, |packet, _, out| write(packet, Form::Hex { link: false }, out));
        assert!(without.starts_with("\t0x0000:  4500 0022 "), "{without}");
        assert!(without.ends_with("\t0x0020:  6f1b\n"), "{without}");
    }

    #[test]
    fn the_last_row_keeps_its_columns() {
        let text = show(&udp(b"hello"), |packet, _, out| write(packet, Form::HexAscii { link: false }, out));
        assert!(text.ends_with("\t0x0020:  6f                                       o\n"), "{text}");
    }

    #[test]
    fn characters_keep_line_ends_and_nothing_else_that_moves_a_cursor() {
        let text =
            show(&udp(b"a\r\nb\rc\td\x1b[2Je"), |packet, _, out| write(packet, Form::Ascii { link: false }, out));
        assert!(text.ends_with("a\nb.c\td.[2Je\n"), "{text:?}");
    }
}
