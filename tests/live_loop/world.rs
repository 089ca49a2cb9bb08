//! A world without a network: its clocks, what happens when, and the source, attendant, view and reader that live in it.

use sniff::capture::{Counters, Error, Event, Frame, Interface, LinkType, Losses, Notice, Section, Source};
use sniff::dissect::Registry;
use sniff::flow::{Counts, Flow, Report, Table, Transition};
use sniff::output::flows::{Flows, Form, Order};
use sniff::packet::Packet;
use sniff::pipeline::{Attendant, Full, Job, News, Now, Options, Outcome, Save, Standing, View, Wishes, run};
use sniff::proto;
use sniff::text::Text;
use sniff::time::Time;
use sniff::tree::Tree;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, ErrorKind, Write};
use std::iter::Peekable;
use std::os::fd::BorrowedFd;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// When every world begins: 2026-01-01 00:00:00 UTC.
pub(crate) const START: i64 = 1_767_225_600;
/// Nobody waits so often without anything happening, unless waiting is of no use.
const MOST_WAITS: u32 = 100_000;

/// What can happen.
#[derive(Clone, Debug)]
pub(crate) enum What {
    /// A frame arrives.
    Frame(Vec<u8>),
    /// A frame is there that arrived so long ago.
    Late(Vec<u8>, Duration),
    /// Something happens to the interface.
    Notice(Event),
    /// So many frames are lost.
    Lost(u64),
    /// The clock on the wall is set by so many seconds.
    Set(i64),
    /// Somebody presses Ctrl-C.
    Interrupt,
    /// Somebody wishes for something.
    Wish(Wishes),
    /// The source ends.
    End,
}

/// What happens, each so long after the beginning, in this order.
pub(crate) type Script = Box<dyn Iterator<Item = (Duration, What)>>;

struct State {
    began: Instant,
    elapsed: Duration,
    /// By how much the clock on the wall was set, in seconds.
    set: i64,
    script: Peekable<Script>,
    ready: VecDeque<(Vec<u8>, Time)>,
    losses: Losses,
    notices: Vec<Notice>,
    wishes: Wishes,
    interrupted: bool,
    ended: bool,
    waits_in_vain: u32,
}

impl State {
    fn wall(&self) -> Time {
        let nanos = i128::try_from(self.elapsed.as_nanos()).expect("not long");
        Time::from_nanos(i128::from(START + self.set) * 1_000_000_000 + nanos)
    }

    /// Lets everything happen until then.
    fn pass(&mut self, until: Duration) {
        while let Some((at, what)) = self.script.next_if(|(at, _)| *at <= until) {
            self.elapsed = self.elapsed.max(at);
            self.waits_in_vain = 0;
            self.happen(what);
        }
        self.elapsed = self.elapsed.max(until);
    }

    fn happen(&mut self, what: What) {
        match what {
            What::Frame(bytes) => self.happen(What::Late(bytes, Duration::ZERO)),
            What::Late(bytes, age) => {
                let age = i128::try_from(age.as_nanos()).expect("not long");
                let time = Time::from_nanos(self.wall().as_nanos() - age);
                if !self.ended {
                    self.losses.received += 1;
                    self.ready.push_back((bytes, time));
                }
            }
            What::Notice(event) => self.notices.push(Notice { interface: 0, event }),
            What::Lost(count) => {
                self.losses.received += count;
                self.losses.dropped += count;
            }
            What::Set(seconds) => self.set += seconds,
            What::Interrupt => self.interrupted = true,
            What::Wish(wishes) => self.wishes = wishes,
            What::End => self.ended = true,
        }
    }
}

