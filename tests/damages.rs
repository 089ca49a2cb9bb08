//! Captures made to do harm: each with what must come of it, in packets, exit code and message.
//!
//! Closed pipes, full disks and hostile file names are in `tests/cli.rs`; caps of the readers in `src/capture/tests.rs`,
//! those of reassembly in `src/packet/fragments.rs`.

use rustix::time::{ClockId, clock_gettime};
use serde_json::Value;
use sniff::capture::{self, Frame, LinkType, Source};
use sniff::dissect::Registry;
use sniff::packet::{self, Conversations, Facts, Layers, MAX_LAYERS, Packet};
use sniff::time::Time;
use sniff::tree::Tree;
use sniff::{flow, proto};
use sniff_testing::captures::{Dice, fixtures, frames};
use sniff_testing::files;
use sniff_testing::kit::*;
use sniff_testing::program::{self, Ran};
use std::ffi::OsString;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// The packets of `-T json`.
fn packets(ran: &Ran) -> Vec<Value> {
    ran.out.lines().map(|l| serde_json::from_str(l).expect("JSON Lines")).collect()
}

/// Runs the program in this process on a capture.
fn run(name: &str, capture: &[u8], args: &[&str]) -> Ran {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("damages-{name}"));
    std::fs::write(&path, capture).expect("written");
    let ran = run_on(&path, args);
    let _ = std::fs::remove_file(&path);
    ran
}

fn run_on(path: &Path, args: &[&str]) -> Ran {
    program::run(["-r".into(), path.into()].into_iter().chain(args.iter().map(OsString::from)))
}

fn capture_of(frames: &[Vec<u8>]) -> Vec<u8> {
    let mut file = Pcap::new(link::ETHERNET);
    for frame in frames {
        file.frame(frame);
    }
    file.finish()
}

/// Ten thousand VLAN tags, IPv4 in IPv4 and destination options to the length of a packet.
fn nested() -> Vec<Vec<u8>> {
    let packet = ip4(17, &udp(&A4, &B4, 5000, 9999, b"deep"));
    let tags = [0, 1, 0x81, 0].repeat(10_000);
    let mut inside = packet.clone();
    while inside.len() + 20 <= usize::from(u16::MAX) {
        inside = ip4(4, &inside);
    }
    let mut options = [60, 0, 1, 4, 0, 0, 0, 0].repeat(8_000);
    options.extend([17, 0, 1, 4, 0, 0, 0, 0]);
    options.extend(udp(&A6, &B6, 5000, 9999, b"deep"));
    vec![eth(0x8100, &cat(&[&tags, &packet])), eth(IPV4, &inside), eth(IPV6, &ip6(60, &options))]
}

