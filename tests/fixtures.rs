//! The captures under `fixtures/` are what their makers make, byte for byte.

#![allow(unreachable_pub, reason = "a program: nobody imports its modules")]

use sniff_testing::kit;
use sniff_testing::kit::Fixtures;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

include!(concat!(env!("OUT_DIR"), "/fixture_makers.rs"));

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// Subfolders of `fixtures/`, and the files in each.
fn folders() -> Vec<(String, Vec<String>)> {
    let names = |path: &Path| {
        let entries = std::fs::read_dir(path).expect("fixtures/ can be listed");
        let mut names: Vec<_> =
            entries.map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    };
    let folders = names(&root()).into_iter().filter(|n| root().join(n).is_dir() && n != "kit");
    folders.map(|n| (n.clone(), names(&root().join(&n)))).collect()
}

#[test]
fn every_maker_is_compiled_in() {
    let compiled: BTreeSet<_> = MAKERS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let there: BTreeSet<_> = folders()
        .into_iter()
        .filter(|(_, files)| files.contains(&"make.rs".to_owned()))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(compiled, there, "the build script has not looked again: touch src/proto/mod.rs");
}

#[test]
fn every_fixture_is_what_its_maker_makes() {
    let mut wrong = Vec::new();
    for (name, bytes) in kit::make_all(MAKERS).files() {
        match std::fs::read(root().join(name)) {
            Ok(kept) if kept == bytes => {}
            Ok(kept) => wrong.push(format!("fixtures/{name} differs: {} bytes kept, {} made", kept.len(), bytes.len())),
            Err(error) => wrong.push(format!("fixtures/{name}: {error}")),
        }
    }
    assert!(wrong.is_empty(), "run `cargo run --example make-fixtures`:\n{}", wrong.join("\n"));
}

#[test]
fn every_fixture_has_a_provenance() {
    let made = kit::make_all(MAKERS);
    let made: BTreeSet<&str> = made.files().map(|(name, _)| name).collect();
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap_or_default();
    let mut unknown = Vec::new();
    for (folder, files) in folders() {
        for file in files.iter().filter(|f| !f.ends_with(".case") && !f.ends_with(".rs")) {
            let name = format!("{folder}/{file}");
            if !made.contains(name.as_str()) && !readme.contains(&format!("`{name}`")) {
                unknown.push(name);
            }
        }
    }
    assert!(unknown.is_empty(), "made by no make.rs and not named in fixtures/README.md: {unknown:?}");
}
