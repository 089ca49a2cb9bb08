//! `-T json`: one object a packet, as `docs/schema/packet.schema.json` describes it.
//!
//! What a key holds is fixed by the row's kind: numbers are JSON numbers (strings of digits above 2⁵³, where readers
//! that use doubles lose digits), flags are booleans, bytes lower-case hexadecimal digits, addresses and text strings,
//! times decimal seconds with nine digits. A row that may repeat within a layer is always an array. Headings without
//! a value are left out, and so are aliases, which only repeat other fields.
//!
//! - `time` and `ts` are null when the capture has no time for the frame; `time` also when the year is not between
//!   0000 and 9999, which RFC 3339 cannot write (`ts` is exact even then).
//! - `link_type` is tcpdump's name, or the number's digits for a type without a name.
//! - `length` of a layer is its header's, in bytes; for `data` the bytes on the wire; null for a layer whose header
//!   could not be read, of which only the fields before the stop are shown (its bytes are in `data`, too).
//! - Keys are unique. A row that does not say that it repeats and is put twice nevertheless becomes an array: nothing
//!   is lost, and the schema, which promises a single value, makes the wrong row known.

use super::instant::{Clock, decimal};
use super::rows::RowMap;
use crate::capture::link_name;
use crate::field::{Base, Field, Kind, Value};
use crate::flow::Transition;
use crate::packet::{End, Packet, frame, protocol_at};
use crate::proto::data::DATA;
use crate::text::Text;
use crate::tree::{Node, Tree};
use std::collections::HashMap;

/// The largest integer up to which every integer is a double (2⁵³); larger ones are written as strings.
pub const MAX_EXACT: u64 = 1 << 53;

/// Writes packets as JSON. It remembers the rows it has met, so that it allocates nothing once it is warm.
#[derive(Debug, Default)]
pub struct Json {
    map: RowMap,
    /// The key's number for each name; several rows may share a name.
    names: HashMap<&'static str, u32>,
    keys: Vec<Key>,
    /// The values of one layer, in order.
    values: Vec<Entry>,
    /// Counts layers over all packets, so that a key knows whether it was met in this one.
    layer: u64,
    clock: Clock,
}

/// One key of `fields`.
#[derive(Debug)]
struct Key {
    /// `"ip.ttl":`, and the same after a comma.
    text: [Text; 2],
    repeats: bool,
    /// The layer (by [`Json::layer`]) in which it was met last, and its last value there.
    met: u64,
    last: u32,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    node: u32,
    key: u32,
    /// Whether this is the key's first value in the layer.
    first: bool,
    /// The key's next value in the layer, or [`NONE`].
    next: u32,
}

const NONE: u32 = u32::MAX;

impl Json {
    /// A writer that has met nothing yet.
    pub fn new() -> Self {
        Json::default()
    }

    /// Writes one packet and a newline. `tree` is the packet's tree, `changes` are the changes of state that it shows.
    pub fn packet(&mut self, packet: &Packet<'_>, tree: &Tree, changes: &[Transition], out: &mut Text) {
        let captured = packet.frame;
        out.lit("{\"type\":\"packet\",\"number\":").num(packet.facts.number).lit(",\"time\":");
        if captured.has_time {
            self.clock.rfc3339(captured.time, out);
            out.lit(",\"ts\":");
            decimal(captured.time, out);
        } else {
            out.lit("null,\"ts\":null");
        }
        out.lit(",\"interface\":");
        match packet.facts.interface_name {
            Some(name) => out.ch('"').json(name).ch('"'),
            None => out.lit("null"),
        };
        out.lit(",\"link_type\":\"");
        match link_name(captured.link) {
            Some(name) => out.lit(name),
            None => out.num(captured.link.0.into()),
        };
        out.lit("\",\"length\":").num(captured.length.into()).lit(",\"captured\":").num(captured.data.len() as u64);
        out.lit(",\"flow\":");
        match packet.conversations.innermost() {
            Some(conversation) => out.num(conversation.flow.into()),
            None => out.lit("null"),
        };
        self.layers(packet, tree, out);
        notes(packet, tree, out);
        out.lit(",\"comments\":[");
        let mut comma = Comma::default();
        for comment in captured.comments {
            comma.write(out);
            out.ch('"').json(comment).ch('"');
        }
        out.lit("],\"transitions\":[");
        let mut comma = Comma::default();
        for change in changes {
            comma.write(out);
            super::states::brief(change, out);
        }
        out.ch(']');
        if packet.layers.joined().next().is_some() {
            reassembled(packet, out);
        }
        out.lit("}\n");
    }

