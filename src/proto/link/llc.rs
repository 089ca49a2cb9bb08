//! Logical link control (IEEE 802.2) with the subnetwork access protocol (SNAP, IEEE 802).
//!
//! ```text
//! | Destination |G|   Source    |R|      Control: 8 or 16 bits    |
//! ```
//!
//! and, behind destination and source 0xaa and control 0x03:
//!
//! ```text
//! |                 Organization                  |
//! |   Protocol, as the organization numbers it    |
//! ```
//!
//! Control fields of 16 bits are sent with their less significant byte first.

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit, direct};
use crate::field::{Around, Field, Kind};
use crate::input::{Input, Stop};
use crate::proto::shared::lan::llc::{BRIDGED, CISCO, ORGANIZATIONS, access_point, access_point_number, named};
use crate::proto::shared::names::ethertype::{ethertype_name, line_name};
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { ADDRESSES:
    DSAP = Field::uint("llc.dsap", 0, 8).hex().names(access_point).label("Destination access point").doc("IEEE 802.2 §3.3.1", "For which protocol of the receiver the frame is").explain(explain_dsap);
    DSAP_SAP = Field::uint("llc.dsap.sap", 0, 7).part_of("llc.dsap").names(access_point_number).label("Access point").doc("IEEE 802.2 §3.3.1", "The address without its last bit");
    DSAP_IG = Field::flag("llc.dsap.ig", 7).part_of("llc.dsap").label("Group address").doc("IEEE 802.2 §3.3.1", "0: one access point; 1: a group of them");
    SSAP = Field::uint("llc.ssap", 8, 8).hex().names(access_point).label("Source access point").doc("IEEE 802.2 §3.3.1", "Which protocol of the sender sent the frame");
    SSAP_SAP = Field::uint("llc.ssap.sap", 8, 7).part_of("llc.ssap").names(access_point_number).label("Access point").doc("IEEE 802.2 §3.3.1", "The address without its last bit");
    SSAP_CR = Field::flag("llc.ssap.cr", 15).part_of("llc.ssap").label("Response").doc("IEEE 802.2 §3.3.1", "0: a command; 1: a response to one");
}

crate::fields! { CONTROL_PARTS:
    CONTROL = Field::moving("llc.control", Kind::Uint).hex_wide(4).label("Control").doc("IEEE 802.2 §5.2", "What kind of frame this is, and its numbers").explain(explain_control);
    N_R = Field::moving("llc.control.n_r", Kind::Uint).part_of("llc.control").label("N(R)").doc("IEEE 802.2 §5.2", "Number of the next information frame that the sender of this one expects, modulo 128");
    N_S = Field::moving("llc.control.n_s", Kind::Uint).part_of("llc.control").label("N(S)").doc("IEEE 802.2 §5.2.1", "Number of this information frame, modulo 128");
    POLL = Field::moving("llc.control.p", Kind::Flag).part_of("llc.control").label("Poll").doc("IEEE 802.2 §5.3", "1: this command asks for a response");
    FINAL = Field::moving("llc.control.f", Kind::Flag).part_of("llc.control").label("Final").doc("IEEE 802.2 §5.3", "1: this response answers a command that asked for one");
    S_FTYPE = Field::moving("llc.control.s_ftype", Kind::Uint).hex_wide(4).part_of("llc.control").values(SUPERVISORY).label("Supervisory function").doc("IEEE 802.2 §5.4.2", "Whether the sender can take more information frames");
    U_COMMAND = Field::moving("llc.control.u_modifier_cmd", Kind::Uint).hex_wide(2).part_of("llc.control").values(COMMANDS).label("Command").doc("IEEE 802.2 §5.4", "What the sender wants");
    U_RESPONSE = Field::moving("llc.control.u_modifier_resp", Kind::Uint).hex_wide(2).part_of("llc.control").values(RESPONSES).label("Response").doc("IEEE 802.2 §5.4", "What the sender answers");
    FTYPE_NUMBERED = Field::moving("llc.control.ftype", Kind::Uint).hex_wide(4).part_of("llc.control").values(&[(0, "information"), (1, "supervisory"), (3, "unnumbered")]).label("Format").doc("IEEE 802.2 §5.2", "Numbered information, flow control of a connection, or neither");
    FTYPE = Field::moving("llc.control.ftype", Kind::Uint).hex_wide(2).part_of("llc.control").values(&[(0, "information"), (1, "supervisory"), (3, "unnumbered")]).label("Format").doc("IEEE 802.2 §5.2", "Numbered information, flow control of a connection, or neither");
}

