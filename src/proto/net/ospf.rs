//! Open Shortest Path First, version 2 (RFC 2328) and version 3 (RFC 5340): routers of a network tell each other about
//! their links, and each computes the ways from that.
//!
//! ```text
//! |    Version    |     Type      |            Length             |
//! |                           Router ID                           |
//! |                            Area ID                            |
//! |           Checksum            |  Authentication type, version 2; instance, version 3
//! |  Authentication, 64 bits, version 2 only; the message …       |
//! ```

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::{Around, Field, Kind, Table};
use crate::input::{Bad, Extent, Input, Stop};
use crate::proto::shared::checksum::{self, Covered, Status};
use crate::proto::shared::message;
use crate::proto::shared::routing::ospf_lsa::{self as lsa, Surroundings, identifiers};
use crate::proto::shared::routing::ospf_lsa3 as lsa3;
use crate::proto::shared::tlv::Tlv;
use crate::sink::{NoteKind, Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEADER:
    VERSION = Field::uint("ospf.version", 0, 8).label("Version").doc("RFC 2328 §A.3.1", "2: for IPv4; 3: for IPv6");
    MSG = Field::uint("ospf.msg", 8, 8).values(MESSAGES).explain(explain_message).label("Message type").doc("RFC 2328 §A.3.1", "What the packet is for");
    LENGTH = Field::uint("ospf.packet_length", 16, 16).unit("bytes").label("Length").doc("RFC 2328 §A.3.1", "Header and message; what is behind it (a digest, link-local signalling) does not count");
    ROUTER = Field::ip4("ospf.srcrouter", 32).label("Router ID").doc("RFC 2328 §A.3.1", "The sender's number in the whole network, written as an address");
    AREA = Field::ip4("ospf.area_id", 64).explain(explain_area).label("Area ID").doc("RFC 2328 §A.3.1", "Which area the packet belongs to; 0.0.0.0 is the backbone");
    CHECKSUM = Field::uint("ospf.checksum", 96, 16).hex().label("Checksum").doc("RFC 2328 §A.3.1", "Version 2: over the packet without the 64 bits of authentication; version 3: over a pseudo-header and the packet");
}

crate::fields! { AUTH:
    AUTH_TYPE = Field::uint("ospf.auth.type", 112, 16).values(AUTH_TYPES).label("Authentication type").doc("RFC 2328 §D", "How the sender shows that it belongs to the network");
}

crate::fields! { AUTH_NONE:
    NONE = Field::bytes("ospf.auth.none", 128, 64).label("Authentication data").doc("RFC 2328 §D.1", "Not looked at");
}

crate::fields! { AUTH_UNKNOWN:
    UNKNOWN = Field::bytes("ospf.auth.unknown", 128, 64).label("Authentication data").doc("RFC 2328 §D", "Of a kind that is not known");
}

crate::fields! { AUTH_DIGEST:
    KEY_ID = Field::uint("ospf.auth.crypt.key_id", 144, 8).label("Key ID").doc("RFC 2328 §D.3", "Which of the keys that both ends know");
    DIGEST_LENGTH = Field::uint("ospf.auth.crypt.data_length", 152, 8).unit("bytes").label("Digest length").doc("RFC 2328 §D.3", "Length of the digest behind the packet").explain(explain_digest);
    DIGEST_SEQUENCE = Field::uint("ospf.auth.crypt.seq_nbr", 160, 32).label("Cryptographic sequence number").doc("RFC 2328 §D.3", "Never becomes smaller, so that repeated packets are noticed");
}

crate::fields! { INSTANCE:
    INSTANCE_ID = Field::uint("ospf.instance_id", 112, 8).explain(explain_instance).label("Instance ID").doc("RFC 5838 §2.1", "Which of several OSPF networks on one link, and of which address family");
    RESERVED = Field::bytes("ospf.reserved", 120, 8).repeats().label("Reserved").doc("RFC 5340 §A.3.1", "Must be 0");
}

