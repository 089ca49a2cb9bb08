//! What must hold for any bytes whatever, in one place: the tests, the mutation runner and the fuzz targets ask it.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use sniff::capture::Frame;
use sniff::dissect::{Dissected, Next, Protocol, ProtocolId, Registry, Seen, Space, Style};
use sniff::input::{Bad, Env, Extent, Input};
use sniff::output;
use sniff::output::json::Json;
use sniff::output::line::Line;
use sniff::output::time::{Form as TimeForm, Stamp};
use sniff::packet::fragments::Fragments;
use sniff::packet::ledger::Ledger;
use sniff::packet::{self, Conversations, End, Facts, Layers, Packet};
use sniff::sink::{NoteKind, Off};
use sniff::text::Text;
use sniff::tree::{Node, Tree};
use sniff::{flow, proto};
use std::collections::BTreeSet;

/// What is needed to look at packets one after the other.
pub struct Bench {
    pub registry: Registry,
    pub layers: Layers,
    pub fragments: Fragments,
    pub tree: Tree,
    flows: flow::Table,
    scratch: Tree,
    text: Text,
    json: Json,
}

impl Default for Bench {
    fn default() -> Self {
        Bench::new()
    }
}

impl Bench {
    pub fn new() -> Self {
        Bench {
            registry: Registry::new(proto::ALL),
            layers: Layers::default(),
            fragments: Fragments::default(),
            tree: Tree::default(),
            flows: flow::Table::default(),
            scratch: Tree::default(),
            text: Text::new(),
            json: Json::new(),
        }
    }

    /// Peels a frame, builds its tree, and checks what must hold for any bytes whatever.
    pub fn look(&mut self, frame: &Frame<'_>) -> Result<Conversations, String> {
        self.look_within(frame, None)
    }

    /// As [`Bench::look`], for a packet whose conversations are known already.
    pub fn look_within(&mut self, frame: &Frame<'_>, known: Option<&Conversations>) -> Result<Conversations, String> {
        let conversations = self.read(frame, known)?;
        self.check(frame, &conversations)?;
        Ok(conversations)
    }

    /// What the program does with a frame before it shows it: the layers, what its fragments complete, its
    /// conversations unless they are known, and its tree.
    pub fn read(&mut self, frame: &Frame<'_>, known: Option<&Conversations>) -> Result<Conversations, String> {
        let facts = Facts { number: 1, ..Facts::default() };
        packet::peel(&self.registry, frame, &mut self.layers).map_err(|_| "peeling failed".to_owned())?;
        self.fragments.clear();
        let (registry, layers, fragments) = (&self.registry, &mut self.layers, &mut self.fragments);
        packet::guarded(|| packet::join(registry, frame, facts.number, layers, fragments))
            .map_err(|_| "joining failed".to_owned())?;
        let none = Conversations::default();
        let bare = Packet::new(frame, &facts, &self.layers, &none, &self.registry).with(&self.fragments);
        let mut conversations = Conversations::default();
        match known {
            Some(known) => conversations.clone_from(known),
            None => {
                let flows = &mut self.flows;
                packet::guarded(|| flows.observe(&bare, &mut conversations))
                    .map_err(|_| "following the conversation failed".to_owned())?;
            }
        }
        let seen = Packet { conversations: &conversations, ..bare };
        packet::tree(&seen, &mut self.tree).map_err(|_| "building the tree failed".to_owned())?;
        Ok(conversations)
    }

    /// Checks the packet that was read last.
    pub fn check(&mut self, frame: &Frame<'_>, conversations: &Conversations) -> Result<(), String> {
        let facts = Facts { number: 1, ..Facts::default() };
        let seen = Packet::new(frame, &facts, &self.layers, conversations, &self.registry).with(&self.fragments);
        let total = Ledger::of(&seen).total();
        if total != u64::from(frame.wire()) {
            return Err(format!("the ledger adds up to {total}, the frame has {}", frame.wire()));
        }
        spans(&self.tree, frame.data.len().max(self.fragments.bytes().len()))?;
        self.both_bodies(frame, conversations)
    }

