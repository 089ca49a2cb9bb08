//! Which addresses are this host's, and on which interface a link-local one is.

use super::owner::Processes;
use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, socket_with};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// How many interfaces may have the same link-local address; it is looked for on no more.
const MAX_INTERFACES: usize = 16;

/// How much of `/proc/net/if_inet6` is read: 54 bytes an address, so a few thousand addresses.
const MAX_LIST: usize = 256 * 1024;

/// This host's addresses, as they are now. Lasts for one batch of questions, since addresses come and go.
#[derive(Debug)]
pub(super) struct Addresses<'a> {
    processes: Option<&'a Processes>,
    ours: HashMap<IpAddr, bool>,
    /// Addresses and the numbers of their interfaces; read when needed.
    link_local: Option<Vec<(Ipv6Addr, u32)>>,
    /// Whether sockets may be bound to addresses of others, which makes the test below worthless; read when needed.
    binds_to_all: [Option<bool>; 2],
}

impl<'a> Addresses<'a> {
    pub(super) fn new(processes: Option<&'a Processes>) -> Addresses<'a> {
        Addresses { processes, ours: HashMap::new(), link_local: None, binds_to_all: [None; 2] }
    }

    /// Whether packets to this address reach this host. Asked by binding a socket to it, for the kernel's routes decide: all of
    /// 127.0.0.0/8 is this host's, and whole networks may be.
    pub(super) fn has(&mut self, ip: IpAddr) -> bool {
        if ip.is_multicast() || ip.is_unspecified() || ip == IpAddr::V4(std::net::Ipv4Addr::BROADCAST) {
            return false;
        }
        if let Some(known) = self.ours.get(&ip) {
            return *known;
        }
        let is_ours = match ip {
            IpAddr::V6(ip) if ip.is_unicast_link_local() => !self.interfaces_with(ip).is_empty(),
            _ => !self.binds_to_all(ip.is_ipv6()) && can_bind(ip),
        };
        self.ours.insert(ip, is_ours);
        is_ours
    }

    /// The interfaces on which a socket of this address is to be looked for; 0 is any. A link-local address (RFC 4291 §2.5.6)
    /// means nothing without its interface.
    pub(super) fn interfaces(&mut self, ip: IpAddr) -> Vec<u32> {
        match ip {
            IpAddr::V6(ip) if ip.is_unicast_link_local() => self.interfaces_with(ip),
            _ => vec![0],
        }
    }

    fn interfaces_with(&mut self, ip: Ipv6Addr) -> Vec<u32> {
        let processes = self.processes;
        let list = self.link_local.get_or_insert_with(|| {
            let file = processes.and_then(|processes| processes.read("net/if_inet6", MAX_LIST));
            link_local(&file.unwrap_or_default())
        });
        list.iter().filter(|(address, _)| *address == ip).map(|(_, index)| *index).take(MAX_INTERFACES).collect()
    }

    fn binds_to_all(&mut self, v6: bool) -> bool {
        let (slot, path) = match v6 {
            false => (&mut self.binds_to_all[0], "sys/net/ipv4/ip_nonlocal_bind"),
            true => (&mut self.binds_to_all[1], "sys/net/ipv6/ip_nonlocal_bind"),
        };
        let processes = self.processes;
        *slot.get_or_insert_with(|| {
            let file = processes.and_then(|processes| processes.read(path, 16));
            file.is_some_and(|text| text.trim_ascii() != b"0")
        })
    }
}

fn can_bind(ip: IpAddr) -> bool {
    let family = if ip.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    socket_with(family, SocketType::DGRAM, SocketFlags::CLOEXEC, None)
        .and_then(|socket| bind(&socket, &SocketAddr::new(ip, 0)))
        .is_ok()
}

/// Reads `/proc/net/if_inet6`: an address a line, in 32 hexadecimal digits, and the number of its interface in hexadecimal.
fn link_local(text: &[u8]) -> Vec<(Ipv6Addr, u32)> {
    let mut found = Vec::new();
    for line in text.split(|b| *b == b'\n') {
        let mut words = line.split(|b| *b == b' ').filter_map(|word| std::str::from_utf8(word).ok());
        let (Some(address), Some(index)) = (words.next(), words.next()) else { continue };
        let (Ok(address), Ok(index)) = (u128::from_str_radix(address, 16), u32::from_str_radix(index, 16)) else {
            continue;
        };
        let address = Ipv6Addr::from_bits(address);
        if address.is_unicast_link_local() {
            found.push((address, index));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{Addresses, link_local};
    use std::net::IpAddr;

    #[test]
    fn link_local_addresses_are_read_with_their_interfaces() {
        let text = b"00000000000000000000000000000001 01 80 10 80       lo\n\
                     fe800000000000000042acfffe110002 1f 40 20 80     eth0\n\
                     garbage\nfe80 \n";
        assert_eq!(link_local(text), [("fe80::42:acff:fe11:2".parse().expect("an address"), 0x1f)]);
    }

    #[test]
    fn loopback_is_this_hosts_and_documentation_addresses_are_not() {
        let mut addresses = Addresses::new(None);
        let mut has = |ip: &str| addresses.has(ip.parse::<IpAddr>().expect("an address"));
        assert!(has("127.0.0.1") && has("127.9.9.9"));
        assert!(!has("192.0.2.1") && !has("2001:db8::1") && !has("224.0.0.251") && !has("255.255.255.255"));
    }
}
