//! Options that say where frames come from.

use super::number;
use clap::{ArgAction, Args, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;

/// The heading of these options in `--help`.
const SOURCE: &str = "Source";

/// Where frames come from.
#[derive(Debug, Default, Args)]
pub struct Source {
    /// Capture on INTERFACE: a name, a number from -D, or any. Several are captured on at once. Without -i and -r, the first
    /// interface that is up and not loopback
    #[arg(short = 'i', value_name = "INTERFACE", help_heading = SOURCE, action = ArgAction::Append)]
    pub interface: Vec<OsString>,

    /// Read frames from FILE (pcap or pcapng, plain or compressed with gzip, zstd or lz4; - is standard input).
    /// Several are merged by time
    #[arg(short = 'r', value_name = "FILE", help_heading = SOURCE, action = ArgAction::Append)]
    pub read: Vec<PathBuf>,

    /// List the interfaces that can be captured on (with -T json: as JSON Lines)
    #[arg(short = 'D', help_heading = SOURCE)]
    pub list_interfaces: bool,

    /// List the link types that frames of the interface can have, for -y
    #[arg(short = 'L', help_heading = SOURCE)]
    pub list_link_types: bool,

    /// List the time stamps that frames of the interface can have, for -j
    #[arg(short = 'J', help_heading = SOURCE)]
    pub list_time_stamp_types: bool,

    /// Capture at most N bytes of each frame; 0, and without this option: 262144
    #[arg(short = 's', value_name = "N", help_heading = SOURCE, value_parser = number::<u32>(0, 262_144))]
    pub snaplen: Option<u32>,

    /// KiB of the kernel's buffer for each interface; without this option: 16384
    #[arg(short = 'B', value_name = "KIB", help_heading = SOURCE, value_parser = number::<u32>(1, 2_097_151))]
    pub buffer: Option<u32>,

    /// Don't put interfaces into promiscuous mode: capture only what is for this host, or from it
    #[arg(short = 'p', help_heading = SOURCE)]
    pub no_promiscuous: bool,

    /// Capture only frames that come in, or that go out
    #[arg(short = 'Q', value_name = "DIRECTION", help_heading = SOURCE, value_enum)]
    pub direction: Option<Direction>,

    /// Put a radio into monitor mode (802.11): it shows all frames, and leaves its network
    #[arg(short = 'I', help_heading = SOURCE)]
    pub monitor: bool,

    /// Time stamps of this type: host, adapter, adapter_unsynced; -J lists what an interface has
    #[arg(short = 'j', value_name = "TYPE", help_heading = SOURCE)]
    pub time_stamp_type: Option<String>,

    /// Frames of this link type, such as EN10MB; -L lists what an interface has
    #[arg(short = 'y', value_name = "TYPE", help_heading = SOURCE)]
    pub link_type: Option<String>,

    /// Hand each frame over at once, at more cost a frame; without this option a frame waits at most 10 ms for others
    #[arg(long, visible_alias = "immediate-mode", help_heading = SOURCE)]
    pub immediate: bool,
}

/// Which frames of an interface are captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Direction {
    /// What this host receives
    In,
    /// What this host sends
    Out,
    /// Both
    Inout,
}
