//! The views as the pipeline sees them: each joins writers of `output` into what one run prints.

use super::plan::{Plan, Tabular, ViewPlan};
use super::screens::Pictures;
use crate::flow::{Flow, Table, Transition};
use crate::output::columns::Columns;
use crate::output::explain;
use crate::output::flows::{Flows, Form};
use crate::output::hex;
use crate::output::json::Json;
use crate::output::line::Line;
use crate::output::losses;
use crate::output::sockets::{Moment, Sockets};
use crate::output::states;
use crate::output::story::Story;
use crate::output::time::Stamp;
use crate::output::tree;
use crate::packet::Packet;
use crate::pipeline::{Full, Standing, View};
use crate::text::Text;
use crate::time::Time;
use crate::tree::Tree;
use std::ops::RangeInclusive;
use std::time::Duration;

/// The view that the plan asks for; `width` is how wide its text may be, in columns.
pub fn view(plan: Plan, width: usize) -> Box<dyn View> {
    let every = plan.every;
    let line = Line { stamp: plan.stamp, style: plan.style, numbered: plan.numbered };
    match plan.view {
        ViewPlan::Nothing | ViewPlan::Count => Box::new(Counted),
        ViewPlan::Line(hex) => Box::new(Lines { line, hex, changes: Vec::new() }),
        ViewPlan::Tree(only, hex) => Box::new(Trees { only, hex }),
        ViewPlan::Explain(which, hex) => Box::new(Explanations { which, width, hex }),
        ViewPlan::Json => {
            Box::new(JsonLines { json: Json::new(), changes: Vec::new(), losses: losses::Json::default() })
        }
        ViewPlan::States(Tabular::Text) => {
            Box::new(StateRows::new(StateWriter::Text(states::Lines { stamp: line.stamp }), None))
        }
        ViewPlan::States(Tabular::Json) => Box::new(StateRows::new(StateWriter::Json(states::Json::default()), every)),
        ViewPlan::States(Tabular::Csv) => Box::new(StateRows::new(StateWriter::Csv(states::Csv::default()), None)),
        ViewPlan::Flows(format, order, limit) => {
            let form = match format {
                Tabular::Text => Form::Text(width, line.stamp),
                Tabular::Json => Form::Json,
                Tabular::Csv => Form::Csv,
            };
            let is_json = matches!(form, Form::Json);
            Box::new(FlowRows {
                flows: Flows::new(form, order, limit),
                is_json,
                every,
                losses: losses::Json::default(),
            })
        }
        ViewPlan::FlowScreen(order, limit) => Box::new(Pictures::flows(order, limit, plan.colour, every)),
        ViewPlan::StateScreen => Box::new(Pictures::states(line.stamp, plan.colour, every)),
        ViewPlan::Sockets(moment, format) => {
            Box::new(SocketList { sockets: Sockets::new(moment), format, stamp: line.stamp, width })
        }
        ViewPlan::Story(flow, Tabular::Text) => {
            Box::new(StoryTold(Story::text(flow, line.stamp, width, line.style.absolute), None))
        }
        ViewPlan::Story(flow, Tabular::Json) => Box::new(StoryTold(Story::json(flow), None)),
        ViewPlan::Story(flow, Tabular::Csv) => Box::new(StoryTold(Story::csv(flow), None)),
        ViewPlan::LiveStory(flow) => {
            Box::new(StoryTold(Story::live(flow, line.stamp, width, line.style.absolute), Some(TICK)))
        }
        ViewPlan::Columns(columns) => Box::new(ColumnLines(*columns)),
    }
}

/// Shows nothing; the pipeline counts.
struct Counted;

impl View for Counted {}

/// Puts a packet's bytes under what is said of it.
fn dump(packet: &Packet<'_>, form: Option<hex::Form>, out: &mut Text) {
    if let Some(form) = form {
        hex::write(packet, form, out);
    }
}

struct Lines {
    line: Line,
    hex: Option<hex::Form>,
    /// What the packet that comes next changes.
    changes: Vec<Transition>,
}

impl View for Lines {
    fn transition(&mut self, change: &Transition, _: &mut Text) {
        // What a timer changes has no line of its own here.
        self.changes.extend(change.frame.map(|_| *change));
    }

    fn left_out(&mut self) {
        self.changes.clear();
    }

