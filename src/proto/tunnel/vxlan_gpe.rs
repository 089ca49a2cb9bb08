//! VXLAN with the Generic Protocol Extension: any protocol instead of an Ethernet frame (draft-ietf-nvo3-vxlan-gpe).
//!
//! ```text
//! |R|R|Ver|I|P|B|O|           Reserved            | Next protocol |
//! |           VXLAN Network Identifier (VNI)      |   Reserved    |
//! ```

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit, direct};
use crate::field::{Field, Kind};
use crate::input::Input;
use crate::proto::shared::tunnel::vxlan::{NETWORK, VNI};
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { FLAGS_BYTE:
    FLAGS = Field::uint("vxlan.flags", 0, 8).hex().label("Flags").doc("draft-ietf-nvo3-vxlan-gpe §3.1", "What of this header is valid");
    VERSION = Field::uint("vxlan.ver", 2, 2).part_of("vxlan.flags").label("Version").doc("draft-ietf-nvo3-vxlan-gpe §3.1", "Always 0");
    INSTANCE = Field::uint("vxlan.i_bit", 4, 1).part_of("vxlan.flags").label("VNI is valid").doc("draft-ietf-nvo3-vxlan-gpe §3.1", "1: the network identifier counts");
    PROTOCOL_BIT = Field::uint("vxlan.p_bit", 5, 1).part_of("vxlan.flags").label("Next protocol is valid").doc("draft-ietf-nvo3-vxlan-gpe §3.1", "1: the next protocol field says what follows; 0: an Ethernet frame does");
    BUM = Field::uint("vxlan.b_bit", 6, 1).part_of("vxlan.flags").label("Replicated").doc("draft-ietf-nvo3-vxlan-gpe §3.1", "1: the packet was replicated on its way in: broadcast, unknown unicast or multicast");
    OAM = Field::uint("vxlan.o_bit", 7, 1).part_of("vxlan.flags").label("OAM").doc("draft-ietf-nvo3-vxlan-gpe §3.1", "1: for the tunnel's endpoint itself, not for the network behind it");
}

crate::fields! { PROTOCOL_WORD:
    RESERVED_16 = Field::uint("vxlan.reserved_16", 8, 16).label("Reserved").doc("draft-ietf-nvo3-vxlan-gpe §3.1", "Sent as 0 and ignored by the receiver");
    NEXT = Field::uint("vxlan.next_proto", 24, 8).values(PROTOCOLS).label("Next protocol").doc("draft-ietf-nvo3-vxlan-gpe §3.1", "What the tunnel carries");
}

crate::fields! { MOVING:
    FLAGS_RESERVED = Field::moving("vxlan.flags_reserved", Kind::Uint).hex_wide(4).part_of("vxlan.flags").label("Reserved flags").doc("draft-ietf-nvo3-vxlan-gpe §3.1", "Sent as 0 and ignored by the receiver");
}

static PROTOCOLS: &[(u64, &str)] =
    &[(1, "IPv4"), (2, "IPv6"), (3, "Ethernet"), (4, "Network Service Header"), (5, "MPLS"), (7, "vBNG")];

/// VXLAN-GPE.
pub static VXLAN_GPE: Protocol = Protocol {
    name: "vxlan",
    title: "VXLAN, Generic Protocol Extension",
    spec: "draft-ietf-nvo3-vxlan-gpe",
    scope: "The whole header. Not: the shim headers that the draft allows behind it.",
    unit: Unit::Header,
    tables: &[FLAGS_BYTE, PROTOCOL_WORD, NETWORK, MOVING],
    keys: &[(Space::UdpPort, 4790)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let header = input.header::<8, S>(s, FLAGS_BYTE)?;
    s.uint(&FLAGS_RESERVED, input.base.saturating_mul(8), 8, FLAGS.get(header) & 0xc0);
    s.fixed(PROTOCOL_WORD, header, input.base);
    s.fixed(NETWORK, header, input.base);
    let next = match (PROTOCOL_BIT.get(header), NEXT.get(header)) {
        (0, _) | (_, 3) => Next::Key(Space::Link, 1),
        (_, 1) => Next::Key(Space::EtherType, 0x0800),
        (_, 2) => Next::Key(Space::EtherType, 0x86dd),
        (_, 4) => Next::Key(Space::EtherType, 0x894f),
        (_, 5) => Next::Key(Space::Direct, direct::MPLS),
        _ => Next::Opaque("nobody here knows the next protocol"),
    };
    Ok(Step::new(&input, 8, input.wire, next))
}

/// `VXLAN-GPE, flags [IP], vni 42: `.
fn line(seen: &Seen<'_>, out: &mut Text) {
    let flags = [(&INSTANCE, "I"), (&PROTOCOL_BIT, "P"), (&BUM, "B"), (&OAM, "O")];
    out.lit("VXLAN-GPE, flags [");
    if flags.iter().all(|(flag, _)| flag.get(seen.header) == 0) {
        out.lit("none");
    }
    for (flag, name) in flags {
        if flag.get(seen.header) != 0 {
            out.lit(name);
        }
    }
    out.lit("], vni ").num(VNI.get(seen.header)).lit(if seen.style.verbose > 0 { "\n    " } else { ": " });
    if seen.next.is_none() && seen.stopped.is_none() {
        out.lit("next protocol ").num(NEXT.get(seen.header));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Env, Extent};

    #[test]
    fn without_the_p_flag_an_ethernet_frame_follows() {
        let next = |data: &[u8]| {
            let input = Input { data, base: 0, wire: 8, extent: Extent::Whole, env: &Env::NONE };
            dissect(input, &mut Off::default()).map(|s| s.next)
        };
        assert_eq!(next(&[0x0c, 0, 0, 1, 0, 0, 42, 0]), Ok(Next::Key(Space::EtherType, 0x0800)));
        assert_eq!(next(&[0x08, 0, 0, 1, 0, 0, 42, 0]), Ok(Next::Key(Space::Link, 1)));
    }
}
