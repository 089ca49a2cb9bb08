//! The options of a TCP header as part of a packet's line, in tcpdump's form: `options [mss 1460,sackOK,nop,wscale 7]`.
//!
//! Three places differ from tcpdump 4.99 on purpose: `ccecho` has its name, the user timeout is in seconds by the
//! option's own bit for minutes, and an MD5 digest is printed without the remark that no password was given.

use super::mptcp;
use super::tcp_options::FAST_OPEN_ID;
use crate::proto::shared::piece::Piece;
use crate::text::Text;

/// Why the options end before the header does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    /// The capture ends.
    Cut,
    /// An option contradicts itself or the header.
    Bad,
}

/// Writes `, options […]`. `captured` is what was captured of the options, `len` their length by the header, and
/// `sack_base` what is taken off the edges of selective acknowledgments. Returns whether all of them could be read.
pub fn line(captured: &[u8], len: u32, sack_base: u32, out: &mut Text) -> bool {
    out.lit(", options [");
    let mut reader = Reader { captured, left: len, at: 0, sack_base };
    let mut first = true;
    while reader.left > 0 {
        if !first {
            out.ch(',');
        }
        match reader.option(out) {
            Ok(0) => break,
            Ok(_) => first = false,
            Err(Stop::Bad) => {
                out.lit("[bad opt]");
                if !first {
                    out.ch(']');
                }
                return false;
            }
            Err(Stop::Cut) => {
                out.lit(" [|tcp]");
                return false;
            }
        }
    }
    out.ch(']');
    true
}

struct Reader<'a> {
    captured: &'a [u8],
    /// Bytes left by the header length.
    left: u32,
    /// Offset of the next byte.
    at: usize,
    sack_base: u32,
}

impl<'a> Reader<'a> {
    /// The next `n` bytes.
    fn take(&mut self, n: u32) -> Result<&'a [u8], Stop> {
        self.left = self.left.checked_sub(n).ok_or(Stop::Bad)?;
        let end = self.at.saturating_add(n as usize);
        let bytes = self.captured.get(self.at..end).ok_or(Stop::Cut)?;
        self.at = end;
        Ok(bytes)
    }

    /// The next bytes as a number.
    fn number(&mut self, n: u32) -> Result<u64, Stop> {
        let bytes = self.take(n)?;
        Ok(match *bytes {
            [a] => a.into(),
            [a, b] => u16::from_be_bytes([a, b]).into(),
            [a, b, c, d] => u32::from_be_bytes([a, b, c, d]).into(),
            _ => bytes.iter().fold(0, |v, b| v << 8 | u64::from(*b)),
        })
    }

    /// Writes one option and returns its kind.
    fn option(&mut self, out: &mut Text) -> Result<u8, Stop> {
        let start = self.at;
        let kind = self.number(1)? as u8;
        if kind <= 1 {
            out.lit(if kind == 0 { "eol" } else { "nop" });
            return Ok(kind);
        }
        let len = self.number(1)? as u32;
        let body = len.checked_sub(2).filter(|n| *n <= self.left).ok_or(Stop::Bad)?;
        match name(kind) {
            Some(name) => out.lit(name),
            None => out.lit("unknown-").num(kind.into()),
        };
        match kind {
            2 | 3 | 6 | 7 | 11..=13 => {
                let value = self.number(match kind {
                    2 => 2,
                    3 => 1,
                    _ => 4,
                })?;
                out.ch(' ').num(value);
            }
            4 => {}
            5 if !body.is_multiple_of(8) => {
                self.take(body)?;
                out.lit(" invalid sack");
            }
            5 => {
                out.ch(' ').num((body / 8).into()).ch(' ');
                for _ in 0..body / 8 {
                    for (before, after) in [("{", ""), (":", "}")] {
                        let edge = (self.number(4)? as u32).wrapping_sub(self.sack_base);
                        out.lit(before).num(edge.into()).lit(after);
                    }
                }
            }
            8 => {
                let (value, echo) = (self.number(4)?, self.number(4)?);
                out.lit(" val ").num(value).lit(" ecr ").num(echo);
            }
            19 => {
                let digest = self.take(16)?;
                out.ch(' ').hex_bytes(digest);
            }
            20 => {
                out.lit(" cap ").hex_digits(self.number(1)?, 2).lit(" id ").num(self.number(1)?);
            }
            28 => {
                let value = self.number(2)?;
                let unit = if value & 0x8000 != 0 { 60 } else { 1 };
                out.ch(' ').hex(value, 1).ch(' ').num((value & 0x7fff) * unit);
            }
            29 if body < 2 => {
                self.take(body)?;
                out.lit(" (invalid)");
            }
            29 => {
                out.lit(" keyid ").num(self.number(1)?).lit(" rnextkeyid ").num(self.number(1)?);
                if body > 2 {
                    out.lit(" mac 0x").hex_bytes(self.take(body - 2)?);
                }
            }
            30 => {
                self.take(body)?;
                let bytes = self.captured.get(start..self.at).ok_or(Stop::Cut)?;
                mptcp::line(&Piece { bytes, base: 0, len }, out).ok_or(Stop::Bad)?;
            }
            34 => cookie(self.take(body)?, out.ch(' ')),
            254 => {
                if body < 2 {
                    return Err(Stop::Bad);
                }
                out.ch('-');
                match self.number(2)? {
                    FAST_OPEN_ID => cookie(self.take(body - 2)?, out.lit("tfo")),
                    id => {
                        out.hex_digits(id, 4);
                        self.take(body - 2)?;
                    }
                }
            }
            _ if body > 0 => {
                out.lit(" 0x").hex_bytes(self.take(body)?);
            }
            _ => {}
        }
        // An option that is longer or shorter than what it holds is read on from where it should end.
        if self.at != start.saturating_add(len as usize) {
            out.lit("[len ").num(len.into()).ch(']');
        }
        Ok(kind)
    }
}

fn name(kind: u8) -> Option<&'static str> {
    Some(match kind {
        2 => "mss",
        3 => "wscale",
        4 => "sackOK",
        5 => "sack",
        6 => "echo",
        7 => "echoreply",
        8 => "TS",
        11 => "cc",
        12 => "ccnew",
        13 => "ccecho",
        19 => "md5",
        20 => "scps",
        28 => "uto",
        29 => "tcp-ao",
        30 => "mptcp",
        34 => "tfo",
        254 => "exp",
        _ => return None,
    })
}

fn cookie(bytes: &[u8], out: &mut Text) {
    match bytes.len() {
        0 => out.lit(" cookiereq"),
        // RFC 7413 §4.1.1: 4 to 16 bytes, an even number.
        4..=16 if bytes.len().is_multiple_of(2) => out.lit(" cookie ").hex_bytes(bytes),
        _ => out.lit(" (invalid)"),
    };
}
