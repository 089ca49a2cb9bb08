//! From sockets to the processes that hold them, by what `/proc/PID/fd` points to (proc(5)).
//!
//! All descriptors of all processes have to be looked at for a socket that was not found before, so that is done once for all
//! sockets of a batch, within bounds: [`MAX_DESCRIPTORS`] and [`SEARCH_TIME`]. What was found is looked at first the next time,
//! and what was not found is not searched for again for [`PAUSE`]. [`Searched`] says how far a search went.

use super::cgroup;
use rustix::fs::{Dir, Mode, OFlags, open, openat, readlinkat_raw};
use rustix::io::Errno;
use std::collections::{HashMap, HashSet};
use std::ffi::CStr;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

/// How many descriptors one search looks at.
pub const MAX_DESCRIPTORS: u64 = 500_000;
/// How long one search takes at most.
pub const SEARCH_TIME: Duration = Duration::from_millis(250);
/// How long a socket without a process is not searched for again.
pub const PAUSE: Duration = Duration::from_secs(5);
/// How many bytes of a process's name are kept. The kernel's names have at most 15, those of its own threads a few more.
pub const MAX_NAME: usize = 64;
/// How many bytes of a container's or unit's name are kept. systemd allows 255.
pub const MAX_CONTAINER: usize = 255;
/// How much of `/proc/PID/cgroup` is read.
const MAX_CGROUPS: usize = 16 * 1024;
/// How many sockets are remembered, found and not found each. Beyond that all are forgotten, and searched for again.
const MAX_KNOWN: usize = 65_536;

/// A process that holds a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Its number.
    pub pid: u32,
    /// Its name (`comm`), at most [`MAX_NAME`] raw bytes.
    pub name: Option<Vec<u8>>,
    /// Its container or unit, at most [`MAX_CONTAINER`] raw bytes.
    pub container: Option<Vec<u8>>,
}

/// How far a search for processes went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Searched {
    /// Processes whose descriptors were looked at.
    pub processes: u32,
    /// Processes whose descriptors may not be looked at: those of other users, without `CAP_SYS_PTRACE`.
    pub denied: u32,
    /// Descriptors that were looked at.
    pub descriptors: u64,
    /// Whether it ended at one of its bounds, with sockets left to find.
    pub is_cut: bool,
}

/// The processes of this host.
#[derive(Debug)]
pub struct Processes {
    proc: OwnedFd,
    /// Where sockets were found: process and descriptor.
    known: HashMap<u32, (u32, u32)>,
    /// When sockets were not found.
    missing: HashMap<u32, Instant>,
    searched: Searched,
}

const DIRECTORY: OFlags = OFlags::DIRECTORY.union(OFlags::RDONLY).union(OFlags::CLOEXEC);

impl Processes {
    /// Opens `/proc`.
    ///
    /// # Errors
    ///
    /// Where there is none.
    pub fn open() -> io::Result<Processes> {
        let proc = open("/proc", DIRECTORY, Mode::empty())?;
        Ok(Processes { proc, known: HashMap::new(), missing: HashMap::new(), searched: Searched::default() })
    }

    /// The processes that hold the sockets with these inodes. Those that are not found are left out.
    pub fn owners(&mut self, inodes: &HashSet<u32>) -> HashMap<u32, Owner> {
        self.searched = Searched::default();
        let mut owners = HashMap::new();
        let mut wanted = HashSet::new();
        let now = Instant::now();
        for &inode in inodes {
            match self.known.get(&inode).and_then(|place| self.still(inode, *place)) {
                Some(owner) => {
                    owners.insert(inode, owner);
                }
                None => {
                    self.known.remove(&inode);
                    wanted.insert(inode);
                }
            }
        }
        let is_due = |inode| self.missing.get(inode).is_none_or(|at| now.duration_since(*at) >= PAUSE);
        if !wanted.iter().any(is_due) {
            return owners;
        }
        self.search(&mut wanted, &mut owners, now);
        if self.missing.len().saturating_add(wanted.len()) > MAX_KNOWN {
            self.missing.clear();
        }
        self.missing.extend(wanted.into_iter().take(MAX_KNOWN).map(|inode| (inode, now)));
        owners
    }

    /// How far the last search went.
    pub fn searched(&self) -> Searched {
        self.searched
    }

    /// The first bytes of a file below `/proc`, at most so many.
    pub(super) fn read(&self, path: &str, most: usize) -> Option<Vec<u8>> {
        read(self.proc.as_fd(), path, most)
    }

    /// The process at this place, if it still holds the socket there.
    fn still(&self, inode: u32, (pid, descriptor): (u32, u32)) -> Option<Owner> {
        let process = openat(&self.proc, format!("{pid}"), DIRECTORY, Mode::empty()).ok()?;
        let mut link = [0; LINK_BYTES];
        let length = readlinkat_raw(&process, format!("fd/{descriptor}"), &mut link).ok()?;
        (socket(link.get(..length)?) == Some(inode)).then(|| owner(pid, process.as_fd()))
    }

