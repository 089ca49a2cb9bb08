//! Pictures of real captures, drawn on a terminal that knows the documented sequences and no others.

use super::{Asked, Host, Known, LiveFlows, LiveStates, NoHost, RESTORE, Screen, Size, Status};
use crate::capture::{self, Interface, LinkType, Losses, Source};
use crate::dissect::Registry;
use crate::flow::tcp::State;
use crate::flow::{Limits, Table, Transition, Transport};
use crate::output::flows::Order;
use crate::output::time::{self, Stamp};
use crate::output::wrap::columns;
use crate::packet::{self, Conversations, Facts, Layers, Packet};
use crate::proto;
use crate::text::Text;
use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

/// A terminal.
struct Terminal {
    size: Size,
    /// The characters of the alternate screen; the second half of a wide one is NUL.
    cells: Vec<Vec<char>>,
    at: (usize, usize),
    alternate: bool,
    cursor: bool,
    wraps: bool,
    /// What was written to the normal screen.
    normal: String,
}

impl Terminal {
    fn new(size: Size) -> Terminal {
        let cells = vec![vec![' '; size.columns]; size.lines];
        Terminal { size, cells, at: (0, 0), alternate: false, cursor: true, wraps: true, normal: String::new() }
    }

    /// The window gets another size; what stood there is garbled.
    fn resize(&mut self, size: Size) {
        self.size = size;
        self.cells = vec![vec!['#'; size.columns]; size.lines];
        self.at = (size.columns.min(3), size.lines - 1);
    }

    fn write(&mut self, text: &Text) {
        let mut rest = text.as_str();
        while let Some(c) = rest.chars().next() {
            if let Some(sequence) = rest.strip_prefix("\x1b[") {
                let end = sequence.find(|c: char| c.is_ascii_alphabetic()).expect("a sequence ends in a letter");
                let (parameters, behind) = sequence.split_at(end);
                self.control(parameters, behind.chars().next().expect("there is one"));
                rest = &behind[1..];
                continue;
            }
            rest = &rest[c.len_utf8()..];
            if !self.alternate {
                assert!(!c.is_control() || c == '\n', "{c:?}");
                self.normal.push(c);
                continue;
            }
            assert!(!c.is_control(), "{c:?} on the screen");
            let wide = columns(c.encode_utf8(&mut [0; 4]));
            let (column, line) = self.at;
            assert!(column + wide <= self.size.columns, "{c:?} in column {column}");
            self.cells[line][column] = c;
            self.cells[line][column + 1..column + wide].fill('\0');
            self.at.0 += wide;
        }
    }

    fn control(&mut self, parameters: &str, end: char) {
        let (column, line) = self.at;
        match (parameters, end) {
            ("?1049", 'h' | 'l') => self.alternate = end == 'h',
            ("?25", 'h' | 'l') => self.cursor = end == 'h',
            ("?7", 'h' | 'l') => self.wraps = end == 'h',
            ("", 'K') => {
                assert!(column < self.size.columns, "the last character of line {line} would be erased");
                self.cells[line][column..].fill(' ');
            }
            ("", 'J') => {
                assert!(column < self.size.columns);
                self.cells[line][column..].fill(' ');
                self.cells[line + 1..].iter_mut().for_each(|line| line.fill(' '));
            }
            ("", 'H') => self.at = (0, 0),
            (line, 'H') => {
                let line: usize = line.parse().expect("the number of a line");
                assert!((1..=self.size.lines).contains(&line), "line {line}");
                self.at = (0, line - 1);
            }
            (colour, 'm') => assert!(["0", "1", "2", "31", "32", "33", "36"].contains(&colour), "colour {colour}"),
            other => panic!("no such sequence is documented: {other:?}"),
        }
        assert!(!self.wraps || !self.alternate || (parameters, end) == ("?1049", 'h') || parameters.starts_with('?'));
    }

    fn lines(&self) -> Vec<String> {
        let shown = |line: &Vec<char>| line.iter().filter(|c| **c != '\0').collect::<String>().trim_end().to_owned();
        self.cells.iter().map(shown).collect()
    }
}

/// A capture that was followed up to a frame.
#[derive(Default)]
struct Followed {
    table: Table,
    transitions: Vec<Transition>,
    frames: u64,
    bytes: u64,
}

