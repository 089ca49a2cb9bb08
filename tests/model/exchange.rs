//! Plays a script: two endpoints, the channel between them, and what passes the capture point.

use super::channel::{Channel, MILLISECOND, Micros, SECOND};
use super::endpoint::Endpoint;
use super::script::{Call, End, Script};
use super::segment::{Range, Segment};
use smoltcp::socket::tcp::State;
use smoltcp::wire::IpEndpoint;
use sniff_testing::captures::Dice;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Why a reader of the wire cannot know a state that the model has, at a moment when nothing is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Unknowable {
    /// smoltcp holds TIME-WAIT for 10 s, Linux and the tracker for 60 s: between the two they differ.
    TimeWait,
    /// One end is closed and the other does not know it: a reset was lost, or came after a segment that was.
    HalfOpen,
    /// A reset was lost behind the capture point; or its number was neither what the receiver expects next nor what the
    /// sender sends next, as far as captured: RFC 9293 §3.10.7.4 has such a one challenged, smoltcp believes it.
    Reset,
    /// A segment passed whose sender was closed by then, or was about to be by a reset that had passed: one that came late,
    /// or crossed the reset, and that looks like one sent afterwards. (What brings nothing new does not look so, nor what
    /// acknowledges less than the sender did before.)
    Old,
    /// The end closed with data still to be sent, or its FIN was lost before the capture point, and it acknowledged the
    /// peer's FIN before its own passed: like one that closed only afterwards, so TIME-WAIT looks like LAST-ACK.
    HiddenFin,
    /// A FIN or a SYN-ACK was repeated, which says that its acknowledgment may have been lost. That it was not is told by
    /// silence only, for as long as another repetition could take.
    Doubt,
}

/// A moment at which nothing is on its way and nothing waits for an acknowledgment.
#[derive(Clone, Debug)]
pub(crate) struct Checkpoint {
    pub(crate) at: Micros,
    pub(crate) states: [State; 2],
    /// The port accepts connections.
    pub(crate) listens: [bool; 2],
    pub(crate) unknowable: [Option<Unknowable>; 2],
}

/// Bytes of one direction.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Payload {
    pub(crate) sent: usize,
    /// Different bytes that passed the capture point.
    pub(crate) captured: usize,
    /// Bytes that arrived in order.
    pub(crate) received: usize,
}

/// A script and what came of it.
pub(crate) struct Exchange {
    pub(crate) script: Script,
    pub(crate) sockets: [SocketAddr; 2],
    /// What passed the capture point, in order: when, and the IP packet.
    pub(crate) packets: Vec<(Micros, Vec<u8>)>,
    /// Each state of each end, and since when.
    pub(crate) histories: [Vec<(Micros, State)>; 2],
    pub(crate) checkpoints: Vec<Checkpoint>,
    pub(crate) payload: [Payload; 2],
    /// As in [`Unknowable::HiddenFin`], in any connection of the socket pair.
    pub(crate) hidden_fin: [bool; 2],
    /// As in [`Unknowable::Old`].
    pub(crate) has_old: bool,
    /// Segments passed in the order in which they were sent, each once, and none was a reset or a repeated SYN-ACK or FIN.
    pub(crate) is_plain: bool,
}

enum Event {
    /// A packet of this end passes the capture point.
    Pass(End, Vec<u8>),
    /// A packet reaches this end.
    Arrive(End, Vec<u8>),
    Call(Call),
}

/// Events in order of time, equal times in the order in which they were made.
#[derive(Default)]
struct Agenda {
    queue: BinaryHeap<Reverse<(Micros, usize)>>,
    events: Vec<Option<Event>>,
    under_way: usize,
}

impl Agenda {
    fn add(&mut self, at: Micros, event: Event) {
        self.under_way += usize::from(!matches!(event, Event::Call(_)));
        self.queue.push(Reverse((at, self.events.len())));
        self.events.push(Some(event));
    }

    fn next(&self) -> Option<Micros> {
        self.queue.peek().map(|Reverse((at, _))| *at)
    }

    fn take(&mut self) -> Option<Event> {
        let Reverse((_, index)) = self.queue.pop()?;
        let event = self.events[index].take();
        self.under_way -= usize::from(!matches!(event, Some(Event::Call(_)) | None));
        event
    }
}

