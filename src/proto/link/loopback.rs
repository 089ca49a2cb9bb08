//! Configuration Testing Protocol of Ethernet II (DIX version 2, chapter 8), also called loopback. Numbers have their least
//! significant byte first.
//!
//! ```text
//! |          Skip count           |
//! |         Function = 2          |  Forward address, 6 bytes …    |  any number of these
//! |         Function = 1          |        Receipt number         |  then data
//! ```
//!
//! The skip count says how many bytes behind it were dealt with already: each station on the way adds 8.

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::{Around, Field, Kind};
use crate::input::{Bad, Input};
use crate::proto::shared::names::multicast::mac_kind;
use crate::proto::shared::tlv::Tlv;
use crate::sink::{NoteKind, Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { MOVING:
    SKIP = Field::moving("loop.skipcount", Kind::Uint).unit("bytes").explain(explain_skip).label("Skip count").doc("DIX Ethernet 2.0 §8.4.1", "Where the function to carry out is, counted from the end of this field");
    RELEVANT = Field::moving("loop.relevant_function", Kind::Uint).values(FUNCTIONS).label("Function to carry out").doc("DIX Ethernet 2.0 §8.4.1", "The function that the skip count points at");
    FUNCTION = Field::moving("loop.function", Kind::Uint).repeats().values(FUNCTIONS).label("Function").doc("DIX Ethernet 2.0 §8.4.1", "What a station does with the frame");
    RECEIPT = Field::moving("loop.receipt_number", Kind::Uint).label("Receipt number").doc("DIX Ethernet 2.0 §8.4.1", "Matches replies to requests");
    ADDRESS = Field::moving("loop.forwarding_address", Kind::Mac).repeats().explain(explain_address).label("Forwarding address").doc("DIX Ethernet 2.0 §8.4.1", "Where the station sends the frame on to");
}

const REPLY: u16 = 1;
const FORWARD: u16 = 2;

static FUNCTIONS: &[(u64, &str)] = &[(REPLY as u64, "Reply"), (FORWARD as u64, "Forward data")];

/// Loopback.
pub static LOOP: Protocol = Protocol {
    name: "loop",
    title: "Configuration Testing Protocol",
    spec: "DIX Ethernet 2.0",
    scope: "Skip count, functions, forwarding addresses and receipt number",
    unit: Unit::Message,
    tables: &[MOVING],
    keys: &[(Space::EtherType, 0x9000)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

fn word(data: &[u8], at: u32) -> Option<u16> {
    data.get(at as usize..)?.first_chunk().map(|b| u16::from_le_bytes(*b))
}

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let skip = u32::from(u16::from_le_bytes(*input.head::<2>()?));
    let m = Tlv::new(input.data, input.base, 0, input.wire);
    s.uint(&SKIP, m.bit(0), 16, skip.into());
    if skip + 4 > input.wire {
        s.flaw(Bad {
            rule: "the skip count points into the frame (DIX Ethernet 2.0 §8.4.1)",
            expected: input.wire.saturating_sub(4),
            found: skip,
        });
    }
    let mut at = 2;
    while at < input.wire {
        let Some(function) = word(input.data, at) else { return cut(&input, s, at + 2) };
        if S::ON && s.room() {
            if at == 2 + skip {
                s.uint(&RELEVANT, m.bit(at), 16, function.into());
            }
            s.uint(&FUNCTION, m.bit(at), 16, function.into());
        }
        at += 2;
        let end = match function {
            FORWARD => at + 6,
            REPLY => at + 2,
            _ => break,
        };
        if input.data.len() < end as usize {
            return cut(&input, s, end);
        }
        match word(input.data, at) {
            Some(receipt) if function == REPLY => s.uint(&RECEIPT, m.bit(at), 16, receipt.into()),
            _ => m.span(s, &ADDRESS, at, end),
        }
        at = end;
        if function == REPLY {
            break;
        }
    }
    Ok(Step::new(&input, at, input.wire, Next::End))
}

/// The functions end with the capture, or go on beyond the frame.
#[cold]
fn cut<S: Sink>(input: &Input<'_>, s: &mut S, need: u32) -> Dissected {
    if need > input.wire {
        s.flaw(Bad {
            rule: "the functions of a loopback frame fit into it (DIX Ethernet 2.0 §8.4.1)",
            expected: need,
            found: input.wire,
        });
    } else {
        s.note(NoteKind::Cut, format_args!("loop: {need} bytes expected, {} captured", input.data.len()));
    }
    Ok(Step::new(input, input.data.len() as u32, input.wire, Next::End))
}

fn explain_skip(a: &Around<'_>, out: &mut Text) {
    match a.value {
        0 => out.lit("nobody has forwarded the frame yet"),
        n if !n.is_multiple_of(8) => out.lit("not a multiple of 8, as every forwarding adds: the frame is damaged"),
        8 => out.lit("forwarded by one station"),
        n => out.lit("forwarded by ").num(n / 8).lit(" stations"),
    };
}

fn explain_address(a: &Around<'_>, out: &mut Text) {
    if let Some(mac) = a.bytes.first_chunk::<6>() {
        out.lit(mac_kind(*mac));
    }
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    let h = seen.header;
    let skip = u32::from(word(h, 0).unwrap_or_default());
    out.lit("Loopback, skipCount ").num(skip.into());
    if !skip.is_multiple_of(8) {
        out.lit(" (bogus)");
    }
    let at = 2 + skip;
    let left = |from: u32| u64::from(seen.wire.saturating_sub(from));
    match word(h, at) {
        _ if at + 2 > seen.wire => {
            out.lit(" (invalid)");
        }
        Some(REPLY) => {
            if let Some(receipt) = word(h, at + 2) {
                out.lit(", Reply, receipt number ")
                    .num(receipt.into())
                    .lit(", data (")
                    .num(left(at + 4))
                    .lit(" octets)");
            }
        }
        Some(FORWARD) => {
            out.lit(", Forward Data");
            if let Some(address) = h.get(at as usize + 2..at as usize + 8) {
                out.lit(", forwarding address ").mac(address).lit(", data (").num(left(at + 8)).lit(" octets)");
            }
        }
        Some(other) => {
            out.lit(", invalid (").num(other.into()).ch(')');
        }
        None => {}
    }
    if (h.len() as u32) < seen.wire && seen.payload.is_empty() {
        out.lit(" [|loopback]");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Env, Extent};

    #[test]
    fn functions_end_with_a_reply_and_never_leave_the_frame() {
        let read = |data: &[u8], wire: u32| {
            let mut off = Off::default();
            let input = Input { data, base: 0, wire, extent: Extent::Whole, env: &Env::NONE };
            let step = dissect(input, &mut off);
            assert_eq!(step, dissect(input, &mut Tree::default()));
            (step.map(|s| s.header), off.flaw.map(|b| (b.expected, b.found)))
        };
        let reply = [0, 0, 2, 0, 1, 2, 3, 4, 5, 6, 1, 0, 7, 0, 9, 9];
        assert_eq!(read(&reply, 16), (Ok(14), None));
        assert_eq!(read(&reply[..7], 16), (Ok(7), None));
        assert_eq!(read(&reply[..7], 7), (Ok(7), Some((10, 7))));
    }
}
