//! One libpcap handle: opening it, its filter, its frames in batches, its counters.
//!
//! What was learnt of libpcap 1.10 on Linux, and what follows from it:
//!
//! - Its reader polls the socket before it looks at the ring. When the interface has gone down in between, it takes the
//!   name it was opened with for the question whether the interface is still there: after a renaming it is not, and what
//!   lies in the ring is lost. So libpcap is only called when a poll of ours says that there are frames, and the error
//!   `ENETDOWN` is fetched from the socket before libpcap can see it.
//! - Some frames are counted as received by the kernel and passed over by libpcap without a word: those that arrived
//!   before the filter was set and do not match it, those of the other direction (`-Q`), and on the loopback interface
//!   every frame once of the two times it passes. So the ring is emptied before the filter is set, a filter that is too
//!   long for the kernel is run here, where it counts, and on `any` the kernel's filter looks at the direction, too.
//!   Elsewhere it cannot: libpcap applies a new filter itself to the first block, and cannot look at the direction
//!   there, so that it would lose that block. There the kernel's count of received frames is not used
//!   ([`Handle::is_exact`]).
//! - A frame is only there until libpcap is called again, and two calls for two frames are slower than one: so frames
//!   are copied out of the ring, a batch at a time, once.

use std::os::fd::{AsFd, BorrowedFd};
use std::thread;
use std::time::Duration;

use pcap::{Active, Capture, Precision};
use rustix::event::{PollFd, PollFlags, Timespec};

use super::links::{IFF_LOOPBACK, IFF_UP, Links};
use super::{ANY, Direction, Options, TimeStampType, time_stamp_types};
use crate::capture::bpf::{self, Filter};
use crate::capture::{Error, LinkType, Problem};
use crate::time::Time;

/// tcpdump's snapshot length.
pub(super) const SNAPLEN: u32 = 262_144;
/// The kernel's buffer in KiB, of each handle. libpcap's 2 MiB hold 16 ms of a link of 1 Gbit/s, less than a slow view or
/// a busy machine can make us wait; 16 MiB hold 130 ms. It is memory that cannot be swapped, so not more unasked.
const BUFFER: u32 = 16 << 10;
/// After how many milliseconds the kernel hands a block of frames over that is not full: the longest time that a frame
/// waits, and at most a hundred wake-ups a second when there is little traffic.
const BLOCK: i32 = 10;
/// How many frames are copied at a time: few enough that the copies of usual frames stay in the cache, enough that the
/// two system calls for each batch do not count.
pub(super) const BATCH: usize = 128;
/// A batch that was larger gives its memory back.
const BATCH_BYTES: usize = 4 << 20;
/// The most instructions of a filter in the kernel (`BPF_MAXINSNS`).
const KERNEL_INSTRUCTIONS: usize = 4096;
/// What one instruction may cost of `optmem_max`, the memory that the kernel gives a socket for such things: it
/// translates one into up to three of 8 bytes.
const BYTES_PER_INSTRUCTION: usize = 24;

/// A filter that lets no frame pass.
const NO_FRAME: &str = "less 0";

/// LINUX_SLL2, in which frames of the device `any` say on which interface they were.
pub(super) const SLL2: LinkType = LinkType(276);

/// Frames, copied out of the ring.
#[derive(Default)]
pub(super) struct Batch {
    bytes: Vec<u8>,
    records: Vec<Record>,
    next: usize,
}

/// Where a frame is in a batch.
#[derive(Clone, Copy)]
pub(super) struct Record {
    pub(super) time: Time,
    start: usize,
    captured: usize,
    pub(super) length: u32,
}

impl Batch {
    /// The next frame to be delivered.
    pub(super) fn peek(&self) -> Option<Record> {
        self.records.get(self.next).copied()
    }

    /// How many frames are left.
    pub(super) fn left(&self) -> u64 {
        self.records.len().saturating_sub(self.next) as u64
    }

