//! Options of the IPv6 hop-by-hop and destination options headers (RFC 8200 §4.2), and what each of them says.
//!
//! ```text
//! |Act|C|  Rest   |    Length     |  Data …                       |
//! ```

use super::ioam;
use crate::dissect::Seen;
use crate::field::{Field, Kind, Table};
use crate::input::Input;
use crate::proto::shared::tlv::Tlv;
use crate::sink::{NoteKind, Sink};
use crate::text::Text;

crate::fields! { pub HEAD:
    TYPE = Field::uint("ipv6.opt.type", 0, 8).repeats().hex().names(type_name).label("Type").doc("RFC 8200 §4.2", "Which option it is; the first three bits say what to do with an unknown one");
    ACTION = Field::uint("ipv6.opt.type.action", 0, 2).repeats().part_of("ipv6.opt.type").values(ACTIONS).label("Action").doc("RFC 8200 §4.2", "What a node does that does not know the option");
    CHANGE = Field::flag("ipv6.opt.type.change", 2).repeats().part_of("ipv6.opt.type").label("May change").doc("RFC 8200 §4.2", "1: routers may change the option's data on the way, so that AH leaves it out");
    REST = Field::uint("ipv6.opt.type.rest", 3, 5).repeats().hex().part_of("ipv6.opt.type").label("Low-order bits").doc("RFC 8200 §4.2", "Tells options apart, together with the first three bits");
}

crate::fields! { pub LENGTH_BYTE:
    LENGTH = Field::uint("ipv6.opt.length", 8, 8).repeats().unit("bytes").label("Length").doc("RFC 8200 §4.2", "Of the data alone");
}

crate::fields! { pub MOVING:
    OPTION = Field::group("ipv6.opt").repeats().label("Option").doc("RFC 8200 §4.2", "One option");
    PAD1 = Field::moving("ipv6.opt.pad1", Kind::Bytes).repeats().label("Pad1").doc("RFC 8200 §4.2", "One byte of padding, without length and data");
    PADN = Field::moving("ipv6.opt.padn", Kind::Bytes).repeats().label("PadN").doc("RFC 8200 §4.2", "Padding; should be zeros");
    CALIPSO_BITMAP = Field::moving("ipv6.opt.calipso.cmpt_bitmap", Kind::Bytes).repeats().label("Compartment bitmap").doc("RFC 5570 §5.1.6", "A bit for each compartment of the domain");
    SMF_HAV = Field::moving("ipv6.opt.smf_dpd.hav", Kind::Bytes).repeats().label("Hash assist value").doc("RFC 6621 §6.1.2", "Makes the packet's hash differ from another packet's");
    SMF_TAGGER = Field::moving("ipv6.opt.smf_dpd.tagger_id", Kind::Bytes).repeats().label("Tagger").doc("RFC 6621 §6.1.1", "Who numbered the packet");
    SMF_IDENT = Field::moving("ipv6.opt.smf_dpd.ident", Kind::Bytes).repeats().label("Identifier").doc("RFC 6621 §6.1.1", "Tells duplicates from new packets");
    MPL_SEED = Field::moving("ipv6.opt.mpl.seed_id", Kind::Bytes).repeats().label("Seed").doc("RFC 7731 §6.1", "Who sent the message into the MPL domain; absent: the source address");
    LINE_ID = Field::moving("ipv6.opt.lio.line_id", Kind::Text).repeats().label("Line").doc("RFC 6788 §4", "The subscriber line on which the access node received the packet");
    ILNP_NONCE = Field::moving("ipv6.opt.ilnp_nonce", Kind::Bytes).repeats().label("ILNP nonce").doc("RFC 6744 §2", "An unpredictable number that guards the session against forgery off its path");
    EXPERIMENTAL = Field::moving("ipv6.opt.experimental", Kind::Bytes).repeats().label("Experiment").doc("RFC 4727 §3.6", "Set aside for experiments; no two experiments need agree");
    UNKNOWN = Field::moving("ipv6.opt.unknown", Kind::Bytes).repeats().label("Data").doc("RFC 8200 §4.2", "Of an option that is not decoded");
    UNREAD = Field::moving("ipv6.opt_unknown_data", Kind::Bytes).repeats().label("Unread data").doc("RFC 8200 §4.2", "Bytes of the option for which its standard has no meaning");
}

