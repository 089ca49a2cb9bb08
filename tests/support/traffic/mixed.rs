//! Mixed traffic: conversations that begin one after the other and run side by side.

use super::frame::{Capture, Datagram, Peers, Piece, Side};
use super::talk::{self, Seen, Talk};
use super::{Contents, Pairs, Plan, hash};
use crate::captures::Dice;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{self, Write};

/// Clients have addresses of 12 bits below 10.0.0.0.
const HOST_BITS: u32 = 12;
/// The other conversations need socket pairs too.
pub(super) const MOST_CONNECTIONS: u64 = Pairs::most(HOST_BITS) / 2;
/// On average, between two beginnings, in microseconds.
const BETWEEN: usize = 1_200;
/// A conversation over UDP has no more packets, and an echo no more requests.
const MOST_DATAGRAMS: u64 = 8;
const MOST_ECHOES: u64 = 5;

/// Conversations yet to begin.
#[derive(Clone, Copy)]
struct Quota {
    tcp: u64,
    udp: u64,
    echo: u64,
}

impl Quota {
    /// What goes with so many TCP connections.
    fn new(tcp: u64) -> Quota {
        Quota { tcp, udp: tcp * 6 / 10, echo: (tcp * 3).div_ceil(100) }
    }

    fn all(&self) -> u64 {
        self.tcp + self.udp + self.echo
    }

    /// So many packets are enough for all of them.
    fn least_packets(&self) -> u64 {
        self.tcp * talk::LEAST_PACKETS + self.udp * MOST_DATAGRAMS + self.echo * 2 * MOST_ECHOES
    }

    /// Packets that a TCP connection should have on average, when so many are left for all.
    fn mean(&self, packets: u64) -> u64 {
        // What the others have on average.
        packets.saturating_sub(self.udp * 3 + self.echo * MOST_ECHOES) / self.tcp.max(1)
    }
}

/// The least packets that a capture with so many TCP connections needs; one is for the stream at its end.
pub(super) fn least_packets(connections: u64) -> u64 {
    Quota::new(connections.min(MOST_CONNECTIONS)).least_packets() + 1
}

/// A packet of a conversation, and when it is seen.
#[derive(Clone, Copy)]
enum Event {
    Tcp(Seen),
    Udp { at: u64, from: Side, data: Datagram },
    Echo { at: u64, from: Side, number: u16 },
}

impl Event {
    fn at(&self) -> u64 {
        match self {
            Event::Tcp(seen) => seen.at,
            Event::Udp { at, .. } | Event::Echo { at, .. } => *at,
        }
    }
}

/// A conversation under way: its packets in the order of their times, the next one first to be written.
struct Session {
    peers: Peers,
    events: Vec<Event>,
    next: usize,
}

/// What is under way, and what is next.
struct Schedule {
    sessions: Vec<Session>,
    /// Places in `sessions` whose conversation has ended.
    free: Vec<usize>,
    /// The time of the next packet of each conversation under way, and its place.
    next: BinaryHeap<Reverse<(u64, usize)>>,
}

impl Schedule {
    /// Adds a conversation; `write` writes its packets down.
    fn add(&mut self, peers: Peers, write: impl FnOnce(&mut Vec<Event>)) -> u64 {
        let place = self.free.pop().unwrap_or_else(|| {
            self.sessions.push(Session { peers, events: Vec::new(), next: 0 });
            self.sessions.len() - 1
        });
        let session = &mut self.sessions[place];
        (session.peers, session.next) = (peers, 0);
        session.events.clear();
        write(&mut session.events);
        session.events.sort_by_key(Event::at);
        if let Some(first) = session.events.first() {
            self.next.push(Reverse((first.at(), place)));
        }
        session.events.len() as u64
    }

    /// Writes all packets before a time.
    fn write<W: Write>(&mut self, capture: &mut Capture<W>, until: u64) -> io::Result<()> {
        while let Some(Reverse((at, place))) = self.next.peek().copied() {
            if at >= until {
                break;
            }
            self.next.pop();
            let session = &mut self.sessions[place];
            let peers = &session.peers;
            // A capture has no better identifiers for UDP and ICMP than some that grow.
            let ip_id = (at >> 10) as u16;
            match &session.events[session.next] {
                Event::Tcp(seen) => capture.tcp(at, peers, &seen.segment)?,
                Event::Udp { from, data, .. } => capture.udp(at, peers, *from, ip_id, *data)?,
                Event::Echo { from, number, .. } => capture.echo(at, peers, *from, ip_id, *number)?,
            }
            session.next += 1;
            match session.events.get(session.next) {
                Some(event) => self.next.push(Reverse((event.at(), place))),
                None => self.free.push(place),
            }
        }
        Ok(())
    }
}

