//! The readers on bytes built here: every kind of record and block, and damage at every byte.

use std::io::{self, Read, Write};
use std::path::PathBuf;

use super::file::FileSource;
use super::input::Input;
use super::{Error, LinkType, Source};
use crate::time::Time;

/// A frame, owned.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Owned {
    time: Time,
    has_time: bool,
    data: Vec<u8>,
    length: u32,
    link: u16,
    interface: u32,
    fcs_len: Option<u8>,
    comments: Vec<Vec<u8>>,
}

/// Hands out one byte at a time, as a slow pipe might.
struct Slowly<R>(R);

impl<R: Read> Read for Slowly<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let one = buf.len().min(1);
        self.0.read(&mut buf[..one])
    }
}

fn input(name: &str, bytes: &[u8]) -> (PathBuf, Input) {
    let path = PathBuf::from(name);
    let input = Input::from_reader(&path, Box::new(io::Cursor::new(bytes.to_vec())), None).unwrap();
    (path, input)
}

fn source(files: &[&[u8]]) -> Result<FileSource, Error> {
    FileSource::new(files.iter().enumerate().map(|(i, bytes)| input(&format!("file{i}"), bytes)).collect())
}

fn frames(source: &mut FileSource) -> (Vec<Owned>, Option<Error>) {
    let mut all = Vec::new();
    let error = loop {
        match source.next() {
            Ok(None) => break None,
            Err(error) => break Some(error),
            Ok(Some(f)) => all.push(Owned {
                time: f.time,
                has_time: f.has_time,
                data: f.data.to_vec(),
                length: f.length,
                link: f.link.0,
                interface: f.interface,
                fcs_len: f.fcs_len,
                comments: f.comments.iter().map(|c| c.to_vec()).collect(),
            }),
        }
    };
    for _ in 0..3 {
        assert!(matches!(source.next(), Ok(None)), "a source goes on after its end");
    }
    assert_eq!(source.counters().frames, all.len() as u64);
    (all, error)
}

fn read(bytes: &[u8]) -> (Vec<Owned>, Option<Error>) {
    match source(&[bytes]) {
        Ok(mut source) => frames(&mut source),
        Err(error) => (Vec::new(), Some(error)),
    }
}

fn read_well(bytes: &[u8]) -> Vec<Owned> {
    let (frames, error) = read(bytes);
    assert!(error.is_none(), "{}", error.unwrap());
    frames
}

/// Writes numbers in one byte order.
#[derive(Clone, Copy)]
struct Order {
    big: bool,
}

const BOTH: [Order; 2] = [Order { big: false }, Order { big: true }];
const LITTLE: Order = Order { big: false };

impl Order {
    fn u16(self, n: u16) -> [u8; 2] {
        if self.big { n.to_be_bytes() } else { n.to_le_bytes() }
    }

    fn u32(self, n: u32) -> [u8; 4] {
        if self.big { n.to_be_bytes() } else { n.to_le_bytes() }
    }

    fn words(self, words: &[u32]) -> Vec<u8> {
        words.iter().flat_map(|w| self.u32(*w)).collect()
    }

    fn u64(self, n: u64) -> [u8; 8] {
        if self.big { n.to_be_bytes() } else { n.to_le_bytes() }
    }

    fn pcap(self, magic: u32, minor: u16, network: u32) -> Vec<u8> {
        [&self.u32(magic)[..], &self.u16(2), &self.u16(minor), &self.words(&[0, 0, 65535, network])].concat()
    }

    fn record(self, secs: u32, fraction: u32, data: &[u8]) -> Vec<u8> {
        let len = data.len() as u32;
        [&self.words(&[secs, fraction, len, len + 10])[..], data].concat()
    }

    fn block(self, kind: u32, body: &[u8]) -> Vec<u8> {
        let body = padded(body);
        let total = self.u32(body.len() as u32 + 12);
        [&self.u32(kind)[..], &total, &body, &total].concat()
    }

