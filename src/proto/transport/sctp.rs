//! Stream Control Transmission Protocol (RFC 9260).
//!
//! ```text
//! |          Source port          |       Destination port        |
//! |                       Verification tag                        |
//! |                       Checksum (CRC-32C)                      |
//! |  Chunks …                                                     |
//! ```
//!
//! The header reaches up to the user data of the last chunk, when that chunk carries some; what is carried is the next
//! layer. User data of the chunks before it are fields. Transmission sequence numbers are as they stand, because
//! associations are not followed.

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Trailer, Unit};
use crate::field::{Around, Field, Kind};
use crate::input::{Bad, Extent, Input};
use crate::proto::shared::checksum::{self, Status};
use crate::proto::shared::names::ports::sctp_service;
use crate::proto::shared::tlv::Tlv;
use crate::proto::shared::transport::sctp_chunks::{self as chunks, DATA};
use crate::proto::shared::{names::port_words, transport::sctp_line, transport::sctp_parameters as parameters};
use crate::sink::{NoteKind, Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEADER:
    SRCPORT = Field::uint("sctp.srcport", 0, 16).names(sctp_service).label("Source port").doc("RFC 9260 §3.1", "The sending endpoint's port").explain(port_words::explain);
    DSTPORT = Field::uint("sctp.dstport", 16, 16).names(sctp_service).label("Destination port").doc("RFC 9260 §3.1", "The receiving endpoint's port").explain(port_words::explain);
    TAG = Field::uint("sctp.verification_tag", 32, 32).hex().label("Verification tag").doc("RFC 9260 §3.1", "What the receiver asked for when the association began; who cannot know it does not belong to it").explain(explain_tag);
    CHECKSUM = Field::uint("sctp.checksum", 64, 32).hex().label("Checksum").doc("RFC 9260 §6.8", "CRC-32C over the whole packet, least significant byte first; without a pseudo-header");
}

crate::fields! { MOVING:
    PORT = Field::alias("sctp.port", Kind::Uint, &["sctp.srcport", "sctp.dstport"]).label("Source or destination port").doc("RFC 9260 §3.1", "Either port");
    INITIATE_TAG = Field::alias("sctp.initiate_tag", Kind::Uint, &["sctp.init_initiate_tag", "sctp.initack_initiate_tag"]).hex_wide(8).label("Initiate tag").doc("RFC 9260 §3.3.2", "Of INIT or INIT ACK");
    CHECKSUM_STATUS = Field::derived("sctp.checksum.status", Kind::Uint).values(checksum::STATUSES).label("Checksum status").doc("RFC 9260 §6.8", "Whether the checksum agrees with the packet").explain(explain_status);
}

