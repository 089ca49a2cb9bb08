//! Bodies of management frames of IEEE 802.11: the fixed parameters that begin them, and actions.

use super::wlan_names::{algorithm_name, category_name, reason_name, status_name};
use super::wlan_tags;
use crate::field::{Around, Field, Kind as Value, Table};
use crate::proto::shared::tlv::Tlv;
use crate::sink::{NoteKind, Sink};
use crate::text::Text;

crate::fields! { pub CAPABILITIES:
    CAP = Field::little("wlan.fixed.capabilities", 0, 16).hex().label("Capabilities").doc("IEEE 802.11-2020 §9.4.1.4", "What the sender can do, or what the network asks for");
    CAP_ESS = Field::little_flag("wlan.fixed.capabilities.ess", 0, 0).part_of("wlan.fixed.capabilities").label("Access point").doc("IEEE 802.11-2020 §9.4.1.4", "1: the sender is an access point");
    CAP_IBSS = Field::little_flag("wlan.fixed.capabilities.ibss", 0, 1).part_of("wlan.fixed.capabilities").label("Independent").doc("IEEE 802.11-2020 §9.4.1.4", "1: a network without an access point");
    CAP_R1 = Field::little_flag("wlan.fixed.capabilities.reserved1", 0, 2).part_of("wlan.fixed.capabilities").label("Reserved").doc("IEEE 802.11-2020 §9.4.1.4", "Was: can be polled");
    CAP_R2 = Field::little_flag("wlan.fixed.capabilities.reserved2", 0, 3).part_of("wlan.fixed.capabilities").label("Reserved").doc("IEEE 802.11-2020 §9.4.1.4", "Was: wants to be polled");
    CAP_PRIVACY = Field::little_flag("wlan.fixed.capabilities.privacy", 0, 4).part_of("wlan.fixed.capabilities").label("Privacy").doc("IEEE 802.11-2020 §9.4.1.4", "1: data frames are encrypted");
    CAP_PREAMBLE = Field::little_flag("wlan.fixed.capabilities.short_preamble", 0, 5).part_of("wlan.fixed.capabilities").label("Short preamble").doc("IEEE 802.11-2020 §9.4.1.4", "1: the short preamble of 802.11b may be used");
    CAP_R3 = Field::little_flag("wlan.fixed.capabilities.reserved3", 0, 6).part_of("wlan.fixed.capabilities").label("Reserved").doc("IEEE 802.11-2020 §9.4.1.4", "Was: PBCC modulation");
    CAP_R4 = Field::little_flag("wlan.fixed.capabilities.reserved4", 0, 7).part_of("wlan.fixed.capabilities").label("Reserved").doc("IEEE 802.11-2020 §9.4.1.4", "Was: channel agility");
    CAP_SPECTRUM = Field::little_flag("wlan.fixed.capabilities.spec_man", 0, 8).part_of("wlan.fixed.capabilities").label("Spectrum management").doc("IEEE 802.11-2020 §9.4.1.4", "1: transmit power control and dynamic frequency selection are in use");
    CAP_QOS = Field::little_flag("wlan.fixed.capabilities.qos", 0, 9).part_of("wlan.fixed.capabilities").label("QoS").doc("IEEE 802.11-2020 §9.4.1.4", "1: QoS frames can be used");
    CAP_SLOT = Field::little_flag("wlan.fixed.capabilities.short_slot_time", 0, 10).part_of("wlan.fixed.capabilities").label("Short slot time").doc("IEEE 802.11-2020 §9.4.1.4", "1: slots of 9 µs instead of 20 µs");
    CAP_APSD = Field::little_flag("wlan.fixed.capabilities.apsd", 0, 11).part_of("wlan.fixed.capabilities").label("APSD").doc("IEEE 802.11-2020 §9.4.1.4", "1: automatic power save delivery");
    CAP_RADIO = Field::little_flag("wlan.fixed.capabilities.radio_measurement", 0, 12).part_of("wlan.fixed.capabilities").label("Radio measurement").doc("IEEE 802.11-2020 §9.4.1.4", "1: radio measurement is active");
    CAP_EPD = Field::little_flag("wlan.fixed.capabilities.epd", 0, 13).part_of("wlan.fixed.capabilities").label("EPD").doc("IEEE 802.11-2020 §9.4.1.4", "1: payloads begin with an EtherType instead of LLC");
    CAP_R5 = Field::little_flag("wlan.fixed.capabilities.reserved5", 0, 14).part_of("wlan.fixed.capabilities").label("Reserved").doc("IEEE 802.11-2020 §9.4.1.4", "Was: delayed block acknowledgement");
    CAP_R6 = Field::little_flag("wlan.fixed.capabilities.reserved6", 0, 15).part_of("wlan.fixed.capabilities").label("Reserved").doc("IEEE 802.11-2020 §9.4.1.4", "Was: immediate block acknowledgement");
}

