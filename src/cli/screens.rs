//! Live views on a terminal, drawn again in place.

use crate::flow::{Table, Transition};
use crate::output::flows::Order;
use crate::output::screen::{LiveFlows, LiveStates, Screen, Size, Status};
use crate::output::time::Stamp;
use crate::pipeline::{Full, Standing, View};
use crate::text::Text;
use std::time::Duration;

/// How often a picture is drawn when nobody says.
const PERIOD: Duration = Duration::from_secs(1);

/// Pictures of `--flows` or `--states`.
pub(super) struct Pictures {
    shows: Shows,
    screen: Screen,
    picture: Text,
    period: Duration,
}

enum Shows {
    Flows(LiveFlows),
    States(Box<LiveStates>),
}

impl Pictures {
    /// The conversations, in this order (the most recently active first without one), at most so many.
    pub(super) fn flows(order: Option<Order>, limit: Option<u64>, colour: bool, every: Option<Duration>) -> Pictures {
        Pictures::new(Shows::Flows(LiveFlows::new(order, limit)), colour, every)
    }

    /// The sockets, and their last changes of state.
    pub(super) fn states(stamp: Stamp, colour: bool, every: Option<Duration>) -> Pictures {
        Pictures::new(Shows::States(Box::new(LiveStates::new(stamp))), colour, every)
    }

    fn new(shows: Shows, colour: bool, every: Option<Duration>) -> Pictures {
        let picture = Text::with_colour(colour);
        Pictures { shows, screen: Screen::new(), picture, period: every.unwrap_or(PERIOD) }
    }
}

impl View for Pictures {
    fn transition(&mut self, change: &Transition, _: &mut Text) {
        if let Shows::States(states) = &mut self.shows {
            states.transition(change);
        }
    }

    fn period(&self) -> Option<Duration> {
        Some(self.period)
    }

    fn refresh(&mut self, table: &Table, standing: &Standing<'_>, out: &mut Text, _: Full<'_>) {
        let Standing { elapsed, frames, bytes, unshown, losses, interfaces, flows, window, .. } = *standing;
        let status = Status { elapsed, frames, bytes, unshown, losses, interfaces, flows };
        let size = Size::of(window);
        self.picture.clear();
        let mut host = table.hosts();
        match &mut self.shows {
            Shows::Flows(live) => live.picture(&status, table, &mut host, size, &mut self.picture),
            Shows::States(live) => live.picture(&status, table, &mut host, size, &mut self.picture),
        }
        self.screen.draw(&self.picture, size, out);
    }

    fn end(&mut self, _: &Table, out: &mut Text) {
        self.screen.end(out);
    }
}
