//! Seeded mutations of packets and of capture files: what chance, bad memory, and people with bad intentions make.

use crate::bench::Bench;
use crate::captures::{Dice, Kept};
use std::io::Write;

/// Where a packet is most worth attacking.
#[derive(Default)]
struct Marks {
    /// Where layers begin, in bytes.
    layers: Vec<usize>,
    /// Fields that say how long, how many or what next: first byte and bytes.
    lengths: Vec<(usize, usize)>,
}

/// Makes mutants of a pool of packets, always the same for the same seed.
pub struct Mutator<'a> {
    pool: &'a [Kept],
    marks: Vec<Marks>,
    dice: Dice,
}

/// Longer packets are cut to this before they are changed, so that speed says something.
pub const LONGEST: usize = 2048;

impl<'a> Mutator<'a> {
    /// A mutator of these packets, of which there must be one at least.
    pub fn new(pool: &'a [Kept], seed: u64) -> Self {
        assert!(!pool.is_empty(), "there is nothing to mutate");
        let mut bench = Bench::new();
        let marks = pool.iter().map(|kept| marks(&mut bench, kept)).collect();
        Mutator { pool, marks, dice: Dice::new(seed) }
    }

    /// Begins a new series.
    pub fn reseed(&mut self, seed: u64) {
        self.dice = Dice::new(seed);
    }

    /// A frame changed in one to six ways, and sometimes under a wrong link type.
    pub fn packet(&mut self) -> Kept {
        let chosen = self.dice.below(self.pool.len());
        let original = &self.pool[chosen];
        let mut data = original.data.clone();
        data.truncate(LONGEST);
        for _ in 0..=self.dice.below(6) {
            self.change(chosen, &mut data);
        }
        let dice = &mut self.dice;
        let link = if dice.below(20) == 0 { self.pool[dice.below(self.pool.len())].link } else { original.link };
        // What was on the wire may be any number, and must cost nothing.
        let more = match dice.below(100) {
            0..=8 => dice.below(3000) as u32,
            9 => u32::MAX - data.len() as u32,
            _ => 0,
        };
        Kept {
            file: original.file.clone(),
            number: original.number,
            length: data.len() as u32 + more,
            data,
            link,
            fcs_len: [None, None, None, Some(4), Some(0), Some(2)][dice.below(6)],
            time: original.time,
        }
    }

    fn change(&mut self, chosen: usize, data: &mut Vec<u8>) {
        let (marks, dice) = (&self.marks[chosen], &mut self.dice);
        let at = dice.below(data.len());
        // Most headers are at the beginning.
        let at = if dice.below(3) > 0 { at.min(dice.below(80)) } else { at };
        match dice.below(16) {
            0..=2 => data.get_mut(at).into_iter().for_each(|b| *b = interesting(dice) as u8),
            3 => data.get_mut(at).into_iter().for_each(|b| *b ^= 1 << dice.below(8)),
            4..=6 if !marks.lengths.is_empty() => {
                let (at, size) = marks.lengths[dice.below(marks.lengths.len())];
                attack(dice, data, at, size);
            }
            4..=6 => attack(dice, data, at, 2),
            7 => data.truncate(at),
            8 => data.insert(at.min(data.len()), interesting(dice) as u8),
            9 => drop(data.drain(at.min(data.len())..(at + dice.below(24)).min(data.len()))),
            10 => {
                // The same again and again: options, records, headers in headers.
                let end = (at + 1 + dice.below(40)).min(data.len());
                let piece = data.get(at..end).unwrap_or_default().repeat(1 + dice.below(12));
                drop(data.splice(at.min(data.len())..at.min(data.len()), piece));
                data.truncate(LONGEST);
            }
            11 | 12 => {
                // One packet's header before another's payload, at the borders of layers if they are known.
                let other = dice.below(self.pool.len());
                let border = |dice: &mut Dice, marks: &Marks| match marks.layers.len() {
                    0 => dice.below(60),
                    count => marks.layers[dice.below(count)],
                };
                let (here, there) = (border(dice, marks), border(dice, &self.marks[other]));
                data.truncate(here);
                data.extend(self.pool[other].data.iter().skip(there).take(LONGEST.saturating_sub(here)));
            }
            _ => {
                let from = &self.pool[dice.below(self.pool.len())].data;
                let from: Vec<u8> = from.iter().copied().skip(dice.below(60)).take(dice.below(24)).collect();
                data.iter_mut().skip(at).zip(from).for_each(|(b, new)| *b = new);
            }
        }
    }
}

