//! BSD loopback (`LINKTYPE_NULL`, `LINKTYPE_LOOP`): four bytes that say which protocol follows, as an address family.
//!
//! ```text
//! |                            Family                             |
//! ```
//!
//! `NULL` has the family in the byte order of the machine that captured, which the file does not say; `LOOP` has it in
//! network order. Families are small numbers, so the order shows.

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::{Around, Field, Kind};
use crate::input::Input;
use crate::proto::shared::names::ethertype::ethertype_name;
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { MOVING:
    FAMILY = Field::moving("null.family", Kind::Uint).label("Family").doc("LINKTYPE_NULL", "Which protocol follows, by the number that the capturing system gives to its addresses").names(family_name).explain(explain_family);
    TYPE = Field::moving("null.type", Kind::Uint).hex_wide(4).label("Type").doc("LINKTYPE_NULL", "Which protocol follows, as an EtherType, which some systems write in place of the family").names(ethertype_name);
}

/// BSD loopback.
pub static NULL: Protocol = Protocol {
    name: "null",
    title: "BSD loopback",
    spec: "LINKTYPE_NULL",
    scope: "The address family in either byte order, for IP, IPv6 and what else has an EtherType here. \
        Not: families that only one system uses.",
    unit: Unit::Frame,
    tables: &[MOVING],
    keys: &[(Space::Link, 0), (Space::Link, 108)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

/// Larger numbers are no address families but EtherTypes.
const MAX_FAMILY: u32 = 1500;

/// The family, whatever byte order it is in: families have at most two bytes that are not 0.
fn family(header: &[u8; 4]) -> u32 {
    match (u32::from_le_bytes(*header), u32::from_be_bytes(*header)) {
        (n, _) | (_, n) if n <= 0xffff => n,
        (_, n) => n,
    }
}

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let header = input.head::<4>()?;
    let family = family(header);
    let is_type = family > MAX_FAMILY && family <= 0xffff;
    s.uint(if is_type { &TYPE } else { &FAMILY }, input.base * 8, 32, u64::from(family));
    let next = match family {
        AF_INET => Next::Key(Space::EtherType, 0x0800),
        AF_INET6_NETBSD | AF_INET6_FREEBSD | AF_INET6_DARWIN | AF_INET6_LINUX => Next::Key(Space::EtherType, 0x86dd),
        n if is_type => Next::Key(Space::EtherType, n as u16),
        _ => Next::Opaque("an address family that is not decoded"),
    };
    Ok(Step::new(&input, 4, input.wire, next))
}

/// IPv4 has the same number everywhere; IPv6 came later, and everybody chose another one.
const AF_INET: u32 = 2;
const AF_INET6_LINUX: u32 = 10;
const AF_INET6_NETBSD: u32 = 24;
const AF_INET6_FREEBSD: u32 = 28;
const AF_INET6_DARWIN: u32 = 30;

fn family_name(value: u64) -> Option<&'static str> {
    Some(match value as u32 {
        AF_INET => "IPv4",
        AF_INET6_LINUX | AF_INET6_NETBSD | AF_INET6_FREEBSD | AF_INET6_DARWIN => "IPv6",
        7 => "ISO",
        16 => "AppleTalk",
        23 => "IPX",
        _ => return None,
    })
}

fn explain_family(around: &Around<'_>, out: &mut Text) {
    let system = match around.value as u32 {
        AF_INET6_LINUX => "Linux",
        AF_INET6_NETBSD => "NetBSD, OpenBSD and BSD/OS",
        AF_INET6_FREEBSD => "FreeBSD and DragonFly BSD",
        AF_INET6_DARWIN => "macOS and iOS",
        _ => return,
    };
    out.lit("the number of IPv6 on ").lit(system);
}

/// `AF IPv4 (2), length 56: `, with `-e` only.
fn line(seen: &Seen<'_>, out: &mut Text) {
    let Some(header) = seen.header.first_chunk::<4>() else { return };
    if !seen.style.link && seen.next.is_some() {
        return;
    }
    let family = u64::from(family(header));
    out.lit("AF ").lit(family_name(family).unwrap_or("Unknown")).lit(" (").num(family);
    out.lit("), length ").num(seen.outer.into()).lit(": ");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_read_in_both_byte_orders() {
        assert_eq!(family(&[2, 0, 0, 0]), 2);
        assert_eq!(family(&[0, 0, 0, 2]), 2);
        assert_eq!(family(&[0, 0, 0, 30]), 30);
        assert_eq!(family(&[30, 0, 0, 0]), 30);
        assert_eq!(family(&[0, 8, 0, 0]), 0x0800);
        assert_eq!(family(&[0x12, 0x34, 0x56, 0x78]), 0x1234_5678);
    }

    #[test]
    fn families_and_ethertypes_lead_to_ip() {
        for (bytes, key) in [([24, 0, 0, 0], 0x86dd), ([0, 0, 8, 0], 0x0800), ([0, 0, 0, 2], 0x0800)] {
            let input =
                Input { data: &bytes, base: 0, wire: 4, extent: Default::default(), env: &crate::input::Env::NONE };
            let mut off = Off::default();
            assert_eq!(dissect(input, &mut off).unwrap().next, Next::Key(Space::EtherType, key));
        }
    }
}
