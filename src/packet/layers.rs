//! What peeling a frame finds: its layers, and why they end where they end.

use super::fragments::{Joined, Outcome};
use crate::dissect::{Fragment, ProtocolId, Registry, Space};
use crate::input::{Addresses, Bad, Extent, Stop};

/// The most layers of one frame that are told apart. Ordinary frames stay under 16 (QinQ, two tunnels, IPv6 extension
/// headers and an ICMP quotation are 15), and chains of IPv6 extension headers reach over 130; what lies deeper is kept
/// as data, with a note of kind `cap`.
pub const MAX_LAYERS: usize = 192;

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
    /// A fragment, which is kept until its datagram is complete.
    Fragment,
    /// More layers than [`MAX_LAYERS`].
    TooDeep,
    /// The dissector of this protocol failed: a bug in `sniff`.
    Bug(ProtocolId),
}

/// The layers of one frame, outermost first, without allocation.
#[derive(Clone, Debug)]
pub struct Layers {
    pub(super) count: u8,
    /// Layers behind `count` that a first fragment shows of its datagram.
    pub(super) glimpsed: u8,
    pub(super) slots: [Layer; MAX_LAYERS],
    /// The fragment at which the peeling ended, or which completed the last datagram.
    pub(super) fragment: Option<Fragment>,
    pub(super) joins: u8,
    pub(super) joined: [(u8, Joined); Layers::MAX_JOINED],
    /// What became of the last fragment.
    pub outcome: Option<Outcome>,
    /// Why the peeling ended.
    pub end: End,
    /// The first contradiction that did not stop the peeling, and the layer it is in.
    pub flaw: Option<(u8, Bad)>,
    /// Offset in the frame of the first byte after the innermost header.
    pub rest: u32,
    /// How many bytes follow there on the wire within the innermost layer.
    pub rest_wire: u32,
    /// How far they can be expected to go.
    pub(super) rest_extent: Extent,
}

impl Default for Layers {
    fn default() -> Self {
        let none = Layer { protocol: ProtocolId(0), extent: Extent::Whole, start: 0, header: 0, wire: 0 };
        Layers {
            count: 0,
            glimpsed: 0,
            slots: [none; MAX_LAYERS],
            fragment: None,
            joins: 0,
            joined: [(0, Joined::NONE); Layers::MAX_JOINED],
            outcome: None,
            end: End::Complete,
            flaw: None,
            rest: 0,
            rest_wire: 0,
            rest_extent: Extent::Whole,
        }
    }
}

impl PartialEq for Layers {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
            && (self.end, self.flaw, self.rest, self.rest_wire) == (other.end, other.flaw, other.rest, other.rest_wire)
    }
}

/// Positions of layers count in the bytes of the frame and, behind them, those of the datagrams that it completed
/// (see [`Packet::bytes`](super::Packet::bytes)).
impl Layers {
    /// The most datagrams that one frame completes, fragments within fragments; deeper ones stay fragments.
    pub const MAX_JOINED: usize = 4;

    /// The layers, outermost first.
    #[inline(always)]
    pub fn as_slice(&self) -> &[Layer] {
        self.slots.get(..usize::from(self.count)).unwrap_or_default()
    }

    /// The layers and, when the frame holds the first fragment of a datagram that is not complete, those that begin in
    /// it. They count where the datagram is complete.
    pub fn glimpsed(&self) -> &[Layer] {
        self.slots.get(..usize::from(self.count) + usize::from(self.glimpsed)).unwrap_or_default()
    }

    /// The datagram that follows the layer with this index, when it was put together from fragments.
    #[inline(always)]
    pub fn joined_after(&self, index: usize) -> Option<&Joined> {
        self.joined().find(|(layer, _)| usize::from(*layer) == index).map(|(_, joined)| joined)
    }

    /// The datagrams that were put together, and the layers behind which they follow.
    #[inline(always)]
    pub fn joined(&self) -> impl Iterator<Item = &(u8, Joined)> {
        self.joined.iter().take(usize::from(self.joins))
    }

    /// Where a position lies: the number of the datagram that was put together, from 1, or 0 for the frame; and the
    /// offset in that.
    pub fn place(&self, position: u32) -> (u8, u32) {
        let inside = (1..).zip(self.joined()).filter(|(_, (_, joined))| joined.start <= position).last();
        inside.map_or((0, position), |(number, (_, joined))| (number, position - joined.start))
    }

    /// How many of the layers lie in the frame itself: all up to the first that was put together.
    pub fn in_frame(&self) -> usize {
        self.joined().next().map_or(usize::from(self.count), |(layer, _)| usize::from(*layer) + 1)
    }

    /// What the fragment holds at which the peeling ended.
    pub fn fragment(&self) -> Option<&Fragment> {
        self.fragment.as_ref().filter(|_| self.end == End::Fragment)
    }

    /// The layer at which the peeling ended because the capture cuts its header, in the place of the next layer; with
    /// no header, as that could not be read.
    pub fn cut_layer(&self) -> Option<Layer> {
        let End::Stopped(protocol, Stop::Cut { .. }) = self.end else { return None };
        Some(Layer { protocol, extent: self.rest_extent, start: self.rest, header: 0, wire: self.rest_wire })
    }

    /// The captured bytes of a layer, header and payload.
    pub fn bytes<'a>(layer: &Layer, bytes: &'a [u8]) -> &'a [u8] {
        let start = layer.start as usize;
        let end = start.saturating_add(layer.wire as usize).min(bytes.len());
        bytes.get(start..end).unwrap_or_default()
    }

    /// The captured bytes after the innermost header, within the innermost layer.
    pub fn rest<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        let start = self.rest as usize;
        let end = start.saturating_add(self.rest_wire as usize).min(bytes.len());
        bytes.get(start..end).unwrap_or_default()
    }

    /// Addresses of the innermost packet around the layer with this index.
    pub fn addresses_around(&self, index: usize, registry: &Registry, bytes: &[u8]) -> Option<Addresses> {
        let outer = self.glimpsed().get(..index)?;
        outer.iter().rev().find_map(|l| registry.protocol(l.protocol).addresses?(Self::bytes(l, bytes)))
    }

    /// The two ends that checksums inside the layer with this index are computed over: the addresses around it, but
    /// with the last stop of a routing header as the destination (RFC 8200 §8.1). `None` also when that stop is not
    /// there to be read.
    pub fn ends_around(&self, index: usize, registry: &Registry, bytes: &[u8]) -> Option<Addresses> {
        let outer = self.glimpsed().get(..index)?;
        let mut last_stop = None;
        for layer in outer.iter().rev() {
            let (protocol, bytes) = (registry.protocol(layer.protocol), Self::bytes(layer, bytes));
            if let Some(reroutes) = protocol.reroutes {
                last_stop = last_stop.or(reroutes(bytes));
            }
            if let Some(addresses) = protocol.addresses {
                return match (protocol.ends.unwrap_or(addresses)(bytes)?, last_stop) {
                    (ends, None) => Some(ends),
                    (Addresses::V6 { src, .. }, Some(dst)) => Some(Addresses::V6 { src, dst: dst? }),
                    (Addresses::V4 { .. }, Some(_)) => None,
                };
            }
        }
        None
    }

    #[inline(always)]
    pub(super) fn restart(&mut self) {
        self.count = 0;
        self.glimpsed = 0;
        self.joins = 0;
        self.flaw = None;
        self.outcome = None;
    }

    #[inline(always)]
    pub(super) fn push(&mut self, layer: Layer) {
        if let Some(slot) = self.slots.get_mut(usize::from(self.count)) {
            *slot = layer;
            self.count += 1;
        }
    }
}
