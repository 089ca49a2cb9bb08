//! What capture headers before an 802.11 frame have in common: how it was received, and its frame check sequence.

use crate::dissect::Trailer;
use crate::field::{Around, Field, Kind};
use crate::proto::shared::checksum::{self, Status};
use crate::sink::Sink;
use crate::text::Text;
use crate::tree::Tree;
use std::fmt;

crate::fields! { pub FCS_ROWS:
    FCS = Field::moving("wlan.fcs", Kind::Uint).hex_wide(8).label("Frame check sequence").doc("IEEE 802.11-2020 §9.2.4.8", "CRC-32 over the 802.11 frame");
    FCS_STATUS = Field::derived("wlan.fcs.status", Kind::Uint).values(checksum::STATUSES).explain(explain_status).label("Frame check sequence status").doc("IEEE 802.11-2020 §9.2.4.8", "Whether the sequence is the CRC-32 of the frame");
}

crate::fields! { pub RADIO_ROWS:
    DATA_RATE = Field::derived("wlan_radio.data_rate", Kind::Text).label("Data rate").doc("capture", "In Mb/s");
    CHANNEL = Field::derived("wlan_radio.channel", Kind::Uint).label("Channel").doc("IEEE 802.11-2020 Annex E", "The number that belongs to the frequency");
    FREQUENCY = Field::derived("wlan_radio.frequency", Kind::Uint).unit("MHz").label("Frequency").doc("capture", "Centre of the (primary) channel");
    SIGNAL_DB = Field::derived("wlan_radio.signal_db", Kind::Uint).unit("dB").label("Signal").doc("capture", "Above a level that only the card knows");
    SIGNAL = Field::derived("wlan_radio.signal_dbm", Kind::Int).unit("dBm").explain(explain_signal).label("Signal").doc("capture", "How strong the frame arrived");
    NOISE_DB = Field::derived("wlan_radio.noise_db", Kind::Uint).unit("dB").label("Noise").doc("capture", "Above a level that only the card knows");
    NOISE = Field::derived("wlan_radio.noise_dbm", Kind::Int).unit("dBm").label("Noise").doc("capture", "How strong everything else was");
    SNR = Field::derived("wlan_radio.snr", Kind::Int).unit("dB").label("Signal above noise").doc("capture", "The difference of both");
    TIMESTAMP = Field::derived("wlan_radio.timestamp", Kind::Uint).unit("µs").label("Timestamp").doc("capture", "The clock of the network");
}

/// Length of a frame check sequence.
pub const FCS_LEN: u32 = 4;

/// How a frame was received, as far as the capture says.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Radio {
    /// In Mb/s.
    pub rate: Option<f64>,
    /// In MHz.
    pub frequency: Option<u16>,
    /// The channel's number, where the capture has it instead of the frequency.
    pub channel: Option<u64>,
    /// In dBm.
    pub signal: Option<i8>,
    /// In dBm.
    pub noise: Option<i8>,
    /// In dB above a level that only the card knows.
    pub signal_db: Option<u8>,
    /// In dB above a level that only the card knows.
    pub noise_db: Option<u8>,
    /// In microseconds.
    pub timestamp: Option<u64>,
}

impl Radio {
    /// Puts what is known.
    pub fn put<S: Sink>(&self, s: &mut S) {
        if let Some(rate) = self.rate {
            s.derived_text(&DATA_RATE, format_args!("{}", Rate(rate)));
        }
        if let Some(channel) = self.channel.or_else(|| channel(self.frequency?.into())) {
            s.derived(&CHANNEL, channel);
        }
        if let Some(frequency) = self.frequency {
            s.derived(&FREQUENCY, frequency.into());
        }
        for (field, value) in [(&SIGNAL_DB, self.signal_db), (&NOISE_DB, self.noise_db)] {
            if let Some(value) = value {
                s.derived(field, value.into());
            }
        }
        for (field, value) in [(&SIGNAL, self.signal), (&NOISE, self.noise)] {
            if let Some(value) = value {
                s.derived(field, i64::from(value) as u64);
            }
        }
        if let (Some(signal), Some(noise)) = (self.signal, self.noise) {
            s.derived(&SNR, (i64::from(signal) - i64::from(noise)) as u64);
        }
        if let Some(timestamp) = self.timestamp {
            s.derived(&TIMESTAMP, timestamp);
        }
    }
}

/// A rate with six significant digits at most, without zeros at the end: `54`, `5.5`, `72.2222`.
#[derive(Clone, Copy, Debug)]
pub struct Rate(pub f64);

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = match self.0 {
            r if r >= 1000.0 => 2i32,
            r if r >= 100.0 => 3,
            r if r >= 10.0 => 4,
            _ => 5,
        };
        // Without the zeros at the end: fewer decimals as long as they say the same. Nothing is allocated.
        let scale = |n: i32| (self.0 * 10f64.powi(n)).round();
        let exact = scale(decimals);
        let fewest = (0..=decimals).find(|n| scale(*n) * 10f64.powi(decimals - n) == exact).unwrap_or(decimals);
        write!(f, "{:.*}", fewest as usize, self.0)
    }
}

/// The rate of 802.11n in Mb/s; `None` for schemes with unequal modulation (IEEE 802.11-2020 §19.5).
pub fn ht_rate(index: u8, wide: bool, short_guard: bool) -> Option<f64> {
    // Data bits that each subcarrier carries in a symbol and stream, halves counted.
    const HALVES: [f64; 8] = [0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 4.5, 5.0];
    let bits = *HALVES.get(usize::from(index % 8))?;
    if index > 31 {
        return None;
    }
    let subcarriers = if wide { 108.0 } else { 52.0 };
    let symbol = if short_guard { 3.6 } else { 4.0 };
    Some(subcarriers * bits * f64::from(index / 8 + 1) / symbol)
}

