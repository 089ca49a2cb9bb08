//! Raw IP (`LINKTYPE_RAW`): no link header; the first four bits say which version of IP follows.

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit};
use crate::input::{Bad, Input};
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

/// Raw IP.
pub static RAW: Protocol = Protocol {
    name: "raw",
    title: "Raw IP",
    spec: "LINKTYPE_RAW",
    scope: "There is no header: the first four bits choose IPv4 or IPv6. Not: anything but IP.",
    unit: Unit::Frame,
    // 12 and 14 are what BSD systems and OpenBSD call it in their own files.
    keys: &[(Space::Link, 101), (Space::Link, 12), (Space::Link, 14)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let [first] = input.head::<1>()?;
    let next = match first >> 4 {
        4 => Next::Key(Space::EtherType, 0x0800),
        6 => Next::Key(Space::EtherType, 0x86dd),
        version => {
            s.flaw(Bad {
                rule: "raw IP begins with version 4 or 6 (LINKTYPE_RAW)",
                expected: 4,
                found: u32::from(version),
            });
            Next::Opaque("neither IPv4 nor IPv6")
        }
    };
    Ok(Step::new(&input, 0, input.wire, next))
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    if seen.style.link {
        out.lit("ip: ");
    }
    if seen.next.is_none()
        && let Some(first) = seen.payload.first()
    {
        out.lit("unknown ip ").num(u64::from(first >> 4));
    }
}
