//! Spanning tree protocols (IEEE 802.1D, 802.1Q): how bridges agree on which links to use, so that there is no loop.
//!
//! ```text
//! |      Protocol identifier      |    Version    |     Type      |
//! |     Flags     | Root identifier (64 bits) | Root path cost (32 bits)
//! | Bridge identifier (64 bits)                   | Port identifier |
//! |  Message age  |    Max age    |  Hello time   | Forward delay |
//! | Version 1 length | Version 3 length | region and instances …
//! ```
//!
//! A notification of a topology change ends with its type. Cisco appends records of its own when it keeps a tree for
//! each VLAN (PVST+).

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::{Around, Field, Kind, Table};
use crate::input::{Bad, Input};
use crate::proto::shared::lan::stp_line::{self, CHANGE, CONFIGURATION, RAPID, ROLES};
use crate::proto::shared::message;
use crate::proto::shared::tlv::Tlv;
use crate::sink::{NoteKind, Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEAD:
    PROTOCOL = Field::uint("stp.protocol", 0, 16).hex().values(&[(0, "spanning tree"), (1, "GARP")]).label("Protocol").doc("IEEE 802.1D §9.2.1", "0: spanning tree; 1: registration protocols such as GVRP");
    VERSION = Field::uint("stp.version", 16, 8).values(VERSIONS).label("Version").doc("IEEE 802.1D §9.2.2", "Which of the spanning tree protocols the sender speaks").explain(explain_version);
    TYPE = Field::uint("stp.type", 24, 8).hex().values(TYPES).label("Type").doc("IEEE 802.1D §9.2.3", "What kind of message this is").explain(explain_type);
}

/// What registration protocols begin with, too.
static GARP: Table = &[&PROTOCOL];

crate::fields! { FLAG_BITS:
    FLAGS = Field::uint("stp.flags", 32, 8).hex().label("Flags").doc("IEEE 802.1D §9.2.4", "What the sending port does and wants");
    TC_ACK = Field::flag("stp.flags.tcack", 32).part_of("stp.flags").repeats().label("Topology change acknowledgment").doc("IEEE 802.1D §9.3.1", "1: a notification of a topology change arrived and need not be repeated");
    AGREEMENT = Field::flag("stp.flags.agreement", 33).part_of("stp.flags").repeats().label("Agreement").doc("IEEE 802.1D §9.3.3", "1: the proposal is accepted; the other port may forward at once");
    FORWARDING = Field::flag("stp.flags.forwarding", 34).part_of("stp.flags").repeats().label("Forwarding").doc("IEEE 802.1D §9.3.3", "1: the port forwards frames");
    LEARNING = Field::flag("stp.flags.learning", 35).part_of("stp.flags").repeats().label("Learning").doc("IEEE 802.1D §9.3.3", "1: the port learns addresses");
    ROLE = Field::uint("stp.flags.port_role", 36, 2).part_of("stp.flags").repeats().values(ROLES).label("Port role").doc("IEEE 802.1D §9.2.9", "What the sending port does in the tree").explain(explain_role);
    PROPOSAL = Field::flag("stp.flags.proposal", 38).part_of("stp.flags").repeats().label("Proposal").doc("IEEE 802.1D §9.3.3", "1: the sender wants to become designated here, and to forward without waiting");
    TC = Field::flag("stp.flags.tc", 39).part_of("stp.flags").repeats().label("Topology change").doc("IEEE 802.1D §9.3.1", "1: the tree has changed; bridges forget what they learned");
}

/// The older message has only two of the flags.
static OLD_FLAG_BITS: Table = &[&FLAGS, &TC_ACK, &TC];

