//! `--max-memory`: how much memory conversations may take.

use super::diag::Diag;
use crate::text::escaped;

/// The least that can be asked for: enough for more than a thousand conversations.
const LEAST: usize = 1 << 20;
/// The most that is taken unasked.
const MOST: usize = 8 << 30;
/// What is taken when the machine does not say how much it has.
const UNKNOWN: usize = 1 << 30;

/// Reads a number of bytes: digits, perhaps with K, M or G behind them for powers of 1024.
///
/// # Errors
///
/// Wrong usage, when it is no such number, less than 1 MiB, or more than the machine can address.
pub(super) fn parse(text: &str) -> Result<usize, Diag> {
    let wrong = |why: &str| {
        Diag::usage(format!("--max-memory {}: {why}", escaped(text.as_bytes())))
            .hint("half a gigabyte for conversations:  sniff -r FILE --flows --max-memory 512M")
    };
    let (digits, shift) = match text.as_bytes() {
        [digits @ .., b'K' | b'k'] => (digits.len(), 10),
        [digits @ .., b'M' | b'm'] => (digits.len(), 20),
        [digits @ .., b'G' | b'g'] => (digits.len(), 30),
        digits => (digits.len(), 0),
    };
    let digits = text.get(..digits).unwrap_or_default();
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(wrong("expected a number of bytes, perhaps with K, M or G behind it"));
    }
    let bytes = digits.parse::<usize>().ok().and_then(|n| n.checked_mul(1 << shift));
    match bytes {
        None => Err(wrong("that is more than the machine can address")),
        Some(bytes) if bytes < LEAST => Err(wrong("the least is 1M")),
        Some(bytes) => Ok(bytes),
    }
}

/// What is taken unasked: a quarter of the machine's memory, at most 8 GiB.
pub(super) fn default() -> usize {
    let machine = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| total(&text));
    machine.map_or(UNKNOWN, |bytes| (bytes / 4).clamp(LEAST, MOST))
}

/// The machine's memory in bytes, from Linux's `/proc/meminfo`.
fn total(meminfo: &str) -> Option<usize> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kib: usize = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::{parse, total};

    #[test]
    fn numbers_with_and_without_units() {
        let read = |text| parse(text).ok();
        assert_eq!(read("1048576"), Some(1 << 20));
        assert_eq!([read("1M"), read("1m"), read("1024K")], [Some(1 << 20); 3]);
        assert_eq!(read("3G"), Some(3 << 30));
        assert_eq!(
            [read("1023K"), read("0"), read("99999999999G"), read("1.5G"), read("M"), read(""), read("-1M")],
            [None; 7]
        );
        assert!(parse("64").unwrap_err().message.contains("the least is 1M"));
    }

    #[test]
    fn what_linux_says() {
        assert_eq!(total("MemTotal:       16318572 kB\nMemFree: 1 kB\n"), Some(16_318_572 * 1024));
        assert_eq!([total(""), total("MemTotal: many kB"), total("MemTotal: 5")], [None; 3]);
    }
}
