//! Times as machine formats write them: decimal seconds, and RFC 3339.

use crate::text::Text;
use crate::time::Time;

/// Writes seconds with nine decimals, exactly: `1767225600.000142000`, `-0.250000000`. Every time can be written.
pub(super) fn decimal(time: Time, out: &mut Text) {
    let nanos = time.as_nanos();
    if nanos < 0 {
        out.ch('-');
    }
    let nanos = nanos.unsigned_abs();
    let per_sec = u128::from(crate::time::NANOS_PER_SEC);
    // At most 2⁶³ seconds, because `Time` counts them in an `i64`.
    out.num((nanos / per_sec) as u64).ch('.').num_wide((nanos % per_sec) as u64, 9);
}

/// Writes times of day in RFC 3339 (UTC, nine digits), remembering the last second's date: frames come in order, and
/// most share their second with the frame before.
#[derive(Debug, Default)]
pub(super) struct Clock {
    second: Option<i64>,
    /// `2026-01-01T00:00:00`, or nothing when the second cannot be written.
    date: Text,
}

impl Clock {
    /// Writes a time as a JSON string; or null when its year is not between 0000 and 9999, which is all that RFC 3339
    /// §1 can express.
    pub(super) fn rfc3339(&mut self, time: Time, out: &mut Text) {
        self.turn(time);
        if self.date.is_empty() {
            out.lit("null");
        } else {
            out.ch('"');
            self.bare(time, out);
            out.ch('"');
        }
    }

    /// Writes a time without quotes; or nothing when RFC 3339 cannot express it.
    pub(super) fn bare(&mut self, time: Time, out: &mut Text) {
        self.turn(time);
        if !self.date.is_empty() {
            out.text(&self.date).ch('.').num_wide(time.nanos.into(), 9).ch('Z');
        }
    }

    fn turn(&mut self, time: Time) {
        if self.second != Some(time.secs) {
            self.second = Some(time.secs);
            self.date.clear();
            // What cannot be written leaves the date empty.
            let _ = date(time.secs, &mut self.date);
        }
    }
}

const SECS_PER_DAY: i64 = 86_400;

fn date(secs: i64, out: &mut Text) -> Option<()> {
    let epoch = jiff::civil::Date::constant(1970, 1, 1);
    let days = jiff::Span::new().try_days(secs.div_euclid(SECS_PER_DAY)).ok()?;
    let day = epoch.checked_add(days).ok()?;
    let year = u64::try_from(day.year()).ok()?;
    let second = secs.rem_euclid(SECS_PER_DAY).unsigned_abs();
    out.num_wide(year, 4).ch('-').num_wide(day.month().unsigned_abs().into(), 2);
    out.ch('-').num_wide(day.day().unsigned_abs().into(), 2).ch('T');
    out.num_wide(second / 3600, 2).ch(':').num_wide(second / 60 % 60, 2).ch(':').num_wide(second % 60, 2);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::{Clock, decimal};
    use crate::text::Text;
    use crate::time::Time;

    fn both(secs: i64, nanos: u32) -> String {
        let (time, mut out) = (Time { secs, nanos }, Text::new());
        decimal(time, &mut out);
        Clock::default().rfc3339(time, out.ch(' '));
        out.as_str().to_owned()
    }

    #[test]
    fn ordinary_times_and_those_before_the_epoch() {
        assert_eq!(both(1_767_225_600, 142_000), r#"1767225600.000142000 "2026-01-01T00:00:00.000142000Z""#);
        assert_eq!(both(-1, 750_000_000), r#"-0.250000000 "1969-12-31T23:59:59.750000000Z""#);
        assert_eq!(both(951_868_799, 999_999_999), r#"951868799.999999999 "2000-02-29T23:59:59.999999999Z""#);
    }

    #[test]
    fn years_end_where_rfc_3339_ends() {
        assert_eq!(both(-62_167_219_200, 0), r#"-62167219200.000000000 "0000-01-01T00:00:00.000000000Z""#);
        assert_eq!(both(-62_167_219_201, 0), "-62167219201.000000000 null");
        assert_eq!(both(253_402_300_799, 0), r#"253402300799.000000000 "9999-12-31T23:59:59.000000000Z""#);
        assert_eq!(both(253_402_300_800, 0), "253402300800.000000000 null");
        assert_eq!(both(i64::MIN, 0), "-9223372036854775808.000000000 null");
        assert_eq!(both(i64::MAX, 999_999_999), "9223372036854775807.999999999 null");
    }
}