/// How a run is set up.
pub(crate) struct World {
    pub(crate) options: Options,
    pub(crate) filter: Option<sniff::capture::bpf::FilterSet>,
    pub(crate) save: Option<sniff::capture::save::Saver>,
    /// Whether the source hands over what had arrived when it is stopped.
    pub(crate) drains: bool,
    /// How long it takes to read a frame.
    pub(crate) cost: Duration,
    /// How often the view wants to be refreshed.
    pub(crate) period: Option<Duration>,
    /// The view only counts what it is told, so that it takes no memory.
    pub(crate) brief: bool,
    /// The view writes all conversations whenever it is refreshed.
    pub(crate) snapshots: bool,
    /// The reader of the output fails so after so many bytes.
    pub(crate) reader: Option<(usize, ErrorKind)>,
}

impl Default for World {
    fn default() -> Self {
        World {
            options: Options { live: true, unverified: true, ..Options::default() },
            filter: None,
            save: None,
            drains: true,
            cost: Duration::ZERO,
            period: None,
            brief: false,
            snapshots: false,
            reader: None,
        }
    }
}

/// What came of it.
pub(crate) struct Story {
    pub(crate) outcome: Outcome,
    pub(crate) view: Seen,
    /// How long it took.
    pub(crate) elapsed: Duration,
    /// What was written.
    pub(crate) out: String,
    /// What was told, and when.
    pub(crate) news: Vec<(Duration, String)>,
    /// When the source was waited for, and how much had been written by then.
    pub(crate) waits: Vec<(Duration, usize)>,
    /// When something was written.
    pub(crate) written: Vec<Duration>,
    /// The most that was written at once.
    pub(crate) largest: usize,
    pub(crate) saver: Option<sniff::capture::save::Saver>,
}

impl World {
    /// Runs the program in this world.
    pub(crate) fn run(self, script: impl IntoIterator<Item = (Duration, What), IntoIter: 'static>) -> Story {
        let World { options, mut filter, mut save, drains, cost, period, brief, snapshots, reader } = self;
        let script: Script = Box::new(script.into_iter());
        let state = Rc::new(RefCell::new(State {
            began: Instant::now(),
            elapsed: Duration::ZERO,
            set: 0,
            script: script.peekable(),
            ready: VecDeque::new(),
            losses: Losses::default(),
            notices: Vec::new(),
            wishes: Wishes::default(),
            interrupted: false,
            ended: false,
            waits_in_vain: 0,
        }));
        let written = Rc::new(RefCell::new(Vec::new()));
        let mut source = Scripted {
            state: Rc::clone(&state),
            written: Rc::clone(&written),
            interfaces: vec![interface()],
            last: None,
            idle: false,
            drains,
            cost,
            counters: Counters::default(),
            waits: Vec::new(),
            brief,
        };
        let mut attendant = Attending { state: Rc::clone(&state), news: Vec::new() };
        let mut view = Seen { period, brief, snapshots, ..Seen::new(Rc::clone(&state)) };
        let (state_of, written_by) = (Rc::clone(&state), Rc::clone(&written));
        let mut reader =
            Reader { state: state_of, written: written_by, fails: reader, times: Vec::new(), largest: 0, brief };
        let outcome = run(Job {
            source: &mut source,
            filter: filter.as_mut(),
            save: save.as_mut().map(|saver| Save { saver, annotate: false, only: false }),
            view: &mut view,
            out: &mut reader,
            registry: &Registry::new(proto::ALL),
            attendant: &mut attendant,
            options,
        });
        balance(&outcome.flows);
        let out = String::from_utf8(written.borrow().clone()).expect("UTF-8");
        let elapsed = state.borrow().elapsed;
        Story {
            outcome,
            view,
            elapsed,
            out,
            news: attendant.news,
            waits: source.waits,
            written: reader.times,
            largest: reader.largest,
            saver: save,
        }
    }
}

impl Story {
    /// What was told that begins so, and when.
    pub(crate) fn told(&self, start: &str) -> Vec<(Duration, &str)> {
        let news = self.news.iter().filter(|(_, news)| news.starts_with(start));
        news.map(|(at, news)| (*at, news.as_str())).collect()
    }
}

