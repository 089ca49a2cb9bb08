//! The one door to terminal output: a byte buffer into which untrusted bytes can only be written escaped.
//!
//! Everything `sniff` prints for people is built in a [`Text`]. Program text goes in as it is; bytes that come from
//! packets, capture files, file names or the system go in through [`Text::untrusted`], which writes printable UTF-8
//! as it is and everything that could move a cursor, hide text or reorder it as an escape:
//!
//! | found | written |
//! | --- | --- |
//! | a backslash | `\\` |
//! | newline, carriage return, tab | `\n` `\r` `\t` |
//! | other C0 controls, DEL | `\x1b` |
//! | C1 controls, line and paragraph separators, bidirectional marks, zero-width and other invisible format marks | `\u{202e}` |
//! | bytes that are not UTF-8 | `\xff` |
//!
//! A `Text` is reused from line to line, so that printing allocates nothing once it is warm.

use std::fmt;
use std::net::Ipv6Addr;

/// What a piece of text is, for colouring. The meaning of each role is fixed; which colour it gets is decided here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A protocol's or a section's name.
    Heading,
    /// A field's label.
    Label,
    /// A field's value.
    Value,
    /// Explanations and other secondary text.
    Faint,
    /// Something is wrong with the packet or the file.
    Bad,
    /// Something deserves attention, but is not an error.
    Notice,
}

impl Role {
    const fn code(self) -> &'static [u8] {
        match self {
            Role::Heading => b"\x1b[1m",
            Role::Label => b"\x1b[36m",
            Role::Value => b"\x1b[32m",
            Role::Faint => b"\x1b[2m",
            Role::Bad => b"\x1b[31m",
            Role::Notice => b"\x1b[33m",
        }
    }
}

/// A reused output buffer that holds only bytes that are safe to show on a terminal (or, through
/// [`Text::json`], safe inside JSON).
#[derive(Clone, Debug, Default)]
pub struct Text {
    buf: Vec<u8>,
    colour: bool,
}

impl Text {
    /// An empty text without colour.
    pub fn new() -> Self {
        Text::default()
    }

    /// An empty text that writes [`Role`] colours when `colour` is set.
    pub fn with_colour(colour: bool) -> Self {
        Text { buf: Vec::new(), colour }
    }

    /// Whether colours are written.
    pub fn colour(&self) -> bool {
        self.colour
    }

    /// What has been written so far.
    pub fn as_bytes(&self) -> &[u8] {
        &self.buf
    }

