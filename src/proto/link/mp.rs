//! PPP Multilink: one link made of several, over which the fragments of a packet travel side by side (RFC 1990), with the
//! long header; classes of fragments are those of RFC 2686.
//!
//! ```text
//! |B|E|  Class  |0|0|              Sequence number                  |
//! ```

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::{Around, Field, Kind};
use crate::input::Input;
use crate::proto::shared::ppp::ppp_header;
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEADER:
    FRAGMENT = Field::uint("mp.frag", 0, 6).hex().label("Fragment").doc("RFC 1990 §3", "Which part of a packet it is").explain(explain_fragment);
    FIRST = Field::flag("mp.first", 0).part_of("mp.frag").label("First fragment").doc("RFC 1990 §3", "1: a packet begins here");
    LAST = Field::flag("mp.last", 1).part_of("mp.frag").label("Last fragment").doc("RFC 1990 §3", "1: a packet ends here");
    CLASS = Field::uint("mp.sequence_num_cls", 2, 4).part_of("mp.frag").label("Class").doc("RFC 2686 §4.3", "Fragments of another class may come between; 0 without classes");
    RESERVED = Field::uint("mp.sequence_num_reserved", 6, 2).label("Reserved").doc("RFC 1990 §3", "Must be 0");
    SEQUENCE = Field::uint("mp.seq", 8, 24).label("Sequence number").doc("RFC 1990 §3", "Counts the fragments over all links, so that they can be put in order");
}

crate::fields! { MOVING:
    PAYLOAD = Field::moving("mp.payload", Kind::Bytes).label("Payload").doc("RFC 1990 §3", "A part of a packet; the first one begins with the protocol number");
}

/// PPP Multilink.
pub static MP: Protocol = Protocol {
    name: "mp",
    title: "PPP Multilink",
    spec: "RFC 1990",
    scope: "The long header, and packets that were not fragmented. Not: short headers, which only the negotiation before tells, and reassembly.",
    unit: Unit::Header,
    tables: &[HEADER, MOVING, ppp_header::ROWS],
    keys: &[(Space::Ppp, 0x003d)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let header = input.header::<4, S>(s, HEADER)?;
    if FIRST.get(header) != 0 && LAST.get(header) != 0 && input.wire > 4 {
        return ppp_header::put(&input, s, 4, 4);
    }
    let captured = input.data.len() as u32;
    if captured > 4 {
        s.span(&PAYLOAD, (input.base + 4) * 8, (captured - 4) * 8);
    }
    Ok(Step::new(&input, 4, input.wire, Next::Opaque("a fragment: the packet cannot be read from this frame alone")))
}

fn explain_fragment(around: &Around<'_>, out: &mut Text) {
    out.lit(match around.value >> 4 {
        0 => "from the middle of a packet",
        1 => "the end of a packet",
        2 => "the beginning of a packet",
        _ => "a whole packet",
    });
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    if seen.next.is_some() && seen.style.verbose == 0 {
        return;
    }
    out.lit("MLPPP, seq ").hex(SEQUENCE.get(seen.header), 3).lit(", Flags [");
    out.lit(match FRAGMENT.get(seen.header) >> 4 {
        0 => "none",
        1 => "end",
        2 => "begin",
        _ => "begin, end",
    });
    out.lit("], length ").num(seen.wire.into()).lit(": ");
}
