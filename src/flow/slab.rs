//! Where the flows are kept: in chunks that never move, and in a list for each [`Class`], oldest first.

use std::ops::{Index, IndexMut};

/// How useful a flow is to keep. When there is no room, the first class that has flows gives one up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// It has ended.
    Ended,
    /// Nobody has answered, or the handshake is not done.
    HalfOpen,
    /// It has no handshake that would say whether it goes on: UDP and echo.
    Loose,
    /// An open connection.
    Established,
}

impl Class {
    /// How many there are.
    pub const COUNT: usize = 4;
    /// All, the least useful first.
    pub const ALL: [Class; Class::COUNT] = [Class::Ended, Class::HalfOpen, Class::Loose, Class::Established];
}

/// Bytes of memory that a box of one `T` takes, with what the allocator needs beside it.
pub const fn allocation<T>() -> usize {
    size_of::<T>() + ALLOCATOR_COST
}

/// Bytes that an allocator takes for itself and for rounding, beside what is asked of it.
pub const ALLOCATOR_COST: usize = 16;

/// A place in the slab.
pub type Slot = u32;

const NONE: Slot = Slot::MAX;
const CHUNK: usize = 1 << CHUNK_BITS;
const CHUNK_BITS: u32 = 8;

#[derive(Debug)]
struct Place<T> {
    /// The neighbours in the class's list.
    before: Slot,
    after: Slot,
    class: Class,
    /// Used since the search for something to give up last came by.
    used: bool,
    value: Option<T>,
}

/// Values in chunks, each in the list of its class.
#[derive(Debug)]
pub struct Slab<T> {
    chunks: Vec<Vec<Place<T>>>,
    free: Vec<Slot>,
    first: [Slot; Class::COUNT],
    last: [Slot; Class::COUNT],
    len: usize,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        let none = [NONE; Class::COUNT];
        Slab { chunks: Vec::new(), free: Vec::new(), first: none, last: none, len: 0 }
    }
}

impl<T> Slab<T> {
    /// Bytes of memory that a value takes here.
    pub const COST: usize = size_of::<Place<T>>();

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Keeps a value.
    pub fn insert(&mut self, value: T, class: Class) -> Slot {
        let place = Place { before: NONE, after: NONE, class, used: true, value: Some(value) };
        let slot = match self.free.pop() {
            Some(slot) => {
                *self.place_mut(slot) = place;
                slot
            }
            None => {
                if self.chunks.last().is_none_or(|chunk| chunk.len() == CHUNK) {
                    self.chunks.push(Vec::with_capacity(CHUNK));
                }
                let at = (self.chunks.len() - 1) << CHUNK_BITS;
                let chunk = self.chunks.last_mut().map_or(0, |chunk| {
                    chunk.push(place);
                    chunk.len() - 1
                });
                (at + chunk) as Slot
            }
        };
        self.len += 1;
        self.link(slot, class);
        slot
    }

    /// Gives a value up.
    pub fn remove(&mut self, slot: Slot) -> Option<T> {
        self.unlink(slot);
        let value = self.place_mut(slot).value.take();
        if value.is_some() {
            self.len -= 1;
            self.free.push(slot);
        }
        value
    }

    /// Notes that a value was used, and the class that it has now.
    #[inline]
    pub fn touch(&mut self, slot: Slot, class: Class) {
        let place = self.place_mut(slot);
        place.used = true;
        if place.class != class {
            self.unlink(slot);
            self.link(slot, class);
        }
    }

    /// Puts a value into another class.
    pub fn reclass(&mut self, slot: Slot, class: Class) {
        if self.place(slot).class != class {
            self.unlink(slot);
            self.link(slot, class);
        }
    }

    /// The value in a slot, if it is kept still.
    pub fn get_mut(&mut self, slot: Slot) -> Option<&mut T> {
        self.place_mut(slot).value.as_mut()
    }

    /// The value in a slot, if it is kept still.
    pub fn get(&self, slot: Slot) -> Option<&T> {
        self.place(slot).value.as_ref()
    }

