//! Peeling, following conversations and writing lines allocate nothing per packet once their memory is warm.

use allocation_counter::measure;
use sniff::cli::signals::Signals;
use sniff::dissect::{Registry, Style};
use sniff::output::line::Line;
use sniff::output::time::{Form, Stamp};
use sniff::packet::{self, Conversations, Facts, Layers, Packet};
use sniff::text::Text;
use sniff::tree::Tree;
use sniff::{cli, flow, proto};
use sniff_testing::captures::{Kept, fixtures, frames};
use std::ffi::OsString;
use std::path::Path;

type Bench = (Registry, Layers, flow::Table, Conversations, Line, Text, Tree);

/// Looks at every frame and writes its line; returns how often memory was allocated, by frame.
fn pass(kept: &[Kept], bench: &mut Bench, tree: bool) -> Vec<u64> {
    let (registry, layers, flows, conversations, line, text, arena) = bench;
    let one = |kept: &Kept| {
        let frame = kept.frame();
        measure(|| {
            let facts = Facts { number: kept.number, first: kept.time, previous: kept.time, ..Facts::default() };
            packet::peel(registry, &frame, layers).expect("no dissector fails");
            let none = Conversations::default();
            let packet = Packet::new(&frame, &facts, layers, &none, registry);
            flows.observe(&packet, conversations);
            text.clear();
            line.write(&Packet { conversations, ..packet }, flows.transitions(), text);
            if tree {
                packet::tree(&Packet { conversations, ..packet }, arena).expect("no dissector fails");
            }
        })
        .count_total
    };
    kept.iter().map(one).collect()
}

#[test]
fn allocations_are_counted() {
    assert_eq!(measure(|| drop(vec![1, 2, 3])).count_total, 1);
}

#[test]
fn nothing_is_allocated_per_packet() {
    let kept: Vec<Kept> = fixtures().iter().flat_map(|f| frames(f)).collect();
    for (tree, verbose) in [(false, 0), (false, 3), (true, 0)] {
        let line = Line {
            stamp: Stamp::new(Form::Clock, None, false),
            style: Style { verbose, ..Style::default() },
            numbered: true,
        };
        let registry = Registry::new(proto::ALL);
        let flows = flow::Table::default();
        let found = Conversations::default();
        let mut bench = (registry, Layers::default(), flows, found, line, Text::new(), Tree::default());
        // What is seen again is a copy or a retransmission, whose count is made when there is the first.
        pass(&kept, &mut bench, tree);
        pass(&kept, &mut bench, tree);
        let begun = bench.2.counts().created;
        let counts = pass(&kept, &mut bench, tree);
        // Socket pairs that are used anew are new conversations, of which each may need memory when something goes wrong.
        let begun = bench.2.counts().created - begun;
        let wrong: Vec<String> = counts
            .iter()
            .zip(&kept)
            .filter(|(count, _)| **count > 0)
            .map(|(count, kept)| format!("{}: {count} allocations", kept.name()))
            .collect();
        let all = counts.iter().sum::<u64>();
        assert!(all <= begun, "tree: {tree}, verbose: {verbose}\n{}", wrong.join("\n"));
    }
}

/// Runs the program over the demonstration's packets, so many times over; returns how often memory was allocated.
fn run_over(times: usize) -> u64 {
    let demo = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/demo/web.pcap")).expect("the demo");
    let (header, records) = demo.split_at(24);
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("repeated-{times}.pcap"));
    std::fs::write(&path, [header, &records.repeat(times)].concat()).expect("a file can be written");
    let words = [OsString::from("sniff"), OsString::from("-r"), path.into_os_string()];
    let signals = Signals::default();
    let (mut out, mut err) = (std::io::sink(), std::io::sink());
    let mut env = cli::Env::plain(&mut out, &mut err, &signals);
    let mut code = 1;
    let count = measure(|| code = cli::run(words, &mut env)).count_total;
    assert_eq!(code, 0);
    count
}

#[test]
fn the_whole_way_from_file_to_line_allocates_nothing_per_packet() {
    run_over(1);
    // The longer run may grow its buffers a little further: so many allocations for 28,000 more packets are none.
    let (short, long) = (run_over(200), run_over(1200));
    assert!(long <= short + 20, "{short} allocations for 5,600 packets, {long} for 33,600");
}
