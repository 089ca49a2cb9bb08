//! Where a protocol's fields go: nowhere ([`Off`]), or into a tree of annotated nodes.

use crate::field::{Field, Table};
use crate::input::Bad;
use crate::time::Time;
use std::fmt;

/// What a note is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteKind {
    /// The capture ends before the packet does.
    Cut,
    /// The packet contradicts itself.
    Bad,
    /// Nobody here knows what the bytes are.
    Unknown,
    /// A limit of `sniff` was reached; the note says which.
    Cap,
    /// A dissector failed: a bug in `sniff`.
    Bug,
    /// A fact worth knowing that is no error.
    Info,
}

impl NoteKind {
    /// The word in JSON and in text.
    pub const fn word(self) -> &'static str {
        match self {
            NoteKind::Cut => "cut",
            NoteKind::Bad => "bad",
            NoteKind::Unknown => "unknown",
            NoteKind::Cap => "cap",
            NoteKind::Bug => "bug",
            NoteKind::Info => "info",
        }
    }
}

/// Receives what a protocol's body reads. Positions are bits from the first bit of the buffer.
///
/// A body may skip work when `ON` is false, but `ON` must never change the step or the verdict it returns.
pub trait Sink {
    /// Whether anything is kept; `if S::ON` guards work that only fields need.
    const ON: bool;

    /// Puts a number or a flag, already scaled.
    fn uint(&mut self, field: &'static Field, bit: u32, bits: u32, value: u64);

    /// Puts a field whose value is its bytes (addresses, bytes, text).
    fn span(&mut self, field: &'static Field, bit: u32, bits: u32);

    /// Puts a computed number or flag, which has no bits. A signed number is put as its two's complement.
    fn derived(&mut self, field: &'static Field, value: u64);

    /// Puts a computed time or duration.
    fn derived_time(&mut self, field: &'static Field, value: Time);

    /// Puts a computed text.
    fn derived_text(&mut self, field: &'static Field, value: fmt::Arguments<'_>);

    /// Puts computed bytes (an address that another field implies).
    fn derived_bytes(&mut self, field: &'static Field, value: &[u8]);

    /// Opens a group (or a bytes field with parts) at `bit`; what follows are its children until [`Sink::close`].
    fn open(&mut self, field: &'static Field, bit: u32);

    /// Closes the innermost open group, which ends before `bit`.
    fn close(&mut self, bit: u32);

    /// Records that the packet contradicts itself here, without stopping. Kept by every sink, and part of the verdict.
    fn flaw(&mut self, bad: Bad);

    /// Records a remark for people. Not part of the verdict.
    fn note(&mut self, kind: NoteKind, text: fmt::Arguments<'_>);

    /// Whether the budget still allows more items; loops over options and records stop when it does not.
    fn room(&self) -> bool;

    /// Puts the fixed rows of `table` up to the first that does not lie wholly inside `header`, which starts `base`
    /// bytes into the buffer.
    fn fixed(&mut self, table: Table, header: &[u8], base: u32);
}

/// Keeps no fields: the fast path. Remembers the first flaw, which is part of the verdict.
#[derive(Debug, Default)]
pub struct Off {
    /// The first contradiction that was reported.
    pub flaw: Option<Bad>,
}

impl Sink for Off {
    const ON: bool = false;
    #[inline(always)]
    fn uint(&mut self, _: &'static Field, _: u32, _: u32, _: u64) {}
    #[inline(always)]
    fn span(&mut self, _: &'static Field, _: u32, _: u32) {}
    #[inline(always)]
    fn derived(&mut self, _: &'static Field, _: u64) {}
    #[inline(always)]
    fn derived_time(&mut self, _: &'static Field, _: Time) {}
    #[inline(always)]
    fn derived_text(&mut self, _: &'static Field, _: fmt::Arguments<'_>) {}
    #[inline(always)]
    fn derived_bytes(&mut self, _: &'static Field, _: &[u8]) {}
    #[inline(always)]
    fn open(&mut self, _: &'static Field, _: u32) {}
    #[inline(always)]
    fn close(&mut self, _: u32) {}
    #[cold]
    fn flaw(&mut self, bad: Bad) {
        self.flaw.get_or_insert(bad);
    }
    #[inline(always)]
    fn note(&mut self, _: NoteKind, _: fmt::Arguments<'_>) {}
    #[inline(always)]
    fn room(&self) -> bool {
        true
    }
    #[inline(always)]
    fn fixed(&mut self, _: Table, _: &[u8], _: u32) {}
}
