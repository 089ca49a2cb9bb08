//! What this host knows of the conversations of its own: whose their sockets are, and the kernel's state of them.
//!
//! Only somebody outside can ask, since whoever follows conversations may open nothing. [`Hosts::request`] says which sockets
//! are to be asked about, [`Hosts::answers`] takes what came back; never is more than one request under way. Both ends of a
//! conversation are asked about, and an end is this host's when the kernel has its socket.
//!
//! A conversation is asked about when its first packet passes, again whenever a state of it changes, and when
//! [`Hosts::refresh`] is called. One that is none of this host's is forgotten.

use super::clock::{Instant, Nanos, SECOND};
use super::key::{FlowKey, Socket, Transport};
use super::tcp::State;
use crate::host::{self, Answer, Pair, Protocol};
use std::collections::{HashMap, VecDeque};

/// How many conversations are kept in mind: those of this host, and those that are still to be asked about. Further ones have no
/// process and no kernel's state, and are counted. With the longest names they take 16 MiB.
pub const MAX_FLOWS: usize = 16_384;

/// How many conversations one request is about; it has two sockets for each.
pub const FLOWS_AT_ONCE: usize = 128;

/// No packet of a conversation may have passed for so long before the kernel is asked, if its state is to be compared: what has
/// passed the capture may not have been handled by the kernel yet, and the other way round.
pub const SETTLED: Nanos = SECOND;

/// How often a connection is asked about until it counts as none of this host's: the first time the kernel may have been
/// asked before it had handled the SYN.
const TRIES: u8 = 2;

/// Who holds a socket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Process {
    /// The process. `None`: that of another user, which only root may see.
    pub pid: Option<u32>,
    /// Its name: raw bytes.
    pub name: Option<Vec<u8>>,
    /// The user who made the socket.
    pub uid: Option<u32>,
    /// The container or unit that the process runs in: raw bytes.
    pub container: Option<Vec<u8>>,
}

/// What is known of an end of this host.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Local {
    /// Who holds its socket, or held it last.
    process: Option<Process>,
    /// TCP: the kernel's state.
    state: Option<State>,
    /// When that was asked.
    at: Instant,
}

#[derive(Clone, Debug)]
struct Known {
    key: FlowKey,
    ends: [Option<Local>; 2],
    /// It is in the queue.
    is_waiting: bool,
    /// Its state has changed since it was asked about.
    is_changed: bool,
    tries: u8,
}

/// What this host knows of the conversations of its own.
#[derive(Debug, Default)]
pub struct Hosts {
    flows: HashMap<u32, Known>,
    /// Whom to ask about next.
    waiting: VecDeque<u32>,
    /// What the request under way asks: the conversation and its end, and when it was made.
    asked: Option<(Vec<(u32, usize)>, Instant)>,
    /// Conversations that have left the table and are being shown for the last time.
    left: Vec<u32>,
    passed_over: u64,
}

/// One end of a conversation, as this host knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Side<'a> {
    /// Who holds its socket, or held it last.
    pub process: Option<&'a Process>,
    /// TCP: the state that the kernel has it in. `None` when that was not asked since the last change of state that was seen.
    /// CLOSED: the kernel had a socket, and has none any more.
    pub state: Option<State>,
    at: Instant,
}

impl Side<'_> {
    /// Whether the kernel's state contradicts the one that the packets show, which speaks for packets that were not captured, or
    /// that were captured and did not reach the kernel.
    ///
    /// `last` is when the conversation's last packet passed. Nothing is said unless that was at least [`SETTLED`] before the
    /// kernel was asked. Nor where one of them goes on by a timer, without any packet:
    ///
    /// - The kernel has no socket any more where only an answer is waited for (SYN-SENT, SYN-RECEIVED, FIN-WAIT-1, FIN-WAIT-2,
    ///   CLOSING, LAST-ACK, TIME-WAIT): it gives up after a while.
    /// - The kernel is in TIME-WAIT a little longer than is reckoned with here.
    /// - The kernel stays in SYN-RECEIVED behind the handshake, because the program has no room for more connections, or wants
    ///   data first (`TCP_DEFER_ACCEPT`).
    pub fn disagrees(&self, inferred: State, last: Instant) -> bool {
        let Some(kernel) = self.state else { return false };
        if self.at.since(last) < SETTLED || inferred == kernel {
            return false;
        }
        let is_explained = match (inferred, kernel) {
            (State::Unknown, _) => true,
            (State::Established | State::CloseWait, State::Closed) => false,
            (_, State::Closed) | (State::Closed, State::TimeWait) => true,
            (State::Established | State::CloseWait, State::SynReceived) => true,
            _ => false,
        };
        !is_explained
    }
}