    fn packet(&mut self, packet: &Packet<'_>, _: &Tree, out: &mut Text) {
        self.line.write(packet, &self.changes, out);
        self.changes.clear();
        dump(packet, self.hex, out);
    }
}

struct Trees {
    only: Option<Vec<String>>,
    hex: Option<hex::Form>,
}

impl View for Trees {
    fn wants_tree(&self, _: u64) -> bool {
        true
    }

    fn packet(&mut self, packet: &Packet<'_>, tree: &Tree, out: &mut Text) {
        tree::write(packet, tree, self.only.as_deref(), out);
        dump(packet, self.hex, out);
        out.ch('\n');
    }
}

struct Explanations {
    which: RangeInclusive<u64>,
    width: usize,
    hex: Option<hex::Form>,
}

impl View for Explanations {
    fn wants_tree(&self, number: u64) -> bool {
        self.which.contains(&number)
    }

    fn packet(&mut self, packet: &Packet<'_>, tree: &Tree, out: &mut Text) {
        if self.which.contains(&packet.facts.number) {
            explain::write(packet, tree, self.width, out);
            dump(packet, self.hex, out);
            out.ch('\n');
        }
    }

    fn is_done(&self, number: u64) -> bool {
        number >= *self.which.end()
    }
}

struct JsonLines {
    json: Json,
    changes: Vec<Transition>,
    losses: losses::Json,
}

impl View for JsonLines {
    fn wants_tree(&self, _: u64) -> bool {
        true
    }

    fn packet(&mut self, packet: &Packet<'_>, tree: &Tree, out: &mut Text) {
        self.json.packet(packet, tree, &self.changes, out);
        self.changes.clear();
    }

    fn losses(&mut self, standing: &Standing<'_>, out: &mut Text) {
        self.losses.count(&count(standing), out);
    }

    fn transition(&mut self, change: &Transition, _: &mut Text) {
        self.changes.extend(change.frame.map(|_| *change));
    }

    fn left_out(&mut self) {
        self.changes.clear();
    }
}

/// Changes of state, a line each.
struct StateRows {
    writer: StateWriter,
    /// Live: how often the sockets of the moment are written, too.
    every: Option<(Duration, Sockets)>,
    losses: losses::Json,
}

enum StateWriter {
    Text(states::Lines),
    Json(states::Json),
    Csv(states::Csv),
}

impl StateRows {
    fn new(writer: StateWriter, every: Option<Duration>) -> StateRows {
        // Every change counts for sockets of the end of time.
        let end = Moment::At(Time { secs: i64::MAX, nanos: 0 });
        StateRows { writer, every: every.map(|every| (every, Sockets::new(end))), losses: losses::Json::default() }
    }
}

impl View for StateRows {
    fn begin(&mut self, out: &mut Text) {
        if let StateWriter::Csv(csv) = &self.writer {
            csv.header(out);
        }
    }

    fn transition(&mut self, change: &Transition, out: &mut Text) {
        match &mut self.writer {
            StateWriter::Text(lines) => lines.transition(change, out),
            StateWriter::Json(json) => json.transition(change, out),
            StateWriter::Csv(csv) => csv.transition(change, out),
        }
        if let Some((_, sockets)) = &mut self.every {
            sockets.transition(change);
        }
    }

    fn gone(&mut self, flow: &Flow, _: &Table, _: &mut Text) {
        if let Some((_, sockets)) = &mut self.every {
            sockets.gone(flow.id);
        }
    }

    // So that it is told which conversations are forgotten.
    fn wants_flows(&self) -> bool {
        self.every.is_some()
    }

    fn period(&self) -> Option<Duration> {
        self.every.as_ref().map(|(every, _)| *every)
    }

    fn refresh(&mut self, table: &Table, _: &Standing<'_>, out: &mut Text, _: Full<'_>) {
        if let Some((_, sockets)) = &self.every {
            sockets.json(table.hosts(), out);
        }
    }

    fn losses(&mut self, standing: &Standing<'_>, out: &mut Text) {
        if let StateWriter::Json(_) = &self.writer {
            self.losses.count(&count(standing), out);
        }
    }
}

/// What of a run's standing JSON has.
fn count<'a>(standing: &Standing<'a>) -> losses::Count<'a> {
    let Standing { time, frames, unshown, losses, interfaces, .. } = *standing;
    losses::Count { time, captured: frames, unshown, losses, interfaces }
}

