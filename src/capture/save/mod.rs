//! Writing captures: pcap and pcapng, one file or many, all frames or those around an event.
//!
//! A [`Saver`] takes frames and writes whole records only. What is in the files for certain is counted
//! ([`Saver::written`]); when the system takes no more, the file is cut back to its last whole record and the error says
//! so. Files come from an [`Opener`], either in this process ([`Files`]) or, when this process may open none, in another
//! that holds a [`Files`].
//!
//! The formats: `capture/save/format.rs`. How files are named and rotated: `docs/saving.md`.

mod error;
mod files;
mod format;
mod names;
mod output;
mod recorder;
mod repair;

pub use error::{Error, Refused, Why};
pub use files::{After, Files, Given, Settings};
pub use format::Format;
pub use names::{Names, Rotation};
pub use recorder::{Recorded, Recorder};
pub use repair::{Failed, Repaired, repair};

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::{Frame, Interface, Losses};
use crate::time::Time;
use format::{Encoder, Span};
use output::Output;

/// How long frames wait at most before they are written.
const FLUSH_EVERY: Duration = Duration::from_secs(1);

/// What decides when `-G` begins another file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The clock on the wall, for live captures: an interval without frames has its own file.
    Wall,
    /// The times of the frames, for files that are read: an interval without frames has none.
    Frames,
}

/// How captures are written.
#[derive(Clone, Debug)]
pub struct Options {
    /// pcap or pcapng.
    pub format: Format,
    /// Nanoseconds in pcap files; pcapng files always have them.
    pub nano: bool,
    /// Write each frame at once (`-U`).
    pub unbuffered: bool,
    /// What decides when an interval is over.
    pub clock: Clock,
    /// Bytes of a file before the next one begins (`-C`). No file is larger, unless a single frame is.
    pub size: Option<u64>,
    /// How long a file is written before the next one begins (`-G`).
    pub interval: Option<Duration>,
    /// How many files (`-W`): with `size` the opener keeps so many, with `interval` alone saving ends after them.
    pub files: Option<u64>,
    /// Saving ends when all files together have so many bytes (`-a filesize`).
    pub most_bytes: Option<u64>,
    /// `shb_userappl`: this program and its version.
    pub application: String,
    /// `shb_os`.
    pub os: Option<String>,
    /// `shb_hardware`.
    pub hardware: Option<Box<[u8]>>,
    /// Comments on the capture.
    pub comments: Vec<Box<[u8]>>,
    /// `if_filter`: the filter expression that frames passed.
    pub filter: Option<String>,
}

impl Options {
    /// One file of this format, with the clock on the wall.
    pub fn new(format: Format, application: &str) -> Self {
        Options {
            format,
            nano: false,
            unbuffered: false,
            clock: Clock::Wall,
            size: None,
            interval: None,
            files: None,
            most_bytes: None,
            application: application.to_owned(),
            os: None,
            hardware: None,
            comments: Vec::new(),
            filter: None,
        }
    }
}

/// Asks an [`Opener`] for the next file. Simple data, so that it can be sent to another process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// How many files were asked for before.
    pub number: u64,
    /// The time that goes into its name.
    pub wall: Time,
    /// What it begins with.
    pub header: Vec<u8>,
}

/// A file that was opened for writing.
#[derive(Debug)]
pub struct Opened {
    /// The file, with the header in it.
    pub file: File,
    /// Its name, as it is known outside.
    pub name: PathBuf,
    /// Whether it is a regular file that was made for this request.
    pub is_new: bool,
}

/// Opens the files that a [`Saver`] writes.
pub trait Opener {
    /// Makes the next file, with its header in it before its name can be seen.
    ///
    /// # Errors
    ///
    /// The file that cannot be made, and why. Nothing is left behind.
    fn open(&mut self, request: &Request) -> Result<Opened, Refused>;

    /// Told that a file is complete.
    ///
    /// # Errors
    ///
    /// What is to be done with complete files (`-z`) could not be started.
    fn done(&mut self, _name: &Path) -> std::io::Result<()> {
        Ok(())
    }

    /// Waits for what was started for complete files, and says what went wrong with it, a line each.
    fn wait(&mut self) -> Vec<String> {
        Vec::new()
    }
}

/// What is in the files for certain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Frames.
    pub frames: u64,
    /// Bytes.
    pub bytes: u64,
    /// Files.
    pub files: u64,
}

