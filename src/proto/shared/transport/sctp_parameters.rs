//! Parameters of the chunks of the Stream Control Transmission Protocol, and causes of its errors: both have a type and
//! a length of 16 bits each (RFC 9260 §3.2.1, §3.3.10), and both can hold further ones.

use super::sctp_chunks::{self as chunks, DEEPEST};
use super::sctp_names as names;
use crate::field::{Around, Field, Kind, Table};
use crate::proto::shared::tlv::Tlv;
use crate::sink::{NoteKind, Sink};
use crate::text::Text;

crate::fields! { pub PARAMETER:
    TYPE = Field::uint("sctp.parameter_type", 0, 16).repeats().hex().names(names::parameter).label("Type").doc("RFC 9260 §3.2.1", "Which parameter it is; its two highest bits say what to do with one that is not known").explain(explain_type);
    BIT_1 = Field::flag("sctp.parameter_bit_1", 0).repeats().part_of("sctp.parameter_type").label("Skip").doc("RFC 9260 §3.2.1", "Who does not know the parameter: 0: ignores the rest of the chunk; 1: skips the parameter and reads on");
    BIT_2 = Field::flag("sctp.parameter_bit_2", 1).repeats().part_of("sctp.parameter_type").label("Report").doc("RFC 9260 §3.2.1", "Who does not know the parameter: 1: says so");
    LENGTH = Field::uint("sctp.parameter_length", 16, 16).repeats().unit("bytes").label("Length").doc("RFC 9260 §3.2.1", "Type, length and value, without the padding behind them");
}

crate::fields! { pub CAUSE:
    CODE = Field::uint("sctp.cause_code", 0, 16).repeats().hex().names(names::cause).label("Cause").doc("RFC 9260 §3.3.10", "What went wrong");
    CAUSE_LENGTH = Field::uint("sctp.cause_length", 16, 16).repeats().unit("bytes").label("Length").doc("RFC 9260 §3.3.10", "Cause, length and what follows, without the padding behind them");
}

crate::fields! { pub MOVING:
    PARAMETER_GROUP = Field::group("sctp.parameter").repeats().label("Parameter").doc("RFC 9260 §3.2.1", "What a chunk says besides its fixed part");
    VALUE = Field::moving("sctp.parameter_value", Kind::Bytes).repeats().label("Value").doc("RFC 9260 §3.2.1", "What is not read further");
    PADDING = Field::moving("sctp.parameter_padding", Kind::Bytes).repeats().label("Padding").doc("RFC 9260 §3.2.1", "Up to 3 bytes that bring the next parameter to a multiple of 4");
    HEARTBEAT = Field::moving("sctp.parameter_heartbeat_information", Kind::Bytes).repeats().label("Heartbeat information").doc("RFC 9260 §3.3.5", "Whatever the sender wants back, such as when it was sent, and to which address");
    COOKIE = Field::moving("sctp.parameter_state_cookie", Kind::Bytes).repeats().label("State cookie").doc("RFC 9260 §3.3.3.1", "What the sender has to know of the association, signed and handed out instead of kept");
    HOSTNAME = Field::moving("sctp.parameter_hostname", Kind::Text).repeats().label("Host name").doc("RFC 9260 §3.3.2.1", "No longer allowed; formerly a name instead of addresses");
    ADDRESS_TYPE = Field::moving("sctp.parameter_supported_address_type", Kind::Uint).repeats().values(names::ADDRESSES).label("Supported address type").doc("RFC 9260 §3.3.2.1", "Addresses that the sender can use, by their parameter types");
    RECONFIG_SID = Field::moving("sctp.parameter_reconfig_sid", Kind::Uint).repeats().label("Stream").doc("RFC 6525 §4.1", "A stream to be reset; none listed: all of them");
    RANDOM = Field::moving("sctp.random_number", Kind::Bytes).repeats().label("Random number").doc("RFC 4895 §3.1", "The sender's part of the key for AUTH chunks");
    AUTHENTICATED = Field::moving("sctp.chunk_type_to_auth", Kind::Uint).repeats().names(names::chunk).label("Chunk to be authenticated").doc("RFC 4895 §3.2", "The sender takes such chunks only behind an AUTH chunk");
    HMAC_ID = Field::moving("sctp.hmac_id", Kind::Uint).repeats().values(names::HMACS).label("HMAC algorithm").doc("RFC 4895 §3.3", "What the sender can compute, best first");
    EXTENSION = Field::moving("sctp.supported_chunk_type", Kind::Uint).repeats().names(names::chunk).label("Supported chunk").doc("RFC 5061 §4.2.7", "A chunk beyond the standard that the sender knows");
    NEXT_TSN = Field::moving("sctp.parameter_senders_next_tsn", Kind::Uint).repeats().label("Sender's next TSN").doc("RFC 6525 §4.4", "What the sender of this goes on with");
    RECEIVER_TSN = Field::moving("sctp.parameter_receivers_next_tsn", Kind::Uint).repeats().label("Receiver's next TSN").doc("RFC 6525 §4.4", "What the receiver of this has to go on with");
    CAUSE_GROUP = Field::group("sctp.cause").repeats().label("Error cause").doc("RFC 9260 §3.3.10", "One thing that went wrong");
    INFORMATION = Field::moving("sctp.cause_information", Kind::Bytes).repeats().label("Information").doc("RFC 9260 §3.3.10", "What more is said about the cause");
    CAUSE_PADDING = Field::moving("sctp.cause_padding", Kind::Bytes).repeats().label("Padding").doc("RFC 9260 §3.2", "Up to 3 bytes that bring the next cause to a multiple of 4");
    MISSING = Field::moving("sctp.cause_missing_parameter_type", Kind::Uint).repeats().hex_wide(4).names(names::parameter).label("Missing parameter").doc("RFC 9260 §3.3.10.2", "What the chunk should have had");
}

