//! Options of the IPv4 header (RFC 791 §3.1; IANA registry "Internet Protocol Version 4 Parameters").
//!
//! ```text
//! |C|Cls| Number  |    Length     |  Data, as the option has it   |
//! ```

use super::ip_option_rows::*;
use crate::field::{Field, Table};
use crate::sink::{NoteKind, Sink};
use crate::text::Text;
use std::fmt;

/// One option at a time: its type and its bytes, or why it cannot be read. Ends after the end of options, or after an
/// option that cannot be read.
struct Walk<'a> {
    options: &'a [u8],
    at: u32,
}

/// An option's type, offset and bytes; or, of one that cannot be read, what its length should be at most, and is.
type Step<'a> = (u8, u32, Result<&'a [u8], (u32, u32)>);

impl<'a> Iterator for Walk<'a> {
    type Item = Step<'a>;

    fn next(&mut self) -> Option<Step<'a>> {
        let rest = self.options.get(self.at as usize..)?;
        let (kind, start) = (*rest.first()?, self.at);
        let len = match (kind, rest.get(1)) {
            (EOL | NOP, _) => 1,
            (_, Some(len)) => usize::from(*len),
            (_, None) => 0,
        };
        let read = match rest.get(..len) {
            Some(option) if len >= 2 || matches!(kind, EOL | NOP) => Ok(option),
            _ => Err((rest.len() as u32, len as u32)),
        };
        let stop = kind == EOL || read.is_err();
        self.at = if stop { u32::MAX } else { start + len as u32 };
        Some((kind, start, read))
    }
}

/// Puts the options of a header, which start `base` bytes into the buffer. `ttl` is the header's.
pub fn put<S: Sink>(s: &mut S, options: &[u8], base: u32, ttl: u64) {
    for (kind, at, read) in (Walk { options, at: 0 }) {
        if !s.room() {
            return;
        }
        let start = base + at;
        let option = match read {
            Ok(option) => option,
            Err((expected, found)) => {
                s.note(
                    NoteKind::Bad,
                    format_args!(
                        "option {kind}: the length counts type and length and fits into the header (RFC 791 §3.1): \
                         2 to {expected} expected, {found} found"
                    ),
                );
                return;
            }
        };
        let end = start + option.len() as u32;
        s.open(group_of(kind), start * 8);
        s.fixed(TYPE, option, start);
        if option.len() > 1 {
            s.fixed(LENGTH, option, start);
            body(s, kind, option, start, ttl);
        }
        s.close(end * 8);
        let behind = (base + options.len() as u32).saturating_sub(end);
        if kind == EOL && behind > 0 {
            s.span(&PADDING, end * 8, behind * 8);
        }
    }
}

fn group_of(kind: u8) -> &'static Field {
    match kind {
        EOL => &G_EOL,
        NOP => &G_NOP,
        SEC => &G_SECURITY,
        LOOSE_ROUTE => &G_LOOSE,
        STAMPS => &G_STAMP,
        E_SEC => &G_EXTENDED,
        COMMERCIAL => &G_CIPSO,
        RECORD_ROUTE => &G_RECORD,
        STREAM => &G_STREAM,
        STRICT_ROUTE => &G_STRICT,
        MTUP => &G_MTU_PROBE,
        MTUR => &G_MTU_REPLY,
        TRACE => &G_TRACEROUTE,
        ALERT => &G_ALERT,
        DIRECTED => &G_BROADCAST,
        QUICK_START => &G_QUICK,
        _ => &G_OTHER,
    }
}

/// Puts what an option says.
fn body<S: Sink>(s: &mut S, kind: u8, option: &[u8], base: u32, ttl: u64) {
    let fixed = |s: &mut S, table: Table, expected: usize| {
        if option.len() != expected {
            wrong_length(s, kind, expected, option.len());
        }
        s.fixed(table, option, base);
    };
    match kind {
        RECORD_ROUTE => route(s, option, base, &EMPTY_RT),
        LOOSE_ROUTE | STRICT_ROUTE => route(s, option, base, &SRC_RT),
        STAMPS => stamps(s, option, base),
        STREAM => fixed(s, STREAM_ID, 4),
        MTUP | MTUR => fixed(s, MTU_PROBE, 4),
        ALERT => fixed(s, ROUTER_ALERT, 4),
        TRACE => fixed(s, TRACEROUTE, 12),
        QUICK_START => {
            fixed(s, QS_REQUEST, 8);
            if QS_FUNC.get(option) == 0 && option.len() > 3 {
                s.fixed(QS_REQUEST_TTL, option, base);
                s.derived(&QS_TTL_DIFF, ttl.wrapping_sub(QS_TTL.get(option)) & 0xff);
            } else {
                s.fixed(QS_REPORT_UNUSED, option, base);
            }
            s.fixed(QS_NONCES, option, base);
        }
        DIRECTED => {
            for n in 0..(option.len() as u32 - 2) / 4 {
                s.span(&ADDR, (base + 2 + 4 * n) * 8, 32);
            }
        }
        SEC if option.len() == 11 => {
            s.fixed(SECURITY_791, option, base);
            s.span(&HANDLING, (base + 6) * 8, 16);
            s.span(&TCC, (base + 8) * 8, 24);
        }
        SEC => {
            s.fixed(SECURITY, option, base);
            authorities(s, option, base);
        }
        E_SEC => {
            s.fixed(EXTENDED_SECURITY, option, base);
            rest(s, &EXT_INFO, option, 3, base);
        }
        COMMERCIAL => {
            s.fixed(CIPSO, option, base);
            tags(s, option, base);
        }
        _ => rest(s, &DATA, option, 2, base),
    }
}

