//! The flight recorder (`--keep 30s --on EXPR`): the last seconds in memory, written when something happens.
//!
//! A frame is written when its time lies within the span of a frame that matches, before or after it. Stretches that
//! overlap join, because a frame is written once. Only the frames' own times count, so a file gives what the live
//! capture would have given. A clock that is set back or forward by more than the span ends a stretch, as silence would.

use std::collections::VecDeque;
use std::time::Duration;

use super::Annotated;
use crate::capture::bpf::FilterSet;
use crate::capture::{Error, Frame, LinkType};
use crate::time::Time;

/// What a frame costs beside its bytes and comments.
const OVERHEAD: usize = std::mem::size_of::<Kept>() + 32;

/// Keeps the last frames until one matches.
#[derive(Debug)]
pub struct Recorder {
    /// Nanoseconds.
    span: i128,
    on: FilterSet,
    most_bytes: usize,
    kept: VecDeque<Kept>,
    bytes: usize,
    /// The time of the last match.
    matched_at: Option<Time>,
    counts: Recorded,
}

/// What the recorder did.
#[derive(Debug, Default)]
pub struct Recorded {
    /// Frames that matched.
    pub matched: u64,
    /// Frames that were not near a match.
    pub left_out: u64,
    /// Frames that were forgotten early, because there was no room for them; they may have been near a match.
    pub forgotten: u64,
    /// Frames of link types for which the expression cannot be compiled; they count as not matching.
    pub unfiltered: u64,
    /// Why it cannot, for the first of them.
    pub filter_error: Option<Error>,
}

/// A frame in memory.
#[derive(Debug)]
struct Kept {
    time: Time,
    has_time: bool,
    data: Box<[u8]>,
    length: u32,
    link: LinkType,
    interface: u32,
    fcs_len: Option<u8>,
    comments: Box<[Box<[u8]>]>,
    comment: Option<Box<[u8]>>,
}

impl Kept {
    fn new(annotated: &Annotated<'_>) -> Self {
        let Frame { time, has_time, data, length, link, interface, fcs_len, comments } = *annotated.frame;
        let comment = annotated.comment.map(Into::into);
        Kept { time, has_time, data: data.into(), length, link, interface, fcs_len, comments: comments.into(), comment }
    }

    fn frame(&self) -> Frame<'_> {
        Frame {
            time: self.time,
            has_time: self.has_time,
            data: &self.data,
            length: self.length,
            link: self.link,
            interface: self.interface,
            fcs_len: self.fcs_len,
            comments: &self.comments,
        }
    }

    /// Bytes of memory.
    fn cost(&self) -> usize {
        let texts = self.comments.iter().chain(&self.comment);
        texts.fold(self.data.len().saturating_add(OVERHEAD), |sum, text| {
            sum.saturating_add(text.len()).saturating_add(32)
        })
    }
}

impl Recorder {
    /// Keeps frames for `span` until one matches `on`, in at most `most_bytes` of memory.
    pub fn new(span: Duration, on: FilterSet, most_bytes: usize) -> Self {
        Recorder {
            span: i128::try_from(span.as_nanos()).unwrap_or(i128::MAX),
            on,
            most_bytes,
            kept: VecDeque::new(),
            bytes: 0,
            matched_at: None,
            counts: Recorded::default(),
        }
    }

    /// What it did so far.
    pub fn counts(&self) -> &Recorded {
        &self.counts
    }

