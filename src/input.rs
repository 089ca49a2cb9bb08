//! What a protocol gets to read: bytes, lengths, and the little it may know of its surroundings.

use crate::field::Table;
use crate::sink::Sink;
use crate::time::Time;

/// A contradiction inside a packet: which rule it breaks, and the two numbers that break it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bad {
    /// The rule as a statement that should hold, with its clause: `header length is at least 20 bytes (RFC 791 §3.1)`.
    pub rule: &'static str,
    /// What the rule asks for.
    pub expected: u32,
    /// What the packet says.
    pub found: u32,
}

/// Why a header could not be read. Never a reason to lose the layers around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The capture ends early (snap length), or the message that quotes this packet does; the packet may be fine.
    Cut {
        /// Bytes that the header needs.
        need: u32,
        /// Bytes that are there.
        have: u32,
    },
    /// The packet contradicts itself.
    Bad(Bad),
}

/// How far a layer's bytes can be expected to go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Extent {
    /// The whole packet was sent here.
    #[default]
    Whole,
    /// The first fragment of a longer packet: lengths inside may point beyond it.
    Fragment,
    /// A packet quoted by an ICMP error, which may quote only its beginning (RFC 792, RFC 4443 §2.4).
    Quoted,
}

/// Source and destination of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addresses {
    /// IPv4.
    V4 {
        /// Source address.
        src: [u8; 4],
        /// Destination address.
        dst: [u8; 4],
    },
    /// IPv6.
    V6 {
        /// Source address.
        src: [u8; 16],
        /// Destination address.
        dst: [u8; 16],
    },
}

/// What the flow table knows about the conversation of a segment or datagram, at the moment it passes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Conversation {
    /// Number of the flow among all flows, from 1, in the order of their first packets.
    pub flow: u32,
    /// Number of the flow among those of its protocol, from 0 (`tcp.stream`, `udp.stream`).
    pub stream: u32,
    /// TCP: the sequence number that counts as 0 in this direction.
    pub seq_base: Option<u32>,
    /// TCP: the sequence number that counts as 0 in the other direction.
    pub ack_base: Option<u32>,
    /// TCP: what is known of the window scale that applies to this segment's window.
    pub window: WindowScale,
    /// Time since the conversation's first frame.
    pub since_first: Time,
    /// Time since the conversation's previous frame.
    pub since_previous: Time,
    /// TCP: what this segment is beside what its flags say; bits of the flow table.
    pub remarks: u16,
    /// Whether the client of the conversation sent it.
    pub from_client: bool,
}

impl Conversation {
    /// Nothing is known.
    pub const UNKNOWN: Conversation = Conversation {
        flow: 0,
        stream: 0,
        seq_base: None,
        ack_base: None,
        window: WindowScale::Unknown,
        since_first: Time { secs: 0, nanos: 0 },
        since_previous: Time { secs: 0, nanos: 0 },
        remarks: 0,
        from_client: false,
    };
}

/// The window scale in force for a segment (RFC 7323 §2.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WindowScale {
    /// The handshake was not seen.
    #[default]
    Unknown,
    /// The handshake was seen, and scaling was not agreed; windows are as they stand.
    Off,
    /// Windows count units of 2 to this power.
    Shift(u8),
}

/// What surrounds a layer. Only the tree needs it; while peeling it is [`Env::NONE`].
#[derive(Clone, Copy, Debug)]
pub struct Env<'a> {
    /// Addresses of the innermost packet around this layer.
    pub addresses: Option<Addresses>,
    /// The two ends that checksums are computed over: the same, but for routing headers on the way.
    pub ends: Option<Addresses>,
    /// The conversation of this layer.
    pub conversation: Option<&'a Conversation>,
    /// `-K`: checksums are not to be compared.
    pub unverified: bool,
}

impl Env<'_> {
    /// Nothing is known.
    pub const NONE: Env<'static> = Env { addresses: None, ends: None, conversation: None, unverified: false };
}

/// One layer's bytes. `wire` is how long the layer around it says it is, `data` what was captured of that.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The captured bytes from the layer's first byte on; never longer than `wire`.
    pub data: &'a [u8],
    /// Offset of the first byte in its buffer, in bytes.
    pub base: u32,
    /// Length on the wire, in bytes.
    pub wire: u32,
    /// How far the bytes can be expected to go.
    pub extent: Extent,
    /// What surrounds the layer.
    pub env: &'a Env<'a>,
}

impl<'a> Input<'a> {
    /// Reads a header of `N` bytes and puts the fixed rows of `table`. When there are fewer bytes, the rows that are
    /// whole are put, and the reason is returned.
    #[inline(always)]
    pub fn header<const N: usize, S: Sink>(&self, s: &mut S, table: Table) -> Result<&'a [u8; N], Stop> {
        match self.data.first_chunk::<N>() {
            Some(header) => {
                s.fixed(table, header, self.base);
                Ok(header)
            }
            None => {
                s.fixed(table, self.data, self.base);
                Err(self.short(N as u32))
            }
        }
    }

    /// The first `N` bytes, without putting any row.
    #[inline(always)]
    pub fn head<const N: usize>(&self) -> Result<&'a [u8; N], Stop> {
        self.data.first_chunk::<N>().ok_or_else(|| self.short(N as u32))
    }

    /// The first `n` bytes, for headers whose length is in the packet.
    #[inline(always)]
    pub fn upto(&self, n: u32) -> Result<&'a [u8], Stop> {
        self.data.get(..n as usize).ok_or_else(|| self.short(n))
    }

    /// Why `need` bytes cannot be read: the capture was cut, or the packet is shorter than its own header.
    #[cold]
    pub fn short(&self, need: u32) -> Stop {
        if need <= self.wire || self.extent != Extent::Whole {
            Stop::Cut { need, have: self.data.len() as u32 }
        } else {
            Stop::Bad(Bad { rule: "a header fits into the bytes that carry it", expected: need, found: self.wire })
        }
    }
}

/// What one packet may cost. One budget for the whole decoder, so that no header can buy unbounded work.
///
/// Whatever a limit cuts off is reported as a note of kind `cap` on that packet, and the packet is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Tree nodes (fields) of one packet; also bounds the options, extensions and records that are walked.
    pub items: u32,
    /// Bytes of text and other bytes produced (not borrowed from the frame) for one packet.
    pub bytes: u32,
}

impl Budget {
    /// The limits in force. The largest ordinary packet of the test corpus needs under 400 items.
    pub const STANDARD: Budget = Budget { items: 8_192, bytes: 256 * 1024 };
}

impl Addresses {
    /// Writes the source address.
    pub fn src_to<'t>(&self, out: &'t mut crate::text::Text) -> &'t mut crate::text::Text {
        match self {
            Addresses::V4 { src, .. } => out.ip4(*src),
            Addresses::V6 { src, .. } => out.ip6(*src),
        }
    }

    /// Writes the destination address.
    pub fn dst_to<'t>(&self, out: &'t mut crate::text::Text) -> &'t mut crate::text::Text {
        match self {
            Addresses::V4 { dst, .. } => out.ip4(*dst),
            Addresses::V6 { dst, .. } => out.ip6(*dst),
        }
    }
}
