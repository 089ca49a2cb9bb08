//! What happened, a line each.

use super::event::{Event, What, nanos};
use crate::flow::report::Report;
use crate::flow::tcp::{Evidence, Role, State, lasting};
use crate::flow::{Transition, Transport};
use crate::output::states::colour;
use crate::output::wrap::{columns, paragraph};
use crate::text::{self, Text};
use crate::time::Time;
use std::collections::VecDeque;

/// Lines of the beginning that are kept, and of the end. Between them, lines are counted.
const KEPT: usize = 500;
/// A run of at most so many plain segments is shown as it is.
pub(super) const SHORT_RUN: usize = 8;
/// A silence of this length ends a run, so that it can be seen.
pub(super) const PAUSE_NANOS: i64 = 1_000_000_000;

/// The lines so far.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    first: Vec<Line>,
    latest: VecDeque<Line>,
    left_out: u64,
    /// Plain events that may become one line.
    run: Vec<Event>,
    /// What has become one line, between the first of `run` and the last.
    folded: Option<Fold>,
}

/// A line.
#[derive(Debug)]
enum Line {
    Event(Box<Event>),
    Fold(Fold),
}

/// Many segments in one line.
#[derive(Debug)]
pub(super) struct Fold {
    from: Time,
    to: Time,
    datagrams: bool,
    /// Of client and server.
    halves: [Half; 2],
}

/// What one end sent of them.
#[derive(Clone, Copy, Debug, Default)]
struct Half {
    /// Segments with payload.
    segments: u64,
    /// Its bytes.
    bytes: u64,
    /// Segments without.
    bare: u64,
}

impl Fold {
    /// None yet, from this time on.
    pub(super) fn new(from: Time) -> Fold {
        Fold { from, to: from, datagrams: false, halves: [Half::default(); 2] }
    }

    /// When it begins.
    pub(super) fn from(&self) -> Time {
        self.from
    }

    /// Counts an event.
    pub(super) fn add(&mut self, event: &Event) {
        self.to = event.time;
        let (from, len, datagram) = match &event.what {
            What::Segment(sent) => (sent.from, sent.len, false),
            What::Datagram(datagram) => (datagram.from, datagram.len, true),
            _ => return,
        };
        self.datagrams |= datagram;
        let half = &mut self.halves[usize::from(from == Role::Server)];
        if len > 0 || datagram {
            half.segments += 1;
            half.bytes = half.bytes.saturating_add(len.into());
        } else {
            half.bare += 1;
        }
    }

    /// `… 312 segments, 451,203 bytes →, 160 ACKs ←, in 1.2 s`.
    fn write(&self, out: &mut Text) {
        out.lit("… ");
        let unit = if self.datagrams { "datagram" } else { "segment" };
        let mut between = "";
        let [client, server] = &self.halves;
        let mut halves = [(client, "→"), (server, "←")];
        // Who sent more comes first.
        halves.sort_by_key(|(half, _)| std::cmp::Reverse(half.bytes));
        for (half, arrow) in halves {
            if half.segments > 0 {
                let s = if half.segments == 1 { "" } else { "s" };
                out.lit(between).num_grouped(half.segments).fmt(format_args!(" {unit}{s}, "));
                out.num_grouped(half.bytes).lit(if half.bytes == 1 { " byte " } else { " bytes " }).lit(arrow);
                between = ", ";
            }
            if half.bare > 0 {
                let words = if half.bare == 1 { " ACK " } else { " ACKs " };
                out.lit(between).num_grouped(half.bare).lit(words).lit(arrow);
                between = ", ";
            }
        }
        out.fmt(format_args!(", in {}", lasting(nanos(self.to.since(self.from)))));
    }
}

impl Timeline {
    /// Takes note of what happened.
    pub(super) fn add(&mut self, event: Event) {
        let pause = self.run.last().is_some_and(|last| nanos(event.time.since(last.time)) >= PAUSE_NANOS);
        if pause || !event.is_plain() {
            self.end_run();
        }
        if event.number.is_none()
            && let Some(Line::Event(before)) = self.latest.back_mut().or(self.first.last_mut())
            && (before.number, before.time) == (None, event.time)
        {
            // The timers of both ends.
            before.states = event.states;
            return before.changes.extend(event.changes);
        }
        if !event.is_plain() {
            return self.keep(Line::Event(Box::new(event)));
        }
        if self.run.len() == SHORT_RUN {
            let from = self.run.get(1).map_or(event.time, |second| second.time);
            let fold = self.folded.get_or_insert_with(|| Fold::new(from));
            // The first stays; the last is the one that comes now.
            self.run.drain(1..).for_each(|middle| fold.add(&middle));
        } else if let Some(fold) = &mut self.folded {
            self.run.drain(1..).for_each(|middle| fold.add(&middle));
        }
        self.run.push(event);
    }

