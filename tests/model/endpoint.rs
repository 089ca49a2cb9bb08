//! One endpoint: smoltcp's TCP on an interface in memory, and the application that uses it.

use super::channel::{MILLISECOND, Micros};
use super::script::Setup;
use super::segment::Segment;
use smoltcp::iface::{Config, Interface, SocketHandle, SocketSet};
use smoltcp::phy::{self, DeviceCapabilities, Medium};
use smoltcp::socket::tcp::{Socket, SocketBuffer, State};
use smoltcp::time::{Duration, Instant};
use smoltcp::wire::{HardwareAddress, IpAddress, IpCidr, IpEndpoint};
use std::collections::VecDeque;

/// The interface's link: IP packets that came, and those that go.
struct Link {
    mtu: usize,
    came: VecDeque<Vec<u8>>,
    goes: Vec<Vec<u8>>,
}

struct Came(Vec<u8>);

struct Goes<'a>(&'a mut Vec<Vec<u8>>);

impl phy::RxToken for Came {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, f: F) -> R {
        f(&self.0)
    }
}

impl phy::TxToken for Goes<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, len: usize, f: F) -> R {
        let mut packet = vec![0; len];
        let result = f(&mut packet);
        self.0.push(packet);
        result
    }
}

impl phy::Device for Link {
    type RxToken<'a> = Came;
    type TxToken<'a> = Goes<'a>;

    fn receive(&mut self, _: Instant) -> Option<(Came, Goes<'_>)> {
        self.came.pop_front().map(|packet| (Came(packet), Goes(&mut self.goes)))
    }

    fn transmit(&mut self, _: Instant) -> Option<Goes<'_>> {
        Some(Goes(&mut self.goes))
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ip;
        capabilities.max_transmission_unit = self.mtu;
        capabilities
    }
}

/// An endpoint, its application, and the states that it was in.
pub(crate) struct Endpoint {
    link: Link,
    interface: Interface,
    sockets: SocketSet<'static>,
    handles: Vec<SocketHandle>,
    local: IpEndpoint,
    peer: IpEndpoint,
    receives: bool,
    /// Given to SEND and not yet taken by the socket.
    to_send: usize,
    to_close: bool,
    /// Bytes that the socket took, and those that the application received.
    pub(crate) sent: usize,
    taken: usize,
    /// Bytes that arrived in order.
    pub(crate) received: usize,
    /// Each state, and since when.
    pub(crate) history: Vec<(Micros, State)>,
}

fn instant(at: Micros) -> Instant {
    Instant::from_micros(at)
}

fn duration(micros: Micros) -> Duration {
    Duration::from_micros(micros.unsigned_abs())
}

impl Endpoint {
    pub(crate) fn new(setup: &Setup, seed: u64, local: IpEndpoint, peer: IpEndpoint, now: Micros) -> Self {
        let mut link = Link { mtu: setup.mtu, came: VecDeque::new(), goes: Vec::new() };
        let mut config = Config::new(HardwareAddress::Ip);
        config.random_seed = seed;
        let mut interface = Interface::new(config, &mut link, instant(now));
        let prefix = if matches!(local.addr, IpAddress::Ipv4(_)) { 15 } else { 64 };
        interface.update_ip_addrs(|addresses| {
            // There is room for two, and this is the first.
            let _ = addresses.push(IpCidr::new(local.addr, prefix));
        });
        let mut sockets = SocketSet::new(Vec::new());
        let mut handles = Vec::new();
        for _ in 0..setup.accepts.max(1) {
            let buffer = || SocketBuffer::new(vec![0; setup.buffer]);
            let mut socket = Socket::new(buffer(), buffer());
            socket.set_ack_delay(setup.ack_delay.map(duration));
            socket.set_keep_alive(setup.keep_alive.map(duration));
            if setup.accepts > 0 {
                socket.listen(local).expect("a fresh socket listens");
            }
            handles.push(sockets.add(socket));
        }
        let mut endpoint = Endpoint {
            link,
            interface,
            sockets,
            handles,
            local,
            peer,
            receives: false,
            to_send: 0,
            to_close: false,
            sent: 0,
            taken: 0,
            received: 0,
            history: Vec::new(),
        };
        endpoint.record(now);
        endpoint
    }

    /// The socket of the connection with the peer; before there is one, a listening socket, and else the first.
    fn handle(&self) -> SocketHandle {
        let socket = |h: &SocketHandle| self.sockets.get::<Socket<'_>>(*h);
        let find = |wanted: &dyn Fn(&Socket<'_>) -> bool| self.handles.iter().copied().find(|h| wanted(socket(h)));
        let in_use = |s: &Socket<'_>| !matches!(s.state(), State::Closed | State::Listen);
        find(&in_use).or_else(|| find(&|s| s.state() == State::Listen)).unwrap_or(self.handles[0])
    }

    fn socket(&self) -> &Socket<'static> {
        self.sockets.get(self.handle())
    }