crate::fields! { pub TUNNEL_LIMIT:
    TEL = Field::uint("ipv6.opt.tel", 16, 8).repeats().label("Tunnel encapsulation limit").doc("RFC 2473 §4.1.1", "How many further tunnels the packet may be put into");
}

crate::fields! { pub ROUTER_ALERT:
    ALERT = Field::uint("ipv6.opt.router_alert", 16, 16).repeats().names(alert_name).label("Router alert").doc("RFC 2711 §2.1", "Asks every router to look at the packet; says which protocol is meant");
}

crate::fields! { pub CALIPSO:
    CALIPSO_DOI = Field::uint("ipv6.opt.calipso.doi", 16, 32).repeats().label("CALIPSO domain").doc("RFC 5570 §5.1.2", "Whose labels these are");
    CALIPSO_LENGTH = Field::uint("ipv6.opt.calipso.cmpt.length", 48, 8).repeats().label("Compartment length").doc("RFC 5570 §5.1.3", "Length of the bitmap in 32-bit words");
    CALIPSO_LEVEL = Field::uint("ipv6.opt.calipso.sens_level", 56, 8).repeats().label("Sensitivity level").doc("RFC 5570 §5.1.4", "The domain says what it means");
    CALIPSO_CHECKSUM = Field::uint("ipv6.opt.calipso.checksum", 64, 16).repeats().hex().label("Checksum").doc("RFC 5570 §5.1.5", "CRC-16 over the option");
}

crate::fields! { pub SMF:
    SMF_HASH = Field::flag("ipv6.opt.smf_dpd.hash_bit", 16).repeats().label("Hash bit").doc("RFC 6621 §6.1", "0: the packet is numbered; 1: it is told apart by a hash");
    SMF_TYPE = Field::uint("ipv6.opt.smf_dpd.tid_type", 17, 3).repeats().values(&[(0, "NULL"), (1, "DEFAULT"), (2, "IPv4"), (3, "IPv6"), (7, "ExtId")]).label("Tagger type").doc("RFC 6621 §6.1.1", "What identifies the node that numbered the packet");
    SMF_LENGTH = Field::uint("ipv6.opt.smf_dpd.tid_len", 20, 4).repeats().label("Tagger length").doc("RFC 6621 §6.1.1", "Length of the tagger in bytes, less 1");
}

crate::fields! { pub PDM:
    PDM_SCALE_R = Field::uint("ipv6.opt.pdm.scale_dtlr", 16, 8).repeats().label("Scale of delta received").doc("RFC 8250 §3.2.2", "The delta counts units of 2 to this power attoseconds");
    PDM_SCALE_S = Field::uint("ipv6.opt.pdm.scale_dtls", 24, 8).repeats().label("Scale of delta sent").doc("RFC 8250 §3.2.2", "The delta counts units of 2 to this power attoseconds");
    PDM_PSN = Field::uint("ipv6.opt.pdm.psn_this_pkt", 32, 16).repeats().label("Packet number").doc("RFC 8250 §3.2.1", "Number of this packet in its conversation and direction");
    PDM_PSN_LAST = Field::uint("ipv6.opt.pdm.psn_last_recv", 48, 16).repeats().label("Last packet number received").doc("RFC 8250 §3.2.1", "The number of the packet that the sender received last");
    PDM_DELTA_R = Field::uint("ipv6.opt.pdm.delta_last_recv", 64, 16).repeats().label("Delta since last received").doc("RFC 8250 §3.2.1", "Time between receiving the last packet and sending this one, scaled");
    PDM_DELTA_S = Field::uint("ipv6.opt.pdm.delta_last_sent", 80, 16).repeats().label("Delta since last sent").doc("RFC 8250 §3.2.1", "Time between sending the packet before and receiving its answer, scaled");
}

crate::fields! { pub QUICK_START:
    QS_FUNC = Field::uint("ipv6.opt.qs_func", 16, 4).repeats().values(&[(0, "rate request"), (8, "rate report")]).label("Function").doc("RFC 4782 §3.1", "Request: routers lower the rate on the way; report: the receiver says what arrived");
    QS_RATE = Field::uint("ipv6.opt.qs_rate", 20, 4).repeats().names(rate_name).label("Rate").doc("RFC 4782 §3.1", "40 kbit/s times 2 to this power; 0: none");
}

