//! The Multipath TCP option (RFC 8684; version 0: RFC 6824), TCP option kind 30.
//!
//! ```text
//! |     Kind      |    Length     |Subtype|  what the subtype says …
//! ```
//!
//! Version 1 and version 0 are told apart by the version in MP_CAPABLE, and by the length and the low half of the third
//! byte in ADD_ADDR; the other subtypes look the same in both. Keys, tokens and data sequence numbers are shown as they
//! stand: nothing is followed from subflow to subflow.

use crate::field::{Field, Kind};
use crate::proto::shared::piece::Piece;
use crate::sink::{NoteKind, Sink};
use crate::text::Text;

crate::fields! { pub ROWS:
    OPTION = Field::group("mptcp").repeats().label("Multipath TCP").doc("RFC 8684 §3", "Carries one connection over several paths at once; each path is a TCP connection of its own, a subflow");
    SUBTYPE = Field::moving("tcp.options.mptcp.subtype", Kind::Uint).values(SUBTYPES).repeats().label("Subtype").doc("RFC 8684 §3", "What this option says");
    VERSION = Field::moving("tcp.options.mptcp.version", Kind::Uint).repeats().label("Version").doc("RFC 8684 §3.1", "0: RFC 6824, 1: RFC 8684; the highest that the sender speaks, or the one agreed");
    FLAGS = Field::moving("tcp.options.mptcp.flags", Kind::Uint).hex_wide(2).repeats().label("Flags").doc("RFC 8684 §3", "The byte that holds the subtype's flags (with the subtype itself in MP_JOIN, MP_PRIO and MP_TCPRST)");
    CHECKSUMREQ = Field::moving("tcp.options.mptcp.checksumreq.flags", Kind::Uint).part_of("tcp.options.mptcp.flags").repeats().label("A: checksum required").doc("RFC 8684 §3.1", "1: data sequence signals must carry checksums");
    EXTENSIBILITY = Field::moving("tcp.options.mptcp.extensibility.flag", Kind::Uint).part_of("tcp.options.mptcp.flags").repeats().label("B: extensibility").doc("RFC 8684 §3.1", "Must be 0 until an extension is defined");
    NOMORESUBFLOWS = Field::moving("tcp.options.mptcp.nomoresubflows.flag", Kind::Uint).part_of("tcp.options.mptcp.flags").repeats().label("C: no subflows to this address").doc("RFC 8684 §3.1", "1: further subflows must not be opened to this address and port (a load balancer may stand there)");
    SHA1 = Field::moving("tcp.options.mptcp.sha1.flag", Kind::Uint).part_of("tcp.options.mptcp.flags").repeats().label("H: HMAC-SHA1").doc("RFC 6824 §3.1", "1: keys are hashed with SHA-1 (version 0)");
    SHA256 = Field::moving("tcp.options.mptcp.sha256.flag", Kind::Uint).part_of("tcp.options.mptcp.flags").repeats().label("H: HMAC-SHA256").doc("RFC 8684 §3.1", "1: keys are hashed with SHA-256 (version 1)");
    RESERVED_FLAG = Field::moving("tcp.options.mptcp.reserved.flag", Kind::Uint).hex_wide(2).part_of("tcp.options.mptcp.flags").repeats().label("Unassigned flags").doc("RFC 8684 §3.1", "Must be 0");
    BACKUP = Field::moving("tcp.options.mptcp.backup.flag", Kind::Uint).part_of("tcp.options.mptcp.flags").repeats().label("B: backup").doc("RFC 8684 §3.2", "1: send on this subflow only when no other works");
    DATAFIN = Field::moving("tcp.options.mptcp.datafin.flag", Kind::Uint).part_of("tcp.options.mptcp.flags").repeats().label("F: DATA_FIN").doc("RFC 8684 §3.3.3", "1: the sender has no more data on any subflow; what a FIN is to TCP");
    DSEQN8 = Field::moving("tcp.options.mptcp.dseqn8.flag", Kind::Uint).part_of("tcp.options.mptcp.flags").repeats().label("m: 8-byte data sequence number").doc("RFC 8684 §3.3", "1: the data sequence number has 8 bytes, 0: 4");
    DSEQN_PRESENT = Field::moving("tcp.options.mptcp.dseqnpresent.flag", Kind::Uint).part_of("tcp.options.mptcp.flags").repeats().label("M: mapping present").doc("RFC 8684 §3.3", "1: data sequence number, subflow sequence number and length follow");
    DATAACK8 = Field::moving("tcp.options.mptcp.dataack8.flag", Kind::Uint).part_of("tcp.options.mptcp.flags").repeats().label("a: 8-byte data ACK").doc("RFC 8684 §3.3", "1: the data ACK has 8 bytes, 0: 4");
    DATAACK_PRESENT = Field::moving("tcp.options.mptcp.dataackpresent.flag", Kind::Uint).part_of("tcp.options.mptcp.flags").repeats().label("A: data ACK present").doc("RFC 8684 §3.3", "1: a data ACK follows");
    FLAG_U = Field::moving("tcp.options.mptcp.flag_U.flag", Kind::Flag).part_of("tcp.options.mptcp.flags").repeats().label("U").doc("RFC 8684 §3.6", "Unassigned, must be 0");
    FLAG_V = Field::moving("tcp.options.mptcp.flag_V.flag", Kind::Flag).part_of("tcp.options.mptcp.flags").repeats().label("V").doc("RFC 8684 §3.6", "Unassigned, must be 0");
    FLAG_W = Field::moving("tcp.options.mptcp.flag_W.flag", Kind::Flag).part_of("tcp.options.mptcp.flags").repeats().label("W").doc("RFC 8684 §3.6", "Unassigned, must be 0");
    FLAG_T = Field::moving("tcp.options.mptcp.flag_T.flag", Kind::Flag).part_of("tcp.options.mptcp.flags").repeats().label("T: transient").doc("RFC 8684 §3.6", "1: what broke the subflow may pass, so that opening it again can succeed");
    RST_REASON = Field::moving("tcp.options.mptcp.rst_reason", Kind::Uint).hex_wide(2).values(RST_REASONS).repeats().label("Reason").doc("RFC 8684 §3.6", "Why the subflow was reset");
    RESERVED = Field::moving("tcp.options.mptcp.reserved", Kind::Uint).hex_wide(4).repeats().label("Reserved").doc("RFC 8684 §3", "Must be 0");
    ADDRID = Field::moving("tcp.options.mptcp.addrid", Kind::Uint).repeats().label("Address ID").doc("RFC 8684 §3.2", "Names an address of the sender for this connection, whatever translators make of the address itself");
    SENDKEY = Field::moving("tcp.options.mptcp.sendkey", Kind::Uint).repeats().label("Sender's key").doc("RFC 8684 §3.1", "Secret that later subflows prove to know; tokens and the first data sequence numbers are derived from it");
    RECVKEY = Field::moving("tcp.options.mptcp.recvkey", Kind::Uint).repeats().label("Receiver's key").doc("RFC 8684 §3.1", "The other side's key, sent back");
    RECVTOK = Field::moving("tcp.options.mptcp.recvtok", Kind::Uint).repeats().label("Receiver's token").doc("RFC 8684 §3.2", "Which connection to join: a hash of the receiver's key");
    SENDRAND = Field::moving("tcp.options.mptcp.sendrand", Kind::Uint).repeats().label("Sender's random number").doc("RFC 8684 §3.2", "Makes the proof of the key different each time");
    SENDTRUNCHMAC = Field::moving("tcp.options.mptcp.sendtrunchmac", Kind::Uint).repeats().label("Sender's truncated HMAC").doc("RFC 8684 §3.2", "Proof that the sender knows both keys, leftmost 64 bits");
    SENDHMAC = Field::moving("tcp.options.mptcp.sendhmac", Kind::Bytes).repeats().label("Sender's HMAC").doc("RFC 8684 §3.2", "Proof that the sender knows both keys, leftmost 160 bits");
    ADDADDRTRUNCHMAC = Field::moving("tcp.options.mptcp.addaddrtrunchmac", Kind::Uint).repeats().label("Truncated HMAC").doc("RFC 8684 §3.4.1", "Proof that the address comes from the peer, rightmost 64 bits");
    RAWDATAACK = Field::moving("tcp.options.mptcp.rawdataack", Kind::Uint).repeats().label("Data ACK").doc("RFC 8684 §3.3.2", "The next byte of the whole connection that the sender expects, over all subflows");
    RAWDATASEQNO = Field::moving("tcp.options.mptcp.rawdataseqno", Kind::Uint).repeats().label("Data sequence number").doc("RFC 8684 §3.3.1", "Where the mapped bytes belong in the whole connection");
    SUBFLOWSEQNO = Field::moving("tcp.options.mptcp.subflowseqno", Kind::Uint).repeats().label("Subflow sequence number").doc("RFC 8684 §3.3.1", "Where the mapped bytes begin in this subflow, relative to its SYN");
    DATALVLLEN = Field::moving("tcp.options.mptcp.datalvllen", Kind::Uint).unit("bytes").repeats().label("Data-level length").doc("RFC 8684 §3.3.1", "How many bytes the mapping covers; 0: the rest of the subflow (fallback to plain TCP)");
    CHECKSUM = Field::moving("tcp.options.mptcp.checksum", Kind::Uint).hex_wide(4).repeats().label("Checksum").doc("RFC 8684 §3.3.1", "Over the mapping and its data, when agreed; finds middleboxes that changed the payload");
    IPVER = Field::moving("tcp.options.mptcp.ipver", Kind::Uint).repeats().label("IP version").doc("RFC 6824 §3.4.1", "Version of the advertised address (protocol version 0)");
    ECHO = Field::moving("tcp.options.mptcp.echo", Kind::Uint).repeats().label("E: echo").doc("RFC 8684 §3.4.1", "1: confirms an address that the peer advertised");
    IPV4 = Field::moving("tcp.options.mptcp.ipv4", Kind::Ip4).repeats().label("Advertised IPv4 address").doc("RFC 8684 §3.4.1", "Another address at which the sender can be reached");
    IPV6 = Field::moving("tcp.options.mptcp.ipv6", Kind::Ip6).repeats().label("Advertised IPv6 address").doc("RFC 8684 §3.4.1", "Another address at which the sender can be reached");
    PORT = Field::moving("tcp.options.mptcp.port", Kind::Uint).repeats().label("Advertised port").doc("RFC 8684 §3.4.1", "The port at that address, when it is another than this subflow's");
    RM_COUNT = Field::derived("mptcp.rm_addr.count", Kind::Uint).repeats().label("Number of removed addresses").doc("RFC 8684 §3.4.2", "How many address IDs follow");
}

