//! Amounts in three digits, for pictures in which exact ones would only flicker.

use crate::text::Text;
use std::time::Duration;

/// Writes bytes with a prefix of the SI: `999 B`, `1.23 kB`, `45.6 MB`.
pub(super) fn bytes(count: u64, out: &mut Text) {
    scaled(count, &[" B", " kB", " MB", " GB", " TB", " PB", " EB"], out);
}

/// Writes a number with a prefix of the SI: `999`, `1.23k`, `45.6M`.
pub(super) fn count(count: u64, out: &mut Text) {
    scaled(count, &["", "k", "M", "G", "T", "P", "E"], out);
}

fn scaled(count: u64, units: &[&'static str], out: &mut Text) {
    let mut power = 1u64;
    let mut unit = "";
    for (n, name) in units.iter().enumerate() {
        unit = name;
        power = 1000u64.saturating_pow(n as u32);
        if count / power < 1000 {
            break;
        }
    }
    let whole = count / power;
    out.num(whole);
    // Cut, not rounded: 999.9 must not become 1000.
    let thousandths = if power > 1 { count % power / (power / 1000) } else { 0 };
    match whole {
        _ if power == 1 => {}
        0..10 => {
            out.ch('.').two(thousandths / 10);
        }
        10..100 => {
            out.ch('.').num(thousandths / 100);
        }
        _ => {}
    }
    out.lit(unit);
}

/// Writes hours, minutes and seconds, `01:02:03`, with the days before them from the first on.
pub(super) fn elapsed(time: Duration, out: &mut Text) {
    let secs = time.as_secs();
    let days = secs / 86_400;
    if days > 0 {
        out.num(days).lit("d ");
    }
    out.two(secs / 3600 % 24).ch(':').two(secs / 60 % 60).ch(':').two(secs % 60);
}

/// How many a second that are, in so long; none when no time has passed.
pub(super) fn per_second(count: u64, time: Duration) -> Option<u64> {
    let nanos = time.as_nanos();
    let each = (u128::from(count) * 1_000_000_000).checked_div(nanos)?;
    Some(u64::try_from(each).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::{bytes, count, elapsed, per_second};
    use crate::text::Text;
    use std::time::Duration;

    #[test]
    fn amounts_have_three_digits_at_most() {
        let shown = |n| {
            let mut out = Text::new();
            bytes(n, &mut out);
            out.ch(' ');
            count(n, &mut out);
            out.as_str().to_owned()
        };
        assert_eq!(shown(0), "0 B 0");
        assert_eq!(shown(999), "999 B 999");
        assert_eq!(shown(1_000), "1.00 kB 1.00k");
        assert_eq!(shown(12_345), "12.3 kB 12.3k");
        assert_eq!(shown(999_999), "999 kB 999k");
        assert_eq!(shown(1_230_000_000), "1.23 GB 1.23G");
        assert_eq!(shown(u64::MAX), "18.4 EB 18.4E");
    }

    #[test]
    fn times_and_rates() {
        let shown = |secs| {
            let mut out = Text::new();
            elapsed(Duration::from_secs(secs), &mut out);
            out.as_str().to_owned()
        };
        assert_eq!([shown(3_723), shown(90_061)], ["01:02:03", "1d 01:01:01"]);
        assert_eq!(per_second(500, Duration::from_millis(250)), Some(2000));
        assert_eq!(per_second(1, Duration::ZERO), None);
        assert_eq!(per_second(u64::MAX, Duration::from_nanos(1)), Some(u64::MAX));
    }
}
