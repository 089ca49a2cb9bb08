//! `-T fields` and `-T csv`: one line a packet with chosen fields in columns.
//!
//! `-T fields` prints what `tshark -T fields` prints with the same options: numbers in the row's base (`0x0800`),
//! flags as 1 and 0, times as seconds with nine decimals, bytes as hexadecimal digits, headings as 1; absent fields are
//! empty, several values are joined by the aggregator in the order of the tree. Two differences, both on purpose:
//! characters that could harm a terminal are escaped, and a quote inside a quoted value is doubled.
//!
//! `-T csv` is RFC 4180 with the line ends of Unix: commas, a header line, and quotes where a value needs them.

use super::fields::suggest;
use super::instant::decimal;
use super::rows::RowMap;
use crate::dissect::Registry;
use crate::field::{Base, Field, Value};
use crate::packet::Packet;
use crate::text::{Text, escaped};
use crate::tree::Tree;
use std::fmt;

/// Which values of a field that occurs several times in a packet are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occurrence {
    /// The first.
    First,
    /// The last.
    Last,
    /// All of them.
    All,
}

/// When values are put between quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quote {
    /// Never.
    None,
    /// Always, between two of these.
    Always(char),
    /// Between double quotes when the value holds a separator, a double quote or a line break (RFC 4180 §2.6).
    Needed,
}

/// How columns are written; the options of `-E`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// A line with the fields' names comes first.
    pub header: bool,
    /// Stands between columns.
    pub separator: char,
    /// Which values are printed.
    pub occurrence: Occurrence,
    /// Stands between the values of one field.
    pub aggregator: char,
    /// When values are quoted.
    pub quote: Quote,
    /// A byte order mark comes first, for programs that need it to see UTF-8.
    pub bom: bool,
    /// Newlines and tabs inside values are escaped (other control characters always are).
    pub escape: bool,
}

impl Options {
    /// What `-T fields` begins with.
    pub const FIELDS: Options = Options {
        header: false,
        separator: '\t',
        occurrence: Occurrence::All,
        aggregator: ',',
        quote: Quote::None,
        bom: false,
        escape: true,
    };

    /// What `-T csv` begins with.
    pub const CSV: Options = Options { header: true, separator: ',', quote: Quote::Needed, ..Options::FIELDS };

    /// Changes what `text` names: `header=y`, or several with commas between (`header=y,separator=,`). Every value is
    /// one character, or `/t` for a tab or `/s` for a space.
    ///
    /// # Errors
    ///
    /// An option that there is not, or a value that it does not take.
    pub fn set(&mut self, text: &str) -> Result<(), BadOption> {
        let mut rest = text;
        loop {
            let bad = |expected| BadOption { text: rest.to_owned(), expected };
            let (name, after) = rest.split_once('=').ok_or_else(|| bad(ALL_OPTIONS))?;
            let (value, after) = match after.strip_prefix("/t").map(|r| ('\t', r)) {
                Some(tab) => tab,
                None => match after.strip_prefix("/s").map(|r| (' ', r)) {
                    Some(space) => space,
                    None => {
                        let mut chars = after.chars();
                        (chars.next().unwrap_or_default(), chars.as_str())
                    }
                },
            };
            let mark = |expected| if matches!(value, ' '..='~' | '\t') { Ok(value) } else { Err(bad(expected)) };
            let yes = |expected| match value {
                'y' => Ok(true),
                'n' => Ok(false),
                _ => Err(bad(expected)),
            };
            match name {
                "header" => self.header = yes("header=y or header=n")?,
                "bom" => self.bom = yes("bom=y or bom=n")?,
                "escape" => self.escape = yes("escape=y or escape=n")?,
                "separator" => self.separator = mark("separator=/t, separator=/s or one printable character")?,
                "aggregator" => self.aggregator = mark("aggregator=/t, aggregator=/s or one printable character")?,
                "occurrence" => {
                    self.occurrence = match value {
                        'f' => Occurrence::First,
                        'l' => Occurrence::Last,
                        'a' => Occurrence::All,
                        _ => return Err(bad("occurrence=f (first), occurrence=l (last) or occurrence=a (all)")),
                    }
                }
                "quote" => {
                    self.quote = match (value, self.quote) {
                        ('d', _) => Quote::Always('"'),
                        ('s', _) => Quote::Always('\''),
                        // CSV cannot do without; there, no quotes are no more than needed.
                        ('n', Quote::Needed) => Quote::Needed,
                        ('n', _) => Quote::None,
                        _ => return Err(bad("quote=d (double), quote=s (single) or quote=n (none)")),
                    }
                }
                _ => return Err(bad(ALL_OPTIONS)),
            }
            match after.strip_prefix(',') {
                None if after.is_empty() => return Ok(()),
                Some(more) if !more.is_empty() => rest = more,
                _ => return Err(bad("options with one comma between, each with a value of one character, /t or /s")),
            }
        }
    }
}