crate::fields! { BODY:
    ROOT_PRIORITY = Field::uint("stp.root.prio", 40, 4).scale(4096).label("Root priority").doc("IEEE 802.1D §9.2.5", "Priority of the bridge that the sender takes for the root; the lowest wins").explain(explain_priority);
    ROOT_EXTENSION = Field::uint("stp.root.ext", 44, 12).label("Root system ID extension").doc("IEEE 802.1D §9.2.5", "Number of the tree; with a tree for each VLAN, the VLAN");
    ROOT_ADDRESS = Field::mac("stp.root.hw", 56).label("Root address").doc("IEEE 802.1D §9.2.5", "Address of the bridge that the sender takes for the root").explain(explain_root);
    ROOT_COST = Field::uint("stp.root.cost", 104, 32).label("Root path cost").doc("IEEE 802.1D §9.2.6", "Cost of the sender's path to the root; faster links cost less").explain(explain_cost);
    BRIDGE_PRIORITY = Field::uint("stp.bridge.prio", 136, 4).scale(4096).label("Bridge priority").doc("IEEE 802.1D §9.2.5", "Priority of the sender (in a region: of its regional root)").explain(explain_priority);
    BRIDGE_EXTENSION = Field::uint("stp.bridge.ext", 140, 12).label("Bridge system ID extension").doc("IEEE 802.1D §9.2.5", "Number of the tree; with a tree for each VLAN, the VLAN");
    BRIDGE_ADDRESS = Field::mac("stp.bridge.hw", 152).label("Bridge address").doc("IEEE 802.1D §9.2.5", "Address of the sender (in a region: of its regional root)");
    PORT = Field::uint("stp.port", 200, 16).hex().label("Port").doc("IEEE 802.1D §9.2.7", "The sending port: 4 bits of priority, 12 bits of number").explain(explain_port);
    AGE = Field::uint("stp.msg_age", 216, 16).fixed_point(8).unit("seconds").label("Message age").doc("IEEE 802.1D §9.2.8", "How long ago the root said this; bridges on the way usually add one second each").explain(explain_age);
    MAX_AGE = Field::uint("stp.max_age", 232, 16).fixed_point(8).unit("seconds").label("Max age").doc("IEEE 802.1D §9.2.8", "At this age the information is forgotten; set by the root");
    HELLO = Field::uint("stp.hello", 248, 16).fixed_point(8).unit("seconds").label("Hello time").doc("IEEE 802.1D §9.2.8", "How often designated ports send");
    DELAY = Field::uint("stp.forward", 264, 16).fixed_point(8).unit("seconds").label("Forward delay").doc("IEEE 802.1D §9.2.8", "How long a port listens, and then learns, before it forwards; set by the root");
}

crate::fields! { LENGTHS:
    V1_LENGTH = Field::uint("stp.version_1_length", 280, 8).unit("bytes").label("Version 1 length").doc("IEEE 802.1D §9.3.3", "0: nothing of version 1 follows");
}

crate::fields! { REGION_LENGTH:
    V3_LENGTH = Field::uint("mstp.version_3_length", 288, 16).unit("bytes").label("Version 3 length").doc("IEEE 802.1Q §14.4", "64 bytes for the region and 16 for each of its further trees");
    SELECTOR = Field::uint("mstp.config_format_selector", 304, 8).label("Format selector").doc("IEEE 802.1Q §13.8", "0: the configuration identifier is as the standard has it");
}

crate::fields! { REGION:
    REVISION = Field::uint("mstp.config_revision_level", 568, 16).label("Revision").doc("IEEE 802.1Q §13.8", "Number that an administrator gave to the region's configuration");
    DIGEST = Field::bytes("mstp.config_digest", 584, 128).label("Digest").doc("IEEE 802.1Q §13.8", "Fingerprint of the table that says which VLAN uses which tree; equal in all bridges of a region").explain(explain_digest);
    INTERNAL_COST = Field::uint("mstp.cist_internal_root_path_cost", 712, 32).label("Internal root path cost").doc("IEEE 802.1Q §14.4", "Cost of the sender's path to the regional root");
    CIST_PRIORITY = Field::uint("mstp.cist_bridge.prio", 744, 4).scale(4096).label("Bridge priority").doc("IEEE 802.1Q §14.4", "Priority of the sender in the common tree").explain(explain_priority);
    CIST_EXTENSION = Field::uint("mstp.cist_bridge.ext", 748, 12).label("Bridge system ID extension").doc("IEEE 802.1Q §14.4", "0 in the common tree");
    CIST_ADDRESS = Field::mac("mstp.cist_bridge.hw", 760).label("Bridge address").doc("IEEE 802.1Q §14.4", "Address of the sender");
    CIST_HOPS = Field::uint("mstp.cist_remaining_hops", 808, 8).unit("hops").label("Remaining hops").doc("IEEE 802.1Q §14.4", "How many more bridges of the region may pass this on; takes the place of the message age");
}

