//! Where frames come from: capture files, standard input, and (feature `live`) interfaces.
//!
//! Everything here speaks of frames as bytes with a time and a link type; what is inside them is not its business.
//! It imports nothing above floor 1.
//!
//! [`open`], [`open_all`], [`open_files`] and [`open_stream`] read pcap and pcapng files, plain or compressed, from files, pipes,
//! standard input and other streams;
//! `live` (a feature) captures on interfaces;
//! [`bpf`] applies libpcap's filter expressions to frames; [`linktypes`] names link types.

pub mod bpf;
mod buffer;
mod error;
mod file;
mod input;
pub mod linktypes;
#[cfg(feature = "live")]
pub mod live;
mod lz4;
mod pcap;
mod pcapng;
pub mod save;

pub use error::{Damage, Error, Problem};
pub use file::{FileSource, Opened, open, open_all, open_files, open_stream};
pub use linktypes::{link_by_name, link_description, link_name};

use crate::time::Time;
use std::os::fd::BorrowedFd;
use std::time::Duration;

/// A link-layer header type, as in capture files (the `LINKTYPE_` numbers of tcpdump.org).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LinkType(pub u16);

/// One captured frame, borrowed from its source until the next one is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// When it was captured. When the capture does not say ([`Frame::has_time`]), the time of the frame before it in
    /// the same file, so that frames stay in order.
    pub time: Time,
    /// Whether the capture has a time for this frame (a pcapng Simple Packet Block has none).
    pub has_time: bool,
    /// Its bytes, as far as they were captured.
    pub data: &'a [u8],
    /// Its length on the wire, in bytes; at least `data.len()` in sane files, but files are not always sane.
    pub length: u32,
    /// How its first bytes are to be read.
    pub link: LinkType,
    /// Index into [`Source::interfaces`].
    pub interface: u32,
    /// Length of the frame check sequence at its end, in bytes, when the capture says so.
    pub fcs_len: Option<u8>,
    /// Comments attached to this frame (pcapng `opt_comment`), raw bytes, in file order.
    pub comments: &'a [Box<[u8]>],
}

/// An interface that frames were captured on, as far as the capture describes it.
///
/// A pcap file has exactly one, without a name; a pcapng file has one for each Interface Description Block. The
/// interfaces of several files or sections are numbered through. All text is raw bytes from the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Index of the file, in the order in which the files were given to [`open_all`].
    pub file: u32,
    /// Whether the capture describes it (pcapng); a pcap file only has frames of one unknown interface.
    pub described: bool,
    /// `if_name`, such as `eth0`.
    pub name: Option<Box<[u8]>>,
    /// `if_description`.
    pub description: Option<Box<[u8]>>,
    /// How its frames begin.
    pub link: LinkType,
    /// The most bytes of a frame that were captured; 0 is no limit.
    pub snaplen: u32,
    /// Length in bytes of the frame check sequence at the end of its frames, when the capture says so.
    pub fcs_len: Option<u8>,
    /// Comments on the interface (`opt_comment`).
    pub comments: Vec<Box<[u8]>>,
    /// Frames that the interface received, from the last Interface Statistics Block about it (`isb_ifrecv`).
    pub received: Option<u64>,
    /// Frames that were lost for want of resources, likewise (`isb_ifdrop`).
    pub dropped: Option<u64>,
}

/// A pcapng section (what one Section Header Block opens), as far as the capture describes it. Raw bytes from the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// Index of the file, in the order in which the files were given to [`open_all`].
    pub file: u32,
    /// `shb_hardware`.
    pub hardware: Option<Box<[u8]>>,
    /// `shb_os`.
    pub os: Option<Box<[u8]>>,
    /// `shb_userappl`: the program that wrote the section.
    pub application: Option<Box<[u8]>>,
    /// Comments on the section (`opt_comment`).
    pub comments: Vec<Box<[u8]>>,
}

/// What the frames of one interface came to. `received = delivered + dropped + unread` always.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Losses {
    /// Index into [`Source::interfaces`].
    pub interface: u32,
    /// Frames that passed the filter in the kernel.
    pub received: u64,
    /// Frames of them that were delivered by [`Source::next`].
    pub delivered: u64,
    /// Frames of them that the kernel had no room for.
    pub dropped: u64,
    /// Frames that the interface or its driver had no room for, whether or not they would have passed the filter.
    pub interface_dropped: u64,
}

