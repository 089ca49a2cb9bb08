//! GPRS Tunnelling Protocol: user packets between the nodes of mobile networks (GTP-U, 3GPP TS 29.281), the set-up of
//! their tunnels (GTP-C, TS 29.060), and charging records (GTP', TS 32.295).
//!
//! ```text
//! Version 1: |Ver 1|1|R|E|S|N|  Message type |            Length             |
//!            |                  Tunnel endpoint identifier                   |
//!            |        Sequence number        |  N-PDU number |Next extension | (with E, S or N)
//!            |    Length     |          Extension header ... |Next extension | (while there is a next one)
//!
//! Version 0: |Ver 0|1| Rsvd|N|  Message type |            Length             |
//!            |        Sequence number        |          Flow label           |
//!            |   LLC number  |  Spare, 3 bytes, then the tunnel ID, 8 bytes  |
//!
//! GTP':      | Ver |0| Rsvd|L|  Message type |            Length             |
//!            |        Sequence number        |
//! ```
//!
//! Version 2 has a file of its own.

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit, direct};
use crate::field::{Around, Field, Kind};
use crate::input::{Bad, Extent, Input, Stop};
use crate::proto::shared::tlv::Tlv;
use crate::proto::shared::tunnel::gtp::message_name;
use crate::sink::{NoteKind, Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { FLAGS_BYTE:
    FLAGS = Field::uint("gtp.flags", 0, 8).hex().label("Flags").doc("3GPP TS 29.281 §5.1", "Version, and which optional fields there are");
}

crate::fields! { FLAGS_1:
    VERSION = Field::uint("gtp.flags.version", 0, 3).part_of("gtp.flags").values(VERSIONS).label("Version").doc("3GPP TS 29.281 §5.1", "1; 0 in the first networks");
    PAYLOAD = Field::uint("gtp.flags.payload", 3, 1).part_of("gtp.flags").values(PROTOCOLS).label("Protocol type").doc("3GPP TS 29.281 §5.1", "Tells GTP from GTP'");
    RESERVED = Field::uint("gtp.flags.reserved", 4, 1).part_of("gtp.flags").label("Reserved").doc("3GPP TS 29.281 §5.1", "Sent as 0 and ignored by the receiver");
    E = Field::flag("gtp.flags.e", 5).part_of("gtp.flags").label("Extension header").doc("3GPP TS 29.281 §5.1", "1: the type of the next extension header counts");
    S = Field::flag("gtp.flags.s", 6).part_of("gtp.flags").label("Sequence number").doc("3GPP TS 29.281 §5.1", "1: the sequence number counts");
    PN = Field::flag("gtp.flags.pn", 7).part_of("gtp.flags").label("N-PDU number").doc("3GPP TS 29.281 §5.1", "1: the N-PDU number counts");
}

crate::fields! { FLAGS_0:
    VERSION_0 = Field::uint("gtp.flags.version", 0, 3).part_of("gtp.flags").values(VERSIONS).label("Version").doc("GSM 09.60 §6", "0");
    PAYLOAD_0 = Field::uint("gtp.flags.payload", 3, 1).part_of("gtp.flags").values(PROTOCOLS).label("Protocol type").doc("GSM 09.60 §6", "Tells GTP from GTP'");
    RESERVED_0 = Field::uint("gtp.flags.reserved", 4, 3).part_of("gtp.flags").label("Reserved").doc("GSM 09.60 §6", "Sent as 7 and ignored by the receiver");
    SNN = Field::flag("gtp.flags.snn", 7).part_of("gtp.flags").label("SNDCP N-PDU number").doc("GSM 09.60 §6", "1: the SNDCP N-PDU LLC number counts");
}

crate::fields! { FLAGS_PRIME:
    PRIME_VERSION = Field::uint("gtp.prim.flags.version", 0, 3).part_of("gtp.flags").label("Version").doc("3GPP TS 32.295 §6.1.1", "0 to 2");
    PRIME_PAYLOAD = Field::uint("gtp.flags.payload", 3, 1).part_of("gtp.flags").values(PROTOCOLS).label("Protocol type").doc("3GPP TS 32.295 §6.1.1", "Tells GTP from GTP'");
    PRIME_RESERVED = Field::uint("gtp.flags.reserved", 4, 3).part_of("gtp.flags").label("Reserved").doc("3GPP TS 32.295 §6.1.1", "Sent as 7 and ignored by the receiver");
}

crate::fields! { FLAGS_PRIME_0:
    SHORT = Field::flag("gtp.flags.hdr_length", 7).part_of("gtp.flags").label("Short header").doc("3GPP TS 32.295 §6.1.1", "In version 0: 1: the header has 6 bytes; 0: it has 20");
}

crate::fields! { MESSAGE:
    TYPE = Field::uint("gtp.message", 8, 8).hex().names(message_name).label("Message type").doc("3GPP TS 29.281 §6.1", "255: a user's packet; otherwise what the message asks or answers");
    LENGTH = Field::uint("gtp.length", 16, 16).unit("bytes").label("Length").doc("3GPP TS 29.281 §5.1", "What follows the mandatory part of the header");
}

crate::fields! { TUNNEL:
    TEID = Field::uint("gtp.teid", 32, 32).hex().label("Tunnel endpoint identifier").doc("3GPP TS 29.281 §5.1", "The tunnel, by the number that the receiver chose").explain(explain_teid);
}

crate::fields! { NUMBERS_0:
    SEQUENCE_0 = Field::uint("gtp.seq_number", 32, 16).hex().label("Sequence number").doc("GSM 09.60 §6", "An answer has that of its request; in user packets, counts them");
    FLOW_LABEL = Field::uint("gtp.flow_label", 48, 16).hex().label("Flow label").doc("GSM 09.60 §6", "The flow, by the number that the receiver chose");
    LLC_NUMBER = Field::uint("gtp.sndcp_number", 64, 8).hex().label("SNDCP N-PDU LLC number").doc("GSM 09.60 §6", "For moves between SGSNs; 255 when it does not count");
}

crate::fields! { SEQUENCE_PRIME:
    PRIME_SEQUENCE = Field::uint("gtp.seq_number", 32, 16).hex().label("Sequence number").doc("3GPP TS 32.295 §6.1.1", "An answer has that of its request");
}

crate::fields! { PDCP_NUMBER:
    PDCP = Field::uint("gtp.ext_hdr.pdcp_sn", 8, 16).repeats().label("PDCP sequence number").doc("3GPP TS 29.281 §5.2.2.2", "The packet's number on the radio link, kept over a handover");
}

crate::fields! { UDP_PORT:
    PORT = Field::uint("gtp.ext_hdr.udp_port", 8, 16).repeats().label("UDP port").doc("3GPP TS 29.281 §5.2.2.1", "The source port of the packet that caused this error indication");
}

crate::fields! { LONG_PDCP:
    LONG_SPARE = Field::uint("gtp.ext_hdr.spare_bits", 8, 6).hex().repeats().label("Spare").doc("3GPP TS 29.281 §5.2.2.2A", "Sent as 0");
    LONG_NUMBER = Field::uint("gtp.ext_hdr.long_pdcp_sn", 14, 18).repeats().label("Long PDCP sequence number").doc("3GPP TS 29.281 §5.2.2.2A", "The packet's number on the radio link, kept over a handover");
    LONG_SPARE_BYTES = Field::bytes("gtp.ext_hdr.spare_bytes", 32, 24).repeats().label("Spare").doc("3GPP TS 29.281 §5.2.2.2A", "Sent as 0");
}

crate::fields! { SESSION:
    SESSION_TYPE = Field::uint("gtp.ext_hdr.pdu_ses_con.pdu_type", 8, 4).repeats().values(DIRECTIONS).label("PDU type").doc("3GPP TS 38.415 §5.5.3.1", "The direction, which decides what follows");
    SESSION_SPARE = Field::uint("gtp.spare.h1", 12, 4).hex().repeats().label("Spare").doc("3GPP TS 38.415 §5.5.2", "Flags of later releases");
}

crate::fields! { SESSION_DOWN:
    PPP = Field::flag("gtp.ext_hdr.pdu_ses_cont.ppp", 16).repeats().label("Paging policy present").doc("3GPP TS 38.415 §5.5.3.2", "1: the paging policy indicator is there");
    RQI = Field::flag("gtp.ext_hdr.pdu_ses_cont.rqi", 17).repeats().label("Reflective QoS").doc("3GPP TS 38.415 §5.5.3.4", "1: the device treats its own packets of this flow likewise");
    QFI_DOWN = Field::uint("gtp.ext_hdr.pdu_ses_con.qos_flow_id", 18, 6).repeats().label("QoS flow identifier").doc("3GPP TS 38.415 §5.5.3.3", "The flow of the session whose treatment applies");
}

crate::fields! { SESSION_PAGING:
    PPI = Field::uint("gtp.ext_hdr.pdu_ses_cont.ppi", 24, 3).repeats().label("Paging policy indicator").doc("3GPP TS 38.415 §5.5.3.5", "How the device is to be paged for this packet");
    PPI_SPARE = Field::uint("gtp.spare.b4b0", 27, 5).hex().repeats().label("Spare").doc("3GPP TS 38.415 §5.5.2.1", "Sent as 0");
}

crate::fields! { SESSION_UP:
    UP_SPARE = Field::uint("gtp.spare.b7b6", 16, 2).hex().repeats().label("Spare").doc("3GPP TS 38.415 §5.5.2.2", "Flags of later releases");
    QFI_UP = Field::uint("gtp.ext_hdr.pdu_ses_con.qos_flow_id", 18, 6).repeats().label("QoS flow identifier").doc("3GPP TS 38.415 §5.5.3.3", "The flow of the session whose treatment applied");
}

crate::fields! { MOVING:
    SEQUENCE = Field::moving("gtp.seq_number", Kind::Uint).hex_wide(4).label("Sequence number").doc("3GPP TS 29.281 §5.1", "An answer has that of its request; in user packets, counts them");
    N_PDU = Field::moving("gtp.npdu_number", Kind::Uint).hex_wide(2).label("N-PDU number").doc("3GPP TS 29.281 §5.1", "For moves between SGSNs");
    NEXT = Field::moving("gtp.ext_hdr.next", Kind::Uint).hex_wide(2).repeats().values(EXTENSIONS).label("Next extension header").doc("3GPP TS 29.281 §5.2.1", "What follows; 0: nothing");
    EXTENSION = Field::group("gtp.ext_hdr").repeats().label("Extension header").doc("3GPP TS 29.281 §5.2.1", "Facts about this packet, by type");
    EXTENSION_LENGTH = Field::moving("gtp.ext_hdr.length", Kind::Uint).repeats().label("Length").doc("3GPP TS 29.281 §5.2.1", "The whole extension header, in units of 4 bytes");
    RAN = Field::moving("gtp.ext_hdr.ran_cont", Kind::Bytes).repeats().label("RAN container").doc("3GPP TS 29.281 §5.2.2.4", "What base stations of LTE tell each other (TS 36.425)");
    XW_RAN = Field::moving("gtp.ext_hdr.xw_ran_cont", Kind::Bytes).repeats().label("Xw RAN container").doc("3GPP TS 29.281 §5.2.2.5", "What base stations and WLAN tell each other (TS 36.464)");
    NR_RAN = Field::moving("gtp.ext_hdr.nr_ran_cont", Kind::Bytes).repeats().label("NR RAN container").doc("3GPP TS 29.281 §5.2.2.6", "What base stations of 5G tell each other (TS 38.425)");
    CONTENT = Field::moving("gtp.ext_hdr.content", Kind::Bytes).repeats().label("Content").doc("3GPP TS 29.281 §5.2.1", "The extension header's value, by its type");
    TID = Field::derived("gtp.tid", Kind::Text).label("Tunnel ID").doc("GSM 09.60 §6", "IMSI of the subscriber and number of the connection, two digits a byte, the lower half first");
    ELEMENTS = Field::moving("gtp.information_elements", Kind::Bytes).label("Information elements").doc("3GPP TS 29.060 §7.7", "The message's content");
    ONE_ELEMENT = Field::moving("gtp.information_element", Kind::Bytes).repeats().label("Information element").doc("3GPP TS 29.060 §7.7", "Type and value of an element, whose value is not decoded");
    CAUSE = Field::moving("gtp.cause", Kind::Uint).repeats().label("Cause").doc("3GPP TS 29.060 §7.7.1", "Below 128: why a request was made; from 128 on: accepted; from 192 on: refused");
    RECOVERY = Field::moving("gtp.recovery", Kind::Uint).repeats().label("Recovery").doc("3GPP TS 29.060 §7.7.11", "How often the sender restarted; always 0 on the user plane");
    TEID_DATA = Field::moving("gtp.teid_data", Kind::Uint).hex_wide(8).repeats().label("TEID data I").doc("3GPP TS 29.060 §7.7.13", "The tunnel for user packets that the sender chose; in an error indication, that of the packet which caused it");
    TEID_CONTROL = Field::moving("gtp.teid_cp", Kind::Uint).hex_wide(8).repeats().label("TEID control plane").doc("3GPP TS 29.060 §7.7.14", "The tunnel for messages that the sender chose");
    PEER_LENGTH = Field::moving("gtp.gsn_address_length", Kind::Uint).repeats().unit("bytes").label("Node address length").doc("3GPP TS 29.060 §7.7.32", "4: IPv4; 16: IPv6");
    PEER_4 = Field::moving("gtp.gsn_ipv4", Kind::Ip4).repeats().label("Node address").doc("3GPP TS 29.060 §7.7.32", "Where the sender wants messages or user packets; in an error indication, the destination of the packet which caused it");
    PEER_6 = Field::moving("gtp.gsn_ipv6", Kind::Ip6).repeats().label("Node address").doc("3GPP TS 29.060 §7.7.32", "Where the sender wants messages or user packets; in an error indication, the destination of the packet which caused it");
    SUPPORTED_COUNT = Field::moving("gtp.num_ext_hdr_types", Kind::Uint).repeats().label("Supported extension headers").doc("3GPP TS 29.281 §8.5", "How many types are listed");
    SUPPORTED = Field::moving("gtp.ext_hdr_type", Kind::Uint).repeats().values(EXTENSIONS).label("Supported extension header").doc("3GPP TS 29.281 §8.5", "A type that the sender understands");
}

static VERSIONS: &[(u64, &str)] = &[(0, "GSM"), (1, "Release 99 and later"), (2, "GTPv2")];
static PROTOCOLS: &[(u64, &str)] = &[(0, "GTP'"), (1, "GTP")];
static DIRECTIONS: &[(u64, &str)] = &[(0, "Downlink"), (1, "Uplink")];
static EXTENSIONS: &[(u64, &str)] = &[
    (0, "None"),
    (0x01, "MBMS support indication"),
    (0x02, "MS info change reporting support indication"),
    (0x20, "Service class indicator"),
    (0x40, "UDP port"),
    (0x81, "RAN container"),
    (0x82, "Long PDCP PDU number"),
    (0x83, "Xw RAN container"),
    (0x84, "NR RAN container"),
    (0x85, "PDU session container"),
    (0xc0, "PDCP PDU number"),
    (0xc1, "Suspend request"),
    (0xc2, "Suspend response"),
];

/// A message that carries a user's packet.
const G_PDU: u64 = 255;

static TABLES: &[crate::field::Table] = &[
    FLAGS_BYTE,
    FLAGS_1,
    FLAGS_0,
    FLAGS_PRIME,
    FLAGS_PRIME_0,
    MESSAGE,
    TUNNEL,
    NUMBERS_0,
    SEQUENCE_PRIME,
    PDCP_NUMBER,
    UDP_PORT,
    LONG_PDCP,
    SESSION,
    SESSION_DOWN,
    SESSION_PAGING,
    SESSION_UP,
    MOVING,
];

/// GTP, versions 0 and 1.
pub static GTP: Protocol = Protocol {
    name: "gtp",
    title: "GPRS Tunnelling Protocol",
    spec: "3GPP TS 29.281",
    scope: "The headers of versions 0 and 1 with all extension headers, the user's packet, and of the information elements causes, restarts, tunnel numbers, addresses and supported extensions. Not: the other information elements.",
    unit: Unit::Header,
    tables: TABLES,
    keys: &[(Space::UdpPort, 2152), (Space::UdpPort, 2123), (Space::TcpPort, 2152), (Space::TcpPort, 2123)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    network: Some(network),
    ..Protocol::NONE
};

fn network(header: &[u8]) -> Option<u32> {
    header.first_chunk::<8>().map(|header| TEID.get(header) as u32)
}

/// GTP', which shares its port with version 0 of GTP.
pub static GTPPRIME: Protocol = Protocol {
    name: "gtpprime",
    title: "GPRS Tunnelling Protocol, charging",
    spec: "3GPP TS 32.295",
    scope: "The header. Not: information elements and charging records.",
    unit: Unit::Message,
    tables: TABLES,
    keys: &[(Space::UdpPort, 3386), (Space::TcpPort, 3386)],
    peel: charging::<Off>,
    tree: charging::<Tree>,
    line,
    ..Protocol::NONE
};

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let first = input.head::<1>()?;
    match (VERSION.get(first), PAYLOAD.get(first)) {
        // Version 2 is a layer of its own, as in Wireshark. The bit of the protocol type has another meaning there.
        (2, _) => Ok(Step::new(&input, 0, input.wire, Next::Key(Space::Direct, direct::GTPV2))),
        (_, 0) => prime(&input, s),
        (0, _) => version_0(&input, s),
        (1, _) => version_1(&input, s),
        (other, _) => {
            s.fixed(FLAGS_BYTE, first, input.base);
            s.fixed(FLAGS_1, first, input.base);
            Err(Stop::Bad(Bad {
                rule: "the version is 0, 1 or 2 (3GPP TS 29.281 §5.1)",
                expected: 1,
                found: other as u32,
            }))
        }
    }
}

/// On the port that GTP' shares with version 0, the protocol type comes first.
fn charging<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    match PAYLOAD.get(input.head::<1>()?) {
        0 => prime(&input, s),
        _ => dissect(input, s),
    }
}

