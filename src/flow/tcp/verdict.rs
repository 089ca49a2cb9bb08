//! What happened to a conversation, in one word of a closed list and in one sentence.

use super::connection::{Connection, Initiator, patience};
use super::endpoint::{Endpoint, fact};
use super::record::{Reset, sign};
use super::sentence;
use super::state::{Role, State};
use crate::flow::clock::{Instant, Nanos, SECOND};
use crate::flow::entry::{Flow, Kind};
use crate::flow::exchange::Exchange;
use crate::flow::u48::U48;

/// How a conversation ended, or how it stands. `docs/states.md` explains each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Both directions were closed, the client's first.
    ClosedByClient,
    /// Both directions were closed, the server's first.
    ClosedByServer,
    /// Both closed before either had heard of the other's closing.
    ClosedByBoth,
    /// The client has closed its direction, the server has not.
    HalfClosedByClient,
    /// The server has closed its direction, the client has not.
    HalfClosedByServer,
    /// A FIN was sent and not acknowledged.
    Closing,
    /// The server's host answered the SYN with RST.
    Refused,
    /// Nobody answered the SYN.
    Unanswered,
    /// An ICMP error answered the SYN.
    Unreachable,
    /// The server answered the SYN, and the client never confirmed it.
    HalfOpen,
    /// The client confirmed, and the server goes on as if it had not.
    NeverAccepted,
    /// The client sent RST.
    AbortedByClient,
    /// The server sent RST.
    AbortedByServer,
    /// Somebody between the two sent RST in the name of one of them.
    ResetByMiddle,
    /// One end repeated what it sent until it gave up.
    TimedOut,
    /// The connection is open.
    Open,
    /// The connection is open, and nothing was sent for a minute or more.
    Idle,
    /// The capture saw neither its beginning nor its end.
    BeganMidway,
    /// Its socket pair was used for a new connection before this one was seen to end.
    PortReused,
    /// Probes that belong to no connection.
    Scan,
    /// Only an ICMP error tells of it.
    QuotedOnly,
    /// All its segments have wrong checksums.
    Damaged,
    /// Datagrams: the server answered.
    Replied,
    /// Datagrams: the server did not answer.
    NotReplied,
    /// Datagrams: an ICMP error answered.
    NotDelivered,
}

impl Outcome {
    /// All, in the order of the documentation.
    pub const ALL: [Outcome; 25] = [
        Outcome::ClosedByClient,
        Outcome::ClosedByServer,
        Outcome::ClosedByBoth,
        Outcome::HalfClosedByClient,
        Outcome::HalfClosedByServer,
        Outcome::Closing,
        Outcome::Refused,
        Outcome::Unanswered,
        Outcome::Unreachable,
        Outcome::HalfOpen,
        Outcome::NeverAccepted,
        Outcome::AbortedByClient,
        Outcome::AbortedByServer,
        Outcome::ResetByMiddle,
        Outcome::TimedOut,
        Outcome::Open,
        Outcome::Idle,
        Outcome::BeganMidway,
        Outcome::PortReused,
        Outcome::Scan,
        Outcome::QuotedOnly,
        Outcome::Damaged,
        Outcome::Replied,
        Outcome::NotReplied,
        Outcome::NotDelivered,
    ];

    /// Its word. Datagrams share some with connections.
    pub const fn name(self) -> &'static str {
        match self {
            Outcome::ClosedByClient => "closed-by-client",
            Outcome::ClosedByServer => "closed-by-server",
            Outcome::ClosedByBoth => "closed-by-both",
            Outcome::HalfClosedByClient => "half-closed-by-client",
            Outcome::HalfClosedByServer => "half-closed-by-server",
            Outcome::Closing => "closing",
            Outcome::Refused => "refused",
            Outcome::Unanswered | Outcome::NotReplied => "unanswered",
            Outcome::Unreachable | Outcome::NotDelivered => "unreachable",
            Outcome::HalfOpen => "half-open",
            Outcome::NeverAccepted => "never-accepted",
            Outcome::AbortedByClient => "aborted-by-client",
            Outcome::AbortedByServer => "aborted-by-server",
            Outcome::ResetByMiddle => "reset-by-middle",
            Outcome::TimedOut => "timed-out",
            Outcome::Open => "open",
            Outcome::Idle => "idle",
            Outcome::BeganMidway => "began-midway",
            Outcome::PortReused => "port-reused",
            Outcome::Scan => "scan",
            Outcome::QuotedOnly => "quoted-only",
            Outcome::Damaged => "damaged",
            Outcome::Replied => "replied",
        }
    }
}

