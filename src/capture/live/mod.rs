//! Frames from network interfaces, as they pass: a [`Source`] over one or more libpcap handles.
//!
//! Nothing here waits but [`Source::wait`]: handles are read in batches when poll says that they have frames, and their
//! frames are merged by time, as far as they have arrived. What becomes of interfaces is heard from rtnetlink.
//! `docs/live.md` says what users may rely on.

mod devices;
mod ethtool;
mod handle;
mod links;
mod netlink;
mod options;

use std::collections::BTreeMap;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant, SystemTime};

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::io::Errno;

pub use devices::{Connection, Device, devices};
pub use options::{Direction, Options, TimeStampType};

use self::handle::{Filled, Handle, Record, SLL2};
use self::links::{Change, Links};
use super::{Counters, Error, Event, Frame, Interface, LinkType, Losses, Notice, Problem, Section, Source};
use crate::time::Time;

/// The device that stands for all interfaces.
pub const ANY: &[u8] = b"any";

/// The link types that frames of an interface can have, the usual one first. Opens the interface, so it needs the same
/// permission as capturing.
///
/// # Errors
///
/// [`Error::Interface`], as [`Live::open`].
pub fn link_types(name: &[u8], monitor: bool) -> Result<Vec<LinkType>, Error> {
    let links = watch(name)?;
    let options = Options { monitor, promiscuous: false, buffer: Some(1024), ..Options::default() };
    let handle = Handle::open(name, None, &options, false, &links)?;
    Ok(handle.link_types())
}

/// The types of time stamps that frames of an interface can have, the host's first.
///
/// Asked of the kernel by ethtool netlink, because the `pcap` crate cannot list them. A kernel that has none (before 5.6)
/// leaves the host's, which there always is; so does `any`, and what is no network interface.
///
/// # Errors
///
/// There is no such interface.
pub fn time_stamp_types(name: &[u8]) -> Result<Vec<TimeStampType>, Error> {
    if name == ANY {
        return Ok(vec![TimeStampType::Host]);
    }
    let links = watch(name)?;
    let Some(link) = links.by_name(name) else {
        let known = pcap::Device::list().unwrap_or_default();
        return match known.iter().any(|device| device.name.as_bytes() == name) {
            true => Ok(vec![TimeStampType::Host]),
            false => Err(Error::Interface { name: name.into(), problem: Problem::Missing }),
        };
    };
    Ok(ethtool::time_stamp_types(&link.name).unwrap_or_else(|_| vec![TimeStampType::Host]))
}

fn watch(name: &[u8]) -> Result<Links, Error> {
    Links::watch().map_err(|e| Error::Interface {
        name: name.into(),
        problem: Problem::Other(format!("the system does not tell about its interfaces: {e}")),
    })
}

/// How long nothing must come out of a ring, while its last block may still be open, until it counts as empty. The kernel
/// closes a block after 10 ms; a busy machine takes longer.
const SETTLE: Duration = Duration::from_millis(100);
/// How long to wait for that block at a time.
const SETTLE_STEP: Duration = Duration::from_millis(10);
/// How often the counters are read although nobody asks. They are 32 bits wide, which 4 million frames a second fill in
/// a quarter of an hour.
const READ_COUNTERS: Duration = Duration::from_secs(10);
/// So many times libpcap may fail to read. When an interface goes down between a poll and the reading, libpcap can take it
/// for gone, once.
const MOST_ERRORS: u8 = 10;
/// The most interfaces of a device `any`; frames of further ones are `any`'s.
const MOST_INTERFACES: usize = 1 << 16;

/// Where one handle stands.
struct Port {
    /// `None` when the interface is gone and all it had is delivered.
    handle: Option<Handle>,
    /// Index of its own interface in [`Live::interfaces`].
    interface: u32,
    /// There may be more in the ring than the last batch.
    is_full: bool,
    /// Its losses as last read; final when the handle is gone, and after [`Live::stop`].
    losses: Losses,
    /// The interface is gone, or the capture is stopped: since when nothing has come out of the ring.
    draining: Option<Instant>,
    /// Nothing came out of the ring for so long that it is empty.
    is_settled: bool,
    /// How many times in a row libpcap could not read what poll said was there.
    errors: u8,
}

