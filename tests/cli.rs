//! The program as its users meet it: exit codes, messages, pipes.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const CAPTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/demo/web.pcap");

fn sniff() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sniff"));
    command.env("TZ", "UTC").env_remove("COLUMNS").env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    command
}

struct Ran {
    out: String,
    err: String,
    code: i32,
}

fn run(args: &[&str]) -> Ran {
    let out = sniff().args(args).output().expect("sniff runs");
    let text = |b: Vec<u8>| String::from_utf8(b).expect("all output is UTF-8");
    Ran { out: text(out.stdout), err: text(out.stderr), code: out.status.code().expect("an exit code") }
}

/// A folder of this test alone, removed at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cli-{name}"));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a scratch folder");
        Scratch(path)
    }

    fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, bytes).expect("a scratch file");
        path.to_str().expect("UTF-8").to_owned()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_missing_file_is_named_with_what_lies_beside_it() {
    let scratch = Scratch::new("missing");
    scratch.file("trace.pcap", b"");
    let wrong = scratch.0.join("trcae.pcap");
    let ran = run(&["-r", wrong.to_str().expect("UTF-8")]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("trcae.pcap: no such file"), "{}", ran.err);
    assert!(ran.err.contains("trace.pcap beside it"), "{}", ran.err);
}

#[test]
fn a_file_that_is_no_capture_and_an_empty_one_say_what_they_are() {
    let scratch = Scratch::new("nocapture");
    let ran = run(&["-r", &scratch.file("notes.txt", b"hello world")]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("not a capture file"), "{}", ran.err);
    let ran = run(&["-r", &scratch.file("empty.pcap", b"")]);
    assert_ne!(ran.code, 0);
    assert!(ran.err.contains("empty.pcap"), "{}", ran.err);
    let ran = run(&["-r", scratch.0.to_str().expect("UTF-8")]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("directory"), "{}", ran.err);
}

#[test]
fn a_damaged_capture_shows_what_was_before_and_exits_4() {
    let scratch = Scratch::new("damaged");
    let whole = std::fs::read(CAPTURE).expect("the demo capture");
    let ran = run(&["-r", &scratch.file("cut.pcap", &whole[..whole.len() - 5])]);
    let all = run(&["-r", CAPTURE]);
    assert_eq!((ran.code, all.code), (4, 0));
    assert_eq!(ran.out.lines().count() + 1, all.out.lines().count());
    assert!(ran.err.contains("at byte") && ran.err.contains("expected") && ran.err.contains("found"), "{}", ran.err);
}