    fn option(self, code: u16, value: &[u8]) -> Vec<u8> {
        [&self.u16(code)[..], &self.u16(value.len() as u16), &padded(value)].concat()
    }

    fn section(self, options: &[u8]) -> Vec<u8> {
        let fixed = [&self.u32(0x1a2b_3c4d)[..], &self.u16(1), &self.u16(0), &self.u64(u64::MAX)].concat();
        self.block(0x0a0d_0d0a, &[&fixed[..], options].concat())
    }

    fn interface(self, link: u16, snaplen: u32, options: &[u8]) -> Vec<u8> {
        self.block(1, &[&self.u16(link)[..], &[0, 0], &self.u32(snaplen), options].concat())
    }

    fn enhanced(self, interface: u32, time: u64, data: &[u8], options: &[u8]) -> Vec<u8> {
        let len = data.len() as u32;
        let fixed = self.words(&[interface, (time >> 32) as u32, time as u32, len, len + 4]);
        self.block(6, &[&fixed[..], &padded(data), options].concat())
    }
}

fn padded(bytes: &[u8]) -> Vec<u8> {
    let mut padded = bytes.to_vec();
    padded.resize(bytes.len().next_multiple_of(4), 0);
    padded
}

/// A capture of each format with three frames, for damaging.
fn samples() -> Vec<(&'static str, Vec<u8>)> {
    let mut all = Vec::new();
    for order in BOTH {
        let records: Vec<u8> = (1..4u8).flat_map(|n| order.record(n.into(), 5, &vec![n; 7 * usize::from(n)])).collect();
        all.push(("pcap", [order.pcap(0xa1b2_c3d4, 4, 1), records.clone()].concat()));
        all.push(("pcap with nanoseconds", [order.pcap(0xa1b2_3c4d, 4, 1), records].concat()));
        let records: Vec<u8> =
            (1..4u8).flat_map(|n| [order.words(&[n.into(), 5, 9, 9, 2, 0]), vec![n; 9]].concat()).collect();
        all.push(("modified pcap", [order.pcap(0xa1b2_cd34, 4, 1), records].concat()));
        let blocks = [
            order.section(&order.option(4, b"test")),
            order.interface(1, 0, &order.option(2, b"eth0")),
            order.enhanced(0, 1_000_000, &[1; 9], &order.option(1, b"hello")),
            order.block(0x77, &[0; 40]),
            order.enhanced(0, 2_000_000, &[2; 10], &[]),
            order.block(3, &[&order.u32(5)[..], &[3; 5]].concat()),
        ];
        all.push(("pcapng", blocks.concat()));
    }
    all
}

#[test]
fn pcap_in_both_byte_orders_and_resolutions() {
    for order in BOTH {
        for (magic, nanos) in [(0xa1b2_c3d4, 7000), (0xa1b2_3c4d, 7)] {
            let file =
                [order.pcap(magic, 4, 113), order.record(5, 7, b"abc"), order.record(0xffff_fff0, 7, b"")].concat();
            let frames = read_well(&file);
            assert_eq!(frames.len(), 2);
            assert_eq!(frames[0].time, Time { secs: 5, nanos });
            assert_eq!((&frames[0].data[..], frames[0].length, frames[0].link), (&b"abc"[..], 13, 113));
            assert_eq!(frames[1].time, Time { secs: 0xffff_fff0, nanos });
        }
    }
}

