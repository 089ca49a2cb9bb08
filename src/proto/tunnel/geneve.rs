//! Generic Network Virtualization Encapsulation: any EtherType inside a UDP datagram, with options (RFC 8926).
//!
//! ```text
//! |Ver|  Opt Len  |O|C|    Rsvd.  |         Protocol type         |
//! |        Virtual Network Identifier (VNI)       |   Reserved    |
//! |                  Options, up to 252 bytes                     |
//! ```
//!
//! Each option:
//!
//! ```text
//! |         Option class          |C|    Type     |R|R|R| Length  |
//! |                   Data, a multiple of 4 bytes                 |
//! ```

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::{Around, Field, Kind};
use crate::input::{Bad, Input, Stop};
use crate::proto::shared::names::ethertype::{ethertype_name, line_name};
use crate::proto::shared::tlv::Tlv;
use crate::sink::{NoteKind, Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { LENGTHS:
    VERSION = Field::uint("geneve.version", 0, 2).label("Version").doc("RFC 8926 §3.4", "Always 0");
    OPTIONS_LENGTH = Field::uint("geneve.option.length", 2, 6).scale(4).repeats().unit("bytes").label("Length of the options").doc("RFC 8926 §3.4", "All options together, in units of 4 bytes on the wire");
    FLAGS = Field::uint("geneve.flags", 8, 8).hex().label("Flags").doc("RFC 8926 §3.4", "How the packet is to be handled");
    OAM = Field::flag("geneve.flags.oam", 8).part_of("geneve.flags").label("Control packet").doc("RFC 8926 §3.4", "1: for the tunnel's endpoint itself, not for the network behind it");
    CRITICAL = Field::flag("geneve.flags.critical", 9).part_of("geneve.flags").label("Critical options present").doc("RFC 8926 §3.4", "1: an endpoint that does not know every critical option must drop the packet");
}

crate::fields! { NETWORK:
    PROTO = Field::uint("geneve.proto_type", 16, 16).hex().names(ethertype_name).label("Protocol type").doc("RFC 8926 §3.4", "What the tunnel carries, as an EtherType");
    VNI = Field::uint("geneve.vni", 32, 24).hex().label("Virtual network identifier").doc("RFC 8926 §3.4", "Which virtual network the inner packet belongs to").explain(explain_vni);
    RESERVED = Field::uint("geneve.reserved", 56, 8).hex().label("Reserved").doc("RFC 8926 §3.4", "Sent as 0 and ignored by the receiver");
}

crate::fields! { OPTION:
    CLASS = Field::uint("geneve.option.class", 0, 16).hex().repeats().names(class_name).label("Option class").doc("RFC 8926 §3.5", "Who defined the option's type");
    TYPE = Field::uint("geneve.option.type", 16, 8).hex().repeats().label("Type").doc("RFC 8926 §3.5", "What the option means, within its class");
    TYPE_CRITICAL = Field::flag("geneve.option.type.critical", 16).repeats().part_of("geneve.option.type").label("Critical").doc("RFC 8926 §3.5.1", "1: an endpoint that does not know the option must drop the packet");
}

// Google's options, which its cloud adds to mirrored packets.
crate::fields! { GOOGLE_NETWORK:
    GOOGLE_VNID = Field::uint("geneve.option.gcp.vnid", 32, 28).repeats().label("GCP network ID").doc("Google Cloud, packet intercept", "The virtual network of the packet, in numbers of the provider");
    GOOGLE_FLAGS = Field::uint("geneve.option.gcp.flags", 60, 4).hex().repeats().label("GCP flags").doc("Google Cloud, packet intercept", "About the packet");
    GOOGLE_DIRECTION = Field::flag("geneve.option.gcp.direction", 63).repeats().part_of("geneve.option.gcp.flags").label("GCP direction").doc("Google Cloud, packet intercept", "0: ingress; 1: egress");
}

crate::fields! { GOOGLE_PROFILE:
    PROFILE = Field::uint("geneve.option.gcp.profile", 32, 64).repeats().label("GCP profile").doc("Google Cloud, packet intercept", "The security profile that applies");
}

crate::fields! { MOVING:
    FLAGS_RESERVED = Field::moving("geneve.flags.reserved", Kind::Flag).part_of("geneve.flags").label("Reserved").doc("RFC 8926 §3.4", "Whether any of these six bits is set; sent as 0 and ignored by the receiver");
    OPTIONS = Field::moving("geneve.options", Kind::Bytes).label("Options").doc("RFC 8926 §3.5", "Further facts about the packet, by class and type");
    ANY_OPTION = Field::moving("geneve.option", Kind::Bytes).repeats().label("Option").doc("RFC 8926 §3.5", "One option with its header");
    OPTION_FLAGS = Field::moving("geneve.option.flags", Kind::Uint).hex_wide(2).repeats().label("Option flags").doc("RFC 8926 §3.5", "Without meaning yet");
    OPTION_RESERVED = Field::moving("geneve.option.flags.reserved", Kind::Flag).repeats().part_of("geneve.option.flags").label("Reserved").doc("RFC 8926 §3.5", "Whether any of these three bits is set; sent as 0 and ignored by the receiver");
    OPTION_LENGTH = Field::moving("geneve.option.length", Kind::Uint).scale(4).repeats().unit("bytes").label("Length").doc("RFC 8926 §3.5", "The option with its header; on the wire without it, in units of 4 bytes");
    ENDPOINT = Field::moving("geneve.option.gcp.endpoint", Kind::Bytes).repeats().label("GCP endpoint").doc("Google Cloud, packet intercept", "The virtual machine whose packet this is");
    GOOGLE_RESERVED = Field::moving("geneve.option.gcp.reserved", Kind::Flag).repeats().part_of("geneve.option.gcp.flags").label("Reserved").doc("Google Cloud, packet intercept", "Whether any of these three bits is set");
    DATA = Field::moving("geneve.option.unknown.data", Kind::Bytes).repeats().label("Data").doc("RFC 8926 §3.5", "The option's value, by its class and type");
}

/// GENEVE.
pub static GENEVE: Protocol = Protocol {
    name: "geneve",
    title: "Generic Network Virtualization Encapsulation",
    spec: "RFC 8926",
    scope: "The whole header, every option with class, type, length and data. Not: what an option's data means, but for Google's.",
    unit: Unit::Header,
    tables: &[LENGTHS, NETWORK, OPTION, GOOGLE_NETWORK, GOOGLE_PROFILE, MOVING],
    keys: &[(Space::UdpPort, 6081)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    network: Some(network),
    ..Protocol::NONE
};

fn network(header: &[u8]) -> Option<u32> {
    header.first_chunk::<8>().map(|header| VNI.get(header) as u32)
}

const TRANSPARENT_ETHERNET: u16 = 0x6558;

/// The class of options that Google defined.
const GOOGLE: u64 = 0x132;

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let header = input.header::<8, S>(s, LENGTHS)?;
    let reserved = FLAGS.get(header) & 0x3f;
    s.uint(&FLAGS_RESERVED, input.base.saturating_mul(8).saturating_add(10), 6, u64::from(reserved != 0));
    s.fixed(NETWORK, header, input.base);
    if VERSION.get(header) != 0 {
        return Err(Stop::Bad(Bad {
            rule: "the version is 0 (RFC 8926 §3.4)",
            expected: 0,
            found: VERSION.get(header) as u32,
        }));
    }
    let length = OPTIONS_LENGTH.get(header) as u32;
    if S::ON && length > 0 {
        options(s, Tlv::new(input.data, input.base, 8, length));
    }
    input.upto(8 + length)?;
    let next = match PROTO.get(header) as u16 {
        TRANSPARENT_ETHERNET => Next::Key(Space::Link, 1),
        other => Next::Key(Space::EtherType, other),
    };
    Ok(Step::new(&input, 8 + length, input.wire, next))
}

/// Walks the options, as far as they were captured.
fn options<S: Sink>(s: &mut S, all: Tlv<'_>) {
    s.open(&OPTIONS, all.bit(0));
    let mut at = 0;
    while at < all.wire && s.room() {
        let head = all.part(at, 4);
        s.open(&ANY_OPTION, head.bit(0));
        head.fixed(s, OPTION);
        let Some(last) = head.byte(3) else { return };
        let units = u32::from(last & 0x1f);
        let length = 4 + units * 4;
        s.uint(&OPTION_FLAGS, head.bit(3), 3, u64::from(last >> 5));
        s.uint(&OPTION_RESERVED, head.bit(3), 3, u64::from(last >> 5 != 0));
        s.uint(&OPTION_LENGTH, head.bit(3).saturating_add(3), 5, length.into());
        if length > all.wire - at {
            let left = all.wire - at;
            s.note(
                NoteKind::Bad,
                format_args!("an option ends with the options at the latest (RFC 8926 §3.5): {left} bytes expected, {length} found"),
            );
            s.close(head.bit(4));
            break;
        }
        let option = all.part(at, length);
        if option.data.len() < length as usize {
            return;
        }
        content(s, CLASS.get(option.data), TYPE.get(option.data), &option);
        s.close(option.bit(length));
        at += length;
    }
    s.close(all.bit(all.wire));
}

/// Puts what an option says.
fn content<S: Sink>(s: &mut S, class: u64, kind: u64, option: &Tlv<'_>) {
    match (class, kind, option.wire) {
        (GOOGLE, 1, 8) => {
            option.fixed(s, GOOGLE_NETWORK);
            let reserved = option.byte(7).unwrap_or(0) & 0x0e;
            s.uint(&GOOGLE_RESERVED, option.bit(7).saturating_add(4), 3, u64::from(reserved != 0));
        }
        (GOOGLE, 2, _) => option.rest(s, &ENDPOINT, 4),
        (GOOGLE, 3, 12) => option.fixed(s, GOOGLE_PROFILE),
        _ => option.rest(s, &DATA, 4),
    }
}

fn explain_vni(around: &Around<'_>, out: &mut Text) {
    out.lit("virtual network ").num_grouped(around.value).lit(" of 16,777,216");
}

/// Who defined a class of options (IANA, "Geneve Option Class").
fn class_name(class: u64) -> Option<&'static str> {
    Some(match class {
        0..=0xff => "Standard",
        0x100 => "Linux",
        0x101 => "Open vSwitch",
        0x102 => "Open Virtual Networking (OVN)",
        0x103 => "In-band Network Telemetry (INT)",
        0x104 => "VMware",
        0x105 => "Amazon",
        0x106 => "Cisco",
        0x107 => "Oracle",
        GOOGLE => "Google",
        0xfff0..=0xffff => "Experimental",
        _ => return None,
    })
}

