//! PPP Compression Control Protocol: agrees on how the packets of a link are compressed (RFC 1962), or encrypted by
//! Microsoft's method (RFC 3078).

use crate::dissect::{Dissected, Protocol, Seen, Space, Unit};
use crate::field::{Around, Field, Kind};
use crate::input::Input;
use crate::proto::shared::ppp::ppp_control::{self, Options};
use crate::proto::shared::tlv::Tlv;
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEAD:
    TYPE = Field::uint("ccp.opt.type", 0, 8).repeats().values(TYPES).label("Type").doc("RFC 1962 §4", "Which way of compression");
    LENGTH = Field::uint("ccp.opt.length", 8, 8).repeats().unit("bytes").label("Length").doc("RFC 1962 §4", "Of the whole option, with type and length");
}

crate::fields! { VENDOR:
    OUI = Field::uint("ccp.opt.oui", 16, 24).repeats().label("Organisation").doc("RFC 1962 §4.1", "The vendor (an IEEE identifier)");
    SUBTYPE = Field::uint("ccp.opt.subtype", 40, 8).repeats().label("Subtype").doc("RFC 1962 §4.1", "Which of the vendor's ways it is");
}

crate::fields! { MPPE:
    BITS = Field::uint("ccp.opt.supported_bits", 16, 32).hex().repeats().label("Supported bits").doc("RFC 3078 §2.1", "What the sender can do").explain(explain_bits);
    BIT_H = Field::flag("ccp.opt.supported_bits.h", 23).part_of("ccp.opt.supported_bits").repeats().label("Stateless").doc("RFC 3078 §2.1", "1: the key changes with every packet");
    BIT_M = Field::flag("ccp.opt.supported_bits.m", 40).part_of("ccp.opt.supported_bits").repeats().label("56-bit encryption").doc("RFC 3078 §2.1", "1: keys of 56 bits");
    BIT_S = Field::flag("ccp.opt.supported_bits.s", 41).part_of("ccp.opt.supported_bits").repeats().label("128-bit encryption").doc("RFC 3078 §2.1", "1: keys of 128 bits");
    BIT_L = Field::flag("ccp.opt.supported_bits.l", 42).part_of("ccp.opt.supported_bits").repeats().label("40-bit encryption").doc("RFC 3078 §2.1", "1: keys of 40 bits");
    BIT_D = Field::flag("ccp.opt.supported_bits.d", 43).part_of("ccp.opt.supported_bits").repeats().label("Obsolete").doc("RFC 3078 §2.1", "No longer used");
    BIT_C = Field::flag("ccp.opt.supported_bits.c", 47).part_of("ccp.opt.supported_bits").repeats().label("Compression").doc("RFC 2118 §2.1", "1: Microsoft's compression");
}

crate::fields! { STAC:
    HISTORIES = Field::uint("ccp.opt.history_count", 16, 16).repeats().label("Histories").doc("RFC 1974 §3", "The most compression histories; 0: none is kept");
    CHECK = Field::uint("ccp.opt.cm", 32, 8).repeats().label("Check mode").doc("RFC 1974 §3", "How a damaged packet is noticed");
    CHECK_RESERVED = Field::uint("ccp.opt.cm.reserved", 32, 5).part_of("ccp.opt.cm").repeats().label("Reserved").doc("RFC 1974 §3", "Must be 0");
    CHECK_MODE = Field::uint("ccp.opt.cm.check_mode", 37, 3).part_of("ccp.opt.cm").repeats().values(CHECK_MODES).label("Mode").doc("RFC 1974 §3", "What is added to packets");
}

crate::fields! { BSD:
    VD = Field::uint("ccp.opt.vd", 16, 8).hex().repeats().label("Version and dictionary").doc("RFC 1977 §2", "Of the BSD compression");
    VERSION = Field::uint("ccp.opt.vd.vers", 16, 3).part_of("ccp.opt.vd").repeats().label("Version").doc("RFC 1977 §2", "Must be 1");
    DICTIONARY = Field::uint("ccp.opt.vd.dict", 19, 5).part_of("ccp.opt.vd").repeats().unit("bits").label("Dictionary").doc("RFC 1977 §2", "Size of the largest code; 9 to 16");
}