/// A frame, and what this program has to say about it.
#[derive(Clone, Copy)]
pub(crate) struct Annotated<'a> {
    pub(crate) frame: &'a Frame<'a>,
    pub(crate) comment: Option<&'a [u8]>,
}

/// Writes frames to files.
///
/// Call [`Saver::begin`] early, so that a file that cannot be made is told before anything is captured; then
/// [`Saver::frame`] for each frame, [`Saver::tick`] when [`Saver::due`] says so, and [`Saver::finish`] once.
pub struct Saver {
    options: Options,
    opener: Box<dyn Opener + Send>,
    recorder: Option<Recorder>,
    /// What is known of the source.
    interfaces: Vec<Interface>,
    losses: Vec<Losses>,
    current: Option<Current>,
    /// Files asked for.
    asked: u64,
    /// What is in the files before this one.
    closed: Written,
    /// When what waits is to be written.
    flush_at: Option<Instant>,
    /// When the next file is to begin, by the clock on the wall or by the times of frames.
    rotate_at: Option<Instant>,
    interval_from: Option<Time>,
    last_time: Time,
    /// Nothing more is written: enough, failed, or finished.
    is_over: bool,
    notes: Vec<String>,
}

/// The file that is being written.
struct Current {
    output: Output,
    encoder: Encoder,
    since: Time,
}

impl Saver {
    /// Prepares to write; nothing is opened yet.
    pub fn new(options: Options, opener: Box<dyn Opener + Send>) -> Self {
        Saver {
            options,
            opener,
            recorder: None,
            interfaces: Vec::new(),
            losses: Vec::new(),
            current: None,
            asked: 0,
            closed: Written::default(),
            flush_at: None,
            rotate_at: None,
            interval_from: None,
            last_time: Time::default(),
            is_over: false,
            notes: Vec::new(),
        }
    }

    /// Writes only what lies around a match.
    #[must_use]
    pub fn with_recorder(mut self, recorder: Recorder) -> Self {
        self.recorder = Some(recorder);
        self
    }

    /// What the recorder did, if there is one.
    pub fn recorded(&self) -> Option<&Recorded> {
        self.recorder.as_ref().map(Recorder::counts)
    }

    /// Takes what is known of the source's interfaces. [`Saver::frame`] does so when there are more of them.
    pub fn describe(&mut self, interfaces: &[Interface]) {
        self.interfaces.clear();
        self.interfaces.extend_from_slice(interfaces);
    }

    /// Takes what each interface has lost so far, for the files that end before the last.
    pub fn losses(&mut self, losses: &[Losses]) {
        self.losses.clear();
        self.losses.extend_from_slice(losses);
    }

    /// Opens the first file, unless its name or header depends on the first frame.
    ///
    /// # Errors
    ///
    /// It cannot be made.
    pub fn begin(&mut self, interfaces: &[Interface]) -> Result<(), Error> {
        self.describe(interfaces);
        let by_frames = self.options.clock == Clock::Frames;
        let needs_frame = by_frames
            && (self.options.interval.is_some() || (interfaces.is_empty() && self.options.format == Format::Pcap));
        if needs_frame { Ok(()) } else { self.open(wall()) }
    }

    /// Writes a frame, with a comment of this program if there is one.
    ///
    /// # Errors
    ///
    /// The frame does not fit into the format, or a file cannot be made or written. After the latter nothing more is
    /// written.
    pub fn frame(&mut self, frame: &Frame<'_>, interfaces: &[Interface], comment: Option<&[u8]>) -> Result<(), Error> {
        if interfaces.len() > self.interfaces.len() {
            self.describe(interfaces);
        }
        let annotated = Annotated { frame, comment };
        let Some(mut recorder) = self.recorder.take() else { return self.put(&annotated) };
        let done = recorder.frame(&annotated, &mut |annotated| self.put(annotated));
        self.recorder = Some(recorder);
        done
    }

