//! The JSON Schema of `-T json`, generated from the rows, kept in `docs/schema/`.
//!
//! It is strict: every key is listed, so that a test which validates output against it finds a field that is in no
//! table, or of another kind than its row says, or repeated although its row does not say so.

pub mod conversations;
mod doc;
pub mod live;
pub mod story;

use super::json::MAX_EXACT;
use crate::dissect::{Protocol, Registry};
use crate::field::{Base, Field, Kind};
use crate::proto;
use crate::sink::NoteKind;
use doc::*;
use std::collections::HashSet;

/// The JSON Schema (draft 2020-12) of a packet object, pretty-printed; always the same for the same rows.
pub fn packet_schema(registry: &Registry) -> String {
    // The frame's own rows are the packet's keys, not a layer.
    let protocols = registry.protocols().iter().copied().filter(|p| !std::ptr::eq(*p, &proto::frame::FRAME));
    // Versions of a protocol may share a name, and then they share a definition.
    let mut named: Vec<(&'static str, Vec<&'static Protocol>)> = Vec::new();
    for protocol in protocols {
        match named.iter_mut().find(|(name, _)| *name == protocol.name) {
            Some((_, versions)) if versions.iter().any(|v| std::ptr::eq(*v, protocol)) => {}
            Some((_, versions)) => versions.push(protocol),
            None => named.push((protocol.name, vec![protocol])),
        }
    }
    let mut definitions = Doc::object();
    for (name, versions) in &named {
        // An extension header's parent lists the options that extension headers share (`ipv6.dstopts` and `ipv6`).
        let parent = name.rsplit_once('.').and_then(|(parent, _)| named.iter().find(|(name, _)| *name == parent));
        let shared = parent.map_or(&[][..], |(_, versions)| versions);
        definitions = definitions.with(name, layer(name, versions, shared));
    }
    let mut names: Vec<Doc> = named.iter().map(|(name, _)| Doc::text(*name)).collect();
    let layers = named.iter().map(|(name, _)| Doc::object().with("$ref", Doc::text(format!("#/$defs/{name}"))));
    let layers = described(array(Doc::object().with("oneOf", Doc::List(layers.collect()))), LAYERS);
    names.push(Doc::text(proto::frame::FRAME.name));
    let kinds = [NoteKind::Cut, NoteKind::Bad, NoteKind::Unknown, NoteKind::Cap, NoteKind::Bug, NoteKind::Info];
    let note = closed([
        ("layer", described(one_of(names), "Name of the layer it is about, or frame")),
        ("kind", described(one_of(kinds.map(|k| Doc::text(k.word())).into()), KINDS)),
        ("text", described(kind("string"), "One sentence for people")),
    ]);
    let transition = closed([
        ("endpoint", one_of(["client", "server"].map(Doc::text).into())),
        ("from", kind("string")),
        ("to", kind("string")),
        ("evidence", one_of(["observed", "inferred"].map(Doc::text).into())),
    ]);
    let fragment = closed([
        ("frame", described(natural(), "Number of the frame that brought it")),
        ("offset", described(natural(), "Where its bytes belong in the datagram's payload")),
        ("length", described(natural(), "How many bytes")),
    ]);
    let reassembled = closed([
        ("buffer", described(natural(), "The number by which layers name it, from 1")),
        ("length", described(natural(), "Bytes of the datagram's payload")),
        ("fragments", array(fragment)),
    ]);
    let packet = closed([
        ("type", constant("packet")),
        ("number", described(natural(), "Position of the frame in the capture, from 1")),
        ("time", described(pattern_or_null(RFC_3339), TIME)),
        ("ts", described(or_null("number"), "Seconds since 1970-01-01 00:00:00 UTC, with nine decimals; null as time")),
        ("interface", described(or_null("string"), "Name of the interface, when the capture has one")),
        ("link_type", described(kind("string"), "tcpdump's name of the link type, or its number")),
        ("length", described(natural(), "Bytes on the wire")),
        ("captured", described(natural(), "Bytes in the capture")),
        ("flow", described(or_null("integer"), "Number of the innermost conversation, from 1")),
        ("layers", layers),
        ("notes", described(array(note), "What is worth knowing about the packet beyond its fields")),
        ("comments", described(array(kind("string")), "What somebody stored with the frame (pcapng opt_comment)")),
        ("transitions", described(array(transition), "Changes of connection states that this packet caused")),
    ])
    .optional([("reassembled", described(array(reassembled), "The datagrams that this frame completed"))]);
    let mut schema = Doc::object()
        .with("$schema", Doc::text("https://json-schema.org/draft/2020-12/schema"))
        .with("title", Doc::text("A packet, as sniff -T json prints it"))
        .with("description", Doc::text(ABOUT));
    schema.append(packet);
    format!("{}\n", Pretty(&schema.with("$defs", definitions), 0))
}