struct FlowRows {
    flows: Flows,
    is_json: bool,
    every: Option<Duration>,
    losses: losses::Json,
}

impl View for FlowRows {
    fn wants_flows(&self) -> bool {
        true
    }

    fn over(&mut self, flow: &Flow, table: &Table, out: &mut Text) {
        self.flows.flow(flow, table, out);
    }

    fn period(&self) -> Option<Duration> {
        self.every
    }

    fn refresh(&mut self, table: &Table, _: &Standing<'_>, out: &mut Text, full: Full<'_>) {
        self.flows.snapshot(table, out, full);
    }

    fn losses(&mut self, standing: &Standing<'_>, out: &mut Text) {
        if self.is_json {
            self.losses.count(&count(standing), out);
        }
    }

    fn begin(&mut self, out: &mut Text) {
        self.flows.begin(out);
    }

    fn gone(&mut self, flow: &Flow, table: &Table, out: &mut Text) {
        self.flows.flow(flow, table, out);
    }

    fn rest(&mut self, table: &Table, out: &mut Text, full: Full<'_>) {
        self.flows.rest(table, out, full);
    }

    fn end(&mut self, _: &Table, out: &mut Text) {
        self.flows.end(out);
    }
}

/// The sockets of all hosts at one moment.
struct SocketList {
    sockets: Sockets,
    format: Tabular,
    stamp: Stamp,
    width: usize,
}

impl View for SocketList {
    // So that it is told which conversations are forgotten.
    fn wants_flows(&self) -> bool {
        true
    }

    fn transition(&mut self, change: &Transition, _: &mut Text) {
        self.sockets.transition(change);
    }

    fn packet(&mut self, packet: &Packet<'_>, _: &Tree, _: &mut Text) {
        self.sockets.frame(packet.frame.time);
    }

    fn gone(&mut self, flow: &Flow, _: &Table, _: &mut Text) {
        self.sockets.gone(flow.id);
    }

    fn is_done(&self, _: u64) -> bool {
        self.sockets.is_past()
    }

    fn end(&mut self, table: &Table, out: &mut Text) {
        match self.format {
            Tabular::Text => self.sockets.text(&mut self.stamp, self.width, out),
            Tabular::Json => self.sockets.json(table.hosts(), out),
            Tabular::Csv => self.sockets.csv(table.hosts(), out),
        }
    }

    fn notes(&self) -> Vec<String> {
        self.sockets.notes()
    }
}

/// How often a story that is told live looks whether something has waited long enough for more of its kind.
const TICK: Duration = Duration::from_secs(1);

/// The story of one conversation, and how often it is to be asked for what has waited.
struct StoryTold(Story, Option<Duration>);

impl View for StoryTold {
    fn wants_flows(&self) -> bool {
        true
    }

    fn begin(&mut self, out: &mut Text) {
        self.0.begin(out);
    }

    fn transition(&mut self, change: &Transition, out: &mut Text) {
        self.0.transition(change, out);
    }

    fn packet(&mut self, packet: &Packet<'_>, _: &Tree, out: &mut Text) {
        self.0.packet(packet, out);
    }

    fn period(&self) -> Option<Duration> {
        self.1
    }

    fn refresh(&mut self, table: &Table, _: &Standing<'_>, out: &mut Text, _: Full<'_>) {
        self.0.tick(table.now().time(), out);
    }

    fn over(&mut self, flow: &Flow, table: &Table, _: &mut Text) {
        self.0.gone(flow, table.now());
    }

    fn gone(&mut self, flow: &Flow, table: &Table, _: &mut Text) {
        self.0.gone(flow, table.now());
    }

    fn is_done(&self, _: u64) -> bool {
        self.0.is_finished()
    }

    fn end(&mut self, table: &Table, out: &mut Text) {
        if !self.0.is_finished()
            && let Some(flow) = table.flows().find(|flow| flow.id == self.0.flow())
        {
            self.0.finish(flow, table.now());
        }
        self.0.end(out);
    }

    fn notes(&self) -> Vec<String> {
        self.0.notes()
    }
}

struct ColumnLines(Columns);

impl View for ColumnLines {
    fn wants_tree(&self, _: u64) -> bool {
        true
    }

    fn begin(&mut self, out: &mut Text) {
        self.0.begin(out);
    }

    fn packet(&mut self, packet: &Packet<'_>, tree: &Tree, out: &mut Text) {
        self.0.packet(packet, tree, out);
    }
}
