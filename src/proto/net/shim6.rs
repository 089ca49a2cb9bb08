//! Shim6 (RFC 5533, RFC 5534): hosts with several addresses that move connections from one to another.
//!
//! ```text
//! |  Next header  |    Length     |0|Message type |  Reserved   |0|
//! |           Checksum            |  Message data and options …   |
//! ```
//!
//! With the first bit of the third byte set, the header precedes a payload and holds only a context tag.

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::{Field, Kind, Table};
use crate::input::Input;
use crate::proto::shared::checksum::{self, Covered};
use crate::proto::shared::ip::ipv6_chain as chain;
use crate::proto::shared::names::ipproto::ip_protocol_name;
use crate::proto::shared::tlv::Tlv;
use crate::sink::{NoteKind, Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEADER:
    NXT = Field::uint("shim6.nxt", 0, 8).names(ip_protocol_name).explain(chain::explain_next).label("Next header").doc("RFC 5533 §5.1", "What follows; 59 for control messages");
    LEN = Field::uint("shim6.len", 8, 8).explain(chain::explain_length).label("Length").doc("RFC 5533 §5.1", "Counted in units of 8 bytes, without the first 8");
}

crate::fields! { PAYLOAD:
    P = Field::flag("shim6.p", 16).label("Payload").doc("RFC 5533 §5.1", "1: a payload follows; 0: a control message");
    PAYLOAD_TAG = Field::uint("shim6.ct", 17, 47).hex_wide(12).label("Context tag").doc("RFC 5533 §5.2", "Which context of the receiver says what the addresses stand for");
}

crate::fields! { CONTROL:
    CONTROL_P = Field::flag("shim6.p", 16).label("Payload").doc("RFC 5533 §5.1", "1: a payload follows; 0: a control message");
    TYPE = Field::uint("shim6.type", 17, 7).values(TYPES).label("Message type").doc("RFC 5533 §5.3", "Which message it is");
    RESERVED1 = Field::uint("shim6.reserved1", 24, 7).label("Reserved").doc("RFC 5533 §5.3", "Must be 0");
    PROTO = Field::uint("shim6.proto", 31, 1).values(&[(0, "Shim6"), (1, "HIP")]).label("Protocol").doc("RFC 5533 §5.3", "0: Shim6; 1: HIP");
    CHECKSUM = Field::uint("shim6.checksum", 32, 16).hex().label("Checksum").doc("RFC 5533 §5.3", "Ones' complement sum over a pseudo-header and the message");
}

crate::fields! { TAG:
    TAG_R = Field::uint("shim6.r", 48, 1).label("Reserved").doc("RFC 5533 §5.4", "Must be 0");
    TAG_TAG = Field::uint("shim6.ct", 49, 47).hex_wide(12).label("Context tag").doc("RFC 5533 §5.4", "The context that the message is about, as its owner numbered it");
}

crate::fields! { INITIATOR_NONCE:
    I_NONCE = Field::uint("shim6.inonce", 96, 32).label("Initiator nonce").doc("RFC 5533 §5.4", "A random number that the answer repeats");
}

crate::fields! { RESPONDER_NONCE:
    R_NONCE = Field::uint("shim6.rnonce", 96, 32).label("Responder nonce").doc("RFC 5533 §5.8", "A random number that the answer repeats");
}

crate::fields! { FIRST_ANSWER:
    R1_RESERVED = Field::bytes("shim6.reserved2", 48, 16).label("Reserved").doc("RFC 5533 §5.5", "Must be 0");
    R1_INONCE = Field::uint("shim6.inonce", 64, 32).label("Initiator nonce").doc("RFC 5533 §5.5", "From the question");
    R1_RNONCE = Field::uint("shim6.rnonce", 96, 32).label("Responder nonce").doc("RFC 5533 §5.5", "A number that the next message repeats");
}

crate::fields! { SECOND:
    I2_RNONCE = Field::uint("shim6.rnonce", 128, 32).label("Responder nonce").doc("RFC 5533 §5.6", "From the answer");
    I2_RESERVED = Field::bytes("shim6.reserved2", 160, 32).label("Reserved").doc("RFC 5533 §5.6", "Must be 0");
}

