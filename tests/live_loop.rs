//! The loop of a live run without a network: what happens, and when, is scripted, and time passes only while the run waits
//! or reads. So hours and days take no longer than the work that is in them.

#[path = "live_loop/frames.rs"]
mod frames;
#[path = "live_loop/world.rs"]
mod world;

use frames::{Connection, datagram};
use sniff::capture::bpf::FilterSet;
use sniff::capture::save::{self, Files, Format, Saver, Settings};
use sniff::capture::{self, Event, Source};
use sniff::flow::tcp::State;
use sniff::pipeline::{Ended, Options, Wishes};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;
use world::{Story, What, World};

const HOUR: i64 = 3600;

fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// These frames, one a millisecond from then on.
fn at(begin: Duration, frames: impl IntoIterator<Item = Vec<u8>>) -> Vec<(Duration, What)> {
    let frames = frames.into_iter().enumerate();
    frames.map(|(n, frame)| (begin + ms(n as u64), What::Frame(frame))).collect()
}

/// A connection that opens and closes at once.
fn short(port: u16) -> impl Iterator<Item = Vec<u8>> {
    Connection(port).opening().into_iter().chain(Connection(port).closing())
}

fn until(duration: Duration) -> World {
    let world = World::default();
    World { options: Options { duration: Some(duration), ..world.options }, ..world }
}

