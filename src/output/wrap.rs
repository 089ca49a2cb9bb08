//! Paragraphs: text broken between words.

use crate::text::{Role, Text};

/// How many columns some text takes on a terminal.
pub(super) fn columns(text: &str) -> usize {
    text.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum()
}

/// Characters that take two columns: East Asian wide and fullwidth forms, and pictographs (UAX #11), in broad strokes.
const fn is_wide(c: char) -> bool {
    matches!(c,
        '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{303e}' | '\u{3041}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1f64f}' | '\u{1f680}'..='\u{1f6ff}' | '\u{1f900}'..='\u{1faff}' | '\u{20000}'..='\u{3fffd}')
}

/// Writes `words` as a paragraph of lines that begin with `indent` spaces and stay within `width` columns where their
/// words allow it. `words` must be without colours; the paragraph is painted line by line.
pub(super) fn paragraph(words: &Text, indent: usize, width: usize, role: Option<Role>, out: &mut Text) {
    let text = words.as_str();
    let room = width.saturating_sub(indent);
    let mut line: Option<(usize, usize)> = None;
    let mut at = 0;
    for word in text.split(' ') {
        let (from, to) = (at, at + word.len());
        at = to + 1;
        if word.is_empty() {
            continue;
        }
        line = match line {
            Some((start, _)) if text.get(start..to).map_or(0, columns) <= room => Some((start, to)),
            Some(full) => {
                write_line(words, full, indent, role, out);
                Some((from, to))
            }
            None => Some((from, to)),
        };
    }
    if let Some(last) = line {
        write_line(words, last, indent, role, out);
    }
}

fn write_line(words: &Text, (from, to): (usize, usize), indent: usize, role: Option<Role>, out: &mut Text) {
    out.spaces(indent);
    match role {
        Some(role) => out.paint(role, |out| {
            out.part(words, from..to);
        }),
        None => out.part(words, from..to),
    };
    out.ch('\n');
}

#[cfg(test)]
mod tests {
    use super::{columns, paragraph};
    use crate::text::Text;

    #[test]
    fn lines_break_between_words_and_long_words_stand_alone() {
        let (mut words, mut out) = (Text::new(), Text::new());
        words.lit("a bit of text and averyverylongword at the end");
        paragraph(&words, 2, 12, None, &mut out);
        assert_eq!(out.as_str(), "  a bit of\n  text and\n  averyverylongword\n  at the end\n");
    }

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!(columns("ab–§"), 4);
        assert_eq!(columns("網路"), 4);
    }
}
