//! What the command line means: checked once, before the first frame is read.

use super::args::{Args, Format, When};
use super::autostop::Autostop;
use super::diag::Diag;
use super::run::Env;
use super::saving::{self, Around, SavingPlan};
use super::source::{self, Input};
use super::{memory, moment};
use crate::dissect::{Registry, Style};
use crate::output::columns::{Columns, Options};
use crate::output::fields;
use crate::output::flows::{Key, Order};
use crate::output::hex;
use crate::output::sockets::Moment;
use crate::output::time::{Form, Stamp};
use crate::text::escaped;
use anyhow::{Context, bail};
use std::ops::RangeInclusive;
use std::time::Duration;

/// What is to be done.
#[derive(Debug)]
pub struct Plan {
    /// Where frames come from.
    pub input: Input,
    /// The BPF expression.
    pub expression: Option<String>,
    /// End after so many packets.
    pub count_limit: Option<u64>,
    /// End after this time.
    pub duration: Option<Duration>,
    /// What is written.
    pub saving: Option<SavingPlan>,
    /// How packets are shown.
    pub view: ViewPlan,
    /// How lines are written.
    pub style: Style,
    /// How times are written.
    pub stamp: Stamp,
    /// Number the lines.
    pub numbered: bool,
    /// Use colour.
    pub colour: bool,
    /// Write each packet out at once.
    pub line_buffered: bool,
    /// Bytes of memory for conversations.
    pub memory: usize,
    /// Live: how often all that there is is written.
    pub every: Option<Duration>,
}

/// How packets are shown.
#[derive(Debug)]
pub enum ViewPlan {
    /// Not at all: they are written.
    Nothing,
    /// Only counted.
    Count,
    /// One line each.
    Line(Option<hex::Form>),
    /// A tree of fields, perhaps only of some protocols.
    Tree(Option<Vec<String>>, Option<hex::Form>),
    /// Explained: these packets.
    Explain(RangeInclusive<u64>, Option<hex::Form>),
    /// JSON Lines.
    Json,
    /// Changes of state.
    States(Tabular),
    /// Conversations, in this order, at most so many.
    Flows(Tabular, Order, Option<u64>),
    /// Live conversations on a terminal, in this order, at most so many.
    FlowScreen(Option<Order>, Option<u64>),
    /// Live sockets on a terminal.
    StateScreen,
    /// The sockets at one moment.
    Sockets(Moment, Tabular),
    /// The story of the conversation with this number.
    Story(u32, Tabular),
    /// The same as text, each line when it is known.
    LiveStory(u32),
    /// Columns.
    Columns(Box<Columns>),
}

impl ViewPlan {
    /// Whether it shows what this host knows of its own sockets.
    pub fn asks_host(&self) -> bool {
        use ViewPlan::{FlowScreen, Flows, Sockets, StateScreen, States};
        matches!(self, Flows(..) | FlowScreen(..) | StateScreen | Sockets(..) | States(Tabular::Json))
    }

    /// Whether it shows packets, one after the other.
    pub fn is_of_packets(&self) -> bool {
        use ViewPlan::{Columns, Explain, Json, Line, Tree};
        matches!(self, Line(_) | Tree(..) | Explain(..) | Json | Columns(_))
    }
}

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tabular {
    /// As a table.
    Text,
    /// As JSON Lines.
    Json,
    /// As comma-separated values.
    Csv,
}

