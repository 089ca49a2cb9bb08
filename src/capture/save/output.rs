//! One file that is being written: whole records only, and cut back to them when the system takes no more.

use std::fs::File;
use std::io::{self, ErrorKind, Seek, SeekFrom, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use rustix::event::{PollFd, PollFlags, poll};

use super::Error;

/// How many bytes gather before they are written.
const BUFFER: usize = 256 << 10;

/// A file, and records for it that have not been written yet.
pub(super) struct Output {
    file: File,
    name: PathBuf,
    /// Whether it is a regular file that was made for this run, so that its header can be written again.
    is_new: bool,
    /// Whole records.
    buffer: Vec<u8>,
    /// Where in the buffer each ends, and whether it is a frame.
    ends: Vec<(usize, bool)>,
    /// What is in the file for certain.
    bytes: u64,
    frames: u64,
    /// Frames in the file and in the buffer.
    taken: u64,
}

impl Output {
    /// A file whose header of so many bytes is written.
    pub(super) fn new(file: File, name: PathBuf, is_new: bool, header: u64) -> Self {
        let buffer = Vec::with_capacity(BUFFER);
        Output { file, name, is_new, buffer, ends: Vec::new(), bytes: header, frames: 0, taken: 0 }
    }

    pub(super) fn name(&self) -> &Path {
        &self.name
    }

    pub(super) fn is_new(&self) -> bool {
        self.is_new
    }

    /// Bytes that are in the file for certain.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Frames that are in the file for certain.
    pub(super) fn frames(&self) -> u64 {
        self.frames
    }

    /// Frames that were given to it.
    pub(super) fn taken(&self) -> u64 {
        self.taken
    }

    /// Bytes of the file, if it ended here.
    pub(super) fn size(&self) -> u64 {
        self.bytes.saturating_add(self.buffer.len() as u64)
    }

    /// Whether something waits to be written.
    pub(super) fn is_waiting(&self) -> bool {
        !self.buffer.is_empty()
    }

    /// Writes the header again, where that is possible.
    pub(super) fn header(&mut self, header: &[u8]) -> Result<(), Error> {
        if !self.is_new {
            return Ok(());
        }
        let done = self.file.write_all_at(header, 0);
        done.map_err(|source| self.failed(source, None))
    }

    /// Where the next record is to be appended. [`Output::end`] says that it is whole.
    pub(super) fn begin(&mut self) -> &mut Vec<u8> {
        &mut self.buffer
    }

    /// Takes what was appended as one record, and writes when enough has gathered.
    pub(super) fn end(&mut self, is_frame: bool) -> Result<(), Error> {
        self.ends.push((self.buffer.len(), is_frame));
        self.taken = self.taken.saturating_add(u64::from(is_frame));
        if self.buffer.len() >= BUFFER { self.flush() } else { Ok(()) }
    }

    /// Writes everything.
    pub(super) fn flush(&mut self) -> Result<(), Error> {
        let mut done = 0usize;
        while let Some(rest) = self.buffer.get(done..).filter(|rest| !rest.is_empty()) {
            match self.file.write(rest) {
                Ok(0) => return Err(self.cut(done, ErrorKind::WriteZero.into())),
                Ok(n) => done = done.saturating_add(n),
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                // Standard output may be somebody's non-blocking pipe.
                Err(e) if e.kind() == ErrorKind::WouldBlock => {
                    let mut waiting = [PollFd::new(&self.file, PollFlags::OUT)];
                    match poll(&mut waiting, None) {
                        Ok(_) | Err(rustix::io::Errno::INTR) => {}
                        Err(e) => return Err(self.cut(done, e.into())),
                    }
                }
                Err(e) => return Err(self.cut(done, e)),
            }
        }
        self.count(done);
        self.buffer.clear();
        self.ends.clear();
        Ok(())
    }

    /// Counts the records that end within the first `done` bytes of the buffer, and returns where the last of them ends.
    fn count(&mut self, done: usize) -> usize {
        let whole = self.ends.iter().take_while(|(end, _)| *end <= done);
        let (last, frames) =
            whole.fold((0, 0u64), |(_, frames), (end, is_frame)| (*end, frames + u64::from(*is_frame)));
        self.bytes = self.bytes.saturating_add(last as u64);
        self.frames = self.frames.saturating_add(frames);
        last
    }

    /// Gives up after `done` bytes of the buffer: cuts the file back to its last whole record.
    #[cold]
    fn cut(&mut self, done: usize, source: io::Error) -> Error {
        let whole = self.count(done);
        let excess = done.saturating_sub(whole) as u64;
        self.buffer.clear();
        self.ends.clear();
        let is_regular = self.file.metadata().is_ok_and(|m| m.is_file());
        let torn = match excess {
            0 => None,
            _ if !is_regular => Some(io::Error::other("a pipe or device cannot be cut")),
            _ => cut_off(&mut self.file, excess).err(),
        };
        self.failed(source, torn)
    }

    fn failed(&self, source: io::Error, torn: Option<io::Error>) -> Error {
        Error::Write { name: self.name.clone(), source, frames: self.frames, bytes: self.bytes, torn }
    }
}

/// Cuts the last bytes off, which were written last, and goes back to where they began.
fn cut_off(file: &mut File, excess: u64) -> io::Result<()> {
    let here = file.stream_position()?;
    if here != file.metadata()?.len() {
        return Err(io::Error::other("somebody else has written to it"));
    }
    let end = here.saturating_sub(excess);
    rustix::fs::ftruncate(file.as_fd(), end)?;
    file.seek(SeekFrom::Start(end)).map(|_| ())
}
