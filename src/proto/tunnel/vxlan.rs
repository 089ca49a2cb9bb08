//! Virtual eXtensible LAN: an Ethernet frame inside a UDP datagram (RFC 7348), with the group policy extension
//! (draft-smith-vxlan-group-policy).
//!
//! ```text
//! |G|R|R|R|I|R|R|R|R|D|R|R|A|R|R|R|        Group policy ID        |
//! |           VXLAN Network Identifier (VNI)      |   Reserved    |
//! ```
//!
//! The Generic Protocol Extension on port 4790 has another header, and a file of its own.

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::{Field, Kind};
use crate::input::{Bad, Input};
use crate::proto::shared::tunnel::vxlan::{NETWORK, VNI};
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { VALID:
    FLAGS = Field::uint("vxlan.flags", 0, 16).hex().label("Flags").doc("RFC 7348 §5", "What of this header is valid");
    FLAG_G = Field::flag("vxlan.flag_g", 0).part_of("vxlan.flags").label("Group policy extension").doc("draft-smith-vxlan-group-policy §2.1", "1: the group policy ID is valid");
    FLAG_I = Field::flag("vxlan.flag_i", 4).part_of("vxlan.flags").label("VNI is valid").doc("RFC 7348 §5", "Must be 1 in a VXLAN header");
    FLAG_D = Field::flag("vxlan.flag_d", 9).part_of("vxlan.flags").label("Don't learn").doc("draft-smith-vxlan-group-policy §2.1", "1: the receiving endpoint must not learn the source address");
    FLAG_A = Field::flag("vxlan.flag_a", 12).part_of("vxlan.flags").label("Policy applied").doc("draft-smith-vxlan-group-policy §2.1", "1: the group policy has been applied already");
}

crate::fields! { HEADER:
    GBP = Field::uint("vxlan.gbp", 16, 16).label("Group policy ID").doc("draft-smith-vxlan-group-policy §2.1", "The group of the sender; 0 without the extension");
}

crate::fields! { MOVING:
    FLAGS_RESERVED = Field::moving("vxlan.flags_reserved", Kind::Uint).hex_wide(4).part_of("vxlan.flags").label("Reserved flags").doc("RFC 7348 §5", "Sent as 0 and ignored by the receiver");
}

/// The flag bits that have no meaning.
const RESERVED_FLAGS: u64 = 0x77b7;

/// VXLAN.
pub static VXLAN: Protocol = Protocol {
    name: "vxlan",
    title: "Virtual eXtensible LAN",
    spec: "RFC 7348",
    scope: "The whole header with the group policy extension, and the Ethernet frame inside.",
    unit: Unit::Header,
    tables: &[VALID, HEADER, NETWORK, MOVING],
    keys: &[(Space::UdpPort, 4789)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    network: Some(network),
    ..Protocol::NONE
};

fn network(header: &[u8]) -> Option<u32> {
    header.first_chunk::<8>().map(|header| VNI.get(header) as u32)
}

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    // The reserved flags are part of the flags, and stand right behind them.
    let header = input.header::<8, S>(s, VALID)?;
    s.uint(&FLAGS_RESERVED, input.base * 8, 16, FLAGS.get(header) & RESERVED_FLAGS);
    s.fixed(HEADER, header, input.base);
    s.fixed(NETWORK, header, input.base);
    if FLAG_I.get(header) == 0 {
        s.flaw(Bad {
            rule: "the I flag says that the network identifier is valid (RFC 7348 §5)",
            expected: 1,
            found: 0,
        });
    }
    Ok(Step::new(&input, 8, input.wire, Next::Key(Space::Link, 1)))
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    let instance = FLAG_I.get(seen.header) != 0;
    // tcpdump shows the first byte of the flags, the only one of RFC 7348.
    out.lit("VXLAN, flags [").lit(if instance { "I" } else { "." }).lit("] (").hex(FLAGS.get(seen.header) >> 8, 2);
    out.lit("), vni ").num(VNI.get(seen.header)).lit(": ");
}

#[cfg(test)]
mod tests {
    use super::VXLAN;
    use crate::dissect::{Next, Space};
    use crate::input::{Env, Extent, Input};
    use crate::sink::Off;

    fn input(data: &[u8]) -> Input<'_> {
        Input { data, base: 0, wire: data.len() as u32, extent: Extent::Whole, env: &Env::NONE }
    }

    #[test]
    fn an_ethernet_frame_follows_even_without_the_i_flag() {
        let mut off = Off::default();
        let step = (VXLAN.peel)(input(&[8, 0, 0, 0, 0, 0, 7, 0, 0xff]), &mut off).expect("a whole header");
        assert_eq!((step.header, step.next, off.flaw), (8, Next::Key(Space::Link, 1), None));
        let step = (VXLAN.peel)(input(&[0; 8]), &mut off).expect("a whole header");
        assert_eq!(step.next, Next::Key(Space::Link, 1));
        assert_eq!(off.flaw.map(|f| (f.expected, f.found)), Some((1, 0)));
    }
}
