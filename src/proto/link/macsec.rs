//! MACsec (IEEE 802.1AE): Ethernet frames that are authenticated, and mostly encrypted, from one port to the next.
//!
//! ```text
//! |V|E|S|B|E|C|AN |  Short length |         Packet number         |
//! |   Packet number, continued    |  Secure channel identifier: 64 bits, if S is set
//! |  Secure data …
//! |  Integrity check value: 16 bytes
//! ```

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Trailer, Unit};
use crate::field::{Around, Field, Kind};
use crate::input::{Bad, Extent, Input};
use crate::proto::shared::lan::llc;
use crate::proto::shared::names::ethertype::{ethertype_name, line_name};
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { TAG:
    TCI = Field::uint("macsec.TCI", 0, 6).hex().label("Tag control information").doc("IEEE 802.1AE §9.5", "What the tag holds, and how the data is protected").explain(explain_tci);
    VERSION = Field::uint("macsec.TCI.V", 0, 1).hex().part_of("macsec.TCI").label("Version").doc("IEEE 802.1AE §9.5", "0 is the only one");
    END_STATION = Field::flag("macsec.TCI.ES", 1).part_of("macsec.TCI").label("End station").doc("IEEE 802.1AE §9.5", "1: the sender is where the frame comes from, so its source address identifies the channel");
    CHANNEL = Field::flag("macsec.TCI.SC", 2).part_of("macsec.TCI").label("Secure channel").doc("IEEE 802.1AE §9.5", "1: the tag holds the channel's identifier");
    BROADCAST = Field::flag("macsec.TCI.SCB", 3).part_of("macsec.TCI").label("Single copy broadcast").doc("IEEE 802.1AE §9.5", "1: one frame for all stations of a passive optical network");
    ENCRYPTED = Field::flag("macsec.TCI.E", 4).part_of("macsec.TCI").label("Encrypted").doc("IEEE 802.1AE §9.5", "1: the data is encrypted; 0: it can be read, and only changes would be noticed");
    CHANGED = Field::flag("macsec.TCI.C", 5).part_of("macsec.TCI").label("Changed text").doc("IEEE 802.1AE §9.5", "1: the data is not as it was before it was protected");
    ASSOCIATION = Field::uint("macsec.AN", 6, 2).hex().label("Association").doc("IEEE 802.1AE §9.6", "Which of the channel's up to four keys protects the frame; a new key takes the next number");
    SHORT_LENGTH = Field::uint("macsec.SL", 8, 8).unit("bytes").label("Short length").doc("IEEE 802.1AE §9.7", "Length of the secure data when below 48, where padding could follow; otherwise 0").explain(explain_length);
    NUMBER = Field::uint("macsec.PN", 16, 32).label("Packet number").doc("IEEE 802.1AE §9.8", "Counts the frames under one key, against replays; with extended numbers, their lower half").explain(explain_number);
}

crate::fields! { IDENTIFIER:
    SYSTEM = Field::mac("macsec.SCI.system_identifier", 48).label("Channel: system").doc("IEEE 802.1AE §9.9", "Address of the system that sends on this channel");
    PORT = Field::uint("macsec.SCI.port_identifier", 96, 16).label("Channel: port").doc("IEEE 802.1AE §9.9", "Number of the port of that system");
}

crate::fields! { MOVING:
    ETYPE = Field::moving("macsec.etype", Kind::Uint).hex_wide(4).names(ethertype_name).label("Type").doc("IEEE 802.1AE §9.10", "Which protocol the data begins with, when it is not encrypted");
    PADDING = Field::moving("macsec.padding", Kind::Bytes).label("Padding").doc("IEEE 802.1AE §9.10", "What the secure data holds behind the packet");
    ICV = Field::moving("macsec.ICV", Kind::Bytes).label("Integrity check value").doc("IEEE 802.1AE §9.11", "Only who has the key can compute it, over addresses, tag and data");
}

