//! Options of the IPv4 header (RFC 791 §3.1; IANA registry "Internet Protocol Version 4 Parameters").
//!
//! ```text
//! |C|Cls| Number  |    Length     |  Data, as the option has it   |
//! ```
//!
//! Positions in tables count from the option's first bit.

use crate::field::{Around, Field, Kind, Table};
use crate::sink::{NoteKind, Sink};
use crate::text::Text;
use std::fmt;

crate::fields! { TYPE:
    OPT_TYPE = Field::uint("ip.opt.type", 0, 8).repeats().label("Option type").doc("RFC 791 §3.1", "Which option this is").values(OPTIONS);
    COPY = Field::flag("ip.opt.type.copy", 0).repeats().part_of("ip.opt.type").label("Copy on fragmentation").doc("RFC 791 §3.1", "1: every fragment carries the option; 0: only the first");
    CLASS = Field::uint("ip.opt.type.class", 1, 2).repeats().part_of("ip.opt.type").label("Class").doc("RFC 791 §3.1", "What kind of option this is").values(&[(0, "Control"), (1, "Reserved"), (2, "Debugging and measurement"), (3, "Reserved")]);
    NUMBER = Field::uint("ip.opt.type.number", 3, 5).repeats().part_of("ip.opt.type").label("Number").doc("RFC 791 §3.1", "The option's number within its class");
}

crate::fields! { LENGTH:
    LEN = Field::uint("ip.opt.len", 8, 8).repeats().unit("bytes").label("Option length").doc("RFC 791 §3.1", "Type, length and data");
}

crate::fields! { POINTER:
    PTR = Field::uint("ip.opt.ptr", 16, 8).repeats().label("Pointer").doc("RFC 791 §3.1", "Where the next entry goes or is read, as an offset in the option that counts from 1").explain(explain_pointer);
}

crate::fields! { STREAM_ID:
    SID = Field::uint("ip.opt.sid", 16, 16).repeats().label("Stream identifier").doc("RFC 791 §3.1", "SATNET stream; deprecated by RFC 6814 §2");
}

crate::fields! { MTU_PROBE:
    MTU = Field::uint("ip.opt.mtu", 16, 16).repeats().unit("bytes").label("MTU").doc("RFC 1063 §3", "The smallest MTU met so far, or the answer; replaced by RFC 1191");
}

crate::fields! { TRACEROUTE:
    ID_NUMBER = Field::uint("ip.opt.id_number", 16, 16).repeats().label("ID number").doc("RFC 1393 §2.2", "Tells the answers to different traceroutes apart");
    OHC = Field::uint("ip.opt.ohc", 32, 16).repeats().unit("hops").label("Outbound hop count").doc("RFC 1393 §2.2", "Routers passed on the way there");
    RHC = Field::uint("ip.opt.rhc", 48, 16).repeats().unit("hops").label("Return hop count").doc("RFC 1393 §2.2", "Routers passed on the way back; 65535 in a packet on its way there");
    ORIGINATOR = Field::ip4("ip.opt.originator", 64).repeats().label("Originator").doc("RFC 1393 §2.2", "Whom the routers answer");
}

crate::fields! { ROUTER_ALERT:
    RA = Field::uint("ip.opt.ra", 16, 16).repeats().label("Router alert").doc("RFC 2113 §2.1", "Routers should look into the packet although it is not for them").values(&[(0, "Every router should examine the packet")]);
}

crate::fields! { BROADCAST:
    ADDR = Field::moving("ip.opt.addr", Kind::Ip4).repeats().label("Address").doc("RFC 1770 §3", "A destination of the selective directed broadcast; deprecated by RFC 6814 §2");
}

crate::fields! { QS_REQUEST:
    QS_FUNC = Field::uint("ip.opt.qs_func", 16, 4).repeats().label("Function").doc("RFC 4782 §3.1", "Whether a rate is asked for or reported").values(&[(0, "Rate request"), (8, "Report of approved rate")]);
    QS_RATE = Field::uint("ip.opt.qs_rate", 20, 4).repeats().label("Rate").doc("RFC 4782 §3.1", "The rate at which the sender would like to start: 40 kbit/s times 2 to this power").explain(explain_rate);
}

crate::fields! { QS_REQUEST_TTL:
    QS_TTL = Field::uint("ip.opt.qs_ttl", 24, 8).repeats().unit("hops").label("Quick-Start TTL").doc("RFC 4782 §3.1", "Set at random; each router that approves takes 1, as it does from the TTL");
}

