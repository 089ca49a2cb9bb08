//! The tag with which a DSL access node says which subscriber line a PPPoE station is on, and how that line is doing
//! (Broadband Forum TR-101; the values are those of RFC 4679).

use crate::field::{Field, Kind};
use crate::proto::shared::tlv::Tlv;
use crate::sink::{NoteKind, Sink};

crate::fields! { pub HEAD:
    TAG = Field::uint("pppoed.tags.vendorspecific.tag", 0, 8).hex().repeats().values(TAGS).label("Tag").doc("RFC 4679 §3.3", "What it says of the line");
    LENGTH = Field::uint("pppoed.tag_length_8", 8, 8).repeats().unit("bytes").label("Length").doc("RFC 4679 §3.3", "Of what follows");
}

crate::fields! { pub ENCAPSULATION_BODY:
    DATA_LINK = Field::uint("pppoed.tags.access_loop_encap.data_link", 16, 8).hex().repeats().values(DATA_LINKS).label("Data link").doc("RFC 4679 §3.3.17", "What carries frames on the line");
    ENCAPS_1 = Field::uint("pppoed.tags.access_loop_encap.encap_1", 24, 8).hex().repeats().values(ENCAPS_1_NAMES).label("Encapsulation 1").doc("RFC 4679 §3.3.17", "What the frames look like");
    ENCAPS_2 = Field::uint("pppoed.tags.access_loop_encap.encap_2", 32, 8).hex().repeats().values(ENCAPS_2_NAMES).label("Encapsulation 2").doc("RFC 4679 §3.3.17", "What is inside them");
}

crate::fields! { pub MOVING:
    ALL = Field::group("pppoed.tags.vendorspecific.tags").repeats().label("Access line").doc("RFC 4679 §3.3", "Which line the station is on, and how it is doing; added by the access node");
    CIRCUIT = Field::moving("pppoed.tags.circuit_id", Kind::Text).repeats().label("Circuit").doc("RFC 4679 §3.3.1", "Access node, and the port on it");
    REMOTE = Field::moving("pppoed.tags.remote_id", Kind::Text).repeats().label("Remote").doc("RFC 4679 §3.3.2", "The operator's name for the subscriber");
    ENCAPSULATION = Field::group("pppoed.tags.access_loop_encap").repeats().label("Encapsulation on the line").doc("RFC 4679 §3.3.17", "What frames look like on the subscriber's line");
    UNKNOWN = Field::moving("pppoed.tag.unknown_data", Kind::Bytes).repeats().label("Data").doc("RFC 2516 §4", "What a tag says that is not read further");
    ACT_DATA_RATE_UP = Field::moving("pppoed.tags.act_data_rate_up", Kind::Uint).repeats().unit("kbit/s").label("Actual data rate upstream").doc("RFC 4679 §3.3.3", "How fast the line is now, towards the network");
    ACT_DATA_RATE_DOWN = Field::moving("pppoed.tags.act_data_rate_down", Kind::Uint).repeats().unit("kbit/s").label("Actual data rate downstream").doc("RFC 4679 §3.3.4", "How fast the line is now, towards the subscriber");
    MIN_DATA_RATE_UP = Field::moving("pppoed.tags.min_data_rate_up", Kind::Uint).repeats().unit("kbit/s").label("Minimum data rate upstream").doc("RFC 4679 §3.3.5", "The least that the operator set, towards the network");
    MIN_DATA_RATE_DOWN = Field::moving("pppoed.tags.min_data_rate_down", Kind::Uint).repeats().unit("kbit/s").label("Minimum data rate downstream").doc("RFC 4679 §3.3.6", "The least that the operator set, towards the subscriber");
    ATTAINABLE_DATA_RATE_UP = Field::moving("pppoed.tags.attainable_data_rate_up", Kind::Uint).repeats().unit("kbit/s").label("Attainable data rate upstream").doc("RFC 4679 §3.3.7", "What the line could reach, towards the network");
    ATTAINABLE_DATA_RATE_DOWN = Field::moving("pppoed.tags.attainable_data_rate_down", Kind::Uint).repeats().unit("kbit/s").label("Attainable data rate downstream").doc("RFC 4679 §3.3.8", "What the line could reach, towards the subscriber");
    MAX_DATA_RATE_UP = Field::moving("pppoed.tags.max_data_rate_up", Kind::Uint).repeats().unit("kbit/s").label("Maximum data rate upstream").doc("RFC 4679 §3.3.9", "The most that the operator set, towards the network");
    MAX_DATA_RATE_DOWN = Field::moving("pppoed.tags.max_data_rate_down", Kind::Uint).repeats().unit("kbit/s").label("Maximum data rate downstream").doc("RFC 4679 §3.3.10", "The most that the operator set, towards the subscriber");
    MIN_DATA_RATE_UP_LP = Field::moving("pppoed.tags.min_data_rate_up_lp", Kind::Uint).repeats().unit("kbit/s").label("Minimum data rate upstream, low power").doc("RFC 4679 §3.3.11", "The least while the line saves power, towards the network");
    MIN_DATA_RATE_DOWN_LP = Field::moving("pppoed.tags.min_data_rate_down_lp", Kind::Uint).repeats().unit("kbit/s").label("Minimum data rate downstream, low power").doc("RFC 4679 §3.3.12", "The least while the line saves power, towards the subscriber");
    MAX_INT_DELAY_UP = Field::moving("pppoed.tags.max_int_delay_up", Kind::Uint).repeats().unit("ms").label("Maximum interleaving delay upstream").doc("RFC 4679 §3.3.13", "The most that the operator set, towards the network");
    ACT_INT_DELAY_UP = Field::moving("pppoed.tags.act_int_delay_up", Kind::Uint).repeats().unit("ms").label("Actual interleaving delay upstream").doc("RFC 4679 §3.3.14", "By which the line spreads errors now, towards the network");
    MAX_INT_DELAY_DOWN = Field::moving("pppoed.tags.max_int_delay_down", Kind::Uint).repeats().unit("ms").label("Maximum interleaving delay downstream").doc("RFC 4679 §3.3.15", "The most that the operator set, towards the subscriber");
    ACT_INT_DELAY_DOWN = Field::moving("pppoed.tags.act_int_delay_down", Kind::Uint).repeats().unit("ms").label("Actual interleaving delay downstream").doc("RFC 4679 §3.3.16", "By which the line spreads errors now, towards the subscriber");
}

