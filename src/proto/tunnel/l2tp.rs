//! Layer 2 Tunneling Protocol: version 2 carries PPP over UDP (RFC 2661), version 3 frames of any link, over UDP or right
//! over IP (RFC 3931).
//!
//! ```text
//! |T|L|x|x|S|x|O|P|x|x|x|x|  Ver  |         Length (opt)          |
//! |           Tunnel ID           |           Session ID          |
//! |           Ns (opt)            |             Nr (opt)          |
//! |      Offset Size (opt)        |    Offset pad …
//! ```
//!
//! In version 3, a control connection ID takes the place of tunnel and session in control messages. Data messages have a
//! session ID of 32 bits; what stands between it and the frame was negotiated, and the packet does not say it.

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit, direct};
use crate::field::{Field, Kind, Table};
use crate::input::{Bad, Extent, Input, Stop};
use crate::proto::shared::tlv::Tlv;
use crate::proto::shared::{ppp::l2tp_avp, ppp::lcp_options};
use crate::sink::{NoteKind, Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { FLAGS_2:
    FLAGS = Field::uint("l2tp.flags", 0, 16).hex().label("Flags").doc("RFC 2661 §3.1", "Which fields follow, and the version");
    TYPE = Field::uint("l2tp.type", 0, 1).part_of("l2tp.flags").values(TYPES).label("Type").doc("RFC 2661 §3.1", "A data message carries a frame, a control message manages the tunnel");
    HAS_LENGTH = Field::flag("l2tp.length_bit", 1).part_of("l2tp.flags").label("Length").doc("RFC 2661 §3.1", "1: the length is there; always in control messages");
    HAS_SEQUENCE = Field::flag("l2tp.seq_bit", 4).part_of("l2tp.flags").label("Sequence").doc("RFC 2661 §3.1", "1: Ns and Nr are there; always in control messages");
    HAS_OFFSET = Field::flag("l2tp.offset_bit", 6).part_of("l2tp.flags").label("Offset").doc("RFC 2661 §3.1", "1: the offset size is there; never in control messages");
    PRIORITY = Field::flag("l2tp.priority", 7).part_of("l2tp.flags").label("Priority").doc("RFC 2661 §3.1", "1: to be sent before others (a keepalive, for instance)");
    VERSION = Field::uint("l2tp.version", 12, 4).part_of("l2tp.flags").label("Version").doc("RFC 2661 §3.1", "2 or 3; 1 is L2F, which is another protocol");
}

crate::fields! { FLAGS_3:
    FLAGS_V3 = Field::uint("l2tp.flags", 0, 16).hex().label("Flags").doc("RFC 3931 §3.2.1", "Which fields follow, and the version");
    TYPE_V3 = Field::uint("l2tp.type", 0, 1).part_of("l2tp.flags").values(TYPES).label("Type").doc("RFC 3931 §3.2.1", "A data message carries a frame, a control message manages the connection");
    HAS_LENGTH_V3 = Field::flag("l2tp.length_bit", 1).part_of("l2tp.flags").label("Length").doc("RFC 3931 §3.2.1", "1: the length is there; always in control messages");
    HAS_SEQUENCE_V3 = Field::flag("l2tp.seq_bit", 4).part_of("l2tp.flags").label("Sequence").doc("RFC 3931 §3.2.1", "1: Ns and Nr are there; always in control messages");
    VERSION_V3 = Field::uint("l2tp.version", 12, 4).part_of("l2tp.flags").label("Version").doc("RFC 3931 §3.2.1", "3");
}

crate::fields! { MOVING:
    LENGTH = Field::moving("l2tp.length", Kind::Uint).unit("bytes").label("Length").doc("RFC 2661 §3.1", "Of the whole message");
    TUNNEL = Field::moving("l2tp.tunnel", Kind::Uint).label("Tunnel").doc("RFC 2661 §3.1", "The receiver's number for the tunnel; 0 before it has one");
    SESSION = Field::moving("l2tp.session", Kind::Uint).label("Session").doc("RFC 2661 §3.1", "The receiver's number for the session; 0 for the tunnel as a whole");
    NS = Field::moving("l2tp.Ns", Kind::Uint).label("Sequence number sent").doc("RFC 2661 §3.1", "Counts the messages of the sender, from 0");
    NR = Field::moving("l2tp.Nr", Kind::Uint).label("Sequence number expected").doc("RFC 2661 §3.1", "One more than the number of the last control message that the sender received: acknowledges it");
    OFFSET = Field::moving("l2tp.offset", Kind::Uint).unit("bytes").label("Offset size").doc("RFC 2661 §3.1", "How many bytes of padding stand before the PPP frame");
    OFFSET_PAD = Field::moving("l2tp.offset_pad", Kind::Bytes).label("Offset padding").doc("RFC 2661 §3.1", "Of any content");
    EMPTY = Field::derived("l2tp.zero_length_body_message", Kind::Flag).label("Zero-length body").doc("RFC 2661 §5.8", "A control message without pairs only acknowledges");
    CONNECTION = Field::moving("l2tp.ccid", Kind::Uint).hex_wide(8).label("Control connection").doc("RFC 3931 §3.2.1", "The receiver's number for the connection; 0 before it has one");
    RESERVED = Field::moving("l2tp.res", Kind::Uint).hex_wide(4).label("Reserved").doc("RFC 3931 §4.1.2.1", "Sent as 0 and ignored by the receiver");
    SESSION_V3 = Field::moving("l2tp.sid", Kind::Uint).hex_wide(8).label("Session").doc("RFC 3931 §4.1", "The receiver's number for the session; 0: a control message, over IP");
}

static TYPES: &[(u64, &str)] = &[(0, "Data message"), (1, "Control message")];

/// The tables of all messages.
static TABLES: &[Table] = &[
    FLAGS_2,
    FLAGS_3,
    MOVING,
    l2tp_avp::HEAD,
    l2tp_avp::RESULT,
    l2tp_avp::VERSION,
    l2tp_avp::FRAMINGS,
    l2tp_avp::BEARERS,
    l2tp_avp::BEARER,
    l2tp_avp::FRAMING,
    l2tp_avp::CAUSE,
    l2tp_avp::ERRORS,
    l2tp_avp::ACCM,
    l2tp_avp::DISCONNECT,
    l2tp_avp::CIRCUIT,
    l2tp_avp::SPEEDS,
    l2tp_avp::MOVING,
    lcp_options::HEAD,
    lcp_options::GROUPS,
    lcp_options::VENDOR,
    lcp_options::MRU_BODY,
    lcp_options::ASYNCMAP,
    lcp_options::PROTOCOL,
    lcp_options::QUALITY_BODY,
    lcp_options::PERIOD_BODY,
    lcp_options::MAGIC_BODY,
    lcp_options::FCS_BODY,
    lcp_options::PADDING_BODY,
    lcp_options::NUMBERED_BODY,
    lcp_options::CALLBACK_BODY,
    lcp_options::MRRU_BODY,
    lcp_options::CLASS_BODY,
    lcp_options::LINK_BODY,
    lcp_options::FORMAT_BODY,
    lcp_options::I18N_BODY,
    lcp_options::MOVING,
];

/// L2TP over UDP, both versions.
pub static L2TP: Protocol = Protocol {
    name: "l2tp",
    title: "Layer 2 Tunneling Protocol",
    spec: "RFC 2661, RFC 3931",
    scope: "Versions 2 and 3: the headers, the pairs of control messages, and PPP in version 2. Not: frames in version 3 (the packet does not say which), hidden values, vendors' own pairs.",
    unit: Unit::Header,
    tables: TABLES,
    keys: &[(Space::UdpPort, 1701)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

/// L2TP version 3 right over IP, where the session comes first.
pub static L2TP_IP: Protocol = Protocol {
    title: "Layer 2 Tunneling Protocol over IP",
    spec: "RFC 3931",
    scope: "Version 3: the session, and control messages with their pairs. Not: cookies and frames (the packet does not say which).",
    keys: &[(Space::IpProto, 115)],
    peel: over_ip::<Off>,
    tree: over_ip::<Tree>,
    line: |seen, out| match seen.header.first_chunk::<4>() {
        Some([0, 0, 0, 0]) => message_line(seen.header.get(4..).unwrap_or_default(), seen, out),
        Some(session) => session_line(*session, out),
        None => {}
    },
    ..L2TP
};

/// Why the payload of a data message of version 3 is not read.
const NEGOTIATED: Next = Next::Opaque("the cookie and what follows it were negotiated; the packet does not say it");

/// Reads fields one after the other.
struct Reader<'a> {
    input: Input<'a>,
    at: u32,
}

impl Reader<'_> {
    /// Reads a number of two or four bytes and puts it.
    fn uint<S: Sink>(&mut self, s: &mut S, row: &'static Field, bytes: u32) -> Result<u32, Stop> {
        let end = self.at.saturating_add(bytes);
        let Some(b) = self.input.data.get(self.at as usize..end as usize) else { return Err(self.input.short(end)) };
        let value = b.iter().fold(0u32, |v, b| v << 8 | u32::from(*b));
        s.uint(row, self.input.base.saturating_add(self.at).saturating_mul(8), bytes * 8, value.into());
        self.at = end;
        Ok(value)
    }
}

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    message(input, s, 0)
}

