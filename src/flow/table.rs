//! The flow table: one entry a conversation, bounded. When it is full, one that was not seen for a while leaves: the
//! table goes round its entries and takes the first that was not seen since it last came by (the CLOCK algorithm, which
//! unlike a list in order of use touches no other entry when a packet arrives).

use super::key::{FlowKey, Transport};
use crate::input::{Conversation, Extent, WindowScale};
use crate::packet::{Conversations, Layers, Packet};
use crate::time::Time;
use ahash::RandomState;
use etherparse::{TcpOptionElement, TcpOptionsIterator};
use hashbrown::HashTable;

/// The most conversations that are remembered at a time, about 200 bytes each.
pub const MAX_FLOWS: usize = 1 << 20;

/// How many conversations there were. `created = active + replaced + evicted` holds always.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Conversations seen, a reused socket pair counting anew.
    pub created: u64,
    /// Conversations that are remembered now.
    pub active: u64,
    /// Conversations whose socket pair was used again.
    pub replaced: u64,
    /// Conversations forgotten because the table was full.
    pub evicted: u64,
    /// Conversations of frames that hold more of them than [`Conversations::MAX`].
    pub unfollowed: u64,
}

#[derive(Debug)]
struct Flow {
    key: FlowKey,
    id: u32,
    stream: u32,
    first: Time,
    last: Time,
    /// TCP: what each side (index 0: the key's low side) has shown of itself.
    sides: [Side; 2],
    /// Seen since the table last looked for an entry to forget.
    seen: bool,
}

/// One direction of a TCP conversation.
#[derive(Clone, Copy, Debug, Default)]
struct Side {
    base: Option<u32>,
    window: WindowScale,
}

/// Conversations by key.
#[derive(Debug)]
pub struct Table {
    /// Keyed at random: packets choose the keys, and must not be able to choose collisions.
    keyed: RandomState,
    /// Places in `flows`. The keys are there, beside what a packet needs anyway, so that a lookup misses the cache once.
    index: HashTable<u32>,
    flows: Vec<Flow>,
    /// Where the search for an entry to forget goes on.
    hand: usize,
    cap: usize,
    streams: [u32; Transport::COUNT],
    counts: Counts,
}

impl Default for Table {
    fn default() -> Self {
        Table::with_cap(MAX_FLOWS)
    }
}

impl Table {
    /// A table that remembers at most `cap` conversations (at least 1).
    pub fn with_cap(cap: usize) -> Self {
        Table {
            keyed: RandomState::new(),
            index: HashTable::new(),
            flows: Vec::new(),
            hand: 0,
            cap: cap.clamp(1, u32::MAX as usize),
            streams: [0; Transport::COUNT],
            counts: Counts::default(),
        }
    }

    /// How many conversations there were.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Takes note of a packet and finds the conversations that it belongs to, outermost first.
    pub fn observe(&mut self, packet: &Packet<'_>, found: &mut Conversations) {
        found.clear();
        // Of a header that the capture cuts, enough may be there to tell the conversation.
        let cut = packet.layers.cut_layer();
        for (index, layer) in packet.layers.as_slice().iter().chain(&cut).enumerate() {
            let Some((transport, key, from_low)) = FlowKey::of(packet, index, layer) else { continue };
            if layer.extent == Extent::Quoted {
                // Echo has no numbers that a quotation would show.
                if transport != Transport::Echo {
                    found.quote(index, self.quoted(transport, key, packet.frame.time));
                }
                continue;
            }
            let segment = match transport {
                Transport::Tcp => Segment::read(Layers::bytes(layer, packet.bytes)),
                _ => None,
            };
            let conversation = self.touch(transport, key, from_low, segment, packet.frame.time);
            if !found.push(index, conversation) {
                self.counts.unfollowed += 1;
            }
        }
    }

    /// The conversation of a packet that an ICMP error quotes. It was sent before, so if it was not seen, this is the
    /// first that is heard of it. A quotation tells nothing new of a conversation otherwise.
    fn quoted(&mut self, transport: Transport, key: FlowKey, time: Time) -> Conversation {
        let hash = self.keyed.hash_one(key);
        let slot = match self.index.find(hash, |slot| self.flows[*slot as usize].key == key) {
            Some(slot) => *slot,
            None => self.admit(transport, key, hash, time),
        };
        let flow = &self.flows[slot as usize];
        Conversation { flow: flow.id, stream: flow.stream, ..Conversation::UNKNOWN }
    }