/// The rate of 802.11ac in Mb/s for a channel of `width` MHz; `None` for what the standard does not have (§21.5).
pub fn vht_rate(scheme: u8, streams: u8, width: u16, short_guard: bool) -> Option<f64> {
    const BITS: [f64; 10] = [0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 4.5, 5.0, 6.0, 20.0 / 3.0];
    let bits = *BITS.get(usize::from(scheme))?;
    let subcarriers = match width {
        20 => 52.0,
        40 => 108.0,
        80 => 234.0,
        160 => 468.0,
        _ => return None,
    };
    let absent = match (scheme, width) {
        (6, 80) => matches!(streams, 3 | 7),
        (9, 20) => !matches!(streams, 3 | 6),
        (9, 80) => streams == 6,
        (9, 160) => streams == 3,
        _ => false,
    };
    if absent || streams == 0 || streams > 8 {
        return None;
    }
    Some(subcarriers * bits * f64::from(streams) / if short_guard { 3.6 } else { 4.0 })
}

/// The number of the channel with this centre in MHz.
pub fn channel(frequency: u64) -> Option<u64> {
    Some(match frequency {
        2484 => 14,
        2412..=2472 if (frequency - 2407).is_multiple_of(5) => (frequency - 2407) / 5,
        5005..=5895 if frequency.is_multiple_of(5) => (frequency - 5000) / 5,
        4910..=4980 if frequency.is_multiple_of(5) => (frequency - 4000) / 5,
        5955..=7115 if (frequency - 5950).is_multiple_of(5) => (frequency - 5950) / 5,
        _ => return None,
    })
}

/// The centre of a channel of the 2.4 GHz band, or of the 5 GHz band, in MHz.
pub fn frequency(channel: u32) -> Option<u16> {
    let channel = u16::try_from(channel).ok()?;
    Some(match channel {
        1..=13 => 2_407 + 5 * channel,
        14 => 2_484,
        34..=179 => 5_000 + 5 * channel,
        _ => return None,
    })
}

/// Says which channel a frequency is.
pub fn explain_frequency(around: &Around<'_>, out: &mut Text) {
    let band = match around.value {
        2400..=2500 => "2.4 GHz",
        4900..=5900 => "5 GHz",
        5901..=7200 => "6 GHz",
        _ => return,
    };
    if let Some(channel) = channel(around.value) {
        out.lit("channel ").num(channel).lit(" of the ").lit(band).lit(" band");
    }
}

/// Says how good a signal is.
pub fn explain_signal(around: &Around<'_>, out: &mut Text) {
    out.lit(match around.value as i64 {
        -50..=0 => "strong",
        -65..=-51 => "good",
        -75..=-66 => "fair",
        -128..=-76 => "weak",
        _ => return,
    });
}

/// Puts the frame check sequence that ends a frame, if the capture holds it; the 802.11 frame begins `header` bytes
/// behind the layer's first byte.
pub fn fcs(t: &Trailer<'_>, header: u32, tree: &mut Tree) -> u32 {
    let Some(at) = t.end.checked_sub(FCS_LEN).filter(|at| *at >= header && *at >= t.at) else { return t.end };
    let Some(sequence) = t.layer.get(at as usize..).and_then(<[u8]>::first_chunk::<4>) else { return t.end };
    let found = u64::from(u32::from_le_bytes(*sequence));
    tree.uint(&FCS, t.base.saturating_add(at).saturating_mul(8), FCS_LEN * 8, found);
    let status = match t.layer.get(header as usize..at as usize) {
        Some(frame) if !t.unverified => Status::of(crc32fast::hash(frame).into(), found),
        _ => Status::Unverified,
    };
    let rule = "the frame check sequence is the CRC-32 of the frame (IEEE 802.11-2020 §9.2.4.8)";
    status.put_wide(tree, &FCS_STATUS, rule, 8);
    t.end
}

fn explain_status(around: &Around<'_>, out: &mut Text) {
    out.lit(match around.value {
        0 => "the frame was damaged on its way: other stations did not accept it",
        1 => "the frame arrived as it was sent",
        _ => return checksum::explain_status(around, out),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_those_of_the_standard() {
        let shown = |rate: Option<f64>| rate.map(|rate| Rate(rate).to_string());
        assert_eq!(shown(ht_rate(7, false, false)).as_deref(), Some("65"));
        assert_eq!(shown(ht_rate(7, false, true)).as_deref(), Some("72.2222"));
        assert_eq!(shown(ht_rate(15, true, true)).as_deref(), Some("300"));
        assert_eq!(shown(ht_rate(32, true, true)), None);
        assert_eq!(shown(vht_rate(9, 2, 160, true)).as_deref(), Some("1733.33"));
        assert_eq!(shown(vht_rate(9, 1, 20, false)), None, "the standard leaves it out");
        assert_eq!(Rate(5.5).to_string(), "5.5");
    }

    #[test]
    fn channels_have_numbers() {
        let numbers = [2412, 2472, 2484, 5180, 5825, 5955, 2413].map(channel);
        assert_eq!(numbers, [Some(1), Some(13), Some(14), Some(36), Some(165), Some(1), None]);
    }
}
