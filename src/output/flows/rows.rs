//! What is said of a conversation: one row a key. JSON, CSV, the JSON Schema and `docs/flows.md` are made of these rows.

use crate::flow::clock::{Instant, Nanos, SECOND};
use crate::flow::hosts::{Process, Side};
use crate::flow::report::{Counts, End, Offer};
use crate::flow::tcp::record::Ignored;
use crate::flow::tcp::verdict::{Actor, Confidence, Ending, Outcome};
use crate::flow::tcp::{Evidence, Role, State};
use crate::flow::{Carrier, Hosts, Report, Transport};
use crate::proto::shared::names::ports::{self, PortClass, port_class};
use std::net::IpAddr;

/// A value of a row.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value<'a> {
    /// Unknown, or not applicable.
    Null,
    Bool(bool),
    Count(u64),
    /// A length of time, shown in seconds.
    Seconds(Nanos),
    /// A length of time, shown in milliseconds.
    Millis(Nanos),
    Word(&'a str),
    /// What somebody chose as a name, as it is.
    Raw(&'a [u8]),
    Ip(IpAddr),
    Time(Instant),
    /// Numbers of frames.
    Frames(&'a [u32]),
    Sentences(&'a [&'static str]),
    Tunnel(&'a [Carrier]),
}

/// What values of a row look like.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// Always this word; it is the first key of every object, and no column.
    Always(&'static str),
    Bool,
    /// An integer that a double can hold.
    Count,
    /// An integer that is a string of digits when a double cannot hold it.
    Wide,
    /// A decimal number.
    Number,
    /// One of these words.
    Word(fn() -> Vec<&'static str>),
    /// Any text.
    Text,
    Ip,
    Time,
    Frames,
    Sentences,
    Tunnel,
}

/// What a row is looked up in: the conversation, and one of its ends where the row is about an end.
#[derive(Clone, Copy, Debug)]
pub(super) struct About<'a> {
    pub(super) report: &'a Report,
    end: &'a End,
    hosts: Option<&'a Hosts>,
    /// Nothing more will be said of it.
    is_final: bool,
}

impl<'a> About<'a> {
    pub(super) fn new(report: &'a Report, hosts: Option<&'a Hosts>, is_final: bool) -> About<'a> {
        About { report, end: &report.client, hosts, is_final }
    }

    /// What this host knows of the end.
    fn side(self) -> Option<Side<'a>> {
        self.hosts?.side(self.report.id, &self.end.socket)
    }

    fn process<T>(self, what: impl Fn(&'a Process) -> Option<T>, value: impl Fn(T) -> Value<'a>) -> Value<'a> {
        self.side().and_then(|side| side.process).and_then(what).map_or(Value::Null, value)
    }

    fn is_tcp(self) -> bool {
        self.report.transport == Transport::Tcp
    }

    /// A number that only TCP has.
    fn tcp(self, count: impl Fn(&Counts) -> u64) -> Value<'a> {
        if self.is_tcp() { Value::Count(count(&self.end.counts)) } else { Value::Null }
    }

    fn offer<T>(self, what: impl Fn(&Offer) -> Option<T>, value: impl Fn(T) -> Value<'a>) -> Value<'a> {
        self.end.options.as_ref().and_then(what).map_or(Value::Null, value)
    }
}

/// A key and what stands behind it.
#[derive(Debug)]
pub(crate) struct Row {
    /// The key.
    pub(crate) key: &'static str,
    /// What it says, with its unit.
    pub(crate) help: &'static str,
    /// Whether the value may be null.
    pub(crate) nullable: bool,
    /// What the value is.
    pub(crate) shape: Shape,
}

/// What stands behind a key.
#[derive(Debug)]
pub(crate) enum Shape {
    /// A value.
    One(Kind, Read),
    /// An object of these rows, about the conversation or one of its ends.
    Group(&'static [Row], Option<Role>),
}

/// Reads a value.
#[derive(Clone, Copy)]
pub(crate) struct Read(for<'a> fn(About<'a>) -> Value<'a>);

impl std::fmt::Debug for Read {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Read")
    }
}

