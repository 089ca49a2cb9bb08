//! JSON and columns allocate nothing once they are warm.

use sniff::capture::{self, Source as _};
use sniff::dissect::Registry;
use sniff::flow::Table;
use sniff::output::columns::{Columns, Options};
use sniff::output::json::Json;
use sniff::packet::{self, Conversations, Facts, Layers, Packet};
use sniff::proto;
use sniff::text::Text;
use sniff::tree::Tree;
use std::path::Path;

/// Shows every frame of a fixture twice, and returns how many allocations the second time took in the writer.
fn allocations(fixture: &str, mut write: impl FnMut(&Packet<'_>, &Tree, &mut Text)) -> u64 {
    let registry = Registry::new(proto::ALL);
    let mut flows = Table::default();
    let (mut layers, mut tree, mut out) = (Layers::default(), Tree::default(), Text::new());
    let mut counted = 0;
    for pass in 0..2 {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(fixture);
        let mut source = capture::open(&path).expect("a capture");
        while let Some(frame) = source.next().expect("a frame") {
            let facts = Facts { number: 1, first: frame.time, previous: frame.time, ..Facts::default() };
            packet::peel(&registry, &frame, &mut layers).expect("no dissector fails");
            let none = Conversations::default();
            let bare = Packet::new(&frame, &facts, &layers, &none, &registry);
            let mut conversations = Conversations::default();
            flows.observe(&bare, &mut conversations);
            let packet = Packet { conversations: &conversations, ..bare };
            packet::tree(&packet, &mut tree).expect("no dissector fails");
            out.clear();
            let info = allocation_counter::measure(|| write(&packet, &tree, &mut out));
            assert!(!out.is_empty());
            if pass == 1 {
                counted += info.count_total;
            }
        }
    }
    counted
}

#[test]
fn json_allocates_nothing_once_warm() {
    for fixture in ["demo/web.pcap", "ipv6/options.pcap", "tcp/options.pcap"] {
        let mut json = Json::new();
        assert_eq!(allocations(fixture, |packet, tree, out| json.packet(packet, tree, &[], out)), 0, "{fixture}");
    }
}

#[test]
fn columns_allocate_nothing_once_warm() {
    let registry = Registry::new(proto::ALL);
    let fields =
        ["frame.number", "frame.time_epoch", "frame.protocols", "ip.addr", "ipv6.src", "tcp.port", "data.data"];
    for options in [Options::FIELDS, Options::CSV] {
        let mut columns = Columns::new(&registry, fields, options).expect("fields");
        assert_eq!(allocations("demo/web.pcap", |packet, tree, out| columns.packet(packet, tree, out)), 0);
    }
}
