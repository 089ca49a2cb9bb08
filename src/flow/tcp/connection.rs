//! Both ends of a connection, followed by what passes the point of capture.
//!
//! What is known of an end is a set of facts, and its state is what they come to ([`Endpoint::state_of`]). Segments and
//! timers add facts and take them back; whenever that changes a state, it is a [`Change`] with its reason. The rules
//! are named as in `docs/states.md`, which says where each comes from.

use super::analysis::{self, Remarks};
use super::endpoint::{Endpoint, fact};
use super::record::Record;
use super::segment::{FIN, RST, Segment, before};
use super::state::{Evidence, State, Why};
use crate::flow::clock::{Instant, MICROSECOND, MILLISECOND, Nanos, SECOND};
use std::num::NonZeroU32;

/// How long TIME-WAIT lasts: Linux's 60 s. RFC 9293 §3.4.2 has 2 × MSL of 2 minutes, which hardly anybody uses.
pub const TIME_WAIT: Nanos = 60 * SECOND;

/// One end's change of state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Index of the end.
    pub end: u8,
    /// The frame that shows it; `None` when a timer did it.
    pub frame: Option<u64>,
    /// When.
    pub time: Instant,
    /// The state before.
    pub from: State,
    /// The state after.
    pub to: State,
    /// Why.
    pub why: Why,
    /// What it rests on.
    pub evidence: Evidence,
}

/// When something happens, and where the changes are noted.
pub struct Moment<'a> {
    /// The capture's clock.
    pub now: Instant,
    /// The frame; `None` for timers.
    pub frame: Option<u64>,
    /// The changes.
    pub changes: &'a mut Vec<Change>,
}

/// Who opened the connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Initiator {
    /// The capture began later.
    #[default]
    Unseen,
    /// The client.
    Client,
    /// Both at once.
    Both,
}

/// A connection.
#[derive(Debug, Default)]
pub struct Connection {
    /// Its ends, in the order of the key.
    pub ends: [Endpoint; 2],
    /// Which of them is the client.
    pub client: u8,
    /// Who opened it.
    pub initiator: Initiator,
    /// Index of the end whose FIN or RST was first.
    pub first_to_close: Option<u8>,
    /// From the first SYN to the ACK that completed the handshake, in microseconds and one more: 0 is left for `None`.
    handshake: Option<NonZeroU32>,
    /// What the verdict rests on.
    pub record: Record,
}

impl Connection {
    /// A connection whose first segment is this one, sent by the end with index `from`. `ports` in the order of the ends.
    pub fn begun_by(from: usize, segment: &Segment, ports: [u16; 2]) -> Connection {
        let mut connection = Connection::default();
        let first = match (segment.is_syn(), segment.is_syn_ack()) {
            (true, _) => from,
            (_, true) => 1 - from,
            // [R-mid] The lower port is taken as the server's.
            _ if ports[0] == ports[1] => from,
            _ => usize::from(ports[0] < ports[1]),
        };
        connection.client = first as u8;
        let begins = segment.is_syn() || segment.is_syn_ack();
        if begins {
            connection.initiator = Initiator::Client;
        }
        for end in &mut connection.ends {
            end.state = if begins { State::Closed } else { State::Unknown };
        }
        connection
    }

    /// [R-reuse] Whether a SYN from this end belongs to another connection than this one.
    pub fn is_reused_by(&self, from: usize, segment: &Segment) -> bool {
        let [own, peer] = self.pair(from);
        // [R-reboot] The answer to a SYN on an open connection, with a number of its own: both have begun anew.
        if segment.is_syn_ack() && peer.has(fact::RESTART) && own.iss != segment.seq {
            return segment.ack == peer.restart().map(|isn| isn.wrapping_add(1));
        }
        if !segment.is_syn() || (own.has(fact::SYN) && own.iss == segment.seq) {
            return false;
        }
        let asks_again = own.state == State::SynSent && own.has(fact::SYN_SEEN) && !own.has(fact::RESTARTED);
        own.is_over() || peer.is_over() || asks_again
    }

    /// From the first SYN to the ACK that completed the handshake, to the microsecond.
    pub fn handshake(&self) -> Option<Nanos> {
        self.handshake.map(|above| Nanos::from(above.get() - 1) * MICROSECOND)
    }

    /// Notes how long the handshake took.
    pub(super) fn shook_hands(&mut self, took: Nanos) {
        let above = u32::try_from((took.max(0) / MICROSECOND).saturating_add(1)).ok();
        self.handshake = above.and_then(NonZeroU32::new);
    }

    /// Bytes of memory behind it.
    #[inline]
    pub fn memory(&self) -> usize {
        let [a, b] = &self.ends;
        a.memory() + b.memory() + self.record.memory()
    }

    /// Has timers set for what is due next.
    #[inline]
    pub fn arm(&mut self, mut set: impl FnMut(Instant)) {
        for turning in self.ends.iter_mut().filter_map(|end| end.turning.as_mut()) {
            if turning.deadline < turning.armed {
                turning.armed = turning.deadline;
                set(turning.deadline);
            }
        }
    }

