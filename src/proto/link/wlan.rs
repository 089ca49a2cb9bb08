//! Wireless LAN (IEEE 802.11-2020), from the frame control field on.
//!
//! ```text
//! |        Frame control          |        Duration or AID        |
//! |                     Address 1 (48 bits)                       |
//! |                     Address 2 (48 bits)                       |
//! |                     Address 3 (48 bits)                       |
//! |       Sequence control        |   Address 4, QoS control …    |
//! ```
//!
//! Numbers have their least significant byte first. Which of receiver, transmitter, destination, source and BSSID an
//! address is depends on two bits of the frame control field (§9.3.2.1.2).

use crate::dissect::{Dissected, Next, Protocol, Space, Step, Trailer, Unit, direct};
use crate::field::{Around, Field, Kind as Value};
use crate::input::{Bad, Input};
use crate::proto::shared::names::multicast::mac_kind;
use crate::proto::shared::tlv::Tlv;
use crate::proto::shared::wlan::wlan_frame::{self, Body, CONTROL, DATA, Kind, MANAGEMENT, Plan, SUBFRAME};
use crate::proto::shared::wlan::wlan_names::subtype_name;
use crate::proto::shared::{
    wlan::wlan_control, wlan::wlan_ht, wlan::wlan_line, wlan::wlan_mgmt, wlan::wlan_rsn, wlan::wlan_tags,
};
use crate::sink::{NoteKind, Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { FRAME_CONTROL:
    FC = Field::uint("wlan.fc", 0, 16).hex().label("Frame control").doc("IEEE 802.11-2020 §9.2.4.1", "What kind of frame it is, and flags");
    SUBTYPE = Field::uint("wlan.fc.subtype", 0, 4).part_of("wlan.fc").label("Subtype").doc("IEEE 802.11-2020 §9.2.4.1.3", "Which frame of the type it is");
    TYPE = Field::uint("wlan.fc.type", 4, 2).part_of("wlan.fc").values(TYPES).label("Type").doc("IEEE 802.11-2020 §9.2.4.1.3", "Management, control or data");
    VERSION = Field::uint("wlan.fc.version", 6, 2).part_of("wlan.fc").label("Protocol version").doc("IEEE 802.11-2020 §9.2.4.1.2", "0; 1 in the short frames of networks below 1 GHz");
}

crate::fields! { FLAG_ROWS:
    FLAGS = Field::uint("wlan.flags", 8, 8).hex().part_of("wlan.fc").label("Flags").doc("IEEE 802.11-2020 §9.2.4.1", "The second byte of the frame control field");
    ORDER = Field::flag("wlan.fc.order", 8).part_of("wlan.fc").label("+HTC or order").doc("IEEE 802.11-2020 §9.2.4.1.10", "1: an HT control field ends the header (QoS data and management), or, in the past, frames must stay in order");
    PROTECTED = Field::flag("wlan.fc.protected", 9).part_of("wlan.fc").label("Protected").doc("IEEE 802.11-2020 §9.2.4.1.9", "1: the frame body is encrypted");
    MORE_DATA = Field::flag("wlan.fc.moredata", 10).part_of("wlan.fc").label("More data").doc("IEEE 802.11-2020 §9.2.4.1.8", "1: the access point holds further frames for a station that sleeps");
    POWER = Field::flag("wlan.fc.pwrmgt", 11).part_of("wlan.fc").label("Power management").doc("IEEE 802.11-2020 §9.2.4.1.7", "1: the sender sleeps after this frame");
    RETRY = Field::flag("wlan.fc.retry", 12).part_of("wlan.fc").label("Retry").doc("IEEE 802.11-2020 §9.2.4.1.6", "1: sent again, because no acknowledgement came");
    MORE_FRAGMENTS = Field::flag("wlan.fc.frag", 13).part_of("wlan.fc").label("More fragments").doc("IEEE 802.11-2020 §9.2.4.1.5", "1: further fragments of this frame follow");
    DS = Field::uint("wlan.fc.ds", 14, 2).hex().part_of("wlan.fc").values(DS_NAMES).label("Distribution system").doc("IEEE 802.11-2020 §9.2.4.1.4", "Between whom the frame goes; decides what the addresses mean");
    FROM_DS = Field::flag("wlan.fc.fromds", 14).part_of("wlan.fc").label("From the distribution system").doc("IEEE 802.11-2020 §9.2.4.1.4", "1: sent by an access point on behalf of the network behind it");
    TO_DS = Field::flag("wlan.fc.tods", 15).part_of("wlan.fc").label("To the distribution system").doc("IEEE 802.11-2020 §9.2.4.1.4", "1: for an access point to pass on");
}

crate::fields! { EXTENSION:
    EXTENSION_SUBTYPE = Field::uint("wlan.fc.extension", 12, 4).part_of("wlan.fc").label("Extended subtype").doc("IEEE 802.11-2020 §9.2.4.1.3", "Which extended control frame it is");
}

crate::fields! { DURATION_ROW:
    DURATION = Field::little_part("wlan.duration", 16, 16, 0x7fff).unit("µs").explain(explain_duration).label("Duration").doc("IEEE 802.11-2020 §9.2.4.2", "How long others are to keep silent after this frame, so that the exchange it belongs to can end");
}

crate::fields! { AID_ROW:
    AID = Field::little_part("wlan.aid", 16, 16, 0x3fff).label("Association identifier").doc("IEEE 802.11-2020 §9.3.1.5", "The number that the access point gave the station");
}

crate::fields! { ADDRESS1:
    ADDR1 = Field::mac("wlan.addr", 32).repeats().explain(explain_address).label("Address 1").doc("IEEE 802.11-2020 §9.2.4.3", "Who is to receive the frame on the air");
}

crate::fields! { ADDRESS2:
    ADDR2 = Field::mac("wlan.addr", 80).repeats().explain(explain_address).label("Address 2").doc("IEEE 802.11-2020 §9.2.4.3", "Who sent the frame on the air");
}

crate::fields! { ADDRESS3:
    ADDR3 = Field::mac("wlan.addr", 128).repeats().explain(explain_address).label("Address 3").doc("IEEE 802.11-2020 §9.2.4.3", "The network, or the end of the way that is not on the air");
}

crate::fields! { SEQUENCE:
    SEQ_CONTROL = Field::little("wlan.seq_control", 176, 16).hex().label("Sequence control").doc("IEEE 802.11-2020 §9.2.4.4", "Tells copies and fragments apart");
    SEQ = Field::little_part("wlan.seq", 176, 16, 0xfff0).part_of("wlan.seq_control").label("Sequence number").doc("IEEE 802.11-2020 §9.2.4.4.2", "Counts frames; the same in all fragments and repetitions of one");
    FRAG = Field::little_part("wlan.frag", 176, 16, 0x000f).part_of("wlan.seq_control").label("Fragment number").doc("IEEE 802.11-2020 §9.2.4.4.3", "Which fragment it is, from 0");
}

crate::fields! { ADDRESS4:
    ADDR4 = Field::mac("wlan.addr", 192).repeats().explain(explain_address).label("Address 4").doc("IEEE 802.11-2020 §9.2.4.3", "The source, between two access points");
}

crate::fields! { QOS_FIELD:
    QOS = Field::little("wlan.qos", 0, 16).hex().label("QoS control").doc("IEEE 802.11-2020 §9.2.4.5", "Which traffic it is, and how it is acknowledged");
    AMSDU = Field::flag("wlan.qos.amsdupresent", 0).part_of("wlan.qos").label("A-MSDU present").doc("IEEE 802.11-2020 §9.2.4.5.9", "1: the body holds several packets, each with addresses and a length");
    ACK = Field::uint("wlan.qos.ack", 1, 2).hex_wide(4).part_of("wlan.qos").values(ACK_POLICIES).label("Acknowledgement policy").doc("IEEE 802.11-2020 §9.2.4.5.4", "How the receiver is to acknowledge the frame");
    EOSP = Field::flag("wlan.qos.eosp", 3).part_of("wlan.qos").label("End of service period").doc("IEEE 802.11-2020 §9.2.4.5.3", "1: the station may sleep again");
    BIT4 = Field::flag("wlan.qos.bit4", 3).part_of("wlan.qos").label("Queue size given").doc("IEEE 802.11-2020 §9.2.4.5.1", "1: the upper byte is a queue size; 0: a requested duration");
    TID = Field::uint("wlan.qos.tid", 4, 4).part_of("wlan.qos").label("Traffic identifier").doc("IEEE 802.11-2020 §9.2.4.5.2", "A user priority up to 7, or a traffic stream from 8");
    PRIORITY = Field::uint("wlan.qos.priority", 5, 3).part_of("wlan.qos").values(PRIORITIES).label("User priority").doc("IEEE 802.11-2020 §9.2.4.5.2", "Which of four queues the frame waits in");
    TXOP_LIMIT = Field::uint("wlan.qos.txop_limit", 8, 8).part_of("wlan.qos").label("TXOP limit").doc("IEEE 802.11-2020 §9.2.4.5.5", "How long the polled station may send, in units of 32 µs");
    BUFFER = Field::uint("wlan.qos.ps_buf_state", 8, 8).hex_wide(4).part_of("wlan.qos").label("AP's buffer").doc("IEEE 802.11-2020 §9.2.4.5.8", "What the access point holds for a station that sleeps");
    BUFFER_LOAD = Field::uint("wlan.qos.qap_buf_load", 8, 4).part_of("wlan.qos").label("Buffered load").doc("IEEE 802.11-2020 §9.2.4.5.8", "How much it holds, in units of 4,096 bytes; 15: more");
    BUFFER_AC = Field::uint("wlan.qos.highest_pri_buf_ac", 12, 2).part_of("wlan.qos").values(CATEGORIES).label("Highest buffered category").doc("IEEE 802.11-2020 §9.2.4.5.8", "The most urgent of what it holds");
    BUFFER_KNOWN = Field::flag("wlan.qos.buf_state_indicated", 14).part_of("wlan.qos").label("Buffer state given").doc("IEEE 802.11-2020 §9.2.4.5.8", "1: category and load mean something");
    TXOP_ASKED = Field::uint("wlan.qos.txop_dur_req", 8, 8).part_of("wlan.qos").label("TXOP asked for").doc("IEEE 802.11-2020 §9.2.4.5.7", "How long the station wants to send, in units of 32 µs; 0: no wish");
    QUEUE = Field::uint("wlan.qos.queue_size", 8, 8).part_of("wlan.qos").label("Queue size").doc("IEEE 802.11-2020 §9.2.4.5.6", "What waits in the station, in units of 256 bytes; 255: unknown");
    RSPI = Field::uint("wlan.qos.mesh_rspi", 13, 1).part_of("wlan.qos").label("Receiver's service period begins").doc("IEEE 802.11-2020 §9.2.4.5.13", "1: the mesh peer that receives the frame starts to listen");
    MESH_PS = Field::uint("wlan.qos.mesh_ps.reserved", 14, 1).part_of("wlan.qos").label("Mesh power save").doc("IEEE 802.11-2020 §9.2.4.5.12", "1: the sender will sleep deeply towards its peers");
    MESH_PRESENT = Field::uint("wlan.qos.mesh_ctl_present", 15, 1).part_of("wlan.qos").label("Mesh control present").doc("IEEE 802.11-2020 §9.2.4.5.11", "1: a mesh control field begins the body");
}

crate::fields! { HT_CONTROL:
    HTC = Field::little("wlan.htc", 0, 32).hex().label("HT control").doc("IEEE 802.11-2020 §9.2.4.6", "Link adaptation and other signals between HT, VHT and HE stations");
    HTC_VHT = Field::little_flag("wlan.htc.vht", 0, 0).part_of("wlan.htc").label("VHT or HE variant").doc("IEEE 802.11-2020 §9.2.4.6.1", "0: the format of 802.11n; 1: of 802.11ac or later");
    HTC_HE = Field::little_flag("wlan.htc.he", 0, 1).part_of("wlan.htc").label("HE variant").doc("IEEE 802.11ax-2021 §9.2.4.6.1", "1: the format of 802.11ax");
}

crate::fields! { MESH:
    MESH_FLAGS = Field::uint("wlan.fixed.mesh_flags", 0, 8).hex().label("Mesh flags").doc("IEEE 802.11-2020 §9.2.4.7.3", "How many addresses follow");
    MESH_TTL = Field::uint("wlan.fixed.mesh_ttl", 8, 8).hex().label("Mesh time to live").doc("IEEE 802.11-2020 §9.2.4.7.3", "How many more hops in the mesh the frame may take");
    MESH_SEQUENCE = Field::little("wlan.fixed.mesh_sequence", 16, 32).hex().label("Mesh sequence number").doc("IEEE 802.11-2020 §9.2.4.7.3", "Tells copies of the frame apart");
}

crate::fields! { SUBFRAME_HEAD:
    SUB_ADDR1 = Field::mac("wlan_aggregate.addr1", 0).repeats().explain(explain_address).label("Address 1").doc("IEEE 802.11-2020 §9.3.2.2.2", "Of the subframe; it may differ from the frame's addresses");
    SUB_DA = Field::mac("wlan.da", 0).part_of("wlan_aggregate.addr1").repeats().label("Destination").doc("IEEE 802.11-2020 §9.3.2.2.2", "Whom the subframe is for");
    SUB_ADDR2 = Field::mac("wlan_aggregate.addr2", 48).repeats().explain(explain_address).label("Address 2").doc("IEEE 802.11-2020 §9.3.2.2.2", "Of the subframe; it may differ from the frame's addresses");
    SUB_SA = Field::mac("wlan.sa", 48).part_of("wlan_aggregate.addr2").repeats().label("Source").doc("IEEE 802.11-2020 §9.3.2.2.2", "Who made the subframe's packet");
    SUB_LENGTH = Field::uint("wlan_aggregate.a_mdsu.length", 96, 16).repeats().unit("bytes").label("Length").doc("IEEE 802.11-2020 §9.3.2.2.2", "Length of the subframe's payload; the most significant byte comes first");
}

crate::fields! { MOVING:
    TYPE_SUBTYPE = Field::derived("wlan.fc.type_subtype", Value::Uint).repeats().hex_wide(4).names(subtype_name).explain(explain_kind).label("Kind of frame").doc("IEEE 802.11-2020 §9.2.4.1.3", "Type and subtype in one number");
    RA = Field::moving("wlan.ra", Value::Mac).part_of("wlan.addr").label("Receiver").doc("IEEE 802.11-2020 §9.2.4.3.5", "Who is to receive the frame on the air");
    TA = Field::moving("wlan.ta", Value::Mac).part_of("wlan.addr").label("Transmitter").doc("IEEE 802.11-2020 §9.2.4.3.6", "Who sent the frame on the air");
    DA = Field::moving("wlan.da", Value::Mac).part_of("wlan.addr").repeats().label("Destination").doc("IEEE 802.11-2020 §9.2.4.3.3", "Whom the payload is for in the end");
    SA = Field::moving("wlan.sa", Value::Mac).part_of("wlan.addr").repeats().label("Source").doc("IEEE 802.11-2020 §9.2.4.3.4", "Who made the payload");
    BSSID = Field::moving("wlan.bssid", Value::Mac).part_of("wlan.addr").label("BSSID").doc("IEEE 802.11-2020 §9.2.4.3.7", "The network: as a rule, the address of its access point");
    STAA = Field::moving("wlan.staa", Value::Mac).part_of("wlan.addr").label("Station").doc("IEEE 802.11-2020 §9.3.2.1.2", "The station that talks to the access point");
    MESH_CONTROL = Field::group("wlan.mesh.control_field").label("Mesh control").doc("IEEE 802.11-2020 §9.2.4.7.3", "How the frame goes through a mesh network");
    MESH_ADDR4 = Field::moving("wlan.fixed.mesh_addr4", Value::Mac).label("Mesh address 4").doc("IEEE 802.11-2020 §9.2.4.7.3", "The mesh station that sent a group frame first");
    MESH_ADDR5 = Field::moving("wlan.fixed.mesh_addr5", Value::Mac).label("Mesh address 5").doc("IEEE 802.11-2020 §9.2.4.7.3", "The destination, when it is outside the mesh");
    MESH_ADDR6 = Field::moving("wlan.fixed.mesh_addr6", Value::Mac).label("Mesh address 6").doc("IEEE 802.11-2020 §9.2.4.7.3", "The source, when it is outside the mesh");
    IV = Field::moving("wlan.iv", Value::Bytes).label("Initialization vector").doc("IEEE 802.11-2020 §12.3.3.2", "What the cipher needs beside the key, different in every frame");
    WEP_IV = Field::moving("wlan.wep.iv", Value::Uint).hex_wide(6).label("WEP initialization vector").doc("IEEE 802.11-2020 §12.3.3.2", "24 bits that WEP puts before the key; too few to be safe");
    TKIP_IV = Field::derived("wlan.tkip.extiv", Value::Text).label("TKIP sequence counter").doc("IEEE 802.11-2020 §12.5.2.2", "Counts frames under one key");
    CCMP_IV = Field::derived("wlan.ccmp.extiv", Value::Text).label("Packet number").doc("IEEE 802.11-2020 §12.5.3.2", "Counts frames under one key; also in GCMP, which looks the same");
    KEY = Field::moving("wlan.wep.key", Value::Uint).label("Key identifier").doc("IEEE 802.11-2020 §12.3.3.2", "Which of four keys the body is encrypted with; 0 for pairwise keys");
    ICV = Field::moving("wlan.wep.icv", Value::Uint).hex_wide(8).label("Integrity check value").doc("IEEE 802.11-2020 §12.3.3.2", "Encrypted CRC-32 of the body (WEP)");
    PAD = Field::moving("wlan.pad", Value::Bytes).label("Padding").doc("capture", "Zeros that the capturing card put between header and payload; never on the air");
    SUBFRAME_GROUP = Field::group("wlan_aggregate.a_mdsu.subframe").repeats().label("Subframe of an A-MSDU").doc("IEEE 802.11-2020 §9.3.2.2", "One of the packets that the frame carries");
    SUBFRAME_PAD = Field::moving("wlan_aggregate.a_mdsu.padding", Value::Bytes).repeats().label("Padding").doc("IEEE 802.11-2020 §9.3.2.2.2", "Brings a subframe to a multiple of four bytes, before the next one");
    SUBFRAME_DATA = Field::moving("wlan_aggregate.a_mdsu.data", Value::Bytes).repeats().label("Payload").doc("IEEE 802.11-2020 §9.3.2.2.2", "The subframe's packet, from its LLC header on");
}

static TYPES: &[(u64, &str)] = &[(0, "management"), (1, "control"), (2, "data"), (3, "extension")];

static DS_NAMES: &[(u64, &str)] = &[
    (0, "between stations, or management and control"),
    (1, "to the access point"),
    (2, "from the access point"),
    (3, "between access points, or in a mesh"),
];

static ACK_POLICIES: &[(u64, &str)] =
    &[(0, "normal"), (1, "none"), (2, "no explicit one, or scheduled"), (3, "block acknowledgement")];

static PRIORITIES: &[(u64, &str)] = &[
    (0, "best effort"),
    (1, "background"),
    (2, "background (spare)"),
    (3, "best effort (excellent effort)"),
    (4, "video (controlled load)"),
    (5, "video"),
    (6, "voice"),
    (7, "voice (network control)"),
];

static CATEGORIES: &[(u64, &str)] = &[(0, "best effort"), (1, "background"), (2, "video"), (3, "voice")];

/// Wireless LAN.
pub static WLAN: Protocol = Protocol {
    name: "wlan",
    title: "Wireless LAN",
    spec: "IEEE 802.11-2020",
    scope: "Frame control, addresses, sequence, QoS and mesh control of all frames; control frames; fixed parameters and \
            elements of management frames, the common elements in full; initialization vectors of encrypted bodies; \
            aggregated packets. Not: decryption, reassembly of fragments, the HE and later elements, DMG and S1G headers.",
    unit: Unit::Frame,
    tables: &[
        FRAME_CONTROL,
        FLAG_ROWS,
        EXTENSION,
        DURATION_ROW,
        AID_ROW,
        ADDRESS1,
        ADDRESS2,
        ADDRESS3,
        SEQUENCE,
        ADDRESS4,
        QOS_FIELD,
        HT_CONTROL,
        MESH,
        SUBFRAME_HEAD,
        MOVING,
        wlan_control::BA_CONTROL,
        wlan_control::SSC_FIELD,
        wlan_control::TOKEN,
        wlan_control::STATION,
        wlan_control::MOVING,
        wlan_mgmt::CAPABILITIES,
        wlan_mgmt::TIMED,
        wlan_mgmt::BA_PARAMETERS,
        wlan_mgmt::DELBA,
        wlan_mgmt::MOVING,
        wlan_tags::HEAD,
        wlan_tags::MOVING,
        wlan_tags::TIM,
        wlan_tags::COUNTRY_TRIPLET,
        wlan_tags::LOAD,
        wlan_tags::CSA,
        wlan_tags::QUIET,
        wlan_tags::ERP,
        wlan_tags::MOBILITY,
        wlan_tags::MESH_CONFIG,
        wlan_rsn::CAPABILITIES,
        wlan_rsn::AC,
        wlan_rsn::QOS_INFO,
        wlan_rsn::MOVING,
        wlan_ht::HT_CAPABILITIES,
        wlan_ht::HT_OPERATION,
        wlan_ht::VHT_CAPABILITIES,
        wlan_ht::VHT_OPERATION,
    ],
    keys: &[(Space::Link, 105), (Space::Direct, direct::WLAN)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line: wlan_line::line,
    trailer: Some(trailer),
    ..Protocol::NONE
};

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let fc = input.header::<2, S>(s, FRAME_CONTROL)?;
    if S::ON {
        let kind = Kind::of(*fc);
        if kind.version == 0 {
            let extended = (kind.class, kind.subtype) == (CONTROL, 6);
            s.fixed(if extended { EXTENSION } else { FLAG_ROWS }, fc, input.base);
            s.derived(&TYPE_SUBTYPE, kind.number());
            start(&input, s, kind);
        }
    }
    let plan = wlan_frame::plan(&input)?;
    if S::ON {
        behind_addresses(&input, s, &plan);
    }
    let at = plan.body_at();
    let body = Tlv::new(input.data, input.base, at, input.wire.saturating_sub(at));
    let opaque = |header, wire, why| Ok(Step::new(&input, header, wire, Next::Opaque(why)));
    match plan.body {
        Body::None => Ok(Step::new(&input, at, input.wire, Next::End)),
        Body::Unread(why) => opaque(at, input.wire, why),
        Body::Fragment => opaque(at, input.wire, "a fragment; fragments of 802.11 are not put together"),
        Body::Management | Body::Control => {
            if plan.body == Body::Control {
                wlan_control::put(s, plan.kind, &input, &body);
            } else {
                wlan_mgmt::put(s, plan.kind.subtype, &body);
            }
            // All of the frame is its header. Where the capture ends early, so does the layer, and says so.
            let captured = input.data.len() as u32;
            if captured < input.wire {
                let (need, have) = (input.wire, captured);
                s.note(NoteKind::Cut, format_args!("{need} bytes expected, {have} captured: the capture ends here"));
            }
            Ok(Step::new(&input, captured, captured, Next::End))
        }
        Body::Protected(length) => {
            if S::ON {
                vector(s, &body.part(0, length));
            }
            // WEP ends in a check value of 4 bytes.
            let icv = if length == 4 && body.wire >= 8 { 4 } else { 0 };
            opaque(at.saturating_add(length), input.wire.saturating_sub(icv), "the frame body is encrypted")
        }
        Body::Aggregate(length) => {
            let room = body.wire.saturating_sub(SUBFRAME);
            if length > room {
                let rule = "a subframe ends within its frame (IEEE 802.11-2020 §9.3.2.2.2)";
                s.flaw(Bad { rule, expected: room, found: length });
            }
            s.open(&SUBFRAME_GROUP, body.bit(0));
            body.fixed(s, SUBFRAME_HEAD);
            s.close(body.bit(SUBFRAME));
            let header = at.saturating_add(SUBFRAME);
            let wire = header.saturating_add(length.min(room));
            Ok(Step::new(&input, header, wire, Next::Key(Space::Direct, direct::LLC)))
        }
        Body::Llc(pad) => {
            body.span(s, &PAD, 0, pad);
            Ok(Step::new(&input, at.saturating_add(pad), input.wire, Next::Key(Space::Direct, direct::LLC)))
        }
    }
}

/// Puts duration, addresses and sequence control, as far as they were captured.
fn start<S: Sink>(input: &Input<'_>, s: &mut S, kind: Kind) {
    let bytes = input.data;
    let is_poll = kind.class == CONTROL && kind.subtype == 10;
    s.fixed(if is_poll { AID_ROW } else { DURATION_ROW }, bytes, input.base);
    for (index, table) in [ADDRESS1, ADDRESS2, ADDRESS3].into_iter().enumerate().take(kind.addresses() as usize) {
        let roles = match (index, aggregated(input, kind)) {
            (2, None) => {
                // What the third address is, a later byte says that was not captured.
                address(input, s, table, &[]);
                return;
            }
            (2, Some(true)) => &[],
            _ => roles(kind, index),
        };
        address(input, s, table, roles);
    }
    if kind.addresses() < 3 {
        return;
    }
    s.fixed(SEQUENCE, bytes, input.base);
    if kind.four_addresses() {
        address(input, s, ADDRESS4, &[&SA]);
    }
}

/// Whether the frame carries several packets, which have their own addresses; `None` when that cannot be seen.
fn aggregated(input: &Input<'_>, kind: Kind) -> Option<bool> {
    if !kind.qos() || kind.null() {
        return Some(false);
    }
    input.data.get(kind.qos_at() as usize).map(|qos| qos & 0x80 != 0)
}

fn address<S: Sink>(input: &Input<'_>, s: &mut S, table: crate::field::Table, roles: &[&'static Field]) {
    let Some(at) = table.first().and_then(|row| row.at) else { return };
    if input.data.len() * 8 < usize::from(at.bit + at.bits) {
        return;
    }
    s.fixed(table, input.data, input.base);
    for role in roles {
        s.span(role, input.base * 8 + u32::from(at.bit), 48);
    }
}

