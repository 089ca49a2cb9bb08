//! The floor plan of `docs/architecture.md`: a module imports only from lower floors and from its own siblings.
//!
//! Also: nothing below `cli` prints, exits, reads the environment, or names clap or anyhow. Unit tests are exempt.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The floors, by the first segment of a module's path.
const FLOORS: &[(&str, u8)] = &[
    ("field", 1),
    ("input", 1),
    ("sink", 1),
    ("text", 1),
    ("time", 1),
    ("tree", 2),
    ("capture", 2),
    ("host", 2),
    ("sandbox", 2),
    ("dissect", 3),
    ("proto", 4),
    ("packet", 5),
    ("flow", 6),
    ("filter", 7),
    ("output", 7),
    ("pipeline", 8),
    ("helper", 8),
    ("tui", 9),
    ("cli", 10),
];

/// Macros at the crate's root, and the module that defines them.
const MACROS: &[(&str, &str)] = &[("fields", "field")];

/// What only `cli` may name.
const ONLY_CLI: &[&str] = &[
    "println!",
    "print!",
    "eprintln!",
    "eprint!",
    "std::process",
    "process::exit",
    "std::env",
    "env::var",
    "clap::",
    "anyhow::",
];

fn floor(module: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == module).map(|(_, floor)| *floor)
}

/// All Rust files below a folder.
fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(folder).expect("src can be listed").flatten().map(|e| e.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(path);
        }
    }
}

/// Replaces comments and the insides of literals by blanks; line breaks stay.
fn code_only(source: &str) -> String {
    let chars: Vec<char> = source.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let mut out = String::with_capacity(source.len());
    let mut i = 0;
    while i < chars.len() {
        let end = match (at(i), at(i + 1)) {
            ('/', '/') => (i..).find(|n| matches!(at(*n), '\n' | '\0')),
            ('/', '*') => (i + 2..chars.len()).find(|n| at(*n) == '*' && at(n + 1) == '/').map(|n| n + 2),
            ('"', _) => end_of_string(&chars, i),
            ('r', '"' | '#') if !at(i.wrapping_sub(1)).is_alphanumeric() => end_of_raw_string(&chars, i),
            // A character literal, not a lifetime.
            ('\'', '\\') => (i + 3..chars.len()).find(|n| at(*n) == '\'').map(|n| n + 1),
            ('\'', _) if at(i + 2) == '\'' => Some(i + 3),
            _ => None,
        };
        match end {
            Some(end) => {
                out.extend((i..end).map(|n| if at(n) == '\n' { '\n' } else { ' ' }));
                i = end;
            }
            None => {
                out.push(at(i));
                i += 1;
            }
        }
    }
    out
}

fn end_of_string(chars: &[char], start: usize) -> Option<usize> {
    let mut i = start + 1;
    while let Some(c) = chars.get(i) {
        match c {
            '\\' => i += 2,
            '"' => return Some(i + 1),
            _ => i += 1,
        }
    }
    Some(chars.len())
}

fn end_of_raw_string(chars: &[char], start: usize) -> Option<usize> {
    let hashes = chars[start + 1..].iter().take_while(|c| **c == '#').count();
    if chars.get(start + 1 + hashes) != Some(&'"') {
        return None;
    }
    let closing: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    let body = start + 2 + hashes;
    (body..chars.len()).find(|n| chars[*n..].starts_with(&closing)).map(|n| n + closing.len())
}

/// Cuts off the unit tests, which stand at the end of a file, and names the files that hold nothing else.
fn without_tests(code: &str) -> (&str, Vec<String>) {
    let mut test_files = Vec::new();
    let mut end = code.len();
    for (at, attribute) in code.match_indices("#[cfg(test)]") {
        let after = &code[at + attribute.len()..];
        let item: Vec<&str> = after.split_whitespace().take_while(|w| *w != "{").take(4).collect();
        match item.iter().position(|w| *w == "mod").and_then(|i| item.get(i + 1)) {
            Some(name) if name.ends_with(';') => test_files.push(name.trim_end_matches(';').to_owned()),
            Some(_) => {
                end = at;
                break;
            }
            None => {}
        }
    }
    (&code[..end], test_files)
}

/// The module path of a file: `src/a/b.rs` is `a::b`, `src/a/mod.rs` is `a`.
fn module_of(file: &Path) -> Vec<String> {
    let mut path: Vec<String> =
        file.with_extension("").components().map(|c| c.as_os_str().to_string_lossy().into_owned()).collect();
    if path.last().is_some_and(|l| l == "mod") {
        path.pop();
    }
    path
}

/// Reads a path, or a tree of paths in braces, and adds each with `prefix` before it.
fn paths(text: &str, prefix: &[String], into: &mut Vec<Vec<String>>) -> usize {
    let mut here = prefix.to_vec();
    let mut at = 0;
    loop {
        let rest = &text[at..];
        at += rest.len() - rest.trim_start().len();
        let rest = &text[at..];
        if rest.starts_with('{') {
            at += 1;
            loop {
                at += paths(&text[at..], &here, into);
                let rest = &text[at..];
                let skipped = rest.len() - rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',').len();
                at += skipped;
                if text[at..].starts_with('}') || text[at..].is_empty() {
                    return (at + 1).min(text.len());
                }
                if skipped == 0 {
                    // Not a list of paths after all.
                    return at;
                }
            }
        }
        let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '*').unwrap_or(rest.len());
        here.push(rest[..length].to_owned());
        at += length;
        match text[at..].strip_prefix("::") {
            Some(more) if more.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '{' | '*')) => at += 2,
            _ => {
                let renamed = text[at..]
                    .strip_prefix(" as ")
                    .map_or(0, |more| 4 + more.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(more.len()));
                into.push(here);
                return at + renamed;
            }
        }
    }
}

