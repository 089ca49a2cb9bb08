//! One TCP connection of mixed traffic, from its first packet to its last, written down before any of it is put into the
//! capture.
//!
//! The capture is taken between the two ends, with some delay to each; a time is when the packet passes the capture.

use super::frame::{ACK, FIN, Options, PSH, Piece, RST, SYN, Segment, Side};
use crate::captures::Dice;

/// A connection that opens, exchanges one request and closes needs so many packets.
pub(super) const LEAST_PACKETS: u64 = 20;
/// So many packets are kept for the end of a connection: a half-close with two segments after it needs seven.
const KEPT_FOR_END: usize = 12;
/// A loss or the like needs no more packets than this.
const MOST_OF_EVENT: usize = 10;
/// Segments in flight.
const FLIGHT: usize = 10;
/// Between two segments that are sent at once, in microseconds.
const GAP: u64 = 12;

/// A segment and when it is seen, in microseconds since the start.
#[derive(Clone, Copy)]
pub(super) struct Seen {
    pub(super) at: u64,
    pub(super) segment: Segment,
}

/// What one end has sent and received.
struct End {
    /// The number after the last one sent.
    next: u32,
    /// The number after the last one received in order.
    received: u32,
    ip_id: u16,
    /// The timestamp clock at the start, in milliseconds, and the last timestamp of the other end.
    clock: u32,
    heard: u32,
    window: u16,
    /// From here to the capture and back, in microseconds.
    away: u64,
}

pub(super) struct Talk<'a> {
    dice: &'a mut Dice,
    seen: &'a mut Vec<Seen>,
    budget: usize,
    now: u64,
    ends: [End; 2],
    mss: u16,
    has_times: bool,
}

impl<'a> Talk<'a> {
    /// Writes a connection that begins at a time, of at most `budget` packets (but [`LEAST_PACKETS`] at least).
    pub(super) fn write(seen: &'a mut Vec<Seen>, dice: &'a mut Dice, start: u64, budget: usize, v6: bool) {
        let has_times = dice.below(100) < 85;
        let mss = if v6 { 1440 } else { 1460 };
        let mut end = |near, spread, window| End {
            next: dice.draw() as u32,
            received: 0,
            ip_id: dice.draw() as u16,
            clock: dice.draw() as u32,
            heard: 0,
            window,
            away: near + dice.below(spread) as u64,
        };
        let ends = [end(100, 1_000, 502), end(400, 60_000, 509)];
        let mut talk = Talk { dice, seen, budget, now: start, ends, mss, has_times };
        match talk.dice.below(100) {
            0..=3 => talk.refused(),
            4..=7 => talk.unanswered(),
            8 => {
                // The capture began later than the connection.
                talk.ends[0].received = talk.ends[1].next;
                talk.ends[1].received = talk.ends[0].next;
                talk.exchange();
                talk.end();
            }
            _ => {
                talk.open();
                talk.exchange();
                talk.end();
            }
        }
    }

    fn left(&self) -> usize {
        self.budget.saturating_sub(self.seen.len())
    }

    /// Writes a segment seen at a time, with what the sender knows.
    fn put(&mut self, at: u64, from: Side, flags: u8, seq: u32, len: u16, sack: Option<(u32, u32)>) {
        let end = &mut self.ends[from as usize];
        end.ip_id = end.ip_id.wrapping_add(1);
        let is_syn = flags & SYN != 0;
        let is_reset = flags & RST != 0;
        let times = (end.clock.wrapping_add((at / 1000) as u32), end.heard);
        let options = Options {
            mss: is_syn.then_some(self.mss),
            sack_permitted: is_syn,
            times: (self.has_times && !is_reset).then_some(times),
            window_scale: is_syn.then_some(7),
            sack,
        };
        let segment = Segment {
            from,
            ip_id: end.ip_id,
            flags,
            seq,
            ack: if flags & ACK != 0 { end.received } else { 0 },
            // Scaled by 128, except in SYNs.
            window: if is_syn { 64_240 } else { end.window },
            options,
            data: Piece { place: seq, len },
        };
        self.seen.push(Seen { at, segment });
    }

    /// Sends the next segment now. It arrives.
    fn send(&mut self, from: Side, flags: u8, len: u16) {
        let seq = self.ends[from as usize].next;
        self.put(self.now, from, flags, seq, len, None);
        self.pass(from, flags, len);
        self.deliver(from);
    }

    /// Counts what was sent.
    fn pass(&mut self, from: Side, flags: u8, len: u16) {
        let end = &mut self.ends[from as usize];
        let control = u32::from(flags & SYN != 0) + u32::from(flags & FIN != 0);
        end.next = end.next.wrapping_add(u32::from(len)).wrapping_add(control);
    }

