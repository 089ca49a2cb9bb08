//! Asks the kernel about its TCP and UDP sockets: netlink's `sock_diag` family (sock_diag(7), netlink(7)).
//!
//! One socket is asked for by its pair, and the kernel looks it up as it does for a packet: that costs a few microseconds
//! however many sockets there are. [`Diag::all`] lists them all.
//!
//! What the kernel says is not believed as it comes. Where it has no socket for the pair, it answers with one that would get the
//! packet, such as one that listens on the port at any address, even for packets to somebody else's address. So the answer
//! is compared with the question.

use super::local::Addresses;
use super::netlink::Netlink;
use super::{Error, Pair, Protocol, State};
use netlink_packet_core::{NLM_F_DUMP, NLM_F_REQUEST, Parseable};
use netlink_packet_sock_diag::constants::{AF_INET, AF_INET6, IPPROTO_TCP, IPPROTO_UDP};
use netlink_packet_sock_diag::inet::{ExtensionFlags, InetRequest, InetResponseHeader, SocketId, StateFlags};
use netlink_packet_sock_diag::{SOCK_DIAG_BY_FAMILY, SockDiagMessage};
use rustix::io::Errno;
use rustix::net::netlink;
use std::net::IpAddr;

/// What the kernel says of a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// What it speaks, and its ends. IPv4-mapped addresses (RFC 4291 §2.5.5.2) are IPv4 ones here. Port 0 of the peer: it has none.
    pub pair: Pair,
    /// TCP: its state.
    pub state: Option<State>,
    /// By what number processes hold it, if any does.
    pub inode: Option<u32>,
    /// Whose it is. Known when processes hold it: of others the kernel tells 0, which is not to be told from root.
    pub uid: Option<u32>,
}

/// The sockets of this host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sockets {
    /// As many as there was room for.
    pub sockets: Vec<Found>,
    /// How many more there are.
    pub left_out: usize,
}

/// A netlink socket to the kernel's `sock_diag`.
#[derive(Debug)]
pub struct Diag {
    netlink: Netlink,
}

/// A socket as a message has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct InetSocket {
    state: u8,
    local: (IpAddr, u16),
    peer: (IpAddr, u16),
    inode: u32,
    uid: u32,
}

impl InetSocket {
    fn found(self, protocol: Protocol) -> Found {
        Found {
            pair: Pair { protocol, local: self.local, peer: self.peer },
            // The kernel has numbers for UDP too, but RFC 9293 has no states for it.
            state: State::of_kernel(self.state).filter(|_| protocol == Protocol::Tcp),
            inode: (self.inode != 0).then_some(self.inode),
            uid: (self.inode != 0).then_some(self.uid),
        }
    }
}

impl Diag {
    /// Opens a socket, and tries it.
    ///
    /// # Errors
    ///
    /// When netlink is forbidden or the kernel cannot tell of TCP sockets.
    pub fn new() -> Result<Diag, Error> {
        let netlink = Netlink::open(Some(netlink::SOCK_DIAG));
        let netlink = netlink.map_err(|error| Error::new("cannot open a netlink socket", error))?;
        let mut diag = Diag { netlink };
        // In no state there is no socket, so the answer is empty, unless the kernel lacks what would answer.
        diag.list(Protocol::Tcp, AF_INET, StateFlags::empty(), &mut |_| {})
            .map_err(|error| Error::new("the kernel does not list them", error))?;
        Ok(diag)
    }

    /// The socket of this pair, if this host has it. For TCP both ends must be as asked for. For UDP a socket counts, too, that
    /// is bound to no address or to no peer, as long as the address is one of this host's.
    ///
    /// # Errors
    ///
    /// When the kernel does not answer at all.
    pub(super) fn find(&mut self, pair: &Pair, addresses: &mut Addresses<'_>) -> Result<Option<Found>, Error> {
        for interface in addresses.interfaces(pair.local.0) {
            match self.one(pair, interface) {
                Ok(Some(socket)) => {
                    let found = socket.found(pair.protocol);
                    if fits(pair, &found, &mut |ip| addresses.has(ip)) {
                        return Ok(Some(found));
                    }
                }
                Ok(None) => {}
                Err(error) => return Err(Error::new("the kernel does not answer", error)),
            }
        }
        Ok(None)
    }

