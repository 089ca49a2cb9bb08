//! What the analysis makes of segments made by hand.

use super::analysis::Remarks;
use super::connection::{Connection, Initiator, Moment};
use super::record::Ignored;
use super::segment::{ACK, Carrier, FIN, Options, RST, SYN, Segment};
use super::state::State;
use super::tally::{Tally, Trouble};
use crate::flow::clock::{Instant, MILLISECOND, Nanos};

const CLIENT: usize = 0;
const SERVER: usize = 1;

/// A connection, and the time in milliseconds.
struct Play {
    connection: Connection,
    now: Nanos,
    client: u32,
    server: u32,
    /// Offered windows are multiplied by 128.
    scaled: bool,
    /// Both send timestamps: the time in milliseconds.
    stamps: bool,
}

impl Play {
    /// A connection that is open since 20 ms; 10 ms lie between each end and the point of capture. `client` and `server`
    /// are the numbers of the first bytes.
    fn open_at(client: u32, server: u32) -> Play {
        let mut play = Play::nothing(client, server);
        play.scaled = true;
        play.handshake();
        play
    }

    fn open() -> Play {
        Play::open_at(1001, 5001)
    }

    fn nothing(client: u32, server: u32) -> Play {
        let connection = Connection::begun_by(CLIENT, &Segment { flags: SYN, ..Segment::default() }, [40000, 80]);
        Play { connection, now: 0, client, server, scaled: false, stamps: false }
    }

    fn handshake(&mut self) {
        let [syn, syn_ack] = self.syns();
        self.send(CLIENT, syn);
        self.now += 10 * MILLISECOND;
        self.send(SERVER, syn_ack);
        self.now += 10 * MILLISECOND;
        self.send(CLIENT, self.ack(CLIENT, 0));
    }

    fn syns(&self) -> [Segment; 2] {
        let options = Options {
            shift: self.scaled.then_some(7),
            mss: Some(1460),
            timestamp: self.stamps.then_some((0, 0)),
            sack_permitted: true,
            ..Options::default()
        };
        let (client, server) = (self.client.wrapping_sub(1), self.server.wrapping_sub(1));
        let syn = Segment { seq: client, flags: SYN, window: 64240, options, ..Segment::default() };
        let syn_ack = Segment { seq: server, ack: Some(self.client), flags: SYN | ACK, window: 65160, options, ..syn };
        [syn, syn_ack]
    }

    /// A segment of `len` bytes, `offset` bytes into the direction of `from`.
    fn data(&self, from: usize, offset: u32, len: u32) -> Segment {
        let (own, other) = if from == CLIENT { (self.client, self.server) } else { (self.server, self.client) };
        // The checksum stands for the content of the whole.
        let checksum = (offset as u16).wrapping_mul(7).wrapping_add(len as u16);
        let stamp = u32::try_from(self.now / MILLISECOND).unwrap_or(0);
        let options = Options { timestamp: self.stamps.then_some((stamp, 0)), ..Options::default() };
        Segment {
            seq: own.wrapping_add(offset),
            ack: Some(other),
            flags: ACK,
            len,
            window: 500,
            checksum,
            options,
            ..Segment::default()
        }
    }

    /// An acknowledgment of `acked` bytes of the other direction, without payload.
    fn ack(&self, from: usize, acked: u32) -> Segment {
        let segment = self.data(from, 0, 0);
        Segment { ack: segment.ack.map(|ack| ack.wrapping_add(acked)), ..segment }
    }

    fn send(&mut self, from: usize, segment: Segment) -> Remarks {
        let now = Instant::default().plus(self.now);
        self.connection.segment(from, &segment, &mut Moment { now, frame: None, changes: &mut Vec::new() })
    }

    /// Sends after so many milliseconds.
    fn after(&mut self, ms: i64, from: usize, segment: Segment) -> Remarks {
        self.now += ms * MILLISECOND;
        self.send(from, segment)
    }

    fn tally(&self, end: usize) -> &Tally {
        &self.connection.ends[end].tally
    }

    fn trouble(&mut self, end: usize) -> &Trouble {
        self.connection.ends[end].trouble_mut()
    }
}

fn with_id(id: u16, segment: Segment) -> Segment {
    Segment { carrier: Carrier { id: Some(id), ..segment.carrier }, ..segment }
}

