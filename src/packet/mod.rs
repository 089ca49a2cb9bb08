//! Drives the protocols over one frame: peels it layer by layer, and builds its tree when someone looks.

pub mod frame;
pub mod ledger;

use crate::capture::Frame;
use crate::dissect::{Dissected, Next, Protocol, ProtocolId, Registry, Space, Trailer};
use crate::input::{Addresses, Bad, Conversation, Env, Extent, Input, Stop};
use crate::proto;
use crate::sink::{NoteKind, Off, Sink};
use crate::time::Time;
use crate::tree::Tree;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The most layers of one frame that are told apart. Real frames stay under 16 (QinQ, two tunnels, IPv6 extension
/// headers and an ICMP quotation are 15); what lies deeper is kept as data, with a note of kind `cap`.
pub const MAX_LAYERS: usize = 32;

/// One layer of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Whose layer it is.
    pub protocol: ProtocolId,
    /// How far its bytes can be expected to go.
    pub extent: Extent,
    /// Offset of its first byte in the frame.
    pub start: u32,
    /// Length of its header in bytes.
    pub header: u32,
    /// Length of header and payload on the wire in bytes.
    pub wire: u32,
}

/// Why the peeling ended where it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The innermost header is the last one; what follows is its data.
    Complete,
    /// What follows cannot be read from this frame alone.
    Opaque(&'static str),
    /// Nobody claims the key of what follows.
    Unclaimed(Space, u16),
    /// The header of this protocol could not be read.
    Stopped(ProtocolId, Stop),
    /// More layers than [`MAX_LAYERS`].
    TooDeep,
    /// The dissector of this protocol failed: a bug in `sniff`.
    Bug(ProtocolId),
}

/// The layers of one frame, outermost first, without allocation.
#[derive(Clone, Debug)]
pub struct Layers {
    count: u8,
    slots: [Layer; MAX_LAYERS],
    /// Why the peeling ended.
    pub end: End,
    /// The first contradiction that did not stop the peeling, and the layer it is in.
    pub flaw: Option<(u8, Bad)>,
    /// Offset in the frame of the first byte after the innermost header.
    pub rest: u32,
    /// How many bytes follow there on the wire within the innermost layer.
    pub rest_wire: u32,
}

impl Default for Layers {
    fn default() -> Self {
        let none = Layer { protocol: ProtocolId(0), extent: Extent::Whole, start: 0, header: 0, wire: 0 };
        Layers { count: 0, slots: [none; MAX_LAYERS], end: End::Complete, flaw: None, rest: 0, rest_wire: 0 }
    }
}

impl PartialEq for Layers {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
            && (self.end, self.flaw, self.rest, self.rest_wire) == (other.end, other.flaw, other.rest, other.rest_wire)
    }
}

impl Layers {
    /// The layers, outermost first.
    #[inline(always)]
    pub fn as_slice(&self) -> &[Layer] {
        self.slots.get(..usize::from(self.count)).unwrap_or_default()
    }

    /// The captured bytes of a layer, header and payload.
    pub fn bytes<'a>(layer: &Layer, frame: &'a [u8]) -> &'a [u8] {
        let start = layer.start as usize;
        let end = start.saturating_add(layer.wire as usize).min(frame.len());
        frame.get(start..end).unwrap_or_default()
    }

    /// The captured bytes after the innermost header, within the innermost layer.
    pub fn rest<'a>(&self, frame: &'a [u8]) -> &'a [u8] {
        let start = self.rest as usize;
        let end = start.saturating_add(self.rest_wire as usize).min(frame.len());
        frame.get(start..end).unwrap_or_default()
    }

    /// Addresses of the innermost packet around the layer with this index.
    pub fn addresses_around(&self, index: usize, registry: &Registry, frame: &[u8]) -> Option<Addresses> {
        let outer = self.as_slice().get(..index)?;
        outer.iter().rev().find_map(|l| registry.protocol(l.protocol).addresses?(Self::bytes(l, frame)))
    }

    /// The two ends that checksums inside the layer with this index are computed over: the addresses around it, but
    /// with the last stop of a routing header as the destination (RFC 8200 §8.1). `None` also when that stop is not
    /// there to be read.
    pub fn ends_around(&self, index: usize, registry: &Registry, frame: &[u8]) -> Option<Addresses> {
        let outer = self.as_slice().get(..index)?;
        let mut last_stop = None;
        for layer in outer.iter().rev() {
            let (protocol, bytes) = (registry.protocol(layer.protocol), Self::bytes(layer, frame));
            if let Some(reroutes) = protocol.reroutes {
                last_stop = last_stop.or(reroutes(bytes));
            }
            if let Some(addresses) = protocol.addresses {
                return match (addresses(bytes)?, last_stop) {
                    (ends, None) => Some(ends),
                    (Addresses::V6 { src, .. }, Some(dst)) => Some(Addresses::V6 { src, dst: dst? }),
                    (Addresses::V4 { .. }, Some(_)) => None,
                };
            }
        }
        None
    }

    #[inline(always)]
    fn push(&mut self, layer: Layer) {
        if let Some(slot) = self.slots.get_mut(usize::from(self.count)) {
            *slot = layer;
            self.count += 1;
        }
    }
}

