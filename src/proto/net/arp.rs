//! Address Resolution Protocol (RFC 826), with its reverse (RFC 903) and inverse (RFC 2390) uses.
//!
//! ```text
//! |         Hardware type         |         Protocol type         |
//! | Hardware size | Protocol size |            Opcode             |
//! |      Sender hardware and protocol address, then target's      |
//! ```
//!
//! Over classical IP over ATM (RFC 2225 §8.1) the addresses have two parts, and six lengths take the place of two.

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::{Around, Field, Kind, Table};
use crate::input::Input;
use crate::proto::shared::names::ethertype::ethertype_name;
use crate::proto::shared::names::hardware;
use crate::proto::shared::names::multicast::{ip4_kind, mac_kind};
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEADER:
    HW_TYPE = Field::uint("arp.hw.type", 0, 16).label("Hardware type").doc("RFC 826 Packet format", "The kind of network whose addresses are asked for").names(hardware::name);
    PROTO_TYPE = Field::uint("arp.proto.type", 16, 16).hex().label("Protocol type").doc("RFC 826 Packet format", "The protocol whose addresses are known, as an EtherType").names(ethertype_name);
    HW_SIZE = Field::uint("arp.hw.size", 32, 8).unit("bytes").label("Hardware size").doc("RFC 826 Packet format", "Length of a hardware address; 6 on Ethernet");
    PROTO_SIZE = Field::uint("arp.proto.size", 40, 8).unit("bytes").label("Protocol size").doc("RFC 826 Packet format", "Length of a protocol address; 4 for IPv4");
    OPCODE = Field::uint("arp.opcode", 48, 16).label("Opcode").doc("RFC 826 Packet format", "What the message asks or answers").values(OPCODES).explain(explain_opcode);
}

crate::fields! { MOVING:
    SRC_HW_MAC = Field::moving("arp.src.hw_mac", Kind::Mac).label("Sender MAC address").doc("RFC 826 Packet format", "The sender's hardware address; who receives this learns it").explain(explain_mac);
    SRC_HW = Field::moving("arp.src.hw", Kind::Bytes).label("Sender hardware address").doc("RFC 826 Packet format", "The sender's hardware address; who receives this learns it");
    SRC_IP4 = Field::moving("arp.src.proto_ipv4", Kind::Ip4).label("Sender IP address").doc("RFC 826 Packet format", "The sender's IPv4 address; 0.0.0.0 while it probes for an address (RFC 5227 §1.1)").explain(explain_ip4);
    SRC_PROTO = Field::moving("arp.src.proto", Kind::Bytes).label("Sender protocol address").doc("RFC 826 Packet format", "The sender's protocol address");
    DST_HW_MAC = Field::moving("arp.dst.hw_mac", Kind::Mac).label("Target MAC address").doc("RFC 826 Packet format", "The hardware address that is asked for, so unknown in a request: mostly zeros there").explain(explain_mac);
    DST_HW = Field::moving("arp.dst.hw", Kind::Bytes).label("Target hardware address").doc("RFC 826 Packet format", "The hardware address that is asked for, so unknown in a request");
    DST_IP4 = Field::moving("arp.dst.proto_ipv4", Kind::Ip4).label("Target IP address").doc("RFC 826 Packet format", "The IPv4 address whose owner should answer, or who is answered").explain(explain_ip4);
    DST_PROTO = Field::moving("arp.dst.proto", Kind::Bytes).label("Target protocol address").doc("RFC 826 Packet format", "The protocol address whose owner should answer, or who is answered");
    DRARP_STATUS = Field::moving("arp.dst.drarp_error_status", Kind::Uint).label("DRARP error status").doc("RFC 1931 §3.2", "Why no address was given").values(DRARP_ERRORS);
    GRATUITOUS = Field::derived("arp.isgratuitous", Kind::Flag).label("Gratuitous").doc("RFC 5944 §4.6", "Nobody was asked: the sender tells everybody its own address, and old entries are replaced");
    PROBE = Field::derived("arp.isprobe", Kind::Flag).label("Probe").doc("RFC 5227 §1.1", "The sender asks whether somebody has the address before it uses it");
    ANNOUNCEMENT = Field::derived("arp.isannouncement", Kind::Flag).label("Announcement").doc("RFC 5227 §1.1", "The sender claims the address from now on");
}

