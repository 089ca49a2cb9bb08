//! Extension structure of ICMP messages (RFC 4884): MPLS labels (RFC 4950), interfaces (RFC 5837, RFC 8335).
//!
//! ```text
//! |Version|       Reserved        |           Checksum            |
//! |            Length             |     Class     |    C-Type     |
//! |                 Object, length - 4 bytes                      |
//! ```

use crate::field::{Around, Field, Kind, Table};
use crate::proto::shared::checksum;
use crate::sink::{NoteKind, Sink};
use crate::text::Text;

crate::fields! { HEADER:
    VERSION = Field::uint("icmp.ext.version", 0, 4).label("Extension version").doc("RFC 4884 §7", "Always 2");
    RESERVED = Field::uint("icmp.ext.res", 4, 12).hex().label("Reserved").doc("RFC 4884 §7", "Must be 0");
    CHECKSUM = Field::uint("icmp.ext.checksum", 16, 16).hex().label("Extension checksum").doc("RFC 4884 §7", "Ones' complement sum over the extension structure; 0: not computed");
}

crate::fields! { OBJECT:
    LENGTH = Field::uint("icmp.ext.length", 0, 16).repeats().unit("bytes").label("Object length").doc("RFC 4884 §7.1", "Object header and payload; at least 4");
    CLASS = Field::uint("icmp.ext.class", 16, 8).repeats().label("Class").doc("RFC 4884 §7.1", "What kind of object this is").values(&[(1, "MPLS label stack"), (2, "Interface information"), (3, "Interface identification"), (4, "Overlay error")]);
    CTYPE = Field::uint("icmp.ext.ctype", 24, 8).repeats().label("C-type").doc("RFC 4884 §7.1", "Which form of the object this is");
}

crate::fields! { MPLS:
    LABEL = Field::uint("icmp.mpls.label", 0, 20).repeats().label("Label").doc("RFC 4950 §5", "The label that the packet carried when the error occurred").values(&[(0, "IPv4 explicit null"), (1, "Router alert"), (2, "IPv6 explicit null"), (3, "Implicit null")]);
    EXP = Field::uint("icmp.mpls.exp", 20, 3).repeats().label("Traffic class").doc("RFC 5462", "The class of treatment, formerly experimental use");
    STACK = Field::flag("icmp.mpls.s", 23).repeats().label("Bottom of stack").doc("RFC 3032 §2.1", "1: the last label");
    TTL = Field::uint("icmp.mpls.ttl", 24, 8).repeats().unit("hops").label("Time to live").doc("RFC 3032 §2.4", "Hops left in the label switched network");
}

crate::fields! { INFO:
    ROLE = Field::uint("icmp.int_info.role", 0, 2).repeats().label("Interface role").doc("RFC 5837 §4.1", "What the interface has to do with the packet").values(&[(0, "The packet arrived on it"), (1, "Part of the interface that the packet arrived on"), (2, "The packet would have left through it"), (3, "The next hop's")]);
    INFO_RESERVED = Field::uint("icmp.int_info.reserved", 2, 2).repeats().label("Reserved").doc("RFC 5837 §4.1", "Must be 0");
    HAS_INDEX = Field::flag("icmp.int_info.ifindex", 4).repeats().label("Has index").doc("RFC 5837 §4.1", "The interface's index follows");
    HAS_ADDRESS = Field::flag("icmp.int_info.ipaddr", 5).repeats().label("Has address").doc("RFC 5837 §4.1", "An address follows");
    HAS_NAME = Field::flag("icmp.int_info.name_present", 6).repeats().label("Has name").doc("RFC 5837 §4.1", "The interface's name follows");
    HAS_MTU = Field::flag("icmp.int_info.mtu_present", 7).repeats().label("Has MTU").doc("RFC 5837 §4.1", "The interface's MTU follows");
}