fn version_1<S: Sink>(input: &Input<'_>, s: &mut S) -> Dissected {
    let all = Tlv::new(input.data, input.base, 0, input.wire);
    for table in [FLAGS_BYTE, FLAGS_1, MESSAGE, TUNNEL] {
        all.fixed(s, table);
    }
    let head = input.head::<8>()?;
    let has = |flag: &Field| flag.get(head) != 0;
    let mut at = 8;
    if has(&E) || has(&S) || has(&PN) {
        if has(&S) {
            all.uint(s, &SEQUENCE, 8, 2);
        }
        if has(&PN) {
            all.uint(s, &N_PDU, 10, 1);
        }
        if has(&E) {
            all.uint(s, &NEXT, 11, 1);
        }
        let words = input.upto(12)?;
        at = 12;
        if has(&E) {
            at = extensions(input, s, words.get(11).copied().unwrap_or(0))?;
        }
    }
    let wire = message_length(input, s, head, 8, at)?;
    if TYPE.get(head) == G_PDU {
        return Ok(Step::new(input, at, wire, user_packet(input, at, wire)));
    }
    if S::ON {
        elements(s, &Tlv::new(input.data, input.base, at, wire.saturating_sub(at)));
    }
    Ok(whole_message(input, wire))
}

/// Walks the extension headers, each of which names the next one; returns where they end.
fn extensions<S: Sink>(input: &Input<'_>, s: &mut S, mut kind: u8) -> Result<u32, Stop> {
    let mut at = 12u32;
    while kind != 0 {
        let rest = Tlv::new(input.data, input.base, at, input.wire.saturating_sub(at));
        s.open(&EXTENSION, rest.bit(0));
        rest.uint(s, &EXTENSION_LENGTH, 0, 1);
        let length = match rest.byte(0) {
            None => return Err(input.short(at.saturating_add(1))),
            Some(0) => {
                return Err(Stop::Bad(Bad {
                    rule: "an extension header has at least 4 bytes (3GPP TS 29.281 §5.2.1)",
                    expected: 4,
                    found: 0,
                }));
            }
            Some(units) => u32::from(units) * 4,
        };
        // Without the last byte, which names the next header.
        extension(s, kind, &rest.part(0, length - 1), length - 1);
        rest.uint(s, &NEXT, length - 1, 1);
        input.upto(at.saturating_add(length))?;
        s.close(rest.bit(length));
        kind = rest.byte(length - 1).unwrap_or(0);
        at = at.saturating_add(length);
    }
    Ok(at)
}

