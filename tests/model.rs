//! Model test of the tracker: random legal exchanges between two TCP endpoints, and the states recovered from the wire.
//!
//! The endpoints are smoltcp's, so another implementation of RFC 9293 than Linux, with a clock that is only a number. A
//! seed draws what both applications do (open, also both at once; send; close, half-close, abort, or never close; open
//! again on the same socket pair) and what the channel does: it loses, doubles, delays and reorders segments, before the
//! capture point and after it. All connections go into one capture, which `sniff` reads.
//!
//! Where nothing is on its way and nothing waits for an acknowledgment, the states told are the models'. In between, laws
//! hold: only transitions of RFC 9293, and a state is told as observed only when the model was in it by then.
//!
//! `SNIFF_MODEL_SEEDS=N` plays N connections, `SNIFF_MODEL_SEED=S` only one, and `SNIFF_MODEL_KEEP=FOLDER` keeps a capture
//! and a history of each that differs.
//!
//! What smoltcp lacks of RFC 9293, or does otherwise, and what that means here:
//! - TIME-WAIT lasts 10 s: `Unknowable::TimeWait`.
//! - A CLOSE in SYN-SENT sends a reset, one in SYN-RECEIVED loses count of the SYN: the applications wait.
//! - Any reset in the window is believed: `Unknowable::Reset`.
//! - An acknowledgment stops the retransmission timer in CLOSE-WAIT, CLOSING and LAST-ACK even if it leaves something
//!   unacknowledged, and a closed window is not probed: such a connection stays where it is, and is not compared any more.
//! - Keep-alives are sent while data waits for its acknowledgment, and then taken for data: those are suppressed.
//! - No SYN carries data, and a SYN never ends TIME-WAIT.

#[path = "model/channel.rs"]
mod channel;
#[path = "model/endpoint.rs"]
mod endpoint;
#[path = "model/exchange.rs"]
mod exchange;
#[path = "model/laws.rs"]
mod laws;
#[path = "model/script.rs"]
mod script;
#[path = "model/segment.rs"]
mod segment;
#[path = "model/told.rs"]
mod told;

use channel::{Micros, SECOND};
use exchange::{Exchange, Unknowable};
use smoltcp::socket::tcp::State;
use sniff_testing::kit::{Pcap, link};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::{env, fs};
use told::Told;

/// So many connections are played unless `SNIFF_MODEL_SEEDS` says how many.
const SEEDS: u64 = 300;

/// Connections begin so long after each other, so that many are under way at a time.
const BETWEEN: Micros = SECOND / 4;

fn number(name: &str) -> Option<u64> {
    let value = env::var(name).ok()?;
    Some(value.parse().unwrap_or_else(|_| panic!("{name} is a number, not {value}")))
}

static PLAYED: LazyLock<Vec<Exchange>> = LazyLock::new(|| match number("SNIFF_MODEL_SEED") {
    Some(seed) => vec![Exchange::play(seed)],
    None => (0..number("SNIFF_MODEL_SEEDS").unwrap_or(SEEDS)).map(Exchange::play).collect(),
});

/// When a connection begins in the capture.
fn start(exchange: &Exchange) -> Micros {
    if PLAYED.len() == 1 { 0 } else { exchange.script.seed as Micros * BETWEEN }
}

/// Writes the packets of some connections into one capture, whose last frame comes when all timers have fired.
fn capture(name: &str, exchanges: &[Exchange], change: impl Fn(&mut [u8])) -> PathBuf {
    let mut packets = Vec::new();
    let mut end = 0;
    for exchange in exchanges {
        let start = start(exchange);
        packets.extend(exchange.packets.iter().map(|(at, packet)| (start + at, packet.clone())));
        end = end.max(start + exchange.script.end);
    }
    packets.sort_by_key(|(at, _)| *at);
    let mut datagram = Vec::new();
    let builder = etherparse::PacketBuilder::ipv4([192, 0, 2, 1], [192, 0, 2, 2], 64).udp(9, 9);
    builder.write(&mut datagram, &[]).expect("memory does not fail");
    packets.push((end + 200 * SECOND, datagram));
    let mut file = Pcap::new(link::RAW);
    for (at, mut packet) in packets {
        change(&mut packet);
        file.frame_at(at.unsigned_abs() * 1_000, &packet);
    }
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, file.finish()).expect("the folder for temporary files is there");
    path
}

/// Exchanges source and destination, addresses and ports; checksums stay right, as they are sums.
fn swap(packet: &mut [u8]) {
    let (addresses, size) = if packet[0] >> 4 == 4 { (12, 4) } else { (8, 16) };
    let ports = addresses + 2 * size;
    for (place, size) in [(addresses, size), (ports, 2)] {
        let (low, high) = packet[place..place + 2 * size].split_at_mut(size);
        low.swap_with_slice(high);
    }
}

static TOLD: LazyLock<Result<Told, String>> = LazyLock::new(|| Told::of(&capture("model.pcap", &PLAYED, |_| {})));

fn told() -> &'static Told {
    TOLD.as_ref().unwrap_or_else(|why| panic!("{why}"))
}

