//! The options of the Link Control Protocol (RFC 1661 §6 and later standards), one table a kind.

use super::ppp_control::{self, Options};
use super::ppp_protocols::ppp_protocol_name;
use crate::field::{Around, Field, Kind};
use crate::proto::shared::tlv::Tlv;
use crate::sink::Sink;
use crate::text::Text;

crate::fields! { pub HEAD:
    TYPE = Field::uint("lcp.opt.type", 0, 8).repeats().values(TYPES).label("Type").doc("RFC 1661 §6", "What the option is about");
    LENGTH = Field::uint("lcp.opt.length", 8, 8).repeats().unit("bytes").label("Length").doc("RFC 1661 §6", "Of the whole option, with type and length");
}

crate::fields! { pub GROUPS:
    G_VENDOR = Field::moving("lcp.opt.vendor", Kind::Bytes).repeats().label("Vendor's option").doc("RFC 2153 §2.2", "An option of a vendor's own");
    G_MRU = Field::moving("lcp.opt.mtu_bytes", Kind::Bytes).repeats().label("Maximum receive unit").doc("RFC 1661 §6.1", "How much the sender can receive in one frame");
    G_ASYNCMAP = Field::moving("lcp.opt.asyncmap_bytes", Kind::Bytes).repeats().label("Control character map").doc("RFC 1662 §7.1", "Which control characters must be escaped on an asynchronous line");
    G_AUTH = Field::moving("lcp.opt.auth_protocol_bytes", Kind::Bytes).repeats().label("Authentication protocol").doc("RFC 1661 §6.2", "How the other end is to prove who it is");
    G_QUALITY = Field::moving("lcp.opt.quality_protocol_bytes", Kind::Bytes).repeats().label("Quality protocol").doc("RFC 1661 §6.3", "How the quality of the link is to be watched");
    G_MAGIC = Field::moving("lcp.opt.magic_number_bytes", Kind::Bytes).repeats().label("Magic number").doc("RFC 1661 §6.4", "A random number by which the sender would recognise its own messages, were the line looped back");
    G_PFC = Field::moving("lcp.opt.prot_comp", Kind::Bytes).repeats().label("Protocol field compression").doc("RFC 1661 §6.5", "The sender can receive protocol numbers of one byte");
    G_ACFC = Field::moving("lcp.opt.acfc", Kind::Bytes).repeats().label("Address and control field compression").doc("RFC 1661 §6.6", "The sender can receive frames without address and control");
    G_FCS = Field::moving("lcp.opt.fcs_alternatives_bytes", Kind::Bytes).repeats().label("FCS alternatives").doc("RFC 1570 §2.1", "Which frame check sequences the sender can use");
    G_SDP = Field::moving("lcp.opt.self_desc_pad", Kind::Bytes).repeats().label("Self-describing padding").doc("RFC 1570 §2.2", "Padding counts its own bytes: 1, 2, 3 …");
    G_NUMBERED = Field::moving("lcp.opt.numbered_mode", Kind::Bytes).repeats().label("Numbered mode").doc("RFC 1663 §3", "Frames are numbered and sent again when they are lost");
    G_CALLBACK = Field::moving("lcp.opt.callback", Kind::Bytes).repeats().label("Callback").doc("RFC 1570 §2.3", "The other end should hang up and call back");
    G_MRRU = Field::moving("lcp.opt.multilink_mrru", Kind::Bytes).repeats().label("Multilink: maximum received reconstructed unit").doc("RFC 1990 §5.1.1", "The sender can bundle links, and how much it can put together");
    G_SSNH = Field::moving("lcp.opt.multilink_ssnh", Kind::Bytes).repeats().label("Multilink: short sequence numbers").doc("RFC 1990 §5.1.2", "The sender wants sequence numbers of 12 bits");
    G_DISCRIMINATOR = Field::moving("lcp.opt.multilink_ep_disc", Kind::Bytes).repeats().label("Multilink: endpoint discriminator").doc("RFC 1990 §5.1.3", "Who the sender is: links to the same end can be bundled");
    G_LINK = Field::moving("lcp.opt.link_discrim_bytes", Kind::Bytes).repeats().label("Link discriminator").doc("RFC 2125 §6", "Tells the links of a bundle apart");
    G_HEADER_FORMAT = Field::moving("lcp.opt.multilink_hdr_fmt", Kind::Bytes).repeats().label("Multilink: header format").doc("RFC 2686 §6", "Classes of fragments that can overtake one another");
    G_I18N = Field::moving("lcp.opt.internationalization", Kind::Bytes).repeats().label("Internationalization").doc("RFC 2484 §3", "Character set and language of messages to people");
    G_OTHER = Field::moving("lcp.opt.other", Kind::Bytes).repeats().label("Option").doc("RFC 1661 §6", "An option that is not read further");
}

