//! A connection in Zeek's words: `conn_state` and `history`, as Zeek's documentation of `conn.log` defines them
//! (script reference, `base/protocols/conn/main.zeek`), so that people who know that log find its columns here.
//!
//! Zeek keeps one state for each end, moved by the flags of what that end sent, and folds both into a `conn_state` when
//! the connection is written down. The history has one letter for each thing that happened, in order: upper case when
//! the originator did it, lower case when the responder did.
//!
//! | state | how an end comes to it |
//! | --- | --- |
//! | inactive | nothing seen of it |
//! | SYN sent, SYN-ACK sent | the originator began with that |
//! | partial | it began with something else |
//! | established | it answered a SYN with a SYN, or its SYN was answered so |
//! | closed | it sent FIN |
//! | reset | it sent RST |
//!
//! These are not the states of RFC 9293: they say what was *sent*, not what the sockets were in, and no sequence number
//! is checked. `docs/zeek.md` has both beside each other, and says where this module does not follow Zeek.

use super::key::Transport;

/// The flag bits of a TCP header that Zeek's vocabulary is made of (RFC 9293 §3.1).
pub mod flag {
    /// No more data from the sender.
    pub const FIN: u8 = 1;
    /// Synchronize sequence numbers.
    pub const SYN: u8 = 2;
    /// Reset the connection.
    pub const RST: u8 = 4;
    /// The acknowledgment number counts.
    pub const ACK: u8 = 16;
}

/// How many letters a history keeps. Ordinary ones have 6 to 12.
pub const LETTERS: usize = 20;

/// What one TCP segment tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Segment {
    /// The low eight flag bits, as in the header.
    pub flags: u8,
    /// The sequence number, as in the header.
    pub seq: u32,
    /// Bytes of payload.
    pub payload: u32,
    /// The window field, not scaled.
    pub window: u16,
    /// The checksum is wrong, and not merely left to the network card.
    pub bad_checksum: bool,
    /// It has payload, all of it at or below the highest sequence number that its sender reached before. That is Zeek's
    /// whole test for a retransmission: segments that come late are meant too.
    pub retransmission: bool,
    /// It acknowledges bytes of its receiver that were never captured: a content gap in the *receiver's* stream.
    pub gap: bool,
}

/// What Zeek would say of a connection. Does not allocate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Zeek {
    first: End,
    second: End,
    history: History,
    /// The originator is not the one who sent the first packet.
    flipped: bool,
}

impl Zeek {
    /// Before the first packet, of which flags (0 unless TCP) and ports decide who counts as the originator: when a
    /// connection begins without its opening SYN, and comes from a port that servers use, Zeek takes the receiver for
    /// the originator and writes `^`. The packet itself is then told like all others.
    ///
    /// Zeek does not do that when the packet goes to 255.255.255.255; then [`Zeek::default`] is right.
    pub fn open(transport: Transport, flags: u8, from: u16, to: u16) -> Zeek {
        let mut zeek = Zeek::default();
        if opens_flipped(transport, flags, from, to) {
            zeek.flip();
        }
        zeek
    }

    /// A TCP segment. `first_sender` says that it comes from the one who sent the connection's first packet.
    pub fn tcp(&mut self, first_sender: bool, segment: &Segment) {
        let (mut sender, mut receiver) =
            if first_sender { (self.first, self.second) } else { (self.second, self.first) };
        if segment.bad_checksum {
            // Nothing else of it is believed.
            self.scaled(&mut sender.checksums, b'C', first_sender);
        } else {
            self.letters(&mut sender, &receiver, segment, first_sender);
            let originator = first_sender != self.flipped;
            if sender.turn(&mut receiver, segment, originator) {
                self.flip();
            }
            if segment.gap {
                receiver.seen |= seen::PAYLOAD;
                // Elsewhere, sequence numbers are too doubtful to tell a gap.
                if sender.state.is_clean() && receiver.state.is_clean() {
                    self.scaled(&mut receiver.gaps, b'G', !first_sender);
                }
            }
        }
        (self.first, self.second) = if first_sender { (sender, receiver) } else { (receiver, sender) };
    }

    /// A UDP datagram. (Of ICMP Zeek keeps no history, and every `conn_state` is `OTH`.)
    pub fn datagram(&mut self, first_sender: bool, bad_checksum: bool) {
        let mut sender = if first_sender { self.first } else { self.second };
        if bad_checksum {
            self.scaled(&mut sender.checksums, b'C', first_sender);
        } else {
            self.once(&mut sender, seen::D, b'D', first_sender);
        }
        *if first_sender { &mut self.first } else { &mut self.second } = sender;
    }

