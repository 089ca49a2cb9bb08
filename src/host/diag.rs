//! Asks the kernel about its TCP and UDP sockets: netlink's `sock_diag` family (sock_diag(7), netlink(7)).
//!
//! One socket is asked for by its pair, and the kernel looks it up as it does for a packet: that costs a few microseconds
//! however many sockets there are. [`Diag::all`] lists them all.
//!
//! What the kernel says is not believed as it comes. Where it has no socket for the pair, it answers with one that would get the
//! packet, such as one that listens on the port at any address, even for packets to somebody else's address. So the answer
//! is compared with the question.

use super::local::Addresses;
use super::{Error, Pair, Protocol, State};
use netlink_packet_core::{
    NLM_F_DUMP, NLM_F_REQUEST, NLMSG_DONE, NLMSG_ERROR, NetlinkBuffer, NetlinkHeader, NetlinkMessage, Parseable,
};
use netlink_packet_sock_diag::constants::{AF_INET, AF_INET6, IPPROTO_TCP, IPPROTO_UDP};
use netlink_packet_sock_diag::inet::{ExtensionFlags, InetRequest, InetResponseHeader, SocketId, StateFlags};
use netlink_packet_sock_diag::{SOCK_DIAG_BY_FAMILY, SockDiagMessage};
use rustix::io::Errno;
use rustix::net::netlink::{self, SocketAddrNetlink};
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, connect, recv, send, socket_with};
use std::net::IpAddr;
use std::os::fd::OwnedFd;
use std::time::Duration;

/// Room for what the kernel sends at once: it puts at most 32 KiB of a list into one message.
const BUFFER_BYTES: usize = 32 * 1024;

/// How long an answer is waited for. The kernel has it ready when the question has been sent, so this is never reached.
const PATIENCE: Duration = Duration::from_secs(1);

/// How many messages that belong to earlier questions are passed over before giving up.
const MAX_STALE: u32 = 1_024;

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
    socket: OwnedFd,
    sequence: u32,
    buffer: Vec<u8>,
}

/// What a message of the kernel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Message {
    Socket(InetSocket),
    /// No more of them.
    Done,
    /// The question was refused; 0 is an acknowledgment.
    Failed(i32),
    /// It answers another question, or is none of these.
    Other,
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
        let open = || -> Result<OwnedFd, Errno> {
            let flags = SocketFlags::CLOEXEC;
            let socket = socket_with(AddressFamily::NETLINK, SocketType::DGRAM, flags, Some(netlink::SOCK_DIAG))?;
            // Connected to the kernel, so that nobody else can send to it.
            connect(&socket, &SocketAddrNetlink::new(0, 0))?;
            set_socket_timeout(&socket, Timeout::Recv, Some(PATIENCE))?;
            Ok(socket)
        };
        let socket = open().map_err(|error| Error::new("cannot open a netlink socket", error))?;
        let mut diag = Diag { socket, sequence: 0, buffer: vec![0; BUFFER_BYTES] };
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
        self.ask(pair.protocol, family, NLM_F_REQUEST, StateFlags::all(), id)?;
        for _ in 0..MAX_STALE {
            let length = self.receive()?;
            for message in messages(self.buffer.get(..length).unwrap_or_default(), self.sequence) {
                match message {
                    Message::Socket(socket) => return Ok(Some(socket)),
                    Message::Done => return Ok(None),
                    Message::Failed(code) => return missing(code),
                    Message::Other => {}
                }
            }
        }
        Err(Errno::PROTO)
    }

    fn list(
        &mut self,
        protocol: Protocol,
        family: u8,
        states: StateFlags,
        each: &mut dyn FnMut(InetSocket),
    ) -> Result<(), Errno> {
        let id = if family == AF_INET { SocketId::new_v4() } else { SocketId::new_v6() };
        self.ask(protocol, family, NLM_F_REQUEST | NLM_F_DUMP, states, id)?;
        let mut stale = 0;
        while stale < MAX_STALE {
            let length = self.receive()?;
            let mut ours = false;
            for message in messages(self.buffer.get(..length).unwrap_or_default(), self.sequence) {
                match message {
                    Message::Socket(socket) => each(socket),
                    Message::Done | Message::Failed(0) => return Ok(()),
                    Message::Failed(code) => return Err(errno(code)),
                    Message::Other => continue,
                }
                ours = true;
            }
            stale += u32::from(!ours);
        }
        Err(Errno::PROTO)
    }

    fn ask(
        &mut self,
        protocol: Protocol,
        family: u8,
        flags: u16,
        states: StateFlags,
        id: SocketId,
    ) -> Result<(), Errno> {
        self.sequence = self.sequence.wrapping_add(1);
        let request = InetRequest {
            family,
            protocol: if protocol == Protocol::Tcp { IPPROTO_TCP } else { IPPROTO_UDP },
            extensions: ExtensionFlags::empty(),
            states,
            socket_id: id,
        };
        let mut header = NetlinkHeader::default();
        header.flags = flags;
        header.sequence_number = self.sequence;
        let mut message = NetlinkMessage::new(header, SockDiagMessage::InetRequest(request).into());
        message.finalize();
        let mut bytes = vec![0; message.buffer_len()];
        message.serialize(&mut bytes);
        rustix::io::retry_on_intr(|| send(&self.socket, &bytes, SendFlags::empty()))?;
        Ok(())
    }

    /// Waits for a datagram, and tells how much of the buffer it fills.
    fn receive(&mut self) -> Result<usize, Errno> {
        let (length, _) =
            rustix::io::retry_on_intr(|| recv(&self.socket, self.buffer.as_mut_slice(), RecvFlags::empty()))?;
        match length {
            0 => Err(Errno::PIPE),
            length => Ok(length),
        }
    }
}

