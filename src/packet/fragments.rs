//! Puts fragments of IP datagrams together again (RFC 791 §3.2, RFC 8200 §4.5).
//!
//! Fragments wait here until their datagram is complete, in whatever order they come; then the datagram's bytes are
//! appended to those of the frame that completed it, and the peeling goes on in them. Every byte keeps its source.
//!
//! What waits is bounded in bytes, datagrams and time. Overlaps are kept out of the way (the bytes that came first
//! stay) and reported: hosts disagree on them, which is what attackers use.

use crate::dissect::{Fragment, Next};
use crate::input::Addresses;
use crate::time::Time;
use ahash::RandomState;
use hashbrown::HashTable;
use std::collections::VecDeque;

/// The most bytes that wait, the bookkeeping included.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;

/// The most datagrams that wait.
pub const MAX_DATAGRAMS: usize = 16_384;

/// The most sources that are kept of one datagram; repetitions beyond are only counted.
const MAX_SOURCES: usize = 16_384;

/// How long fragments of one datagram wait for the rest: Linux's time for IPv4, that of RFC 8200 §4.5 for IPv6.
const WAIT_V4: i64 = 30;
const WAIT_V6: i64 = 60;

/// The largest payload of a datagram.
const MAX_DATAGRAM: u32 = 65_535;

/// Bookkeeping of a datagram and of a piece, in bytes, as it counts against [`MAX_BYTES`].
const DATAGRAM_COST: usize = 192;
const PIECE_COST: usize = 32;
const SOURCE_COST: usize = 24;

/// Which fragments belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// The packet's addresses.
    pub addresses: Addresses,
    /// [`Fragment::id`].
    pub id: u64,
}

impl std::hash::Hash for Key {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        match self.addresses {
            Addresses::V4 { src, dst } => (src, dst).hash(state),
            Addresses::V6 { src, dst } => (src, dst).hash(state),
        }
        state.write_u64(self.id);
    }
}

/// Where bytes of a datagram came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// The number of the frame.
    pub frame: u64,
    /// Offset in the datagram's payload.
    pub offset: u32,
    /// How many bytes.
    pub length: u32,
    /// Whether an earlier one had brought some of them.
    pub overlaps: bool,
}

/// How many fragments and datagrams there were.
/// `started = reassembled + expired + evicted + waiting` holds always.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Fragments that were offered.
    pub fragments: u64,
    /// Datagrams of which a fragment was seen.
    pub started: u64,
    /// Datagrams that became complete.
    pub reassembled: u64,
    /// Datagrams of which a fragment did not come in time.
    pub expired: u64,
    /// Datagrams that were given up because too much waited.
    pub evicted: u64,
    /// Datagrams that wait for more.
    pub waiting: u64,
    /// Fragments with bytes that another one had brought.
    pub overlaps: u64,
}

/// What became of a fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It waits for the rest of its datagram.
    Waiting,
    /// It completes its datagram.
    Complete(Joined),
    /// It cannot belong to a datagram: it reaches beyond the largest one.
    TooLong,
}

/// A datagram that was put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Joined {
    /// What the datagram carries.
    pub next: Next,
    /// Where its payload begins in [`Fragments::bytes`].
    pub start: u32,
    /// How many bytes its payload has.
    pub length: u32,
    /// Its sources in [`Fragments::sources`].
    pub sources: (u32, u32),
    /// Fragments overlapped.
    pub overlap: bool,
    /// And did not agree on the bytes.
    pub conflict: bool,
    /// Fragments did not agree on where the datagram ends.
    pub tails: bool,
}

impl Joined {
    /// Where its bytes came from, in the order in which they belong.
    pub fn sources_in<'a>(&self, all: &'a [Source]) -> &'a [Source] {
        let (from, to) = self.sources;
        all.get(from as usize..to as usize).unwrap_or_default()
    }

    /// Nothing.
    pub(super) const NONE: Joined =
        Joined { next: Next::End, start: 0, length: 0, sources: (0, 0), overlap: false, conflict: false, tails: false };
}

#[derive(Debug)]
struct Piece {
    offset: u32,
    bytes: Box<[u8]>,
}

impl Piece {
    fn end(&self) -> u32 {
        self.offset + self.bytes.len() as u32
    }
}