/// MACsec.
pub static MACSEC: Protocol = Protocol {
    name: "macsec",
    title: "MACsec",
    spec: "IEEE 802.1AE",
    scope: "The security tag, the check value, and data that is not encrypted. Not: decryption, and verification of the check value",
    unit: Unit::Header,
    tables: &[TAG, IDENTIFIER, MOVING],
    keys: &[(Space::EtherType, 0x88e5)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    announces_ethertype: true,
    trailer: Some(trailer),
    ..Protocol::NONE
};

/// Length of the tag without the identifier, of the identifier, and of the check value of all cipher suites.
const TAG_LEN: u32 = 6;
const IDENTIFIER_LEN: u32 = 8;
const ICV_LEN: u32 = 16;
/// From this length on, secure data needs no padding, and the short length is 0.
const SHORTEST: u32 = 48;
/// EtherTypes begin here.
const FIRST_ETHERTYPE: u16 = 0x600;

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let tag = input.header::<{ TAG_LEN as usize }, S>(s, TAG)?;
    if VERSION.get(tag) != 0 {
        s.flaw(Bad { rule: "the version is 0 (IEEE 802.1AE §9.5)", expected: 0, found: 1 });
        return Ok(Step::new(&input, TAG_LEN, input.wire, Next::Opaque("a version of MACsec that does not exist")));
    }
    let mut header = TAG_LEN;
    if CHANNEL.get(tag) != 0 {
        header += IDENTIFIER_LEN;
        s.fixed(IDENTIFIER, input.data, input.base);
        input.upto(header)?;
    }
    let Some(wire) = secured(&input, s, header, SHORT_LENGTH.get(tag) as u32) else {
        let next = if input.wire > header { Next::Opaque("too short for data and a check value") } else { Next::End };
        return Ok(Step::new(&input, header, input.wire, next));
    };
    let encrypted = ENCRYPTED.get(tag) != 0;
    if encrypted || CHANGED.get(tag) != 0 {
        let why = if encrypted { "encrypted: only the key would show what it is" } else { "changed by its protection" };
        return Ok(Step::new(&input, header, wire, if wire > header { Next::Opaque(why) } else { Next::End }));
    }
    if wire < header + 2 {
        return Ok(Step::new(&input, header, wire, Next::End));
    }
    let both = input.upto(header + 2)?;
    let etype = both.last_chunk().map_or(0, |b| u16::from_be_bytes(*b));
    s.uint(&ETYPE, (input.base + header) * 8, 16, etype.into());
    header += 2;
    let next = match etype {
        FIRST_ETHERTYPE.. => Next::Key(Space::EtherType, etype),
        length => llc::after_length(input.data.get(header as usize..).unwrap_or_default(), length.into()),
    };
    Ok(Step::new(&input, header, wire, if wire > header { next } else { Next::End }))
}

/// Length of tag and secure data, by the short length or, without one, by what is left for the check value; `None` when
/// there is no room for them.
fn secured<S: Sink>(input: &Input<'_>, s: &mut S, header: u32, short: u32) -> Option<u32> {
    let rule = "secure data and 16 bytes of check value follow the tag (IEEE 802.1AE §9.11)";
    if short >= SHORTEST {
        let rule = "the short length is below 48 (IEEE 802.1AE §9.7)";
        s.flaw(Bad { rule, expected: SHORTEST - 1, found: short });
    }
    let least = header + ICV_LEN + if short < SHORTEST { short } else { 0 };
    if input.wire < least {
        if input.extent == Extent::Whole {
            s.flaw(Bad { rule, expected: least, found: input.wire });
        }
        return None;
    }
    Some(match short {
        1..SHORTEST => header + short,
        _ => input.wire - ICV_LEN,
    })
}

/// Puts what the secure data holds behind the packet, and the check value.
fn trailer(t: Trailer<'_>, tree: &mut Tree) -> u32 {
    let bit = |at: u32| t.base.saturating_add(at).saturating_mul(8);
    let captured = t.layer.len() as u32;
    if t.at < t.wire && captured >= t.wire {
        tree.span(&PADDING, bit(t.at), (t.wire - t.at) * 8);
    }
    let from = t.at.max(t.wire);
    let to = from.saturating_add(ICV_LEN);
    if to > t.end {
        return t.end;
    }
    if captured >= to {
        tree.span(&ICV, bit(from), ICV_LEN * 8);
    }
    to
}

