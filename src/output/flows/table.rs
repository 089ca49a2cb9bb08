//! Conversations for people: a table whose columns depend on the width that there is.

use super::machine::tunnel;
use super::rows::{application, protocol};
use crate::flow::hosts::Side;
use crate::flow::report::End;
use crate::flow::tcp::lasting;
use crate::flow::tcp::verdict::Outcome;
use crate::flow::{Hosts, Report, Transport};
use crate::output::states::{ip, socket};
use crate::output::time::Stamp;
use crate::output::wrap;
use crate::text::{Role, Text};
use comfy_table::{ColumnConstraint, ContentArrangement, LineStyle, Table, TableStyle, Width};

/// So many rows decide how wide the columns are.
const SAMPLE: usize = 1_000;

/// From this width on, a table has room for both ends' numbers.
const ROOMY: usize = 130;
/// From this width on, it has room for sentences.
const WIDE: usize = 170;
/// From this width on, it has room for all.
const WIDEST: usize = 220;

/// A column: where it belongs, and what it shows.
struct Column {
    title: &'static str,
    /// Tables of these widths have it.
    widths: std::ops::Range<usize>,
    /// Numbers stand at the right, and are never broken.
    is_number: bool,
    write: fn(&Report, &mut Beside<'_>, &mut Text) -> Option<Role>,
}

/// What is needed beside the conversation.
struct Beside<'a> {
    stamp: &'a mut Stamp,
    hosts: Option<&'a Hosts>,
}

impl Beside<'_> {
    /// What this host knows of an end.
    fn side(&self, report: &Report, end: &End) -> Option<Side<'_>> {
        self.hosts?.side(report.id, &end.socket)
    }
}

const ANY: std::ops::Range<usize> = 0..usize::MAX;

