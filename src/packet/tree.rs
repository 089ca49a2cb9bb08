//! Builds the tree of a packet: its layers again, with fields, and what lies behind them.

use super::fragments::{Joined, Outcome, Source};
use super::layers::{End, Layer, Layers, MAX_LAYERS};
use super::{Failed, Packet, guarded};
use crate::dissect::{ProtocolId, Registry, Space, Trailer};
use crate::input::{Env, Extent, Input, Stop};
use crate::proto;
use crate::sink::{NoteKind, Sink};
use crate::tree::Tree;

/// Builds the tree of a packet that [`peel`](super::peel) peeled before. Reads its bytes again, with fields; the layers come out the
/// same (a law that tests check).
pub fn tree(packet: &Packet<'_>, tree: &mut Tree) -> Result<(), Failed> {
    let Packet { frame, facts, layers, registry, bytes, .. } = *packet;
    tree.clear();
    tree.ends_at(u32::try_from(bytes.len()).unwrap_or(u32::MAX).saturating_mul(8));
    let done = guarded(|| {
        super::frame::put(frame, facts, layers, registry, tree);
        let mut wire = frame.wire();
        for (index, layer) in layers.as_slice().iter().enumerate() {
            // Nothing of the frame ends behind it, though there are more bytes.
            let within = if index < layers.in_frame() { frame.data } else { bytes };
            body(packet, index, layer.protocol, input(within, layer.start, wire, layer.extent), tree);
            wire = layer.wire.saturating_sub(layer.header);
            if let Some(joined) = layers.joined_after(index) {
                put_joined(packet, index, joined, tree);
                wire = joined.length;
            }
        }
        if let End::Stopped(id, _) | End::Bug(id) = layers.end {
            let index = layers.as_slice().len();
            let within =
                if index <= layers.in_frame() && layers.joined().next().is_none() { frame.data } else { bytes };
            body(packet, index, id, input(within, layers.rest, layers.rest_wire, layers.rest_extent), tree);
        }
        end_notes(registry, layers, tree);
        rest(packet, tree);
        trailers(packet, tree);
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

/// What a layer gets to read.
fn input(bytes: &[u8], base: u32, wire: u32, extent: Extent) -> Input<'_> {
    let begin = base as usize;
    let data = bytes.get(begin..begin.saturating_add(wire as usize).min(bytes.len())).unwrap_or_default();
    Input { data, base, wire, extent, env: &Env::NONE }
}

/// Reads a layer's header with its fields.
fn body(packet: &Packet<'_>, index: usize, id: ProtocolId, input: Input<'_>, tree: &mut Tree) {
    let Packet { facts, layers, registry, bytes, .. } = *packet;
    tree.enter(index as u8);
    let addresses = layers.addresses_around(index, registry, bytes);
    let ends = layers.ends_around(index, registry, bytes);
    let conversation = packet.conversations.of(index);
    let env = Env { addresses, ends, conversation, unverified: facts.unverified };
    let dissected = (registry.protocol(id).tree)(Input { env: &env, ..input }, tree);
    let end = dissected.map_or(input.data.len() as u32, |s| s.header);
    tree.leave(input.base.saturating_add(end).saturating_mul(8));
    // What contradicts itself was found by peeling.
    tree.take_flaw();
}

/// Puts how a datagram was put together, among the fields of the layer that carries its fragments.
fn put_joined(packet: &Packet<'_>, layer: usize, joined: &Joined, tree: &mut Tree) {
    let protocol = packet.layers.as_slice().get(layer).map(|l| packet.registry.protocol(l.protocol));
    let Some(rows) = protocol.and_then(|p| p.fragment_rows) else { return };
    let sources = joined.sources_in(packet.sources);
    let (start, bits) = (joined.start.saturating_mul(8), joined.length.saturating_mul(8));
    tree.enter(layer as u8);
    tree.open(rows.group, start);
    for source in sources {
        if tree.room() {
            tree.derived(rows.frame, source.frame);
            if source.overlaps {
                tree.derived(rows.overlap, 1);
            }
        }
    }
    for (row, is_so) in [(rows.conflict, joined.conflict), (rows.tails, joined.tails)] {
        if is_so {
            tree.derived(row, 1);
        }
    }
    tree.derived(rows.count, sources.len() as u64);
    tree.derived(rows.length, joined.length.into());
    if bits > 0 {
        tree.span(rows.data, start, bits);
    }
    tree.leave(start.saturating_add(bits));
    if joined.conflict {
        tree.note(
            NoteKind::Bad,
            format_args!("fragments of a datagram do not overlap (RFC 5722 §3): these do, with different bytes; the first ones are shown"),
        );
    }
    if joined.tails {
        tree.note(
            NoteKind::Bad,
            format_args!("the last fragment ends the datagram (RFC 791 §3.2): another one says that it ends elsewhere"),
        );
    }
    tree.note(NoteKind::Info, format_args!("put together from {}", Parts(sources)));
}

/// Which bytes of a datagram came from which frames.
struct Parts<'a>(&'a [Source]);

/// More parts than these are only counted.
const MOST_PARTS: usize = 8;

impl std::fmt::Display for Parts<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, source) in self.0.iter().take(MOST_PARTS).enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            let last = u64::from(source.offset) + u64::from(source.length).saturating_sub(1);
            write!(f, "{comma}frame {} (bytes {} to {last})", source.frame, source.offset)?;
        }
        match self.0.len().saturating_sub(MOST_PARTS) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

