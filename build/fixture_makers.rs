//! Finds the makers of test captures, so that a new protocol's fixtures need no line anywhere else.

use std::fmt::Write;
use std::path::Path;
use std::{env, fs, io};

/// Writes `OUT_DIR/fixture_makers.rs`: a module for each `fixtures/PROTO/make.rs`, and the list `MAKERS` of them.
///
/// The file is included at the root of a crate that has a type `Fixtures` there (`fixtures/make.rs`,
/// `tests/fixtures.rs`).
pub(crate) fn write() -> io::Result<()> {
    // Not the whole folder: writing a case would then compile everything again. Who adds a protocol touches the list
    // of protocols, and a test says so when a maker was overlooked.
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=build/fixture_makers.rs");
    println!("cargo:rerun-if-changed=src/proto/mod.rs");
    let root = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    let mut found = Vec::new();
    // A published package has no fixtures.
    if let Ok(folders) = fs::read_dir(Path::new(&root).join("fixtures")) {
        for folder in folders {
            let folder = folder?;
            let maker = folder.path().join("make.rs");
            if maker.is_file() {
                println!("cargo:rerun-if-changed={}", maker.display());
                found.push((folder.file_name().to_string_lossy().into_owned(), maker));
            }
        }
    }
    found.sort();
    let mut modules = String::new();
    let mut list = String::from(
        "/// What makes a folder's fixtures.\npub type Maker = fn(&mut Fixtures);\n\n/// The makers, by folder.\npub const MAKERS: &[(&str, Maker)] = &[\n",
    );
    for (name, path) in &found {
        let module = format!("{}_maker", name.replace('-', "_"));
        let _ = writeln!(modules, "#[path = {path:?}]\nmod {module};");
        let _ = writeln!(list, "    ({name:?}, {module}::make),");
    }
    list.push_str("];\n");
    fs::write(Path::new(&out).join("fixture_makers.rs"), modules + &list)
}
