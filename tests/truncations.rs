//! Capture files cut anywhere: no panic, no hang, everything before the cut is shown, and the exit code says so.
//!
//! Runs over the corpus (`../shared/corpus`, or the folder that `SNIFF_CORPUS` names), or says that it is skipped.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

fn corpus() -> Option<PathBuf> {
    let folder = std::env::var_os("SNIFF_CORPUS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"), PathBuf::from);
    folder.is_dir().then_some(folder)
}

fn files(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        match path.is_dir() {
            true => files(&path, all),
            false if path.extension().is_none_or(|e| e != "tsv") => all.push(path),
            false => {}
        }
    }
    all.sort();
}

/// Runs the program in this process and returns its exit code, its lines and what it said on standard error.
fn run(args: &[&str]) -> (u8, usize, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let interrupted = AtomicBool::new(false);
    let mut env = sniff::cli::Env {
        out: &mut out,
        err: &mut err,
        out_is_terminal: false,
        err_is_terminal: false,
        columns: None,
        no_color: true,
        clicolor_force: false,
        zone: jiff::tz::TimeZone::UTC,
        interrupted: &interrupted,
    };
    let code = sniff::cli::run(["sniff"].iter().chain(args).map(OsString::from), &mut env);
    let lines = out.iter().filter(|b| **b == b'\n').count();
    (code, lines, String::from_utf8(err).expect("messages are UTF-8"))
}

#[test]
fn capture_files_cut_anywhere_show_what_is_before_the_cut() {
    let Some(corpus) = corpus() else {
        eprintln!("skipped: there is no ../shared/corpus, and SNIFF_CORPUS names none");
        return;
    };
    let mut all = Vec::new();
    files(&corpus, &mut all);
    let cut = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cut-capture");
    let cut_name = cut.to_str().expect("UTF-8");
    let mut seed = 0x9e37_79b9_7f4a_7c15u64;
    let mut random = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % below.max(1) as u64) as usize
    };
    for path in all {
        let bytes = std::fs::read(&path).expect("a capture");
        if bytes.is_empty() {
            continue;
        }
        let edge = bytes.len().min(4096);
        let mut lengths: Vec<usize> = (0..bytes.len().min(48)).step_by(5).collect();
        lengths.extend((0..12).map(|_| random(edge)));
        lengths.extend((0..6).map(|_| bytes.len() - 1 - random(edge)));
        lengths.sort_unstable();
        let mut before = 0;
        for length in lengths {
            std::fs::write(&cut, &bytes[..length]).expect("written");
            let (code, lines, err) = run(&["-r", cut_name, "-T", "json"]);
            let what = format!("{} cut to {length}: exit code {code}: {err}", path.display());
            assert!(matches!(code, 0 | 1 | 4), "{what}");
            assert!(!err.contains("bug in sniff"), "{what}");
            assert!(lines >= before, "{what}: {lines} packets, and {before} in less of the file");
            before = lines;
        }
    }
    let _ = std::fs::remove_file(&cut);
}
