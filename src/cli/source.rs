//! What the options about sources mean: files, interfaces, or a list of what there is.

use super::args::{self, Direction, Format};
use super::diag::{Diag, Exit};
use crate::capture::{Interface, LinkType, Source, link_by_name, link_description, link_name};
use crate::text::{Text, escaped};
use std::ffi::OsString;
use std::path::PathBuf;

/// Where frames come from, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// From files.
    Files(Vec<PathBuf>),
    /// From interfaces.
    Live(LivePlan),
    /// From nowhere: what there is is listed.
    List(Listing, LivePlan),
}

/// What is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// Interfaces, as a table or as JSON Lines (`-D`).
    Interfaces {
        /// As JSON Lines.
        json: bool,
    },
    /// Link types of an interface (`-L`).
    LinkTypes,
    /// Types of time stamps of an interface (`-J`).
    TimeStampTypes,
}

/// How interfaces are captured on. Plain data, so that it is the same in a build without live capture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LivePlan {
    /// The interfaces as typed: names, or numbers of `-D`. None: the first that is up and not loopback.
    pub interfaces: Vec<OsString>,
    /// `-s`.
    pub snaplen: Option<u32>,
    /// `-B`, in KiB.
    pub buffer: Option<u32>,
    /// `-p` was not given.
    pub promiscuous: bool,
    /// `-Q`.
    pub direction: Option<Direction>,
    /// `-I`.
    pub monitor: bool,
    /// `--immediate`.
    pub immediate: bool,
    /// `-j`: one of libpcap's names.
    pub time_stamp_type: Option<String>,
    /// `-y`.
    pub link_type: Option<LinkType>,
}

/// The names that `-j` takes.
const TIME_STAMP_TYPES: [&str; 5] = ["host", "host_lowprec", "host_hiprec", "adapter", "adapter_unsynced"];

/// Checks what was typed about sources.
///
/// # Errors
///
/// Exit code 2 and what to type instead.
pub fn plan(typed: &args::Source, format: Format) -> Result<Input, Diag> {
    let listings = [
        ("-D", typed.list_interfaces, Listing::Interfaces { json: format == Format::Json }),
        ("-L", typed.list_link_types, Listing::LinkTypes),
        ("-J", typed.list_time_stamp_types, Listing::TimeStampTypes),
    ];
    let listings: Vec<(&str, Listing)> =
        listings.into_iter().filter(|(_, given, _)| *given).map(|(name, _, listing)| (name, listing)).collect();
    if let [(first, _), (second, _), ..] = listings[..] {
        return Err(Diag::usage(format!("{first} and {second} are two lists; give one of them")));
    }
    let options = [
        ("-i", !typed.interface.is_empty()),
        ("-s", typed.snaplen.is_some()),
        ("-B", typed.buffer.is_some()),
        ("-p", typed.no_promiscuous),
        ("-Q", typed.direction.is_some()),
        ("-I", typed.monitor),
        ("-j", typed.time_stamp_type.is_some()),
        ("-y", typed.link_type.is_some()),
        ("--immediate", typed.immediate),
    ];
    let given = listings.iter().map(|(name, _)| *name).chain(options.into_iter().filter(|(_, is)| *is).map(|(o, _)| o));
    let first = given.into_iter().next();
    if !typed.read.is_empty() {
        if let Some(option) = first {
            return Err(Diag::usage(format!("-r reads a file and {option} is for interfaces; give one of them"))
                .hint("read a capture file:      sniff -r trace.pcap\ncapture on an interface:  sniff -i eth0"));
        }
        if typed.read.iter().filter(|path| path.as_os_str() == "-").count() > 1 {
            return Err(Diag::usage("standard input can be read only once: -r - was given more than once"));
        }
        return Ok(Input::Files(typed.read.clone()));
    }
    if cfg!(not(feature = "live")) {
        let message = match first {
            Some(option) => format!("{option} is for interfaces, and this program was built without live capture"),
            None => "nothing to read: no -r FILE was given, and this program was built without live capture".to_owned(),
        };
        return Err(Diag::usage(message).hint(
            "read a capture file:  sniff -r trace.pcap\nread from a pipe:     tcpdump -U -w - | sniff -r -\n\
             with live capture:    cargo build --release   (without --no-default-features; it needs libpcap)",
        ));
    }
    let live = live(typed)?;
    let listing = listings.first().map(|(_, listing)| *listing);
    if let (Some(Listing::Interfaces { .. }), Some(option @ "-i")) =
        (listing, options.iter().find(|o| o.1).map(|o| o.0))
    {
        return Err(Diag::usage(format!("-D lists all interfaces; {option} names one of them"))
            .hint("what one interface can do:  sniff -i eth0 -L,  sniff -i eth0 -J"));
    }
    if matches!(listing, Some(Listing::Interfaces { .. })) && !matches!(format, Format::Text | Format::Json) {
        return Err(Diag::usage("-D lists interfaces as a table, or with -T json as JSON Lines"));
    }
    Ok(match listing {
        Some(listing) => Input::List(listing, live),
        None => Input::Live(live),
    })
}

