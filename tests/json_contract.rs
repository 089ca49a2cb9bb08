//! `-T json` keeps its contract on every fixture: each line is a JSON object that the schema accepts, its keys are
//! unique, and `type` is the first.

use serde_json::Value;
use sniff::capture;
use sniff::capture::{Interface, LinkType, Losses};
use sniff::dissect::Registry;
use sniff::output::json::Json;
use sniff::output::losses;
use sniff::output::schema::{conversations, live, packet_schema, story};
use sniff::packet::Packet;
use sniff::pipeline::{Job, Options, Unattended, View, run};
use sniff::proto;
use sniff::text::Text;
use sniff::time::Time;
use sniff::tree::Tree;
use sniff_testing::program;
use std::collections::{BTreeMap, HashSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

#[derive(Default)]
struct Lines(Json);

impl View for Lines {
    fn wants_tree(&self, _: u64) -> bool {
        true
    }

    fn packet(&mut self, packet: &Packet<'_>, tree: &Tree, out: &mut Text) {
        self.0.packet(packet, tree, &[], out);
    }
}

/// What `-T json` prints for a file: as much as can be read, if it is damaged; nothing, if it is no capture.
fn json(path: &Path, registry: &Registry) -> String {
    let Ok(mut source) = capture::open(path) else { return String::new() };
    let mut out = Vec::new();
    run(Job {
        source: &mut source,
        filter: None,
        save: None,
        view: &mut Lines::default(),
        out: &mut out,
        registry,
        attendant: &mut Unattended,
        options: Options::default(),
    });
    String::from_utf8(out).expect("JSON is UTF-8")
}

fn captures(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path()) {
        let name = entry.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if entry.is_dir() {
            captures(&entry, found);
        } else if name.contains(".pcap") {
            found.push(entry);
        }
    }
    found.sort();
}

