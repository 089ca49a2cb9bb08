//! What Zeek would say of the connections in fixtures: `conn_state` and `history`, worked out by hand from its
//! documentation, segment by segment.
//!
//! The captures are read here in the plainest way, without the flow table, so that a mistake there cannot hide here.

use etherparse::{NetSlice, SlicedPacket, TransportSlice};
use sniff::flow::key::Transport;
use sniff::flow::zeek::{Segment, Zeek, flag};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::path::Path;
use std::process::Command;

/// Fixture, transport, the client's port, `conn_state`, `history`.
const EXPECTED: &[(&str, Transport, u16, &str, &str)] = &[
    ("zeek/states", Transport::Tcp, 41_001, "S0", "S"),
    ("zeek/states", Transport::Tcp, 41_002, "S1", "ShADd"),
    ("zeek/states", Transport::Tcp, 41_003, "SF", "ShADdFf"),
    ("zeek/states", Transport::Tcp, 41_004, "REJ", "Sr"),
    ("zeek/states", Transport::Tcp, 41_005, "S2", "ShAFad"),
    ("zeek/states", Transport::Tcp, 41_006, "S3", "ShAfD"),
    ("zeek/states", Transport::Tcp, 41_007, "RSTO", "ShADR"),
    ("zeek/states", Transport::Tcp, 41_008, "RSTR", "ShADr"),
    ("zeek/states", Transport::Tcp, 41_009, "RSTOS0", "SR"),
    ("zeek/states", Transport::Tcp, 41_010, "RSTRH", "^hr"),
    ("zeek/states", Transport::Tcp, 41_011, "SH", "SF"),
    ("zeek/states", Transport::Tcp, 41_012, "SHR", "^hf"),
    ("zeek/states", Transport::Tcp, 41_013, "OTH", "Dad"),
    ("zeek/states", Transport::Udp, 41_014, "SF", "Dd"),
    ("zeek/states", Transport::Udp, 41_015, "S0", "D"),
    ("zeek/states", Transport::Udp, 41_016, "SHR", "^d"),
    ("zeek/letters", Transport::Tcp, 41_101, "SF", "ShADadFf"),
    ("zeek/letters", Transport::Tcp, 41_102, "RSTO", "ShAFR"),
    ("zeek/letters", Transport::Tcp, 41_103, "S1", "ShACDa"),
    ("zeek/letters", Transport::Tcp, 41_104, "S1", "ShAdg"),
    ("zeek/letters", Transport::Tcp, 41_105, "S1", "ShADTT"),
    ("zeek/letters", Transport::Tcp, 41_106, "S1", "ShADaw"),
    ("zeek/letters", Transport::Tcp, 41_107, "RSTO", "ShAI"),
    ("zeek/letters", Transport::Tcp, 41_108, "SH", "Q"),
    ("zeek/letters", Transport::Tcp, 41_109, "OTH", "^dA"),
    ("zeek/letters", Transport::Tcp, 41_110, "SF", "Hs^ADdFf"),
    ("tcp/connection", Transport::Tcp, 40_000, "SF", "ShADadFf"),
    // The hole is filled late, which is `t` too.
    ("tcp/loss", Transport::Tcp, 40_001, "S1", "ShAdta"),
    ("tcp/reset", Transport::Tcp, 40_010, "REJ", "Sr"),
    ("tcp/reset", Transport::Tcp, 40_011, "RSTR", "ShADr"),
    ("tcp/flags", Transport::Tcp, 40_012, "S1", "ShADaw"),
    ("tcp/ipv6", Transport::Tcp, 40_013, "OTH", "D"),
    ("demo/web", Transport::Udp, 51_820, "SF", "Dd"),
    ("demo/web", Transport::Tcp, 43_210, "SF", "ShADadtFf"),
];

/// A packet, from socket to socket.
struct Seen {
    from: (IpAddr, u16),
    to: (IpAddr, u16),
    /// TCP: what it says, but for what takes a memory; its acknowledgment number. UDP: nothing.
    tcp: Option<(Segment, u32)>,
}

/// The frames of a little-endian pcap file.
fn frames(name: &str) -> Vec<Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name).with_extension("pcap");
    let file = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut rest = &file[24..];
    let mut frames = Vec::new();
    while let Some((head, behind)) = rest.split_at_checked(16) {
        let length = u32::from_le_bytes(head[8..12].try_into().expect("4 bytes")) as usize;
        let (frame, behind) = behind.split_at(length);
        frames.push(frame.to_vec());
        rest = behind;
    }
    frames
}

