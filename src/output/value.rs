//! A field's value for people: its name, its number, its unit.

use super::{instant, time};
use crate::field::{Base, Field, Value};
use crate::packet::Packet;
use crate::text::Text;
use crate::time::Time;
use crate::tree::{Node, Tree};

/// How many bytes of a long value are shown; the views that show all bytes are the hexadecimal ones.
const MOST_BYTES: usize = 24;

/// Writes a node's value: `TCP (6)`, `64 hops`, `20 bytes (5 × 4)`, `set`. `layer` is the captured bytes of its layer.
/// A heading has no value.
pub(super) fn write(tree: &Tree, node: &Node, packet: &Packet<'_>, layer: &[u8], out: &mut Text) {
    let field = node.field;
    match tree.value(node, packet.bytes) {
        Value::Uint(value) => uint(field, value, layer, out),
        Value::Int(value) => {
            int(value, out);
            unit(field, None, out);
        }
        Value::Flag(set) => match field.name_of(layer, u64::from(set)) {
            Some(name) => {
                out.lit(name).lit(if set { " (1)" } else { " (0)" });
            }
            None => {
                out.lit(if set { "set" } else { "not set" });
            }
        },
        Value::Mac(address) => {
            out.mac(&address);
        }
        Value::Ip4(address) => {
            out.ip4(address);
        }
        Value::Ip6(address) => {
            out.ip6(address);
        }
        Value::Bytes(bytes) => self::bytes(bytes, out),
        Value::Text(bytes) => {
            out.untrusted(bytes);
        }
        Value::Time(at) if field.name == "frame.time_epoch" => moment(at, out),
        Value::Time(at) => {
            instant::decimal(at, out);
            unit(field, None, out);
        }
        Value::None => {}
    }
}

/// Writes only the number of a numeric node, without name and unit; a flag is 0 or 1. Writes nothing for other values.
pub(super) fn number(tree: &Tree, node: &Node, packet: &Packet<'_>, out: &mut Text) {
    match tree.value(node, packet.bytes) {
        Value::Uint(value) => digits(node.field, value, out),
        Value::Int(value) => int(value, out),
        Value::Flag(set) => {
            out.ch(if set { '1' } else { '0' });
        }
        _ => {}
    }
}

fn uint(field: &Field, value: u64, layer: &[u8], out: &mut Text) {
    match field.name_of(layer, value) {
        Some(name) => {
            out.lit(name).lit(" (");
            digits(field, value, out);
            unit(field, Some(value), out);
            out.ch(')');
        }
        None => {
            digits(field, value, out);
            unit(field, Some(value), out);
        }
    }
    // What stands on the wire is not the value: say how it becomes it.
    let scale = u64::from(field.scale);
    if scale > 1 && value > 0 {
        out.lit(" (").num(value / scale).lit(" × ").num(scale).ch(')');
    }
}

fn digits(field: &Field, value: u64, out: &mut Text) {
    match field.base {
        Base::Dec => out.num(value),
        Base::Hex(width) => out.hex(value, width.into()),
        Base::Point(bits) => out.fixed_point(value, bits),
    };
}

fn int(value: i64, out: &mut Text) {
    if value < 0 {
        out.ch('-');
    }
    out.num(value.unsigned_abs());
}

/// Writes the unit after a space, in the singular for 1.
fn unit(field: &Field, value: Option<u64>, out: &mut Text) {
    if field.unit.is_empty() {
        return;
    }
    let one = if let Base::Point(bits) = field.base { 1 << bits } else { 1 };
    let singular = field.unit.strip_suffix('s').filter(|word| value == Some(one) && word.len() > 1);
    out.ch(' ').lit(singular.unwrap_or(field.unit));
}

/// Writes bytes as digits, and how many there are when they are not all shown.
fn bytes(bytes: &[u8], out: &mut Text) {
    match bytes.get(..MOST_BYTES) {
        Some(first) if bytes.len() > MOST_BYTES => {
            out.hex_bytes(first).lit("… (").num_grouped(bytes.len() as u64).lit(" bytes)");
        }
        _ => {
            out.hex_bytes(bytes);
        }
    }
}

/// Writes a point in time, as a date in UTC and in seconds.
fn moment(at: Time, out: &mut Text) {
    time::Stamp::new(time::Form::Date, None, true).write(at, out);
    out.lit("UTC (");
    instant::decimal(at, out);
    out.lit(" s)");
}