impl Row {
    /// The value of the row; groups have none.
    pub(super) fn value<'a>(&self, about: About<'a>) -> Value<'a> {
        match &self.shape {
            Shape::One(_, Read(read)) => read(about),
            Shape::Group(..) => Value::Null,
        }
    }

    /// What the rows of this group are looked up in; `None` when the group is null.
    pub(super) fn inside<'a>(&self, about: About<'a>) -> Option<About<'a>> {
        let end = match &self.shape {
            Shape::Group(_, Some(role)) => about.report.side(*role),
            _ => about.end,
        };
        let inside = About { end, ..about };
        let absent = match self.key {
            "icmp" => about.report.icmp.is_none(),
            "ignored" => about.report.ignored.is_none(),
            "rtt_ms" => end.rtt.count() == 0,
            "process" => inside.side().is_none_or(|side| side.process.is_none()),
            _ => false,
        };
        (!absent).then_some(inside)
    }
}

const fn one(key: &'static str, kind: Kind, help: &'static str, read: for<'a> fn(About<'a>) -> Value<'a>) -> Row {
    Row { key, help, nullable: false, shape: Shape::One(kind, Read(read)) }
}

const fn group(key: &'static str, help: &'static str, rows: &'static [Row]) -> Row {
    Row { key, help, nullable: false, shape: Shape::Group(rows, None) }
}

impl Row {
    const fn or_null(self) -> Row {
        Row { nullable: true, ..self }
    }

    const fn of(self, role: Role) -> Row {
        match self.shape {
            Shape::Group(rows, _) => Row { shape: Shape::Group(rows, Some(role)), ..self },
            Shape::One(..) => self,
        }
    }
}

/// The rows of a conversation, in the order in which they are shown.
pub(crate) static FLOW: [Row; 22] = [
    one("type", Kind::Always("flow"), "What the object is", |_| Value::Word("flow")),
    one("id", Kind::Count, "Number of the conversation, from 1, by its first packet", |a| {
        Value::Count(a.report.id.into())
    }),
    one(
        "final",
        Kind::Bool,
        "Whether this is the last word about it; false in a snapshot (--every), which others follow",
        |a| Value::Bool(a.is_final),
    ),
    one("protocol", Kind::Word(|| vec!["tcp", "udp", "icmp", "icmpv6"]), "What it is; icmp and icmpv6 are echo", |a| {
        Value::Word(protocol(a.report))
    }),
    one("start", Kind::Time, "When its first packet passed", |a| Value::Time(a.report.start)).or_null(),
    one("end", Kind::Time, "When its last packet passed", |a| Value::Time(a.report.end)).or_null(),
    one("duration", Kind::Number, "Seconds from the first to the last packet", |a| Value::Seconds(a.report.duration())),
    one("first_frame", Kind::Count, "Number of the frame with its first packet", |a| {
        Value::Count(a.report.first_frame.into())
    }),
    one("last_frame", Kind::Count, "Number of the frame with its last packet", |a| {
        Value::Count(a.report.last_frame.into())
    }),
    one("longest_gap_ms", Kind::Number, "The longest time between two of its packets, whole milliseconds", |a| {
        Value::Millis(a.report.longest_gap)
    }),
    one("tunnel", Kind::Tunnel, "Tunnels and tags around it, outermost first; null without any", |a| {
        match a.report.carriers.as_slice() {
            [] => Value::Null,
            carriers => Value::Tunnel(carriers),
        }
    })
    .or_null(),
    one("community_id", Kind::Text, "Community ID, version 1, with seed 0", |a| Value::Word(&a.report.community_id)),
    group("icmp", "Echo: what stands for the ports; null for TCP and UDP", &ICMP).or_null(),
    group("client", "The end that opened it: sent the first SYN or datagram, or is taken to have", &END)
        .of(Role::Client),
    group("server", "The other end", &END).of(Role::Server),
    one("handshake_ms", Kind::Number, "TCP: from the client's first SYN to the ACK of the SYN-ACK", |a| {
        a.report.handshake.map_or(Value::Null, Value::Millis)
    })
    .or_null(),
    one("requests", Kind::Count, "UDP and echo: requests of the client, one a turn; null for TCP", |a| {
        a.report.requests.map_or(Value::Null, |(requests, _)| Value::Count(requests.into()))
    })
    .or_null(),
    one("answered", Kind::Count, "UDP and echo: how many of them were answered; null for TCP", |a| {
        a.report.requests.map_or(Value::Null, |(_, answered)| Value::Count(answered.into()))
    })
    .or_null(),
    one(
        "application",
        Kind::Text,
        "Service that the server's port is registered for (IANA); a name, not a proof",
        |a| application(a.report).map_or(Value::Null, Value::Word),
    )
    .or_null(),
    group("verdict", "What happened to it", &VERDICT),
    group(
        "ignored",
        "TCP: what came and changed nothing, being old, forged or a probe; null for UDP and echo",
        &IGNORED,
    )
    .or_null(),
    group("zeek", "The same in Zeek's words (docs/zeek.md)", &ZEEK),
];

