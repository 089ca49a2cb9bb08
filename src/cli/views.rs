//! The views as the pipeline sees them: each joins writers of `output` into what one run prints.

use super::plan::{Plan, Tabular, ViewPlan};
use crate::flow::{Flow, Table, Transition};
use crate::output::columns::Columns;
use crate::output::explain;
use crate::output::flows::{Flows, Form};
use crate::output::hex;
use crate::output::json::Json;
use crate::output::line::Line;
use crate::output::sockets::Sockets;
use crate::output::states;
use crate::output::story::Story;
use crate::output::time::Stamp;
use crate::output::tree;
use crate::packet::Packet;
use crate::pipeline::View;
use crate::text::Text;
use crate::tree::Tree;
use std::ops::RangeInclusive;

/// The view that the plan asks for; `width` is how wide its text may be, in columns.
pub fn view(plan: Plan, width: usize) -> Box<dyn View> {
    let line = Line { stamp: plan.stamp, style: plan.style, numbered: plan.numbered };
    match plan.view {
        ViewPlan::Nothing | ViewPlan::Count => Box::new(Counted),
        ViewPlan::Line(hex) => Box::new(Lines { line, hex, changes: Vec::new() }),
        ViewPlan::Tree(only, hex) => Box::new(Trees { only, hex }),
        ViewPlan::Explain(which, hex) => Box::new(Explanations { which, width, hex }),
        ViewPlan::Json => Box::new(JsonLines { json: Json::new(), changes: Vec::new() }),
        ViewPlan::States(Tabular::Text) => Box::new(StateRows::Text(states::Lines { stamp: line.stamp })),
        ViewPlan::States(Tabular::Json) => Box::new(StateRows::Json(states::Json::default())),
        ViewPlan::States(Tabular::Csv) => Box::new(StateRows::Csv(states::Csv::default())),
        ViewPlan::Flows(format, order, limit) => {
            let form = match format {
                Tabular::Text => Form::Text(width, line.stamp),
                Tabular::Json => Form::Json,
                Tabular::Csv => Form::Csv,
            };
            Box::new(FlowRows(Flows::new(form, order, limit)))
        }
        ViewPlan::Sockets(moment, format) => {
            Box::new(SocketList { sockets: Sockets::new(moment), format, stamp: line.stamp, width })
        }
        ViewPlan::Story(flow, Tabular::Text) => {
            Box::new(StoryTold(Story::text(flow, line.stamp, width, line.style.absolute)))
        }
        ViewPlan::Story(flow, Tabular::Json) => Box::new(StoryTold(Story::json(flow))),
        ViewPlan::Story(flow, Tabular::Csv) => Box::new(StoryTold(Story::csv(flow))),
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
}

impl View for JsonLines {
    fn wants_tree(&self, _: u64) -> bool {
        true
    }

    fn packet(&mut self, packet: &Packet<'_>, tree: &Tree, out: &mut Text) {
        self.json.packet(packet, tree, &self.changes, out);
        self.changes.clear();
    }

    fn transition(&mut self, change: &Transition, _: &mut Text) {
        self.changes.extend(change.frame.map(|_| *change));
    }

    fn left_out(&mut self) {
        self.changes.clear();
    }
}

/// Changes of state, a line each.
enum StateRows {
    Text(states::Lines),
    Json(states::Json),
    Csv(states::Csv),
}

impl View for StateRows {
    fn begin(&mut self, out: &mut Text) {
        if let StateRows::Csv(csv) = self {
            csv.header(out);
        }
    }

    fn transition(&mut self, change: &Transition, out: &mut Text) {
        match self {
            StateRows::Text(lines) => lines.transition(change, out),
            StateRows::Json(json) => json.transition(change, out),
            StateRows::Csv(csv) => csv.transition(change, out),
        }
    }
}

struct FlowRows(Flows);

impl View for FlowRows {
    fn wants_flows(&self) -> bool {
        true
    }

    fn begin(&mut self, out: &mut Text) {
        self.0.begin(out);
    }

    fn gone(&mut self, flow: &Flow, table: &Table, out: &mut Text) {
        self.0.flow(flow, table.now(), out);
    }

    fn rest(&mut self, table: &Table, out: &mut Text, full: &mut dyn FnMut(&mut Text) -> bool) {
        self.0.rest(table, out, full);
    }

    fn end(&mut self, _: &Table, out: &mut Text) {
        self.0.end(out);
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

    fn end(&mut self, _: &Table, out: &mut Text) {
        match self.format {
            Tabular::Text => self.sockets.text(&mut self.stamp, self.width, out),
            Tabular::Json => self.sockets.json(out),
            Tabular::Csv => self.sockets.csv(out),
        }
    }

    fn notes(&self) -> Vec<String> {
        self.sockets.notes()
    }
}

/// The story of one conversation.
struct StoryTold(Story);

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
