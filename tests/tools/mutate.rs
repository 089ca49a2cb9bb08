//! Mutates packets and capture files, for as long as one likes:
//!
//!     cargo run --profile proof --example mutate -- --packets 20000000 --files 100000 --seed 1
//!
//! The pool are the fixtures, and the corpus if there is one. Packets go through layers, reassembly, conversations,
//! tree, line and JSON, files through the reader and all of that. Reported are failures, laws that break, the slowest
//! packet in thread CPU time, and the peak memory over the size of the file. Exit code 1: a bound does not hold.

use rustix::time::{ClockId, clock_gettime};
use sniff::dissect::Registry;
use sniff::{packet, proto};
use sniff_testing::bench::Bench;
use sniff_testing::captures::{Dice, Kept, corpus, fixtures, frames};
use sniff_testing::files;
use sniff_testing::mutate;
use sniff_testing::mutate::Mutator;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::Duration;

/// No packet may take longer.
const SLOWEST_PACKET: Duration = Duration::from_millis(10);
/// No file may need more memory than this beyond its own size, in bytes.
const MOST_MEMORY: u64 = 64 << 20;
/// No file of the pool is longer, so that many fit into an hour.
const LONGEST_FILE: usize = 256 << 10;
/// Packets between two new beginnings of a seed, so that a finding can be made again quickly.
const SERIES: u64 = 100_000;
/// One packet in so many is also asked for every law and shown in every view.
const LAWS: u64 = 50;

struct Options {
    packets: u64,
    files: u64,
    seed: u64,
    /// The number of the first file: one finding can be made again without all those before it.
    from: u64,
    /// Where mutants that break something are written.
    keep: Option<PathBuf>,
}

fn options() -> Result<Options, String> {
    let mut options = Options { packets: 1_000_000, files: 5_000, seed: 1, from: 0, keep: None };
    let mut args = std::env::args().skip(1);
    while let Some(name) = args.next() {
        let value = args.next().ok_or_else(|| format!("{name} needs a value"))?;
        let number = || value.parse::<u64>().map_err(|e| format!("{name} {value}: {e}"));
        match name.as_str() {
            "--packets" => options.packets = number()?,
            "--files" => options.files = number()?,
            "--seed" => options.seed = number()?,
            "--from" => options.from = number()?,
            "--keep" => options.keep = Some(PathBuf::from(value)),
            _ => return Err(format!("{name}: there is only --packets, --files, --seed, --from and --keep")),
        }
    }
    Ok(options)
}

/// CPU time of this thread: other programs on the machine do not count.
fn cpu() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}

/// A number of `/proc/self/status`, in bytes; 0 where there is none.
fn status(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix(name)).unwrap_or_default();
    line.split_whitespace().find_map(|word| word.parse::<u64>().ok()).unwrap_or(0) * 1024
}

/// Where the last panic was, which [`packet::guarded`] does not tell.
static PANIC: Mutex<String> = Mutex::new(String::new());

/// What was found: how often, and the first of each kind.
#[derive(Default)]
struct Findings {
    kinds: BTreeMap<String, u64>,
    keep: Option<PathBuf>,
}

impl Findings {
    fn add(&mut self, why: &str, name: &str, bytes: &[u8]) {
        let panic = std::mem::take(&mut *PANIC.lock().unwrap_or_else(|e| e.into_inner()));
        let kind: Vec<_> = why.split_whitespace().filter(|w| !w.starts_with(|c: char| c.is_ascii_digit())).collect();
        let kind = format!("{} {panic}", kind.join(" "));
        let number = self.kinds.len();
        let entry = self.kinds.entry(kind).or_insert_with(|| {
            if let Some(folder) = &self.keep {
                let _ = std::fs::create_dir_all(folder);
                let _ = std::fs::write(folder.join(format!("{number:03}")), bytes);
            }
            println!("found: {name}: {why} {panic}");
            if bytes.len() <= mutate::LONGEST {
                println!("  {}", bytes.iter().map(|b| format!("{b:02x}")).collect::<String>());
            }
            0
        });
        *entry += 1;
    }
}