crate::fields! { ORGANIZATION:
    OUI = Field::uint("llc.oui", 24, 24).values(ORGANIZATIONS).label("Organization").doc("RFC 9542 §3", "Who defined the protocol that follows; 00-00-00: it is an EtherType").explain(explain_oui);
}

crate::fields! { SNAP:
    TYPE = Field::moving("llc.type", Kind::Uint).hex_wide(4).names(ethertype_name).label("Type").doc("RFC 1042 Header Format", "Which protocol follows, as an EtherType");
    PID = Field::moving("llc.pid", Kind::Uint).hex_wide(4).names_within(pid_name).label("Protocol").doc("RFC 9542 §3", "Which protocol follows, as the organization numbers it");
    CISCO_PID = Field::moving("llc.cisco_pid", Kind::Uint).hex_wide(4).values(CISCO).label("Protocol").doc("RFC 9542 §3", "Which of Cisco's protocols follows");
    APPLE_PID = Field::moving("llc.apple_atalk_pid", Kind::Uint).hex_wide(4).values(&[(0x809b, "AppleTalk")]).label("Protocol").doc("RFC 9542 §3", "Which of Apple's protocols follows");
    IANA_PID = Field::moving("llc.iana_pid", Kind::Uint).hex_wide(4).values(&[(1, "MARS data, short"), (2, "NHRP, reserved"), (3, "MARS and NHRP control"), (4, "MARS data, long")]).label("Protocol").doc("RFC 2022 §4.3", "Which of the protocols under IANA's number follows");
    NORTEL_PID = Field::moving("llc.nortel_pid", Kind::Uint).hex_wide(4).values(&[(0x01a1, "SONMP segment hello"), (0x01a2, "SONMP flatnet hello")]).label("Protocol").doc("RFC 9542 §3", "Which of Nortel's protocols follows");
    EXTREME_PID = Field::moving("llc.extreme_pid", Kind::Uint).hex_wide(4).values(&[(0x00bb, "EDP")]).label("Protocol").doc("RFC 9542 §3", "Which of Extreme's protocols follows");
    FOUNDRY_PID = Field::moving("llc.foundry_pid", Kind::Uint).hex_wide(4).values(&[(0x2000, "FDP")]).label("Protocol").doc("RFC 9542 §3", "Which of Foundry's protocols follows");
    FORCE10_PID = Field::moving("llc.force10_pid", Kind::Uint).hex_wide(4).values(&[(0x0111, "FEFD")]).label("Protocol").doc("RFC 9542 §3", "Which of Force10's protocols follows");
    WLCCP_PID = Field::moving("llc.wlccp_pid", Kind::Uint).hex_wide(4).values(&[(0, "WLCCP")]).label("Protocol").doc("RFC 9542 §3", "Which of the protocols of Cisco's access points follows");
    BLUETOOTH_PID = Field::moving("llc.bluetooth_pid", Kind::Uint).hex_wide(4).values(&[(1, "L2CAP"), (2, "Activity report"), (3, "Security"), (4, "Link supervision")]).label("Protocol").doc("Bluetooth Core, Volume 5 Part A", "What a Bluetooth controller over 802.11 sends");
    PAD = Field::moving("llc.pad", Kind::Bytes).label("Padding").doc("RFC 2684 §5.2", "Two zero bytes that align a bridged Ethernet frame");
}

crate::fields! { XID:
    XID_FORMAT = Field::uint("basicxid.llc.xid.format", 24, 8).hex().values(&[(0x81, "basic format")]).label("Exchange format").doc("IEEE 802.2 §5.4.1", "How the rest is to be read");
    XID_TYPES = Field::uint("basicxid.llc.xid.types", 32, 8).hex().values(&[(1, "type 1 (class I)"), (3, "types 1 and 2 (class II)"), (5, "types 1 and 3 (class III)"), (7, "types 1, 2 and 3 (class IV)")]).label("Types of service").doc("IEEE 802.2 §5.4.1", "Type 1: datagrams, 2: connections, 3: acknowledged datagrams");
    XID_WINDOW = Field::uint("basicxid.llc.xid.wsize", 40, 7).unit("frames").label("Receive window").doc("IEEE 802.2 §5.4.1", "How many information frames may wait for an acknowledgment, with connections");
    XID_RESERVED = Field::uint("basicxid.llc.xid.reserved", 47, 1).label("Reserved").doc("IEEE 802.2 §5.4.1", "Sent as 0");
}

