//! Solaris ipnet (`LINKTYPE_IPNET`): IP packets as they pass between the zones of a machine.
//!
//! ```text
//! |    Version    |    Family     |             Hook              |
//! |                            Length                             |
//! |                        Interface index                        |
//! |                     Group interface index                     |
//! |                          Source zone                          |
//! |                       Destination zone                        |
//! ```

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::{Around, Field};
use crate::input::Input;
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEADER:
    VERSION = Field::uint("ipnet.version", 0, 8).label("Version").doc("LINKTYPE_IPNET", "1; 2 has the same fields");
    FAMILY = Field::uint("ipnet.family", 8, 8).values(FAMILIES).label("Family").doc("LINKTYPE_IPNET", "Which protocol follows, by the number that Solaris gives to its addresses");
    HOOK = Field::uint("ipnet.htype", 16, 16).values(&[(0, "inbound"), (1, "outbound"), (2, "local")]).label("Hook").doc("LINKTYPE_IPNET", "Where the packet was seen");
    LENGTH = Field::uint("ipnet.pktlen", 32, 32).unit("bytes").label("Length").doc("LINKTYPE_IPNET", "Of the packet");
    INTERFACE = Field::uint("ipnet.ifindex", 64, 32).label("Interface index").doc("LINKTYPE_IPNET", "Number of the interface in the capturing machine");
    GROUP = Field::uint("ipnet.grifindex", 96, 32).label("Group interface index").doc("LINKTYPE_IPNET", "Number of the group that the interface belongs to; 0: none");
    SOURCE = Field::uint("ipnet.zsrc", 128, 32).explain(explain_zone).label("Source zone").doc("LINKTYPE_IPNET", "The zone that the packet comes from");
    DESTINATION = Field::uint("ipnet.zdst", 160, 32).explain(explain_zone).label("Destination zone").doc("LINKTYPE_IPNET", "The zone that the packet goes to");
}

/// Solaris ipnet.
pub static IPNET: Protocol = Protocol {
    name: "ipnet",
    title: "Solaris ipnet",
    spec: "LINKTYPE_IPNET",
    scope: "The whole header.",
    unit: Unit::Header,
    tables: &[HEADER],
    keys: &[(Space::Link, 226)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

static FAMILIES: &[(u64, &str)] = &[(2, "IPv4"), (26, "IPv6")];

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let header = input.header::<24, S>(s, HEADER)?;
    let next = match FAMILY.get(header) {
        2 => Next::Key(Space::EtherType, 0x0800),
        26 => Next::Key(Space::EtherType, 0x86dd),
        _ => Next::Opaque("an address family that is not decoded"),
    };
    Ok(Step::new(&input, 24, input.wire, next))
}

fn explain_zone(a: &Around<'_>, out: &mut Text) {
    out.lit(match a.value {
        0 => "the global zone",
        0xffff_ffff => "none: outside the machine",
        _ => return,
    });
}

/// `0 > 3, family IPv6 (26), length 77: `, with `-e` only.
fn line(seen: &Seen<'_>, out: &mut Text) {
    if !seen.style.link && seen.next.is_some() {
        return;
    }
    let family = FAMILY.get(seen.header);
    out.num(SOURCE.get(seen.header)).lit(" > ").num(DESTINATION.get(seen.header));
    out.lit(", family ").lit(FAMILY.name_of(seen.header, family).unwrap_or("Unknown")).lit(" (").num(family);
    out.lit("), length ").num(seen.outer.into()).lit(": ");
}
