//! One conversation in the table.

use super::clock::Instant;
use super::exchange::Exchange;
use super::key::KeptKey;
use super::slab::{ALLOCATOR_COST, Class, allocation};
use super::tcp::{Connection, Role, State};
use super::zeek::Zeek;
use crate::input::Addresses;

/// A conversation.
#[derive(Debug)]
pub struct Flow {
    /// Its socket pair.
    pub key: KeptKey,
    /// Its number among all flows, from 1.
    pub id: u32,
    /// Its number among those of its protocol, from 0.
    pub stream: u32,
    /// When its first frame passed.
    pub first: Instant,
    /// When its last frame passed.
    pub last: Instant,
    /// The number of its first frame.
    pub first_frame: u32,
    /// The number of its last frame.
    pub last_frame: u32,
    /// The longest time between two of its frames, in milliseconds.
    pub longest_gap_ms: u32,
    /// What is around it: tunnels and tags, outermost first.
    pub carriers: Option<Box<Carriers>>,
    /// Zeek's view of it.
    pub zeek: Zeek,
    /// Index of the end that sent its first packet.
    pub opener: u8,
    /// How far its leaving has come, in a live capture.
    pub leaving: Leaving,
    /// What it is.
    pub kind: Kind,
    /// Bytes of memory beyond this record, as counted last.
    pub extra: u32,
}

/// How a conversation leaves the table in a live capture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Leaving {
    /// It goes on, as far as is known.
    #[default]
    No,
    /// It will be looked at whether it has ended.
    Watched,
    /// It has been told.
    Told,
}

/// What a conversation is. Both lie in the record: a pointer would cost each packet a cache miss.
#[derive(Debug)]
pub enum Kind {
    /// A TCP connection.
    Tcp(Connection),
    /// UDP or echo.
    Exchange(Exchange),
}

/// Tunnels and tags, outermost first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Carriers(pub Vec<Carrier>);

/// A tunnel or a tag around a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carrier {
    /// The name of the protocol.
    pub protocol: &'static str,
    /// The ends of a tunnel; a tag has none.
    pub ends: Option<Addresses>,
    /// The number of the network, label or tunnel.
    pub id: Option<u32>,
}

impl Flow {
    /// Index of the end that is the client.
    pub fn client(&self) -> usize {
        match &self.kind {
            Kind::Tcp(connection) => usize::from(connection.client),
            Kind::Exchange(exchange) => usize::from(exchange.client),
        }
    }

    /// The role of the end with this index.
    pub fn role(&self, end: usize) -> Role {
        if end == self.client() { Role::Client } else { Role::Server }
    }

    /// How useful it is to keep.
    pub fn class(&self) -> Class {
        match &self.kind {
            Kind::Exchange(_) => Class::Loose,
            Kind::Tcp(connection) => {
                let [a, b] = &connection.ends;
                let over = |state| matches!(state, State::Closed | State::TimeWait | State::Unknown);
                let opening =
                    |state| matches!(state, State::SynSent | State::SynReceived | State::Closed | State::Unknown);
                match (a.state, b.state) {
                    (a, b) if opening(a) && opening(b) && !(over(a) && over(b)) => Class::HalfOpen,
                    (a, b) if over(a) && over(b) => Class::Ended,
                    _ => Class::Established,
                }
            }
        }
    }

    /// Whether it has this number, and waits for a timer that was set for this time.
    pub fn is_armed(&self, id: u32, due: Instant) -> bool {
        self.id == id && matches!(&self.kind, Kind::Tcp(connection) if connection.is_armed(due))
    }

    /// Bytes of memory beyond this record.
    #[inline]
    pub fn memory(&self) -> u32 {
        let carriers = self.carriers.as_ref().map_or(0, |carriers| {
            allocation::<Carriers>() + ALLOCATOR_COST + carriers.0.capacity() * size_of::<Carrier>()
        });
        let beyond = match &self.kind {
            Kind::Tcp(connection) => connection.memory(),
            Kind::Exchange(_) => 0,
        };
        u32::try_from(self.key.memory() + carriers + beyond).unwrap_or(u32::MAX)
    }
}
