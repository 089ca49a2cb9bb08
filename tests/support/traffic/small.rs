//! Many connections at once, in minimum frames.

use super::frame::{ACK, Capture, Options, PSH, Peers, Piece, SYN, Segment, Side};
use super::{Contents, Pairs, Plan, hash};
use crate::captures::Dice;
use std::io::{self, Write};

/// Clients have addresses of 18 bits below 10.0.0.0.
const HOST_BITS: u32 = 18;
pub(super) const MOST_CONNECTIONS: u64 = Pairs::most(HOST_BITS) - 1;
/// Connections that open in turn with one another.
const BLOCK: u64 = 64;
/// So much fits into a minimum frame.
const MOST_DATA: u64 = 6;
const MSS: u16 = 1460;
const WINDOW: u16 = 64_240;

/// Connections whose packets follow from their number, and the clock.
struct Crowd {
    pairs: Pairs,
    seed: u64,
    dice: Dice,
    /// Microseconds since the start.
    now: u64,
}

impl Crowd {
    fn new(seed: u64) -> Crowd {
        Crowd { pairs: Pairs::new(HOST_BITS, seed), seed, dice: Dice::new(hash(seed)), now: 0 }
    }

    fn first_seq(&self, connection: u64, side: Side) -> u32 {
        hash(hash(connection ^ self.seed) ^ side as u64) as u32
    }

    /// How much each data segment of a connection carries.
    fn data_len(&self, connection: u64) -> u16 {
        1 + (hash(connection) % MOST_DATA) as u16
    }

    /// Writes a segment; `sent` is what each end sent before, in data segments.
    fn put<W: Write>(
        &mut self,
        capture: &mut Capture<W>,
        connection: u64,
        from: Side,
        flags: u8,
        sent: [u32; 2],
    ) -> io::Result<()> {
        let peers: Peers = self.pairs.pair(connection);
        let len = self.data_len(connection);
        // The SYN takes one number, so it is one before the first byte.
        let next = |side: Side| {
            let opened = u32::from(flags & SYN == 0 || (side != from));
            let data = sent[side as usize].wrapping_mul(u32::from(len));
            self.first_seq(connection, side).wrapping_add(opened).wrapping_add(data)
        };
        let is_syn = flags & SYN != 0;
        let segment = Segment {
            from,
            ip_id: (self.first_seq(connection, from) as u16).wrapping_add(sent[from as usize] as u16),
            flags,
            seq: next(from),
            ack: if flags & ACK != 0 { next(from.other()) } else { 0 },
            window: WINDOW,
            options: Options { mss: is_syn.then_some(MSS), ..Options::default() },
            data: Piece { place: sent[from as usize], len: if flags & PSH != 0 { len } else { 0 } },
        };
        self.now += 1 + self.dice.below(3) as u64;
        capture.tcp(self.now, &peers, &segment)
    }

    /// Opens connections, those of a block in turn.
    fn open<W: Write>(&mut self, capture: &mut Capture<W>, connections: u64) -> io::Result<()> {
        for first in (0..connections).step_by(BLOCK as usize) {
            for (from, flags) in [(Side::Client, SYN), (Side::Server, SYN | ACK), (Side::Client, ACK)] {
                for connection in first..connections.min(first + BLOCK) {
                    self.put(capture, connection, from, flags, [0; 2])?;
                }
            }
        }
        Ok(())
    }
}

pub(super) fn syns<W: Write>(plan: &Plan, capture: &mut Capture<W>) -> io::Result<Contents> {
    let mut crowd = Crowd::new(plan.seed);
    for connection in 0..plan.connections {
        crowd.put(capture, connection, Side::Client, SYN, [0; 2])?;
    }
    Ok(Contents { tcp: plan.connections, ..Contents::default() })
}

pub(super) fn small<W: Write>(plan: &Plan, capture: &mut Capture<W>) -> io::Result<Contents> {
    let mut crowd = Crowd::new(plan.seed);
    crowd.open(capture, plan.connections)?;
    let mut order: Vec<u64> = (0..plan.connections).collect();
    let mut sent = [0u32; 2];
    'packets: loop {
        for from in [Side::Client, Side::Server] {
            for flags in [PSH | ACK, ACK] {
                shuffle(&mut order, &mut crowd.dice);
                let sender = if flags & PSH != 0 { from } else { from.other() };
                for connection in &order {
                    if capture.packets() == plan.packets {
                        break 'packets;
                    }
                    crowd.put(capture, *connection, sender, flags, sent)?;
                }
                if flags & PSH != 0 {
                    sent[from as usize] = sent[from as usize].wrapping_add(1);
                }
            }
        }
    }
    Ok(Contents { tcp: plan.connections, ..Contents::default() })
}

pub(super) fn concurrent<W: Write>(plan: &Plan, capture: &mut Capture<W>) -> io::Result<Contents> {
    let mut crowd = Crowd::new(plan.seed);
    crowd.open(capture, plan.connections)?;
    let mut sent = vec![[0u32; 2]; plan.connections as usize];
    for _ in 0..plan.packets {
        let connection = crowd.dice.below(sent.len());
        let from = if crowd.dice.below(2) == 0 { Side::Client } else { Side::Server };
        crowd.put(capture, connection as u64, from, PSH | ACK, sent[connection])?;
        let count = &mut sent[connection][from as usize];
        *count = count.wrapping_add(1);
    }
    Ok(Contents { tcp: plan.connections, ..Contents::default() })
}

/// Puts things in a random order (Fisher and Yates).
fn shuffle(order: &mut [u64], dice: &mut Dice) {
    for last in (1..order.len()).rev() {
        order.swap(last, dice.below(last + 1));
    }
}
