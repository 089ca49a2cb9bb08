//! Writing captures: what is read is what was written, and nobody's file is touched.
//!
//! What needs a mount namespace, `tshark` or root is skipped with the reason where there is none.

use sniff::capture::save::{Clock, Files, Format, Opener, Options, Saver, Settings};
use sniff::capture::{self, Source};
use sniff::time::Time;
use sniff_testing::captures;
use std::fs;
use std::io::Write;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const CAPTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/demo/web.pcap");

/// A folder of this test alone, removed at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("save-{name}"));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a scratch folder");
        Scratch(path)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().expect("UTF-8").to_owned()
    }

    fn file(&self, name: &str, bytes: &[u8]) -> String {
        fs::write(self.0.join(name), bytes).expect("a scratch file");
        self.path(name)
    }

    /// The names in it, sorted.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).expect("the scratch folder").flatten();
        let mut names: Vec<String> = entries.map(|e| e.file_name().into_string().expect("UTF-8")).collect();
        names.sort();
        names
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn sniff() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sniff"));
    command.env("TZ", "UTC").env_remove("COLUMNS").env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    command
}

struct Ran {
    out: Vec<u8>,
    err: String,
    code: i32,
}

fn run(args: &[&str]) -> Ran {
    let out = sniff().args(args).output().expect("sniff runs");
    let err = String::from_utf8(out.stderr).expect("messages are UTF-8");
    Ran { out: out.stdout, err, code: out.status.code().expect("an exit code") }
}

/// How many packets a capture has, and the exit code of reading it.
fn count(path: &str) -> (usize, i32) {
    let ran = run(&["-r", path, "--count"]);
    let text = String::from_utf8(ran.out).expect("UTF-8");
    (text.split(' ').next().and_then(|n| n.parse().ok()).expect("a number"), ran.code)
}

/// A pcap file of so many frames of 100 bytes, one a second.
fn pcap(frames: u32) -> Vec<u8> {
    let mut file = Vec::new();
    for word in [0xa1b2_c3d4, 0x0004_0002, 0, 0, 262_144, 1u32] {
        file.extend_from_slice(&word.to_le_bytes());
    }
    for n in 0..frames {
        for word in [1_767_225_600 + n, n, 100, 100] {
            file.extend_from_slice(&word.to_le_bytes());
        }
        let mut frame = [0; 100];
        frame[12] = 0x88;
        frame[13] = 0xb5;
        frame[14..18].copy_from_slice(&n.to_be_bytes());
        file.extend_from_slice(&frame);
    }
    file
}

/// A frame as it is compared.
#[derive(Debug, PartialEq)]
struct Owned {
    time: Time,
    has_time: bool,
    data: Vec<u8>,
    length: u32,
    link: u16,
    interface: Option<Vec<u8>>,
    fcs_len: Option<u8>,
    comments: Vec<Vec<u8>>,
}

fn owned(frame: &capture::Frame<'_>, interfaces: &[capture::Interface]) -> Owned {
    let interface = interfaces.get(frame.interface as usize).and_then(|i| i.name.as_ref());
    Owned {
        time: frame.time,
        has_time: frame.has_time,
        data: frame.data.to_vec(),
        length: frame.length,
        link: frame.link.0,
        interface: interface.map(|name| name.to_vec()),
        fcs_len: frame.fcs_len,
        comments: frame.comments.iter().map(|c| c.to_vec()).collect(),
    }
}

fn frames(path: &Path) -> Vec<Owned> {
    let Ok(mut source) = capture::open(path) else { return Vec::new() };
    let mut all = Vec::new();
    while let Ok(Some(_)) = source.next() {
        let frame = source.frame().expect("the frame that was just read");
        all.push(owned(&frame, source.interfaces()));
    }
    all
}

/// Writes a capture again and returns what is read from that, or why it could not be written.
fn again(path: &Path, to: &Path, options: Options) -> Result<Vec<Owned>, String> {
    let mut source = capture::open(path).map_err(|e| e.to_string())?;
    let opener = Files::new(to, Settings { force: true, ..Settings::default() }).map_err(|e| e.to_string())?;
    let mut saver = Saver::new(options, Box::new(opener));
    saver.begin(source.interfaces()).map_err(|e| e.to_string())?;
    let mut taken = 0;
    while let Ok(Some(_)) = source.next() {
        let frame = source.frame().expect("the frame that was just read");
        saver.frame(&frame, source.interfaces(), None).map_err(|e| e.to_string())?;
        taken += 1;
    }
    saver.finish(&[]).map_err(|e| e.to_string())?;
    let written = saver.written();
    assert_eq!((written.frames, written.files), (taken, 1), "{}", path.display());
    assert_eq!(written.bytes, fs::metadata(to).expect("it was written").len(), "{}", path.display());
    Ok(frames(to))
}

