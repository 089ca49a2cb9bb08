//! Timers of flows, by the capture's clock.

use super::clock::Instant;
use super::slab::Slot;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// What is due when. A timer that is put off stays where it is, and is put back when its old time comes.
#[derive(Debug, Default)]
pub struct Timers {
    heap: BinaryHeap<Reverse<Timer>>,
    /// How many were left when the void ones were last taken out.
    left: usize,
}

/// A timer: when it is due, and the slot and the number of its flow.
pub type Timer = (Instant, Slot, u32);

/// So many are not searched for void ones.
const FEW: usize = 1024;

impl Timers {
    /// Bytes of memory that a timer takes, with as many void ones as there may be.
    pub const COST: usize = 2 * size_of::<Timer>();

    /// Sets a timer for the flow with this number in this slot.
    pub fn set(&mut self, due: Instant, slot: Slot, id: u32) {
        self.heap.push(Reverse((due, slot, id)));
    }

    /// The next that is due until `now`.
    pub fn due(&mut self, now: Instant) -> Option<Timer> {
        let Reverse(next) = *self.heap.peek()?;
        (next.0 <= now).then(|| {
            self.heap.pop();
            next
        })
    }

    /// When the next one is due, which may be a void one.
    pub fn next(&self) -> Option<Instant> {
        self.heap.peek().map(|Reverse((due, ..))| *due)
    }

    /// Takes out the timers that nobody waits for any more, because their flows have left or have set earlier ones, when
    /// there may be as many of them as of the others.
    pub fn tidy(&mut self, is_awaited: impl Fn(Timer) -> bool) {
        if self.heap.len() > FEW.max(self.left.saturating_mul(2)) {
            self.heap.retain(|Reverse(timer)| is_awaited(*timer));
            self.left = self.heap.len();
            self.heap.shrink_to(self.left.saturating_mul(2));
        }
    }

    /// How many there are, void ones too.
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }
}
