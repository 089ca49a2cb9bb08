//! Every `conn_state` and every letter, each by the shortest exchange that leads to it.
//!
//! An exchange is written one segment a word: `>` or `<` (from the one who sent the first packet, or to it), flags, and
//! where it matters `+` bytes of payload, `#` sequence number, `!` with what is special about it (`c` a bad checksum,
//! `w` a window of 0, `t` nothing but old payload, `g` it acknowledges what was never captured).

use super::{LETTERS, Segment, TCP_SERVERS, UDP_SERVERS, Zeek, flag};
use crate::flow::key::Transport;

/// A port for which nothing is known.
const CLIENT: u16 = 40_000;

fn flags(letters: &str) -> u8 {
    let bit = |letter| match letter {
        'S' => flag::SYN,
        'A' => flag::ACK,
        'F' => flag::FIN,
        'R' => flag::RST,
        'P' => 8,
        other => panic!("no flag {other}"),
    };
    letters.chars().map(bit).sum()
}

fn segment(word: &str) -> (bool, Segment) {
    let special = |letter| word.split_once('!').is_some_and(|(_, all)| all.contains(letter));
    let number = |mark| {
        let (_, rest) = word.split_once(mark)?;
        rest.split(['+', '#', '!']).next()?.parse().ok()
    };
    let letters = word[1..].split(['+', '#', '!']).next().unwrap_or_default();
    let segment = Segment {
        flags: flags(letters),
        seq: number('#').unwrap_or(0),
        payload: number('+').unwrap_or(0),
        window: if special('w') { 0 } else { 512 },
        bad_checksum: special('c'),
        retransmission: special('t'),
        gap: special('g'),
    };
    (word.starts_with('>'), segment)
}

/// Plays an exchange between two ports.
fn between(ports: (u16, u16), exchange: &str) -> Zeek {
    let segments: Vec<_> = exchange.split_whitespace().map(segment).collect();
    let (_, first) = segments.first().expect("a segment");
    let mut zeek = Zeek::open(Transport::Tcp, first.flags, ports.0, ports.1);
    for (first_sender, segment) in &segments {
        zeek.tcp(*first_sender, segment);
    }
    zeek
}

/// Plays an exchange that a client, or someone on an unknown port, begins.
fn play(exchange: &str) -> Zeek {
    between((CLIENT, 9), exchange)
}

/// Plays an exchange of which the server's first packet is the first that was captured.
fn from_server(exchange: &str) -> Zeek {
    between((80, CLIENT), exchange)
}

#[track_caller]
fn says(zeek: Zeek, conn_state: &str, history: &str) {
    assert_eq!((zeek.conn_state(Transport::Tcp), zeek.history()), (conn_state, history));
    assert!(zeek.history_is_whole());
}

/// An opening in three segments, which shows nothing of itself but `ShA`.
const OPEN: &str = ">S <SA >A ";

fn open_and(rest: &str) -> Zeek {
    play(&(OPEN.to_owned() + rest))
}

// The states.

#[test]
fn s0_is_an_attempt_without_reply() {
    says(play(">S"), "S0", "S");
    says(play(">S >S >S"), "S0", "S");
    // A wrong checksum is no reply.
    says(play(">S <SA!c"), "S0", "Sc");
}

#[test]
fn s1_is_established_and_not_terminated() {
    says(open_and(">PA+10 <A <PA+90 >A"), "S1", "ShADad");
    // Established as soon as the SYN-ACK is seen.
    says(play(">S <SA"), "S1", "Sh");
    // Both at once (RFC 9293 figure 7).
    says(play(">S <S >SA <SA"), "S1", "Ss");
}

#[test]
fn sf_is_an_ordinary_establishment_and_termination() {
    says(open_and(">PA+10 <PA+90 >FA <FA >A"), "SF", "ShADdFf");
    says(open_and("<FA#1 >A >FA#1 <A"), "SF", "ShAfFa");
    // After both FINs a RST does not matter.
    says(open_and(">FA#1 <FA#1 >R#2 <R#2"), "SF", "ShAFfRr");
    // A RST behind a FIN is undone by the other FIN.
    says(open_and(">FA#1 >R#2 <FA#1"), "SF", "ShAFRf");
}

