//! The options of a TCP header (RFC 9293 §3.1, and the RFCs that define each).
//!
//! ```text
//! |     Kind      |    Length     |  Length − 2 bytes …      (kinds 0 and 1 have no length)
//! ```
//!
//! An option of a wrong length is shown as far as its kind and length, with a note, and the next one is read; a length
//! that cannot be right (less than 2, or beyond the header) ends the walk, because nobody knows where the next begins.
//! The Multipath TCP option is in [`mptcp`].

use super::mptcp;
use crate::field::{Around, Field, Kind, Table};
use crate::input::Addresses;
use crate::proto::shared::piece::Piece;
use crate::sink::{NoteKind, Sink};
use crate::text::Text;

crate::fields! { pub PREFIX:
    KIND = Field::uint("tcp.option_kind", 0, 8).names(kind_name).repeats().label("Kind").doc("RFC 9293 §3.1", "What the option is");
    LEN = Field::uint("tcp.option_len", 8, 8).unit("bytes").repeats().label("Length").doc("RFC 9293 §3.1", "Of the whole option, with kind and length");
}

crate::fields! { pub MSS:
    MSS_VAL = Field::uint("tcp.options.mss_val", 16, 16).unit("bytes").repeats().label("Maximum segment size").doc("RFC 9293 §3.7.1", "The most payload that the sender of this option wants in a segment to it; only in SYN segments").explain(explain_mss);
}

crate::fields! { pub WSCALE:
    WSCALE_SHIFT = Field::uint("tcp.options.wscale.shift", 16, 8).repeats().label("Shift count").doc("RFC 7323 §2.2", "The sender's later windows count units of 2 to this power, if the other side's SYN has this option too; at most 14").explain(explain_shift);
}

crate::fields! { pub TIMESTAMP:
    TSVAL = Field::uint("tcp.options.timestamp.tsval", 16, 32).repeats().label("Timestamp value").doc("RFC 7323 §3.2", "The sender's clock, in a unit of its own choice (often 1 ms); also tells old duplicates from new segments");
    TSECR = Field::uint("tcp.options.timestamp.tsecr", 48, 32).repeats().label("Timestamp echo reply").doc("RFC 7323 §3.2", "A timestamp of the other side, sent back so that it can measure the round trip").explain(explain_tsecr);
}

crate::fields! { pub ECHO:
    ECHO_VALUE = Field::uint("tcp.options.echo_value", 16, 32).repeats().label("Echo value").doc("RFC 1072 §4", "To be sent back, or sent back, to measure the round trip; replaced by timestamps");
}

crate::fields! { pub CC:
    CC_VALUE = Field::uint("tcp.options.cc_value", 16, 32).repeats().label("Connection count").doc("RFC 1644 §3.2", "Which incarnation of the connection this is (T/TCP, historic by RFC 6247)");
}

crate::fields! { pub MD5:
    MD5_DIGEST = Field::bytes("tcp.options.md5.digest", 16, 128).repeats().label("MD5 digest").doc("RFC 2385 §2.0", "Over pseudo-header, header, payload and a shared password; protects BGP sessions, replaced by TCP-AO");
}

crate::fields! { pub SCPS:
    SCPS_VECTOR = Field::uint("tcp.options.scps.vector", 16, 8).hex().repeats().label("SCPS capabilities").doc("CCSDS 714.0-B-2", "What the sender of this SYN can do, for links to spacecraft");
    SCPS_BETS = Field::flag("tcp.options.scpsflags.bets", 16).part_of("tcp.options.scps.vector").repeats().label("Best-effort transport (BETS)").doc("CCSDS 714.0-B-2", "1: partial reliability is understood");
    SCPS_SNACK1 = Field::flag("tcp.options.scpsflags.snack1", 17).part_of("tcp.options.scps.vector").repeats().label("Short SNACK").doc("CCSDS 714.0-B-2", "1: selective negative acknowledgements in their short form are understood");
    SCPS_SNACK2 = Field::flag("tcp.options.scpsflags.snack2", 18).part_of("tcp.options.scps.vector").repeats().label("Long SNACK").doc("CCSDS 714.0-B-2", "1: selective negative acknowledgements in their long form are understood");
    SCPS_COMPRESS = Field::flag("tcp.options.scpsflags.compress", 19).part_of("tcp.options.scps.vector").repeats().label("Header compression").doc("CCSDS 714.0-B-2", "1: headers may be compressed without loss");
    SCPS_NLTS = Field::flag("tcp.options.scpsflags.nlts", 20).part_of("tcp.options.scps.vector").repeats().label("Network-layer timestamps").doc("CCSDS 714.0-B-2", "1: the network layer gives timestamps");
    SCPS_RESERVED = Field::uint("tcp.options.scpsflags.reserved", 21, 3).part_of("tcp.options.scps.vector").repeats().label("Reserved").doc("CCSDS 714.0-B-2", "Must be 0");
    SCPS_BINDING = Field::uint("tcp.options.scps.binding", 24, 8).repeats().label("Connection ID").doc("CCSDS 714.0-B-2", "Names the connection in compressed headers");
}

