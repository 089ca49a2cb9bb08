//! The reader against tshark, over every file of the corpus: number of frames, times, lengths and link types.
//!
//! Needs tshark and the corpus (`../shared/corpus`, or the directory named by `SNIFF_CORPUS`); says so and passes when
//! either is missing.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sniff::capture::{self, LinkType, Source};
use sniff::time::Time;

/// One frame, as far as the two can be compared.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    /// `None` when the capture has no time, or tshark prints one that is no time (a fraction above one second).
    time: Option<Time>,
    length: u32,
    captured: usize,
    /// wiretap's number for the link type.
    encap: u16,
}

/// The link types of the corpus: ours, wiretap's own number, and how many bytes of pseudo-header wiretap takes off.
const ENCAPS: &[(u16, u16, usize)] = &[
    (0, 15, 0),
    (1, 1, 0),
    (8, 3, 0),
    (9, 4, 0),
    (10, 6, 0),
    (12, 7, 0),
    (14, 7, 0),
    (50, 4, 0),
    (100, 10, 0),
    (101, 7, 0),
    (104, 28, 0),
    (105, 20, 0),
    (106, 11, 0),
    (107, 26, 0),
    (113, 25, 0),
    (119, 21, 0),
    // Sun ATM: a pseudo-header of four bytes.
    (123, 13, 4),
    (127, 23, 0),
    (129, 9, 0),
    (137, 67, 0),
    (140, 42, 0),
    (149, 47, 0),
    (160, 58, 0),
    (165, 63, 0),
    (178, 83, 0),
    (192, 97, 0),
    (195, 104, 0),
    (226, 124, 0),
    (227, 125, 0),
    (228, 129, 0),
    (229, 130, 0),
    (230, 127, 0),
    (231, 146, 0),
    (239, 141, 0),
    (242, 180, 0),
    (253, 158, 0),
    (255, 160, 0),
    (256, 161, 0),
    (258, 171, 0),
    (271, 185, 0),
    (276, 210, 0),
];

/// tshark shows larger lengths as this.
const MOST_LENGTH: u32 = i32::MAX as u32;

/// Files whose times differ, and rightly: a fraction of a second is so large that tshark's 32-bit nanoseconds wrap
/// around, while ours carry into the seconds.
const WRAPPED_TIMES: &[&str] =
    &["clusterfuzz-testcase-FuzzTarget-5781142119907328", "clusterfuzz-testcase-minimized-FuzzTarget-5814090897948672"];

fn encap(link: LinkType) -> Option<(u16, usize)> {
    ENCAPS.iter().find(|(ours, _, _)| *ours == link.0).map(|(_, theirs, front)| (*theirs, *front))
}

fn corpus() -> Option<PathBuf> {
    let dir = std::env::var_os("SNIFF_CORPUS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"), PathBuf::from);
    if !dir.is_dir() {
        eprintln!("skipped: no corpus at {} (set SNIFF_CORPUS)", dir.display());
        return None;
    }
    if Command::new("tshark").arg("--version").output().is_err() {
        eprintln!("skipped: no tshark");
        return None;
    }
    Some(dir)
}

fn files(dir: &Path, into: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, into);
        } else if path.extension().is_none_or(|e| e != "tsv") {
            into.push(path);
        }
    }
}

/// tshark's frames, and whether it read the file to its end. Records that are not packets have no encapsulation and
/// are left out.
fn by_tshark(path: &Path) -> (Vec<Seen>, bool) {
    let fields = ["frame.time_epoch", "frame.len", "frame.cap_len", "frame.encap_type"];
    let mut command = Command::new("tshark");
    command.args(["-n", "-T", "fields", "-r"]).arg(path);
    // Dissection is not wanted, and fields of `frame` do not need it.
    command.args(["--disable-protocol", "ALL", "--enable-protocol", "frame"]);
    for field in fields {
        command.args(["-e", field]);
    }
    let output = command.output().unwrap();
    let mut frames = Vec::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let columns: Vec<_> = line.split('\t').collect();
        let [time, length, captured, encap] = columns[..] else { panic!("{}: {line:?}", path.display()) };
        if encap.is_empty() {
            continue;
        }
        let time = time
            .split_once('.')
            .filter(|(_, nanos)| nanos.len() == 9)
            .map(|(secs, nanos)| Time { secs: secs.parse().unwrap(), nanos: nanos.parse().unwrap() });
        let number = |text: &str| text.parse::<u32>().unwrap();
        frames.push(Seen {
            time,
            length: number(length),
            captured: number(captured) as usize,
            encap: number(encap) as u16,
        });
    }
    (frames, output.status.success())
}