#[test]
fn the_same_bytes_come_from_a_pipe() {
    let whole = std::fs::read(CAPTURE).expect("the demo capture");
    let mut child = sniff()
        .args(["-r", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("sniff runs");
    let mut input = child.stdin.take().expect("piped");
    input.write_all(&whole).expect("sniff reads its input");
    drop(input);
    let out = child.wait_with_output().expect("sniff ends");
    assert_eq!(String::from_utf8(out.stdout).expect("UTF-8"), run(&["-r", CAPTURE]).out);
}

#[test]
fn a_reader_that_leaves_early_is_success() {
    let mut child = sniff()
        .args(["-r", CAPTURE, "--explain"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("sniff runs");
    let mut first = [0; 64];
    let mut out = child.stdout.take().expect("piped");
    out.read_exact(&mut first).expect("something is written");
    drop(out);
    let ended = child.wait_with_output().expect("sniff ends");
    assert_eq!(ended.status.code(), Some(0), "{}", String::from_utf8_lossy(&ended.stderr));
    assert!(!String::from_utf8_lossy(&ended.stderr).contains("panicked"));
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_exit_5() {
    let full = std::fs::File::options().write(true).open("/dev/full").expect("/dev/full");
    let out = sniff().args(["-r", CAPTURE]).stdout(full).output().expect("sniff runs");
    assert_eq!(out.status.code(), Some(5));
    assert!(String::from_utf8_lossy(&out.stderr).contains("could not be written completely"));
}

#[test]
fn wrong_usage_is_exit_2_and_says_what_to_type() {
    for (args, told) in [
        (&["-r", CAPTURE, "-i", "lo"][..], "sniff -i eth0"),
        (&["-r", CAPTURE, "-s", "300000"], "expected a number from 0 to 262144"),
        (&["-r", CAPTURE, "-c", "0"], "expected a number of at least 1"),
        (&["-r", CAPTURE, "-C", "1"], "-C is for -w"),
        (&["-r", CAPTURE, "--on", "tcp"], "--on is for -w"),
        (&["-r", CAPTURE, "-w", "never.pcap", "--on", "tcp"], "--keep 30s --on"),
        (&["-r", CAPTURE, "-a", "foo"], "-a duration:10"),
        (&["-r", CAPTURE, "--flows", "--every", "1"], "live capture"),
        (&["-D", "-i", "lo"], "sniff -i eth0 -L"),
        (&["-r", CAPTURE, "-a", "minutes:3"], "duration:SECONDS"),
        (&["-r", CAPTURE, "-a", "filesize:10"], "-w"),
        (&["-r", CAPTURE, "-w", "x", "-W", "3"], "-C 100"),
        (&["-r", CAPTURE, "-w", "x.pcap", "--annotate"], ".pcapng"),
        (&["-r", CAPTURE, "-T", "fields"], "--fields"),
        (&["-r", CAPTURE, "-T", "fields", "--fields", "ip.scr"], "ip.src"),
        (&["-r", CAPTURE, "-O", "tpc"], "tcp"),
        (&["-r", CAPTURE, "--explain=0"], "packet number"),
        (&["-r", CAPTURE, "--explain=5-2"], "packet number"),
        (&["-r", CAPTURE, "-tttttt"], "five forms"),
        (&["-r", CAPTURE, "-x", "-A"], "give one of them"),
        (&["-r", CAPTURE, "--no-such-option"], "no-such-option"),
        (&["-r", CAPTURE, "-Y", "tcp"], "-Y"),
        (&["-r", CAPTURE, "--fields", "ip.src"], "-T fields"),
    ] {
        let ran = run(args);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{args:?}: {}", ran.err);
        assert!(ran.err.contains(told), "{args:?}: {}", ran.err);
    }
}

#[test]
#[cfg(feature = "live")]
fn a_wrong_filter_is_exit_2_with_libpcaps_reason() {
    let ran = run(&["-r", CAPTURE, "prot", "80"]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.contains("pcap-filter"), "{}", ran.err);
}

#[test]
#[cfg(feature = "live")]
fn a_filter_that_stops_at_vlan_tags_says_so_once() {
    let capture = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/vlan/tag.pcap");
    let ran = run(&["-r", capture, "ip"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""));
    assert_eq!(ran.err.matches("VLAN tag").count(), 1, "{}", ran.err);
    assert!(ran.err.contains("vlan and (ip)"), "{}", ran.err);
    let ran = run(&["-r", capture, "vlan and (ip)"]);
    assert!(!ran.out.is_empty() && !ran.err.contains("VLAN tag"), "{}", ran.err);
}

#[test]
fn a_packet_that_there_is_not_cannot_be_explained() {
    let ran = run(&["-r", CAPTURE, "--explain=1000"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("no packet 1000") && ran.err.contains("28"), "{}", ran.err);
}

#[test]
#[cfg(feature = "live")]
fn a_filter_that_does_not_apply_to_a_link_type_leaves_the_other_frames() {
    // Ethernet first, then link types without Ethernet addresses.
    let capture = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/capture/interfaces.pcapng");
    let ran = run(&["-r", capture, "ip or vlan"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(!ran.out.is_empty());
    assert!(ran.err.contains("count as not matching"), "{}", ran.err);
}

#[test]
fn verbs_are_recognised_only_as_the_first_word() {
    let ran = run(&["fields", "ip.ttl"]);
    assert_eq!(ran.code, 0);
    assert!(ran.out.contains("ip.ttl"), "{}", ran.out);
    let ran = run(&["-r", CAPTURE, "fields"]);
    // Here it is a (wrong) BPF expression.
    assert_eq!(ran.code, 2, "{}", ran.err);
}

#[test]
fn options_cluster_as_in_tcpdump() {
    let apart = run(&["-n", "-v", "-r", CAPTURE]);
    let together = run(&["-nvr", CAPTURE]);
    assert_eq!((apart.code, apart.out), (together.code, together.out));
}

#[test]
fn colour_only_where_it_is_wanted() {
    assert!(!run(&["-r", CAPTURE, "-V"]).out.contains('\x1b'));
    assert!(run(&["-r", CAPTURE, "-V", "--color", "always"]).out.contains('\x1b'));
    let forced = sniff().args(["-r", CAPTURE, "-V"]).env("CLICOLOR_FORCE", "1").output().expect("sniff runs");
    assert!(forced.stdout.contains(&0x1b));
}

#[test]
fn help_version_man_page_and_completions_are_there() {
    for (args, holds) in [
        (&["--help"][..], "--explain"),
        (&["-h"], "-r <FILE>"),
        (&["--version"], env!("CARGO_PKG_VERSION")),
        (&["generate", "man"], ".TH sniff"),
        (&["generate", "bash"], "_sniff"),
        (&["generate", "zsh"], "#compdef sniff"),
        (&["generate", "fish"], "complete -c sniff"),
    ] {
        let ran = run(args);
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.err);
        assert!(ran.out.contains(holds), "{args:?}: {}", ran.out);
    }
}

#[test]
fn counting_counts() {
    let lines = run(&["-r", CAPTURE]).out.lines().count();
    assert_eq!(run(&["-r", CAPTURE, "--count"]).out, format!("{lines} packets\n"));
    assert_eq!(run(&["-r", CAPTURE, "-c", "3"]).out.lines().count(), 3);
    let twice = run(&["-r", CAPTURE, "-r", CAPTURE, "--count"]);
    assert_eq!(twice.out, format!("{} packets\n", 2 * lines));
}

#[test]
fn a_hostile_file_name_is_shown_escaped() {
    let ran = run(&["-r", "no\x1b[31msuch\u{202e}file"]);
    assert_eq!(ran.code, 1);
    assert!(!ran.err.contains('\x1b') && !ran.err.contains('\u{202e}'), "{:?}", ran.err);
    assert!(ran.err.contains("\\x1b[31m"), "{}", ran.err);
}
