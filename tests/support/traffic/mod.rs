//! Large captures for measurements, the same bytes for the same plan: `cargo run --example make-traffic`.
//!
//! Every packet has right lengths and checksums. What TCP and the opaque UDP streams carry is one repeated row of
//! random bytes. Clients are in 10.0.0.0/8, servers in 198.18.0.0/15 (RFC 2544, for benchmarks), or in 2001:db8::/32
//! with the same last four bytes. The first packet is at 2026-01-01 00:00:00 UTC.

mod frame;
mod mixed;
mod small;
mod talk;

use frame::Capture;
use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

/// What kind of traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// As in an enterprise: TCP connections of all sizes and endings, with losses and reordering; DNS; ICMP echo; some
    /// IPv6, some VLANs; about 450 bytes a packet.
    Mixed,
    /// Minimum frames (60 bytes, 64 with the frame check sequence): every connection opens, and then all of them send a few
    /// bytes or acknowledge some, in turn, each turn in another random order. None closes.
    Small,
    /// SYNs, each with a socket pair of its own, without answer.
    Syns,
    /// Every connection opens; then come the packets asked for, each with a few bytes in one of them at random.
    Concurrent,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 4] = [Kind::Mixed, Kind::Small, Kind::Syns, Kind::Concurrent];
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Mixed => "mixed",
            Kind::Small => "small",
            Kind::Syns => "syns",
            Kind::Concurrent => "concurrent",
        })
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let known = || format!("{name}: there is only {}", Kind::ALL.map(|kind| kind.to_string()).join(", "));
        Kind::ALL.into_iter().find(|kind| kind.to_string() == name).ok_or_else(known)
    }
}

/// A capture to be made.
#[derive(Clone, Debug)]
pub struct Plan {
    kind: Kind,
    packets: u64,
    connections: u64,
    seed: u64,
}

/// What a capture that was made contains.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// Packets, and octets of the file.
    pub packets: u64,
    pub bytes: u64,
    /// TCP connections, UDP socket pairs, ICMP echo identifiers.
    pub tcp: u64,
    pub udp: u64,
    pub echo: u64,
}

impl Plan {
    /// Checks a plan. `packets` counts all packets, but of [`Kind::Concurrent`] those after the handshakes;
    /// `connections` counts TCP connections. The error says which number contradicts which.
    pub fn new(kind: Kind, packets: Option<u64>, connections: Option<u64>, seed: u64) -> Result<Plan, String> {
        let packets = packets.or(connections.filter(|_| kind == Kind::Syns));
        let packets = packets.unwrap_or(if kind == Kind::Mixed { 2_300_000 } else { 5_000_000 });
        let usual = match kind {
            Kind::Mixed => packets / 46,
            Kind::Small | Kind::Concurrent => packets / 10,
            Kind::Syns => packets,
        };
        let connections = connections.unwrap_or(usual.max(1));
        let least = match kind {
            Kind::Mixed => mixed::least_packets(connections),
            Kind::Small => connections.saturating_mul(3),
            Kind::Syns => connections,
            Kind::Concurrent => 0,
        };
        let most = if kind == Kind::Mixed { mixed::MOST_CONNECTIONS } else { small::MOST_CONNECTIONS };
        if connections == 0 || connections > most {
            return Err(format!("{connections} connections: {kind} can have 1 to {most}"));
        }
        if packets < least {
            return Err(format!("{packets} packets: {connections} connections of {kind} need at least {least}"));
        }
        if kind == Kind::Syns && packets != connections {
            return Err(format!("{packets} packets for {connections} connections: of {kind}, each has one"));
        }
        Ok(Plan { kind, packets, connections, seed })
    }

    /// Writes the capture, as a pcap file with microseconds.
    pub fn write(&self, out: impl Write) -> io::Result<Contents> {
        let mut capture = Capture::new(out, self.seed)?;
        let mut contents = match self.kind {
            Kind::Mixed => mixed::write(self, &mut capture)?,
            Kind::Small => small::small(self, &mut capture)?,
            Kind::Syns => small::syns(self, &mut capture)?,
            Kind::Concurrent => small::concurrent(self, &mut capture)?,
        };
        (contents.packets, contents.bytes) = capture.finish()?;
        Ok(contents)
    }
}

/// Socket pairs that look random; no two numbers give the same.
struct Pairs {
    bits: u32,
    seed: u64,
}

/// Bits of a client's port; the ports are those of RFC 6335 §6 for private use.
const PORT_BITS: u32 = 14;

impl Pairs {
    /// Clients at 2 to the power of `host_bits` addresses.
    fn new(host_bits: u32, seed: u64) -> Pairs {
        Pairs { bits: host_bits + PORT_BITS, seed }
    }

    /// How many there are when clients have so many addresses.
    const fn most(host_bits: u32) -> u64 {
        1 << (host_bits + PORT_BITS)
    }

    /// The pair with a number below [`Pairs::most`].
    fn pair(&self, number: u64) -> frame::Peers {
        let mask = (1u64 << self.bits) - 1;
        // Each step can be undone, so different numbers stay different: an odd factor, and a shift by half.
        let mut mixed = (number ^ self.seed) & mask;
        for factor in [0x9e37_79b9_7f4a_7c15u64, 0xbf58_476d_1ce4_e5b9] {
            mixed = mixed.wrapping_mul(factor) & mask;
            mixed ^= mixed >> (self.bits / 2);
        }
        let port = mixed & ((1 << PORT_BITS) - 1);
        let server = hash(number ^ self.seed) as usize;
        const SERVICES: [u16; 8] = [443, 443, 443, 443, 8443, 80, 445, 5432];
        frame::Peers {
            client: 0x0a00_0001 + (mixed >> PORT_BITS) as u32,
            server: 0xc612_0000 | (server & 0x1ff) as u32,
            client_port: 0xc000 | port as u16,
            server_port: SERVICES[(server >> 9) % SERVICES.len()],
            v6: false,
            vlan: None,
        }
    }
}

/// A number that looks random, the same for the same number.
fn hash(number: u64) -> u64 {
    let mixed = (number ^ (number >> 30)).wrapping_add(0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
