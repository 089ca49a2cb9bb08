//! Messages written out, and what is read of them.

use super::*;
use crate::input::{Env, Stop};
use crate::packet::{Conversations, Facts, Layers, Packet};

fn built(kind: u8, code: u8, rest: &[u8]) -> Vec<u8> {
    let mut m = vec![kind, code, 0, 0];
    m.extend_from_slice(rest);
    let sum = checksum::expected(&m, 2);
    m[2..4].copy_from_slice(&sum.to_be_bytes());
    m
}

fn read(data: &[u8], wire: u32, extent: Extent) -> (Dissected, Vec<(&'static str, u64)>) {
    let mut tree = Tree::default();
    let input = Input { data, base: 0, wire, extent, env: &Env::NONE };
    let dissected = dissect(input, &mut tree);
    let mut off = Off::default();
    assert_eq!(dissected, dissect(input, &mut off));
    assert_eq!(tree.take_flaw(), off.flaw);
    (dissected, tree.nodes().iter().map(|n| (n.field.name, tree.number(n))).collect())
}

fn whole(m: &[u8]) -> (Step, Vec<(&'static str, u64)>) {
    let (dissected, nodes) = read(m, m.len() as u32, Extent::Whole);
    (dissected.unwrap(), nodes)
}

#[test]
fn an_echo_has_numbers_in_both_byte_orders() {
    let (step, nodes) = whole(&built(8, 0, &[1, 2, 3, 4, 9, 9]));
    assert_eq!((step.header, step.next), (8, Next::End));
    let expected = [
        ("icmp.checksum.status", 1),
        ("icmp.ident", 0x0102),
        ("icmp.ident_le", 0x0201),
        ("icmp.seq", 0x0304),
        ("icmp.seq_le", 0x0403),
    ];
    assert_eq!(nodes[3..], expected);
}

#[test]
fn the_second_word_of_an_error_depends_on_the_length_and_the_code() {
    let names = |m: &[u8]| whole(m).1[4..].iter().map(|n| n.0).collect::<Vec<_>>();
    assert_eq!(names(&built(3, 3, &[0; 8])), ["icmp.unused"]);
    assert_eq!(names(&built(3, 4, &[0, 0, 5, 220, 0, 0])), ["icmp.unused", "icmp.mtu"]);
    let stated = ["icmp.unused", "icmp.length", "icmp.length.original_datagram", "icmp.mtu"];
    assert_eq!(names(&built(3, 4, &[0, 32, 5, 220, 0, 0])), stated);
    assert_eq!(names(&built(12, 0, &[9, 0, 0, 0])), ["icmp.pointer", "icmp.unused"]);
    assert_eq!(whole(&built(3, 3, &[0; 4])).0.next, Next::End);
    let step = whole(&built(11, 0, &[0; 30])).0;
    assert_eq!((step.next, step.extent), (Next::Key(Space::IpProto, 4), Extent::Quoted));
}

#[test]
fn a_message_that_is_too_short_for_its_kind_is_a_flaw() {
    let (step, nodes) = whole(&built(13, 0, &[1, 2, 3, 4, 0, 0, 0, 1]));
    assert_eq!(step.header, 8);
    assert!(nodes.contains(&("icmp.originate_timestamp", 1)));
    assert_eq!(whole(&built(13, 0, &[0; 16])).0.header, 20);
    assert!(matches!(read(&[3, 3, 0], 3, Extent::Whole).0, Err(Stop::Bad(_))));
}

#[test]
fn a_quoted_message_has_no_checksum_to_verify() {
    let m = built(8, 0, &[1, 2, 3, 4]);
    assert!(read(&m, 8, Extent::Quoted).1.contains(&("icmp.checksum.status", 2)));
}

#[test]
fn routers_and_their_preferences_are_read() {
    let m = built(9, 0, &[2, 2, 7, 8, 10, 0, 0, 1, 0, 0, 0, 1, 10, 0, 0, 2, 0x80, 0, 0, 0]);
    let (step, nodes) = whole(&m);
    assert_eq!(step.header, 24);
    assert!(nodes.contains(&("icmp.pref_level", -0x8000_0000i64 as u64)));
    let (dissected, _) = read(&m[..20], 24, Extent::Whole);
    assert!(matches!(dissected, Err(Stop::Cut { .. })));
    assert!(matches!(read(&m[..20], 20, Extent::Whole).0, Err(Stop::Bad(_))));
}

/// An Ethernet frame around an ICMP error that quotes 128 bytes of UDP and adds an MPLS label.
fn traceroute() -> Vec<u8> {
    let mut quoted = vec![0x45, 0, 0, 200, 0, 1, 0, 0, 1, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 9];
    quoted.extend_from_slice(&[0x80, 0, 0x82, 0x9a, 0, 180, 0, 0]);
    quoted.resize(128, 7);
    let mut structure = vec![0x20, 0, 0, 0, 0, 8, 1, 1, 0, 1, 0x0d, 255];
    let sum = checksum::expected(&structure, 2);
    structure[2..4].copy_from_slice(&sum.to_be_bytes());
    let m = built(11, 0, &[&[0, 32, 0, 0][..], &quoted, &structure].concat());
    let mut frame = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0];
    let total = (20 + m.len()) as u8;
    frame.extend_from_slice(&[0x45, 0, 0, total, 0, 2, 0, 0, 64, 1, 0, 0, 10, 0, 0, 3, 10, 0, 0, 1]);
    frame.extend(m);
    frame
}

fn tree_of(frame: &[u8], wire: u32) -> Vec<(&'static str, u32)> {
    let registry = crate::dissect::Registry::new(crate::proto::ALL);
    let frame = crate::capture::Frame {
        time: Default::default(),
        has_time: true,
        data: frame,
        length: wire,
        link: crate::capture::LinkType(1),
        interface: 0,
        fcs_len: None,
        comments: &[],
    };
    let mut layers = Layers::default();
    crate::packet::peel(&registry, &frame, &mut layers).unwrap();
    let mut tree = Tree::default();
    let facts = Facts::default();
    crate::packet::tree(&Packet::new(&frame, &facts, &layers, &Conversations::NONE, &registry), &mut tree).unwrap();
    tree.nodes().iter().filter(|n| n.layer != crate::packet::frame::LAYER).map(|n| (n.field.name, n.bit)).collect()
}

#[test]
fn the_quoted_packet_is_a_layer_and_extensions_follow_it() {
    let frame = traceroute();
    let nodes = tree_of(&frame, frame.len() as u32);
    let place = |name: &str| nodes.iter().rposition(|n| n.0 == name);
    assert!(place("udp.srcport") < place("icmp.ext.version"), "{nodes:?}");
    assert!(nodes.contains(&("icmp.mpls.label", (14 + 20 + 8 + 128 + 8) * 8)));
    assert_eq!(nodes.iter().filter(|n| n.0 == "ip.src").count(), 2);
}

#[test]
fn a_cut_error_message_gives_a_prefix() {
    let frame = traceroute();
    let all = tree_of(&frame, frame.len() as u32);
    // Behind the headers only: what is left of a header that is cut is shown as data.
    for cut in 70..frame.len() {
        let part = tree_of(&frame[..cut], frame.len() as u32);
        assert!(all.starts_with(&part), "{cut}: {part:?}");
    }
}