fn over_ip<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let mut r = Reader { input, at: 0 };
    match r.uint(s, &SESSION_V3, 4)? {
        0 => message(input, s, 4),
        _ => Ok(Step::new(&input, 4, input.wire, NEGOTIATED)),
    }
}

/// Reads a message whose flags are at byte `from`.
fn message<S: Sink>(input: Input<'_>, s: &mut S, from: u32) -> Dissected {
    let flags = input.upto(from + 2)?.get(from as usize..).unwrap_or_default();
    let (version, control) = (VERSION.get(flags) as u32, TYPE.get(flags) != 0);
    let base = input.base.saturating_add(from);
    match version {
        2 => s.fixed(FLAGS_2, flags, base),
        3 => s.fixed(FLAGS_3, flags, base),
        _ => {
            return Err(Stop::Bad(Bad { rule: "the version is 2 or 3 (RFC 2661 §3.1)", expected: 2, found: version }));
        }
    }
    let mut r = Reader { input, at: from + 2 };
    if version == 3 && !control {
        r.uint(s, &RESERVED, 2)?;
        r.uint(s, &SESSION_V3, 4)?;
        return Ok(Step::new(&input, r.at, input.wire, NEGOTIATED));
    }
    let mut wire = input.wire;
    if HAS_LENGTH.get(flags) != 0 {
        let said = r.uint(s, &LENGTH, 2)?;
        wire = length(&input, s, said, from);
    } else if control {
        s.flaw(Bad { rule: "a control message has a length (RFC 2661 §3.1)", expected: 1, found: 0 });
    }
    if version == 2 {
        r.uint(s, &TUNNEL, 2)?;
        r.uint(s, &SESSION, 2)?;
    } else {
        r.uint(s, &CONNECTION, 4)?;
    }
    if HAS_SEQUENCE.get(flags) != 0 {
        r.uint(s, &NS, 2)?;
        r.uint(s, &NR, 2)?;
    }
    if version == 2 && HAS_OFFSET.get(flags) != 0 {
        let pad = r.uint(s, &OFFSET, 2)?;
        let room = wire.saturating_sub(r.at);
        if pad > room {
            s.flaw(Bad { rule: "the offset ends within the message (RFC 2661 §3.1)", expected: room, found: pad });
        }
        let end = r.at.saturating_add(pad.min(room));
        Tlv::new(input.data, input.base, 0, wire).span(s, &OFFSET_PAD, r.at, end);
        input.upto(end)?;
        r.at = end;
    }
    let wire = wire.max(r.at);
    if control {
        return Ok(pairs(&input, s, r.at, wire));
    }
    let next = if wire > r.at { Next::Key(Space::Direct, direct::PPP) } else { Next::End };
    Ok(Step::new(&input, r.at, wire, next))
}

