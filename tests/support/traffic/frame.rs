//! Packets by hand, into one buffer, with their checksums, and the capture they go to.
//!
//! What a packet carries is a piece of one row of random bytes, whose sums are known beforehand; so a checksum costs the
//! same for one byte and for a full segment.

use super::hash;
use std::io::{self, Write};

/// 2026-01-01 00:00:00 UTC.
const START_SECS: u64 = 1_767_225_600;
/// After so many bytes, what packets carry repeats.
const PERIOD: usize = 16 << 10;
/// No packet carries more.
const LONGEST_PAYLOAD: usize = 1472;
/// IEEE 802.3: shorter frames are padded; the frame check sequence is not in the file.
const SHORTEST_FRAME: usize = 60;
/// Where a frame begins in the buffer, after the record header of pcap.
const RECORD_HEADER: usize = 16;

pub(super) const FIN: u8 = 0x01;
pub(super) const SYN: u8 = 0x02;
pub(super) const RST: u8 = 0x04;
pub(super) const PSH: u8 = 0x08;
pub(super) const ACK: u8 = 0x10;

const TCP: u8 = 6;
const UDP: u8 = 17;
const ICMP: u8 = 1;
const ICMPV6: u8 = 58;

/// One of the two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Client,
    Server,
}

impl Side {
    pub(super) fn other(self) -> Side {
        match self {
            Side::Client => Side::Server,
            Side::Server => Side::Client,
        }
    }
}

/// Two sockets. Addresses are IPv4 addresses; with `v6` they are the last four bytes of IPv6 addresses.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peers {
    pub(super) client: u32,
    pub(super) server: u32,
    pub(super) client_port: u16,
    pub(super) server_port: u16,
    pub(super) v6: bool,
    pub(super) vlan: Option<u16>,
}

impl Peers {
    fn addresses(&self, from: Side) -> (u32, u32) {
        match from {
            Side::Client => (self.client, self.server),
            Side::Server => (self.server, self.client),
        }
    }

    fn ports(&self, from: Side) -> (u16, u16) {
        match from {
            Side::Client => (self.client_port, self.server_port),
            Side::Server => (self.server_port, self.client_port),
        }
    }
}

/// TCP options, written in this order.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Options {
    pub(super) mss: Option<u16>,
    pub(super) sack_permitted: bool,
    /// TSval and TSecr.
    pub(super) times: Option<(u32, u32)>,
    pub(super) window_scale: Option<u8>,
    /// One block: its left and right edge.
    pub(super) sack: Option<(u32, u32)>,
}

/// A piece of the row: its place, of which the row's period is taken, and its length.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Piece {
    pub(super) place: u32,
    pub(super) len: u16,
}

/// A TCP segment. The window is as on the wire, not scaled.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment {
    pub(super) from: Side,
    pub(super) ip_id: u16,
    pub(super) flags: u8,
    pub(super) seq: u32,
    pub(super) ack: u32,
    pub(super) window: u16,
    pub(super) options: Options,
    pub(super) data: Piece,
}

/// What a UDP datagram carries.
#[derive(Clone, Copy, Debug)]
pub(super) enum Datagram {
    /// Nothing that has a meaning.
    Opaque(Piece),
    /// RFC 1035: a question, or the same with answers. The identifier is also what the name asked for is made of.
    Dns { id: u16, answers: Option<u8> },
}

/// The row that payloads are pieces of.
struct Row {
    bytes: Vec<u8>,
    /// For each place, the sums of the bytes before it at even and at odd places.
    sums: Vec<[u32; 2]>,
}

impl Row {
    fn new(seed: u64) -> Row {
        // The beginning again after the end, so that every piece is contiguous.
        let byte = |place: usize| (hash(seed ^ (place % PERIOD) as u64) >> 17) as u8;
        let bytes: Vec<u8> = (0..PERIOD + LONGEST_PAYLOAD).map(byte).collect();
        let mut sums = vec![[0; 2]];
        let mut sum = [0u32; 2];
        for (place, byte) in bytes.iter().enumerate() {
            sum[place % 2] += u32::from(*byte);
            sums.push(sum);
        }
        Row { bytes, sums }
    }

    fn place(piece: Piece) -> usize {
        piece.place as usize % PERIOD
    }

    fn bytes(&self, piece: Piece) -> &[u8] {
        let place = Row::place(piece);
        &self.bytes[place..place + usize::from(piece.len)]
    }

    /// The sum of a piece's 16-bit words, the last one padded with a zero byte.
    fn sum(&self, piece: Piece) -> u32 {
        let place = Row::place(piece);
        let (before, after) = (self.sums[place], self.sums[place + usize::from(piece.len)]);
        let (high, low) = (place % 2, (place + 1) % 2);
        ((after[high] - before[high]) << 8) + after[low] - before[low]
    }
}

