//! What is decoded: `docs/protocols.md`, made from the registry.

use super::fields::{cell, key_words};
use crate::dissect::{Protocol, Registry, Space};
use crate::packet::MAX_LAYERS;

const HEAD: &str = "# Protocols

Every protocol that `sniff` reads: its standard, where it is found, and what is decoded of it and what is not. Generated
from the registry (a test compares). [fields.md](fields.md) has the fields of each.
";

/// What stands between the decoded and the not decoded in [`Protocol::scope`].
const NOT: &str = "Not:";

/// All protocols as Markdown, for `docs/protocols.md`; always the same for the same registry.
pub fn markdown(registry: &Registry) -> String {
    let mut protocols: Vec<&Protocol> = Vec::new();
    for protocol in registry.protocols() {
        if !protocols.iter().any(|p| std::ptr::eq(*p, *protocol)) {
            protocols.push(protocol);
        }
    }
    let mut out = HEAD.to_owned();
    out += &format!(
        "\n{} protocols, nested up to {MAX_LAYERS} layers deep. A payload that none of them claims is shown as data.\n",
        protocols.len()
    );
    out += "\n| protocol | standard | found by | fields | decoded | not decoded |\n";
    out += "| --- | --- | --- | ---: | --- | --- |\n";
    for protocol in protocols {
        let (decoded, not) = halves(protocol.scope);
        out += &format!(
            "| {} (`{}`) | {} | {} | {} | {} | {} |\n",
            cell(protocol.title),
            protocol.name,
            cell(protocol.spec),
            found(protocol),
            protocol.fields().count(),
            cell(&decoded),
            cell(&not),
        );
    }
    out
}

/// What is decoded, and what is not, each as a sentence: with a capital letter and a full stop.
fn halves(scope: &str) -> (String, String) {
    let (decoded, not) = scope.split_once(NOT).unwrap_or((scope, ""));
    (sentence(decoded), sentence(not))
}

fn sentence(words: &str) -> String {
    let words = words.trim().trim_end_matches(['.', ';']);
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).chain(['.']).collect(),
        None => String::new(),
    }
}

/// How the protocol is found: the keys that it claims, and its content.
fn found(protocol: &Protocol) -> String {
    let direct = |key: &&(Space, u16)| key.0 == Space::Direct;
    let mut ways: Vec<String> = Vec::new();
    for (space, key) in protocol.keys.iter().filter(|key| !direct(key)) {
        ways.push(key_words(*space, *key));
    }
    if protocol.keys.iter().any(|key| direct(&key)) {
        ways.push("the layer around it".to_owned());
    }
    match protocol.recognises {
        Some((Space::TcpPort, _)) => ways.push("its content, in TCP".to_owned()),
        Some((Space::UdpPort, _)) => ways.push("its content, in UDP".to_owned()),
        Some(_) => ways.push("its content".to_owned()),
        None => {}
    }
    match ways.as_slice() {
        [] => "–".to_owned(),
        ways => ways.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::{NOT, halves, markdown};
    use crate::dissect::Registry;
    use crate::proto;

    #[test]
    fn every_protocol_says_what_is_decoded_and_what_is_not() {
        for protocol in proto::ALL {
            let (name, scope) = (protocol.name, protocol.scope);
            assert!(!scope.is_empty(), "{name}: scope is empty: say what is decoded and, after \"{NOT}\", what is not");
            assert!(scope.matches(NOT).count() <= 1, "{name}: scope says \"{NOT}\" at most once: {scope}");
            let (decoded, not) = halves(scope);
            for half in [decoded, not].into_iter().filter(|half| !half.is_empty()) {
                let sentence = half.ends_with('.') && half.starts_with(|c: char| c.is_uppercase());
                assert!(sentence, "{name}: a sentence is expected, found {half:?}");
            }
        }
    }

    #[test]
    fn the_halves_of_a_scope_are_sentences() {
        let (decoded, not) = halves("Every field. Not: the payload, which is encrypted.");
        assert_eq!(decoded, "Every field.");
        assert_eq!(not, "The payload, which is encrypted.");
    }

    #[test]
    fn the_document_has_a_row_for_each_protocol() {
        let text = markdown(&Registry::new(proto::ALL));
        for protocol in proto::ALL {
            assert!(text.contains(&format!("(`{}`)", protocol.name)), "{}", protocol.name);
        }
        let columns = |line: &str| line.replace("\\|", "").matches('|').count();
        assert!(text.lines().filter(|l| l.starts_with('|')).all(|l| columns(l) == 7), "{text}");
    }
}
