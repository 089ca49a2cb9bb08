//! In which order conversations are shown.

use crate::flow::clock::{Instant, Nanos};
use crate::flow::tcp::verdict;
use crate::flow::{Flow, Socket};
use std::net::IpAddr;

/// What conversations are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// Their number.
    Id,
    /// When they began.
    Start,
    /// How long they lasted.
    Duration,
    /// Bytes of both ends.
    Bytes,
    /// Packets of both ends.
    Packets,
    /// Payload of both ends.
    Payload,
    /// Retransmissions of both ends.
    Retransmissions,
    /// The longer of both ends' mean round trips.
    Rtt,
    /// The client's socket.
    Client,
    /// The server's socket.
    Server,
    /// The outcome, in the order of the documentation.
    Outcome,
}

impl Key {
    /// All keys with their names.
    pub const ALL: [(&'static str, Key); 11] = [
        ("id", Key::Id),
        ("start", Key::Start),
        ("duration", Key::Duration),
        ("bytes", Key::Bytes),
        ("packets", Key::Packets),
        ("payload", Key::Payload),
        ("retransmissions", Key::Retransmissions),
        ("rtt", Key::Rtt),
        ("client", Key::Client),
        ("server", Key::Server),
        ("outcome", Key::Outcome),
    ];
}

/// An order: a key, and whether it descends. Conversations that are equal, or have nothing to compare, follow by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// What counts.
    pub key: Key,
    /// The greatest first.
    pub descending: bool,
}

impl Order {
    /// The order in which conversations are kept.
    pub const BY_ID: Order = Order { key: Key::Id, descending: false };

    /// Reads `KEY` or `-KEY`.
    pub fn parse(text: &str) -> Option<Order> {
        let (name, descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
        let (_, key) = Key::ALL.into_iter().find(|(known, _)| *known == name)?;
        Some(Order { key, descending })
    }

    /// Whether that is the order in which conversations are kept.
    pub fn is_by_id(self) -> bool {
        self == Order::BY_ID
    }

    /// Where a conversation belongs, as of `now`: the lower, the earlier. Takes no memory, but for outcomes a little and for a
    /// moment.
    pub(in crate::output) fn rank(self, flow: &Flow, now: Instant) -> Rank {
        let count = |count: u64| Some([0, 0, count]);
        let time = |nanos: Nanos| [0, 0, (nanos as u64) ^ (1 << 63)];
        let end = |client: bool| {
            let index = flow.client();
            Some(socket(flow.key.get().socket(if client { index } else { 1 - index })))
        };
        let rank = match self.key {
            Key::Id => count(flow.id.into()),
            Key::Start => Some(time(flow.first.since(Default::default()))),
            Key::Duration => Some(time(flow.duration())),
            Key::Bytes => count(flow.bytes()),
            Key::Packets => count(flow.packets()),
            Key::Payload => count(flow.payload()),
            Key::Retransmissions => count(flow.retransmissions()),
            Key::Rtt => flow.round_trip().map(time),
            Key::Client => end(true),
            Key::Server => end(false),
            Key::Outcome => count(verdict::outcome(flow, now) as u64),
        };
        match rank {
            None => NOWHERE,
            Some(rank) if self.descending => rank.map(|word| !word),
            Some(rank) => rank,
        }
    }
}

/// Words that compare as the conversations do.
pub(in crate::output) type Rank = [u64; 3];

/// Behind all that can be compared.
const NOWHERE: Rank = [u64::MAX; 3];

/// IPv4 before IPv6 but for the mapped addresses, which are the IPv4 ones.
fn socket(socket: Socket) -> Rank {
    let bits = match socket.ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped().to_bits(),
        IpAddr::V6(ip) => ip.to_bits(),
    };
    [(bits >> 64) as u64, bits as u64, socket.port.into()]
}

#[cfg(test)]
mod tests {
    use super::{Key, Order};

    #[test]
    fn keys_are_read_with_their_direction() {
        assert_eq!(Order::parse("-bytes"), Some(Order { key: Key::Bytes, descending: true }));
        assert_eq!(Order::parse("id").map(Order::is_by_id), Some(true));
        assert_eq!(Order::parse("-id").map(Order::is_by_id), Some(false));
        assert_eq!([Order::parse("--id"), Order::parse("byte"), Order::parse("")], [None; 3]);
    }
}