#[test]
fn rej_is_a_rejected_attempt() {
    says(play(">S <RA"), "REJ", "Sr");
    // Also when the SYN was answered, and both then reset without a byte of data.
    says(open_and("<R#1 >R#1"), "REJ", "ShArR");
    // A SYN-ACK that nobody asked for.
    says(play(">SA <R"), "REJ", "Hr");
}

#[test]
fn s2_is_a_close_by_the_originator_alone() {
    says(open_and(">FA <A <PA+90 >A"), "S2", "ShAFad");
}

#[test]
fn s3_is_a_close_by_the_responder_alone() {
    says(open_and("<FA >A >PA+10"), "S3", "ShAfD");
}

#[test]
fn rsto_is_an_abort_by_the_originator() {
    says(open_and(">PA+10 >R"), "RSTO", "ShADR");
    // Also after the responder's FIN, and after the originator's own.
    says(open_and(">PA+10 <FA >R"), "RSTO", "ShADfR");
    says(open_and(">FA#1 <PA+90 >R#2"), "RSTO", "ShAFdR");
}

#[test]
fn rstr_is_a_reset_by_the_responder() {
    says(open_and(">PA+10 <RA"), "RSTR", "ShADr");
    // Data makes the difference to REJ when both reset.
    says(open_and(">PA+10 <R#1 >R#11"), "RSTR", "ShADrR");
    // What was acknowledged was sent, captured or not.
    says(open_and("<A!g <R#1 >R#11"), "RSTR", "ShAaGrR");
}

#[test]
fn rstos0_is_a_syn_and_a_rst_without_syn_ack() {
    says(play(">S#1 >R#2"), "RSTOS0", "SR");
    says(play(">S#1 >S#1!c >R#2"), "RSTOS0", "SCR");
    // Something else of a connection was in between.
    says(play(">S >A >R"), "OTH", "SAR");
    // No SYN.
    says(play(">R"), "OTH", "R");
}

#[test]
fn rstrh_is_a_syn_ack_and_a_rst_without_syn() {
    says(from_server(">SA#1 >R#2"), "RSTRH", "^hr");
    says(from_server(">PA+10 >R"), "RSTRH", "^dr");
}

#[test]
fn sh_is_a_syn_and_a_fin_without_syn_ack() {
    says(play(">S >F"), "SH", "SF");
    says(play(">SF"), "SH", "Q");
}

#[test]
fn shr_is_a_syn_ack_and_a_fin_without_syn() {
    says(from_server(">SA >FA"), "SHR", "^hf");
}

#[test]
fn oth_is_traffic_without_a_syn() {
    says(play(">A"), "OTH", "A");
    says(play(">PA+10 <A <PA+90"), "OTH", "Dad");
    // A connection that begins in the middle can end in order, which SF does not tell apart.
    says(play(">PA+10 <PA+90 >FA <FA"), "SF", "DdFf");
    says(play(">!c"), "OTH", "C");
    // The server's half of an opening: Zeek sees no reason to believe in it until a client does something.
    says(from_server(">SA"), "OTH", "^h");
}

// The letters.

#[test]
fn s_and_h_are_syns_without_and_with_ack_again_when_their_number_differs() {
    says(play(">S#1 >S#1 <SA#5 <SA#5"), "S1", "Sh");
    says(play(">S#1 >S#9 <SA#5 <SA#7"), "S1", "SShh");
}

#[test]
fn a_and_d_are_written_once_a_direction() {
    says(open_and(">PA+1 >PA+1 <A <A <PA+1 <PA+1 >A"), "S1", "ShADad");
    // Neither acknowledges nor carries anything.
    says(open_and(">P"), "S1", "ShA");
    // Payload of SYN, FIN and RST is not `d`.
    says(open_and("<FA+5 >R+5"), "RSTO", "ShAfR");
}

#[test]
fn f_is_a_fin_again_when_its_number_differs() {
    says(open_and(">FA#7 >FA#7"), "S2", "ShAF");
    // The same FIN with the last data before it again: the FIN's own number is the same.
    says(open_and(">FA#7 >FA#2+5!t"), "S2", "ShAFT");
    says(open_and(">FA#7 >FA#8"), "S2", "ShAFF");
}

