//! The command line as typed. One table for the parser, `--help`, the man page and the completions.

mod guarding;
mod saving;
mod source;

pub use guarding::{Guarding, Sandbox};
pub use saving::Saving;
pub use source::{Direction, Source};

use clap::{ArgAction, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Explains network captures: every header field in words, and which frames belong together.
#[derive(Debug, Parser)]
#[command(
    name = "sniff",
    version,
    disable_version_flag = true,
    disable_help_subcommand = true,
    override_usage = "sniff [-i INTERFACE ...] [OPTIONS] [BPF EXPRESSION ...]\n       sniff -r FILE [-r FILE ...] [OPTIONS] [BPF EXPRESSION ...]\n       sniff fields [PATTERN]\n       sniff repair [--force] IN OUT\n       sniff generate man|bash|zsh|fish|DOCUMENT",
    after_help = "Verbs, only as the first word:\n  \
                  sniff fields [PATTERN]    lists the fields with meaning and clause\n  \
                  sniff repair IN OUT       copies a damaged capture up to its last whole packet\n  \
                  sniff generate WHAT       writes man page, completions, documents\n\n\
                  Signals: INT, TERM and HUP end a capture cleanly, and the program at once when they come again; USR1 prints \
                  the counts, USR2 writes out what is buffered.\n\n\
                  Exit codes: 0 success, 1 error, 2 wrong usage, 4 the capture is damaged (everything before the damage was \
                  shown), 5 the output could not be written completely.\n\nExamples of files:\n  \
                  sniff -r trace.pcap                         one line a packet\n  \
                  sniff -r trace.pcap --explain=1             packet 1, every field in words\n  \
                  sniff -r trace.pcap -T json tcp port 443    what matches, as JSON Lines\n  \
                  sniff -r trace.pcap --flows                 a row a conversation, how it ended\n  \
                  sniff -r trace.pcap -w dns.pcapng port 53   what matches, as a capture\n  \
                  sniff -r a.gz -r b.gz -T json               two captures, merged by time\n  \
                  zcat trace.gz | sniff -r - -V               through a pipe, as trees\n\n\
                  Examples of live capture (sudo sniff ..., or once sudo setcap cap_net_raw=ep\n\
                  /path/of/sniff):\n  \
                  sniff -D                                    what can be captured on\n  \
                  sniff -i eth0 port 53                       one line a packet, as they come\n  \
                  sniff -i eth0 --flows                       who talks now, with processes\n  \
                  sniff -i eth0 -i wlan0 --states -T json     changes of state, as JSON Lines\n  \
                  sniff -i any -w trace.pcapng -C 100 -W 10   the last ten files of 100 MB\n  \
                  sniff -i eth0 -w a.pcap --keep 9s --on icmp  only what is around a match"
)]
pub struct Args {
    /// Where frames come from.
    #[command(flatten)]
    pub source: Source,

    /// Writing captures.
    #[command(flatten)]
    pub saving: Saving,

    /// Take the BPF expression from FILE
    #[arg(short = 'F', value_name = "FILE", help_heading = "Selection")]
    pub filter_file: Option<PathBuf>,

    /// End after N packets that the BPF expression matches
    #[arg(short = 'c', value_name = "N", help_heading = "Selection", value_parser = number::<u64>(1, u64::MAX))]
    pub count_limit: Option<u64>,

    /// End after this: duration:SECONDS, packets:N, or filesize:KB (thousands of bytes, in all files of -w); repeatable
    #[arg(short = 'a', value_name = "CONDITION", help_heading = "Selection", action = ArgAction::Append)]
    pub autostop: Vec<String>,

    /// Print how many packets there are, and nothing else
    #[arg(long = "count", help_heading = "Selection")]
    pub count: bool,

    /// BPF expression, as tcpdump's: only matching frames count
    #[arg(value_name = "BPF EXPRESSION", help_heading = "Selection")]
    pub expression: Vec<String>,

    /// Show every packet as a tree of its fields
    #[arg(short = 'V', help_heading = "View")]
    pub tree: bool,

    /// Show trees in which only these protocols are opened (names as in frame.protocols: eth, ip, tcp)
    #[arg(short = 'O', value_name = "PROTOCOLS", help_heading = "View", value_delimiter = ',')]
    pub only: Vec<String>,

    /// Explain every packet (or packet N, or packets N to M): units, byte ledger, bit diagrams, every field in words
    #[arg(long, value_name = "N|N-M", help_heading = "View", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub explain: Option<String>,