/// IEEE 802.2 §5.4: functions of supervisory frames.
static SUPERVISORY: &[(u64, &str)] = &[(0, "receiver ready"), (1, "receiver not ready"), (2, "reject")];

/// IEEE 802.2 §5.4: functions of unnumbered frames, by their control field without the format's two bits.
static COMMANDS: &[(u64, &str)] = &[
    (0x00, "unnumbered information"),
    (0x10, "disconnect"),
    (0x1b, "set asynchronous balanced mode extended"),
    (0x19, "acknowledged information, 1"),
    (0x29, "acknowledged information, 0"),
    (0x2b, "exchange identification"),
    (0x38, "test"),
];

static RESPONSES: &[(u64, &str)] = &[
    (0x00, "unnumbered information"),
    (0x03, "disconnected mode"),
    (0x18, "unnumbered acknowledgment"),
    (0x19, "acknowledged information, 1"),
    (0x21, "frame reject"),
    (0x29, "acknowledged information, 0"),
    (0x2b, "exchange identification"),
    (0x38, "test"),
];

/// LLC.
pub static LLC: Protocol = Protocol {
    name: "llc",
    title: "Logical Link Control",
    spec: "IEEE 802.2",
    scope: "Addresses, control fields of all types, basic exchange identification, and SNAP with its organizations. Not: SNA, NetBEUI, OSI, IPX and AppleTalk behind it",
    unit: Unit::Header,
    tables: &[ADDRESSES, CONTROL_PARTS, ORGANIZATION, SNAP, XID],
    keys: &[(Space::Direct, direct::LLC), (Space::Link, 100)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

/// The access point behind which a SNAP header follows.
const SNAP_SAP: u8 = 0xaa;

/// Functions of unnumbered frames.
const UI: u8 = 0x03;
const EXCHANGE: u8 = 0xaf;
/// The poll or final bit of unnumbered control fields.
const POLL_BIT: u8 = 0x10;
/// How basic exchange identification begins.
const BASIC: u8 = 0x81;

/// Organizations that number protocols by EtherType: none, and the one of tunnels between bridges (IEEE 802.1H).
const ETHERNET: u64 = 0x00_0000;
const TUNNEL: u64 = 0x00_00f8;
const CISCO_OUI: u64 = 0x00_000c;
const IEEE_802_1: u64 = 0x00_80c2;
/// EtherTypes begin here.
const FIRST_ETHERTYPE: u16 = 0x600;

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let [dsap, ssap, control] = *input.header::<3, S>(s, ADDRESSES)?;
    if control & 3 != 3 {
        let [_, _, low, high] = *input.head::<4>()?;
        if S::ON {
            numbered(s, input.base, ssap, low, high);
        }
        let next = if low & 1 == 0 { Next::Key(Space::Llc, dsap.into()) } else { Next::End };
        return Ok(step(&input, 4, next));
    }
    if S::ON {
        unnumbered(s, input.base, ssap, control);
    }
    match control & !POLL_BIT {
        UI if (dsap, ssap) == (SNAP_SAP, SNAP_SAP) => snap(&input, s),
        UI => Ok(step(&input, 3, Next::Key(Space::Llc, dsap.into()))),
        EXCHANGE if input.data.get(3) == Some(&BASIC) && input.wire >= 6 => {
            s.fixed(XID, input.data, input.base);
            Ok(step(&input, input.data.len().min(6) as u32, Next::End))
        }
        _ => Ok(step(&input, 3, Next::End)),
    }
}

/// The step over the header, behind which there may be nothing.
fn step(input: &Input<'_>, header: u32, next: Next) -> Step {
    Step::new(input, header, input.wire, if header < input.wire { next } else { Next::End })
}

/// Puts a control field of 16 bits.
fn numbered<S: Sink>(s: &mut S, base: u32, ssap: u8, low: u8, high: u8) {
    let bit = (base + 2) * 8;
    s.uint(&CONTROL, bit, 16, u16::from_le_bytes([low, high]).into());
    s.uint(&N_R, bit + 8, 7, (high >> 1).into());
    if low & 1 == 0 {
        s.uint(&N_S, bit, 7, (low >> 1).into());
    }
    if high & 1 != 0 {
        s.uint(if ssap & 1 == 0 { &POLL } else { &FINAL }, bit + 15, 1, 1);
    }
    if low & 1 == 0 {
        s.uint(&FTYPE_NUMBERED, bit + 7, 1, 0);
    } else {
        s.uint(&S_FTYPE, bit + 4, 2, (low >> 2 & 3).into());
        s.uint(&FTYPE_NUMBERED, bit + 6, 2, 1);
    }
}

/// Puts a control field of 8 bits.
fn unnumbered<S: Sink>(s: &mut S, base: u32, ssap: u8, control: u8) {
    let bit = (base + 2) * 8;
    let response = ssap & 1 != 0;
    s.uint(&CONTROL, bit, 8, control.into());
    if control & POLL_BIT != 0 {
        s.uint(if response { &FINAL } else { &POLL }, bit + 3, 1, 1);
    }
    s.uint(if response { &U_RESPONSE } else { &U_COMMAND }, bit, 6, modifier(control));
    s.uint(&FTYPE, bit + 6, 2, 3);
}

/// The function of an unnumbered control field: the poll bit stands between its two parts.
fn modifier(control: u8) -> u64 {
    (control >> 2 & 0x3b).into()
}

/// Reads the SNAP header and says what it announces.
fn snap<S: Sink>(input: &Input<'_>, s: &mut S) -> Dissected {
    s.fixed(ORGANIZATION, input.data, input.base);
    let header = input.head::<8>()?;
    let [.., high, low] = *header;
    let pid = u16::from_be_bytes([high, low]);
    let oui = OUI.get(header);
    s.uint(pid_row(oui), (input.base + 6) * 8, 16, pid.into());
    let next = match oui {
        ETHERNET | TUNNEL if pid >= FIRST_ETHERTYPE => Next::Key(Space::EtherType, pid),
        CISCO_OUI => Next::Key(Space::CiscoPid, pid),
        IEEE_802_1 if matches!(pid, 1 | 7) => return bridged(input, s, pid),
        IEEE_802_1 => Next::Key(Space::Ieee8021Pid, pid),
        ETHERNET | TUNNEL => Next::Opaque("what should be an EtherType is below 0x0600 and says nothing"),
        _ => Next::Opaque("a protocol that an organization numbers itself, which is not decoded"),
    };
    Ok(step(input, 8, next))
}

/// Reads what stands before a bridged Ethernet frame.
fn bridged<S: Sink>(input: &Input<'_>, s: &mut S, pid: u16) -> Dissected {
    match input.upto(10) {
        Ok(_) => {
            s.span(&PAD, (input.base + 8) * 8, 16);
            Ok(step(input, 10, Next::Key(Space::Ieee8021Pid, pid)))
        }
        Err(Stop::Cut { .. }) => Ok(step(input, 8, Next::Opaque("the capture ends before the bridged frame"))),
        Err(Stop::Bad(_)) => Ok(step(input, 8, Next::End)),
    }
}

/// The row of a protocol identifier, which Wireshark names by its organization.
fn pid_row(oui: u64) -> &'static Field {
    match oui {
        ETHERNET | TUNNEL => &TYPE,
        CISCO_OUI => &CISCO_PID,
        0x00_005e => &IANA_PID,
        0x00_0081 => &NORTEL_PID,
        0x00_01e8 => &FORCE10_PID,
        0x00_1958 => &BLUETOOTH_PID,
        0x00_4096 => &WLCCP_PID,
        0x00_e02b => &EXTREME_PID,
        0x00_e052 => &FOUNDRY_PID,
        0x08_0007 => &APPLE_PID,
        _ => &PID,
    }
}