crate::fields! { HELLO2:
    HELLO_MASK = Field::ip4("ospf.hello.network_mask", 0).explain(lsa::explain_mask).label("Network mask").doc("RFC 2328 §A.3.2", "Mask of the sender's interface; neighbors must have the same");
    HELLO_INTERVAL = Field::uint("ospf.hello.hello_interval", 32, 16).unit("s").label("Hello interval").doc("RFC 2328 §A.3.2", "Time between hellos; neighbors must have the same");
}

crate::fields! { HELLO2_REST:
    HELLO_PRIORITY = Field::uint("ospf.hello.router_priority", 56, 8).explain(explain_priority).label("Router priority").doc("RFC 2328 §A.3.2", "The greater, the rather the router becomes designated router");
    HELLO_DEAD = Field::uint("ospf.hello.router_dead_interval", 64, 32).unit("s").label("Dead interval").doc("RFC 2328 §A.3.2", "After so long without a hello a neighbor counts as gone; neighbors must have the same");
    HELLO_DR = Field::ip4("ospf.hello.designated_router", 96).explain(explain_router).label("Designated router").doc("RFC 2328 §A.3.2", "Who speaks for the network, in the sender's view: version 2 by its address, version 3 by its router ID");
    HELLO_BDR = Field::ip4("ospf.hello.backup_designated_router", 128).explain(explain_router).label("Backup designated router").doc("RFC 2328 §A.3.2", "Who takes over from the designated router, in the sender's view");
}

crate::fields! { HELLO3:
    HELLO3_INTERFACE = Field::uint("ospf.hello.interface_id", 0, 32).label("Interface ID").doc("RFC 5340 §A.3.2", "The sender's number for its interface");
    HELLO3_PRIORITY = Field::uint("ospf.hello.router_priority", 32, 8).explain(explain_priority).label("Router priority").doc("RFC 5340 §A.3.2", "The greater, the rather the router becomes designated router");
}

crate::fields! { HELLO3_REST:
    HELLO3_INTERVAL = Field::uint("ospf.hello.hello_interval", 64, 16).unit("s").label("Hello interval").doc("RFC 5340 §A.3.2", "Time between hellos; neighbors must have the same");
    HELLO3_DEAD = Field::uint("ospf.hello.router_dead_interval", 80, 16).unit("s").label("Dead interval").doc("RFC 5340 §A.3.2", "After so long without a hello a neighbor counts as gone; neighbors must have the same");
    HELLO3_DR = Field::ip4("ospf.hello.designated_router", 96).explain(explain_router).label("Designated router").doc("RFC 5340 §A.3.2", "Router ID of who speaks for the link, in the sender's view");
    HELLO3_BDR = Field::ip4("ospf.hello.backup_designated_router", 128).explain(explain_router).label("Backup designated router").doc("RFC 5340 §A.3.2", "Router ID of who takes over from it, in the sender's view");
}

crate::fields! { MTU:
    MTU_ROW = Field::uint("ospf.db.interface_mtu", 0, 16).unit("bytes").label("Interface MTU").doc("RFC 2328 §A.3.3", "The longest packet that the sender takes on this link; both ends must have the same");
}

crate::fields! { DESCRIPTION:
    DBD = Field::uint("ospf.dbd", 0, 8).hex().label("Flags").doc("RFC 2328 §A.3.3", "Where in the exchange of descriptions the packet belongs");
    DBD_R = Field::flag("ospf.dbd.r", 4).part_of("ospf.dbd").label("Out-of-band resynchronization").doc("RFC 4811 §2", "1: the databases are compared again without giving the neighbor up");
    DBD_I = Field::flag("ospf.dbd.i", 5).part_of("ospf.dbd").label("Init").doc("RFC 2328 §A.3.3", "1: the first description");
    DBD_M = Field::flag("ospf.dbd.m", 6).part_of("ospf.dbd").label("More").doc("RFC 2328 §A.3.3", "1: more descriptions follow");
    DBD_MS = Field::flag("ospf.dbd.ms", 7).part_of("ospf.dbd").label("Master").doc("RFC 2328 §A.3.3", "1: the sender leads the exchange");
    DBD_SEQUENCE = Field::uint("ospf.db.dd_sequence", 8, 32).label("Sequence number").doc("RFC 2328 §A.3.3", "Orders the descriptions; the master counts, the other end repeats");
}