static ICMP: [Row; 3] = [
    one("type", Kind::Count, "Type of its first message", |a| icmp(a, |(kind, _, _)| kind.into())),
    one("code", Kind::Count, "Code of its first message", |a| icmp(a, |(_, code, _)| code.into())),
    one("id", Kind::Count, "Identifier", |a| icmp(a, |(_, _, id)| id.into())),
];

fn icmp<'a>(about: About<'a>, part: fn((u8, u8, u16)) -> u64) -> Value<'a> {
    about.report.icmp.map_or(Value::Null, |icmp| Value::Count(part(icmp)))
}

static RTT: [Row; 3] = [
    one("min", Kind::Number, "The shortest", |a| a.end.rtt.min().map_or(Value::Null, Value::Millis)),
    one("avg", Kind::Number, "The mean", |a| a.end.rtt.mean().map_or(Value::Null, Value::Millis)),
    one("max", Kind::Number, "The longest", |a| a.end.rtt.max().map_or(Value::Null, Value::Millis)),
];

pub(crate) static PROCESS: [Row; 4] = [
    one("pid", Kind::Count, "Its number; null for another user's, which only root may see", |a| {
        a.process(|p| p.pid, |pid| Value::Count(pid.into()))
    })
    .or_null(),
    one("name", Kind::Text, "Its name", |a| a.process(|p| p.name.as_deref(), Value::Raw)).or_null(),
    one("uid", Kind::Count, "The user who made the socket", |a| a.process(|p| p.uid, |uid| Value::Count(uid.into())))
        .or_null(),
    one("container", Kind::Text, "The container or systemd unit that it runs in (docs/hosts.md)", |a| {
        a.process(|p| p.container.as_deref(), Value::Raw)
    })
    .or_null(),
];

