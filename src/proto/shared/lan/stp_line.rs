//! The line of a spanning tree message, shaped like tcpdump's, and the words that it shares with the tree.

use crate::text::Text;

/// IEEE 802.1D §9.2.9: what a port does in the tree.
pub static ROLES: &[(u64, &str)] = &[(0, "unknown"), (1, "alternate or backup"), (2, "root"), (3, "designated")];

/// Flags by their bit, as tcpdump calls and orders them.
static FLAGS: &[(u8, &str)] = &[
    (0x01, "Topology change"),
    (0x02, "Proposal"),
    (0x10, "Learn"),
    (0x20, "Forward"),
    (0x40, "Agreement"),
    (0x80, "Topology change ACK"),
];

/// Types of messages.
pub const CONFIGURATION: u8 = 0x00;
/// A message of rapid or multiple spanning trees.
pub const RAPID: u8 = 0x02;
/// A topology change notification.
pub const CHANGE: u8 = 0x80;

/// Writes a line. `message` is what was captured of the message, `length` is its length on the wire.
pub fn write(message: &[u8], length: u32, verbose: bool, out: &mut Text) {
    let [_, _, version, kind, rest @ ..] = message else { return };
    out.lit("STP ");
    match version {
        0 => out.lit("802.1d"),
        2 => out.lit("802.1w"),
        3 => out.lit("802.1s"),
        4 => out.lit("802.1aq"),
        other => out.lit("version ").num((*other).into()),
    };
    match *kind {
        CHANGE => {
            out.lit(", Topology Change");
        }
        CONFIGURATION => {
            out.lit(", Config");
            single(rest, length, false, verbose, out);
        }
        RAPID if *version >= 3 => {
            out.lit(", Rapid STP");
            multiple(rest, length, verbose, out);
        }
        RAPID => {
            out.lit(", Rapid STP");
            single(rest, length, true, verbose, out);
        }
        other => {
            out.lit(", Unknown BPDU Type (").hex(other.into(), 2).ch(')');
        }
    }
}

fn flags(flags: u8, out: &mut Text) {
    out.lit("Flags [");
    let mut none = true;
    for (_, name) in FLAGS.iter().filter(|(bit, _)| flags & bit != 0) {
        out.lit(if none { "" } else { ", " }).lit(name);
        none = false;
    }
    out.lit(if none { "none]" } else { "]" });
}

/// `9005.02:00:00:00:00:02`: priority and number of a bridge, and its address.
fn bridge(id: &[u8], out: &mut Text) {
    if let Some((priority, mac)) = id.split_at_checked(2) {
        out.hex_bytes(priority).ch('.').mac(mac);
    }
}

fn role(flags: u8, out: &mut Text) {
    out.lit("port-role ").lit(match flags >> 2 & 3 {
        1 => "Alternate",
        2 => "Root",
        3 => "Designated",
        _ => "Unknown",
    });
}

/// Seconds with two decimals, out of 256ths.
fn seconds(parts: &[u8], out: &mut Text) {
    let parts = parts.first_chunk().map_or(0, |b| u64::from(u16::from_be_bytes(*b)));
    let hundredths = (parts * 100 + 128) / 256;
    out.num(hundredths / 100).ch('.').two(hundredths % 100).ch('s');
}

fn number(bytes: &[u8], out: &mut Text) {
    out.num(bytes.iter().fold(0, |n, b| n << 8 | u64::from(*b)));
}

/// The fields of a message from its flags on, which lie at the same places in all versions.
struct Parts<'a> {
    flags: u8,
    root: &'a [u8],
    cost: &'a [u8],
    bridge: &'a [u8],
    port: &'a [u8],
    times: [&'a [u8]; 4],
}

fn parts(rest: &[u8]) -> Option<Parts<'_>> {
    let (flags, rest) = rest.split_first()?;
    let (root, rest) = rest.split_at_checked(8)?;
    let (cost, rest) = rest.split_at_checked(4)?;
    let (bridge, rest) = rest.split_at_checked(8)?;
    let (port, rest) = rest.split_at_checked(2)?;
    let (age, rest) = rest.split_at_checked(2)?;
    let (max, rest) = rest.split_at_checked(2)?;
    let (hello, rest) = rest.split_at_checked(2)?;
    let forward = rest.get(..2)?;
    Some(Parts { flags: *flags, root, cost, bridge, port, times: [age, max, hello, forward] })
}

