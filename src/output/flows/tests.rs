use super::rows::{FLOW, Row, Shape};
use super::{Flows, Form, Key, Order};
use crate::flow::clock::Instant;
use crate::flow::{Limits, Table};
use crate::host::Answer;
use crate::output::testing::{Bench, datagram, frame};
use crate::output::time::{self, Stamp};
use crate::packet::{Conversations, Packet};
use crate::text::Text;
use std::collections::HashSet;

/// A table with so many conversations of one datagram each.
fn table(count: u16) -> Table {
    let mut table = Table::new(Limits { keep_ended: true, ..Limits::default() });
    fill(&mut table, count);
    table
}

fn fill(table: &mut Table, count: u16) {
    for n in 0..count {
        let mut bytes = datagram(b"x");
        // The source port, behind 14 bytes of Ethernet and 20 of IPv4; without a checksum.
        bytes[34..36].copy_from_slice(&(1000 + n).to_be_bytes());
        bytes[40..42].copy_from_slice(&[0, 0]);
        Bench::new().show(&frame(&bytes, i64::from(n), 0), None, |packet, _| {
            let bare = Packet { conversations: &Conversations::NONE, ..*packet };
            table.observe(&bare, &mut Conversations::default());
        });
    }
}

fn shown(form: Form, order: &str, limit: Option<u64>, table: &Table) -> String {
    let mut flows = Flows::new(form, Order::parse(order).expect("an order"), limit);
    let mut out = Text::new();
    flows.begin(&mut out);
    flows.rest(table, &mut out, &mut |_| true);
    flows.end(&mut out);
    out.as_str().to_owned()
}

fn text(width: usize) -> Form {
    Form::Text(width, Stamp::new(time::Form::Clock, None, false))
}

#[test]
fn a_snapshot_is_not_the_last_word() {
    let table = table(2);
    let mut flows = Flows::new(Form::Json, Order::parse("id").expect("an order"), None);
    let mut out = Text::new();
    flows.snapshot(&table, &mut out, &mut |_| true);
    flows.rest(&table, &mut out, &mut |_| true);
    let said = |word| out.as_str().lines().filter(|line| line.contains(word)).count();
    assert_eq!((said("\"final\":false,"), said("\"final\":true,")), (2, 2), "{}", out.as_str());
}

#[test]
fn rows_behind_the_thousandth_stand_in_the_same_columns() {
    let shown = shown(text(100), "id", None, &table(1003));
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines.len(), 1 + 1003 + 1);
    let outcome = lines[0].find("OUTCOME").expect("a column");
    assert!(lines[1..1004].iter().all(|line| line.find("unanswered") == Some(outcome)), "{shown:.400}");
    assert_eq!(lines[1004], "1,003 flows: 1,003 unanswered");
}

#[test]
fn sorting_and_limits_choose_the_rows() {
    let table = table(5);
    let ids = |order, limit| {
        let lines = shown(Form::Json, order, limit, &table);
        lines.lines().map(|l| l.split(['"', ':', ',']).find_map(|w| w.parse::<u32>().ok()).unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(ids("id", None), [1, 2, 3, 4, 5]);
    assert_eq!(ids("-id", Some(2)), [5, 4]);
    assert_eq!(ids("-start", Some(3)), [5, 4, 3]);
    assert_eq!(ids("-client", None), [5, 4, 3, 2, 1]);
    // Nothing to compare: by number, whatever the direction.
    assert_eq!(ids("-rtt", None), [1, 2, 3, 4, 5]);
    assert_eq!(ids("-outcome", None), [1, 2, 3, 4, 5]);
    assert!(shown(text(100), "id", Some(2), &table).ends_with("2 of 5 flows: 5 unanswered\n"));
    for (name, key) in Key::ALL {
        assert_eq!(Order::parse(name).map(|order| order.key), Some(key));
    }
}

#[test]
fn every_row_of_csv_has_as_many_values_as_the_header() {
    let csv = shown(Form::Csv, "id", None, &table(2));
    let counts: Vec<usize> = csv.lines().map(|line| line.split(',').count()).collect();
    assert_eq!(counts.len(), 3);
    assert!(counts.iter().all(|count| *count == counts[0]), "{csv}");
}

#[test]
fn keys_are_unique() {
    fn check(rows: &[Row]) {
        let mut seen = HashSet::new();
        for row in rows {
            assert!(seen.insert(row.key), "{} stands twice", row.key);
            if let Shape::Group(rows, _) = &row.shape {
                check(rows);
            }
        }
    }
    check(&FLOW);
}

#[test]
fn no_conversation_is_no_table() {
    assert_eq!(shown(text(80), "id", None, &table(0)), "0 flows\n");
}

#[test]
fn narrow_tables_lose_nothing() {
    let table = table(2);
    for width in 1..60 {
        let shown = shown(text(width), "id", None, &table);
        assert!(shown.lines().count() < 100, "{width}: {shown}");
        // Both outcomes, in however many lines, and two words of the last line.
        let letters = |text: &str| text.chars().filter(|c| *c == 'w').count();
        assert_eq!(letters(&shown), 2 + 2, "{width}: {shown}");
    }
}

#[test]
fn processes_are_shown_where_the_host_knows_them() {
    let mut table = Table::new(Limits { keep_ended: true, ..Limits::default() });
    table.ask_host();
    fill(&mut table, 2);
    let hosts = table.hosts_mut().expect("it is asked");
    let pairs = hosts.request(Instant::EPOCH).expect("a request");
    assert_eq!(pairs.len(), 4);
    // Of the first conversation, the client is this host's; of the second, another user's.
    let answers = pairs.iter().map(|pair| match pair.local.1 {
        1000 => Answer {
            inode: Some(1),
            uid: Some(1000),
            pid: Some(4711),
            name: Some(b"a\x1b[31m,\"b\xff".to_vec()),
            container: Some(b"docker:4f3a8b0c1d2e".to_vec()),
            ..Answer::default()
        },
        1001 => Answer { inode: Some(2), uid: Some(0), ..Answer::default() },
        _ => Answer::default(),
    });
    let answers = answers.collect();
    table.hosts_mut().expect("it is asked").answers(answers);
    let json = shown(Form::Json, "id", None, &table);
    let lines: Vec<serde_json::Value> = json.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    let expected = serde_json::json!({
        "pid": 4711, "name": "a\u{1b}[31m,\"b\u{fffd}", "uid": 1000, "container": "docker:4f3a8b0c1d2e",
    });
    assert_eq!(lines[0]["client"]["process"], expected);
    assert_eq!(lines[0]["server"]["process"], serde_json::Value::Null);
    assert_eq!(lines[0]["client"]["kernel_state"], serde_json::Value::Null);
    let expected = serde_json::json!({ "pid": null, "name": null, "uid": 0, "container": null });
    assert_eq!(lines[1]["client"]["process"], expected);
    let csv = shown(Form::Csv, "id", None, &table);
    assert!(csv.contains(",4711,\"a\\x1b[31m,\"\"b"), "{csv}");
    let wide = shown(text(160), "id", None, &table);
    assert!(wide.contains("PROCESS") && wide.contains("[4711]/-") && wide.contains("uid 0/-"), "{wide}");
    assert!(!wide.contains('\x1b'), "{wide}");
}