/// The kernel's refusal, unless it only says that there is no such socket.
fn missing(code: i32) -> Result<Option<InetSocket>, Errno> {
    match errno(code) {
        _ if code == 0 => Ok(None),
        Errno::NOENT | Errno::STALE => Ok(None),
        error => Err(error),
    }
}

/// The error of a netlink message, which has it as a negative number.
fn errno(code: i32) -> Errno {
    Errno::from_raw_os_error(
        code.checked_neg().filter(|code| (1..4096).contains(code)).unwrap_or(Errno::PROTO.raw_os_error()),
    )
}

/// The messages of a datagram. What is cut or garbled ends them.
fn messages(mut bytes: &[u8], sequence: u32) -> impl Iterator<Item = Message> {
    std::iter::from_fn(move || {
        let message = NetlinkBuffer::new_checked(bytes).ok()?;
        let length = usize::try_from(message.length()).ok()?;
        let payload = bytes.get(HEADER_BYTES..length)?;
        let read = match message.message_type() {
            _ if message.sequence_number() != sequence => Message::Other,
            NLMSG_DONE => Message::Done,
            NLMSG_ERROR => Message::Failed(payload.first_chunk().map_or(-1, |code| i32::from_ne_bytes(*code))),
            SOCK_DIAG_BY_FAMILY => socket(payload).map_or(Message::Other, Message::Socket),
            _ => Message::Other,
        };
        // NLMSG_ALIGN: the next one begins at a multiple of four.
        bytes = length.checked_next_multiple_of(4).and_then(|next| bytes.get(next..)).unwrap_or_default();
        Some(read)
    })
}

/// `struct nlmsghdr`.
const HEADER_BYTES: usize = 16;

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
    use super::{Found, InetSocket, Message, fits, messages};
    use crate::host::{Pair, Protocol, State};
    use netlink_packet_core::Emitable;
    use netlink_packet_sock_diag::inet::{InetResponseHeader, SocketId};
    use std::net::IpAddr;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    /// A message as the kernel would send it: header, `inet_diag_msg`, and an attribute (`INET_DIAG_SHUTDOWN`).
    fn answer(sequence: u32, family: u8, state: u8, ends: [(&str, u16); 2], inode: u32, uid: u32) -> Vec<u8> {
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
        let mut payload = vec![0; header.buffer_len()];
        header.emit(&mut payload);
        payload.extend([5, 0, 8, 0, 3, 0, 0, 0]);
        message(20, sequence, &payload)
    }

    fn message(kind: u16, sequence: u32, payload: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend((payload.len() as u32 + 16).to_ne_bytes());
        bytes.extend(kind.to_ne_bytes());
        bytes.extend(0u16.to_ne_bytes());
        bytes.extend(sequence.to_ne_bytes());
        bytes.extend(0u32.to_ne_bytes());
        bytes.extend(payload);
        bytes
    }

    #[test]
    fn sockets_are_read_and_mapped_addresses_are_ipv4() {
        let ends = [("::ffff:10.0.0.1", 80), ("::ffff:10.0.0.2", 40312)];
        let mut bytes = answer(1, 10, 1, ends, 4711, 1000);
        bytes.extend(answer(1, 2, 6, [("10.0.0.1", 80), ("10.0.0.3", 1)], 0, 0));
        bytes.extend(message(3, 1, &[0; 4]));
        let read: Vec<_> = messages(&bytes, 1).collect();
        let [Message::Socket(first), Message::Socket(second), Message::Done] = read[..] else { panic!("{read:?}") };
        let expected =
            InetSocket { state: 1, local: (ip("10.0.0.1"), 80), peer: (ip("10.0.0.2"), 40312), inode: 4711, uid: 1000 };
        assert_eq!(first, expected);
        let found = second.found(Protocol::Tcp);
        assert_eq!((found.state, found.inode, found.uid), (Some(State::TimeWait), None, None));
    }

    #[test]
    fn answers_to_other_questions_are_passed_over() {
        let bytes = answer(1, 2, 1, [("10.0.0.1", 80), ("10.0.0.2", 1)], 1, 0);
        assert_eq!(messages(&bytes, 2).collect::<Vec<_>>(), [Message::Other]);
        let refused = message(2, 2, &(-2i32).to_ne_bytes());
        assert_eq!(messages(&refused, 2).collect::<Vec<_>>(), [Message::Failed(-2)]);
    }

    #[test]
    fn cut_and_garbled_messages_end_without_harm() {
        let bytes = answer(1, 2, 1, [("10.0.0.1", 80), ("10.0.0.2", 1)], 1, 0);
        for length in 0..bytes.len() {
            assert_eq!(messages(&bytes[..length], 1).count(), 0, "{length}");
        }
        for length in [0u32, 1, 15, 16, 17, 40, u32::MAX] {
            let mut bytes = bytes.clone();
            bytes[..4].copy_from_slice(&length.to_ne_bytes());
            assert!(messages(&bytes, 1).take(100).count() < 100, "{length}");
        }
        let unknown_family = answer(1, 3, 1, [("10.0.0.1", 80), ("10.0.0.2", 1)], 1, 0);
        assert_eq!(messages(&unknown_family, 1).collect::<Vec<_>>(), [Message::Other]);
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