fn wrong_length<S: Sink>(s: &mut S, kind: u8, expected: usize, found: usize) {
    let name = OPTIONS.iter().find(|(n, _)| *n == u64::from(kind)).map_or("", |(_, name)| name);
    s.note(
        NoteKind::Bad,
        format_args!("option {kind} ({name}): its length is always the same: {expected} expected, {found} found"),
    );
}

/// Puts the bytes of an option from `at` on.
fn rest<S: Sink>(s: &mut S, field: &'static Field, option: &[u8], at: u32, base: u32) {
    if option.len() as u32 > at {
        s.span(field, (base + at) * 8, (option.len() as u32 - at) * 8);
    }
}

/// Puts recorded addresses, and behind the pointer those that are not visited, or not written, yet.
fn route<S: Sink>(s: &mut S, option: &[u8], base: u32, ahead: &'static Field) {
    s.fixed(POINTER, option, base);
    let pointer = PTR.get(option) as u32;
    if pointer < 4 || !pointer.is_multiple_of(4) {
        s.note(
            NoteKind::Bad,
            format_args!("the pointer points to an address (RFC 791 §3.1): 4, 8, 12 … expected, {pointer} found"),
        );
        return;
    }
    for n in 0..(option.len() as u32).saturating_sub(3) / 4 {
        let at = 3 + 4 * n;
        s.span(if at + 1 < pointer { &REC_RT } else { ahead }, (base + at) * 8, 32);
    }
}

fn stamps<S: Sink>(s: &mut S, option: &[u8], base: u32) {
    s.fixed(POINTER, option, base);
    s.fixed(TIMESTAMP, option, base);
    let with_address = matches!(FLAG.get(option), 1 | 3);
    let mut at = 4;
    for words in option.get(4..).unwrap_or_default().chunks_exact(if with_address { 8 } else { 4 }) {
        if with_address {
            s.span(&STAMP_ADDR, (base + at) * 8, 32);
            at += 4;
        }
        if let Some(stamp) = words.last_chunk::<4>() {
            s.uint(&STAMP, (base + at) * 8, 32, u64::from(u32::from_be_bytes(*stamp)));
            at += 4;
        }
    }
}

/// Puts the bytes of protection authority flags; each says whether another one follows.
fn authorities<S: Sink>(s: &mut S, option: &[u8], base: u32) {
    for (n, flags) in option.get(3..).unwrap_or_default().iter().enumerate() {
        let at = base + 3 + n as u32;
        let byte = std::slice::from_ref(flags);
        if n == 0 {
            s.fixed(AUTHORITY, byte, at);
            s.fixed(AUTHORITY_FIRST, byte, at);
            s.uint(&UNASSIGNED, at * 8 + 5, 2, u64::from(flags >> 1 & 3));
        } else {
            s.fixed(AUTHORITY, byte, at);
            s.uint(&UNASSIGNED, at * 8, 7, u64::from(flags >> 1));
        }
        if flags & 1 == 0 {
            return;
        }
    }
}

/// Puts the tags of a commercial security option.
fn tags<S: Sink>(s: &mut S, option: &[u8], base: u32) {
    let mut at = 6;
    while let Some([kind, len, ..]) = option.get(at..) {
        let start = base + at as u32;
        s.uint(&TAG_TYPE, start * 8, 8, u64::from(*kind));
        let len = usize::from(*len);
        let Some(tag) = option.get(at..at + len).filter(|_| len >= 2) else {
            let room = option.len() - at;
            s.note(
                NoteKind::Bad,
                format_args!(
                    "tag {kind}: its length fits into the option (FIPS 188 §A.4.3): 2 to {room} expected, {len} found"
                ),
            );
            return;
        };
        match (kind, tag) {
            (1 | 2 | 5, [_, _, _, level, categories @ ..]) => {
                s.uint(&SENSITIVITY, (start + 3) * 8, 8, u64::from(*level));
                if !categories.is_empty() {
                    s.derived_text(&CATEGORIES, format_args!("{}", Categories { kind: *kind, bytes: categories }));
                }
            }
            _ => rest(s, &TAG_DATA, tag, 2, start),
        }
        at += len;
    }
}

/// The categories of a tag, as people write them: `1,5` or `10-5`.
struct Categories<'a> {
    kind: u8,
    bytes: &'a [u8],
}

