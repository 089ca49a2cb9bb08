//! What is known of one end of a connection.

use super::connection::patience;
use super::segment::{Segment, before};
use super::state::{Evidence, State};
use super::tally::{Tally, Trouble};
use super::turning::Turning;
use crate::flow::clock::Instant;

/// One thing each that is known of an end; together they are its state (see [`Endpoint::state_of`]).
pub type Facts = u32;

/// Facts, one bit each.
pub mod fact {
    use super::Facts;

    /// It has sent something that was captured.
    pub const SEEN: Facts = 1;
    /// It has sent a SYN, with or without ACK; `iss` holds.
    pub const SYN: Facts = 1 << 1;
    /// Its SYN was captured, not only concluded from the answer.
    pub const SYN_SEEN: Facts = 1 << 2;
    /// It has sent a SYN-ACK.
    pub const SYN_ACK: Facts = 1 << 3;
    /// Its SYN carried data (RFC 7413).
    pub const FAST_OPEN: Facts = 1 << 4;
    /// The connection is open on its side.
    pub const OPEN: Facts = 1 << 5;
    /// Its own segments prove that.
    pub const OPEN_PROVED: Facts = 1 << 6;
    /// `nxt` holds.
    pub const NXT: Facts = 1 << 7;
    /// `acked` and `edge` hold.
    pub const ACKED: Facts = 1 << 8;
    /// It has sent a FIN; its number is in `Turning`.
    pub const FIN: Facts = 1 << 9;
    /// The acknowledgment of its FIN has reached it.
    pub const FIN_ACKED: Facts = 1 << 10;
    /// Later segments prove that.
    pub const FIN_PROVED: Facts = 1 << 11;
    /// `iss` stands in for a SYN that was not seen.
    pub const NUMBERED: Facts = 1 << 12;
    /// It has acknowledged the other side's FIN.
    pub const GOT_FIN: Facts = 1 << 13;
    /// It had done so when it sent its own.
    pub const PASSIVE: Facts = 1 << 14;
    /// A reset or an error has ended it.
    pub const DEAD: Facts = 1 << 15;
    /// It sent the reset that ended it.
    pub const SENT_RST: Facts = 1 << 16;
    /// TIME-WAIT is over, or the socket pair is used anew.
    pub const DONE: Facts = 1 << 17;
    /// It has sent a SYN with another initial number on the open connection.
    pub const RESTART: Facts = 1 << 18;
    /// It meant that: it has lost the connection.
    pub const RESTARTED: Facts = 1 << 19;
    /// Its SYN was answered with a SYN-ACK for another one.
    pub const WRONG_ANSWER: Facts = 1 << 20;
    /// It repeats its SYN-ACK or FIN although the acknowledgment was captured; a deadline says when that doubt ends.
    pub const DOUBT: Facts = 1 << 21;
    /// It was acknowledged again since it repeated.
    pub const REACKED: Facts = 1 << 22;
    /// A reset waits to be believed; a deadline says until when.
    pub const RST_DOUBT: Facts = 1 << 23;
    /// Both numbers of a window scale are known: `shift` holds.
    pub const SCALED: Facts = 1 << 24;
    /// The handshake was seen, and scaling was not agreed.
    pub const UNSCALED: Facts = 1 << 25;
    /// It offered selective acknowledgments.
    pub const SACK: Facts = 1 << 26;
    /// It sends timestamps.
    pub const STAMPS: Facts = 1 << 27;
    /// It offered congestion marks.
    pub const ECN: Facts = 1 << 28;
    /// An ICMP error answered its SYN.
    pub const UNREACHED: Facts = 1 << 29;
    /// It repeated its FIN since the other side was in TIME-WAIT.
    pub const FIN_AGAIN: Facts = 1 << 30;
    /// It sent payload after the other side's direction was closed and acknowledged.
    pub const SENT_AFTER_FIN: Facts = 1 << 31;
}

/// One end. Sequence numbers of its own direction: `iss`, `nxt`; of the other one: `acked`, `edge`.
#[derive(Debug, Default)]
pub struct Endpoint {
    /// What is known.
    pub facts: Facts,
    /// Its state: what the facts come to.
    pub state: State,
    /// What that rests on.
    pub evidence: Option<Evidence>,
    /// Window scale that it applies to its own windows.
    pub shift: u8,
    /// TTL or hop limit of its segments, as captured.
    pub ttl: u8,
    /// Initial send sequence number (ISS). Where no SYN tells it, what stands for it: one before the first number seen.
    pub iss: u32,
    /// Behind the highest that it has sent (SND.NXT, as far as captured).
    pub nxt: u32,
    /// The highest that it has acknowledged (its RCV.NXT).
    pub acked: u32,
    /// The right edge of its window.
    pub edge: u32,
    /// Highest timestamp that it sent.
    pub stamp: u32,
    /// Its last window, not scaled.
    pub window: u16,
    /// Its maximum segment size option; 0 without.
    pub mss: u16,
    /// IPv4 identification of the segment that it sent last.
    pub id: u16,
    /// What stands for the link-layer address of its last segment; 0 when unknown.
    pub link: u32,
    /// SYNs it has sent.
    pub syns: u16,
    /// Since when it is in its state.
    pub since: Instant,
    /// When it last sent.
    pub last: Instant,
    /// What it has sent.
    pub tally: Tally,
    /// How it opens or closes, while it does.
    pub(super) turning: Option<Box<Turning>>,
    /// What went wrong, if anything did.
    pub trouble: Option<Box<Trouble>>,
}

