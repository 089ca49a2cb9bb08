//! IP authentication header (RFC 4302): proves who sent the packet and that nobody changed it.
//!
//! ```text
//! |  Next header  |    Length     |           Reserved            |
//! |                 Security parameters index                     |
//! |                       Sequence number                         |
//! |  Integrity check value …                                      |
//! ```

use crate::dissect::{Dissected, Protocol, Seen, Space, Step, Unit};
use crate::field::{Around, Field, Kind};
use crate::input::{Bad, Input, Stop};
use crate::proto::shared::ip::ipv6_chain as chain;
use crate::proto::shared::names::ipproto::ip_protocol_name;
use crate::proto::shared::tlv::Tlv;
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEADER:
    NEXT_HEADER = Field::uint("ah.next_header", 0, 8).names(ip_protocol_name).explain(chain::explain_next).label("Next header").doc("RFC 4302 §2.1", "What follows this header");
    LENGTH = Field::uint("ah.length", 8, 8).explain(explain_length).label("Length").doc("RFC 4302 §2.2", "Counted in 32-bit words, less 2");
    RESERVED = Field::bytes("ah.reserved", 16, 16).label("Reserved").doc("RFC 4302 §2.3", "Must be 0");
    SPI = Field::uint("ah.spi", 32, 32).hex().explain(explain_spi).label("SPI").doc("RFC 4302 §2.4", "Security parameters index: which security association of the receiver the packet belongs to");
    SEQUENCE = Field::uint("ah.sequence", 64, 32).label("Sequence").doc("RFC 4302 §2.5", "Counts the packets of the association from 1, so that repeated ones are noticed");
}

crate::fields! { MOVING:
    ICV = Field::moving("ah.icv", Kind::Bytes).label("ICV").doc("RFC 4302 §2.6", "Integrity check value over everything that routers do not change, with padding");
}

/// Authentication header.
pub static AH: Protocol = Protocol {
    name: "ah",
    title: "Authentication Header",
    spec: "RFC 4302",
    scope: "Every field, the integrity check value as bytes, and what follows. \
        Not: checking that value, which needs the key.",
    unit: Unit::Header,
    tables: &[HEADER, MOVING],
    keys: &[(Space::IpProto, 51)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let header = input.header::<12, S>(s, HEADER)?;
    let length = (LENGTH.get(header) as u32 + 2) * 4;
    if length < 12 {
        return Err(Stop::Bad(Bad {
            rule: "the length covers at least the fixed part (RFC 4302 §2.2)",
            expected: 12,
            found: length,
        }));
    }
    Tlv::new(input.data, input.base, 0, length).rest(s, &ICV, 12);
    input.upto(length)?;
    Ok(Step::new(&input, length, input.wire, chain::next(NEXT_HEADER.get(header))))
}

fn explain_length(a: &Around<'_>, out: &mut Text) {
    let bytes = (a.value + 2) * 4;
    out.lit("(").num(a.value).lit(" + 2) × 4 = ").num(bytes).lit(" bytes, of which ");
    out.num(bytes.saturating_sub(12)).lit(" are the integrity check value");
}

/// Says what an index of 0 to 255 means; shared in words with ESP.
fn explain_spi(a: &Around<'_>, out: &mut Text) {
    out.lit(match a.value {
        0 => "0: for use within a host; must not be sent",
        1..=255 => "reserved by IANA",
        _ => "chosen by the receiver when the association was set up, for example by IKE",
    });
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    out.lit("AH(");
    if seen.style.verbose > 0 {
        out.lit("length=").num(LENGTH.get(seen.header)).ch('(').num(seen.header.len() as u64).lit("-bytes),");
    }
    out.lit("spi=").hex(SPI.get(seen.header), 8).lit(",seq=").hex(SEQUENCE.get(seen.header), 1);
    out.lit(",icv=0x").hex_bytes(seen.header.get(12..).unwrap_or_default()).lit("): ");
    chain::line_unread(seen, NEXT_HEADER.get(seen.header), out);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dissect::Next;
    use crate::input::{Env, Extent};

    fn input(data: &[u8]) -> Input<'_> {
        Input { data, base: 0, wire: data.len() as u32, extent: Extent::Whole, env: &Env::NONE }
    }

    #[test]
    fn the_length_counts_words_less_two() {
        let mut b = vec![6, 4, 0, 0, 0, 0, 1, 0, 0, 0, 0, 7];
        b.resize(40, 0xaa);
        let step = dissect(input(&b), &mut Off::default()).unwrap();
        assert_eq!((step.header, step.next), (24, Next::Key(Space::IpProto, 6)));
        b[1] = 0;
        assert!(matches!(dissect(input(&b), &mut Off::default()), Err(Stop::Bad(Bad { expected: 12, found: 8, .. }))));
    }
}
