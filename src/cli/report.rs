//! What is said beside the output: what is read, and what came of it.

use super::attend::counts;
use super::diag::Diag;
use super::run::{Env, output_failed};
use super::source::{self, Input};
use crate::capture::save::Saver;
use crate::capture::{Source, link_description, link_name};
use crate::cli::diag::Exit;
use crate::flow::Counts;
use crate::pipeline::{Ended, Outcome};
use crate::text::{Text, escaped};
use anyhow::bail;

/// Says what is being read, in tcpdump's words.
pub(super) fn announce(input: &Input, source: &dyn Source, env: &mut Env<'_>) {
    let Input::Files(files) = input else {
        for interface in source.interfaces() {
            let _ = writeln!(env.err, "{}", source::listening(interface).as_str());
        }
        return;
    };
    for (index, path) in files.iter().enumerate() {
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
pub(super) fn report(
    outcome: &Outcome,
    source: &dyn Source,
    is_live: bool,
    expression: Option<&str>,
    env: &mut Env<'_>,
) {
    if is_live {
        for line in counts(outcome.passed, &outcome.losses) {
            let _ = writeln!(env.err, "{line}");
        }
    }
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
    if matches!(outcome.ended, Ended::Interrupted) && !is_live {
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
            outcome.host_passed_over,
            "conversation was not looked up among this host's sockets, because there were too many",
            "conversations were not looked up among this host's sockets, because there were too many",
        ),
        (
            outcome.unshown,
            "packet was saved but not shown, because showing did not keep up",
            "packets were saved but not shown, because showing did not keep up",
        ),
        (
            outcome.unfollowed,
            "packet of them was not followed either: states and numbers of its conversation may be wrong",
            "packets of them were not followed either: states and numbers of their conversations may be wrong",
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
pub(super) fn report_saved(saver: &mut Saver, path: &std::path::Path, ring: Option<u64>, env: &mut Env<'_>) {
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
    let files = match written.files {
        1 => String::new(),
        files => match ring.filter(|ring| *ring < files) {
            Some(ring) => format!("; the last {ring} of {files} files are kept"),
            None => format!(", {}", many(files, "file")),
        },
    };
    say(format!("{} written to {name} ({} bytes{files})", many(written.frames, "packet"), written.bytes));
    for note in saver.notes() {
        say(note);
    }
}

pub(super) fn finish(outcome: Outcome) -> anyhow::Result<Exit> {
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
