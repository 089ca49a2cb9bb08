//! Elements ("tagged parameters") of IEEE 802.11 management frames.
//!
//! ```text
//! | Element number| Length        | Information …                 |
//! ```
//!
//! Security elements are in [`super::wlan_rsn`], those of 802.11n and 802.11ac in [`super::wlan_ht`].

use super::wlan_names::{element_name, extension_name};
use super::{wlan_ht, wlan_rsn};
use crate::field::{Around, Field, Kind as Value};
use crate::proto::shared::tlv::Tlv;
use crate::sink::{NoteKind, Sink};
use crate::text::Text;

crate::fields! { pub HEAD:
    NUMBER = Field::uint("wlan.tag.number", 0, 8).repeats().names(element_name).label("Element").doc("IEEE 802.11-2020 §9.4.2.1", "Which element it is");
    LENGTH = Field::uint("wlan.tag.length", 8, 8).repeats().unit("bytes").label("Length").doc("IEEE 802.11-2020 §9.4.2.1", "Of the information, without these two bytes");
}

crate::fields! { pub TIM:
    DTIM_COUNT = Field::uint("wlan.tim.dtim_count", 0, 8).repeats().unit("beacons").label("DTIM count").explain(explain_dtim).doc("IEEE 802.11-2020 §9.4.2.5.1", "How many beacons come before the next DTIM, after which group traffic is sent; 0: this one is it");
    DTIM_PERIOD = Field::uint("wlan.tim.dtim_period", 8, 8).repeats().unit("beacons").label("DTIM period").doc("IEEE 802.11-2020 §9.4.2.5.1", "From one DTIM to the next");
    BITMAP_CONTROL = Field::uint("wlan.tim.bmapctl", 16, 8).repeats().hex().label("Bitmap control").doc("IEEE 802.11-2020 §9.4.2.5.1", "Where the bitmap begins, and whether group traffic waits");
    OFFSET = Field::uint("wlan.tim.bmapctl.offset", 16, 7).repeats().hex().part_of("wlan.tim.bmapctl").label("Bitmap offset").doc("IEEE 802.11-2020 §9.4.2.5.1", "How many pairs of bytes without a set bit are left out at the beginning");
    MULTICAST = Field::flag("wlan.tim.bmapctl.multicast", 23).repeats().part_of("wlan.tim.bmapctl").label("Group traffic").doc("IEEE 802.11-2020 §9.4.2.5.1", "1: group traffic waits and follows");
}

crate::fields! { pub COUNTRY_TRIPLET:
    FIRST = Field::uint("wlan.country_info.fnm.fcn", 0, 8).repeats().label("First channel").doc("IEEE 802.11-2020 §9.4.2.8", "The lowest channel of a range");
    COUNT = Field::uint("wlan.country_info.fnm.nc", 8, 8).repeats().label("Channels").doc("IEEE 802.11-2020 §9.4.2.8", "How many channels the range has");
    POWER = Field::uint("wlan.country_info.fnm.mtpl", 16, 8).signed().repeats().unit("dBm").label("Most power").doc("IEEE 802.11-2020 §9.4.2.8", "What may be radiated on these channels");
}

crate::fields! { pub LOAD:
    STATIONS = Field::little("wlan.qbss.scount", 0, 16).repeats().label("Stations").doc("IEEE 802.11-2020 §9.4.2.27", "How many are associated");
    UTILIZATION = Field::uint("wlan.qbss.cu", 16, 8).repeats().label("Channel utilization").explain(explain_utilization).doc("IEEE 802.11-2020 §9.4.2.27", "How busy the access point finds the channel, in 255ths");
    ADMISSION = Field::little("wlan.qbss.adc", 24, 16).repeats().label("Admission capacity").doc("IEEE 802.11-2020 §9.4.2.27", "Time left for admission control, in units of 32 µs a second");
}

