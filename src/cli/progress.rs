//! The progress bar of long runs: on standard error, only when that is a terminal and nothing else is shown on one.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::{Duration, Instant};

/// Runs shorter than this show no bar.
const PATIENCE: Duration = Duration::from_secs(1);

/// A progress bar that appears only when the run takes long.
pub struct Progress {
    bar: Option<ProgressBar>,
    started: Instant,
    shown: bool,
}

impl Progress {
    /// A bar over `bytes` of input, or none when `wanted` is not set.
    pub fn new(wanted: bool, bytes: Option<u64>) -> Self {
        let bar = wanted.then(|| {
            let bar = ProgressBar::with_draw_target(bytes, ProgressDrawTarget::hidden());
            let shape = match bytes {
                Some(_) => "{bar:30} {percent}% of {total_bytes}, {bytes_per_sec}, {eta} left",
                None => "{spinner} {bytes} read, {bytes_per_sec}",
            };
            // The template is ours; should it ever be wrong, the default look will do.
            bar.set_style(ProgressStyle::with_template(shape).unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        Progress { bar, started: Instant::now(), shown: false }
    }

    /// Says how many bytes have been read.
    pub fn at(&mut self, bytes: u64) {
        let Some(bar) = &self.bar else { return };
        if !self.shown && self.started.elapsed() >= PATIENCE {
            bar.set_draw_target(ProgressDrawTarget::stderr());
            self.shown = true;
        }
        bar.set_position(bytes);
    }

    /// Removes the bar.
    pub fn done(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}
