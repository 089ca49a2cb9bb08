//! `--states --at`: the sockets of every host at one moment, as `ss -tan` would have listed them there.
//!
//! A socket that listens is never seen to: that a server answered a SYN shows that it did, and it counts as listening
//! from then on, until a later SYN to it is refused.

use super::instant::Clock;
use super::states::{colour, ip, socket};
use super::time::Stamp;
use crate::flow::hosts::{Process, Side};
use crate::flow::tcp::{Evidence, State, Why};
use crate::flow::{Hosts, Socket, Transition};
use crate::text::{Role, Text};
use crate::time::Time;
use std::collections::BTreeMap;

/// Which moment is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// This time.
    At(Time),
    /// So long after the first frame.
    After(Time),
}

/// A socket in some state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Row {
    own: Socket,
    /// `None` for one that listens.
    peer: Option<Socket>,
    flow: Option<u32>,
    state: State,
    since: Time,
    evidence: Evidence,
}

impl Row {
    /// What this host knows of it.
    fn side<'a>(&self, hosts: Option<&'a Hosts>) -> Option<Side<'a>> {
        hosts?.side(self.flow?, &self.own)
    }
}

/// How many listening sockets are kept; further ones are counted.
const MAX_LISTENING: usize = 65_536;

/// The sockets so far, up to the moment. Holds what the flow table holds, and no more.
#[derive(Debug)]
pub struct Sockets {
    moment: Moment,
    first: Option<Time>,
    last: Time,
    past: bool,
    /// Sockets of connections: client, server. Without those that are closed.
    flows: BTreeMap<u32, [Option<Row>; 2]>,
    /// Sockets that listen, and since when that is known.
    listening: BTreeMap<Socket, Time>,
    unlisted: u64,
    forgotten: u64,
}

impl Sockets {
    /// The sockets at a moment.
    pub fn new(moment: Moment) -> Self {
        Sockets {
            moment,
            first: None,
            last: Time::default(),
            past: false,
            flows: BTreeMap::new(),
            listening: BTreeMap::new(),
            unlisted: 0,
            forgotten: 0,
        }
    }

    /// The moment as a time, once the first frame is known.
    fn at(&self) -> Option<Time> {
        match self.moment {
            Moment::At(time) => Some(time),
            Moment::After(distance) => {
                let nanos = self.first?.as_nanos().saturating_add(distance.as_nanos());
                Some(Time::from_nanos(nanos))
            }
        }
    }

    /// Takes note of a change of state. Nothing comes before the first frame, so the first change tells its time.
    pub fn transition(&mut self, change: &Transition) {
        self.first.get_or_insert(change.time);
        if self.past || self.at().is_none_or(|at| change.time > at) {
            return;
        }
        if change.to == State::Listen {
            if self.listening.len() < MAX_LISTENING || self.listening.contains_key(&change.socket) {
                self.listening.entry(change.socket).or_insert(change.time);
            } else {
                self.unlisted += 1;
            }
        }
        if change.why == Why::Refused {
            self.listening.remove(&change.peer);
        }
        let row = Row {
            own: change.socket,
            peer: Some(change.peer),
            flow: Some(change.flow),
            state: change.to,
            since: change.time,
            evidence: change.evidence,
        };
        let ends = self.flows.entry(change.flow).or_default();
        ends[usize::from(change.role == crate::flow::tcp::Role::Server)] =
            (!matches!(change.to, State::Closed | State::Unknown | State::Listen)).then_some(row);
        if ends.iter().all(Option::is_none) {
            self.flows.remove(&change.flow);
        }
    }

    /// Takes note of a frame's time.
    pub fn frame(&mut self, time: Time) {
        self.first.get_or_insert(time);
        if self.at().is_some_and(|at| time > at) {
            self.past = true;
        } else {
            self.last = self.last.max(time);
        }
    }

    /// The flow table has no room for this conversation any more, so what becomes of its sockets is not known.
    pub fn gone(&mut self, flow: u32) {
        if !self.past
            && let Some(ends) = self.flows.remove(&flow)
        {
            self.forgotten += ends.iter().flatten().count() as u64;
        }
    }