crate::fields! { pub VENDOR:
    OUI = Field::uint("lcp.opt.oui", 16, 24).repeats().label("Organisation").doc("RFC 2153 §2.2", "The vendor (an IEEE identifier)");
    KIND = Field::uint("lcp.opt.kind", 40, 8).repeats().label("Kind").doc("RFC 2153 §2.2", "Which of the vendor's options it is");
}

crate::fields! { pub MRU_BODY:
    MRU = Field::uint("lcp.opt.mru", 16, 16).repeats().unit("bytes").label("Maximum receive unit").doc("RFC 1661 §6.1", "The most that the sender can receive in one frame, without the header; 1500 unless it says otherwise").explain(explain_mru);
}

crate::fields! { pub ASYNCMAP:
    MAP = Field::uint("lcp.opt.asyncmap", 16, 32).hex().repeats().label("Map").doc("RFC 1662 §7.1", "One bit a control character, from 31 down to 0: set when it must be escaped").explain(explain_map);
    MAP_US = Field::flag("lcp.opt.asyncmap.us", 16).part_of("lcp.opt.asyncmap").repeats().label("Unit separator").doc("RFC 1662 §7.1", "1: character 31 is to be escaped");
    MAP_RS = Field::flag("lcp.opt.asyncmap.rs", 17).part_of("lcp.opt.asyncmap").repeats().label("Record separator").doc("RFC 1662 §7.1", "1: character 30 is to be escaped");
    MAP_GS = Field::flag("lcp.opt.asyncmap.gs", 18).part_of("lcp.opt.asyncmap").repeats().label("Group separator").doc("RFC 1662 §7.1", "1: character 29 is to be escaped");
    MAP_FS = Field::flag("lcp.opt.asyncmap.fs", 19).part_of("lcp.opt.asyncmap").repeats().label("File separator").doc("RFC 1662 §7.1", "1: character 28 is to be escaped");
    MAP_ESC = Field::flag("lcp.opt.asyncmap.esc", 20).part_of("lcp.opt.asyncmap").repeats().label("Escape").doc("RFC 1662 §7.1", "1: character 27 is to be escaped");
    MAP_SUB = Field::flag("lcp.opt.asyncmap.sub", 21).part_of("lcp.opt.asyncmap").repeats().label("Substitute").doc("RFC 1662 §7.1", "1: character 26 is to be escaped");
    MAP_EM = Field::flag("lcp.opt.asyncmap.em", 22).part_of("lcp.opt.asyncmap").repeats().label("End of medium").doc("RFC 1662 §7.1", "1: character 25 is to be escaped");
    MAP_CAN = Field::flag("lcp.opt.asyncmap.can", 23).part_of("lcp.opt.asyncmap").repeats().label("Cancel").doc("RFC 1662 §7.1", "1: character 24 is to be escaped");
    MAP_ETB = Field::flag("lcp.opt.asyncmap.etb", 24).part_of("lcp.opt.asyncmap").repeats().label("End of transmission block").doc("RFC 1662 §7.1", "1: character 23 is to be escaped");
    MAP_SYN = Field::flag("lcp.opt.asyncmap.syn", 25).part_of("lcp.opt.asyncmap").repeats().label("Synchronous idle").doc("RFC 1662 §7.1", "1: character 22 is to be escaped");
    MAP_NAK = Field::flag("lcp.opt.asyncmap.nak", 26).part_of("lcp.opt.asyncmap").repeats().label("Negative acknowledge").doc("RFC 1662 §7.1", "1: character 21 is to be escaped");
    MAP_DC4 = Field::flag("lcp.opt.asyncmap.dc4", 27).part_of("lcp.opt.asyncmap").repeats().label("Device control 4").doc("RFC 1662 §7.1", "1: character 20 is to be escaped");
    MAP_DC3 = Field::flag("lcp.opt.asyncmap.dc3", 28).part_of("lcp.opt.asyncmap").repeats().label("Device control 3 (XOFF)").doc("RFC 1662 §7.1", "1: character 19 is to be escaped");
    MAP_DC2 = Field::flag("lcp.opt.asyncmap.dc2", 29).part_of("lcp.opt.asyncmap").repeats().label("Device control 2").doc("RFC 1662 §7.1", "1: character 18 is to be escaped");
    MAP_DC1 = Field::flag("lcp.opt.asyncmap.dc1", 30).part_of("lcp.opt.asyncmap").repeats().label("Device control 1 (XON)").doc("RFC 1662 §7.1", "1: character 17 is to be escaped");
    MAP_DLE = Field::flag("lcp.opt.asyncmap.dle", 31).part_of("lcp.opt.asyncmap").repeats().label("Data link escape").doc("RFC 1662 §7.1", "1: character 16 is to be escaped");
    MAP_SI = Field::flag("lcp.opt.asyncmap.si", 32).part_of("lcp.opt.asyncmap").repeats().label("Shift in").doc("RFC 1662 §7.1", "1: character 15 is to be escaped");
    MAP_SO = Field::flag("lcp.opt.asyncmap.so", 33).part_of("lcp.opt.asyncmap").repeats().label("Shift out").doc("RFC 1662 §7.1", "1: character 14 is to be escaped");
    MAP_CR = Field::flag("lcp.opt.asyncmap.cr", 34).part_of("lcp.opt.asyncmap").repeats().label("Carriage return").doc("RFC 1662 §7.1", "1: character 13 is to be escaped");
    MAP_FF = Field::flag("lcp.opt.asyncmap.ff", 35).part_of("lcp.opt.asyncmap").repeats().label("Form feed").doc("RFC 1662 §7.1", "1: character 12 is to be escaped");
    MAP_VT = Field::flag("lcp.opt.asyncmap.vt", 36).part_of("lcp.opt.asyncmap").repeats().label("Vertical tab").doc("RFC 1662 §7.1", "1: character 11 is to be escaped");
    MAP_LF = Field::flag("lcp.opt.asyncmap.lf", 37).part_of("lcp.opt.asyncmap").repeats().label("Line feed").doc("RFC 1662 §7.1", "1: character 10 is to be escaped");
    MAP_HT = Field::flag("lcp.opt.asyncmap.ht", 38).part_of("lcp.opt.asyncmap").repeats().label("Horizontal tab").doc("RFC 1662 §7.1", "1: character 9 is to be escaped");
    MAP_BS = Field::flag("lcp.opt.asyncmap.bs", 39).part_of("lcp.opt.asyncmap").repeats().label("Backspace").doc("RFC 1662 §7.1", "1: character 8 is to be escaped");
    MAP_BEL = Field::flag("lcp.opt.asyncmap.bel", 40).part_of("lcp.opt.asyncmap").repeats().label("Bell").doc("RFC 1662 §7.1", "1: character 7 is to be escaped");
    MAP_ACK = Field::flag("lcp.opt.asyncmap.ack", 41).part_of("lcp.opt.asyncmap").repeats().label("Acknowledge").doc("RFC 1662 §7.1", "1: character 6 is to be escaped");
    MAP_ENQ = Field::flag("lcp.opt.asyncmap.enq", 42).part_of("lcp.opt.asyncmap").repeats().label("Enquiry").doc("RFC 1662 §7.1", "1: character 5 is to be escaped");
    MAP_EOT = Field::flag("lcp.opt.asyncmap.eot", 43).part_of("lcp.opt.asyncmap").repeats().label("End of transmission").doc("RFC 1662 §7.1", "1: character 4 is to be escaped");
    MAP_ETX = Field::flag("lcp.opt.asyncmap.etx", 44).part_of("lcp.opt.asyncmap").repeats().label("End of text").doc("RFC 1662 §7.1", "1: character 3 is to be escaped");
    MAP_STX = Field::flag("lcp.opt.asyncmap.stx", 45).part_of("lcp.opt.asyncmap").repeats().label("Start of text").doc("RFC 1662 §7.1", "1: character 2 is to be escaped");
    MAP_SOH = Field::flag("lcp.opt.asyncmap.soh", 46).part_of("lcp.opt.asyncmap").repeats().label("Start of heading").doc("RFC 1662 §7.1", "1: character 1 is to be escaped");
    MAP_NUL = Field::flag("lcp.opt.asyncmap.nul", 47).part_of("lcp.opt.asyncmap").repeats().label("Null").doc("RFC 1662 §7.1", "1: character 0 is to be escaped");
}

