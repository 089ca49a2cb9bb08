//! The documents print what the program prints: every `console` block of README.md and docs/ whose first line is
//! `$ sniff ...` is run from the repository's root and compared, standard output only. `BLESS=1` rewrites the blocks.

use std::path::{Path, PathBuf};
use std::process::Command;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// What a command line of a document prints. Words are split at spaces; single quotes keep them together.
fn output_of(command: &str) -> String {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in command.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().expect("never empty").push(c),
        }
    }
    let mut words = words.into_iter().filter(|w| !w.is_empty());
    assert_eq!(words.next().as_deref(), Some("sniff"), "{command}");
    let out = Command::new(env!("CARGO_BIN_EXE_sniff"))
        .args(words)
        .current_dir(ROOT)
        .env("TZ", "UTC")
        .env_remove("COLUMNS")
        .output()
        .expect("sniff runs");
    String::from_utf8(out.stdout).expect("all output is UTF-8")
}

/// The document with every block's output as the program prints it now.
fn refreshed(text: &str) -> String {
    let mut fresh = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        fresh.push_str(line);
        fresh.push('\n');
        if line != "```console" {
            continue;
        }
        while let Some(line) = lines.next_if(|l| *l != "```") {
            if let Some(command) = line.strip_prefix("$ ") {
                fresh.push_str(line);
                fresh.push('\n');
                if command.starts_with("sniff ") {
                    fresh.push_str(&output_of(command));
                    while lines.next_if(|l| *l != "```" && !l.starts_with("$ ")).is_some() {}
                }
            } else {
                fresh.push_str(line);
                fresh.push('\n');
            }
        }
    }
    fresh
}

fn documents() -> Vec<PathBuf> {
    let docs = std::fs::read_dir(Path::new(ROOT).join("docs")).expect("docs/");
    let mut all: Vec<PathBuf> = docs.map(|e| e.expect("an entry").path()).collect();
    all.retain(|p| p.extension().is_some_and(|e| e == "md"));
    all.push(Path::new(ROOT).join("README.md"));
    all.sort();
    all
}

#[test]
fn documents_print_what_the_program_prints() {
    let bless = std::env::var_os("BLESS").is_some();
    assert!(!(bless && std::env::var_os("CI").is_some()), "BLESS is refused in CI");
    let mut stale = Vec::new();
    for path in documents() {
        let text = std::fs::read_to_string(&path).expect("a document");
        let fresh = refreshed(&text);
        if fresh != text {
            if bless {
                std::fs::write(&path, fresh).expect("written");
            } else {
                stale.push(path);
            }
        }
    }
    assert!(
        stale.is_empty(),
        "these print something else now: {stale:?}; look, then BLESS=1 cargo test --test documents"
    );
}
