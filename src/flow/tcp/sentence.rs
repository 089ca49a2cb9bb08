//! Verdicts in words.

use super::endpoint::fact;
use super::record::{Reset, sign};
use super::state::{Role, State};
use super::verdict::{Case, Cause, Confidence, Outcome, Verdict};
use crate::flow::clock::{Instant, MILLISECOND, Nanos, SECOND};
use crate::flow::entry::Flow;
use crate::flow::exchange::Exchange;

/// A length of time, in two or three digits and a unit.
pub fn lasting(nanos: Nanos) -> String {
    let nanos = nanos.max(0);
    match nanos {
        0..1_000_000 => format!("{} µs", nanos / 1000),
        1_000_000..10_000_000 => format!("{}.{} ms", nanos / MILLISECOND, nanos % MILLISECOND / (MILLISECOND / 10)),
        10_000_000..1_000_000_000 => format!("{} ms", nanos / MILLISECOND),
        1_000_000_000..10_000_000_000 => format!("{}.{} s", nanos / SECOND, nanos % SECOND / (SECOND / 10)),
        10_000_000_000..600_000_000_000 => format!("{} s", nanos / SECOND),
        _ => format!("{} min", nanos / SECOND / 60),
    }
}

/// A time of day, UTC.
fn clock(at: Instant) -> String {
    let day = at.time().secs.rem_euclid(86_400);
    format!("{:02}:{:02}:{:02} UTC", day / 3600, day / 60 % 60, day % 60)
}

fn times(n: u64, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// The verdict on a connection in one sentence: what happened, and what each socket is left in.
pub(super) fn of_connection(case: &Case<'_>, verdict: &Verdict) -> String {
    let what = happened(case, verdict);
    let left = left(case, verdict);
    if left.is_empty() { what } else { format!("{what}; {left}") }
}

fn happened(case: &Case<'_>, verdict: &Verdict) -> String {
    let role = |outcome| match outcome {
        Outcome::HalfClosedByClient | Outcome::ClosedByClient | Outcome::AbortedByClient => Role::Client,
        _ => Role::Server,
    };
    let half = if verdict.half_close { half_close(case) } else { String::new() };
    match verdict.outcome {
        outcome @ (Outcome::ClosedByClient | Outcome::ClosedByServer) => {
            let first = role(outcome);
            let done = if verdict.confidence == Confidence::Certain { "" } else { ", but not both FINs were acknowledged" };
            format!("{} closed first with FIN, {} after it{half}{done}", first.name(), first.other().name())
        }
        Outcome::ClosedByBoth => "both closed at once: their FINs crossed".to_owned(),
        outcome @ (Outcome::HalfClosedByClient | Outcome::HalfClosedByServer) => {
            let first = role(outcome);
            let since = case.now.since(case.end(first.other()).since);
            let never = format!("{} has not closed for {}", first.other().name(), lasting(since));
            format!("{} closed its direction with FIN{half}; {never}", first.name())
        }
        Outcome::Closing => {
            let first = if case.client.has(fact::FIN) { Role::Client } else { Role::Server };
            format!("{} closed with FIN, which {} has not acknowledged", first.name(), first.other().name())
        }
        Outcome::Refused => "server's host refused the connection with RST: nobody listens on the port".to_owned(),
        Outcome::Unanswered => {
            format!("nobody answered the client's {}", times(case.client.syns.into(), "SYN"))
        }
        Outcome::Unreachable => "an ICMP error answered the client's SYN".to_owned(),
        Outcome::HalfOpen => format!(
            "server answered the SYN, and client did not confirm for {}",
            lasting(case.now.since(case.server.since))
        ),
        Outcome::NeverAccepted => {
            "client confirmed the handshake, but server goes on repeating its SYN-ACK: its queue is full, or what client \
             sends is lost"
                .to_owned()
        }
        outcome @ (Outcome::AbortedByClient | Outcome::AbortedByServer) => {
            let by = role(outcome);
            let host = if verdict.cause == Some(Cause::NoConnection) { "'s host" } else { "" };
            format!("{}{host} reset the connection{}", by.name(), because(verdict.cause))
        }
        Outcome::ResetByMiddle => {
            let name = case.connection.record.first_reset().map_or("one", |reset| case.role(reset.by).name());
            let sure = if verdict.confidence == Confidence::Certain { "" } else { " probably" };
            format!("somebody between both{sure} reset the connection in the {name}'s name")
        }
        Outcome::TimedOut => {
            "one side's data were repeated without an answer, and then no more: it gave up".to_owned()
        }
        Outcome::Open => "the connection is open".to_owned(),
        Outcome::Idle => format!("the connection is open, and silent for {}", lasting(case.now.since(case.flow.last))),
        Outcome::BeganMidway => "the capture began when the connection was open, and it still is".to_owned(),
        Outcome::PortReused => {
            "the socket pair was used for a new connection, and the end of this one was not captured".to_owned()
        }
        Outcome::Scan => "probes without a connection: no host sends such segments by itself".to_owned(),
        Outcome::QuotedOnly => "only an ICMP error tells of it".to_owned(),
        Outcome::Damaged => "all its segments have wrong checksums, and no host acts on them".to_owned(),
        Outcome::Replied | Outcome::NotReplied | Outcome::NotDelivered => String::new(),
    }
}

fn because(cause: Option<Cause>) -> &'static str {
    match cause {
        Some(Cause::Abort) => ": its application aborted, with nothing left to read",
        Some(Cause::UnreadOrAbort) => ": its application closed without reading all, or aborted (both look the same)",
        Some(Cause::DataAfterClose) => ": data came after it had closed",
        Some(Cause::NoConnection) => " of which it knows nothing: it was restarted, or had given up",
        Some(Cause::NotAccepted) => " instead of accepting it",
        Some(Cause::GaveUp) => ": it gave up its attempt before the handshake was done, or was only looking",
        Some(Cause::KeepAlive) => ": its keep-alive probes were not answered",
        None => "",
    }
}

