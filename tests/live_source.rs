//! Live capture on real interfaces, in a network namespace of its own: no root is needed where the system allows user
//! namespaces. Where it does not, the tests say so and pass.

#![cfg(feature = "live")]

use std::collections::BTreeSet;
use std::net::UdpSocket;
use std::process::Command;
use std::time::{Duration, Instant};

use sniff::capture::live::{self, Direction, Live, Options};
use sniff::capture::{Error, Event, LinkType, Losses, Problem, Source};

/// Set in the process that runs inside a namespace.
const INSIDE: &str = "SNIFF_TEST_NAMESPACE";
/// What comes, comes in milliseconds; a busy machine may take its time.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs a test inside new user and network namespaces: in a process of its own, because a process with threads cannot go.
fn in_namespace(test: &str, body: impl FnOnce()) {
    if std::env::var_os(INSIDE).is_some() {
        ip("link set lo up");
        body();
        return;
    }
    let may =
        |flags: &str| Command::new("unshare").args([flags, "ip", "link"]).output().is_ok_and(|o| o.status.success());
    let Some(flags) = ["-Urn", "-n"].into_iter().find(|flags| may(flags)) else {
        println!(
            "skipped: {test}: this machine lets nobody make a network namespace (unshare -Urn), or has no ip command"
        );
        return;
    };
    let me = std::env::current_exe().expect("this test has a path");
    let out = Command::new("unshare")
        .arg(flags)
        .arg(me)
        .args([test, "--exact", "--nocapture"])
        .env(INSIDE, "1")
        .output()
        .expect("unshare runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(out.status.success(), "{}{}", text(&out.stdout), text(&out.stderr));
}

/// `ip` with these words.
fn ip(words: &str) {
    let out = Command::new("ip").args(words.split(' ')).output().expect("ip runs");
    assert!(out.status.success(), "ip {words}: {}", String::from_utf8_lossy(&out.stderr));
}

/// Two interfaces, the ends of one cable. Neither has an address, so that the kernel is silent on them but for what IPv6
/// says by itself, which is turned off.
fn cable(a: &str, b: &str) {
    ip(&format!("link add {a} type veth peer name {b}"));
    for name in [a, b] {
        let _ = std::fs::write(format!("/proc/sys/net/ipv6/conf/{name}/disable_ipv6"), "1");
        ip(&format!("link set {name} up"));
    }
}

fn names(names: &[&str]) -> Vec<Box<[u8]>> {
    names.iter().map(|name| name.as_bytes().into()).collect()
}

fn open(interfaces: &[&str], expression: Option<&str>) -> Live {
    Live::open(&names(interfaces), expression, &Options::default())
        .expect("interfaces open in a namespace of one's own")
}

/// Sends datagrams with these texts to a port of this host.
fn send(port: u16, texts: &[&str]) {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    for text in texts {
        socket.send_to(text.as_bytes(), ("127.0.0.1", port)).expect("lo takes it");
    }
}

/// Frames until `enough` says so of those there are, or the source ends.
fn frames_until(source: &mut Live, mut enough: impl FnMut(&[Vec<u8>]) -> bool) -> Vec<Vec<u8>> {
    let until = Instant::now() + PATIENCE;
    let mut all = Vec::new();
    while !enough(&all) {
        assert!(Instant::now() < until, "nothing more came after {} frames", all.len());
        let frame = source.next().expect("capturing goes on").map(|frame| frame.data.to_vec());
        match frame {
            Some(frame) => all.push(frame),
            None if source.is_idle() => source.wait(&[], Some(Duration::from_millis(100))).expect("one can wait"),
            None => break,
        }
    }
    all
}

/// Everything to the end.
fn rest(source: &mut Live) -> Vec<Vec<u8>> {
    frames_until(source, |_| false)
}

fn balance(losses: &Losses) {
    assert_eq!(losses.received, losses.delivered + losses.dropped + losses.unread(), "{losses:?}");
}

#[test]
fn loopback_frames_come_once_and_are_counted_once() {
    in_namespace("loopback_frames_come_once_and_are_counted_once", || {
        send(9, &["before"]);
        let mut source = open(&["lo"], Some("udp port 9 or udp port 10"));
        assert_eq!(source.interfaces().len(), 1);
        assert_eq!(source.interfaces()[0].name.as_deref(), Some(b"lo".as_slice()));
        assert_eq!(source.interfaces()[0].link, LinkType(1));
        assert!(source.next().unwrap().is_none() && source.is_idle(), "what was before the capture is not part of it");
        let texts: Vec<String> = (0..1000).map(|n| format!("text {n}")).collect();
        send(9, &texts.iter().map(String::as_str).collect::<Vec<_>>());
        send(11, &["not asked for"]);
        source.stop();
        let all = rest(&mut source);
        assert!(!source.is_idle());
        assert_eq!(all.len(), texts.len());
        for (frame, text) in all.iter().zip(&texts) {
            assert!(frame.ends_with(text.as_bytes()));
        }
        let losses = source.losses();
        assert_eq!(losses, [Losses { received: 1000, delivered: 1000, ..losses[0] }]);
        balance(&losses[0]);
    });
}

#[test]
fn what_does_not_fit_the_buffer_is_counted() {
    in_namespace("what_does_not_fit_the_buffer_is_counted", || {
        let options = Options { buffer: Some(512), ..Options::default() };
        cable("left", "right");
        ip("addr add 10.1.1.1/24 dev left");
        ip("neigh add 10.1.1.2 lladdr 02:00:00:00:00:02 dev left");
        let mut source = Live::open(&names(&["right"]), Some("udp"), &options).unwrap();
        let socket = UdpSocket::bind("10.1.1.1:0").unwrap();
        for _ in 0..1000 {
            socket.send_to(&[0; 1400], "10.1.1.2:9").unwrap();
        }
        source.stop();
        let all = rest(&mut source);
        let losses = source.losses()[0];
        assert!(losses.dropped > 0, "{losses:?}");
        assert_eq!(losses.received, 1000, "{losses:?}");
        assert_eq!(losses.delivered, all.len() as u64);
        assert_eq!(losses.unread(), 0);
        balance(&losses);
    });
}

#[test]
fn any_names_the_real_interface_of_each_frame() {
    in_namespace("any_names_the_real_interface_of_each_frame", || {
        cable("left", "right");
        let mut source = open(&["any"], Some("udp"));
        assert_eq!(source.interfaces()[0].link, LinkType(276));
        send(9, &["on lo"]);
        let names = |source: &Live| source.interfaces().iter().map(|i| i.name.clone().unwrap()).collect::<Vec<_>>();
        frames_until(&mut source, |all| all.len() == 1);
        assert_eq!(source.frame().unwrap().interface, 1);
        assert_eq!(names(&source), self::names(&["any", "lo"]));
        ip("addr add 10.1.1.1/24 dev left");
        ip("neigh add 10.1.1.2 lladdr 02:00:00:00:00:02 dev left");
        let send_left = || {
            let socket = UdpSocket::bind("10.1.1.1:0").unwrap();
            socket.send_to(b"on the cable", "10.1.1.2:9").unwrap();
        };
        send_left();
        // Out of the one end and into the other.
        frames_until(&mut source, |all| all.len() == 2);
        assert_eq!(
            names(&source)[2..].iter().collect::<BTreeSet<_>>(),
            self::names(&["left", "right"]).iter().collect()
        );
        ip("link set left down");
        ip("link set left name renamed");
        ip("link set renamed up");
        ip("neigh replace 10.1.1.2 lladdr 02:00:00:00:00:02 dev renamed");
        ip("addr replace 10.1.1.1/24 dev renamed");
        send_left();
        frames_until(&mut source, |all| all.len() == 2);
        assert!(names(&source).contains(&self::names(&["renamed"])[0]), "{:?}", source.interfaces());
        let events: Vec<Event> = source.notices().into_iter().map(|n| n.event).collect();
        assert!(events.contains(&Event::Down) && events.contains(&Event::Renamed((*b"renamed").into())), "{events:?}");
        source.stop();
        assert!(rest(&mut source).is_empty());
        let losses = source.losses();
        assert_eq!((losses.len(), losses[0].received, losses[0].delivered), (1, 5, 5));
    });
}

#[test]
fn an_interface_goes_down_comes_back_is_renamed_and_vanishes() {
    in_namespace("an_interface_goes_down_comes_back_is_renamed_and_vanishes", || {
        cable("left", "right");
        let mut source = open(&["left"], None);
        let event = |source: &mut Live, wanted: Event| {
            let begun = Instant::now();
            let mut seen = Vec::new();
            while !seen.contains(&wanted) {
                assert!(begun.elapsed() < PATIENCE, "{wanted:?} was not told, only {seen:?}");
                let more = source.next().unwrap().is_some();
                if !more {
                    source.wait(&[], Some(Duration::from_millis(500))).unwrap();
                }
                seen.extend(source.notices().into_iter().map(|n| n.event));
            }
        };
        ip("link set left down");
        event(&mut source, Event::Down);
        // While it is down, waiting is waiting.
        let begun = Instant::now();
        let mut turns = 0;
        while begun.elapsed() < Duration::from_secs(1) {
            assert!(source.next().unwrap().is_none() && source.is_idle());
            source.wait(&[], Some(Duration::from_millis(200))).unwrap();
            turns += 1;
        }
        assert!(turns < 20, "{turns} turns in a second");
        ip("link set left name other");
        event(&mut source, Event::Renamed((*b"other").into()));
        ip("link set other up");
        event(&mut source, Event::Up);
        ip("addr add 10.1.1.1/24 dev other");
        ip("neigh add 10.1.1.2 lladdr 02:00:00:00:00:02 dev other");
        let socket = UdpSocket::bind("10.1.1.1:0").unwrap();
        socket.send_to(b"after the renaming", "10.1.1.2:9").unwrap();
        let frame = frames_until(&mut source, |all| all.iter().any(|f| f.ends_with(b"after the renaming")));
        assert!(!frame.is_empty());
        let interface = source.frame().unwrap().interface as usize;
        assert_eq!(source.interfaces()[interface].name.as_deref(), Some(b"other".as_slice()));
        // What lies in the ring when it vanishes is delivered.
        for _ in 0..300 {
            socket.send_to(b"last words", "10.1.1.2:9").unwrap();
        }
        ip("link del other");
        let all = rest(&mut source);
        assert_eq!(all.iter().filter(|f| f.ends_with(b"last words")).count(), 300);
        assert!(!source.is_idle(), "no interface is left: the end");
        assert!(source.notices().iter().any(|n| n.event == Event::Gone));
        let losses = source.losses();
        assert_eq!(losses[0].unread(), 0, "{losses:?}");
        balance(&losses[0]);
        assert!(source.next().unwrap().is_none());
    });
}

#[test]
fn interfaces_with_different_link_types_are_merged_by_time() {
    in_namespace("interfaces_with_different_link_types_are_merged_by_time", || {
        ip("tuntap add dev tunnel mode tun");
        ip("link set tunnel up");
        cable("left", "right");
        let mut source = open(&["lo", "tunnel", "left"], Some("udp port 9"));
        let links: Vec<LinkType> = source.interfaces().iter().map(|i| i.link).collect();
        assert_eq!(links, [LinkType(1), LinkType(101), LinkType(1)]);
        ip("addr add 10.1.1.1/24 dev left");
        ip("neigh add 10.1.1.2 lladdr 02:00:00:00:00:02 dev left");
        let out = UdpSocket::bind("10.1.1.1:0").unwrap();
        for n in 0..400 {
            if n % 2 == 0 {
                send(9, &["a"]);
            } else {
                out.send_to(b"b", "10.1.1.2:9").unwrap();
            }
        }
        // The kernel hands both over within milliseconds.
        std::thread::sleep(Duration::from_millis(200));
        source.stop();
        let (mut last, mut count) = (None, 0);
        while let Some(frame) = source.next().unwrap() {
            assert!(last.is_none_or(|last| last <= frame.time), "frame {count} is older than the one before it");
            assert_eq!(frame.interface, if count % 2 == 0 { 0 } else { 2 });
            last = Some(frame.time);
            count += 1;
        }
        assert_eq!(count, 400);
        for losses in source.losses() {
            assert_eq!(losses.unread(), 0);
            balance(&losses);
        }
    });
}

#[test]
fn directions_are_counted_as_they_are_delivered() {
    in_namespace("directions_are_counted_as_they_are_delivered", || {
        cable("left", "right");
        ip("addr add 10.1.1.1/24 dev left");
        ip("neigh add 10.1.1.2 lladdr 02:00:00:00:00:02 dev left");
        for (interface, direction, expected) in [
            ("left", Direction::Out, 1),
            ("left", Direction::In, 0),
            ("right", Direction::In, 1),
            ("right", Direction::Out, 0),
            ("any", Direction::In, 1),
            ("any", Direction::InOut, 2),
        ] {
            let options = Options { direction, promiscuous: true, immediate: true, ..Options::default() };
            let mut source = Live::open(&names(&[interface]), Some("udp"), &options).unwrap();
            UdpSocket::bind("10.1.1.1:0").unwrap().send_to(b"x", "10.1.1.2:9").unwrap();
            std::thread::sleep(Duration::from_millis(50));
            source.stop();
            assert_eq!(rest(&mut source).len(), expected, "{interface} {direction:?}");
            let losses = source.losses()[0];
            assert_eq!((losses.received, losses.unread()), (expected as u64, 0), "{interface} {direction:?}");
        }
    });
}

#[test]
fn filters_too_long_for_the_kernel_filter_all_the_same() {
    in_namespace("filters_too_long_for_the_kernel_filter_all_the_same", || {
        // Every second port, so that no two terms are one.
        let ports: Vec<String> = (1..120).map(|n| format!("port {}", 2 * n)).collect();
        let mut source = match Live::open(&names(&["lo"]), Some(&ports.join(" or ")), &Options::default()) {
            Ok(source) => source,
            // The limit is one of time, and the machine may be busy.
            Err(Error::Filter { message, .. }) if message.contains("seconds") => {
                eprintln!("skipped: {message}");
                return;
            }
            Err(error) => panic!("{error}"),
        };
        send(201, &["odd"; 20]);
        send(200, &["even"; 30]);
        source.stop();
        let all = rest(&mut source);
        assert!(all.iter().all(|frame| frame.ends_with(b"even")));
        assert_eq!(all.len(), 30);
        let losses = source.losses()[0];
        assert_eq!((losses.received, losses.delivered, losses.unread()), (30, 30, 0), "{losses:?}");
    });
}

#[test]
fn what_cannot_be_opened_says_why() {
    in_namespace("what_cannot_be_opened_says_why", || {
        // Nobody sets it up.
        ip("link add dark type veth peer name darker");
        let problem = |name: &str, options: &Options| match Live::open(&names(&[name]), None, options) {
            Err(Error::Interface { problem, .. }) => problem,
            Err(other) => panic!("{other}"),
            Ok(_) => panic!("{name} opened"),
        };
        let options = Options::default();
        assert_eq!(problem("nosuch0", &options), Problem::Missing);
        assert_eq!(problem("dark", &options), Problem::Down);
        let radio = Options { link_type: Some(LinkType(127)), ..options.clone() };
        assert!(matches!(problem("lo", &radio), Problem::LinkType(wanted, _) if wanted == "IEEE802_11_RADIO"));
        let adapter = Options { time_stamp_type: Some(live::TimeStampType::Adapter), ..options };
        assert!(matches!(problem("lo", &adapter), Problem::TimeStamps(..)));
        assert!(matches!(
            Live::open(&names(&["lo"]), Some("tcp prot 80"), &Options::default()),
            Err(Error::Filter { .. })
        ));
        assert!(matches!(
            Live::open(&names(&["lo"]), Some("tcp) or (udp"), &Options::default()),
            Err(Error::Filter { .. })
        ));
    });
}

#[test]
fn devices_have_names_addresses_and_states() {
    in_namespace("devices_have_names_addresses_and_states", || {
        cable("left", "right");
        ip("addr add 10.1.1.1/24 dev left");
        ip("link set right alias behind\u{a0}the\u{a0}wall");
        // Nobody sets it up.
        ip("link add dark type veth peer name darker");
        let all = live::devices().unwrap();
        let find = |name: &str| all.iter().find(|d| *d.name == *name.as_bytes()).expect("it is listed");
        let left = find("left");
        assert_eq!(left.addresses, [("10.1.1.1".parse().unwrap(), 24)]);
        assert_eq!(left.description.as_deref(), Some(b"veth".as_slice()));
        assert!(left.is_up && left.is_running && !left.is_loopback && !left.is_wireless);
        assert_eq!(left.connection, live::Connection::Connected);
        assert_eq!(left.link_address.len(), 6);
        assert_eq!(find("right").description.as_deref(), Some("behind\u{a0}the\u{a0}wall".as_bytes()));
        assert!(!find("dark").is_up);
        assert!(find("lo").is_loopback);
        let place = |name: &str| find(name).number;
        assert!(place("left") < place("any") && place("any") < place("lo") && place("lo") < place("dark"));
        assert_eq!(live::link_types(b"lo", false).unwrap(), [LinkType(1)]);
        assert_eq!(live::time_stamp_types(b"left").unwrap()[0], live::TimeStampType::Host);
        assert!(live::time_stamp_types(b"nosuch0").is_err());
    });
}