/// What the flow table said of the layers of one frame: at most one conversation a layer.
#[derive(Clone, Copy, Debug)]
pub struct Conversations {
    count: u8,
    slots: [(u8, Conversation); Conversations::MAX],
}

impl Default for Conversations {
    fn default() -> Self {
        Conversations::NONE
    }
}

impl Conversations {
    /// No conversation.
    pub const NONE: Conversations = Conversations { count: 0, slots: [(0, Conversation::UNKNOWN); Self::MAX] };

    /// Forgets all of them.
    pub fn clear(&mut self) {
        self.count = 0;
    }

    /// The most conversations that one frame can belong to (tunnels within tunnels); deeper ones are not followed.
    pub const MAX: usize = 8;

    /// Notes the conversation of a layer; returns whether there was room.
    pub fn push(&mut self, layer: usize, conversation: Conversation) -> bool {
        match self.slots.get_mut(usize::from(self.count)) {
            Some(slot) => {
                *slot = (layer as u8, conversation);
                self.count += 1;
                true
            }
            None => false,
        }
    }

    /// The conversation of the layer with this index.
    pub fn of(&self, layer: usize) -> Option<&Conversation> {
        self.slots.iter().take(usize::from(self.count)).find(|(l, _)| usize::from(*l) == layer).map(|(_, c)| c)
    }

    /// The innermost conversation.
    pub fn innermost(&self) -> Option<&Conversation> {
        self.slots.get(usize::from(self.count).checked_sub(1)?).map(|(_, c)| c)
    }
}

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is inside [`guarded`]. A panic hook should stay silent then: the panic is caught, counted and
/// shown as a note.
pub fn is_guarded() -> bool {
    GUARDED.get()
}

/// A dissector or a writer failed at a packet: a bug in `sniff`, which must not end a capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failed;

/// Runs `work`, which handles one packet, and turns a panic into [`Failed`].
pub fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, Failed> {
    let outer = GUARDED.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(outer);
    result.map_err(|_| Failed)
}

/// Calls the right body for each layer, outermost first, until nothing can be read any more.
#[inline(always)]
fn drive<'f>(
    registry: &Registry,
    frame: &'f [u8],
    wire: u32,
    first: Next,
    layers: &mut Layers,
    mut body: impl FnMut(&Layers, ProtocolId, Input<'f>) -> (Dissected, Option<Bad>),
) {
    layers.count = 0;
    layers.flaw = None;
    layers.rest = 0;
    layers.rest_wire = wire;
    let mut data = frame.get(..(wire as usize).min(frame.len())).unwrap_or_default();
    let mut base = 0u32;
    let mut wire = wire;
    let mut extent = Extent::Whole;
    let mut next = first;
    loop {
        let input = Input { data, base, wire, extent, env: &Env::NONE };
        let Some(id) = registry.next(next, &input) else {
            layers.end = match next {
                Next::End => End::Complete,
                Next::Opaque(why) => End::Opaque(why),
                Next::Key(space, key) => End::Unclaimed(space, key),
                Next::Ports(space, a, b) => End::Unclaimed(space, a.min(b)),
            };
            return;
        };
        if usize::from(layers.count) == MAX_LAYERS {
            layers.end = End::TooDeep;
            return;
        }
        // Should the body fail, this is what is known: everything up to here.
        layers.end = End::Bug(id);
        let (dissected, flaw) = body(layers, id, input);
        if let (Some(bad), None) = (flaw, layers.flaw) {
            layers.flaw = Some((layers.count, bad));
        }
        let step = match dissected {
            Ok(step) => step,
            Err(stop) => {
                layers.end = End::Stopped(id, stop);
                return;
            }
        };
        let whole = step.wire.min(wire);
        let header = step.header.min(whole);
        layers.push(Layer { protocol: id, extent, start: base, header, wire: whole });
        data = data.get(header as usize..(whole as usize).min(data.len())).unwrap_or_default();
        base = base.saturating_add(header);
        wire = whole - header;
        extent = step.extent;
        next = step.next;
        layers.rest = base;
        layers.rest_wire = wire;
        // An empty segment or datagram carries no message, whatever its ports are.
        if wire == 0 && matches!(next, Next::Ports(..)) {
            layers.end = End::Complete;
            return;
        }
    }
}