    /// Takes a frame: keeps it, or hands it on after those before it that are near.
    pub(super) fn frame<E>(
        &mut self,
        annotated: &Annotated<'_>,
        put: &mut dyn FnMut(&Annotated<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let frame = annotated.frame;
        let matches = match self.on.matches(frame.link, frame.data, frame.wire()) {
            Ok(matches) => matches,
            Err(error) => {
                self.counts.unfiltered = self.counts.unfiltered.saturating_add(1);
                self.counts.filter_error.get_or_insert(error);
                false
            }
        };
        self.take(annotated, matches, put)
    }

    fn take<E>(
        &mut self,
        annotated: &Annotated<'_>,
        matches: bool,
        put: &mut dyn FnMut(&Annotated<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let time = annotated.frame.time;
        if matches {
            self.counts.matched = self.counts.matched.saturating_add(1);
            self.matched_at = Some(time);
            self.forget_far_from(time);
            while let Some(kept) = self.pop() {
                put(&Annotated { frame: &kept.frame(), comment: kept.comment.as_deref() })?;
            }
        }
        if self.matched_at.is_some_and(|at| self.is_near(at, time)) {
            return put(annotated);
        }
        self.forget_far_from(time);
        let kept = Kept::new(annotated);
        self.bytes = self.bytes.saturating_add(kept.cost());
        self.kept.push_back(kept);
        while self.bytes > self.most_bytes && self.pop().is_some() {
            self.counts.forgotten = self.counts.forgotten.saturating_add(1);
        }
        Ok(())
    }

    /// Says that no further frame comes: what is in memory is left out.
    pub(super) fn end(&mut self) {
        while self.pop().is_some() {
            self.counts.left_out = self.counts.left_out.saturating_add(1);
        }
    }

    fn pop(&mut self) -> Option<Kept> {
        let kept = self.kept.pop_front()?;
        self.bytes = self.bytes.saturating_sub(kept.cost());
        Some(kept)
    }

    fn is_near(&self, a: Time, b: Time) -> bool {
        a.as_nanos().abs_diff(b.as_nanos()) <= self.span.unsigned_abs()
    }

    /// Drops the oldest frames that are not near this time.
    fn forget_far_from(&mut self, time: Time) {
        while self.kept.front().is_some_and(|kept| !self.is_near(kept.time, time)) {
            self.pop();
            self.counts.left_out = self.counts.left_out.saturating_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Annotated, FilterSet, Frame, LinkType, Recorder, Time};
    use std::convert::Infallible;
    use std::time::Duration;

    fn recorder(span: u64, most_bytes: usize) -> Recorder {
        Recorder::new(Duration::from_secs(span), FilterSet::new("", 0), most_bytes)
    }

    /// Gives frames at these seconds, those in `matching` match, and returns the seconds of what is written.
    fn run(recorder: &mut Recorder, seconds: &[i64], matching: &[i64]) -> Vec<i64> {
        let mut written = Vec::new();
        for second in seconds {
            let frame = Frame {
                time: Time::new(*second, 0),
                has_time: true,
                data: &[0; 100],
                length: 100,
                link: LinkType(1),
                interface: 0,
                fcs_len: None,
                comments: &[],
            };
            let annotated = Annotated { frame: &frame, comment: None };
            let done = recorder.take::<Infallible>(&annotated, matching.contains(second), &mut |a| {
                written.push(a.frame.time.secs);
                Ok(())
            });
            assert_eq!(done, Ok(()));
        }
        recorder.end();
        written
    }

    #[test]
    fn what_is_near_a_match_is_written_before_and_after() {
        let mut r = recorder(3, 1 << 20);
        let all: Vec<i64> = (0..20).collect();
        assert_eq!(run(&mut r, &all, &[10]), [7, 8, 9, 10, 11, 12, 13]);
        assert_eq!((r.counts().matched, r.counts().left_out, r.counts().forgotten), (1, 13, 0));
    }

    #[test]
    fn stretches_that_overlap_join_and_no_frame_is_written_twice() {
        let mut r = recorder(3, 1 << 20);
        let all: Vec<i64> = (0..30).collect();
        assert_eq!(run(&mut r, &all, &[5, 7, 12, 25]), (2..=15).chain(22..=28).collect::<Vec<_>>());
    }

    #[test]
    fn without_a_match_nothing_is_written_and_the_memory_stays_bounded() {
        let mut r = recorder(1000, 10 * 400);
        let all: Vec<i64> = (0..100).collect();
        assert_eq!(run(&mut r, &all, &[]), [0i64; 0]);
        assert!(r.counts().forgotten > 80, "{:?}", r.counts());
        assert_eq!(r.counts().forgotten + r.counts().left_out, 100);
    }

    #[test]
    fn a_clock_that_jumps_ends_a_stretch_and_keeps_nothing_behind() {
        let mut r = recorder(3, 1 << 20);
        assert_eq!(run(&mut r, &[100, 101, 5000, 102, 103, 50, 51], &[103]), [102, 103]);
        let mut r = recorder(3, 1 << 20);
        assert_eq!(run(&mut r, &[100, 90, 101], &[100]), [100, 101]);
        let mut r = recorder(3, 1 << 20);
        assert_eq!(run(&mut r, &[i64::MAX, i64::MIN, 0], &[i64::MIN]), [i64::MIN]);
    }
}
