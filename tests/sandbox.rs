//! What a confined process can do, by trying: files, sockets, programs and privileges are out of reach, and what the work
//! needs is not.
//!
//! The test starts itself as the process that tries (`sandbox/trial.rs`), because a sandbox is never left again.

#[path = "sandbox/trial.rs"]
mod trial;

use libtest_mimic::{Arguments, Failed, Trial};
use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// The first argument of the process that tries.
const TRIAL: &str = "--trial";
/// A user that has no entry in the user database, and owns nothing.
const NOBODY: u32 = 54_321;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().collect();
    if let [_, first, role, policy, user, folder] = words.as_slice()
        && first == TRIAL
    {
        return trial::main(role, policy, user, Path::new(folder));
    }
    let trials = vec![
        Trial::test("the_parser_reaches_nothing", || parser("on")),
        Trial::test("the_parser_reaches_nothing_when_strict", || parser("strict")),
        Trial::test("without_a_sandbox_all_of_it_is_possible", without),
        Trial::test("the_helper_for_files_stays_in_its_folder", files),
        Trial::test("the_helper_for_owners_only_reads", owners),
        Trial::test("root_becomes_who_called_sudo", sudo),
        Trial::test("views_need_nothing_that_is_forbidden", views),
        Trial::test("a_helper_makes_the_files_and_runs_the_command", saving),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// A folder for everybody, in which a file lies; removed at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Result<Self, Failed> {
        // Not below the build's folder, which another user may not be able to enter.
        let path = std::env::temp_dir().join(format!("sniff-sandbox-{name}-{}", std::process::id()));
        fs::create_dir(&path)?;
        let scratch = Scratch(path);
        fs::set_permissions(&scratch.0, Permissions::from_mode(0o777))?;
        fs::write(scratch.0.join("input"), b"capture")?;
        fs::set_permissions(scratch.0.join("input"), Permissions::from_mode(0o666))?;
        Ok(scratch)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What the system said to each attempt.
struct Said {
    all: BTreeMap<String, String>,
    /// Layers that this kernel does not have.
    missing: Vec<String>,
}

fn tried(role: &str, policy: &str) -> Result<Said, Failed> {
    let scratch = Scratch::new(&format!("{role}-{policy}"))?;
    let user = if is_root() { NOBODY.to_string() } else { "-".to_owned() };
    let program = std::env::current_exe()?;
    let done = Command::new(program).args([TRIAL, role, policy, &user]).arg(&scratch.0).output()?;
    let (out, err) = (String::from_utf8(done.stdout)?, String::from_utf8(done.stderr)?);
    if !done.status.success() {
        return Err(format!("{}: {out}{err}", done.status).into());
    }
    let mut all = BTreeMap::new();
    let mut missing = Vec::new();
    for line in out.lines() {
        println!("  {line}");
        let (name, said) = line.split_once(": ").ok_or("no colon")?;
        if let (true, Some((layer, why))) = (name == "sandbox", said.split_once(": MISSING: ")) {
            println!("skipped: this system has no {layer}: {why}");
            missing.push(layer.to_owned());
        }
        all.insert(name.to_owned(), said.to_owned());
    }
    Ok(Said { all, missing })
}

/// Everything that begins with "may" was done, and nothing else.
fn only_what_it_may(said: &Said) -> Result<(), Failed> {
    let attempts = said.all.iter().filter(|(name, _)| *name != "sandbox");
    let wrong: Vec<_> = attempts
        .filter(|(name, said)| {
            name.starts_with("may ") != (*said == trial::DONE) && *name != "receive from a packet socket"
        })
        .collect();
    if wrong.is_empty() { Ok(()) } else { Err(format!("{wrong:?}").into()) }
}

fn parser(policy: &str) -> Result<(), Failed> {
    let said = tried("parser", policy)?;
    if said.all.contains_key("refused") {
        // Strict, and a layer is missing: nothing may have been tried as if it were there.
        return if said.missing.is_empty() && policy == "strict" { Ok(()) } else { Err("refused".into()) };
    }
    for needed in ["seccomp", "landlock"] {
        if said.missing.iter().any(|layer| layer == needed) {
            return Ok(());
        }
    }
    only_what_it_may(&said)?;
    for (name, kind) in [
        ("read another file", "Permission denied"),
        ("create a file", "Operation not permitted"),
        ("make an inet socket", "Operation not permitted"),
        ("become a program", "Operation not permitted"),
    ] {
        let found = said.all.get(name).ok_or_else(|| format!("{name} was not tried"))?;
        if !found.contains(kind) {
            return Err(format!("{name}: expected {kind}, found {found}").into());
        }
    }
    match said.all.get("receive from a packet socket").map(String::as_str) {
        None => println!("skipped: packet sockets, for which this test has no permission"),
        Some(trial::DONE) => {}
        Some(other) => return Err(format!("receive from a packet socket: {other}").into()),
    }
    Ok(())
}

/// The attempts themselves work, so that what fails in a sandbox fails because of it.
fn without() -> Result<(), Failed> {
    let said = tried("parser", "off")?;
    for name in
        ["read another file", "create a file", "make an inet socket", "make a TCP connection", "make a unix socket"]
    {
        if said.all.get(name).map(String::as_str) != Some(trial::DONE) {
            return Err(format!("{name}: {:?}", said.all.get(name)).into());
        }
    }
    Ok(())
}

fn files() -> Result<(), Failed> {
    let said = tried("files", "on")?;
    if said.missing.is_empty() { only_what_it_may(&said) } else { Ok(()) }
}

fn owners() -> Result<(), Failed> {
    let said = tried("owners", "on")?;
    if said.missing.is_empty() { only_what_it_may(&said) } else { Ok(()) }
}

/// A field of /proc/PID/status.
fn field<'a>(status: &'a str, name: &str) -> &'a str {
    status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).unwrap_or_default().trim()
}