/// Says in words why the peeling ended, when that is worth a note.
fn end_notes(registry: &Registry, layers: &Layers, tree: &mut Tree) {
    let last = layers.as_slice().len().saturating_sub(1) as u8;
    match layers.end {
        End::Complete => {}
        End::Fragment => {
            tree.enter(last);
            match layers.outcome {
                Some(Outcome::TooLong) => tree.note(
                    NoteKind::Bad,
                    format_args!("a datagram has at most 65535 bytes (RFC 791 §3.1): this fragment reaches beyond; it is left out"),
                ),
                _ => tree.note(
                    NoteKind::Info,
                    format_args!("a fragment: what the datagram carries is shown in the frame that completes it, if one does"),
                ),
            }
        }
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
fn rest(packet: &Packet<'_>, tree: &mut Tree) {
    let layers = packet.layers;
    let data = layers.rest(packet.bytes);
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
pub(super) fn trailers(packet: &Packet<'_>, tree: &mut Tree) {
    let Packet { frame, facts, layers, registry, bytes, .. } = *packet;
    let slots = layers.as_slice();
    let end_of = |layer: &Layer| layer.start.saturating_add(layer.wire);
    // What was put together from fragments does not lie within the layer that carries them.
    let inside = |index: usize| slots.get(index + 1).filter(|_| layers.joined_after(index).is_none());
    let mut left = None;
    for (index, layer) in slots.iter().enumerate().rev() {
        let left_by_next = left.take().filter(|_| layers.joined_after(index).is_none());
        let Some(put) = registry.protocol(layer.protocol).trailer else { continue };
        let outer = index.checked_sub(1);
        let end = match outer.and_then(|i| layers.joined_after(i)) {
            Some(joined) => joined.start.saturating_add(joined.length),
            None => outer.and_then(|i| slots.get(i)).map_or(frame.wire(), end_of),
        };
        // What the next layer does not use; without a next layer, the rest is data.
        let at = left_by_next.unwrap_or_else(|| inside(index).map_or(end_of(layer), end_of));
        if at >= end {
            continue;
        }
        let bytes = if index < layers.in_frame() { frame.data } else { bytes };
        tree.enter(index as u8);
        let stop = put(
            Trailer {
                layer: Layers::bytes(&Layer { wire: end.saturating_sub(layer.start), ..*layer }, bytes),
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
