//! Transmission Control Protocol (RFC 9293).
//!
//! ```text
//! |          Source port          |       Destination port        |
//! |                        Sequence number                        |
//! |                     Acknowledgment number                     |
//! |Offset | Rsv |A|C|E|U|A|P|R|S|F|            Window             |
//! |           Checksum            |        Urgent pointer         |
//! |                     Options, padding …                        |
//! ```
//!
//! Sequence and acknowledgment numbers are relative to the first of their direction when the conversation is followed.
//! The states of the connection and what happened to it are not looked at here.

use crate::dissect::{Dissected, Follow, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::{Around, At, Field, Kind};
use crate::input::{Bad, Extent, Input, Stop, WindowScale};
use crate::proto::shared::checksum::{self, Covered, Status};
use crate::proto::shared::names::ports::tcp_service;
use crate::proto::shared::{names::port_words, transport::mptcp, transport::tcp_options, transport::tcp_options_line};
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEADER:
    SRCPORT = Field::uint("tcp.srcport", 0, 16).names(tcp_service).label("Source port").doc("RFC 9293 §3.1", "The sending socket's port").explain(port_words::explain);
    DSTPORT = Field::uint("tcp.dstport", 16, 16).names(tcp_service).label("Destination port").doc("RFC 9293 §3.1", "The receiving socket's port").explain(port_words::explain);
    SEQ_RAW = Field::uint("tcp.seq_raw", 32, 32).label("Sequence number (raw)").doc("RFC 9293 §3.4", "Number of the first payload byte in the sender's stream, or of the SYN, which counts as one byte, as it stands");
    ACK_RAW = Field::uint("tcp.ack_raw", 64, 32).label("Acknowledgment number (raw)").doc("RFC 9293 §3.4", "With the ACK flag: the next byte that the sender expects, as it stands");
    HDR_LEN = Field::uint("tcp.hdr_len", 96, 4).scale(4).unit("bytes").label("Header length").doc("RFC 9293 §3.1", "The data offset, counted in 32-bit words on the wire; 20 without options, at most 60");
    FLAGS = Field::uint("tcp.flags", 100, 12).hex().label("Flags").doc("RFC 9293 §3.1", "What the segment does besides carrying payload").explain(explain_flags);
    RES = Field { at: Some(At { bit: 100, bits: 3 }), ..Field::flag("tcp.flags.res", 100) }.part_of("tcp.flags").label("Reserved").doc("RFC 9293 §3.1", "Three bits that must be 0; shown as set when any of them is");
    AE = Field::flag("tcp.flags.ae", 103).part_of("tcp.flags").label("AE").doc("RFC 9768 §3.1", "Accurate ECN: in a SYN, part of the offer; later, the highest bit of the counter of marked packets (with CWR and ECE)");
    CWR = Field::flag("tcp.flags.cwr", 104).part_of("tcp.flags").label("CWR").doc("RFC 3168 §6.1", "Congestion window reduced: the sender has slowed down after an ECN-Echo; in a SYN, part of the ECN offer");
    ECE = Field::flag("tcp.flags.ece", 105).part_of("tcp.flags").label("ECE").doc("RFC 3168 §6.1", "ECN-Echo: a packet arrived with a congestion mark, and the peer should slow down; in a SYN, ECN is offered");
    URG = Field::flag("tcp.flags.urg", 106).part_of("tcp.flags").label("URG").doc("RFC 9293 §3.8.5", "The urgent pointer is valid; new applications should not use it");
    ACK_FLAG = Field::flag("tcp.flags.ack", 107).part_of("tcp.flags").label("ACK").doc("RFC 9293 §3.1", "The acknowledgment number is valid; set in every segment but the first of a connection, and some resets");
    PUSH = Field::flag("tcp.flags.push", 108).part_of("tcp.flags").label("PSH").doc("RFC 9293 §3.9.1.2", "The receiver should hand its data to the application now; the sender's buffer ran empty");
    RESET = Field::flag("tcp.flags.reset", 109).part_of("tcp.flags").label("RST").doc("RFC 9293 §3.5.2", "The connection is over at once, or was refused");
    SYN = Field::flag("tcp.flags.syn", 110).part_of("tcp.flags").label("SYN").doc("RFC 9293 §3.5", "The sender wants to open a connection and announces its initial sequence number");
    FIN = Field::flag("tcp.flags.fin", 111).part_of("tcp.flags").label("FIN").doc("RFC 9293 §3.6", "The sender has no more data to send; it still receives");
    WINDOW = Field::uint("tcp.window_size_value", 112, 16).label("Window").doc("RFC 9293 §3.1", "How much the sender is ready to receive behind the acknowledgment number, as it stands").explain(explain_window);
    CHECKSUM = Field::uint("tcp.checksum", 128, 16).hex().label("Checksum").doc("RFC 9293 §3.1", "Ones' complement sum over the pseudo-header, header and payload; often computed by the network card, so that captures of the sender show another value");
    URGENT_POINTER = Field::uint("tcp.urgent_pointer", 144, 16).unit("bytes").label("Urgent pointer").doc("RFC 9293 §3.8.5", "With the URG flag: how far behind the sequence number the urgent data ends");
}