crate::fields! { SECOND_AGAIN:
    I2B_RNONCE = Field::uint("shim6.rnonce", 128, 32).label("Responder nonce").doc("RFC 5533 §5.9", "From the answer");
    I2B_RESERVED = Field::bytes("shim6.reserved2", 160, 48).label("Reserved").doc("RFC 5533 §5.9", "Must be 0");
    I2B_R = Field::uint("shim6.r", 208, 1).label("Reserved").doc("RFC 5533 §5.9", "Must be 0");
    I2B_TAG = Field::uint("shim6.ct", 209, 47).hex_wide(12).label("Packet context tag").doc("RFC 5533 §5.9", "The tag in the payload that nobody knew");
}

crate::fields! { KEEPALIVE:
    KEEPALIVE_RESERVED = Field::bytes("shim6.reserved2", 96, 32).label("Reserved").doc("RFC 5534 §5.1", "Must be 0");
}

crate::fields! { PROBE:
    PROBE_RECEIVED = Field::uint("shim6.precvd", 96, 4).label("Probes received").doc("RFC 5534 §5.2", "How many of the peer's probes are listed");
    PROBE_SENT = Field::uint("shim6.psent", 100, 4).label("Probes sent").doc("RFC 5534 §5.2", "How many own probes are listed");
    PROBE_STATE = Field::uint("shim6.reap", 104, 2).values(&[(0, "operational"), (1, "exploring"), (2, "inbound OK")]).label("State").doc("RFC 5534 §5.2", "What the sender knows of the path");
    PROBE_RESERVED = Field::uint("shim6.probe_reserved", 106, 22).label("Reserved").doc("RFC 5534 §5.2", "Must be 0");
}

crate::fields! { PROBE_REPORT:
    PROBE_SRC = Field::ip6("shim6.psrc", 0).repeats().label("Source").doc("RFC 5534 §5.2", "Of the probe");
    PROBE_DST = Field::ip6("shim6.pdst", 128).repeats().label("Destination").doc("RFC 5534 §5.2", "Of the probe");
    PROBE_NONCE = Field::uint("shim6.pnonce", 256, 32).repeats().label("Nonce").doc("RFC 5534 §5.2", "Tells probes apart");
    PROBE_DATA = Field::uint("shim6.pdata", 288, 32).repeats().hex().label("Data").doc("RFC 5534 §5.2", "The sender's own business, such as a time");
}

crate::fields! { OPTION:
    OPT_TYPE = Field::uint("shim6.opt.type", 0, 15).repeats().values(OPTIONS).label("Type").doc("RFC 5533 §5.15", "Which option it is");
    OPT_CRITICAL = Field::flag("shim6.opt.critical", 15).repeats().label("Critical").doc("RFC 5533 §5.15", "1: who does not know the option must drop the message");
    OPT_LEN = Field::uint("shim6.opt.len", 16, 16).repeats().unit("bytes").label("Length").doc("RFC 5533 §5.15", "Of the contents, without padding");
}

crate::fields! { LIST:
    LIST_GENERATION = Field::uint("shim6.opt.loclist", 32, 32).repeats().label("List generation").doc("RFC 5533 §5.15.2", "Number of the list of locators");
    LIST_COUNT = Field::uint("shim6.opt.locnum", 64, 8).repeats().label("Locators").doc("RFC 5533 §5.15.2", "How many locators follow");
}

crate::fields! { PREFERENCES:
    PREF_GENERATION = Field::uint("shim6.opt.loclist", 32, 32).repeats().label("List generation").doc("RFC 5533 §5.15.3", "The list of locators that is meant");
    PREF_LENGTH = Field::uint("shim6.opt.elemlen", 64, 8).repeats().unit("bytes").label("Element length").doc("RFC 5533 §5.15.3", "Length of each element");
}

crate::fields! { PAIR:
    PAIR_RESERVED = Field::bytes("shim6.reserved", 32, 32).repeats().label("Reserved").doc("RFC 5533 §5.15.6", "Must be 0");
    PAIR_SENDER = Field::ip6("shim6.sulid", 64).repeats().label("Sender ULID").doc("RFC 5533 §5.15.6", "The address that upper layers know the sender by");
    PAIR_RECEIVER = Field::ip6("shim6.rulid", 192).repeats().label("Receiver ULID").doc("RFC 5533 §5.15.6", "The address that upper layers know the receiver by");
}