/// `Geneve, Flags [C], vni 0x2a, options [8 bytes]: `.
fn line(seen: &Seen<'_>, out: &mut Text) {
    let h = seen.header;
    let flags = FLAGS.get(h);
    out.lit("Geneve, Flags [");
    if flags == 0 {
        out.lit("none");
    }
    for (bit, name) in
        [0x80, 0x40, 0x01, 0x02, 0x04, 0x08, 0x10, 0x20].iter().zip(["O", "C", "R1", "R2", "R3", "R4", "R5", "R6"])
    {
        if flags & bit != 0 {
            out.lit(name);
        }
    }
    out.lit("], vni ").hex(VNI.get(h), 1);
    if RESERVED.get(h) != 0 {
        out.lit(", rsvd ").hex(RESERVED.get(h), 1);
    }
    let proto = PROTO.get(h);
    if seen.style.link {
        out.lit(", proto ").lit(line_name(proto)).lit(" (").hex(proto, 4).ch(')');
    }
    if OPTIONS_LENGTH.get(h) > 0 {
        out.lit(", options [");
        if seen.style.verbose == 0 {
            out.num(OPTIONS_LENGTH.get(h)).lit(" bytes");
        } else {
            options_line(h.get(8..).unwrap_or_default(), out);
        }
        out.ch(']');
    }
    out.lit(if seen.style.verbose > 0 { "\n\t" } else { ": " });
    if seen.next.is_none() && seen.stopped.is_none() {
        out.lit("geneve-proto-").hex(proto, 1);
    }
}