static END: [Row; 46] = [
    one("ip", Kind::Ip, "Address", |a| Value::Ip(a.end.socket.ip)),
    one("port", Kind::Count, "Port; null for echo", |a| port(a, |port| Value::Count(port.into()))).or_null(),
    one("port_class", Kind::Word(port_classes), "Range of the port (RFC 6335); null for echo", |a| {
        port(a, |port| Value::Word(port_class(port).name()))
    })
    .or_null(),
    one("state", Kind::Word(states), "TCP: RFC 9293's state of this socket at the end of the capture", |a| {
        a.end.state.map_or(Value::Null, |state| Value::Word(state.name()))
    })
    .or_null(),
    one("state_since", Kind::Time, "TCP: since when", |a| a.end.since.map_or(Value::Null, Value::Time)).or_null(),
    one("state_evidence", Kind::Word(evidences), "TCP: whether its own segment proves that state", |a| {
        a.end.evidence.map_or(Value::Null, |evidence| Value::Word(evidence.name()))
    })
    .or_null(),
    one(
        "kernel_state",
        Kind::Word(kernel_states),
        "TCP, live: the state that this host's kernel has the socket in; CLOSED when it has it no more; null when it \
         never had it, and until it is asked again after a change",
        |a| a.side().and_then(|side| side.state).map_or(Value::Null, |state| Value::Word(state.name())),
    )
    .or_null(),
    group("process", "Live: the process of this host that holds the socket, or held it last", &PROCESS).or_null(),
    one("packets", Kind::Wide, "Packets it sent, copies left out", |a| Value::Count(a.end.packets)),
    one("bytes", Kind::Wide, "Bytes of these packets, IP header and all", |a| Value::Count(a.end.bytes)),
    one("payload", Kind::Wide, "Payload bytes, each counted once", |a| Value::Count(a.end.payload)),
    one("messages", Kind::Wide, "Packets with payload, as RFC 147 counts what a socket sent", |a| {
        Value::Count(a.end.messages)
    }),
    one("bits", Kind::Wide, "Bits of payload, each counted once, as RFC 147 counts them", |a| {
        Value::Count(a.end.payload.saturating_mul(8))
    }),
    one(
        "throughput",
        Kind::Wide,
        "TCP: payload bits a second, from its first payload to its last; null when one packet held all",
        |a| throughput(a.end).map_or(Value::Null, Value::Count),
    )
    .or_null(),
    one("first_byte_ms", Kind::Number, "From the conversation's first packet to its first payload", |a| {
        a.end.first_payload.map_or(Value::Null, |at| Value::Millis(at.since(a.report.start).max(0)))
    })
    .or_null(),
    one("last", Kind::Time, "TCP: when its last packet passed", |a| a.end.last.map_or(Value::Null, Value::Time))
        .or_null(),
    one("retransmissions", Kind::Count, "TCP: segments sent again", |a| a.tcp(|c| c.retransmissions.into())).or_null(),
    one("retransmitted_bytes", Kind::Wide, "TCP: payload bytes sent again", |a| a.tcp(|c| c.retransmitted)).or_null(),
    one("fast_retransmissions", Kind::Count, "TCP: … because duplicate ACKs asked for it", |a| {
        a.tcp(|c| c.fast.into())
    })
    .or_null(),
    one("spurious_retransmissions", Kind::Count, "TCP: … although they had been acknowledged", |a| {
        a.tcp(|c| c.spurious.into())
    })
    .or_null(),
    one("out_of_order", Kind::Count, "TCP: segments that came after others that were sent later", |a| {
        a.tcp(|c| c.out_of_order.into())
    })
    .or_null(),
    one("copies", Kind::Count, "TCP: packets captured, or delivered, twice; they count for nothing else", |a| {
        a.tcp(|c| c.copies.into())
    })
    .or_null(),
    one("duplicate_acks", Kind::Count, "TCP: duplicate ACKs it sent", |a| a.tcp(|c| c.duplicate_acks.into())).or_null(),
    one("keep_alives", Kind::Count, "TCP: keep-alive probes it sent", |a| a.tcp(|c| c.keep_alives.into())).or_null(),
    one("window_probes", Kind::Count, "TCP: window probes it sent", |a| a.tcp(|c| c.window_probes.into())).or_null(),
    one("zero_windows", Kind::Count, "TCP: segments that announced a window of 0", |a| {
        a.tcp(|c| c.zero_windows.into())
    })
    .or_null(),
    one("zero_window_ms", Kind::Number, "TCP: how long its window was 0", |a| {
        if a.is_tcp() { Value::Millis(a.end.counts.zero_time) } else { Value::Null }
    })
    .or_null(),
    one("window_full", Kind::Count, "TCP: segments that filled the other end's window", |a| {
        a.tcp(|c| c.window_full.into())
    })
    .or_null(),
    one("missed_bytes", Kind::Wide, "TCP: its bytes that the other end acknowledged and this capture never saw", |a| {
        a.tcp(|c| c.missed)
    })
    .or_null(),
    one(
        "lost_bytes",
        Kind::Wide,
        "TCP: its bytes that were neither captured nor acknowledged, with later ones captured",
        |a| a.tcp(|c| c.lost),
    )
    .or_null(),
    one("bad_checksums", Kind::Count, "Its packets with a wrong checksum; they count for nothing else", |a| {
        Value::Count(a.end.counts.bad_checksums.into())
    }),
    one("ecn_marked", Kind::Count, "TCP: packets with a congestion mark (CE)", |a| a.tcp(|c| c.marked.into()))
        .or_null(),
    one("ecn_echoes", Kind::Count, "TCP: segments that report a mark (ECE)", |a| a.tcp(|c| c.echoes.into())).or_null(),
    one("ecn_reductions", Kind::Count, "TCP: segments that say that it slowed down (CWR)", |a| {
        a.tcp(|c| c.reductions.into())
    })
    .or_null(),
    group(
        "rtt_ms",
        "Round trips from the point of capture to the other end and back; null when none was measured",
        &RTT,
    )
    .or_null(),
    one("rtt_samples", Kind::Count, "How many of them were measured", |a| Value::Count(a.end.rtt.count().into())),
    one("mss", Kind::Count, "TCP: maximum segment size that its SYN offers", |a| {
        a.offer(|o| o.mss, |mss| Value::Count(mss.into()))
    })
    .or_null(),
    one("window_scale", Kind::Count, "TCP: scale of its windows, when both ends offered one", |a| {
        a.offer(|o| o.window_scale, |shift| Value::Count(shift.into()))
    })
    .or_null(),
    one("sack", Kind::Bool, "TCP: its SYN permits selective acknowledgments", |a| a.offer(|o| o.sack, Value::Bool))
        .or_null(),
    one("timestamps", Kind::Bool, "TCP: its SYN has a timestamp", |a| a.offer(|o| o.timestamps, Value::Bool)).or_null(),
    one("ecn", Kind::Bool, "TCP: its SYN offers or accepts congestion marks", |a| a.offer(|o| o.ecn, Value::Bool))
        .or_null(),
    one("fast_open", Kind::Bool, "TCP: its SYN carries data (RFC 7413)", |a| {
        a.offer(|o| Some(o.fast_open), Value::Bool)
    })
    .or_null(),
    one("syns", Kind::Count, "TCP: SYNs it sent", |a| tcp_count(a, a.end.syns.into())).or_null(),
    one("small_segments", Kind::Count, "TCP: segments shorter than the largest it may send", |a| {
        tcp_count(a, a.end.small.0.into())
    })
    .or_null(),
    one(
        "small_segments_in_flight",
        Kind::Count,
        "TCP: … sent while others were unacknowledged: TCP_NODELAY is set",
        |a| tcp_count(a, a.end.small.1.into()),
    )
    .or_null(),
    one("delayed_acks", Kind::Count, "TCP: ACKs of its segments that came as late as a delayed ACK", |a| {
        tcp_count(a, a.end.late_acks.into())
    })
    .or_null(),
];