crate::fields! { pub CSA:
    CSA_MODE = Field::uint("wlan.csa.channel_switch_mode", 0, 8).repeats().values(CSA_MODES).label("Switch mode").doc("IEEE 802.11-2020 §9.4.2.18", "Whether stations may send until the switch");
    CSA_CHANNEL = Field::uint("wlan.csa.new_channel_number", 8, 8).repeats().label("New channel").doc("IEEE 802.11-2020 §9.4.2.18", "Where the network moves to");
    CSA_COUNT = Field::uint("wlan.csa.channel_switch.count", 16, 8).repeats().unit("beacons").label("Beacons until the switch").doc("IEEE 802.11-2020 §9.4.2.18", "0: at any moment");
}

crate::fields! { pub QUIET:
    QUIET_COUNT = Field::uint("wlan.quiet.count", 0, 8).repeats().unit("beacons").label("Count").doc("IEEE 802.11-2020 §9.4.2.22", "Beacons until the next quiet interval");
    QUIET_PERIOD = Field::uint("wlan.quiet.period", 8, 8).repeats().unit("beacons").label("Period").doc("IEEE 802.11-2020 §9.4.2.22", "From one quiet interval to the next; 0: only one");
    QUIET_DURATION = Field::little("wlan.quiet.duration", 16, 16).repeats().label("Duration").doc("IEEE 802.11-2020 §9.4.2.22", "How long nobody may send, in time units of 1,024 µs");
    QUIET_OFFSET = Field::little("wlan.quiet.offset", 32, 16).repeats().label("Offset").doc("IEEE 802.11-2020 §9.4.2.22", "How long after the beacon, in time units of 1,024 µs");
}

crate::fields! { pub ERP:
    ERP_INFO = Field::uint("wlan.erp_info", 0, 8).repeats().hex().label("ERP information").doc("IEEE 802.11-2020 §9.4.2.11", "How 802.11g lives with stations of 802.11b");
    ERP_RESERVED = Field::uint("wlan.erp_info.reserved", 0, 5).repeats().hex().part_of("wlan.erp_info").label("Reserved").doc("IEEE 802.11-2020 §9.4.2.11", "Must be 0");
    ERP_BARKER = Field::flag("wlan.erp_info.barker_preamble_mode", 5).repeats().part_of("wlan.erp_info").label("Long preambles").doc("IEEE 802.11-2020 §9.4.2.11", "1: a station needs the long preamble");
    ERP_PROTECTION = Field::flag("wlan.erp_info.use_protection", 6).repeats().part_of("wlan.erp_info").label("Use protection").doc("IEEE 802.11-2020 §9.4.2.11", "1: reserve the medium at old rates first");
    ERP_PRESENT = Field::flag("wlan.erp_info.erp_present", 7).repeats().part_of("wlan.erp_info").label("Stations of 802.11b").doc("IEEE 802.11-2020 §9.4.2.11", "1: there are some");
}

crate::fields! { pub MOBILITY:
    MDID = Field::little("wlan.mobility_domain.mdid", 0, 16).repeats().hex().label("Mobility domain").doc("IEEE 802.11-2020 §9.4.2.46", "Access points between which a station can move quickly");
    FT = Field::uint("wlan.mobility_domain.ft_capab", 16, 8).repeats().hex().label("Fast transition").doc("IEEE 802.11-2020 §9.4.2.46", "How a station may move");
    FT_RESERVED = Field::uint("wlan.mobility_domain.ft_capab.reserved", 16, 6).repeats().hex().part_of("wlan.mobility_domain.ft_capab").label("Reserved").doc("IEEE 802.11-2020 §9.4.2.46", "Must be 0");
    FT_RESOURCE = Field::uint("wlan.mobility_domain.ft_capab.resource_req", 22, 1).repeats().hex().part_of("wlan.mobility_domain.ft_capab").label("Resource requests").doc("IEEE 802.11-2020 §9.4.2.46", "1: a station may reserve resources before it moves");
    FT_DS = Field::uint("wlan.mobility_domain.ft_capab.ft_over_ds", 23, 1).repeats().hex().part_of("wlan.mobility_domain.ft_capab").label("Over the wired network").doc("IEEE 802.11-2020 §9.4.2.46", "1: a station may prepare the move through its old access point");
}