/// A datagram of which something is missing.
#[derive(Debug)]
struct Datagram {
    key: Key,
    /// Tells this use of the slot from earlier ones.
    generation: u64,
    since: Time,
    /// What the first fragment says that it carries.
    next: Option<Next>,
    /// Its length, once the last fragment is here.
    length: Option<u32>,
    /// What is here, in order and without overlap.
    pieces: Vec<Piece>,
    /// How many bytes that is.
    have: u32,
    sources: Vec<Source>,
    overlap: bool,
    conflict: bool,
    tails: bool,
}

impl Datagram {
    fn cost(&self) -> usize {
        DATAGRAM_COST + self.have as usize + self.pieces.len() * PIECE_COST + self.sources.len() * SOURCE_COST
    }

    /// Takes in what is new of `bytes`, and notes what is not.
    fn add(&mut self, offset: u32, bytes: &[u8]) {
        let end = offset + bytes.len() as u32;
        let slice =
            |from: u32, to: u32| bytes.get((from - offset) as usize..(to - offset) as usize).unwrap_or_default();
        let mut at = offset;
        let mut index = self.pieces.partition_point(|p| p.end() <= offset);
        while at < end {
            let (from, to) = self.pieces.get(index).map_or((end, end), |p| (p.offset.min(end), p.end().min(end)));
            if at < from {
                let fresh = Piece { offset: at, bytes: slice(at, from).into() };
                self.have += from - at;
                self.pieces.insert(index, fresh);
                index += 1;
                at = from;
                continue;
            }
            if let Some(old) = self.pieces.get(index) {
                self.overlap = true;
                let known = old.bytes.get((at - old.offset) as usize..(to - old.offset) as usize);
                self.conflict |= known != Some(slice(at, to));
            }
            at = to;
            index += 1;
        }
    }

    fn is_complete(&self) -> bool {
        // Pieces do not overlap and end where the datagram ends.
        self.next.is_some() && self.length == Some(self.have)
    }

    fn is_late(&self, now: Time) -> bool {
        let wait = match self.key.addresses {
            Addresses::V4 { .. } => WAIT_V4,
            Addresses::V6 { .. } => WAIT_V6,
        };
        now.since(self.since) > (Time { secs: wait, nanos: 0 })
    }
}

/// Fragments that wait, and the datagrams that the frame at hand completed.
#[derive(Debug, Default)]
pub struct Fragments {
    /// Keyed at random: packets choose the keys, and must not be able to choose collisions.
    keyed: RandomState,
    /// Slots of `datagrams`.
    index: HashTable<u32>,
    datagrams: Vec<Option<Datagram>>,
    free: Vec<u32>,
    /// Slots and generations in the order in which they were started. Some are gone already.
    order: VecDeque<(u32, u64)>,
    generation: u64,
    cost: usize,
    counts: Counts,
    bytes: Vec<u8>,
    sources: Vec<Source>,
}

impl Fragments {
    /// How many fragments and datagrams there were.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The bytes of the frame and, behind them, of the datagrams that it completed; empty when it completed none.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Where the bytes of the datagrams that the frame completed came from.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// Forgets the datagrams of the frame before.
    #[inline(always)]
    pub fn clear(&mut self) {
        if !self.bytes.is_empty() {
            self.bytes.clear();
            self.sources.clear();
        }
    }

