use super::{Counts, Limits, Table};
use crate::capture::{Frame, LinkType};
use crate::dissect::Registry;
use crate::flow::tcp::State;
use crate::input::{Conversation, WindowScale};
use crate::packet::{Conversations, Facts, Layers, Packet, peel};
use crate::proto;
use crate::time::Time;
use etherparse::PacketBuilder;

const CLIENT: [u8; 4] = [10, 0, 0, 2];
const SERVER: [u8; 4] = [10, 0, 0, 1];

struct Bench {
    registry: Registry,
    table: Table,
    frames: u64,
}

impl Bench {
    fn new(limits: Limits) -> Bench {
        Bench { registry: Registry::new(proto::ALL), table: Table::new(limits), frames: 0 }
    }

    /// Observes an IP packet at a time in seconds.
    fn see(&mut self, packet: &[u8], secs: i64) -> Conversation {
        self.frames += 1;
        let frame = Frame {
            time: Time { secs, nanos: 0 },
            has_time: true,
            data: packet,
            // As the header says, so that a packet can be cut.
            length: u16::from_be_bytes([packet[2], packet[3]]).into(),
            link: LinkType(101),
            interface: 0,
            fcs_len: None,
            comments: &[],
        };
        let (mut layers, mut found) = (Layers::default(), Conversations::default());
        peel(&self.registry, &frame, &mut layers).expect("no dissector fails");
        let facts = Facts { number: self.frames, ..Facts::default() };
        self.table.observe(&Packet::new(&frame, &facts, &layers, &Conversations::NONE, &self.registry), &mut found);
        *found.innermost().expect("the packet belongs to a conversation")
    }

    fn states(&self, flow: u32) -> Vec<State> {
        let of = |change: &&super::Transition| change.flow == flow;
        self.table.transitions().iter().filter(of).map(|change| change.to).collect()
    }
}

fn ip(from: [u8; 4], to: [u8; 4]) -> etherparse::PacketBuilderStep<etherparse::IpHeaders> {
    PacketBuilder::ipv4(from, to, 64)
}

fn built(builder: etherparse::PacketBuilderStep<etherparse::TcpHeader>, payload: &[u8]) -> Vec<u8> {
    let mut packet = Vec::new();
    builder.write(&mut packet, payload).expect("a vector can be written to");
    packet
}

fn syn(port: u16, seq: u32) -> Vec<u8> {
    built(ip(CLIENT, SERVER).tcp(port, 80, seq, 64240).syn(), &[])
}

fn syn_ack(port: u16, seq: u32, ack: u32) -> Vec<u8> {
    built(ip(SERVER, CLIENT).tcp(80, port, seq, 65160).syn().ack(ack), &[])
}

fn ack(port: u16, seq: u32, ack: u32) -> Vec<u8> {
    built(ip(CLIENT, SERVER).tcp(port, 80, seq, 64240).ack(ack), &[])
}

fn identity(counts: Counts) {
    assert_eq!(counts.created, counts.active + counts.expired + counts.evicted(), "{counts:?}");
}

#[test]
fn unanswered_attempts_leave_before_open_connections() {
    // The open one takes half as much again, until its server proves that it knows it to be open.
    let memory = 10 * Table::FLOW_COST + Table::FLOW_COST / 2;
    let mut bench = Bench::new(Limits { memory, keep_ended: false, live: false });
    bench.see(&syn(40000, 1), 0);
    bench.see(&syn_ack(40000, 1000, 2), 0);
    let open = bench.see(&ack(40000, 2, 1001), 0);
    for port in 50000..50100 {
        bench.see(&syn(port, 7), 1);
    }
    let counts = bench.table.counts();
    identity(counts);
    assert_eq!((counts.created, counts.active, counts.half_open, counts.established), (101, 10, 91, 0));
    let still = bench.see(&ack(40000, 2, 1001), 2);
    assert_eq!((still.flow, still.seq_base), (open.flow, Some(1)));
}

#[test]
fn ten_thousand_distinct_syns_stay_within_the_memory() {
    let memory = 64 * Table::FLOW_COST;
    let mut bench = Bench::new(Limits { memory, keep_ended: false, live: false });
    for n in 0..10_000u32 {
        bench.see(&syn(1024 + (n % 60_000) as u16, n), 0);
    }
    assert!(bench.table.memory() <= memory);
    identity(bench.table.counts());
}

#[test]
fn a_syn_with_another_number_is_a_new_conversation_and_a_repeated_one_is_not() {
    let mut bench = Bench::new(Limits::default());
    let first = bench.see(&syn(40000, 1000), 0);
    let again = bench.see(&syn(40000, 1000), 1);
    let other = bench.see(&syn(40000, 2000), 2);
    assert_eq!((first.stream, again.stream, other.stream), (0, 0, 1));
    assert_eq!((other.flow, other.seq_base), (2, Some(2000)));
    assert_eq!(bench.states(1), [State::Closed], "the old one ends before the new one begins");
    identity(bench.table.counts());
}

