//! The ordered, annotated field tree of one packet: a flat arena, reused from packet to packet.

use crate::field::{Field, Kind, Table, Value};
use crate::input::{Bad, Budget};
use crate::sink::{NoteKind, Sink};
use crate::text::Text;
use crate::time::Time;
use std::fmt;

/// Buffer 0 is the frame; this one is the tree's own, for values that were computed.
const FRAME: u8 = 0;
const PRODUCED: u8 = 1;

/// One field of the packet.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// The row.
    pub field: &'static Field,
    /// First bit in the buffer.
    pub bit: u32,
    /// Width in bits; 0 for derived fields.
    pub bits: u32,
    /// The number, for numbers and flags; seconds for times.
    num: u64,
    /// Nesting below the layer, from 0.
    pub depth: u8,
    /// Index of the layer it belongs to.
    pub layer: u8,
    buffer: u8,
}

impl Node {
    /// Whether the node's bits are bits of the frame.
    pub fn in_frame(&self) -> bool {
        self.buffer == FRAME
    }
}

/// A remark about one layer.
#[derive(Clone, Copy, Debug)]
pub struct Note {
    /// Index of the layer it is about.
    pub layer: u8,
    /// What it is about.
    pub kind: NoteKind,
    start: u32,
    end: u32,
}

/// The fields and notes of one packet.
#[derive(Debug)]
pub struct Tree {
    nodes: Vec<Node>,
    notes: Vec<Note>,
    /// Bytes of computed values.
    produced: Vec<u8>,
    /// Texts of notes, escaped as they come in.
    remarks: Text,
    /// Indices of the groups that are open.
    open: Vec<u32>,
    layer: u8,
    /// Where the captured bytes end, in bits; no group ends behind it.
    end: u32,
    flaw: Option<Bad>,
    budget: Budget,
    /// Whether the budget cut something off.
    full: bool,
}

impl Default for Tree {
    fn default() -> Self {
        Tree::new(Budget::STANDARD)
    }
}

impl Tree {
    /// An empty tree whose packets may cost as much as `budget` says.
    pub fn new(budget: Budget) -> Self {
        Tree {
            nodes: Vec::new(),
            notes: Vec::new(),
            produced: Vec::new(),
            remarks: Text::new(),
            open: Vec::new(),
            layer: 0,
            end: u32::MAX,
            flaw: None,
            budget,
            full: false,
        }
    }

    /// Forgets the packet and keeps the memory.
    pub fn clear(&mut self) {
        self.nodes.clear();
        self.notes.clear();
        self.produced.clear();
        self.remarks.clear();
        self.open.clear();
        self.layer = 0;
        self.end = u32::MAX;
        self.flaw = None;
        self.full = false;
    }

    /// The frame's captured bytes end before `bit`. A group of which the capture holds only the beginning, such as an
    /// option that says how long it is, ends there too.
    pub fn ends_at(&mut self, bit: u32) {
        self.end = bit;
    }

    /// What follows belongs to the layer with this index.
    pub fn enter(&mut self, layer: u8) {
        self.layer = layer;
    }

    /// The layer's header ends before `bit`. A body that stopped early leaves groups open: they end there.
    pub fn leave(&mut self, bit: u32) {
        while !self.open.is_empty() {
            self.close(bit);
        }
    }

    /// Records a note even when the budget is used up.
    pub fn note_always(&mut self, kind: NoteKind, text: fmt::Arguments<'_>) {
        let start = self.remarks.len() as u32;
        self.remarks.fmt(text);
        self.notes.push(Note { layer: self.layer, kind, start, end: self.remarks.len() as u32 });
    }