#[test]
fn frames_are_those_that_tshark_reads() {
    let Some(dir) = corpus() else { return };
    let mut paths = Vec::new();
    files(&dir, &mut paths);
    assert!(!paths.is_empty());
    // tshark takes a quarter of a second to start, so as many as there are processors work at a time.
    let workers = std::thread::available_parallelism().map_or(1, |n| n.get());
    let share = paths.len().div_ceil(workers);
    let total = std::thread::scope(|scope| {
        let parts: Vec<_> = paths.chunks(share).map(|part| scope.spawn(|| compare(part))).collect();
        parts.into_iter().map(|part| part.join().unwrap()).fold(Tally::default(), Tally::add)
    });
    for (path, what) in &total.wrong {
        eprintln!("{}: {what}", path.display());
    }
    let Tally { compared, clean, wrong } = total;
    eprintln!("{compared} frames of {} files compared; tshark read {clean} files to the end", paths.len());
    assert!(wrong.is_empty(), "{} files differ", wrong.len());
}

/// What came out of the comparison: frames compared, files that tshark read to the end, and the first difference in each
/// file that differs.
#[derive(Default)]
struct Tally {
    compared: usize,
    clean: usize,
    wrong: BTreeMap<PathBuf, String>,
}

impl Tally {
    fn add(mut self, other: Tally) -> Tally {
        self.compared += other.compared;
        self.clean += other.clean;
        self.wrong.extend(other.wrong);
        self
    }
}

fn compare(paths: &[PathBuf]) -> Tally {
    let Tally { mut compared, mut clean, mut wrong } = Tally::default();
    for path in paths {
        let times_wrap = WRAPPED_TIMES.iter().any(|name| path.ends_with(name));
        let (mut theirs, whole) = by_tshark(path);
        if times_wrap {
            theirs.iter_mut().for_each(|their| their.time = None);
        }
        let mut ours = 0;
        let mut complain = |what: String| {
            wrong.entry(path.clone()).or_insert(what);
        };
        let error = match capture::open(path) {
            Err(error) => Some(error),
            Ok(mut source) => loop {
                match source.next() {
                    Ok(None) => break None,
                    Err(error) => break Some(error),
                    Ok(Some(frame)) => {
                        let index = ours;
                        ours += 1;
                        let Some(their) = theirs.get(index) else { continue };
                        let Some((encap, front)) = encap(frame.link) else {
                            complain(format!("link type {} is {} to tshark", frame.link.0, their.encap));
                            continue;
                        };
                        let our = Seen {
                            time: Some(frame.time).filter(|_| frame.has_time && their.time.is_some()),
                            length: frame.length.saturating_sub(front as u32).min(MOST_LENGTH),
                            captured: frame.data.len().saturating_sub(front),
                            encap,
                        };
                        if our != *their {
                            complain(format!("frame {}: {our:?}, and tshark reads {their:?}", index + 1));
                        }
                        compared += 1;
                    }
                }
            },
        };
        if whole && ours != theirs.len() || ours < theirs.len() {
            let why = error.as_ref().map_or_else(String::new, |e| format!(" ({e})"));
            complain(format!("{ours} frames, and tshark reads {}{why}", theirs.len()));
        } else if let Some(error) = error.filter(|_| whole) {
            complain(format!("an error where tshark sees none: {error}"));
        }
        clean += usize::from(whole);
    }
    Tally { compared, clean, wrong }
}
