//! What a confined process tries. It gives everything up, tries one thing after the other, and prints a line for each:
//! its name and what the system said. The test that started it compares.

use nix::sys::ptrace;
use nix::unistd::Pid;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{CWD, Mode, OFlags, ftruncate, openat};
use rustix::net::{AddressFamily, SendFlags, SocketFlags, SocketType, connect, netlink, send, socket_with};
use rustix::process::{getppid, kill_process, test_kill_process};
use rustix::thread::set_name;
use sniff::sandbox::{self, Policy, Request, Role, User};
use std::fmt::Display;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant, SystemTime};

/// Said of what the system let happen.
pub(crate) const DONE: &str = "done";

fn say<T, E: Display>(name: &str, result: Result<T, E>) {
    match result {
        Ok(_) => println!("{name}: {DONE}"),
        Err(error) => println!("{name}: {error}"),
    }
}

/// `folder` is writable for everybody; `role` is the one to try; `user` is a number, or `-` to stay.
pub(crate) fn main(role: &str, policy: &str, user: &str, folder: &Path) -> ExitCode {
    let policy = match policy {
        "strict" => Policy::Strict,
        "on" => Policy::On,
        _ => Policy::Off,
    };
    let user = user.parse().ok().map(|uid| User::numbered(uid, uid));
    let request = Request { policy, user: user.as_ref(), role: Role::Commands };
    match role {
        "parser" => parser(request, folder),
        "files" => files(request, folder),
        _ => owners(request, folder),
    }
    ExitCode::SUCCESS
}

/// Gives up; prints what is in force.
fn enter(request: Request<'_>) {
    match sandbox::apply(request) {
        Ok(report) => println!("{report}"),
        Err(error) => println!("refused: {error}"),
    }
}

/// A socket that frames could be sent on, where the machine allows one.
fn packet_socket() -> rustix::io::Result<OwnedFd> {
    socket_with(AddressFamily::PACKET, SocketType::RAW, SocketFlags::NONBLOCK, None)
}

fn parser(request: Request<'_>, folder: &Path) {
    let input = folder.join("input");
    let mut reading = File::open(&input).expect("an open file");
    let mut writing = File::create(folder.join("output")).expect("an open file");
    let (mut near, mut far) = UnixStream::pair().expect("a pair of sockets");
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a listener");
    let address = listener.local_addr().expect("its address");
    let unconnected =
        socket_with(AddressFamily::INET, SocketType::STREAM, SocketFlags::empty(), None).expect("a socket");
    let frames = packet_socket().ok();
    let mut capture = Capture::open();
    let mut receive_only: Vec<BorrowedFd<'_>> = frames.iter().map(AsFd::as_fd).collect();
    receive_only.extend(capture.sockets());
    enter(Request { role: Role::Parser { interfaces: &[b"lo", b"../net"], receive_only: &receive_only }, ..request });

    files_and_sockets(folder, &input, address, &unconnected);
    programs_and_privileges();
    if let Some(frames) = &frames {
        say("write to a packet socket", rustix::io::write(frames, b"a frame for everybody"));
        say("send on a packet socket", send(frames, b"a frame for everybody", SendFlags::empty()));
        say("copy a packet socket", rustix::io::fcntl_dupfd_cloexec(frames, 0));
        let nothing_there = rustix::io::read(frames, &mut [0u8; 64]);
        println!(
            "receive from a packet socket: {}",
            match nothing_there {
                Ok(_) | Err(rustix::io::Errno::AGAIN) => DONE.to_owned(),
                Err(error) => error.to_string(),
            }
        );
    }

    drop(receive_only);
    capture.capture();
    say("may read what is open", reading.read(&mut [0; 4]));
    say("may write to what is open", writing.write_all(b"frames").and_then(|()| writing.sync_data()));
    say("may cut what is open", ftruncate(&writing, 3));
    say("may ask the size of what is open", writing.metadata());
    say("may talk on a pair of sockets", near.write_all(b"?").and_then(|()| far.read_exact(&mut [0; 1])));
    say(
        "may wait",
        poll(&mut [PollFd::new(&near, PollFlags::IN)], Some(&rustix::time::Timespec { tv_sec: 0, tv_nsec: 1 })),
    );
    say(
        "may start threads",
        std::thread::Builder::new().name("named".to_owned()).spawn(|| set_name(c"again")).map(|t| t.join()),
    );
    let clocks = (Instant::now(), SystemTime::now());
    std::thread::sleep(Duration::from_millis(1));
    say("may tell the time", if clocks.0.elapsed() > Duration::ZERO { Ok(clocks.1) } else { Err("no") });
    say("may take memory", Ok::<_, &str>(std::hint::black_box(vec![7u8; 32 << 20])));
    say("may read what lo dropped", fs::read("/sys/class/net/lo/statistics/rx_packets"));
}

/// Captures on lo what it sends itself there, where the machine and the build allow it.
#[cfg(feature = "live")]
struct Capture(Option<(sniff::capture::live::Live, UdpSocket)>);

#[cfg(feature = "live")]
impl Capture {
    fn open() -> Self {
        let options = sniff::capture::live::Options::default();
        let live = sniff::capture::live::Live::open(&[Box::from(*b"lo")], Some("udp"), &options).ok();
        let sender = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a socket");
        sender.connect(sender.local_addr().expect("its address")).expect("itself");
        Capture(live.map(|live| (live, sender)))
    }