#[test]
fn pcap_oddities_are_tolerated() {
    // A fraction above a second carries; a frame check sequence of 4 bytes; a frame longer than the snapshot length.
    let long = vec![7; 100_000];
    let file = [LITTLE.pcap(0xa1b2_c3d4, 4, 0x2400_0001), LITTLE.record(5, 2_500_000, b""), LITTLE.record(6, 0, &long)];
    let frames = read_well(&file.concat());
    assert_eq!(frames[0].time, Time { secs: 7, nanos: 500_000_000 });
    assert_eq!((frames[0].link, frames[0].fcs_len), (1, Some(4)));
    assert_eq!(frames[1].data, long);
    // The lengths of version 2.2 are exchanged, and those of 2.3 may be.
    for (minor, words) in [(2, [1, 2, 60, 3]), (3, [1, 2, 60, 3]), (3, [1, 2, 3, 60])] {
        let file = [LITTLE.pcap(0xa1b2_c3d4, minor, 1), LITTLE.words(&words), b"abc".to_vec()].concat();
        let frames = read_well(&file);
        assert_eq!((&frames[0].data[..], frames[0].length), (&b"abc"[..], 60));
    }
}

#[test]
fn both_variants_of_modified_pcap() {
    for extra in [8, 12] {
        let record = |n: u8| [LITTLE.words(&[5, 6, 11, 11]), vec![0; extra], vec![n; 11]].concat();
        let file = [LITTLE.pcap(0xa1b2_cd34, 4, 1), record(1), record(2), record(3)].concat();
        let data: Vec<_> = read_well(&file).into_iter().map(|f| f.data).collect();
        assert_eq!(data, [vec![1; 11], vec![2; 11], vec![3; 11]]);
    }
}

#[test]
fn a_pcap_record_too_long_is_damage() {
    let file = [LITTLE.pcap(0xa1b2_c3d4, 4, 1), LITTLE.record(5, 7, b"abc"), vec![0xff; 40]].concat();
    let (frames, error) = read(&file);
    assert_eq!(frames.len(), 1);
    let error = error.unwrap();
    assert!(error.is_damage());
    assert_eq!(
        error.to_string(),
        "file0: damaged at byte 43: expected a record of at most 262144 bytes, found a captured length of 4294967295"
    );
    // D-Bus messages may be longer.
    let file = [LITTLE.pcap(0xa1b2_c3d4, 4, 231), LITTLE.record(5, 7, &vec![1; 300_000])].concat();
    assert_eq!(read_well(&file)[0].data.len(), 300_000);
}

#[test]
fn an_old_pcap_version_is_not_read() {
    let mut file = LITTLE.pcap(0xa1b2_c3d4, 4, 1);
    file[4] = 1;
    let error = read(&file).1.unwrap();
    assert!(!error.is_damage());
    assert_eq!(error.to_string(), "file0: a pcap file of version 1.4, and versions from 2.0 on can be read");
}

#[test]
fn pcapng_sections_have_their_own_byte_order_and_interfaces() {
    let mut file = Vec::new();
    for order in BOTH {
        file.extend(order.section(&[order.option(1, b"a section"), order.option(4, b"sniff")].concat()));
        file.extend(order.interface(113, 0, &order.option(2, b"any")));
        // Powers of ten and of two, an offset, and the length of the frame check sequence.
        let options = [order.option(9, &[3]), order.option(14, &order.u64(100)), order.option(13, &[4])].concat();
        file.extend(order.interface(1, 96, &[options, order.option(0, &[]), vec![0xff; 4]].concat()));
        file.extend(order.interface(101, 0, &order.option(9, &[0x80 | 10])));
        file.extend(order.enhanced(0, 1_500_000, b"sll", &[order.option(1, b"one"), order.option(1, b"two")].concat()));
        file.extend(order.enhanced(1, 1500, b"eth", &order.option(2, &order.u32(2 << 5))));
        file.extend(order.enhanced(2, 1536, b"raw", &[]));
        let old = [&order.u16(1)[..], &order.u16(9), &order.words(&[0, 2500, 3, 60]), &padded(b"old")].concat();
        file.extend(order.block(2, &old));
        let statistics =
            [&order.words(&[1, 0, 0])[..], &order.option(4, &order.u64(7)), &order.option(5, &order.u64(2))];
        file.extend(order.block(5, &statistics.concat()));
    }
    let mut source = source(&[&file]).unwrap();
    let (frames, error) = frames(&mut source);
    assert!(error.is_none());
    assert_eq!(frames.len(), 8);
    for (first, frames) in [(0, &frames[..4]), (3, &frames[4..])] {
        let seen: Vec<_> =
            frames.iter().map(|f| (&f.data[..], f.link, f.interface - first, f.time, f.fcs_len)).collect();
        let time = |secs| Time { secs, nanos: 500_000_000 };
        assert_eq!(seen[0], (&b"sll"[..], 113, 0, time(1), None));
        assert_eq!(seen[1], (&b"eth"[..], 1, 1, time(101), Some(2)));
        assert_eq!(seen[2], (&b"raw"[..], 101, 2, time(1), None));
        assert_eq!(seen[3], (&b"old"[..], 1, 1, time(102), Some(4)));
        assert_eq!(frames[0].comments, [b"one", b"two"]);
        assert!(frames[1].comments.is_empty());
    }
    assert_eq!(source.interfaces().len(), 6);
    let ethernet = &source.interfaces()[4];
    assert_eq!((ethernet.link, ethernet.snaplen, ethernet.fcs_len), (LinkType(1), 96, Some(4)));
    assert_eq!((ethernet.received, ethernet.dropped), (Some(7), Some(2)));
    assert_eq!(source.interfaces()[3].name.as_deref(), Some(&b"any"[..]));
    assert_eq!(source.sections().len(), 2);
    assert_eq!(source.sections()[1].comments[0][..], b"a section"[..]);
    assert_eq!(source.counters().bad_options, 0);
}