crate::fields! { pub MESH_CONFIG:
    MESH_PATH = Field::uint("wlan.mesh.config.ps_protocol", 0, 8).repeats().hex().label("Path selection").doc("IEEE 802.11-2020 §9.4.2.97.2", "1: HWMP");
    MESH_METRIC = Field::uint("wlan.mesh.config.ps_metric", 8, 8).repeats().hex().label("Path metric").doc("IEEE 802.11-2020 §9.4.2.97.3", "1: airtime");
    MESH_CONGESTION = Field::uint("wlan.mesh.config.cong_ctl", 16, 8).repeats().hex().label("Congestion control").doc("IEEE 802.11-2020 §9.4.2.97.4", "0: none");
    MESH_SYNC = Field::uint("wlan.mesh.config.sync_method", 24, 8).repeats().hex().label("Synchronization").doc("IEEE 802.11-2020 §9.4.2.97.5", "1: by neighbour offsets");
    MESH_AUTH = Field::uint("wlan.mesh.config.auth_protocol", 32, 8).repeats().hex().label("Authentication").doc("IEEE 802.11-2020 §9.4.2.97.6", "0: none; 1: SAE; 2: IEEE 802.1X");
    MESH_FORMATION = Field::uint("wlan.mesh.config.formation_info", 40, 8).repeats().hex().label("Formation").doc("IEEE 802.11-2020 §9.4.2.97.7", "Peers and connections");
    MESH_TO_AS = Field::flag("wlan.mesh.formation_info.connect_to_as", 40).repeats().part_of("wlan.mesh.config.formation_info").label("Authentication server").doc("IEEE 802.11-2020 §9.4.2.97.7", "1: the station has a connection to one");
    MESH_PEERS = Field::uint("wlan.mesh.config.formation_info.num_peers", 41, 6).repeats().part_of("wlan.mesh.config.formation_info").label("Peerings").doc("IEEE 802.11-2020 §9.4.2.97.7", "How many the station has; 63: or more");
    MESH_TO_GATE = Field::flag("wlan.mesh.formation_info.connect_to_mesh_gate", 47).repeats().part_of("wlan.mesh.config.formation_info").label("Mesh gate").doc("IEEE 802.11-2020 §9.4.2.97.7", "1: the station has a way out of the mesh");
    MESH_CAP = Field::uint("wlan.mesh.config.cap", 48, 8).repeats().hex().label("Mesh capabilities").doc("IEEE 802.11-2020 §9.4.2.97.8", "What the station does in the mesh");
    MESH_CAP_R = Field::uint("wlan.mesh.config.cap.reserved", 48, 1).repeats().hex().part_of("wlan.mesh.config.cap").label("Reserved").doc("IEEE 802.11-2020 §9.4.2.97.8", "Must be 0");
    MESH_CAP_PS = Field::flag("wlan.mesh.config.cap.power_save_level", 49).repeats().part_of("wlan.mesh.config.cap").label("Deep sleep").doc("IEEE 802.11-2020 §9.4.2.97.8", "1: the station sleeps deeply towards a peer");
    MESH_CAP_TBTT = Field::flag("wlan.mesh.config.cap.tbtt_adjusting", 50).repeats().part_of("wlan.mesh.config.cap").label("Adjusting beacons").doc("IEEE 802.11-2020 §9.4.2.97.8", "1: the station is moving its beacons");
    MESH_CAP_MBCA = Field::flag("wlan.mesh.config.cap.mbca_enabled", 51).repeats().part_of("wlan.mesh.config.cap").label("MBCA").doc("IEEE 802.11-2020 §9.4.2.97.8", "1: avoids that beacons collide");
    MESH_CAP_FORWARD = Field::flag("wlan.mesh.config.cap.forwarding", 52).repeats().part_of("wlan.mesh.config.cap").label("Forwarding").doc("IEEE 802.11-2020 §9.4.2.97.8", "1: passes on frames of others");
    MESH_CAP_MCCA_ON = Field::flag("wlan.mesh.config.cap.mcca_enabled", 53).repeats().part_of("wlan.mesh.config.cap").label("MCCA in use").doc("IEEE 802.11-2020 §9.4.2.97.8", "1: coordinates channel access");
    MESH_CAP_MCCA = Field::flag("wlan.mesh.config.cap.mcca_support", 54).repeats().part_of("wlan.mesh.config.cap").label("MCCA").doc("IEEE 802.11-2020 §9.4.2.97.8", "1: can coordinate channel access");
    MESH_CAP_ACCEPT = Field::flag("wlan.mesh.config.cap.accept", 55).repeats().part_of("wlan.mesh.config.cap").label("Accepts peers").doc("IEEE 802.11-2020 §9.4.2.97.8", "1: further peerings are welcome");
}

