//! Cutting a damaged capture back to its last whole record (`sniff repair IN OUT`).
//!
//! The bytes before the damage are copied as they are, so that nothing that this program does not understand is lost.

use std::fmt;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use super::files::{Files, Settings};
use super::{Error, Refused, Why};
use crate::capture::buffer::Buffer;
use crate::capture::error::Fault;
use crate::capture::file::{Catalog, Format};
use crate::capture::input::Raw;
use crate::capture::{self, Counters};
use crate::text::escaped;
use crate::time::Time;

/// Size of the read and write calls.
const CHUNK: usize = 256 << 10;

/// What became of a damaged capture.
#[derive(Debug)]
pub struct Repaired {
    /// Frames in the copy.
    pub frames: u64,
    /// Bytes of the copy.
    pub bytes: u64,
    /// Where and how the capture is damaged, if it is.
    pub damage: Option<capture::Error>,
    /// What it was compressed with; the copy is not compressed.
    pub compression: Option<&'static str>,
    /// What was passed over and stands in the copy all the same, because its framing is whole.
    pub counters: Counters,
}

/// Why there is no copy.
#[derive(Debug)]
#[non_exhaustive]
pub enum Failed {
    /// The capture cannot be read, or not even its header.
    Read(capture::Error),
    /// It is a pipe, which cannot be read twice.
    NotRegular(PathBuf),
    /// It is damaged before its first frame.
    Nothing(capture::Error),
    /// The copy cannot be made.
    Save(Error),
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failed::Read(error) => error.fmt(f),
            Failed::NotRegular(path) => {
                let path = escaped(path.as_os_str().as_encoded_bytes());
                write!(f, "{path}: this is no regular file, and a pipe cannot be read twice")
            }
            Failed::Nothing(error) => write!(f, "{error}: there is no whole packet before it"),
            Failed::Save(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Failed {}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Failed::Save(error)
    }
}

impl From<Refused> for Failed {
    fn from(refused: Refused) -> Self {
        Failed::Save(Error::Open(refused))
    }
}

/// Copies a capture up to its last whole record. `force`: an own regular file of that name is replaced.
///
/// # Errors
///
/// Nothing could be read, or the copy cannot be made; then nothing is left behind.
pub fn repair(from: &Path, to: &Path, force: bool) -> Result<Repaired, Failed> {
    let repaired = survey(from)?;
    let mut files = Files::new(to, Settings { force, ..Settings::default() })?;
    if let Some(special) = files.special() {
        let opened = special?;
        copy(from, repaired.bytes, opened.file, to)?;
        return Ok(repaired);
    }
    let (file, temporary) = files.temporary()?;
    let placed = copy(from, repaired.bytes, file, to)
        .and_then(|file| files.place(&file, &temporary, (0, Time::default())).map_err(Failed::from));
    match placed {
        Ok(_) => Ok(repaired),
        Err(failed) => {
            files.remove(&temporary);
            Err(failed)
        }
    }
}

/// Reads a capture and finds where its last whole record ends.
fn survey(from: &Path) -> Result<Repaired, Failed> {
    let input = Raw::open(from).and_then(Raw::begin).map_err(Failed::Read)?;
    if input.size().is_none() {
        return Err(Failed::NotRegular(from.to_owned()));
    }
    let compression = input.compression();
    let mut buffer = Buffer::new(input, CHUNK);
    let mut catalog = Catalog::default();
    let error = |fault: Fault| fault.at(from, compression.is_some());
    let mut format = match Format::open(&mut buffer, &mut catalog, 0) {
        Ok(Some(format)) => format,
        Ok(None) => {
            let found = buffer.available().iter().take(8).copied().collect();
            let path = from.to_owned();
            return Err(Failed::Read(capture::Error::NotCapture { path, found, compressed: compression.is_some() }));
        }
        Err(fault) => return Err(Failed::Read(error(fault))),
    };
    let mut frames = 0u64;
    let mut whole = buffer.offset();
    let fault = loop {
        match format.advance(&mut buffer, &mut catalog) {
            Ok(Some(_)) => {
                frames = frames.saturating_add(1);
                whole = buffer.offset();
            }
            Ok(None) => {
                whole = buffer.offset();
                break None;
            }
            Err(fault) => break Some(fault),
        }
    };
    if let Some(Fault::Damaged { offset, .. }) = &fault {
        // Where compressed data ends early, that is all that is known, and it may be in the middle of a block. Otherwise
        // it is known where the damaged block begins; blocks without frames may lie before it.
        let end = buffer.offset().saturating_add(buffer.available().len() as u64);
        if compression.is_none() || *offset != end {
            whole = whole.max(*offset);
        }
    }
    let damage = fault.map(error);
    match damage {
        Some(damage) if frames == 0 => Err(Failed::Nothing(damage)),
        damage => Ok(Repaired { frames, bytes: whole, damage, compression, counters: catalog.counters }),
    }
}

/// Copies the first bytes of a capture.
fn copy(from: &Path, bytes: u64, mut file: File, to: &Path) -> Result<File, Failed> {
    let mut input = Raw::open(from).and_then(Raw::begin).map_err(Failed::Read)?;
    let mut chunk = vec![0; CHUNK];
    let mut left = bytes;
    while left > 0 {
        let most = usize::try_from(left).unwrap_or(CHUNK).min(CHUNK);
        let read = |source| Failed::Read(capture::Error::Read { path: from.to_owned(), offset: bytes - left, source });
        let got = match input.read(chunk.get_mut(..most).unwrap_or_default()) {
            Ok(0) => return Err(read(ErrorKind::UnexpectedEof.into())),
            Ok(n) => n,
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            Err(e) => return Err(read(e)),
        };
        let done = file.write_all(chunk.get(..got).unwrap_or_default());
        done.map_err(|source: io::Error| Refused { name: to.to_owned(), why: Why::System(source) })?;
        left = left.saturating_sub(got as u64);
    }
    Ok(file)
}
