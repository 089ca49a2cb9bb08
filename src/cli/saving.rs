//! What the options about writing captures mean, and the verb `repair`.

use super::args::Saving;
use super::diag::{Diag, Exit};
use crate::capture::bpf::FilterSet;
use crate::capture::save::{
    self, After, Clock, Failed, Files, Format, Given, Opener, Options, Recorder, Refused, Rotation, Saver, Settings,
    Why,
};
use crate::capture::{LinkType, Section};
use crate::text::escaped;
use jiff::tz::TimeZone;
use std::ffi::OsString;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// Bytes of memory for frames that wait for a match.
const KEEP_BYTES: usize = 256 << 20;
/// What `-C` counts in when no unit is given, as tcpdump does.
const MILLION: u64 = 1_000_000;

/// What is to be written.
#[derive(Debug)]
pub struct SavingPlan {
    /// The file, or the template of names; `-` is standard output.
    pub path: PathBuf,
    /// Format, rotation, limits.
    pub options: Options,
    /// Own files may be replaced.
    pub force: bool,
    /// User and group that the files are given to.
    pub owner: Option<(u32, u32)>,
    /// What runs for each complete file.
    pub command: Option<OsString>,
    /// Comments about the frames are written.
    pub annotate: bool,
    /// Packets are printed too.
    pub print: bool,
    /// How long frames are kept, and what they wait for: the expression, and its filter.
    pub keep: Option<(Duration, String, FilterSet)>,
    /// The time zone of file names.
    pub zone: TimeZone,
}

/// What the rest of the command line says that matters here.
#[derive(Clone, Debug)]
pub struct Around<'a> {
    /// Standard output is a terminal.
    pub out_is_terminal: bool,
    /// Frames come from interfaces, not from files.
    pub is_live: bool,
    /// Nine digits (`--nano`).
    pub nano: bool,
    /// The BPF expression.
    pub expression: Option<&'a str>,
    /// The local time zone.
    pub zone: &'a TimeZone,
}

/// Checks the options; `None` when nothing is to be written.
///
/// # Errors
///
/// Exit code 2 and what to type instead.
pub fn plan(args: &Saving, around: &Around<'_>) -> Result<Option<SavingPlan>, Diag> {
    let Some(path) = args.write.clone() else { return without_file(args).map(|()| None) };
    let shown = || escaped(path.as_os_str().as_encoded_bytes());
    if path.as_os_str() == "-" {
        if around.out_is_terminal {
            return Err(Diag::usage("-w -: a capture is not text, and standard output is a terminal")
                .hint("write a file:        -w trace.pcap\nor into a program:   sniff -r FILE -w - | PROGRAM"));
        }
        let given = [
            ("-C", args.size.is_some()),
            ("-G", args.interval.is_some()),
            ("-z", args.command.is_some()),
            ("--print", args.print),
        ];
        if let Some((option, _)) = given.into_iter().find(|(_, given)| *given) {
            return Err(Diag::usage(format!("{option} needs a file, and -w - writes to standard output"))
                .hint(format!("for instance:  -w trace.pcap {option} …")));
        }
    }
    if args.files.is_some() && args.size.is_none() && args.interval.is_none() {
        return Err(Diag::usage("-W says how many files there are, and nothing begins a second one")
            .hint("ten files of 100 million bytes:  -w trace.pcap -C 100 -W 10\nten files of an hour:             -w trace-%H.pcap -G 3600 -W 10"));
    }
    let format = Format::of_name(path.as_os_str().as_encoded_bytes());
    if args.annotate && format == Format::Pcap {
        return Err(Diag::usage(format!("--annotate: {} will be a pcap file, which has no comments", shown()))
            .hint("give it a name that ends in .pcapng:  -w trace.pcapng --annotate"));
    }
    let mut options = Options::new(format, concat!("sniff ", env!("CARGO_PKG_VERSION")));
    options.nano = around.nano;
    options.unbuffered = args.unbuffered;
    options.clock = if around.is_live { Clock::Wall } else { Clock::Frames };
    options.size = args.size.as_deref().map(size).transpose()?;
    options.interval = args.interval.map(Duration::from_secs);
    options.files = args.files;
    options.os = system();
    options.filter = around.expression.map(str::to_owned);
    let keep = match (&args.keep, &args.on) {
        (Some(span), Some(on)) => Some((duration(span)?, on.clone(), FilterSet::new(on, 0))),
        (None, None) => None,
        (span, _) => {
            let (given, missing) = if span.is_some() { ("--keep", "--on") } else { ("--on", "--keep") };
            return Err(Diag::usage(format!(
                "{given} was given without {missing}; the one says how long before and after \
                 a match packets are written, the other what matches"
            ))
            .hint("half a minute around every ICMP packet:  -w trouble.pcapng --keep 30s --on icmp"));
        }
    };
    Ok(Some(SavingPlan {
        path,
        options,
        force: args.force,
        owner: None,
        command: args.command.clone(),
        annotate: args.annotate,
        print: args.print,
        keep,
        zone: around.zone.clone(),
    }))
}