crate::fields! { pub PROTOCOL:
    AUTH = Field::uint("lcp.opt.auth_protocol", 16, 16).hex().repeats().names(ppp_protocol_name).label("Protocol").doc("RFC 1661 §6.2", "The authentication protocol that the sender asks for");
}

crate::fields! { pub QUALITY_BODY:
    QUALITY = Field::uint("lcp.opt.quality_protocol", 16, 16).hex().repeats().names(ppp_protocol_name).label("Protocol").doc("RFC 1661 §6.3", "The protocol of quality reports");
}

crate::fields! { pub PERIOD_BODY:
    PERIOD = Field::uint("lcp.opt.reporting_period", 32, 32).repeats().label("Reporting period").doc("RFC 1989 §2.2", "The longest time between two reports, in hundredths of a second; 0: answer each one at once").explain(explain_period);
}

crate::fields! { pub MAGIC_BODY:
    MAGIC = Field::uint("lcp.opt.magic_number", 16, 32).hex().repeats().label("Magic number").doc("RFC 1661 §6.4", "Chosen at random; the same from both ends means that the line is looped back");
}

crate::fields! { pub FCS_BODY:
    FCS = Field::uint("lcp.opt.fcs_alternatives", 16, 8).hex().repeats().label("Alternatives").doc("RFC 1570 §2.1", "One bit an alternative");
    FCS_32 = Field::flag("lcp.opt.fcs_alternatives.ccitt32", 21).part_of("lcp.opt.fcs_alternatives").repeats().label("CCITT 32 bits").doc("RFC 1570 §2.1", "1: a sequence of 32 bits");
    FCS_16 = Field::flag("lcp.opt.fcs_alternatives.ccitt16", 22).part_of("lcp.opt.fcs_alternatives").repeats().label("CCITT 16 bits").doc("RFC 1570 §2.1", "1: a sequence of 16 bits, the default");
    FCS_NULL = Field::flag("lcp.opt.fcs_alternatives.null", 23).part_of("lcp.opt.fcs_alternatives").repeats().label("None").doc("RFC 1570 §2.1", "1: no sequence at all");
}

