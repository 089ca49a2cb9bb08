//! What fields there are: the list behind `sniff fields`, `docs/fields.md`, and "did you mean".

use crate::dissect::{Protocol, Registry, Space};
use crate::field::{Base, Field, Kind, Names};
use crate::text::Text;
use comfy_table::{ColumnConstraint, ContentArrangement, Table, presets};
use std::collections::HashSet;

/// How a list of fields is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// A table for people, as wide as given at most (in characters).
    Table {
        /// Width in characters.
        width: u16,
    },
    /// One field a line, with tabs between, for other programs.
    Lines,
}

/// Writes the fields that `pattern` matches (all, without one), and returns how many they are.
///
/// A pattern with `*` or `?` is a glob over the whole name; any other is found anywhere in the name or the label. Case
/// does not matter. Columns: name, kind, label, meaning, clause.
pub fn list(registry: &Registry, pattern: Option<&str>, layout: Layout, out: &mut Text) -> usize {
    let pattern = pattern.map(str::to_lowercase);
    let matched = || rows(registry).filter(|(_, row)| pattern.as_deref().is_none_or(|p| matches(p, row)));
    let count = matched().count();
    match layout {
        Layout::Lines => {
            for (_, row) in matched() {
                out.lit(row.name).ch('\t').lit(kind(row)).ch('\t').lit(row.label).ch('\t');
                out.lit(row.help).ch('\t').lit(row.clause).ch('\n');
            }
        }
        Layout::Table { width } if count > 0 => {
            let mut table = Table::new();
            // The caller knows the width; nothing here asks the terminal.
            table.force_no_tty().load_style(presets::NOTHING).set_width(width);
            table.set_content_arrangement(ContentArrangement::Dynamic);
            table.set_header(["FIELD", "KIND", "LABEL", "MEANING", "CLAUSE"]);
            for (_, row) in matched() {
                table.add_row([row.name, kind(row), row.label, row.help, row.clause]);
            }
            // Names are for copying, so they stay in one piece; the meaning is what breaks best.
            if let Some(names) = table.column_mut(0).filter(|_| width >= NARROW) {
                names.set_constraint(ColumnConstraint::ContentWidth);
            }
            for line in table.lines() {
                out.untrusted(line.trim_end().as_bytes()).ch('\n');
            }
        }
        Layout::Table { .. } => {}
    }
    count
}

/// In tables narrower than this, names may be broken, too.
const NARROW: u16 = 70;

/// Every row with its protocol, in registry order; of rows that share a name, the first.
fn rows(registry: &Registry) -> impl Iterator<Item = (&'static Protocol, &'static Field)> {
    let mut seen = HashSet::new();
    let all = registry.protocols().iter().copied().flat_map(|p| p.fields().map(move |f| (p, f)));
    all.filter(move |(_, f)| seen.insert(f.name))
}

/// What kind of value a row holds, in a word or two.
fn kind(row: &Field) -> &'static str {
    match row.kind {
        Kind::Uint => "number",
        Kind::Int => "signed number",
        Kind::Flag => "flag",
        Kind::Mac => "Ethernet address",
        Kind::Ip4 => "IPv4 address",
        Kind::Ip6 => "IPv6 address",
        Kind::Bytes => "bytes",
        Kind::Text => "text",
        Kind::Time => "time",
        Kind::Group => "heading",
    }
}

/// All protocols and their fields as Markdown, for `docs/fields.md`; always the same for the same rows.
pub fn markdown(registry: &Registry) -> String {
    let mut out = MARKDOWN_HEAD.to_owned();
    let mut seen: Vec<&Protocol> = Vec::new();
    for protocol in registry.protocols() {
        if seen.iter().any(|p| std::ptr::eq(*p, *protocol)) {
            continue;
        }
        seen.push(protocol);
        let (title, name, spec, unit) = (protocol.title, protocol.name, protocol.spec, protocol.unit.word());
        out += &format!("\n## {title}\n\n`{name}`, {spec}; its bytes are called {unit}.");
        if !protocol.keys.is_empty() {
            let keys: Vec<String> = protocol.keys.iter().map(|(space, key)| key_words(*space, *key)).collect();
            out += &format!(" Found by {}.", keys.join(", "));
        }
        out += "\n";
        if protocol.fields().next().is_some() {
            out += "\n| field | bits | label | meaning | clause |\n| --- | --- | --- | --- | --- |\n";
        }
        for row in protocol.fields() {
            let (name, label, clause) = (row.name, cell(row.label), cell(row.clause));
            out += &format!("| `{name}` | {} | {label} | {} | {clause} |\n", place(row), cell(&meaning(row)));
        }
    }
    out
}

