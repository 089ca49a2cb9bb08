//! Landlock, landlock(7): which files a thread and its children may open, whatever their owner may do.
//!
//! Everything that the kernel's version of Landlock can forbid is forbidden, but for what the role needs. What an older
//! kernel cannot forbid (TCP before ABI 4, signals before ABI 6) is forbidden by seccomp already.

use super::Role;
use super::report::State;
use crate::text::escaped;
use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, LandlockStatus, PathBeneath, PathFd, Ruleset,
    RulesetAttr, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// The latest version that is known here.
const NEWEST: ABI = ABI::V9;

/// Restricts this thread and all that it starts.
pub(super) fn restrict(role: Role<'_>) -> State {
    match role {
        Role::Owners => return State::Unneeded("it would hide what this process is for"),
        Role::Commands => return State::Unneeded("the programs that this process starts would inherit it"),
        Role::Parser { .. } | Role::Files { .. } => {}
    }
    restricted(role).unwrap_or_else(|error| State::Missing(error.to_string()))
}

fn restricted(role: Role<'_>) -> Result<State, RulesetError> {
    let mut ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?
        .create()?;
    let mut readable = Vec::new();
    match role {
        Role::Parser { interfaces, .. } => {
            for name in interfaces.iter().filter(|name| is_file_name(name)) {
                let path = Path::new("/sys/class/net").join(OsStr::from_bytes(name)).join("statistics");
                // "any" has no such files.
                if let Ok(folder) = PathFd::new(&path) {
                    ruleset = ruleset.add_rule(PathBeneath::new(folder, AccessFs::ReadFile))?;
                    readable.push(escaped(name));
                }
            }
        }
        Role::Files { folder } => {
            let rights = AccessFs::ReadFile
                | AccessFs::ReadDir
                | AccessFs::WriteFile
                | AccessFs::MakeReg
                | AccessFs::RemoveFile
                | AccessFs::Truncate
                // Asking a device that has the file's name whether it is a terminal.
                | AccessFs::IoctlDev;
            ruleset = ruleset.add_rule(PathBeneath::new(folder, rights))?;
        }
        Role::Owners | Role::Commands => {}
    }
    let status = ruleset.restrict_self()?;
    let abi = match status.landlock {
        LandlockStatus::NotImplemented => return Ok(State::Missing("the kernel was built without it".to_owned())),
        LandlockStatus::NotEnabled => {
            return Ok(State::Missing("it was switched off when the system started".to_owned()));
        }
        LandlockStatus::Available { effective_abi, .. } => effective_abi as i32,
    };
    if status.ruleset == RulesetStatus::NotEnforced {
        return Ok(State::Missing("the kernel has it and did not enforce it".to_owned()));
    }
    let files = match (role, readable.as_slice()) {
        (Role::Files { .. }, _) => "files only in the capture's folder".to_owned(),
        (_, []) => "no files".to_owned(),
        (_, names) => format!("no files but the statistics of {}", names.join(" ")),
    };
    let tcp = if abi >= 4 { ", no TCP" } else { "" };
    let scopes = if abi >= 6 { ", no signals to others" } else { "" };
    Ok(State::InForce(format!("ABI {abi}: {files}{tcp}{scopes}")))
}

/// Whether these bytes name an entry of a folder, and not a way out of it.
fn is_file_name(name: &[u8]) -> bool {
    !matches!(name, b"" | b"." | b"..") && !name.contains(&b'/') && !name.contains(&0)
}

#[cfg(test)]
mod tests {
    use super::is_file_name;

    #[test]
    fn names_that_lead_elsewhere() {
        assert!(is_file_name(b"eth0") && is_file_name(b"..x"));
        assert!(![&b""[..], b".", b"..", b"../eth0", b"a/b", b"a\0b"].iter().any(|name| is_file_name(name)));
    }
}
