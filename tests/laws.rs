//! Laws that hold for every packet, on all fixtures, on the corpus and on mutations of both.

use sniff::packet;
use sniff_testing::bench::{Bench, cut};
use sniff_testing::captures::{Kept, corpus, fixtures, frames};
use sniff_testing::mutate::Mutator;
use std::collections::BTreeMap;
use std::path::Path;

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
    every_frame(&fixtures(), |bench, kept| {
        if kept.is_whole() { cut(bench, &kept.frame(), 0..kept.data.len().min(2000)) } else { Ok(()) }
    });
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
            (true, true) => cut(bench, &kept.frame(), 0..length),
            (true, false) if kept.number > CUT_PACKETS => Ok(()),
            (true, false) => cut(bench, &kept.frame(), (0..length.min(HEADERS)).chain((HEADERS..length).step_by(61))),
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
    let mut mutator = Mutator::new(&pool, 0x5eed);
    let mut bench = Bench::new();
    let mut complaints = Complaints::default();
    for number in 0..count {
        let mutant = mutator.packet();
        let law = if number % 40 == 0 { all } else { |b: &mut Bench, k: &Kept| b.look(&k.frame()).map(drop) };
        let result = law(&mut bench, &mutant);
        let more = || format!("link type {}, bytes {}", mutant.link.0, hex(&mutant.data));
        complaints.add(&mutant, result.map_err(|why| format!("{why}; {}", more())));
    }
    complaints.none();
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
