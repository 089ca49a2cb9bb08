//! Bit diagrams of headers, as RFCs draw them, filled with the packet's own values.
//!
//! A diagram is made from the bit ranges of a layer's fields alone, so any protocol has one. 32 bits make a row; a field
//! that is longer goes on in the next rows; a field whose label is too wide for its bits gets a letter, explained below.

use super::section::{About, Section};
use super::value;
use super::wrap::columns;
use crate::packet::Packet;
use crate::text::{Role, Text};
use crate::tree::{Node, Tree};

/// Bits in a row.
const ROW_BITS: u32 = 32;
/// How wide a diagram is, in columns: two for each bit, and the last line.
pub(super) const WIDTH: usize = 65;
/// Spaces before each line.
const INDENT: usize = 2;
/// A longer field is drawn with fewer rows, and says its length.
const MOST_ROWS_OF_A_FIELD: u32 = 4;
/// A longer header is drawn up to here.
const MOST_ROWS: u32 = 64;

/// One field's place in the diagram.
#[derive(Clone, Copy)]
struct Cell<'a> {
    /// The field; `None` for bits that no field reads.
    node: Option<&'a Node>,
    /// Bits that it really has.
    bits: u32,
    /// Where it is drawn: bits of the diagram.
    at: u32,
    /// How many bits are drawn.
    drawn: u32,
    /// The letter that stands for its label, when that does not fit.
    letter: Option<char>,
    /// What begins with it: the label of an option or a record.
    begins: Option<&'static str>,
}

impl<'a> Cell<'a> {
    /// So many bits, not placed yet.
    fn new(node: Option<&'a Node>, bits: u32) -> Self {
        Cell { node, bits, at: 0, drawn: 0, letter: None, begins: None }
    }

    fn end(&self) -> u32 {
        self.at + self.drawn
    }

    /// Its columns in a row: first bit and the bit after the last, if it is there at all.
    fn in_row(&self, row: u32) -> Option<(u32, u32)> {
        let (from, to) = (self.at.max(row * ROW_BITS), self.end().min((row + 1) * ROW_BITS));
        (from < to).then(|| (from - row * ROW_BITS, to - row * ROW_BITS))
    }

    /// The row in which it has most room; there its text goes.
    fn text_row(&self) -> u32 {
        let first = self.at / ROW_BITS;
        let room = |row: u32| self.in_row(row).map_or(0, |(from, to)| to - from);
        if room(first + 1) > room(first) { first + 1 } else { first }
    }

    /// Columns between its bars in the row of its text.
    fn room(&self) -> usize {
        self.in_row(self.text_row()).map_or(0, |(from, to)| ((to - from) * 2 - 1) as usize)
    }

    fn label(&self) -> &'static str {
        self.node.map_or("(not read)", |node| node.field.label)
    }
}

/// Draws a layer's header; beside it, where options and records begin, as far as `width` columns have room for their
/// labels. Writes nothing for what has no header.
pub(super) fn write(packet: &Packet<'_>, tree: &Tree, section: &Section<'_>, width: usize, out: &mut Text) {
    let About::Layer(layer) = section.about else { return };
    let nodes: Vec<&Node> = section.nodes(tree).collect();
    let first = layer.start.saturating_mul(8);
    let end = first.saturating_add(layer.header.saturating_mul(8));
    let mut cells = Vec::new();
    collect(&nodes, first, end, &mut cells);
    place(&mut cells);
    let Some(last) = cells.last() else { return };
    let rows = last.end().div_ceil(ROW_BITS);
    give_letters(&mut cells);
    scale(last_row_bits(&cells, 0), out);
    ruler(&cells, None, Some(0), out);
    for row in 0..rows {
        labels(&cells, row, width, out);
        if cells.iter().any(|cell| cell.text_row() == row) {
            values(&cells, row, packet, tree, section, out);
        }
        ruler(&cells, Some(row), (row + 1 < rows).then_some(row + 1), out);
    }
    let drawn = cells.iter().fold(0u32, |sum, cell| sum.saturating_add(cell.bits));
    let left = end.saturating_sub(first).saturating_sub(drawn);
    if left > 0 {
        out.spaces(INDENT).lit("… and ").num_grouped(u64::from(left / 8)).lit(" more bytes\n");
    }
    key(&cells, packet, tree, section, out);
}

