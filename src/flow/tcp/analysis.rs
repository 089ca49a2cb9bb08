//! What each direction of a connection sent, and what went wrong: counted once, whatever way it was captured.

use super::connection::Connection;
use super::endpoint::{Endpoint, fact};
use super::holes::{Filled, Hole};
use super::segment::{CWR, ECE, FIN, RST, SYN, Segment, before, upto};
use crate::flow::clock::{Instant, MILLISECOND, Nanos};

/// What one segment was, beside what its flags say. One bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Remarks(pub u16);

impl Remarks {
    /// The same packet was captured before.
    pub const COPY: u16 = 1;
    /// Its bytes were sent before.
    pub const RETRANSMISSION: u16 = 1 << 1;
    /// … after duplicate acknowledgments asked for them (RFC 5681 §3.2).
    pub const FAST: u16 = 1 << 2;
    /// … although they had been acknowledged.
    pub const SPURIOUS: u16 = 1 << 3;
    /// It was sent before segments that were captured before it.
    pub const OUT_OF_ORDER: u16 = 1 << 4;
    /// Bytes before it were not captured.
    pub const GAP: u16 = 1 << 5;
    /// It acknowledges once more the same (RFC 5681 §2).
    pub const DUPLICATE_ACK: u16 = 1 << 6;
    /// It asks whether the other side is alive (RFC 9293 §3.8.4).
    pub const KEEP_ALIVE: u16 = 1 << 7;
    /// It asks whether the other side's window has opened (RFC 9293 §3.8.6.1).
    pub const WINDOW_PROBE: u16 = 1 << 8;
    /// It says that no byte more can be taken.
    pub const ZERO_WINDOW: u16 = 1 << 9;
    /// It fills the other side's window.
    pub const WINDOW_FULL: u16 = 1 << 10;
    /// It acknowledges bytes that this capture never saw.
    pub const UNSEEN_ACKED: u16 = 1 << 11;
    /// Its checksum is wrong, and it counts for nothing else.
    pub const BAD_CHECKSUM: u16 = 1 << 12;

    /// The remarks with their words, in the order in which they are shown.
    pub const NAMES: [(u16, &'static str); 13] = [
        (Remarks::BAD_CHECKSUM, "bad checksum"),
        (Remarks::COPY, "captured twice"),
        (Remarks::FAST, "fast retransmission"),
        (Remarks::SPURIOUS, "needless retransmission"),
        (Remarks::RETRANSMISSION, "retransmission"),
        (Remarks::OUT_OF_ORDER, "out of order"),
        (Remarks::GAP, "bytes before it were not captured"),
        (Remarks::UNSEEN_ACKED, "acknowledges bytes that were not captured"),
        (Remarks::DUPLICATE_ACK, "duplicate ACK"),
        (Remarks::KEEP_ALIVE, "keep-alive"),
        (Remarks::WINDOW_PROBE, "window probe"),
        (Remarks::ZERO_WINDOW, "zero window"),
        (Remarks::WINDOW_FULL, "window full"),
    ];

    /// Whether one of these remarks holds.
    #[inline]
    pub fn any(self, remarks: u16) -> bool {
        self.0 & remarks != 0
    }

    fn add(&mut self, remark: u16) {
        self.0 |= remark;
    }

    /// The words of all that hold; of retransmissions only the most exact.
    pub fn words(self) -> impl Iterator<Item = &'static str> {
        let exact = self.any(Remarks::FAST | Remarks::SPURIOUS);
        let shown = if exact { self.0 & !Remarks::RETRANSMISSION } else { self.0 };
        Remarks::NAMES.into_iter().filter(move |(bit, _)| shown & bit != 0).map(|(_, words)| words)
    }
}

/// Whether this very packet was captured before: a copy has the sender's identification of the packet (IPv4), or its
/// clock (timestamps); of packets without identification, only those are copies before which the other side, `peer`, sent
/// nothing that they could answer, and of those with neither only what comes at once. `print` is its fingerprint.
pub fn is_copy(own: &Endpoint, peer: &Endpoint, segment: &Segment, print: u32, now: Instant) -> bool {
    if !own.tally.recent.contains(&print) && !own.trouble.as_ref().is_some_and(|t| t.recent.contains(&print)) {
        return false;
    }
    let identified = segment.carrier.id.is_some_and(|id| id != 0);
    let carries = segment.len > 0 || segment.has(SYN) || segment.has(FIN);
    let answers = peer.has(fact::SEEN) && peer.last > own.last;
    identified || (carries && !answers && (segment.options.timestamp.is_some() || now.since(own.last) < MILLISECOND))
}

