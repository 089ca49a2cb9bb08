//! Why a capture could not be opened or read on.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::text::escaped;

/// What went wrong with a source of frames.
///
/// Its text is one line for a person, lower case and without full stop, with everything from outside escaped.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The file cannot be opened.
    Open {
        /// The path as given.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// Reading failed for a reason that lies in the system, not in the file's content.
    Read {
        /// The path as given.
        path: PathBuf,
        /// Bytes read before, from the start of the (decompressed) stream.
        offset: u64,
        /// The system's reason.
        source: io::Error,
    },
    /// The file is not a capture file of a known format.
    NotCapture {
        /// The path as given.
        path: PathBuf,
        /// Its first bytes, at most eight, after decompression.
        found: Vec<u8>,
        /// Whether they came out of a compressed file.
        compressed: bool,
    },
    /// The file is a capture file of a version that cannot be read.
    Unsupported {
        /// The path as given.
        path: PathBuf,
        /// What it is and what would have been read. Program text and numbers.
        what: String,
    },
    /// The file is damaged or ends in the middle of something.
    Damaged(Box<Damage>),
    /// A filter expression cannot be compiled.
    Filter {
        /// The expression.
        expression: String,
        /// The reason, in libpcap's words where it has any.
        message: String,
    },
    /// An interface cannot be captured on, or not any more.
    Interface {
        /// Its name as given. Raw bytes.
        name: Box<[u8]>,
        /// Why not.
        problem: Problem,
    },
    /// Several files went wrong, each in its own way.
    Several(Vec<Error>),
}

/// Why an interface cannot be captured on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// There is no interface of this name.
    Missing,
    /// Opening a packet socket needs the capability CAP_NET_RAW, which this process does not have.
    NotPermitted,
    /// It is administratively down, and the kernel opens only interfaces that are up.
    Down,
    /// Its frames do not come in this link type: the name of the one asked for, and those of the ones there are.
    LinkType(String, Vec<String>),
    /// It does not stamp its frames in this way: the name of the one asked for, and those of the ones there are.
    TimeStamps(String, Vec<String>),
    /// Anything else, in the system's or libpcap's words.
    Other(String),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::Missing => f.write_str("there is no such interface"),
            Problem::NotPermitted => f.write_str("no permission to capture on it: this process lacks CAP_NET_RAW"),
            Problem::Down => f.write_str("the interface is down"),
            Problem::LinkType(wanted, offered) => {
                write!(
                    f,
                    "its frames do not come as link type {}, only as {}",
                    escaped(wanted.as_bytes()),
                    offered.join(", ")
                )
            }
            Problem::TimeStamps(wanted, offered) if offered.is_empty() => {
                write!(f, "its time stamps cannot be chosen, and {} was asked for", escaped(wanted.as_bytes()))
            }
            Problem::TimeStamps(wanted, offered) => {
                write!(
                    f,
                    "it has no time stamps of type {}, only of {}",
                    escaped(wanted.as_bytes()),
                    offered.join(", ")
                )
            }
            Problem::Other(text) => f.write_str(&escaped(text.as_bytes())),
        }
    }
}

/// Where a capture file is damaged, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The path as given.
    pub path: PathBuf,
    /// Where the record or block begins that cannot be read: bytes from the start of the file, or of the decompressed
    /// stream when [`Damage::compressed`].
    pub offset: u64,
    /// Whether the file is compressed.
    pub compressed: bool,
    /// What should have been there. Program text and numbers.
    pub expected: String,
    /// What was there. Program text and numbers.
    pub found: String,
}

impl Error {
    /// Whether the capture's content is damaged (exit code 4), as opposed to everything else (exit code 1).
    pub fn is_damage(&self) -> bool {
        match self {
            Error::Damaged(_) => true,
            Error::Several(all) => all.iter().all(Error::is_damage),
            _ => false,
        }
    }

    /// The single errors in this one.
    pub fn each(&self) -> impl Iterator<Item = &Error> {
        match self {
            Error::Several(all) => all.iter(),
            one => std::slice::from_ref(one).iter(),
        }
    }
}

/// A path for a message: `-` is standard input.
fn shown(path: &Path) -> String {
    if path.as_os_str() == "-" { "standard input".to_owned() } else { escaped(path.as_os_str().as_encoded_bytes()) }
}

/// The system's words for an error, without Rust's `(os error N)`, and escaped.
pub(super) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = match (error.raw_os_error(), text.rfind(" (os error ")) {
        (Some(_), Some(at)) => text.get(..at).unwrap_or(&text),
        _ => &text,
    };
    let mut chars = text.chars();
    let lower: String = chars.next().iter().flat_map(|c| c.to_lowercase()).chain(chars).collect();
    escaped(lower.as_bytes())
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Open { path, source } => write!(f, "{}: {}", shown(path), reason(source)),
            Error::Read { path, offset, source } => {
                write!(f, "{}: cannot read on after byte {offset}: {}", shown(path), reason(source))
            }
            Error::NotCapture { path, found, compressed } => {
                let of = if *compressed { "the decompressed data begins with" } else { "it begins with" };
                write!(f, "{}: not a capture file: {of}", shown(path))?;
                for byte in found {
                    write!(f, " {byte:02x}")?;
                }
                write!(f, ", and pcap and pcapng (plain, or compressed with gzip, zstd or lz4) are known")
            }
            Error::Unsupported { path, what } => write!(f, "{}: {what}", shown(path)),
            Error::Damaged(damage) => damage.fmt(f),
            Error::Filter { expression, message } => {
                write!(f, "filter '{}': {}", escaped(expression.as_bytes()), escaped(message.as_bytes()))
            }
            Error::Interface { name, problem } => write!(f, "{}: {problem}", escaped(name)),
            Error::Several(all) => {
                for (i, error) in all.iter().enumerate() {
                    write!(f, "{}{error}", if i == 0 { "" } else { "\n" })?;
                }
                Ok(())
            }
        }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stream = if self.compressed { " of the decompressed data" } else { "" };
        let Damage { offset, expected, found, .. } = self;
        write!(f, "{}: damaged at byte {offset}{stream}: expected {expected}, found {found}", shown(&self.path))
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Open { source, .. } | Error::Read { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// Why a reader below the level of files stopped; [`Fault::at`] adds the file.
#[derive(Debug)]
pub(super) enum Fault {
    /// Not a fault: nothing is there to be read, and nothing was consumed. Only from streams that can wait.
    Idle,
    Read {
        offset: u64,
        source: io::Error,
    },
    Damaged {
        offset: u64,
        expected: String,
        found: String,
    },
    Unsupported(String),
}

impl Fault {
    pub(super) fn damaged(offset: u64, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Fault::Damaged { offset, expected: expected.into(), found: found.into() }
    }

    pub(super) fn at(self, path: &Path, compressed: bool) -> Error {
        let path = path.to_owned();
        match self {
            // Whoever asks for files handles it before.
            Fault::Idle => Error::Read { path, offset: 0, source: io::ErrorKind::WouldBlock.into() },
            Fault::Read { offset, source } => Error::Read { path, offset, source },
            Fault::Damaged { offset, expected, found } => {
                Error::Damaged(Box::new(Damage { path, offset, compressed, expected, found }))
            }
            Fault::Unsupported(what) => Error::Unsupported { path, what },
        }
    }
}
