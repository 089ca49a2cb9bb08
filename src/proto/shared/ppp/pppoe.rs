//! The header that both stages of PPP over Ethernet have (RFC 2516 §4).
//!
//! ```text
//! |  Ver  | Type  |     Code      |          Session ID           |
//! |            Length             |  Tags, or a PPP frame …
//! ```

use crate::dissect::Seen;
use crate::field::{Around, Field};
use crate::input::{Bad, Extent, Input};
use crate::sink::Sink;
use crate::text::Text;

crate::fields! { pub HEADER:
    VERSION = Field::uint("pppoe.version", 0, 4).label("Version").doc("RFC 2516 §4", "Always 1");
    TYPE = Field::uint("pppoe.type", 4, 4).label("Type").doc("RFC 2516 §4", "Always 1");
    CODE = Field::uint("pppoe.code", 8, 8).hex().values(CODES).label("Code").doc("RFC 2516 §4", "What kind of packet it is").explain(explain_code);
    SESSION = Field::uint("pppoe.session_id", 16, 16).hex().label("Session").doc("RFC 2516 §4", "The session between these two stations; 0 until the access concentrator gives it a number");
    LENGTH = Field::uint("pppoe.payload_length", 32, 16).unit("bytes").label("Payload length").doc("RFC 2516 §4", "Of what follows this header; what lies behind it is padding of the Ethernet frame");
}

/// RFC 2516 §5, RFC 5578.
static CODES: &[(u64, &str)] = &[
    (0x00, "Session data"),
    (0x07, "Discovery Offer (PADO)"),
    (0x09, "Discovery Initiation (PADI)"),
    (0x0a, "Session Grant (PADG)"),
    (0x0b, "Session Credit Response (PADC)"),
    (0x0c, "Quality (PADQ)"),
    (0x19, "Discovery Request (PADR)"),
    (0x65, "Discovery Session-confirmation (PADS)"),
    (0xa7, "Discovery Terminate (PADT)"),
    (0xd3, "Discovery Message (PADM)"),
    (0xd4, "Discovery Network (PADN)"),
];

/// Length of the header.
pub const HEADER_LEN: u32 = 6;

/// What the length field comes to, header included: at most what carries it. Notes what contradicts itself.
pub fn wire<S: Sink>(input: &Input<'_>, s: &mut S, header: &[u8; 6]) -> u32 {
    let carried = input.wire.saturating_sub(HEADER_LEN);
    let length = LENGTH.get(header) as u32;
    if VERSION.get(header) != 1 || TYPE.get(header) != 1 {
        let [first, ..] = *header;
        s.flaw(Bad { rule: "version and type are 1, together 17 (RFC 2516 §4)", expected: 0x11, found: first.into() });
    }
    if length > carried && input.extent == Extent::Whole {
        s.flaw(Bad {
            rule: "the payload length is at most what the frame carries (RFC 2516 §4)",
            expected: carried,
            found: length,
        });
    }
    HEADER_LEN + length.min(carried)
}

fn explain_code(around: &Around<'_>, out: &mut Text) {
    out.lit(match around.value {
        0x09 => "a station looks for access concentrators that offer a service",
        0x07 => "an access concentrator offers a service",
        0x19 => "the station chose this access concentrator",
        0x65 => "the access concentrator opens the session, or says why it does not",
        0xa7 => "the session is over",
        _ => return,
    });
}

/// Writes what the lines of both stages begin with: `PPPoE PADS [ses 0x11] `.
pub fn line(seen: &Seen<'_>, out: &mut Text) {
    let (version, kind) = (VERSION.get(seen.header), TYPE.get(seen.header));
    if version != 1 {
        out.lit("[ver ").num(version).ch(']');
    }
    if kind != 1 {
        out.lit("[type ").num(kind).ch(']');
    }
    out.lit("PPPoE ");
    match CODE.get(seen.header) {
        0x00 => out.lit(""),
        0x07 => out.lit("PADO"),
        0x09 => out.lit("PADI"),
        0x19 => out.lit("PADR"),
        0x65 => out.lit("PADS"),
        0xa7 => out.lit("PADT"),
        code => out.lit("PAD-").hex_digits(code, 1),
    };
    let (says, carried) = (LENGTH.get(seen.header), u64::from(seen.outer.saturating_sub(HEADER_LEN)));
    if says > carried {
        out.lit(" [len ").num(says).lit(" > ").num(carried).lit("!]");
    }
    let session = SESSION.get(seen.header);
    if session != 0 {
        out.lit(" [ses ").hex(session, 1).ch(']');
    }
}
