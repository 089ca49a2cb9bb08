//! Internet Control Message Protocol (RFC 792).
//!
//! ```text
//! |     Type      |     Code      |           Checksum            |
//! |                   Depends on type and code                    |
//! |       The packet that caused an error, or other data          |
//! ```
//!
//! A quoted packet is a layer of its own. Extensions behind it (RFC 4884) belong to this one again.

use crate::dissect::{Dissected, Echo, Follow, Next, Protocol, Seen, Space, Step, Trailer, Unit};
use crate::field::{Around, Field, Kind, Table};
use crate::input::{Bad, Extent, Input};
use crate::proto::shared::checksum::{self, Covered};
use crate::proto::shared::icmp::icmp_names::{code_meaning, code_name, type_meaning, type_name};
use crate::proto::shared::ip::ip_option_rows::clock;
use crate::proto::shared::{icmp::icmp_ext, icmp::icmp_line, ip::mobile_ip};
use crate::sink::{NoteKind, Off, Sink};
use crate::text::Text;
use crate::tree::Tree;
use etherparse::Ipv4HeaderSlice;

crate::fields! { HEADER:
    TYPE = Field::uint("icmp.type", 0, 8).label("Type").doc("RFC 792 Message formats", "What kind of message this is").names(type_name).explain(explain_type);
    CODE = Field::uint("icmp.code", 8, 8).label("Code").doc("RFC 792 Message formats", "The case in particular").names_within(|h, code| code_name(TYPE.get(h), code)).explain(explain_code);
    CHECKSUM = Field::uint("icmp.checksum", 16, 16).hex().label("Checksum").doc("RFC 792", "Ones' complement sum over the whole message");
}

crate::fields! { IDENTIFIER:
    IDENT = Field::uint("icmp.ident", 32, 16).label("Identifier").doc("RFC 792 Echo", "Tells the sender's pings apart, as the two programs that ping at the same time");
}

crate::fields! { SEQUENCE:
    SEQ = Field::uint("icmp.seq", 48, 16).label("Sequence number").doc("RFC 792 Echo", "Tells requests apart; the answer has the request's");
}

crate::fields! { TIMES:
    ORIGINATE = Field::uint("icmp.originate_timestamp", 64, 32).unit("ms").label("Originate timestamp").doc("RFC 792 Timestamp", "When the request was sent, since midnight UT").explain(explain_time);
    RECEIVE = Field::uint("icmp.receive_timestamp", 96, 32).unit("ms").label("Receive timestamp").doc("RFC 792 Timestamp", "When the request arrived, since midnight UT").explain(explain_time);
    TRANSMIT = Field::uint("icmp.transmit_timestamp", 128, 32).unit("ms").label("Transmit timestamp").doc("RFC 792 Timestamp", "When the answer was sent, since midnight UT").explain(explain_time);
}

crate::fields! { MASK:
    ADDRESS_MASK = Field::ip4("icmp.address_mask", 64).label("Address mask").doc("RFC 950 appendix I", "Which bits of addresses on this network are the network's");
}

crate::fields! { LENGTH_STATED:
    LENGTH = Field::uint("icmp.length", 40, 8).label("Length").doc("RFC 4884 §4", "Length of the quoted packet in 32-bit words; 0: not said");
}

crate::fields! { NEXT_HOP:
    MTU = Field::uint("icmp.mtu", 48, 16).unit("bytes").label("MTU of the next hop").doc("RFC 1191 §4", "The largest packet that fits the link where this one did not").explain(explain_mtu);
}

crate::fields! { GATEWAY:
    REDIR_GW = Field::ip4("icmp.redir_gw", 32).label("Gateway address").doc("RFC 792 Redirect", "The router that packets to this destination should go to");
}

crate::fields! { ADVERTISED:
    NUM_ADDRS = Field::uint("icmp.num_addrs", 32, 8).label("Number of addresses").doc("RFC 1256 §3", "How many routers are named");
    ENTRY_SIZE = Field::uint("icmp.addr_entry_size", 40, 8).label("Address entry size").doc("RFC 1256 §3", "32-bit words for each; 2");
    LIFETIME = Field::uint("icmp.lifetime", 48, 16).unit("s").label("Lifetime").doc("RFC 1256 §3", "How long this may be believed");
}

