//! Making the files that are written, so that nobody else's file is touched and no half file is seen.
//!
//! The folder is opened once. A file is made in it under a temporary name, exclusively, without following symbolic links,
//! readable by its owner alone; it gets its header and its owner; then it gets its name, which must be free. So a name never
//! shows a file that is no capture, and a file that was there before stays (`--force`: stays unless it is a regular file
//! of the same owner with one name).

use std::collections::{BTreeSet, VecDeque};
use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use rustix::fs::{AtFlags, CWD, FileType, Gid, Mode, OFlags, RenameFlags, Stat, Uid};
use rustix::io::Errno;

use super::names::{Names, Rotation};
use super::{Opened, Opener, Refused, Request, Why};

/// Readable and writable by the owner alone.
const MODE: Mode = Mode::RUSR.union(Mode::WUSR);
/// How many temporary names are tried.
const TEMPORARY_TRIES: u32 = 1000;
/// The most files of a ring whose names are looked at before the first is made.
const RING_LOOKED_AT: usize = 1_000_000;

/// What is done with each complete file (`-z`).
pub trait After: Send {
    /// Begins it.
    ///
    /// # Errors
    ///
    /// It could not be begun.
    fn run(&mut self, path: &Path) -> io::Result<()>;

    /// Waits for all that was begun, and says what went wrong, a line each.
    fn wait(&mut self) -> Vec<String>;
}

/// How files are made.
pub struct Settings {
    /// When the next file begins.
    pub rotation: Rotation,
    /// The time zone of names.
    pub zone: TimeZone,
    /// Own regular files may be replaced.
    pub force: bool,
    /// User and group that the files are given to.
    pub owner: Option<(u32, u32)>,
    /// What is done with complete files.
    pub after: Option<Box<dyn After>>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { rotation: Rotation::default(), zone: TimeZone::UTC, force: false, owner: None, after: None }
    }
}

/// Makes files in one folder.
pub struct Files {
    folder: OwnedFd,
    /// The folder as it was typed.
    path: PathBuf,
    template: Vec<u8>,
    names: Names,
    settings: Settings,
    /// The files of this run that are to be kept apart from others: those of a ring, or all when files may be replaced.
    ring: VecDeque<Own>,
    own: BTreeSet<(u64, u64)>,
}

/// A file of this run.
struct Own {
    name: Vec<u8>,
    identity: (u64, u64),
}

impl Files {
    /// Opens the folder of `path`, whose last part is the name or the template of names.
    ///
    /// # Errors
    ///
    /// There is no such folder; no name can be made of the template; a file of a ring exists already.
    pub fn new(path: &Path, settings: Settings) -> Result<Files, Refused> {
        let refused = |why| Refused { name: path.to_owned(), why };
        let is_folder = path.as_os_str().as_bytes().ends_with(b"/");
        let Some(template) = path.file_name().filter(|_| !is_folder).map(|name| name.as_bytes().to_vec()) else {
            return Err(refused(Why::System(Errno::ISDIR.into())));
        };
        let parent = path.parent().filter(|p| !p.as_os_str().is_empty());
        let names = Names::new(&template, settings.rotation, settings.zone.clone());
        let names = names.map_err(|reason| refused(Why::Template(reason)))?;
        let flags = OFlags::DIRECTORY | OFlags::PATH | OFlags::CLOEXEC;
        let folder = rustix::fs::openat(CWD, parent.unwrap_or(Path::new(".")), flags, Mode::empty());
        let folder = folder.map_err(|e| refused(Why::System(e.into())))?;
        let path = parent.map_or_else(PathBuf::new, Path::to_owned);
        let files = Files { folder, path, template, names, settings, ring: VecDeque::new(), own: BTreeSet::new() };
        if files.settings.rotation.is_any()
            && let Some(stat) = files.stat(&files.template)
            && matches!(kind(&stat), FileType::Fifo | FileType::CharacterDevice)
        {
            return Err(files.refused(&files.template, Why::NotRotated));
        }
        for name in files.names.ring().take(RING_LOOKED_AT) {
            if files.stat(&name).is_some() {
                files.may_replace(&name)?;
            }
        }
        Ok(files)
    }

    fn full(&self, name: &[u8]) -> PathBuf {
        self.path.join(std::ffi::OsString::from_vec(name.to_vec()))
    }

