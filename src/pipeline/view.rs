//! What the pipeline asks of a view.

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

    /// Whether a later packet can still be of interest; reading ends when not.
    fn is_done(&self, _number: u64) -> bool {
        false
    }

    /// Writes what comes after the last packet.
    fn end(&mut self, _out: &mut Text) {}
}
