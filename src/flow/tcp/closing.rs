//! The rules by which connections close (RFC 9293 §3.6).

use super::connection::{Connection, Moment, TIME_WAIT, patience};
use super::endpoint::fact;
use super::record::frame_number;
use super::segment::{Segment, before, upto};
use super::state::{Evidence, State, Why};
use crate::flow::clock::Instant;

impl Connection {
    /// What a segment with ACK says of the FINs of both ends.
    pub(super) fn acknowledge_fin(&mut self, from: usize, segment: &Segment, ack: u32, at: &mut Moment<'_>) {
        let [own, _] = self.pair_mut(from);
        // [R-proof]
        let passed_mark = own.turning().mark.is_some_and(|mark| before(mark, ack));
        if own.has(fact::FIN) && !own.has(fact::FIN_PROVED) && passed_mark {
            own.clear(fact::DOUBT);
            own.set(fact::FIN_ACKED | fact::FIN_PROVED);
            if own.state != State::TimeWait {
                own.wait_until(Instant::NEVER);
            }
            self.settle(from, Why::Proved, Evidence::Observed, at);
        }
        let [own, peer] = self.pair_mut(from);
        if peer.has(fact::FIN) && ack == peer.turning().fin {
            // [R-fin] It has the other side's FIN when it acknowledges it.
            if !own.has(fact::GOT_FIN) {
                own.set(fact::GOT_FIN);
                // That it is in TIME-WAIT rests on the acknowledgment of its own FIN, too, unless that came with the other's.
                let sure = !own.has(fact::FIN)
                    || !own.has(fact::FIN_ACKED)
                    || own.has(fact::FIN_PROVED)
                    || upto(own.turning().fin, peer.turning().fin_ack);
                self.settle(from, Why::AckedFin, if sure { Evidence::Observed } else { Evidence::Inferred }, at);
                let [own, _] = self.pair_mut(from);
                if own.has(fact::FIN | fact::REACKED) && !own.has(fact::DOUBT) {
                    own.clear(fact::REACKED);
                    own.set(fact::FIN_ACKED);
                    self.settle(from, Why::FinAcked, Evidence::Inferred, at);
                }
            } else if own.state == State::TimeWait && peer.has(fact::FIN_AGAIN) {
                // [R-tw]
                own.wait_until(at.now.plus(TIME_WAIT));
            }
            let [_, peer] = self.pair_mut(from);
            peer.clear(fact::FIN_AGAIN);
            peer.turning_mut().mark.get_or_insert(segment.seq);
            // What is sent behind a FIN arrives behind it: the other end is in CLOSING before it gets this, and that it is
            // shows when it acknowledges the FIN.
            let [own, peer] = self.pair_mut(from);
            let crossed = own.has(fact::FIN)
                && !peer.has(fact::GOT_FIN)
                && segment.seq == own.turning().fin
                && peer.turning().doubts == 0;
            if crossed && !peer.any(fact::FIN_ACKED | fact::DEAD) {
                peer.set(fact::REACKED);
                let turning = peer.turning_mut();
                if turning.confirmed == Instant::default() {
                    turning.confirmed = at.now;
                }
            } else if !peer.any(fact::FIN_ACKED | fact::DEAD) {
                if peer.has(fact::DOUBT) && peer.turning().doubts > 1 {
                    peer.set(fact::REACKED);
                } else {
                    // [R-deliver]
                    peer.clear(fact::DOUBT);
                    peer.wait_until(Instant::NEVER);
                    if peer.turning().doubts == 0 {
                        peer.turning_mut().confirmed = at.now;
                    }
                    peer.set(fact::FIN_ACKED);
                    self.settle(1 - from, Why::FinAcked, Evidence::Inferred, at);
                }
            }
        }
    }

    /// Returns whether the segment belongs to the connection, so that its numbers count.
    pub(super) fn fin(&mut self, from: usize, segment: &Segment, at: &mut Moment<'_>) -> bool {
        let turn = self.turn(from);
        let [own, peer] = self.pair_mut(from);
        let fin = segment.end();
        if !own.has(fact::FIN) {
            // Behind what was acknowledged or beyond the window it is old, or a blind injection: no host acts on it.
            let old = (peer.has(fact::ACKED) && upto(fin, peer.acked)) || (own.has(fact::NXT) && before(fin, own.nxt));
            let beyond =
                peer.has(fact::ACKED) && before(peer.edge, segment.seq) && peer.any(fact::SCALED | fact::UNSCALED);
            if old || beyond {
                return false;
            }
            own.set(fact::FIN);
            if own.has(fact::GOT_FIN) && segment.ack.is_none_or(|ack| !before(ack, peer.turning().fin)) {
                own.set(fact::PASSIVE);
            }
            let fin_ack = segment.ack.unwrap_or(own.acked);
            let turning = own.turning_mut();
            (turning.fin, turning.fin_ack) = (fin, fin_ack);
            (turning.repeated, turning.fin_frame) = (at.now, frame_number(at));
            self.first_to_close.get_or_insert(from as u8);
            self.settle(from, Why::SentFin, Evidence::Observed, at);
            return true;
        }
        if fin != own.turning().fin {
            return true;
        }
        let ack = segment.ack.unwrap_or(0);
        if own.has(fact::PASSIVE) && peer.has(fact::FIN) && before(ack, peer.turning().fin) {
            // It was sent before the other side's FIN came.
            own.clear(fact::PASSIVE);
            self.settle(from, Why::SentFin, Evidence::Observed, at);
        }
        let [own, _] = self.pair_mut(from);
        if before(ack, own.acked) {
            return true;
        }
        own.set(fact::FIN_AGAIN);
        let acked = own.has(fact::FIN_ACKED);
        let turning = own.turning_mut();
        let interval = at.now.since(turning.repeated);
        turning.repeated = at.now;
        let crossed = acked && at.now.since(turning.confirmed) <= turn;
        if own.has(fact::FIN_PROVED) || crossed || !(acked || own.turning().doubts > 0) {
            return true;
        }
        // [R-doubt]
        let turning = own.turning_mut();
        turning.doubts = turning.doubts.saturating_add(1);
        own.clear(fact::FIN_ACKED | fact::REACKED);
        own.set(fact::DOUBT);
        own.wait_until(at.now.plus(patience(interval)));
        self.settle(from, Why::FinAgain, Evidence::Observed, at);
        true
    }

    /// [R-cross] A round trip that turns out longer than it was shows that what was repeated had only crossed its
    /// acknowledgment.
    pub(super) fn reconsider(&mut self, from: usize, at: &mut Moment<'_>) {
        let own = &self.ends[from & 1];
        if !own.has(fact::DOUBT) || own.turning().repeated.since(own.turning().confirmed) > self.turn(from) {
            return;
        }
        let own = &mut self.ends[from & 1];
        own.clear(fact::DOUBT);
        own.turning_mut().doubts = 0;
        own.wait_until(Instant::NEVER);
        own.set(if own.has(fact::FIN) { fact::FIN_ACKED } else { fact::OPEN });
        self.settle(from, Why::Crossed, Evidence::Inferred, at);
    }
}