/// Three segments of which the first is lost, and what the client answers.
fn lost_first(play: &mut Play) {
    let gap = play.after(10, SERVER, play.data(SERVER, 1000, 1000));
    assert!(gap.any(Remarks::GAP));
    for n in 2..5 {
        play.after(10, CLIENT, play.ack(CLIENT, 0));
        play.after(1, SERVER, play.data(SERVER, n * 1000, 1000));
    }
}

#[test]
fn a_segment_that_duplicate_acks_asked_for_is_a_fast_retransmission() {
    let mut play = Play::open();
    lost_first(&mut play);
    let again = play.after(10, SERVER, play.data(SERVER, 0, 1000));
    assert_eq!(again, Remarks(Remarks::RETRANSMISSION | Remarks::FAST));
    assert_eq!((play.trouble(SERVER).retransmissions, play.trouble(SERVER).fast), (1, 1));
    assert_eq!(play.trouble(CLIENT).duplicate_acks, 3);
    assert_eq!(play.tally(SERVER).payload.get(), 5000, "each byte counts once");
}

#[test]
fn a_segment_after_silence_is_a_retransmission_and_measures_no_round_trip() {
    let mut play = Play::open();
    play.after(10, SERVER, play.data(SERVER, 0, 100));
    let measured = play.tally(SERVER).rtt.count();
    let again = play.after(300, SERVER, play.data(SERVER, 0, 100));
    assert_eq!(again, Remarks(Remarks::RETRANSMISSION));
    play.after(10, CLIENT, play.ack(CLIENT, 100));
    assert_eq!(play.tally(SERVER).rtt.count(), measured, "which of the two was acknowledged is unknown");
}

#[test]
fn a_segment_that_was_acknowledged_is_retransmitted_needlessly() {
    let mut play = Play::open();
    play.after(10, SERVER, play.data(SERVER, 0, 100));
    play.after(10, CLIENT, play.ack(CLIENT, 100));
    let again = play.after(300, SERVER, play.data(SERVER, 0, 100));
    assert_eq!(again, Remarks(Remarks::RETRANSMISSION | Remarks::SPURIOUS));
    let answer = play.after(1, CLIENT, play.ack(CLIENT, 100));
    assert!(!answer.any(Remarks::DUPLICATE_ACK), "RFC 5681 §2: there is nothing that it could ask for");
}

#[test]
fn a_d_sack_reports_what_came_twice_and_a_sack_of_later_bytes_does_not() {
    let mut play = Play::open();
    let report = |play: &mut Play, first: (u32, u32)| {
        let mut ack = play.ack(CLIENT, 1000);
        let number = |at: u32| play.server.wrapping_add(at);
        ack.options.sack = Some((number(first.0), number(first.1)));
        play.after(5, CLIENT, ack);
        play.trouble(SERVER).reported_twice
    };
    play.after(10, SERVER, play.data(SERVER, 0, 1000));
    play.after(1, SERVER, play.data(SERVER, 2000, 1000));
    assert_eq!(report(&mut play, (2000, 3000)), 0);
    play.after(300, SERVER, play.data(SERVER, 0, 1000));
    assert_eq!(report(&mut play, (0, 1000)), 1);
}

#[test]
fn a_segment_with_an_earlier_identification_came_late_however_long_it_took() {
    let mut play = Play::open();
    play.after(10, SERVER, with_id(12, play.data(SERVER, 1000, 1000)));
    let late = play.after(90, SERVER, with_id(11, play.data(SERVER, 0, 1000)));
    assert_eq!(late, Remarks(Remarks::OUT_OF_ORDER));
    assert_eq!((play.trouble(SERVER).out_of_order, play.trouble(SERVER).retransmissions), (1, 0));
}

#[test]
fn a_segment_with_a_later_identification_was_sent_again_however_soon_it_came() {
    let mut play = Play::open();
    play.after(10, SERVER, with_id(65535, play.data(SERVER, 1000, 1000)));
    let again = play.after(1, SERVER, with_id(1, play.data(SERVER, 0, 1000)));
    assert_eq!(again, Remarks(Remarks::RETRANSMISSION));
}

