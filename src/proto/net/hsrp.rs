//! Hot Standby Router Protocol, version 1 (RFC 2281) and version 2: several routers answer for one address; the active
//! one tells the others that it is alive.
//!
//! ```text
//! |    Version    |   Operation   |     State     |  Hello time   |  version 1
//! |   Hold time   |   Priority    |     Group     |   Reserved    |
//! |                    Authentication data (64 bits)              |
//! |                      Virtual IP address                       |
//! ```
//!
//! A message of version 2 is a list of parts, each with type and length. No part has type 0, and version 1 says that its
//! version is 0, so the first byte tells them apart.

use crate::dissect::{Dissected, Protocol, Seen, Space, Unit};
use crate::field::{Around, Field, Kind, Table};
use crate::input::Input;
use crate::proto::shared::message;
use crate::proto::shared::tlv::Tlv;
use crate::sink::{NoteKind, Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEADER:
    VERSION = Field::uint("hsrp.version", 0, 8).label("Version").doc("RFC 2281 §5.1", "0 in version 1");
    OPCODE = Field::uint("hsrp.opcode", 8, 8).values(OPERATIONS).explain(explain_operation).label("Operation").doc("RFC 2281 §5.1", "What the message is for");
}

crate::fields! { STATUS:
    STATE = Field::uint("hsrp.state", 16, 8).values(STATES1).label("State").doc("RFC 2281 §5.1", "The sender's state");
    HELLO = Field::uint("hsrp.hellotime", 24, 8).unit("s").label("Hello time").doc("RFC 2281 §5.1", "Time between hellos; 3 unless told otherwise");
    HOLD = Field::uint("hsrp.holdtime", 32, 8).unit("s").label("Hold time").doc("RFC 2281 §5.1", "After so long without a hello another router takes over; 10 unless told otherwise");
    PRIORITY = Field::uint("hsrp.priority", 40, 8).explain(explain_priority).label("Priority").doc("RFC 2281 §5.1", "The router with the greatest becomes the active one");
    GROUP = Field::uint("hsrp.group", 48, 8).explain(explain_group).label("Group").doc("RFC 2281 §5.1", "Which virtual router");
    RESERVED = Field::uint("hsrp.reserved", 56, 8).label("Reserved").doc("RFC 2281 §5.1", "Must be 0");
}

crate::fields! { ADDRESS:
    VIRTUAL_IP = Field::ip4("hsrp.virt_ip", 128).label("Virtual IP address").doc("RFC 2281 §5.1", "The address that the active router answers for");
}

crate::fields! { ADVERTISE:
    ADV_TYPE = Field::uint("hsrp.adv.tlvtype", 16, 16).values(&[(1, "interface state")]).label("Type").doc("Cisco HSRP", "What is advertised");
    ADV_LENGTH = Field::uint("hsrp.adv.tlvlength", 32, 16).unit("bytes").label("Length").doc("Cisco HSRP", "Of what follows");
    ADV_STATE = Field::uint("hsrp.adv.state", 48, 8).values(&[(1, "active"), (2, "passive")]).label("State").doc("Cisco HSRP", "Whether the interface has an active group");
    ADV_RESERVED1 = Field::uint("hsrp.adv.reserved1", 56, 8).label("Reserved").doc("Cisco HSRP", "0");
    ADV_ACTIVE = Field::uint("hsrp.adv.activegrp", 64, 16).label("Active groups").doc("Cisco HSRP", "For how many groups the sender is active");
    ADV_PASSIVE = Field::uint("hsrp.adv.passivegrp", 80, 16).label("Passive groups").doc("Cisco HSRP", "How many groups the sender only listens to");
    ADV_RESERVED2 = Field::uint("hsrp.adv.reserved2", 96, 32).label("Reserved").doc("Cisco HSRP", "0");
}