/// Subtypes (IANA, "MPTCP Option Subtypes").
static SUBTYPES: &[(u64, &str)] = &[
    (0, "MP_CAPABLE"),
    (1, "MP_JOIN"),
    (2, "DSS"),
    (3, "ADD_ADDR"),
    (4, "REMOVE_ADDR"),
    (5, "MP_PRIO"),
    (6, "MP_FAIL"),
    (7, "MP_FASTCLOSE"),
    (8, "MP_TCPRST"),
    (15, "MP_EXPERIMENTAL"),
];

/// Reasons (IANA, "MPTCP MP_TCPRST Reason Codes").
static RST_REASONS: &[(u64, &str)] = &[
    (0, "Unspecified error"),
    (1, "MPTCP-specific error"),
    (2, "Lack of resources"),
    (3, "Administratively prohibited"),
    (4, "Too much outstanding data"),
    (5, "Unacceptable performance"),
    (6, "Middlebox interference"),
];

/// The family of an ADD_ADDR option's address, whether a port follows, and whether a proof does, all by its length.
fn address_shape(len: u32) -> Option<(u32, bool, bool)> {
    Some(match len {
        8 => (4, false, false),
        10 => (4, true, false),
        16 => (4, false, true),
        18 => (4, true, true),
        20 => (16, false, false),
        22 => (16, true, false),
        28 => (16, false, true),
        30 => (16, true, true),
        _ => return None,
    })
}