crate::fields! { pub PADDING_BODY:
    MAXIMUM = Field::uint("lcp.opt.maximum", 16, 8).repeats().unit("bytes").label("Maximum").doc("RFC 1570 §2.2", "The most padding that a frame has");
}

crate::fields! { pub NUMBERED_BODY:
    WINDOW = Field::uint("lcp.opt.window", 16, 8).repeats().unit("frames").label("Window").doc("RFC 1663 §3", "How many frames the sender can keep until they are acknowledged; 1 to 127");
}

crate::fields! { pub CALLBACK_BODY:
    OPERATION = Field::uint("lcp.opt.operation", 16, 8).repeats().values(OPERATIONS).label("Operation").doc("RFC 1570 §2.3", "How it is known where to call back");
}

crate::fields! { pub MRRU_BODY:
    MRRU = Field::uint("lcp.opt.mrru", 16, 16).repeats().unit("bytes").label("Maximum").doc("RFC 1990 §5.1.1", "The most that the sender can put together from fragments");
}

crate::fields! { pub CLASS_BODY:
    CLASS = Field::uint("lcp.opt.ep_disc_class", 16, 8).repeats().values(CLASSES).label("Class").doc("RFC 1990 §5.1.3", "What kind of identifier follows");
}

crate::fields! { pub LINK_BODY:
    LINK = Field::uint("lcp.opt.link_discrim", 16, 16).repeats().label("Link discriminator").doc("RFC 2125 §6", "The sender's number for this link");
}

