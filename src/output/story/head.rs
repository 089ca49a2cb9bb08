//! The beginning of a story: who talked to whom, and what came of it.

use crate::flow::report::Report;
use crate::flow::tcp::verdict::{Actor, Confidence};
use crate::flow::tcp::{Role, lasting};
use crate::flow::{Carrier, Transport};
use crate::input::Addresses;
use crate::output::states::{ip, socket};
use crate::output::time::Stamp;
use crate::output::wrap::paragraph;
use crate::text::{self, Text};

/// Where what is said of an item begins.
const INDENT: usize = 10;

/// Writes a label and what is to be said, broken into lines.
pub(super) fn item(label: &'static str, words: &Text, width: usize, role: Option<text::Role>, out: &mut Text) {
    let start = out.len();
    out.paint(text::Role::Label, |out| {
        out.lit(label);
    });
    if !out.colour() {
        out.pad_from(start, INDENT);
    } else {
        out.spaces(INDENT.saturating_sub(label.len()));
    }
    let mut lines = Text::with_colour(out.colour());
    paragraph(words, INDENT, width, role, &mut lines);
    out.part(&lines, INDENT..lines.len());
}

fn said(label: &'static str, words: String, width: usize, out: &mut Text) {
    let mut text = Text::new();
    text.fmt(format_args!("{words}"));
    item(label, &text, width, None, out);
}

/// Writes the head and the verdict.
pub(super) fn write(report: &Report, stamp: &Stamp, width: usize, out: &mut Text) {
    out.paint(text::Role::Heading, |out| {
        out.ch('#').num(report.id.into()).lit(match report.transport {
            Transport::Tcp => " TCP ",
            Transport::Udp => " UDP ",
            Transport::Echo => " ICMP echo ",
        });
        for (n, end) in [&report.client, &report.server].into_iter().enumerate() {
            out.lit(if n > 0 { " → " } else { "" });
            match report.transport {
                Transport::Echo => ip(end.socket.ip, out),
                _ => socket(&end.socket, out),
            }
        }
    });
    out.lit("\n\n");
    let tcp = report.transport == Transport::Tcp;
    let mut words = Text::new();
    words.lit(match (tcp, report.verdict.initiator) {
        (false, _) => "client sent first",
        (true, Some(Actor::Client)) => "client opened the connection: it sent the first SYN",
        (true, Some(Actor::Both)) => "both opened the connection at once: their SYNs crossed",
        (true, _) => "who opened the connection was not captured; the side with the lower port is taken as the server",
    });
    if let (Transport::Echo, Some((_, _, identifier))) = (report.transport, report.icmp) {
        words.lit("; identifier ").num(identifier.into());
    }
    item("roles", &words, width, None, out);
    words.clear();
    stamp.dated().write(report.start.time(), &mut words);
    words.lit("(frame ").num(report.first_frame.into()).lit("), lasted ");
    words.fmt(format_args!("{}", lasting(report.duration())));
    words.lit(" (to frame ").num(report.last_frame.into()).ch(')');
    item("began", &words, width, None, out);
    if !report.carriers.is_empty() {
        words.clear();
        for (n, carrier) in report.carriers.iter().enumerate() {
            words.lit(if n > 0 { ", in it " } else { "" });
            around(carrier, &mut words);
        }
        item("inside", &words, width, None, out);
    }
    verdict(report, width, out);
}

/// Writes a tunnel or a tag.
fn around(carrier: &Carrier, out: &mut Text) {
    out.lit(carrier.protocol);
    if let Some(id) = carrier.id {
        out.ch(' ').num(id.into());
    }
    match &carrier.ends {
        Some(Addresses::V4 { src, dst }) => out.lit(" from ").ip4(*src).lit(" to ").ip4(*dst),
        Some(Addresses::V6 { src, dst }) => out.lit(" from ").ip6(*src).lit(" to ").ip6(*dst),
        None => out,
    };
}

fn verdict(report: &Report, width: usize, out: &mut Text) {
    let verdict = &report.verdict;
    let mut words = Text::new();
    words.lit(verdict.outcome.name()).lit(match verdict.confidence {
        Confidence::Certain => " (certain)",
        Confidence::Likely => " (likely: another reading is possible)",
        Confidence::Unknown => " (the capture does not hold what would tell)",
    });
    item("verdict", &words, width, Some(text::Role::Heading), out);
    said("", verdict.text.clone(), width, out);
    match verdict.frames.as_slice() {
        [] => {}
        [frame] => said("proof", format!("frame {frame}"), width, out),
        [frames @ .., last] => {
            let list: Vec<String> = frames.iter().map(u32::to_string).collect();
            said("proof", format!("frames {} and {last}", list.join(", ")), width, out);
        }
    }
    if let Some(by) = verdict.reset_by {
        let alone = match by {
            Actor::Client => report.client.packets == 1,
            Actor::Server => report.server.packets == 1,
            Actor::Both | Actor::Middle => false,
        };
        if alone {
            // There is nothing that it could be compared with.
            said("reset", format!("sent by the {}: it is the only packet that came from there", by.name()), width, out);
        } else {
            said("reset", reset_by(by).to_owned(), width, out);
            for sign in &verdict.signs {
                said("", format!("· {sign}"), width, out);
            }
        }
    }
    let left = |role: Role| report.side(role).state.map_or("", |state| state.name());
    if report.transport == Transport::Tcp {
        said("left in", format!("client {}, server {}", left(Role::Client), left(Role::Server)), width, out);
    }
}

/// Who sent the reset.
const fn reset_by(by: Actor) -> &'static str {
    match by {
        Actor::Client => "sent by the client itself, by these signs:",
        Actor::Server => "sent by the server itself, by these signs:",
        Actor::Both => "sent by both, by these signs:",
        Actor::Middle => "sent by somebody between the two, by these signs:",
    }
}
