//! PPP Challenge Handshake Authentication Protocol: a secret is proved without being said (RFC 1994).
//!
//! ```text
//! |     Code      |  Identifier   |            Length             |
//! |  Value size   |  Value …              |  Name …
//! ```

use crate::dissect::{Dissected, Protocol, Seen, Space, Unit};
use crate::field::{Field, Kind};
use crate::input::Input;
use crate::proto::shared::ppp::ppp_control;
use crate::proto::shared::tlv::Tlv;
use crate::sink::{NoteKind, Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEADER:
    CODE = Field::uint("chap.code", 0, 8).values(CODES).label("Code").doc("RFC 1994 §4", "What kind of message it is");
    IDENTIFIER = Field::uint("chap.identifier", 8, 8).label("Identifier").doc("RFC 1994 §4", "Matches challenge, response and verdict; part of what the response is computed from");
    LENGTH = Field::uint("chap.length", 16, 16).unit("bytes").label("Length").doc("RFC 1994 §4", "Of the whole message; what lies behind it is padding");
}

crate::fields! { MOVING:
    DATA = Field::group("chap.data").label("Data").doc("RFC 1994 §4.1", "Value and name");
    VALUE_SIZE = Field::moving("chap.value_size", Kind::Uint).unit("bytes").label("Value size").doc("RFC 1994 §4.1", "Of the value that follows");
    VALUE = Field::moving("chap.value", Kind::Bytes).label("Value").doc("RFC 1994 §4.1", "A random challenge; or the response, a hash of identifier, secret and challenge");
    NAME = Field::moving("chap.name", Kind::Text).label("Name").doc("RFC 1994 §4.1", "Who sends the message, by which the other end finds the secret");
    MESSAGE = Field::moving("chap.message", Kind::Text).label("Message").doc("RFC 1994 §4.2", "For people to read");
    STUFF = Field::moving("chap.stuff", Kind::Bytes).label("Other data").doc("RFC 1994 §4", "Of a message whose code is not known");
}

/// RFC 1994 §4.
static CODES: &[(u64, &str)] = &[(1, "Challenge"), (2, "Response"), (3, "Success"), (4, "Failure")];

/// CHAP.
pub static CHAP: Protocol = Protocol {
    name: "chap",
    title: "PPP Challenge Handshake Authentication Protocol",
    spec: "RFC 1994",
    scope: "All messages. Not: the parts of Microsoft's responses.",
    unit: Unit::Message,
    tables: &[HEADER, MOVING],
    keys: &[(Space::Ppp, 0xc223)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let header = input.header::<4, S>(s, HEADER)?;
    let said = LENGTH.get(header) as u32;
    let wire = ppp_control::length(&input, s, said, "the length covers at least the header (RFC 1994 §4)");
    let message = Tlv::new(input.data, input.base, 0, wire);
    if S::ON && wire > 4 {
        match CODE.get(header) {
            1 | 2 => {
                s.open(&DATA, message.bit(4));
                handshake(s, &message);
                s.close(message.bit(wire));
            }
            3 | 4 => message.rest(s, &MESSAGE, 4),
            _ => message.rest(s, &STUFF, 4),
        }
    }
    ppp_control::done(&input, s, &message)
}

fn handshake<S: Sink>(s: &mut S, m: &Tlv<'_>) {
    let Some(size) = m.byte(4) else { return };
    m.uint(s, &VALUE_SIZE, 4, 1);
    let (size, room) = (u32::from(size), m.wire.saturating_sub(5));
    if size > room {
        let rule = "the value ends within the message (RFC 1994 §4.1)";
        s.note(NoteKind::Bad, format_args!("{rule}: at most {room} bytes expected, {size} found"));
        return;
    }
    m.span(s, &VALUE, 5, 5 + size);
    m.rest(s, &NAME, 5 + size);
}

/// `CHAP, Challenge (0x01), id 7, Value 0011…, Name router`, as tcpdump has it.
fn line(seen: &Seen<'_>, out: &mut Text) {
    let Some([code, id, ..]) = seen.header.first_chunk::<4>().copied() else { return };
    let name = match code {
        1 => "Challenge",
        2 => "Response",
        3 => "Success",
        4 => "Fail",
        _ => "unknown",
    };
    out.lit("CHAP, ").lit(name).lit(" (").hex(code.into(), 2).lit("), id ").num(id.into());
    match (code, seen.header.get(4..).unwrap_or_default()) {
        (1 | 2, [size, rest @ ..]) => {
            if let Some((value, name)) = rest.split_at_checked(usize::from(*size)) {
                out.lit(", Value ").hex_bytes(value).lit(", Name ").untrusted(name);
            }
        }
        (3 | 4, message) => {
            out.lit(", Msg ").untrusted(message);
        }
        _ => {}
    }
}
