//! Encapsulated Remote SPAN: frames that a switch mirrors to a far analyser, inside GRE (draft-foschiano-erspan).
//!
//! ```text
//! Type II:   |Ver 1  |         VLAN          | COS |En |T|    Session ID     |
//!            |       Reserved        |                 Index                 |
//!
//! Type III:  |Ver 2  |         VLAN          | COS |BSO|T|    Session ID     |
//!            |                           Timestamp                           |
//!            |      Security group tag       |P|   FT    |   HW ID   |D|Gra|O|
//!            |            Platform specific, 8 bytes (optional)              |
//! ```
//!
//! Type I has no header: the mirrored frame follows GRE at once.

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit, direct};
use crate::field::{Around, Field, Kind, Table};
use crate::input::{Bad, Input, Stop};
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

const II: &str = "draft-foschiano-erspan §4.2";
const III: &str = "draft-foschiano-erspan §4.3";

crate::fields! { TYPE_II:
    VERSION = Field::uint("erspan.version", 0, 4).values(VERSIONS).label("Version").doc(II, "1 in Type II, 2 in Type III");
    VLAN = Field::uint("erspan.vlan", 4, 12).label("VLAN").doc(II, "The VLAN of the mirrored frame, or of its port");
    COS = Field::uint("erspan.cos", 16, 3).label("Class of service").doc(II, "The priority with which the mirrored frame was treated");
    ENCAP = Field::uint("erspan.encap", 19, 2).values(ENCAPS).label("Encapsulation").doc(II, "How the mirrored frame was tagged on its port");
    TRUNCATED = Field::uint("erspan.truncated", 21, 1).values(TRUNCATIONS).label("Truncated").doc(II, "1: the copy is shorter than the frame, because the tunnel would not hold it");
    SESSION = Field::uint("erspan.spanid", 22, 10).label("Session ID").doc(II, "The mirroring session of the switch");
    RESERVED = Field::uint("erspan.reserved", 32, 12).label("Reserved").doc(II, "Sent as 0 and ignored by the receiver");
    INDEX = Field::uint("erspan.index", 44, 20).label("Index").doc(II, "The port and direction of the mirrored frame, in numbers of the switch");
}

crate::fields! { TYPE_III:
    VERSION_3 = Field::uint("erspan.version", 0, 4).values(VERSIONS).label("Version").doc(III, "1 in Type II, 2 in Type III");
    VLAN_3 = Field::uint("erspan.vlan", 4, 12).label("VLAN").doc(III, "The VLAN of the mirrored frame, or of its port");
    COS_3 = Field::uint("erspan.cos", 16, 3).label("Class of service").doc(III, "The priority with which the mirrored frame was treated");
    BSO = Field::uint("erspan.bso", 19, 2).values(INTEGRITIES).label("Bad, short or oversized").doc(III, "Whether the mirrored frame was whole when the switch received it");
    TRUNCATED_3 = Field::uint("erspan.truncated", 21, 1).values(TRUNCATIONS).label("Truncated").doc(III, "1: the copy is shorter than the frame, because the tunnel would not hold it");
    SESSION_3 = Field::uint("erspan.spanid", 22, 10).label("Session ID").doc(III, "The mirroring session of the switch");
    TIMESTAMP = Field::uint("erspan.timestamp", 32, 32).label("Timestamp").doc(III, "The switch's clock when it saw the frame, in units of the granularity below").explain(explain_timestamp);
    SGT = Field::uint("erspan.sgt", 64, 16).label("Security group tag").doc(III, "The group of the frame's sender, for access rules by group");
    P = Field::uint("erspan.p", 80, 1).label("Carries an Ethernet frame").doc(III, "1: what follows was sent as an Ethernet frame");
    FRAME_TYPE = Field::uint("erspan.ft", 81, 5).values(FRAME_TYPES).label("Frame type").doc(III, "What follows");
    HARDWARE = Field::uint("erspan.hw", 86, 6).label("Hardware ID").doc(III, "Which engine of the switch made the copy");
    DIRECTION = Field::flag("erspan.direction", 92).label("Direction").doc(III, "0: the frame was received (ingress); 1: it was sent (egress)");
    GRANULARITY = Field::uint("erspan.gra", 93, 2).values(GRANULARITIES).label("Timestamp granularity").doc(III, "The unit of the timestamp");
    OPTIONAL = Field::uint("erspan.o", 95, 1).label("Optional subheader").doc(III, "1: eight bytes with a meaning of their own for each platform follow");
}

crate::fields! { PLATFORM_1:
    PLATFORM = Field::uint("erspan.platid", 0, 6).label("Platform ID").doc(III, "Which kind of switch laid out the subheader");
    P1_RESERVED = Field::uint("erspan.pid1.rsvd1", 6, 14).label("Reserved").doc(III, "Ignored by the receiver");
    P1_DOMAIN = Field::uint("erspan.pid1.vsmid", 20, 12).label("VSM domain ID").doc(III, "The domain of the virtual switch");
    P1_PORT = Field::uint("erspan.pid1.port_index", 32, 32).label("Port index").doc(III, "The mirrored port");
}