    fn layers(&mut self, packet: &Packet<'_>, tree: &Tree, out: &mut Text) {
        let (main, tail) = in_order(tree.nodes());
        let slots = packet.layers.as_slice();
        let mut at = 0;
        let mut comma = Comma::default();
        let bytes = packet.bytes;
        out.lit(",\"layers\":[");
        for (index, layer) in slots.iter().enumerate() {
            let own = run(main, &mut at, index);
            comma.write(out);
            let length = Some(layer.header);
            open(packet, packet.registry.protocol(layer.protocol), layer.start, length, out);
            self.fields(own, tail, index, tree, bytes, out, |_| true);
        }
        // What was read of a header before it stopped, and the bytes that nobody reads further.
        let index = slots.len();
        let own = run(main, &mut at, index);
        if let Some(id) = unread(packet.layers.end)
            && own.nodes.iter().any(|n| !is_data(n.field))
        {
            comma.write(out);
            open(packet, packet.registry.protocol(id), packet.layers.rest, None, out);
            self.fields(own, tail, index, tree, bytes, out, |f| !is_data(f));
        }
        if packet.layers.rest_wire > 0 {
            comma.write(out);
            open(packet, &DATA, packet.layers.rest, Some(packet.layers.rest_wire), out);
            self.fields(own, tail, index, tree, bytes, out, is_data);
        }
        out.ch(']');
    }

    /// Writes the fields of one layer that `keep` accepts, and closes the layer's object.
    #[expect(clippy::too_many_arguments)]
    fn fields(
        &mut self,
        own: Run<'_>,
        tail: Run<'_>,
        index: usize,
        tree: &Tree,
        bytes: &[u8],
        out: &mut Text,
        keep: impl Fn(&'static Field) -> bool,
    ) {
        self.values.clear();
        self.layer += 1;
        let nodes = own.numbered().chain(tail.numbered().filter(|(_, n)| usize::from(n.layer) == index));
        for (at, node) in nodes {
            if node.field.kind != Kind::Group && keep(node.field) {
                self.meet(at, node.field);
            }
        }
        let mut later = false;
        for entry in &self.values {
            let Some(key) = self.keys.get(entry.key as usize).filter(|_| entry.first) else { continue };
            let [alone, after_comma] = &key.text;
            out.text(if later { after_comma } else { alone });
            later = true;
            let array = key.repeats || entry.next != NONE;
            if array {
                out.ch('[');
            }
            let mut comma = Comma::default();
            let mut next = Some(entry);
            while let Some(entry) = next {
                if let Some(node) = tree.nodes().get(entry.node as usize) {
                    comma.write(out);
                    value(node.field, tree.value(node, bytes), out);
                }
                // Entries point forwards only; none is at index `NONE`.
                next = self.values.get(entry.next as usize);
            }
            if array {
                out.ch(']');
            }
        }
        out.lit("}}");
    }

    /// Notes a value of the layer under its key.
    #[inline]
    fn meet(&mut self, node: u32, row: &'static Field) {
        let number = match self.map.get(row) {
            Some(number) => number,
            None => self.learn(row),
        };
        let Some(key) = self.keys.get_mut(number as usize) else { return };
        let here = self.values.len() as u32;
        let first = key.met != self.layer;
        if !first && let Some(previous) = self.values.get_mut(key.last as usize) {
            previous.next = here;
        }
        (key.met, key.last) = (self.layer, here);
        self.values.push(Entry { node, key: number, first, next: NONE });
    }

    #[cold]
    fn learn(&mut self, row: &'static Field) -> u32 {
        let keys = &mut self.keys;
        let number = *self.names.entry(row.name).or_insert_with(|| {
            let text = ["\"", ",\""].map(|start| {
                let mut text = Text::new();
                text.lit(start).json(row.name.as_bytes()).lit("\":");
                text
            });
            keys.push(Key { text, repeats: row.repeats, met: 0, last: 0 });
            keys.len() as u32 - 1
        });
        self.map.insert(row, number);
        number
    }
}

/// Consecutive nodes and the index of their first one in the tree.
#[derive(Clone, Copy)]
struct Run<'a> {
    first: usize,
    nodes: &'a [Node],
}

