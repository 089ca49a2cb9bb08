//! The sockets of this host, as its kernel has them: in which state each is, and whose it is.
//!
//! [`diag`] asks the kernel (netlink's `sock_diag`), [`owner`] looks for the process behind a socket (`/proc`). [`Lookup`]
//! joins them: it opens what both need at once, so that it works on in a process that may open nothing else of the network,
//! and answers for many sockets at a time.
//!
//! Nothing here needs a privilege. Without any, the state and the user of every socket are known, but the process only of
//! those sockets that the same user's processes hold: the kernel shows the descriptors of others to root only
//! (`CAP_SYS_PTRACE`; proc(5), ptrace(2)).
//!
//! Only the sockets of this network namespace are seen. ICMP echo is not asked about.
//!
//! Names of processes and of their control groups are what somebody else chose: raw bytes, cut at [`owner::MAX_NAME`] and
//! [`owner::MAX_CONTAINER`], to be shown through [`crate::text`] only.

mod cgroup;
pub mod diag;
mod local;
mod netlink;
pub mod owner;

use diag::Diag;
use local::{Addresses, Routes};
use owner::{Processes, Searched};
use std::collections::HashSet;
use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How many sockets one call of [`Lookup::ask`] asks about. There is no answer about further ones.
pub const MAX_PAIRS: usize = 4_096;

/// A state of a TCP socket, in the words of RFC 9293 §3.3.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// There is no connection (`TCP_CLOSE`).
    Closed,
    /// Waits for somebody to connect.
    Listen,
    /// Has asked for a connection.
    SynSent,
    /// Has agreed to a connection (`TCP_SYN_RECV`, and `TCP_NEW_SYN_RECV` of one that is not accepted yet).
    SynReceived,
    /// Open.
    Established,
    /// Has closed its direction.
    FinWait1,
    /// Has closed its direction, which was acknowledged.
    FinWait2,
    /// Both have closed at once.
    Closing,
    /// All is done; waits until no old segment can be on its way.
    TimeWait,
    /// The other side has closed.
    CloseWait,
    /// Has closed after the other side.
    LastAck,
}

impl State {
    /// All of them, in the order of the standard.
    pub const ALL: [State; 11] = [
        State::Closed,
        State::Listen,
        State::SynSent,
        State::SynReceived,
        State::Established,
        State::FinWait1,
        State::FinWait2,
        State::Closing,
        State::TimeWait,
        State::CloseWait,
        State::LastAck,
    ];

    /// Its name in RFC 9293.
    pub const fn name(self) -> &'static str {
        match self {
            State::Closed => "CLOSED",
            State::Listen => "LISTEN",
            State::SynSent => "SYN-SENT",
            State::SynReceived => "SYN-RECEIVED",
            State::Established => "ESTABLISHED",
            State::FinWait1 => "FIN-WAIT-1",
            State::FinWait2 => "FIN-WAIT-2",
            State::Closing => "CLOSING",
            State::TimeWait => "TIME-WAIT",
            State::CloseWait => "CLOSE-WAIT",
            State::LastAck => "LAST-ACK",
        }
    }

    /// The state with this number in the kernel (`include/net/tcp_states.h`), if it is one of TCP's.
    ///
    /// A socket that has left FIN-WAIT-2 to a small record keeps that number until the other side closes, although the record
    /// is of the kind that TIME-WAIT has.
    pub const fn of_kernel(number: u8) -> Option<State> {
        Some(match number {
            1 => State::Established,
            2 => State::SynSent,
            // TCP_NEW_SYN_RECV is the kernel's own number for a request that no socket stands for yet.
            3 | 12 => State::SynReceived,
            4 => State::FinWait1,
            5 => State::FinWait2,
            6 => State::TimeWait,
            // TCP_BOUND_INACTIVE is a socket that has a port and nothing else.
            7 | 13 => State::Closed,
            8 => State::CloseWait,
            9 => State::LastAck,
            10 => State::Listen,
            11 => State::Closing,
            _ => return None,
        })
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a socket speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

/// A socket of this host, perhaps: its own address and port, and the other end's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pair {
    /// What it speaks.
    pub protocol: Protocol,
    /// Its own address and port.
    pub local: (IpAddr, u16),
    /// The other end's address and port. Unspecified and 0: a socket that listens, or that datagrams of anybody reach.
    pub peer: (IpAddr, u16),
}

impl Pair {
    /// The socket that waits at an address and port for anybody.
    pub fn listening(protocol: Protocol, local: (IpAddr, u16)) -> Pair {
        let anybody = match local.0 {
            IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
        };
        Pair { protocol, local, peer: (anybody, 0) }
    }
}

