//! Writes the inputs that the fuzz targets begin with, made of the fixtures and of the captures given:
//! `scripts/fuzz-seeds [FILE...]`.

use sniff::dissect::Registry;
use sniff::packet::{self, Layers};
use sniff::proto;
use sniff_testing::captures::{fixtures, frames};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

/// Longer inputs make fuzzing slow.
const LONGEST_FRAME: usize = 4096;
const LONGEST_FILE: usize = 64 << 10;

/// A folder of inputs, named by number.
struct Seeds {
    folder: PathBuf,
    seen: BTreeSet<Vec<u8>>,
}

impl Seeds {
    fn new(target: &str) -> io::Result<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
        std::fs::create_dir_all(&folder)?;
        Ok(Seeds { folder, seen: BTreeSet::new() })
    }

    fn add(&mut self, bytes: Vec<u8>) -> io::Result<()> {
        if self.seen.contains(&bytes) {
            return Ok(());
        }
        std::fs::write(self.folder.join(format!("seed-{:05}", self.seen.len())), &bytes)?;
        self.seen.insert(bytes);
        Ok(())
    }
}

fn main() -> io::Result<()> {
    let mut paths = fixtures();
    paths.extend(std::env::args_os().skip(1).map(PathBuf::from));
    let registry = Registry::new(proto::ALL);
    let mut layers = Layers::default();
    let (mut frame_seeds, mut file_seeds) = (Seeds::new("frame")?, Seeds::new("capture_file")?);
    let (mut protocol_seeds, mut fragment_seeds) = (Seeds::new("protocol")?, Seeds::new("reassembly")?);
    for path in &paths {
        let bytes = std::fs::read(path)?;
        if bytes.len() <= LONGEST_FILE {
            file_seeds.add(bytes)?;
        }
        for kept in frames(path) {
            let data = kept.data.get(..LONGEST_FRAME).unwrap_or(&kept.data);
            let [high, low] = kept.link.0.to_be_bytes();
            // One in four is also shown.
            let options = if frame_seeds.seen.len() % 4 == 0 { 0x80 } else { 0 };
            let options = options | if kept.fcs_len == Some(4) { 2 } else { 0 };
            frame_seeds.add([&[high, low, options], data].concat())?;
            if packet::peel(&registry, &kept.frame(), &mut layers).is_err() {
                continue;
            }
            for layer in layers.as_slice() {
                let layer_bytes = kept.data.get(layer.start as usize..).unwrap_or_default();
                let layer_bytes = layer_bytes.get(..(layer.wire as usize).min(LONGEST_FRAME)).unwrap_or(layer_bytes);
                protocol_seeds.add([&[layer.protocol.0 as u8, 0, 0, 0], layer_bytes].concat())?;
            }
            if let Some(fragment) = layers.fragment() {
                let [_, _, high, low] = (fragment.offset / 8).to_be_bytes();
                let size = if fragment.more { 0x90 } else { 0x10 };
                fragment_seeds.add([&[8, high, low, size, 0][..], &[7; 16]].concat())?;
            }
        }
    }
    // Two datagrams whose fragments come in turn, with an overlap.
    let turn: &[u8] = &[0, 0, 0, 0x88, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0x88, 0, 2, 2, 2, 2, 2, 2, 2, 2];
    let ends: &[u8] = &[0, 0, 1, 4, 0, 3, 3, 3, 3, 1, 0, 0, 0x84, 8, 4, 4, 4, 4, 1, 0, 1, 3, 0, 5, 5, 5];
    fragment_seeds.add([turn, ends].concat())?;
    for seeds in [frame_seeds, file_seeds, protocol_seeds, fragment_seeds] {
        println!("{}: {} seeds", seeds.folder.display(), seeds.seen.len());
    }
    Ok(())
}