impl<'a> Run<'a> {
    fn numbered(self) -> impl Iterator<Item = (u32, &'a Node)> {
        self.nodes.iter().enumerate().map(move |(i, node)| ((self.first + i) as u32, node))
    }
}

/// Splits a packet's nodes into those that come layer by layer, and those of earlier layers that follow them (what
/// lies behind each layer's payload). The frame's own rows, which are in no layer, are left out.
fn in_order(nodes: &[Node]) -> (Run<'_>, Run<'_>) {
    let first = nodes.iter().position(|n| n.layer != frame::LAYER).unwrap_or(nodes.len());
    let main = nodes.get(first..).unwrap_or_default();
    let ordered = main.windows(2).position(|w| matches!(w, [a, b] if a.layer > b.layer)).map_or(main.len(), |i| i + 1);
    let (main, tail) = main.split_at_checked(ordered).unwrap_or((main, &[]));
    (Run { first, nodes: main }, Run { first: first + main.len(), nodes: tail })
}

/// The nodes of the layer with this index; `at` is where they begin in `main`, and moves on to where they end.
fn run<'a>(main: Run<'a>, at: &mut usize, index: usize) -> Run<'a> {
    let rest = main.nodes.get(*at..).unwrap_or_default();
    let before = rest.iter().take_while(|n| usize::from(n.layer) < index).count();
    let rest = rest.get(before..).unwrap_or_default();
    let count = rest.iter().take_while(|n| usize::from(n.layer) == index).count();
    let first = main.first + *at + before;
    *at += before + count;
    Run { first, nodes: rest.get(..count).unwrap_or_default() }
}

/// The protocol whose header follows the last layer but could not be read.
fn unread(end: End) -> Option<crate::dissect::ProtocolId> {
    match end {
        End::Stopped(id, _) | End::Bug(id) => Some(id),
        End::Complete | End::Fragment | End::Opaque(_) | End::Unclaimed(..) | End::TooDeep => None,
    }
}

fn is_data(row: &'static Field) -> bool {
    DATA.fields().any(|data| std::ptr::eq(data, row))
}

/// Opens a layer's object, up to and including the brace of its fields.
fn open(packet: &Packet<'_>, protocol: &crate::dissect::Protocol, start: u32, length: Option<u32>, out: &mut Text) {
    let (buffer, offset) = packet.layers.place(start);
    out.lit("{\"name\":\"").lit(protocol.name).lit("\",\"unit\":\"").lit(protocol.unit.word());
    out.lit("\",\"offset\":").num(offset.into()).lit(",\"length\":");
    match length {
        Some(length) => out.num(length.into()),
        None => out.lit("null"),
    };
    if buffer > 0 {
        out.lit(",\"buffer\":").num(buffer.into());
    }
    out.lit(",\"fields\":{");
}

/// Writes which datagrams the frame completed, and where their bytes came from.
#[cold]
fn reassembled(packet: &Packet<'_>, out: &mut Text) {
    out.lit(",\"reassembled\":[");
    let mut comma = Comma::default();
    for (buffer, (_, joined)) in (1u64..).zip(packet.layers.joined()) {
        comma.write(out);
        out.lit("{\"buffer\":").num(buffer).lit(",\"length\":").num(joined.length.into()).lit(",\"fragments\":[");
        let mut comma = Comma::default();
        for source in joined.sources_in(packet.sources) {
            comma.write(out);
            out.lit("{\"frame\":").num(source.frame).lit(",\"offset\":").num(source.offset.into());
            out.lit(",\"length\":").num(source.length.into()).ch('}');
        }
        out.lit("]}");
    }
    out.ch(']');
}

fn notes(packet: &Packet<'_>, tree: &Tree, out: &mut Text) {
    out.lit(",\"notes\":[");
    let mut comma = Comma::default();
    for note in tree.notes() {
        comma.write(out);
        let index = usize::from(note.layer);
        let name = if note.layer == frame::LAYER {
            "frame"
        } else {
            match unread(packet.layers.end) {
                Some(id) if index == packet.layers.as_slice().len() => packet.registry.protocol(id).name,
                _ => protocol_at(packet.registry, packet.layers, index).name,
            }
        };
        out.lit("{\"layer\":\"").lit(name).lit("\",\"kind\":\"").lit(note.kind.word()).lit("\",\"text\":\"");
        out.json(tree.note_text(note).as_bytes()).lit("\"}");
    }
    out.ch(']');
}

