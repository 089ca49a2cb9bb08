//! EAP over LANs (IEEE 802.1X): authentication before a port may be used, and the exchange of keys.
//!
//! ```text
//! |    Version    |     Type      |            Length             |
//! ```

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::{Around, Field};
use crate::input::{Bad, Extent, Input};
use crate::proto::shared::tlv::Tlv;
use crate::proto::shared::wlan::eapol_key as key;
use crate::sink::{NoteKind, Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEADER:
    VERSION = Field::uint("eapol.version", 0, 8).values(&[(1, "802.1X-2001"), (2, "802.1X-2004"), (3, "802.1X-2010")]).label("Version").doc("IEEE 802.1X §11.3.1", "Of the protocol; receivers take higher versions for their own");
    TYPE = Field::uint("eapol.type", 8, 8).values(TYPES).explain(explain_type).label("Type").doc("IEEE 802.1X §11.3.2", "What the packet is");
    LEN = Field::uint("eapol.len", 16, 16).unit("bytes").label("Length").doc("IEEE 802.1X §11.3.3", "Of what follows; anything behind it is padding");
}

const EAP: u64 = 0;
const KEY: u64 = 3;

/// IEEE 802.1X table 11-3.
static TYPES: &[(u64, &str)] = &[
    (EAP, "EAP packet"),
    (1, "Start"),
    (2, "Logoff"),
    (KEY, "Key"),
    (4, "Encapsulated ASF alert"),
    (5, "MKA"),
    (6, "Announcement (generic)"),
    (7, "Announcement (specific)"),
    (8, "Announcement request"),
];

/// EAPOL.
pub static EAPOL: Protocol = Protocol {
    name: "eapol",
    title: "EAP over LANs",
    spec: "IEEE 802.1X",
    scope: "Header, key descriptors of IEEE 802.11, WPA and RC4. Not: elements in key data, integrity codes longer than 16 bytes, MACsec key agreement, announcements",
    unit: Unit::Message,
    tables: &[HEADER, key::TYPE_ROW, key::RSN, key::RC4, key::MOVING],
    keys: &[(Space::EtherType, 0x888e)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    leaves_next_unnamed: true,
    ..Protocol::NONE
};

/// PPP's number for EAP, by which it is found here, too.
const EAP_IN_PPP: u16 = 0xc227;

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let header = input.header::<4, S>(s, HEADER)?;
    let (kind, len) = (TYPE.get(header), LEN.get(header) as u32);
    let wire = (4 + len).min(input.wire);
    if wire < 4 + len && input.extent == Extent::Whole {
        s.flaw(Bad {
            rule: "an EAPOL packet fits into its frame (IEEE 802.1X §11.3.3)",
            expected: 4 + len,
            found: input.wire,
        });
    }
    let captured = wire.min(input.data.len() as u32);
    match kind {
        EAP if len > 0 => return Ok(Step::new(&input, 4, wire, Next::Key(Space::Ppp, EAP_IN_PPP))),
        KEY => {
            if S::ON {
                key::put(s, &Tlv::new(input.data, input.base, 4, wire - 4));
                if captured < wire {
                    s.note(NoteKind::Cut, format_args!("eapol: {wire} bytes expected, {captured} captured"));
                }
            }
            return Ok(Step::new(&input, captured, wire, Next::End));
        }
        4.. => {
            let name = TYPE.name_of(&[], kind).unwrap_or("unassigned");
            s.note(NoteKind::Unknown, format_args!("the body of EAPOL type {kind} ({name}) is not decoded"));
        }
        _ => {}
    }
    Ok(Step::new(&input, 4, wire, Next::End))
}

fn explain_type(a: &Around<'_>, out: &mut Text) {
    out.lit(match a.value {
        EAP => "carries EAP, by which station and authentication server talk",
        1 => "the station wants to be let in",
        2 => "the station leaves; the port is closed",
        KEY => "keys are agreed on or handed out",
        5 => "MACsec key agreement",
        _ => return,
    });
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    let kind = TYPE.get(seen.header);
    out.lit(match kind {
        EAP => "EAP packet",
        1 => "EAPOL start",
        2 => "EAPOL logoff",
        KEY => "EAPOL key",
        4 => "Encapsulated ASF alert",
        _ => "unknown",
    });
    out.lit(" (").num(kind).lit(") v").num(VERSION.get(seen.header)).lit(", len ").num(LEN.get(seen.header));
}
