//! The states of RFC 9293 §3.3.2, and what a change from one to another rests on.

/// The state of one end of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum State {
    /// The capture cannot tell.
    #[default]
    Unknown,
    /// There is no connection.
    Closed,
    /// Waits for somebody to connect.
    Listen,
    /// Has asked for a connection.
    SynSent,
    /// Has agreed to a connection, and waits for the confirmation.
    SynReceived,
    /// Open: data flow.
    Established,
    /// Has closed its direction, and waits for the acknowledgment.
    FinWait1,
    /// Has closed its direction; the other one is still open.
    FinWait2,
    /// Both closed at once; waits for the acknowledgment of its FIN.
    Closing,
    /// All is done; waits until no old segment can be on its way.
    TimeWait,
    /// The other side has closed; this application has not yet.
    CloseWait,
    /// Has closed after the other side, and waits for the acknowledgment.
    LastAck,
}

impl State {
    /// All of them, in the order of the standard.
    pub const ALL: [State; 12] = [
        State::Unknown,
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
            State::Unknown => "UNKNOWN",
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

    /// What `ss` prints for it.
    pub const fn ss_name(self) -> &'static str {
        match self {
            State::Closed => "UNCONN",
            State::SynReceived => "SYN-RECV",
            State::Established => "ESTAB",
            other => other.name(),
        }
    }

    /// The states through which an end must have gone on the way, when the capture shows only both ends of it.
    pub(super) const fn between(self, to: State) -> &'static [State] {
        match (self, to) {
            (State::Closed, State::SynReceived) => &[State::Listen],
            (State::Closed, State::Established) => &[State::Listen, State::SynReceived],
            (State::Listen, State::Established) => &[State::SynReceived],
            _ => &[],
        }
    }
}

/// One of the two ends. Roles never change during a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The end that sent the first SYN, or that is taken to have.
    Client,
    /// The other one.
    Server,
}

impl Role {
    /// `client` or `server`.
    pub const fn name(self) -> &'static str {
        match self {
            Role::Client => "client",
            Role::Server => "server",
        }
    }

    /// The other end.
    pub const fn other(self) -> Role {
        match self {
            Role::Client => Role::Server,
            Role::Server => Role::Client,
        }
    }
}

/// What a change of state rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// The endpoint's own segment proves it.
    Observed,
    /// It rests on a segment having arrived, on a timer, or on what is usual.
    Inferred,
}

impl Evidence {
    /// `observed` or `inferred`.
    pub const fn name(self) -> &'static str {
        match self {
            Evidence::Observed => "observed",
            Evidence::Inferred => "inferred",
        }
    }
}

/// Why a state changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It sent a SYN.
    SentSyn,
    /// A SYN-ACK answers it, so it must have sent a SYN.
    WasAnswered,
    /// It answers a SYN, so it listened.
    Answers,
    /// It sent a SYN-ACK.
    SentSynAck,
    /// It acknowledged the other side's SYN.
    AckedSyn,
    /// Its SYN was acknowledged.
    SynAcked,
    /// It sent something that is sent only on an open connection.
    SentOnOpen,
    /// The other side sends as on an open connection.
    PeerSends,
    /// The capture began when the connection was open already.
    MidStream,
    /// It sent a FIN.
    SentFin,
    /// Its FIN was acknowledged.
    FinAcked,
    /// It acknowledged the other side's FIN.
    AckedFin,
    /// It repeated its SYN-ACK, so the confirmation had not reached it.
    SynAckAgain,
    /// It repeated its FIN, so the acknowledgment had not reached it.
    FinAgain,
    /// It stopped repeating, so the acknowledgment has reached it.
    Silence,
    /// What it repeated had only crossed the acknowledgment.
    Crossed,
    /// The other side acknowledged what it sent afterwards, so the acknowledgment has reached it.
    Proved,
    /// It sent a RST.
    SentRst,
    /// A RST reached it.
    GotRst,
    /// A RST answered its SYN.
    Refused,
    /// An ICMP error answered its SYN.
    IcmpError,
    /// It repeated its SYN although that had been answered by an error.
    SynAgain,
    /// It sends on, so the RST did not reach it.
    SendsOn,
    /// It sends on after a RST in its name, so somebody else sent that.
    RstForged,
    /// TIME-WAIT is over.
    TimeWaitOver,
    /// It asks for a new connection, so it has lost the old one.
    Restarted,
    /// Its socket pair is used for a new connection.
    Reused,
}

impl Why {
    /// In words, to be read after the endpoint's name.
    pub const fn text(self) -> &'static str {
        match self {
            Why::SentSyn => "sent SYN",
            Why::WasAnswered => "was answered with SYN-ACK, so it had sent SYN",
            Why::Answers => "answers a SYN, so it listened",
            Why::SentSynAck => "sent SYN-ACK",
            Why::AckedSyn => "acknowledged the other side's SYN",
            Why::SynAcked => "its SYN was acknowledged",
            Why::SentOnOpen => "sent what is sent only on an open connection",
            Why::PeerSends => "the other side sends as on an open connection",
            Why::MidStream => "was open when the capture began",
            Why::SentFin => "sent FIN",
            Why::FinAcked => "its FIN was acknowledged",
            Why::AckedFin => "acknowledged the other side's FIN",
            Why::SynAckAgain => "repeated its SYN-ACK: the confirmation had not reached it",
            Why::FinAgain => "repeated its FIN: the acknowledgment had not reached it",
            Why::Silence => "repeats no more: the acknowledgment has reached it",
            Why::Crossed => "its repetition had only crossed the acknowledgment",
            Why::Proved => "the other side acknowledged what it sent later: the acknowledgment has reached it",
            Why::SentRst => "sent RST",
            Why::GotRst => "received RST",
            Why::Refused => "its SYN was answered with RST",
            Why::IcmpError => "its SYN was answered with an ICMP error",
            Why::SynAgain => "repeated its SYN after the error",
            Why::SendsOn => "sends on: the RST did not reach it",
            Why::RstForged => "sends on after a RST in its name: the RST was somebody else's",
            Why::TimeWaitOver => "TIME-WAIT is over",
            Why::Restarted => "asks for a new connection: it has lost this one",
            Why::Reused => "the socket pair is used for a new connection",
        }
    }
}
