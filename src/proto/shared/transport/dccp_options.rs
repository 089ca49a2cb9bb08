//! Options of the Datagram Congestion Control Protocol (RFC 4340 §5.8).
//!
//! ```text
//! |     Type      |    Length     |  Value …                      |
//! ```
//!
//! Types below 32 have neither length nor value.

use crate::field::{Around, Field, Kind, Table};
use crate::proto::shared::tlv::Tlv;
use crate::sink::{NoteKind, Sink};
use crate::text::Text;

crate::fields! { pub PREFIX:
    TYPE = Field::uint("dccp.option_type", 0, 8).repeats().names(option_name).label("Option").doc("RFC 4340 §5.8", "Which option it is; from 128 on, the congestion control says what it means");
}

crate::fields! { pub LENGTH:
    OPTION_LENGTH = Field::uint("dccp.option_length", 8, 8).repeats().unit("bytes").label("Length").doc("RFC 4340 §5.8", "Type, length and value");
}

crate::fields! { pub FEATURE:
    FEATURE_NUMBER = Field::uint("dccp.feature_number", 16, 8).repeats().names(feature_name).label("Feature").doc("RFC 4340 §6.4", "What is negotiated");
}

crate::fields! { pub TIMESTAMP:
    TIMESTAMP_VALUE = Field::uint("dccp.timestamp", 16, 32).repeats().label("Timestamp").doc("RFC 4340 §13.1", "The sender's clock, in units of 10 µs");
}

crate::fields! { pub ECHO:
    TIMESTAMP_ECHO = Field::uint("dccp.timestamp_echo", 16, 32).repeats().label("Timestamp echo").doc("RFC 4340 §13.3", "The last timestamp that arrived");
}

crate::fields! { pub DATA_CHECKSUM:
    CHECKSUM_DATA = Field::uint("dccp.checksum_data", 16, 32).repeats().hex().label("Data checksum").doc("RFC 4340 §9.3", "CRC-32C over the application's data, which the checksum may leave out");
}

crate::fields! { pub LOSS_RATE:
    LOSS_EVENT_RATE = Field::uint("dccp.ccid3_loss_event_rate", 16, 32).repeats().label("Loss event rate").doc("RFC 4342 §8.5", "One loss event in so many packets; all ones: none yet").explain(explain_loss_rate);
}

crate::fields! { pub RECEIVE_RATE:
    RATE = Field::uint("dccp.ccid3_receive_rate", 16, 32).repeats().unit("bytes/s").label("Receive rate").doc("RFC 4342 §8.3", "How much data arrived lately");
}

