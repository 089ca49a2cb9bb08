//! Messages over a pair of sockets (`SOCK_SEQPACKET`, unix(7)): each arrives whole or not at all, perhaps with a descriptor.

use rustix::io::Errno;
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, SocketFlags, SocketType, recvmsg, sendmsg, socketpair,
};
use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// The most bytes of one message. The kernel's default for unix sockets has room for one.
pub const MAX_MESSAGE: usize = 128 << 10;
/// Room for descriptors. One is expected; what more comes is closed.
const DESCRIPTORS: usize = 4;

/// Two connected ends: one for the process that asks, one for the standard input of the one that answers.
///
/// # Errors
///
/// The system has no sockets left.
pub fn pair() -> io::Result<(OwnedFd, OwnedFd)> {
    Ok(socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?)
}

/// What came over a socket.
#[derive(Debug)]
pub enum Came {
    /// A message, with or without a descriptor.
    Message(Vec<u8>, Option<OwnedFd>),
    /// The other side has closed.
    Closed,
    /// Nothing yet; only where nobody waits.
    Nothing,
}

/// Sends a message, with a descriptor if there is one. It waits for room.
///
/// # Errors
///
/// The message is too long, or the other side is gone.
pub fn put(socket: BorrowedFd<'_>, message: &[u8], descriptor: Option<BorrowedFd<'_>>) -> io::Result<()> {
    if message.len() > MAX_MESSAGE {
        return Err(Errno::MSGSIZE.into());
    }
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    let descriptors = descriptor.map(|descriptor| [descriptor]);
    if let Some(descriptors) = &descriptors
        && !control.push(SendAncillaryMessage::ScmRights(descriptors))
    {
        return Err(Errno::MSGSIZE.into());
    }
    loop {
        match sendmsg(socket, &[IoSlice::new(message)], &mut control, SendFlags::NOSIGNAL) {
            Err(Errno::INTR) => {}
            done => return done.map(drop).map_err(Into::into),
        }
    }
}

/// Receives a message; `waits` says whether to wait for one.
///
/// # Errors
///
/// What came is longer than any message may be, or the system cannot receive.
pub fn take(socket: BorrowedFd<'_>, waits: bool) -> io::Result<Came> {
    let mut buffer = vec![0; MAX_MESSAGE];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(DESCRIPTORS))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let flags = RecvFlags::CMSG_CLOEXEC | if waits { RecvFlags::empty() } else { RecvFlags::DONTWAIT };
    let received = loop {
        match recvmsg(socket, &mut [IoSliceMut::new(&mut buffer)], &mut control, flags) {
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) if !waits => return Ok(Came::Nothing),
            Err(Errno::CONNRESET) => return Ok(Came::Closed),
            done => break done?,
        }
    };
    let mut descriptor = None;
    for message in control.drain() {
        if let RecvAncillaryMessage::ScmRights(descriptors) = message {
            for each in descriptors {
                descriptor.get_or_insert(each);
            }
        }
    }
    if received.flags.contains(ReturnFlags::TRUNC) {
        return Err(Errno::MSGSIZE.into());
    }
    // No message of ours is empty.
    if received.bytes == 0 {
        return Ok(Came::Closed);
    }
    buffer.truncate(received.bytes);
    Ok(Came::Message(buffer, descriptor))
}

/// Sends a message and waits for the answer.
pub(super) fn ask(socket: &OwnedFd, message: &[u8]) -> io::Result<(Vec<u8>, Option<OwnedFd>)> {
    put(socket.as_fd(), message, None)?;
    match take(socket.as_fd(), true)? {
        Came::Message(answer, descriptor) => Ok((answer, descriptor)),
        Came::Closed | Came::Nothing => Err(gone()),
    }
}

/// The helper has ended, which it never does by itself.
pub(super) fn gone() -> io::Error {
    io::Error::new(io::ErrorKind::BrokenPipe, "the helper process is gone")
}

#[cfg(test)]
mod tests {
    use super::{Came, MAX_MESSAGE, pair, put, take};
    use std::fs::File;
    use std::io::{Read, Seek, Write};
    use std::os::fd::AsFd;

    #[test]
    fn messages_keep_their_bounds_and_bring_descriptors() {
        let (here, there) = pair().expect("sockets");
        put(here.as_fd(), b"one", None).expect("sent");
        let mut file = File::from(rustix::fs::memfd_create("test", rustix::fs::MemfdFlags::CLOEXEC).expect("a file"));
        put(here.as_fd(), b"two", Some(file.as_fd())).expect("sent");
        let Ok(Came::Message(one, None)) = take(there.as_fd(), true) else { panic!("the first message") };
        let Ok(Came::Message(two, Some(copy))) = take(there.as_fd(), false) else { panic!("the second message") };
        assert_eq!((one.as_slice(), two.as_slice()), (&b"one"[..], &b"two"[..]));
        File::from(copy).write_all(b"through the copy").expect("written");
        let mut text = String::new();
        file.rewind().and_then(|()| file.read_to_string(&mut text)).expect("read");
        assert_eq!(text, "through the copy");
        assert!(matches!(take(there.as_fd(), false), Ok(Came::Nothing)));
        drop(here);
        assert!(matches!(take(there.as_fd(), true), Ok(Came::Closed)));
        assert!(put(there.as_fd(), b"nobody", None).is_err());
    }

    #[test]
    fn messages_that_are_too_long_are_refused_on_both_sides() {
        let (here, there) = pair().expect("sockets");
        assert!(put(here.as_fd(), &vec![0; MAX_MESSAGE + 1], None).is_err());
        put(here.as_fd(), &vec![7; MAX_MESSAGE], None).expect("the longest");
        assert!(matches!(take(there.as_fd(), true), Ok(Came::Message(m, None)) if m.len() == MAX_MESSAGE));
        rustix::net::send(&here, &vec![0; MAX_MESSAGE + 1], rustix::net::SendFlags::empty()).expect("sent");
        assert!(take(there.as_fd(), true).is_err());
    }
}