/// Puts the fields of a Multipath TCP option after its kind and length.
pub fn put<S: Sink>(option: &Piece<'_>, s: &mut S) {
    let Some(subtype) = option.uint(s, &SUBTYPE, 16, 4) else {
        if option.is_whole() {
            bad(s, "has at least 3 bytes (RFC 8684 §3)", 3, option.len);
        }
        return;
    };
    match subtype {
        0 => capable(option, s),
        1 => join(option, s),
        2 => data_sequence_signal(option, s),
        3 => add_address(option, s),
        4 => remove_address(option, s),
        5 => priority(option, s),
        6 => {
            exactly(option, s, "MP_FAIL has 12 bytes (RFC 8684 §3.7)", &[12]);
            option.uint(s, &RESERVED, 20, 12);
            option.uint(s, &RAWDATASEQNO, 32, 64);
        }
        7 => {
            exactly(option, s, "MP_FASTCLOSE has 12 bytes (RFC 8684 §3.5)", &[12]);
            option.uint(s, &RESERVED, 20, 12);
            option.uint(s, &RECVKEY, 32, 64);
        }
        8 => {
            exactly(option, s, "MP_TCPRST has 4 bytes (RFC 8684 §3.6)", &[4]);
            option.uint(s, &FLAGS, 16, 8);
            option.uint(s, &FLAG_U, 20, 1);
            option.uint(s, &FLAG_V, 21, 1);
            option.uint(s, &FLAG_W, 22, 1);
            option.uint(s, &FLAG_T, 23, 1);
            option.uint(s, &RST_REASON, 24, 8);
        }
        _ => {}
    }
}