crate::fields! { pub MOVING:
    ALL = Field::group("wlan.tagged.all").label("Elements").doc("IEEE 802.11-2020 §9.4.2", "Parameters that only some frames have");
    TAG = Field::group("wlan.tag").repeats().label("Element").doc("IEEE 802.11-2020 §9.4.2.1", "One parameter");
    SSID = Field::moving("wlan.ssid", Value::Bytes).repeats().label("SSID").explain(explain_ssid).doc("IEEE 802.11-2020 §9.4.2.2", "The network's name: up to 32 bytes of any kind");
    RATE = Field::moving("wlan.supported_rates", Value::Uint).hex_wide(2).repeats().label("Rate").explain(explain_rate).doc("IEEE 802.11-2020 §9.4.2.3", "In units of 500 kb/s; with the upper bit, a rate that every station must have");
    EXTENDED_RATE = Field::moving("wlan.extended_supported_rates", Value::Uint).hex_wide(2).repeats().label("Rate").explain(explain_rate).doc("IEEE 802.11-2020 §9.4.2.12", "Rates for which the first element had no room");
    CHANNEL = Field::moving("wlan.ds.current_channel", Value::Uint).repeats().label("Channel").doc("IEEE 802.11-2020 §9.4.2.4", "On which the network is");
    BITMAP = Field::moving("wlan.tim.partial_virtual_bitmap", Value::Bytes).repeats().label("Bitmap").doc("IEEE 802.11-2020 §9.4.2.5.1", "A bit for each association identifier: 1 when frames wait for the station");
    TIM_AID = Field::derived("wlan.tim.aid", Value::Uint).hex_wide(2).repeats().label("Frames wait for").doc("IEEE 802.11-2020 §9.4.2.5.1", "The association identifier of a station whose bit is set");
    ATIM = Field::moving("wlan.ibss.atim_windows", Value::Uint).hex_wide(4).repeats().label("ATIM window").doc("IEEE 802.11-2020 §9.4.2.6", "How long stations stay awake after a beacon, in time units of 1,024 µs");
    COUNTRY = Field::moving("wlan.country_info.code", Value::Text).repeats().label("Country").doc("IEEE 802.11-2020 §9.4.2.8", "Where the access point is, by ISO 3166-1");
    ENVIRONMENT = Field::moving("wlan.country_info.environment", Value::Uint).values(ENVIRONMENTS).repeats().label("Environment").doc("IEEE 802.11-2020 §9.4.2.8", "For which places the rules below hold");
    RANGE = Field::group("wlan.country_info.fnm").repeats().label("Channels").doc("IEEE 802.11-2020 §9.4.2.8", "A range of channels and its limit");
    CLASS = Field::group("wlan.country_info.rrc").repeats().label("Operating class").doc("IEEE 802.11-2020 §9.4.2.8", "A set of rules");
    CLASS_ID = Field::moving("wlan.country_info.rrc.oei", Value::Uint).repeats().label("Operating extension").doc("IEEE 802.11-2020 §9.4.2.8", "201 or more: a class follows, no channels");
    CLASS_CLASS = Field::moving("wlan.country_info.rrc.oc", Value::Uint).repeats().label("Operating class").doc("IEEE 802.11-2020 §9.4.2.8", "A row of the tables of Annex E");
    CLASS_COVERAGE = Field::moving("wlan.country_info.rrc.cc", Value::Uint).repeats().label("Coverage class").doc("IEEE 802.11-2020 §9.4.2.8", "Air propagation time, in units of 3 µs");
    COUNTRY_PAD = Field::moving("wlan.country_info.padding", Value::Bytes).repeats().label("Padding").doc("IEEE 802.11-2020 §9.4.2.8", "Brings the element to an even length");
    CHALLENGE = Field::moving("wlan.tag.challenge_text", Value::Bytes).repeats().label("Challenge").doc("IEEE 802.11-2020 §9.4.2.7", "What the other side is to encrypt (WEP)");
    CONSTRAINT = Field::moving("wlan.powercon.local", Value::Uint).repeats().unit("dB").label("Power constraint").doc("IEEE 802.11-2020 §9.4.2.13", "How much less than the country's limit stations are to use");
    POWER_MIN = Field::moving("wlan.powercap.min", Value::Int).repeats().unit("dBm").label("Least power").doc("IEEE 802.11-2020 §9.4.2.14", "With which the station can send");
    POWER_MAX = Field::moving("wlan.powercap.max", Value::Int).repeats().unit("dBm").label("Most power").doc("IEEE 802.11-2020 §9.4.2.14", "With which the station can send");
    SENT_POWER = Field::moving("wlan.tcprep.trsmt_pow", Value::Int).repeats().unit("dBm").label("Transmit power").doc("IEEE 802.11-2020 §9.4.2.16", "With which this frame was sent");
    MARGIN = Field::moving("wlan.tcprep.link_mrg", Value::Int).repeats().unit("dB").label("Link margin").doc("IEEE 802.11-2020 §9.4.2.16", "How much weaker the request could have been; meaningless in beacons");
    CHANNELS = Field::group("wlan.supchan").repeats().label("Channels").doc("IEEE 802.11-2020 §9.4.2.17", "A range that the station can use");
    CHANNELS_FIRST = Field::moving("wlan.supchan.first", Value::Uint).repeats().label("First channel").doc("IEEE 802.11-2020 §9.4.2.17", "The lowest channel of the range");
    CHANNELS_COUNT = Field::moving("wlan.supchan.range", Value::Uint).repeats().label("Channels").doc("IEEE 802.11-2020 §9.4.2.17", "How many channels the range has");
    SECONDARY = Field::moving("wlan.secchanoffset", Value::Uint).hex_wide(2).values(SECONDARIES).repeats().label("Secondary channel").doc("IEEE 802.11-2020 §9.4.2.19", "Where the second half of a 40 MHz channel lies");
    LOAD_VERSION = Field::derived("wlan.qbss.version", Value::Uint).repeats().label("Version").doc("IEEE 802.11-2020 §9.4.2.27", "2: this one; 1 was Cisco's, with other lengths");
    IDLE = Field::moving("wlan.bss_max_idle.period", Value::Uint).repeats().label("Longest silence").doc("IEEE 802.11-2020 §9.4.2.78", "After which the access point forgets a station, in units of 1.024 s");
    TIMEOUT_TYPE = Field::moving("wlan.timeout_int.type", Value::Uint).values(TIMEOUTS).repeats().label("Which time").doc("IEEE 802.11-2020 §9.4.2.48", "What the interval is for");
    TIMEOUT = Field::moving("wlan.timeout_int.value", Value::Uint).repeats().label("Interval").doc("IEEE 802.11-2020 §9.4.2.48", "In seconds for key lifetimes, otherwise in time units of 1,024 µs");
    MESH_ID = Field::moving("wlan.mesh.id", Value::Text).repeats().label("Mesh name").doc("IEEE 802.11-2020 §9.4.2.98", "The mesh network's name: up to 32 bytes of any kind");
    EXTENDED = Field::moving("wlan.extcap", Value::Uint).hex_wide(2).repeats().label("Extended capabilities").doc("IEEE 802.11-2020 §9.4.2.26", "Eight capabilities; the first byte holds the first eight");
    MEASUREMENT = Field::moving("wlan.rmcap", Value::Uint).hex_wide(2).repeats().label("Radio measurement capabilities").doc("IEEE 802.11-2020 §9.4.2.44", "Eight capabilities; the first byte holds the first eight");
    EXT_TAG = Field::group("wlan.ext_tag").repeats().label("Element").doc("IEEE 802.11-2020 §9.4.2.1", "One parameter, with an extended number");
    EXT_LENGTH = Field::moving("wlan.ext_tag.length", Value::Uint).repeats().unit("bytes").label("Length").doc("IEEE 802.11-2020 §9.4.2.1", "Of the information, without the extended number: 1 less than the byte says");
    EXT_NUMBER = Field::moving("wlan.ext_tag.number", Value::Uint).names(extension_name).repeats().label("Extended number").doc("IEEE 802.11-2020 §9.4.2.1", "Which element it is, among those for which there was no number left");
    DATA = Field::moving("wlan.tag.data", Value::Bytes).repeats().label("Information").doc("IEEE 802.11-2020 §9.4.2.1", "Of an element that is not decoded further");
}

