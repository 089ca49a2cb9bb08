//! Who started a run, as the run sees them: what they want meanwhile, and what they are told.

use crate::capture::{Interface, Losses, Notice};
use crate::host::{Answer, Pair};
use crate::time::Time;
use std::os::fd::BorrowedFd;
use std::time::{Instant, SystemTime};

/// What somebody wants now, besides that the run goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Tell the counts ([`News::Counts`]).
    pub counts: bool,
    /// Write out what is buffered.
    pub flush: bool,
}

/// What is told while a run goes on.
#[derive(Debug)]
pub enum News<'a> {
    /// Something happened to an interface.
    Notice(&'a Notice, &'a [Interface]),
    /// More frames were lost than before.
    Losses(&'a [Losses], &'a [Interface]),
    /// The counts that were wished for: frames processed, and what each interface lost.
    Counts(u64, &'a [Losses], &'a [Interface]),
    /// Packets were not shown, so that none is lost: so many until now.
    Unshown(u64),
}

/// The clocks.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// The time of day, which may be set back and forth.
    pub wall: Time,
    /// A time that only goes forward.
    pub instant: Instant,
}

impl Now {
    /// The clocks of this machine.
    pub fn read() -> Now {
        let wall = match SystemTime::now().duration_since(SystemTime::UNIX_EPOCH) {
            Ok(since) => Time::new(i64::try_from(since.as_secs()).unwrap_or(i64::MAX), since.subsec_nanos().into()),
            Err(before) => Time::from_nanos(-i128::try_from(before.duration().as_nanos()).unwrap_or(0)),
        };
        Now { wall, instant: Instant::now() }
    }
}

/// Somebody who attends a run.
pub trait Attendant {
    /// Whether the run is to end as if the input had ended. Asked for every frame.
    fn is_interrupted(&self) -> bool;

    /// What is wanted now; each wish is told once.
    fn wishes(&mut self) -> Wishes {
        Wishes::default()
    }

    /// Can be read when there is a wish or an answer, or the end is wanted, so that waiting for a frame ends.
    fn bells(&self) -> Vec<BorrowedFd<'_>> {
        Vec::new()
    }

    /// Whether somebody can be asked about the sockets of this host.
    fn knows_host(&self) -> bool {
        false
    }

    /// Asks about sockets of this host, at once and without waiting; an answer is to come unless there is nobody.
    fn ask(&mut self, _sockets: &[Pair]) {}

    /// The answers, when they have come: none at all when nobody can answer any more.
    fn answers(&mut self) -> Option<Vec<Answer>> {
        None
    }

    /// Whether more is written than the reader of the output reads. Asked only when frames are saved, so that they can be saved
    /// without being shown.
    fn is_output_behind(&self) -> bool {
        false
    }

    /// Whether nobody reads the output any more. Asked when no frame is there; otherwise the next writing shows it.
    fn is_reader_gone(&self) -> bool {
        false
    }

    /// Told now and then how many bytes of the input have been read.
    fn progress(&mut self, _bytes: u64) {}

    /// Told at once.
    fn tell(&mut self, _news: News<'_>) {}

    /// The clocks, which tests set as they like.
    fn now(&mut self) -> Now {
        Now::read()
    }

    /// Columns and lines of the terminal that pictures are drawn on.
    fn window(&mut self) -> Option<(usize, usize)> {
        None
    }
}

/// Nobody: the run ends with its input.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unattended;

impl Attendant for Unattended {
    fn is_interrupted(&self) -> bool {
        false
    }
}
