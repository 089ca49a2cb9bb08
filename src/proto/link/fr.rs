//! Frame Relay: virtual circuits over a network of switches (ITU-T Q.922 Annex A), with the encapsulation of RFC 2427 or
//! Cisco's.
//!
//! ```text
//! | Upper DLCI|C|0|Lower D|F|B|D|1|    Control    |    NLPID      |
//! ```
//!
//! The address has two, three or four bytes; in the last one the lowest bit is 1. Cisco's encapsulation has an EtherType
//! behind the address; RFC 2427's an HDLC control field of 3 and a network layer protocol identifier.

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::{Around, Field, Kind};
use crate::input::{Bad, Input, Stop};
use crate::proto::shared::names::ethertype::{ethertype_name, line_name};
use crate::proto::shared::names::nlpid::nlpid_name;
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { FIRST:
    OCTET_1 = Field::uint("fr.first_addr_octet", 0, 8).hex().label("First byte of the address").doc("Q.922 §3.3", "Upper part of the circuit's number");
    UPPER = Field::uint("fr.upper_dlci", 0, 6).hex().part_of("fr.first_addr_octet").label("Upper DLCI").doc("Q.922 §3.3.6", "The highest six bits of the circuit's number");
    CR = Field::flag("fr.cr", 6).part_of("fr.first_addr_octet").label("Command or response").doc("Q.922 §3.3.3", "For the protocol inside; the network does not look at it");
    EA_1 = Field::flag("fr.ea", 7).part_of("fr.first_addr_octet").repeats().label("Address ends").doc("Q.922 §3.3.1", "1: the address ends here; 0: another byte follows");
}

crate::fields! { SECOND:
    OCTET_2 = Field::uint("fr.second_addr_octet", 8, 8).hex().label("Second byte of the address").doc("Q.922 §3.3", "More of the circuit's number, and congestion");
    LOWER = Field::uint("fr.second_dlci", 8, 4).hex().part_of("fr.second_addr_octet").label("Second DLCI").doc("Q.922 §3.3.6", "The next four bits of the circuit's number");
    FECN = Field::flag("fr.fecn", 12).part_of("fr.second_addr_octet").label("Congestion ahead").doc("Q.922 §A.3.3", "1: the frame met congestion on its way; the receiver should slow the other side down");
    BECN = Field::flag("fr.becn", 13).part_of("fr.second_addr_octet").label("Congestion behind").doc("Q.922 §A.3.3", "1: frames the other way meet congestion; the receiver of this frame should slow down");
    DE = Field::flag("fr.de", 14).part_of("fr.second_addr_octet").label("Discard eligible").doc("Q.922 §A.3.3", "1: to be dropped before others when there is congestion");
    EA_2 = Field::flag("fr.ea", 15).part_of("fr.second_addr_octet").repeats().label("Address ends").doc("Q.922 §3.3.1", "1: the address ends here; 0: another byte follows");
}

crate::fields! { THIRD:
    OCTET_3 = Field::uint("fr.third_addr_octet", 16, 8).hex().label("Third byte of the address").doc("Q.922 §3.3", "More of the circuit's number");
    MIDDLE = Field::uint("fr.third_dlci", 16, 7).hex().part_of("fr.third_addr_octet").label("Third DLCI").doc("Q.922 §3.3.6", "Seven more bits of the circuit's number");
    EA_3 = Field::flag("fr.ea", 23).part_of("fr.third_addr_octet").repeats().label("Address ends").doc("Q.922 §3.3.1", "1: the address ends here; 0: another byte follows");
}