/// TR-101, and RFC 4679 §3.3.
static TAGS: &[(u64, &str)] = &[
    (0x01, "Circuit ID"),
    (0x02, "Remote ID"),
    (0x81, "Actual data rate upstream"),
    (0x82, "Actual data rate downstream"),
    (0x83, "Minimum data rate upstream"),
    (0x84, "Minimum data rate downstream"),
    (0x85, "Attainable data rate upstream"),
    (0x86, "Attainable data rate downstream"),
    (0x87, "Maximum data rate upstream"),
    (0x88, "Maximum data rate downstream"),
    (0x89, "Minimum data rate upstream, low power"),
    (0x8a, "Minimum data rate downstream, low power"),
    (0x8b, "Maximum interleaving delay upstream"),
    (0x8c, "Actual interleaving delay upstream"),
    (0x8d, "Maximum interleaving delay downstream"),
    (0x8e, "Actual interleaving delay downstream"),
    (0x90, "Access loop encapsulation"),
    (0xfe, "Interworked session"),
];

/// RFC 4679 §3.3.17.
static DATA_LINKS: &[(u64, &str)] = &[(0, "ATM AAL5"), (1, "Ethernet")];

/// RFC 4679 §3.3.17.
static ENCAPS_1_NAMES: &[(u64, &str)] =
    &[(0, "Not available"), (1, "Untagged Ethernet"), (2, "Single-tagged Ethernet")];

/// RFC 4679 §3.3.17.
static ENCAPS_2_NAMES: &[(u64, &str)] = &[
    (0, "Not available"),
    (1, "PPPoA LLC"),
    (2, "PPPoA null"),
    (3, "IPoA LLC"),
    (4, "IPoA null"),
    (5, "Ethernet over AAL5 LLC with FCS"),
    (6, "Ethernet over AAL5 LLC without FCS"),
    (7, "Ethernet over AAL5 null with FCS"),
    (8, "Ethernet over AAL5 null without FCS"),
];

/// Puts the tags from byte `from` of a tag on.
pub fn put<S: Sink>(s: &mut S, tag: &Tlv<'_>, from: u32) {
    if tag.wire <= from {
        return;
    }
    s.open(&ALL, tag.bit(from));
    let mut at = from;
    while S::ON && at < tag.wire && s.room() {
        let Some(kind) = tag.byte(at) else { break };
        let length = tag.byte(at.saturating_add(1));
        let left = tag.wire - at;
        let wire = length.map_or(2, |n| u32::from(n) + 2);
        let one = tag.part(at, wire);
        one.fixed(s, HEAD);
        if wire > left {
            let rule = "a tag of the access line ends within the tag around it (RFC 4679 §3.3)";
            s.note(NoteKind::Bad, format_args!("{rule}: at most {left} bytes expected, {wire} found"));
            break;
        }
        if length.is_some() {
            value(s, kind, &one);
        }
        at = at.saturating_add(wire);
    }
    s.close(tag.bit(tag.wire));
}

fn value<S: Sink>(s: &mut S, kind: u8, one: &Tlv<'_>) {
    let row = match kind {
        0x01 => return one.rest(s, &CIRCUIT, 2),
        0x02 => return one.rest(s, &REMOTE, 2),
        0x90 if one.wire == 5 => {
            s.open(&ENCAPSULATION, one.bit(2));
            one.fixed(s, ENCAPSULATION_BODY);
            return s.close(one.bit(5));
        }
        0x81 => &ACT_DATA_RATE_UP,
        0x82 => &ACT_DATA_RATE_DOWN,
        0x83 => &MIN_DATA_RATE_UP,
        0x84 => &MIN_DATA_RATE_DOWN,
        0x85 => &ATTAINABLE_DATA_RATE_UP,
        0x86 => &ATTAINABLE_DATA_RATE_DOWN,
        0x87 => &MAX_DATA_RATE_UP,
        0x88 => &MAX_DATA_RATE_DOWN,
        0x89 => &MIN_DATA_RATE_UP_LP,
        0x8a => &MIN_DATA_RATE_DOWN_LP,
        0x8b => &MAX_INT_DELAY_UP,
        0x8c => &ACT_INT_DELAY_UP,
        0x8d => &MAX_INT_DELAY_DOWN,
        0x8e => &ACT_INT_DELAY_DOWN,
        _ => return one.rest(s, &UNKNOWN, 2),
    };
    if one.expect(s, "a rate or a delay has 4 bytes (RFC 4679 §3.3)", 6) {
        one.uint(s, row, 2, 4);
    } else {
        one.rest(s, &UNKNOWN, 2);
    }
}