#[test]
fn pcapng_resolutions_do_not_overflow() {
    for option in 0..=255u8 {
        let file = [
            LITTLE.section(&[]),
            LITTLE.interface(
                1,
                0,
                &[LITTLE.option(9, &[option]), LITTLE.option(14, &LITTLE.u64(i64::MAX as u64))].concat(),
            ),
            LITTLE.enhanced(0, u64::MAX, b"x", &[]),
            LITTLE.enhanced(0, 0, b"x", &[]),
        ];
        let frames = read_well(&file.concat());
        assert!(frames[0].time >= frames[1].time, "{option}");
        assert_eq!(frames[1].time, Time { secs: i64::MAX, nanos: 0 });
    }
}

#[test]
fn a_simple_packet_has_the_snapshot_length_and_no_time() {
    let file = [
        LITTLE.section(&[]),
        LITTLE.interface(1, 6, &[]),
        LITTLE.enhanced(0, 9_000_000, b"timed", &[]),
        LITTLE.block(3, &[&LITTLE.u32(60)[..], b"simple"].concat()),
    ];
    let frames = read_well(&file.concat());
    assert_eq!((&frames[1].data[..], frames[1].length), (&b"simple"[..], 60));
    assert!(!frames[1].has_time && frames[0].has_time);
    assert_eq!(frames[1].time, frames[0].time);
}

#[test]
fn bad_blocks_are_passed_over_and_counted() {
    let good = LITTLE.enhanced(0, 1, b"good", &[]);
    let bad = [
        LITTLE.enhanced(7, 1, b"no such interface", &[]),
        LITTLE.block(6, &LITTLE.words(&[0, 0, 0, 700, 700])),
        LITTLE.block(6, &[1, 2, 3, 4]),
        LITTLE.block(3, &LITTLE.u32(60)),
        LITTLE.block(5, &[]),
        LITTLE.block(1, &[]),
    ];
    let start = [LITTLE.section(&[]), LITTLE.interface(1, 0, &[])].concat();
    for block in &bad {
        let mut source = source(&[&[&start[..], &good, block, &good].concat()]).unwrap();
        assert_eq!(frames(&mut source).0.len(), 2);
        assert!(source.counters().bad_blocks == 1, "{block:02x?}");
        let first = source.counters().first_bad.clone().unwrap();
        assert_eq!(first.offset, (start.len() + good.len()) as u64);
    }
    // The interface after one that cannot be read keeps its number.
    let file = [&start[..], &bad[5], &LITTLE.interface(113, 0, &[]), &LITTLE.enhanced(2, 1, b"third", &[])].concat();
    assert_eq!(read_well(&file)[0].link, 113);
    // A malformed option costs the options after it, not the frame.
    let options = [LITTLE.option(1, b"kept"), vec![1, 0, 200, 0, 1, 2, 3, 4]].concat();
    let mut source = source(&[&[&start[..], &LITTLE.enhanced(0, 1, b"data", &options)].concat()]).unwrap();
    let (frames, _) = frames(&mut source);
    assert_eq!(frames[0].comments, [b"kept"]);
    assert_eq!((source.counters().bad_options, source.counters().bad_blocks), (1, 0));
}

