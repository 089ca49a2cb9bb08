//! Bytes that nobody reads further: a payload without a dissector here, or behind a header that could not be read.

use crate::dissect::{Dissected, Next, Protocol, Step, Unit};
use crate::field::{Field, Kind};
use crate::input::Input;
use crate::sink::{Off, Sink};
use crate::tree::Tree;

crate::fields! { ROWS:
    DATA_DATA = Field::moving("data.data", Kind::Bytes).label("Data").doc("payload", "The bytes as they were sent; nothing here reads them further");
    DATA_LEN = Field::derived("data.len", Kind::Uint).label("Length").unit("bytes").doc("payload", "How many bytes were captured of them");
}

/// Bytes without a known structure.
pub static DATA: Protocol = Protocol {
    name: "data",
    title: "Data",
    spec: "payload",
    scope: "The bytes that no protocol claims, with their length. Not: what is in them.",
    unit: Unit::Data,
    tables: &[ROWS],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    ..Protocol::NONE
};

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    if S::ON && !input.data.is_empty() {
        s.span(&DATA_DATA, input.base * 8, input.data.len() as u32 * 8);
        s.derived(&DATA_LEN, input.data.len() as u64);
    }
    Ok(Step::new(&input, input.wire, input.wire, Next::End))
}
