//! One thread: frame after frame.

use super::live::Pace;
use super::show::{Effort, State};
use super::{Attendant, Ended, Job, News, Options, Outcome, Save, View};
use crate::capture::bpf::FilterSet;
use crate::capture::save;
use crate::capture::{Frame, LinkType, Source};
use crate::dissect::Registry;
use crate::flow::hosts::Hosts;
use crate::flow::{Limits, Table};
use crate::packet::Facts;
use crate::text::Text;
use crate::time::Time;
use std::io::{self, Write};

/// How much text gathers before it is written.
const FLUSH_BYTES: usize = 64 * 1024;
/// How often the progress is told, in frames.
const PROGRESS_FRAMES: u64 = 4096;

/// Runs a job to its end.
pub fn run(job: Job<'_>) -> Outcome {
    let mut run = Run::new(job);
    run.view.begin(&mut run.options.text);
    let ended = run.frames();
    run.finish(ended)
}

/// A job that is being done.
pub(super) struct Run<'a> {
    pub(super) source: &'a mut dyn Source,
    filter: Option<&'a mut FilterSet>,
    pub(super) save: Option<Save<'a>>,
    pub(super) view: &'a mut dyn View,
    pub(super) out: &'a mut dyn Write,
    registry: &'a Registry,
    pub(super) attendant: &'a mut dyn Attendant,
    pub(super) options: Options,
    pub(super) state: State,
    pub(super) outcome: Outcome,
    pub(super) pace: Pace,
    first: Option<Time>,
    previous: Time,
    /// Why the source was told to stop; what has arrived before is still read.
    pub(super) stopped: Option<Ended>,
}