/// SCTP.
pub static SCTP: Protocol = Protocol {
    name: "sctp",
    title: "Stream Control Transmission Protocol",
    spec: "RFC 9260",
    scope: "All chunks of the standard and of its extensions (RFC 3758, 4820, 4895, 5061, 6525, 8260; NR-SACK and PKTDROP by \
            their drafts) with parameters and error causes, and the checksum. Not: associations, relative sequence numbers \
            and reassembly of messages.",
    unit: Unit::Datagram,
    tables: &[
        HEADER,
        MOVING,
        chunks::PREFIX,
        chunks::LENGTH,
        chunks::MOVING,
        chunks::DATA_FLAGS,
        chunks::DATA_ROWS,
        chunks::I_DATA_ROWS,
        chunks::INIT_ROWS,
        chunks::INIT_ACK_ROWS,
        chunks::SACK_FLAGS,
        chunks::SACK_ROWS,
        chunks::NR_SACK_FLAGS,
        chunks::NR_SACK_ROWS,
        chunks::ABORT_FLAGS,
        chunks::COMPLETE_FLAGS,
        chunks::SHUTDOWN,
        chunks::ECNE,
        chunks::CWR,
        chunks::AUTH,
        chunks::ASCONF,
        chunks::ASCONF_ACK,
        chunks::FORWARD,
        chunks::FORWARD_ENTRY,
        chunks::I_FORWARD,
        chunks::I_FORWARD_ENTRY,
        chunks::DROP_FLAGS,
        chunks::DROP,
        parameters::PARAMETER,
        parameters::CAUSE,
        parameters::MOVING,
        parameters::IPV4,
        parameters::IPV6,
        parameters::PRESERVATIVE,
        parameters::OUTGOING_RESET,
        parameters::REQUEST,
        parameters::RESPONSE,
        parameters::ADD_OUT,
        parameters::ADD_IN,
        parameters::CORRELATION,
        parameters::ADAPTATION,
        parameters::INVALID_STREAM,
        parameters::MISSING_COUNT,
        parameters::STALE,
        parameters::NO_DATA,
        parameters::BAD_HMAC,
    ],
    // RFC 6951: the port of SCTP inside UDP.
    keys: &[(Space::IpProto, 132), (Space::UdpPort, 9899)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ports: Some(ports),
    trailer: Some(trailer),
    ..Protocol::NONE
};

/// The length of the header that is common to all packets.
const COMMON: u32 = 12;

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let header = input.header::<12, S>(s, HEADER)?;
    if S::ON {
        let rule = "the checksum covers the packet (RFC 9260 §6.8)";
        let (status, is_adler) = status(&input, CHECKSUM.get(header));
        status.put_wide(s, &CHECKSUM_STATUS, rule, 8);
        if is_adler {
            let words = "the checksum is an Adler-32 sum, as the first standard had it (RFC 2960 §6.8, until RFC 3309)";
            s.note(NoteKind::Info, format_args!("{words}"));
        }
    }
    let mut at = COMMON;
    loop {
        let left = input.wire.saturating_sub(at);
        if left == 0 {
            return Ok(Step::new(&input, at, at, Next::End));
        }
        let head = Tlv::new(input.data, input.base, at, 4.min(left));
        let Some([kind, flags, a, b]) = head.data.first_chunk::<4>().copied() else {
            if left < 4 && input.extent == Extent::Whole {
                let rule = "a chunk has a type, flags and a length (RFC 9260 §3.2)";
                s.flaw(Bad { rule, expected: 4, found: left });
            }
            if S::ON && !head.data.is_empty() {
                chunks::put_broken(s, &head);
            }
            return Ok(cut(&input, at, s));
        };
        let length = u32::from(u16::from_be_bytes([a, b]));
        let broken = if length < 4 {
            Some(("a chunk is as long as its type, flags and length at least (RFC 9260 §3.2)", 4))
        } else if length > left && input.extent == Extent::Whole {
            Some(("a chunk ends within the packet (RFC 9260 §3.2)", left))
        } else {
            None
        };
        if let Some((rule, expected)) = broken {
            s.flaw(Bad { rule, expected, found: length });
            if S::ON {
                chunks::put_broken(s, &head);
            }
            return Ok(Step::new(&input, at.saturating_add(4), input.wire, Next::End));
        }
        let end = at.saturating_add(length);
        let next = at.saturating_add(length.next_multiple_of(4)).min(input.wire);
        let is_last = next == input.wire;
        if S::ON && s.room() {
            let chunk = Tlv::new(input.data, input.base, at, length);
            // What lies behind the last payload is put behind it, see `trailer`.
            let data = chunks::data_header(kind).is_some_and(|fixed| fixed < length);
            let padding = if is_last && data { 0 } else { next.saturating_sub(end) };
            chunks::put(s, &chunk, &Tlv::new(input.data, input.base, end, padding), 0);
        }
        let start = chunks::data_header(kind).filter(|fixed| is_last && *fixed < length);
        if let Some(start) = start.map(|fixed| at.saturating_add(fixed)).filter(|s| input.data.len() >= *s as usize) {
            let id = head_of(&input, at, kind);
            return Ok(Step::new(&input, start, end.min(input.wire), carried(flags, id)));
        }
        if input.data.len() < next as usize {
            return Ok(cut(&input, at, s));
        }
        at = next;
    }
}

/// The payload protocol identifier of a chunk at `at`, which only the first part of a message has in I-DATA.
fn head_of(input: &Input<'_>, at: u32, kind: u8) -> u32 {
    let from = at.saturating_add(if kind == DATA { 12 } else { 16 }) as usize;
    let bytes = input.data.get(from..).and_then(|b| b.first_chunk());
    bytes.map_or(0, |b| u32::from_be_bytes(*b))
}