    fn end_run(&mut self) {
        let mut run = std::mem::take(&mut self.run).into_iter();
        if let Some(fold) = self.folded.take() {
            if let Some(first) = run.next() {
                self.keep(Line::Event(Box::new(first)));
            }
            self.keep(Line::Fold(fold));
        }
        for event in run {
            self.keep(Line::Event(Box::new(event)));
        }
    }

    fn keep(&mut self, line: Line) {
        if self.first.len() < KEPT {
            return self.first.push(line);
        }
        if self.latest.len() == KEPT {
            self.latest.pop_front();
            self.left_out += 1;
        }
        self.latest.push_back(line);
    }

    /// Writes them. `width` is how many columns there are; `absolute` shows sequence numbers as they stand.
    pub(super) fn write(&mut self, report: &Report, width: usize, absolute: bool, out: &mut Text) {
        self.end_run();
        out.ch('\n').paint(text::Role::Heading, |out| {
            out.lit("Timeline");
        });
        out.lit(", → from client to server, ← from server to client\n");
        let layout = Layout::of(self, report, width, absolute);
        if report.transport == Transport::Tcp {
            self.legend(&layout, out);
        }
        out.ch('\n');
        layout.heading(out);
        for line in &self.first {
            layout.line(line, out);
        }
        if self.left_out > 0 {
            out.lit("  … ").num_grouped(self.left_out).lit(" lines are left out here\n");
        }
        for line in &self.latest {
            layout.line(line, out);
        }
    }

    /// What the columns of segments mean.
    fn legend(&self, layout: &Layout, out: &mut Text) {
        let mut words = Text::new();
        words.lit("flags: S SYN, F FIN, R RST, P PSH, . ACK; seq and ack ");
        words.lit(if layout.absolute { "as they stand" } else { "count from the connection's first" });
        let unscaled = self.events().any(|event| matches!(event.what, What::Segment(sent) if !sent.scale_known));
        words.lit(match unscaled {
            _ if layout.widths[WINDOW] == 0 => "; no room for windows",
            true => "; windows as they stand, because their scale was agreed before the capture began",
            false => "; windows in bytes",
        });
        paragraph(&words, 0, layout.width, Some(text::Role::Faint), out);
    }

    fn events(&self) -> impl Iterator<Item = &Event> {
        self.first.iter().chain(&self.latest).filter_map(|line| match line {
            Line::Event(event) => Some(event.as_ref()),
            Line::Fold(_) => None,
        })
    }
}

/// The columns.
const COLUMNS: usize = 9;
const HEADS: [&str; COLUMNS] = ["frame", "time", "client", "flags", "seq", "ack", "length", "window", "server"];
const TIME: usize = 1;
const CLIENT: usize = 2;
const FLAGS: usize = 3;
const SEQ: usize = 4;
const ACK: usize = 5;
const WINDOW: usize = 7;
const SERVER: usize = 8;
/// Columns that datagrams do not need.
const TCP_ONLY: [usize; 6] = [CLIENT, FLAGS, SEQ, ACK, WINDOW, SERVER];
/// Widths for lines that are not known yet: six digits for frames and windows, eight for sequence numbers, four for seconds.
const LIVE_WIDTHS: [usize; COLUMNS] = [6, 11, 12, 5, 8, 8, 6, 6, 12];

/// How wide the columns are, and which there are.
#[derive(Debug)]
pub(super) struct Layout {
    start: Time,
    absolute: bool,
    width: usize,
    /// 0 for columns that are not shown.
    widths: [usize; COLUMNS],
    /// Decimals of seconds.
    decimals: usize,
    /// Where remarks begin.
    notes_at: usize,
    /// Remarks stand beside their segment, not below.
    beside: bool,
}

/// The narrowest place for remarks beside the segments.
const NOTES_WIDTH: usize = 44;