crate::fields! { EXTENDED:
    EXT_SEQ = Field::uint("icmp.ext.echo.seq", 48, 8).label("Sequence number").doc("RFC 8335 §2", "Tells requests apart; the answer has the request's");
}

crate::fields! { EXTENDED_REQUEST:
    REQ_RES = Field::uint("icmp.ext.echo.req.res", 56, 7).hex().label("Reserved").doc("RFC 8335 §2", "Must be 0");
    REQ_LOCAL = Field::flag("icmp.ext.echo.req.local", 63).label("Local").doc("RFC 8335 §2", "1: the interface is the receiver's; 0: a neighbour's");
}

crate::fields! { EXTENDED_REPLY:
    RSP_STATE = Field::uint("icmp.ext.echo.rsp.state", 56, 3).label("State").doc("RFC 8335 §3", "What the receiver knows of the neighbour (RFC 4861 §7.3.2)").values(&[(0, "Reserved"), (1, "Incomplete"), (2, "Reachable"), (3, "Stale"), (4, "Delay"), (5, "Probe"), (6, "Failed")]);
    RSP_RES = Field::uint("icmp.ext.echo.rsp.res", 59, 2).hex().label("Reserved").doc("RFC 8335 §3", "Must be 0");
    RSP_ACTIVE = Field::flag("icmp.ext.echo.rsp.active", 61).label("Active").doc("RFC 8335 §3", "The interface is in use");
    RSP_IPV4 = Field::flag("icmp.ext.echo.rsp.ipv4", 62).label("IPv4").doc("RFC 8335 §3", "IPv4 runs on the interface");
    RSP_IPV6 = Field::flag("icmp.ext.echo.rsp.ipv6", 63).label("IPv6").doc("RFC 8335 §3", "IPv6 runs on the interface");
}

crate::fields! { MOVING:
    CHECKSUM_STATUS = Field::derived("icmp.checksum.status", Kind::Uint).values(checksum::STATUSES).label("Checksum status").doc("RFC 792", "Whether the checksum agrees with the message").explain(checksum::explain_status);
    IDENT_LE = Field::moving("icmp.ident_le", Kind::Uint).part_of("icmp.ident").label("Identifier, bytes swapped").doc("RFC 792 Echo", "As senders mean it that write their own byte order (Windows)");
    SEQ_LE = Field::moving("icmp.seq_le", Kind::Uint).part_of("icmp.seq").label("Sequence number, bytes swapped").doc("RFC 792 Echo", "As senders mean it that write their own byte order (Windows)");
    UNUSED = Field::moving("icmp.unused", Kind::Bytes).repeats().label("Unused").doc("RFC 792 Message formats", "Sent as 0");
    POINTER = Field::moving("icmp.pointer", Kind::Uint).label("Pointer").doc("RFC 792 Parameter problem", "Which byte of the quoted packet is wrong, counted from 0").explain(explain_pointer);
    QUOTED = Field::derived("icmp.length.original_datagram", Kind::Uint).unit("bytes").label("Length of the quoted packet").doc("RFC 4884 §4", "Its beginning, padded with zeros");
    ROUTER = Field::moving("icmp.router_address", Kind::Ip4).repeats().label("Router address").doc("RFC 1256 §3", "A router on this network");
    PREFERENCE = Field::moving("icmp.pref_level", Kind::Int).repeats().label("Preference level").doc("RFC 1256 §3", "Hosts choose the router with the highest").explain(explain_preference);
}