    /// Goes on to the frame after it.
    pub(super) fn advance(&mut self) {
        self.next = self.next.saturating_add(1);
    }

    /// A frame's bytes.
    pub(super) fn data(&self, record: Record) -> &[u8] {
        self.bytes.get(record.start..).and_then(|b| b.get(..record.captured)).unwrap_or_default()
    }

    fn clear(&mut self) {
        self.records.clear();
        self.bytes.clear();
        self.bytes.shrink_to(BATCH_BYTES);
        self.next = 0;
    }
}

/// What came of reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Filled {
    /// As much as a batch holds: there may be more.
    Full,
    /// All that there was, perhaps nothing.
    Rest,
}

/// 64-bit counters made of libpcap's 32-bit ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) received: u64,
    pub(super) dropped: u64,
    pub(super) interface_dropped: u64,
}

/// One counter that wraps at 32 bits, unwrapped.
#[derive(Clone, Copy, Debug, Default)]
struct Unwrapped {
    last: u32,
    total: u64,
}

impl Unwrapped {
    /// Takes a reading. A counter that runs backwards (libpcap's of the interface does when its files are gone) adds
    /// nothing.
    fn read(&mut self, now: u32) -> u64 {
        let step = now.wrapping_sub(self.last);
        self.last = now;
        if step < 1 << 31 {
            self.total = self.total.saturating_add(step.into());
        }
        self.total
    }
}

/// An interface that is captured on.
pub(super) struct Handle {
    capture: Capture<Active>,
    /// The name as given.
    pub(super) name: Box<[u8]>,
    /// Whether all that the kernel counts as received is delivered, dropped or unread; libpcap passes nothing over.
    pub(super) is_exact: bool,
    /// Index of the interface; 0 for `any`, and for devices that are no network interfaces.
    pub(super) index: u32,
    pub(super) link: LinkType,
    pub(super) snaplen: u32,
    nano: bool,
    /// The filter, when the kernel does not take it.
    filter: Option<Filter>,
    pub(super) batch: Batch,
    /// Frames that the filter here did not let pass.
    pub(super) rejected: u64,
    /// What was received before the filter was set: not part of the capture.
    before: Counts,
    received: Unwrapped,
    dropped: Unwrapped,
    interface_dropped: Unwrapped,
    counts: Counts,
}