/// Puts what an extension header says; `end` is where its content ends.
fn extension<S: Sink>(s: &mut S, kind: u8, all: &Tlv<'_>, end: u32) {
    match kind {
        0xc0 => all.fixed(s, PDCP_NUMBER),
        0x40 => all.fixed(s, UDP_PORT),
        0x81 => all.span(s, &RAN, 1, end),
        0x82 if end >= 7 => all.fixed(s, LONG_PDCP),
        0x83 => all.span(s, &XW_RAN, 1, end),
        0x84 => all.span(s, &NR_RAN, 1, end),
        0x85 => {
            all.fixed(s, SESSION);
            match SESSION_TYPE.get(all.data) {
                0 => {
                    all.fixed(s, SESSION_DOWN);
                    if PPP.get(all.data) != 0 && all.data.len() > 2 {
                        all.fixed(s, SESSION_PAGING);
                    }
                }
                1 => all.fixed(s, SESSION_UP),
                _ => {}
            }
        }
        _ => all.span(s, &CONTENT, 1, end),
    }
}

fn version_0<S: Sink>(input: &Input<'_>, s: &mut S) -> Dissected {
    let all = Tlv::new(input.data, input.base, 0, input.wire);
    for table in [FLAGS_BYTE, FLAGS_0, MESSAGE, NUMBERS_0] {
        all.fixed(s, table);
    }
    let head = input.head::<20>()?;
    if let (true, Some(tid)) = (S::ON, head.last_chunk::<8>()) {
        s.derived_text(&TID, format_args!("{}", Digits(tid)));
    }
    let wire = message_length(input, s, head, 20, 20)?;
    if TYPE.get(head) == G_PDU {
        return Ok(Step::new(input, 20, wire, user_packet(input, 20, wire)));
    }
    all.span(s, &ELEMENTS, 20, wire);
    Ok(whole_message(input, wire))
}