fn pid_name(layer: &[u8], pid: u64) -> Option<&'static str> {
    if OUI.get(layer) == IEEE_802_1 { named(BRIDGED, pid) } else { None }
}

fn explain_dsap(around: &Around<'_>, out: &mut Text) {
    out.lit(match around.value {
        0x42 => "switches talk to each other here, to keep loops out of the network",
        0xaa => "a SNAP header follows and says what is carried",
        0xe0 => "Novell NetWare",
        0xf0 => "NetBIOS directly over the link, as old Windows networks used it",
        0xfe => "OSI protocols such as IS-IS and ES-IS",
        0xff => "all access points of the receiver",
        0x00 => "the link layer of the receiver itself: tests and exchanges of identification",
        _ => return,
    });
}

fn explain_control(around: &Around<'_>, out: &mut Text) {
    let response = around.layer.get(1).is_some_and(|ssap| ssap & 1 != 0);
    match (around.value & 3, around.value as u8 & !POLL_BIT) {
        (3, UI) => out.lit("a datagram: no connection, no acknowledgment"),
        (3, EXCHANGE) if response => out.lit("the answer to a question what services the link layer has"),
        (3, EXCHANGE) => out.lit("asks what services the other link layer has"),
        (3, 0xe3) if response => out.lit("the answer to a test: the same bytes come back"),
        (3, 0xe3) => out.lit("asks the other link layer to send the same bytes back"),
        (3, 0x6f) => out.lit("asks for a connection"),
        (3, 0x43) => out.lit("ends a connection"),
        (3, 0x63) => out.lit("agrees to a connection, or to its end"),
        (3, 0x0f) => out.lit("there is no connection"),
        (3, 0x87) => out.lit("a frame made no sense on this connection, which must be set up again"),
        (1, _) => out.lit("flow control of a connection"),
        (0 | 2, _) => out.lit("a numbered frame of a connection, which will be acknowledged"),
        _ => return,
    };
}