/// Finds the fields that tile the bits from `first` to `end`: those without parts, or whose parts do not tile them.
/// Bits that no field reads become cells of their own; a field that overlaps one before it is left out.
fn collect<'a>(nodes: &[&'a Node], first: u32, end: u32, cells: &mut Vec<Cell<'a>>) {
    let mut at = first;
    let mut rest = nodes;
    let gap = |from: u32, to: u32, cells: &mut Vec<Cell<'a>>| {
        if from < to {
            cells.push(Cell::new(None, to - from));
        }
    };
    while let Some((node, after)) = rest.split_first() {
        rest = after;
        let node_end = node.bit.saturating_add(node.bits);
        if !node.in_frame() || node.bits == 0 || node.bit < at || node_end > end {
            continue;
        }
        gap(at, node.bit, cells);
        let children = after.iter().take_while(|child| child.depth > node.depth).count();
        let (parts, others) = after.split_at_checked(children).unwrap_or((&[], after));
        if tiles(parts, node.bit, node_end) {
            let begin = cells.len();
            collect(parts, node.bit, node_end, cells);
            // Parts that read the same bits again need no name over them: they have their own.
            let is_record = parts.first().is_some_and(|part| part.field.part_of.is_none());
            if let Some(cell) = cells.get_mut(begin).filter(|cell| is_record && cell.begins.is_none()) {
                cell.begins = Some(node.field.label);
            }
        } else {
            cells.push(Cell::new(Some(node), node.bits));
        }
        at = node_end;
        rest = others;
    }
    gap(at, end, cells);
}

/// Whether the outermost of these nodes follow one another from `first` to `end`.
fn tiles(parts: &[&Node], first: u32, end: u32) -> bool {
    let Some(depth) = parts.iter().map(|part| part.depth).min() else { return false };
    let mut at = first;
    for part in parts.iter().filter(|part| part.depth == depth && part.in_frame() && part.bits > 0) {
        if part.bit != at {
            return false;
        }
        at = part.bit.saturating_add(part.bits);
    }
    at == end
}

/// Gives the cells their places, shortens long ones by whole rows, and drops what is beyond the last row.
fn place(cells: &mut Vec<Cell<'_>>) {
    let mut at = 0u32;
    for cell in cells.iter_mut() {
        cell.at = at;
        let surplus = cell.bits.saturating_sub(MOST_ROWS_OF_A_FIELD * ROW_BITS).div_ceil(ROW_BITS) * ROW_BITS;
        cell.drawn = cell.bits - surplus.min(cell.bits / ROW_BITS * ROW_BITS);
        if surplus > 0 {
            // One row is enough for what is not drawn to scale; more would only look like it.
            let rows = (cell.drawn / ROW_BITS).saturating_sub(2);
            cell.drawn -= rows * ROW_BITS;
        }
        at = at.saturating_add(cell.drawn);
    }
    cells.retain(|cell| cell.end() <= MOST_ROWS * ROW_BITS && cell.drawn > 0);
}

/// Gives a letter to each cell that is too narrow for its label: an initial of its name if that is free. Flags choose
/// first, and the last of them before the others, which gives the well-known ones the letters that everybody knows.
fn give_letters(cells: &mut [Cell<'_>]) {
    let mut used = Vec::new();
    for of_flags in [true, false] {
        for cell in cells.iter_mut().rev().filter(|cell| (cell.bits == 1) == of_flags) {
            if columns(cell.label()) <= cell.room() {
                continue;
            }
            let name = cell.node.map_or("", |node| node.field.name);
            let own = name.rsplit('.').next().unwrap_or(name);
            let upper = own.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase());
            let lower = own.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase());
            let mut letters = upper.chain(lower).chain('a'..='z').chain('A'..='Z').chain('0'..='9');
            cell.letter = letters.find(|letter| !used.contains(letter)).or(Some('*'));
            used.extend(cell.letter);
        }
    }
}

