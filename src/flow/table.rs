//! The flow table: one entry a conversation, bounded. When there is no room, the least useful conversation leaves:
//! first those that have ended, then attempts that nobody answered, then those without handshakes, and open connections
//! last.

mod farewell;
mod room;

pub use room::{Counts, Limits};

use self::farewell::Farewells;
use super::clock::Instant;
use super::entry::{Flow, Kind, Leaving};
use super::exchange::{Datagram, Exchange, SILENCE};
use super::hosts::Hosts;
use super::key::{FlowKey, Socket, Transport};
use super::numbers;
use super::reading;
use super::slab::{Slab, Slot};
use super::tcp::record::frame_number;
use super::tcp::segment::upto;
use super::tcp::{Change, Connection, Evidence, Moment, Remarks, Role, Segment, State, Why};
use super::timers::Timers;
use super::zeek::{self, Zeek};
use crate::input::{Conversation, Extent};
use crate::packet::{Conversations, Layer, Packet};
use crate::time::Time;
use ahash::RandomState;
use hashbrown::HashTable;

/// A change of state of one end of a connection, as views show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// The number of the flow.
    pub flow: u32,
    /// The frame that shows it; `None` when a timer did it.
    pub frame: Option<u64>,
    /// When.
    pub time: Time,
    /// Which end.
    pub role: Role,
    /// Its socket.
    pub socket: Socket,
    /// The other end's socket.
    pub peer: Socket,
    /// The state before.
    pub from: State,
    /// The state after.
    pub to: State,
    /// Why.
    pub why: Why,
    /// What it rests on.
    pub evidence: Evidence,
}

/// Conversations by key.
#[derive(Debug)]
pub struct Table {
    /// Keyed at random: packets choose the keys, and must not be able to choose collisions.
    keyed: RandomState,
    /// Places in `flows`. The keys are there, beside what a packet needs anyway, so that a lookup misses the cache once.
    index: HashTable<Slot>,
    flows: Slab<Flow>,
    timers: Timers,
    limits: Limits,
    /// Bytes of memory that flows take beyond their records.
    extra: usize,
    now: Instant,
    streams: [u32; Transport::COUNT],
    counts: Counts,
    changes: Vec<Change>,
    transitions: Vec<Transition>,
    gone: Vec<Flow>,
    farewells: Farewells,
    /// Live: what this host knows of them.
    hosts: Option<Box<Hosts>>,
}

impl Default for Table {
    fn default() -> Self {
        Table::new(Limits::default())
    }
}

/// Bytes that a flow takes in the index, at its fullest before and its emptiest after growing.
const INDEX_COST: usize = 10;

impl Table {
    /// What a conversation takes of [`Limits::memory`], in bytes, before anything special happens to it.
    pub const FLOW_COST: usize = Slab::<Flow>::COST + INDEX_COST;

    /// An empty table.
    pub fn new(limits: Limits) -> Self {
        Table {
            keyed: RandomState::new(),
            index: HashTable::new(),
            flows: Slab::default(),
            timers: Timers::default(),
            limits,
            extra: 0,
            now: Instant::default(),
            streams: [0; Transport::COUNT],
            counts: Counts::default(),
            changes: Vec::new(),
            transitions: Vec::new(),
            gone: Vec::new(),
            farewells: Farewells::default(),
            hosts: None,
        }
    }

    /// Keeps in mind what this host knows of the conversations from now on; see [`Hosts`].
    pub fn ask_host(&mut self) {
        self.hosts.get_or_insert_default();
    }

    /// What this host knows of the conversations, when it is asked.
    pub fn hosts(&self) -> Option<&Hosts> {
        self.hosts.as_deref()
    }

    /// What this host knows of the conversations, to ask and to answer.
    pub fn hosts_mut(&mut self) -> Option<&mut Hosts> {
        self.hosts.as_deref_mut()
    }

    /// How many conversations there were.
    pub fn counts(&self) -> Counts {
        Counts { active: self.flows.len() as u64, ..self.counts }
    }

    /// The changes of state since the last call of [`Table::observe`] or [`Table::advance`] began, in the order of their
    /// causes.
    pub fn transitions(&self) -> &[Transition] {
        &self.transitions
    }

    /// A conversation that left the table, when they are to be shown.
    pub fn gone(&mut self) -> Option<Flow> {
        let flow = self.gone.pop()?;
        if let Some(hosts) = &mut self.hosts {
            hosts.leave(flow.id);
        }
        Some(flow)
    }

    /// The conversations in the table, in the order of their numbers.
    pub fn flows(&self) -> impl Iterator<Item = &Flow> {
        let mut all: Vec<(u32, Slot)> = self.flows.iter().map(|(slot, flow)| (flow.id, slot)).collect();
        all.sort_unstable();
        all.into_iter().map(|(_, slot)| &self.flows[slot])
    }

