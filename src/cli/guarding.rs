//! What the process gives up, and when: after everything is open, before the first byte of traffic.

use super::args::Guarding;
use super::diag::{Diag, Exit};
use super::run::Env;
use crate::capture::LinkType;
use crate::capture::bpf::FilterSet;
use crate::sandbox::{self, Policy, Request, Role, User};
use crate::text::escaped;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::time::{Duration, Instant};

/// The process, when it is the program's own. Tests run the program inside theirs, which must give up nothing.
#[derive(Clone, Debug, Default)]
pub struct Process {
    /// SUDO_UID: who called sudo.
    pub sudo_uid: Option<OsString>,
    /// SUDO_GID: the first group of that user.
    pub sudo_gid: Option<OsString>,
}

/// Words of filter expressions that are no names (pcap-filter(7)), as far as they are common. A word that is missing here
/// costs a few milliseconds.
const KEYWORDS: &[&str] = &[
    "ah",
    "and",
    "arp",
    "broadcast",
    "decnet",
    "dst",
    "esp",
    "ether",
    "gateway",
    "geneve",
    "greater",
    "host",
    "icmp",
    "icmp6",
    "icmptype",
    "icmpcode",
    "igmp",
    "inbound",
    "ip",
    "ip6",
    "iso",
    "len",
    "less",
    "link",
    "llc",
    "mpls",
    "multicast",
    "net",
    "not",
    "or",
    "outbound",
    "pim",
    "port",
    "portrange",
    "pppoed",
    "pppoes",
    "proto",
    "rarp",
    "sctp",
    "src",
    "stp",
    "tcp",
    "tcpflags",
    "udp",
    "vlan",
    "vrrp",
    "vxlan",
    "wlan",
    "mask",
];

/// How long that may take in all.
const COMPILING: Duration = Duration::from_secs(2);

/// What the process will give up.
pub struct Guard {
    /// `None`: the process is not the program's own.
    policy: Option<Policy>,
    user: Option<User>,
    /// Why it stays root, when somebody may wonder.
    stays_root: Option<String>,
    is_told: bool,
}

impl Guard {
    /// Checks what was asked for. `is_told`: what is in force is said (`-v`).
    ///
    /// # Errors
    ///
    /// There is no such user, or the process cannot become it.
    pub fn new(args: &Guarding, is_told: bool, process: Option<&Process>) -> Result<Guard, Diag> {
        let Some(process) = process else {
            return Ok(Guard { policy: None, user: None, stays_root: None, is_told });
        };
        let policy = Policy::from(args.sandbox);
        let mut guard = Guard { policy: Some(policy), user: None, stays_root: None, is_told };
        let is_root = rustix::process::geteuid().is_root();
        if let Some(name) = &args.user {
            let user =
                User::named(name).map_err(|why| Diag::usage(format!("-Z: {why}")).hint("-Z USER, as in -Z nobody"))?;
            if !is_root && rustix::process::geteuid().as_raw() != user.uid {
                return Err(Diag::usage(format!("-Z {}: only root can become another user", escaped(name.as_bytes())))
                    .hint("leave -Z out, or use sudo"));
            }
            guard.user = Some(user);
        } else if is_root && policy != Policy::Off {
            match sudo(process) {
                Ok(user) => guard.user = user,
                Err(why) => guard.stays_root = Some(why),
            }
        }
        Ok(guard)
    }

    /// Says nothing: what is in force is told by the process that everybody sees.
    #[must_use]
    pub(super) fn quietly(self) -> Guard {
        Guard { is_told: false, stays_root: None, ..self }
    }

    /// Whom the process becomes; files that it creates before should be theirs.
    pub fn user(&self) -> Option<&User> {
        self.user.as_ref()
    }

    /// How much is asked for; `None` when the process is not the program's own, and nothing may be given up.
    pub fn policy(&self) -> Option<Policy> {
        self.policy
    }

    /// Compiles a filter that may hold names of hosts, networks, ports or protocols, because libpcap looks those up in files:
    /// for each link type in `links`, the likeliest first, while there is time.
    pub fn compile_ahead(&self, filter: &mut FilterSet, expression: &str, links: impl Iterator<Item = LinkType>) {
        if self.policy.is_none_or(|policy| policy == Policy::Off) || !may_hold_names(expression) {
            return;
        }
        let started = Instant::now();
        for link in links {
            // What is wrong with it is told for the link type that comes.
            let _ = filter.for_link(link);
            if started.elapsed() > COMPILING {
                return;
            }
        }
    }

