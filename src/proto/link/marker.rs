//! Marker protocol (IEEE 802.1AX §6.5): asks the other end of an aggregation to answer once all frames before are received,
//! so that a conversation can move to another link.
//!
//! ```text
//! |    Version    |     Type      |  Length = 16  |
//! |        Requester port         |       Requester system        |
//! |   … Requester system          |        Transaction ID         |
//! |   … Transaction ID            |            Padding            |
//! |  Terminator: type 0, length 0, then 90 reserved bytes         |
//! ```

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::{Around, Field, Kind};
use crate::input::Input;
use crate::proto::shared::names::multicast::mac_kind;
use crate::proto::shared::tlv::Tlv;
use crate::sink::{NoteKind, Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEADER:
    VERSION = Field::uint("marker.version", 0, 8).hex().label("Version").doc("IEEE 802.1AX §6.5.3.3", "Of the protocol");
    TYPE = Field::uint("marker.tlvType", 8, 8).repeats().hex().values(TLVS).label("TLV type").doc("IEEE 802.1AX §6.5.3.3", "Marker, or the response to one");
    LENGTH = Field::uint("marker.tlvLen", 16, 8).repeats().hex().label("TLV length").doc("IEEE 802.1AX §6.5.3.3", "With type and length: 16");
    PORT = Field::uint("marker.requesterPort", 24, 16).label("Requester port").doc("IEEE 802.1AX §6.5.3.3", "The port that sent the marker");
    SYSTEM = Field::mac("marker.requesterSystem", 40).explain(explain_system).label("Requester system").doc("IEEE 802.1AX §6.5.3.3", "The system that sent the marker");
    TRANSACTION = Field::uint("marker.requesterTransId", 88, 32).label("Transaction ID").doc("IEEE 802.1AX §6.5.3.3", "Matches responses to markers");
    PAD = Field::uint("marker.requesterPad", 120, 16).label("Padding").doc("IEEE 802.1AX §6.5.3.3", "Must be 0");
    END_TYPE = Field::uint("marker.tlvType", 136, 8).repeats().hex().values(TLVS).label("TLV type").doc("IEEE 802.1AX §6.5.3.3", "Terminator");
    END_LENGTH = Field::uint("marker.tlvLen", 144, 8).repeats().hex().label("TLV length").doc("IEEE 802.1AX §6.5.3.3", "0");
}

crate::fields! { MOVING:
    RESERVED = Field::moving("marker.reserved", Kind::Bytes).label("Reserved").doc("IEEE 802.1AX §6.5.3.3", "Sent as 0 and ignored by the receiver");
}

/// IEEE 802.1AX §6.5.3.3.
static TLVS: &[(u64, &str)] = &[(0, "Terminator"), (1, "Marker information"), (2, "Marker response information")];

/// Marker protocol.
pub static MARKER: Protocol = Protocol {
    name: "marker",
    title: "Marker protocol",
    spec: "IEEE 802.1AX",
    scope: "All fields of markers and marker responses",
    unit: Unit::Message,
    tables: &[HEADER, MOVING],
    keys: &[(Space::Slow, 2)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

/// Length of a marker PDU behind the subtype.
const LENGTH_ON_WIRE: u32 = 109;

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let header = input.header::<19, S>(s, HEADER)?;
    let (kind, length) = (TYPE.get(header), LENGTH.get(header));
    if !(1..=2).contains(&kind) {
        let rule = "the first TLV is a marker or a response (IEEE 802.1AX §6.5.3.3)";
        s.note(NoteKind::Bad, format_args!("{rule}: 1 or 2 expected, {kind} found"));
    }
    if length != 16 {
        let rule = "the first TLV is 16 bytes long (IEEE 802.1AX §6.5.3.3)";
        s.note(NoteKind::Bad, format_args!("{rule}: 16 expected, {length} found"));
    }
    let wire = input.wire.min(LENGTH_ON_WIRE);
    Tlv::new(input.data, input.base, 0, wire).rest(s, &RESERVED, 19);
    Ok(Step::new(&input, wire.min(input.data.len() as u32), wire, Next::End))
}

fn explain_system(a: &Around<'_>, out: &mut Text) {
    if let Some(mac) = a.bytes.first_chunk::<6>() {
        out.lit(mac_kind(*mac));
    }
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    let h = seen.header;
    // tcpdump counts the subtype, too.
    out.lit("MARKERv").num(VERSION.get(h)).lit(", length ").num(u64::from(seen.outer) + 1);
    if seen.style.verbose > 0 {
        out.lit("\n\t").lit(TYPE.name_of(&[], TYPE.get(h)).unwrap_or("Unknown")).lit(" TLV (").hex(TYPE.get(h), 2);
        out.lit("), length ").num(LENGTH.get(h)).lit("\n\t  Request System ").mac(h.get(5..11).unwrap_or_default());
        out.lit(", Request Port ").num(PORT.get(h)).lit(", Request Transaction ID ").hex(TRANSACTION.get(h), 8);
    }
}