impl Handle {
    /// Opens an interface, with a filter.
    pub(super) fn open(
        name: &[u8],
        expression: Option<&str>,
        options: &Options,
        is_one_of_many: bool,
        links: &Links,
    ) -> Result<Handle, Error> {
        let link = links.by_name(name);
        let fail = |problem| Error::Interface { name: name.into(), problem };
        let Ok(text) = std::str::from_utf8(name) else {
            let why = "its name is not UTF-8, which libpcap's interface cannot pass on; capture on any, or rename it";
            return Err(fail(if link.is_some() { Problem::Other(why.to_owned()) } else { Problem::Missing }));
        };
        let is_any = name == ANY;
        // All that Linux stamps for packet sockets has nanoseconds. What else libpcap opens (USB, Bluetooth, netfilter
        // logs) may only have microseconds, and libpcap does not tell the crate.
        let nano = is_any || link.is_some();
        let inactive = Capture::from_device(text).map_err(|e| fail(problem(e)))?;
        let snaplen = options.snaplen.filter(|n| *n > 0).unwrap_or(SNAPLEN).min(SNAPLEN);
        let buffer = options.buffer.filter(|n| *n > 0).unwrap_or(BUFFER);
        let mut inactive = inactive
            .snaplen(i32::try_from(snaplen).unwrap_or(i32::MAX))
            .buffer_size(i32::try_from(buffer).unwrap_or(i32::MAX).saturating_mul(1024))
            .timeout(BLOCK)
            .immediate_mode(options.immediate)
            .precision(if nano { Precision::Nano } else { Precision::Micro })
            // The device any has no such mode, and libpcap's warning about it would count as an error.
            .promisc(options.promiscuous && !is_any);
        if options.monitor {
            inactive = inactive.rfmon(true);
        }
        if let Some(wanted) = options.time_stamp_type {
            check_time_stamps(name, wanted)?;
            inactive = inactive.tstamp_type(wanted.of_libpcap());
        }
        let opened = inactive.open().and_then(Capture::setnonblock);
        let mut capture = opened.map_err(|e| {
            fail(match link {
                None if !is_any && nano => Problem::Missing,
                _ if !may_open_packet_sockets() => Problem::NotPermitted,
                None if !is_any && is_missing(&e) => Problem::Missing,
                Some(link) if link.flags & IFF_UP == 0 => Problem::Down,
                _ => problem(e),
            })
        })?;
        set_link_type(&mut capture, options.link_type.or(is_any.then_some(SLL2)), options.link_type.is_some())
            .map_err(fail)?;
        let link_type = bpf::link_of(capture.get_datalink().0);
        let mut handle = Handle {
            capture,
            name: name.into(),
            index: link.map_or(0, |link| link.index),
            link: link_type,
            snaplen,
            nano,
            is_exact: true,
            filter: None,
            batch: Batch::default(),
            rejected: 0,
            before: Counts::default(),
            received: Unwrapped::default(),
            dropped: Unwrapped::default(),
            interface_dropped: Unwrapped::default(),
            counts: Counts::default(),
        };
        // The kernel passes every frame of a loopback interface twice, going out and coming in; libpcap shows the second.
        let loopback = links.each().find(|l| *l.name == *b"lo" && l.flags & IFF_LOOPBACK != 0).map(|l| l.index);
        let mut words = Vec::new();
        if is_any && link_type == SLL2 {
            words.extend(options.direction.word().map(str::to_owned));
            words.extend(loopback.map(|index| format!("not (outbound and ifindex {index})")));
        } else {
            let is_loopback = loopback.is_some() && loopback == link.map(|l| l.index);
            handle.is_exact = !is_loopback && options.direction == Direction::InOut && !is_any;
            handle.set_direction(options.direction)?;
        }
        handle.set_filter(expression, &words.join(" and "), is_one_of_many, options.immediate)?;
        Ok(handle)
    }

    /// Lets libpcap choose frames by direction.
    fn set_direction(&mut self, direction: Direction) -> Result<(), Error> {
        let theirs = match direction {
            Direction::InOut => return Ok(()),
            Direction::In => pcap::Direction::In,
            Direction::Out => pcap::Direction::Out,
        };
        self.capture.direction(theirs).map_err(|e| self.error(problem(e)))
    }

    /// Empties the ring, sets the filter, and begins to count. `besides` is what the kernel filters besides the
    /// expression.
    fn set_filter(
        &mut self,
        expression: Option<&str>,
        besides: &str,
        is_one_of_many: bool,
        immediate: bool,
    ) -> Result<(), Error> {
        let mut whole = besides.to_owned();
        let mut nothing = false;
        if let Some(expression) = expression {
            // Alone first, so that it is an expression and not half of one, and within the limits on time and memory.
            match bpf::measure(expression, self.link) {
                Ok(length) if length > kernel_instructions() => {
                    self.filter = Some(Filter::compile(expression, self.link, 0)?);
                }
                Ok(_) if whole.is_empty() => whole = expression.to_owned(),
                Ok(_) => whole = format!("{whole} and ({expression})"),
                // What is wrong on one interface alone is an answer beside others: `tcp` on a link without IP.
                Err(Error::Filter { message, .. }) if is_one_of_many && message == bpf::REJECTS_ALL => {
                    nothing = true;
                }
                Err(error) => return Err(error),
            }
        }
        // From here on no frame arrives, and the ring can be emptied.
        self.install(NO_FRAME)?;
        self.empty(immediate)?;
        self.counts();
        self.before = self.counts;
        if nothing { Ok(()) } else { self.install(&whole) }
    }

