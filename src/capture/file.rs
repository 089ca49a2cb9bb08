//! Capture files as a [`Source`]: one, or several merged by time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::Read;
use std::ops::Range;
use std::os::fd::BorrowedFd;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::buffer::Buffer;
use super::error::{Error, Fault};
use super::input::{Input, Raw};
use super::pcap::{self, PcapReader};
use super::pcapng::{self, PcapngReader};
use super::{Counters, Frame, Interface, LinkType, Section, Source};
use crate::time::Time;

/// Size of the read buffer of each file.
const BUFFER: usize = 256 << 10;
/// What the buffers of many files share, and the least that one gets.
const ALL_BUFFERS: usize = 16 << 20;
const LEAST_BUFFER: usize = 16 << 10;
/// How many interfaces, and how many sections, are kept over all files. Further ones are counted as bad blocks.
const MAX_INTERFACES: usize = 1 << 18;
/// How many bytes of names and comments of interfaces and sections are kept over all files. Each is counted with
/// [`TEXT_OVERHEAD`] more, so that many empty ones are bounded too.
const MAX_TEXT: usize = 16 << 20;
const TEXT_OVERHEAD: usize = 32;

/// Opens a capture file for reading; `-` is standard input.
///
/// # Errors
///
/// The file cannot be opened or read, or is no capture file. A capture file that is damaged from its first bytes on
/// opens, and yields its error when the first frame is asked for.
pub fn open(path: &Path) -> Result<FileSource, Error> {
    open_all(&[path])
}

/// Reads a capture from a stream; `name` is what its errors call it.
///
/// # Errors
///
/// As [`open`].
pub fn open_stream(name: &Path, stream: impl Read + Send + 'static) -> Result<FileSource, Error> {
    FileSource::new(vec![(name.to_owned(), Input::from_reader(name, Box::new(stream), None)?)])
}

/// Opens capture files to be merged by time.
///
/// Frames with equal times come in the order of the paths; within one file the order is never changed. When a file is
/// damaged, the frames before the damage are delivered, the other files are read on, and the error comes at the end.
///
/// # Errors
///
/// As [`open`], for the first path that fails.
pub fn open_all<P: AsRef<Path>>(paths: &[P]) -> Result<FileSource, Error> {
    open_files(paths)?.read()
}

/// As [`open_all`], without a look at what is in the files: that is [`Opened::read`]'s, which opens nothing.
///
/// # Errors
///
/// The first path that cannot be opened.
pub fn open_files<P: AsRef<Path>>(paths: &[P]) -> Result<Opened, Error> {
    paths.iter().map(|path| Raw::open(path.as_ref())).collect::<Result<_, _>>().map(|files| Opened { files })
}

/// Files that are open and not yet read.
pub struct Opened {
    files: Vec<Raw>,
}

impl Opened {
    /// Reads how the files begin: compression, format, link type.
    ///
    /// # Errors
    ///
    /// As [`open`], for the first file that fails.
    pub fn read(self) -> Result<FileSource, Error> {
        let inputs = self.files.into_iter().map(|raw| Ok((raw.path().to_owned(), raw.begin()?)));
        FileSource::new(inputs.collect::<Result<_, Error>>()?)
    }
}

/// Frames from one or more capture files.
///
/// A single stream that is not compressed and not a regular file (a pipe, standard input from one, a socket) is never
/// waited for while a record is incomplete: [`Source::next`] then returns `None` with [`Source::is_idle`]. Compressed
/// streams, and several files at once, are waited for where they are read.
pub struct FileSource {
    files: Vec<OpenFile>,
    /// The files that have a record ready, by time and place on the command line; unused when there is only one file.
    ready: BinaryHeap<Reverse<(Time, usize)>>,
    /// The file whose record was delivered last and which must be advanced next.
    current: Option<usize>,
    started: bool,
    done: bool,
    /// The last `None` of [`Source::next`] only meant that the pipe has nothing yet.
    idle: bool,
    errors: Vec<Error>,
    catalog: Catalog,
}

/// Where the next record of a file is.
pub(super) struct Record {
    pub(super) time: Time,
    pub(super) has_time: bool,
    /// Its bytes in the file's buffer.
    pub(super) place: Range<usize>,
    pub(super) length: u32,
    pub(super) link: LinkType,
    pub(super) interface: u32,
    pub(super) fcs_len: Option<u8>,
}

/// What is known about the capture besides its frames; shared by all files of a source.
#[derive(Default)]
pub(super) struct Catalog {
    pub(super) interfaces: Vec<Interface>,
    pub(super) sections: Vec<Section>,
    pub(super) counters: Counters,
    text: usize,
}