fn sudo() -> Result<(), Failed> {
    if !is_root() {
        println!("skipped: only root can become another user");
        return Ok(());
    }
    let mut sniff = Command::new(env!("CARGO_BIN_EXE_sniff"))
        .args(["-v", "-r", "-"])
        .env("SUDO_UID", NOBODY.to_string())
        .env("SUDO_GID", NOBODY.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let started = Instant::now();
    let mut status = String::new();
    while field(&status, "NoNewPrivs") != "1" && started.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(10));
        status = fs::read_to_string(format!("/proc/{}/status", sniff.id()))?;
    }
    // The last layers follow within milliseconds; seccomp is the last of all.
    while field(&status, "Seccomp") == "0" && started.elapsed() < Duration::from_secs(20) {
        status = fs::read_to_string(format!("/proc/{}/status", sniff.id()))?;
    }
    if let Some(mut input) = sniff.stdin.take() {
        input.write_all(&fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/demo/web.pcap"))?)?;
    }
    let done = sniff.wait_with_output()?;
    let err = String::from_utf8_lossy(&done.stderr);
    let ids = format!("{NOBODY}\t{NOBODY}\t{NOBODY}\t{NOBODY}");
    for (name, expected) in [
        ("Uid", ids.as_str()),
        ("Gid", &ids),
        ("Groups", &NOBODY.to_string()),
        ("CapInh", "0000000000000000"),
        ("CapPrm", "0000000000000000"),
        ("CapEff", "0000000000000000"),
        ("CapAmb", "0000000000000000"),
        ("NoNewPrivs", "1"),
    ] {
        if field(&status, name) != expected {
            return Err(format!("{name}: expected {expected}, found {}\n{status}\n{err}", field(&status, name)).into());
        }
    }
    if !done.status.success() || done.stdout.is_empty() || !err.contains("sandbox: user: 54321") {
        return Err(format!("{}: {err}", done.status).into());
    }
    Ok(())
}

/// `sniff -r web.pcap -w FOLDER/out.pcap -C 4K` and these words; what lies in the folder then, by name.
fn saved(folder: &str, words: &[&str]) -> Result<BTreeMap<String, Vec<u8>>, Failed> {
    let scratch = Scratch::new(folder)?;
    fs::remove_file(scratch.0.join("input"))?;
    // Root's folder, in which the user that root becomes can make nothing.
    fs::set_permissions(&scratch.0, Permissions::from_mode(0o755))?;
    let done = Command::new(env!("CARGO_BIN_EXE_sniff"))
        .args(["-r", concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/demo/web.pcap"), "-C", "4K", "-w"])
        .arg(scratch.0.join("out.pcap"))
        .args(words)
        .env_remove("SUDO_UID")
        .output()?;
    let err = String::from_utf8_lossy(&done.stderr);
    println!("  {words:?}: {err}");
    if !done.status.success() {
        return Err(format!("{words:?}: {}: {err}", done.status).into());
    }
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(&scratch.0)? {
        let entry = entry?;
        if words.contains(&"-Z") && entry.metadata()?.uid() == 0 {
            return Err(format!("{:?} is root's", entry.path()).into());
        }
        all.insert(entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path())?);
    }
    Ok(all)
}

fn saving() -> Result<(), Failed> {
    let free = saved("saved-off", &["--sandbox", "off"])?;
    if free.len() < 2 {
        return Err(format!("files were to be rotated, and there are {}", free.len()).into());
    }
    if saved("saved-on", &[])? != free {
        return Err("the helper makes other files".into());
    }
    if !saved("removed", &["-z", "rm"])?.is_empty() {
        return Err("the command did not run for each file".into());
    }
    if is_root() {
        if saved("saved-as", &["-Z", "nobody"])? != free {
            return Err("the helper makes other files as nobody".into());
        }
    } else {
        println!("skipped: only root can become another user");
    }
    Ok(())
}

/// Views that together use everything that reads, computes and writes.
const VIEWS: &[&[&str]] = &[
    &["-vv", "-XX"],
    &["--explain=1-3"],
    &["-T", "json"],
    &["--flows", "-T", "csv"],
    &["--states"],
    &["-c", "4", "tcp port http or vlan or ip6"],
];

fn views() -> Result<(), Failed> {
    let mut captures = sniff_testing::captures::fixtures();
    captures.sort();
    let (mut runs, mut wrong) = (0, Vec::new());
    for capture in &captures {
        for view in VIEWS {
            // A build without libpcap has no filters.
            if cfg!(not(feature = "live")) && view.first() == Some(&"-c") {
                continue;
            }
            let run = |sandbox: &str| {
                Command::new(env!("CARGO_BIN_EXE_sniff"))
                    .env("TZ", "Europe/Berlin")
                    .env_remove("SUDO_UID")
                    .args(["--sandbox", sandbox, "-r"])
                    .arg(capture)
                    .args(*view)
                    .output()
            };
            let (confined, free) = (run("strict")?, run("off")?);
            if String::from_utf8_lossy(&confined.stderr).contains("the sandbox is incomplete") {
                println!("skipped: {}", String::from_utf8_lossy(&confined.stderr));
                return Ok(());
            }
            runs += 1;
            if (confined.status.code(), &confined.stdout) != (free.status.code(), &free.stdout) {
                let err = String::from_utf8_lossy(&confined.stderr).into_owned();
                wrong.push(format!("{} {view:?}: {}: {err}", capture.display(), confined.status));
            }
        }
    }
    println!("{runs} runs in the sandbox and without it");
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}
