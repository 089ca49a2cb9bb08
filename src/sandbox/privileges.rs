//! Who a process is, and what it may do that others may not: credentials(7), capabilities(7).

use super::report::{Error, State};
use crate::text::escaped;
use nix::unistd::{Gid, Uid, getgroups, getresgid, getresuid, initgroups, setgroups, setresgid, setresuid};
use rustix::thread::{
    CapabilitySet, CapabilitySets, capabilities, capability_is_in_bounding_set, clear_ambient_capability_set,
    remove_capability_from_bounding_set, set_capabilities, set_keep_capabilities, set_no_new_privs,
};
use std::ffi::{CString, OsStr};
use std::fmt;
use std::os::unix::ffi::OsStrExt;

/// A user of this system, with the groups that belong to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Its number.
    pub uid: u32,
    /// Its first group.
    pub gid: u32,
    /// Its name, when it has an entry in the user database: its further groups are found by it.
    pub name: Option<CString>,
}

impl User {
    /// The user with this name, or with this number.
    ///
    /// # Errors
    ///
    /// There is none, or the user database cannot be read. The text is safe to print.
    pub fn named(name: &OsStr) -> Result<User, String> {
        let shown = escaped(name.as_bytes());
        let text = name.to_str().ok_or_else(|| format!("there is no user named {shown}"))?;
        let found = nix::unistd::User::from_name(text).map_err(|e| format!("cannot look up user {shown}: {e}"))?;
        if let Some(user) = found {
            return Ok(User::known(&user));
        }
        let uid = text.parse::<u32>().map_err(|_| format!("there is no user named {shown}"))?;
        match nix::unistd::User::from_uid(Uid::from_raw(uid)) {
            Ok(Some(user)) => Ok(User::known(&user)),
            Ok(None) => Err(format!("there is no user with number {uid}, and so nobody knows its groups")),
            Err(error) => Err(format!("cannot look up user {uid}: {error}")),
        }
    }

    /// The user with this number and first group, which need no entry in the user database.
    pub fn numbered(uid: u32, gid: u32) -> User {
        let entry = nix::unistd::User::from_uid(Uid::from_raw(uid)).ok().flatten();
        User { uid, gid, name: entry.and_then(|user| CString::new(user.name).ok()) }
    }

    fn known(user: &nix::unistd::User) -> User {
        User { uid: user.uid.as_raw(), gid: user.gid.as_raw(), name: CString::new(user.name.as_str()).ok() }
    }

    /// Whether this is the superuser.
    pub fn is_root(&self) -> bool {
        self.uid == 0
    }
}

impl fmt::Display for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{} ({})", escaped(name.as_bytes()), self.uid),
            None => write!(f, "{}", self.uid),
        }
    }
}

/// Becomes `user` for good, with its groups and no others. Capabilities in `kept` survive it as permitted ones.
pub(super) fn become_user(user: &User, kept: CapabilitySet) -> Result<State, Error> {
    let failed =
        |what: &str, why: &dyn fmt::Display| Error::User { user: user.to_string(), why: format!("{what}: {why}") };
    let (uid, gid) = (Uid::from_raw(user.uid), Gid::from_raw(user.gid));
    let now = getresuid().map_err(|e| failed("getresuid", &e))?;
    if !now.effective.is_root() && now.effective != uid {
        return Err(failed("only root can", &format!("this is user {}", now.effective)));
    }
    if now.effective.is_root() {
        set_keep_capabilities(!kept.is_empty()).map_err(|e| failed("prctl(PR_SET_KEEPCAPS)", &e))?;
        match &user.name {
            Some(name) => initgroups(name, gid).map_err(|e| failed("initgroups", &e))?,
            None => setgroups(&[gid]).map_err(|e| failed("setgroups", &e))?,
        }
        setresgid(gid, gid, gid).map_err(|e| failed("setresgid", &e))?;
        setresuid(uid, uid, uid).map_err(|e| failed("setresuid", &e))?;
        let uids = getresuid().map_err(|e| failed("getresuid", &e))?;
        let gids = getresgid().map_err(|e| failed("getresgid", &e))?;
        if [uids.real, uids.effective, uids.saved] != [uid; 3] || [gids.real, gids.effective, gids.saved] != [gid; 3] {
            return Err(failed("setresuid", &"the kernel said yes and did not do it"));
        }
        if !user.is_root() && setresuid(Uid::from_raw(0), Uid::from_raw(0), Uid::from_raw(0)).is_ok() {
            return Err(failed("setresuid", &"the way back to root is open"));
        }
    }
    let groups = getgroups().map_err(|e| failed("getgroups", &e))?;
    let groups: Vec<String> = groups.iter().map(Gid::to_string).collect();
    let root = if user.is_root() { ", which owns most of the system even without capabilities" } else { "" };
    Ok(State::InForce(format!("{user}, group {gid}, groups {}{root}", groups.join(" "))))
}

