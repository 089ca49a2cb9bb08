//! Captures that come through a pipe, in pieces: whatever is there is read, and nothing is waited for in the middle.

use std::fs;
use std::io::Write;
use std::os::fd::{AsFd, AsRawFd};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sniff::capture::{self, FileSource, Source};

/// So much is in the pipe before it is opened: enough for the headers, which opening waits for.
const HEAD: usize = 200;

fn all(source: &mut FileSource) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    while let Some(frame) = source.next().expect("the fixture is whole") {
        all.push(frame.data.to_vec());
    }
    assert!(!source.is_idle());
    all
}

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let folders = fs::read_dir(folder).expect("fixtures").flatten().map(|e| e.path()).filter(|p| p.is_dir());
    let files = folders.flat_map(|folder| fs::read_dir(folder).expect("a folder").flatten().map(|e| e.path()));
    let is_capture = |path: &PathBuf| path.extension().is_some_and(|e| e == "pcap" || e == "pcapng");
    let mut files: Vec<_> =
        files.filter(is_capture).filter(|path| !path.to_string_lossy().contains("hostile")).collect();
    files.sort();
    files
}

#[test]
fn frames_come_as_soon_as_they_are_whole_and_never_before() {
    let (mut pcaps, mut pcapngs) = (0, 0);
    for path in fixtures() {
        let bytes = fs::read(&path).unwrap();
        let Ok(mut from_file) = capture::open(&path) else { continue };
        if bytes.len() <= HEAD || bytes.len() > 60_000 || pcaps.min(pcapngs) >= 8 {
            continue;
        }
        let mut expected = Vec::new();
        let is_whole = loop {
            match from_file.next() {
                Ok(Some(frame)) => expected.push(frame.data.to_vec()),
                Ok(None) => break true,
                Err(_) => break false,
            }
        };
        if !is_whole {
            continue;
        }
        let (reader, mut writer) = std::io::pipe().expect("a pipe");
        writer.write_all(&bytes[..HEAD]).unwrap();
        let mut source = capture::open(Path::new(&format!("/proc/self/fd/{}", reader.as_raw_fd()))).unwrap();
        drop(reader);
        let mut got = Vec::new();
        for piece in bytes[HEAD..].chunks(37) {
            while let Ok(Some(frame)) = source.next() {
                got.push(frame.data.to_vec());
            }
            assert!(source.is_idle(), "{}: the pipe is open", path.display());
            writer.write_all(piece).unwrap();
        }
        drop(writer);
        while let Ok(Some(frame)) = source.next() {
            got.push(frame.data.to_vec());
        }
        assert!(!source.is_idle(), "{}: the pipe is closed", path.display());
        assert_eq!(got, expected, "{}", path.display());
        *if path.extension().is_some_and(|e| e == "pcap") { &mut pcaps } else { &mut pcapngs } += 1;
    }
    assert!(pcaps > 0 && pcapngs > 0, "{pcaps} {pcapngs}");
}

#[test]
fn waiting_ends_with_a_frame_or_another_descriptor_or_the_time() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/demo/web.pcap");
    let bytes = fs::read(&path).unwrap();
    let (reader, mut writer) = std::io::pipe().expect("a pipe");
    writer.write_all(&bytes[..30]).unwrap();
    let mut source = capture::open(Path::new(&format!("/proc/self/fd/{}", reader.as_raw_fd()))).unwrap();
    assert!(source.next().unwrap().is_none() && source.is_idle());
    let begun = Instant::now();
    source.wait(&[], Some(Duration::from_millis(50))).unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(40), "there was nothing");
    let (other, mut bell) = std::io::pipe().expect("a pipe");
    bell.write_all(b"!").unwrap();
    source.wait(&[other.as_fd()], None).unwrap();
    writer.write_all(&bytes[30..]).unwrap();
    source.wait(&[], None).unwrap();
    drop(writer);
    assert_eq!(all(&mut source), all(&mut capture::open(&path).unwrap()));
}