const ABOUT: &str = "One JSON object a line and packet. Generated from the field tables. Integers above 2^53 are \
                     strings of digits; bytes are lower-case hexadecimal digits; absent fields are omitted";
const LAYERS: &str = "Outermost first; an array, because tunnels repeat a protocol";
const TIME: &str = "When the frame was captured, RFC 3339, UTC. Null when the capture does not say, and for years that \
                    RFC 3339 cannot write";
const KINDS: &str = "cut: the capture ends early; bad: the packet contradicts itself; unknown: nobody here knows what \
                     the bytes are; cap: a limit was reached; bug: a dissector failed; info: no error";
const BUFFER: &str = "Absent for layers of the frame itself; otherwise the number of the reassembled datagram that the \
                      layer lies in";
const LENGTH: &str = "Bytes of the header, options included; null when the header could not be read";
const DATA_LENGTH: &str = "Bytes on the wire";
const RFC_3339: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{9}Z$";
const MAC: &str = "^[0-9a-f]{2}(:[0-9a-f]{2}){5}$";
const HEX: &str = "^([0-9a-f]{2})*$";
const DIGITS: &str = "^-?[0-9]{16,20}$";

/// One layer of the protocols that share a name; it may hold repeating rows of `shared`, too.
fn layer(name: &str, versions: &[&'static Protocol], shared: &[&'static Protocol]) -> Doc {
    let length = if versions.iter().any(|p| std::ptr::eq(*p, &proto::data::DATA)) {
        described(natural(), DATA_LENGTH)
    } else {
        described(Doc::object().with("type", types(["integer", "null"])).with("minimum", Doc::Number(0)), LENGTH)
    };
    // What lies behind a payload is listed once, by Ethernet, and found in whichever layer is the nearest.
    let behind = versions.iter().any(|p| p.trailer.is_some()).then_some(proto::shared::trailer::ROWS);
    let behind = behind.unwrap_or_default();
    let shared = || shared.iter().flat_map(|p| p.fields()).filter(|r| r.repeats);
    let rows = || versions.iter().flat_map(|p| p.fields()).chain(shared()).chain(behind.iter().copied());
    let rows = || rows().filter(|r| r.any_of.is_empty() && r.kind != Kind::Group);
    let mut seen = HashSet::new();
    let mut fields = Doc::object();
    for row in rows().filter(|r| seen.insert(r.name)) {
        let same: Vec<&Field> = rows().filter(|r| r.name == row.name).collect();
        fields = fields.with(row.name, field(row, &same));
    }
    let fields = kind("object").with("properties", fields).with("additionalProperties", Doc::Bool(false));
    let mut units: Vec<&str> = versions.iter().map(|p| p.unit.word()).collect();
    units.dedup();
    let titles: Vec<String> = versions.iter().map(|p| format!("{} ({})", p.title, p.spec)).collect();
    described(
        closed([
            ("name", constant(name)),
            ("unit", one_of(units.into_iter().map(Doc::text).collect())),
            (
                "offset",
                described(natural(), "Bytes from the beginning of the frame, or of the buffer that buffer names"),
            ),
            ("length", length),
            ("fields", fields),
        ])
        .optional([("buffer", described(natural(), BUFFER))]),
        titles.join("; "),
    )
}

/// One key of a layer's fields; `same` are the rows that share its name. Should they differ in kind, either will do.
fn field(row: &Field, same: &[&Field]) -> Doc {
    let mut kinds: Vec<&Field> = Vec::new();
    for other in same {
        if !kinds.iter().any(|k| k.kind == other.kind && is_wide(k) == is_wide(other)) {
            kinds.push(other);
        }
    }
    let value = match kinds.as_slice() {
        [one] => value(one),
        several => Doc::object().with("anyOf", Doc::List(several.iter().map(|r| value(r)).collect())),
    };
    let repeats = same.iter().any(|r| r.repeats);
    let value = if repeats { array(value).with("minItems", Doc::Number(1)) } else { value };
    let unit = if row.unit.is_empty() { String::new() } else { format!(", in {}", row.unit) };
    described(value, format!("{}{unit}: {} ({})", row.label, row.help, row.clause))
}