    /// Whether the moment has passed.
    pub fn is_past(&self) -> bool {
        self.past
    }

    /// What is to be said beside the sockets.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let date = |time: Time| {
            let mut text = Text::new();
            Clock::default().bare(time, &mut text);
            text.as_str().to_owned()
        };
        if let (Some(at), Some(first)) = (self.at(), self.first) {
            if first > at {
                notes.push(format!("the capture begins later, at {}: nothing is known of that moment", date(first)));
            } else if !self.past && self.last < at {
                notes.push(format!(
                    "the capture ends earlier, at {}: these are the sockets at its last frame",
                    date(self.last)
                ));
            }
            if first <= at && self.forgotten == 0 && self.flows.is_empty() && self.listening.is_empty() {
                notes.push("no socket was open at that moment, as far as the capture shows".to_owned());
            }
        }
        let mut count = |n: u64, one: &str, many: &str| match n {
            0 => {}
            1 => notes.push(format!("1 {one}")),
            n => notes.push(format!("{n} {many}")),
        };
        count(
            self.forgotten,
            "socket is left out, because its conversation was forgotten for want of memory",
            "sockets are left out, because their conversations were forgotten for want of memory",
        );
        count(
            self.unlisted,
            "listening socket is left out, because there are too many",
            "listening sockets are left out, because there are too many",
        );
        notes
    }

    /// Host by host; on each, what listens first, then connections in the order of their numbers.
    fn rows(&self) -> Vec<Row> {
        let listening = self.listening.iter().map(|(own, since)| Row {
            own: *own,
            peer: None,
            flow: None,
            state: State::Listen,
            since: *since,
            evidence: Evidence::Inferred,
        });
        let mut rows: Vec<Row> = listening.chain(self.flows.values().flatten().flatten().copied()).collect();
        rows.sort_by_key(|row| (row.own.ip, row.flow, row.own.port));
        rows
    }

    /// Writes them for people. `width` is how many columns there are: where they are few, headings are shorter.
    pub fn text(&self, stamp: &mut Stamp, width: usize, out: &mut Text) {
        // Distances of time count from the first frame.
        stamp.write(self.first.unwrap_or_default(), &mut Text::new());
        let rows = self.rows();
        let mut cells = Vec::new();
        for row in &rows {
            let [mut local, mut peer, mut since] = [Text::new(), Text::new(), Text::new()];
            socket(&row.own, &mut local);
            match &row.peer {
                Some(other) => socket(other, &mut peer),
                None => {
                    peer.ch('*');
                }
            }
            stamp.write(row.since, &mut since);
            cells.push([local, peer, since]);
        }
        let widest = |heads: [&'static str; 3]| {
            let mut widths = heads.map(str::len);
            for row in &cells {
                for (width, cell) in widths.iter_mut().zip(row) {
                    *width = (*width).max(cell.as_str().trim_end().len());
                }
            }
            (heads, widths)
        };
        let long = widest(["Local Address:Port", "Peer Address:Port", "Since"]);
        let fits = STATE_WIDTH + long.1.iter().sum::<usize>() + REST_WIDTH <= width;
        let (heads, widths) = if fits { long } else { widest(["Local", "Peer", "Since"]) };
        let mut host = None;
        for (row, cells) in rows.iter().zip(&cells) {
            if host != Some(row.own.ip) {
                out.lit(if host.is_some() { "\n" } else { "" });
                out.paint(Role::Heading, |out| ip(row.own.ip, out)).ch('\n');
                out.paint(Role::Label, |out| {
                    out.lit("State         ");
                    for (head, width) in heads.into_iter().zip(widths) {
                        out.lit(head).spaces(width.saturating_sub(head.len()) + 2);
                    }
                    out.lit("Evidence  Flow");
                });
                out.ch('\n');
                host = Some(row.own.ip);
            }
            let name = row.state.name();
            out.paint(colour(row.state), |out| {
                out.lit(name);
            });
            out.spaces(STATE_WIDTH.saturating_sub(name.len()) + 2);
            for (cell, width) in cells.iter().zip(widths) {
                let cell_end = cell.as_str().trim_end().len();
                out.part(cell, 0..cell_end).spaces(width.saturating_sub(cell_end) + 2);
            }
            out.lit(row.evidence.name());
            if let Some(flow) = row.flow {
                out.lit("  #").num(flow.into());
            }
            out.ch('\n');
        }
    }

    /// Writes them as JSON Lines.
    pub fn json(&self, hosts: Option<&Hosts>, out: &mut Text) {
        let mut clock = Clock::default();
        for row in self.rows() {
            out.lit("{\"type\":\"socket\",\"flow\":");
            match row.flow {
                Some(flow) => out.num(flow.into()),
                None => out.lit("null"),
            };
            out.lit(",\"ip\":\"");
            ip(row.own.ip, out);
            out.lit("\",\"port\":").num(row.own.port.into());
            match &row.peer {
                Some(peer) => {
                    out.lit(",\"peer_ip\":\"");
                    ip(peer.ip, out);
                    out.lit("\",\"peer_port\":").num(peer.port.into());
                }
                None => {
                    out.lit(",\"peer_ip\":null,\"peer_port\":null");
                }
            }
            out.lit(",\"state\":\"").lit(row.state.name()).lit("\",\"since\":");
            clock.rfc3339(row.since, out);
            out.lit(",\"evidence\":\"").lit(row.evidence.name()).lit("\",\"kernel_state\":");
            let side = row.side(hosts);
            match side.and_then(|side| side.state) {
                Some(state) => out.ch('"').lit(state.name()).ch('"'),
                None => out.lit("null"),
            };
            out.lit(",\"process\":");
            match side.and_then(|side| side.process) {
                Some(process) => json_process(process, out),
                None => {
                    out.lit("null");
                }
            }
            out.lit("}\n");
        }
    }

    /// Writes them as CSV, a header line first.
    pub fn csv(&self, hosts: Option<&Hosts>, out: &mut Text) {
        out.lit("flow,ip,port,peer_ip,peer_port,state,since,evidence,");
        out.lit("kernel_state,process_pid,process_name,process_uid,process_container\n");
        let (mut cell, nobody) = (Text::new(), Process::default());
        let mut clock = Clock::default();
        for row in self.rows() {
            if let Some(flow) = row.flow {
                out.num(flow.into());
            }
            out.ch(',');
            ip(row.own.ip, out);
            out.ch(',').num(row.own.port.into()).ch(',');
            if let Some(peer) = &row.peer {
                ip(peer.ip, out);
                out.ch(',').num(peer.port.into());
            } else {
                out.ch(',');
            }
            out.ch(',').lit(row.state.name()).ch(',');
            clock.bare(row.since, out);
            out.ch(',').lit(row.evidence.name()).ch(',');
            let side = row.side(hosts);
            out.lit(side.and_then(|side| side.state).map_or("", |state| state.name()));
            let process = side.and_then(|side| side.process).unwrap_or(&nobody);
            number(process.pid, out.ch(','));
            chosen(process.name.as_deref(), &mut cell, out.ch(','));
            number(process.uid, out.ch(','));
            chosen(process.container.as_deref(), &mut cell, out.ch(','));
            out.ch('\n');
        }
    }
}