    fn put(&mut self, annotated: &Annotated<'_>) -> Result<(), Error> {
        self.last_time = annotated.frame.time;
        if self.is_over {
            return Ok(());
        }
        self.make_room(annotated)?;
        let Some(Current { output, encoder, .. }) = &mut self.current else { return Ok(()) };
        let frame = annotated.frame;
        let encoded = match encoder {
            Encoder::Pcap(pcap) => {
                let fitted = match pcap.fit(frame, output.is_new() && output.taken() == 0) {
                    Some(header) => output.header(&header),
                    None => Ok(()),
                };
                let encoded = fitted.map(|()| pcap.frame(frame, output.begin()));
                encoded.and_then(|done| done.map_err(|misfit| Error::misfit(output.name(), misfit)))
            }
            Encoder::Pcapng(ng) => {
                let (options, known) = (&self.options, &self.interfaces);
                let number = frame.interface;
                let done = match ng.describe(number, frame.time, options, known, frame.link, output.begin()) {
                    true => output.end(false),
                    false => Ok(()),
                };
                done.map(|()| ng.frame(annotated, output.begin()))
            }
        };
        let done = encoded.and_then(|()| output.end(true));
        let done = if self.options.unbuffered { done.and_then(|()| output.flush()) } else { done };
        if !output.is_waiting() {
            self.flush_at = None;
        } else if self.flush_at.is_none() {
            self.flush_at = Instant::now().checked_add(FLUSH_EVERY);
        }
        let full = self.options.most_bytes.is_some_and(|most| self.closed.bytes.saturating_add(output.size()) >= most);
        self.is_over |= full;
        self.settle(done)
    }

    /// Opens the file that a frame belongs to.
    fn make_room(&mut self, annotated: &Annotated<'_>) -> Result<(), Error> {
        let time = annotated.frame.time;
        let by_frames = self.options.clock == Clock::Frames;
        if by_frames && let Some(interval) = self.options.interval {
            let from = *self.interval_from.get_or_insert(time);
            let length = i128::try_from(interval.as_nanos()).unwrap_or(i128::MAX).max(1);
            let passed = time.as_nanos().saturating_sub(from.as_nanos()).max(0).div_euclid(length);
            if passed > 0 {
                let from = from.as_nanos().saturating_add(passed.saturating_mul(length));
                self.interval_from = Some(Time::from_nanos(from));
                if self.current.is_some() {
                    self.rotate(time)?;
                }
            }
        }
        if self.is_over {
            return Ok(());
        }
        let now = || if by_frames { time } else { wall() };
        match &self.current {
            None => self.open(now()),
            Some(Current { output, encoder, .. }) => {
                let needs = || output.size().saturating_add(encoder.most(annotated, &self.interfaces));
                match self.options.size {
                    Some(size) if output.taken() > 0 && needs() > size => self.rotate(now()),
                    _ => Ok(()),
                }
            }
        }
    }

    /// When [`Saver::tick`] is wanted next; `None`: nothing waits for a time.
    pub fn due(&self) -> Option<Instant> {
        if self.is_over { None } else { self.flush_at.into_iter().chain(self.rotate_at).min() }
    }

    /// Does what is due: writes what has waited for a second, begins another file.
    ///
    /// # Errors
    ///
    /// As [`Saver::frame`].
    pub fn tick(&mut self, now: Instant, wall: Time) -> Result<(), Error> {
        if self.is_over {
            return Ok(());
        }
        if let (Some(at), Some(interval)) = (self.rotate_at.filter(|at| *at <= now), self.options.interval) {
            // One file, however many intervals have passed while nobody asked.
            let missed = now.duration_since(at).as_nanos().checked_div(interval.as_nanos()).unwrap_or(0);
            let steps = u32::try_from(missed).unwrap_or(u32::MAX).saturating_add(1);
            self.rotate_at = interval.checked_mul(steps).and_then(|ahead| at.checked_add(ahead));
            self.rotate(wall)?;
        }
        if self.flush_at.is_some_and(|at| at <= now) { self.flush() } else { Ok(()) }
    }

    /// Writes everything that waits.
    ///
    /// # Errors
    ///
    /// It cannot be written. The file has been cut back to its last whole record, and nothing more is written.
    pub fn flush(&mut self) -> Result<(), Error> {
        self.flush_at = None;
        let done = match &mut self.current {
            Some(current) => current.output.flush(),
            None => Ok(()),
        };
        self.settle(done)
    }

    /// Completes the last file, waits for what was started for complete files, and takes what each interface has lost.
    ///
    /// # Errors
    ///
    /// As [`Saver::frame`].
    pub fn finish(&mut self, losses: &[Losses]) -> Result<(), Error> {
        if !losses.is_empty() {
            self.losses(losses);
        }
        if let Some(recorder) = &mut self.recorder {
            recorder.end();
        }
        let mut done = Ok(());
        if self.asked == 0 && !self.is_over {
            // A capture without frames is a capture.
            let time = if self.options.clock == Clock::Frames { self.last_time } else { wall() };
            done = self.open(time);
        }
        let done = done.and_then(|()| self.close());
        self.is_over = true;
        let waited = self.opener.wait();
        self.notes.extend(waited);
        done
    }

