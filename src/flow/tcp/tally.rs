//! What is counted of one end of a connection.

use super::endpoint::Endpoint;
use super::holes::Holes;
use super::segment::{Segment, before};
use crate::flow::clock::{Instant, Lately, MICROSECOND, Nanos};
use crate::flow::slab::allocation;
use crate::flow::u48::U48;

/// Round trips, measured from the passing of a segment to the passing of the acknowledgment that it alone can have
/// caused, one at a time: none of segments that were sent twice (RFC 6298 §3), unless the timestamp that comes back
/// tells that it answers the first (RFC 7323 §4.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RoundTrips {
    sum_us: u64,
    count: u32,
    min_us: u32,
    max_us: u32,
    latest_us: u32,
}

impl RoundTrips {
    /// None was measured.
    pub const NONE: RoundTrips = RoundTrips { sum_us: 0, count: 0, min_us: 0, max_us: 0, latest_us: 0 };

    pub(in crate::flow) fn add(&mut self, nanos: Nanos) {
        let us = u32::try_from(nanos.max(0) / MICROSECOND).unwrap_or(u32::MAX);
        self.min_us = if self.count == 0 { us } else { self.min_us.min(us) };
        self.max_us = self.max_us.max(us);
        self.latest_us = us;
        self.sum_us = self.sum_us.saturating_add(us.into());
        self.count = self.count.saturating_add(1);
    }

    /// The shortest.
    pub fn min(&self) -> Option<Nanos> {
        (self.count > 0).then_some(Nanos::from(self.min_us) * MICROSECOND)
    }

    /// The latest.
    pub fn latest(&self) -> Option<Nanos> {
        (self.count > 0).then_some(Nanos::from(self.latest_us) * MICROSECOND)
    }

    /// The longest.
    pub fn max(&self) -> Option<Nanos> {
        (self.count > 0).then_some(Nanos::from(self.max_us) * MICROSECOND)
    }

    /// The mean.
    pub fn mean(&self) -> Option<Nanos> {
        let mean = self.sum_us.checked_div(self.count.into())?;
        Some(Nanos::try_from(mean).unwrap_or(Nanos::MAX / MICROSECOND).saturating_mul(MICROSECOND))
    }

    /// How many were measured.
    pub fn count(&self) -> u32 {
        self.count
    }
}

/// What one end has sent.
#[derive(Clone, Copy, Debug)]
pub struct Tally {
    /// Packets, copies left out.
    pub packets: u32,
    /// Bytes of these packets, IP header and all.
    pub bytes: U48,
    /// Payload bytes, each counted once.
    pub payload: U48,
    /// Round trips to the other end and back.
    pub rtt: RoundTrips,
    /// The segment whose acknowledgment is waited for.
    pub(super) timed: Timed,
    /// When its first payload passed; [`Instant::NEVER`] before.
    pub first_payload: Instant,
    /// How long after that its last payload passed, in nanoseconds, to 24 bits: a divisor, for which that is enough.
    pub sending: f32,
    /// Packets with payload: messages, in the words of RFC 147.
    pub messages: u32,
    /// Segments with payload that are shorter than the largest it may send.
    pub small: u32,
    /// … that it sent while others were not acknowledged, as it does without Nagle's algorithm (RFC 9293 §3.7.4).
    pub small_unwaiting: u32,
    /// Acknowledgments of its segments that came as late as a delayed ACK (RFC 9293 §3.8.6.3).
    pub late_acks: u32,
    /// What its last packets were, to know copies.
    pub(super) recent: [u32; 4],
}

/// A segment whose acknowledgment is waited for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timed {
    /// When it passed; `None` when none is waited for.
    at: Option<Lately>,
    /// What follows it.
    end: u32,
    /// Its timestamp, or 0.
    stamp: u32,
}

impl Timed {
    const NONE: Timed = Timed { at: None, end: 0, stamp: 0 };

    /// Waits for the acknowledgment of this segment, if no other is waited for.
    pub(super) fn start(&mut self, segment: &Segment, at: Instant) {
        if self.at.is_none() {
            let stamp = segment.options.timestamp.map_or(0, |(value, _)| value);
            *self = Timed { at: Some(Lately::of(at)), end: segment.end(), stamp };
        }
    }

