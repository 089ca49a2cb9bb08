//! Generic Routing Encapsulation: any protocol inside IP (RFC 2784, RFC 2890), with the routing of RFC 1701 and the
//! enhanced header of PPTP (RFC 2637).
//!
//! ```text
//! |C|R|K|S|s|Recur|A| Flags | Ver |         Protocol type         |
//! |      Checksum (optional)      |       Offset (optional)       |
//! |     Key, or payload length and call ID of PPTP (optional)     |
//! |                  Sequence number (optional)                   |
//! |           Acknowledgement number (optional, PPTP)             |
//! |                     Routing (optional)                        |
//! ```

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit, direct};
use crate::field::{Around, Field, Kind};
use crate::input::{Bad, Extent, Input, Stop};
use crate::proto::shared::checksum::{self, Covered, Status};
use crate::proto::shared::names::ethertype::{ethertype_name, line_name};
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEAD:
    FLAGS = Field::uint("gre.flags_and_version", 0, 16).hex().label("Flags and version").doc("RFC 2784 §2.1", "Which optional fields there are, and how they are to be read");
    CHECKSUM_PRESENT = Field::flag("gre.flags.checksum", 0).part_of("gre.flags_and_version").label("Checksum").doc("RFC 2784 §2.2", "1: checksum and offset are there, and the checksum counts");
    ROUTING_PRESENT = Field::flag("gre.flags.routing", 1).part_of("gre.flags_and_version").label("Routing").doc("RFC 1701", "1: offset and source route are there; no longer used (RFC 2784 §5.1)");
    KEY_PRESENT = Field::flag("gre.flags.key", 2).part_of("gre.flags_and_version").label("Key").doc("RFC 2890 §2", "1: the key is there; always in version 1");
    SEQUENCE_PRESENT = Field::flag("gre.flags.sequence_number", 3).part_of("gre.flags_and_version").label("Sequence number").doc("RFC 2890 §2", "1: the sequence number is there");
    STRICT = Field::flag("gre.flags.strict_source_route", 4).part_of("gre.flags_and_version").label("Strict source route").doc("RFC 1701", "1: every entry of the source route is a strict one");
    RECURSION = Field::uint("gre.flags.recursion_control", 5, 3).part_of("gre.flags_and_version").label("Recursion control").doc("RFC 1701", "How many more encapsulations are allowed; 0 from senders that follow RFC 2784");
}

crate::fields! { STANDARD:
    RESERVED = Field::uint("gre.flags.reserved", 8, 5).part_of("gre.flags_and_version").label("Reserved").doc("RFC 2784 §2.3", "Sent as 0 and ignored by the receiver");
}

crate::fields! { ENHANCED:
    ACK_PRESENT = Field::flag("gre.flags.ack", 8).part_of("gre.flags_and_version").label("Acknowledgement").doc("RFC 2637 §4.1", "1: the acknowledgement number is there");
    RESERVED_ENHANCED = Field::uint("gre.flags.reserved", 9, 4).part_of("gre.flags_and_version").label("Reserved").doc("RFC 2637 §4.1", "Must be 0");
}

crate::fields! { TAIL:
    VERSION = Field::uint("gre.flags.version", 13, 3).part_of("gre.flags_and_version").values(VERSIONS).label("Version").doc("RFC 2784 §2.3.1", "0, or 1 in the enhanced header of PPTP (RFC 2637 §4.1)");
    PROTO = Field::uint("gre.proto", 16, 16).hex().names(ethertype_name).label("Protocol type").doc("RFC 2784 §2.4", "What the tunnel carries, as an EtherType");
}

crate::fields! { CHECKSUM_AND_OFFSET:
    CHECKSUM = Field::uint("gre.checksum", 0, 16).hex().label("Checksum").doc("RFC 2784 §2.5", "Ones' complement sum over this header and what it carries; without meaning unless the checksum flag is set");
    OFFSET = Field::uint("gre.offset", 16, 16).unit("bytes").label("Offset").doc("RFC 1701", "Where in the source route the active entry begins; 0 since RFC 2784 §2.6");
}

