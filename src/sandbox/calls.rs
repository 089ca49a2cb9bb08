//! seccomp(2): which system calls the process can make. All others fail with `EPERM`.
//!
//! The list is what is needed to read packet sockets, files and pipes that are open, to write to what is open, to wait, to
//! keep time, to allocate memory, to have threads and to end. Arguments count where a call can do more than that: no
//! memory becomes executable, no process is made, nothing is sent on a packet socket. A filter sees numbers and not what
//! they point to, so paths are Landlock's business; without it, nothing can be opened at all.

use super::Role;
use super::report::State;
use nix::libc as c;
use rustix::io::Errno;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule, TargetArch,
};
use std::collections::BTreeMap;
use std::os::fd::AsRawFd;

/// The processor's system call numbers, or `None` where no list was tried.
const ARCHITECTURE: Option<TargetArch> = if cfg!(target_arch = "x86_64") {
    Some(TargetArch::x86_64)
} else if cfg!(target_arch = "aarch64") {
    Some(TargetArch::aarch64)
} else {
    None
};

/// Calls that every role may make, with whatever arguments.
const ALWAYS: &[i64] = &[
    // Reading what is open.
    c::SYS_read,
    c::SYS_readv,
    c::SYS_pread64,
    c::SYS_lseek,
    c::SYS_close,
    c::SYS_fstat,
    c::SYS_recvfrom,
    c::SYS_recvmsg,
    c::SYS_getsockopt,
    c::SYS_getsockname,
    // Keeping files whole.
    c::SYS_ftruncate,
    c::SYS_fallocate,
    c::SYS_fsync,
    c::SYS_fdatasync,
    c::SYS_sync_file_range,
    c::SYS_fadvise64,
    // Waiting.
    c::SYS_ppoll,
    c::SYS_pselect6,
    c::SYS_epoll_create1,
    c::SYS_epoll_ctl,
    c::SYS_epoll_pwait,
    c::SYS_eventfd2,
    c::SYS_timerfd_create,
    c::SYS_timerfd_settime,
    c::SYS_futex,
    c::SYS_sched_yield,
    c::SYS_nanosleep,
    c::SYS_clock_nanosleep,
    c::SYS_restart_syscall,
    // Time, for machines whose clock is not in the vDSO.
    c::SYS_clock_gettime,
    c::SYS_clock_getres,
    c::SYS_gettimeofday,
    // Memory; mmap and mprotect have conditions.
    c::SYS_brk,
    c::SYS_munmap,
    c::SYS_mremap,
    c::SYS_madvise,
    c::SYS_getrandom,
    // Threads and signals; clone has conditions.
    c::SYS_set_robust_list,
    c::SYS_rseq,
    c::SYS_set_tid_address,
    c::SYS_sched_getaffinity,
    c::SYS_getpid,
    c::SYS_gettid,
    c::SYS_membarrier,
    c::SYS_rt_sigaction,
    c::SYS_rt_sigprocmask,
    c::SYS_rt_sigreturn,
    c::SYS_sigaltstack,
    // Who it is; rustix panics when such calls fail, which they never do elsewhere.
    c::SYS_getppid,
    c::SYS_getuid,
    c::SYS_geteuid,
    c::SYS_getgid,
    c::SYS_getegid,
    c::SYS_getrusage,
    c::SYS_exit,
    c::SYS_exit_group,
];

/// Older calls that only x86-64 has, and its C library still makes.
#[cfg(target_arch = "x86_64")]
const OLDER: &[i64] = &[c::SYS_poll, c::SYS_select, c::SYS_epoll_wait, c::SYS_time];
#[cfg(not(target_arch = "x86_64"))]
const OLDER: &[i64] = &[];

/// Calls that send or write: their first argument must not be a packet socket.
const SENDING: &[i64] = &[c::SYS_write, c::SYS_writev, c::SYS_pwrite64, c::SYS_sendto, c::SYS_sendmsg];