/// No conversation is lost from the counts.
pub(crate) fn balance(counts: &Counts) {
    assert_eq!(counts.created, counts.active + counts.expired + counts.evicted(), "{counts:?}");
}

fn interface() -> Interface {
    Interface {
        file: 0,
        described: true,
        name: Some((*b"eth0").into()),
        description: None,
        link: LinkType(1),
        snaplen: 0,
        fcs_len: None,
        comments: Vec::new(),
        received: None,
        dropped: None,
    }
}

struct Scripted {
    state: Rc<RefCell<State>>,
    written: Rc<RefCell<Vec<u8>>>,
    interfaces: Vec<Interface>,
    last: Option<(Vec<u8>, Time)>,
    idle: bool,
    drains: bool,
    cost: Duration,
    counters: Counters,
    waits: Vec<(Duration, usize)>,
    brief: bool,
}

impl Source for Scripted {
    fn next(&mut self) -> Result<Option<Frame<'_>>, Error> {
        let mut state = self.state.borrow_mut();
        let now = state.elapsed + self.cost;
        state.pass(now);
        self.last = state.ready.pop_front();
        self.idle = self.last.is_none() && !state.ended;
        state.losses.delivered += u64::from(self.last.is_some());
        drop(state);
        Ok(self.frame())
    }

    fn is_idle(&self) -> bool {
        self.idle
    }

    fn wait(&mut self, _: &[BorrowedFd<'_>], timeout: Option<Duration>) -> Result<(), Error> {
        let mut state = self.state.borrow_mut();
        if !self.brief {
            self.waits.push((state.elapsed, self.written.borrow().len()));
        }
        state.waits_in_vain += 1;
        assert!(state.waits_in_vain < MOST_WAITS, "the run hangs at {:?}, waiting for {timeout:?}", state.elapsed);
        let latest = state.elapsed + timeout.expect("a live run never waits for ever");
        let next = state.script.peek().map_or(latest, |(at, _)| latest.min(*at));
        state.pass(next);
        Ok(())
    }

    fn stop(&mut self) -> bool {
        let mut state = self.state.borrow_mut();
        state.ended |= self.drains;
        self.drains
    }

    fn losses(&mut self) -> Vec<Losses> {
        vec![self.state.borrow().losses]
    }

    fn notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.state.borrow_mut().notices)
    }

    fn frame(&self) -> Option<Frame<'_>> {
        let (data, time) = self.last.as_ref()?;
        let length = u32::try_from(data.len()).expect("a short frame");
        let link = LinkType(1);
        Some(Frame { time: *time, has_time: true, data, length, link, interface: 0, fcs_len: None, comments: &[] })
    }

    fn interfaces(&self) -> &[Interface] {
        &self.interfaces
    }

    fn sections(&self) -> &[Section] {
        &[]
    }

    fn position(&self) -> u64 {
        0
    }

    fn size(&self) -> Option<u64> {
        None
    }

    fn counters(&self) -> &Counters {
        &self.counters
    }
}

struct Attending {
    state: Rc<RefCell<State>>,
    news: Vec<(Duration, String)>,
}

impl Attendant for Attending {
    fn is_interrupted(&self) -> bool {
        self.state.borrow().interrupted
    }

    fn wishes(&mut self) -> Wishes {
        std::mem::take(&mut self.state.borrow_mut().wishes)
    }

    fn tell(&mut self, news: News<'_>) {
        let news = match news {
            News::Notice(notice, interfaces) => {
                let name = interfaces[notice.interface as usize].name.as_deref().expect("a name");
                format!("notice {} {:?}", String::from_utf8_lossy(name), notice.event)
            }
            News::Losses(losses, _) => format!("lost {}", losses[0].dropped),
            News::Counts(frames, losses, _) => format!("counts {frames} {}", losses[0].dropped),
            News::Unshown(count) => format!("unshown {count}"),
        };
        self.news.push((self.state.borrow().elapsed, news));
    }

    fn now(&mut self) -> Now {
        let state = self.state.borrow();
        Now { wall: state.wall(), instant: state.began + state.elapsed }
    }
}

