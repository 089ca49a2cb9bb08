//! A frame's time: seconds and nanoseconds since 1970-01-01T00:00:00Z.
//!
//! Captures from the field hold absurd times (negative, far future, running backwards); every value
//! of this type can be printed and compared, and no operation on it overflows.

/// A point in time, or a distance between two: `secs + nanos / 10⁹`, with `nanos` below 10⁹.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time {
    /// Whole seconds, rounded towards minus infinity.
    pub secs: i64,
    /// Nanoseconds past `secs`, always below 1,000,000,000.
    pub nanos: u32,
}

/// Nanoseconds in a second.
pub const NANOS_PER_SEC: u32 = 1_000_000_000;

impl Time {
    /// Builds a time from seconds and any number of nanoseconds, carrying whole seconds over.
    pub const fn new(secs: i64, nanos: u64) -> Self {
        let carry = (nanos / NANOS_PER_SEC as u64) as i64;
        Time { secs: secs.saturating_add(carry), nanos: (nanos % NANOS_PER_SEC as u64) as u32 }
    }

    /// Nanoseconds since the epoch; exact for every value.
    pub const fn as_nanos(self) -> i128 {
        self.secs as i128 * NANOS_PER_SEC as i128 + self.nanos as i128
    }

    /// The time that lies `nanos` nanoseconds after the epoch, saturating at the ends of `i64` seconds.
    pub fn from_nanos(nanos: i128) -> Self {
        let per_sec = i128::from(NANOS_PER_SEC);
        let secs = nanos.div_euclid(per_sec).clamp(i128::from(i64::MIN), i128::from(i64::MAX));
        Time { secs: secs as i64, nanos: nanos.rem_euclid(per_sec) as u32 }
    }

    /// How long after `earlier` this is; negative when the clock ran backwards. Saturates at the ends of `i64` seconds.
    #[inline]
    pub const fn since(self, earlier: Time) -> Time {
        let secs = self.secs.saturating_sub(earlier.secs);
        if self.nanos >= earlier.nanos {
            Time { secs, nanos: self.nanos - earlier.nanos }
        } else {
            Time { secs: secs.saturating_sub(1), nanos: self.nanos + (NANOS_PER_SEC - earlier.nanos) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Time;

    #[test]
    fn a_difference_may_be_negative_and_rounds_down() {
        let a = Time::new(10, 250_000_000);
        let b = Time::new(10, 500_000_000);
        assert_eq!(b.since(a), Time { secs: 0, nanos: 250_000_000 });
        assert_eq!(a.since(b), Time { secs: -1, nanos: 750_000_000 });
    }

    #[test]
    fn surplus_nanoseconds_carry_over_and_the_ends_saturate() {
        assert_eq!(Time::new(1, 2_500_000_000), Time { secs: 3, nanos: 500_000_000 });
        assert_eq!(Time::new(i64::MAX, 5_000_000_000).secs, i64::MAX);
        assert_eq!(Time::new(i64::MAX, 0).since(Time::new(i64::MIN, 0)).secs, i64::MAX);
    }
}
