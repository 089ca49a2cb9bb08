//! Time inside the flow table: nanoseconds since 1970 in one word.

use crate::time::Time;

/// A point in time. Reaches from 1677 to 2262; times outside count as the nearer end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(i64);

/// A distance of two instants in nanoseconds, negative when the clock ran backwards.
pub type Nanos = i64;

/// A second.
pub const SECOND: Nanos = 1_000_000_000;
/// A millisecond.
pub const MILLISECOND: Nanos = 1_000_000;
/// A microsecond.
pub const MICROSECOND: Nanos = 1_000;

impl Instant {
    /// Later than all others.
    pub const NEVER: Instant = Instant(i64::MAX);

    /// The instant of a time.
    pub fn of(time: Time) -> Instant {
        Instant(time.secs.saturating_mul(SECOND).saturating_add(time.nanos.into()))
    }

    /// The time of an instant.
    pub fn time(self) -> Time {
        Time::from_nanos(self.0.into())
    }

    /// How long after `earlier` this is.
    #[inline]
    pub const fn since(self, earlier: Instant) -> Nanos {
        self.0.saturating_sub(earlier.0)
    }

    /// This instant, that much later.
    #[inline]
    pub const fn plus(self, nanos: Nanos) -> Instant {
        Instant(self.0.saturating_add(nanos))
    }
}

#[cfg(test)]
mod tests {
    use super::{Instant, SECOND};
    use crate::time::Time;

    #[test]
    fn instants_are_times_and_absurd_ones_saturate() {
        let time = Time { secs: -3, nanos: 250_000_000 };
        assert_eq!(Instant::of(time).time(), time);
        assert_eq!(Instant::of(Time { secs: i64::MAX, nanos: 0 }), Instant::NEVER);
        assert_eq!(Instant::of(time).plus(SECOND).since(Instant::of(time)), SECOND);
    }
}