#[test]
fn time_wait_is_over_when_a_frame_of_another_connection_says_that_it_is_late() {
    let mut bench = Bench::new(Limits::default());
    bench.see(&syn(40000, 1), 0);
    bench.see(&syn_ack(40000, 1000, 2), 0);
    bench.see(&ack(40000, 2, 1001), 0);
    bench.see(&built(ip(CLIENT, SERVER).tcp(40000, 80, 2, 64240).ack(1001).fin(), &[]), 1);
    bench.see(&built(ip(SERVER, CLIENT).tcp(80, 40000, 1001, 64240).ack(3).fin(), &[]), 2);
    bench.see(&ack(40000, 3, 1002), 3);
    assert_eq!(bench.states(1), [State::TimeWait, State::Closed]);
    bench.see(&syn(40001, 1), 62);
    assert_eq!(bench.states(1), []);
    bench.see(&syn(40002, 1), 64);
    let change = bench.table.transitions()[0];
    assert_eq!((change.to, change.frame, change.time), (State::Closed, None, Time { secs: 63, nanos: 0 }));
}

#[test]
fn datagrams_after_a_long_silence_are_another_conversation_of_the_same_stream() {
    let mut datagram = Vec::new();
    ip(CLIENT, SERVER).udp(5000, 53).write(&mut datagram, b"query").expect("a vector can be written to");
    let mut bench = Bench::new(Limits::default());
    let first = bench.see(&datagram, 0);
    let soon = bench.see(&datagram, 60);
    let late = bench.see(&datagram, 121);
    assert_eq!((first.flow, soon.flow, late.flow), (1, 1, 2));
    // As tshark has it.
    let after = |secs| Time { secs, nanos: 0 };
    assert_eq!((late.stream, late.since_first, late.since_previous), (0, after(121), after(61)));
    identity(bench.table.counts());
}

#[test]
fn a_cut_header_names_the_conversation_and_changes_nothing_of_it() {
    let mut bench = Bench::new(Limits::default());
    bench.see(&syn(40000, 1000), 1);
    let cut = bench.see(&ack(40000, 5, 9)[..26], 4);
    assert_eq!((cut.flow, cut.seq_base, cut.since_first), (1, Some(1000), Time { secs: 3, nanos: 0 }));
    assert_eq!(bench.states(1), []);
}

#[test]
fn scaling_needs_both_sides() {
    let mut bench = Bench::new(Limits::default());
    let scaled = ip(CLIENT, SERVER).tcp(40000, 80, 1, 64240).syn();
    let scaled = scaled.options(&[etherparse::TcpOptionElement::WindowScale(7)]).expect("the option fits");
    assert_eq!(bench.see(&built(scaled, &[]), 0).window, WindowScale::Shift(7));
    assert_eq!(bench.see(&syn_ack(40000, 5000, 2), 0).window, WindowScale::Off);
    assert_eq!(bench.see(&ack(40000, 2, 5001), 0).window, WindowScale::Off);
}

#[test]
fn a_conversation_takes_at_most_512_bytes() {
    const { assert!(Table::FLOW_COST <= 512, "a conversation takes more than 512 bytes") };
}

#[test]
fn connections_that_grow_give_way_too() {
    let memory = 500 * Table::FLOW_COST;
    let mut bench = Bench::new(Limits { memory, keep_ended: false, live: false });
    for round in 0..20u32 {
        for port in 0..450u16 {
            // Each one leaves a gap before it, and a timer behind it.
            let seq = 1000 + 3000 * round;
            bench.see(&ack(1024 + port, seq, 77), i64::from(round));
            if round == 19 {
                bench.see(&built(ip(CLIENT, SERVER).tcp(1024 + port, 80, seq, 64240).ack(77).fin(), &[]), 19);
            }
        }
    }
    // What the last frame added leaves with the next one.
    bench.see(&syn(9, 1), 20);
    assert!(bench.table.memory() <= memory, "{} bytes", bench.table.memory());
    identity(bench.table.counts());
}

#[test]
fn timers_of_connections_that_have_left_do_not_gather() {
    let mut bench = Bench::new(Limits { memory: 16 * Table::FLOW_COST, keep_ended: false, live: false });
    for n in 0..5000u16 {
        let port = 1024 + n;
        bench.see(&built(ip(CLIENT, SERVER).tcp(port, 80, 2, 64240).ack(1001).fin(), &[]), 1);
        bench.see(&built(ip(SERVER, CLIENT).tcp(80, port, 1001, 64240).ack(3).fin(), &[]), 1);
        bench.see(&ack(port, 3, 1002), 1);
    }
    assert!(bench.table.timers.len() <= 2048, "{} timers", bench.table.timers.len());
}
