//! The compression of IP headers on a PPP link as both network control protocols ask for it (RFC 1332 §3.2, RFC 2509,
//! RFC 3241), and the rows of type and length of their options.

use crate::field::{Around, Field, Kind};
use crate::proto::shared::tlv::Tlv;
use crate::sink::{NoteKind, Sink};
use crate::text::Text;

crate::fields! { pub HEAD:
    TYPE = Field::uint("ipcp.opt.type", 0, 8).repeats().values(TYPES).label("Type").doc("RFC 1332 §3", "What the option is about");
    LENGTH = Field::uint("ipcp.opt.length", 8, 8).repeats().unit("bytes").label("Length").doc("RFC 1332 §3", "Of the whole option, with type and length");
}

crate::fields! { pub PROTOCOL:
    COMPRESSION = Field::uint("ipcp.opt.compress_proto", 16, 16).hex().repeats().values(PROTOCOLS).label("Protocol").doc("RFC 1332 §3.2", "Which way of compression the sender can receive");
}

crate::fields! { pub VAN_JACOBSON:
    MAX_SLOT = Field::uint("ipcp.opt.max_slot_id", 32, 8).repeats().label("Highest slot").doc("RFC 1332 §4", "One less than the number of connections that are compressed").explain(explain_slots);
    UNUSED = Field::uint("ipcp.opt.unused", 40, 7).repeats().label("Unused").doc("RFC 1332 §4", "0");
    COMPRESS_SLOT = Field::flag("ipcp.opt.comp_slot_id", 47).repeats().label("Slot may be left out").doc("RFC 1332 §4", "1: the slot need not be in every packet");
}

crate::fields! { pub IPHC:
    TCP_SPACE = Field::uint("ipcp.opt.tcp_space", 32, 16).repeats().label("TCP contexts").doc("RFC 2509 §2.1", "Highest context identifier for TCP");
    NON_TCP_SPACE = Field::uint("ipcp.opt.non_tcp_space", 48, 16).repeats().label("Other contexts").doc("RFC 2509 §2.1", "Highest context identifier for anything else");
    MAX_PERIOD = Field::uint("ipcp.opt.f_max_period", 64, 16).repeats().label("Longest period").doc("RFC 2509 §2.1", "How many headers may be compressed between two full ones; 0: without end");
    MAX_TIME = Field::uint("ipcp.opt.f_max_time", 80, 16).repeats().unit("s").label("Longest time").doc("RFC 2509 §2.1", "Between two full headers; 0: without end");
    MAX_HEADER = Field::uint("ipcp.opt.max_header", 96, 16).repeats().unit("bytes").label("Largest header").doc("RFC 2509 §2.1", "The longest header that is compressed");
}

crate::fields! { pub ROHC:
    MAX_CID = Field::uint("ipcp.opt.max_cid", 32, 16).repeats().label("Highest context identifier").doc("RFC 3241 §2.1", "One less than the number of contexts");
    MRRU = Field::uint("ipcp.opt.mrru", 48, 16).repeats().unit("bytes").label("Largest unit put together").doc("RFC 3241 §2.1", "From segments; 0: none are sent");
}

crate::fields! { pub SUBOPTION:
    SUB_TYPE = Field::uint("ipcp.opt.iphc.type", 0, 8).repeats().values(SUBOPTIONS).label("Type").doc("RFC 2509 §2.2", "What the suboption is about");
    SUB_LENGTH = Field::uint("ipcp.opt.iphc.length", 8, 8).repeats().unit("bytes").label("Length").doc("RFC 2509 §2.2", "Of the whole suboption, with type and length");
}

