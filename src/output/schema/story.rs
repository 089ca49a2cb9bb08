//! The JSON Schema of the story of one conversation.

use super::conversations::{TIME, document, transition_keys, words};
use super::doc::{Doc, array, closed, constant, described, kind, natural, one_of, pattern_or_null};
use super::{RFC_3339, types};
use crate::flow::tcp::Remarks;
use crate::output::flows::rows::states;

/// The JSON Schema (draft 2020-12) of a line of `--conn ID -T json`, pretty-printed.
pub fn story_schema() -> String {
    let kinds = vec![segment(), datagram(), error(), unreadable(), transition_keys(), spans()];
    document(
        "What happened in one conversation, as sniff --conn ID -T json prints it",
        ABOUT,
        Doc::object().with("anyOf", Doc::List(kinds)),
    )
}

const ABOUT: &str = "One JSON object a line: segments, datagrams and ICMP errors as they pass, each followed by the changes of \
                     state that it shows; changes by timers between them; for TCP, the time in each state at the end";

fn flow() -> (&'static str, Doc) {
    ("flow", described(natural(), "Number of the conversation, from 1"))
}

fn number() -> (&'static str, Doc) {
    ("number", described(kind("integer").with("minimum", Doc::Number(1)), "Number of the frame"))
}

fn time() -> (&'static str, Doc) {
    ("time", described(pattern_or_null(RFC_3339), TIME))
}

fn ts() -> (&'static str, Doc) {
    ("ts", described(kind("number"), "Seconds since 1970-01-01 00:00:00 UTC, with nine decimals"))
}

fn from() -> (&'static str, Doc) {
    ("from", described(one_of(words(&["client", "server"])), "Who sent it"))
}

fn count_or_null(text: &str) -> Doc {
    described(Doc::object().with("type", types(["integer", "null"])).with("minimum", Doc::Number(0)), text)
}

fn remarks() -> Doc {
    let all = Remarks::NAMES.map(|(_, words)| words);
    described(array(one_of(words(&all))), "What is special about it")
}

fn state(text: &str) -> Doc {
    described(one_of(words(&states())), text)
}

fn segment() -> Doc {
    closed([
        ("type", constant("segment")),
        flow(),
        number(),
        time(),
        ts(),
        from(),
        (
            "flags",
            described(kind("string"), "S SYN, F FIN, R RST, P PSH, . ACK, U URG, E ECE, W CWR; none without any"),
        ),
        ("seq", described(natural(), "Sequence number, counted from the connection's first")),
        ("seq_raw", described(natural(), "As it stands")),
        ("ack", count_or_null("Acknowledgment number, counted likewise; null without ACK")),
        ("ack_raw", count_or_null("As it stands")),
        ("length", described(natural(), "Payload bytes")),
        ("window", described(natural(), "In bytes; as it stands when the scale is not known")),
        ("remarks", remarks()),
        ("client_state", state("The client's state after it (RFC 9293)")),
        ("server_state", state("The server's state after it")),
    ])
}

fn datagram() -> Doc {
    let turn = "request: begins a turn of the client; answer: the answer to the latest request; more: neither";
    closed([
        ("type", constant("datagram")),
        flow(),
        number(),
        time(),
        ts(),
        from(),
        ("length", described(natural(), "Payload bytes")),
        ("sequence", count_or_null("Sequence number of an echo; null for UDP")),
        ("turn", described(one_of(words(&["request", "answer", "more"])), turn)),
        ("remarks", remarks()),
    ])
}

fn error() -> Doc {
    closed([
        ("type", constant("icmp_error")),
        flow(),
        number(),
        time(),
        ts(),
        (
            "icmp_type",
            count_or_null("Type of the error that quotes a packet; null when it does not say that it was lost"),
        ),
        ("icmp_code", count_or_null("Code likewise")),
    ])
}

fn unreadable() -> Doc {
    closed([("type", constant("unreadable")), flow(), number(), time(), ts(), from()])
}

fn spans() -> Doc {
    let lengths = |text| {
        let lengths = kind("object").with("additionalProperties", kind("number").with("minimum", Doc::Number(0)));
        described(lengths.with("propertyNames", one_of(words(&states()))), text)
    };
    closed([
        ("type", constant("states")),
        flow(),
        ("client", lengths("Milliseconds in each state that the client was in")),
        ("server", lengths("Milliseconds in each state that the server was in")),
    ])
}