/// Who did something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The client.
    Client,
    /// The server.
    Server,
    /// Both at once.
    Both,
    /// Somebody between them.
    Middle,
}

impl Actor {
    /// Its word.
    pub const fn name(self) -> &'static str {
        match self {
            Actor::Client => "client",
            Actor::Server => "server",
            Actor::Both => "both",
            Actor::Middle => "middle",
        }
    }
}

impl From<Role> for Actor {
    fn from(role: Role) -> Actor {
        match role {
            Role::Client => Actor::Client,
            Role::Server => Actor::Server,
        }
    }
}

/// How a connection ended, coarsely.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// By FINs.
    Fin,
    /// By a RST.
    Rst,
    /// Not yet.
    Open,
    /// The SYN was refused.
    Refused,
    /// The SYN was repeated in vain.
    SynTimeout,
    /// The SYN waits for an answer.
    SynSent,
    /// The SYN was answered by an ICMP error, or the datagram was.
    Unreachable,
    /// Repeated in vain.
    Timeout,
    /// There was no connection.
    Scan,
}

impl Ending {
    /// Its word.
    pub const fn name(self) -> &'static str {
        match self {
            Ending::Fin => "fin",
            Ending::Rst => "rst",
            Ending::Open => "open",
            Ending::Refused => "refused",
            Ending::SynTimeout => "syn-timeout",
            Ending::SynSent => "syn-sent",
            Ending::Unreachable => "unreachable",
            Ending::Timeout => "timeout",
            Ending::Scan => "scan",
        }
    }
}

/// How sure a verdict is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confidence {
    /// The frames leave no other reading.
    Certain,
    /// Another reading is possible, and less usual.
    Likely,
    /// The capture does not hold what would tell.
    Unknown,
}

impl Confidence {
    /// Its word.
    pub const fn name(self) -> &'static str {
        match self {
            Confidence::Certain => "certain",
            Confidence::Likely => "likely",
            Confidence::Unknown => "unknown",
        }
    }
}

/// Why a connection was reset, as far as it can be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The application aborted: nothing was left unread (SO_LINGER 0, or the program was killed).
    Abort,
    /// The application closed, and what it had received and not read was lost; or it aborted. Both look the same.
    UnreadOrAbort,
    /// Data came after the application had closed.
    DataAfterClose,
    /// The host has no such connection: it was restarted, or had given up.
    NoConnection,
    /// The queue of connections to accept was full, or nobody wanted it any more.
    NotAccepted,
    /// Keep-alive probes were not answered.
    KeepAlive,
    /// It gave up its own attempt before it was answered, or a scanner had learnt what it wanted.
    GaveUp,
}

impl Cause {
    /// Its word.
    pub const fn name(self) -> &'static str {
        match self {
            Cause::Abort => "abort",
            Cause::UnreadOrAbort => "unread-data-or-abort",
            Cause::DataAfterClose => "data-after-close",
            Cause::NoConnection => "no-such-connection",
            Cause::NotAccepted => "not-accepted",
            Cause::KeepAlive => "keep-alive",
            Cause::GaveUp => "gave-up",
        }
    }
}

/// What happened to a conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// In one word.
    pub outcome: Outcome,
    /// Who opened it; `None` when the capture began later.
    pub initiator: Option<Actor>,
    /// Whose FIN or RST came first.
    pub closed_first: Option<Actor>,
    /// How it ended; `None` for datagrams that were not refused.
    pub end: Option<Ending>,
    /// Who sent the reset.
    pub reset_by: Option<Actor>,
    /// Why.
    pub cause: Option<Cause>,
    /// One direction was used after the other had been closed, and was not reset for it.
    pub half_close: bool,
    /// How sure that is.
    pub confidence: Confidence,
    /// The frames that prove it.
    pub frames: Vec<u32>,
    /// When TIME-WAIT ends, for each end that is in it: the client's, the server's.
    pub time_wait: [Option<Instant>; 2],
    /// What speaks for and against the reset being its sender's own.
    pub signs: Vec<&'static str>,
    /// In one sentence.
    pub text: String,
}