crate::fields! { pub QUICK_START_TTL:
    QS_TTL = Field::uint("ipv6.opt.qs_ttl", 24, 8).repeats().label("QS TTL").doc("RFC 4782 §3.1", "Every router that takes part lowers it by 1, so that others are noticed");
}

crate::fields! { pub QUICK_START_REPORT:
    QS_UNUSED = Field::uint("ipv6.opt.qs_unused", 24, 8).repeats().label("Not used").doc("RFC 4782 §3.1", "Must be 0 in reports");
}

crate::fields! { pub QUICK_START_NONCE:
    QS_NONCE = Field::uint("ipv6.opt.qs_nonce", 32, 30).repeats().hex().label("QS nonce").doc("RFC 4782 §3.4", "Lets the sender notice a receiver that lies about the rate");
    QS_RESERVED = Field::uint("ipv6.opt.qs_reserved", 62, 2).repeats().hex_wide(8).label("Reserved").doc("RFC 4782 §3.1", "Must be 0");
}

crate::fields! { pub PATH_MTU:
    PMTU_MIN = Field::uint("ipv6.opt.pmtu.min", 16, 16).repeats().unit("bytes").label("Least MTU so far").doc("RFC 9268 §5.2", "Routers on the way lower it to the MTU of their next link");
    PMTU_RTN = Field::uint("ipv6.opt.pmtu.rtn", 32, 15).repeats().scale(2).unit("bytes").label("Returned MTU").doc("RFC 9268 §5.2", "The path MTU that the sender saw in the other direction; counted in units of 2 bytes on the wire");
    PMTU_R = Field::flag("ipv6.opt.pmtu.r_flag", 47).repeats().label("Return flag").doc("RFC 9268 §5.2", "1: the receiver shall report what it saw");
}

crate::fields! { pub TPF:
    TPF_INFORMATION = Field::uint("ipv6.opt.tpf_information", 16, 32).repeats().hex().label("TPF information").doc("draft-bonica-6man-vpn-dest-opt §3", "How the tunnel's end forwards the payload");
}

crate::fields! { pub RPL:
    RPL_FLAG = Field::uint("ipv6.opt.rpl.flag", 16, 8).repeats().hex().label("Flags").doc("RFC 6553 §3", "How the packet travels in the RPL network");
    RPL_O = Field::flag("ipv6.opt.rpl.flag.o", 16).repeats().part_of("ipv6.opt.rpl.flag").label("Down").doc("RFC 6550 §11.2", "1: away from the root");
    RPL_R = Field::flag("ipv6.opt.rpl.flag.r", 17).repeats().part_of("ipv6.opt.rpl.flag").label("Rank error").doc("RFC 6550 §11.2", "1: a router found the ranks in the wrong order, a sign of a loop");
    RPL_F = Field::flag("ipv6.opt.rpl.flag.f", 18).repeats().part_of("ipv6.opt.rpl.flag").label("Forwarding error").doc("RFC 6550 §11.2", "1: the node cannot forward the packet further down");
    RPL_RSV = Field::uint("ipv6.opt.rpl.flag.rsv", 19, 5).repeats().hex().part_of("ipv6.opt.rpl.flag").label("Reserved").doc("RFC 6553 §3", "Must be 0");
    RPL_INSTANCE = Field::uint("ipv6.opt.rpl.instance_id", 24, 8).repeats().hex().label("RPL instance").doc("RFC 6553 §3", "Which routing topology the packet follows");
    RPL_RANK = Field::uint("ipv6.opt.rpl.sender_rank", 32, 16).repeats().hex().label("Sender rank").doc("RFC 6553 §3", "How far from the root the last router is");
}

crate::fields! { pub MPL:
    MPL_FLAG = Field::uint("ipv6.opt.mpl.flag", 16, 8).repeats().hex().label("Flags").doc("RFC 7731 §6.1", "Form of the seed and other properties");
    MPL_S = Field::uint("ipv6.opt.mpl.flag.s", 16, 2).repeats().values(&[(0, "none: the source address"), (1, "16 bits"), (2, "64 bits"), (3, "128 bits")]).part_of("ipv6.opt.mpl.flag").label("Seed length").doc("RFC 7731 §6.1", "Length of the seed");
    MPL_M = Field::flag("ipv6.opt.mpl.flag.m", 18).repeats().part_of("ipv6.opt.mpl.flag").label("Largest sequence").doc("RFC 7731 §6.1", "1: no message of this seed has a greater number");
    MPL_V = Field::flag("ipv6.opt.mpl.flag.v", 19).repeats().part_of("ipv6.opt.mpl.flag").label("Version").doc("RFC 7731 §6.1", "Must be 0");
    MPL_RSV = Field::uint("ipv6.opt.mpl.flag.rsv", 20, 4).repeats().hex().part_of("ipv6.opt.mpl.flag").label("Reserved").doc("RFC 7731 §6.1", "Must be 0");
    MPL_SEQUENCE = Field::uint("ipv6.opt.mpl.sequence", 24, 8).repeats().hex().label("Sequence").doc("RFC 7731 §6.1", "Number of the message among the seed's");
}

