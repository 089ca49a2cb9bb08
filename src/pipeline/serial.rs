//! One thread: frame after frame.

use super::View;
use crate::capture::bpf::FilterSet;
use crate::capture::{Error, Frame, LinkType, Source};
use crate::dissect::Registry;
use crate::flow::{Counts, Limits, Table};
use crate::packet::fragments::{self, Fragments};
use crate::packet::{self, Conversations, Facts, Layers, Packet};
use crate::text::Text;
use crate::time::Time;
use crate::tree::Tree;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// What is to be done.
pub struct Job<'a> {
    /// Where frames come from.
    pub source: &'a mut dyn Source,
    /// Which frames count; all, if there is none.
    pub filter: Option<&'a mut FilterSet>,
    /// How packets are shown.
    pub view: &'a mut dyn View,
    /// Where the view's text goes.
    pub out: &'a mut dyn Write,
    /// The protocols.
    pub registry: &'a Registry,
    /// The buffer that the view writes into; decides about colour.
    pub text: Text,
    /// End after so many frames that pass the filter.
    pub count: Option<u64>,
    /// Write each packet out at once.
    pub unbuffered: bool,
    /// Don't compare checksums with what they cover.
    pub unverified: bool,
    /// Bytes of memory for conversations.
    pub memory: usize,
    /// Set from outside to end the run as if the input had ended.
    pub interrupted: &'a AtomicBool,
    /// Told now and then how many bytes of the input have been read.
    pub progress: &'a mut dyn FnMut(u64),
}

/// Why a run ended.
#[derive(Debug)]
pub enum Ended {
    /// The input ended, or what was asked for is shown.
    Done,
    /// Somebody asked for the end.
    Interrupted,
    /// The reader of the output went away: success, as everybody who pipes into `head` expects.
    ClosedPipe,
    /// The input is damaged or cannot be read on.
    Input(Error),
    /// The output cannot be written.
    Output(io::Error),
}

/// What a run came to.
#[derive(Debug)]
pub struct Outcome {
    /// Why it ended.
    pub ended: Ended,
    /// Frames read.
    pub frames: u64,
    /// Frames that passed the filter.
    pub passed: u64,
    /// Frames with VLAN tags among those that did not pass.
    pub tagged_missed: u64,
    /// Frames of link types for which the filter cannot be compiled; they count as not passed.
    pub unfiltered: u64,
    /// Why it cannot, for the first of them.
    pub filter_error: Option<Error>,
    /// Frames at which a dissector failed: bugs in `sniff`.
    pub bugs: u64,
    /// Conversations.
    pub flows: Counts,
    /// Fragments, and the datagrams they belong to.
    pub fragments: fragments::Counts,
}

/// How much text gathers before it is written.
const FLUSH_BYTES: usize = 64 * 1024;
/// How often the progress is told, in frames.
const PROGRESS_FRAMES: u64 = 4096;

