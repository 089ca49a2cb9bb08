//! Marvell's distributed switch architecture (DSA) tags: what a switch chip and the processor behind it tell each other
//! about a frame. The tag stands between the source address and the type, in place of a VLAN tag if there was one.
//!
//! ```text
//! |Mod|T| Device  |  Port   |R|C|C| PRI |C|        VLAN id        |
//! ```
//!
//! Two forms: `DSA` has the tag alone, where the EtherType would stand; `EDSA` puts an EtherType (0xdada) and two
//! reserved bytes before it. The link types are those of captures on the port between processor and chip.

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::{Around, Field};
use crate::input::Input;
use crate::proto::shared::lan::llc;
use crate::proto::shared::names::ethertype::{ethertype_name, line_name};
use crate::proto::shared::names::multicast::mac_kind;
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

const SPEC: &str = "Marvell 88E6xxx data sheets, as Linux net/dsa/tag_dsa.c has them";

crate::fields! { TAG:
    MODE = Field::uint("dsa.mode", 0, 2).label("Mode").doc(SPEC, "Who sent the frame to whom").values(MODES);
    TAGGED = Field::flag("dsa.tagged", 2).label("Tagged").doc(SPEC, "1: the frame has, or had, a VLAN tag on the port");
    DEVICE = Field::uint("dsa.dev", 3, 5).label("Device").doc(SPEC, "The number of the switch chip: where the frame came from, or is to go to");
    PORT = Field::uint("dsa.port", 8, 5).label("Port").doc(SPEC, "The port of that chip, or the number of its trunk");
    TRUNK = Field::flag("dsa.trunk", 13).label("Trunk").doc(SPEC, "Forwarded frames: the port is a trunk; for the processor: highest bit of the code");
    CODE_LOW = Field::flag("dsa.code_bit", 14).label("Code bit").doc(SPEC, "Middle bit of the code that says why the processor gets the frame");
    CFI = Field::flag("dsa.cfi", 15).label("Drop eligible").doc(SPEC, "The bit of the VLAN tag that the DSA tag stands for");
    PRIORITY = Field::uint("dsa.pri", 16, 3).label("Priority").doc(SPEC, "The priority of the VLAN tag that the DSA tag stands for");
    CODE_LAST = Field::flag("dsa.code_bit0", 19).label("Code, last bit").doc(SPEC, "Lowest bit of the code");
    VID = Field::uint("dsa.vid", 20, 12).label("VLAN id").doc(SPEC, "The VLAN id of the VLAN tag that the DSA tag stands for; 0: none");
}

crate::fields! { TYPE:
    ETYPE = Field::uint("dsa.etype", 32, 16).hex().label("Type").doc("IEEE 802.3 §3.2.6", "Which protocol follows the tag, or up to 1500 how long what follows is").names(ethertype_name);
}

crate::fields! { ADDRESSES:
    DST = Field::mac("dsa.dst", 0).label("Destination").doc("IEEE 802.3 §3.2.4", "The station or group the frame is for").explain(explain_address);
    SRC = Field::mac("dsa.src", 48).label("Source").doc("IEEE 802.3 §3.2.5", "The station that sent the frame").explain(explain_address);
}

crate::fields! { RESERVED:
    ZERO = Field::uint("edsa.reserved", 0, 16).hex().label("Reserved").doc(SPEC, "Sent as 0");
}

/// Linux, net/dsa/tag_dsa.c.
static MODES: &[(u64, &str)] =
    &[(0, "To the processor"), (1, "From the processor"), (2, "To the sniffer"), (3, "Forwarded")];

/// Ethernet frames with a DSA tag behind the addresses.
pub static DSA: Protocol = Protocol {
    name: "dsa",
    title: "Ethernet with a Marvell DSA tag",
    spec: SPEC,
    scope: "Addresses, the tag with mode, device, port, code and VLAN, and what follows by its type. \
        Not: padding and trailers behind the packet.",
    unit: Unit::Frame,
    tables: &[ADDRESSES, TAG, TYPE],
    keys: &[(Space::Link, 284)],
    peel: dissect_frame::<Off>,
    tree: dissect_frame::<Tree>,
    line: line_frame,
    announces_ethertype: true,
    ..Protocol::NONE
};