/// Counts a copy, which counts for nothing else.
pub fn count_copy(own: &mut Endpoint) -> Remarks {
    let trouble = own.trouble_mut();
    trouble.copies = trouble.copies.saturating_add(1);
    Remarks(Remarks::COPY)
}

/// Counts a packet; `print` is its fingerprint.
pub fn count(own: &mut Endpoint, segment: &Segment, print: u32) {
    own.tally.packets = own.tally.packets.saturating_add(1);
    own.tally.bytes.add(segment.carrier.length.into());
    own.tally.messages = own.tally.messages.saturating_add(u32::from(segment.len > 0));
    let oldest = own.tally.recent[own.tally.recent.len() - 1];
    own.tally.recent.rotate_right(1);
    own.tally.recent[0] = print;
    if let Some(trouble) = &mut own.trouble {
        trouble.recent.rotate_right(1);
        trouble.recent[0] = oldest;
    }
}

/// Counts a segment, after the state machine has seen it.
pub fn account(connection: &mut Connection, from: usize, segment: &Segment, first_syn: bool, now: Instant) -> Remarks {
    let [low, high] = &mut connection.ends;
    let (own, peer) = if from == 0 { (low, high) } else { (high, low) };
    let mut remarks = Remarks::default();
    marks(own, peer, segment);
    if segment.has(RST) {
        return remarks;
    }
    if segment.has(SYN) {
        handshake(own, peer, segment);
    }
    if is_probe(own, peer, segment) {
        let offered = segment.seq == own.nxt;
        let trouble = own.trouble_mut();
        (trouble.probing, trouble.offered) = (true, offered);
        trouble.unanswered_probes = trouble.unanswered_probes.saturating_add(1);
        if peer.has(fact::ACKED) && peer.window == 0 {
            trouble.window_probes = trouble.window_probes.saturating_add(1);
            remarks.add(Remarks::WINDOW_PROBE);
        } else {
            trouble.keep_alives = trouble.keep_alives.saturating_add(1);
            remarks.add(Remarks::KEEP_ALIVE);
        }
    } else {
        let repeats_syn = first_syn && segment.has(SYN) && own.has(fact::NXT);
        if !repeats_syn && (segment.len > 0 || segment.has(SYN) || segment.has(FIN)) {
            sequence(own, peer, segment, now, &mut remarks);
        }
        if let Some(trouble) = &mut own.trouble {
            (trouble.probing, trouble.offered) = (false, false);
        }
    }
    if let Some(ack) = segment.ack {
        acknowledgment(own, peer, segment, ack, now, &mut remarks);
    }
    remarks
}

/// Counts congestion marks (RFC 3168).
fn marks(own: &mut Endpoint, peer: &Endpoint, segment: &Segment) {
    if segment.carrier.marked {
        let trouble = own.trouble_mut();
        trouble.marked = trouble.marked.saturating_add(1);
    }
    if segment.has(SYN) || segment.flags & (ECE | CWR) == 0 || !(own.has(fact::ECN) && peer.has(fact::ECN)) {
        return;
    }
    let trouble = own.trouble_mut();
    trouble.echoes = trouble.echoes.saturating_add(segment.has(ECE).into());
    trouble.reductions = trouble.reductions.saturating_add(segment.has(CWR).into());
}

/// Reads what a SYN says once and for all.
fn handshake(own: &mut Endpoint, peer: &mut Endpoint, segment: &Segment) {
    let options = &segment.options;
    own.mss = options.mss.unwrap_or(own.mss);
    own.set(if options.sack_permitted { fact::SACK } else { 0 });
    own.set(if options.timestamp.is_some() { fact::STAMPS } else { 0 });
    // RFC 3168 §6.1.1: the SYN has both flags, the SYN-ACK only ECE.
    let wanted = if segment.is_syn_ack() { ECE } else { ECE | CWR };
    own.set(if segment.flags & (ECE | CWR) == wanted { fact::ECN } else { 0 });
    // RFC 7323 §2.2: scaling is in force only when both SYNs offer it; §2.3: a shift above 14 counts as 14.
    match options.shift {
        Some(shift) if !peer.has(fact::UNSCALED) => {
            own.set(fact::SCALED);
            own.shift = shift.min(14);
        }
        None if options.cut => {}
        _ => {
            for end in [own, peer] {
                end.clear(fact::SCALED);
                end.set(fact::UNSCALED);
            }
        }
    }
}