    /// The `conn_state` as of now.
    pub fn conn_state(&self, transport: Transport) -> &'static str {
        let (originator, responder) = if self.flipped { (self.second, self.first) } else { (self.first, self.second) };
        match transport {
            Transport::Tcp => self.tcp_state(originator, responder),
            Transport::Udp => match (originator.has(seen::D), responder.has(seen::D)) {
                (true, true) => "SF",
                (true, false) => "S0",
                (false, true) => "SHR",
                (false, false) => "OTH",
            },
            _ => "OTH",
        }
    }

    fn tcp_state(&self, originator: End, responder: End) -> &'static str {
        use State::*;
        let absent = |end: End| matches!(end.state, Inactive | Partial);
        let (from, to) = (originator.state, responder.state);
        if to.is_reset() {
            let silent = !originator.has(seen::PAYLOAD) && !responder.has(seen::PAYLOAD);
            return match from {
                SynSent | SynAckSent => "REJ",
                Reset | ResetAfterFin if silent => "REJ",
                Inactive | Partial => "RSTRH",
                _ => "RSTR",
            };
        }
        if from.is_reset() {
            return match absent(responder) {
                true if self.history.is_abandoned_attempt() => "RSTOS0",
                true => "OTH",
                false => "RSTO",
            };
        }
        match (from.is_closed(), to.is_closed()) {
            (true, true) => "SF",
            (true, false) if absent(responder) => "SH",
            (true, false) => "S2",
            (false, true) if absent(originator) => "SHR",
            (false, true) => "S3",
            (false, false) => match (from, to) {
                (SynSent, Inactive) => "S0",
                (Established, Established) => "S1",
                _ => "OTH",
            },
        }
    }

    /// The history: at most [`LETTERS`] letters of `shadfrcgtwiq` in either case, and `^`. Empty when there is none,
    /// for which Zeek's log has `-`.
    pub fn history(&self) -> &str {
        self.history.as_str()
    }

    /// Whether the history has all its letters; later ones are left out.
    pub fn history_is_whole(&self) -> bool {
        usize::from(self.history.length) <= LETTERS
    }

    /// Whether the one who sent the first packet is the originator. Zeek's flips (`^`) make the other one that.
    pub fn originator_is_first_sender(&self) -> bool {
        !self.flipped
    }

    fn flip(&mut self) {
        self.flipped = !self.flipped;
        self.history.push(b'^');
    }

    fn letter(&mut self, letter: u8, first_sender: bool) {
        let originator = first_sender != self.flipped;
        self.history.push(if originator { letter } else { letter.to_ascii_lowercase() });
    }

    /// A letter that each end writes only once.
    fn once(&mut self, end: &mut End, bit: u8, letter: u8, first_sender: bool) {
        if !end.has(bit) {
            end.seen |= bit;
            self.letter(letter, first_sender);
        }
    }

    /// A letter that is written at the 1st, 10th, 100th, ... time.
    fn scaled(&mut self, count: &mut u16, letter: u8, first_sender: bool) {
        let before = *count;
        *count = before.saturating_add(1);
        if *count != before && matches!(*count, 1 | 10 | 100 | 1000 | 10_000) {
            self.letter(letter, first_sender);
        }
    }

    /// A letter that is written again when the sequence number differs from the last one of its kind.
    fn numbered(&mut self, end: &mut End, kind: Numbered, letter: u8, number: u32, first_sender: bool) {
        let (bit, last) = match kind {
            Numbered::Syn => (seen::SYN, &mut end.syn),
            Numbered::Fin => (seen::FIN, &mut end.fin),
            Numbered::Rst => (seen::RST, &mut end.rst),
        };
        let number = number as u16;
        let new = end.seen & bit == 0 || *last != number;
        *last = number;
        end.seen |= bit;
        if new {
            self.letter(letter, first_sender);
        }
    }

    /// The letters of what the sender did itself.
    fn letters(&mut self, sender: &mut End, receiver: &End, segment: &Segment, first: bool) {
        let has = |bit| segment.flags & bit != 0;
        let ack = has(flag::ACK);
        match (has(flag::SYN), has(flag::FIN), has(flag::RST)) {
            (false, false, false) if segment.payload > 0 => self.once(sender, seen::D, b'D', first),
            (false, false, false) if ack => self.once(sender, seen::A, b'A', first),
            (false, false, false) => {}
            (_, true, true) => self.once(sender, seen::I, b'I', first),
            (true, true, false) | (true, false, true) => self.once(sender, seen::Q, b'Q', first),
            (true, false, false) => {
                self.numbered(sender, Numbered::Syn, if ack { b'H' } else { b'S' }, segment.seq, first);
            }
            (false, true, false) => {
                // A FIN has its number behind the data of its segment.
                let number = segment.seq.wrapping_add(segment.payload);
                self.numbered(sender, Numbered::Fin, b'F', number, first);
            }
            (false, false, true) => self.numbered(sender, Numbered::Rst, b'R', segment.seq, first),
        }
        // Nobody waits for a window of one who resets, or after the FIN of the one whom it would allow to send.
        let reset = has(flag::RST) || sender.state.is_reset();
        if segment.window == 0 && !reset && !receiver.state.is_closed() {
            self.scaled(&mut sender.zero_windows, b'W', first);
        }
        if segment.retransmission && !sender.state.is_reset() {
            self.scaled(&mut sender.retransmissions, b'T', first);
        }
        // What a RST carries is not part of the stream (RFC 9293 §3.5.3).
        if segment.payload > 0 && !has(flag::RST) {
            sender.seen |= seen::PAYLOAD;
        }
    }
}