    /// What is in the files for certain.
    pub fn written(&self) -> Written {
        let mut all = self.closed;
        if let Some(Current { output, .. }) = &self.current {
            all.frames = all.frames.saturating_add(output.frames());
            all.bytes = all.bytes.saturating_add(output.bytes());
            all.files = all.files.saturating_add(1);
        }
        all
    }

    /// Whether everything is written that was asked for, or nothing more can be: further frames are not taken.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// What is to be said beside errors, a line each; each is returned once.
    pub fn notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }

    /// Completes this file and begins the next.
    fn rotate(&mut self, wall: Time) -> Result<(), Error> {
        self.close()?;
        let Options { size, files, .. } = self.options;
        if size.is_none() && files.is_some_and(|most| self.asked >= most) {
            self.is_over = true;
            return Ok(());
        }
        self.open(wall)
    }

    /// Begins a file.
    fn open(&mut self, wall: Time) -> Result<(), Error> {
        let mut header = Vec::new();
        let encoder = Encoder::begin(&self.options, &self.interfaces, &mut header);
        let len = header.len() as u64;
        let asked = self.opener.open(&Request { number: self.asked, wall, header });
        self.asked = self.asked.saturating_add(1);
        let Opened { file, name, is_new } = self.settle(asked.map_err(Error::Open))?;
        self.current = Some(Current { output: Output::new(file, name, is_new, len), encoder, since: wall });
        if let (Some(interval), Clock::Wall, None) = (self.options.interval, self.options.clock, self.rotate_at) {
            self.rotate_at = Instant::now().checked_add(interval);
        }
        Ok(())
    }

    /// Completes the current file, if there is one.
    fn close(&mut self) -> Result<(), Error> {
        let Some(Current { output, encoder, since }) = &mut self.current else { return Ok(()) };
        let mut done = Ok(());
        if let Encoder::Pcapng(ng) = encoder {
            let is_live = self.options.clock == Clock::Wall;
            let span = Span { wall: is_live.then(|| (*since, wall())) };
            let time = span.wall.map_or(self.last_time, |(_, end)| end);
            for losses in &self.losses {
                let interface = usize::try_from(losses.interface).ok().and_then(|n| self.interfaces.get(n));
                if let (false, Some(interface)) = (ng.knows(losses.interface), interface) {
                    let (options, known, number) = (&self.options, &self.interfaces, losses.interface);
                    ng.describe(number, time, options, known, interface.link, output.begin());
                    done = done.and(output.end(false));
                }
            }
            for number in ng.numbers() {
                let losses = self.losses.iter().find(|l| l.interface == number);
                let interface = usize::try_from(number).ok().and_then(|n| self.interfaces.get(n));
                ng.statistics(number, losses, interface, span, output.begin());
                done = done.and(output.end(false));
            }
        }
        let done = done.and_then(|()| output.flush());
        self.settle(done)?;
        self.flush_at = None;
        let Some(Current { output, .. }) = self.current.take() else { return Ok(()) };
        self.closed.frames = self.closed.frames.saturating_add(output.frames());
        self.closed.bytes = self.closed.bytes.saturating_add(output.bytes());
        self.closed.files = self.closed.files.saturating_add(1);
        let name = output.name().to_owned();
        drop(output);
        if let Err(error) = self.opener.done(&name) {
            self.notes.push(format!("{}: {}", shown(&name), crate::text::escaped(error.to_string().as_bytes())));
        }
        Ok(())
    }

    /// Ends saving after a failure: what is in the files stays there, and nothing is added.
    fn settle<T>(&mut self, done: Result<T, Error>) -> Result<T, Error> {
        if let Err(Error::Write { .. } | Error::Open(_)) = &done {
            self.is_over = true;
            if let Some(Current { output, .. }) = self.current.take() {
                self.closed.frames = self.closed.frames.saturating_add(output.frames());
                self.closed.bytes = self.closed.bytes.saturating_add(output.bytes());
                self.closed.files = self.closed.files.saturating_add(1);
            }
        }
        done
    }
}

/// A name for a message.
fn shown(name: &Path) -> String {
    crate::text::escaped(name.as_os_str().as_encoded_bytes())
}

/// The clock on the wall.
fn wall() -> Time {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => {
            let secs = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
            Time { secs, nanos: since.subsec_nanos() }
        }
        Err(before) => Time::from_nanos(-i128::try_from(before.duration().as_nanos()).unwrap_or(i128::MAX)),
    }
}

#[cfg(test)]
mod tests;