/// A silence of this length makes an open connection idle.
const IDLE: Nanos = 60 * SECOND;

/// What the verdict on a connection is made of.
pub struct Case<'a> {
    /// The flow.
    pub flow: &'a Flow,
    /// Its record.
    pub connection: &'a Connection,
    /// The client's end.
    pub client: &'a Endpoint,
    /// The server's end.
    pub server: &'a Endpoint,
    /// The latest time that the capture knows.
    pub now: Instant,
}

impl Case<'_> {
    /// The end in a role.
    pub fn end(&self, role: Role) -> &Endpoint {
        match role {
            Role::Client => self.client,
            Role::Server => self.server,
        }
    }

    /// The role of the end with this index.
    pub fn role(&self, end: u8) -> Role {
        if end == self.connection.client { Role::Client } else { Role::Server }
    }

    fn first_to_close(&self) -> Option<Actor> {
        let [client, server] = [self.client, self.server];
        let crossed =
            client.has(fact::FIN) && server.has(fact::FIN) && !client.has(fact::PASSIVE) && !server.has(fact::PASSIVE);
        if crossed && self.connection.record.first_reset().is_none_or(|_| self.connection.record.reset_was_late()) {
            return Some(Actor::Both);
        }
        self.connection.first_to_close.map(|end| self.role(end).into())
    }

    /// The reset that ended the connection.
    fn reset(&self) -> Option<Reset> {
        let dead = self.client.has(fact::DEAD) || self.server.has(fact::DEAD);
        self.connection.record.first_reset().filter(|_| dead && !self.connection.record.reset_was_late())
    }

    /// Which end repeats in vain, if one does: no answer came to its repetitions, and it stopped.
    fn gave_up(&self) -> Option<Role> {
        [Role::Client, Role::Server].into_iter().find(|role| {
            let end = self.end(*role);
            end.trouble.as_ref().is_some_and(|trouble| {
                let (at, interval) = trouble.latest;
                trouble.unanswered >= 2 && self.now.since(at) > patience(interval)
            })
        })
    }

    /// Who sent the reset: its claimed sender, or somebody between both ends when that one sends on, or when it came from
    /// another place: with another TTL, and with another link address or identification.
    fn reset_by(&self, reset: Reset) -> (Actor, Confidence) {
        let claimed = self.role(reset.by).into();
        let has = |sign| reset.signs & sign != 0;
        if has(sign::SENDS_ON) {
            (Actor::Middle, Confidence::Certain)
        } else if has(sign::TTL) && (has(sign::LINK) || has(sign::ID)) {
            (Actor::Middle, Confidence::Likely)
        } else if has(sign::TTL) || has(sign::LINK) {
            (claimed, Confidence::Likely)
        } else {
            (claimed, Confidence::Certain)
        }
    }

    fn cause(&self, reset: Reset) -> Cause {
        let role = self.role(reset.by);
        let (own, peer) = (self.end(role), self.end(role.other()));
        let has = |sign| reset.signs & sign != 0;
        let probed = own.trouble.as_ref().is_some_and(|t| t.unanswered_probes > 0);
        if probed {
            Cause::KeepAlive
        } else if role == Role::Client && !own.has(fact::OPEN) && own.tally.payload == U48::default() {
            Cause::GaveUp
        } else if has(sign::AFTER_FIN) {
            Cause::DataAfterClose
        } else if role == Role::Server
            && own.tally.payload == U48::default()
            && peer.tally.payload == U48::default()
            && !own.has(fact::OPEN_PROVED)
            && !has(sign::ACTIVE)
        {
            Cause::NotAccepted
        } else if !has(sign::ACTIVE) {
            Cause::NoConnection
        } else if peer.tally.payload == U48::default() {
            Cause::Abort
        } else {
            Cause::UnreadOrAbort
        }
    }
}

/// The outcome of a conversation as of `now`, without all that is said of it: for who has to ask a million of them.
pub fn outcome(flow: &Flow, now: Instant) -> Outcome {
    match &flow.kind {
        Kind::Tcp(connection) => judged(flow, connection, now).1.outcome,
        Kind::Exchange(exchange) => answered(exchange),
    }
}