crate::fields! { FORK:
    FORK_ID = Field::uint("shim6.opt.fii", 32, 32).repeats().label("Forked instance").doc("RFC 5533 §5.15.7", "Tells several contexts of one pair apart");
}

crate::fields! { TIMEOUT:
    TIMEOUT_RESERVED = Field::bytes("shim6.reserved", 32, 16).repeats().label("Reserved").doc("RFC 5534 §5.3", "Must be 0");
    TIMEOUT_TIMEOUT = Field::uint("shim6.opt.timeout", 48, 16).repeats().unit("s").label("Keepalive timeout").doc("RFC 5534 §5.3", "How long silence is normal");
}

crate::fields! { MOVING:
    LEN_OCT = Field::derived("shim6.len_oct", Kind::Uint).unit("bytes").label("Length in bytes").doc("RFC 5533 §5.1", "The whole header");
    STATUS = Field::derived("shim6.checksum.status", Kind::Uint).values(checksum::STATUSES).explain(checksum::explain_status).label("Checksum status").doc("RFC 5533 §5.3", "Whether the checksum agrees with what was captured");
    GROUP = Field::group("shim6.opt").repeats().label("Option").doc("RFC 5533 §5.15", "One option");
    TOTAL_LEN = Field::derived("shim6.opt.total_len", Kind::Uint).repeats().unit("bytes").label("Total length").doc("RFC 5533 §5.15", "Of the option with its padding");
    VALIDATOR = Field::moving("shim6.validator", Kind::Bytes).repeats().label("Validator").doc("RFC 5533 §5.15.1", "A hash by which the responder knows its own answer again");
    METHOD = Field::moving("shim6.opt.verif_method", Kind::Uint).repeats().values(&[(1, "HBA"), (2, "CGA")]).label("Verification").doc("RFC 5533 §5.15.2", "How a locator proves that it belongs to the sender");
    LOCATOR = Field::moving("shim6.locator", Kind::Ip6).repeats().label("Locator").doc("RFC 5533 §5.15.2", "An address of the sender");
    PREF_FLAGS = Field::moving("shim6.loc.flags", Kind::Uint).repeats().label("Flags").doc("RFC 5533 §5.15.3", "1: broken; 2: temporary");
    PREF_PRIORITY = Field::moving("shim6.loc.prio", Kind::Uint).repeats().label("Priority").doc("RFC 5533 §5.15.3", "Smaller is better");
    PREF_WEIGHT = Field::moving("shim6.loc.weight", Kind::Uint).repeats().label("Weight").doc("RFC 5533 §5.15.3", "Share among locators of one priority");
    CGA = Field::moving("shim6.cga_parameter_data_structure", Kind::Bytes).repeats().label("CGA parameters").doc("RFC 5533 §5.15.4", "What the sender's addresses were computed from");
    SIGNATURE = Field::moving("shim6.cga_signature", Kind::Bytes).repeats().label("CGA signature").doc("RFC 5533 §5.15.5", "Made with the key of the addresses");
    PADDING = Field::moving("shim6.padding", Kind::Bytes).repeats().label("Padding").doc("RFC 5533 §5.15", "Up to a multiple of 8 bytes");
    CONTENTS = Field::moving("shim6.opt.contents", Kind::Bytes).repeats().label("Contents").doc("RFC 5533 §5.15", "Of an option or message that is not decoded");
}

static TYPES: &[(u64, &str)] = &[
    (1, "I1"),
    (2, "R1"),
    (3, "I2"),
    (4, "R2"),
    (5, "R1bis"),
    (6, "I2bis"),
    (64, "update request"),
    (65, "update acknowledgment"),
    (66, "keepalive"),
    (67, "probe"),
    (68, "error"),
];

static OPTIONS: &[(u64, &str)] = &[
    (1, "responder validator"),
    (2, "locator list"),
    (3, "locator preferences"),
    (4, "CGA parameter data structure"),
    (5, "CGA signature"),
    (6, "ULID pair"),
    (7, "forked instance identifier"),
    (10, "keepalive timeout"),
];

