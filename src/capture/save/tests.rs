//! The saver by the clock, with files in memory.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustix::fs::{MemfdFlags, memfd_create};

use super::{Format, Opened, Opener, Options, Refused, Request, Saver, Why};
use crate::capture::{Frame, Interface, LinkType, Losses, Source, open_stream};
use crate::time::Time;

/// Files in memory; the first so many can be opened.
#[derive(Clone)]
struct Memory {
    files: Arc<Mutex<Vec<File>>>,
    done: Arc<Mutex<Vec<PathBuf>>>,
    most: usize,
}

impl Memory {
    fn new(most: usize) -> Self {
        Memory { files: Arc::default(), done: Arc::default(), most }
    }

    fn bytes(&self, index: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut file = self.files.lock().unwrap()[index].try_clone().unwrap();
        file.seek(SeekFrom::Start(0)).unwrap();
        file.read_to_end(&mut bytes).unwrap();
        file.seek(SeekFrom::End(0)).unwrap();
        bytes
    }

    fn frames(&self, index: usize) -> usize {
        let mut source = open_stream(&PathBuf::from("memory"), std::io::Cursor::new(self.bytes(index))).unwrap();
        let mut frames = 0;
        while source.next().unwrap().is_some() {
            frames += 1;
        }
        frames
    }

    fn count(&self) -> usize {
        self.files.lock().unwrap().len()
    }
}

impl Opener for Memory {
    fn open(&mut self, request: &Request) -> Result<Opened, Refused> {
        let name = PathBuf::from(format!("file{}", request.number));
        if self.count() >= self.most {
            return Err(Refused { name, why: Why::Exists });
        }
        let mut file = File::from(memfd_create("capture", MemfdFlags::CLOEXEC).unwrap());
        file.write_all(&request.header).unwrap();
        self.files.lock().unwrap().push(file.try_clone().unwrap());
        Ok(Opened { file, name, is_new: true })
    }

    fn done(&mut self, name: &std::path::Path) -> std::io::Result<()> {
        self.done.lock().unwrap().push(name.to_owned());
        Ok(())
    }
}

fn ethernet() -> Interface {
    Interface {
        file: 0,
        described: true,
        name: Some((*b"eth0").into()),
        description: None,
        link: LinkType(1),
        snaplen: 262_144,
        fcs_len: None,
        comments: Vec::new(),
        received: None,
        dropped: None,
    }
}

fn frame(secs: i64) -> Frame<'static> {
    Frame {
        time: Time::new(secs, 0),
        has_time: true,
        data: &[7; 60],
        length: 60,
        link: LinkType(1),
        interface: 0,
        fcs_len: None,
        comments: &[],
    }
}

fn saver(memory: &Memory, options: Options) -> Saver {
    let mut saver = Saver::new(options, Box::new(memory.clone()));
    saver.begin(&[ethernet()]).unwrap();
    saver
}

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn intervals_rotate_by_the_clock_with_or_without_frames() {
    let memory = Memory::new(10);
    let interval = Some(10 * SECOND);
    let mut saver = saver(&memory, Options { interval, files: Some(3), ..Options::new(Format::Pcapng, "test") });
    let start = saver.due().unwrap();
    saver.frame(&frame(1), &[ethernet()], None).unwrap();
    assert!(saver.due().unwrap() < start, "what waits is to be written first");
    saver.tick(start - SECOND, Time::default()).unwrap();
    assert_eq!((saver.written().frames, saver.due()), (1, Some(start)));
    saver.tick(start, Time::default()).unwrap();
    assert_eq!((memory.count(), saver.due()), (2, Some(start + 10 * SECOND)));
    // Many intervals have passed unseen: one file for all of them, and the next at its own time.
    saver.tick(start + 45 * SECOND, Time::default()).unwrap();
    assert_eq!((memory.count(), saver.due()), (3, Some(start + 50 * SECOND)));
    saver.tick(start + 50 * SECOND, Time::default()).unwrap();
    assert!(saver.is_over() && saver.due().is_none());
    saver.frame(&frame(2), &[ethernet()], None).unwrap();
    saver.finish(&[]).unwrap();
    assert_eq!([memory.frames(0), memory.frames(1), memory.frames(2)], [1, 0, 0]);
    assert_eq!(memory.done.lock().unwrap().len(), 3);
    assert_eq!((saver.written().files, saver.written().frames), (3, 1));
}

