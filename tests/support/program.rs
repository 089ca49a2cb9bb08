//! Runs the program inside the test's own process.

use sniff::cli::Env;
use sniff::cli::signals::Signals;
use std::ffi::OsString;

/// What the program printed, and its exit code.
#[derive(Debug, Default)]
pub struct Ran {
    pub out: String,
    pub err: String,
    pub code: u8,
}

/// Runs it with these words behind its name, as if it wrote into pipes, in UTC. All that it prints is UTF-8.
pub fn run<W: Into<OsString>>(words: impl IntoIterator<Item = W>) -> Ran {
    run_in(None, words)
}

/// The same with a terminal's width, which only lays the output out.
pub fn run_in<W: Into<OsString>>(columns: Option<usize>, words: impl IntoIterator<Item = W>) -> Ran {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let signals = Signals::default();
    let mut env = Env { columns, ..Env::plain(&mut out, &mut err, &signals) };
    let words = words.into_iter().map(Into::into);
    let code = sniff::cli::run(std::iter::once(OsString::from("sniff")).chain(words), &mut env);
    let text = |bytes| String::from_utf8(bytes).expect("all that the program prints is UTF-8");
    Ran { out: text(out), err: text(err), code }
}