fn explain_tci(around: &Around<'_>, out: &mut Text) {
    out.lit(match around.value & 3 {
        3 => "encrypted and authenticated",
        2 => "for key agreement, not for data",
        1 => "authenticated, and changed by it",
        _ => "authenticated, not encrypted: everybody can read the data",
    });
    out.lit(match around.value >> 2 & 7 {
        n if n & 2 != 0 => "; the tag names the channel",
        n if n & 4 != 0 => "; the source address and port 1 are the channel's name",
        _ => "; the channel is the only one on this link",
    });
}

fn explain_length(around: &Around<'_>, out: &mut Text) {
    match around.value {
        0 => out.lit("48 bytes or more of data: all up to the check value"),
        n => out.num(n).lit(" bytes of data; what lies behind the check value is padding"),
    };
}

fn explain_number(around: &Around<'_>, out: &mut Text) {
    match around.value {
        0 => out.lit("never used, except as the lower half of an extended number"),
        n if n >= 0xc000_0000 => out.lit("most numbers of this key are used up: a new key is due"),
        _ => return,
    };
}

/// `802.1AE MACsec, an 0, pn 1, flags ECI, sl 30, sci 02000000000a0001, `, when nobody reads on or with `-e`.
fn line(seen: &Seen<'_>, out: &mut Text) {
    if !seen.style.link {
        if seen.next.is_some() {
            return;
        }
        out.lit("802.1AE MACsec, ");
    }
    let tag = seen.header;
    out.lit("an ").num(ASSOCIATION.get(tag)).lit(", pn ").num(NUMBER.get(tag)).lit(", flags ");
    let flags = [(&ENCRYPTED, 'E'), (&CHANGED, 'C'), (&END_STATION, 'S'), (&BROADCAST, 'B'), (&CHANNEL, 'I')];
    let mut none = true;
    for (_, letter) in flags.iter().filter(|(flag, _)| flag.get(tag) != 0) {
        out.ch(*letter);
        none = false;
    }
    out.lit(if none { "none, " } else { ", " });
    if SHORT_LENGTH.get(tag) != 0 {
        out.lit("sl ").num(SHORT_LENGTH.get(tag)).lit(", ");
    }
    if let Some(identifier) = tag.get(6..14).filter(|_| CHANNEL.get(tag) != 0) {
        out.lit("sci ").hex_bytes(identifier).lit(", ");
    }
    // The type is part of the header when it can be read.
    let bare = TAG_LEN + if CHANNEL.get(tag) != 0 { IDENTIFIER_LEN } else { 0 };
    if let Some(etype) = tag.get(bare as usize..).and_then(<[u8]>::first_chunk) {
        let etype = u64::from(u16::from_be_bytes(*etype));
        if etype >= u64::from(FIRST_ETHERTYPE) {
            out.lit("ethertype ").lit(line_name(etype)).lit(" (").hex(etype, 4).lit("), ");
        } else {
            out.lit("802.3, ");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Env;

    fn read(tci: u8, short: u8, wire: u32) -> (u32, u32, Option<Bad>) {
        let mut data = vec![tci, short, 0, 0, 0, 1];
        data.resize(wire as usize, 8);
        let input = Input { data: &data, base: 0, wire, extent: Extent::Whole, env: &Env::NONE };
        let mut off = Off::default();
        let step = dissect(input, &mut off).expect("a tag");
        (step.header, step.wire, off.flaw)
    }

    #[test]
    fn the_check_value_ends_the_frame_or_the_short_length_says_where_it_begins() {
        assert_eq!(read(0x0c, 0, 82), (6, 66, None));
        assert_eq!(read(0x2c, 0, 90), (14, 74, None));
        assert_eq!(read(0x0c, 10, 60), (6, 16, None));
        assert_eq!(read(0x00, 10, 60), (8, 16, None), "the type belongs to the data");
    }

    #[test]
    fn lengths_that_leave_no_room_are_flaws() {
        assert_eq!(read(0x0c, 30, 40).2.map(|b| (b.expected, b.found)), Some((52, 40)));
        assert_eq!(read(0x0c, 0, 20).2.map(|b| (b.expected, b.found)), Some((22, 20)));
        assert_eq!(read(0x0c, 48, 90).2.map(|b| (b.expected, b.found)), Some((47, 48)));
        assert_eq!(read(0x8c, 0, 90).2.map(|b| (b.expected, b.found)), Some((0, 1)));
    }
}
