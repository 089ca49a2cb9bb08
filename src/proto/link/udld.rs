//! Cisco's Unidirectional Link Detection (RFC 5171): switches echo what they hear, to find links that work one way only.
//!
//! ```text
//! | Ver |  Opcode |     Flags     |           Checksum            |
//! |             Type              |   Length, type and length included
//! |  Value, Length − 4 bytes …
//! ```

use crate::dissect::{Dissected, Protocol, Seen, Space, Unit};
use crate::field::{Around, Field, Kind};
use crate::input::Input;
use crate::proto::shared::lan::cisco_tlv::{self, HEAD as HEAD_LEN};
use crate::proto::shared::lan::llc::named;
use crate::proto::shared::message;
use crate::proto::shared::tlv::Tlv;
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEAD:
    VERSION = Field::uint("udld.version", 0, 3).label("Version").doc("RFC 5171, packet format", "1 is the only one");
    OPCODE = Field::uint("udld.opcode", 3, 5).values(OPCODES).label("Opcode").doc("RFC 5171, packet format", "What kind of message this is").explain(explain_opcode);
    FLAGS = Field::uint("udld.flags", 8, 8).label("Flags").doc("RFC 5171, packet format", "What the sender asks for");
    RESYNCH = Field::uint("udld.flags.rsy", 14, 1).hex().part_of("udld.flags").label("Resynchronize").doc("RFC 5171, packet format", "1: the sender forgot its neighbors and asks them to answer");
    TIMEOUT = Field::uint("udld.flags.rt", 15, 1).hex().part_of("udld.flags").label("Recommended timeout").doc("RFC 5171, packet format", "1: the times that the message tells hold");
    CHECKSUM = Field::uint("udld.checksum", 16, 16).hex().label("Checksum").doc("RFC 5171, packet format", "Ones' complement sum over the message");
}

crate::fields! { TLV:
    TYPE = Field::uint("udld.tlv.type", 0, 16).hex().repeats().values(TYPES).label("TLV type").doc("RFC 5171, TLV description", "What the value tells");
    LENGTH = Field::uint("udld.tlv.len", 16, 16).repeats().unit("bytes").label("TLV length").doc("RFC 5171, TLV description", "Length of type, length and value");
}

crate::fields! { MOVING:
    G_TLV = Field::group("udld.tlv").repeats().label("TLV").doc("RFC 5171, TLV description", "One piece of information");
    G_DEVICE = Field::group("udld.tlv.device").repeats().label("Device ID").doc("RFC 5171, TLV description", "Which device sends");
    G_PORT = Field::group("udld.tlv.port").repeats().label("Port ID").doc("RFC 5171, TLV description", "From which of its ports it sends");
    G_ECHO = Field::group("udld.tlv.echo").repeats().label("Echo").doc("RFC 5171, TLV description", "Whom the sender hears on this port");
    G_TIME = Field::group("udld.tlv.interval").repeats().label("Interval").doc("RFC 5171, TLV description", "A time in seconds");
    G_NAME = Field::group("udld.tlv.name").repeats().label("Device name").doc("RFC 5171, TLV description", "What people call the device");
    G_SEQUENCE = Field::group("udld.tlv.sequence").repeats().label("Sequence number").doc("RFC 5171, TLV description", "Which of the device's messages this is");
    DEVICE = Field::moving("udld.device_id", Kind::Text).repeats().label("Device ID").doc("RFC 5171, TLV description", "Usually the device's serial number");
    PORT = Field::moving("udld.sent_through_interface", Kind::Text).repeats().label("Port ID").doc("RFC 5171, TLV description", "The interface from which the message was sent");
    ECHO = Field::moving("udld.data", Kind::Bytes).repeats().label("Devices and ports heard").doc("RFC 5171, TLV description", "A number of pairs, each a device ID and a port ID with their lengths").explain(explain_echo);
    TIME = Field::moving("udld.data", Kind::Bytes).repeats().label("Seconds").doc("RFC 5171, TLV description", "How often the sender sends, or how long it waits for echoes").explain(explain_number);
    NAME = Field::moving("udld.data", Kind::Bytes).repeats().label("Name").doc("RFC 5171, TLV description", "The device's name").explain(explain_name);
    SEQUENCE = Field::moving("udld.data", Kind::Bytes).repeats().label("Number").doc("RFC 5171, TLV description", "Counts the device's messages").explain(explain_number);
    DATA = Field::moving("udld.data", Kind::Bytes).repeats().label("Value").doc("RFC 5171, TLV description", "Not decoded");
}

static OPCODES: &[(u64, &str)] = &[(0, "reserved"), (1, "probe"), (2, "echo"), (3, "flush")];

/// What a TLV tells, as tcpdump calls it.
static TYPES: &[(u64, &str)] = &[
    (1, "Device-ID TLV"),
    (2, "Port-ID TLV"),
    (3, "Echo TLV"),
    (4, "Message Interval TLV"),
    (5, "Timeout Interval TLV"),
    (6, "Device Name TLV"),
    (7, "Sequence Number TLV"),
];