/// The outcome of an exchange of datagrams.
fn answered(exchange: &Exchange) -> Outcome {
    let seen = exchange.halves.iter().any(|half| half.packets > 0);
    match (exchange.undelivered, exchange.replied) {
        (Some(_), false) => Outcome::NotDelivered,
        _ if !seen => Outcome::QuotedOnly,
        (_, true) => Outcome::Replied,
        (None, false) => Outcome::NotReplied,
    }
}

/// What the verdict on a connection rests on, and the verdict without its words.
fn judged<'a>(flow: &'a Flow, connection: &'a Connection, now: Instant) -> (Case<'a>, Verdict) {
    let [a, b] = &connection.ends;
    let (client, server) = if connection.client == 0 { (a, b) } else { (b, a) };
    let case = Case { flow, connection, client, server, now };
    let initiator = match connection.initiator {
        Initiator::Unseen => None,
        Initiator::Client => Some(Actor::Client),
        Initiator::Both => Some(Actor::Both),
    };
    let mut verdict = Verdict {
        outcome: Outcome::Open,
        initiator,
        closed_first: case.first_to_close(),
        end: Some(Ending::Open),
        reset_by: None,
        cause: None,
        half_close: false,
        confidence: Confidence::Certain,
        frames: Vec::new(),
        time_wait: [client, server].map(|end| (end.state == State::TimeWait).then_some(end.turning().deadline)),
        signs: Vec::new(),
        text: String::new(),
    };
    judge(&case, &mut verdict);
    (case, verdict)
}

/// The verdict on a connection, as of `now`.
pub fn of_connection(flow: &Flow, connection: &Connection, now: Instant) -> Verdict {
    let (case, mut verdict) = judged(flow, connection, now);
    let sent_after = [case.client, case.server].into_iter().any(|end| end.has(fact::SENT_AFTER_FIN));
    verdict.half_close = sent_after && verdict.end != Some(Ending::Rst);
    verdict.frames.retain(|frame| *frame > 0);
    verdict.frames.sort_unstable();
    verdict.frames.dedup();
    verdict.text = sentence::of_connection(&case, &verdict);
    verdict
}