fn by_frames(format: Format) -> Options {
    Options { clock: Clock::Frames, ..Options::new(format, "sniff test") }
}

#[test]
fn what_is_written_is_what_was_read() {
    let scratch = Scratch::new("law");
    let to = scratch.0.join("again");
    let (mut files, mut all) = (0, 0);
    for path in captures::fixtures().into_iter().chain(captures::corpus().unwrap_or_default()) {
        let before = frames(&path);
        if before.is_empty() {
            continue;
        }
        let name = path.display();
        let after = again(&path, &to, by_frames(Format::Pcapng)).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(before.len(), after.len(), "{name}");
        for (n, (before, mut after)) in before.iter().zip(after).enumerate() {
            // A frame without a time keeps the one that it was shown with, where only that can be written.
            after.has_time &= before.has_time || after.has_time == before.has_time;
            if !before.has_time {
                after.has_time = false;
            }
            assert_eq!(*before, after, "{name}: frame {}", n + 1);
        }
        files += 1;
        all += before.len();
        // Without names and comments, and with one link type, pcap says as much.
        for nano in [false, true] {
            let options = Options { nano, ..by_frames(Format::Pcap) };
            let fits = before.iter().all(|f| f.link == before[0].link && u32::try_from(f.time.secs).is_ok());
            match again(&path, &to, options) {
                Err(error) => assert!(!fits, "{name}: {error}"),
                Ok(after) => {
                    assert!(fits && before.len() == after.len(), "{name}");
                    for (n, (before, after)) in before.iter().zip(after).enumerate() {
                        let nanos = if nano { before.time.nanos } else { before.time.nanos / 1000 * 1000 };
                        let time = Time { nanos, ..before.time };
                        assert_eq!((time, &before.data), (after.time, &after.data), "{name}: frame {}", n + 1);
                        assert_eq!((before.length, before.link), (after.length, after.link), "{name}: frame {}", n + 1);
                    }
                }
            }
        }
    }
    assert!(files > 50, "only {files} captures");
    eprintln!("{all} frames of {files} captures");
}

#[test]
fn others_read_what_is_written() {
    if !Command::new("tshark").arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|s| s.success())
    {
        eprintln!("skipped: there is no tshark here");
        return;
    }
    let scratch = Scratch::new("tshark");
    // Not the interface's name: in later sections tshark 4.0 shows that of the first.
    let fields = |path: &str| {
        let out = Command::new("tshark")
            .args([
                "-r",
                path,
                "-n",
                "-T",
                "fields",
                "-e",
                "frame.time_epoch",
                "-e",
                "frame.len",
                "-e",
                "frame.cap_len",
            ])
            .args(["-e", "frame.protocols", "-e", "frame.comment"])
            .output()
            .expect("tshark runs");
        assert!(out.status.success(), "{path}: {}", String::from_utf8_lossy(&out.stderr));
        // tshark counts blocks as packets that hold none, such as those of systemd's journal.
        let text = String::from_utf8_lossy(&out.stdout);
        text.lines().filter(|line| !line.starts_with('\t')).map(|line| format!("{line}\n")).collect::<String>()
    };
    let fixtures = captures::fixtures();
    let chosen =
        fixtures.iter().filter(|p| ["demo", "capture"].iter().any(|f| p.parent().is_some_and(|d| d.ends_with(f))));
    for (n, path) in chosen.enumerate() {
        let from = path.to_str().expect("UTF-8");
        let to = scratch.path(&format!("{n}.pcapng"));
        if run(&["-r", from, "-w", &to]).code != 0 || from.ends_with(".ntar") {
            continue;
        }
        let original = Command::new("tshark").args(["-r", from]).output().expect("tshark runs");
        if original.status.success() && path.extension().is_some_and(|e| e == "pcap" || e == "pcapng") {
            let (mut before, mut after) = (fields(from), fields(&to));
            if from.ends_with(".pcap") {
                // The time has three digits more.
                for text in [&mut before, &mut after] {
                    let middle = |line: &str| line.split('\t').skip(1).take(3).collect::<Vec<_>>().join("\t");
                    *text = text.lines().map(middle).collect::<Vec<_>>().join("\n");
                }
            }
            assert_eq!(before, after, "{from}");
        }
    }
}

