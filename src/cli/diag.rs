//! Errors as people read them, hints, and exit codes.

use crate::capture;
use crate::text::escaped;
use std::fmt;

/// How the program ended. The numbers are part of the contract with scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// All went well; a closed pipe is success.
    Ok = 0,
    /// Something went wrong that the other codes do not name.
    Error = 1,
    /// The command line makes no sense.
    Usage = 2,
    /// The capture was damaged; everything before the damage was processed.
    Damaged = 4,
    /// The output could not be written completely.
    Output = 5,
}

/// An error for a person: what, where, expected and found in the message, what to do in the hint.
#[derive(Debug)]
pub struct Diag {
    /// The exit code.
    pub exit: Exit,
    /// One line, lower case, without full stop; safe to print.
    pub message: String,
    /// What to do about it; may have several lines.
    pub hint: Option<String>,
}

impl Diag {
    /// An error with this exit code and message.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Diag { exit, message: message.into(), hint: None }
    }

    /// A command line that makes no sense.
    pub fn usage(message: impl Into<String>) -> Self {
        Diag::new(Exit::Usage, message)
    }

    /// Adds a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Diag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        if let Some(hint) = &self.hint {
            write!(f, "\n\n{hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Diag {}

impl From<anyhow::Error> for Diag {
    /// What was raised as a [`Diag`] stays one; anything else gets exit code 1 and its chain of causes.
    fn from(error: anyhow::Error) -> Self {
        error
            .downcast::<Diag>()
            .unwrap_or_else(|error| Diag::new(Exit::Error, escaped(format!("{error:#}").as_bytes())))
    }
}

impl From<&capture::Error> for Diag {
    fn from(error: &capture::Error) -> Self {
        use capture::Error;
        let exit = match error {
            e if e.is_damage() => Exit::Damaged,
            Error::Filter { .. } => Exit::Usage,
            _ => Exit::Error,
        };
        let diag = Diag::new(exit, error.to_string());
        match error {
            Error::Open { path, source } if source.kind() == std::io::ErrorKind::NotFound => {
                match neighbours(path).as_slice() {
                    [] => diag,
                    near => diag.hint(format!("there is {} beside it", near.join(" and "))),
                }
            }
            Error::Open { path, source } if source.kind() == std::io::ErrorKind::PermissionDenied => {
                diag.hint(format!("see who may read it:  ls -l {}", escaped(path.as_os_str().as_encoded_bytes())))
            }
            Error::Filter { .. } => diag.hint("filter expressions are libpcap's:  man pcap-filter"),
            _ => diag,
        }
    }
}

/// Files beside a missing one whose names are nearly the same.
fn neighbours(path: &std::path::Path) -> Vec<String> {
    let Some(name) = path.file_name().and_then(|n| n.to_str()) else { return Vec::new() };
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(std::path::Path::new("."));
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut near: Vec<(usize, String)> = entries
        .take(4096)
        .filter_map(|e| e.ok()?.file_name().into_string().ok())
        .map(|other| (strsim::damerau_levenshtein(name, &other), other))
        .filter(|(distance, _)| *distance <= 2.max(name.len() / 5))
        .collect();
    near.sort();
    near.truncate(2);
    near.into_iter().map(|(_, name)| escaped(name.as_bytes())).collect()
}