crate::fields! { IDENT_ADDRESS:
    IDENT_AFI = Field::uint("icmp.int_ident.afi", 0, 16).repeats().label("Address family").doc("RFC 8335 §2.1", "What kind of address identifies the interface").values(FAMILIES);
    IDENT_LENGTH = Field::uint("icmp.int_ident.addr_length", 16, 8).repeats().unit("bytes").label("Address length").doc("RFC 8335 §2.1", "Without the padding");
    IDENT_RESERVED = Field::bytes("icmp.int_ident.reserved", 24, 8).repeats().label("Reserved").doc("RFC 8335 §2.1", "Must be 0");
}

crate::fields! { MOVING:
    STRUCTURE = Field::group("icmp.ext").label("Extensions").doc("RFC 4884 §7", "What the router adds to its message");
    ENTRY = Field::group("icmp.ext.object").repeats().label("Object").doc("RFC 4884 §7.1", "One thing that the router says");
    STATUS = Field::derived("icmp.ext.checksum.status", Kind::Uint).label("Extension checksum status").doc("RFC 4884 §7", "Whether the checksum is right").values(crate::proto::shared::checksum::STATUSES);
    DATA = Field::moving("icmp.ext.data", Kind::Bytes).repeats().label("Object data").doc("RFC 4884 §7.1", "An object that is not read further");
    MPLS_DATA = Field::moving("icmp.mpls.data", Kind::Bytes).repeats().label("Data").doc("RFC 4950 §5", "A form of the MPLS object that is not read further");
    INDEX = Field::moving("icmp.int_info.index", Kind::Uint).repeats().label("Interface index").doc("RFC 5837 §4.1", "The interface's number in the router (ifIndex of RFC 2863)");
    AFI = Field::moving("icmp.int_info.afi", Kind::Uint).repeats().label("Address family").doc("RFC 5837 §4.2", "What kind of address follows").values(FAMILIES);
    AFI_RESERVED = Field::moving("icmp.reserved", Kind::Bytes).repeats().label("Reserved").doc("RFC 5837 §4.2", "Must be 0");
    IPV4 = Field::moving("icmp.int_info.ipv4", Kind::Ip4).repeats().label("Address").doc("RFC 5837 §4.2", "The interface's address");
    IPV6 = Field::moving("icmp.int_info.ipv6", Kind::Ip6).repeats().label("Address").doc("RFC 5837 §4.2", "The interface's address");
    NAME_LENGTH = Field::moving("icmp.int_info.name_length", Kind::Uint).repeats().unit("bytes").label("Name length").doc("RFC 5837 §4.3", "This byte, the name and its padding; at most 64");
    NAME = Field::moving("icmp.int_info.name", Kind::Text).repeats().label("Name").doc("RFC 5837 §4.3", "The interface's name in the router");
    MTU = Field::moving("icmp.int_info.mtu", Kind::Uint).repeats().unit("bytes").label("MTU").doc("RFC 5837 §4.1", "The largest packet that fits the interface").explain(explain_mtu);
    IDENT_NAME = Field::moving("icmp.int_ident.name", Kind::Text).repeats().label("Interface name").doc("RFC 8335 §2.1", "The interface that is asked about");
    IDENT_INDEX = Field::moving("icmp.int_ident.index", Kind::Uint).repeats().label("Interface index").doc("RFC 8335 §2.1", "The interface that is asked about (ifIndex of RFC 2863)");
    IDENT_IPV4 = Field::moving("icmp.int_ident.ipv4", Kind::Ip4).repeats().label("Interface address").doc("RFC 8335 §2.1", "The interface that is asked about");
    IDENT_IPV6 = Field::moving("icmp.int_ident.ipv6", Kind::Ip6).repeats().label("Interface address").doc("RFC 8335 §2.1", "The interface that is asked about");
    IDENT_OTHER = Field::moving("icmp.int_ident.address", Kind::Bytes).repeats().label("Interface address").doc("RFC 8335 §2.1", "The interface that is asked about");
}

/// IANA, "Address Family Numbers": those that interfaces have.
static FAMILIES: &[(u64, &str)] =
    &[(1, "IPv4"), (2, "IPv6"), (6, "IEEE 802"), (16389, "48-bit MAC address"), (16390, "64-bit MAC address")];