    /// Show every change of state of both ends of every TCP connection
    #[arg(long, help_heading = "View")]
    pub states: bool,

    /// Show a table of all conversations: both ends, how it ended, packets, bytes; more where there is more width, with the
    /// client's number before the slash and the server's behind it
    #[arg(long, help_heading = "View")]
    pub flows: bool,

    /// Sort --flows by KEY, -KEY: the greatest first. Keys: id (the default), start, duration, bytes, packets, payload,
    /// retransmissions, rtt, client, server, outcome. Flows that memory has no room for come first, as they leave
    #[arg(long, value_name = "KEY", help_heading = "View", allow_hyphen_values = true)]
    pub sort: Option<String>,

    /// Show at most N rows of --flows
    #[arg(long, value_name = "N", help_heading = "View", value_parser = number::<u64>(1, u64::MAX))]
    pub limit: Option<u64>,

    /// With --states: the sockets that every host had at TIME, as ss -tan would have listed them there. TIME is RFC 3339
    /// (2026-01-01T12:00:00Z), seconds since 1970, or +SECONDS after the first frame
    #[arg(long, value_name = "TIME", help_heading = "View")]
    pub at: Option<String>,

    /// Live --flows and --states: on a terminal, a new picture every SECONDS instead of every second; as JSON, all that there
    /// is at that moment, too
    #[arg(long, value_name = "SECONDS", help_heading = "View", value_parser = number::<u32>(1, u32::MAX.into()))]
    pub every: Option<u32>,

    /// Tell the story of conversation ID (its number after # in lines): what happened, segment by segment with the states
    /// of both ends, and its numbers
    #[arg(long, value_name = "ID", help_heading = "View", value_parser = number::<u32>(1, u32::MAX.into()))]
    pub conn: Option<u32>,

    /// Bytes of memory for conversations, with K, M or G for powers of 1024; by default a quarter of the machine's memory, at
    /// most 8G. Beyond that, the least useful ones are given up, and the end says how many
    #[arg(long, value_name = "N[K|M|G]", help_heading = "View")]
    pub max_memory: Option<String>,

    /// Show the bytes after the link-level header in hexadecimal (-xx: the link-level header too)
    #[arg(short = 'x', help_heading = "View", action = ArgAction::Count)]
    pub hex: u8,

    /// As -x, with the characters beside the digits (-XX: the link-level header too)
    #[arg(short = 'X', help_heading = "View", action = ArgAction::Count)]
    pub hex_ascii: u8,

    /// Show the bytes after the link-level header as characters (-AA: the link-level header too)
    #[arg(short = 'A', help_heading = "View", action = ArgAction::Count)]
    pub ascii: u8,

    /// Output format: text when nothing is said, but live --flows and --states that no terminal shows are json
    #[arg(short = 'T', value_name = "FORMAT", help_heading = "Format", value_enum)]
    pub format: Option<Format>,

    /// Columns of -T fields and -T csv; `sniff fields` lists the names
    #[arg(long, value_name = "A,B,C", help_heading = "Format", value_delimiter = ',', action = ArgAction::Append)]
    pub fields: Vec<String>,

    /// Option of -T fields and -T csv, as tshark's: header=y|n, separator=/t|/s|CHAR, occurrence=f|l|a,
    /// aggregator=,|/s|CHAR, quote=d|s|n, escape=y|n, bom=y|n
    #[arg(short = 'E', value_name = "KEY=VALUE", help_heading = "Format", value_delimiter = None, action = ArgAction::Append)]
    pub column_options: Vec<String>,

    /// Show link-level headers
    #[arg(short = 'e', help_heading = "Display")]
    pub link: bool,

    /// Show less
    #[arg(short = 'q', help_heading = "Display")]
    pub quiet: bool,

    /// Show more (-vv, -vvv: yet more)
    #[arg(short = 'v', help_heading = "Display", action = ArgAction::Count)]
    pub verbose: u8,

    /// Show TCP sequence numbers as they are, not relative to the connection's beginning
    #[arg(short = 'S', help_heading = "Display")]
    pub absolute: bool,

    /// Don't compare checksums with what they cover
    #[arg(short = 'K', help_heading = "Display")]
    pub unverified: bool,

    /// Show addresses and ports as numbers; that is the default (-nn likewise)
    #[arg(short = 'n', help_heading = "Display", action = ArgAction::Count)]
    pub numeric: u8,