crate::fields! { LAST_NUMBER:
    OCTET_NUMBER = Field::uint("fr.last_addr_octet", 0, 8).hex().label("Last byte of the address").doc("Q.922 §3.3", "Of an address of three or four bytes");
    LOWEST = Field::uint("fr.lower_dlci", 0, 6).hex().part_of("fr.last_addr_octet").label("Lower DLCI").doc("Q.922 §3.3.6", "The lowest six bits of the circuit's number");
    DC_NUMBER = Field::flag("fr.dc", 6).part_of("fr.last_addr_octet").label("DL-CORE control").doc("Q.922 §3.3.7", "0: the bits before are part of the circuit's number");
    EA_NUMBER = Field::flag("fr.ea", 7).part_of("fr.last_addr_octet").repeats().label("Address ends").doc("Q.922 §3.3.1", "1: the address ends here");
}

crate::fields! { LAST_CONTROL:
    OCTET_CONTROL = Field::uint("fr.last_addr_octet", 0, 8).hex().label("Last byte of the address").doc("Q.922 §3.3", "Of an address of three or four bytes");
    CORE = Field::uint("fr.dlcore_control", 0, 6).hex().part_of("fr.last_addr_octet").label("DL-CORE control").doc("Q.922 §3.3.7", "Of the core protocol; for future use");
    DC_CONTROL = Field::flag("fr.dc", 6).part_of("fr.last_addr_octet").label("DL-CORE control").doc("Q.922 §3.3.7", "1: the bits before are not part of the circuit's number");
    EA_CONTROL = Field::flag("fr.ea", 7).part_of("fr.last_addr_octet").repeats().label("Address ends").doc("Q.922 §3.3.1", "1: the address ends here");
}

crate::fields! { CONTROL_BYTE:
    CONTROL = Field::uint("fr.control", 0, 8).hex().label("Control").doc("RFC 2427 §3.1", "3: unnumbered information");
    FRAME_TYPE = Field::uint("fr.control.ftype", 6, 2).hex_wide(2).part_of("fr.control").values(FRAME_TYPES).label("Frame type").doc("Q.922 §3.5", "Numbered, supervisory or unnumbered");
}

crate::fields! { MOVING:
    DLCI = Field::derived("fr.dlci", Kind::Uint).label("Circuit (DLCI)").doc("Q.922 §3.3.6", "The number of the virtual circuit on this line, put together from the parts of the address").explain(explain_dlci);
    COMMAND = Field::moving("fr.control.u_modifier_cmd", Kind::Uint).hex_wide(2).part_of("fr.control").values(MODIFIERS).label("Command").doc("Q.922 §3.5", "Which unnumbered frame");
    RESPONSE = Field::moving("fr.control.u_modifier_resp", Kind::Uint).hex_wide(2).part_of("fr.control").values(MODIFIERS).label("Response").doc("Q.922 §3.5", "Which unnumbered frame");
    NLPID = Field::moving("fr.nlpid", Kind::Uint).hex_wide(2).repeats().names(nlpid_name).label("Protocol identifier").doc("RFC 2427 §3.2", "What the frame carries, when the identifier has a name for it; SNAP says more; 0 is padding before it");
    SNAP_OUI = Field::moving("fr.snap.oui", Kind::Uint).label("SNAP: organisation").doc("RFC 2427 §3.3", "Who says what the next number means: 0 for EtherTypes, 0x0080c2 for bridged frames");
    SNAP_PID = Field::moving("fr.snap.pid", Kind::Uint).hex_wide(4).label("SNAP: protocol").doc("RFC 2427 §4.2", "A number of the organisation's");
    SNAP_TYPE = Field::moving("fr.snaptype", Kind::Uint).hex_wide(4).names(ethertype_name).label("SNAP: type").doc("RFC 2427 §3.3", "An EtherType");
    CISCO_TYPE = Field::moving("fr.chdlctype", Kind::Uint).hex_wide(4).names(ethertype_name).label("Type").doc("Cisco encapsulation", "An EtherType, right behind the address");
    DIRECTION = Field::moving("fr.direction", Kind::Uint).values(DIRECTIONS).label("Direction").doc("LINKTYPE_FRELAY_WITH_DIR", "Which way the frame went, seen from the station that captured it");
}

