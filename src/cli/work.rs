//! The main work: opens, gives up privileges, runs, reports.

use super::args::Args;
use super::attend::{Attending, output_pipe, packets};
use super::diag::{Diag, Exit};
use super::guarding::Guard;
use super::plan::{Plan, ViewPlan, plan};
use super::progress::Progress;
use super::relay::Relay;
use super::report::{announce, finish, report, report_saved};
use super::run::{Env, put, typed};
use super::source::{self, Input};
use super::{helping, views};
use crate::capture::bpf::FilterSet;
use crate::capture::save::{Opener, Saver};
use crate::capture::{self, LinkType, Opened, Source};
use crate::dissect::{Registry, Space};
use crate::helper::owners::Owners;
use crate::pipeline::{self, Ended, Job, Options, Outcome, Save};
use crate::proto;
use crate::sandbox::Role;
use crate::text::Text;
use anyhow::bail;
use std::ffi::OsString;
use std::fs::File;
use std::io::ErrorKind;
use std::os::fd::AsFd;
use std::path::PathBuf;

/// Does what the words ask for, which are no verb's.
pub(super) fn work(words: Vec<OsString>, env: &mut Env<'_>) -> anyhow::Result<Exit> {
    let args: Args = match typed(words.clone(), env)? {
        Ok(args) => args,
        Err(exit) => return Ok(exit),
    };
    let registry = Registry::new(proto::ALL);
    let guard = Guard::new(&args.guarding, args.verbose > 0, env.process.as_ref())?;
    let mut plan = plan(args, &registry, env)?;
    if let Input::List(listing, live) = &plan.input {
        let mut text = Text::new();
        let width = env.out_is_terminal.then(|| u16::try_from(env.table_width()).unwrap_or(u16::MAX));
        source::list(*listing, live, width, &words, &mut text)?;
        return put(env, text.as_bytes());
    }
    let asks = matches!(plan.input, Input::Live(_)) && plan.view.asks_host() && guard.policy().is_some();
    // Without it there are only no processes.
    let owners = if asks { helping::owners(&words).ok() } else { None };
    let Work { mut source, mut filter, mut saving } = open(&mut plan, &guard, &registry, &words, env)?;
    announce(&plan.input, source.as_ref(), env);
    run(plan, source.as_mut(), filter.as_mut(), saving.as_mut(), owners, &registry, env)
}

/// Everything that is open.
struct Work {
    source: Box<dyn Source>,
    /// What frames are compared with here; interfaces have their filter in the kernel.
    filter: Option<FilterSet>,
    saving: Option<Saving>,
}

struct Saving {
    saver: Saver,
    path: PathBuf,
    /// How many files are kept.
    ring: Option<u64>,
    annotate: bool,
}

/// What is opened before privileges are given up; files are looked into only after.
enum Early {
    Files(Opened),
    Live(Box<dyn Source>),
}

/// Opens everything, and gives up what is not needed beyond that.
fn open(
    plan: &mut Plan,
    guard: &Guard,
    registry: &Registry,
    words: &[OsString],
    env: &mut Env<'_>,
) -> anyhow::Result<Work> {
    let expression = plan.expression.as_deref();
    let mut filter = None;
    let early = match &plan.input {
        Input::Live(live) => Early::Live(source::open(live, expression, words)?),
        Input::Files(files) => {
            filter = expression.map(|expression| FilterSet::new(expression, 0));
            if let (Some(filter), Some(expression)) = (&mut filter, expression) {
                guard.compile_ahead(filter, expression, links(registry));
            }
            Early::Files(capture::open_files(files).map_err(|e| Diag::from(&e))?)
        }
        // Lists are done without anything open.
        Input::List(..) => Early::Files(capture::open_files::<PathBuf>(&[]).map_err(|e| Diag::from(&e))?),
    };
    let saving = match plan.saving.take() {
        None => None,
        Some(mut saving) => {
            if let Some((_, on, filter)) = &mut saving.keep {
                guard.compile_ahead(filter, on, links(registry));
            }
            let opener: Box<dyn Opener + Send> = helping::opener(&mut saving, guard, words)?;
            Some((saving, opener))
        }
    };
    let source: Box<dyn Source> = match early {
        Early::Live(source) => {
            let interfaces: Vec<Box<[u8]>> = source.interfaces().iter().filter_map(|i| i.name.clone()).collect();
            let interfaces: Vec<&[u8]> = interfaces.iter().map(|name| &**name).collect();
            guard.enter(Role::Parser { interfaces: &interfaces, receive_only: &source.sockets() }, true, env)?;
            source
        }
        Early::Files(opened) => {
            guard.enter(Role::Parser { interfaces: &[], receive_only: &[] }, false, env)?;
            Box::new(opened.read().map_err(|e| Diag::from(&e))?)
        }
    };
    let link = source.interfaces().first().map_or(LinkType(1), |i| i.link);
    if let Some(filter) = &mut filter {
        // A misspelt expression is an error even when there is no frame to apply it to.
        filter.for_link(link).map_err(|e| Diag::from(&e))?;
    }
    let saving = match saving {
        None => None,
        Some((saving, opener)) => {
            let (path, ring, annotate) = (saving.path.clone(), saving.ring(), saving.annotate);
            let mut saver = saving.saver(opener, source.sections(), link)?;
            saver.begin(source.interfaces()).map_err(|e| Diag::from(&e))?;
            Some(Saving { saver, path, ring, annotate })
        }
    };
    Ok(Work { source, filter, saving })
}