/// What the capture point keeps of one direction.
#[derive(Default)]
struct Passed {
    /// The number of the SYN, once it passed; a new one begins a new connection.
    first: Option<u32>,
    bytes: Range,
    /// The place of the FIN, once it passed: no byte of the stream comes from there on.
    end: Option<i64>,
    /// Bytes of the connections before.
    before: usize,
    /// Behind the highest number sent, and the highest acknowledged.
    next: Option<u32>,
    acknowledged: Option<u32>,
    /// A reset was sent.
    reset: bool,
    /// The last SYN-ACK, and the last FIN: when, and the number behind it.
    asked: [Option<(Micros, u32)>; 2],
    /// The peer's FIN was acknowledged before an own FIN passed, or with it.
    yielded: bool,
    /// A FIN passed that does not acknowledge the peer's.
    closed_first: bool,
}

struct Player {
    dice: Dice,
    ends: [Endpoint; 2],
    agenda: Agenda,
    exchange: Exchange,
    passed: [Passed; 2],
    /// As in [`Unknowable::HiddenFin`], in the connection that is under way.
    hides: [bool; 2],
    /// As in [`Unknowable::Reset`] and [`Unknowable::Old`].
    blurred: Option<Unknowable>,
    /// Until then a reader of the wire may be in doubt about a repeated FIN or SYN-ACK.
    doubt_until: Micros,
    /// When each end last came to TIME-WAIT, or heard something there.
    time_wait: [Option<Micros>; 2],
    quiet_since: Option<Micros>,
}

impl Exchange {
    /// Plays the script of a seed. The connection has a socket pair of its own among those of all seeds.
    pub(crate) fn play(seed: u64) -> Self {
        let script = Script::draw(seed);
        let is_plain = script.channels.iter().all(Channel::is_clean);
        let sockets = sockets(&script);
        let ends = [0, 1].map(|end: End| {
            let (local, peer) = (IpEndpoint::from(sockets[end]), IpEndpoint::from(sockets[1 - end]));
            Endpoint::new(&script.setups[end], seed * 2 + end as u64 + 1, local, peer, 0)
        });
        let mut agenda = Agenda::default();
        for (at, call) in &script.calls {
            // Not at 0, so that no segment is sent before the first state.
            agenda.add(at + MILLISECOND, Event::Call(*call));
        }
        let player = Player {
            dice: Dice::new(!seed),
            ends,
            agenda,
            exchange: Exchange {
                script,
                sockets,
                packets: Vec::new(),
                histories: Default::default(),
                checkpoints: Vec::new(),
                payload: Default::default(),
                hidden_fin: [false; 2],
                has_old: false,
                is_plain,
            },
            passed: Default::default(),
            hides: [false; 2],
            blurred: None,
            doubt_until: 0,
            time_wait: [None; 2],
            quiet_since: None,
        };
        player.play()
    }
}

/// Addresses from the ranges for benchmarks (RFC 2544) and for documentation (RFC 3849). Either end may have the lower one.
fn sockets(script: &Script) -> [SocketAddr; 2] {
    let [high, low] = (script.seed as u16).to_be_bytes();
    let ips: [IpAddr; 2] = if script.ipv6 {
        [1, 2].map(|n| Ipv6Addr::new(0x2001, 0xdb8, 0, 0, n, 0, (script.seed >> 16) as u16, script.seed as u16).into())
    } else {
        [18, 19].map(|n| Ipv4Addr::new(198, n, high, low).into())
    };
    let client = SocketAddr::new(ips[(script.seed >> 1) as usize & 1], 40_000 + (script.seed % 20_000) as u16);
    let server = SocketAddr::new(ips[1 - ((script.seed >> 1) as usize & 1)], 7);
    [client, server]
}

impl Player {
    fn play(mut self) -> Exchange {
        let mut now = 0;
        loop {
            self.settle(now);
            let timers = [0, 1].map(|end| self.ends[end].timer(now));
            let next = [self.agenda.next(), timers[0], timers[1]].into_iter().flatten().min();
            let next = next.unwrap_or(Micros::MAX).min(self.exchange.script.end);
            self.look(now, next);
            if next >= self.exchange.script.end {
                break;
            }
            now = next;
            if self.agenda.next() == Some(now) {
                self.happen(now);
            }
        }
        self.finish()
    }