crate::fields! { QS_REPORT_UNUSED:
    QS_UNUSED = Field::uint("ip.opt.qs_unused", 24, 8).repeats().label("Not used").doc("RFC 4782 §3.1", "Not used in a report");
}

crate::fields! { QS_NONCES:
    QS_NONCE = Field::uint("ip.opt.qs_nonce", 32, 30).repeats().hex_wide(8).label("Quick-Start nonce").doc("RFC 4782 §3.1", "Fifteen parts of two bits, which routers change when they lower the rate");
    QS_RESERVED = Field::uint("ip.opt.qs_reserved", 62, 2).repeats().hex_wide(8).label("Reserved").doc("RFC 4782 §3.1", "Must be 0");
}

crate::fields! { SECURITY_791:
    SEC_LEVEL = Field::uint("ip.opt.sec_rfc791_sec", 16, 16).repeats().hex().label("Security").doc("RFC 791 §3.1", "The level of security").values(&[(0, "Unclassified"), (0xf135, "Confidential"), (0x789a, "EFTO"), (0xbc4d, "MMMM"), (0x5e26, "PROG"), (0xaf13, "Restricted"), (0xd788, "Secret"), (0x6bc5, "Top secret")]);
    SEC_COMPARTMENTS = Field::uint("ip.opt.sec_rfc791_comp", 32, 16).repeats().label("Compartments").doc("RFC 791 §3.1", "0: the information is not compartmented");
}

crate::fields! { SECURITY:
    SEC_CL = Field::uint("ip.opt.sec_cl", 16, 8).repeats().hex().label("Classification level").doc("RFC 1108 §2.3", "The level at which the datagram must be protected").values(&[(0x01, "Reserved 4"), (0x3d, "Top secret"), (0x5a, "Secret"), (0x96, "Confidential"), (0x66, "Reserved 3"), (0xcc, "Reserved 2"), (0xab, "Unclassified"), (0xf1, "Reserved 1")]);
}

crate::fields! { AUTHORITY:
    AUTHORITIES = Field::uint("ip.opt.sec_prot_auth_flags", 0, 8).repeats().hex().label("Protection authority flags").doc("RFC 1108 §2.4", "Whose rules protect the datagram");
    FTI = Field::flag("ip.opt.sec_prot_auth_fti", 7).repeats().part_of("ip.opt.sec_prot_auth_flags").label("Field termination indicator").doc("RFC 1108 §2.4", "1: another byte of flags follows");
}

crate::fields! { AUTHORITY_FIRST:
    GENSER = Field::flag("ip.opt.sec_prot_auth_genser", 0).repeats().part_of("ip.opt.sec_prot_auth_flags").label("GENSER").doc("RFC 1108 §2.4", "Protected by the rules of the Department of Defense");
    SIOP_ESI = Field::flag("ip.opt.sec_prot_auth_siop_esi", 1).repeats().part_of("ip.opt.sec_prot_auth_flags").label("SIOP-ESI").doc("RFC 1108 §2.4", "Protected by the rules of the Joint Chiefs of Staff");
    SCI = Field::flag("ip.opt.sec_prot_auth_sci", 2).repeats().part_of("ip.opt.sec_prot_auth_flags").label("SCI").doc("RFC 1108 §2.4", "Protected by the rules of the Director of Central Intelligence");
    NSA = Field::flag("ip.opt.sec_prot_auth_nsa", 3).repeats().part_of("ip.opt.sec_prot_auth_flags").label("NSA").doc("RFC 1108 §2.4", "Protected by the rules of the National Security Agency");
    DOE = Field::flag("ip.opt.sec_prot_auth_doe", 4).repeats().part_of("ip.opt.sec_prot_auth_flags").label("DOE").doc("RFC 1108 §2.4", "Protected by the rules of the Department of Energy");
}

crate::fields! { EXTENDED_SECURITY:
    EXT_CODE = Field::uint("ip.opt.ext_sec_add_sec_info_format_code", 16, 8).repeats().hex().label("Additional security information format").doc("RFC 1108 §3.3", "How the information is laid out");
}

crate::fields! { CIPSO:
    DOI = Field::uint("ip.cipso.doi", 16, 32).repeats().label("Domain of interpretation").doc("FIPS 188 §A.4.2", "Whose meaning the levels and categories have");
}

