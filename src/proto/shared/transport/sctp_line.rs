//! The chunks of an SCTP packet on one line, as tcpdump writes them.

use super::sctp_names as names;
use crate::text::Text;

/// Names that tcpdump has of its own.
static TCPDUMP: &[(u8, &str)] =
    &[(4, "HB REQ"), (5, "HB ACK"), (9, "OP ERR"), (12, "ECN ECHO"), (13, "ECN CWR"), (192, "FOR CUM TSN")];

/// Writes the chunks that begin in `chunks`, which were captured; `wire` is how long all of them are.
pub fn write(chunks: &[u8], wire: u32, quiet: bool, out: &mut Text) {
    let mut at = 0usize;
    let mut number = 0u64;
    while at < wire as usize {
        let chunk = chunks.get(at..).unwrap_or_default();
        let Some([kind, flags, a, b]) = chunk.first_chunk::<4>().copied() else {
            // Too little for a chunk is a contradiction, which is said behind the line.
            if at.saturating_add(4) <= wire as usize {
                out.lit(" [|sctp]");
            }
            return;
        };
        out.lit(if number == 0 { " " } else { " , " });
        number += 1;
        out.ch('(').num(number).lit(") [");
        match TCPDUMP.iter().find(|(k, _)| *k == kind).map(|(_, name)| *name).or_else(|| names::chunk(kind.into())) {
            Some(name) => out.lit(name),
            None => out.lit("Unknown chunk type: ").hex(kind.into(), 2),
        };
        out.ch(']');
        let length = u16::from_be_bytes([a, b]);
        if length < 4 {
            // What is wrong with it is said behind the line.
            return;
        }
        if !quiet {
            details(kind, flags, chunk.get(..length.into()).unwrap_or(chunk), out);
        }
        at = at.saturating_add(usize::from(length).next_multiple_of(4));
    }
}

/// Writes what matters of a chunk. One whose fixed part is not there has nothing to say.
fn details(kind: u8, flags: u8, chunk: &[u8], out: &mut Text) {
    let word = |at: usize| chunk.get(at..).and_then(|b| b.first_chunk()).map(|b| u64::from(u32::from_be_bytes(*b)));
    let half = |at: usize| chunk.get(at..).and_then(|b| b.first_chunk()).map(|b| u64::from(u16::from_be_bytes(*b)));
    match kind {
        0 | 64 if chunk.len() >= 16 => {
            if flags & 7 != 0 {
                out.ch(' ');
            }
            for (bit, name) in [(4, "(U)"), (2, "(B)"), (1, "(E)")] {
                if flags & bit != 0 {
                    out.lit(name);
                }
            }
            label(out, "TSN: ", word(4));
            label(out, "SID: ", half(8));
            if kind == 0 {
                label(out, "SSEQ ", half(10));
                payload(word(12), out);
            } else {
                label(out, "MID: ", word(12));
                if flags & 2 != 0 {
                    payload(word(16), out);
                } else {
                    label(out, "FSN: ", word(16));
                }
            }
        }
        1 | 2 if chunk.len() >= 20 => {
            label(out, "init tag: ", word(4));
            label(out, "rwnd: ", word(8));
            label(out, "OS: ", half(12));
            label(out, "MIS: ", half(14));
            label(out, "init TSN: ", word(16));
        }
        3 | 16 if chunk.len() >= 16 => {
            label(out, "cum ack ", word(4));
            label(out, "a_rwnd ", word(8));
            label(out, "#gap acks ", half(12));
            if kind == 3 {
                label(out, "#dup tsns ", half(14));
            } else {
                label(out, "#nr-gap acks ", half(14));
                label(out, "#dup tsns ", half(16));
            }
        }
        _ => {}
    }
}

fn label(out: &mut Text, name: &'static str, value: Option<u64>) {
    if let Some(value) = value {
        out.lit(" [").lit(name).num(value).ch(']');
    }
}

fn payload(id: Option<u64>, out: &mut Text) {
    let Some(id) = id else { return };
    out.lit(" [PPID ");
    match names::payload(id).filter(|_| id != 0) {
        Some(name) => out.lit(name),
        None => out.fmt(format_args!("{id:#x}")),
    };
    out.ch(']');
}
