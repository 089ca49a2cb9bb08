//! What the control protocols of PPP share: the link's own and those of the network layers all send messages of one form
//! (RFC 1661 §5), most of them with options.
//!
//! ```text
//! |     Code      |  Identifier   |            Length             |
//! |  Options or data …
//! ```

use crate::dissect::{Dissected, Next, Seen, Step};
use crate::field::{Around, Field, Kind, Table};
use crate::input::{Bad, Extent, Input, Stop};
use crate::proto::shared::tlv::Tlv;
use crate::sink::{NoteKind, Sink};
use crate::text::Text;

crate::fields! { pub HEADER:
    CODE = Field::uint("ppp.code", 0, 8).values(CODES).label("Code").doc("RFC 1661 §5", "What kind of message it is").explain(explain_code);
    IDENTIFIER = Field::uint("ppp.identifier", 8, 8).label("Identifier").doc("RFC 1661 §5", "Matches an answer to its request");
    LENGTH = Field::uint("ppp.length", 16, 16).unit("bytes").label("Length").doc("RFC 1661 §5", "Of the whole message; what lies behind it is padding");
}

crate::fields! { pub VENDOR:
    MAGIC_NUMBER = Field::uint("ppp.magic_number", 32, 32).hex().label("Magic number").doc("RFC 2153 §2", "The sender's; 0 until it is agreed on");
    OUI = Field::uint("ppp.oui", 64, 24).label("Organisation").doc("RFC 2153 §2", "The vendor that says what kinds there are (an IEEE identifier)");
    KIND = Field::uint("ppp.kind", 88, 8).label("Kind").doc("RFC 2153 §2", "What the vendor's message is about");
}

crate::fields! { pub MOVING:
    DATA = Field::moving("ppp.data", Kind::Bytes).label("Data").doc("RFC 1661 §5", "Of a form that the code says: why the sender terminates, or the message that it rejects");
}

/// IANA, PPP LCP and IPCP Codes, and those of compression control (RFC 1962 §2).
static CODES: &[(u64, &str)] = &[
    (0, "Vendor Specific"),
    (1, "Configure-Request"),
    (2, "Configure-Ack"),
    (3, "Configure-Nak"),
    (4, "Configure-Reject"),
    (5, "Terminate-Request"),
    (6, "Terminate-Ack"),
    (7, "Code-Reject"),
    (8, "Protocol-Reject"),
    (9, "Echo-Request"),
    (10, "Echo-Reply"),
    (11, "Discard-Request"),
    (12, "Identification"),
    (13, "Time-Remaining"),
    (14, "Reset-Request"),
    (15, "Reset-Ack"),
];

/// The code of vendors' own messages.
pub const VENDOR_SPECIFIC: u8 = 0;

/// Reads the header: the code, and the whole message as far as its length says.
pub fn head<'a, S: Sink>(input: &Input<'a>, s: &mut S) -> Result<(u8, Tlv<'a>), Stop> {
    let header = input.header::<4, S>(s, HEADER)?;
    let wire = length(input, s, LENGTH.get(header) as u32, "the length covers at least the header (RFC 1661 §5)");
    let [code, ..] = *header;
    Ok((code, Tlv::new(input.data, input.base, 0, wire)))
}

/// What the length field of a message comes to: at least its header, at most what carries it.
pub fn length<S: Sink>(input: &Input<'_>, s: &mut S, found: u32, rule: &'static str) -> u32 {
    if found < 4 {
        s.flaw(Bad { rule, expected: 4, found });
    } else if found > input.wire && input.extent == Extent::Whole {
        s.flaw(Bad {
            rule: "the length is at most what the frame carries (RFC 1661 §5)", expected: input.wire, found
        });
    }
    found.max(4).min(input.wire)
}

/// Ends a message that is read to its end.
pub fn done<S: Sink>(input: &Input<'_>, s: &mut S, message: &Tlv<'_>) -> Dissected {
    let captured = message.data.len() as u32;
    if captured < message.wire {
        s.note(NoteKind::Cut, format_args!("{} bytes expected, {captured} captured", message.wire));
    }
    Ok(Step::new(input, captured, message.wire, Next::End))
}

/// Puts what follows the header of a message without options.
pub fn data<S: Sink>(s: &mut S, code: u8, message: &Tlv<'_>) {
    if code == VENDOR_SPECIFIC {
        message.fixed(s, VENDOR);
        message.rest(s, &DATA, 12);
    } else {
        message.rest(s, &DATA, 4);
    }
}

/// Whether a message has options: requests for a configuration and the answers to them.
pub fn has_options(code: u8) -> bool {
    matches!(code, 1..=4)
}

