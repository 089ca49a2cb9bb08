//! What is to be done, and what it came to.

use super::{Attendant, View};
use crate::capture::bpf::FilterSet;
use crate::capture::save::{self, Saver};
use crate::capture::{Error, Losses, Source};
use crate::dissect::Registry;
use crate::flow::Counts;
use crate::packet::fragments;
use crate::text::Text;
use std::io::{self, Write};
use std::time::Duration;

/// What is to be done.
pub struct Job<'a> {
    /// Where frames come from.
    pub source: &'a mut dyn Source,
    /// Which frames count; all, if there is none.
    pub filter: Option<&'a mut FilterSet>,
    /// Where frames that pass the filter are written.
    pub save: Option<Save<'a>>,
    /// How packets are shown.
    pub view: &'a mut dyn View,
    /// Where the view's text goes.
    pub out: &'a mut dyn Write,
    /// The protocols.
    pub registry: &'a Registry,
    /// Who is asked and told while the run goes on.
    pub attendant: &'a mut dyn Attendant,
    /// How it is done.
    pub options: Options,
}

/// Writing captures.
pub struct Save<'a> {
    /// What writes. Its first file is open already, if that is possible.
    pub saver: &'a mut Saver,
    /// What is found out about frames is written beside them.
    pub annotate: bool,
    /// Frames are written and nothing is shown: they need not be looked into.
    pub only: bool,
}

/// How it is done.
#[derive(Debug)]
pub struct Options {
    /// The buffer that the view writes into; decides about colour.
    pub text: Text,
    /// End after so many frames that pass the filter.
    pub count: Option<u64>,
    /// End after this time, whether or not there are frames.
    pub duration: Option<Duration>,
    /// Write each packet out at once.
    pub unbuffered: bool,
    /// Don't compare checksums with what they cover.
    pub unverified: bool,
    /// Bytes of memory for conversations.
    pub memory: usize,
    /// Frames come as they happen: timers run by the clock, and what is shown is written when no frame is there.
    pub live: bool,
    /// Frames are saved, too: when there is more to do than time, showing them is left out first.
    pub may_shed: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            text: Text::new(),
            count: None,
            duration: None,
            unbuffered: false,
            unverified: false,
            memory: 64 << 20,
            live: false,
            may_shed: false,
        }
    }
}

/// Why a run ended.
#[derive(Debug)]
pub enum Ended {
    /// The input ended, or what was asked for is shown.
    Done,
    /// Somebody asked for the end.
    Interrupted,
    /// The reader of the output went away: success, as everybody who pipes into `head` expects.
    ClosedPipe,
    /// The input is damaged or cannot be read on.
    Input(Error),
    /// The output cannot be written.
    Output(io::Error),
    /// Frames cannot be saved.
    Save(save::Error),
}

/// What a run came to.
#[derive(Debug)]
pub struct Outcome {
    /// Why it ended.
    pub ended: Ended,
    /// Frames read.
    pub frames: u64,
    /// Frames that passed the filter.
    pub passed: u64,
    /// Bytes of them, on the wire.
    pub bytes: u64,
    /// Frames of them that were not shown, so that none was lost.
    pub unshown: u64,
    /// Frames of them of which not even the conversation was followed, likewise.
    pub unfollowed: u64,
    /// Frames with VLAN tags among those that did not pass.
    pub tagged_missed: u64,
    /// Frames of link types for which the filter cannot be compiled; they count as not passed.
    pub unfiltered: u64,
    /// Why it cannot, for the first of them.
    pub filter_error: Option<Error>,
    /// Frames at which a dissector failed: bugs in `sniff`.
    pub bugs: u64,
    /// Conversations.
    pub flows: Counts,
    /// Conversations whose processes were not asked for, because there were too many.
    pub host_passed_over: u64,
    /// Fragments, and the datagrams they belong to.
    pub fragments: fragments::Counts,
    /// What each interface lost.
    pub losses: Vec<Losses>,
}

impl Default for Outcome {
    fn default() -> Self {
        Outcome {
            ended: Ended::Done,
            frames: 0,
            passed: 0,
            bytes: 0,
            unshown: 0,
            unfollowed: 0,
            tagged_missed: 0,
            unfiltered: 0,
            filter_error: None,
            bugs: 0,
            flows: Counts::default(),
            host_passed_over: 0,
            fragments: fragments::Counts::default(),
            losses: Vec::new(),
        }
    }
}
