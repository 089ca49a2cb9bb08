//! `--states` while packets come: the sockets of both ends of each connection, and the changes as they happen.

use super::Size;
use super::flows::{age, has_left, lately};
use super::grid::{Cells, Column, Grid};
use super::head::{Head, Status};
use super::host::{self, Host, Known};
use super::top::Top;
use crate::flow::clock::Instant;
use crate::flow::tcp::endpoint::Endpoint;
use crate::flow::tcp::{Evidence, State};
use crate::flow::{Flow, Kind, Socket, Table, Transition};
use crate::output::states::{colour, socket};
use crate::output::time::Stamp;
use crate::text::{Role, Text};
use std::collections::{HashMap, VecDeque};

/// So many changes are kept; no window shows more.
const KEPT: usize = Size::LARGEST.lines;

/// From this width on, changes have room for the socket.
const ROOMY: usize = 80;

/// Draws sockets and their changes of state.
#[derive(Debug)]
pub struct LiveStates {
    head: Head,
    grid: Grid,
    stamp: Stamp,
    changes: VecDeque<Transition>,
    /// Where the kernel differed in the last picture: number of the flow, its end, and both states. Packets that are still on
    /// their way through the capture make a difference that is over at once, and is no news.
    differed: HashMap<(u32, usize), (State, State)>,
}

impl LiveStates {
    /// Shows sockets; changes have times in this form.
    pub fn new(stamp: Stamp) -> LiveStates {
        LiveStates {
            head: Head::default(),
            grid: Grid::default(),
            stamp,
            changes: VecDeque::new(),
            differed: HashMap::new(),
        }
    }

    /// Takes note of a change.
    pub fn transition(&mut self, change: &Transition) {
        if self.changes.len() == KEPT {
            self.changes.pop_front();
        }
        self.changes.push_back(*change);
    }

    /// Writes the picture of now.
    pub fn picture(&mut self, status: &Status<'_>, table: &Table, host: &mut dyn Host, size: Size, out: &mut Text) {
        let above = self.head.write(status, size.columns, (size.lines / 4).max(1), out);
        let body = size.lines.saturating_sub(above);
        // A third is for the changes and the line above them; whoever needs less leaves the rest to the other.
        let (now, most) = (table.now(), body.saturating_sub(1));
        let mut chosen: Vec<&Flow> = chosen(table, most).collect();
        let wanted = if self.changes.is_empty() { 0 } else { self.changes.len() + 1 };
        let sockets = if chosen.is_empty() { 1 } else { chosen.len() + 1 };
        let below = wanted.min((body / 3).max(body.saturating_sub(sockets)));
        chosen.truncate(body.saturating_sub(below + 1));
        let mut differed = HashMap::new();
        let mut any_local = false;
        let mut rows = Vec::with_capacity(chosen.len());
        let known = host::ends(&chosen, host);
        for (flow, known) in chosen.into_iter().zip(&known) {
            let row = self.row(flow, now, known, &mut differed);
            rows.extend(row.map(|(cells, is_local)| {
                any_local |= is_local;
                cells
            }));
        }
        self.differed = differed;
        if !rows.is_empty() {
            self.grid.write(if any_local { &LOCAL } else { &TRANSIT }, &rows, size.columns, out);
        } else if body > below {
            out.paint(Role::Faint, |out| {
                out.lit("no connection at present");
            });
            out.ch('\n');
        }
        if let Some(lines) = below.checked_sub(1) {
            self.latest(lines, size.columns, out);
        }
    }

    /// Writes the last changes, the latest at the bottom.
    fn latest(&mut self, lines: usize, width: usize, out: &mut Text) {
        out.paint(Role::Heading, |out| {
            out.lit("CHANGES");
        });
        out.ch('\n');
        for change in self.changes.iter().skip(self.changes.len().saturating_sub(lines)) {
            self.stamp.write(change.time, out);
            out.ch('#').num(change.flow.into()).ch(' ').lit(change.role.name()).ch(' ');
            // Where there is no room for it, the rows above say which socket that is.
            if width >= ROOMY {
                socket(&change.socket, out);
                out.ch(' ');
            }
            out.lit(change.from.name()).lit(" → ");
            out.paint(colour(change.to), |out| {
                out.lit(change.to.name());
            });
            out.lit(": ").lit(change.why.text());
            out.lit(if change.evidence == Evidence::Inferred { " (inferred)\n" } else { "\n" });
        }
    }