static FRAME_TYPES: &[(u64, &str)] = &[(1, "Supervisory"), (3, "Unnumbered")];
static MODIFIERS: &[(u64, &str)] = &[(0, "Unnumbered information")];
static DIRECTIONS: &[(u64, &str)] = &[(0, "Received"), (1, "Sent")];

/// Frame Relay.
pub static FR: Protocol = Protocol {
    name: "fr",
    title: "Frame Relay",
    spec: "Q.922, RFC 2427",
    scope: "Addresses of two to four bytes, RFC 2427's encapsulation and Cisco's. Not: LMI and Q.933, fragmentation, numbered frames.",
    unit: Unit::Frame,
    tables: &[FIRST, SECOND, THIRD, LAST_NUMBER, LAST_CONTROL, CONTROL_BYTE, MOVING],
    keys: &[(Space::Link, 107), (Space::EtherType, 0x6559)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line: |seen, out| line(seen.header, seen, out),
    ..Protocol::NONE
};

/// Frame Relay with a byte before it that says which way the frame went (`LINKTYPE_FRELAY_WITH_DIR`).
pub static FR_DIRECTION: Protocol = Protocol {
    title: "Frame Relay with direction",
    spec: "LINKTYPE_FRELAY_WITH_DIR, Q.922",
    scope: "The direction, then as Frame Relay without it.",
    keys: &[(Space::Link, 206)],
    peel: directed::<Off>,
    tree: directed::<Tree>,
    line: |seen, out| {
        out.lit(if seen.header.first() == Some(&0) { "In  " } else { "Out " });
        line(seen.header.get(1..).unwrap_or_default(), seen, out);
    },
    ..FR
};

/// An HDLC control field: unnumbered information.
const UNNUMBERED: u8 = 3;

/// Identifiers with a meaning of their own.
const PAD: u8 = 0;
const SNAP: u8 = 0x80;

/// Organisations of SNAP.
const ETHERTYPES: u32 = 0;
const CISCO: u32 = 0x00_000c;
const IEEE_8021: u32 = 0x00_80c2;

/// Reads bytes one after the other.
struct Reader<'a> {
    input: Input<'a>,
    at: u32,
}

impl Reader<'_> {
    /// The next `N` bytes, without going on.
    fn peek<const N: usize>(&self) -> Result<[u8; N], Stop> {
        let rest = self.input.data.get(self.at as usize..).unwrap_or_default();
        rest.first_chunk::<N>().copied().ok_or_else(|| self.input.short(self.at.saturating_add(N as u32)))
    }

    /// The bit with which the next byte begins.
    fn bit(&self) -> u32 {
        self.base().saturating_mul(8)
    }

    fn base(&self) -> u32 {
        self.input.base.saturating_add(self.at)
    }
}

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    frame(input, s, 0)
}

fn directed<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let [direction] = *input.head::<1>()?;
    s.uint(&DIRECTION, input.base * 8, 8, u64::from(direction != 0));
    frame(input, s, 1)
}

fn frame<S: Sink>(input: Input<'_>, s: &mut S, from: u32) -> Dissected {
    let mut r = Reader { input, at: from };
    let response = address(&mut r, s)?;
    let [control] = r.peek::<1>()?;
    let next = if control == UNNUMBERED {
        s.fixed(CONTROL_BYTE, &[control], r.base());
        s.uint(if response { &RESPONSE } else { &COMMAND }, r.bit(), 8, 0);
        r.at += 1;
        identified(&mut r, s)?
    } else {
        let kind = u16::from_be_bytes(r.peek::<2>()?);
        if ethertype_name(kind.into()).is_some() {
            s.uint(&CISCO_TYPE, r.bit(), 16, kind.into());
            r.at += 2;
            Next::Key(Space::EtherType, kind)
        } else {
            Next::Opaque("neither an EtherType nor an unnumbered frame, which is all that is decoded")
        }
    };
    Ok(Step::new(&r.input, r.at, r.input.wire, next))
}

