//! Per-Packet Information (PPI, CACE Technologies, version 1.0.10): a header before captured frames of any link type,
//! as a rule of 802.11.
//!
//! ```text
//! |    Version    |     Flags     |            Length             |
//! |                           Link type                           |
//! |          Field type           |         Field length          |
//! ```
//!
//! Numbers have their least significant byte first.

use crate::capture::{LinkType, link_name};
use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Trailer, Unit};
use crate::field::{Field, Kind};
use crate::input::{Bad, Input, Stop};
use crate::proto::shared::tlv::Tlv;
use crate::proto::shared::wlan::wlan_radio::{self, FCS_LEN, FCS_ROWS, RADIO_ROWS, Radio};
use crate::sink::{NoteKind, Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEADER:
    VERSION = Field::uint("ppi.version", 0, 8).label("Version").doc("PPI 1.0.10 §3.1", "0");
    FLAGS = Field::uint("ppi.flags", 8, 8).hex().label("Flags").doc("PPI 1.0.10 §3.1", "How the fields stand");
    RESERVED = Field::uint("ppi.flags.reserved", 8, 7).hex().part_of("ppi.flags").label("Reserved").doc("PPI 1.0.10 §3.1", "Must be 0");
    ALIGNED = Field::flag("ppi.flags.alignment", 15).part_of("ppi.flags").label("Aligned").doc("PPI 1.0.10 §3.1", "1: every field begins at a multiple of 4 bytes");
    LENGTH = Field::little("ppi.length", 16, 16).unit("bytes").label("Length").doc("PPI 1.0.10 §3.1", "Of the header and its fields; the frame follows");
    DLT = Field::little("ppi.dlt", 32, 32).names(link).label("Link type").doc("PPI 1.0.10 §3.1", "Which kind of frame follows");
}

crate::fields! { HEAD:
    TYPE = Field::little("ppi.field_type", 0, 16).repeats().values(TYPES).label("Field").doc("PPI 1.0.10 §3.2", "Which field it is");
    SIZE = Field::little("ppi.field_len", 16, 16).repeats().unit("bytes").label("Length").doc("PPI 1.0.10 §3.2", "Of what follows");
}

