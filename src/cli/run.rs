//! Does what was planned, and says what came of it.

use super::args::{Args, Document, VERBS, Verb, What};
use super::attend::Attending;
use super::diag::{Diag, Exit};
use super::guarding::{Guard, Process};
use super::plan::{Plan, ViewPlan, plan};
use super::progress::Progress;
use super::signals::Signals;
use super::{generate, helping, saving, views};
use crate::capture::bpf::FilterSet;
use crate::capture::save::Saver;
use crate::capture::{self, Source, link_description, link_name};
use crate::dissect::Registry;
use crate::flow::Counts;
use crate::output::fields::{self, Layout};
use crate::output::schema::{self, conversations, story};
use crate::output::{flows, protocols};
use crate::pipeline::{self, Ended, Job, Options, Outcome, Save};
use crate::proto;
use crate::sandbox::Role;
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
    fn width(&self) -> usize {
        self.columns.unwrap_or(COLUMNS).clamp(20, 160)
    }

    /// How wide a table may be, which is not read line by line.
    fn table_width(&self) -> usize {
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
        _ => read(args, env),
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
fn put(env: &mut Env<'_>, bytes: &[u8]) -> anyhow::Result<Exit> {
    match env.out.write_all(bytes).and_then(|()| env.out.flush()) {
        Ok(()) => Ok(Exit::Ok),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(Exit::Ok),
        Err(error) => Err(output_failed(&error).into()),
    }
}

fn output_failed(error: &std::io::Error) -> Diag {
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
            };
            put(env, &document)
        }
    }
}

fn read(words: Vec<OsString>, env: &mut Env<'_>) -> anyhow::Result<Exit> {
    let args: Args = match typed(words.clone(), env)? {
        Ok(args) => args,
        Err(exit) => return Ok(exit),
    };
    let registry = Registry::new(proto::ALL);
    let guard = Guard::new(&args.guarding, args.verbose > 0, env.process.as_ref())?;
    let mut plan = plan(args, &registry, env)?;
    let opened = capture::open_files(&plan.files).map_err(|e| Diag::from(&e))?;
    let mut filter = plan.expression.as_deref().map(|expression| FilterSet::new(expression, 0));
    if let Some(filter) = &mut filter {
        guard.compile_ahead(filter);
    }
    let annotate = plan.saving.as_ref().is_some_and(|saving| saving.annotate);
    let saved_as = plan.saving.as_ref().map(|saving| saving.path.clone());
    let saving = match plan.saving.take() {
        None => None,
        Some(mut saving) => {
            let opener = helping::opener(&mut saving, &guard, &words)?;
            Some((saving, opener))
        }
    };
    guard.enter(Role::Parser { interfaces: &[], receive_only: &[] }, false, env)?;
    let mut source = opened.read().map_err(|e| Diag::from(&e))?;
    let link = source.interfaces().first().map_or(capture::LinkType(1), |i| i.link);
    if let Some(filter) = &mut filter {
        // A misspelt expression is an error even when there is no frame to apply it to.
        filter.for_link(link).map_err(|e| Diag::from(&e))?;
    }
    let mut saver = match saving {
        None => None,
        Some((saving, opener)) => {
            let mut saver = saving.saver(opener, source.sections(), link)?;
            saver.begin(source.interfaces()).map_err(|e| Diag::from(&e))?;
            Some(saver)
        }
    };
    announce(&plan, &source, env);
    let is_table = matches!(plan.view, ViewPlan::Flows(..) | ViewPlan::Story(..) | ViewPlan::Sockets(..));
    let width = if is_table { env.table_width() } else { env.width() };
    let progress = Progress::new(env.err_is_terminal && !env.out_is_terminal, source.size());
    let mut attendant =
        Attending { signals: env.signals, err: env.err, progress, verbose: plan.style.verbose > 0, window: env.window };
    let only_saving = matches!(plan.view, ViewPlan::Nothing);
    let counting = matches!(plan.view, ViewPlan::Count);
    // Somebody who watches a pipe wants to see what comes, not what fills a buffer.
    let is_watched = env.out_is_terminal && source.size().is_none();
    let (count, line_buffered, colour, memory) = (plan.count_limit, plan.line_buffered, plan.colour, plan.memory);
    let unverified = plan.style.unverified;
    let tagged_hint = plan.expression.clone();
    let explain_from = match &plan.view {
        ViewPlan::Explain(which, _) if *which.start() > 1 => Some(*which.start()),
        _ => None,
    };
    let conversation = match &plan.view {
        ViewPlan::Story(asked, _) => Some(*asked),
        _ => None,
    };
    let mut view = views::view(plan, width);
    let saver_is_there = saver.is_some();
    let outcome = pipeline::run(Job {
        source: &mut source,
        filter: filter.as_mut(),
        save: saver.as_mut().map(|saver| Save { saver, annotate, only: only_saving }),
        view: view.as_mut(),
        out: env.out,
        registry: &registry,
        attendant: &mut attendant,
        options: Options {
            text: Text::with_colour(colour),
            count,
            unbuffered: line_buffered || is_watched,
            unverified,
            memory,
            may_shed: saver_is_there,
            ..Options::default()
        },
    });
    attendant.progress.done();
    if counting {
        put(env, format!("{} packet{}\n", outcome.passed, if outcome.passed == 1 { "" } else { "s" }).as_bytes())?;
    }
    report(&outcome, &source, tagged_hint.as_deref(), env);
    if let (Some(saver), Some(path)) = (&mut saver, &saved_as) {
        report_saved(saver, path, env);
    }
    for note in view.notes() {
        let _ = writeln!(env.err, "sniff: {note}");
    }
    if let (Some(asked), Ended::Done) = (conversation, &outcome.ended)
        && outcome.flows.created < u64::from(asked)
    {
        let there_are = match outcome.flows.created {
            0 => "the capture has none".to_owned(),
            n => format!("the capture has {n}"),
        };
        bail!(
            Diag::new(Exit::Error, format!("there is no conversation {asked}: {there_are}"))
                .hint("list them:  sniff -r FILE --flows")
        );
    }
    if let (Some(asked), Ended::Done) = (explain_from, &outcome.ended)
        && outcome.frames < asked
    {
        bail!(Diag::new(
            Exit::Error,
            format!("there is no packet {asked} to explain: the capture has {}", outcome.frames)
        ));
    }
    finish(outcome)
}

