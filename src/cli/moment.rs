//! `--at TIME`.

use super::diag::Diag;
use crate::output::sockets::Moment;
use crate::text::escaped;
use crate::time::Time;

/// `--at`: RFC 3339, seconds since 1970, or `+` and seconds after the first frame.
///
/// # Errors
///
/// Exit code 2 and the forms that there are.
pub(super) fn parse(text: &str) -> Result<Moment, Diag> {
    let at = match text.strip_prefix('+') {
        Some(seconds) => decimal(seconds).map(Moment::After),
        None => decimal(text).or_else(|| rfc3339(text)).map(Moment::At),
    };
    at.ok_or_else(|| {
        Diag::usage(format!("--at {}: there is no such time", escaped(text.as_bytes())))
            .hint("a date and time:          --at 2026-01-01T12:00:00.5Z\nseconds since 1970:       --at 1767268800.5\nafter the first frame:    --at +2.5")
    })
}

fn rfc3339(text: &str) -> Option<Time> {
    let time: jiff::Timestamp = text.parse().ok()?;
    Some(Time::from_nanos(time.as_nanosecond()))
}

/// Seconds with at most nine decimals.
fn decimal(text: &str) -> Option<Time> {
    let (secs, nanos) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    if !digits(secs) || !digits(nanos) || nanos.len() > 9 {
        return None;
    }
    Some(Time { secs: secs.parse().ok()?, nanos: format!("{nanos:0<9}").parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::{Moment, Time, parse};

    #[test]
    fn moments_are_dates_seconds_or_distances() {
        let half = Time::new(1_767_225_600, 500_000_000);
        for text in ["2026-01-01T00:00:00.5Z", "2026-01-01T01:00:00.5+01:00", "1767225600.5"] {
            assert_eq!(parse(text).ok(), Some(Moment::At(half)), "{text}");
        }
        assert_eq!(parse("+0.000000001").ok(), Some(Moment::After(Time::new(0, 1))));
        assert_eq!(parse("+3").ok(), Some(Moment::After(Time::new(3, 0))));
        for wrong in ["", "+", "now", "+-1", "1.", ".5", "1.0000000001", "2026-01-01", "99999999999999999999"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