const ALL_OPTIONS: &str = "bom=, header=, separator=, occurrence=, aggregator=, quote= or escape=";

/// An option of `-E` that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadOption {
    /// What was given, from the option on that is wrong.
    pub text: String,
    /// What would be right.
    pub expected: &'static str,
}

impl fmt::Display for BadOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column option {}: expected {}", escaped(self.text.as_bytes()), self.expected)
    }
}

impl std::error::Error for BadOption {}

/// A name that no field has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownField {
    /// The name.
    pub name: String,
    /// Names that may have been meant, the likeliest first.
    pub suggestions: Vec<&'static str>,
}

impl fmt::Display for UnknownField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no field is called {}", escaped(self.name.as_bytes()))
    }
}

impl std::error::Error for UnknownField {}

/// Writes chosen fields in columns. A packet costs a lookup a node, and no allocation once the writer is warm.
#[derive(Debug)]
pub struct Columns {
    names: Vec<&'static str>,
    options: Options,
    /// Row → index into `targets`; rows that no column wants are not in it.
    map: RowMap,
    /// The columns that a row belongs to.
    targets: Vec<Vec<u32>>,
    /// For each column, the packet's values as indices of nodes.
    values: Vec<Vec<u32>>,
    /// One column's text, while it is not known whether it needs quotes.
    cell: Text,
}

