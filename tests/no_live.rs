//! What a build without libpcap can do, and how it says what it cannot. Passes in both builds: with libpcap, the same
//! files are read the same way.

use std::process::Command;

fn sniff(args: &[&str]) -> (String, String, Option<i32>) {
    let out = Command::new(env!("CARGO_BIN_EXE_sniff")).args(args).env("TZ", "UTC").output().expect("sniff runs");
    let text = |b: Vec<u8>| String::from_utf8(b).expect("output is UTF-8");
    (text(out.stdout), text(out.stderr), out.status.code())
}

const CAPTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/demo/web.pcap");

#[test]
fn no_live_files_are_read_without_libpcap() {
    let (out, err, code) = sniff(&["-r", CAPTURE]);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.lines().count() >= 25, "{out}");
}

#[test]
fn no_live_filters_say_that_they_are_missing() {
    let (out, err, code) = sniff(&["-r", CAPTURE, "tcp", "port", "80"]);
    if cfg!(feature = "live") {
        assert_eq!(code, Some(0), "{err}");
        assert!(!out.is_empty());
    } else {
        assert_eq!(code, Some(2));
        assert!(err.contains("libpcap"), "{err}");
    }
}