fn main() -> ExitCode {
    let options = match options() {
        Ok(options) => options,
        Err(why) => {
            eprintln!("mutate: {why}");
            return ExitCode::from(2);
        }
    };
    std::panic::set_hook(Box::new(|info| {
        *PANIC.lock().unwrap_or_else(|e| e.into_inner()) = info.to_string().replace('\n', " ");
        if !packet::is_guarded() {
            eprintln!("{info}");
        }
    }));
    let mut paths = fixtures();
    paths.extend(corpus().unwrap_or_default());
    let mut findings = Findings { keep: options.keep.clone(), ..Findings::default() };
    // Files first: their memory is measured against what the process had before.
    let files = mutate_files(&paths, &options, &mut findings);
    let packets = mutate_packets(&paths, &options, &mut findings);
    for (kind, count) in &findings.kinds {
        println!("{count} × {kind}");
    }
    let failed: u64 = findings.kinds.values().sum();
    println!("{failed} failures of {} kinds", findings.kinds.len());
    if failed == 0 && files && packets { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn mutate_files(paths: &[PathBuf], options: &Options, findings: &mut Findings) -> bool {
    if options.files == 0 {
        return true;
    }
    let mut pool: Vec<Vec<u8>> = paths.iter().filter_map(|p| std::fs::read(p).ok()).filter(|b| !b.is_empty()).collect();
    pool.iter_mut().for_each(|bytes| bytes.truncate(LONGEST_FILE));
    let registry = Registry::new(proto::ALL);
    let before = status("VmRSS:");
    let (mut read, mut frames, mut damaged) = (0u64, 0u64, 0u64);
    let mut slowest = (Duration::ZERO, 0);
    let mut peak = 0u64;
    for number in options.from..options.from.saturating_add(options.files) {
        let make = || mutate::file(&pool, &mut dice(options.seed, number));
        let bytes = make();
        let size = bytes.len() as u64;
        let start = cpu();
        let result = packet::guarded(|| files::show(&registry, bytes));
        let took = cpu() - start;
        if took > slowest.0 {
            slowest = (took, number);
        }
        // The peak never falls, so it is this file's as long as it is over the one before.
        peak = peak.max(status("VmHWM:").saturating_sub(before).saturating_sub(size));
        let name = format!("--seed {} file {number}", options.seed);
        match result {
            Ok(Ok(done)) => {
                (read, frames) = (read + 1, frames + done.frames);
                damaged += u64::from(done.damaged);
            }
            Ok(Err(why)) => findings.add(&why, &name, &make()),
            Err(_) => findings.add("reading failed", &name, &make()),
        }
    }
    if let Some(folder) = &options.keep {
        let bytes = mutate::file(&pool, &mut dice(options.seed, slowest.1));
        if let Err(error) = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(folder.join("slowest"), bytes))
        {
            println!("the slowest file could not be kept: {error}");
        }
    }
    println!("{read} files, {damaged} of them damaged, {frames} frames");
    println!("slowest file: {:?} (number {}), peak memory over its size: {} KiB", slowest.0, slowest.1, peak >> 10);
    peak <= MOST_MEMORY
}

/// The dice for the mutant with this number.
fn dice(seed: u64, number: u64) -> Dice {
    let mut dice = Dice::new(seed.wrapping_mul(0x9e37_79b9).wrapping_add(number));
    dice.draw();
    dice
}

fn mutate_packets(paths: &[PathBuf], options: &Options, findings: &mut Findings) -> bool {
    if options.packets == 0 {
        return true;
    }
    let pool: Vec<Kept> = paths.iter().flat_map(|f| frames(f).into_iter().take(200)).collect();
    println!("{} packets to begin with", pool.len());
    let mut mutator = Mutator::new(&pool, 0);
    let mut bench = Bench::new();
    let mut slowest = (Duration::ZERO, 0, String::new());
    let mut longest = 0;
    for number in 0..options.packets {
        if number % SERIES == 0 {
            mutator.reseed(options.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(number / SERIES));
            bench.forget();
        }
        let mutant = mutator.packet();
        let frame = mutant.frame();
        let mut run = |bench: &mut Bench| {
            let conversations = bench.read(&frame, None)?;
            longest = longest.max(bench.write(&frame, &conversations)?);
            Ok::<_, String>(conversations)
        };
        let start = cpu();
        let result = run(&mut bench);
        let mut took = cpu() - start;
        if took > slowest.0 && took > Duration::from_micros(500) {
            // The first time may pay for memory that grows; what a packet costs shows when it comes again.
            for _ in 0..3 {
                let start = cpu();
                let _ = run(&mut bench);
                took = took.min(cpu() - start);
            }
        }
        if took > slowest.0 {
            slowest = (took, number, mutant.name());
        }
        let name = format!("--seed {} packet {number}, link type {}", options.seed, mutant.link.0);
        let result = result.and_then(|conversations| {
            if number % LAWS != 0 {
                return Ok(());
            }
            bench.check(&frame, &conversations)?;
            packet::guarded(|| bench.show(&frame, &conversations)).unwrap_or_else(|_| Err("a view failed".to_owned()))
        });
        if let Err(why) = result {
            findings.add(&why, &name, &mutant.data);
        }
    }
    println!("{} packets, longest text {longest} bytes", options.packets);
    println!("slowest packet: {:?} (number {}, from {})", slowest.0, slowest.1, slowest.2);
    println!("peak memory: {} MiB", status("VmHWM:") >> 20);
    slowest.0 <= SLOWEST_PACKET
}
