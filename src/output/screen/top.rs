//! The first few of very many, without sorting them all.

use std::collections::BinaryHeap;

/// Keeps the values with the lowest ranks, so many at most.
#[derive(Debug)]
pub(super) struct Top<R, T> {
    room: usize,
    /// The highest rank of those that are kept is at hand: most of what comes is only compared with it.
    kept: BinaryHeap<Ranked<R, T>>,
}

#[derive(Debug)]
struct Ranked<R, T>(R, T);

impl<R: Ord, T> PartialEq for Ranked<R, T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<R: Ord, T> Eq for Ranked<R, T> {}

impl<R: Ord, T> PartialOrd for Ranked<R, T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<R: Ord, T> Ord for Ranked<R, T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

impl<R: Ord, T> Top<R, T> {
    /// Keeps so many.
    pub(super) fn new(room: usize) -> Self {
        Top { room, kept: BinaryHeap::with_capacity(room) }
    }

    /// Offers a value, which is kept when its rank is low enough and it is `fit`, which is asked only then.
    #[inline]
    pub(super) fn offer_if(&mut self, rank: R, value: T, fit: impl FnOnce(&T) -> bool) {
        if self.kept.len() < self.room {
            if fit(&value) {
                self.kept.push(Ranked(rank, value));
            }
        } else if let Some(mut last) = self.kept.peek_mut()
            && rank < last.0
            && fit(&value)
        {
            *last = Ranked(rank, value);
        }
    }

    /// Those that were kept, the lowest rank first.
    pub(super) fn sorted(self) -> impl Iterator<Item = T> {
        self.kept.into_sorted_vec().into_iter().map(|ranked| ranked.1)
    }
}

#[cfg(test)]
mod tests {
    use super::Top;

    #[test]
    fn the_lowest_are_kept_in_order() {
        for room in [0, 1, 7, 500, 2000] {
            let mut top = Top::new(room);
            // Each number below 1009 once, in an order that looks like none.
            (1..1009u32).map(|n| n * 571 % 1009).for_each(|n| top.offer_if(n, n, |n| n % 2 == 1));
            let expected: Vec<u32> = (1..1009).step_by(2).take(room).collect();
            assert_eq!(top.sorted().collect::<Vec<_>>(), expected);
        }
    }
}
