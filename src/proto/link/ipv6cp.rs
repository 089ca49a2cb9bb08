//! PPP IPv6 Control Protocol: sets up IPv6 on a PPP link (RFC 5072 §4).

use crate::dissect::{Dissected, Protocol, Seen, Space, Unit};
use crate::field::{Around, Field, Kind, Table};
use crate::input::Input;
use crate::proto::shared::ppp::ipcp_compression as compression;
use crate::proto::shared::ppp::ppp_control::{self, Options};
use crate::proto::shared::tlv::Tlv;
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEAD:
    TYPE = Field::uint("ipv6cp.opt.type", 0, 8).repeats().values(TYPES).label("Type").doc("RFC 5072 §4", "What the option is about");
    LENGTH = Field::uint("ipv6cp.opt.length", 8, 8).repeats().unit("bytes").label("Length").doc("RFC 5072 §4", "Of the whole option, with type and length");
}

crate::fields! { INTERFACE:
    IDENTIFIER = Field::bytes("ipv6cp.interface_identifier", 16, 64).repeats().label("Interface identifier").doc("RFC 5072 §4.1", "The lower half of the sender's link-local address; all zeros: the other end should say one").explain(explain_identifier);
}

crate::fields! { GROUPS:
    G_INTERFACE = Field::moving("ipv6cp.opt.interface_identifier", Kind::Bytes).repeats().label("Interface identifier").doc("RFC 5072 §4.1", "What the sender wants to make its address from");
    G_OTHER = Field::moving("ipv6cp.opt.other", Kind::Bytes).repeats().label("Option").doc("RFC 5072 §4", "An option that is not read further");
}

/// IANA, IPV6CP Configuration Options.
static TYPES: &[(u64, &str)] = &[(1, "Interface-Identifier"), (2, "IPv6-Compression-Protocol")];

/// IPV6CP.
pub static IPV6CP: Protocol = Protocol {
    name: "ipv6cp",
    title: "PPP IPv6 Control Protocol",
    spec: "RFC 5072",
    scope: "All messages and options.",
    unit: Unit::Message,
    tables: &[
        ppp_control::HEADER,
        ppp_control::VENDOR,
        ppp_control::MOVING,
        HEAD,
        INTERFACE,
        GROUPS,
        compression::HEAD,
        compression::MOVING,
        compression::PROTOCOL,
        compression::VAN_JACOBSON,
        compression::IPHC,
        compression::ROHC,
        compression::SUBOPTION,
    ],
    keys: &[(Space::Ppp, 0x8057)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let (code, message) = ppp_control::head(&input, s)?;
    if ppp_control::has_options(code) {
        ppp_control::options(s, &message, 4, &Options { head, group, body });
    } else {
        ppp_control::data(s, code, &message);
    }
    ppp_control::done(&input, s, &message)
}

/// Compression of headers.
const COMPRESSION: u8 = 2;

fn group(kind: u8) -> &'static Field {
    match kind {
        1 => &G_INTERFACE,
        COMPRESSION => &compression::GROUP,
        _ => &G_OTHER,
    }
}

/// The option that asks for compression is IPCP's, rows and all.
fn head(kind: u8) -> Table {
    if kind == COMPRESSION { compression::HEAD } else { HEAD }
}

fn body<S: Sink>(s: &mut S, kind: u8, o: &Tlv<'_>) {
    match kind {
        1 if o.expect(s, "an interface identifier has 8 bytes (RFC 5072 §4.1)", 10) => o.fixed(s, INTERFACE),
        COMPRESSION => compression::put(s, o),
        _ => o.rest(s, &compression::DATA, 2),
    }
}

fn explain_identifier(around: &Around<'_>, out: &mut Text) {
    let Some(low) = around.bytes.first_chunk::<8>() else { return };
    if *low == [0; 8] {
        out.lit("none yet: the other end should say one in a Configure-Nak");
        return;
    }
    let mut address = [0; 16];
    if let Some(prefix) = address.first_chunk_mut::<2>() {
        *prefix = [0xfe, 0x80];
    }
    if let Some(end) = address.last_chunk_mut::<8>() {
        *end = *low;
    }
    out.lit("the link-local address ").ip6(address);
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    ppp_control::line(seen, "IP6CP", option_line, out);
}

fn option_line(kind: u8, option: &[u8], out: &mut Text) {
    let name = if kind == 1 { "Interface-ID" } else { "unknown" };
    ppp_control::option_name(name, kind, option, out);
    if let (1, Some(id)) = (kind, option.get(2..10)) {
        for (n, pair) in id.chunks(2).enumerate() {
            out.lit(if n == 0 { ": " } else { ":" }).hex_bytes(pair);
        }
    }
}
