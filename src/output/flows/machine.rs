//! Conversations for other programs: JSON Lines and CSV, both from the rows.

use super::rows::{About, FLOW, Kind, Row, Shape, Value};
use crate::flow::clock::{MILLISECOND, Nanos, SECOND};
use crate::flow::{Carrier, Hosts, Report};
use crate::input::Addresses;
use crate::output::instant::Clock;
use crate::output::json::MAX_EXACT;
use crate::output::states::ip;
use crate::text::Text;

/// Writes conversations as JSON Lines.
#[derive(Debug, Default)]
pub(super) struct Json {
    clock: Clock,
}

impl Json {
    /// Writes a conversation, for the last time or in a snapshot.
    pub(super) fn flow(&mut self, report: &Report, hosts: Option<&Hosts>, is_final: bool, out: &mut Text) {
        self.object(&FLOW, About::new(report, hosts, is_final), out);
        out.ch('\n');
    }

    fn object(&mut self, rows: &[Row], about: About<'_>, out: &mut Text) {
        for (n, row) in rows.iter().enumerate() {
            out.ch(if n == 0 { '{' } else { ',' }).ch('"').lit(row.key).lit("\":");
            match &row.shape {
                Shape::One(..) => self.value(row.value(about), out),
                Shape::Group(rows, _) => match row.inside(about) {
                    Some(inside) => self.object(rows, inside, out),
                    None => {
                        out.lit("null");
                    }
                },
            }
        }
        out.ch('}');
    }

    fn value(&mut self, value: Value<'_>, out: &mut Text) {
        match value {
            Value::Null => out.lit("null"),
            Value::Bool(true) => out.lit("true"),
            Value::Bool(false) => out.lit("false"),
            Value::Count(n) if n > MAX_EXACT => out.ch('"').num(n).ch('"'),
            Value::Count(n) => out.num(n),
            Value::Seconds(nanos) => decimal(nanos, SECOND, 9, out),
            Value::Millis(nanos) => decimal(nanos, MILLISECOND, 6, out),
            Value::Word(word) => out.ch('"').json(word.as_bytes()).ch('"'),
            Value::Raw(bytes) => out.ch('"').json(bytes).ch('"'),
            Value::Ip(address) => {
                out.ch('"');
                ip(address, out);
                out.ch('"')
            }
            Value::Time(at) => {
                self.clock.rfc3339(at.time(), out);
                out
            }
            Value::Frames(frames) => {
                out.ch('[');
                for (n, frame) in frames.iter().enumerate() {
                    separate(n, out).num((*frame).into());
                }
                out.ch(']')
            }
            Value::Sentences(sentences) => {
                out.ch('[');
                for (n, sentence) in sentences.iter().enumerate() {
                    separate(n, out).ch('"').json(sentence.as_bytes()).ch('"');
                }
                out.ch(']')
            }
            Value::Tunnel(carriers) => {
                out.ch('[');
                for (n, carrier) in carriers.iter().enumerate() {
                    json_carrier(carrier, separate(n, out));
                }
                out.ch(']')
            }
        };
    }
}

fn separate(n: usize, out: &mut Text) -> &mut Text {
    if n > 0 { out.ch(',') } else { out }
}

fn json_carrier(carrier: &Carrier, out: &mut Text) {
    out.lit("{\"protocol\":\"").lit(carrier.protocol).lit("\",\"src\":");
    match &carrier.ends {
        Some(ends) => {
            out.ch('"');
            addresses(ends, "\",\"dst\":\"", out);
            out.ch('"')
        }
        None => out.lit("null,\"dst\":null"),
    };
    out.lit(",\"id\":");
    match carrier.id {
        Some(id) => out.num(id.into()),
        None => out.lit("null"),
    };
    out.ch('}');
}

/// Writes both addresses of a tunnel.
fn addresses(ends: &Addresses, between: &'static str, out: &mut Text) {
    match *ends {
        Addresses::V4 { src, dst } => out.ip4(src).lit(between).ip4(dst),
        Addresses::V6 { src, dst } => out.ip6(src).lit(between).ip6(dst),
    };
}

/// Writes tunnels and tags in a few words: `vlan 5, vxlan 42 10.0.0.1 > 10.0.0.2`.
pub(super) fn tunnel(carriers: &[Carrier], separator: &'static str, out: &mut Text) {
    for (n, carrier) in carriers.iter().enumerate() {
        out.lit(if n > 0 { separator } else { "" }).lit(carrier.protocol);
        if let Some(id) = carrier.id {
            out.ch(' ').num(id.into());
        }
        if let Some(ends) = &carrier.ends {
            addresses(ends, " > ", out.ch(' '));
        }
    }
}