/// What the first, second and third address are (§9.3.2.1.2 for data, §9.3.1 for control frames, §9.3.3.1 for
/// management frames).
fn roles(kind: Kind, index: usize) -> &'static [&'static Field] {
    match (kind.class, index) {
        (MANAGEMENT, 0) => const { &[&RA, &DA] },
        (MANAGEMENT, 1) => const { &[&TA, &SA] },
        (MANAGEMENT, _) => const { &[&BSSID] },
        (DATA, 0) => match (kind.to_ds(), kind.from_ds()) {
            (false, false) => const { &[&RA, &DA] },
            (true, false) => const { &[&RA, &BSSID] },
            (false, true) => const { &[&RA, &DA, &STAA] },
            (true, true) => const { &[&RA] },
        },
        (DATA, 1) => match (kind.to_ds(), kind.from_ds()) {
            (false, false) => const { &[&TA, &SA] },
            (true, false) => const { &[&TA, &SA, &STAA] },
            (false, true) => const { &[&TA, &BSSID] },
            (true, true) => const { &[&TA] },
        },
        (DATA, _) => match (kind.to_ds(), kind.from_ds()) {
            (false, false) => const { &[&BSSID] },
            (true, _) => const { &[&DA] },
            (false, true) => const { &[&SA] },
        },
        // A power-save poll goes to the access point; the end of a contention-free period comes from it.
        (CONTROL, 0) if kind.subtype == 10 => const { &[&RA, &BSSID] },
        (CONTROL, 1) if kind.subtype == 14 => const { &[&BSSID] },
        (CONTROL, 0) => const { &[&RA] },
        (CONTROL, 1) => const { &[&TA] },
        _ => &[],
    }
}