#[test]
fn timestamps_tell_late_segments_from_those_sent_again() {
    let mut play = Play::nothing(1001, 5001);
    play.stamps = true;
    play.handshake();
    play.now += 10 * MILLISECOND;
    let early = play.data(SERVER, 0, 1000);
    play.now += 5 * MILLISECOND;
    play.send(SERVER, play.data(SERVER, 1000, 1000));
    play.send(SERVER, play.data(SERVER, 3000, 1000));
    let late = play.after(80, SERVER, early);
    assert_eq!(late, Remarks(Remarks::OUT_OF_ORDER));
    let again = play.after(1, SERVER, play.data(SERVER, 2000, 1000));
    assert_eq!(again, Remarks(Remarks::RETRANSMISSION));
}

#[test]
fn without_identification_and_timestamp_a_round_trip_tells_them_apart() {
    let mut play = Play::open();
    play.after(10, SERVER, play.data(SERVER, 1000, 1000));
    play.after(1, SERVER, play.data(SERVER, 3000, 1000));
    let late = play.after(2, SERVER, play.data(SERVER, 0, 1000));
    assert_eq!(late, Remarks(Remarks::OUT_OF_ORDER));
    let again = play.after(40, SERVER, play.data(SERVER, 2000, 1000));
    assert_eq!(again, Remarks(Remarks::RETRANSMISSION));
}

#[test]
fn a_packet_that_is_captured_twice_counts_once() {
    let mut play = Play::open();
    let packet = with_id(7, play.data(SERVER, 0, 1000));
    play.after(10, SERVER, packet);
    let packets = play.tally(SERVER).packets;
    assert_eq!(play.after(0, SERVER, packet), Remarks(Remarks::COPY));
    assert_eq!((play.tally(SERVER).packets, play.tally(SERVER).payload.get()), (packets, 1000));
    assert_eq!((play.trouble(SERVER).copies, play.trouble(SERVER).retransmissions), (1, 0));
    assert_eq!(play.after(50, SERVER, with_id(8, packet)), Remarks(Remarks::RETRANSMISSION));
}

#[test]
fn acknowledged_bytes_that_were_not_captured_are_missed_until_they_come() {
    let mut play = Play::open();
    play.after(10, SERVER, play.data(SERVER, 0, 1000));
    let ack = play.after(10, CLIENT, play.ack(CLIENT, 3000));
    assert!(ack.any(Remarks::UNSEEN_ACKED));
    assert_eq!(play.trouble(SERVER).missed, 2000);
    let late = play.after(0, SERVER, play.data(SERVER, 1000, 1000));
    assert_eq!(late, Remarks(Remarks::OUT_OF_ORDER));
    assert_eq!((play.trouble(SERVER).missed, play.tally(SERVER).payload.get()), (1000, 2000));
}

#[test]
fn a_keep_alive_is_no_retransmission_and_its_answer_no_duplicate_ack() {
    let mut play = Play::open();
    play.after(10, CLIENT, play.data(CLIENT, 0, 100));
    play.after(10, SERVER, play.ack(SERVER, 100));
    for len in [0, 1] {
        let probe = play.after(60_000, CLIENT, play.data(CLIENT, 99, len));
        assert_eq!(probe, Remarks(Remarks::KEEP_ALIVE), "{len} bytes");
        assert_eq!(play.after(10, SERVER, play.ack(SERVER, 100)), Remarks::default());
    }
    assert_eq!((play.trouble(CLIENT).keep_alives, play.trouble(CLIENT).retransmissions), (2, 0));
    assert_eq!(play.tally(CLIENT).payload.get(), 100);
}

#[test]
fn a_probe_of_a_closed_window_repeats_the_last_number() {
    let mut play = Play::open();
    play.after(10, CLIENT, play.data(CLIENT, 0, 100));
    let closed = Segment { window: 0, ..play.ack(SERVER, 100) };
    assert_eq!(play.after(10, SERVER, closed), Remarks(Remarks::ZERO_WINDOW));
    assert_eq!(play.after(200, CLIENT, play.data(CLIENT, 99, 0)), Remarks(Remarks::WINDOW_PROBE));
    assert_eq!(play.after(10, SERVER, closed), Remarks(Remarks::ZERO_WINDOW));
    play.after(1000, SERVER, play.ack(SERVER, 100));
    let trouble = play.trouble(SERVER);
    assert_eq!((trouble.zero_windows, trouble.zero_time), (2, 1210 * MILLISECOND));
    assert_eq!(play.trouble(CLIENT).window_probes, 1);
}