    /// Gives libpcap a filter, on a thread that has the stack for its compiler.
    fn install(&mut self, expression: &str) -> Result<(), Error> {
        // The optimiser refuses what matches nothing.
        let optimised = expression != NO_FRAME && bpf::compiler::is_optimised(expression);
        let capture = &mut self.capture;
        let set = thread::scope(|scope| {
            let thread = thread::Builder::new().name("filter compiler".to_owned()).stack_size(bpf::compiler::STACK);
            let thread = thread.spawn_scoped(scope, move || capture.filter(expression, optimised));
            thread.map_err(|e| e.to_string()).map(|t| t.join().unwrap_or(Err(pcap::Error::InvalidString)))
        });
        let message = match set {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(pcap::Error::PcapError(text))) => text,
            Ok(Err(other)) => other.to_string(),
            Err(text) => text,
        };
        Err(Error::Filter { expression: expression.to_owned(), message })
    }

    /// Throws away what arrived before there was a filter.
    fn empty(&mut self, immediate: bool) -> Result<(), Error> {
        // The kernel may still hold a block open for BLOCK milliseconds.
        let wait = Duration::from_millis(if immediate { 0 } else { 3 * BLOCK.unsigned_abs() as u64 });
        let wait = Timespec::try_from(wait).ok();
        loop {
            let mut fds = [PollFd::new(&self.capture, PollFlags::IN)];
            match rustix::event::poll(&mut fds, wait.as_ref()) {
                Ok(0) => return Ok(()),
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(e) => return Err(self.error(Problem::Other(e.to_string()))),
            }
            self.take_socket_error();
            self.capture.dispatch(Some(BATCH), |_| {}).map_err(|e| self.error(problem(e)))?;
        }
    }

    /// An error about this interface.
    pub(super) fn error(&self, problem: Problem) -> Error {
        Error::Interface { name: self.name.clone(), problem }
    }

    /// Fetches the socket's error, which poll reports until somebody does. That the network is down is nothing to
    /// stop for: rtnetlink tells what happened.
    pub(super) fn take_socket_error(&self) {
        let _ = rustix::net::sockopt::socket_error(&self.capture);
    }

    /// Copies the next frames out of the ring, in place of those before. Only to be called when poll says that there
    /// are some.
    pub(super) fn fill(&mut self) -> Result<Filled, Error> {
        let Handle { capture, batch, filter, nano, rejected, .. } = self;
        batch.clear();
        let per_unit = if *nano { 1 } else { 1000 };
        let got = capture.dispatch(Some(BATCH), |packet| {
            let header = packet.header;
            if filter.as_ref().is_some_and(|f| !f.matches(packet.data, header.len)) {
                *rejected = rejected.saturating_add(1);
                return;
            }
            let start = batch.bytes.len();
            batch.bytes.extend_from_slice(packet.data);
            let fraction = u64::try_from(header.ts.tv_usec).unwrap_or(0).saturating_mul(per_unit);
            batch.records.push(Record {
                time: Time::new(header.ts.tv_sec, fraction),
                start,
                captured: packet.data.len(),
                length: header.len,
            });
        });
        match got {
            Ok(got) => Ok(if got < BATCH { Filled::Rest } else { Filled::Full }),
            Err(error) => Err(self.error(problem(error))),
        }
    }

    /// Reads the counters.
    pub(super) fn counts(&mut self) -> Counts {
        if let Ok(now) = self.capture.stats() {
            self.counts = Counts {
                received: self.received.read(now.received),
                dropped: self.dropped.read(now.dropped),
                interface_dropped: self.interface_dropped.read(now.if_dropped),
            };
        }
        let (all, before) = (self.counts, self.before);
        Counts {
            received: all.received.saturating_sub(before.received).saturating_sub(self.rejected),
            dropped: all.dropped.saturating_sub(before.dropped),
            interface_dropped: all.interface_dropped.saturating_sub(before.interface_dropped),
        }
    }

    /// The link types that its frames can have.
    pub(super) fn link_types(&self) -> Vec<LinkType> {
        offered(&self.capture)
    }
}