    /// All nodes, in order.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The nodes of one layer, in order.
    pub fn layer(&self, layer: u8) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(move |n| n.layer == layer)
    }

    /// All notes, in order.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// The text of a note, safe to print.
    pub fn note_text(&self, note: &Note) -> &str {
        self.remarks.as_str().get(note.start as usize..note.end as usize).unwrap_or_default()
    }

    /// Writes the text of a note.
    pub fn note_to(&self, note: &Note, out: &mut Text) {
        out.part(&self.remarks, note.start as usize..note.end as usize);
    }

    /// The first contradiction reported since the last [`Tree::clear`] or [`Tree::take_flaw`].
    pub fn take_flaw(&mut self) -> Option<Bad> {
        self.flaw.take()
    }

    /// Whether the budget cut fields off.
    pub fn is_full(&self) -> bool {
        self.full
    }

    /// A node's own bytes; `frame` is the captured frame. A field of a few bits gives the bytes that hold them.
    pub fn bytes<'a>(&'a self, node: &Node, frame: &'a [u8]) -> &'a [u8] {
        let buffer = if node.buffer == FRAME { frame } else { &self.produced };
        let first = node.bit as usize / 8;
        let end = (node.bit as usize + node.bits as usize).div_ceil(8);
        buffer.get(first..end.min(buffer.len())).unwrap_or_default()
    }

    /// A node's value as a number; 0 when it is none.
    pub fn number(&self, node: &Node) -> u64 {
        node.num
    }

    /// A node's value.
    pub fn value<'a>(&'a self, node: &Node, frame: &'a [u8]) -> Value<'a> {
        match node.field.kind {
            Kind::Uint => Value::Uint(node.num),
            Kind::Int => Value::Int(node.num as i64),
            Kind::Flag => Value::Flag(node.num != 0),
            Kind::Time => Value::Time(Time { secs: node.num as i64, nanos: node.bit }),
            Kind::Group => Value::None,
            kind => {
                let bytes = self.bytes(node, frame);
                match kind {
                    Kind::Mac => bytes.first_chunk().map_or(Value::Bytes(bytes), |a| Value::Mac(*a)),
                    Kind::Ip4 => bytes.first_chunk().map_or(Value::Bytes(bytes), |a| Value::Ip4(*a)),
                    Kind::Ip6 => bytes.first_chunk().map_or(Value::Bytes(bytes), |a| Value::Ip6(*a)),
                    Kind::Text => Value::Text(bytes),
                    _ => Value::Bytes(bytes),
                }
            }
        }
    }

    fn push(&mut self, field: &'static Field, buffer: u8, bit: u32, bits: u32, num: u64) {
        if self.nodes.len() >= self.budget.items as usize {
            self.full = true;
            return;
        }
        let depth = (self.open.len() as u8).saturating_add(u8::from(field.part_of.is_some()));
        self.nodes.push(Node { field, bit, bits, num, depth, layer: self.layer, buffer });
    }
}

impl Sink for Tree {
    const ON: bool = true;

    fn uint(&mut self, field: &'static Field, bit: u32, bits: u32, value: u64) {
        self.push(field, FRAME, bit, bits, value);
    }

    fn span(&mut self, field: &'static Field, bit: u32, bits: u32) {
        self.push(field, FRAME, bit, bits, 0);
    }

    fn derived(&mut self, field: &'static Field, value: u64) {
        self.push(field, PRODUCED, 0, 0, value);
    }

    fn derived_time(&mut self, field: &'static Field, value: Time) {
        self.push(field, PRODUCED, value.nanos, 0, value.secs as u64);
    }

    fn derived_text(&mut self, field: &'static Field, value: fmt::Arguments<'_>) {
        let start = self.produced.len();
        // Writing to memory cannot fail.
        let _ = std::io::Write::write_fmt(&mut self.produced, value);
        if self.produced.len() > self.budget.bytes as usize {
            self.produced.truncate(start);
            self.full = true;
            return;
        }
        let bits = (self.produced.len() - start) as u32 * 8;
        self.push(field, PRODUCED, start as u32 * 8, bits, 0);
    }

    fn derived_bytes(&mut self, field: &'static Field, value: &[u8]) {
        let start = self.produced.len();
        if start + value.len() > self.budget.bytes as usize {
            self.full = true;
            return;
        }
        self.produced.extend_from_slice(value);
        self.push(field, PRODUCED, start as u32 * 8, value.len() as u32 * 8, 0);
    }

    fn open(&mut self, field: &'static Field, bit: u32) {
        let index = self.nodes.len() as u32;
        self.push(field, FRAME, bit, 0, 0);
        self.open.push(index);
    }

    fn close(&mut self, bit: u32) {
        if let Some(node) = self.open.pop().and_then(|i| self.nodes.get_mut(i as usize)) {
            node.bits = bit.min(self.end).saturating_sub(node.bit);
        }
    }

    fn flaw(&mut self, bad: Bad) {
        self.flaw.get_or_insert(bad);
        self.note(NoteKind::Bad, format_args!("{}: {} expected, {} found", bad.rule, bad.expected, bad.found));
    }

    fn note(&mut self, kind: NoteKind, text: fmt::Arguments<'_>) {
        if self.notes.len() >= 64 || self.remarks.len() > self.budget.bytes as usize {
            self.full = true;
            return;
        }
        self.note_always(kind, text);
    }

    fn room(&self) -> bool {
        !self.full
    }

    fn fixed(&mut self, table: Table, header: &[u8], base: u32) {
        for field in table {
            let Some(at) = field.at else { continue };
            // A part that is there must not appear without the whole that is cut, so this is the end.
            if (usize::from(at.bit) + usize::from(at.bits)).div_ceil(8) > header.len() {
                return;
            }
            let num = match field.kind {
                Kind::Uint | Kind::Flag => field.get(header),
                Kind::Int => field.get_signed(header) as u64,
                _ => 0,
            };
            self.push(field, FRAME, base * 8 + u32::from(at.bit), u32::from(at.bits), num);
        }
    }
}
