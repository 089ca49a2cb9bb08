//! The files that are written: an [`Opener`] on both sides of the socket.
//!
//! The process that asks says which file in number, when it begins, and with which bytes. Folder, names and owner are the
//! helper's, from the command line that both were started with. Of a complete file the asking side says the name, and the
//! helper believes it only for files that it has made.

use super::codec::{Malformed, Reader, Writer};
use super::wire::{self, Came, MAX_MESSAGE};
use crate::capture::save::{Opened, Opener, Refused, Request, Why};
use crate::time::Time;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// Kinds of messages.
const OPEN: u8 = 1;
const DONE: u8 = 2;
const WAIT: u8 = 3;
const OPENED: u8 = 4;
const REFUSED: u8 = 5;
const TOLD: u8 = 6;

/// The most bytes of a path, as Linux has it (`PATH_MAX`).
const MAX_PATH: usize = 4096;
/// The most bytes of a line that says what went wrong.
const MAX_LINE: usize = 8192;
/// What lines may take in one message; further ones are counted.
const MAX_LINES: usize = MAX_MESSAGE / 2;
/// Files that are open at a time: one and the one after it. Further ones that were never complete are forgotten.
const MAX_OPEN: usize = 16;

/// The side that asks.
#[derive(Debug)]
pub struct Files {
    socket: OwnedFd,
    /// What messages call files before they have a name.
    template: PathBuf,
}

impl Files {
    /// Asks over this socket; `template` is what was asked for on the command line.
    pub fn new(socket: OwnedFd, template: &Path) -> Self {
        Files { socket, template: template.to_owned() }
    }
}

impl Opener for Files {
    fn open(&mut self, request: &Request) -> Result<Opened, Refused> {
        let asked = wire::ask(&self.socket, &question(request)).and_then(|(message, file)| opened(&message, file));
        asked.unwrap_or_else(|error| Err(Refused { name: self.template.clone(), why: Why::System(error) }))
    }

    fn done(&mut self, name: &Path) -> io::Result<()> {
        let message = Writer::new(DONE).bytes(name.as_os_str().as_bytes()).finish();
        let (answer, _) = wire::ask(&self.socket, &message)?;
        match told(&answer)?.first() {
            None => Ok(()),
            Some(why) => Err(io::Error::other(why.clone())),
        }
    }

    fn wait(&mut self) -> Vec<String> {
        let answer = wire::ask(&self.socket, &Writer::new(WAIT).finish());
        let lines = answer.and_then(|(answer, _)| Ok(told(&answer)?));
        lines.unwrap_or_else(|error| vec![error.to_string()])
    }
}

/// The side that answers, until the other has closed. What was started for complete files is waited for then.
///
/// # Errors
///
/// What comes is no request, or cannot be answered.
pub fn serve(socket: BorrowedFd<'_>, opener: &mut dyn Opener) -> io::Result<()> {
    let mut open: Vec<PathBuf> = Vec::new();
    loop {
        let message = match wire::take(socket, true)? {
            Came::Message(message, _) => message,
            Came::Closed | Came::Nothing => {
                opener.wait();
                return Ok(());
            }
        };
        match message.first() {
            Some(&OPEN) => match opener.open(&request(&message)?) {
                Ok(Opened { file, name, is_new }) => {
                    let mut answer = Writer::new(OPENED);
                    answer.bytes(name.as_os_str().as_bytes()).u8(is_new.into());
                    wire::put(socket, &answer.finish(), Some(file.as_fd()))?;
                    if open.len() >= MAX_OPEN {
                        open.remove(0);
                    }
                    open.push(name);
                }
                Err(refused) => wire::put(socket, &refusal(&refused), None)?,
            },
            Some(&DONE) => {
                let name = complete(&message)?;
                let place = open.iter().position(|known| *known == name);
                let wrong = match place.map(|place| open.remove(place)) {
                    None => vec!["this file was not made by the helper process".to_owned()],
                    Some(name) => opener.done(&name).err().map(|error| error.to_string()).into_iter().collect(),
                };
                wire::put(socket, &lines(&wrong), None)?;
            }
            Some(&WAIT) => {
                Reader::new(message.get(1..).unwrap_or_default()).finish()?;
                wire::put(socket, &lines(&opener.wait()), None)?;
            }
            _ => return Err(Malformed.into()),
        }
    }
}

fn question(request: &Request) -> Vec<u8> {
    let Request { number, wall, header } = request;
    Writer::new(OPEN).u64(*number).u64(wall.secs.cast_unsigned()).u32(wall.nanos).bytes(header).finish()
}

fn request(message: &[u8]) -> Result<Request, Malformed> {
    let mut reader = Reader::new(message);
    if reader.u8()? != OPEN {
        return Err(Malformed);
    }
    let number = reader.u64()?;
    let wall = Time { secs: reader.u64()?.cast_signed(), nanos: reader.u32()? };
    let header = reader.bytes(MAX_MESSAGE)?.to_vec();
    reader.finish()?;
    if wall.nanos < 1_000_000_000 { Ok(Request { number, wall, header }) } else { Err(Malformed) }
}