crate::fields! { COMMON:
    TSFT = Field::little("ppi.80211-common.tsft", 32, 64).label("Timestamp").doc("PPI 1.0.10 §4.1.2", "The clock of the network, in µs, or in ms if a flag says so");
    C_FLAGS = Field::little("ppi.80211-common.flags", 96, 16).hex().label("Flags").doc("PPI 1.0.10 §4.1.2", "What the capture holds of the frame");
    C_FCS = Field::little_flag("ppi.80211-common.flags.fcs", 96, 0).part_of("ppi.80211-common.flags").label("Frame check sequence").doc("PPI 1.0.10 §4.1.2", "1: the capture holds it, at the end");
    C_TSFT = Field::little_flag("ppi.80211-common.flags.tsft", 96, 1).part_of("ppi.80211-common.flags").label("Timestamp in ms").doc("PPI 1.0.10 §4.1.2", "0: in µs");
    C_FCS_INVALID = Field::little_flag("ppi.80211-common.flags.fcs-invalid", 96, 2).part_of("ppi.80211-common.flags").label("Frame damaged").doc("PPI 1.0.10 §4.1.2", "1: the frame check sequence was wrong");
    C_PHY_ERR = Field::little_flag("ppi.80211-common.flags.phy-err", 96, 3).part_of("ppi.80211-common.flags").label("Receiver error").doc("PPI 1.0.10 §4.1.2", "1: the receiver lost the signal");
    C_RATE = Field::little("ppi.80211-common.rate", 112, 16).scale(500).unit("kb/s").label("Rate").doc("PPI 1.0.10 §4.1.2", "Data rate");
    C_FREQ = Field::little("ppi.80211-common.chan.freq", 128, 16).unit("MHz").explain(wlan_radio::explain_frequency).label("Frequency").doc("PPI 1.0.10 §4.1.2", "Centre of the channel");
    C_CHAN = Field::little("ppi.80211-common.chan.flags", 144, 16).hex().label("Channel flags").doc("PPI 1.0.10 §4.1.2", "Band and modulation");
    C_TURBO = Field::little_flag("ppi.80211-common.chan.flags.turbo", 144, 4).part_of("ppi.80211-common.chan.flags").label("Turbo").doc("PPI 1.0.10 §4.1.2", "1: twice as fast (Atheros)");
    C_CCK = Field::little_flag("ppi.80211-common.chan.flags.cck", 144, 5).part_of("ppi.80211-common.chan.flags").label("CCK").doc("PPI 1.0.10 §4.1.2", "1: rates of 802.11b");
    C_OFDM = Field::little_flag("ppi.80211-common.chan.flags.ofdm", 144, 6).part_of("ppi.80211-common.chan.flags").label("OFDM").doc("PPI 1.0.10 §4.1.2", "1: rates of 802.11a or g");
    C_2GHZ = Field::little_flag("ppi.80211-common.chan.flags.2ghz", 144, 7).part_of("ppi.80211-common.chan.flags").label("2 GHz").doc("PPI 1.0.10 §4.1.2", "1: a channel of the 2.4 GHz band");
    C_5GHZ = Field::little_flag("ppi.80211-common.chan.flags.5ghz", 144, 8).part_of("ppi.80211-common.chan.flags").label("5 GHz").doc("PPI 1.0.10 §4.1.2", "1: a channel of the 5 GHz band");
    C_PASSIVE = Field::little_flag("ppi.80211-common.chan.flags.passive", 144, 9).part_of("ppi.80211-common.chan.flags").label("Passive").doc("PPI 1.0.10 §4.1.2", "1: only listening is allowed");
    C_DYNAMIC = Field::little_flag("ppi.80211-common.chan.flags.dynamic", 144, 10).part_of("ppi.80211-common.chan.flags").label("CCK or OFDM").doc("PPI 1.0.10 §4.1.2", "1: rates of 802.11b and g");
    C_GFSK = Field::little_flag("ppi.80211-common.chan.flags.gfsk", 144, 11).part_of("ppi.80211-common.chan.flags").label("GFSK").doc("PPI 1.0.10 §4.1.2", "1: frequency hopping");
    C_HOPSET = Field::uint("ppi.80211-common.fhss.hopset", 160, 8).hex().label("Hop set").doc("PPI 1.0.10 §4.1.2", "Of frequency hopping");
    C_PATTERN = Field::uint("ppi.80211-common.fhss.pattern", 168, 8).hex().label("Hop pattern").doc("PPI 1.0.10 §4.1.2", "Of frequency hopping");
    C_SIGNAL = Field::uint("ppi.80211-common.dbm.antsignal", 176, 8).signed().unit("dBm").explain(wlan_radio::explain_signal).label("Signal").doc("PPI 1.0.10 §4.1.2", "How strong the frame arrived");
    C_NOISE = Field::uint("ppi.80211-common.dbm.antnoise", 184, 8).signed().unit("dBm").label("Noise").doc("PPI 1.0.10 §4.1.2", "How strong everything else was");
}

