//! What one frame, or a timer, does in a conversation.

use crate::dissect::Follow;
use crate::flow::Transition;
use crate::flow::reading;
use crate::flow::tcp::segment::{ACK, CWR, ECE, FIN, PSH, RST, SYN};
use crate::flow::tcp::{Remarks, Role, State, lasting};
use crate::input::{Conversation, Extent, WindowScale};
use crate::packet::{Layer, Packet};
use crate::proto::shared::{icmp::icmp_names, icmp::icmpv6_names};
use crate::text::Text;
use crate::time::Time;

/// Something that happened.
#[derive(Clone, Debug)]
pub(super) struct Event {
    /// The frame; `None` for a timer.
    pub(super) number: Option<u64>,
    /// When.
    pub(super) time: Time,
    /// What.
    pub(super) what: What,
    /// The states of client and server after it.
    pub(super) states: [State; 2],
    /// The changes that led there.
    pub(super) changes: Vec<Transition>,
}

/// What happened.
#[derive(Clone, Copy, Debug)]
pub(super) enum What {
    /// A TCP segment passed.
    Segment(Sent),
    /// A datagram or an echo message passed.
    Datagram(Datagram),
    /// An ICMP message that quotes a packet of the conversation passed: what it says, when it is that the packet was not
    /// delivered.
    Error(Option<Undelivered>),
    /// A frame whose TCP header cannot be read: who sent it.
    Unreadable(Role),
    /// A timer fired, or a frame of another conversation told something of this one.
    Elsewhere,
}

/// What an ICMP error says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Undelivered {
    pub(super) kind: u8,
    pub(super) code: u8,
    /// What the code is called.
    name: Option<&'static str>,
}

/// A segment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent {
    pub(super) from: Role,
    /// As in bytes 12 and 13 of the header.
    pub(super) flags: u16,
    /// Counted from the connection's first numbers, and as they stand.
    pub(super) seq: [u32; 2],
    pub(super) ack: Option<[u32; 2]>,
    /// Payload bytes.
    pub(super) len: u32,
    /// In bytes; as it stands when the scale is not known.
    pub(super) window: u32,
    /// Whether the scale of the window is known.
    pub(super) scale_known: bool,
    pub(super) remarks: Remarks,
}

/// A datagram.
#[derive(Clone, Copy, Debug)]
pub(super) struct Datagram {
    pub(super) from: Role,
    /// Payload bytes.
    pub(super) len: u32,
    /// Echo: the sequence number.
    pub(super) echo: Option<u16>,
    pub(super) remarks: Remarks,
    pub(super) turn: Turn,
}

/// What a datagram is in the exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// It begins a turn of the client; the one before it was not answered.
    Request { unanswered: bool },
    /// It answers the latest request after so long.
    Answer(Time),
    /// More of the same turn.
    More,
}

impl Turn {
    /// Its word in machine output.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Turn::Request { .. } => "request",
            Turn::Answer(_) => "answer",
            Turn::More => "more",
        }
    }
}

/// Follows the turns of datagrams, as the flow table counts them.
#[derive(Debug, Default)]
pub(super) struct Turns {
    waiting: Option<(Time, Option<u16>)>,
}

impl Turns {
    fn next(&mut self, from: Role, echo: Option<u16>, time: Time) -> Turn {
        match (from, self.waiting) {
            (Role::Client, waiting) if echo.is_some() || waiting.is_none() => {
                self.waiting = Some((time, echo));
                Turn::Request { unanswered: waiting.is_some() }
            }
            (Role::Server, Some((asked, number))) if number == echo => {
                self.waiting = None;
                Turn::Answer(time.since(asked))
            }
            _ => Turn::More,
        }
    }
}

/// Reads what a packet does in a conversation: once for each of its layers that belongs to it.
pub(super) fn read(packet: &Packet<'_>, flow: u32, turns: &mut Turns, mut found: impl FnMut(What)) {
    let cut = packet.layers.cut_layer();
    for (index, layer) in packet.layers.as_slice().iter().chain(&cut).enumerate() {
        let Some(conversation) = packet.conversations.of(index).filter(|c| c.flow == flow) else { continue };
        found(if layer.extent == Extent::Quoted {
            What::Error(undelivered(packet, index))
        } else {
            passed(packet, index, layer, conversation, turns)
        });
    }
}

/// The ICMP error around the layer with this index.
fn undelivered(packet: &Packet<'_>, index: usize) -> Option<Undelivered> {
    let (kind, code) = reading::undelivered(packet, index)?;
    let outer = packet.layers.as_slice().get(..index)?;
    let is_six = outer.iter().any(|layer| packet.registry.protocol(layer.protocol).name == "icmpv6");
    let name = match is_six {
        true => icmpv6_names::code_name(&[kind], code.into()),
        false => icmp_names::code_name(kind.into(), code.into()),
    };
    Some(Undelivered { kind, code, name })
}