#[test]
fn a_probe_of_a_closed_window_may_offer_the_next_byte() {
    let mut play = Play::open();
    play.after(10, CLIENT, play.data(CLIENT, 0, 100));
    let closed = Segment { window: 0, ..play.ack(SERVER, 100) };
    play.after(10, SERVER, closed);
    for _ in 0..2 {
        assert_eq!(play.after(500, CLIENT, play.data(CLIENT, 100, 1)), Remarks(Remarks::WINDOW_PROBE));
        play.after(10, SERVER, closed);
    }
    assert_eq!(play.tally(CLIENT).payload.get(), 100, "the byte was not taken");
    play.after(500, CLIENT, play.data(CLIENT, 100, 1));
    assert_eq!(play.after(10, SERVER, play.ack(SERVER, 101)), Remarks::default());
    assert_eq!(play.tally(CLIENT).payload.get(), 101);
    assert_eq!(play.after(1, CLIENT, play.data(CLIENT, 101, 400)), Remarks::default());
    let trouble = play.trouble(CLIENT);
    assert_eq!((trouble.window_probes, trouble.retransmissions, trouble.missed), (3, 0, 0));
}

#[test]
fn a_window_is_full_at_its_scaled_edge() {
    let mut play = Play::open();
    // 500 × 128 bytes.
    assert_eq!(play.after(10, SERVER, play.data(SERVER, 0, 32_000)), Remarks::default());
    assert_eq!(play.after(0, SERVER, play.data(SERVER, 32_000, 32_000)), Remarks(Remarks::WINDOW_FULL));
    assert_eq!(play.trouble(SERVER).window_full, 1);
}

#[test]
fn a_window_whose_scale_is_unknown_is_never_called_full() {
    let mut play = Play::nothing(1001, 5001);
    play.send(CLIENT, play.ack(CLIENT, 0));
    assert_eq!(play.after(10, SERVER, play.data(SERVER, 0, 500)), Remarks::default());
}

#[test]
fn sequence_numbers_wrap_in_holes_repetitions_and_acknowledgments() {
    let mut play = Play::open_at(1001, 0u32.wrapping_sub(1500));
    lost_first(&mut play);
    let again = play.after(10, SERVER, play.data(SERVER, 0, 1000));
    assert_eq!(again, Remarks(Remarks::RETRANSMISSION | Remarks::FAST));
    assert_eq!(play.after(10, CLIENT, play.ack(CLIENT, 5000)), Remarks::default());
    let needless = play.after(300, SERVER, play.data(SERVER, 1000, 1000));
    assert_eq!(needless, Remarks(Remarks::RETRANSMISSION | Remarks::SPURIOUS));
    assert_eq!(play.tally(SERVER).payload.get(), 5000);
}

#[test]
fn payload_of_a_syn_counts_and_is_sent_again_when_the_server_does_not_take_it() {
    let mut play = Play::nothing(1001, 5001);
    let [syn, syn_ack] = play.syns();
    play.send(CLIENT, Segment { len: 100, ..syn });
    assert_eq!(play.tally(CLIENT).payload.get(), 100);
    play.after(10, SERVER, syn_ack);
    let again = play.after(10, CLIENT, play.data(CLIENT, 0, 100));
    assert!(again.any(Remarks::RETRANSMISSION));
    assert_eq!((play.trouble(CLIENT).retransmissions, play.tally(CLIENT).payload.get()), (1, 100));
}

#[test]
fn a_fin_sent_again_with_the_data_before_it_is_one_retransmission() {
    let mut play = Play::open();
    play.after(10, CLIENT, play.data(CLIENT, 0, 100));
    let fin = play.data(CLIENT, 100, 0);
    play.after(1, CLIENT, Segment { flags: ACK | FIN, ..fin });
    let both = play.data(CLIENT, 0, 100);
    let again = play.after(300, CLIENT, Segment { flags: ACK | FIN, ..both });
    assert_eq!(again, Remarks(Remarks::RETRANSMISSION));
    let trouble = play.trouble(CLIENT);
    assert_eq!((trouble.retransmissions, trouble.retransmitted), (1, 100));
    assert_eq!(play.tally(CLIENT).payload.get(), 100);
}