crate::fields! { LZS_DCP:
    DCP_HISTORIES = Field::uint("ccp.opt.history_count", 16, 16).repeats().label("Histories").doc("RFC 1967 §3", "The most compression histories; 0: none is kept");
    DCP_CHECK = Field::uint("ccp.opt.check_mode", 32, 8).repeats().label("Check mode").doc("RFC 1967 §3", "How a damaged packet is noticed");
    DCP_PROCESS = Field::uint("ccp.opt.process_mode", 40, 8).repeats().label("Process mode").doc("RFC 1967 §3", "Whether packets that were not compressed go into the history");
}

crate::fields! { DEFLATE:
    WINDOW = Field::uint("ccp.opt.window", 16, 4).repeats().label("Window").doc("RFC 1979 §3", "How far back the compression looks: 2 to the power of this and 8 bytes").explain(explain_window);
    METHOD = Field::uint("ccp.opt.method", 20, 4).repeats().values(METHODS).label("Method").doc("RFC 1979 §3", "Must be 8");
    MBZ = Field::uint("ccp.opt.mbz", 24, 6).repeats().label("Reserved").doc("RFC 1979 §3", "Must be 0");
    CHK = Field::uint("ccp.opt.chk", 30, 2).repeats().values(CHECKS).label("Check method").doc("RFC 1979 §3", "How a lost packet is noticed");
}

crate::fields! { GROUPS:
    G_VENDOR = Field::moving("ccp.opt_oui", Kind::Bytes).repeats().label("Vendor's compression").doc("RFC 1962 §4.1", "A way of compression of a vendor's own");
    G_PREDICTOR1 = Field::moving("ccp.opt.predict1", Kind::Bytes).repeats().label("Predictor type 1").doc("RFC 1978 §2", "Guesses the next byte from those before it");
    G_PREDICTOR2 = Field::moving("ccp.opt.predict2", Kind::Bytes).repeats().label("Predictor type 2").doc("RFC 1978 §2", "As type 1, over several packets");
    G_STAC = Field::moving("ccp.opt.stac", Kind::Bytes).repeats().label("Stac LZS").doc("RFC 1974 §3", "Stac's LZS compression");
    G_MPPE = Field::moving("ccp.opt.mppe", Kind::Bytes).repeats().label("Microsoft compression and encryption").doc("RFC 3078 §2", "MPPC and MPPE, which share an option");
    G_BSD = Field::moving("ccp.opt.bsdcomp", Kind::Bytes).repeats().label("BSD compression").doc("RFC 1977 §2", "LZW, as in the program compress");
    G_LZS_DCP = Field::moving("ccp.opt.lzsdcp", Kind::Bytes).repeats().label("LZS-DCP").doc("RFC 1967 §3", "LZS with the framing of data circuits");
    G_DEFLATE = Field::moving("ccp.opt.deflate", Kind::Bytes).repeats().label("Deflate").doc("RFC 1979 §3", "As in zlib");
    G_OTHER = Field::moving("ccp.opt.other", Kind::Bytes).repeats().label("Option").doc("RFC 1962 §4", "An option that is not read further");
    DATA = Field::moving("ccp.opt.data", Kind::Bytes).repeats().label("Data").doc("RFC 1962 §4", "What the option says");
}

/// IANA, PPP CCP Configuration Option Types.
static TYPES: &[(u64, &str)] = &[
    (0, "OUI"),
    (1, "Predictor type 1"),
    (2, "Predictor type 2"),
    (3, "Puddle Jumper"),
    (16, "Hewlett-Packard PPC"),
    (17, "Stac LZS"),
    (18, "Microsoft PPE/PPC"),
    (19, "Gandalf FZA"),
    (20, "V.42bis compression"),
    (21, "BSD compress"),
    (23, "LZS-DCP"),
    (24, "MVRCA"),
    (25, "DCE"),
    (26, "Deflate"),
    (27, "V.44/LZJH compression"),
];

