//! The sections of the views that show fields: the frame, each layer, a header that could not be read, data.

use crate::dissect::{Protocol, Space, Unit};
use crate::field::Around;
use crate::input::{Extent, Stop};
use crate::packet::{self, End, Layer, Layers, Packet};
use crate::proto;
use crate::sink::NoteKind;
use crate::text::{Role, Text};
use crate::tree::{Node, Note, Tree};

/// What a section is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    /// The frame as the capture knows it.
    Frame,
    /// A layer that was read.
    Layer(Layer),
    /// The beginning of a header that could not be read.
    Unread,
    /// Bytes that nobody reads further.
    Data,
}

/// The fields of one layer, with what they belong to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Section<'a> {
    /// What it is about.
    pub(super) about: About,
    /// Whose fields they are.
    pub(super) protocol: &'static Protocol,
    /// The layer's index, as in [`Node::layer`].
    pub(super) index: u8,
    /// The captured bytes of the layer.
    pub(super) bytes: &'a [u8],
    /// Offset of the first of them in the frame.
    pub(super) start: u32,
    /// Length of the layer on the wire.
    pub(super) wire: u32,
    /// Its index is that of the header before it that could not be read, which has the remarks.
    pub(super) shares_index: bool,
}

/// The sections of a packet that have something to show, in order.
pub(super) fn sections<'a>(packet: &'a Packet<'a>, tree: &'a Tree) -> impl Iterator<Item = Section<'a>> {
    let layers = packet.layers;
    let last = layers.as_slice().len().min(usize::from(u8::MAX)) as u8;
    let (rest, rest_start, rest_wire) = (layers.rest(packet.bytes), layers.rest, layers.rest_wire);
    let frame = Section {
        about: About::Frame,
        protocol: &proto::frame::FRAME,
        index: packet::frame::LAYER,
        bytes: packet.frame.data,
        start: 0,
        wire: packet.frame.wire(),
        shares_index: false,
    };
    let read = layers.as_slice().iter().enumerate().map(move |(index, layer)| Section {
        about: About::Layer(*layer),
        protocol: packet.registry.protocol(layer.protocol),
        index: index as u8,
        bytes: Layers::bytes(layer, packet.bytes),
        start: layer.start,
        wire: layer.wire,
        shares_index: false,
    });
    let behind = |about, protocol, shares_index| Section {
        about,
        protocol,
        index: last,
        bytes: rest,
        start: rest_start,
        wire: rest_wire,
        shares_index,
    };
    let unread = match layers.end {
        End::Stopped(id, _) | End::Bug(id) => Some(behind(About::Unread, packet.registry.protocol(id), false)),
        _ => None,
    };
    let data = behind(About::Data, &proto::data::DATA, unread.is_some());
    let shown =
        move |section: &Section<'_>| section.nodes(tree).next().is_some() || section.notes(tree).next().is_some();
    std::iter::once(frame).chain(read).chain(unread.into_iter().chain([data]).filter(shown))
}