fn bad<S: Sink>(s: &mut S, rule: &'static str, expected: u32, found: u32) {
    s.note(NoteKind::Bad, format_args!("Multipath TCP option {rule}: {expected} expected, {found} found"));
}

/// Notes a length that is none of `lengths`.
fn exactly<S: Sink>(option: &Piece<'_>, s: &mut S, rule: &'static str, lengths: &[u32]) {
    if !lengths.contains(&option.len) {
        bad(s, rule, lengths.first().copied().unwrap_or_default(), option.len);
    }
}

fn capable<S: Sink>(option: &Piece<'_>, s: &mut S) {
    exactly(option, s, "MP_CAPABLE has 4, 12, 20, 22 or 24 bytes (RFC 8684 §3.1)", &[4, 12, 20, 22, 24]);
    let version = option.uint(s, &VERSION, 20, 4).unwrap_or_default();
    if option.uint(s, &FLAGS, 24, 8).is_some() {
        option.uint(s, &CHECKSUMREQ, 24, 1);
        option.uint(s, &EXTENSIBILITY, 25, 1);
        if version == 1 {
            option.uint(s, &NOMORESUBFLOWS, 26, 1);
            option.uint(s, &RESERVED_FLAG, 27, 4);
            option.uint(s, &SHA256, 31, 1);
        } else {
            option.uint(s, &RESERVED_FLAG, 26, 5);
            option.uint(s, &SHA1, 31, 1);
        }
    }
    option.uint(s, &SENDKEY, 32, 64);
    option.uint(s, &RECVKEY, 96, 64);
    option.uint(s, &DATALVLLEN, 160, 16);
    option.uint(s, &CHECKSUM, 176, 16);
}

fn join<S: Sink>(option: &Piece<'_>, s: &mut S) {
    exactly(option, s, "MP_JOIN has 12, 16 or 24 bytes (RFC 8684 §3.2)", &[12, 16, 24]);
    match option.len {
        12 | 16 => {
            option.uint(s, &FLAGS, 16, 8);
            option.uint(s, &BACKUP, 23, 1);
            option.uint(s, &ADDRID, 24, 8);
            if option.len == 12 {
                option.uint(s, &RECVTOK, 32, 32);
                option.uint(s, &SENDRAND, 64, 32);
            } else {
                option.uint(s, &SENDTRUNCHMAC, 32, 64);
                option.uint(s, &SENDRAND, 96, 32);
            }
        }
        24 => {
            option.uint(s, &RESERVED, 20, 12);
            option.span(s, &SENDHMAC, 4, 20);
        }
        _ => {}
    }
}

