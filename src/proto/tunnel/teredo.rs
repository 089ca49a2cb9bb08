//! Teredo: IPv6 inside UDP over IPv4, for hosts behind address translators (RFC 4380).
//!
//! ```text
//! |     0     |     1     | ID length | AU length | authentication, optional: ID, value,
//! |                  nonce (8 bytes) | confirmation|
//! |     0     |     0     |   port, inverted      | origin indication, optional
//! |             address, inverted                 |
//! |                  IPv6 packet                                  |
//! ```

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::{Field, Kind};
use crate::input::{Input, Stop};
use crate::proto::shared::tlv::Tlv;
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { AUTH_LENGTHS:
    ID_LENGTH = Field::uint("teredo.auth.idlen", 16, 8).unit("bytes").label("Client identifier length").doc("RFC 4380 §5.1.1", "0 when the client and the server share no secret");
    AU_LENGTH = Field::uint("teredo.auth.aulen", 24, 8).unit("bytes").label("Authentication value length").doc("RFC 4380 §5.1.1", "0 when the client and the server share no secret");
}

crate::fields! { MOVING:
    AUTH = Field::group("teredo.auth").label("Authentication").doc("RFC 4380 §5.1.1", "Lets a client know that the answer comes from the server that it asked");
    ID = Field::moving("teredo.auth.id", Kind::Bytes).label("Client identifier").doc("RFC 4380 §5.1.1", "By which the server finds the shared secret");
    VALUE = Field::moving("teredo.auth.value", Kind::Bytes).label("Authentication value").doc("RFC 4380 §5.1.1", "A keyed hash over nonce, confirmation, origin and packet");
    NONCE = Field::moving("teredo.auth.nonce", Kind::Bytes).label("Nonce").doc("RFC 4380 §5.1.1", "The client's random number, which the server sends back");
    CONFIRMATION = Field::moving("teredo.auth.conf", Kind::Bytes).label("Confirmation").doc("RFC 4380 §5.1.1", "0; not 0: the client needs a new secret");
    ORIGIN = Field::group("teredo.orig").label("Origin indication").doc("RFC 4380 §5.1.1", "Where the server got the packet from, as it saw it outside the address translator");
    PORT = Field::moving("teredo.orig.port", Kind::Uint).label("Origin port").doc("RFC 4380 §5.1.1", "The UDP port; on the wire all its bits are inverted, so that no translator changes it");
    ADDRESS = Field::derived("teredo.orig.addr", Kind::Ip4).label("Origin address").doc("RFC 4380 §5.1.1", "The IPv4 address; on the wire all its bits are inverted, so that no translator changes it");
}

/// Teredo.
pub static TEREDO: Protocol = Protocol {
    name: "teredo",
    title: "Teredo",
    spec: "RFC 4380",
    scope: "Authentication and origin indication, and the IPv6 packet. Not: the trailers of RFC 6081.",
    unit: Unit::Header,
    tables: &[AUTH_LENGTHS, MOVING],
    keys: &[(Space::UdpPort, 3544)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let mut at = 0;
    if indicator(&input, at)? == Some(1) {
        at = authentication(&input, s)?;
    }
    if indicator(&input, at)? == Some(0) {
        at = origin(&input, s, at)?;
    }
    let next = match input.data.get(at as usize).map(|first| first >> 4) {
        _ if input.wire <= at => Next::End,
        None | Some(6) => Next::Key(Space::EtherType, 0x86dd),
        Some(_) => Next::Opaque("no IPv6 packet: another protocol on Teredo's port"),
    };
    Ok(Step::new(&input, at, input.wire, next))
}

/// The number that tells the headers apart; `None` when this is none of them.
fn indicator(input: &Input<'_>, at: u32) -> Result<Option<u8>, Stop> {
    match input.data.get(at as usize..).unwrap_or_default() {
        [0, number @ (0 | 1), ..] => Ok(Some(*number)),
        // An indicator of which the capture holds less is not enough to tell.
        [] | [0] if input.wire > at.saturating_add(1) => Err(input.short(at.saturating_add(2))),
        _ => Ok(None),
    }
}

fn authentication<S: Sink>(input: &Input<'_>, s: &mut S) -> Result<u32, Stop> {
    let all = Tlv::new(input.data, input.base, 0, input.wire);
    s.open(&AUTH, all.bit(0));
    all.fixed(s, AUTH_LENGTHS);
    let head = input.head::<4>()?;
    let value = 4 + ID_LENGTH.get(head) as u32;
    let nonce = value + AU_LENGTH.get(head) as u32;
    let end = nonce + 9;
    all.span(s, &ID, 4, value);
    all.span(s, &VALUE, value, nonce);
    all.span(s, &NONCE, nonce, nonce + 8);
    all.span(s, &CONFIRMATION, nonce + 8, end);
    input.upto(end)?;
    s.close(all.bit(end));
    Ok(end)
}

fn origin<S: Sink>(input: &Input<'_>, s: &mut S, at: u32) -> Result<u32, Stop> {
    let all = Tlv::new(input.data, input.base, at, 8);
    s.open(&ORIGIN, all.bit(0));
    if let Some([_, _, high, low]) = all.data.first_chunk() {
        s.uint(&PORT, all.bit(2), 16, u64::from(!u16::from_be_bytes([*high, *low])));
    }
    if let Some([_, _, _, _, a, b, c, d]) = all.data.first_chunk() {
        s.derived_bytes(&ADDRESS, &[!a, !b, !c, !d]);
    }
    let end = at.saturating_add(8);
    input.upto(end)?;
    s.close(all.bit(8));
    Ok(end)
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    out.lit("Teredo");
    let at = seen.header.len().saturating_sub(8);
    if let Some([0, 0, p, q, a, b, c, d]) = seen.header.get(at..).and_then(|o| o.first_chunk()) {
        out.lit(", origin ").ip4([!a, !b, !c, !d]).ch('.').num(u64::from(!u16::from_be_bytes([*p, *q])));
    }
    out.lit(", length ").num(seen.wire.into());
    if seen.next.is_some() || seen.stopped.is_some() {
        out.lit(": ");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Env, Extent};

    fn peel(data: &[u8]) -> Dissected {
        let input = Input { data, base: 0, wire: data.len() as u32, extent: Extent::Whole, env: &Env::NONE };
        dissect(input, &mut Off::default())
    }

    #[test]
    fn authentication_and_origin_come_before_the_packet() {
        let origin = [0, 0, 0xcf, 0xc6, 0x3f, 0x57, 0xf9, 0xfe];
        let auth = [0, 1, 1, 2, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8, 0];
        let ipv6 = Next::Key(Space::EtherType, 0x86dd);
        for (parts, length) in [(&[][..], 0), (&[&origin[..]], 8), (&[&auth[..]], 16), (&[&auth[..], &origin], 24)] {
            let data = [&parts.concat()[..], &[0x60]].concat();
            assert_eq!(peel(&data).map(|s| (s.header, s.next)), Ok((length, ipv6)));
        }
        assert!(matches!(peel(&[0, 2, 0, 0]).map(|s| s.next), Ok(Next::Opaque(_))));
    }
}
