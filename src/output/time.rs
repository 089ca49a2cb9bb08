//! Time stamps of lines, in tcpdump's forms.

use crate::text::Text;
use crate::time::Time;
use jiff::{Timestamp, tz::TimeZone};

/// How a line says when its frame was captured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// `12:00:00.000142`, the default.
    #[default]
    Clock,
    /// `-t`: not at all.
    None,
    /// `-tt`: seconds since 1970-01-01 00:00:00 UTC.
    Epoch,
    /// `-ttt`: time since the previous line.
    SincePrevious,
    /// `-tttt`: date and time.
    Date,
    /// `-ttttt`: time since the first line.
    SinceFirst,
}

const SECS_PER_DAY: i64 = 86_400;

/// Writes stamps, each followed by a space. Remembers the first and the previous stamp, and the zone's offset for as
/// long as it holds, so that a line costs no look-up in the zone's rules.
#[derive(Clone, Debug)]
pub struct Stamp {
    form: Form,
    zone: Option<TimeZone>,
    nano: bool,
    first: Option<Time>,
    previous: Option<Time>,
    offset: Offset,
    /// The second whose text is in `shown`.
    second: Option<i64>,
    shown: Text,
}

/// The zone's distance from UTC, and the seconds during which it holds.
#[derive(Clone, Copy, Debug)]
struct Offset {
    secs: i64,
    from: i64,
    /// The first second after.
    until: i64,
}

impl Offset {
    /// Holds at no time.
    const NEVER: Offset = Offset { secs: 0, from: i64::MAX, until: i64::MIN };

    fn at(secs: i64, zone: &TimeZone) -> Offset {
        let Ok(at) = Timestamp::from_second(secs) else {
            // Beyond the years that zones are defined for: UTC, for this one second.
            return Offset { secs: 0, from: secs, until: secs.saturating_add(1) };
        };
        // `preceding` looks strictly before, so start from the second that follows.
        let after = Timestamp::from_second(secs.saturating_add(1)).unwrap_or(at);
        let from = zone.preceding(after).next().map_or(Timestamp::MIN, |t| t.timestamp());
        let until = zone.following(at).next().map_or(Timestamp::MAX, |t| t.timestamp());
        Offset { secs: zone.to_offset(at).seconds().into(), from: from.as_second(), until: until.as_second() }
    }
}

impl Stamp {
    /// Stamps of this form. Clock and date are those of `zone`, or UTC without one; `nano` writes nine decimals
    /// instead of six.
    pub fn new(form: Form, zone: Option<TimeZone>, nano: bool) -> Self {
        Stamp { form, zone, nano, first: None, previous: None, offset: Offset::NEVER, second: None, shown: Text::new() }
    }

    /// Stamps with the date, in the same zone and with as many decimals.
    #[must_use]
    pub fn dated(&self) -> Self {
        Stamp::new(Form::Date, self.zone.clone(), self.nano)
    }

    /// Writes the stamp of the next line.
    pub fn write(&mut self, time: Time, out: &mut Text) {
        let first = *self.first.get_or_insert(time);
        let previous = self.previous.replace(time).unwrap_or(time);
        match self.form {
            Form::None => return,
            Form::Clock | Form::Date => {
                if self.second != Some(time.secs) {
                    self.write_second(time);
                }
                out.text(&self.shown);
                self.fraction(time.nanos, out);
            }
            Form::Epoch => {
                let (negative, time) = magnitude(time);
                if negative {
                    out.ch('-');
                }
                out.num(time.secs.unsigned_abs());
                self.fraction(time.nanos, out);
            }
            Form::SincePrevious => self.distance(time.since(previous), out),
            Form::SinceFirst => self.distance(time.since(first), out),
        }
        out.ch(' ');
    }

    /// Writes everything before the fraction: many packets fall into one second.
    fn write_second(&mut self, time: Time) {
        let (day, of_day) = self.local(time);
        let mut shown = std::mem::take(&mut self.shown);
        shown.clear();
        if self.form == Form::Date {
            date(day, &mut shown);
            shown.ch(' ');
        }
        clock(of_day, &mut shown);
        (self.second, self.shown) = (Some(time.secs), shown);
    }

    /// Day since 1970-01-01 and second of that day, in the zone.
    fn local(&mut self, time: Time) -> (i64, u64) {
        if let Some(zone) = &self.zone
            && !(self.offset.from..self.offset.until).contains(&time.secs)
        {
            self.offset = Offset::at(time.secs, zone);
        }
        let secs = time.secs.saturating_add(self.offset.secs);
        (secs.div_euclid(SECS_PER_DAY), secs.rem_euclid(SECS_PER_DAY).unsigned_abs())
    }

    fn fraction(&self, nanos: u32, out: &mut Text) {
        out.ch('.');
        if self.nano {
            out.num_wide(nanos.into(), 9);
        } else {
            out.num_wide((nanos / 1000).into(), 6);
        }
    }

    /// A distance, its sign first; tcpdump leaves the sign's place blank when time goes forward.
    fn distance(&self, distance: Time, out: &mut Text) {
        let (negative, distance) = magnitude(distance);
        out.ch(if negative { '-' } else { ' ' });
        clock(distance.secs.unsigned_abs(), out);
        self.fraction(distance.nanos, out);
    }
}

/// Hours, minutes and seconds; hours go beyond 24 for long distances.
fn clock(secs: u64, out: &mut Text) {
    out.num_wide(secs / 3600, 2).ch(':').num_wide(secs / 60 % 60, 2).ch(':').num_wide(secs % 60, 2);
}