crate::fields! { pub IPV4:
    IPV4_ADDRESS = Field::ip4("sctp.parameter_ipv4_address", 32).repeats().label("Address").doc("RFC 9260 §3.3.2.1", "An address of the sender, beside that of the packet");
}

crate::fields! { pub IPV6:
    IPV6_ADDRESS = Field::ip6("sctp.parameter_ipv6_address", 32).repeats().label("Address").doc("RFC 9260 §3.3.2.1", "An address of the sender, beside that of the packet");
}

crate::fields! { pub PRESERVATIVE:
    INCREMENT = Field::uint("sctp.parameter_cookie_preservative_incr", 32, 32).repeats().unit("ms").label("Cookie life-span increment").doc("RFC 9260 §3.3.2.1", "How much longer than usual the cookie should be good");
}

crate::fields! { pub OUTGOING_RESET:
    OUT_REQUEST = Field::uint("sctp.parameter_reconfig_request_sequence_number", 32, 32).repeats().label("Request number").doc("RFC 6525 §4.1", "Counts the sender's requests");
    OUT_RESPONSE = Field::uint("sctp.parameter_reconfig_response_sequence_number", 64, 32).repeats().label("Response number").doc("RFC 6525 §4.1", "The request that this answers, when the receiver had asked for it");
    OUT_LAST = Field::uint("sctp.parameter_senders_last_assigned_tsn", 96, 32).repeats().label("Sender's last TSN").doc("RFC 6525 §4.1", "The reset takes place behind this DATA chunk");
}

crate::fields! { pub REQUEST:
    REQUEST_NUMBER = Field::uint("sctp.parameter_reconfig_request_sequence_number", 32, 32).repeats().label("Request number").doc("RFC 6525 §4.2", "Counts the sender's requests");
}

crate::fields! { pub RESPONSE:
    RESPONSE_NUMBER = Field::uint("sctp.parameter_reconfig_response_sequence_number", 32, 32).repeats().label("Response number").doc("RFC 6525 §4.4", "The request that this answers");
    RESULT = Field::uint("sctp.parameter_reconfig_response_result", 64, 32).repeats().values(names::RESULTS).label("Result").doc("RFC 6525 §4.4", "What became of it");
}

crate::fields! { pub ADD_OUT:
    ADD_OUT_REQUEST = Field::uint("sctp.parameter_reconfig_request_sequence_number", 32, 32).repeats().label("Request number").doc("RFC 6525 §4.5", "Counts the sender's requests");
    ADD_OUT_NUMBER = Field::uint("sctp.parameter_add_outgoing_streams_number", 64, 16).repeats().label("Streams").doc("RFC 6525 §4.5", "How many streams the sender wants to add");
    ADD_OUT_RESERVED = Field::uint("sctp.parameter_add_outgoing_streams_reserved", 80, 16).repeats().label("Reserved").doc("RFC 6525 §4.5", "Must be 0");
}