crate::fields! { pub LINE_IDENTIFICATION:
    LINE_LENGTH = Field::uint("ipv6.opt.lio.length", 16, 8).repeats().unit("bytes").label("Line length").doc("RFC 6788 §4", "Length of the line's name");
}

crate::fields! { pub JUMBO:
    JUMBO_LENGTH = Field::uint("ipv6.opt.jumbo", 16, 32).repeats().unit("bytes").label("Jumbo payload length").doc("RFC 2675 §2", "Length of the payload, more than 65,535, in place of the header's own field");
}

crate::fields! { pub HOME_ADDRESS:
    HOME = Field::ip6("ipv6.opt.mipv6.home_address", 16).repeats().label("Home address").doc("RFC 6275 §6.3", "The mobile node's lasting address, to be taken for the source");
}

crate::fields! { pub DFF:
    DFF_FLAGS = Field::uint("ipv6.opt.dff.flags", 16, 8).repeats().hex().label("Flags").doc("RFC 6971 §7", "Depth-first forwarding");
    DFF_VERSION = Field::uint("ipv6.opt.dff.flag.ver", 16, 2).repeats().part_of("ipv6.opt.dff.flags").label("Version").doc("RFC 6971 §7", "Must be 0");
    DFF_DUP = Field::flag("ipv6.opt.dff.flag.dup", 18).repeats().part_of("ipv6.opt.dff.flags").label("Duplicate").doc("RFC 6971 §7", "1: the packet was sent again, as no acknowledgment came");
    DFF_RET = Field::flag("ipv6.opt.dff.flag.ret", 19).repeats().part_of("ipv6.opt.dff.flags").label("Return").doc("RFC 6971 §7", "1: sent back, as no neighbour could forward it");
    DFF_RSV = Field::uint("ipv6.opt.dff.flag.rsv", 20, 4).repeats().hex().part_of("ipv6.opt.dff.flags").label("Reserved").doc("RFC 6971 §7", "Must be 0");
    DFF_SEQUENCE = Field::uint("ipv6.opt.dff.sequence_number", 24, 16).repeats().label("Sequence").doc("RFC 6971 §7", "Tells duplicates from new packets");
}

crate::fields! { pub ALTMARK:
    ALTMARK_FLOW = Field::uint("ipv6.opt.altmark.flow_mon_id", 16, 20).repeats().hex().label("Monitored flow").doc("RFC 9343 §3.1", "Which flow is measured");
    ALTMARK_L = Field::flag("ipv6.opt.altmark.flag.l", 36).repeats().label("Loss").doc("RFC 9343 §3.1", "Alternates from period to period, so that packets of each can be counted");
    ALTMARK_D = Field::flag("ipv6.opt.altmark.flag.d", 37).repeats().label("Delay").doc("RFC 9343 §3.1", "1: this packet's times are compared");
    ALTMARK_RSV = Field::uint("ipv6.opt.altmark.rsv", 38, 10).repeats().hex().label("Reserved").doc("RFC 9343 §3.1", "Must be 0");
}

static ACTIONS: &[(u64, &str)] = &[
    (0, "skip over the option"),
    (1, "discard the packet"),
    (2, "discard the packet and send an ICMPv6 parameter problem"),
    (3, "discard the packet and send an ICMPv6 parameter problem unless it went to a group"),
];