crate::fields! { KEY_WORD:
    KEY = Field::uint("gre.key", 0, 32).hex().label("Key").doc("RFC 2890 §2.1", "Tells the flows inside a tunnel apart; both ends know its meaning").explain(explain_key);
}

crate::fields! { ENHANCED_KEY:
    PAYLOAD_LENGTH = Field::uint("gre.key.payload_length", 0, 16).unit("bytes").label("Payload length").doc("RFC 2637 §4.1", "Length of what follows this header").explain(explain_payload_length);
    CALL_ID = Field::uint("gre.key.call_id", 16, 16).label("Call ID").doc("RFC 2637 §4.1", "The session, by the number that the receiver gave it in PPTP's control connection");
}

crate::fields! { SEQUENCE_WORD:
    SEQUENCE = Field::uint("gre.sequence_number", 0, 32).label("Sequence number").doc("RFC 2890 §2.2", "Counts the packets of this flow");
}

crate::fields! { ACK_WORD:
    ACK = Field::uint("gre.ack_number", 0, 32).label("Acknowledgement number").doc("RFC 2637 §4.1", "The highest sequence number that the sender has received in this session");
}

crate::fields! { ROUTE_ENTRY:
    FAMILY = Field::uint("gre.routing.address_family", 0, 16).repeats().values(FAMILIES).label("Address family").doc("RFC 1701", "What kind of addresses the entry lists; 0 in the last, empty entry");
    ENTRY_OFFSET = Field::uint("gre.routing.sre_offset", 16, 8).repeats().unit("bytes").label("Entry offset").doc("RFC 1701", "Where in the entry's list the next stop is");
    ENTRY_LENGTH = Field::uint("gre.routing.src_length", 24, 8).repeats().unit("bytes").label("Entry length").doc("RFC 1701", "Length of the entry's list; 0 ends the source route");
}

crate::fields! { REDIRECT:
    REDIRECT_VALID = Field::flag("gre.wccp.redirect_header_valid", 5).label("Header is valid").doc("draft-mclaggan-wccp-v2rev1", "1: the fields of this redirect header count");
    ALTERNATIVE_USED = Field::flag("gre.wccp.alternative_bucket_used", 6).label("Alternative bucket used").doc("draft-mclaggan-wccp-v2rev1", "1: the packet was redirected by its alternative bucket");
    DYNAMIC = Field::flag("gre.wccp.dynamic_service", 7).label("Dynamic service").doc("draft-mclaggan-wccp-v2rev1", "0: a well-known service; 1: one that the caches describe");
    SERVICE = Field::uint("gre.wccp.service_id", 8, 8).label("Service ID").doc("draft-mclaggan-wccp-v2rev1", "The service group to whose caches the router redirects");
    ALTERNATIVE_BUCKET = Field::uint("gre.wccp.alternative_bucket", 16, 8).label("Alternative bucket").doc("draft-mclaggan-wccp-v2rev1", "The second hash value by which a cache is chosen");
    PRIMARY_BUCKET = Field::uint("gre.wccp.primary_bucket", 24, 8).label("Primary bucket").doc("draft-mclaggan-wccp-v2rev1", "The hash value by which a cache is chosen");
}

crate::fields! { MOVING:
    CHECKSUM_STATUS = Field::derived("gre.checksum.status", Kind::Uint).values(checksum::STATUSES).label("Checksum status").doc("RFC 2784 §2.5", "Whether the checksum agrees with what it covers").explain(checksum::explain_status);
    ROUTING = Field::group("gre.routing").repeats().label("Source route entry").doc("RFC 1701", "Stops on the way through the tunnel, of one address family");
    ROUTE = Field::moving("gre.routing.information", Kind::Bytes).repeats().label("Stops").doc("RFC 1701", "The entry's list of addresses");
    REDIRECT_HEADER = Field::group("gre.wccp.redirect_header").label("Redirect header").doc("draft-mclaggan-wccp-v2rev1", "Why a router sends this packet to a web cache");
}