fn data_sequence_signal<S: Sink>(option: &Piece<'_>, s: &mut S) {
    let Some(flags) = option.uint(s, &FLAGS, 24, 8) else { return };
    option.uint(s, &DATAFIN, 27, 1);
    option.uint(s, &DSEQN8, 28, 1);
    option.uint(s, &DSEQN_PRESENT, 29, 1);
    option.uint(s, &DATAACK8, 30, 1);
    option.uint(s, &DATAACK_PRESENT, 31, 1);
    let layout = Signal::of(flags as u8);
    if !(layout.least..=layout.least + layout.checksum).contains(&option.len) {
        bad(s, "is as long as its flags say (RFC 8684 §3.3)", layout.least, option.len);
    }
    let mut bit = 32;
    if layout.ack > 0 {
        option.uint(s, &RAWDATAACK, bit, layout.ack);
        bit += layout.ack;
    }
    if layout.seq > 0 {
        option.uint(s, &RAWDATASEQNO, bit, layout.seq);
        option.uint(s, &SUBFLOWSEQNO, bit + layout.seq, 32);
        option.uint(s, &DATALVLLEN, bit + layout.seq + 32, 16);
        option.uint(s, &CHECKSUM, bit + layout.seq + 48, 16);
    }
}

/// What the flags of a data sequence signal say about its shape.
struct Signal {
    /// Width of the data ACK in bits; 0 without one.
    ack: u32,
    /// Width of the data sequence number in bits; 0 without a mapping.
    seq: u32,
    /// Length of the option in bytes, without the checksum.
    least: u32,
    /// Length of the checksum in bytes, should it have been agreed.
    checksum: u32,
}

impl Signal {
    fn of(flags: u8) -> Signal {
        let width = |present: u8, wide: u8| match (flags & present != 0, flags & wide != 0) {
            (false, _) => 0,
            (true, false) => 32,
            (true, true) => 64,
        };
        let (ack, seq) = (width(1, 2), width(4, 8));
        let mapping = if seq > 0 { seq / 8 + 6 } else { 0 };
        Signal { ack, seq, least: 4 + ack / 8 + mapping, checksum: if seq > 0 { 2 } else { 0 } }
    }
}

fn add_address<S: Sink>(option: &Piece<'_>, s: &mut S) {
    match option.number(20, 4) {
        // Version 0 had the IP version where version 1 has flags, of which only the lowest is assigned.
        Some(4 | 6) => option.uint(s, &IPVER, 20, 4),
        _ => option.uint(s, &ECHO, 23, 1),
    };
    option.uint(s, &ADDRID, 24, 8);
    let Some((address, port, proof)) = address_shape(option.len) else {
        let rule = "ADD_ADDR has 8, 10, 16, 18, 20, 22, 28 or 30 bytes (RFC 8684 §3.4.1)";
        return bad(s, rule, 8, option.len);
    };
    option.span(s, if address == 4 { &IPV4 } else { &IPV6 }, 4, address);
    let mut bit = 32 + address * 8;
    if port {
        option.uint(s, &PORT, bit, 16);
        bit += 16;
    }
    if proof {
        option.uint(s, &ADDADDRTRUNCHMAC, bit, 64);
    }
}

fn remove_address<S: Sink>(option: &Piece<'_>, s: &mut S) {
    let count = option.len.saturating_sub(3);
    if count == 0 {
        bad(s, "REMOVE_ADDR has at least 4 bytes (RFC 8684 §3.4.2)", 4, option.len);
    }
    s.derived(&RM_COUNT, count.into());
    for n in 0..count {
        if !s.room() || option.uint(s, &ADDRID, 24 + n * 8, 8).is_none() {
            break;
        }
    }
}

fn priority<S: Sink>(option: &Piece<'_>, s: &mut S) {
    exactly(option, s, "MP_PRIO has 3 bytes, or 4 with an address ID (RFC 8684 §3.3.8)", &[3, 4]);
    option.uint(s, &FLAGS, 16, 8);
    option.uint(s, &BACKUP, 23, 1);
    if option.len == 4 {
        option.uint(s, &ADDRID, 24, 8);
    }
}

