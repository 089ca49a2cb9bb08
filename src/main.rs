//! The `sniff` program: a thin door to the library.

use sniff::cli::signals::Signals;
use sniff::cli::{self, Env, Process};
use std::ffi::OsString;
use std::io::IsTerminal;
use std::process::ExitCode;

fn main() -> ExitCode {
    // A dissector's panic is caught, counted and shown with its packet; only the others are told here.
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !sniff::packet::is_guarded() {
            tell(info);
        }
    }));
    let words: Vec<OsString> = std::env::args_os().collect();
    let signals = if cli::helping::asked(&words).is_some() { Signals::ignore() } else { Signals::install() };
    let (mut out, mut err) = (std::io::stdout().lock(), std::io::stderr());
    let var = |name| std::env::var_os(name).filter(|v| !v.is_empty());
    let mut env = Env {
        out_is_terminal: out.is_terminal(),
        err_is_terminal: err.is_terminal(),
        out: &mut out,
        err: &mut err,
        // COLUMNS comes first, so that a pipe can have a width, too.
        columns: var("COLUMNS")
            .and_then(|v| v.to_str()?.parse().ok())
            .or_else(|| Some(terminal_size::terminal_size()?.0.0.into())),
        no_color: var("NO_COLOR").is_some(),
        clicolor_force: var("CLICOLOR_FORCE").is_some_and(|v| v != "0"),
        zone: jiff::tz::TimeZone::system(),
        signals: &signals,
        window: || terminal_size::terminal_size().map(|(columns, lines)| (columns.0.into(), lines.0.into())),
        process: Some(Process { sudo_uid: var("SUDO_UID"), sudo_gid: var("SUDO_GID") }),
    };
    ExitCode::from(cli::run(words, &mut env))
}
