//! A table that fits the width: less important columns are left out, and long words lose some of their characters.

use super::cut::{Loses, Squeezed, squeezed};
use crate::output::wrap;
use crate::text::{Role, Text};

/// A column.
#[derive(Debug)]
pub(super) struct Column {
    /// What stands above it.
    pub(super) title: &'static str,
    /// Numbers stand at the right.
    pub(super) is_number: bool,
    /// Where there is no room, those with the highest number are left out first.
    pub(super) rank: u8,
    /// How its words become shorter; `None` for what does not.
    pub(super) shrinks: Option<Shrinks>,
    /// Left out when all its cells are empty.
    pub(super) is_optional: bool,
}

/// How words become shorter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shrinks {
    loses: Loses,
    /// The fewest columns in which they can be read well; more are not needed before other columns are there.
    comfortable: usize,
    /// The fewest columns in which they can be read at all.
    least: usize,
}

impl Column {
    /// A column of numbers.
    pub(super) const fn number(title: &'static str, rank: u8) -> Column {
        Column { title, is_number: true, rank, shrinks: None, is_optional: false }
    }

    /// A column of words, which need so many columns to be read well, and to be read at all.
    pub(super) const fn words(title: &'static str, rank: u8, comfortable: usize, least: usize) -> Column {
        let shrinks = Some(Shrinks { loses: Loses::End, comfortable, least });
        Column { title, is_number: false, rank, shrinks, is_optional: false }
    }

    /// A column of sockets.
    pub(super) const fn sockets(title: &'static str, rank: u8) -> Column {
        // All of an IPv4 socket; a piece of the address and the port.
        let shrinks = Some(Shrinks { loses: Loses::Middle, comfortable: 21, least: 9 });
        Column { title, is_number: false, rank, shrinks, is_optional: false }
    }

    /// The same, left out when it is empty.
    pub(super) const fn optional(self) -> Column {
        Column { is_optional: true, ..self }
    }

    /// The columns that its words need to be read at all, when they take `natural`.
    fn least(&self, natural: usize) -> usize {
        self.shrinks.map_or(natural, |shrinks| natural.min(shrinks.least))
    }

    /// The columns that they need to be read well.
    fn comfortable(&self, natural: usize) -> usize {
        self.shrinks.map_or(natural, |shrinks| natural.min(shrinks.comfortable))
    }
}

/// Columns up to this rank are there even when addresses must be shortened for them.
const NEEDED: u8 = 2;
/// From this width on, two spaces stand between columns.
const ROOMY: usize = 100;

/// The cells of a row, each of one colour.
#[derive(Debug, Default)]
pub(super) struct Cells {
    text: Text,
    /// Where each cell ends, and its colour.
    ends: Vec<(usize, Option<Role>)>,
}

impl Cells {
    /// Adds a cell; `write` writes it without colours and says which one it has.
    pub(super) fn add(&mut self, write: impl FnOnce(&mut Text) -> Option<Role>) {
        let role = write(&mut self.text);
        self.ends.push((self.text.len(), role));
    }

    /// Where a cell begins, what it says, and its colour.
    fn cell(&self, index: usize) -> (usize, &str, Option<Role>) {
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |(end, _)| *end);
        let Some((end, role)) = self.ends.get(index) else { return (start, "", None) };
        (start, self.text.as_str().get(start..*end).unwrap_or_default().trim_end(), *role)
    }
}

/// How wide the columns were last, so that they don't jump from one picture to the next.
#[derive(Debug, Default)]
pub(super) struct Grid {
    width: usize,
    natural: Vec<usize>,
}