impl AsFd for Handle {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.capture.as_fd()
    }
}

/// Chooses the link type. One that nobody asked for by name and that there is not is no error.
fn set_link_type(capture: &mut Capture<Active>, wanted: Option<LinkType>, asked: bool) -> Result<(), Problem> {
    let Some(wanted) = wanted else { return Ok(()) };
    if bpf::link_of(capture.get_datalink().0) == wanted {
        return Ok(());
    }
    let offered = offered(capture);
    if offered.contains(&wanted) {
        return capture.set_datalink(pcap::Linktype(bpf::dlt(wanted))).map_err(problem);
    }
    if asked { Err(Problem::LinkType(link_text(wanted), offered.into_iter().map(link_text).collect())) } else { Ok(()) }
}

fn offered(capture: &Capture<Active>) -> Vec<LinkType> {
    let now = capture.get_datalink();
    let list = capture.list_datalinks().unwrap_or_else(|_| vec![now]);
    list.into_iter().map(|dlt| bpf::link_of(dlt.0)).collect()
}

/// A link type's name, or its number.
fn link_text(link: LinkType) -> String {
    crate::capture::link_name(link).map_or_else(|| link.0.to_string(), str::to_owned)
}

/// libpcap stamps in its own way when it cannot do it as asked, and the crate does not tell; so it is checked before.
fn check_time_stamps(name: &[u8], wanted: TimeStampType) -> Result<(), Error> {
    let offered = time_stamp_types(name)?;
    if offered.contains(&wanted) || wanted == TimeStampType::Host {
        return Ok(());
    }
    let names = offered.iter().map(|t| t.name().to_owned()).collect();
    Err(Error::Interface { name: name.into(), problem: Problem::TimeStamps(wanted.name().to_owned(), names) })
}

/// Whether this process may open packet sockets at all.
fn may_open_packet_sockets() -> bool {
    use rustix::net::{AddressFamily, SocketFlags, SocketType};
    let tried = rustix::net::socket_with(AddressFamily::PACKET, SocketType::RAW, SocketFlags::CLOEXEC, None);
    !matches!(tried, Err(rustix::io::Errno::PERM | rustix::io::Errno::ACCESS))
}

/// Whether libpcap's words say that there is no such device.
fn is_missing(error: &pcap::Error) -> bool {
    matches!(error, pcap::Error::PcapError(text) if text.is_empty() || text.contains("No such device"))
}

/// libpcap's words.
fn problem(error: pcap::Error) -> Problem {
    Problem::Other(match error {
        pcap::Error::PcapError(text) if text.is_empty() => "libpcap cannot open it, and does not say why".to_owned(),
        pcap::Error::PcapError(text) => text,
        other => other.to_string(),
    })
}

/// How long a filter may be that the kernel takes.
fn kernel_instructions() -> usize {
    let read = std::fs::read_to_string("/proc/sys/net/core/optmem_max").ok();
    // What old kernels gave, when this one does not say.
    let bytes = read.and_then(|text| text.trim().parse::<usize>().ok()).unwrap_or(20_480);
    KERNEL_INSTRUCTIONS.min(bytes / BYTES_PER_INSTRUCTION)
}

#[cfg(test)]
mod tests {
    use super::Unwrapped;

    #[test]
    fn counters_go_on_beyond_32_bits_and_never_back() {
        let mut counter = Unwrapped::default();
        assert_eq!(counter.read(2_000_000_000), 2_000_000_000);
        assert_eq!(counter.read(4_000_000_000), 4_000_000_000);
        assert_eq!(counter.read(1_000_000_000), 5_294_967_296);
        assert_eq!(counter.read(999_999_990), 5_294_967_296);
        assert_eq!(counter.read(999_999_991), 5_294_967_297);
    }
}