/// The IANA registry "Destination Options and Hop-by-Hop Options".
fn type_name(kind: u64) -> Option<&'static str> {
    Some(match kind {
        0x00 => "Pad1",
        0x01 => "PadN",
        0x04 => "Tunnel Encapsulation Limit",
        0x05 => "Router Alert",
        0x07 => "CALIPSO",
        0x08 => "SMF_DPD",
        0x0f => "Performance and Diagnostic Metrics",
        0x11 | 0x31 => "IOAM",
        0x12 => "AltMark",
        0x26 => "Quick-Start",
        0x30 => "Minimum Path MTU",
        0x41 => "Tunnel Payload Forwarding",
        0x23 => "RPL",
        0x4d => "deprecated",
        0x63 => "RPL (deprecated number)",
        0x6d => "MPL",
        0x8a => "Endpoint Identification (deprecated)",
        0x8b => "ILNP Nonce",
        0x8c => "Line Identification",
        0xc2 => "Jumbo Payload",
        0xc9 => "Home Address",
        0xee => "IP_DFF",
        0x1e | 0x3e | 0x5e | 0x7e | 0x9e | 0xbe | 0xde | 0xfe => "experiment (RFC 3692)",
        _ => return None,
    })
}

/// The IANA registry "IPv6 Router Alert Option Values".
fn alert_name(value: u64) -> Option<&'static str> {
    Some(match value {
        0 => "Multicast Listener Discovery",
        1 => "RSVP",
        2 => "Active Networks",
        4..=35 => "aggregated reservation nesting level",
        36..=67 => "QoS NSLP aggregation level",
        68 => "NSIS NATFW NSLP",
        69 => "MPLS OAM",
        65_503..=65_534 => "experiment",
        _ => return None,
    })
}

fn rate_name(value: u64) -> Option<&'static str> {
    const RATES: [&str; 16] = [
        "none",
        "80 kbit/s",
        "160 kbit/s",
        "320 kbit/s",
        "640 kbit/s",
        "1.28 Mbit/s",
        "2.56 Mbit/s",
        "5.12 Mbit/s",
        "10.24 Mbit/s",
        "20.48 Mbit/s",
        "40.96 Mbit/s",
        "81.92 Mbit/s",
        "163.84 Mbit/s",
        "327.68 Mbit/s",
        "655.36 Mbit/s",
        "1.31072 Gbit/s",
    ];
    RATES.get(usize::try_from(value).ok()?).copied()
}

/// Puts the options in bytes `from..end` of a header.
///
/// A contradiction ends the walk with a note and leaves the header standing; the end of the capture ends it silently,
/// for the header itself says so.
pub fn walk<S: Sink>(s: &mut S, input: &Input<'_>, from: u32, end: u32) {
    let mut at = from;
    while S::ON && at < end && s.room() {
        let Some(kind) = input.data.get(at as usize).copied() else { return };
        if kind == 0 {
            let option = Tlv::new(input.data, input.base, at, 1);
            s.open(&OPTION, option.bit(0));
            s.uint(&TYPE, option.bit(0), 8, 0);
            option.rest(s, &PAD1, 0);
            s.close(option.bit(1));
            at += 1;
            continue;
        }
        // What follows the header is no length of an option.
        let length = input.data.get(at as usize + 1).copied().filter(|_| at + 1 < end);
        let wire = length.map_or(2, |n| u32::from(n) + 2);
        let left = end - at;
        let option = Tlv::new(input.data, input.base, at, wire.min(left));
        s.open(&OPTION, option.bit(0));
        option.fixed(s, HEAD);
        option.fixed(s, LENGTH_BYTE);
        if wire > left {
            let rule = "an option ends within its header (RFC 8200 §4.2)";
            s.note(NoteKind::Bad, format_args!("{rule}: at most {left} bytes expected, {wire} found"));
            s.close(option.bit(left));
            return;
        }
        if length.is_some() {
            put(s, kind, &option);
        }
        s.close(option.bit(wire));
        at += wire;
    }
}