    /// Everything that was sent arrives.
    fn deliver(&mut self, from: Side) {
        let sender = &self.ends[from as usize];
        let (next, time) = (sender.next, sender.clock.wrapping_add((self.now / 1000) as u32));
        let receiver = &mut self.ends[from.other() as usize];
        (receiver.received, receiver.heard) = (next, time);
    }

    /// An end answers what passes the capture now after some time of its own.
    fn answer(&mut self, from: Side, flags: u8, after: u64) {
        self.now += self.ends[from as usize].away + after;
        self.send(from, flags, 0);
    }

    fn open(&mut self) {
        self.send(Side::Client, SYN, 0);
        self.answer(Side::Server, SYN | ACK, 20);
        self.answer(Side::Client, ACK, 20);
    }

    /// A SYN again, so long after the one before.
    fn repeat_syn(&mut self, after: u64) {
        self.now += after;
        let seq = self.ends[0].next.wrapping_sub(1);
        self.put(self.now, Side::Client, SYN, seq, 0, None);
    }

    fn unanswered(&mut self) {
        self.send(Side::Client, SYN, 0);
        for count in 0..self.dice.below(5) {
            self.repeat_syn(1_000_000 << count);
        }
    }

    fn refused(&mut self) {
        self.send(Side::Client, SYN, 0);
        // A reset that answers a SYN has no number of its own (RFC 9293 §3.10.7.1).
        let tries = if self.dice.below(2) == 0 { 1 } else { 3 };
        for count in 0..tries {
            if count > 0 {
                self.repeat_syn(500_000);
            }
            self.now += self.ends[1].away;
            self.put(self.now, Side::Server, RST | ACK, 0, 0, None);
        }
    }

    /// Requests and responses, until little is left of the budget.
    fn exchange(&mut self) {
        // Some connections carry files, some single lines.
        let is_bulk = self.dice.below(100) < 45;
        while self.left() > KEPT_FOR_END + 4 {
            let len = if is_bulk { 120 + self.dice.below(500) } else { 8 + self.dice.below(220) };
            self.send(Side::Client, PSH | ACK, len as u16);
            let work = if is_bulk { 50_000 } else { 5_000 };
            self.now += self.ends[1].away + 60 + self.dice.below(work) as u64;
            let most = (self.left() - KEPT_FOR_END) * 2 / 3;
            let wish = match (is_bulk, self.dice.below(10)) {
                (false, _) => 1,
                (true, 0..=4) => 1 + self.dice.below(6),
                (true, 5..=8) => 6 + self.dice.below(40),
                (true, _) => 40 + self.dice.below(2000),
            };
            self.transfer(Side::Server, wish.min(most.max(1)), is_bulk);
            let think = if self.dice.below(4) == 0 { 3_000_000 } else { 30_000 };
            self.now += self.ends[0].away + 100 + self.dice.below(think) as u64;
        }
    }

    /// Sends so many segments, full ones but for the last; every second one is acknowledged, and the last.
    fn transfer(&mut self, from: Side, segments: usize, full: bool) {
        let to = from.other();
        let most = self.mss - if self.has_times { 12 } else { 0 };
        let mut acked = self.now;
        for count in 1..=segments {
            let is_last = count == segments;
            let len = match (is_last, full) {
                (false, _) => most,
                (true, true) => 1 + self.dice.below(usize::from(most)) as u16,
                (true, false) => 16 + self.dice.below(200) as u16,
            };
            let flags = if is_last { PSH | ACK } else { ACK };
            let room = self.left() > KEPT_FOR_END + MOST_OF_EVENT + (segments - count) * 2;
            match self.dice.below(1000) {
                0..=3 if room => self.lose(from, len, true),
                4..=5 if room => self.lose(from, len, false),
                6..=7 if room => self.lose_last(from, flags, len),
                8..=11 if room => self.reorder(from, len),
                12 if room => self.repeat_needlessly(from, flags, len),
                13..=14 if room => {
                    self.send(from, flags, len);
                    // The same packet again, as where a switch mirrors two of its ports.
                    let same = self.seen[self.seen.len() - 1];
                    self.seen.push(Seen { at: same.at + 1, ..same });
                }
                _ => self.send(from, flags, len),
            }
            if count % 2 == 0 || is_last {
                acked = acked.max(self.now + self.ends[to as usize].away + 15);
                self.acknowledge(to, acked, None);
            }
            self.now += GAP;
            if count % FLIGHT == 0 {
                self.now = acked + self.ends[from as usize].away;
            }
        }
        self.now = self.now.max(acked) + GAP;
    }