fn value(field: &Field, value: Value<'_>, out: &mut Text) {
    match value {
        Value::Uint(v) if let Base::Point(bits) = field.base => out.fixed_point(v, bits),
        Value::Uint(v) if v > MAX_EXACT => out.ch('"').num(v).ch('"'),
        Value::Uint(v) => out.num(v),
        Value::Int(v) if v.unsigned_abs() > MAX_EXACT => {
            out.lit(if v < 0 { "\"-" } else { "\"" }).num(v.unsigned_abs()).ch('"')
        }
        Value::Int(v) => out.lit(if v < 0 { "-" } else { "" }).num(v.unsigned_abs()),
        Value::Flag(set) => out.lit(if set { "true" } else { "false" }),
        Value::Mac(a) => out.ch('"').mac(&a).ch('"'),
        Value::Ip4(a) => out.ch('"').ip4(a).ch('"'),
        Value::Ip6(a) => out.ch('"').ip6(a).ch('"'),
        Value::Bytes(bytes) => out.ch('"').hex_bytes(bytes).ch('"'),
        Value::Text(bytes) => out.ch('"').json(bytes).ch('"'),
        Value::Time(time) => {
            decimal(time, out);
            out
        }
        Value::None => out.lit("null"),
    };
}

/// Writes a comma before everything but the first.
#[derive(Default)]
struct Comma(bool);

