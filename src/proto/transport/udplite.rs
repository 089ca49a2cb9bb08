//! Lightweight User Datagram Protocol (RFC 3828): UDP whose checksum may leave the end of the payload out.
//!
//! ```text
//! |          Source port          |       Destination port        |
//! |       Checksum coverage       |           Checksum            |
//! ```
//!
//! The fields are Wireshark's `udp.*`, and conversations are counted together with UDP's, as there.

use crate::dissect::{Dissected, Follow, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::{Around, Field, Kind};
use crate::input::{Bad, Extent, Input};
use crate::proto::shared::checksum::{self, Covered, Status};
use crate::proto::shared::names::port_words;
use crate::proto::shared::names::ports::udp_service;
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEADER:
    SRCPORT = Field::uint("udp.srcport", 0, 16).names(udp_service).label("Source port").doc("RFC 3828 §3", "The sending socket's port; 0 when no reply is wanted").explain(port_words::explain);
    DSTPORT = Field::uint("udp.dstport", 16, 16).names(udp_service).label("Destination port").doc("RFC 3828 §3", "The receiving socket's port").explain(port_words::explain);
    COVERAGE = Field::uint("udp.checksum_coverage", 32, 16).unit("bytes").label("Checksum coverage").doc("RFC 3828 §3.1", "How many bytes, counted from the header's first, the checksum covers: at least the header's 8; 0 for the whole datagram").explain(explain_coverage);
    CHECKSUM = Field::uint("udp.checksum", 48, 16).hex().label("Checksum").doc("RFC 3828 §3.1", "Ones' complement sum over the pseudo-header and what is covered; may not be 0");
}

crate::fields! { MOVING:
    LENGTH = Field::derived("udp.length", Kind::Uint).unit("bytes").label("Length").doc("RFC 3828 §3.1", "Header and payload, from the packet's length; the header has no length of its own");
    CHECKSUM_STATUS = Field::derived("udp.checksum.status", Kind::Uint).values(checksum::STATUSES).label("Checksum status").doc("RFC 3828 §3.1", "Whether the checksum agrees with what it covers").explain(checksum::explain_status);
    STREAM = Field::derived("udp.stream", Kind::Uint).label("Stream").doc("sniff", "Number of the conversation among the capture's UDP and UDP-Lite conversations, from 0");
    TIME_RELATIVE = Field::derived("udp.time_relative", Kind::Time).unit("s").label("Time since the conversation's first datagram").doc("sniff", "Between capture times");
    TIME_DELTA = Field::derived("udp.time_delta", Kind::Time).unit("s").label("Time since the conversation's previous datagram").doc("sniff", "Between capture times");
    PAYLOAD = Field::moving("udp.payload", Kind::Bytes).label("Payload").doc("RFC 3828 §3", "The message that the datagram carries");
}

/// UDP-Lite.
pub static UDPLITE: Protocol = Protocol {
    name: "udplite",
    title: "Lightweight User Datagram Protocol",
    spec: "RFC 3828",
    scope: "The header, and the checksum over what it covers. What it carries is found by UDP ports.",
    unit: Unit::Datagram,
    tables: &[HEADER, MOVING],
    keys: &[(Space::IpProto, 136)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ports: Some(ports),
    follow: Some(Follow::Udp),
    ..Protocol::NONE
};

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let header = input.header::<8, S>(s, HEADER)?;
    let coverage = COVERAGE.get(header) as u32;
    if matches!(coverage, 1..8) {
        let rule = "the coverage is 0 or at least the header (RFC 3828 §3.1)";
        s.flaw(Bad { rule, expected: 8, found: coverage });
    } else if coverage > input.wire && input.extent == Extent::Whole {
        let rule = "the coverage is at most the datagram (RFC 3828 §3.1)";
        s.flaw(Bad { rule, expected: input.wire, found: coverage });
    }
    if S::ON {
        // A fragment or a quotation does not know how long the whole is.
        if input.extent == Extent::Whole {
            s.derived(&LENGTH, input.wire.into());
        }
        let rule = "the checksum covers pseudo-header and coverage (RFC 3828 §3.1)";
        status(Covered::of(&input, input.wire), header, input.wire).put(s, &CHECKSUM_STATUS, rule);
        if let Some(c) = input.env.conversation {
            s.derived(&STREAM, u64::from(c.stream));
            // A quotation does not say when the datagram was sent.
            if input.extent != Extent::Quoted {
                s.derived_time(&TIME_RELATIVE, c.since_first);
                s.derived_time(&TIME_DELTA, c.since_previous);
            }
        }
        let payload = (input.data.len() as u32).saturating_sub(8);
        if payload > 0 {
            s.span(&PAYLOAD, input.base.saturating_add(8).saturating_mul(8), payload.saturating_mul(8));
        }
    }
    let next = Next::Ports(Space::UdpPort, SRCPORT.get(header) as u16, DSTPORT.get(header) as u16);
    Ok(Step::new(&input, 8, input.wire, next))
}