crate::fields! { GROUP_STATE:
    GROUP_TYPE = Field::uint("hsrp2.group_state_tlv", 0, 8).repeats().values(PARTS).label("Type").doc("Cisco HSRP version 2", "1: state of a group");
    GROUP_LENGTH = Field::uint("hsrp2.tlv.length", 8, 8).repeats().unit("bytes").label("Length").doc("Cisco HSRP version 2", "Of what follows");
    GROUP_VERSION = Field::uint("hsrp2.version", 16, 8).repeats().label("Version").doc("Cisco HSRP version 2", "2");
    GROUP_OPCODE = Field::uint("hsrp2.opcode", 24, 8).repeats().values(OPERATIONS).explain(explain_operation).label("Operation").doc("Cisco HSRP version 2", "What the message is for");
    GROUP_STATE2 = Field::uint("hsrp2.state", 32, 8).repeats().values(STATES2).label("State").doc("Cisco HSRP version 2", "The sender's state");
    GROUP_IP = Field::uint("hsrp2.ipversion", 40, 8).repeats().label("IP version").doc("Cisco HSRP version 2", "Of the virtual address");
    GROUP_NUMBER = Field::uint("hsrp2.group", 48, 16).repeats().label("Group").doc("Cisco HSRP version 2", "Which virtual router");
    GROUP_ID = Field::mac("hsrp2.identifier", 64).repeats().label("Identifier").doc("Cisco HSRP version 2", "Ethernet address of the sender itself");
    GROUP_PRIORITY = Field::uint("hsrp2.priority", 112, 32).repeats().explain(explain_priority).label("Priority").doc("Cisco HSRP version 2", "The router with the greatest becomes the active one");
    GROUP_HELLO = Field::uint("hsrp2.hellotime", 144, 32).repeats().unit("ms").label("Hello time").doc("Cisco HSRP version 2", "Time between hellos; 3000 unless told otherwise");
    GROUP_HOLD = Field::uint("hsrp2.holdtime", 176, 32).repeats().unit("ms").label("Hold time").doc("Cisco HSRP version 2", "After so long without a hello another router takes over; 10000 unless told otherwise");
}

crate::fields! { INTERFACE_STATE:
    INTERFACE_TYPE = Field::uint("hsrp2.interface_state_tlv", 0, 8).repeats().values(PARTS).label("Type").doc("Cisco HSRP version 2", "2: state of the interface");
    INTERFACE_LENGTH = Field::uint("hsrp2.tlv.length", 8, 8).repeats().unit("bytes").label("Length").doc("Cisco HSRP version 2", "Of what follows");
    INTERFACE_ACTIVE = Field::uint("hsrp2.active_groups", 16, 16).repeats().label("Active groups").doc("Cisco HSRP version 2", "For how many groups the sender is active");
    INTERFACE_PASSIVE = Field::uint("hsrp2.passive_groups", 32, 16).repeats().label("Passive groups").doc("Cisco HSRP version 2", "How many groups the sender only listens to");
}

crate::fields! { TEXT_AUTH:
    TEXT_TYPE = Field::uint("hsrp2.text_auth_tlv", 0, 8).repeats().values(PARTS).label("Type").doc("Cisco HSRP version 2", "3: password");
    TEXT_LENGTH = Field::uint("hsrp2.tlv.length", 8, 8).repeats().unit("bytes").label("Length").doc("Cisco HSRP version 2", "Of what follows");
}

crate::fields! { MD5_AUTH:
    MD5_TYPE = Field::uint("hsrp2.md5_auth_tlv", 0, 8).repeats().values(PARTS).label("Type").doc("Cisco HSRP version 2", "4: digest");
    MD5_LENGTH = Field::uint("hsrp2.tlv.length", 8, 8).repeats().unit("bytes").label("Length").doc("Cisco HSRP version 2", "Of what follows");
    MD5_ALGORITHM = Field::uint("hsrp2.md5_algorithm", 16, 8).repeats().values(&[(1, "MD5")]).label("Algorithm").doc("Cisco HSRP version 2", "How the digest is made");
    MD5_PADDING = Field::uint("hsrp2.md5_padding", 24, 8).repeats().hex().label("Padding").doc("Cisco HSRP version 2", "0");
    MD5_FLAGS = Field::uint("hsrp2.md5_flags", 32, 16).repeats().label("Flags").doc("Cisco HSRP version 2", "0");
    MD5_IP = Field::ip4("hsrp.md5_ip_address", 48).repeats().label("Sender").doc("Cisco HSRP version 2", "The sender's own address");
    MD5_KEY = Field::uint("hsrp2.md5_key_id", 80, 32).repeats().label("Key").doc("Cisco HSRP version 2", "Which of the keys that the routers know");
    MD5_DIGEST = Field::bytes("hsrp2.md5_auth_data", 112, 128).repeats().label("Digest").doc("Cisco HSRP version 2", "A keyed hash over the message");
}