crate::fields! { INSTANCE:
    I_FLAGS = Field::uint("mstp.msti.flags", 0, 8).hex().repeats().label("Flags").doc("IEEE 802.1Q §14.4", "What the sending port does in this tree; as the common tree's flags, but for the highest");
    I_TC_ACK = Field::flag("stp.flags.tcack", 0).part_of("mstp.msti.flags").repeats().label("Master port").doc("IEEE 802.1Q §14.4", "1: a root port towards another region; in the common tree, this bit acknowledges a topology change");
    I_AGREEMENT = Field::flag("stp.flags.agreement", 1).part_of("mstp.msti.flags").repeats().label("Agreement").doc("IEEE 802.1Q §14.4", "1: the proposal is accepted; the other port may forward at once");
    I_FORWARDING = Field::flag("stp.flags.forwarding", 2).part_of("mstp.msti.flags").repeats().label("Forwarding").doc("IEEE 802.1Q §14.4", "1: the port forwards frames");
    I_LEARNING = Field::flag("stp.flags.learning", 3).part_of("mstp.msti.flags").repeats().label("Learning").doc("IEEE 802.1Q §14.4", "1: the port learns addresses");
    I_ROLE = Field::uint("stp.flags.port_role", 4, 2).part_of("mstp.msti.flags").repeats().values(ROLES).label("Port role").doc("IEEE 802.1D §9.2.9", "What the sending port does in the tree").explain(explain_role);
    I_PROPOSAL = Field::flag("stp.flags.proposal", 6).part_of("mstp.msti.flags").repeats().label("Proposal").doc("IEEE 802.1Q §14.4", "1: the sender wants to become designated here, and to forward without waiting");
    I_TC = Field::flag("stp.flags.tc", 7).part_of("mstp.msti.flags").repeats().label("Topology change").doc("IEEE 802.1Q §14.4", "1: the tree has changed; bridges forget what they learned");
    I_PRIORITY = Field::uint("mstp.msti.priority", 8, 4).hex().repeats().label("Regional root priority").doc("IEEE 802.1Q §14.4", "Priority of the tree's regional root, in units of 4096");
    I_ID = Field::uint("mstp.msti.msti_id", 12, 12).repeats().label("Tree").doc("IEEE 802.1Q §14.4", "Number of the tree in the region");
    I_ROOT = Field::mac("mstp.msti.root.hw", 24).repeats().label("Regional root address").doc("IEEE 802.1Q §14.4", "The bridge that is this tree's root in the region");
    I_COST = Field::uint("mstp.msti.root_cost", 72, 32).repeats().label("Internal root path cost").doc("IEEE 802.1Q §14.4", "Cost of the sender's path to that root");
    I_BRIDGE_PRIORITY = Field::uint("mstp.msti.bridge_priority", 104, 4).repeats().label("Bridge priority").doc("IEEE 802.1Q §14.4", "The sender's priority in this tree, in units of 4096");
    I_BRIDGE_RESERVED = Field::uint("mstp.msti.bridge_reserved", 108, 4).repeats().label("Reserved").doc("IEEE 802.1Q §14.4", "Sent as 0");
    I_PORT_PRIORITY = Field::uint("mstp.msti.port_priority", 112, 4).repeats().label("Port priority").doc("IEEE 802.1Q §14.4", "The port's priority in this tree, in units of 16");
    I_PORT_RESERVED = Field::uint("mstp.msti.port_reserved", 116, 4).repeats().label("Reserved").doc("IEEE 802.1Q §14.4", "Sent as 0");
    I_HOPS = Field::uint("mstp.msti.remaining_hops", 120, 8).repeats().unit("hops").label("Remaining hops").doc("IEEE 802.1Q §14.4", "How many more bridges of the region may pass this on");
}

crate::fields! { RECORD:
    R_TYPE = Field::uint("stp.pvst.tlvtype", 0, 16).hex().repeats().values(&[(0, "originating VLAN")]).label("Record type").doc("Cisco PVST+", "What the value is");
    R_LENGTH = Field::uint("stp.pvst.tlvlen", 16, 16).repeats().unit("bytes").label("Record length").doc("Cisco PVST+", "Length of the value");
}