/// Checks what was typed.
///
/// # Errors
///
/// Exit code 2 and what to type instead; exit code 1 when the filter file cannot be read.
pub fn plan(args: Args, registry: &Registry, env: &Env<'_>) -> anyhow::Result<Plan> {
    let input = source::plan(&args.source, args.format.unwrap_or(Format::Text))?;
    let is_live = matches!(input, Input::Live(_));
    let autostop = Autostop::parse(&args)?;
    let expression = expression(&args)?;
    let hex = hex_form(&args)?;
    one_view(&args)?;
    every(&args, is_live)?;
    // What a terminal shows again and again is a line a change elsewhere.
    let is_drawn = is_live && env.out_is_terminal;
    let is_streamed = is_live && !env.out_is_terminal && (args.flows || (args.states && args.at.is_none()));
    let view = match args.format.unwrap_or(if is_streamed { Format::Json } else { Format::Text }) {
        _ if args.count => ViewPlan::Count,
        Format::Text if is_drawn && args.flows => ViewPlan::FlowScreen(order(&args)?, args.limit),
        Format::Text if is_drawn && args.states && args.at.is_none() => ViewPlan::StateScreen,
        format if args.flows => flows(&args, format)?,
        format if args.conn.is_some() => {
            let format = tabular(&args, format, ["--conn", " 1", "one conversation"])?;
            let flow = args.conn.unwrap_or(1);
            if is_live && format == Tabular::Text { ViewPlan::LiveStory(flow) } else { ViewPlan::Story(flow, format) }
        }
        format if args.at.is_some() => {
            let moment = moment::parse(args.at.as_deref().unwrap_or_default())?;
            ViewPlan::Sockets(moment, tabular(&args, format, ["--states --at", " +2", "sockets"])?)
        }
        format if args.states => ViewPlan::States(tabular(&args, format, ["--states", "", "changes of state"])?),
        Format::Json => ViewPlan::Json,
        Format::Fields | Format::Csv => ViewPlan::Columns(Box::new(column_view(&args, registry)?)),
        Format::Text => match &args.explain {
            Some(which) => ViewPlan::Explain(explain_range(which)?, hex),
            None if !args.only.is_empty() => ViewPlan::Tree(Some(protocols(&args.only, registry)?), hex),
            None if args.tree => ViewPlan::Tree(None, hex),
            None => ViewPlan::Line(hex),
        },
    };
    if !args.fields.is_empty() && !matches!(view, ViewPlan::Columns(_)) {
        bail!(Diag::usage("--fields chooses columns, but the format has none")
            .hint("print columns:  sniff -r FILE -T fields --fields ip.src,ip.dst\nor as CSV:      sniff -r FILE -T csv --fields ip.src,ip.dst"));
    }
    let form = match args.time {
        0 => Form::Clock,
        1 => Form::None,
        2 => Form::Epoch,
        3 => Form::SincePrevious,
        4 => Form::Date,
        5 => Form::SinceFirst,
        n => bail!(Diag::usage(format!("there are five forms of time, -t to -ttttt; {n} times -t was given"))),
    };
    let mut saving = saving_of(&args, expression.as_deref(), env)?;
    autostop.bound(saving.as_mut())?;
    let view = match &saving {
        Some(saving) if !saving.print && view.is_of_packets() => ViewPlan::Nothing,
        Some(saving) if saving.path.as_os_str() == "-" => {
            bail!(
                Diag::usage("-w - writes the capture to standard output, where the view would be, too")
                    .hint("write a file:  -w trace.pcap")
            )
        }
        _ => view,
    };
    let zone = if args.utc { None } else { Some(env.zone.clone()) };
    Ok(Plan {
        input,
        expression,
        count_limit: args.count_limit.into_iter().chain(autostop.packets).min(),
        duration: autostop.duration,
        every: args.every.map(|seconds| Duration::from_secs(seconds.into())),
        saving,
        view,
        style: Style {
            link: args.link,
            quiet: args.quiet,
            verbose: args.verbose.min(3),
            absolute: args.absolute,
            unverified: args.unverified,
            interface: false,
        },
        stamp: Stamp::new(form, zone, args.nano),
        numbered: args.numbered,
        colour: match args.color {
            When::Always => true,
            When::Never => false,
            When::Auto => env.auto_colour(),
        },
        line_buffered: args.line_buffered,
        memory: match &args.max_memory {
            Some(text) => memory::parse(text)?,
            None => memory::default(),
        },
    })
}

