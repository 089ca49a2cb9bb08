//! Options that say which captures are written, and how.

use super::number;
use clap::Args;
use std::ffi::OsString;
use std::path::PathBuf;

/// The heading of these options in `--help`.
const SAVING: &str = "Saving";

/// Writing captures.
#[derive(Debug, Default, Args)]
pub struct Saving {
    /// Write the frames to FILE, as pcapng when its name ends in .pcapng or .ntar and otherwise as pcap (- is standard output),
    /// and print no packets. A file that exists already is not touched
    #[arg(short = 'w', value_name = "FILE", help_heading = SAVING)]
    pub write: Option<PathBuf>,

    /// With -w: print packets too
    #[arg(long, help_heading = SAVING)]
    pub print: bool,

    /// With -w: replace files that exist already, if they are regular files of the same owner
    #[arg(long, help_heading = SAVING)]
    pub force: bool,

    /// Begin another file before one is larger than SIZE: millions of bytes, or with K, M or G powers of 1024. Files are
    /// numbered: trace.pcap becomes trace-0000.pcap, trace-0001.pcap
    #[arg(short = 'C', value_name = "SIZE[K|M|G]", help_heading = SAVING)]
    pub size: Option<String>,

    /// Begin another file every SECONDS; escapes of strftime in the name give each its time: trace-%Y%m%d-%H%M%S.pcap
    #[arg(short = 'G', value_name = "SECONDS", help_heading = SAVING, value_parser = number::<u64>(1, u64::MAX))]
    pub interval: Option<u64>,

    /// With -C: keep the last N files. With -G alone: end after N files
    #[arg(short = 'W', value_name = "N", help_heading = SAVING, value_parser = number::<u64>(1, u64::MAX))]
    pub files: Option<u64>,

    /// Run COMMAND FILE for each complete file: gzip, zstd, or a script
    #[arg(short = 'z', value_name = "COMMAND", help_heading = SAVING)]
    pub command: Option<OsString>,

    /// Write each frame to the file at once, not after up to a second
    #[arg(short = 'U', help_heading = SAVING)]
    pub unbuffered: bool,

    /// Write what is found out about frames beside them, as comments: changes of state, contradictions. Only in pcapng
    #[arg(long, help_heading = SAVING)]
    pub annotate: bool,

    /// Write only what lies within TIME (30s, 500ms, 5m) of a frame that matches --on, before it and after it
    #[arg(long, value_name = "TIME", help_heading = SAVING)]
    pub keep: Option<String>,

    /// The BPF expression that --keep waits for
    #[arg(long, value_name = "BPF", help_heading = SAVING)]
    pub on: Option<String>,
}
