//! What the tests of the views share: frames made for them, peeled.

use crate::capture::{Frame, LinkType};
use crate::dissect::Registry;
use crate::flow::Table;
use crate::packet::{self, Conversations, Facts, Layers, Packet, peel, tree};
use crate::proto;
use crate::text::Text;
use crate::time::Time;
use crate::tree::Tree;
use etherparse::PacketBuilder;

/// Link type Ethernet.
pub(super) const ETHERNET: LinkType = LinkType(1);

/// A frame with a UDP datagram of this payload, IPv4 over Ethernet.
pub(super) fn udp(payload: &[u8]) -> Vec<u8> {
    let builder = PacketBuilder::ethernet2([2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2])
        .ipv4([10, 0, 0, 1], [10, 0, 0, 2], 64)
        .udp(40_000, 9_999);
    let mut frame = Vec::new();
    builder.write(&mut frame, payload).unwrap();
    frame
}

/// Peels `data` as a frame of this link type and length, and shows it.
pub(super) fn show_as(
    link: LinkType,
    data: &[u8],
    length: u32,
    view: impl FnOnce(&Packet<'_>, &Tree, &mut Text),
) -> String {
    let registry = Registry::new(proto::ALL);
    let frame = Frame {
        time: Time::new(1_767_225_600, 142_000),
        has_time: true,
        data,
        length,
        link,
        interface: 0,
        fcs_len: None,
        comments: &[],
    };
    let facts = Facts { number: 1, first: frame.time, previous: frame.time, ..Facts::default() };
    let (mut layers, conversations) = (Layers::default(), Conversations::default());
    peel(&registry, &frame, &mut layers).unwrap();
    let mut fields = Tree::default();
    let packet = Packet::new(&frame, &facts, &layers, &conversations, &registry);
    tree(&packet, &mut fields).unwrap();
    let mut out = Text::new();
    view(&packet, &fields, &mut out);
    out.as_str().to_owned()
}

/// Peels `data` as a whole Ethernet frame, and shows it.
pub(super) fn show(data: &[u8], view: impl FnOnce(&Packet<'_>, &Tree, &mut Text)) -> String {
    show_as(ETHERNET, data, data.len() as u32, view)
}

/// A frame of an Ethernet interface.
pub(super) fn frame(data: &[u8], secs: i64, nanos: u32) -> Frame<'_> {
    Frame {
        time: Time { secs, nanos },
        has_time: true,
        data,
        length: data.len() as u32,
        link: LinkType(1),
        interface: 0,
        fcs_len: None,
        comments: &[],
    }
}

/// A UDP datagram from 10.0.0.2:40000 to 10.0.0.1:50000.
pub(super) fn datagram(payload: &[u8]) -> Vec<u8> {
    let builder = PacketBuilder::ethernet2([2, 0, 0, 0, 0, 2], [2, 0, 0, 0, 0, 1]);
    let builder = builder.ipv4([10, 0, 0, 2], [10, 0, 0, 1], 64).udp(40_000, 50_000);
    let mut out = Vec::new();
    builder.write(&mut out, payload).expect("writing to memory");
    out
}

/// The same within another IPv4 packet, from 192.0.2.1 to 192.0.2.2.
pub(super) fn tunnelled(payload: &[u8]) -> Vec<u8> {
    let inner = datagram(payload).split_off(14);
    let builder =
        PacketBuilder::ethernet2([2, 0, 0, 0, 0, 2], [2, 0, 0, 0, 0, 1]).ipv4([192, 0, 2, 1], [192, 0, 2, 2], 9);
    let mut out = Vec::new();
    builder.write(&mut out, etherparse::IpNumber::IPV4, &inner).expect("writing to memory");
    out
}

/// A pcapng file of Ethernet frames, half a second apart; the first one has the comments.
pub(super) fn pcapng(interface: &[u8], frames: &[Vec<u8>], comments: &[&[u8]]) -> Vec<u8> {
    fn padded(out: &mut Vec<u8>, bytes: &[u8]) {
        out.extend_from_slice(bytes);
        out.resize(out.len().next_multiple_of(4), 0);
    }
    fn option(out: &mut Vec<u8>, code: u16, bytes: &[u8]) {
        out.extend_from_slice(&code.to_le_bytes());
        out.extend_from_slice(&(bytes.len() as u16).to_le_bytes());
        padded(out, bytes);
    }
    fn block(out: &mut Vec<u8>, kind: u32, body: &[u8]) {
        let length = (body.len() as u32 + 12).to_le_bytes();
        out.extend_from_slice(&kind.to_le_bytes());
        out.extend_from_slice(&length);
        out.extend_from_slice(body);
        out.extend_from_slice(&length);
    }
    let mut out = Vec::new();
    let mut body = vec![0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0];
    body.extend_from_slice(&[0xff; 8]);
    block(&mut out, 0x0a0d_0d0a, &body);
    body = vec![1, 0, 0, 0, 0, 0, 4, 0];
    option(&mut body, 2, interface);
    option(&mut body, 9, &[9]);
    option(&mut body, 0, &[]);
    block(&mut out, 1, &body);
    for (n, frame) in frames.iter().enumerate() {
        let time = 1_767_225_600_000_142_000 + n as u64 * 500_000_000;
        body = vec![0; 4];
        body.extend_from_slice(&((time >> 32) as u32).to_le_bytes());
        body.extend_from_slice(&(time as u32).to_le_bytes());
        body.extend_from_slice(&(frame.len() as u32).to_le_bytes().repeat(2));
        padded(&mut body, frame);
        if n == 0 {
            comments.iter().for_each(|c| option(&mut body, 1, c));
            option(&mut body, 0, &[]);
        }
        block(&mut out, 6, &body);
    }
    out
}

/// The standard protocols, the flows so far, and what is reused from frame to frame.
pub(super) struct Bench {
    pub(super) registry: Registry,
    flows: Table,
    layers: Layers,
    tree: Tree,
    first: Option<Time>,
    previous: Time,
    number: u64,
}

impl Bench {
    pub(super) fn new() -> Self {
        Bench {
            registry: Registry::new(proto::ALL),
            flows: Table::default(),
            layers: Layers::default(),
            tree: Tree::default(),
            first: None,
            previous: Time::default(),
            number: 0,
        }
    }

    /// Peels a frame and hands it on as a packet with its tree.
    pub(super) fn show(&mut self, frame: &Frame<'_>, interface: Option<&[u8]>, see: impl FnOnce(&Packet<'_>, &Tree)) {
        self.number += 1;
        let first = *self.first.get_or_insert(frame.time);
        let previous = if self.number == 1 { first } else { self.previous };
        let facts = Facts {
            number: self.number,
            first,
            previous,
            interface: interface.map(|_| 0),
            interface_name: interface,
            interface_description: None,
            unverified: false,
        };
        self.previous = frame.time;
        packet::peel(&self.registry, frame, &mut self.layers).expect("no dissector fails");
        let bare = Conversations::default();
        let packet = Packet::new(frame, &facts, &self.layers, &bare, &self.registry);
        let mut conversations = Conversations::NONE;
        self.flows.observe(&packet, &mut conversations);
        packet::tree(&Packet { conversations: &conversations, ..packet }, &mut self.tree).expect("no dissector fails");
        see(&Packet { conversations: &conversations, ..packet }, &self.tree);
    }
}