impl Columns {
    /// Columns with these fields, in this order. A name may be an alias, and may come twice.
    ///
    /// # Errors
    ///
    /// The first name that no field has.
    pub fn new<'n>(
        registry: &Registry,
        names: impl IntoIterator<Item = &'n str>,
        options: Options,
    ) -> Result<Self, UnknownField> {
        let mut columns = Columns {
            names: Vec::new(),
            options,
            map: RowMap::default(),
            targets: Vec::new(),
            values: Vec::new(),
            cell: Text::new(),
        };
        for name in names {
            let Some(row) = registry.field(name) else {
                return Err(UnknownField { name: name.to_owned(), suggestions: suggest(registry, name) });
            };
            let column = columns.names.len() as u32;
            columns.names.push(row.name);
            columns.values.push(Vec::new());
            for meant in meanings(row).iter().chain(row.columns_too) {
                // Several protocols, or several options of one, may share a name.
                let rows = registry.protocols().iter().flat_map(|p| p.fields());
                for row in rows.filter(|r| r.name == *meant && r.any_of.is_empty()) {
                    columns.want(row, column);
                }
            }
        }
        Ok(columns)
    }

    fn want(&mut self, row: &'static Field, column: u32) {
        let known = self.map.get(row).and_then(|at| self.targets.get_mut(at as usize));
        match known {
            Some(columns) if columns.contains(&column) => {}
            Some(columns) => columns.push(column),
            None => {
                self.map.insert(row, self.targets.len() as u32);
                self.targets.push(vec![column]);
            }
        }
    }

    /// Writes what comes before the first packet: a byte order mark and the names, as the options say.
    pub fn begin(&self, out: &mut Text) {
        if self.options.bom {
            out.ch('\u{feff}');
        }
        if self.options.header {
            for (n, name) in self.names.iter().enumerate() {
                if n > 0 {
                    out.ch(self.options.separator);
                }
                out.lit(name);
            }
            out.ch('\n');
        }
    }

    /// Writes one packet's line. `tree` is the packet's tree.
    pub fn packet(&mut self, packet: &Packet<'_>, tree: &Tree, out: &mut Text) {
        self.gather(tree);
        for (n, values) in self.values.iter().enumerate() {
            if n > 0 {
                out.ch(self.options.separator);
            }
            if values.is_empty() {
                continue;
            }
            match self.options.quote {
                Quote::None => cell(values, packet, tree, &self.options, out),
                quote => {
                    self.cell.clear();
                    cell(values, packet, tree, &self.options, &mut self.cell);
                    match quote {
                        Quote::Always(mark) => out.quoted(&self.cell, mark),
                        _ if needs_quotes(&self.cell, self.options.separator) => out.quoted(&self.cell, '"'),
                        _ => out.text(&self.cell),
                    };
                }
            }
        }
        out.ch('\n');
    }

    fn gather(&mut self, tree: &Tree) {
        for values in &mut self.values {
            values.clear();
        }
        for (index, node) in tree.nodes().iter().enumerate() {
            let Some(columns) = self.map.get(node.field).and_then(|at| self.targets.get(at as usize)) else { continue };
            for column in columns {
                let Some(values) = self.values.get_mut(*column as usize) else { continue };
                match self.options.occurrence {
                    Occurrence::First if !values.is_empty() => continue,
                    Occurrence::Last => values.clear(),
                    _ => {}
                }
                values.push(index as u32);
            }
        }
    }
}

/// The names of the fields that a row stands for: its own, or those of an alias.
fn meanings(row: &'static Field) -> &'static [&'static str] {
    if row.any_of.is_empty() { std::slice::from_ref(&row.name) } else { row.any_of }
}

/// RFC 4180 §2.6.
fn needs_quotes(cell: &Text, separator: char) -> bool {
    cell.as_bytes().iter().any(|b| char::from(*b) == separator || matches!(b, b'"' | b'\n' | b'\r'))
}

fn cell(values: &[u32], packet: &Packet<'_>, tree: &Tree, options: &Options, out: &mut Text) {
    for (n, index) in values.iter().enumerate() {
        if n > 0 {
            out.ch(options.aggregator);
        }
        if let Some(node) = tree.nodes().get(*index as usize) {
            value(node.field, tree.value(node, packet.bytes), options, out);
        }
    }
}

fn value(row: &Field, value: Value<'_>, options: &Options, out: &mut Text) {
    match (value, row.base) {
        (Value::Uint(v), Base::Dec) => out.num(v),
        (Value::Uint(v), Base::Hex(digits)) => out.hex(v, digits.into()),
        (Value::Uint(v), Base::Point(bits)) => out.fixed_point(v, bits),
        (Value::Int(v), Base::Dec | Base::Point(_)) => out.lit(if v < 0 { "-" } else { "" }).num(v.unsigned_abs()),
        (Value::Int(v), Base::Hex(digits)) => out.hex(v as u64, digits.into()),
        (Value::Flag(set), _) => out.ch(if set { '1' } else { '0' }),
        (Value::Mac(a), _) => out.mac(&a),
        (Value::Ip4(a), _) => out.ip4(a),
        (Value::Ip6(a), _) => ip6(a, out),
        (Value::Bytes(bytes), _) => out.hex_bytes(bytes),
        (Value::Text(bytes), _) => out.delimited(bytes, options.escape),
        (Value::Time(time), _) => {
            decimal(time, out);
            out
        }
        // tshark counts headings, so that they can be seen to be there.
        (Value::None, _) => out.ch('1'),
    };
}

/// tshark writes the address that the C library does, which shows IPv4-compatible addresses with dots (RFC 4291
/// §2.5.5.1) where RFC 5952 recommends so only for prefixes in use.
fn ip6(address: [u8; 16], out: &mut Text) -> &mut Text {
    match address {
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, a, b, c, d] if (a, b) != (0, 0) => out.lit("::").ip4([a, b, c, d]),
        _ => out.ip6(address),
    }
}