/// Where a packet's layers begin, and which of its fields say how long, how many or what next.
fn marks(bench: &mut Bench, kept: &Kept) -> Marks {
    const WORDS: [&str; 12] =
        ["len", "length", "count", "num", "offset", "ptr", "type", "proto", "nxt", "flags", "size", "version"];
    if bench.read(&kept.frame(), None).is_err() {
        return Marks::default();
    }
    let is_length = |name: &str| name.rsplit(['.', '_']).next().is_some_and(|last| WORDS.contains(&last));
    let nodes = bench.tree.nodes().iter().filter(|n| n.in_frame() && n.bits > 0 && n.bits <= 32);
    Marks {
        layers: bench.layers.as_slice().iter().map(|l| l.start as usize).filter(|at| *at < LONGEST).collect(),
        lengths: nodes
            .filter(|n| is_length(n.field.name))
            .map(|n| ((n.bit / 8) as usize, n.bits.div_ceil(8) as usize))
            .filter(|(at, _)| *at < LONGEST)
            .collect(),
    }
}

/// A number at which programs break.
fn interesting(dice: &mut Dice) -> u64 {
    let any = dice.draw();
    match dice.below(9) {
        0 => 0,
        1 => 1,
        2 => u64::MAX,
        3 => 0x7f7f_7f7f_7f7f_7f7f,
        4 => 0x8080_8080_8080_8080,
        5 => 1 << dice.below(64),
        6 => (1 << dice.below(64)) - 1,
        7 => any % 64,
        _ => any,
    }
}

/// Writes a bad number over `size` bytes: an interesting one, the true one a little off, or what is really left.
fn attack(dice: &mut Dice, data: &mut [u8], at: usize, size: usize) {
    let left = data.len().saturating_sub(at) as u64;
    let Some(field) = data.get_mut(at..at.saturating_add(size)) else { return };
    let old = field.iter().fold(0u64, |n, b| n << 8 | u64::from(*b));
    let new = match dice.below(5) {
        0 => old.wrapping_add(1),
        1 => old.wrapping_sub(1),
        2 => left.wrapping_add(dice.below(5) as u64).wrapping_sub(2),
        _ => interesting(dice),
    };
    for (i, byte) in field.iter_mut().rev().enumerate() {
        *byte = (new >> (8 * i.min(7))) as u8;
    }
}

/// Makes a mutant of one of these files: of its bytes, of the stream before it is compressed, or of two files.
pub fn file(pool: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = pool[dice.below(pool.len())].clone();
    for _ in 0..=dice.below(5) {
        let at = match dice.below(4) {
            // Headers of the file, of its blocks and records.
            0 => dice.below(64.min(bytes.len())),
            1 => dice.below(bytes.len()) & !3,
            _ => dice.below(bytes.len()),
        };
        match dice.below(12) {
            0 | 1 => bytes.get_mut(at).into_iter().for_each(|b| *b ^= 1 << dice.below(8)),
            2 | 3 => bytes.get_mut(at).into_iter().for_each(|b| *b = interesting(dice) as u8),
            4..=6 => {
                let number = interesting(dice);
                let size = [2, 4, 4, 8][dice.below(4)];
                let number = if dice.below(2) == 0 { number.to_le_bytes() } else { number.to_be_bytes() };
                bytes.iter_mut().skip(at).take(size).zip(number).for_each(|(b, new)| *b = new);
            }
            7 => bytes.truncate(at),
            8 => {
                let end = (at + dice.below(2000)).min(bytes.len());
                let piece = bytes.get(at..end).unwrap_or_default().to_vec();
                let to = dice.below(bytes.len()).min(bytes.len());
                drop(bytes.splice(to..to, piece));
            }
            9 => drop(bytes.drain(at.min(bytes.len())..(at + dice.below(300)).min(bytes.len()))),
            10 => {
                let other = &pool[dice.below(pool.len())];
                let from = dice.below(other.len());
                bytes.truncate(at);
                bytes.extend(other.iter().skip(from).take(32 << 10));
            }
            _ => drop(bytes.splice(at.min(bytes.len())..at.min(bytes.len()), vec![dice.draw() as u8; dice.below(70)])),
        }
    }
    match dice.below(12) {
        0 => compressed(dice, &bytes),
        1 => {
            // Damage on top of the compression.
            let mut packed = compressed(dice, &bytes);
            for _ in 0..=dice.below(3) {
                let at = dice.below(packed.len());
                packed.get_mut(at).into_iter().for_each(|b| *b = dice.draw() as u8);
            }
            packed
        }
        _ => bytes,
    }
}

fn compressed(dice: &mut Dice, bytes: &[u8]) -> Vec<u8> {
    let done = match dice.below(3) {
        0 => {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            gzip.write_all(bytes).and_then(|()| gzip.finish())
        }
        1 => zstd::stream::encode_all(bytes, 1),
        _ => {
            let mut lz4 = lz4_flex::frame::FrameEncoder::new(Vec::new());
            lz4.write_all(bytes).and_then(|()| lz4.finish().map_err(std::io::Error::from))
        }
    };
    done.expect("memory can be written")
}
