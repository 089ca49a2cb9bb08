//! User Datagram Protocol (RFC 768).
//!
//! ```text
//! |          Source port          |       Destination port        |
//! |            Length             |           Checksum            |
//! ```

use crate::dissect::{Dissected, Follow, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::{Field, Kind};
use crate::input::{Addresses, Bad, Extent, Input};
use crate::proto::shared::checksum::{self, Covered, Status};
use crate::proto::shared::names::port_words;
use crate::proto::shared::names::ports::udp_service;
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEADER:
    SRCPORT = Field::uint("udp.srcport", 0, 16).names(udp_service).label("Source port").doc("RFC 768 Fields", "The sending socket's port; 0 when no reply is wanted").explain(port_words::explain);
    DSTPORT = Field::uint("udp.dstport", 16, 16).names(udp_service).label("Destination port").doc("RFC 768 Fields", "The receiving socket's port").explain(port_words::explain);
    LENGTH = Field::uint("udp.length", 32, 16).unit("bytes").label("Length").doc("RFC 768 Fields", "Header and payload; at least 8. 0 in an IPv6 jumbogram (RFC 2675 §4)");
    CHECKSUM = Field::uint("udp.checksum", 48, 16).hex().label("Checksum").doc("RFC 768 Fields", "Ones' complement sum over the pseudo-header, header and payload; 0: not computed (IPv4 only)");
}

crate::fields! { MOVING:
    PORT = Field::alias("udp.port", Kind::Uint, &["udp.srcport", "udp.dstport"]).label("Source or destination port").doc("RFC 768 Fields", "Either port");
    CHECKSUM_STATUS = Field::derived("udp.checksum.status", Kind::Uint).values(checksum::STATUSES).label("Checksum status").doc("RFC 768 Fields", "Whether the checksum agrees with what it covers").explain(checksum::explain_status);
    STREAM = Field::derived("udp.stream", Kind::Uint).label("Stream").doc("sniff", "Number of the conversation among the capture's UDP conversations, from 0");
    TIME_RELATIVE = Field::derived("udp.time_relative", Kind::Time).unit("s").label("Time since the conversation's first datagram").doc("sniff", "Between capture times");
    TIME_DELTA = Field::derived("udp.time_delta", Kind::Time).unit("s").label("Time since the conversation's previous datagram").doc("sniff", "Between capture times");
    PAYLOAD = Field::moving("udp.payload", Kind::Bytes).label("Payload").doc("RFC 768 Fields", "The message that the datagram carries");
}

/// UDP.
pub static UDP: Protocol = Protocol {
    name: "udp",
    title: "User Datagram Protocol",
    spec: "RFC 768",
    scope: "Every field, and the checksum. Not: payloads without a protocol listed here, which are data.",
    unit: Unit::Datagram,
    tables: &[HEADER, MOVING],
    keys: &[(Space::IpProto, 17)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ports: Some(ports),
    follow: Some(Follow::Udp),
    ..Protocol::NONE
};

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let header = input.header::<8, S>(s, HEADER)?;
    let length = LENGTH.get(header) as u32;
    let wire = match length {
        // RFC 2675 §4: a jumbogram's length does not fit, and is what the IPv6 option says.
        0 => input.wire,
        1..8 => {
            return Err(crate::input::Stop::Bad(Bad {
                rule: "the length covers at least the header (RFC 768)",
                expected: 8,
                found: length,
            }));
        }
        n if n > input.wire => {
            if input.extent == Extent::Whole {
                s.flaw(Bad {
                    rule: "the length is at most what the packet carries (RFC 768)",
                    expected: input.wire,
                    found: n,
                });
            }
            input.wire
        }
        n => n,
    };
    if S::ON {
        let rule = "the checksum covers pseudo-header and datagram (RFC 768)";
        status(Covered::of(&input, wire), CHECKSUM.get(header), input.env.ends).put(s, &CHECKSUM_STATUS, rule);
        if let Some(c) = input.env.conversation {
            s.derived(&STREAM, u64::from(c.stream));
            // A quotation does not say when the datagram was sent.
            if input.extent != Extent::Quoted {
                s.derived_time(&TIME_RELATIVE, c.since_first);
                s.derived_time(&TIME_DELTA, c.since_previous);
            }
        }
        let payload = input.data.len().min(wire as usize).saturating_sub(8);
        if payload > 0 {
            s.span(&PAYLOAD, (input.base + 8) * 8, payload as u32 * 8);
        }
    }
    Ok(Step::new(&input, 8, wire, Next::Ports(Space::UdpPort, SRCPORT.get(header) as u16, DSTPORT.get(header) as u16)))
}

/// Compares the checksum. 0 stands for none, which IPv6 forbids (RFC 8200 §8.1) but for some tunnels (RFC 6935).
fn status(covered: Covered<'_>, found: u64, ends: Option<Addresses>) -> Status {
    match (found, ends) {
        (0, Some(Addresses::V6 { .. })) => Status::Illegal,
        (0, _) => Status::Absent,
        _ => match covered.pseudo(17, 6) {
            // Because 0 stands for none, a sum of 0 is sent as its other form.
            Status::Bad { expected: 0, found } => Status::Bad { expected: 0xffff, found },
            status => status,
        },
    }
}

fn ports(header: &[u8]) -> Option<(u16, u16)> {
    let header = header.first_chunk::<8>()?;
    Some((SRCPORT.get(header) as u16, DSTPORT.get(header) as u16))
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    let (Some(addresses), Some((src, dst))) = (seen.addresses, ports(seen.header)) else { return };
    addresses.src_to(out).ch('.').num(src.into()).lit(" > ");
    addresses.dst_to(out).ch('.').num(dst.into()).lit(": ");
    if seen.style.verbose > 0 && !seen.style.unverified && seen.extent == Extent::Whole {
        match status(Covered::seen(seen), CHECKSUM.get(seen.header), seen.ends) {
            Status::Good => out.lit("[udp sum ok] "),
            Status::Absent | Status::Illegal => out.lit("[no cksum] "),
            Status::Partial => out.lit("[partial udp cksum] "),
            Status::Bad { expected, found } => {
                out.lit("[bad udp cksum ").hex(found, 4).lit(" -> ").hex(expected, 4).lit("!] ")
            }
            Status::Unverified => out,
        };
    }
    // tcpdump counts what the length field says, not what the packet had room for.
    let says = LENGTH.get(seen.header).saturating_sub(8);
    if seen.next.is_none() {
        out.lit("UDP, length ").num(if says == 0 { seen.payload_wire().into() } else { says });
    }
}