/// Writes a process as the rows of `--flows -T json` have it.
fn json_process(process: &Process, out: &mut Text) {
    let number = |key: &'static str, number: Option<u32>, out: &mut Text| {
        match number {
            Some(number) => out.lit(key).num(number.into()),
            None => out.lit(key).lit("null"),
        };
    };
    let chosen = |key: &'static str, name: Option<&[u8]>, out: &mut Text| {
        match name {
            Some(name) => out.lit(key).ch('"').json(name).ch('"'),
            None => out.lit(key).lit("null"),
        };
    };
    number("{\"pid\":", process.pid, out);
    chosen(",\"name\":", process.name.as_deref(), out);
    number(",\"uid\":", process.uid, out);
    chosen(",\"container\":", process.container.as_deref(), out);
    out.ch('}');
}

/// Writes a value of CSV; nothing when it is not known.
fn number(number: Option<u32>, out: &mut Text) {
    if let Some(number) = number {
        out.num(number.into());
    }
}

/// Writes a name that somebody chose as a value of CSV (RFC 4180).
fn chosen(name: Option<&[u8]>, cell: &mut Text, out: &mut Text) {
    cell.clear();
    cell.delimited(name.unwrap_or_default(), true);
    match cell.as_bytes().iter().any(|b| matches!(b, b',' | b'"')) {
        true => out.quoted(cell, '"'),
        false => out.text(cell),
    };
}