/// ICMP.
pub static ICMP: Protocol = Protocol {
    name: "icmp",
    title: "Internet Control Message Protocol",
    spec: "RFC 792",
    scope: "The messages of RFC 792, RFC 950, RFC 1256 and RFC 8335, extensions (RFC 4884) with MPLS and interface \
        objects, Mobile IP advertisements, the quoted packet as layers of its own, and the checksum. Not: the data \
        of an echo, and extension objects of unknown classes beyond their bytes.",
    unit: Unit::Message,
    tables: &TABLES,
    keys: &[(Space::IpProto, 1)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    follow: Some(Follow::Echo(echo)),
    undelivered: Some(undelivered),
    trailer: Some(extensions),
    ..Protocol::NONE
};

static TABLES: [Table; 23] = {
    let [a, b, c, d, e, f] = icmp_ext::TABLES;
    let [g, h, i, j] = mobile_ip::TABLES;
    [
        HEADER,
        IDENTIFIER,
        SEQUENCE,
        TIMES,
        MASK,
        LENGTH_STATED,
        NEXT_HOP,
        GATEWAY,
        ADVERTISED,
        EXTENDED,
        EXTENDED_REQUEST,
        EXTENDED_REPLY,
        MOVING,
        a,
        b,
        c,
        d,
        e,
        f,
        g,
        h,
        i,
        j,
    ]
};

const ECHO_REPLY: u64 = 0;
const UNREACHABLE: u64 = 3;
const SOURCE_QUENCH: u64 = 4;
const REDIRECT: u64 = 5;
const ECHO: u64 = 8;
const ADVERTISEMENT: u64 = 9;
const SOLICITATION: u64 = 10;
const EXCEEDED: u64 = 11;
const PARAMETER: u64 = 12;
const TIMESTAMP: u64 = 13;
const TIMESTAMP_REPLY: u64 = 14;
const INFORMATION: u64 = 15;
const INFORMATION_REPLY: u64 = 16;
const MASK_REQUEST: u64 = 17;
const MASK_REPLY: u64 = 18;
const PHOTURIS: u64 = 40;
const EXTENDED_ECHO: u64 = 42;
const EXTENDED_ECHO_REPLY: u64 = 43;

/// "Fragmentation needed", the code that has an MTU.
const TOO_BIG: u64 = 4;

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let start = input.header::<4, S>(s, HEADER)?;
    if S::ON {
        let rule = "the checksum covers the message (RFC 792)";
        Covered::of(&input, input.wire).plain(2).put(s, &CHECKSUM_STATUS, rule);
    }
    let (kind, code) = (TYPE.get(start), CODE.get(start));
    let data = input.data;
    let put = |s: &mut S, table: Table| s.fixed(table, data, input.base);
    match kind {
        ECHO_REPLY | ECHO | INFORMATION | INFORMATION_REPLY => {
            identifiers(&input, s);
            input.upto(8)?;
            Ok(Step::new(&input, 8, input.wire, Next::End))
        }
        TIMESTAMP | TIMESTAMP_REPLY => {
            identifiers(&input, s);
            put(s, TIMES);
            message(&input, s, 20, "a timestamp message has 20 bytes (RFC 792)")
        }
        MASK_REQUEST | MASK_REPLY => {
            identifiers(&input, s);
            put(s, MASK);
            message(&input, s, 12, "an address mask message has 12 bytes (RFC 950 appendix I)")
        }
        UNREACHABLE | EXCEEDED | PARAMETER => {
            let header = error(&input, s, kind, code)?;
            // The length field is newer than the format: before, these bits were unused.
            let stated = LENGTH.get(header) as u32 * 4;
            let behind = input.wire.saturating_sub(8);
            let captured = data.get(8..).unwrap_or_default();
            match icmp_ext::quoted_length(captured.get(..behind as usize).unwrap_or(captured), behind, stated) {
                Some(quoted) => Ok(quotation(&input, 8 + quoted)),
                None => {
                    if stated > behind && input.extent == Extent::Whole {
                        s.note(
                            NoteKind::Bad,
                            format_args!(
                                "the quoted packet is as long as the message says (RFC 4884 §4): at most {behind} \
                                 expected, {stated} found"
                            ),
                        );
                    }
                    Ok(quotation(&input, input.wire))
                }
            }
        }
        SOURCE_QUENCH => {
            span(&input, s, &UNUSED, 4, 4);
            input.upto(8)?;
            Ok(quotation(&input, input.wire))
        }
        REDIRECT => {
            put(s, GATEWAY);
            input.upto(8)?;
            Ok(quotation(&input, input.wire))
        }
        PHOTURIS => {
            span(&input, s, &UNUSED, 4, 2);
            number(&input, s, &POINTER, 6, 2);
            input.upto(8)?;
            Ok(quotation(&input, input.wire))
        }
        ADVERTISEMENT => {
            put(s, ADVERTISED);
            let header = input.upto(8)?;
            advertised(&input, s, header)
        }
        SOLICITATION => {
            span(&input, s, &UNUSED, 4, 4);
            input.upto(8)?;
            Ok(Step::new(&input, 8, input.wire, Next::End))
        }
        EXTENDED_ECHO | EXTENDED_ECHO_REPLY => {
            identifier(&input, s);
            put(s, EXTENDED);
            put(s, if kind == EXTENDED_ECHO { EXTENDED_REQUEST } else { EXTENDED_REPLY });
            let header = input.upto(8)?.len() as u32;
            if kind == EXTENDED_ECHO_REPLY || input.wire == header {
                return Ok(Step::new(&input, header, input.wire, Next::End));
            }
            if S::ON {
                icmp_ext::put(s, data.get(8..).unwrap_or_default(), input.base + header, input.wire - header);
            }
            input.upto(input.wire)?;
            Ok(Step::new(&input, input.wire, input.wire, Next::End))
        }
        _ => Ok(Step::new(&input, 4, input.wire, Next::End)),
    }
}

