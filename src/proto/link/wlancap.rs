//! The AVS capture header (AbsoluteValue Systems, versions 1 and 2) before frames of 802.11.
//!
//! ```text
//! |                    Magic (28 bits)                    |Version|
//! |                            Length                             |
//! |                         MAC time (64 bits)                    |
//! |                         Host time (64 bits)                   |
//! |                            PHY type                           |
//! |                 Channel, data rate, antenna …                 |
//! ```
//!
//! All numbers have their most significant byte first.

use crate::dissect::{Dissected, Next, Protocol, Space, Step, Unit, direct};
use crate::field::{Field, Kind};
use crate::input::{Bad, Input, Stop};
use crate::proto::shared::tlv::Tlv;
use crate::proto::shared::wlan::wlan_radio::{RADIO_ROWS, Radio, frequency};
use crate::sink::{Off, Sink};
use crate::tree::Tree;

crate::fields! { HEADER:
    MAGIC = Field::uint("wlancap.magic", 0, 28).hex().label("Magic").doc("AVS header", "0x8021100");
    VERSION = Field::uint("wlancap.version", 28, 4).label("Version").doc("AVS header", "1, or 2 with further fields at the end");
    LENGTH = Field::uint("wlancap.length", 32, 32).unit("bytes").label("Length").doc("AVS header", "Of the whole header; the 802.11 frame follows");
    MACTIME = Field::uint("wlancap.mactime", 64, 64).label("MAC time").doc("AVS header", "The clock of the network, in µs");
    HOSTTIME = Field::uint("wlancap.hosttime", 128, 64).label("Host time").doc("AVS header", "The clock of the host");
    PHYTYPE = Field::uint("wlancap.phytype", 192, 32).values(PHY_TYPES).label("PHY").doc("AVS header", "Which kind of radio");
}

crate::fields! { MIDDLE:
    ANTENNA = Field::uint("wlancap.antenna", 288, 32).label("Antenna").doc("AVS header", "Which one");
    PRIORITY = Field::uint("wlancap.priority", 320, 32).label("Priority").doc("AVS header", "Of the frame");
    SSI_TYPE = Field::uint("wlancap.ssi_type", 352, 32).values(SSI_TYPES).label("Unit of the signal").doc("AVS header", "How signal and noise are measured");
}

crate::fields! { END:
    PREAMBLE = Field::uint("wlancap.preamble", 448, 32).values(PREAMBLES).label("Preamble").doc("AVS header", "Of 802.11b");
    ENCODING = Field::uint("wlancap.encoding", 480, 32).values(ENCODINGS).label("Encoding").doc("AVS header", "Of 802.11b");
}

crate::fields! { SECOND:
    SEQUENCE = Field::uint("wlancap.sequence", 512, 32).label("Sequence").doc("AVS header", "Counts received frames");
    DROPS = Field::uint("wlancap.drops", 544, 32).label("Dropped").doc("AVS header", "Frames that were lost before this one");
    RECEIVER = Field::mac("wlancap.receiver_addr", 576).label("Receiver").doc("AVS header", "The station that captured");
    PADDING = Field::bytes("wlancap.padding", 624, 16).label("Padding").doc("AVS header", "Brings the header to a multiple of 4 bytes");
}

crate::fields! { MOVING:
    CHANNEL = Field::moving("wlancap.channel", Kind::Uint).label("Channel").doc("AVS header", "Its number");
    FREQUENCY = Field::moving("wlancap.channel_frequency", Kind::Uint).unit("MHz").label("Frequency").doc("AVS header", "Of the channel, in place of its number");
    HOP_SET = Field::moving("wlancap.fhss.hop_set", Kind::Uint).hex_wide(2).label("Hop set").doc("AVS header", "Of frequency hopping");
    HOP_PATTERN = Field::moving("wlancap.fhss.hop_pattern", Kind::Uint).hex_wide(2).label("Hop pattern").doc("AVS header", "Of frequency hopping");
    HOP_INDEX = Field::moving("wlancap.fhss.hop_index", Kind::Uint).hex_wide(2).label("Hop index").doc("AVS header", "Of frequency hopping");
    DATA_RATE = Field::moving("wlancap.data_rate", Kind::Uint).unit("b/s").label("Data rate").doc("AVS header", "Sent in units of 100 kb/s");
    SIGNAL_NORM = Field::moving("wlancap.normrssi_antsignal", Kind::Uint).label("Signal").doc("AVS header", "From 0 to 1,000");
    SIGNAL_DBM = Field::moving("wlancap.dbm_antsignal", Kind::Int).unit("dBm").label("Signal").doc("AVS header", "How strong the frame arrived");
    SIGNAL_RAW = Field::moving("wlancap.rawrssi_antsignal", Kind::Uint).label("Signal").doc("AVS header", "As the card measures it");
    NOISE_NORM = Field::moving("wlancap.normrssi_antnoise", Kind::Uint).label("Noise").doc("AVS header", "From 0 to 1,000");
    NOISE_DBM = Field::moving("wlancap.dbm_antnoise", Kind::Int).unit("dBm").label("Noise").doc("AVS header", "How strong everything else was");
    NOISE_RAW = Field::moving("wlancap.rawrssi_antnoise", Kind::Uint).label("Noise").doc("AVS header", "As the card measures it");
}

