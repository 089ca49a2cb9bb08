//! What a field is: one static row that every output, filter, schema and document reads.
//!
//! A protocol declares its rows with [`fields!`](crate::fields). Names are Wireshark's where the meaning is equal.

use crate::input::{Addresses, Conversation, Extent};
use crate::text::Text;

/// How a field's bits are to be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An unsigned number of at most 64 bits.
    Uint,
    /// A signed number of at most 64 bits; in packets, two's complement.
    Int,
    /// One bit: set or not set.
    Flag,
    /// An Ethernet address, 6 bytes.
    Mac,
    /// An IPv4 address, 4 bytes.
    Ip4,
    /// An IPv6 address, 16 bytes.
    Ip6,
    /// Bytes without further meaning here, shown as hexadecimal digits.
    Bytes,
    /// Characters; untrusted, so escaped wherever they are shown.
    Text,
    /// A point in time or a duration, in seconds and nanoseconds.
    Time,
    /// A heading over other fields, without a value of its own.
    Group,
}

/// The number base in which people know a field's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// Decimal.
    Dec,
    /// Hexadecimal with `0x`, padded to so many digits.
    Hex(u8),
    /// Decimal with a binary point: so many of the number's lowest bits (at most 16) count less than one.
    Point(u8),
}

/// Where a field lies in its header, in bits from the header's (or the option's) first bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At {
    /// First bit; bit 0 is the most significant bit of the first byte (RFC 791, appendix B).
    pub bit: u16,
    /// Width in bits.
    pub bits: u16,
}

/// What a value is called.
#[derive(Clone, Copy)]
pub enum Names {
    /// Values have no names.
    None,
    /// A short list of values and names, in any order.
    List(&'static [(u64, &'static str)]),
    /// A lookup in a registry.
    Lookup(fn(u64) -> Option<&'static str>),
    /// A lookup that depends on the rest of the header (an ICMP code depends on the type).
    Within(fn(header: &[u8], value: u64) -> Option<&'static str>),
}

/// What an explanation may look at: the value and what surrounds it.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    /// The field's value as a number (0 for fields that are not numbers).
    pub value: u64,
    /// The field's own bytes (empty for derived fields).
    pub bytes: &'a [u8],
    /// The layer's captured bytes from its first byte on, header and payload.
    pub layer: &'a [u8],
    /// The layer's length on the wire in bytes, header and payload.
    pub wire: u32,
    /// Addresses of the packet that carries this layer.
    pub addresses: Option<Addresses>,
    /// The conversation that this layer belongs to, when it is followed.
    pub conversation: Option<&'a Conversation>,
    /// How far the layer's bytes could be expected to go.
    pub extent: Extent,
    /// `-K`: checksums were not compared.
    pub unverified: bool,
}

impl Around<'_> {
    /// Nothing is known.
    pub const NONE: Around<'static> = Around {
        value: 0,
        bytes: &[],
        layer: &[],
        wire: 0,
        addresses: None,
        conversation: None,
        extent: Extent::Whole,
        unverified: false,
    };
}

/// One row: everything `sniff` knows about a field.
pub struct Field {
    /// The name in `--fields`, filters and JSON, for instance `ip.ttl`.
    pub name: &'static str,
    /// The label in trees, for instance `Time to live`.
    pub label: &'static str,
    /// What kind of value it holds.
    pub kind: Kind,
    /// Position and width; `None` when they depend on the packet, or when the field is derived.
    pub at: Option<At>,
    /// The base in which the value is printed.
    pub base: Base,
    /// The factor from the bits to the value (`ip.hdr_len` counts 32-bit words and is 4 × its bits).
    pub scale: u16,
    /// Its bytes come with the least significant one first (802.11, capture headers).
    pub little: bool,
    /// Which bits of the number count, moved down to bit 0; 0: all. For parts of little-endian numbers whose bits do
    /// not lie side by side in the packet.
    pub mask: u64,
    /// The unit of the value, for instance `bytes`; empty when it has none.
    pub unit: &'static str,
    /// What the field means, in words.
    pub help: &'static str,
    /// The clause that defines it, for instance `§3.1` of the protocol's standard, or another standard and its clause.
    pub clause: &'static str,
    /// What values are called.
    pub names: Names,
    /// The field whose bits this one reads again (a flag inside a flags byte).
    pub part_of: Option<&'static str>,
    /// Computed rather than read: it has no bits of its own.
    pub derived: bool,
    /// Whether the name may occur more than once within one layer (an option, a record, a quoted value). JSON then
    /// always has an array, also for one value; rows that share a name must agree.
    pub repeats: bool,
    /// Further fields that a column of this name shows, because Wireshark has them under this name, too.
    pub columns_too: &'static [&'static str],
    /// An alias: stands for every field named here (`ip.addr` for `ip.src` and `ip.dst`).
    pub any_of: &'static [&'static str],
    /// Says what this packet's value means, beyond `help` (`window 64 × 2⁷ = 8,192 bytes`).
    pub explain: Option<fn(&Around<'_>, &mut Text)>,
}