/// Frames from interfaces.
///
/// Each interface given is one [`Interface`]. The device `any` has further ones for the interfaces on which its frames
/// were, in the order in which they appear; the losses are `any`'s own. When an interface is renamed, its further frames
/// have a further [`Interface`] with the new name.
pub struct Live {
    ports: Vec<Port>,
    links: Links,
    interfaces: Vec<Interface>,
    /// Interfaces by port and index of the interface in the kernel.
    known: BTreeMap<(usize, u32), u32>,
    notices: Vec<Notice>,
    counters: Counters,
    /// The frame that was delivered last: its port, its place, its interface.
    current: Option<(usize, Record, u32)>,
    position: u64,
    counters_read: Instant,
    idle: bool,
    stopping: bool,
    /// When the capture was stopped, by the clock that stamps frames.
    stopped_at: Time,
    done: bool,
    /// rtnetlink failed: nothing more is heard from it.
    deaf: bool,
}

impl Live {
    /// Opens interfaces. `expression` is a filter in libpcap's language, which the kernel applies.
    ///
    /// # Errors
    ///
    /// [`Error::Interface`] for the first that cannot be captured on, [`Error::Filter`].
    pub fn open(names: &[Box<[u8]>], expression: Option<&str>, options: &Options) -> Result<Live, Error> {
        let links = watch(names.first().map_or(ANY, |name| name))?;
        let mut live = Live {
            ports: Vec::with_capacity(names.len()),
            links,
            interfaces: Vec::new(),
            known: BTreeMap::new(),
            notices: Vec::new(),
            counters: Counters::default(),
            current: None,
            position: 0,
            counters_read: Instant::now(),
            idle: false,
            stopping: false,
            stopped_at: Time::default(),
            done: false,
            deaf: false,
        };
        for name in names {
            let handle = Handle::open(name, expression, options, names.len() > 1, &live.links)?;
            live.add(handle);
        }
        Ok(live)
    }

    fn add(&mut self, handle: Handle) {
        let link = self.links.by_index(handle.index);
        let description = link.and_then(|link| link.alias.clone());
        let own = Interface { description, ..described(handle.name.clone(), handle.link, handle.snaplen) };
        let interface = u32::try_from(self.interfaces.len()).unwrap_or(u32::MAX);
        self.known.insert((self.ports.len(), handle.index), interface);
        self.interfaces.push(own);
        let losses = Losses { interface, ..Losses::default() };
        self.ports.push(Port {
            handle: Some(handle),
            interface,
            is_full: false,
            losses,
            draining: None,
            is_settled: false,
            errors: 0,
        });
    }

