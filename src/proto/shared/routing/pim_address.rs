//! How PIM writes addresses: family, encoding, and for groups and sources flags and a mask length (RFC 7761 §4.9.1).

use crate::field::{Field, Table};
use crate::proto::shared::tlv::Tlv;
use crate::sink::{NoteKind, Sink};

crate::fields! { pub HEAD:
    FAMILY = Field::uint("pim.addr_address_family", 0, 8).repeats().values(&[(1, "IPv4"), (2, "IPv6")]).label("Address family").doc("RFC 7761 §4.9.1", "Kind of the address");
    ENCODING = Field::uint("pim.addr_encoding_type", 8, 8).repeats().values(&[(0, "native"), (1, "with attributes")]).label("Encoding").doc("RFC 7761 §4.9.1", "How the address is written");
}

crate::fields! { pub GROUP:
    GROUP_FLAGS = Field::uint("pim.group_addr.flags", 16, 8).repeats().hex().label("Flags").doc("RFC 7761 §4.9.1", "About the group range");
    GROUP_B = Field::flag("pim.group_addr.flags.b", 16).part_of("pim.group_addr.flags").repeats().label("Bidirectional").doc("RFC 5015 §3.7", "1: the range uses bidirectional PIM");
    GROUP_RESERVED = Field::uint("pim.group_addr.flags.reserved", 17, 6).part_of("pim.group_addr.flags").repeats().hex().label("Reserved").doc("RFC 7761 §4.9.1", "Must be 0");
    GROUP_Z = Field::flag("pim.group_addr.flags.z", 23).part_of("pim.group_addr.flags").repeats().label("Admin scope zone").doc("RFC 5059 §2", "1: the range is limited to a zone");
    GROUP_MASK = Field::uint("pim.mask_len", 24, 8).repeats().unit("bits").label("Mask length").doc("RFC 7761 §4.9.1", "How many bits of the address count");
}

crate::fields! { pub SOURCE:
    SOURCE_FLAGS = Field::uint("pim.source_addr.flags", 16, 8).repeats().hex().label("Flags").doc("RFC 7761 §4.9.1", "Which tree the source is about");
    SOURCE_RESERVED = Field::uint("pim.source_addr.flags.reserved", 16, 5).part_of("pim.source_addr.flags").repeats().hex().label("Reserved").doc("RFC 7761 §4.9.1", "Must be 0");
    SOURCE_S = Field::flag("pim.source_addr.flags.s", 21).part_of("pim.source_addr.flags").repeats().label("Sparse").doc("RFC 7761 §4.9.1", "1: sparse mode; always 1 there");
    SOURCE_W = Field::flag("pim.source_addr.flags.w", 22).part_of("pim.source_addr.flags").repeats().label("Wildcard").doc("RFC 7761 §4.9.1", "1: all sources; the address is that of the rendezvous point");
    SOURCE_R = Field::flag("pim.source_addr.flags.r", 23).part_of("pim.source_addr.flags").repeats().label("Rendezvous point tree").doc("RFC 7761 §4.9.1", "1: towards the rendezvous point; 0: towards the source");
    SOURCE_MASK = Field::uint("pim.mask_len", 24, 8).repeats().unit("bits").label("Mask length").doc("RFC 7761 §4.9.1", "How many bits of the address count: all");
}

crate::fields! { pub ATTRIBUTE:
    ATTR_FLAGS = Field::uint("pim.source_ja.flags", 0, 8).repeats().hex().label("Attribute").doc("RFC 5384", "Kind of the join attribute, and what to do with it");
    ATTR_F = Field::flag("pim.source_ja.flags.f", 0).part_of("pim.source_ja.flags").repeats().label("Forward").doc("RFC 5384", "1: routers that do not know it pass it on");
    ATTR_E = Field::flag("pim.source_ja.flags.e", 1).part_of("pim.source_ja.flags").repeats().label("Last").doc("RFC 5384", "1: the last attribute of this source");
    ATTR_TYPE = Field::uint("pim.source_ja.flags.attr_type", 2, 6).part_of("pim.source_ja.flags").repeats().label("Type").doc("RFC 5384", "Which attribute");
    ATTR_LENGTH = Field::uint("pim.source_ja.length", 8, 8).repeats().unit("bytes").label("Length").doc("RFC 5384", "Of the value");
}

/// The rows for one address: of IPv4 and of IPv6.
#[derive(Clone, Copy, Debug)]
pub struct Rows {
    /// IPv4.
    pub v4: &'static Field,
    /// IPv6.
    pub v6: &'static Field,
}

/// Puts a unicast address at byte `at`, and returns where it ends; `None` when that cannot be known.
pub fn unicast<S: Sink>(s: &mut S, m: &Tlv<'_>, at: u32, rows: Rows) -> Option<u32> {
    put(s, m, at, &[], rows)
}

/// Puts a group address with flags and mask length.
pub fn group<S: Sink>(s: &mut S, m: &Tlv<'_>, at: u32, rows: Rows) -> Option<u32> {
    put(s, m, at, GROUP, rows)
}

/// Puts a source address with flags, mask length, and attributes if it has some.
pub fn source<S: Sink>(s: &mut S, m: &Tlv<'_>, at: u32, rows: Rows, value: &'static Field) -> Option<u32> {
    let mut end = put(s, m, at, SOURCE, rows)?;
    if m.byte(at + 1) != Some(1) {
        return Some(end);
    }
    // RFC 5384: attributes follow, up to the one that says that it is the last.
    loop {
        let head = m.part(end, 2);
        head.fixed(s, ATTRIBUTE);
        let (flags, length) = (head.byte(0)?, head.byte(1)?);
        let next = end + 2 + u32::from(length);
        if next > m.wire || !s.room() {
            return None;
        }
        m.span(s, value, end + 2, next);
        end = next;
        if flags & 0x40 != 0 {
            return Some(end);
        }
    }
}

fn put<S: Sink>(s: &mut S, m: &Tlv<'_>, at: u32, more: Table, rows: Rows) -> Option<u32> {
    let start = at + if more.is_empty() { 2 } else { 4 };
    let head = m.part(at, start - at);
    head.fixed(s, HEAD);
    head.fixed(s, more);
    let (field, size) = match head.byte(0)? {
        1 => (rows.v4, 4),
        2 => (rows.v6, 16),
        family => {
            s.note(NoteKind::Unknown, format_args!("address family {family} is not decoded"));
            return None;
        }
    };
    let end = start + size;
    if end > m.wire {
        let rule = "an address ends within its message (RFC 7761 §4.9.1)";
        s.note(NoteKind::Bad, format_args!("{rule}: at most {} bytes expected, {end} found", m.wire));
        return None;
    }
    m.span(s, field, start, end);
    Some(end)
}