    fn sockets(&self) -> Vec<BorrowedFd<'_>> {
        self.0.as_ref().map(|(live, _)| live.sockets()).unwrap_or_default()
    }

    fn capture(&mut self) {
        use sniff::capture::Source;
        let Some((live, sender)) = &mut self.0 else { return };
        sender.send(b"a datagram").expect("sent");
        let started = Instant::now();
        let captured = loop {
            match live.next() {
                Ok(Some(frame)) => break Ok(frame.length),
                Ok(None) if started.elapsed() > Duration::from_secs(20) => break Err("nothing came".to_owned()),
                Ok(None) => {}
                Err(error) => break Err(error.to_string()),
            }
            if let Err(error) = live.wait(&[], Some(Duration::from_millis(100))) {
                break Err(error.to_string());
            }
        };
        say("may capture", captured);
        let received = live.losses().first().map_or(0, |losses| losses.received);
        say("may ask for losses", if received > 0 { Ok(received) } else { Err("none were received") });
    }
}

#[cfg(not(feature = "live"))]
struct Capture;

#[cfg(not(feature = "live"))]
impl Capture {
    fn open() -> Self {
        Capture
    }

    fn sockets(&self) -> Vec<BorrowedFd<'_>> {
        Vec::new()
    }

    fn capture(&mut self) {}
}

fn files_and_sockets(folder: &Path, input: &Path, address: SocketAddr, unconnected: &OwnedFd) {
    say("read another file", fs::read(input));
    say("read the user database", fs::read("/etc/passwd"));
    say("read its own memory map", fs::read("/proc/self/maps"));
    say("write another file", fs::OpenOptions::new().write(true).open(input));
    say("create a file", File::create(folder.join("new")));
    say("hold a path", openat(CWD, input, OFlags::PATH, Mode::empty()));
    say("list a folder", fs::read_dir(folder));
    say("remove a file", fs::remove_file(input));
    say("rename a file", fs::rename(input, folder.join("renamed")));
    say("make a folder", fs::create_dir(folder.join("folder")));
    say("make an inet socket", UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)));
    say("make a TCP connection", TcpStream::connect(address));
    say("connect a socket that is open", connect(unconnected, &address));
    say("make a unix socket", UnixDatagram::unbound());
    say("listen on a unix socket", UnixListener::bind(folder.join("socket")));
    say("make a packet socket", packet_socket());
    let netlink = socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::empty(), None);
    say("make a netlink socket", netlink);
}

fn programs_and_privileges() {
    say("start a program", Command::new("/bin/true").spawn());
    say("become a program", Err::<(), _>(Command::new("/bin/true").exec()));
    let parent = getppid().expect("a parent");
    say("trace its parent", ptrace::attach(Pid::from_raw(parent.as_raw_nonzero().get())));
    say("see its parent's descriptors", rustix::process::pidfd_open(parent, rustix::process::PidfdFlags::empty()));
    say("signal its parent", test_kill_process(parent));
    say("stop another process", kill_process(parent, rustix::process::Signal::CONT));
    say("run bytes that it wrote", memmap2::MmapMut::map_anon(4096).and_then(memmap2::MmapMut::make_exec));
    say("become root", nix::unistd::setuid(nix::unistd::Uid::from_raw(0)));
    say("be in another group", nix::unistd::setgid(nix::unistd::Gid::from_raw(0)));
    say("go to another folder", rustix::process::chdir("/"));
}

fn files(request: Request<'_>, folder: &Path) {
    let open = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let handle = openat(CWD, folder, open, Mode::empty()).expect("a folder");
    enter(Request { role: Role::Files { folder: handle.as_fd() }, ..request });
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW;
    say("may create a file in the folder", openat(&handle, "created", flags, Mode::RUSR));
    say("may remove a file in the folder", rustix::fs::unlinkat(&handle, "created", rustix::fs::AtFlags::empty()));
    say("create a file beside the folder", openat(&handle, "../created", flags, Mode::RUSR));
    say("create a file elsewhere", File::create("/tmp/sniff-sandbox-test-created"));
    say("read the user database", fs::read("/etc/passwd"));
    say("make an inet socket", UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)));
    say("start a program", Command::new("/bin/true").spawn());
    say("become root", nix::unistd::setuid(nix::unistd::Uid::from_raw(0)));
}

fn owners(request: Request<'_>, folder: &Path) {
    let everybody = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a socket");
    let address = everybody.local_addr().expect("its address");
    let netlink = socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::empty(), Some(netlink::SOCK_DIAG))
        .expect("a netlink socket");
    connect(&netlink, &netlink::SocketAddrNetlink::new(0, 0)).expect("the kernel");
    let open = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a socket");
    enter(Request { role: Role::Owners, ..request });
    // What it sends is no message; the kernel takes it and does not answer.
    say("may talk to the kernel", send(&netlink, b"?", SendFlags::empty()));
    say("may read its own status", fs::read("/proc/self/status"));
    say("may list processes", fs::read_dir("/proc"));
    let parent = getppid().expect("a parent");
    let descriptor = format!("/proc/{}/fd/0", parent.as_raw_nonzero());
    say("may see its parent's descriptors", fs::read_link(descriptor));
    say("send a datagram", open.send_to(b"?", address));
    say("connect to somebody", open.connect(address));
    say("make an inet socket", UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)));
    say("make a TCP connection", TcpStream::connect(address));
    say("make a unix socket", UnixDatagram::unbound());
    say("create a file", File::create(folder.join("new")));
    say("write another file", fs::OpenOptions::new().write(true).open(folder.join("input")));
    say("start a program", Command::new("/bin/true").spawn());
    say("signal its parent", test_kill_process(parent));
    say("become root", nix::unistd::setuid(nix::unistd::Uid::from_raw(0)));
}