crate::fields! { MAC:
    M_FLAGS = Field::little("ppi.80211n-mac.flags", 32, 32).hex().repeats().label("802.11n flags").doc("PPI 1.0.10 §4.1.3", "How the frame was sent");
    M_GREENFIELD = Field::little_flag("ppi.80211n-mac.flags.greenfield", 32, 0).part_of("ppi.80211n-mac.flags").repeats().label("Greenfield").doc("PPI 1.0.10 §4.1.3", "1: without the old preamble");
    M_HT20_40 = Field::little_flag("ppi.80211n-mac.flags.ht20_40", 32, 1).part_of("ppi.80211n-mac.flags").repeats().label("40 MHz").doc("PPI 1.0.10 §4.1.3", "0: 20 MHz");
    M_RX_SHORT_GUARD_INTERVAL = Field::little_flag("ppi.80211n-mac.flags.rx.short_guard_interval", 32, 2).part_of("ppi.80211n-mac.flags").repeats().label("Short guard interval").doc("PPI 1.0.10 §4.1.3", "1: 400 ns between symbols");
    M_RX_DUPLICATE = Field::little_flag("ppi.80211n-mac.flags.rx.duplicate", 32, 3).part_of("ppi.80211n-mac.flags").repeats().label("Duplicate").doc("PPI 1.0.10 §4.1.3", "1: both halves of 40 MHz held the same");
    M_AGG = Field::little_flag("ppi.80211n-mac.flags.agg", 32, 4).part_of("ppi.80211n-mac.flags").repeats().label("Aggregate").doc("PPI 1.0.10 §4.1.3", "1: the frame is part of one");
    M_MORE_AGG = Field::little_flag("ppi.80211n-mac.flags.more_agg", 32, 5).part_of("ppi.80211n-mac.flags").repeats().label("More of the aggregate").doc("PPI 1.0.10 §4.1.3", "1: further frames follow");
    M_DELIM_CRC_ERROR_AFTER = Field::little_flag("ppi.80211n-mac.flags.delim_crc_error_after", 32, 6).part_of("ppi.80211n-mac.flags").repeats().label("Delimiter damaged").doc("PPI 1.0.10 §4.1.3", "1: the one behind the frame");
    M_ID = Field::little("ppi.80211n-mac.ampdu_id", 64, 32).hex().repeats().label("Aggregate").doc("PPI 1.0.10 §4.1.3", "The same for all frames of one aggregate");
    M_DELIMITERS = Field::uint("ppi.80211n-mac.num_delimiters", 96, 8).repeats().label("Delimiters").doc("PPI 1.0.10 §4.1.3", "How many empty ones follow the frame");
    M_RESERVED = Field::uint("ppi.80211n-mac.reserved", 104, 24).hex().repeats().label("Reserved").doc("PPI 1.0.10 §4.1.3", "Must be 0");
}