crate::fields! { pub FORMAT_BODY:
    FORMAT = Field::uint("lcp.opt.code", 16, 8).repeats().values(FORMATS).label("Code").doc("RFC 2686 §6", "Length of sequence numbers");
    CLASSES_MOST = Field::uint("lcp.opt.max_susp_classes", 24, 8).repeats().label("Suspendable classes").doc("RFC 2686 §6", "How many classes there are");
}

crate::fields! { pub I18N_BODY:
    MIB_ENUM = Field::uint("lcp.opt.MIBenum", 16, 32).repeats().label("Character set").doc("RFC 2484 §3", "IANA's number of the character set; 106 is UTF-8");
}

crate::fields! { pub MOVING:
    ALGORITHM = Field::moving("lcp.opt.algorithm", Kind::Uint).repeats().values(ALGORITHMS).label("Algorithm").doc("RFC 1994 §3", "How CHAP computes the response to a challenge");
    DATA = Field::moving("lcp.opt.data", Kind::Bytes).repeats().label("Data").doc("RFC 1661 §6", "What the option says");
    MESSAGE = Field::moving("lcp.opt.message", Kind::Bytes).repeats().label("Message").doc("RFC 1570 §2.3", "Where to call back");
    IP = Field::moving("lcp.opt.ip_address", Kind::Ip4).repeats().label("IP address").doc("RFC 1990 §5.1.3", "An address of the sender");
    MAC = Field::moving("lcp.opt.802_1_address", Kind::Mac).repeats().label("MAC address").doc("RFC 1990 §5.1.3", "An address of the sender");
    BLOCK = Field::moving("lcp.opt.magic_block", Kind::Bytes).repeats().label("Magic number block").doc("RFC 1990 §5.1.3", "Up to 20 bytes chosen at random");
    NUMBER = Field::moving("lcp.opt.psndn", Kind::Bytes).repeats().label("Directory number").doc("RFC 1990 §5.1.3", "A number of the telephone network (E.164)");
    LANGUAGE = Field::moving("lcp.opt.language_tag", Kind::Text).repeats().label("Language").doc("RFC 2484 §3", "The language that people want to read (RFC 5646)");
}

/// IANA, PPP LCP Configuration Option Types.
static TYPES: &[(u64, &str)] = &[
    (0, "Vendor Specific"),
    (1, "Maximum-Receive-Unit"),
    (2, "Async-Control-Character-Map"),
    (3, "Authentication-Protocol"),
    (4, "Quality-Protocol"),
    (5, "Magic-Number"),
    (7, "Protocol-Field-Compression"),
    (8, "Address-and-Control-Field-Compression"),
    (9, "FCS-Alternatives"),
    (10, "Self-Describing-Pad"),
    (11, "Numbered-Mode"),
    (12, "Multi-Link-Procedure"),
    (13, "Callback"),
    (14, "Connect-Time"),
    (15, "Compound-Frames"),
    (16, "Nominal-Data-Encapsulation"),
    (17, "Multilink-MRRU"),
    (18, "Multilink-Short-Sequence-Number-Header"),
    (19, "Multilink-Endpoint-Discriminator"),
    (20, "Proprietary"),
    (21, "DCE-Identifier"),
    (22, "Multi-Link-Plus-Procedure"),
    (23, "Link Discriminator for BACP"),
    (24, "LCP-Authentication-Option"),
    (25, "Consistent Overhead Byte Stuffing"),
    (26, "Prefix elision"),
    (27, "Multilink header format"),
    (28, "Internationalization"),
    (29, "Simple Data Link on SONET/SDH"),
    (30, "PPP multiplexing"),
];

