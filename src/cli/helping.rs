//! Starting helper processes, and being one. A helper is this program with a first word that nobody types, its role, and the
//! command line of the process that started it: so both mean the same by it.

use super::args::Args;
use super::diag::{Diag, Exit};
use super::guarding::Guard;
use super::plan::saving_plan;
use super::run::{Env, typed};
use super::saving::SavingPlan;
use crate::capture::save::Opener;
use crate::helper::{files, owners, wire};
use crate::host::Lookup;
use crate::sandbox::{Policy, Role};
use anyhow::{Context, bail};
use rustix::fs::{CWD, Mode, OFlags, openat};
use std::ffi::{OsStr, OsString};
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

/// The first word of a helper's command line.
pub const HELPER: &str = "--helper-process";

/// What helpers do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Make the files of `-w`, and run `-z`.
    Files,
    /// Say whose sockets are whose.
    Owners,
}

impl Task {
    fn name(self) -> &'static str {
        match self {
            Task::Files => "files",
            Task::Owners => "owners",
        }
    }
}

/// What a helper with these words is to do; `None` when they are somebody's command line.
pub fn asked(words: &[OsString]) -> Option<Task> {
    let (first, second) = (words.get(1)?, words.get(2)?);
    (first == HELPER).then(|| [Task::Files, Task::Owners].into_iter().find(|task| second == task.name())).flatten()
}

/// Starts a helper, which gives up its own privileges; `words` is the command line of this process. To be called before
/// this process gives up anything.
///
/// # Errors
///
/// The system cannot start a process.
fn start(task: Task, words: &[OsString]) -> anyhow::Result<std::os::fd::OwnedFd> {
    let (ours, theirs) = wire::pair().context("cannot make a pair of sockets for a helper process")?;
    let started = Command::new("/proc/self/exe")
        .arg0(words.first().map_or(OsStr::new("sniff"), OsString::as_os_str))
        .args([HELPER, task.name()])
        .args(words.get(1..).unwrap_or_default())
        .stdin(Stdio::from(theirs))
        .stdout(Stdio::null())
        // Ctrl-C is for the process that captures; this one ends when the other has.
        .process_group(0)
        .spawn();
    started
        .context("cannot start /proc/self/exe as a helper process")
        .map_err(|e| Diag::from(e).hint("do without:  --sandbox off"))?;
    Ok(ours)
}

/// What makes the files of `-w`: this process, or when it may open nothing soon, another.
///
/// # Errors
///
/// The folder does not exist, a file is in the way, or there can be no helper.
pub fn opener(saving: &mut SavingPlan, guard: &Guard, words: &[OsString]) -> anyhow::Result<Box<dyn Opener + Send>> {
    saving.owner = guard.user().map(|user| (user.uid, user.gid));
    // Also when another process makes the files: what is wrong is told here, before anything is given up.
    let own = saving.opener()?;
    if saving.path.as_os_str() == "-" || guard.policy().is_none_or(|policy| policy == Policy::Off) {
        return Ok(own);
    }
    Ok(Box::new(files::Files::new(start(Task::Files, words)?, &saving.path)))
}

/// Starts the process that knows whose sockets are whose.
///
/// # Errors
///
/// The system cannot start a process.
pub fn owners(words: &[OsString]) -> anyhow::Result<owners::Owners> {
    Ok(owners::Owners::new(start(Task::Owners, words)?))
}

/// Is a helper, until the process that started it has ended.
///
/// # Errors
///
/// Its privileges cannot be given up, or what it is asked makes no sense.
pub fn serve(task: Task, words: &[OsString], env: &mut Env<'_>) -> anyhow::Result<Exit> {
    let own = words.iter().take(1).chain(words.iter().skip(3)).cloned().collect();
    let args: Args = match typed(own, env)? {
        Ok(args) => args,
        Err(exit) => return Ok(exit),
    };
    let guard = Guard::new(&args.guarding, false, env.process.as_ref())?.quietly();
    let input = std::io::stdin();
    match task {
        Task::Files => {
            let Some(mut saving) = saving_plan(&args, env)? else {
                bail!(Diag::usage(format!("{HELPER} {} is for -w FILE", task.name())))
            };
            saving.owner = guard.user().map(|user| (user.uid, user.gid));
            let mut opener = saving.opener()?;
            let folder = saving.path.parent().filter(|folder| !folder.as_os_str().is_empty());
            let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
            let folder = openat(CWD, folder.unwrap_or(Path::new(".")), flags, Mode::empty())
                .context("cannot open the folder of -w")?;
            let role = match saving.command {
                Some(_) => Role::Commands,
                None => Role::Files { folder: folder.as_fd() },
            };
            guard.enter(role, false, env)?;
            files::serve(input.as_fd(), opener.as_mut()).context("the helper process for files")?;
        }
        Task::Owners => {
            let mut lookup = Lookup::new()?;
            guard.enter(Role::Owners, false, env)?;
            owners::serve(input.as_fd(), &mut lookup).context("the helper process for owners of sockets")?;
        }
    }
    Ok(Exit::Ok)
}

#[cfg(test)]
mod tests {
    use super::{HELPER, Task, asked};
    use std::ffi::OsString;

    #[test]
    fn only_the_first_word_makes_a_helper() {
        let words = |all: &[&str]| all.iter().map(OsString::from).collect::<Vec<_>>();
        assert_eq!(asked(&words(&["sniff", HELPER, "files", "-w", "x"])), Some(Task::Files));
        assert_eq!(asked(&words(&["sniff", HELPER, "owners"])), Some(Task::Owners));
        for other in
            [&["sniff"][..], &["sniff", HELPER], &["sniff", HELPER, "others"], &["sniff", "-r", HELPER, "files"]]
        {
            assert_eq!(asked(&words(other)), None, "{other:?}");
        }
    }
}