    /// Number the lines with the packets' numbers in the capture
    #[arg(short = '#', help_heading = "Display")]
    pub numbered: bool,

    /// Time: -t none, -tt seconds since 1970, -ttt since the packet before, -tttt with the date, -ttttt since the first
    #[arg(short = 't', help_heading = "Display", action = ArgAction::Count)]
    pub time: u8,

    /// Show times in UTC instead of the local time zone
    #[arg(long, help_heading = "Display")]
    pub utc: bool,

    /// Show times with nine digits
    #[arg(long, help_heading = "Display", conflicts_with = "micro")]
    pub nano: bool,

    /// Show times with six digits; that is the default
    #[arg(long, help_heading = "Display")]
    pub micro: bool,

    /// When to use colour; auto is on a terminal, unless NO_COLOR is set
    #[arg(long, value_name = "WHEN", help_heading = "Display", value_enum, default_value = "auto")]
    pub color: When,

    /// What the process gives up before it looks at packets.
    #[command(flatten)]
    pub guarding: Guarding,

    /// Write each packet out as soon as it is shown
    #[arg(short = 'l', help_heading = "Display")]
    pub line_buffered: bool,

    /// Print the version
    #[arg(long, action = ArgAction::Version)]
    pub version: (),
}

/// Reads a number within these bounds, and says what they are of one that is not.
fn number<T: TryFrom<u64>>(least: u64, most: u64) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync {
    move |text: &str| {
        let number = text.parse::<u64>().ok().filter(|n| (least..=most).contains(n));
        number.and_then(|n| T::try_from(n).ok()).ok_or_else(|| match most {
            0..0xffff_ffff => format!("expected a number from {least} to {most}"),
            _ => format!("expected a number of at least {least}"),
        })
    }
}

/// Formats of `-T`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// JSON Lines: one object a packet, flow or change of state
    Json,
    /// The columns of --fields, separated by tabs
    Fields,
    /// The columns of --fields, or of --flows, as RFC 4180 says
    Csv,
}

/// When to do something that depends on the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The verbs. They are recognised only as the first word, so that a BPF expression can hold any word.
#[derive(Debug, Parser)]
#[command(name = "sniff", disable_help_subcommand = true, version)]
pub struct Verb {
    /// What to do.
    #[command(subcommand)]
    pub what: What,
}

/// What the verbs do.
#[derive(Debug, Subcommand)]
pub enum What {
    /// List the fields: name, kind, meaning and the clause that defines it
    Fields {
        /// Only rows that contain this (in name, label or meaning); * and ? match as in file names
        pattern: Option<String>,
    },
    /// Copy a torn or damaged capture up to its last whole packet
    Repair {
        /// The damaged capture; compressed ones are written uncompressed
        from: PathBuf,
        /// The copy
        to: PathBuf,
        /// Replace the copy if it exists already
        #[arg(long)]
        force: bool,
    },
    /// Write a man page, shell completions, or the documents that are made from the field rows
    Generate {
        /// What to write
        #[arg(value_enum)]
        what: Document,
    },
}

/// What `sniff generate` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Document {
    /// The man page
    Man,
    /// Completions for bash
    Bash,
    /// Completions for zsh
    Zsh,
    /// Completions for fish
    Fish,
    /// docs/fields.md: every field of every protocol
    Fields,
    /// docs/protocols.md: every protocol, and what is decoded of it
    Protocols,
    /// docs/flows.md: every key of --flows
    Flows,
    /// docs/schema/packet.schema.json: the JSON Schema of -T json
    Schema,
    /// docs/schema/flow.schema.json: the JSON Schema of --flows -T json
    FlowSchema,
    /// docs/schema/transition.schema.json: the JSON Schema of --states -T json
    TransitionSchema,
    /// docs/schema/socket.schema.json: the JSON Schema of --states --at TIME -T json
    SocketSchema,
    /// docs/schema/story.schema.json: the JSON Schema of --conn ID -T json
    StorySchema,
    /// docs/schema/statistics.schema.json: the JSON Schema of what a live capture with -T json says it lost
    StatisticsSchema,
    /// docs/schema/interface.schema.json: the JSON Schema of -D -T json
    InterfaceSchema,
}

/// The verbs that are recognised.
pub const VERBS: [&str; 3] = ["fields", "generate", "repair"];
