//! What a run does besides frames, so that everything is shown when it is known: timers, pictures, news, and what is left out
//! when there is more to do than time.

use super::serial::{Run, goes_on, not_saved};
use super::show::{self, Effort, State};
use super::{Ended, News, Now, Outcome, Standing, Wishes};
use crate::capture::Source;
use crate::flow::clock;
use crate::text::Text;
use crate::time::Time;
use std::time::{Duration, Instant};

/// How often losses are looked at, and text is written that no idle moment has written.
const LOSSES: Duration = Duration::from_secs(1);
/// So far behind the clock the table stays while no frame is there: frames that have passed may still be on their way from
/// the kernel, which hands them over in blocks.
const ON_THE_WAY: i64 = 30 * clock::MILLISECOND;
/// Frames older than this when they are read mean that the run is behind: packets that are saved are no longer shown.
const BEHIND: Duration = Duration::from_millis(250);
/// … their conversations are not even followed.
const FAR_BEHIND: Duration = Duration::from_secs(1);
/// … it has caught up.
const CAUGHT_UP: Duration = Duration::from_millis(50);
/// On a pipe, time goes on by the clock only while the capture's own time is no further behind it: then frames come as they
/// happen, and not from a file.
const RECENT: i64 = 10 * clock::SECOND;
/// A wait never lasts longer, so that a clock that was set is noticed.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// What is due when, in a live run.
#[derive(Debug)]
pub(super) struct Pace {
    began: Instant,
    /// When the view is to be refreshed.
    refresh: Option<(Instant, Duration)>,
    losses: Instant,
    ends: Option<Instant>,
    /// Frames lost until they were looked at last.
    lost: u64,
    told_unshown: u64,
    effort: Effort,
}

impl Pace {
    /// How many frames pass between two looks at the clock.
    pub(super) const FRAMES: u64 = 64;

    pub(super) fn new(now: Now, period: Option<Duration>, duration: Option<Duration>) -> Pace {
        let began = now.instant;
        Pace {
            began,
            refresh: period.map(|period| (began + period, period)),
            losses: began + LOSSES,
            ends: duration.and_then(|duration| began.checked_add(duration)),
            lost: 0,
            told_unshown: 0,
            effort: Effort::Show,
        }
    }

    /// How much is to be done for a frame.
    pub(super) fn effort(&self) -> Effort {
        self.effort
    }

    /// Whether there is less time than work, when a frame that arrived at this time is read only now, or the reader of the
    /// output is behind.
    fn keep_up(&mut self, arrived: Time, now: Time, is_output_behind: bool) {
        let late = u64::try_from(now.since(arrived).as_nanos()).map_or(Duration::ZERO, Duration::from_nanos);
        self.effort = match self.effort {
            _ if late > FAR_BEHIND => Effort::Count,
            effort if late > BEHIND => effort.min(Effort::Follow),
            _ if late < CAUGHT_UP => Effort::Show,
            effort => effort,
        };
        if is_output_behind {
            self.effort = self.effort.min(Effort::Follow);
        }
    }
}

impl Pace {
    /// How the run stands.
    fn standing<'s>(
        &self,
        source: &'s dyn Source,
        outcome: &'s Outcome,
        state: &State,
        now: Now,
        window: Option<(usize, usize)>,
    ) -> Standing<'s> {
        Standing {
            time: now.wall,
            elapsed: now.instant.saturating_duration_since(self.began),
            frames: outcome.passed,
            bytes: outcome.bytes,
            unshown: outcome.unshown,
            losses: &outcome.losses,
            interfaces: source.interfaces(),
            flows: state.table.counts(),
            window,
        }
    }
}