fn prime<S: Sink>(input: &Input<'_>, s: &mut S) -> Dissected {
    let all = Tlv::new(input.data, input.base, 0, input.wire);
    all.fixed(s, FLAGS_BYTE);
    all.fixed(s, FLAGS_PRIME);
    let old = PRIME_VERSION.get(input.data) == 0;
    if old {
        all.fixed(s, FLAGS_PRIME_0);
    }
    all.fixed(s, MESSAGE);
    all.fixed(s, SEQUENCE_PRIME);
    let head = input.head::<6>()?;
    let length = if old && SHORT.get(head) == 0 { 20 } else { 6 };
    // Senders of version 0 do not agree on whether the header is filled up; what is not there cannot be read.
    let length = if input.wire < length { 6 } else { length };
    input.upto(length)?;
    let wire = message_length(input, s, head, length, length)?;
    all.span(s, &ELEMENTS, length, wire);
    Ok(whole_message(input, wire))
}

/// Length of the message on the wire, from its length field, which leaves out the first `mandatory` bytes. It has to
/// cover the header, which has `header` bytes.
fn message_length<S: Sink>(
    input: &Input<'_>,
    s: &mut S,
    head: &[u8],
    mandatory: u32,
    header: u32,
) -> Result<u32, Stop> {
    let wire = LENGTH.get(head) as u32 + mandatory;
    if wire < header {
        return Err(Stop::Bad(Bad {
            rule: "the length covers the optional part of the header (3GPP TS 29.281 §5.1)",
            expected: header - mandatory,
            found: wire - mandatory,
        }));
    }
    if wire > input.wire && input.extent == Extent::Whole {
        s.flaw(Bad {
            rule: "the length is at most what the datagram carries (3GPP TS 29.281 §5.1)",
            expected: input.wire.saturating_sub(mandatory),
            found: wire - mandatory,
        });
    }
    Ok(wire.min(input.wire))
}