fn complete(message: &[u8]) -> Result<PathBuf, Malformed> {
    let mut reader = Reader::new(message);
    reader.u8()?;
    let name = path(reader.bytes(MAX_PATH)?);
    reader.finish().map(|()| name)
}

fn path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(OsString::from_vec(bytes.to_vec()))
}

/// Why there is no file: a kind, the system's number if it is an error of the system, a text, and the name.
fn refusal(refused: &Refused) -> Vec<u8> {
    let mut text = String::new();
    let mut code = None;
    let kind = match &refused.why {
        Why::Exists => 1,
        Why::NotRegular => 2,
        Why::NotOurs => 3,
        Why::Linked => 4,
        Why::Terminal => 5,
        Why::NotRotated => 6,
        Why::Template(why) => {
            text.clone_from(why);
            7
        }
        Why::System(error) => {
            code = error.raw_os_error().map(i32::cast_unsigned);
            text = error.to_string();
            8
        }
    };
    let text = text.as_bytes();
    let name: &OsStr = refused.name.as_os_str();
    let mut answer = Writer::new(REFUSED);
    answer.u8(kind).maybe_u32(code).bytes(text.get(..MAX_LINE).unwrap_or(text)).bytes(name.as_bytes()).finish()
}

/// What came of a request: a file, or why there is none.
fn opened(message: &[u8], file: Option<OwnedFd>) -> io::Result<Result<Opened, Refused>> {
    let mut reader = Reader::new(message);
    match (reader.u8()?, file) {
        (OPENED, Some(file)) => {
            let name = path(reader.bytes(MAX_PATH)?);
            let is_new = reader.flag()?;
            reader.finish()?;
            Ok(Ok(Opened { file: File::from(file), name, is_new }))
        }
        (REFUSED, None) => {
            let (kind, code) = (reader.u8()?, reader.maybe_u32()?);
            let text = String::from_utf8_lossy(reader.bytes(MAX_LINE)?).into_owned();
            let name = path(reader.bytes(MAX_PATH)?);
            reader.finish()?;
            let why = match kind {
                1 => Why::Exists,
                2 => Why::NotRegular,
                3 => Why::NotOurs,
                4 => Why::Linked,
                5 => Why::Terminal,
                6 => Why::NotRotated,
                7 => Why::Template(text),
                8 => Why::System(match code {
                    Some(code) => io::Error::from_raw_os_error(code.cast_signed()),
                    None => io::Error::other(text),
                }),
                _ => return Err(Malformed.into()),
            };
            Ok(Err(Refused { name, why }))
        }
        _ => Err(Malformed.into()),
    }
}

/// Lines for people, as far as they fit.
fn lines(all: &[String]) -> Vec<u8> {
    let mut room = MAX_LINES;
    let fits = |line: &&String| {
        let length = line.len().min(MAX_LINE).saturating_add(4);
        let has_room = room.checked_sub(length);
        room = has_room.unwrap_or(0);
        has_room.is_some()
    };
    let shown: Vec<&String> = all.iter().take_while(fits).collect();
    let left_out = all.len().saturating_sub(shown.len());
    let more = (left_out > 0).then(|| format!("{left_out} more went wrong likewise"));
    let mut answer = Writer::new(TOLD);
    answer.u32(u32::try_from(shown.len() + usize::from(more.is_some())).unwrap_or(u32::MAX));
    for line in shown.into_iter().chain(&more) {
        answer.bytes(line.as_bytes().get(..MAX_LINE).unwrap_or(line.as_bytes()));
    }
    answer.finish()
}

fn told(message: &[u8]) -> Result<Vec<String>, Malformed> {
    let mut reader = Reader::new(message);
    if reader.u8()? != TOLD {
        return Err(Malformed);
    }
    let count = reader.u32()?;
    let mut all = Vec::new();
    for _ in 0..count {
        all.push(String::from_utf8_lossy(reader.bytes(MAX_LINE)?).into_owned());
    }
    reader.finish().map(|()| all)
}

#[cfg(test)]
mod tests {
    use super::{Files, lines, opened, question, refusal, request, serve, told};
    use crate::capture::save::{self, Opened, Opener, Refused, Request, Rotation, Settings, Why};
    use crate::helper::codec::{Reader, Writer};
    use crate::helper::wire::{self, MAX_MESSAGE};
    use crate::time::Time;
    use std::fs;
    use std::io::{self, Write};
    use std::os::fd::AsFd;
    use std::path::{Path, PathBuf};

    fn asked(number: u64) -> Request {
        Request { number, wall: Time { secs: -1, nanos: 5 }, header: b"header".to_vec() }
    }

