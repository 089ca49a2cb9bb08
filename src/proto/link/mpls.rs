//! Multiprotocol Label Switching: a stack of labels before a packet or a frame (RFC 3032).
//!
//! ```text
//! |                 Label                 |  TC |S|      TTL      |
//! ```
//!
//! The entry with S = 1 is the last of the stack. Nothing in the stack says what follows: routers know it from the label.
//! Whoever only sees the packet goes by its first four bits (RFC 4928, RFC 4385 §3): 4 and 6 are IP, 1 is an associated
//! channel, 0 is the control word of a pseudowire, which mostly carries Ethernet.

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit, direct};
use crate::field::{Around, Field};
use crate::input::{Bad, Input, Stop};
use crate::proto::shared::tunnel::pseudowire::{self, Ethernet};
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { ENTRY:
    LABEL = Field::uint("mpls.label", 0, 20).repeats().names(special).label("Label").doc("RFC 3032 §2.1", "What a router looks up to know what to do with the packet and where to send it; has a meaning on one link only, but for 0 to 15").explain(explain_label);
    EXP = Field::uint("mpls.exp", 20, 3).repeats().label("Traffic class").doc("RFC 5462 §3", "Quality of service and congestion marks, as the network agrees; formerly the experimental bits");
    BOTTOM = Field::uint("mpls.bottom", 23, 1).repeats().label("Bottom of stack").doc("RFC 3032 §2.1", "1: the last entry of the stack; 0: another one follows").explain(explain_bottom);
    TTL = Field::uint("mpls.ttl", 24, 8).repeats().unit("hops").label("Time to live").doc("RFC 3443 §3", "How many more label switching routers may forward the packet");
}

/// MPLS.
pub static MPLS: Protocol = Protocol {
    name: "mpls",
    title: "Multiprotocol Label Switching",
    spec: "RFC 3032",
    scope: "The label stack, and IP, Ethernet pseudowires and associated channels behind it. Not: pseudowires of other kinds, which nothing in the packet tells apart.",
    unit: Unit::Header,
    tables: &[ENTRY],
    keys: &[
        (Space::EtherType, 0x8847),
        (Space::EtherType, 0x8848),
        (Space::Link, 219),
        (Space::Ppp, 0x0281),
        (Space::Ppp, 0x0283),
        (Space::IpProto, 137),
        // RFC 7510 §3; 6636, behind DTLS, is encrypted.
        (Space::UdpPort, 6635),
        (Space::Direct, direct::MPLS),
    ],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    network: Some(network),
    ..Protocol::NONE
};

fn network(header: &[u8]) -> Option<u32> {
    header.first_chunk::<4>().map(|header| LABEL.get(header) as u32)
}

/// Operation and maintenance of ITU-T Y.1711, which no other label may stand for.
const OAM_ALERT: u64 = 14;

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let mut at = 0u32;
    loop {
        let need = at.saturating_add(4);
        let Some(entry) = input.data.get(at as usize..need as usize) else {
            let stop = input.short(need);
            if let (Stop::Bad(_), 4..) = (stop, at) {
                s.flaw(Bad {
                    rule: "the last entry of a label stack has S = 1 (RFC 3032 §2.1)",
                    expected: 1,
                    found: 0,
                });
                return Ok(Step::new(&input, at, input.wire, Next::End));
            }
            s.fixed(ENTRY, input.data.get(at as usize..).unwrap_or_default(), input.base.saturating_add(at));
            return Err(stop);
        };
        s.fixed(ENTRY, entry, input.base.saturating_add(at));
        at = need;
        if BOTTOM.get(entry) != 0 {
            return Ok(Step::new(&input, at, input.wire, next(&input, at, LABEL.get(entry))));
        }
    }
}

/// What follows the stack, which ends before byte `at`.
fn next(input: &Input<'_>, at: u32, label: u64) -> Next {
    if at >= input.wire {
        return Next::End;
    }
    let Some(first) = input.data.get(at as usize) else {
        return Next::Opaque("the capture ends before it shows what the labels stand for");
    };
    match (label, first >> 4) {
        (OAM_ALERT, _) => Next::Opaque("operation and maintenance of ITU-T Y.1711, which is not decoded"),
        (_, 4) => Next::Key(Space::EtherType, 0x0800),
        (_, 6) => Next::Key(Space::EtherType, 0x86dd),
        (_, 1) => Next::Key(Space::Direct, direct::ASSOCIATED_CHANNEL),
        _ => match pseudowire::ethernet(input, at) {
            Ethernet::No => Next::Opaque("the packet does not say what its labels stand for"),
            Ethernet::Unknown => Next::Opaque("the capture ends before it shows what the labels stand for"),
            Ethernet::Plain | Ethernet::ControlWord => Next::Key(Space::Direct, direct::PW_ETHERNET),
        },
    }
}

