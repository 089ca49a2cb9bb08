//! Options that say where frames come from.

use clap::{ArgAction, Args};
use std::path::PathBuf;

/// The heading of these options in `--help`.
const SOURCE: &str = "Source";

/// Where frames come from.
#[derive(Debug, Default, Args)]
pub struct Source {
    /// Read frames from FILE (pcap or pcapng, plain or compressed with gzip, zstd or lz4; - is standard input).
    /// Several are merged by time
    #[arg(short = 'r', value_name = "FILE", help_heading = SOURCE, action = ArgAction::Append)]
    pub read: Vec<PathBuf>,

    /// Bytes of memory for conversations, with K, M or G for powers of 1024; by default a quarter of the machine's memory, at
    /// most 8G. Beyond that, the least useful ones are given up, and the end says how many
    #[arg(long, value_name = "N[K|M|G]", help_heading = SOURCE)]
    pub max_memory: Option<String>,
}