    /// What has been written so far, as a string. Every way in writes valid UTF-8.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.buf).unwrap_or_default()
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.buf.len()
    }

    /// Whether nothing has been written.
    pub fn is_empty(&self) -> bool {
        self.buf.is_empty()
    }

    /// Forgets what was written and keeps the memory.
    pub fn clear(&mut self) {
        self.buf.clear();
    }

    /// Drops everything after the first `len` bytes; `len` must be a length that [`Text::len`] returned.
    pub fn truncate(&mut self, len: usize) {
        self.buf.truncate(len);
    }

    /// Appends another text, which is safe by construction.
    pub fn text(&mut self, other: &Text) -> &mut Self {
        self.buf.extend_from_slice(&other.buf);
        self
    }

    /// Appends a part of another text, in bytes; nothing when the part is not there or would cut a character.
    pub fn part(&mut self, other: &Text, part: std::ops::Range<usize>) -> &mut Self {
        self.buf.extend_from_slice(other.as_str().get(part).unwrap_or_default().as_bytes());
        self
    }

    /// Appends program text. `&'static str` keeps packet bytes out.
    #[inline]
    pub fn lit(&mut self, s: &'static str) -> &mut Self {
        self.buf.extend_from_slice(s.as_bytes());
        self
    }

    /// Appends one ASCII character of program text.
    #[inline]
    pub fn ch(&mut self, c: char) -> &mut Self {
        let mut utf8 = [0; 4];
        self.buf.extend_from_slice(c.encode_utf8(&mut utf8).as_bytes());
        self
    }

    /// Appends `n` spaces.
    pub fn spaces(&mut self, n: usize) -> &mut Self {
        self.buf.resize(self.buf.len() + n, b' ');
        self
    }

    /// Appends spaces until the text since `from` (a length that [`Text::len`] returned) is `width` characters wide.
    pub fn pad_from(&mut self, from: usize, width: usize) -> &mut Self {
        let wide = self.buf.get(from..).map_or(0, |b| b.iter().filter(|b| **b & 0xc0 != 0x80).count());
        self.spaces(width.saturating_sub(wide))
    }

    /// Appends bytes of unknown origin, escaped as the module documentation says.
    pub fn untrusted(&mut self, bytes: &[u8]) -> &mut Self {
        for chunk in bytes.utf8_chunks() {
            for c in chunk.valid().chars() {
                match c {
                    '\\' => self.buf.extend_from_slice(b"\\\\"),
                    '\n' => self.buf.extend_from_slice(b"\\n"),
                    '\r' => self.buf.extend_from_slice(b"\\r"),
                    '\t' => self.buf.extend_from_slice(b"\\t"),
                    c if c < ' ' || c == '\x7f' => {
                        self.lit("\\x").hex_digits(c as u64, 2);
                    }
                    c if is_unsafe(c) => {
                        self.lit("\\u{").hex_digits(c as u64, 1).lit("}");
                    }
                    c => {
                        self.ch(c);
                    }
                }
            }
            for b in chunk.invalid() {
                self.lit("\\x").hex_digits(u64::from(*b), 2);
            }
        }
        self
    }

    /// Appends bytes as the inside of a JSON string: valid UTF-8 always, no control, bidirectional or invisible
    /// character unescaped. A byte that is not UTF-8 becomes U+FFFD.
    pub fn json(&mut self, bytes: &[u8]) -> &mut Self {
        // Most of it needs no escape; runs of such ASCII are copied as they are.
        let plain = |b: &u8| matches!(b, b' '..=b'~') && *b != b'"' && *b != b'\\';
        let (run, bytes) = bytes.split_at(bytes.iter().position(|b| !plain(b)).unwrap_or(bytes.len()));
        self.buf.extend_from_slice(run);
        for chunk in bytes.utf8_chunks() {
            for c in chunk.valid().chars() {
                match c {
                    '"' => self.buf.extend_from_slice(b"\\\""),
                    '\\' => self.buf.extend_from_slice(b"\\\\"),
                    '\n' => self.buf.extend_from_slice(b"\\n"),
                    '\t' => self.buf.extend_from_slice(b"\\t"),
                    '\r' => self.buf.extend_from_slice(b"\\r"),
                    c if c < ' ' || c == '\x7f' || is_unsafe(c) => {
                        let mut units = [0; 2];
                        for unit in c.encode_utf16(&mut units) {
                            self.buf.extend_from_slice(b"\\u");
                            self.hex_digits(u64::from(*unit), 4);
                        }
                    }
                    c => {
                        self.ch(c);
                    }
                }
            }
            if !chunk.invalid().is_empty() {
                self.ch('\u{fffd}');
            }
        }
        self
    }

    /// Appends bytes as a value in a delimited table, where newline, tab, carriage return, backspace and form feed are
    /// `\n`, `\t`, `\r`, `\b` and `\f`, and a backslash stays alone (what `tshark -T fields` prints). What else could
    /// harm a terminal is escaped as in [`Text::untrusted`]. Without `escape`, newline and tab stay as they are.
    pub fn delimited(&mut self, bytes: &[u8], escape: bool) -> &mut Self {
        let plain = bytes.iter().position(|b| !matches!(b, b' '..=b'~')).unwrap_or(bytes.len());
        let (run, bytes) = bytes.split_at(plain);
        self.buf.extend_from_slice(run);
        for chunk in bytes.utf8_chunks() {
            for c in chunk.valid().chars() {
                match c {
                    '\\' => self.ch('\\'),
                    '\n' | '\t' if !escape => self.ch(c),
                    '\u{8}' => self.lit("\\b"),
                    '\u{c}' => self.lit("\\f"),
                    c => self.untrusted(c.encode_utf8(&mut [0; 4]).as_bytes()),
                };
            }
            self.untrusted(chunk.invalid());
        }
        self
    }

    /// Appends another text between two quotes, each quote inside it doubled. `quote` is an ASCII character.
    pub fn quoted(&mut self, other: &Text, quote: char) -> &mut Self {
        self.ch(quote);
        for (n, part) in other.buf.split(|b| char::from(*b) == quote).enumerate() {
            if n > 0 {
                self.ch(quote).ch(quote);
            }
            self.buf.extend_from_slice(part);
        }
        self.ch(quote)
    }

    /// Appends bytes as the character column of a hex dump: printable ASCII as it is, anything else a dot.
    pub fn ascii(&mut self, bytes: &[u8]) -> &mut Self {
        self.buf.extend(bytes.iter().map(|b| if (b' '..=b'~').contains(b) { *b } else { b'.' }));
        self
    }

    /// Appends a decimal number.
    #[inline]
    pub fn num(&mut self, v: u64) -> &mut Self {
        if v < 1000 { self.short_num(v) } else { self.long_num(v) }
    }

    /// Appends a number below 1000.
    #[inline(always)]
    fn short_num(&mut self, v: u64) -> &mut Self {
        // Four bytes always, of which some are dropped: a copy of known size is one store.
        let [digits @ .., len] = SHORT[(v % 1000) as usize];
        let end = self.buf.len() + usize::from(len);
        self.buf.extend_from_slice(&digits);
        self.buf.truncate(end);
        self
    }

    fn long_num(&mut self, v: u64) -> &mut Self {
        match v {
            0..1_000_000 => self.short_num(v / 1000).three(v),
            1_000_000..1_000_000_000 => self.short_num(v / 1_000_000).three(v / 1000).three(v),
            _ => self.num(v / 1_000_000_000).three(v / 1_000_000).three(v / 1000).three(v),
        }
    }

    /// Appends the last three digits of a number.
    #[inline(always)]
    fn three(&mut self, v: u64) -> &mut Self {
        self.buf.extend_from_slice(&THREE[(v % 1000) as usize]);
        self
    }

    /// Appends the last two digits of a number.
    #[inline(always)]
    pub fn two(&mut self, v: u64) -> &mut Self {
        let [_, tens, ones] = THREE[(v % 100) as usize];
        self.buf.extend_from_slice(&[tens, ones]);
        self
    }

    /// Appends a decimal number with leading zeros up to `width` digits (at most 20).
    #[inline(always)]
    pub fn num_wide(&mut self, v: u64, width: usize) -> &mut Self {
        match (width, v) {
            (2, 0..100) => self.two(v),
            (6, 0..1_000_000) => self.three(v / 1000).three(v),
            (9, 0..1_000_000_000) => self.three(v / 1_000_000).three(v / 1000).three(v),
            _ => self.padded(v, width),
        }
    }

    fn padded(&mut self, v: u64, width: usize) -> &mut Self {
        let digits = v.checked_ilog10().map_or(1, |n| n as usize + 1);
        for _ in digits..width {
            self.buf.push(b'0');
        }
        self.num(v)
    }

    /// Appends a decimal number with thousands separators: `65,535`.
    pub fn num_grouped(&mut self, v: u64) -> &mut Self {
        if v >= 1000 { self.num_grouped(v / 1000).ch(',').num_wide(v % 1000, 3) } else { self.num(v) }
    }

    /// Appends a number of which `bits` (at most 16) stand behind the binary point, exactly and without more decimals
    /// than it takes: 0x0180 with 8 of them is `1.5`.
    pub fn fixed_point(&mut self, v: u64, bits: u8) -> &mut Self {
        let bits = u32::from(bits.min(16));
        self.num(v >> bits);
        let (part, mut decimals) = (v & ((1 << bits) - 1), bits);
        if part == 0 {
            return self;
        }
        // A half has one decimal, a quarter two, and so on: part / 2^bits = part × 5^bits / 10^bits.
        let mut digits = part * 5u64.pow(bits);
        while digits.is_multiple_of(10) {
            digits /= 10;
            decimals -= 1;
        }
        self.ch('.').num_wide(digits, decimals as usize)
    }

    /// Appends lower-case hexadecimal digits without prefix, at least `width` of them.
    pub fn hex_digits(&mut self, v: u64, width: usize) -> &mut Self {
        let digits = v.checked_ilog2().map_or(1, |n| n as usize / 4 + 1).max(width);
        for at in (0..digits).rev() {
            let nibble = if at < 16 { (v >> (4 * at)) & 15 } else { 0 };
            self.buf.push(HEX[nibble as usize]);
        }
        self
    }

    /// Appends `0x` and at least `width` hexadecimal digits.
    pub fn hex(&mut self, v: u64, width: usize) -> &mut Self {
        self.lit("0x").hex_digits(v, width)
    }

    /// Appends bytes as two lower-case hexadecimal digits each, without separators.
    pub fn hex_bytes(&mut self, bytes: &[u8]) -> &mut Self {
        // Arithmetic rather than a table, no push a digit, and nothing that could overflow (the check would forbid it):
        // so the compiler does many bytes at once.
        let digit = |nibble: u8| nibble.wrapping_add(if nibble > 9 { b'a' - 10 } else { b'0' });
        let start = self.buf.len();
        self.buf.resize(start + bytes.len() * 2, b'0');
        let (pairs, _) = self.buf.get_mut(start..).unwrap_or_default().as_chunks_mut::<2>();
        for (pair, b) in pairs.iter_mut().zip(bytes) {
            *pair = [digit(b >> 4), digit(b & 15)];
        }
        self
    }

    /// Appends an Ethernet address as `02:00:00:00:00:01`; also used for EUI-64.
    pub fn mac(&mut self, bytes: &[u8]) -> &mut Self {
        for (n, b) in bytes.iter().enumerate() {
            if n > 0 {
                self.buf.push(b':');
            }
            self.buf.push(HEX[usize::from(b >> 4)]);
            self.buf.push(HEX[usize::from(b & 15)]);
        }
        self
    }

    /// Appends an IPv4 address in dotted decimal.
    pub fn ip4(&mut self, a: [u8; 4]) -> &mut Self {
        // Sixteen bytes hold the longest address and the spare dot behind it.
        let mut shown = [0; 20];
        let mut at = 0;
        for octet in a {
            let [digits @ .., len] = SHORT[usize::from(octet)];
            if let Some(place) = shown.get_mut(at..at + 4) {
                place.copy_from_slice(&digits);
            }
            at += usize::from(len) + 1;
        }
        let end = self.buf.len() + at - 1;
        self.buf.extend_from_slice(&shown);
        self.buf.truncate(end);
        self
    }

    /// Appends an IPv6 address in the form of RFC 5952.
    pub fn ip6(&mut self, a: [u8; 16]) -> &mut Self {
        self.fmt(format_args!("{}", Ipv6Addr::from(a)))
    }

    /// Appends formatted program values. What is formatted is escaped, so it may hold untrusted strings.
    pub fn fmt(&mut self, args: fmt::Arguments<'_>) -> &mut Self {
        // Writing to memory cannot fail.
        let _ = fmt::Write::write_fmt(self, args);
        self
    }

    /// Appends what `body` writes, in the colour of `role` when colours are on.
    pub fn paint(&mut self, role: Role, body: impl FnOnce(&mut Text)) -> &mut Self {
        if self.colour {
            self.buf.extend_from_slice(role.code());
        }
        body(self);
        if self.colour {
            self.buf.extend_from_slice(b"\x1b[0m");
        }
        self
    }
}