crate::fields! { ATM_SENDER_NUMBER:
    ATM_SHTYPE = Field::flag("arp.src.htype", 1).label("Sender ATM number type").doc("RFC 2225 §8.1", "0: ATM Forum NSAPA; 1: E.164");
    ATM_SHLEN = Field::uint("arp.src.hlen", 2, 6).unit("bytes").label("Sender ATM number length").doc("RFC 2225 §8.1", "0: not given");
}

crate::fields! { ATM_SENDER_SUBADDRESS:
    ATM_SSTYPE = Field::flag("arp.src.stype", 1).label("Sender ATM subaddress type").doc("RFC 2225 §8.1", "0: ATM Forum NSAPA; 1: E.164");
    ATM_SSLEN = Field::uint("arp.src.slen", 2, 6).unit("bytes").label("Sender ATM subaddress length").doc("RFC 2225 §8.1", "0: not given");
}

crate::fields! { ATM_SENDER_PROTOCOL:
    ATM_SPLEN = Field::uint("arp.src.pln", 0, 8).unit("bytes").label("Sender protocol size").doc("RFC 2225 §8.1", "0: not given");
}

crate::fields! { ATM_TARGET_NUMBER:
    ATM_THTYPE = Field::flag("arp.dst.htype", 1).label("Target ATM number type").doc("RFC 2225 §8.1", "0: ATM Forum NSAPA; 1: E.164");
    ATM_THLEN = Field::uint("arp.dst.hlen", 2, 6).unit("bytes").label("Target ATM number length").doc("RFC 2225 §8.1", "0: not given");
}

crate::fields! { ATM_TARGET_SUBADDRESS:
    ATM_TSTYPE = Field::flag("arp.dst.stype", 1).label("Target ATM subaddress type").doc("RFC 2225 §8.1", "0: ATM Forum NSAPA; 1: E.164");
    ATM_TSLEN = Field::uint("arp.dst.slen", 2, 6).unit("bytes").label("Target ATM subaddress length").doc("RFC 2225 §8.1", "0: not given");
}

crate::fields! { ATM_TARGET_PROTOCOL:
    ATM_TPLEN = Field::uint("arp.dst.pln", 0, 8).unit("bytes").label("Target protocol size").doc("RFC 2225 §8.1", "0: not given");
}

crate::fields! { ATM_ADDRESSES:
    ATM_SRC_NSAP = Field::moving("arp.src.atm_num_nsap", Kind::Bytes).label("Sender ATM number (NSAP)").doc("RFC 2225 §8.1", "The sender's ATM address");
    ATM_SRC_E164 = Field::moving("arp.src.atm_num_e164", Kind::Text).label("Sender ATM number (E.164)").doc("RFC 2225 §8.1", "The sender's ATM address, a telephone number");
    ATM_SRC_SUB = Field::moving("arp.src.atm_subaddr", Kind::Bytes).label("Sender ATM subaddress").doc("RFC 2225 §8.1", "The second part of the sender's ATM address");
    ATM_DST_NSAP = Field::moving("arp.dst.atm_num_nsap", Kind::Bytes).label("Target ATM number (NSAP)").doc("RFC 2225 §8.1", "The target's ATM address");
    ATM_DST_E164 = Field::moving("arp.dst.atm_num_e164", Kind::Text).label("Target ATM number (E.164)").doc("RFC 2225 §8.1", "The target's ATM address, a telephone number");
    ATM_DST_SUB = Field::moving("arp.dst.atm_subaddr", Kind::Bytes).label("Target ATM subaddress").doc("RFC 2225 §8.1", "The second part of the target's ATM address");
}

/// The types that both forms of the header begin with, and the opcode that is at the same place in both.
static TYPES: Table = &[&HW_TYPE, &PROTO_TYPE];
static OPERATION: Table = &[&OPCODE];