fn live(typed: &args::Source) -> Result<LivePlan, Diag> {
    let mut names: Vec<&OsString> = typed.interface.iter().collect();
    names.sort();
    if let Some(twice) = names.windows(2).find_map(|pair| (pair.first() == pair.last()).then(|| pair.first())?) {
        let name = escaped(twice.as_encoded_bytes());
        return Err(Diag::usage(format!("-i {name} was given twice; each of its frames would come twice")));
    }
    if typed.interface.iter().any(|name| name.is_empty()) {
        return Err(
            Diag::usage("-i '': expected the name of an interface, found nothing").hint("list interfaces:  sniff -D")
        );
    }
    let link_type = match &typed.link_type {
        None => None,
        Some(name) => Some(link_by_name(name).ok_or_else(|| {
            Diag::usage(format!("-y {0}: there is no link type named {0}", escaped(name.as_bytes())))
                .hint("list those of an interface:  sniff -i eth0 -L")
        })?),
    };
    if let Some(name) = &typed.time_stamp_type
        && !TIME_STAMP_TYPES.contains(&name.as_str())
    {
        return Err(Diag::usage(format!(
            "-j {0}: there is no type of time stamps named {0}",
            escaped(name.as_bytes())
        ))
        .hint(format!("types: {}\nlist those of an interface:  sniff -i eth0 -J", TIME_STAMP_TYPES.join(" "))));
    }
    Ok(LivePlan {
        interfaces: typed.interface.clone(),
        snaplen: typed.snaplen,
        buffer: typed.buffer,
        promiscuous: !typed.no_promiscuous,
        direction: typed.direction,
        monitor: typed.monitor,
        immediate: typed.immediate,
        time_stamp_type: typed.time_stamp_type.clone(),
        link_type,
    })
}

/// `listening on eth0, link-type EN10MB (Ethernet), snapshot length 262144 bytes`: what tcpdump says of an interface.
pub fn listening(interface: &Interface) -> Text {
    let mut line = Text::new();
    line.lit("listening on ").untrusted(interface.name.as_deref().unwrap_or_default()).lit(", link-type ");
    link(&mut line, interface.link);
    line.lit(", snapshot length ").num(interface.snaplen.into()).lit(" bytes");
    line
}

/// `EN10MB (Ethernet)`, or a number.
fn link(line: &mut Text, link: LinkType) {
    match link_name(link) {
        Some(name) => line.lit(name),
        None => line.num(link.0.into()),
    };
    if let Some(description) = link_description(link) {
        line.lit(" (").lit(description).lit(")");
    }
}

/// Opens the interfaces. `command` is the command line, the program's name first, for hints that repeat it.
///
/// # Errors
///
/// Exit code 1, or 2 when the filter makes no sense; with what to do about it.
pub fn open(plan: &LivePlan, expression: Option<&str>, command: &[OsString]) -> Result<Box<dyn Source>, Diag> {
    really::open(plan, expression, command)
}

/// Lists what there is; `width` is how wide a table may be.
///
/// # Errors
///
/// Exit code 1, with what to do about it.
pub fn list(
    listing: Listing,
    plan: &LivePlan,
    width: Option<u16>,
    command: &[OsString],
    out: &mut Text,
) -> Result<(), Diag> {
    really::list(listing, plan, width, command, out)
}

#[cfg(feature = "live")]
mod really {
    use super::{Diag, Direction, Exit, Listing, LivePlan, OsString, Source, Text, escaped, link};
    use crate::capture::live::{self, Device, Live, Options, TimeStampType};
    use crate::capture::{Error, Problem};
    use crate::cli::devices;
    use std::os::unix::ffi::OsStrExt;

    pub(super) fn open(
        plan: &LivePlan,
        expression: Option<&str>,
        command: &[OsString],
    ) -> Result<Box<dyn Source>, Diag> {
        let names = names(plan)?;
        let direction = match plan.direction {
            Some(Direction::In) => live::Direction::In,
            Some(Direction::Out) => live::Direction::Out,
            Some(Direction::Inout) | None => live::Direction::InOut,
        };
        let wanted = plan.time_stamp_type.as_deref();
        let options = Options {
            snaplen: plan.snaplen,
            buffer: plan.buffer,
            promiscuous: plan.promiscuous,
            direction,
            monitor: plan.monitor,
            immediate: plan.immediate,
            time_stamp_type: wanted.and_then(|name| TimeStampType::ALL.into_iter().find(|t| t.name() == name)),
            link_type: plan.link_type,
        };
        match Live::open(&names, expression, &options) {
            Ok(live) => Ok(Box::new(live)),
            Err(error) => Err(explain(&error, command)),
        }
    }

