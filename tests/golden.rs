//! Runs the cases beside the fixtures: commands, and what they print. `fixtures/README.md` describes their form.
//!
//! Each case is a test of its own, `PROTO::NAME`. `BLESS=1 cargo test --test golden NAME` writes down what the program
//! prints now; that is refused when `CI` is set.

#[path = "golden/case.rs"]
mod case;

use case::{Case, Step};
use libtest_mimic::{Arguments, Failed, Trial};
use sniff_testing::program::{self, Ran};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// A folder of fixtures: its name, its cases' names, its captures' names.
struct Folder {
    name: String,
    cases: Vec<String>,
    captures: Vec<String>,
}

fn names(path: &Path) -> Vec<String> {
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn folders() -> Vec<Folder> {
    let folders = names(&root()).into_iter().filter(|n| n != "kit" && root().join(n).is_dir());
    let folder = |name: String| {
        let (cases, files): (Vec<_>, Vec<_>) =
            names(&root().join(&name)).into_iter().partition(|f| f.ends_with(".case"));
        let cases = cases.iter().map(|f| f.trim_end_matches(".case").to_owned()).collect();
        Folder { name, cases, captures: files.into_iter().filter(|f| f != "make.rs").collect() }
    };
    folders.map(folder).collect()
}

/// What a command prints, run in `folder`. The only place that knows how the program is run.
fn run(folder: &Path, columns: Option<usize>, words: &[String]) -> Result<Ran, String> {
    // The working folder belongs to the whole process, so cases run one after the other.
    std::env::set_current_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    // The first word is the name of the program.
    Ok(program::run_in(columns, words.iter().skip(1)))
}

/// Nothing that could act on a terminal may be printed, whatever a capture holds.
fn harmless(output: &Ran) -> Result<(), String> {
    let bad = |c: char| match c {
        '\n' | '\t' => false,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        c => c.is_control(),
    };
    match output.out.chars().chain(output.err.chars()).find(|c| bad(*c)) {
        Some(c) => Err(format!("the output holds {}", c.escape_unicode())),
        None => Ok(()),
    }
}

fn check(folder: &str, name: &str, bless: bool) -> Result<(), Failed> {
    let path = root().join(folder).join(format!("{name}.case"));
    let text = fs::read_to_string(&path)?;
    let case = Case::parse(&text)?;
    let mut now = Case { steps: Vec::new() };
    for step in &case.steps {
        let mut words = case::words(&step.command)?;
        let columns = words.first().and_then(|word| word.strip_prefix("COLUMNS=")?.parse().ok());
        if columns.is_some() {
            words.remove(0);
        }
        if words.first().map(String::as_str) != Some("sniff") {
            return Err(format!("a command begins with `sniff`: {}", step.command).into());
        }
        let output = run(&root().join(folder), columns, &words)?;
        if !words.iter().any(|w| w.starts_with("--color")) {
            harmless(&output).map_err(|why| format!("$ {}\n{why}", step.command))?;
        }
        now.steps.push(Step { comments: step.comments.clone(), command: step.command.clone(), output });
    }
    let printed = now.print();
    if printed == text {
        return Ok(());
    }
    if bless {
        return Ok(fs::write(&path, printed)?);
    }
    Err(format!(
        "fixtures/{folder}/{name}.case is not what the program prints; if it should be: BLESS=1 cargo test --test golden \
         {folder}::{name}\n{}",
        case::difference(&text, &printed)
    )
    .into())
}

/// Captures that no case of their folder reads, and cases that read no capture.
fn unpaired(bless: bool) -> Result<(), Failed> {
    let mut wrong = Vec::new();
    for folder in folders() {
        let mut read = BTreeSet::new();
        for name in &folder.cases {
            let text = fs::read_to_string(root().join(&folder.name).join(format!("{name}.case")))?;
            let words: Vec<_> =
                Case::parse(&text)?.steps.iter().flat_map(|s| case::words(&s.command)).flatten().collect();
            let known: Vec<_> = folder.captures.iter().filter(|c| words.contains(c)).cloned().collect();
            if known.is_empty() {
                wrong.push(format!("fixtures/{}/{name}.case reads no capture of its folder", folder.name));
            }
            read.extend(known);
        }
        for capture in folder.captures.iter().filter(|c| !read.contains(*c)) {
            let stem = capture.split('.').next().unwrap_or(capture);
            let path = root().join(&folder.name).join(format!("{stem}.case"));
            if bless && !path.exists() {
                fs::write(&path, format!("$ sniff -#e -r {capture}\n\n$ sniff -V -r {capture}\n"))?;
            } else {
                wrong.push(format!("no case reads fixtures/{}/{capture}", folder.name));
            }
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// The harness itself: words of a command.
fn splits_words() -> Result<(), Failed> {
    let found = case::words(r#"sniff  --fields 'a b',c "x\"y" '' \$z"#)?;
    let expected = ["sniff", "--fields", "a b,c", "x\"y", "", "$z"];
    if found == expected { Ok(()) } else { Err(format!("{found:?}").into()) }
}

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    let set = |name| std::env::var_os(name).is_some_and(|v| !v.is_empty() && v != "0");
    let bless = set("BLESS");
    if bless && set("CI") {
        eprintln!("BLESS is refused when CI is set: cases are written by people, who look at them");
        return ExitCode::FAILURE;
    }
    let mut trials = vec![
        Trial::test("commands_are_split_into_words", splits_words),
        Trial::test("every_capture_has_a_case", move || unpaired(bless)),
    ];
    for folder in folders() {
        for name in folder.cases {
            let folder = folder.name.clone();
            trials.push(Trial::test(format!("{folder}::{name}"), move || check(&folder, &name, bless)));
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}
