//! What must hold between the models' states and those that `sniff` tells.

use super::channel::Micros;
use super::exchange::Exchange;
use super::script::End;
use super::told::{Socket, Told, Transition, state};
use smoltcp::socket::tcp::State;
use std::fmt::Write;

/// RFC 9293 §3.3.2 (figure 5) and §3.10.7: what a segment, a call or a timer may do.
const STANDARD: &[(State, &[State])] = &[
    (State::Closed, &[State::Listen, State::SynSent]),
    (State::Listen, &[State::SynReceived, State::SynSent, State::Closed]),
    (State::SynSent, &[State::SynReceived, State::Established, State::Closed]),
    // A reset leads a passive open back to LISTEN.
    (State::SynReceived, &[State::Established, State::FinWait1, State::Listen, State::Closed]),
    (State::Established, &[State::FinWait1, State::CloseWait, State::Closed]),
    (State::FinWait1, &[State::FinWait2, State::Closing, State::TimeWait, State::Closed]),
    (State::FinWait2, &[State::TimeWait, State::Closed]),
    (State::CloseWait, &[State::LastAck, State::Closed]),
    (State::Closing, &[State::TimeWait, State::Closed]),
    (State::LastAck, &[State::Closed]),
    (State::TimeWait, &[State::Closed]),
];

/// What a later segment may show of an end that seemed to close second: its FIN had been sent before.
const CORRECTIONS: &[(State, State)] =
    &[(State::CloseWait, State::Closing), (State::LastAck, State::Closing), (State::Closed, State::TimeWait)];

fn socket(exchange: &Exchange, end: End) -> Socket {
    (exchange.sockets[end], exchange.sockets[1 - end])
}

/// Seconds of a connection's time.
fn seconds(at: Micros) -> f64 {
    at as f64 / 1e6
}

/// The state of an end that was told for a time: that after the last transition until then.
fn told_at(transitions: &[Transition], at: Micros) -> &str {
    transitions.iter().take_while(|t| t.at <= at).last().map_or("CLOSED", |t| t.to.as_str())
}

/// At quiet moments the state told is the model's, as far as the wire can tell it.
pub(crate) fn states(exchange: &Exchange, start: Micros, told: &Told) -> Vec<String> {
    let mut wrong = Vec::new();
    for checkpoint in &exchange.checkpoints {
        for end in [0, 1] {
            let model = checkpoint.states[end];
            let name = told_at(told.of_socket(socket(exchange, end)), start + checkpoint.at);
            let is_free = |s: Option<State>| matches!(s, Some(State::Closed | State::Listen));
            // A port that listens and has no connection is LISTEN for one and CLOSED for the other.
            let alike = checkpoint.listens[end] && is_free(Some(model)) && is_free(state(name));
            if checkpoint.unknowable[end].is_none() && !alike && state(name) != Some(model) {
                let at = seconds(checkpoint.at);
                wrong.push(format!("at {at:.6} s end {end} is {model}, told as {name}"));
            }
        }
    }
    wrong
}

/// Whether the standard leads from one state to another.
fn leads(from: &str, to: &str) -> bool {
    let (Some(from), Some(to)) = (state(from), state(to)) else { return false };
    STANDARD.iter().any(|(state, next)| *state == from && next.contains(&to))
}

/// Each transition is one of the standard and begins where the one before ended. The only way back is a correction: what
/// was inferred is taken back, and may have gone on otherwise.
pub(crate) fn transitions(exchange: &Exchange, told: &Told) -> Vec<String> {
    let mut wrong = Vec::new();
    for end in [0, 1] {
        let all = told.of_socket(socket(exchange, end));
        let mut at = "CLOSED";
        let mut inferred: Vec<(&str, &str)> = Vec::new();
        for transition in all {
            let Transition { from, to, why, .. } = transition;
            let names = || format!("end {end}: {from} to {to} ({why})");
            if from != at {
                wrong.push(format!("{} begins elsewhere than at {at}", names()));
            }
            at = to;
            let corrects = |pair| CORRECTIONS.contains(&pair);
            let taken_back = |(before, after): &(&str, &str)| after == from && (before == to || leads(before, to));
            let correction = inferred.iter().any(taken_back) || state(from).zip(state(to)).is_some_and(corrects);
            if !leads(from, to) && !correction {
                wrong.push(format!("{} is no transition of RFC 9293", names()));
            }
            // A reset is no proof when its sender seems to go on.
            if !transition.observed || (exchange.has_old && to == "CLOSED") {
                inferred.push((from, to));
            }
        }
    }
    wrong
}