/// Letters whose segments have a number of their own.
enum Numbered {
    Syn,
    Fin,
    Rst,
}

/// What an end was seen to do.
mod seen {
    /// A pure acknowledgment.
    pub(super) const A: u8 = 1;
    /// Data.
    pub(super) const D: u8 = 2;
    /// FIN and RST in one segment.
    pub(super) const I: u8 = 4;
    /// SYN and one of FIN and RST in one segment.
    pub(super) const Q: u8 = 8;
    /// A SYN, with or without ACK; its number is kept.
    pub(super) const SYN: u8 = 16;
    /// A FIN; its number is kept.
    pub(super) const FIN: u8 = 32;
    /// A RST; its number is kept.
    pub(super) const RST: u8 = 64;
    /// Payload in any segment but a RST, or that its receiver acknowledged.
    pub(super) const PAYLOAD: u8 = 128;
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Inactive,
    SynSent,
    SynAckSent,
    Partial,
    Established,
    Closed,
    /// Closed, and established right before.
    ClosedCleanly,
    Reset,
    /// Reset, and closed right before.
    ResetAfterFin,
}

impl State {
    fn is_closed(self) -> bool {
        matches!(self, State::Closed | State::ClosedCleanly)
    }

    fn is_reset(self) -> bool {
        matches!(self, State::Reset | State::ResetAfterFin)
    }

    fn is_clean(self) -> bool {
        matches!(self, State::Established | State::ClosedCleanly)
    }
}

/// One end of the connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct End {
    state: State,
    /// Bits of [`seen`].
    seen: u8,
    // The last numbers, their low halves: a later number that differs by a multiple of 65,536 counts as the same one.
    syn: u16,
    fin: u16,
    rst: u16,
    // How often. The counts stop at 65,535, behind the last letter at 10,000.
    checksums: u16,
    gaps: u16,
    retransmissions: u16,
    zero_windows: u16,
}

impl End {
    fn has(&self, bit: u8) -> bool {
        self.seen & bit != 0
    }

    fn close(&mut self) {
        self.state = if self.state == State::Established { State::ClosedCleanly } else { State::Closed };
    }

    fn reset(&mut self) {
        self.state = if self.state.is_closed() { State::ResetAfterFin } else { State::Reset };
    }

    /// Moves both ends by a segment that this one sent. True when it shows that the roles are the other way round.
    fn turn(&mut self, peer: &mut End, segment: &Segment, originator: bool) -> bool {
        use State::*;
        let has = |bit| segment.flags & bit != 0;
        let (syn, fin, rst, ack) = (has(flag::SYN), has(flag::FIN), has(flag::RST), has(flag::ACK));
        match self.state {
            Inactive => return self.begin(peer, segment, originator),
            SynSent | SynAckSent => {
                if fin {
                    self.close();
                }
                if rst {
                    self.reset();
                }
            }
            Established | Partial => {
                if syn && !ack && self.state == Partial && peer.state == Inactive {
                    self.state = SynSent;
                }
                if rst {
                    self.reset();
                } else if fin {
                    self.close();
                    // The other end sent FIN, then RST; now that this one closes too, that was an ordinary end.
                    if peer.state == ResetAfterFin {
                        peer.state = Closed;
                    }
                }
            }
            // After both FINs a RST ends nothing any more.
            Closed | ClosedCleanly if rst && !peer.state.is_closed() => self.reset(),
            Closed | ClosedCleanly | Reset | ResetAfterFin => {}
        }
        false
    }

