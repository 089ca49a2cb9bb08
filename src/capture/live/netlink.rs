//! A netlink socket, and the walk over what comes out of it (netlink(7), rtnetlink(7), RFC 3549).
//!
//! The attributes are walked here and not by `netlink-packet-route`: it takes interface names for UTF-8 and refuses the
//! whole message of an interface that has another name, which would hide that interface, and a strict reader of a dozen
//! attributes that nobody needs here could do the same tomorrow.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::io::Errno;
use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{AddressFamily, Protocol, RecvFlags, SendFlags, SocketFlags, SocketType};

/// Flags of a request (linux/netlink.h).
pub(super) const REQUEST: u16 = 0x1;
pub(super) const ACK: u16 = 0x4;
pub(super) const DUMP: u16 = 0x300;
/// Types of messages that end an answer.
const ERROR: u16 = 2;
const DONE: u16 = 3;
/// Header of a message: length(4) type(2) flags(2) sequence(4) port(4).
const HEADER: usize = 16;
/// The bits of an attribute's type that are its number (the others say "nested" and "network byte order").
const TYPE_MASK: u16 = 0x3fff;
/// Room for one datagram. The kernel makes dumps of up to 32 KiB when the reader has the room.
const ROOM: usize = 64 << 10;
/// How long the kernel may take to answer; it answers in microseconds.
const PATIENCE: Duration = Duration::from_secs(2);

/// An open netlink socket. It never blocks.
pub(super) struct Netlink {
    socket: OwnedFd,
    room: Vec<u8>,
    sequence: u32,
}

/// One message: its type, and what follows its header.
pub(super) struct Message<'a> {
    pub(super) kind: u16,
    pub(super) sequence: u32,
    pub(super) body: &'a [u8],
}

impl Netlink {
    /// Opens a socket that gets answers, and what is sent to the multicast `groups`.
    pub(super) fn open(protocol: Option<Protocol>, groups: u32) -> Result<Self, Errno> {
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let socket = rustix::net::socket_with(AddressFamily::NETLINK, SocketType::RAW, flags, protocol)?;
        rustix::net::bind(&socket, &SocketAddrNetlink::new(0, groups))?;
        Ok(Netlink { socket, room: vec![0; ROOM], sequence: 0 })
    }

    /// Sends a request and returns its sequence number.
    pub(super) fn send(&mut self, kind: u16, flags: u16, body: &[u8]) -> Result<u32, Errno> {
        self.sequence = self.sequence.wrapping_add(1);
        let length = u32::try_from(HEADER.saturating_add(body.len())).map_err(|_| Errno::MSGSIZE)?;
        let mut request = Vec::with_capacity(HEADER.saturating_add(body.len()));
        request.extend(length.to_ne_bytes());
        request.extend(kind.to_ne_bytes());
        request.extend((flags | REQUEST).to_ne_bytes());
        request.extend(self.sequence.to_ne_bytes());
        request.extend(0u32.to_ne_bytes());
        request.extend(body);
        rustix::net::send(&self.socket, &request, SendFlags::empty())?;
        Ok(self.sequence)
    }