/// Refuses options of `-w` without it.
fn without_file(args: &Saving) -> Result<(), Diag> {
    let given = [
        ("--print", args.print),
        ("--force", args.force),
        ("-C", args.size.is_some()),
        ("-G", args.interval.is_some()),
        ("-W", args.files.is_some()),
        ("-z", args.command.is_some()),
        ("-U", args.unbuffered),
        ("--annotate", args.annotate),
        ("--keep", args.keep.is_some()),
        ("--on", args.on.is_some()),
    ];
    match given.into_iter().find(|(_, given)| *given) {
        None => Ok(()),
        Some((option, _)) => Err(Diag::usage(format!("{option} is for -w, which was not given"))
            .hint(format!("write a capture:  -w trace.pcapng {option} …"))),
    }
}

/// The value of `-C` in bytes: millions of them, or with a unit a power of 1024.
fn size(text: &str) -> Result<u64, Diag> {
    let wrong = || {
        Diag::usage(format!(
            "-C {}: expected a number of millions of bytes, or one with K, M or G behind it",
            escaped(text.as_bytes())
        ))
        .hint("files of 100 million bytes:  -w trace.pcap -C 100\nfiles of 64 KiB:             -w trace.pcap -C 64K")
    };
    let (digits, unit) = match text.as_bytes() {
        [digits @ .., b'K' | b'k'] => (digits, 1 << 10),
        [digits @ .., b'M' | b'm'] => (digits, 1 << 20),
        [digits @ .., b'G' | b'g'] => (digits, 1 << 30),
        digits => (digits, MILLION),
    };
    number(digits).and_then(|n| n.checked_mul(unit)).filter(|n| *n > 0).ok_or_else(wrong)
}

/// A length of time: `30s`, `500ms`, `5m`, `1h`; without a unit, seconds.
fn duration(text: &str) -> Result<Duration, Diag> {
    let wrong = || {
        Diag::usage(format!("--keep {}: expected a length of time", escaped(text.as_bytes())))
            .hint("half a minute before and after:  --keep 30s --on 'icmp'\nunits:  ms s m h")
    };
    let (digits, millis) = match text.as_bytes() {
        [digits @ .., b'm', b's'] => (digits, 1),
        [digits @ .., b's'] => (digits, 1000),
        [digits @ .., b'm'] => (digits, 60_000),
        [digits @ .., b'h'] => (digits, 3_600_000),
        digits => (digits, 1000),
    };
    let millis = number(digits).and_then(|n| n.checked_mul(millis)).filter(|n| *n > 0);
    millis.map(Duration::from_millis).ok_or_else(wrong)
}

/// A decimal number: digits and nothing else.
fn number(digits: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(digits).ok().filter(|t| t.bytes().all(|b| b.is_ascii_digit()))?;
    text.parse().ok()
}

/// The operating system, as Linux names itself.
fn system() -> Option<String> {
    let word = |name: &str| {
        let text = std::fs::read_to_string(Path::new("/proc/sys/kernel").join(name)).ok()?;
        Some(text.trim().to_owned())
    };
    Some(format!("{} {}", word("ostype")?, word("osrelease")?))
}

impl SavingPlan {
    /// How many files stay, if old ones make room for new ones.
    pub fn ring(&self) -> Option<u64> {
        self.options.files.filter(|_| self.options.size.is_some())
    }

