//! `--conn`: the story of one conversation: what happened to it, segment by segment with the states of both ends beside
//! it, and its numbers.
//!
//! Memory is bounded whatever the conversation is: runs of segments of which there is nothing to say become one line, and
//! of the lines the first and the last are kept (`timeline`).

mod event;
mod head;
mod live;
mod machine;
mod numbers;
mod timeline;

use self::event::{Event, Turns, What, read};
use self::live::Live;
use self::timeline::Timeline;
use super::time::Stamp;
use crate::flow::clock::{Instant, Nanos};
use crate::flow::slab::Class;
use crate::flow::tcp::segment::SYN;
use crate::flow::tcp::{Role, State};
use crate::flow::{Flow, Report, Transition, Transport};
use crate::packet::Packet;
use crate::text::Text;
use crate::time::Time;

/// The story of one conversation, as far as it has been told.
#[derive(Debug)]
pub struct Story {
    flow: u32,
    turns: Turns,
    spans: Spans,
    /// What the frame that comes next changes.
    pending: Vec<Transition>,
    /// Its report, once it has left the table or the capture has ended.
    report: Option<Report>,
    forgotten: bool,
    teller: Teller,
}

/// How it is told.
#[derive(Debug)]
enum Teller {
    People { timeline: Box<Timeline>, stamp: Stamp, width: usize, absolute: bool },
    Live { live: Box<Live>, stamp: Stamp, width: usize },
    Json(machine::Json),
    Csv(machine::Csv),
}

impl Story {
    /// The story of this conversation for people. `width` is how many columns there are; `absolute` shows sequence
    /// numbers as they stand.
    pub fn text(flow: u32, stamp: Stamp, width: usize, absolute: bool) -> Self {
        Story::told(flow, Teller::People { timeline: Box::default(), stamp, width, absolute })
    }

    /// The story for people who watch: its lines as they happen, and head and numbers at the end.
    pub fn live(flow: u32, stamp: Stamp, width: usize, absolute: bool) -> Self {
        Story::told(flow, Teller::Live { live: Box::new(Live::new(width, absolute)), stamp, width })
    }

    /// As JSON Lines: segments and transitions as they happen, then the time in each state.
    pub fn json(flow: u32) -> Self {
        Story::told(flow, Teller::Json(machine::Json::default()))
    }

    /// As CSV: its segments.
    pub fn csv(flow: u32) -> Self {
        Story::told(flow, Teller::Csv(machine::Csv::default()))
    }

    fn told(flow: u32, teller: Teller) -> Self {
        Story {
            flow,
            turns: Turns::default(),
            spans: Spans::default(),
            pending: Vec::new(),
            report: None,
            forgotten: false,
            teller,
        }
    }

    /// Writes what comes first.
    pub fn begin(&mut self, out: &mut Text) {
        if let Teller::Csv(_) = self.teller {
            machine::Csv::header(out);
        }
    }

    /// Takes note of a change of state. Those of a frame come before the frame.
    pub fn transition(&mut self, change: &Transition, out: &mut Text) {
        if change.flow != self.flow || self.report.is_some() {
            return;
        }
        if change.frame.is_some() {
            self.pending.push(*change);
            return;
        }
        self.spans.change(change);
        let states = self.spans.states();
        let (what, changes) = (What::Elsewhere, vec![*change]);
        self.tell(Event { number: None, time: change.time, what, states, changes }, out);
    }

    /// Takes note of a frame.
    pub fn packet(&mut self, packet: &Packet<'_>, out: &mut Text) {
        if self.report.is_some() {
            return;
        }
        let mut found = Vec::new();
        read(packet, self.flow, &mut self.turns, |what| found.push(what));
        if found.is_empty() && !self.pending.is_empty() {
            // The first segment of a new connection ends one that had the same sockets.
            found.push(What::Elsewhere);
        }
        for what in found {
            if let What::Segment(sent) = &what {
                self.spans.begin(if sent.flags & SYN != 0 { State::Closed } else { State::Unknown });
            }
            let changes = std::mem::take(&mut self.pending);
            changes.iter().for_each(|change| self.spans.change(change));
            let (number, states) = (Some(packet.facts.number), self.spans.states());
            self.tell(Event { number, time: packet.frame.time, what, states, changes }, out);
        }
    }

