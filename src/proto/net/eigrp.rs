//! Enhanced Interior Gateway Routing Protocol (RFC 7868): routers tell their neighbors which destinations they reach and
//! at which cost.
//!
//! ```text
//! |    Version    |    Opcode     |           Checksum            |
//! |                             Flags                             |
//! |                        Sequence number                        |
//! |                     Acknowledgment number                     |
//! |       Virtual router ID       |   Autonomous system number    |
//! |  TLVs …                                                       |
//! ```

use crate::dissect::{Dissected, Protocol, Seen, Space, Unit};
use crate::field::{Around, Field, Kind};
use crate::input::Input;
use crate::proto::shared::checksum::{self, Covered};
use crate::proto::shared::message;
use crate::proto::shared::tlv::Tlv;
use crate::sink::{NoteKind, Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEADER:
    VERSION = Field::uint("eigrp.version", 0, 8).label("Version").doc("RFC 7868 §6.5", "2");
    OPCODE = Field::uint("eigrp.opcode", 8, 8).values(OPCODES).explain(explain_opcode).label("Opcode").doc("RFC 7868 §6.5", "What the packet is for");
    CHECKSUM = Field::uint("eigrp.checksum", 16, 16).hex().label("Checksum").doc("RFC 7868 §6.5", "Over the whole packet");
    FLAGS = Field::uint("eigrp.flags", 32, 32).hex().label("Flags").doc("RFC 7868 §6.5", "How to treat the packet");
    FLAG_EOT = Field::flag("eigrp.flags.eot", 60).part_of("eigrp.flags").label("End of table").doc("RFC 7868 §6.5", "1: the last of the updates that a new neighbor gets");
    FLAG_RESTART = Field::flag("eigrp.flags.restart", 61).part_of("eigrp.flags").label("Restart").doc("RFC 7868 §6.5", "1: the sender restarts, and wants to keep its neighbors");
    FLAG_CR = Field::flag("eigrp.flags.condrecv", 62).part_of("eigrp.flags").label("Conditional receive").doc("RFC 7868 §6.5", "1: only for those that the hello before did not exclude");
    FLAG_INIT = Field::flag("eigrp.flags.init", 63).part_of("eigrp.flags").label("Init").doc("RFC 7868 §6.5", "1: the first update for a new neighbor, which is to send all of its routes");
    SEQ = Field::uint("eigrp.seq", 64, 32).label("Sequence number").doc("RFC 7868 §6.5", "Of a packet that is to be acknowledged; 0: not to be acknowledged");
    ACK = Field::uint("eigrp.ack", 96, 32).label("Acknowledgment number").doc("RFC 7868 §6.5", "The neighbor's packet that has arrived; 0: none");
    VRID = Field::uint("eigrp.vrid", 128, 16).values(ROUTERS).label("Virtual router ID").doc("RFC 7868 §6.5", "Which of the processes within a router");
    AS = Field::uint("eigrp.as", 144, 16).label("Autonomous system").doc("RFC 7868 §6.5", "Number of the routing process; neighbors must have the same");
}

crate::fields! { TLV:
    TLV_TYPE = Field::uint("eigrp.tlv_type", 0, 16).repeats().hex().names(tlv_name).label("Type").doc("RFC 7868 §6.6", "What the TLV tells; the first byte is the protocol that routes belong to");
    TLV_LEN = Field::uint("eigrp.tlv.len", 16, 16).repeats().unit("bytes").label("Length").doc("RFC 7868 §6.6", "Of the whole TLV");
}

crate::fields! { PARAMETERS:
    K1 = Field::uint("eigrp.par.k1", 32, 8).label("K1").doc("RFC 7868 §6.7.1", "Weight of the bandwidth; all weights must be the same at both ends").explain(explain_weight);
    K2 = Field::uint("eigrp.par.k2", 40, 8).label("K2").doc("RFC 7868 §6.7.1", "Weight of the load");
    K3 = Field::uint("eigrp.par.k3", 48, 8).label("K3").doc("RFC 7868 §6.7.1", "Weight of the delay");
    K4 = Field::uint("eigrp.par.k4", 56, 8).label("K4").doc("RFC 7868 §6.7.1", "Weight of the reliability");
    K5 = Field::uint("eigrp.par.k5", 64, 8).label("K5").doc("RFC 7868 §6.7.1", "Weight of the reliability, too");
    K6 = Field::uint("eigrp.par.k6", 72, 8).label("K6").doc("RFC 7868 §6.7.1", "Weight of jitter and energy");
    HOLDTIME = Field::uint("eigrp.par.holdtime", 80, 16).unit("s").label("Hold time").doc("RFC 7868 §6.7.1", "After so long without a hello the sender counts as gone");
}