const MARKDOWN_HEAD: &str = "# Fields

Every field that `sniff` knows, for `--fields` and `-T json`. Generated from the field tables (a test compares);
`sniff fields PATTERN` searches them. Names are Wireshark's where the meaning is equal.

*Bits* count from the first bit of the header, or of the option that holds the field. A field that *moves* lies where the
packet puts it; a *computed* one has no bits of its own. A field marked \\* may occur more than once in one header, and is
always an array in `-T json`.
";

/// A key in words: `EtherType 0x0800`.
pub(super) fn key_words(space: Space, key: u16) -> String {
    match space.hex_digits() {
        Some(width) => format!("{} 0x{key:0width$x}", space.title()),
        None => format!("{} {key}", space.title()),
    }
}

/// Where a row's bits are.
fn place(row: &Field) -> String {
    let repeats = if row.repeats { " \\*" } else { "" };
    let place = match row.at {
        _ if !row.any_of.is_empty() => "alias".to_owned(),
        _ if row.kind == Kind::Group => "heading".to_owned(),
        _ if row.derived => "computed".to_owned(),
        None => "moves".to_owned(),
        Some(at) if at.bits <= 1 => at.bit.to_string(),
        Some(at) => format!("{}–{}", at.bit, u32::from(at.bit) + u32::from(at.bits) - 1),
    };
    place + repeats
}

/// The longest list of values that is written out.
const VALUES: usize = 8;

/// What a row means, its unit, what it stands for, and its values when they are few.
fn meaning(row: &Field) -> String {
    let mut out = row.help.to_owned();
    if !row.unit.is_empty() {
        out += &format!(" [{}]", row.unit);
    }
    if !row.columns_too.is_empty() {
        out += &format!(" (as a column also `{}`)", row.columns_too.join("`, `"));
    }
    if !row.any_of.is_empty() {
        out += &format!(" (any of `{}`)", row.any_of.join("`, `"));
    }
    if let Names::List(list) = row.names
        && list.len() <= VALUES
    {
        let value = |v: &u64| match row.base {
            Base::Dec => v.to_string(),
            Base::Hex(digits) => format!("0x{v:0width$x}", width = usize::from(digits)),
            Base::Point(bits) => Text::new().fixed_point(*v, bits).as_str().to_owned(),
        };
        let values: Vec<String> = list.iter().map(|(v, name)| format!("{} {name}", value(v))).collect();
        out += &format!(": {}", values.join("; "));
    }
    out
}

/// Text as the content of a table cell.
pub(super) fn cell(text: &str) -> String {
    text.replace('\\', "\\\\").replace('|', "\\|").replace('<', "\\<").replace('*', "\\*")
}

/// Whether a lower-case pattern matches a row.
fn matches(pattern: &str, row: &Field) -> bool {
    if pattern.contains(['*', '?']) {
        return glob(pattern.as_bytes(), row.name.to_lowercase().as_bytes());
    }
    row.name.to_lowercase().contains(pattern) || row.label.to_lowercase().contains(pattern)
}

/// Whether `name` matches a pattern in which `*` stands for any bytes and `?` for any one. Takes steps in the order of
/// the product of the lengths at most: only the last `*` is ever tried again.
fn glob(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(byte) = name.get(n) {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(c) if *c == b'?' || c == byte => {
                p += 1;
                n += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    p = at + 1;
                    n = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern.get(p..).unwrap_or_default().iter().all(|c| *c == b'*')
}

/// The longest name for which something similar is looked for; the longest real ones have about 40 characters.
const LONGEST: usize = 80;

/// The most suggestions that help.
const MOST: usize = 3;

/// Names of fields that may have been meant by `name`, the likeliest first; at most three, often none.
///
/// Likely are names that differ by few letters (one in three at most, a transposition counting as one). If there are
/// none, names that end in the same word (`ip.src` for `src`), and the fields of a protocol whose name is given.
pub fn suggest(registry: &Registry, name: &str) -> Vec<&'static str> {
    similar(name, rows(registry).map(|(_, row)| row.name))
}

/// Names of protocols that may have been meant by `name`, the likeliest first; at most three, often none.
pub fn suggest_protocol(registry: &Registry, name: &str) -> Vec<&'static str> {
    similar(name, registry.protocols().iter().map(|p| p.name))
}