/// What a user's packet is: its first byte tells.
fn user_packet(input: &Input<'_>, at: u32, wire: u32) -> Next {
    match input.data.get(at as usize).map(|first| first >> 4) {
        _ if wire <= at => Next::End,
        None => Next::Opaque("the capture ends before the user's packet"),
        Some(4) => Next::Key(Space::EtherType, 0x0800),
        Some(6) => Next::Key(Space::EtherType, 0x86dd),
        Some(_) => Next::Opaque("the user's packet is neither IPv4 nor IPv6: PPP, Ethernet or without structure"),
    }
}

/// A message that is read to its end; what the capture cut off is data.
fn whole_message(input: &Input<'_>, wire: u32) -> Step {
    Step::new(input, wire.min(input.data.len() as u32), wire, Next::End)
}

/// Walks the information elements, as far as they were captured. Those below 128 have lengths that their type fixes.
fn elements<S: Sink>(s: &mut S, all: &Tlv<'_>) {
    let mut at = 0;
    while at < all.wire && s.room() {
        let head = all.part(at, all.wire - at);
        let length = match head.data {
            [141, count, ..] => 2 + u32::from(*count),
            [128..=255, high, low, ..] => 3 + u32::from(u16::from_be_bytes([*high, *low])),
            [kind @ 0..=127, ..] => match fixed_length(*kind) {
                Some(length) => 1 + length,
                None => break,
            },
            _ => break,
        };
        if length > head.wire {
            let left = head.wire;
            s.note(
                NoteKind::Bad,
                format_args!("an information element ends with the message at the latest (3GPP TS 29.060 §7.7): {left} bytes expected, {length} found"),
            );
            break;
        }
        element(s, &head.part(0, length));
        at += length;
    }
    all.rest(s, &ELEMENTS, at);
}