impl Losses {
    /// Frames that lie in the kernel's buffer, or lay in it at the end.
    pub fn unread(&self) -> u64 {
        self.received.saturating_sub(self.delivered).saturating_sub(self.dropped)
    }
}

/// Something that happened to an interface while frames were captured on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Index into [`Source::interfaces`].
    pub interface: u32,
    /// What happened.
    pub event: Event,
}

/// What can happen to an interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// It went down; capturing goes on when it comes up.
    Down,
    /// It came up again.
    Up,
    /// It has another name now. Raw bytes.
    Renamed(Box<[u8]>),
    /// It is gone, and capturing on it has ended; what was in the kernel's buffer has been delivered.
    Gone,
}

/// Something in a capture that was passed over although reading could go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oddity {
    /// Index of the file, in the order in which the files were given to [`open_all`].
    pub file: u32,
    /// Where its block begins: bytes from the start of the file (of the decompressed stream, if it is compressed).
    pub offset: u64,
    /// What is wrong, with both numbers. Program text; nothing in it comes from the file but numbers.
    pub reason: String,
}

/// What was read and what was passed over, over all files of a source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Frames delivered.
    pub frames: u64,
    /// Blocks of known types that hold no frame and that this program has no use for: name resolution, decryption
    /// secrets, custom blocks.
    pub other_blocks: u64,
    /// Blocks of types that are not known.
    pub unknown_blocks: u64,
    /// Blocks whose framing was intact but whose content was wrong; the frames in them, if any, are lost.
    pub bad_blocks: u64,
    /// Frames, interfaces and sections that were read although their options were malformed; the options after the
    /// malformed one are lost.
    pub bad_options: u64,
    /// Names and comments that were not kept because of the limits on their number and size.
    pub texts_dropped: u64,
    /// The first bad block or option.
    pub first_bad: Option<Oddity>,
}

impl Counters {
    /// Notes where and why the first thing went wrong; later ones only count.
    fn note(&mut self, file: u32, offset: u64, reason: impl FnOnce() -> String) {
        if self.first_bad.is_none() {
            self.first_bad = Some(Oddity { file, offset, reason: reason() });
        }
    }
}

/// Where frames come from, one after the other.
pub trait Source {
    /// The next frame; `None` at the end.
    ///
    /// # Errors
    ///
    /// The capture is damaged or cannot be read. After an error, as after the end, every further call returns
    /// `Ok(None)`. Everything before the damage has been delivered by then.
    fn next(&mut self) -> Result<Option<Frame<'_>>, Error>;

    /// Whether the `None` that [`Source::next`] returned last only says that no frame is there yet, as on a link or a pipe.
    fn is_idle(&self) -> bool {
        false
    }

    /// Waits until a frame may be there, one of `others` can be read, or `timeout` has passed. Signals may end it early.
    ///
    /// # Errors
    ///
    /// The system cannot wait.
    fn wait(&mut self, _others: &[BorrowedFd<'_>], _timeout: Option<Duration>) -> Result<(), Error> {
        Ok(())
    }

    /// The sockets that frames come from, on which nothing need ever be sent.
    fn sockets(&self) -> Vec<BorrowedFd<'_>> {
        Vec::new()
    }

    /// No frame that has not yet arrived is wanted any more. Returns whether those that have are still delivered, before the
    /// end; a file need not be read on.
    fn stop(&mut self) -> bool {
        false
    }

    /// What each interface lost until now, and what else happened to it; empty for files.
    fn losses(&mut self) -> Vec<Losses> {
        Vec::new()
    }

    /// What happened to interfaces since the last call: notices for people.
    fn notices(&mut self) -> Vec<Notice> {
        Vec::new()
    }

    /// The frame that [`Source::next`] delivered last, again, so that it can be looked at together with the rest of the
    /// source; `None` before the first and after the last.
    fn frame(&self) -> Option<Frame<'_>>;

    /// The interfaces met so far; [`Frame::interface`] is an index into them. pcapng files may describe further ones
    /// at any time.
    fn interfaces(&self) -> &[Interface];

    /// The pcapng sections met so far.
    fn sections(&self) -> &[Section];

    /// Bytes of input read so far (compressed bytes, if it is compressed), for progress.
    fn position(&self) -> u64;

    /// Bytes of input there are in all, when that is known (regular files).
    fn size(&self) -> Option<u64>;

    /// What was read and what was passed over so far.
    fn counters(&self) -> &Counters;
}

#[cfg(test)]
mod tests;