crate::fields! { pub MOVING:
    GROUP = Field::moving("ipcp.opt.compress", Kind::Bytes).repeats().label("IP compression protocol").doc("RFC 1332 §3.2", "The sender can receive packets with compressed headers");
    SUB = Field::moving("ipcp.opt.iphc", Kind::Bytes).repeats().label("Suboption").doc("RFC 2509 §2.2", "What else is compressed");
    SUB_PARAMETER = Field::moving("ipcp.opt.iphc.param", Kind::Uint).repeats().label("Parameter").doc("RFC 3544 §2.2", "1: also UDP and RTP headers, 2: headers of RTP over UDP only, of enhanced compression");
    DATA = Field::moving("ipcp.data", Kind::Bytes).repeats().label("Data").doc("RFC 1332 §3", "What the option says");
}

/// IANA, PPP IPCP Configuration Option Types.
static TYPES: &[(u64, &str)] = &[
    (1, "IP-Addresses"),
    (2, "IP-Compression-Protocol"),
    (3, "IP-Address"),
    (4, "Mobile-IPv4"),
    (129, "Primary DNS Server Address"),
    (130, "Primary NBNS Server Address"),
    (131, "Secondary DNS Server Address"),
    (132, "Secondary NBNS Server Address"),
];

/// IANA, PPP IP-Compression-Protocol Types.
static PROTOCOLS: &[(u64, &str)] = &[
    (0x0003, "Robust header compression"),
    (0x002d, "Van Jacobson compressed TCP/IP"),
    (0x004f, "IPv6 header compression"),
    (0x0061, "IP header compression"),
];

/// RFC 2509 §2.2, RFC 3544 §2.2.
static SUBOPTIONS: &[(u64, &str)] =
    &[(1, "RTP compression"), (2, "Enhanced RTP compression"), (3, "TCP or non-TCP compression suppressed")];

/// Puts the option from the protocol on.
pub fn put<S: Sink>(s: &mut S, o: &Tlv<'_>) {
    if !o.at_least(s, "the option holds at least a protocol (RFC 1332 §3.2)", 4) {
        return o.rest(s, &DATA, 2);
    }
    o.fixed(s, PROTOCOL);
    match (COMPRESSION.get(o.data), o.wire) {
        (0x002d, 6) => o.fixed(s, VAN_JACOBSON),
        (0x0061, 14..) => {
            o.fixed(s, IPHC);
            suboptions(s, o, 14);
        }
        (0x0003, 10..) => {
            o.fixed(s, ROHC);
            o.uint(s, &MAX_HEADER, 8, 2);
            o.rest(s, &DATA, 10);
        }
        _ => o.rest(s, &DATA, 4),
    }
}

fn suboptions<S: Sink>(s: &mut S, o: &Tlv<'_>, from: u32) {
    let mut at = from;
    while S::ON && at < o.wire && s.room() {
        let (Some(kind), length) = (o.byte(at), o.byte(at.saturating_add(1))) else { return };
        let (left, wire) = (o.wire - at, length.map_or(2, u32::from));
        let sub = o.part(at, wire.max(2));
        s.open(&SUB, sub.bit(0));
        sub.fixed(s, SUBOPTION);
        if wire < 2 || wire > left {
            let rule = "a suboption has its type and length, and ends within the option (RFC 2509 §2.2)";
            s.note(NoteKind::Bad, format_args!("{rule}: 2 to {left} bytes expected, {wire} found"));
            s.close(sub.bit(sub.wire));
            return;
        }
        if kind == 3 && wire == 3 {
            sub.uint(s, &SUB_PARAMETER, 2, 1);
        } else {
            sub.rest(s, &DATA, 2);
        }
        s.close(sub.bit(wire));
        at = at.saturating_add(wire);
    }
}

fn explain_slots(around: &Around<'_>, out: &mut Text) {
    out.num(around.value + 1).lit(" connections are compressed at the same time");
}

/// Writes the protocol in tcpdump's words.
pub fn line(protocol: u16, out: &mut Text) {
    let name = match protocol {
        0x002d => "VJ-Comp",
        0x0061 => "IP Header Compression",
        _ => "Unknown",
    };
    out.lit(": ").lit(name).lit(" (").hex(protocol.into(), 2).lit("):");
}
