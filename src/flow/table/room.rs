//! How much the table holds, and who leaves when there is no room.

use super::Table;
use crate::flow::entry::Leaving;
use crate::flow::slab::{Class, Slot};

/// What the table may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of memory for conversations, at least for one.
    pub memory: usize,
    /// Keep conversations that have ended until the memory is needed, to show them in the end.
    pub keep_ended: bool,
    /// The capture goes on for days: conversations are told when they have ended ([`Table::over`]), and forgotten when
    /// nothing more can come of them.
    pub live: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { memory: 256 << 20, keep_ended: false, live: false }
    }
}

/// How many conversations there were. `created = active + expired + evicted()` holds always.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Conversations seen; a reused socket pair counts anew.
    pub created: u64,
    /// Conversations in the table.
    pub active: u64,
    /// Conversations that had ended before they left the table.
    pub expired: u64,
    /// Conversations that had to leave although they might go on, by their class.
    pub half_open: u64,
    /// … without a handshake that would say whether they go on.
    pub loose: u64,
    /// … open ones.
    pub established: u64,
    /// Conversations of frames that hold more of them than [`Conversations::MAX`](crate::packet::Conversations::MAX).
    pub unfollowed: u64,
}

impl Counts {
    /// Conversations that had to leave because there was no room.
    pub fn evicted(&self) -> u64 {
        self.half_open + self.loose + self.established
    }
}

impl Table {
    /// Counts the memory that a flow takes beyond its record.
    pub(super) fn weigh(&mut self, slot: Slot) {
        let flow = &mut self.flows[slot];
        let extra = flow.memory();
        if extra == flow.extra {
            return;
        }
        self.extra = self.extra.saturating_add(extra as usize).saturating_sub(flow.extra as usize);
        flow.extra = extra;
    }

    /// Gives conversations up until so many bytes more can be taken, or one is left.
    #[cold]
    pub(super) fn make_room(&mut self, bytes: usize) {
        let least = usize::from(bytes == 0);
        while self.flows.len() > least && self.memory() + bytes > self.limits.memory {
            let Some(slot) = self.flows.least_useful() else { break };
            match self.flows.class(slot) {
                Class::Ended => self.counts.expired += 1,
                Class::HalfOpen => self.counts.half_open += 1,
                Class::Loose => self.counts.loose += 1,
                Class::Established => self.counts.established += 1,
            }
            self.give_up(slot);
        }
    }

    #[inline]
    pub(super) fn memory(&self) -> usize {
        self.flows.len() * Self::FLOW_COST + self.extra
    }

    /// Takes a conversation out of the table.
    pub(super) fn give_up(&mut self, slot: Slot) {
        let hash = self.keyed.hash_one(self.flows[slot].key.get());
        if let Ok(entry) = self.index.find_entry(hash, |s| *s == slot) {
            entry.remove();
        }
        let Some(mut flow) = self.flows.remove(slot) else { return };
        self.extra = self.extra.saturating_sub(flow.extra as usize);
        if self.farewells.take(slot) {
            flow.leaving = Leaving::Watched;
        }
        if self.limits.keep_ended {
            self.gone.push(flow);
        } else if let Some(hosts) = &mut self.hosts {
            hosts.leave(flow.id);
        }
    }

    /// The socket pair of a conversation is used anew, or it has ended by silence: it gets no more packets.
    pub(super) fn leave_index(&mut self, slot: Slot, hash: u64) {
        if let Ok(entry) = self.index.find_entry(hash, |s| *s == slot) {
            entry.remove();
        }
        if self.limits.keep_ended {
            self.flows.reclass(slot, Class::Ended);
            self.may_leave(slot, Class::Ended);
        } else {
            self.counts.expired += 1;
            self.give_up(slot);
        }
    }
}