/// Peels a frame: which layers it has, and why it ends where it ends. Allocates nothing.
///
/// Returns whether a dissector failed; then `layers` holds what was known before, and its end is [`End::Bug`].
pub fn peel(registry: &Registry, frame: &Frame<'_>, layers: &mut Layers) -> Result<(), Failed> {
    guarded(|| peel_unguarded(registry, frame, layers))
}

/// As [`peel`], for callers that guard more than this at once.
pub fn peel_unguarded(registry: &Registry, frame: &Frame<'_>, layers: &mut Layers) {
    let first = Next::Key(Space::Link, frame.link.0);
    drive(registry, frame.data, frame.wire(), first, layers, |_, id, input| {
        let mut off = Off::default();
        let dissected = (registry.protocol(id).peel)(input, &mut off);
        (dissected, off.flaw)
    });
}

/// What only the reader of the capture knows about a frame.
#[derive(Clone, Copy, Debug, Default)]
pub struct Facts<'a> {
    /// Its number, from 1.
    pub number: u64,
    /// When the first frame was captured.
    pub first: Time,
    /// When the frame before this one was captured.
    pub previous: Time,
    /// The number of its interface, when the capture describes interfaces.
    pub interface: Option<u32>,
    /// The name of its interface.
    pub interface_name: Option<&'a [u8]>,
    /// The description of its interface.
    pub interface_description: Option<&'a [u8]>,
    /// `-K`: checksums are not to be compared. Not a fact of the capture, but of who looks at it.
    pub unverified: bool,
}

/// Builds the tree of a frame that [`peel`] peeled before. Reads the frame again, with fields; the layers come out the
/// same (a law that tests check).
pub fn tree(
    registry: &Registry,
    frame: &Frame<'_>,
    facts: &Facts<'_>,
    layers: &Layers,
    conversations: &Conversations,
    tree: &mut Tree,
) -> Result<(), Failed> {
    tree.clear();
    tree.ends_at(u32::try_from(frame.data.len()).unwrap_or(u32::MAX).saturating_mul(8));
    let done = guarded(|| {
        self::frame::put(frame, facts, layers, registry, tree);
        let mut again = Layers::default();
        let first = Next::Key(Space::Link, frame.link.0);
        drive(registry, frame.data, frame.wire(), first, &mut again, |before, id, input| {
            let index = before.as_slice().len();
            tree.enter(index as u8);
            let addresses = before.addresses_around(index, registry, frame.data);
            let ends = before.ends_around(index, registry, frame.data);
            let conversation = conversations.of(index);
            let env = Env { addresses, ends, conversation, unverified: facts.unverified };
            let dissected = (registry.protocol(id).tree)(Input { env: &env, ..input }, tree);
            let end = dissected.map_or(input.data.len() as u32, |s| s.header);
            tree.leave(input.base.saturating_add(end).saturating_mul(8));
            (dissected, tree.take_flaw())
        });
        end_notes(registry, layers, tree);
        rest(frame, layers, tree);
        trailers(registry, frame, facts, layers, tree);
    });
    if tree.is_full() {
        tree.note_always(
            NoteKind::Cap,
            format_args!("this packet has more fields than sniff shows; the rest is left out"),
        );
    }
    if done.is_err() {
        let name = match layers.end {
            End::Bug(id) => registry.protocol(id).name,
            _ => "frame",
        };
        tree.note_always(
            NoteKind::Bug,
            format_args!(
                "the {name} dissector failed: this is a bug in sniff; the packet is kept as far as it was read"
            ),
        );
    }
    done
}