    /// The cells of a connection, and whether one of its ends is this host's.
    fn row(
        &self,
        flow: &Flow,
        now: Instant,
        known: &[Known; 2],
        differed: &mut HashMap<(u32, usize), (State, State)>,
    ) -> Option<(Cells, bool)> {
        let Kind::Tcp(connection) = &flow.kind else { return None };
        let (key, client) = (flow.key.get(), flow.client());
        let sockets = [client, 1 - client].map(|end| key.socket(end));
        let ends: [&Endpoint; 2] = [client, 1 - client].map(|end| &connection.ends[end & 1]);
        let local = known.each_ref().map(|known| known.is_local);
        // This host's end first; the arrow shows who is the client.
        let (first, second, arrow) = if local[1] && !local[0] { (1, 0, "←") } else { (0, 1, "→") };
        let mut cells = Cells::default();
        cells.add(|out| {
            out.num(flow.id.into());
            None
        });
        let mut end = |cells: &mut Cells, end: usize| {
            put(cells, sockets[end & 1], ends[end & 1].state);
            let kernel = known[end & 1].state;
            cells.add(|out| {
                let kernel = kernel?;
                let both = (ends[end & 1].state, kernel);
                out.lit(kernel.name());
                if both.0 == kernel {
                    return Some(Role::Faint);
                }
                differed.insert((flow.id, end), both);
                let again = self.differed.get(&(flow.id, end)) == Some(&both);
                out.lit(if again { " ≠" } else { "" });
                again.then_some(Role::Bad)
            });
        };
        end(&mut cells, first);
        cells.add(|out| {
            out.lit(arrow);
            None
        });
        end(&mut cells, second);
        cells.add(|out| {
            age(now.since(changed(flow)).max(0), out);
            None
        });
        cells.add(|out| {
            host::owners([&known[first & 1], &known[second & 1]], out);
            None
        });
        Some((cells, local.contains(&true)))
    }
}

/// Adds a socket and its state.
fn put(cells: &mut Cells, own: Socket, state: State) {
    cells.add(|out| {
        socket(&own, out);
        None
    });
    cells.add(|out| {
        out.lit(state.name());
        Some(colour(state))
    });
}

/// When the state of one of its ends changed last.
fn changed(flow: &Flow) -> Instant {
    match &flow.kind {
        Kind::Tcp(connection) => connection.ends.iter().map(|end| end.since).max().unwrap_or_default(),
        Kind::Exchange(_) => Instant::default(),
    }
}

/// The connections that are shown: those first whose states changed last.
fn chosen(table: &Table, room: usize) -> impl Iterator<Item = &Flow> {
    let now = table.now();
    let mut top: Top<(u64, u32), &Flow> = Top::new(room);
    for flow in table.in_no_order() {
        top.offer_if((!lately(changed(flow)), flow.id), flow, |flow| {
            matches!(flow.kind, Kind::Tcp(_)) && !has_left(flow, now)
        });
    }
    top.sorted()
}

/// The columns; what stands above the ends depends on whether one of them is this host's.
const fn columns(ends: [&'static str; 2]) -> [Column; 10] {
    [
        Column::number("#", 3),
        Column::sockets(ends[0], 0),
        Column::words("STATE", 1, 12, 8),
        Column::words("KERNEL", 3, 14, 8).optional(),
        Column::words("", 4, 1, 1),
        Column::sockets(ends[1], 0),
        Column::words("STATE", 2, 12, 8),
        Column::words("KERNEL", 6, 14, 8).optional(),
        Column::number("SINCE", 7),
        Column::words("PROCESS", 5, 12, 6).optional(),
    ]
}

static LOCAL: [Column; 10] = columns(["LOCAL", "PEER"]);
static TRANSIT: [Column; 10] = columns(["CLIENT", "SERVER"]);