/// Shim6.
pub static SHIM6: Protocol = Protocol {
    name: "shim6",
    title: "Shim6",
    spec: "RFC 5533",
    scope: "Control messages with their options, the payload header, and the checksum. \
        Not: checking signatures, and what the locators have to do with each other.",
    unit: Unit::Header,
    tables: &[
        HEADER,
        PAYLOAD,
        CONTROL,
        TAG,
        INITIATOR_NONCE,
        RESPONDER_NONCE,
        FIRST_ANSWER,
        SECOND,
        SECOND_AGAIN,
        KEEPALIVE,
        PROBE,
        PROBE_REPORT,
        OPTION,
        LIST,
        PREFERENCES,
        PAIR,
        FORK,
        TIMEOUT,
        MOVING,
    ],
    keys: &[(Space::IpProto, 140)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

/// The rows of a control message, table after table, and where its options begin.
fn shape(kind: u64) -> Option<([Table; 3], u32)> {
    Some(match kind {
        1 | 4 => ([TAG, INITIATOR_NONCE, &[]], 16),
        2 => ([FIRST_ANSWER, &[], &[]], 16),
        3 => ([TAG, INITIATOR_NONCE, SECOND], 24),
        5 | 64 | 65 => ([TAG, RESPONDER_NONCE, &[]], 16),
        6 => ([TAG, INITIATOR_NONCE, SECOND_AGAIN], 32),
        66 => ([TAG, KEEPALIVE, &[]], 16),
        67 => ([TAG, PROBE, &[]], 16),
        _ => return None,
    })
}

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    s.fixed(HEADER, input.data, input.base);
    let header = input.head::<8>()?;
    let length = LEN.get(header) as u32 * 8 + 8;
    s.derived(&LEN_OCT, length.into());
    if P.get(header) != 0 {
        s.fixed(PAYLOAD, header, input.base);
        input.upto(length)?;
        return Ok(Step::new(&input, length, input.wire, chain::next(NXT.get(header))));
    }
    s.fixed(CONTROL, header, input.base);
    if S::ON {
        let rule = "the checksum covers the message (RFC 5533 §5.3)";
        Covered::of(&input, length).pseudo(140, 4).put(s, &STATUS, rule);
        let whole = Tlv::new(input.data, input.base, 0, length);
        match shape(TYPE.get(header)) {
            Some((tables, from)) => {
                tables.iter().for_each(|table| whole.fixed(s, table));
                let from = if TYPE.get(header) == 67 { probes(s, &whole) } else { from };
                options(s, &whole, from);
            }
            None => whole.rest(s, &CONTENTS, 6),
        }
    }
    input.upto(length)?;
    Ok(Step::new(&input, length, input.wire, Next::End))
}

/// Puts the reports of a probe message, and returns where they end.
fn probes<S: Sink>(s: &mut S, whole: &Tlv<'_>) -> u32 {
    // Sent and received probes, at most 15 of each.
    let count = whole.byte(12).map_or(0, |n| u32::from(n >> 4) + u32::from(n & 15));
    let mut at = 16;
    for _ in 0..count {
        if at + 40 > whole.wire {
            s.note(
                NoteKind::Bad,
                format_args!(
                    "the probes end within the message (RFC 5534 §5.2): {count} expected, {} found",
                    (at - 16) / 40
                ),
            );
            return whole.wire;
        }
        whole.part(at, 40).fixed(s, PROBE_REPORT);
        at += 40;
    }
    at
}

/// Puts the options from byte `from` on. A contradiction ends the walk with a note.
fn options<S: Sink>(s: &mut S, whole: &Tlv<'_>, from: u32) {
    let mut at = from;
    while at < whole.wire && whole.data.len() > at as usize && s.room() {
        let left = whole.wire - at;
        let head = whole.part(at, left);
        s.open(&GROUP, head.bit(0));
        head.part(0, 4).fixed(s, OPTION);
        let Some(b @ [_, _, hi, lo]) = head.data.first_chunk::<4>() else {
            s.close(head.bit(left.min(4)));
            return;
        };
        let contents = u32::from(u16::from_be_bytes([*hi, *lo]));
        let wire = (contents + 4).next_multiple_of(8);
        s.derived(&TOTAL_LEN, wire.into());
        if wire > left {
            let rule = "an option ends within its message (RFC 5533 §5.15)";
            s.note(NoteKind::Bad, format_args!("{rule}: at most {left} bytes expected, {wire} found"));
            s.close(head.bit(left));
            return;
        }
        let option = head.part(0, contents + 4);
        put(s, OPT_TYPE.get(b), &option);
        head.part(0, wire).rest(s, &PADDING, contents + 4);
        s.close(head.bit(wire));
        at += wire;
    }
}

/// Puts the contents of one option.
fn put<S: Sink>(s: &mut S, kind: u64, o: &Tlv<'_>) {
    match kind {
        1 => o.rest(s, &VALIDATOR, 4),
        2 => {
            o.fixed(s, LIST);
            let count = o.byte(8).map_or(0, u32::from);
            for n in 0..count.min(o.wire.saturating_sub(9)) {
                o.uint(s, &METHOD, 9 + n, 1);
            }
            // The methods are padded so that the locators begin at a multiple of 8 bytes.
            let mut at = (9 + count).next_multiple_of(8);
            while at + 16 <= o.wire && s.room() {
                o.span(s, &LOCATOR, at, at + 16);
                at += 16;
            }
        }
        3 => {
            o.fixed(s, PREFERENCES);
            let size = o.byte(8).map_or(0, u32::from);
            let mut at = 9;
            while (1..=255).contains(&size) && at + size <= o.wire && o.data.len() > at as usize && s.room() {
                for (n, field) in [&PREF_FLAGS, &PREF_PRIORITY, &PREF_WEIGHT].into_iter().enumerate() {
                    if (n as u32) < size {
                        o.uint(s, field, at + n as u32, 1);
                    }
                }
                at += size;
            }
        }
        4 => o.rest(s, &CGA, 4),
        5 => o.rest(s, &SIGNATURE, 4),
        6 => o.fixed(s, PAIR),
        7 => o.fixed(s, FORK),
        10 => o.fixed(s, TIMEOUT),
        _ => o.rest(s, &CONTENTS, 4),
    }
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    if P.get(seen.header) != 0 {
        out.lit("Shim6 payload, tag ").hex(PAYLOAD_TAG.get(seen.header), 12).ch(' ');
        chain::line_unread(seen, NXT.get(seen.header), out);
        return;
    }
    let kind = TYPE.get(seen.header);
    out.lit("Shim6 ");
    match TYPE.name_of(seen.header, kind) {
        Some(name) => out.lit(name),
        None => out.lit("type-#").num(kind),
    };
    out.lit(", length ").num(seen.wire.into());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Env, Extent};

    fn step(data: &[u8]) -> (Step, Tree) {
        let mut tree = Tree::default();
        let input = Input { data, base: 0, wire: data.len() as u32, extent: Extent::Whole, env: &Env::NONE };
        (dissect(input, &mut tree).unwrap(), tree)
    }

    #[test]
    fn a_payload_header_leads_to_what_it_carries() {
        let (step, tree) = step(&[17, 0, 0x81, 2, 3, 4, 5, 6]);
        assert_eq!((step.header, step.next), (8, Next::Key(Space::IpProto, 17)));
        let tag = tree.nodes().iter().find(|n| n.field.name == "shim6.ct").unwrap();
        assert_eq!(tree.number(tag), 0x0102_0304_0506);
    }

    #[test]
    fn options_are_padded_to_8_bytes() {
        let mut b = vec![59, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 7];
        b.extend([0, 14, 0, 4, 0, 0, 0, 5, 0, 2, 0, 2, 0xaa, 0xbb, 0, 0]);
        let (step, tree) = step(&b);
        assert_eq!((step.header, step.next), (32, Next::End));
        let names: Vec<_> = tree.nodes().iter().map(|n| n.field.name).collect();
        assert!(names.contains(&"shim6.opt.fii"));
        assert!(names.ends_with(&["shim6.validator", "shim6.padding"]));
        assert!(tree.notes().is_empty());
    }
}