impl Catalog {
    /// Adds an interface and returns its number, or `None` when there are too many.
    pub(super) fn add_interface(&mut self, interface: Interface) -> Option<u32> {
        let number = u32::try_from(self.interfaces.len()).ok()?;
        (self.interfaces.len() < MAX_INTERFACES).then(|| {
            self.interfaces.push(interface);
            number
        })
    }

    /// Adds a section and returns its index, or `None` when there are too many.
    pub(super) fn add_section(&mut self, section: Section) -> Option<usize> {
        let index = self.sections.len();
        (index < MAX_INTERFACES).then(|| {
            self.sections.push(section);
            index
        })
    }

    /// A copy of a name or comment, unless too many are kept already.
    pub(super) fn keep_text(&mut self, text: &[u8]) -> Option<Box<[u8]>> {
        let total = self.text.saturating_add(text.len()).saturating_add(TEXT_OVERHEAD);
        if total > MAX_TEXT {
            self.counters.texts_dropped = self.counters.texts_dropped.saturating_add(1);
            return None;
        }
        self.text = total;
        Some(text.into())
    }
}

/// The two formats.
pub(super) enum Format {
    Pcap(PcapReader),
    Pcapng(Box<PcapngReader>),
    /// Nothing more is to be read: ended, or stopped by an error.
    Ended,
}

/// What came of looking for the next record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Advanced {
    /// There is one, or the end.
    Done,
    /// It is not there yet.
    Idle,
}

/// One file being read.
struct OpenFile {
    path: PathBuf,
    buffer: Buffer,
    format: Format,
    record: Option<Record>,
}

impl OpenFile {
    /// Recognises the format and reads its header.
    fn new(
        path: PathBuf,
        mut buffer: Buffer,
        catalog: &mut Catalog,
        file: u32,
    ) -> Result<(Self, Option<Error>), Error> {
        let compressed = buffer.input().compression().is_some();
        let format = match Format::open(&mut buffer, catalog, file) {
            Ok(Some(format)) => Ok(format),
            Ok(None) => {
                // The second fill only lengthens the message, so its failure is of no interest.
                let _ = buffer.fill(8);
                let found = buffer.available().iter().take(8).copied().collect();
                return Err(Error::NotCapture { path, found, compressed });
            }
            Err(fault) => Err(fault.at(&path, compressed)),
        };
        match format {
            Ok(format) => Ok((OpenFile { path, buffer, format, record: None }, None)),
            Err(damage @ Error::Damaged(_)) => {
                Ok((OpenFile { path, buffer, format: Format::Ended, record: None }, Some(damage)))
            }
            Err(error) => Err(error),
        }
    }

    /// Reads the next record into `self.record`, or nothing at the end.
    #[inline]
    fn advance(&mut self, catalog: &mut Catalog) -> Result<Advanced, Error> {
        match self.format.advance(&mut self.buffer, catalog) {
            Ok(record) => {
                if record.is_none() {
                    self.format = Format::Ended;
                }
                self.record = record;
                Ok(Advanced::Done)
            }
            Err(Fault::Idle) => {
                self.record = None;
                Ok(Advanced::Idle)
            }
            Err(fault) => {
                self.record = None;
                self.format = Format::Ended;
                Err(fault.at(&self.path, self.buffer.input().compression().is_some()))
            }
        }
    }

    #[inline]
    fn frame(&self) -> Option<Frame<'_>> {
        let record = self.record.as_ref()?;
        Some(Frame {
            time: record.time,
            has_time: record.has_time,
            data: self.buffer.at(record.place.clone()),
            length: record.length,
            link: record.link,
            interface: record.interface,
            fcs_len: record.fcs_len,
            comments: match &self.format {
                Format::Pcapng(reader) => reader.comments(),
                _ => &[],
            },
        })
    }
}

impl Format {
    /// `None` when the first bytes belong to no known format.
    pub(super) fn open(buffer: &mut Buffer, catalog: &mut Catalog, file: u32) -> Result<Option<Self>, Fault> {
        let got = buffer.fill(4)?;
        let first = buffer.available().get(..got).unwrap_or_default();
        if !pcap::is_magic(first) && !pcapng::is_magic(first) {
            return Ok(None);
        }
        if got < 4 {
            return Err(Fault::damaged(0, "the header of a capture file", pcap::bytes_left(got)));
        }
        Ok(Some(if pcap::is_magic(first) {
            Format::Pcap(PcapReader::open(buffer, catalog, file)?)
        } else {
            Format::Pcapng(Box::new(PcapngReader::open(buffer, catalog, file)?))
        }))
    }

    /// Reads the next record.
    #[inline]
    pub(super) fn advance(&mut self, buffer: &mut Buffer, catalog: &mut Catalog) -> Result<Option<Record>, Fault> {
        match self {
            Format::Pcap(reader) => reader.advance(buffer),
            Format::Pcapng(reader) => reader.advance(buffer, catalog),
            Format::Ended => Ok(None),
        }
    }
}