crate::fields! { MAC_PHY:
    P_FLAGS = Field::little("ppi.80211n-mac.flags", 32, 32).hex().repeats().label("802.11n flags").doc("PPI 1.0.10 §4.1.4", "How the frame was sent");
    P_GREENFIELD = Field::little_flag("ppi.80211n-mac.flags.greenfield", 32, 0).part_of("ppi.80211n-mac.flags").repeats().label("Greenfield").doc("PPI 1.0.10 §4.1.4", "1: without the old preamble");
    P_HT20_40 = Field::little_flag("ppi.80211n-mac.flags.ht20_40", 32, 1).part_of("ppi.80211n-mac.flags").repeats().label("40 MHz").doc("PPI 1.0.10 §4.1.4", "0: 20 MHz");
    P_RX_SHORT_GUARD_INTERVAL = Field::little_flag("ppi.80211n-mac.flags.rx.short_guard_interval", 32, 2).part_of("ppi.80211n-mac.flags").repeats().label("Short guard interval").doc("PPI 1.0.10 §4.1.4", "1: 400 ns between symbols");
    P_RX_DUPLICATE = Field::little_flag("ppi.80211n-mac.flags.rx.duplicate", 32, 3).part_of("ppi.80211n-mac.flags").repeats().label("Duplicate").doc("PPI 1.0.10 §4.1.4", "1: both halves of 40 MHz held the same");
    P_AGG = Field::little_flag("ppi.80211n-mac.flags.agg", 32, 4).part_of("ppi.80211n-mac.flags").repeats().label("Aggregate").doc("PPI 1.0.10 §4.1.4", "1: the frame is part of one");
    P_MORE_AGG = Field::little_flag("ppi.80211n-mac.flags.more_agg", 32, 5).part_of("ppi.80211n-mac.flags").repeats().label("More of the aggregate").doc("PPI 1.0.10 §4.1.4", "1: further frames follow");
    P_DELIM_CRC_ERROR_AFTER = Field::little_flag("ppi.80211n-mac.flags.delim_crc_error_after", 32, 6).part_of("ppi.80211n-mac.flags").repeats().label("Delimiter damaged").doc("PPI 1.0.10 §4.1.4", "1: the one behind the frame");
    P_ID = Field::little("ppi.80211n-mac.ampdu_id", 64, 32).hex().repeats().label("Aggregate").doc("PPI 1.0.10 §4.1.4", "The same for all frames of one aggregate");
    P_DELIMITERS = Field::uint("ppi.80211n-mac.num_delimiters", 96, 8).repeats().label("Delimiters").doc("PPI 1.0.10 §4.1.4", "How many empty ones follow the frame");
    P_MCS = Field::uint("ppi.80211n-mac-phy.mcs", 104, 8).label("MCS").doc("PPI 1.0.10 §4.1.4", "Modulation and coding scheme");
    P_STREAMS = Field::uint("ppi.80211n-mac-phy.num_streams", 112, 8).label("Streams").doc("PPI 1.0.10 §4.1.4", "Spatial streams");
    P_RSSI = Field::uint("ppi.80211n-mac-phy.rssi.combined", 120, 8).label("Signal, combined").doc("PPI 1.0.10 §4.1.4", "Of all antennas; 255: not known");
    P_RSSI_0CTL = Field::uint("ppi.80211n-mac-phy.rssi.ant0ctl", 128, 8).label("Signal, antenna 0, control channel").doc("PPI 1.0.10 §4.1.4", "255: not known");
    P_RSSI_1CTL = Field::uint("ppi.80211n-mac-phy.rssi.ant1ctl", 136, 8).label("Signal, antenna 1, control channel").doc("PPI 1.0.10 §4.1.4", "255: not known");
    P_RSSI_2CTL = Field::uint("ppi.80211n-mac-phy.rssi.ant2ctl", 144, 8).label("Signal, antenna 2, control channel").doc("PPI 1.0.10 §4.1.4", "255: not known");
    P_RSSI_3CTL = Field::uint("ppi.80211n-mac-phy.rssi.ant3ctl", 152, 8).label("Signal, antenna 3, control channel").doc("PPI 1.0.10 §4.1.4", "255: not known");
    P_RSSI_0EXT = Field::uint("ppi.80211n-mac-phy.rssi.ant0ext", 160, 8).label("Signal, antenna 0, extension channel").doc("PPI 1.0.10 §4.1.4", "255: not known");
    P_RSSI_1EXT = Field::uint("ppi.80211n-mac-phy.rssi.ant1ext", 168, 8).label("Signal, antenna 1, extension channel").doc("PPI 1.0.10 §4.1.4", "255: not known");
    P_RSSI_2EXT = Field::uint("ppi.80211n-mac-phy.rssi.ant2ext", 176, 8).label("Signal, antenna 2, extension channel").doc("PPI 1.0.10 §4.1.4", "255: not known");
    P_RSSI_3EXT = Field::uint("ppi.80211n-mac-phy.rssi.ant3ext", 184, 8).label("Signal, antenna 3, extension channel").doc("PPI 1.0.10 §4.1.4", "255: not known");
    P_EXT_FREQ = Field::little("ppi.80211-mac-phy.ext-chan.freq", 192, 16).unit("MHz").label("Extension channel").doc("PPI 1.0.10 §4.1.4", "Centre of the second 20 MHz");
    P_EXT_FLAGS = Field::little("ppi.80211-mac-phy.ext-chan.flags", 208, 16).hex().label("Extension channel flags").doc("PPI 1.0.10 §4.1.4", "Band and modulation");
    P_EXT_TURBO = Field::little_flag("ppi.80211-mac-phy.ext-chan.flags.turbo", 208, 4).part_of("ppi.80211-mac-phy.ext-chan.flags").label("Turbo").doc("PPI 1.0.10 §4.1.4", "1: twice as fast (Atheros)");
    P_EXT_CCK = Field::little_flag("ppi.80211-mac-phy.ext-chan.flags.cck", 208, 5).part_of("ppi.80211-mac-phy.ext-chan.flags").label("CCK").doc("PPI 1.0.10 §4.1.4", "1: rates of 802.11b");
    P_EXT_OFDM = Field::little_flag("ppi.80211-mac-phy.ext-chan.flags.ofdm", 208, 6).part_of("ppi.80211-mac-phy.ext-chan.flags").label("OFDM").doc("PPI 1.0.10 §4.1.4", "1: rates of 802.11a or g");
    P_EXT_2GHZ = Field::little_flag("ppi.80211-mac-phy.ext-chan.flags.2ghz", 208, 7).part_of("ppi.80211-mac-phy.ext-chan.flags").label("2 GHz").doc("PPI 1.0.10 §4.1.4", "1: a channel of the 2.4 GHz band");
    P_EXT_5GHZ = Field::little_flag("ppi.80211-mac-phy.ext-chan.flags.5ghz", 208, 8).part_of("ppi.80211-mac-phy.ext-chan.flags").label("5 GHz").doc("PPI 1.0.10 §4.1.4", "1: a channel of the 5 GHz band");
    P_EXT_PASSIVE = Field::little_flag("ppi.80211-mac-phy.ext-chan.flags.passive", 208, 9).part_of("ppi.80211-mac-phy.ext-chan.flags").label("Passive").doc("PPI 1.0.10 §4.1.4", "1: only listening is allowed");
    P_EXT_DYNAMIC = Field::little_flag("ppi.80211-mac-phy.ext-chan.flags.dynamic", 208, 10).part_of("ppi.80211-mac-phy.ext-chan.flags").label("CCK or OFDM").doc("PPI 1.0.10 §4.1.4", "1: rates of 802.11b and g");
    P_EXT_GFSK = Field::little_flag("ppi.80211-mac-phy.ext-chan.flags.gfsk", 208, 11).part_of("ppi.80211-mac-phy.ext-chan.flags").label("GFSK").doc("PPI 1.0.10 §4.1.4", "1: frequency hopping");
    P_SIGNAL0 = Field::uint("ppi.80211n-mac-phy.dbmant0.signal", 224, 8).signed().unit("dBm").label("Signal, antenna 0").doc("PPI 1.0.10 §4.1.4", "How strong the frame arrived there");
    P_NOISE0 = Field::uint("ppi.80211n-mac-phy.dbmant0.noise", 232, 8).signed().unit("dBm").label("Noise, antenna 0").doc("PPI 1.0.10 §4.1.4", "How strong everything else was there");
    P_SIGNAL1 = Field::uint("ppi.80211n-mac-phy.dbmant1.signal", 240, 8).signed().unit("dBm").label("Signal, antenna 1").doc("PPI 1.0.10 §4.1.4", "How strong the frame arrived there");
    P_NOISE1 = Field::uint("ppi.80211n-mac-phy.dbmant1.noise", 248, 8).signed().unit("dBm").label("Noise, antenna 1").doc("PPI 1.0.10 §4.1.4", "How strong everything else was there");
    P_SIGNAL2 = Field::uint("ppi.80211n-mac-phy.dbmant2.signal", 256, 8).signed().unit("dBm").label("Signal, antenna 2").doc("PPI 1.0.10 §4.1.4", "How strong the frame arrived there");
    P_NOISE2 = Field::uint("ppi.80211n-mac-phy.dbmant2.noise", 264, 8).signed().unit("dBm").label("Noise, antenna 2").doc("PPI 1.0.10 §4.1.4", "How strong everything else was there");
    P_SIGNAL3 = Field::uint("ppi.80211n-mac-phy.dbmant3.signal", 272, 8).signed().unit("dBm").label("Signal, antenna 3").doc("PPI 1.0.10 §4.1.4", "How strong the frame arrived there");
    P_NOISE3 = Field::uint("ppi.80211n-mac-phy.dbmant3.noise", 280, 8).signed().unit("dBm").label("Noise, antenna 3").doc("PPI 1.0.10 §4.1.4", "How strong everything else was there");
    P_EVM0 = Field::little("ppi.80211n-mac-phy.evm0", 288, 32).label("Error vector, stream 0").doc("PPI 1.0.10 §4.1.4", "How far the symbols were off");
    P_EVM1 = Field::little("ppi.80211n-mac-phy.evm1", 320, 32).label("Error vector, stream 1").doc("PPI 1.0.10 §4.1.4", "How far the symbols were off");
    P_EVM2 = Field::little("ppi.80211n-mac-phy.evm2", 352, 32).label("Error vector, stream 2").doc("PPI 1.0.10 §4.1.4", "How far the symbols were off");
    P_EVM3 = Field::little("ppi.80211n-mac-phy.evm3", 384, 32).label("Error vector, stream 3").doc("PPI 1.0.10 §4.1.4", "How far the symbols were off");
}