static VERSIONS: &[(u64, &str)] = &[(0, "GRE"), (1, "Enhanced GRE")];
static FAMILIES: &[(u64, &str)] = &[(0, "End of route"), (0x0800, "IPv4"), (AUTONOMOUS_SYSTEMS, "Autonomous systems")];

/// Protocol types that are more than EtherTypes here.
const PPP: u16 = 0x880b;
const TRANSPARENT_ETHERNET: u16 = 0x6558;
const ERSPAN: u16 = 0x88be;
const WCCP: u16 = 0x883e;
const IPV4: u16 = 0x0800;
/// Cisco's own number, no EtherType.
const CDP: u16 = 0x2000;
/// Address family of source routes over autonomous systems.
const AUTONOMOUS_SYSTEMS: u64 = 0xfffe;

/// GRE.
pub static GRE: Protocol = Protocol {
    name: "gre",
    title: "Generic Routing Encapsulation",
    spec: "RFC 2784",
    scope: "The whole header of versions 0 and 1 (PPTP) with checksum, key, sequence, acknowledgement and source route; WCCP's redirect header. Not: the attributes that 3GPP2 puts behind it.",
    unit: Unit::Header,
    tables: &[
        HEAD,
        STANDARD,
        ENHANCED,
        TAIL,
        CHECKSUM_AND_OFFSET,
        KEY_WORD,
        ENHANCED_KEY,
        SEQUENCE_WORD,
        ACK_WORD,
        ROUTE_ENTRY,
        REDIRECT,
        MOVING,
    ],
    keys: &[(Space::IpProto, 47)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    network: Some(network),
    ..Protocol::NONE
};

/// The key, which stands behind the checksum if there is one.
fn network(header: &[u8]) -> Option<u32> {
    let flags = *header.first()?;
    let at = if flags & 0xc0 != 0 { 8 } else { 4 };
    let key = header.get(at..)?.first_chunk()?;
    (flags & 0x20 != 0).then(|| u32::from_be_bytes(*key))
}

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let head = input.header::<4, S>(s, HEAD)?;
    let version = VERSION.get(head);
    let enhanced = version == 1;
    s.fixed(if enhanced { ENHANCED } else { STANDARD }, head, input.base);
    s.fixed(TAIL, head, input.base);
    if version > 1 {
        return Err(Stop::Bad(Bad {
            rule: "the version is 0 or 1 (RFC 2784 §2.3.1, RFC 2637 §4.1)",
            expected: 0,
            found: version as u32,
        }));
    }
    let proto = PROTO.get(head) as u16;
    let set = |flag: &Field| flag.get(head) != 0;
    let mut at = 4;
    let summed = !enhanced && (set(&CHECKSUM_PRESENT) || set(&ROUTING_PRESENT));
    if summed {
        word(&input, s, &mut at, CHECKSUM_AND_OFFSET)?;
    }
    let mut length = None;
    if set(&KEY_PRESENT) {
        let key = word(&input, s, &mut at, if enhanced { ENHANCED_KEY } else { KEY_WORD })?;
        length = Some(PAYLOAD_LENGTH.get(key) as u32).filter(|_| enhanced);
    }
    if set(&SEQUENCE_PRESENT) {
        word(&input, s, &mut at, SEQUENCE_WORD)?;
    }
    if enhanced && set(&ACK_PRESENT) {
        word(&input, s, &mut at, ACK_WORD)?;
    }
    if !enhanced && set(&ROUTING_PRESENT) {
        at = route(&input, s, at)?;
    }
    if proto == WCCP && !enhanced && input.wire > at {
        at = redirect(&input, s, at)?;
    }
    if S::ON && summed {
        let rule = "the checksum covers the header and what it carries (RFC 2784 §2.5)";
        status(Covered::of(&input, input.wire), set(&CHECKSUM_PRESENT)).put(s, &CHECKSUM_STATUS, rule);
    }
    let wire = match length.map(|n| n.saturating_add(at)) {
        Some(n) if n > input.wire => {
            if input.extent == Extent::Whole {
                s.flaw(Bad {
                    rule: "the payload length is at most what the packet carries (RFC 2637 §4.1)",
                    expected: input.wire.saturating_sub(at),
                    found: n.saturating_sub(at),
                });
            }
            input.wire
        }
        Some(n) => n,
        None => input.wire,
    };
    let next = match proto {
        // A header alone: an acknowledgement, or a keepalive that only says that the tunnel is there.
        _ if wire <= at => Next::End,
        PPP => Next::Key(Space::Direct, direct::PPP),
        TRANSPARENT_ETHERNET => Next::Key(Space::Link, 1),
        // Type I has no header of its own; it is told by the missing sequence number (draft-foschiano-erspan §4.1).
        ERSPAN if !set(&SEQUENCE_PRESENT) => Next::Key(Space::Direct, direct::ERSPAN_TYPE_I),
        WCCP => Next::Key(Space::EtherType, IPV4),
        CDP => Next::Key(Space::CiscoPid, CDP),
        other => Next::Key(Space::EtherType, other),
    };
    Ok(Step::new(&input, at, wire, next))
}