fn read(frame: &[u8]) -> Option<Seen> {
    let sliced = SlicedPacket::from_ethernet(frame).ok()?;
    let (src, dst): (IpAddr, IpAddr) = match sliced.net? {
        NetSlice::Ipv4(ip) => (ip.header().source_addr().into(), ip.header().destination_addr().into()),
        NetSlice::Ipv6(ip) => (ip.header().source_addr().into(), ip.header().destination_addr().into()),
        NetSlice::Arp(_) => return None,
    };
    match sliced.transport? {
        TransportSlice::Udp(udp) => {
            Some(Seen { from: (src, udp.source_port()), to: (dst, udp.destination_port()), tcp: None })
        }
        TransportSlice::Tcp(tcp) => {
            let header = tcp.to_header();
            let right = match (src, dst) {
                (IpAddr::V4(a), IpAddr::V4(b)) => header.calc_checksum_ipv4_raw(a.octets(), b.octets(), tcp.payload()),
                (IpAddr::V6(a), IpAddr::V6(b)) => header.calc_checksum_ipv6_raw(a.octets(), b.octets(), tcp.payload()),
                _ => return None,
            };
            let segment = Segment {
                flags: tcp.slice()[13],
                seq: tcp.sequence_number(),
                payload: tcp.payload().len() as u32,
                window: tcp.window_size(),
                bad_checksum: right.ok() != Some(tcp.checksum()),
                ..Segment::default()
            };
            let ack = tcp.acknowledgment_number();
            Some(Seen { from: (src, tcp.source_port()), to: (dst, tcp.destination_port()), tcp: Some((segment, ack)) })
        }
        _ => None,
    }
}

/// A connection, and of each side (the first sender's first) which sequence numbers were seen, SYN and FIN counted.
struct Connection {
    transport: Transport,
    first: (IpAddr, u16),
    zeek: Zeek,
    numbers: [BTreeSet<u32>; 2],
    /// What was acknowledged to each side.
    acknowledged: [Option<u32>; 2],
}

/// All connections of a fixture, by the higher port. No sequence number wraps in the fixtures.
fn connections(name: &str) -> BTreeMap<(u16, bool), Connection> {
    let mut all = BTreeMap::new();
    for seen in frames(name).iter().filter_map(|frame| read(frame)) {
        let transport = if seen.tcp.is_some() { Transport::Tcp } else { Transport::Udp };
        let flags = seen.tcp.as_ref().map_or(0, |(segment, _)| segment.flags);
        let key = (seen.from.1.max(seen.to.1), seen.tcp.is_some());
        let connection = all.entry(key).or_insert_with(|| Connection {
            transport,
            first: seen.from,
            zeek: Zeek::open(transport, flags, seen.from.1, seen.to.1),
            numbers: [BTreeSet::new(), BTreeSet::new()],
            acknowledged: [None, None],
        });
        let first = seen.from == connection.first;
        let (me, you) = if first { (0, 1) } else { (1, 0) };
        let Some((mut segment, ack)) = seen.tcp else {
            connection.zeek.datagram(first, false);
            continue;
        };
        if !segment.bad_checksum {
            let taken = segment.payload + (segment.flags & (flag::SYN | flag::FIN)).count_ones();
            let end = segment.seq.wrapping_add(taken);
            let highest = connection.numbers[me].last().map(|last| last + 1);
            segment.retransmission = segment.payload > 0 && highest.is_some_and(|highest| end <= highest);
            connection.numbers[me].extend(segment.seq..end);
            // What lies between two acknowledgments and was never seen.
            if segment.flags & flag::ACK != 0 {
                let before = connection.acknowledged[you].replace(ack).unwrap_or(ack);
                segment.gap = (before..ack).any(|number| !connection.numbers[you].contains(&number));
            }
        }
        connection.zeek.tcp(first, &segment);
    }
    all
}

#[test]
fn fixtures_have_the_states_and_histories_that_the_documentation_gives_them() {
    let mut wrong = Vec::new();
    for (name, transport, port, conn_state, history) in EXPECTED {
        let connections = connections(name);
        let connection = &connections[&(*port, *transport == Transport::Tcp)];
        let found = (connection.zeek.conn_state(connection.transport), connection.zeek.history());
        if found != (*conn_state, *history) {
            wrong.push(format!("{name} {port}: {conn_state} {history} expected, {found:?} found"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_connection_of_its_own_fixtures_is_expected() {
    for name in ["zeek/states", "zeek/letters"] {
        let expected = EXPECTED.iter().filter(|row| row.0 == name).count();
        assert_eq!(connections(name).len(), expected, "{name}");
    }
}

#[test]
fn flows_say_the_same() {
    let mut wrong = Vec::new();
    let mut printed: BTreeMap<&str, Vec<serde_json::Value>> = BTreeMap::new();
    for (name, transport, port, conn_state, history) in EXPECTED {
        let flows = printed.entry(name).or_insert_with(|| {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name).with_extension("pcap");
            let out =
                Command::new(env!("CARGO_BIN_EXE_sniff")).args(["--flows", "-T", "json", "-r"]).arg(path).output();
            let text = String::from_utf8(out.expect("sniff runs").stdout).expect("all output is UTF-8");
            text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
        });
        let protocol = if *transport == Transport::Tcp { "tcp" } else { "udp" };
        // sniff's client need not be Zeek's originator.
        let ends = |flow: &serde_json::Value| [flow["client"]["port"].as_u64(), flow["server"]["port"].as_u64()];
        let flow = flows
            .iter()
            .find(|flow| flow["protocol"] == protocol && ends(flow).contains(&Some(u64::from(*port))))
            .unwrap_or_else(|| panic!("{name} {port}: not shown"));
        let zeek = &flow["zeek"];
        if (&zeek["conn_state"], &zeek["history"]) != (&(*conn_state).into(), &(*history).into()) {
            wrong.push(format!("{name} {port}: {conn_state} {history} expected, {zeek} found"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