/// UDLD.
pub static UDLD: Protocol = Protocol {
    name: "udld",
    title: "Unidirectional Link Detection",
    spec: "RFC 5171",
    scope: "The header and all TLVs. Not: verification of the checksum",
    unit: Unit::Message,
    tables: &[HEAD, TLV, MOVING],
    keys: &[(Space::CiscoPid, 0x0111)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    input.header::<4, S>(s, HEAD)?;
    cisco_tlv::walk(&input, s, 4, put);
    Ok(message::step(&input, s, "udld", input.wire))
}

/// Puts one TLV. Its value is read if it is `readable`: of a length that can be.
fn put<S: Sink>(s: &mut S, kind: u16, t: &Tlv<'_>, readable: bool) {
    let (group, value) = match kind {
        1 => (&G_DEVICE, &DEVICE),
        2 => (&G_PORT, &PORT),
        3 => (&G_ECHO, &ECHO),
        4 | 5 => (&G_TIME, &TIME),
        6 => (&G_NAME, &NAME),
        7 => (&G_SEQUENCE, &SEQUENCE),
        _ => (&G_TLV, &DATA),
    };
    s.open(group, t.bit(0));
    t.fixed(s, TLV);
    if readable {
        let length = match kind {
            4 | 5 => Some(HEAD_LEN + 1),
            7 => Some(HEAD_LEN + 4),
            _ => None,
        };
        let fits =
            length.is_none_or(|n| t.expect(s, "a TLV has the length of its type (RFC 5171, TLV description)", n));
        t.rest(s, if fits { value } else { &DATA }, HEAD_LEN);
    }
    s.close(t.bit(t.wire));
}

fn explain_opcode(around: &Around<'_>, out: &mut Text) {
    out.lit(match around.value {
        1 => "tells neighbors who is here, and whom it hears",
        2 => "answers a neighbor: it must find itself among those heard, or the link works one way only",
        3 => "neighbors forget the sender: its port goes down",
        _ => return,
    });
}

fn explain_number(around: &Around<'_>, out: &mut Text) {
    out.num(around.bytes.iter().take(4).fold(0, |n, b| n << 8 | u64::from(*b)));
}

fn explain_name(around: &Around<'_>, out: &mut Text) {
    out.lit("the characters ").untrusted(around.bytes);
}

/// The pairs of an echo; the walk ends where lengths do not fit.
fn explain_echo(around: &Around<'_>, out: &mut Text) {
    let Some((count, mut rest)) = around.bytes.split_first_chunk::<4>() else { return };
    let count = u32::from_be_bytes(*count);
    if count == 0 {
        out.lit("the sender hears nobody");
        return;
    }
    let mut take = || {
        let (length, after) = rest.split_first_chunk::<2>()?;
        let (text, next) = after.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        rest = next;
        Some(text)
    };
    for n in 0..count {
        let (Some(device), Some(port)) = (take(), take()) else { return };
        out.lit(if n == 0 { "" } else { ", " }).untrusted(device).lit(" port ").untrusted(port);
    }
}

/// `UDLDv1, Code Probe message (1), Flags [none] (0x00), length 67`, and with `-v` a line for each TLV.
fn line(seen: &Seen<'_>, out: &mut Text) {
    let header = seen.header;
    out.lit("UDLDv").num(VERSION.get(header)).lit(", Code ").lit(match OPCODE.get(header) {
        1 => "Probe message",
        2 => "Echo message",
        3 => "Flush message",
        _ => "Reserved",
    });
    let flags = FLAGS.get(header);
    out.lit(" (").hex_digits(OPCODE.get(header), 1).lit("), Flags [");
    out.lit(match flags & 3 {
        0 if flags == 0 => "none",
        0 => "",
        1 => "RT",
        2 => "RSY",
        _ => "RT, RSY",
    });
    out.lit("] (").hex(flags, 2).lit("), length ").num(seen.wire.into());
    if seen.style.verbose == 0 {
        return;
    }
    out.lit("\n\tChecksum ").hex(CHECKSUM.get(header), 4).lit(" (unverified)");
    for (kind, length, value) in cisco_tlv::values(header, 4) {
        out.lit("\n\t").lit(named(TYPES, kind.into()).unwrap_or("Unknown"));
        out.lit(" (").hex(kind.into(), 4).lit(") TLV, length ").num(length as u64);
        match (kind, value) {
            (1 | 2 | 3 | 6, text) => out.lit(", ").untrusted(text),
            (4 | 5, [seconds]) => out.lit(", ").num((*seconds).into()).ch('s'),
            (7, [a, b, c, d]) => out.lit(", ").num(u32::from_be_bytes([*a, *b, *c, *d]).into()),
            _ => out,
        };
    }
}