/// Reads an optional word of the header and puts its rows.
fn word<'a, S: Sink>(
    input: &Input<'a>,
    s: &mut S,
    at: &mut u32,
    table: crate::field::Table,
) -> Result<&'a [u8; 4], Stop> {
    let bytes = input.data.get(*at as usize..).unwrap_or_default();
    let base = input.base.saturating_add(*at);
    *at = at.saturating_add(4);
    match bytes.first_chunk::<4>() {
        Some(word) => {
            s.fixed(table, word, base);
            Ok(word)
        }
        None => {
            s.fixed(table, bytes, base);
            Err(input.short(*at))
        }
    }
}

/// Walks the source route, which ends with an empty entry; returns where it ends.
fn route<S: Sink>(input: &Input<'_>, s: &mut S, mut at: u32) -> Result<u32, Stop> {
    loop {
        let bit = |at: u32| input.base.saturating_add(at).saturating_mul(8);
        s.open(&ROUTING, bit(at));
        let entry = word(input, s, &mut at, ROUTE_ENTRY)?;
        let length = ENTRY_LENGTH.get(entry) as u32;
        let end = at.saturating_add(length);
        input.upto(end)?;
        if length > 0 {
            s.span(&ROUTE, bit(at), length * 8);
        }
        s.close(bit(end));
        at = end;
        if length == 0 {
            return Ok(at);
        }
    }
}

/// Reads WCCP's redirect header, which version 1 of WCCP does not have: there the IPv4 packet begins at once.
fn redirect<S: Sink>(input: &Input<'_>, s: &mut S, at: u32) -> Result<u32, Stop> {
    let bit = |at: u32| input.base.saturating_add(at).saturating_mul(8);
    match input.data.get(at as usize) {
        None => Err(input.short(at.saturating_add(1))),
        Some(first) if first >> 4 == 4 => Ok(at),
        Some(_) => {
            let mut end = at;
            s.open(&REDIRECT_HEADER, bit(at));
            word(input, s, &mut end, REDIRECT)?;
            s.close(bit(end));
            Ok(end)
        }
    }
}

/// Compares the checksum. When only the routing flag is set, the field is there, but without meaning.
fn status(covered: Covered<'_>, counts: bool) -> Status {
    if counts { covered.plain(4) } else { Status::Unverified }
}

fn explain_key(around: &Around<'_>, out: &mut Text) {
    if PROTO.get(around.layer) == u64::from(TRANSPARENT_ETHERNET) {
        out.lit("with NVGRE (RFC 7637 §3.2): virtual subnet ").num_grouped(around.value >> 8);
        out.lit(", flow ").num(around.value & 0xff);
    }
}

