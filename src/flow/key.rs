//! What makes a conversation: protocol and socket pair, the same for both directions.

use super::slab::allocation;
use crate::dissect::Follow;
use crate::input::Addresses;
use crate::packet::{Layer, Packet};
use std::hash::{Hash, Hasher};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A socket pair in one order for both directions. ICMP echo has its identifier in place of the ports.
///
/// Packed into words, so that hashing and comparing it is quick: the lower address, the higher address, then both ports
/// (the lower address's first), the transport, and whether it is IPv4. IPv4 addresses are in their IPv4-mapped form
/// (RFC 4291 §2.5.5.2); the flag keeps an IPv4 conversation apart from one between mapped IPv6 addresses.
#[derive(Clone, Copy, Debug, Eq)]
pub struct FlowKey([u64; 5]);

impl PartialEq for FlowKey {
    /// Word by word: the derived one calls `memcmp`.
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
    }
}

impl Hash for FlowKey {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        for word in self.0 {
            state.write_u64(word);
        }
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

impl FlowKey {
    /// Builds a key; the flag says whether the sender is the `low` side.
    pub fn new(transport: Transport, addresses: Addresses, ports: (u16, u16)) -> (FlowKey, bool) {
        let (src, dst, v4) = match addresses {
            Addresses::V4 { src, dst } => (mapped(src), mapped(dst), true),
            Addresses::V6 { src, dst } => (u128::from_be_bytes(src), u128::from_be_bytes(dst), false),
        };
        let (from, to) = ((src, ports.0), (dst, ports.1));
        let forward = from <= to;
        let (low, high) = if forward { (from, to) } else { (to, from) };
        let words = |address: u128| [(address >> 64) as u64, address as u64];
        let ([a, b], [c, d]) = (words(low.0), words(high.0));
        let rest = u64::from(low.1) << 32 | u64::from(high.1) << 16 | (transport as u64) << 8 | u64::from(v4);
        (FlowKey([a, b, c, d, rest]), forward)
    }

    /// The socket of the end with this index: 0 for the lower one.
    pub fn socket(&self, end: usize) -> Socket {
        let [a, b, c, d, rest] = self.0;
        let (high, low, port) = if end == 0 { (a, b, rest >> 32) } else { (c, d, rest >> 16) };
        let ip = match rest & 1 {
            1 => IpAddr::V4(Ipv4Addr::from_bits(low as u32)),
            _ => IpAddr::V6(Ipv6Addr::from_bits(u128::from(high) << 64 | u128::from(low))),
        };
        Socket { ip, port: port as u16 }
    }

    /// What kind of conversation it is.
    pub fn transport(&self) -> Transport {
        match self.0[4] >> 8 & 0xff {
            0 => Transport::Tcp,
            1 => Transport::Udp,
            _ => Transport::Echo,
        }
    }

    /// The conversation of the layer with this index, if it is one that is followed: TCP, UDP or ICMP echo.
    #[inline]
    pub fn of(packet: &Packet<'_>, index: usize, layer: &Layer) -> Option<(Transport, FlowKey, bool)> {
        let protocol = packet.registry.protocol(layer.protocol);
        let bytes = || crate::packet::Layers::bytes(layer, packet.bytes);
        let (transport, ports) = match protocol.follow? {
            Follow::Tcp => (Transport::Tcp, protocol.ports?(bytes())?),
            Follow::Udp => (Transport::Udp, protocol.ports?(bytes())?),
            Follow::Echo(read) => (Transport::Echo, read(bytes()).map(|echo| (echo.identifier, echo.identifier))?),
        };
        let addresses = packet.layers.addresses_around(index, packet.registry, packet.bytes)?;
        let (key, from_low) = FlowKey::new(transport, addresses, ports);
        Some((transport, key, from_low))
    }
}

/// A key as a conversation keeps it: in as little room as the addresses of IPv4 need; those of IPv6 lie apart.
#[derive(Clone, Debug)]
pub struct KeptKey {
    addresses: KeptAddresses,
    /// The last word of the key.
    rest: u64,
}

#[derive(Clone, Debug)]
enum KeptAddresses {
    /// The lower and the higher one.
    V4([u32; 2]),
    /// The first words of the key.
    V6(Box<[u64; 4]>),
}

impl KeptKey {
    /// The key.
    #[inline]
    pub fn get(&self) -> FlowKey {
        let [a, b, c, d] = match &self.addresses {
            KeptAddresses::V4([low, high]) => [0, MAPPED | u64::from(*low), 0, MAPPED | u64::from(*high)],
            KeptAddresses::V6(words) => **words,
        };
        FlowKey([a, b, c, d, self.rest])
    }

    /// Whether it is this key.
    #[inline]
    pub fn is(&self, key: &FlowKey) -> bool {
        // Ports differ where addresses do not, and lie at hand.
        self.rest == key.0[4] && self.get() == *key
    }

    /// Bytes of memory beyond the record.
    pub fn memory(&self) -> usize {
        match self.addresses {
            KeptAddresses::V4(_) => 0,
            KeptAddresses::V6(_) => allocation::<[u64; 4]>(),
        }
    }
}

impl From<FlowKey> for KeptKey {
    fn from(key: FlowKey) -> KeptKey {
        let [a, b, c, d, rest] = key.0;
        let addresses = match rest & 1 {
            1 => KeptAddresses::V4([b as u32, d as u32]),
            _ => KeptAddresses::V6(Box::new([a, b, c, d])),
        };
        KeptKey { addresses, rest }
    }
}

/// One end of a conversation. ICMP echo has its identifier in place of the port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Socket {
    /// Its address.
    pub ip: IpAddr,
    /// Its port.
    pub port: u16,
}

/// What an IPv4-mapped address has before the IPv4 address, in its lower word.
const MAPPED: u64 = 0xffff_0000_0000;

fn mapped(a: [u8; 4]) -> u128 {
    u128::from(MAPPED | u64::from(u32::from_be_bytes(a)))
}

#[cfg(test)]
mod tests {
    use super::{FlowKey, KeptKey, Transport};
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
        let mapped = Addresses::V6 {
            src: super::mapped([10, 0, 0, 2]).to_be_bytes(),
            dst: super::mapped([10, 0, 0, 1]).to_be_bytes(),
        };
        let tcp = FlowKey::new(Transport::Tcp, v4, (1, 2)).0;
        assert_ne!(tcp, FlowKey::new(Transport::Udp, v4, (1, 2)).0);
        assert_ne!(tcp, FlowKey::new(Transport::Tcp, mapped, (1, 2)).0);
    }

    #[test]
    fn a_kept_key_is_the_key() {
        let v4 = Addresses::V4 { src: [10, 0, 0, 2], dst: [10, 0, 0, 1] };
        let v6 = Addresses::V6 { src: [0xfd; 16], dst: [0xfe; 16] };
        let [v4, v6] = [v4, v6].map(|addresses| FlowKey::new(Transport::Udp, addresses, (40312, 53)).0);
        for (key, other) in [(v4, v6), (v6, v4)] {
            let kept = KeptKey::from(key);
            assert_eq!((kept.get(), kept.is(&key), kept.is(&other)), (key, true, false));
        }
        assert_eq!((KeptKey::from(v4).memory(), size_of::<KeptKey>()), (0, 24));
    }
}
