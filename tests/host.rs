//! `sniff::host` against the kernel: real sockets on loopback, held by this process.
//!
//! Passes over everything, and says why, where the kernel does not tell of its sockets.

use sniff::host::diag::Diag;
use sniff::host::{Answer, Lookup, Pair, Protocol, State};
use std::io::Read;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

fn lookup() -> Option<Lookup> {
    match Lookup::new() {
        Ok(lookup) => Some(lookup),
        Err(error) => {
            println!("skipped: {error}{}", error.hint().map(|hint| format!(" ({hint})")).unwrap_or_default());
            None
        }
    }
}

fn pair(protocol: Protocol, local: SocketAddr, peer: SocketAddr) -> Pair {
    let end = |at: SocketAddr| (at.ip().to_canonical(), at.port());
    Pair { protocol, local: end(local), peer: end(peer) }
}

/// Asks until the sockets are in these states, for what one end sends takes a moment to reach the other.
fn wait_for(lookup: &mut Lookup, pairs: &[Pair], states: &[Option<State>]) -> Vec<Answer> {
    let started = Instant::now();
    loop {
        let answers = lookup.ask(pairs);
        let found: Vec<_> = answers.iter().map(|answer| answer.state).collect();
        if found == states {
            return answers;
        }
        assert!(started.elapsed() < Duration::from_secs(10), "{found:?} instead of {states:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn is_held_here(answer: &Answer) {
    assert!(answer.inode.is_some() && answer.uid.is_some(), "{answer:?}");
    assert_eq!(answer.pid, Some(std::process::id()), "{answer:?}");
    let name = std::fs::read("/proc/self/comm").expect("a name");
    assert_eq!(answer.name.as_deref(), Some(name.trim_ascii_end()), "{answer:?}");
}

/// A connection: the client's socket, the server's, and both as pairs.
fn connection(listener: &TcpListener, to: SocketAddr) -> (TcpStream, TcpStream, [Pair; 2]) {
    let client = TcpStream::connect(to).expect("a connection");
    let (server, _) = listener.accept().expect("a connection");
    let (own, peer) = (client.local_addr().expect("an address"), client.peer_addr().expect("an address"));
    let pairs = [pair(Protocol::Tcp, own, peer), pair(Protocol::Tcp, peer, own)];
    (client, server, pairs)
}

#[test]
fn a_connection_is_followed_to_its_end() {
    let Some(mut lookup) = lookup() else { return };
    let listener = TcpListener::bind("127.0.0.1:0").expect("a socket");
    let at = listener.local_addr().expect("an address");
    let listening = [Pair::listening(Protocol::Tcp, (at.ip(), at.port()))];
    is_held_here(&wait_for(&mut lookup, &listening, &[Some(State::Listen)])[0]);

    let (client, mut server, pairs) = connection(&listener, at);
    for answer in wait_for(&mut lookup, &pairs, &[Some(State::Established); 2]) {
        is_held_here(&answer);
    }
    client.shutdown(Shutdown::Write).expect("open");
    for answer in wait_for(&mut lookup, &pairs, &[Some(State::FinWait2), Some(State::CloseWait)]) {
        is_held_here(&answer);
    }
    let mut rest = Vec::new();
    server.read_to_end(&mut rest).expect("all of it");
    drop(server);
    // Nobody holds a socket in TIME-WAIT, and of what is closed there is nothing left.
    let answers = wait_for(&mut lookup, &pairs, &[Some(State::TimeWait), None]);
    assert_eq!((answers[0].inode, answers[0].uid, answers[0].pid), (None, None, None));
    assert_eq!(answers[1], Answer::default());
    // The listener is not taken for the connection that was.
    drop(client);
    assert!(lookup.ask(&[pairs[1]])[0] == Answer::default());
    assert!(lookup.failed().is_none());
}

#[test]
fn half_closed_and_forgotten_by_its_process_it_is_still_in_fin_wait_2() {
    let Some(mut lookup) = lookup() else { return };
    let listener = TcpListener::bind("127.0.0.1:0").expect("a socket");
    let (client, server, pairs) = connection(&listener, listener.local_addr().expect("an address"));
    drop(client);
    let answers = wait_for(&mut lookup, &pairs, &[Some(State::FinWait2), Some(State::CloseWait)]);
    assert_eq!(answers[0].pid, None);
    is_held_here(&answers[1]);
    drop(server);
}

#[test]
fn a_connection_that_nobody_accepts_is_established_without_a_process() {
    let Some(mut lookup) = lookup() else { return };
    let listener = TcpListener::bind("127.0.0.1:0").expect("a socket");
    let client = TcpStream::connect(listener.local_addr().expect("an address")).expect("a connection");
    let (own, peer) = (client.local_addr().expect("an address"), client.peer_addr().expect("an address"));
    let pairs = [pair(Protocol::Tcp, peer, own)];
    let answers = wait_for(&mut lookup, &pairs, &[Some(State::Established)]);
    assert_eq!((answers[0].inode, answers[0].pid), (None, None));
}

#[test]
fn ipv6_sockets_are_found_for_packets_of_both_families() {
    let Some(mut lookup) = lookup() else { return };
    let listener = match TcpListener::bind("[::]:0") {
        Ok(listener) => listener,
        Err(error) => return println!("skipped: no IPv6: {error}"),
    };
    let port = listener.local_addr().expect("an address").port();
    let listening =
        ["::1", "127.0.0.1"].map(|ip| Pair::listening(Protocol::Tcp, (ip.parse().expect("an address"), port)));
    wait_for(&mut lookup, &listening, &[Some(State::Listen); 2]);
    for to in [SocketAddr::from(([127, 0, 0, 1], port)), SocketAddr::from(([0, 0, 0, 0, 0, 0, 0, 1], port))] {
        // The server's socket is an IPv6 one, and for IPv4 has mapped addresses; packets have IPv4 ones.
        let (_client, _server, pairs) = connection(&listener, to);
        for answer in wait_for(&mut lookup, &pairs, &[Some(State::Established); 2]) {
            is_held_here(&answer);
        }
    }
}

#[test]
fn udp_sockets_are_found_connected_or_not() {
    let Some(mut lookup) = lookup() else { return };
    let server = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).expect("a socket");
    let client = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    client.connect((Ipv4Addr::LOCALHOST, server.local_addr().expect("an address").port())).expect("connected");
    let (own, peer) = (client.local_addr().expect("an address"), client.peer_addr().expect("an address"));
    let mut elsewhere = pair(Protocol::Udp, peer, own);
    // The server is bound to no address, but what goes to another host does not go to it.
    elsewhere.local.0 = Ipv4Addr::new(192, 0, 2, 1).into();
    let pairs = [pair(Protocol::Udp, own, peer), pair(Protocol::Udp, peer, own), elsewhere];
    let answers = lookup.ask(&pairs);
    is_held_here(&answers[0]);
    is_held_here(&answers[1]);
    assert_ne!(answers[0].inode, answers[1].inode);
    assert_eq!(answers[0].state, None);
    assert_eq!(answers[2], Answer::default());
}

#[test]
fn what_is_not_there_is_not_found() {
    let Some(mut lookup) = lookup() else { return };
    let (own, peer) = (SocketAddr::from(([192, 0, 2, 1], 1)), SocketAddr::from(([192, 0, 2, 2], 2)));
    let v6 = SocketAddr::from(([0xfe80, 0, 0, 0, 0, 0, 0, 0x1234], 2));
    let mut pairs = vec![pair(Protocol::Tcp, own, peer), pair(Protocol::Udp, own, peer), pair(Protocol::Tcp, v6, own)];
    pairs.push(pair(Protocol::Udp, v6, v6));
    assert!(lookup.ask(&pairs).iter().all(|answer| !answer.is_known()));
    assert!(lookup.ask(&[]).is_empty());
}

#[test]
fn all_sockets_are_listed_within_the_bound() {
    if lookup().is_none() {
        return;
    }
    let mut diag = Diag::new().expect("it worked before");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a socket");
    let (_client, _server, pairs) = connection(&listener, listener.local_addr().expect("an address"));
    let all = diag.all(Protocol::Tcp, usize::MAX).expect("a list");
    assert_eq!(all.left_out, 0);
    for pair in pairs {
        assert!(all.sockets.iter().any(|s| s.pair == pair && s.state == Some(State::Established)), "{pair:?}");
    }
    let few = diag.all(Protocol::Tcp, 1).expect("a list");
    assert!(few.sockets.len() == 1 && few.left_out >= 2);
}
