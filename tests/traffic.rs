//! The captures that measurements are made with are what they say: read by the program, they contain nothing bad, and
//! as many conversations as were asked for.

use serde_json::Value;
use sniff_testing::traffic::{Contents, Kind, Plan};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

fn made(kind: Kind, packets: u64, connections: Option<u64>, seed: u64) -> (Vec<u8>, Contents) {
    let plan = Plan::new(kind, Some(packets), connections, seed).expect("a plan");
    let mut bytes = Vec::new();
    let contents = plan.write(&mut bytes).expect("a capture");
    (bytes, contents)
}

/// What `-T json` prints for a capture.
fn read(name: &str, capture: &[u8]) -> Vec<Value> {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("traffic-{name}.pcap"));
    std::fs::write(&path, capture).expect("a scratch file");
    let out = Command::new(env!("CARGO_BIN_EXE_sniff")).args(["-T", "json", "-r"]).arg(&path).output();
    let _ = std::fs::remove_file(&path);
    let out = out.expect("sniff runs");
    assert!(out.status.success(), "{name}: {}", String::from_utf8_lossy(&out.stderr));
    let text = String::from_utf8(out.stdout).expect("all output is UTF-8");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .filter(|v: &Value| v["type"] == "packet")
        .collect()
}

/// The values of a field wherever it is in a packet.
fn values<'a>(packet: &'a Value, field: &str) -> impl Iterator<Item = &'a Value> {
    packet["layers"].as_array().into_iter().flatten().filter_map(move |layer| layer["fields"].get(field))
}

#[test]
fn every_kind_is_read_without_flaws_and_has_the_conversations_asked_for() {
    for kind in Kind::ALL {
        let (bytes, contents) = made(kind, 1000, None, 7);
        let packets = read(&kind.to_string(), &bytes);
        assert_eq!(packets.len() as u64, contents.packets, "{kind}");
        assert_eq!(bytes.len() as u64, contents.bytes, "{kind}");
        for packet in &packets {
            let notes = packet["notes"].as_array().expect("notes");
            assert!(notes.iter().all(|note| note["kind"] != "bad"), "{kind}: {packet}");
            // Wireshark's numbers: 1 is a checksum that is right.
            assert!(values(packet, "ip.checksum.status").all(|status| status == 1), "{kind}: {packet}");
            let transports = ["tcp", "udp", "icmp", "icmpv6"].map(|name| format!("{name}.checksum.status"));
            let statuses: Vec<_> = transports.iter().flat_map(|field| values(packet, field)).collect();
            assert_eq!(statuses, [1], "{kind}: {packet}");
        }
        let distinct =
            |field| packets.iter().flat_map(|p| values(p, field)).map(Value::to_string).collect::<BTreeSet<_>>();
        assert_eq!(distinct("tcp.stream").len() as u64, contents.tcp, "{kind}");
        assert_eq!(distinct("udp.stream").len() as u64, contents.udp, "{kind}");
        let flows: BTreeSet<_> = packets.iter().filter_map(|packet| packet["flow"].as_u64()).collect();
        assert_eq!(flows.len() as u64, contents.tcp + contents.udp + contents.echo, "{kind}");
    }
}

#[test]
fn times_never_run_backwards() {
    for kind in Kind::ALL {
        let (bytes, _) = made(kind, 3000, None, 3);
        let (_, mut rest) = bytes.split_at(24);
        let mut before = (0, 0);
        while let Some((header, after)) = rest.split_first_chunk::<16>() {
            let word = |place: usize| u32::from_le_bytes([0, 1, 2, 3].map(|byte| header[place + byte]));
            let time = (word(0), word(4));
            assert!(time >= before, "{kind}: {time:?} after {before:?}");
            before = time;
            rest = &after[word(8) as usize..];
        }
        assert!(rest.is_empty(), "{kind}");
    }
}

#[test]
fn the_same_seed_makes_the_same_bytes() {
    for kind in Kind::ALL {
        assert_eq!(made(kind, 2000, None, 5), made(kind, 2000, None, 5), "{kind}");
        assert_ne!(made(kind, 2000, None, 5).0, made(kind, 2000, None, 6).0, "{kind}");
    }
}

#[test]
fn as_many_connections_as_asked_for() {
    for (kind, packets, connections) in
        [(Kind::Mixed, 1000, 1), (Kind::Mixed, 5000, 190), (Kind::Small, 900, 300), (Kind::Concurrent, 10, 400)]
    {
        let (_, contents) = made(kind, packets, Some(connections), 1);
        let handshakes = if kind == Kind::Concurrent { 3 * connections } else { 0 };
        assert_eq!((contents.tcp, contents.packets), (connections, packets + handshakes), "{kind}");
    }
}

#[test]
fn plans_that_contradict_themselves_are_refused() {
    let refused =
        |kind, packets, connections| Plan::new(kind, Some(packets), Some(connections), 1).expect_err("refused");
    assert_eq!(refused(Kind::Small, 100, 50), "100 packets: 50 connections of small need at least 150");
    assert!(refused(Kind::Mixed, 100, 50).starts_with("100 packets: 50 connections of mixed need at least "));
    assert_eq!(refused(Kind::Syns, 100, 50), "100 packets for 50 connections: of syns, each has one");
    assert!(refused(Kind::Concurrent, 100, 0).starts_with("0 connections: concurrent can have 1 to "));
    assert_eq!("tiny".parse::<Kind>(), Err("tiny: there is only mixed, small, syns, concurrent".to_owned()));
}