impl<'a> Section<'a> {
    /// Its fields, in order.
    pub(super) fn nodes(&self, tree: &'a Tree) -> impl Iterator<Item = &'a Node> + Clone {
        let (index, about) = (self.index, self.about);
        // Data has the same index as the header that could not be read before it.
        let belongs = move |node: &&Node| match about {
            About::Unread => !is_data(node),
            About::Data => is_data(node),
            _ => true,
        };
        tree.nodes().iter().filter(move |node| node.layer == index).filter(belongs)
    }

    /// The remarks about it. Those about a header that could not be read are not repeated for its bytes.
    pub(super) fn notes(&self, tree: &'a Tree) -> impl Iterator<Item = &'a Note> {
        let (index, silent) = (self.index, self.shares_index);
        tree.notes().iter().filter(move |note| note.layer == index && !silent)
    }

    /// What a field's explanation may look at.
    pub(super) fn around(&self, packet: &'a Packet<'a>, tree: &'a Tree, node: &Node) -> Around<'a> {
        Around {
            value: tree.number(node),
            bytes: tree.bytes(node, packet.bytes),
            layer: self.bytes,
            wire: self.wire,
            addresses: packet.layers.addresses_around(self.index.into(), packet.registry, packet.bytes),
            conversation: packet.conversations.of(self.index.into()),
            extent: packet.layers.as_slice().get(usize::from(self.index)).map_or(Extent::Whole, |l| l.extent),
            unverified: packet.facts.unverified,
        }
    }

    /// Writes its heading, without the end of the line: title, from where to where or what kind, length.
    pub(super) fn heading(&self, packet: &Packet<'_>, tree: &Tree, out: &mut Text) {
        out.paint(Role::Heading, |out| {
            out.lit(self.protocol.title);
            if self.about == About::Frame {
                out.ch(' ').num(packet.facts.number);
            }
        });
        match self.about {
            About::Frame => {
                out.lit(", ");
                bytes(self.wire.into(), out);
                out.lit(" on the wire, ").num_grouped(packet.frame.data.len() as u64).lit(" captured");
            }
            About::Layer(layer) => {
                self.summary(packet, tree, out);
                out.lit(", ");
                let header_only = self.protocol.unit == Unit::Header;
                bytes(if header_only { layer.header } else { layer.wire }.into(), out);
            }
            About::Unread => {
                out.lit(match packet.layers.end {
                    End::Stopped(_, Stop::Cut { .. }) => ", cut short",
                    End::Stopped(_, Stop::Bad(_)) => ", malformed",
                    _ => ", not read",
                });
            }
            About::Data => {
                out.lit(", ");
                bytes(self.wire.into(), out);
            }
        }
    }

    /// Writes where the layer comes from and goes to; failing that, what kind of message it is.
    fn summary(&self, packet: &Packet<'_>, tree: &Tree, out: &mut Text) {
        let start = out.len();
        let named = |what: &str| {
            let own = self.protocol.name;
            self.nodes(tree).find(|node| node.field.name.strip_prefix(own).is_some_and(|rest| rest == what))
        };
        if let Some(addresses) = self.protocol.addresses.and_then(|read| read(self.bytes)) {
            addresses.src_to(out.lit(", ")).lit(" > ");
            addresses.dst_to(out);
        } else if let Some((src, dst)) = self.protocol.ports.and_then(|read| read(self.bytes)) {
            out.lit(", port ").num(src.into()).lit(" > ").num(dst.into());
        } else if let (Some(src), Some(dst)) = (named(".src"), named(".dst")) {
            out.lit(", ").mac(tree.bytes(src, packet.bytes));
            out.lit(" > ").mac(tree.bytes(dst, packet.bytes));
        }
        if out.len() == start {
            let kind = named(".opcode").or_else(|| named(".type"));
            if let Some(name) = kind.and_then(|node| node.field.name_of(self.bytes, tree.number(node))) {
                out.lit(", ").lit(name);
            }
        }
    }
}

fn is_data(node: &Node) -> bool {
    proto::data::DATA.fields().any(|row| std::ptr::eq(row, node.field))
}

/// Writes `1 byte`, `1,500 bytes`.
pub(super) fn bytes(count: u64, out: &mut Text) {
    out.num_grouped(count).lit(if count == 1 { " byte" } else { " bytes" });
}

/// Writes a key as its space writes them: `EtherType 0x88b5`, `IP protocol 253`.
pub(super) fn key(space: Space, key: u16, out: &mut Text) {
    out.lit(space.title()).ch(' ');
    match space.hex_digits() {
        Some(width) => out.hex(key.into(), width),
        None => out.num(key.into()),
    };
}

/// The colour of a note.
pub(super) const fn note_role(kind: NoteKind) -> Role {
    match kind {
        NoteKind::Bad | NoteKind::Bug => Role::Bad,
        NoteKind::Cut | NoteKind::Unknown | NoteKind::Cap => Role::Notice,
        NoteKind::Info => Role::Faint,
    }
}
