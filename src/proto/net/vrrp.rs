//! Virtual Router Redundancy Protocol, version 2 (RFC 3768) and version 3 (RFC 9568): several routers answer for one
//! address; the active one tells the others that it is alive.
//!
//! ```text
//! |Version| Type  | Virtual router|   Priority    |   Addresses   |
//! |Auth. type     |  Interval     |           Checksum            |  version 2
//! |Reserv.|      Interval         |           Checksum            |  version 3
//! |  Addresses …; version 2: authentication data, 8 bytes         |
//! ```

use crate::dissect::{Dissected, Protocol, Seen, Space, Unit};
use crate::field::{Around, Field, Kind};
use crate::input::{Addresses, Bad, Extent, Input};
use crate::proto::shared::checksum::{self, Covered, Status};
use crate::proto::shared::message;
use crate::proto::shared::tlv::Tlv;
use crate::sink::{NoteKind, Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEADER:
    TYPEVER = Field::uint("vrrp.typever", 0, 8).label("Version and type").doc("RFC 9568 §5.2", "What the packet is");
    VERSION = Field::uint("vrrp.version", 0, 4).part_of("vrrp.typever").label("Version").doc("RFC 9568 §5.2.1", "2: IPv4 only; 3: IPv4 and IPv6");
    TYPE = Field::uint("vrrp.type", 4, 4).part_of("vrrp.typever").values(&[(1, "advertisement")]).label("Type").doc("RFC 9568 §5.2.2", "1 is the only one");
    VRID = Field::uint("vrrp.virt_rtr_id", 8, 8).explain(explain_vrid).label("Virtual router ID").doc("RFC 9568 §5.2.3", "Which virtual router the sender stands for");
    PRIORITY = Field::uint("vrrp.prio", 16, 8).explain(explain_priority).label("Priority").doc("RFC 9568 §5.2.4", "The router with the greatest becomes the active one");
    COUNT = Field::uint("vrrp.addr_count", 24, 8).label("Number of addresses").doc("RFC 9568 §5.2.5", "How many addresses follow");
}

crate::fields! { SECOND:
    AUTH_TYPE = Field::uint("vrrp.auth_type", 32, 8).values(AUTH_TYPES).label("Authentication type").doc("RFC 3768 §5.3.6", "0; other types were given up, as they did not help");
    INTERVAL = Field::uint("vrrp.adver_int", 40, 8).unit("s").label("Advertisement interval").doc("RFC 3768 §5.3.7", "Time between advertisements; after three of them without any, another router takes over");
}

crate::fields! { THIRD:
    RESERVED = Field::uint("vrrp.reserved_mbz", 32, 4).label("Reserved").doc("RFC 9568 §5.2.6", "Must be 0");
    SHORT_INTERVAL = Field::uint("vrrp.short_adver_int", 36, 12).unit("cs").explain(explain_interval).label("Advertisement interval").doc("RFC 9568 §5.2.7", "Time between advertisements, in hundredths of a second; after three of them without any, another router takes over");
}

crate::fields! { CHECKED:
    CHECKSUM = Field::uint("vrrp.checksum", 48, 16).hex().label("Checksum").doc("RFC 9568 §5.2.8", "Over the packet; in version 3 over a pseudo-header, too");
}

crate::fields! { MOVING:
    STATUS = Field::derived("vrrp.checksum.status", Kind::Uint).values(checksum::STATUSES).explain(checksum::explain_status).label("Checksum status").doc("RFC 9568 §5.2.8", "Whether the checksum agrees with what it covers");
    ADDRESS4 = Field::moving("vrrp.ip_addr", Kind::Ip4).repeats().label("Address").doc("RFC 9568 §5.2.9", "An address that the virtual router answers for");
    ADDRESS6 = Field::moving("vrrp.ipv6_addr", Kind::Ip6).repeats().label("Address").doc("RFC 9568 §5.2.9", "An address that the virtual router answers for; the first is link-local");
    AUTH_STRING = Field::moving("vrrp.auth_string", Kind::Text).label("Password").doc("RFC 2338 §5.3.6.2", "Readable for everybody on the link");
    MD5_DATA = Field::moving("vrrp.md5_auth_data", Kind::Bytes).label("Digest").doc("RFC 3768 §5.3.10", "Not of any standard");
    AUTH_DATA = Field::moving("vrrp.auth_data", Kind::Bytes).label("Authentication data").doc("RFC 3768 §5.3.10", "Without meaning; 0");
}