fn judge(case: &Case<'_>, verdict: &mut Verdict) {
    let Case { flow, connection, client, server, now } = *case;
    let record = &connection.record;
    let fins = [client, server].map(|end| end.turning().fin_frame);
    if let Some(reset) = case.reset() {
        return by_reset(case, reset, verdict);
    }
    let attempts = client.syns.max(1);
    let opened = client.has(fact::OPEN) || server.has(fact::OPEN);
    if record.error_frame() > 0 && client.has(fact::UNREACHED) {
        (verdict.outcome, verdict.end) = (Outcome::Unreachable, Some(Ending::Unreachable));
        verdict.frames = vec![flow.first_frame, record.error_frame()];
    } else if !client.any(fact::SEEN | fact::SYN | fact::OPEN) && !server.any(fact::SEEN | fact::SYN | fact::OPEN) {
        let damaged = [client, server].into_iter().any(|end| end.trouble.as_ref().is_some_and(|t| t.bad_checksums > 0));
        verdict.outcome = if damaged { Outcome::Damaged } else { Outcome::QuotedOnly };
        verdict.confidence = Confidence::Unknown;
    } else if !opened && !client.has(fact::SYN) && !server.has(fact::SYN) {
        (verdict.outcome, verdict.end) = (Outcome::Scan, Some(Ending::Scan));
        verdict.frames = vec![flow.first_frame, flow.last_frame];
    } else if !opened && !server.has(fact::SYN_ACK) {
        let end = if attempts > 1 { Ending::SynTimeout } else { Ending::SynSent };
        (verdict.outcome, verdict.end) = (Outcome::Unanswered, Some(end));
        if now.since(client.last) < patience(SECOND) {
            // It may try once more.
            verdict.confidence = Confidence::Likely;
        }
        verdict.frames = vec![flow.first_frame, flow.last_frame];
    } else if !opened {
        verdict.outcome = Outcome::HalfOpen;
        verdict.frames = vec![flow.first_frame, flow.last_frame];
    } else if server.has(fact::DOUBT) && !server.has(fact::OPEN) {
        verdict.outcome = Outcome::NeverAccepted;
        (verdict.confidence, verdict.frames) = (Confidence::Likely, vec![flow.first_frame, flow.last_frame]);
    } else if client.has(fact::FIN) && server.has(fact::FIN) {
        verdict.end = Some(Ending::Fin);
        verdict.outcome = match verdict.closed_first {
            Some(Actor::Both) => Outcome::ClosedByBoth,
            Some(Actor::Server) => Outcome::ClosedByServer,
            _ => Outcome::ClosedByClient,
        };
        let done = client.has(fact::FIN_ACKED) && server.has(fact::FIN_ACKED);
        verdict.confidence = if done { Confidence::Certain } else { Confidence::Likely };
        verdict.frames = fins.to_vec();
    } else if let Some(role) = case.gave_up() {
        (verdict.outcome, verdict.end) = (Outcome::TimedOut, Some(Ending::Timeout));
        (verdict.confidence, verdict.frames) = (Confidence::Likely, vec![flow.last_frame]);
        verdict.frames.push(case.end(role).turning().fin_frame);
    } else if client.has(fact::FIN) || server.has(fact::FIN) {
        let role = if client.has(fact::FIN) { Role::Client } else { Role::Server };
        verdict.outcome = match (case.end(role).has(fact::FIN_ACKED), role) {
            (false, _) => Outcome::Closing,
            (true, Role::Client) => Outcome::HalfClosedByClient,
            (true, Role::Server) => Outcome::HalfClosedByServer,
        };
        verdict.frames = fins.to_vec();
    } else if record.is_reused() {
        verdict.outcome = Outcome::PortReused;
        verdict.confidence = Confidence::Unknown;
        verdict.frames = vec![flow.last_frame];
    } else if now.since(flow.last) >= IDLE {
        verdict.outcome = Outcome::Idle;
    } else if verdict.initiator.is_none() {
        verdict.outcome = Outcome::BeganMidway;
    }
}

fn by_reset(case: &Case<'_>, reset: Reset, verdict: &mut Verdict) {
    let (by, confidence) = case.reset_by(reset);
    let refused = case.role(reset.by) == Role::Server
        && case.client.has(fact::SYN)
        && !case.server.any(fact::SYN | fact::OPEN)
        && !case.client.has(fact::OPEN);
    (verdict.reset_by, verdict.confidence) = (Some(by), confidence);
    (verdict.outcome, verdict.end) = match by {
        Actor::Middle => (Outcome::ResetByMiddle, Some(Ending::Rst)),
        _ if refused => (Outcome::Refused, Some(Ending::Refused)),
        Actor::Client => (Outcome::AbortedByClient, Some(Ending::Rst)),
        _ => (Outcome::AbortedByServer, Some(Ending::Rst)),
    };
    if !refused {
        verdict.cause = Some(case.cause(reset));
    }
    verdict.signs = sentence::signs(reset);
    let [client_fin, server_fin] = [case.client, case.server].map(|end| end.turning().fin_frame);
    verdict.frames = vec![client_fin, server_fin, reset.frame, case.connection.record.alive_frame()];
    if refused {
        verdict.frames.push(case.flow.first_frame);
    }
}

/// The verdict on an exchange of datagrams.
pub fn of_exchange(flow: &Flow, exchange: &Exchange) -> Verdict {
    let outcome = answered(exchange);
    let (end, frames) = match (outcome, exchange.undelivered) {
        (Outcome::NotDelivered, Some((_, _, frame))) => (Some(Ending::Unreachable), vec![flow.first_frame, frame]),
        (Outcome::QuotedOnly, _) => (None, vec![flow.first_frame]),
        _ => (None, vec![flow.first_frame, flow.last_frame]),
    };
    let mut verdict = Verdict {
        outcome,
        initiator: Some(Actor::Client),
        closed_first: None,
        end,
        reset_by: None,
        cause: None,
        half_close: false,
        confidence: Confidence::Certain,
        frames,
        time_wait: [None, None],
        signs: Vec::new(),
        text: String::new(),
    };
    verdict.frames.dedup();
    verdict.text = sentence::of_exchange(flow, exchange, &verdict);
    verdict
}