    /// An acknowledgment of what arrived, seen at a time.
    fn acknowledge(&mut self, from: Side, at: u64, sack: Option<(u32, u32)>) {
        let seq = self.ends[from as usize].next;
        self.put(at, from, ACK, seq, 0, sack);
    }

    /// A segment is lost, after the capture or before it; three more arrive, and it is sent again at the third duplicate
    /// acknowledgment (RFC 5681 §3.2).
    fn lose(&mut self, from: Side, len: u16, seen: bool) {
        let to = from.other();
        let first = self.ends[from as usize].next;
        if seen {
            self.put(self.now, from, ACK, first, len, None);
        } else {
            // Its IP identifier is missing in the capture, too.
            self.ends[from as usize].ip_id = self.ends[from as usize].ip_id.wrapping_add(1);
        }
        self.pass(from, ACK, len);
        let left = self.ends[from as usize].next;
        let away = self.ends[to as usize].away;
        for _ in 0..3 {
            self.now += GAP;
            self.put(self.now, from, ACK, self.ends[from as usize].next, len, None);
            self.pass(from, ACK, len);
            self.acknowledge(to, self.now + away, Some((left, self.ends[from as usize].next)));
        }
        self.now += away + self.ends[from as usize].away;
        self.put(self.now, from, ACK, first, len, None);
        self.deliver(from);
    }

    /// A segment is lost after the capture, and sent again when the timer says so (RFC 6298).
    fn lose_last(&mut self, from: Side, flags: u8, len: u16) {
        let first = self.ends[from as usize].next;
        self.put(self.now, from, flags, first, len, None);
        self.pass(from, flags, len);
        self.now += 200_000 + self.ends[0].away + self.ends[1].away;
        self.put(self.now, from, flags, first, len, None);
        self.deliver(from);
    }

    /// Two segments overtake one another before the capture.
    fn reorder(&mut self, from: Side, len: u16) {
        let to = from.other();
        let first = self.ends[from as usize].next;
        self.put(self.now + GAP, from, ACK, first, len, None);
        self.pass(from, ACK, len);
        let second = self.ends[from as usize].next;
        self.put(self.now, from, ACK, second, len, None);
        self.pass(from, ACK, len);
        let away = self.ends[to as usize].away;
        self.acknowledge(to, self.now + away, Some((second, self.ends[from as usize].next)));
        self.now += GAP;
        self.deliver(from);
    }

    /// The acknowledgment of a segment is lost before the capture, so the segment is sent again, and the receiver says that
    /// it had it (RFC 2883).
    fn repeat_needlessly(&mut self, from: Side, flags: u8, len: u16) {
        let first = self.ends[from as usize].next;
        self.send(from, flags, len);
        self.now += 200_000 + self.ends[0].away + self.ends[1].away;
        self.put(self.now, from, flags, first, len, None);
        let at = self.now + self.ends[from.other() as usize].away;
        self.acknowledge(from.other(), at, Some((first, self.ends[from as usize].next)));
    }

    fn end(&mut self) {
        match self.dice.below(100) {
            0..=39 => self.close(Side::Client),
            40..=64 => self.close(Side::Server),
            65..=72 => {
                self.send(Side::Client, FIN | ACK, 0);
                self.answer(Side::Server, ACK, 40);
                self.transfer(Side::Server, 2, true);
                self.send(Side::Server, FIN | ACK, 0);
                self.answer(Side::Client, ACK, 20);
            }
            73..=80 => self.send(Side::Client, RST | ACK, 0),
            81..=85 => self.send(Side::Server, RST | ACK, 0),
            86..=87 => self.close_both(),
            // It stays open.
            _ => {}
        }
    }

    /// One end closes, then the other one.
    fn close(&mut self, first: Side) {
        self.send(first, FIN | ACK, 0);
        if self.dice.below(3) == 0 {
            self.answer(first.other(), ACK, 40);
            self.now += self.dice.below(100_000) as u64;
            self.send(first.other(), FIN | ACK, 0);
        } else {
            self.answer(first.other(), FIN | ACK, 40);
        }
        self.answer(first, ACK, 20);
    }

    /// Both ends close before either hears of it.
    fn close_both(&mut self) {
        for from in [Side::Client, Side::Server] {
            self.put(self.now, from, FIN | ACK, self.ends[from as usize].next, 0, None);
            self.now += GAP;
        }
        for from in [Side::Client, Side::Server] {
            self.pass(from, FIN, 0);
            self.deliver(from);
        }
        // The capture is nearer to the client.
        let (near, far) = (self.ends[0].away, self.ends[1].away);
        self.acknowledge(Side::Client, self.now + near, None);
        self.acknowledge(Side::Server, self.now + near.max(far) + GAP, None);
    }
}