    /// Lets both ends do what they can do now.
    fn settle(&mut self, now: Micros) {
        for end in [0, 1] {
            for packet in self.ends[end].run(now) {
                for at in self.exchange.script.channels[end].to_capture(now, &mut self.dice) {
                    self.agenda.add(at, Event::Pass(end, packet.clone()));
                }
            }
            if self.ends[end].state() == State::TimeWait {
                self.time_wait[end].get_or_insert(now);
            }
        }
        let quiet = self.agenda.under_way == 0 && self.ends.iter().all(Endpoint::is_quiet);
        self.quiet_since = if quiet { self.quiet_since.or(Some(now)) } else { None };
    }

    fn happen(&mut self, now: Micros) {
        match self.agenda.take() {
            Some(Event::Pass(end, packet)) => self.pass(now, end, packet),
            Some(Event::Arrive(end, packet)) => {
                if self.ends[end].state() == State::TimeWait {
                    self.time_wait[end] = Some(now);
                }
                self.ends[end].arrive(packet);
            }
            Some(Event::Call(call)) => self.call(call),
            None => {}
        }
    }

    fn call(&mut self, call: Call) {
        match call {
            Call::Connect(end) => self.ends[end].connect(),
            Call::Send(end, bytes) => self.ends[end].send(bytes),
            Call::Receive(end) => self.ends[end].receive(),
            Call::Close(end) => self.ends[end].close(),
            Call::Abort(end) => self.ends[end].abort(),
            Call::Look => {}
            Call::Reconnect => {
                let over = |e: &Endpoint| matches!(e.state(), State::Closed | State::TimeWait | State::Listen);
                if self.ends.iter().all(over) && self.ends[1].listens() {
                    self.ends.iter_mut().for_each(Endpoint::begin_anew);
                    self.ends[0].connect();
                    self.time_wait[0] = None;
                }
            }
        }
    }

    /// A packet passes the capture point, and goes on to the other end.
    fn pass(&mut self, now: Micros, end: End, packet: Vec<u8>) {
        let arrivals = self.exchange.script.channels[end].to_receiver(now, &mut self.dice);
        self.note(now, end, &packet, arrivals.is_empty());
        for at in arrivals {
            self.agenda.add(at, Event::Arrive(1 - end, packet.clone()));
        }
        self.exchange.packets.push((now, packet));
    }

    fn note(&mut self, now: Micros, end: End, packet: &[u8], is_lost: bool) {
        let Some(segment) = Segment::read(packet) else { return };
        let passed = &mut self.passed[end];
        if segment.syn && passed.first != Some(segment.seq) {
            passed.before += passed.bytes.len();
            *passed = Passed { first: Some(segment.seq), before: passed.before, ..Passed::default() };
            self.blurred = None;
        }
        if let Some(first) = passed.first {
            let start = i64::from(segment.seq.wrapping_sub(first.wrapping_add(u32::from(!segment.syn))).cast_signed());
            let end = start + segment.payload as i64;
            if segment.fin {
                passed.end = Some(end);
            }
            // A keep-alive's byte lies before the next to be sent: the SYN's or the FIN's own place, perhaps.
            passed.bytes.add(start.max(0), end.min(passed.end.unwrap_or(end)));
        }
        let behind = segment.seq.wrapping_add(segment.payload as u32 + 1);
        for (kind, asks) in [segment.syn && segment.ack.is_some(), segment.fin].into_iter().enumerate() {
            if !asks {
                continue;
            }
            if let Some((before, number)) = passed.asked[kind]
                && number == behind
            {
                // The next repetition comes after at most twice the time, as the retransmission timer backs off (RFC 6298 §5.5).
                self.doubt_until = self.doubt_until.max(now + (now - before) * 22 / 10 + SECOND / 2);
                self.exchange.is_plain = false;
            }
            passed.asked[kind] = Some((now, behind));
        }
        self.exchange.is_plain &= !segment.rst;
        self.hide(end, &segment);
        self.blur(end, &segment, is_lost);
        let passed = &mut self.passed[end];
        let further = |old: Option<u32>, new: u32| match old {
            Some(old) if new.wrapping_sub(old).cast_signed() < 0 => Some(old),
            _ => Some(new),
        };
        if !segment.rst {
            passed.next = further(passed.next, segment.behind());
            passed.acknowledged = segment.ack.map_or(passed.acknowledged, |ack| further(passed.acknowledged, ack));
        }
    }