fn tcp_count(about: About<'_>, count: u64) -> Value<'_> {
    if about.is_tcp() { Value::Count(count) } else { Value::Null }
}

fn port<'a>(about: About<'a>, value: fn(u16) -> Value<'a>) -> Value<'a> {
    match about.report.transport {
        Transport::Echo => Value::Null,
        Transport::Tcp | Transport::Udp => value(about.end.socket.port),
    }
}

static VERDICT: [Row; 12] = [
    one("outcome", Kind::Word(outcomes), "In one word", |a| Value::Word(a.report.verdict.outcome.name())),
    one("initiator", Kind::Word(|| vec!["client", "server", "both", "unseen"]), "Who opened it", |a| {
        Value::Word(a.report.verdict.initiator.map_or("unseen", Actor::name))
    }),
    one("closed_first", Kind::Word(|| vec!["client", "server", "both", "none"]), "Whose FIN or RST came first", |a| {
        Value::Word(a.report.verdict.closed_first.map_or("none", Actor::name))
    }),
    one("end", Kind::Word(endings), "How it ended, coarsely; null for datagrams that were not refused", |a| {
        a.report.verdict.end.map_or(Value::Null, |end| Value::Word(end.name()))
    })
    .or_null(),
    one("reset_by", Kind::Word(|| vec!["client", "server", "middle"]), "Who sent the reset", |a| {
        a.report.verdict.reset_by.map_or(Value::Null, |actor| Value::Word(actor.name()))
    })
    .or_null(),
    one("cause", Kind::Text, "Why it was reset, as far as it can be seen", |a| {
        a.report.verdict.cause.map_or(Value::Null, |cause| Value::Word(cause.name()))
    })
    .or_null(),
    one("half_close", Kind::Bool, "One end went on sending after the other's FIN, and was not reset for it", |a| {
        Value::Bool(a.report.verdict.half_close)
    }),
    one("confidence", Kind::Word(confidences), "How sure that is", |a| Value::Word(a.report.verdict.confidence.name())),
    one("frames", Kind::Frames, "The frames that prove it", |a| Value::Frames(&a.report.verdict.frames)),
    one("signs", Kind::Sentences, "What speaks for and against the reset being its sender's own", |a| {
        Value::Sentences(&a.report.verdict.signs)
    }),
    group("time_wait_until", "When TIME-WAIT ends, of each end that is in it", &TIME_WAIT),
    one("text", Kind::Text, "In one sentence", |a| Value::Word(&a.report.verdict.text)),
];

static IGNORED: [Row; 3] = [
    one("resets", Kind::Count, "RSTs whose number was wrong", |a| ignored(a, |ignored| ignored.resets)),
    one("icmp_errors", Kind::Count, "ICMP errors about segments other than a SYN that waits for an answer", |a| {
        ignored(a, |ignored| ignored.icmp_errors)
    }),
    one("segments", Kind::Count, "Segments without ACK, SYN and RST, which no host sends on a connection", |a| {
        ignored(a, |ignored| ignored.segments)
    }),
];

fn ignored<'a>(about: About<'a>, part: fn(Ignored) -> u16) -> Value<'a> {
    about.report.ignored.map_or(Value::Null, |ignored| Value::Count(part(ignored).into()))
}