    /// Writes the packet that was read last as a line and as JSON, as the program does; returns how many bytes that are.
    pub fn write(&mut self, frame: &Frame<'_>, conversations: &Conversations) -> Result<usize, String> {
        let facts = Facts { number: 1, ..Facts::default() };
        let packet = Packet::new(frame, &facts, &self.layers, conversations, &self.registry).with(&self.fragments);
        let (out, tree, json) = (&mut self.text, &self.tree, &mut self.json);
        out.clear();
        let stamp = Stamp::new(TimeForm::Clock, None, false);
        let style = Style { verbose: 1, link: true, ..Style::default() };
        packet::guarded(|| {
            Line { stamp, style, numbered: true }.write(&packet, &[], out);
            json.packet(&packet, tree, &[], out);
            out.len()
        })
        .map_err(|_| "writing failed".to_owned())
    }

    /// Drops what is remembered of former packets, so that a long run uses no more than a short one.
    pub fn forget(&mut self) {
        self.flows = flow::Table::default();
        self.fragments = Fragments::default();
    }

    /// Writes every view of the packet that was looked at last; none of them may fail, or print what could act on a
    /// terminal, and JSON must be JSON without a key twice.
    pub fn show(&mut self, frame: &Frame<'_>, conversations: &Conversations) -> Result<(), String> {
        let facts = Facts { number: 1, ..Facts::default() };
        let (layers, registry) = (&self.layers, &self.registry);
        let packet = Packet::new(frame, &facts, layers, conversations, registry).with(&self.fragments);
        let (out, tree) = (&mut self.text, &self.tree);
        out.clear();
        let stamp = Stamp::new(TimeForm::Clock, None, false);
        for verbose in [0, 3] {
            let style = Style { verbose, link: verbose > 0, ..Style::default() };
            Line { stamp: stamp.clone(), style, numbered: true }.write(&packet, &[], out);
        }
        output::tree::write(&packet, tree, None, out);
        output::explain::write(&packet, tree, 100, out);
        if let Some(c) = out.as_str().chars().find(|c| *c != '\n' && *c != '\t' && c.is_control()) {
            return Err(format!("a view prints {}", c.escape_unicode()));
        }
        out.clear();
        self.json.packet(&packet, tree, &[], out);
        serde_json::from_str::<Unique>(out.as_str()).map_err(|e| format!("JSON: {e}")).map(drop)
    }

    /// The two instantiations of each body say the same: step, verdict, flaw.
    fn both_bodies(&mut self, frame: &Frame<'_>, conversations: &Conversations) -> Result<(), String> {
        let mut next = Next::Key(Space::Link, frame.link.0);
        let (mut base, mut wire, mut extent) = (0u32, frame.wire(), Extent::Whole);
        let mut bytes = frame.data.to_vec();
        let mut flaw: Option<(u8, Bad)> = None;
        for index in 0..=self.layers.as_slice().len() {
            let layer = self.layers.as_slice().get(index).copied();
            if layer.is_none() && !matches!(self.layers.end, End::Stopped(..)) {
                break;
            }
            let all = bytes.get(base as usize..).unwrap_or_default();
            let data = all.get(..wire as usize).unwrap_or(all);
            let addresses = self.layers.addresses_around(index, &self.registry, &bytes);
            let input = Input { data, base, wire, extent, env: &Env::NONE };
            let Some(id) = self.registry.next(next, &input) else { break };
            let (fast, slow, fast_flaw, slow_flaw) = self.twice(id, input, addresses, conversations, index);
            let name = self.registry.protocol(id).name;
            if fast != slow || fast_flaw != slow_flaw {
                return Err(format!("{name}: peel says {fast:?} {fast_flaw:?}, tree says {slow:?} {slow_flaw:?}"));
            }
            if let (Some(bad), None) = (fast_flaw, flaw) {
                flaw = Some((index as u8, bad));
            }
            match (fast, layer) {
                (Ok(step), Some(layer)) => {
                    let whole = step.wire.min(wire);
                    let header = step.header.min(whole);
                    if (layer.protocol, layer.start, layer.header, layer.wire) != (id, base, header, whole) {
                        return Err(format!("{name}: the layer is {layer:?}, the body says {step:?}"));
                    }
                    let captured = bytes.len().saturating_sub(base as usize + header as usize);
                    (base, wire, extent, next) = (base + header, whole - header, step.extent, step.next);
                    if step.fragment.is_some() && captured >= wire as usize {
                        let Some(joined) = self.layers.joined_after(index) else { break };
                        (base, wire, extent, next) = (joined.start, joined.length, Extent::Whole, joined.next);
                        bytes = self.fragments.bytes().to_vec();
                    }
                }
                (Err(stop), None) if self.layers.end == End::Stopped(id, stop) => break,
                (found, layer) => return Err(format!("{name}: {found:?} where peeling had {layer:?}")),
            }
        }
        if flaw != self.layers.flaw {
            return Err(format!("peeling saw {:?}, the bodies {flaw:?}", self.layers.flaw));
        }
        Ok(())
    }