/// Length of an element's value, for types that fix it (3GPP TS 29.060 §7.7, table 37).
fn fixed_length(kind: u8) -> Option<u32> {
    Some(match kind {
        1 | 8 | 11 | 13..=15 | 19..=21 | 23 | 24 | 29 => 1,
        25..=28 => 2,
        12 => 3,
        4 | 5 | 16 | 17 | 127 => 4,
        18 => 5,
        3 => 6,
        2 => 8,
        22 => 9,
        9 => 28,
        _ => return None,
    })
}

/// Puts one information element.
fn element<S: Sink>(s: &mut S, element: &Tlv<'_>) {
    match (element.byte(0), element.wire) {
        (Some(1), _) => element.uint(s, &CAUSE, 1, 1),
        (Some(14), _) => element.uint(s, &RECOVERY, 1, 1),
        (Some(16), _) => element.uint(s, &TEID_DATA, 1, 4),
        (Some(17), _) => element.uint(s, &TEID_CONTROL, 1, 4),
        (Some(133), _) => {
            element.uint(s, &PEER_LENGTH, 1, 2);
            element.span(s, &PEER_4, 3, if element.wire == 7 { 7 } else { 0 });
            element.span(s, &PEER_6, 3, if element.wire == 19 { 19 } else { 0 });
        }
        (Some(141), length) => {
            element.uint(s, &SUPPORTED_COUNT, 1, 1);
            for n in 2..length {
                element.uint(s, &SUPPORTED, n, 1);
            }
        }
        _ => element.rest(s, &ONE_ELEMENT, 0),
    }
}