crate::fields! { pub SNACK:
    SNACK_OFFSET = Field::uint("tcp.options.snack.offset", 16, 16).repeats().label("SNACK offset").doc("CCSDS 714.0-B-2", "Where the missing bytes begin behind the acknowledgment number, in maximum segment sizes");
    SNACK_SIZE = Field::uint("tcp.options.snack.size", 32, 16).repeats().label("SNACK size").doc("CCSDS 714.0-B-2", "How much is missing there, in maximum segment sizes");
}

crate::fields! { pub QS:
    QS_RESERVED = Field::uint("tcp.options.qs.reserved", 16, 4).repeats().label("Reserved").doc("RFC 4782 §4.2", "Must be 0");
    QS_RATE = Field::uint("tcp.options.qs.rate", 20, 4).values(QS_RATES).repeats().label("Rate").doc("RFC 4782 §4.2", "The sending rate that the routers on the path allowed from the start");
    QS_TTL_DIFF = Field::uint("tcp.options.qs.ttl_diff", 24, 8).repeats().label("TTL difference").doc("RFC 4782 §4.2", "Shows whether every router on the path took part");
    QS_NONCE = Field::uint("tcp.options.qs.nonce", 32, 30).hex().repeats().label("Nonce").doc("RFC 4782 §4.2", "Shows whether a router lowered the rate; sent back by the receiver");
    QS_RESERVED2 = Field::uint("tcp.options.qs.reserved2", 62, 2).repeats().label("Reserved").doc("RFC 4782 §4.2", "Must be 0");
}

crate::fields! { pub UTO:
    UTO_GRANULARITY = Field::flag("tcp.options.user_to_granularity", 16).repeats().label("Granularity").doc("RFC 5482 §3.3", "1: the timeout is in minutes, 0: in seconds");
    UTO_VAL = Field::uint("tcp.options.user_to_val", 17, 15).repeats().label("User timeout").doc("RFC 5482 §3.3", "How long the sender lets data go unacknowledged before it gives the connection up").explain(explain_user_timeout);
}

crate::fields! { pub AO:
    AO_KEYID = Field::uint("tcp.options.ao.keyid", 16, 8).repeats().label("Key ID").doc("RFC 5925 §2.2", "Which key the message authentication code is made with");
    AO_RNEXTKEYID = Field::uint("tcp.options.ao.rnextkeyid", 24, 8).repeats().label("Receive next key ID").doc("RFC 5925 §2.2", "Which key the sender is ready to receive with");
}

crate::fields! { pub EXPERIMENT:
    EXPERIMENT_ID = Field::uint("tcp.options.experimental.exid", 16, 16).hex().values(EXPERIMENT_IDS).repeats().label("Experiment identifier").doc("RFC 6994 §3", "Which experiment it is; some use 16 bits more");
}

