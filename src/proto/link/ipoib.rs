//! IP over InfiniBand (RFC 4391, `LINKTYPE_IPOIB`): where the packet goes in the InfiniBand network, and what it is.
//!
//! ```text
//! |  Global route header, or 20 zeros and the destination (320 bits)
//! |             Type              |           Reserved            |
//! ```

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::Field;
use crate::input::Input;
use crate::proto::shared::names::ethertype::{ethertype_name, line_name};
use crate::proto::shared::tlv::Tlv;
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { ROUTE:
    VERSION = Field::uint("ipoib.grh.ipver", 0, 4).label("Version").doc("InfiniBand §8.3", "6");
    CLASS = Field::uint("ipoib.grh.tclass", 4, 8).label("Traffic class").doc("InfiniBand §8.3", "How routers should treat the packet");
    FLOW = Field::uint("ipoib.grh.flowlabel", 12, 20).label("Flow label").doc("InfiniBand §8.3", "Packets that must stay in order have the same");
}

crate::fields! { SOURCE:
    SOURCE_QPN = Field::uint("ipoib.grh.sqpn", 40, 24).hex().label("Source queue pair").doc("LINKTYPE_IPOIB", "Number of the sending queue pair, where the route header has part of the length, next header and hop limit");
    SOURCE_GID = Field::ip6("ipoib.grh.sgid", 64).label("Source GID").doc("InfiniBand §8.3", "Global identifier of the sending port");
}

crate::fields! { DESTINATION:
    QPN = Field::uint("ipoib.daddr.qpn", 168, 24).hex().label("Destination queue pair").doc("RFC 4391 §9.1.1", "Number of the receiving queue pair");
}

crate::fields! { PORT:
    GID = Field::ip6("ipoib.dgid", 192).label("Destination GID").doc("RFC 4391 §9.1.1", "Global identifier of the receiving port, or of a group");
}

crate::fields! { ENCAPSULATION:
    TYPE = Field::uint("ipoib.type", 320, 16).hex().names(ethertype_name).label("Type").doc("RFC 4391 §6", "Which protocol follows, as an EtherType");
    RESERVED = Field::uint("ipoib.reserved", 336, 16).hex().label("Reserved").doc("RFC 4391 §6", "Must be 0");
}

crate::fields! { MOVING:
    GRH = Field::group("ipoib.grh").label("Global route header").doc("InfiniBand §8.3", "As in IPv6: from where to where");
    DADDR = Field::group("ipoib.daddr").label("Destination address").doc("RFC 4391 §9.1.1", "Queue pair and port");
}

/// IP over InfiniBand.
pub static IPOIB: Protocol = Protocol {
    name: "ipoib",
    title: "IP over InfiniBand",
    spec: "RFC 4391",
    scope: "The whole pseudo-header and the encapsulation header.",
    unit: Unit::Header,
    tables: &[ROUTE, SOURCE, DESTINATION, PORT, ENCAPSULATION, MOVING],
    keys: &[(Space::Link, 242)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    // Packets that were received have the route header; those sent begin with zeros before the destination.
    let sent = input.data.starts_with(&[0; 4]);
    if S::ON && input.data.len() > if sent { 20 } else { 3 } {
        let whole = Tlv::new(input.data, input.base, 0, input.wire);
        s.open(if sent { &DADDR } else { &GRH }, whole.bit(if sent { 20 } else { 0 }));
        if sent {
            whole.fixed(s, DESTINATION);
        } else {
            whole.fixed(s, ROUTE);
            whole.fixed(s, SOURCE);
        }
        whole.fixed(s, PORT);
        s.close(whole.bit(40));
    }
    s.fixed(ENCAPSULATION, input.data, input.base);
    let header = input.head::<44>()?;
    Ok(Step::new(&input, 44, input.wire, Next::Key(Space::EtherType, TYPE.get(header) as u16)))
}

/// `IPOIB, ethertype IPv4 (0x0800), length 77: `, with `-e` only.
fn line(seen: &Seen<'_>, out: &mut Text) {
    if !seen.style.link && seen.next.is_some() {
        return;
    }
    let kind = TYPE.get(seen.header);
    out.lit("IPOIB, ethertype ").lit(line_name(kind)).lit(" (").hex(kind, 4);
    out.lit("), length ").num(seen.outer.into()).lit(": ");
}