fn explain_oui(around: &Around<'_>, out: &mut Text) {
    match around.value {
        ETHERNET => out.lit("what follows is an EtherType, as in an Ethernet II frame (RFC 1042)"),
        TUNNEL => out.lit("what follows is an EtherType of a frame that a bridge translated (IEEE 802.1H)"),
        v => out.hex_digits(v >> 16, 2).ch(':').hex_digits(v >> 8 & 0xff, 2).ch(':').hex_digits(v & 0xff, 2),
    };
}

/// `LLC, dsap SNAP (0xaa) Individual, ssap …, ctrl 0x03: ` with `-e`, and what the frame is when nobody reads on.
fn line(seen: &Seen<'_>, out: &mut Text) {
    let [dsap, ssap, control, rest @ ..] = seen.header else { return };
    let (dsap, ssap, control) = (*dsap, *ssap, *control);
    let known = seen.next.is_some() || seen.stopped.is_some();
    let name = |address: u8| access_point(address.into()).unwrap_or("Unknown");
    let is_snap = (dsap, ssap, control & !POLL_BIT) == (SNAP_SAP, SNAP_SAP, UI);
    if seen.style.link {
        out.lit("LLC, dsap ").lit(name(dsap)).lit(" (").hex((dsap & !1).into(), 2);
        out.lit(if dsap & 1 == 0 { ") Individual" } else { ") Group" });
        out.lit(", ssap ").lit(name(ssap & !1)).lit(" (").hex((ssap & !1).into(), 2);
        out.lit(if ssap & 1 == 0 { ") Command" } else { ") Response" }).lit(", ctrl ");
        match (control & 3, rest) {
            (3, _) | (_, []) => out.hex(control.into(), 2),
            (_, [high, ..]) => out.hex(u16::from_le_bytes([control, *high]).into(), 4),
        };
        out.lit(": ");
    } else if known {
        return;
    } else if is_snap {
        out.lit("SNAP, ");
    } else {
        // The source is named only when it is another one.
        if dsap & !1 != ssap & !1 {
            out.lit(name(ssap & !1)).lit(" > ");
        }
        out.lit(name(dsap)).ch(' ');
    }
    match rest {
        [a, b, c, high, low, ..] if is_snap => snap_line(seen, [*a, *b, *c], u16::from_be_bytes([*high, *low]), out),
        _ if known => {}
        _ => function(seen, ssap, control, rest, out),
    }
}

/// `oui Cisco (0x00000c), pid CDP (0x2000), length 4: `; without `-e` an EtherType stands alone.
fn snap_line(seen: &Seen<'_>, [a, b, c]: [u8; 3], pid: u16, out: &mut Text) {
    let (oui, pid) = (u64::from(u32::from_be_bytes([0, a, b, c])), u64::from(pid));
    if seen.style.link || oui != ETHERNET {
        out.lit("oui ").lit(named(ORGANIZATIONS, oui).unwrap_or("Unknown")).lit(" (").hex(oui, 6).lit("), ");
    }
    let name = match oui {
        ETHERNET | TUNNEL => line_name(pid),
        _ => pid_row(oui).name_of(seen.header, pid).unwrap_or("Unknown"),
    };
    out.lit(if oui == ETHERNET { "ethertype " } else { "pid " }).lit(name).lit(" (").hex(pid, 4);
    let behind = seen.wire.saturating_sub(8);
    out.lit("), length ").num(behind.into()).lit(": ");
}

