//! How conversations leave the table while a capture goes on for days: each is told when it has ended, and forgotten when
//! nothing more can come of it. In a file nobody leaves before the end unless memory is needed.

use super::Table;
use crate::flow::clock::{Instant, Nanos, SECOND};
use crate::flow::entry::{Flow, Kind, Leaving};
use crate::flow::exchange::SILENCE;
use crate::flow::slab::{Class, Slot};
use crate::flow::tcp::State;
use crate::flow::timers::Timers;

/// How long after its last packet an ended connection is told: the last FIN may come again.
const LINGER: Nanos = 5 * SECOND;
/// After so much silence nobody will answer a SYN any more: Linux repeats it for 127 seconds (tcp_syn_retries 6).
const UNANSWERED: Nanos = 180 * SECOND;

/// Who may have ended, and who has.
#[derive(Debug, Default)]
pub(super) struct Farewells {
    timers: Timers,
    /// Conversations that have ended since the last call, and have not been told.
    over: Vec<Slot>,
}

impl Farewells {
    /// Whether a conversation is to be told still; it is struck off.
    pub(super) fn take(&mut self, slot: Slot) -> bool {
        let before = self.over.len();
        self.over.retain(|s| *s != slot);
        self.over.len() < before
    }

    /// Nobody has ended since now.
    pub(super) fn clear(&mut self) {
        self.over.clear();
    }

    /// When somebody may have ended.
    pub(super) fn next(&self) -> Option<Instant> {
        self.timers.next()
    }
}

impl Table {
    /// Live: conversations that have ended since the last call of [`Table::observe`] or [`Table::advance`] began. They stay in
    /// the table as long as their last segments may come again.
    pub fn over(&self) -> impl Iterator<Item = &Flow> {
        self.farewells.over.iter().filter_map(|slot| self.flows.get(*slot))
    }

    /// Watches a new conversation, which may fall silent.
    pub(super) fn watch(&mut self, slot: Slot) {
        if self.limits.live {
            let flow = &self.flows[slot];
            let patience = if matches!(flow.kind, Kind::Exchange(_)) { SILENCE } else { UNANSWERED };
            self.farewells.timers.set(flow.last.plus(patience), slot, flow.id);
        }
    }

    /// Watches a conversation that seems to have ended.
    #[inline]
    pub(super) fn may_leave(&mut self, slot: Slot, class: Class) {
        if self.limits.live && class == Class::Ended {
            let flow = &mut self.flows[slot];
            if flow.leaving == Leaving::No {
                flow.leaving = Leaving::Watched;
                self.farewells.timers.set(flow.last.plus(LINGER), slot, flow.id);
            }
        }
    }

    /// Lets those go that have ended.
    pub(super) fn take_leave(&mut self) {
        while let Some((_, slot, id)) = self.farewells.timers.due(self.now) {
            self.look_at(slot, id);
        }
    }

    fn look_at(&mut self, slot: Slot, id: u32) {
        let now = self.now;
        let class = self.flows.class(slot);
        let Some(flow) = self.flows.get_mut(slot).filter(|flow| flow.id == id) else { return };
        let patience = match class {
            Class::Established => {
                flow.leaving = Leaving::No;
                return;
            }
            Class::Ended => LINGER,
            Class::HalfOpen => UNANSWERED,
            Class::Loose => SILENCE,
        };
        let due = flow.last.plus(patience);
        if due > now {
            self.farewells.timers.set(due, slot, id);
            return;
        }
        if let (Class::Ended, Kind::Tcp(connection)) = (class, &flow.kind) {
            let waits = connection.ends.iter().any(|end| end.state == State::TimeWait);
            let told = std::mem::replace(&mut flow.leaving, Leaving::Told) == Leaving::Told;
            // Who is in TIME-WAIT may hear the last FIN again.
            if waits || !told {
                let again = if waits { connection.due().max(now.plus(SECOND)) } else { now.plus(LINGER) };
                self.farewells.timers.set(again.min(now.plus(UNANSWERED)), slot, id);
                if !told && self.limits.keep_ended {
                    self.farewells.over.push(slot);
                }
                return;
            }
        }
        self.counts.expired += 1;
        self.give_up(slot);
    }
}