#[test]
fn a_file_that_exists_stays() {
    let scratch = Scratch::new("exists");
    let there = scratch.file("there.pcap", b"mine");
    let ran = run(&["-r", CAPTURE, "-w", &there]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("there.pcap") && ran.err.contains("--force"), "{}", ran.err);
    assert_eq!(fs::read(&there).expect("still there"), b"mine");
    assert_eq!(run(&["-r", CAPTURE, "-w", &there, "--force"]).code, 0);
    assert_eq!(fs::read(&there).expect("replaced"), fs::read(CAPTURE).expect("the demo capture"));
    assert_eq!(fs::metadata(&there).expect("there").permissions().mode() & 0o777, 0o600);
    assert_eq!(scratch.names(), ["there.pcap"], "nothing else is left behind");
    // Even the capture that is being read.
    assert_eq!(run(&["-r", &there, "-w", &there, "--force"]).code, 0);
    assert_eq!(fs::read(&there).expect("replaced"), fs::read(CAPTURE).expect("the demo capture"));
}

#[test]
fn links_folders_and_hard_links_are_never_replaced() {
    let scratch = Scratch::new("links");
    let target = scratch.file("target", b"precious");
    let link = scratch.path("link.pcap");
    symlink(&target, &link).expect("a symbolic link");
    let dangling = scratch.path("dangling.pcap");
    symlink(scratch.path("nowhere"), &dangling).expect("a symbolic link");
    let hard = scratch.path("hard.pcap");
    fs::hard_link(&target, &hard).expect("a hard link");
    fs::create_dir(scratch.path("folder.pcap")).expect("a folder");
    for name in [&link, &dangling, &hard, &scratch.path("folder.pcap")] {
        for force in [&[][..], &["--force"][..]] {
            let ran = run(&[&["-r", CAPTURE, "-w", name][..], force].concat());
            assert_eq!(ran.code, 1, "{name}: {}", ran.err);
        }
    }
    assert_eq!(fs::read(&target).expect("untouched"), b"precious");
    assert_eq!(scratch.names(), ["dangling.pcap", "folder.pcap", "hard.pcap", "link.pcap", "target"]);
}

#[test]
fn a_folder_that_is_missing_is_told() {
    let scratch = Scratch::new("missing");
    let ran = run(&["-r", CAPTURE, "-w", &scratch.path("no/such/file.pcap")]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("folder must exist"), "{}", ran.err);
    assert_eq!(run(&["-r", CAPTURE, "-w", &format!("{}/", scratch.path(""))]).code, 1);
}