crate::fields! { TIMESTAMP:
    OVERFLOW = Field::uint("ip.opt.overflow", 24, 4).repeats().unit("hops").label("Overflow").doc("RFC 791 §3.1", "Routers that found no room for their timestamp");
    FLAG = Field::uint("ip.opt.flag", 28, 4).repeats().hex().label("Flag").doc("RFC 791 §3.1", "What is recorded").values(&[(0, "Timestamps only"), (1, "Timestamps and addresses"), (3, "Timestamps of the addresses that are given")]);
}

crate::fields! { MOVING:
    UNASSIGNED = Field::moving("ip.opt.sec_prot_auth_unassigned", Kind::Uint).repeats().hex_wide(2).part_of("ip.opt.sec_prot_auth_flags").label("Unassigned").doc("RFC 1108 §2.4", "Authorities that nobody has been given");
    HANDLING = Field::moving("ip.opt.sec_rfc791_hr", Kind::Text).repeats().label("Handling restrictions").doc("RFC 791 §3.1", "Markings of the Defense Intelligence Agency");
    TCC = Field::moving("ip.opt.sec_rfc791_tcc", Kind::Text).repeats().label("Transmission control code").doc("RFC 791 §3.1", "Controlled communities of interest");
    EXT_INFO = Field::moving("ip.opt.ext_sec_add_sec_info", Kind::Bytes).repeats().label("Additional security information").doc("RFC 1108 §3.4", "As its format says");
    TAG_TYPE = Field::moving("ip.cipso.tag_type", Kind::Uint).repeats().label("Tag type").doc("FIPS 188 §A.4.3", "How the tag is laid out").values(&[(0, "Padding"), (1, "Restrictive category bitmap"), (2, "Enumerated categories"), (5, "Ranged categories"), (6, "Permissive categories"), (7, "Free form")]);
    SENSITIVITY = Field::moving("ip.cipso.sensitivity_level", Kind::Uint).repeats().label("Sensitivity level").doc("FIPS 188 §A.4.3", "As the domain of interpretation defines it");
    CATEGORIES = Field::derived("ip.cipso.categories", Kind::Text).repeats().label("Categories").doc("FIPS 188 §A.4.3", "As the domain of interpretation defines them");
    TAG_DATA = Field::moving("ip.cipso.tag_data", Kind::Bytes).repeats().label("Tag data").doc("FIPS 188 §A.4.3", "A tag that is not read further");
    QS_TTL_DIFF = Field::derived("ip.opt.qs_ttl_diff", Kind::Uint).repeats().label("TTL difference").doc("RFC 4782 §3.1", "TTL minus Quick-Start TTL: the same at both ends if every router approved");
    REC_RT = Field::moving("ip.rec_rt", Kind::Ip4).repeats().label("Recorded route").doc("RFC 791 §3.1", "A router that the packet came through");
    SRC_RT = Field::moving("ip.src_rt", Kind::Ip4).repeats().label("Source route").doc("RFC 791 §3.1", "A router that the packet still has to visit; the last one is the final destination");
    EMPTY_RT = Field::moving("ip.empty_rt", Kind::Ip4).repeats().label("Empty route").doc("RFC 791 §3.1", "Room for the address of another router");
    STAMP_ADDR = Field::moving("ip.opt.time_stamp_addr", Kind::Ip4).repeats().label("Timestamp's address").doc("RFC 791 §3.1", "Who wrote, or should write, the timestamp that follows");
    STAMP = Field::moving("ip.opt.time_stamp", Kind::Uint).repeats().unit("ms").label("Timestamp").doc("RFC 791 §3.1", "Milliseconds since midnight UT; with the highest bit set, in some other unit").explain(explain_stamp);
    PADDING = Field::moving("ip.opt.padding", Kind::Bytes).repeats().label("Padding").doc("RFC 791 §3.1", "Fills the header up to a multiple of 32 bits");
    DATA = Field::moving("ip.opt.data", Kind::Bytes).repeats().label("Option data").doc("RFC 791 §3.1", "An option that is not read further");
}

