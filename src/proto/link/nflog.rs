//! Linux netfilter log (`LINKTYPE_NFLOG`): packets that a rule logged, with what the kernel knew of them.
//!
//! ```text
//! |    Family     |    Version    |          Resource ID          |
//! |            Length             |             Type              |
//! |  Value, filled up to a multiple of 4 bytes; further TLVs …    |
//! ```
//!
//! Lengths and types of TLVs are in the byte order of the capturing machine, which the capture does not tell; values are
//! in network order. The first TLV is short, so the order in which its length is the smaller number is the right one.

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::{Around, Field, Kind};
use crate::input::{Bad, Input, Stop};
use crate::proto::shared::names::ethertype::ethertype_name;
use crate::proto::shared::tlv::Tlv;
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::time::Time;
use crate::tree::Tree;

crate::fields! { HEADER:
    FAMILY = Field::uint("nflog.family", 0, 8).values(FAMILIES).label("Family").doc("LINKTYPE_NFLOG", "Which tables of the filter logged the packet");
    VERSION = Field::uint("nflog.version", 8, 8).label("Version").doc("LINKTYPE_NFLOG", "0");
    RESOURCE = Field::uint("nflog.res_id", 16, 16).label("Resource ID").doc("LINKTYPE_NFLOG", "The log group that the rule names");
}

crate::fields! { PACKET_HEADER:
    PROTOCOL = Field::uint("nflog.protocol", 32, 16).repeats().hex().names(ethertype_name).label("Protocol").doc("LINKTYPE_NFLOG", "What the packet is, as an EtherType; 0: not known");
    HOOK = Field::uint("nflog.hook", 48, 8).repeats().values(HOOKS).explain(explain_hook).label("Hook").doc("LINKTYPE_NFLOG", "Where on its way the packet was seen");
}

crate::fields! { MOVING:
    TLV = Field::moving("nflog.tlv", Kind::Bytes).repeats().label("TLV").doc("LINKTYPE_NFLOG", "Length, type and value");
    TLV_LENGTH = Field::moving("nflog.tlv_length", Kind::Uint).repeats().unit("bytes").label("Length").doc("LINKTYPE_NFLOG", "Of the TLV, without what fills it up");
    TLV_TYPE = Field::moving("nflog.tlv_type", Kind::Uint).repeats().names(type_name).label("Type").doc("LINKTYPE_NFLOG", "What the value is");
    INDEV = Field::moving("nflog.ifindex_indev", Kind::Uint).repeats().label("Interface in").doc("LINKTYPE_NFLOG", "Number of the interface that the packet came from");
    OUTDEV = Field::moving("nflog.ifindex_outdev", Kind::Uint).repeats().label("Interface out").doc("LINKTYPE_NFLOG", "Number of the interface that the packet goes to");
    PHYSINDEV = Field::moving("nflog.ifindex_physindev", Kind::Uint).repeats().label("Bridge port in").doc("LINKTYPE_NFLOG", "Number of the bridge's port that the packet came from");
    PHYSOUTDEV = Field::moving("nflog.ifindex_physoutdev", Kind::Uint).repeats().label("Bridge port out").doc("LINKTYPE_NFLOG", "Number of the bridge's port that the packet goes to");
    PREFIX = Field::moving("nflog.prefix", Kind::Text).repeats().label("Prefix").doc("LINKTYPE_NFLOG", "The text that the rule gives to what it logs");
    UID = Field::moving("nflog.uid", Kind::Int).repeats().label("User ID").doc("LINKTYPE_NFLOG", "Whose socket sent the packet");
    GID = Field::moving("nflog.gid", Kind::Int).repeats().label("Group ID").doc("LINKTYPE_NFLOG", "Which group's socket sent the packet");
    TIMESTAMP = Field::derived("nflog.timestamp", Kind::Time).repeats().unit("s").label("Time").doc("LINKTYPE_NFLOG", "When the packet was received, in seconds since 1970-01-01 00:00:00 UTC");
    VALUE = Field::moving("nflog.tlv_value", Kind::Bytes).repeats().label("Value").doc("LINKTYPE_NFLOG", "Of a TLV that is not decoded");
}