#[test]
fn pipes_devices_and_standard_output_are_written() {
    let scratch = Scratch::new("special");
    let whole = fs::read(CAPTURE).expect("the demo capture");
    assert_eq!(run(&["-r", CAPTURE, "-w", "-"]).out, whole);
    assert_eq!(run(&["-r", CAPTURE, "-w", "/dev/null"]).code, 0);
    assert!(fs::metadata("/dev/null").expect("there").file_type().is_char_device(), "still a device");
    let fifo = scratch.path("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().is_ok_and(|s| s.success()));
    let reader = std::thread::spawn({
        let fifo = fifo.clone();
        move || fs::read(fifo)
    });
    assert_eq!(run(&["-r", CAPTURE, "-w", &fifo]).code, 0);
    assert_eq!(reader.join().expect("the reader ends").expect("it reads"), whole);
    let ran = run(&["-r", CAPTURE, "-w", &fifo, "-C", "1"]);
    assert!(ran.code == 1 && ran.err.contains("rotated"), "{}", ran.err);
}

#[test]
fn a_reader_of_the_capture_that_leaves_is_success() {
    let scratch = Scratch::new("leaves");
    let input = scratch.file("in.pcap", &pcap(20_000));
    let mut child = sniff()
        .args(["-r", &input, "-w", "-"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("sniff runs");
    drop(child.stdout.take());
    let ended = child.wait_with_output().expect("sniff ends");
    assert_eq!(ended.status.code(), Some(0), "{}", String::from_utf8_lossy(&ended.stderr));
}

#[test]
fn wrong_usage_is_exit_2() {
    for (args, told) in [
        (&["--print"][..], "-w"),
        (&["-C", "1"], "-w"),
        (&["-w", "x.pcap", "-W", "3"], "-C 100 -W 10"),
        (&["-w", "x.pcap", "-C", "many"], "millions"),
        (&["-w", "x.pcap", "--annotate"], ".pcapng"),
        (&["-w", "x.pcap", "--keep", "10s"], "--on"),
        (&["-w", "x.pcap", "--on", "ip"], "--keep"),
        (&["-w", "x.pcap", "--keep", "soon", "--on", "ip"], "length of time"),
        (&["-w", "-", "-C", "1"], "standard output"),
        (&["-w", "-", "--flows"], "standard output"),
    ] {
        let ran = run(&[&["-r", CAPTURE][..], args].concat());
        assert_eq!((ran.code, ran.out.as_slice()), (2, &b""[..]), "{args:?}: {}", ran.err);
        assert!(ran.err.contains(told), "{args:?}: {}", ran.err);
    }
    let scratch = Scratch::new("usage");
    let ran = run(&["-r", CAPTURE, "-w", &scratch.path("%D.pcap"), "-G", "60"]);
    assert!(ran.code == 2 && ran.err.contains("slash"), "{}", ran.err);
    assert!(scratch.names().is_empty());
}

#[test]
fn nothing_is_printed_unless_it_is_asked_for() {
    let scratch = Scratch::new("print");
    let lines = |args: &[&str]| {
        let ran = run(&[&["-r", CAPTURE, "-w", &scratch.path("x.pcap"), "--force"][..], args].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        ran.out.iter().filter(|b| **b == b'\n').count()
    };
    assert_eq!(lines(&[]), 0);
    assert_eq!(lines(&["-T", "json"]), 0);
    assert_eq!(lines(&["--print"]), 28);
    assert!(lines(&["--flows"]) > 2);
    assert_eq!(lines(&["--count"]), 1);
}

#[test]
fn sizes_rotate_and_no_frame_is_lost() {
    let scratch = Scratch::new("size");
    let input = scratch.file("in.pcap", &pcap(1000));
    // A file that is there already is passed over.
    scratch.file("t-0001.pcap", b"mine");
    let ran = run(&["-r", &input, "-w", &scratch.path("t.pcap"), "-C", "32K"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("1000 packets written") && ran.err.contains("4 files"), "{}", ran.err);
    assert_eq!(scratch.names(), ["in.pcap", "t-0000.pcap", "t-0001.pcap", "t-0002.pcap", "t-0003.pcap", "t-0004.pcap"]);
    assert_eq!(fs::read(scratch.path("t-0001.pcap")).expect("still there"), b"mine");
    let mut all = 0;
    for n in [0, 2, 3, 4] {
        let name = scratch.path(&format!("t-000{n}.pcap"));
        assert!(fs::metadata(&name).expect("there").len() <= 32 << 10);
        all += count(&name).0;
    }
    assert_eq!(all, 1000);
    let ran = run(&["-r", &input, "-w", &scratch.path("n.pcapng"), "-C", "32K"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let pcapngs: Vec<String> = scratch.names().into_iter().filter(|n| n.starts_with("n-")).collect();
    assert!(
        pcapngs.len() >= 4 && pcapngs.iter().all(|n| fs::metadata(scratch.path(n)).expect("there").len() <= 32 << 10)
    );
    assert_eq!(pcapngs.iter().map(|n| count(&scratch.path(n)).0).sum::<usize>(), 1000);
}

#[test]
fn a_ring_keeps_the_last_files_of_this_run() {
    let scratch = Scratch::new("ring");
    let input = scratch.file("in.pcap", &pcap(1000));
    let ran = run(&["-r", &input, "-w", &scratch.path("t.pcap"), "-C", "32K", "-W", "3"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("the last 3 of 4 files are kept"), "{}", ran.err);
    assert_eq!(scratch.names(), ["in.pcap", "t-0.pcap", "t-1.pcap", "t-2.pcap"]);
    // The fourth file took the place of the first.
    let last = frames(&scratch.0.join("t-0.pcap"));
    assert_eq!(last.last().map(|f| f.time.secs), Some(1_767_225_600 + 999));
    // A second run does not take the first one's files, unless it may.
    let again = ["-r", &input, "-w", &scratch.path("t.pcap"), "-C", "32K", "-W", "3"];
    assert_eq!(run(&again).code, 1);
    assert_eq!(run(&[&again[..], &["--force"]].concat()).code, 0);
    // With times, old files are removed instead.
    let ran = run(&["-r", &input, "-w", &scratch.path("g-%H%M.pcap"), "-C", "32K", "-G", "300", "-W", "2"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(scratch.names().iter().filter(|n| n.starts_with("g-")).count(), 2, "{:?}", scratch.names());
}

#[test]
fn times_rotate_by_the_frames_of_a_file() {
    let scratch = Scratch::new("time");
    let input = scratch.file("in.pcap", &pcap(1000));
    let ran = run(&["-r", &input, "-w", &scratch.path("t-%H%M%S.pcap"), "-G", "300"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(scratch.names(), ["in.pcap", "t-000000.pcap", "t-000500.pcap", "t-001000.pcap", "t-001500.pcap"]);
    let each: Vec<usize> = scratch.names()[1..].iter().map(|n| count(&scratch.path(n)).0).collect();
    assert_eq!(each, [300, 300, 300, 100]);
    // Names that do not tell the files apart get numbers; -W ends it.
    let ran = run(&["-r", &input, "-w", &scratch.path("same.pcap"), "-G", "300", "-W", "2"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let same: Vec<String> = scratch.names().into_iter().filter(|n| n.starts_with("same")).collect();
    assert_eq!(same, ["same-0001.pcap", "same.pcap"]);
    assert_eq!(count(&scratch.path("same-0001.pcap")).0, 300);
}

#[test]
fn a_command_runs_for_each_complete_file() {
    let scratch = Scratch::new("command");
    let input = scratch.file("in.pcap", &pcap(1000));
    let ran = run(&["-r", &input, "-w", &scratch.path("t.pcap"), "-C", "32K", "-z", "gzip"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let packed: Vec<String> = scratch.names().into_iter().filter(|n| n.ends_with(".pcap.gz")).collect();
    assert_eq!(packed.len(), 4, "{:?}", scratch.names());
    assert_eq!(packed.iter().map(|n| count(&scratch.path(n)).0).sum::<usize>(), 1000);
    let ran = run(&["-r", CAPTURE, "-w", &scratch.path("u.pcap"), "-z", "false"]);
    assert!(ran.code == 0 && ran.err.contains("-z false"), "{}", ran.err);
    let ran = run(&["-r", CAPTURE, "-w", &scratch.path("v.pcap"), "-z", "no-such-program"]);
    assert!(ran.code == 0 && ran.err.contains("-z no-such-program"), "{}", ran.err);
}

#[test]
fn the_recorder_writes_around_a_match() {
    if cfg!(not(feature = "live")) {
        eprintln!("skipped: without libpcap there are no expressions");
        return;
    }
    let scratch = Scratch::new("keep");
    let input = scratch.file("in.pcap", &pcap(1000));
    let to = scratch.path("t.pcap");
    let ran = run(&["-r", &input, "-w", &to, "--keep", "10s", "--on", "ether[14:4] == 500 or ether[14:4] == 515"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let seconds: Vec<i64> = frames(Path::new(&to)).iter().map(|f| f.time.secs - 1_767_225_600).collect();
    // Each frame is a microsecond later in its second than the one before it, so 490 and 525 are just too far.
    assert_eq!(seconds, (491..=524).collect::<Vec<i64>>());
    assert!(ran.err.contains("2 packets matched"), "{}", ran.err);
    assert_eq!(run(&["-r", &input, "-w", &to, "--force", "--keep", "10s", "--on", "nonsense("]).code, 2);
}

#[test]
fn annotations_stand_beside_the_comments_of_the_capture() {
    let scratch = Scratch::new("annotate");
    let (once, twice) = (scratch.path("once.pcapng"), scratch.path("twice.pcapng"));
    assert_eq!(run(&["-r", CAPTURE, "-w", &once, "--annotate", "tcp"]).code, 0);
    let comments = |path: &str| frames(Path::new(path)).into_iter().flat_map(|f| f.comments).collect::<Vec<_>>();
    let text = String::from_utf8(comments(&once).concat()).expect("UTF-8");
    assert!(text.contains("client CLOSED→SYN-SENT") && text.contains("#1"), "{text}");
    assert_eq!(run(&["-r", &once, "-w", &twice]).code, 0);
    assert_eq!(comments(&once), comments(&twice));
}

#[test]
fn a_packet_that_does_not_fit_is_an_error_that_names_the_way_out() {
    let scratch = Scratch::new("misfit");
    let is_odd = |p: &PathBuf| frames(p).first().is_some_and(|f| f.link != 1 && u32::try_from(f.time.secs).is_ok());
    let raw = captures::fixtures().into_iter().find(is_odd).expect("a capture without Ethernet");
    let both = ["-r", CAPTURE, "-r", raw.to_str().expect("UTF-8")];
    let ran = run(&[&both[..], &["-w", &scratch.path("x.pcap")]].concat());
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("EN10MB") && ran.err.contains(".pcapng"), "{}", ran.err);
    assert_eq!(count(&scratch.path("x.pcap")).1, 0, "what was written before is whole");
    assert_eq!(run(&[&both[..], &["-w", &scratch.path("x.pcapng")]].concat()).code, 0);
}

/// What a full disk must come to: exit code 5, a whole capture, and as many packets in it as are said to be.
fn check_full(code: Option<i32>, err: &str, path: &str) {
    assert_eq!(code, Some(5), "{err}");
    assert!(err.contains("could not be written completely"), "{err}");
    let (packets, read) = count(path);
    assert_eq!(read, 0, "the file ends with a whole record");
    assert!(packets > 0 && err.contains(&format!("{packets} packets written")), "{packets} in the file: {err}");
}

#[test]
fn a_file_that_may_not_grow_ends_whole() {
    let scratch = Scratch::new("limit");
    let input = scratch.file("in.pcap", &pcap(50_000));
    for name in ["out.pcap", "out.pcapng"] {
        let out = scratch.path(name);
        let line = format!("ulimit -f 1000 && exec {} -r {input} -w {out}", env!("CARGO_BIN_EXE_sniff"));
        let ran = Command::new("bash").args(["-c", &line]).output().expect("bash runs");
        check_full(ran.status.code(), &String::from_utf8_lossy(&ran.stderr), &out);
    }
}

#[test]
fn a_full_disk_ends_with_whole_records() {
    let full = run(&["-r", CAPTURE, "-w", "/dev/full"]);
    assert_eq!(full.code, 5, "{}", full.err);
    let scratch = Scratch::new("full");
    let input = scratch.file("in.pcap", &pcap(5000));
    let disk = scratch.path("disk");
    fs::create_dir(&disk).expect("a folder");
    for name in ["out.pcap", "out.pcapng"] {
        let line = format!(
            "mount -t tmpfs -o size=64k none {disk} || exit 77; {} -r {input} -w {disk}/{name}; code=$?; cp {disk}/* {}; exit $code",
            env!("CARGO_BIN_EXE_sniff"),
            scratch.0.display()
        );
        let Ok(ran) = Command::new("unshare").args(["-Urm", "sh", "-c", &line]).output() else {
            eprintln!("skipped: there is no unshare here");
            return;
        };
        let err = String::from_utf8_lossy(&ran.stderr);
        if ran.status.code() == Some(77) || err.starts_with("unshare:") {
            eprintln!("skipped: no mount namespace can be made here: {err}");
            return;
        }
        check_full(ran.status.code(), &err, &scratch.path(name));
        assert!(err.contains("no space left"), "{err}");
    }
}

#[test]
fn what_was_flushed_survives_a_kill() {
    let scratch = Scratch::new("kill");
    let whole = pcap(100);
    for name in ["out.pcap", "out.pcapng"] {
        let out = scratch.path(name);
        let mut child = sniff()
            .args(["-r", "-", "-w", &out, "-U"])
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("sniff runs");
        let mut input = child.stdin.take().expect("piped");
        // 50 frames and a half.
        input.write_all(&whole[..24 + 50 * 116 + 58]).expect("sniff reads");
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
        while !Path::new(&out).exists() || count(&out).0 < 50 {
            assert!(std::time::Instant::now() < deadline, "50 frames are not in the file after a minute");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        child.kill().expect("it runs still");
        child.wait().expect("it ends");
        assert_eq!(count(&out), (50, 0));
        drop(input);
    }
}

#[test]
fn files_can_be_given_to_somebody() {
    let scratch = Scratch::new("owner");
    let to = scratch.0.join("t.pcap");
    let owner = Some((12_345, 23_456));
    let mut files = Files::new(&to, Settings { owner, ..Settings::default() }).expect("the folder is there");
    let request = sniff::capture::save::Request { number: 0, wall: Time::default(), header: b"header".to_vec() };
    match files.open(&request) {
        Ok(opened) => {
            let meta = opened.file.metadata().expect("it is open");
            assert_eq!((meta.uid(), meta.gid(), meta.mode() & 0o777), (12_345, 23_456, 0o600));
        }
        Err(refused) => {
            eprintln!("skipped: files cannot be given away here: {refused}");
            assert!(scratch.names().is_empty(), "nothing is left behind");
        }
    }
}

#[test]
fn every_cut_of_a_capture_is_repaired_to_its_last_whole_record() {
    let scratch = Scratch::new("repair");
    for (name, whole) in [
        ("t.pcap", pcap(3)),
        ("t.pcapng", {
            let (from, to) = (scratch.file("small.pcap", &pcap(3)), scratch.path("small.pcapng"));
            assert_eq!(run(&["-r", &from, "-w", &to]).code, 0);
            fs::read(to).expect("written")
        }),
    ] {
        let to = scratch.0.join("whole");
        let mut lengths = Vec::new();
        for cut in 0..=whole.len() {
            let from = PathBuf::from(scratch.file(name, &whole[..cut]));
            let Ok(repaired) = capture::save::repair(&from, &to, true) else { continue };
            let bytes = fs::read(&to).expect("written");
            assert_eq!(bytes, whole[..bytes.len()], "{name} cut at {cut}");
            assert_eq!(bytes.len() as u64, repaired.bytes);
            assert_eq!(repaired.damage.is_none(), bytes.len() == cut, "{name} cut at {cut}");
            let again = capture::save::repair(&to, &scratch.0.join("again"), true).expect("it is whole");
            assert!(again.damage.is_none() && again.frames == repaired.frames, "{name} cut at {cut}");
            lengths.push((repaired.frames, bytes.len()));
        }
        lengths.dedup();
        assert!(lengths.is_sorted(), "{lengths:?}");
        assert_eq!(lengths.last().map(|l| (l.0, l.1)), Some((3, whole.len())));
        assert!(lengths.len() >= 3, "{lengths:?}");
    }
}

#[test]
fn repair_says_what_it_did() {
    let scratch = Scratch::new("repair-cli");
    let whole = fs::read(CAPTURE).expect("the demo capture");
    let torn = scratch.file("torn.pcap", &whole[..whole.len() - 5]);
    let to = scratch.path("whole.pcap");
    let ran = run(&["repair", &torn, &to]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("damaged at byte") && ran.err.contains("27 whole packets"), "{}", ran.err);
    assert_eq!(count(&to), (27, 0));
    assert_eq!(run(&["repair", &torn, &to]).code, 1, "the copy exists");
    assert_eq!(run(&["repair", "--force", &torn, &to]).code, 0);
    assert!(run(&["repair", CAPTURE, &scratch.path("copy.pcap")]).err.contains("not damaged"));
    assert_eq!(run(&["repair", &scratch.file("no.txt", b"no capture"), &scratch.path("none")]).code, 1);
    let nothing = run(&["repair", &scratch.file("head.pcap", &whole[..30]), &scratch.path("none")]);
    assert!(nothing.code == 1 && nothing.err.contains("no whole packet"), "{}", nothing.err);
    assert!(!scratch.names().contains(&"none".to_owned()));
    if Command::new("gzip").arg("-k").arg(&to).status().is_ok_and(|s| s.success()) {
        let packed = fs::read(to + ".gz").expect("packed");
        let torn = scratch.file("torn.gz", &packed[..packed.len() * 3 / 4]);
        let ran = run(&["repair", &torn, &scratch.path("unpacked.pcap")]);
        assert!(ran.code == 0 && ran.err.contains("not compressed with gzip"), "{}", ran.err);
        assert_eq!(count(&scratch.path("unpacked.pcap")).1, 0);
    }
}