crate::fields! { MOVING:
    PORT = Field::alias("tcp.port", Kind::Uint, &["tcp.srcport", "tcp.dstport"]).label("Source or destination port").doc("RFC 9293 §3.1", "Either port");
    STREAM = Field::derived("tcp.stream", Kind::Uint).label("Stream").doc("sniff", "Number of the conversation among the capture's TCP conversations, from 0");
    LEN = Field::derived("tcp.len", Kind::Uint).unit("bytes").label("Payload length").doc("RFC 9293 §3.4", "What the packet carries behind the header").explain(explain_len);
    SEQ = Field::derived("tcp.seq", Kind::Uint).label("Sequence number").doc("RFC 9293 §3.4", "Number of the first payload byte in the sender's stream; relative to its first sequence number when that is known").explain(explain_seq);
    NXTSEQ = Field::derived("tcp.nxtseq", Kind::Uint).label("Next sequence number").doc("RFC 9293 §3.4", "What the sender's next segment will begin with: payload, SYN and FIN are counted");
    ACK = Field::derived("tcp.ack", Kind::Uint).label("Acknowledgment number").doc("RFC 9293 §3.4", "The next byte that the sender expects; relative to the other side's first sequence number when that is known").explain(explain_ack);
    FLAGS_STR = Field::derived("tcp.flags.str", Kind::Text).label("Flags as letters").doc("RFC 9293 §3.1", "One place a flag, from the highest to the lowest; a dot for one that is not set");
    WINDOW_SIZE = Field::derived("tcp.window_size", Kind::Uint).unit("bytes").label("Window, scaled").doc("RFC 7323 §2.3", "The window in bytes, where the scale is known; in a SYN it is never scaled");
    SCALEFACTOR = Field::derived("tcp.window_size_scalefactor", Kind::Int).label("Window scale factor").doc("RFC 7323 §2.3", "What the window is multiplied by; -1: not known, because the handshake was not captured; -2: no scaling was agreed");
    CHECKSUM_STATUS = Field::derived("tcp.checksum.status", Kind::Uint).values(checksum::STATUSES).label("Checksum status").doc("RFC 9293 §3.1", "Whether the checksum agrees with what it covers").explain(checksum::explain_status);
    TIME_RELATIVE = Field::derived("tcp.time_relative", Kind::Time).unit("s").label("Time since the conversation's first segment").doc("sniff", "Between capture times");
    TIME_DELTA = Field::derived("tcp.time_delta", Kind::Time).unit("s").label("Time since the conversation's previous segment").doc("sniff", "Between capture times");
    RESET_CAUSE = Field::moving("tcp.reset_cause", Kind::Text).label("Reset cause").doc("RFC 9293 §3.5.3", "What the sender of the reset says about it; the bytes are no part of the stream");
    PAYLOAD = Field::moving("tcp.payload", Kind::Bytes).label("Payload").doc("RFC 9293 §3.4", "The part of the stream that the segment carries");
}

