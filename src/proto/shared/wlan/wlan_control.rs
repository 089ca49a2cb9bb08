//! What control frames of IEEE 802.11 carry behind their addresses.

use super::wlan_frame::Kind;
use super::wlan_names::subtype_name;
use crate::field::{Around, Field, Kind as Value};
use crate::input::Input;
use crate::proto::shared::tlv::Tlv;
use crate::sink::Sink;
use crate::text::Text;

crate::fields! { pub BA_CONTROL:
    CONTROL = Field::little("wlan.ba.control", 0, 16).hex().label("Block ack control").doc("IEEE 802.11-2020 §9.3.1.7.1", "Which variant of the frame it is, and for which traffic");
    POLICY = Field::little_flag("wlan.ba.control.ackpolicy", 0, 0).part_of("wlan.ba.control").label("No acknowledgement wanted").doc("IEEE 802.11-2020 §9.3.1.7.1", "0: this frame is to be acknowledged at once; 1: it is not");
    TYPE = Field::little_part("wlan.ba.control.ba_type", 0, 16, 0x001e).hex_wide(4).values(TYPES).part_of("wlan.ba.control").label("Variant").doc("IEEE 802.11-2020 §9.3.1.7.1", "The format of what follows");
    RESERVED = Field::little_part("wlan.ba.control.reserved", 0, 16, 0x0fe0).hex_wide(4).part_of("wlan.ba.control").label("Reserved").doc("IEEE 802.11-2020 §9.3.1.7.1", "Must be 0");
    TID = Field::little_part("wlan.ba.basic.tidinfo", 0, 16, 0xf000).hex_wide(4).part_of("wlan.ba.control").label("Traffic identifier").doc("IEEE 802.11-2020 §9.3.1.7.1", "Which traffic is acknowledged");
}

crate::fields! { pub SSC_FIELD:
    SSC = Field::little("wlan.fixed.ssc", 0, 16).hex().label("Starting sequence control").doc("IEEE 802.11-2020 §9.3.1.7.2", "From which frame on");
    SSC_SEQUENCE = Field::little_part("wlan.fixed.ssc.sequence", 0, 16, 0xfff0).part_of("wlan.fixed.ssc").label("Starting sequence number").doc("IEEE 802.11-2020 §9.3.1.7.2", "Of the first frame that the bitmap is about");
    SSC_FRAGMENT = Field::little_part("wlan.fixed.ssc.fragment", 0, 16, 0x000f).part_of("wlan.fixed.ssc").label("Fragment").doc("IEEE 802.11-2020 §9.3.1.8.2", "Not a fragment here: says how long the bitmap is");
}

crate::fields! { pub TOKEN:
    SOUNDING = Field::uint("wlan.vht_ndp.token", 0, 8).hex().label("Sounding dialog token").doc("IEEE 802.11-2020 §9.3.1.19", "Number of the sounding, and its variant");
    NUMBER = Field::uint("wlan.vht_ndp.token.number", 0, 6).part_of("wlan.vht_ndp.token").label("Number").doc("IEEE 802.11-2020 §9.3.1.19", "Tells soundings apart");
    HE = Field::flag("wlan.vht_ndp.token.he", 6).part_of("wlan.vht_ndp.token").label("HE").doc("IEEE 802.11ax-2021 §9.3.1.19", "0: VHT; 1: HE");
    RANGING = Field::uint("wlan.vht_ndp.token.ranging", 7, 1).hex().part_of("wlan.vht_ndp.token").label("Ranging").doc("IEEE 802.11az-2022 §9.3.1.19", "1: for measuring distances");
}

crate::fields! { pub STATION:
    STATION_INFO = Field::little("wlan.vht_ndp.sta_info", 0, 16).hex().repeats().label("Station").doc("IEEE 802.11-2020 §9.3.1.19", "Whose feedback is wanted, and which");
    AID12 = Field::little_part("wlan.vht_ndp.sta_info.aid12", 0, 16, 0x0fff).hex_wide(4).part_of("wlan.vht_ndp.sta_info").repeats().label("Association identifier").doc("IEEE 802.11-2020 §9.3.1.19", "The lower bits of the station's number; 0: the access point");
    FEEDBACK = Field::little_flag("wlan.vht_ndp.sta_info.feedback_type", 0, 12).part_of("wlan.vht_ndp.sta_info").repeats().label("Feedback type").doc("IEEE 802.11-2020 §9.3.1.19", "0: for one user; 1: for several");
    COLUMNS = Field::little_part("wlan.vht_ndp.sta_info.nc_index", 0, 16, 0xe000).part_of("wlan.vht_ndp.sta_info").repeats().label("Columns").doc("IEEE 802.11-2020 §9.3.1.19", "Columns of the feedback matrix, less 1");
}

