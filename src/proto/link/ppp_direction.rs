//! PPP with a byte before it that says which way the frame went, as capturing systems write it: `LINKTYPE_PPP_WITH_DIR`
//! puts the byte before the frame, `LINKTYPE_PPP_PPPD` in the place of the address.
//!
//! ```text
//! |   Direction   |   (Address)   |    Control    |    Protocol …
//! ```

use crate::dissect::{Dissected, Protocol, Seen, Space, Unit};
use crate::field::{Around, Field, Kind};
use crate::input::Input;
use crate::proto::shared::ppp::ppp_header;
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { ROWS:
    DIRECTION = Field::moving("ppp.direction", Kind::Uint).values(DIRECTIONS).label("Direction").doc("LINKTYPE_PPP_WITH_DIR", "Which way the frame went, seen from the station that captured it").explain(explain_direction);
}

/// As Wireshark counts: the byte itself is 0 for received and anything else for sent.
static DIRECTIONS: &[(u64, &str)] = &[(0, "Sent"), (1, "Received")];

/// PPP with a direction.
pub static PPP_DIRECTION: Protocol = Protocol {
    name: "ppp",
    title: "Point-to-Point Protocol with direction",
    spec: "LINKTYPE_PPP_WITH_DIR, RFC 1661",
    scope: "The direction, then as PPP without it.",
    unit: Unit::Frame,
    tables: &[ROWS, ppp_header::ROWS],
    keys: &[(Space::Link, 166), (Space::Link, 204)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

/// Where address or control, and the protocol number, begin.
fn places(data: &[u8]) -> (u32, u32) {
    match data {
        // Both link types: the address as it is; or the direction in its place, and control behind it.
        [_, 0xff, ..] => (1, 3),
        [_, 3, ..] => (2, 2),
        _ => (1, 1),
    }
}

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let [direction, _] = *input.head::<2>()?;
    s.uint(&DIRECTION, input.base * 8, 8, u64::from(direction == 0));
    let (at, protocol) = places(input.data);
    ppp_header::put(&input, s, at, protocol)
}

fn explain_direction(around: &Around<'_>, out: &mut Text) {
    out.lit(if around.value == 0 { "from the capturing station to the other end" } else { "from the other end" });
}

/// `In  ` or `Out `, then as PPP.
fn line(seen: &Seen<'_>, out: &mut Text) {
    out.lit(if seen.header.first() == Some(&0) { "In  " } else { "Out " });
    ppp_header::line(seen, places(seen.header).1, out);
}