crate::fields! { GROUPS:
    G_EOL = group("ip.options.eol").label("Option: end of options").doc("RFC 791 §3.1", "No options follow");
    G_NOP = group("ip.options.nop").label("Option: no operation").doc("RFC 791 §3.1", "Fills the gap before the next option");
    G_SECURITY = group("ip.options.security").label("Option: security").doc("RFC 1108 §2", "How the datagram must be protected");
    G_LOOSE = group("ip.options.route").label("Option: loose source route").doc("RFC 791 §3.1", "Routers to visit, and others between them; most networks drop such packets (RFC 7126 §4.3)");
    G_STAMP = group("ip.options.timestamp").label("Option: timestamp").doc("RFC 791 §3.1", "Routers write down when the packet passed");
    G_EXTENDED = group("ip.options.ext_security").label("Option: extended security").doc("RFC 1108 §3", "Additional security information");
    G_CIPSO = group("ip.options.cipso").label("Option: commercial security").doc("FIPS 188 §A.4", "Sensitivity labels of commercial systems");
    G_RECORD = group("ip.options.record_route").label("Option: record route").doc("RFC 791 §3.1", "Routers write down their addresses");
    G_STREAM = group("ip.options.sid").label("Option: stream identifier").doc("RFC 791 §3.1", "SATNET stream; deprecated by RFC 6814 §2");
    G_STRICT = group("ip.options.source_route").label("Option: strict source route").doc("RFC 791 §3.1", "Exactly the routers to visit; most networks drop such packets (RFC 7126 §4.4)");
    G_MTU_PROBE = group("ip.options.mtu_probe").label("Option: MTU probe").doc("RFC 1063 §3", "Routers lower it to the smallest MTU; deprecated by RFC 6814 §2");
    G_MTU_REPLY = group("ip.options.mtu_reply").label("Option: MTU reply").doc("RFC 1063 §3", "The smallest MTU that the probe found; deprecated by RFC 6814 §2");
    G_TRACEROUTE = group("ip.options.traceroute").label("Option: traceroute").doc("RFC 1393 §2.2", "Routers report to the originator; deprecated by RFC 6814 §2");
    G_ALERT = group("ip.options.routeralert").label("Option: router alert").doc("RFC 2113 §2", "Routers should look into the packet although it is not for them");
    G_BROADCAST = group("ip.options.sdb").label("Option: selective directed broadcast").doc("RFC 1770 §3", "Networks to broadcast in; deprecated by RFC 6814 §2");
    G_QUICK = group("ip.options.qs").label("Option: Quick-Start").doc("RFC 4782 §3", "Asks the routers for a high starting rate");
    G_OTHER = group("ip.options.other").label("Option").doc("RFC 791 §3.1", "An option that is not read further");
}

/// An option is a field with parts: its bytes, over what they mean.
const fn group(name: &'static str) -> Field {
    Field::moving(name, Kind::Bytes).repeats()
}

/// All tables of options, for the protocol that carries them.
pub static TABLES: [Table; 20] = [
    TYPE,
    LENGTH,
    POINTER,
    STREAM_ID,
    MTU_PROBE,
    TRACEROUTE,
    ROUTER_ALERT,
    BROADCAST,
    QS_REQUEST,
    QS_REQUEST_TTL,
    QS_REPORT_UNUSED,
    QS_NONCES,
    SECURITY_791,
    SECURITY,
    AUTHORITY,
    AUTHORITY_FIRST,
    EXTENDED_SECURITY,
    CIPSO,
    TIMESTAMP,
    MOVING,
];

/// The groups, one for each option.
pub static GROUP_TABLE: Table = GROUPS;

const EOL: u8 = 0;
const NOP: u8 = 1;
const RECORD_ROUTE: u8 = 7;
const MTUP: u8 = 11;
const MTUR: u8 = 12;
const QUICK_START: u8 = 25;
const STAMPS: u8 = 68;
const TRACE: u8 = 82;
const SEC: u8 = 130;
const LOOSE_ROUTE: u8 = 131;
const E_SEC: u8 = 133;
const COMMERCIAL: u8 = 134;
const STREAM: u8 = 136;
const STRICT_ROUTE: u8 = 137;
const ALERT: u8 = 148;
const DIRECTED: u8 = 149;

