//! The byte ledger of a frame: where every byte of it went. The parts add up to the frame's length, exactly.

use super::{End, Layer, Packet};
use crate::dissect::{Protocol, Unit};
use crate::tree::{Node, Tree};

/// What some bytes of a frame are.
#[derive(Clone, Copy, Debug)]
pub enum What {
    /// The header of a layer, without its options.
    Header(&'static Protocol),
    /// The options of a layer's header.
    Options(&'static Protocol),
    /// A header that could not be read, with what follows it.
    Unread(&'static Protocol),
    /// What the innermost header carries.
    Payload,
    /// Behind what a layer carries: what its protocol calls it (padding, trailer, frame check sequence).
    Behind(&'static Protocol, &'static str),
    /// Sent, but not in the capture.
    Cut,
}

impl What {
    /// Whether bytes of the other kind are simply more of these.
    fn goes_on_as(&self, other: &What) -> bool {
        match (self, other) {
            (What::Behind(a, label), What::Behind(b, other)) => std::ptr::eq(*a, *b) && label == other,
            (What::Payload, What::Payload) => true,
            _ => false,
        }
    }
}

/// So many bytes of a frame.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// What they are.
    pub what: What,
    /// How many of them were captured; for [`What::Cut`], how many were not.
    pub bytes: u32,
    /// Offset of the first of them in the frame.
    pub start: u32,
}

/// Whether the capture holds the frame check sequence that ends a frame on an Ethernet link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fcs {
    /// It is there.
    Present,
    /// The capture says that it was removed.
    Absent,
    /// The capture does not say, and nothing looks like one.
    Unknown,
}

/// Where every byte of a frame went, in the order of the frame.
#[derive(Clone, Debug)]
pub struct Ledger {
    /// The parts; none is empty but the payload of a segment or a datagram, which is always listed.
    pub parts: Vec<Part>,
    /// Whether a frame check sequence is among them.
    pub fcs: Fcs,
}

impl Ledger {
    /// Accounts for a frame. The parts follow one another without gap, so that their bytes add up to
    /// [`Frame::wire`](crate::capture::Frame::wire).
    pub fn of(packet: &Packet<'_>) -> Ledger {
        let (registry, layers) = (packet.registry, packet.layers);
        let slots = layers.as_slice().get(..layers.in_frame()).unwrap_or_default();
        let wire = packet.frame.wire();
        let captured = u32::try_from(packet.frame.data.len()).unwrap_or(u32::MAX).min(wire);
        let mut tally = Tally { parts: Vec::with_capacity(slots.len() * 2 + 2), at: 0, captured };
        for layer in slots {
            let protocol = registry.protocol(layer.protocol);
            let end = layer.start.saturating_add(layer.header);
            if let Some(fixed) = fixed_header(protocol).filter(|fixed| *fixed < layer.header) {
                tally.upto(layer.start.saturating_add(fixed), What::Header(protocol));
                tally.upto(end, What::Options(protocol));
            } else {
                tally.upto(end, What::Header(protocol));
            }
        }
        let inner = match layers.end {
            End::Stopped(id, _) | End::Bug(id) => What::Unread(registry.protocol(id)),
            _ => What::Payload,
        };
        let before = tally.parts.len();
        match (layers.joined().next(), slots.last()) {
            // What the fragment carries, the datagram that it completes is not in this frame.
            (Some(_), Some(last)) => tally.upto(last.start.saturating_add(last.wire), What::Payload),
            _ => tally.upto(layers.rest.saturating_add(layers.rest_wire), inner),
        }
        // That a segment carries nothing is worth a line; messages do not carry.
        let carrier = slots.last().map(|layer| registry.protocol(layer.protocol).unit);
        if tally.parts.len() == before && matches!(carrier, Some(Unit::Segment | Unit::Datagram)) {
            tally.parts.push(Part { what: inner, bytes: 0, start: tally.at });
        }
        tally.behind(packet);
        let counted = tally.parts.iter().fold(0u32, |sum, part| sum.saturating_add(part.bytes));
        if counted < wire {
            tally.parts.push(Part { what: What::Cut, bytes: wire - counted, start: captured });
        }
        let is_fcs = |part: &Part| matches!(part.what, What::Behind(_, label) if label == FCS_LABEL);
        let fcs = match packet.frame.fcs_len {
            _ if tally.parts.iter().any(is_fcs) => Fcs::Present,
            Some(0) => Fcs::Absent,
            _ => Fcs::Unknown,
        };
        Ledger { parts: tally.parts, fcs }
    }

