//! From a source of frames to a view of packets: reads, filters, peels, follows conversations, shows, counts.

pub mod serial;
pub mod view;

pub use serial::{Ended, Job, Outcome, run};
pub use view::View;