/// Runs a job to its end.
pub fn run(job: Job<'_>) -> Outcome {
    let Job {
        source,
        mut filter,
        view,
        out,
        registry,
        mut text,
        count,
        unbuffered,
        unverified,
        memory,
        interrupted,
        progress,
    } = job;
    let mut outcome = Outcome {
        ended: Ended::Done,
        frames: 0,
        passed: 0,
        tagged_missed: 0,
        unfiltered: 0,
        filter_error: None,
        bugs: 0,
        flows: Counts::default(),
        fragments: fragments::Counts::default(),
    };
    let limits = Limits { memory, keep_ended: view.wants_flows() };
    let mut state = State { table: Table::new(limits), ..State::default() };
    let mut first: Option<Time> = None;
    let mut previous = Time::default();
    view.begin(&mut text);
    outcome.ended = loop {
        if interrupted.load(Ordering::Relaxed) {
            break Ended::Interrupted;
        }
        if count.is_some_and(|limit| outcome.passed >= limit) || view.is_done(outcome.frames) {
            break Ended::Done;
        }
        match source.next() {
            Ok(Some(_)) => {}
            Ok(None) => break Ended::Done,
            Err(error) => break Ended::Input(error),
        }
        // Looked at again, so that the interfaces can be looked at beside it.
        let Some(frame) = source.frame() else { break Ended::Done };
        outcome.frames += 1;
        if outcome.frames.is_multiple_of(PROGRESS_FRAMES) {
            progress(source.position());
        }
        if let Some(filter) = filter.as_deref_mut() {
            match filter.matches(frame.link, frame.data, frame.wire()) {
                Ok(true) => {}
                Ok(false) => {
                    outcome.tagged_missed += u64::from(is_vlan_tagged(&frame));
                    continue;
                }
                Err(error) => {
                    outcome.unfiltered += 1;
                    outcome.filter_error.get_or_insert(error);
                    continue;
                }
            }
        }
        outcome.passed += 1;
        let interface = source.interfaces().get(frame.interface as usize);
        let facts = Facts {
            number: outcome.frames,
            first: *first.get_or_insert(frame.time),
            previous: if outcome.passed == 1 { frame.time } else { previous },
            interface: interface.filter(|i| i.described).map(|_| frame.interface),
            interface_name: interface.and_then(|i| i.name.as_deref()),
            interface_description: interface.and_then(|i| i.description.as_deref()),
            unverified,
        };
        previous = frame.time;
        let before = text.len();
        let shown = show(&frame, &facts, registry, &mut state, view, &mut text);
        if shown.is_err() {
            outcome.bugs += 1;
        }
        let is_due = (unbuffered && text.len() > before) || text.len() >= FLUSH_BYTES;
        if is_due && let Err(error) = write(out, &mut text, unbuffered) {
            break error;
        }
    };
    let mut failed = None;
    view.rest(&state.table, &mut text, &mut |text| {
        if text.len() >= FLUSH_BYTES && failed.is_none() {
            failed = write(out, text, unbuffered).err();
        }
        failed.is_none()
    });
    view.end(&state.table, &mut text);
    let failed = failed.map_or_else(|| write(out, &mut text, true), Err);
    if let Err(error) = failed {
        // A damaged input is the older news, and is told anyway.
        if matches!(outcome.ended, Ended::Done | Ended::Interrupted) {
            outcome.ended = error;
        }
    }
    progress(source.position());
    outcome.flows = state.table.counts();
    outcome.fragments = state.fragments.counts();
    outcome
}

/// What is reused from frame to frame.
#[derive(Default)]
struct State {
    layers: Layers,
    fragments: Fragments,
    table: Table,
    conversations: Conversations,
    tree: Tree,
}

/// Takes one frame from bytes to text. One guard around all of it; only when something fails are the steps done again
/// one by one, so that a failing dissector or writer costs no more than its own output.
fn show(
    frame: &Frame<'_>,
    facts: &Facts<'_>,
    registry: &Registry,
    state: &mut State,
    view: &mut dyn View,
    text: &mut Text,
) -> Result<(), packet::Failed> {
    let start = text.len();
    let done = packet::guarded(|| {
        let State { layers, fragments, table, conversations, tree } = &mut *state;
        packet::peel_unguarded(registry, frame, layers);
        fragments.clear();
        if layers.fragment().is_some() {
            packet::join(registry, frame, facts.number, layers, fragments);
        }
        let bare = Packet::new(frame, facts, layers, &Conversations::NONE, registry).with(fragments);
        table.observe(&bare, conversations);
        for change in table.transitions() {
            view.transition(change, text);
        }
        while let Some(flow) = table.gone() {
            view.gone(&flow, table, text);
        }
        let packet = Packet { conversations, ..bare };
        let grown = match view.wants_tree(facts.number) {
            true => packet::tree(&packet, tree),
            false => Ok(()),
        };
        view.packet(&packet, tree, text);
        grown
    });
    match done {
        Ok(grown) => grown,
        Err(failed) => {
            text.truncate(start);
            show_by_steps(frame, facts, registry, state, view, text);
            Err(failed)
        }
    }
}

/// Shows a frame at which something fails, as far as the rest allows.
#[cold]
fn show_by_steps(
    frame: &Frame<'_>,
    facts: &Facts<'_>,
    registry: &Registry,
    state: &mut State,
    view: &mut dyn View,
    text: &mut Text,
) {
    let State { layers, fragments, conversations, tree, .. } = state;
    // What fails is known already, and counted once.
    let _ = packet::peel(registry, frame, layers);
    fragments.clear();
    conversations.clear();
    tree.clear();
    let packet = Packet::new(frame, facts, layers, conversations, registry);
    if view.wants_tree(facts.number) {
        let _ = packet::tree(&packet, tree);
    }
    let start = text.len();
    if packet::guarded(|| view.packet(&packet, tree, text)).is_err() {
        text.truncate(start);
        text.lit("frame ").num(facts.number).lit(": [bug in sniff: this packet could not be shown]\n");
    }
}

fn write(out: &mut dyn Write, text: &mut Text, flush: bool) -> Result<(), Ended> {
    let result = out.write_all(text.as_bytes()).and_then(|()| if flush { out.flush() } else { Ok(()) });
    text.clear();
    result.map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Ended::ClosedPipe,
        _ => Ended::Output(error),
    })
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