impl FileSource {
    /// Builds a source over opened inputs, each with the path to name it by.
    pub(super) fn new(inputs: Vec<(PathBuf, Input)>) -> Result<Self, Error> {
        let capacity = ALL_BUFFERS.checked_div(inputs.len()).unwrap_or(BUFFER).clamp(LEAST_BUFFER, BUFFER);
        let mut catalog = Catalog::default();
        let mut files = Vec::with_capacity(inputs.len());
        let mut errors = Vec::new();
        for (index, (path, input)) in (0u32..).zip(inputs) {
            let (file, damage) = OpenFile::new(path, Buffer::new(input, capacity), &mut catalog, index)?;
            files.push(file);
            errors.extend(damage);
        }
        Ok(FileSource {
            files,
            ready: BinaryHeap::new(),
            current: None,
            started: false,
            done: false,
            idle: false,
            errors,
            catalog,
        })
    }

    /// Advances one file and remembers its time, or its error.
    fn refill(&mut self, index: usize) {
        let Some(file) = self.files.get_mut(index) else { return };
        if let Err(error) = file.advance(&mut self.catalog) {
            self.errors.push(error);
        } else if let Some(record) = &file.record {
            self.ready.push(Reverse((record.time, index)));
        }
    }

    /// Chooses the file whose record is next.
    fn choose(&mut self) -> Option<usize> {
        if !self.started {
            self.started = true;
            for index in 0..self.files.len() {
                self.refill(index);
            }
        } else if let Some(index) = self.current {
            self.refill(index);
        }
        self.ready.pop().map(|Reverse((_, index))| index)
    }

    /// What comes after the last frame: nothing, or the errors.
    #[cold]
    fn finish(&mut self) -> Result<Option<Frame<'_>>, Error> {
        self.done = true;
        let mut errors = std::mem::take(&mut self.errors);
        match errors.len() {
            0 => Ok(None),
            1 => errors.pop().map_or(Ok(None), Err),
            _ => Err(Error::Several(errors)),
        }
    }
}

impl Source for FileSource {
    #[inline]
    fn next(&mut self) -> Result<Option<Frame<'_>>, Error> {
        if self.done {
            return Ok(None);
        }
        self.idle = false;
        let index = if let [only] = self.files.as_mut_slice() {
            only.buffer.set_impatient(true);
            match only.advance(&mut self.catalog) {
                Ok(Advanced::Done) => {}
                Ok(Advanced::Idle) => {
                    self.idle = true;
                    return Ok(None);
                }
                Err(error) => self.errors.push(error),
            }
            only.record.is_some().then_some(0)
        } else {
            self.current = self.choose();
            self.current
        };
        let Some(index) = index else { return self.finish() };
        self.catalog.counters.frames = self.catalog.counters.frames.saturating_add(1);
        Ok(self.files.get(index).and_then(OpenFile::frame))
    }

    fn is_idle(&self) -> bool {
        self.idle
    }

    /// Waits for a single pipe that is not compressed; anything else is waited for by reading it.
    fn wait(&mut self, others: &[BorrowedFd<'_>], timeout: Option<Duration>) -> Result<(), Error> {
        let [only] = self.files.as_slice() else { return Ok(()) };
        let (true, Some(pipe)) = (self.idle, only.buffer.input().pipe()) else { return Ok(()) };
        let timeout = timeout.and_then(|timeout| Timespec::try_from(timeout).ok());
        let fds = std::iter::once(&pipe).chain(others);
        let mut fds: Vec<PollFd<'_>> = fds.map(|fd| PollFd::from_borrowed_fd(*fd, PollFlags::IN)).collect();
        match poll(&mut fds, timeout.as_ref()) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(error) => {
                let offset = only.buffer.offset();
                Err(Error::Read { path: only.path.clone(), offset, source: error.into() })
            }
        }
    }

    fn frame(&self) -> Option<Frame<'_>> {
        let index = if self.files.len() == 1 { 0 } else { self.current? };
        self.files.get(index).and_then(OpenFile::frame)
    }

    fn interfaces(&self) -> &[Interface] {
        &self.catalog.interfaces
    }

    fn sections(&self) -> &[Section] {
        &self.catalog.sections
    }

    fn position(&self) -> u64 {
        self.files.iter().fold(0, |sum, file| sum.saturating_add(file.buffer.input().position()))
    }

    fn size(&self) -> Option<u64> {
        self.files.iter().try_fold(0u64, |sum, file| sum.checked_add(file.buffer.input().size()?))
    }

    fn counters(&self) -> &Counters {
        &self.catalog.counters
    }
}
