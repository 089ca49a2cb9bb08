//! A length-delimited part of a header (an option) whose rows do not all lie at fixed places.

use crate::field::Field;
use crate::sink::Sink;

/// The captured bytes of one option, its kind first.
#[derive(Clone, Copy, Debug)]
pub struct Piece<'a> {
    /// What was captured of it; shorter than `len` when the capture ends inside.
    pub bytes: &'a [u8],
    /// Offset of its first byte in the frame, in bytes.
    pub base: u32,
    /// Its length by its own length byte, in bytes.
    pub len: u32,
}

impl<'a> Piece<'a> {
    /// Whether all of it was captured.
    pub fn is_whole(&self) -> bool {
        self.bytes.len() as u64 >= u64::from(self.len)
    }

    /// Reads `bits` bits (at most 64, together within 8 bytes) that begin `bit` bits into the piece; `None` when they
    /// were not captured.
    pub fn number(&self, bit: u32, bits: u32) -> Option<u64> {
        let end = bit.checked_add(bits)?;
        let bytes = self.bytes.get(bit as usize / 8..end.div_ceil(8) as usize)?;
        let unused = 64u32.checked_sub(bits).filter(|n| *n < 64)?;
        let value = bytes.iter().take(8).fold(0u64, |v, b| v << 8 | u64::from(*b));
        Some(value >> ((8 - end % 8) % 8) & u64::MAX >> unused)
    }

    /// Puts the number that begins `bit` bits into the piece, if it was captured, and returns it.
    pub fn uint<S: Sink>(&self, s: &mut S, field: &'static Field, bit: u32, bits: u32) -> Option<u64> {
        let value = self.number(bit, bits)?;
        s.uint(field, self.bit(bit), bits, value);
        Some(value)
    }

    /// Puts `len` bytes that begin `from` bytes into the piece, if they were captured and are any.
    pub fn span<S: Sink>(&self, s: &mut S, field: &'static Field, from: u32, len: u32) -> Option<&'a [u8]> {
        let bytes = self.bytes.get(from as usize..from.checked_add(len)? as usize)?;
        if !bytes.is_empty() {
            s.span(field, self.bit(from.saturating_mul(8)), len.saturating_mul(8));
        }
        Some(bytes)
    }

    /// The place of a bit of the piece in the frame.
    pub fn bit(&self, bit: u32) -> u32 {
        self.base.saturating_mul(8).saturating_add(bit)
    }

    /// The place in the frame of the first bit after what was captured of the piece.
    pub fn end(&self) -> u32 {
        self.bit((self.bytes.len() as u32).saturating_mul(8))
    }
}

#[cfg(test)]
mod tests {
    use super::Piece;

    #[test]
    fn numbers_are_read_at_any_bit_and_never_beyond_the_capture() {
        let piece = Piece { bytes: &[0x1e, 0x0c, 0x21, 0x81, 1, 2, 3, 4, 5, 6, 7, 8], base: 54, len: 12 };
        assert_eq!(piece.number(16, 4), Some(2));
        assert_eq!(piece.number(20, 12), Some(0x181));
        assert_eq!(piece.number(31, 1), Some(1));
        assert_eq!(piece.number(32, 64), Some(0x0102_0304_0506_0708));
        assert_eq!(piece.number(40, 64), None);
        assert_eq!(piece.number(96, 1), None);
        assert_eq!(piece.number(0, 0), None);
    }
}
