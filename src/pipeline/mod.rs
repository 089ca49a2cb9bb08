//! From a source of frames to a view of packets: reads, filters, peels, follows conversations, shows, counts.

mod attendant;
mod job;
mod live;
mod serial;
mod show;
mod view;

pub use attendant::{Attendant, News, Now, Unattended, Wishes};
pub use job::{Ended, Job, Options, Outcome, Save};
pub use serial::run;
pub use view::{Full, Standing, View};