    /// The sum of all parts in bytes: the frame's length on the wire.
    pub fn total(&self) -> u64 {
        self.parts.iter().map(|part| u64::from(part.bytes)).sum()
    }
}

/// The label of the row that holds a frame check sequence.
const FCS_LABEL: &str = "Frame check sequence";

/// Length in bytes of a header without its options, for protocols whose header ends in options.
fn fixed_header(protocol: &Protocol) -> Option<u32> {
    matches!(protocol.name, "ip" | "tcp").then_some(20)
}

/// Parts so far, and how far they reach.
struct Tally {
    parts: Vec<Part>,
    /// Where the next part begins.
    at: u32,
    captured: u32,
}

impl Tally {
    /// The captured bytes from here up to `end` are `what`.
    fn upto(&mut self, end: u32, what: What) {
        let end = end.min(self.captured);
        let bytes = end.saturating_sub(self.at);
        if bytes == 0 {
            return;
        }
        self.at = end;
        match self.parts.last_mut() {
            Some(last) if last.what.goes_on_as(&what) => last.bytes = last.bytes.saturating_add(bytes),
            _ => self.parts.push(Part { what, bytes, start: end - bytes }),
        }
    }

    /// What lies behind the payload. The protocols themselves tell padding from trailers: they put them as fields, as
    /// they do for a tree.
    fn behind(&mut self, packet: &Packet<'_>) {
        let mut tree = Tree::default();
        super::tree::trailers(packet, &mut tree);
        let mut nodes: Vec<&Node> = tree.nodes().iter().filter(|node| node.in_frame()).collect();
        // The parts of a field come after it, and are already counted with it.
        nodes.retain(|node| usize::from(node.layer) < packet.layers.in_frame());
        nodes.sort_by_key(|node| node.bit);
        for node in nodes {
            let protocol = super::protocol_at(packet.registry, packet.layers, node.layer.into());
            let label = if protocol.unit == Unit::Message { "extensions" } else { node.field.label };
            self.gap(packet, node.bit / 8);
            self.upto(node.bit.saturating_add(node.bits) / 8, What::Behind(protocol, label));
        }
        self.gap(packet, packet.frame.wire());
    }

    /// What nobody accounts for up to `end`: it belongs to the innermost layer that reaches so far.
    fn gap(&mut self, packet: &Packet<'_>, end: u32) {
        let protocol = |layer: &Layer| packet.registry.protocol(layer.protocol);
        let layers = packet.layers.as_slice().get(..packet.layers.in_frame()).unwrap_or_default();
        for layer in layers.iter().rev() {
            self.upto(end.min(layer.start.saturating_add(layer.wire)), What::Behind(protocol(layer), "left over"));
        }
        self.upto(end, layers.first().map_or(What::Payload, |link| What::Behind(protocol(link), "left over")));
    }
}

#[cfg(test)]
mod tests {
    use super::{Fcs, Ledger, What};
    use crate::capture::{Frame, LinkType};
    use crate::dissect::Registry;
    use crate::packet::{Conversations, Facts, Layers, Packet, peel};
    use crate::proto;
    use crate::time::Time;
    use etherparse::PacketBuilder;