/// TCP.
pub static TCP: Protocol = Protocol {
    name: "tcp",
    title: "Transmission Control Protocol",
    spec: "RFC 9293",
    scope: "The header, the options in use with Multipath TCP, the others by kind and length, the checksum, and \
        relative numbers where the conversation is followed. Not: the content, and what happened to the connection.",
    unit: Unit::Segment,
    tables: &[
        HEADER,
        MOVING,
        tcp_options::PREFIX,
        tcp_options::MSS,
        tcp_options::WSCALE,
        tcp_options::TIMESTAMP,
        tcp_options::ECHO,
        tcp_options::CC,
        tcp_options::MD5,
        tcp_options::SCPS,
        tcp_options::SNACK,
        tcp_options::QS,
        tcp_options::UTO,
        tcp_options::AO,
        tcp_options::EXPERIMENT,
        tcp_options::MOVING,
        mptcp::ROWS,
    ],
    keys: &[(Space::IpProto, 6)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ports: Some(ports),
    follow: Some(Follow::Tcp),
    ..Protocol::NONE
};

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let header = input.header::<20, S>(s, HEADER)?;
    let length = HDR_LEN.get(header) as u32;
    if length < 20 {
        return Err(Stop::Bad(Bad {
            rule: "the header has at least 20 bytes (RFC 9293 §3.1)",
            expected: 20,
            found: length,
        }));
    }
    let fits = length <= input.wire || input.extent != Extent::Whole;
    if S::ON && fits {
        derive(&input, header, length, s);
        if length > 20 {
            let captured = input.data.get(20..input.data.len().min(length as usize)).unwrap_or_default();
            let ack_base = input.env.conversation.and_then(|c| c.ack_base).unwrap_or_default();
            let about = tcp_options::Header { len: length - 20, ack: ACK_RAW.get(header) as u32, ack_base };
            tcp_options::put(captured, input.base.saturating_add(20), &about, s);
        }
    }
    input.upto(length)?;
    if S::ON {
        let payload = (input.data.len() as u32).saturating_sub(length);
        if payload > 0 {
            // RFC 9293 §3.5.3: what a reset carries is a diagnosis for people.
            let field = if RESET.get(header) != 0 { &RESET_CAUSE } else { &PAYLOAD };
            s.span(field, (input.base + length) * 8, payload * 8);
        }
    }
    let next = match RESET.get(header) {
        0 => Next::Ports(Space::TcpPort, SRCPORT.get(header) as u16, DSTPORT.get(header) as u16),
        _ => Next::End,
    };
    Ok(Step::new(&input, length, input.wire, next))
}

/// Puts what is computed from the fixed part of the header and the conversation.
fn derive<S: Sink>(input: &Input<'_>, header: &[u8; 20], length: u32, s: &mut S) {
    let conversation = input.env.conversation;
    let relative = |raw: &Field, base: Option<u32>| (raw.get(header) as u32).wrapping_sub(base.unwrap_or_default());
    if let Some(c) = conversation {
        s.derived(&STREAM, c.stream.into());
        // A quotation does not say when the segment was sent.
        if input.extent != Extent::Quoted {
            s.derived_time(&TIME_RELATIVE, c.since_first);
            s.derived_time(&TIME_DELTA, c.since_previous);
        }
    }
    let seq = relative(&SEQ_RAW, conversation.and_then(|c| c.seq_base));
    let is_set = |flag: &Field| flag.get(header) != 0;
    let ack_base = conversation.and_then(|c| c.ack_base).filter(|_| is_set(&ACK_FLAG));
    s.derived(&SEQ, seq.into());
    s.derived(&ACK, relative(&ACK_RAW, ack_base).into());
    // A quotation ends somewhere in the segment, which says nothing of how long the segment was.
    if input.extent != Extent::Quoted {
        let payload = input.wire.saturating_sub(length);
        let counted = payload.saturating_add(u32::from(is_set(&SYN) || is_set(&FIN)));
        s.derived(&LEN, payload.into());
        s.derived(&NXTSEQ, seq.wrapping_add(counted).into());
    }
    s.derived_text(&FLAGS_STR, format_args!("{}", Letters(FLAGS.get(header))));
    let window = WINDOW.get(header);
    let followed = conversation.filter(|_| input.extent != Extent::Quoted);
    let scale = followed.map(|c| c.window).filter(|_| !is_set(&SYN));
    let (size, factor) = match scale {
        Some(WindowScale::Shift(shift)) => (window << shift.min(14), Some(1i64 << shift.min(14))),
        Some(WindowScale::Off) => (window, Some(-2)),
        Some(WindowScale::Unknown) => (window, Some(-1)),
        None => (window, None),
    };
    s.derived(&WINDOW_SIZE, size);
    if let Some(factor) = factor {
        s.derived(&SCALEFACTOR, factor as u64);
    }
    let rule = "the checksum covers pseudo-header and segment (RFC 9293 §3.1)";
    Covered::of(input, input.wire).pseudo(6, 16).put(s, &CHECKSUM_STATUS, rule);
}

/// The flags as letters, one place each.
struct Letters(u64);

impl std::fmt::Display for Letters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (n, letter) in "RRRACEUAPRSF".chars().enumerate() {
            let set = self.0 >> (11 - n) & 1 != 0;
            std::fmt::Write::write_char(f, if set { letter } else { '·' })?;
        }
        Ok(())
    }
}

fn ports(header: &[u8]) -> Option<(u16, u16)> {
    let header = header.first_chunk::<4>()?;
    Some((SRCPORT.get(header) as u16, DSTPORT.get(header) as u16))
}

