//! One line a packet, shaped like tcpdump's: stamp, then what each layer says, then what ended the reading.

use super::time::Stamp;
use crate::dissect::Style;
use crate::flow::Transition;
use crate::flow::tcp::Remarks;
use crate::input::{Bad, Extent, Stop};
use crate::packet::{End, MAX_LAYERS, Packet};
use crate::proto;
use crate::text::{Role, Text};

/// Writes lines. Allocates nothing once the text it writes into is warm.
#[derive(Clone, Debug)]
pub struct Line {
    /// How times are written.
    pub stamp: Stamp,
    /// How much the layers say.
    pub style: Style,
    /// `-#`: whether the line begins with the frame's number.
    pub numbered: bool,
}

/// How wide tcpdump makes the number of a frame.
const NUMBER_WIDTH: usize = 5;

/// How wide tcpdump makes the name of an interface.
const INTERFACE_WIDTH: usize = 5;

impl Line {
    /// Writes a packet's line, with the changes of state that it shows, and the end of the line. Some layers use several
    /// lines under `-v`, as in tcpdump.
    pub fn write(&mut self, packet: &Packet<'_>, changes: &[Transition], out: &mut Text) {
        if self.numbered {
            let digits = packet.facts.number.checked_ilog10().map_or(1, |n| n as usize + 1);
            out.spaces(NUMBER_WIDTH.saturating_sub(digits)).num(packet.facts.number).lit("  ");
        }
        self.stamp.write(packet.frame.time, out);
        if self.style.interface {
            let before = out.len();
            out.untrusted(packet.facts.interface_name.unwrap_or(b"?"));
            out.spaces(INTERFACE_WIDTH.saturating_sub(out.len() - before)).ch(' ');
        }
        let start = out.len();
        for (index, layer) in packet.layers.glimpsed().iter().enumerate() {
            // A packet that is quoted by an error message is for those who want more.
            if layer.extent == Extent::Quoted && self.style.verbose == 0 {
                break;
            }
            if let Some(seen) = packet.seen(index, &self.style) {
                (packet.registry.protocol(layer.protocol).line)(&seen, out);
            }
        }
        // A layer ends with a separator for the next one, which may not come.
        trim_end(out, start, b" ");
        // Where a header could not be read, the remark about it stands in its place.
        if matches!(packet.layers.end, End::Stopped(..)) {
            let before = out.len();
            remarks(packet, start, out);
            if out.len() == before {
                trim_separator(out, start);
            }
        } else {
            trim_separator(out, start);
            remarks(packet, start, out);
        }
        if let Some(flow) = tcp_flow(packet) {
            out.lit("  ").paint(Role::Faint, |out| {
                out.ch('#').num(flow.into());
            });
        }
        for (n, change) in changes.iter().enumerate() {
            out.lit(if n == 0 { " " } else { ", " });
            out.paint(super::states::colour(change.to), |out| super::states::arrow(change, out));
        }
        out.ch('\n');
    }
}

/// Writes what makes a packet remarkable, for a comment on it in a capture file: the connection and its changes, what the
/// analysis says of the segment, and what is wrong with the packet. Nothing for others.
pub fn comment(packet: &Packet<'_>, changes: &[Transition], out: &mut Text) {
    let start = out.len();
    let mut flow = None;
    for change in changes {
        part(start, out);
        if flow.replace(change.flow) != Some(change.flow) {
            out.ch('#').num(change.flow.into()).ch(' ');
        }
        super::states::arrow(change, out);
        out.lit(" (").lit(change.why.text()).ch(')');
    }
    if let Some(conversation) = packet.conversations.innermost() {
        for words in Remarks(conversation.remarks).words() {
            part(start, out);
            if flow.replace(conversation.flow) != Some(conversation.flow) {
                out.ch('#').num(conversation.flow.into()).ch(' ');
            }
            out.lit(words);
        }
    }
    if packet.layers.flaw.is_some() || matches!(packet.layers.end, End::Stopped(..) | End::TooDeep | End::Bug(_)) {
        remarks(packet, start, out);
    }
}

fn part(start: usize, out: &mut Text) {
    if out.len() > start {
        out.lit(", ");
    }
}

/// Takes off the colon or comma that announced another layer.
fn trim_separator(out: &mut Text, start: usize) {
    trim_end(out, start, b":");
    trim_end(out, start, b",");
}

/// Takes a separator off the end of what was written since `start`.
fn trim_end(out: &mut Text, start: usize, separator: &[u8]) {
    if out.as_bytes().get(start..).is_some_and(|line| line.ends_with(separator)) {
        out.truncate(out.len().saturating_sub(separator.len()));
    }
}