impl Layout {
    fn of(timeline: &Timeline, report: &Report, width: usize, absolute: bool) -> Layout {
        let tcp = report.transport == Transport::Tcp;
        let mut layout = Layout {
            start: report.start.time(),
            absolute,
            width,
            widths: [0; COLUMNS],
            decimals: 6,
            notes_at: 0,
            beside: false,
        };
        layout.measure(timeline, tcp);
        // Where there is no room, times become shorter; then windows go, which are the least missed.
        if layout.total() > width {
            layout.decimals = 3;
            layout.measure(timeline, tcp);
        }
        layout.fit(tcp);
        layout
    }

    /// Columns for lines that are not known yet, wide enough for most.
    pub(super) fn live(start: Time, tcp: bool, width: usize, absolute: bool) -> Layout {
        let mut widths = LIVE_WIDTHS;
        if !tcp {
            TCP_ONLY.into_iter().for_each(|column| widths[column] = 0);
        }
        let mut layout = Layout { start, absolute, width, widths, decimals: 6, notes_at: 0, beside: false };
        if layout.total() > width {
            layout.decimals = 3;
            layout.widths[TIME] -= 3;
        }
        layout.fit(tcp);
        if layout.total() > width && tcp {
            // What makes the common width of 80: sequence numbers of ten megabytes or more stick out.
            layout.widths[SEQ] -= 1;
            layout.widths[ACK] -= 1;
        }
        layout
    }

    /// Drops windows where there is no room, and finds the place of the remarks.
    fn fit(&mut self, tcp: bool) {
        if self.total() > self.width {
            self.widths[WINDOW] = 0;
        }
        let total = self.total();
        self.beside = !tcp || total + 3 + NOTES_WIDTH <= self.width;
        self.notes_at = if self.beside { total + 3 } else { self.widths[0] + self.widths[TIME] + 4 };
    }

    /// What times count from.
    pub(super) fn start(&self) -> Time {
        self.start
    }

    /// Whether it has the columns of segments.
    pub(super) fn is_tcp(&self) -> bool {
        self.widths[FLAGS] > 0
    }

    fn measure(&mut self, timeline: &Timeline, tcp: bool) {
        self.widths = HEADS.map(str::len);
        for event in timeline.events() {
            let cells = self.cells(event);
            for (width, cell) in self.widths.iter_mut().zip(cells) {
                *width = (*width).max(columns(&cell));
            }
        }
        if !tcp {
            TCP_ONLY.into_iter().for_each(|column| self.widths[column] = 0);
        }
    }

    /// Columns that a line takes.
    fn total(&self) -> usize {
        let shown = self.widths.iter().filter(|width| **width > 0).count();
        // Two spaces between columns, and the arrow with its two.
        self.widths.iter().sum::<usize>() + 2 * shown + 1
    }

    fn cells(&self, event: &Event) -> [String; COLUMNS] {
        let frame = event.number.map_or("timer".to_owned(), |number| number.to_string());
        let mut cells = <[String; COLUMNS]>::default();
        cells[0] = frame;
        cells[TIME] = self.time(event.time);
        let [client, server] = event.states;
        cells[CLIENT] = client.name().to_owned();
        cells[SERVER] = server.name().to_owned();
        match &event.what {
            What::Segment(sent) => {
                let which = usize::from(self.absolute);
                let mut flags = Text::new();
                sent.flags_to(&mut flags);
                cells[FLAGS] = flags.as_str().to_owned();
                cells[SEQ] = sent.seq[which].to_string();
                cells[ACK] = sent.ack.map_or(String::new(), |ack| ack[which].to_string());
                cells[6] = sent.len.to_string();
                cells[WINDOW] = sent.window.to_string();
            }
            What::Datagram(datagram) => cells[6] = datagram.len.to_string(),
            _ => {}
        }
        cells
    }

    /// Seconds since the beginning.
    fn time(&self, time: Time) -> String {
        let nanos = time.since(self.start).as_nanos();
        let micros = nanos.unsigned_abs() / 1000;
        let sign = if nanos < 0 { "-" } else { "" };
        let (secs, micros) = (micros / 1_000_000, micros % 1_000_000);
        match self.decimals {
            3 => format!("{sign}{secs}.{:03}", micros / 1000),
            _ => format!("{sign}{secs}.{micros:06}"),
        }
    }

    /// Writes what stands above the columns.
    pub(super) fn heading(&self, out: &mut Text) {
        let heads = HEADS.map(str::to_owned);
        out.paint(text::Role::Label, |out| {
            self.row(
                &heads,
                " ",
                |_, head, out| {
                    out.fmt(format_args!("{head}"));
                },
                out,
            );
        });
        out.ch('\n');
    }

