//! Time inside the flow table: nanoseconds since 1970 in one word.

use crate::time::Time;
use std::num::NonZeroU32;

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
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Instant = Instant(0);

    /// Later than all others.
    pub const NEVER: Instant = Instant(i64::MAX);

    /// The instant of a time.
    pub fn of(time: Time) -> Instant {
        Instant(time.secs.saturating_mul(SECOND).saturating_add(time.nanos.into()))
    }

    /// The time of an instant.
    pub fn time(self) -> Time {
        Time { secs: self.0.div_euclid(SECOND), nanos: self.0.rem_euclid(SECOND) as u32 }
    }

    /// How long after this a time is; none at all when it is one of those that count as the nearer end.
    pub fn until(self, time: Time) -> Time {
        match Instant::of(time) {
            Instant(i64::MIN | i64::MAX) => Time::default(),
            _ => time.since(self.time()),
        }
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

/// A point in time not long ago, in four bytes: microseconds modulo 2³². Tells distances of up to 35 minutes, to the
/// microsecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lately(NonZeroU32);

impl Lately {
    /// What remains of an instant.
    pub fn of(at: Instant) -> Lately {
        // 0 is left for `None`, and stands for the microsecond after it.
        Lately(NonZeroU32::new(Self::microseconds(at)).unwrap_or(NonZeroU32::MIN))
    }

    /// How long after it `now` is.
    pub fn until(self, now: Instant) -> Nanos {
        let passed = Self::microseconds(now).wrapping_sub(self.0.get()) as i32;
        Nanos::from(passed) * MICROSECOND
    }

    fn microseconds(at: Instant) -> u32 {
        at.0.div_euclid(MICROSECOND) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::{Instant, Lately, MICROSECOND, SECOND};
    use crate::time::Time;

    #[test]
    fn instants_are_times_and_absurd_ones_saturate() {
        let time = Time { secs: -3, nanos: 250_000_000 };
        assert_eq!(Instant::of(time).time(), time);
        assert_eq!(Instant::of(Time { secs: i64::MAX, nanos: 0 }), Instant::NEVER);
        assert_eq!(Instant::of(time).until(Time { secs: 2, nanos: 0 }), Time { secs: 4, nanos: 750_000_000 });
        assert_eq!(Instant::of(time).until(Time { secs: 1 << 50, nanos: 7 }), Time::default());
        assert_eq!(Instant::of(time).plus(SECOND).since(Instant::of(time)), SECOND);
    }

    #[test]
    fn a_recent_time_tells_half_an_hour_across_the_wrap() {
        for secs in [0, 4294, 1_700_000_000, -7] {
            let at = Instant::of(Time { secs, nanos: 967_295_999 });
            for passed in [0, MICROSECOND, SECOND, 1800 * SECOND, -MICROSECOND] {
                let told = Lately::of(at).until(at.plus(passed));
                assert!((told - passed).abs() <= MICROSECOND, "{told} for {passed}");
            }
        }
        assert_eq!(size_of::<Option<Lately>>(), 4);
    }
}