/// DSA tags behind an EtherType of their own.
pub static EDSA: Protocol = Protocol {
    name: "edsa",
    title: "Marvell EtherType DSA tag",
    spec: SPEC,
    scope: "The tag with mode, device, port, code and VLAN, and what follows by its type.",
    unit: Unit::Header,
    tables: &[RESERVED, TAG, TYPE],
    keys: &[(Space::EtherType, 0xdada)],
    peel: dissect_tag::<Off>,
    tree: dissect_tag::<Tree>,
    line: line_tag,
    announces_ethertype: true,
    ..Protocol::NONE
};

/// Where the tag begins: behind the addresses, or behind the reserved bytes.
const BEHIND_ADDRESSES: u32 = 12;
const BEHIND_RESERVED: u32 = 2;
/// Tag and type.
const TAG_AND_TYPE: u32 = 6;
/// Values up to here are lengths.
const MAX_LENGTH: u64 = 1500;

fn dissect_frame<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    input.header::<12, S>(s, ADDRESSES)?;
    tag(&input, s, BEHIND_ADDRESSES)
}

fn dissect_tag<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    input.header::<2, S>(s, RESERVED)?;
    tag(&input, s, BEHIND_RESERVED)
}

fn tag<S: Sink>(input: &Input<'_>, s: &mut S, at: u32) -> Dissected {
    let rest = input.data.get(at as usize..).unwrap_or_default();
    let base = input.base.saturating_add(at);
    s.fixed(TAG, rest.get(..4).unwrap_or(rest), base);
    let header = input.upto(at + TAG_AND_TYPE)?;
    let tag = header.get(at as usize..).unwrap_or_default();
    s.fixed(TYPE, tag, base);
    let kind = ETYPE.get(tag);
    let next = match kind {
        ..=MAX_LENGTH => llc::after_length(input.data.get(header.len()..).unwrap_or_default(), kind as u32),
        _ => Next::Key(Space::EtherType, kind as u16),
    };
    Ok(Step::new(input, at + TAG_AND_TYPE, input.wire, next))
}

fn explain_address(around: &Around<'_>, out: &mut Text) {
    if let Some(address) = around.bytes.first_chunk::<6>() {
        out.lit(mac_kind(*address));
    }
}

fn line_frame(seen: &Seen<'_>, out: &mut Text) {
    let (Some(dst), Some(src)) = (seen.header.get(..6), seen.header.get(6..12)) else { return };
    if seen.style.link {
        out.mac(src).lit(" > ").mac(dst).lit(", ");
    }
    if let Some(tag) = seen.header.get(BEHIND_ADDRESSES as usize..) {
        line(seen, "DSA", tag, out);
    }
}

fn line_tag(seen: &Seen<'_>, out: &mut Text) {
    if let Some(tag) = seen.header.get(BEHIND_RESERVED as usize..) {
        line(seen, "EDSA", tag, out);
    }
}

/// `Marvell DSA mode Forwarded, dev 1, port 3, tagged, VID 5p, `, as tcpdump has it under `-e`.
fn line(seen: &Seen<'_>, name: &'static str, tag: &[u8], out: &mut Text) {
    if !seen.style.link && seen.next.is_some() {
        return;
    }
    out.lit("Marvell ").lit(name).lit(" mode ");
    out.lit(match MODE.get(tag) {
        0 => "To CPU",
        1 => "From CPU",
        2 => "To Sniffer",
        _ => "Forward",
    });
    out.lit(", dev ").num(DEVICE.get(tag));
    out.lit(if MODE.get(tag) == 3 && TRUNK.get(tag) != 0 { ", trunk " } else { ", port " }).num(PORT.get(tag));
    if TAGGED.get(tag) != 0 {
        out.lit(", tagged");
    }
    out.lit(", VID ").num(VID.get(tag));
    match ETYPE.get(tag) {
        kind if kind > MAX_LENGTH => out.lit(", ethertype ").lit(line_name(kind)).lit(" (").hex(kind, 4).lit("), "),
        length => out.lit(", 802.3, length ").num(length).lit(": "),
    };
}
