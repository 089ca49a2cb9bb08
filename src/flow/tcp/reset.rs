//! The rules by which resets and errors end connections, and by which they turn out not to have (RFC 9293 §3.5.2, RFC
//! 5961 §3, RFC 5927).

use super::connection::{Connection, Moment};
use super::endpoint::fact;
use super::segment::{Segment, before, upto};
use super::state::{Evidence, State, Why};

impl Connection {
    pub(super) fn rst(&mut self, from: usize, segment: &Segment, at: &mut Moment<'_>) {
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
            // Behind its SYN-ACK, which has the other end acknowledge the SYN before the reset comes.
            let own_end = own.has(fact::SYN_ACK | fact::NXT) && segment.seq == own.nxt;
            if !(counts || own_end) {
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
            && (segment.seq == own.nxt
                || own.trouble.as_ref().is_some_and(|t| segment.seq == t.ahead && before(own.nxt, t.ahead))))
            || !peer.has(fact::ACKED)
            || segment.seq == received
            || (peer.has(fact::GOT_FIN) && peer.state != State::TimeWait && segment.seq == received.wrapping_sub(1));
        if !valid {
            return self.record.ignore_reset();
        }
        self.reset_by(from, segment, at);
        let [own, peer] = self.pair_mut(from);
        if !peer.has(fact::DEAD) {
            if peer.revivals() < 2 {
                peer.set(fact::DEAD);
            } else {
                // [R-alive] It has outlived resets before: believe this one only when it falls silent.
                peer.set(fact::RST_DOUBT);
                let silent_from = peer.trouble_mut().silent_from;
                peer.wait_until(silent_from.max(at.now));
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

    pub(super) fn reset_by(&mut self, from: usize, segment: &Segment, at: &Moment<'_>) {
        let [low, high] = &self.ends;
        let (own, peer) = if from == 0 { (low, high) } else { (high, low) };
        self.record.reset(from, own, peer, segment, at);
        self.first_to_close.get_or_insert(from as u8);
    }

    /// [R-alive] Whether a segment shows that an end that a reset should have ended lives; then it does again.
    pub(super) fn revive(&mut self, from: usize, segment: &Segment, at: &mut Moment<'_>) -> bool {
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
        let trouble = own.trouble_mut();
        trouble.revivals = trouble.revivals.saturating_add(1);
        own.lived(at.now);
        self.record.revived(from, forged, at);
        let why = if forged { Why::RstForged } else { Why::SendsOn };
        self.settle(from, why, Evidence::Observed, at);
        true
    }

    /// [R-icmp] An ICMP error says that a segment of this end, with this sequence number, did not get through.
    pub fn unreachable(&mut self, from: usize, seq: u32, at: &mut Moment<'_>) {
        let own = &mut self.ends[from & 1];
        if own.state == State::SynSent && own.has(fact::SYN) && own.iss == seq {
            own.set(fact::DEAD | fact::UNREACHED);
            self.record.unreachable(at);
            self.settle(from, Why::IcmpError, Evidence::Inferred, at);
        } else {
            self.record.ignore_error();
        }
    }
}