/// IANA, "IP Option Numbers".
static OPTIONS: &[(u64, &str)] = &[
    (EOL as u64, "End of options"),
    (NOP as u64, "No operation"),
    (RECORD_ROUTE as u64, "Record route"),
    (10, "Experimental measurement (ZSU)"),
    (MTUP as u64, "MTU probe"),
    (MTUR as u64, "MTU reply"),
    (15, "ENCODE"),
    (QUICK_START as u64, "Quick-Start"),
    (30, "RFC 3692-style experiment"),
    (STAMPS as u64, "Timestamp"),
    (TRACE as u64, "Traceroute"),
    (94, "RFC 3692-style experiment"),
    (SEC as u64, "Security"),
    (LOOSE_ROUTE as u64, "Loose source route"),
    (E_SEC as u64, "Extended security"),
    (COMMERCIAL as u64, "Commercial security"),
    (STREAM as u64, "Stream identifier"),
    (STRICT_ROUTE as u64, "Strict source route"),
    (142, "Experimental access control (VISA)"),
    (144, "IMI traffic descriptor"),
    (145, "Extended Internet protocol"),
    (147, "Address extension"),
    (ALERT as u64, "Router alert"),
    (DIRECTED as u64, "Selective directed broadcast"),
    (151, "Dynamic packet state"),
    (152, "Upstream multicast packet"),
    (158, "RFC 3692-style experiment"),
    (205, "Experimental flow control (FINN)"),
    (222, "RFC 3692-style experiment"),
];

/// One option at a time: its type and its bytes, or why it cannot be read. Ends after the end of options, or after an
/// option that cannot be read.
struct Walk<'a> {
    options: &'a [u8],
    at: u32,
}

/// An option's type, offset and bytes; or, of one that cannot be read, what its length should be at most, and is.
type Step<'a> = (u8, u32, Result<&'a [u8], (u32, u32)>);

impl<'a> Iterator for Walk<'a> {
    type Item = Step<'a>;

    fn next(&mut self) -> Option<Step<'a>> {
        let rest = self.options.get(self.at as usize..)?;
        let (kind, start) = (*rest.first()?, self.at);
        let len = match (kind, rest.get(1)) {
            (EOL | NOP, _) => 1,
            (_, Some(len)) => usize::from(*len),
            (_, None) => 0,
        };
        let read = match rest.get(..len) {
            Some(option) if len >= 2 || matches!(kind, EOL | NOP) => Ok(option),
            _ => Err((rest.len() as u32, len as u32)),
        };
        let stop = kind == EOL || read.is_err();
        self.at = if stop { u32::MAX } else { start + len as u32 };
        Some((kind, start, read))
    }
}

/// Puts the options of a header, which start `base` bytes into the buffer. `ttl` is the header's.
pub fn put<S: Sink>(s: &mut S, options: &[u8], base: u32, ttl: u64) {
    for (kind, at, read) in (Walk { options, at: 0 }) {
        if !s.room() {
            return;
        }
        let start = base + at;
        let option = match read {
            Ok(option) => option,
            Err((expected, found)) => {
                s.note(
                    NoteKind::Bad,
                    format_args!(
                        "option {kind}: the length counts type and length and fits into the header (RFC 791 §3.1): \
                         2 to {expected} expected, {found} found"
                    ),
                );
                return;
            }
        };
        let end = start + option.len() as u32;
        s.open(group_of(kind), start * 8);
        s.fixed(TYPE, option, start);
        if option.len() > 1 {
            s.fixed(LENGTH, option, start);
            body(s, kind, option, start, ttl);
        }
        s.close(end * 8);
        let behind = (base + options.len() as u32).saturating_sub(end);
        if kind == EOL && behind > 0 {
            s.span(&PADDING, end * 8, behind * 8);
        }
    }
}

fn group_of(kind: u8) -> &'static Field {
    match kind {
        EOL => &G_EOL,
        NOP => &G_NOP,
        SEC => &G_SECURITY,
        LOOSE_ROUTE => &G_LOOSE,
        STAMPS => &G_STAMP,
        E_SEC => &G_EXTENDED,
        COMMERCIAL => &G_CIPSO,
        RECORD_ROUTE => &G_RECORD,
        STREAM => &G_STREAM,
        STRICT_ROUTE => &G_STRICT,
        MTUP => &G_MTU_PROBE,
        MTUR => &G_MTU_REPLY,
        TRACE => &G_TRACEROUTE,
        ALERT => &G_ALERT,
        DIRECTED => &G_BROADCAST,
        QUICK_START => &G_QUICK,
        _ => &G_OTHER,
    }
}

