//! PPP over Ethernet, discovery stage: a station finds an access concentrator and opens a session (RFC 2516 §5).
//!
//! ```text
//! |  Ver  | Type  |     Code      |          Session ID           |
//! |            Length             |  Tags …
//! ```

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::{Around, Field, Kind};
use crate::input::Input;
use crate::proto::shared::tlv::Tlv;
use crate::proto::shared::{ppp::pppoe, ppp::pppoe_line};
use crate::sink::{NoteKind, Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { TAG_HEAD:
    TAG = Field::uint("pppoed.tag", 0, 16).hex().repeats().names(tag_name).label("Tag").doc("RFC 2516 §4", "What the tag says");
    TAG_LENGTH = Field::uint("pppoed.tag_length", 16, 16).repeats().unit("bytes").label("Length").doc("RFC 2516 §4", "Of what follows");
}

crate::fields! { VENDOR:
    VENDOR_ID = Field::uint("pppoed.tags.vendor_id", 32, 32).repeats().label("Vendor").doc("RFC 2516 Appendix A", "Whose tag it is: an enterprise number of IANA; 3561 is the Broadband Forum");
}

crate::fields! { CREDITS:
    FORWARD = Field::uint("pppoed.tags.credits.fcn", 32, 16).repeats().label("Forward credits").doc("RFC 5578", "How much more the sender of this packet allows the other end to send");
    BACKWARD = Field::uint("pppoed.tags.credits.bcn", 48, 16).repeats().label("Backward credits").doc("RFC 5578", "How much the sender of this packet may still send");
}

crate::fields! { METRICS:
    METRICS_RESERVED = Field::uint("pppoed.tags.metrics.reserved", 32, 11).repeats().label("Reserved").doc("RFC 5578", "Must be 0");
    MDR_UNITS = Field::uint("pppoed.tags.metrics.mdr_units", 43, 2).hex_wide(4).repeats().values(RATES).label("Units of the maximum rate").doc("RFC 5578", "What the maximum data rate counts");
    CDR_UNITS = Field::uint("pppoed.tags.metrics.cdr_units", 45, 2).hex_wide(4).repeats().values(RATES).label("Units of the current rate").doc("RFC 5578", "What the current data rate counts");
    RECEIVE_ONLY = Field::flag("pppoed.tags.metrics.r", 47).repeats().label("Receive only").doc("RFC 5578", "1: the link works in one direction only");
    QUALITY = Field::uint("pppoed.tags.metrics.rlq", 48, 8).repeats().label("Relative link quality").doc("RFC 5578", "From 0 to 100");
    RESOURCE = Field::uint("pppoed.tags.metrics.resource", 56, 8).repeats().label("Resources").doc("RFC 5578", "What is left of them (a battery, for instance), from 0 to 100");
    LATENCY = Field::uint("pppoed.tags.metrics.latency", 64, 16).repeats().unit("ms").label("Latency").doc("RFC 5578", "From end to end of the link");
    CURRENT_RATE = Field::uint("pppoed.tags.metrics.curr_drate", 80, 16).repeats().label("Current data rate").doc("RFC 5578", "Of the link now, in its units");
    MAXIMUM_RATE = Field::uint("pppoed.tags.metrics.max_drate", 96, 16).repeats().label("Maximum data rate").doc("RFC 5578", "Of the link at its best, in its units");
}

crate::fields! { MOVING:
    TAGS = Field::group("pppoed.tags").label("Tags").doc("RFC 2516 §4", "What the stations say to each other");
    SERVICE = Field::moving("pppoed.tags.service_name", Kind::Text).repeats().label("Service").doc("RFC 2516 Appendix A", "The service that is wanted or offered; any, when it is empty");
    CONCENTRATOR = Field::moving("pppoed.tags.ac_name", Kind::Text).repeats().label("Access concentrator").doc("RFC 2516 Appendix A", "Its name, which no other has");
    HOST_UNIQ = Field::moving("pppoed.tags.host_uniq", Kind::Bytes).repeats().label("Host's mark").doc("RFC 2516 Appendix A", "Comes back in the answer, so that the station knows to which question");
    COOKIE = Field::moving("pppoed.tags.ac_cookie", Kind::Bytes).repeats().label("Concentrator's cookie").doc("RFC 2516 Appendix A", "Comes back in the request, so that the concentrator need not remember stations that only ask");
    VENDOR_DATA = Field::moving("pppoed.tags.vendor_unspecified", Kind::Bytes).repeats().label("Vendor's data").doc("RFC 2516 Appendix A", "Of a form that the vendor knows");
    CREDITS_OTHER = Field::moving("pppoed.tags.credits", Kind::Bytes).repeats().label("Credits").doc("RFC 5578", "Of a wrong length");
    METRICS_OTHER = Field::moving("pppoed.tags.metrics", Kind::Bytes).repeats().label("Metrics").doc("RFC 5578", "Of a wrong length");
    NUMBER = Field::moving("pppoed.tags.seq_num", Kind::Uint).hex_wide(4).repeats().label("Sequence number").doc("RFC 5578", "Matches an answer to its question");
    SCALE = Field::moving("pppoed.tags.credit_scale", Kind::Uint).repeats().label("Credit scale").doc("RFC 5578", "How many bytes a credit is worth");
    RELAY = Field::moving("pppoed.tags.relay_session_id", Kind::Bytes).repeats().label("Relay's session").doc("RFC 2516 Appendix A", "A relay between the stations marks the session with it");
    HURL = Field::moving("pppoed.tags.hurl", Kind::Bytes).repeats().label("Address of a page").doc("draft-carrel-info-pppoe-ext", "The station's user should see it");
    MOTM = Field::moving("pppoed.tags.motm", Kind::Bytes).repeats().label("Message of the minute").doc("draft-carrel-info-pppoe-ext", "The station's user should read it");
    MAX_PAYLOAD = Field::moving("pppoed.tags.max_payload", Kind::Bytes).repeats().label("Largest PPP payload").doc("RFC 4638", "More than 1492 bytes can be carried: frames on the way may be larger than usual").explain(explain_payload);
    ROUTE = Field::moving("pppoed.tags.ip_route_add", Kind::Bytes).repeats().label("Route").doc("draft-carrel-info-pppoe-ext", "To be added by the station");
    SERVICE_ERROR = Field::moving("pppoed.tags.service_name_error", Kind::Text).repeats().label("Service refused").doc("RFC 2516 Appendix A", "Why the service cannot be had");
    SYSTEM_ERROR = Field::moving("pppoed.tags.ac_system_error", Kind::Text).repeats().label("Concentrator failed").doc("RFC 2516 Appendix A", "What went wrong in the access concentrator");
    GENERIC_ERROR = Field::moving("pppoed.tags.generic_error", Kind::Text).repeats().label("Error").doc("RFC 2516 Appendix A", "What went wrong");
}

/// RFC 5578.
static RATES: &[(u64, &str)] = &[(0, "kbit/s"), (1, "Mbit/s"), (2, "Gbit/s"), (3, "Tbit/s")];

/// PPPoE, discovery stage.
pub static PPPOED: Protocol = Protocol {
    name: "pppoed",
    title: "PPP over Ethernet, discovery",
    spec: "RFC 2516",
    scope: "All packets and tags, also those of RFC 5578, and the access line of TR-101. Not: tags of other vendors.",
    unit: Unit::Message,
    tables: &[
        pppoe::HEADER,
        TAG_HEAD,
        VENDOR,
        CREDITS,
        METRICS,
        MOVING,
        pppoe_line::HEAD,
        pppoe_line::ENCAPSULATION_BODY,
        pppoe_line::MOVING,
    ],
    keys: &[(Space::EtherType, 0x8863)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

const END_OF_LIST: u16 = 0;

/// The Broadband Forum, when it was the ADSL Forum.
const BROADBAND_FORUM: u64 = 3561;

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let header = input.header::<6, S>(s, pppoe::HEADER)?;
    let wire = pppoe::wire(&input, s, header);
    let message = Tlv::new(input.data, input.base, 0, wire);
    if S::ON && wire > pppoe::HEADER_LEN {
        s.open(&TAGS, message.bit(pppoe::HEADER_LEN));
        walk(s, &message);
        s.close(message.bit(wire));
    }
    let captured = message.data.len() as u32;
    if captured < wire {
        s.note(NoteKind::Cut, format_args!("{wire} bytes expected, {captured} captured"));
    }
    Ok(Step::new(&input, captured, wire, Next::End))
}

fn walk<S: Sink>(s: &mut S, message: &Tlv<'_>) {
    let mut at = pppoe::HEADER_LEN;
    while at < message.wire && s.room() {
        let left = message.wire - at;
        let head = message.part(at, 4);
        head.fixed(s, TAG_HEAD);
        if left < 4 {
            let rule = "a tag has 4 bytes of type and length (RFC 2516 §4)";
            s.note(NoteKind::Bad, format_args!("{rule}: 4 bytes expected, {left} found"));
            return;
        }
        let Some([a, b, c, d]) = head.data.first_chunk().copied() else { return };
        let kind = u16::from_be_bytes([a, b]);
        let wire = u32::from(u16::from_be_bytes([c, d])) + 4;
        if kind == END_OF_LIST {
            return;
        }
        if wire > left {
            let rule = "a tag ends within the payload (RFC 2516 §4)";
            s.note(NoteKind::Bad, format_args!("{rule}: at most {left} bytes expected, {wire} found"));
            return;
        }
        value(s, kind, &message.part(at, wire));
        at = at.saturating_add(wire);
    }
}

/// Puts what a tag says.
fn value<S: Sink>(s: &mut S, kind: u16, t: &Tlv<'_>) {
    let row = match kind {
        0x101 => &SERVICE,
        0x102 => &CONCENTRATOR,
        0x103 => &HOST_UNIQ,
        0x104 => &COOKIE,
        0x105 if t.wire >= 8 => {
            t.fixed(s, VENDOR);
            if t.data.len() >= 8 && VENDOR_ID.get(t.data) == BROADBAND_FORUM {
                return pppoe_line::put(s, t, 8);
            }
            return t.rest(s, &VENDOR_DATA, 8);
        }
        0x106 if t.wire == 8 => return t.fixed(s, CREDITS),
        0x106 => &CREDITS_OTHER,
        0x107 if t.wire == 14 => return t.fixed(s, METRICS),
        0x107 => &METRICS_OTHER,
        0x108 if t.wire == 6 => return t.uint(s, &NUMBER, 4, 2),
        0x109 if t.wire == 6 => return t.uint(s, &SCALE, 4, 2),
        0x110 => &RELAY,
        0x111 => &HURL,
        0x112 => &MOTM,
        0x120 => &MAX_PAYLOAD,
        0x121 => &ROUTE,
        0x201 => &SERVICE_ERROR,
        0x202 => &SYSTEM_ERROR,
        0x203 => &GENERIC_ERROR,
        _ => &pppoe_line::UNKNOWN,
    };
    t.rest(s, row, 4);
}

/// IANA, PPPoE TAG Values.
fn tag_name(value: u64) -> Option<&'static str> {
    Some(match value {
        0x000 => "End-Of-List",
        0x101 => "Service-Name",
        0x102 => "AC-Name",
        0x103 => "Host-Uniq",
        0x104 => "AC-Cookie",
        0x105 => "Vendor-Specific",
        0x106 => "Credits",
        0x107 => "Metrics",
        0x108 => "Sequence Number",
        0x109 => "Credit Scale Factor",
        0x110 => "Relay-Session-Id",
        0x111 => "HURL",
        0x112 => "MOTM",
        0x120 => "PPP-Max-Payload",
        0x121 => "IP Route Add",
        0x201 => "Service-Name-Error",
        0x202 => "AC-System-Error",
        0x203 => "Generic-Error",
        _ => return None,
    })
}

fn explain_payload(around: &Around<'_>, out: &mut Text) {
    if let [high, low] = *around.bytes {
        let bytes = u64::from(u16::from_be_bytes([high, low]));
        out.num_grouped(bytes).lit(" bytes of payload, with PPPoE and PPP ").num_grouped(bytes + 8).lit(" bytes");
    }
}

/// `PPPoE PADS [ses 0x11] [Service-Name "isp"]`, with tags as tcpdump has them.
fn line(seen: &Seen<'_>, out: &mut Text) {
    pppoe::line(seen, out);
    let mut rest = seen.header.get(6..).unwrap_or_default();
    while let [a, b, c, d, behind @ ..] = rest {
        let (kind, length) = (u16::from_be_bytes([*a, *b]), u16::from_be_bytes([*c, *d]));
        out.lit(" [");
        match kind {
            END_OF_LIST => out.lit("EOL"),
            0x101..=0x105 | 0x120 | 0x201..=0x203 => out.lit(tag_name(kind.into()).unwrap_or_default()),
            0x110 => out.lit("Relay-Session-ID"),
            _ => out.lit("TAG-").hex(kind.into(), 1),
        };
        let Some((value, next)) = behind.split_at_checked(length.into()) else {
            out.ch(']');
            return;
        };
        let readable = value.iter().filter(|b| (32..127).contains(*b)).count();
        if readable > value.len() / 2 {
            out.lit(" \"").ascii(value).ch('"');
        } else if !value.is_empty() {
            out.lit(" 0x");
            for byte in value {
                out.fmt(format_args!("{byte:02X}"));
            }
        }
        out.ch(']');
        rest = next;
    }
}
