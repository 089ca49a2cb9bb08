//! The Prism capture header (linux-wlan-ng), which old drivers put before frames of 802.11.
//!
//! ```text
//! |                         Message code                          |
//! |                            Length                             |
//! |                      Device (16 bytes) …                      |
//! |                    Number of the first item                   |
//! |            Status             |            Length             |
//! |                             Value                             |
//! ```
//!
//! Numbers are in the byte order of the capturing host. Under the same link type, a host may also send the AVS header.

use crate::dissect::{Dissected, Next, Protocol, Space, Step, Unit, direct};
use crate::field::{Field, Kind};
use crate::input::{Bad, Input, Stop};
use crate::proto::shared::tlv::Tlv;
use crate::proto::shared::wlan::wlan_radio::{RADIO_ROWS, Radio};
use crate::sink::{Off, Sink};
use crate::tree::Tree;

crate::fields! { ROWS:
    CODE = Field::moving("prism.msgcode", Kind::Uint).hex_wide(8).label("Message code").doc("Prism header", "0x44, or 0x41 from some drivers");
    LENGTH = Field::moving("prism.msglen", Kind::Uint).unit("bytes").label("Length").doc("Prism header", "Of the whole header; the 802.11 frame follows");
    DEVICE = Field::moving("prism.devname", Kind::Text).label("Device").doc("Prism header", "The interface that captured");
    DID = Field::group("prism.did").repeats().label("Item").doc("Prism header", "One number about the frame");
    DID_TYPE = Field::moving("prism.did.type", Kind::Uint).hex_wide(8).repeats().names(item_name).label("Number").doc("Prism header", "Which item it is");
    STATUS = Field::moving("prism.did.status", Kind::Uint).repeats().values(STATUSES).label("Status").doc("Prism header", "Whether the value means something");
    SIZE = Field::moving("prism.did.length", Kind::Uint).repeats().unit("bytes").label("Length").doc("Prism header", "Of the value");
    HOSTTIME = Field::moving("prism.did.hosttime", Kind::Uint).repeats().label("Host time").doc("Prism header", "The clock of the host");
    MACTIME = Field::moving("prism.did.mactime", Kind::Uint).repeats().label("MAC time").doc("Prism header", "The lower half of the network's clock, in µs");
    CHANNEL = Field::moving("prism.did.channel", Kind::Uint).repeats().label("Channel").doc("Prism header", "Its number");
    RSSI = Field::moving("prism.did.rssi", Kind::Int).repeats().label("RSSI").doc("Prism header", "How strong the frame arrived, as the card measures it");
    QUALITY = Field::moving("prism.did.sq", Kind::Uint).repeats().label("Signal quality").doc("Prism header", "How well the receiver was locked on");
    SIGNAL = Field::moving("prism.did.signal", Kind::Int).repeats().label("Signal").doc("Prism header", "How strong the frame arrived");
    NOISE = Field::moving("prism.did.noise", Kind::Int).repeats().label("Noise").doc("Prism header", "How strong everything else was");
    RATE = Field::moving("prism.did.rate", Kind::Uint).repeats().label("Rate").doc("Prism header", "In units of 500 kb/s");
    SENT = Field::moving("prism.did.istx", Kind::Uint).hex_wide(8).repeats().label("Sent").doc("Prism header", "0: the frame was received; 1: it was sent");
    FRAME = Field::moving("prism.did.frmlen", Kind::Uint).repeats().unit("bytes").label("Frame length").doc("Prism header", "Length of the 802.11 frame");
    UNKNOWN = Field::moving("prism.did.unknown", Kind::Uint).hex_wide(8).repeats().label("Value").doc("Prism header", "Of an item that is not known");
    REST = Field::moving("prism.rest", Kind::Bytes).label("Rest").doc("Prism header", "Too short for another item");
}

static STATUSES: &[(u64, &str)] = &[(0, "supplied"), (1, "not supplied")];