#[test]
fn every_file_says_what_was_lost() {
    let memory = Memory::new(10);
    let mut saver = saver(&memory, Options { interval: Some(SECOND), ..Options::new(Format::Pcapng, "test") });
    let start = saver.due().unwrap();
    let losses = |received| [Losses { interface: 0, received, delivered: 1, dropped: 2, interface_dropped: 3 }];
    saver.losses(&losses(10));
    saver.tick(start, Time::default()).unwrap();
    saver.finish(&losses(20)).unwrap();
    for (index, received) in [(0, 10), (1, 20)] {
        let bytes = std::io::Cursor::new(memory.bytes(index));
        let mut source = open_stream(&PathBuf::from("memory"), bytes).unwrap();
        assert!(source.next().unwrap().is_none());
        let [interface] = source.interfaces() else { panic!("{:?}", source.interfaces()) };
        assert_eq!((interface.received, interface.dropped), (Some(received), Some(3)));
        assert_eq!(interface.name.as_deref(), Some(&b"eth0"[..]));
    }
}

#[test]
fn an_interface_that_appears_later_is_described_when_it_is_needed() {
    let memory = Memory::new(1);
    let mut saver = saver(&memory, Options::new(Format::Pcapng, "test"));
    saver.frame(&frame(1), &[ethernet()], None).unwrap();
    let second = Interface { name: Some((*b"ppp0").into()), link: LinkType(9), ..ethernet() };
    let other = Frame { interface: 1, link: LinkType(9), ..frame(2) };
    saver.frame(&other, &[ethernet(), second], Some(b"note")).unwrap();
    saver.finish(&[]).unwrap();
    let bytes = std::io::Cursor::new(memory.bytes(0));
    let mut source = open_stream(&PathBuf::from("memory"), bytes).unwrap();
    assert_eq!(source.next().unwrap().map(|f| f.link), Some(LinkType(1)));
    let last = source.next().unwrap().unwrap();
    assert_eq!((last.link, last.comments.concat()), (LinkType(9), b"note".to_vec()));
    assert_eq!(source.interfaces()[1].name.as_deref(), Some(&b"ppp0"[..]));
}

#[test]
fn a_file_that_cannot_be_opened_ends_saving_and_keeps_what_is_written() {
    let memory = Memory::new(1);
    let mut saver = saver(&memory, Options { size: Some(200), ..Options::new(Format::Pcap, "test") });
    saver.frame(&frame(1), &[ethernet()], None).unwrap();
    saver.frame(&frame(2), &[ethernet()], None).unwrap();
    assert!(saver.frame(&frame(3), &[ethernet()], None).is_err());
    assert!(saver.is_over());
    saver.frame(&frame(4), &[ethernet()], None).unwrap();
    saver.finish(&[]).unwrap();
    assert_eq!((memory.frames(0), saver.written().frames, saver.written().files), (2, 2, 1));
}

#[test]
fn a_limit_of_bytes_ends_saving() {
    let memory = Memory::new(1);
    let mut saver = saver(&memory, Options { most_bytes: Some(150), ..Options::new(Format::Pcap, "test") });
    for n in 0..5 {
        saver.frame(&frame(n), &[ethernet()], None).unwrap();
    }
    assert!(saver.is_over());
    saver.finish(&[]).unwrap();
    assert_eq!((memory.frames(0), saver.written().bytes), (2, 24 + 2 * 76));
}

#[test]
fn what_waits_is_due_within_a_second() {
    let memory = Memory::new(1);
    let mut saver = saver(&memory, Options::new(Format::Pcap, "test"));
    assert_eq!(saver.due(), None);
    let before = Instant::now();
    saver.frame(&frame(1), &[ethernet()], None).unwrap();
    let due = saver.due().unwrap();
    assert!(due >= before + SECOND && saver.written().frames == 0);
    saver.tick(due, Time::default()).unwrap();
    assert_eq!((saver.due(), saver.written().frames, memory.frames(0)), (None, 1, 1));
    let unbuffered = Memory::new(1);
    let mut saver = self::saver(&unbuffered, Options { unbuffered: true, ..Options::new(Format::Pcap, "test") });
    saver.frame(&frame(1), &[ethernet()], None).unwrap();
    assert_eq!((saver.due(), unbuffered.frames(0)), (None, 1));
}

#[test]
fn times_that_64_bits_cannot_count_are_kept_in_pcapng() {
    let memory = Memory::new(1);
    let mut saver = saver(&memory, Options::new(Format::Pcapng, "test"));
    let times = [1, i64::from(u32::MAX) * 100, -5, 2, i64::MIN / 4, 1 << 34];
    for secs in times {
        saver.frame(&Frame { time: Time::new(secs, 123_456_789), ..frame(0) }, &[ethernet()], None).unwrap();
    }
    saver.finish(&[]).unwrap();
    let bytes = std::io::Cursor::new(memory.bytes(0));
    let mut source = open_stream(&PathBuf::from("memory"), bytes).unwrap();
    for secs in times {
        assert_eq!(source.next().unwrap().map(|f| f.time), Some(Time::new(secs, 123_456_789)));
    }
}
