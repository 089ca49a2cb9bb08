//! The rows of IPv4's options (RFC 791 §3.1; IANA registry "Internet Protocol Version 4 Parameters"), their types and names.
//!
//! Positions in tables count from the option's first bit.

use crate::field::{Around, Field, Kind, Table};
use crate::text::Text;

crate::fields! { pub TYPE:
    OPT_TYPE = Field::uint("ip.opt.type", 0, 8).repeats().label("Option type").doc("RFC 791 §3.1", "Which option this is").values(OPTIONS);
    COPY = Field::flag("ip.opt.type.copy", 0).repeats().part_of("ip.opt.type").label("Copy on fragmentation").doc("RFC 791 §3.1", "1: every fragment carries the option; 0: only the first");
    CLASS = Field::uint("ip.opt.type.class", 1, 2).repeats().part_of("ip.opt.type").label("Class").doc("RFC 791 §3.1", "What kind of option this is").values(&[(0, "Control"), (1, "Reserved"), (2, "Debugging and measurement"), (3, "Reserved")]);
    NUMBER = Field::uint("ip.opt.type.number", 3, 5).repeats().part_of("ip.opt.type").label("Number").doc("RFC 791 §3.1", "The option's number within its class");
}

crate::fields! { pub LENGTH:
    LEN = Field::uint("ip.opt.len", 8, 8).repeats().unit("bytes").label("Option length").doc("RFC 791 §3.1", "Type, length and data");
}

crate::fields! { pub POINTER:
    PTR = Field::uint("ip.opt.ptr", 16, 8).repeats().label("Pointer").doc("RFC 791 §3.1", "Where the next entry goes or is read, as an offset in the option that counts from 1").explain(explain_pointer);
}

crate::fields! { pub STREAM_ID:
    SID = Field::uint("ip.opt.sid", 16, 16).repeats().label("Stream identifier").doc("RFC 791 §3.1", "SATNET stream; deprecated by RFC 6814 §2");
}

crate::fields! { pub MTU_PROBE:
    MTU = Field::uint("ip.opt.mtu", 16, 16).repeats().unit("bytes").label("MTU").doc("RFC 1063 §3", "The smallest MTU met so far, or the answer; replaced by RFC 1191");
}

crate::fields! { pub TRACEROUTE:
    ID_NUMBER = Field::uint("ip.opt.id_number", 16, 16).repeats().label("ID number").doc("RFC 1393 §2.2", "Tells the answers to different traceroutes apart");
    OHC = Field::uint("ip.opt.ohc", 32, 16).repeats().unit("hops").label("Outbound hop count").doc("RFC 1393 §2.2", "Routers passed on the way there");
    RHC = Field::uint("ip.opt.rhc", 48, 16).repeats().unit("hops").label("Return hop count").doc("RFC 1393 §2.2", "Routers passed on the way back; 65535 in a packet on its way there");
    ORIGINATOR = Field::ip4("ip.opt.originator", 64).repeats().label("Originator").doc("RFC 1393 §2.2", "Whom the routers answer");
}

crate::fields! { pub ROUTER_ALERT:
    RA = Field::uint("ip.opt.ra", 16, 16).repeats().label("Router alert").doc("RFC 2113 §2.1", "Routers should look into the packet although it is not for them").values(&[(0, "Every router should examine the packet")]);
}

crate::fields! { pub BROADCAST:
    ADDR = Field::moving("ip.opt.addr", Kind::Ip4).repeats().label("Address").doc("RFC 1770 §3", "A destination of the selective directed broadcast; deprecated by RFC 6814 §2");
}

crate::fields! { pub QS_REQUEST:
    QS_FUNC = Field::uint("ip.opt.qs_func", 16, 4).repeats().label("Function").doc("RFC 4782 §3.1", "Whether a rate is asked for or reported").values(&[(0, "Rate request"), (8, "Report of approved rate")]);
    QS_RATE = Field::uint("ip.opt.qs_rate", 20, 4).repeats().label("Rate").doc("RFC 4782 §3.1", "The rate at which the sender would like to start: 40 kbit/s times 2 to this power").explain(explain_rate);
}

crate::fields! { pub QS_REQUEST_TTL:
    QS_TTL = Field::uint("ip.opt.qs_ttl", 24, 8).repeats().unit("hops").label("Quick-Start TTL").doc("RFC 4782 §3.1", "Set at random; each router that approves takes 1, as it does from the TTL");
}

crate::fields! { pub QS_REPORT_UNUSED:
    QS_UNUSED = Field::uint("ip.opt.qs_unused", 24, 8).repeats().label("Not used").doc("RFC 4782 §3.1", "Not used in a report");
}

crate::fields! { pub QS_NONCES:
    QS_NONCE = Field::uint("ip.opt.qs_nonce", 32, 30).repeats().hex_wide(8).label("Quick-Start nonce").doc("RFC 4782 §3.1", "Fifteen parts of two bits, which routers change when they lower the rate");
    QS_RESERVED = Field::uint("ip.opt.qs_reserved", 62, 2).repeats().hex_wide(8).label("Reserved").doc("RFC 4782 §3.1", "Must be 0");
}