/// Puts QoS control, HT control and mesh control; all of them were captured.
fn behind_addresses<S: Sink>(input: &Input<'_>, s: &mut S, plan: &Plan) {
    let kind = plan.kind;
    if kind.version != 0 {
        return;
    }
    let header = Tlv::new(input.data, input.base, 0, plan.header);
    if kind.qos() {
        qos(s, &header.part(kind.qos_at(), 2), plan);
    }
    // The last four bytes; also in a control frame that is wrapped for its sake.
    if kind.ht_control() || (kind.class == CONTROL && kind.subtype == 7) {
        ht_control(s, &header.part(plan.header.saturating_sub(4), 4));
    }
    if plan.mesh > 0 {
        let mesh = Tlv::new(input.data, input.base, plan.header, plan.mesh);
        s.open(&MESH_CONTROL, mesh.bit(0));
        mesh.fixed(s, MESH);
        match plan.mesh {
            12 => mesh.span(s, &MESH_ADDR4, 6, 12),
            18 => {
                mesh.span(s, &MESH_ADDR5, 6, 12);
                mesh.span(s, &MESH_ADDR6, 12, 18);
            }
            _ => {}
        }
        s.close(mesh.bit(plan.mesh));
    }
}

fn ht_control<S: Sink>(s: &mut S, htc: &Tlv<'_>) {
    htc.row(s, &HTC);
    htc.row(s, &HTC_VHT);
    if htc.byte(0).is_some_and(|b| b & 1 != 0) {
        htc.row(s, &HTC_HE);
    }
}