pub(super) fn write<W: Write>(plan: &Plan, capture: &mut Capture<W>) -> io::Result<Contents> {
    let mut dice = Dice::new(hash(plan.seed));
    let pairs = Pairs::new(HOST_BITS, plan.seed);
    let mut schedule = Schedule { sessions: Vec::new(), free: Vec::new(), next: BinaryHeap::new() };
    let mut quota = Quota::new(plan.connections);
    // One more over UDP: the stream at the end.
    let contents = Contents { tcp: quota.tcp, udp: quota.udp + 1, echo: quota.echo, ..Contents::default() };
    let mut packets = plan.packets;
    let mut scripts = Vec::new();
    let mut now = 0;
    for number in 0..quota.all() {
        schedule.write(capture, now)?;
        let mut peers = pairs.pair(number);
        peers.v6 = dice.below(100) < 12;
        peers.vlan = (dice.below(100) < 8).then(|| 10 + (peers.client & 7) as u16);
        let kind = dice.below(quota.all() as usize) as u64;
        packets -= if kind < quota.tcp {
            let mean = quota.mean(packets);
            quota.tcp -= 1;
            let most = packets - quota.least_packets() - 1;
            let budget = tcp_packets(&mut dice, mean).min(most).max(talk::LEAST_PACKETS) as usize;
            scripts.clear();
            Talk::write(&mut scripts, &mut dice, now, budget, peers.v6);
            schedule.add(peers, |events| events.extend(scripts.iter().copied().map(Event::Tcp)))
        } else if kind < quota.tcp + quota.udp {
            quota.udp -= 1;
            if dice.below(100) < 85 {
                peers.server_port = 53;
                schedule.add(peers, |events| resolve(events, &mut dice, now))
            } else {
                // No protocol is registered for it.
                peers.server_port = 4040;
                schedule.add(peers, |events| datagrams(events, &mut dice, now))
            }
        } else {
            quota.echo -= 1;
            schedule.add(peers, |events| echoes(events, &mut dice, now))
        };
        now += dice.below(2 * BETWEEN) as u64;
    }
    // What is left: a stream with a packet every 20 ms, in which there can be any number.
    let mut peers = pairs.pair(contents.tcp + contents.udp + contents.echo);
    peers.server_port = 4040;
    let mut at = now;
    schedule.add(peers, |events| {
        for count in 0..packets {
            let piece = Piece { place: count as u32 * 160, len: 172 };
            events.push(Event::Udp { at, from: Side::Client, data: Datagram::Opaque(piece) });
            at += 20_000;
        }
    });
    schedule.write(capture, u64::MAX)?;
    Ok(contents)
}

/// How many packets a connection may have: most have few, few have many.
fn tcp_packets(dice: &mut Dice, mean: u64) -> u64 {
    let (least, spread) = match dice.below(100) {
        0..=74 => (mean / 6, mean / 3),
        75..=94 => (mean, mean),
        _ => (mean * 5, mean * 8),
    };
    least + dice.below(spread as usize) as u64
}

/// Asks for an address, again when there is no answer.
fn resolve(events: &mut Vec<Event>, dice: &mut Dice, mut at: u64) {
    let id = dice.draw() as u16;
    let question = |at| Event::Udp { at, from: Side::Client, data: Datagram::Dns { id, answers: None } };
    events.push(question(at));
    let repeated = if dice.below(20) == 0 { 1 + dice.below(3) } else { 0 };
    for _ in 0..repeated {
        at += 5_000_000;
        events.push(question(at));
    }
    // Who asked more than twice gives up.
    if repeated < 2 {
        at += 300 + dice.below(40_000) as u64;
        let answers = Some(1 + dice.below(4) as u8);
        events.push(Event::Udp { at, from: Side::Server, data: Datagram::Dns { id, answers } });
    }
}

/// Datagrams that say nothing, to and fro.
fn datagrams(events: &mut Vec<Event>, dice: &mut Dice, mut at: u64) {
    for count in 0..2 + dice.below(MOST_DATAGRAMS as usize - 1) {
        let from = if count % 2 == 0 { Side::Client } else { Side::Server };
        let piece = Piece { place: dice.draw() as u32, len: 40 + dice.below(1200) as u16 };
        events.push(Event::Udp { at, from, data: Datagram::Opaque(piece) });
        at += 500 + dice.below(30_000) as u64;
    }
}

/// Echo requests, a second apart; one in twenty gets no reply.
fn echoes(events: &mut Vec<Event>, dice: &mut Dice, start: u64) {
    for count in 0..1 + dice.below(MOST_ECHOES as usize) {
        let (at, number) = (start + count as u64 * 1_000_000, count as u16 + 1);
        events.push(Event::Echo { at, from: Side::Client, number });
        if dice.below(20) > 0 {
            let at = at + 200 + dice.below(60_000) as u64;
            events.push(Event::Echo { at, from: Side::Server, number });
        }
    }
}