/// Writes a Multipath TCP option as tcpdump does; `None` when its length does not fit what it is.
pub fn line(option: &Piece<'_>, out: &mut Text) -> Option<()> {
    let n = |bit, bits| option.number(bit, bits);
    let subtype = n(16, 4)?;
    out.ch(' ').num(option.len.into());
    match subtype {
        0 => {
            out.lit(" capable");
            matches!(option.len, 4 | 12 | 20 | 22 | 24).then_some(())?;
            out.lit(" v").num(n(20, 4)?);
            if n(24, 1)? != 0 {
                out.lit(" csum");
            }
            if option.len >= 12 {
                out.lit(" {").hex(n(32, 64)?, 1);
                if option.len >= 20 {
                    out.ch(',').hex(n(96, 64)?, 1);
                }
                out.ch('}');
            }
        }
        1 => {
            out.lit(" join");
            if option.len != 24 && n(23, 1)? != 0 {
                out.lit(" backup");
            }
            match option.len {
                12 => out.lit(" id ").num(n(24, 8)?).lit(" token ").hex(n(32, 32)?, 1),
                16 => out.lit(" id ").num(n(24, 8)?).lit(" hmac ").hex(n(32, 64)?, 1),
                24 => out.lit(" hmac 0x").hex_bytes(option.bytes.get(4..24)?),
                _ => return None,
            };
            if option.len != 24 {
                out.lit(" nonce ").hex(n(if option.len == 12 { 64 } else { 96 }, 32)?, 1);
            }
        }
        2 => line_signal(option, out)?,
        3 => {
            out.lit(" add-addr");
            match (n(20, 4)?, n(23, 1)?) {
                (4, _) => out.lit(" v0-ip4"),
                (6, _) => out.lit(" v0-ip6"),
                (_, 1) => out.lit(" v1-echo"),
                _ => out.lit(" v1"),
            };
            out.lit(" id ").num(n(24, 8)?).ch(' ');
            let (address, port, proof) = address_shape(option.len)?;
            match address {
                4 => out.ip4(*option.bytes.get(4..)?.first_chunk()?),
                _ => out.ip6(*option.bytes.get(4..)?.first_chunk()?),
            };
            let mut bit = 32 + address * 8;
            if port {
                out.ch(':').num(n(bit, 16)?);
                bit += 16;
            }
            if proof {
                out.lit(" hmac ").hex(n(bit, 64)?, 1);
            }
        }
        4 => {
            out.lit(" rem-addr");
            (option.len >= 4).then_some(())?;
            out.lit(" id");
            for id in option.bytes.get(3..)? {
                out.ch(' ').num((*id).into());
            }
        }
        5 => {
            out.lit(" prio");
            matches!(option.len, 3 | 4).then_some(())?;
            out.lit(if n(23, 1)? != 0 { " backup" } else { " non-backup" });
            if option.len == 4 {
                out.lit(" id ").num(n(24, 8)?);
            }
        }
        6 => {
            out.lit(" fail");
            (option.len == 12).then_some(())?;
            out.lit(" seq ").num(n(32, 64)?);
        }
        7 => {
            out.lit(" fast-close");
            (option.len == 12).then_some(())?;
            out.lit(" key ").hex(n(32, 64)?, 1);
        }
        // tcpdump 4.99 calls the next one unknown too.
        8 if option.len == 4 => {
            out.lit(" tcprst reason ").num(n(24, 8)?);
        }
        _ => {
            out.lit(" unknown");
        }
    }
    Some(())
}

fn line_signal(option: &Piece<'_>, out: &mut Text) -> Option<()> {
    out.lit(" dss");
    let flags = option.number(24, 8)? as u8;
    let layout = Signal::of(flags);
    if flags & 0x10 != 0 {
        out.lit(" fin");
    }
    let mut bit = 32;
    if layout.ack > 0 {
        out.lit(" ack ").num(option.number(bit, layout.ack)?);
        bit += layout.ack;
    }
    if layout.seq > 0 {
        out.lit(" seq ").num(option.number(bit, layout.seq)?);
        bit += layout.seq;
        out.lit(" subseq ").num(option.number(bit, 32)?).lit(" len ").num(option.number(bit + 32, 16)?);
        if option.len >= layout.least + 2 {
            out.lit(" csum ").hex(option.number(bit + 48, 16)?, 1);
        }
    }
    (layout.least..=layout.least + layout.checksum).contains(&option.len).then_some(())
}
