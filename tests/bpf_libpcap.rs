//! Our filter interpreter against libpcap's own, on generated frames and on the corpus.
//!
//! libpcap's is reached through the `pcap` crate, which gives it the captured length for the length on the wire; so
//! ours is given the same here.
#![cfg(feature = "live")]

use std::path::{Path, PathBuf};

use sniff::capture::bpf::{self, Filter};
use sniff::capture::{self, LinkType, Source};

const EXPRESSIONS: &[&str] = &[
    "",
    "ip",
    "ip6",
    "arp or vlan",
    "tcp",
    "udp port 53",
    "tcp port 80 or tcp port 443",
    "host 10.0.0.1 or net 192.168.0.0/16",
    "tcp[tcpflags] & (tcp-syn|tcp-fin) != 0",
    "ip[0] & 0xf != 5",
    "ip[2:2] - ((ip[0] & 0xf) << 2) > 100",
    "ip6[40:4] * 3 / 2 % 7 ^ 5 > 1000",
    "len > 100 and len < 200",
    "greater 60",
    "vlan and ip",
    "mpls or pppoes",
    "ip proto 17 and not broadcast",
    "icmp[icmptype] = icmp-echo",
    "ip6 protochain 6",
    "portrange 1-1023",
    "-ip[8] & 0xff = 192",
    "link[0] = 2 or link[1] & 1 != 0",
];

/// Both filters for each expression that libpcap compiles for a link type.
struct Pairs(Vec<(&'static str, Filter, pcap::BpfProgram)>);

impl Pairs {
    fn new(link: LinkType) -> Self {
        let handle = pcap::Capture::dead(pcap::Linktype(bpf::dlt(link))).unwrap();
        let pair = |expression: &&'static str| {
            let theirs = handle.compile(expression, true).ok()?;
            Some((*expression, Filter::compile(expression, link, 65535).unwrap(), theirs))
        };
        Pairs(EXPRESSIONS.iter().filter_map(pair).collect())
    }

    fn check(&self, data: &[u8]) -> usize {
        for (expression, ours, theirs) in &self.0 {
            let ours = ours.matches(data, data.len() as u32);
            assert_eq!(ours, theirs.filter(data), "{expression} on {data:02x?}");
        }
        self.0.len()
    }
}

#[test]
fn verdicts_are_libpcaps_on_generated_frames() {
    let pairs = Pairs::new(LinkType(1));
    assert!(pairs.0.len() > 15);
    // xorshift64, seeded.
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let starts: [&[u8]; 5] = [
        &[8, 0, 0x45],
        &[0x86, 0xdd, 0x60],
        &[0x81, 0, 0, 5, 8, 0, 0x46],
        &[8, 6, 0, 1],
        &[0x88, 0x64, 0x11, 0, 0, 1, 0, 40, 0, 0x21, 0x45],
    ];
    for round in 0..4000 {
        let len = (random() % 160) as usize;
        let mut frame: Vec<u8> = (0..len).map(|_| random() as u8).collect();
        let start = starts[round % starts.len()];
        for (to, from) in frame.iter_mut().skip(12).zip(start) {
            *to = *from;
        }
        if let Some(protocol) = frame.get_mut(23) {
            *protocol = [1, 6, 17][round % 3];
        }
        if let Some(next) = frame.get_mut(20) {
            *next = [6, 17, 0, 60][round % 4];
        }
        pairs.check(&frame);
    }
}

#[test]
fn verdicts_are_libpcaps_on_the_corpus() {
    let dir = std::env::var_os("SNIFF_CORPUS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"), PathBuf::from);
    if !dir.is_dir() {
        eprintln!("skipped: no corpus at {} (set SNIFF_CORPUS)", dir.display());
        return;
    }
    let mut links = std::collections::BTreeMap::new();
    let mut compared = 0;
    let mut pending = vec![dir];
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            pending.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if let Ok(mut source) = capture::open(&path) {
            while let Ok(Some(frame)) = source.next() {
                // libpcap compares the loopback header's family with this machine's byte order only.
                if frame.link == LinkType(0) && frame.data.starts_with(&[0, 0]) {
                    continue;
                }
                compared += links.entry(frame.link).or_insert_with(|| Pairs::new(frame.link)).check(frame.data);
            }
        }
    }
    eprintln!("{compared} verdicts on {} link types compared", links.len());
}