    /// The conversations in the table, in no order, without gathering them first.
    pub fn in_no_order(&self) -> impl Iterator<Item = &Flow> {
        self.flows.iter().map(|(_, flow)| flow)
    }

    /// The capture's clock: the time of the latest frame.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// Lets timers fire that are due until `time`.
    pub fn advance(&mut self, time: Time) {
        self.transitions.clear();
        self.farewells.clear();
        self.tick(time);
    }

    /// When a timer is due, or somebody may have ended: not before then does [`Table::advance`] change anything.
    pub fn due(&self) -> Option<Instant> {
        [self.timers.next(), self.farewells.next()].into_iter().flatten().min()
    }

    fn tick(&mut self, time: Time) {
        let now = Instant::of(time);
        // Frames of several queues come a little out of order; a clock that was set back stays back.
        if now < self.now && self.now.since(now) < super::clock::SECOND {
            return;
        }
        self.now = now;
        if let Some(hosts) = &mut self.hosts {
            hosts.tidy();
        }
        while let Some((due, slot, id)) = self.timers.due(now) {
            self.fire(due, slot, id);
        }
        let flows = &self.flows;
        self.timers.tidy(|(due, slot, id)| flows.get(slot).is_some_and(|flow| flow.is_armed(id, due)));
        if self.limits.live {
            self.take_leave();
        }
    }

    fn fire(&mut self, due: Instant, slot: Slot, id: u32) {
        let Some(flow) = self.flows.get_mut(slot).filter(|flow| flow.is_armed(id, due)) else { return };
        let Kind::Tcp(connection) = &mut flow.kind else { return };
        connection.disarm(due);
        if connection.due() <= due {
            connection.fire(&mut Moment { now: due, frame: None, changes: &mut self.changes });
        }
        self.told(slot);
        self.arm(slot);
        self.weigh(slot);
        let class = self.flows[slot].class();
        self.flows.reclass(slot, class);
        self.may_leave(slot, class);
    }

    /// Sets the timers of a flow for what is due next.
    fn arm(&mut self, slot: Slot) {
        let flow = &mut self.flows[slot];
        if let Kind::Tcp(connection) = &mut flow.kind {
            let (timers, id) = (&mut self.timers, flow.id);
            connection.arm(|due| timers.set(due, slot, id));
        }
    }

    /// Makes transitions of the changes of a flow.
    fn told(&mut self, slot: Slot) {
        let flow = &self.flows[slot];
        let key = flow.key.get();
        if let Some(hosts) = &mut self.hosts
            && !self.changes.is_empty()
        {
            hosts.change(flow.id);
        }
        for change in self.changes.drain(..) {
            let end = usize::from(change.end);
            self.transitions.push(Transition {
                flow: flow.id,
                frame: change.frame,
                time: change.time.time(),
                role: flow.role(end),
                socket: key.socket(end),
                peer: key.socket(1 - end),
                from: change.from,
                to: change.to,
                why: change.why,
                evidence: change.evidence,
            });
        }
    }

    /// Takes note of a packet and finds the conversations that it belongs to, outermost first.
    pub fn observe(&mut self, packet: &Packet<'_>, found: &mut Conversations) {
        found.clear();
        self.transitions.clear();
        self.farewells.clear();
        self.tick(packet.frame.time);
        // Conversations also grow while none is new.
        if self.memory() > self.limits.memory {
            self.make_room(0);
        }
        // Of a header that the capture cuts, enough may be there to tell the conversation.
        let cut = packet.layers.cut_layer();
        for (index, layer) in packet.layers.as_slice().iter().chain(&cut).enumerate() {
            let Some((transport, key, from_low)) = FlowKey::of(packet, index, layer) else { continue };
            let from = usize::from(!from_low);
            let part = Part { packet, index, layer, transport, key, from };
            if layer.extent == Extent::Quoted {
                // Echo has no numbers that a quotation would show.
                if transport != Transport::Echo {
                    found.quote(index, self.quoted(&part));
                }
                continue;
            }
            let conversation = match transport {
                Transport::Tcp => self.segment(&part),
                Transport::Udp | Transport::Echo => self.datagram(&part),
            };
            if !found.push(index, conversation) {
                self.counts.unfollowed += 1;
            }
        }
    }

    fn find(&self, key: FlowKey) -> (u64, Option<Slot>) {
        let hash = self.keyed.hash_one(key);
        (hash, self.index.find(hash, |slot| self.flows[*slot].key.is(&key)).copied())
    }

