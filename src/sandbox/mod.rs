//! Least privilege: what this process gives up before it looks at the first byte of traffic.
//!
//! Four layers, from the outside in, each of which holds when the others fail:
//!
//! 1. [`privileges`]: another user, no capabilities, and `no_new_privs`, so that neither comes back;
//! 2. Landlock: no file can be opened, no TCP connection made, no process outside signalled;
//! 3. seccomp: only the system calls that the process's [`Role`] needs, all others fail with `EPERM`.
//!
//! [`apply`] takes what the kernel has and [`Report`]s layer by layer what is in force. With [`Policy::Strict`] it fails
//! instead when one is missing. What is open stays usable, so everything is opened before. Landlock and capabilities
//! belong to a thread, so further threads are started after it; they inherit everything.

mod calls;
mod landlocked;
pub mod privileges;
mod report;

pub use privileges::User;
pub use report::{Error, Layer, Report, State};

use privileges::keep_only;
use rustix::thread::CapabilitySet;
use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

/// How much is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// Nothing is given up, but for a user that was asked for by name. For debugging.
    Off,
    /// What the kernel has is used; what it lacks is reported.
    #[default]
    On,
    /// A layer that is missing is an error.
    Strict,
}

/// What a process does from now on, and so what it must still be able to do.
#[derive(Clone, Copy, Debug)]
pub enum Role<'a> {
    /// Reads what is open, looks into packets, writes to what is open. No privileges, no files, no sockets, no programs.
    Parser {
        /// Interfaces that are captured on: the files of `/sys/class/net/NAME/statistics`, in which libpcap finds what the
        /// interface itself dropped, stay readable. Raw bytes; names that are no file name are left out.
        interfaces: &'a [&'a [u8]],
        /// Packet sockets: nothing can be sent on them, although they are open.
        receive_only: &'a [BorrowedFd<'a>],
    },
    /// Opens and creates files in one folder, for a parser that cannot.
    Files {
        /// The folder.
        folder: BorrowedFd<'a>,
    },
    /// Asks the kernel about sockets, through a netlink socket that is open, and reads `/proc`, for a parser that cannot.
    /// Standard input is the only socket that it sends messages on. Landlock is not for it: it would hide the descriptors of
    /// other processes, as it hides whatever ptrace(2) would show.
    Owners,
    /// As [`Role::Files`], and starts programs for complete files. They inherit what it gives up, so it gives up privileges
    /// only.
    Commands,
}

impl Role<'_> {
    /// The capabilities that it keeps, if it had them.
    fn capabilities(self) -> CapabilitySet {
        match self {
            Role::Parser { .. } => CapabilitySet::empty(),
            // Files are created as the user, in a folder that may be root's. Programs that an ordinary user starts do not
            // inherit it.
            Role::Files { .. } | Role::Commands => CapabilitySet::DAC_OVERRIDE,
            // What /proc/PID/fd of other users asks for.
            Role::Owners => CapabilitySet::SYS_PTRACE | CapabilitySet::DAC_READ_SEARCH,
        }
    }
}

/// What to give up.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// How much.
    pub policy: Policy,
    /// Whom to become; `None` stays who it is, without capabilities.
    pub user: Option<&'a User>,
    /// What the process does.
    pub role: Role<'a>,
}

/// How long threads that are about to end are waited for.
const PATIENCE: Duration = Duration::from_millis(250);

/// Gives up what `request` says, for good. About half a millisecond.
///
/// # Errors
///
/// The user cannot be become, or [`Policy::Strict`] and a layer is missing. What was given up by then stays given up: the
/// process should end.
pub fn apply(request: Request<'_>) -> Result<Report, Error> {
    let mut report = Report::default();
    if request.policy == Policy::Off {
        if let Some(user) = request.user {
            report.add(Layer::User, privileges::become_user(user, CapabilitySet::empty())?);
        }
        report.add(Layer::All, State::Off);
        return Ok(report);
    }
    // The first question about time may make rustix look for the kernel's table of facts in /proc.
    let _ = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    let others = other_threads();
    let kept = request.role.capabilities();
    report.add(Layer::Bounding, privileges::shrink_bounding_set(kept));
    if let Some(user) = request.user {
        report.add(Layer::User, privileges::become_user(user, kept)?);
    } else {
        report.add(Layer::User, privileges::unchanged());
    }
    report.add(Layer::Capabilities, keep_only(kept));
    report.add(Layer::NoNewPrivileges, privileges::no_new_privileges());
    let landlock = landlocked::restrict(request.role);
    let is_landlocked = matches!(landlock, State::InForce(_));
    report.add(Layer::Landlock, landlock);
    report.add(Layer::Seccomp, calls::restrict(request.role, is_landlocked));
    report.add(Layer::Threads, others);
    if request.policy == Policy::Strict
        && let Some((layer, why)) = report.missing().next()
    {
        return Err(Error::Missing { layer, why: why.to_owned() });
    }
    Ok(report)
}

/// Whether this is the only thread. Landlock and capabilities would not reach others. One that has delivered its result
/// and is about to end is waited for.
fn other_threads() -> State {
    let started = Instant::now();
    loop {
        match std::fs::read_dir("/proc/self/task").map(Iterator::count) {
            Ok(0 | 1) => return State::InForce("the only one".to_owned()),
            Ok(_) if started.elapsed() < PATIENCE => std::thread::sleep(Duration::from_millis(1)),
            Ok(n) => {
                return State::Missing(format!(
                    "{} further threads run already, which keep their capabilities and Landlock does not reach",
                    n.saturating_sub(1)
                ));
            }
            Err(error) => {
                return State::Missing(format!(
                    "/proc/self/task cannot be read ({error}), so that nobody knows whether there are others"
                ));
            }
        }
    }
}