/// The tables of extension structures.
pub static TABLES: [Table; 6] = [HEADER, OBJECT, MPLS, INFO, IDENT_ADDRESS, MOVING];

/// The least that a quoted packet has when an extension structure follows it (RFC 4884 §3).
pub const MIN_QUOTED: u32 = 128;

/// Length of the extension header.
const HEADER_LEN: u32 = 4;

/// How much of what follows an ICMP error's 8 bytes is the quoted packet, when extensions follow it.
///
/// `behind` are the captured bytes there, `wire` is how many there are, `words` is the message's length field in bytes
/// (0: it says nothing). Routers older than RFC 4884 quote 128 bytes without saying so: their extensions are known by
/// version and checksum (RFC 4884 §5.5), or because the quoted packet ends before them.
pub fn quoted_length(behind: &[u8], wire: u32, stated: u32) -> Option<u32> {
    if stated >= MIN_QUOTED && stated.checked_add(HEADER_LEN)? <= wire {
        return Some(stated);
    }
    if stated != 0 || wire < MIN_QUOTED + HEADER_LEN || behind.len() != wire as usize {
        return None;
    }
    let structure = behind.get(MIN_QUOTED as usize..)?;
    let known = VERSION.get(structure) == 2 && RESERVED.get(structure) == 0;
    let right = CHECKSUM.get(structure) != 0 && checksum::residue(structure) == 0;
    // A quoted IPv4 packet that is not longer than that is followed by something else than itself.
    let complete = matches!(behind, [0x45..=0x4f, _, high, low, ..] if u16::from_be_bytes([*high, *low]) <= 128);
    (known && (right || complete)).then_some(MIN_QUOTED)
}

/// Puts an extension structure. `data` is what was captured of its `wire` bytes, which start `base` bytes into the
/// buffer.
pub fn put<S: Sink>(s: &mut S, data: &[u8], base: u32, wire: u32) {
    s.open(&STRUCTURE, base * 8);
    s.fixed(HEADER, data, base);
    if data.len() >= HEADER_LEN as usize {
        s.derived(&STATUS, status(data, wire));
        let mut at = HEADER_LEN;
        while at < wire && s.room() {
            match object(s, data, base, wire, at) {
                Some(length) => at += length,
                None => break,
            }
        }
    }
    s.close((base + wire.min(data.len() as u32)) * 8);
}

/// What Wireshark says of the checksum: 0 bad, 1 good, 2 unverified, 3 not present.
fn status(data: &[u8], wire: u32) -> u64 {
    match CHECKSUM.get(data) {
        0 => 3,
        _ if data.len() < wire as usize => 2,
        _ => u64::from(checksum::residue(data) == 0),
    }
}

/// Puts the object at `at`, and returns its length; `None` when nothing can follow it.
fn object<S: Sink>(s: &mut S, data: &[u8], base: u32, wire: u32, at: u32) -> Option<u32> {
    let rest = data.get(at as usize..).filter(|r| r.len() >= 4);
    let room = wire - at;
    let Some(rest) = rest else {
        if room < 4 {
            s.note(
                NoteKind::Bad,
                format_args!("an object has at least 4 bytes (RFC 4884 §7.1): 4 expected, {room} found"),
            );
        } else {
            s.note(NoteKind::Cut, format_args!("the capture ends within the extensions"));
        }
        return None;
    };
    let start = base + at;
    s.open(&ENTRY, start * 8);
    s.fixed(OBJECT, rest, start);
    let length = LENGTH.get(rest) as u32;
    let fits = (4..=room).contains(&length);
    if !fits {
        s.note(
            NoteKind::Bad,
            format_args!(
                "an object's length fits into the extensions (RFC 4884 §7.1): 4 to {room} expected, {length} found"
            ),
        );
    }
    let whole = length.min(room).max(4);
    let captured = rest.get(..whole as usize).unwrap_or(rest);
    if captured.len() < whole as usize {
        s.note(NoteKind::Cut, format_args!("the capture ends within the extensions"));
    }
    let mut reader = Reader { object: captured, at: 4, base: start };
    match (CLASS.get(rest), CTYPE.get(rest)) {
        (1, 1) => {
            while s.room() && reader.left().len() >= 4 {
                s.fixed(MPLS, reader.left(), reader.base + reader.at);
                reader.at += 4;
            }
        }
        (1, _) => reader.rest(s, &MPLS_DATA),
        (2, kind) => {
            s.fixed(INFO, captured.get(3..4).unwrap_or_default(), start + 3);
            reader.interface(s, kind);
        }
        (3, kind) => reader.identification(s, kind),
        _ => reader.rest(s, &DATA),
    }
    s.close((start + captured.len() as u32) * 8);
    fits.then_some(length)
}