crate::fields! { pub TIMED:
    TIMESTAMP = Field::little("wlan.fixed.timestamp", 0, 64).unit("µs").label("Timestamp").explain(explain_timestamp).doc("IEEE 802.11-2020 §9.4.1.10", "The network's clock when the frame was sent");
    INTERVAL = Field::little("wlan.fixed.beacon", 64, 16).explain(explain_interval).label("Beacon interval").doc("IEEE 802.11-2020 §9.4.1.3", "Time between beacons, in time units of 1,024 µs");
}

crate::fields! { pub BA_PARAMETERS:
    BA = Field::little("wlan.fixed.baparams", 0, 16).hex().label("Block ack parameters").doc("IEEE 802.11-2020 §9.4.1.13", "What the block acknowledgement agreement is about");
    BA_AMSDU = Field::little_flag("wlan.fixed.baparams.amsdu", 0, 0).part_of("wlan.fixed.baparams").label("A-MSDU").doc("IEEE 802.11-2020 §9.4.1.13", "1: frames with several packets are allowed");
    BA_POLICY = Field::little_flag("wlan.fixed.baparams.policy", 0, 1).part_of("wlan.fixed.baparams").label("Immediate").doc("IEEE 802.11-2020 §9.4.1.13", "1: acknowledged at once; 0: later");
    BA_TID = Field::little_part("wlan.fixed.baparams.tid", 0, 16, 0x003c).hex_wide(4).part_of("wlan.fixed.baparams").label("Traffic identifier").doc("IEEE 802.11-2020 §9.4.1.13", "Which traffic the agreement covers");
    BA_BUFFERS = Field::little_part("wlan.fixed.baparams.buffersize", 0, 16, 0xffc0).part_of("wlan.fixed.baparams").label("Buffers").doc("IEEE 802.11-2020 §9.4.1.13", "How many frames may be sent before an acknowledgement");
}

crate::fields! { pub DELBA:
    DEL = Field::little("wlan.fixed.delba.param", 0, 16).hex().label("DELBA parameters").doc("IEEE 802.11-2020 §9.4.1.15", "Which agreement ends");
    DEL_RESERVED = Field::little_part("wlan.fixed.delba.param.reserved", 0, 16, 0x07ff).hex_wide(4).part_of("wlan.fixed.delba.param").label("Reserved").doc("IEEE 802.11-2020 §9.4.1.15", "Must be 0");
    DEL_INITIATOR = Field::little_flag("wlan.fixed.delba.param.initiator", 0, 11).part_of("wlan.fixed.delba.param").label("By the sender of the data").doc("IEEE 802.11-2020 §9.4.1.15", "1: the sender of the data ends the agreement; 0: the receiver");
    DEL_TID = Field::little_part("wlan.fixed.delba.param.tid", 0, 16, 0xf000).hex_wide(4).part_of("wlan.fixed.delba.param").label("Traffic identifier").doc("IEEE 802.11-2020 §9.4.1.15", "Which traffic the agreement covered");
}

