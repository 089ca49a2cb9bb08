//! IPv6 hop-by-hop options header (RFC 8200 §4.3): options for every router on the way.
//!
//! ```text
//! |  Next header  |    Length     |  Options …                    |
//! ```

use crate::dissect::{Dissected, Protocol, Seen, Space, Step, Unit};
use crate::field::{Field, Kind};
use crate::input::Input;
use crate::proto::shared::names::ipproto::ip_protocol_name;
use crate::proto::shared::{ip::ipv6_chain as chain, ip::ipv6_options as options};
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEADER:
    NXT = Field::uint("ipv6.hopopts.nxt", 0, 8).names(ip_protocol_name).explain(chain::explain_next).label("Next header").doc("RFC 8200 §4.3", "What follows this header");
    LEN = Field::uint("ipv6.hopopts.len", 8, 8).explain(chain::explain_length).label("Length").doc("RFC 8200 §4.3", "Counted in units of 8 bytes, without the first 8");
}

crate::fields! { MOVING:
    LEN_OCT = Field::derived("ipv6.hopopts.len_oct", Kind::Uint).unit("bytes").label("Length in bytes").doc("RFC 8200 §4.3", "The whole header with its options");
}

/// IPv6 hop-by-hop options.
pub static IPV6_HOPOPTS: Protocol = Protocol {
    name: "ipv6.hopopts",
    title: "IPv6 hop-by-hop options",
    spec: "RFC 8200",
    scope: "The header and the options of the registry, field by field. Not: experimental options beyond their \
        bytes.",
    unit: Unit::Header,
    tables: &[HEADER, MOVING],
    keys: &[(Space::IpProto, 0)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let header = input.header::<2, S>(s, HEADER)?;
    let length = LEN.get(header) as u32 * 8 + 8;
    s.derived(&LEN_OCT, length.into());
    options::walk(s, &input, 2, length);
    input.upto(length)?;
    Ok(Step::new(&input, length, input.wire, chain::next(NXT.get(header))))
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    out.lit("HBH ");
    options::line(seen, out);
    chain::line_unread(seen, NXT.get(seen.header), out);
}
