//! Conversations without a handshake: UDP datagrams between two sockets, and ICMP echo.

use super::clock::{Instant, Nanos, SECOND};
use super::tcp::tally::RoundTrips;

/// After so much silence a conversation has ended, and the next datagram begins another.
pub const SILENCE: Nanos = 60 * SECOND;

/// One direction.
#[derive(Clone, Copy, Debug, Default)]
pub struct Half {
    /// Packets.
    pub packets: u64,
    /// Bytes of these packets, IP header and all.
    pub bytes: u64,
    /// Packets with payload.
    pub messages: u32,
    /// Payload bytes.
    pub payload: u64,
    /// Datagrams whose checksum was wrong, and which count for nothing else.
    pub bad_checksums: u32,
    /// Datagrams without one from the other direction between them and the one before.
    pub unanswered: u32,
    /// When the first payload passed.
    pub first_payload: Option<Instant>,
}

/// An exchange of datagrams. The end that sent first is the client.
#[derive(Debug, Default)]
pub struct Exchange {
    /// Both directions, in the order of the key.
    pub halves: [Half; 2],
    /// Index of the end that sent first.
    pub client: u8,
    /// When the first datagram between these sockets passed, perhaps of an earlier exchange.
    pub since: Instant,
    /// A datagram of the server was captured.
    pub replied: bool,
    /// Requests: datagrams of the client that began a new turn, or echo requests.
    pub requests: u32,
    /// Requests that were answered.
    pub answered: u32,
    /// How long the answers took.
    pub rtt: RoundTrips,
    /// The request that waits for its answer: when it passed, and its number (echo).
    waiting: Option<(Instant, u16)>,
    /// Type and code of the ICMP error that said that a datagram was not delivered, and its frame.
    pub undelivered: Option<(u8, u8, u32)>,
    /// Type and code of the first echo message.
    pub kind: (u8, u8),
}

/// ICMP's type of an echo reply (RFC 792).
const ECHO_REPLY: u8 = 0;
/// ICMPv6's (RFC 4443 §4.2).
const ECHO_REPLY_6: u8 = 129;

/// What is read of a datagram.
#[derive(Clone, Copy, Debug, Default)]
pub struct Datagram {
    /// Length of the packet.
    pub length: u32,
    /// Length of the payload.
    pub payload: u32,
    /// Echo: type, code, sequence number.
    pub echo: Option<(u8, u8, u16)>,
}

impl Exchange {
    /// An exchange of which this is the first datagram.
    pub fn begun_by(from: usize, datagram: &Datagram, now: Instant) -> Exchange {
        let kind = datagram.echo.map_or((0, 0), |(kind, code, _)| (kind, code));
        // Who answers an echo was asked.
        let from =
            if matches!(kind.0, ECHO_REPLY | ECHO_REPLY_6) && datagram.echo.is_some() { 1 - (from & 1) } else { from };
        Exchange { client: from as u8, kind, since: now, ..Exchange::default() }
    }

    /// Takes note of a datagram.
    pub fn datagram(&mut self, from: usize, datagram: &Datagram, now: Instant) {
        let half = &mut self.halves[from & 1];
        half.packets = half.packets.saturating_add(1);
        half.bytes = half.bytes.saturating_add(datagram.length.into());
        half.messages = half.messages.saturating_add(u32::from(datagram.payload > 0));
        half.payload = half.payload.saturating_add(datagram.payload.into());
        half.first_payload.get_or_insert(now);
        let number = datagram.echo.map_or(0, |(_, _, number)| number);
        if from == usize::from(self.client) {
            // Of several datagrams in one turn, the first is the request.
            let begins = datagram.echo.is_some() || self.waiting.is_none();
            if begins {
                self.requests = self.requests.saturating_add(1);
                self.waiting = Some((now, number));
            } else {
                half.unanswered = half.unanswered.saturating_add(1);
            }
            return;
        }
        self.replied = true;
        if let Some((at, asked)) = self.waiting
            && asked == number
        {
            self.waiting = None;
            self.answered = self.answered.saturating_add(1);
            self.rtt.add(now.since(at));
        }
    }

    /// Takes note of an ICMP error about a datagram of it.
    pub fn undelivered(&mut self, kind: u8, code: u8, frame: u32) {
        self.undelivered.get_or_insert((kind, code, frame));
    }
}

#[cfg(test)]
mod tests {
    use super::{Datagram, Exchange};
    use crate::flow::clock::{Instant, MILLISECOND};

    #[test]
    fn a_reply_answers_the_first_datagram_of_its_turn_and_an_echo_its_number() {
        let at = |ms: i64| Instant::default().plus(ms * MILLISECOND);
        let datagram = Datagram { length: 40, payload: 12, echo: None };
        let mut exchange = Exchange::begun_by(1, &datagram, at(0));
        exchange.datagram(1, &datagram, at(0));
        exchange.datagram(1, &datagram, at(5));
        exchange.datagram(0, &datagram, at(20));
        assert_eq!((exchange.requests, exchange.answered, exchange.rtt.mean()), (1, 1, Some(20 * MILLISECOND)));
        assert_eq!(exchange.halves[1].payload, 24);
        let echo = |kind, number| Datagram { length: 84, payload: 56, echo: Some((kind, 0, number)) };
        let mut ping = Exchange::begun_by(0, &echo(8, 1), at(0));
        ping.datagram(0, &echo(8, 1), at(0));
        ping.datagram(0, &echo(8, 2), at(1000));
        ping.datagram(1, &echo(0, 1), at(1001));
        assert_eq!((ping.requests, ping.answered), (2, 0), "the answer to the first came too late");
        ping.datagram(1, &echo(0, 2), at(1004));
        assert_eq!((ping.answered, ping.rtt.mean()), (1, Some(4 * MILLISECOND)));
    }
}