crate::fields! { pub MOVING:
    OPTIONS = Field::group("dccp.options").label("Options").doc("RFC 4340 §5.8", "What follows the fixed part of the header");
    OPTION = Field::group("dccp.option").repeats().label("Option").doc("RFC 4340 §5.8", "One option");
    PADDING = Field::moving("dccp.padding", Kind::Bytes).repeats().part_of("dccp.option_type").label("Padding").doc("RFC 4340 §5.8.1", "Brings the header to a multiple of 4 bytes, or the next option to a good place");
    MANDATORY = Field::moving("dccp.mandatory", Kind::Bytes).repeats().part_of("dccp.option_type").label("Mandatory").doc("RFC 4340 §5.8.2", "Who does not understand the next option resets the connection");
    SLOW_RECEIVER = Field::moving("dccp.slow_receiver", Kind::Bytes).repeats().part_of("dccp.option_type").label("Slow receiver").doc("RFC 4340 §11.6", "The receiver cannot keep up; do not send faster for a round-trip time");
    RESERVED = Field::moving("dccp.option_reserved", Kind::Bytes).repeats().label("Reserved").doc("RFC 4340 §5.8", "The value of an option that is not assigned, or the option itself when it has none");
    FEATURE_VALUE = Field::moving("dccp.feature_value", Kind::Bytes).repeats().label("Value").doc("RFC 4340 §6.1", "What the sender wants, best first, or what was agreed");
    INIT_COOKIE = Field::moving("dccp.init_cookie", Kind::Bytes).repeats().label("Init cookie").doc("RFC 4340 §8.1.4", "What a server has to know of the connection, handed out instead of kept");
    NDP_COUNT = Field::moving("dccp.ndp_count", Kind::Uint).repeats().label("Packets without data").doc("RFC 4340 §7.7", "How many in a row were sent just before this one");
    VECTOR_0 = Field::moving("dccp.ack_vector.nonce_0", Kind::Bytes).repeats().label("Ack vector, nonce 0").doc("RFC 4340 §11.4", "What arrived, from the acknowledgment number backwards: each byte a state (2 bits) and how many more packets have it (6 bits)").explain(explain_vector);
    VECTOR_1 = Field::moving("dccp.ack_vector.nonce_1", Kind::Bytes).repeats().label("Ack vector, nonce 1").doc("RFC 4340 §11.4", "What arrived, from the acknowledgment number backwards: each byte a state (2 bits) and how many more packets have it (6 bits)").explain(explain_vector);
    DATA_DROPPED = Field::moving("dccp.data_dropped", Kind::Bytes).repeats().label("Data dropped").doc("RFC 4340 §11.7", "Which packets arrived but whose data the application did not get, and why");
    ELAPSED = Field::moving("dccp.elapsed_time", Kind::Uint).repeats().label("Elapsed time").doc("RFC 4340 §13.2", "Since what is acknowledged arrived, in units of 10 µs").explain(explain_elapsed);
    LOSS_INTERVALS = Field::moving("dccp.ccid3_loss_intervals", Kind::Bytes).repeats().label("Loss intervals").doc("RFC 4342 §8.6", "How many packets lay between losses");
    CCID_DATA = Field::moving("dccp.ccid_option_data", Kind::Bytes).repeats().label("Value").doc("RFC 4340 §10.3", "Of an option of the congestion control in use");
}

/// The name of an option type.
pub fn option_name(kind: u64) -> Option<&'static str> {
    Some(match kind {
        0 => "Padding",
        1 => "Mandatory",
        2 => "Slow receiver",
        32 => "Change L",
        33 => "Confirm L",
        34 => "Change R",
        35 => "Confirm R",
        36 => "Init cookie",
        37 => "NDP count",
        38 => "Ack vector, nonce 0",
        39 => "Ack vector, nonce 1",
        40 => "Data dropped",
        41 => "Timestamp",
        42 => "Timestamp echo",
        43 => "Elapsed time",
        44 => "Data checksum",
        192 => "CCID 3 loss event rate",
        193 => "CCID 3 loss intervals",
        194 => "CCID 3 receive rate",
        128..=255 => "CCID-specific",
        _ => return None,
    })
}

fn feature_name(number: u64) -> Option<&'static str> {
    Some(match number {
        1 => "Congestion control ID (CCID)",
        2 => "Allow short sequence numbers",
        3 => "Sequence window",
        4 => "ECN incapable",
        5 => "Ack ratio",
        6 => "Send ack vector",
        7 => "Send NDP count",
        8 => "Minimum checksum coverage",
        9 => "Check data checksum",
        192 => "Send loss event rate",
        128..=255 => "CCID-specific",
        _ => return None,
    })
}

/// Puts all options, of which at least one byte was captured.
pub fn put<S: Sink>(s: &mut S, options: &Tlv<'_>) {
    s.open(&OPTIONS, options.bit(0));
    walk(s, options);
    s.close(options.end());
}

fn walk<S: Sink>(s: &mut S, options: &Tlv<'_>) {
    let mut at = 0u32;
    while let Some(kind) = options.byte(at).filter(|_| s.room()) {
        let left = options.wire.saturating_sub(at);
        let length = match kind {
            0..=31 => Some(1),
            _ => options.byte(at.saturating_add(1)).map(u32::from),
        };
        let least = if kind < 32 { 1 } else { 2 };
        let fits = length.is_some_and(|length| (least..=left).contains(&length));
        let option = options.part(at, length.filter(|_| fits).unwrap_or(2));
        s.open(&OPTION, option.bit(0));
        option.fixed(s, PREFIX);
        if kind >= 32 {
            option.fixed(s, LENGTH);
        }
        if fits {
            value(s, kind, &option);
        }
        s.close(option.end());
        let Some(length) = length.filter(|_| fits) else {
            let (rule, expected, found) = match length {
                Some(length) if length < least => ("is as long as its type and length at least", least, length),
                Some(length) => ("ends within the header", left, length),
                // The capture ends here, or the header does.
                None if left >= 2 => return,
                None => ("has a type and a length", 2, left),
            };
            return s.note(
                NoteKind::Bad,
                format_args!("each option from 32 on {rule} (RFC 4340 §5.8): {expected} expected, {found} found"),
            );
        };
        at = at.saturating_add(length);
    }
}