    fn ledger(registry: &Registry, data: &[u8], length: u32, fcs_len: Option<u8>) -> Ledger {
        let frame = Frame {
            time: Time::default(),
            has_time: true,
            data,
            length,
            link: LinkType(1),
            interface: 0,
            fcs_len,
            comments: &[],
        };
        let (mut layers, facts, conversations) = (Layers::default(), Facts::default(), Conversations::default());
        peel(registry, &frame, &mut layers).unwrap();
        let packet = Packet::new(&frame, &facts, &layers, &conversations, registry);
        let ledger = Ledger::of(&packet);
        assert_eq!(ledger.total(), u64::from(frame.wire()), "{:?}", ledger.parts);
        let mut at = 0;
        for part in &ledger.parts {
            assert_eq!(part.start, at, "{:?}", ledger.parts);
            at += part.bytes;
        }
        ledger
    }

    fn words(ledger: &Ledger) -> Vec<(String, u32)> {
        let word = |what: &What| match what {
            What::Header(p) => p.name.to_owned(),
            What::Options(p) => format!("{} options", p.name),
            What::Unread(p) => format!("{} unread", p.name),
            What::Payload => "payload".to_owned(),
            What::Behind(p, label) => format!("{} {label}", p.name),
            What::Cut => "cut".to_owned(),
        };
        ledger.parts.iter().map(|part| (word(&part.what), part.bytes)).collect()
    }

    fn udp(payload: &[u8]) -> Vec<u8> {
        let builder = PacketBuilder::ethernet2([2; 6], [4; 6]).ipv4([10, 0, 0, 1], [10, 0, 0, 2], 64).udp(1, 9_999);
        let mut frame = Vec::new();
        builder.write(&mut frame, payload).unwrap();
        frame
    }

    fn list(parts: &[(&str, u32)]) -> Vec<(String, u32)> {
        parts.iter().map(|(word, bytes)| ((*word).to_owned(), *bytes)).collect()
    }

    #[test]
    fn headers_payload_and_padding_are_told_apart() {
        let registry = Registry::new(proto::ALL);
        let mut frame = udp(b"hello");
        frame.resize(60, 0);
        let ledger = ledger(&registry, &frame, 60, None);
        assert_eq!(words(&ledger), list(&[("eth", 14), ("ip", 20), ("udp", 8), ("payload", 5), ("eth Padding", 13)]));
        assert_eq!(ledger.fcs, Fcs::Unknown);
    }

    #[test]
    fn the_frame_check_sequence_is_a_part_of_its_own() {
        let registry = Registry::new(proto::ALL);
        let mut frame = udp(b"hello");
        frame.resize(60, 0);
        frame.extend(crc32fast::hash(&frame).to_le_bytes());
        let ledger = ledger(&registry, &frame, 64, Some(4));
        assert_eq!(words(&ledger).last(), Some(&("eth Frame check sequence".to_owned(), 4)));
        assert_eq!(ledger.fcs, Fcs::Present);
    }

    #[test]
    fn what_the_capture_lacks_is_cut_not_lost() {
        let registry = Registry::new(proto::ALL);
        let frame = udp(&[7; 100]);
        assert_eq!(
            words(&ledger(&registry, &frame[..50], frame.len() as u32, None)),
            list(&[("eth", 14), ("ip", 20), ("udp", 8), ("payload", 8), ("cut", 92)])
        );
        assert_eq!(
            words(&ledger(&registry, &frame[..38], frame.len() as u32, None)),
            list(&[("eth", 14), ("ip", 20), ("udp unread", 4), ("cut", 104)])
        );
    }

    #[test]
    fn any_frame_adds_up() {
        let registry = Registry::new(proto::ALL);
        let mut seed = 1u64;
        // A xorshift generator: tests need variety and repeatability, not unpredictability.
        let mut random = move |below: usize| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            (seed % below as u64) as usize
        };
        for _ in 0..4_000 {
            let mut frame = udp(&vec![0; random(80)]);
            for _ in 0..random(4) {
                let at = random(frame.len());
                frame[at] = random(256) as u8;
            }
            frame.resize(frame.len() + random(20), 0);
            frame.truncate(random(frame.len() + 1));
            let length = frame.len() + random(40);
            let fcs_len = [None, Some(0), Some(4), Some(2)][random(4)];
            ledger(&registry, &frame, length as u32, fcs_len);
        }
    }
}