#[test]
fn r_is_a_rst_again_when_its_number_differs() {
    says(play(">S <R#0 <R#0 <R#4"), "REJ", "Srr");
}

#[test]
fn c_is_a_bad_checksum_and_nothing_else_of_that_segment_counts() {
    says(open_and(">FA+10!cwtg"), "S1", "ShAC");
}

#[test]
fn g_is_a_gap_in_what_the_other_end_sent() {
    // The originator acknowledges what the responder sent and nobody captured.
    says(open_and(">A!g"), "S1", "ShAg");
    says(open_and("<A!g"), "S1", "ShAaG");
    says(open_and("<FA!g"), "S3", "ShAfG");
    // Not for certain in the middle of a connection, or in a RST.
    says(play(">PA+10 <A!g"), "OTH", "Da");
    says(open_and("<RA!g"), "RSTR", "ShAr");
}

#[test]
fn t_is_retransmitted_payload() {
    says(open_and(">PA+10 >PA+10!t <PA+5 <PA+5!t"), "S1", "ShADTdt");
    // Behind a RST sequence numbers tell nothing.
    says(open_and(">R >PA+10!t"), "RSTO", "ShARD");
}

#[test]
fn w_is_a_window_of_zero() {
    says(open_and("<A!w >PA+1 >A!w"), "S1", "ShAawDW");
    // Of no interest in or behind a RST, or when the one who would be allowed to send has closed.
    says(open_and(">R!w >A!w"), "RSTO", "ShAR");
    says(open_and(">FA <A!w"), "S2", "ShAFa");
    // One who closed may still have to receive.
    says(open_and(">FA#1 >A!w"), "S2", "ShAFW");
}

#[test]
fn i_is_fin_with_rst_once_a_direction() {
    says(open_and(">FRA#1 >FRA#9"), "RSTO", "ShAI");
    says(play(">SFR"), "OTH", "I");
}

#[test]
fn q_is_syn_with_fin_or_rst_once_a_direction() {
    says(play(">SF >SF"), "SH", "Q");
    says(play(">SR"), "OTH", "Q");
    says(play(">S <SFA"), "S3", "Sq");
}

#[test]
fn c_g_t_and_w_are_written_at_powers_of_ten() {
    for (word, letter) in [(">A!c", 'C'), ("<A!g", 'G'), (">A+1!t", 'T'), ("<A!w", 'w')] {
        let mut zeek = open_and("<A >PA+1");
        let letters = |zeek: &Zeek| zeek.history().matches(letter).count();
        let mut expected = 0;
        for n in 1..=70_000u32 {
            let (first_sender, segment) = segment(word);
            zeek.tcp(first_sender, &segment);
            if [1, 10, 100, 1000, 10_000].contains(&n) {
                expected += 1;
            }
            assert_eq!(letters(&zeek), expected, "{letter} after {n}");
        }
    }
}

// Who is the originator.

#[test]
fn a_connection_without_its_syn_is_flipped_when_it_comes_from_a_servers_port() {
    let zeek = from_server(">PA+90 <A <PA+10 >A");
    says(zeek, "OTH", "^dADa");
    assert!(!zeek.originator_is_first_sender());
    // A SYN opens a connection, from whatever port.
    let zeek = from_server(">S <SA");
    says(zeek, "S1", "Sh");
    assert!(zeek.originator_is_first_sender());
    // Unknown ports: the first sender is the originator.
    assert!(between((CLIENT, CLIENT), ">PA+1").originator_is_first_sender());
}

#[test]
fn between_two_servers_ports_the_lower_one_is_the_server_but_for_a_syn_ack() {
    says(between((80, 443), ">A"), "OTH", "^a");
    says(between((443, 80), ">A"), "OTH", "A");
    says(between((80, 443), ">SA"), "OTH", "H");
}

#[test]
fn a_syn_behind_its_syn_ack_is_flipped() {
    let zeek = play(">SA <S <A <PA+10 >PA+90 <FA >FA");
    says(zeek, "SF", "Hs^ADdFf");
    assert!(!zeek.originator_is_first_sender());
    // From a server's port it was flipped at once, and is opened by the SYN as usual.
    says(from_server(">SA <S <A <FA >FA"), "SF", "^hSAFf");
}