/// A message of which nothing is left over for a payload, when it has the length that its kind has.
fn message<S: Sink>(input: &Input<'_>, s: &mut S, length: u32, rule: &'static str) -> Dissected {
    let length = if input.wire < length && input.extent == Extent::Whole {
        s.flaw(Bad { rule, expected: length, found: input.wire });
        8
    } else {
        length
    };
    input.upto(length)?;
    Ok(Step::new(input, length, input.wire, Next::End))
}

/// A message whose first `end` bytes are its header and the packet that it quotes.
fn quotation(input: &Input<'_>, end: u32) -> Step {
    let next = if end > 8 { Next::Key(Space::IpProto, 4) } else { Next::End };
    Step::new(input, 8, end, next).extent(Extent::Quoted)
}

/// Puts bytes, if they are all there.
fn span<S: Sink>(input: &Input<'_>, s: &mut S, field: &'static Field, at: u32, len: u32) {
    if len > 0 && input.data.len() >= (at + len) as usize {
        s.span(field, (input.base + at) * 8, len * 8);
    }
}

/// Puts a number of `len` bytes, if they are all there.
fn number<S: Sink>(input: &Input<'_>, s: &mut S, field: &'static Field, at: u32, len: u32) {
    if let Some(bytes) = input.data.get(at as usize..).and_then(|d| d.get(..len as usize)) {
        let value = bytes.iter().fold(0, |n, b| n << 8 | u64::from(*b));
        s.uint(field, (input.base + at) * 8, len * 8, value);
    }
}

fn identifier<S: Sink>(input: &Input<'_>, s: &mut S) {
    s.fixed(IDENTIFIER, input.data, input.base);
    swapped(input, s, &IDENT_LE, 4);
}

fn identifiers<S: Sink>(input: &Input<'_>, s: &mut S) {
    identifier(input, s);
    s.fixed(SEQUENCE, input.data, input.base);
    swapped(input, s, &SEQ_LE, 6);
}

/// Puts two bytes as a number in the other byte order.
fn swapped<S: Sink>(input: &Input<'_>, s: &mut S, field: &'static Field, at: u32) {
    if let Some(bytes) = input.data.get(at as usize..).and_then(|d| d.first_chunk::<2>()) {
        s.uint(field, (input.base + at) * 8, 16, u64::from(u16::from_le_bytes(*bytes)));
    }
}