impl std::fmt::Debug for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// Rows that lie at fixed places from one common start (a header, one kind of option), with the moving rows around them.
pub type Table = &'static [&'static Field];

impl Field {
    const fn new(name: &'static str, kind: Kind, at: Option<At>) -> Self {
        Field {
            name,
            label: "",
            kind,
            at,
            base: Base::Dec,
            scale: 1,
            little: false,
            mask: 0,
            unit: "",
            help: "",
            clause: "",
            names: Names::None,
            part_of: None,
            derived: false,
            repeats: false,
            columns_too: &[],
            any_of: &[],
            explain: None,
        }
    }

    /// A number at a fixed place.
    pub const fn uint(name: &'static str, bit: u16, bits: u16) -> Self {
        Self::new(name, Kind::Uint, Some(At { bit, bits }))
    }

    /// One bit at a fixed place.
    pub const fn flag(name: &'static str, bit: u16) -> Self {
        Self::new(name, Kind::Flag, Some(At { bit, bits: 1 }))
    }

    /// A number at a fixed place, with its least significant byte first. It begins and ends on a byte.
    pub const fn little(name: &'static str, bit: u16, bits: u16) -> Self {
        let mut f = Self::uint(name, bit, bits);
        f.little = true;
        f
    }

    /// The bits `mask` of a little-endian number that begins at `bit` and has `bits`. Where they lie in one byte, the
    /// row's place is exactly there; otherwise it is the whole number's.
    pub const fn little_part(name: &'static str, bit: u16, bits: u16, mask: u64) -> Self {
        let (low, high) = (mask.trailing_zeros() as u16, 63 - mask.leading_zeros() as u16);
        if low / 8 == high / 8 {
            return Self::uint(name, bit + low / 8 * 8 + 7 - high % 8, high - low + 1);
        }
        let mut f = Self::little(name, bit, bits);
        f.mask = mask;
        f
    }

    /// Bit number `n`, counted from the least significant one, of a little-endian number that begins at `bit`.
    pub const fn little_flag(name: &'static str, bit: u16, n: u16) -> Self {
        Self::flag(name, bit + n / 8 * 8 + 7 - n % 8)
    }

    /// An Ethernet address at a fixed place.
    pub const fn mac(name: &'static str, bit: u16) -> Self {
        Self::new(name, Kind::Mac, Some(At { bit, bits: 48 }))
    }

    /// An IPv4 address at a fixed place.
    pub const fn ip4(name: &'static str, bit: u16) -> Self {
        Self::new(name, Kind::Ip4, Some(At { bit, bits: 32 }))
    }

    /// An IPv6 address at a fixed place.
    pub const fn ip6(name: &'static str, bit: u16) -> Self {
        Self::new(name, Kind::Ip6, Some(At { bit, bits: 128 }))
    }

    /// Bytes at a fixed place.
    pub const fn bytes(name: &'static str, bit: u16, bits: u16) -> Self {
        Self::new(name, Kind::Bytes, Some(At { bit, bits }))
    }

    /// A field whose place depends on the packet: the body puts it where it found it.
    pub const fn moving(name: &'static str, kind: Kind) -> Self {
        Self::new(name, kind, None)
    }

    /// A heading over the fields that follow it.
    pub const fn group(name: &'static str) -> Self {
        Self::new(name, Kind::Group, None)
    }

    /// A value computed from other fields or from the conversation; it has no bits of its own.
    pub const fn derived(name: &'static str, kind: Kind) -> Self {
        let mut f = Self::new(name, kind, None);
        f.derived = true;
        f
    }