/// Follows the first frames of a fixture.
fn follow(fixture: &str, frames: u64) -> Followed {
    let mut followed =
        Followed { table: Table::new(Limits { keep_ended: true, ..Limits::default() }), ..Followed::default() };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(fixture);
    let mut source = capture::open(&path).expect("the fixture is there");
    let registry = Registry::new(proto::ALL);
    let mut layers = Layers::default();
    while followed.frames < frames
        && let Some(frame) = source.next().expect("the fixture is sound")
    {
        followed.frames += 1;
        followed.bytes += u64::from(frame.length);
        let facts = Facts { number: followed.frames, first: frame.time, previous: frame.time, ..Facts::default() };
        packet::peel(&registry, &frame, &mut layers).expect("no dissector fails");
        let packet = Packet::new(&frame, &facts, &layers, &Conversations::NONE, &registry);
        followed.table.observe(&packet, &mut Conversations::default());
        followed.transitions.extend_from_slice(followed.table.transitions());
    }
    followed
}

fn interface(name: &[u8]) -> Interface {
    Interface {
        file: 0,
        described: true,
        name: Some(name.into()),
        description: None,
        link: LinkType(1),
        snaplen: 0,
        fcs_len: None,
        comments: Vec::new(),
        received: None,
        dropped: None,
    }
}

impl Followed {
    fn status<'a>(&self, secs: u64, interfaces: &'a [Interface], losses: &'a [Losses]) -> Status<'a> {
        Status {
            elapsed: Duration::from_secs(secs),
            frames: self.frames,
            bytes: self.bytes,
            unshown: 0,
            losses,
            interfaces,
            flows: self.table.counts(),
        }
    }

    fn flows(&self, live: &mut LiveFlows, secs: u64, size: Size, host: &mut dyn Host) -> Text {
        let mut out = Text::with_colour(true);
        live.picture(&self.status(secs, &[interface(b"eth0")], &[]), &self.table, host, size, &mut out);
        out
    }

    fn states(&self, secs: u64, size: Size, host: &mut dyn Host) -> Text {
        let mut live = LiveStates::new(Stamp::new(time::Form::Clock, None, false));
        self.transitions.iter().for_each(|change| live.transition(change));
        let mut out = Text::with_colour(true);
        // What differs is marked when it does so twice.
        for secs in [secs, secs + 1] {
            out.clear();
            live.picture(&self.status(secs, &[interface(b"eth0")], &[]), &self.table, host, size, &mut out);
        }
        out
    }
}

/// What a terminal shows.
fn shown(picture: &Text, size: Size) -> String {
    let (mut terminal, mut out) = (Terminal::new(size), Text::with_colour(true));
    Screen::new().draw(picture, size, &mut out);
    terminal.write(&out);
    let lines = terminal.lines();
    let last = lines.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
    lines[..last].join("\n")
}

const fn size(columns: usize, lines: usize) -> Size {
    Size { columns, lines }
}

/// 192.0.2.1, which has one process, and whose kernel says one thing only.
struct Local;

impl Host for Local {
    fn ask(&mut self, sockets: &[Asked]) -> Vec<Known> {
        let known = |asked: &Asked| {
            let is_local = asked.own.ip == IpAddr::from([192, 0, 2, 1]);
            assert_ne!(asked.transport, Transport::Echo);
            match is_local {
                true => Known {
                    is_local,
                    state: Some(State::CloseWait),
                    process: Some(b"cu\x1brl".into()),
                    pid: Some(4711),
                },
                false => Known::default(),
            }
        };
        sockets.iter().map(known).collect()
    }
}

/// Compares with `pictures.txt`; `BLESS=1` writes it, to be read before it is committed.
#[test]
fn pictures_of_small_tables() {
    let mut all = String::new();
    let mut add = |title: &str, size: Size, picture: &Text| {
        all += &format!("== {title}, {} x {}\n{}\n\n", size.columns, size.lines, shown(picture, size));
    };
    let web = follow("demo/web.pcap", 22);
    let (all_of_it, early) = (follow("zeek/states.pcap", u64::MAX), follow("states/close-wait.pcap", 7));
    for size in [size(80, 24), size(120, 40), size(40, 10), size(20, 5)] {
        add(
            "--flows of a visit to a site, after 22 frames",
            size,
            &web.flows(&mut LiveFlows::default(), 3, size, &mut NoHost),
        );
        add("--flows of it on the client", size, &web.flows(&mut LiveFlows::default(), 3, size, &mut Local));
        let order = Order::parse("-bytes");
        let mut live = LiveFlows::new(order, Some(5));
        all_of_it.flows(&mut live, 1, size, &mut NoHost);
        add("--flows --sort -bytes --limit 5", size, &all_of_it.flows(&mut live, 2, size, &mut NoHost));
        add("--states between two hosts", size, &early.states(3, size, &mut NoHost));
        add("--states on the client, whose kernel disagrees", size, &early.states(3, size, &mut Local));
        let nothing = Followed::default();
        add("--flows of nothing", size, &nothing.flows(&mut LiveFlows::default(), 0, size, &mut NoHost));
        add("--states of nothing", size, &nothing.states(0, size, &mut NoHost));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/output/screen/pictures.txt");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &all).expect("the folder is there");
    }
    let wanted = std::fs::read_to_string(&path).expect("BLESS=1 makes it");
    assert!(all == wanted, "the pictures are others now:\n{all}");
}