    /// The conversation of a packet that an ICMP error quotes. It was sent before, so if it was not seen, this is the
    /// first that is heard of it.
    fn quoted(&mut self, part: &Part<'_>) -> Conversation {
        let (hash, slot) = self.find(part.key);
        let slot = slot.unwrap_or_else(|| {
            let kind = match part.transport {
                Transport::Tcp => {
                    let ports = [0, 1].map(|end| part.key.socket(end).port);
                    let connection = Connection::begun_by(part.from, &Segment::default(), ports);
                    Kind::Tcp(connection)
                }
                _ => Kind::Exchange(Exchange::begun_by(
                    part.from,
                    &Datagram::default(),
                    Instant::of(part.packet.frame.time),
                )),
            };
            self.admit(part, hash, kind, Zeek::default())
        });
        if let Some((kind, code)) = reading::undelivered(part.packet, part.index) {
            let mut at = Moment { now: self.now, frame: Some(part.packet.facts.number), changes: &mut self.changes };
            match &mut self.flows[slot].kind {
                Kind::Tcp(connection) => {
                    if let Some(seq) = reading::quoted_sequence(part.packet, part.layer) {
                        connection.unreachable(part.from, seq, &mut at);
                    }
                }
                Kind::Exchange(exchange) => exchange.undelivered(kind, code, frame_number(&at)),
            }
            self.told(slot);
            self.arm(slot);
            self.weigh(slot);
        }
        let flow = &self.flows[slot];
        let from_client = part.from == flow.client();
        Conversation { flow: flow.id, stream: flow.stream, from_client, ..Conversation::UNKNOWN }
    }

    fn segment(&mut self, part: &Part<'_>) -> Conversation {
        let Part { packet, index, layer, from, .. } = *part;
        // Of a header that is cut or contradicts itself, the ports are all that is known.
        let segment = reading::segment(packet, index, layer);
        let damaged = segment.is_some() && reading::is_damaged(packet, index, layer, Transport::Tcp);
        let sound = segment.unwrap_or_default();
        let (hash, mut found) = self.find(part.key);
        if let (Some(slot), Some(segment), false) = (found, &segment, damaged)
            && let Kind::Tcp(connection) = &mut self.flows[slot].kind
            && connection.is_reused_by(from, segment)
        {
            let frame = Some(packet.facts.number);
            connection.replace(&mut Moment { now: self.now, frame, changes: &mut self.changes });
            self.told(slot);
            self.leave_index(slot, hash);
            found = None;
        }
        let slot = found.unwrap_or_else(|| {
            let ports = [0, 1].map(|end| part.key.socket(end).port);
            let connection = Connection::begun_by(from, &sound, ports);
            let zeek = Zeek::open(Transport::Tcp, sound.flags as u8, ports[from & 1], ports[(1 - from) & 1]);
            self.admit(part, hash, Kind::Tcp(connection), zeek)
        });
        let flow = &mut self.flows[slot];
        let Kind::Tcp(connection) = &mut flow.kind else { return Conversation::UNKNOWN };
        let mut remarks = Remarks::default();
        if let Some(segment) = &segment {
            let mut told = zeek_segment(connection, from, segment, damaged);
            if damaged {
                remarks = connection.damaged(from);
            } else {
                let frame = Some(packet.facts.number);
                remarks =
                    connection.segment(from, segment, &mut Moment { now: self.now, frame, changes: &mut self.changes });
            }
            let [low, high] = &mut connection.ends;
            let (own, peer) = if from == 0 { (low, high) } else { (high, low) };
            numbers::note(segment, own, peer);
            told.gap = remarks.any(Remarks::UNSEEN_ACKED);
            if !remarks.any(Remarks::COPY) {
                flow.zeek.tcp(from == usize::from(flow.opener), &told);
            }
        }
        let (own, peer) = (&connection.ends[from & 1], &connection.ends[(1 - from) & 1]);
        let conversation = Conversation {
            flow: flow.id,
            stream: flow.stream,
            seq_base: numbers::base(own),
            ack_base: numbers::base(peer),
            window: numbers::scale(own),
            since_first: flow.first.until(packet.frame.time),
            since_previous: flow.last.until(packet.frame.time),
            remarks: remarks.0,
            from_client: from == flow.client(),
        };
        if !self.changes.is_empty() {
            self.told(slot);
        }
        self.arm(slot);
        self.passed(slot, packet);
        conversation
    }