    /// Whether a timer that was set for this time is waited for.
    pub fn is_armed(&self, due: Instant) -> bool {
        self.ends.iter().any(|end| end.turning().armed == due)
    }

    /// Takes note that the timer that was set for this time has come.
    pub fn disarm(&mut self, due: Instant) {
        for turning in self.ends.iter_mut().filter_map(|end| end.turning.as_mut()) {
            if turning.armed == due {
                turning.armed = Instant::NEVER;
            }
        }
    }

    /// Takes note of a segment that the end with index `from` sent.
    pub fn segment(&mut self, from: usize, segment: &Segment, at: &mut Moment<'_>) -> Remarks {
        let [own, peer] = self.pair(from);
        let print = segment.fingerprint();
        if analysis::is_copy(own, peer, segment, print, at.now) {
            return analysis::count_copy(&mut self.ends[from & 1]);
        }
        let own = &self.ends[from & 1];
        let had_fin = own.has(fact::GOT_FIN);
        // The SYN of a SYN-ACK that answers a crossing SYN is no repetition, nor is one that comes behind its answer.
        let first_syn = if segment.is_syn_ack() { !own.has(fact::SYN_ACK) } else { !own.has(fact::SYN_SEEN) };
        let belongs = if segment.is_syn() {
            self.syn(from, segment, at)
        } else if segment.is_syn_ack() {
            self.syn_ack(from, segment, at)
        } else if segment.has(RST) {
            self.rst(from, segment, at);
            true
        } else if let Some(ack) = segment.ack {
            self.ordinary(from, segment, ack, at)
        } else {
            self.record.ignore_segment();
            false
        };
        analysis::count(&mut self.ends[from & 1], segment, print);
        let remarks =
            if belongs { analysis::account(self, from, segment, first_syn, at.now) } else { Remarks::default() };
        self.reconsider(from, at);
        let own = &mut self.ends[from & 1];
        let is_latest = own.sent_before(segment) != Some(true);
        own.set(fact::SEEN);
        if had_fin && segment.len > 0 && !remarks.any(Remarks::RETRANSMISSION) {
            own.set(fact::SENT_AFTER_FIN);
        }
        let carrier = &segment.carrier;
        (own.last, own.ttl, own.link) = (at.now, carrier.ttl, carrier.link);
        if is_latest {
            own.id = carrier.id.unwrap_or(0);
            own.stamp = segment.options.timestamp.map_or(own.stamp, |(value, _)| value);
        }
        remarks
    }

    /// Takes note of a segment whose checksum is wrong: no host acts on it.
    pub fn damaged(&mut self, from: usize) -> Remarks {
        let trouble = self.ends[from & 1].trouble_mut();
        trouble.bad_checksums = trouble.bad_checksums.saturating_add(1);
        Remarks(Remarks::BAD_CHECKSUM)
    }

    pub(super) fn pair(&self, own: usize) -> [&Endpoint; 2] {
        let [a, b] = &self.ends;
        if own == 0 { [a, b] } else { [b, a] }
    }

    pub(super) fn pair_mut(&mut self, own: usize) -> [&mut Endpoint; 2] {
        let [a, b] = &mut self.ends;
        if own == 0 { [a, b] } else { [b, a] }
    }

    /// Sees what an end's facts come to now, and notes the change if there is one.
    pub(super) fn settle(&mut self, end: usize, why: Why, evidence: Evidence, at: &mut Moment<'_>) {
        let own = &mut self.ends[end & 1];
        let Some(to) = own.state_of() else { return };
        if to == own.state {
            return;
        }
        let change =
            |from, to, why, evidence| Change { end: end as u8, frame: at.frame, time: at.now, from, to, why, evidence };
        let way: &[State] = if to == State::SynSent && own.has(fact::RESTARTED) && own.state != State::Closed {
            &[State::Closed]
        } else if own.revivals() > 0 || (own.has(fact::SYN_SEEN) && !own.has(fact::SYN_ACK)) {
            &[]
        } else {
            own.state.between(to)
        };
        let mut from = own.state;
        for state in way {
            at.changes.push(change(from, *state, Why::Answers, Evidence::Inferred));
            from = *state;
        }
        at.changes.push(change(from, to, why, evidence));
        (own.state, own.evidence, own.since) = (to, Some(evidence), at.now);
        if to == State::TimeWait {
            own.wait_until(at.now.plus(TIME_WAIT));
        } else if !own.any(fact::DOUBT | fact::RST_DOUBT) {
            own.wait_until(Instant::NEVER);
        }
    }

    /// How long a segment takes from the point of capture to this end and its answer back, when nothing is lost: as long
    /// as last time, and a little more.
    pub(super) fn turn(&self, end: usize) -> Nanos {
        let [_, peer] = self.pair(end);
        let latest = peer.tally.rtt.latest().unwrap_or(20 * MILLISECOND);
        latest.saturating_add(latest / 4).saturating_add(2 * MILLISECOND)
    }