crate::fields! { COUNT:
    COUNT_ROW = Field::uint("ospf.ls.number_of_lsas", 0, 32).label("Number of advertisements").doc("RFC 2328 §A.3.5", "How many advertisements follow");
}

crate::fields! { SIGNALLING:
    LLS_CHECKSUM = Field::uint("ospf.lls.checksum", 0, 16).hex().label("Checksum").doc("RFC 5613 §2.2", "Over the block of link-local signalling; 0 with cryptographic authentication");
    LLS_LENGTH = Field::uint("ospf.lls.data_length", 16, 16).scale(4).unit("bytes").label("Length").doc("RFC 5613 §2.2", "Of the block; counted in 32-bit words on the wire");
}

crate::fields! { SIGNAL:
    TLV_TYPE = Field::uint("ospf.tlv_type", 0, 16).repeats().label("Type").doc("RFC 5613 §2.3", "What is signalled: 1: extended options; 2: authentication");
    TLV_LENGTH = Field::uint("ospf.tlv_length", 16, 16).repeats().unit("bytes").label("Length").doc("RFC 5613 §2.3", "Of the value, without type, length and padding");
}

crate::fields! { EXTENDED2:
    EXT2 = Field::uint("ospf.lls.ext.options", 32, 32).hex().label("Extended options").doc("RFC 5613 §2.4", "Further options");
    EXT2_RS = Field::flag("ospf.lls.ext.options.rs", 62).part_of("ospf.lls.ext.options").label("Restart signal").doc("RFC 4812 §2", "1: the router has restarted, and wants to keep its neighbors");
    EXT2_LR = Field::flag("ospf.lls.ext.options.lr", 63).part_of("ospf.lls.ext.options").label("Resynchronization").doc("RFC 4811 §2", "1: can compare databases again out of band");
}

crate::fields! { EXTENDED3:
    EXT3 = Field::uint("ospf.v3.lls.ext.options", 32, 32).hex().label("Extended options").doc("RFC 5613 §2.4", "Further options");
    EXT3_RS = Field::flag("ospf.v3.lls.ext.options.rs", 62).part_of("ospf.v3.lls.ext.options").label("Restart signal").doc("RFC 4812 §2", "1: the router has restarted, and wants to keep its neighbors");
    EXT3_LR = Field::flag("ospf.v3.lls.ext.options.lr", 63).part_of("ospf.v3.lls.ext.options").label("Resynchronization").doc("RFC 4811 §2", "1: can compare databases again out of band");
}

crate::fields! { SIGNED:
    LLS_SEQUENCE = Field::uint("ospf.v2.lls.sequence_number", 32, 32).hex().label("Sequence number").doc("RFC 5613 §2.5", "As in the packet's own authentication");
}

crate::fields! { TRAILER:
    AT_TYPE = Field::uint("ospf.at.auth_type", 0, 16).values(&[(0, "reserved"), (1, "HMAC")]).label("Authentication type").doc("RFC 7166 §4.1", "How the sender shows that it belongs to the network");
    AT_LENGTH = Field::uint("ospf.at.auth_data_len", 16, 16).unit("bytes").label("Length").doc("RFC 7166 §4.1", "Of the whole trailer");
    AT_RESERVED = Field::uint("ospf.at.reserved", 32, 16).hex().label("Reserved").doc("RFC 7166 §4.1", "Must be 0");
    AT_SA = Field::uint("ospf.at.sa_id", 48, 16).hex().label("Security association").doc("RFC 7166 §4.1", "Which key and algorithm");
    AT_SEQUENCE = Field::uint("ospf.at.crypto_seq_nbr", 64, 64).label("Cryptographic sequence number").doc("RFC 7166 §4.1", "Grows with each packet, so that repeated ones are noticed");
}