    fn twice(
        &mut self,
        id: ProtocolId,
        input: Input<'_>,
        addresses: Option<sniff::input::Addresses>,
        conversations: &Conversations,
        index: usize,
    ) -> (Dissected, Dissected, Option<Bad>, Option<Bad>) {
        let protocol = self.registry.protocol(id);
        let mut off = Off::default();
        let fast = (protocol.peel)(input, &mut off);
        self.scratch.clear();
        let env = Env { addresses, ends: addresses, conversation: conversations.of(index), ..Env::NONE };
        let slow = (protocol.tree)(Input { env: &env, ..input }, &mut self.scratch);
        (fast, slow, off.flaw, self.scratch.take_flaw())
    }
}

/// One protocol alone, at these bytes: peel and tree agree, the fields lie inside the bytes, the line can be written.
pub fn alone(registry: &Registry, protocol: &Protocol, input: Input<'_>) -> Result<(), String> {
    let (mut off, mut tree) = (Off::default(), Tree::default());
    tree.enter(0);
    tree.ends_at(input.base.saturating_add(input.data.len() as u32).saturating_mul(8));
    let fast = (protocol.peel)(input, &mut off);
    let slow = (protocol.tree)(input, &mut tree);
    // As the packet's tree does: a body that stops early leaves groups open.
    let end = slow.map_or(input.data.len() as u32, |step| step.header);
    tree.leave(input.base.saturating_add(end).saturating_mul(8));
    let (fast_flaw, slow_flaw) = (off.flaw, tree.take_flaw());
    if fast != slow || fast_flaw != slow_flaw {
        return Err(format!("{}: peel says {fast:?} {fast_flaw:?}, tree says {slow:?} {slow_flaw:?}", protocol.name));
    }
    spans(&tree, input.base as usize + input.data.len())?;
    let Ok(step) = fast else { return Ok(()) };
    let wire = step.wire.min(input.wire);
    let Some((header, payload)) = input.data.split_at_checked(step.header.min(wire) as usize) else { return Ok(()) };
    let next = Input { data: payload, wire: wire.saturating_sub(step.header), extent: step.extent, ..input };
    let mut out = Text::new();
    for verbose in [0, 3] {
        let style = Style { verbose, ..Style::default() };
        (protocol.line)(
            &Seen {
                header,
                payload: payload.get(..next.wire as usize).unwrap_or(payload),
                wire,
                outer: input.wire,
                extent: input.extent,
                addresses: None,
                ends: None,
                conversation: None,
                parent: None,
                next: registry.next(step.next, &next).map(|id| registry.protocol(id)),
                after: None,
                stopped: None,
                style: &style,
            },
            &mut out,
        );
    }
    match out.as_str().chars().find(|c| *c != '\n' && *c != '\t' && c.is_control()) {
        Some(c) => Err(format!("{}: the line prints {}", protocol.name, c.escape_unicode())),
        None => Ok(()),
    }
}

/// Any JSON whose objects have no key twice.
struct Unique;

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Unique)
    }
}