const REQUEST: u64 = 1;
const REPLY: u64 = 2;
const REVERSE_REQUEST: u64 = 3;
const REVERSE_REPLY: u64 = 4;
const DRARP_ERROR: u64 = 7;
const INVERSE_REQUEST: u64 = 8;
const INVERSE_REPLY: u64 = 9;
const NAK: u64 = 10;

/// IANA, "Address Resolution Protocol (ARP) Parameters", operation codes.
static OPCODES: &[(u64, &str)] = &[
    (0, "Reserved"),
    (REQUEST, "Request"),
    (REPLY, "Reply"),
    (REVERSE_REQUEST, "Reverse request"),
    (REVERSE_REPLY, "Reverse reply"),
    (5, "DRARP request"),
    (6, "DRARP reply"),
    (DRARP_ERROR, "DRARP error"),
    (INVERSE_REQUEST, "Inverse request"),
    (INVERSE_REPLY, "Inverse reply"),
    (NAK, "ARP negative acknowledgement"),
    (11, "MARS request"),
    (12, "MARS multi"),
    (13, "MARS mserv"),
    (14, "MARS join"),
    (15, "MARS leave"),
    (16, "MARS negative acknowledgement"),
    (17, "MARS unserv"),
    (18, "MARS server join"),
    (19, "MARS server leave"),
    (20, "MARS group list request"),
    (21, "MARS group list reply"),
    (22, "MARS redirect map"),
    (23, "MAPOS unarp"),
    (24, "Experiment 1"),
    (25, "Experiment 2"),
    (65535, "Reserved"),
];

/// RFC 1931 §3.2.
static DRARP_ERRORS: &[(u64, &str)] =
    &[(1, "Restricted"), (2, "No addresses"), (3, "Server down"), (4, "Moved"), (5, "Failure")];

/// ARP.
pub static ARP: Protocol = Protocol {
    name: "arp",
    title: "Address Resolution Protocol",
    spec: "RFC 826",
    scope: "Every field for addresses of any size, announcements and probes by name, and the six-length form over ATM. \
        Not: conflicts between what several hosts claim.",
    unit: Unit::Message,
    tables: &[
        HEADER,
        MOVING,
        ATM_SENDER_NUMBER,
        ATM_SENDER_SUBADDRESS,
        ATM_SENDER_PROTOCOL,
        ATM_TARGET_NUMBER,
        ATM_TARGET_SUBADDRESS,
        ATM_TARGET_PROTOCOL,
        ATM_ADDRESSES,
    ],
    keys: &[(Space::EtherType, 0x0806), (Space::EtherType, 0x8035)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

/// Hardware type of classical IP over ATM.
const ATM_2225: u64 = 19;

/// The protocol type of IPv4.
const IPV4: u64 = 0x0800;

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    // What the lengths mean depends on the hardware type.
    if input.data.first_chunk::<2>().is_some_and(|t| HW_TYPE.get(t) == ATM_2225) {
        return dissect_atm(input, s);
    }
    let header = input.header::<8, S>(s, HEADER)?;
    let parts = Parts::of(header);
    let total = parts.end();
    if S::ON {
        parts.put(&input, s);
    }
    let message = input.upto(total)?;
    if S::ON {
        let [sender, target] = [parts.sender_proto(message), parts.target_proto(message)];
        let asks = OPCODE.get(header) == REQUEST;
        if !sender.is_empty() && (asks || OPCODE.get(header) == REPLY) {
            if sender == target {
                s.derived(&GRATUITOUS, 1);
                if asks && parts.target_hw(message).iter().all(|b| *b == 0) {
                    s.derived(&ANNOUNCEMENT, 1);
                }
            } else if asks && sender.iter().all(|b| *b == 0) {
                s.derived(&PROBE, 1);
            }
        }
    }
    Ok(Step::new(&input, total, total, Next::End))
}

/// Where the four addresses are.
struct Parts {
    hw: u32,
    proto: u32,
    ethernet: bool,
    ipv4: bool,
    opcode: u64,
}

impl Parts {
    fn of(header: &[u8]) -> Parts {
        let (hw, proto) = (HW_SIZE.get(header) as u32, PROTO_SIZE.get(header) as u32);
        Parts {
            hw,
            proto,
            ethernet: hw == 6 && matches!(HW_TYPE.get(header), hardware::ETHERNET | hardware::IEEE_802),
            ipv4: proto == 4 && PROTO_TYPE.get(header) == IPV4,
            opcode: OPCODE.get(header),
        }
    }

    fn end(&self) -> u32 {
        8 + 2 * (self.hw + self.proto)
    }

    fn sender_hw<'a>(&self, message: &'a [u8]) -> &'a [u8] {
        part(message, 8, self.hw)
    }

    fn sender_proto<'a>(&self, message: &'a [u8]) -> &'a [u8] {
        part(message, 8 + self.hw, self.proto)
    }

    fn target_hw<'a>(&self, message: &'a [u8]) -> &'a [u8] {
        part(message, 8 + self.hw + self.proto, self.hw)
    }

    fn target_proto<'a>(&self, message: &'a [u8]) -> &'a [u8] {
        part(message, 8 + 2 * self.hw + self.proto, self.proto)
    }

    fn put<S: Sink>(&self, input: &Input<'_>, s: &mut S) {
        let (src_hw, dst_hw) = if self.ethernet { (&SRC_HW_MAC, &DST_HW_MAC) } else { (&SRC_HW, &DST_HW) };
        let (src, dst) = if self.ipv4 { (&SRC_IP4, &DST_IP4) } else { (&SRC_PROTO, &DST_PROTO) };
        let mut at = 8;
        put(input, s, src_hw, &mut at, self.hw);
        put(input, s, src, &mut at, self.proto);
        put(input, s, dst_hw, &mut at, self.hw);
        if self.opcode == DRARP_ERROR && self.proto > 0 {
            if let Some(status) = input.data.get(at as usize) {
                s.uint(&DRARP_STATUS, (input.base + at) * 8, 8, u64::from(*status));
            }
        } else {
            put(input, s, dst, &mut at, self.proto);
        }
    }
}

