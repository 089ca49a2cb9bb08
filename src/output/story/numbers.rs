//! The end of a story: the numbers of both ends, and what they tell of how the hosts are set up.

use super::Spans;
use super::head::item;
use crate::flow::Transport;
use crate::flow::clock::{Nanos, SECOND};
use crate::flow::report::{Counts, End, Report};
use crate::flow::tcp::{Role, State, lasting};
use crate::text::{self, Text};
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

/// Writes the numbers.
pub(super) fn write(report: &Report, spans: &Spans, width: usize, out: &mut Text) {
    out.ch('\n').paint(text::Role::Heading, |out| {
        out.lit("Numbers");
    });
    out.lit("\n\n");
    let mut table = Table::new();
    // The caller knows the width; nothing here asks the terminal.
    table.force_no_tty().load_style(presets::NOTHING).set_width(u16::try_from(width).unwrap_or(u16::MAX));
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["", "client", "server"]);
    for [label, client, server] in rows(report, spans) {
        table.add_row([label, client, server]);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    for line in table.lines() {
        // The table begins every line with a space, and pads the last column.
        out.untrusted(line.strip_prefix(' ').unwrap_or(&line).trim_end().as_bytes()).ch('\n');
    }
    out.ch('\n');
    for (label, words) in together(report) {
        let mut text = Text::new();
        text.fmt(format_args!("{words}"));
        item(label, &text, width, None, out);
    }
}

/// Digits in groups of three.
fn grouped(n: u64) -> String {
    let mut text = Text::new();
    text.num_grouped(n);
    text.as_str().to_owned()
}

/// Of fewer bytes a rate says nothing.
const MEASURABLE_BYTES: u64 = 10_000;

/// A rate in bits a second.
fn rate(bytes: u64, time: Nanos) -> Option<String> {
    if time <= 0 || bytes < MEASURABLE_BYTES {
        return None;
    }
    let bits = u128::from(bytes) * 8 * SECOND.unsigned_abs() as u128 / time.unsigned_abs() as u128;
    let bits = u64::try_from(bits).unwrap_or(u64::MAX);
    Some(match bits {
        0..10_000 => format!("{bits} bit/s"),
        10_000..10_000_000 => format!("{} kbit/s", grouped(bits / 1000)),
        _ => format!("{} Mbit/s", grouped(bits / 1_000_000)),
    })
}

/// The rows of the table: label, client, server. What never happened on either side has no row, but for what everybody
/// asks for first.
fn rows(report: &Report, spans: &Spans) -> Vec<[String; 3]> {
    let ends = [&report.client, &report.server];
    let mut rows = Vec::new();
    let mut row = |label: &str, cells: [Option<String>; 2]| {
        if cells.iter().any(Option::is_some) {
            let [client, server] = cells.map(|cell| cell.unwrap_or_else(|| "–".to_owned()));
            rows.push([label.to_owned(), client, server]);
        }
    };
    let tcp = report.transport == Transport::Tcp;
    let of = |read: fn(&End) -> u64| ends.map(|end| Some(grouped(read(end))));
    row("packets", of(|end| end.packets));
    row("bytes (IP)", of(|end| end.bytes));
    row("payload bytes, each once", of(|end| end.payload));
    row("payload a second", ends.map(|end| rate(end.payload, end.sending.unwrap_or(0))));
    row("round trip, shortest", ends.map(|end| end.rtt.min().map(lasting)));
    row("round trip, mean", ends.map(|end| end.rtt.mean().map(lasting)));
    row("round trip, longest", ends.map(|end| end.rtt.max().map(lasting)));
    let some = |read: fn(&Counts) -> u64, always: bool| {
        let counts = ends.map(|end| read(&end.counts));
        let shown = always || counts.iter().any(|n| *n > 0);
        counts.map(|n| shown.then(|| grouped(n)))
    };
    row("retransmissions", some(|c| c.retransmissions.into(), tcp));
    row("… asked for by duplicate ACKs", some(|c| c.fast.into(), false));
    row("… needless", some(|c| c.spurious.into(), false));
    row("… bytes of them", some(|c| c.retransmitted, false));
    row("out of order", some(|c| c.out_of_order.into(), tcp));
    row("captured twice", some(|c| c.copies.into(), false));
    row("duplicate ACKs sent", some(|c| c.duplicate_acks.into(), tcp));
    row("zero windows", some(|c| c.zero_windows.into(), false));
    let zero = ends.iter().any(|end| end.counts.zero_windows > 0);
    row("… time with window 0", ends.map(|end| zero.then(|| lasting(end.counts.zero_time))));
    row("filled the other's window", some(|c| c.window_full.into(), false));
    row("window probes", some(|c| c.window_probes.into(), false));
    row("keep-alives", some(|c| c.keep_alives.into(), false));
    row("bytes missed by the capture", some(|c| c.missed, false));
    row("bytes lost on the way", some(|c| c.lost, false));
    row("bad checksums", some(|c| c.bad_checksums.into(), false));
    row("packets with congestion mark", some(|c| c.marked.into(), false));
    row("congestion reported", some(|c| c.echoes.into(), false));
    row("slowed down for it", some(|c| c.reductions.into(), false));
    if tcp {
        offers(ends, &mut row);
        for state in State::ALL {
            let cells = [Role::Client, Role::Server]
                .map(|role| spans.of(role).find(|(s, _)| *s == state).map(|(_, length)| lasting(length)));
            row(&format!("in {}", state.name()), cells);
        }
    }
    rows
}

