//! The Internet checksum (RFC 1071): the ones' complement of the ones' complement sum of 16-bit words.

use etherparse::checksum::Sum16BitWords;

/// What the sum of `data`, which holds its own checksum, is short of: 0 when the checksum is right.
pub fn residue(data: &[u8]) -> u16 {
    Sum16BitWords::new().add_slice(data).ones_complement().to_be()
}

/// What the 16-bit checksum at byte `at` of `data` should be.
pub fn expected(data: &[u8], at: usize) -> u16 {
    let (before, after) = (data.get(..at).unwrap_or(data), data.get(at.saturating_add(2)..).unwrap_or_default());
    Sum16BitWords::new().add_slice(before).add_slice(after).ones_complement().to_be()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_right_checksum_leaves_nothing() {
        let header = [0x45, 0, 0, 20, 0, 1, 0, 0, 64, 253, 0x66, 0xea, 10, 0, 0, 1, 10, 0, 0, 2];
        let sum = super::expected(&header, 10);
        let mut right = header;
        right[10..12].copy_from_slice(&sum.to_be_bytes());
        assert_eq!(super::residue(&right), 0);
        assert_eq!(super::expected(&right, 10), sum);
        right[0] ^= 1;
        assert_ne!(super::residue(&right), 0);
    }
}
