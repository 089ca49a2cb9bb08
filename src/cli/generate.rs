//! Man page and shell completions, from the same table as the parser.

use super::args::Args;
use clap::CommandFactory;
use clap_complete::Shell;
use std::io;

/// The man page, in roff.
///
/// # Errors
///
/// Writing to memory does not fail in practice.
pub fn man() -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Args::command()).render(&mut page)?;
    Ok(page)
}

/// Completions for a shell. The verbs are offered as first words.
pub fn completions(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "sniff", &mut script);
    script
}