/// Puts an address of `len` bytes, if it has any and they are all there.
fn put<S: Sink>(input: &Input<'_>, s: &mut S, field: &'static Field, at: &mut u32, len: u32) {
    if len > 0 && (*at + len) as usize <= input.data.len() {
        s.span(field, (input.base + *at) * 8, len * 8);
    }
    *at += len;
}

fn part(message: &[u8], at: u32, len: u32) -> &[u8] {
    message.get(at as usize..).and_then(|m| m.get(..len as usize)).unwrap_or_default()
}

fn dissect_atm<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let at = |from: usize| input.data.get(from..).unwrap_or_default();
    s.fixed(TYPES, input.data, input.base);
    s.fixed(ATM_SENDER_NUMBER, at(4), input.base + 4);
    s.fixed(ATM_SENDER_SUBADDRESS, at(5), input.base + 5);
    s.fixed(OPERATION, input.data, input.base);
    s.fixed(ATM_SENDER_PROTOCOL, at(8), input.base + 8);
    s.fixed(ATM_TARGET_NUMBER, at(9), input.base + 9);
    s.fixed(ATM_TARGET_SUBADDRESS, at(10), input.base + 10);
    s.fixed(ATM_TARGET_PROTOCOL, at(11), input.base + 11);
    let header = input.head::<12>()?;
    let [.., sh, ss, _, _, sp, th, ts, tp] = header;
    let number = |b: &u8| u32::from(b & 0x3f);
    let e164 = |b: &u8| b & 0x40 != 0;
    let lengths = [number(sh), number(ss), u32::from(*sp), number(th), number(ts), u32::from(*tp)];
    let ipv4 = |len: u32| len == 4 && PROTO_TYPE.get(header) == IPV4;
    if S::ON {
        let fields = [
            if e164(sh) { &ATM_SRC_E164 } else { &ATM_SRC_NSAP },
            &ATM_SRC_SUB,
            if ipv4(u32::from(*sp)) { &SRC_IP4 } else { &SRC_PROTO },
            if e164(th) { &ATM_DST_E164 } else { &ATM_DST_NSAP },
            &ATM_DST_SUB,
            if ipv4(u32::from(*tp)) { &DST_IP4 } else { &DST_PROTO },
        ];
        let mut at = 12;
        for (field, len) in fields.into_iter().zip(lengths) {
            put(&input, s, field, &mut at, len);
        }
    }
    let total = 12 + lengths.iter().sum::<u32>();
    input.upto(total)?;
    Ok(Step::new(&input, total, total, Next::End))
}