    fn search(&mut self, wanted: &mut HashSet<u32>, owners: &mut HashMap<u32, Owner>, started: Instant) {
        // A descriptor of its own, since reading a directory moves on in it.
        let Ok(folder) = openat(&self.proc, ".", DIRECTORY, Mode::empty()) else { return };
        let Ok(entries) = Dir::new(folder) else { return };
        for entry in entries {
            let Ok(entry) = entry else { break };
            let Some(pid) = number(entry.file_name()) else { continue };
            // It may have ended since.
            let Ok(process) = openat(&self.proc, entry.file_name(), DIRECTORY, Mode::empty()) else { continue };
            match self.look_into(pid, process.as_fd(), wanted, owners, started) {
                Ok(()) => self.searched.processes = self.searched.processes.saturating_add(1),
                Err(Errno::ACCESS | Errno::PERM) => self.searched.denied = self.searched.denied.saturating_add(1),
                Err(_) => {}
            }
            if wanted.is_empty() || self.searched.is_cut {
                break;
            }
        }
    }

    /// Looks at the descriptors of one process.
    fn look_into(
        &mut self,
        pid: u32,
        process: BorrowedFd<'_>,
        wanted: &mut HashSet<u32>,
        owners: &mut HashMap<u32, Owner>,
        started: Instant,
    ) -> Result<(), Errno> {
        let folder = openat(process, "fd", DIRECTORY, Mode::empty())?;
        let mut of_process = None;
        for entry in Dir::read_from(&folder)? {
            let entry = entry?;
            let Some(descriptor) = number(entry.file_name()) else { continue };
            self.searched.descriptors = self.searched.descriptors.saturating_add(1);
            let is_late = self.searched.descriptors.is_multiple_of(256) && started.elapsed() >= SEARCH_TIME;
            if is_late || self.searched.descriptors >= MAX_DESCRIPTORS {
                self.searched.is_cut = true;
                return Ok(());
            }
            let mut link = [0; LINK_BYTES];
            let Ok(length) = readlinkat_raw(&folder, entry.file_name(), &mut link) else { continue };
            let Some(inode) = link.get(..length).and_then(socket) else { continue };
            if wanted.remove(&inode) {
                let owner = of_process.get_or_insert_with(|| owner(pid, process));
                owners.insert(inode, owner.clone());
                self.missing.remove(&inode);
                if self.known.len() >= MAX_KNOWN {
                    self.known.clear();
                }
                self.known.insert(inode, (pid, descriptor));
                if wanted.is_empty() {
                    break;
                }
            }
        }
        self.searched.is_cut |= started.elapsed() >= SEARCH_TIME;
        Ok(())
    }
}

/// Longer than any link to a socket.
const LINK_BYTES: usize = 32;

/// The inode that a link such as `socket:[4711]` names.
fn socket(link: &[u8]) -> Option<u32> {
    let digits = link.strip_prefix(b"socket:[")?.strip_suffix(b"]")?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// A name that is a number, as those of processes and descriptors are.
fn number(name: &CStr) -> Option<u32> {
    let name = name.to_str().ok()?;
    if name.bytes().all(|b| b.is_ascii_digit()) { name.parse().ok() } else { None }
}

/// What the process of this folder is called, and where it runs.
fn owner(pid: u32, process: BorrowedFd<'_>) -> Owner {
    let name = read(process, "comm", MAX_NAME + 1).map(|mut name| {
        if name.last() == Some(&b'\n') {
            name.pop();
        }
        name.truncate(MAX_NAME);
        name
    });
    let container = read(process, "cgroup", MAX_CGROUPS).and_then(|lines| cgroup::container(&lines));
    let container = container.map(|mut name| {
        name.truncate(MAX_CONTAINER);
        name
    });
    Owner { pid, name, container }
}

/// The first bytes of a file, at most so many.
fn read(folder: BorrowedFd<'_>, path: &str, most: usize) -> Option<Vec<u8>> {
    let file = openat(folder, path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()).ok()?;
    let mut bytes = Vec::new();
    io::Read::read_to_end(&mut io::Read::take(std::fs::File::from(file), most as u64), &mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::{Processes, socket};
    use std::collections::HashSet;
    use std::net::UdpSocket;
    use std::os::fd::AsRawFd;

    #[test]
    fn links_to_sockets_are_told_from_others() {
        assert_eq!(socket(b"socket:[4711]"), Some(4711));
        for link in ["pipe:[4711]", "socket:[]", "socket:[4711", "socket:[99999999999]", "socket:[-1]", "/a", ""] {
            assert_eq!(socket(link.as_bytes()), None, "{link}");
        }
    }

    #[test]
    fn this_process_holds_its_own_socket() {
        let held = UdpSocket::bind("127.0.0.1:0").expect("a socket");
        let link = std::fs::read_link(format!("/proc/self/fd/{}", held.as_raw_fd())).expect("a link");
        let inode = socket(link.as_os_str().as_encoded_bytes()).expect("a socket");
        let mut processes = Processes::open().expect("/proc");
        let wanted = HashSet::from([inode]);
        let found = processes.owners(&wanted);
        assert_eq!(found.get(&inode).map(|owner| owner.pid), Some(std::process::id()));
        assert!(processes.searched().descriptors > 0);
        // The second time it is known where to look.
        assert_eq!(processes.owners(&wanted), found);
        assert_eq!(processes.searched().descriptors, 0);
        // Once it is closed, nobody holds it, and nobody is searched for again at once.
        drop(held);
        assert!(processes.owners(&wanted).is_empty());
        assert!(processes.owners(&wanted).is_empty());
        assert_eq!(processes.searched().descriptors, 0);
    }
}