fn qos<S: Sink>(s: &mut S, q: &Tlv<'_>, plan: &Plan) {
    let kind = plan.kind;
    q.row(s, &QOS);
    q.row(s, &TID);
    q.row(s, &PRIORITY);
    q.row(s, if kind.from_ds() { &EOSP } else { &BIT4 });
    q.row(s, &ACK);
    if !kind.null() {
        q.row(s, &AMSDU);
    }
    let polls = kind.subtype & 2 != 0;
    if plan.mesh > 0 {
        [&MESH_PRESENT, &MESH_PS, &RSPI].into_iter().for_each(|row| q.row(s, row));
    } else if kind.from_ds() && polls {
        q.row(s, &TXOP_LIMIT);
    } else if kind.from_ds() {
        q.row(s, &BUFFER);
        q.row(s, &BUFFER_KNOWN);
        if q.byte(1).is_some_and(|b| b & 2 != 0) {
            q.row(s, &BUFFER_AC);
            q.row(s, &BUFFER_LOAD);
        }
    } else if !polls {
        q.row(s, if q.byte(0).is_some_and(|b| b & 0x10 != 0) { &QUEUE } else { &TXOP_ASKED });
    }
}

/// Puts an initialization vector. TKIP repeats a byte with one bit changed (§12.5.2.2), by which it is told from CCMP.
fn vector<S: Sink>(s: &mut S, iv: &Tlv<'_>) {
    s.open(&IV, iv.bit(0));
    match (iv.data.first_chunk::<8>(), iv.wire) {
        (_, 4) => {
            if let Some([a, b, c]) = iv.data.first_chunk::<3>() {
                s.uint(&WEP_IV, iv.bit(0), 24, u64::from(u32::from_be_bytes([0, *a, *b, *c])));
            }
        }
        (Some([t1, seed, t0, _, rest @ ..]), _) if *seed == (t1 | 0x20) & 0x7f => {
            s.derived_text(&TKIP_IV, format_args!("0x{:08x}{t1:02x}{t0:02x}", u32::from_le_bytes(*rest)));
        }
        (Some([p0, p1, _, _, rest @ ..]), _) => {
            s.derived_text(&CCMP_IV, format_args!("0x{:08x}{p1:02x}{p0:02x}", u32::from_le_bytes(*rest)));
        }
        _ => {}
    }
    if let Some(key) = iv.byte(3) {
        s.uint(&KEY, iv.bit(3), 2, u64::from(key >> 6));
    }
    s.close(iv.bit(iv.wire));
}