    pub(super) fn list(
        listing: Listing,
        plan: &LivePlan,
        width: Option<u16>,
        command: &[OsString],
        out: &mut Text,
    ) -> Result<(), Diag> {
        if let Listing::Interfaces { json } = listing {
            let all = live::devices().map_err(|e| Diag::from(&e))?;
            match json {
                true => devices::json(&all, out),
                false => devices::table(&all, width, out),
            }
            return Ok(());
        }
        for name in names(plan)? {
            if listing == Listing::LinkTypes {
                let types = live::link_types(&name, plan.monitor).map_err(|e| explain(&e, command))?;
                out.lit("Data link types for ").untrusted(&name);
                out.lit(if plan.monitor { " when in monitor mode" } else { "" }).lit(" (use option -y to set):\n");
                for one in types {
                    link(out.lit("  "), one);
                    out.ch('\n');
                }
            } else {
                let types = live::time_stamp_types(&name).map_err(|e| explain(&e, command))?;
                out.lit("Time stamp types for ").untrusted(&name).lit(" (use option -j to set):\n");
                for one in types {
                    out.lit("  ").lit(one.name()).lit(" (").lit(one.description()).lit(")\n");
                }
            }
        }
        Ok(())
    }

    /// The names of the interfaces: as typed, by number, or the first that will do.
    fn names(plan: &LivePlan) -> Result<Vec<Box<[u8]>>, Diag> {
        let all = || live::devices().map_err(|e| Diag::from(&e));
        if plan.interfaces.is_empty() {
            let first = all()?.into_iter().find(|d| d.is_up && d.is_running && !d.is_loopback && d.index.is_some());
            let none = || {
                Diag::new(Exit::Error, "no interface is up but loopback")
                    .hint("list interfaces:      sniff -D\ncapture on loopback:  sniff -i lo")
            };
            return first.map(|device| vec![device.name]).ok_or_else(none);
        }
        plan.interfaces
            .iter()
            .map(|typed| {
                let number = typed
                    .to_str()
                    .filter(|t| t.bytes().all(|b| b.is_ascii_digit()))
                    .and_then(|t| t.parse::<u32>().ok());
                let Some(number) = number else { return Ok(typed.as_bytes().into()) };
                let all = all()?;
                let named = all.iter().find(|device| *device.name == *typed.as_bytes());
                let device = named.or_else(|| all.iter().find(|device| device.number == number));
                device.map(|device| device.name.clone()).ok_or_else(|| {
                    Diag::new(Exit::Error, format!("-i {number}: there are only {} interfaces", all.len()))
                        .hint("list them with their numbers:  sniff -D")
                })
            })
            .collect()
    }

    /// What to do about it.
    fn explain(error: &Error, command: &[OsString]) -> Diag {
        let diag = Diag::from(error);
        let Error::Interface { name, problem } = error else { return diag };
        let name = escaped(name);
        match problem {
            Problem::NotPermitted => {
                let words: Vec<String> = command.iter().skip(1).map(|word| quoted(word.as_bytes())).collect();
                let program = std::env::current_exe().map(|path| quoted(path.as_os_str().as_bytes()));
                let program = program.unwrap_or_else(|_| "sniff".to_owned());
                let words: String = words.iter().map(|word| format!(" {word}")).collect();
                diag.hint(format!(
                    "as root, this once:        sudo {program}{words}\n\
                     as yourself, from now on:  sudo setcap cap_net_raw=ep {program}"
                ))
            }
            Problem::Missing => {
                let all = live::devices().unwrap_or_default();
                let near = near(&name, &all);
                let list = "list interfaces:  sniff -D";
                diag.hint(if near.is_empty() {
                    list.to_owned()
                } else {
                    format!("did you mean {}?\n{list}", near.join(" or "))
                })
            }
            Problem::Down => diag.hint(format!("set it up:  sudo ip link set {name} up")),
            Problem::Other(text) if text.contains("monitor mode") => {
                diag.hint("monitor mode is for radios; see which interfaces are wireless:  sniff -D")
            }
            Problem::LinkType(..) => diag.hint(format!("list them:  sniff -i {name} -L")),
            Problem::TimeStamps(..) => diag.hint(format!("list them:  sniff -i {name} -J")),
            _ => diag,
        }
    }

    /// Names that are nearly the same.
    fn near(name: &str, all: &[Device]) -> Vec<String> {
        let names = all.iter().map(|device| escaped(&device.name));
        let mut near: Vec<(usize, String)> = names
            .map(|other| (strsim::damerau_levenshtein(name, &other), other))
            .filter(|(far, _)| *far <= 2)
            .collect();
        near.sort();
        near.truncate(2);
        near.into_iter().map(|(_, name)| name).collect()
    }