    fn datagram(&mut self, part: &Part<'_>) -> Conversation {
        let Part { packet, index, layer, transport, from, .. } = *part;
        let datagram = reading::datagram(packet, index, layer);
        let (hash, mut found) = self.find(part.key);
        let mut earlier = None;
        if let Some(slot) = found
            && self.now.since(self.flows[slot].last) > SILENCE
        {
            // Who looks at streams, as tshark does, knows no end of them.
            let flow = &self.flows[slot];
            let Kind::Exchange(exchange) = &flow.kind else { return Conversation::UNKNOWN };
            earlier = Some((flow.stream, exchange.since, flow.last));
            self.leave_index(slot, hash);
            found = None;
        }
        let slot = found.unwrap_or_else(|| {
            let ports = [0, 1].map(|end| part.key.socket(end).port);
            let zeek = Zeek::open(transport, 0, ports[from & 1], ports[(1 - from) & 1]);
            self.admit(
                part,
                hash,
                Kind::Exchange(Exchange::begun_by(from, &datagram, Instant::of(packet.frame.time))),
                zeek,
            )
        });
        let now = self.now;
        let flow = &mut self.flows[slot];
        let (mut since, mut last) = (flow.first, flow.last);
        let damaged = reading::is_damaged(packet, index, layer, transport);
        if let Kind::Exchange(exchange) = &mut flow.kind {
            if let Some((stream, began, before)) = earlier {
                let next = &mut self.streams[transport as usize];
                (*next, flow.stream) = (next.saturating_sub(1), stream);
                (exchange.since, last) = (began, before);
            }
            since = exchange.since;
            if damaged {
                let bad = &mut exchange.halves[from & 1].bad_checksums;
                *bad = bad.saturating_add(1);
            } else {
                exchange.datagram(from, &datagram, now);
            }
        }
        if transport == Transport::Udp {
            flow.zeek.datagram(from == usize::from(flow.opener), damaged);
        }
        let conversation = Conversation {
            flow: flow.id,
            stream: flow.stream,
            since_first: since.until(packet.frame.time),
            since_previous: last.until(packet.frame.time),
            remarks: if damaged { Remarks::BAD_CHECKSUM } else { 0 },
            from_client: from == flow.client(),
            ..Conversation::UNKNOWN
        };
        self.passed(slot, packet);
        conversation
    }

    /// Notes that a frame of a flow has passed.
    fn passed(&mut self, slot: Slot, packet: &Packet<'_>) {
        let flow = &mut self.flows[slot];
        let time = Instant::of(packet.frame.time);
        let gap = u32::try_from(time.since(flow.last) / super::clock::MILLISECOND).unwrap_or(0);
        flow.longest_gap_ms = flow.longest_gap_ms.max(gap);
        flow.last = time;
        flow.last_frame = u32::try_from(packet.facts.number).unwrap_or(u32::MAX);
        let class = flow.class();
        self.flows.touch(slot, class);
        self.may_leave(slot, class);
        self.weigh(slot);
    }

    /// Makes an entry for a conversation that is new, in the place of another one when there is no room.
    #[cold]
    fn admit(&mut self, part: &Part<'_>, hash: u64, kind: Kind, zeek: Zeek) -> Slot {
        if self.memory() + Self::FLOW_COST > self.limits.memory {
            self.make_room(Self::FLOW_COST);
        }
        self.counts.created += 1;
        let id = u32::try_from(self.counts.created).unwrap_or(u32::MAX);
        let next = &mut self.streams[part.transport as usize];
        let stream = *next;
        *next = stream.saturating_add(1);
        let frame = u32::try_from(part.packet.facts.number).unwrap_or(u32::MAX);
        let flow = Flow {
            key: part.key.into(),
            id,
            stream,
            first: Instant::of(part.packet.frame.time),
            last: Instant::of(part.packet.frame.time),
            first_frame: frame,
            last_frame: frame,
            longest_gap_ms: 0,
            carriers: reading::carriers(part.packet, part.index),
            zeek,
            opener: part.from as u8,
            leaving: Leaving::default(),
            kind,
            extra: 0,
        };
        if let Some(hosts) = &mut self.hosts {
            hosts.admit(id, part.key);
        }
        let class = flow.class();
        let slot = self.flows.insert(flow, class);
        let (keyed, flows) = (&self.keyed, &self.flows);
        self.index.insert_unique(hash, slot, |s| keyed.hash_one(flows[*s].key.get()));
        self.watch(slot);
        slot
    }
}

/// A layer of a packet that belongs to a conversation.
#[derive(Clone, Copy)]
struct Part<'a> {
    packet: &'a Packet<'a>,
    index: usize,
    layer: &'a Layer,
    transport: Transport,
    key: FlowKey,
    /// Index of the end that sent it.
    from: usize,
}

/// What Zeek sees of a segment, before the tracker has.
fn zeek_segment(connection: &Connection, from: usize, segment: &Segment, damaged: bool) -> zeek::Segment {
    zeek::Segment {
        flags: segment.flags as u8,
        seq: segment.seq,
        payload: segment.len,
        window: segment.window,
        bad_checksum: damaged,
        retransmission: segment.len > 0
            && connection.ends[from & 1].highest().is_some_and(|nxt| upto(segment.end(), nxt)),
        gap: false,
    }
}

#[cfg(test)]
mod tests;