static PHY_TYPES: &[(u64, &str)] = &[
    (1, "frequency hopping (802.11)"),
    (2, "DSSS (802.11)"),
    (3, "infrared"),
    (4, "DSSS (802.11b)"),
    (5, "PBCC (802.11b)"),
    (6, "OFDM (802.11g)"),
    (7, "PBCC (802.11g)"),
    (8, "OFDM (802.11a)"),
];
static SSI_TYPES: &[(u64, &str)] = &[(0, "none"), (1, "normalized"), (2, "dBm"), (3, "raw")];
static PREAMBLES: &[(u64, &str)] = &[(0, "undefined"), (1, "short"), (2, "long")];
static ENCODINGS: &[(u64, &str)] =
    &[(0, "undefined"), (1, "CCK"), (2, "PBCC"), (3, "OFDM"), (4, "CCK-OFDM"), (5, "PBCC-OFDM")];

/// AVS capture header.
pub static WLANCAP: Protocol = Protocol {
    name: "wlancap",
    title: "AVS capture header",
    spec: "AVS header",
    scope: "Versions 1 and 2.",
    unit: Unit::Header,
    tables: &[HEADER, MIDDLE, END, SECOND, MOVING, RADIO_ROWS],
    keys: &[(Space::Link, 163)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    // Wireshark counts what it works out of the header as a protocol.
    counted_as: Some(|_| Some("wlan_radio")),
    ..Protocol::NONE
};

/// The least length: version 1.
const MIN: u32 = 64;
/// Length of version 2.
const LENGTH_2: u32 = 80;

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let head = input.header::<8, S>(s, HEADER)?;
    let length = LENGTH.get(head) as u32;
    if length < MIN {
        let rule = "the header has at least 64 bytes (AVS header)";
        return Err(Stop::Bad(Bad { rule, expected: MIN, found: length }));
    }
    let whole = Tlv::new(input.data, input.base, 0, length.min(input.wire));
    if S::ON {
        put(s, &whole);
    }
    let header = input.upto(length)?;
    if S::ON {
        radio(header).put(s);
    }
    Ok(Step::new(&input, length, input.wire, Next::Key(Space::Direct, direct::WLAN)))
}

/// The 32-bit number at `at`.
fn word(header: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*header.get(at..)?.first_chunk()?))
}

/// Numbers above are frequencies: channels have smaller ones.
const MOST_CHANNEL: u32 = 256;

/// The rate in b/s. Some drivers fill it in so, the others in units of 100 kb/s.
fn rate(word: u32) -> u64 {
    if word < 100_000 { u64::from(word) * 100_000 } else { u64::from(word) }
}

fn put<S: Sink>(s: &mut S, h: &Tlv<'_>) {
    for row in [&MACTIME, &HOSTTIME, &PHYTYPE] {
        h.row(s, row);
    }
    match (word(h.data, 24), word(h.data, 28)) {
        (Some(1), Some(_)) => {
            for (at, row) in [(28, &HOP_SET), (29, &HOP_PATTERN), (30, &HOP_INDEX)] {
                h.uint(s, row, at, 1);
            }
        }
        (_, Some(channel)) => h.uint(s, if channel < MOST_CHANNEL { &CHANNEL } else { &FREQUENCY }, 28, 4),
        _ => return,
    }
    let Some(rate_word) = word(h.data, 32) else { return };
    s.uint(&DATA_RATE, h.bit(32), 32, rate(rate_word));
    h.fixed(s, MIDDLE);
    let (signal, noise) = match word(h.data, 44) {
        Some(1) => (&SIGNAL_NORM, &NOISE_NORM),
        Some(2) => (&SIGNAL_DBM, &NOISE_DBM),
        Some(3) => (&SIGNAL_RAW, &NOISE_RAW),
        Some(_) => {
            ends(s, h);
            return;
        }
        None => return,
    };
    for (at, row) in [(48, signal), (52, noise)] {
        if let Some(value) = word(h.data, at) {
            let signed = if row.kind == Kind::Int { i64::from(value as i32) as u64 } else { u64::from(value) };
            s.uint(row, h.bit(at as u32), 32, signed);
        }
    }
    ends(s, h);
}

fn ends<S: Sink>(s: &mut S, h: &Tlv<'_>) {
    h.fixed(s, END);
    if h.wire >= LENGTH_2 {
        h.fixed(s, SECOND);
    }
}

/// What the header says of the reception.
fn radio(header: &[u8]) -> Radio {
    let channel = word(header, 28).filter(|_| word(header, 24) != Some(1));
    let in_dbm = |at: usize| word(header, at).filter(|_| word(header, 44) == Some(2)).map(|v| v as i8);
    Radio {
        timestamp: Some(MACTIME.get(header)),
        rate: word(header, 32).map(|word| rate(word) as f64 / 1e6),
        frequency: channel.and_then(|c| if c < MOST_CHANNEL { frequency(c) } else { u16::try_from(c).ok() }),
        signal: in_dbm(48),
        noise: in_dbm(52),
        ..Radio::default()
    }
}
