//! Where frames come from: capture files, standard input, and (feature `live`) interfaces.
//!
//! Everything here speaks of frames as bytes with a time and a link type; what is inside them is not its business.
//! It imports nothing above floor 1.

use crate::time::Time;

/// A link-layer header type, as in capture files (the `LINKTYPE_` numbers of tcpdump.org).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LinkType(pub u16);

/// One captured frame, borrowed from its source until the next one is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// When it was captured.
    pub time: Time,
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