fn value(row: &Field) -> Doc {
    match row.kind {
        Kind::Uint if matches!(row.base, Base::Point(_)) => kind("number"),
        Kind::Uint if is_wide(row) => {
            let exact = natural().with("maximum", Doc::Number(MAX_EXACT));
            Doc::object().with("anyOf", Doc::List(vec![exact, pattern(DIGITS)]))
        }
        Kind::Uint => natural(),
        Kind::Int if is_wide(row) => {
            let (from, to) = (format!("-{MAX_EXACT}"), Doc::Number(MAX_EXACT));
            let exact = kind("integer").with("minimum", Doc::Literal(from)).with("maximum", to);
            Doc::object().with("anyOf", Doc::List(vec![exact, pattern(DIGITS)]))
        }
        Kind::Int => kind("integer"),
        Kind::Flag => kind("boolean"),
        Kind::Mac => pattern(MAC),
        Kind::Ip4 => kind("string").with("format", Doc::text("ipv4")),
        Kind::Ip6 => kind("string").with("format", Doc::text("ipv6")),
        Kind::Bytes => pattern(HEX),
        Kind::Text => kind("string"),
        Kind::Time => kind("number"),
        Kind::Group => kind("null"),
    }
}

/// Whether a number may not fit a double: by its width, or because its width depends on the packet.
fn is_wide(row: &Field) -> bool {
    let bits = row.at.map_or(64, |at| u32::from(at.bits) + u32::from(row.scale).ilog2() + 1);
    matches!(row.kind, Kind::Uint | Kind::Int) && bits > MAX_EXACT.ilog2()
}

#[cfg(test)]
mod tests {
    use super::packet_schema;
    use crate::capture::Frame;
    use crate::field::Field;
    use crate::output::json::Json;
    use crate::output::testing::{Bench, datagram, frame, tunnelled};
    use crate::text::Text;
    use serde_json::Value;

    fn validator() -> jsonschema::Validator {
        let schema: Value = serde_json::from_str(&packet_schema(&Bench::new().registry)).expect("the schema is JSON");
        jsonschema::draft202012::meta::validate(&schema).expect("the schema is a schema");
        jsonschema::draft202012::options().should_validate_formats(true).build(&schema).expect("a schema")
    }

    #[test]
    fn what_is_printed_is_valid() {
        let validator = validator();
        let mut padded = datagram(b"hi");
        padded.resize(60, 0);
        for whole in [padded, tunnelled(b"x"), datagram(b"")] {
            for length in 0..=whole.len() {
                let cut = Frame { length: whole.len() as u32, ..frame(&whole[..length], -5, 7) };
                let mut out = Text::new();
                Bench::new().show(&cut, None, |packet, tree| Json::new().packet(packet, tree, &[], &mut out));
                let value: Value = serde_json::from_str(out.as_str()).expect("JSON");
                if let Err(error) = validator.validate(&value) {
                    panic!("{error} at {}: {}", error.instance_path(), out.as_str());
                }
            }
        }
    }

    #[test]
    fn what_differs_is_not() {
        let validator = validator();
        let mut out = Text::new();
        let data = datagram(b"x");
        Bench::new().show(&frame(&data, 0, 0), None, |packet, tree| Json::new().packet(packet, tree, &[], &mut out));
        let printed = out.as_str();
        for (from, to) in [
            ("\"ip.ttl\":64", "\"ip.ttl\":\"64\""),
            ("\"ip.ttl\":64", "\"ip.ttl\":[64]"),
            ("\"ip.ttl\":64", "\"ip.tll\":64"),
            ("10.0.0.2", "10.0.0.256"),
            ("\"unit\":\"packet\"", "\"unit\":\"frame\""),
            ("\"captured\"", "\"caught\""),
            ("\"transitions\":[]", "\"transitions\":[1]"),
        ] {
            let changed: Value = serde_json::from_str(&printed.replacen(from, to, 1)).expect("JSON");
            assert!(!validator.is_valid(&changed), "{from} → {to}");
        }
    }

    #[test]
    fn numbers_that_may_exceed_doubles_may_be_strings() {
        static NARROW: Field = Field::uint("t.narrow", 0, 48);
        static SCALED: Field = Field::uint("t.scaled", 0, 53).scale(4);
        static WIDE: Field = Field::uint("t.wide", 0, 64);
        assert_eq!([&NARROW, &SCALED, &WIDE].map(super::is_wide), [false, true, true]);
    }
}
