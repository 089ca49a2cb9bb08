//! Laws over the rows themselves: names, documentation, places, and that every protocol is registered.

use sniff::dissect::{Protocol, Space};
use sniff::field::{At, Base, Field, Kind, Table};
use sniff::proto;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

fn all_fields() -> impl Iterator<Item = (&'static Protocol, &'static Field)> {
    proto::ALL.iter().flat_map(|p| p.fields().map(move |f| (*p, f)))
}

/// Complains with everything that is wrong.
fn none(wrong: Vec<String>) {
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn a_name_means_one_thing() {
    let mut rows: BTreeMap<&str, (&Protocol, &Field)> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (protocol, field) in all_fields() {
        // Options may lay the same field at different places; then its rows differ in nothing that a reader of the
        // output, the schema or the filter could see. IPv6's two options headers share whole rows.
        let (owner, first) = *rows.entry(field.name).or_insert((protocol, field));
        // Hexadecimal numbers are numbers everywhere but in columns, whose width follows the word around them.
        let base = |f: &Field| if matches!(f.base, Base::Hex(_)) { Base::Hex(0) } else { f.base };
        let told = |f: &Field| (f.kind, base(f), f.scale, f.unit, f.part_of.is_some());
        // UDP-Lite has rows of its own for what it has in common with UDP, because its standard is another.
        let kin = owner.name == protocol.name || FAMILIES.contains(&(protocol.name, owner.name));
        if !std::ptr::eq(first, field) && (!kin || told(first) != told(field)) {
            wrong.push(format!("{}: another row of {} is called {} too", protocol.name, owner.name, field.name));
        }
    }
    none(wrong);
}

/// Where Wireshark's name for a field does not begin with the name of the protocol that carries it.
const FAMILIES: &[(&str, &str)] = &[
    ("ccp", "ppp"),
    ("eapol", "wlan_rsna_eapol"),
    ("edsa", "dsa"),
    ("gtpprime", "gtp"),
    ("hsrp", "hsrp2"),
    ("icmpv6", "icmp"),
    ("ieee8021ad", "ieee8021ah"),
    ("ipcp", "ppp"),
    ("ipv6cp", "ipcp"),
    ("ipv6cp", "ppp"),
    ("l2tp", "lcp"),
    ("lcp", "ppp"),
    ("llc", "basicxid"),
    ("mipv6", "mip6"),
    ("mp", "ppp"),
    ("ppi", "wlan"),
    ("ppi", "wlan_radio"),
    ("pppoed", "pppoe"),
    ("pppoes", "pppoe"),
    ("prism", "wlan_radio"),
    ("pwethcw", "pweth"),
    ("radiotap", "wlan"),
    ("radiotap", "wlan_radio"),
    ("stp", "mstp"),
    ("tcp", "mptcp"),
    ("udplite", "udp"),
    ("wlan", "wlan_aggregate"),
    ("wlancap", "wlan_radio"),
];

#[test]
fn names_begin_with_their_protocol() {
    let mut wrong = Vec::new();
    for (protocol, field) in all_fields() {
        let first = |name: &'static str| name.split('.').next().unwrap_or_default();
        let (own, family) = (first(protocol.name), first(field.name));
        if own != family && !FAMILIES.contains(&(own, family)) {
            wrong.push(format!("{}: {}", protocol.name, field.name));
        }
        let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if !field.name.chars().all(fine) || (!field.name.contains('.') && field.kind != Kind::Group) {
            wrong.push(format!("{}: no name for a field: {}", protocol.name, field.name));
        }
    }
    none(wrong);
}

#[test]
fn every_row_is_documented() {
    let mut wrong = Vec::new();
    for (_, field) in all_fields() {
        for (what, text) in [("label", field.label), ("meaning", field.help), ("clause", field.clause)] {
            if text.trim().is_empty() {
                wrong.push(format!("{} has no {what}", field.name));
            }
        }
        if field.help.ends_with('.') && !field.help.contains(". ") {
            wrong.push(format!("{}: the meaning is a phrase, without full stop: {}", field.name, field.help));
        }
    }
    none(wrong);
}

#[test]
fn fixed_rows_tile_their_table() {
    let mut wrong = Vec::new();
    for protocol in proto::ALL {
        for table in protocol.tables {
            if let Err(why) = tiles(table) {
                wrong.push(format!("{}: {why}", protocol.name));
            }
        }
    }
    none(wrong);
}

/// The rows with a place follow each other without gap or overlap, from a first bit that may be any, to the end of a
/// byte.
fn tiles(table: Table) -> Result<(), String> {
    let mut end: Option<u32> = None;
    let mut last = "";
    for field in table.iter().filter(|f| f.part_of.is_none()) {
        let Some(At { bit, bits }) = field.at else { continue };
        let (bit, bits) = (u32::from(bit), u32::from(bits));
        if end.is_some_and(|end| end != bit) {
            return Err(format!("{} begins at bit {bit}, {last} ends before {}", field.name, end.unwrap_or(0)));
        }
        if bits == 0 {
            return Err(format!("{} has no bits", field.name));
        }
        let of_kind = match field.kind {
            Kind::Mac => bits == 48,
            Kind::Ip4 => bits == 32,
            Kind::Ip6 => bits == 128,
            Kind::Flag => bits == 1,
            Kind::Uint => bits <= 64,
            Kind::Bytes | Kind::Text => bits % 8 == 0,
            _ => true,
        };
        if !of_kind {
            return Err(format!("{} has {bits} bits, which its kind cannot have", field.name));
        }
        (end, last) = (Some(bit + bits), field.name);
    }
    match end {
        Some(end) if end % 8 != 0 => Err(format!("{last} ends at bit {end}, inside a byte")),
        _ => Ok(()),
    }
}

#[test]
fn no_table_stands_twice() {
    let mut wrong = Vec::new();
    for protocol in proto::ALL {
        for (index, table) in protocol.tables.iter().enumerate() {
            if protocol.tables.iter().skip(index + 1).any(|other| std::ptr::eq(*table, *other)) {
                wrong.push(format!("{}: the table that begins with {:?}", protocol.name, table.first()));
            }
        }
    }
    none(wrong);
}

#[test]
fn parts_lie_inside_what_they_are_part_of() {
    let mut wrong = Vec::new();
    for (protocol, field) in all_fields() {
        let Some(whole) = field.part_of else { continue };
        let Some(parent) = protocol.fields().find(|f| f.name == whole) else {
            wrong.push(format!("{}: part of {whole}, which {} does not have", field.name, protocol.name));
            continue;
        };
        let outside = |part: At, whole: At| part.bit < whole.bit || part.bit + part.bits > whole.bit + whole.bits;
        if field.at.zip(parent.at).is_some_and(|(part, whole)| outside(part, whole)) {
            wrong.push(format!("{} is not inside {}", field.name, parent.name));
        }
    }
    none(wrong);
}

#[test]
fn aliases_stand_for_rows_of_their_kind() {
    let mut wrong = Vec::new();
    for (protocol, field) in all_fields() {
        let own = field.any_of.iter().map(|name| (name, protocol.fields().find(|f| f.name == *name)));
        let all = |name: &str| all_fields().map(|(_, f)| f).find(|f| f.name == name);
        let too = field.columns_too.iter().map(|name| (name, all(name)));
        for (name, row) in own.chain(too) {
            match row {
                Some(row) if row.kind == field.kind => {}
                Some(row) => wrong.push(format!("{} is {:?}, {name} is {:?}", field.name, field.kind, row.kind)),
                None => wrong.push(format!("{} stands for {name}, which is no row of {}", field.name, protocol.name)),
            }
        }
    }
    none(wrong);
}

#[test]
fn no_two_protocols_claim_one_key() {
    let mut claims: BTreeMap<(String, u16), &str> = BTreeMap::new();
    let mut names: BTreeSet<&str> = BTreeSet::new();
    let mut wrong = Vec::new();
    for protocol in proto::ALL {
        // In Wireshark both versions of cooked captures are `sll`, all types of ERSPAN `erspan`, PPP and Frame
        // Relay have their names with a direction before them, too, L2TP over UDP and IP is `l2tp`, and VXLAN's generic
        // extension shares its name and fields.
        if !names.insert(protocol.name) && !["erspan", "fr", "l2tp", "ppp", "sll", "vxlan"].contains(&protocol.name) {
            wrong.push(format!("two rows of ALL are called {}", protocol.name));
            continue;
        }
        for (space, key) in protocol.keys {
            let space: Space = *space;
            if let Some(other) = claims.insert((format!("{space:?}"), *key), protocol.name) {
                wrong.push(format!("{} and {other} both claim {} {key}", protocol.name, space.title()));
            }
        }
    }
    none(wrong);
}

#[test]
fn every_protocol_says_what_it_is() {
    let complete = |p: &&&Protocol| !p.name.is_empty() && !p.title.is_empty() && !p.spec.is_empty();
    let wrong: Vec<_> = proto::ALL.iter().filter(|p| !complete(p)).map(|p| p.name.to_owned()).collect();
    none(wrong);
}

#[test]
fn every_file_is_registered() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/proto");
    let list = fs::read_to_string(root.join("mod.rs")).expect("the list of protocols can be read");
    let (_, all) = list.split_once("static ALL").expect("the list of protocols");
    let all = all.split_once("];").map_or(all, |(all, _)| all);
    let mut wrong = Vec::new();
    for entry in fs::read_dir(&root).expect("src/proto can be listed").flatten() {
        let group = entry.file_name().to_string_lossy().into_owned();
        let files = match entry.path().is_dir() {
            // Parts of protocols that several use.
            true if group == "shared" => continue,
            true => fs::read_dir(entry.path()).expect("a folder can be listed").flatten().map(|e| e.path()).collect(),
            false if group == "mod.rs" => continue,
            false => vec![entry.path()],
        };
        for file in files {
            let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let path = if entry.path().is_dir() { format!("&{group}::{stem}::") } else { format!("&{stem}::") };
            if !all.contains(&path) {
                wrong.push(format!("{} is not in proto::ALL", file.display()));
            }
        }
    }
    none(wrong);
}