/// The subframes of an aggregate behind the first one, and the check value of WEP.
fn trailer(t: Trailer<'_>, tree: &mut Tree) -> u32 {
    let input =
        Input { data: t.layer, base: t.base, wire: t.end, extent: Default::default(), env: &crate::input::Env::NONE };
    let at = t.at;
    match wlan_frame::plan(&input).map(|plan| (plan.body, plan.body_at())) {
        Ok((Body::Protected(4), _)) => {
            Tlv::new(t.layer, t.base, at, 4).uint(tree, &ICV, 0, 4);
            t.end
        }
        Ok((Body::Aggregate(length), body)) => {
            let mut at = body.saturating_add(SUBFRAME).saturating_add(length);
            loop {
                // Every subframe but the last is padded to a multiple of four bytes.
                let pad = body.wrapping_sub(at) % 4;
                Tlv::new(t.layer, t.base, at, pad.min(t.end.saturating_sub(at))).rest(tree, &SUBFRAME_PAD, 0);
                at = at.saturating_add(pad);
                if at >= t.end || !tree.room() {
                    return t.end;
                }
                at = subframe(&t, tree, at);
            }
        }
        _ => t.end,
    }
}

/// Puts the subframe at `at`, and returns where it ends.
fn subframe(t: &Trailer<'_>, tree: &mut Tree, at: u32) -> u32 {
    let left = Tlv::new(t.layer, t.base, at, t.end.saturating_sub(at));
    if left.data.is_empty() {
        return t.end;
    }
    let length = left.data.get(12..).and_then(<[u8]>::first_chunk::<2>).map(|n| u32::from(u16::from_be_bytes(*n)));
    let wire = length.map_or(left.wire, |n| n.saturating_add(SUBFRAME));
    tree.open(&SUBFRAME_GROUP, left.bit(0));
    left.fixed(tree, SUBFRAME_HEAD);
    if wire > left.wire {
        let rule = "a subframe ends within its frame (IEEE 802.11-2020 §9.3.2.2.2)";
        let room = left.wire;
        tree.note(NoteKind::Bad, format_args!("{rule}: at most {room} bytes expected, {wire} found"));
    }
    let sub = left.part(0, wire);
    sub.rest(tree, &SUBFRAME_DATA, SUBFRAME);
    tree.close(sub.bit(sub.wire));
    at.saturating_add(sub.wire.max(SUBFRAME))
}