impl Run<'_> {
    /// No frame is there: shows what is known, lets timers fire, and waits.
    pub(super) fn idle(&mut self) -> Result<(), Ended> {
        let is_behind = self.options.may_shed && self.attendant.is_output_behind();
        self.pace.effort = if is_behind { Effort::Follow } else { Effort::Show };
        self.attend(None)?;
        self.flush()?;
        if self.attendant.is_reader_gone() {
            return Err(Ended::ClosedPipe);
        }
        let now = self.attendant.now();
        let timeout = self.patience(now);
        let bells = self.attendant.bells();
        self.source.wait(&bells, Some(timeout)).map_err(Ended::Input)
    }

    /// Until when timers fire while no frame is there; `None` when the capture's time does not go on with the clock.
    fn known(&self, now: Now) -> Option<clock::Instant> {
        let known = clock::Instant::of(now.wall).plus(-ON_THE_WAY);
        let behind = known.since(self.state.table.now());
        (self.options.live || (0..RECENT).contains(&behind)).then_some(known)
    }

    /// How long nothing is due.
    fn patience(&self, now: Now) -> Duration {
        let save = self.save.as_ref().and_then(|save| save.saver.due());
        let dues = [self.pace.refresh.map(|(at, _)| at), Some(self.pace.losses), self.pace.ends, save];
        let by_instant = dues.into_iter().flatten().min().map(|at| at.saturating_duration_since(now.instant));
        let by_wall = self
            .known(now)
            .zip(self.state.table.due())
            .map(|(known, due)| Duration::from_nanos(u64::try_from(due.since(known)).unwrap_or(0)));
        [by_instant, by_wall].into_iter().flatten().min().unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT)
    }

    /// Does what is due. `arrived` is the time of the frame that was read last, when there may be more.
    pub(super) fn attend(&mut self, arrived: Option<Time>) -> Result<(), Ended> {
        let now = self.attendant.now();
        if let Some(arrived) = arrived {
            if self.options.may_shed {
                self.pace.keep_up(arrived, now.wall, self.attendant.is_output_behind());
            }
            // Frames that do not pass the filter tell the time, too.
            if self.options.live {
                self.state.table.advance(arrived);
                show::tell(&mut self.state.table, self.view, &mut self.options.text);
            }
        } else if let Some(known) = self.known(now) {
            self.state.table.advance(known.time());
            show::tell(&mut self.state.table, self.view, &mut self.options.text);
        }
        for notice in self.source.notices() {
            self.attendant.tell(News::Notice(&notice, self.source.interfaces()));
        }
        let wishes = self.attendant.wishes();
        if let Some(save) = &mut self.save {
            if save.saver.due().is_some_and(|at| at <= now.instant) {
                save.saver.losses(&self.outcome.losses);
                save.saver.tick(now.instant, now.wall).map_err(not_saved)?;
            }
            if wishes.flush {
                save.saver.flush().map_err(not_saved)?;
            }
        }
        let is_due = self.pace.losses <= now.instant;
        self.look_at_losses(now, wishes);
        // Where frames keep coming that do not pass the filter, no idle moment would write what is shown.
        if is_due || wishes.flush {
            self.flush()?;
        }
        self.ask_host(now);
        if let Some((at, period)) = self.pace.refresh
            && at <= now.instant
        {
            // After a pause, once is enough.
            self.pace.refresh = Some((now.instant + period, period));
            self.outcome.losses = self.source.losses();
            let window = self.attendant.window();
            let standing = self.pace.standing(&*self.source, &self.outcome, &self.state, now, window);
            let (unbuffered, mut failed) = (self.options.unbuffered, None);
            let full = &mut |text: &mut Text| goes_on(self.out, text, unbuffered, &mut failed);
            self.view.refresh(&self.state.table, &standing, &mut self.options.text, full);
            if let Some(failed) = failed {
                return Err(failed);
            }
            if let Some(hosts) = self.state.table.hosts_mut() {
                hosts.refresh();
            }
            self.flush()?;
        }
        if self.stopped.is_none()
            && self.pace.ends.is_some_and(|at| at <= now.instant)
            && let Some(ended) = self.stop(Ended::Done)
        {
            return Err(ended);
        }
        Ok(())
    }

    /// Takes the answers about this host's sockets that have come, and asks about further ones.
    fn ask_host(&mut self, now: Now) {
        let Some(hosts) = self.state.table.hosts_mut() else { return };
        if let Some(answers) = self.attendant.answers() {
            hosts.answers(answers);
        }
        if self.attendant.knows_host()
            && let Some(sockets) = hosts.request(clock::Instant::of(now.wall))
        {
            self.attendant.ask(&sockets);
        }
    }

    fn look_at_losses(&mut self, now: Now, wishes: Wishes) {
        if now.instant < self.pace.losses && !wishes.counts {
            return;
        }
        self.pace.losses = now.instant + LOSSES;
        self.outcome.losses = self.source.losses();
        let (losses, interfaces) = (&self.outcome.losses, self.source.interfaces());
        if wishes.counts {
            self.attendant.tell(News::Counts(self.outcome.passed, losses, interfaces));
        }
        let lost = losses.iter().map(|l| l.dropped.saturating_add(l.interface_dropped)).sum();
        if lost > self.pace.lost {
            self.pace.lost = lost;
            self.attendant.tell(News::Losses(losses, interfaces));
            self.show_losses(now);
        }
        if self.outcome.unshown > self.pace.told_unshown {
            self.pace.told_unshown = self.outcome.unshown;
            self.attendant.tell(News::Unshown(self.outcome.unshown));
        }
    }

    /// Lets the view write what was lost.
    pub(super) fn show_losses(&mut self, now: Now) {
        let standing = self.pace.standing(&*self.source, &self.outcome, &self.state, now, None);
        self.view.losses(&standing, &mut self.options.text);
    }
}
