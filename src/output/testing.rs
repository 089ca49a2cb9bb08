//! What the views' tests share: frames made for them, peeled.

use crate::capture::{Frame, LinkType};
use crate::dissect::Registry;
use crate::packet::{Conversations, Facts, Layers, Packet, peel, tree};
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
    tree(&registry, &frame, &facts, &layers, &conversations, &mut fields).unwrap();
    let packet =
        Packet { frame: &frame, facts: &facts, layers: &layers, conversations: &conversations, registry: &registry };
    let mut out = Text::new();
    view(&packet, &fields, &mut out);
    out.as_str().to_owned()
}

/// Peels `data` as a whole Ethernet frame, and shows it.
pub(super) fn show(data: &[u8], view: impl FnOnce(&Packet<'_>, &Tree, &mut Text)) -> String {
    show_as(ETHERNET, data, data.len() as u32, view)
}