impl Endpoint {
    /// Whether all these facts are known.
    #[inline]
    pub fn has(&self, facts: Facts) -> bool {
        self.facts & facts == facts
    }

    /// Whether one of these facts is known.
    #[inline]
    pub fn any(&self, facts: Facts) -> bool {
        self.facts & facts != 0
    }

    /// Notes facts.
    #[inline]
    pub fn set(&mut self, facts: Facts) {
        self.facts |= facts;
    }

    /// Takes facts back.
    #[inline]
    pub fn clear(&mut self, facts: Facts) {
        self.facts &= !facts;
    }

    /// The state that the facts come to (RFC 9293 §3.3.2, figure 5). `None` while there is nothing to tell it from.
    pub fn state_of(&self) -> Option<State> {
        let f = |fact: Facts| self.has(fact);
        if self.any(fact::DEAD | fact::DONE) {
            return Some(State::Closed);
        }
        if f(fact::RESTARTED) {
            return Some(State::SynSent);
        }
        if !f(fact::OPEN) {
            return match (f(fact::SYN), f(fact::SYN_ACK)) {
                (_, true) => Some(State::SynReceived),
                (true, false) => Some(State::SynSent),
                (false, false) => None,
            };
        }
        Some(match (f(fact::FIN), f(fact::FIN_ACKED), f(fact::GOT_FIN)) {
            (false, _, false) => State::Established,
            (false, _, true) => State::CloseWait,
            (true, false, false) => State::FinWait1,
            (true, true, false) => State::FinWait2,
            (true, false, true) if f(fact::PASSIVE) => State::LastAck,
            (true, false, true) => State::Closing,
            (true, true, true) if f(fact::PASSIVE) => State::Closed,
            (true, true, true) => State::TimeWait,
        })
    }

    /// Notes that it was alive at this time, after a reset.
    pub fn lived(&mut self, now: Instant) {
        let trouble = self.trouble_mut();
        trouble.silent_from = now.plus(patience(now.since(trouble.lived)));
        trouble.lived = now;
    }

    /// Times it proved to be alive after a reset.
    pub fn revivals(&self) -> u8 {
        self.trouble.as_ref().map_or(0, |trouble| trouble.revivals)
    }

    /// The initial number of the SYN that it sent on the open connection.
    pub fn restart(&self) -> Option<u32> {
        self.trouble.as_ref().filter(|_| self.has(fact::RESTART)).map(|trouble| trouble.restart)
    }

    /// Whether there was a connection, or an attempt, that has ended; TIME-WAIT counts, since a new one may follow it.
    pub fn is_over(&self) -> bool {
        self.any(fact::DEAD | fact::DONE)
            || self.state == State::TimeWait
            || (self.state == State::Closed && self.has(fact::OPEN))
    }

    /// Whether it sent a segment before the one that it is known to have sent last: by its timestamps, or by the
    /// identifications of its packets, where those count up. `None` when neither tells.
    pub fn sent_before(&self, segment: &Segment) -> Option<bool> {
        if let Some((value, _)) = segment.options.timestamp
            && self.has(fact::SEEN | fact::STAMPS)
            && value != self.stamp
        {
            return Some(before(value, self.stamp));
        }
        let id = segment.carrier.id.filter(|id| *id != 0 && self.id != 0)?;
        match id.wrapping_sub(self.id) as i16 {
            -4096..=-1 => Some(true),
            1..=4096 => Some(false),
            _ => None,
        }
    }

    /// Bytes of memory behind it.
    #[inline]
    pub fn memory(&self) -> usize {
        let turning = self.turning.as_ref().map_or(0, |turning| turning.memory());
        turning + self.trouble.as_ref().map_or(0, |trouble| trouble.memory())
    }

    /// Behind the highest that it was seen to send.
    pub fn highest(&self) -> Option<u32> {
        self.has(fact::SEEN | fact::NXT).then_some(self.nxt)
    }

    /// Its window in bytes, as far as the scale is known.
    pub fn window_bytes(&self) -> u32 {
        let shift = if self.has(fact::SCALED) { self.shift.min(14) } else { 0 };
        u32::from(self.window) << shift
    }
}
