//! From a node's row to what a writer keeps for it, quickly: rows are statics, so their addresses identify them.

use crate::field::Field;

/// A map from rows to small numbers, made for a lookup a node: open addressing, at most a quarter full.
#[derive(Debug, Default)]
pub(super) struct RowMap {
    /// Addresses of rows with their numbers; address 0 is an empty slot. The length is a power of two, or 0.
    slots: Vec<(usize, u32)>,
    used: usize,
}

impl RowMap {
    fn address(row: &'static Field) -> usize {
        std::ptr::from_ref(row).addr()
    }

    /// Where a row is, or would be. Rows are program data, so nobody can choose addresses that collide.
    #[inline]
    fn slot(&self, address: usize) -> Option<usize> {
        let mask = self.slots.len().checked_sub(1)?;
        // Fibonacci hashing: the upper half of the product is well mixed.
        let mut at = ((address as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize & mask;
        loop {
            match self.slots.get(at) {
                Some((found, _)) if *found != 0 && *found != address => at = (at + 1) & mask,
                _ => return Some(at),
            }
        }
    }

    /// The number of a row.
    #[inline]
    pub(super) fn get(&self, row: &'static Field) -> Option<u32> {
        let address = Self::address(row);
        let (found, number) = self.slots.get(self.slot(address)?)?;
        (*found == address).then_some(*number)
    }

    /// Gives a row a number, replacing the one it had.
    pub(super) fn insert(&mut self, row: &'static Field, number: u32) {
        if self.slots.len() < (self.used + 1) * 4 {
            let grown = vec![(0, 0); (self.slots.len() * 2).max(64)];
            for (address, number) in std::mem::replace(&mut self.slots, grown) {
                if address != 0 {
                    self.put(address, number);
                }
            }
        }
        if self.put(Self::address(row), number) {
            self.used += 1;
        }
    }

    /// Returns whether the address is new.
    fn put(&mut self, address: usize, number: u32) -> bool {
        match self.slot(address).and_then(|at| self.slots.get_mut(at)) {
            Some(slot) => std::mem::replace(slot, (address, number)).0 == 0,
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RowMap;
    use crate::proto;

    #[test]
    fn every_row_finds_its_own_number() {
        // Protocols may share rows.
        let mut rows: Vec<_> = proto::ALL.iter().flat_map(|p| p.fields()).collect();
        rows.sort_by_key(|row| std::ptr::from_ref(*row));
        rows.dedup_by_key(|row| std::ptr::from_ref(*row));
        let mut map = RowMap::default();
        assert_eq!(map.get(rows[0]), None);
        for (number, row) in rows.iter().enumerate() {
            map.insert(row, number as u32);
        }
        map.insert(rows[0], 0);
        assert_eq!(map.used, rows.len());
        for (number, row) in rows.iter().enumerate() {
            assert_eq!(map.get(row), Some(number as u32), "{row:?}");
        }
    }
}