/// Two decimal digits a byte, the lower half first; other values are no digits.
struct Digits<'a>(&'a [u8]);

impl std::fmt::Display for Digits<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let halves = self.0.iter().flat_map(|b| [b & 15, b >> 4]);
        halves
            .map(|h| char::from_digit(h.into(), 10).unwrap_or(' '))
            .try_for_each(|c| std::fmt::Write::write_char(f, c))
    }
}

fn explain_teid(around: &Around<'_>, out: &mut Text) {
    if around.value == 0 {
        out.lit("no tunnel: the message is for the node itself, or the receiver has not chosen a number yet");
    }
}

/// `GTP-U, G-PDU, TEID 0x00000001, length 44: `.
fn line(seen: &Seen<'_>, out: &mut Text) {
    let h = seen.header;
    // Version 2 writes its own line.
    if h.is_empty() {
        return;
    }
    let kind = TYPE.get(h);
    let first = h.first_chunk::<1>().copied().unwrap_or_default();
    out.lit(match (VERSION.get(&first), PAYLOAD.get(&first)) {
        (_, 0) => "GTP', ",
        (0, _) => "GTPv0, ",
        _ => "GTPv1, ",
    });
    match message_name(kind) {
        Some(name) => out.lit(name),
        None => out.lit("message type ").num(kind),
    };
    match (VERSION.get(&first), PAYLOAD.get(&first)) {
        (1, 1) => {
            out.lit(", TEID ").hex(TEID.get(h), 8);
            if let (1, Some(seq)) = (S.get(h), h.get(8..).and_then(|b| b.first_chunk())) {
                out.lit(", seq ").num(u16::from_be_bytes(*seq).into());
            }
        }
        _ => {
            out.lit(", seq ").num(PRIME_SEQUENCE.get(h));
        }
    }
    out.lit(", length ").num(seen.wire.into());
    if seen.next.is_some() || seen.stopped.is_some() {
        out.lit(": ");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Env;

    fn peel(data: &[u8]) -> Dissected {
        let input = Input { data, base: 0, wire: data.len() as u32, extent: Extent::Whole, env: &Env::NONE };
        dissect(input, &mut Off::default())
    }

    #[test]
    fn extension_headers_are_part_of_the_header() {
        let ipv4 = Next::Key(Space::EtherType, 0x0800);
        assert_eq!(peel(&[0x30, 255, 0, 1, 0, 0, 0, 1, 0x45]).map(|s| (s.header, s.next)), Ok((8, ipv4)));
        let data = [0x34, 255, 0, 13, 0, 0, 0, 1, 0, 0, 0, 0xc0, 1, 0, 7, 0x85, 1, 0, 9, 0, 0x45];
        assert_eq!(peel(&data).map(|s| (s.header, s.next)), Ok((20, ipv4)));
    }

    #[test]
    fn an_empty_extension_header_ends_the_walk() {
        let data = [0x34, 255, 0, 8, 0, 0, 0, 1, 0, 0, 0, 0xc0, 0, 0, 7, 0xc0];
        assert!(matches!(peel(&data), Err(Stop::Bad(Bad { expected: 4, found: 0, .. }))));
    }

    #[test]
    fn the_length_covers_the_optional_fields() {
        let data = [0x32, 255, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0];
        assert!(matches!(peel(&data), Err(Stop::Bad(Bad { expected: 4, found: 3, .. }))));
    }

    #[test]
    fn subscribers_are_digits() {
        assert_eq!(Digits(&[0x21, 0x43, 0xf5]).to_string(), "12345 ");
    }
}