impl Comma {
    fn write(&mut self, out: &mut Text) {
        if std::mem::replace(&mut self.0, true) {
            out.ch(',');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Json;
    use crate::capture::Frame;
    use crate::field::{Field, Kind};
    use crate::output::testing::{Bench, datagram, frame, tunnelled};
    use crate::sink::{NoteKind, Sink};
    use crate::text::Text;
    use crate::tree::Tree;
    use serde_json::Value;

    fn json(bench: &mut Bench, frame: &Frame<'_>, interface: Option<&[u8]>) -> String {
        let mut out = Text::new();
        bench.show(frame, interface, |packet, tree| Json::new().packet(packet, tree, &[], &mut out));
        out.as_str().to_owned()
    }

    fn parsed(frame: &Frame<'_>) -> Value {
        serde_json::from_str(&json(&mut Bench::new(), frame, None)).expect("JSON")
    }

    #[test]
    fn a_datagram_as_it_prints() {
        let line = json(&mut Bench::new(), &frame(&datagram(b"hi"), 1_767_225_600, 142_000), Some(b"et\"h0"));
        let start = concat!(
            r#"{"type":"packet","number":1,"time":"2026-01-01T00:00:00.000142000Z","ts":1767225600.000142000,"#,
            r#""interface":"et\"h0","link_type":"EN10MB","length":44,"captured":44,"flow":1,"layers":["#,
            r#"{"name":"eth","unit":"frame","offset":0,"length":14,"fields":{"eth.dst":"02:00:00:00:00:01","#,
        );
        assert_eq!(line.get(..start.len()), Some(start));
        assert!(line.ends_with("],\"notes\":[],\"comments\":[],\"transitions\":[]}\n"), "{line}");
        let value: Value = serde_json::from_str(&line).expect("JSON");
        let layers = value["layers"].as_array().expect("an array");
        let shape: Vec<_> =
            layers.iter().map(|l| (l["name"].as_str(), l["offset"].as_u64(), l["length"].as_u64())).collect();
        let expected = [("eth", 0, 14), ("ip", 14, 20), ("udp", 34, 8), ("data", 42, 2)];
        assert_eq!(shape, expected.map(|(n, o, l)| (Some(n), Some(o), Some(l))));
        assert_eq!(layers[0]["fields"]["eth.dst.lg"], true);
        assert_eq!(layers[1]["fields"]["ip.src"], "10.0.0.2");
        assert_eq!(layers[2]["fields"]["udp.srcport"], 40_000);
        assert_eq!(layers[3]["fields"]["data.data"], "6869");
    }

    #[test]
    fn tunnels_keep_each_layers_own_fields() {
        let value = parsed(&frame(&tunnelled(b"x"), 0, 0));
        let ttls: Vec<_> =
            value["layers"].as_array().into_iter().flatten().filter_map(|l| l["fields"].get("ip.ttl")).collect();
        assert_eq!(ttls, [9, 64]);
    }

    #[test]
    fn what_lies_behind_the_payload_stays_with_its_layer() {
        let mut padded = datagram(b"hi");
        padded.resize(60, 0);
        let line = json(&mut Bench::new(), &frame(&padded, 0, 0), None);
        let value: Value = serde_json::from_str(&line).expect("JSON");
        assert_eq!(value["layers"][0]["fields"]["eth.padding"], "00".repeat(16));
        assert_eq!(line.matches("eth.padding").count(), 1);
    }

    #[test]
    fn a_header_that_stops_shows_what_was_read_and_its_bytes_as_data() {
        let whole = datagram(b"hi");
        let cut = Frame { length: whole.len() as u32, ..frame(&whole[..38], 0, 0) };
        let value = parsed(&cut);
        let names: Vec<_> = value["layers"].as_array().into_iter().flatten().map(|l| &l["name"]).collect();
        assert_eq!(names, ["eth", "ip", "udp", "data"]);
        assert_eq!(value["layers"][2]["length"], Value::Null);
        assert_eq!(value["layers"][2]["fields"]["udp.dstport"], 50_000);
        assert_eq!(value["layers"][3]["fields"]["data.data"], "9c40c350");
        assert_eq!((&value["notes"][0]["layer"], &value["notes"][0]["kind"]), (&"udp".into(), &"cut".into()));
    }

    #[test]
    fn every_cut_of_a_frame_is_json_without_repeated_keys() {
        let whole = tunnelled(b"payload");
        for length in 0..=whole.len() {
            let cut = Frame { length: whole.len() as u32, ..frame(&whole[..length], 0, 0) };
            let line = json(&mut Bench::new(), &cut, None);
            let value: Value = serde_json::from_str(&line).unwrap_or_else(|e| panic!("cut at {length}: {e}: {line}"));
            // A repeated key would be lost in the parsed value, so both have equally many colons after quotes.
            assert_eq!(
                serde_json::to_string(&value).expect("JSON").matches("\":").count(),
                line.matches("\":").count()
            );
        }
    }

    #[test]
    fn a_frame_without_a_time_or_beyond_rfc_3339_says_null() {
        let data = datagram(b"");
        let value = parsed(&Frame { has_time: false, ..frame(&data, 7, 0) });
        assert_eq!((&value["time"], &value["ts"]), (&Value::Null, &Value::Null));
        let value = parsed(&frame(&data, i64::MIN, 0));
        assert_eq!(value["time"], Value::Null);
        assert!(value["ts"].is_number());
    }

    static MANY: Field = Field::moving("t.many", Kind::Uint).repeats();
    static WRONG: Field = Field::moving("t.wrong", Kind::Uint);
    static HEAD: Field = Field::group("t.head");
    static TEXT: Field = Field::derived("t.text", Kind::Text);
    static TIME: Field = Field::derived("t.time", Kind::Time);

    #[test]
    fn repetition_makes_arrays_and_big_numbers_strings() {
        let mut tree = Tree::default();
        tree.enter(0);
        tree.open(&HEAD, 0);
        tree.uint(&MANY, 0, 8, 1);
        tree.uint(&WRONG, 0, 8, 1 << 53);
        tree.uint(&WRONG, 0, 8, (1 << 53) + 1);
        tree.derived_bytes(&TEXT, b"a\"\n\xff\x1b");
        tree.derived_time(&TIME, crate::time::Time { secs: -1, nanos: 1 });
        tree.close(8);
        tree.note(NoteKind::Info, format_args!("a \"quote\""));
        let data = datagram(b"");
        let mut out = Text::new();
        Bench::new().show(&frame(&data, 0, 0), None, |packet, _| Json::new().packet(packet, &tree, &[], &mut out));
        let line = out.as_str();
        let fields = r#""fields":{"t.many":[1],"t.wrong":[9007199254740992,"9007199254740993"],"#;
        assert!(line.contains(fields), "{line}");
        assert!(line.contains("\"t.text\":\"a\\\"\\n\u{fffd}\\u001b\",\"t.time\":-0.999999999}"), "{line}");
        assert!(line.contains(r#""notes":[{"layer":"eth","kind":"info","text":"a \"quote\""}]"#), "{line}");
        serde_json::from_str::<Value>(line).expect("JSON");
    }
}