/// Device requests: the size and kind of a terminal, bytes waiting, blocking or not, close on exec, and the flags of an
/// interface, by which libpcap tells one that is down from one that is gone. Above all not `TIOCSTI`, which types into the
/// terminal.
const REQUESTS: &[u64] = &[c::TIOCGWINSZ, c::TCGETS, TCGETS2, c::FIONREAD, c::FIONBIO, c::FIOCLEX, c::SIOCGIFFLAGS];
/// Newer C libraries ask this of a terminal instead of `TCGETS`.
const TCGETS2: u64 = 0x802c_542a;

/// What fcntl(2) may do with descriptors: flags and sizes, but no owner or signal, which would reach other processes.
const DESCRIPTORS: &[i32] =
    &[c::F_GETFD, c::F_SETFD, c::F_GETFL, c::F_SETFL, c::F_GETPIPE_SZ, c::F_SETPIPE_SZ, c::F_DUPFD, c::F_DUPFD_CLOEXEC];

/// All flags that ask clone(2) for a thread of this process, and those that ask for anything else.
const THREAD: u64 = (c::CLONE_VM | c::CLONE_FS | c::CLONE_FILES | c::CLONE_SIGHAND | c::CLONE_THREAD) as u64;
const NOT_A_THREAD: u64 = (c::CLONE_VFORK
    | c::CLONE_PTRACE
    | c::CLONE_PARENT
    | c::CLONE_NEWNS
    | c::CLONE_NEWCGROUP
    | c::CLONE_NEWUTS
    | c::CLONE_NEWIPC
    | c::CLONE_NEWUSER
    | c::CLONE_NEWPID
    | c::CLONE_NEWNET) as u64;

/// Flags of openat(2) that do more than read. `O_TMPFILE` contains `O_DIRECTORY`, which is harmless.
const MORE_THAN_READING: u64 =
    (c::O_ACCMODE | c::O_CREAT | c::O_TRUNC | c::O_APPEND | c::O_PATH | (c::O_TMPFILE & !c::O_DIRECTORY)) as u64;

/// Forbids all calls that the role does not need, for all threads.
pub(super) fn restrict(role: Role<'_>, is_landlocked: bool) -> State {
    if matches!(role, Role::Commands) {
        return State::Unneeded("the programs that this process starts would inherit it");
    }
    let Some(architecture) = ARCHITECTURE else {
        return State::Missing("no list of system calls was tried on this processor".to_owned());
    };
    let installed = || -> Result<usize, String> {
        let allowed = allowed(role, is_landlocked).map_err(|e| e.to_string())?;
        let count = allowed.len();
        // The C library makes threads by clone(2) when it is told that there is no clone3(2), whose flags lie in memory,
        // where no filter can look. Of two filters with errors the later decides which; so this one goes first and the
        // list has clone3.
        let no_clone3 = program(
            BTreeMap::from([(c::SYS_clone3, Vec::new())]),
            SeccompAction::Allow,
            SeccompAction::Errno(Errno::NOSYS.raw_os_error().cast_unsigned()),
            architecture,
        )?;
        let list = program(
            allowed,
            SeccompAction::Errno(Errno::PERM.raw_os_error().cast_unsigned()),
            SeccompAction::Allow,
            architecture,
        )?;
        for filter in [&no_clone3, &list] {
            seccompiler::apply_filter_all_threads(filter).map_err(|e| e.to_string())?;
        }
        Ok(count)
    };
    match installed() {
        // A harmless call that is not on the list.
        Ok(_) if rustix::process::getpgid(None) != Err(Errno::PERM) => {
            State::Missing("the kernel said yes and did not do it".to_owned())
        }
        Ok(count) => {
            let sockets = match role {
                Role::Parser { receive_only: [], .. } | Role::Files { .. } | Role::Commands => "",
                Role::Parser { .. } => ", nothing can be sent on packet sockets",
                Role::Owners => ", nothing can be sent but to the kernel and the parser",
            };
            State::InForce(format!("{count} system calls are left, all others fail{sockets}"))
        }
        Err(why) => State::Missing(why),
    }
}

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

