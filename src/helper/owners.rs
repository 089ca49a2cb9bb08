//! Whose the sockets of this host are: [`crate::host`], asked in a process that may look at other processes.
//!
//! The asking side never waits: one batch is under way at a time, and its answer is fetched when there is one.

use super::codec::{Malformed, Reader, Writer};
use super::wire::{self, Came};
use crate::host::owner::{MAX_CONTAINER, MAX_NAME};
use crate::host::{Answer, Lookup, Pair, Protocol, State};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// How many sockets one request asks about. The longest answer about so many fits into a message.
pub const MAX_PAIRS: usize = 256;

/// Kinds of messages.
const ASK: u8 = 1;
const TOLD: u8 = 2;

/// The side that asks.
#[derive(Debug)]
pub struct Owners {
    socket: OwnedFd,
    /// How many sockets were asked about, while no answer has come.
    under_way: Option<usize>,
}

impl Owners {
    /// Asks over this socket.
    pub fn new(socket: OwnedFd) -> Self {
        Owners { socket, under_way: None }
    }

    /// Whether an answer is still to come; until then nothing can be asked.
    pub fn is_busy(&self) -> bool {
        self.under_way.is_some()
    }

    /// Asks about sockets, at most [`MAX_PAIRS`] of them, and returns how many that were: 0 while an answer is to come.
    ///
    /// # Errors
    ///
    /// The helper is gone.
    pub fn ask(&mut self, pairs: &[Pair]) -> io::Result<usize> {
        let pairs = pairs.get(..MAX_PAIRS).unwrap_or(pairs);
        if self.is_busy() || pairs.is_empty() {
            return Ok(0);
        }
        wire::put(self.socket.as_fd(), &question(pairs), None)?;
        self.under_way = Some(pairs.len());
        Ok(pairs.len())
    }

    /// The answers to the last question, in its order, if they have come; fewer than were asked for when the kernel stops
    /// answering.
    ///
    /// # Errors
    ///
    /// The helper is gone, or what it says makes no sense.
    pub fn poll(&mut self) -> io::Result<Option<Vec<Answer>>> {
        let Some(asked) = self.under_way else { return Ok(None) };
        match wire::take(self.socket.as_fd(), false)? {
            Came::Nothing => Ok(None),
            Came::Closed => Err(wire::gone()),
            Came::Message(message, _) => {
                self.under_way = None;
                Ok(Some(answers(&message, asked)?))
            }
        }
    }
}

impl AsFd for Owners {
    /// Can be read when an answer has come.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// The side that answers, until the other has closed.
///
/// # Errors
///
/// What comes is no question, or cannot be answered.
pub fn serve(socket: BorrowedFd<'_>, lookup: &mut Lookup) -> io::Result<()> {
    loop {
        match wire::take(socket, true)? {
            Came::Closed | Came::Nothing => return Ok(()),
            Came::Message(message, _) => {
                let found = lookup.ask(&pairs(&message)?);
                wire::put(socket, &answer(&found), None)?;
            }
        }
    }
}

fn question(pairs: &[Pair]) -> Vec<u8> {
    let mut message = Writer::new(ASK);
    message.u32(u32::try_from(pairs.len()).unwrap_or(u32::MAX));
    for pair in pairs {
        let protocol = match pair.protocol {
            Protocol::Tcp => 6,
            Protocol::Udp => 17,
        };
        message.u8(protocol).address(pair.local).address(pair.peer);
    }
    message.finish()
}

fn pairs(message: &[u8]) -> Result<Vec<Pair>, Malformed> {
    let mut reader = Reader::new(message);
    let count = match (reader.u8()?, reader.u32()? as usize) {
        (ASK, count @ ..=MAX_PAIRS) => count,
        _ => return Err(Malformed),
    };
    let mut pairs = Vec::with_capacity(count);
    for _ in 0..count {
        let protocol = match reader.u8()? {
            6 => Protocol::Tcp,
            17 => Protocol::Udp,
            _ => return Err(Malformed),
        };
        pairs.push(Pair { protocol, local: reader.address()?, peer: reader.address()? });
    }
    reader.finish().map(|()| pairs)
}

fn answer(found: &[Answer]) -> Vec<u8> {
    let mut message = Writer::new(TOLD);
    message.u32(u32::try_from(found.len()).unwrap_or(u32::MAX));
    for one in found {
        // A state is its place in the list of all, counted from 1.
        let place = one.state.and_then(|state| State::ALL.iter().position(|s| *s == state));
        message.u8(place.and_then(|at| u8::try_from(at + 1).ok()).unwrap_or(0));
        message.maybe_u32(one.inode).maybe_u32(one.uid).maybe_u32(one.pid);
        let cut = |text: &Option<Vec<u8>>, most: usize| text.as_ref().map(|t| t.get(..most).unwrap_or(t).to_vec());
        message.maybe_bytes(cut(&one.name, MAX_NAME).as_deref());
        message.maybe_bytes(cut(&one.container, MAX_CONTAINER).as_deref());
    }
    message.finish()
}

fn answers(message: &[u8], asked: usize) -> Result<Vec<Answer>, Malformed> {
    let mut reader = Reader::new(message);
    // There are fewer when the kernel stops answering.
    let told = match (reader.u8()?, reader.u32()? as usize) {
        (TOLD, told) if told <= asked => told,
        _ => return Err(Malformed),
    };
    let mut all = Vec::with_capacity(told);
    for _ in 0..told {
        let state = match reader.u8()? {
            0 => None,
            place => Some(*State::ALL.get(usize::from(place) - 1).ok_or(Malformed)?),
        };
        all.push(Answer {
            state,
            inode: reader.maybe_u32()?,
            uid: reader.maybe_u32()?,
            pid: reader.maybe_u32()?,
            name: reader.maybe_bytes(MAX_NAME)?.map(<[u8]>::to_vec),
            container: reader.maybe_bytes(MAX_CONTAINER)?.map(<[u8]>::to_vec),
        });
    }
    reader.finish().map(|()| all)
}

#[cfg(test)]
mod tests {
    use super::{MAX_PAIRS, Owners, answer, answers, pairs, question, serve};
    use crate::helper::wire::{self, MAX_MESSAGE};
    use crate::host::owner::{MAX_CONTAINER, MAX_NAME};
    use crate::host::{Answer, Lookup, Pair, Protocol, State};
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
    use std::os::fd::AsFd;
    use std::time::{Duration, Instant};