crate::fields! { pub MOVING:
    OPTIONS = Field::moving("tcp.options", Kind::Bytes).label("Options").doc("RFC 9293 §3.1", "What the header length leaves behind the first 20 bytes");
    EOL_OPTION = Field::moving("tcp.options.eol", Kind::Bytes).repeats().label("End of option list").doc("RFC 9293 §3.2", "No option follows; the rest is padding");
    NOP_OPTION = Field::moving("tcp.options.nop", Kind::Bytes).repeats().label("No operation").doc("RFC 9293 §3.2", "Between options, mostly to align the next one");
    MSS_OPTION = Field::moving("tcp.options.mss", Kind::Bytes).repeats().label("Maximum segment size").doc("RFC 9293 §3.7.1", "How much payload a segment to the sender may carry");
    WSCALE_OPTION = Field::moving("tcp.options.wscale", Kind::Bytes).repeats().label("Window scale").doc("RFC 7323 §2", "Lets windows exceed 65,535 bytes");
    WSCALE_MULTIPLIER = Field::derived("tcp.options.wscale.multiplier", Kind::Uint).repeats().label("Multiplier").doc("RFC 7323 §2.3", "2 to the power of the shift count, which counts as 14 when it is more");
    SACK_PERM_OPTION = Field::moving("tcp.options.sack_perm", Kind::Bytes).repeats().label("SACK permitted").doc("RFC 2018 §2", "The sender of this SYN understands selective acknowledgments");
    SACK_OPTION = Field::moving("tcp.options.sack", Kind::Bytes).repeats().label("Selective acknowledgment").doc("RFC 2018 §3", "Which bytes behind the acknowledgment number have arrived, so that only the missing ones are sent again");
    SACK_LE = Field::moving("tcp.options.sack_le", Kind::Uint).repeats().label("SACK left edge").doc("RFC 2018 §3", "The first byte of a range that has arrived, relative to the other side's first sequence number when that is known");
    SACK_RE = Field::moving("tcp.options.sack_re", Kind::Uint).repeats().label("SACK right edge").doc("RFC 2018 §3", "The byte after the last of the range, counted like the left edge");
    SACK_COUNT = Field::derived("tcp.options.sack.count", Kind::Uint).repeats().label("SACK count").doc("RFC 2018 §3", "How many ranges the option lists").explain(explain_sack_count);
    DSACK_LE = Field::derived("tcp.options.sack.dsack_le", Kind::Uint).repeats().label("D-SACK left edge").doc("RFC 2883 §4", "The first range lies below the acknowledgment number or inside the second: its bytes arrived twice");
    DSACK_RE = Field::derived("tcp.options.sack.dsack_re", Kind::Uint).repeats().label("D-SACK right edge").doc("RFC 2883 §4", "The byte after the last of those that arrived twice");
    ECHO_OPTION = Field::moving("tcp.options.echo", Kind::Bytes).repeats().label("Echo").doc("RFC 1072 §4", "Round trip measurement, replaced by timestamps");
    TIMESTAMP_OPTION = Field::moving("tcp.options.timestamp", Kind::Bytes).repeats().label("Timestamps").doc("RFC 7323 §3", "Round trip measurement, and protection against old duplicates");
    CC_OPTION = Field::moving("tcp.options.cc", Kind::Bytes).repeats().label("Connection count").doc("RFC 1644 §3.2", "T/TCP, historic");
    MD5_OPTION = Field::moving("tcp.options.md5", Kind::Bytes).repeats().label("MD5 signature").doc("RFC 2385 §3.0", "Proves that the segment comes from who knows the password");
    SCPS_OPTION = Field::moving("tcp.options.scps", Kind::Bytes).repeats().label("SCPS capabilities").doc("CCSDS 714.0-B-2", "Space communications");
    SCPS_BINDING_DATA = Field::moving("tcp.options.scps.binding.data", Kind::Bytes).repeats().label("Extended capabilities").doc("CCSDS 714.0-B-2", "Agreements of a community of users");
    SNACK_OPTION = Field::moving("tcp.options.snack", Kind::Bytes).repeats().label("Selective negative acknowledgment").doc("CCSDS 714.0-B-2", "Which bytes are missing");
    SCPSREC_OPTION = Field::moving("tcp.options.scpsrec", Kind::Bytes).repeats().label("Record boundary").doc("CCSDS 714.0-B-2", "A record of the application ends with this segment");
    SCPSCOR_OPTION = Field::moving("tcp.options.scpscor", Kind::Bytes).repeats().label("Corruption experienced").doc("CCSDS 714.0-B-2", "Losses are due to bit errors rather than congestion");
    QS_OPTION = Field::moving("tcp.options.qs", Kind::Bytes).repeats().label("Quick-Start response").doc("RFC 4782 §4.2", "Which sending rate the path allows from the start");
    UTO_OPTION = Field::moving("tcp.options.user_to", Kind::Bytes).repeats().label("User timeout").doc("RFC 5482 §3.3", "When the sender gives up");
    AO_OPTION = Field::moving("tcp.options.ao", Kind::Bytes).repeats().label("Authentication (TCP-AO)").doc("RFC 5925 §2.2", "Proves that the segment comes from who knows the key");
    AO_MAC = Field::moving("tcp.options.ao.mac", Kind::Bytes).repeats().label("Message authentication code").doc("RFC 5925 §2.2", "Over pseudo-header, header and payload");
    TFO_OPTION = Field::moving("tcp.options.tfo", Kind::Bytes).repeats().label("Fast Open cookie").doc("RFC 7413 §4.1.1", "Lets a client that was here before send data in its SYN");
    TFO_REQUEST = Field::moving("tcp.options.tfo.request", Kind::Group).repeats().label("Fast Open cookie request").doc("RFC 7413 §4.1.1", "An empty cookie asks the server for one");
    TFO_COOKIE = Field::moving("tcp.options.tfo.cookie", Kind::Bytes).repeats().label("Fast Open cookie").doc("RFC 7413 §4.1.1", "Made by the server for this client's address, 4 to 16 bytes");
    ACC_ECN_OPTION = Field::moving("tcp.options.acc_ecn", Kind::Bytes).repeats().label("Accurate ECN").doc("RFC 9768 §3.2.3", "How many bytes arrived with each congestion mark");
    ACC_ECN_EE0B = Field::moving("tcp.options.acc_ecn.ee0b", Kind::Uint).unit("bytes").repeats().label("ECT(0) bytes").doc("RFC 9768 §3.2.3", "Payload bytes that arrived marked ECT(0), modulo 2^24; begins at 1");
    ACC_ECN_ECEB = Field::moving("tcp.options.acc_ecn.eceb", Kind::Uint).unit("bytes").repeats().label("CE bytes").doc("RFC 9768 §3.2.3", "Payload bytes that arrived marked CE (congestion), modulo 2^24; begins at 0");
    ACC_ECN_EE1B = Field::moving("tcp.options.acc_ecn.ee1b", Kind::Uint).unit("bytes").repeats().label("ECT(1) bytes").doc("RFC 9768 §3.2.3", "Payload bytes that arrived marked ECT(1), modulo 2^24; begins at 1");
    EXPERIMENT_OPTION = Field::moving("tcp.options.experimental", Kind::Bytes).repeats().label("Experiment").doc("RFC 6994 §3", "An option that has no kind of its own yet");
    EXPERIMENT_DATA = Field::moving("tcp.options.experimental.data", Kind::Bytes).repeats().label("Data").doc("RFC 6994 §3", "What the experiment says");
    UNKNOWN_OPTION = Field::moving("tcp.options.unknown", Kind::Bytes).repeats().label("Another option").doc("RFC 9293 §3.1", "An option that is not taken apart here; receivers ignore what they do not know");
    UNKNOWN_PAYLOAD = Field::moving("tcp.options.unknown.payload", Kind::Bytes).repeats().label("Content").doc("RFC 9293 §3.1", "What follows kind and length");
}

