//! What a verdict rests on beside the state of both ends.

use super::connection::Moment;
use super::endpoint::{Endpoint, fact};
use super::segment::{ACK, Segment};
use crate::flow::clock::Instant;
use crate::flow::slab::allocation;

/// Where a reset differs from what its sender sent before, and what else speaks for or against its being its own.
pub mod sign {
    /// Its TTL is another one.
    pub const TTL: u16 = 1;
    /// It came from another link-layer address.
    pub const LINK: u16 = 1 << 1;
    /// Its IPv4 identification is far from the one before.
    pub const ID: u16 = 1 << 2;
    /// Its window is 0, as that of most resets; others repeat the window in use.
    pub const WINDOW: u16 = 1 << 3;
    /// It has no timestamp, on a connection that uses them. Many hosts do so in resets.
    pub const STAMP: u16 = 1 << 4;
    /// The one in whose name it was sent goes on sending: proof that it was somebody else's.
    pub const SENDS_ON: u16 = 1 << 5;
    /// It acknowledges: an application aborted. Without, a host answers a segment for which it has no connection.
    pub const ACTIVE: u16 = 1 << 6;
    /// Its sender had sent a FIN before.
    pub const AFTER_FIN: u16 = 1 << 7;
    /// Its sender had sent nothing that it could be compared with.
    pub const FIRST: u16 = 1 << 8;
}

/// The first reset that counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reset {
    /// Index of the end in whose name it was sent.
    pub by: u8,
    /// See [`sign`].
    pub signs: u16,
    /// The frame.
    pub frame: u32,
    /// When.
    pub time: Instant,
}

/// What came and changed nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ignored {
    /// Resets whose number was wrong.
    pub resets: u16,
    /// ICMP errors that quote a segment other than the SYN that waits for an answer.
    pub icmp_errors: u16,
    /// Segments without ACK, SYN and RST, which no host sends on a connection.
    pub segments: u16,
}

/// What happened beside the changes of state.
#[derive(Debug, Default)]
pub struct Record {
    /// What few connections have.
    rare: Option<Box<Rare>>,
}

/// What happens to few connections.
#[derive(Debug, Default)]
struct Rare {
    /// The first reset that counted.
    first_reset: Option<Reset>,
    /// When the latest did.
    latest_reset: Instant,
    /// Both FINs had been acknowledged when the first reset came: it changed nothing of how the connection ended.
    reset_was_late: bool,
    /// The first frame in which an end lives on after a reset; 0 without.
    alive_frame: u32,
    /// Its socket pair is used for a new connection.
    reused: bool,
    /// The frame of the ICMP error that answered the SYN; 0 without.
    error_frame: u32,
    /// What changed nothing.
    ignored: Ignored,
}

/// A frame's number, as far as it fits.
pub fn frame_number(at: &Moment<'_>) -> u32 {
    at.frame.map_or(0, |number| u32::try_from(number).unwrap_or(u32::MAX))
}

impl Record {
    /// Notes a reset that counts. `own` is the end in whose name it was sent, `peer` the other one.
    pub fn reset(&mut self, by: usize, own: &Endpoint, peer: &Endpoint, segment: &Segment, at: &Moment<'_>) {
        self.rare_mut().latest_reset = at.now;
        if self.first_reset().is_some() {
            return;
        }
        let carrier = &segment.carrier;
        let seen = own.has(fact::SEEN);
        let (id, before) = (carrier.id.unwrap_or(0), own.id);
        let far = id != 0 && before != 0 && !(1..=1024).contains(&id.wrapping_sub(before));
        let signs = [
            (sign::FIRST, !seen),
            (sign::TTL, seen && carrier.ttl != own.ttl),
            (sign::LINK, seen && carrier.link != 0 && own.link != 0 && carrier.link != own.link),
            (sign::ID, seen && far),
            (sign::WINDOW, segment.window == 0),
            (sign::STAMP, segment.options.timestamp.is_none() && own.has(fact::STAMPS) && peer.has(fact::STAMPS)),
            (sign::ACTIVE, segment.has(ACK)),
            (sign::AFTER_FIN, own.has(fact::FIN)),
        ];
        let signs = signs.into_iter().filter(|(_, holds)| *holds).fold(0, |all, (bit, _)| all | bit);
        let rare = self.rare_mut();
        rare.reset_was_late = own.has(fact::FIN | fact::FIN_ACKED) && peer.has(fact::FIN | fact::FIN_ACKED);
        rare.first_reset = Some(Reset { by: by as u8, signs, frame: frame_number(at), time: at.now });
    }