fn similar(name: &str, candidates: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    if name.is_empty() || name.len() > LONGEST {
        return Vec::new();
    }
    let wanted = name.to_lowercase();
    let allowed = (wanted.chars().count() / 3).clamp(1, 4);
    let word = last_word(&wanted);
    let (mut slips, mut relations) = (Vec::new(), Vec::new());
    let mut seen = HashSet::new();
    for candidate in candidates.filter(|c| seen.insert(*c)) {
        let lower = candidate.to_lowercase();
        let distance = strsim::osa_distance(&wanted, &lower);
        let belongs = lower.strip_prefix(&wanted).is_some_and(|rest| rest.starts_with('.'));
        if distance <= allowed {
            slips.push((distance, candidate));
        } else if belongs || (word.len() > 1 && last_word(&lower) == word) {
            relations.push((distance, candidate));
        }
    }
    let mut found = if slips.is_empty() { relations } else { slips };
    // Stable: names that are equally near stay in the order of the header.
    found.sort_by_key(|(distance, _)| *distance);
    found.into_iter().map(|(_, name)| name).take(MOST).collect()
}

fn last_word(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::{Layout, glob, list, suggest, suggest_protocol};
    use crate::dissect::Registry;
    use crate::proto;
    use crate::text::Text;

    fn registry() -> Registry {
        Registry::new(proto::ALL)
    }

    #[test]
    fn globs_match_whole_names() {
        for (pattern, name, expected) in [
            ("ip.*", "ip.src", true),
            ("ip.*", "ipv6.src", false),
            ("*.src", "ip.src", true),
            ("*s?c", "ip.src", true),
            ("ip.s", "ip.src", false),
            ("*a*b*", "xxaxxbx", true),
            ("*a*b", "xxaxxbx", false),
            ("**", "", true),
            ("?", "", false),
        ] {
            assert_eq!(glob(pattern.as_bytes(), name.as_bytes()), expected, "{pattern} {name}");
        }
        assert!(!glob("*a".repeat(2_000).as_bytes(), "a".repeat(1_999).as_bytes()));
    }

    #[test]
    fn lists_have_a_line_a_field_and_patterns_find_names_and_labels() {
        let mut out = Text::new();
        assert_eq!(list(&registry(), Some("IP.TTL"), Layout::Lines, &mut out), 1);
        assert!(out.as_str().starts_with("ip.ttl\tnumber\tTime to live\t"), "{}", out.as_str());
        assert_eq!(out.as_str().lines().count(), 1);
        assert!(list(&registry(), Some("time to LIVE"), Layout::Lines, &mut out) >= 1);
        out.clear();
        let all = list(&registry(), None, Layout::Lines, &mut out);
        assert_eq!(out.as_str().lines().count(), all);
        assert!(out.as_str().lines().all(|l| l.matches('\t').count() == 4));
        assert_eq!(list(&registry(), Some("no such thing"), Layout::Table { width: 80 }, &mut Text::new()), 0);
    }

    #[test]
    fn tables_keep_to_their_width_and_names_in_one_piece() {
        for width in [40, 80, 120, 200] {
            let mut out = Text::new();
            list(&registry(), Some("udp.*"), Layout::Table { width }, &mut out);
            assert!(out.as_str().lines().all(|l| l.chars().count() <= width.into()), "{}", out.as_str());
            assert_eq!(out.as_str().contains("udp.time_relative"), width >= 70, "{}", out.as_str());
        }
    }

    #[test]
    fn markdown_has_a_row_a_field() {
        let text = super::markdown(&registry());
        let ttl = "| `ip.ttl` | 64–71 | Time to live |";
        assert!(text.contains(ttl), "{text}");
        assert!(text.contains("`ip`, RFC 791; its bytes are called packet. Found by EtherType 0x0800, IP protocol 4"));
        let bars = |line: &str| line.matches('|').count() - line.matches("\\|").count();
        assert!(text.lines().filter(|l| l.starts_with('|')).all(|l| bars(l) == 6));
    }

    #[test]
    fn what_was_meant_is_found() {
        let registry = registry();
        assert_eq!(suggest(&registry, "ip.scr").first(), Some(&"ip.src"));
        assert_eq!(suggest(&registry, "udp.dst_port").first(), Some(&"udp.dstport"));
        assert_eq!(suggest(&registry, "IP.TTL").first(), Some(&"ip.ttl"));
        assert_eq!(suggest(&registry, "ttl").first(), Some(&"ip.ttl"));
        assert!(suggest(&registry, "udp").iter().all(|name| name.starts_with("udp.")));
        assert!(suggest(&registry, "completely.unrelated").is_empty());
        assert!(suggest(&registry, &"x".repeat(100_000)).is_empty());
        assert_eq!(suggest_protocol(&registry, "ehternet").len(), 0);
        assert_eq!(suggest_protocol(&registry, "upd"), ["udp"]);
    }
}
