//! Questions to the kernel and its answers: netlink(7).

use netlink_packet_core::{
    NLMSG_DONE, NLMSG_ERROR, NetlinkBuffer, NetlinkHeader, NetlinkMessage, NetlinkPayload, NetlinkSerializable,
};
use rustix::io::{Errno, retry_on_intr};
use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{
    AddressFamily, Protocol, RecvFlags, SendFlags, SocketFlags, SocketType, connect, recv, send, socket_with,
};
use std::os::fd::OwnedFd;
use std::time::Duration;

/// Room for what the kernel sends at once: it puts at most 32 KiB of a list into one message.
const BUFFER_BYTES: usize = 32 * 1024;
/// How long an answer is waited for. The kernel has it ready when the question has been sent, so this is never reached.
const PATIENCE: Duration = Duration::from_secs(1);
/// How many datagrams that belong to earlier questions are passed over before giving up.
const MAX_STALE: u32 = 1_024;
/// `struct nlmsghdr`.
const HEADER_BYTES: usize = 16;

/// A netlink socket to the kernel.
#[derive(Debug)]
pub(super) struct Netlink {
    socket: OwnedFd,
    sequence: u32,
    buffer: Vec<u8>,
}

/// What a message of the kernel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Message<'a> {
    /// An answer: its type and what follows the header.
    Answer(u16, &'a [u8]),
    /// No more of them.
    Done,
    /// The question was refused, with a negative error number; 0 is an acknowledgment.
    Failed(i32),
    /// It answers another question.
    Stale,
}

impl Netlink {
    /// Opens a socket of this netlink family; `None` is `NETLINK_ROUTE`.
    pub(super) fn open(family: Option<Protocol>) -> Result<Netlink, Errno> {
        let socket = socket_with(AddressFamily::NETLINK, SocketType::DGRAM, SocketFlags::CLOEXEC, family)?;
        // Connected to the kernel, so that nobody else can send to it.
        connect(&socket, &SocketAddrNetlink::new(0, 0))?;
        set_socket_timeout(&socket, Timeout::Recv, Some(PATIENCE))?;
        Ok(Netlink { socket, sequence: 0, buffer: vec![0; BUFFER_BYTES] })
    }

    /// Asks, and calls `each` with the type and content of every answer until it returns false or the kernel is done.
    pub(super) fn ask<T: NetlinkSerializable>(
        &mut self,
        flags: u16,
        question: impl Into<NetlinkPayload<T>>,
        each: &mut dyn FnMut(u16, &[u8]) -> bool,
    ) -> Result<(), Errno> {
        self.sequence = self.sequence.wrapping_add(1);
        let mut header = NetlinkHeader::default();
        header.flags = flags;
        header.sequence_number = self.sequence;
        let mut message = NetlinkMessage::new(header, question.into());
        message.finalize();
        let mut bytes = vec![0; message.buffer_len()];
        message.serialize(&mut bytes);
        retry_on_intr(|| send(&self.socket, &bytes, SendFlags::empty()))?;
        let mut stale = 0u32;
        while stale < MAX_STALE {
            let (length, _) = retry_on_intr(|| recv(&self.socket, self.buffer.as_mut_slice(), RecvFlags::empty()))?;
            stale = stale.saturating_add(1);
            for message in messages(self.buffer.get(..length).unwrap_or_default(), self.sequence) {
                match message {
                    Message::Answer(kind, content) if !each(kind, content) => return Ok(()),
                    Message::Answer(..) => stale = 0,
                    Message::Done | Message::Failed(0) => return Ok(()),
                    Message::Failed(code) => return Err(errno(code)),
                    Message::Stale => {}
                }
            }
        }
        Err(Errno::PROTO)
    }
}

/// The error of a netlink message, which has it as a negative number.
fn errno(code: i32) -> Errno {
    // The largest that the kernel has.
    let positive = code.checked_neg().filter(|code| (1..4096).contains(code));
    positive.map_or(Errno::PROTO, Errno::from_raw_os_error)
}

/// The messages of a datagram. What is cut or garbled ends them.
pub(super) fn messages(mut bytes: &[u8], sequence: u32) -> impl Iterator<Item = Message<'_>> {
    std::iter::from_fn(move || {
        let message = NetlinkBuffer::new_checked(bytes).ok()?;
        let length = usize::try_from(message.length()).ok()?;
        let content = bytes.get(HEADER_BYTES..length)?;
        let read = match message.message_type() {
            _ if message.sequence_number() != sequence => Message::Stale,
            NLMSG_DONE => Message::Done,
            NLMSG_ERROR => Message::Failed(content.first_chunk().map_or(-1, |code| i32::from_ne_bytes(*code))),
            kind => Message::Answer(kind, content),
        };
        // NLMSG_ALIGN: the next one begins at a multiple of four.
        bytes = length.checked_next_multiple_of(4).and_then(|next| bytes.get(next..)).unwrap_or_default();
        Some(read)
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::{Message, messages};

    /// A message as the kernel would send it.
    pub(crate) fn message(kind: u16, sequence: u32, content: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend((content.len() as u32 + 16).to_ne_bytes());
        bytes.extend(kind.to_ne_bytes());
        bytes.extend(0u16.to_ne_bytes());
        bytes.extend(sequence.to_ne_bytes());
        bytes.extend(0u32.to_ne_bytes());
        bytes.extend(content);
        bytes
    }

    #[test]
    fn answers_to_other_questions_are_passed_over() {
        let mut bytes = message(20, 10, &[1; 8]);
        bytes.extend(message(20, 11, &[2; 5]));
        bytes.extend([0; 3]);
        bytes.extend(message(3, 11, &[0; 4]));
        let read: Vec<_> = messages(&bytes, 11).collect();
        assert_eq!(read, [Message::Stale, Message::Answer(20, &[2; 5]), Message::Done]);
        let refused = message(2, 2, &(-2i32).to_ne_bytes());
        assert_eq!(messages(&refused, 2).collect::<Vec<_>>(), [Message::Failed(-2)]);
    }

    #[test]
    fn cut_and_garbled_messages_end_without_harm() {
        let bytes = message(20, 1, &[7; 72]);
        for length in 0..bytes.len() {
            assert_eq!(messages(&bytes[..length], 1).count(), 0, "{length}");
        }
        for length in [0u32, 1, 15, 16, 17, 40, u32::MAX] {
            let mut bytes = bytes.clone();
            bytes[..4].copy_from_slice(&length.to_ne_bytes());
            assert!(messages(&bytes, 1).take(100).count() < 100, "{length}");
        }
    }
}