crate::fields! { AGGREGATION:
    INTERFACE = Field::little("ppi.aggregation_extension.interface_id", 32, 32).label("Interface").doc("PPI 1.0.10 §4.1.8", "Which one of several the frame comes from");
}

crate::fields! { ETHERNET:
    E_FLAGS = Field::little("ppi.8023_extension.flags", 32, 32).hex().label("Ethernet flags").doc("PPI 1.0.10 §4.1.9", "What the capture holds of the frame");
    E_FCS = Field::little_flag("ppi.8023_extension.flags.fcs_present", 32, 0).part_of("ppi.8023_extension.flags").label("Frame check sequence").doc("PPI 1.0.10 §4.1.9", "1: the capture holds it");
    E_ERRORS = Field::little("ppi.8023_extension.errors", 64, 32).hex().label("Ethernet errors").doc("PPI 1.0.10 §4.1.9", "What was wrong with the frame");
    E_ERR_FCS = Field::little_flag("ppi.8023_extension.errors.fcs", 64, 0).part_of("ppi.8023_extension.errors").label("Frame check sequence error").doc("PPI 1.0.10 §4.1.9", "1: there was one");
    E_ERR_SEQUENCE = Field::little_flag("ppi.8023_extension.errors.sequence", 64, 1).part_of("ppi.8023_extension.errors").label("Sequence error").doc("PPI 1.0.10 §4.1.9", "1: there was one");
    E_ERR_SYMBOL = Field::little_flag("ppi.8023_extension.errors.symbol", 64, 2).part_of("ppi.8023_extension.errors").label("Symbol error").doc("PPI 1.0.10 §4.1.9", "1: there was one");
    E_ERR_DATA = Field::little_flag("ppi.8023_extension.errors.data", 64, 3).part_of("ppi.8023_extension.errors").label("Data error").doc("PPI 1.0.10 §4.1.9", "1: there was one");
}