/// Writes a line for each packet, and keeps what it was told, and when.
pub(crate) struct Seen {
    state: Rc<RefCell<State>>,
    period: Option<Duration>,
    brief: bool,
    snapshots: bool,
    /// How many conversations it was told of.
    pub(crate) told: u64,
    pub(crate) packets: Vec<u64>,
    pub(crate) left_out: u64,
    pub(crate) changes: Vec<(Duration, Transition)>,
    /// Conversations that have ended, and those that left the table.
    pub(crate) over: Vec<(Duration, u32)>,
    pub(crate) gone: Vec<(Duration, u32)>,
    pub(crate) refreshed: Vec<Duration>,
    pub(crate) lost: Vec<Duration>,
    /// The most conversations that were in the table when it was refreshed.
    pub(crate) most: u64,
    /// What is said of those that are left in the end.
    pub(crate) rest: Vec<Report>,
}

impl Seen {
    fn new(state: Rc<RefCell<State>>) -> Seen {
        Seen {
            state,
            period: None,
            brief: false,
            snapshots: false,
            told: 0,
            packets: Vec::new(),
            left_out: 0,
            changes: Vec::new(),
            over: Vec::new(),
            gone: Vec::new(),
            refreshed: Vec::new(),
            lost: Vec::new(),
            most: 0,
            rest: Vec::new(),
        }
    }

    fn now(&self) -> Duration {
        self.state.borrow().elapsed
    }
}

impl View for Seen {
    fn packet(&mut self, packet: &Packet<'_>, _: &Tree, out: &mut Text) {
        if self.brief {
            return;
        }
        self.packets.push(packet.facts.number);
        out.lit("packet ").num(packet.facts.number).ch('\n');
    }

    fn left_out(&mut self) {
        self.left_out += 1;
    }

    fn wants_flows(&self) -> bool {
        true
    }

    fn transition(&mut self, change: &Transition, _: &mut Text) {
        if !self.brief {
            self.changes.push((self.now(), *change));
        }
    }

    fn over(&mut self, flow: &Flow, table: &Table, _: &mut Text) {
        balance(&table.counts());
        self.told += 1;
        if !self.brief {
            self.over.push((self.now(), flow.id));
        }
    }

    fn gone(&mut self, flow: &Flow, _: &Table, _: &mut Text) {
        self.told += 1;
        if !self.brief {
            self.gone.push((self.now(), flow.id));
        }
    }

    fn period(&self) -> Option<Duration> {
        self.period
    }

    fn refresh(&mut self, table: &Table, standing: &Standing<'_>, out: &mut Text, full: Full<'_>) {
        balance(&standing.flows);
        self.most = self.most.max(standing.flows.active);
        if !self.brief {
            self.refreshed.push(standing.elapsed);
        }
        if self.snapshots {
            Flows::new(Form::Json, Order::parse("id").expect("an order"), None).snapshot(table, out, full);
        }
    }

    fn losses(&mut self, _: &Standing<'_>, _: &mut Text) {
        self.lost.push(self.now());
    }

    fn rest(&mut self, table: &Table, _: &mut Text, _: Full<'_>) {
        self.rest.extend(table.flows().map(|flow| Report::of(flow, table.now())));
    }
}

/// Keeps what it reads, and goes away when it has had enough.
struct Reader {
    state: Rc<RefCell<State>>,
    times: Vec<Duration>,
    largest: usize,
    brief: bool,
    written: Rc<RefCell<Vec<u8>>>,
    fails: Option<(usize, ErrorKind)>,
}

impl Write for Reader {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut written = self.written.borrow_mut();
        if let Some((most, error)) = self.fails
            && written.len() + bytes.len() > most
        {
            return Err(error.into());
        }
        self.largest = self.largest.max(bytes.len());
        if !self.brief {
            written.extend_from_slice(bytes);
            self.times.push(self.state.borrow().elapsed);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