/// The first key that stands twice in one object, if any. `line` is valid JSON.
fn repeated_key(line: &str) -> Option<&str> {
    let mut objects: Vec<HashSet<&str>> = Vec::new();
    let mut at = 0;
    while let Some(byte) = line.as_bytes().get(at) {
        match byte {
            b'{' => objects.push(HashSet::new()),
            b'}' => drop(objects.pop()),
            b'"' => {
                let start = at + 1;
                at = start;
                while line.as_bytes()[at] != b'"' {
                    at += if line.as_bytes()[at] == b'\\' { 2 } else { 1 };
                }
                let key = &line[start..at];
                if line.as_bytes().get(at + 1) == Some(&b':') && !objects.last_mut().is_some_and(|o| o.insert(key)) {
                    return Some(key);
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

#[test]
fn every_line_of_every_fixture_is_as_the_schema_says() {
    let registry = Registry::new(proto::ALL);
    let schema: Value = serde_json::from_str(&packet_schema(&registry)).expect("the schema is JSON");
    jsonschema::draft202012::meta::validate(&schema).expect("the schema is a schema");
    let validator =
        jsonschema::draft202012::options().should_validate_formats(true).build(&schema).expect("the schema compiles");
    // The layers one by one: in a whole packet the validator only says that no layer of the list fits.
    let layer = |name: &str| {
        let alone = serde_json::json!({ "$ref": format!("#/$defs/{name}"), "$defs": schema["$defs"] });
        jsonschema::draft202012::options().should_validate_formats(true).build(&alone).expect("a layer's schema")
    };
    let mut layers = BTreeMap::new();
    let mut paths = Vec::new();
    captures(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"), &mut paths);
    assert!(!paths.is_empty(), "there are fixtures");
    let mut wrong = BTreeMap::new();
    for path in &paths {
        for (n, line) in json(path, &registry).lines().enumerate() {
            let place = || format!("{} line {}", path.display(), n + 1);
            let value: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{}: {e}: {line}", place()));
            assert!(line.starts_with("{\"type\":\"packet\","), "{}: {line}", place());
            if let Some(key) = repeated_key(line) {
                wrong.entry(format!("{key} stands twice")).or_insert_with(place);
            }
            if validator.is_valid(&value) {
                continue;
            }
            let mut found = false;
            for object in value["layers"].as_array().into_iter().flatten() {
                let name = object["name"].as_str().unwrap_or_default();
                let validator = layers.entry(name.to_owned()).or_insert_with(|| layer(name));
                for error in validator.iter_errors(object) {
                    found = true;
                    // One report a rule and field, whatever the values are.
                    let rule = format!("{name}{} breaks {}", error.instance_path(), error.schema_path());
                    wrong.entry(rule).or_insert_with(|| format!("{}: {error:.200}", place()));
                }
            }
            if !found {
                let errors = validator.iter_errors(&value).map(|e| format!("{}: {e}", e.instance_path()));
                wrong.entry(errors.collect::<Vec<_>>().join("; ")).or_insert_with(place);
            }
        }
    }
    let report: Vec<String> = wrong.iter().map(|(what, place)| format!("{what}\n    first {place}")).collect();
    assert!(wrong.is_empty(), "{} kinds of difference:\n{}", report.len(), report.join("\n"));
}

/// What the program prints for a file, whatever is wrong with that.
fn printed(path: &Path, args: &[&str]) -> String {
    let words = ["-r".into(), path.into()].into_iter().chain(args.iter().map(OsString::from));
    program::run(words).out
}

fn validator(schema: &str) -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(schema).expect("the schema is JSON");
    jsonschema::draft202012::meta::validate(&schema).expect("the schema is a schema");
    jsonschema::draft202012::options().should_validate_formats(true).build(&schema).expect("the schema compiles")
}

/// Checks one line that must begin so.
fn check(line: &str, start: &str, validator: &jsonschema::Validator, place: &str) {
    let value: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{place}: {e}: {line}"));
    assert!(line.starts_with(start), "{place}: {line}");
    assert_eq!(repeated_key(line), None, "{place}: {line}");
    let errors: Vec<String> = validator.iter_errors(&value).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{place}: {}\n{line}", errors.join("; "));
}

#[test]
fn counts_of_a_live_capture_are_as_their_schema_says() {
    let validator = validator(&live::statistics_schema());
    let interface = Interface {
        file: 0,
        described: true,
        name: Some((*b"eth\xff\"0").into()),
        description: None,
        link: LinkType(1),
        snaplen: 0,
        fcs_len: None,
        comments: Vec::new(),
        received: None,
        dropped: None,
    };
    let losses = [0, 1].map(|n| Losses { interface: n, received: 9, delivered: 5, dropped: 3, interface_dropped: 2 });
    let mut json = losses::Json::default();
    // Of a year that RFC 3339 cannot write, the time is null.
    for (secs, losses) in [(1_767_225_600, &losses[..]), (1_767_225_601, &[]), (i64::MAX, &losses[..1])] {
        let interfaces = std::slice::from_ref(&interface);
        let mut out = Text::new();
        let time = Time::new(secs, 7);
        json.count(&losses::Count { time, captured: 5, unshown: 1, losses, interfaces }, &mut out);
        assert_eq!(out.as_str().lines().count(), 1, "{}", out.as_str());
        check(out.as_str().trim_end(), "{\"type\":\"statistics\",", &validator, "statistics");
    }
}

#[cfg(feature = "live")]
#[test]
fn the_interfaces_of_this_machine_are_as_their_schema_says() {
    let ran = program::run(["-D", "-T", "json"].map(OsString::from));
    let validator = validator(&live::interface_schema());
    assert!(!ran.out.is_empty(), "every machine has a loopback interface");
    for line in ran.out.lines() {
        check(line, "{\"type\":\"interface\",", &validator, "-D");
    }
}

#[test]
fn every_conversation_and_change_of_state_is_as_its_schema_says() {
    let mut paths = Vec::new();
    captures(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"), &mut paths);
    let cases: [(&str, &[&str], String); 4] = [
        ("\"flow\"", &["--flows", "-T", "json"], conversations::flow_schema()),
        ("\"transition\"", &["--states", "-T", "json"], conversations::transition_schema()),
        ("\"socket\"", &["--states", "--at", "+0.01", "-T", "json"], conversations::socket_schema()),
        // Objects of several types.
        ("\"", &["--conn", "1", "-T", "json"], story::story_schema()),
    ];
    for (kind, args, schema) in cases {
        let validator = validator(&schema);
        let start = format!("{{\"type\":{kind}");
        let mut lines = 0;
        for path in &paths {
            for line in printed(path, args).lines() {
                lines += 1;
                check(line, &start, &validator, &path.display().to_string());
            }
        }
        assert!(lines > 0, "there are lines of type {kind}");
    }
}