crate::fields! { UNKNOWN:
    UNKNOWN_TYPE = Field::uint("hsrp2.tlv.type", 0, 8).repeats().label("Type").doc("Cisco HSRP version 2", "A kind of part that is not known");
    UNKNOWN_LENGTH = Field::uint("hsrp2.tlv.length", 8, 8).repeats().unit("bytes").label("Length").doc("Cisco HSRP version 2", "Of what follows");
}

crate::fields! { MOVING:
    AUTH = Field::moving("hsrp.auth_data", Kind::Text).label("Password").doc("RFC 2281 §5.1", "Readable for everybody on the link; cisco unless told otherwise");
    PART = Field::group("hsrp2.tlv").repeats().label("Part").doc("Cisco HSRP version 2", "One part of the message");
    VIRTUAL_IP4 = Field::moving("hsrp2.virt_ip", Kind::Ip4).repeats().label("Virtual IP address").doc("Cisco HSRP version 2", "The address that the active router answers for");
    VIRTUAL_IP6 = Field::moving("hsrp2.virt_ip_v6", Kind::Ip6).repeats().label("Virtual IPv6 address").doc("Cisco HSRP version 2", "The address that the active router answers for");
    AUTH2 = Field::moving("hsrp2.auth_data", Kind::Text).repeats().label("Password").doc("Cisco HSRP version 2", "Readable for everybody on the link; cisco unless told otherwise");
    VALUE = Field::moving("hsrp2.tlv.value", Kind::Bytes).repeats().label("Value").doc("Cisco HSRP version 2", "Of a part that is not decoded");
}

