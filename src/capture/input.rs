//! Opening a byte stream: a file, a pipe or standard input, decompressed when its first bytes say so.
//!
//! Compressed captures are recognised by magic number, never by name: gzip (RFC 1952, several members), zstd (RFC 8878)
//! and the LZ4 frame format. Memory for decompression is bounded. What is inside is not decompressed a second time.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::error::Error;
use super::lz4::Lz4Reader;

/// The largest zstd window accepted, as a power of two: 128 MiB, what the zstd tool itself accepts unasked.
const ZSTD_WINDOW_LOG: u32 = 27;
/// Size of the read calls on a compressed file.
const COMPRESSED_CHUNK: usize = 64 << 10;

/// A stream of capture file bytes.
pub(super) struct Input {
    stream: Box<dyn Read + Send>,
    compression: Option<&'static str>,
    position: Arc<AtomicU64>,
    size: Option<u64>,
    /// A duplicate of the stream's descriptor, to poll, when what is read is what comes out of it and it can make readers
    /// wait: a pipe, a socket, a terminal.
    pipe: Option<OwnedFd>,
}

/// A file that is open, before its first byte is read.
pub(super) struct Raw {
    path: PathBuf,
    stream: Box<dyn Read + Send>,
    size: Option<u64>,
    pipe: Option<OwnedFd>,
}

impl Raw {
    /// Opens a path; `-` is standard input.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let open = |source| Error::Open { path: path.to_owned(), source };
        let is_stdin = path.as_os_str() == "-";
        let file = if is_stdin {
            // Not through std's buffer: what lies in it no poll can see.
            io::stdin().as_fd().try_clone_to_owned().map(File::from)
        } else {
            File::open(path)
        };
        let file = file.map_err(open)?;
        let meta = file.metadata().map_err(open)?;
        let pipe = if meta.is_file() { None } else { Some(file.try_clone().map_err(open)?.into()) };
        let size = meta.is_file().then_some(meta.len()).filter(|_| !is_stdin);
        Ok(Raw { path: path.to_owned(), stream: Box::new(file), size, pipe })
    }

    /// Its path.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Looks at its first bytes.
    pub(super) fn begin(self) -> Result<Input, Error> {
        let mut input = Input::from_reader(&self.path, self.stream, self.size)?;
        input.pipe = self.pipe.filter(|_| input.compression.is_none());
        Ok(input)
    }
}

impl Input {
    /// Looks at a stream's first bytes and puts a decompressor before it when they ask for one.
    pub(super) fn from_reader(path: &Path, raw: Box<dyn Read + Send>, size: Option<u64>) -> Result<Self, Error> {
        let position = Arc::new(AtomicU64::new(0));
        let mut raw = Counted { inner: raw, position: Arc::clone(&position), pending: [0; 4], from: 0, to: 0 };
        let failed = |source| Error::Read { path: path.to_owned(), offset: 0, source };
        let magic = raw.peek().map_err(failed)?;
        let (stream, compression): (Box<dyn Read + Send>, _) = match magic {
            [0x1f, 0x8b, ..] => {
                let buffered = BufReader::with_capacity(COMPRESSED_CHUNK, raw);
                (Box::new(flate2::bufread::MultiGzDecoder::new(buffered)), Some("gzip"))
            }
            [0x28, 0xb5, 0x2f, 0xfd] => {
                let buffered = BufReader::with_capacity(COMPRESSED_CHUNK, raw);
                let mut decoder = zstd::stream::read::Decoder::with_buffer(buffered).map_err(failed)?;
                decoder.window_log_max(ZSTD_WINDOW_LOG).map_err(failed)?;
                (Box::new(decoder), Some("zstd"))
            }
            [0x04, 0x22, 0x4d, 0x18] => {
                let buffered = BufReader::with_capacity(COMPRESSED_CHUNK, raw);
                (Box::new(Lz4Reader::new(buffered)), Some("lz4"))
            }
            _ => (Box::new(raw), None),
        };
        Ok(Input { stream, compression, position, size, pipe: None })
    }

    /// What the stream is compressed with.
    pub(super) fn compression(&self) -> Option<&'static str> {
        self.compression
    }

    /// Bytes of the file read so far, before decompression.
    pub(super) fn position(&self) -> u64 {
        self.position.load(Ordering::Relaxed)
    }

    /// The descriptor to poll for more, when the stream can make readers wait.
    pub(super) fn pipe(&self) -> Option<BorrowedFd<'_>> {
        self.pipe.as_ref().map(AsFd::as_fd)
    }

    /// Size of the file, when it is a regular file.
    pub(super) fn size(&self) -> Option<u64> {
        self.size
    }
}

impl Read for Input {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.stream.read(buf)
    }
}

/// The raw stream: counts what it hands out, gives back the bytes that were peeked at, and marks its errors, so that
/// they can be told from those of a decompressor.
struct Counted {
    inner: Box<dyn Read + Send>,
    position: Arc<AtomicU64>,
    pending: [u8; 4],
    from: usize,
    to: usize,
}

impl Counted {
    /// The first four bytes, or fewer if there are not so many; they are still to be read.
    fn peek(&mut self) -> io::Result<&[u8]> {
        while let Some(free) = self.pending.get_mut(self.to..).filter(|free| !free.is_empty()) {
            match self.inner.read(free) {
                Ok(0) => break,
                Ok(n) => self.to += n.min(free.len()),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(self.pending.get(self.from..self.to).unwrap_or_default())
    }
}

impl Read for Counted {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let mut pending = self.pending.get(self.from..self.to).unwrap_or_default();
        let n = match pending.read(buf)? {
            0 => self.inner.read(buf).map_err(|e| io::Error::new(e.kind(), SystemFailure(e)))?,
            n => {
                self.from += n;
                n
            }
        };
        self.position.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// Marks an error that came from the system below a decompressor.
#[derive(Debug)]
struct SystemFailure(io::Error);

impl std::fmt::Display for SystemFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for SystemFailure {}

/// The system's error in `e` if it came from there, and otherwise `e`, a decompressor's own.
pub(super) fn system_failure(e: io::Error) -> Result<io::Error, io::Error> {
    e.downcast::<SystemFailure>().map(|SystemFailure(inner)| inner)
}

/// Whether a `BufRead` is at its end.
pub(super) fn at_end(reader: &mut impl BufRead) -> io::Result<bool> {
    loop {
        match reader.fill_buf() {
            Ok(buf) => return Ok(buf.is_empty()),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}