/// What user data is: a whole message of a protocol that has a number, or a part of one.
fn carried(flags: u8, id: u32) -> Next {
    match (flags & 3, u16::try_from(id)) {
        // 0 says that the sender does not say.
        (3, Ok(0) | Err(_)) => Next::End,
        (3, Ok(id)) => Next::Key(Space::SctpPayload, id),
        _ => Next::Opaque("part of a message; the other parts are in other DATA chunks"),
    }
}

/// The capture ends in the chunk at `at`, which is not the last or carries no user data: all that is there is read.
fn cut<S: Sink>(input: &Input<'_>, at: u32, s: &mut S) -> Step {
    let have = input.data.len() as u32;
    if have < input.wire {
        s.note(NoteKind::Cut, format_args!("the capture ends in the chunk at byte {at} of {}", input.wire));
    }
    Step::new(input, have, input.wire, Next::End)
}

/// Compares the checksum. Returns also whether it is right by the standard's first edition only.
fn status(input: &Input<'_>, found: u64) -> (Status, bool) {
    let whole = input.extent == Extent::Whole && input.data.len() == input.wire as usize;
    let (true, Some((before, after))) = (whole && !input.env.unverified, input.data.split_at_checked(8)) else {
        return (Status::Unverified, false);
    };
    let after = after.get(4..).unwrap_or_default();
    let sum = [&[0; 4], after].iter().fold(crc32c::crc32c(before), |sum, part| crc32c::crc32c_append(sum, part));
    // It is sent least significant byte first; fields are read the other way.
    match Status::of(sum.swap_bytes().into(), found) {
        Status::Bad { found: 0, .. } => (Status::Absent, false),
        Status::Bad { .. } if found == adler32(&[before, &[0; 4], after]) => (Status::Good, true),
        status => (status, false),
    }
}