/// `class Linux (0x100) type 0x81(C) len 8, …`.
fn options_line(mut options: &[u8], out: &mut Text) {
    let mut first = true;
    while let Some(head) = options.first_chunk::<4>() {
        if !first {
            out.lit(", ");
        }
        first = false;
        let length = 4 + usize::from(head[3] & 0x1f) * 4;
        let class = CLASS.get(head);
        out.lit("class ").lit(class_name(class).unwrap_or("Unknown")).lit(" (").hex(class, 1);
        out.lit(") type ").hex(TYPE.get(head), 1).lit(if TYPE_CRITICAL.get(head) != 0 { "(C)" } else { "" });
        out.lit(" len ").num(length as u64);
        match options.split_at_checked(length) {
            Some((_, rest)) => options = rest,
            None => {
                out.lit(" [bad length]");
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Env, Extent};

    fn input(data: &[u8]) -> Input<'_> {
        Input { data, base: 0, wire: data.len() as u32, extent: Extent::Whole, env: &Env::NONE }
    }

    #[test]
    fn an_option_that_does_not_fit_is_a_note_and_the_payload_is_read() {
        let data = [2, 0, 0x65, 0x58, 0, 0, 42, 0, 1, 2, 0x81, 5, 0, 0, 0, 0, 9];
        let mut tree = Tree::default();
        let step = dissect(input(&data), &mut tree).expect("a whole header");
        assert_eq!((step.header, step.next), (16, Next::Key(Space::Link, 1)));
        let notes: Vec<_> = tree.notes().iter().map(|n| tree.note_text(n)).collect();
        assert!(notes.len() == 1 && notes[0].contains("8 bytes expected, 24 found"), "{notes:?}");
    }

    #[test]
    fn options_longer_than_the_packet_are_bad() {
        let mut off = Off::default();
        assert!(matches!(dissect(input(&[0x3f, 0, 8, 0, 0, 0, 1, 0]), &mut off), Err(Stop::Bad(_))));
    }
}