/// Where a message ends that says that it has so many bytes from `from` on.
fn length<S: Sink>(input: &Input<'_>, s: &mut S, said: u32, from: u32) -> u32 {
    let carried = input.wire.saturating_sub(from);
    if said > carried && input.extent == Extent::Whole {
        s.flaw(Bad {
            rule: "the length is at most what the packet carries (RFC 2661 §3.1)",
            expected: carried,
            found: said,
        });
    }
    from + said.min(carried)
}

/// Puts the pairs of a control message.
fn pairs<S: Sink>(input: &Input<'_>, s: &mut S, at: u32, wire: u32) -> Step {
    let message = Tlv::new(input.data, input.base, 0, wire);
    if S::ON {
        if wire == at {
            s.derived(&EMPTY, 1);
        }
        l2tp_avp::walk(s, &message, at);
    }
    let captured = message.data.len() as u32;
    if captured < wire {
        s.note(NoteKind::Cut, format_args!("{wire} bytes expected, {captured} captured"));
    }
    Step::new(input, captured, wire, Next::End)
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    message_line(seen.header, seen, out);
}

fn session_line(session: [u8; 4], out: &mut Text) {
    out.lit("L2TPv3, session ").hex(u32::from_be_bytes(session).into(), 8);
}

/// ` l2tp:[TLS](0/0)Ns=0,Nr=0 *MSGTYPE(SCCRQ)`, as tcpdump has it, and the same for version 3.
fn message_line(header: &[u8], seen: &Seen<'_>, out: &mut Text) {
    let version = VERSION.get(header);
    let control = TYPE.get(header) != 0;
    if version == 3 && !control {
        if let Some(session) = header.get(4..).and_then(<[u8]>::first_chunk::<4>) {
            session_line(*session, out);
        }
        return;
    }
    out.lit(if version == 3 { " l2tpv3:[" } else { " l2tp:[" });
    let flags = [(&HAS_LENGTH, "L"), (&HAS_SEQUENCE, "S"), (&HAS_OFFSET, "O"), (&PRIORITY, "P")];
    out.lit(if control { "T" } else { "" });
    for (_, letter) in flags.iter().filter(|(flag, _)| flag.get(header) != 0) {
        out.lit(letter);
    }
    let word = |at: usize| {
        let bytes = header.get(at..).and_then(<[u8]>::first_chunk::<2>).copied().unwrap_or_default();
        u64::from(u16::from_be_bytes(bytes))
    };
    let mut at = if HAS_LENGTH.get(header) != 0 { 4 } else { 2 };
    if version == 3 {
        out.lit("](").hex(word(at) << 16 | word(at + 2), 8).ch(')');
    } else {
        out.lit("](").num(word(at)).ch('/').num(word(at + 2)).ch(')');
    }
    at += 4;
    if HAS_SEQUENCE.get(header) != 0 {
        out.lit("Ns=").num(word(at)).lit(",Nr=").num(word(at + 2));
        at += 4;
    }
    match header.get(at..) {
        Some([]) if control => {
            out.lit(" ZLB");
        }
        Some(pairs) if control => l2tp_avp::line(pairs, out),
        _ => {
            out.lit(if seen.next.is_some() { " " } else { "" });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::L2TP;
    use crate::dissect::{Next, Space, direct};
    use crate::input::{Env, Extent, Input, Stop};
    use crate::sink::Off;

    fn next(data: &[u8]) -> Result<(u32, u32, Next), Stop> {
        let input = Input { data, base: 0, wire: data.len() as u32, extent: Extent::Whole, env: &Env::NONE };
        (L2TP.peel)(input, &mut Off::default()).map(|step| (step.header, step.wire, step.next))
    }

    #[test]
    fn the_flags_say_which_fields_follow() {
        let ppp = Next::Key(Space::Direct, direct::PPP);
        assert_eq!(next(&[0, 2, 0, 1, 0, 2, 0xff, 3]), Ok((6, 8, ppp)));
        assert_eq!(next(&[0x40, 2, 0, 10, 0, 1, 0, 2, 0xff, 3, 0]), Ok((8, 10, ppp)), "what is behind the length");
        assert_eq!(next(&[2, 2, 0, 1, 0, 2, 0, 2, 9, 9, 0xff, 3]), Ok((10, 12, ppp)), "an offset");
        assert_eq!(next(&[2, 2, 0, 1, 0, 2, 0, 9, 9]), Ok((9, 9, Next::End)), "an offset beyond the message");
        assert_eq!(next(&[0xc8, 2, 0, 12, 0, 1, 0, 0, 0, 0, 0, 1]), Ok((12, 12, Next::End)));
        assert!(matches!(next(&[0, 1, 0, 0]), Err(Stop::Bad(bad)) if bad.found == 1));
    }
}