#[test]
fn ten_thousand_nested_headers_end_at_the_cap_and_say_so() {
    let ran = run("nested", &capture_of(&nested()), &["-T", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let packets = packets(&ran);
    assert_eq!(packets.len(), 3);
    for packet in packets {
        let layers = packet["layers"].as_array().expect("layers");
        // Behind the last one there is data.
        assert_eq!(layers.len(), MAX_LAYERS + 1, "{}", packet["number"]);
        assert_eq!(layers.last().expect("a layer")["name"], "data");
        let notes: Vec<_> = layers.iter().chain([&packet]).filter_map(|l| l["notes"].as_array()).flatten().collect();
        let told = notes.iter().any(|n| n["kind"] == "cap" && n["text"].to_string().contains("layers"));
        assert!(told, "no note of the cap: {notes:?}");
    }
    let lines = run("nested-lines", &capture_of(&nested()), &["-v"]);
    assert_eq!((lines.code, lines.out.lines().count() >= 3), (0, true));
    let trees = run("nested-trees", &capture_of(&nested()), &["-V"]);
    let told = format!("[cap: more than {MAX_LAYERS} layers; what lies deeper is shown as data]");
    assert_eq!((trees.code, trees.out.matches(&told).count()), (0, 3));
}

#[test]
fn a_packet_of_nothing_but_options_is_capped_and_says_so() {
    let option_headers = |inside: &[u8], next: u8, count: usize| {
        let mut all = Vec::new();
        for i in 0..count {
            all.extend([if i + 1 == count { next } else { 60 }, 255]);
            // One-byte options, 2,046 of them.
            all.extend([0; 2046]);
        }
        all.extend(inside);
        all
    };
    let packet = ip6(60, &option_headers(&udp(&A6, &B6, 5000, 9999, b"behind"), 17, 30));
    let ran = run("options", &capture_of(&[eth(IPV6, &packet)]), &["-T", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.len() < 4 << 20, "{} bytes", ran.out.len());
    assert!(ran.out.contains("more fields than sniff shows"), "no note of the cap");
    let explained = run("options-explain", &capture_of(&[eth(IPV6, &packet)]), &["--explain"]);
    assert_eq!(explained.code, 0, "{}", explained.err);
    assert!(explained.out.len() < 8 << 20, "{} bytes", explained.out.len());
    let tree = run("options-tree", &capture_of(&[eth(IPV6, &packet)]), &["-V"]);
    assert_eq!((tree.code, tree.out.matches("more fields than sniff shows").count()), (0, 1), "{}", tree.err);
    let words: Vec<_> = explained.out.split_whitespace().collect();
    assert!(words.join(" ").contains("more fields than sniff shows"), "no note of the cap");
}

#[test]
fn two_hundred_thousand_interfaces_are_told_apart_and_more_are_counted() {
    let frame = udp_frame(40_000, 9999, b"one");
    let with = |interfaces: u32, on: u32| {
        let mut file = PcapNg::new();
        file.section(&[]);
        for _ in 0..interfaces {
            file.interface(link::ETHERNET, 0, &[]);
        }
        file.frame(0, &frame, &[]).frame(on, &frame, &[]);
        file.finish()
    };
    let ran = run("interfaces", &with(200_000, 199_999), &["-T", "fields", "--fields", "frame.interface_id"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "0\n199999\n"), "{}", ran.err);
    assert!(!ran.err.contains("skipped"), "{}", ran.err);
    // 262,144 are kept; the frame of a later one cannot be read, because its link type is not known.
    let ran = run("more-interfaces", &with(300_000, 299_999), &["--count"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "1 packet\n"), "{}", ran.err);
    let lost = 300_000 - 262_144 + 1;
    assert!(ran.err.contains(&format!("{lost} damaged blocks were skipped")), "{}", ran.err);
}

#[test]
fn times_that_run_backwards_or_are_absurd_cost_nothing() {
    let frame = udp_frame(40_000, 9999, b"when");
    let mut pcap = Pcap::new(link::ETHERNET);
    for _ in 0..6 {
        pcap.frame(&frame);
    }
    let mut bytes = pcap.finish();
    let size = 16 + frame.len();
    let times = [(0u32, 0u32), (u32::MAX, u32::MAX), (5, 999_999), (4, 1_000_000), (u32::MAX, 0), (0x8000_0000, 7)];
    for (i, (secs, micros)) in times.into_iter().enumerate() {
        let at = 24 + i * size;
        bytes[at..at + 4].copy_from_slice(&secs.to_le_bytes());
        bytes[at + 4..at + 8].copy_from_slice(&micros.to_le_bytes());
    }
    let mut pcapng = PcapNg::new();
    pcapng.section(&[]);
    let offsets = [i64::MIN, i64::MAX, -1];
    let resolutions = [0x80 | 127, 127, 0x80 | 63, 0, 9, 0x80];
    for resolution in resolutions {
        for offset in offsets {
            let offset = offset.to_le_bytes();
            pcapng.interface(link::ETHERNET, 0, &[(option::IF_TSRESOL, &[resolution]), (option::IF_TSOFFSET, &offset)]);
        }
    }
    let interfaces = (resolutions.len() * offsets.len()) as u32;
    for ticks in [u64::MAX, 0, 1 << 63] {
        for interface in 0..interfaces {
            pcapng.frame_at(interface, ticks, &frame, frame.len() as u32, &[]);
        }
    }
    for (name, bytes, count) in
        [("times.pcap", bytes, times.len()), ("times.pcapng", pcapng.finish(), 3 * interfaces as usize)]
    {
        let ran = run(name, &bytes, &["-T", "json"]);
        assert_eq!((ran.code, packets(&ran).len()), (0, count), "{}", ran.err);
        for form in ["-t", "-tt", "-ttt", "-tttt", "-ttttt"] {
            let ran = run(name, &bytes, &[form]);
            assert_eq!((ran.code, ran.out.lines().count()), (0, count), "{form}: {}", ran.err);
        }
        for view in ["-V", "--explain"] {
            let ran = run(name, &bytes, &[view]);
            assert_eq!(ran.code, 0, "{view}: {}", ran.err);
            assert!(!ran.err.contains("bug in sniff"), "{view}: {}", ran.err);
        }
        // Merged with itself: the readers order by these times.
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("damages-merge-{name}"));
        std::fs::write(&path, &bytes).expect("written");
        let ran = run_on(&path, &["-r", path.to_str().expect("UTF-8"), "--count"]);
        let _ = std::fs::remove_file(&path);
        assert_eq!((ran.code, ran.out), (0, format!("{} packets\n", 2 * count)), "{}", ran.err);
    }
}

#[test]
fn a_bad_block_with_intact_framing_is_passed_over_and_lost_framing_ends_the_file() {
    let frame = udp_frame(40_000, 9999, b"block");
    let begin = || {
        let mut file = PcapNg::new();
        file.section(&[]).interface(link::ETHERNET, 0, &[]).frame(0, &frame, &[]);
        file
    };
    // A packet of an interface that there is not; one that claims more bytes than its block has; an empty block.
    let mut intact = begin();
    intact.frame(7, &frame, &[]);
    let mut claims = [0u8; 20];
    claims[12..16].copy_from_slice(&9999u32.to_le_bytes());
    intact.block(6, &claims).block(6, &[]).frame(0, &frame, &[]);
    let ran = run("intact.pcapng", &intact.finish(), &[]);
    assert_eq!((ran.code, ran.out.lines().count()), (0, 2), "{}", ran.err);
    assert!(ran.err.contains("3 damaged blocks were skipped"), "{}", ran.err);
    assert!(ran.err.contains("the first of them: at byte"), "{}", ran.err);

    let place = begin().finish().len();
    for (what, block) in [
        ("a length below the least", [6, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0]),
        ("a length that is no multiple of 4 and points nowhere", [6, 0, 0, 0, 0xfd, 0xff, 0xff, 0xff, 0, 0, 0, 0]),
        ("two lengths that differ", [0xad, 0x0b, 0, 0, 12, 0, 0, 0, 16, 0, 0, 0]),
    ] {
        let mut lost = begin().finish();
        lost.extend(block);
        lost.extend(begin().finish());
        let ran = run("lost.pcapng", &lost, &[]);
        assert_eq!((ran.code, ran.out.lines().count()), (4, 1), "{what}: {}", ran.err);
        let told = format!("damaged at byte {place}: expected ");
        assert!(ran.err.contains(&told) && ran.err.contains(", found "), "{what}: {}", ran.err);
        assert!(ran.err.contains("the 1 frame before it was processed"), "{what}: {}", ran.err);
    }
}

#[test]
fn a_reader_called_after_an_error_or_the_end_stays_there() {
    let mut errors = 0;
    for path in fixtures() {
        let whole = std::fs::read(&path).expect("a fixture");
        let mut dice = Dice::new(whole.len() as u64);
        for pass in 0..20 {
            let mut bytes = whole.clone();
            if pass > 0 {
                bytes.truncate(dice.below(whole.len()));
                let at = dice.below(bytes.len());
                bytes.get_mut(at).into_iter().for_each(|b| *b ^= 1 << (pass & 7));
            }
            let Ok(mut source) = capture::open_stream(&path, Cursor::new(bytes)) else { continue };
            loop {
                match source.next() {
                    Ok(Some(_)) => {}
                    Ok(None) => break,
                    Err(_) => {
                        errors += 1;
                        break;
                    }
                }
            }
            files::ended(&mut source).unwrap_or_else(|why| panic!("{}, pass {pass}: {why}", path.display()));
        }
    }
    assert!(errors > 100, "only {errors} errors were met");
}

#[test]
fn nothing_from_a_capture_reaches_the_terminal_raw() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/hostile");
    // What acts on terminals, or turns text around; tab and line feed are the program's own.
    let acts = |c: char| {
        (c.is_control() && c != '\n' && c != '\t')
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    for name in ["escapes.pcap", "escapes.pcapng"] {
        let columns = "frame.interface_name,frame.interface_description,frame.comment,tcp.payload,udp.payload";
        for args in [
            &[][..],
            &["-v"],
            &["-vvv", "-e"],
            &["-A"],
            &["-X"],
            &["-xx"],
            &["-V"],
            &["-V", "-x"],
            &["--explain"],
            &["-T", "json"],
            &["-T", "fields", "--fields", columns],
            &["-T", "csv", "--fields", columns],
        ] {
            let ran = run_on(&folder.join(name), args);
            if ran.code == 2 && args.contains(&columns) {
                panic!("{args:?}: {}", ran.err);
            }
            assert_eq!(ran.code, 0, "{name} {args:?}: {}", ran.err);
            for (stream, text) in [("output", &ran.out), ("messages", &ran.err)] {
                let found = text.chars().find(|c| acts(*c));
                assert_eq!(found, None, "{name} {args:?}: {stream}");
            }
        }
    }
}

/// CPU time of this thread: other tests on the machine do not count.
fn cpu() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}

/// What a frame may cost that claims 4 GiB on the wire, in a build without optimisation.
const MOST_PER_FRAME: Duration = Duration::from_millis(50);

#[test]
fn four_gigabytes_on_the_wire_cost_no_more_than_what_was_captured() {
    let registry = Registry::new(proto::ALL);
    let (mut layers, mut tree) = (Layers::default(), Tree::default());
    for kept in fixtures().iter().flat_map(|f| frames(f)) {
        for length in [kept.data.len().min(60), kept.data.len()] {
            let cut = kept.cut_to(length);
            let frame = Frame { length: u32::MAX, ..cut };
            let facts = Facts::default();
            let start = cpu();
            packet::peel(&registry, &frame, &mut layers).expect("no dissector fails");
            let packet = Packet::new(&frame, &facts, &layers, &Conversations::NONE, &registry);
            packet::tree(&packet, &mut tree).expect("no dissector fails");
            let took = cpu() - start;
            assert!(took < MOST_PER_FRAME, "{}: {took:?}", kept.name());
        }
    }
}

/// Source and destination, address and port.
type Ends = (u32, u32, u16, u16);

/// How long it takes to follow conversations, the best of three times.
fn follow(registry: &Registry, ends: &[Ends]) -> Duration {
    let segment =
        tcp(&A4, &B4, etherparse::TcpHeader { syn: true, ..etherparse::TcpHeader::new(1, 2, 1, 1) }, &[], b"");
    let template = ip4(6, &segment);
    let once = || {
        let (mut table, mut layers) = (flow::Table::default(), Layers::default());
        let mut conversations = Conversations::default();
        let facts = Facts::default();
        let mut bytes = template.clone();
        let start = cpu();
        for (src, dst, from, to) in ends {
            bytes[12..16].copy_from_slice(&src.to_be_bytes());
            bytes[16..20].copy_from_slice(&dst.to_be_bytes());
            bytes[20..22].copy_from_slice(&from.to_be_bytes());
            bytes[22..24].copy_from_slice(&to.to_be_bytes());
            let frame = Frame {
                time: Time::default(),
                has_time: true,
                data: &bytes,
                length: bytes.len() as u32,
                link: LinkType(228),
                interface: 0,
                fcs_len: None,
                comments: &[],
            };
            packet::peel(registry, &frame, &mut layers).expect("no dissector fails");
            let seen = Packet::new(&frame, &facts, &layers, &Conversations::NONE, registry);
            table.observe(&seen, &mut conversations);
        }
        assert_eq!(table.counts().created, ends.len() as u64);
        cpu() - start
    };
    (0..3).map(|_| once()).min().unwrap_or_default()
}

#[test]
fn crafted_keys_do_not_slow_the_flow_table_down() {
    const COUNT: u32 = 30_000;
    let registry = Registry::new(proto::ALL);
    let mut dice = Dice::new(7);
    let random: Vec<_> = (0..COUNT).map(|i| (dice.draw() as u32, i, dice.draw() as u16, dice.draw() as u16)).collect();
    let usual = follow(&registry, &random);
    // Keys that are one to hashes without a secret: equal sums, equal exclusive ors, differences only in high bits,
    // in low bits, in multiples of a common table size, and equal after a multiplication by 31 (the classic string hash).
    type Craft = fn(u32) -> Ends;
    let crafted: [(&str, Craft); 6] = [
        ("sums", |i| (0x0a00_0000 + i, 0x0b00_0000 - i, 1024, 80)),
        ("exclusive ors", |i| (0x0a00_0000 ^ i, 0x0b00_0000 ^ i, 1024, 80)),
        ("high bits", |i| (i << 16, 0x0b00_0000 | i >> 16, 1024, 80)),
        ("low bits", |i| (0x0a00_0000, 0x0b00_0000, i as u16, 80)),
        ("a stride", |i| (i << 12, 0x0b00_0000, 4096, 4096)),
        ("times 31", |i| (0x0a00_0000 + i, 0x0b00_0000_u32.wrapping_sub(i.wrapping_mul(31)), 1024, 80)),
    ];
    for (what, make) in crafted {
        let keys: Vec<_> = (0..COUNT).map(make).collect();
        let took = follow(&registry, &keys);
        // An unkeyed hash was 200 times slower. The bound leaves room for a busy machine.
        assert!(took < usual * 5 + Duration::from_millis(5), "equal {what}: {took:?}, at random {usual:?}");
    }
}

/// A program that may use so much address space, in KiB.
fn bounded(kib: u64, args: &str) -> Command {
    let mut command = Command::new("sh");
    let sniff = env!("CARGO_BIN_EXE_sniff");
    command.arg("-c").arg(format!("ulimit -v {kib} && exec '{sniff}' {args}"));
    command
}

#[test]
#[cfg(target_os = "linux")]
fn a_million_first_fragments_fit_into_bounded_memory() {
    const COUNT: u32 = 1_000_000;
    let mut child = bounded(200 << 10, "-r - --count")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a shell");
    let mut input = child.stdin.take().expect("piped");
    let writer = std::thread::spawn(move || {
        let frame = eth(IPV4, &ip4_fragment(0, 0, true, 17, &[7; 8]));
        let one = capture_of(&[frame]);
        let (header, record) = one.split_at(24);
        input.write_all(header)?;
        let mut chunk = Vec::new();
        for number in 0..COUNT {
            let mut record = record.to_vec();
            let header = &mut record[16 + 14..16 + 14 + 20];
            // Another datagram each: by identification and source address. What fails its checksum is not put together.
            header[4..6].copy_from_slice(&(number as u16).to_be_bytes());
            header[14..16].copy_from_slice(&((number >> 16) as u16).to_be_bytes());
            header[10..12].fill(0);
            let sum = checksum(&[header]);
            header[10..12].copy_from_slice(&sum);
            chunk.extend(record);
            if number % 1000 == 0 {
                input.write_all(&chunk)?;
                chunk.clear();
            }
        }
        input.write_all(&chunk)
    });
    let ended = child.wait_with_output().expect("sniff ends");
    let err = String::from_utf8_lossy(&ended.stderr);
    assert!(writer.join().expect("no panic").is_ok(), "{err}");
    assert_eq!(ended.status.code(), Some(0), "{err}");
    assert_eq!(String::from_utf8_lossy(&ended.stdout), "1000000 packets\n");
    // Some wait at the end, all others had to go; together they are all of them.
    let told = |what: &str| -> u64 {
        let line = err.lines().find(|l| l.contains(what)).unwrap_or_else(|| panic!("{what}: {err}"));
        line.split_whitespace().find_map(|w| w.parse().ok()).expect("a number")
    };
    let (waiting, given_up) = (told("datagrams are incomplete"), told("were given up"));
    assert_eq!(waiting + given_up, u64::from(COUNT), "{err}");
    assert!(waiting <= 16_384, "{err}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_small_file_that_becomes_large_fits_into_bounded_memory() {
    const COUNT: usize = 100_000;
    let one = capture_of(&[udp_frame(40_000, 9999, &[0; 1458])]);
    let (header, record) = one.split_at(24);
    let write = |out: &mut dyn Write| {
        out.write_all(header)?;
        (0..COUNT).try_for_each(|_| out.write_all(record))
    };
    let path = |kind: &str| Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("damages-large.{kind}"));
    let file = |kind: &str| std::fs::File::create(path(kind)).expect("a file");
    let mut gzip = flate2::write::GzEncoder::new(file("gz"), flate2::Compression::fast());
    write(&mut gzip).and_then(|()| gzip.finish()).expect("written");
    let mut zstd = zstd::stream::write::Encoder::new(file("zst"), 1).expect("zstd");
    write(&mut zstd).and_then(|()| zstd.finish()).expect("written");
    let mut lz4 = lz4_flex::frame::FrameEncoder::new(file("lz4"));
    write(&mut lz4).expect("written");
    lz4.finish().expect("written");
    for kind in ["gz", "zst", "lz4"] {
        let path = path(kind);
        let size = std::fs::metadata(&path).expect("it is there").len();
        assert!(size < (COUNT * record.len()) as u64 / 50, "{kind}: {size} bytes are not small");
        // 150 MB of frames in 80 MiB of address space.
        let out = bounded(80 << 10, &format!("-r '{}' --count", path.display())).output().expect("a shell");
        let err = String::from_utf8_lossy(&out.stderr);
        assert_eq!(out.status.code(), Some(0), "{kind}: {err}");
        assert_eq!(String::from_utf8_lossy(&out.stdout), format!("{COUNT} packets\n"), "{kind}: {err}");
        let _ = std::fs::remove_file(&path);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn every_view_into_a_full_disk_is_exit_5() {
    let capture: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/demo/web.pcap");
    for args in
        [&["-T", "json"][..], &["-T", "csv", "--fields", "ip.src"], &["-V"], &["--explain"], &["--count"], &["-x"]]
    {
        let full = std::fs::File::options().write(true).open("/dev/full").expect("/dev/full");
        let out = Command::new(env!("CARGO_BIN_EXE_sniff")).arg("-r").arg(&capture).args(args).stdout(full).output();
        let out = out.expect("sniff runs");
        let err = String::from_utf8_lossy(&out.stderr);
        assert_eq!(out.status.code(), Some(5), "{args:?}: {err}");
        assert!(err.contains("could not be written completely"), "{args:?}: {err}");
    }
}

#[test]
fn a_thousand_packets_into_head_is_quiet_success() {
    let frames: Vec<_> = (0..1000u16).map(|n| udp_frame(40_000, 1024 + n, b"again")).collect();
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("damages-head.pcap");
    std::fs::write(&path, capture_of(&frames)).expect("written");
    for args in [&["-V"][..], &["-T", "json"], &["--explain"]] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sniff"))
            .arg("-r")
            .arg(&path)
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("sniff runs");
        // Closed before the first byte is read: the pipe holds far less than what comes.
        drop(child.stdout.take());
        let ended = child.wait_with_output().expect("sniff ends");
        let err = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(0), "{args:?}: {err}");
        assert_eq!(err.lines().count(), 1, "{args:?}: only what is read is told: {err}");
    }
    let _ = std::fs::remove_file(&path);
}