/// What is known of a socket. All of it is `None` for sockets that this host does not have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// TCP: the kernel's state.
    pub state: Option<State>,
    /// The number by which processes hold it. `None` when no process does: TIME-WAIT, and connections that were closed or are not
    /// accepted yet.
    pub inode: Option<u32>,
    /// The user who made it. The kernel tells it for sockets that processes hold.
    pub uid: Option<u32>,
    /// The process that holds it; of several, the one with the lowest number.
    pub pid: Option<u32>,
    /// That process's name (`/proc/PID/comm`): raw bytes, at most [`owner::MAX_NAME`] of them.
    pub name: Option<Vec<u8>>,
    /// The container or unit that the process runs in, such as `docker:4f3a8b0c1d2e`, `nginx.service`: raw bytes, at most
    /// [`owner::MAX_CONTAINER`] of them. [`owner`] says how it is found.
    pub container: Option<Vec<u8>>,
}

impl Answer {
    /// Whether this host has such a socket.
    pub fn is_known(&self) -> bool {
        self.state.is_some() || self.inode.is_some()
    }
}

/// Answers whose sockets are whose.
#[derive(Debug)]
pub struct Lookup {
    diag: Diag,
    routes: Routes,
    /// `None` where there is no `/proc`.
    processes: Option<Processes>,
    failed: Option<Error>,
}

impl Lookup {
    /// Opens what is needed: two netlink sockets, and `/proc`.
    ///
    /// # Errors
    ///
    /// Where the kernel does not answer about its sockets. Without `/proc`, only processes stay unknown.
    pub fn new() -> Result<Lookup, Error> {
        let diag = Diag::new()?;
        Ok(Lookup { diag, routes: Routes::open(), processes: Processes::open().ok(), failed: None })
    }

    /// Asks about sockets. There is one answer for each, in their order; fewer when there are too many, or when the kernel stops
    /// answering ([`Lookup::failed`] says why).
    ///
    /// Asks the kernel about at most [`MAX_PAIRS`], then looks for their processes within the bounds of [`owner`].
    pub fn ask(&mut self, pairs: &[Pair]) -> Vec<Answer> {
        let mut answers = Vec::with_capacity(pairs.len().min(MAX_PAIRS));
        let mut addresses = Addresses::new(&mut self.routes, self.processes.as_ref());
        self.failed = None;
        for pair in pairs.iter().take(MAX_PAIRS) {
            answers.push(match self.diag.find(pair, &mut addresses) {
                Ok(Some(found)) => {
                    Answer { state: found.state, inode: found.inode, uid: found.uid, ..Answer::default() }
                }
                Ok(None) => Answer::default(),
                Err(error) => {
                    // The next ones would fail as this one did.
                    self.failed = Some(error);
                    break;
                }
            });
        }
        let wanted: HashSet<u32> = answers.iter().filter_map(|answer: &Answer| answer.inode).collect();
        if let Some(processes) = &mut self.processes {
            let owners = processes.owners(&wanted);
            for answer in &mut answers {
                let Some(owner) = answer.inode.and_then(|inode| owners.get(&inode)) else { continue };
                answer.pid = Some(owner.pid);
                answer.name.clone_from(&owner.name);
                answer.container.clone_from(&owner.container);
            }
        }
        answers
    }

    /// Why the last call stopped asking, if it did.
    pub fn failed(&self) -> Option<&Error> {
        self.failed.as_ref()
    }

    /// How far the last search for processes went; `None` where there is no `/proc`.
    pub fn searched(&self) -> Option<Searched> {
        self.processes.as_ref().map(Processes::searched)
    }
}

/// Why the kernel does not tell about its sockets.
#[derive(Debug)]
pub struct Error {
    doing: &'static str,
    cause: io::Error,
}

impl Error {
    fn new(doing: &'static str, cause: impl Into<io::Error>) -> Error {
        Error { doing, cause: cause.into() }
    }

    /// What can be done about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self.cause.kind() {
            io::ErrorKind::NotFound => Some("the kernel lacks a module: sudo modprobe -a inet_diag tcp_diag udp_diag"),
            io::ErrorKind::PermissionDenied => Some("a sandbox or container around sniff forbids NETLINK_SOCK_DIAG"),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sockets of this host: {}: {}", self.doing, self.cause)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}

#[cfg(test)]
mod tests {
    use super::State;

    #[test]
    fn the_kernels_numbers_are_states_of_the_standard() {
        let of = |number| State::of_kernel(number).map(State::name);
        assert_eq!([1, 5, 6, 12].map(of), ["ESTABLISHED", "FIN-WAIT-2", "TIME-WAIT", "SYN-RECEIVED"].map(Some));
        assert_eq!([0, 14, 255].map(of), [None; 3]);
        for state in State::ALL {
            assert!((1..=11).any(|number| State::of_kernel(number) == Some(state)), "{state}");
        }
    }
}