/// Puts what an option says.
fn body<S: Sink>(s: &mut S, kind: u8, option: &[u8], base: u32, ttl: u64) {
    let fixed = |s: &mut S, table: Table, expected: usize| {
        if option.len() != expected {
            wrong_length(s, kind, expected, option.len());
        }
        s.fixed(table, option, base);
    };
    match kind {
        RECORD_ROUTE => route(s, option, base, &EMPTY_RT),
        LOOSE_ROUTE | STRICT_ROUTE => route(s, option, base, &SRC_RT),
        STAMPS => stamps(s, option, base),
        STREAM => fixed(s, STREAM_ID, 4),
        MTUP | MTUR => fixed(s, MTU_PROBE, 4),
        ALERT => fixed(s, ROUTER_ALERT, 4),
        TRACE => fixed(s, TRACEROUTE, 12),
        QUICK_START => {
            fixed(s, QS_REQUEST, 8);
            if QS_FUNC.get(option) == 0 && option.len() > 3 {
                s.fixed(QS_REQUEST_TTL, option, base);
                s.derived(&QS_TTL_DIFF, ttl.wrapping_sub(QS_TTL.get(option)) & 0xff);
            } else {
                s.fixed(QS_REPORT_UNUSED, option, base);
            }
            s.fixed(QS_NONCES, option, base);
        }
        DIRECTED => {
            for n in 0..(option.len() as u32 - 2) / 4 {
                s.span(&ADDR, (base + 2 + 4 * n) * 8, 32);
            }
        }
        SEC if option.len() == 11 => {
            s.fixed(SECURITY_791, option, base);
            s.span(&HANDLING, (base + 6) * 8, 16);
            s.span(&TCC, (base + 8) * 8, 24);
        }
        SEC => {
            s.fixed(SECURITY, option, base);
            authorities(s, option, base);
        }
        E_SEC => {
            s.fixed(EXTENDED_SECURITY, option, base);
            rest(s, &EXT_INFO, option, 3, base);
        }
        COMMERCIAL => {
            s.fixed(CIPSO, option, base);
            tags(s, option, base);
        }
        _ => rest(s, &DATA, option, 2, base),
    }
}

fn wrong_length<S: Sink>(s: &mut S, kind: u8, expected: usize, found: usize) {
    let name = OPTIONS.iter().find(|(n, _)| *n == u64::from(kind)).map_or("", |(_, name)| name);
    s.note(
        NoteKind::Bad,
        format_args!("option {kind} ({name}): its length is always the same: {expected} expected, {found} found"),
    );
}

/// Puts the bytes of an option from `at` on.
fn rest<S: Sink>(s: &mut S, field: &'static Field, option: &[u8], at: u32, base: u32) {
    if option.len() as u32 > at {
        s.span(field, (base + at) * 8, (option.len() as u32 - at) * 8);
    }
}

/// Puts recorded addresses, and behind the pointer those that are not visited, or not written, yet.
fn route<S: Sink>(s: &mut S, option: &[u8], base: u32, ahead: &'static Field) {
    s.fixed(POINTER, option, base);
    let pointer = PTR.get(option) as u32;
    if pointer < 4 || !pointer.is_multiple_of(4) {
        s.note(
            NoteKind::Bad,
            format_args!("the pointer points to an address (RFC 791 §3.1): 4, 8, 12 … expected, {pointer} found"),
        );
        return;
    }
    for n in 0..(option.len() as u32).saturating_sub(3) / 4 {
        let at = 3 + 4 * n;
        s.span(if at + 1 < pointer { &REC_RT } else { ahead }, (base + at) * 8, 32);
    }
}

fn stamps<S: Sink>(s: &mut S, option: &[u8], base: u32) {
    s.fixed(POINTER, option, base);
    s.fixed(TIMESTAMP, option, base);
    let with_address = matches!(FLAG.get(option), 1 | 3);
    let mut at = 4;
    for words in option.get(4..).unwrap_or_default().chunks_exact(if with_address { 8 } else { 4 }) {
        if with_address {
            s.span(&STAMP_ADDR, (base + at) * 8, 32);
            at += 4;
        }
        if let Some(stamp) = words.last_chunk::<4>() {
            s.uint(&STAMP, (base + at) * 8, 32, u64::from(u32::from_be_bytes(*stamp)));
            at += 4;
        }
    }
}

