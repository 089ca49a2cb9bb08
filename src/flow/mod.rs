//! Conversations: which frames belong together, and what earlier frames say about later ones.

pub mod key;
pub mod table;
pub mod zeek;

pub use key::FlowKey;
pub use table::{Counts, Table};