crate::fields! { pub MOVING:
    FIXED = Field::group("wlan.fixed.all").label("Fixed parameters").doc("IEEE 802.11-2020 §9.3.3", "What every frame of this kind has");
    LISTEN = Field::moving("wlan.fixed.listen_ival", Value::Uint).hex_wide(4).label("Listen interval").doc("IEEE 802.11-2020 §9.4.1.6", "How many beacon intervals the station may sleep");
    CURRENT_AP = Field::moving("wlan.fixed.current_ap", Value::Mac).label("Current access point").doc("IEEE 802.11-2020 §9.4.1.5", "Which the station comes from");
    STATUS = Field::moving("wlan.fixed.status_code", Value::Uint).hex_wide(4).names(status_name).label("Status").doc("IEEE 802.11-2020 §9.4.1.9", "Whether the request was granted, or why not");
    REASON = Field::moving("wlan.fixed.reason_code", Value::Uint).hex_wide(4).names(reason_name).label("Reason").doc("IEEE 802.11-2020 §9.4.1.7", "Why the sender ends it");
    ASSOCIATION = Field::moving("wlan.fixed.aid", Value::Uint).hex_wide(4).label("Association identifier").doc("IEEE 802.11-2020 §9.4.1.8", "The number that the access point gives the station");
    ALGORITHM = Field::moving("wlan.fixed.auth.alg", Value::Uint).names(algorithm_name).label("Authentication algorithm").doc("IEEE 802.11-2020 §9.4.1.1", "Open System grants everybody; what protects the network comes after the association");
    STEP = Field::moving("wlan.fixed.auth_seq", Value::Uint).hex_wide(4).label("Authentication step").doc("IEEE 802.11-2020 §9.4.1.2", "Which message of the exchange it is, from 1");
    EXCHANGE = Field::moving("wlan.fixed.auth_data", Value::Bytes).label("Authentication data").doc("IEEE 802.11-2020 §9.3.3.11", "What the algorithm exchanges: groups, scalars, elements, confirmations");
    CATEGORY = Field::moving("wlan.fixed.category_code", Value::Uint).names(category_name).label("Category").doc("IEEE 802.11-2020 §9.4.1.11", "What the action is about; from 128 on, an action that could not be read is sent back");
    ACTION = Field::moving("wlan.fixed.action_code", Value::Uint).label("Action").doc("IEEE 802.11-2020 §9.6", "Which action of its category");
    BA_ACTION = Field::moving("wlan.fixed.action_code", Value::Uint).values(BA_ACTIONS).label("Block ack action").doc("IEEE 802.11-2020 §9.6.4.1", "Which action of its category");
    PUBLIC = Field::moving("wlan.fixed.publicact", Value::Uint).hex_wide(2).label("Public action").doc("IEEE 802.11-2020 §9.6.7.1", "Which public action");
    DIALOG = Field::moving("wlan.fixed.dialog_token", Value::Uint).hex_wide(2).label("Dialog token").doc("IEEE 802.11-2020 §9.4.1.12", "Matches answers with requests");
    TIMEOUT = Field::moving("wlan.fixed.batimeout", Value::Uint).hex_wide(4).label("Block ack timeout").doc("IEEE 802.11-2020 §9.4.1.14", "After how long without frames the agreement ends, in time units of 1,024 µs; 0: never");
    TRANSACTION = Field::moving("wlan.fixed.transaction_id", Value::Uint).hex_wide(4).label("Transaction identifier").doc("IEEE 802.11-2020 §9.6.9.2", "Matches the answer with the query");
    VENDOR = Field::moving("wlan.fixed.vendor", Value::Bytes).label("Organization").doc("IEEE 802.11-2020 §9.6.5", "Whose action it is");
    CONTENT = Field::moving("wlan.fixed.action_data", Value::Bytes).label("Action's content").doc("IEEE 802.11-2020 §9.6", "What is not decoded further");
}

static BA_ACTIONS: &[(u64, &str)] = &[(0, "ADDBA request"), (1, "ADDBA response"), (2, "DELBA")];

/// Puts the body of a management frame that is not encrypted.
pub fn put<S: Sink>(s: &mut S, subtype: u8, body: &Tlv<'_>) {
    if !S::ON {
        return;
    }
    let elements = match subtype {
        0 => fixed(s, body, 4, |s, f| {
            f.fixed(s, CAPABILITIES);
            f.uint_le(s, &LISTEN, 2, 2);
        }),
        1 | 3 => fixed(s, body, 6, |s, f| {
            f.fixed(s, CAPABILITIES);
            f.uint_le(s, &STATUS, 2, 2);
            if let Some(aid) = f.data.get(4..).and_then(<[u8]>::first_chunk::<2>) {
                s.uint(&ASSOCIATION, f.bit(4), 16, u64::from(u16::from_le_bytes(*aid) & 0x3fff));
            }
        }),
        2 => fixed(s, body, 10, |s, f| {
            f.fixed(s, CAPABILITIES);
            f.uint_le(s, &LISTEN, 2, 2);
            f.span(s, &CURRENT_AP, 4, 10);
        }),
        4 | 9 => 0,
        5 | 8 => fixed(s, body, 12, |s, f| {
            f.fixed(s, TIMED);
            f.part(10, 2).fixed(s, CAPABILITIES);
        }),
        10 | 12 => fixed(s, body, 2, |s, f| f.uint_le(s, &REASON, 0, 2)),
        11 => {
            let at = fixed(s, body, 6, |s, f| {
                f.uint_le(s, &ALGORITHM, 0, 2);
                f.uint_le(s, &STEP, 2, 2);
                f.uint_le(s, &STATUS, 4, 2);
            });
            // SAE puts its numbers before the elements, without saying how long they are.
            if body.byte(0) == Some(3) && body.byte(1) == Some(0) {
                body.rest(s, &EXCHANGE, at);
                return;
            }
            at
        }
        13 | 14 => {
            action(s, body);
            return;
        }
        _ => {
            body.rest(s, &CONTENT, 0);
            return;
        }
    };
    wlan_tags::walk(s, &body.part(elements, body.wire));
}