fn program(
    rules: Rules,
    otherwise: SeccompAction,
    listed: SeccompAction,
    architecture: TargetArch,
) -> Result<BpfProgram, String> {
    SeccompFilter::new(rules, otherwise, listed, architecture).and_then(BpfProgram::try_from).map_err(|e| e.to_string())
}

type Built<T> = Result<T, seccompiler::BackendError>;

/// An argument, counted from 0, that is a C `int`.
fn int(argument: u8, operator: SeccompCmpOp, value: u64) -> Built<SeccompCondition> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, operator, value)
}

/// An argument, counted from 0, that is a C `long`, of whose bits under `mask` exactly `set` are set.
fn long(argument: u8, mask: u64, set: u64) -> Built<SeccompCondition> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Qword, SeccompCmpOp::MaskedEq(mask), set)
}

/// The calls that this role may make, each with the rules of which one must hold; none, if it always may.
fn allowed(role: Role<'_>, is_landlocked: bool) -> Built<Rules> {
    use SeccompCmpOp::{Eq, MaskedEq};
    let mut rules: Rules = ALWAYS.iter().chain(OLDER).map(|call| (*call, Vec::new())).collect();
    rules.insert(c::SYS_clone3, Vec::new());

    let one = |conditions: Vec<SeccompCondition>| SeccompRule::new(conditions).map(|rule| vec![rule]);
    for call in [c::SYS_mmap, c::SYS_mprotect] {
        rules.insert(call, one(vec![long(2, c::PROT_EXEC as u64, 0)?])?);
    }
    rules.insert(c::SYS_clone, one(vec![long(0, THREAD | NOT_A_THREAD, THREAD)?])?);
    // Naming threads.
    rules.insert(c::SYS_prctl, one(vec![int(0, Eq, c::PR_SET_NAME as u64)?])?);
    // abort() signals the process itself.
    let own = u64::from(rustix::process::getpid().as_raw_nonzero().get().cast_unsigned());
    rules.insert(c::SYS_tgkill, one(vec![int(0, Eq, own)?])?);
    // Facts about what is open, not about paths: the flag says so, and the C library's path is empty.
    let empty_path = c::AT_EMPTY_PATH as u64;
    rules.insert(c::SYS_newfstatat, one(vec![int(3, MaskedEq(empty_path), empty_path)?])?);
    rules.insert(c::SYS_statx, one(vec![int(2, MaskedEq(empty_path), empty_path)?])?);
    let any = |requests: &[u64]| {
        requests.iter().map(|request| SeccompRule::new(vec![int(1, Eq, *request)?])).collect::<Built<Vec<_>>>()
    };
    rules.insert(c::SYS_ioctl, any(REQUESTS)?);

    // A packet socket cannot be written to, and not become another number.
    let packet_sockets: &[_] = if let Role::Parser { receive_only, .. } = role { receive_only } else { &[] };
    let elsewhere = || {
        let fds = packet_sockets.iter().map(|fd| u64::from(fd.as_raw_fd().cast_unsigned()));
        fds.map(|fd| int(0, SeccompCmpOp::Ne, fd)).collect::<Built<Vec<_>>>()
    };
    for call in SENDING {
        let conditions = elsewhere()?;
        rules.insert(*call, if conditions.is_empty() { Vec::new() } else { one(conditions)? });
    }
    let mut commands = Vec::new();
    for command in DESCRIPTORS {
        let mut conditions = vec![int(1, Eq, u64::from(command.cast_unsigned()))?];
        if matches!(*command, c::F_DUPFD | c::F_DUPFD_CLOEXEC) {
            conditions.extend(elsewhere()?);
        }
        commands.push(SeccompRule::new(conditions)?);
    }
    rules.insert(c::SYS_fcntl, commands);

    let reading = || one(vec![int(2, MaskedEq(MORE_THAN_READING), 0)?]);
    match role {
        // Which files, Landlock says; without it none.
        Role::Parser { .. } if is_landlocked => {
            rules.insert(c::SYS_openat, reading()?);
        }
        Role::Parser { .. } | Role::Commands => {}
        Role::Owners => {
            rules.insert(c::SYS_openat, reading()?);
            rules.extend(
                [c::SYS_getdents64, c::SYS_readlinkat, c::SYS_newfstatat, c::SYS_statx].map(|n| (n, Vec::new())),
            );
            #[cfg(target_arch = "x86_64")]
            rules.insert(c::SYS_readlink, Vec::new());
            // To the kernel over a netlink socket that is connected to it, and to the parser.
            rules.insert(c::SYS_sendto, one(vec![long(4, u64::MAX, 0)?])?);
            rules.insert(c::SYS_sendmsg, one(vec![int(0, Eq, 0)?])?);
        }
        Role::Files { .. } => {
            let calls = [
                c::SYS_openat,
                c::SYS_unlinkat,
                c::SYS_renameat2,
                c::SYS_renameat,
                c::SYS_linkat,
                c::SYS_fchown,
                c::SYS_fchmod,
                c::SYS_newfstatat,
                c::SYS_statx,
                c::SYS_getdents64,
                c::SYS_umask,
            ];
            rules.extend(calls.map(|call| (call, Vec::new())));
        }
    }
    Ok(rules)
}