/// IANA, PPP Authentication Algorithms.
static ALGORITHMS: &[(u64, &str)] = &[
    (5, "CHAP with MD5"),
    (6, "SHA-1"),
    (7, "CHAP with SHA-256"),
    (8, "CHAP with SHA3-256"),
    (128, "MS-CHAP"),
    (129, "MS-CHAP-2"),
];

/// RFC 1570 §2.3, and 6 of the callback control protocol.
static OPERATIONS: &[(u64, &str)] = &[
    (0, "Location known from authentication"),
    (1, "Dialing string"),
    (2, "Location identifier"),
    (3, "E.164 number"),
    (4, "Distinguished name"),
    (6, "Location negotiated by callback control"),
];

/// IANA, PPP Multilink Endpoint Discriminator Class.
static CLASSES: &[(u64, &str)] = &[
    (0, "Null"),
    (1, "Locally assigned"),
    (2, "IP address"),
    (3, "IEEE 802.1 MAC address"),
    (4, "Magic number block"),
    (5, "Directory number"),
];

/// RFC 2686 §6.
static FORMATS: &[(u64, &str)] =
    &[(2, "Long sequence numbers with classes"), (6, "Short sequence numbers with classes")];

/// How to put them.
pub fn all<S: Sink>() -> Options<S> {
    Options { head: |_| HEAD, group, body }
}

fn group(kind: u8) -> &'static Field {
    match kind {
        0 => &G_VENDOR,
        1 => &G_MRU,
        2 => &G_ASYNCMAP,
        3 => &G_AUTH,
        4 => &G_QUALITY,
        5 => &G_MAGIC,
        7 => &G_PFC,
        8 => &G_ACFC,
        9 => &G_FCS,
        10 => &G_SDP,
        11 => &G_NUMBERED,
        13 => &G_CALLBACK,
        17 => &G_MRRU,
        18 => &G_SSNH,
        19 => &G_DISCRIMINATOR,
        23 => &G_LINK,
        27 => &G_HEADER_FORMAT,
        28 => &G_I18N,
        _ => &G_OTHER,
    }
}

/// Puts what an option says.
fn body<S: Sink>(s: &mut S, kind: u8, o: &Tlv<'_>) {
    let (table, wire, exact) = match kind {
        0 => (VENDOR, 6, false),
        1 => (MRU_BODY, 4, true),
        2 => (ASYNCMAP, 6, true),
        3 => (PROTOCOL, 4, false),
        4 => (QUALITY_BODY, 4, false),
        5 => (MAGIC_BODY, 6, true),
        7 | 8 | 18 => (&[][..], 2, true),
        9 => (FCS_BODY, 3, true),
        10 => (PADDING_BODY, 3, true),
        11 => (NUMBERED_BODY, 3, false),
        13 => (CALLBACK_BODY, 3, false),
        17 => (MRRU_BODY, 4, true),
        19 => (CLASS_BODY, 3, false),
        23 => (LINK_BODY, 4, true),
        27 => (FORMAT_BODY, 4, true),
        28 => (I18N_BODY, 6, false),
        _ => (&[][..], 2, false),
    };
    let right = if exact {
        o.expect(s, "the length of this option never changes (RFC 1661 §6)", wire)
    } else {
        o.at_least(s, "the option holds what its type needs (RFC 1661 §6)", wire)
    };
    if !right {
        return o.rest(s, &DATA, 2);
    }
    o.fixed(s, table);
    match kind {
        3 if AUTH.get(o.data) == CHAP && o.wire == 5 => o.uint(s, &ALGORITHM, 4, 1),
        4 if o.wire == 8 => o.fixed(s, PERIOD_BODY),
        13 => o.rest(s, &MESSAGE, 3),
        19 => discriminator(s, o),
        28 => o.rest(s, &LANGUAGE, 6),
        _ => o.rest(s, &DATA, wire),
    }
}