/// Option kinds (IANA, "TCP Option Kind Numbers").
fn kind_name(kind: u64) -> Option<&'static str> {
    Some(match kind {
        0 => "End of Option List",
        1 => "No-Operation",
        2 => "Maximum Segment Size",
        3 => "Window Scale",
        4 => "SACK Permitted",
        5 => "SACK",
        6 => "Echo",
        7 => "Echo Reply",
        8 => "Timestamps",
        9 => "Partial Order Connection Permitted",
        10 => "Partial Order Service Profile",
        11 => "CC",
        12 => "CC.NEW",
        13 => "CC.ECHO",
        14 => "TCP Alternate Checksum Request",
        15 => "TCP Alternate Checksum Data",
        16 => "Skeeter",
        17 => "Bubba",
        18 => "Trailer Checksum Option",
        19 => "MD5 Signature Option",
        20 => "SCPS Capabilities",
        21 => "Selective Negative Acknowledgements",
        22 => "Record Boundaries",
        23 => "Corruption experienced",
        24 => "SNAP",
        26 => "TCP Compression Filter",
        27 => "Quick-Start Response",
        28 => "User Timeout Option",
        29 => "TCP Authentication Option (TCP-AO)",
        30 => "Multipath TCP (MPTCP)",
        34 => "TCP Fast Open Cookie",
        69 => "Encryption Negotiation (TCP-ENO)",
        172 => "Accurate ECN Order 0 (AccECN0)",
        174 => "Accurate ECN Order 1 (AccECN1)",
        253 => "RFC3692-style Experiment 1",
        254 => "RFC3692-style Experiment 2",
        _ => return None,
    })
}

