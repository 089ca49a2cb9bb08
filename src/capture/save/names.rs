//! What rotated files are called. Nothing here touches the file system.
//!
//! | rotation | names made of `trace.pcap` or `trace-%H.pcap` |
//! | --- | --- |
//! | none | `trace.pcap` |
//! | by size | `trace-0000.pcap`, `trace-0001.pcap`, … |
//! | by size, a ring of 20 files | `trace-00.pcap` … `trace-19.pcap`, then from the beginning |
//! | by time | `trace-12.pcap`, and when that is taken `trace-12-0001.pcap` |
//! | by both | `trace-12-0000.pcap`, `trace-12-0001.pcap`, …, `trace-13-0000.pcap` |
//!
//! Numbers stand before the extension, not behind it as tcpdump's do: the extension says what format the file has, to
//! this program and to others, and `*.pcap` finds all of them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::text::escaped;
use crate::time::Time;

/// Digits of a number, at least, so that names sort as the files do.
const DIGITS: usize = 4;
/// The most names that are tried for one file.
const MOST_TRIES: u32 = 100_000;
/// The most bytes of a file name (`NAME_MAX`).
const MOST_BYTES: usize = 255;

/// When the next file begins, as far as names depend on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rotation {
    /// At a size (`-C`).
    pub by_size: bool,
    /// After a time (`-G`): `%` in the template begins an escape of strftime.
    pub by_time: bool,
    /// How many files there are at most (`-W`); only with `by_size`.
    pub ring: Option<u64>,
}

impl Rotation {
    /// Whether there can be more than one file.
    pub fn is_any(&self) -> bool {
        self.by_size || self.by_time
    }
}

/// Makes names from a template.
#[derive(Clone, Debug)]
pub struct Names {
    template: Vec<u8>,
    rotation: Rotation,
    zone: TimeZone,
    /// What the template came to last, and the number that was last added to it.
    base: Option<Vec<u8>>,
    serial: u64,
    tries: u32,
}

impl Names {
    /// Takes a template: a file name without folders.
    ///
    /// # Errors
    ///
    /// Why no file name can be made of it: program text.
    pub fn new(template: &[u8], rotation: Rotation, zone: TimeZone) -> Result<Names, String> {
        let names = Names { template: template.to_vec(), rotation, zone, base: None, serial: 0, tries: 0 };
        let longest = names.expanded(Time::default())?;
        match numbered(&longest, 0, DIGITS).len() {
            0..=MOST_BYTES => Ok(names),
            n => Err(format!("it comes to {n} bytes, and a file name has at most {MOST_BYTES}")),
        }
    }

    /// The first name to try for file `number`, which begins at `wall`.
    ///
    /// # Errors
    ///
    /// As [`Names::new`], for this time.
    pub fn next(&mut self, number: u64, wall: Time) -> Result<Vec<u8>, String> {
        let base = self.expanded(wall)?;
        self.tries = 0;
        let Rotation { by_size, by_time, ring } = self.rotation;
        if let (true, false, Some(files)) = (by_size, by_time, ring) {
            let slot = number.checked_rem(files).unwrap_or(0);
            return Ok(numbered(&base, slot, digits(files)));
        }
        let is_same = self.base.as_ref() == Some(&base);
        self.serial = if is_same { self.serial.saturating_add(1) } else { 0 };
        let name = if by_size || (by_time && is_same) { numbered(&base, self.serial, DIGITS) } else { base.clone() };
        self.base = Some(base);
        Ok(name)
    }

    /// Another name for the same file, when the one before is taken; `None` when there is none.
    pub fn another(&mut self) -> Option<Vec<u8>> {
        let Rotation { by_size, by_time, ring } = self.rotation;
        let base = self.base.as_ref()?;
        let is_counted = by_time || (by_size && ring.is_none());
        if !is_counted || self.tries >= MOST_TRIES {
            return None;
        }
        self.tries += 1;
        self.serial = self.serial.saturating_add(1);
        Some(numbered(base, self.serial, DIGITS))
    }

    /// All names of a ring, which are known before.
    pub fn ring(&self) -> impl Iterator<Item = Vec<u8>> {
        let Rotation { by_time, ring, .. } = self.rotation;
        let files = ring.filter(|_| !by_time).unwrap_or(0);
        (0..files).map(move |slot| numbered(&self.template, slot, digits(files)))
    }

    /// The template with its escapes replaced.
    fn expanded(&self, wall: Time) -> Result<Vec<u8>, String> {
        let name = if self.rotation.by_time {
            let nanos = i32::try_from(wall.nanos).unwrap_or(0);
            let time = Timestamp::new(wall.secs, nanos).unwrap_or(Timestamp::UNIX_EPOCH);
            let zoned = time.to_zoned(self.zone.clone());
            let text = jiff::fmt::strtime::format(&self.template, &zoned);
            text.map_err(|e| escaped(e.to_string().as_bytes()))?.into_bytes()
        } else {
            self.template.clone()
        };
        match name.as_slice() {
            b"" | b"." | b".." => Err("it comes to no file name".to_owned()),
            name if name.contains(&b'/') => Err(format!("it comes to {}, which has a slash", escaped(name))),
            name if name.contains(&0) => Err("it has a zero byte".to_owned()),
            _ => Ok(name),
        }
    }
}