impl<'de> Visitor<'de> for Unique {
    type Value = Unique;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_str<E>(self, _: &str) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_unit<E>(self) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Unique, A::Error> {
        while items.next_element::<Unique>()?.is_some() {}
        Ok(Unique)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Unique, A::Error> {
        let mut keys = BTreeSet::new();
        while let Some((key, _)) = entries.next_entry::<String, Unique>()? {
            if !keys.insert(key.clone()) {
                return Err(serde::de::Error::custom(format!("the key {key} stands twice")));
            }
        }
        Ok(Unique)
    }
}

/// Every span lies inside the frame, children lie inside their parents, and parts follow what they are part of.
fn spans(tree: &Tree, captured: usize) -> Result<(), String> {
    let bits = captured as u64 * 8;
    let end = |n: &Node| u64::from(n.bit) + u64::from(n.bits);
    let mut above: Vec<&Node> = Vec::new();
    for node in tree.nodes() {
        above.retain(|a| a.layer == node.layer && a.depth < node.depth);
        if node.in_frame() {
            if end(node) > bits {
                return Err(format!("{} ends at bit {}, the frame at {bits}", node.field.name, end(node)));
            }
            let inside = |outer: &Node| outer.bit <= node.bit && end(node) <= end(outer);
            if let Some(parent) = above.last().filter(|p| p.in_frame() && !inside(p)) {
                return Err(format!("{} is not inside {}", node.field.name, parent.field.name));
            }
            let follows = |whole: &str| above.iter().any(|a| a.field.name == whole);
            if let Some(whole) = node.field.part_of.filter(|whole| !follows(whole)) {
                return Err(format!("{} does not follow {whole}", node.field.name));
            }
        }
        above.push(node);
    }
    Ok(())
}

/// The rows that protocols read out of the frame's bytes, in order. Left out are the frame's own rows, data that
/// nobody reads, and what lies behind a payload, which ends where the capture ends.
fn read_rows(tree: &Tree) -> Vec<(&'static str, u32)> {
    let own = |n: &&Node| n.layer != packet::frame::LAYER && !is_rest(n.field.name);
    tree.nodes().iter().filter(own).map(|n| (n.field.name, if n.in_frame() { n.bit } else { 0 })).collect()
}

fn is_rest(name: &str) -> bool {
    name.starts_with("data.") || ["eth.padding", "eth.trailer", "eth.fcs"].contains(&name)
}

fn bad_notes(tree: &Tree) -> Vec<String> {
    let bad = tree.notes().iter().filter(|n| n.kind == NoteKind::Bad);
    bad.map(|n| format!("{} {}", n.layer, tree.note_text(n))).collect()
}

/// A packet cut at any length gives the beginning of the whole tree, and never a contradiction that the whole has not.
pub fn cut(bench: &mut Bench, frame: &Frame<'_>, lengths: impl Iterator<Item = usize>) -> Result<(), String> {
    // A cut segment may belong to no conversation; what it says of itself must stay the same.
    let conversations = bench.look(frame)?;
    // A whole fragment waits for the others; of one that is cut, what can be read is shown. Neither begins the other.
    if bench.layers.fragment().is_some() || bench.layers.joined().next().is_some() {
        return Ok(());
    }
    let whole = (read_rows(&bench.tree), bad_notes(&bench.tree), bench.layers.end);
    for length in lengths {
        let short = Frame { data: frame.data.get(..length).unwrap_or(frame.data), length: frame.wire(), ..*frame };
        bench.look_within(&short, Some(&conversations)).map_err(|why| format!("cut to {length}: {why}"))?;
        let rows = read_rows(&bench.tree);
        if !whole.0.starts_with(&rows) {
            let at = whole.0.iter().zip(&rows).take_while(|(a, b)| a == b).count();
            return Err(format!("cut to {length}: {:?} where the whole has {:?}", rows.get(at), whole.0.get(at)));
        }
        if let Some(bad) = bad_notes(&bench.tree).iter().find(|bad| !whole.1.contains(bad)) {
            return Err(format!("cut to {length}: bad, but the whole is not: {bad}"));
        }
        if matches!(bench.layers.end, End::Stopped(_, sniff::input::Stop::Bad(_))) && bench.layers.end != whole.2 {
            return Err(format!("cut to {length}: {:?}, but the whole ends with {:?}", bench.layers.end, whole.2));
        }
    }
    Ok(())
}
