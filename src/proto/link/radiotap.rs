//! Radiotap (radiotap.org): the header that most systems put before captured 802.11 frames.
//!
//! ```text
//! |    Version    |    Padding    |            Length             |
//! |                        Present (32 bits)                      |
//! |               Further words of Present, fields …              |
//! ```
//!
//! Numbers have their least significant byte first. Fields follow in the order of the bits that announce them, each
//! aligned to its size; where a field's size is not known, nothing behind it can be read.

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Trailer, Unit, direct};
use crate::field::{Field, Table};
use crate::input::{Bad, Input};
use crate::proto::shared::tlv::Tlv;
use crate::proto::shared::wlan::radiotap_rows::*;
use crate::proto::shared::wlan::radiotap_walk::{
    BIT_MORE, BIT_TLV, BIT_VENDOR, Item, SIZES, Walk, next_is_vendors, word,
};
use crate::proto::shared::wlan::wlan_radio::{self, FCS_LEN, FCS_ROWS, RADIO_ROWS, Radio, Rate, ht_rate, vht_rate};
use crate::sink::{NoteKind, Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

/// Radiotap.
pub static RADIOTAP: Protocol = Protocol {
    name: "radiotap",
    title: "Radiotap",
    spec: "radiotap.org",
    scope: "All fields up to L-SIG in all namespaces and words; the frame check sequence behind the frame, compared. Not: \
            the single bits of the HE fields, fields of vendors, S1G and U-SIG.",
    unit: Unit::Header,
    tables: &[
        HEADER,
        PRESENT_WORD,
        FLAGS_FIELD,
        CHANNEL,
        XCHANNEL,
        FHSS,
        RXFLAGS_FIELD,
        TXFLAGS_FIELD,
        MCS,
        AMPDU,
        VHT,
        TIMESTAMP,
        HE,
        HE_MU,
        L_SIG,
        VENDOR,
        TLV_HEAD,
        MOVING,
        RADIO_ROWS,
        FCS_ROWS,
    ],
    keys: &[(Space::Link, 127)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    // Wireshark counts what it works out of the header as a protocol.
    counted_as: Some(|_| Some("wlan_radio")),
    trailer: Some(trailer),
    ..Protocol::NONE
};

/// The frame check sequence is among the captured bytes.
const FLAG_FCS: u8 = 0x10;

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let head = input.header::<4, S>(s, HEADER)?;
    let length = LENGTH.get(head) as u32;
    if length < 8 {
        let rule = "the header has at least 8 bytes (radiotap: header)";
        return Err(crate::input::Stop::Bad(Bad { rule, expected: 8, found: length }));
    }
    let header = Tlv::new(input.data, input.base, 0, length.min(input.wire));
    let mut walk = Walk::new(&header);
    if S::ON {
        present(s, &header);
        while let Some(item) = walk.next().filter(|_| s.room()) {
            put(s, &header, &item);
        }
        if let Some(bad) = walk.beyond {
            s.note(NoteKind::Bad, format_args!("{}: {} bytes expected, {} found", bad.rule, bad.expected, bad.found));
        }
    }
    let bytes = input.upto(length)?;
    if S::ON {
        radio(&header).put(s);
    }
    let fcs = match has_fcs(bytes) && input.wire - length >= FCS_LEN {
        true => FCS_LEN,
        false => 0,
    };
    Ok(Step::new(&input, length, input.wire - fcs, Next::Key(Space::Direct, direct::WLAN)))
}

/// Whether the flags, which come first but for the timestamp, announce a frame check sequence.
fn has_fcs(header: &[u8]) -> bool {
    let whole = Tlv::new(header, 0, 0, header.len() as u32);
    let flags = Walk::new(&whole).take(2).find(|item| item.bit == 1);
    flags.and_then(|item| whole.byte(item.at)).is_some_and(|flags| flags & FLAG_FCS != 0)
}

fn present<S: Sink>(s: &mut S, header: &Tlv<'_>) {
    if header.data.len() < 8 {
        return;
    }
    s.open(&PRESENT, header.bit(4));
    let (mut at, mut vendor) = (4, false);
    while let Some(word) = word(header, at).filter(|_| s.room()) {
        let bits = header.part(at, 4);
        if vendor {
            // The other bits are the vendor's business.
            [&WORD, &P_RTAP_NS, &P_VENDOR_NS, &P_EXT].into_iter().for_each(|row| bits.row(s, row));
        } else {
            bits.fixed(s, PRESENT_WORD);
        }
        at += 4;
        if word >> BIT_MORE & 1 == 0 {
            break;
        }
        vendor = next_is_vendors(word, vendor);
    }
    s.close(header.bit(at));
}

/// Puts a field.
fn put<S: Sink>(s: &mut S, header: &Tlv<'_>, item: &Item) {
    let v = &header.part(item.at, item.wire);
    // Of what was cut, only the beginning is there, and its rows say nothing before it is whole.
    let in_parts = matches!(item.bit, BIT_TLV | BIT_VENDOR) && !v.data.is_empty();
    if v.data.len() < item.wire as usize && !in_parts {
        return;
    }
    match item.bit {
        0 => v.uint_le(s, &MACTIME, 0, 8),
        1 => v.fixed(s, FLAGS_FIELD),
        2 => {
            v.uint(s, &RATE, 0, 1);
            let half = v.byte(0).unwrap_or_default();
            s.derived_text(&DATARATE, format_args!("{}", Rate(f64::from(half) / 2.0)));
        }
        3 => v.fixed(s, CHANNEL),
        4 => v.fixed(s, FHSS),
        5 => signed(s, &SIGNAL, v),
        6 => signed(s, &NOISE, v),
        7 => v.uint_le(s, &QUALITY, 0, 2),
        8 => v.uint_le(s, &ATTENUATION, 0, 2),
        9 => v.uint_le(s, &DB_ATTENUATION, 0, 2),
        10 => signed(s, &POWER, v),
        11 => v.uint(s, &ANTENNA, 0, 1),
        12 => v.uint(s, &DB_SIGNAL, 0, 1),
        13 => v.uint(s, &DB_NOISE, 0, 1),
        14 => v.fixed(s, RXFLAGS_FIELD),
        15 => v.fixed(s, TXFLAGS_FIELD),
        16 => v.uint(s, &RTS_RETRIES, 0, 1),
        17 => v.uint(s, &DATA_RETRIES, 0, 1),
        18 => v.fixed(s, XCHANNEL),
        19 => mcs(s, v),
        20 => ampdu(s, v),
        21 => vht(s, v),
        22 => group(s, &TIMESTAMP_GROUP, TIMESTAMP, v),
        23 => group(s, &HE_GROUP, HE, v),
        24 => group(s, &HE_MU_GROUP, HE_MU, v),
        25 => v.rest(s, &HE_OTHER, 0),
        26 => v.uint(s, &NO_DATA, 0, 1),
        27 => group(s, &L_SIG_GROUP, L_SIG, v),
        BIT_TLV => tlvs(s, v),
        BIT_VENDOR => {
            s.open(&VENDOR_NS, v.bit(0));
            v.fixed(s, VENDOR);
            v.rest(s, &VENDOR_DATA, 6);
            s.close(v.bit(v.wire));
        }
        _ => {}
    }
}

fn signed<S: Sink>(s: &mut S, field: &'static Field, v: &Tlv<'_>) {
    if let Some(byte) = v.byte(0) {
        s.uint(field, v.bit(0), 8, i64::from(byte as i8) as u64);
    }
}

fn group<S: Sink>(s: &mut S, field: &'static Field, table: Table, v: &Tlv<'_>) {
    s.open(field, v.bit(0));
    v.fixed(s, table);
    s.close(v.bit(v.wire));
}

/// The rate that an MCS field means, when it says enough.
fn mcs_rate(v: &Tlv<'_>) -> Option<f64> {
    let [known, flags, index] = *v.data.first_chunk::<3>()?;
    // Bandwidth, index, guard interval.
    if known & 7 == 7 { ht_rate(index, flags & 3 == 1, flags & 4 != 0) } else { None }
}

/// The rate of the last user that a VHT field names, when it says enough.
fn vht_last_rate(v: &Tlv<'_>) -> Option<f64> {
    let [known, _, flags, width, users @ .., _, _, _, _] = v.data.first_chunk::<12>()?;
    // Guard interval, bandwidth.
    if known & 0x44 != 0x44 {
        return None;
    }
    let width = width_of(*width)?;
    users.iter().rev().find_map(|user| vht_rate(user >> 4, user & 0xf, width, flags & 4 != 0))
}

fn mcs<S: Sink>(s: &mut S, v: &Tlv<'_>) {
    let Some([known, ..]) = v.data.first_chunk::<3>() else { return };
    s.open(&MCS_GROUP, v.bit(0));
    for row in
        [&MCS_KNOWN, &M_HAVE_BW, &M_HAVE_INDEX, &M_HAVE_GI, &M_HAVE_FORMAT, &M_HAVE_FEC, &M_HAVE_STBC, &M_HAVE_NESS]
    {
        v.row(s, row);
    }
    if known & 0x40 != 0 {
        v.row(s, &M_NESS_BIT1);
    }
    v.row(s, &MCS_FLAGS);
    let rows = [(0, &M_BW), (2, &M_GI), (3, &M_FORMAT), (4, &M_FEC), (5, &M_STBC), (6, &M_NESS_BIT0), (1, &M_INDEX)];
    for (_, row) in rows.into_iter().filter(|(bit, _)| known >> bit & 1 != 0) {
        v.row(s, row);
    }
    s.close(v.bit(v.wire));
    if let Some(rate) = mcs_rate(v) {
        s.derived_text(&DATARATE, format_args!("{}", Rate(rate)));
    }
}

fn ampdu<S: Sink>(s: &mut S, v: &Tlv<'_>) {
    s.open(&AMPDU_GROUP, v.bit(0));
    let crc_known = v.byte(4).is_some_and(|flags| flags & 0x20 != 0);
    for row in AMPDU.iter().filter(|row| crc_known || !std::ptr::eq(**row, &A_CRC)) {
        v.row(s, row);
    }
    s.close(v.bit(v.wire));
}

fn vht<S: Sink>(s: &mut S, v: &Tlv<'_>) {
    let Some(known) = v.data.first_chunk::<2>().map(|b| u16::from_le_bytes(*b)) else { return };
    s.open(&VHT_GROUP, v.bit(0));
    for row in VHT.iter().take_while(|row| !std::ptr::eq(**row, &V_FLAGS)) {
        v.row(s, row);
    }
    v.row(s, &V_FLAGS);
    let rows = [
        (0, &V_STBC),
        (1, &V_TXOP_PS),
        (2, &V_GI),
        (3, &V_SGI_NSYM_DA),
        (4, &V_LDPC_EXTRA),
        (5, &V_BEAMFORMED),
        (6, &V_BW),
    ];
    for (_, row) in rows.into_iter().filter(|(bit, _)| known >> bit & 1 != 0) {
        v.row(s, row);
    }
    let users = [(&V_MCS0, &V_NSS0), (&V_MCS1, &V_NSS1), (&V_MCS2, &V_NSS2), (&V_MCS3, &V_NSS3)];
    let is_user = |index: usize| v.data.get(4 + index).is_some_and(|b| b & 0xf != 0);
    for (_, (scheme, streams)) in users.into_iter().enumerate().filter(|(index, _)| is_user(*index)) {
        v.row(s, scheme);
        v.row(s, streams);
    }
    v.row(s, &V_CODING);
    let codes = [&V_CODING0, &V_CODING1, &V_CODING2, &V_CODING3];
    for (_, row) in codes.into_iter().enumerate().filter(|(index, _)| is_user(*index)) {
        v.row(s, row);
    }
    for (_, row) in [(7, &V_GID), (8, &V_PAID)].into_iter().filter(|(bit, _)| known >> bit & 1 != 0) {
        v.row(s, row);
    }
    s.close(v.bit(v.wire));
}

fn tlvs<S: Sink>(s: &mut S, all: &Tlv<'_>) {
    let mut at = 0;
    while at < all.wire && s.room() {
        let left = all.part(at, all.wire);
        if left.data.is_empty() {
            return;
        }
        let length = left.data.get(2..).and_then(<[u8]>::first_chunk::<2>).map(|b| u32::from(u16::from_le_bytes(*b)));
        let wire = length.map_or(4, |n| n + 4);
        if wire > left.wire {
            let (rule, room) = ("a TLV ends within the header (radiotap: TLV)", left.wire);
            s.note(NoteKind::Bad, format_args!("{rule}: at most {room} bytes expected, {wire} found"));
        }
        let tlv = left.part(0, wire);
        s.open(&TLV_GROUP, tlv.bit(0));
        tlv.fixed(s, TLV_HEAD);
        let kind = tlv.data.first_chunk::<2>().map(|b| u16::from_le_bytes(*b));
        match kind.and_then(|kind| SIZES.get(usize::from(kind)).map(|(_, size)| (kind, *size))) {
            // The numbers of TLVs go on where those of the bits end; the fields are the same.
            Some((kind, size)) if wire == size + 4 && wire <= left.wire => {
                put(s, &tlv, &Item { bit: kind as u8, at: 4, wire: size });
            }
            _ => tlv.rest(s, &TLV_DATA, 4),
        }
        s.close(tlv.bit(tlv.wire));
        at = at.saturating_add(wire.next_multiple_of(4));
    }
}

/// What the fields say of the reception. Of several values, the last counts, as in Wireshark.
fn radio(header: &Tlv<'_>) -> Radio {
    let mut radio = Radio::default();
    for item in Walk::new(header) {
        let v = header.part(item.at, item.wire);
        let Some(byte) = v.byte(0) else { return radio };
        match item.bit {
            0 => radio.timestamp = v.data.first_chunk().map(|b| u64::from_le_bytes(*b)),
            2 => radio.rate = Some(f64::from(byte) / 2.0),
            3 => radio.frequency = v.data.first_chunk().map(|b| u16::from_le_bytes(*b)),
            5 => radio.signal = Some(byte as i8),
            6 => radio.noise = Some(byte as i8),
            12 => radio.signal_db = Some(byte),
            13 => radio.noise_db = Some(byte),
            18 => radio.frequency = v.data.get(4..).and_then(<[u8]>::first_chunk).map(|b| u16::from_le_bytes(*b)),
            19 => radio.rate = mcs_rate(&v).or(radio.rate),
            21 => radio.rate = vht_last_rate(&v).or(radio.rate),
            _ => {}
        }
    }
    radio
}

fn trailer(t: Trailer<'_>, tree: &mut Tree) -> u32 {
    let Some(head) = t.layer.first_chunk::<4>() else { return t.end };
    let length = LENGTH.get(head) as u32;
    match t.layer.get(..length as usize) {
        Some(header) if has_fcs(header) => wlan_radio::fcs(&t, length, tree),
        _ => t.end,
    }
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    let header = Tlv::new(seen.header, 0, 0, seen.header.len() as u32);
    let is_ht = word(&header, 4).is_some_and(|bits| bits >> 19 & 1 != 0);
    for item in Walk::new(&header) {
        let v = header.part(item.at, item.wire);
        let byte = u64::from(v.byte(0).unwrap_or_default());
        let word = v.data.first_chunk::<2>().map_or(0, |b| u64::from(u16::from_le_bytes(*b)));
        match item.bit {
            0 => {
                let clock = v.data.first_chunk::<8>().map_or(0, |b| u64::from_le_bytes(*b));
                out.num(clock).lit("us tsft ");
            }
            1 => {
                let names = [(1, "cfp "), (2, "short preamble "), (4, "wep "), (8, "fragmented "), (0x40, "bad-fcs ")];
                names.into_iter().filter(|(bit, _)| byte & bit != 0).for_each(|(_, name)| {
                    out.lit(name);
                });
            }
            2 if (0x80..=0x8f).contains(&byte) => {
                out.lit("MCS ").num(byte & 0x7f).ch(' ');
            }
            2 => {
                out.num(byte / 2).ch('.').num(byte % 2 * 5).lit(" Mb/s ");
            }
            3 => {
                let flags = v.data.get(2..).and_then(<[u8]>::first_chunk::<2>).map_or(0, |b| u16::from_le_bytes(*b));
                channel(word, flags.into(), is_ht, out);
            }
            4 => {
                out.lit("fhset ").num(byte).lit(" fhpat ").num(u64::from(v.byte(1).unwrap_or_default())).ch(' ');
            }
            5 => level(byte, "dBm signal ", out),
            6 => level(byte, "dBm noise ", out),
            7 => {
                out.num(word).lit(" sq ");
            }
            10 => level(byte, "dBm tx power ", out),
            11 => {
                out.lit("antenna ").num(byte).ch(' ');
            }
            12 => {
                out.num(byte).lit("dB signal ");
            }
            13 => {
                out.num(byte).lit("dB noise ");
            }
            14 if word & 2 != 0 => {
                out.lit("bad plcp ");
            }
            19 => mcs_line(&v, out),
            21 => vht_line(&v, out),
            _ => {}
        }
    }
}

fn level(byte: u64, unit: &'static str, out: &mut Text) {
    let level = byte as u8 as i8;
    out.lit(if level < 0 { "-" } else { "" }).num(level.unsigned_abs().into()).lit(unit);
}

fn channel(frequency: u64, flags: u64, is_ht: bool, out: &mut Text) {
    out.num(frequency).lit(" MHz ");
    let (cck, ofdm, low, high, dynamic) =
        (flags & 0x20 != 0, flags & 0x40 != 0, flags & 0x80 != 0, flags & 0x100 != 0, flags & 0x400 != 0);
    out.lit(match () {
        () if is_ht => "11n ",
        () if flags & 0x800 != 0 => "FHSS ",
        () if high && ofdm => "11a ",
        () if low && (ofdm || dynamic) => "11g ",
        () if low && cck => "11b ",
        () => "",
    });
    out.lit(if flags & 0x10 != 0 { "Turbo " } else { "" });
}

fn mcs_line(v: &Tlv<'_>, out: &mut Text) {
    let Some([known, flags, index]) = v.data.first_chunk::<3>() else { return };
    if let Some(rate) = mcs_rate(v) {
        let tenths = (rate * 10.0).round() as u64;
        out.num(tenths / 10).ch('.').num(tenths % 10).lit(" Mb/s ");
    }
    if known & 2 != 0 {
        out.lit("MCS ").num((*index).into()).ch(' ');
    }
    if known & 1 != 0 {
        out.lit(
            ["20 MHz ", "40 MHz ", "20 MHz (L) ", "20 MHz (U) "].get(usize::from(flags & 3)).copied().unwrap_or(""),
        );
    }
    if known & 4 != 0 {
        out.lit(if flags & 4 != 0 { "short GI " } else { "long GI " });
    }
    if known & 8 != 0 {
        out.lit(if flags & 8 != 0 { "greenfield " } else { "mixed " });
    }
    if known & 0x10 != 0 {
        out.lit(if flags & 0x10 != 0 { "LDPC FEC " } else { "BCC FEC " });
    }
    if known & 0x20 != 0 && flags & 0x60 != 0 {
        out.lit("RX-STBC").num(u64::from(flags >> 5 & 3)).ch(' ');
    }
}

fn vht_line(v: &Tlv<'_>, out: &mut Text) {
    let Some([known, _, flags, width, users @ .., coding, _, _, _]) = v.data.first_chunk::<12>() else { return };
    for (index, user) in users.iter().enumerate().filter(|(_, user)| **user & 0xf != 0) {
        out.lit("User ").num(index as u64).lit(" MCS ").num(u64::from(user >> 4));
        out.lit(if coding >> index & 1 != 0 { " LDPC FEC " } else { " BCC FEC " });
    }
    if known & 0x40 != 0 {
        let width = match width {
            0 => "20 MHz ",
            1..=3 => "40 MHz ",
            4..=10 => "80 MHz ",
            11..=25 => "160 MHz ",
            _ => "",
        };
        out.lit(width);
    }
    if known & 4 != 0 {
        out.lit(if flags & 4 != 0 { "short GI " } else { "long GI " });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(header: &[u8]) -> (Vec<(u8, u32, u32)>, bool) {
        let whole = Tlv::new(header, 0, 0, header.len() as u32);
        let mut walk = Walk::new(&whole);
        let items: Vec<_> = walk.by_ref().map(|item| (item.bit, item.at, item.wire)).collect();
        (items, walk.beyond.is_some())
    }

    #[test]
    fn fields_are_aligned_to_their_size() {
        // Flags, channel and antenna: a byte is left out before the channel.
        let header = [0, 0, 15, 0, 0x0a, 8, 0, 0, 0x10, 0, 0x6c, 9, 0xc0, 0, 1];
        assert_eq!(walk(&header), (vec![(1, 8, 1), (3, 10, 4), (11, 14, 1)], false));
        assert!(has_fcs(&header));
        assert_eq!(walk(&header[..12]), (vec![(1, 8, 1)], true));
    }

    #[test]
    fn the_fields_of_a_vendor_are_leapt_over() {
        let words = [[2, 0, 0, 0xc0], [3, 0, 0, 0xa0], [4, 0, 0, 0]].concat();
        let header = [&[0, 0, 27, 0], &words[..], &[0x10, 0, 0, 0x11, 0x22, 5, 2, 0, 0xaa, 0xbb, 2]].concat();
        assert_eq!(walk(&header), (vec![(1, 16, 1), (30, 18, 8), (2, 26, 1)], false));
    }

    #[test]
    fn words_without_end_have_no_fields() {
        assert_eq!(walk(&[0, 0, 12, 0, 2, 0, 0, 0x80, 2, 0, 0, 0x80]), (vec![], false));
    }
}
