//! The rules by which connections open (RFC 9293 §3.5).

use super::connection::{Connection, Initiator, Moment, patience};
use super::endpoint::fact;
use super::segment::{Segment, before, upto};
use super::state::{Evidence, Why};
use crate::flow::clock::Instant;

impl Connection {
    /// Returns whether the segment belongs to the connection, so that its numbers count.
    pub(super) fn syn(&mut self, from: usize, segment: &Segment, at: &mut Moment<'_>) -> bool {
        let [own, peer] = self.pair_mut(from);
        own.syns = own.syns.saturating_add(1);
        if own.has(fact::SYN) && own.iss == segment.seq {
            // [R-simopen] It sent this before its SYN-ACK, which overtook it.
            let crossed = own.has(fact::SYN_ACK) && !own.has(fact::SYN_SEEN);
            own.set(fact::SYN_SEEN);
            if crossed {
                self.initiator = Initiator::Both;
                return true;
            }
            // [R-icmp] It did not take the error for an answer.
            if own.has(fact::DEAD) && !own.any(fact::OPEN | fact::SYN_ACK) {
                own.clear(fact::DEAD | fact::UNREACHED);
                self.first_to_close = None;
                self.record.reopen();
                self.settle(from, Why::SynAgain, Evidence::Observed, at);
            }
            return true;
        }
        if own.has(fact::OPEN) || own.has(fact::SYN) {
            // [R-reboot] Whether it has lost the connection, or somebody else sent this in its name, its next segment
            // tells.
            if own.restart() == Some(segment.seq) {
                own.set(fact::RESTARTED);
                self.settle(from, Why::Restarted, Evidence::Observed, at);
            } else {
                own.set(fact::RESTART);
                own.trouble_mut().restart = segment.seq;
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
    pub(super) fn syn_ack(&mut self, from: usize, segment: &Segment, at: &mut Moment<'_>) -> bool {
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
            own.iss = segment.seq;
            own.turning_mut().repeated = at.now;
            self.settle(from, Why::SentSynAck, Evidence::Observed, at);
        } else if own.iss != segment.seq {
            if !own.has(fact::OPEN) {
                // It has forgotten the first attempt, and answers a repeated SYN as if it were new.
                (own.iss, own.nxt) = (segment.seq, segment.end());
                own.turning_mut().repeated = at.now;
                own.clear(fact::DOUBT);
            }
        } else {
            let interval = at.now.since(own.turning().repeated);
            own.turning_mut().repeated = at.now;
            // [R-doubt], but for [R-cross].
            if own.has(fact::OPEN) && !own.has(fact::OPEN_PROVED) && at.now.since(own.turning().confirmed) > turn {
                own.clear(fact::OPEN | fact::REACKED);
                own.set(fact::DOUBT);
                self.settle(from, Why::SynAckAgain, Evidence::Observed, at);
            }
            let [own, _] = self.pair_mut(from);
            if own.has(fact::DOUBT) {
                own.wait_until(at.now.plus(patience(interval)));
            }
        }
        true
    }

    /// What a segment with ACK says of the opening of both ends.
    pub(super) fn open(&mut self, from: usize, ack: u32, at: &mut Moment<'_>) {
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
                    own.wait_until(Instant::NEVER);
                }
                let why = if answers_syn { Why::AckedSyn } else { Why::SentOnOpen };
                if answers_syn && own.has(fact::SYN_SEEN) {
                    let took = at.now.since(own.since);
                    self.shook_hands(took);
                }
                self.settle(from, why, Evidence::Observed, at);
            }
        } else if own.has(fact::OPEN) && !early {
            own.set(fact::OPEN_PROVED);
        }
        let [own, _] = self.pair_mut(from);
        if own.has(fact::OPEN_PROVED) {
            own.settled();
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
            peer.turning_mut().confirmed = at.now;
            peer.set(fact::OPEN);
            self.settle(1 - from, Why::SynAcked, Evidence::Inferred, at);
        } else if !early {
            // [R-oneway] Only one direction was captured, or the other end's ACK was missed.
            peer.set(fact::OPEN);
            self.settle(1 - from, Why::PeerSends, Evidence::Inferred, at);
        }
    }
}
