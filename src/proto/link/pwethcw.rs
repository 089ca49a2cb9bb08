//! The control word of an Ethernet pseudowire (RFC 4448 §4.6).
//!
//! ```text
//! |0 0 0 0|   Reserved (12 bits)  |        Sequence number        |
//! ```

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit, direct};
use crate::field::{Around, Field};
use crate::input::{Bad, Input};
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEADER:
    RESERVED = Field::uint("pweth.cw.reserved", 0, 16).hex().label("Reserved").doc("RFC 4448 §4.6", "Four bits of 0, which tell a control word from IP, and twelve that are not used");
    SEQUENCE = Field::uint("pweth.cw.sequence_number", 16, 16).label("Sequence number").doc("RFC 4448 §4.6.1", "Counts the frames of the pseudowire, so that they can be put in order; 0 when they are not counted").explain(explain_sequence);
}

/// The control word of an Ethernet pseudowire.
pub static PWETHCW: Protocol = Protocol {
    name: "pwethcw",
    title: "Ethernet pseudowire control word",
    spec: "RFC 4448",
    scope: "The control word.",
    unit: Unit::Header,
    tables: &[HEADER],
    keys: &[(Space::Direct, direct::PW_CONTROL_WORD)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let header = input.header::<4, S>(s, HEADER)?;
    let reserved = RESERVED.get(header) as u32;
    if reserved != 0 {
        s.flaw(Bad {
            rule: "the first 16 bits of the control word are 0 (RFC 4448 §4.6)",
            expected: 0,
            found: reserved,
        });
    }
    Ok(Step::new(&input, 4, input.wire, Next::Key(Space::Link, 1)))
}

fn explain_sequence(around: &Around<'_>, out: &mut Text) {
    if around.value == 0 {
        out.lit("the frames are not counted");
    }
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    if seen.style.verbose > 0 {
        out.lit("PW control word, seq ").num(SEQUENCE.get(seen.header)).lit(": ");
    }
}