const HEX: &[u8; 16] = b"0123456789abcdef";

/// The numbers below 1000 with three digits.
static THREE: [[u8; 3]; 1000] = three_digits();

const fn three_digits() -> [[u8; 3]; 1000] {
    let mut table = [[0; 3]; 1000];
    let mut v = 0;
    while v < 1000 {
        table[v] = [b'0' + (v / 100) as u8, b'0' + (v / 10 % 10) as u8, b'0' + (v % 10) as u8];
        v += 1;
    }
    table
}

/// The numbers below 1000: their digits, a spare byte, and how many digits there are.
static SHORT: [[u8; 5]; 1000] = short_numbers();

const fn short_numbers() -> [[u8; 5]; 1000] {
    let mut table = [[b'.'; 5]; 1000];
    let mut v = 0;
    while v < 1000 {
        let (a, b, c) = (b'0' + (v / 100) as u8, b'0' + (v / 10 % 10) as u8, b'0' + (v % 10) as u8);
        table[v] = match v {
            0..10 => [c, b'.', b'.', b'.', 1],
            10..100 => [b, c, b'.', b'.', 2],
            _ => [a, b, c, b'.', 3],
        };
        v += 1;
    }
    table
}

impl fmt::Write for Text {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        self.untrusted(s.as_bytes());
        Ok(())
    }
}