/// The sum of 16-bit words.
fn sum(bytes: &[u8]) -> u32 {
    let (words, rest) = bytes.as_chunks::<2>();
    words.iter().map(|word| u32::from(u16::from_be_bytes(*word))).sum::<u32>()
        + rest.first().map_or(0, |byte| u32::from(*byte) << 8)
}

/// The Internet checksum (RFC 1071) of what has this sum.
fn checksum(sum: u32) -> u16 {
    let folded = (sum & 0xffff) + (sum >> 16);
    !((folded & 0xffff) + (folded >> 16)) as u16
}

fn halves(word: u32) -> u32 {
    (word >> 16) + (word & 0xffff)
}

/// A pcap file in the making.
pub(super) struct Capture<W> {
    out: W,
    row: Row,
    /// The record of one packet.
    record: Vec<u8>,
    packets: u64,
    bytes: u64,
}

impl<W: Write> Capture<W> {
    pub(super) fn new(mut out: W, seed: u64) -> io::Result<Self> {
        let mut header = Vec::new();
        header.extend(0xa1b2_c3d4u32.to_le_bytes());
        header.extend(2u16.to_le_bytes());
        header.extend(4u16.to_le_bytes());
        header.extend([0; 8]);
        header.extend(262_144u32.to_le_bytes());
        header.extend(1u32.to_le_bytes());
        out.write_all(&header)?;
        Ok(Capture { out, row: Row::new(seed), record: Vec::new(), packets: 0, bytes: header.len() as u64 })
    }

    /// The numbers of packets and of octets written.
    pub(super) fn finish(mut self) -> io::Result<(u64, u64)> {
        self.out.flush()?;
        Ok((self.packets, self.bytes))
    }

    pub(super) fn packets(&self) -> u64 {
        self.packets
    }

    /// Writes a segment, seen so many microseconds after the start.
    pub(super) fn tcp(&mut self, at: u64, peers: &Peers, segment: &Segment) -> io::Result<()> {
        let mut options = [0; 40];
        let options_len = put_options(&mut options, &segment.options);
        let len = 20 + options_len + usize::from(segment.data.len);
        let pseudo = self.begin(at, peers, segment.from, segment.ip_id, TCP, len);
        let start = self.record.len();
        let (source, destination) = peers.ports(segment.from);
        self.record.extend(source.to_be_bytes());
        self.record.extend(destination.to_be_bytes());
        self.record.extend(segment.seq.to_be_bytes());
        self.record.extend(segment.ack.to_be_bytes());
        self.record.extend([((20 + options_len) << 2) as u8, segment.flags]);
        self.record.extend(segment.window.to_be_bytes());
        self.record.extend([0; 4]);
        self.record.extend_from_slice(&options[..options_len]);
        self.put_payload(start, start + 16, pseudo, segment.data);
        self.end()
    }

    /// Writes a UDP datagram.
    pub(super) fn udp(&mut self, at: u64, peers: &Peers, from: Side, ip_id: u16, data: Datagram) -> io::Result<()> {
        let mut message = Vec::new();
        let piece = match data {
            Datagram::Opaque(piece) => piece,
            Datagram::Dns { id, answers } => {
                put_dns(&mut message, id, answers);
                Piece::default()
            }
        };
        let len = 8 + message.len() + usize::from(piece.len);
        let pseudo = self.begin(at, peers, from, ip_id, UDP, len);
        let start = self.record.len();
        let (source, destination) = peers.ports(from);
        self.record.extend(source.to_be_bytes());
        self.record.extend(destination.to_be_bytes());
        self.record.extend((len as u16).to_be_bytes());
        self.record.extend([0; 2]);
        self.record.extend_from_slice(&message);
        self.put_payload(start, start + 6, pseudo, piece);
        // RFC 768: zero would mean that there is no checksum; all ones are the same number.
        if self.record[start + 6..start + 8] == [0; 2] {
            self.record[start + 6..start + 8].fill(0xff);
        }
        self.end()
    }

    /// Writes an ICMP echo request of the client, or the reply to it; the client's port is the identifier.
    pub(super) fn echo(&mut self, at: u64, peers: &Peers, from: Side, ip_id: u16, number: u16) -> io::Result<()> {
        let data = Piece { place: u32::from(peers.client_port), len: 56 };
        let (protocol, kind) = match (peers.v6, from) {
            (false, Side::Client) => (ICMP, 8),
            (false, Side::Server) => (ICMP, 0),
            (true, Side::Client) => (ICMPV6, 128),
            (true, Side::Server) => (ICMPV6, 129),
        };
        let pseudo = self.begin(at, peers, from, ip_id, protocol, 8 + usize::from(data.len));
        let start = self.record.len();
        self.record.extend([kind, 0, 0, 0]);
        self.record.extend(peers.client_port.to_be_bytes());
        self.record.extend(number.to_be_bytes());
        // RFC 4443 §2.3: the pseudo-header is part of the sum in ICMPv6 only.
        self.put_payload(start, start + 2, if peers.v6 { pseudo } else { 0 }, data);
        self.end()
    }