/// Puts the second word of the errors that may have a length (RFC 4884 §4), and returns the header.
fn error<'a, S: Sink>(input: &Input<'a>, s: &mut S, kind: u64, code: u64) -> Result<&'a [u8; 8], crate::input::Stop> {
    let header = input.head::<8>()?;
    let mtu = kind == UNREACHABLE && code == TOO_BIG;
    let mut at = 4;
    if kind == PARAMETER {
        number(input, s, &POINTER, 4, 1);
        at = 5;
    }
    if LENGTH.get(header) != 0 {
        span(input, s, &UNUSED, at, 5 - at);
        s.fixed(LENGTH_STATED, header, input.base);
        s.derived(&QUOTED, LENGTH.get(header) * 4);
        at = 6;
    }
    if mtu {
        span(input, s, &UNUSED, at, 6 - at);
        s.fixed(NEXT_HOP, header, input.base);
    } else {
        span(input, s, &UNUSED, at, 8 - at);
    }
    Ok(header)
}

/// Puts the routers of an advertisement, and what mobility agents add.
fn advertised<S: Sink>(input: &Input<'_>, s: &mut S, header: &[u8]) -> Dissected {
    let (count, words) = (NUM_ADDRS.get(header) as u32, ENTRY_SIZE.get(header) as u32);
    let entries = count * words * 4;
    let end = entries + 8;
    if words < 2 && count > 0 && input.extent == Extent::Whole {
        s.flaw(Bad { rule: "an address entry has at least 2 words (RFC 1256 §3)", expected: 2, found: words });
        return Ok(Step::new(input, 8, input.wire, Next::End));
    }
    if S::ON {
        for n in 0..count {
            let at = 8 + n * words * 4;
            span(input, s, &ROUTER, at, 4);
            let preference = input.data.get(at as usize + 4..).and_then(|d| d.first_chunk::<4>());
            let Some(preference) = preference.filter(|_| s.room()) else { break };
            s.uint(&PREFERENCE, (input.base + at + 4) * 8, 32, i64::from(i32::from_be_bytes(*preference)) as u64);
        }
    }
    input.upto(end)?;
    // What is cut off of the extensions is noted as if they ended there: they come last.
    let message = input.upto(input.wire)?;
    if S::ON
        && let Some(rest) = message.get(end as usize..)
    {
        mobile_ip::put(s, rest, input.base + end);
    }
    Ok(Step::new(input, input.wire, input.wire, Next::End))
}

/// Puts the extensions behind a quoted packet. Without any, what is behind it is its padding.
fn extensions(t: Trailer<'_>, tree: &mut Tree) -> u32 {
    if t.wire < t.end
        && let Some(structure) = t.layer.get(t.wire as usize..).filter(|s| !s.is_empty())
    {
        icmp_ext::put(tree, structure, t.base + t.wire, t.end - t.wire);
    }
    t.end
}

fn explain_type(around: &Around<'_>, out: &mut Text) {
    if let Some(meaning) = type_meaning(around.value) {
        out.lit(meaning);
    }
}

fn explain_code(around: &Around<'_>, out: &mut Text) {
    if let Some(meaning) = code_meaning(TYPE.get(around.layer), around.value) {
        out.lit(meaning);
    }
}

fn explain_time(around: &Around<'_>, out: &mut Text) {
    match around.value {
        n if n >> 31 != 0 => out.lit("not since midnight: the highest bit says that the time is not standard"),
        n => clock(n, out).lit(" UTC"),
    };
}

fn explain_mtu(around: &Around<'_>, out: &mut Text) {
    match around.value {
        0 => out.lit("not given: a router older than RFC 1191, so the sender has to guess"),
        n => out.lit("the sender should send at most ").num_grouped(n).lit(" bytes to this destination from now on"),
    };
}

fn explain_preference(around: &Around<'_>, out: &mut Text) {
    if around.value as u32 == 1 << 31 {
        out.lit("the lowest: not to be used as a default router (RFC 1256 §3)");
    }
}