crate::fields! { MOVING:
    FIELD = Field::group("ppi.field").repeats().label("Field").doc("PPI 1.0.10 §3.2", "One field");
    SPECTRUM = Field::moving("ppi.spectrum-map", Kind::Bytes).repeats().label("Spectrum map").doc("PPI 1.0.10 §4.1.5", "Strengths over a range of frequencies, with type and length");
    PROCESS = Field::moving("ppi.proc-info", Kind::Bytes).repeats().label("Process").doc("PPI 1.0.10 §4.1.6", "Who sent the frame on this host, with type and length");
    CAPTURE = Field::moving("ppi.cap-info", Kind::Bytes).repeats().label("Capture information").doc("PPI 1.0.10 §4.1.7", "About the capture, with type and length");
    DATA = Field::moving("ppi.field_data", Kind::Bytes).repeats().label("Data").doc("PPI 1.0.10 §3.2", "Of a field that is not decoded further");
}

static TYPES: &[(u64, &str)] = &[
    (2, "802.11 common"),
    (3, "802.11n MAC"),
    (4, "802.11n MAC and PHY"),
    (5, "spectrum map"),
    (6, "process information"),
    (7, "capture information"),
    (8, "aggregation"),
    (9, "802.3"),
    (30_002, "GPS"),
    (30_003, "vector"),
    (30_004, "sensor"),
    (30_005, "antenna"),
];