/// Puts the bytes of protection authority flags; each says whether another one follows.
fn authorities<S: Sink>(s: &mut S, option: &[u8], base: u32) {
    for (n, flags) in option.get(3..).unwrap_or_default().iter().enumerate() {
        let at = base + 3 + n as u32;
        let byte = std::slice::from_ref(flags);
        if n == 0 {
            s.fixed(AUTHORITY, byte, at);
            s.fixed(AUTHORITY_FIRST, byte, at);
            s.uint(&UNASSIGNED, at * 8 + 5, 2, u64::from(flags >> 1 & 3));
        } else {
            s.fixed(AUTHORITY, byte, at);
            s.uint(&UNASSIGNED, at * 8, 7, u64::from(flags >> 1));
        }
        if flags & 1 == 0 {
            return;
        }
    }
}

/// Puts the tags of a commercial security option.
fn tags<S: Sink>(s: &mut S, option: &[u8], base: u32) {
    let mut at = 6;
    while let Some([kind, len, ..]) = option.get(at..) {
        let start = base + at as u32;
        s.uint(&TAG_TYPE, start * 8, 8, u64::from(*kind));
        let len = usize::from(*len);
        let Some(tag) = option.get(at..at + len).filter(|_| len >= 2) else {
            let room = option.len() - at;
            s.note(
                NoteKind::Bad,
                format_args!(
                    "tag {kind}: its length fits into the option (FIPS 188 §A.4.3): 2 to {room} expected, {len} found"
                ),
            );
            return;
        };
        match (kind, tag) {
            (1 | 2 | 5, [_, _, _, level, categories @ ..]) => {
                s.uint(&SENSITIVITY, (start + 3) * 8, 8, u64::from(*level));
                if !categories.is_empty() {
                    s.derived_text(&CATEGORIES, format_args!("{}", Categories { kind: *kind, bytes: categories }));
                }
            }
            _ => rest(s, &TAG_DATA, tag, 2, start),
        }
        at += len;
    }
}

/// The categories of a tag, as people write them: `1,5` or `10-5`.
struct Categories<'a> {
    kind: u8,
    bytes: &'a [u8],
}

impl fmt::Display for Categories<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut comma = "";
        match self.kind {
            1 => {
                let set = |n: &usize| self.bytes.get(n / 8).is_some_and(|b| b & (0x80 >> (n % 8)) != 0);
                for n in (0..self.bytes.len() * 8).filter(set) {
                    write!(f, "{comma}{n}")?;
                    comma = ",";
                }
            }
            _ => {
                // A range without its lower end begins at category 0.
                for (n, pair) in self.bytes.chunks(2).enumerate() {
                    let between = if self.kind == 5 && n % 2 == 1 { "-" } else { comma };
                    let value = pair.iter().fold(0, |n, b| n << 8 | u32::from(*b));
                    write!(f, "{between}{value}")?;
                    comma = ",";
                }
                if self.kind == 5 && self.bytes.len() / 2 % 2 == 1 {
                    f.write_str("-0")?;
                }
            }
        }
        Ok(())
    }
}

fn explain_pointer(around: &Around<'_>, out: &mut Text) {
    // Entry 1 is at offset 4 in routes and at 5 behind the flags of timestamps.
    let from = if around.value % 4 == 1 { 5 } else { 4 };
    if around.value >= from {
        out.lit("at byte ").num(around.value).lit(" of the option, after ").num(around.value - from);
        out.lit(" bytes of entries");
    }
}

fn explain_rate(around: &Around<'_>, out: &mut Text) {
    match around.value {
        0 => out.lit("no rate"),
        n => out.num_grouped(40 << n.min(15)).lit(" kbit/s"),
    };
}

fn explain_stamp(around: &Around<'_>, out: &mut Text) {
    match around.value {
        n if n >> 31 != 0 => out.lit("not a standard time"),
        n => clock(n, out).lit(" UTC"),
    };
}

/// Writes milliseconds since midnight as a time of day.
pub fn clock(ms: u64, out: &mut Text) -> &mut Text {
    out.num_wide(ms / 3_600_000, 2).ch(':').num_wide(ms / 60_000 % 60, 2).ch(':').num_wide(ms / 1000 % 60, 2);
    out.ch('.').num_wide(ms % 1000, 3)
}