crate::fields! { MOVING:
    G_INSTANCE = Field::group("mstp.msti").repeats().label("Multiple spanning tree instance").doc("IEEE 802.1Q §14.4", "One of the region's trees beside the common one");
    CONFIG_NAME = Field::moving("mstp.config_name", Kind::Text).label("Region name").doc("IEEE 802.1Q §13.8", "Bridges with equal name, revision and digest form a region");
    NAME_PADDING = Field::moving("mstp.config_name_padding", Kind::Bytes).label("Padding").doc("IEEE 802.1Q §13.8", "Zeros that fill the name up to 32 bytes");
    V4_LENGTH = Field::moving("mstp.version_4_length", Kind::Uint).unit("bytes").label("Version 4 length").doc("IEEE 802.1Q §14.4", "Length of what shortest path bridging adds");
    V4 = Field::moving("mstp.version_4", Kind::Bytes).label("Version 4 parameters").doc("IEEE 802.1Q §14.4", "Auxiliary configuration identifier and agreement of shortest path bridging");
    ORIGIN = Field::moving("stp.pvst.origvlan", Kind::Uint).repeats().label("Originating VLAN").doc("Cisco PVST+", "The VLAN whose tree this is; must be that of the port, or native VLANs do not match");
    R_VALUE = Field::moving("stp.pvst.tlvval", Kind::Bytes).repeats().label("Record value").doc("Cisco PVST+", "Not decoded");
    UNKNOWN = Field::moving("stp.unknown", Kind::Bytes).label("Unknown").doc("IEEE 802.1D §9.3", "Bytes that belong to no known part of a message");
}

static VERSIONS: &[(u64, &str)] = &[(0, "STP"), (2, "RSTP"), (3, "MSTP"), (4, "SPT")];

static TYPES: &[(u64, &str)] =
    &[(0, "configuration"), (2, "rapid or multiple spanning tree"), (0x80, "topology change")];

/// Spanning tree protocols.
pub static STP: Protocol = Protocol {
    name: "stp",
    title: "Spanning Tree Protocol",
    spec: "IEEE 802.1D",
    scope: "STP, RSTP, MSTP with its instances, and the records of PVST+. Not: the parameters of shortest path bridging beyond their length, Cisco's older format of MSTP, GARP",
    unit: Unit::Message,
    tables: &[HEAD, FLAG_BITS, BODY, LENGTHS, REGION_LENGTH, REGION, INSTANCE, RECORD, MOVING],
    keys: &[
        (Space::Llc, 0x42),
        (Space::Ieee8021Pid, 0x000e),
        (Space::CiscoPid, 0x0108),
        (Space::CiscoPid, 0x0109),
        (Space::CiscoPid, 0x010b),
        (Space::CiscoPid, 0x010c),
    ],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

/// Lengths of the kinds of messages, and where the parts of the longest begin.
const CHANGE_LEN: u32 = 4;
const CONFIGURATION_LEN: u32 = 35;
const RAPID_LEN: u32 = 36;
const REGION_AT: u32 = 38;
const INSTANCES_AT: u32 = 102;
const INSTANCE_LEN: u32 = 16;
const NAME: std::ops::Range<usize> = 39..71;

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    if input.data.starts_with(&[0, 1]) {
        s.fixed(GARP, input.data, input.base);
        return Ok(Step::new(&input, 2, input.wire, Next::Opaque("a GARP message, which is not decoded")));
    }
    let [p0, p1, version, kind] = *input.header::<4, S>(s, HEAD)?;
    let protocol = u32::from(u16::from_be_bytes([p0, p1]));
    if protocol != 0 {
        s.flaw(Bad { rule: "the protocol identifier is 0 (IEEE 802.1D §9.2.1)", expected: 0, found: protocol });
    }
    let end = match kind {
        CONFIGURATION => {
            s.fixed(OLD_FLAG_BITS, input.data, input.base);
            s.fixed(BODY, input.data, input.base);
            input.upto(CONFIGURATION_LEN)?;
            records(&input, s, CONFIGURATION_LEN)
        }
        RAPID => {
            s.fixed(FLAG_BITS, input.data, input.base);
            s.fixed(BODY, input.data, input.base);
            s.fixed(LENGTHS, input.data, input.base);
            input.upto(RAPID_LEN)?;
            if version >= 3 && input.wire >= REGION_AT { region(&input, s) } else { records(&input, s, RAPID_LEN) }
        }
        CHANGE => CHANGE_LEN,
        _ => {
            s.note(NoteKind::Unknown, format_args!("a message of type 0x{kind:02x}, which nobody defines"));
            CHANGE_LEN
        }
    };
    if S::ON {
        Tlv::new(input.data, input.base, 0, input.wire).rest(s, &UNKNOWN, end);
    }
    Ok(message::step(&input, s, "stp", input.wire))
}

