//! The JSON Schemas of conversations, of changes of state, and of sockets.

use super::doc::{
    Doc, Pretty, array, closed, constant, described, kind, natural, one_of, or_null, pattern, pattern_or_null,
};
use super::{DIGITS, RFC_3339};
use crate::output::flows::rows::{FLOW, Kind, PROCESS, Row, Shape, evidences, kernel_states, states};
use crate::output::json::MAX_EXACT;

/// The JSON Schema (draft 2020-12) of a line of `--flows -T json`, pretty-printed.
pub fn flow_schema() -> String {
    document("A conversation, as sniff --flows -T json prints it", ABOUT_FLOWS, object(&FLOW))
}

/// The JSON Schema (draft 2020-12) of a line of `--states -T json`, pretty-printed.
pub fn transition_schema() -> String {
    document(
        "A change of state of one end of a TCP connection, as sniff --states -T json prints it",
        ABOUT_STATES,
        transition_keys(),
    )
}

pub(super) fn transition_keys() -> Doc {
    let frame = Doc::object().with("type", super::types(["integer", "null"])).with("minimum", Doc::Number(1));
    closed([
        ("type", constant("transition")),
        ("flow", described(natural(), "Number of the conversation, from 1")),
        ("frame", described(frame, "The frame that shows it; null when a timer did it")),
        ("time", described(pattern_or_null(RFC_3339), TIME)),
        ("ts", described(kind("number"), "Seconds since 1970-01-01 00:00:00 UTC, with nine decimals")),
        ("endpoint", described(one_of(words(&["client", "server"])), "Which end; roles never change")),
        ("ip", address("Its address")),
        ("port", port("Its port")),
        ("peer_ip", address("The other end's address")),
        ("peer_port", port("The other end's port")),
        ("from", described(one_of(words(&states())), "The state before (RFC 9293)")),
        ("to", described(one_of(words(&states())), "The state after")),
        ("why", described(kind("string"), "The reason, to be read after the endpoint's name")),
        ("evidence", described(one_of(words(&evidences())), EVIDENCE)),
    ])
}

/// The JSON Schema (draft 2020-12) of a line of `--states --at TIME -T json`, pretty-printed.
pub fn socket_schema() -> String {
    let keys = closed([
        ("type", constant("socket")),
        ("flow", described(or_null("integer"), "Number of the conversation; null when it has none of its own")),
        ("ip", address("Its address")),
        ("port", port("Its port")),
        ("peer_ip", any(vec![address("The other end's address"), kind("null")], "Null for LISTEN")),
        ("peer_port", any(vec![port("The other end's port"), kind("null")], "Null for LISTEN")),
        ("state", described(one_of(words(&states())), "Its state at that time (RFC 9293)")),
        ("since", described(pattern_or_null(RFC_3339), "When it came into that state; null when that was not seen")),
        ("evidence", described(one_of(words(&evidences())), EVIDENCE)),
        ("kernel_state", any(vec![one_of(words(&kernel_states())), kind("null")], KERNEL_STATE)),
        ("process", any(vec![object(&PROCESS), kind("null")], "Live: the process of this host that holds it")),
    ]);
    document("A TCP socket at one time, as sniff --states --at TIME -T json prints it", ABOUT_SOCKETS, keys)
}

const ABOUT_FLOWS: &str = "One JSON object a line and conversation. Generated from the table of keys that docs/flows.md shows. \
                           Every key is always there; integers above 2^53 are strings of digits";
const ABOUT_STATES: &str = "One JSON object a line and change, in the order of time";
const KERNEL_STATE: &str = "Live: the state that this host's kernel has it in; null when it never had it, and until it is asked again \
                            after a change";
const ABOUT_SOCKETS: &str = "One JSON object a line and socket";
pub(super) const TIME: &str = "When, RFC 3339, UTC. Null for years that RFC 3339 cannot write";
const EVIDENCE: &str = "observed: the endpoint's own segment proves it; inferred: it rests on a segment having arrived, on a \
                        timer, or on what is usual";

pub(super) fn document(title: &str, about: &str, keys: Doc) -> String {
    let mut schema = Doc::object()
        .with("$schema", Doc::text("https://json-schema.org/draft/2020-12/schema"))
        .with("title", Doc::text(title))
        .with("description", Doc::text(about));
    schema.append(keys);
    format!("{}\n", Pretty(&schema, 0))
}

