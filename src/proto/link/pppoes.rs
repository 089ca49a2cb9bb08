//! PPP over Ethernet, session stage: PPP frames between two stations of an Ethernet (RFC 2516 §6), with the credits of
//! RFC 5578.

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit, direct};
use crate::field::Field;
use crate::input::Input;
use crate::proto::shared::ppp::pppoe;
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { CREDITS:
    TAG = Field::uint("pppoes.tags.tag", 48, 16).hex().label("Tag").doc("RFC 5578", "0x0106: credits");
    TAG_LENGTH = Field::uint("pppoes.tags.length", 64, 16).unit("bytes").label("Length").doc("RFC 5578", "Of what follows; 4");
    FORWARD = Field::uint("pppoes.tags.credits.fcn", 80, 16).label("Forward credits").doc("RFC 5578", "How much more the sender of this packet allows the other end to send");
    BACKWARD = Field::uint("pppoes.tags.credits.bcn", 96, 16).label("Backward credits").doc("RFC 5578", "How much the sender of this packet may still send");
}

/// PPPoE, session stage.
pub static PPPOES: Protocol = Protocol {
    name: "pppoes",
    title: "PPP over Ethernet, session",
    spec: "RFC 2516",
    scope: "The header, and credits within the session (RFC 5578).",
    unit: Unit::Header,
    tables: &[pppoe::HEADER, CREDITS],
    keys: &[(Space::EtherType, 0x8864), (Space::Link, 51)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

/// The tag of credits, which is no PPP protocol number.
const CREDIT_TAG: [u8; 2] = [1, 6];

/// The header with credits.
const WITH_CREDITS: u32 = 14;

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let header = input.header::<6, S>(s, pppoe::HEADER)?;
    let wire = pppoe::wire(&input, s, header);
    let mut end = pppoe::HEADER_LEN;
    if wire >= WITH_CREDITS {
        let payload = input.data.get(6..).unwrap_or_default();
        match payload {
            // One byte does not tell a tag from a protocol number.
            [1] => return Err(input.short(8)),
            [a, b, ..] if [*a, *b] == CREDIT_TAG => {
                s.fixed(CREDITS, input.data, input.base);
                end = input.upto(WITH_CREDITS).map(|_| WITH_CREDITS)?;
            }
            _ => {}
        }
    }
    let next = if wire > end { Next::Key(Space::Direct, direct::PPP) } else { Next::End };
    Ok(Step::new(&input, end, wire, next))
}

/// `PPPoE  [ses 0x1] `.
fn line(seen: &Seen<'_>, out: &mut Text) {
    pppoe::line(seen, out);
    out.ch(' ');
}

#[cfg(test)]
mod tests {
    use super::PPPOES;
    use crate::dissect::{Next, Space, direct};
    use crate::input::{Env, Extent, Input, Stop};
    use crate::sink::Off;

    #[test]
    fn credits_stand_before_the_frame() {
        let data = [0x11, 0, 0, 1, 0, 10, 1, 6, 0, 4, 0, 1, 0, 2, 0, 0x21];
        let cut = |n: usize| {
            let input = Input { data: &data[..n], base: 0, wire: 16, extent: Extent::Whole, env: &Env::NONE };
            (PPPOES.peel)(input, &mut Off::default()).map(|step| (step.header, step.next))
        };
        let ppp = Next::Key(Space::Direct, direct::PPP);
        assert_eq!(cut(16), Ok((14, ppp)));
        assert_eq!(cut(7), Err(Stop::Cut { need: 8, have: 7 }));
        assert_eq!(cut(9), Err(Stop::Cut { need: 14, have: 9 }));
    }
}