/// Says in words why the peeling ended, when that is worth a note.
fn end_notes(registry: &Registry, layers: &Layers, tree: &mut Tree) {
    let last = layers.as_slice().len().saturating_sub(1) as u8;
    match layers.end {
        End::Complete => {}
        End::Opaque(why) => {
            tree.enter(last);
            tree.note(NoteKind::Info, format_args!("{why}"));
        }
        End::Unclaimed(space, key) => {
            // A port that nobody claims is ordinary: the payload is the application's business.
            if !matches!(space, Space::TcpPort | Space::UdpPort) {
                tree.enter(last);
                let name = proto::key_name(space, key).unwrap_or("unassigned");
                tree.note(
                    NoteKind::Unknown,
                    format_args!(
                        "{} {} ({name}) is not decoded; its bytes are shown as data",
                        space.title(),
                        Key(space, key)
                    ),
                );
            }
        }
        End::Stopped(id, Stop::Cut { need, have }) => {
            tree.enter(layers.as_slice().len() as u8);
            let name = registry.protocol(id).name;
            let quoted = layers.as_slice().last().is_some_and(|l| l.extent == Extent::Quoted);
            let why = if quoted { "the quotation ends here" } else { "the capture ends here" };
            tree.note(NoteKind::Cut, format_args!("{name}: {need} bytes expected, {have} captured: {why}"));
        }
        End::Stopped(id, Stop::Bad(bad)) => {
            tree.enter(layers.as_slice().len() as u8);
            let name = registry.protocol(id).name;
            tree.note(
                NoteKind::Bad,
                format_args!("{name}: {}: {} expected, {} found", bad.rule, bad.expected, bad.found),
            );
        }
        End::TooDeep => {
            tree.enter(last);
            tree.note(NoteKind::Cap, format_args!("more than {MAX_LAYERS} layers; what lies deeper is shown as data"));
        }
        End::Bug(_) => {}
    }
}

/// A key in the base in which its space is written.
struct Key(Space, u16);

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0.hex_digits() {
            Some(width) => write!(f, "0x{:0width$x}", self.1),
            None => write!(f, "{}", self.1),
        }
    }
}

/// Puts the bytes that nobody reads further.
fn rest(frame: &Frame<'_>, layers: &Layers, tree: &mut Tree) {
    let data = layers.rest(frame.data);
    if layers.rest_wire == 0 {
        return;
    }
    tree.enter(layers.as_slice().len() as u8);
    let input = Input { data, base: layers.rest, wire: layers.rest_wire, extent: Extent::Whole, env: &Env::NONE };
    // Data has no header that could be missing.
    let _ = (proto::data::DATA.tree)(input, tree);
}

/// Puts what lies behind each layer's payload. Innermost first: who is nearest to the payload explains what is behind
/// it, and leaves the rest (a frame check sequence) to the layers around.
fn trailers(registry: &Registry, frame: &Frame<'_>, facts: &Facts<'_>, layers: &Layers, tree: &mut Tree) {
    let slots = layers.as_slice();
    let end_of = |layer: &Layer| layer.start.saturating_add(layer.wire);
    let mut left = None;
    for (index, layer) in slots.iter().enumerate().rev() {
        let left_by_next = left.take();
        let Some(put) = registry.protocol(layer.protocol).trailer else { continue };
        let end = index.checked_sub(1).and_then(|i| slots.get(i)).map_or(frame.wire(), end_of);
        // What the next layer does not use; without a next layer, the rest is data.
        let at = left_by_next.unwrap_or_else(|| slots.get(index + 1).map_or(end_of(layer), end_of));
        if at >= end {
            continue;
        }
        tree.enter(index as u8);
        let stop = put(
            Trailer {
                layer: Layers::bytes(&Layer { wire: end.saturating_sub(layer.start), ..*layer }, frame.data),
                base: layer.start,
                wire: layer.wire,
                at: at.saturating_sub(layer.start),
                end: end.saturating_sub(layer.start),
                fcs_len: if end == frame.wire() { frame.fcs_len } else { Some(0) },
                unverified: facts.unverified,
            },
            tree,
        );
        left = Some(layer.start.saturating_add(stop).min(end));
    }
}

/// The protocol of a layer, or `data` for the bytes after the last one.
pub fn protocol_at(registry: &Registry, layers: &Layers, index: usize) -> &'static Protocol {
    layers.as_slice().get(index).map_or(&proto::data::DATA, |l| registry.protocol(l.protocol))
}

/// One peeled frame with everything the views need to show it.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    /// The frame.
    pub frame: &'a Frame<'a>,
    /// What the capture knows about it.
    pub facts: &'a Facts<'a>,
    /// Its layers.
    pub layers: &'a Layers,
    /// Its conversations.
    pub conversations: &'a Conversations,
    /// The protocols.
    pub registry: &'a Registry,
}