/// PPI.
pub static PPI: Protocol = Protocol {
    name: "ppi",
    title: "Per-Packet Information",
    spec: "PPI 1.0.10",
    scope: "The header and the fields for 802.11, 802.11n, 802.3 and aggregation; the frame check sequence behind 802.11 \
            frames, compared. Not: GPS, antennas, spectrum maps and other fields, which are shown as bytes.",
    unit: Unit::Header,
    tables: &[HEADER, HEAD, COMMON, MAC, MAC_PHY, AGGREGATION, ETHERNET, MOVING, RADIO_ROWS, FCS_ROWS],
    keys: &[(Space::Link, 192)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    // Wireshark counts what it works out of the header as a protocol.
    counted_as: Some(|header| Some(if link_type(header) == u32::from(WLAN) { "wlan_radio" } else { "pcap_pktdata" })),
    trailer: Some(trailer),
    ..Protocol::NONE
};

/// The link type of 802.11.
const WLAN: u16 = 105;

fn link(value: u64) -> Option<&'static str> {
    u16::try_from(value).ok().and_then(|link| link_name(LinkType(link)))
}

fn link_type(header: &[u8]) -> u32 {
    header.get(4..).and_then(<[u8]>::first_chunk::<4>).map_or(0, |b| u32::from_le_bytes(*b))
}

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let head = input.header::<8, S>(s, HEADER)?;
    let length = LENGTH.get(head) as u32;
    if length < 8 {
        let rule = "the header has at least 8 bytes (PPI 1.0.10 §3.1)";
        return Err(Stop::Bad(Bad { rule, expected: 8, found: length }));
    }
    let whole = Tlv::new(input.data, input.base, 0, length.min(input.wire));
    if S::ON {
        let mut at = 8;
        while at < whole.wire && s.room() {
            at = field(s, &whole, at);
        }
    }
    let header = input.upto(length)?;
    if S::ON {
        radio(header).put(s);
    }
    let dlt = link_type(header);
    let fcs = if dlt == u32::from(WLAN) && has_fcs(header) && input.wire - length >= FCS_LEN { FCS_LEN } else { 0 };
    let next = match u16::try_from(dlt) {
        Ok(link) => Next::Key(Space::Link, link),
        Err(_) => Next::Opaque("a link type that does not exist"),
    };
    Ok(Step::new(&input, length, input.wire - fcs, next))
}

/// Whether fields begin at multiples of 4 bytes.
fn is_aligned(header: &[u8]) -> bool {
    header.get(1).is_some_and(|flags| flags & 1 != 0)
}

/// The first field with this number, type and length included.
fn find(header: &[u8], wanted: u16) -> Option<&[u8]> {
    let mut left = header.get(8..)?;
    while let [a, b, c, d, ..] = left {
        let length = usize::from(u16::from_le_bytes([*c, *d])) + 4;
        if u16::from_le_bytes([*a, *b]) == wanted {
            return left.get(..length);
        }
        let step = if is_aligned(header) { length.next_multiple_of(4) } else { length };
        left = left.get(step..)?;
    }
    None
}

/// Length of the 802.11 common field.
const COMMON_LEN: usize = 24;
/// Length of the 802.11n MAC and PHY field.
const MAC_PHY_LEN: usize = 52;

fn has_fcs(header: &[u8]) -> bool {
    find(header, 2).filter(|f| f.len() >= COMMON_LEN).is_some_and(|f| C_FCS.get(f) != 0)
}