fn explain_payload_length(around: &Around<'_>, out: &mut Text) {
    if around.value == 0 {
        out.lit("nothing follows: only an acknowledgement");
    }
}

/// The optional words of a header, for the line.
struct Words<'a> {
    rest: &'a [u8],
}

impl<'a> Words<'a> {
    fn next(&mut self) -> &'a [u8] {
        let (word, rest) = self.rest.split_at_checked(4).unwrap_or((&[], &[]));
        self.rest = rest;
        word
    }
}

/// `GREv0, key=0x2a, seq 7, length 52: `.
fn line(seen: &Seen<'_>, out: &mut Text) {
    let h = seen.header;
    let set = |flag: &Field| flag.get(h) != 0;
    let verbose = seen.style.verbose > 0;
    let enhanced = VERSION.get(h) == 1;
    out.lit("GREv").num(VERSION.get(h));
    if verbose {
        flags(h, out);
    }
    let mut words = Words { rest: h.get(4..).unwrap_or_default() };
    if !enhanced && (set(&CHECKSUM_PRESENT) || set(&ROUTING_PRESENT)) {
        let word = words.next();
        if verbose {
            out.lit(", sum ").hex(CHECKSUM.get(word), 1);
        }
        out.lit(", off ").hex(OFFSET.get(word), 1);
    }
    if set(&KEY_PRESENT) {
        let word = words.next();
        if enhanced {
            out.lit(", call ").num(CALL_ID.get(word));
        } else {
            out.lit(", key=").hex(KEY.get(word), 1);
        }
    }
    if set(&SEQUENCE_PRESENT) {
        out.lit(", seq ").num(SEQUENCE.get(words.next()));
    }
    if enhanced {
        if set(&ACK_PRESENT) {
            out.lit(", ack ").num(ACK.get(words.next()));
        }
        if !set(&SEQUENCE_PRESENT) {
            out.lit(", no-payload");
        }
    } else if set(&ROUTING_PRESENT) {
        out.lit(", (");
        stops(words.rest, out);
        out.ch(')');
    }
    let proto = PROTO.get(h);
    if seen.style.link {
        out.lit(", proto ").lit(line_name(proto)).lit(" (").hex(proto, 4).ch(')');
    }
    out.lit(", length ").num(seen.wire.into());
    let payload = seen.next.is_some() || seen.stopped.is_some();
    if payload || !enhanced {
        out.lit(if verbose { "\n\t" } else { ": " });
    }
    if !payload && !enhanced {
        out.lit("gre-proto-").hex(proto, 1);
    }
}

/// `, Flags [key present, sequence# present]`.
fn flags(header: &[u8], out: &mut Text) {
    let names = [
        (&CHECKSUM_PRESENT, "checksum present"),
        (&ROUTING_PRESENT, "routing present"),
        (&KEY_PRESENT, "key present"),
        (&SEQUENCE_PRESENT, "sequence# present"),
        (&STRICT, "source routing present"),
        (&ACK_PRESENT, "ack present"),
    ];
    out.lit(", Flags [");
    let mut set = names.iter().filter(|(flag, _)| flag.get(header) != 0).map(|(_, name)| name);
    out.lit(set.next().unwrap_or(&"none"));
    for name in set {
        out.lit(", ").lit(name);
    }
    out.ch(']');
}

