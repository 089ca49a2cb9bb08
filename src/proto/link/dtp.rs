//! Cisco's Dynamic Trunking Protocol: two switches agree whether their link carries all VLANs (a trunk) or one. Cisco
//! never published it; what is read here is what other readers agree on.
//!
//! ```text
//! |    Version    |             Type              |   Length, type and length included
//! |  Value, Length − 4 bytes …
//! ```

use crate::dissect::{Dissected, Protocol, Seen, Space, Unit};
use crate::field::{Around, Field, Kind};
use crate::input::Input;
use crate::proto::shared::lan::cisco_tlv::{self, HEAD as HEAD_LEN};
use crate::proto::shared::lan::llc::named;
use crate::proto::shared::message;
use crate::proto::shared::tlv::Tlv;
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEAD:
    VERSION = Field::uint("dtp.version", 0, 8).label("Version").doc("Cisco DTP", "1 is the only one seen");
}

crate::fields! { TLV:
    TYPE = Field::uint("dtp.tlv_type", 0, 16).hex().repeats().values(TYPES).label("TLV type").doc("Cisco DTP", "What the value tells");
    LENGTH = Field::uint("dtp.tlv_len", 16, 16).repeats().unit("bytes").label("TLV length").doc("Cisco DTP", "Length of type, length and value");
}

crate::fields! { STATUS:
    OPERATING = Field::uint("dtp.tos", 32, 1).hex().repeats().values(&[(0, "access"), (1, "trunk")]).label("Operating status").doc("Cisco DTP", "What the port is now");
    STATUS_RESERVED = Field::uint("dtp.status_reserved", 33, 4).repeats().label("Reserved").doc("Cisco DTP", "Not documented");
    WANTED = Field::uint("dtp.tas", 37, 3).hex().repeats().values(&[(1, "on"), (2, "off"), (3, "desirable"), (4, "auto")]).label("Administrative status").doc("Cisco DTP", "What the port is configured to be").explain(explain_wanted);
}

crate::fields! { ENCAPSULATION:
    OPERATING_TYPE = Field::uint("dtp.tot", 32, 3).hex().repeats().values(&[(1, "native"), (2, "ISL"), (5, "802.1Q")]).label("Operating type").doc("Cisco DTP", "How frames are tagged now");
    TYPE_RESERVED = Field::uint("dtp.type_reserved", 35, 2).repeats().label("Reserved").doc("Cisco DTP", "Not documented");
    WANTED_TYPE = Field::uint("dtp.tat", 37, 3).hex().repeats().values(&[(0, "negotiated"), (1, "native"), (2, "ISL"), (5, "802.1Q")]).label("Administrative type").doc("Cisco DTP", "How frames are configured to be tagged");
}

crate::fields! { MOVING:
    G_TLV = Field::group("dtp.tlv").repeats().label("TLV").doc("Cisco DTP", "One piece of information");
    G_DOMAIN = Field::group("dtp.tlv.domain").repeats().label("Domain").doc("Cisco DTP", "Where VLANs are managed together");
    G_STATUS = Field::group("dtp.tlv.status").repeats().label("Trunk status").doc("Cisco DTP", "Whether the link is a trunk");
    G_TYPE = Field::group("dtp.tlv.type").repeats().label("Trunk type").doc("Cisco DTP", "How a trunk tags frames");
    G_SENDER = Field::group("dtp.tlv.sender").repeats().label("Sender").doc("Cisco DTP", "Who the sender is");
    DOMAIN = Field::moving("dtp.domain", Kind::Text).repeats().label("Domain").doc("Cisco DTP", "The VTP management domain; switches of different domains make no trunk");
    PADDING = Field::moving("dtp.domain_padding", Kind::Bytes).repeats().label("Padding").doc("Cisco DTP", "Zeros behind the name");
    SENDER = Field::moving("dtp.senderid", Kind::Mac).repeats().label("Sender").doc("Cisco DTP", "Ethernet address of the sending port");
    DATA = Field::moving("dtp.data", Kind::Bytes).repeats().label("Value").doc("Cisco DTP", "Not decoded");
}

