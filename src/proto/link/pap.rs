//! PPP Password Authentication Protocol: name and password, in the clear (RFC 1334 §2).
//!
//! ```text
//! |     Code      |  Identifier   |            Length             |
//! | Peer-ID length|  Peer-ID …    | Passwd length |  Password …
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
    CODE = Field::uint("pap.code", 0, 8).values(CODES).label("Code").doc("RFC 1334 §2.2", "What kind of message it is");
    IDENTIFIER = Field::uint("pap.identifier", 8, 8).label("Identifier").doc("RFC 1334 §2.2", "Matches an answer to its request");
    LENGTH = Field::uint("pap.length", 16, 16).unit("bytes").label("Length").doc("RFC 1334 §2.2", "Of the whole message; what lies behind it is padding");
}

crate::fields! { MOVING:
    DATA = Field::group("pap.data").label("Data").doc("RFC 1334 §2.2", "Its form depends on the code");
    PEER_LENGTH = Field::moving("pap.peer_id.length", Kind::Uint).unit("bytes").label("Length of the name").doc("RFC 1334 §2.2.1", "Of the name that follows");
    PEER = Field::moving("pap.peer_id", Kind::Text).label("Name").doc("RFC 1334 §2.2.1", "Who wants to be let in");
    PASSWORD_LENGTH = Field::moving("pap.password.length", Kind::Uint).unit("bytes").label("Length of the password").doc("RFC 1334 §2.2.1", "Of the password that follows");
    PASSWORD = Field::moving("pap.password", Kind::Text).label("Password").doc("RFC 1334 §2.2.1", "In the clear: whoever sees the packet knows it");
    MESSAGE_LENGTH = Field::moving("pap.message.length", Kind::Uint).unit("bytes").label("Length of the message").doc("RFC 1334 §2.2.2", "Of the message that follows");
    MESSAGE = Field::moving("pap.message", Kind::Text).label("Message").doc("RFC 1334 §2.2.2", "For people to read");
    STUFF = Field::moving("pap.stuff", Kind::Bytes).label("Other data").doc("RFC 1334 §2.2", "Of a message whose code is not known");
}

/// RFC 1334 §2.2.
static CODES: &[(u64, &str)] = &[(1, "Authenticate-Request"), (2, "Authenticate-Ack"), (3, "Authenticate-Nak")];

/// PAP.
pub static PAP: Protocol = Protocol {
    name: "pap",
    title: "PPP Password Authentication Protocol",
    spec: "RFC 1334",
    scope: "All messages.",
    unit: Unit::Message,
    tables: &[HEADER, MOVING],
    keys: &[(Space::Ppp, 0xc023)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

const REQUEST: u64 = 1;
const NAK: u64 = 3;

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let header = input.header::<4, S>(s, HEADER)?;
    let said = LENGTH.get(header) as u32;
    let wire = ppp_control::length(&input, s, said, "the length covers at least the header (RFC 1334 §2.2)");
    let message = Tlv::new(input.data, input.base, 0, wire);
    if S::ON && wire > 4 {
        s.open(&DATA, message.bit(4));
        match CODE.get(header) {
            REQUEST => {
                if let Some(at) = counted(s, &message, 4, &PEER_LENGTH, &PEER) {
                    counted(s, &message, at, &PASSWORD_LENGTH, &PASSWORD);
                }
            }
            2..=NAK => {
                counted(s, &message, 4, &MESSAGE_LENGTH, &MESSAGE);
            }
            _ => message.rest(s, &STUFF, 4),
        }
        s.close(message.bit(wire));
    }
    ppp_control::done(&input, s, &message)
}

/// Puts a length of one byte and so many bytes of text behind it; returns where they end.
fn counted<S: Sink>(s: &mut S, m: &Tlv<'_>, at: u32, length: &'static Field, text: &'static Field) -> Option<u32> {
    let count = u32::from(m.byte(at)?);
    m.uint(s, length, at, 1);
    let (from, room) = (at + 1, m.wire.saturating_sub(at + 1));
    if count > room {
        let rule = "what is counted ends within the message (RFC 1334 §2.2)";
        s.note(NoteKind::Bad, format_args!("{rule}: at most {room} bytes expected, {count} found"));
        return None;
    }
    m.span(s, text, from, from + count);
    Some(from + count)
}

/// `PAP, Auth-Req (0x01), id 1, Peer alice, Name secret`, as tcpdump has it.
fn line(seen: &Seen<'_>, out: &mut Text) {
    let Some([code, id, ..]) = seen.header.first_chunk::<4>().copied() else { return };
    let name = match code {
        1 => "Auth-Req",
        2 => "Auth-ACK",
        3 => "Auth-NACK",
        _ => "unknown",
    };
    out.lit("PAP, ").lit(name).lit(" (").hex(code.into(), 2).lit("), id ").num(id.into());
    let mut rest = seen.header.get(4..).unwrap_or_default();
    let words: &[&'static str] = match code {
        1 => &[", Peer ", ", Name "],
        2 | 3 => &[", Msg "],
        _ => &[],
    };
    for word in words {
        let Some((length, behind)) = rest.split_first() else { return };
        let Some((text, behind)) = behind.split_at_checked(usize::from(*length)) else { return };
        out.lit(word).untrusted(text);
        rest = behind;
    }
}
