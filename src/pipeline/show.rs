//! One frame, from bytes to text.

use super::View;
use crate::capture::Frame;
use crate::dissect::Registry;
use crate::flow::{Leaving, Table};
use crate::output::line;
use crate::packet::fragments::Fragments;
use crate::packet::{self, Conversations, Facts, Layers, Packet};
use crate::text::Text;
use crate::tree::Tree;

/// What is reused from frame to frame.
#[derive(Default)]
pub(super) struct State {
    layers: Layers,
    pub(super) fragments: Fragments,
    pub(super) table: Table,
    conversations: Conversations,
    tree: Tree,
    /// Whether comments on frames are wanted, and that on the last one.
    annotates: bool,
    comment: Text,
}

/// How much is done for a frame, when there is more to do than time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Effort {
    /// It is only counted, and saved.
    Count,
    /// Its conversation is followed, but it is not shown.
    Follow,
    /// Everything.
    #[default]
    Show,
}

impl State {
    pub(super) fn new(table: Table, annotates: bool) -> State {
        State { table, annotates, ..State::default() }
    }

    /// The comment on the frame that was looked at last, if there is something to say.
    pub(super) fn comment(&self) -> Option<&[u8]> {
        Some(self.comment.as_bytes()).filter(|comment| !comment.is_empty())
    }

    /// Takes one frame from bytes to text. One guard around all of it; only when something fails are the steps done again
    /// one by one, so that a failing dissector or writer costs no more than its own output.
    pub(super) fn show(
        &mut self,
        frame: &Frame<'_>,
        facts: &Facts<'_>,
        registry: &Registry,
        view: &mut dyn View,
        effort: Effort,
        text: &mut Text,
    ) -> Result<(), packet::Failed> {
        let start = text.len();
        self.comment.clear();
        let done = packet::guarded(|| {
            let State { layers, fragments, table, conversations, tree, annotates, comment } = &mut *self;
            packet::peel_unguarded(registry, frame, layers);
            fragments.clear();
            if layers.fragment().is_some() {
                packet::join(registry, frame, facts.number, layers, fragments);
            }
            let bare = Packet::new(frame, facts, layers, &Conversations::NONE, registry).with(fragments);
            table.observe(&bare, conversations);
            tell(table, view, text);
            let packet = Packet { conversations, ..bare };
            if *annotates {
                line::comment(&packet, table.transitions(), comment);
            }
            if effort < Effort::Show {
                view.left_out();
                return Ok(());
            }
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
                self.show_by_steps(frame, facts, registry, view, text);
                Err(failed)
            }
        }
    }

    /// Shows a frame at which something fails, as far as the rest allows.
    #[cold]
    fn show_by_steps(
        &mut self,
        frame: &Frame<'_>,
        facts: &Facts<'_>,
        registry: &Registry,
        view: &mut dyn View,
        text: &mut Text,
    ) {
        let State { layers, fragments, conversations, tree, .. } = self;
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
}

/// Tells a view what has changed in the table.
pub(super) fn tell(table: &mut Table, view: &mut dyn View, text: &mut Text) {
    for change in table.transitions() {
        view.transition(change, text);
    }
    for flow in table.over() {
        view.over(flow, table, text);
    }
    while let Some(flow) = table.gone() {
        if flow.leaving != Leaving::Told {
            view.gone(&flow, table, text);
        }
    }
}