crate::fields! { pub ADD_IN:
    ADD_IN_REQUEST = Field::uint("sctp.parameter_reconfig_request_sequence_number", 32, 32).repeats().label("Request number").doc("RFC 6525 §4.6", "Counts the sender's requests");
    ADD_IN_NUMBER = Field::uint("sctp.parameter_add_incoming_streams_number", 64, 16).repeats().label("Streams").doc("RFC 6525 §4.6", "How many streams the receiver is asked to add");
    ADD_IN_RESERVED = Field::uint("sctp.parameter_add_incoming_streams_reserved", 80, 16).repeats().label("Reserved").doc("RFC 6525 §4.6", "Must be 0");
}

crate::fields! { pub CORRELATION:
    CORRELATION_ID = Field::uint("sctp.correlation_id", 32, 32).repeats().hex().label("Correlation").doc("RFC 5061 §4.2", "Tells which answer belongs to which request");
}

crate::fields! { pub ADAPTATION:
    INDICATION = Field::uint("sctp.adaptation_layer_indication", 32, 32).repeats().hex().label("Adaptation code point").doc("RFC 5061 §4.2.6", "What runs above SCTP");
}

crate::fields! { pub INVALID_STREAM:
    STREAM = Field::uint("sctp.cause_stream_identifier", 32, 16).repeats().label("Stream").doc("RFC 9260 §3.3.10.1", "The stream that there is not");
    STREAM_RESERVED = Field::uint("sctp.cause_reserved", 48, 16).repeats().label("Reserved").doc("RFC 9260 §3.3.10.1", "Must be 0");
}

crate::fields! { pub MISSING_COUNT:
    MISSING_NUMBER = Field::uint("sctp.cause_nr_of_missing_parameters", 32, 32).repeats().label("Missing parameters").doc("RFC 9260 §3.3.10.2", "How many follow");
}

crate::fields! { pub STALE:
    STALENESS = Field::uint("sctp.cause_measure_of_staleness", 32, 32).repeats().unit("µs").label("Staleness").doc("RFC 9260 §3.3.10.3", "How long ago the cookie ceased to be good");
}

crate::fields! { pub NO_DATA:
    NO_DATA_TSN = Field::uint("sctp.cause_tsn", 32, 32).repeats().label("TSN").doc("RFC 9260 §3.3.10.9", "The DATA chunk that carried nothing");
}

crate::fields! { pub BAD_HMAC:
    BAD_HMAC_ID = Field::uint("sctp.hmac_id", 32, 16).repeats().values(names::HMACS).label("HMAC algorithm").doc("RFC 4895 §4.1", "What the sender of this cannot compute");
}

/// How the items of a list are laid out.
struct Shape {
    /// What an item is called in notes.
    name: &'static str,
    group: &'static Field,
    prefix: Table,
    padding: &'static Field,
}

static PARAMETERS: Shape = Shape { name: "parameter", group: &PARAMETER_GROUP, prefix: PARAMETER, padding: &PADDING };
static CAUSES: Shape = Shape { name: "error cause", group: &CAUSE_GROUP, prefix: CAUSE, padding: &CAUSE_PADDING };

/// Puts the parameters that fill `list`.
pub fn put<S: Sink>(s: &mut S, list: &Tlv<'_>, depth: u8) {
    walk(s, list, depth, &PARAMETERS, parameter);
}

/// Puts the error causes that fill `list`.
pub fn put_causes<S: Sink>(s: &mut S, list: &Tlv<'_>, depth: u8) {
    walk(s, list, depth, &CAUSES, cause);
}