    fn touch(
        &mut self,
        transport: Transport,
        key: FlowKey,
        from_low: bool,
        segment: Option<Segment>,
        time: Time,
    ) -> Conversation {
        let hash = self.keyed.hash_one(key);
        let slot = match self.index.find(hash, |slot| self.flows[*slot as usize].key == key) {
            Some(slot) => *slot,
            None => self.admit(transport, key, hash, time),
        };
        let (own, peer) = if from_low { (0, 1) } else { (1, 0) };
        let reused = segment.is_some_and(|s| s.opens_anew(&self.flows[slot as usize].sides[own]));
        if reused {
            let flow = &mut self.flows[slot as usize];
            (flow.first, flow.last, flow.sides) = (time, time, [Side::default(); 2]);
            self.counts.replaced += 1;
            self.number(slot, transport);
        }
        let flow = &mut self.flows[slot as usize];
        if let Some(segment) = segment {
            let [low, high] = &mut flow.sides;
            let (own, peer) = if from_low { (low, high) } else { (high, low) };
            segment.note(own, peer);
        }
        let conversation = Conversation {
            flow: flow.id,
            stream: flow.stream,
            seq_base: flow.sides[own].base,
            ack_base: flow.sides[peer].base,
            window: flow.sides[own].window,
            since_first: time.since(flow.first),
            since_previous: time.since(flow.last),
        };
        (flow.last, flow.seen) = (time, true);
        conversation
    }

    /// Makes an entry for a conversation that is new, in the place of another one when there is no room.
    #[cold]
    fn admit(&mut self, transport: Transport, key: FlowKey, hash: u64, time: Time) -> u32 {
        let sides = [Side::default(); 2];
        let fresh = Flow { key, id: 0, stream: 0, first: time, last: time, sides, seen: true };
        let slot = if self.flows.len() < self.cap {
            self.flows.push(fresh);
            self.counts.active += 1;
            self.flows.len() - 1
        } else {
            while std::mem::take(&mut self.flows[self.hand].seen) {
                self.hand = (self.hand + 1) % self.cap;
            }
            let slot = self.hand;
            self.hand = (self.hand + 1) % self.cap;
            let gone = std::mem::replace(&mut self.flows[slot], fresh);
            let gone = self.keyed.hash_one(gone.key);
            if let Ok(entry) = self.index.find_entry(gone, |s| *s as usize == slot) {
                entry.remove();
            }
            self.counts.evicted += 1;
            slot
        } as u32;
        let (keyed, flows) = (&self.keyed, &self.flows);
        self.index.insert_unique(hash, slot, |s| keyed.hash_one(flows[*s as usize].key));
        self.number(slot, transport);
        slot
    }

    /// Gives a flow that begins its numbers.
    fn number(&mut self, slot: u32, transport: Transport) {
        let flow = &mut self.flows[slot as usize];
        self.counts.created += 1;
        flow.id = u32::try_from(self.counts.created).unwrap_or(u32::MAX);
        let stream = &mut self.streams[transport as usize];
        flow.stream = *stream;
        *stream = stream.saturating_add(1);
    }
}

/// What a TCP header says that later segments need.
#[derive(Clone, Copy, Debug)]
struct Segment {
    seq: u32,
    ack: Option<u32>,
    syn: bool,
    /// The window scale option of a SYN.
    shift: Option<u8>,
    /// The capture ends in the options, so that others may have been there.
    cut: bool,
}

impl Segment {
    fn read(bytes: &[u8]) -> Option<Segment> {
        let h = bytes.first_chunk::<20>()?;
        let (seq, ack) = (u32::from_be_bytes([h[4], h[5], h[6], h[7]]), u32::from_be_bytes([h[8], h[9], h[10], h[11]]));
        let syn = h[13] & 0x02 != 0;
        let length = usize::from(h[12] >> 4) * 4;
        let cut = length > bytes.len();
        let options = bytes.get(20..length.min(bytes.len())).filter(|_| syn).unwrap_or_default();
        let shift = TcpOptionsIterator::from_slice(options).map_while(Result::ok).find_map(|o| match o {
            TcpOptionElement::WindowScale(shift) => Some(shift),
            _ => None,
        });
        Some(Segment { seq, ack: (h[13] & 0x10 != 0).then_some(ack), syn, shift, cut })
    }

    /// A SYN with another initial sequence number than the one before is another connection on the same sockets.
    fn opens_anew(&self, own: &Side) -> bool {
        self.syn && self.ack.is_none() && own.base.is_some_and(|base| base != self.seq)
    }

