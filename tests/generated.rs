//! The documents that are generated from the field tables are what the tables say; `BLESS=1` rewrites them.

use sniff::dissect::Registry;
use sniff::output::schema::{conversations, live, story};
use sniff::output::{fields, flows, protocols, schema};
use sniff::proto;
use std::path::Path;

/// Compares a document with the one that is kept, or rewrites that.
fn compare(name: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if std::env::var_os("BLESS").is_some() {
        assert!(std::env::var_os("CI").is_none(), "BLESS rewrites what CI is there to check");
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder");
        std::fs::write(&path, expected).expect("the document");
        return;
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = kept.lines().zip(expected.lines()).position(|(kept, expected)| kept != expected);
    let line = differs.unwrap_or_else(|| kept.lines().count().min(expected.lines().count()));
    assert!(
        kept == expected,
        "{name} is not what the tables say, from line {} on:\n- {}\n+ {}\nif the tables are right: BLESS=1 cargo test --test generated",
        line + 1,
        kept.lines().nth(line).unwrap_or("(end)"),
        expected.lines().nth(line).unwrap_or("(end)"),
    );
}

#[test]
fn the_fields_are_documented() {
    compare("docs/fields.md", &fields::markdown(&Registry::new(proto::ALL)));
}

#[test]
fn the_protocols_are_documented() {
    compare("docs/protocols.md", &protocols::markdown(&Registry::new(proto::ALL)));
}

#[test]
fn the_schema_is_kept() {
    compare("docs/schema/packet.schema.json", &schema::packet_schema(&Registry::new(proto::ALL)));
}

#[test]
fn the_keys_of_conversations_are_documented() {
    compare("docs/flows.md", &flows::markdown());
}

#[test]
fn the_schemas_of_conversations_are_kept() {
    compare("docs/schema/flow.schema.json", &conversations::flow_schema());
    compare("docs/schema/transition.schema.json", &conversations::transition_schema());
    compare("docs/schema/socket.schema.json", &conversations::socket_schema());
    compare("docs/schema/story.schema.json", &story::story_schema());
}

#[test]
fn the_schemas_of_live_captures_are_kept() {
    compare("docs/schema/statistics.schema.json", &live::statistics_schema());
    compare("docs/schema/interface.schema.json", &live::interface_schema());
}