/// Says what is being read, in tcpdump's words.
fn announce(plan: &Plan, source: &capture::FileSource, env: &mut Env<'_>) {
    for (index, path) in plan.files.iter().enumerate() {
        let mut line = Text::new();
        line.lit("reading from file ").untrusted(path.as_os_str().as_encoded_bytes());
        if let Some(i) = source.interfaces().iter().find(|i| i.file as usize == index) {
            line.lit(", link-type ");
            match link_name(i.link) {
                Some(name) => line.lit(name),
                None => line.num(i.link.0.into()),
            };
            if let Some(description) = link_description(i.link) {
                line.lit(" (").lit(description).lit(")");
            }
            line.lit(", snapshot length ").num(if i.snaplen == 0 { 262_144 } else { i.snaplen.into() });
        }
        let _ = writeln!(env.err, "{}", line.as_str());
    }
}

/// How many comments on sections and interfaces are shown; the rest are counted.
const COMMENTS_SHOWN: usize = 20;

/// Says what was passed over, capped or not understood: nothing is lost in silence.
fn report(outcome: &Outcome, source: &capture::FileSource, expression: Option<&str>, env: &mut Env<'_>) {
    let mut say = |line: String| {
        let _ = writeln!(env.err, "sniff: {line}");
    };
    let on_sections = source.sections().iter().flat_map(|s| s.comments.iter().map(|c| ("the capture", None, c)));
    let on_interfaces =
        source.interfaces().iter().flat_map(|i| i.comments.iter().map(|c| ("interface ", i.name.as_deref(), c)));
    let comments: Vec<_> = on_sections.chain(on_interfaces).collect();
    for (what, name, comment) in comments.iter().take(COMMENTS_SHOWN) {
        let name = name.map(escaped).unwrap_or_default();
        say(format!("comment on {what}{name}: {}", escaped(comment)));
    }
    if matches!(outcome.ended, Ended::Interrupted) {
        say(format!("interrupted: frames after number {} were not read", outcome.frames));
    }
    let c = source.counters();
    let (flows, fragments) = (&outcome.flows, &outcome.fragments);
    let more = comments.len().saturating_sub(COMMENTS_SHOWN) as u64;
    let counts = [
        (more, "more comment on sections and interfaces", "more comments on sections and interfaces"),
        (c.unknown_blocks, "block of an unknown type was skipped", "blocks of unknown types were skipped"),
        (
            c.bad_blocks,
            "damaged block was skipped; what frame it held is lost",
            "damaged blocks were skipped; what frames they held is lost",
        ),
        (
            c.bad_options,
            "block had malformed options, which were left out",
            "blocks had malformed options, which were left out",
        ),
        (
            c.texts_dropped,
            "name or comment was left out, because there are too many",
            "names and comments were left out, because there are too many",
        ),
        (
            flows.unfollowed,
            "conversation deep inside tunnels was not followed",
            "conversations deep inside tunnels were not followed",
        ),
        (
            fragments.expired + fragments.waiting,
            "datagram is incomplete: a fragment is missing; its fragments are shown each on its own",
            "datagrams are incomplete: fragments are missing; their fragments are shown each on its own",
        ),
        (
            fragments.evicted,
            "incomplete datagram was given up, because too many fragments wait at a time",
            "incomplete datagrams were given up, because too many fragments wait at a time",
        ),
        (
            outcome.bugs,
            "packet met a bug in sniff and is shown only in part: please report it",
            "packets met a bug in sniff and are shown only in part: please report it",
        ),
    ];
    for (count, one, many) in counts {
        match count {
            0 => {}
            1 => say(format!("1 {one}")),
            n => say(format!("{n} {many}")),
        }
    }
    if let Some(odd) = &c.first_bad {
        say(format!("the first of them: at byte {}: {}", odd.offset, odd.reason));
    }
    if let Some(error) = &outcome.filter_error {
        say(format!("{error}: {} frames of such link types count as not matching", outcome.unfiltered));
    }
    if let (Some(expression), 0, tagged @ 1..) = (expression, outcome.passed, outcome.tagged_missed) {
        let expression = escaped(expression.as_bytes());
        let frames = if tagged == 1 {
            "1 frame carries a VLAN tag".to_owned()
        } else {
            format!("{tagged} frames carry VLAN tags")
        };
        say(format!(
            "the filter matched nothing, but {frames}, behind which it does not look\n\ntry:  vlan and ({expression})"
        ));
    }
    if flows.evicted() > 0 {
        // In this form, whatever the number, for programs that look for it.
        let Counts { half_open, loose, established, .. } = flows;
        let line = format!(
            "{} flows evicted (half-open {half_open}, idle {loose}, established {established})",
            flows.evicted()
        );
        let _ = writeln!(env.err, "{line}");
    }
}