impl Hosts {
    /// Takes note of a new conversation.
    pub(super) fn admit(&mut self, flow: u32, key: FlowKey) {
        if key.transport() == Transport::Echo {
            return;
        }
        // Those that have left are in the queue still.
        if self.flows.len() >= MAX_FLOWS || self.waiting.len() >= MAX_FLOWS {
            self.passed_over = self.passed_over.saturating_add(1);
            return;
        }
        let known = Known { key, ends: [None, None], is_waiting: true, is_changed: true, tries: 0 };
        self.flows.insert(flow, known);
        self.waiting.push_back(flow);
    }

    /// Takes note of a change of state.
    pub(super) fn change(&mut self, flow: u32) {
        if let Some(known) = self.flows.get_mut(&flow) {
            known.is_changed = true;
            if !std::mem::replace(&mut known.is_waiting, true) {
                self.waiting.push_back(flow);
            }
        }
    }

    /// A conversation has left the table. It can be shown still, until [`Hosts::tidy`].
    pub(super) fn leave(&mut self, flow: u32) {
        self.left.push(flow);
    }

    /// Forgets the conversations that have left.
    pub(super) fn tidy(&mut self) {
        for flow in self.left.drain(..) {
            self.flows.remove(&flow);
        }
    }

    /// Asks about all conversations of this host again: before they are shown.
    pub fn refresh(&mut self) {
        let idle = self.flows.iter_mut().filter(|(_, known)| !known.is_waiting);
        for (flow, known) in idle {
            known.is_waiting = true;
            self.waiting.push_back(*flow);
        }
    }

    /// The sockets to ask about, at most twice [`FLOWS_AT_ONCE`], when there are any and no request is under way. `now` is the
    /// time by the clock of the capture.
    pub fn request(&mut self, now: Instant) -> Option<Vec<Pair>> {
        if self.asked.is_some() {
            return None;
        }
        let (mut pairs, mut asked) = (Vec::new(), Vec::new());
        while pairs.len() < FLOWS_AT_ONCE * 2
            && let Some(flow) = self.waiting.pop_front()
        {
            // It may have left meanwhile.
            let Some(known) = self.flows.get_mut(&flow) else { continue };
            (known.is_waiting, known.is_changed) = (false, false);
            let protocol = if known.key.transport() == Transport::Tcp { Protocol::Tcp } else { Protocol::Udp };
            let sockets = [known.key.socket(0), known.key.socket(1)].map(|socket| (socket.ip, socket.port));
            for (end, (local, peer)) in [(sockets[0], sockets[1]), (sockets[1], sockets[0])].into_iter().enumerate() {
                pairs.push(Pair { protocol, local, peer });
                asked.push((flow, end));
            }
        }
        if pairs.is_empty() {
            return None;
        }
        self.asked = Some((asked, now));
        Some(pairs)
    }

    /// Takes the answers to the request under way, in its order. There may be fewer of them, or none: of the rest nothing new is
    /// known.
    pub fn answers(&mut self, answers: Vec<Answer>) {
        let Some((asked, at)) = self.asked.take() else { return };
        for ((flow, end), answer) in asked.into_iter().zip(answers) {
            let Some(known) = self.flows.get_mut(&flow) else { continue };
            let is_tcp = known.key.transport() == Transport::Tcp;
            if let Some(slot) = known.ends.get_mut(end) {
                take(slot, answer, is_tcp, at);
            }
            if end == 0 {
                continue;
            }
            known.tries = known.tries.saturating_add(1);
            let may_come = is_tcp && known.tries < TRIES;
            if known.ends.iter().all(Option::is_none) && !may_come {
                self.flows.remove(&flow);
            }
        }
    }