/// Puts what multiple spanning trees add; returns where it ends.
fn region<S: Sink>(input: &Input<'_>, s: &mut S) -> u32 {
    let whole = Tlv::new(input.data, input.base, 0, input.wire);
    s.fixed(REGION_LENGTH, input.data, input.base);
    let length = input.data.get(36..).and_then(<[u8]>::first_chunk).map(|b| u32::from(u16::from_be_bytes(*b)));
    let Some(length) = length else { return input.wire };
    if length < INSTANCES_AT - REGION_AT || !length.is_multiple_of(INSTANCE_LEN) {
        s.flaw(Bad {
            rule: "version 3 has 64 bytes and 16 for each instance (IEEE 802.1Q §14.4)",
            expected: length.next_multiple_of(INSTANCE_LEN).max(INSTANCES_AT - REGION_AT),
            found: length,
        });
    }
    if REGION_AT + length > input.wire {
        s.flaw(Bad {
            rule: "version 3 ends inside the message (IEEE 802.1Q §14.4)",
            expected: input.wire - REGION_AT,
            found: length,
        });
    }
    if !S::ON {
        return input.wire;
    }
    if let Some(name) = input.data.get(NAME) {
        let used = name.iter().position(|b| *b == 0).unwrap_or(name.len()) as u32;
        let (from, to) = (NAME.start as u32, NAME.end as u32);
        whole.span(s, &CONFIG_NAME, from, from + used);
        whole.span(s, &NAME_PADDING, from + used, to);
        s.fixed(REGION, input.data, input.base);
    }
    let end = (REGION_AT + length).min(input.wire);
    let mut at = INSTANCES_AT;
    while at + INSTANCE_LEN <= end && s.room() && input.data.len() as u32 > at {
        s.open(&G_INSTANCE, whole.bit(at));
        whole.part(at, INSTANCE_LEN).fixed(s, INSTANCE);
        s.close(whole.bit(at + INSTANCE_LEN));
        at += INSTANCE_LEN;
    }
    let end = end.max(INSTANCES_AT);
    if end + 2 > input.wire {
        return end;
    }
    whole.uint(s, &V4_LENGTH, end, 2);
    let after = whole.data.get(end as usize..).and_then(<[u8]>::first_chunk);
    let length = after.map_or(0, |b| u32::from(u16::from_be_bytes(*b)));
    let behind = (end + 2 + length).min(input.wire);
    whole.span(s, &V4, end + 2, behind);
    behind
}

/// Puts the records of PVST+, which begin on an even place with the one that names the VLAN; returns where they end.
fn records<S: Sink>(input: &Input<'_>, s: &mut S, end: u32) -> u32 {
    let mut at = end.next_multiple_of(2);
    if !S::ON || input.data.get(at as usize..).is_none_or(|r| !r.starts_with(&[0, 0, 0, 2])) {
        return end;
    }
    while at + 4 <= input.wire && s.room() {
        let whole = Tlv::new(input.data, input.base, 0, input.wire);
        let record = whole.part(at, input.wire - at);
        record.fixed(s, RECORD);
        let Some([t0, t1, l0, l1]) = record.data.first_chunk::<4>() else { break };
        let (kind, length) = (u16::from_be_bytes([*t0, *t1]), u32::from(u16::from_be_bytes([*l0, *l1])));
        if 4 + length > record.wire {
            let room = record.wire - 4;
            s.note(NoteKind::Bad, format_args!("a record fits into its message: {room} bytes left, {length} found"));
            return input.wire;
        }
        match (kind, length) {
            (0, 2) => record.uint(s, &ORIGIN, 4, 2),
            _ => record.span(s, &R_VALUE, 4, 4 + length),
        }
        at += 4 + length;
    }
    at
}

fn explain_version(around: &Around<'_>, out: &mut Text) {
    out.lit(match around.value {
        0 => "the original protocol: ports wait for half a minute before they forward",
        2 => "rapid spanning tree: neighbors agree, and ports forward at once",
        3 => "multiple spanning tree: several trees, each for some of the VLANs",
        4 => "shortest path bridging",
        1 => "never used",
        _ => "newer than what the standard of 2018 knows; read as the highest version known",
    });
}

fn explain_type(around: &Around<'_>, out: &mut Text) {
    out.lit(match around.value {
        0 => "the sender says who the root is, and how far away",
        2 => "the sender says who the root is, how far away, and what its own port does",
        0x80 => "the sender tells the root that a link came or went, so that all bridges forget addresses sooner",
        _ => return,
    });
}

fn explain_role(around: &Around<'_>, out: &mut Text) {
    out.lit(match around.value {
        1 => "the port is blocked: there is a better path to the root",
        2 => "the port leads to the root",
        3 => "the port leads away from the root, for all stations on its link",
        _ => "not said (older messages, or a master port)",
    });
}

