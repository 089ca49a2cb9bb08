//! What is to be said of a conversation, gathered from the table's compact entry.

use super::clock::{Instant, Nanos};
use super::entry::{Carrier, Flow, Kind};
use super::exchange::Exchange;
use super::key::{Socket, Transport};
use super::tcp::endpoint::{Endpoint, fact};
use super::tcp::record::Ignored;
use super::tcp::tally::{RoundTrips, Trouble};
use super::tcp::verdict::{self, Verdict};
use super::tcp::{Connection, Evidence, Role, State};
use std::net::IpAddr;

/// A conversation, as `--flows` shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Its number, from 1.
    pub id: u32,
    /// What it is.
    pub transport: Transport,
    /// When its first frame passed.
    pub start: Instant,
    /// When its last frame passed.
    pub end: Instant,
    /// The number of its first frame.
    pub first_frame: u32,
    /// The number of its last frame.
    pub last_frame: u32,
    /// The longest time between two of its frames.
    pub longest_gap: Nanos,
    /// What is around it: tunnels and tags, outermost first.
    pub carriers: Vec<Carrier>,
    /// Community ID, version 1.
    pub community_id: String,
    /// Echo: type, code and identifier.
    pub icmp: Option<(u8, u8, u16)>,
    /// The client.
    pub client: End,
    /// The server.
    pub server: End,
    /// TCP: from the client's first SYN to the ACK that completed the handshake.
    pub handshake: Option<Nanos>,
    /// Requests and how many of them were answered; not for TCP.
    pub requests: Option<(u32, u32)>,
    /// What happened to it.
    pub verdict: Verdict,
    /// TCP: what came and changed nothing.
    pub ignored: Option<Ignored>,
    /// Zeek's `conn_state`.
    pub conn_state: &'static str,
    /// Zeek's `history`.
    pub history: String,
}

/// One end of a conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct End {
    /// Its socket; for echo the port is the identifier.
    pub socket: Socket,
    /// TCP: its state at the end.
    pub state: Option<State>,
    /// TCP: since when.
    pub since: Option<Instant>,
    /// TCP: what that rests on.
    pub evidence: Option<Evidence>,
    /// Packets it sent.
    pub packets: u64,
    /// Bytes of these packets, IP header and all.
    pub bytes: u64,
    /// Packets with payload, as RFC 147 counts messages.
    pub messages: u64,
    /// Payload bytes, each counted once.
    pub payload: u64,
    /// When its first payload passed.
    pub first_payload: Option<Instant>,
    /// TCP: from the first to the last of its payload; the divisor of its throughput.
    pub sending: Option<Nanos>,
    /// When it last sent.
    pub last: Option<Instant>,
    /// Round trips to the other end and back, from the point of capture.
    pub rtt: RoundTrips,
    /// TCP: what its SYN offered.
    pub options: Option<Offer>,
    /// Segments that are shorter than the largest it may send; … that it sent while others were not acknowledged.
    pub small: (u32, u32),
    /// Acknowledgments of its segments that came as late as a delayed ACK.
    pub late_acks: u32,
    /// SYNs it sent.
    pub syns: u16,
    /// What went wrong; zeros when nothing did.
    pub counts: Counts,
}

/// What a SYN offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Maximum segment size.
    pub mss: Option<u16>,
    /// Window scale, when both ends offered one.
    pub window_scale: Option<u8>,
    /// Selective acknowledgments; `None` when its SYN was not captured.
    pub sack: Option<bool>,
    /// Timestamps.
    pub timestamps: Option<bool>,
    /// Congestion marks.
    pub ecn: Option<bool>,
    /// Data in the SYN (TCP Fast Open).
    pub fast_open: bool,
}

/// What went wrong in one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Segments sent again.
    pub retransmissions: u32,
    /// Bytes sent again.
    pub retransmitted: u64,
    /// … because duplicate acknowledgments asked for it.
    pub fast: u32,
    /// … although they had been acknowledged.
    pub spurious: u32,
    /// Segments that came after others that were sent later.
    pub out_of_order: u32,
    /// Packets that were captured, or delivered, twice.
    pub copies: u32,
    /// Duplicate acknowledgments it sent.
    pub duplicate_acks: u32,
    /// Keep-alive probes.
    pub keep_alives: u32,
    /// Window probes.
    pub window_probes: u32,
    /// Segments that announced a window of 0.
    pub zero_windows: u32,
    /// How long its window was 0.
    pub zero_time: Nanos,
    /// Segments that filled the other side's window.
    pub window_full: u32,
    /// Bytes of it that the other end acknowledged and the capture never saw.
    pub missed: u64,
    /// Bytes of it that neither the capture saw nor the other end acknowledged.
    pub lost: u64,
    /// Segments or datagrams with a wrong checksum.
    pub bad_checksums: u32,
    /// Packets with a congestion mark.
    pub marked: u32,
    /// Segments that report a mark.
    pub echoes: u32,
    /// Segments that say that it slowed down.
    pub reductions: u32,
}