/// What a TLV tells, as tcpdump calls it.
static TYPES: &[(u64, &str)] = &[(1, "Domain"), (2, "Status"), (3, "DTP type"), (4, "Neighbor")];

/// DTP.
pub static DTP: Protocol = Protocol {
    name: "dtp",
    title: "Dynamic Trunking Protocol",
    spec: "Cisco DTP",
    scope: "Domain, trunk status, trunk type and sender. Not: other TLVs, of which nothing is known",
    unit: Unit::Message,
    tables: &[HEAD, TLV, STATUS, ENCAPSULATION, MOVING],
    keys: &[(Space::CiscoPid, 0x2004)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    input.header::<1, S>(s, HEAD)?;
    cisco_tlv::walk(&input, s, 1, put);
    Ok(message::step(&input, s, "dtp", input.wire))
}

/// Puts one TLV. Its value is read if it is `readable`: of a length that can be.
fn put<S: Sink>(s: &mut S, kind: u16, t: &Tlv<'_>, readable: bool) {
    let group = match kind {
        1 => &G_DOMAIN,
        2 => &G_STATUS,
        3 => &G_TYPE,
        4 => &G_SENDER,
        _ => &G_TLV,
    };
    s.open(group, t.bit(0));
    t.fixed(s, TLV);
    let rule = "a TLV has the length of its type (Cisco DTP)";
    match kind {
        _ if !readable => {}
        1 => domain(s, t),
        2 if t.expect(s, rule, HEAD_LEN + 1) => t.fixed(s, STATUS),
        3 if t.expect(s, rule, HEAD_LEN + 1) => t.fixed(s, ENCAPSULATION),
        4 if t.expect(s, rule, HEAD_LEN + 6) => t.rest(s, &SENDER, HEAD_LEN),
        _ => t.rest(s, &DATA, HEAD_LEN),
    }
    s.close(t.bit(t.wire));
}

/// Puts a name that zeros may follow.
fn domain<S: Sink>(s: &mut S, t: &Tlv<'_>) {
    let Some(name) = t.data.get(HEAD_LEN as usize..t.wire as usize) else { return };
    let end = HEAD_LEN + name.iter().position(|b| *b == 0).unwrap_or(name.len()) as u32;
    t.span(s, &DOMAIN, HEAD_LEN, end);
    t.span(s, &PADDING, end, t.wire);
}

fn explain_wanted(around: &Around<'_>, out: &mut Text) {
    out.lit(match around.value {
        1 => "always a trunk, whatever the neighbor is",
        2 => "never a trunk",
        3 => "a trunk, if the neighbor is not off; it asks for one",
        4 => "a trunk, if the neighbor asks for one",
        _ => return,
    });
}

/// `DTPv1, length 32`, and with `-v` a line for each TLV.
fn line(seen: &Seen<'_>, out: &mut Text) {
    let Some((version, _)) = seen.header.split_first() else { return };
    out.lit("DTPv").num((*version).into()).lit(", length ").num(seen.wire.into());
    if seen.style.verbose == 0 {
        return;
    }
    for (kind, length, value) in cisco_tlv::values(seen.header, 1) {
        out.lit("\n\t").lit(named(TYPES, kind.into()).unwrap_or("Unknown"));
        out.lit(" (").hex(kind.into(), 4).lit(") TLV, length ").num(length as u64);
        match (kind, value) {
            (1, name) => out.lit(", ").untrusted(name.split(|b| *b == 0).next().unwrap_or_default()),
            (2 | 3, [bits]) => out.lit(", ").hex((*bits).into(), 1),
            (4, mac) if mac.len() == 6 => out.lit(", ").mac(mac),
            _ => out,
        };
    }
}