/// The link types whose frames this program reads, Ethernet first.
fn links(registry: &Registry) -> impl Iterator<Item = LinkType> {
    let keys = registry.protocols().iter().flat_map(|protocol| protocol.keys);
    let links = keys.filter(|(space, _)| *space == Space::Link);
    let links = links.map(|(_, key)| LinkType(*key));
    std::iter::once(LinkType(1)).chain(links)
}

/// Runs, and reports.
fn run(
    mut plan: Plan,
    source: &mut dyn Source,
    filter: Option<&mut FilterSet>,
    mut saving: Option<&mut Saving>,
    owners: Option<Owners>,
    registry: &Registry,
    env: &mut Env<'_>,
) -> anyhow::Result<Exit> {
    let is_live = matches!(plan.input, Input::Live(_));
    let is_table =
        matches!(plan.view, ViewPlan::Flows(..) | ViewPlan::Story(..) | ViewPlan::LiveStory(_) | ViewPlan::Sockets(..));
    let width = if is_table { env.table_width() } else { env.width() };
    // Nobody who stops reading what is shown may stop what is saved.
    let mut relay =
        match saving.is_some() && is_live && env.process.is_some() && !matches!(plan.view, ViewPlan::Nothing) {
            true => std::io::stdout().as_fd().try_clone_to_owned().map(File::from).and_then(Relay::start).ok(),
            false => None,
        };
    let mut attendant = Attending {
        signals: env.signals,
        progress: Progress::new(env.err_is_terminal && !env.out_is_terminal && !is_live, source.size()),
        err: env.err,
        verbose: plan.style.verbose > 0,
        is_told_unshown: false,
        pipe: if env.process.is_some() && source.size().is_none() { output_pipe() } else { None },
        owners,
        waiting: relay.as_ref().map(Relay::waiting),
        window: env.window,
    };
    let link = source.interfaces().first().map(|i| i.link);
    plan.style.interface = is_live && (source.interfaces().len() > 1 || link == Some(LINUX_SLL2));
    let only = matches!(plan.view, ViewPlan::Nothing);
    let options = Options {
        text: Text::with_colour(plan.colour),
        count: plan.count_limit,
        duration: plan.duration,
        // Somebody who watches a pipe wants to see what comes, not what fills a buffer.
        unbuffered: plan.line_buffered || (env.out_is_terminal && source.size().is_none() && !is_live),
        unverified: plan.style.unverified,
        memory: plan.memory,
        live: is_live,
        // How late a frame is read shows only by stamps of this host's clock.
        may_shed: saving.is_some() && stamps_are_ours(&plan.input),
    };
    let asked = Asked::of(&plan);
    let mut view = views::view(plan, width);
    let mut outcome = pipeline::run(Job {
        source,
        filter,
        save: saving.as_mut().map(|s| Save { saver: &mut s.saver, annotate: s.annotate, only }),
        view: view.as_mut(),
        out: match &mut relay {
            Some(relay) => relay,
            None => env.out,
        },
        registry,
        attendant: &mut attendant,
        options,
    });
    attendant.progress.done();
    if let Some(Err(error)) = relay.map(Relay::finish)
        && matches!(outcome.ended, Ended::Done | Ended::Interrupted)
    {
        outcome.ended = if error.kind() == ErrorKind::BrokenPipe { Ended::ClosedPipe } else { Ended::Output(error) };
    }
    if asked.count {
        put(env, format!("{}\n", packets(outcome.passed)).as_bytes())?;
    }
    report(&outcome, source, is_live, asked.expression.as_deref(), env);
    if let Some(saving) = saving {
        report_saved(&mut saving.saver, &saving.path, saving.ring, env);
    }
    for note in view.notes() {
        let _ = writeln!(env.err, "sniff: {note}");
    }
    if !is_live {
        asked.was_there(&outcome)?;
    }
    finish(outcome)
}

/// Whether frames come live, with the time of this host.
fn stamps_are_ours(input: &Input) -> bool {
    let Input::Live(live) = input else { return false };
    live.time_stamp_type.as_deref().is_none_or(|kind| kind.starts_with("host"))
}

/// Link-layer headers of Linux's device `any`, which do not tell interfaces apart.
const LINUX_SLL2: LinkType = LinkType(276);

/// What was asked for by number, and may not be there.
struct Asked {
    count: bool,
    expression: Option<String>,
    packet: Option<u64>,
    conversation: Option<u32>,
}

impl Asked {
    fn of(plan: &Plan) -> Asked {
        Asked {
            count: matches!(plan.view, ViewPlan::Count),
            expression: plan.expression.clone(),
            packet: match &plan.view {
                ViewPlan::Explain(which, _) if *which.start() > 1 => Some(*which.start()),
                _ => None,
            },
            conversation: match &plan.view {
                ViewPlan::Story(asked, _) => Some(*asked),
                _ => None,
            },
        }
    }

    /// Whether a capture that was read to its end has it.
    fn was_there(&self, outcome: &Outcome) -> anyhow::Result<()> {
        if !matches!(outcome.ended, Ended::Done) {
            return Ok(());
        }
        if let Some(asked) = self.conversation
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
        if let Some(asked) = self.packet
            && outcome.frames < asked
        {
            bail!(Diag::new(
                Exit::Error,
                format!("there is no packet {asked} to explain: the capture has {}", outcome.frames)
            ));
        }
        Ok(())
    }
}