/// Paths of this crate that a file names, each with its line number, resolved to the crate's root.
fn named(code: &str, module: &[String]) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    for start in ["crate::", "super::"] {
        for (at, _) in code.match_indices(start) {
            let before = code[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_') || code[..at].ends_with("super::") {
                continue;
            }
            let line = code[..at].matches('\n').count() + 1;
            let mut all = Vec::new();
            paths(&code[at..], &[], &mut all);
            for path in all {
                let ups = path.iter().take_while(|s| *s == "super").count();
                let mut whole = if ups > 0 { module[..module.len().saturating_sub(ups)].to_vec() } else { Vec::new() };
                whole.extend(path.into_iter().filter(|s| s != "super" && s != "crate"));
                found.push((line, whole));
            }
        }
    }
    found
}

/// Why a module may not name a path, if it may not.
fn objection(module: &[String], path: &[String]) -> Option<String> {
    let (from, to) = (module.first()?, path.first()?);
    let to = MACROS.iter().find(|(name, _)| name == to).map_or(to.as_str(), |(_, module)| module);
    if from == to {
        // proto/x never imports proto/y: they meet in key spaces and in proto/shared.
        let (own, other) = (module.get(1..).unwrap_or_default(), path.get(1..).unwrap_or_default());
        let groups = ["link", "net", "transport", "tunnel", "app", "data", "frame"];
        let foreign = other.first().is_some_and(|o| groups.contains(&o.as_str())) && !own.is_empty() && {
            let depth = own.len().min(2);
            other.get(..depth) != own.get(..depth)
        };
        return (from == "proto" && foreign)
            .then(|| format!("proto::{} names proto::{}", own.join("::"), other.join("::")));
    }
    let Some(target) = floor(to) else { return Some(format!("{to} is not on the floor plan")) };
    let Some(own) = floor(from) else { return Some(format!("{from} is not on the floor plan")) };
    let allowed = match (own, target) {
        (1, 1) => true,
        (2, 2) => false,
        _ => target < own,
    };
    let only_floor_1 = from == "capture" && target > 1;
    (!allowed || only_floor_1).then(|| format!("{from} (floor {own}) names {} (floor {target})", path.join("::")))
}

#[test]
fn modules_import_from_lower_floors_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut wrong = Vec::new();
    let mut only_tests: BTreeSet<PathBuf> = BTreeSet::new();
    let read = |file: &Path| code_only(&fs::read_to_string(file).expect("a source can be read"));
    for file in &files {
        let code = read(file);
        let folder = if file.file_name().is_some_and(|n| n == "mod.rs" || n == "lib.rs") {
            file.with_file_name("")
        } else {
            file.with_extension("")
        };
        only_tests.extend(without_tests(&code).1.into_iter().map(|name| folder.join(name + ".rs")));
    }
    for file in files.iter().filter(|f| !only_tests.contains(*f)) {
        let relative = file.strip_prefix(&root).expect("below src");
        let module = module_of(relative);
        // The crate's root and the program see everything.
        if matches!(module.as_slice(), [one] if one == "lib" || one == "main") {
            continue;
        }
        let code = read(file);
        let (code, _) = without_tests(&code);
        for (line, path) in named(code, &module) {
            if let Some(why) = objection(&module, &path) {
                wrong.push(format!("src/{}:{line}: {why}", relative.display()));
            }
        }
        if module.first().is_some_and(|m| m != "cli") {
            for (number, line) in code.lines().enumerate() {
                for word in ONLY_CLI.iter().filter(|w| names(line, w)) {
                    wrong.push(format!("src/{}:{}: only cli may name {word}", relative.display(), number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Whether a line names something, as a word of its own.
fn names(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'))
}

#[test]
fn the_check_sees_what_it_should() {
    let module: Vec<String> = ["proto", "net", "ipv4"].map(String::from).to_vec();
    let code = code_only(
        "use crate::{input::Input, packet::{self, Layers}};\n// crate::cli\nuse super::super::link::eth;\n\
         let s = \"crate::cli\"; pub(crate) fn f() -> crate::text::Text {}",
    );
    let found: Vec<String> =
        named(&code, &module).into_iter().map(|(line, p)| format!("{line} {}", p.join("::"))).collect();
    assert_eq!(
        found,
        ["1 input::Input", "1 packet::self", "1 packet::Layers", "4 text::Text", "3 proto::link::eth"],
        "{found:?}"
    );
    let objects = |path: &str| objection(&module, &path.split("::").map(String::from).collect::<Vec<_>>()).is_some();
    assert!(objects("packet::self") && objects("proto::link::eth") && objects("proto::net::arp"));
    assert!(
        !objects("text::Text")
            && !objects("proto::shared::tlv")
            && !objects("proto::net::ipv4::X")
            && !objects("proto::key_name")
    );
    assert!(without_tests("a\n#[cfg(test)]\nmod tests {\n b }").0 == "a\n");
}