/// Whether a time is before 0, and how far it is from 0.
fn magnitude(time: Time) -> (bool, Time) {
    if time.secs < 0 { (true, Time::default().since(time)) } else { (false, time) }
}

/// Writes the date of a day counted from 1970-01-01, as `2026-01-31`, in the Gregorian calendar without end.
pub fn date(day: i64, out: &mut Text) {
    let (year, month, day) = civil(day);
    if year < 0 {
        out.ch('-');
    }
    out.num_wide(year.unsigned_abs(), 4).ch('-').num_wide(month, 2).ch('-').num_wide(day, 2);
}

/// Year, month (1–12) and day (1–31) of a day counted from 1970-01-01.
///
/// Counts in eras of 400 years (146,097 days) that begin on 1 March, so that the leap day is the last day of a year.
fn civil(day: i64) -> (i64, u64, u64) {
    const DAYS_PER_ERA: i64 = 146_097;
    const DAYS_FROM_0000_03_01: i64 = 719_468;
    // Days come from seconds, which leaves room for this sum.
    let day = day.saturating_add(DAYS_FROM_0000_03_01);
    let era = day.div_euclid(DAYS_PER_ERA);
    let of_era = day.rem_euclid(DAYS_PER_ERA);
    // Leap days that have passed: one in 4 years, but not in 100, but in 400.
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    // From March on, months repeat 31 30 31 30 31 days: 153 days in five months.
    let month_from_march = (5 * of_year + 2) / 153;
    let day_of_month = of_year - (153 * month_from_march + 2) / 5 + 1;
    let (month, later) = if month_from_march < 10 { (month_from_march + 3, 0) } else { (month_from_march - 9, 1) };
    (era.saturating_mul(400).saturating_add(year_of_era + later), month.unsigned_abs(), day_of_month.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::{Form, Stamp, civil};
    use crate::text::Text;
    use crate::time::Time;
    use jiff::{civil::date, tz::TimeZone};

    fn stamps(form: Form, zone: Option<TimeZone>, nano: bool, times: &[Time]) -> String {
        let mut stamp = Stamp::new(form, zone, nano);
        let mut out = Text::new();
        for time in times {
            stamp.write(*time, &mut out);
        }
        out.as_str().to_owned()
    }

    const NEW_YEAR: Time = Time { secs: 1_767_225_600, nanos: 142_999 };

    #[test]
    fn each_form_reads_as_tcpdump_writes_it() {
        let of = |form| stamps(form, None, false, &[NEW_YEAR]);
        assert_eq!(of(Form::Clock), "00:00:00.000142 ");
        assert_eq!(of(Form::None), "");
        assert_eq!(of(Form::Epoch), "1767225600.000142 ");
        assert_eq!(of(Form::Date), "2026-01-01 00:00:00.000142 ");
        assert_eq!(of(Form::SincePrevious), " 00:00:00.000000 ");
        assert_eq!(stamps(Form::Clock, None, true, &[NEW_YEAR]), "00:00:00.000142999 ");
    }

    #[test]
    fn distances_are_from_the_previous_or_the_first_line_and_may_be_negative() {
        let times = [Time::new(10, 0), Time::new(12, 500_000_000), Time::new(12, 250_000_000), Time::new(90_011, 0)];
        assert_eq!(
            stamps(Form::SincePrevious, None, false, &times),
            " 00:00:00.000000  00:00:02.500000 -00:00:00.250000  24:59:58.750000 "
        );
        assert_eq!(
            stamps(Form::SinceFirst, None, false, &times),
            " 00:00:00.000000  00:00:02.500000  00:00:02.250000  25:00:01.000000 "
        );
    }

    #[test]
    fn the_zone_changes_its_offset_when_summer_time_begins() {
        // One hour from the last Sunday of March, 01:00 UTC, to the last Sunday of October, 01:00 UTC.
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let change = 1_774_746_000; // 2026-03-29 01:00:00 UTC
        let times = [change - 1, change, change - 1].map(|secs| Time::new(secs, 0));
        assert_eq!(
            stamps(Form::Date, Some(zone), false, &times),
            "2026-03-29 01:59:59.000000 2026-03-29 03:00:00.000000 2026-03-29 01:59:59.000000 "
        );
    }

    #[test]
    fn absurd_times_are_written_all_the_same() {
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let times = [i64::MIN, -1, i64::MAX].map(|secs| Time { secs, nanos: 999_999_999 });
        for form in [Form::Clock, Form::Epoch, Form::Date, Form::SincePrevious, Form::SinceFirst] {
            for zone in [None, Some(zone.clone())] {
                assert!(stamps(form, zone, true, &times).ends_with(' '));
            }
        }
        assert_eq!(stamps(Form::Epoch, None, false, &times[1..2]), "-0.000000 ");
        assert_eq!(stamps(Form::Date, None, false, &times[1..2]), "1969-12-31 23:59:59.999999 ");
    }

    #[test]
    fn the_calendar_agrees_with_jiff() {
        let epoch = date(1970, 1, 1);
        for day in (-700_000..2_900_000).step_by(97).chain([-719_468, -719_469, 59, 60, 11_016, 11_017]) {
            let Ok(expected) = epoch.checked_add(jiff::Span::new().days(day)) else { continue };
            let (year, month, of_month) = civil(day);
            assert_eq!(
                (year, month, of_month),
                (i64::from(expected.year()), expected.month() as u64, expected.day() as u64)
            );
        }
    }
}
