//! Man page and shell completions, from the same tables as the parser.

use super::args::{Args, Verb};
use clap::{Command, CommandFactory};
use clap_complete::Shell;
use std::io;

/// The whole command line: the options, and the verbs, which the parser keeps apart because they are verbs only as the
/// first word.
fn whole() -> Command {
    let verbs = Verb::command();
    Args::command().subcommands(verbs.get_subcommands().cloned())
}

/// The man page, in roff.
///
/// # Errors
///
/// Writing to memory does not fail in practice.
pub fn man() -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    // Without the verbs' own pages, which there are not; the text names them.
    clap_mangen::Man::new(Args::command()).render(&mut page)?;
    Ok(page)
}

/// Completions for a shell.
pub fn completions(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut whole(), "sniff", &mut script);
    script
}