/// Whether a segment only asks for an answer: it repeats the last number before what comes next, with one byte or none,
/// or offers the next byte to a window that is closed (RFC 9293 §3.8.6.1).
fn is_probe(own: &Endpoint, peer: &Endpoint, segment: &Segment) -> bool {
    let repeats = segment.seq == own.nxt.wrapping_sub(1);
    let offers = segment.len == 1 && segment.seq == own.nxt && peer.window == 0;
    segment.len <= 1
        && (repeats || offers)
        && !segment.has(SYN)
        && !segment.has(FIN)
        && !own.has(fact::FIN)
        && own.has(fact::NXT | fact::OPEN)
        && peer.has(fact::ACKED)
        && peer.acked == own.nxt
}

/// Follows the numbers that a segment takes.
fn sequence(own: &mut Endpoint, peer: &Endpoint, segment: &Segment, now: Instant, remarks: &mut Remarks) {
    let (start, end) = (segment.data(), segment.end());
    if segment.len > 0 {
        own.tally.first_payload = own.tally.first_payload.min(now);
        own.tally.sending = own.tally.sending.max(now.since(own.tally.first_payload) as f32);
    }
    if !own.has(fact::NXT) || (!own.any(fact::SEEN | fact::SYN) && !before(segment.seq, own.nxt)) {
        own.set(fact::NXT);
        own.nxt = end;
        own.tally.payload.add(segment.len.into());
        own.tally.timed.start(segment, now);
        return;
    }
    let ahead = segment.seq.wrapping_sub(own.nxt) as i32;
    if ahead.unsigned_abs() > FAR {
        // Numbers of another connection, or invented ones.
        return;
    }
    let mut fresh = segment.len;
    let mut filled = Filled::default();
    if ahead >= 0 {
        if ahead > 0 {
            remarks.add(Remarks::GAP);
            let (id, stamp) = (segment.carrier.id, segment.options.timestamp.map(|(value, _)| value));
            let gap = Hole { start: own.nxt, end: segment.seq, since: now, id, stamp, acked: false };
            own.trouble_mut().holes.push(gap);
        }
        if was_overtaken(own, segment) {
            late(own, remarks);
        }
        let unacked = peer.has(fact::ACKED) && before(peer.acked, own.nxt);
        own.tally.timed.start(segment, now);
        if segment.len > 0 && segment.len < largest_segment(peer).saturating_sub(60) {
            own.tally.small = own.tally.small.saturating_add(1);
            own.tally.small_unwaiting = own.tally.small_unwaiting.saturating_add(unacked.into());
        }
    } else {
        let old_end = if before(own.nxt, end) { own.nxt } else { end };
        filled = own.trouble.as_mut().map_or(filled, |trouble| trouble.holes.fill(start, old_end));
        let data_end = start.wrapping_add(segment.len);
        let beyond = if before(own.nxt, data_end) { data_end.wrapping_sub(own.nxt).min(segment.len) } else { 0 };
        fresh = filled.numbers.saturating_add(beyond).min(segment.len);
        repeated(own, peer, segment, filled, now, remarks);
    }
    if let Some(hole) = filled.hole.filter(|h| h.acked) {
        let back = hole.end.wrapping_sub(hole.start).min(fresh);
        let trouble = own.trouble_mut();
        trouble.missed = trouble.missed.saturating_sub(back.into());
    }
    own.tally.payload.add(fresh.into());
    if before(own.nxt, end) {
        own.nxt = end;
    }
    // Without the scale of the window, nobody knows its edge.
    let edge_known = peer.has(fact::ACKED) && peer.any(fact::SCALED | fact::UNSCALED);
    if segment.len > 0 && edge_known && end == peer.edge {
        remarks.add(Remarks::WINDOW_FULL);
        let trouble = own.trouble_mut();
        trouble.window_full = trouble.window_full.saturating_add(1);
    }
}

/// Numbers further apart than this are not of one connection.
const FAR: u32 = 1 << 28;

/// Whether an acknowledgment of the same end, captured before, had a number behind this segment and was sent after it.
fn was_overtaken(own: &Endpoint, segment: &Segment) -> bool {
    let ahead = own.trouble.as_ref().map_or(segment.seq, |trouble| trouble.ahead);
    before(segment.seq, ahead) && upto(segment.end(), ahead) && own.sent_before(segment) == Some(true)
}