/// What the SYNs offered.
fn offers(ends: [&End; 2], row: &mut impl FnMut(&str, [Option<String>; 2])) {
    let options = ends.map(|end| end.options);
    let yes = |offered: Option<bool>| offered.map(|yes| if yes { "yes" } else { "no" }.to_owned());
    row("SYNs sent", ends.map(|end| (end.syns > 0).then(|| end.syns.to_string())));
    row("maximum segment size", options.map(|o| o?.mss.map(|mss| mss.to_string())));
    row("window scale", options.map(|o| o?.window_scale.map(|shift| format!("{shift} (×{})", 1u32 << shift.min(14)))));
    row("selective ACKs (SACK)", options.map(|o| yes(o?.sack)));
    row("timestamps", options.map(|o| yes(o?.timestamps)));
    row("congestion marks (ECN)", options.map(|o| yes(o?.ecn)));
    if options.iter().flatten().any(|o| o.fast_open) {
        row("data in the SYN (Fast Open)", options.map(|o| yes(o.map(|o| o.fast_open))));
    }
}

/// What is said of both ends together: label and words.
fn together(report: &Report) -> Vec<(&'static str, String)> {
    let mut list = Vec::new();
    if let Some(handshake) = report.handshake {
        list.push(("handshake", lasting(handshake)));
    }
    if let (Some(asked), Some(answered)) = (report.client.first_payload, report.server.first_payload) {
        let (first, second, wait) = match answered.since(asked) {
            wait @ 0.. => ("client", "server", wait),
            wait => ("server", "client", wait.saturating_neg()),
        };
        let words = format!("{} from the first byte of the {first} to the first of the {second}", lasting(wait));
        list.push(("answer", words));
    }
    list.push(("silence", format!("at most {} between two packets", lasting(report.longest_gap))));
    if let Some((requests, answered)) = report.requests {
        list.push(("requests", format!("{requests}, of which {answered} were answered")));
    }
    let ignored = ignored(report);
    if !ignored.is_empty() {
        list.push(("ignored", ignored.join(", ")));
    }
    let hints = hints(report);
    for (n, hint) in hints.into_iter().enumerate() {
        list.push((if n == 0 { "hints" } else { "" }, hint));
    }
    if !report.conn_state.is_empty() {
        let history = if report.history.is_empty() { "(none)" } else { &report.history };
        list.push(("Zeek", format!("conn_state {}, history {history}", report.conn_state)));
    }
    list.push(("community", report.community_id.clone()));
    list
}

/// What came and changed nothing.
fn ignored(report: &Report) -> Vec<String> {
    let Some(ignored) = report.ignored else { return Vec::new() };
    let what = [
        (ignored.resets, ["RST whose number was wrong", "RSTs whose numbers were wrong"]),
        (ignored.icmp_errors, ["ICMP error, which ended nothing", "ICMP errors, which ended nothing"]),
        (ignored.segments, ["segment without ACK, SYN and RST", "segments without ACK, SYN and RST"]),
    ];
    let present = what.into_iter().filter(|(count, _)| *count > 0);
    present.map(|(count, [one, many])| format!("{count} {}", if count == 1 { one } else { many })).collect()
}

/// What the numbers tell of how the hosts are set up.
fn hints(report: &Report) -> Vec<String> {
    let mut list = Vec::new();
    for (role, end) in [(Role::Client, &report.client), (Role::Server, &report.server)] {
        let name = role.name();
        let (small, unwaiting) = end.small;
        if unwaiting >= MANY {
            list.push(format!(
                "{name} sent {} although earlier ones were not acknowledged yet, as with TCP_NODELAY (or they were the \
                 ends of larger data)",
                segments(unwaiting)
            ));
        } else if unwaiting == 0 && small >= MANY {
            list.push(format!(
                "{name} sent each of its {} only when all before it were acknowledged, as Nagle's algorithm does (or it had \
                 nothing to send earlier)",
                segments(small)
            ));
        }
        if end.late_acks > 0 {
            let were = if end.late_acks == 1 { "was" } else { "were" };
            list.push(format!(
                "{} of the {name}'s segments {were} acknowledged late: the {} delays its ACKs",
                end.late_acks,
                role.other().name()
            ));
        }
    }
    list
}

/// So many small segments are needed to see a habit.
const MANY: u32 = 3;

fn segments(n: u32) -> String {
    format!("{} small segments", grouped(n.into()))
}