    /// Updates what is known of both sides. Numbers count from the SYN; where it was not seen, the first byte is 1.
    fn note(&self, own: &mut Side, peer: &mut Side) {
        if self.syn && self.ack.is_some() && own.base.is_some_and(|base| base != self.seq) {
            own.base = None;
        }
        if own.base.is_none() {
            own.base = Some(if self.syn { self.seq } else { self.seq.wrapping_sub(1) });
        }
        if let (None, Some(ack)) = (peer.base, self.ack) {
            peer.base = Some(ack.wrapping_sub(1));
        }
        if self.syn {
            // RFC 7323 §2.2: scaling is in force only when both SYNs offer it; §2.3: a shift above 14 counts as 14.
            match self.shift {
                Some(shift) if peer.window != WindowScale::Off => own.window = WindowScale::Shift(shift.min(14)),
                None if self.cut => {}
                _ => (own.window, peer.window) = (WindowScale::Off, WindowScale::Off),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{FlowKey, Segment, Table, Transport};
    use crate::input::{Addresses, WindowScale};
    use crate::time::Time;

    fn key(port: u16) -> (FlowKey, bool) {
        FlowKey::new(Transport::Tcp, Addresses::V4 { src: [10, 0, 0, 2], dst: [10, 0, 0, 1] }, (port, 80))
    }

    fn syn(seq: u32, shift: Option<u8>) -> Option<Segment> {
        Some(Segment { seq, ack: None, syn: true, shift, cut: false })
    }

    #[test]
    fn a_full_table_forgets_what_was_not_seen_lately_and_counts_it() {
        let mut table = Table::with_cap(3);
        let mut see = |port| table.touch(Transport::Tcp, key(port).0, true, None, Time::default()).flow;
        assert_eq!((see(1), see(2), see(3)), (1, 2, 3));
        assert_eq!(see(4), 4, "all were seen, so the first place is taken");
        assert_eq!((see(2), see(4)), (2, 4));
        assert_eq!(see(5), 5, "port 3 was not seen since");
        assert_eq!((see(2), see(4)), (2, 4), "those are still known");
        assert_eq!(see(3), 6, "forgotten, so it is new");
        let counts = table.counts();
        assert_eq!((counts.created, counts.active, counts.evicted), (6, 3, 3));
        assert_eq!(counts.created, counts.active + counts.replaced + counts.evicted);
    }

    #[test]
    fn numbers_count_from_the_syn_and_scaling_needs_both_sides() {
        let mut table = Table::default();
        let (k, low) = key(40000);
        let t = Time::default();
        let c = table.touch(Transport::Tcp, k, low, syn(1000, Some(7)), t);
        assert_eq!((c.seq_base, c.ack_base), (Some(1000), None));
        let reply = Segment { seq: 5000, ack: Some(1001), syn: true, shift: None, cut: false };
        let c = table.touch(Transport::Tcp, k, !low, Some(reply), t);
        assert_eq!((c.seq_base, c.ack_base, c.window), (Some(5000), Some(1000), WindowScale::Off));
        let data = Segment { seq: 1001, ack: Some(5001), syn: false, shift: None, cut: false };
        assert_eq!(table.touch(Transport::Tcp, k, low, Some(data), t).window, WindowScale::Off);
    }

    #[test]
    fn a_syn_with_another_number_is_a_new_conversation_and_a_repeated_one_is_not() {
        let mut table = Table::default();
        let (k, low) = key(40000);
        let t = Time::default();
        let first = table.touch(Transport::Tcp, k, low, syn(1000, None), t);
        let again = table.touch(Transport::Tcp, k, low, syn(1000, None), t);
        let other = table.touch(Transport::Tcp, k, low, syn(2000, None), t);
        assert_eq!((first.stream, again.stream, other.stream), (0, 0, 1));
        assert_eq!((other.flow, other.seq_base), (2, Some(2000)));
    }

    #[test]
    fn a_syn_whose_options_the_capture_cuts_leaves_the_scale_unknown() {
        let bytes = |offset: u8| {
            let mut header = [0; 24];
            (header[12], header[13]) = (offset << 4, 0x02);
            header
        };
        let mut table = Table::default();
        let (k, low) = key(40000);
        let cut = Segment::read(&bytes(10));
        assert!(cut.is_some_and(|s| s.cut));
        assert_eq!(table.touch(Transport::Tcp, k, low, cut, Time::default()).window, WindowScale::Unknown);
        let whole = Segment::read(&bytes(6));
        assert_eq!(table.touch(Transport::Tcp, k, low, whole, Time::default()).window, WindowScale::Off);
    }

    #[test]
    fn a_quotation_names_the_conversation_and_changes_nothing_of_it() {
        let mut table = Table::default();
        let (k, low) = key(40000);
        let at = |secs| Time { secs, nanos: 0 };
        assert_eq!(table.quoted(Transport::Tcp, k, at(1)).stream, 0, "the first that is heard of it");
        let sent = table.touch(Transport::Tcp, k, low, syn(1000, None), at(2));
        assert_eq!((sent.stream, sent.seq_base), (0, Some(1000)));
        assert_eq!(table.quoted(Transport::Tcp, key(40001).0, at(3)).stream, 1);
        table.quoted(Transport::Tcp, k, at(4));
        assert_eq!(table.touch(Transport::Tcp, k, low, None, at(5)).since_previous, Time { secs: 3, nanos: 0 });
    }

    #[test]
    fn mid_stream_numbers_begin_at_one() {
        let mut table = Table::default();
        let (k, low) = key(40000);
        let data = Segment { seq: 700, ack: Some(90), syn: false, shift: None, cut: false };
        let c = table.touch(Transport::Tcp, k, low, Some(data), Time::default());
        assert_eq!((c.seq_base, c.ack_base, c.window), (Some(699), Some(89), WindowScale::Unknown));
    }
}