#[cfg(test)]
mod tests {
    use super::{ARCHITECTURE, allowed, program};
    use crate::sandbox::Role;
    use nix::libc as c;
    use seccompiler::SeccompAction;
    use std::os::fd::{AsFd, BorrowedFd};

    /// What no process that reads packets may do, whatever the arguments.
    const NEVER: &[i64] = &[
        c::SYS_socket,
        c::SYS_socketpair,
        c::SYS_connect,
        c::SYS_bind,
        c::SYS_execve,
        c::SYS_execveat,
        c::SYS_ptrace,
        c::SYS_process_vm_writev,
        c::SYS_pidfd_getfd,
        c::SYS_open_by_handle_at,
        c::SYS_mount,
        c::SYS_unshare,
        c::SYS_setns,
        c::SYS_bpf,
        c::SYS_io_uring_setup,
        c::SYS_userfaultfd,
        c::SYS_keyctl,
        c::SYS_kill,
        c::SYS_tkill,
        c::SYS_setuid,
        c::SYS_setresuid,
        c::SYS_unlinkat,
        c::SYS_renameat2,
        c::SYS_memfd_create,
        c::SYS_pkey_mprotect,
        c::SYS_seccomp,
        c::SYS_dup,
        c::SYS_dup3,
    ];

    #[test]
    fn the_parser_can_do_nothing_but_read_and_write_what_is_open() {
        let parser = Role::Parser { interfaces: &[], receive_only: &[] };
        for is_landlocked in [true, false] {
            let rules = allowed(parser, is_landlocked).expect("rules");
            assert_eq!(rules.contains_key(&c::SYS_openat), is_landlocked);
            for call in NEVER {
                assert!(!rules.contains_key(call), "system call {call}");
            }
        }
    }

    #[test]
    fn many_packet_sockets_make_a_program_that_the_kernel_takes() {
        let Some(architecture) = ARCHITECTURE else { return };
        let standard_input = std::io::stdin();
        let sockets: Vec<BorrowedFd<'_>> = vec![standard_input.as_fd(); 64];
        let rules = allowed(Role::Parser { interfaces: &[], receive_only: &sockets }, true).expect("rules");
        let list = program(rules, SeccompAction::Errno(1), SeccompAction::Allow, architecture).expect("a program");
        assert!(list.len() < 4096, "{} instructions", list.len());
    }
}
