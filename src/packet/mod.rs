//! Drives the protocols over one frame: peels it layer by layer, and builds its tree when someone looks.

pub mod fragments;
pub mod frame;
mod layers;
pub mod ledger;
mod peel;
mod tree;

pub use self::layers::{End, Layer, Layers, MAX_LAYERS};
pub use self::peel::{join, peel, peel_unguarded};
pub use self::tree::tree;

use self::fragments::{Fragments, Source};
use crate::capture::Frame;
use crate::dissect::{Protocol, Registry};
use crate::input::Conversation;
use crate::proto;
use crate::time::Time;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What the flow table said of the layers of one frame: at most one conversation a layer.
#[derive(Clone, Copy, Debug)]
pub struct Conversations {
    count: u8,
    /// The innermost that is not a quotation's, from 1; 0 when there is none.
    own: u8,
    slots: [(u8, Conversation); Conversations::MAX],
}

impl Default for Conversations {
    fn default() -> Self {
        Conversations::NONE
    }
}

impl Conversations {
    /// No conversation.
    pub const NONE: Conversations = Conversations { count: 0, own: 0, slots: [(0, Conversation::UNKNOWN); Self::MAX] };

    /// Forgets all of them.
    pub fn clear(&mut self) {
        (self.count, self.own) = (0, 0);
    }

    /// The most conversations that one frame can belong to (tunnels within tunnels); deeper ones are not followed.
    pub const MAX: usize = 8;

    /// Notes the conversation of a layer; returns whether there was room.
    pub fn push(&mut self, layer: usize, conversation: Conversation) -> bool {
        match self.slots.get_mut(usize::from(self.count)) {
            Some(slot) => {
                *slot = (layer as u8, conversation);
                self.count += 1;
                self.own = self.count;
                true
            }
            None => false,
        }
    }

    /// Notes the conversation of a layer in a quotation, if there is room. The frame does not belong to it.
    pub fn quote(&mut self, layer: usize, conversation: Conversation) {
        let own = self.own;
        self.push(layer, conversation);
        self.own = own;
    }

    /// The conversation of the layer with this index.
    pub fn of(&self, layer: usize) -> Option<&Conversation> {
        self.slots.iter().take(usize::from(self.count)).find(|(l, _)| usize::from(*l) == layer).map(|(_, c)| c)
    }

    /// The innermost conversation that the frame belongs to.
    pub fn innermost(&self) -> Option<&Conversation> {
        self.slots.get(usize::from(self.own).checked_sub(1)?).map(|(_, c)| c)
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
    /// The bytes in which positions count: the frame's and, behind them, those of the datagrams that it completed.
    pub bytes: &'a [u8],
    /// Where the bytes of those datagrams came from, see [`Joined::sources`](fragments::Joined::sources).
    pub sources: &'a [Source],
}

impl<'a> Packet<'a> {
    /// A packet that completes no datagram.
    pub fn new(
        frame: &'a Frame<'a>,
        facts: &'a Facts<'a>,
        layers: &'a Layers,
        conversations: &'a Conversations,
        registry: &'a Registry,
    ) -> Self {
        Packet { frame, facts, layers, conversations, registry, bytes: frame.data, sources: &[] }
    }

    /// As [`Packet::new`], after [`join`].
    pub fn with(self, fragments: &'a Fragments) -> Self {
        match fragments.bytes() {
            [] => self,
            bytes => Packet { bytes, sources: fragments.sources(), ..self },
        }
    }

    /// The layer with this index as line printers see it; also one that a first fragment only shows the beginning of.
    pub fn seen(&self, index: usize, style: &'a crate::dissect::Style) -> Option<crate::dissect::Seen<'a>> {
        let slots = self.layers.glimpsed();
        let layer = slots.get(index)?;
        let bytes = Layers::bytes(layer, self.bytes);
        let (header, payload) = bytes.split_at_checked(layer.header as usize)?;
        let protocol = |l: &Layer| self.registry.protocol(l.protocol);
        let parent = index.checked_sub(1).and_then(|i| slots.get(i));
        Some(crate::dissect::Seen {
            header,
            payload,
            wire: layer.wire,
            outer: match index.checked_sub(1).and_then(|i| self.layers.joined_after(i)) {
                Some(joined) => joined.length,
                None => parent.map_or(self.frame.wire(), |p| p.wire.saturating_sub(p.header)),
            },
            extent: layer.extent,
            addresses: self.layers.addresses_around(index, self.registry, self.bytes),
            ends: if style.verbose > 0 { self.layers.ends_around(index, self.registry, self.bytes) } else { None },
            conversation: self.conversations.of(index),
            parent: parent.map(protocol),
            next: slots.get(index + 1).map(protocol),
            after: slots.get(index + 2).map(protocol),
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
    use super::{Conversations, Facts, Layers, Packet, peel, tree};
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
        let facts = Facts::default();
        let shown = tree(&Packet::new(&frame, &facts, &layers, &Conversations::NONE, registry), &mut fields);
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
