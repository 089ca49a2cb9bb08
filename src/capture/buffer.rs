//! A read buffer that hands out whole records without copying them.
//!
//! Large `read()` calls into one buffer were measured faster than a memory map, and they serve pipes too. The buffer
//! grows only when one record needs more, and then no faster than bytes really arrive, so that a length field alone
//! cannot make it grow.

use std::io::{self, ErrorKind, Read};
use std::ops::Range;
use std::os::fd::BorrowedFd;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::error::Fault;
use super::input::{Input, system_failure};

/// Bytes read from a stream and not yet consumed.
pub(super) struct Buffer {
    input: Input,
    bytes: Vec<u8>,
    /// The unconsumed part of `bytes`.
    start: usize,
    end: usize,
    /// Stream offset of `bytes[start]`.
    offset: u64,
    /// Why no more will come: the stream ended (`Ok`) or failed. A failure is reported once everything before it has
    /// been consumed as far as possible.
    stop: Option<Result<(), io::Error>>,
    /// Reading must not wait: where it would, [`Buffer::fill`] returns [`Fault::Idle`].
    impatient: bool,
}

impl Buffer {
    pub(super) fn new(input: Input, capacity: usize) -> Self {
        Buffer { input, bytes: vec![0; capacity.max(64)], start: 0, end: 0, offset: 0, stop: None, impatient: false }
    }

    /// Whether reading must not wait, for streams that a poll can tell of.
    pub(super) fn set_impatient(&mut self, impatient: bool) {
        self.impatient = impatient && self.input.pipe().is_some();
    }

    pub(super) fn is_impatient(&self) -> bool {
        self.impatient
    }

    pub(super) fn input(&self) -> &Input {
        &self.input
    }

    /// Offset in the stream of the next byte to be consumed.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// What has been read and not consumed.
    pub(super) fn available(&self) -> &[u8] {
        self.bytes.get(self.start..self.end).unwrap_or_default()
    }

    /// Bytes by their place in the buffer, as [`Buffer::take`] gave it; valid until the next [`Buffer::fill`].
    pub(super) fn at(&self, place: Range<usize>) -> &[u8] {
        self.bytes.get(place).unwrap_or_default()
    }

    /// Reads until `need` bytes are available or no more come, and never waits for more than that. Returns how many
    /// of `need` there are; fewer only at the end of the stream. What has been read stays when it returns an error.
    #[inline]
    pub(super) fn fill(&mut self, need: usize) -> Result<usize, Fault> {
        if self.end - self.start >= need { Ok(need) } else { self.fill_slowly(need) }
    }

    #[cold]
    #[inline(never)]
    fn fill_slowly(&mut self, need: usize) -> Result<usize, Fault> {
        if need > self.bytes.len() - self.start {
            self.bytes.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        while self.end - self.start < need {
            match &self.stop {
                None => {}
                Some(Ok(())) => return Ok(self.end - self.start),
                Some(Err(_)) => return Err(self.failure()),
            }
            if self.impatient && self.input.pipe().is_some_and(|pipe| !is_ready(pipe)) {
                return Err(Fault::Idle);
            }
            if self.end == self.bytes.len() {
                // Full and still too small: `start` is 0 here, because room was made above.
                let larger = self.bytes.len().saturating_mul(2).min(need.max(self.bytes.len() + 1));
                self.bytes.resize(larger, 0);
            }
            let free = self.bytes.get_mut(self.end..).unwrap_or_default();
            match self.input.read(free) {
                Ok(0) => self.stop = Some(Ok(())),
                Ok(n) => self.end += n.min(free.len()),
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => self.stop = Some(Err(e)),
            }
        }
        Ok(need)
    }

    /// The stream's failure as an error: the system's, or damage to the compressed data.
    fn failure(&mut self) -> Fault {
        let offset = self.offset.saturating_add((self.end - self.start) as u64);
        match self.stop.replace(Ok(())) {
            Some(Err(e)) => {
                let e = match system_failure(e) {
                    Ok(source) => return Fault::Read { offset, source },
                    Err(e) => e,
                };
                let kind = self.input.compression().unwrap_or_default();
                let found = match e.kind() {
                    ErrorKind::UnexpectedEof => "the end of the file".to_owned(),
                    _ => format!("an error: {}", crate::text::escaped(e.to_string().as_bytes())),
                };
                Fault::damaged(offset, format!("more {kind} data"), found)
            }
            _ => Fault::damaged(offset, "more data", "the end of the file"),
        }
    }

    /// Consumes `n` available bytes and says where they are in the buffer.
    #[inline]
    pub(super) fn take(&mut self, n: usize) -> Range<usize> {
        let n = n.min(self.end - self.start);
        let from = self.start;
        self.start += n;
        self.offset = self.offset.saturating_add(n as u64);
        from..self.start
    }

    /// Consumes `n` bytes, reading on as needed, and returns how many there were; fewer only at the end. Waits for them
    /// and all that is read after them until [`Buffer::set_impatient`], since they cannot be read again.
    pub(super) fn skip(&mut self, n: u64) -> Result<u64, Fault> {
        self.impatient = false;
        let mut left = n;
        while left > 0 {
            let step = usize::try_from(left).unwrap_or(usize::MAX).min(self.bytes.len());
            let got = self.fill(step)?;
            if got == 0 {
                break;
            }
            self.take(got);
            left -= got as u64;
        }
        Ok(n - left)
    }
}

/// Whether a read would not wait: there are bytes, or the end, or an error.
fn is_ready(pipe: BorrowedFd<'_>) -> bool {
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    // When poll itself fails, reading tells why.
    !matches!(poll(&mut [PollFd::from_borrowed_fd(pipe, PollFlags::IN)], Some(&now)), Ok(0) | Err(Errno::INTR))
}