    /// A segment with ACK, without SYN and RST. Returns whether it belongs to the connection, so that its numbers count.
    fn ordinary(&mut self, from: usize, segment: &Segment, ack: u32, at: &mut Moment<'_>) -> bool {
        let [own, peer] = self.pair_mut(from);
        if !own.any(fact::SYN | fact::OPEN | fact::SEEN) && !peer.any(fact::SYN | fact::OPEN | fact::SEEN) {
            // [R-mid]
            own.set(fact::OPEN | fact::OPEN_PROVED);
            peer.set(fact::OPEN | fact::OPEN_PROVED);
            self.settle(from, Why::MidStream, Evidence::Observed, at);
            self.settle(1 - from, Why::MidStream, Evidence::Inferred, at);
        }
        let [own, peer] = self.pair_mut(from);
        if peer.has(fact::NXT) && peer.has(fact::SEEN) && ack.wrapping_sub(peer.nxt) as i32 > MAX_UNSEEN {
            // It acknowledges what cannot have been sent: no host would act on it (RFC 9293 §3.10.7.4, RFC 5961 §5).
            return false;
        }
        let known = peer.any(fact::SCALED | fact::UNSCALED) && peer.has(fact::ACKED);
        if known && segment.seq.wrapping_sub(peer.edge) as i32 > MAX_BEYOND {
            // No sender goes so far beyond the window, and no receiver would take it.
            return false;
        }
        if own.any(fact::RESTART) && own.has(fact::NXT) && near(segment.seq, own.nxt) {
            // The SYN was not its own, or an old one.
            own.clear(fact::RESTART | fact::RESTARTED);
            self.settle(from, Why::SendsOn, Evidence::Observed, at);
        }
        if self.ends[from & 1].has(fact::DEAD) && !self.revive(from, segment, at) {
            return true;
        }
        let [own, _] = self.pair_mut(from);
        if own.has(fact::RST_DOUBT) {
            own.clear(fact::RST_DOUBT);
            own.wait_until(Instant::NEVER);
            own.lived(at.now);
        }
        let [own, _] = self.pair_mut(from);
        if own.has(fact::NXT) && before(own.nxt, segment.seq) && near(segment.seq, own.nxt) {
            own.trouble_mut().ahead = segment.seq;
        }
        self.open(from, ack, at);
        self.acknowledge_fin(from, segment, ack, at);
        if segment.has(FIN) {
            return self.fin(from, segment, at);
        }
        true
    }

    /// When the next timer is due.
    #[inline]
    pub fn due(&self) -> Instant {
        let [a, b] = &self.ends;
        a.turning().deadline.min(b.turning().deadline)
    }

    /// Does what is due; `at.now` is when it was.
    pub fn fire(&mut self, at: &mut Moment<'_>) {
        for end in 0..2 {
            let own = &mut self.ends[end];
            if own.turning().deadline > at.now {
                continue;
            }
            own.wait_until(Instant::NEVER);
            let why = if own.has(fact::RST_DOUBT) {
                own.clear(fact::RST_DOUBT);
                own.set(fact::DEAD);
                Why::GotRst
            } else if own.has(fact::DOUBT) {
                own.clear(fact::DOUBT);
                own.set(if own.has(fact::FIN) { fact::FIN_ACKED } else { fact::OPEN });
                Why::Silence
            } else {
                own.set(fact::DONE);
                Why::TimeWaitOver
            };
            self.settle(end, why, Evidence::Inferred, at);
        }
    }

    /// Ends a connection whose socket pair is used for a new one.
    pub fn replace(&mut self, at: &mut Moment<'_>) {
        self.record.reuse();
        for end in [usize::from(self.client), usize::from(1 - self.client)] {
            let own = &mut self.ends[end & 1];
            own.wait_until(Instant::NEVER);
            own.clear(fact::DOUBT | fact::RST_DOUBT);
            if own.state != State::Closed {
                own.set(fact::DONE);
                self.settle(end, Why::Reused, Evidence::Inferred, at);
            }
        }
    }
}

/// How far a segment may be beyond the window as captured, for the acknowledgments that the capture may have missed.
const MAX_BEYOND: i32 = 1 << 24;

/// How far an acknowledgment may be ahead of what was captured: more is no loss in the capture but a wrong number.
const MAX_UNSEEN: i32 = 1 << 30;

/// How long to wait for a further repetition: senders double their interval (RFC 6298 §5.5); a tenth and 200 ms are for
/// clocks and hosts under load.
pub(super) const fn patience(interval: Nanos) -> Nanos {
    let interval = if interval < 0 { 0 } else { interval };
    interval.saturating_mul(2).saturating_add(interval / 5).saturating_add(200 * MILLISECOND)
}

/// Whether two sequence numbers are close enough to be of one connection.
const fn near(a: u32, b: u32) -> bool {
    (a.wrapping_sub(b) as i32).unsigned_abs() < 1 << 26
}
