//! Apple's packet tap (`LINKTYPE_PKTAP`): which interface and which process a packet belongs to, in the byte order of
//! the capturing machine, which is little-endian.
//!
//! ```text
//! |                    Length of this header                      |
//! |                         Record type                           |
//! |                          Link type                            |
//! |  Interface (24 bytes), flags, families, lengths, processes …  |
//! ```

use crate::capture::{LinkType, link_name};
use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::{Around, Field, Kind};
use crate::input::{Bad, Input, Stop};
use crate::proto::shared::tlv::Tlv;
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { MOVING:
    HDRLEN = Field::moving("pktap.hdrlen", Kind::Uint).unit("bytes").label("Header length").doc("LINKTYPE_PKTAP", "At least 108");
    RECTYPE = Field::moving("pktap.rectype", Kind::Uint).values(&[(0, "none"), (1, "packet")]).label("Record type").doc("LINKTYPE_PKTAP", "1: a packet follows");
    DLT = Field::moving("pktap.dlt", Kind::Uint).names(dlt_name).label("Link type").doc("LINKTYPE_PKTAP", "How the packet that follows begins");
    IFNAME = Field::moving("pktap.ifname", Kind::Text).label("Interface").doc("LINKTYPE_PKTAP", "Name of the interface");
    FLAGS = Field::moving("pktap.flags", Kind::Uint).hex_wide(8).explain(explain_flags).label("Flags").doc("LINKTYPE_PKTAP", "Direction, and what is known of the process");
    PFAMILY = Field::moving("pktap.pfamily", Kind::Uint).values(&[(2, "IPv4"), (30, "IPv6")]).label("Protocol family").doc("LINKTYPE_PKTAP", "Which protocol the packet has");
    LLHDRLEN = Field::moving("pktap.llhdrlen", Kind::Uint).unit("bytes").label("Link header length").doc("LINKTYPE_PKTAP", "Of the link-layer header that follows");
    LLTRLRLEN = Field::moving("pktap.lltrlrlen", Kind::Uint).unit("bytes").label("Link trailer length").doc("LINKTYPE_PKTAP", "Of the link-layer trailer behind the packet");
    PID = Field::moving("pktap.pid", Kind::Uint).explain(explain_process).label("Process ID").doc("LINKTYPE_PKTAP", "The process that sends or receives the packet");
    CMDNAME = Field::moving("pktap.cmdname", Kind::Text).label("Command").doc("LINKTYPE_PKTAP", "Name of that process");
    SVC_CLASS = Field::moving("pktap.svc_class", Kind::Uint).label("Service class").doc("LINKTYPE_PKTAP", "How urgent the packet is");
    IFTYPE = Field::moving("pktap.iftype", Kind::Uint).values(&[(6, "Ethernet"), (24, "loopback")]).label("Interface type").doc("LINKTYPE_PKTAP", "Number of the IANA registry of interface types");
    IFUNIT = Field::moving("pktap.ifunit", Kind::Uint).label("Interface unit").doc("LINKTYPE_PKTAP", "The number in the interface's name");
    EPID = Field::moving("pktap.epid", Kind::Uint).explain(explain_process).label("Effective process ID").doc("LINKTYPE_PKTAP", "The process for which the other one acts");
    ECMDNAME = Field::moving("pktap.ecmdname", Kind::Text).label("Effective command").doc("LINKTYPE_PKTAP", "Name of that process");
}

/// Apple's packet tap.
pub static PKTAP: Protocol = Protocol {
    name: "pktap",
    title: "Apple packet tap",
    spec: "LINKTYPE_PKTAP",
    scope: "Version 1 of the header. Not: what longer headers have behind it, and version 2.",
    unit: Unit::Header,
    tables: &[MOVING],
    keys: &[(Space::Link, 258)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

/// Length of the header as it is known.
const KNOWN: u32 = 108;

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let whole = Tlv::new(input.data, input.base, 0, input.wire);
    whole.uint_le(s, &HDRLEN, 0, 4);
    let length = u32::from_le_bytes(*input.head::<4>()?);
    if length < KNOWN {
        return Err(Stop::Bad(Bad {
            rule: "the header has at least 108 bytes (LINKTYPE_PKTAP)",
            expected: KNOWN,
            found: length,
        }));
    }
    if S::ON {
        whole.uint_le(s, &RECTYPE, 4, 4);
        whole.uint_le(s, &DLT, 8, 4);
        whole.text(s, &IFNAME, 12, 36);
        let numbers = [(&FLAGS, 36), (&PFAMILY, 40), (&LLHDRLEN, 44), (&LLTRLRLEN, 48), (&PID, 52)];
        for (field, at) in numbers {
            whole.uint_le(s, field, at, 4);
        }
        whole.text(s, &CMDNAME, 56, 76);
        whole.uint_le(s, &SVC_CLASS, 76, 4);
        whole.uint_le(s, &IFTYPE, 80, 2);
        whole.uint_le(s, &IFUNIT, 82, 2);
        whole.uint_le(s, &EPID, 84, 4);
        whole.text(s, &ECMDNAME, 88, 108);
    }
    let header = input.upto(length)?;
    let next = match u16::try_from(dlt(header)) {
        Ok(link) => Next::Key(Space::Link, link),
        Err(_) => Next::Opaque("a link type that does not exist"),
    };
    Ok(Step::new(&input, length, input.wire, next))
}

fn dlt(header: &[u8]) -> u32 {
    header.get(8..).and_then(<[u8]>::first_chunk).map_or(0, |b| u32::from_le_bytes(*b))
}

fn dlt_name(value: u64) -> Option<&'static str> {
    link_name(LinkType(u16::try_from(value).ok()?))
}

fn explain_flags(a: &Around<'_>, out: &mut Text) {
    out.lit(match a.value & 3 {
        1 => "incoming",
        2 => "outgoing",
        _ => return,
    });
}

fn explain_process(a: &Around<'_>, out: &mut Text) {
    if a.value == 0xffff_ffff {
        out.lit("none");
    }
}

/// `DLT EN10MB (1) len 108, length 155: `, with `-e` only.
fn line(seen: &Seen<'_>, out: &mut Text) {
    if !seen.style.link && seen.next.is_some() {
        return;
    }
    let link = u64::from(dlt(seen.header));
    out.lit("DLT ").lit(dlt_name(link).unwrap_or("UNKNOWN")).lit(" (").num(link);
    out.lit(") len ").num(seen.header.len() as u64).lit(", length ").num(seen.outer.into()).lit(": ");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Env, Extent};

    #[test]
    fn the_link_type_inside_says_what_follows() {
        let mut data = vec![0; 120];
        data.splice(..4, 112u32.to_le_bytes());
        data.splice(8..12, 12u32.to_le_bytes());
        let peel = |data: &[u8]| {
            let input = Input { data, base: 0, wire: 120, extent: Extent::Whole, env: &Env::NONE };
            dissect(input, &mut Off::default())
        };
        let step = peel(&data).expect("a header");
        assert_eq!((step.header, step.next), (112, Next::Key(Space::Link, 12)));
        assert!(matches!(peel(&data[..111]), Err(Stop::Cut { need: 112, have: 111 })));
        data.splice(10..12, [1, 0]);
        assert!(matches!(peel(&data).map(|step| step.next), Ok(Next::Opaque(_))));
        data.splice(..4, 50u32.to_le_bytes());
        assert!(matches!(peel(&data), Err(Stop::Bad(Bad { expected: 108, found: 50, .. }))));
    }
}