    fn refused(&self, name: &[u8], why: Why) -> Refused {
        Refused { name: self.full(name), why }
    }

    fn system(&self, name: &[u8], error: impl Into<io::Error>) -> Refused {
        self.refused(name, Why::System(error.into()))
    }

    /// What there is of this name, without following a symbolic link.
    fn stat(&self, name: &[u8]) -> Option<Stat> {
        rustix::fs::statat(&self.folder, name, AtFlags::SYMLINK_NOFOLLOW).ok()
    }

    /// Whether what there is of this name may be replaced.
    fn may_replace(&self, name: &[u8]) -> Result<(), Refused> {
        let Some(stat) = self.stat(name) else { return Ok(()) };
        let is_own =
            |uid: u32| uid == rustix::process::geteuid().as_raw() || self.settings.owner.is_some_and(|o| o.0 == uid);
        Err(self.refused(
            name,
            match kind(&stat) {
                FileType::RegularFile if !self.settings.force => Why::Exists,
                FileType::RegularFile if !is_own(stat.st_uid) => Why::NotOurs,
                FileType::RegularFile if stat.st_nlink > 1 => Why::Linked,
                FileType::RegularFile => return Ok(()),
                _ => Why::NotRegular,
            },
        ))
    }

    /// Opens a pipe or a device that has the name, if there is one.
    pub(super) fn special(&self) -> Option<Result<Opened, Refused>> {
        let is_special = |stat: &Stat| matches!(kind(stat), FileType::Fifo | FileType::CharacterDevice);
        if self.settings.rotation.is_any() || !self.stat(&self.template).as_ref().is_some_and(is_special) {
            return None;
        }
        let flags = OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::NOCTTY | OFlags::CLOEXEC;
        let opened = rustix::fs::openat(&self.folder, &*self.template, flags, Mode::empty());
        Some(opened.map_err(|e| self.system(&self.template, e)).and_then(|fd| {
            let file = File::from(fd);
            // It may have become something else meanwhile.
            match rustix::fs::fstat(&file) {
                Ok(stat) if !is_special(&stat) => Err(self.refused(&self.template, Why::NotRegular)),
                Ok(_) if file.is_terminal() => Err(self.refused(&self.template, Why::Terminal)),
                Ok(_) => Ok(Opened { file, name: self.full(&self.template), is_new: false }),
                Err(e) => Err(self.system(&self.template, e)),
            }
        }))
    }

    /// Makes an empty file under a name that nobody looks for, and returns it with that name.
    pub(super) fn temporary(&self) -> Result<(File, String), Refused> {
        let process = rustix::process::getpid();
        let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        for number in 0..TEMPORARY_TRIES {
            let name = format!(".sniff-{process}-{number}.tmp");
            match rustix::fs::openat(&self.folder, &*name, flags, MODE) {
                Ok(fd) => return Ok((File::from(fd), name)),
                Err(Errno::EXIST) => {}
                Err(e) => return Err(self.system(&self.template, e)),
            }
        }
        Err(self.system(&self.template, Errno::EXIST))
    }

    /// Removes a temporary file; nothing can be done when that fails.
    pub(super) fn remove(&self, temporary: &str) {
        let _ = rustix::fs::unlinkat(&self.folder, temporary, AtFlags::empty());
    }

    /// Gives the temporary file its owner and its name, and says which.
    pub(super) fn place(
        &mut self,
        file: &File,
        temporary: &str,
        request: (u64, crate::time::Time),
    ) -> Result<PathBuf, Refused> {
        if let Some((user, group)) = self.settings.owner {
            let done = rustix::fs::fchown(file, Some(Uid::from_raw(user)), Some(Gid::from_raw(group)));
            done.map_err(|e| self.system(&self.template, e))?;
        }
        let stat = rustix::fs::fstat(file).map_err(|e| self.system(&self.template, e))?;
        let (number, wall) = request;
        let name = self.names.next(number, wall).map_err(|e| self.refused(&self.template, Why::Template(e)))?;
        let mut name = name;
        loop {
            match self.rename_to_free(temporary, &name) {
                Ok(()) => break,
                Err(Errno::EXIST) => {}
                Err(e) => return Err(self.system(&name, e)),
            }
            let there = self.stat(&name).map(|stat| identity(&stat));
            let is_oldest = self.ring.front().is_some_and(|own| own.name == name && Some(own.identity) == there);
            let is_other_own = there.is_some_and(|there| self.own.contains(&there));
            let may = if is_oldest { Ok(()) } else { self.may_replace(&name) };
            match (may, self.names.another()) {
                (Ok(()), _) if !is_other_own => {
                    let done = rustix::fs::renameat(&self.folder, temporary, &self.folder, &*name);
                    done.map_err(|e| self.system(&name, e))?;
                    break;
                }
                (_, Some(next)) => name = next,
                (Err(refused), None) => return Err(refused),
                (Ok(()), None) => return Err(self.refused(&name, Why::Exists)),
            }
        }
        self.remember(&name, identity(&stat));
        Ok(self.full(&name))
    }