/// Writes the options in tcpdump's words, such as `RR 192.0.2.1, 192.0.2.2,EOL`.
pub fn line(options: &[u8], out: &mut Text) {
    for (n, (kind, _, read)) in (Walk { options, at: 0 }).enumerate() {
        if n > 0 {
            out.ch(',');
        }
        match kind {
            EOL => out.lit("EOL"),
            NOP => out.lit("NOP"),
            STAMPS => out.lit("timestamp"),
            SEC => out.lit("security"),
            RECORD_ROUTE => out.lit("RR"),
            LOOSE_ROUTE => out.lit("LSRR"),
            STRICT_ROUTE => out.lit("SSRR"),
            ALERT => out.lit("RA"),
            TRACE => out.lit("traceroute"),
            _ => out.lit("unknown ").num(kind.into()),
        };
        let option = match read {
            Ok(option) => option,
            Err((_, found)) => {
                out.lit(" [bad length ").num(found.into()).ch(']');
                return;
            }
        };
        let pointer = PTR.get(option);
        match kind {
            RECORD_ROUTE | LOOSE_ROUTE | STRICT_ROUTE => {
                let entries = option.get(3..).unwrap_or_default().chunks_exact(4);
                for (entry, at) in entries.filter_map(<[u8]>::first_chunk::<4>).zip((4..).step_by(4)) {
                    out.ch(' ').ip4(*entry);
                    if at < pointer {
                        out.ch(',');
                    }
                }
            }
            STAMPS => stamps_line(option, pointer, out),
            ALERT => match RA.get(option) {
                0 => {}
                value => {
                    out.lit(" value ").num(value);
                }
            },
            _ => {}
        }
    }
}

fn stamps_line(option: &[u8], pointer: u64, out: &mut Text) {
    out.lit(" TS{");
    let size = match FLAG.get(option) {
        0 => {
            out.lit("TSONLY");
            4
        }
        1 => {
            out.lit("TS+ADDR");
            8
        }
        3 => {
            out.lit("PRESPEC");
            8
        }
        flag => {
            out.lit("[bad ts type ").num(flag).lit("]}");
            return;
        }
    };
    let entries = option.get(4..).unwrap_or_default().chunks_exact(size);
    for (entry, at) in entries.zip((5..).step_by(size)) {
        out.lit(if at == pointer { " ^ " } else { " " });
        if let Some(stamp) = entry.last_chunk::<4>() {
            out.num(u32::from_be_bytes(*stamp).into()).ch('@');
        }
        if let Some(address) = entry.first_chunk::<4>().filter(|_| size == 8) {
            out.ip4(*address);
        }
    }
    if pointer > option.len() as u64 {
        out.lit(" ^ ");
    }
    match OVERFLOW.get(option) {
        0 => out.ch('}'),
        n => out.lit(" [").num(n).lit(" hops not recorded]} "),
    };
}

/// The last stop of a source route that the packet has not come to the end of (RFC 791 §3.1, loose and strict route).
pub fn last_stop(mut options: &[u8]) -> Option<[u8; 4]> {
    loop {
        let (&kind, rest) = options.split_first()?;
        options = match kind {
            EOL => return None,
            NOP => rest,
            _ => {
                let length = usize::from(*rest.first()?);
                let option = options.get(..length).filter(|o| o.len() >= 2)?;
                if matches!(kind, LOOSE_ROUTE | STRICT_ROUTE) {
                    // The pointer counts from 1; behind the option, the route is done.
                    let ahead = option.get(2).is_some_and(|pointer| usize::from(*pointer) + 3 <= length);
                    return option.get(3..)?.last_chunk().copied().filter(|_| ahead);
                }
                options.get(length..)?
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::last_stop;

    #[test]
    fn the_last_stop_counts_until_the_route_is_done() {
        let route = |pointer| [1, 131, 11, pointer, 192, 0, 2, 1, 192, 0, 2, 254, 0, 0];
        assert_eq!(last_stop(&route(4)), Some([192, 0, 2, 254]));
        assert_eq!(last_stop(&route(8)), Some([192, 0, 2, 254]), "one stop is ahead");
        assert_eq!(last_stop(&route(12)), None, "the packet has been everywhere");
        assert_eq!(last_stop(&[0, 131, 7, 4, 1, 2, 3, 4]), None, "behind the end");
        for cut in 0..12 {
            assert_eq!(last_stop(&route(4)[..cut]), None);
        }
        assert_eq!(last_stop(&[131, 1, 0]), None);
    }
}