fn passed(packet: &Packet<'_>, index: usize, layer: &Layer, told: &Conversation, turns: &mut Turns) -> What {
    let from = if told.from_client { Role::Client } else { Role::Server };
    let remarks = Remarks(told.remarks);
    if !matches!(packet.registry.protocol(layer.protocol).follow, Some(Follow::Tcp)) {
        let datagram = reading::datagram(packet, index, layer);
        let echo = datagram.echo.map(|(_, _, number)| number);
        let bad = remarks.any(Remarks::BAD_CHECKSUM);
        let turn = if bad { Turn::More } else { turns.next(from, echo, packet.frame.time) };
        return What::Datagram(Datagram { from, len: datagram.payload, echo, remarks, turn });
    }
    let Some(segment) = reading::segment(packet, index, layer) else { return What::Unreadable(from) };
    let relative = |number: u32, base: Option<u32>| [number.wrapping_sub(base.unwrap_or(0)), number];
    let shift = match told.window {
        // RFC 7323 §2.2: the window of a SYN is never scaled.
        WindowScale::Shift(shift) if !segment.has(SYN) => shift.min(14),
        _ => 0,
    };
    What::Segment(Sent {
        from,
        flags: segment.flags,
        seq: relative(segment.seq, told.seq_base),
        ack: segment.ack.map(|ack| relative(ack, told.ack_base)),
        len: segment.len,
        window: u32::from(segment.window) << shift,
        scale_known: segment.has(SYN) || told.window != WindowScale::Unknown,
        remarks,
    })
}

/// URG (RFC 9293 §3.8.5).
const URG: u16 = 0x20;

impl Sent {
    /// Writes the flags as lines do: `S.`, `P.`, `.`; `none` without any.
    pub(super) fn flags_to(&self, out: &mut Text) {
        let letters = [(FIN, 'F'), (SYN, 'S'), (RST, 'R'), (PSH, 'P'), (ACK, '.'), (URG, 'U'), (ECE, 'E'), (CWR, 'W')];
        let start = out.len();
        for (bit, letter) in letters {
            if self.flags & bit != 0 {
                out.ch(letter);
            }
        }
        if out.len() == start {
            out.lit("none");
        }
    }
}

impl Event {
    /// Who sent it; nobody, when a timer did it or it is about the conversation.
    pub(super) fn from(&self) -> Option<Role> {
        match &self.what {
            What::Segment(sent) => Some(sent.from),
            What::Datagram(datagram) => Some(datagram.from),
            What::Unreadable(from) => Some(*from),
            What::Error(_) | What::Elsewhere => None,
        }
    }

    /// Whether nothing is to be said of it but its numbers, so that many of its kind can stand in one line.
    pub(super) fn is_plain(&self) -> bool {
        self.changes.is_empty()
            && match &self.what {
                What::Segment(sent) => sent.remarks.0 == 0 && sent.flags & (SYN | FIN | RST) == 0,
                What::Datagram(datagram) => {
                    datagram.remarks.0 == 0 && datagram.turn != (Turn::Request { unanswered: true })
                }
                _ => false,
            }
    }

    /// What is special about it, in words; nothing when nothing is.
    pub(super) fn remark(&self) -> String {
        let list = |remarks: Remarks| remarks.words().collect::<Vec<_>>().join(", ");
        match &self.what {
            What::Segment(sent) => list(sent.remarks),
            What::Datagram(datagram) => {
                let echo = datagram.echo.map_or(String::new(), |number| format!(" {number}"));
                match datagram.turn {
                    _ if datagram.remarks.0 != 0 => list(datagram.remarks),
                    Turn::Request { unanswered: false } => format!("request{echo}"),
                    Turn::Request { unanswered: true } => format!("request{echo}; the one before it was not answered"),
                    Turn::Answer(after) => format!("answer{echo}, after {}", lasting(nanos(after))),
                    Turn::More if datagram.echo.is_some() => format!("answer{echo} to no request that waits"),
                    Turn::More => String::new(),
                }
            }
            What::Error(Some(Undelivered { kind, code, name })) => {
                let name = name.map_or(String::new(), |name| format!(": {}", name.to_lowercase()));
                format!("an ICMP error says that a packet was not delivered (type {kind}, code {code}{name})")
            }
            What::Error(None) => "an ICMP message quotes a packet of it".to_owned(),
            What::Unreadable(_) => "its TCP header cannot be read".to_owned(),
            What::Elsewhere => String::new(),
        }
    }
}

/// A distance of two times in nanoseconds.
pub(super) fn nanos(distance: Time) -> i64 {
    i64::try_from(distance.as_nanos()).unwrap_or(i64::MAX)
}
