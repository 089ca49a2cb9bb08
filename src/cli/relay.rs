//! Output that a reader may stop reading without stopping a capture that is saved: a thread writes, and what it has not yet
//! written is bounded. While too much waits, packets are no longer shown ([`Relay::is_behind`]); they are saved all the same.

use std::fs::File;
use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{Builder, JoinHandle};

/// So many bytes may wait until nothing more is shown. What is shown of the next few packets still finds room.
const MOST_WAITING: usize = 4 << 20;

/// Passes text on to a thread that writes it.
pub(super) struct Relay {
    /// `None` when everything has been passed on.
    chunks: Option<Sender<Vec<u8>>>,
    waiting: Waiting,
    failed: Arc<Mutex<Option<io::Error>>>,
    thread: Option<JoinHandle<()>>,
}

/// How many bytes wait to be written.
#[derive(Clone, Default)]
pub(super) struct Waiting(Arc<AtomicUsize>);

impl Waiting {
    /// Whether the reader is so far behind that nothing more should be written.
    pub(super) fn is_behind(&self) -> bool {
        self.0.load(Ordering::Relaxed) > MOST_WAITING / 2
    }
}

impl Relay {
    /// Starts the thread that writes to `file`.
    ///
    /// # Errors
    ///
    /// The system cannot start a thread.
    pub(super) fn start(file: File) -> io::Result<Relay> {
        let (chunks, received) = channel();
        let (waiting, failed) = (Waiting::default(), Arc::new(Mutex::new(None)));
        let (left, told) = (waiting.clone(), Arc::clone(&failed));
        let thread =
            Builder::new().name("output".to_owned()).spawn(move || write_all(file, &received, &left, &told))?;
        Ok(Relay { chunks: Some(chunks), waiting, failed, thread: Some(thread) })
    }

    /// What waits, for whoever decides what is shown.
    pub(super) fn waiting(&self) -> Waiting {
        self.waiting.clone()
    }

    /// Waits until everything is written.
    ///
    /// # Errors
    ///
    /// It could not be.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.chunks = None;
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so itself.
            let _ = thread.join();
        }
        self.failure()
    }

    fn failure(&self) -> io::Result<()> {
        let failed = self.failed.lock().ok().and_then(|mut failed| failed.take());
        failed.map_or(Ok(()), Err)
    }
}

/// The thread: writes what comes until there is no more, or writing fails.
fn write_all(mut file: File, chunks: &Receiver<Vec<u8>>, waiting: &Waiting, failed: &Mutex<Option<io::Error>>) {
    for chunk in chunks {
        let done = file.write_all(&chunk);
        waiting.0.fetch_sub(chunk.len(), Ordering::Relaxed);
        if let Err(error) = done {
            if let Ok(mut failed) = failed.lock() {
                *failed = Some(error);
            }
            return;
        }
    }
}

impl Write for Relay {
    /// Takes the bytes, and does not wait for them to be written.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.failure()?;
        self.waiting.0.fetch_add(bytes.len(), Ordering::Relaxed);
        let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
        let chunks = self.chunks.as_ref().ok_or_else(gone)?;
        if chunks.send(bytes.to_vec()).is_err() {
            // The thread has ended because writing failed.
            self.failure()?;
            return Err(gone());
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.failure()
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_WAITING, Relay};
    use std::fs::File;
    use std::io::{Read, Write, pipe};
    use std::os::fd::OwnedFd;

    #[test]
    fn a_reader_that_does_not_read_makes_nobody_wait_and_loses_nothing_that_was_written() {
        let (mut reader, writer) = pipe().expect("a pipe");
        let mut relay = Relay::start(File::from(OwnedFd::from(writer))).expect("a thread");
        let waiting = relay.waiting();
        let mut written = 0;
        while !waiting.is_behind() {
            relay.write_all(&[7; 10_000]).expect("the thread takes it");
            written += 10_000;
            assert!(written < 2 * MOST_WAITING, "it is behind by now");
        }
        let read = std::thread::spawn(move || {
            let mut all = Vec::new();
            reader
                .read_to_end(&mut all)
                .map(|n| n == all.iter().filter(|b| **b == 7).count())
                .map(|same| (same, all.len()))
        });
        relay.finish().expect("all is read");
        assert_eq!(read.join().expect("a reader").expect("bytes"), (true, written));
        assert!(!waiting.is_behind());
    }

    #[test]
    fn a_reader_that_has_gone_is_an_error_of_the_next_writing() {
        let (reader, writer) = pipe().expect("a pipe");
        let mut relay = Relay::start(File::from(OwnedFd::from(writer))).expect("a thread");
        drop(reader);
        let mut failed = relay.write_all(b"x");
        while failed.is_ok() {
            failed = relay.write_all(b"x");
        }
        assert_eq!(failed.expect_err("a closed pipe").kind(), std::io::ErrorKind::BrokenPipe);
    }
}
