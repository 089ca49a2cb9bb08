//! Link Control Protocol: sets up, tests and closes a PPP link (RFC 1661 §5).
//!
//! ```text
//! |     Code      |  Identifier   |            Length             |
//! |  Options, or magic number and data …
//! ```

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::{Around, Field, Kind};
use crate::input::{Extent, Input};
use crate::proto::shared::ppp::ppp_protocols::{line_name, ppp_protocol_name};
use crate::proto::shared::{ppp::lcp_options, ppp::ppp_control};
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { MAGIC:
    MAGIC_NUMBER = Field::uint("lcp.magic_number", 32, 32).hex().label("Magic number").doc("RFC 1661 §5.8", "The sender's, as agreed on; 0 when none was. The receiver's own number means that the line is looped back");
}

crate::fields! { TIME:
    SECONDS = Field::uint("lcp.secs_remaining", 64, 32).unit("s").label("Seconds remaining").doc("RFC 1570 §1.2", "How long the connection will still last").explain(explain_seconds);
}

crate::fields! { REJECTED:
    REJECTED_PROTOCOL = Field::uint("lcp.rej_proto", 32, 16).hex().names(ppp_protocol_name).label("Rejected protocol").doc("RFC 1661 §5.7", "The protocol that the sender does not know");
}

crate::fields! { MOVING:
    DATA = Field::moving("lcp.data", Kind::Bytes).label("Data").doc("RFC 1661 §5.8", "Anything; comes back in the reply to an echo request");
    MESSAGE = Field::moving("lcp.message", Kind::Text).label("Message").doc("RFC 1570 §1.1", "For people to read, and for logs");
}

/// LCP.
pub static LCP: Protocol = Protocol {
    name: "lcp",
    title: "Link Control Protocol",
    spec: "RFC 1661",
    scope: "All messages, the options of RFC 1661, RFC 1570, RFC 1990 and some later ones, and the packet that a Protocol-Reject quotes. Not: the values of options that are rarely used.",
    unit: Unit::Message,
    tables: &[
        ppp_control::HEADER,
        ppp_control::VENDOR,
        ppp_control::MOVING,
        MAGIC,
        TIME,
        REJECTED,
        MOVING,
        lcp_options::HEAD,
        lcp_options::GROUPS,
        lcp_options::VENDOR,
        lcp_options::MRU_BODY,
        lcp_options::ASYNCMAP,
        lcp_options::PROTOCOL,
        lcp_options::QUALITY_BODY,
        lcp_options::PERIOD_BODY,
        lcp_options::MAGIC_BODY,
        lcp_options::FCS_BODY,
        lcp_options::PADDING_BODY,
        lcp_options::NUMBERED_BODY,
        lcp_options::CALLBACK_BODY,
        lcp_options::MRRU_BODY,
        lcp_options::CLASS_BODY,
        lcp_options::LINK_BODY,
        lcp_options::FORMAT_BODY,
        lcp_options::I18N_BODY,
        lcp_options::MOVING,
    ],
    keys: &[(Space::Ppp, 0xc021)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

const PROTOCOL_REJECT: u8 = 8;
const ECHO_REQUEST: u8 = 9;
const DISCARD_REQUEST: u8 = 11;
const IDENTIFICATION: u8 = 12;
const TIME_REMAINING: u8 = 13;

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let (code, message) = ppp_control::head(&input, s)?;
    match code {
        _ if ppp_control::has_options(code) => ppp_control::options(s, &message, 4, &lcp_options::all()),
        PROTOCOL_REJECT if message.wire >= 6 => {
            message.fixed(s, REJECTED);
            let protocol = REJECTED_PROTOCOL.get(input.upto(6)?) as u16;
            let next = if message.wire > 6 { Next::Key(Space::Ppp, protocol) } else { Next::End };
            return Ok(Step::new(&input, 6, message.wire, next).extent(Extent::Quoted));
        }
        ECHO_REQUEST..=DISCARD_REQUEST => {
            message.fixed(s, MAGIC);
            message.rest(s, &DATA, 8);
        }
        IDENTIFICATION => {
            message.fixed(s, MAGIC);
            message.rest(s, &MESSAGE, 8);
        }
        TIME_REMAINING => {
            message.fixed(s, MAGIC);
            message.fixed(s, TIME);
            message.rest(s, &MESSAGE, 12);
        }
        _ => ppp_control::data(s, code, &message),
    }
    ppp_control::done(&input, s, &message)
}

fn explain_seconds(around: &Around<'_>, out: &mut Text) {
    match around.value {
        0xffff_ffff => out.lit("for ever"),
        n => out.num(n / 3600).lit(" h ").num(n / 60 % 60).lit(" min ").num(n % 60).lit(" s"),
    };
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    ppp_control::line(seen, "LCP", lcp_options::line, out);
    if seen.style.verbose > 0 && seen.header.first() == Some(&PROTOCOL_REJECT) && seen.header.len() > 4 {
        let protocol = REJECTED_PROTOCOL.get(seen.header);
        out.lit("\n\t  Rejected ").lit(line_name(protocol).unwrap_or("unknown")).lit(" Protocol (").hex(protocol, 4);
        // A quoted IP packet begins a line itself.
        let own_line = seen.next.is_some_and(|next| next.addresses.is_some());
        out.lit(")\n\t  Rejected Packet").lit(if own_line { "" } else { "\n\t    " });
    }
}