crate::fields! { AUTHENTICATION:
    AUTH_TYPE = Field::uint("eigrp.auth.type", 32, 16).values(&[(1, "plain text"), (2, "MD5"), (3, "SHA-256")]).label("Authentication type").doc("RFC 7868 §6.7.2", "How the sender shows that it belongs to the network");
    AUTH_LENGTH = Field::uint("eigrp.auth.length", 48, 16).unit("bytes").label("Digest length").doc("RFC 7868 §6.7.2", "Length of the digest");
    AUTH_KEY = Field::uint("eigrp.auth.keyid", 64, 32).label("Key ID").doc("RFC 7868 §6.7.2", "Which of the keys that both ends know");
    AUTH_SEQUENCE = Field::uint("eigrp.auth.keyseq", 96, 32).label("Key sequence").doc("RFC 7868 §6.7.2", "0, or grows, so that repeated packets are noticed");
    AUTH_PAD = Field::bytes("eigrp.nullpad", 128, 64).label("Padding").doc("RFC 7868 §6.7.2", "0");
}

crate::fields! { SOFTWARE:
    RELEASE = Field::uint("eigrp.release_version", 32, 16).explain(explain_version).label("Release").doc("RFC 7868 §6.7.4", "Version of the router's system");
    TLV_VERSION = Field::uint("eigrp.tlv_version", 48, 16).explain(explain_version).label("TLV version").doc("RFC 7868 §6.7.4", "1: classic metrics; 2: wide metrics, too");
}

crate::fields! { NEXT_MULTICAST:
    NEXT = Field::uint("eigrp.next_mcast_seq", 32, 32).label("Next multicast sequence").doc("RFC 7868 §6.7.5", "Number of the next packet to the group, which the named neighbors are not to take");
}

crate::fields! { STUB:
    STUB_OPTIONS = Field::uint("eigrp.stub_options", 32, 16).hex().label("Stub options").doc("RFC 7868 §6.7.6", "Which routes a stub router tells; it is no way to anywhere else");
    STUB_RECV = Field::flag("eigrp.stub_options.recvonly", 42).part_of("eigrp.stub_options").label("Receive only").doc("RFC 7868 §6.7.6", "1: tells none");
    STUB_LEAK = Field::flag("eigrp.stub_options.leakmap", 43).part_of("eigrp.stub_options").label("Leak map").doc("RFC 7868 §6.7.6", "1: tells chosen ones of others");
    STUB_REDIST = Field::flag("eigrp.stub_options.redist", 44).part_of("eigrp.stub_options").label("Redistributed").doc("RFC 7868 §6.7.6", "1: tells those from other protocols");
    STUB_SUMMARY = Field::flag("eigrp.stub_options.summary", 45).part_of("eigrp.stub_options").label("Summary").doc("RFC 7868 §6.7.6", "1: tells summaries");
    STUB_STATIC = Field::flag("eigrp.stub_options.static", 46).part_of("eigrp.stub_options").label("Static").doc("RFC 7868 §6.7.6", "1: tells configured ones");
    STUB_CONNECTED = Field::flag("eigrp.stub_options.connected", 47).part_of("eigrp.stub_options").label("Connected").doc("RFC 7868 §6.7.6", "1: tells those of its own links");
}

crate::fields! { TOPOLOGIES:
    TID_FLAGS = Field::uint("eigrp.tidlist.flags", 32, 16).hex().label("Flags").doc("RFC 7868 §6.7.8", "Without meaning so far");
    TID_LENGTH = Field::uint("eigrp.tidlist.len", 48, 16).label("Size").doc("RFC 7868 §6.7.8", "Size of the list that follows");
}