/// Counts a segment that came late.
fn late(own: &mut Endpoint, remarks: &mut Remarks) {
    remarks.add(Remarks::OUT_OF_ORDER);
    let trouble = own.trouble_mut();
    trouble.out_of_order = trouble.out_of_order.saturating_add(1);
}

/// The most bytes of a segment that `receiver` takes; when it did not say so, as on Ethernet.
fn largest_segment(receiver: &Endpoint) -> u32 {
    if receiver.mss == 0 { 1460 } else { receiver.mss.into() }
}

/// Tells why numbers come that are not new: sent again, or late.
fn repeated(
    own: &mut Endpoint,
    peer: &Endpoint,
    segment: &Segment,
    filled: Filled,
    now: Instant,
    remarks: &mut Remarks,
) {
    let all_filled = filled.numbers > 0 && filled.numbers >= segment.len;
    let is_late = match filled.hole.filter(|_| all_filled) {
        Some(hole) => is_late(own, peer, segment, &hole, now),
        // What was sent again came before it; otherwise it was sent again itself, and came late.
        None => {
            own.sent_before(segment) == Some(true)
                && own.trouble_mut().repaired.fill(segment.seq, segment.end()).numbers > 0
        }
    };
    if is_late {
        return late(own, remarks);
    }
    remarks.add(Remarks::RETRANSMISSION);
    if let Some(hole) = filled.hole {
        let repaired = Hole { start: segment.seq, end: segment.end(), ..hole };
        own.trouble_mut().repaired.push(repaired);
    }
    let acked = peer.has(fact::ACKED) && upto(segment.end(), peer.acked) && segment.len > 0;
    let asked = peer.trouble.as_ref().is_some_and(|t| t.duplicate_run >= 2) && segment.seq == peer.acked;
    if acked {
        remarks.add(Remarks::SPURIOUS);
    } else if asked {
        remarks.add(Remarks::FAST);
    }
    own.tally.timed.doubt(segment);
    let last = own.last;
    let trouble = own.trouble_mut();
    let segments = segment.len.div_ceil(largest_segment(peer)).max(1);
    trouble.retransmissions = trouble.retransmissions.saturating_add(segments);
    trouble.retransmitted = trouble.retransmitted.saturating_add(segment.len.into());
    trouble.unanswered = trouble.unanswered.saturating_add(1);
    trouble.latest = (now, now.since(last));
    trouble.spurious = trouble.spurious.saturating_add(acked.into());
    trouble.fast = trouble.fast.saturating_add((asked && !acked).into());
}

/// Whether a segment that fills a hole was sent before the one that passed over it: by its timestamp, by its
/// identification, and otherwise by the time, because nobody knows within less than a round trip that it was lost.
fn is_late(own: &Endpoint, peer: &Endpoint, segment: &Segment, hole: &Hole, now: Instant) -> bool {
    if let (Some((value, _)), Some(other)) = (segment.options.timestamp, hole.stamp)
        && value != other
    {
        return before(value, other);
    }
    if let (Some(id), Some(other)) = (segment.carrier.id.filter(|id| *id != 0), hole.id.filter(|id| *id != 0)) {
        match id.wrapping_sub(other) as i16 {
            -4096..=-1 => return true,
            1..=4096 => return false,
            _ => {}
        }
    }
    // From the point of capture to the receiver and back, and to the sender and back.
    let [there, back] = [own, peer].map(|end| end.tally.rtt.min().unwrap_or(2 * MILLISECOND));
    let least = there.saturating_add(back).max(MILLISECOND);
    now.since(hole.since) < least.saturating_sub(least / 5)
}

