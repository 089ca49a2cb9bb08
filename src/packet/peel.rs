//! Finds the layers of a frame, and goes on in datagrams that its fragments complete.

use super::fragments::{self, Fragments, Joined, Outcome};
use super::layers::{End, Layer, Layers, MAX_LAYERS};
use super::{Failed, guarded};
use crate::capture::Frame;
use crate::dissect::{Dissected, Next, ProtocolId, Registry, Space};
use crate::input::{Bad, Env, Extent, Input};
use crate::sink::Off;

/// Where peeling begins, or goes on.
#[derive(Clone, Copy)]
struct From {
    base: u32,
    wire: u32,
    extent: Extent,
    next: Next,
}

impl From {
    /// The frame's first byte.
    fn start(frame: &Frame<'_>) -> Self {
        From { base: 0, wire: frame.wire(), extent: Extent::Whole, next: Next::Key(Space::Link, frame.link.0) }
    }

    /// The first byte of a datagram that was put together.
    fn joined(joined: &Joined) -> Self {
        From { base: joined.start, wire: joined.length, extent: Extent::Whole, next: joined.next }
    }
}

/// Calls the right body for each layer, outermost first, until nothing can be read any more, or a fragment is met.
/// Returns from where a fragment's content can be read as far as it goes.
#[inline(always)]
fn drive<'f>(
    registry: &Registry,
    bytes: &'f [u8],
    from: From,
    layers: &mut Layers,
    mut body: impl FnMut(&Layers, ProtocolId, Input<'f>) -> (Dissected, Option<Bad>),
) -> Option<From> {
    let From { mut base, mut wire, mut extent, mut next } = from;
    let begin = base as usize;
    let mut data = bytes.get(begin..begin.saturating_add(wire as usize).min(bytes.len())).unwrap_or_default();
    layers.rest = base;
    layers.rest_wire = wire;
    layers.rest_extent = extent;
    loop {
        let input = Input { data, base, wire, extent, env: &Env::NONE };
        let Some(id) = registry.next(next, &input) else {
            layers.end = match next {
                Next::End => End::Complete,
                Next::Opaque(why) => End::Opaque(why),
                Next::Key(space, key) => End::Unclaimed(space, key),
                Next::Ports(space, a, b) => End::Unclaimed(space, a.min(b)),
            };
            return None;
        };
        if usize::from(layers.count) == MAX_LAYERS {
            layers.end = End::TooDeep;
            return None;
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
                return None;
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
        layers.rest_extent = extent;
        // Only what was captured whole can be put together; of anything else, as much is shown as there is.
        if let Some(fragment) = step.fragment.filter(|_| data.len() == wire as usize) {
            layers.fragment = Some(fragment);
            layers.end = End::Fragment;
            return Some(From { base, wire, extent, next });
        }
        // An empty segment or datagram carries no message, whatever its ports are.
        if wire == 0 && matches!(next, Next::Ports(..)) {
            layers.end = End::Complete;
            return None;
        }
    }
}

/// The body of the fast path.
#[inline(always)]
fn fast(registry: &Registry, id: ProtocolId, input: Input<'_>) -> (Dissected, Option<Bad>) {
    let mut off = Off::default();
    let dissected = (registry.protocol(id).peel)(input, &mut off);
    (dissected, off.flaw)
}

/// Peels a frame: which layers it has, and why it ends where it ends. Allocates nothing. Fragments are not put
/// together: see [`join`].
///
/// Returns whether a dissector failed; then `layers` holds what was known before, and its end is [`End::Bug`].
pub fn peel(registry: &Registry, frame: &Frame<'_>, layers: &mut Layers) -> Result<(), Failed> {
    guarded(|| peel_unguarded(registry, frame, layers))
}

/// As [`peel`], for callers that guard more than this at once.
pub fn peel_unguarded(registry: &Registry, frame: &Frame<'_>, layers: &mut Layers) {
    layers.restart();
    let fragment = drive(registry, frame.data, From::start(frame), layers, |_, id, input| fast(registry, id, input));
    if let Some(content) = fragment {
        layers.glimpse(registry, frame.data, content);
    }
}

/// Goes on where [`peel`] met a fragment: gives it to the others of its datagram, and reads the datagram if that makes
/// it complete. Then `fragments` holds the bytes in which the layers lie.
#[cold]
pub fn join(registry: &Registry, frame: &Frame<'_>, number: u64, layers: &mut Layers, fragments: &mut Fragments) {
    while let Some(fragment) = layers.fragment().copied() {
        let last = usize::from(layers.count).saturating_sub(1);
        let bytes = if fragments.bytes().is_empty() { frame.data } else { fragments.bytes() };
        // The fragment header of IPv6 stands behind the addresses, that of IPv4 holds them.
        let Some(addresses) = layers.addresses_around(last + 1, registry, bytes) else { return };
        if usize::from(layers.joins) == Layers::MAX_JOINED {
            return;
        }
        let key = fragments::Key { addresses, id: fragment.id };
        let outcome = fragments.add(key, &fragment, (layers.rest, layers.rest_wire), frame.data, number, frame.time);
        layers.outcome = Some(outcome);
        let Outcome::Complete(joined) = outcome else { return };
        layers.glimpsed = 0;
        if let Some(place) = layers.joined.get_mut(usize::from(layers.joins)) {
            *place = (last as u8, joined);
            layers.joins += 1;
        }
        let (bytes, from) = (fragments.bytes(), From::joined(&joined));
        let inner = drive(registry, bytes, from, layers, |_, id, input| fast(registry, id, input));
        if let Some(content) = inner {
            layers.glimpse(registry, bytes, content);
        }
    }
}

impl Layers {
    /// Looks at what the first fragment of a datagram shows of it, without taking it in.
    #[cold]
    fn glimpse(&mut self, registry: &Registry, bytes: &[u8], content: From) {
        let (count, fragment, flaw) = (self.count, self.fragment, self.flaw);
        let rest = (self.rest, self.rest_wire, self.rest_extent);
        drive(registry, bytes, content, self, |_, id, input| fast(registry, id, input));
        self.glimpsed = self.count - count;
        (self.count, self.fragment, self.flaw) = (count, fragment, flaw);
        (self.rest, self.rest_wire, self.rest_extent) = rest;
        self.end = End::Fragment;
    }
}