static CSA_MODES: &[(u64, &str)] = &[(0, "stations may go on sending"), (1, "stations must be silent until then")];
static ENVIRONMENTS: &[(u64, &str)] = &[
    (0x20, "any"),
    (0x4f, "outdoor only"),
    (0x49, "indoor only"),
    (0x58, "no country"),
    (1, "operating classes of Table E-1 (United States)"),
    (2, "operating classes of Table E-2 (Europe)"),
    (3, "operating classes of Table E-3 (Japan)"),
    (4, "global operating classes (Table E-4)"),
];
static SECONDARIES: &[(u64, &str)] = &[(0, "none"), (1, "above the primary one"), (3, "below the primary one")];
static TIMEOUTS: &[(u64, &str)] = &[
    (1, "until the reassociation must be done"),
    (2, "key lifetime"),
    (3, "until the association may be tried again"),
];

/// This number says that the first byte of the information is the number.
const EXTENDED_NUMBER: u8 = 255;

/// Puts elements; `all` is the rest of the frame.
pub fn walk<S: Sink>(s: &mut S, all: &Tlv<'_>) {
    if !S::ON || all.data.is_empty() {
        return;
    }
    s.open(&ALL, all.bit(0));
    let mut at = 0;
    while at < all.wire && s.room() {
        let left = all.part(at, all.wire);
        let Some(number) = left.byte(0) else { break };
        let length = left.byte(1).map(u32::from);
        let wire = length.map_or(1, |n| n + 2);
        let tag = left.part(0, wire.max(2));
        let extended = number == EXTENDED_NUMBER;
        s.open(if extended { &EXT_TAG } else { &TAG }, tag.bit(0));
        tag.row(s, &NUMBER);
        match length.filter(|n| extended && *n > 0) {
            Some(n) => s.uint(&EXT_LENGTH, tag.bit(1), 8, u64::from(n - 1)),
            None => tag.row(s, &LENGTH),
        }
        if left.wire < 2 {
            s.note(
                NoteKind::Bad,
                format_args!("an element has at least 2 bytes (IEEE 802.11-2020 §9.4.2.1): 2 expected, 1 found"),
            );
        } else if wire > left.wire {
            let rule = "an element ends within its frame (IEEE 802.11-2020 §9.4.2.1)";
            let room = left.wire;
            s.note(NoteKind::Bad, format_args!("{rule}: at most {room} bytes expected, {wire} found"));
        }
        if length.is_some() {
            put(s, number, &tag.part(2, tag.wire));
        }
        s.close(tag.bit(tag.wire));
        at += tag.wire.max(2);
    }
    s.close(all.bit(all.wire));
}