crate::fields! { METRIC:
    DELAY = Field::uint("eigrp.old_metric.delay", 0, 32).repeats().explain(explain_delay).label("Scaled delay").doc("RFC 7868 §6.8.2", "Sum of the delays on the way, in units of 10 µs / 256");
    BANDWIDTH = Field::uint("eigrp.old_metric.bw", 32, 32).repeats().explain(explain_bandwidth).label("Scaled bandwidth").doc("RFC 7868 §6.8.2", "2,560,000,000 divided by the narrowest bandwidth in kbit/s");
    MTU = Field::uint("eigrp.old_metric.mtu", 64, 24).repeats().unit("bytes").label("MTU").doc("RFC 7868 §6.8.2", "The smallest on the way; does not count in the metric");
    HOPS = Field::uint("eigrp.old_metric.hopcount", 88, 8).repeats().label("Hop count").doc("RFC 7868 §6.8.2", "Routers on the way");
    RELIABILITY = Field::uint("eigrp.old_metric.rel", 96, 8).repeats().explain(explain_reliability).label("Reliability").doc("RFC 7868 §6.8.2", "The worst on the way; 255: no errors");
    LOAD = Field::uint("eigrp.old_metric.load", 104, 8).repeats().label("Load").doc("RFC 7868 §6.8.2", "The greatest on the way, of 255");
    INTERNAL_TAG = Field::uint("eigrp.old_metric.intag", 112, 8).repeats().label("Route tag").doc("RFC 7868 §6.8.2", "Set by an administrator");
}

crate::fields! { METRIC_FLAGS:
    REPLICATED = Field::flag("eigrp.metric.flags.repl", 4).repeats().label("Replicated").doc("RFC 7868 §6.8.1", "1: the route comes from another topology");
    ACTIVE = Field::flag("eigrp.metric.flags.active", 5).repeats().label("Active").doc("RFC 7868 §6.8.1", "1: the sender is looking for another way to the destination");
    CANDIDATE = Field::flag("eigrp.metric.flags.cd", 6).repeats().label("Candidate default").doc("RFC 7868 §6.8.1", "1: could be the default route");
    WITHDRAW = Field::flag("eigrp.metric.flags.srcwd", 7).repeats().label("Source withdraw").doc("RFC 7868 §6.8.1", "1: the router that brought the route in withdraws it");
}

crate::fields! { EXTERNAL:
    ORIGIN_ROUTER = Field::ip4("eigrp.extdata.origrid", 0).repeats().label("Originating router").doc("RFC 7868 §6.8.3", "Identifier of the router that brought the route in");
    ORIGIN_AS = Field::uint("eigrp.extdata.as", 32, 32).repeats().label("Originating system").doc("RFC 7868 §6.8.3", "The autonomous system or process that the route comes from");
    ORIGIN_TAG = Field::uint("eigrp.extdata.tag", 64, 32).repeats().label("Administrative tag").doc("RFC 7868 §6.8.3", "Set by an administrator");
    ORIGIN_METRIC = Field::uint("eigrp.extdata.metric", 96, 32).repeats().label("External metric").doc("RFC 7868 §6.8.3", "The cost in the other protocol");
    ORIGIN_RESERVED = Field::uint("eigrp.extdata.reserved", 128, 16).repeats().label("Reserved").doc("RFC 7868 §6.8.3", "0");
    ORIGIN_PROTO = Field::uint("eigrp.extdata.proto", 144, 8).repeats().values(EXTERNALS).label("External protocol").doc("RFC 7868 §6.8.3", "Where the route comes from");
}

crate::fields! { EXTERNAL_FLAGS:
    OPAQUE_CD = Field::flag("eigrp.opaque.flag.cd", 158).repeats().label("Candidate default").doc("RFC 7868 §6.8.3", "1: could be the default route");
    OPAQUE_EXT = Field::flag("eigrp.opaque.flag.ext", 159).repeats().label("External").doc("RFC 7868 §6.8.3", "1: comes from outside");
}

