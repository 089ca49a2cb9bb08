//! A layer that is one message, of which nothing is left over for a payload.

use crate::dissect::{Next, Step};
use crate::input::Input;
use crate::sink::{NoteKind, Sink};

/// The step over a message of `wire` bytes. When the capture ends inside it, a note says so; `name` is the protocol's.
pub fn step<S: Sink>(input: &Input<'_>, s: &mut S, name: &str, wire: u32) -> Step {
    let wire = wire.min(input.wire);
    let have = input.data.len() as u32;
    if S::ON && have < wire {
        s.note(NoteKind::Cut, format_args!("{name}: {wire} bytes expected, {have} captured"));
    }
    Step::new(input, have.min(wire), wire, Next::End)
}