const fn column(
    title: &'static str,
    widths: std::ops::Range<usize>,
    is_number: bool,
    write: fn(&Report, &mut Beside<'_>, &mut Text) -> Option<Role>,
) -> Column {
    Column { title, widths, is_number, write }
}

static COLUMNS: [Column; 17] = [
    column("#", ANY, true, |report, _, out| {
        out.num(report.id.into());
        None
    }),
    column("START", WIDEST..usize::MAX, false, |report, beside, out| {
        beside.stamp.write(report.start.time(), out);
        None
    }),
    column("PROTO", ANY, false, |report, _, out| {
        out.lit(protocol(report));
        None
    }),
    column("CLIENT", ANY, false, |report, _, out| end(report, &report.client, out)),
    column("SERVER", ANY, false, |report, _, out| end(report, &report.server, out)),
    column("SERVICE", WIDE..usize::MAX, false, |report, _, out| {
        out.lit(application(report).unwrap_or_default());
        None
    }),
    column("OUTCOME", ANY, false, |report, _, out| {
        out.lit(report.verdict.outcome.name());
        colour(report.verdict.outcome)
    }),
    column("STATES", ROOMY..usize::MAX, false, |report, beside, out| {
        let client = state(report, &report.client, beside, out);
        out.lit(if report.client.state.is_some() { "/" } else { "" });
        let server = state(report, &report.server, beside, out);
        (client || server).then_some(Role::Notice)
    }),
    column(PROCESS, ROOMY..usize::MAX, false, |report, beside, out| {
        let [client, server] = [&report.client, &report.server].map(|end| beside.side(report, end));
        if client.is_some() || server.is_some() {
            process(client, out);
            process(server, out.ch('/'));
        }
        None
    }),
    column("PKTS", 0..ROOMY, true, |report, _, out| sum(report, out, |end| end.packets)),
    column("PACKETS", ROOMY..usize::MAX, true, |report, _, out| both(report, out, |end| end.packets)),
    column("BYTES", 0..ROOMY, true, |report, _, out| sum(report, out, |end| end.bytes)),
    column("BYTES", ROOMY..usize::MAX, true, |report, _, out| both(report, out, |end| end.bytes)),
    column("RETR", ROOMY..usize::MAX, true, |report, _, out| {
        if report.transport != Transport::Tcp {
            return None;
        }
        both(report, out, |end| end.counts.retransmissions.into());
        let any = report.client.counts.retransmissions + report.server.counts.retransmissions > 0;
        any.then_some(Role::Notice)
    }),
    column("RTT", ROOMY..usize::MAX, true, |report, _, out| {
        if let Some(mean) = report.client.rtt.mean().max(report.server.rtt.mean()) {
            out.fmt(format_args!("{}", lasting(mean)));
        }
        None
    }),
    column("TIME", ANY, true, |report, _, out| {
        out.fmt(format_args!("{}", lasting(report.duration())));
        None
    }),
    column("WHAT HAPPENED", WIDE..usize::MAX, false, |report, _, out| {
        out.fmt(format_args!("{}", report.verdict.text));
        if !report.carriers.is_empty() {
            tunnel(&report.carriers, ", ", out.lit("; inside "));
        }
        None
    }),
];

/// Writes the socket of an end, or its address for echo.
pub(in crate::output) fn end(report: &Report, end: &End, out: &mut Text) -> Option<Role> {
    if report.transport == Transport::Echo {
        ip(end.socket.ip, out);
        // Told once: both ends have the same.
        if std::ptr::eq(end, &report.client) {
            out.lit(" id ").num(end.socket.port.into());
        }
    } else {
        socket(&end.socket, out);
    }
    None
}

/// The column that only live captures have.
const PROCESS: &str = "PROCESS";

/// Writes the state of an end, and the kernel's behind it where they contradict each other. Tells whether they do.
fn state(report: &Report, end: &End, beside: &Beside<'_>, out: &mut Text) -> bool {
    let Some(state) = end.state else { return false };
    out.lit(state.name());
    let side = beside.side(report, end).filter(|side| side.disagrees(state, report.end));
    match side.and_then(|side| side.state) {
        Some(kernel) => {
            out.lit(" (kernel: ").lit(kernel.name()).ch(')');
            true
        }
        None => false,
    }
}

/// Writes who holds the socket of an end: `curl[4711]`, or whose it is where that is all that is known.
fn process(side: Option<Side<'_>>, out: &mut Text) {
    let process = side.and_then(|side| side.process);
    match process.map(|process| (process.name.as_deref(), process.pid, process.uid)) {
        Some((name, Some(pid), _)) => {
            out.untrusted(name.unwrap_or(b"?")).ch('[').num(pid.into()).ch(']');
        }
        Some((_, None, Some(uid))) => {
            out.lit("uid ").num(uid.into());
        }
        _ => {
            out.ch('-');
        }
    }
}

fn sum(report: &Report, out: &mut Text, count: fn(&End) -> u64) -> Option<Role> {
    out.num(count(&report.client).saturating_add(count(&report.server)));
    None
}

fn both(report: &Report, out: &mut Text, count: fn(&End) -> u64) -> Option<Role> {
    out.num(count(&report.client)).ch('/').num(count(&report.server));
    None
}

/// The colour of an outcome: bad when somebody did not get what he asked for, or was cut off.
pub(in crate::output) fn colour(outcome: Outcome) -> Option<Role> {
    use Outcome::*;
    match outcome {
        Refused | Unreachable | NotDelivered | AbortedByClient | AbortedByServer | ResetByMiddle | TimedOut
        | NeverAccepted | Damaged => Some(Role::Bad),
        Unanswered | NotReplied | HalfOpen | HalfClosedByClient | HalfClosedByServer | Closing | Scan => {
            Some(Role::Notice)
        }
        BeganMidway | PortReused | QuotedOnly => Some(Role::Faint),
        ClosedByClient | ClosedByServer | ClosedByBoth | Open | Idle | Replied => None,
    }
}

/// The cells of a row.
#[derive(Debug, Default)]
struct Row {
    text: Text,
    /// Where each cell ends, and its colour.
    cells: Vec<(usize, Option<Role>)>,
}

impl Row {
    fn cell(&self, index: usize) -> (&str, Option<Role>) {
        let start = index.checked_sub(1).and_then(|before| self.cells.get(before)).map_or(0, |(end, _)| *end);
        let Some((end, role)) = self.cells.get(index) else { return ("", None) };
        (self.text.as_str().get(start..*end).unwrap_or_default().trim_end(), *role)
    }
}

/// Writes a table row by row.
#[derive(Debug)]
pub(super) struct Rows {
    width: usize,
    stamp: Stamp,
    /// Whether there is a column for processes.
    with_processes: bool,
    /// Rows that decide about the widths.
    sample: Vec<Row>,
    /// How wide the columns are, once that is decided.
    widths: Option<Vec<usize>>,
    /// The row that is written, when it is none of the sample.
    row: Row,
}

impl Rows {
    /// A table that is at most so many columns wide.
    pub(super) fn new(width: usize, stamp: Stamp) -> Rows {
        Rows { width, stamp, with_processes: false, sample: Vec::new(), widths: None, row: Row::default() }
    }

    /// How wide it may be.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    fn columns(&self) -> impl Iterator<Item = &'static Column> + use<> {
        let (width, with_processes) = (self.width, self.with_processes);
        COLUMNS
            .iter()
            .filter(move |column| column.widths.contains(&width) && (with_processes || column.title != PROCESS))
    }

    /// Spaces between two columns.
    fn gap(&self) -> usize {
        if self.width < ROOMY { 1 } else { 2 }
    }

    /// Writes a row, or keeps it until the widths are decided.
    pub(super) fn flow(&mut self, report: &Report, hosts: Option<&Hosts>, out: &mut Text) {
        if self.sample.is_empty() && self.widths.is_none() {
            self.with_processes = hosts.is_some();
        }
        let mut row = match self.widths {
            Some(_) => std::mem::take(&mut self.row),
            None => Row::default(),
        };
        row.text.clear();
        row.cells.clear();
        let columns = self.columns();
        let mut beside = Beside { stamp: &mut self.stamp, hosts };
        for column in columns {
            let role = (column.write)(report, &mut beside, &mut row.text);
            row.cells.push((row.text.len(), role));
        }
        match &self.widths {
            Some(widths) => {
                self.write(&row, widths, out);
                self.row = row;
            }
            None => {
                self.sample.push(row);
                if self.sample.len() == SAMPLE {
                    self.decide(out);
                }
            }
        }
    }

    /// Writes what was kept.
    pub(super) fn end(&mut self, out: &mut Text) {
        if self.widths.is_none() && !self.sample.is_empty() {
            self.decide(out);
        }
    }

    /// Decides how wide the columns are, and writes the header and the rows that were kept.
    fn decide(&mut self, out: &mut Text) {
        let widths = self.arranged();
        let mut header = Row::default();
        for column in self.columns() {
            header.text.lit(column.title);
            header.cells.push((header.text.len(), Some(Role::Heading)));
        }
        self.write(&header, &widths, out);
        for row in std::mem::take(&mut self.sample) {
            self.write(&row, &widths, out);
        }
        self.widths = Some(widths);
    }

    /// How wide the columns have to be for the rows that were kept.
    fn arranged(&self) -> Vec<usize> {
        let gap = self.gap() as u16;
        let mut table = Table::new();
        // A line of dashes under the header shows the widths; the last column needs no gap behind it.
        let style = TableStyle::new().header_separator(LineStyle::none().fill('-').junction('+'));
        table.force_no_tty().load_style(style);
        table.set_width(u16::try_from(self.width).unwrap_or(u16::MAX).saturating_add(gap));
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_header(self.columns().map(|column| column.title));
        for row in &self.sample {
            table.add_row((0..row.cells.len()).map(|index| row.cell(index).0));
        }
        for (column, shown) in table.column_iter_mut().zip(self.columns()) {
            column.set_padding((0, gap - 1));
            if shown.is_number || shown.title == "PROTO" {
                column.set_constraint(ColumnConstraint::ContentWidth);
            } else if shown.widths.start >= WIDE {
                column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(shown.title.len() as u16)));
            }
        }
        // In a narrow table the header may take several lines.
        let dashes = |line: &String| !line.is_empty() && line.bytes().all(|b| matches!(b, b'-' | b'+'));
        let line = table.lines().find(dashes).unwrap_or_default();
        line.split('+').map(|dashes| (dashes.len() + 1).saturating_sub(usize::from(gap)).max(1)).collect()
    }

    /// Writes a row in as many lines as its longest cell needs.
    fn write(&self, row: &Row, widths: &[usize], out: &mut Text) {
        let columns: Vec<&Column> = self.columns().collect();
        let mut rests: Vec<&str> = (0..columns.len()).map(|index| row.cell(index).0).collect();
        loop {
            let mut blank = 0;
            for (index, (column, rest)) in columns.iter().zip(&mut rests).enumerate() {
                let width = widths.get(index).copied().unwrap_or(1);
                let part = if column.is_number { std::mem::take(rest) } else { line_of(rest, width) };
                let room = width.saturating_sub(wrap::columns(part));
                let before = if column.is_number { room } else { 0 };
                if !part.is_empty() {
                    out.spaces(blank + before);
                    blank = 0;
                    match row.cell(index).1 {
                        Some(role) => out.paint(role, |out| {
                            out.untrusted(part.as_bytes());
                        }),
                        None => out.untrusted(part.as_bytes()),
                    };
                    blank += room - before;
                } else {
                    blank += width;
                }
                blank += self.gap();
            }
            out.ch('\n');
            if rests.iter().all(|rest| rest.is_empty()) {
                break;
            }
        }
    }
}

