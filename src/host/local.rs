//! Which addresses are this host's, and on which interface a link-local one is.

use super::netlink::Netlink;
use super::owner::Processes;
use netlink_packet_core::NLM_F_REQUEST;
use netlink_packet_route::route::{RouteAddress, RouteAttribute, RouteHeader, RouteMessage, RouteType};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};

/// How many interfaces may have the same link-local address; it is looked for on no more.
const MAX_INTERFACES: usize = 16;

/// How much of `/proc/net/if_inet6` is read: 54 bytes an address, so a few thousand addresses.
const MAX_LIST: usize = 256 * 1024;

/// The kernel's routes, which decide where packets to an address go.
#[derive(Debug)]
pub(super) struct Routes(Option<Netlink>);

impl Routes {
    /// Opens what is needed. Without it, no address counts as this host's.
    pub(super) fn open() -> Routes {
        Routes(Netlink::open(None).ok())
    }

    /// Whether packets to this address come to this host itself: all of 127.0.0.0/8 do, and whole networks may (rtnetlink(7),
    /// `RTN_LOCAL`).
    fn end_here(&mut self, ip: IpAddr) -> bool {
        let Some(netlink) = &mut self.0 else { return false };
        let mut question = RouteMessage::default();
        let (family, bits, address) = match ip {
            IpAddr::V4(ip) => (AddressFamily::Inet, 32, RouteAddress::Inet(ip)),
            IpAddr::V6(ip) => (AddressFamily::Inet6, 128, RouteAddress::Inet6(ip)),
        };
        question.header.address_family = family;
        question.header.destination_prefix_length = bits;
        question.attributes.push(RouteAttribute::Destination(address));
        let mut is_local = false;
        let answered = netlink.ask(NLM_F_REQUEST, RouteNetlinkMessage::GetRoute(question), &mut |kind, content| {
            is_local =
                kind == RTM_NEWROUTE && RouteHeader::parse(content).is_ok_and(|route| route.kind == RouteType::Local);
            false
        });
        answered.is_ok() && is_local
    }
}

/// The answer to `RTM_GETROUTE` (`linux/rtnetlink.h`).
const RTM_NEWROUTE: u16 = 24;

/// This host's addresses, as they are now. Lasts for one batch of questions, since addresses come and go.
#[derive(Debug)]
pub(super) struct Addresses<'a> {
    routes: &'a mut Routes,
    processes: Option<&'a Processes>,
    ours: HashMap<IpAddr, bool>,
    /// Addresses and the numbers of their interfaces; read when needed.
    link_local: Option<Vec<(Ipv6Addr, u32)>>,
}

impl<'a> Addresses<'a> {
    pub(super) fn new(routes: &'a mut Routes, processes: Option<&'a Processes>) -> Addresses<'a> {
        Addresses { routes, processes, ours: HashMap::new(), link_local: None }
    }

    /// Whether it is an address of this host.
    pub(super) fn has(&mut self, ip: IpAddr) -> bool {
        let Addresses { routes, ours, .. } = self;
        *ours.entry(ip).or_insert_with(|| !ip.is_unspecified() && routes.end_here(ip))
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
    use super::{Addresses, Routes, link_local};
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
        let mut routes = Routes::open();
        if routes.0.is_none() {
            return println!("skipped: no netlink");
        }
        let mut addresses = Addresses::new(&mut routes, None);
        let mut has = |ip: &str| addresses.has(ip.parse::<IpAddr>().expect("an address"));
        assert!(has("127.0.0.1") && has("127.9.9.9"));
        assert!(!has("192.0.2.1") && !has("2001:db8::1") && !has("224.0.0.251") && !has("255.255.255.255"));
    }
}