/// Netfilter log.
pub static NFLOG: Protocol = Protocol {
    name: "nflog",
    title: "Linux netfilter log",
    spec: "LINKTYPE_NFLOG",
    scope: "Header and TLVs up to the packet. Not: marks, hardware addresses and headers, sequence numbers, which \
        are shown as bytes.",
    unit: Unit::Header,
    tables: &[HEADER, PACKET_HEADER, MOVING],
    keys: &[(Space::Link, 239)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

static FAMILIES: &[(u64, &str)] = &[
    (0, "unspecified"),
    (1, "IPv4 and IPv6"),
    (2, "IPv4"),
    (3, "ARP"),
    (5, "network device"),
    (7, "bridge"),
    (10, "IPv6"),
    (12, "DECnet"),
];

static HOOKS: &[(u64, &str)] = &[(0, "prerouting"), (1, "input"), (2, "forward"), (3, "output"), (4, "postrouting")];

fn type_name(kind: u64) -> Option<&'static str> {
    Some(match kind {
        1 => "packet header",
        2 => "mark",
        3 => "time",
        4 => "interface in",
        5 => "interface out",
        6 => "bridge port in",
        7 => "bridge port out",
        8 => "hardware address",
        9 => "packet",
        10 => "prefix",
        11 => "user ID",
        12 => "sequence number",
        13 => "sequence number of all groups",
        14 => "group ID",
        15 => "hardware type",
        16 => "hardware header",
        17 => "hardware header length",
        18 => "connection",
        19 => "connection state",
        20 => "VLAN",
        21 => "link header",
        _ => return None,
    })
}

const PACKET: u16 = 9;

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let header = input.header::<4, S>(s, HEADER)?;
    let whole = Tlv::new(input.data, input.base, 0, input.wire);
    let (mut at, mut protocol, mut little) = (4u32, 0u16, None);
    while at + 4 <= input.wire {
        let Some(head) = input.data.get(at as usize..).and_then(<[u8]>::first_chunk::<4>) else {
            return Err(input.short(at + 4));
        };
        let [l0, l1, t0, t1] = *head;
        let order = *little.get_or_insert(u16::from_le_bytes([l0, l1]) <= u16::from_be_bytes([l0, l1]));
        let number = |bytes| if order { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) };
        // The highest bit says that TLVs are nested in this one.
        let (length, kind) = (u32::from(number([l0, l1])), number([t0, t1]) & 0x7fff);
        let left = input.wire - at;
        if length < 4 || length > left {
            let rule = "a TLV has its header, and ends within the message (LINKTYPE_NFLOG)";
            s.flaw(Bad { rule, expected: if length < 4 { 4 } else { left }, found: length });
            return Ok(Step::new(&input, at, input.wire, Next::Opaque("the TLVs cannot be told apart")));
        }
        let tlv = whole.part(at, length);
        if S::ON {
            s.open(&TLV, tlv.bit(0));
            s.uint(&TLV_LENGTH, tlv.bit(0), 16, length.into());
            s.uint(&TLV_TYPE, tlv.bit(2), 16, kind.into());
            value(s, &tlv, kind);
            s.close(tlv.bit(length));
        }
        match kind {
            1 => protocol = tlv.data.get(4..).and_then(<[u8]>::first_chunk).map_or(0, |b| u16::from_be_bytes(*b)),
            PACKET => {
                let next = match FAMILY.get(header) {
                    2 => Next::Key(Space::EtherType, 0x0800),
                    10 => Next::Key(Space::EtherType, 0x86dd),
                    _ if protocol == 0 => Next::Opaque("a family that does not say which protocol the packet has"),
                    _ => Next::Key(Space::EtherType, protocol),
                };
                return Ok(Step::new(&input, at + 4, at + length, next));
            }
            _ => {}
        }
        at += length.next_multiple_of(4);
    }
    // Nobody logged a packet, only what is known of it.
    let end = input.wire;
    if input.data.len() < end as usize {
        return Err(Stop::Cut { need: end, have: input.data.len() as u32 });
    }
    Ok(Step::new(&input, end, end, Next::End))
}

