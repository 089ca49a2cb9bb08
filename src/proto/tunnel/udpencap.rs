//! IPsec behind address translators: ESP or IKE inside UDP datagrams on port 4500 (RFC 3948).
//!
//! An ESP packet begins at once. An IKE message has four zero bytes before it, the non-ESP marker, where ESP would have
//! its security parameters index. A single byte 0xff keeps the translator's mapping alive.

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::Field;
use crate::input::Input;
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { MOVING:
    KEEPALIVE = Field::group("udpencap.nat_keepalive").label("Keepalive").doc("RFC 3948 §2.3", "Keeps the address translator's mapping alive; the receiver ignores it");
    MARKER = Field::group("udpencap.non_esp_marker").label("Non-ESP marker").doc("RFC 3948 §2.2", "Four zero bytes: an IKE message follows");
}

/// ESP in UDP.
pub static UDPENCAP: Protocol = Protocol {
    name: "udpencap",
    title: "UDP Encapsulation of IPsec Packets",
    spec: "RFC 3948",
    scope: "Which of keepalive, IKE and ESP it is.",
    unit: Unit::Header,
    tables: &[MOVING],
    keys: &[(Space::UdpPort, 4500)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

/// The port of IKE without encapsulation.
const IKE: u16 = 500;

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let bit = |at: u32| input.base.saturating_add(at).saturating_mul(8);
    if input.wire == 1 && *input.head::<1>()? == [0xff] {
        s.open(&KEEPALIVE, bit(0));
        s.close(bit(1));
        return Ok(Step::new(&input, 1, input.wire, Next::End));
    }
    if *input.head::<4>()? != [0; 4] {
        return Ok(Step::new(&input, 0, input.wire, Next::Key(Space::IpProto, 50)));
    }
    s.open(&MARKER, bit(0));
    s.close(bit(4));
    Ok(Step::new(&input, 4, input.wire, Next::Key(Space::UdpPort, IKE)))
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    match seen.header.len() {
        0 => out.lit("UDP-encap: "),
        1 => out.lit("isakmp-nat-keep-alive"),
        _ => out.lit("NONESP-encap: "),
    };
    if seen.header.len() == 4 && seen.next.is_none() {
        out.lit("isakmp, length ").num(seen.payload_wire().into());
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
    fn the_first_four_bytes_tell() {
        assert_eq!(peel(&[0xff]).map(|s| (s.header, s.next)), Ok((1, Next::End)));
        assert_eq!(peel(&[0; 32]).map(|s| (s.header, s.next)), Ok((4, Next::Key(Space::UdpPort, IKE))));
        assert_eq!(peel(&[1; 32]).map(|s| (s.header, s.next)), Ok((0, Next::Key(Space::IpProto, 50))));
        assert!(peel(&[0xff, 0xff]).is_err());
    }
}