#[test]
fn other_blocks_are_passed_over_whatever_their_size() {
    let start = [LITTLE.section(&[]), LITTLE.interface(1, 0, &[])].concat();
    let good = LITTLE.enhanced(0, 1, b"good", &[]);
    let file = [
        start,
        LITTLE.block(4, &[0; 8]),
        LITTLE.block(10, &vec![1; 1 << 20]),
        LITTLE.block(0xbad, &[0; 4]),
        LITTLE.block(0x1234_5678, &vec![2; 300_001]),
        good,
    ];
    let mut source = source(&[&file.concat()]).unwrap();
    assert_eq!(frames(&mut source).0.len(), 1);
    assert_eq!((source.counters().other_blocks, source.counters().unknown_blocks), (3, 1));
}

#[test]
fn lost_framing_is_damage() {
    let start = [LITTLE.section(&[]), LITTLE.interface(1, 0, &[]), LITTLE.enhanced(0, 1, b"good", &[])].concat();
    let at = start.len();
    let mut trailing = LITTLE.enhanced(0, 1, b"good", &[]);
    let end = trailing.len() - 4;
    trailing[end..].copy_from_slice(&LITTLE.u32(1000));
    let mut magic = LITTLE.section(&[]);
    magic[8] = 0;
    let cases = [
        (trailing, "expected a block that ends with its length 36, found 1000 there"),
        (LITTLE.words(&[6, 8, 8]), "expected a block of at least 12 bytes, found a block length of 8"),
        (magic, "expected the byte-order magic 1a2b3c4d in either byte order, found 003c2b1a"),
    ];
    for (block, message) in cases {
        let (frames, error) = read(&[&start[..], &block].concat());
        assert_eq!(frames.len(), 1);
        let error = error.unwrap();
        assert!(error.is_damage());
        assert_eq!(error.to_string(), format!("file0: damaged at byte {at}: {message}"));
    }
}

#[test]
fn cut_at_any_byte_gives_the_frames_before_and_an_error() {
    for (name, file) in samples() {
        let whole = read_well(&file);
        assert_eq!(whole.len(), 3);
        let mut ends = 0;
        for len in 0..file.len() {
            let (frames, error) = read(&file[..len]);
            assert_eq!(frames[..], whole[..frames.len()], "{name} cut to {len}");
            match error {
                Some(error) => {
                    assert!(error.is_damage(), "{name} cut to {len}: {error}");
                    assert!(error.to_string().contains(" found "), "{error}");
                }
                // Between two records or blocks nothing is missing.
                None => ends += 1,
            }
        }
        assert!((3..=6).contains(&ends), "{name}: {ends}");
    }
}

#[test]
fn any_byte_changed_never_panics_and_ends() {
    for (_, file) in samples() {
        for at in 0..file.len() {
            for value in [0, 1, 0x7f, 0x80, 0xff, file[at] ^ 0x10] {
                let mut changed = file.clone();
                changed[at] = value;
                let (frames, error) = read(&changed);
                assert!(frames.len() <= 4);
                if let Some(error) = error {
                    assert!(!error.to_string().is_empty());
                }
            }
        }
    }
}

