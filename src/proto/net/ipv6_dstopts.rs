//! IPv6 destination options header (RFC 8200 §4.6): options for the receiver.
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
    NXT = Field::uint("ipv6.dstopts.nxt", 0, 8).names(ip_protocol_name).explain(chain::explain_next).label("Next header").doc("RFC 8200 §4.6", "What follows this header");
    LEN = Field::uint("ipv6.dstopts.len", 8, 8).explain(chain::explain_length).label("Length").doc("RFC 8200 §4.6", "Counted in units of 8 bytes, without the first 8");
}

crate::fields! { MOVING:
    LEN_OCT = Field::derived("ipv6.dstopts.len_oct", Kind::Uint).unit("bytes").label("Length in bytes").doc("RFC 8200 §4.6", "The whole header with its options");
}

/// IPv6 destination options.
pub static IPV6_DSTOPTS: Protocol = Protocol {
    name: "ipv6.dstopts",
    title: "IPv6 destination options",
    spec: "RFC 8200",
    scope: "The header and the options of the registry, field by field. Not: experimental options beyond their \
        bytes.",
    unit: Unit::Header,
    tables: &[HEADER, MOVING],
    keys: &[(Space::IpProto, 60)],
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
    out.lit("DSTOPT ");
    options::line(seen, out);
    chain::line_unread(seen, NXT.get(seen.header), out);
}