/// Adler-32 (RFC 1950 §8.2) over several parts.
fn adler32(parts: &[&[u8]]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.iter());
    let (a, b) = bytes.fold((1u64, 0u64), |(a, b), byte| {
        let a = (a + u64::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    b << 16 | a
}

fn ports(header: &[u8]) -> Option<(u16, u16)> {
    let header = header.first_chunk::<4>()?;
    Some((SRCPORT.get(header) as u16, DSTPORT.get(header) as u16))
}

/// Puts the padding of the last chunk, when that carries user data.
fn trailer(t: Trailer<'_>, tree: &mut Tree) -> u32 {
    let from = t.at.max(t.wire);
    if from < t.end && t.layer.len() >= t.end as usize {
        let bits = |bytes: u32| bytes.saturating_mul(8);
        tree.span(&chunks::PADDING, bits(t.base.saturating_add(from)), bits(t.end - from));
    }
    t.end
}

fn explain_tag(around: &Around<'_>, out: &mut Text) {
    if around.value == 0 {
        out.lit(
            "0, as only a packet with an INIT chunk has it: the receiver has not asked for a tag yet (RFC 9260 §8.5.1)",
        );
    }
}

fn explain_status(around: &Around<'_>, out: &mut Text) {
    match around.value {
        1 => {
            out.lit("the packet arrived as it was sent");
        }
        3 => {
            out.lit(
            "0: the network card of the capturing host fills it in on sending (checksum offload), or both sides agreed to \
             do without (RFC 9653)",
        );
        }
        _ => checksum::explain_status(around, out),
    }
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    let (Some(addresses), Some((src, dst))) = (seen.addresses, ports(seen.header)) else { return };
    if seen.parent.is_some_and(|p| p.ports.is_some()) {
        // Inside UDP the addresses stand before UDP's ports already.
        out.num(src.into()).lit(" > ").num(dst.into()).lit(": sctp");
    } else {
        addresses.src_to(out).ch('.').num(src.into()).lit(" > ");
        addresses.dst_to(out).ch('.').num(dst.into()).lit(": sctp");
    }
    let chunks = seen.header.get(COMMON as usize..).unwrap_or_default();
    sctp_line::write(chunks, seen.wire.saturating_sub(COMMON), seen.style.quiet, out);
    if seen.next.is_some() {
        out.lit(": ");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Env;

    fn input<'a>(data: &'a [u8], wire: u32, extent: Extent) -> Input<'a> {
        Input { data, base: 0, wire, extent, env: &Env::NONE }
    }

    /// A packet with these chunks and no checksum.
    fn packet(chunks: &[u8]) -> Vec<u8> {
        [&[0x9c, 0x41, 0x13, 0x88, 0, 0, 0, 1, 0, 0, 0, 0], chunks].concat()
    }

    const DATA_46: [u8; 20] = [0, 3, 0, 19, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 46, b'a', b'b', b'c', 0];

    /// What a packet of [`DATA_46`] has for its checksum by RFC 2960.
    const ADLER: [u8; 4] = [0x33, 0x19, 0x2, 0xe5];

    fn step(packet: &[u8]) -> (Step, Option<Bad>) {
        let mut off = Off::default();
        let step = dissect(input(packet, packet.len() as u32, Extent::Whole), &mut off).unwrap();
        (step, off.flaw)
    }

    #[test]
    fn the_header_reaches_up_to_the_last_payload_and_padding_lies_behind_it() {
        let (step_one, flaw) = step(&packet(&DATA_46));
        assert_eq!((step_one.header, step_one.wire, flaw), (28, 31, None));
        assert_eq!(step_one.next, Next::Key(Space::SctpPayload, 46));
        let two = packet(&[DATA_46, DATA_46].concat());
        assert_eq!((step(&two).0.header, step(&two).0.wire), (48, 51));
        // Control chunks carry nothing.
        let control = packet(&[11, 0, 0, 4]);
        assert_eq!((step(&control).0.header, step(&control).0.next), (16, Next::End));
    }

    #[test]
    fn parts_of_a_message_are_not_given_to_its_protocol() {
        let mut first = DATA_46;
        first[1] = 2;
        assert!(matches!(step(&packet(&first)).0.next, Next::Opaque(_)));
        let mut unspecified = DATA_46;
        unspecified[15] = 0;
        assert_eq!(step(&packet(&unspecified)).0.next, Next::End);
        unspecified[12] = 1;
        assert_eq!(step(&packet(&unspecified)).0.next, Next::End);
    }

    #[test]
    fn a_chunk_that_does_not_fit_is_named_and_what_was_before_stays() {
        let (short, flaw) = step(&packet(&[0, 3, 0, 3, 0, 0, 0, 0]));
        assert_eq!((short.header, flaw.map(|f| (f.expected, f.found))), (16, Some((4, 3))));
        let (long, flaw) = step(&packet(&[&[11, 0, 0, 4, 3, 0, 0, 40][..], &[0; 8]].concat()));
        assert_eq!((long.header, flaw.map(|f| (f.expected, f.found))), (20, Some((12, 40))));
        let (_, flaw) = step(&packet(&[11, 0, 0, 4, 0, 0]));
        assert_eq!(flaw.map(|f| (f.expected, f.found)), Some((4, 2)));
    }

    #[test]
    fn a_quotation_may_end_anywhere() {
        let whole = packet(&DATA_46);
        for length in 12..whole.len() {
            let mut off = Off::default();
            let quoted = input(&whole[..length], length as u32, Extent::Quoted);
            let step = dissect(quoted, &mut off).unwrap();
            assert_eq!((off.flaw, step.header as usize), (None, length.min(28)));
        }
        let mut off = Off::default();
        assert!(dissect(input(&whole[..8], 8, Extent::Quoted), &mut off).is_err());
    }

    #[test]
    fn the_checksum_is_a_crc_of_the_packet_with_zeros_in_its_place() {
        let mut whole = packet(&DATA_46);
        let sum = crc32c::crc32c(&whole);
        whole[8..12].copy_from_slice(&sum.to_le_bytes());
        let of = |data: &[u8], wire: usize| {
            let found = data.get(8..12).map_or(0, |b| u64::from(u32::from_be_bytes([b[0], b[1], b[2], b[3]])));
            let (status, is_adler) = status(&input(data, wire as u32, Extent::Whole), found);
            assert_eq!(is_adler, data.get(8..12) == Some(&ADLER));
            status
        };
        assert_eq!(of(&whole, whole.len()), Status::Good);
        assert_eq!(of(&whole[..20], whole.len()), Status::Unverified);
        whole[30] ^= 1;
        assert!(matches!(of(&whole, whole.len()), Status::Bad { .. }));
        whole[8..12].fill(0);
        assert_eq!(of(&whole, whole.len()), Status::Absent);
        whole[30] ^= 1;
        whole[8..12].copy_from_slice(&ADLER);
        assert_eq!(of(&whole, whole.len()), Status::Good);
    }
}