/// The kernel's state is marked where it differs twice, not where it differs once.
#[test]
fn a_difference_to_the_kernel_that_is_over_at_once_is_not_marked() {
    let followed = follow("states/close-wait.pcap", 7);
    let mut live = LiveStates::new(Stamp::new(time::Form::Clock, None, false));
    let mut picture = |host: &mut dyn Host| {
        let mut out = Text::new();
        live.picture(&followed.status(1, &[], &[]), &followed.table, host, size(120, 40), &mut out);
        out.as_str().contains('≠')
    };
    assert!(!picture(&mut Local));
    assert!(picture(&mut Local));
    assert!(!picture(&mut NoHost));
    assert!(!picture(&mut Local));
}

/// Bytes a second count from the last picture, and a picture that is drawn again at once says the same.
#[test]
fn rates_are_those_since_the_last_picture() {
    let (early, late) = (follow("demo/web.pcap", 12), follow("demo/web.pcap", 22));
    let mut live = LiveFlows::default();
    let window = size(120, 40);
    let rate = |picture: &Text, flow: &str| {
        let shown = shown(picture, window);
        let row = shown.lines().find(|line| line.starts_with(flow)).unwrap_or_default().to_owned();
        row.split("  ").map(str::trim).find(|cell| cell.ends_with("B/s")).unwrap_or_default().to_owned()
    };
    early.flows(&mut live, 1, window, &mut NoHost);
    let bytes =
        |followed: &Followed| followed.table.in_no_order().find(|flow| flow.id == 2).map_or(0, |flow| flow.bytes());
    let mut wanted = Text::new();
    super::units::bytes((bytes(&late) - bytes(&early)) / 4, wanted.ch(' '));
    let wanted = format!("{}/s", wanted.as_str().trim());
    assert_eq!(rate(&late.flows(&mut live, 5, window, &mut NoHost), "2"), wanted);
    assert_eq!(rate(&late.flows(&mut live, 5, window, &mut NoHost), "2"), wanted);
    assert_eq!(rate(&late.flows(&mut live, 6, window, &mut NoHost), "2"), "");
}

/// How long this thread has used a processor.
fn busy() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32)
}

/// What a refresh costs, at its most: a million conversations. Run by hand, optimised, with its output shown.
#[test]
#[ignore = "a measurement"]
fn a_million_conversations() {
    let mut table = Table::new(Limits { memory: 8 << 30, keep_ended: true, ..Limits::default() });
    let registry = Registry::new(proto::ALL);
    let mut layers = Layers::default();
    let mut bytes = crate::output::testing::datagram(b"x");
    bytes[40..42].copy_from_slice(&[0, 0]);
    for n in 0..1_000_000u32 {
        // The source address and port, behind 14 bytes of Ethernet.
        bytes[28..30].copy_from_slice(&((n >> 15) as u16).to_be_bytes());
        bytes[34..36].copy_from_slice(&(n as u16 | 0x8000).to_be_bytes());
        let frame = crate::output::testing::frame(&bytes, i64::from(n / 100_000), n % 1_000_000_000);
        let facts = Facts { number: n.into(), first: frame.time, previous: frame.time, ..Facts::default() };
        packet::peel(&registry, &frame, &mut layers).expect("no dissector fails");
        let packet = Packet::new(&frame, &facts, &layers, &Conversations::NONE, &registry);
        table.observe(&packet, &mut Conversations::default());
    }
    let count = table.counts().active;
    println!("{count} conversations");
    for order in [None, Some("-bytes"), Some("rtt"), Some("client"), Some("outcome")] {
        let mut live = LiveFlows::new(order.and_then(Order::parse), None);
        let followed = Followed { table: std::mem::take(&mut table), ..Followed::default() };
        for _ in 0..3 {
            let begun = busy();
            followed.flows(&mut live, 1, size(120, 40), &mut NoHost);
            println!("{order:?}: {:?}", busy() - begun);
        }
        table = followed.table;
    }
}