    /// Takes in a fragment. `payload` lies at `start` in [`Fragments::bytes`] if it was put together itself, and in
    /// `frame` otherwise.
    pub fn add(
        &mut self,
        key: Key,
        fragment: &Fragment,
        span: (u32, u32),
        frame: &[u8],
        number: u64,
        now: Time,
    ) -> Outcome {
        self.counts.fragments += 1;
        self.expire(now);
        let (from, length) = span;
        let Some(end) = fragment.offset.checked_add(length).filter(|end| *end <= MAX_DATAGRAM) else {
            return Outcome::TooLong;
        };
        let slot = self.find(key, now);
        let Some(Some(datagram)) = self.datagrams.get_mut(slot as usize) else { return Outcome::Waiting };
        let before = datagram.cost();
        if fragment.offset == 0 {
            datagram.next.get_or_insert(fragment.next);
        }
        let overlapped = std::mem::take(&mut datagram.overlap);
        // What lies behind the end that was given first belongs to no datagram.
        let known = datagram.length.unwrap_or(MAX_DATAGRAM);
        if !fragment.more {
            datagram.tails |= datagram.length.is_some_and(|known| known != end);
            if datagram.pieces.last().is_some_and(|p| p.end() > end) {
                datagram.tails = true;
            } else {
                datagram.length.get_or_insert(end);
            }
        }
        datagram.tails |= end > known;
        let all = if self.bytes.is_empty() { frame } else { &self.bytes };
        let kept = end.min(known).saturating_sub(fragment.offset);
        let payload = all.get(from as usize..from.saturating_add(kept) as usize).unwrap_or_default();
        datagram.add(fragment.offset, payload);
        let overlaps = datagram.overlap;
        self.counts.overlaps += u64::from(overlaps);
        datagram.overlap |= overlapped;
        if datagram.sources.len() < MAX_SOURCES {
            datagram.sources.push(Source { frame: number, offset: fragment.offset, length, overlaps });
        }
        self.cost = self.cost - before + datagram.cost();
        if datagram.is_complete() {
            return self.complete(slot, frame);
        }
        self.evict();
        Outcome::Waiting
    }

    /// The slot of the datagram with this key; a new one if none waits, or if the one that does has waited too long.
    fn find(&mut self, key: Key, now: Time) -> u32 {
        let hash = self.keyed.hash_one(key);
        let same = |slot: &u32| matches!(self.datagrams.get(*slot as usize), Some(Some(d)) if d.key == key);
        if let Some(slot) = self.index.find(hash, same).copied() {
            match self.datagrams.get(slot as usize) {
                Some(Some(waiting)) if waiting.is_late(now) => {
                    self.remove(slot);
                    self.counts.expired += 1;
                }
                _ => return slot,
            }
        }
        self.generation += 1;
        self.counts.started += 1;
        self.counts.waiting += 1;
        let generation = self.generation;
        let fresh = Datagram {
            key,
            generation,
            since: now,
            next: None,
            length: None,
            pieces: Vec::new(),
            have: 0,
            sources: Vec::new(),
            overlap: false,
            conflict: false,
            tails: false,
        };
        self.cost += fresh.cost();
        let slot = self.free.pop().unwrap_or(self.datagrams.len() as u32);
        match self.datagrams.get_mut(slot as usize) {
            Some(place) => *place = Some(fresh),
            None => self.datagrams.push(Some(fresh)),
        }
        let (keyed, datagrams) = (&self.keyed, &self.datagrams);
        let hash_of = |slot: &u32| match datagrams.get(*slot as usize) {
            Some(Some(d)) => keyed.hash_one(d.key),
            _ => 0,
        };
        self.index.insert_unique(hash, slot, hash_of);
        self.order.push_back((slot, generation));
        slot
    }

    fn remove(&mut self, slot: u32) -> Option<Datagram> {
        let datagram = self.datagrams.get_mut(slot as usize)?.take()?;
        let hash = self.keyed.hash_one(datagram.key);
        if let Ok(entry) = self.index.find_entry(hash, |s| *s == slot) {
            entry.remove();
        }
        self.free.push(slot);
        self.cost -= datagram.cost();
        self.counts.waiting -= 1;
        Some(datagram)
    }

    /// The oldest datagram that waits.
    fn oldest(&mut self) -> Option<(u32, &Datagram)> {
        while let Some((slot, generation)) = self.order.front().copied() {
            let here = matches!(self.datagrams.get(slot as usize), Some(Some(d)) if d.generation == generation);
            if here {
                let datagram = self.datagrams.get(slot as usize)?.as_ref()?;
                return Some((slot, datagram));
            }
            self.order.pop_front();
        }
        None
    }

    /// Gives up what has waited too long.
    fn expire(&mut self, now: Time) {
        while let Some((slot, oldest)) = self.oldest() {
            if !oldest.is_late(now) {
                break;
            }
            self.remove(slot);
            self.counts.expired += 1;
        }
        // Behind an old one that waits, there may be many that are gone.
        if self.order.len() > 2 * MAX_DATAGRAMS {
            let datagrams = &self.datagrams;
            self.order.retain(|(slot, generation)| {
                matches!(datagrams.get(*slot as usize), Some(Some(d)) if d.generation == *generation)
            });
        }
    }

