//! IPv6 fragment header (RFC 8200 §4.5): a part of a packet that was too long for its path.
//!
//! ```text
//! |  Next header  |   Reserved    |   Fragment offset       |Res|M|
//! |                        Identification                         |
//! ```

use crate::dissect::{Dissected, Fragment, FragmentRows, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::{Around, Field, Kind};
use crate::input::{Bad, Extent, Input};
use crate::proto::shared::ip::ipv6_chain as chain;
use crate::proto::shared::names::ipproto::ip_protocol_name;
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEADER:
    NXT = Field::uint("ipv6.fraghdr.nxt", 0, 8).names(ip_protocol_name).explain(chain::explain_next).label("Next header").doc("RFC 8200 §4.5", "What the whole packet has after this header; only the first fragment shows it");
    RESERVED = Field::uint("ipv6.fraghdr.reserved_octet", 8, 8).hex().label("Reserved").doc("RFC 8200 §4.5", "Must be 0");
    OFFSET = Field::uint("ipv6.fraghdr.offset", 16, 13).explain(explain_offset).label("Fragment offset").doc("RFC 8200 §4.5", "Where this fragment belongs in the packet, in units of 8 bytes");
    RESERVED_BITS = Field::uint("ipv6.fraghdr.reserved_bits", 29, 2).label("Reserved").doc("RFC 8200 §4.5", "Must be 0");
    MORE = Field::flag("ipv6.fraghdr.more", 31).explain(explain_more).label("More fragments").doc("RFC 8200 §4.5", "0: this is the last fragment");
    IDENT = Field::uint("ipv6.fraghdr.ident", 32, 32).hex().label("Identification").doc("RFC 8200 §4.5", "The same for all fragments of one packet; unpredictable (RFC 7739)");
}

crate::fields! { FRAGMENTS:
    F_GROUP = Field::group("ipv6.fragments").label("Fragments").doc("RFC 8200 §4.5", "How the datagram was put together");
    F_FRAME = Field::derived("ipv6.fragment", Kind::Uint).repeats().label("Fragment in frame").doc("RFC 8200 §4.5", "The number of a frame that brought a part of the datagram");
    F_OVERLAP = Field::derived("ipv6.fragment.overlap", Kind::Flag).repeats().label("Fragments overlap").doc("RFC 5722 §3", "1: two fragments hold the same bytes of the datagram");
    F_CONFLICT = Field::derived("ipv6.fragment.overlap.conflict", Kind::Flag).label("Overlapping fragments differ").doc("RFC 5722 §3", "1: they hold different bytes; the first ones are shown, but hosts disagree, and Linux drops the datagram");
    F_TAILS = Field::derived("ipv6.fragment.multipletails", Kind::Flag).label("Fragments disagree on the end").doc("RFC 8200 §4.5", "1: fragments reach behind the one that says that it is the last");
    F_COUNT = Field::derived("ipv6.fragment.count", Kind::Uint).label("Fragment count").doc("RFC 8200 §4.5", "How many fragments were seen, repeated ones included");
    F_LENGTH = Field::derived("ipv6.reassembled.length", Kind::Uint).unit("bytes").label("Reassembled length").doc("RFC 8200 §4.5", "Length of the datagram's payload");
    F_DATA = Field::moving("ipv6.reassembled.data", Kind::Bytes).label("Reassembled data").doc("RFC 8200 §4.5", "The datagram's payload");
}