    /// A name that stands for any of several fields.
    pub const fn alias(name: &'static str, kind: Kind, any_of: &'static [&'static str]) -> Self {
        let mut f = Self::new(name, kind, None);
        f.any_of = any_of;
        f.derived = true;
        f
    }

    /// The number is signed, in two's complement.
    pub const fn signed(mut self) -> Self {
        self.kind = Kind::Int;
        self
    }

    /// Sets the label.
    pub const fn label(mut self, label: &'static str) -> Self {
        self.label = label;
        self
    }

    /// Sets the meaning in words and the clause of the standard that gives it.
    pub const fn doc(mut self, clause: &'static str, help: &'static str) -> Self {
        self.clause = clause;
        self.help = help;
        self
    }

    /// Prints the value in hexadecimal, padded to the width of the 8, 16, 24, 32 or 64-bit word that holds it.
    pub const fn hex(self) -> Self {
        let bits = match self.at {
            Some(at) => at.bits,
            None => 8,
        };
        self.hex_wide(match bits {
            0..=8 => 2,
            9..=16 => 4,
            17..=24 => 6,
            25..=32 => 8,
            _ => 16,
        })
    }

    /// Prints the value in hexadecimal, padded to `digits` digits.
    pub const fn hex_wide(mut self, digits: u8) -> Self {
        self.base = Base::Hex(digits);
        self
    }

    /// The value is a fraction: so many of the number's lowest bits (at most 16) stand behind the binary point. What
    /// explanations and names see is the number without the point.
    pub const fn fixed_point(mut self, bits: u8) -> Self {
        self.base = Base::Point(bits);
        self
    }

    /// The value is so many times its bits.
    pub const fn scale(mut self, scale: u16) -> Self {
        self.scale = scale;
        self
    }

    /// Sets the unit of the value.
    pub const fn unit(mut self, unit: &'static str) -> Self {
        self.unit = unit;
        self
    }

    /// Names values by a list.
    pub const fn values(mut self, list: &'static [(u64, &'static str)]) -> Self {
        self.names = Names::List(list);
        self
    }

    /// Names values by a lookup function.
    pub const fn names(mut self, lookup: fn(u64) -> Option<&'static str>) -> Self {
        self.names = Names::Lookup(lookup);
        self
    }

    /// Names values by a lookup function that also sees the header.
    pub const fn names_within(mut self, lookup: fn(&[u8], u64) -> Option<&'static str>) -> Self {
        self.names = Names::Within(lookup);
        self
    }

    /// This field reads bits of the field named `parent` again.
    pub const fn part_of(mut self, parent: &'static str) -> Self {
        self.part_of = Some(parent);
        self
    }

    /// The name may occur more than once within one layer, so outputs must keep a list of values.
    pub const fn repeats(mut self) -> Self {
        self.repeats = true;
        self
    }

    /// A column of this name shows these fields, too.
    pub const fn columns_too(mut self, names: &'static [&'static str]) -> Self {
        self.columns_too = names;
        self
    }

    /// Adds a packet-dependent explanation.
    pub const fn explain(mut self, explain: fn(&Around<'_>, &mut Text)) -> Self {
        self.explain = Some(explain);
        self
    }

    /// Reads a number at a fixed place out of its header, scaled. Bytes beyond `header` read as 0, so callers check
    /// lengths first (`Input::header`). Folds to a load when `self` is a `static` and the header an array.
    #[inline(always)]
    pub fn get(&self, header: &[u8]) -> u64 {
        let Some(At { bit, bits }) = self.at else { return 0 };
        let first = bit as usize / 8;
        let last = (bit as usize + bits as usize - 1) / 8;
        let mut v = 0u64;
        let mut at = first;
        while at <= last && at < first + 8 {
            v = v << 8 | u64::from(if at < header.len() { header[at] } else { 0 });
            at += 1;
        }
        let v = if self.little {
            // So many bytes were read, one at least.
            v.swap_bytes() >> (64 - (at - first).clamp(1, 8) * 8)
        } else {
            v >> (7 - (bit as usize + bits as usize - 1) % 8)
        };
        let v = if bits >= 64 { v } else { v & ((1 << bits) - 1) };
        let v = if self.mask == 0 { v } else { (v & self.mask) >> self.mask.trailing_zeros() };
        v.wrapping_mul(self.scale as u64)
    }

    /// Reads a number in two's complement at a fixed place, as [`Field::get`] does, sign-extended and not scaled.
    pub fn get_signed(&self, header: &[u8]) -> i64 {
        let unused = 64u32.saturating_sub(self.at.map_or(64, |at| u32::from(at.bits)));
        let raw = Field { scale: 1, ..*self }.get(header);
        ((raw << unused.min(63)) as i64) >> unused.min(63)
    }

    /// What `value` is called, if it has a name. `layer` is the layer's bytes.
    pub fn name_of(&self, layer: &[u8], value: u64) -> Option<&'static str> {
        match self.names {
            Names::None => None,
            Names::List(list) => list.iter().find(|(v, _)| *v == value).map(|(_, name)| *name),
            Names::Lookup(f) => f(value),
            Names::Within(f) => f(layer, value),
        }
    }
}

