//! What the pipeline asks of a view.

use crate::capture::{Interface, Losses};
use crate::flow::{Counts, Flow, Table, Transition};
use crate::packet::Packet;
use crate::text::Text;
use crate::time::Time;
use crate::tree::Tree;
use std::time::Duration;

/// Is asked whether to go on writing, and may take away what has been written.
pub type Full<'a> = &'a mut dyn FnMut(&mut Text) -> bool;

/// Shows packets, one after the other.
pub trait View {
    /// Whether the view looks at the fields of this packet; otherwise its tree is not built and comes empty.
    fn wants_tree(&self, _number: u64) -> bool {
        false
    }

    /// Writes what comes before the first packet.
    fn begin(&mut self, _out: &mut Text) {}

    /// Writes one packet.
    fn packet(&mut self, _packet: &Packet<'_>, _tree: &Tree, _out: &mut Text) {}

    /// A packet is left out because there is no time for it; its changes of state have been told.
    fn left_out(&mut self) {}

    /// Whether it shows conversations, which are then kept until the end as far as the memory allows.
    fn wants_flows(&self) -> bool {
        false
    }

    /// Writes a change of state, of this packet or before it. Called before [`View::packet`].
    fn transition(&mut self, _change: &Transition, _out: &mut Text) {}

    /// Live: writes a conversation that has ended but is still in the table.
    fn over(&mut self, _flow: &Flow, _table: &Table, _out: &mut Text) {}

    /// Writes a conversation that leaves the table before the end, and has not been told as [`View::over`].
    fn gone(&mut self, _flow: &Flow, _table: &Table, _out: &mut Text) {}

    /// Live: how often [`View::refresh`] is wanted.
    fn period(&self) -> Option<Duration> {
        None
    }

    /// Live: shows how things are now. That may be much: `full` is asked now and then, as in [`View::rest`].
    fn refresh(&mut self, _table: &Table, _standing: &Standing<'_>, _out: &mut Text, _full: Full<'_>) {}

    /// Live: writes what was lost, whenever that has become more, and at the end.
    fn losses(&mut self, _standing: &Standing<'_>, _out: &mut Text) {}

    /// Writes the conversations that are left when the last packet has passed. They may be many: `full` is asked after each
    /// whether to go on, and may take the text away.
    fn rest(&mut self, _table: &Table, _out: &mut Text, _full: Full<'_>) {}

    /// Whether a later packet can still be of interest; reading ends when not.
    fn is_done(&self, _number: u64) -> bool {
        false
    }

    /// Writes what comes after the last packet.
    fn end(&mut self, _table: &Table, _out: &mut Text) {}

    /// What is to be said beside the output when all is done, a line each.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }
}

/// How a live run stands.
#[derive(Debug)]
pub struct Standing<'a> {
    /// The time of day.
    pub time: Time,
    /// Since the run began.
    pub elapsed: Duration,
    /// Frames that passed the filter.
    pub frames: u64,
    /// Bytes of them, on the wire.
    pub bytes: u64,
    /// Frames of them that were not shown for want of time.
    pub unshown: u64,
    /// What each interface lost.
    pub losses: &'a [Losses],
    /// The interfaces.
    pub interfaces: &'a [Interface],
    /// The conversations.
    pub flows: Counts,
    /// Columns and lines of the terminal, if there is one.
    pub window: Option<(usize, usize)>,
}