    fn some_pairs() -> Vec<Pair> {
        let v4 = (IpAddr::V4(Ipv4Addr::LOCALHOST), 80);
        let v6 = (IpAddr::V6(Ipv6Addr::LOCALHOST), 53);
        vec![Pair { protocol: Protocol::Tcp, local: v4, peer: (v4.0, 40_000) }, Pair::listening(Protocol::Udp, v6)]
    }

    fn longest() -> Answer {
        Answer {
            state: Some(State::LastAck),
            inode: Some(u32::MAX),
            uid: Some(0),
            pid: Some(1),
            name: Some(vec![0x1b; MAX_NAME]),
            container: Some(vec![b'c'; MAX_CONTAINER]),
        }
    }

    #[test]
    fn questions_and_answers_arrive_as_they_were() {
        assert_eq!(pairs(&question(&some_pairs())), Ok(some_pairs()));
        let told = vec![longest(), Answer::default()];
        assert_eq!(answers(&answer(&told), 2), Ok(told));
        assert!(answer(&vec![longest(); MAX_PAIRS]).len() <= MAX_MESSAGE);
    }

    #[test]
    fn malformed_messages_are_refused() {
        let (asked, told) = (question(&some_pairs()), answer(&[longest()]));
        assert!((0..asked.len()).all(|length| pairs(&asked[..length]).is_err()));
        assert!((0..told.len()).all(|length| answers(&told[..length], 1).is_err()));
        assert!(answers(&told, 0).is_err() && pairs(&told).is_err() && answers(&asked, 2).is_err());
        let too_many = question(&vec![some_pairs()[0]; MAX_PAIRS + 1]);
        assert!(pairs(&too_many).is_err());
        let mut no_state = told;
        no_state[5] = 200;
        assert!(answers(&no_state, 1).is_err());
    }

    #[test]
    fn one_question_at_a_time_is_answered() {
        let Ok(mut lookup) = Lookup::new() else {
            println!("skipped: the kernel does not tell about its sockets");
            return;
        };
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a listener");
        let here = listener.local_addr().expect("its address");
        let (ours, theirs) = wire::pair().expect("sockets");
        let server = std::thread::spawn(move || serve(theirs.as_fd(), &mut lookup));
        let mut owners = Owners::new(ours);
        assert!(matches!(owners.poll(), Ok(None)));
        let asked = [Pair::listening(Protocol::Tcp, (here.ip(), here.port()))];
        assert_eq!(owners.ask(&asked).expect("asked"), 1);
        assert_eq!(owners.ask(&asked).expect("not asked"), 0);
        let started = Instant::now();
        let told = loop {
            match owners.poll().expect("an answer") {
                Some(told) => break told,
                None => assert!(started.elapsed() < Duration::from_secs(30), "no answer"),
            }
        };
        assert_eq!(told.first().and_then(|answer| answer.state), Some(State::Listen));
        assert!(!owners.is_busy());
        drop(owners);
        server.join().expect("no panic").expect("a clean end");
    }
}