/// How a protocol's options are put.
pub struct Options<S> {
    /// The rows of type and length of an option of this type.
    pub head: fn(u8) -> Table,
    /// The row that stands for an option of this type.
    pub group: fn(u8) -> &'static Field,
    /// Puts what is behind type and length.
    pub body: fn(&mut S, u8, &Tlv<'_>),
}

/// Walks the options in `list`, which begin at byte `from` of it.
pub fn options<S: Sink>(s: &mut S, list: &Tlv<'_>, from: u32, options: &Options<S>) {
    let mut at = from;
    while S::ON && at < list.wire && s.room() {
        let Some(kind) = list.byte(at) else { return };
        let length = list.byte(at.saturating_add(1));
        let left = list.wire - at;
        let wire = length.map_or(2, u32::from);
        let option = list.part(at, wire.max(2));
        s.open((options.group)(kind), option.bit(0));
        option.fixed(s, (options.head)(kind));
        if wire < 2 || wire > left {
            let rule = "an option has its type and length, and ends within the message (RFC 1661 §6)";
            s.note(NoteKind::Bad, format_args!("{rule}: 2 to {left} bytes expected, {wire} found"));
            s.close(option.bit(option.wire));
            return;
        }
        if length.is_some() {
            (options.body)(s, kind, &option);
        }
        s.close(option.bit(wire));
        at = at.saturating_add(wire);
    }
}

fn explain_code(around: &Around<'_>, out: &mut Text) {
    out.lit(match around.value {
        1 => "the sender says what it wants to be different from the defaults",
        2 => "everything that was asked for is fine, as it stands",
        3 => "the options are known, but these values are wanted instead",
        4 => "these options are not known, or not open to discussion",
        5 => "the sender wants to close the connection",
        6 => "the connection is closed",
        7 => "the sender does not know the code of the message that it quotes",
        8 => "the sender does not know the protocol of the packet that it quotes",
        9 => "is the other end still there, and is it the other end?",
        10 => "yes, it is",
        11 => "to be thrown away: for tests of the link",
        12 => "the sender says who it is",
        13 => "how long the connection will still last",
        14 => "the sender's decompressor lost its way and wants a fresh start",
        15 => "the compressor starts afresh",
        _ => return,
    });
}

/// The codes as tcpdump calls them.
fn short_code(code: u8) -> &'static str {
    match code {
        0 => "Vendor-Extension",
        1 => "Conf-Request",
        2 => "Conf-Ack",
        3 => "Conf-Nack",
        4 => "Conf-Reject",
        5 => "Term-Request",
        6 => "Term-Ack",
        7 => "Code-Reject",
        8 => "Prot-Reject",
        9 => "Echo-Request",
        10 => "Echo-Reply",
        11 => "Disc-Req",
        12 => "Ident",
        13 => "Time-Rem",
        14 => "Reset-Req",
        15 => "Reset-Ack",
        _ => "Unknown Opcode",
    }
}

/// Writes an option's value behind its name and length; the bytes are the whole option's.
pub type OptionLine = fn(kind: u8, option: &[u8], out: &mut Text);

/// Writes the line of a message: `LCP, Conf-Request (0x01), id 1, length 24`, with `-v` its options below.
pub fn line(seen: &Seen<'_>, name: &'static str, option: OptionLine, out: &mut Text) {
    let Some([code, id, ..]) = seen.header.first_chunk::<4>().copied() else { return };
    out.lit(name).lit(", ").lit(short_code(code)).lit(" (").hex(code.into(), 2).lit("), id ").num(id.into());
    // tcpdump counts the protocol number, too.
    out.lit(", length ").num(u64::from(seen.outer) + 2);
    if seen.style.verbose == 0 {
        return;
    }
    let said = LENGTH.get(seen.header);
    out.lit("\n\tencoded length ").num(said).lit(" (=Option(s) length ").num(said.saturating_sub(4)).ch(')');
    let mut rest = seen.header.get(4..).filter(|_| has_options(code)).unwrap_or_default();
    while let [kind, length, ..] = *rest {
        let Some((this, behind)) = rest.split_at_checked(length.into()).filter(|_| length >= 2) else { return };
        out.lit("\n\t  ");
        option(kind, this, out);
        rest = behind;
    }
}

/// Writes `MRU Option (0x01), length 4`, which begins the line of an option.
pub fn option_name(name: &'static str, kind: u8, option: &[u8], out: &mut Text) {
    out.lit(name).lit(" Option (").hex(kind.into(), 2).lit("), length ").num(option.len() as u64);
}

/// Writes `: ` and an address, when the option holds one and nothing else.
pub fn option_address(option: &[u8], out: &mut Text) {
    if let [_, _, a, b, c, d] = *option {
        out.lit(": ").ip4([a, b, c, d]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Env;
    use crate::sink::Off;

    #[test]
    fn a_length_is_held_between_header_and_frame() {
        let input = |wire| Input { data: &[1, 7, 0, 3], base: 0, wire, extent: Extent::Whole, env: &Env::NONE };
        let mut off = Off::default();
        assert_eq!(length(&input(20), &mut off, 3, "rule"), 4);
        assert_eq!(off.flaw.take().map(|f| (f.expected, f.found)), Some((4, 3)));
        assert_eq!(length(&input(20), &mut off, 21, "rule"), 20);
        assert_eq!(off.flaw.take().map(|f| (f.expected, f.found)), Some((20, 21)));
        assert_eq!(length(&input(20), &mut off, 8, "rule"), 8);
        assert_eq!(off.flaw, None);
    }
}