    /// The packet sockets, so that a sandbox can keep anything from being sent on them.
    pub fn sockets(&self) -> Vec<BorrowedFd<'_>> {
        self.ports.iter().filter_map(|port| Some(port.handle.as_ref()?.as_fd())).collect()
    }

    /// Reads all counters.
    fn read_counters(&mut self) {
        self.counters_read = Instant::now();
        if self.stopping {
            return;
        }
        for port in &mut self.ports {
            if let Some(handle) = &mut port.handle {
                count(&mut port.losses, handle);
            }
        }
    }

    /// Which interface a frame of a port was on.
    fn interface_of(&mut self, at: usize, record: Record) -> u32 {
        let Some(port) = self.ports.get(at) else { return 0 };
        let Some(handle) = &port.handle else { return port.interface };
        // LINUX_SLL2: protocol(2) reserved(2) interface index(4, big-endian).
        let index = match (handle.index, handle.link) {
            (0, SLL2) => handle.batch.data(record).get(4..8).and_then(|b| b.first_chunk().copied()),
            _ => None,
        };
        let index = index.map_or(handle.index, u32::from_be_bytes);
        match self.known.get(&(at, index)) {
            Some(known) => *known,
            None => self.new_interface(at, index),
        }
    }

    #[cold]
    fn new_interface(&mut self, at: usize, index: u32) -> u32 {
        if self.links.by_index(index).is_none() {
            self.hear();
        }
        let Some(port) = self.ports.get(at) else { return 0 };
        let (Some(handle), Some(link)) = (&port.handle, self.links.by_index(index)) else { return port.interface };
        if self.interfaces.len() >= MOST_INTERFACES {
            return port.interface;
        }
        let Ok(number) = u32::try_from(self.interfaces.len()) else { return port.interface };
        let description = link.alias.clone();
        self.interfaces.push(Interface { description, ..described(link.name.clone(), handle.link, handle.snaplen) });
        self.known.insert((at, index), number);
        number
    }

    /// Reads what rtnetlink tells.
    fn hear(&mut self) {
        if self.deaf {
            return;
        }
        if self.links.read().is_err() {
            // Without it the capture goes on, as it would without interfaces changing.
            self.deaf = true;
        }
        for (index, change) in self.links.changes() {
            for at in 0..self.ports.len() {
                self.note(at, index, &change);
            }
        }
    }

    /// Notes what happened to an interface, if a port has to do with it.
    fn note(&mut self, at: usize, index: u32, change: &Change) {
        let Some(interface) = self.known.get(&(at, index)).copied() else { return };
        let Some(port) = self.ports.get_mut(at) else { return };
        let is_own = port.handle.as_ref().is_some_and(|handle| handle.index == index);
        let event = match change {
            Change::Down => Event::Down,
            Change::Up => Event::Up,
            Change::Renamed(name) => Event::Renamed(name.clone()),
            // Told when the ring is empty.
            Change::Gone if is_own => {
                port.draining.get_or_insert_with(Instant::now);
                return;
            }
            Change::Gone => Event::Gone,
        };
        match event {
            Event::Renamed(_) => {
                self.new_interface(at, index);
            }
            Event::Gone => {
                self.known.remove(&(at, index));
            }
            _ => {}
        }
        self.notices.push(Notice { interface, event });
    }

    /// Waits for the handles, rtnetlink and `others`, and says which ports have frames. `Some(0)` does not wait.
    fn poll(&mut self, others: &[BorrowedFd<'_>], timeout: Option<Duration>) -> Result<Vec<usize>, Error> {
        let timeout = timeout.and_then(|t| Timespec::try_from(t).ok());
        let ports = || self.ports.iter().enumerate().filter_map(|(at, port)| Some((at, port.handle.as_ref()?)));
        let mut fds: Vec<PollFd<'_>> =
            ports().map(|(_, handle)| PollFd::from_borrowed_fd(handle.as_fd(), PollFlags::IN)).collect();
        if !self.deaf {
            fds.push(PollFd::from_borrowed_fd(self.links.as_fd(), PollFlags::IN));
        }
        fds.extend(others.iter().map(|fd| PollFd::from_borrowed_fd(*fd, PollFlags::IN)));
        match rustix::event::poll(&mut fds, timeout.as_ref()) {
            Ok(_) => {}
            Err(Errno::INTR) => return Ok(Vec::new()),
            Err(e) => {
                let name = self.interfaces.first().and_then(|i| i.name.clone()).unwrap_or_default();
                return Err(Error::Interface { name, problem: Problem::Other(format!("cannot wait for it: {e}")) });
            }
        }
        let mut ready = Vec::new();
        let mut answers = fds.iter().map(PollFd::revents);
        for ((at, handle), answer) in ports().zip(answers.by_ref()) {
            if answer.contains(PollFlags::ERR) {
                // An interface that goes down leaves an error, and until it is fetched every poll returns at once.
                handle.take_socket_error();
            }
            if answer.contains(PollFlags::IN) {
                ready.push(at);
            }
        }
        if !self.deaf && answers.next().is_some_and(|answer| !answer.is_empty()) {
            drop(fds);
            self.hear();
        }
        Ok(ready)
    }

    /// Reads a batch of each port that has frames and none left. Returns whether any came.
    fn refill(&mut self, timeout: Duration) -> Result<bool, Error> {
        let ready = self.poll(&[], Some(timeout))?;
        let (mut any, stopping) = (false, self.stopping);
        for (at, port) in self.ports.iter_mut().enumerate() {
            // Only a poll after that time counts: on a busy machine it may pass between two lines of this program.
            port.is_settled = !ready.contains(&at) && port.draining.is_some_and(|since| since.elapsed() >= SETTLE);
        }
        for at in ready {
            let Some(port) = self.ports.get_mut(at) else { continue };
            let Some(handle) = port.handle.as_mut().filter(|handle| handle.batch.peek().is_none()) else { continue };
            let rejected = handle.rejected;
            match handle.fill() {
                Ok(filled) => {
                    port.errors = 0;
                    port.is_full = filled == Filled::Full;
                    if stopping {
                        // What is received is fixed by now, but not how much of it the filter lets pass.
                        let newly = handle.rejected.saturating_sub(rejected);
                        port.losses.received = port.losses.received.saturating_sub(newly);
                    }
                    let some = handle.batch.peek().is_some() || port.is_full;
                    if let (true, Some(since)) = (some, &mut port.draining) {
                        *since = Instant::now();
                    }
                    any |= some;
                }
                // The interface may have gone in this moment: then rtnetlink says so, and there is more in the ring.
                Err(_) if port.errors < MOST_ERRORS || port.draining.is_some() => {
                    port.errors = port.errors.saturating_add(1);
                }
                Err(error) => return Err(error),
            }
        }
        if self.counters_read.elapsed() >= READ_COUNTERS {
            self.read_counters();
        }
        Ok(any)
    }

    /// Chooses the port whose next frame is the oldest.
    fn oldest(&self) -> Option<usize> {
        let next = |port: &Port| Some(port.handle.as_ref()?.batch.peek()?.time);
        if let [only] = self.ports.as_slice() {
            return next(only).map(|_| 0);
        }
        let times = self.ports.iter().enumerate().filter_map(|(at, port)| Some((next(port)?, at)));
        times.min().map(|(_, at)| at)
    }

    /// Closes ports whose ring is empty for good. Returns whether all are closed.
    fn close(&mut self) -> bool {
        let stopping = self.stopping;
        for (at, port) in self.ports.iter_mut().enumerate() {
            if port.draining.is_none() {
                continue;
            }
            let came_later = |handle: &Handle| match handle.is_exact {
                true => port.losses.unread() == 0,
                false => handle.batch.peek().is_some_and(|record| record.time > self.stopped_at),
            };
            if stopping && port.handle.as_ref().is_some_and(came_later) {
                port.handle = None;
            }
            let Some(handle) = port.handle.as_mut().filter(|handle| handle.batch.peek().is_none()) else { continue };
            if !stopping {
                count(&mut port.losses, handle);
            }
            if (port.losses.unread() == 0 && handle.is_exact) || port.is_settled {
                // By the name that it had last.
                let interface = self.known.get(&(at, handle.index)).copied().unwrap_or(port.interface);
                port.handle = None;
                if !stopping {
                    self.notices.push(Notice { interface, event: Event::Gone });
                }
            }
        }
        self.ports.iter().all(|port| port.handle.is_none())
    }

    fn find_next(&mut self) -> Result<Option<(usize, Record)>, Error> {
        // A port whose batch was full may have older frames than those that others still have.
        let is_short =
            |port: &Port| port.is_full && port.handle.as_ref().is_some_and(|handle| handle.batch.peek().is_none());
        if self.ports.iter().any(is_short) {
            self.refill(Duration::ZERO)?;
        }
        loop {
            if self.stopping && self.close() {
                self.done = true;
                return Ok(None);
            }
            if let Some(at) = self.oldest() {
                let record = self.ports.get(at).and_then(|port| port.handle.as_ref()?.batch.peek());
                return Ok(record.map(|record| (at, record)));
            }
            let is_draining = self.ports.iter().any(|port| port.draining.is_some());
            if is_draining && self.close() {
                self.done = true;
                return Ok(None);
            }
            if self.refill(if self.stopping { SETTLE_STEP } else { Duration::ZERO })? {
                continue;
            }
            if !self.stopping {
                self.idle = true;
                return Ok(None);
            }
        }
    }

    fn frame_at(&self, at: usize, record: Record, interface: u32) -> Option<Frame<'_>> {
        let handle = self.ports.get(at)?.handle.as_ref()?;
        Some(Frame {
            time: record.time,
            has_time: true,
            data: handle.batch.data(record),
            length: record.length,
            link: handle.link,
            interface,
            fcs_len: None,
            comments: &[],
        })
    }
}