/// A field's value, as the outputs see it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// A number.
    Uint(u64),
    /// A signed number.
    Int(i64),
    /// Set or not set.
    Flag(bool),
    /// An Ethernet address.
    Mac([u8; 6]),
    /// An IPv4 address.
    Ip4([u8; 4]),
    /// An IPv6 address.
    Ip6([u8; 16]),
    /// Bytes.
    Bytes(&'a [u8]),
    /// Untrusted characters.
    Text(&'a [u8]),
    /// Seconds and nanoseconds.
    Time(crate::time::Time),
    /// No value: a heading.
    None,
}

/// Declares a table of rows: each row becomes a named static, and the table lists them in order.
///
/// ```text
/// fields! { HEADER:
///     SRC = Field::uint("udp.srcport", 0, 16).label("Source port").doc("Fields", "…");
/// }
/// ```
#[macro_export]
macro_rules! fields {
    ($table:ident: $($(#[$meta:meta])* $id:ident = $row:expr;)*) => {
        $($(#[$meta])* static $id: $crate::field::Field = $row;)*
        static $table: $crate::field::Table = &[$(&$id),*];
    };
    (pub $table:ident: $($(#[$meta:meta])* $id:ident = $row:expr;)*) => {
        $($(#[$meta])* #[doc = concat!("Row ", stringify!($id), ".")] pub static $id: $crate::field::Field = $row;)*
        #[doc = concat!("Table ", stringify!($table), ".")]
        pub static $table: $crate::field::Table = &[$(&$id),*];
    };
}

#[cfg(test)]
mod tests {
    use super::Field;

    static NIBBLE: Field = Field::uint("t.nibble", 4, 4).scale(4);
    static LONG: Field = Field::uint("t.long", 3, 13);
    static WIDE: Field = Field::uint("t.wide", 8, 64);
    static SIGNED: Field = Field::uint("t.signed", 4, 4);

    #[test]
    fn bits_are_read_most_significant_first_and_scaled() {
        assert_eq!(NIBBLE.get(&[0x45]), 20);
        assert_eq!(LONG.get(&[0x20, 0xb9]), 0xb9);
        assert_eq!(WIDE.get(&[9, 1, 2, 3, 4, 5, 6, 7, 8]), 0x0102_0304_0506_0708);
    }

    static LITTLE: Field = Field::little("t.little", 8, 24);
    static SPLIT: Field = Field::little_part("t.split", 0, 16, 0xfff0);
    static WITHIN: Field = Field::little_part("t.within", 0, 16, 0x0600);
    static BIT: Field = Field::little_flag("t.bit", 0, 9);

    #[test]
    fn little_endian_numbers_and_their_parts() {
        assert_eq!(LITTLE.get(&[9, 1, 2, 3]), 0x0003_0201);
        assert_eq!(SPLIT.get(&[0x35, 0x12]), 0x123);
        assert_eq!(WITHIN.get(&[0, 0x04]), 2);
        assert_eq!(WITHIN.at.map(|at| (at.bit, at.bits)), Some((13, 2)));
        assert_eq!(BIT.at.map(|at| (at.bit, at.bits)), Some((14, 1)));
        assert_eq!(BIT.get(&[0, 2]), 1);
    }

    #[test]
    fn signed_numbers_are_twos_complement() {
        assert_eq!((SIGNED.get_signed(&[0x0f]), SIGNED.get_signed(&[0x08]), SIGNED.get_signed(&[0x07])), (-1, -8, 7));
        assert_eq!(WIDE.get_signed(&[0, 255, 255, 255, 255, 255, 255, 255, 254]), -2);
    }

    #[test]
    fn bytes_beyond_the_header_read_as_zero() {
        assert_eq!(LONG.get(&[0x1f]), 0x1f00);
        assert_eq!(WIDE.get(&[]), 0);
    }
}