#[test]
fn every_picture_covers_the_one_before_and_nothing_stands_outside_the_window() {
    let captures = ["demo/web.pcap", "states/ping.pcap", "zeek/states.pcap", "tcp/ipv6.pcap", "states/refused.pcap"]
        .map(|fixture| follow(fixture, u64::MAX));
    let names: [&[u8]; 4] = [b"eth0", "網路\u{301}".as_bytes(), b"\x1b[2J\x1b[?1049l\n", &[0xff; 15]];
    let losses = [Losses { dropped: 1_234_567, interface_dropped: 3, ..Losses::default() }];
    let (mut terminal, mut screen) = (Terminal::new(size(1, 1)), Screen::new());
    let mut seed = 1u64;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    let mut live = LiveFlows::default();
    let mut last = Text::new();
    for n in 0..600 {
        let size = match n {
            0..6 => [size(20, 5), size(80, 24), size(400, 200), size(1, 1), size(120, 40), size(20, 200)][n],
            _ => size(1 + random(160), 1 + random(50)),
        };
        // Often the size stays as it was.
        let size = if random(3) == 0 && n > 6 { terminal.size } else { size };
        if size != terminal.size {
            terminal.resize(size);
        }
        let followed = &captures[random(captures.len())];
        let interfaces: Vec<Interface> = (0..random(7)).map(|n| interface(names[n % 4])).collect();
        let status = followed.status(n as u64, &interfaces, &losses[..random(2)]);
        let mut picture = Text::with_colour(random(2) == 0);
        if random(2) == 0 {
            live.picture(&status, &followed.table, &mut Local, size, &mut picture);
        } else {
            let mut live = LiveStates::new(Stamp::new(time::Form::Date, None, true));
            followed.transitions.iter().for_each(|change| live.transition(change));
            live.picture(&status, &followed.table, &mut Local, size, &mut picture);
        }
        assert!(picture.as_str().lines().count() <= size.lines, "{size:?}\n{}", picture.as_str());
        let mut out = Text::with_colour(picture.colour());
        screen.draw(&picture, size, &mut out);
        terminal.write(&out);
        assert!(terminal.alternate && !terminal.cursor && !terminal.wraps);
        let drawn = terminal.lines();
        let mut wanted = picture.as_str().lines().map(uncoloured);
        for line in &drawn {
            let wanted = wanted.next().unwrap_or_default();
            match line.strip_suffix('…') {
                Some(start) if columns(&wanted) > size.columns => {
                    assert!(wanted.starts_with(start));
                    assert!(columns(line) + 1 >= size.columns, "{size:?} {line}");
                }
                _ => assert_eq!(*line, wanted.trim_end(), "{size:?}"),
            }
        }
        last = picture;
    }
    let mut out = Text::new();
    screen.end(&mut out);
    terminal.write(&out);
    assert!(!terminal.alternate && terminal.cursor && terminal.wraps);
    // The last picture is left on the normal screen.
    assert_eq!(terminal.normal.lines().count(), last.as_str().lines().count());
    assert!(terminal.normal.lines().zip(terminal.lines()).all(|(left, drawn)| left.trim_end() == drawn));
    out.clear();
    screen.end(&mut out);
    assert!(out.is_empty(), "the end comes once");
}

/// A line without its colours.
fn uncoloured(line: &str) -> String {
    line.split('\x1b')
        .enumerate()
        .map(|(n, part)| if n == 0 { part } else { part.split_once('m').unwrap().1 })
        .collect()
}

#[test]
fn windows_that_do_not_say_how_large_they_are() {
    assert_eq!(Size::of(None), size(80, 24));
    assert_eq!(Size::of(Some((0, 0))), size(80, 24));
    assert_eq!(Size::of(Some((132, 0))), size(132, 24));
    assert_eq!(Size::of(Some((20, 5))), size(20, 5));
    assert_eq!(Size::of(Some((1000, 1000))), size(400, 200));
}

#[test]
fn the_way_out_in_a_hurry_leaves_the_terminal_as_it_was() {
    let mut terminal = Terminal::new(size(80, 24));
    let mut out = Text::new();
    Screen::new().begin(&mut out);
    terminal.write(out.lit(RESTORE));
    assert!(!terminal.alternate && terminal.cursor && terminal.wraps);
}