/// Who went on sending after the other side had closed.
fn half_close(case: &Case<'_>) -> String {
    let role = if case.server.has(fact::SENT_AFTER_FIN) { Role::Server } else { Role::Client };
    format!(" ({} went on sending after the other's FIN)", role.name())
}

/// What each socket is left in, as far as that is more than the word for what happened.
fn left(case: &Case<'_>, verdict: &Verdict) -> String {
    let mut parts = Vec::new();
    for (role, until) in [(Role::Client, verdict.time_wait[0]), (Role::Server, verdict.time_wait[1])] {
        let end = case.end(role);
        match (end.state, until) {
            (State::TimeWait, Some(until)) => {
                parts.push(format!("{} holds TIME-WAIT until {}", role.name(), clock(until)))
            }
            (State::CloseWait, _) if !matches!(verdict.outcome, Outcome::TimedOut) => {
                parts.push(format!("{} is left in CLOSE-WAIT until its application closes", role.name()));
            }
            (
                State::FinWait1
                | State::FinWait2
                | State::Closing
                | State::LastAck
                | State::SynSent
                | State::SynReceived,
                _,
            ) => {
                parts.push(format!("{} is left in {}", role.name(), end.state.name()));
            }
            _ => {}
        }
    }
    parts.join(", ")
}

/// What speaks for and against a reset being that of the one in whose name it was sent.
pub(super) fn signs(reset: Reset) -> Vec<&'static str> {
    let has = |sign| reset.signs & sign != 0;
    let mut list = Vec::new();
    if has(sign::SENDS_ON) {
        list.push("the one in whose name it was sent goes on sending");
    }
    if has(sign::FIRST) {
        list.push("it is the only packet from there, so there is nothing to compare it with");
        return list;
    }
    list.push(if has(sign::TTL) {
        "its TTL differs from that of the sender's other packets"
    } else {
        "its TTL is that of the sender's other packets"
    });
    if has(sign::LINK) {
        list.push("it came from another link-layer address");
    }
    if has(sign::ID) {
        list.push("its IP identification is far from that of the packet before");
    }
    if has(sign::STAMP) {
        list.push("it has no timestamp, although the connection uses them (many hosts leave it out)");
    }
    list
}

/// The verdict on datagrams in one sentence.
pub(super) fn of_exchange(flow: &Flow, exchange: &Exchange, verdict: &Verdict) -> String {
    let sent = exchange.halves[usize::from(exchange.client) & 1].packets;
    let echo = flow.key.get().transport() == crate::flow::Transport::Echo;
    let unit = if echo { "request" } else { "datagram" };
    match verdict.outcome {
        Outcome::NotDelivered => {
            let (kind, code, _) = exchange.undelivered.unwrap_or_default();
            format!("an ICMP error (type {kind}, code {code}) says that it was not delivered")
        }
        Outcome::NotReplied => format!("{} without an answer", times(sent, unit)),
        Outcome::QuotedOnly => "only an ICMP error tells of it".to_owned(),
        _ if exchange.requests == 0 => {
            let answers = exchange.halves.iter().map(|half| half.packets).sum();
            format!("{} without a request", times(answers, "answer"))
        }
        _ => {
            let mean =
                exchange.rtt.mean().map_or(String::new(), |mean| format!(", after {} on average", lasting(mean)));
            let late = exchange.undelivered.map_or("", |_| "; later an ICMP error says that one was not delivered");
            format!("{} of {} answered{mean}{late}", exchange.answered, times(exchange.requests.into(), "request"))
        }
    }
}