fn explain_priority(around: &Around<'_>, out: &mut Text) {
    out.lit(match around.value {
        32768 => "the default: nobody configured it, or left it there",
        0 => "the highest of all: this bridge is meant to be the root",
        61440 => "the lowest of all: this bridge is not meant to be the root",
        n if n < 32768 => "better than the default of 32768",
        _ => "worse than the default of 32768",
    });
}

fn explain_root(around: &Around<'_>, out: &mut Text) {
    if let (Some(root), Some(bridge)) = (around.layer.get(5..13), around.layer.get(17..25)) {
        out.lit(if root == bridge { "the sender itself is the root" } else { "another bridge than the sender" });
    }
}

fn explain_cost(around: &Around<'_>, out: &mut Text) {
    out.lit(match around.value {
        0 => "no link between: the sender is the root, or in its region",
        2_000 => "as one link of 10 Gbit/s",
        20_000 => "as one link of 1 Gbit/s",
        200_000 => "as one link of 100 Mbit/s",
        2_000_000 => "as one link of 10 Mbit/s",
        4 => "as one link of 1 Gbit/s, in the costs of 1998",
        19 => "as one link of 100 Mbit/s, in the costs of 1998",
        100 => "as one link of 10 Mbit/s, in the costs of 1998",
        _ => return,
    });
}

fn explain_port(around: &Around<'_>, out: &mut Text) {
    out.lit("port ").num(around.value & 0xfff).lit(" with priority ").num((around.value >> 12) * 16);
}

fn explain_age(around: &Around<'_>, out: &mut Text) {
    let max = MAX_AGE.get(around.layer);
    match around.value {
        0 => out.lit("fresh from the root"),
        age if age >= max => out.lit("as old as the max age or older: receivers ignore it"),
        1..=256 => out.lit("about one bridge from the root"),
        age => out.lit("about ").num(age.div_ceil(256)).lit(" bridges from the root"),
    };
}

/// The digest of the table in which all VLANs use the common tree (IEEE 802.1Q table 13-2).
const NO_INSTANCES: [u8; 16] =
    [0xac, 0x36, 0x17, 0x7f, 0x50, 0x28, 0x3c, 0xd4, 0xb8, 0x38, 0x21, 0xd8, 0xab, 0x26, 0xde, 0x62];

fn explain_digest(around: &Around<'_>, out: &mut Text) {
    if around.bytes == NO_INSTANCES {
        out.lit("that of a table in which all VLANs use the common tree");
    }
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    if seen.header.starts_with(&[0, 1]) {
        out.lit("GARP, length ").num(seen.wire.into());
        return;
    }
    stp_line::write(seen.header, seen.wire, seen.style.verbose > 0, out);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Env, Extent, Stop};

    fn read(data: &[u8]) -> (Dissected, Option<Bad>, Vec<&'static str>) {
        let input = Input { data, base: 0, wire: data.len() as u32, extent: Extent::Whole, env: &Env::NONE };
        let (mut off, mut tree) = (Off::default(), Tree::default());
        let step = dissect(input, &mut off);
        assert_eq!(step, dissect(input, &mut tree));
        assert_eq!(off.flaw, tree.take_flaw());
        (step, off.flaw, tree.nodes().iter().map(|n| n.field.name).collect())
    }

    #[test]
    fn a_rapid_message_has_one_byte_more_than_a_configuration_message() {
        let mut message = [0; 35];
        assert!(read(&message).0.is_ok());
        message[3] = RAPID;
        assert!(matches!(read(&message).0, Err(Stop::Bad(Bad { expected: 36, found: 35, .. }))));
    }

    #[test]
    fn the_version_3_length_counts_instances() {
        let mut message = [0; 118];
        message[2..4].copy_from_slice(&[3, RAPID]);
        message[37] = 80;
        let (_, flaw, names) = read(&message);
        assert_eq!((flaw, names.iter().filter(|n| **n == "mstp.msti").count()), (None, 1));
        message[37] = 70;
        assert_eq!(read(&message).1.map(|b| (b.expected, b.found)), Some((80, 70)));
        message[37] = 96;
        assert_eq!(read(&message).1.map(|b| (b.expected, b.found)), Some((80, 96)));
    }

    #[test]
    fn records_begin_with_the_vlan() {
        let mut message = [0; 42];
        assert_eq!(read(&message).2.last(), Some(&"stp.unknown"));
        message[39..42].copy_from_slice(&[2, 0, 5]);
        assert_eq!(read(&message).2.last(), Some(&"stp.pvst.origvlan"));
    }
}
