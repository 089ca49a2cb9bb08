//! Timers of flows, by the capture's clock.

use super::clock::Instant;
use super::slab::Slot;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// What is due when. A timer that is put off stays where it is, and is put back when its old time comes.
#[derive(Debug, Default)]
pub struct Timers(BinaryHeap<Reverse<(Instant, Slot, u32)>>);

impl Timers {
    /// Sets a timer for the flow with this number in this slot.
    pub fn set(&mut self, due: Instant, slot: Slot, id: u32) {
        self.0.push(Reverse((due, slot, id)));
    }

    /// The next that is due until `now`.
    pub fn due(&mut self, now: Instant) -> Option<(Instant, Slot, u32)> {
        let Reverse(next) = *self.0.peek()?;
        (next.0 <= now).then(|| {
            self.0.pop();
            next
        })
    }
}