/// Asks every connection, and fails with those that differ.
fn every_exchange(what: &str, law: impl Fn(&Exchange) -> Vec<String>) {
    let mut complaints = String::new();
    let mut wrong = 0;
    for exchange in PLAYED.iter() {
        let found = law(exchange);
        if let Some(first) = found.first() {
            wrong += 1;
            let more = found.len() - 1;
            let _ = writeln!(complaints, "seed {}: {first} (and {more} more)", exchange.script.seed);
            keep(exchange, what, &found);
        }
    }
    assert!(
        wrong == 0,
        "{what}: {wrong} of {} connections differ; SNIFF_MODEL_SEED=SEED plays one, SNIFF_MODEL_KEEP=FOLDER keeps them\n\
         {complaints}",
        PLAYED.len()
    );
}

/// Keeps the capture of a connection that differs, and what happened in it, if that is wanted.
fn keep(exchange: &Exchange, what: &str, complaints: &[String]) {
    let Some(folder) = env::var_os("SNIFF_MODEL_KEEP").map(PathBuf::from) else { return };
    let seed = exchange.script.seed;
    let name = format!("seed-{seed}-{}", what.replace(' ', "-"));
    let kept = fs::create_dir_all(&folder)
        .and_then(|()| {
            let one = capture(&format!("{name}.pcap"), std::slice::from_ref(exchange), |_| {});
            fs::rename(&one, folder.join(format!("{name}.pcap")))
                .or_else(|_| fs::copy(&one, folder.join(format!("{name}.pcap"))).map(drop))
        })
        .and_then(|()| {
            let story = laws::story(exchange, start(exchange), told());
            fs::write(folder.join(format!("{name}.txt")), format!("{}\n\n{story}", complaints.join("\n")))
        });
    kept.expect("SNIFF_MODEL_KEEP is a folder to write to");
}

#[test]
fn quiet_states_are_those_of_the_models() {
    every_exchange("states", |exchange| laws::states(exchange, start(exchange), told()));
}

#[test]
fn only_transitions_of_the_standard_are_told() {
    every_exchange("transitions", |exchange| laws::transitions(exchange, told()));
}

#[test]
fn what_is_told_as_observed_was_so_by_then() {
    every_exchange("observed", |exchange| laws::observed(exchange, start(exchange), told()));
}

#[test]
fn all_states_are_told_where_nothing_is_lost() {
    every_exchange("paths", |exchange| laws::paths(exchange, told()));
}

#[test]
fn payload_is_counted_once() {
    every_exchange("payload", |exchange| laws::payload(exchange, told()));
}

#[test]
fn swapped_addresses_swap_the_states() {
    let swapped = Told::of(&capture("model-swapped.pcap", &PLAYED, swap)).unwrap_or_else(|why| panic!("{why}"));
    every_exchange("swapped", |exchange| laws::swapped(exchange, told(), &swapped));
}

/// The model itself: the scripts must lead everywhere, or the laws would say little.
#[test]
fn the_models_go_through_all_states_and_endings() {
    if number("SNIFF_MODEL_SEED").is_some() || PLAYED.len() < SEEDS as usize {
        return;
    }
    let mut visited = BTreeSet::new();
    let mut compared: BTreeMap<String, usize> = BTreeMap::new();
    let mut left_out: BTreeMap<Unknowable, usize> = BTreeMap::new();
    let mut opened_at_once = 0;
    for exchange in PLAYED.iter() {
        for payload in &exchange.payload {
            let arrived_passed = payload.received <= payload.captured && payload.captured <= payload.sent;
            assert!(arrived_passed, "seed {}: {payload:?}", exchange.script.seed);
        }
        visited.extend(exchange.histories.iter().flatten().map(|(_, state)| state.to_string()));
        let through = |end: usize| {
            let states: Vec<_> = exchange.histories[end].iter().map(|(_, s)| *s).collect();
            states.windows(2).any(|pair| pair == [State::SynSent, State::SynReceived])
        };
        opened_at_once += usize::from(through(0) && through(1));
        for checkpoint in &exchange.checkpoints {
            match checkpoint.unknowable.iter().flatten().next() {
                Some(why) => *left_out.entry(*why).or_default() += 1,
                None => *compared.entry(format!("{} {}", checkpoint.states[0], checkpoint.states[1])).or_default() += 1,
            }
        }
    }
    println!("compared: {compared:#?}\nleft out: {left_out:#?}\nopened at once: {opened_at_once}");
    assert_eq!(visited.len(), 11, "states of the models: {visited:?}");
    assert!(opened_at_once >= 5, "both opened at once {opened_at_once} times");
    println!("plain: {}", PLAYED.iter().filter(|e| e.is_plain).count());
    println!("segments: {}", PLAYED.iter().map(|e| e.packets.len()).sum::<usize>());
    let pairs = [
        "ESTABLISHED ESTABLISHED",
        "FIN-WAIT-2 CLOSE-WAIT",
        "CLOSE-WAIT FIN-WAIT-2",
        "TIME-WAIT CLOSED",
        "CLOSED TIME-WAIT",
        "TIME-WAIT TIME-WAIT",
        "CLOSED CLOSED",
    ];
    for pair in pairs {
        assert!(compared.get(pair).is_some_and(|n| *n >= 10), "{pair} is compared often enough: {compared:?}");
    }
    let (compared, left_out) = (compared.values().sum::<usize>(), left_out.values().sum::<usize>());
    assert!(compared > 3 * left_out, "{compared} moments are compared, {left_out} left out");
}
