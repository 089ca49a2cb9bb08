//! Segments written out byte by byte.

use super::{TCP, line};
use crate::dissect::{Dissected, Seen, Style};
use crate::field::Value;
use crate::input::{Addresses, Conversation, Env, Extent, Input, Stop, WindowScale};
use crate::sink::{NoteKind, Off};
use crate::text::Text;
use crate::tree::Tree;

const ADDRESSES: Addresses = Addresses::V4 { src: [10, 0, 0, 1], dst: [10, 0, 0, 2] };

/// A segment from port 40312 to 80 with sequence number 1000 and acknowledgment number 5000.
fn segment(flags: u16, options: &[u8], payload: &[u8]) -> Vec<u8> {
    assert_eq!(options.len() % 4, 0);
    let words = 5 + options.len() as u16 / 4;
    let mut bytes = vec![0x9d, 0x78, 0, 80, 0, 0, 0x03, 0xe8, 0, 0, 0x13, 0x88];
    bytes.extend((words << 12 | flags).to_be_bytes());
    bytes.extend([0, 64, 0, 0, 0, 0]);
    bytes.extend(options);
    bytes.extend(payload);
    bytes
}

fn followed(window: WindowScale) -> Conversation {
    Conversation { stream: 3, seq_base: Some(999), ack_base: Some(4000), window, ..Conversation::default() }
}

/// Reads a segment of this length of which `data` was captured, with fields, and checks that the result without
/// fields is the same.
fn read(data: &[u8], wire: u32, extent: Extent, conversation: Option<&Conversation>) -> (Dissected, Tree) {
    let env = Env { addresses: Some(ADDRESSES), ends: Some(ADDRESSES), conversation, unverified: true };
    let input = Input { data, base: 34, wire, extent, env: &env };
    let (mut off, mut tree) = (Off::default(), Tree::default());
    let dissected = (TCP.tree)(input, &mut tree);
    tree.leave(0);
    assert_eq!((TCP.peel)(Input { env: &Env::NONE, ..input }, &mut off), dissected);
    (dissected, tree)
}

fn whole(data: &[u8], conversation: Option<&Conversation>) -> Tree {
    let (dissected, tree) = read(data, data.len() as u32, Extent::Whole, conversation);
    dissected.expect("the segment is whole");
    tree
}

/// The values of a field, as text; bytes as digits.
fn values(tree: &Tree, data: &[u8], name: &str) -> Vec<String> {
    let mut frame = vec![0; 34];
    frame.extend(data);
    let nodes = tree.nodes().iter().filter(|n| n.field.name == name);
    nodes
        .map(|n| match tree.value(n, &frame) {
            Value::Uint(v) => v.to_string(),
            Value::Int(v) => v.to_string(),
            Value::Flag(v) => u8::from(v).to_string(),
            Value::Text(v) => String::from_utf8_lossy(v).into_owned(),
            Value::Bytes(v) => v.iter().map(|b| format!("{b:02x}")).collect(),
            other => format!("{other:?}"),
        })
        .collect()
}

fn notes(tree: &Tree) -> Vec<&str> {
    tree.notes().iter().filter(|n| n.kind == NoteKind::Bad).map(|n| tree.note_text(n)).collect()
}

fn lined(data: &[u8], style: Style, conversation: Option<&Conversation>) -> String {
    let length = (usize::from(data.get(12).copied().unwrap_or_default() >> 4) * 4).min(data.len());
    let (header, payload) = data.split_at(length);
    let mut out = Text::new();
    line(
        &Seen {
            header,
            payload,
            wire: data.len() as u32,
            outer: 0,
            extent: Extent::Whole,
            addresses: Some(ADDRESSES),
            ends: Some(ADDRESSES),
            conversation,
            parent: None,
            next: None,
            after: None,
            stopped: None,
            style: &style,
        },
        &mut out,
    );
    out.as_str().trim_start_matches("10.0.0.1.40312 > 10.0.0.2.80: ").to_owned()
}