    /// Where the files come from, in this process.
    ///
    /// # Errors
    ///
    /// There is no such folder, or no name can be made of the template.
    pub fn opener(&self) -> Result<Box<dyn Opener + Send>, Diag> {
        if self.path.as_os_str() == "-" {
            let file = io::stdout().as_fd().try_clone_to_owned();
            let file = file.map_err(|e| Refused { name: self.path.clone(), why: Why::System(e) });
            return Ok(Box::new(Given::new(&self.path, file.map_err(|e| Diag::from(&e))?.into())));
        }
        let settings = Settings {
            rotation: Rotation {
                by_size: self.options.size.is_some(),
                by_time: self.options.interval.is_some(),
                ring: self.ring(),
            },
            zone: self.zone.clone(),
            force: self.force,
            owner: self.owner,
            after: self.command.clone().map(|program| Box::new(Commands::new(program)) as Box<dyn After>),
        };
        Ok(Box::new(Files::new(&self.path, settings).map_err(|e| Diag::from(&e))?))
    }

    /// What writes, with files from this opener; `sections` are those of the capture that is read. Nothing is opened yet.
    ///
    /// # Errors
    ///
    /// The expression of `--on` is wrong for `link`.
    pub fn saver(self, opener: Box<dyn Opener + Send>, sections: &[Section], link: LinkType) -> Result<Saver, Diag> {
        // Without a handler, a file beyond the limit of its size ends the program before it can say so.
        let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::new(AtomicBool::new(false)));
        let mut options = self.options;
        options.hardware = sections.iter().find_map(|s| s.hardware.clone());
        options.comments = sections.iter().flat_map(|s| s.comments.iter().cloned()).collect();
        let saver = Saver::new(options, opener);
        let Some((span, _, mut on)) = self.keep else { return Ok(saver) };
        on.for_link(link).map_err(|e| Diag::from(&e))?;
        Ok(saver.with_recorder(Recorder::new(span, on, KEEP_BYTES)))
    }
}

/// Runs a program for each complete file.
struct Commands {
    program: OsString,
    running: Vec<(PathBuf, Child)>,
    failed: Vec<String>,
}

impl Commands {
    fn new(program: OsString) -> Self {
        Commands { program, running: Vec::new(), failed: Vec::new() }
    }

    /// Notes how a program ended.
    fn ended(&mut self, path: &Path, status: io::Result<std::process::ExitStatus>) {
        let (program, path) = (self.program.as_encoded_bytes(), path.as_os_str().as_encoded_bytes());
        let why = match status {
            Ok(status) if status.success() => return,
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        };
        self.failed.push(format!("-z {} {}: {}", escaped(program), escaped(path), escaped(why.as_bytes())));
    }
}

impl After for Commands {
    fn run(&mut self, path: &Path) -> io::Result<()> {
        for (path, mut child) in std::mem::take(&mut self.running) {
            match child.try_wait() {
                Ok(None) => self.running.push((path, child)),
                Ok(Some(status)) => self.ended(&path, Ok(status)),
                Err(error) => self.ended(&path, Err(error)),
            }
        }
        let mut command = Command::new(&self.program);
        // A name that begins with a dash is no option. What the program prints is no data of ours; and Ctrl-C ends the
        // capture, not the packing of a file.
        let path_is_option = path.as_os_str().as_encoded_bytes().starts_with(b"-");
        let argument = if path_is_option { Path::new(".").join(path) } else { path.to_owned() };
        command.arg(argument).stdin(Stdio::null()).process_group(0);
        command.stdout(io::stderr().as_fd().try_clone_to_owned()?);
        match command.spawn() {
            Ok(child) => self.running.push((path.to_owned(), child)),
            Err(error) => self.ended(path, Err(error)),
        }
        Ok(())
    }

    fn wait(&mut self) -> Vec<String> {
        for (path, mut child) in std::mem::take(&mut self.running) {
            let status = child.wait();
            self.ended(&path, status);
        }
        std::mem::take(&mut self.failed)
    }
}

