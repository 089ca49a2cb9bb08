//! Capture files cut anywhere: no panic, no hang, everything before the cut is shown, and the exit code says so.
//!
//! Runs over the corpus (`../shared/corpus`, or the folder that `SNIFF_CORPUS` names), or says that it is skipped.
//! `SNIFF_TRUNCATIONS=all` cuts every file at each of its first and last 4,096 bytes instead of at some of them; every
//! packet is cut at every length by `SNIFF_LAWS=all` in `tests/laws.rs`.

use sniff::capture::{self, Error, Source};
use sniff::dissect::Registry;
use sniff::proto;
use sniff_testing::captures::{Dice, Kept, corpus, fixtures, frames};
use sniff_testing::files;
use sniff_testing::program::{self, Ran};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[test]
fn capture_files_cut_anywhere_show_what_is_before_the_cut() {
    let Some(all) = corpus() else { return };
    let cut = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cut-capture");
    let cut_name = cut.to_str().expect("UTF-8");
    let mut dice = Dice::new(0x9e37_79b9_7f4a_7c15);
    for path in all {
        let bytes = std::fs::read(&path).expect("a capture");
        if bytes.is_empty() {
            continue;
        }
        let edge = bytes.len().min(EDGE);
        let mut lengths: Vec<usize> = (0..bytes.len().min(48)).step_by(5).collect();
        lengths.extend((0..12).map(|_| dice.below(edge)));
        lengths.extend((0..6).map(|_| bytes.len() - 1 - dice.below(edge)));
        lengths.sort_unstable();
        let mut before = 0;
        for length in lengths {
            std::fs::write(&cut, &bytes[..length]).expect("written");
            let Ran { out, err, code } = program::run(["-r", cut_name, "-T", "json"]);
            let lines = out.lines().count();
            let what = format!("{} cut to {length}: exit code {code}: {err}", path.display());
            assert!(matches!(code, 0 | 1 | 4), "{what}");
            assert!(!err.contains("bug in sniff"), "{what}");
            assert!(lines >= before, "{what}: {lines} packets, and {before} in less of the file");
            before = lines;
        }
    }
    let _ = std::fs::remove_file(&cut);
}

/// How far from its ends a file is cut, in bytes.
const EDGE: usize = 4096;
/// Without `SNIFF_TRUNCATIONS=all`, one length in so many is tried.
const SOME: usize = 211;
/// One cut file in so many is also shown, not only read; more of them when there are fewer.
const SHOWN: (u64, u64) = (64, 4);

/// The first bytes of a file.
struct Beginning {
    bytes: Arc<[u8]>,
    at: usize,
    end: usize,
}

impl io::Read for Beginning {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let left = self.bytes.get(self.at..self.end).unwrap_or_default();
        let count = left.len().min(buf.len());
        buf[..count].copy_from_slice(&left[..count]);
        self.at += count;
        Ok(count)
    }
}

/// Reads a file that was cut: its frames are those of the whole, in order, and it ends well or with damage.
fn cut(path: &Path, whole: &[Kept], bytes: &Arc<[u8]>, end: usize) -> Result<usize, String> {
    let beginning = Beginning { bytes: Arc::clone(bytes), at: 0, end };
    let mut source = match capture::open_stream(path, beginning) {
        Ok(source) => source,
        // What is left of the first bytes is no capture file any more.
        Err(Error::NotCapture { .. } | Error::Unsupported { .. }) => return Ok(0),
        Err(error) => return Err(format!("opening: {error}")),
    };
    let mut count = 0;
    loop {
        match source.next() {
            Ok(Some(frame)) => {
                let same = whole.get(count).is_some_and(|w| w.data == frame.data && w.time == frame.time);
                if !same {
                    return Err(format!("frame {} is not that of the whole file", count + 1));
                }
                count += 1;
            }
            Ok(None) => break,
            // A section of a version that nobody reads may come in the middle of a file.
            Err(error) if error.is_damage() || matches!(error, Error::Unsupported { .. }) => break,
            Err(error) => return Err(format!("reading: {error}")),
        }
    }
    files::ended(&mut source)?;
    Ok(count)
}

#[test]
fn every_cut_of_a_file_has_the_frames_before_it() {
    let all = std::env::var_os("SNIFF_TRUNCATIONS").is_some_and(|v| v == "all");
    let paths: Vec<PathBuf> = fixtures().into_iter().chain(corpus().unwrap_or_default()).collect();
    let registry = Registry::new(proto::ALL);
    let mut cuts = 0u64;
    for path in paths {
        let bytes: Arc<[u8]> = std::fs::read(&path).expect("a capture").into();
        let whole = frames(&path);
        let mut lengths: Vec<usize> = (0..bytes.len().min(EDGE)).collect();
        lengths.extend(bytes.len().saturating_sub(EDGE).max(lengths.len())..bytes.len());
        let mut before = 0;
        for (index, end) in lengths.into_iter().enumerate() {
            if !all && index % SOME != 0 {
                continue;
            }
            let what = || format!("{} cut to {end}", path.display());
            let count = cut(&path, &whole, &bytes, end).unwrap_or_else(|why| panic!("{}: {why}", what()));
            assert!(count >= before, "{}: {count} frames, and {before} in less of the file", what());
            before = count;
            cuts += 1;
            // Large files are shown at their beginning only.
            if cuts.is_multiple_of(if all { SHOWN.0 } else { SHOWN.1 }) && end < 64 << 10 {
                let shown = files::show(&registry, bytes[..end].to_vec());
                let shown = shown.unwrap_or_else(|why| panic!("{}: {why}", what()));
                assert_eq!(shown.frames, count as u64, "{}", what());
            }
        }
    }
    println!("{cuts} cuts");
    assert!(cuts > 0);
}