/// What the fields say of the reception.
fn radio(header: &[u8]) -> Radio {
    let mut radio = Radio::default();
    if let Some(f) = find(header, 2).filter(|f| f.len() >= COMMON_LEN) {
        let clock = TSFT.get(f);
        // Some cards count milliseconds; 0 is no time.
        radio.timestamp = Some(if C_TSFT.get(f) != 0 { clock.wrapping_mul(1_000) } else { clock }).filter(|t| *t != 0);
        radio.rate = Some(C_RATE.get(f) as f64 / 1_000.0).filter(|r| *r > 0.0);
        radio.frequency = Some(C_FREQ.get(f) as u16).filter(|f| *f != 0);
        radio.signal = Some(C_SIGNAL.get(f) as u8 as i8).filter(|v| *v != 0);
        radio.noise = Some(C_NOISE.get(f) as u8 as i8).filter(|v| *v != 0);
    }
    if let Some(f) = find(header, 4).filter(|f| f.len() >= MAC_PHY_LEN) {
        let (wide, short) = (P_HT20_40.get(f) != 0, P_RX_SHORT_GUARD_INTERVAL.get(f) != 0);
        radio.rate = wlan_radio::ht_rate(P_MCS.get(f) as u8, wide, short).or(radio.rate);
    }
    radio
}

/// Puts the field at `at`, and returns where the next one begins.
fn field<S: Sink>(s: &mut S, whole: &Tlv<'_>, at: u32) -> u32 {
    let left = whole.part(at, whole.wire);
    let Some([a, b, c, d]) = left.data.first_chunk::<4>().copied() else {
        if left.wire < 4 {
            let (rule, found) = ("a field has at least 4 bytes (PPI 1.0.10 §3.2)", left.wire);
            s.note(NoteKind::Bad, format_args!("{rule}: 4 expected, {found} found"));
        }
        return whole.wire;
    };
    let (kind, wire) = (u16::from_le_bytes([a, b]), u32::from(u16::from_le_bytes([c, d])) + 4);
    if wire > left.wire {
        let (rule, room) = ("a field ends within the header (PPI 1.0.10 §3.2)", left.wire);
        s.note(NoteKind::Bad, format_args!("{rule}: at most {room} bytes expected, {wire} found"));
    }
    let f = left.part(0, wire);
    let end = at.saturating_add(wire);
    let next = if is_aligned(whole.data) { end.next_multiple_of(4) } else { end };
    let bytes = match kind {
        5 => Some(&SPECTRUM),
        6 => Some(&PROCESS),
        7 => Some(&CAPTURE),
        _ => None,
    };
    if let Some(row) = bytes {
        f.rest(s, row, 0);
        return next;
    }
    s.open(&FIELD, f.bit(0));
    f.fixed(s, HEAD);
    let (table, size) = match kind {
        2 => (COMMON, 24),
        3 => (MAC, 16),
        4 => (MAC_PHY, 52),
        8 => (AGGREGATION, 8),
        9 => (ETHERNET, 12),
        _ => (MOVING, u32::MAX),
    };
    let mut read = 4;
    if size != u32::MAX && f.at_least(s, "a field has the length of its kind (PPI 1.0.10 §4.1)", size) {
        f.fixed(s, table);
        read = size;
    }
    f.rest(s, &DATA, read);
    s.close(f.bit(f.wire));
    next
}

fn trailer(t: Trailer<'_>, tree: &mut Tree) -> u32 {
    let Some(head) = t.layer.first_chunk::<8>() else { return t.end };
    let length = LENGTH.get(head) as u32;
    match t.layer.get(..length as usize) {
        Some(header) if link_type(header) == u32::from(WLAN) && has_fcs(header) => wlan_radio::fcs(&t, length, tree),
        _ => t.end,
    }
}

/// tcpdump says nothing of the header unless asked for link-level headers.
fn line(seen: &Seen<'_>, out: &mut Text) {
    if !seen.style.link {
        return;
    }
    out.lit("V.").num(VERSION.get(seen.header)).lit(" DLT ");
    match link(link_type(seen.header).into()) {
        Some(name) => out.lit(name).lit(" (").num(link_type(seen.header).into()).ch(')'),
        None => out.num(link_type(seen.header).into()),
    };
    out.lit(" len ").num(seen.header.len() as u64).lit(", length ").num(seen.outer.into()).lit(": ");
}