crate::fields! { WIDE:
    TID = Field::uint("eigrp.tid", 32, 16).repeats().label("Topology").doc("RFC 7868 §6.9.1", "Which topology; 0: the base");
    AFI = Field::uint("eigrp.afi", 48, 16).repeats().values(FAMILIES).label("Address family").doc("RFC 7868 §6.9.1", "Kind of the addresses");
    ROUTER_ID = Field::ip4("eigrp.routerid", 64).repeats().label("Router ID").doc("RFC 7868 §6.9.1", "Identifier of the router that brought the route in");
    WIDE_OFFSET = Field::uint("eigrp.metric.offset", 96, 8).repeats().label("Offset").doc("RFC 7868 §6.9.2", "Length of the attributes behind the metric, in 16-bit words");
    WIDE_PRIORITY = Field::uint("eigrp.metric.priority", 104, 8).repeats().label("Priority").doc("RFC 7868 §6.9.2", "Which routes are sent first");
    WIDE_RELIABILITY = Field::uint("eigrp.metric.reliability", 112, 8).repeats().explain(explain_reliability).label("Reliability").doc("RFC 7868 §6.9.2", "The worst on the way; 255: no errors");
    WIDE_LOAD = Field::uint("eigrp.metric.load", 120, 8).repeats().label("Load").doc("RFC 7868 §6.9.2", "The greatest on the way, of 255");
    WIDE_MTU = Field::uint("eigrp.metric.mtu", 128, 24).repeats().unit("bytes").label("MTU").doc("RFC 7868 §6.9.2", "The smallest on the way");
    WIDE_HOPS = Field::uint("eigrp.metric.hopcount", 152, 8).repeats().label("Hop count").doc("RFC 7868 §6.9.2", "Routers on the way");
    WIDE_DELAY = Field::uint("eigrp.metric.delay", 160, 48).repeats().unit("ps").label("Delay").doc("RFC 7868 §6.9.2", "Sum of the delays on the way, in picoseconds");
    WIDE_BANDWIDTH = Field::uint("eigrp.metric.bandwidth", 208, 48).repeats().unit("kbit/s").label("Bandwidth").doc("RFC 7868 §6.9.2", "The narrowest on the way");
    WIDE_RESERVED = Field::uint("eigrp.metric.reserved", 256, 16).repeats().hex().label("Reserved").doc("RFC 7868 §6.9.2", "0");
}

crate::fields! { MOVING:
    STATUS = Field::derived("eigrp.checksum.status", Kind::Uint).values(checksum::STATUSES).explain(checksum::explain_status).label("Checksum status").doc("RFC 7868 §6.5", "Whether the checksum agrees with the packet");
    GROUP = Field::group("eigrp.tlv").repeats().label("TLV").doc("RFC 7868 §6.6", "Type, length and value");
    DIGEST = Field::moving("eigrp.auth.digest", Kind::Bytes).label("Digest").doc("RFC 7868 §6.7.2", "A keyed hash over the packet");
    ADDRESS_LENGTH = Field::moving("eigrp.seq.addrlen", Kind::Uint).repeats().unit("bytes").label("Address length").doc("RFC 7868 §6.7.3", "4: IPv4; 16: IPv6");
    ADDRESS4 = Field::moving("eigrp.seq.ipv4addr", Kind::Ip4).repeats().label("Address").doc("RFC 7868 §6.7.3", "A neighbor that is not to take the next packet to the group");
    ADDRESS6 = Field::moving("eigrp.seq.ipv6addr", Kind::Ip6).repeats().label("Address").doc("RFC 7868 §6.7.3", "A neighbor that is not to take the next packet to the group");
    TOPOLOGY = Field::moving("eigrp.tidlist", Kind::Uint).repeats().label("Topology").doc("RFC 7868 §6.7.8", "A topology that the sender knows");
    NEXTHOP4 = Field::moving("eigrp.ipv4.nexthop", Kind::Ip4).repeats().label("Next hop").doc("RFC 7868 §6.8.5", "Where packets for the destination go; 0.0.0.0: to the sender");
    NEXTHOP6 = Field::moving("eigrp.ipv6.nexthop", Kind::Ip6).repeats().label("Next hop").doc("RFC 7868 §6.8.6", "Where packets for the destination go; ::: to the sender");
    PREFIX4 = Field::moving("eigrp.ipv4.prefixlen", Kind::Uint).repeats().unit("bits").label("Prefix length").doc("RFC 7868 §6.8.5", "How many bits of the destination count");
    PREFIX6 = Field::moving("eigrp.ipv6.prefixlen", Kind::Uint).repeats().unit("bits").label("Prefix length").doc("RFC 7868 §6.8.6", "How many bits of the destination count");
    DESTINATION4 = Field::derived("eigrp.ipv4.destination", Kind::Ip4).repeats().label("Destination").doc("RFC 7868 §6.8.5", "The network; what is not sent of it is 0");
    DESTINATION6 = Field::derived("eigrp.ipv6.destination", Kind::Ip6).repeats().label("Destination").doc("RFC 7868 §6.8.6", "The network; what is not sent of it is 0");
    VALUE = Field::moving("eigrp.tlv.value", Kind::Bytes).repeats().label("Value").doc("RFC 7868 §6.6", "Of a TLV that is not decoded");
}