crate::fields! { MOVING:
    STATUS = Field::derived("ospf.checksum.status", Kind::Uint).values(checksum::STATUSES).explain(checksum::explain_status).label("Checksum status").doc("RFC 2328 §A.3.1", "Whether the checksum agrees with what it covers");
    IS_HELLO = Field::derived("ospf.msg.hello", Kind::Flag).label("Hello").doc("RFC 2328 §A.3.2", "1: a hello");
    IS_DESCRIPTION = Field::derived("ospf.msg.dbdesc", Kind::Flag).label("Database description").doc("RFC 2328 §A.3.3", "1: a database description");
    IS_REQUEST = Field::derived("ospf.msg.lsreq", Kind::Flag).label("Link state request").doc("RFC 2328 §A.3.4", "1: a request for advertisements");
    IS_UPDATE = Field::derived("ospf.msg.lsupdate", Kind::Flag).label("Link state update").doc("RFC 2328 §A.3.5", "1: advertisements");
    IS_ACK = Field::derived("ospf.msg.lsack", Kind::Flag).label("Link state acknowledgment").doc("RFC 2328 §A.3.6", "1: acknowledges advertisements");
    SIMPLE = Field::moving("ospf.auth.simple", Kind::Text).label("Password").doc("RFC 2328 §D.2", "The network's password, which everybody on the link can read");
    NEIGHBOR = Field::moving("ospf.hello.active_neighbor", Kind::Ip4).repeats().label("Neighbor").doc("RFC 2328 §A.3.2", "Identifier of a router that the sender has heard lately");
    REQUEST = Field::group("ospf.lsr.request").repeats().label("Link state request").doc("RFC 2328 §A.3.4", "One advertisement that is wanted");
    LLS = Field::group("ospf.lls").label("Link-local signalling").doc("RFC 5613 §2.2", "What neighbors tell each other beside OSPF");
    LLS_TLV = Field::group("ospf.lls.tlv").repeats().label("Signal").doc("RFC 5613 §2.3", "One thing that is signalled");
    LLS_AUTH = Field::moving("ospf.v2.lls.auth_data", Kind::Bytes).label("Digest").doc("RFC 5613 §2.5", "Over the block of link-local signalling");
    TLV_VALUE = Field::moving("ospf.tlv_value", Kind::Bytes).repeats().label("Value").doc("RFC 5613 §2.3", "Of a signal that is not decoded");
    DIGEST = Field::moving("ospf.auth.crypt.data", Kind::Bytes).label("Digest").doc("RFC 2328 §D.3", "A keyed hash over the packet");
    AT = Field::group("ospf.at").label("Authentication trailer").doc("RFC 7166 §4.1", "Shows that the sender belongs to the network");
    AT_DATA = Field::moving("ospf.at.auth_data", Kind::Bytes).label("Authentication data").doc("RFC 7166 §4.1", "A keyed hash over the packet");
    BEHIND = Field::moving("ospf.behind", Kind::Bytes).label("Behind the packet").doc("RFC 2328 §D.4.3", "What the length does not cover: authentication data, usually");
}

/// The tables of this file and those of advertisements.
static TABLES: [Table; OWN.len() + lsa::TABLES.len() + lsa3::TABLES.len()] = {
    let mut all = [HEADER; OWN.len() + lsa::TABLES.len() + lsa3::TABLES.len()];
    let (second, third) = (OWN.len(), OWN.len() + lsa::TABLES.len());
    let mut n = 0;
    while n < all.len() {
        all[n] = match n {
            _ if n < second => OWN[n],
            _ if n < third => lsa::TABLES[n - second],
            _ => lsa3::TABLES[n - third],
        };
        n += 1;
    }
    all
};