/// Reads an object's parts, one after the other.
struct Reader<'a> {
    object: &'a [u8],
    at: u32,
    base: u32,
}

impl<'a> Reader<'a> {
    fn left(&self) -> &'a [u8] {
        self.object.get(self.at as usize..).unwrap_or_default()
    }

    /// Puts the next `len` bytes, if they are all there.
    fn span<S: Sink>(&mut self, s: &mut S, field: &'static Field, len: u32) {
        if len > 0 && self.left().len() >= len as usize {
            s.span(field, (self.base + self.at) * 8, len * 8);
        }
        self.at = self.at.saturating_add(len);
    }

    /// Puts what is left.
    fn rest<S: Sink>(&mut self, s: &mut S, field: &'static Field) {
        self.span(s, field, self.left().len() as u32);
    }

    /// Puts the next `len` bytes as a number, and returns it.
    fn number<S: Sink>(&mut self, s: &mut S, field: &'static Field, len: u32) -> Option<u64> {
        let bytes = self.left().get(..len as usize)?;
        let value = bytes.iter().fold(0, |n, b| n << 8 | u64::from(*b));
        s.uint(field, (self.base + self.at) * 8, len * 8, value);
        self.at += len;
        Some(value)
    }

    /// Puts a name of `len` bytes without the zeros that fill it up.
    fn name<S: Sink>(&mut self, s: &mut S, field: &'static Field, len: u32) {
        let bytes = self.left().get(..len as usize).unwrap_or_default();
        let name = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
        if name > 0 {
            s.span(field, (self.base + self.at) * 8, name as u32 * 8);
        }
        self.at = self.at.saturating_add(len);
    }

    /// Interface information: the bits of the C-type say which parts there are.
    fn interface<S: Sink>(&mut self, s: &mut S, kind: u64) -> Option<()> {
        if kind & 8 != 0 {
            self.number(s, &INDEX, 4)?;
        }
        if kind & 4 != 0 {
            let family = self.number(s, &AFI, 2)?;
            self.span(s, &AFI_RESERVED, 2);
            match family {
                1 => self.span(s, &IPV4, 4),
                2 => self.span(s, &IPV6, 16),
                // The length of other addresses is not known, so nothing behind them can be read.
                _ => {
                    self.rest(s, &DATA);
                    return None;
                }
            }
        }
        if kind & 2 != 0 {
            let length = self.number(s, &NAME_LENGTH, 1)? as u32;
            self.name(s, &NAME, length.saturating_sub(1));
        }
        if kind & 1 != 0 {
            self.number(s, &MTU, 4)?;
        }
        Some(())
    }

    /// Interface identification: by name, by index or by address.
    fn identification<S: Sink>(&mut self, s: &mut S, kind: u64) {
        match kind {
            1 => self.name(s, &IDENT_NAME, self.left().len() as u32),
            2 => {
                self.number(s, &IDENT_INDEX, 4);
            }
            3 => {
                let header = self.left();
                s.fixed(IDENT_ADDRESS, header, self.base + self.at);
                self.at += 4;
                match (IDENT_AFI.get(header), IDENT_LENGTH.get(header)) {
                    (1, 4) => self.span(s, &IDENT_IPV4, 4),
                    (2, 16) => self.span(s, &IDENT_IPV6, 16),
                    (_, length) => self.span(s, &IDENT_OTHER, length as u32),
                }
            }
            _ => self.rest(s, &DATA),
        }
    }
}

