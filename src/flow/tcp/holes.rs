//! Stretches of one direction's sequence numbers that were passed over: lost, or late.

use super::segment::{before, upto};
use crate::flow::clock::Instant;
use crate::flow::slab::ALLOCATOR_COST;

/// A stretch that was not captured yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hole {
    /// Its first number.
    pub start: u32,
    /// Behind its last number.
    pub end: u32,
    /// When it was passed over.
    pub since: Instant,
    /// IPv4 identification of the segment that passed over it.
    pub id: Option<u16>,
    /// Timestamp of that segment.
    pub stamp: Option<u32>,
    /// The other side has acknowledged it: it was not lost on the way, only in the capture.
    pub acked: bool,
}

/// What a segment fills.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    /// How many numbers that were passed over.
    pub numbers: u32,
    /// The first of the holes in which they lay.
    pub hole: Option<Hole>,
}

/// The holes of one direction, in order.
#[derive(Debug, Default)]
pub struct Holes {
    list: Vec<Hole>,
    /// Numbers of holes that were given up before the other side had acknowledged them.
    given_up: u64,
    /// Behind the last of those.
    given_up_to: u32,
}

/// The most holes that are remembered of one direction.
pub const MAX_HOLES: usize = 64;

impl Holes {
    /// Notes a hole at the end. The oldest is given up when there are too many.
    pub fn push(&mut self, hole: Hole) {
        if self.list.len() >= MAX_HOLES {
            self.give_up_oldest();
        }
        self.list.push(hole);
    }

    fn give_up_oldest(&mut self) {
        let oldest = self.list.remove(0);
        if !oldest.acked {
            self.given_up = self.given_up.saturating_add(oldest.end.wrapping_sub(oldest.start).into());
            self.given_up_to = oldest.end;
        }
    }

    /// Takes away what a segment from `start` to `end` fills.
    pub fn fill(&mut self, start: u32, end: u32) -> Filled {
        let mut filled = Filled::default();
        let mut at = 0;
        while let Some(hole) = self.list.get(at).copied() {
            let from = if before(start, hole.start) { hole.start } else { start };
            let to = if before(hole.end, end) { hole.end } else { end };
            if !before(from, to) {
                at += 1;
                continue;
            }
            filled.numbers = filled.numbers.saturating_add(to.wrapping_sub(from));
            filled.hole = filled.hole.or(Some(hole));
            let parts = [Hole { end: from, ..hole }, Hole { start: to, ..hole }];
            let left = parts.into_iter().filter(|part| before(part.start, part.end));
            let count = left.clone().count();
            self.list.splice(at..=at, left);
            at += count;
            // What lies in the middle of a hole leaves one hole more.
            if self.list.len() > MAX_HOLES {
                self.give_up_oldest();
                at -= 1;
            }
        }
        filled
    }

    /// Notes that everything below `ack` was acknowledged. Returns how many numbers of holes that concerns newly.
    pub fn acknowledged(&mut self, ack: u32) -> u64 {
        let mut lost = 0u64;
        if self.given_up > 0 && upto(self.given_up_to, ack) {
            lost = std::mem::take(&mut self.given_up);
        }
        for hole in self.list.iter_mut().filter(|hole| !hole.acked && upto(hole.end, ack)) {
            hole.acked = true;
            lost = lost.saturating_add(hole.end.wrapping_sub(hole.start).into());
        }
        lost
    }

    /// Numbers in holes that the other side has not acknowledged, given up or not.
    pub fn open(&self) -> u64 {
        let open = self.list.iter().filter(|hole| !hole.acked);
        open.fold(self.given_up, |sum, hole| sum.saturating_add(hole.end.wrapping_sub(hole.start).into()))
    }

    /// Bytes of memory behind this.
    pub fn memory(&self) -> usize {
        match self.list.capacity() {
            0 => 0,
            capacity => ALLOCATOR_COST + capacity * size_of::<Hole>(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Filled, Hole, Holes, MAX_HOLES};
    use crate::flow::clock::Instant;

    fn hole(start: u32, end: u32) -> Hole {
        Hole { start, end, since: Instant::default(), id: None, stamp: None, acked: false }
    }

    #[test]
    fn filling_the_middle_leaves_both_ends() {
        let mut holes = Holes::default();
        holes.push(hole(u32::MAX - 9, 10));
        assert_eq!(holes.fill(u32::MAX, 5).numbers, 6);
        assert_eq!(holes.fill(u32::MAX, 5), Filled::default());
        assert_eq!(holes.open(), 14);
        assert_eq!(holes.fill(u32::MAX - 9, 10).numbers, 14);
        assert_eq!(holes.open(), 0);
    }

    #[test]
    fn an_acknowledged_hole_counts_as_missed_once_and_can_still_be_filled() {
        let mut holes = Holes::default();
        holes.push(hole(100, 200));
        holes.push(hole(300, 400));
        assert_eq!(holes.acknowledged(250), 100);
        assert_eq!(holes.acknowledged(250), 0);
        assert_eq!(holes.fill(100, 200).numbers, 100);
    }

    #[test]
    fn the_number_of_holes_is_bounded_and_what_is_given_up_still_counts() {
        let mut holes = Holes::default();
        (0..1000).for_each(|n| holes.push(hole(n * 10, n * 10 + 5)));
        assert_eq!(holes.list.len(), MAX_HOLES);
        assert_eq!(holes.open(), 5000);
        assert_eq!(holes.acknowledged(9500), 4750);
        assert_eq!(holes.acknowledged(9500), 0);
        assert_eq!(holes.open(), 250);
    }

    #[test]
    fn a_million_holes_in_one_take_no_more_room_than_those_that_are_remembered() {
        let mut holes = Holes::default();
        holes.push(hole(0, 2_000_002));
        for at in 0..1_000_000 {
            holes.fill(2 * at + 1, 2 * at + 2);
        }
        assert!(holes.memory() <= 2 * MAX_HOLES * size_of::<Hole>() + 64, "{} bytes", holes.memory());
        assert_eq!(holes.open(), 1_000_002);
    }
}