/// Refuses two views at once, and options of a view without it.
fn one_view(args: &Args) -> Result<(), Diag> {
    let bytes = args.hex > 0 || args.hex_ascii > 0 || args.ascii > 0;
    let tree = args.tree || !args.only.is_empty();
    let views = [
        ("--flows", args.flows),
        ("--states", args.states),
        ("--conn", args.conn.is_some()),
        ("--explain", args.explain.is_some()),
        (if args.tree { "-V" } else { "-O" }, tree),
        // Bytes stand under a line, a tree or an explanation.
        ("-x, -X or -A", bytes && (args.flows || args.states || args.conn.is_some())),
    ];
    let given: Vec<&str> = views.into_iter().filter(|(_, given)| *given).map(|(name, _)| name).collect();
    if let [first, second, ..] = given[..] {
        return Err(Diag::usage(format!("{first} and {second} are two views; give one of them"))
            .hint("each shows the same capture in its own way:  sniff --help"));
    }
    let orphan = if args.sort.is_some() { "--sort" } else { "--limit" };
    if (args.sort.is_some() || args.limit.is_some()) && !args.flows {
        return Err(Diag::usage(format!("{orphan} is for --flows, which was not given"))
            .hint("the ten largest flows:  sniff -r FILE --flows --sort -bytes --limit 10"));
    }
    if args.at.is_some() && !args.states {
        return Err(Diag::usage("--at is for --states, which was not given")
            .hint("the sockets of every host after two seconds:  sniff -r FILE --states --at +2"));
    }
    Ok(())
}

/// What is to be written, by itself: for the helper process that makes the files.
///
/// # Errors
///
/// As [`plan`], as far as `-w` is concerned.
pub(super) fn saving_plan(args: &Args, env: &Env<'_>) -> Result<Option<SavingPlan>, Diag> {
    saving_of(args, None, env)
}

fn saving_of(args: &Args, expression: Option<&str>, env: &Env<'_>) -> Result<Option<SavingPlan>, Diag> {
    let is_live = args.source.read.is_empty();
    let around = Around { out_is_terminal: env.out_is_terminal, is_live, nano: args.nano, expression, zone: &env.zone };
    saving::plan(&args.saving, &around)
}

/// Refuses `--every` where nothing comes every so often.
fn every(args: &Args, is_live: bool) -> Result<(), Diag> {
    let shows_all = args.flows || (args.states && args.at.is_none());
    let is_stream = matches!(args.format, None | Some(Format::Json));
    if args.every.is_none() || (is_live && shows_all && is_stream) {
        return Ok(());
    }
    Err(Diag::usage("--every is for --flows and --states of a live capture, on a terminal or as JSON")
        .hint("all conversations every minute:  sniff -i eth0 --flows -T json --every 60"))
}

/// The format of a view whose columns are fixed: its option, a value for examples, what it shows.
fn tabular(args: &Args, format: Format, [view, value, what]: [&str; 3]) -> Result<Tabular, Diag> {
    if !args.fields.is_empty() {
        return Err(Diag::usage(format!("--fields chooses columns of packets; {view} has its own"))
            .hint(format!("its columns:  sniff -r FILE {view}{value} -T csv")));
    }
    match format {
        Format::Text => Ok(Tabular::Text),
        Format::Json => Ok(Tabular::Json),
        Format::Csv => Ok(Tabular::Csv),
        Format::Fields => Err(Diag::usage(format!("-T fields prints fields of packets, and {view} shows {what}"))
            .hint(format!(
                "columns:  sniff -r FILE {view}{value} -T csv\nobjects:  sniff -r FILE {view}{value} -T json"
            ))),
    }
}

/// The view of `--flows`.
fn flows(args: &Args, format: Format) -> Result<ViewPlan, Diag> {
    let format = tabular(args, format, ["--flows", "", "conversations"])?;
    let order = order(args)?.unwrap_or(Order::BY_ID);
    Ok(ViewPlan::Flows(format, order, args.limit))
}

/// The order of `--sort`.
fn order(args: &Args) -> Result<Option<Order>, Diag> {
    let Some(sort) = args.sort.as_deref() else { return Ok(None) };
    Order::parse(sort).map(Some).ok_or_else(|| {
        let names = Key::ALL.map(|(name, _)| name);
        let wanted = sort.trim_start_matches('-');
        let near: Vec<&str> =
            names.into_iter().filter(|name| strsim::damerau_levenshtein(name, wanted) <= 2).take(2).collect();
        Diag::usage(format!("--sort {0}: flows cannot be sorted by {0}", escaped(sort.as_bytes()))).hint(did_you_mean(
            &near,
            &format!("keys, with - before them for the greatest first:  {}", names.join(" ")),
        ))
    })
}