/// Puts the data of one option.
fn put<S: Sink>(s: &mut S, kind: u8, o: &Tlv<'_>) {
    // What the fixed rows of the kind cover; what is left over has no meaning.
    let read = match kind {
        0x01 => {
            o.rest(s, &PADN, 2);
            return;
        }
        0x04 => exactly(s, o, TUNNEL_LIMIT, 3, "the tunnel encapsulation limit has 1 byte (RFC 2473 §4.1.1)"),
        0x05 => exactly(s, o, ROUTER_ALERT, 4, "the router alert has 2 bytes (RFC 2711 §2.1)"),
        0x07 => calipso(s, o),
        0x08 => smf(s, o),
        0x0f => exactly(s, o, PDM, 12, "PDM has 10 bytes (RFC 8250 §3.2.1)"),
        0x11 | 0x31 => ioam::put(s, o),
        0x12 => exactly(s, o, ALTMARK, 6, "AltMark has 4 bytes (RFC 9343 §3.1)"),
        0x26 => quick_start(s, o),
        0x30 => exactly(s, o, PATH_MTU, 6, "the path MTU option has 4 bytes (RFC 9268 §5.1)"),
        0x41 => exactly(s, o, TPF, 6, "TPF has 4 bytes"),
        // More TLVs may follow; none is defined.
        0x23 | 0x63 => {
            o.fixed(s, RPL);
            6
        }
        0x6d => mpl(s, o),
        0x8b => {
            o.rest(s, &ILNP_NONCE, 2);
            return;
        }
        0x8c => {
            o.fixed(s, LINE_IDENTIFICATION);
            let end = o.byte(2).map_or(3, |n| u32::from(n) + 3);
            if o.at_least(s, "the line's name ends within its option (RFC 6788 §4)", end) {
                o.span(s, &LINE_ID, 3, end);
            }
            end
        }
        0xc2 => exactly(s, o, JUMBO, 6, "the jumbo payload length has 4 bytes (RFC 2675 §2)"),
        0xc9 => exactly(s, o, HOME_ADDRESS, 18, "the home address has 16 bytes (RFC 6275 §6.3)"),
        0xee => exactly(s, o, DFF, 5, "DFF has 3 bytes (RFC 6971 §7)"),
        0x1e | 0x3e | 0x5e | 0x7e | 0x9e | 0xbe | 0xde | 0xfe => {
            o.rest(s, &EXPERIMENTAL, 2);
            return;
        }
        _ => {
            o.rest(s, &UNKNOWN, 2);
            return;
        }
    };
    o.rest(s, &UNREAD, read.max(2));
}

/// Puts an option of a fixed length.
fn exactly<S: Sink>(s: &mut S, o: &Tlv<'_>, table: Table, wire: u32, rule: &'static str) -> u32 {
    o.expect(s, rule, wire);
    if o.wire < wire {
        return 2;
    }
    o.fixed(s, table);
    wire
}

fn calipso<S: Sink>(s: &mut S, o: &Tlv<'_>) -> u32 {
    if !o.at_least(s, "CALIPSO has at least 8 bytes (RFC 5570 §5.1.1)", 10) {
        return 2;
    }
    o.fixed(s, CALIPSO);
    let end = o.byte(6).map_or(10, |words| u32::from(words) * 4 + 10);
    if o.at_least(s, "the compartment bitmap ends within its option (RFC 5570 §5.1.3)", end) {
        o.span(s, &CALIPSO_BITMAP, 10, end);
    }
    end
}

fn smf<S: Sink>(s: &mut S, o: &Tlv<'_>) -> u32 {
    let Some(first) = o.byte(2) else { return o.wire };
    let tagger_end = 4 + u32::from(first & 15);
    match first {
        0x80.. => {
            // The hash assist value includes the bit that says so.
            s.uint(&SMF_HASH, o.bit(2), 1, 1);
            o.rest(s, &SMF_HAV, 2);
        }
        0..0x10 => {
            o.fixed(s, SMF);
            o.rest(s, &SMF_IDENT, 3);
        }
        _ => {
            o.fixed(s, SMF);
            if o.at_least(s, "the tagger ends within its option (RFC 6621 §6.1.1)", tagger_end) {
                o.span(s, &SMF_TAGGER, 3, tagger_end);
                o.rest(s, &SMF_IDENT, tagger_end);
            }
        }
    }
    o.wire
}

fn quick_start<S: Sink>(s: &mut S, o: &Tlv<'_>) -> u32 {
    if !o.expect(s, "quick-start has 6 bytes (RFC 4782 §3.2)", 8) && o.wire < 8 {
        return 2;
    }
    o.fixed(s, QUICK_START);
    match o.byte(2).map(|b| b >> 4) {
        Some(0) => o.fixed(s, QUICK_START_TTL),
        Some(8) => o.fixed(s, QUICK_START_REPORT),
        _ => return 3,
    }
    o.fixed(s, QUICK_START_NONCE);
    8
}

