//! What the capture point reads of a segment, with smoltcp's reader rather than with ours.

use smoltcp::wire::{IpProtocol, IpVersion, Ipv4Packet, Ipv6Packet, TcpPacket};
use std::collections::BTreeMap;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment {
    pub(crate) seq: u32,
    pub(crate) syn: bool,
    /// The number acknowledged, if one is.
    pub(crate) ack: Option<u32>,
    pub(crate) fin: bool,
    pub(crate) rst: bool,
    /// Bytes of it.
    pub(crate) payload: usize,
    /// smoltcp's keep-alive: a single zero, which the applications here never send.
    pub(crate) is_keep_alive: bool,
}

impl Segment {
    /// The segment of an IP packet.
    pub(crate) fn read(packet: &[u8]) -> Option<Segment> {
        let tcp = match IpVersion::of_packet(packet).ok()? {
            IpVersion::Ipv4 => {
                let ip = Ipv4Packet::new_checked(packet).ok()?;
                (ip.next_header() == IpProtocol::Tcp).then(|| ip.payload())?
            }
            IpVersion::Ipv6 => {
                let ip = Ipv6Packet::new_checked(packet).ok()?;
                (ip.next_header() == IpProtocol::Tcp).then(|| ip.payload())?
            }
        };
        let tcp = TcpPacket::new_checked(tcp).ok()?;
        Some(Segment {
            seq: tcp.seq_number().0.cast_unsigned(),
            syn: tcp.syn(),
            ack: tcp.ack().then(|| tcp.ack_number().0.cast_unsigned()),
            fin: tcp.fin(),
            rst: tcp.rst(),
            payload: tcp.payload().len(),
            is_keep_alive: tcp.payload() == [0],
        })
    }

    /// The number behind all that it carries.
    pub(crate) fn behind(&self) -> u32 {
        self.seq.wrapping_add(self.payload as u32 + u32::from(self.syn) + u32::from(self.fin))
    }
}

/// Bytes of a stream, by place.
#[derive(Debug, Default)]
pub(crate) struct Range(BTreeMap<i64, i64>);

impl Range {
    /// Adds the bytes from `start` up to, but not including, `end`.
    pub(crate) fn add(&mut self, mut start: i64, mut end: i64) {
        if start >= end {
            return;
        }
        let touching: Vec<_> =
            self.0.range(..=end).rev().take_while(|(_, e)| **e >= start).map(|(s, e)| (*s, *e)).collect();
        for (s, e) in touching {
            self.0.remove(&s);
            (start, end) = (start.min(s), end.max(e));
        }
        self.0.insert(start, end);
    }

    /// How many different bytes there are.
    pub(crate) fn len(&self) -> usize {
        self.0.iter().map(|(s, e)| (e - s) as usize).sum()
    }
}