/// Follows what a segment acknowledges, and its window.
fn acknowledgment(
    own: &mut Endpoint,
    peer: &mut Endpoint,
    segment: &Segment,
    ack: u32,
    now: Instant,
    remarks: &mut Remarks,
) {
    let shift = if own.has(fact::SCALED) && !segment.has(SYN) { u32::from(own.shift.min(14)) } else { 0 };
    let edge = ack.wrapping_add(u32::from(segment.window) << shift);
    let bare = segment.len == 0 && segment.flags & (SYN | FIN) == 0;
    let ahead = ack.wrapping_sub(peer.nxt) as i32;
    if peer.has(fact::NXT) && ahead.unsigned_abs() > FAR {
        return;
    }
    let answers_probe = peer.trouble.as_ref().is_some_and(|t| t.probing);
    if own.has(fact::ACKED) && ack == own.acked {
        let outstanding = peer.has(fact::NXT) && before(ack, peer.nxt);
        if bare && outstanding && segment.window == own.window && !remarks.any(PROBES) && !answers_probe {
            remarks.add(Remarks::DUPLICATE_ACK);
            let trouble = own.trouble_mut();
            trouble.duplicate_acks = trouble.duplicate_acks.saturating_add(1);
            trouble.duplicate_run = trouble.duplicate_run.saturating_add(1);
        }
    } else if !own.has(fact::ACKED) || before(own.acked, ack) {
        own.acked = ack;
        if let Some(trouble) = &mut own.trouble {
            trouble.duplicate_run = 0;
        }
        confirmed(peer, segment, ack, bare, now, remarks);
    }
    if let (Some((left, right)), Some(trouble)) = (segment.options.sack, &mut peer.trouble) {
        // RFC 2883 §4: the first block reports what came twice.
        let inside = segment.options.sack_second.is_some_and(|(l, r)| upto(l, left) && upto(right, r));
        if upto(right, ack) || inside {
            trouble.reported_twice = trouble.reported_twice.saturating_add(1);
        }
    }
    window(own, segment, edge, now, remarks);
    if let Some(trouble) = &mut peer.trouble {
        (trouble.probing, trouble.offered, trouble.unanswered, trouble.unanswered_probes) = (false, false, 0, 0);
    }
}

const PROBES: u16 = Remarks::KEEP_ALIVE | Remarks::WINDOW_PROBE;

/// Notes a round trip.
fn measured(peer: &mut Endpoint, took: Nanos, bare: bool) {
    let least = peer.tally.rtt.min().unwrap_or(took);
    peer.tally.rtt.add(took);
    let delayed = (35 * MILLISECOND..=250 * MILLISECOND).contains(&took) && took > least.saturating_mul(4);
    peer.tally.late_acks = peer.tally.late_acks.saturating_add((bare && delayed).into());
}

/// What a new acknowledgment says of the end whose bytes it acknowledges.
fn confirmed(peer: &mut Endpoint, segment: &Segment, ack: u32, bare: bool, now: Instant, remarks: &mut Remarks) {
    if !peer.has(fact::NXT) {
        peer.set(fact::NXT);
        peer.nxt = ack;
        return;
    }
    if let Some(took) = peer.tally.timed.stop(ack, segment.options.timestamp.map(|(_, echo)| echo), now) {
        measured(peer, took, bare);
    }
    if let Some(trouble) = &mut peer.trouble {
        let missed = trouble.holes.acknowledged(ack);
        if missed > 0 {
            trouble.missed = trouble.missed.saturating_add(missed);
            remarks.add(Remarks::UNSEEN_ACKED);
        }
    }
    let unseen = ack.wrapping_sub(peer.nxt);
    if unseen == 1 && peer.trouble.as_ref().is_some_and(|trouble| trouble.offered) {
        // The byte of a window probe was taken.
        peer.tally.payload.add(1);
        peer.nxt = ack;
    } else if before(peer.nxt, ack) {
        if peer.has(fact::SEEN) {
            remarks.add(Remarks::UNSEEN_ACKED);
            let (id, stamp) = (None, segment.options.timestamp.map(|(_, echo)| echo));
            let hole = Hole { start: peer.nxt, end: ack, since: now, id, stamp, acked: true };
            let trouble = peer.trouble_mut();
            trouble.missed = trouble.missed.saturating_add(unseen.into());
            trouble.holes.push(hole);
        }
        peer.nxt = ack;
    }
}

/// Follows the window that an end announces.
fn window(own: &mut Endpoint, segment: &Segment, edge: u32, now: Instant, remarks: &mut Remarks) {
    let closed = segment.window == 0 && !segment.has(SYN);
    if closed {
        remarks.add(Remarks::ZERO_WINDOW);
        let trouble = own.trouble_mut();
        trouble.zero_windows = trouble.zero_windows.saturating_add(1);
        trouble.zero_since.get_or_insert(now);
    } else if let Some(trouble) = &mut own.trouble
        && let Some(since) = trouble.zero_since.take()
    {
        trouble.zero_time = trouble.zero_time.saturating_add(now.since(since).max(0));
    }
    if !own.has(fact::ACKED) || before(own.edge, edge) {
        own.edge = edge;
    }
    own.window = segment.window;
    own.set(fact::ACKED);
}