#[test]
fn the_first_syn_captured_is_no_retransmission_even_behind_its_answer() {
    let mut play = Play::nothing(1001, 5001);
    let [syn, syn_ack] = play.syns();
    play.send(SERVER, syn_ack);
    assert_eq!(play.after(1, CLIENT, syn), Remarks::default());
    assert_eq!(play.after(1000, CLIENT, syn), Remarks(Remarks::RETRANSMISSION));
}

#[test]
fn a_fin_overtaken_by_the_ack_behind_it_is_late() {
    let mut play = Play::open();
    play.after(10, SERVER, with_id(1, play.data(SERVER, 0, 100)));
    let ack = play.data(SERVER, 101, 0);
    play.send(SERVER, with_id(3, ack));
    let fin = play.data(SERVER, 100, 0);
    assert_eq!(play.send(SERVER, with_id(2, Segment { flags: ACK | FIN, ..fin })), Remarks(Remarks::OUT_OF_ORDER));
}

#[test]
fn a_large_segment_sent_again_counts_as_the_segments_that_the_card_cuts() {
    let mut play = Play::open();
    play.after(10, SERVER, play.data(SERVER, 0, 4000));
    play.after(300, SERVER, play.data(SERVER, 0, 4000));
    assert_eq!((play.trouble(SERVER).retransmissions, play.trouble(SERVER).retransmitted), (3, 4000));
}

#[test]
fn the_time_that_payload_took_ends_with_the_last_payload_and_not_with_an_acknowledgment() {
    let mut play = Play::open();
    play.after(10, CLIENT, play.data(CLIENT, 0, 1000));
    play.after(30, CLIENT, play.data(CLIENT, 1000, 1000));
    play.after(500, SERVER, play.data(SERVER, 0, 100));
    play.after(1000, CLIENT, play.ack(CLIENT, 100));
    let sending = [CLIENT, SERVER].map(|end| play.tally(end).sending as Nanos);
    assert_eq!(sending, [30 * MILLISECOND, 0]);
}

#[test]
fn a_syn_that_its_own_syn_ack_overtook_shows_a_simultaneous_open() {
    let mut play = Play::nothing(1001, 5001);
    let [syn, syn_ack] = play.syns();
    play.send(CLIENT, syn);
    play.after(30, SERVER, syn_ack);
    play.after(1, CLIENT, play.ack(CLIENT, 0));
    assert_eq!(play.connection.initiator, Initiator::Client);
    play.after(10, SERVER, Segment { flags: SYN, ack: None, ..syn_ack });
    assert_eq!(play.connection.initiator, Initiator::Both);
    assert_eq!(play.connection.ends.each_ref().map(|end| end.state), [State::Established; 2]);
}

#[test]
fn a_syn_that_was_captured_behind_its_answer_shows_no_simultaneous_open() {
    let mut play = Play::nothing(1001, 5001);
    let [syn, syn_ack] = play.syns();
    play.connection = Connection::begun_by(SERVER, &syn_ack, [40000, 80]);
    play.send(SERVER, syn_ack);
    play.after(1, CLIENT, syn);
    play.after(1, CLIENT, play.ack(CLIENT, 0));
    assert_eq!(play.connection.initiator, Initiator::Client);
}

#[test]
fn what_changes_nothing_is_counted() {
    let mut play = Play::open();
    let reset = Segment { flags: RST, ack: None, seq: 1001 + (1 << 30), ..Segment::default() };
    play.after(10, CLIENT, reset);
    play.after(10, CLIENT, Segment { flags: 0, ack: None, ..play.data(CLIENT, 0, 0) });
    let now = Instant::default().plus(play.now);
    play.connection.unreachable(CLIENT, 1001, &mut Moment { now, frame: None, changes: &mut Vec::new() });
    play.connection.unreachable(SERVER, 5001, &mut Moment { now, frame: None, changes: &mut Vec::new() });
    assert_eq!(play.connection.record.ignored(), Ignored { resets: 1, icmp_errors: 2, segments: 1 });
    assert_eq!(play.connection.ends.each_ref().map(|end| end.state), [State::Established; 2]);
}