    /// See [`Unknowable::Reset`] and [`Unknowable::Old`].
    fn blur(&mut self, end: End, segment: &Segment, is_lost: bool) {
        if segment.rst {
            self.passed[end].reset = true;
            let expected = self.passed[1 - end].acknowledged;
            let fits = expected.is_none() || [expected, self.passed[end].next].contains(&Some(segment.seq));
            // What was received already is not expected: such a one is ignored everywhere.
            let is_old = expected.is_some_and(|e| segment.seq.wrapping_sub(e).cast_signed() < 0);
            if is_lost || !(fits || is_old) {
                self.blurred = Some(Unknowable::Reset);
            }
        } else if self.passed[1 - end].reset || matches!(self.ends[end].state(), State::Closed | State::Listen) {
            let after = |old: Option<u32>, new: Option<u32>| {
                old.zip(new).is_none_or(|(old, new)| new.wrapping_sub(old).cast_signed() > 0)
            };
            let passed = &self.passed[end];
            let is_behind = !segment.syn && after(segment.ack, passed.acknowledged);
            let is_new = after(passed.next, Some(segment.behind())) || after(passed.acknowledged, segment.ack);
            let is_unacknowledged = after(self.passed[1 - end].acknowledged, Some(segment.behind()));
            let has_content = segment.behind() != segment.seq;
            if !is_behind && (segment.syn || is_new || (has_content && is_unacknowledged)) {
                self.blurred = Some(Unknowable::Old);
                self.exchange.has_old = true;
            }
        }
    }

    /// See [`Unknowable::HiddenFin`].
    fn hide(&mut self, end: End, segment: &Segment) {
        let peers_fin = self.passed[1 - end].asked[1].map(|(_, behind)| behind);
        let passed = &mut self.passed[end];
        let yields = segment.ack.is_some() && segment.ack == peers_fin;
        passed.yielded |= yields && (segment.fin || passed.asked[1].is_none());
        // A FIN that does not acknowledge the peer's was sent before that came, whenever it passes.
        passed.closed_first |= segment.fin && !yields;
        let closing = self.ends[end].history.iter().rev().take(4).any(|(_, state)| *state == State::Closing);
        self.hides[end] = passed.yielded && !passed.closed_first && closing;
        self.exchange.hidden_fin[end] |= self.hides[end];
    }

    /// Compares later what is true between `now` and `next`, when nothing is under way: at its beginning and at its end.
    fn look(&mut self, now: Micros, next: Micros) {
        let Some(since) = self.quiet_since else { return };
        for at in [(since == now).then_some(now + 1), Some(next - 1)].into_iter().flatten() {
            if at > now && at < next && self.exchange.checkpoints.last().is_none_or(|c| c.at < at) {
                let states = [0, 1].map(|end| self.ends[end].state());
                let listens = [0, 1].map(|end| self.ends[end].listens());
                let unknowable = [0, 1].map(|end| self.unknowable(at, end, states));
                self.exchange.checkpoints.push(Checkpoint { at, states, listens, unknowable });
            }
        }
    }

    fn unknowable(&self, at: Micros, end: End, states: [State; 2]) -> Option<Unknowable> {
        let over = |state| matches!(state, State::Closed | State::Listen);
        let other = states[1 - end];
        // Longer than 60 s, because what the tracker counts from may have passed up to some seconds later.
        if over(states[end]) && self.left_time_wait(end) && at < self.time_wait[end].unwrap_or(0) + 70 * SECOND {
            return Some(Unknowable::TimeWait);
        }
        if over(states[end]) != over(other) && states[end] != State::TimeWait && other != State::TimeWait {
            return Some(Unknowable::HalfOpen);
        }
        if self.hides[end] {
            return Some(Unknowable::HiddenFin);
        }
        if self.blurred.is_some() {
            return self.blurred;
        }
        (at < self.doubt_until).then_some(Unknowable::Doubt)
    }

    /// Whether the last connection of this end ended by the timer of TIME-WAIT.
    fn left_time_wait(&self, end: End) -> bool {
        let history = &self.ends[end].history;
        let was = history.iter().rev().take(3).any(|(_, state)| *state == State::TimeWait);
        let left = history.last().map_or(0, |(since, _)| *since);
        // A reset ends it at the moment in which it arrives.
        was && self.time_wait[end].is_some_and(|heard| left > heard)
    }

    fn finish(mut self) -> Exchange {
        for end in [0, 1] {
            let passed = &self.passed[end];
            self.exchange.payload[end] = Payload {
                sent: self.ends[end].sent,
                captured: passed.before + passed.bytes.len(),
                received: self.ends[1 - end].received,
            };
        }
        self.exchange.histories = self.ends.map(|end| end.history);
        self.exchange
    }
}