/// Escapes a string for a message, as [`Text::untrusted`] does.
pub fn escaped(bytes: &[u8]) -> String {
    let mut t = Text::new();
    t.untrusted(bytes);
    t.as_str().to_owned()
}

/// Characters that must not reach a terminal although they are valid UTF-8: C1 controls, line and paragraph
/// separators, bidirectional controls, and invisible format characters that hide or join text.
const fn is_unsafe(c: char) -> bool {
    matches!(c,
        '\u{80}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::{Role, Text};

    fn untrusted(b: &[u8]) -> String {
        let mut t = Text::new();
        t.untrusted(b);
        t.as_str().to_owned()
    }

    #[test]
    fn controls_escapes_and_bidi_marks_never_pass() {
        assert_eq!(untrusted(b"a\x1b[31mb\x07\x7f"), "a\\x1b[31mb\\x07\\x7f");
        assert_eq!(untrusted("x\u{202e}y\u{9b}z\u{2028}".as_bytes()), "x\\u{202e}y\\u{9b}z\\u{2028}");
        assert_eq!(untrusted(b"\xff\xfe ok \xc3\xa9 \\"), "\\xff\\xfe ok \u{e9} \\\\");
        assert_eq!(untrusted(b"line\nnext\ttab\r"), "line\\nnext\\ttab\\r");
    }

    #[test]
    fn json_strings_hold_no_raw_control_or_bidi() {
        let mut t = Text::new();
        t.json("q\"\\\n\u{1}\u{202e}\u{e0001}".as_bytes()).json(b"\xff");
        assert_eq!(t.as_str(), "q\\\"\\\\\\n\\u0001\\u202e\\udb40\\udc01\u{fffd}");
    }

    #[test]
    fn numbers_and_addresses() {
        let mut t = Text::new();
        t.num(0).ch(' ').num(u64::MAX).ch(' ').num_wide(7, 3).ch(' ').num_grouped(1_065_535).ch(' ').hex(0xabc, 4);
        assert_eq!(t.as_str(), "0 18446744073709551615 007 1,065,535 0x0abc");
        t.clear();
        t.ip4([10, 0, 0, 2])
            .ch(' ')
            .ip6([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
            .ch(' ')
            .mac(&[2, 0, 255]);
        assert_eq!(t.as_str(), "10.0.0.2 2001:db8::1 02:00:ff");
    }

    #[test]
    fn fixed_point_numbers_are_exact() {
        let mut t = Text::new();
        for (v, bits) in [(0x0180, 8), (0x0200, 8), (1, 8), (0xffff, 8), (1, 16), (7, 1), (0, 8), (9, 0)] {
            t.fixed_point(v, bits).ch(' ');
        }
        assert_eq!(t.as_str(), "1.5 2 0.00390625 255.99609375 0.0000152587890625 3.5 0 9 ");
    }

    #[test]
    fn colours_only_when_asked() {
        let mut t = Text::new();
        t.paint(Role::Bad, |t| {
            t.lit("x");
        });
        assert_eq!(t.as_str(), "x");
        let mut t = Text::with_colour(true);
        t.paint(Role::Bad, |t| {
            t.lit("x");
        });
        assert_eq!(t.as_bytes(), b"\x1b[31mx\x1b[0m");
    }
}