/// Says what was written, and what went wrong with it beside errors.
fn report_saved(saver: &mut Saver, path: &std::path::Path, env: &mut Env<'_>) {
    let mut say = |line: String| {
        let _ = writeln!(env.err, "sniff: {line}");
    };
    let many = |n: u64, one: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") };
    if let Some(recorded) = saver.recorded() {
        say(format!(
            "{} matched; {} not near a match left out",
            many(recorded.matched, "packet"),
            many(recorded.left_out, "packet")
        ));
        if recorded.forgotten > 0 {
            say(format!(
                "{} forgotten early, for want of memory: they may have been near a match",
                many(recorded.forgotten, "packet")
            ));
        }
        if let Some(error) = &recorded.filter_error {
            say(format!("{error}: {} of such link types counted as not matching", many(recorded.unfiltered, "packet")));
        }
    }
    let written = saver.written();
    let name = if path.as_os_str() == "-" {
        "standard output".to_owned()
    } else {
        escaped(path.as_os_str().as_encoded_bytes())
    };
    let files = if written.files == 1 { String::new() } else { format!(", {}", many(written.files, "file")) };
    say(format!("{} written to {name} ({} bytes{files})", many(written.frames, "packet"), written.bytes));
    for note in saver.notes() {
        say(note);
    }
}

fn finish(outcome: Outcome) -> anyhow::Result<Exit> {
    match outcome.ended {
        Ended::Done | Ended::ClosedPipe | Ended::Interrupted => Ok(Exit::Ok),
        Ended::Input(error) => {
            let all: Vec<String> = error.each().map(ToString::to_string).collect();
            let frames = match outcome.frames {
                0 => "there is no frame before it".to_owned(),
                1 => "the 1 frame before it was processed".to_owned(),
                n => format!("the {n} frames before it were processed"),
            };
            let diag = Diag::from(&error);
            bail!(Diag { message: all.join("\nsniff: "), ..diag }.hint(frames))
        }
        Ended::Output(error) => bail!(output_failed(&error)),
        Ended::Save(error) => bail!(Diag::from(&error)),
    }
}