crate::fields! { PLATFORM_3:
    P3_PLATFORM = Field::uint("erspan.platid", 0, 6).label("Platform ID").doc(III, "Which kind of switch laid out the subheader");
    P3_RESERVED = Field::uint("erspan.pid3.rsvd1", 6, 12).label("Reserved").doc(III, "Ignored by the receiver");
    P3_PORT = Field::uint("erspan.pid3.port_index", 18, 14).label("Port index").doc(III, "The mirrored port");
    P3_TIMESTAMP = Field::uint("erspan.pid3.timestamp", 32, 32).label("Timestamp, upper half").doc(III, "The upper 32 bits of the timestamp");
}

crate::fields! { PLATFORM_4:
    P4_PLATFORM = Field::uint("erspan.platid", 0, 6).label("Platform ID").doc(III, "Which kind of switch laid out the subheader");
    P4_RESERVED_1 = Field::uint("erspan.pid4.rsvd1", 6, 12).label("Reserved").doc(III, "Ignored by the receiver");
    P4_RESERVED_2 = Field::uint("erspan.pid4.rsvd2", 18, 14).label("Reserved").doc(III, "Ignored by the receiver");
    P4_RESERVED_3 = Field::uint("erspan.pid4.rsvd3", 32, 32).label("Reserved").doc(III, "Ignored by the receiver");
}

crate::fields! { PLATFORM_5:
    P5_PLATFORM = Field::uint("erspan.platid", 0, 6).label("Platform ID").doc(III, "Which kind of switch laid out the subheader");
    P5_SWITCH = Field::uint("erspan.pid5.switchid", 6, 10).label("Switch ID").doc(III, "The switch that made the copy");
    P5_PORT = Field::uint("erspan.pid5.port_index", 16, 16).label("Port index").doc(III, "The mirrored port");
    P5_TIMESTAMP = Field::uint("erspan.pid5.timestamp", 32, 32).unit("s").label("Timestamp, seconds").doc(III, "The seconds of the timestamp; the header has the nanoseconds");
}

crate::fields! { PLATFORM_7:
    P7_PLATFORM = Field::uint("erspan.platid", 0, 6).label("Platform ID").doc(III, "Which kind of switch laid out the subheader");
    P7_RESERVED = Field::uint("erspan.pid7.rsvd1", 6, 6).label("Reserved").doc(III, "Ignored by the receiver");
    P7_SOURCE = Field::uint("erspan.pid7.source_index", 12, 20).label("Source index").doc(III, "The mirrored port");
    P7_TIMESTAMP = Field::uint("erspan.pid7.timestamp", 32, 32).label("Timestamp, upper half").doc(III, "The upper 32 bits of the timestamp");
}

crate::fields! { PLATFORM_OTHER:
    OTHER_PLATFORM = Field::uint("erspan.platid", 0, 6).label("Platform ID").doc(III, "Which kind of switch laid out the subheader");
    OTHER_RESERVED = Field::uint("erspan.pid.rsvd", 6, 58).label("Platform specific").doc(III, "Without a published meaning for this platform");
}

crate::fields! { MOVING:
    UNKNOWN_VERSION = Field::moving("erspan.version", Kind::Uint).values(VERSIONS).label("Version").doc(II, "1 in Type II, 2 in Type III");
}

static VERSIONS: &[(u64, &str)] = &[(1, "Type II"), (2, "Type III")];
static TRUNCATIONS: &[(u64, &str)] = &[(0, "Not truncated"), (1, "Truncated")];
static ENCAPS: &[(u64, &str)] = &[(0, "Untagged"), (1, "ISL"), (2, "802.1Q"), (3, "VLAN tag kept in the frame")];
static INTEGRITIES: &[(u64, &str)] =
    &[(0, "Good, or not known"), (1, "Short"), (2, "Oversized"), (3, "CRC or alignment error")];
static FRAME_TYPES: &[(u64, &str)] = &[(0, "Ethernet"), (2, "IP")];
static GRANULARITIES: &[(u64, &str)] =
    &[(0, "100 microseconds"), (1, "100 nanoseconds"), (2, "IEEE 1588"), (3, "Custom")];

