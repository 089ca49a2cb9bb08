//! A story while it happens: each line when it is known. Nothing is kept, so a line cannot know the widths that later ones
//! need; they are set beforehand.

use super::event::{Event, What, nanos};
use super::timeline::{Fold, Layout, PAUSE_NANOS, SHORT_RUN};
use crate::text::Text;
use crate::time::Time;

/// Writes lines as they happen.
#[derive(Debug)]
pub(super) struct Live {
    width: usize,
    absolute: bool,
    /// The columns, once the first line has shown which there are.
    layout: Option<Layout>,
    /// Plain events since the last one that is not.
    run: usize,
    /// Those of them that are still to become a line.
    fold: Option<Fold>,
    last: Option<Time>,
}

impl Live {
    /// Writes lines for `width` columns; `absolute` shows sequence numbers as they stand.
    pub(super) fn new(width: usize, absolute: bool) -> Live {
        Live { width, absolute, layout: None, run: 0, fold: None, last: None }
    }

    /// Writes an event; or counts it, when many before it had nothing to be said of them either.
    pub(super) fn event(&mut self, event: &Event, out: &mut Text) {
        let pause = self.last.is_some_and(|last| nanos(event.time.since(last)) >= PAUSE_NANOS);
        self.last = Some(event.time);
        if pause || !event.is_plain() {
            self.end_run(out);
        }
        self.begin(event, out);
        if event.is_plain() {
            self.run = self.run.saturating_add(1);
        }
        if self.run <= SHORT_RUN {
            if let Some(layout) = &self.layout {
                layout.event(event, out);
            }
            return;
        }
        self.fold.get_or_insert_with(|| Fold::new(event.time)).add(event);
        self.tick(event.time, out);
    }

    /// Writes what was counted, once that has gone on for a second. `now` is the time that the capture knows.
    pub(super) fn tick(&mut self, now: Time, out: &mut Text) {
        if self.fold.as_ref().is_some_and(|fold| nanos(now.since(fold.from())) >= PAUSE_NANOS) {
            self.write_fold(out);
        }
    }

    /// Writes what was counted.
    pub(super) fn end_run(&mut self, out: &mut Text) {
        self.write_fold(out);
        self.run = 0;
    }

    fn write_fold(&mut self, out: &mut Text) {
        if let (Some(fold), Some(layout)) = (self.fold.take(), &self.layout) {
            layout.fold(&fold, out);
        }
    }

    /// Writes the titles of the columns before the first line, and again when it becomes clear that there are more: of an
    /// ICMP error alone, nobody knows what conversation it is about.
    fn begin(&mut self, event: &Event, out: &mut Text) {
        let tcp = matches!(event.what, What::Segment(_) | What::Unreadable(_)) || !event.changes.is_empty();
        let is_known = self.layout.as_ref().is_some_and(|layout| !tcp || layout.is_tcp());
        if !is_known {
            let start = self.layout.as_ref().map_or(event.time, Layout::start);
            let layout = Layout::live(start, tcp, self.width, self.absolute);
            layout.heading(out);
            self.layout = Some(layout);
        }
    }
}