    /// A word for a shell.
    fn quoted(word: &[u8]) -> String {
        let is_plain = |b: &u8| b.is_ascii_alphanumeric() || b"_./:=,@%+-".contains(b);
        match word.iter().all(is_plain) && !word.is_empty() {
            true => escaped(word),
            false => format!("'{}'", escaped(word).replace('\'', "'\\''")),
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn no_permission_prints_the_commands_that_help() {
            let error = Error::Interface { name: (*b"eth0").into(), problem: Problem::NotPermitted };
            let words = ["sniff", "-i", "eth0", "port 80 or port 443", "it's"].map(OsString::from);
            let diag = explain(&error, &words).to_string();
            assert!(diag.starts_with("eth0: no permission"), "{diag}");
            assert!(diag.contains(" -i eth0 'port 80 or port 443' 'it'\\''s'\n"), "{diag}");
            assert!(diag.contains("sudo setcap cap_net_raw=ep /"), "{diag}");
        }

        #[test]
        fn a_wrong_name_suggests_a_right_one() {
            let error = Error::Interface { name: (*b"l0").into(), problem: Problem::Missing };
            let diag = explain(&error, &[]).to_string();
            assert!(diag.contains("did you mean lo") && diag.ends_with("sniff -D"), "{diag}");
        }
    }
}

/// What takes its place in a build without libpcap: [`plan`] has refused already.
#[cfg(not(feature = "live"))]
mod really {
    use super::{Diag, Exit, Listing, LivePlan, OsString, Source, Text};

    fn missing() -> Diag {
        Diag::new(Exit::Error, "this program was built without live capture")
    }

    pub(super) fn open(_: &LivePlan, _: Option<&str>, _: &[OsString]) -> Result<Box<dyn Source>, Diag> {
        Err(missing())
    }

    pub(super) fn list(_: Listing, _: &LivePlan, _: Option<u16>, _: &[OsString], _: &mut Text) -> Result<(), Diag> {
        Err(missing())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(typed: args::Source) -> String {
        plan(&typed, Format::Text).expect_err("it makes no sense").to_string()
    }

    #[test]
    fn options_that_contradict_each_other_are_refused() {
        let read = vec![PathBuf::from("a.pcap")];
        let text = message(args::Source { read: read.clone(), snaplen: Some(96), ..Default::default() });
        assert!(text.contains("-r reads a file and -s is for interfaces"), "{text}");
        let files = plan(&args::Source { read: read.clone(), ..Default::default() }, Format::Text);
        assert_eq!(files.ok(), Some(Input::Files(read)));
        let text = message(args::Source { list_interfaces: true, list_link_types: true, ..Default::default() });
        assert!(text.contains("-D and -L"), "{text}");
    }

    #[cfg(not(feature = "live"))]
    #[test]
    fn a_build_without_live_capture_says_so() {
        let text = message(args::Source { interface: vec!["eth0".into()], ..Default::default() });
        assert!(text.starts_with("-i is for interfaces, and this program was built without live capture"), "{text}");
        assert!(message(args::Source::default()).contains("built without live capture"));
    }

    #[cfg(feature = "live")]
    #[test]
    fn names_of_types_are_checked() {
        let text = message(args::Source { link_type: Some("ETHER".to_owned()), ..Default::default() });
        assert!(text.contains("no link type named ETHER") && text.contains("-L"), "{text}");
        let text = message(args::Source { time_stamp_type: Some("mine".to_owned()), ..Default::default() });
        assert!(text.contains("adapter_unsynced"), "{text}");
        let text = message(args::Source { interface: vec!["lo".into(), "lo".into()], ..Default::default() });
        assert!(text.contains("given twice"), "{text}");
        let bare = plan(&args::Source::default(), Format::Text).expect("bare sniff captures");
        assert_eq!(bare, Input::Live(LivePlan { promiscuous: true, ..LivePlan::default() }));
    }

    #[test]
    fn listening_reads_as_tcpdump_says_it() {
        let interface = Interface {
            file: 0,
            described: true,
            name: Some((*b"eth\x1b0").into()),
            description: None,
            link: LinkType(1),
            snaplen: 262_144,
            fcs_len: None,
            comments: Vec::new(),
            received: None,
            dropped: None,
        };
        let text = "listening on eth\\x1b0, link-type EN10MB (Ethernet), snapshot length 262144 bytes";
        assert_eq!(listening(&interface).as_str(), text);
        let exit = Exit::Usage;
        assert_eq!(
            plan(
                &args::Source { list_link_types: true, list_time_stamp_types: true, ..Default::default() },
                Format::Text
            )
            .map_err(|d| d.exit),
            Err(exit)
        );
    }
}