    /// Writes the cells of a line; numbers to the right of their columns, words to the left. The last is not padded.
    fn row(
        &self,
        cells: &[String; COLUMNS],
        arrow: &'static str,
        put: impl Fn(usize, &str, &mut Text),
        out: &mut Text,
    ) -> usize {
        let mut at = 0;
        let last = self.widths.iter().rposition(|width| *width > 0).unwrap_or(0);
        for (column, (cell, width)) in cells.iter().zip(self.widths).enumerate() {
            if column == FLAGS {
                out.lit(arrow).lit("  ");
                at += 3;
            }
            if width == 0 {
                continue;
            }
            let room = width.saturating_sub(columns(cell));
            let left = matches!(column, CLIENT | FLAGS | SERVER);
            out.spaces(if left { 0 } else { room });
            put(column, cell, out);
            if column == last {
                return at + width - if left { room } else { 0 };
            }
            out.spaces(if left { room + 2 } else { 2 });
            at += width + 2;
        }
        at
    }

    fn line(&self, line: &Line, out: &mut Text) {
        match line {
            Line::Event(event) => self.event(event, out),
            Line::Fold(fold) => self.fold(fold, out),
        }
    }

    /// Writes many events in one line.
    pub(super) fn fold(&self, fold: &Fold, out: &mut Text) {
        let mut words = Text::new();
        fold.write(&mut words);
        let indent = self.widths[0] + self.widths[TIME] + 4;
        paragraph(&words, indent, self.width, Some(text::Role::Faint), out);
    }

    /// Writes an event.
    pub(super) fn event(&self, event: &Event, out: &mut Text) {
        let arrow = match event.from() {
            Some(Role::Client) => "→",
            Some(Role::Server) => "←",
            None => " ",
        };
        let changed = |role| event.changes.iter().any(|change| change.role == role);
        let state = |state: State, role| if changed(role) { colour(state) } else { text::Role::Faint };
        let [client, server] = event.states;
        let cells = self.cells(event);
        let at = self.row(
            &cells,
            arrow,
            |column, cell, out| {
                let role = match column {
                    CLIENT => Some(state(client, Role::Client)),
                    SERVER => Some(state(server, Role::Server)),
                    _ => None,
                };
                match role {
                    Some(role) => out.paint(role, |out| {
                        out.fmt(format_args!("{cell}"));
                    }),
                    None => out.fmt(format_args!("{cell}")),
                };
            },
            out,
        );
        self.notes(event, at, out);
    }

    /// Writes what is special about an event, and ends its line.
    fn notes(&self, event: &Event, at: usize, out: &mut Text) {
        let remark = event.remark();
        let remark = (!remark.is_empty()).then_some((remark, text::Role::Notice));
        let changes = event.changes.iter().map(|change| (words(change), colour(change.to)));
        let mut beside = self.beside;
        if !beside {
            out.ch('\n');
        }
        let mut any = false;
        for (note, role) in remark.into_iter().chain(changes) {
            let (mut text, mut lines) = (Text::new(), Text::with_colour(out.colour()));
            text.fmt(format_args!("{note}"));
            let indent = self.notes_at + 2;
            paragraph(&text, indent, self.width, Some(role), &mut lines);
            out.spaces(if beside { self.notes_at.saturating_sub(at) } else { self.notes_at });
            out.lit(if self.beside { "  " } else { "└ " }).part(&lines, indent..lines.len());
            (beside, any) = (false, true);
        }
        if self.beside && !any {
            out.ch('\n');
        }
    }
}

/// A change of state in words.
fn words(change: &Transition) -> String {
    let inferred = if change.evidence == Evidence::Inferred { " (inferred)" } else { "" };
    format!("{} {} → {}: {}{inferred}", change.role.name(), change.from.name(), change.to.name(), change.why.text())
}

#[cfg(test)]
impl Timeline {
    /// The numbers of the frames, and the words of folded lines.
    pub(super) fn shown(&mut self) -> String {
        self.end_run();
        let word = |line: &Line| match line {
            Line::Event(event) => event.number.map_or("timer".to_owned(), |number| number.to_string()),
            Line::Fold(fold) => {
                let mut text = Text::new();
                fold.write(&mut text);
                format!("({})", text.as_str())
            }
        };
        let words: Vec<String> = self.first.iter().chain(&self.latest).map(word).collect();
        words.join(" ")
    }

    /// How many lines are left out.
    pub(super) fn left_out(&self) -> u64 {
        self.left_out
    }
}