/// What follows type and length when only rows at fixed places do: the rows and the option's length.
fn fixed(kind: u8) -> Option<(Table, u32)> {
    Some(match kind {
        41 => (TIMESTAMP, 6),
        44 => (DATA_CHECKSUM, 6),
        192 => (LOSS_RATE, 6),
        194 => (RECEIVE_RATE, 6),
        _ => return None,
    })
}

fn value<S: Sink>(s: &mut S, kind: u8, option: &Tlv<'_>) {
    if let Some((table, length)) = fixed(kind) {
        if option.expect(s, "the option has the length of its type (RFC 4340 §5.8)", length) {
            option.fixed(s, table);
        }
        return;
    }
    let body = option.wire.saturating_sub(2);
    match kind {
        0 => option.rest(s, &PADDING, 0),
        1 => option.rest(s, &MANDATORY, 0),
        2 => option.rest(s, &SLOW_RECEIVER, 0),
        3..=31 => option.rest(s, &RESERVED, 0),
        32..=35 => {
            if option.at_least(s, "the option has a feature number (RFC 4340 §6.1)", 3) {
                option.fixed(s, FEATURE);
                option.rest(s, &FEATURE_VALUE, 3);
            }
        }
        36 => option.rest(s, &INIT_COOKIE, 2),
        37 if (1..=6).contains(&body) => option.uint(s, &NDP_COUNT, 2, body),
        38 => option.rest(s, &VECTOR_0, 2),
        39 => option.rest(s, &VECTOR_1, 2),
        40 => option.rest(s, &DATA_DROPPED, 2),
        42 if matches!(body, 4 | 6 | 8) => {
            option.fixed(s, ECHO);
            if body > 4 {
                option.uint(s, &ELAPSED, 6, body - 4);
            }
        }
        43 if matches!(body, 2 | 4) => option.uint(s, &ELAPSED, 2, body),
        37 | 42 | 43 => {
            let found = option.wire;
            let allowed = match kind {
                37 => "3 to 8",
                42 => "6, 8 or 10",
                _ => "4 or 6",
            };
            s.note(
                NoteKind::Bad,
                format_args!("the option has a length of its type (RFC 4340 §5.8): {allowed} expected, {found} found"),
            );
        }
        193 => option.rest(s, &LOSS_INTERVALS, 2),
        45..=127 => option.rest(s, &RESERVED, 2),
        _ => option.rest(s, &CCID_DATA, 2),
    }
}

fn explain_elapsed(around: &Around<'_>, out: &mut Text) {
    let micros = around.value.saturating_mul(10);
    out.num_grouped(micros / 1000).ch('.').num_wide(micros % 1000, 3).lit(" ms");
}

fn explain_loss_rate(around: &Around<'_>, out: &mut Text) {
    match around.value {
        0 => return,
        0xffff_ffff => out.lit("nothing was lost yet"),
        n => out.lit("one loss event in ").num_grouped(n).lit(" packets"),
    };
}

/// How many runs of an ack vector are told in words.
const RUNS: usize = 6;

fn explain_vector(around: &Around<'_>, out: &mut Text) {
    out.lit("from the acknowledgment number backwards: ");
    for (n, byte) in around.bytes.iter().take(RUNS).enumerate() {
        if n > 0 {
            out.lit(", ");
        }
        out.num(u64::from(byte & 0x3f) + 1).lit(match byte >> 6 {
            0 => " arrived",
            1 => " arrived with a congestion mark",
            3 => " did not arrive yet",
            _ => " in a reserved state",
        });
    }
    if around.bytes.len() > RUNS {
        out.lit(", and so on");
    }
}