    /// What is known of the end of a conversation that has this socket; `None` when it is none of this host's.
    pub fn side(&self, flow: u32, socket: &Socket) -> Option<Side<'_>> {
        let known = self.flows.get(&flow)?;
        let end = (0..2).find(|end| known.key.socket(*end) == *socket)?;
        let local = known.ends.get(end)?.as_ref()?;
        let state = local.state.filter(|_| !known.is_changed);
        Some(Side { process: local.process.as_ref(), state, at: local.at })
    }

    /// Conversations that were not asked about, because there are too many.
    pub fn passed_over(&self) -> u64 {
        self.passed_over
    }
}

/// Joins an answer with what was known of an end.
fn take(slot: &mut Option<Local>, answer: Answer, is_tcp: bool, at: Instant) {
    if !answer.is_known() {
        // The kernel had it, and has it no more.
        if let Some(local) = slot {
            (local.state, local.at) = (is_tcp.then_some(State::Closed), at);
        }
        return;
    }
    let state = answer.state.map(state);
    // Nobody holds the socket of a connection that was closed; who held it last is still of interest.
    let before = slot.take().and_then(|local| local.process);
    let process = match answer.inode {
        None => before,
        Some(_) if answer.pid.is_none() && before.as_ref().is_some_and(|p| p.pid.is_some() && p.uid == answer.uid) => {
            before
        }
        Some(_) => {
            let Answer { pid, name, uid, container, .. } = answer;
            Some(Process { pid, name, uid, container })
        }
    };
    *slot = Some(Local { process, state, at });
}

/// The kernel's state, as one of this module's.
fn state(state: host::State) -> State {
    match state {
        host::State::Closed => State::Closed,
        host::State::Listen => State::Listen,
        host::State::SynSent => State::SynSent,
        host::State::SynReceived => State::SynReceived,
        host::State::Established => State::Established,
        host::State::FinWait1 => State::FinWait1,
        host::State::FinWait2 => State::FinWait2,
        host::State::Closing => State::Closing,
        host::State::TimeWait => State::TimeWait,
        host::State::CloseWait => State::CloseWait,
        host::State::LastAck => State::LastAck,
    }
}

#[cfg(test)]
mod tests {
    use super::{FLOWS_AT_ONCE, Hosts, MAX_FLOWS, Side, state};
    use crate::flow::clock::{Instant, SECOND};
    use crate::flow::tcp::State;
    use crate::flow::{FlowKey, Transport};
    use crate::host::{self, Answer};
    use crate::input::Addresses;

    fn key(transport: Transport) -> FlowKey {
        let addresses = Addresses::V4 { src: [192, 0, 2, 1], dst: [192, 0, 2, 2] };
        FlowKey::new(transport, addresses, (40000, 80)).0
    }

    fn at(seconds: i64) -> Instant {
        Instant::EPOCH.plus(seconds * SECOND)
    }

    fn held(state: host::State) -> Answer {
        let name = Some(b"curl".to_vec());
        Answer { state: Some(state), inode: Some(7), uid: Some(1000), pid: Some(42), name, container: None }
    }

    fn kernel(hosts: &Hosts, flow: u32) -> Option<(Option<u32>, Option<State>)> {
        let side = hosts.side(flow, &key(Transport::Tcp).socket(0))?;
        Some((side.process.and_then(|process| process.pid), side.state))
    }

    #[test]
    fn names_of_states_are_the_same() {
        for kernel in host::State::ALL {
            assert_eq!(state(kernel).name(), kernel.name());
        }
    }