/// Puts the information of one element.
fn put<S: Sink>(s: &mut S, number: u8, v: &Tlv<'_>) {
    let read = match number {
        0 => all(s, v, &SSID),
        1 => bytes(s, v, &RATE),
        3 => one(s, v, &CHANNEL, 1),
        5 => tim(s, v),
        6 => one(s, v, &ATIM, 2),
        7 => country(s, v),
        11 if v.wire == 5 => {
            s.derived(&LOAD_VERSION, 2);
            v.fixed(s, LOAD);
            5
        }
        16 => all(s, v, &CHALLENGE),
        32 => one(s, v, &CONSTRAINT, 1),
        33 => two_signed(s, v, &POWER_MIN, &POWER_MAX),
        35 => two_signed(s, v, &SENT_POWER, &MARGIN),
        36 => channels(s, v),
        37 => rows(s, v, CSA, 3),
        40 => rows(s, v, QUIET, 6),
        42 | 47 => rows(s, v, ERP, 1),
        45 => wlan_ht::ht_capabilities(s, v),
        48 => wlan_rsn::rsn(s, v),
        50 => bytes(s, v, &EXTENDED_RATE),
        54 => rows(s, v, MOBILITY, 3),
        56 => {
            v.uint(s, &TIMEOUT_TYPE, 0, 1);
            v.part(1, 4).uint_le(s, &TIMEOUT, 0, 4);
            5
        }
        61 => wlan_ht::ht_operation(s, v),
        62 => one(s, v, &SECONDARY, 1),
        70 => bytes(s, v, &MEASUREMENT),
        90 => one(s, v, &IDLE, 2),
        113 => rows(s, v, MESH_CONFIG, 7),
        114 => all(s, v, &MESH_ID),
        127 => bytes(s, v, &EXTENDED),
        191 => wlan_ht::vht_capabilities(s, v),
        192 => wlan_ht::vht_operation(s, v),
        221 => wlan_rsn::vendor(s, v),
        255 => one(s, v, &EXT_NUMBER, 1),
        _ => 0,
    };
    v.rest(s, &DATA, read);
}