/// Reads the address; returns whether it says that this is a response.
fn address<S: Sink>(r: &mut Reader<'_>, s: &mut S) -> Result<bool, Stop> {
    let start = r.base();
    let [first] = r.peek::<1>()?;
    if first & 1 != 0 {
        return Err(Stop::Bad(Bad { rule: "an address has at least two bytes (Q.922 §3.3)", expected: 2, found: 1 }));
    }
    let captured = r.input.data.get(r.at as usize..).unwrap_or_default();
    s.fixed(FIRST, captured, start);
    let [_, second] = r.peek::<2>()?;
    s.fixed(SECOND, captured, start);
    let mut dlci = u32::from(first >> 2) << 4 | u32::from(second >> 4);
    r.at += 2;
    if second & 1 == 0 {
        let [mut last] = r.peek::<1>()?;
        if last & 1 == 0 {
            s.fixed(THIRD, captured, start);
            dlci = dlci << 7 | u32::from(last >> 1);
            r.at += 1;
            [last] = r.peek::<1>()?;
        }
        if last & 2 == 0 {
            s.fixed(LAST_NUMBER, &[last], r.base());
            dlci = dlci << 6 | u32::from(last >> 2);
        } else {
            s.fixed(LAST_CONTROL, &[last], r.base());
        }
        r.at += 1;
        if last & 1 == 0 {
            return Err(Stop::Bad(Bad {
                rule: "an address has at most four bytes (Q.922 §3.3)",
                expected: 4,
                found: 5,
            }));
        }
    }
    s.derived(&DLCI, dlci.into());
    Ok(first & 2 != 0)
}

/// Reads the protocol identifier behind the control field.
fn identified<S: Sink>(r: &mut Reader<'_>, s: &mut S) -> Result<Next, Stop> {
    let [mut nlpid] = r.peek::<1>()?;
    s.uint(&NLPID, r.bit(), 8, nlpid.into());
    r.at += 1;
    if nlpid == PAD {
        [nlpid] = r.peek::<1>()?;
        s.uint(&NLPID, r.bit(), 8, nlpid.into());
        r.at += 1;
    }
    if nlpid != SNAP {
        return Ok(Next::Key(Space::Nlpid, nlpid.into()));
    }
    let [a, b, c] = r.peek::<3>()?;
    let oui = u32::from_be_bytes([0, a, b, c]);
    s.uint(&SNAP_OUI, r.bit(), 24, oui.into());
    r.at += 3;
    let pid = u16::from_be_bytes(r.peek::<2>()?);
    s.uint(if oui == ETHERTYPES { &SNAP_TYPE } else { &SNAP_PID }, r.bit(), 16, pid.into());
    r.at += 2;
    Ok(match (oui, pid) {
        (ETHERTYPES, _) => Next::Key(Space::EtherType, pid),
        // RFC 2427 §4.2: bridged 802.3 frames, with and without their check sequence.
        (IEEE_8021, 1 | 7) => Next::Key(Space::Link, 1),
        (IEEE_8021, _) => Next::Key(Space::Ieee8021Pid, pid),
        (CISCO, _) => Next::Key(Space::CiscoPid, pid),
        _ => Next::Opaque("a SNAP number of an organisation that is not decoded"),
    })
}

fn explain_dlci(around: &Around<'_>, out: &mut Text) {
    out.lit(match around.value {
        0 => "signalling between the station and the network (Q.933)",
        1023 => "the local management interface, by which the network says which circuits there are",
        1..=15 => "reserved",
        16..=991 => "a circuit that the network assigned",
        _ => return,
    });
}

/// The circuit's number, the flags that are set, and the address's length, of a header that was read.
fn circuit(header: &[u8]) -> (u64, usize) {
    let dlci = UPPER.get(header) << 4 | LOWER.get(header);
    let last = |at: usize| header.get(at).copied().unwrap_or(1);
    let ends = |dlci: u64, last: u8| if last & 2 == 0 { dlci << 6 | u64::from(last >> 2) } else { dlci };
    match (last(1), last(2)) {
        (second, _) if second & 1 != 0 => (dlci, 2),
        (_, third) if third & 1 != 0 => (ends(dlci, third), 3),
        (_, third) => (ends(dlci << 7 | u64::from(third >> 1), last(3)), 4),
    }
}