    /// Gives up when a segment that may have been waited for is sent again: which one is acknowledged then, only a
    /// timestamp would tell.
    pub(super) fn doubt(&mut self, segment: &Segment) {
        if self.stamp == 0 && before(segment.seq, self.end) {
            *self = Timed::NONE;
        }
    }

    /// How long the acknowledgment took, if this is it. `echo` is the timestamp that comes back with it.
    pub(super) fn stop(&mut self, ack: u32, echo: Option<u32>, now: Instant) -> Option<Nanos> {
        let at = self.at.filter(|_| !before(ack, self.end))?;
        let stamp = std::mem::replace(self, Timed::NONE).stamp;
        let answers_later = stamp != 0 && echo.is_some_and(|echo| before(stamp, echo));
        (!answers_later).then(|| at.until(now))
    }
}

impl Default for Tally {
    fn default() -> Self {
        Tally {
            packets: 0,
            bytes: U48::default(),
            payload: U48::default(),
            rtt: RoundTrips::NONE,
            timed: Timed::NONE,
            first_payload: Instant::NEVER,
            sending: 0.0,
            messages: 0,
            small: 0,
            small_unwaiting: 0,
            late_acks: 0,
            recent: [0; 4],
        }
    }
}

/// What went wrong in one direction, and what only few connections have.
#[derive(Debug, Default)]
pub struct Trouble {
    /// Segments with bytes that had been sent before; of large ones that a network card cuts, the segments it cuts.
    pub retransmissions: u32,
    /// Retransmitted payload bytes.
    pub retransmitted: u64,
    /// … that duplicate acknowledgments asked for.
    pub fast: u32,
    /// … of bytes that had been acknowledged.
    pub spurious: u32,
    /// Segments by which the other side reported to have got bytes of this end twice (RFC 2883).
    pub reported_twice: u32,
    /// Retransmissions since the other side was last heard.
    pub unanswered: u32,
    /// When the latest of them passed, and how long after the one before.
    pub latest: (Instant, Nanos),
    /// Segments that came after others that were sent later.
    pub out_of_order: u32,
    /// Packets that were captured, or delivered, twice.
    pub copies: u32,
    /// Duplicate acknowledgments that this end sent.
    pub duplicate_acks: u32,
    /// … in a row, now.
    pub duplicate_run: u32,
    /// Keep-alive probes.
    pub keep_alives: u32,
    /// Window probes.
    pub window_probes: u32,
    /// Segments that announced a window of 0.
    pub zero_windows: u32,
    /// How long its window was 0, in all.
    pub zero_time: Nanos,
    /// Since when its window is 0.
    pub zero_since: Option<Instant>,
    /// Segments that filled the other side's window.
    pub window_full: u32,
    /// Bytes of this end that the other one acknowledged and the capture never saw.
    pub missed: u64,
    /// Segments whose checksum was wrong.
    pub bad_checksums: u32,
    /// Packets with a congestion mark.
    pub marked: u32,
    /// Segments that report such a mark.
    pub echoes: u32,
    /// Segments that say that it slowed down.
    pub reductions: u32,
    /// Probes since the other side was last heard.
    pub unanswered_probes: u32,
    /// The initial number of the SYN that it sent on the open connection.
    pub restart: u32,
    /// The number of its last segment, when that is ahead of all that was captured.
    pub ahead: u32,
    /// Times it proved to be alive after a reset.
    pub revivals: u8,
    /// When it last proved to be alive after a reset.
    pub lived: Instant,
    /// When a silence would show that the latest reset did end it, after it had outlived others.
    pub silent_from: Instant,
    /// The last segment was a probe, whose answer is no duplicate acknowledgment.
    pub(super) probing: bool,
    /// … and offered a byte that the other side may take although its window is closed.
    pub(super) offered: bool,
    /// What its packets before the last few were, to know copies that come late.
    pub(super) recent: [u32; 32],
    /// What was passed over.
    pub holes: Holes,
    /// What was passed over and came by repetition: the first time it was sent, it was lost or is late.
    pub repaired: Holes,
}

impl Trouble {
    /// Bytes of memory of this, and behind it.
    pub fn memory(&self) -> usize {
        allocation::<Self>() + self.holes.memory() + self.repaired.memory()
    }
}

impl Endpoint {
    /// What went wrong; made when something does.
    pub fn trouble_mut(&mut self) -> &mut Trouble {
        self.trouble.get_or_insert_default()
    }
}
