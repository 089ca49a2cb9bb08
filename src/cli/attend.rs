//! Attends a run: signals in, news and progress out.

use super::progress::Progress;
use super::relay::Waiting;
use super::signals::Signals;
use crate::capture::{Event, Interface, Losses};
use crate::helper::owners::Owners;
use crate::host::{Answer, Pair};
use crate::pipeline::{Attendant, News, Wishes};
use crate::text::escaped;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FileType, fstat};
use std::io::Write;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// The terminal and the signals, as a run sees them.
pub(super) struct Attending<'a> {
    pub(super) signals: &'a Signals,
    pub(super) err: &'a mut dyn Write,
    pub(super) progress: Progress,
    /// `-v`: losses are told when they happen.
    pub(super) verbose: bool,
    /// That packets are not shown has been told.
    pub(super) is_told_unshown: bool,
    /// Standard output, when it is a pipe whose reader may go away.
    pub(super) pipe: Option<OwnedFd>,
    /// Who knows whose the sockets of this host are.
    pub(super) owners: Option<Owners>,
    /// What waits to be written, when somebody else writes it.
    pub(super) waiting: Option<Waiting>,
    /// Asks the terminal for its columns and lines.
    pub(super) window: fn() -> Option<(usize, usize)>,
}

impl Attending<'_> {
    /// The helper is gone.
    fn is_alone(&mut self) {
        self.owners = None;
        let _ = writeln!(
            self.err,
            "sniff: the process that knew whose sockets are whose has ended; processes are no longer shown"
        );
    }
}

impl Attendant for Attending<'_> {
    fn is_interrupted(&self) -> bool {
        self.signals.stop()
    }

    fn wishes(&mut self) -> Wishes {
        self.signals.heard();
        Wishes { counts: self.signals.counts(), flush: self.signals.flush() }
    }

    fn bells(&self) -> Vec<BorrowedFd<'_>> {
        let answer = self.owners.as_ref().filter(|owners| owners.is_busy()).map(AsFd::as_fd);
        // Of a pipe that is written to, poll tells nothing but that its reader has gone.
        let pipe = self.pipe.as_ref().map(AsFd::as_fd);
        self.signals.bell().into_iter().chain(answer).chain(pipe).collect()
    }

    fn knows_host(&self) -> bool {
        self.owners.is_some()
    }

    fn ask(&mut self, sockets: &[Pair]) {
        if let Some(owners) = &mut self.owners
            && owners.ask(sockets).is_err()
        {
            self.is_alone();
        }
    }

    fn answers(&mut self) -> Option<Vec<Answer>> {
        match self.owners.as_mut()?.poll() {
            Ok(answers) => answers,
            Err(_) => {
                self.is_alone();
                Some(Vec::new())
            }
        }
    }

    fn is_output_behind(&self) -> bool {
        self.waiting.as_ref().is_some_and(Waiting::is_behind)
    }

    fn is_reader_gone(&self) -> bool {
        let Some(pipe) = &self.pipe else { return false };
        let mut asked = [PollFd::new(pipe, PollFlags::empty())];
        let now = Timespec::default();
        poll(&mut asked, Some(&now)).is_ok() && asked.iter().any(|fd| fd.revents().contains(PollFlags::ERR))
    }

    fn progress(&mut self, bytes: u64) {
        self.progress.at(bytes);
    }

    fn tell(&mut self, news: News<'_>) {
        let line = match news {
            News::Notice(notice, interfaces) => {
                let name = name(notice.interface, interfaces);
                match &notice.event {
                    Event::Down => format!("{name}: the interface went down; the capture goes on when it is up again"),
                    Event::Up => format!("{name}: the interface is up again"),
                    Event::Renamed(to) => format!("{name}: the interface is called {} now", escaped(to)),
                    Event::Gone => format!("{name}: the interface is gone; what it had delivered was read"),
                }
            }
            News::Losses(losses, interfaces) if self.verbose => losses_in_words(losses, interfaces),
            News::Losses(..) => return,
            News::Counts(captured, losses, _) => counts(captured, losses).join(", "),
            // The first time it is news; how many there were is told at the end.
            News::Unshown(_) if self.is_told_unshown && !self.verbose => return,
            News::Unshown(n) => {
                self.is_told_unshown = true;
                format!("{} saved but not shown until now, because showing does not keep up", packets(n))
            }
        };
        // Nothing can be said when standard error is gone.
        let _ = writeln!(self.err, "sniff: {line}");
    }

    fn window(&mut self) -> Option<(usize, usize)> {
        (self.window)()
    }
}

/// Standard output, if it is a pipe. Of sockets poll would tell what is to be read, too.
pub(super) fn output_pipe() -> Option<OwnedFd> {
    let out = std::io::stdout();
    let kind = FileType::from_raw_mode(fstat(out.as_fd()).ok()?.st_mode);
    (kind == FileType::Fifo).then(|| out.as_fd().try_clone_to_owned().ok()).flatten()
}

fn name(interface: u32, interfaces: &[Interface]) -> String {
    let name = interfaces.get(interface as usize).and_then(|i| i.name.as_deref());
    name.map_or_else(|| format!("interface {interface}"), escaped)
}

fn losses_in_words(losses: &[Losses], interfaces: &[Interface]) -> String {
    let each = losses.iter().filter(|l| l.dropped > 0 || l.interface_dropped > 0).map(|l| {
        let name = name(l.interface, interfaces);
        match l.interface_dropped {
            0 => format!("{name}: {} dropped by kernel until now", packets(l.dropped)),
            n => format!("{name}: {} dropped by kernel, {n} by the interface until now", packets(l.dropped)),
        }
    });
    each.collect::<Vec<_>>().join("; ")
}

/// A number of packets in words.
pub(super) fn packets(n: u64) -> String {
    format!("{n} packet{}", if n == 1 { "" } else { "s" })
}

/// The counts of a live capture, in tcpdump's words and order.
pub(super) fn counts(captured: u64, losses: &[Losses]) -> Vec<String> {
    let sum = |of: fn(&Losses) -> u64| losses.iter().map(of).fold(0, u64::saturating_add);
    let mut lines = vec![
        format!("{} captured", packets(captured)),
        format!("{} received by filter", packets(sum(|l| l.received))),
        format!("{} dropped by kernel", packets(sum(|l| l.dropped))),
    ];
    let others = [
        (sum(|l| l.interface_dropped), "dropped by interface"),
        (sum(Losses::unread), "received but not read before the end"),
    ];
    lines.extend(others.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{} {what}", packets(*n))));
    lines
}

#[cfg(test)]
mod tests {
    use super::counts;
    use crate::capture::Losses;

    #[test]
    fn counts_add_up_over_interfaces_and_name_only_the_losses_there_are() {
        let one = Losses { interface: 0, received: 10, delivered: 7, dropped: 1, interface_dropped: 0 };
        let two = Losses { interface: 1, received: 1, delivered: 1, ..Losses::default() };
        assert_eq!(
            counts(8, &[one, two]),
            [
                "8 packets captured",
                "11 packets received by filter",
                "1 packet dropped by kernel",
                "2 packets received but not read before the end"
            ]
        );
    }
}