/// Experiment identifiers (IANA, "TCP Experimental Option Experiment Identifiers"), by their first 16 bits.
static EXPERIMENT_IDS: &[(u64, &str)] = &[
    (0x454e, "TCP encryption negotiation"),
    (0xacce, "Accurate ECN"),
    (0xe2d4, "Shared Memory Communications over RDMA"),
    (0xf989, "Fast Open"),
];

/// The experiment identifier under which Fast Open was tried before it had a kind of its own.
pub(in crate::proto::shared) const FAST_OPEN_ID: u64 = 0xf989;

/// RFC 4782 §3.1: 40 kbit/s times 2 to the power of the field, and 0 for none.
static QS_RATES: &[(u64, &str)] = &[
    (0, "none"),
    (1, "80 kbit/s"),
    (2, "160 kbit/s"),
    (3, "320 kbit/s"),
    (4, "640 kbit/s"),
    (5, "1.28 Mbit/s"),
    (6, "2.56 Mbit/s"),
    (7, "5.12 Mbit/s"),
    (8, "10.24 Mbit/s"),
    (9, "20.48 Mbit/s"),
    (10, "40.96 Mbit/s"),
    (11, "81.92 Mbit/s"),
    (12, "163.84 Mbit/s"),
    (13, "327.68 Mbit/s"),
    (14, "655.36 Mbit/s"),
    (15, "1.31072 Gbit/s"),
];

fn explain_mss(around: &Around<'_>, out: &mut Text) {
    let headers = match around.addresses {
        Some(Addresses::V4 { .. }) => 40,
        Some(Addresses::V6 { .. }) => 60,
        None => return,
    };
    out.num_grouped(around.value).lit(" bytes of payload, with ").num(headers);
    out.lit(" bytes of IP and TCP headers a packet of ").num_grouped(around.value.saturating_add(headers));
    out.lit(" bytes");
    match around.value.saturating_add(headers) {
        1500 => out.lit(": the MTU of Ethernet"),
        9000 => out.lit(": the MTU of Ethernet with jumbo frames"),
        65_535.. => out.lit(": no network limits it here (a loopback interface, or none known)"),
        1280..1500 if headers == 40 => out.lit(": a little less than Ethernet's MTU, as with a tunnel on the way"),
        _ => out,
    };
}

fn explain_shift(around: &Around<'_>, out: &mut Text) {
    let shift = around.value.min(14);
    out.lit("windows from here count units of 2^").num(shift).lit(" = ").num_grouped(1 << shift);
    out.lit(" bytes, so that they reach ").num_grouped(65_535 << shift).lit(" bytes");
    if around.value > 14 {
        out.lit("; a shift above 14 counts as 14");
    }
}

fn explain_tsecr(around: &Around<'_>, out: &mut Text) {
    if around.value == 0 {
        out.lit("nothing to send back yet");
    }
}

fn explain_user_timeout(around: &Around<'_>, out: &mut Text) {
    let minutes = around.bytes.first().is_some_and(|b| b & 0x80 != 0);
    let seconds = around.value.saturating_mul(if minutes { 60 } else { 1 });
    out.num_grouped(seconds).lit(" seconds");
}

fn explain_sack_count(around: &Around<'_>, out: &mut Text) {
    match around.value {
        0 => return,
        1 => out.lit("one range arrived"),
        n => out.num(n).lit(" ranges arrived"),
    };
    out.lit(" out of order; what lies before and between is missing or late");
}

/// What the options need to know of the header around them.
#[derive(Clone, Copy, Debug)]
pub struct Header {
    /// Length of all options by the header length, in bytes.
    pub len: u32,
    /// The acknowledgment number as it stands.
    pub ack: u32,
    /// The sequence number that counts as 0 in the other direction; 0 when it is not known.
    pub ack_base: u32,
}