impl From<&Refused> for Diag {
    fn from(refused: &Refused) -> Self {
        let exit = if matches!(refused.why, Why::Template(_)) { Exit::Usage } else { Exit::Error };
        let diag = Diag::new(exit, refused.to_string());
        let name = escaped(refused.name.as_os_str().as_encoded_bytes());
        match &refused.why {
            Why::Exists => diag.hint("take another name, or replace the file:  --force"),
            Why::NotRegular => diag.hint(format!("see what it is:  ls -l {name}")),
            Why::NotOurs => diag.hint(format!("see whose it is:  ls -l {name}")),
            Why::Linked => diag.hint("remove it first, or take another name"),
            Why::Template(_) => diag.hint("for instance:  -G 3600 -w trace-%Y%m%d-%H%M%S.pcap\nescapes:  man strftime"),
            Why::System(e) if e.kind() == io::ErrorKind::NotFound => diag.hint("the folder must exist already"),
            _ => diag,
        }
    }
}

impl From<&save::Error> for Diag {
    fn from(error: &save::Error) -> Self {
        let diag = match error {
            save::Error::Open(refused) => Diag::from(refused),
            error => Diag::new(Exit::Error, error.to_string()),
        };
        let exit = if error.is_output() { Exit::Output } else { diag.exit };
        let diag = Diag { exit, ..diag };
        match error {
            save::Error::Link { .. } | save::Error::Time { .. } => {
                diag.hint("pcapng files have room for both:  -w trace.pcapng")
            }
            _ => diag,
        }
    }
}

/// Copies a damaged capture up to its last whole record, and says what that was.
///
/// # Errors
///
/// Nothing could be read, or the copy cannot be made.
pub fn repair(from: &Path, to: &Path, force: bool, err: &mut dyn io::Write) -> Result<Exit, Diag> {
    let repaired = save::repair(from, to, force).map_err(|failed| match &failed {
        Failed::Read(error) | Failed::Nothing(error) => {
            Diag { exit: Exit::Error, message: failed.to_string(), ..Diag::from(error) }
        }
        Failed::Save(error) => Diag::from(error),
        _ => Diag::new(Exit::Error, failed.to_string())
            .hint("copy it into a file first:  cat PIPE > copy.pcap; sniff repair copy.pcap whole.pcap"),
    })?;
    let mut say = |line: String| {
        let _ = writeln!(err, "sniff: {line}");
    };
    match &repaired.damage {
        Some(damage) => say(damage.to_string()),
        None => say(format!("{}: not damaged", escaped(from.as_os_str().as_encoded_bytes()))),
    }
    let counters = &repaired.counters;
    if counters.bad_blocks > 0 {
        let blocks = if counters.bad_blocks == 1 { "block is" } else { "blocks are" };
        say(format!("{} {blocks} wrong inside; copied as they are", counters.bad_blocks));
    }
    if let Some(odd) = &counters.first_bad {
        say(format!("the first of them: at byte {}: {}", odd.offset, odd.reason));
    }
    let packets = if repaired.frames == 1 { "packet" } else { "packets" };
    let plain = repaired.compression.map_or_else(String::new, |c| format!(", not compressed with {c} any more"));
    let to = escaped(to.as_os_str().as_encoded_bytes());
    say(format!("{} whole {packets} ({} bytes) written to {to}{plain}", repaired.frames, repaired.bytes));
    Ok(Exit::Ok)
}

#[cfg(test)]
mod tests {
    use super::{duration, size};
    use std::time::Duration;

    #[test]
    fn sizes_are_millions_or_powers_of_1024() {
        let read = |text| size(text).ok();
        assert_eq!(read("1"), Some(1_000_000));
        assert_eq!([read("64K"), read("64k")], [Some(65_536); 2]);
        assert_eq!([read("3M"), read("2g")], [Some(3 << 20), Some(2 << 30)]);
        assert_eq!([read("0"), read(""), read("K"), read("1.5"), read("-1"), read("99999999999999G")], [None; 6]);
    }

    #[test]
    fn times_have_units() {
        let read = |text| duration(text).ok();
        assert_eq!([read("30s"), read("30")], [Some(Duration::from_secs(30)); 2]);
        assert_eq!(read("500ms"), Some(Duration::from_millis(500)));
        assert_eq!([read("2m"), read("1h")], [Some(Duration::from_secs(120)), Some(Duration::from_secs(3600))]);
        assert_eq!([read("0"), read("s"), read("5d"), read("-1s"), read("")], [None; 5]);
    }
}