/// RFC 1974 §3.
static CHECK_MODES: &[(u64, &str)] =
    &[(0, "None"), (1, "Longitudinal check byte"), (2, "CRC"), (3, "Sequence number"), (4, "Extended")];

/// RFC 1979 §3.
static METHODS: &[(u64, &str)] = &[(8, "zlib")];

/// RFC 1979 §3.
static CHECKS: &[(u64, &str)] = &[(0, "Sequence number")];

/// CCP.
pub static CCP: Protocol = Protocol {
    name: "ccp",
    title: "PPP Compression Control Protocol",
    spec: "RFC 1962",
    scope: "All messages; of options MPPE and MPPC, Deflate, Stac LZS, LZS-DCP and BSD compress. Not: what other options say, and compressed packets.",
    unit: Unit::Message,
    tables: &[
        ppp_control::HEADER,
        ppp_control::VENDOR,
        ppp_control::MOVING,
        HEAD,
        GROUPS,
        VENDOR,
        MPPE,
        STAC,
        BSD,
        LZS_DCP,
        DEFLATE,
    ],
    keys: &[(Space::Ppp, 0x80fd), (Space::Ppp, 0x80fb)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let (code, message) = ppp_control::head(&input, s)?;
    if ppp_control::has_options(code) {
        ppp_control::options(s, &message, 4, &Options { head: |_| HEAD, group, body });
    } else {
        ppp_control::data(s, code, &message);
    }
    ppp_control::done(&input, s, &message)
}

fn group(kind: u8) -> &'static Field {
    match kind {
        0 => &G_VENDOR,
        1 => &G_PREDICTOR1,
        2 => &G_PREDICTOR2,
        17 => &G_STAC,
        18 => &G_MPPE,
        21 => &G_BSD,
        23 => &G_LZS_DCP,
        26 => &G_DEFLATE,
        _ => &G_OTHER,
    }
}

fn body<S: Sink>(s: &mut S, kind: u8, o: &Tlv<'_>) {
    let (table, wire) = match kind {
        0 => (VENDOR, 6),
        // Ascend's variant has another length, and another form.
        17 if o.wire == 5 => (STAC, 5),
        18 => (MPPE, 6),
        21 => (BSD, 3),
        23 => (LZS_DCP, 6),
        26 => (DEFLATE, 4),
        _ => return o.rest(s, &DATA, 2),
    };
    if o.at_least(s, "the option holds what its type needs (RFC 1962 §4)", wire) {
        o.fixed(s, table);
        o.rest(s, &DATA, wire);
    } else {
        o.rest(s, &DATA, 2);
    }
}

fn explain_bits(around: &Around<'_>, out: &mut Text) {
    let keys =
        [(0x40, "128-bit encryption"), (0x80, "56-bit encryption"), (0x20, "40-bit encryption"), (1, "compression")];
    let mut word = "";
    for (_, name) in keys.iter().filter(|(bit, _)| around.value & bit != 0) {
        out.lit(word).lit(name);
        word = ", ";
    }
    if word.is_empty() {
        out.lit("neither encryption nor compression");
    }
}

fn explain_window(around: &Around<'_>, out: &mut Text) {
    out.num_grouped(1 << (around.value.min(15) + 8)).lit(" bytes");
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    ppp_control::line(seen, "CCP", option_line, out);
}

fn option_line(kind: u8, option: &[u8], out: &mut Text) {
    let name = match kind {
        0 => "OUI",
        1 => "Pred-1",
        2 => "Pred-2",
        3 => "Puddle",
        16 => "HP-PPC",
        17 => "Stac-LZS",
        18 => "MPPC",
        19 => "Gand-FZA",
        20 => "V.42bis",
        21 => "BSD-Comp",
        23 => "LZS-DCP",
        24 => "MVRCA",
        25 => "DCE",
        26 => "Deflate",
        _ => "Unknown",
    };
    ppp_control::option_name(name, kind, option, out);
    if kind == 21 && option.len() == 3 {
        out.lit(": Version: ").num(VERSION.get(option)).lit(", Dictionary Bits: ").num(DICTIONARY.get(option));
    }
}