/// How many bits of a row are drawn.
fn last_row_bits(cells: &[Cell<'_>], row: u32) -> u32 {
    cells.iter().filter_map(|cell| cell.in_row(row)).map(|(_, to)| to).max().unwrap_or(0)
}

/// The bit numbers above the first row.
fn scale(bits: u32, out: &mut Text) {
    for line in 0..2 {
        let start = out.len();
        out.spaces(INDENT);
        for bit in 0..bits {
            out.ch(' ');
            if line == 1 {
                out.num((bit % 10).into());
            } else if bit.is_multiple_of(10) {
                out.num((bit / 10).into());
            } else {
                out.ch(' ');
            }
        }
        end_line(start, out);
    }
}

/// The line between two rows. A field that goes on below is not cut.
fn ruler(cells: &[Cell<'_>], above: Option<u32>, below: Option<u32>, out: &mut Text) {
    let at = |row: Option<u32>, bit: u32| {
        let row = row?;
        cells.iter().position(|cell| cell.in_row(row).is_some_and(|(from, to)| (from..to).contains(&bit)))
    };
    let line = |bit: u32| at(above, bit) != at(below, bit);
    let bar = |row: Option<u32>, bit: u32| bit.checked_sub(1).and_then(|left| at(row, left)) != at(row, bit);
    let start = out.len();
    out.spaces(INDENT);
    for bit in 0..=ROW_BITS {
        let here = bit < ROW_BITS && line(bit);
        let before = bit > 0 && line(bit - 1);
        // Without a line, the sides of the diagram still show where bytes begin.
        let corner = here || before || bar(above, bit) || bar(below, bit);
        out.ch(if corner { '+' } else { ' ' }).ch(if here { '-' } else { ' ' });
    }
    end_line(start, out);
}

/// Ends a line without trailing spaces.
fn end_line(start: usize, out: &mut Text) {
    let blanks = out.as_bytes().get(start..).map_or(0, |line| line.iter().rev().take_while(|b| **b == b' ').count());
    out.truncate(out.len() - blanks);
    out.ch('\n');
}

/// One line of a row: what `text` writes for each cell whose text belongs into this row, between bars.
fn line(cells: &[Cell<'_>], row: u32, role: Role, out: &mut Text, mut text: impl FnMut(&Cell<'_>, &mut Text)) {
    let mut word = Text::new();
    out.spaces(INDENT);
    for cell in cells {
        let Some((from, to)) = cell.in_row(row) else { continue };
        let room = ((to - from) * 2 - 1) as usize;
        word.clear();
        if cell.text_row() == row {
            text(cell, &mut word);
        }
        let free = room.saturating_sub(columns(word.as_str()));
        out.ch('|').spaces(free / 2);
        if !word.is_empty() {
            out.paint(role, |out| {
                out.text(&word);
            });
        }
        out.spaces(free - free / 2);
    }
    out.lit("|\n");
}

fn labels(cells: &[Cell<'_>], row: u32, width: usize, out: &mut Text) {
    line(cells, row, Role::Label, out, |cell, word| {
        match cell.letter {
            Some(letter) => word.ch(letter),
            None => word.lit(cell.label()),
        };
    });
    let here = |cell: &&Cell<'_>| cell.at / ROW_BITS == row;
    let begins = || cells.iter().filter(here).filter_map(|cell| cell.begins);
    let room = width.saturating_sub(INDENT + WIDTH + 2);
    let needed = begins().fold(0, |sum, label| sum + columns(label) + 2);
    if needed == 0 || needed > room + 2 {
        return;
    }
    // The line has ended; it goes on behind the place where a full row ends.
    out.truncate(out.len() - 1);
    let narrower = ((ROW_BITS - last_row_bits(cells, row)) * 2) as usize;
    out.spaces(narrower);
    out.lit("  ").paint(Role::Faint, |out| {
        for (index, label) in begins().enumerate() {
            out.lit(if index > 0 { ", " } else { "" }).lit(label);
        }
    });
    out.ch('\n');
}

fn values(cells: &[Cell<'_>], row: u32, packet: &Packet<'_>, tree: &Tree, section: &Section<'_>, out: &mut Text) {
    line(cells, row, Role::Value, out, |cell, word| {
        let Some(node) = cell.node else { return };
        if cell.bits > 1 {
            value::write(tree, node, packet, section.bytes, word);
        }
        if word.is_empty() || columns(word.as_str()) > cell.room() {
            word.clear();
            value::number(tree, node, packet, word);
        }
        if word.is_empty() || columns(word.as_str()) > cell.room() {
            word.clear();
            if cell.bits >= 128 {
                super::section::bytes(u64::from(cell.bits / 8), word);
            }
        }
    });
}

/// What the letters stand for.
fn key(cells: &[Cell<'_>], packet: &Packet<'_>, tree: &Tree, section: &Section<'_>, out: &mut Text) {
    for cell in cells {
        let Some(letter) = cell.letter else { continue };
        out.spaces(INDENT).paint(Role::Label, |out| {
            out.ch(letter).lit("  ").lit(cell.label());
        });
        if let Some(node) = cell.node {
            out.lit(": ").paint(Role::Value, |out| value::write(tree, node, packet, section.bytes, out));
        }
        out.ch('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::write;
    use crate::output::section::sections;
    use crate::output::testing::{show, udp};

    fn diagrams(frame: &[u8]) -> String {
        show(frame, |packet, tree, out| {
            for section in sections(packet, tree) {
                write(packet, tree, &section, 80, out);
            }
        })
    }

    #[test]
    fn a_header_is_drawn_in_rows_of_32_bits_and_narrow_fields_get_letters() {
        let text = diagrams(&udp(b"hello"));
        let rows = [
            "\n  |Version|   H   |   DSCP    |ECN|         Total length          |\n  |   4   |  20   | ",
            " | 0 |           33 bytes            |\n  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+\n",
            "\n  |        Identification         |R|D|M|     Fragment offset     |\n  |            0x0000             |0|1|0| ",
        ];
        for row in rows {
            assert!(text.contains(row), "{row}\n{text}");
        }
        assert!(text.contains("\n  H  Header length: 20 bytes (5 × 4)\n  R  Reserved bit: not set\n"), "{text}");
    }

    #[test]
    fn a_field_that_goes_on_in_the_next_row_is_not_cut_there() {
        let ethernet = "
  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  |                          Destination                          |
  |                       02:00:00:00:00:02                       |
  +                               +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  |                               |                               |
  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+                               +
  |                            Source                             |
  |                       02:00:00:00:00:01                       |
  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
";
        let text = diagrams(&udp(b"hello"));
        assert!(text.contains(ethernet), "{text}");
    }

    #[test]
    fn flags_have_the_letters_that_everybody_knows_and_options_are_named_beside() {
        let options = [
            etherparse::TcpOptionElement::MaximumSegmentSize(1460),
            etherparse::TcpOptionElement::Noop,
            etherparse::TcpOptionElement::WindowScale(7),
        ];
        let builder = etherparse::PacketBuilder::ethernet2([2; 6], [4; 6]).ipv4([10, 0, 0, 1], [10, 0, 0, 2], 64);
        let builder = builder.tcp(40_000, 80, 7, 64_240).syn().options(&options).unwrap();
        let mut frame = Vec::new();
        builder.write(&mut frame, &[]).unwrap();
        let text = diagrams(&frame);
        assert!(text.contains("|C|E|U|A|P|R|S|F|"), "{text}");
        assert!(text.contains("|0|0|0|0|0|0|1|0|"), "{text}");
        assert!(text.contains("\n  S  SYN: set\n"), "{text}");
        // 80 columns have room for one of the two names, so neither is written.
        assert!(text.contains("|     Kind      |     Kind      |    Length     |  Shift count  |\n"), "{text}");
        let wide = show(&frame, |packet, tree, out| {
            for section in sections(packet, tree) {
                write(packet, tree, &section, 120, out);
            }
        });
        assert!(wide.contains("|     Maximum segment size      |  Maximum segment size\n"), "{wide}");
        assert!(wide.contains("|  Shift count  |  No operation, Window scale\n"), "{wide}");
    }
}