/// Puts a number before the extension.
fn numbered(name: &[u8], number: u64, width: usize) -> Vec<u8> {
    let dot = name.iter().rposition(|b| *b == b'.').filter(|at| *at > 0).unwrap_or(name.len());
    let (stem, extension) = name.split_at_checked(dot).unwrap_or((name, &[]));
    let mut whole = stem.to_vec();
    whole.extend_from_slice(format!("-{number:0width$}").as_bytes());
    whole.extend_from_slice(extension);
    whole
}

/// How many digits the numbers of so many files have, from 0 on.
fn digits(files: u64) -> usize {
    files.saturating_sub(1).checked_ilog10().map_or(1, |log| log as usize + 1)
}

#[cfg(test)]
mod tests {
    use super::{Names, Rotation, Time, TimeZone};

    fn names(template: &str, by_size: bool, by_time: bool, ring: Option<u64>) -> Names {
        Names::new(template.as_bytes(), Rotation { by_size, by_time, ring }, TimeZone::UTC).expect("a good template")
    }

    fn text(name: Result<Vec<u8>, String>) -> String {
        String::from_utf8(name.expect("a name")).expect("UTF-8")
    }

    /// 12:00:00 and later.
    fn at(seconds: i64) -> Time {
        Time::new(1_767_225_600 + 12 * 3600 + seconds, 0)
    }

    #[test]
    fn without_rotation_there_is_one_name_and_no_other() {
        let mut plain = names("trace%H.pcap", false, false, None);
        assert_eq!(text(plain.next(0, at(0))), "trace%H.pcap");
        assert_eq!(plain.another(), None);
    }

    #[test]
    fn sizes_count_on_before_the_extension() {
        let mut sizes = names("a.b.pcap", true, false, None);
        assert_eq!(text(sizes.next(0, at(0))), "a.b-0000.pcap");
        assert_eq!(sizes.another().as_deref(), Some(&b"a.b-0001.pcap"[..]));
        assert_eq!(text(sizes.next(1, at(0))), "a.b-0002.pcap");
        assert_eq!(text(names(".hidden", true, false, None).next(0, at(0))), ".hidden-0000");
    }

    #[test]
    fn a_ring_begins_again_and_has_as_many_digits_as_it_needs() {
        let mut ring = names("t.pcapng", true, false, Some(11));
        assert_eq!(text(ring.next(0, at(0))), "t-00.pcapng");
        assert_eq!(text(ring.next(10, at(0))), "t-10.pcapng");
        assert_eq!(text(ring.next(11, at(0))), "t-00.pcapng");
        assert_eq!(ring.another(), None);
        assert_eq!(ring.ring().count(), 11);
        assert_eq!(text(names("t", true, false, Some(1)).next(5, at(0))), "t-0");
        assert_eq!(text(names("t", true, false, Some(10)).next(9, at(0))), "t-9");
    }

    #[test]
    fn times_are_expanded_and_numbered_only_where_they_repeat() {
        let mut times = names("t-%H%M.pcap", false, true, None);
        assert_eq!(text(times.next(0, at(0))), "t-1200.pcap");
        assert_eq!(text(times.next(1, at(5))), "t-1200-0001.pcap");
        assert_eq!(times.another().as_deref(), Some(&b"t-1200-0002.pcap"[..]));
        assert_eq!(text(times.next(2, at(60))), "t-1201.pcap");
        let east = Rotation { by_time: true, ..Rotation::default() };
        let zone = TimeZone::fixed(jiff::tz::offset(9));
        assert_eq!(text(Names::new(b"%H", east, zone).expect("good").next(0, at(0))), "21");
    }

    #[test]
    fn times_and_sizes_count_within_the_time() {
        let mut both = names("t-%H.pcap", true, true, Some(3));
        assert_eq!(text(both.next(0, at(0))), "t-12-0000.pcap");
        assert_eq!(text(both.next(1, at(1))), "t-12-0001.pcap");
        assert_eq!(text(both.next(2, at(3600))), "t-13-0000.pcap");
    }

    #[test]
    fn templates_that_make_no_file_name_are_refused() {
        let timed = Rotation { by_time: true, ..Rotation::default() };
        let new = |template: &[u8], rotation| Names::new(template, rotation, TimeZone::UTC).err();
        assert!(new(b"%D.pcap", timed).is_some_and(|e| e.contains("slash")));
        assert!(new(b"%!.pcap", timed).is_some());
        assert!(new(b"\xff%H.pcap", timed).is_some());
        assert!(new(b"..", Rotation::default()).is_some());
        assert!(new(&[b'a'; 256], Rotation::default()).is_some_and(|e| e.contains("255")));
        assert_eq!(new(b"\xff%H.pcap", Rotation::default()), None);
    }

    #[test]
    fn absurd_times_make_a_name_too() {
        let mut times = names("%Y", false, true, None);
        assert_eq!(text(times.next(0, Time::new(i64::MAX, 0))), "1970");
    }
}