impl<'a> Run<'a> {
    fn new(job: Job<'a>) -> Run<'a> {
        let Job { source, filter, save, view, out, registry, attendant, options } = job;
        let limits = Limits { memory: options.memory, keep_ended: view.wants_flows(), live: options.live };
        let annotates = save.as_ref().is_some_and(|save| save.annotate);
        let pace = Pace::new(attendant.now(), view.period(), options.duration);
        let mut table = Table::new(limits);
        if attendant.knows_host() {
            table.ask_host();
        }
        Run {
            source,
            filter,
            save,
            view,
            out,
            registry,
            attendant,
            options,
            state: State::new(table, annotates),
            outcome: Outcome::default(),
            pace,
            first: None,
            previous: Time::default(),
            stopped: None,
        }
    }

    /// Reads frames until there is a reason to end.
    fn frames(&mut self) -> Ended {
        loop {
            if self.stopped.is_none()
                && self.attendant.is_interrupted()
                && let Some(ended) = self.stop(Ended::Interrupted)
            {
                return ended;
            }
            if self.options.count.is_some_and(|limit| self.outcome.passed >= limit)
                || self.view.is_done(self.outcome.frames)
            {
                return Ended::Done;
            }
            let found = self.source.next().map(|frame| frame.is_some());
            if self.save.as_ref().is_some_and(|save| save.saver.is_over()) {
                return Ended::Done;
            }
            let done = match found {
                Ok(true) => self.frame().and_then(|()| self.look_around()),
                Ok(false) if self.source.is_idle() => self.idle(),
                Ok(false) => return self.stopped.take().unwrap_or(Ended::Done),
                Err(error) => return Ended::Input(error),
            };
            if let Err(ended) = done {
                return ended;
            }
        }
    }

    /// Now and then between frames, whether or not they pass the filter: does what is due. A file is not read for so long that
    /// anybody waits.
    fn look_around(&mut self) -> Result<(), Ended> {
        let is_file = self.source.size().is_some();
        if is_file || !self.outcome.frames.is_multiple_of(Pace::FRAMES) {
            return Ok(());
        }
        match self.source.frame().map(|frame| frame.time) {
            Some(arrived) => self.attend(Some(arrived)),
            None => Ok(()),
        }
    }

    /// Ends the run, at once or when what has arrived is read.
    pub(super) fn stop(&mut self, ended: Ended) -> Option<Ended> {
        if self.source.stop() {
            self.stopped = Some(ended);
            return None;
        }
        Some(ended)
    }

    /// Does everything for the frame that the source has delivered.
    fn frame(&mut self) -> Result<(), Ended> {
        // Looked at again, so that the interfaces can be looked at beside it.
        let Some(frame) = self.source.frame() else { return Ok(()) };
        let outcome = &mut self.outcome;
        outcome.frames += 1;
        if outcome.frames.is_multiple_of(PROGRESS_FRAMES) {
            self.attendant.progress(self.source.position());
        }
        if let Some(filter) = self.filter.as_deref_mut() {
            match filter.matches(frame.link, frame.data, frame.wire()) {
                Ok(true) => {}
                Ok(false) => {
                    outcome.tagged_missed += u64::from(is_vlan_tagged(&frame));
                    return Ok(());
                }
                Err(error) => {
                    outcome.unfiltered += 1;
                    outcome.filter_error.get_or_insert(error);
                    return Ok(());
                }
            }
        }
        outcome.passed += 1;
        outcome.bytes += u64::from(frame.wire());
        let mut effort = self.pace.effort();
        // Where frames are saved and nothing more, nothing is left out.
        let looks = self.save.as_ref().is_none_or(|save| save.annotate || !save.only);
        if looks && effort < Effort::Show {
            outcome.unshown += 1;
            outcome.unfollowed += u64::from(effort == Effort::Count);
        }
        let mut annotates = false;
        if let Some(save) = &mut self.save {
            annotates = save.annotate && effort > Effort::Count;
            if save.only && !annotates {
                effort = Effort::Count;
            }
            // A frame is saved before anything is made of it, unless that is to be saved, too.
            if !annotates {
                save.saver.frame(&frame, self.source.interfaces(), None).map_err(not_saved)?;
            }
        }
        let text = &mut self.options.text;
        let before = text.len();
        if effort > Effort::Count {
            let interface = self.source.interfaces().get(frame.interface as usize);
            let facts = Facts {
                number: outcome.frames,
                first: *self.first.get_or_insert(frame.time),
                previous: if outcome.passed == 1 { frame.time } else { self.previous },
                interface: interface.filter(|i| i.described).map(|_| frame.interface),
                interface_name: interface.and_then(|i| i.name.as_deref()),
                interface_description: interface.and_then(|i| i.description.as_deref()),
                unverified: self.options.unverified,
            };
            if self.state.show(&frame, &facts, self.registry, self.view, effort, text).is_err() {
                outcome.bugs += 1;
            }
        }
        if let Some(save) = self.save.as_mut().filter(|_| annotates) {
            save.saver.frame(&frame, self.source.interfaces(), self.state.comment()).map_err(not_saved)?;
        }
        self.previous = frame.time;
        let is_due = (self.options.unbuffered && text.len() > before) || text.len() >= FLUSH_BYTES;
        if is_due {
            write(self.out, text, self.options.unbuffered)?;
        }
        Ok(())
    }

    /// Writes out what is buffered.
    pub(super) fn flush(&mut self) -> Result<(), Ended> {
        if self.options.text.is_empty() {
            return Ok(());
        }
        write(self.out, &mut self.options.text, true)
    }

    fn finish(mut self, ended: Ended) -> Outcome {
        self.outcome.ended = ended;
        self.outcome.losses = self.source.losses();
        // Why the source ended: nobody has asked it since.
        for notice in self.source.notices() {
            self.attendant.tell(News::Notice(&notice, self.source.interfaces()));
        }
        let Run { source, view, out, attendant, options, state, outcome, .. } = &mut self;
        let (text, unbuffered) = (&mut options.text, options.unbuffered);
        let mut failed = None;
        view.rest(&state.table, text, &mut |text| goes_on(*out, text, unbuffered, &mut failed));
        view.end(&state.table, text);
        attendant.progress(source.position());
        outcome.flows = state.table.counts();
        outcome.host_passed_over = state.table.hosts().map_or(0, Hosts::passed_over);
        outcome.fragments = state.fragments.counts();
        if self.options.live {
            let now = self.attendant.now();
            self.show_losses(now);
        }
        // What is saved is whole before somebody may have to be waited for.
        if let Some(save) = &mut self.save {
            save.saver.describe(self.source.interfaces());
            if let Err(error) = save.saver.finish(&self.outcome.losses)
                && matches!(self.outcome.ended, Ended::Done | Ended::Interrupted | Ended::ClosedPipe)
            {
                self.outcome.ended = not_saved(error);
            }
        }
        let failed = failed.map_or_else(|| write(self.out, &mut self.options.text, true), Err);
        if let Err(error) = failed {
            // A damaged input is the older news, and is told anyway.
            if matches!(self.outcome.ended, Ended::Done | Ended::Interrupted) {
                self.outcome.ended = error;
            }
        }
        self.outcome
    }
}

/// Writes text when enough has gathered; returns whether nothing has failed.
pub(super) fn goes_on(out: &mut dyn Write, text: &mut Text, flush: bool, failed: &mut Option<Ended>) -> bool {
    if text.len() >= FLUSH_BYTES && failed.is_none() {
        *failed = write(out, text, flush).err();
    }
    failed.is_none()
}

fn write(out: &mut dyn Write, text: &mut Text, flush: bool) -> Result<(), Ended> {
    let result = out.write_all(text.as_bytes()).and_then(|()| if flush { out.flush() } else { Ok(()) });
    text.clear();
    result.map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Ended::ClosedPipe,
        _ => Ended::Output(error),
    })
}

/// A reader of the capture that went away is success, as with the output.
pub(super) fn not_saved(error: save::Error) -> Ended {
    if error.is_closed_pipe() { Ended::ClosedPipe } else { Ended::Save(error) }
}

/// Whether a frame carries a VLAN tag right behind its link header, where filters do not look unless told to.
fn is_vlan_tagged(frame: &Frame<'_>) -> bool {
    let at = match frame.link {
        LinkType(1) => 12,
        LinkType(113) => 14,
        LinkType(276) => 0,
        _ => return false,
    };
    let kind = frame.data.get(at..).and_then(|b| b.first_chunk::<2>()).map(|b| u16::from_be_bytes(*b));
    matches!(kind, Some(0x8100 | 0x88a8 | 0x9100))
}
