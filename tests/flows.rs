//! `--flows` as its users meet it: memory, order, and what does not go together.

use serde_json::Value;
use sniff::capture;
use sniff::dissect::Registry;
use sniff::flow::Counts;
use sniff::packet::Packet;
use sniff::pipeline::{Job, Options, Unattended, View, run};
use sniff::proto;
use sniff::text::Text;
use sniff::tree::Tree;
use sniff_testing::traffic::{Kind, Plan};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A capture of generated traffic, removed at the end.
struct Made(PathBuf);

impl Made {
    fn new(name: &str, kind: Kind, packets: u64) -> Made {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("flows-{name}.pcap"));
        let plan = Plan::new(kind, Some(packets), None, 11).expect("a plan");
        let mut bytes = Vec::new();
        plan.write(&mut bytes).expect("a capture");
        std::fs::write(&path, bytes).expect("a scratch file");
        Made(path)
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Exit code, standard output, standard error.
fn sniff(capture: &Path, args: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sniff"));
    command.env("TZ", "UTC").env_remove("COLUMNS").arg("-r").arg(capture).args(args);
    let out = command.output().expect("sniff runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("all output is UTF-8");
    (out.status.code().expect("an exit code"), text(out.stdout), text(out.stderr))
}

fn demo(args: &[&str]) -> (i32, String, String) {
    sniff(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/demo/web.pcap"), args)
}

#[test]
fn what_memory_has_no_room_for_is_shown_as_it_leaves_and_counted() {
    const SYNS: u64 = 12_000;
    let made = Made::new("syns", Kind::Syns, SYNS);
    let (code, out, err) = sniff(&made.0, &["--flows", "-T", "json", "--max-memory", "1M"]);
    assert_eq!(code, 0, "{err}");
    let mut ids: Vec<u64> = out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON")["id"].as_u64().expect("a number"))
        .collect();
    ids.sort_unstable();
    assert!(ids.into_iter().eq(1..=SYNS), "every conversation is shown once");
    let evicted = err.lines().find(|line| line.contains(" flows evicted ")).expect("a line about it");
    let count: u64 = evicted.split(' ').next().and_then(|n| n.parse().ok()).expect("a number");
    assert_eq!(evicted, format!("{count} flows evicted (half-open {count}, idle 0, established 0)"));
    assert!((SYNS - 4096..SYNS).contains(&count), "{count}");
    let (_, _, err) = sniff(&made.0, &["--flows"]);
    assert!(!err.contains("evicted"), "{err}");
}

/// Shows nothing, but may want conversations to be kept.
struct Nothing(bool);

impl View for Nothing {
    fn wants_tree(&self, _: u64) -> bool {
        false
    }

    fn wants_flows(&self) -> bool {
        self.0
    }

    fn packet(&mut self, _: &Packet<'_>, _: &Tree, _: &mut Text) {}
}

#[test]
fn created_is_active_and_expired_and_evicted() {
    let registry = Registry::new(proto::ALL);
    for (name, kind) in [("identity-syns", Kind::Syns), ("identity-mixed", Kind::Mixed)] {
        let made = Made::new(name, kind, 8000);
        for (memory, keep) in [(1 << 16, true), (1 << 16, false), (1 << 30, true)] {
            let mut source = capture::open(&made.0).expect("a capture");
            let outcome = run(Job {
                source: &mut source,
                filter: None,
                save: None,
                view: &mut Nothing(keep),
                out: &mut std::io::sink(),
                registry: &registry,
                attendant: &mut Unattended,
                options: Options { memory, ..Options::default() },
            });
            let Counts { created, active, expired, .. } = outcome.flows;
            let evicted = outcome.flows.evicted();
            assert_eq!(created, active + expired + evicted, "{name}: {:?}", outcome.flows);
            assert_eq!(evicted > 0, memory < 1 << 20, "{name}: {:?}", outcome.flows);
        }
    }
}

#[test]
fn views_that_exclude_each_other_and_options_without_their_view_are_refused() {
    for (args, said) in [
        (&["--flows", "--states"][..], "--flows and --states are two views"),
        (&["--flows", "-V"], "--flows and -V are two views"),
        (&["--flows", "-O", "ip"], "--flows and -O are two views"),
        (&["--states", "--explain"], "--states and --explain are two views"),
        (&["--flows", "-XX"], "--flows and -x, -X or -A are two views"),
        (&["--sort", "-bytes"], "--sort is for --flows"),
        (&["--limit", "3"], "--limit is for --flows"),
        (&["--flows", "--limit", "0"], "0"),
        (&["--flows", "--sort", "bites"], "did you mean bytes?"),
        (&["--flows", "-T", "fields"], "-T fields prints fields of packets"),
        (&["--flows", "-T", "csv", "--fields", "ip.src"], "--fields chooses columns of packets"),
        (&["--max-memory", "1Q"], "expected a number of bytes"),
        (&["--max-memory", "12K"], "the least is 1M"),
    ] {
        let (code, out, err) = demo(args);
        assert_eq!((code, out.as_str()), (2, ""), "{args:?}");
        assert!(err.contains(said), "{args:?}: {err}");
    }
}

#[test]
fn sorted_rows_and_their_limit() {
    let ids = |args: &[&str]| {
        let (code, out, _) = demo(&[&["--flows", "-T", "json"], args].concat());
        assert_eq!(code, 0, "{args:?}");
        let id = |line: &str| serde_json::from_str::<Value>(line).expect("JSON")["id"].as_u64();
        out.lines().map(|line| id(line).expect("a number")).collect::<Vec<_>>()
    };
    assert_eq!(ids(&[]), [1, 2, 3]);
    assert_eq!(ids(&["--sort", "-bytes"]), [2, 3, 1]);
    assert_eq!(ids(&["--sort=duration", "--limit", "2"]), [1, 2]);
    assert_eq!(ids(&["--sort", "outcome"]), [2, 1, 3]);
    let (_, out, _) = demo(&["--flows", "--sort", "-bytes", "--limit", "1"]);
    assert_eq!(out.lines().last(), Some("1 of 3 flows: 1 closed-by-client, 2 replied"), "{out}");
}