/// ERSPAN, Types II and III.
pub static ERSPAN: Protocol = Protocol {
    name: "erspan",
    title: "Encapsulated Remote SPAN",
    spec: "draft-foschiano-erspan",
    scope: "The headers of Types I, II and III with the platform-specific subheaders. Not: marker packets, and the pairing of the two halves of a timestamp.",
    unit: Unit::Header,
    tables: &[TYPE_II, TYPE_III, PLATFORM_1, PLATFORM_3, PLATFORM_4, PLATFORM_5, PLATFORM_7, PLATFORM_OTHER, MOVING],
    keys: &[(Space::EtherType, 0x88be), (Space::EtherType, 0x22eb)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

/// ERSPAN, Type I: a layer without any bytes, which only says why there is a frame.
pub static ERSPAN_TYPE_I: Protocol = Protocol {
    name: "erspan",
    title: "Encapsulated Remote SPAN, Type I",
    spec: "draft-foschiano-erspan",
    scope: "It has no header.",
    unit: Unit::Header,
    keys: &[(Space::Direct, direct::ERSPAN_TYPE_I)],
    peel: type_i::<Off>,
    tree: type_i::<Tree>,
    line: |_, out| {
        out.lit("ERSPAN type I: ");
    },
    ..Protocol::NONE
};

fn type_i<S: Sink>(input: Input<'_>, _: &mut S) -> Dissected {
    Ok(Step::new(&input, 0, input.wire, Next::Key(Space::Link, 1)))
}

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let version = input.head::<1>()?[0] >> 4;
    match version {
        1 => {
            input.header::<8, S>(s, TYPE_II)?;
            Ok(Step::new(&input, 8, input.wire, Next::Key(Space::Link, 1)))
        }
        2 => {
            let header = input.header::<12, S>(s, TYPE_III)?;
            let mut length = 12;
            if OPTIONAL.get(header) != 0 {
                length = 20;
                let rest = input.data.get(12..).unwrap_or_default();
                s.fixed(platform(rest), rest.get(..8).unwrap_or(rest), input.base.saturating_add(12));
                input.upto(length)?;
            }
            let next = match FRAME_TYPE.get(header) {
                0 => Next::Key(Space::Link, 1),
                2 => ip(&input, length),
                _ => Next::Opaque("a frame type without a published meaning"),
            };
            Ok(Step::new(&input, length, input.wire, next))
        }
        other => {
            s.uint(&UNKNOWN_VERSION, input.base.saturating_mul(8), 4, other.into());
            Err(Stop::Bad(Bad {
                rule: "the version is 1 or 2, for Types II and III (draft-foschiano-erspan §4)",
                expected: 1,
                found: other.into(),
            }))
        }
    }
}

/// How a subheader is laid out.
fn platform(subheader: &[u8]) -> Table {
    match PLATFORM.get(subheader) {
        1 => PLATFORM_1,
        3 => PLATFORM_3,
        4 => PLATFORM_4,
        5 | 6 => PLATFORM_5,
        0 | 7 => PLATFORM_7,
        _ => PLATFORM_OTHER,
    }
}

/// IP, of the version that its first byte says.
fn ip(input: &Input<'_>, at: u32) -> Next {
    match input.data.get(at as usize).map(|first| first >> 4) {
        None => Next::Opaque("the capture ends before the mirrored packet"),
        Some(6) => Next::Key(Space::EtherType, 0x86dd),
        Some(_) => Next::Key(Space::EtherType, 0x0800),
    }
}

fn explain_timestamp(around: &Around<'_>, out: &mut Text) {
    let per_second = match GRANULARITY.get(around.layer) {
        0 => 10_000,
        1 => 10_000_000,
        _ => return,
    };
    out.num_grouped(around.value / per_second).lit(".");
    out.num_wide(around.value % per_second, if per_second == 10_000 { 4 } else { 7 });
    out.lit(" seconds on the switch's clock, or that much after it last ran over");
}

/// `ERSPAN type II, session 61, vlan 11: `.
fn line(seen: &Seen<'_>, out: &mut Text) {
    let h = seen.header;
    out.lit(if VERSION.get(h) == 1 { "ERSPAN type II" } else { "ERSPAN type III" });
    out.lit(", session ").num(SESSION.get(h)).lit(", vlan ").num(VLAN.get(h)).lit(": ");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Env, Extent};

    fn peel(data: &[u8]) -> Dissected {
        let input = Input { data, base: 0, wire: data.len() as u32, extent: Extent::Whole, env: &Env::NONE };
        dissect(input, &mut Off::default())
    }

    #[test]
    fn the_optional_subheader_is_part_of_the_header() {
        let mut data = [0u8; 32];
        data[0] = 0x20;
        assert_eq!(peel(&data).map(|s| (s.header, s.next)), Ok((12, Next::Key(Space::Link, 1))));
        data[11] = 1;
        assert_eq!(peel(&data).map(|s| s.header), Ok(20));
        data[10] = 0x08;
        data[20] = 0x60;
        assert_eq!(peel(&data).map(|s| s.next), Ok(Next::Key(Space::EtherType, 0x86dd)));
    }

    #[test]
    fn an_unknown_version_cannot_be_read() {
        assert!(matches!(peel(&[0x30; 20]), Err(Stop::Bad(Bad { found: 3, .. }))));
    }
}
