//! Conversations: which frames belong together, what happened to each, and what earlier frames say about later ones.

pub mod clock;
mod community;
pub mod entry;
pub mod exchange;
pub mod hosts;
pub mod key;
pub mod numbers;
pub mod reading;
pub mod report;
pub mod slab;
pub mod table;
pub mod tcp;
pub mod timers;
mod totals;
pub mod u48;
pub mod zeek;

pub use entry::{Carrier, Flow, Kind, Leaving};
pub use hosts::Hosts;
pub use key::{FlowKey, Socket, Transport};
pub use report::Report;
pub use table::{Counts, Limits, Table, Transition};