    /// Gives up the oldest while too much waits.
    fn evict(&mut self) {
        while self.cost > MAX_BYTES || self.counts.waiting > MAX_DATAGRAMS as u64 {
            let Some((slot, _)) = self.oldest() else { break };
            self.remove(slot);
            self.counts.evicted += 1;
        }
    }

    fn complete(&mut self, slot: u32, frame: &[u8]) -> Outcome {
        let Some(mut datagram) = self.remove(slot) else { return Outcome::Waiting };
        self.counts.reassembled += 1;
        if self.bytes.is_empty() {
            self.bytes.extend_from_slice(frame);
        }
        let start = self.bytes.len() as u32;
        for piece in &datagram.pieces {
            self.bytes.extend_from_slice(&piece.bytes);
        }
        datagram.sources.sort_by_key(|source| source.offset);
        let from = self.sources.len() as u32;
        self.sources.extend_from_slice(&datagram.sources);
        Outcome::Complete(Joined {
            next: datagram.next.unwrap_or(Next::End),
            start,
            length: datagram.have,
            sources: (from, self.sources.len() as u32),
            overlap: datagram.overlap,
            conflict: datagram.conflict,
            tails: datagram.tails,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Fragments, Key, MAX_BYTES, MAX_DATAGRAMS, Outcome};
    use crate::dissect::{Fragment, Next, Space};
    use crate::input::Addresses;
    use crate::time::Time;

    const UDP: Next = Next::Key(Space::IpProto, 17);

    fn key(id: u64) -> Key {
        Key { addresses: Addresses::V4 { src: [10, 0, 0, 1], dst: [10, 0, 0, 2] }, id }
    }

    /// Fragments of datagrams, offered one a frame and second.
    #[derive(Default)]
    struct Offers {
        fragments: Fragments,
        number: u64,
    }

    impl Offers {
        fn offer(&mut self, id: u64, offset: u32, more: bool, bytes: &[u8]) -> Outcome {
            self.offer_at(id, offset, more, bytes, self.number as i64)
        }

        fn offer_at(&mut self, id: u64, offset: u32, more: bool, bytes: &[u8], secs: i64) -> Outcome {
            self.number += 1;
            self.fragments.clear();
            let next = if offset == 0 { UDP } else { Next::Opaque("") };
            let fragment = Fragment { id, offset, more, next };
            let span = (0, bytes.len() as u32);
            self.fragments.add(key(id), &fragment, span, bytes, self.number, Time { secs, nanos: 0 })
        }

        /// The bytes of the datagram, if that was what was missing.
        fn done(&self, outcome: Outcome) -> Option<Vec<u8>> {
            let Outcome::Complete(joined) = outcome else { return None };
            let end = joined.start + joined.length;
            Some(self.fragments.bytes()[joined.start as usize..end as usize].to_vec())
        }

        fn holds(&self) {
            let c = self.fragments.counts();
            assert_eq!(c.started, c.reassembled + c.expired + c.evicted + c.waiting, "{c:?}");
            let kept = self.fragments.datagrams.iter().flatten();
            assert_eq!(kept.map(super::Datagram::cost).sum::<usize>(), self.fragments.cost);
        }
    }

    #[test]
    fn the_order_of_arrival_does_not_matter() {
        let parts: [(u32, bool, &[u8]); 4] =
            [(0, true, b"12345678"), (8, true, b"abcdefghABCDEFGH"), (24, true, b"zyxwvuts"), (32, false, b"end")];
        let whole = b"12345678abcdefghABCDEFGHzyxwvutsend";
        for n in 0..24 {
            let mut left = vec![0, 1, 2, 3];
            let order = [left.remove(n % 4), left.remove(n / 4 % 3), left.remove(n / 12 % 2), left.remove(0)];
            let mut offers = Offers::default();
            for (count, at) in order.into_iter().enumerate() {
                let (offset, more, bytes) = parts[at];
                let outcome = offers.offer(7, offset, more, bytes);
                let expected = if count == 3 { Some(whole.to_vec()) } else { None };
                assert_eq!(offers.done(outcome), expected, "{order:?} after {count}");
                if let Outcome::Complete(joined) = outcome {
                    assert_eq!(
                        (joined.next, joined.overlap, joined.conflict, joined.tails),
                        (UDP, false, false, false)
                    );
                    let from: Vec<u32> =
                        joined.sources_in(offers.fragments.sources()).iter().map(|s| s.offset).collect();
                    assert_eq!(from, [0, 8, 24, 32]);
                }
            }
            offers.holds();
        }
    }

    #[test]
    fn what_came_first_stays_and_a_difference_is_told() {
        for (second, conflict) in [(&b"5678abcd"[..], false), (b"56X8abcd", true)] {
            let mut offers = Offers::default();
            offers.offer(1, 0, true, b"12345678");
            // Not a multiple of 8, as attackers do it.
            offers.offer(1, 4, true, second);
            let outcome = offers.offer(1, 12, false, b"!");
            assert_eq!(offers.done(outcome).as_deref(), Some(&b"12345678abcd!"[..]));
            let Outcome::Complete(joined) = outcome else { unreachable!() };
            assert_eq!((joined.overlap, joined.conflict), (true, conflict));
            assert_eq!(offers.fragments.counts().overlaps, 1);
        }
    }

    #[test]
    fn a_fragment_around_others_brings_only_what_is_new() {
        let mut offers = Offers::default();
        offers.offer(1, 8, true, b"bbbbbbbb");
        offers.offer(1, 24, false, b"dd");
        let outcome = offers.offer(1, 0, true, b"aaaaaaaabbbbbbbbccccccccdd??");
        assert_eq!(offers.done(outcome).as_deref(), Some(&b"aaaaaaaabbbbbbbbccccccccdd"[..]));
        let Outcome::Complete(joined) = outcome else { unreachable!() };
        assert!(joined.overlap && !joined.conflict && joined.tails, "it reaches behind the end");
    }

    #[test]
    fn a_repeated_fragment_is_an_overlap_without_conflict() {
        let mut offers = Offers::default();
        offers.offer(1, 0, true, b"12345678");
        offers.offer(1, 0, true, b"12345678");
        let Outcome::Complete(joined) = offers.offer(1, 8, false, b"x") else { panic!("complete") };
        assert_eq!((joined.overlap, joined.conflict, joined.sources), (true, false, (0, 3)));
    }

    #[test]
    fn a_datagram_is_not_longer_than_the_largest() {
        let mut offers = Offers::default();
        assert_eq!(offers.offer(1, 65_528, false, b"12345678"), Outcome::TooLong);
        assert_eq!(offers.offer(1, 65_528, false, b"1234567"), Outcome::Waiting);
        offers.holds();
    }

    #[test]
    fn what_waits_too_long_is_given_up() {
        let mut offers = Offers::default();
        offers.offer_at(1, 0, true, b"12345678", 100);
        assert_eq!(offers.offer_at(1, 8, false, b"x", 131), Outcome::Waiting, "a new datagram began");
        let counts = offers.fragments.counts();
        assert_eq!((counts.expired, counts.waiting), (1, 1));
        // A clock that runs backwards expires nothing.
        assert!(matches!(offers.offer_at(1, 0, true, b"12345678", -5), Outcome::Complete(_)));
        offers.holds();
    }

    #[test]
    fn a_million_first_fragments_cost_no_more_than_the_caps() {
        let mut offers = Offers::default();
        let bytes = [0; 1480];
        for id in 0..1_000_000 {
            offers.offer_at(id, 0, true, &bytes, 0);
            assert!(offers.fragments.cost <= MAX_BYTES && offers.fragments.counts().waiting <= MAX_DATAGRAMS as u64);
        }
        assert_eq!(offers.fragments.counts().evicted + offers.fragments.counts().waiting, 1_000_000);
        assert!(offers.fragments.datagrams.len() <= MAX_DATAGRAMS + 1);
        assert!(offers.fragments.order.len() <= 2 * MAX_DATAGRAMS + 1);
        offers.holds();
    }

    #[test]
    fn one_fragment_a_million_times_costs_no_more_than_the_caps() {
        let mut offers = Offers::default();
        for _ in 0..100_000 {
            offers.offer_at(1, 8, true, b"12345678", 0);
        }
        assert!(offers.fragments.cost < 1024 * 1024);
        offers.holds();
    }
}