/// The widest name of a state.
const STATE_WIDTH: usize = 12;
/// Two spaces after each of four columns, the evidence, and a short number.
const REST_WIDTH: usize = 8 + 8 + 6;

#[cfg(test)]
mod tests {
    use super::{Moment, Sockets};
    use crate::flow::tcp::{Evidence, Role, State, Why};
    use crate::flow::{Socket, Transition};
    use crate::text::Text;
    use crate::time::Time;

    fn change(flow: u32, secs: i64, role: Role, to: State, why: Why) -> Transition {
        let end = |last, port| Socket { ip: [192, 0, 2, last].into(), port };
        let (client, server) = (end(1, 40_000), end(2, 80));
        let (socket, peer) = if role == Role::Client { (client, server) } else { (server, client) };
        let (time, evidence) = (Time::new(secs, 0), Evidence::Observed);
        Transition { flow, frame: None, time, role, socket, peer, from: State::Closed, to, why, evidence }
    }

    fn states(sockets: &Sockets) -> String {
        let mut out = Text::new();
        sockets.csv(None, &mut out);
        let column = |line: &str| line.split(',').nth(5).unwrap_or_default().to_owned();
        out.as_str().lines().skip(1).map(column).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_comes_later_does_not_count_and_closed_sockets_are_left_out() {
        let mut sockets = Sockets::new(Moment::After(Time::new(5, 0)));
        sockets.transition(&change(1, 100, Role::Client, State::SynSent, Why::SentSyn));
        sockets.transition(&change(1, 101, Role::Server, State::Listen, Why::Answers));
        sockets.transition(&change(1, 101, Role::Server, State::SynReceived, Why::SentSynAck));
        sockets.frame(Time::new(101, 0));
        assert_eq!(states(&sockets), "SYN-SENT LISTEN SYN-RECEIVED");
        sockets.transition(&change(1, 102, Role::Server, State::Closed, Why::SentRst));
        sockets.transition(&change(1, 102, Role::Client, State::Closed, Why::GotRst));
        sockets.transition(&change(2, 106, Role::Client, State::SynSent, Why::SentSyn));
        sockets.frame(Time::new(106, 0));
        assert!(sockets.is_past() && sockets.notes().is_empty());
        assert_eq!(states(&sockets), "LISTEN");
    }

    #[test]
    fn a_refused_syn_shows_that_nobody_listens_any_more() {
        let mut sockets = Sockets::new(Moment::At(Time::new(200, 0)));
        sockets.transition(&change(1, 100, Role::Server, State::Listen, Why::Answers));
        sockets.transition(&change(2, 101, Role::Client, State::Closed, Why::Refused));
        sockets.frame(Time::new(101, 0));
        assert_eq!(states(&sockets), "");
        assert_eq!(
            sockets.notes(),
            [
                "the capture ends earlier, at 1970-01-01T00:01:41.000000000Z: these are the sockets at its last frame",
                "no socket was open at that moment, as far as the capture shows"
            ]
        );
    }

    #[test]
    fn forgotten_conversations_are_counted() {
        let mut sockets = Sockets::new(Moment::At(Time::new(100, 0)));
        sockets.transition(&change(1, 100, Role::Client, State::SynSent, Why::SentSyn));
        sockets.frame(Time::new(100, 0));
        sockets.gone(1);
        assert_eq!(states(&sockets), "");
        assert_eq!(sockets.notes().len(), 1);
    }
}