#[cfg(test)]
mod tests {
    use super::{Columns, Options, Quote};
    use crate::capture::{self, Source as _};
    use crate::output::testing::{Bench, datagram, frame, pcapng, tunnelled};
    use crate::text::Text;

    fn lines(names: &str, options: Options, frames: &[Vec<u8>]) -> String {
        let mut bench = Bench::new();
        let mut columns = Columns::new(&bench.registry, names.split(','), options).expect("fields");
        let mut out = Text::new();
        columns.begin(&mut out);
        for data in frames {
            bench.show(&frame(data, 1, 5), Some(b"a,\"b\""), |packet, tree| columns.packet(packet, tree, &mut out));
        }
        out.as_str().to_owned()
    }

    #[test]
    fn fields_stand_in_the_order_asked_for_and_absent_ones_are_empty() {
        let out = lines("ip.src,eth.type,ip.addr,eth.len,ip.src,ip.flags.df", Options::FIELDS, &[tunnelled(b"x")]);
        let sources = "192.0.2.1,10.0.0.2";
        assert_eq!(out, format!("{sources}\t0x0800\t192.0.2.1,192.0.2.2,10.0.0.2,10.0.0.1\t\t{sources}\t1,1\n"));
        let mut options = Options::FIELDS;
        options.set("occurrence=l,separator=,,header=y").expect("options");
        assert_eq!(lines("ip.addr,frame.number", options, &[tunnelled(b"x")]), "ip.addr,frame.number\n10.0.0.1,1\n");
    }

    #[test]
    fn csv_quotes_what_needs_quotes() {
        let out = lines("frame.interface_name,ip.addr,udp.srcport,eth.len", Options::CSV, &[datagram(b"x")]);
        let header = "frame.interface_name,ip.addr,udp.srcport,eth.len";
        assert_eq!(out, format!("{header}\n\"a,\"\"b\"\"\",\"10.0.0.2,10.0.0.1\",40000,\n"));
    }

    #[test]
    fn options_are_read_as_given() {
        let mut options = Options::FIELDS;
        options.set("header=y,separator=/s,aggregator=;,quote=s,bom=y,escape=n,occurrence=f").expect("options");
        assert_eq!((options.separator, options.aggregator, options.quote), (' ', ';', Quote::Always('\'')));
        assert!(options.header && options.bom && !options.escape);
        options.set("separator=/").expect("a slash alone is a slash");
        assert_eq!(options.separator, '/');
        let mut csv = Options::CSV;
        csv.set("quote=n").expect("options");
        assert_eq!(csv.quote, Quote::Needed);
        for wrong in
            ["", "header", "header=", "header=x", "colour=y", "header=y,", "header=yes", "separator=\x1b", "quote=q"]
        {
            let error = options.set(wrong).expect_err(wrong);
            assert!(!error.expected.is_empty());
        }
        assert_eq!(options.set("bom=y,colour=y").map_err(|e| e.text), Err("colour=y".to_owned()));
    }

    #[test]
    fn unknown_names_are_told_with_what_may_be_meant() {
        let registry = Bench::new().registry;
        let error = Columns::new(&registry, ["ip.src", "ip.dts"], Options::FIELDS).expect_err("no such field");
        assert_eq!((error.name.as_str(), error.suggestions.first()), ("ip.dts", Some(&"ip.dst")));
        assert_eq!(error.to_string(), "no field is called ip.dts");
    }