impl<'a> Packet<'a> {
    /// The layer with this index as line printers see it.
    pub fn seen(&self, index: usize, style: &'a crate::dissect::Style) -> Option<crate::dissect::Seen<'a>> {
        let slots = self.layers.as_slice();
        let layer = slots.get(index)?;
        let bytes = Layers::bytes(layer, self.frame.data);
        let (header, payload) = bytes.split_at_checked(layer.header as usize)?;
        let protocol = |l: &Layer| self.registry.protocol(l.protocol);
        let parent = index.checked_sub(1).and_then(|i| slots.get(i));
        Some(crate::dissect::Seen {
            header,
            payload,
            wire: layer.wire,
            outer: parent.map_or(self.frame.wire(), |p| p.wire.saturating_sub(p.header)),
            extent: layer.extent,
            addresses: self.layers.addresses_around(index, self.registry, self.frame.data),
            ends: if style.verbose > 0 { self.layers.ends_around(index, self.registry, self.frame.data) } else { None },
            conversation: self.conversations.of(index),
            parent: parent.map(protocol),
            next: slots.get(index + 1).map(protocol),
            stopped: match self.layers.end {
                End::Stopped(id, _) if index + 1 == slots.len() => Some(self.registry.protocol(id)),
                _ => None,
            },
            style,
        })
    }
}

impl Frame<'_> {
    /// Length on the wire in bytes; damaged captures say less than they hold, and then what they hold counts.
    pub fn wire(&self) -> u32 {
        self.length.max(u32::try_from(self.data.len()).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::{Conversations, Facts, Layers, peel, tree};
    use crate::capture::{Frame, LinkType};
    use crate::dissect::{Dissected, Protocol, Registry, Space};
    use crate::input::{Addresses, Env, Extent, Input};
    use crate::packet::End;
    use crate::proto;
    use crate::proto::shared::checksum::{Covered, Status};
    use crate::sink::{NoteKind, Sink};
    use crate::time::Time;
    use crate::tree::Tree;

    fn frame(link: u16, data: &[u8]) -> Frame<'_> {
        Frame {
            time: Time::default(),
            has_time: true,
            data,
            length: data.len() as u32,
            link: LinkType(link),
            interface: 0,
            fcs_len: None,
            comments: &[],
        }
    }

    fn show(registry: &Registry, link: u16, data: &[u8]) -> (Layers, Tree, bool) {
        let frame = frame(link, data);
        let (mut layers, mut fields) = (Layers::default(), Tree::default());
        let peeled = peel(registry, &frame, &mut layers);
        let shown = tree(registry, &frame, &Facts::default(), &layers, &Conversations::NONE, &mut fields);
        (layers, fields, peeled.is_ok() && shown.is_ok())
    }

    #[test]
    fn a_routing_header_changes_the_destination_that_checksums_cover() {
        let (src, next, last) = ([1; 16], [2; 16], [3; 16]);
        let mut message = [128, 0, 0, 0, 0, 1, 0, 1];
        let env = Env { ends: Some(Addresses::V6 { src, dst: last }), ..Env::NONE };
        let input = Input { data: &message, base: 0, wire: 8, extent: Extent::Whole, env: &env };
        let Status::Bad { expected, .. } = Covered::of(&input, 8).pseudo(58, 2) else { panic!("0 is not right") };
        message[2..4].copy_from_slice(&(expected as u16).to_be_bytes());
        // Type 0 with one stop ahead, in a packet to the stop before it.
        let routing = [&[58, 2, 0, 1, 0, 0, 0, 0][..], &last].concat();
        let header = [&[0x60, 0, 0, 0, 0, 32, 43, 64][..], &src, &next].concat();
        let packet = [header, routing, message.to_vec()].concat();
        let (layers, fields, _) = show(&Registry::new(proto::ALL), 229, &packet);
        assert_eq!(layers.as_slice().len(), 3);
        let status = fields.nodes().iter().find(|n| n.field.name == "icmpv6.checksum.status");
        assert_eq!(status.map(|n| fields.number(n)), Some(Status::Good.number()));
    }

    fn broken<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
        let _ = input.header::<2, S>(s, &[])?;
        panic!("a dissector bug");
    }

    #[test]
    fn a_dissector_bug_costs_its_own_layer_and_no_more() {
        static BROKEN: Protocol = Protocol {
            name: "broken",
            keys: &[(Space::EtherType, 0x88b5)],
            peel: broken::<crate::sink::Off>,
            tree: broken::<Tree>,
            ..Protocol::NONE
        };
        let registry = Registry::new(&[proto::ALL, &[&BROKEN]].concat());
        let data = [&[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x88, 0xb5][..], &[7; 50]].concat();
        let (layers, fields, fine) = show(&registry, 1, &data);
        assert!(!fine);
        assert_eq!(layers.as_slice().len(), 1);
        assert!(matches!(layers.end, End::Bug(id) if registry.protocol(id).name == "broken"));
        assert!(fields.nodes().iter().any(|n| n.field.name == "eth.dst"), "what was read before is kept");
        let note = fields.notes().iter().find(|n| n.kind == NoteKind::Bug).expect("a note says so");
        assert!(fields.note_text(note).contains("broken"));
    }
}