    /// The first segment of this end.
    fn begin(&mut self, peer: &mut End, segment: &Segment, originator: bool) -> bool {
        use State::*;
        let has = |bit| segment.flags & bit != 0;
        let (syn, ack) = (has(flag::SYN), has(flag::ACK));
        let mut flip = false;
        if syn && originator {
            self.state = if ack { SynAckSent } else { SynSent };
        } else if syn {
            // The SYN comes after the SYN-ACK that it caused: the capture has them in the wrong order.
            flip = !ack && peer.state == SynAckSent;
            if flip || peer.state == SynSent {
                peer.state = Established;
            }
            self.state = Established;
        }
        if has(flag::FIN) {
            self.close();
        }
        if has(flag::RST) {
            self.reset();
        }
        if self.state == Inactive {
            // Some answer a SYN with a bare ACK before their SYN-ACK.
            let early = !originator && segment.payload == 0 && peer.state == SynSent;
            if ack && peer.state == Established {
                // Only the opening SYN is missing.
                self.state = Established;
            } else if !early {
                self.state = Partial;
            }
        }
        flip
    }
}

/// The letters so far. When there is no room, the length says one more than there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct History {
    letters: [u8; LETTERS],
    length: u8,
}

impl History {
    fn push(&mut self, letter: u8) {
        if let Some(place) = self.letters.get_mut(usize::from(self.length)) {
            *place = letter;
            self.length += 1;
        } else {
            self.length = LETTERS as u8 + 1;
        }
    }

    fn as_str(&self) -> &str {
        let letters = self.letters.get(..usize::from(self.length)).unwrap_or(&self.letters);
        std::str::from_utf8(letters).unwrap_or_default()
    }

    /// The originator's SYN, and then its RST before it sent anything else that belongs to a connection.
    fn is_abandoned_attempt(&self) -> bool {
        let letters = self.as_str();
        let Some(rest) = letters.strip_prefix('^').unwrap_or(letters).strip_prefix('S') else { return false };
        let end = rest.find(['H', 'A', 'F', 'G', 'I', 'Q']).unwrap_or(rest.len());
        rest.get(..end).is_some_and(|before| before.contains('R'))
    }
}

/// Whether the sender of the first packet looks like the server.
fn opens_flipped(transport: Transport, flags: u8, from: u16, to: u16) -> bool {
    match transport {
        Transport::Tcp => {
            let opening = flags & (flag::SYN | flag::ACK) == flag::SYN;
            let server = |port: &u16| TCP_SERVERS.binary_search(port).is_ok();
            // Between two such ports the lower one is the server's, except for a SYN-ACK, which may be a probe.
            let likelier = !server(&to) || (flags & flag::SYN == 0 && from < to);
            !opening && server(&from) && likelier
        }
        Transport::Udp => {
            let server = |port: &u16| UDP_SERVERS.binary_search(port).is_ok();
            server(&from) && !server(&to)
        }
        _ => false,
    }
}

/// The TCP ports for which Zeek's standard scripts expect a server (`likely_server_ports`), in order.
const TCP_SERVERS: &[u16] = &[
    21, 22, 25, 53, 79, 80, 81, 88, 135, 139, 143, 389, 443, 445, 502, 563, 585, 587, 614, 631, 636, 989, 990, 992,
    993, 995, 1080, 1883, 2811, 3128, 3268, 3389, 5222, 5223, 5269, 5432, 6379, 6666, 6667, 6668, 6669, 8000, 8080,
    8888, 20_000,
];

/// The same for UDP.
const UDP_SERVERS: &[u16] = &[
    53, 67, 88, 123, 137, 161, 162, 389, 443, 514, 1812, 2123, 2152, 3389, 3544, 4789, 5060, 5072, 5353, 5355, 6081,
    20_000,
];

#[cfg(test)]
mod tests;