    /// Renames, if the new name is free.
    fn rename_to_free(&self, from: &str, to: &[u8]) -> Result<(), Errno> {
        let folder = self.folder.as_fd();
        match rustix::fs::renameat_with(folder, from, folder, to, RenameFlags::NOREPLACE) {
            // Not every file system knows this kind of renaming, but then a link is as good.
            Err(Errno::INVAL | Errno::NOSYS) => {
                rustix::fs::linkat(folder, from, folder, to, AtFlags::empty())?;
                rustix::fs::unlinkat(folder, from, AtFlags::empty())
            }
            done => done,
        }
    }

    /// Keeps in mind which files are of this run, and removes the oldest of a full ring.
    fn remember(&mut self, name: &[u8], identity: (u64, u64)) {
        let rotation = self.settings.rotation;
        let Some(most) = rotation.ring else {
            if self.settings.force && rotation.is_any() {
                self.own.insert(identity);
            }
            return;
        };
        self.ring.push_back(Own { name: name.to_vec(), identity });
        if self.ring.len() as u64 <= most {
            return;
        }
        let Some(oldest) = self.ring.pop_front() else { return };
        // What has its name now may be somebody else's.
        let there = self.stat(&oldest.name).map(|stat| self::identity(&stat));
        if there == Some(oldest.identity) {
            let _ = rustix::fs::unlinkat(&self.folder, &*oldest.name, AtFlags::empty());
        }
    }
}

impl Opener for Files {
    fn open(&mut self, request: &Request) -> Result<Opened, Refused> {
        if let Some(special) = self.special() {
            let mut opened = special?;
            return match head(&mut opened.file, &request.header) {
                Ok(()) => Ok(opened),
                Err(e) => Err(self.system(&self.template, e)),
            };
        }
        let (mut file, temporary) = self.temporary()?;
        let headed = file.write_all(&request.header).map_err(|e| self.system(&self.template, e));
        match headed.and_then(|()| self.place(&file, &temporary, (request.number, request.wall))) {
            Ok(name) => Ok(Opened { file, name, is_new: true }),
            Err(refused) => {
                self.remove(&temporary);
                Err(refused)
            }
        }
    }

    fn done(&mut self, name: &Path) -> io::Result<()> {
        self.settings.after.as_mut().map_or(Ok(()), |after| after.run(name))
    }

    fn wait(&mut self) -> Vec<String> {
        self.settings.after.as_mut().map(|after| after.wait()).unwrap_or_default()
    }
}

/// A file that is open already: standard output.
pub struct Given {
    name: PathBuf,
    file: Option<File>,
}

impl Given {
    /// Writes into this file; `name` is what messages call it.
    pub fn new(name: &Path, file: File) -> Self {
        Given { name: name.to_owned(), file: Some(file) }
    }
}

impl Opener for Given {
    fn open(&mut self, request: &Request) -> Result<Opened, Refused> {
        let refused = |why| Refused { name: self.name.clone(), why };
        let Some(mut file) = self.file.take() else { return Err(refused(Why::NotRotated)) };
        head(&mut file, &request.header).map_err(|e| refused(Why::System(e)))?;
        Ok(Opened { file, name: self.name.clone(), is_new: false })
    }
}

/// Writes a header into a pipe or device. A reader that has gone is met again when frames are written, and that is success.
fn head(file: &mut File, header: &[u8]) -> io::Result<()> {
    match file.write_all(header) {
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}

fn kind(stat: &Stat) -> FileType {
    FileType::from_raw_mode(stat.st_mode)
}

/// What tells a file from all others on this machine.
fn identity(stat: &Stat) -> (u64, u64) {
    (stat.st_dev, stat.st_ino)
}
