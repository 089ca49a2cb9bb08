//! What Linux cooked captures (`LINUX_SLL`, `LINUX_SLL2`) have in common: the kernel's notes in place of a link header.
//!
//! The rows have no fixed place, because both versions hold them, in different places.

use crate::dissect::{Next, Seen, Space, direct};
use crate::field::{Field, Kind};
use crate::proto::shared::names::ethertype::{ethertype_name, line_name};
use crate::proto::shared::names::hardware;
use crate::sink::Sink;
use crate::text::Text;

crate::fields! { pub ROWS:
    PKTTYPE = Field::moving("sll.pkttype", Kind::Uint).label("Packet type").doc("LINKTYPE_LINUX_SLL packet type", "Who the packet was for, as the kernel saw it").values(PACKET_TYPES);
    HATYPE = Field::moving("sll.hatype", Kind::Uint).label("Hardware type").doc("LINKTYPE_LINUX_SLL ARPHRD_ type", "The kind of interface, as Linux numbers them").names(hardware::name);
    HALEN = Field::moving("sll.halen", Kind::Uint).unit("bytes").label("Address length").doc("LINKTYPE_LINUX_SLL link-layer address length", "Length of the sender's link-layer address; longer ones than 8 bytes are cut to 8");
    SRC_ETH = Field::moving("sll.src.eth", Kind::Mac).label("Source").doc("LINKTYPE_LINUX_SLL link-layer address", "The sender's Ethernet address");
    SRC_IPV4 = Field::moving("sll.src.ipv4", Kind::Ip4).label("Source").doc("LINKTYPE_LINUX_SLL link-layer address", "The sender's address, which is 4 bytes long: an IPv4 address on tunnels");
    SRC_OTHER = Field::moving("sll.src.other", Kind::Bytes).label("Source").doc("LINKTYPE_LINUX_SLL link-layer address", "The sender's link-layer address");
    UNUSED = Field::moving("sll.unused", Kind::Bytes).label("Unused").doc("LINKTYPE_LINUX_SLL link-layer address", "What the address does not use of its 8 bytes");
    ETYPE = Field::moving("sll.etype", Kind::Uint).hex_wide(4).label("Protocol").doc("LINKTYPE_LINUX_SLL protocol type", "Which protocol follows, as an EtherType").names(ethertype_name);
    LTYPE = Field::moving("sll.ltype", Kind::Uint).hex_wide(4).label("Protocol").doc("LINKTYPE_LINUX_SLL protocol type", "Which protocol follows, as a number of Linux's own").values(LINUX_TYPES);
    GRETYPE = Field::moving("sll.gretype", Kind::Uint).hex_wide(4).label("Protocol").doc("LINKTYPE_LINUX_SLL protocol type", "Which protocol follows, as GRE numbers them: mostly EtherTypes").names(ethertype_name);
    TRAILER = Field::moving("sll.trailer", Kind::Bytes).label("Trailer").doc("LINKTYPE_LINUX_SLL payload", "Bytes after the packet that are not padding");
}

static PACKET_TYPES: &[(u64, &str)] =
    &[(0, "Sent to us"), (1, "Broadcast"), (2, "Multicast"), (3, "Sent to somebody else"), (4, "Sent by us")];

/// Linux's `ETH_P_` numbers below 1536 that captures carry.
static LINUX_TYPES: &[(u64, &str)] = &[
    (1, "Novell 802.3 without LLC"),
    (3, "Any protocol"),
    (4, "802.2 LLC"),
    (7, "PPP over HDLC"),
    (0x0c, "CAN"),
    (0x0d, "CAN FD"),
    (0x17, "IrDA LAP"),
    (0xf5, "ISI"),
    (0xf6, "IEEE 802.15.4"),
];

/// Interfaces whose protocol field is GRE's (IPv4 and IPv6).
const ARPHRD_IPGRE: u64 = 778;
const ARPHRD_IP6GRE: u64 = 823;
/// Interfaces whose packets do not begin with what an EtherType says.
const ARPHRD_NETLINK: u64 = 824;

/// The largest of Linux's own protocol numbers; from 1537 on they are EtherTypes.
const MAX_LINUX_TYPE: u64 = 1536;