/// IPv6 fragment header.
pub static IPV6_FRAGHDR: Protocol = Protocol {
    name: "ipv6.fraghdr",
    title: "IPv6 fragment header",
    spec: "RFC 8200",
    scope: "Every field, and reassembly of fragments. \
        Not: fragments of which the capture holds only a part; they are shown each on its own.",
    unit: Unit::Header,
    tables: &[HEADER, FRAGMENTS],
    keys: &[(Space::IpProto, 44)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    fragment_rows: Some(FragmentRows {
        group: &F_GROUP,
        frame: &F_FRAME,
        overlap: &F_OVERLAP,
        conflict: &F_CONFLICT,
        tails: &F_TAILS,
        count: &F_COUNT,
        length: &F_LENGTH,
        data: &F_DATA,
    }),
    ..Protocol::NONE
};

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let header = input.header::<8, S>(s, HEADER)?;
    let (offset, more) = (OFFSET.get(header), MORE.get(header) != 0);
    let carried = input.wire.saturating_sub(8);
    if more && !carried.is_multiple_of(8) && input.extent == Extent::Whole {
        s.flaw(Bad {
            rule: "every fragment but the last carries a multiple of 8 bytes (RFC 8200 §4.5)",
            expected: carried / 8 * 8,
            found: carried,
        });
    }
    let next = if offset == 0 {
        chain::next(NXT.get(header))
    } else {
        Next::Opaque("a later fragment: the header of what it carries is in the first fragment")
    };
    let extent = match input.extent {
        Extent::Whole if offset == 0 && more => Extent::Fragment,
        extent => extent,
    };
    let step = Step::new(&input, 8, input.wire, next).extent(extent);
    if input.extent != Extent::Whole || offset == 0 && !more {
        return Ok(step);
    }
    Ok(step.fragment(Fragment { id: IDENT.get(header), offset: offset as u32 * 8, more, next }))
}

fn explain_offset(a: &Around<'_>, out: &mut Text) {
    let carried = u64::from(a.wire).saturating_sub(8);
    let from = a.value * 8;
    out.num_grouped(a.value).lit(" × 8: bytes ").num_grouped(from).lit(" to ");
    out.num_grouped((from + carried).saturating_sub(1)).lit(" of what the source split");
}

fn explain_more(a: &Around<'_>, out: &mut Text) {
    let first = OFFSET.get(a.layer) == 0;
    out.lit(match (a.value != 0, first) {
        (true, true) => "the first fragment; only IPv6 senders split packets, never routers",
        (true, false) => "a fragment from the middle",
        (false, true) => "the only fragment: the header is there without need (an atomic fragment, RFC 6946)",
        (false, false) => "the last fragment",
    });
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    out.lit("frag (");
    if seen.style.verbose > 0 {
        out.hex(IDENT.get(seen.header), 8).ch(':');
    }
    let offset = OFFSET.get(seen.header);
    out.num(offset * 8).ch('|').num(seen.payload_wire().into()).ch(')');
    if offset == 0 || seen.next.is_some() {
        out.ch(' ');
    }
    if offset == 0 {
        chain::line_unread(seen, NXT.get(seen.header), out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Env;

    fn step(header: [u8; 8], payload: usize, extent: Extent) -> (Step, Option<Bad>) {
        let mut data = header.to_vec();
        data.resize(8 + payload, 0);
        let mut off = Off::default();
        let input = Input { data: &data, base: 0, wire: data.len() as u32, extent, env: &Env::NONE };
        (dissect(input, &mut off).unwrap(), off.flaw)
    }

    #[test]
    fn only_the_first_fragment_shows_what_follows() {
        let (first, flaw) = step([17, 0, 0, 1, 0, 0, 0, 7], 16, Extent::Whole);
        assert_eq!((first.next, first.extent, flaw), (Next::Key(Space::IpProto, 17), Extent::Fragment, None));
        let (later, _) = step([17, 0, 0, 0x10, 0, 0, 0, 7], 9, Extent::Whole);
        assert!(matches!(later.next, Next::Opaque(_)));
        let (atomic, _) = step([17, 0, 0, 0, 0, 0, 0, 7], 9, Extent::Whole);
        assert_eq!(atomic.extent, Extent::Whole);
    }

    #[test]
    fn a_fragment_that_is_not_the_last_has_a_multiple_of_8_bytes() {
        let header = [17, 0, 0, 1, 0, 0, 0, 7];
        assert_eq!(step(header, 15, Extent::Whole).1.map(|f| (f.expected, f.found)), Some((8, 15)));
        assert_eq!(step(header, 15, Extent::Quoted).1, None);
    }
}