#[test]
fn numbers_are_relative_to_the_conversation_and_the_window_is_scaled() {
    let data = segment(0x018, &[], b"hello");
    let conversation = followed(WindowScale::Shift(7));
    let tree = whole(&data, Some(&conversation));
    for (name, value) in [
        ("tcp.stream", "3"),
        ("tcp.len", "5"),
        ("tcp.seq_raw", "1000"),
        ("tcp.seq", "1"),
        ("tcp.nxtseq", "6"),
        ("tcp.ack", "1000"),
        ("tcp.flags", "24"),
        ("tcp.flags.str", "·······AP···"),
        ("tcp.window_size", "8192"),
        ("tcp.window_size_scalefactor", "128"),
        ("tcp.payload", "68656c6c6f"),
    ] {
        assert_eq!(values(&tree, &data, name), [value], "{name}");
    }
}

#[test]
fn an_unknown_scale_and_no_scale_differ_and_a_syn_has_none() {
    let factor = |flags, window| {
        let data = segment(flags, &[], b"");
        let conversation = followed(window);
        values(&whole(&data, Some(&conversation)), &data, "tcp.window_size_scalefactor")
    };
    assert_eq!(factor(0x010, WindowScale::Unknown), ["-1"]);
    assert_eq!(factor(0x010, WindowScale::Off), ["-2"]);
    assert!(factor(0x002, WindowScale::Shift(7)).is_empty());
    let alone = segment(0x010, &[], b"");
    assert!(values(&whole(&alone, None), &alone, "tcp.window_size_scalefactor").is_empty());
    assert_eq!(values(&whole(&alone, None), &alone, "tcp.seq"), ["1000"]);
}

#[test]
fn selective_acknowledgments_count_from_the_other_sides_first_number() {
    let blocks = [0x17, 0x70, 0x1b, 0x58].chunks(2).flat_map(|e| [0, 0, e[0], e[1]]);
    let options: Vec<u8> = [1, 1, 5, 10].into_iter().chain(blocks).collect();
    let data = segment(0x010, &options, b"");
    let conversation = followed(WindowScale::Off);
    let tree = whole(&data, Some(&conversation));
    assert_eq!(values(&tree, &data, "tcp.options.sack_le"), ["2000"]);
    assert_eq!(values(&tree, &data, "tcp.options.sack_re"), ["3000"]);
    assert!(values(&tree, &data, "tcp.options.sack.dsack_le").is_empty());
    // RFC 2883 §4: a first range below the acknowledgment number arrived twice.
    let options: Vec<u8> = [1, 1, 5, 10, 0, 0, 0x10, 0, 0, 0, 0x11, 0].to_vec();
    let data = segment(0x010, &options, b"");
    let tree = whole(&data, Some(&conversation));
    assert_eq!(values(&tree, &data, "tcp.options.sack.dsack_re"), ["352"]);
}

#[test]
fn an_option_of_a_wrong_length_is_noted_and_the_next_one_read() {
    let data = segment(0x002, &[2, 3, 5, 3, 3, 7, 1, 0], b"");
    let tree = whole(&data, None);
    assert_eq!(
        notes(&tree),
        ["TCP option 2 (Maximum Segment Size) has the length of its kind (RFC 9293 §3.1): 4 expected, 3 found"]
    );
    assert_eq!(values(&tree, &data, "tcp.options.wscale.multiplier"), ["128"]);
    assert_eq!(values(&tree, &data, "tcp.option_kind"), ["2", "3", "1", "0"]);
}

#[test]
fn a_length_that_cannot_be_ends_the_options_and_not_the_segment() {
    for (options, note) in [
        ([2, 0, 0, 0], "has a length of at least 2 (RFC 9293 §3.1): 2 expected, 0 found"),
        ([1, 8, 10, 0], "ends within the header (RFC 9293 §3.1): 3 expected, 10 found"),
        ([1, 1, 1, 2], "has room for its length byte (RFC 9293 §3.1): 2 expected, 1 found"),
    ] {
        let data = segment(0x010, &options, b"data");
        let tree = whole(&data, None);
        assert!(notes(&tree).concat().ends_with(note), "{:?}", notes(&tree));
        assert_eq!(values(&tree, &data, "tcp.payload"), ["64617461"]);
    }
}

