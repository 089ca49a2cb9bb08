//! What tests over whole captures share: finding the files, and keeping their frames.

use sniff::capture::{self, Frame, LinkType, Source};
use sniff::time::Time;
use std::path::{Path, PathBuf};

/// A frame with its bytes.
pub struct Kept {
    pub file: PathBuf,
    pub number: u64,
    pub data: Vec<u8>,
    pub length: u32,
    pub link: LinkType,
    pub fcs_len: Option<u8>,
    pub time: Time,
}

impl Kept {
    /// The frame, as a capture yields it.
    pub fn frame(&self) -> Frame<'_> {
        self.cut_to(self.data.len())
    }

    /// The frame as if only its first bytes had been captured.
    pub fn cut_to(&self, bytes: usize) -> Frame<'_> {
        Frame {
            time: self.time,
            has_time: true,
            data: self.data.get(..bytes).unwrap_or(&self.data),
            // What the file says may be less than what it holds; then what it holds counts.
            length: self.frame_length(),
            link: self.link,
            interface: 0,
            fcs_len: self.fcs_len,
            comments: &[],
        }
    }

    fn frame_length(&self) -> u32 {
        self.length.max(u32::try_from(self.data.len()).unwrap_or(u32::MAX))
    }

    /// Whether all of it was captured.
    pub fn is_whole(&self) -> bool {
        self.data.len() >= self.length as usize
    }

    /// Where it comes from, for messages.
    pub fn name(&self) -> String {
        format!("{} frame {}", self.file.display(), self.number)
    }
}

/// The package's own captures.
pub fn fixtures() -> Vec<PathBuf> {
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures"))
}

/// The captures of others: `SNIFF_CORPUS`, or `../shared/corpus` beside the package. `None`, and a message, without.
pub fn corpus() -> Option<Vec<PathBuf>> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let folder = std::env::var_os("SNIFF_CORPUS").map_or_else(beside, PathBuf::from);
    if !folder.is_dir() {
        eprintln!("skipped: there is no corpus at {} (SNIFF_CORPUS names another folder)", folder.display());
        return None;
    }
    Some(files(&folder))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if !path.extension().is_some_and(|e| ["rs", "case", "md", "tsv", "txt"].iter().any(|x| e == *x)) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The frames of a file, as far as it can be read.
pub fn frames(path: &Path) -> Vec<Kept> {
    let Ok(mut source) = capture::open(path) else { return Vec::new() };
    let mut kept = Vec::new();
    while let Ok(Some(frame)) = source.next() {
        kept.push(Kept {
            file: path.to_owned(),
            number: kept.len() as u64 + 1,
            data: frame.data.to_vec(),
            length: frame.length,
            link: frame.link,
            fcs_len: frame.fcs_len,
            time: frame.time,
        });
    }
    kept
}

/// Numbers that look random and are the same each time (xorshift64*).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Dice(seed | 1)
    }

    pub fn draw(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `limit`, or 0.
    pub fn below(&mut self, limit: usize) -> usize {
        (self.draw() >> 33) as usize % limit.max(1)
    }
}