    /// A folder of this test alone, removed at the end.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("sniff-helper-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            fs::create_dir(&path).expect("a folder");
            Scratch(path)
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn requests_and_refusals_arrive_as_they_were() {
        assert_eq!(request(&question(&asked(7))), Ok(asked(7)));
        let whole = question(&asked(7));
        assert!((0..whole.len()).all(|length| request(&whole[..length]).is_err()));
        for why in [
            Why::Exists,
            Why::NotOurs,
            Why::Template("no \u{1b}".into()),
            Why::System(io::Error::from_raw_os_error(28)),
        ] {
            let refused = Refused { name: "f\u{1b}".into(), why };
            let message = refusal(&refused);
            let Ok(Err(back)) = opened(&message, None) else { panic!("{refused:?}") };
            assert_eq!(format!("{back:?}"), format!("{refused:?}"));
            assert!((0..message.len()).all(|length| opened(&message[..length], None).is_err()));
        }
        let many = vec!["x".repeat(20_000); 30];
        let message = lines(&many);
        assert!(message.len() <= MAX_MESSAGE);
        assert!(told(&message).expect("lines").last().is_some_and(|line| line.contains("more went wrong")));
    }

    #[test]
    fn files_are_made_by_the_other_side_and_written_by_this_one() {
        let scratch = Scratch::new("files");
        let template = scratch.0.join("trace.pcap");
        let rotation = Rotation { by_size: true, ..Rotation::default() };
        let mut theirs = save::Files::new(&template, Settings { rotation, ..Settings::default() }).expect("a folder");
        let (here, there) = wire::pair().expect("sockets");
        let server = std::thread::spawn(move || serve(there.as_fd(), &mut theirs));
        let mut files = Files::new(here, &template);
        for number in 0..2 {
            let Opened { mut file, name, is_new } = files.open(&asked(number)).expect("a file");
            assert!(is_new && name == scratch.0.join(format!("trace-000{number}.pcap")), "{name:?}");
            file.write_all(b" and frames").expect("written");
            assert_eq!(fs::read(&name).expect("a file"), b"header and frames");
            files.done(&name).expect("complete");
        }
        assert!(files.wait().is_empty());
        drop(files);
        server.join().expect("no panic").expect("a clean end");
    }

    /// Makes nothing; remembers what it was told.
    #[derive(Default)]
    struct Remembers(Vec<PathBuf>);

    impl Opener for Remembers {
        fn open(&mut self, _: &Request) -> Result<Opened, Refused> {
            let file = fs::File::open("/dev/null").expect("a device");
            Ok(Opened { file, name: "made.pcap".into(), is_new: true })
        }

        fn done(&mut self, name: &Path) -> io::Result<()> {
            self.0.push(name.to_owned());
            Ok(())
        }
    }

    #[test]
    fn names_that_the_helper_did_not_make_are_refused() {
        let (here, there) = wire::pair().expect("sockets");
        let server = std::thread::spawn(move || {
            let mut opener = Remembers::default();
            serve(there.as_fd(), &mut opener).map(|()| opener.0)
        });
        let mut files = Files::new(here, Path::new("made.pcap"));
        files.open(&asked(0)).expect("a file");
        for name in ["../made.pcap", "/etc/passwd", "..", "", "a/b", "made.pcap\0", "-rf"] {
            let refused = files.done(Path::new(name)).unwrap_err().to_string();
            assert!(refused.contains("not made by the helper"), "{name}: {refused}");
        }
        files.done(Path::new("made.pcap")).expect("its own file");
        files.done(Path::new("made.pcap")).expect_err("once only");
        drop(files);
        assert_eq!(server.join().expect("no panic").expect("a clean end"), [PathBuf::from("made.pcap")]);
    }

    #[test]
    fn a_side_that_talks_nonsense_is_left() {
        for nonsense in [vec![0], vec![99; 40], Writer::new(1).u64(1).finish(), vec![3, 3], vec![2, 255, 255, 255, 255]]
        {
            let (here, there) = wire::pair().expect("sockets");
            wire::put(here.as_fd(), &nonsense, None).expect("sent");
            assert!(serve(there.as_fd(), &mut Remembers::default()).is_err(), "{nonsense:?}");
        }
        // And a helper that does: no file where one is promised, and nobody there.
        let (here, there) = wire::pair().expect("sockets");
        wire::put(there.as_fd(), &Writer::new(4).bytes(b"name").u8(1).finish(), None).expect("sent");
        let mut files = Files::new(here, Path::new("template"));
        let refused = files.open(&asked(0)).unwrap_err();
        assert!(matches!(refused.why, Why::System(_)) && refused.name == Path::new("template"));
        drop(there);
        assert!(files.open(&asked(0)).is_err() && files.done(Path::new("x")).is_err() && files.wait().len() == 1);
        assert!(Reader::new(&[]).u8().is_err());
    }
}
