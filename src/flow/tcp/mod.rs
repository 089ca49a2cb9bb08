//! TCP: both ends of every connection.

pub mod analysis;
mod closing;
pub mod connection;
pub mod endpoint;
pub mod holes;
mod opening;
pub mod record;
mod reset;
pub mod segment;
mod sentence;
pub mod state;
pub mod tally;
#[cfg(test)]
mod tests;
pub mod turning;
pub mod verdict;

pub use analysis::Remarks;
pub use connection::{Change, Connection, Initiator, Moment};
pub use segment::{Carrier, Segment};
pub use sentence::lasting;
pub use state::{Evidence, Role, State, Why};
