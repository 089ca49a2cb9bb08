//! What is counted of a conversation, both ends together, read from its record without gathering a report of it: so that the
//! first of a million can be found while packets wait.

use super::clock::Nanos;
use super::entry::{Flow, Kind};
use super::exchange::Half;
use super::tcp::endpoint::Endpoint;

impl Flow {
    /// Packets.
    pub fn packets(&self) -> u64 {
        self.total(|end| end.tally.packets.into(), |half| half.packets)
    }

    /// Bytes of these packets, IP header and all.
    pub fn bytes(&self) -> u64 {
        self.total(|end| end.tally.bytes.get(), |half| half.bytes)
    }

    /// Payload bytes, each counted once.
    pub fn payload(&self) -> u64 {
        self.total(|end| end.tally.payload.get(), |half| half.payload)
    }

    /// Segments sent again.
    pub fn retransmissions(&self) -> u64 {
        self.total(|end| end.trouble.as_deref().map_or(0, |trouble| trouble.retransmissions.into()), |_| 0)
    }

    /// The longer of both ends' mean round trips.
    pub fn round_trip(&self) -> Option<Nanos> {
        match &self.kind {
            Kind::Tcp(connection) => connection.ends.iter().filter_map(|end| end.tally.rtt.mean()).max(),
            Kind::Exchange(exchange) => exchange.rtt.mean(),
        }
    }

    /// How long it has lasted.
    pub fn duration(&self) -> Nanos {
        self.last.since(self.first).max(0)
    }

    fn total(&self, of_end: fn(&Endpoint) -> u64, of_half: fn(&Half) -> u64) -> u64 {
        let [a, b] = match &self.kind {
            Kind::Tcp(connection) => connection.ends.each_ref().map(of_end),
            Kind::Exchange(exchange) => exchange.halves.each_ref().map(of_half),
        };
        a.saturating_add(b)
    }
}