/// `Unnumbered, xid, Flags [Response], length 6: 01 00`.
fn function(seen: &Seen<'_>, ssap: u8, control: u8, rest: &[u8], out: &mut Text) {
    let flags = |poll: bool| match (ssap & 1 != 0, poll) {
        (false, false) => "Command",
        (true, false) => "Response",
        (false, true) => "Poll",
        (true, true) => "Final",
    };
    let length = |out: &mut Text, poll: bool| {
        out.lit(", Flags [").lit(flags(poll)).lit("], length ").num(seen.wire.into());
    };
    match (control & 3, rest) {
        (3, _) => {
            out.lit("Unnumbered, ").lit(match control & !POLL_BIT {
                UI => "ui",
                EXCHANGE => "xid",
                0xe3 => "test",
                0x43 => "disc",
                0x63 => "ua",
                0x6f => "sabme",
                0x0f => "dm",
                0x87 => "frmr",
                _ => "unknown",
            });
            length(out, control & POLL_BIT != 0);
            if let (EXCHANGE, [BASIC, types, window, ..]) = (control & !POLL_BIT, rest) {
                out.lit(": ").hex_digits((*types).into(), 2).ch(' ').hex_digits((*window).into(), 2);
            }
        }
        (1, [high, ..]) => {
            out.lit("Supervisory, ").lit(match control >> 2 & 3 {
                0 => "Receiver Ready",
                1 => "Receiver not Ready",
                2 => "Reject",
                _ => "unknown",
            });
            out.lit(", rcv seq ").num((high >> 1).into());
            length(out, high & 1 != 0);
        }
        (_, [high, ..]) => {
            out.lit("Information, send seq ").num((control >> 1).into()).lit(", rcv seq ").num((high >> 1).into());
            length(out, high & 1 != 0);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Env, Extent};

    fn read(data: &[u8], wire: u32) -> Result<(u32, Next), Stop> {
        let input = Input { data, base: 0, wire, extent: Extent::Whole, env: &Env::NONE };
        dissect(input, &mut Off::default()).map(|step| (step.header, step.next))
    }

    #[test]
    fn the_control_field_says_what_follows() {
        assert_eq!(read(&[0x42, 0x42, 3, 0], 4), Ok((3, Next::Key(Space::Llc, 0x42))));
        assert_eq!(read(&[0x42, 0x42, 3], 3), Ok((3, Next::End)), "nothing is no message");
        assert_eq!(read(&[4, 4, 6, 8, 0], 5), Ok((4, Next::Key(Space::Llc, 4))));
        assert_eq!(read(&[4, 4, 5, 8, 0], 5), Ok((4, Next::End)), "supervisory frames carry nothing");
        assert_eq!(read(&[4, 4, 0xaf, 0x81, 1, 0, 9], 7), Ok((6, Next::End)));
        assert!(matches!(read(&[4, 4, 5], 3), Err(Stop::Bad(_))));
        assert!(matches!(read(&[4, 4], 30), Err(Stop::Cut { .. })));
    }

    #[test]
    fn the_organization_says_who_numbers_the_protocol() {
        let snap = |oui: [u8; 3], pid: [u8; 2]| read(&[&[0xaa, 0xaa, 3][..], &oui, &pid, &[0; 9]].concat(), 17);
        assert_eq!(snap([0, 0, 0], [8, 0]), Ok((8, Next::Key(Space::EtherType, 0x800))));
        assert_eq!(snap([0, 0, 0xf8], [8, 0]), Ok((8, Next::Key(Space::EtherType, 0x800))));
        assert_eq!(snap([0, 0, 0xc], [0x20, 0]), Ok((8, Next::Key(Space::CiscoPid, 0x2000))));
        assert_eq!(snap([0, 0x80, 0xc2], [0, 14]), Ok((8, Next::Key(Space::Ieee8021Pid, 14))));
        assert_eq!(snap([0, 0x80, 0xc2], [0, 7]), Ok((10, Next::Key(Space::Ieee8021Pid, 7))), "padding before a frame");
        assert!(matches!(snap([0, 0, 0], [5, 0]), Ok((8, Next::Opaque(_)))));
        assert!(matches!(read(&[0xaa, 0xaa, 3, 0, 0, 0], 6), Err(Stop::Bad(_))));
    }

    #[test]
    fn the_poll_bit_is_no_part_of_the_function() {
        assert_eq!([0xaf, 0xbf, 0x6f, 0x7f].map(modifier), [0x2b, 0x2b, 0x1b, 0x1b]);
    }
}