/// EIGRP.
pub static EIGRP: Protocol = Protocol {
    name: "eigrp",
    title: "Enhanced Interior Gateway Routing Protocol",
    spec: "RFC 7868",
    scope: "Header with checksum, the general TLVs, and routes of IPv4 and IPv6 with classic or wide metrics. Not: \
        attributes behind wide metrics, services, and routes of IPX and AppleTalk, which are shown as bytes.",
    unit: Unit::Message,
    tables: &[
        HEADER,
        TLV,
        PARAMETERS,
        AUTHENTICATION,
        SOFTWARE,
        NEXT_MULTICAST,
        STUB,
        TOPOLOGIES,
        METRIC,
        METRIC_FLAGS,
        EXTERNAL,
        EXTERNAL_FLAGS,
        WIDE,
        MOVING,
    ],
    keys: &[(Space::IpProto, 88)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

static OPCODES: &[(u64, &str)] = &[
    (1, "update"),
    (2, "request"),
    (3, "query"),
    (4, "reply"),
    (5, "hello"),
    (6, "IPX SAP"),
    (10, "SIA query"),
    (11, "SIA reply"),
];

static ROUTERS: &[(u64, &str)] =
    &[(0, "unicast address family"), (1, "multicast address family"), (0x8000, "unicast service family")];

static EXTERNALS: &[(u64, &str)] = &[
    (1, "IGRP"),
    (2, "EIGRP"),
    (3, "static"),
    (4, "RIP"),
    (5, "HELLO"),
    (6, "OSPF"),
    (7, "IS-IS"),
    (8, "EGP"),
    (9, "BGP"),
    (10, "IDRP"),
    (11, "connected"),
];

/// IANA's address family numbers, those that EIGRP uses.
static FAMILIES: &[(u64, &str)] = &[(1, "IPv4"), (2, "IPv6"), (0x4001, "service, IPv4"), (0x4002, "service, IPv6")];

/// The TLV types of RFC 7868 §6.7 to §6.9.
fn tlv_name(kind: u64) -> Option<&'static str> {
    Some(match kind {
        0x0001 => "parameters",
        0x0002 => "authentication",
        0x0003 => "sequence",
        0x0004 => "software version",
        0x0005 => "multicast sequence",
        0x0006 => "peer stub information",
        0x0007 => "peer termination",
        0x0008 => "peer topologies",
        0x0101 => "IPv4 requests",
        0x0102 => "IPv4 internal routes",
        0x0103 => "IPv4 external routes",
        0x0104 => "IPv4 communities",
        0x0401 => "IPv6 requests",
        0x0402 => "IPv6 internal routes",
        0x0403 => "IPv6 external routes",
        0x0404 => "IPv6 communities",
        0x0601 => "requests",
        0x0602 => "internal routes, wide metrics",
        0x0603 => "external routes, wide metrics",
        0x0604 => "communities",
        _ => return None,
    })
}

const HEADER_LENGTH: u32 = 20;

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    input.header::<20, S>(s, HEADER)?;
    if S::ON {
        let rule = "the checksum covers the packet (RFC 7868 §6.5)";
        Covered::of(&input, input.wire).plain(2).put(s, &STATUS, rule);
        tlvs(s, &Tlv::new(input.data, input.base, 0, input.wire));
    }
    Ok(message::step(&input, s, "eigrp", input.wire))
}

/// Puts the TLVs. A contradiction ends the walk with a note.
fn tlvs<S: Sink>(s: &mut S, packet: &Tlv<'_>) {
    let mut at = HEADER_LENGTH;
    while at < packet.wire && packet.data.len() > at as usize && s.room() {
        let left = packet.wire - at;
        let head = packet.part(at, left);
        s.open(&GROUP, head.bit(0));
        head.part(0, 4).fixed(s, TLV);
        let Some([t0, t1, l0, l1]) = head.data.first_chunk() else {
            s.close(head.bit(left));
            return;
        };
        let (kind, wire) = (u16::from_be_bytes([*t0, *t1]), u32::from(u16::from_be_bytes([*l0, *l1])));
        if wire < 4 || wire > left {
            let rule = "a TLV has its header, and ends within its packet (RFC 7868 §6.6)";
            s.note(NoteKind::Bad, format_args!("{rule}: 4 to {left} bytes expected, {wire} found"));
            s.close(head.bit(left));
            return;
        }
        let tlv = packet.part(at, wire);
        value(s, kind, &tlv);
        s.close(tlv.bit(wire));
        at += wire;
    }
}