/// Takes as much from the beginning of a text as fits into a line: up to a space if there is one, else behind a mark where an
/// address or a word may be broken, else anywhere.
fn line_of<'a>(rest: &mut &'a str, width: usize) -> &'a str {
    let text = *rest;
    let mut taken = 0;
    let (mut hard, mut space, mut mark) = (text.len(), None, None);
    for (at, c) in text.char_indices() {
        let wide = wrap::columns(c.encode_utf8(&mut [0; 4]));
        if c == ' ' && taken <= width {
            space = Some(at);
        }
        taken += wide;
        if taken > width {
            // At least one character, however narrow the column is.
            hard = if at == 0 { c.len_utf8() } else { at };
            break;
        }
        if matches!(c, ':' | '/' | '-') && at > 0 {
            mark = Some(at + 1);
        }
    }
    if taken <= width {
        *rest = "";
        return text;
    }
    let at = space.or(mark).unwrap_or(hard);
    let (part, behind) = text.split_at(at);
    *rest = behind.trim_start();
    part
}

#[cfg(test)]
mod tests {
    use super::line_of;

    fn lines(mut text: &str, width: usize) -> Vec<&str> {
        let mut lines = Vec::new();
        while !text.is_empty() {
            lines.push(line_of(&mut text, width));
        }
        lines
    }

    #[test]
    fn cells_break_at_spaces_then_behind_marks_then_anywhere() {
        assert_eq!(lines("closed by client", 9), ["closed by", "client"]);
        assert_eq!(lines("[2001:db8::1:0:2]:51234", 14), ["[2001:db8::1:", "0:2]:51234"]);
        assert_eq!(lines("half-closed-by-client", 12), ["half-closed-", "by-client"]);
        assert_eq!(lines("abcdef", 4), ["abcd", "ef"]);
        assert_eq!(lines("µs", 0), ["µ", "s"]);
    }
}
