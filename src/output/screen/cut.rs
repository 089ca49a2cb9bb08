//! Text in as many columns as there are.

use crate::output::wrap::columns;
use crate::text::Text;
use std::ops::Range;

/// Writes a part of a text, one line, in at most `width` columns, and says how many it took. A line that is longer ends in
/// `…`, in no colour. Colours take no room, and none is cut.
pub(super) fn line(text: &Text, part: Range<usize>, width: usize, out: &mut Text) -> usize {
    let shown = text.as_str().get(part.clone()).unwrap_or_default();
    let whole = taken(shown);
    if whole <= width {
        out.part(text, part);
        return whole;
    }
    let Some(room) = width.checked_sub(1) else { return 0 };
    let (mut taken, mut end, mut painted) = (0usize, 0, false);
    for (at, piece) in pieces(shown) {
        match piece {
            Piece::Colour(sequence) => painted = sequence != "\x1b[0m",
            Piece::Char(c) => {
                let wide = columns(c.encode_utf8(&mut [0; 4]));
                if taken + wide > room {
                    break;
                }
                taken += wide;
            }
        }
        end = at + piece.len();
    }
    out.part(text, part.start..part.start + end).lit(if painted { "\x1b[0m…" } else { "…" });
    taken + 1
}

/// How many columns a line takes.
pub(super) fn width(line: &Text) -> usize {
    taken(line.as_str())
}

fn taken(line: &str) -> usize {
    pieces(line).filter_map(|(_, piece)| piece.columns()).sum()
}

/// A character, or a sequence that only changes the colour.
enum Piece<'a> {
    Char(char),
    Colour(&'a str),
}

impl Piece<'_> {
    fn len(&self) -> usize {
        match self {
            Piece::Char(c) => c.len_utf8(),
            Piece::Colour(sequence) => sequence.len(),
        }
    }

    fn columns(&self) -> Option<usize> {
        match self {
            Piece::Char(c) => Some(columns(c.encode_utf8(&mut [0; 4]))),
            Piece::Colour(_) => None,
        }
    }
}

/// The pieces of a line, each with its place. A [`Text`] has no escape but those of colours, which end in `m`.
fn pieces(line: &str) -> impl Iterator<Item = (usize, Piece<'_>)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = line.get(at..)?;
        let piece = match rest.chars().next()? {
            '\x1b' => Piece::Colour(rest.split_inclusive('m').next().unwrap_or(rest)),
            c => Piece::Char(c),
        };
        let here = at;
        at += piece.len();
        Some((here, piece))
    })
}

/// Where a word loses characters when it is too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loses {
    /// Its end.
    End,
    /// Its middle: of sockets, where network and port are the ends.
    Middle,
}

/// A word in at most so many columns: what stands before `start`, what stands from `end` on, and `…` between them where they
/// are apart. Both are places in the word, which has no colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Squeezed {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Columns that it takes.
    pub(super) columns: usize,
}

/// Makes a word fit into `width` columns.
pub(super) fn squeezed(word: &str, width: usize, loses: Loses) -> Squeezed {
    let whole = columns(word);
    if whole <= width {
        return Squeezed { start: word.len(), end: word.len(), columns: whole };
    }
    let Some(room) = width.checked_sub(1) else { return Squeezed { start: 0, end: 0, columns: 0 } };
    let behind = match loses {
        Loses::End => 0,
        // The port, which tells more than the middle of an address.
        Loses::Middle => room.div_ceil(2),
    };
    let end = suffix(word, behind);
    let start = prefix(word, room.saturating_sub(columns(end)));
    Squeezed { start: start.len(), end: word.len() - end.len(), columns: columns(start) + 1 + columns(end) }
}

/// As much of the beginning as takes at most so many columns.
fn prefix(word: &str, room: usize) -> &str {
    let mut taken = 0;
    for (at, c) in word.char_indices() {
        taken += columns(c.encode_utf8(&mut [0; 4]));
        if taken > room {
            return word.get(..at).unwrap_or_default();
        }
    }
    word
}

/// As much of the end as takes at most so many columns.
fn suffix(word: &str, room: usize) -> &str {
    let (mut taken, mut from) = (0, word.len());
    for (at, c) in word.char_indices().rev() {
        taken += columns(c.encode_utf8(&mut [0; 4]));
        if taken > room {
            break;
        }
        from = at;
    }
    word.get(from..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Loses, Squeezed, columns, line, squeezed};
    use crate::text::{Role, Text};

    fn cut(text: &Text, width: usize) -> (String, usize) {
        let mut out = Text::with_colour(true);
        let taken = line(text, 0..text.len(), width, &mut out);
        (out.as_str().to_owned(), taken)
    }

    #[test]
    fn colours_take_no_room_and_end_where_the_line_is_cut() {
        let mut text = Text::with_colour(true);
        text.lit("ab").paint(Role::Bad, |text| {
            text.lit("cdef");
        });
        assert_eq!(cut(&text, 6), ("ab\x1b[31mcdef\x1b[0m".to_owned(), 6));
        assert_eq!(cut(&text, 5), ("ab\x1b[31mcd\x1b[0m…".to_owned(), 5));
        assert_eq!(cut(&text, 2), ("a…".to_owned(), 2));
        assert_eq!(cut(&text, 1), ("…".to_owned(), 1));
        assert_eq!(cut(&text, 0), (String::new(), 0));
    }

    #[test]
    fn a_wide_character_is_shown_whole_or_not() {
        let mut text = Text::new();
        text.untrusted("網路網路".as_bytes());
        assert_eq!(cut(&text, 8), ("網路網路".to_owned(), 8));
        assert_eq!(cut(&text, 7), ("網路網…".to_owned(), 7));
        assert_eq!(cut(&text, 6), ("網路…".to_owned(), 5));
    }

    #[test]
    fn sockets_lose_their_middle_and_words_their_end() {
        let shown = |word: &str, width, loses| {
            let Squeezed { start, end, columns: taken } = squeezed(word, width, loses);
            let shown = format!("{}{}{}", &word[..start], if start < end { "…" } else { "" }, &word[end..]);
            assert_eq!(columns(&shown), taken);
            shown
        };
        assert_eq!(shown("192.0.2.17:443", 14, Loses::Middle), "192.0.2.17:443");
        assert_eq!(shown("192.0.2.17:443", 9, Loses::Middle), "192.…:443");
        assert_eq!(shown("closed-by-client", 8, Loses::End), "closed-…");
        assert_eq!(shown("網路網路", 5, Loses::Middle), "網…路");
        assert_eq!(shown("網路網路", 4, Loses::Middle), "…路");
        assert_eq!(shown("word", 1, Loses::Middle), "…");
        assert_eq!(squeezed("word", 0, Loses::End), Squeezed { start: 0, end: 0, columns: 0 });
    }
}
