//! One option of a list of options (type, length, value), and how its rows are put when the capture ends inside it.

use crate::field::{Field, Table};
use crate::sink::{NoteKind, Sink};

/// The option on which a walk stands.
#[derive(Clone, Copy, Debug)]
pub struct Tlv<'a> {
    /// The captured bytes from its first byte on; never longer than `wire`.
    pub data: &'a [u8],
    /// Offset of its first byte in the buffer, in bytes.
    pub base: u32,
    /// Its length on the wire in bytes, type and length included.
    pub wire: u32,
}

impl<'a> Tlv<'a> {
    /// The part of `data` (which starts `base` bytes into the buffer) from `at` on, `wire` bytes long.
    pub fn new(data: &'a [u8], base: u32, at: u32, wire: u32) -> Self {
        let end = at.saturating_add(wire) as usize;
        let data = data.get(at as usize..end.min(data.len())).unwrap_or_default();
        Tlv { data, base: base.saturating_add(at), wire }
    }

    /// A part of this option, from byte `at` on; it ends with the option at the latest.
    pub fn part(&self, at: u32, wire: u32) -> Self {
        Tlv::new(self.data, self.base, at, wire.min(self.wire.saturating_sub(at)))
    }

    /// Puts rows at fixed places from the option's first byte, as far as they were captured.
    pub fn fixed<S: Sink>(&self, s: &mut S, table: Table) {
        s.fixed(table, self.data, self.base);
    }

    /// Puts one row at its fixed place, when it was captured. Rows whose presence depends on others are put so.
    pub fn row<S: Sink>(&self, s: &mut S, field: &'static Field) {
        if let Some(at) = field.at.filter(|at| usize::from(at.bit + at.bits).div_ceil(8) <= self.data.len()) {
            s.uint(field, self.bit(0).saturating_add(at.bit.into()), at.bits.into(), field.get(self.data));
        }
    }

    /// Puts bytes `from..to` when there are any and all of them were captured.
    pub fn span<S: Sink>(&self, s: &mut S, field: &'static Field, from: u32, to: u32) {
        if from < to && self.data.len() >= to as usize {
            s.span(field, self.bit(from), (to - from) * 8);
        }
    }

    /// Puts everything from byte `from` on.
    pub fn rest<S: Sink>(&self, s: &mut S, field: &'static Field, from: u32) {
        self.span(s, field, from, self.wire);
    }

    /// Puts a big-endian number of at most 8 bytes, when all of them were captured.
    pub fn uint<S: Sink>(&self, s: &mut S, field: &'static Field, from: u32, bytes: u32) {
        if let Some(b) = self.data.get(from as usize..(from + bytes) as usize) {
            let value = b.iter().fold(0u64, |v, b| v << 8 | u64::from(*b));
            s.uint(field, self.bit(from), bytes * 8, value);
        }
    }

    /// Puts a little-endian number of at most 8 bytes, when all of them were captured.
    pub fn uint_le<S: Sink>(&self, s: &mut S, field: &'static Field, from: u32, bytes: u32) {
        if let Some(b) = self.data.get(from as usize..(from + bytes) as usize) {
            let value = b.iter().rev().fold(0u64, |v, b| v << 8 | u64::from(*b));
            s.uint(field, self.bit(from), bytes * 8, value);
        }
    }

    /// Puts the text in bytes `from..to`, without the zeros that fill it up, when all of them were captured.
    pub fn text<S: Sink>(&self, s: &mut S, field: &'static Field, from: u32, to: u32) {
        if let Some(b) = self.data.get(from as usize..to as usize) {
            let length = b.iter().position(|b| *b == 0).unwrap_or(b.len());
            s.span(field, self.bit(from), length as u32 * 8);
        }
    }

    /// The byte at `at`, when it was captured.
    pub fn byte(&self, at: u32) -> Option<u8> {
        self.data.get(at as usize).copied()
    }

    /// The bit with which byte `at` begins, counted from the buffer's first.
    pub fn bit(&self, at: u32) -> u32 {
        self.base.saturating_add(at).saturating_mul(8)
    }

    /// The bit behind what was captured of it, where a group over it ends: a fragment or a quotation may hold less than
    /// the length says, and something else may lie behind.
    pub fn end(&self) -> u32 {
        self.bit(self.data.len() as u32)
    }

    /// Notes a length that the option's kind does not allow, and returns whether it is right.
    pub fn expect<S: Sink>(&self, s: &mut S, rule: &'static str, wire: u32) -> bool {
        if self.wire != wire {
            let found = self.wire;
            s.note(NoteKind::Bad, format_args!("{rule}: {wire} bytes expected, {found} found"));
        }
        self.wire == wire
    }

    /// Notes a length below what the option's kind needs, and returns whether it is enough.
    pub fn at_least<S: Sink>(&self, s: &mut S, rule: &'static str, wire: u32) -> bool {
        if self.wire < wire {
            let found = self.wire;
            s.note(NoteKind::Bad, format_args!("{rule}: at least {wire} bytes expected, {found} found"));
        }
        self.wire >= wire
    }
}