/// Puts the fixed parameters, `wire` bytes, and returns where the elements begin.
fn fixed<S: Sink>(s: &mut S, body: &Tlv<'_>, wire: u32, put: impl FnOnce(&mut S, &Tlv<'_>)) -> u32 {
    if body.wire < wire {
        let found = body.wire;
        let rule = "the fixed parameters fit into the frame (IEEE 802.11-2020 §9.3.3)";
        s.note(NoteKind::Bad, format_args!("{rule}: {wire} bytes expected, {found} found"));
    }
    let part = body.part(0, wire);
    if !part.data.is_empty() {
        s.open(&FIXED, part.bit(0));
        put(s, &part);
        s.close(part.bit(part.wire));
    }
    wire
}

/// Puts an action, which has parameters of its own.
fn action<S: Sink>(s: &mut S, body: &Tlv<'_>) {
    body.uint(s, &CATEGORY, 0, 1);
    let (Some(category), code) = (body.byte(0), body.byte(1)) else { return };
    let rest = match (category, code) {
        (127 | 126, _) => {
            body.span(s, &VENDOR, 1, 4);
            4
        }
        (4 | 9, _) => {
            body.uint(s, &PUBLIC, 1, 1);
            2
        }
        (3, Some(code)) => {
            body.uint(s, &BA_ACTION, 1, 1);
            let parameters: &[(Part, u32)] = match code {
                0 => &[
                    (Part::Number(&DIALOG, 1), 2),
                    (Part::Rows(BA_PARAMETERS, 2), 3),
                    (Part::Number(&TIMEOUT, 2), 5),
                    (Part::Rows(super::wlan_control::SSC_FIELD, 2), 7),
                ],
                1 => &[
                    (Part::Number(&DIALOG, 1), 2),
                    (Part::Number(&STATUS, 2), 3),
                    (Part::Rows(BA_PARAMETERS, 2), 5),
                    (Part::Number(&TIMEOUT, 2), 7),
                ],
                2 => &[(Part::Rows(DELBA, 2), 2), (Part::Number(&REASON, 2), 4)],
                _ => &[],
            };
            let mut end = 2;
            for (part, at) in parameters {
                end = part.put(s, body, *at);
            }
            // Further parameters are elements.
            if !parameters.is_empty() {
                wlan_tags::walk(s, &body.part(end, body.wire));
                return;
            }
            end
        }
        (8, _) => {
            body.uint(s, &ACTION, 1, 1);
            body.uint_le(s, &TRANSACTION, 2, 2);
            4
        }
        _ => {
            body.uint(s, &ACTION, 1, 1);
            2
        }
    };
    body.rest(s, &CONTENT, rest);
}

/// One parameter of an action.
enum Part {
    /// A little-endian number of so many bytes.
    Number(&'static Field, u32),
    /// Rows over so many bytes.
    Rows(Table, u32),
}

impl Part {
    /// Puts it at byte `at` of the body, and returns where it ends.
    fn put<S: Sink>(&self, s: &mut S, body: &Tlv<'_>, at: u32) -> u32 {
        match self {
            Part::Number(field, bytes) => {
                body.uint_le(s, field, at, *bytes);
                at + bytes
            }
            Part::Rows(table, bytes) => {
                body.part(at, *bytes).fixed(s, table);
                at + bytes
            }
        }
    }
}

/// So many microseconds make a day, an hour, a minute.
const UNITS: [(u64, &str); 3] = [(86_400_000_000, " days"), (3_600_000_000, " hours"), (60_000_000, " minutes")];

fn explain_timestamp(around: &Around<'_>, out: &mut Text) {
    if let Some((unit, name)) = UNITS.into_iter().find(|(unit, _)| around.value >= unit * 2) {
        out.lit("the clock has run for about ").num(around.value / unit).lit(name);
    }
}

fn explain_interval(around: &Around<'_>, out: &mut Text) {
    // In microseconds, shown as milliseconds with one digit.
    let micros = around.value * 1_024;
    out.num(micros / 1_000).ch('.').num(micros % 1_000 / 100).lit(" ms");
    if let Some(rate) = 10_000_000u64.checked_div(micros).filter(|rate| *rate > 0) {
        out.lit(": ").num(rate / 10).ch('.').num(rate % 10).lit(" beacons a second");
    }
}
