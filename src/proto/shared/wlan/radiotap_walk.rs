//! The way through a radiotap header: which fields are there, and where (radiotap.org).

use crate::input::Bad;
use crate::proto::shared::tlv::Tlv;

/// One field of a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// The bit that announces it.
    pub bit: u8,
    /// Where it begins, in bytes from the header's first.
    pub at: u32,
    /// Its length.
    pub wire: u32,
}

/// Alignment and size of the fields, by their bits; 0: nothing is known, so nothing behind it can be found.
pub const SIZES: [(u32, u32); 28] = [
    (8, 8),
    (1, 1),
    (1, 1),
    (2, 4),
    (2, 2),
    (1, 1),
    (1, 1),
    (2, 2),
    (2, 2),
    (2, 2),
    (1, 1),
    (1, 1),
    (1, 1),
    (1, 1),
    (2, 2),
    (2, 2),
    (1, 1),
    (1, 1),
    (4, 8),
    (1, 3),
    (4, 8),
    (2, 12),
    (8, 12),
    (2, 12),
    (2, 12),
    (2, 6),
    (1, 1),
    (2, 4),
];

/// Fields that say their type and length themselves follow.
pub const BIT_TLV: u8 = 28;
/// The next word is about radiotap's own fields.
pub const BIT_RADIOTAP: u8 = 29;
/// The next word is about fields of a vendor.
pub const BIT_VENDOR: u8 = 30;
/// Another word of present bits follows.
pub const BIT_MORE: u8 = 31;

/// Goes through the fields, as far as the header reaches and was captured.
pub struct Walk<'a> {
    header: &'a Tlv<'a>,
    /// Where the present word that is being read begins.
    word: u32,
    bit: u8,
    /// Whether the word is about fields of a vendor.
    vendor: bool,
    /// Where the next field may begin.
    at: u32,
    /// A field that does not fit into the header.
    pub beyond: Option<Bad>,
    done: bool,
}

impl<'a> Walk<'a> {
    /// Begins behind the words of present bits.
    pub fn new(header: &'a Tlv<'a>) -> Self {
        let words = words(header);
        let done = words.is_none();
        let at = words.map_or(0, |n| 4 + n * 4);
        Walk { header, word: 4, bit: 0, vendor: false, at, beyond: None, done }
    }

    /// The item at the next place that is a multiple of `align`, `wire` bytes long.
    fn item(&mut self, bit: u8, align: u32, wire: u32) -> Option<Item> {
        let at = self.at.next_multiple_of(align);
        let end = at.saturating_add(wire);
        if end > self.header.wire {
            let rule = "a field ends within the header (radiotap: present)";
            self.beyond = Some(Bad { rule, expected: end, found: self.header.wire });
            self.done = true;
            return None;
        }
        self.at = end;
        Some(Item { bit, at, wire })
    }
}

impl Iterator for Walk<'_> {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        while !self.done {
            let word = word(self.header, self.word)?;
            let bit = self.bit;
            if bit == BIT_MORE {
                if word >> BIT_MORE & 1 == 0 {
                    self.done = true;
                    return None;
                }
                self.vendor = next_is_vendors(word, self.vendor);
                self.word = self.word.saturating_add(4);
                self.bit = 0;
                continue;
            }
            self.bit += 1;
            if word >> bit & 1 == 0 || bit == BIT_RADIOTAP {
                continue;
            }
            if bit == BIT_VENDOR {
                let head = self.item(bit, 2, 6)?;
                let skip = self.header.data.get(head.at as usize + 4..).and_then(<[u8]>::first_chunk::<2>);
                // Cut: whether the vendor's fields fit cannot be seen, so there is nothing to say of them.
                let Some(skip) = skip else {
                    self.done = true;
                    return None;
                };
                self.at = head.at;
                return self.item(bit, 2, 6 + u32::from(u16::from_le_bytes(*skip)));
            }
            // The vendor's length has led behind its fields already.
            if self.vendor {
                continue;
            }
            if bit == BIT_TLV {
                self.done = true;
                let at = self.at.next_multiple_of(4);
                let wire = self.header.wire.saturating_sub(at);
                return (wire > 0).then_some(Item { bit, at, wire });
            }
            let (align, size) = SIZES.get(usize::from(bit)).copied().unwrap_or((1, 0));
            return self.item(bit, align, size);
        }
        None
    }
}

/// The word of present bits at `at`.
pub fn word(header: &Tlv<'_>, at: u32) -> Option<u32> {
    Some(u32::from_le_bytes(*header.data.get(at as usize..)?.first_chunk()?))
}

/// How many words of present bits there are; `None` when they do not end in what was captured.
pub fn words(header: &Tlv<'_>) -> Option<u32> {
    let mut count = 1;
    while word(header, count * 4)? >> BIT_MORE & 1 != 0 {
        count += 1;
    }
    Some(count)
}

/// Whether the word after this one is about fields of a vendor; where it does not say, as this one.
pub fn next_is_vendors(word: u32, vendor: bool) -> bool {
    match (word >> BIT_VENDOR & 1, word >> BIT_RADIOTAP & 1) {
        (1, _) => true,
        (_, 1) => false,
        _ => vendor,
    }
}