/// Compares the checksum of a datagram of `wire` bytes.
fn status(covered: Covered<'_>, header: &[u8], wire: u32) -> Status {
    if CHECKSUM.get(header) == 0 {
        return Status::Illegal;
    }
    let bytes = match COVERAGE.get(header) as u32 {
        0 => wire,
        n if (8..=wire).contains(&n) => n,
        _ => return Status::Unverified,
    };
    match covered.pseudo_upto(136, 6, bytes) {
        // Because 0 stands for none, a sum of 0 is sent as its other form.
        Status::Bad { expected: 0, found } => Status::Bad { expected: 0xffff, found },
        status => status,
    }
}

fn explain_coverage(around: &Around<'_>, out: &mut Text) {
    let payload = u64::from(around.wire).saturating_sub(8);
    match around.value {
        0 => out.lit("the whole datagram, as in UDP"),
        8 if payload == 0 => out.lit("the header, which is the whole datagram"),
        8 => out.lit("the header alone: damage in the payload goes unnoticed here, and is the application's business"),
        n if n >= 8 && n == u64::from(around.wire) => out.lit("the whole datagram"),
        n if n >= 8 && n < u64::from(around.wire) => {
            out.lit("the header and the first ").num_grouped(n - 8).lit(" of ").num_grouped(payload);
            out.lit(" payload bytes: damage in the rest goes unnoticed here")
        }
        _ => return,
    };
}

fn ports(header: &[u8]) -> Option<(u16, u16)> {
    let header = header.first_chunk::<4>()?;
    Some((SRCPORT.get(header) as u16, DSTPORT.get(header) as u16))
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    let (Some(addresses), Some((src, dst))) = (seen.addresses, ports(seen.header)) else { return };
    addresses.src_to(out).ch('.').num(src.into()).lit(" > ");
    addresses.dst_to(out).ch('.').num(dst.into()).lit(": ");
    if seen.style.verbose > 0 && !seen.style.unverified && seen.extent == Extent::Whole {
        match status(Covered::seen(seen), seen.header, seen.wire) {
            Status::Good => out.lit("[udp-lite sum ok] "),
            Status::Absent | Status::Illegal => out.lit("[no cksum] "),
            Status::Partial => out.lit("[partial udp-lite cksum] "),
            Status::Bad { expected, found } => {
                out.lit("[bad udp-lite cksum ").hex(found, 4).lit(" -> ").hex(expected, 4).lit("!] ")
            }
            Status::Unverified => out,
        };
    }
    if seen.next.is_none() {
        out.lit("UDP-Lite, ");
        if !seen.style.quiet {
            out.lit("coverage ").num(COVERAGE.get(seen.header)).lit(", ");
        }
        out.lit("length ").num(seen.payload_wire().into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Addresses, Env};

    fn said(datagram: &[u8], extent: Extent) -> (Vec<(&'static str, u64)>, Option<Bad>) {
        let ends = Some(Addresses::V4 { src: [10, 0, 0, 1], dst: [10, 0, 0, 2] });
        let env = Env { ends, addresses: ends, ..Env::NONE };
        let mut tree = Tree::default();
        let input = Input { data: datagram, base: 0, wire: datagram.len() as u32, extent, env: &env };
        assert!(dissect(input, &mut tree).is_ok());
        let derived = tree.nodes().iter().filter(|n| n.field.derived);
        (derived.map(|n| (n.field.name, tree.number(n))).collect(), tree.take_flaw())
    }

    #[test]
    fn a_coverage_that_cannot_be_leaves_the_datagram_readable() {
        for (coverage, expected) in [(7u8, 8), (200, 9)] {
            let (rows, flaw) = said(&[0, 7, 0, 8, 0, coverage, 1, 1, b'x'], Extent::Whole);
            assert_eq!(flaw.map(|f| (f.expected, f.found)), Some((expected, coverage.into())));
            assert_eq!(rows, [("udp.length", 9), ("udp.checksum.status", 2)]);
        }
        // Who sees only the beginning cannot say that the coverage is too much.
        assert_eq!(said(&[0, 7, 0, 8, 0, 200, 1, 1, b'x'], Extent::Quoted).1, None);
    }
}