/// An option that has one length and rows at fixed places: heading, length, rows after kind and length.
type Shape = (&'static Field, u32, Table);

fn shape(kind: u8) -> Option<Shape> {
    Some(match kind {
        2 => (&MSS_OPTION, 4, MSS),
        3 => (&WSCALE_OPTION, 3, WSCALE),
        4 => (&SACK_PERM_OPTION, 2, &[]),
        6 | 7 => (&ECHO_OPTION, 6, ECHO),
        8 => (&TIMESTAMP_OPTION, 10, TIMESTAMP),
        11..=13 => (&CC_OPTION, 6, CC),
        19 => (&MD5_OPTION, 18, MD5),
        21 => (&SNACK_OPTION, 6, SNACK),
        22 => (&SCPSREC_OPTION, 2, &[]),
        23 => (&SCPSCOR_OPTION, 2, &[]),
        27 => (&QS_OPTION, 8, QS),
        28 => (&UTO_OPTION, 4, UTO),
        _ => return None,
    })
}

/// Puts all options. `captured` is what was captured of them, `base` the offset of the first in the frame, in bytes.
pub fn put<S: Sink>(captured: &[u8], base: u32, header: &Header, s: &mut S) {
    s.open(&OPTIONS, base.saturating_mul(8));
    walk(captured, base, header, s);
    s.close(base.saturating_add(captured.len() as u32).saturating_mul(8));
}

fn walk<S: Sink>(captured: &[u8], base: u32, header: &Header, s: &mut S) {
    let mut at = 0u32;
    let mut ended = false;
    while let Some(rest) = captured.get(at as usize..).filter(|r| !r.is_empty() && s.room()) {
        let kind = rest.first().copied().unwrap_or_default();
        let base = base.saturating_add(at);
        if ended && kind != 0 {
            let rule = "bytes after the end of the option list are zero (RFC 9293 §3.1)";
            return s.note(NoteKind::Bad, format_args!("{rule}: 0 expected, {kind} found"));
        }
        if kind <= 1 {
            ended |= kind == 0;
            s.open(if kind == 0 { &EOL_OPTION } else { &NOP_OPTION }, base.saturating_mul(8));
            s.fixed(PREFIX, rest.get(..1).unwrap_or_default(), base);
            s.close(base.saturating_add(1).saturating_mul(8));
            at += 1;
            continue;
        }
        let left = header.len.saturating_sub(at);
        let Some(len) = rest.get(1).map(|l| u32::from(*l)) else {
            // Without its length byte, an option is either cut by the capture or by the header itself.
            if left < 2 {
                note_length(s, kind, "has room for its length byte", 2, left);
            }
            return;
        };
        if len < 2 {
            return note_length(s, kind, "has a length of at least 2", 2, len);
        }
        if len > left {
            return note_length(s, kind, "ends within the header", left, len);
        }
        let bytes = rest.get(..len as usize).unwrap_or(rest);
        let piece = Piece { bytes, base, len };
        option(kind, &piece, header, s);
        at += len;
    }
}

fn note_length<S: Sink>(s: &mut S, kind: u8, rule: &'static str, expected: u32, found: u32) {
    let name = kind_name(kind.into()).unwrap_or("unassigned");
    s.note(
        NoteKind::Bad,
        format_args!("TCP option {kind} ({name}) {rule} (RFC 9293 §3.1): {expected} expected, {found} found"),
    );
}

/// Puts one option that has a length byte.
fn option<S: Sink>(kind: u8, piece: &Piece<'_>, header: &Header, s: &mut S) {
    let known = shape(kind);
    let group = match kind {
        _ if known.is_some() => known.map_or(&UNKNOWN_OPTION, |(group, ..)| group),
        5 => &SACK_OPTION,
        20 => &SCPS_OPTION,
        29 => &AO_OPTION,
        30 => &mptcp::OPTION,
        34 => &TFO_OPTION,
        172 | 174 => &ACC_ECN_OPTION,
        253 | 254 => &EXPERIMENT_OPTION,
        _ => &UNKNOWN_OPTION,
    };
    s.open(group, piece.bit(0));
    s.fixed(PREFIX, piece.bytes, piece.base);
    let len = piece.len;
    match kind {
        5 => selective_acknowledgment(piece, header, s),
        20 if len >= 4 => {
            s.fixed(SCPS, piece.bytes, piece.base);
            piece.span(s, &SCPS_BINDING_DATA, 4, len - 4);
        }
        29 if len >= 4 => {
            s.fixed(AO, piece.bytes, piece.base);
            piece.span(s, &AO_MAC, 4, len - 4);
        }
        20 | 29 => note_length(s, kind, "has at least 4 bytes", 4, len),
        30 => mptcp::put(piece, s),
        34 => fast_open(piece, 2, s),
        172 | 174 => accurate_ecn(kind, piece, s),
        253 | 254 if len >= 4 => {
            s.fixed(EXPERIMENT, piece.bytes, piece.base);
            if piece.number(16, 16) == Some(FAST_OPEN_ID) {
                fast_open(piece, 4, s);
            } else {
                piece.span(s, &EXPERIMENT_DATA, 4, len - 4);
            }
        }
        253 | 254 => note_length(s, kind, "has at least 4 bytes, with its identifier", 4, len),
        _ => match known {
            Some((_, right, table)) if right == len => s.fixed(table, piece.bytes, piece.base),
            Some((_, right, _)) => note_length(s, kind, "has the length of its kind", right, len),
            None => {
                piece.span(s, &UNKNOWN_PAYLOAD, 2, len - 2);
            }
        },
    }
    if let (3, 3, Some(shift)) = (kind, len, piece.number(16, 8)) {
        s.derived(&WSCALE_MULTIPLIER, 1 << shift.min(14));
    }
    s.close(piece.end());
}

fn selective_acknowledgment<S: Sink>(piece: &Piece<'_>, header: &Header, s: &mut S) {
    let body = piece.len.saturating_sub(2);
    if body == 0 || !body.is_multiple_of(8) {
        let whole = (body / 8).max(1) * 8 + 2;
        note_length(s, 5, "has 8 bytes for each range (RFC 2018 §3)", whole, piece.len);
    }
    let relative = |edge: u64| u64::from((edge as u32).wrapping_sub(header.ack_base));
    let edges = |n: u32| Some((piece.number(16 + n * 64, 32)? as u32, piece.number(48 + n * 64, 32)? as u32));
    let count = body / 8;
    for n in 0..count {
        for (field, bit) in [(&SACK_LE, 16 + n * 64), (&SACK_RE, 48 + n * 64)] {
            let Some(edge) = piece.number(bit, 32) else { return };
            s.uint(field, piece.bit(bit), 32, relative(edge));
        }
    }
    if !piece.is_whole() {
        return;
    }
    s.derived(&SACK_COUNT, count.into());
    let Some((left, right)) = edges(0).filter(|_| count > 0) else { return };
    // Sequence numbers compare modulo 2^32 (RFC 9293 §3.4): a is at or after b when a - b is in the lower half.
    let reaches = |a: u32, b: u32| a.wrapping_sub(b) < 1 << 31;
    let inside_second = || edges(1).is_some_and(|(l, r)| reaches(left, l) && reaches(r, right));
    if reaches(header.ack, right) || (count > 1 && inside_second()) {
        s.derived(&DSACK_LE, relative(left.into()));
        s.derived(&DSACK_RE, relative(right.into()));
    }
}

/// Puts a Fast Open cookie that begins `from` bytes into the option; an empty one is a request.
fn fast_open<S: Sink>(piece: &Piece<'_>, from: u32, s: &mut S) {
    match piece.len.saturating_sub(from) {
        0 if piece.is_whole() => {
            s.open(&TFO_REQUEST, piece.bit(0));
            s.close(piece.end());
        }
        cookie => {
            piece.span(s, &TFO_COOKIE, from, cookie);
        }
    }
}

/// RFC 9768 §3.2.3: up to three counters; which comes first depends on the kind.
fn accurate_ecn<S: Sink>(kind: u8, piece: &Piece<'_>, s: &mut S) {
    if !matches!(piece.len, 2 | 5 | 8 | 11) {
        return note_length(s, kind, "has 2, 5, 8 or 11 bytes (RFC 9768 §3.2.3)", 11, piece.len);
    }
    let order = match kind {
        172 => [&ACC_ECN_EE0B, &ACC_ECN_ECEB, &ACC_ECN_EE1B],
        _ => [&ACC_ECN_EE1B, &ACC_ECN_ECEB, &ACC_ECN_EE0B],
    };
    for (n, field) in order.into_iter().enumerate() {
        piece.uint(s, field, 16 + n as u32 * 24, 24);
    }
}