impl fmt::Display for Categories<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut comma = "";
        match self.kind {
            1 => {
                let set = |n: &usize| self.bytes.get(n / 8).is_some_and(|b| b & (0x80 >> (n % 8)) != 0);
                for n in (0..self.bytes.len() * 8).filter(set) {
                    write!(f, "{comma}{n}")?;
                    comma = ",";
                }
            }
            _ => {
                // A range without its lower end begins at category 0.
                for (n, pair) in self.bytes.chunks(2).enumerate() {
                    let between = if self.kind == 5 && n % 2 == 1 { "-" } else { comma };
                    let value = pair.iter().fold(0, |n, b| n << 8 | u32::from(*b));
                    write!(f, "{between}{value}")?;
                    comma = ",";
                }
                if self.kind == 5 && self.bytes.len() / 2 % 2 == 1 {
                    f.write_str("-0")?;
                }
            }
        }
        Ok(())
    }
}

/// Writes the options in tcpdump's words, such as `RR 192.0.2.1, 192.0.2.2,EOL`.
pub fn line(options: &[u8], out: &mut Text) {
    for (n, (kind, _, read)) in (Walk { options, at: 0 }).enumerate() {
        if n > 0 {
            out.ch(',');
        }
        match kind {
            EOL => out.lit("EOL"),
            NOP => out.lit("NOP"),
            STAMPS => out.lit("timestamp"),
            SEC => out.lit("security"),
            RECORD_ROUTE => out.lit("RR"),
            LOOSE_ROUTE => out.lit("LSRR"),
            STRICT_ROUTE => out.lit("SSRR"),
            ALERT => out.lit("RA"),
            TRACE => out.lit("traceroute"),
            _ => out.lit("unknown ").num(kind.into()),
        };
        let option = match read {
            Ok(option) => option,
            Err((_, found)) => {
                out.lit(" [bad length ").num(found.into()).ch(']');
                return;
            }
        };
        let pointer = PTR.get(option);
        match kind {
            RECORD_ROUTE | LOOSE_ROUTE | STRICT_ROUTE => {
                let entries = option.get(3..).unwrap_or_default().chunks_exact(4);
                for (entry, at) in entries.filter_map(<[u8]>::first_chunk::<4>).zip((4..).step_by(4)) {
                    out.ch(' ').ip4(*entry);
                    if at < pointer {
                        out.ch(',');
                    }
                }
            }
            STAMPS => stamps_line(option, pointer, out),
            ALERT => match RA.get(option) {
                0 => {}
                value => {
                    out.lit(" value ").num(value);
                }
            },
            _ => {}
        }
    }
}

fn stamps_line(option: &[u8], pointer: u64, out: &mut Text) {
    out.lit(" TS{");
    let size = match FLAG.get(option) {
        0 => {
            out.lit("TSONLY");
            4
        }
        1 => {
            out.lit("TS+ADDR");
            8
        }
        3 => {
            out.lit("PRESPEC");
            8
        }
        flag => {
            out.lit("[bad ts type ").num(flag).lit("]}");
            return;
        }
    };
    let entries = option.get(4..).unwrap_or_default().chunks_exact(size);
    for (entry, at) in entries.zip((5..).step_by(size)) {
        out.lit(if at == pointer { " ^ " } else { " " });
        if let Some(stamp) = entry.last_chunk::<4>() {
            out.num(u32::from_be_bytes(*stamp).into()).ch('@');
        }
        if let Some(address) = entry.first_chunk::<4>().filter(|_| size == 8) {
            out.ip4(*address);
        }
    }
    if pointer > option.len() as u64 {
        out.lit(" ^ ");
    }
    match OVERFLOW.get(option) {
        0 => out.ch('}'),
        n => out.lit(" [").num(n).lit(" hops not recorded]} "),
    };
}

/// The last stop of a source route that the packet has not come to the end of (RFC 791 §3.1, loose and strict route).
pub fn last_stop(mut options: &[u8]) -> Option<[u8; 4]> {
    loop {
        let (&kind, rest) = options.split_first()?;
        options = match kind {
            EOL => return None,
            NOP => rest,
            _ => {
                let length = usize::from(*rest.first()?);
                let option = options.get(..length).filter(|o| o.len() >= 2)?;
                if matches!(kind, LOOSE_ROUTE | STRICT_ROUTE) {
                    // The pointer counts from 1; behind the option, the route is done.
                    let ahead = option.get(2).is_some_and(|pointer| usize::from(*pointer) + 3 <= length);
                    return option.get(3..)?.last_chunk().copied().filter(|_| ahead);
                }
                options.get(length..)?
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::last_stop;

    #[test]
    fn the_last_stop_counts_until_the_route_is_done() {
        let route = |pointer| [1, 131, 11, pointer, 192, 0, 2, 1, 192, 0, 2, 254, 0, 0];
        assert_eq!(last_stop(&route(4)), Some([192, 0, 2, 254]));
        assert_eq!(last_stop(&route(8)), Some([192, 0, 2, 254]), "one stop is ahead");
        assert_eq!(last_stop(&route(12)), None, "the packet has been everywhere");
        assert_eq!(last_stop(&[0, 131, 7, 4, 1, 2, 3, 4]), None, "behind the end");
        for cut in 0..12 {
            assert_eq!(last_stop(&route(4)[..cut]), None);
        }
        assert_eq!(last_stop(&[131, 1, 0]), None);
    }
}
