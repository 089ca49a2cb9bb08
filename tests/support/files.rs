//! Runs capture files, damaged ones too, through reader and pipeline in this process, and says what must not happen.

use sniff::capture::{self, Source};
use sniff::dissect::{Registry, Style};
use sniff::output::json::Json;
use sniff::output::line::Line;
use sniff::output::time::{Form, Stamp};
use sniff::packet::Packet;
use sniff::pipeline::{self, Ended, Job, Options, Outcome, Unattended, View};
use sniff::text::Text;
use sniff::tree::Tree;
use std::io::{self, Cursor, Write};
use std::path::Path;

/// Writes each packet as a line and as JSON.
struct Both {
    line: Line,
    json: Json,
}

impl View for Both {
    fn wants_tree(&self, _: u64) -> bool {
        true
    }

    fn packet(&mut self, packet: &Packet<'_>, tree: &Tree, out: &mut Text) {
        self.line.write(packet, &[], out);
        self.json.packet(packet, tree, &[], out);
    }
}

/// Counts what is written.
#[derive(Default)]
struct Bytes(u64);

impl Write for Bytes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What became of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// Frames that were delivered.
    pub frames: u64,
    /// Whether it ended in damage, as opposed to well.
    pub damaged: bool,
}

/// Reads a capture file from memory and shows all of it.
///
/// # Errors
///
/// A dissector or writer failed, the reader yields something behind its end, or the counts do not add up.
pub fn show(registry: &Registry, bytes: Vec<u8>) -> Result<Read, String> {
    let Ok(mut source) = capture::open_stream(Path::new("file"), Cursor::new(bytes)) else {
        return Ok(Read::default());
    };
    let style = Style { verbose: 1, link: true, ..Style::default() };
    let stamp = Stamp::new(Form::Clock, None, false);
    let mut view = Both { line: Line { stamp, style, numbered: true }, json: Json::new() };
    let outcome = pipeline::run(Job {
        source: &mut source,
        filter: None,
        save: None,
        view: &mut view,
        out: &mut Bytes::default(),
        registry,
        attendant: &mut Unattended,
        options: Options::default(),
    });
    judge(&outcome, &mut source)
}

fn judge(outcome: &Outcome, source: &mut capture::FileSource) -> Result<Read, String> {
    if outcome.bugs > 0 {
        return Err(format!("{} packets met a bug", outcome.bugs));
    }
    let damaged = match &outcome.ended {
        Ended::Done => false,
        // Every error of a reader says where, expected and found.
        Ended::Input(error) => {
            let text = error.to_string();
            if let Some(c) = text.chars().find(|c| c.is_control()) {
                return Err(format!("an error prints {}", c.escape_unicode()));
            }
            true
        }
        other => return Err(format!("the run ended with {other:?}")),
    };
    ended(source)?;
    if source.counters().frames != outcome.frames {
        return Err(format!("{} frames were counted, {} delivered", source.counters().frames, outcome.frames));
    }
    Ok(Read { frames: outcome.frames, damaged })
}

/// A reader that ended, well or badly, stays ended.
pub fn ended(source: &mut impl Source) -> Result<(), String> {
    for _ in 0..3 {
        match source.next() {
            Ok(None) => {}
            Ok(Some(_)) => return Err("a frame comes after the end".to_owned()),
            Err(error) => return Err(format!("an error comes after the end: {error}")),
        }
        if source.frame().is_some() {
            return Err("there is a last frame after the end".to_owned());
        }
    }
    Ok(())
}