    /// Reads one datagram, if there is one, and hands over its messages. Returns whether there was one.
    pub(super) fn receive(&mut self, each: &mut dyn FnMut(Message<'_>)) -> Result<bool, Errno> {
        let got = match rustix::net::recv(&self.socket, self.room.as_mut_slice(), RecvFlags::empty()) {
            Ok((got, _)) => got,
            Err(Errno::AGAIN | Errno::INTR) => return Ok(false),
            Err(error) => return Err(error),
        };
        let mut rest = self.room.get(..got).unwrap_or_default();
        while let Some((message, after)) = split(rest) {
            each(message);
            rest = after;
        }
        Ok(true)
    }

    /// Sends a request and hands over the answer, message by message, to its end, and what is told to the groups meanwhile.
    pub(super) fn ask(
        &mut self,
        kind: u16,
        flags: u16,
        body: &[u8],
        each: &mut dyn FnMut(Message<'_>),
    ) -> Result<(), Errno> {
        let sequence = self.send(kind, flags, body)?;
        let until = Instant::now() + PATIENCE;
        let mut ended = None;
        while ended.is_none() {
            let got = self.receive(&mut |message| match message.ends() {
                Some(end) if message.sequence == sequence => ended = Some(end),
                Some(_) => {}
                None => each(message),
            })?;
            if !got && ended.is_none() {
                let left = until.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return Err(Errno::TIMEDOUT);
                }
                let left = Timespec::try_from(left).ok();
                match rustix::event::poll(&mut [PollFd::new(&self.socket, PollFlags::IN)], left.as_ref()) {
                    Ok(_) | Err(Errno::INTR) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        ended.unwrap_or(Ok(()))
    }
}

impl AsFd for Netlink {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl Message<'_> {
    /// Whether this message ends an answer, and with which error.
    pub(super) fn ends(&self) -> Option<Result<(), Errno>> {
        match self.kind {
            DONE => Some(Ok(())),
            ERROR => Some(match i32_at(self.body, 0) {
                Some(0) | None => Ok(()),
                Some(error) => Err(Errno::from_raw_os_error(error.saturating_neg())),
            }),
            _ => None,
        }
    }
}

/// Cuts the first message off.
fn split(bytes: &[u8]) -> Option<(Message<'_>, &[u8])> {
    let length = usize::try_from(u32_at(bytes, 0)?).ok()?;
    let message = Message { kind: u16_at(bytes, 4)?, sequence: u32_at(bytes, 8)?, body: bytes.get(HEADER..length)? };
    Some((message, bytes.get(length.checked_next_multiple_of(4)?..).unwrap_or_default()))
}

/// The attributes in `bytes`, each with its number and value; ends at the first that does not fit.
pub(super) fn attributes(bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let length = usize::from(u16_at(rest, 0)?);
        let attribute = (u16_at(rest, 2)? & TYPE_MASK, rest.get(4..length)?);
        rest = rest.get(length.checked_next_multiple_of(4)?..).unwrap_or_default();
        Some(attribute)
    })
}

/// Appends an attribute, padded to four bytes.
pub(super) fn put(into: &mut Vec<u8>, kind: u16, value: &[u8]) {
    let length = u16::try_from(value.len().saturating_add(4)).unwrap_or(u16::MAX);
    into.extend(length.to_ne_bytes());
    into.extend(kind.to_ne_bytes());
    into.extend(value);
    into.resize(into.len().next_multiple_of(4), 0);
}

/// The bytes of a text that may end with a NUL.
pub(super) fn text(value: &[u8]) -> &[u8] {
    value.split(|b| *b == 0).next().unwrap_or_default()
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|b| u16::from_ne_bytes(*b))
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|b| u32::from_ne_bytes(*b))
}

fn i32_at(bytes: &[u8], at: usize) -> Option<i32> {
    bytes.get(at..)?.first_chunk().map(|b| i32::from_ne_bytes(*b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_ends_the_walk() {
        let mut bytes = Vec::new();
        put(&mut bytes, 3, b"eth0\0");
        put(&mut bytes, 0x8000 | 18, &[1]);
        assert_eq!(bytes.len(), 20);
        let all: Vec<_> = attributes(&bytes).collect();
        assert_eq!(all, [(3, b"eth0\0".as_slice()), (18, &[1])]);
        for cut in 0..bytes.len() {
            assert!(attributes(&bytes[..cut]).count() <= 2);
        }
        for length in 0u16..4 {
            bytes[..2].copy_from_slice(&length.to_ne_bytes());
            assert_eq!(attributes(&bytes).count(), 0, "a length of {length} would go on for ever");
        }
        assert!(split(&[0; 16]).is_none(), "a message of length 0 likewise");
        assert!(split(&[16, 0, 0]).is_none());
    }

    #[test]
    fn texts_end_at_a_nul() {
        assert_eq!(text(b"lo\0"), b"lo");
        assert_eq!(text(b"lo"), b"lo");
        assert_eq!(text(b""), b"");
    }
}