pub(super) fn words(words: &[&'static str]) -> Vec<Doc> {
    words.iter().map(|word| Doc::text(*word)).collect()
}

pub(super) fn any(of: Vec<Doc>, text: &str) -> Doc {
    described(Doc::object().with("anyOf", Doc::List(of)), text)
}

fn address(text: &str) -> Doc {
    any(ip_forms(), text)
}

pub(super) fn ip_forms() -> Vec<Doc> {
    ["ipv4", "ipv6"].map(|format| kind("string").with("format", Doc::text(format))).into()
}

fn port(text: &str) -> Doc {
    described(natural().with("maximum", Doc::Number(u16::MAX.into())), text)
}

/// An object with the keys of these rows.
fn object(rows: &[Row]) -> Doc {
    let required = Doc::List(rows.iter().map(|row| Doc::text(row.key)).collect());
    let properties = rows.iter().fold(Doc::object(), |doc, row| doc.with(row.key, value(row)));
    kind("object")
        .with("required", required)
        .with("properties", properties)
        .with("additionalProperties", Doc::Bool(false))
}

fn value(row: &Row) -> Doc {
    let mut forms = match &row.shape {
        Shape::Group(rows, _) => vec![object(rows)],
        Shape::One(kind, _) => forms(kind),
    };
    if row.nullable {
        forms.push(kind("null"));
    }
    match forms.len() {
        1 => described(forms.remove(0), row.help),
        _ => any(forms, row.help),
    }
}

/// What a value of this kind may be, one of these.
fn forms(of: &Kind) -> Vec<Doc> {
    match of {
        Kind::Always(word) => vec![constant(word)],
        Kind::Bool => vec![kind("boolean")],
        Kind::Count => vec![natural()],
        Kind::Wide => vec![natural().with("maximum", Doc::Number(MAX_EXACT)), pattern(DIGITS)],
        Kind::Number => vec![kind("number").with("minimum", Doc::Number(0))],
        Kind::Word(list) => vec![one_of(words(&list()))],
        Kind::Text => vec![kind("string")],
        Kind::Ip => ip_forms(),
        Kind::Time => vec![pattern(RFC_3339)],
        Kind::Frames => vec![array(kind("integer").with("minimum", Doc::Number(1)))],
        Kind::Sentences => vec![array(kind("string"))],
        Kind::Tunnel => vec![array(carrier()).with("minItems", Doc::Number(1))],
    }
}

fn carrier() -> Doc {
    let end = |text: &str| {
        let mut forms = ip_forms();
        forms.push(kind("null"));
        any(forms, text)
    };
    closed([
        ("protocol", described(kind("string"), "Name of the protocol")),
        ("src", end("Address of the end that sent the conversation's first packet; null for a tag")),
        ("dst", end("Address of the other end; null for a tag")),
        ("id", described(or_null("integer"), "Number of the network, label or tunnel, if it has one")),
    ])
}

#[cfg(test)]
mod tests {
    use super::{flow_schema, socket_schema, transition_schema};
    use serde_json::{Value, json};

    fn validator(schema: &str) -> jsonschema::Validator {
        let schema: Value = serde_json::from_str(schema).expect("the schema is JSON");
        jsonschema::draft202012::meta::validate(&schema).expect("the schema is a schema");
        jsonschema::draft202012::options().should_validate_formats(true).build(&schema).expect("the schema compiles")
    }

    #[test]
    fn all_are_schemas() {
        for schema in [flow_schema(), transition_schema(), socket_schema()] {
            validator(&schema);
        }
    }

    #[test]
    fn a_socket_has_a_peer_unless_it_listens() {
        let validator = validator(&socket_schema());
        let mut socket = json!({"type":"socket","flow":1,"ip":"10.0.0.1","port":80,"peer_ip":null,"peer_port":null,
            "state":"LISTEN","since":"2026-01-01T00:00:00.000000000Z","evidence":"inferred","kernel_state":"LISTEN",
            "process":{"pid":1,"name":"nginx","uid":0,"container":null}});
        assert!(validator.is_valid(&socket));
        socket["peer_ip"] = json!("2001:db8::1");
        socket["peer_port"] = json!(65536);
        assert!(!validator.is_valid(&socket));
        socket["peer_port"] = json!(65535);
        assert!(validator.is_valid(&socket));
    }
}