/// Prism.
pub static PRISM: Protocol = Protocol {
    name: "prism",
    title: "Prism capture header",
    spec: "Prism header",
    scope: "All items, in either byte order; an AVS header under the same link type is left to its own protocol. Not: the \
            signal fields of newer Broadcom cards.",
    unit: Unit::Header,
    tables: &[ROWS, RADIO_ROWS],
    keys: &[(Space::Link, 119)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    // Wireshark counts what it works out of the header as a protocol.
    counted_as: Some(|header| if is_avs(header) { None } else { Some("wlan_radio") }),
    ..Protocol::NONE
};

/// Code, length and device.
const FIXED: u32 = 24;
/// An item: number, status, length, value.
const ITEM: u32 = 12;
/// The link type of the AVS header, and how that begins, but for the version.
const AVS: u16 = 163;
const AVS_MAGIC: u32 = 0x8021_1000;

/// Whether these bytes are an AVS header.
fn is_avs(bytes: &[u8]) -> bool {
    bytes.first_chunk::<4>().is_some_and(|code| u32::from_be_bytes(*code) & !0xf == AVS_MAGIC)
}

/// The host's byte order.
#[derive(Clone, Copy)]
struct Order {
    big: bool,
}

impl Order {
    /// Message codes are small, so that their order shows.
    fn of(code: [u8; 4]) -> Self {
        Order { big: u32::from_le_bytes(code) > 0xffff }
    }

    fn word(self, bytes: &[u8], at: u32) -> Option<u32> {
        let word = *bytes.get(at as usize..)?.first_chunk()?;
        Some(if self.big { u32::from_be_bytes(word) } else { u32::from_le_bytes(word) })
    }

    fn put<S: Sink>(self, s: &mut S, v: &Tlv<'_>, field: &'static Field, at: u32, bytes: u32) {
        if self.big { v.uint(s, field, at, bytes) } else { v.uint_le(s, field, at, bytes) }
    }
}

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let code = *input.head::<4>()?;
    if is_avs(&code) {
        return Ok(Step::new(&input, 0, input.wire, Next::Key(Space::Link, AVS)));
    }
    let order = Order::of(code);
    let all = Tlv::new(input.data, input.base, 0, input.wire);
    order.put(s, &all, &CODE, 0, 4);
    order.put(s, &all, &LENGTH, 4, 4);
    all.text(s, &DEVICE, 8, FIXED);
    let length = order.word(input.data, 4).ok_or_else(|| input.short(8))?;
    if length < FIXED {
        let rule = "the header has at least 24 bytes (Prism header)";
        return Err(Stop::Bad(Bad { rule, expected: FIXED, found: length }));
    }
    let whole = all.part(0, length);
    if S::ON {
        let mut at = FIXED;
        // Only as far as bytes were captured: the length on the wire may be anything.
        while at + ITEM <= whole.wire && (at as usize) < whole.data.len() && s.room() {
            item(s, order, &whole.part(at, ITEM));
            at += ITEM;
        }
        whole.rest(s, &REST, at);
    }
    let header = input.upto(length)?;
    if S::ON {
        radio(order, header).put(s);
    }
    Ok(Step::new(&input, length, input.wire, Next::Key(Space::Direct, direct::WLAN)))
}

/// Which of ten items a number stands for: drivers count in steps of 65,536 or of 4,096.
fn index(number: u32) -> Option<u32> {
    let index = match number & 0xffff {
        0x0044 | 0x0041 => number >> 16,
        low if number <= 0xffff && matches!(low & 0xfff, 0x041 | 0x044) => number >> 12,
        _ => return None,
    };
    (1..=10).contains(&index).then_some(index)
}

fn item_name(number: u64) -> Option<&'static str> {
    Some(match index(u32::try_from(number).ok()?)? {
        1 => "host time",
        2 => "MAC time",
        3 => "channel",
        4 => "RSSI",
        5 => "signal quality",
        6 => "signal",
        7 => "noise",
        8 => "rate",
        9 => "sent",
        _ => "frame length",
    })
}

fn item<S: Sink>(s: &mut S, order: Order, v: &Tlv<'_>) {
    if v.data.is_empty() {
        return;
    }
    s.open(&DID, v.bit(0));
    order.put(s, v, &DID_TYPE, 0, 4);
    order.put(s, v, &STATUS, 4, 2);
    order.put(s, v, &SIZE, 6, 2);
    let supplied = v.data.get(4..6).is_some_and(|status| status == [0, 0]);
    if let (true, Some(value), Some(number)) = (supplied, order.word(v.data, 8), order.word(v.data, 0)) {
        let field = match index(number) {
            Some(1) => &HOSTTIME,
            Some(2) => &MACTIME,
            Some(3) => &CHANNEL,
            Some(4) => &RSSI,
            Some(5) => &QUALITY,
            Some(6) => &SIGNAL,
            Some(7) => &NOISE,
            Some(8) => &RATE,
            Some(9) => &SENT,
            Some(_) => &FRAME,
            None => &UNKNOWN,
        };
        let value = if field.kind == Kind::Int { i64::from(value as i32) as u64 } else { u64::from(value) };
        s.uint(field, v.bit(8), 32, value);
    }
    s.close(v.bit(v.wire));
}

/// What the items say of the reception.
fn radio(order: Order, header: &[u8]) -> Radio {
    let mut radio = Radio::default();
    for v in header.get(FIXED as usize..).unwrap_or_default().chunks_exact(ITEM as usize) {
        let (Some(number), Some(value), Some([0, 0])) = (order.word(v, 0), order.word(v, 8), v.get(4..6)) else {
            continue;
        };
        match index(number) {
            Some(2) => radio.timestamp = Some(value.into()),
            Some(3) => radio.channel = Some(value.into()),
            Some(4) => radio.signal = Some(value as i8),
            Some(8) => radio.rate = Some(f64::from(value) / 2.0),
            _ => {}
        }
    }
    radio
}