fn times([age, max, hello, forward]: [&[u8]; 4], out: &mut Text) {
    out.lit("\n\tmessage-age ");
    seconds(age, out);
    out.lit(", max-age ");
    seconds(max, out);
    out.lit(", hello-time ");
    seconds(hello, out);
    out.lit(", forwarding-delay ");
    seconds(forward, out);
}

/// `, Flags [none], bridge-id 9005.02:00:00:00:00:02.8003, length 35`, and with `-v` the root and the times.
fn single(rest: &[u8], length: u32, rapid: bool, verbose: bool, out: &mut Text) {
    let Some(p) = parts(rest) else { return };
    out.lit(", ");
    flags(p.flags, out);
    out.lit(", bridge-id ");
    bridge(p.bridge, out);
    out.ch('.').hex_bytes(p.port).lit(", length ").num(length.into());
    if verbose {
        times(p.times, out);
        out.lit("\n\troot-id ");
        bridge(p.root, out);
        out.lit(", root-pathcost ");
        number(p.cost, out);
        if rapid {
            out.lit(", ");
            role(p.flags, out);
        }
    }
}

/// `, CIST Flags [Learn, Forward, Agreement], length 102`, and with `-v` the region and its trees.
fn multiple(rest: &[u8], length: u32, verbose: bool, out: &mut Text) {
    let Some(p) = parts(rest) else { return };
    out.lit(", CIST ");
    flags(p.flags, out);
    out.lit(", length ").num(length.into());
    if !verbose {
        return;
    }
    out.lit("\n\t");
    role(p.flags, out);
    out.lit(", CIST root-id ");
    bridge(p.root, out);
    out.lit(", CIST ext-pathcost ");
    number(p.cost, out);
    out.lit("\n\tCIST regional-root-id ");
    bridge(p.bridge, out);
    out.lit(", CIST port-id ").hex_bytes(p.port).ch(',');
    times(p.times, out);
    // Version 1 length, version 3 length, and 64 bytes about the region.
    let Some((region, trees)) = rest.get(31..).and_then(|r| r.split_first_chunk::<67>()) else { return };
    let piece = |from: usize, to: usize| region.get(from..to).unwrap_or_default();
    let v3 = piece(1, 3);
    out.lit("\n\tv3len ");
    number(v3, out);
    let name = piece(4, 36);
    let name = name.split(|b| *b == 0).next().unwrap_or_default();
    out.lit(", MCID Name ").untrusted(name).lit(", rev ");
    number(piece(36, 38), out);
    out.lit(",\n\t\tdigest ").hex_bytes(piece(38, 54)).lit(", CIST int-root-pathcost ");
    number(piece(54, 58), out);
    out.lit(",\n\tCIST bridge-id ");
    bridge(piece(58, 66), out);
    out.lit(", CIST remaining-hops ");
    number(piece(66, 67), out);
    let count = v3.first_chunk().map_or(0, |b| usize::from(u16::from_be_bytes(*b)).saturating_sub(64) / 16);
    for tree in trees.chunks_exact(16).take(count) {
        instance(tree, out);
    }
}

fn instance(tree: &[u8], out: &mut Text) {
    let [tree_flags, high, low, mac @ .., a, b, c, d, bridge_priority, port_priority, hops] = tree else { return };
    out.lit("\n\tMSTI ").num(u64::from(u16::from_be_bytes([*high, *low]) & 0xfff)).lit(", ");
    flags(*tree_flags, out);
    out.lit(", ");
    role(*tree_flags, out);
    out.lit("\n\t\tMSTI regional-root-id ").hex_bytes(&[*high, *low]).ch('.').mac(mac).lit(", pathcost ");
    number(&[*a, *b, *c, *d], out);
    out.lit("\n\t\tMSTI bridge-prio ").num((bridge_priority >> 4).into());
    out.lit(", port-prio ").num((port_priority >> 4).into()).lit(", hops ").num((*hops).into());
}