fn value<S: Sink>(s: &mut S, kind: u16, t: &Tlv<'_>) {
    match kind {
        0x0001 => t.fixed(s, PARAMETERS),
        0x0002 => {
            t.fixed(s, AUTHENTICATION);
            t.rest(s, &DIGEST, 24);
        }
        0x0003 => addresses(s, t),
        0x0004 => t.fixed(s, SOFTWARE),
        0x0005 => t.fixed(s, NEXT_MULTICAST),
        0x0006 => t.fixed(s, STUB),
        0x0008 => {
            t.fixed(s, TOPOLOGIES);
            let mut at = 8;
            while at + 2 <= t.wire && t.data.len() > at as usize && s.room() {
                t.uint(s, &TOPOLOGY, at, 2);
                at += 2;
            }
        }
        0x0102 | 0x0402 => classic(s, t, kind, false),
        0x0103 | 0x0403 => classic(s, t, kind, true),
        0x0602 | 0x0603 => wide(s, t, kind == 0x0603),
        _ => t.rest(s, &VALUE, 4),
    }
}

/// Puts the addresses of a sequence TLV, each behind its length.
fn addresses<S: Sink>(s: &mut S, t: &Tlv<'_>) {
    let mut at = 4;
    while let (Some(length), true) = (t.byte(at), s.room()) {
        t.uint(s, &ADDRESS_LENGTH, at, 1);
        let end = at + 1 + u32::from(length);
        match length {
            4 => t.span(s, &ADDRESS4, at + 1, end),
            16 => t.span(s, &ADDRESS6, at + 1, end),
            _ => {
                let rule = "an address has 4 or 16 bytes (RFC 7868 §6.7.3)";
                s.note(NoteKind::Bad, format_args!("{rule}: 4 expected, {length} found"));
                return;
            }
        }
        at = end;
    }
}

/// Puts routes with classic metrics: next hop, for external routes where they come from, metric, destinations.
fn classic<S: Sink>(s: &mut S, t: &Tlv<'_>, kind: u16, external: bool) {
    let v6 = kind >> 8 == 4;
    let mut at = next_hop(s, t, 4, v6);
    if external {
        let data = t.part(at, 20);
        data.fixed(s, EXTERNAL);
        data.fixed(s, EXTERNAL_FLAGS);
        at += 20;
    }
    let metric = t.part(at, 16);
    metric.fixed(s, METRIC);
    metric.part(15, 1).fixed(s, METRIC_FLAGS);
    destinations(s, t, at + 16, v6);
}

/// Puts routes with wide metrics.
fn wide<S: Sink>(s: &mut S, t: &Tlv<'_>, external: bool) {
    t.fixed(s, WIDE);
    // The flags have 16 bits, of which the last four have a meaning.
    t.part(35, 1).fixed(s, METRIC_FLAGS);
    let family = t.data.get(6..8).and_then(<[u8]>::first_chunk).map(|b| u16::from_be_bytes(*b));
    let attributes = u32::from(t.byte(12).unwrap_or(0)) * 2;
    let v6 = family == Some(2);
    // Attributes behind the metric are not told apart.
    if attributes > 0 || !matches!(family, Some(1 | 2)) {
        t.rest(s, &VALUE, 36);
        return;
    }
    let mut at = next_hop(s, t, 36, v6);
    if external {
        let data = t.part(at, 20);
        data.fixed(s, EXTERNAL);
        data.fixed(s, EXTERNAL_FLAGS);
        at += 20;
    }
    destinations(s, t, at, v6);
}

fn next_hop<S: Sink>(s: &mut S, t: &Tlv<'_>, at: u32, v6: bool) -> u32 {
    let (field, size) = if v6 { (&NEXTHOP6, 16) } else { (&NEXTHOP4, 4) };
    t.span(s, field, at, (at + size).min(t.wire));
    at + size
}