fn explain_mac(around: &Around<'_>, out: &mut Text) {
    match around.bytes.first_chunk::<6>() {
        Some([0, 0, 0, 0, 0, 0]) => out.lit("not known yet"),
        Some(mac) => out.lit(mac_kind(*mac)),
        None => return,
    };
}

fn explain_ip4(around: &Around<'_>, out: &mut Text) {
    if let Some(address) = around.bytes.first_chunk::<4>() {
        out.lit(ip4_kind(*address));
    }
}

fn explain_opcode(around: &Around<'_>, out: &mut Text) {
    let parts = Parts::of(around.layer);
    let ip4 = |bytes: &[u8]| bytes.first_chunk::<4>().copied();
    let (Some(sender), Some(target)) = (ip4(parts.sender_proto(around.layer)), ip4(parts.target_proto(around.layer)))
    else {
        return;
    };
    if !parts.ipv4 || HW_TYPE.get(around.layer) == ATM_2225 {
        return;
    }
    match around.value {
        REQUEST if sender == target => out.ip4(sender).lit(" tells everybody that it is here"),
        REQUEST if sender == [0; 4] => out.lit("does anybody use ").ip4(target).lit(" already?"),
        REQUEST => out.ip4(sender).lit(" asks who has ").ip4(target),
        REPLY => out.ip4(sender).lit(" says what its hardware address is"),
        REVERSE_REQUEST => out.lit("asks for the IP address of a known hardware address"),
        REVERSE_REPLY => out.lit("the asker's IP address is ").ip4(target),
        _ => return,
    };
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    if !seen.style.link {
        out.lit("ARP, ");
    }
    let h = seen.header;
    let parts = Parts::of(h);
    let (proto, opcode) = (PROTO_TYPE.get(h), OPCODE.get(h));
    let atm = HW_TYPE.get(h) == ATM_2225;
    let plain = parts.proto == 4 && proto == IPV4 && parts.hw > 0 && !atm;
    if !plain || seen.style.verbose > 0 {
        match hardware::name(HW_TYPE.get(h)) {
            Some(name) => out.lit(name),
            None => out.lit("Unknown Hardware (").num(HW_TYPE.get(h)).ch(')'),
        };
        if !atm {
            out.lit(" (len ").num(parts.hw.into()).ch(')');
        }
        out.lit(", ");
        match ethertype_name(proto) {
            Some(name) => out.lit(name),
            None => out.lit("Unknown Protocol (").hex(proto, 4).ch(')'),
        };
        if !atm {
            out.lit(" (len ").num(parts.proto.into()).ch(')');
        }
        if plain {
            out.lit(", ");
        }
    }
    if plain {
        operation(&parts, h, opcode, out);
    }
    out.lit(", length ").num(seen.outer.into());
}

