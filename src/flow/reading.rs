//! What the flow table reads of a packet's layers.

use super::entry::{Carrier, Carriers};
use super::exchange::Datagram;
use super::key::Transport;
use super::tcp::segment::{self, Segment};
use crate::capture::LinkType;
use crate::dissect::{Follow, Hop};
use crate::input::{Env, Extent, Input};
use crate::packet::{Layer, Layers, Packet};
use crate::proto::shared::checksum::{Covered, Status};

/// What the packet around the layer with this index says.
pub fn carrier(packet: &Packet<'_>, index: usize) -> segment::Carrier {
    let slots = packet.layers.glimpsed();
    let outer = slots.get(..index).unwrap_or_default();
    let header = |layer: &Layer| packet.registry.protocol(layer.protocol).hop?(Layers::bytes(layer, packet.bytes));
    let Some((at, layer, hop)) = outer.iter().enumerate().rev().find_map(|(at, l)| Some((at, l, header(l)?))) else {
        return segment::Carrier::default();
    };
    let Hop { ttl, id, marked } = hop;
    // A datagram that came in fragments counts once, as if it had come whole.
    let joined = (at..index).find_map(|i| packet.layers.joined_after(i));
    let length = joined.map_or(layer.wire, |joined| layer.header.saturating_add(joined.length));
    segment::Carrier { length, ttl, id, link: link_address(packet), marked }
}

const ETHERNET: LinkType = LinkType(1);

/// A number that stands for the source address of an Ethernet frame; 0 for other links.
fn link_address(packet: &Packet<'_>) -> u32 {
    if packet.frame.link != ETHERNET {
        return 0;
    }
    let source = packet.frame.data.get(6..12).and_then(|b| b.first_chunk::<6>());
    source.map_or(0, |[a, b, c, d, e, f]| u32::from_be_bytes([*c, *d, *e, *f]) ^ u32::from(*a) << 8 ^ u32::from(*b))
}

/// The TCP segment of a layer.
pub fn segment(packet: &Packet<'_>, index: usize, layer: &Layer) -> Option<Segment> {
    Segment::read(Layers::bytes(layer, packet.bytes), layer.wire, carrier(packet, index))
}

/// The datagram or echo message of a layer.
pub fn datagram(packet: &Packet<'_>, index: usize, layer: &Layer) -> Datagram {
    let length = carrier(packet, index).length;
    let payload = layer.wire.saturating_sub(8);
    let echo = match packet.registry.protocol(layer.protocol).follow {
        Some(Follow::Echo(read)) => read(Layers::bytes(layer, packet.bytes)),
        _ => None,
    };
    Datagram { length, payload, echo: echo.map(|e| (e.kind, e.code, e.number)) }
}

/// Whether the checksum of a layer is wrong: compared, and neither right nor left to the network card.
pub fn is_damaged(packet: &Packet<'_>, index: usize, layer: &Layer, transport: Transport) -> bool {
    let bytes = Layers::bytes(layer, packet.bytes);
    if packet.facts.unverified || layer.extent != Extent::Whole || (bytes.len() as u32) < layer.wire {
        return false;
    }
    let ends = packet.layers.ends_around(index, packet.registry, packet.bytes);
    let env = Env { ends, ..Env::NONE };
    let input = Input { data: bytes, base: layer.start, wire: layer.wire, extent: layer.extent, env: &env };
    let status = match transport {
        Transport::Tcp => Covered::of(&input, layer.wire).pseudo(6, 16),
        // 0 stands for none (RFC 768).
        Transport::Udp if bytes.get(6..8).is_none_or(|sum| sum == [0, 0]) => return false,
        Transport::Udp if packet.registry.protocol(layer.protocol).name == "udp" => {
            Covered::of(&input, layer.wire).pseudo(17, 6)
        }
        Transport::Udp | Transport::Echo => return false,
    };
    matches!(status, Status::Bad { .. })
}

/// What is around the layer with this index: every packet but the innermost, and the tags and tunnels that have a number.
pub fn carriers(packet: &Packet<'_>, index: usize) -> Option<Box<Carriers>> {
    let slots = packet.layers.glimpsed();
    // What a quotation is in says nothing of the way of the packet that it quotes.
    if slots.get(index)?.extent == Extent::Quoted {
        return None;
    }
    let outer = slots.get(..index)?;
    let protocol = |layer: &Layer| packet.registry.protocol(layer.protocol);
    let own = outer.iter().rposition(|layer| protocol(layer).addresses.is_some())?;
    let mut list: Vec<Carrier> = Vec::new();
    for (at, layer) in outer.get(..own)?.iter().enumerate() {
        let (what, bytes) = (protocol(layer), Layers::bytes(layer, packet.bytes));
        if let Some(addresses) = what.addresses {
            // A tunnel is called after what it carries the packet with: GRE, or the packet itself.
            let carried = outer.get(at + 1).map_or("", |next| protocol(next).name);
            list.push(Carrier { protocol: carried, ends: addresses(bytes), id: None });
        } else if let Some(network) = what.network {
            let id = network(bytes);
            match list.last_mut() {
                Some(tunnel) if tunnel.ends.is_some() && tunnel.id.is_none() => {
                    (tunnel.protocol, tunnel.id) = (what.name, id);
                }
                _ => list.push(Carrier { protocol: what.name, ends: None, id }),
            }
        }
    }
    (!list.is_empty()).then(|| Box::new(Carriers(list)))
}

/// An ICMP error that says that the packet it quotes was not delivered: its type and code. `index` is that of a layer in
/// the quotation.
pub fn undelivered(packet: &Packet<'_>, index: usize) -> Option<(u8, u8)> {
    let outer = packet.layers.glimpsed().get(..index)?;
    let error = outer.iter().rev().find(|layer| layer.extent != Extent::Quoted)?;
    packet.registry.protocol(error.protocol).undelivered?(Layers::bytes(error, packet.bytes))
}

/// The sequence number of a quoted TCP header.
pub fn quoted_sequence(packet: &Packet<'_>, layer: &Layer) -> Option<u32> {
    let bytes = Layers::bytes(layer, packet.bytes);
    bytes.get(4..8)?.first_chunk().map(|b| u32::from_be_bytes(*b))
}
