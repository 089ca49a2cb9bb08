//! Makes large captures for measurements, fast, and the same bytes for the same seed:
//!
//!     cargo run --release --example make-traffic -- KIND OUT.pcap [--packets N] [--connections N] [--seed N]
//!
//! KIND is `mixed`, `small`, `syns` or `concurrent`; `tests/support/traffic` says what each is. `--packets` counts all
//! packets, but of `concurrent` those after the handshakes; `--connections` counts TCP connections.

use sniff_testing::traffic::{Contents, Kind, Plan};
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// As much is written at once.
const BUFFER_BYTES: usize = 1 << 20;

fn options() -> Result<(Plan, PathBuf), String> {
    let (mut packets, mut connections, mut seed) = (None, None, 1);
    let mut places = Vec::new();
    let mut args = std::env::args().skip(1);
    while let Some(name) = args.next() {
        if !name.starts_with("--") {
            places.push(name);
            continue;
        }
        let value = args.next().ok_or_else(|| format!("{name} needs a value"))?;
        let number = value.parse::<u64>().map_err(|e| format!("{name} {value}: {e}"))?;
        match name.as_str() {
            "--packets" => packets = Some(number),
            "--connections" => connections = Some(number),
            "--seed" => seed = number,
            _ => return Err(format!("{name}: there is only --packets, --connections and --seed")),
        }
    }
    let [kind, path] = places.as_slice() else {
        return Err("needs a kind of traffic and the file to write".to_owned());
    };
    Ok((Plan::new(kind.parse::<Kind>()?, packets, connections, seed)?, path.into()))
}

fn make(plan: &Plan, path: &Path) -> io::Result<Contents> {
    plan.write(BufWriter::with_capacity(BUFFER_BYTES, File::create(path)?))
}

fn main() -> ExitCode {
    let (plan, path) = match options() {
        Ok(options) => options,
        Err(why) => {
            eprintln!("make-traffic: {why}");
            return ExitCode::from(2);
        }
    };
    match make(&plan, &path) {
        Ok(Contents { packets, bytes, tcp, udp, echo }) => {
            println!("{packets} packets, {bytes} bytes, conversations: {tcp} TCP, {udp} UDP, {echo} ICMP echo");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("make-traffic: {}: {error}", path.display());
            ExitCode::FAILURE
        }
    }
}
