//! IP encapsulating security payload (RFC 4303): an encrypted payload, of which only the first two fields can be read.
//!
//! ```text
//! |                 Security parameters index                     |
//! |                       Sequence number                         |
//! |  Encrypted payload, padding, next header; check value …       |
//! ```

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::{Around, Field};
use crate::input::Input;
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEADER:
    SPI = Field::uint("esp.spi", 0, 32).hex().explain(explain_spi).label("SPI").doc("RFC 4303 §2.1", "Security parameters index: which security association of the receiver the packet belongs to");
    SEQUENCE = Field::uint("esp.sequence", 32, 32).label("Sequence").doc("RFC 4303 §2.2", "Counts the packets of the association from 1, so that repeated ones are noticed");
}

/// Encapsulating security payload.
pub static ESP: Protocol = Protocol {
    name: "esp",
    title: "Encapsulating Security Payload",
    spec: "RFC 4303",
    scope: "The security parameters index and the sequence number. \
        Not: the payload, which is encrypted, and the check value behind it.",
    unit: Unit::Header,
    tables: &[HEADER],
    keys: &[(Space::IpProto, 50)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    input.header::<8, S>(s, HEADER)?;
    let next = if input.wire > 8 {
        Next::Opaque("encrypted: what ESP carries, and which protocol it is, only the key would show")
    } else {
        Next::End
    };
    Ok(Step::new(&input, 8, input.wire, next))
}

fn explain_spi(a: &Around<'_>, out: &mut Text) {
    out.lit(match a.value {
        0 => "0: for use within a host; must not be sent",
        1..=255 => "reserved by IANA",
        _ => "chosen by the receiver when the association was set up, for example by IKE",
    });
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    out.lit("ESP(spi=").hex(SPI.get(seen.header), 8).lit(",seq=").hex(SEQUENCE.get(seen.header), 1);
    out.lit("), length ").num(seen.wire.into());
}
