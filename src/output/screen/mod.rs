//! What live views show on a terminal: a picture that is drawn again in place, about once a second.
//!
//! A view ([`LiveFlows`], [`LiveStates`]) makes a picture, lines in a [`Text`]; [`Screen`] makes one write of it. Nothing here
//! asks the terminal: how large it is comes with each picture, so a new size is followed with the next one.
//!
//! These control sequences are written, and no others (ECMA-48, and the private modes of xterm):
//!
//! | sequence | meaning |
//! | --- | --- |
//! | `ESC [ ? 1049 h`, `l` | begin and leave the alternate screen, so that the shell's lines stay as they were |
//! | `ESC [ ? 25 h`, `l` | show and hide the cursor |
//! | `ESC [ ? 7 h`, `l` | lines that are too long go on in the next one, or do not |
//! | `ESC [ N H` | the cursor goes to the beginning of line N |
//! | `ESC [ K`, `ESC [ J` | erase to the end of the line, to the end of the window |
//! | `ESC [ N m` | colours |
//!
//! Each line is put where it belongs by its number and none ends in a newline, so nothing scrolls, not even when the window has
//! become smaller meanwhile.

mod cut;
mod flows;
mod grid;
mod head;
mod host;
mod states;
mod top;
mod units;

pub use flows::LiveFlows;
pub use head::Status;
pub use host::{Asked, Host, Known, NoHost};
pub use states::LiveStates;

use crate::text::Text;

/// Brings a terminal back to what it was before [`Screen::begin`], for ways out on which nothing else can be written.
pub const RESTORE: &str = "\x1b[?7h\x1b[?25h\x1b[?1049l";

/// How large a terminal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Columns in a line.
    pub columns: usize,
    /// Lines.
    pub lines: usize,
}

impl Size {
    /// What a terminal has that does not say.
    pub const UNKNOWN: Size = Size { columns: 80, lines: 24 };

    /// More is not used.
    const LARGEST: Size = Size { columns: 400, lines: 200 };

    /// The size of a window of so many columns and lines. What is unknown or 0, as on serial lines, is that of
    /// [`Size::UNKNOWN`].
    pub fn of(window: Option<(usize, usize)>) -> Size {
        let (columns, lines) = window.unwrap_or((0, 0));
        let known = |told: usize, fallback: usize, most: usize| if told == 0 { fallback } else { told.min(most) };
        Size {
            columns: known(columns, Size::UNKNOWN.columns, Size::LARGEST.columns),
            lines: known(lines, Size::UNKNOWN.lines, Size::LARGEST.lines),
        }
    }
}

/// Draws pictures over each other. Whoever draws one has to call [`Screen::end`], whatever else fails.
#[derive(Debug, Default)]
pub struct Screen {
    is_begun: bool,
    /// The lines of the last picture, as they were drawn.
    last: Text,
}

impl Screen {
    /// A screen on which nothing is drawn yet.
    pub fn new() -> Screen {
        Screen::default()
    }

    /// Whether the terminal has to be brought back.
    pub fn is_begun(&self) -> bool {
        self.is_begun
    }

    /// Takes the whole window, without a cursor.
    pub fn begin(&mut self, out: &mut Text) {
        if !std::mem::replace(&mut self.is_begun, true) {
            out.lit("\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[H\x1b[J");
        }
    }

    /// Draws a picture over the last one. Its lines are cut to the width; those that the window has no room for are left out.
    pub fn draw(&mut self, picture: &Text, size: Size, out: &mut Text) {
        self.begin(out);
        self.last = Text::with_colour(picture.colour());
        let mut at = 0;
        let mut row = 0;
        for line in picture.as_str().lines().take(size.lines) {
            row += 1;
            let start = self.last.len();
            let columns = cut::line(picture, at..at + line.len(), size.columns, &mut self.last);
            at += line.len() + 1;
            to_line(row, out);
            out.part(&self.last, start..self.last.len());
            // Behind a full line the cursor stands on its last character, which would be erased.
            if columns < size.columns {
                out.lit("\x1b[K");
            }
            self.last.ch('\n');
        }
        if row < size.lines {
            to_line(row + 1, out);
            out.lit("\x1b[J");
        }
    }

    /// Leaves the window as it was, and writes the last picture below what stands there, so that the result stays.
    pub fn end(&mut self, out: &mut Text) {
        if std::mem::take(&mut self.is_begun) {
            out.lit(RESTORE).text(&self.last);
            self.last.clear();
        }
    }
}

/// The cursor goes to the beginning of this line, counted from 1.
fn to_line(line: usize, out: &mut Text) {
    out.lit("\x1b[").num(line as u64).ch('H');
}

#[cfg(test)]
mod tests;