    /// When the latest reset that counted passed.
    pub fn reset_time(&self) -> Instant {
        self.rare.as_ref().map_or(Instant::default(), |rare| rare.latest_reset)
    }

    /// Notes a reset that does not count.
    pub fn ignore_reset(&mut self) {
        let ignored = &mut self.rare_mut().ignored;
        ignored.resets = ignored.resets.saturating_add(1);
    }

    /// Notes an ICMP error that changes nothing.
    pub fn ignore_error(&mut self) {
        let ignored = &mut self.rare_mut().ignored;
        ignored.icmp_errors = ignored.icmp_errors.saturating_add(1);
    }

    /// Notes a segment that no host sends on a connection.
    pub fn ignore_segment(&mut self) {
        let ignored = &mut self.rare_mut().ignored;
        ignored.segments = ignored.segments.saturating_add(1);
    }

    /// What came and changed nothing.
    pub fn ignored(&self) -> Ignored {
        self.rare.as_ref().map_or(Ignored::default(), |rare| rare.ignored)
    }

    /// Notes that the socket pair is used for a new connection.
    pub fn reuse(&mut self) {
        self.rare_mut().reused = true;
    }

    /// Notes that an end lives on after a reset; `forged` when it was one in its own name.
    pub fn revived(&mut self, end: usize, forged: bool, at: &Moment<'_>) {
        let rare = self.rare_mut();
        if rare.alive_frame == 0 {
            rare.alive_frame = frame_number(at);
        }
        if let Some(reset) = &mut rare.first_reset
            && forged
            && usize::from(reset.by) == end
        {
            reset.signs |= sign::SENDS_ON;
        }
    }

    /// Notes the ICMP error that answered the SYN.
    pub fn unreachable(&mut self, at: &Moment<'_>) {
        self.rare_mut().error_frame = frame_number(at);
    }

    /// Forgets the answer to the SYN, which is repeated.
    pub fn reopen(&mut self) {
        if let Some(rare) = &mut self.rare {
            (rare.first_reset, rare.error_frame) = (None, 0);
        }
    }

    /// The first reset that counted.
    pub fn first_reset(&self) -> Option<Reset> {
        self.rare.as_ref()?.first_reset
    }

    /// Whether both FINs had been acknowledged when the first reset came: it changed nothing of how the connection ended.
    pub fn reset_was_late(&self) -> bool {
        self.rare.as_ref().is_some_and(|rare| rare.reset_was_late)
    }

    /// The frame of the ICMP error that answered the SYN; 0 without.
    pub fn error_frame(&self) -> u32 {
        self.rare.as_ref().map_or(0, |rare| rare.error_frame)
    }

    /// The first frame in which an end lives on after a reset; 0 without.
    pub fn alive_frame(&self) -> u32 {
        self.rare.as_ref().map_or(0, |rare| rare.alive_frame)
    }

    /// Whether its socket pair is used for a new connection.
    pub fn is_reused(&self) -> bool {
        self.rare.as_ref().is_some_and(|rare| rare.reused)
    }

    /// Bytes of memory behind it.
    pub fn memory(&self) -> usize {
        self.rare.as_ref().map_or(0, |_| allocation::<Rare>())
    }

    fn rare_mut(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }
}