    /// What tshark prints for the same file, or nothing when it is not installed.
    fn tshark(file: &std::path::Path, fields: &[&str], options: &[&str]) -> Option<String> {
        let mut command = std::process::Command::new("tshark");
        command.args(["-n", "-T", "fields", "-r"]).arg(file);
        command.args(options.iter().flat_map(|o| ["-E", *o])).args(fields.iter().flat_map(|f| ["-e", *f]));
        match command.output() {
            Ok(output) if output.status.success() => Some(String::from_utf8_lossy(&output.stdout).into_owned()),
            Ok(output) => panic!("tshark failed: {}", String::from_utf8_lossy(&output.stderr)),
            Err(_) => None,
        }
    }

    #[test]
    fn columns_equal_tsharks() {
        let frames = [datagram(b"hello"), tunnelled(b"x"), tunnelled(b""), datagram(&[7; 600])];
        let comments: [&[u8]; 2] = [b"tab\tnl\r\n \"q\" 's' back\\slash, comma;", b"bell-free \x08\x0c \xc3\xa9"];
        let dir = std::env::temp_dir().join(format!("sniff-columns-{}", std::process::id()));
        std::fs::create_dir_all(&dir).expect("a directory");
        let file = dir.join("some.pcapng");
        std::fs::write(&file, pcapng(b"et h0", &frames, &comments)).expect("a file");
        let fields = [
            "frame.number",
            "frame.time_epoch",
            "frame.time_delta",
            "frame.time_relative",
            "frame.len",
            "frame.cap_len",
            "frame.protocols",
            "frame.interface_id",
            "frame.interface_name",
            "frame.comment",
            "eth.dst",
            "eth.src",
            "eth.addr",
            "eth.type",
            "eth.dst.lg",
            "eth.ig",
            "eth.padding",
            "ip.version",
            "ip.hdr_len",
            "ip.dsfield",
            "ip.dsfield.dscp",
            "ip.len",
            "ip.id",
            "ip.flags",
            "ip.flags.df",
            "ip.frag_offset",
            "ip.ttl",
            "ip.proto",
            "ip.checksum",
            "ip.src",
            "ip.addr",
            "udp.srcport",
            "udp.port",
            "udp.length",
            "udp.checksum",
            "udp.stream",
            "udp.payload",
            "data.data",
            "data.len",
        ];
        let all: [&[&str]; 4] = [
            &[],
            &["header=y", "separator=;", "occurrence=f", "bom=y"],
            &["occurrence=l", "aggregator=/s", "separator=/s"],
            &["aggregator=;", "separator=,", "quote=s"],
        ];
        for given in all {
            let Some(expected) = tshark(&file, &fields, given) else {
                eprintln!("tshark is not installed: not compared");
                break;
            };
            let mut options = Options::FIELDS;
            given.iter().for_each(|o| options.set(o).expect("an option"));
            let mut bench = Bench::new();
            let mut columns = Columns::new(&bench.registry, fields, options).expect("fields");
            let mut out = Text::new();
            columns.begin(&mut out);
            let mut source = capture::open(&file).expect("a capture");
            while let Some(frame) = source.next().expect("a frame") {
                bench.show(&frame, Some(b"et h0"), |packet, tree| columns.packet(packet, tree, &mut out));
            }
            // Quotes inside values are doubled here, and are not by this tshark.
            let ours =
                if given.contains(&"quote=s") { out.as_str().replace("''s''", "'s'") } else { out.as_str().to_owned() };
            for (ours, theirs) in ours.lines().zip(expected.lines()) {
                assert_eq!(ours, theirs, "{given:?}");
            }
            assert_eq!(ours.lines().count(), expected.lines().count());
        }
        std::fs::remove_dir_all(&dir).expect("removed");
    }
}
