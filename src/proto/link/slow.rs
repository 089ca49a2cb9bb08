//! Slow protocols (IEEE 802.3 annex 57A): at most ten frames a second of each, told apart by one byte.

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::Field;
use crate::input::Input;
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEADER:
    SUBTYPE = Field::uint("slow.subtype", 0, 8).hex().values(SUBTYPES).label("Subtype").doc("IEEE 802.3 §57A.4", "Which of the slow protocols follows");
}

/// IEEE 802.3 table 57A-3.
static SUBTYPES: &[(u64, &str)] = &[
    (1, "Link Aggregation Control Protocol"),
    (2, "Marker Protocol"),
    (3, "Operations, Administration, and Maintenance"),
    (10, "Organization specific"),
];

/// Slow protocols.
pub static SLOW: Protocol = Protocol {
    name: "slow",
    title: "Slow protocols",
    spec: "IEEE 802.3 annex 57A",
    scope: "The subtype. Not: organization-specific slow protocols, such as ITU-T's synchronization messages",
    unit: Unit::Header,
    tables: &[HEADER],
    keys: &[(Space::EtherType, 0x8809)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    // What a protocol leaves over is Ethernet's.
    trailer: Some(|t, _| t.at),
    ..Protocol::NONE
};

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let header = input.header::<1, S>(s, HEADER)?;
    Ok(Step::new(&input, 1, input.wire, Next::Key(Space::Slow, SUBTYPE.get(header) as u16)))
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    if seen.next.is_none() && seen.stopped.is_none() {
        out.lit("unknown (").num(SUBTYPE.get(seen.header)).lit("), length ").num(seen.outer.into());
    }
}