/// Reads a handle's counters.
fn count(losses: &mut Losses, handle: &mut Handle) {
    let counts = handle.counts();
    losses.dropped = counts.dropped;
    losses.interface_dropped = counts.interface_dropped;
    let known = losses.delivered.saturating_add(losses.dropped);
    losses.received = match handle.is_exact {
        true => counts.received.max(known),
        false => known.saturating_add(handle.batch.left()),
    };
}

/// An interface of a running capture.
fn described(name: Box<[u8]>, link: LinkType, snaplen: u32) -> Interface {
    Interface {
        file: 0,
        described: true,
        name: Some(name),
        description: None,
        link,
        snaplen,
        fcs_len: None,
        comments: Vec::new(),
        received: None,
        dropped: None,
    }
}

impl Source for Live {
    fn next(&mut self) -> Result<Option<Frame<'_>>, Error> {
        self.current = None;
        self.idle = false;
        if self.done {
            return Ok(None);
        }
        let (at, record) = match self.find_next() {
            Ok(Some(found)) => found,
            Ok(None) => return Ok(None),
            Err(error) => {
                self.done = true;
                return Err(error);
            }
        };
        let interface = self.interface_of(at, record);
        if let Some(port) = self.ports.get_mut(at) {
            port.losses.delivered = port.losses.delivered.saturating_add(1);
            if self.stopping && port.handle.as_ref().is_some_and(|handle| !handle.is_exact) {
                let losses = &mut port.losses;
                losses.received = losses.delivered.saturating_add(losses.dropped);
            }
            if let Some(handle) = &mut port.handle {
                handle.batch.advance();
                self.position = self.position.saturating_add(handle.batch.data(record).len() as u64);
            }
        }
        self.counters.frames = self.counters.frames.saturating_add(1);
        self.current = Some((at, record, interface));
        Ok(self.frame_at(at, record, interface))
    }

    fn is_idle(&self) -> bool {
        self.idle
    }

    fn wait(&mut self, others: &[BorrowedFd<'_>], timeout: Option<Duration>) -> Result<(), Error> {
        if self.done || self.oldest().is_some() {
            return Ok(());
        }
        // A ring that is being emptied says nothing when its last block closes without a frame.
        let timeout = match self.ports.iter().any(|port| port.draining.is_some()) {
            true => Some(timeout.map_or(SETTLE_STEP, |t| t.min(SETTLE_STEP))),
            false => timeout,
        };
        self.poll(others, timeout).map(|_| ())
    }

    /// What arrives later is neither delivered nor counted.
    fn stop(&mut self) -> bool {
        if !self.stopping {
            self.read_counters();
            self.stopping = true;
            let wall = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            self.stopped_at = Time::from_nanos(i128::try_from(wall.as_nanos()).unwrap_or(i128::MAX));
            let now = Instant::now();
            for port in &mut self.ports {
                port.draining = Some(now);
            }
        }
        true
    }

    fn losses(&mut self) -> Vec<Losses> {
        self.read_counters();
        self.ports.iter().map(|port| port.losses).collect()
    }

    fn sockets(&self) -> Vec<BorrowedFd<'_>> {
        self.ports.iter().filter_map(|port| port.handle.as_ref()).map(AsFd::as_fd).collect()
    }

    fn notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.notices)
    }

    fn frame(&self) -> Option<Frame<'_>> {
        let (at, record, interface) = self.current?;
        self.frame_at(at, record, interface)
    }

    fn interfaces(&self) -> &[Interface] {
        &self.interfaces
    }

    fn sections(&self) -> &[Section] {
        &[]
    }

    fn position(&self) -> u64 {
        self.position
    }

    fn size(&self) -> Option<u64> {
        None
    }

    fn counters(&self) -> &Counters {
        &self.counters
    }
}
