//! Does what was planned, and says what came of it.

use super::args::{Document, VERBS, Verb, What};
use super::diag::{Diag, Exit};
use super::guarding::Process;
use super::signals::Signals;
use super::work::work;
use super::{generate, helping, saving};
use crate::dissect::Registry;
use crate::output::fields::{self, Layout};
use crate::output::schema::{self, conversations, story};
use crate::output::{flows, protocols};
use crate::proto;
use crate::text::{Text, escaped};
use anyhow::bail;
use clap::Parser;
use clap::error::ErrorKind;
use std::ffi::OsString;
use std::io::Write;

/// What the program needs from its surroundings, so that tests can give it other ones.
pub struct Env<'a> {
    /// Standard output.
    pub out: &'a mut dyn Write,
    /// Standard error.
    pub err: &'a mut dyn Write,
    /// Whether standard output is a terminal.
    pub out_is_terminal: bool,
    /// Whether standard error is a terminal.
    pub err_is_terminal: bool,
    /// Columns of the terminal, if there is one.
    pub columns: Option<usize>,
    /// NO_COLOR is set and not empty.
    pub no_color: bool,
    /// CLICOLOR_FORCE is set and not 0.
    pub clicolor_force: bool,
    /// The local time zone.
    pub zone: jiff::tz::TimeZone,
    /// What signals have asked for.
    pub signals: &'a Signals,
    /// Asks the terminal that standard output is for its columns and lines.
    pub window: fn() -> Option<(usize, usize)>,
    /// The process, when it is the program's own and may give up its privileges. Only `main` sets it.
    pub process: Option<Process>,
}

/// The width of text where no terminal says another.
const COLUMNS: usize = 100;

impl<'a> Env<'a> {
    /// No terminal and no environment, and times in UTC.
    pub fn plain(out: &'a mut dyn Write, err: &'a mut dyn Write, signals: &'a Signals) -> Env<'a> {
        Env {
            out,
            err,
            out_is_terminal: false,
            err_is_terminal: false,
            columns: None,
            no_color: false,
            clicolor_force: false,
            zone: jiff::tz::TimeZone::UTC,
            signals,
            window: || None,
            process: None,
        }
    }
}

impl Env<'_> {
    /// Whether colour is wanted when nobody said.
    pub fn auto_colour(&self) -> bool {
        self.clicolor_force || (self.out_is_terminal && !self.no_color)
    }

    /// How wide text may be; longer lines than the widest are hard to read.
    pub(super) fn width(&self) -> usize {
        self.columns.unwrap_or(COLUMNS).clamp(20, 160)
    }

    /// How wide a table may be, which is not read line by line.
    pub(super) fn table_width(&self) -> usize {
        self.columns.unwrap_or(COLUMNS).clamp(20, 400)
    }
}

/// Runs the program: `args` as the system passes them, the program's name first. Returns the exit code.
pub fn run(args: impl IntoIterator<Item = OsString>, env: &mut Env<'_>) -> u8 {
    let args: Vec<OsString> = args.into_iter().collect();
    let is_verb = args.get(1).and_then(|a| a.to_str()).is_some_and(|a| VERBS.contains(&a));
    let done = match helping::asked(&args) {
        Some(role) if env.process.is_some() => helping::serve(role, &args, env),
        _ if is_verb => verb(args, env),
        _ => work(args, env),
    };
    match done {
        Ok(exit) => exit as u8,
        Err(error) => {
            let diag = Diag::from(error);
            // Nothing can be said when standard error is gone.
            let _ = writeln!(env.err, "sniff: {diag}");
            diag.exit as u8
        }
    }
}

/// What clap found wrong, or help and version, which it treats alike.
pub(super) fn typed<P: Parser>(args: Vec<OsString>, env: &mut Env<'_>) -> anyhow::Result<Result<P, Exit>> {
    P::try_parse_from(args).map(Ok).or_else(|error| {
        let text = error.render();
        match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
                let text = if env.auto_colour() { text.ansi().to_string() } else { text.to_string() };
                put(env, text.as_bytes()).map(Err)
            }
            _ => {
                let text = escape_lines(&text.to_string());
                let _ = env.err.write_all(text.as_bytes());
                Ok(Err(Exit::Usage))
            }
        }
    })
}

/// Escapes what clap quotes from the command line, keeping its lines.
fn escape_lines(text: &str) -> String {
    let lines: Vec<String> = text.trim_end().split('\n').map(|l| escaped(l.as_bytes())).collect();
    let text = lines.join("\n");
    format!("sniff: {}\n", text.strip_prefix("error: ").unwrap_or(&text))
}

/// Writes all of `bytes` to standard output.
pub(super) fn put(env: &mut Env<'_>, bytes: &[u8]) -> anyhow::Result<Exit> {
    match env.out.write_all(bytes).and_then(|()| env.out.flush()) {
        Ok(()) => Ok(Exit::Ok),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(Exit::Ok),
        Err(error) => Err(output_failed(&error).into()),
    }
}

pub(super) fn output_failed(error: &std::io::Error) -> Diag {
    Diag::new(
        Exit::Output,
        format!("the output could not be written completely: {}", escaped(error.to_string().as_bytes())),
    )
}

fn verb(args: Vec<OsString>, env: &mut Env<'_>) -> anyhow::Result<Exit> {
    let verb: Verb = match typed(args, env)? {
        Ok(verb) => verb,
        Err(exit) => return Ok(exit),
    };
    let registry = Registry::new(proto::ALL);
    let mut text = Text::new();
    match verb.what {
        What::Fields { pattern } => {
            let layout = match env.out_is_terminal {
                true => Layout::Table { width: u16::try_from(env.width()).unwrap_or(u16::MAX) },
                false => Layout::Lines,
            };
            if fields::list(&registry, pattern.as_deref(), layout, &mut text) == 0 {
                let pattern = escaped(pattern.unwrap_or_default().as_bytes());
                bail!(
                    Diag::new(Exit::Error, format!("no field matches {pattern}"))
                        .hint("list all fields:  sniff fields")
                );
            }
            put(env, text.as_bytes())
        }
        What::Repair { from, to, force } => Ok(saving::repair(&from, &to, force, env.err)?),
        What::Generate { what } => {
            let document = match what {
                Document::Man => generate::man()?,
                Document::Bash => generate::completions(clap_complete::Shell::Bash),
                Document::Zsh => generate::completions(clap_complete::Shell::Zsh),
                Document::Fish => generate::completions(clap_complete::Shell::Fish),
                Document::Fields => fields::markdown(&registry).into_bytes(),
                Document::Protocols => protocols::markdown(&registry).into_bytes(),
                Document::Flows => flows::markdown().into_bytes(),
                Document::Schema => schema::packet_schema(&registry).into_bytes(),
                Document::FlowSchema => conversations::flow_schema().into_bytes(),
                Document::TransitionSchema => conversations::transition_schema().into_bytes(),
                Document::SocketSchema => conversations::socket_schema().into_bytes(),
                Document::StorySchema => story::story_schema().into_bytes(),
                Document::StatisticsSchema => schema::live::statistics_schema().into_bytes(),
                Document::InterfaceSchema => schema::live::interface_schema().into_bytes(),
            };
            put(env, &document)
        }
    }
}