    /// Begins a record with the headers before the transport's; the sum of the pseudo-header.
    fn begin(&mut self, at: u64, peers: &Peers, from: Side, ip_id: u16, protocol: u8, len: usize) -> u32 {
        let (source, destination) = peers.addresses(from);
        self.record.clear();
        self.record.extend(((START_SECS + at / 1_000_000) as u32).to_le_bytes());
        self.record.extend(((at % 1_000_000) as u32).to_le_bytes());
        // The lengths are known at the end.
        self.record.extend([0; 8]);
        for address in [destination, source] {
            self.record.extend([2, 0]);
            self.record.extend(address.to_be_bytes());
        }
        if let Some(vlan) = peers.vlan {
            self.record.extend(0x8100u16.to_be_bytes());
            self.record.extend(vlan.to_be_bytes());
        }
        let ttl = match from {
            Side::Client => 64,
            Side::Server => 52 + (source & 7) as u8,
        };
        let pseudo = halves(source) + halves(destination) + u32::from(protocol) + len as u32;
        if peers.v6 {
            const PREFIX: [u8; 12] = [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0];
            self.record.extend([0x86, 0xdd, 0x60, 0, 0, 0]);
            self.record.extend((len as u16).to_be_bytes());
            self.record.extend([protocol, ttl]);
            for address in [source, destination] {
                self.record.extend(PREFIX);
                self.record.extend(address.to_be_bytes());
            }
            return pseudo + 2 * sum(&PREFIX);
        }
        self.record.extend([8, 0]);
        let start = self.record.len();
        self.record.extend([0x45, 0]);
        self.record.extend(((20 + len) as u16).to_be_bytes());
        self.record.extend(ip_id.to_be_bytes());
        self.record.extend([0x40, 0, ttl, protocol, 0, 0]);
        self.record.extend(source.to_be_bytes());
        self.record.extend(destination.to_be_bytes());
        let header = checksum(sum(&self.record[start..]));
        self.record[start + 10..start + 12].copy_from_slice(&header.to_be_bytes());
        pseudo
    }

    /// Ends what began at `start` with a piece, and puts its checksum at `place`.
    fn put_payload(&mut self, start: usize, place: usize, pseudo: u32, piece: Piece) {
        let total = pseudo + sum(&self.record[start..]) + self.row.sum(piece);
        self.record[place..place + 2].copy_from_slice(&checksum(total).to_be_bytes());
        self.record.extend_from_slice(self.row.bytes(piece));
    }

    /// Ends the record and writes it.
    fn end(&mut self) -> io::Result<()> {
        if self.record.len() < RECORD_HEADER + SHORTEST_FRAME {
            self.record.resize(RECORD_HEADER + SHORTEST_FRAME, 0);
        }
        let len = ((self.record.len() - RECORD_HEADER) as u32).to_le_bytes();
        self.record[8..12].copy_from_slice(&len);
        self.record[12..16].copy_from_slice(&len);
        self.packets += 1;
        self.bytes += self.record.len() as u64;
        self.out.write_all(&self.record)
    }
}

/// Writes options, each group of them a multiple of four octets long; how many octets.
fn put_options(into: &mut [u8; 40], options: &Options) -> usize {
    let mut len = 0;
    let mut put = |bytes: &[u8]| {
        into[len..len + bytes.len()].copy_from_slice(bytes);
        len += bytes.len();
    };
    if let Some(mss) = options.mss {
        put(&[2, 4]);
        put(&mss.to_be_bytes());
    }
    if options.sack_permitted {
        put(&[4, 2]);
    }
    // SACK-permitted and the timestamps fill three words together; alone, each has two octets before it.
    if options.sack_permitted != options.times.is_some() {
        put(&[1, 1]);
    }
    if let Some((value, echo)) = options.times {
        put(&[8, 10]);
        put(&value.to_be_bytes());
        put(&echo.to_be_bytes());
    }
    if let Some(shift) = options.window_scale {
        put(&[1, 3, 3, shift]);
    }
    if let Some((left, right)) = options.sack {
        put(&[1, 1, 5, 10]);
        put(&left.to_be_bytes());
        put(&right.to_be_bytes());
    }
    len
}

/// Writes a DNS message about the address of one name.
fn put_dns(into: &mut Vec<u8>, id: u16, answers: Option<u8>) {
    into.extend(id.to_be_bytes());
    into.extend(if answers.is_some() { [0x81, 0x80] } else { [0x01, 0x00] });
    into.extend([0, 1, 0, answers.unwrap_or(0), 0, 0, 0, 0]);
    for label in [format!("host-{id:04x}").as_str(), "example", "com", ""] {
        into.push(label.len() as u8);
        into.extend(label.bytes());
    }
    into.extend([0, 1, 0, 1]);
    for answer in 0..answers.unwrap_or(0) {
        // The name is where the question has it, 12 octets from the beginning.
        into.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 198, 18, answer]);
        into.push(id as u8);
    }
}