/// VRRP.
pub static VRRP: Protocol = Protocol {
    name: "vrrp",
    title: "Virtual Router Redundancy Protocol",
    spec: "RFC 9568",
    scope: "Advertisements of versions 2 and 3 over IPv4 and IPv6, with the checksum. Not: the digest that some \
        vendors put into version 2, which is shown as bytes.",
    unit: Unit::Message,
    tables: &[HEADER, SECOND, THIRD, CHECKED, MOVING],
    keys: &[(Space::IpProto, 112)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

static AUTH_TYPES: &[(u64, &str)] =
    &[(0, "none"), (1, "simple password"), (2, "IP authentication header"), (254, "MD5, by some vendors")];

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    s.fixed(HEADER, input.data, input.base);
    let header = input.head::<8>();
    let version = input.data.first().map_or(0, |b| b >> 4);
    s.fixed(if version == 3 { THIRD } else { SECOND }, input.data, input.base);
    s.fixed(CHECKED, input.data, input.base);
    let header = header?;
    if !matches!(version, 2 | 3) {
        s.flaw(Bad { rule: "the version is 2 or 3 (RFC 9568 §5.2.1)", expected: 3, found: version.into() });
    }
    if S::ON {
        let rule = "the checksum covers the packet (RFC 9568 §5.2.8)";
        status(Covered::of(&input, input.wire), version).put(s, &STATUS, rule);
        let packet = Tlv::new(input.data, input.base, 0, input.wire);
        let v6 = matches!(input.env.addresses, Some(Addresses::V6 { .. }));
        let trailer = if version == 2 { 8 } else { 0 };
        let (field, size) = if v6 { (&ADDRESS6, 16) } else { (&ADDRESS4, 4) };
        let end = 8 + COUNT.get(header) as u32 * size;
        let mut at = 8;
        while at < end && at + size <= input.wire {
            packet.span(s, field, at, at + size);
            at += size;
        }
        if end + trailer > input.wire && input.extent == Extent::Whole {
            let (rule, needed) = ("what is announced fits into the packet (RFC 9568 §5.2.5)", end + trailer);
            s.note(NoteKind::Bad, format_args!("{rule}: {needed} bytes expected, {} found", input.wire));
        }
        if trailer > 0 {
            authentication(s, &packet.part(at, trailer), AUTH_TYPE.get(header));
        }
    }
    Ok(message::step(&input, s, "vrrp", input.wire))
}

fn status(covered: Covered<'_>, version: u8) -> Status {
    if version == 3 { covered.pseudo(112, 6) } else { covered.plain(6) }
}

fn authentication<S: Sink>(s: &mut S, data: &Tlv<'_>, kind: u64) {
    match kind {
        1 => data.text(s, &AUTH_STRING, 0, 8),
        254 => data.rest(s, &MD5_DATA, 0),
        _ => data.rest(s, &AUTH_DATA, 0),
    }
}

fn explain_vrid(a: &Around<'_>, out: &mut Text) {
    let family = if matches!(a.addresses, Some(Addresses::V6 { .. })) { "02" } else { "01" };
    out.lit("its Ethernet address is 00:00:5e:00:").lit(family).ch(':').hex_digits(a.value, 2);
}

fn explain_priority(a: &Around<'_>, out: &mut Text) {
    out.lit(match a.value {
        0 => "the active router gives up: another one takes over at once",
        255 => "the addresses are the sender's own",
        100 => "what routers have unless told otherwise",
        _ => "set by an administrator, or lowered as something failed",
    });
}

fn explain_interval(a: &Around<'_>, out: &mut Text) {
    out.num(a.value * 10).lit(" ms");
}

/// `VRRPv3, Advertisement, vrid 7, prio 100, intvl 100cs, length 12`; with `-v` also the addresses.
fn line(seen: &Seen<'_>, out: &mut Text) {
    let Some(header) = seen.header.first_chunk::<8>() else { return };
    let version = VERSION.get(header);
    out.lit("VRRPv").num(version).lit(", ");
    if TYPE.get(header) != 1 {
        out.lit("unknown type (").num(TYPE.get(header)).ch(')');
        return;
    }
    out.lit("Advertisement");
    if !matches!(version, 2 | 3) {
        return;
    }
    out.lit(", vrid ").num(VRID.get(header)).lit(", prio ").num(PRIORITY.get(header));
    if version == 2 {
        out.lit(", authtype ").lit(match AUTH_TYPE.get(header) {
            0 => "none",
            1 => "simple",
            2 => "ah",
            _ => "unknown",
        });
        out.lit(", intvl ").num(INTERVAL.get(header)).ch('s');
    } else {
        out.lit(", intvl ").num(SHORT_INTERVAL.get(header)).lit("cs");
    }
    out.lit(", length ").num(seen.wire.into());
    if seen.style.verbose == 0 {
        return;
    }
    if let Status::Bad { found, .. } = status(Covered::seen(seen), version as u8) {
        out.lit(", (bad vrrp cksum ").hex_digits(found, 4).ch(')');
    }
    let count = COUNT.get(header);
    out.lit(", addrs");
    if count != 1 {
        out.ch('(').num(count).ch(')');
    }
    let addresses = seen.header.get(8..).unwrap_or_default();
    for n in 0..count as usize {
        let separator = if n == 0 { ": " } else { "," };
        if matches!(seen.addresses, Some(Addresses::V6 { .. })) {
            let Some(a) = addresses.get(n * 16..).and_then(<[u8]>::first_chunk) else { return };
            out.lit(separator).ip6(*a);
        } else {
            let Some(a) = addresses.get(n * 4..).and_then(<[u8]>::first_chunk) else { return };
            out.lit(separator).ip4(*a);
        }
    }
    if version == 2 && AUTH_TYPE.get(header) == 1 {
        let word = addresses.get(count as usize * 4..).unwrap_or_default();
        let word = word.split(|b| *b == 0).next().unwrap_or_default();
        out.lit(" auth \"").untrusted(word).ch('"');
    }
}