    fn tell(&mut self, event: Event, out: &mut Text) {
        match &mut self.teller {
            Teller::People { timeline, .. } => timeline.add(event),
            Teller::Live { live, .. } => live.event(&event, out),
            Teller::Json(json) => json.event(self.flow, &event, out),
            Teller::Csv(csv) => csv.event(self.flow, &event, out),
        }
    }

    /// Writes what has waited for more of its kind. Called now and then while packets come, or do not; `now` is the time that
    /// the capture knows.
    pub fn tick(&mut self, now: Time, out: &mut Text) {
        if let Teller::Live { live, .. } = &mut self.teller {
            live.tick(now, out);
        }
    }

    /// Takes note that a conversation leaves the table before the end; `now` is the latest time that the capture knows.
    pub fn gone(&mut self, flow: &Flow, now: Instant) {
        if flow.id == self.flow && self.report.is_none() {
            self.finish(flow, now);
            self.forgotten = flow.class() != Class::Ended;
        }
    }

    /// Takes note that the capture has ended, as of `now`.
    pub fn finish(&mut self, flow: &Flow, now: Instant) {
        self.spans.end(now.time());
        self.report = Some(Report::of(flow, now));
    }

    /// Whether it was told to its end.
    pub fn is_finished(&self) -> bool {
        self.report.is_some()
    }

    /// The number of the conversation.
    pub fn flow(&self) -> u32 {
        self.flow
    }

    /// Writes what comes last; nothing, if there was no such conversation.
    pub fn end(&mut self, out: &mut Text) {
        let Some(report) = &self.report else { return };
        match &mut self.teller {
            Teller::People { timeline, stamp, width, absolute } => {
                head::write(report, stamp, *width, out);
                timeline.write(report, *width, *absolute, out);
                numbers::write(report, &self.spans, *width, out);
            }
            Teller::Live { live, stamp, width } => {
                live.end_run(out);
                head::write(report, stamp, *width, out.ch('\n'));
                numbers::write(report, &self.spans, *width, out);
            }
            Teller::Json(_) if report.transport == Transport::Tcp => {
                machine::states(self.flow, &self.spans, out);
            }
            Teller::Json(_) | Teller::Csv(_) => {}
        }
    }

    /// What is to be said beside the story.
    pub fn notes(&self) -> Vec<String> {
        if self.forgotten {
            return vec![format!(
                "conversation {} was forgotten before the capture ended, for want of memory: the story ends there",
                self.flow
            )];
        }
        Vec::new()
    }
}

/// How long each end was in each state.
#[derive(Debug, Default)]
struct Spans {
    ends: [Span; 2],
}

#[derive(Debug, Default)]
struct Span {
    state: Option<State>,
    since: Time,
    /// In the order of [`State::ALL`]; `None` for those that it never was in.
    lengths: [Option<Nanos>; State::ALL.len()],
}

impl Spans {
    /// What both are in before anything is known.
    fn begin(&mut self, state: State) {
        for end in &mut self.ends {
            end.state.get_or_insert(state);
        }
    }

    fn change(&mut self, change: &Transition) {
        let end = &mut self.ends[usize::from(change.role == Role::Server)];
        end.state.get_or_insert(change.from);
        end.close(change.time);
        end.state = Some(change.to);
    }

    fn end(&mut self, time: Time) {
        self.ends.iter_mut().for_each(|end| end.close(time));
    }

    /// The states of client and server.
    fn states(&self) -> [State; 2] {
        let [client, server] = &self.ends;
        [client, server].map(|end| end.state.unwrap_or_default())
    }

    /// The states in which an end was, and for how long; those left out in which there is no connection.
    fn of(&self, role: Role) -> impl Iterator<Item = (State, Nanos)> {
        let end = &self.ends[usize::from(role == Role::Server)];
        let counts = |state: &State| !matches!(state, State::Unknown | State::Closed | State::Listen);
        let spans = State::ALL.into_iter().zip(end.lengths);
        spans.filter(move |(state, _)| counts(state)).filter_map(|(state, length)| length.map(|l| (state, l)))
    }
}

impl Span {
    fn close(&mut self, time: Time) {
        let Some(state) = self.state else { return };
        if let Some(place) = self.lengths.get_mut(state as usize) {
            let length = event::nanos(time.since(self.since)).max(0);
            *place = Some(place.unwrap_or(0).saturating_add(length));
        }
        self.since = time;
    }
}

#[cfg(test)]
mod tests;
