//! Counts of bytes, in six bytes: every byte of a conversation's record counts, and up to 281 TB a direction are enough.

/// An unsigned integer of 48 bits, which adds up to its greatest value at the most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct U48([u16; 3]);

impl U48 {
    /// 2⁴⁸ − 1.
    pub const MAX: u64 = (1 << 48) - 1;

    /// Its value.
    #[inline]
    pub fn get(self) -> u64 {
        let [low, middle, high] = self.0.map(u64::from);
        low | middle << 16 | high << 32
    }

    /// Adds `count`.
    #[inline]
    pub fn add(&mut self, count: u64) {
        let sum = self.get().saturating_add(count).min(Self::MAX);
        self.0 = [sum as u16, (sum >> 16) as u16, (sum >> 32) as u16];
    }
}

#[cfg(test)]
mod tests {
    use super::U48;

    #[test]
    fn counts_carry_and_stay_at_the_greatest() {
        let mut count = U48::default();
        count.add(0xffff);
        count.add(1);
        assert_eq!(count.get(), 0x1_0000);
        count.add(0xffff_ffff);
        assert_eq!(count.get(), 0x1_0000_ffff);
        count.add(u64::MAX);
        count.add(1);
        assert_eq!((count.get(), size_of::<U48>()), (U48::MAX, 6));
    }
}