#[test]
fn bytes_after_the_end_of_the_list_are_noted() {
    let data = segment(0x010, &[0, 0, 0xff, 1], b"");
    let tree = whole(&data, None);
    assert_eq!(values(&tree, &data, "tcp.options.eol").len(), 2);
    assert_eq!(notes(&tree).len(), 1);
}

/// Options of every kind that is taken apart, in headers of at most 60 bytes.
fn many_options() -> Vec<Vec<u8>> {
    let plain: [&[u8]; 12] = [
        &[2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 3, 3, 7],
        &[1, 1, 5, 18, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0],
        &[19, 18, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 0, 0],
        &[20, 4, 0xf8, 7, 20, 6, 1, 2, 3, 4, 21, 6, 0, 1, 0, 2, 22, 2, 23, 2],
        &[27, 8, 1, 5, 1, 2, 3, 4, 28, 4, 0x80, 2, 6, 6, 0, 0, 0, 1, 1, 1],
        &[29, 16, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 34, 2, 1, 1],
        &[34, 10, 1, 2, 3, 4, 5, 6, 7, 8, 254, 4, 0xf9, 0x89, 253, 6, 1, 2, 3, 4],
        &[172, 11, 0, 0, 1, 0, 0, 2, 0, 0, 3, 174, 8, 0, 0, 1, 0, 0, 2, 1],
        &[11, 6, 0, 0, 0, 1, 9, 2, 10, 3, 128, 14, 3, 1, 15, 4, 1, 2, 1, 1],
        &[30, 12, 0x01, 0x81, 1, 2, 3, 4, 5, 6, 7, 8, 30, 4, 0x50, 3, 30, 4, 0x81, 5],
        &[30, 16, 0x20, 0x05, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 4, 1, 1],
        &[30, 8, 0x30, 1, 10, 0, 0, 1, 30, 6, 0x40, 1, 2, 3, 1, 1, 1, 1, 1, 1],
    ];
    plain.into_iter().map(<[u8]>::to_vec).collect()
}

#[test]
fn a_segment_cut_anywhere_shows_a_prefix_and_is_cut_rather_than_bad() {
    let conversation = followed(WindowScale::Shift(2));
    for options in many_options() {
        let data = segment(0x012, &options, b"payload");
        let wire = data.len() as u32;
        let list = |tree: &Tree| tree.nodes().iter().map(|n| (n.field.name, n.bit)).collect::<Vec<_>>();
        let (_, complete) = read(&data, wire, Extent::Whole, Some(&conversation));
        for length in 0..data.len() {
            let (dissected, tree) = read(&data[..length], wire, Extent::Whole, Some(&conversation));
            assert!(list(&complete).starts_with(&list(&tree)), "{options:?} cut at {length}");
            assert!(matches!(dissected, Ok(_) | Err(Stop::Cut { .. })), "{options:?} cut at {length}");
            assert!(notes(&tree).is_empty() || !notes(&complete).is_empty(), "{options:?} cut at {length}");
        }
    }
}

#[test]
fn a_quotation_of_eight_bytes_shows_ports_and_sequence_number() {
    let data = segment(0x002, &[], b"");
    let (dissected, tree) = read(&data[..8], 8, Extent::Quoted, None);
    assert_eq!(dissected, Err(Stop::Cut { need: 20, have: 8 }));
    let names: Vec<_> = tree.nodes().iter().map(|n| n.field.name).collect();
    assert_eq!(names, ["tcp.srcport", "tcp.dstport", "tcp.seq_raw"]);
}