static OWN: [Table; 20] = [
    HEADER,
    AUTH,
    AUTH_NONE,
    AUTH_UNKNOWN,
    AUTH_DIGEST,
    INSTANCE,
    HELLO2,
    HELLO2_REST,
    HELLO3,
    HELLO3_REST,
    MTU,
    DESCRIPTION,
    COUNT,
    SIGNALLING,
    SIGNAL,
    EXTENDED2,
    EXTENDED3,
    SIGNED,
    TRAILER,
    MOVING,
];

/// OSPF.
pub static OSPF: Protocol = Protocol {
    name: "ospf",
    title: "Open Shortest Path First",
    spec: "RFC 2328",
    scope: "Versions 2 and 3: header with authentication and checksum, hello, database description, request, update \
        and acknowledgment, the advertisements that the standards define, link-local signalling and the \
        authentication trailer. Not: the contents of opaque and extended advertisements, and those of address \
        families other than IPv6 in version 3.",
    unit: Unit::Message,
    tables: &TABLES,
    keys: &[(Space::IpProto, 89)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

static MESSAGES: &[(u64, &str)] = &[
    (1, "hello"),
    (2, "database description"),
    (3, "link state request"),
    (4, "link state update"),
    (5, "link state acknowledgment"),
];

/// The IANA registry "OSPFv2 Authentication Codes".
static AUTH_TYPES: &[(u64, &str)] =
    &[(0, "none"), (1, "simple password"), (2, "cryptographic"), (3, "cryptographic, with extended sequence number")];

const HELLO: u64 = 1;
const DATABASE: u64 = 2;

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let header = input.header::<16, S>(s, HEADER)?;
    let version = VERSION.get(header);
    let own = match version {
        2 => 24,
        3 => 16,
        _ => {
            return Err(Stop::Bad(Bad {
                rule: "the version is 2 or 3 (RFC 2328 §A.3.1)",
                expected: 2,
                found: version as u32,
            }));
        }
    };
    let length = LENGTH.get(header) as u32;
    if length < own {
        return Err(Stop::Bad(Bad {
            rule: "the length covers the header (RFC 2328 §A.3.1)",
            expected: own,
            found: length,
        }));
    }
    if length > input.wire && input.extent == Extent::Whole {
        s.flaw(Bad {
            rule: "the length is at most what the packet carries (RFC 2328 §A.3.1)",
            expected: input.wire,
            found: length,
        });
    }
    if S::ON {
        flags(s, MSG.get(header));
        let rule = "the checksum covers the packet (RFC 2328 §A.3.1)";
        status(&input, header, length.min(input.wire)).put(s, &STATUS, rule);
    }
    if version == 3 {
        s.fixed(INSTANCE, header, input.base);
    } else {
        s.fixed(AUTH, header, input.base);
        input.upto(own)?;
        authentication(&input, s, AUTH_TYPE.get(header));
    }
    if !(1..=5).contains(&MSG.get(header)) {
        return Ok(Step::new(&input, own, input.wire, Next::Opaque("a type of message that no standard defines")));
    }
    if S::ON {
        let message = Tlv::new(input.data, input.base, own, length.min(input.wire) - own);
        body(s, &message, header);
        behind(s, &Tlv::new(input.data, input.base, 0, input.wire), header);
    }
    Ok(message::step(&input, s, "ospf", input.wire))
}

fn flags<S: Sink>(s: &mut S, kind: u64) {
    let field = match kind {
        1 => &IS_HELLO,
        2 => &IS_DESCRIPTION,
        3 => &IS_REQUEST,
        4 => &IS_UPDATE,
        5 => &IS_ACK,
        _ => return,
    };
    s.derived(field, 1);
}

/// Compares the checksum. With cryptographic authentication there is none.
fn status(input: &Input<'_>, header: &[u8; 16], length: u32) -> Status {
    let sent = Covered::of(input, length);
    match (VERSION.get(header), AUTH_TYPE.get(header)) {
        (2, 0 | 1) => sent.leaving_out(16, 24).plain(12),
        (2, 2 | 3) => Status::Absent,
        (2, _) => Status::Unverified,
        // RFC 7166 §4.2: with an authentication trailer it is not computed.
        _ if CHECKSUM.get(header) == 0 && input.wire > length => Status::Absent,
        _ => sent.pseudo(89, 12),
    }
}

/// Puts the 64 bits of authentication of version 2.
fn authentication<S: Sink>(input: &Input<'_>, s: &mut S, kind: u64) {
    let rows = match kind {
        0 => AUTH_NONE,
        1 => {
            Tlv::new(input.data, input.base, 0, 24).text(s, &SIMPLE, 16, 24);
            return;
        }
        2 => AUTH_DIGEST,
        _ => AUTH_UNKNOWN,
    };
    s.fixed(rows, input.data, input.base);
}

/// Puts the message.
fn body<S: Sink>(s: &mut S, m: &Tlv<'_>, header: &[u8; 16]) {
    let third = VERSION.get(header) == 3;
    // RFC 5838 §2.1: instances up to 63 are those of IPv6.
    let ipv6 = header.get(14).is_some_and(|instance| *instance < 64);
    let around = Surroundings { third, bodies: false, ipv6 };
    match (MSG.get(header), third) {
        (1, false) => {
            m.fixed(s, HELLO2);
            lsa::options2(s, m, 6, false);
            m.fixed(s, HELLO2_REST);
            identifiers(s, m, &NEIGHBOR, 20);
        }
        (1, true) => {
            m.fixed(s, HELLO3);
            m.part(5, 3).fixed(s, lsa3::OPTIONS3);
            m.fixed(s, HELLO3_REST);
            identifiers(s, m, &NEIGHBOR, 20);
        }
        (2, false) => {
            m.fixed(s, MTU);
            lsa::options2(s, m, 2, false);
            m.part(3, 5).fixed(s, DESCRIPTION);
            lsa::walk(s, m, 8, u32::MAX, around);
        }
        (2, true) => {
            m.fixed(s, lsa3::RESERVED8);
            m.part(1, 3).fixed(s, lsa3::OPTIONS3);
            m.part(4, 2).fixed(s, MTU);
            m.part(6, 1).fixed(s, lsa3::RESERVED8);
            m.part(7, 5).fixed(s, DESCRIPTION);
            lsa::walk(s, m, 12, u32::MAX, around);
        }
        (3, _) => {
            let mut at = 0;
            while at + 12 <= m.wire && m.data.len() > at as usize && s.room() {
                let wanted = m.part(at, 12);
                s.open(&REQUEST, wanted.bit(0));
                wanted.fixed(s, if third { lsa3::REQUEST3 } else { lsa::REQUEST2 });
                wanted.fixed(s, lsa3::ID3);
                wanted.fixed(s, lsa::REST);
                s.close(wanted.bit(12));
                at += 12;
            }
        }
        (4, _) => {
            m.fixed(s, COUNT);
            let count = m.data.first_chunk().map_or(0, |b| u32::from_be_bytes(*b));
            lsa::walk(s, m, 4, count, Surroundings { bodies: true, ..around });
        }
        (5, _) => lsa::walk(s, m, 0, u32::MAX, around),
        _ => {}
    }
}

/// Puts what stands behind the packet: a digest, link-local signalling, an authentication trailer.
fn behind<S: Sink>(s: &mut S, whole: &Tlv<'_>, header: &[u8; 16]) {
    let mut at = LENGTH.get(header) as u32;
    let third = VERSION.get(header) == 3;
    if !third && AUTH_TYPE.get(header) == 2 {
        let digest = u32::from(whole.byte(19).unwrap_or(0));
        if at + digest > whole.wire {
            return;
        }
        whole.span(s, &DIGEST, at, at + digest);
        at += digest;
    }
    // Only hellos and descriptions have options, which tell what follows.
    let options = match (third, MSG.get(header)) {
        (false, HELLO) => lsa3::number(whole, 30, 1) << 5 & 0x200,
        (false, DATABASE) => lsa3::number(whole, 26, 1) << 5 & 0x200,
        (true, HELLO) => lsa3::number(whole, 21, 3) & 0x600,
        (true, DATABASE) => lsa3::number(whole, 17, 3) & 0x600,
        _ => 0,
    };
    if options & 0x200 != 0 {
        at = signalling(s, whole, at, third);
    }
    if at >= whole.wire || whole.data.len() <= at as usize {
        return;
    }
    if options & 0x400 != 0 {
        let trailer = whole.part(at, whole.wire - at);
        s.open(&AT, trailer.bit(0));
        trailer.fixed(s, TRAILER);
        trailer.rest(s, &AT_DATA, 16);
        s.close(trailer.bit(trailer.wire));
    } else {
        whole.rest(s, &BEHIND, at);
    }
}

/// Puts the block of link-local signalling at byte `at`, and returns where it ends.
fn signalling<S: Sink>(s: &mut S, whole: &Tlv<'_>, at: u32, third: bool) -> u32 {
    let left = whole.wire.saturating_sub(at);
    if whole.data.len() <= at as usize || left == 0 {
        return at;
    }
    let head = whole.part(at, left);
    s.open(&LLS, head.bit(0));
    head.fixed(s, SIGNALLING);
    let length = lsa3::number(&head, 2, 2) * 4;
    let captured = head.data.len() >= 4;
    if captured && !(4..=left).contains(&length) {
        let rule = "the block of link-local signalling ends within the packet (RFC 5613 §2.2)";
        s.note(NoteKind::Bad, format_args!("{rule}: at most {left} bytes expected, {length} found"));
    }
    let block = whole.part(at, if captured { length.max(4).min(left) } else { left });
    let mut next = 4;
    while next + 4 <= block.wire && block.data.len() > next as usize && s.room() {
        let wire = lsa3::number(&block, next as usize + 2, 2) + 4;
        let signal = block.part(next, wire);
        s.open(&LLS_TLV, signal.bit(0));
        signal.fixed(s, SIGNAL);
        // The type decides what follows, so it must be there.
        if signal.data.len() >= 4 {
            match lsa3::number(&signal, 0, 2) {
                1 => signal.fixed(s, if third { EXTENDED3 } else { EXTENDED2 }),
                2 => {
                    signal.fixed(s, SIGNED);
                    signal.rest(s, &LLS_AUTH, 8);
                }
                _ => signal.rest(s, &TLV_VALUE, 4),
            }
        }
        s.close(signal.bit(signal.wire));
        next = next.saturating_add(wire.next_multiple_of(4));
    }
    s.close(block.bit(block.wire));
    at + block.wire
}

fn explain_message(a: &Around<'_>, out: &mut Text) {
    out.lit(match a.value {
        1 => "found neighbors are greeted, and kept",
        2 => "new neighbors tell each other which advertisements they have",
        3 => "asks a neighbor for advertisements that it has newer",
        4 => "brings advertisements, new ones or wanted ones",
        5 => "advertisements have arrived",
        _ => "not known",
    });
}

fn explain_area(a: &Around<'_>, out: &mut Text) {
    match a.bytes.first_chunk().map_or(0, |b| u32::from_be_bytes(*b)) {
        0 => out.lit("the backbone, which joins all areas"),
        n => out.lit("area ").num(n.into()),
    };
}

fn explain_digest(a: &Around<'_>, out: &mut Text) {
    out.lit(match a.value {
        16 => "as long as one of MD5",
        20 => "as long as one of SHA-1",
        32 => "as long as one of SHA-256",
        48 => "as long as one of SHA-384",
        64 => "as long as one of SHA-512",
        _ => "",
    });
}

fn explain_instance(a: &Around<'_>, out: &mut Text) {
    out.lit(match a.value {
        0..=31 => "unicast IPv6",
        32..=63 => "multicast IPv6",
        64..=95 => "unicast IPv4",
        96..=127 => "multicast IPv4",
        _ => "not assigned to an address family",
    });
}

fn explain_priority(a: &Around<'_>, out: &mut Text) {
    if a.value == 0 {
        out.lit("never becomes designated router");
    }
}

fn explain_router(a: &Around<'_>, out: &mut Text) {
    if a.bytes.iter().all(|b| *b == 0) {
        out.lit("none yet, or none on this link");
    }
}

/// `OSPFv2, Hello, length 44`; with `-v` also who sends it.
fn line(seen: &Seen<'_>, out: &mut Text) {
    let Some(header) = seen.header.first_chunk::<16>() else { return };
    let version = VERSION.get(header);
    out.lit("OSPFv").num(version).lit(", ");
    match MSG.get(header) {
        1 => out.lit("Hello"),
        2 => out.lit("Database Description"),
        3 => out.lit("LS-Request"),
        4 => out.lit("LS-Update"),
        5 => out.lit("LS-Ack"),
        n => out.lit("unknown packet type (").num(n).ch(')'),
    };
    // tcpdump leaves a digest behind the packet out.
    let digest = if version == 2 && AUTH_TYPE.get(header) == 2 { seen.header.get(19).copied().unwrap_or(0) } else { 0 };
    out.lit(", length ").num(u64::from(seen.wire).saturating_sub(digest.into()));
    if seen.style.verbose == 0 {
        return;
    }
    let [_, _, _, _, r0, r1, r2, r3, a0, a1, a2, a3, ..] = *header;
    out.lit("\n\tRouter-ID ").ip4([r0, r1, r2, r3]);
    match [a0, a1, a2, a3] {
        [0, 0, 0, 0] => out.lit(", Backbone Area"),
        area => out.lit(", Area ").ip4(area),
    };
    if version == 2 {
        out.lit(", Authentication Type: ").lit(match AUTH_TYPE.get(header) {
            0 => "none",
            1 => "simple",
            2 => "MD5",
            _ => "unknown",
        });
        out.lit(" (").num(AUTH_TYPE.get(header)).ch(')');
    } else if header.get(14).is_some_and(|instance| *instance != 0) {
        out.lit(", Instance ").num(INSTANCE_ID.get(header));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Env;

    fn packet(version: u8, kind: u8, length: u8) -> Vec<u8> {
        let mut p = vec![version, kind, 0, length];
        p.resize(28, 0);
        p
    }

    fn peel(data: &[u8], extent: Extent) -> (Dissected, Option<Bad>) {
        let input = Input { data, base: 0, wire: data.len() as u32, extent, env: &Env::NONE };
        let mut off = Off::default();
        (dissect(input, &mut off), off.flaw)
    }

    #[test]
    fn the_header_of_version_3_is_shorter() {
        let length = |version, length| match peel(&packet(version, 1, length), Extent::Whole).0 {
            Err(Stop::Bad(bad)) => bad.expected,
            _ => 0,
        };
        assert_eq!((length(2, 23), length(2, 24), length(3, 15), length(3, 16), length(4, 28)), (24, 0, 16, 0, 2));
    }

    #[test]
    fn a_length_beyond_the_packet_is_a_flaw_but_not_in_a_fragment() {
        let flaw = |extent| peel(&packet(2, 4, 200), extent).1.map(|bad| (bad.expected, bad.found));
        assert_eq!(flaw(Extent::Whole), Some((28, 200)));
        assert_eq!(flaw(Extent::Fragment), None);
    }

    #[test]
    fn an_unknown_type_leaves_its_message_alone() {
        let step = peel(&packet(3, 9, 28), Extent::Whole).0.expect("a header");
        assert_eq!(step.header, 16);
        assert!(matches!(step.next, Next::Opaque(_)));
    }
}
