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
    let page = String::from_utf8_lossy(&page);
    let (options, more) = page.split_once("\n.SH EXTRA\n").unwrap_or((&page, ""));
    Ok(format!("{options}\n.SH EXTRA\n{}", in_two_columns(more)).into_bytes())
}

/// Rows of examples (two spaces, a command, two spaces or more, what it does) as roff's tagged paragraphs: it would fill them
/// as it fills sentences.
fn in_two_columns(text: &str) -> String {
    let mut out = String::new();
    let mut was_row = false;
    for line in text.lines() {
        let row = line.strip_prefix("  ").and_then(|row| row.split_once("  "));
        match row {
            Some((command, what)) => out.extend([".TP\n", command, "\n", what.trim_start()]),
            None if line.is_empty() && was_row => out.push_str(".PP"),
            None => out.push_str(line),
        }
        out.push('\n');
        was_row = row.is_some();
    }
    out
}

/// Completions for a shell.
pub fn completions(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut whole(), "sniff", &mut script);
    script
}

#[cfg(test)]
mod tests {
    use super::{in_two_columns, man};

    #[test]
    fn examples_of_the_man_page_stand_each_on_its_own() {
        assert_eq!(in_two_columns("One:\n  a b    c d\n  e  f\n\nTwo"), "One:\n.TP\na b\nc d\n.TP\ne\nf\n.PP\nTwo\n");
        let page = String::from_utf8(man().expect("a page")).expect("UTF-8");
        assert!(page.contains("\n.TP\nsniff \\-D\nwhat can be captured on\n"), "{page}");
    }
}
