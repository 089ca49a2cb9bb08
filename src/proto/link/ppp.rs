//! Point-to-Point Protocol (RFC 1661), in frames like HDLC's (RFC 1662), in PPPoE sessions and in tunnels.
//!
//! ```text
//! |    Address    |    Control    |           Protocol            |
//! ```
//!
//! Address and control are there when the first byte is 255; the protocol number has one byte when that is odd. A frame
//! that begins with 15 or 143 and a 0 is Cisco HDLC, which captures of serial lines may hold under the same link type.

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit, direct};
use crate::input::Input;
use crate::proto::shared::ppp::ppp_header;
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

/// PPP.
pub static PPP: Protocol = Protocol {
    name: "ppp",
    title: "Point-to-Point Protocol",
    spec: "RFC 1661",
    scope: "Address, control and protocol, also compressed. Not: byte stuffing of asynchronous lines, frame check sequences.",
    unit: Unit::Frame,
    tables: &[ppp_header::ROWS],
    keys: &[
        (Space::Link, 9),
        (Space::Link, 50),
        (Space::EtherType, 0x880b),
        (Space::Nlpid, 0xcf),
        (Space::Direct, direct::PPP),
    ],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

/// The addresses of Cisco HDLC: one station, all stations.
const CISCO: [u8; 2] = [0x0f, 0x8f];

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let [first] = *input.head::<1>()?;
    if CISCO.contains(&first) && input.head::<2>()?[1] == 0 {
        return Ok(Step::new(&input, 0, input.wire, Next::Key(Space::Link, 104)));
    }
    ppp_header::put(&input, s, 0, ppp_header::protocol_at(first))
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    if let Some(first) = seen.header.first() {
        ppp_header::line(seen, ppp_header::protocol_at(*first), out);
    }
}

#[cfg(test)]
mod tests {
    use super::PPP;
    use crate::dissect::{Next, Space};
    use crate::input::{Env, Extent, Input, Stop};
    use crate::sink::Off;

    fn next(data: &[u8], wire: u32) -> Result<(u32, Next), Stop> {
        let input = Input { data, base: 0, wire, extent: Extent::Whole, env: &Env::NONE };
        (PPP.peel)(input, &mut Off::default()).map(|step| (step.header, step.next))
    }

    #[test]
    fn address_control_and_half_the_protocol_may_be_left_out() {
        let ip = Next::Key(Space::Ppp, 0x21);
        assert_eq!(next(&[0xff, 3, 0, 0x21], 60), Ok((4, ip)));
        assert_eq!(next(&[0xff, 3, 0x21], 60), Ok((3, ip)));
        assert_eq!(next(&[0, 0x21], 60), Ok((2, ip)));
        assert_eq!(next(&[0x21], 60), Ok((1, ip)));
        assert_eq!(next(&[0xc0, 0x21], 60), Ok((2, Next::Key(Space::Ppp, 0xc021))));
        assert_eq!(next(&[0xff, 3, 0], 60), Err(Stop::Cut { need: 4, have: 3 }));
        assert_eq!(next(&[0x0f, 0, 8, 0], 60), Ok((0, Next::Key(Space::Link, 104))));
    }
}
