//! `--flows`: one row a conversation, as a table for people, JSON Lines, or CSV.
//!
//! Nothing here keeps rows but the table's first 1,000, from which it takes the widths of its columns.

mod machine;
mod order;
pub(crate) mod rows;
pub(super) mod table;

pub(super) use order::Rank;
pub use order::{Key, Order};

use crate::flow::tcp::verdict::Outcome;
use crate::flow::{Flow, Leaving, Report, Table};
use crate::output::time::Stamp;
use crate::output::wrap::paragraph;
use crate::text::Text;
use rows::{Kind, Row, Shape};

/// How conversations are written.
#[derive(Clone, Debug)]
pub enum Form {
    /// A table at most this many columns wide, with times in this form.
    Text(usize, Stamp),
    /// JSON Lines.
    Json,
    /// Comma-separated values.
    Csv,
}

/// Writes conversations.
#[derive(Debug)]
pub struct Flows {
    writer: Writer,
    order: Order,
    /// How many may still be shown.
    left: u64,
    shown: u64,
    outcomes: [u64; Outcome::ALL.len()],
}

#[derive(Debug)]
enum Writer {
    Text(table::Rows),
    Json(machine::Json),
    Csv(machine::Csv),
}

impl Flows {
    /// Writes conversations in this form and order, at most `limit` of them.
    pub fn new(form: Form, order: Order, limit: Option<u64>) -> Flows {
        let writer = match form {
            Form::Text(width, stamp) => Writer::Text(table::Rows::new(width, stamp)),
            Form::Json => Writer::Json(machine::Json::default()),
            Form::Csv => Writer::Csv(machine::Csv::default()),
        };
        Flows { writer, order, left: limit.unwrap_or(u64::MAX), shown: 0, outcomes: [0; Outcome::ALL.len()] }
    }

    /// Writes what stands above the rows.
    pub fn begin(&mut self, out: &mut Text) {
        if let Writer::Csv(csv) = &mut self.writer {
            csv.begin(out);
        }
    }

    /// Writes a conversation of this table, or one that has just left it.
    pub fn flow(&mut self, flow: &Flow, table: &Table, out: &mut Text) {
        let counts = matches!(self.writer, Writer::Text(_));
        if self.left == 0 && !counts {
            return;
        }
        let report = Report::of(flow, table.now());
        if let Some(count) = self.outcomes.get_mut(report.verdict.outcome as usize) {
            *count += 1;
        }
        if self.left == 0 {
            return;
        }
        self.left -= 1;
        self.shown += 1;
        match &mut self.writer {
            Writer::Text(rows) => rows.flow(&report, table.hosts(), out),
            Writer::Json(json) => json.flow(&report, table.hosts(), true, out),
            Writer::Csv(csv) => csv.flow(&report, table.hosts(), true, out),
        }
    }

    /// Writes the conversations that the table still has. `full` is asked after each whether to go on, and may empty the
    /// text.
    pub fn rest(&mut self, table: &Table, out: &mut Text, full: &mut dyn FnMut(&mut Text) -> bool) {
        let (now, order) = (table.now(), self.order);
        let mut write = |flow: &Flow| {
            self.flow(flow, table, out);
            full(out)
        };
        if order.is_by_id() {
            // Stops where writing fails.
            let _ = table.flows().filter(|flow| flow.leaving != Leaving::Told).all(&mut write);
        } else {
            let left = table.flows().filter(|flow| flow.leaving != Leaving::Told);
            let mut all: Vec<_> = left.map(|flow| (order.rank(flow, now), flow)).collect();
            all.sort_unstable_by_key(|(rank, flow)| (*rank, flow.id));
            let _ = all.into_iter().all(|(_, flow)| write(flow));
        }
    }

    /// Live, and not as a table: writes the conversations that have not ended, which come again when they have. `full` is as in
    /// [`Flows::rest`].
    pub fn snapshot(&mut self, table: &Table, out: &mut Text, full: &mut dyn FnMut(&mut Text) -> bool) {
        for flow in table.flows().filter(|flow| flow.leaving != Leaving::Told) {
            let report = Report::of(flow, table.now());
            match &mut self.writer {
                Writer::Text(_) => {}
                Writer::Json(json) => json.flow(&report, table.hosts(), false, out),
                Writer::Csv(csv) => csv.flow(&report, table.hosts(), false, out),
            }
            if !full(out) {
                return;
            }
        }
    }

    /// Writes what stands below the rows.
    pub fn end(&mut self, out: &mut Text) {
        let Writer::Text(rows) = &mut self.writer else { return };
        rows.end(out);
        let total: u64 = self.outcomes.iter().sum();
        let mut words = Text::new();
        if self.shown < total {
            words.num_grouped(self.shown).lit(" of ");
        }
        words.num_grouped(total).lit(if total == 1 { " flow" } else { " flows" });
        let mut first = true;
        for name in rows::outcomes() {
            let same = Outcome::ALL.into_iter().filter(|outcome| outcome.name() == name);
            let count: u64 = same.filter_map(|outcome| self.outcomes.get(outcome as usize)).sum();
            if count > 0 {
                words.lit(if std::mem::take(&mut first) { ": " } else { ", " }).num_grouped(count).ch(' ').lit(name);
            }
        }
        paragraph(&words, 0, rows.width(), None, out);
    }
}

/// The keys of a conversation as Markdown, for `docs/flows.md`.
pub fn markdown() -> String {
    let mut out = MARKDOWN_HEAD.to_owned();
    machine::columns(&mut |path| {
        let keys: Vec<&str> = path.iter().map(|row| row.key).collect();
        // The server's are the client's.
        if keys.first() == Some(&"server") {
            return;
        }
        let Some(Row { help, nullable, shape: Shape::One(kind, _), .. }) = path.last() else { return };
        let null = if *nullable || path.iter().any(|row| row.nullable) { ", or null" } else { "" };
        let (json, csv) = (keys.join("."), keys.join("_"));
        out += &format!("| `{json}` | `{csv}` | {}{null} | {} |\n", in_words(kind), help.replace('|', "\\|"));
    });
    out
}

fn in_words(kind: &Kind) -> &'static str {
    match kind {
        Kind::Always(_) | Kind::Word(_) => "word",
        Kind::Bool => "true or false",
        Kind::Count | Kind::Wide => "integer",
        Kind::Number => "number",
        Kind::Text => "text",
        Kind::Ip => "address",
        Kind::Time => "RFC 3339 time",
        Kind::Frames => "integers",
        Kind::Sentences => "texts",
        Kind::Tunnel => "objects: protocol, src, dst, id",
    }
}

const MARKDOWN_HEAD: &str = "# Conversations

What `--flows -T json` and `--flows -T csv` say of each conversation, in this order. Generated from the table of keys that
both are made of (a test compares). The JSON Schema is `docs/schema/flow.schema.json`.

In JSON every key is always there; what is unknown or does not apply is null. In CSV it is empty; lists are one value, with
`;` between. Keys that begin with `client` are there again with `server`, behind all of the client's. An integer above 2⁵³ is a
string of digits in JSON. `messages`, `bits`, both sockets and the times are the accounting that RFC 147 asked for.

`bytes` are those of IP packets, header and all. `payload` is the transport's, each byte counted once.

| JSON | CSV | value | meaning |
| --- | --- | --- | --- |
";

#[cfg(test)]
mod tests;