fn explain_mtu(around: &Around<'_>, out: &mut Text) {
    out.lit("packets of more than ").num_grouped(around.value).lit(" bytes do not fit");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Tree;

    fn structure(objects: &[u8]) -> Vec<u8> {
        let mut all = vec![0x20, 0, 0, 0];
        all.extend_from_slice(objects);
        let sum = checksum::expected(&all, 2);
        all[2..4].copy_from_slice(&sum.to_be_bytes());
        all
    }

    fn read(data: &[u8], wire: u32) -> (Vec<(&'static str, u64, u32)>, usize) {
        let mut tree = Tree::default();
        put(&mut tree, data, 0, wire);
        (tree.nodes().iter().map(|n| (n.field.name, tree.number(n), n.bit)).collect(), tree.notes().len())
    }

    const LABELS: &[u8] = &[0, 12, 1, 1, 0, 1, 0x0c, 255, 0, 2, 0x1b, 64];

    #[test]
    fn labels_are_read_one_by_one() {
        let data = structure(LABELS);
        let (nodes, notes) = read(&data, 16);
        let values = |name: &str| nodes.iter().filter(|n| n.0 == name).map(|n| n.1).collect::<Vec<_>>();
        assert_eq!(values("icmp.mpls.label"), [16, 33]);
        assert_eq!(values("icmp.mpls.s"), [0, 1]);
        assert_eq!(values("icmp.ext.checksum.status"), [1]);
        assert_eq!(notes, 0);
    }

    #[test]
    fn interface_information_has_the_parts_that_its_bits_say() {
        let object = [&[0, 28, 2, 0x0f, 0, 0, 0, 5, 0, 1, 0, 0, 10, 0, 0, 1, 8][..], b"eth0\0\0\0", &[0, 0, 5, 0xdc]];
        let (nodes, notes) = read(&structure(&object.concat()), 32);
        for expected in [("icmp.int_info.index", 5), ("icmp.int_info.mtu", 1500), ("icmp.int_info.name_length", 8)] {
            assert!(nodes.iter().any(|n| (n.0, n.1) == expected), "{expected:?} {nodes:?}");
        }
        assert_eq!(notes, 0);
    }

    #[test]
    fn lengths_that_do_not_fit_are_noted_and_end_the_walk() {
        for (length, notes) in [(3, 1), (200, 1)] {
            let mut objects = LABELS.to_vec();
            objects[1] = length;
            assert_eq!(read(&structure(&objects), 16).1, notes);
        }
        assert_eq!(read(&structure(&[0, 4]), 6).1, 1);
    }

    #[test]
    fn a_cut_structure_gives_a_prefix() {
        let data = structure(&[LABELS, LABELS].concat());
        let starts = |n: Vec<(&'static str, u64, u32)>| n.into_iter().map(|n| (n.0, n.2)).collect::<Vec<_>>();
        let all = starts(read(&data, 28).0);
        for cut in 0..28 {
            assert!(all.starts_with(&starts(read(&data[..cut], 28).0)), "{cut}");
        }
    }

    #[test]
    fn extensions_of_old_routers_are_known_by_their_checksum() {
        let mut behind = vec![0x60; 128];
        behind.extend(structure(LABELS));
        assert_eq!(quoted_length(&behind, 144, 0), Some(128));
        assert_eq!(quoted_length(&behind, 144, 128), Some(128));
        assert_eq!(quoted_length(&behind, 144, 64), None);
        assert_eq!(quoted_length(&behind, 144, 252), None);
        assert_eq!(quoted_length(&behind[..140], 144, 0), None);
        behind[140] ^= 1;
        assert_eq!(quoted_length(&behind, 144, 0), None);
    }
}
