//! What IGMP version 3 (RFC 3376) and MLD version 2 (RFC 3810) have in common: times as floating-point codes, and reports
//! made of group records.
//!
//! ```text
//! |  Record type  |  Aux data len |       Number of sources       |
//! |            Multicast address, 4 or 16 bytes                   |
//! |            Source addresses, then auxiliary data              |
//! ```

use crate::field::{Around, Field, Table};
use crate::proto::shared::tlv::Tlv;
use crate::sink::{NoteKind, Sink};
use crate::text::Text;

/// The rows of one record.
pub struct Rows {
    /// The heading over a record.
    pub record: &'static Field,
    /// Record type, lengths and group, at fixed places from the record's first byte.
    pub head: Table,
    /// One source address.
    pub source: &'static Field,
    /// The auxiliary data.
    pub auxiliary: &'static Field,
    /// Length of an address in bytes.
    pub address: u32,
    /// That the records are as many as the report says, with its clause.
    pub rule_count: &'static str,
    /// That a record fits into the report, with its clause.
    pub rule_fits: &'static str,
}

/// Puts `count` records that begin at byte `from` of a report; returns where the last one ends.
pub fn records<S: Sink>(s: &mut S, m: &Tlv<'_>, from: u32, count: u32, rows: &Rows) -> u32 {
    let size = rows.address;
    let head = 4 + size;
    let mut at = from;
    for n in 0..count {
        if at >= m.wire {
            s.note(NoteKind::Bad, format_args!("{}: {count} expected, {n} found", rows.rule_count));
            break;
        }
        if at as usize >= m.data.len() || !s.room() {
            break;
        }
        let number = |from: u32| m.byte(at + from).map_or(0, u32::from);
        let sources = number(2) << 8 | number(3);
        let end = at + head + sources * size + number(1) * 4;
        s.open(rows.record, m.bit(at));
        m.part(at, head).fixed(s, rows.head);
        let mut source = at + head;
        for _ in 0..sources {
            if source + size > m.wire || m.data.len() < (source + size) as usize || !s.room() {
                break;
            }
            m.span(s, rows.source, source, source + size);
            source += size;
        }
        if end <= m.wire {
            m.span(s, rows.auxiliary, at + head + sources * size, end);
        }
        s.close(m.bit(end.min(m.wire)));
        // What the lengths say is known only when they were captured.
        if m.data.len() < (at + head) as usize && at + head <= m.wire {
            return m.wire;
        }
        if end > m.wire {
            let (expected, found) = (end - at, m.wire - at);
            s.note(NoteKind::Bad, format_args!("{}: {expected} bytes expected, {found} found", rows.rule_fits));
            return m.wire;
        }
        at = end;
    }
    at
}

/// The value of an 8-bit code: itself below 128, otherwise a 4-bit mantissa and a 3-bit exponent (RFC 3376 §4.1.1).
pub const fn float8(code: u64) -> u64 {
    if code < 0x80 { code } else { (code & 0xf | 0x10) << ((code >> 4 & 7) + 3) }
}

/// The value of a 16-bit code: itself below 32768, otherwise a 12-bit mantissa and a 3-bit exponent (RFC 3810 §5.1.3).
pub const fn float16(code: u64) -> u64 {
    if code < 0x8000 { code } else { (code & 0xfff | 0x1000) << ((code >> 12 & 7) + 3) }
}

/// Record types (RFC 3376 §4.2.12, RFC 3810 §5.2.12).
pub static RECORD_TYPES: &[(u64, &str)] = &[
    (1, "Mode is include"),
    (2, "Mode is exclude"),
    (3, "Change to include mode"),
    (4, "Change to exclude mode"),
    (5, "Allow new sources"),
    (6, "Block old sources"),
];

/// Says what a record of this type wants.
pub fn explain_record(a: &Around<'_>, out: &mut Text) {
    out.lit(match a.value {
        1 => "answers a query: the host listens to the sources listed, and to no others",
        2 => "answers a query: the host listens to all sources but those listed",
        3 => "from now on the host listens to the sources listed only; with none listed it leaves the group",
        4 => "from now on the host listens to all sources but those listed; with none listed it joins the group",
        5 => "the host wants to hear the sources listed, too",
        6 => "the host no longer wants to hear the sources listed",
        _ => "not assigned; receivers ignore the record",
    });
}

/// Says how robust the network is to loss.
pub fn explain_robustness(a: &Around<'_>, out: &mut Text) {
    match a.value {
        0 => out.lit("not told: the querier's value is above 7, or it does not say"),
        1 => out.lit("every report is sent once; the network is expected not to lose any"),
        n => out.lit("hosts send each report ").num(n).lit(" times, since the network may lose some"),
    };
}

/// How the records of a protocol are written in lines.
pub struct LineNames {
    /// Length of an address in bytes.
    pub size: usize,
    /// The version in the names of unknown record types.
    pub version: &'static str,
    /// Writes an address.
    pub address: fn(&[u8], &mut Text),
}

/// Writes the records of a report as tcpdump does with `-v`: ` [gaddr 232.1.1.1 to_ex, 0 source(s)]`.
///
/// `short` ends the line where the capture ends; without it, what is missing was never there.
pub fn line(body: &[u8], count: u32, names: &LineNames, short: Option<&'static str>, out: &mut Text) {
    let mut rest = body;
    let size = names.size;
    for _ in 0..count {
        let Some((head, after)) = rest.split_at_checked(4 + size) else {
            out.lit(short.unwrap_or(" [invalid number of groups]"));
            return;
        };
        let [kind, aux, high, low, group @ ..] = head else { return };
        out.lit(" [gaddr ");
        (names.address)(group, out);
        out.ch(' ');
        match kind {
            1 => out.lit("is_in"),
            2 => out.lit("is_ex"),
            3 => out.lit("to_in"),
            4 => out.lit("to_ex"),
            5 => out.lit("allow"),
            6 => out.lit("block"),
            kind => out.lit(" [").lit(names.version).lit("-report-#").num(u64::from(*kind)).ch(']'),
        };
        let sources = usize::from(u16::from_be_bytes([*high, *low]));
        let Some(next) = after.get(sources * size..) else {
            match short {
                Some(short) => out.lit(short),
                None => out.lit(" [invalid number of sources ").num(sources as u64).ch(']'),
            };
            return;
        };
        out.lit(", ").num(sources as u64).lit(" source(s)]");
        rest = next.get(usize::from(*aux) * 4..).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::{float8, float16};

    #[test]
    fn codes_are_exact_up_to_their_top_bit_and_grow_from_there() {
        assert_eq!((float8(127), float8(128), float8(0x9c), float8(0xff)), (127, 128, 448, 31744));
        assert_eq!(
            (float16(32767), float16(32768), float16(0x9388), float16(0xffff)),
            (32767, 32768, 80000, 8_387_584)
        );
    }
}