/// `rtaf=ip *192.168.0.1 192.168.0.2`: the star is at the next stop.
fn stops(mut route: &[u8], out: &mut Text) {
    let mut first = true;
    while let Some((entry, rest)) = route.split_at_checked(4) {
        let length = ENTRY_LENGTH.get(entry) as usize;
        let Some((list, rest)) = rest.split_at_checked(length).filter(|_| length > 0) else { return };
        route = rest;
        if !first {
            out.ch(' ');
        }
        first = false;
        let family = FAMILY.get(entry);
        let star = |at: u64| if at == ENTRY_OFFSET.get(entry) { " *" } else { " " };
        match family {
            0x0800 => {
                out.lit("rtaf=ip");
                for (stop, at) in list.as_chunks::<4>().0.iter().zip((0..).step_by(4)) {
                    out.lit(star(at)).ip4(*stop);
                }
            }
            AUTONOMOUS_SYSTEMS => {
                out.lit("rtaf=asn");
                for (stop, at) in list.as_chunks::<2>().0.iter().zip((0..).step_by(2)) {
                    out.lit(star(at)).hex_digits(u16::from_be_bytes(*stop).into(), 1);
                }
            }
            other => {
                out.lit("rtaf=").hex(other, 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Env;

    fn peel(data: &[u8]) -> (Dissected, Option<Bad>) {
        let input = Input { data, base: 0, wire: data.len() as u32, extent: Extent::Whole, env: &Env::NONE };
        let mut off = Off::default();
        (dissect(input, &mut off), off.flaw)
    }

    #[test]
    fn the_flags_say_how_long_the_header_is() {
        for (flags, length) in [(0u16, 4u32), (0x8000, 8), (0x2000, 8), (0x3000, 12), (0xb000, 16)] {
            let mut data = flags.to_be_bytes().to_vec();
            data.extend_from_slice(&[8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
            let step = peel(&data).0.expect("a whole header");
            assert_eq!((step.header, step.next), (length, Next::Key(Space::EtherType, 0x0800)), "{flags:04x}");
        }
    }

    #[test]
    fn a_source_route_ends_with_an_empty_entry() {
        let data = [0x40, 0, 8, 0, 0, 0, 0, 0, 8, 0, 0, 4, 10, 0, 0, 1, 0, 0, 0, 0, 0x45];
        assert_eq!(peel(&data).0.map(|s| s.header), Ok(20));
        let endless = [0x40, 0, 8, 0, 0, 0, 0, 0, 8, 0, 0, 4, 10, 0, 0, 1];
        assert!(matches!(peel(&endless).0, Err(Stop::Bad(Bad { expected: 20, found: 16, .. }))));
    }

    #[test]
    fn the_payload_length_of_pptp_bounds_what_follows() {
        let ack = [0x20, 0x81, 0x88, 0x0b, 0, 0, 0, 5, 0, 0, 0, 9, 0xff, 0xff];
        let (step, flaw) = peel(&ack);
        assert_eq!((step.map(|s| (s.wire, s.next)), flaw), (Ok((12, Next::End)), None));
        let long = [0x30, 0x01, 0x88, 0x0b, 0, 9, 0, 5, 0, 0, 0, 9, 0xff, 0x03];
        let (step, flaw) = peel(&long);
        assert_eq!(step.map(|s| (s.wire, s.next)), Ok((14, Next::Key(Space::Direct, direct::PPP))));
        assert_eq!(flaw.map(|f| (f.expected, f.found)), Some((2, 9)));
    }

    #[test]
    fn erspan_without_a_sequence_number_is_type_i() {
        let step = peel(&[0, 0, 0x88, 0xbe, 2, 0]).0.expect("a whole header");
        assert_eq!(step.next, Next::Key(Space::Direct, direct::ERSPAN_TYPE_I));
        let step = peel(&[0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10]).0.expect("a whole header");
        assert_eq!(step.next, Next::Key(Space::EtherType, ERSPAN));
    }

    #[test]
    fn a_redirected_packet_may_come_with_or_without_a_redirect_header() {
        let step = peel(&[0, 0, 0x88, 0x3e, 0x45, 0]).0.expect("a whole header");
        assert_eq!((step.header, step.next), (4, Next::Key(Space::EtherType, IPV4)));
        let step = peel(&[0, 0, 0x88, 0x3e, 4, 0, 0, 1, 0x45]).0.expect("a whole header");
        assert_eq!((step.header, step.next), (8, Next::Key(Space::EtherType, IPV4)));
    }
}