fn explain_flags(around: &Around<'_>, out: &mut Text) {
    let set = |flag: &Field| flag.get(around.layer) != 0;
    let payload = u64::from(around.wire).saturating_sub(HDR_LEN.get(around.layer));
    match (set(&SYN), set(&ACK_FLAG), set(&FIN), set(&RESET)) {
        (true, false, false, false) => {
            out.lit("SYN: the sender wants to open a connection and announces its initial sequence number");
            if set(&ECE) && set(&CWR) {
                out.lit("; it offers congestion marks (ECN)");
            }
        }
        (true, true, false, false) => {
            out.lit("SYN and ACK: the sender accepts the connection and announces its own initial sequence number");
        }
        (true, _, true, _) => {
            out.lit("SYN with FIN: opens and closes at once, which no ordinary program does; a probe");
        }
        (true, _, _, true) => {
            out.lit("SYN with RST: opens and aborts at once, which no ordinary program does; a probe");
        }
        (false, _, _, true) => {
            out.lit("RST: the connection is aborted, or the attempt to open it is refused; nothing more is delivered");
        }
        (false, _, true, false) => {
            out.lit("FIN: the sender has sent everything and closes its direction; the other may go on sending");
        }
        (false, true, false, false) if payload > 0 => {
            out.lit("ACK: carries data and acknowledges what arrived");
            if set(&PUSH) {
                out.lit("; PSH: to be handed to the application now");
            }
        }
        (false, true, false, false) => {
            out.lit("ACK: acknowledges what arrived and carries no data");
        }
        (false, false, false, false) => {
            out.lit("no ACK, SYN, FIN or RST: no segment of an open connection looks like this; a probe, or damage");
        }
    }
    if !set(&SYN) && set(&ECE) {
        out.lit("; ECE: a congestion mark arrived");
    }
    if !set(&SYN) && set(&CWR) {
        out.lit("; CWR: the sender has slowed down");
    }
}

fn explain_len(around: &Around<'_>, out: &mut Text) {
    if around.value == 0 {
        out.lit("no payload: the segment only carries flags and numbers");
    }
}

fn explain_seq(around: &Around<'_>, out: &mut Text) {
    let syn = SYN.get(around.layer) != 0;
    let Some(base) = around.conversation.and_then(|c| c.seq_base) else { return };
    if syn {
        out.lit("the initial sequence number, ").num(base.into()).lit(", counts as 0; the first payload byte is 1");
        return;
    }
    let payload = u64::from(around.wire).saturating_sub(HDR_LEN.get(around.layer));
    match payload {
        0 => out.lit("the next payload byte will be byte ").num_grouped(around.value),
        1 => out.lit("the payload is byte ").num_grouped(around.value),
        n => {
            let last = around.value.saturating_add(n - 1);
            out.lit("the payload is bytes ").num_grouped(around.value).lit(" to ").num_grouped(last)
        }
    };
    out.lit(" of the sender's stream (counted from 1)");
}

fn explain_ack(around: &Around<'_>, out: &mut Text) {
    if ACK_FLAG.get(around.layer) == 0 {
        out.lit("without meaning, because the ACK flag is not set");
    } else if around.conversation.is_some_and(|c| c.ack_base.is_some()) {
        match around.value {
            0 => out.lit("nothing of the other side has arrived"),
            1 => out.lit("the other side's SYN has arrived, and no payload yet"),
            n => out.lit("every byte of the other side up to ").num_grouped(n - 1).lit(" has arrived"),
        };
    }
}

fn explain_window(around: &Around<'_>, out: &mut Text) {
    let value = around.value;
    if RESET.get(around.layer) != 0 {
        return;
    }
    if SYN.get(around.layer) != 0 {
        out.num_grouped(value).lit(" bytes; the window of a SYN is never scaled (RFC 7323 §2.2)");
        return;
    }
    match around.conversation.map(|c| c.window) {
        Some(WindowScale::Shift(shift)) => {
            let shift = shift.min(14);
            out.lit("window ").num_grouped(value).lit(" × 2^").num(shift.into());
            out.lit(" = ").num_grouped(value << shift).lit(" bytes");
        }
        Some(WindowScale::Off) => {
            out.num_grouped(value).lit(" bytes; no scaling was agreed");
        }
        Some(WindowScale::Unknown) => {
            out.lit("at least ")
                .num_grouped(value)
                .lit(" bytes; the scale was agreed in a handshake that was not captured");
        }
        None => {}
    }
    if value == 0 {
        out.lit("; the receiver's buffer is full, and the other side must wait");
    }
}

const FIN_BIT: u64 = 0x01;
const SYN_BIT: u64 = 0x02;
const RST_BIT: u64 = 0x04;
const ACK_BIT: u64 = 0x10;
const URG_BIT: u64 = 0x20;