fn explain_pointer(around: &Around<'_>, out: &mut Text) {
    if TYPE.get(around.layer) != PARAMETER || CODE.get(around.layer) != 0 {
        return;
    }
    out.lit("in the IPv4 header: ").lit(match around.value {
        0 => "version and header length",
        1 => "type of service",
        2 | 3 => "total length",
        4 | 5 => "identification",
        6 | 7 => "flags and fragment offset",
        8 => "time to live",
        9 => "protocol",
        10 | 11 => "checksum",
        12..=15 => "source address",
        16..=19 => "destination address",
        20..=59 => "options",
        _ => "none of it",
    });
}

/// The identifier of an echo request or reply (RFC 792).
fn echo(message: &[u8]) -> Option<Echo> {
    Echo::read(message, [0, 8])
}

/// Destination unreachable and time exceeded say that the quoted packet was lost, but for "fragmentation needed"
/// (RFC 1191 §4), after which the sender sends smaller packets.
fn undelivered(message: &[u8]) -> Option<(u8, u8)> {
    let [kind, code] = *message.first_chunk::<2>()?;
    ((kind == 3 && code != 4) || kind == 11).then_some((kind, code))
}

/// `ICMP echo request, id 1, seq 1, length 64`.
fn line(seen: &Seen<'_>, out: &mut Text) {
    let h = seen.header;
    let (kind, code) = (TYPE.get(h), CODE.get(h));
    out.lit("ICMP ");
    match kind {
        ECHO | ECHO_REPLY => {
            out.lit(if kind == ECHO { "echo request" } else { "echo reply" });
            out.lit(", id ").num(IDENT.get(h)).lit(", seq ").num(SEQ.get(h));
        }
        UNREACHABLE => icmp_line::unreachable(code, MTU.get(h), seen.payload, out),
        SOURCE_QUENCH => {
            out.lit("source quench");
        }
        REDIRECT => {
            match code {
                0 | 1 => out.lit("redirect"),
                2 | 3 => out.lit("redirect-tos"),
                _ => out.lit("redirect-#").num(code),
            };
            if let Ok(quoted) = Ipv4HeaderSlice::from_slice(seen.payload) {
                out.ch(' ').ip4(quoted.destination());
            }
            out.lit(match code {
                0 | 2 => " to net ",
                1 | 3 => " to host ",
                _ => " to ",
            });
            if let Some(gateway) = h.get(4..).and_then(|g| g.first_chunk::<4>()) {
                out.ip4(*gateway);
            }
        }
        ADVERTISEMENT => {
            let entries = h.get(8..).unwrap_or_default();
            icmp_line::advertisement(LIFETIME.get(h), NUM_ADDRS.get(h), ENTRY_SIZE.get(h), entries, out);
        }
        SOLICITATION => {
            out.lit("router solicitation");
        }
        EXCEEDED => {
            match code {
                0 => out.lit("time exceeded in-transit"),
                1 => out.lit("ip reassembly time exceeded"),
                _ => out.lit("time exceeded-#").num(code),
            };
        }
        PARAMETER => {
            out.lit("parameter problem - ");
            match (code, h.get(4)) {
                (0, Some(pointer)) => out.lit("octet ").num(u64::from(*pointer)),
                _ => out.lit("code ").num(code),
            };
        }
        TIMESTAMP => {
            out.lit("time stamp query id ").num(IDENT.get(h)).lit(" seq ").num(SEQ.get(h));
        }
        TIMESTAMP_REPLY => {
            out.lit("time stamp reply id ").num(IDENT.get(h)).lit(" seq ").num(SEQ.get(h));
            clock(ORIGINATE.get(h), out.lit(": org "));
            clock(RECEIVE.get(h), out.lit(", recv "));
            clock(TRANSMIT.get(h), out.lit(", xmit "));
        }
        INFORMATION => {
            out.lit("information request");
        }
        INFORMATION_REPLY => {
            out.lit("information reply");
        }
        MASK_REQUEST => {
            out.lit("address mask request");
        }
        MASK_REPLY => {
            out.lit("address mask is 0x").hex_bytes(h.get(8..12).unwrap_or_default());
        }
        _ => {
            out.lit("type-#").num(kind);
        }
    }
    out.lit(", length ").num(seen.outer.into());
}

#[cfg(test)]
mod tests;
