//! `--flows` while packets come: the conversations that matter now, as many as the window has lines.

use super::Size;
use super::grid::{Cells, Column, Grid};
use super::head::{Head, Status};
use super::host::{self, Host, Known};
use super::top::Top;
use super::units::{bytes, elapsed, per_second};
use crate::flow::clock::{Instant, Nanos, SECOND};
use crate::flow::exchange::SILENCE;
use crate::flow::slab::Class;
use crate::flow::tcp::{State, lasting};
use crate::flow::{Flow, Kind, Report, Table};
use crate::output::flows::rows::{application, protocol};
use crate::output::flows::table::{colour, end};
use crate::output::flows::{Order, Rank};
use crate::output::states;
use crate::text::{Role, Text};
use std::collections::HashMap;
use std::time::Duration;

/// How long conversations stay on the screen that have ended.
pub(super) const LINGER: Nanos = 5 * SECOND;

/// Draws conversations.
///
/// The first of a million conversations are found in one pass, without sorting them and without memory for each but for a
/// moment where outcomes are compared. That takes 60 to 75 ms of a processor (at `opt-level` 1), and 110 ms when each of them
/// was active later than the one before it; `a_million_conversations` among the tests measures it.
#[derive(Debug, Default)]
pub struct LiveFlows {
    /// `None`: the most recently active first.
    order: Option<Order>,
    limit: Option<u64>,
    head: Head,
    grid: Grid,
    /// Of the conversations in the last picture: their bytes until then, and bytes a second before.
    before: HashMap<u32, (u64, Option<u64>)>,
}

impl LiveFlows {
    /// Shows conversations in this order, the most recently active first without one; `limit` is the most rows.
    pub fn new(order: Option<Order>, limit: Option<u64>) -> LiveFlows {
        LiveFlows { order, limit, ..LiveFlows::default() }
    }

    /// Writes the picture of now.
    pub fn picture(&mut self, status: &Status<'_>, table: &Table, host: &mut dyn Host, size: Size, out: &mut Text) {
        let interval = self.head.interval(status);
        let above = self.head.write(status, size.columns, (size.lines / 4).max(1), out);
        // The titles take a line.
        let room = size.lines.saturating_sub(above + 1);
        let limit = self.limit.map_or(room, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
        let now = table.now();
        let chosen: Vec<&Flow> = chosen(table, self.order, room.min(limit)).collect();
        let mut rates = HashMap::with_capacity(chosen.len());
        let mut rows = Vec::with_capacity(chosen.len());
        let known = host::ends(&chosen, host);
        for (flow, known) in chosen.into_iter().zip(&known) {
            let rate = self.rate(flow, now, interval);
            rates.insert(flow.id, (flow.bytes(), rate));
            rows.push(row(flow, now, rate, known));
        }
        self.before = rates;
        if !rows.is_empty() {
            self.grid.write(&COLUMNS, &rows, size.columns, out);
        } else if room > 0 {
            out.paint(Role::Faint, |out| {
                out.lit("no conversation at present");
            });
            out.ch('\n');
        }
    }

    /// Bytes a second since the last picture, where that is known.
    fn rate(&self, flow: &Flow, now: Instant, interval: Duration) -> Option<u64> {
        let (before, rate) = match self.before.get(&flow.id) {
            Some((before, rate)) => (*before, *rate),
            // It has begun since.
            None if u128::try_from(now.since(flow.first)).is_ok_and(|age| age <= interval.as_nanos()) => (0, None),
            None => return None,
        };
        // A picture that is drawn again for a new size.
        if interval.is_zero() { rate } else { per_second(flow.bytes().saturating_sub(before), interval) }
    }
}

/// The conversations that are shown, in order. Those that have ended leave after a while.
fn chosen(table: &Table, order: Option<Order>, room: usize) -> impl Iterator<Item = &Flow> {
    let now = table.now();
    let mut top: Top<(Rank, u32), &Flow> = Top::new(room);
    for flow in table.in_no_order() {
        let rank = match order {
            Some(order) => order.rank(flow, now),
            None => [0, 0, !lately(flow.last)],
        };
        top.offer_if((rank, flow.id), flow, |flow| !has_left(flow, now));
    }
    top.sorted()
}

/// A number that grows with the time.
pub(super) fn lately(at: Instant) -> u64 {
    at.since(Instant::EPOCH) as u64 ^ (1 << 63)
}

/// Whether a conversation has ended.
pub(super) fn has_ended(flow: &Flow, now: Instant) -> bool {
    match flow.kind {
        Kind::Tcp(_) => flow.class() == Class::Ended,
        Kind::Exchange(_) => now.since(flow.last) > SILENCE,
    }
}

/// Whether it has ended so long ago that it is not shown any more.
pub(super) fn has_left(flow: &Flow, now: Instant) -> bool {
    now.since(flow.last) > LINGER && has_ended(flow, now)
}

static COLUMNS: [Column; 11] = [
    Column::number("#", 1),
    Column::sockets("CLIENT", 0),
    Column::sockets("SERVER", 0),
    Column::words("PROCESS", 4, 12, 6).optional(),
    Column::words("PROTO", 7, 6, 6),
    Column::words("SERVICE", 8, 8, 7).optional(),
    Column::words("STATE", 2, 21, 8),
    Column::number("PACKETS", 6),
    Column::number("BYTES", 5),
    Column::number("RATE", 3),
    Column::number("AGE", 6),
];

fn row(flow: &Flow, now: Instant, rate: Option<u64>, known: &[Known; 2]) -> Cells {
    let report = Report::of(flow, now);
    let ended = has_ended(flow, now);
    let mut cells = Cells::default();
    cells.add(|out| {
        out.num(report.id.into());
        None
    });
    cells.add(|out| end(&report, &report.client, out));
    cells.add(|out| end(&report, &report.server, out));
    cells.add(|out| {
        host::owners(known, out);
        None
    });
    cells.add(|out| {
        out.lit(protocol(&report));
        None
    });
    cells.add(|out| {
        out.lit(application(&report).unwrap_or_default());
        None
    });
    cells.add(|out| match (report.client.state, report.server.state) {
        (Some(client), Some(server)) if !ended => both(client, server, out),
        _ => {
            out.lit(report.verdict.outcome.name());
            colour(report.verdict.outcome)
        }
    });
    cells.add(|out| {
        out.num(flow.packets());
        None
    });
    cells.add(|out| {
        bytes(flow.bytes(), out);
        None
    });
    cells.add(|out| {
        if let Some(rate @ 1..) = rate {
            bytes(rate, out);
            out.lit("/s");
        }
        None
    });
    cells.add(|out| {
        age(if ended { report.duration() } else { now.since(flow.first) }, out);
        None
    });
    cells
}

/// Writes the states of client and server, once when they are the same.
fn both(client: State, server: State, out: &mut Text) -> Option<Role> {
    out.lit(client.name());
    if client != server {
        out.ch('/').lit(server.name());
    }
    Some(states::colour(if client == State::Closed { server } else { client }))
}

/// Writes how long something has lasted.
pub(super) fn age(nanos: Nanos, out: &mut Text) {
    if nanos < 600 * SECOND {
        out.fmt(format_args!("{}", lasting(nanos)));
    } else {
        elapsed(Duration::from_nanos(nanos.unsigned_abs()), out);
    }
}