crate::fields! { pub SECURITY_791:
    SEC_LEVEL = Field::uint("ip.opt.sec_rfc791_sec", 16, 16).repeats().hex().label("Security").doc("RFC 791 §3.1", "The level of security").values(&[(0, "Unclassified"), (0xf135, "Confidential"), (0x789a, "EFTO"), (0xbc4d, "MMMM"), (0x5e26, "PROG"), (0xaf13, "Restricted"), (0xd788, "Secret"), (0x6bc5, "Top secret")]);
    SEC_COMPARTMENTS = Field::uint("ip.opt.sec_rfc791_comp", 32, 16).repeats().label("Compartments").doc("RFC 791 §3.1", "0: the information is not compartmented");
}

crate::fields! { pub SECURITY:
    SEC_CL = Field::uint("ip.opt.sec_cl", 16, 8).repeats().hex().label("Classification level").doc("RFC 1108 §2.3", "The level at which the datagram must be protected").values(&[(0x01, "Reserved 4"), (0x3d, "Top secret"), (0x5a, "Secret"), (0x96, "Confidential"), (0x66, "Reserved 3"), (0xcc, "Reserved 2"), (0xab, "Unclassified"), (0xf1, "Reserved 1")]);
}

crate::fields! { pub AUTHORITY:
    AUTHORITIES = Field::uint("ip.opt.sec_prot_auth_flags", 0, 8).repeats().hex().label("Protection authority flags").doc("RFC 1108 §2.4", "Whose rules protect the datagram");
    FTI = Field::flag("ip.opt.sec_prot_auth_fti", 7).repeats().part_of("ip.opt.sec_prot_auth_flags").label("Field termination indicator").doc("RFC 1108 §2.4", "1: another byte of flags follows");
}

crate::fields! { pub AUTHORITY_FIRST:
    GENSER = Field::flag("ip.opt.sec_prot_auth_genser", 0).repeats().part_of("ip.opt.sec_prot_auth_flags").label("GENSER").doc("RFC 1108 §2.4", "Protected by the rules of the Department of Defense");
    SIOP_ESI = Field::flag("ip.opt.sec_prot_auth_siop_esi", 1).repeats().part_of("ip.opt.sec_prot_auth_flags").label("SIOP-ESI").doc("RFC 1108 §2.4", "Protected by the rules of the Joint Chiefs of Staff");
    SCI = Field::flag("ip.opt.sec_prot_auth_sci", 2).repeats().part_of("ip.opt.sec_prot_auth_flags").label("SCI").doc("RFC 1108 §2.4", "Protected by the rules of the Director of Central Intelligence");
    NSA = Field::flag("ip.opt.sec_prot_auth_nsa", 3).repeats().part_of("ip.opt.sec_prot_auth_flags").label("NSA").doc("RFC 1108 §2.4", "Protected by the rules of the National Security Agency");
    DOE = Field::flag("ip.opt.sec_prot_auth_doe", 4).repeats().part_of("ip.opt.sec_prot_auth_flags").label("DOE").doc("RFC 1108 §2.4", "Protected by the rules of the Department of Energy");
}

crate::fields! { pub EXTENDED_SECURITY:
    EXT_CODE = Field::uint("ip.opt.ext_sec_add_sec_info_format_code", 16, 8).repeats().hex().label("Additional security information format").doc("RFC 1108 §3.3", "How the information is laid out");
}

crate::fields! { pub CIPSO:
    DOI = Field::uint("ip.cipso.doi", 16, 32).repeats().label("Domain of interpretation").doc("FIPS 188 §A.4.2", "Whose meaning the levels and categories have");
}

crate::fields! { pub TIMESTAMP:
    OVERFLOW = Field::uint("ip.opt.overflow", 24, 4).repeats().unit("hops").label("Overflow").doc("RFC 791 §3.1", "Routers that found no room for their timestamp");
    FLAG = Field::uint("ip.opt.flag", 28, 4).repeats().hex().label("Flag").doc("RFC 791 §3.1", "What is recorded").values(&[(0, "Timestamps only"), (1, "Timestamps and addresses"), (3, "Timestamps of the addresses that are given")]);
}

crate::fields! { pub MOVING:
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

crate::fields! { pub GROUPS:
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

/// Option type 0.
pub const EOL: u8 = 0;
/// Option type 1.
pub const NOP: u8 = 1;
/// Option type 7.
pub const RECORD_ROUTE: u8 = 7;
/// Option type 11.
pub const MTUP: u8 = 11;
/// Option type 12.
pub const MTUR: u8 = 12;
/// Option type 25.
pub const QUICK_START: u8 = 25;
/// Option type 68.
pub const STAMPS: u8 = 68;
/// Option type 82.
pub const TRACE: u8 = 82;
/// Option type 130.
pub const SEC: u8 = 130;
/// Option type 131.
pub const LOOSE_ROUTE: u8 = 131;
/// Option type 133.
pub const E_SEC: u8 = 133;
/// Option type 134.
pub const COMMERCIAL: u8 = 134;
/// Option type 136.
pub const STREAM: u8 = 136;
/// Option type 137.
pub const STRICT_ROUTE: u8 = 137;
/// Option type 148.
pub const ALERT: u8 = 148;
/// Option type 149.
pub const DIRECTED: u8 = 149;

/// IANA, "IP Option Numbers".
pub static OPTIONS: &[(u64, &str)] = &[
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