/// The BPF expression: the words, or the file's content.
fn expression(args: &Args) -> anyhow::Result<Option<String>> {
    let words = args.expression.join(" ");
    let Some(path) = &args.filter_file else {
        return Ok((!words.trim().is_empty()).then_some(words));
    };
    if !words.trim().is_empty() {
        bail!(Diag::usage("two filters: -F FILE and words on the command line; give one of them"));
    }
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("{}: cannot read the filter", escaped(path.as_os_str().as_encoded_bytes())))?;
    // As tcpdump: # begins a comment.
    let lines: Vec<&str> = text.lines().map(|l| l.split('#').next().unwrap_or_default().trim()).collect();
    let text = lines.join(" ").trim().to_owned();
    Ok((!text.is_empty()).then_some(text))
}

fn hex_form(args: &Args) -> Result<Option<hex::Form>, Diag> {
    let asked = usize::from(args.hex > 0) + usize::from(args.hex_ascii > 0) + usize::from(args.ascii > 0);
    if asked > 1 {
        return Err(Diag::usage("-x, -X and -A show the same bytes in different ways; give one of them"));
    }
    Ok(match (args.hex, args.hex_ascii, args.ascii) {
        (1, ..) => Some(hex::Form::Hex { link: false }),
        (2.., ..) => Some(hex::Form::Hex { link: true }),
        (_, 1, _) => Some(hex::Form::HexAscii { link: false }),
        (_, 2.., _) => Some(hex::Form::HexAscii { link: true }),
        (_, _, 1) => Some(hex::Form::Ascii { link: false }),
        (_, _, 2..) => Some(hex::Form::Ascii { link: true }),
        _ => None,
    })
}

/// `N`, `N-M`, or nothing for all.
fn explain_range(which: &str) -> Result<RangeInclusive<u64>, Diag> {
    let wrong = || {
        Diag::usage(format!(
            "--explain={}: expected a packet number N or a range N-M, counting from 1",
            escaped(which.as_bytes())
        ))
        .hint("explain the third packet:  sniff -r FILE --explain=3")
    };
    if which.is_empty() {
        return Ok(1..=u64::MAX);
    }
    let number = |s: &str| s.parse::<u64>().ok().filter(|n| *n > 0);
    let (from, to) = match which.split_once('-') {
        None => (number(which), number(which)),
        Some((from, "")) => (number(from), Some(u64::MAX)),
        Some((from, to)) => (number(from), number(to)),
    };
    match (from, to) {
        (Some(from), Some(to)) if from <= to => Ok(from..=to),
        _ => Err(wrong()),
    }
}

/// Protocol names, checked.
fn protocols(names: &[String], registry: &Registry) -> Result<Vec<String>, Diag> {
    let known = |name: &str| registry.protocols().iter().map(|p| p.name).find(|n| *n == name);
    names
        .iter()
        .map(|name| {
            known(name).map(str::to_owned).ok_or_else(|| {
                let near = fields::suggest_protocol(registry, name);
                Diag::usage(format!("-O {0}: there is no protocol named {0}", escaped(name.as_bytes())))
                    .hint(did_you_mean(&near, "list the protocols' fields:  sniff fields"))
            })
        })
        .collect()
}

fn column_view(args: &Args, registry: &Registry) -> Result<Columns, Diag> {
    if args.fields.is_empty() {
        return Err(Diag::usage("-T fields and -T csv need --fields, the columns to print")
            .hint("for instance:     sniff -r FILE -T fields --fields frame.number,ip.src,ip.dst\nlist all fields:  sniff fields"));
    }
    let csv = args.format == Some(Format::Csv);
    let mut options = if csv { Options::CSV } else { Options::FIELDS };
    args.column_options.iter().try_for_each(|text| options.set(text)).map_err(|e| {
        Diag::usage(format!("-E: {e}")).hint("options: header=y|n separator=/t|/s|CHAR occurrence=f|l|a aggregator=,|/s|CHAR quote=d|s|n escape=y|n bom=y|n")
    })?;
    Columns::new(registry, args.fields.iter().map(|name| name.trim()), options).map_err(|unknown| {
        Diag::usage(format!("there is no field named {}", escaped(unknown.name.as_bytes())))
            .hint(did_you_mean(&unknown.suggestions, "list all fields:  sniff fields"))
    })
}

fn did_you_mean(near: &[&str], otherwise: &str) -> String {
    match near {
        [] => otherwise.to_owned(),
        near => format!("did you mean {}?\n{otherwise}", near.join(" or ")),
    }
}