fn operation(parts: &Parts, h: &[u8], opcode: u64, out: &mut Text) {
    let ip = |bytes: &[u8], out: &mut Text| {
        if let Some(address) = bytes.first_chunk::<4>() {
            out.ip4(*address);
        }
    };
    let (sender, target) = (parts.sender_hw(h), parts.target_hw(h));
    match opcode {
        REQUEST => {
            out.lit("Request who-has ");
            ip(parts.target_proto(h), out);
            if target.iter().any(|b| *b != 0) {
                out.lit(" (").mac(target).ch(')');
            }
            out.lit(" tell ");
            ip(parts.sender_proto(h), out);
        }
        REPLY => {
            out.lit("Reply ");
            ip(parts.sender_proto(h), out);
            out.lit(" is-at ").mac(sender);
        }
        REVERSE_REQUEST | INVERSE_REQUEST => {
            out.lit(if opcode == REVERSE_REQUEST { "Reverse" } else { "Inverse" });
            out.lit(" Request who-is ").mac(target).lit(" tell ").mac(sender);
        }
        REVERSE_REPLY => {
            out.lit("Reverse Reply ").mac(target).lit(" at ");
            ip(parts.target_proto(h), out);
        }
        INVERSE_REPLY => {
            out.lit("Inverse Reply ").mac(sender).lit(" at ");
            ip(parts.sender_proto(h), out);
        }
        NAK => {
            out.lit("NACK Reply");
        }
        _ => {
            out.lit("Unknown (").num(opcode).ch(')');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Env, Extent};

    fn read(message: &[u8], wire: u32) -> (Dissected, String) {
        let mut tree = Tree::default();
        let input = Input { data: message, base: 0, wire, extent: Extent::Whole, env: &Env::NONE };
        let dissected = dissect(input, &mut tree);
        let mut off = Off::default();
        assert_eq!(dissected, dissect(input, &mut off));
        let names: Vec<&str> = tree.nodes().iter().map(|n| n.field.name).collect();
        (dissected, names.join(" "))
    }

    fn message(opcode: u8, sender: [u8; 4], target_hw: [u8; 6], target: [u8; 4]) -> Vec<u8> {
        let mut m = vec![0, 1, 8, 0, 6, 4, 0, opcode, 2, 0, 0, 0, 0, 1];
        m.extend(sender);
        m.extend(target_hw);
        m.extend(target);
        m
    }

    #[test]
    fn gratuitous_probe_and_announcement_are_told_apart() {
        let (a, b, z, nobody) = ([10, 0, 0, 1], [10, 0, 0, 2], [0; 4], [0; 6]);
        let kinds = |m: &[u8]| {
            let names = read(m, 28).1;
            ["arp.isgratuitous", "arp.isannouncement", "arp.isprobe"].map(|n| names.contains(n))
        };
        assert_eq!(kinds(&message(1, a, nobody, b)), [false, false, false]);
        assert_eq!(kinds(&message(1, a, nobody, a)), [true, true, false]);
        assert_eq!(kinds(&message(1, a, [255; 6], a)), [true, false, false]);
        assert_eq!(kinds(&message(2, a, nobody, a)), [true, false, false]);
        assert_eq!(kinds(&message(1, z, nobody, b)), [false, false, true]);
        assert_eq!(kinds(&message(3, z, nobody, z)), [false, false, false]);
    }

    #[test]
    fn addresses_of_other_sizes_are_bytes() {
        let m = [&[0, 24, 8, 0, 8, 4, 0, 1][..], &[7; 8], &[10, 0, 0, 1], &[0; 8], &[10, 0, 0, 2]].concat();
        let (dissected, names) = read(&m, 32);
        assert_eq!(dissected.unwrap().header, 32);
        assert!(names.contains("arp.src.hw arp.src.proto_ipv4 arp.dst.hw arp.dst.proto_ipv4"));
    }

    #[test]
    fn atm_has_its_own_lengths() {
        let m = [&[0, 19, 8, 0, 0x43, 1, 0, 1, 4, 0, 0, 4][..], b"123", b"s", &[10, 0, 0, 1], &[10, 0, 0, 2]].concat();
        let (dissected, names) = read(&m, 24);
        assert_eq!(dissected.unwrap().header, 24);
        assert!(names.ends_with("arp.src.atm_num_e164 arp.src.atm_subaddr arp.src.proto_ipv4 arp.dst.proto_ipv4"));
    }

    #[test]
    fn a_cut_message_gives_a_prefix_and_a_short_one_is_bad() {
        use crate::input::Stop;
        let m = message(1, [10, 0, 0, 1], [0; 6], [10, 0, 0, 1]);
        let whole = read(&m, 28).1;
        for cut in 0..28 {
            let (dissected, names) = read(&m[..cut], 28);
            assert!(matches!(dissected, Err(Stop::Cut { .. })));
            assert!(whole.starts_with(&names));
        }
        assert!(matches!(read(&m[..27], 27).0, Err(Stop::Bad(_))));
    }
}