    #[test]
    fn an_end_is_this_hosts_when_the_kernel_knows_it() {
        let mut hosts = Hosts::default();
        hosts.admit(1, key(Transport::Tcp));
        let pairs = hosts.request(at(0)).expect("a request");
        assert_eq!((pairs.len(), pairs[0].local, pairs[1].peer), (2, pairs[1].peer, pairs[0].local));
        // One at a time.
        hosts.admit(2, key(Transport::Udp));
        assert_eq!(hosts.request(at(0)), None);
        hosts.answers(vec![held(host::State::SynSent), Answer::default()]);
        assert_eq!(kernel(&hosts, 1), Some((Some(42), Some(State::SynSent))));
        assert_eq!(hosts.side(1, &key(Transport::Tcp).socket(1)), None);
        // A change makes what the kernel said old, and worth asking again.
        hosts.change(1);
        assert_eq!(kernel(&hosts, 1), Some((Some(42), None)));
        assert_eq!(hosts.request(at(1)).map(|pairs| pairs.len()), Some(4));
        let orphan = Answer { state: Some(host::State::TimeWait), ..Answer::default() };
        hosts.answers(vec![Answer::default(), Answer::default(), orphan, Answer::default()]);
        assert_eq!(kernel(&hosts, 1), Some((Some(42), Some(State::TimeWait))));
        assert_eq!(kernel(&hosts, 2), None);
        // What the kernel had and has no more is closed.
        hosts.refresh();
        assert_eq!(hosts.request(at(2)).map(|pairs| pairs.len()), Some(2));
        hosts.answers(vec![Answer::default(); 2]);
        assert_eq!(kernel(&hosts, 1), Some((Some(42), Some(State::Closed))));
        hosts.leave(1);
        assert!(kernel(&hosts, 1).is_some());
        hosts.tidy();
        assert_eq!((kernel(&hosts, 1), hosts.request(at(3))), (None, None));
    }

    #[test]
    fn conversations_of_others_are_forgotten() {
        let mut hosts = Hosts::default();
        hosts.admit(1, key(Transport::Tcp));
        hosts.admit(2, key(Transport::Udp));
        hosts.admit(3, key(Transport::Echo));
        hosts.request(at(0)).expect("a request");
        hosts.answers(vec![Answer::default(); 4]);
        assert_eq!(hosts.flows.len(), 1);
        hosts.change(1);
        hosts.change(2);
        assert_eq!(hosts.request(at(0)).map(|pairs| pairs.len()), Some(2));
        hosts.answers(vec![Answer::default(); 2]);
        assert!(hosts.flows.is_empty());
    }

    #[test]
    fn what_was_not_answered_stays_as_it_was() {
        let mut hosts = Hosts::default();
        hosts.admit(1, key(Transport::Tcp));
        hosts.request(at(0)).expect("a request");
        hosts.answers(vec![held(host::State::Established), Answer::default()]);
        hosts.refresh();
        hosts.request(at(1)).expect("a request");
        hosts.answers(Vec::new());
        assert_eq!(kernel(&hosts, 1), Some((Some(42), Some(State::Established))));
        // Nobody asked.
        hosts.answers(vec![Answer::default(); 9]);
        assert_eq!(kernel(&hosts, 1), Some((Some(42), Some(State::Established))));
    }

    #[test]
    fn there_are_bounds() {
        let mut hosts = Hosts::default();
        for flow in 0..MAX_FLOWS as u32 + 5 {
            hosts.admit(flow, key(Transport::Tcp));
        }
        assert_eq!((hosts.flows.len(), hosts.passed_over()), (MAX_FLOWS, 5));
        assert_eq!(hosts.request(at(0)).map(|pairs| pairs.len()), Some(2 * FLOWS_AT_ONCE));
    }

    #[test]
    fn only_what_no_delay_and_no_timer_explains_is_a_disagreement() {
        let side = |state| Side { process: None, state, at: at(10) };
        let disagree = |inferred, kernel: State, last| side(Some(kernel)).disagrees(inferred, at(last));
        assert!(disagree(State::Established, State::CloseWait, 9));
        assert!(!disagree(State::Established, State::CloseWait, 10));
        assert!(!disagree(State::Established, State::Established, 0));
        assert!(disagree(State::Established, State::Closed, 0) && disagree(State::CloseWait, State::Closed, 0));
        for waits in [State::SynSent, State::FinWait1, State::FinWait2, State::LastAck, State::TimeWait] {
            assert!(!disagree(waits, State::Closed, 0), "{waits:?}");
            assert!(disagree(waits, State::Established, 0), "{waits:?}");
        }
        assert!(disagree(State::Closed, State::Established, 0) && !disagree(State::Closed, State::TimeWait, 0));
        assert!(!disagree(State::Established, State::SynReceived, 0));
        assert!(!disagree(State::Unknown, State::Established, 0));
        assert!(!side(None).disagrees(State::Established, at(0)));
    }
}