    /// Lists all sockets, in all states, of both families; keeps `max` of them.
    ///
    /// # Errors
    ///
    /// When the kernel does not list them.
    pub fn all(&mut self, protocol: Protocol, max: usize) -> Result<Sockets, Error> {
        let mut all = Sockets::default();
        for family in [AF_INET, AF_INET6] {
            let mut keep = |socket: InetSocket| match all.sockets.len() < max {
                true => all.sockets.push(socket.found(protocol)),
                false => all.left_out = all.left_out.saturating_add(1),
            };
            let listed = self.list(protocol, family, StateFlags::all(), &mut keep);
            listed.map_err(|error| Error::new("the kernel does not list them", error))?;
        }
        Ok(all)
    }

    fn one(&mut self, pair: &Pair, interface: u32) -> Result<Option<InetSocket>, Errno> {
        // For UDP the kernel takes the source to be the sender of a packet that comes in, for TCP to be the socket itself.
        let (source, destination) = match pair.protocol {
            Protocol::Tcp => (pair.local, pair.peer),
            Protocol::Udp => (pair.peer, pair.local),
        };
        let family = match (source.0, destination.0) {
            (IpAddr::V4(_), IpAddr::V4(_)) => AF_INET,
            (IpAddr::V6(_), IpAddr::V6(_)) => AF_INET6,
            // No packet is of both families.
            _ => return Ok(None),
        };
        let id = SocketId {
            source_port: source.1,
            destination_port: destination.1,
            source_address: source.0,
            destination_address: destination.0,
            interface_id: interface,
            // INET_DIAG_NOCOOKIE: any socket of this pair.
            cookie: [0xff; 8],
        };
        let mut found = None;
        let answered = self.ask(pair.protocol, family, NLM_F_REQUEST, StateFlags::all(), id, &mut |socket| {
            found = Some(socket);
            false
        });
        match answered {
            // There is no such socket; the second one: no more.
            Ok(()) | Err(Errno::NOENT | Errno::STALE) => Ok(found),
            Err(error) => Err(error),
        }
    }

    fn list(
        &mut self,
        protocol: Protocol,
        family: u8,
        states: StateFlags,
        each: &mut dyn FnMut(InetSocket),
    ) -> Result<(), Errno> {
        let id = if family == AF_INET { SocketId::new_v4() } else { SocketId::new_v6() };
        self.ask(protocol, family, NLM_F_REQUEST | NLM_F_DUMP, states, id, &mut |socket| {
            each(socket);
            true
        })
    }

    fn ask(
        &mut self,
        protocol: Protocol,
        family: u8,
        flags: u16,
        states: StateFlags,
        socket_id: SocketId,
        each: &mut dyn FnMut(InetSocket) -> bool,
    ) -> Result<(), Errno> {
        let request = InetRequest {
            family,
            protocol: if protocol == Protocol::Tcp { IPPROTO_TCP } else { IPPROTO_UDP },
            extensions: ExtensionFlags::empty(),
            states,
            socket_id,
        };
        self.netlink.ask(flags, SockDiagMessage::InetRequest(request), &mut |kind, content| match socket(content) {
            Some(socket) if kind == SOCK_DIAG_BY_FAMILY => each(socket),
            _ => true,
        })
    }
}

/// Reads a `struct inet_diag_msg`. The attributes behind it are not needed.
fn socket(payload: &[u8]) -> Option<InetSocket> {
    let header = InetResponseHeader::parse(payload).ok()?;
    let id = header.socket_id;
    Some(InetSocket {
        state: header.state,
        local: (id.source_address.to_canonical(), id.source_port),
        peer: (id.destination_address.to_canonical(), id.destination_port),
        inode: header.inode,
        uid: header.uid,
    })
}