/// Puts the value of a TLV.
fn value<S: Sink>(s: &mut S, t: &Tlv<'_>, kind: u16) {
    match (kind, t.wire) {
        (1, 8) => t.fixed(s, PACKET_HEADER),
        (3, 20) => {
            let number = |at: usize| t.data.get(at..).and_then(<[u8]>::first_chunk).map(|b| u64::from_be_bytes(*b));
            if let (Some(seconds), Some(micros)) = (number(4), number(12)) {
                let nanos = (micros % 1_000_000) as u32 * 1000;
                s.derived_time(&TIMESTAMP, Time { secs: seconds as i64, nanos });
            }
        }
        (4, 8) => t.uint(s, &INDEV, 4, 4),
        (5, 8) => t.uint(s, &OUTDEV, 4, 4),
        (6, 8) => t.uint(s, &PHYSINDEV, 4, 4),
        (7, 8) => t.uint(s, &PHYSOUTDEV, 4, 4),
        (10, _) => t.text(s, &PREFIX, 4, t.wire),
        (11, 8) => signed(s, t, &UID),
        (14, 8) => signed(s, t, &GID),
        (PACKET, _) => {}
        _ => t.rest(s, &VALUE, 4),
    }
}

fn signed<S: Sink>(s: &mut S, t: &Tlv<'_>, field: &'static Field) {
    if let Some(b) = t.data.get(4..).and_then(<[u8]>::first_chunk) {
        s.uint(field, t.bit(4), 32, i64::from(i32::from_be_bytes(*b)) as u64);
    }
}

fn explain_hook(a: &Around<'_>, out: &mut Text) {
    out.lit(match a.value {
        0 => "just received, before its way was chosen",
        1 => "received, and for this machine",
        2 => "received, and to be passed on",
        3 => "made by this machine",
        4 => "about to be sent",
        _ => return,
    });
}

/// `version 0, resource ID 42, family IPv4 (2), length 112: `, with `-e` only.
fn line(seen: &Seen<'_>, out: &mut Text) {
    if !seen.style.link && seen.next.is_some() {
        return;
    }
    let family = FAMILY.get(seen.header);
    out.lit("version ").num(VERSION.get(seen.header)).lit(", resource ID ").num(RESOURCE.get(seen.header));
    out.lit(", family ").lit(FAMILY.name_of(seen.header, family).unwrap_or("Unknown")).lit(" (").num(family);
    out.lit("), length ").num(seen.outer.into()).lit(": ");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Env, Extent};

    fn peel(data: &[u8]) -> (Dissected, Option<Bad>) {
        let input = Input { data, base: 0, wire: data.len() as u32, extent: Extent::Whole, env: &Env::NONE };
        let mut off = Off::default();
        (dissect(input, &mut off), off.flaw)
    }

    #[test]
    fn tlvs_are_read_in_the_byte_order_of_either_machine() {
        let little = [2, 0, 0, 0, 8, 0, 1, 0, 8, 0, 1, 0, 8, 0, 9, 0, 0x45, 0, 0, 0];
        let big = [2, 0, 0, 0, 0, 8, 0, 1, 8, 0, 1, 0, 0, 8, 0, 9, 0x45, 0, 0, 0];
        for data in [little, big] {
            let (step, flaw) = peel(&data);
            let step = step.expect("a packet");
            assert_eq!((step.header, step.wire, step.next), (16, 20, Next::Key(Space::EtherType, 0x0800)));
            assert_eq!(flaw, None);
        }
    }

    #[test]
    fn a_bridge_says_what_its_packets_are() {
        let arp = [7, 0, 0, 0, 8, 0, 1, 0, 8, 6, 1, 0, 8, 0, 9, 0, 0, 1, 8, 0];
        assert_eq!(peel(&arp).0.map(|step| step.next), Ok(Next::Key(Space::EtherType, 0x0806)));
    }

    #[test]
    fn a_length_of_less_than_a_header_ends_the_walk() {
        let (step, flaw) = peel(&[2, 0, 0, 0, 8, 0, 1, 0, 8, 0, 1, 0, 3, 0, 9, 0]);
        assert_eq!(step.map(|step| step.header), Ok(12));
        assert_eq!(flaw.map(|bad| (bad.expected, bad.found)), Some((4, 3)));
    }
}