crate::fields! { pub MOVING:
    BITMAP = Field::moving("wlan.ba.bm", Value::Bytes).label("Bitmap").explain(explain_bitmap).doc("IEEE 802.11-2020 §9.3.1.8", "A bit for each frame from the starting sequence number on: 1 when it arrived");
    MISSING = Field::derived("wlan.ba.bm.missing_frame", Value::Uint).repeats().label("Missing frame").doc("IEEE 802.11-2020 §9.3.1.8", "Sequence number whose bit is 0: lost, or not sent yet");
    GROUP_ADDRESS = Field::moving("wlan.ba.gcr_group_addr", Value::Mac).label("Group").doc("IEEE 802.11-2020 §9.3.1.7.5", "The multicast group whose frames are acknowledged");
    INFORMATION = Field::moving("wlan.ba.information", Value::Bytes).label("Block ack information").doc("IEEE 802.11-2020 §9.3.1.8", "Of a variant that is not decoded further");
    SEGMENTS = Field::moving("wlan.beamform.feedback_seg_retrans_bitmap", Value::Uint).hex_wide(2).label("Segments to repeat").doc("IEEE 802.11-2020 §9.3.1.20", "Which segments of the beamforming feedback are to be sent again");
    WRAPPED_FC = Field::moving("wlan.carried.fc", Value::Uint).hex_wide(4).names(wrapped_name).label("Carried frame control").doc("IEEE 802.11-2020 §9.3.1.9", "Frame control of the control frame that is wrapped");
    REST = Field::moving("wlan.control.data", Value::Bytes).label("Rest").doc("IEEE 802.11-2020 §9.3.1", "Of a control frame that is not decoded further");
}

static TYPES: &[(u64, &str)] = &[
    (0, "basic"),
    (1, "extended compressed"),
    (2, "compressed"),
    (3, "multi-TID"),
    (6, "GCR"),
    (10, "GLK-GCR"),
    (11, "multi-station"),
];

fn wrapped_name(fc: u64) -> Option<&'static str> {
    subtype_name(Kind::of([(fc >> 8) as u8, fc as u8]).number())
}

/// Puts what follows the addresses; `body` is all of it.
pub fn put<S: Sink>(s: &mut S, kind: Kind, input: &Input<'_>, body: &Tlv<'_>) {
    if !S::ON {
        return;
    }
    match kind.subtype {
        4 => {
            body.uint(s, &SEGMENTS, 0, 1);
            body.rest(s, &REST, 1);
        }
        5 => announcement(s, body),
        // The header of a wrapper holds what the wrapped frame has in other places.
        7 => {
            let header = Tlv::new(input.data, input.base, 0, kind.header());
            header.uint(s, &WRAPPED_FC, 10, 2);
            body.rest(s, &REST, 0);
        }
        8 | 9 => block_ack(s, kind.subtype == 8, body),
        _ => body.rest(s, &REST, 0),
    }
}

fn announcement<S: Sink>(s: &mut S, body: &Tlv<'_>) {
    body.fixed(s, TOKEN);
    let short = body.byte(0).is_some_and(|token| token & 3 == 0);
    if !short {
        body.rest(s, &REST, 1);
        return;
    }
    let mut at = 1;
    while at + 2 <= body.wire && (at as usize) < body.data.len() && s.room() {
        body.part(at, 2).fixed(s, STATION);
        at += 2;
    }
    body.rest(s, &REST, at);
}

fn block_ack<S: Sink>(s: &mut S, request: bool, body: &Tlv<'_>) {
    body.fixed(s, BA_CONTROL);
    let Some(variant) = body.byte(0).map(|b| b >> 1 & 0xf) else { return };
    let after = body.part(2, body.wire);
    match variant {
        0 | 1 | 2 | 6 => {
            after.fixed(s, SSC_FIELD);
            let mut at = 2;
            if variant == 6 {
                after.span(s, &GROUP_ADDRESS, 2, 8);
                at = 8;
            }
            if let (false, Some(ssc)) = (request, after.data.first_chunk::<2>()) {
                at = bitmap(s, &after, at, variant, u16::from_le_bytes(*ssc));
            }
            after.rest(s, &INFORMATION, at);
        }
        _ => after.rest(s, &INFORMATION, 0),
    }
}

/// Puts the bitmap at `at`, and returns where it ends.
fn bitmap<S: Sink>(s: &mut S, after: &Tlv<'_>, at: u32, variant: u8, ssc: u16) -> u32 {
    let length = match (variant, ssc & 0xf) {
        (0, _) => 128,
        (_, 0) => 8,
        (_, 4) => 32,
        (_, 6) => 4,
        _ => return at,
    };
    let end = at + length;
    after.span(s, &BITMAP, at, end);
    let Some(bytes) = after.data.get(at as usize..end as usize).filter(|_| variant != 0) else { return end };
    for (index, byte) in bytes.iter().enumerate() {
        for bit in (0..8).filter(|bit| byte >> bit & 1 == 0) {
            s.derived(&MISSING, (u64::from(ssc >> 4) + index as u64 * 8 + bit) & 0xfff);
        }
    }
    end
}

fn explain_bitmap(around: &Around<'_>, out: &mut Text) {
    let arrived: u32 = around.bytes.iter().map(|b| b.count_ones()).sum();
    out.num(arrived.into()).lit(" of ").num(around.bytes.len() as u64 * 8).lit(" bits are set");
}