/// Whether a socket is the one that was asked for.
fn fits(asked: &Pair, found: &Found, is_ours: &mut dyn FnMut(IpAddr) -> bool) -> bool {
    let canonical = |(ip, port): (IpAddr, u16)| (ip.to_canonical(), port);
    let (local, peer) = (canonical(asked.local), canonical(asked.peer));
    let (own, other) = (found.pair.local, found.pair.peer);
    // A socket at any address gets what is sent to this host, but the kernel finds it for every address.
    let mut at_address = || own.1 == local.1 && (own.0 == local.0 || (own.0.is_unspecified() && is_ours(local.0)));
    match asked.protocol {
        Protocol::Tcp if peer.1 == 0 => found.state == Some(State::Listen) && at_address(),
        Protocol::Tcp => own == local && other == peer,
        Protocol::Udp => (other == peer || other.1 == 0) && at_address(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Found, InetSocket, fits, socket};
    use crate::host::{Pair, Protocol, State};
    use netlink_packet_core::Emitable;
    use netlink_packet_sock_diag::inet::{InetResponseHeader, SocketId};
    use std::net::IpAddr;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    /// What the kernel would send: an `inet_diag_msg`, and an attribute (`INET_DIAG_SHUTDOWN`).
    fn answer(family: u8, state: u8, ends: [(&str, u16); 2], inode: u32, uid: u32) -> Vec<u8> {
        let socket_id = SocketId {
            source_port: ends[0].1,
            destination_port: ends[1].1,
            source_address: ip(ends[0].0),
            destination_address: ip(ends[1].0),
            interface_id: 0,
            cookie: [7; 8],
        };
        let header =
            InetResponseHeader { family, state, timer: None, socket_id, recv_queue: 0, send_queue: 0, uid, inode };
        let mut content = vec![0; header.buffer_len()];
        header.emit(&mut content);
        content.extend([5, 0, 8, 0, 3, 0, 0, 0]);
        content
    }

    #[test]
    fn sockets_are_read_and_mapped_addresses_are_ipv4() {
        let read = socket(&answer(10, 1, [("::ffff:10.0.0.1", 80), ("::ffff:10.0.0.2", 40312)], 4711, 1000));
        let (local, peer) = ((ip("10.0.0.1"), 80), (ip("10.0.0.2"), 40312));
        assert_eq!(read, Some(InetSocket { state: 1, local, peer, inode: 4711, uid: 1000 }));
        let read = socket(&answer(2, 6, [("10.0.0.1", 80), ("10.0.0.3", 1)], 0, 0)).expect("a socket");
        let found = read.found(Protocol::Tcp);
        assert_eq!((found.state, found.inode, found.uid), (Some(State::TimeWait), None, None));
    }

    #[test]
    fn what_is_cut_or_of_another_family_is_no_socket() {
        let bytes = answer(2, 1, [("10.0.0.1", 80), ("10.0.0.2", 1)], 1, 0);
        assert!((0..72).all(|length| socket(&bytes[..length]).is_none()));
        assert!(socket(&answer(3, 1, [("10.0.0.1", 80), ("10.0.0.2", 1)], 1, 0)).is_none());
    }

    fn pair(protocol: Protocol, local: (&str, u16), peer: (&str, u16)) -> Pair {
        Pair { protocol, local: (ip(local.0), local.1), peer: (ip(peer.0), peer.1) }
    }

    fn found(pair: Pair, state: Option<State>) -> Found {
        Found { pair, state, inode: Some(1), uid: Some(0) }
    }

    #[test]
    fn what_listens_is_not_taken_for_the_connection() {
        let asked = pair(Protocol::Tcp, ("192.0.2.1", 80), ("192.0.2.2", 40000));
        let listens = found(pair(Protocol::Tcp, ("0.0.0.0", 80), ("0.0.0.0", 0)), Some(State::Listen));
        assert!(!fits(&asked, &listens, &mut |_| true));
        assert!(fits(&asked, &found(asked, Some(State::Established)), &mut |_| false));
        // But it is found when it is asked for, at this host's addresses.
        let asked = Pair::listening(Protocol::Tcp, (ip("192.0.2.1"), 80));
        assert!(fits(&asked, &listens, &mut |_| true));
        assert!(!fits(&asked, &listens, &mut |_| false));
    }

    #[test]
    fn datagrams_to_others_are_not_a_matter_of_the_sockets_that_are_bound_to_no_address() {
        let asked = pair(Protocol::Udp, ("192.0.2.53", 53), ("192.0.2.2", 40000));
        let any = found(pair(Protocol::Udp, ("::", 53), ("::", 0)), None);
        assert!(fits(&asked, &any, &mut |_| true));
        assert!(!fits(&asked, &any, &mut |_| false));
        let other = found(pair(Protocol::Udp, ("::", 53), ("192.0.2.9", 7)), None);
        assert!(!fits(&asked, &other, &mut |_| true));
    }
}
