//! Why a capture could not be saved.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::format::Misfit;
use crate::capture::error::reason;
use crate::capture::{LinkType, link_name};
use crate::text::escaped;

/// A file that was not opened for writing.
///
/// Its text is one line for a person, lower case and without full stop, with the name escaped.
#[derive(Debug)]
pub struct Refused {
    /// Its name, as far as it was made.
    pub name: PathBuf,
    /// The reason.
    pub why: Why,
}

/// Why a file was not opened for writing.
#[derive(Debug)]
pub enum Why {
    /// There is a file of this name, and nobody said that it may be replaced.
    Exists,
    /// What is there is a symbolic link, a folder, a socket or a block device, which is never replaced.
    NotRegular,
    /// The file there belongs to somebody else.
    NotOurs,
    /// The file there has further names (hard links).
    Linked,
    /// It is a terminal.
    Terminal,
    /// It is a pipe or a device, and several files were asked for.
    NotRotated,
    /// A name cannot be made of the template: program text.
    Template(String),
    /// The system refuses.
    System(io::Error),
}

/// What went wrong with saving frames.
///
/// Its text is one line for a person, lower case and without full stop, with everything from outside escaped.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A file could not be opened; files before it are complete.
    Open(Refused),
    /// Something could not be written. Nothing more will be.
    Write {
        /// The file.
        name: PathBuf,
        /// The system's reason.
        source: io::Error,
        /// Frames that stand in this file.
        frames: u64,
        /// Bytes of it.
        bytes: u64,
        /// Why it could not be cut back to whole records, if it could not; it ends in the middle of one then.
        torn: Option<io::Error>,
    },
    /// The frame's link type differs from that of the file, and a pcap file has only one.
    Link {
        /// The file.
        name: PathBuf,
        /// Its link type.
        file: LinkType,
        /// The frame's.
        frame: LinkType,
    },
    /// A pcap file counts seconds since 1970 in 32 bits, and the frame's time does not fit.
    Time {
        /// The file.
        name: PathBuf,
        /// The frame's seconds since 1970.
        secs: i64,
    },
}

impl Error {
    pub(super) fn misfit(name: &Path, misfit: Misfit) -> Error {
        let name = name.to_owned();
        match misfit {
            Misfit::Link(file, frame) => Error::Link { name, file, frame },
            Misfit::Time(secs) => Error::Time { name, secs },
        }
    }

    /// Whether the reader of a pipe went away.
    pub fn is_closed_pipe(&self) -> bool {
        match self {
            Error::Write { source, .. } | Error::Open(Refused { why: Why::System(source), .. }) => {
                source.kind() == io::ErrorKind::BrokenPipe
            }
            _ => false,
        }
    }

    /// Whether frames could not be written (exit code 5), as opposed to what can be known before (exit code 1).
    pub fn is_output(&self) -> bool {
        match self {
            Error::Write { .. } => true,
            Error::Open(Refused { why: Why::System(source), .. }) => {
                use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
                matches!(source.kind(), StorageFull | QuotaExceeded | FileTooLarge)
            }
            _ => false,
        }
    }
}

/// A name for a message: `-` is standard output.
fn shown(name: &Path) -> String {
    if name.as_os_str() == "-" { "standard output".to_owned() } else { escaped(name.as_os_str().as_encoded_bytes()) }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", shown(&self.name))?;
        match &self.why {
            Why::Exists => write!(f, "there is a file of this name already"),
            Why::NotRegular => write!(f, "this is no regular file, and only regular files are replaced"),
            Why::NotOurs => write!(f, "the file there belongs to somebody else, and only own files are replaced"),
            Why::Linked => write!(f, "the file there has further names (hard links), and is not replaced"),
            Why::Terminal => write!(f, "captures are not written to a terminal"),
            Why::NotRotated => write!(f, "a pipe or device cannot be rotated: -C, -G and -W need regular files"),
            Why::Template(why) => write!(f, "no file name can be made of this: {why}"),
            Why::System(source) => write!(f, "cannot be written: {}", reason(source)),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Open(refused) => refused.fmt(f),
            Error::Write { name, source, frames, bytes, torn } => {
                let packets = if *frames == 1 { "packet" } else { "packets" };
                write!(f, "{}: could not be written completely: {}: ", shown(name), reason(source))?;
                match torn {
                    None => write!(f, "it ends after {frames} {packets} ({bytes} bytes), all of them whole"),
                    Some(error) => write!(
                        f,
                        "it ends after {frames} whole {packets} ({bytes} bytes) and a part of one, which could not be cut \
                         off: {}",
                        reason(error)
                    ),
                }
            }
            Error::Link { name, file, frame } => {
                let of = |link: &LinkType| link_name(*link).map_or_else(|| link.0.to_string(), str::to_owned);
                let (file, frame) = (of(file), of(frame));
                write!(f, "{}: a pcap file has one link type, here {file}, and a packet has {frame}", shown(name))
            }
            Error::Time { name, secs } => write!(
                f,
                "{}: a pcap file has times from 1970 to 2106, and a packet is from second {secs} after 1970",
                shown(name)
            ),
        }
    }
}

impl std::error::Error for Refused {}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Write { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        Error::Open(refused)
    }
}
