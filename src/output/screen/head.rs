//! What stands above every picture: where frames come from, how many there were, and whether any was lost.

use super::cut;
use super::units::{bytes, count, elapsed, per_second};
use crate::capture::{Interface, Losses};
use crate::flow::Counts;
use crate::text::{Role, Text};
use std::time::Duration;

/// How a live capture stands.
#[derive(Clone, Copy, Debug)]
pub struct Status<'a> {
    /// Since it began.
    pub elapsed: Duration,
    /// Frames that passed the filter.
    pub frames: u64,
    /// Bytes of them, on the wire.
    pub bytes: u64,
    /// Frames of them that were not looked at for want of time.
    pub unshown: u64,
    /// What each interface lost.
    pub losses: &'a [Losses],
    /// The interfaces.
    pub interfaces: &'a [Interface],
    /// The conversations.
    pub flows: Counts,
}

/// The header of a picture, and what it says of the time since the last one.
#[derive(Debug, Default)]
pub(super) struct Head {
    /// At the last picture: the time, frames and bytes.
    before: (Duration, u64, u64),
    /// Frames and bytes a second until then.
    rates: Option<(u64, u64)>,
}

impl Head {
    /// How long ago the last picture was.
    pub(super) fn interval(&self, status: &Status<'_>) -> Duration {
        status.elapsed.saturating_sub(self.before.0)
    }

    /// Writes it in at most `height` lines, and says how many it took.
    pub(super) fn write(&mut self, status: &Status<'_>, width: usize, height: usize, out: &mut Text) -> usize {
        let interval = self.interval(status);
        let (_, frames, octets) = self.before;
        let rate = |now: u64, before: u64| per_second(now.saturating_sub(before), interval);
        // A picture that is drawn twice at a time, for a new size, says the same twice.
        if let (Some(frames), Some(octets)) = (rate(status.frames, frames), rate(status.bytes, octets)) {
            self.rates = Some((frames, octets));
            self.before = (status.elapsed, status.frames, status.bytes);
        }
        let items = self.items(status, out.colour());
        let (mut taken, mut lines) = (0, 1);
        for item in &items {
            let wide = cut::width(item);
            if taken > 0 && taken + GAP + wide > width {
                if lines == height {
                    break;
                }
                out.ch('\n');
                (taken, lines) = (0, lines + 1);
            }
            out.spaces(if taken > 0 { GAP } else { 0 });
            taken += wide + if taken > 0 { GAP } else { 0 };
            out.text(item);
        }
        out.ch('\n');
        lines
    }

    /// What is said, the most important first.
    fn items(&self, status: &Status<'_>, colour: bool) -> Vec<Text> {
        let mut items = Vec::new();
        let mut item = |role: Option<Role>, write: &dyn Fn(&mut Text)| {
            let mut text = Text::with_colour(colour);
            match role {
                Some(role) => {
                    text.paint(role, write);
                }
                None => write(&mut text),
            }
            items.push(text);
        };
        item(Some(Role::Heading), &|out| interfaces(status.interfaces, out));
        item(None, &|out| elapsed(status.elapsed, out));
        let total = |lost: fn(&Losses) -> u64| status.losses.iter().map(lost).fold(0, u64::saturating_add);
        let (kernel, interface) = (total(|l| l.dropped), total(|l| l.interface_dropped));
        let warn = |n: u64| (n > 0).then_some(Role::Bad);
        if kernel > 0 || interface == 0 {
            item(warn(kernel), &|out| {
                out.num_grouped(kernel).lit(" dropped");
            });
        }
        if interface > 0 {
            item(warn(interface), &|out| {
                out.num_grouped(interface).lit(" dropped by the interface");
            });
        }
        if status.unshown > 0 {
            item(Some(Role::Notice), &|out| {
                out.num_grouped(status.unshown).lit(" not shown");
            });
        }
        let (frames, octets) = self.rates.unwrap_or_default();
        item(None, &|out| {
            out.num_grouped(status.frames).lit(plural(status.frames, " packet", " packets"));
        });
        item(None, &|out| {
            count(frames, out);
            out.lit(" packets/s");
        });
        item(None, &|out| {
            bytes(octets, out);
            out.lit("/s");
        });
        let flows = &status.flows;
        item(None, &|out| {
            out.num_grouped(flows.active).lit(plural(flows.active, " flow", " flows"));
        });
        item(None, &|out| {
            out.num_grouped(flows.expired).lit(" gone");
        });
        if flows.evicted() > 0 {
            item(Some(Role::Notice), &|out| {
                out.num_grouped(flows.evicted()).lit(" evicted");
            });
        }
        items
    }
}

/// Spaces between two items.
const GAP: usize = 2;
/// More interfaces are counted.
const NAMED: usize = 4;

/// Writes the names of the interfaces.
fn interfaces(all: &[Interface], out: &mut Text) {
    for (n, interface) in all.iter().take(NAMED).enumerate() {
        out.lit(if n > 0 { ", " } else { "" });
        match &interface.name {
            Some(name) => out.untrusted(name),
            None => out.lit("?"),
        };
    }
    if let Some(more @ 1..) = all.len().checked_sub(NAMED) {
        out.lit(" and ").num(more as u64).lit(" more");
    }
}

fn plural(n: u64, one: &'static str, many: &'static str) -> &'static str {
    if n == 1 { one } else { many }
}