/// HSRP.
pub static HSRP: Protocol = Protocol {
    name: "hsrp",
    title: "Hot Standby Router Protocol",
    spec: "RFC 2281",
    scope: "Messages of version 1, and the parts that messages of version 2 have, over IPv4 and IPv6. Not: whether a \
        digest is right, for which the key would be needed.",
    unit: Unit::Message,
    tables: &[HEADER, STATUS, ADDRESS, ADVERTISE, GROUP_STATE, INTERFACE_STATE, TEXT_AUTH, MD5_AUTH, UNKNOWN, MOVING],
    keys: &[(Space::UdpPort, 1985), (Space::UdpPort, 2029)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

static OPERATIONS: &[(u64, &str)] = &[(0, "hello"), (1, "coup"), (2, "resign"), (3, "advertise")];

static STATES1: &[(u64, &str)] =
    &[(0, "initial"), (1, "learn"), (2, "listen"), (4, "speak"), (8, "standby"), (16, "active")];

static STATES2: &[(u64, &str)] =
    &[(1, "initial"), (2, "learn"), (3, "listen"), (4, "speak"), (5, "standby"), (6, "active")];

static PARTS: &[(u64, &str)] = &[(1, "group state"), (2, "interface state"), (3, "password"), (4, "digest")];

const ADVERTISEMENT: u8 = 3;

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let [first] = input.head::<1>()?;
    let whole = Tlv::new(input.data, input.base, 0, input.wire);
    if *first == 0 {
        version_1(&input, s, &whole)?;
    } else if S::ON {
        parts(s, &whole, 0);
    }
    Ok(message::step(&input, s, "hsrp", input.wire))
}

fn version_1<S: Sink>(input: &Input<'_>, s: &mut S, whole: &Tlv<'_>) -> Result<(), crate::input::Stop> {
    let header = input.header::<2, S>(s, HEADER)?;
    if header.get(1) == Some(&ADVERTISEMENT) {
        whole.fixed(s, ADVERTISE);
        return input.upto(16).map(drop);
    }
    whole.fixed(s, STATUS);
    whole.text(s, &AUTH, 8, 16);
    whole.fixed(s, ADDRESS);
    input.upto(20)?;
    if S::ON {
        parts(s, whole, 20);
    }
    Ok(())
}

/// Puts the parts from byte `at` on.
fn parts<S: Sink>(s: &mut S, whole: &Tlv<'_>, mut at: u32) {
    while at < whole.wire && whole.data.len() > at as usize && s.room() {
        let left = whole.wire - at;
        let head = whole.part(at, left);
        let kind = head.byte(0).unwrap_or(0);
        let length = head.byte(1);
        let wire = u32::from(length.unwrap_or(0)) + 2;
        s.open(&PART, head.bit(0));
        let part = whole.part(at, wire.min(left));
        let rows: Table = match kind {
            1 => GROUP_STATE,
            2 => INTERFACE_STATE,
            3 => TEXT_AUTH,
            4 => MD5_AUTH,
            _ => UNKNOWN,
        };
        // Without its length, only the type of a part is known.
        let shown = if length.is_some() { part } else { head };
        shown.fixed(s, rows);
        match kind {
            1 if shown.byte(5) == Some(6) => shown.span(s, &VIRTUAL_IP6, 26, 42),
            1 if shown.byte(5) == Some(4) => shown.span(s, &VIRTUAL_IP4, 26, 30),
            1 | 2 | 4 => {}
            3 => shown.text(s, &AUTH2, 2, 10),
            _ if length.is_some() => shown.rest(s, &VALUE, 2),
            _ => {}
        }
        if wire > left {
            let rule = "a part ends within its message (Cisco HSRP version 2)";
            s.note(NoteKind::Bad, format_args!("{rule}: at most {left} bytes expected, {wire} found"));
            s.close(head.bit(left));
            return;
        }
        s.close(head.bit(wire));
        at += wire;
    }
}

fn explain_operation(a: &Around<'_>, out: &mut Text) {
    out.lit(match a.value {
        0 => "the sender runs, and could become the active router",
        1 => "the sender wants to become the active router",
        2 => "the sender no longer wants to be the active router",
        3 => "the sender says whether it has active groups",
        _ => "not known",
    });
}

fn explain_priority(a: &Around<'_>, out: &mut Text) {
    if a.value == 100 {
        out.lit("what routers have unless told otherwise");
    }
}

fn explain_group(a: &Around<'_>, out: &mut Text) {
    out.lit("its Ethernet address is 00:00:0c:07:ac:").hex_digits(a.value, 2);
}

/// `HSRPv0-hello 20: state=active group=7 addr=192.0.2.254`; version 2 alike.
fn line(seen: &Seen<'_>, out: &mut Text) {
    let all = seen.header;
    let name = |names: &'static [(u64, &'static str)], value: u64| {
        names.iter().find(|(v, _)| *v == value).map_or("unknown", |(_, name)| *name)
    };
    if let Some(group) = all.first_chunk::<30>().filter(|b| b.first() == Some(&1)) {
        out.lit("HSRPv2-").lit(name(OPERATIONS, GROUP_OPCODE.get(group))).ch(' ').num(seen.wire.into());
        out.lit(": state=").lit(name(STATES2, GROUP_STATE2.get(group)));
        out.lit(" group=").num(GROUP_NUMBER.get(group)).lit(" addr=");
        let [.., a, b, c, d] = *group;
        match all.get(26..).and_then(<[u8]>::first_chunk) {
            Some(address) if GROUP_IP.get(group) == 6 => out.ip6(*address),
            _ => out.ip4([a, b, c, d]),
        };
        if seen.style.verbose > 0 {
            out.lit(" hellotime=").num(GROUP_HELLO.get(group)).lit("ms holdtime=").num(GROUP_HOLD.get(group));
            out.lit("ms priority=").num(GROUP_PRIORITY.get(group));
        }
        return;
    }
    let Some(header) = all.first_chunk::<2>() else { return };
    if VERSION.get(header) != 0 {
        out.lit("HSRPv2, length ").num(seen.wire.into());
        return;
    }
    out.lit("HSRPv0-").lit(name(OPERATIONS, OPCODE.get(header))).ch(' ').num(seen.wire.into());
    let Some(status) = all.first_chunk::<20>().filter(|_| OPCODE.get(header) != u64::from(ADVERTISEMENT)) else {
        return;
    };
    out.lit(": state=").lit(name(STATES1, STATE.get(status))).lit(" group=").num(GROUP.get(status)).lit(" addr=");
    let [.., a, b, c, d] = *status;
    out.ip4([a, b, c, d]);
    if seen.style.verbose > 0 {
        out.lit(" hellotime=").num(HELLO.get(status)).lit("s holdtime=").num(HOLD.get(status));
        out.lit("s priority=").num(PRIORITY.get(status)).lit(" auth=\"");
        let word = status.get(8..16).unwrap_or_default();
        out.untrusted(word.split(|b| *b == 0).next().unwrap_or_default()).ch('"');
    }
}