impl Report {
    /// The report of a conversation, as of `now`: the latest time that the capture knows.
    pub fn of(flow: &Flow, now: Instant) -> Report {
        let key = flow.key.get();
        let transport = key.transport();
        let sockets = [key.socket(flow.client()), key.socket(1 - flow.client())];
        let (ends, handshake, requests, icmp, verdict, ignored) = match &flow.kind {
            Kind::Tcp(connection) => {
                let client = usize::from(connection.client);
                let ends = [client, 1 - client].map(|end| of_endpoint(&connection.ends[end & 1], connection, end, now));
                let verdict = verdict::of_connection(flow, connection, now);
                (ends, connection.handshake(), None, None, verdict, Some(connection.record.ignored()))
            }
            Kind::Exchange(exchange) => {
                let client = usize::from(exchange.client);
                let ends = [client, 1 - client].map(|end| of_half(exchange, end));
                let (kind, code) = exchange.kind;
                let icmp = (transport == Transport::Echo).then_some((kind, code, sockets[0].port));
                let requests = Some((exchange.requests, exchange.answered));
                (ends, None, requests, icmp, verdict::of_exchange(flow, exchange), None)
            }
        };
        let [client, server] = ends;
        Report {
            id: flow.id,
            transport,
            start: flow.first,
            end: flow.last,
            first_frame: flow.first_frame,
            last_frame: flow.last_frame,
            longest_gap: Nanos::from(flow.longest_gap_ms) * super::clock::MILLISECOND,
            carriers: flow.carriers.as_ref().map_or(Vec::new(), |carriers| carriers.0.clone()),
            community_id: super::community::id(&sockets, transport, icmp),
            icmp,
            client: End { socket: sockets[0], ..client },
            server: End { socket: sockets[1], ..server },
            handshake,
            requests,
            verdict,
            ignored,
            conn_state: flow.zeek.conn_state(transport),
            history: flow.zeek.history().to_owned(),
        }
    }

    /// The end in this role.
    pub fn side(&self, role: Role) -> &End {
        match role {
            Role::Client => &self.client,
            Role::Server => &self.server,
        }
    }

    /// How long it lasted.
    pub fn duration(&self) -> Nanos {
        self.end.since(self.start).max(0)
    }
}

const NO_SOCKET: Socket = Socket { ip: IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED), port: 0 };

const EMPTY: End = End {
    socket: NO_SOCKET,
    state: None,
    since: None,
    evidence: None,
    packets: 0,
    bytes: 0,
    messages: 0,
    payload: 0,
    first_payload: None,
    sending: None,
    last: None,
    rtt: RoundTrips::NONE,
    options: None,
    small: (0, 0),
    late_acks: 0,
    syns: 0,
    counts: Counts {
        retransmissions: 0,
        retransmitted: 0,
        fast: 0,
        spurious: 0,
        out_of_order: 0,
        copies: 0,
        duplicate_acks: 0,
        keep_alives: 0,
        window_probes: 0,
        zero_windows: 0,
        zero_time: 0,
        window_full: 0,
        missed: 0,
        lost: 0,
        bad_checksums: 0,
        marked: 0,
        echoes: 0,
        reductions: 0,
    },
};

fn of_endpoint(own: &Endpoint, connection: &Connection, end: usize, now: Instant) -> End {
    let peer = &connection.ends[(1 - end) & 1];
    let seen = own.has(fact::SYN_SEEN) || own.has(fact::SYN_ACK);
    let both = |facts| own.has(facts) && peer.has(facts);
    let offer = Offer {
        mss: (own.mss > 0).then_some(own.mss),
        window_scale: (both(fact::SCALED) || (own.has(fact::SCALED) && own.has(fact::SYN_ACK))).then_some(own.shift),
        sack: seen.then_some(own.has(fact::SACK)),
        timestamps: seen.then_some(own.has(fact::STAMPS)),
        ecn: seen.then_some(own.has(fact::ECN)),
        fast_open: own.has(fact::FAST_OPEN),
    };
    End {
        state: Some(own.state),
        since: (own.since != Instant::default()).then_some(own.since),
        evidence: own.evidence,
        packets: own.tally.packets.into(),
        bytes: own.tally.bytes.get(),
        messages: own.tally.messages.into(),
        payload: own.tally.payload.get(),
        first_payload: (own.tally.first_payload != Instant::NEVER).then_some(own.tally.first_payload),
        sending: (own.tally.first_payload != Instant::NEVER).then_some(own.tally.sending as Nanos),
        last: own.has(fact::SEEN).then_some(own.last),
        rtt: own.tally.rtt,
        options: Some(offer),
        small: (own.tally.small, own.tally.small_unwaiting),
        late_acks: own.tally.late_acks,
        syns: own.syns,
        counts: own.trouble.as_deref().map_or(Counts::default(), |trouble| of_trouble(trouble, now)),
        ..EMPTY
    }
}

fn of_trouble(trouble: &Trouble, now: Instant) -> Counts {
    let still = trouble.zero_since.map_or(0, |since| now.since(since).max(0));
    Counts {
        retransmissions: trouble.retransmissions,
        retransmitted: trouble.retransmitted,
        fast: trouble.fast,
        spurious: trouble.spurious.max(trouble.reported_twice.min(trouble.retransmissions)),
        out_of_order: trouble.out_of_order,
        copies: trouble.copies,
        duplicate_acks: trouble.duplicate_acks,
        keep_alives: trouble.keep_alives,
        window_probes: trouble.window_probes,
        zero_windows: trouble.zero_windows,
        zero_time: trouble.zero_time.saturating_add(still),
        window_full: trouble.window_full,
        missed: trouble.missed,
        lost: trouble.holes.open(),
        bad_checksums: trouble.bad_checksums,
        marked: trouble.marked,
        echoes: trouble.echoes,
        reductions: trouble.reductions,
    }
}

fn of_half(exchange: &Exchange, end: usize) -> End {
    let half = &exchange.halves[end & 1];
    let asks = end == usize::from(exchange.client);
    End {
        packets: half.packets,
        bytes: half.bytes,
        messages: half.messages.into(),
        payload: half.payload,
        first_payload: half.first_payload,
        rtt: if asks { exchange.rtt } else { RoundTrips::NONE },
        counts: Counts { bad_checksums: half.bad_checksums, ..Counts::default() },
        ..EMPTY
    }
}
