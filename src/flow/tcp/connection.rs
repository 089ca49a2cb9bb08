//! Both ends of a connection, followed by what passes the point of capture.
//!
//! What is known of an end is a set of facts, and its state is what they come to ([`Endpoint::state_of`]). Segments and
//! timers add facts and take them back; whenever that changes a state, it is a [`Change`] with its reason. The rules
//! are named as in `docs/states.md`, which says where each comes from.

use super::analysis::{self, Remarks};
use super::endpoint::{Endpoint, fact};
use super::record::{Record, frame_number};
use super::segment::{FIN, RST, Segment, before, upto};
use super::state::{Evidence, State, Why};
use crate::flow::clock::{Instant, MILLISECOND, Nanos, SECOND};

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
            end.deadline = Instant::NEVER;
            end.state = if begins { State::Closed } else { State::Unknown };
        }
        connection
    }

    /// [R-reuse] Whether a SYN from this end belongs to another connection than this one.
    pub fn is_reused_by(&self, from: usize, segment: &Segment) -> bool {
        let [own, peer] = self.pair(from);
        // [R-reboot] The answer to a SYN on an open connection, with a number of its own: both have begun anew.
        if segment.is_syn_ack() && peer.has(fact::RESTART) && own.iss != segment.seq {
            return segment.ack == Some(peer.restart.wrapping_add(1));
        }
        if !segment.is_syn() || (own.has(fact::SYN) && own.iss == segment.seq) {
            return false;
        }
        let asks_again = own.state == State::SynSent && own.has(fact::SYN_SEEN) && !own.has(fact::RESTARTED);
        own.is_over() || peer.is_over() || asks_again
    }

    /// Takes note of a segment that the end with index `from` sent.
    pub fn segment(&mut self, from: usize, segment: &Segment, at: &mut Moment<'_>) -> Remarks {
        if analysis::is_copy(&self.ends[from & 1], segment, at.now) {
            return analysis::count_copy(&mut self.ends[from & 1]);
        }
        let had_fin = self.ends[from & 1].has(fact::GOT_FIN);
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
            self.record.odd = self.record.odd.saturating_add(1);
            false
        };
        let remarks = if belongs {
            analysis::account(self, from, segment, at.now)
        } else {
            analysis::count(&mut self.ends[from & 1], segment);
            Remarks::default()
        };
        self.reconsider(from, at);
        let own = &mut self.ends[from & 1];
        own.set(fact::SEEN);
        if had_fin && segment.len > 0 && !remarks.any(Remarks::RETRANSMISSION) {
            own.set(fact::SENT_AFTER_FIN);
        }
        let carrier = &segment.carrier;
        (own.last, own.ttl, own.id, own.link) = (at.now, carrier.ttl, carrier.id.unwrap_or(0), carrier.link);
        remarks
    }

    /// Takes note of a segment whose checksum is wrong: no host acts on it.
    pub fn damaged(&mut self, from: usize) -> Remarks {
        let trouble = self.ends[from & 1].trouble_mut();
        trouble.bad_checksums = trouble.bad_checksums.saturating_add(1);
        Remarks(Remarks::BAD_CHECKSUM)
    }

    fn pair(&self, own: usize) -> [&Endpoint; 2] {
        let [a, b] = &self.ends;
        if own == 0 { [a, b] } else { [b, a] }
    }

    fn pair_mut(&mut self, own: usize) -> [&mut Endpoint; 2] {
        let [a, b] = &mut self.ends;
        if own == 0 { [a, b] } else { [b, a] }
    }

    /// Sees what an end's facts come to now, and notes the change if there is one.
    fn settle(&mut self, end: usize, why: Why, evidence: Evidence, at: &mut Moment<'_>) {
        let own = &mut self.ends[end & 1];
        let Some(to) = own.state_of() else { return };
        if to == own.state {
            return;
        }
        let change =
            |from, to, why, evidence| Change { end: end as u8, frame: at.frame, time: at.now, from, to, why, evidence };
        let way: &[State] = if own.has(fact::RESTARTED) {
            &[State::Closed]
        } else if own.revivals > 0 || (own.has(fact::SYN_SEEN) && !own.has(fact::SYN_ACK)) {
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
            own.deadline = at.now.plus(TIME_WAIT);
        } else if !own.any(fact::DOUBT | fact::RST_DOUBT) {
            own.deadline = Instant::NEVER;
        }
    }

    /// How long a segment takes from the point of capture to this end and its answer back, when nothing is lost: as long
    /// as last time, and a little more.
    fn turn(&self, end: usize) -> Nanos {
        let [_, peer] = self.pair(end);
        let latest = peer.tally.rtt.latest().unwrap_or(20 * MILLISECOND);
        latest.saturating_add(latest / 4).saturating_add(2 * MILLISECOND)
    }

    /// Returns whether the segment belongs to the connection, so that its numbers count.
    fn syn(&mut self, from: usize, segment: &Segment, at: &mut Moment<'_>) -> bool {
        let [own, peer] = self.pair_mut(from);
        own.syns = own.syns.saturating_add(1);
        if own.has(fact::SYN) && own.iss == segment.seq {
            own.set(fact::SYN_SEEN);
            // [R-icmp] It did not take the error for an answer.
            if own.has(fact::DEAD) && !own.any(fact::OPEN | fact::SYN_ACK) {
                own.clear(fact::DEAD | fact::UNREACHED);
                self.record.reopen();
                self.settle(from, Why::SynAgain, Evidence::Observed, at);
            }
            return true;
        }
        if own.has(fact::OPEN) || own.has(fact::SYN) {
            // [R-reboot] Whether it has lost the connection, or somebody else sent this in its name, its next segment
            // tells.
            if own.has(fact::RESTART) && own.restart == segment.seq {
                own.set(fact::RESTARTED);
                self.settle(from, Why::Restarted, Evidence::Observed, at);
            } else {
                own.set(fact::RESTART);
                own.restart = segment.seq;
            }
            return false;
        }
        // [R-simopen]
        let crossed = peer.has(fact::SYN_SEEN) && !peer.has(fact::OPEN);
        own.set(fact::SYN | fact::SYN_SEEN);
        if segment.len > 0 {
            own.set(fact::FAST_OPEN);
        }
        own.iss = segment.seq;
        if crossed {
            self.initiator = Initiator::Both;
        }
        self.settle(from, Why::SentSyn, Evidence::Observed, at);
        true
    }

    /// Returns whether the segment belongs to the connection, so that its numbers count.
    fn syn_ack(&mut self, from: usize, segment: &Segment, at: &mut Moment<'_>) -> bool {
        let ack = segment.ack.unwrap_or(0);
        let turn = self.turn(from);
        let [own, peer] = self.pair_mut(from);
        if !peer.has(fact::SYN) {
            if peer.any(fact::SEEN | fact::OPEN) || own.has(fact::OPEN) {
                return false;
            }
            peer.set(fact::SYN | fact::NXT);
            (peer.iss, peer.nxt) = (ack.wrapping_sub(1), ack);
            self.settle(1 - from, Why::WasAnswered, Evidence::Inferred, at);
        } else if !(before(peer.iss, ack) && upto(ack, peer.nxt)) {
            peer.set(fact::WRONG_ANSWER);
            return false;
        }
        let [own, _] = self.pair_mut(from);
        if own.has(fact::DEAD) && !self.revive(from, segment, at) {
            return true;
        }
        let [own, _] = self.pair_mut(from);
        if !own.has(fact::SYN_ACK) {
            own.set(fact::SYN | fact::SYN_ACK);
            (own.iss, own.repeated) = (segment.seq, at.now);
            self.settle(from, Why::SentSynAck, Evidence::Observed, at);
        } else if own.iss != segment.seq {
            if !own.has(fact::OPEN) {
                // It has forgotten the first attempt, and answers a repeated SYN as if it were new.
                (own.iss, own.nxt, own.repeated) = (segment.seq, segment.end(), at.now);
                own.clear(fact::DOUBT);
            }
        } else {
            let interval = at.now.since(own.repeated);
            own.repeated = at.now;
            // [R-doubt], but for [R-cross].
            if own.has(fact::OPEN) && !own.has(fact::OPEN_PROVED) && at.now.since(own.confirmed) > turn {
                own.clear(fact::OPEN | fact::REACKED);
                own.set(fact::DOUBT);
                self.settle(from, Why::SynAckAgain, Evidence::Observed, at);
            }
            let [own, _] = self.pair_mut(from);
            if own.has(fact::DOUBT) {
                own.deadline = at.now.plus(patience(interval));
            }
        }
        true
    }

    fn rst(&mut self, from: usize, segment: &Segment, at: &mut Moment<'_>) {
        let [own, peer] = self.pair_mut(from);
        if !own.any(fact::SEEN | fact::SYN | fact::OPEN) && !peer.any(fact::SEEN | fact::SYN | fact::OPEN) {
            // [R-mid] A lone RST.
            own.set(fact::DEAD | fact::SENT_RST);
            peer.set(fact::DEAD);
            self.reset_by(from, segment, at);
            self.settle(from, Why::SentRst, Evidence::Observed, at);
            return self.settle(1 - from, Why::GotRst, Evidence::Inferred, at);
        }
        if peer.has(fact::SYN) && !peer.any(fact::OPEN | fact::SYN_ACK | fact::DEAD) {
            // RFC 9293 §3.10.7.3: in SYN-SENT a RST counts when it acknowledges the SYN.
            let counts = segment.ack.is_some_and(|ack| before(peer.iss, ack) && upto(ack, peer.nxt));
            if !counts {
                return self.record.ignore_reset();
            }
            peer.set(fact::DEAD);
            if own.any(fact::SYN | fact::OPEN) {
                own.set(fact::DEAD | fact::SENT_RST);
            }
            self.reset_by(from, segment, at);
            self.settle(1 - from, Why::Refused, Evidence::Inferred, at);
            return self.settle(from, Why::SentRst, Evidence::Observed, at);
        }
        // [R-rst]
        let received = peer.acked;
        let valid = (own.has(fact::NXT)
            && (segment.seq == own.nxt || (segment.seq == own.ahead && before(own.nxt, own.ahead))))
            || !peer.has(fact::ACKED)
            || segment.seq == received
            || (peer.has(fact::GOT_FIN) && peer.state != State::TimeWait && segment.seq == received.wrapping_sub(1));
        if !valid {
            return self.record.ignore_reset();
        }
        self.reset_by(from, segment, at);
        let [own, peer] = self.pair_mut(from);
        if !peer.has(fact::DEAD) {
            if peer.revivals < 2 {
                peer.set(fact::DEAD);
            } else {
                // [R-alive] It has outlived resets before: believe this one only when it falls silent.
                peer.set(fact::RST_DOUBT);
                peer.deadline = peer.silent_from.max(at.now);
            }
        }
        if own.has(fact::RESTART) {
            own.set(fact::RESTARTED);
            self.settle(from, Why::Restarted, Evidence::Observed, at);
        } else if own.state == State::SynSent && own.has(fact::WRONG_ANSWER) {
            // It answers the wrong SYN-ACK, and waits for the right one.
        } else if own.state != State::Closed || own.any(fact::SYN | fact::OPEN) {
            own.set(fact::DEAD | fact::SENT_RST);
            self.settle(from, Why::SentRst, Evidence::Observed, at);
        }
        self.settle(1 - from, Why::GotRst, Evidence::Inferred, at);
    }

    fn reset_by(&mut self, from: usize, segment: &Segment, at: &Moment<'_>) {
        let [low, high] = &self.ends;
        let (own, peer) = if from == 0 { (low, high) } else { (high, low) };
        self.record.reset(from, own, peer, segment, at);
    }

    /// [R-alive] Whether a segment shows that an end that a reset should have ended lives; then it does again.
    fn revive(&mut self, from: usize, segment: &Segment, at: &mut Moment<'_>) -> bool {
        let turn = self.turn(from);
        let reset_at = self.record.reset_time();
        let [own, peer] = self.pair_mut(from);
        if own.has(fact::UNREACHED) {
            return false;
        }
        let is_new = own.has(fact::NXT) && before(own.nxt, segment.end()) && segment.end() != segment.seq;
        // An old duplicate proves nothing: its acknowledgment is behind, or all that it carries was acknowledged.
        let (ack, end) = (segment.ack.unwrap_or(own.acked), segment.end());
        let goes_on = before(own.acked, ack)
            || is_new
            || (end != segment.seq && (!peer.has(fact::ACKED) || before(peer.acked, end)));
        if before(ack, own.acked) || !goes_on {
            return false;
        }
        let forged = own.has(fact::SENT_RST);
        // Segments that were on their way when the reset passed prove nothing.
        let late = at.now.since(reset_at) > turn;
        if !(late || (forged && is_new)) {
            return false;
        }
        own.clear(fact::DEAD | fact::SENT_RST);
        own.revivals = own.revivals.saturating_add(1);
        own.lived(at.now);
        self.record.revived(from, forged);
        let why = if forged { Why::RstForged } else { Why::SendsOn };
        self.settle(from, why, Evidence::Observed, at);
        true
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
            own.deadline = Instant::NEVER;
            own.lived(at.now);
        }
        let [own, _] = self.pair_mut(from);
        if own.has(fact::NXT) && before(own.nxt, segment.seq) && near(segment.seq, own.nxt) {
            own.ahead = segment.seq;
        }
        self.open(from, ack, at);
        self.acknowledge_fin(from, segment, ack, at);
        if segment.has(FIN) {
            self.fin(from, segment, at);
        }
        true
    }

    /// What a segment with ACK says of the opening of both ends.
    fn open(&mut self, from: usize, ack: u32, at: &mut Moment<'_>) {
        let [own, peer] = self.pair_mut(from);
        // A server may send before the handshake is done when the SYN carried data (RFC 7413 §4.2).
        let early = peer.has(fact::FAST_OPEN) && !peer.any(fact::OPEN | fact::ACKED) && own.has(fact::SYN_ACK);
        if !own.has(fact::OPEN) && !early {
            let answers_syn = own.has(fact::SYN) && !own.has(fact::SYN_ACK);
            // [R-estab]
            if !answers_syn || !peer.has(fact::SYN) || before(peer.iss, ack) {
                let doubted = own.has(fact::DOUBT);
                own.clear(fact::DOUBT);
                own.set(fact::OPEN | fact::OPEN_PROVED);
                if doubted {
                    own.deadline = Instant::NEVER;
                }
                let why = if answers_syn { Why::AckedSyn } else { Why::SentOnOpen };
                if answers_syn && own.has(fact::SYN_SEEN) {
                    self.record.opened = Some((own.since, at.now));
                }
                self.settle(from, why, Evidence::Observed, at);
            }
        } else if own.has(fact::OPEN) && !early {
            own.set(fact::OPEN_PROVED);
        }
        let [own, peer] = self.pair_mut(from);
        if peer.any(fact::OPEN | fact::DEAD) || !(own.has(fact::OPEN) || early) {
            return;
        }
        if peer.has(fact::SYN_ACK) {
            if !before(peer.iss, ack) {
                return;
            }
            if peer.has(fact::DOUBT) {
                peer.set(fact::REACKED);
                return;
            }
            // [R-deliver] The last ACK of the handshake is taken as delivered: nothing else may ever follow.
            peer.confirmed = at.now;
            peer.set(fact::OPEN);
            self.settle(1 - from, Why::SynAcked, Evidence::Inferred, at);
        } else if !early {
            // [R-oneway] Only one direction was captured, or the other end's ACK was missed.
            peer.set(fact::OPEN);
            self.settle(1 - from, Why::PeerSends, Evidence::Inferred, at);
        }
    }

    /// What a segment with ACK says of the FINs of both ends.
    fn acknowledge_fin(&mut self, from: usize, segment: &Segment, ack: u32, at: &mut Moment<'_>) {
        let [own, _] = self.pair_mut(from);
        // [R-proof]
        if own.has(fact::FIN | fact::MARK) && !own.has(fact::FIN_PROVED) && before(own.mark, ack) {
            own.clear(fact::DOUBT);
            own.set(fact::FIN_ACKED | fact::FIN_PROVED);
            if own.state != State::TimeWait {
                own.deadline = Instant::NEVER;
            }
            self.settle(from, Why::Proved, Evidence::Observed, at);
        }
        let [own, peer] = self.pair_mut(from);
        if peer.has(fact::FIN) && ack == peer.fin {
            // [R-fin] It has the other side's FIN when it acknowledges it.
            if !own.has(fact::GOT_FIN) {
                own.set(fact::GOT_FIN);
                // That it is in TIME-WAIT rests on the acknowledgment of its own FIN, too, unless that came with the other's.
                let sure = !own.has(fact::FIN)
                    || !own.has(fact::FIN_ACKED)
                    || own.has(fact::FIN_PROVED)
                    || upto(own.fin, peer.fin_ack);
                self.settle(from, Why::AckedFin, if sure { Evidence::Observed } else { Evidence::Inferred }, at);
            } else if own.state == State::TimeWait && peer.has(fact::FIN_AGAIN) {
                // [R-tw]
                own.deadline = at.now.plus(TIME_WAIT);
            }
            let [_, peer] = self.pair_mut(from);
            peer.clear(fact::FIN_AGAIN);
            if !peer.has(fact::MARK) {
                peer.set(fact::MARK);
                peer.mark = segment.seq;
            }
            if !peer.any(fact::FIN_ACKED | fact::DEAD) {
                if peer.has(fact::DOUBT) && peer.doubts > 1 {
                    peer.set(fact::REACKED);
                } else {
                    // [R-deliver]
                    peer.clear(fact::DOUBT);
                    peer.deadline = Instant::NEVER;
                    if peer.doubts == 0 {
                        peer.confirmed = at.now;
                    }
                    peer.set(fact::FIN_ACKED);
                    self.settle(1 - from, Why::FinAcked, Evidence::Inferred, at);
                }
            }
        }
    }

    fn fin(&mut self, from: usize, segment: &Segment, at: &mut Moment<'_>) {
        let turn = self.turn(from);
        let [own, peer] = self.pair_mut(from);
        let fin = segment.end();
        if !own.has(fact::FIN) {
            // Behind what was acknowledged or beyond the window it is old, or a blind injection: no host acts on it.
            let old = (peer.has(fact::ACKED) && upto(fin, peer.acked)) || (own.has(fact::NXT) && before(fin, own.nxt));
            let beyond =
                peer.has(fact::ACKED) && before(peer.edge, segment.seq) && peer.any(fact::SCALED | fact::UNSCALED);
            if old || beyond {
                return;
            }
            own.set(fact::FIN);
            if own.has(fact::GOT_FIN) && segment.ack.is_none_or(|ack| !before(ack, peer.fin)) {
                own.set(fact::PASSIVE);
            }
            own.fin_ack = segment.ack.unwrap_or(own.acked);
            (own.fin, own.repeated, own.fin_frame) = (fin, at.now, frame_number(at));
            self.record.closed(from);
            return self.settle(from, Why::SentFin, Evidence::Observed, at);
        }
        if fin != own.fin {
            return;
        }
        let ack = segment.ack.unwrap_or(0);
        if own.has(fact::PASSIVE) && peer.has(fact::FIN) && before(ack, peer.fin) {
            // It was sent before the other side's FIN came.
            own.clear(fact::PASSIVE);
            self.settle(from, Why::SentFin, Evidence::Observed, at);
        }
        let [own, _] = self.pair_mut(from);
        if before(ack, own.acked) {
            return;
        }
        own.set(fact::FIN_AGAIN);
        let interval = at.now.since(own.repeated);
        own.repeated = at.now;
        let crossed = own.has(fact::FIN_ACKED) && at.now.since(own.confirmed) <= turn;
        if own.has(fact::FIN_PROVED) || crossed || !(own.has(fact::FIN_ACKED) || own.doubts > 0) {
            return;
        }
        // [R-doubt]
        own.doubts = own.doubts.saturating_add(1);
        own.clear(fact::FIN_ACKED | fact::REACKED);
        own.set(fact::DOUBT);
        own.deadline = at.now.plus(patience(interval));
        self.settle(from, Why::FinAgain, Evidence::Observed, at);
    }

    /// [R-cross] A round trip that turns out longer than it was shows that what was repeated had only crossed its
    /// acknowledgment.
    fn reconsider(&mut self, from: usize, at: &mut Moment<'_>) {
        let own = &self.ends[from & 1];
        if !own.has(fact::DOUBT) || own.repeated.since(own.confirmed) > self.turn(from) {
            return;
        }
        let own = &mut self.ends[from & 1];
        own.clear(fact::DOUBT);
        own.doubts = 0;
        own.deadline = Instant::NEVER;
        own.set(if own.has(fact::FIN) { fact::FIN_ACKED } else { fact::OPEN });
        self.settle(from, Why::Crossed, Evidence::Inferred, at);
    }

    /// [R-icmp] An ICMP error says that a segment of this end, with this sequence number, did not get through.
    pub fn unreachable(&mut self, from: usize, seq: u32, at: &mut Moment<'_>) {
        let own = &mut self.ends[from & 1];
        if own.state == State::SynSent && own.has(fact::SYN) && own.iss == seq {
            own.set(fact::DEAD | fact::UNREACHED);
            self.record.unreachable(at);
            self.settle(from, Why::IcmpError, Evidence::Inferred, at);
        } else {
            self.record.soft_errors = self.record.soft_errors.saturating_add(1);
        }
    }

    /// When the next timer is due.
    #[inline]
    pub fn due(&self) -> Instant {
        let [a, b] = &self.ends;
        a.deadline.min(b.deadline)
    }

    /// Does what is due; `at.now` is when it was.
    pub fn fire(&mut self, at: &mut Moment<'_>) {
        for end in 0..2 {
            let own = &mut self.ends[end];
            if own.deadline > at.now {
                continue;
            }
            own.deadline = Instant::NEVER;
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
        self.record.reused = true;
        for end in [usize::from(self.client), usize::from(1 - self.client)] {
            let own = &mut self.ends[end & 1];
            own.deadline = Instant::NEVER;
            own.clear(fact::DOUBT | fact::RST_DOUBT);
            if own.state != State::Closed {
                own.set(fact::DONE);
                self.settle(end, Why::Reused, Evidence::Inferred, at);
            }
        }
    }
}

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