fn mpl<S: Sink>(s: &mut S, o: &Tlv<'_>) -> u32 {
    o.fixed(s, MPL);
    let seed = match o.byte(2).map(|b| b >> 6) {
        Some(1) => 2,
        Some(2) => 8,
        Some(3) => 16,
        _ => 0,
    };
    if o.at_least(s, "the seed ends within its option (RFC 7731 §6.1)", 4 + seed) {
        o.span(s, &MPL_SEED, 4, 4 + seed);
    }
    4 + seed
}

/// Writes the options of a whole header as `-v` shows them.
pub fn line(seen: &Seen<'_>, out: &mut Text) {
    if seen.style.verbose == 0 {
        return;
    }
    let mut rest = seen.header.get(2..).unwrap_or_default();
    while let Some((kind, after)) = rest.split_first() {
        if *kind == 0 {
            out.lit("(pad1)");
            rest = after;
            continue;
        }
        let Some((length, after)) = after.split_first() else { break };
        let Some((data, after)) = after.split_at_checked(usize::from(*length)) else { break };
        match (*kind, data) {
            (1, _) => out.lit("(padn)"),
            (5, [a, b]) => out.lit("(rtalert: ").hex(u16::from_be_bytes([*a, *b]).into(), 4).lit(") "),
            (0xc2, [a, b, c, d]) => out.lit("(jumbo: ").num(u32::from_be_bytes([*a, *b, *c, *d]).into()).lit(") "),
            (0xc9, d) if d.len() == 16 => {
                out.lit("(homeaddr: ").ip6(d.first_chunk().copied().unwrap_or_default()).ch(')')
            }
            _ => out.lit("(opt_type ").hex((*kind).into(), 2).lit(": len=").num((*length).into()).ch(')'),
        };
        rest = after;
    }
    out.ch(' ');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Env, Extent};
    use crate::tree::Tree;

    /// The names and values of the options in a header of these bytes; `wire` may be more than there is.
    fn walked(data: &[u8], wire: u32) -> (Vec<(&'static str, u64)>, usize) {
        let mut tree = Tree::default();
        let input = Input { data, base: 0, wire, extent: Extent::Whole, env: &Env::NONE };
        walk(&mut tree, &input, 2, wire);
        let short = tree.nodes().iter().filter(|n| n.field.part_of.is_none());
        (short.map(|n| (n.field.name, tree.number(n))).collect(), tree.notes().len())
    }

    #[test]
    fn padding_and_options_follow_each_other() {
        let (fields, notes) = walked(&[58, 0, 5, 2, 0, 0, 0, 0], 8);
        let names: Vec<_> = fields.iter().map(|(name, _)| *name).collect();
        let alert = ["ipv6.opt", "ipv6.opt.type", "ipv6.opt.length", "ipv6.opt.router_alert"];
        let pad = ["ipv6.opt", "ipv6.opt.type", "ipv6.opt.pad1"];
        assert_eq!(names, [&alert[..], &pad[..], &pad[..]].concat());
        assert_eq!(notes, 0);
    }

    #[test]
    fn an_option_longer_than_its_header_ends_the_walk_with_a_note() {
        let (fields, notes) = walked(&[58, 0, 1, 32, 0, 0, 0, 0], 8);
        assert_eq!(fields.last(), Some(&("ipv6.opt.length", 32)));
        assert_eq!(notes, 1);
    }

    #[test]
    fn a_cut_option_shows_what_is_there_without_a_note() {
        let whole = [17, 1, 0x0f, 10, 0, 0, 0, 7, 0, 8, 0, 0, 0, 0, 1, 0];
        let (all, _) = walked(&whole, 16);
        for cut in 2..whole.len() {
            let (some, notes) = walked(&whole[..cut], 16);
            assert_eq!(some[..], all[..some.len()], "cut at {cut}");
            assert_eq!(notes, 0);
        }
    }

    #[test]
    fn a_length_that_the_kind_does_not_allow_is_noted() {
        let (fields, notes) = walked(&[58, 0, 5, 3, 0, 0, 9, 0], 8);
        assert!(fields.contains(&("ipv6.opt_unknown_data", 0)));
        assert_eq!(notes, 1);
    }

    #[test]
    fn the_mtu_that_is_returned_counts_units_of_two() {
        let (fields, _) = walked(&[58, 0, 0x30, 4, 0x05, 0xdc, 0x05, 0xa1], 8);
        assert!(fields.contains(&("ipv6.opt.pmtu.rtn", 1440)) && fields.contains(&("ipv6.opt.pmtu.r_flag", 1)));
    }
}