#[test]
fn a_slow_pipe_gives_the_same_frames() {
    for (name, file) in samples() {
        let whole = read_well(&file);
        let path = PathBuf::from("-");
        let slow = Input::from_reader(&path, Box::new(Slowly(io::Cursor::new(file.clone()))), None).unwrap();
        let mut source = FileSource::new(vec![(path, slow)]).unwrap();
        let (frames, error) = frames(&mut source);
        assert!(error.is_none());
        assert_eq!(frames, whole, "{name}");
        assert_eq!(source.position(), file.len() as u64);
    }
}

#[test]
fn frames_longer_than_the_buffer_are_read() {
    let packets: Vec<u8> = (0..40u32).flat_map(|n| LITTLE.record(n, 0, &vec![n as u8; 262_144 - n as usize])).collect();
    let frames = read_well(&[LITTLE.pcap(0xa1b2_c3d4, 4, 1), packets].concat());
    assert_eq!(frames.len(), 40);
    for (n, frame) in frames.iter().enumerate() {
        assert!(frame.data.len() == 262_144 - n && frame.data.iter().all(|b| *b == n as u8));
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn lz4(bytes: &[u8], content_checksum: bool) -> Vec<u8> {
    let mut info = lz4_flex::frame::FrameInfo::new();
    info.content_checksum = content_checksum;
    info.block_checksums = !content_checksum;
    let mut encoder = lz4_flex::frame::FrameEncoder::with_frame_info(info, Vec::new());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Each compression, given the compressed halves as members or frames of their own.
fn compressed(file: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let (a, b) = file.split_at(file.len() / 2);
    vec![
        ("gzip", gzip(file)),
        ("gzip members", [gzip(a), gzip(b)].concat()),
        ("zstd", zstd::encode_all(file, 1).unwrap()),
        ("zstd frames", [zstd::encode_all(a, 1).unwrap(), zstd::encode_all(b, 1).unwrap()].concat()),
        ("lz4", lz4(file, true)),
        ("lz4 frames", [lz4(a, true), lz4(b, false)].concat()),
    ]
}

#[test]
fn compressed_captures_are_recognised_by_magic() {
    for (name, file) in samples() {
        let whole = read_well(&file);
        for (how, bytes) in compressed(&file) {
            assert_eq!(read_well(&bytes), whole, "{name} in {how}");
        }
    }
}

#[test]
fn a_cut_compressed_capture_is_damaged() {
    let records: Vec<u8> = (0..200u32).flat_map(|n| LITTLE.record(n, n * 7919, &n.to_le_bytes().repeat(9))).collect();
    let file = [LITTLE.pcap(0xa1b2_c3d4, 4, 1), records].concat();
    let whole = read_well(&file);
    for (how, bytes) in compressed(&file) {
        for len in 4..bytes.len() {
            let (frames, error) = read(&bytes[..len]);
            assert_eq!(frames[..], whole[..frames.len()], "{how}");
            match error {
                Some(error) => assert!(error.is_damage(), "{how} cut to {len}: {error}"),
                // Cut between two members: half a capture, or by chance a whole number of records.
                None => assert!(how.contains(' '), "{how} cut to {len} of {}", bytes.len()),
            }
        }
    }
    let error = read(&gzip(&file)[..100]).1.unwrap().to_string();
    assert!(error.contains("of the decompressed data: expected more gzip data, found the end of the file"), "{error}");
}

#[test]
fn changed_compressed_bytes_never_panic() {
    let (_, file) = samples().swap_remove(3);
    for (_, bytes) in compressed(&file) {
        for at in 0..bytes.len() {
            for flip in [0x01, 0x80, 0xff] {
                let mut changed = bytes.clone();
                changed[at] ^= flip;
                read(&changed);
            }
        }
    }
}

#[test]
fn what_is_no_capture_says_so() {
    let message = |bytes: &[u8]| {
        let error = read(bytes).1.unwrap();
        (error.is_damage(), error.to_string())
    };
    let (damage, text) = message(b"\x7fELF\x02\x01\x01\x00\x00");
    assert!(!damage);
    assert!(text.starts_with("file0: not a capture file: it begins with 7f 45 4c 46 02 01 01 00, and pcap"), "{text}");
    // One level of compression only.
    let (damage, text) = message(&gzip(&gzip(&samples()[0].1)));
    assert!(!damage);
    assert!(text.contains("the decompressed data begins with 1f 8b"), "{text}");
    assert_eq!(
        message(b""),
        (true, "file0: damaged at byte 0: expected the header of a capture file, found the end of the file".to_owned())
    );
    let missing = super::open("no/such\x1b[2Jfile".as_ref()).err().unwrap();
    assert!(!missing.is_damage());
    assert_eq!(missing.to_string(), "no/such\\x1b[2Jfile: no such file or directory");
    let directory = super::open("src".as_ref()).err().unwrap();
    assert!(!directory.is_damage());
    assert!(directory.to_string().ends_with("is a directory"), "{directory}");
}

#[test]
fn files_are_merged_by_time_and_keep_their_own_order() {
    let file = |times: &[u32], name: u8| -> Vec<u8> {
        let records: Vec<u8> = times.iter().flat_map(|t| LITTLE.record(*t, 0, &[name])).collect();
        [LITTLE.pcap(0xa1b2_c3d4, 4, 1), records].concat()
    };
    let (a, b, c) = (file(&[1, 5, 3, 9], b'a'), file(&[1, 2, 5, 6], b'b'), file(&[], b'c'));
    let mut source = source(&[&a, &b, &c]).unwrap();
    let (frames, error) = frames(&mut source);
    assert!(error.is_none());
    let seen: Vec<_> = frames.iter().map(|f| (f.time.secs, char::from(f.data[0]), f.interface)).collect();
    let (a, b) = (('a', 0), ('b', 1));
    let order = [(1, a), (1, b), (2, b), (5, a), (3, a), (5, b), (6, b), (9, a)];
    assert_eq!(seen, order.map(|(time, (name, interface))| (time, name, interface)));
    assert_eq!(source.interfaces().iter().map(|i| i.file).collect::<Vec<_>>(), [0, 1, 2]);
}

#[test]
fn a_damaged_file_does_not_stop_the_others() {
    let good = [LITTLE.pcap(0xa1b2_c3d4, 4, 1), LITTLE.record(1, 0, b"a"), LITTLE.record(9, 0, b"a")].concat();
    let header_only = &good[..20];
    let cut = [&good[..], &[1, 2, 3]].concat();
    let mut source = source(&[&cut, header_only, &good]).unwrap();
    let (frames, error) = frames(&mut source);
    assert_eq!(frames.len(), 4);
    let error = error.unwrap();
    assert!(error.is_damage());
    assert_eq!(error.each().count(), 2);
    let text = error.to_string();
    assert!(text.contains("file0: damaged at byte 58") && text.contains("file1: damaged at byte 0"), "{text}");
}

#[test]
fn many_interfaces_and_sections_are_bounded() {
    let one =
        [LITTLE.section(&LITTLE.option(1, &[b'x'; 100])), LITTLE.interface(1, 0, &LITTLE.option(2, b"eth0"))].concat();
    let file = [one.repeat(300_000), LITTLE.enhanced(0, 1, b"lost", &[])].concat();
    let mut source = source(&[&file]).unwrap();
    let (frames, error) = frames(&mut source);
    assert!(frames.is_empty() && error.is_none());
    assert_eq!((source.interfaces().len(), source.sections().len()), (1 << 18, 1 << 18));
    assert!(source.counters().texts_dropped > 0 && source.counters().bad_blocks > 30_000);
    let file =
        [LITTLE.section(&[]), LITTLE.interface(1, 0, &[]).repeat(200_000), LITTLE.enhanced(199_999, 1, b"x", &[])];
    assert_eq!(read_well(&file.concat())[0].interface, 199_999);
}
