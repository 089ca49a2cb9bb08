//! Laws that hold for every packet, on all fixtures, on the corpus and on mutations of both.

#[path = "support/mod.rs"]
mod support;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use sniff::capture::Frame;
use sniff::dissect::Style;
use sniff::dissect::{Dissected, Next, ProtocolId, Registry, Space};
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
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use support::{Dice, Kept, corpus, fixtures, frames};

/// What is needed to look at packets one after the other.
struct Bench {
    registry: Registry,
    layers: Layers,
    fragments: Fragments,
    tree: Tree,
    flows: flow::Table,
    scratch: Tree,
    text: Text,
    json: Json,
}

impl Bench {
    fn new() -> Self {
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
    fn look(&mut self, frame: &Frame<'_>) -> Result<Conversations, String> {
        self.look_within(frame, None)
    }

    /// As [`Bench::look`], for a packet whose conversations are known already.
    fn look_within(&mut self, frame: &Frame<'_>, known: Option<&Conversations>) -> Result<Conversations, String> {
        let facts = Facts { number: 1, ..Facts::default() };
        packet::peel(&self.registry, frame, &mut self.layers).map_err(|_| "peeling failed".to_owned())?;
        self.fragments.clear();
        let (registry, layers, fragments) = (&self.registry, &mut self.layers, &mut self.fragments);
        packet::guarded(|| packet::join(registry, frame, facts.number, layers, fragments))
            .map_err(|_| "joining failed".to_owned())?;
        let seen = |conversations| {
            Packet::new(frame, &facts, &self.layers, conversations, &self.registry).with(&self.fragments)
        };
        let none = Conversations::default();
        let mut conversations = Conversations::default();
        match known {
            Some(known) => conversations.clone_from(known),
            None => self.flows.observe(&seen(&none), &mut conversations),
        }
        let total = Ledger::of(&seen(&conversations)).total();
        if total != u64::from(frame.wire()) {
            return Err(format!("the ledger adds up to {total}, the frame has {}", frame.wire()));
        }
        packet::tree(&seen(&conversations), &mut self.tree).map_err(|_| "building the tree failed".to_owned())?;
        spans(&self.tree, frame.data.len().max(self.fragments.bytes().len()))?;
        self.both_bodies(frame, &conversations)?;
        Ok(conversations)
    }

    /// Writes every view of the packet that was looked at last; none of them may fail, or print what could act on a
    /// terminal, and JSON must be JSON without a key twice.
    fn show(&mut self, frame: &Frame<'_>, conversations: &Conversations) -> Result<(), String> {
        let facts = Facts { number: 1, ..Facts::default() };
        let (layers, registry) = (&self.layers, &self.registry);
        let packet = Packet::new(frame, &facts, layers, conversations, registry).with(&self.fragments);
        let (out, tree) = (&mut self.text, &self.tree);
        out.clear();
        let stamp = Stamp::new(TimeForm::Clock, None, false);
        for verbose in [0, 3] {
            let style = Style { verbose, link: verbose > 0, ..Style::default() };
            Line { stamp: stamp.clone(), style, numbered: true }.write(&packet, out);
        }
        output::tree::write(&packet, tree, None, out);
        output::explain::write(&packet, tree, 100, out);
        if let Some(c) = out.as_str().chars().find(|c| *c != '\n' && *c != '\t' && c.is_control()) {
            return Err(format!("a view prints {}", c.escape_unicode()));
        }
        out.clear();
        self.json.packet(&packet, tree, out);
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
fn cut(bench: &mut Bench, kept: &Kept, lengths: impl Iterator<Item = usize>) -> Result<(), String> {
    // A cut segment may belong to no conversation; what it says of itself must stay the same.
    let conversations = bench.look(&kept.frame())?;
    // A whole fragment waits for the others; of one that is cut, what can be read is shown. Neither begins the other.
    if bench.layers.fragment().is_some() || bench.layers.joined().next().is_some() {
        return Ok(());
    }
    let whole = (read_rows(&bench.tree), bad_notes(&bench.tree), bench.layers.end);
    for length in lengths {
        bench
            .look_within(&kept.cut_to(length), Some(&conversations))
            .map_err(|why| format!("cut to {length}: {why}"))?;
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

/// Collects what is wrong: how often, and the first example of each kind. Kinds differ in more than numbers.
#[derive(Default)]
struct Complaints(BTreeMap<String, (u64, String)>);

impl Complaints {
    fn add(&mut self, kept: &Kept, result: Result<(), String>) {
        if let Err(why) = result {
            let words = why.split(';').next().unwrap_or_default().split_whitespace();
            let kind: Vec<_> = words.filter(|w| !w.starts_with(|c: char| c.is_ascii_digit())).collect();
            let kind = kind.join(" ");
            self.0.entry(kind).or_insert_with(|| (0, format!("{}: {why}", kept.name()))).0 += 1;
        }
    }

    fn none(self) {
        let shown = self.0.values().map(|(count, first)| format!("{count} ×, first {first}"));
        let shown: Vec<_> = shown.collect();
        assert!(shown.is_empty(), "laws are broken in {} ways:\n{}", shown.len(), shown.join("\n"));
    }
}

fn every_frame(files: &[std::path::PathBuf], mut law: impl FnMut(&mut Bench, &Kept) -> Result<(), String>) {
    let mut complaints = Complaints::default();
    let mut seen = 0u64;
    for file in files {
        let mut bench = Bench::new();
        for kept in frames(file) {
            seen += 1;
            complaints.add(&kept, law(&mut bench, &kept));
        }
    }
    assert!(seen > 0, "no frame was found");
    println!("{seen} frames of {} files", files.len());
    complaints.none();
}

/// Looks at a frame, and shows it in every view.
fn all(bench: &mut Bench, kept: &Kept) -> Result<(), String> {
    let conversations = bench.look(&kept.frame())?;
    // A view that fails would end the run, so it is caught as the pipeline does.
    packet::guarded(|| bench.show(&kept.frame(), &conversations)).unwrap_or_else(|_| Err("a view failed".to_owned()))
}

#[test]
fn fixtures_keep_the_laws() {
    every_frame(&fixtures(), all);
}

/// The views take longer than all the rest: so many packets of each file of the corpus are shown.
const SHOWN_PACKETS: u64 = 20;

#[test]
fn the_corpus_keeps_the_laws() {
    let Some(files) = corpus() else { return };
    every_frame(&files, |bench, kept| match kept.number {
        ..=SHOWN_PACKETS => all(bench, kept),
        _ => bench.look(&kept.frame()).map(drop),
    });
}

#[test]
fn fixtures_cut_anywhere_give_the_beginning_of_their_trees() {
    every_frame(
        &fixtures(),
        |bench, kept| {
            if kept.is_whole() { cut(bench, kept, 0..kept.data.len().min(2000)) } else { Ok(()) }
        },
    );
}

/// Where headers are; beyond, cuts are only sampled. `SNIFF_LAWS=all` cuts every packet at every length.
const HEADERS: usize = 120;
/// How many packets of each file of the corpus are cut.
const CUT_PACKETS: u64 = 25;

#[test]
fn the_corpus_cut_gives_the_beginning_of_its_trees() {
    let Some(files) = corpus() else { return };
    let all = std::env::var_os("SNIFF_LAWS").is_some_and(|v| v == "all");
    every_frame(&files, |bench, kept| {
        let length = kept.data.len();
        match (kept.is_whole(), all) {
            (false, _) => Ok(()),
            (true, true) => cut(bench, kept, 0..length),
            (true, false) if kept.number > CUT_PACKETS => Ok(()),
            (true, false) => cut(bench, kept, (0..length.min(HEADERS)).chain((HEADERS..length).step_by(61))),
        }
    });
}

/// How many mutations are tried; `SNIFF_MUTATIONS` says another number.
const MUTATIONS: u64 = 300_000;

#[test]
fn mutations_keep_the_laws() {
    let mut pool: Vec<Kept> = fixtures().iter().flat_map(|f| frames(f)).collect();
    if let Some(files) = corpus() {
        pool.extend(files.iter().flat_map(|f| frames(f).into_iter().take(40)));
    }
    let count = std::env::var("SNIFF_MUTATIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(MUTATIONS);
    let mut dice = Dice::new(0x5eed);
    let mut bench = Bench::new();
    let mut complaints = Complaints::default();
    for number in 0..count {
        let mutant = mutate(&pool, &mut dice);
        let law = if number % 40 == 0 { all } else { |b: &mut Bench, k: &Kept| b.look(&k.frame()).map(drop) };
        let result = law(&mut bench, &mutant);
        let more = || format!("link type {}, bytes {}", mutant.link.0, hex(&mutant.data));
        complaints.add(&mutant, result.map_err(|why| format!("{why}; {}", more())));
    }
    complaints.none();
}

/// A frame with some bytes changed, moved, cut off or added, and sometimes under a wrong link type.
fn mutate(pool: &[Kept], dice: &mut Dice) -> Kept {
    let original = &pool[dice.below(pool.len())];
    let mut data = original.data.clone();
    data.truncate(2048);
    for _ in 0..=dice.below(6) {
        let at = dice.below(data.len());
        // Most headers are at the beginning.
        let at = if dice.below(3) > 0 { at.min(dice.below(80)) } else { at };
        let value = [0, 1, 0x7f, 0x80, 0xff, dice.next() as u8][dice.below(6)];
        match dice.below(8) {
            0..=3 => data.get_mut(at).into_iter().for_each(|b| *b = value),
            4 => data.get_mut(at).into_iter().for_each(|b| *b ^= 1 << (value & 7)),
            5 => data.truncate(at),
            6 => data.insert(at.min(data.len()), value),
            _ => {
                let from = pool[dice.below(pool.len())].data.iter().copied().skip(dice.below(60)).take(dice.below(24));
                let from: Vec<u8> = from.collect();
                data.iter_mut().skip(at).zip(from).for_each(|(b, new)| *b = new);
            }
        }
    }
    let link = if dice.below(20) == 0 { pool[dice.below(pool.len())].link } else { original.link };
    let more = if dice.below(10) == 0 { dice.below(3000) as u32 } else { 0 };
    Kept {
        file: original.file.clone(),
        number: original.number,
        length: data.len() as u32 + more,
        data,
        link,
        fcs_len: [None, None, None, Some(4), Some(0), Some(2)][dice.below(6)],
        time: original.time,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[test]
fn every_fixture_is_read_by_somebody() {
    let readable = fixtures().iter().filter(|f| !frames(f).is_empty()).count();
    assert!(readable >= fixtures().len() / 2, "only {readable} of {} fixtures have frames", fixtures().len());
    assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/demo/web.pcap").is_file());
}