/// A capture file of this test alone, removed at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Scratch {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("live-loop-{name}.pcapng"));
        let _ = std::fs::remove_file(&path);
        Scratch(path)
    }

    fn saver(&self) -> Saver {
        let files = Files::new(&self.0, Settings::default()).expect("a folder");
        let mut saver = Saver::new(save::Options::new(Format::Pcapng, "test"), Box::new(files));
        saver.begin(&[]).expect("a file");
        saver
    }

    /// How many frames the file has, which must be whole.
    fn frames(&self) -> u64 {
        let mut source = capture::open(&self.0).expect("a capture");
        let mut frames = 0;
        while source.next().expect("the file is whole").is_some() {
            frames += 1;
        }
        frames
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// When an end came into this state, by timer or by frame, and the frame.
fn came(story: &Story, to: State) -> Vec<(Duration, Option<u64>)> {
    let changes = story.view.changes.iter().filter(|(_, change)| change.to == to);
    changes.map(|(at, change)| (*at, change.frame)).collect()
}

#[test]
fn what_is_shown_is_written_before_the_run_waits() {
    let script = [at(ms(100), short(1)), at(secs(5), short(2))].concat();
    let story = until(secs(10)).run(script);
    assert!(matches!(story.outcome.ended, Ended::Done), "{:?}", story.outcome.ended);
    assert_eq!((story.view.packets.len(), story.out.lines().count()), (12, 12));
    let shown = |lines: usize| story.out.lines().take(lines).map(|line| line.len() + 1).sum::<usize>();
    let waits = |from, to| story.waits.iter().filter(move |(at, _)| (from..to).contains(at)).map(|(_, len)| *len);
    assert!(waits(ms(106), secs(5)).all(|len| len == shown(6)), "{:?}", story.waits);
    assert!(waits(ms(5006), secs(10)).all(|len| len == shown(12)), "{:?}", story.waits);
    assert!(waits(ms(0), secs(10)).count() >= 10, "nobody waits longer than a second");
}

#[test]
fn time_wait_ends_while_no_frame_comes() {
    let story = until(secs(100)).run(at(ms(0), short(1)));
    assert_eq!(came(&story, State::TimeWait).len(), 1);
    let ends: Vec<_> = came(&story, State::Closed).into_iter().filter(|(_, frame)| frame.is_none()).collect();
    let [(when, None)] = ends[..] else { panic!("one timer: {ends:?}") };
    assert!((secs(60)..secs(62)).contains(&when), "{when:?}");
    assert_eq!(story.view.over.len(), 1);
    assert!((secs(5)..secs(7)).contains(&story.view.over[0].0), "told when the last FIN no longer comes again");
    assert_eq!((story.outcome.flows.created, story.outcome.flows.active), (1, 0), "{:?}", story.outcome.flows);
}

#[test]
fn a_clock_that_is_set_back_an_hour_makes_old_timers_late_and_nothing_else() {
    let mut script = at(ms(0), short(1));
    script.push((secs(10), What::Set(-HOUR)));
    script.extend(at(secs(20), Connection(2).opening()));
    script.extend(at(secs(30), Connection(2).closing()));
    let story = until(secs(3 * 3600)).run(script);
    assert!(matches!(story.outcome.ended, Ended::Done), "{:?}", story.outcome.ended);
    assert!((secs(3 * 3600)..secs(3 * 3600 + 1)).contains(&story.elapsed), "{:?}", story.elapsed);
    let timers: Vec<_> = came(&story, State::Closed).into_iter().filter(|(_, frame)| frame.is_none()).collect();
    let [(new, _), (old, _)] = timers[..] else { panic!("two TIME-WAITs end: {timers:?}") };
    assert!((secs(90)..secs(92)).contains(&new), "that began after the clock was set: {new:?}");
    assert!((secs(3660)..secs(3662)).contains(&old), "that began before: {old:?}");
    assert_eq!(came(&story, State::Established).len(), 4);
    assert_eq!(story.view.over.len(), 2);
    assert_eq!((story.outcome.flows.created, story.outcome.flows.expired), (2, 2));
}

#[test]
fn a_clock_that_is_set_forward_an_hour_ends_what_waits_and_leaves_open_connections() {
    let mut script = at(ms(0), short(1));
    script.extend(at(secs(1), Connection(2).opening()));
    script.extend(at(secs(2), [Connection(3).syn(), datagram(4)]));
    script.push((secs(10), What::Set(HOUR)));
    script.extend(at(secs(20), Connection(2).closing()));
    let story = until(secs(100)).run(script);
    assert!(
        (secs(100)..secs(101)).contains(&story.elapsed),
        "by the clock that only goes forward: {:?}",
        story.elapsed
    );
    let timers: Vec<_> = came(&story, State::Closed).into_iter().filter(|(_, frame)| frame.is_none()).collect();
    assert!((secs(10)..secs(12)).contains(&timers[0].0), "TIME-WAIT ends at once: {timers:?}");
    let gone = |id| story.view.gone.iter().find(|(_, gone)| *gone == id).map(|(at, _)| *at);
    assert!(
        gone(3).is_some_and(|at| at < secs(12)) && gone(4).is_some_and(|at| at < secs(12)),
        "{:?}",
        story.view.gone
    );
    assert_eq!(story.outcome.flows.created, 4, "the open connection went on: {:?}", story.outcome.flows);
    assert!((secs(80)..secs(82)).contains(&timers[1].0), "and its TIME-WAIT took a minute: {timers:?}");
}

#[test]
fn a_duration_ends_without_traffic() {
    let story = until(ms(2500)).run([]);
    assert!(matches!(story.outcome.ended, Ended::Done), "{:?}", story.outcome.ended);
    assert!((ms(2500)..ms(2600)).contains(&story.elapsed), "{:?}", story.elapsed);
}

#[test]
fn a_duration_ends_while_frames_keep_coming_that_do_not_pass_the_filter() {
    let filter = Some(FilterSet::new("udp port 4242", 0));
    // Those that had arrived by then are not wanted here.
    let story = World { filter, cost: ms(1), drains: false, ..until(secs(2)) }.run(flood());
    assert!(matches!(story.outcome.ended, Ended::Done), "{:?}", story.outcome.ended);
    assert_eq!(story.outcome.passed, 0);
    assert!((secs(2)..ms(2100)).contains(&story.elapsed), "{:?}", story.elapsed);
}

#[test]
fn a_duration_ends_on_a_pipe_that_never_pauses() {
    let world = until(secs(2));
    let options = Options { live: false, ..world.options };
    // What has been written into a pipe is there at any rate, and is left there.
    let story = World { options, cost: ms(1), drains: false, ..world }.run(flood());
    assert!(matches!(story.outcome.ended, Ended::Done), "{:?}", story.outcome.ended);
    assert!((secs(2)..ms(2100)).contains(&story.elapsed), "{:?}", story.elapsed);
}

/// Frames that come faster than they are read, for a while.
fn flood() -> impl Iterator<Item = (Duration, What)> {
    let frames = (0..20_000).map(|n| (ms(n / 10), What::Frame(datagram(7))));
    frames.chain([(secs(30), What::End)])
}

#[test]
fn what_is_shown_is_written_and_timers_fire_while_frames_keep_coming_that_do_not_pass_the_filter() {
    let filter = Some(FilterSet::new("tcp", 0));
    let script = (0..100_000).map(|n| (ms(n), What::Frame(datagram(7))));
    let mut script: Vec<_> = at(ms(0), short(1)).into_iter().chain(script).collect();
    script.push((secs(99), What::End));
    script.sort_by_key(|(at, _)| *at);
    let story = World { filter, cost: ms(1), ..World::default() }.run(script);
    let timers: Vec<_> = came(&story, State::Closed).into_iter().filter(|(_, frame)| frame.is_none()).collect();
    assert_eq!(timers.len(), 1, "TIME-WAIT ends: {timers:?}");
    assert!((secs(60)..secs(62)).contains(&timers[0].0), "{timers:?}");
    let first = story.waits.first().map_or(Duration::MAX, |(at, _)| *at);
    let written = story.written.first().copied().unwrap_or(Duration::MAX);
    assert!(first > secs(60) && written < secs(3), "written after {written:?}, waited after {first:?}");
}

#[test]
fn an_interruption_shows_what_had_arrived_and_nothing_later() {
    // 500 frames are there at once; the end is wished for while they are read.
    let script = || {
        let mut script: Vec<_> = (0..500).map(|_| (ms(0), What::Frame(datagram(1)))).collect();
        script.push((ms(100), What::Interrupt));
        script.extend((0..500).map(|n| (ms(200 + n), What::Frame(datagram(2)))));
        script
    };
    let story = World { cost: ms(1), ..World::default() }.run(script());
    assert!(matches!(story.outcome.ended, Ended::Interrupted), "{:?}", story.outcome.ended);
    assert_eq!((story.outcome.passed, story.out.lines().count()), (500, 500));
    let story = World { cost: ms(1), drains: false, ..World::default() }.run(script());
    assert!(matches!(story.outcome.ended, Ended::Interrupted), "{:?}", story.outcome.ended);
    assert!((99..=101).contains(&story.outcome.passed), "at once: {}", story.outcome.passed);
    assert_eq!(story.out.lines().count() as u64, story.outcome.passed);
    let story = World::default().run([(secs(3), What::Interrupt)]);
    assert!(matches!(story.outcome.ended, Ended::Interrupted) && story.elapsed < secs(4), "{:?}", story.elapsed);
}

#[test]
fn a_count_ends_the_run_at_that_frame() {
    let world = World::default();
    let options = Options { count: Some(70), ..world.options };
    let story = World { options, ..world }.run((0..500).map(|n| (ms(n / 100), What::Frame(datagram(1)))));
    assert!(matches!(story.outcome.ended, Ended::Done), "{:?}", story.outcome.ended);
    assert_eq!((story.outcome.passed, story.out.lines().count()), (70, 70));
}

/// Blocks of 64 frames, after each of which the run looks at the clock, that are so old when they are read.
fn blocks(ages: &[u64]) -> Vec<(Duration, What)> {
    let frames = ages.iter().flat_map(|age| (0..64).map(|_| (ms(0), What::Late(datagram(1), ms(*age)))));
    frames.chain([(secs(2), What::End)]).collect()
}

#[test]
fn packets_that_are_saved_are_left_out_in_order_when_there_is_no_time() {
    let scratch = Scratch::new("shedding");
    let world = World::default();
    let options = Options { may_shed: true, ..world.options };
    // What a block's age means is done from the next one on.
    let ages = [0, 300, 100, 2000, 300, 100, 10, 0];
    let story = World { options, save: Some(scratch.saver()), ..world }.run(blocks(&ages));
    let shown: Vec<u64> = [1..=128, 449..=512].into_iter().flatten().collect();
    assert_eq!(story.view.packets, shown);
    assert_eq!(story.view.left_out, 128, "followed but not shown");
    assert_eq!((story.outcome.passed, story.outcome.unshown, story.outcome.unfollowed), (512, 320, 192));
    assert_eq!(story.view.rest[0].client.packets, 512 - 192);
    assert_eq!(scratch.frames(), 512);
    let told = story.told("unshown");
    assert_eq!(told.last().map(|(_, news)| *news), Some("unshown 320"), "{told:?}");
}

#[test]
fn nothing_is_left_out_when_nothing_is_saved() {
    let story = World::default().run(blocks(&[0, 300, 2000, 100, 2000, 0]));
    assert_eq!((story.view.packets.len(), story.outcome.unshown, story.outcome.unfollowed), (384, 0, 0));
    assert_eq!(story.view.rest[0].client.packets, 384);
}

#[test]
fn losses_are_told_once_a_second_at_most_and_only_when_they_rose() {
    let mut script: Vec<_> = (0..100).map(|n| (ms(3000 + n * 30), What::Lost(2))).collect();
    script.extend((0..3000).map(|n| (ms(n * 10), What::Frame(datagram(1)))));
    script.sort_by_key(|(at, _)| *at);
    script.push((secs(30), What::End));
    let story = World::default().run(script);
    let told = story.told("lost");
    assert!((3..=5).contains(&told.len()), "{told:?}");
    assert!(told.windows(2).all(|pair| pair[1].0 - pair[0].0 >= secs(1)), "{told:?}");
    assert_eq!(told.last().map(|(_, news)| *news), Some("lost 200"));
    assert_eq!(story.view.lost.len(), told.len() + 1, "the view writes them as often, and once in the end");
    assert_eq!(story.outcome.losses[0].dropped, 200);
}

#[test]
fn wishes_are_met_when_idle_and_when_busy() {
    let counts = || What::Wish(Wishes { counts: true, ..Wishes::default() });
    let story =
        until(secs(10)).run([(secs(2), What::Frame(datagram(1))), (secs(4), counts()), (secs(6), What::Lost(3))]);
    assert_eq!(story.told("counts"), [(secs(4), "counts 1 0")]);
    // 10,000 frames are there at once, and each takes a millisecond: the run is never idle.
    let mut script: Vec<_> = (0..10_000).map(|_| (ms(0), What::Frame(datagram(1)))).collect();
    script.push((ms(500), What::Wish(Wishes { counts: true, flush: true })));
    script.push((secs(10), What::End));
    let story = World { cost: ms(1), ..World::default() }.run(script);
    let told = story.told("counts");
    assert!(matches!(told[..], [(at, _)] if (ms(500)..ms(600)).contains(&at)), "{told:?}");
    assert!(story.written.iter().any(|at| (ms(500)..ms(600)).contains(at)), "{:?}", story.written);
}

#[test]
fn notices_are_told_also_when_they_are_why_the_source_ends() {
    let script = [
        (secs(1), What::Notice(Event::Down)),
        (secs(2), What::Notice(Event::Up)),
        (secs(3), What::Notice(Event::Gone)),
        (secs(3), What::End),
    ];
    let story = World::default().run(script);
    assert!(matches!(story.outcome.ended, Ended::Done), "{:?}", story.outcome.ended);
    let wanted = [(secs(1), "notice eth0 Down"), (secs(2), "notice eth0 Up"), (secs(3), "notice eth0 Gone")];
    assert_eq!(story.told("notice"), wanted);
}

#[test]
fn a_view_is_refreshed_as_often_as_it_wants_and_once_after_a_pause() {
    let mut script = at(ms(0), Connection(1).opening());
    // 5,000 frames that take a millisecond each: no time between them.
    script.extend((0..5000).map(|_| (secs(10), What::Frame(datagram(1)))));
    script.push((secs(20), What::End));
    let story = World { cost: ms(1), period: Some(ms(500)), ..World::default() }.run(script);
    let times = &story.view.refreshed;
    assert!((36..=40).contains(&times.len()), "{times:?}");
    assert!(times.windows(2).all(|pair| (ms(500)..ms(620)).contains(&(pair[1] - pair[0]))), "{times:?}");
}

#[test]
fn a_snapshot_of_many_conversations_is_written_as_it_grows() {
    const CONVERSATIONS: u16 = 5000;
    let script = at(ms(0), (1..=CONVERSATIONS).map(datagram)).into_iter().chain([(secs(20), What::End)]);
    let world = World { period: Some(secs(10)), brief: true, snapshots: true, ..World::default() };
    let story = world.run(script);
    assert_eq!(story.view.most, CONVERSATIONS.into());
    // An object has some kilobytes.
    assert!((64 << 10..128 << 10).contains(&story.largest), "{} bytes at once", story.largest);
}

#[test]
fn a_silent_exchange_and_an_unanswered_attempt_are_told_once_and_forgotten() {
    let story = until(secs(400)).run(at(ms(0), [datagram(1), Connection(2).syn()]));
    let ids: Vec<u32> = story.view.gone.iter().map(|(_, id)| *id).collect();
    assert_eq!((ids, story.view.over.len()), (vec![1, 2], 0));
    let times: Vec<Duration> = story.view.gone.iter().map(|(at, _)| *at).collect();
    assert!((secs(60)..secs(62)).contains(&times[0]) && (secs(180)..secs(182)).contains(&times[1]), "{times:?}");
    assert_eq!((story.outcome.flows.created, story.outcome.flows.active), (2, 0));
    assert!(story.view.rest.is_empty());
}

#[test]
fn days_of_short_connections_take_the_memory_of_minutes() {
    const CONNECTIONS: u32 = 100_000;
    // One every two seconds, for 55 hours; ports are used again after 36.
    let script = (0..CONNECTIONS).flat_map(|n| at(secs(u64::from(n) * 2), short(n as u16)));
    let mut story = None;
    let taken = allocation_counter::measure(|| {
        let world = World { period: Some(secs(60)), brief: true, ..World::default() };
        story = Some(world.run(script.chain([(secs(201_000), What::End)])));
    });
    let story = story.expect("it ran");
    let counts = story.outcome.flows;
    assert_eq!(
        (counts.created, counts.expired, counts.active, counts.evicted()),
        (CONNECTIONS.into(), CONNECTIONS.into(), 0, 0)
    );
    assert_eq!(story.view.told, u64::from(CONNECTIONS), "each is told once");
    assert!(story.view.most < 200, "{} at once", story.view.most);
    assert!(taken.bytes_max < 4 << 20, "{} bytes", taken.bytes_max);
}

#[test]
fn a_reader_that_goes_away_ends_the_run_quietly() {
    let script = || (0..1000).map(|n| (ms(n * 10), What::Frame(datagram(1))));
    let story = World { reader: Some((100, ErrorKind::BrokenPipe)), ..World::default() }.run(script());
    assert!(matches!(story.outcome.ended, Ended::ClosedPipe), "{:?}", story.outcome.ended);
    assert!(story.outcome.passed < 20 && story.out.len() <= 100, "{}", story.outcome.passed);
}

#[test]
fn the_saved_file_is_whole_when_the_output_fails() {
    for error in [ErrorKind::StorageFull, ErrorKind::BrokenPipe] {
        let scratch = Scratch::new(&format!("output-{error:?}"));
        let world = World::default();
        let options = Options { may_shed: true, ..world.options };
        let world = World { options, save: Some(scratch.saver()), reader: Some((100, error)), ..world };
        let mut story = world.run((0..1000).map(|n| (ms(n * 10), What::Frame(datagram(1)))));
        match (error, &story.outcome.ended) {
            (ErrorKind::StorageFull, Ended::Output(_)) | (ErrorKind::BrokenPipe, Ended::ClosedPipe) => {}
            (_, ended) => panic!("{error:?}: {ended:?}"),
        }
        let written = story.saver.take().expect("a saver").written();
        assert_eq!((written.frames, scratch.frames()), (story.outcome.passed, story.outcome.passed));
        assert!(story.outcome.passed > 0);
    }
}

#[test]
fn timers_fire_while_the_writer_of_a_pipe_is_silent() {
    let world = until(secs(100));
    let options = Options { live: false, ..world.options };
    let story = World { options, drains: false, ..world }.run(at(ms(0), short(1)));
    let timers = came(&story, State::Closed).into_iter().filter(|(_, frame)| frame.is_none());
    let times: Vec<Duration> = timers.map(|(at, _)| at).collect();
    assert!(matches!(times[..], [at] if (secs(60)..secs(62)).contains(&at)), "{times:?}");
}

#[test]
fn a_capture_of_last_year_that_comes_through_a_slow_pipe_is_not_hurried_by_the_clock() {
    // The writer pauses for a second behind the last FIN; the capture goes on a second later, and so does its clock.
    let year = 365 * 86_400_000;
    let late = move |seconds: u64, frame| (secs(seconds), What::Late(frame, ms(year)));
    let closing = Connection(1).opening().into_iter().chain(Connection(1).closing()).map(move |frame| late(0, frame));
    let script = closing.chain([late(1, datagram(2)), (secs(2), What::End)]);
    let world = World::default();
    let options = Options { live: false, ..world.options };
    let story = World { options, ..world }.run(script);
    let timers: Vec<_> = story.view.changes.iter().filter(|(_, change)| change.frame.is_none()).collect();
    assert!(timers.is_empty(), "{timers:?}");
    assert_eq!(story.view.rest[0].client.state, Some(State::TimeWait));
}