    /// The class of a value.
    pub fn class(&self, slot: Slot) -> Class {
        self.place(slot).class
    }

    /// The value that is the least useful: of the first class that has any, the one that was not used for the longest
    /// time, roughly (the second-chance algorithm: a used one goes to the end of its list once).
    pub fn least_useful(&mut self) -> Option<Slot> {
        let class = Class::ALL.into_iter().find(|class| self.first[*class as usize] != NONE)?;
        loop {
            let slot = self.first[class as usize];
            if !std::mem::take(&mut self.place_mut(slot).used) {
                return Some(slot);
            }
            self.unlink(slot);
            self.link(slot, class);
        }
    }

    /// All values, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (Slot, &T)> {
        let places = self.chunks.iter().flatten().enumerate();
        places.filter_map(|(slot, place)| Some((slot as Slot, place.value.as_ref()?)))
    }

    fn place(&self, slot: Slot) -> &Place<T> {
        &self.chunks[(slot >> CHUNK_BITS) as usize][slot as usize & (CHUNK - 1)]
    }

    #[inline]
    fn place_mut(&mut self, slot: Slot) -> &mut Place<T> {
        &mut self.chunks[(slot >> CHUNK_BITS) as usize][slot as usize & (CHUNK - 1)]
    }

    fn link(&mut self, slot: Slot, class: Class) {
        let last = std::mem::replace(&mut self.last[class as usize], slot);
        let place = self.place_mut(slot);
        (place.before, place.after, place.class) = (last, NONE, class);
        match last {
            NONE => self.first[class as usize] = slot,
            last => self.place_mut(last).after = slot,
        }
    }

    fn unlink(&mut self, slot: Slot) {
        let Place { before, after, class, .. } = *self.place(slot);
        match before {
            NONE => self.first[class as usize] = after,
            before => self.place_mut(before).after = after,
        }
        match after {
            NONE => self.last[class as usize] = before,
            after => self.place_mut(after).before = before,
        }
    }
}

impl<T> Index<Slot> for Slab<T> {
    type Output = T;

    #[inline]
    fn index(&self, slot: Slot) -> &T {
        self.place(slot).value.as_ref().expect("a slot is used only while its value is kept")
    }
}

impl<T> IndexMut<Slot> for Slab<T> {
    #[inline]
    fn index_mut(&mut self, slot: Slot) -> &mut T {
        self.place_mut(slot).value.as_mut().expect("a slot is used only while its value is kept")
    }
}

#[cfg(test)]
mod tests {
    use super::{Class, Slab};

    #[test]
    fn the_least_useful_class_gives_up_first_and_its_oldest_unused_value() {
        let mut slab = Slab::default();
        let open = slab.insert("open", Class::Established);
        let a = slab.insert("a", Class::HalfOpen);
        let b = slab.insert("b", Class::HalfOpen);
        // Every value has been used since the last search, which therefore goes round once.
        assert_eq!(slab.least_useful(), Some(a));
        slab.touch(a, Class::HalfOpen);
        assert_eq!(slab.least_useful(), Some(b));
        assert_eq!(slab.remove(b), Some("b"));
        assert_eq!(slab.least_useful(), Some(a));
        slab.touch(a, Class::Ended);
        assert_eq!(slab.least_useful(), Some(a));
        assert_eq!(slab.remove(a), Some("a"));
        assert_eq!((slab.least_useful(), slab.len()), (Some(open), 1));
    }

    #[test]
    fn places_are_used_again() {
        let mut slab = Slab::default();
        let slots: Vec<_> = (0..1000).map(|n| slab.insert(n, Class::Loose)).collect();
        assert_eq!(slab.remove(slots[500]), Some(500));
        assert_eq!(slab.remove(slots[500]), None);
        assert_eq!(slab.insert(7, Class::Loose), slots[500]);
        assert_eq!(slab.iter().count(), 1000);
        assert_eq!(slab[slots[500]], 7);
    }
}