/// IANA, Special-Purpose MPLS Label Values.
fn special(label: u64) -> Option<&'static str> {
    Some(match label {
        0 => "IPv4 explicit null",
        1 => "Router alert",
        2 => "IPv6 explicit null",
        3 => "Implicit null",
        7 => "Entropy label indicator",
        13 => "Generic associated channel",
        14 => "OAM alert",
        15 => "Extension",
        _ => return None,
    })
}

fn explain_label(around: &Around<'_>, out: &mut Text) {
    out.lit(match around.value {
        0 => "the last router takes the label off and forwards an IPv4 packet",
        1 => "every router on the way looks at the packet itself",
        2 => "the last router takes the label off and forwards an IPv6 packet",
        3 => "never on the wire: it only asks the router before the last one to take the label off",
        7 => "the next label only spreads flows over several paths (RFC 6790)",
        13 => "an associated channel header follows the stack: control messages about the path, no payload (RFC 5586)",
        14 => "operation and maintenance messages (ITU-T Y.1711)",
        15 => "the next label is one of the extended special-purpose labels (RFC 7274)",
        4..=12 => "reserved for a special purpose that is not assigned",
        _ => return,
    });
}

fn explain_bottom(around: &Around<'_>, out: &mut Text) {
    out.lit(if around.value == 0 { "another label follows" } else { "the packet itself follows" });
}

/// `MPLS (label 18, tc 0, ttl 255) (label 16, tc 0, [S], ttl 255) `, each entry on a line of its own with `-v`.
fn line(seen: &Seen<'_>, out: &mut Text) {
    let between = if seen.style.verbose > 0 { "\n\t" } else { " " };
    out.lit("MPLS");
    for (n, entry) in seen.header.chunks_exact(4).enumerate() {
        out.lit(if n == 0 { " " } else { between }).lit("(label ").num(LABEL.get(entry));
        // tcpdump names the labels of a special purpose under -v only.
        if let Some(name) = special(LABEL.get(entry)).filter(|_| seen.style.verbose > 0) {
            out.lit(" (").lit(name).ch(')');
        }
        out.lit(", tc ").num(EXP.get(entry));
        out.lit(if BOTTOM.get(entry) != 0 { ", [S], ttl " } else { ", ttl " }).num(TTL.get(entry)).ch(')');
    }
    out.lit(if seen.next.is_some() { between } else { "" });
}

#[cfg(test)]
mod tests {
    use super::MPLS;
    use crate::dissect::{Next, Space, direct};
    use crate::input::{Env, Extent, Input, Stop};
    use crate::sink::Off;

    fn next(data: &[u8]) -> Result<(u32, Next), Stop> {
        let input = Input { data, base: 0, wire: data.len() as u32, extent: Extent::Whole, env: &Env::NONE };
        (MPLS.peel)(input, &mut Off::default()).map(|step| (step.header, step.next))
    }

    #[test]
    fn the_first_four_bits_say_what_follows_the_stack() {
        let ip4 = Next::Key(Space::EtherType, 0x0800);
        assert_eq!(next(&[0, 0, 0x10, 64, 0, 0, 0x21, 64, 0x45, 0]), Ok((8, ip4)));
        assert_eq!(next(&[0, 0, 0x01, 64, 0x45]), Ok((4, ip4)), "whatever the label is");
        assert_eq!(next(&[0, 1, 1, 64, 0x60]), Ok((4, Next::Key(Space::EtherType, 0x86dd))));
        let channel = Next::Key(Space::Direct, direct::ASSOCIATED_CHANNEL);
        assert_eq!(next(&[0, 0, 0xd1, 64, 0x10, 0, 0, 7]), Ok((4, channel)));
        assert_eq!(next(&[0, 1, 1, 64]), Ok((4, Next::End)));
    }

    #[test]
    fn a_stack_without_bottom_ends_with_the_packet() {
        let data = [0, 1, 0, 64, 0];
        let mut input = Input { data: &data, base: 0, wire: 5, extent: Extent::Whole, env: &Env::NONE };
        let mut off = Off::default();
        let step = (MPLS.peel)(input, &mut off).expect("an entry");
        assert_eq!((step.header, step.next, off.flaw.map(|f| f.found)), (4, Next::End, Some(0)));
        input.wire = 20;
        assert_eq!((MPLS.peel)(input, &mut off), Err(Stop::Cut { need: 8, have: 5 }));
    }
}
