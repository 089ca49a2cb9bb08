//! Ethernet II and IEEE 802.3 framing (IEEE 802.3).
//!
//! ```text
//! |                  Destination (48 bits)                        |
//! |                     Source (48 bits)                          |
//! |  Type or length (16 bits)     |
//! ```
//!
//! A value of 1536 or more in the last field is an EtherType; one of at most 1500 is a length, and an LLC header follows.

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::{Around, Field, Kind};
use crate::input::{Bad, Input};
use crate::proto::shared::lan::llc;
use crate::proto::shared::names::ethertype::{ethertype_name, line_name};
use crate::proto::shared::names::multicast::mac_kind;
use crate::proto::shared::trailer;
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { ADDRESSES:
    DST = Field::mac("eth.dst", 0).label("Destination").doc("IEEE 802.3 §3.2.4", "The station or group the frame is for").explain(explain_address);
    DST_LG = Field::flag("eth.dst.lg", 6).part_of("eth.dst").label("Destination: locally administered").doc("IEEE 802 §8.2.2", "0: assigned by the manufacturer; 1: set by an administrator or a program");
    DST_IG = Field::flag("eth.dst.ig", 7).part_of("eth.dst").label("Destination: group address").doc("IEEE 802 §8.2.2", "0: one station; 1: a multicast group, or everybody");
    SRC = Field::mac("eth.src", 48).label("Source").doc("IEEE 802.3 §3.2.5", "The station that sent the frame on this link").explain(explain_address);
    SRC_LG = Field::flag("eth.src.lg", 54).part_of("eth.src").label("Source: locally administered").doc("IEEE 802 §8.2.2", "0: assigned by the manufacturer; 1: set by an administrator or a program");
    SRC_IG = Field::flag("eth.src.ig", 55).part_of("eth.src").label("Source: group address").doc("IEEE 802.3 §3.2.3", "Must be 0: a group cannot send");
}

crate::fields! { TYPE_OR_LENGTH:
    TYPE = Field::uint("eth.type", 96, 16).hex().label("Type").doc("IEEE 802.3 §3.2.6", "Which protocol the frame carries (1536 and above)").names(ethertype_name);
}

crate::fields! { MOVING:
    LEN = Field::moving("eth.len", Kind::Uint).unit("bytes").label("Length").doc("IEEE 802.3 §3.2.6", "Length of the data that follows (up to 1500); an LLC header comes first");
    INVALID = Field::moving("eth.invalid_lentype", Kind::Uint).hex_wide(4).label("Neither length nor type").doc("IEEE 802.3 §3.2.6", "1501 to 1535 are too large for a length and too small for a type");
    TRAILER = Field::moving("eth.trailer", Kind::Bytes).label("Trailer").doc("IEEE 802.3 §3.2.7", "Bytes after the packet that are not padding; added by a switch, a tap or a driver");
    ADDR = Field::alias("eth.addr", Kind::Mac, &["eth.dst", "eth.src"]).label("Source or destination").doc("IEEE 802.3 §3.2", "Either address");
    LG = Field::alias("eth.lg", Kind::Flag, &["eth.dst.lg", "eth.src.lg"]).label("Locally administered").doc("IEEE 802 §8.2.2", "Of either address");
    IG = Field::alias("eth.ig", Kind::Flag, &["eth.dst.ig", "eth.src.ig"]).label("Group address").doc("IEEE 802 §8.2.2", "Of either address");
}

/// Ethernet.
pub static ETH: Protocol = Protocol {
    name: "eth",
    title: "Ethernet",
    spec: "IEEE 802.3",
    scope: "The addresses, type or length, padding, trailer, and the frame check sequence where the capture holds it. \
        Not: the preamble, which no capture holds.",
    unit: Unit::Frame,
    tables: &[ADDRESSES, TYPE_OR_LENGTH, MOVING, trailer::ROWS],
    keys: &[
        (Space::Link, 1),
        (Space::Link, 285),
        (Space::EtherType, 0x6558),
        (Space::Ieee8021Pid, 1),
        (Space::Ieee8021Pid, 7),
    ],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    announces_ethertype: true,
    trailer: Some(|t, tree| trailer::put(&t, &TRAILER, true, tree)),
    ..Protocol::NONE
};

/// Values from here on are EtherTypes.
const FIRST_ETHERTYPE: u64 = 0x600;

/// Values up to here are lengths; those between are neither.
const MAX_LENGTH: u64 = 1500;

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let header = input.header::<14, S>(s, ADDRESSES)?;
    let kind = TYPE.get(header);
    if kind >= FIRST_ETHERTYPE {
        s.fixed(TYPE_OR_LENGTH, header, input.base);
        return Ok(Step::new(&input, 14, input.wire, Next::Key(Space::EtherType, kind as u16)));
    }
    if kind > MAX_LENGTH {
        s.uint(&INVALID, (input.base + 12) * 8, 16, kind);
        s.flaw(Bad {
            rule: "the field is a length up to 1500 or a type from 1536 (IEEE 802.3 §3.2.6)",
            expected: FIRST_ETHERTYPE as u32,
            found: kind as u32,
        });
        return Ok(Step::new(
            &input,
            14,
            input.wire,
            Next::Opaque("neither a length nor an EtherType says what follows"),
        ));
    }
    s.uint(&LEN, (input.base + 12) * 8, 16, kind);
    let carried = input.wire.saturating_sub(14);
    if kind as u32 > carried {
        s.flaw(Bad {
            rule: "the length field is at most what the frame carries (IEEE 802.3 §3.2.6)",
            expected: carried,
            found: kind as u32,
        });
    }
    let wire = (kind as u32 + 14).min(input.wire);
    Ok(Step::new(&input, 14, wire, llc::after_length(input.data.get(14..).unwrap_or_default(), kind as u32)))
}