impl Grid {
    /// Writes the header and the rows, a line each, in at most `width` columns. The cells of a row are in the order of
    /// `columns`.
    pub(super) fn write(&mut self, columns: &[Column], rows: &[Cells], width: usize, out: &mut Text) {
        let mut natural: Vec<usize> = columns.iter().map(|column| column.title.len()).collect();
        for (index, (column, wide)) in columns.iter().zip(&mut natural).enumerate() {
            let widest = rows.iter().map(|row| wrap::columns(row.cell(index).1)).max().unwrap_or(0);
            *wide = if column.is_optional && widest == 0 { 0 } else { widest.max(*wide) };
        }
        // As wide as before, where all of that fits.
        if self.width == width && self.natural.len() == natural.len() {
            let before: Vec<usize> = natural.iter().zip(&self.natural).map(|(now, before)| *now.max(before)).collect();
            if total(&before, width) <= width {
                natural = before;
            }
        }
        let widths = arranged(columns, &natural, width);
        (self.width, self.natural) = (width, natural);
        let mut header = Cells::default();
        for column in columns {
            header.add(|out| {
                out.lit(column.title);
                Some(Role::Heading)
            });
        }
        line(columns, &header, &widths, width, out);
        rows.iter().for_each(|row| line(columns, row, &widths, width, out));
    }
}

fn gap(width: usize) -> usize {
    if width < ROOMY { 1 } else { 2 }
}

/// What columns of these widths take together; those of width 0 are not there.
fn total(widths: &[usize], width: usize) -> usize {
    let shown = widths.iter().filter(|width| **width > 0).count();
    widths.iter().sum::<usize>() + gap(width) * shown.saturating_sub(1)
}

/// How wide each column is; 0 for those that are left out.
fn arranged(columns: &[Column], natural: &[usize], width: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..columns.len()).collect();
    order.sort_by_key(|index| columns.get(*index).map(|column| column.rank));
    let choose = |least: fn(&Column, usize) -> usize, lowest: u8| {
        let mut widths = vec![0; columns.len()];
        for index in &order {
            let (Some(column), Some(wide)) = (columns.get(*index), natural.get(*index)) else { continue };
            if column.rank > lowest {
                continue;
            }
            let mut with = widths.clone();
            if let Some(place) = with.get_mut(*index) {
                *place = least(column, *wide);
            }
            if total(&with, width) <= width {
                widths = with;
            }
        }
        widths
    };
    let mut widths = choose(Column::comfortable, u8::MAX);
    let lacks = |widths: &[usize]| {
        let mut all = columns.iter().zip(natural).zip(widths);
        all.any(|((column, natural), width)| column.rank <= NEEDED && *natural > 0 && *width == 0)
    };
    if lacks(&widths) {
        widths = choose(Column::least, NEEDED);
    }
    let mut spare = width.saturating_sub(total(&widths, width));
    for index in order {
        if let (Some(place), Some(wide)) = (widths.get_mut(index), natural.get(index))
            && *place > 0
        {
            let more = wide.saturating_sub(*place).min(spare);
            *place += more;
            spare -= more;
        }
    }
    widths
}

fn line(columns: &[Column], row: &Cells, widths: &[usize], width: usize, out: &mut Text) {
    let mut blank = 0;
    for (index, (column, room)) in columns.iter().zip(widths).enumerate() {
        if *room == 0 {
            continue;
        }
        let (at, cell, role) = row.cell(index);
        let loses = column.shrinks.map_or(Loses::End, |shrinks| shrinks.loses);
        let Squeezed { start, end, columns: taken } = squeezed(cell, *room, loses);
        let left = room.saturating_sub(taken);
        if taken == 0 {
            blank += room + gap(width);
            continue;
        }
        out.spaces(blank + if column.is_number { left } else { 0 });
        // It was escaped when it became a cell.
        let write = |out: &mut Text| {
            out.part(&row.text, at..at + start).lit(if start < end { "…" } else { "" });
            out.part(&row.text, at + end..at + cell.len());
        };
        match role {
            Some(role) => {
                out.paint(role, write);
            }
            None => write(out),
        }
        blank = gap(width) + if column.is_number { 0 } else { left };
    }
    out.ch('\n');
}