/// Writes why the reading ended early, and what contradicts itself.
fn remarks(packet: &Packet<'_>, start: usize, out: &mut Text) {
    let protocols = packet.layers.as_slice();
    let name_at = |index: usize| protocols.get(index).map_or("", |l| packet.registry.protocol(l.protocol).name);
    if let Some((index, bad)) = packet.layers.flaw {
        remark(start, Role::Bad, out, |out| contradiction(name_at(index.into()), &bad, out));
    }
    let quoted = protocols.last().is_some_and(|l| l.extent == Extent::Quoted);
    for (_, joined) in packet.layers.joined() {
        let (from, to) = joined.sources;
        remark(start, Role::Faint, out, |out| {
            out.lit("reassembled, ").num(to.saturating_sub(from).into()).lit(" fragments");
        });
    }
    match packet.layers.end {
        End::Complete | End::Fragment => {}
        // Error messages quote only the beginning of a packet: that it is cut there is no news.
        End::Stopped(_, Stop::Cut { .. }) if quoted => {}
        End::Stopped(id, Stop::Cut { .. }) => remark(start, Role::Notice, out, |out| {
            out.ch('|').lit(packet.registry.protocol(id).name);
        }),
        End::Stopped(id, Stop::Bad(bad)) => {
            remark(start, Role::Bad, out, |out| contradiction(packet.registry.protocol(id).name, &bad, out));
        }
        // Layers say themselves what they carry, except those that say nothing.
        End::Unclaimed(space, key) if out.len() == start => remark(start, Role::Notice, out, |out| {
            super::section::key(space, key, out);
            if let Some(name) = proto::key_name(space, key) {
                out.lit(" (").lit(name).ch(')');
            }
            out.lit(", length ").num(packet.frame.wire().into());
        }),
        End::Opaque(why) if out.len() == start => remark(start, Role::Notice, out, |out| {
            out.lit(why);
        }),
        End::Unclaimed(..) | End::Opaque(_) => {}
        End::TooDeep => remark(start, Role::Notice, out, |out| {
            out.lit("more than ").num(MAX_LAYERS as u64).lit(" layers");
        }),
        End::Bug(id) => remark(start, Role::Bad, out, |out| {
            out.lit("bug in sniff: ").lit(packet.registry.protocol(id).name).lit(" dissector failed");
        }),
    }
}

/// Writes a remark in brackets, with a space before it unless it comes first.
fn remark(start: usize, role: Role, out: &mut Text, body: impl FnOnce(&mut Text)) {
    if out.len() > start {
        out.ch(' ');
    }
    out.paint(role, |out| {
        out.ch('[');
        body(out);
        out.ch(']');
    });
}

/// Writes which rule does not hold. Its clause is for the tree, where there is room.
fn contradiction(protocol: &'static str, bad: &Bad, out: &mut Text) {
    let rule = bad.rule.split_once(" (").map_or(bad.rule, |(rule, _)| rule);
    out.lit("bad ").lit(protocol).lit(": ").lit(rule).lit(": ");
    out.num(bad.expected.into()).lit(" expected, ").num(bad.found.into()).lit(" found");
}

/// The number of the innermost TCP conversation.
fn tcp_flow(packet: &Packet<'_>) -> Option<u32> {
    let layers = packet.layers.as_slice().iter().enumerate().rev();
    let mut conversations = layers
        .filter(|(_, layer)| layer.extent != Extent::Quoted && packet.registry.protocol(layer.protocol).name == "tcp")
        .filter_map(|(index, _)| packet.conversations.of(index));
    conversations.next().map(|c| c.flow)
}

#[cfg(test)]
mod tests {
    use super::Line;
    use crate::capture::LinkType;
    use crate::dissect::Style;
    use crate::output::testing::{ETHERNET, show, show_as, udp};
    use crate::output::time::{Form, Stamp};

    fn line(style: Style) -> Line {
        Line { stamp: Stamp::new(Form::Clock, None, false), style, numbered: false }
    }

    #[test]
    fn a_datagram_reads_as_in_tcpdump() {
        let text = show(&udp(b"hello"), |packet, _, out| line(Style::default()).write(packet, &[], out));
        assert_eq!(text, "00:00:00.000142 IP 10.0.0.1.40000 > 10.0.0.2.9999: UDP, length 5\n");
        let text = show(&udp(b"hello"), |packet, _, out| {
            Line { numbered: true, ..line(Style::default()) }.write(packet, &[], out);
        });
        assert!(text.starts_with("    1  00:00:00.000142 IP "), "{text}");
    }

    #[test]
    fn what_ended_the_reading_is_said_in_brackets() {
        let frame = udp(b"hello");
        let cut = |at: usize| {
            show_as(ETHERNET, &frame[..at], frame.len() as u32, |packet, _, out| {
                line(Style::default()).write(packet, &[], out);
            })
        };
        assert_eq!(cut(10), "00:00:00.000142 [|eth]\n");
        assert!(cut(30).ends_with(" [|ip]\n"), "{}", cut(30));
        assert!(cut(38).ends_with(" [|udp]\n"), "{}", cut(38));
        assert!(!cut(44).contains('['), "{}", cut(44));
    }

    #[test]
    fn a_contradiction_names_the_rule_and_both_numbers() {
        let mut frame = udp(b"hello");
        frame[14] = 0x41;
        let text = show(&frame, |packet, _, out| line(Style::default()).write(packet, &[], out));
        assert!(text.contains("[bad ip: the header has at least 20 bytes: 20 expected, 4 found]\n"), "{text}");
        let mut frame = udp(b"hello");
        frame[39] = 200;
        let text = show(&frame, |packet, _, out| line(Style::default()).write(packet, &[], out));
        assert!(
            text.contains("[bad udp: the length is at most what the packet carries: 13 expected, 200 found]\n"),
            "{text}"
        );
    }

    #[test]
    fn an_unknown_link_type_is_named_by_number() {
        let text = show_as(LinkType(147), b"abc", 3, |packet, _, out| line(Style::default()).write(packet, &[], out));
        assert!(text.starts_with("00:00:00.000142 [link type 147"), "{text}");
        assert!(text.ends_with(", length 3]\n"), "{text}");
    }
}
