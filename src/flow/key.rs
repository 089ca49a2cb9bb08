//! What makes a conversation: protocol and socket pair, the same for both directions.

use crate::input::{Addresses, Extent};
use crate::packet::Packet;
use std::hash::{Hash, Hasher};

/// A socket pair in one order for both directions. ICMP echo has its identifier in place of the ports.
///
/// Packed, so that hashing and comparing it is one pass over its bytes: the lower address and port, the higher address
/// and port, the transport, and whether it is IPv4. IPv4 addresses are in their IPv4-mapped form (RFC 4291 §2.5.5.2);
/// the last byte keeps an IPv4 conversation apart from one between mapped IPv6 addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlowKey([u8; FlowKey::LEN]);

impl Hash for FlowKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(&self.0);
    }
}

/// What kind of conversation it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// ICMP or ICMPv6 echo.
    Echo,
}

impl Transport {
    /// How many kinds there are.
    pub const COUNT: usize = 3;
}

/// Length of an address with its port.
const SOCKET: usize = 18;

impl FlowKey {
    const LEN: usize = 2 * SOCKET + 2;

    /// Builds a key; the flag says whether the sender is the `low` side.
    pub fn new(transport: Transport, addresses: Addresses, ports: (u16, u16)) -> (FlowKey, bool) {
        let (from, to, v4) = match addresses {
            Addresses::V4 { src, dst } => (socket(mapped(src), ports.0), socket(mapped(dst), ports.1), true),
            Addresses::V6 { src, dst } => (socket(src, ports.0), socket(dst, ports.1), false),
        };
        let forward = from <= to;
        let (low, high) = if forward { (from, to) } else { (to, from) };
        let mut key = [0; FlowKey::LEN];
        key[..SOCKET].copy_from_slice(&low);
        key[SOCKET..2 * SOCKET].copy_from_slice(&high);
        key[2 * SOCKET] = transport as u8;
        key[2 * SOCKET + 1] = v4.into();
        (FlowKey(key), forward)
    }

    /// The conversation of a layer, if it is one that is followed: TCP, UDP or ICMP echo, sent rather than quoted.
    pub fn of(packet: &Packet<'_>, index: usize) -> Option<(Transport, FlowKey, bool)> {
        let layer = packet.layers.as_slice().get(index)?;
        if layer.extent == Extent::Quoted {
            return None;
        }
        let protocol = packet.registry.protocol(layer.protocol);
        let bytes = crate::packet::Layers::bytes(layer, packet.frame.data);
        let (transport, ports) = match (protocol.name, protocol.ports) {
            ("tcp", Some(ports)) => (Transport::Tcp, ports(bytes)?),
            ("udp", Some(ports)) => (Transport::Udp, ports(bytes)?),
            ("icmp" | "icmpv6", _) => (Transport::Echo, echo_identifier(protocol.name, bytes)?),
            _ => return None,
        };
        let addresses = packet.layers.addresses_around(index, packet.registry, packet.frame.data)?;
        let (key, from_low) = FlowKey::new(transport, addresses, ports);
        Some((transport, key, from_low))
    }
}

fn socket(address: [u8; 16], port: u16) -> [u8; SOCKET] {
    let mut socket = [0; SOCKET];
    socket[..16].copy_from_slice(&address);
    socket[16..].copy_from_slice(&port.to_be_bytes());
    socket
}

fn mapped(a: [u8; 4]) -> [u8; 16] {
    std::net::Ipv4Addr::from(a).to_ipv6_mapped().octets()
}

/// The identifier of an echo request or reply, on both sides (RFC 792, RFC 4443 §4).
fn echo_identifier(protocol: &str, message: &[u8]) -> Option<(u16, u16)> {
    let [kind, _, _, _, a, b] = *message.first_chunk::<6>()?;
    let echo = match protocol {
        "icmp" => matches!(kind, 0 | 8),
        _ => matches!(kind, 128 | 129),
    };
    let id = u16::from_be_bytes([a, b]);
    echo.then_some((id, id))
}

#[cfg(test)]
mod tests {
    use super::{FlowKey, Transport};
    use crate::input::Addresses;

    #[test]
    fn both_directions_have_one_key() {
        let there = Addresses::V4 { src: [10, 0, 0, 2], dst: [10, 0, 0, 1] };
        let back = Addresses::V4 { src: [10, 0, 0, 1], dst: [10, 0, 0, 2] };
        let (a, from_low) = FlowKey::new(Transport::Tcp, there, (40312, 80));
        let (b, back_from_low) = FlowKey::new(Transport::Tcp, back, (80, 40312));
        assert_eq!(a, b);
        assert_ne!(from_low, back_from_low);
    }

    #[test]
    fn transports_and_families_stay_apart() {
        let v4 = Addresses::V4 { src: [10, 0, 0, 2], dst: [10, 0, 0, 1] };
        let mapped = Addresses::V6 { src: super::mapped([10, 0, 0, 2]), dst: super::mapped([10, 0, 0, 1]) };
        let tcp = FlowKey::new(Transport::Tcp, v4, (1, 2)).0;
        assert_ne!(tcp, FlowKey::new(Transport::Udp, v4, (1, 2)).0);
        assert_ne!(tcp, FlowKey::new(Transport::Tcp, mapped, (1, 2)).0);
    }
}
