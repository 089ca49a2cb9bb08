//! Signals: INT, TERM and HUP end a run cleanly, and at once when they come again; USR1 asks for the counts; USR2 for what is
//! buffered to be written.

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2};
use signal_hook::{flag, low_level};
use std::io::Read;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What signals have asked for.
#[derive(Debug, Default)]
pub struct Signals {
    stop: Arc<AtomicBool>,
    counts: Arc<AtomicBool>,
    flush: Arc<AtomicBool>,
    /// Can be read when one has come.
    bell: Option<UnixStream>,
}

impl Signals {
    /// Takes the signals of this process. Where one cannot be taken it does what it does to every process.
    pub fn install() -> Signals {
        let mut signals = Signals::default();
        let bell = UnixStream::pair().and_then(|(bell, rope)| bell.set_nonblocking(true).map(|()| (bell, rope)));
        let mut rope = None;
        if let Ok((bell, end)) = bell {
            (signals.bell, rope) = (Some(bell), Some(end));
        }
        for signal in [SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2] {
            let flag = match signal {
                SIGUSR1 => &signals.counts,
                SIGUSR2 => &signals.flush,
                _ => {
                    let _ = flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&signals.stop));
                    &signals.stop
                }
            };
            let _ = flag::register(signal, Arc::clone(flag));
            if let Some(rope) = rope.as_ref().and_then(|rope| rope.try_clone().ok()) {
                let _ = low_level::pipe::register(signal, rope);
            }
        }
        signals
    }

    /// Takes the signals of this process and does nothing about them: a helper ends when the process that it helps has ended,
    /// and that one may have files to complete.
    pub fn ignore() -> Signals {
        let signals = Signals::default();
        for signal in [SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2] {
            // Not SIG_IGN, which the programs that a helper starts would inherit.
            let _ = flag::register(signal, Arc::clone(&signals.stop));
        }
        signals
    }

    /// Whether the end is asked for.
    pub fn stop(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Whether the counts have been asked for since the last call.
    pub fn counts(&self) -> bool {
        self.counts.swap(false, Ordering::Relaxed)
    }

    /// Whether writing out has been asked for since the last call.
    pub fn flush(&self) -> bool {
        self.flush.swap(false, Ordering::Relaxed)
    }

    /// Can be read when a signal has come; [`Signals::heard`] makes it silent again.
    pub fn bell(&self) -> Option<BorrowedFd<'_>> {
        self.bell.as_ref().map(AsFd::as_fd)
    }

    /// The bell has been heard.
    pub fn heard(&self) {
        if let Some(mut bell) = self.bell.as_ref() {
            let mut rings = [0; 64];
            while matches!(bell.read(&mut rings), Ok(n) if n == rings.len()) {}
        }
    }
}
