//! Cisco HDLC: what Cisco's routers speak on serial lines, unless told otherwise (as RFC 4349 §1 has it: two more bytes
//! say what follows).
//!
//! ```text
//! |    Address    |    Control    |           Protocol            |
//! ```

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit, direct};
use crate::field::{Field, Kind};
use crate::input::Input;
use crate::proto::shared::names::ethertype::{ethertype_name, line_name};
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEADER:
    ADDRESS = Field::uint("chdlc.address", 0, 8).hex().values(ADDRESSES).label("Address").doc("Cisco HDLC", "Whether the frame is for one station or for all; there is only one at the other end");
    CONTROL = Field::uint("chdlc.control", 8, 8).hex().label("Control").doc("Cisco HDLC", "Always 0");
    PROTOCOL = Field::uint("chdlc.protocol", 16, 16).hex().names(protocol_name).label("Protocol").doc("Cisco HDLC", "What the frame carries: an EtherType, or one of a few numbers of Cisco's own");
}

crate::fields! { MOVING:
    PADDING = Field::moving("chdlc.clns_padding", Kind::Uint).hex_wide(2).label("Padding").doc("Cisco HDLC", "A byte before a packet of OSI, for alignment");
}

static ADDRESSES: &[(u64, &str)] = &[(0x0f, "Unicast"), (0x8f, "Multicast")];

/// Cisco HDLC.
pub static CHDLC: Protocol = Protocol {
    name: "chdlc",
    title: "Cisco HDLC",
    spec: "Cisco HDLC",
    scope: "The header. Not: frame check sequences.",
    unit: Unit::Frame,
    tables: &[HEADER, MOVING],
    keys: &[(Space::Link, 104)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

/// Cisco's own numbers. The first is RARP's elsewhere.
const SLARP: u16 = 0x8035;
const CDP: u16 = 0x2000;
const OSI: u16 = 0xfefe;

/// The byte that stands before packets of OSI.
const OSI_PADDING: u8 = 3;

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let header = input.header::<4, S>(s, HEADER)?;
    let (mut end, protocol) = (4, PROTOCOL.get(header) as u16);
    let next = match protocol {
        SLARP => Next::Key(Space::Direct, direct::SLARP),
        CDP => Next::Key(Space::CiscoPid, CDP),
        OSI if input.wire > 5 => {
            let [.., mut first] = *input.head::<5>()?;
            if first == OSI_PADDING {
                s.uint(&PADDING, (input.base + 4) * 8, 8, first.into());
                [.., first] = *input.head::<6>()?;
                end = 5;
            }
            Next::Key(Space::Nlpid, first.into())
        }
        _ => Next::Key(Space::EtherType, protocol),
    };
    Ok(Step::new(&input, end, input.wire, next))
}

fn protocol_name(value: u64) -> Option<&'static str> {
    match value as u16 {
        SLARP => Some("SLARP"),
        CDP => Some("CDP"),
        OSI => Some("OSI"),
        0x4242 => Some("Spanning tree"),
        _ => ethertype_name(value),
    }
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    let (address, protocol) = (ADDRESS.get(seen.header), PROTOCOL.get(seen.header));
    if seen.style.link {
        match address {
            0x0f => out.lit("unicast"),
            0x8f => out.lit("bcast"),
            _ => out.hex(address, 2),
        };
        out.lit(", ethertype ").lit(line_name(protocol)).lit(" (").hex(protocol, 4);
        out.lit("), length ").num(seen.wire.into()).lit(": ");
    }
    if seen.next.is_none() {
        out.lit("unknown CHDLC protocol (").hex(protocol, 4).ch(')');
    }
}