/// The protocol number of CHAP, whose option has an algorithm.
const CHAP: u64 = 0xc223;

fn discriminator<S: Sink>(s: &mut S, o: &Tlv<'_>) {
    let row = match (CLASS.get(o.data), o.wire) {
        (2, 7) => &IP,
        (3, 9) => &MAC,
        (4, 7..=23) if (o.wire - 3).is_multiple_of(4) => {
            s.open(&BLOCK, o.bit(3));
            for at in (3..o.wire).step_by(4) {
                o.uint(s, &MAGIC, at, 4);
            }
            return s.close(o.bit(o.wire));
        }
        (5, 4..=18) => &NUMBER,
        _ => &DATA,
    };
    o.rest(s, row, 3);
}

fn explain_mru(around: &Around<'_>, out: &mut Text) {
    out.lit(match around.value {
        1492 => "Ethernet's 1,500 bytes, less 8 of PPPoE and PPP",
        1500 => "the default, and the MTU of Ethernet",
        _ => return,
    });
}

fn explain_map(around: &Around<'_>, out: &mut Text) {
    out.lit(match around.value {
        0 => "nothing needs to be escaped",
        0xffff_ffff => "all control characters are to be escaped: the default",
        0x000a_0000 => "XON and XOFF, with which the line itself controls the flow",
        _ => return,
    });
}

fn explain_period(around: &Around<'_>, out: &mut Text) {
    out.num(around.value / 100).ch('.').num_wide(around.value % 100, 2).lit(" s");
}

/// Writes an option in tcpdump's words.
pub fn line(kind: u8, option: &[u8], out: &mut Text) {
    let name = match kind {
        0 => "Vend-Ext",
        1 => "MRU",
        2 => "ACCM",
        3 => "Auth-Prot",
        4 => "Qual-Prot",
        5 => "Magic-Num",
        7 => "PFC",
        8 => "ACFC",
        9 => "FCS-Alt",
        10 => "SDP",
        11 => "Num-Mode",
        13 => "Call-Back",
        17 => "MRRU",
        18 => "12-Bit seq #",
        19 => "End-Disc",
        20 => "Proprietary",
        21 => "DCE-Id",
        22 => "MP+",
        23 => "Link-Disc",
        24 => "LCP-Auth-Opt",
        _ => "unknown",
    };
    ppp_control::option_name(name, kind, option, out);
    match (kind, option) {
        (1 | 17, [_, _, a, b]) => out.lit(": ").num(u16::from_be_bytes([*a, *b]).into()),
        (23, [_, _, a, b]) => out.lit(": ").hex(u16::from_be_bytes([*a, *b]).into(), 4),
        (2 | 5, [_, _, a, b, c, d]) => out.lit(": ").hex(u32::from_be_bytes([*a, *b, *c, *d]).into(), 8),
        (3, [_, _, 0xc0, 0x23]) => out.lit(": PAP"),
        (3, [_, _, 0xc2, 0x27]) => out.lit(": EAP"),
        (3, [_, _, 0xc2, 0x23, algorithm]) => match algorithm {
            5 => out.lit(": CHAP, MD5"),
            0x80 => out.lit(": CHAP, MS-CHAPv1"),
            0x81 => out.lit(": CHAP, MS-CHAPv2"),
            n => out.lit(": CHAP, Unknown Auth Alg ").num((*n).into()),
        },
        (4, [_, _, 0xc0, 0x25, ..]) => out.lit(": LQR"),
        _ => out,
    };
}