#[test]
fn impossible_header_lengths_are_bad() {
    let mut data = segment(0x010, &[], b"data");
    for (offset, expected, found) in [(0x40, 20, 16), (0xf0, 60, 24)] {
        data[12] = offset;
        let (dissected, _) = read(&data, 24, Extent::Whole, None);
        let Err(Stop::Bad(bad)) = dissected else { panic!("{dissected:?}") };
        assert_eq!((bad.expected, bad.found), (expected, found));
    }
}

#[test]
fn no_bytes_of_options_are_too_much() {
    let mut state = 1u32;
    for _ in 0..20_000 {
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        let kinds = [30, 30, 5, 8, 20, 34, 172, 253, 254];
        let mut options: Vec<u8> = (0..40).map(|_| random()).collect();
        options[0] = kinds[usize::from(random()) % kinds.len()];
        options[1] = random() % 42;
        let data = segment(0x010, &options, b"");
        whole(&data, None);
        lined(&data, Style::default(), None);
    }
}

#[test]
fn a_line_is_shaped_like_tcpdumps() {
    let style = Style::default();
    let conversation = followed(WindowScale::Shift(7));
    let syn = segment(0x002, &[2, 4, 5, 180, 4, 2, 1, 1, 1, 3, 3, 7], b"");
    assert_eq!(
        lined(&syn, style, Some(&conversation)),
        "Flags [S], seq 1000, win 64, options [mss 1460,sackOK,nop,nop,nop,wscale 7], length 0"
    );
    let data = segment(0x018, &[], b"hello");
    assert_eq!(lined(&data, style, Some(&conversation)), "Flags [P.], seq 1:6, ack 1000, win 64, length 5");
    let absolute = Style { absolute: true, ..style };
    assert_eq!(lined(&data, absolute, Some(&conversation)), "Flags [P.], seq 1000:1005, ack 5000, win 64, length 5");
    assert_eq!(lined(&data, Style { quiet: true, ..style }, None), "tcp 5");
    assert_eq!(lined(&segment(0x010, &[], b""), style, None), "Flags [.], ack 5000, win 64, length 0");
}

#[test]
fn a_line_says_where_options_end_early() {
    let style = Style::default();
    let bad = segment(0x010, &[1, 1, 8, 0], b"");
    assert_eq!(lined(&bad, style, None), "Flags [.], ack 5000, win 64, options [nop,nop,[bad opt]]");
    let cut = segment(0x002, &[2, 4, 5, 180, 1, 3, 3, 7], b"");
    let mut out = Text::new();
    let seen = Seen {
        header: &cut[..26],
        payload: &[],
        wire: 28,
        outer: 0,
        extent: Extent::Whole,
        addresses: Some(ADDRESSES),
        ends: Some(ADDRESSES),
        conversation: None,
        parent: None,
        next: None,
        after: None,
        stopped: None,
        style: &style,
    };
    line(&seen, &mut out);
    assert!(out.as_str().ends_with("options [mss 1460,nop, [|tcp]"), "{}", out.as_str());
}

#[test]
fn a_checksum_is_verified_when_all_of_it_is_there() {
    let builder = etherparse::PacketBuilder::ipv4([10, 0, 0, 1], [10, 0, 0, 2], 64).tcp(40312, 80, 1000, 64);
    let mut packet = Vec::new();
    builder.syn().write(&mut packet, b"odd").unwrap();
    let style = Style { verbose: 1, ..Style::default() };
    let text = lined(&packet[20..], style, None);
    assert!(text.starts_with("Flags [S], cksum 0x") && text.contains(" (correct), seq 1000:1003"), "{text}");
    packet[22] ^= 1;
    assert!(lined(&packet[20..], style, None).contains(" (incorrect -> 0x"));
}

#[test]
fn what_a_reset_carries_is_its_cause() {
    let data = segment(0x014, &[], b"go away");
    let tree = whole(&data, None);
    assert_eq!(values(&tree, &data, "tcp.reset_cause"), ["go away"]);
    assert!(values(&tree, &data, "tcp.payload").is_empty());
    assert!(lined(&data, Style { verbose: 1, ..Style::default() }, None).ends_with("length 7 [RST go away]"));
}