/// Writes a length of time in a unit of so many nanoseconds, exactly, with at most so many decimals and at least none.
fn decimal(nanos: Nanos, unit: Nanos, mut decimals: usize, out: &mut Text) -> &mut Text {
    let (nanos, unit) = (nanos.max(0).unsigned_abs(), unit.unsigned_abs());
    out.num(nanos / unit);
    let mut part = nanos % unit;
    if part == 0 {
        return out;
    }
    while part % 10 == 0 {
        part /= 10;
        decimals -= 1;
    }
    out.ch('.').num_wide(part, decimals)
}

/// Writes conversations as comma-separated values (RFC 4180), with a header.
///
/// The columns are the keys of the JSON objects in their order, those of inner objects behind their object's key and `_`.
/// What is null is empty. Lists are one value, with `;` between.
#[derive(Debug, Default)]
pub(super) struct Csv {
    clock: Clock,
    cell: Text,
}

impl Csv {
    pub(super) fn begin(&mut self, out: &mut Text) {
        let mut first = true;
        columns(&mut |path| {
            out.lit(if std::mem::take(&mut first) { "" } else { "," });
            for (n, key) in path.iter().enumerate() {
                out.lit(if n > 0 { "_" } else { "" }).lit(key.key);
            }
        });
        out.ch('\n');
    }

    pub(super) fn flow(&mut self, report: &Report, hosts: Option<&Hosts>, is_final: bool, out: &mut Text) {
        let start = out.len();
        self.cells(&FLOW, Some(About::new(report, hosts, is_final)), start, out);
        out.ch('\n');
    }

    fn cells(&mut self, rows: &[Row], about: Option<About<'_>>, start: usize, out: &mut Text) {
        for row in rows {
            match &row.shape {
                Shape::One(Kind::Always(_), _) => {}
                Shape::One(..) => {
                    if out.len() > start {
                        out.ch(',');
                    }
                    self.cell.clear();
                    if let Some(about) = about {
                        self.value(row.value(about));
                    }
                    match self.cell.as_bytes().iter().any(|b| matches!(b, b',' | b'"' | b'\r' | b'\n')) {
                        true => out.quoted(&self.cell, '"'),
                        false => out.text(&self.cell),
                    };
                }
                Shape::Group(rows, _) => self.cells(rows, about.and_then(|about| row.inside(about)), start, out),
            }
        }
    }

    fn value(&mut self, value: Value<'_>) {
        let Csv { clock, cell } = self;
        match value {
            Value::Null => {}
            Value::Bool(set) => {
                cell.lit(if set { "true" } else { "false" });
            }
            Value::Count(n) => {
                cell.num(n);
            }
            Value::Seconds(nanos) => {
                decimal(nanos, SECOND, 9, cell);
            }
            Value::Millis(nanos) => {
                decimal(nanos, MILLISECOND, 6, cell);
            }
            Value::Word(word) => {
                cell.delimited(word.as_bytes(), true);
            }
            Value::Raw(bytes) => {
                cell.delimited(bytes, true);
            }
            Value::Ip(address) => ip(address, cell),
            Value::Time(at) => clock.bare(at.time(), cell),
            Value::Frames(frames) => {
                for (n, frame) in frames.iter().enumerate() {
                    cell.lit(if n > 0 { ";" } else { "" }).num((*frame).into());
                }
            }
            Value::Sentences(sentences) => {
                for (n, sentence) in sentences.iter().enumerate() {
                    cell.lit(if n > 0 { ";" } else { "" }).lit(sentence);
                }
            }
            Value::Tunnel(carriers) => tunnel(carriers, ";", cell),
        }
    }
}

/// Calls `each` with every column: the rows that lead to it.
pub(super) fn columns(each: &mut dyn FnMut(&[&Row])) {
    fn walk<'a>(rows: &'a [Row], path: &mut Vec<&'a Row>, each: &mut dyn FnMut(&[&Row])) {
        for row in rows {
            path.push(row);
            match &row.shape {
                Shape::One(Kind::Always(_), _) => {}
                Shape::One(..) => each(path),
                Shape::Group(rows, _) => walk(rows, path, each),
            }
            path.pop();
        }
    }
    walk(&FLOW, &mut Vec::new(), each);
}

#[cfg(test)]
mod tests {
    use super::decimal;
    use crate::flow::clock::{MILLISECOND, SECOND};
    use crate::text::Text;

    #[test]
    fn lengths_of_time_have_the_decimals_they_need() {
        let shown = |nanos, unit, decimals| {
            let mut out = Text::new();
            decimal(nanos, unit, decimals, &mut out);
            out.as_str().to_owned()
        };
        assert_eq!(shown(410_000_000, SECOND, 9), "0.41");
        assert_eq!(shown(60 * SECOND + 1, SECOND, 9), "60.000000001");
        assert_eq!(shown(12_381_000, MILLISECOND, 6), "12.381");
        assert_eq!(shown(0, MILLISECOND, 6), "0");
        assert_eq!(shown(-5, SECOND, 9), "0");
    }
}