/// A state told as observed is one that the model was in at that time or before.
pub(crate) fn observed(exchange: &Exchange, start: Micros, told: &Told) -> Vec<String> {
    let mut wrong = Vec::new();
    for end in [0, 1] {
        for transition in told.of_socket(socket(exchange, end)).iter().filter(|t| t.observed) {
            let at = transition.at - start;
            let model = &exchange.histories[end];
            let was = |state: State| model.iter().any(|(since, s)| *since <= at && *s == state);
            let proved = state(&transition.to).is_some_and(|to| match to {
                State::CloseWait | State::LastAck if exchange.hidden_fin[end] => true,
                // By the letter of RFC 9293 §3.10.7.4, an end in SYN-RECEIVED acknowledges what it cannot accept, the
                // SYN-ACK of a peer that opened at once included. Linux is ESTABLISHED before it acknowledges.
                State::Established => was(State::SynReceived) || was(to),
                _ => was(to),
            });
            if !proved {
                let Transition { from, to, why, .. } = transition;
                wrong
                    .push(format!("at {:.6} s end {end} is told as observed from {from} to {to} ({why})", seconds(at)));
            }
        }
    }
    wrong
}

/// States in their order, without what a reader of the wire may see otherwise: LISTEN is CLOSED, and between FIN-WAIT-1 and
/// TIME-WAIT come FIN-WAIT-2 or CLOSING, depending on which of two segments arrived first.
fn path(states: impl Iterator<Item = State>) -> Vec<State> {
    let mut path = Vec::new();
    for state in states {
        let state = if state == State::Listen { State::Closed } else { state };
        if state == State::TimeWait && matches!(path.last(), Some(State::FinWait2 | State::Closing)) {
            path.pop();
        }
        if path.last() != Some(&state) {
            path.push(state);
        }
    }
    path
}

/// Where nothing is lost, doubled, reordered, repeated or reset, and all of it arrives in the end, the states told are all
/// the states that the models went through, in their order.
pub(crate) fn paths(exchange: &Exchange, told: &Told) -> Vec<String> {
    let is_over = exchange.checkpoints.last().is_some_and(|c| c.at + 1 == exchange.script.end);
    if !exchange.is_plain || !is_over {
        return Vec::new();
    }
    let mut wrong = Vec::new();
    for end in [0, 1].into_iter().filter(|end| !exchange.hidden_fin[*end]) {
        let model = path(exchange.histories[end].iter().map(|(_, state)| *state));
        let transitions = told.of_socket(socket(exchange, end)).iter();
        let seen = path([State::Closed].into_iter().chain(transitions.filter_map(|t| state(&t.to))));
        if model != seen {
            wrong.push(format!("end {end} went {model:?}, told as {seen:?}"));
        }
    }
    wrong
}

/// Each byte that passed the capture point counts once; at least those that arrived passed it.
pub(crate) fn payload(exchange: &Exchange, told: &Told) -> Vec<String> {
    let mut wrong = Vec::new();
    for end in [0, 1] {
        let model = exchange.payload[end];
        let bytes = told.payload.get(&socket(exchange, end)).copied().unwrap_or(0);
        if bytes != model.captured as u64 {
            wrong.push(format!("end {end}: {bytes} bytes told, {model:?}"));
        }
    }
    wrong
}

/// With source and destination exchanged in every packet, each socket is told what its peer was told before.
pub(crate) fn swapped(exchange: &Exchange, told: &Told, swapped: &Told) -> Vec<String> {
    let mut wrong = Vec::new();
    for end in [0, 1] {
        let (before, after) = (told.of_socket(socket(exchange, end)), swapped.of_socket(socket(exchange, 1 - end)));
        if let Some((b, a)) = before.iter().zip(after).find(|(b, a)| b != a) {
            wrong.push(format!("end {end}: {b:?} became {a:?}"));
        } else if before.len() != after.len() {
            wrong.push(format!("end {end}: {} transitions became {}", before.len(), after.len()));
        }
    }
    wrong
}

/// What happened, for people: script, the models' histories, the moments compared, and what was told.
pub(crate) fn story(exchange: &Exchange, start: Micros, told: &Told) -> String {
    let mut out = format!("{:#?}\n", exchange.script);
    for end in [0, 1] {
        let _ = writeln!(out, "\nend {end}, {}", exchange.sockets[end]);
        for (since, state) in &exchange.histories[end] {
            let _ = writeln!(out, "  {:12.6} {state}", seconds(*since));
        }
        let _ = writeln!(out, "told of end {end}");
        for Transition { at, from, to, why, observed, .. } in told.of_socket(socket(exchange, end)) {
            let evidence = if *observed { "observed" } else { "inferred" };
            let _ = writeln!(out, "  {:12.6} {from} to {to} ({evidence}): {why}", seconds(at - start));
        }
    }
    out.push_str("\nquiet moments\n");
    for checkpoint in &exchange.checkpoints {
        let _ = writeln!(
            out,
            "  {:12.6} {} {} {:?}",
            seconds(checkpoint.at),
            checkpoint.states[0],
            checkpoint.states[1],
            checkpoint.unknowable
        );
    }
    out
}