static TIME_WAIT: [Row; 2] = [
    one("client", Kind::Time, "The client's", |a| a.report.verdict.time_wait[0].map_or(Value::Null, Value::Time))
        .or_null(),
    one("server", Kind::Time, "The server's", |a| a.report.verdict.time_wait[1].map_or(Value::Null, Value::Time))
        .or_null(),
];

static ZEEK: [Row; 2] = [
    one("conn_state", Kind::Text, "How it went, in one word", |a| Value::Word(a.report.conn_state)),
    one("history", Kind::Text, "What happened, one letter each; upper case is the originator's", |a| {
        Value::Word(&a.report.history)
    }),
];

/// The protocol's word.
pub(in crate::output) fn protocol(report: &Report) -> &'static str {
    match report.transport {
        Transport::Tcp => "tcp",
        Transport::Udp => "udp",
        Transport::Echo if report.client.socket.ip.is_ipv6() => "icmpv6",
        Transport::Echo => "icmp",
    }
}

/// What the server's port is registered for.
pub(in crate::output) fn application(report: &Report) -> Option<&'static str> {
    let transport = match report.transport {
        Transport::Tcp => ports::Transport::Tcp,
        Transport::Udp => ports::Transport::Udp,
        Transport::Echo => return None,
    };
    ports::service(report.server.socket.port, transport)
}

fn throughput(end: &End) -> Option<u64> {
    let nanos = end.sending?;
    let scaled = u128::from(end.payload) * 8 * u128::from(SECOND.unsigned_abs());
    scaled.checked_div(u128::try_from(nanos).ok()?).and_then(|bits| u64::try_from(bits).ok())
}

fn port_classes() -> Vec<&'static str> {
    [PortClass::WellKnown, PortClass::Registered, PortClass::Dynamic].map(PortClass::name).into()
}

pub(crate) fn states() -> Vec<&'static str> {
    State::ALL.map(State::name).into()
}

/// The states that a kernel knows.
pub(crate) fn kernel_states() -> Vec<&'static str> {
    State::ALL.into_iter().filter(|state| *state != State::Unknown).map(State::name).collect()
}

pub(crate) fn evidences() -> Vec<&'static str> {
    [Evidence::Observed, Evidence::Inferred].map(Evidence::name).into()
}

/// The words for outcomes, each once.
pub(super) fn outcomes() -> Vec<&'static str> {
    let mut names = Outcome::ALL.map(Outcome::name).to_vec();
    let mut seen = std::collections::HashSet::new();
    names.retain(|name| seen.insert(*name));
    names
}

fn endings() -> Vec<&'static str> {
    use Ending::{Fin, Open, Refused, Rst, Scan, SynSent, SynTimeout, Timeout, Unreachable};
    [Fin, Rst, Open, Refused, SynTimeout, SynSent, Unreachable, Timeout, Scan].map(Ending::name).into()
}

fn confidences() -> Vec<&'static str> {
    [Confidence::Certain, Confidence::Likely, Confidence::Unknown].map(Confidence::name).into()
}