/// Puts everything as one field.
fn all<S: Sink>(s: &mut S, v: &Tlv<'_>, field: &'static Field) -> u32 {
    v.rest(s, field, 0);
    v.wire
}

/// Puts a little-endian number at the beginning.
fn one<S: Sink>(s: &mut S, v: &Tlv<'_>, field: &'static Field, bytes: u32) -> u32 {
    if v.wire < bytes {
        return 0;
    }
    v.uint_le(s, field, 0, bytes);
    bytes
}

/// Puts every byte as a number.
fn bytes<S: Sink>(s: &mut S, v: &Tlv<'_>, field: &'static Field) -> u32 {
    for at in 0..v.wire {
        v.uint(s, field, at, 1);
    }
    v.wire
}

/// Puts rows at fixed places at the beginning.
fn rows<S: Sink>(s: &mut S, v: &Tlv<'_>, table: crate::field::Table, wire: u32) -> u32 {
    if v.wire < wire {
        s.note(NoteKind::Bad, format_args!("the element has {} bytes, its fields need {wire}", v.wire));
        return 0;
    }
    v.fixed(s, table);
    wire
}

fn two_signed<S: Sink>(s: &mut S, v: &Tlv<'_>, first: &'static Field, second: &'static Field) -> u32 {
    for (at, field) in [(0, first), (1, second)] {
        if let Some(byte) = v.byte(at) {
            s.uint(field, v.bit(at), 8, i64::from(byte as i8) as u64);
        }
    }
    2
}

