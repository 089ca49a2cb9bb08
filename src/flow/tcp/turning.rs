//! What is known of an end only while it opens or closes.

use super::endpoint::{Endpoint, fact};
use crate::flow::clock::Instant;
use crate::flow::slab::allocation;
use crate::flow::timers::Timers;

/// What an end's opening and closing take to follow. An open connection has none, so that it takes no room there.
/// Sequence numbers of the end's own direction: `fin`; of the other one: `fin_ack`, `mark`.
#[derive(Debug)]
pub struct Turning {
    /// Behind its FIN.
    pub fin: u32,
    /// What the segment with its FIN acknowledged.
    pub fin_ack: u32,
    /// What the other side sent from here on acknowledges this end's FIN.
    pub mark: Option<u32>,
    /// The frame that carried its FIN first; 0 without.
    pub fin_frame: u32,
    /// Times it repeated its FIN or SYN-ACK after the acknowledgment was seen.
    pub doubts: u8,
    /// When it last sent its SYN-ACK or FIN.
    pub repeated: Instant,
    /// When the acknowledgment of its SYN-ACK or FIN passed.
    pub confirmed: Instant,
    /// When its doubt or its TIME-WAIT ends; [`Instant::NEVER`] otherwise.
    pub deadline: Instant,
    /// For when its timer is set; [`Instant::NEVER`] without. It may be earlier than `deadline`, which moves on.
    pub armed: Instant,
}

impl Turning {
    const NONE: Turning = Turning {
        fin: 0,
        fin_ack: 0,
        mark: None,
        fin_frame: 0,
        doubts: 0,
        repeated: Instant::EPOCH,
        confirmed: Instant::EPOCH,
        deadline: Instant::NEVER,
        armed: Instant::NEVER,
    };

    /// Bytes of memory of this, and of its timer.
    pub fn memory(&self) -> usize {
        allocation::<Self>() + if self.armed == Instant::NEVER { 0 } else { Timers::COST }
    }
}

impl Endpoint {
    /// What is known of its opening and closing.
    #[inline]
    pub fn turning(&self) -> &Turning {
        self.turning.as_deref().unwrap_or(&Turning::NONE)
    }

    /// The same, to be changed; made when it is needed.
    pub fn turning_mut(&mut self) -> &mut Turning {
        self.turning.get_or_insert_with(|| Box::new(Turning::NONE))
    }

    /// Notes when its doubt or its TIME-WAIT ends.
    pub fn wait_until(&mut self, deadline: Instant) {
        if deadline != self.turning().deadline {
            self.turning_mut().deadline = deadline;
        }
    }

    /// Forgets how it opened, when that is proved and it does not close yet.
    pub fn settled(&mut self) {
        if self.turning.is_some()
            && !self.any(fact::FIN | fact::DOUBT | fact::RST_DOUBT)
            && self.turning().deadline == Instant::NEVER
        {
            self.turning = None;
        }
    }
}