/// `Q.922, hdr-len 2, DLCI 100, Flags [none], NLPID IPv4 (0xcc), length 32: `, with `-e` or when nobody reads on.
fn line(header: &[u8], seen: &Seen<'_>, out: &mut Text) {
    if !seen.style.link && seen.next.is_some() {
        return;
    }
    let (dlci, length) = circuit(header);
    out.lit("Q.922, hdr-len ").num(length as u64).lit(", DLCI ").num(dlci).lit(", Flags [");
    let flags = [(&FECN, "FECN"), (&BECN, "BECN"), (&DE, "DE"), (&CR, "C!")];
    let mut between = "";
    for (_, name) in flags.iter().filter(|(flag, _)| flag.get(header) != 0) {
        out.lit(between).lit(name);
        between = ", ";
    }
    out.lit(if between.is_empty() { "none], " } else { "], " });
    match header.get(length..).unwrap_or_default() {
        [UNNUMBERED, PAD, nlpid, ..] | [UNNUMBERED, nlpid, ..] => {
            let nlpid = u64::from(*nlpid);
            out.lit("NLPID ").lit(nlpid_name(nlpid).unwrap_or("unknown")).lit(" (").hex(nlpid, 2).lit("), ");
        }
        [high, low, ..] => {
            let kind = u64::from(u16::from_be_bytes([*high, *low]));
            out.lit("cisco-ethertype ").lit(line_name(kind)).lit(" (").hex(kind, 4).lit("), ");
        }
        _ => {}
    }
    out.lit("length ").num(seen.wire.into()).lit(": ");
}

#[cfg(test)]
mod tests {
    use super::{FR, circuit};
    use crate::dissect::{Next, Space};
    use crate::input::{Env, Extent, Input, Stop};
    use crate::sink::Off;

    fn next(data: &[u8]) -> Result<(u32, Next), Stop> {
        let input = Input { data, base: 0, wire: 60, extent: Extent::Whole, env: &Env::NONE };
        (FR.peel)(input, &mut Off::default()).map(|step| (step.header, step.next))
    }

    #[test]
    fn addresses_have_two_to_four_bytes() {
        assert_eq!(circuit(&[0x18, 0x41, 3]), (100, 2));
        assert_eq!(circuit(&[0x18, 0x40, 0x81, 3]), (100 << 6 | 32, 3));
        assert_eq!(circuit(&[0x18, 0x40, 0x40, 0x05]), ((100 << 7 | 32) << 6 | 1, 4));
        assert_eq!(circuit(&[0x18, 0x40, 0x42, 0x03]), (100 << 7 | 33, 4));
        let ip = Next::Key(Space::Nlpid, 0xcc);
        assert_eq!(next(&[0x18, 0x40, 0x42, 0x03, 3, 0xcc]), Ok((6, ip)));
        assert!(matches!(next(&[0x19, 0x41]), Err(Stop::Bad(_))));
        assert!(matches!(next(&[0x18, 0x40, 0x42, 0x02]), Err(Stop::Bad(_))));
    }

    #[test]
    fn both_encapsulations_are_told_apart() {
        assert_eq!(next(&[0x18, 0x41, 3, 0, 0xcc]), Ok((5, Next::Key(Space::Nlpid, 0xcc))));
        assert_eq!(next(&[0x18, 0x41, 8, 0]), Ok((4, Next::Key(Space::EtherType, 0x0800))));
        assert_eq!(next(&[0x18, 0x41, 3, 0x80, 0, 0x80, 0xc2, 0, 7]), Ok((9, Next::Key(Space::Link, 1))));
        assert_eq!(next(&[0x18, 0x41, 3, 0x80, 0, 0]), Err(Stop::Cut { need: 7, have: 6 }));
    }
}
