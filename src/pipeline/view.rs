//! What the pipeline asks of a view.

use crate::flow::{Flow, Table, Transition};
use crate::packet::Packet;
use crate::text::Text;
use crate::tree::Tree;

/// Shows packets, one after the other.
pub trait View {
    /// Whether the view looks at the fields of this packet; otherwise its tree is not built and comes empty.
    fn wants_tree(&self, number: u64) -> bool;

    /// Writes what comes before the first packet.
    fn begin(&mut self, _out: &mut Text) {}

    /// Writes one packet.
    fn packet(&mut self, packet: &Packet<'_>, tree: &Tree, out: &mut Text);

    /// Whether it shows conversations, which are then kept until the end as far as the memory allows.
    fn wants_flows(&self) -> bool {
        false
    }

    /// Writes a change of state, of this packet or before it. Called before [`View::packet`].
    fn transition(&mut self, _change: &Transition, _out: &mut Text) {}

    /// Writes a conversation that leaves the table before the end.
    fn gone(&mut self, _flow: &Flow, _table: &Table, _out: &mut Text) {}

    /// Writes the conversations that are left when the last packet has passed. They may be many: `full` is asked after each
    /// whether to go on, and may take the text away.
    fn rest(&mut self, _table: &Table, _out: &mut Text, _full: &mut dyn FnMut(&mut Text) -> bool) {}

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