/// Where a version of the header has its parts, in bytes from its first.
#[derive(Clone, Copy, Debug)]
pub struct Places {
    /// Packet type, and its length.
    pub packet: (u32, u32),
    /// Hardware type, 2 bytes.
    pub hardware: u32,
    /// Length of the address, and the length of that field.
    pub length: (u32, u32),
    /// Link-layer address, 8 bytes.
    pub address: u32,
    /// Protocol, 2 bytes.
    pub protocol: u32,
}

/// Reads a big-endian number of up to 4 bytes.
fn number(header: &[u8], at: u32, len: u32) -> u64 {
    let bytes = header.get(at as usize..).and_then(|h| h.get(..len as usize)).unwrap_or_default();
    bytes.iter().fold(0, |n, b| n << 8 | u64::from(*b))
}

/// Puts a number of the header, which begins `base` bytes into the buffer.
pub fn put<S: Sink>(s: &mut S, header: &[u8], base: u32, field: &'static Field, (at, len): (u32, u32)) {
    s.uint(field, (base + at) * 8, len * 8, number(header, at, len));
}

/// Puts the protocol, which is numbered by what kind of interface it is.
pub fn protocol<S: Sink>(s: &mut S, header: &[u8], base: u32, at: &Places) {
    let row = match number(header, at.hardware, 2) {
        ARPHRD_IPGRE | ARPHRD_IP6GRE => &GRETYPE,
        _ if number(header, at.protocol, 2) <= MAX_LINUX_TYPE => &LTYPE,
        _ => &ETYPE,
    };
    put(s, header, base, row, (at.protocol, 2));
}

/// Puts the address, and what it leaves over of its 8 bytes.
pub fn address<S: Sink>(s: &mut S, header: &[u8], base: u32, at: &Places) {
    let length = number(header, at.length.0, at.length.1).min(8) as u32;
    let bit = (base + at.address) * 8;
    match length {
        0 => {}
        4 => s.span(&SRC_IPV4, bit, 32),
        6 => s.span(&SRC_ETH, bit, 48),
        n => s.span(&SRC_OTHER, bit, n * 8),
    }
    if length < 8 {
        s.span(&UNUSED, bit + length * 8, (8 - length) * 8);
    }
}

/// What follows the header.
pub fn next(header: &[u8], at: &Places) -> Next {
    match (number(header, at.hardware, 2), number(header, at.protocol, 2)) {
        (ARPHRD_NETLINK, _) => {
            Next::Opaque("a message between programs and the kernel (netlink), which is not decoded")
        }
        (_, 3) => Next::Key(Space::Link, 1),
        (_, 1) => Next::Opaque("IPX right behind the cooked header, without an LLC header; IPX is not decoded"),
        (_, 4) => Next::Key(Space::Direct, direct::LLC),
        (_, n) if n <= MAX_LINUX_TYPE => Next::Opaque("a protocol of Linux's own numbering, which is not decoded"),
        (_, n) => Next::Key(Space::EtherType, n as u16),
    }
}

/// `In 02:00:00:00:00:07 ethertype IPv4 (0x0800), length 56: `, with `-e` only. Beside the name of the interface, `In ` comes
/// without `-e`, too.
pub fn line(seen: &Seen<'_>, at: &Places, interface: Option<u32>, out: &mut Text) {
    let whole = seen.style.link || seen.next.is_none();
    if !whole && !seen.style.interface {
        return;
    }
    let way = match number(seen.header, at.packet.0, at.packet.1) {
        0 => "In",
        1 => "B",
        2 => "M",
        3 => "P",
        4 => "Out",
        _ => "?",
    };
    if !whole {
        out.lit(way).spaces(4_usize.saturating_sub(way.len()));
        return;
    }
    out.spaces(3_usize.saturating_sub(way.len())).lit(way).ch(' ');
    if let Some(place) = interface {
        out.lit("ifindex ").num(number(seen.header, place, 4)).ch(' ');
    }
    if number(seen.header, at.length.0, at.length.1) == 6
        && let Some(mac) = seen.header.get(at.address as usize..).and_then(|a| a.get(..6))
    {
        out.mac(mac).ch(' ');
    }
    match number(seen.header, at.protocol, 2) {
        1 => out.lit("802.3"),
        4 => out.lit("802.2"),
        kind => out.lit("ethertype ").lit(line_name(kind)).lit(" (").hex(kind, 4).ch(')'),
    };
    out.lit(", length ").num(seen.outer.into()).lit(": ");
}
