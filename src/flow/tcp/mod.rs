//! TCP: both ends of every connection.

pub mod analysis;
pub mod connection;
pub mod endpoint;
pub mod holes;
pub mod record;
pub mod segment;
pub mod state;

pub use analysis::Remarks;
pub use connection::{Change, Connection, Initiator, Moment};
pub use segment::{Carrier, Segment};
pub use state::{Evidence, Role, State, Why};