/// Also writes what it can of a header that is not whole, so that a cut segment has a line.
fn line(seen: &Seen<'_>, out: &mut Text) {
    let Some(addresses) = seen.addresses else { return };
    let Some((src, dst)) = ports(seen.header) else {
        addresses.src_to(out).lit(" > ");
        addresses.dst_to(out).lit(": [|tcp]");
        return;
    };
    addresses.src_to(out).ch('.').num(src.into()).lit(" > ");
    addresses.dst_to(out).ch('.').num(dst.into()).lit(": ");
    let Some(header) = seen.header.first_chunk::<20>() else {
        out.lit(" [|tcp]");
        return;
    };
    let length = HDR_LEN.get(header) as u32;
    if length < 20 {
        out.lit(" tcp ").num(seen.wire.saturating_sub(length).into());
        out.lit(" [bad hdr length ").num(length.into()).lit(" - too short, < 20]");
        return;
    }
    let payload = seen.wire.saturating_sub(length);
    if seen.style.quiet {
        out.lit("tcp ").num(payload.into());
        return;
    }
    out.lit("Flags [");
    let flags = FLAGS.get(header);
    let is_set = |bit: u64| flags & bit != 0;
    // The order of tcpdump; the bits of RFC 9293 §3.1.
    for (bit, letter) in [
        (FIN_BIT, 'F'),
        (SYN_BIT, 'S'),
        (RST_BIT, 'R'),
        (0x08, 'P'),
        (ACK_BIT, '.'),
        (URG_BIT, 'U'),
        (0x40, 'E'),
        (0x80, 'W'),
    ] {
        if is_set(bit) {
            out.ch(letter);
        }
    }
    if flags & 0xff == 0 {
        out.lit("none");
    }
    out.ch(']');
    if length > seen.wire {
        out.lit(" [bad hdr length ").num(length.into()).lit(" - too long, > ").num(seen.wire.into()).ch(']');
        return;
    }
    if seen.style.verbose > 0 {
        checksum_line(seen, header, out);
    }
    // tcpdump shows a handshake's numbers as they stand, and numbers after it relative to them.
    let relative = !seen.style.absolute && is_set(ACK_BIT) && !is_set(SYN_BIT);
    let conversation = seen.conversation.filter(|_| relative);
    let base = |base: Option<u32>| base.unwrap_or_default();
    let seq = (SEQ_RAW.get(header) as u32).wrapping_sub(base(conversation.and_then(|c| c.seq_base)));
    let ack_base = base(conversation.and_then(|c| c.ack_base));
    if seen.style.verbose > 1 || payload > 0 || is_set(SYN_BIT) || is_set(FIN_BIT) || is_set(RST_BIT) {
        out.lit(", seq ").num(seq.into());
        if payload > 0 {
            out.ch(':').num(seq.wrapping_add(payload).into());
        }
    }
    if is_set(ACK_BIT) {
        out.lit(", ack ").num((ACK_RAW.get(header) as u32).wrapping_sub(ack_base).into());
    }
    out.lit(", win ").num(WINDOW.get(header));
    if is_set(URG_BIT) {
        out.lit(", urg ").num(URGENT_POINTER.get(header));
    }
    if length > 20 {
        let options = seen.header.get(20..).unwrap_or_default();
        if !tcp_options_line::line(options, length - 20, ack_base, out) {
            return;
        }
    }
    out.lit(", length ").num(payload.into());
    if is_set(RST_BIT) && seen.style.verbose > 0 && payload > 0 {
        let shown = seen.payload.get(..RESET_CAUSE_SHOWN).unwrap_or(seen.payload);
        out.lit(if payload as usize > RESET_CAUSE_SHOWN { " [RST+ " } else { " [RST " }).ascii(shown).ch(']');
    }
}

/// The most bytes of a reset's cause that a line shows.
const RESET_CAUSE_SHOWN: usize = 30;

/// Writes whether the checksum is right, when all that it covers was captured.
fn checksum_line(seen: &Seen<'_>, header: &[u8; 20], out: &mut Text) {
    let found = CHECKSUM.get(header);
    match Covered::seen(seen).pseudo(6, 16) {
        Status::Good => out.lit(", cksum ").hex(found, 4).lit(" (correct)"),
        Status::Partial => out.lit(", cksum ").hex(found, 4).lit(" (partial)"),
        Status::Bad { expected, .. } => {
            out.lit(", cksum ").hex(found, 4).lit(" (incorrect -> ").hex(expected, 4).ch(')')
        }
        _ => out,
    };
}

#[cfg(test)]
mod tests;