    /// Gives everything up that the role does not need. What is missing is told to whoever captures (`is_live`), and all
    /// with `-v`.
    ///
    /// # Errors
    ///
    /// The user cannot be become; with `--sandbox strict`, a layer is missing.
    pub fn enter(&self, role: Role<'_>, is_live: bool, env: &mut Env<'_>) -> Result<(), Diag> {
        let Some(policy) = self.policy else { return Ok(()) };
        if let Some(why) = &self.stays_root {
            let _ = writeln!(env.err, "sniff: staying root, without its capabilities: {why}");
        }
        let report = sandbox::apply(Request { policy, user: self.user.as_ref(), role }).map_err(refused)?;
        if self.is_told {
            let _ = writeln!(env.err, "{report}");
        } else if is_live {
            for (layer, why) in report.missing() {
                let _ = writeln!(env.err, "sniff: the sandbox is incomplete: {}: {why}", layer.name());
            }
        }
        Ok(())
    }
}

/// Whether an expression has words that are neither keywords nor numbers nor addresses.
fn may_hold_names(expression: &str) -> bool {
    let words = expression.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '_' | '-' | ':' | '\\'));
    let is_name = |word: &str| {
        let is_address = word.contains(':') || word.starts_with(|c: char| c.is_ascii_digit());
        // tcp-syn, icmp-echo, icmp6-echo: numbers by name, which libpcap knows itself.
        let is_constant = word.starts_with("tcp-") || word.starts_with("icmp-") || word.starts_with("icmp6-");
        !is_address && !is_constant && !KEYWORDS.contains(&word)
    };
    words.filter(|word| !word.is_empty()).any(is_name)
}

/// What to do about a sandbox that cannot be had.
fn refused(error: sandbox::Error) -> Diag {
    let diag = Diag::new(Exit::Error, error.to_string());
    diag.hint(match error {
        sandbox::Error::User { .. } => "name another user:  -Z USER",
        sandbox::Error::Missing { .. } => "take what there is:  --sandbox on",
    })
}

/// The user who called sudo; `None` when there was no sudo.
///
/// # Errors
///
/// That user is root, or the variables are no numbers. The text is safe to print.
fn sudo(process: &Process) -> Result<Option<User>, String> {
    let number = |name: &str, value: &OsStr| {
        let text = value.to_str().filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
        text.and_then(|text| text.parse::<u32>().ok())
            .ok_or_else(|| format!("{name} is no number: {}", escaped(value.as_bytes())))
    };
    let Some(uid) = &process.sudo_uid else { return Ok(None) };
    let uid = number("SUDO_UID", uid)?;
    if uid == 0 {
        return Err("SUDO_UID says that root called sudo; -Z USER becomes another user".to_owned());
    }
    let Some(gid) = &process.sudo_gid else { return Err("SUDO_UID is set and SUDO_GID is not".to_owned()) };
    Ok(Some(User::numbered(uid, number("SUDO_GID", gid)?)))
}

#[cfg(test)]
mod tests {
    use super::{Guard, Process, may_hold_names, sudo};
    use crate::cli::args::Guarding;

    fn process(uid: &str, gid: &str) -> Process {
        Process { sudo_uid: Some(uid.into()), sudo_gid: Some(gid.into()) }
    }

    #[test]
    fn who_called_sudo() {
        assert_eq!(sudo(&Process::default()), Ok(None));
        let user = sudo(&process("4000000001", "12")).expect("numbers").expect("a user");
        assert_eq!((user.uid, user.gid), (4_000_000_001, 12));
        for (uid, gid, why) in [
            ("0", "0", "root called sudo"),
            ("1000", "-1", "SUDO_GID is no number"),
            ("+7", "7", "SUDO_UID is no number: +7"),
            ("4294967296", "7", "SUDO_UID is no number"),
            ("\x1b[1m", "7", "SUDO_UID is no number"),
        ] {
            let told = sudo(&process(uid, gid)).unwrap_err();
            assert!(told.contains(why) && !told.contains('\x1b'), "{told}");
        }
        assert!(sudo(&Process { sudo_gid: None, ..process("7", "") }).unwrap_err().contains("SUDO_GID is not"));
    }

    #[test]
    fn names_in_filters() {
        for plain in [
            "",
            "tcp port 80 and host 192.0.2.1",
            "not (ip6 net fe80::/10 or vlan 7)",
            "tcp[tcpflags] & tcp-syn != 0",
            "len>=0x40",
        ] {
            assert!(!may_hold_names(plain), "{plain}");
        }
        for named in ["tcp port http", "host example.com", "ip proto \\udp", "net loopback"] {
            assert!(may_hold_names(named), "{named}");
        }
    }

    #[test]
    fn a_process_of_somebody_else_gives_up_nothing() {
        let asked = Guarding { user: Some("nobody".into()), ..Guarding::default() };
        let guard = Guard::new(&asked, false, None).expect("nothing to check");
        assert!(guard.policy().is_none() && guard.user().is_none());
    }

    #[test]
    fn users_that_do_not_exist() {
        let asked = Guarding { user: Some("no-such-user".into()), ..Guarding::default() };
        let diag = Guard::new(&asked, false, Some(&Process::default())).err().expect("an error");
        assert_eq!(diag.message, "-Z: there is no user named no-such-user");
    }
}