fn tim<S: Sink>(s: &mut S, v: &Tlv<'_>) -> u32 {
    if rows(s, v, TIM, 3) == 0 {
        return 0;
    }
    v.rest(s, &BITMAP, 3);
    let Some(first) = v.byte(2).map(|control| u64::from(control & 0xfe) * 8) else { return v.wire };
    if v.data.len() < v.wire as usize {
        return v.wire;
    }
    for (index, byte) in v.data.iter().skip(3).enumerate() {
        for bit in (0..8).filter(|bit| byte >> bit & 1 != 0) {
            s.derived(&TIM_AID, first + index as u64 * 8 + bit);
        }
    }
    v.wire
}

/// From here on, the first byte of a triplet is no channel (§9.4.2.8).
const FIRST_EXTENSION: u8 = 201;

fn country<S: Sink>(s: &mut S, v: &Tlv<'_>) -> u32 {
    v.span(s, &COUNTRY, 0, 2);
    v.uint(s, &ENVIRONMENT, 2, 1);
    let mut at = 3;
    while at + 3 <= v.wire && s.room() {
        let triplet = v.part(at, 3);
        let Some(first) = triplet.byte(0) else { return v.wire };
        if first < FIRST_EXTENSION {
            s.open(&RANGE, triplet.bit(0));
            triplet.fixed(s, COUNTRY_TRIPLET);
        } else {
            s.open(&CLASS, triplet.bit(0));
            for (at, field) in [(0, &CLASS_ID), (1, &CLASS_CLASS), (2, &CLASS_COVERAGE)] {
                triplet.uint(s, field, at, 1);
            }
        }
        s.close(triplet.bit(3));
        at += 3;
    }
    v.rest(s, &COUNTRY_PAD, at);
    v.wire
}

fn channels<S: Sink>(s: &mut S, v: &Tlv<'_>) -> u32 {
    let mut at = 0;
    while at + 2 <= v.wire && s.room() {
        let range = v.part(at, 2);
        if range.data.is_empty() {
            return v.wire;
        }
        s.open(&CHANNELS, range.bit(0));
        range.uint(s, &CHANNELS_FIRST, 0, 1);
        range.uint(s, &CHANNELS_COUNT, 1, 1);
        s.close(range.bit(2));
        at += 2;
    }
    at
}

fn explain_dtim(around: &Around<'_>, out: &mut Text) {
    if around.value == 0 {
        out.lit("group traffic follows this beacon, if there is any");
    }
}

fn explain_utilization(around: &Around<'_>, out: &mut Text) {
    out.lit("busy for about ").num(around.value * 100 / 255).lit(" % of the time");
}

fn explain_ssid(around: &Around<'_>, out: &mut Text) {
    if around.bytes.iter().all(|b| *b == 0) {
        out.lit("hidden: as many zeros as the name is long");
    } else {
        out.ch('"').untrusted(around.bytes).ch('"');
    }
}

fn explain_rate(around: &Around<'_>, out: &mut Text) {
    let rate = around.value & 0x7f;
    match around.value {
        // BSS membership selectors (§9.4.2.3): no rates, but conditions for joining.
        0xff => out.lit("no rate: a station must have HT (802.11n) to join"),
        0xfe => out.lit("no rate: a station must have VHT (802.11ac) to join"),
        0xfd => out.lit("no rate: a station must have GLK to join"),
        0xfc => out.lit("no rate: a station must have EPD to join"),
        0xfb => out.lit("no rate: a station must hash SAE passwords to elements to join"),
        0xfa => out.lit("no rate: a station must have HE (802.11ax) to join"),
        value => {
            out.num(rate / 2).ch('.').num(rate % 2 * 5).lit(" Mb/s");
            out.lit(if value & 0x80 != 0 { ", which every station must have" } else { "" })
        }
    };
}