fn explain_address(around: &Around<'_>, out: &mut Text) {
    if let Some(address) = around.bytes.first_chunk::<6>() {
        out.lit(mac_kind(*address));
    }
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    // An LLC header or a MACsec tag that nobody reads beyond says little without the two stations.
    let only = seen.next.is_some_and(|p| matches!(p.name, "llc" | "macsec")) && seen.after.is_none();
    if !seen.style.link && seen.next.is_some() && !only {
        return;
    }
    let (Some(dst), Some(src)) = (seen.header.get(..6), seen.header.get(6..12)) else { return };
    out.mac(src).lit(" > ").mac(dst);
    let kind = TYPE.get(seen.header);
    if only && !seen.style.link {
        out.ch(' ');
    } else if kind >= FIRST_ETHERTYPE {
        let name = line_name(kind);
        out.lit(", ethertype ").lit(name).lit(" (").hex(kind, 4).lit("), length ").num(seen.outer.into()).lit(": ");
    } else {
        out.lit(", 802.3, length ").num(kind).lit(": ");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{Frame, LinkType};
    use crate::packet::{self, Conversations, Facts, Layers, Packet};

    /// The fields of an Ethernet frame's layers that begin with one of `prefixes`, as layer:name@byte.
    fn fields(data: &[u8], fcs_len: Option<u8>, prefixes: &[&str]) -> Vec<String> {
        let registry = crate::dissect::Registry::new(crate::proto::ALL);
        let frame = Frame {
            time: Default::default(),
            has_time: true,
            data,
            length: data.len() as u32,
            link: LinkType(1),
            interface: 0,
            fcs_len,
            comments: &[],
        };
        let mut layers = Layers::default();
        packet::peel(&registry, &frame, &mut layers).unwrap();
        let mut tree = Tree::default();
        packet::tree(&Packet::new(&frame, &Facts::default(), &layers, &Conversations::NONE, &registry), &mut tree)
            .unwrap();
        let wanted = tree.nodes().iter().filter(|n| prefixes.iter().any(|p| n.field.name.starts_with(p)));
        wanted.map(|n| format!("{}:{}@{}", n.layer, n.field.name, n.bit / 8)).collect()
    }

    /// Addresses, then `rest`.
    fn frame(rest: &[&[u8]]) -> Vec<u8> {
        [&[2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1][..], &rest.concat()].concat()
    }

    const IP: &[u8] = &[0x45, 0, 0, 20, 0, 1, 0, 0, 64, 253, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];

    #[test]
    fn what_lies_behind_a_length_is_padding_too() {
        let f = frame(&[&[0, 4], &[0xaa, 0xaa, 3, 0], &[0; 42]]);
        assert_eq!(fields(&f, None, &["eth.len", "eth.padding"]), ["0:eth.len@12", "0:eth.padding@18"]);
    }

    #[test]
    fn a_tag_takes_padding_and_trailer_and_leaves_the_sequence() {
        let f = frame(&[&[0x81, 0, 0, 5, 8, 0], IP, &[0; 22], b"zz", b"fcs!"]);
        let behind = ["eth.padding", "eth.trailer", "eth.fcs", "vlan.trailer"];
        assert_eq!(fields(&f, None, &behind), ["1:eth.padding@38", "1:vlan.trailer@60"]);
        let with = ["1:eth.padding@38", "1:vlan.trailer@60", "0:eth.fcs@62", "0:eth.fcs.status@0"];
        assert_eq!(fields(&f, Some(4), &behind), with);
        let f = frame(&[&[8, 0], IP, &[0; 26], b"fcs!"]);
        assert_eq!(fields(&f, None, &behind), ["0:eth.padding@34", "0:eth.fcs@60", "0:eth.fcs.status@0"]);
    }

    #[test]
    fn what_is_neither_length_nor_type_is_a_flaw() {
        let f = frame(&[&[5, 0xe0], &[0; 46]]);
        assert_eq!(fields(&f, None, &["eth.invalid", "eth.len", "eth.type"]), ["0:eth.invalid_lentype@12"]);
        let input = Input { data: &f, base: 0, wire: 60, extent: Default::default(), env: &crate::input::Env::NONE };
        let mut off = Off::default();
        dissect(input, &mut off).unwrap();
        assert_eq!(off.flaw.unwrap().found, 0x5e0);
    }

    #[test]
    fn two_provider_tags_are_one_header() {
        let f = frame(&[&[0x88, 0xa8, 0xb0, 5, 0x88, 0xa8, 0x20, 6, 8, 0], IP]);
        let expected = [
            "1:ieee8021ad.priority@14",
            "1:ieee8021ad.dei@14",
            "1:ieee8021ad.svid@14",
            "1:ieee8021ad.priority@18",
            "1:ieee8021ad.dei@18",
            "1:ieee8021ad.cvid@18",
            "1:ieee8021ah.etype@20",
            "2:ip.version@22",
        ];
        assert_eq!(fields(&f, None, &["ieee8021a", "ip.version"]), expected);
        let f = frame(&[&[0x88, 0xa8, 0xb0, 5, 0x81, 0, 0x20, 6, 8, 0], IP]);
        assert_eq!(fields(&f, None, &["ieee8021ad.id", "vlan.id"]), ["1:ieee8021ad.id@14", "2:vlan.id@18"]);
    }
}