/// The user that nobody asked to change.
pub(super) fn unchanged() -> State {
    match nix::unistd::geteuid() {
        uid if uid.is_root() => State::InForce(
            "root as before, which owns most of the system even without capabilities; -Z USER becomes another"
                .to_owned(),
        ),
        uid => State::InForce(format!("{uid} as before")),
    }
}

/// Takes all capabilities but `kept` out of the bounding set, so that no program started from here has them, even as root.
pub(super) fn shrink_bounding_set(kept: CapabilitySet) -> State {
    let may = capabilities(None).is_ok_and(|sets| sets.effective.contains(CapabilitySet::SETPCAP));
    if !may {
        return State::Unneeded("no_new_privs keeps programs from gaining capabilities");
    }
    for bit in 0..u64::BITS {
        let capability = CapabilitySet::from_bits_retain(1 << bit);
        match capability_is_in_bounding_set(capability) {
            Ok(true) if !kept.contains(capability) => {
                if let Err(error) = remove_capability_from_bounding_set(capability) {
                    return State::Missing(format!("capability {bit} cannot be removed: {error}"));
                }
            }
            Ok(_) => {}
            // The first number that the kernel does not know.
            Err(_) => break,
        }
    }
    State::InForce(listed(kept))
}

/// Gives up all capabilities but those of `kept` that the process has.
pub(super) fn keep_only(kept: CapabilitySet) -> State {
    let given_up = || -> rustix::io::Result<CapabilitySet> {
        // Ambient capabilities exist since Linux 4.3; without them there is nothing to clear.
        let _ = clear_ambient_capability_set();
        let left = capabilities(None)?.permitted & kept;
        let wanted = CapabilitySets { effective: left, permitted: left, inheritable: CapabilitySet::empty() };
        set_capabilities(None, wanted)?;
        match capabilities(None)? {
            sets if sets == wanted => Ok(left),
            _ => Err(rustix::io::Errno::PERM),
        }
    };
    match given_up() {
        Ok(left) => State::InForce(listed(left)),
        Err(error) => State::Missing(format!("they cannot be given up: {error}")),
    }
}

fn listed(set: CapabilitySet) -> String {
    match set.iter_names().map(|(name, _)| format!("CAP_{name}")).collect::<Vec<_>>().as_slice() {
        [] => "none".to_owned(),
        names => format!("only {}", names.join(" ")),
    }
}

/// Sees to it that no program started from here gains privileges by its file's owner or capabilities.
pub(super) fn no_new_privileges() -> State {
    match set_no_new_privs(true).and_then(|()| rustix::thread::no_new_privs()) {
        Ok(true) => State::InForce("in force".to_owned()),
        Ok(false) => State::Missing("the kernel said yes and did not do it".to_owned()),
        Err(error) => State::Missing(format!("prctl(PR_SET_NO_NEW_PRIVS): {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::{User, listed};
    use rustix::thread::CapabilitySet;
    use std::ffi::OsStr;

    #[test]
    fn users_by_name_and_by_number() {
        let root = User::named(OsStr::new("root")).expect("every system has one");
        assert!(root.is_root() && root.name.is_some());
        assert_eq!(User::named(OsStr::new("0")), Ok(root));
        assert_eq!(User::numbered(4_000_000_000, 7), User { uid: 4_000_000_000, gid: 7, name: None });
        let none = User::named(OsStr::new("no\x1bbody")).unwrap_err();
        assert!(none.contains("there is no user named no") && !none.contains('\x1b'), "{none}");
        assert!(User::named(OsStr::new("3999999999")).unwrap_err().contains("3999999999"));
    }

    #[test]
    fn capabilities_by_name() {
        assert_eq!(listed(CapabilitySet::empty()), "none");
        assert_eq!(listed(CapabilitySet::SYS_PTRACE | CapabilitySet::CHOWN), "only CAP_CHOWN CAP_SYS_PTRACE");
    }
}