fn explain_address(around: &Around<'_>, out: &mut Text) {
    if let Some(address) = around.bytes.first_chunk::<6>() {
        out.lit(mac_kind(*address));
    }
}

fn explain_duration(around: &Around<'_>, out: &mut Text) {
    if around.layer.get(3).is_some_and(|b| b & 0x80 != 0) {
        out.lit("no duration: the upper bit is set, which marks a contention-free period or is reserved");
    } else if around.value == 0 {
        out.lit("nothing follows that others would have to wait for");
    }
}

fn explain_kind(around: &Around<'_>, out: &mut Text) {
    out.lit(match around.value {
        0x00 | 0x02 => "a station asks an access point to let it join",
        0x01 | 0x03 => "the access point's answer to a station that wants to join",
        0x04 => "a station looks for networks",
        0x05 => "an access point's answer to a station that looks for networks",
        0x08 => "an access point announces its network, as a rule ten times a second",
        0x0a => "one side ends the association",
        0x0b => "a step of the exchange by which a station may join; the real authentication may come later",
        0x0c => "one side ends authentication and association",
        0x12 => "the access point tells several stations to send at once",
        0x18 => "asks which of many frames arrived",
        0x19 => "says which of many frames arrived",
        0x1a => "a station that slept asks for what the access point holds for it",
        0x1b => "asks for the medium before a longer exchange",
        0x1c => "the medium is free for the station named here; others keep silent",
        0x1d => "the last frame arrived; it says only to whom, not from whom",
        0x24 | 0x2c => "carries nothing: tells the access point that the station sleeps or wakes",
        _ => return,
    });
}