#[test]
fn a_missing_syn_is_made_up_for_by_the_rest_of_the_opening() {
    says(from_server(">SA <A <PA+10 >PA+90"), "S1", "^hADd");
}

#[test]
fn an_acknowledgment_before_the_syn_ack_is_no_partial_connection() {
    says(play(">S <A <SA >A"), "S1", "SahA");
}

#[test]
fn a_syn_behind_a_partial_beginning_opens_the_connection() {
    says(play(">A >S <SA"), "S1", "ASh");
    says(play(">A >S"), "S0", "AS");
}

#[test]
fn ports_are_in_order_for_the_search() {
    assert!(TCP_SERVERS.is_sorted() && UDP_SERVERS.is_sorted());
}

// Without connections.

fn udp(ports: (u16, u16), datagrams: &[(bool, bool)]) -> (&'static str, String) {
    let mut zeek = Zeek::open(Transport::Udp, 0, ports.0, ports.1);
    for (first_sender, bad_checksum) in datagrams {
        zeek.datagram(*first_sender, *bad_checksum);
    }
    (zeek.conn_state(Transport::Udp), zeek.history().to_owned())
}

#[test]
fn udp_is_sf_with_both_sides_s0_with_the_originator_and_shr_with_the_responder() {
    const OUT: (bool, bool) = (true, false);
    const BACK: (bool, bool) = (false, false);
    const BAD: (bool, bool) = (true, true);
    let client = (CLIENT, 53);
    let server = (53, CLIENT);
    assert_eq!(udp(client, &[OUT, OUT]), ("S0", "D".into()));
    assert_eq!(udp(client, &[OUT, BACK, OUT, BACK]), ("SF", "Dd".into()));
    assert_eq!(udp(server, &[OUT]), ("SHR", "^d".into()));
    assert_eq!(udp(server, &[OUT, BACK]), ("SF", "^dD".into()));
    assert_eq!(udp((53, 123), &[OUT]), ("S0", "D".into()));
    assert_eq!(udp(client, &[BAD, BACK]), ("SHR", "Cd".into()));
    assert_eq!(udp(client, &[BAD]), ("OTH", "C".into()));
}

#[test]
fn icmp_is_always_oth() {
    assert_eq!(Zeek::open(Transport::Echo, 0, 1, 1).conn_state(Transport::Echo), "OTH");
    assert_eq!(Zeek::default().history(), "");
}

// Limits.

#[test]
fn letters_without_room_are_left_out_and_that_is_said() {
    let mut zeek = Zeek::default();
    for n in 0..1000 {
        zeek.tcp(true, &Segment { flags: flag::RST, seq: n, ..Segment::default() });
        assert_eq!(zeek.history_is_whole(), n < LETTERS as u32);
    }
    assert_eq!(zeek.history(), "R".repeat(LETTERS));
}

#[test]
fn every_order_of_flags_has_a_state_and_only_known_letters() {
    // All pairs of flag combinations and directions, three deep: nothing panics, nothing is out of the vocabulary.
    let combinations = (0..16u8).map(|n| n & 7 | (n & 8) << 1);
    let steps: Vec<_> = combinations.flat_map(|flags| [(true, flags), (false, flags)]).collect();
    let mut states = std::collections::BTreeSet::new();
    for a in &steps {
        for b in &steps {
            for c in &steps {
                let mut zeek = Zeek::open(Transport::Tcp, a.1, 80, CLIENT);
                for (first_sender, flags) in [a, b, c] {
                    zeek.tcp(*first_sender, &Segment { flags: *flags, ..Segment::default() });
                }
                states.insert(zeek.conn_state(Transport::Tcp));
                let known = |letter: char| "shadfrcgtwiq^".contains(letter.to_ascii_lowercase());
                assert!(zeek.history().chars().all(known), "{}", zeek.history());
            }
        }
    }
    let all = ["OTH", "REJ", "RSTO", "RSTOS0", "RSTR", "RSTRH", "S0", "S1", "S2", "S3", "SF", "SH", "SHR"];
    assert!(states.into_iter().eq(all));
}

#[test]
fn a_record_stays_small() {
    assert!(size_of::<Zeek>() <= 56, "{} bytes", size_of::<Zeek>());
}