/// Puts destinations, each a prefix length and as many bytes as it needs.
fn destinations<S: Sink>(s: &mut S, t: &Tlv<'_>, mut at: u32, v6: bool) {
    while let (Some(bits), true) = (t.byte(at), s.room()) {
        let bits = u32::from(bits);
        let (most, length) = match v6 {
            // IPv6 prefixes shorter than an address always have one byte more than full ones (RFC 7868 §6.8.6).
            true => (128, if bits == 128 { 16 } else { bits / 8 + 1 }),
            false => (32, bits.div_ceil(8)),
        };
        t.uint(s, if v6 { &PREFIX6 } else { &PREFIX4 }, at, 1);
        if bits > most {
            let rule = "a prefix is not longer than an address (RFC 7868 §6.8.4)";
            s.note(NoteKind::Bad, format_args!("{rule}: at most {most} expected, {bits} found"));
            return;
        }
        let Some(sent) = t.data.get(at as usize + 1..(at + 1 + length) as usize) else { return };
        let mut address = [0u8; 16];
        for (to, from) in address.iter_mut().zip(sent) {
            *to = *from;
        }
        if v6 {
            s.derived_bytes(&DESTINATION6, &address);
        } else if let Some(address) = address.first_chunk::<4>() {
            s.derived_bytes(&DESTINATION4, address);
        }
        at += 1 + length;
    }
}

fn explain_opcode(a: &Around<'_>, out: &mut Text) {
    let ack = ACK.get(a.layer);
    out.lit(match a.value {
        1 => "brings routes",
        3 => "asks the neighbors for a way to a destination that was lost",
        4 => "answers a query",
        5 if ack != 0 => "acknowledges a packet, and brings nothing else",
        5 => "finds neighbors, and keeps them",
        10 => "asks why a query has not been answered yet",
        11 => "the query is still being worked on",
        _ => "",
    });
}

fn explain_weight(a: &Around<'_>, out: &mut Text) {
    if a.layer.get(24..30).is_some_and(|weights| weights.iter().all(|k| *k == 255)) {
        out.lit("all weights are 255: the sender says good-bye");
    }
}

fn explain_version(a: &Around<'_>, out: &mut Text) {
    out.lit("version ").num(a.value >> 8).ch('.').num(a.value & 0xff);
}

fn explain_delay(a: &Around<'_>, out: &mut Text) {
    if a.value == 0xffff_ffff {
        out.lit("infinite: the destination cannot be reached");
    } else {
        out.num_grouped(a.value * 10 / 256).lit(" µs");
    }
}

fn explain_bandwidth(a: &Around<'_>, out: &mut Text) {
    if let Some(bandwidth) = 2_560_000_000u64.checked_div(a.value) {
        out.num_grouped(bandwidth).lit(" kbit/s");
    }
}

fn explain_reliability(a: &Around<'_>, out: &mut Text) {
    out.num(a.value * 100 / 255).lit(" %");
}

/// `EIGRP Hello, length: 40`; with `-v` the header's fields.
fn line(seen: &Seen<'_>, out: &mut Text) {
    let Some(header) = seen.header.first_chunk::<20>() else { return };
    let name = match OPCODE.get(header) {
        1 => "Update",
        3 => "Query",
        4 => "Reply",
        5 => "Hello",
        6 => "SAP",
        _ => "unknown",
    };
    if seen.style.verbose == 0 {
        out.lit("EIGRP ").lit(name).lit(", length: ").num(seen.wire.into());
        return;
    }
    out.lit("\n\tEIGRP v").num(VERSION.get(header)).lit(", opcode: ").lit(name).lit(" (").num(OPCODE.get(header));
    out.lit("), chksum: ").hex(CHECKSUM.get(header), 4).lit(", Flags: [");
    let flags = [(&FLAG_INIT, "Init"), (&FLAG_CR, "Conditional Receive"), (&FLAG_EOT, "End-of-Table")];
    let mut separator = "";
    for (_, flag) in flags.iter().filter(|(field, _)| field.get(header) != 0) {
        out.lit(separator).lit(flag);
        separator = ", ";
    }
    out.lit(if separator.is_empty() { "none]\n\tseq: " } else { "]\n\tseq: " });
    out.hex(SEQ.get(header), 8).lit(", ack: ").hex(ACK.get(header), 8).lit(", VRID: ").num(VRID.get(header));
    out.lit(", AS: ").num(AS.get(header)).lit(", length: ").num(seen.wire.saturating_sub(HEADER_LENGTH).into());
}
