use super::event::{Event, Sent, What};
use super::live::Live;
use super::timeline::Timeline;
use super::{Spans, Story};
use crate::flow::tcp::segment::FIN;
use crate::flow::tcp::{Evidence, Remarks, Role, State, Why};
use crate::flow::{Socket, Transition};
use crate::output::wrap::columns;
use crate::text::Text;
use crate::time::Time;

fn plain(number: u64, millis: u64, from: Role, len: u32) -> Event {
    let sent = Sent {
        from,
        flags: 0x10,
        seq: [1, 1],
        ack: Some([1, 1]),
        len,
        window: 512,
        scale_known: true,
        remarks: Remarks(0),
    };
    let states = [State::Established; 2];
    let time = Time::new(0, millis * 1_000_000);
    Event { number: Some(number), time, what: What::Segment(sent), states, changes: Vec::new() }
}

#[test]
fn short_runs_stand_and_long_ones_fold_between_their_ends() {
    let mut timeline = Timeline::default();
    (1..=8).for_each(|n| timeline.add(plain(n, n, Role::Client, 1)));
    assert_eq!(timeline.shown(), "1 2 3 4 5 6 7 8");
    let mut timeline = Timeline::default();
    (1..=8).for_each(|n| timeline.add(plain(n, n, Role::Client, 1)));
    timeline.add(plain(9, 9, Role::Server, 0));
    timeline.add(plain(10, 10, Role::Client, 1000));
    assert_eq!(timeline.shown(), "1 (… 7 segments, 7 bytes →, 1 ACK ←, in 7.0 ms) 10");
}

#[test]
fn timers_that_fire_together_are_one_line() {
    let mut timeline = Timeline::default();
    for millis in [5, 5, 6] {
        timeline.add(Event { number: None, what: What::Elsewhere, ..plain(1, millis, Role::Client, 0) });
    }
    assert_eq!(timeline.shown(), "timer timer");
}

#[test]
fn a_pause_ends_a_run() {
    let mut timeline = Timeline::default();
    (1..=9).for_each(|n| timeline.add(plain(n, n, Role::Server, 100)));
    timeline.add(plain(10, 2000, Role::Server, 100));
    assert_eq!(timeline.shown(), "1 (… 7 segments, 700 bytes ←, in 6.0 ms) 9 10");
}

#[test]
fn of_very_long_stories_the_first_and_the_last_lines_are_kept() {
    let mut timeline = Timeline::default();
    for n in 1..=5000 {
        let mut event = plain(n, n, Role::Client, 1);
        if let What::Segment(sent) = &mut event.what {
            sent.remarks = Remarks(Remarks::RETRANSMISSION);
        }
        timeline.add(event);
    }
    let shown = timeline.shown();
    assert!(shown.starts_with("1 2 ") && shown.ends_with(" 4999 5000"), "{shown}");
    assert_eq!((shown.split(' ').count(), timeline.left_out()), (1000, 4000));
}

#[test]
fn the_time_in_a_state_runs_until_the_next_and_counts_again_when_it_comes_back() {
    let socket = Socket { ip: [192, 0, 2, 1].into(), port: 1 };
    let change = |secs: i64, from, to| Transition {
        flow: 1,
        frame: Some(1),
        time: Time::new(secs, 0),
        role: Role::Server,
        socket,
        peer: socket,
        from,
        to,
        why: Why::SentFin,
        evidence: Evidence::Observed,
    };
    let mut spans = Spans::default();
    for (secs, from, to) in [
        (10, State::Closed, State::SynReceived),
        (11, State::SynReceived, State::Established),
        (13, State::Established, State::SynReceived),
        (14, State::SynReceived, State::Established),
    ] {
        spans.change(&change(secs, from, to));
    }
    spans.end(Time::new(20, 0));
    let of: Vec<_> = spans.of(Role::Server).collect();
    assert_eq!(of, [(State::SynReceived, 2_000_000_000), (State::Established, 8_000_000_000)]);
    assert_eq!(spans.of(Role::Client).count(), 0);
}

#[test]
fn there_is_no_story_of_a_conversation_that_does_not_exist() {
    let mut out = crate::text::Text::new();
    let mut story = Story::json(7);
    story.begin(&mut out);
    story.end(&mut out);
    assert!(out.is_empty() && !story.is_finished() && story.notes().is_empty());
}

fn lines(out: &mut Text) -> String {
    let lines = out.as_str().lines().map(str::trim_start).collect::<Vec<_>>().join("\n");
    out.clear();
    lines
}

#[test]
fn live_lines_come_at_once_and_long_runs_once_a_second() {
    let (mut live, mut out) = (Live::new(80, false), Text::new());
    live.event(&plain(1, 0, Role::Client, 1), &mut out);
    assert_eq!(out.as_str().lines().count(), 2, "the titles and the line: {}", out.as_str());
    assert!(out.as_str().lines().all(|line| columns(line) <= 80), "{}", out.as_str());
    (2..=8).for_each(|n| live.event(&plain(n, n, Role::Client, 1), &mut out));
    assert_eq!(lines(&mut out).lines().count(), 9);
    (9..=200).for_each(|n| live.event(&plain(n, n, Role::Client, 10), &mut out));
    live.tick(Time::new(0, 900_000_000), &mut out);
    assert!(out.is_empty(), "{}", out.as_str());
    live.tick(Time::new(1, 9_000_000), &mut out);
    assert_eq!(lines(&mut out), "… 192 segments, 1,920 bytes →, in 191 ms");
    live.event(&plain(201, 1100, Role::Server, 3), &mut out);
    assert!(out.is_empty(), "the run goes on");
    let mut event = plain(202, 1101, Role::Client, 1);
    if let What::Segment(sent) = &mut event.what {
        sent.flags = FIN;
    }
    live.event(&event, &mut out);
    let shown = lines(&mut out);
    assert!(shown.starts_with("… 1 segment, 3 bytes ←, in 0 µs\n202 "), "{shown}");
    // After a silence, lines stand alone again.
    live.event(&plain(203, 5000, Role::Client, 1), &mut out);
    assert!(lines(&mut out).starts_with("203 "));
}