    pub(crate) fn state(&self) -> State {
        self.socket().state()
    }

    /// Whether a new connection would be accepted.
    pub(crate) fn listens(&self) -> bool {
        self.handles.iter().any(|h| self.sockets.get::<Socket<'_>>(*h).state() == State::Listen)
    }

    /// Nothing waits for an acknowledgment.
    pub(crate) fn is_quiet(&self) -> bool {
        let socket = self.socket();
        match socket.state() {
            State::Closed | State::Listen | State::TimeWait => true,
            State::Established | State::FinWait2 | State::CloseWait => socket.send_queue() == 0,
            _ => false,
        }
    }

    pub(crate) fn connect(&mut self) {
        let handle = self.handle();
        let socket = self.sockets.get_mut::<Socket<'_>>(handle);
        socket.connect(self.interface.context(), self.peer, self.local).expect("the socket is closed");
    }

    pub(crate) fn send(&mut self, bytes: usize) {
        self.to_send += bytes;
    }

    pub(crate) fn receive(&mut self) {
        self.receives = true;
    }

    pub(crate) fn close(&mut self) {
        self.to_close = true;
    }

    /// RFC 9293 §3.10.5: a reset is sent from the states in which the peer may have a connection. (A socket of ours is not
    /// given up before it is synchronized.)
    pub(crate) fn abort(&mut self) {
        let with_reset = [State::Established, State::FinWait1, State::FinWait2, State::CloseWait];
        if with_reset.contains(&self.state()) {
            let handle = self.handle();
            self.sockets.get_mut::<Socket<'_>>(handle).abort();
        }
    }

    /// Forgets what the application still wanted of the old connection.
    pub(crate) fn begin_anew(&mut self) {
        (self.to_send, self.to_close) = (0, false);
    }

    /// A packet arrives.
    pub(crate) fn arrive(&mut self, packet: Vec<u8>) {
        self.link.came.push_back(packet);
    }

    /// Lets TCP and the application do what there is to do now, and returns the packets that are sent.
    pub(crate) fn run(&mut self, now: Micros) -> Vec<Vec<u8>> {
        // Each round takes what the one before made possible; a bound, so that a mistake shows as one.
        for _ in 0..100_000 {
            self.record(now);
            self.interface.poll(instant(now), &mut self.link, &mut self.sockets);
            self.record(now);
            if !self.is_quiet() {
                // With something unacknowledged, the keep-alive's byte could stand for one of the stream (RFC 9293 §3.8.4
                // sends keep-alives only when there is nothing to send).
                self.link.goes.retain(|packet| !Segment::read(packet).is_some_and(|s| s.is_keep_alive));
            }
            if !self.apply() {
                break;
            }
        }
        std::mem::take(&mut self.link.goes)
    }

    /// What the application does now; whether it did anything.
    fn apply(&mut self) -> bool {
        let handle = self.handle();
        let socket = self.sockets.get_mut::<Socket<'_>>(handle);
        let mut busy = false;
        if self.receives {
            while let Ok(bytes @ 1..) = socket.recv(|data| (data.len(), data.len())) {
                self.taken += bytes;
                busy = true;
            }
        }
        self.received = self.received.max(self.taken + socket.recv_queue());
        if self.to_send > 0
            && socket.can_send()
            && let Ok(bytes @ 1..) = socket.send_slice(&vec![b'm'; self.to_send])
        {
            self.to_send -= bytes;
            self.sent += bytes;
            busy = true;
        }
        // RFC 9293 §3.10.4: a CLOSE waits for what was given to SEND, and in SYN-SENT and SYN-RECEIVED for the connection.
        if self.to_close && self.to_send == 0 && matches!(socket.state(), State::Established | State::CloseWait) {
            socket.close();
            self.to_close = false;
            busy = true;
        }
        busy
    }

    fn record(&mut self, now: Micros) {
        let state = self.state();
        let last = self.history.last().map(|(_, state)| *state);
        if last == Some(state) {
            return;
        }
        // What smoltcp or this endpoint take for one step, where RFC 9293 has two: a segment that both completes the opening
        // and closes, or that both acknowledges a FIN and has one (§3.10.7.4); a socket that ends beside one that listens; OPEN out of TIME-WAIT.
        let between = match (last, state) {
            (Some(State::SynReceived), State::CloseWait) => Some(State::Established),
            (Some(State::FinWait1), State::TimeWait) => Some(State::FinWait2),
            (Some(_), State::Listen) | (Some(State::TimeWait), State::SynSent) => Some(State::Closed),
            _ => None,
        };
        self.history.extend(between.map(|state| (now, state)));
        self.history.push((now, state));
    }

    /// When a timer is due, if one runs.
    pub(crate) fn timer(&mut self, now: Micros) -> Option<Micros> {
        let at = self.interface.poll_at(instant(now), &self.sockets)?;
        // What is due and does not happen (a closed window, say) is tried again a little later.
        Some(if at.total_micros() > now { at.total_micros() } else { now + MILLISECOND })
    }
}