/// Puts the contents of one item, which has its type and length.
type Contents<S> = fn(&mut S, u16, &Tlv<'_>, u8);

fn walk<S: Sink>(s: &mut S, list: &Tlv<'_>, depth: u8, shape: &Shape, contents: Contents<S>) {
    if depth > DEEPEST {
        return s.note(NoteKind::Cap, format_args!("{}s lie more than {DEEPEST} deep; they are left out", shape.name));
    }
    let mut at = 0u32;
    while list.data.len() > at as usize && s.room() {
        let left = list.wire.saturating_sub(at);
        let head = list.part(at, 4);
        let whole = head.data.first_chunk::<4>();
        let length = whole.map(|[.., a, b]| u32::from(u16::from_be_bytes([*a, *b])));
        let Some(length) = length.filter(|length| (4..=left).contains(length)) else {
            s.open(shape.group, head.bit(0));
            head.fixed(s, shape.prefix);
            s.close(head.end());
            // Without its length, an item is cut by the capture, or by what it lies in.
            let (rule, expected, found) = match length {
                None if left < 4 => ("has a type and a length", 4, left),
                None => return,
                Some(length) if length < 4 => ("is as long as its type and length at least", 4, length),
                Some(length) => ("ends within what it lies in", left, length),
            };
            let name = shape.name;
            return s.note(
                NoteKind::Bad,
                format_args!("each {name} {rule} (RFC 9260 §3.2.1): {expected} expected, {found} found"),
            );
        };
        let next = at.saturating_add(length.next_multiple_of(4)).min(list.wire);
        let item = list.part(at, length);
        let kind = whole.map_or(0, |[a, b, ..]| u16::from_be_bytes([*a, *b]));
        s.open(shape.group, item.bit(0));
        item.fixed(s, shape.prefix);
        contents(s, kind, &item, depth);
        list.span(s, shape.padding, at.saturating_add(length), next);
        s.close(list.part(at, next - at).end());
        at = next;
    }
}

/// Puts numbers of `size` bytes each, from byte `from` of an item to its end.
fn numbers<S: Sink>(s: &mut S, item: &Tlv<'_>, from: u32, size: u32, field: &'static Field) {
    let mut at = from;
    while at.saturating_add(size) <= item.wire && item.data.len() >= at.saturating_add(size) as usize && s.room() {
        item.uint(s, field, at, size);
        at += size;
    }
}

/// What follows type and length when nothing but rows at fixed places does: the rows and the item's length.
fn fixed_parameter(kind: u16) -> Option<(Table, u32)> {
    Some(match kind {
        5 => (IPV4, 8),
        6 => (IPV6, 20),
        9 => (PRESERVATIVE, 8),
        15 => (REQUEST, 8),
        17 => (ADD_OUT, 12),
        18 => (ADD_IN, 12),
        0x8000 | 0xc000 => (&[], 4),
        0xc005 => (CORRELATION, 8),
        0xc006 => (ADAPTATION, 8),
        _ => return None,
    })
}

fn parameter<S: Sink>(s: &mut S, kind: u16, item: &Tlv<'_>, depth: u8) {
    if let Some((table, length)) = fixed_parameter(kind) {
        if item.expect(s, "the parameter has the length of its type (RFC 9260 §3.2.1)", length) {
            item.fixed(s, table);
        }
        return;
    }
    match kind {
        1 => item.rest(s, &HEARTBEAT, 4),
        7 => item.rest(s, &COOKIE, 4),
        8 => put(s, &item.part(4, item.wire), depth + 1),
        11 => hostname(s, item),
        12 => numbers(s, item, 4, 2, &ADDRESS_TYPE),
        13 if long(s, item, 16) => {
            item.fixed(s, OUTGOING_RESET);
            numbers(s, item, 16, 2, &RECONFIG_SID);
        }
        14 if long(s, item, 8) => {
            item.fixed(s, REQUEST);
            numbers(s, item, 8, 2, &RECONFIG_SID);
        }
        16 if long(s, item, 12) => {
            item.fixed(s, RESPONSE);
            if item.wire >= 20 {
                item.uint(s, &NEXT_TSN, 12, 4);
                item.uint(s, &RECEIVER_TSN, 16, 4);
            }
        }
        0x8002 => item.rest(s, &RANDOM, 4),
        0x8003 => numbers(s, item, 4, 1, &AUTHENTICATED),
        0x8004 => numbers(s, item, 4, 2, &HMAC_ID),
        0x8008 => numbers(s, item, 4, 1, &EXTENSION),
        0xc001 | 0xc002 | 0xc004 if long(s, item, 8) => {
            item.fixed(s, CORRELATION);
            put(s, &item.part(8, item.wire), depth + 1);
        }
        0xc003 if long(s, item, 8) => {
            item.fixed(s, CORRELATION);
            put_causes(s, &item.part(8, item.wire), depth + 1);
        }
        13 | 14 | 16 | 0xc001..=0xc004 => {}
        _ => item.rest(s, &VALUE, 4),
    }
}

fn long<S: Sink>(s: &mut S, item: &Tlv<'_>, length: u32) -> bool {
    item.at_least(s, "the parameter has the fixed part of its type (RFC 9260 §3.2.1)", length)
}

/// Puts a name up to the zero that ends it.
fn hostname<S: Sink>(s: &mut S, item: &Tlv<'_>) {
    let name = item.data.get(4..).unwrap_or_default();
    // Where the name ends is known only when all of it was captured.
    if item.data.len() == item.wire as usize {
        let length = name.iter().position(|b| *b == 0).unwrap_or(name.len());
        item.span(s, &HOSTNAME, 4, 4 + length as u32);
    }
}

fn cause<S: Sink>(s: &mut S, code: u16, item: &Tlv<'_>, depth: u8) {
    let table: Option<(Table, u32)> = match code {
        1 => Some((INVALID_STREAM, 8)),
        3 => Some((STALE, 8)),
        4 | 7 | 10 => Some((&[], 4)),
        9 => Some((NO_DATA, 8)),
        0x105 => Some((BAD_HMAC, 6)),
        _ => None,
    };
    if let Some((table, length)) = table {
        if item.expect(s, "the cause has the length of its code (RFC 9260 §3.3.10)", length) {
            item.fixed(s, table);
        }
        return;
    }
    match code {
        2 => {
            item.fixed(s, MISSING_COUNT);
            numbers(s, item, 8, 2, &MISSING);
        }
        5 | 8 | 11 | 0xa0..=0xa2 | 0xa4 => put(s, &item.part(4, item.wire), depth + 1),
        6 => chunk(s, &item.part(4, item.wire), depth + 1),
        _ => item.rest(s, &INFORMATION, 4),
    }
}

/// Puts the chunk that a cause holds.
fn chunk<S: Sink>(s: &mut S, item: &Tlv<'_>, depth: u8) {
    if item.data.is_empty() {
        return;
    }
    let length = item.data.first_chunk::<4>().map(|[.., a, b]| u32::from(u16::from_be_bytes([*a, *b])));
    match length {
        Some(length) if (4..=item.wire).contains(&length) && depth <= DEEPEST => {
            let padding = item.part(length, length.next_multiple_of(4) - length);
            chunks::put(s, &item.part(0, length), &padding, depth);
        }
        _ => {
            chunks::put_broken(s, item);
            if let Some(found) = length.filter(|length| *length > item.wire) {
                let rule = "the chunk ends within the cause (RFC 9260 §3.3.10.6)";
                s.note(NoteKind::Bad, format_args!("{rule}: {} expected, {found} found", item.wire));
            }
        }
    }
}

fn explain_type(around: &Around<'_>, out: &mut Text) {
    if names::parameter(around.value).is_some() {
        return;
    }
    out.lit(match around.value >> 14 {
        0 => "not assigned; who does not know it ignores the rest of the chunk",
        1 => "not assigned; who does not know it ignores the rest of the chunk and says so",
        2 => "not assigned; who does not know it skips it and reads on",
        _ => "not assigned; who does not know it skips it, says so and reads on",
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Tree;

    fn rows(bytes: &[u8], wire: u32) -> (Vec<&'static str>, Vec<String>) {
        let mut tree = Tree::default();
        put(&mut tree, &Tlv { data: bytes, base: 0, wire }, 0);
        let notes = tree.notes().iter().map(|n| tree.note_text(n).to_owned()).collect();
        (tree.nodes().iter().map(|n| n.field.name).collect(), notes)
    }

    #[test]
    fn a_parameter_that_does_not_fit_ends_the_walk() {
        let (names, notes) = rows(&[0, 9, 0, 8, 0, 0, 0, 1, 0, 5, 0, 9, 1, 2, 3, 4], 16);
        assert_eq!(names.last(), Some(&"sctp.parameter_length"));
        assert_eq!(notes, ["each parameter ends within what it lies in (RFC 9260 §3.2.1): 8 expected, 9 found"]);
        let (_, notes) = rows(&[0, 9, 0, 3], 4);
        assert_eq!(
            notes,
            ["each parameter is as long as its type and length at least (RFC 9260 §3.2.1): 4 expected, 3 found"]
        );
        // Cut by the capture is no contradiction.
        assert!(rows(&[0, 9, 0], 8).1.is_empty());
        assert!(rows(&[0, 9, 0, 8, 0, 0], 8).1.is_empty());
    }

    #[test]
    fn nesting_is_bounded() {
        let mut bytes = Vec::new();
        for _ in 0..300 {
            let length = (bytes.len() as u16 + 4).to_be_bytes();
            bytes.splice(0..0, [0, 8, length[0], length[1]]);
        }
        let (names, notes) = rows(&bytes, bytes.len() as u32);
        assert_eq!(names.iter().filter(|n| **n == "sctp.parameter").count(), usize::from(DEEPEST) + 1);
        assert_eq!(notes.len(), 1);
    }
}
