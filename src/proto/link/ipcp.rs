//! PPP Internet Protocol Control Protocol: sets up IPv4 on a PPP link (RFC 1332), and name servers (RFC 1877).

use crate::dissect::{Dissected, Protocol, Seen, Space, Unit};
use crate::field::{Around, Field, Kind};
use crate::input::Input;
use crate::proto::shared::ppp::ipcp_compression as compression;
use crate::proto::shared::ppp::ppp_control::{self, Options};
use crate::proto::shared::tlv::Tlv;
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { GROUPS:
    G_ADDRESSES = Field::moving("ipcp.opt.addrs", Kind::Bytes).repeats().label("IP addresses").doc("RFC 1332 §3.1", "Both addresses at once: an old option, which should not be used");
    G_ADDRESS = Field::moving("ipcp.opt.addr", Kind::Bytes).repeats().label("IP address").doc("RFC 1332 §3.3", "The address that the sender wants for itself");
    G_MOBILE = Field::moving("ipcp.opt.mobileipv4", Kind::Bytes).repeats().label("Mobile IPv4").doc("RFC 2290 §2", "The home address of a mobile node");
    G_DNS1 = Field::moving("ipcp.opt.pri_dns", Kind::Bytes).repeats().label("Primary DNS server").doc("RFC 1877 §1.1", "The name server that the sender should use");
    G_NBNS1 = Field::moving("ipcp.opt.pri_nbns", Kind::Bytes).repeats().label("Primary NBNS server").doc("RFC 1877 §1.2", "The NetBIOS name server (WINS) that the sender should use");
    G_DNS2 = Field::moving("ipcp.opt.sec_dns", Kind::Bytes).repeats().label("Secondary DNS server").doc("RFC 1877 §1.3", "The name server that the sender should use when the first is silent");
    G_NBNS2 = Field::moving("ipcp.opt.sec_nbns", Kind::Bytes).repeats().label("Secondary NBNS server").doc("RFC 1877 §1.4", "The NetBIOS name server that the sender should use when the first is silent");
    G_OTHER = Field::moving("ipcp.opt.other", Kind::Bytes).repeats().label("Option").doc("RFC 1332 §3", "An option that is not read further");
}

crate::fields! { ADDRESSES:
    SOURCE = Field::ip4("ipcp.opt.src_address", 16).repeats().label("Source").doc("RFC 1172 §5.1", "The sender's address; 0.0.0.0: the other end should say it");
    DESTINATION = Field::ip4("ipcp.opt.dst_address", 48).repeats().label("Destination").doc("RFC 1172 §5.1", "The other end's address; 0.0.0.0: the other end should say it");
}

crate::fields! { ADDRESS:
    IP_ADDRESS = Field::ip4("ipcp.opt.ip_address", 16).repeats().label("IP address").doc("RFC 1332 §3.3", "In a request what the sender wants to be called, 0.0.0.0 when the other end should say it; in a Nak what it should ask for").explain(explain_address);
}

crate::fields! { MOBILE:
    HOME = Field::ip4("ipcp.opt.mobilenodehomeaddress", 16).repeats().label("Home address").doc("RFC 2290 §2", "Under which the mobile node is known at home");
}

crate::fields! { DNS1:
    DNS1_ADDRESS = Field::ip4("ipcp.opt.pri_dns_address", 16).repeats().label("Address").doc("RFC 1877 §1.1", "Of the server; 0.0.0.0: the other end should say it").explain(explain_address);
}

crate::fields! { NBNS1:
    NBNS1_ADDRESS = Field::ip4("ipcp.opt.pri_nbns_address", 16).repeats().label("Address").doc("RFC 1877 §1.2", "Of the server; 0.0.0.0: the other end should say it").explain(explain_address);
}

crate::fields! { DNS2:
    DNS2_ADDRESS = Field::ip4("ipcp.opt.sec_dns_address", 16).repeats().label("Address").doc("RFC 1877 §1.3", "Of the server; 0.0.0.0: the other end should say it").explain(explain_address);
}

crate::fields! { NBNS2:
    NBNS2_ADDRESS = Field::ip4("ipcp.opt.sec_nbns_address", 16).repeats().label("Address").doc("RFC 1877 §1.4", "Of the server; 0.0.0.0: the other end should say it").explain(explain_address);
}

/// IPCP.
pub static IPCP: Protocol = Protocol {
    name: "ipcp",
    title: "PPP IP Control Protocol",
    spec: "RFC 1332",
    scope: "All messages and options, also of Van Jacobson and IP header compression. Not: the profiles of robust header compression.",
    unit: Unit::Message,
    tables: &[
        ppp_control::HEADER,
        ppp_control::VENDOR,
        ppp_control::MOVING,
        compression::HEAD,
        GROUPS,
        ADDRESSES,
        ADDRESS,
        MOBILE,
        DNS1,
        NBNS1,
        DNS2,
        NBNS2,
        compression::MOVING,
        compression::PROTOCOL,
        compression::VAN_JACOBSON,
        compression::IPHC,
        compression::ROHC,
        compression::SUBOPTION,
    ],
    keys: &[(Space::Ppp, 0x8021)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let (code, message) = ppp_control::head(&input, s)?;
    if ppp_control::has_options(code) {
        ppp_control::options(s, &message, 4, &Options { head: |_| compression::HEAD, group, body });
    } else {
        ppp_control::data(s, code, &message);
    }
    ppp_control::done(&input, s, &message)
}

fn group(kind: u8) -> &'static Field {
    match kind {
        1 => &G_ADDRESSES,
        2 => &compression::GROUP,
        3 => &G_ADDRESS,
        4 => &G_MOBILE,
        129 => &G_DNS1,
        130 => &G_NBNS1,
        131 => &G_DNS2,
        132 => &G_NBNS2,
        _ => &G_OTHER,
    }
}

fn body<S: Sink>(s: &mut S, kind: u8, o: &Tlv<'_>) {
    let table = match kind {
        1 => ADDRESSES,
        2 => return compression::put(s, o),
        3 => ADDRESS,
        4 => MOBILE,
        129 => DNS1,
        130 => NBNS1,
        131 => DNS2,
        132 => NBNS2,
        _ => return o.rest(s, &compression::DATA, 2),
    };
    let wire = if kind == 1 { 10 } else { 6 };
    if o.expect(s, "the option holds addresses and nothing else (RFC 1332 §3)", wire) {
        o.fixed(s, table);
    } else {
        o.rest(s, &compression::DATA, 2);
    }
}

fn explain_address(around: &Around<'_>, out: &mut Text) {
    if around.bytes == [0; 4] {
        out.lit("the sender does not know it, and asks the other end to say it in a Configure-Nak");
    }
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    ppp_control::line(seen, "IPCP", option_line, out);
}

fn option_line(kind: u8, option: &[u8], out: &mut Text) {
    let name = match kind {
        1 => "IP-Addrs",
        2 => "IP-Comp",
        3 => "IP-Addr",
        4 => "Home-Addr",
        129 => "Pri-DNS",
        130 => "Pri-NBNS",
        131 => "Sec-DNS",
        132 => "Sec-NBNS",
        _ => "unknown",
    };
    ppp_control::option_name(name, kind, option, out);
    match (kind, option) {
        (1, [_, _, a, b, c, d, e, f, g, h]) => {
            out.lit(": src ").ip4([*a, *b, *c, *d]).lit(", dst ").ip4([*e, *f, *g, *h]);
        }
        (2, [_, _, a, b, ..]) => compression::line(u16::from_be_bytes([*a, *b]), out),
        (3 | 4 | 129..=132, _) => ppp_control::option_address(option, out),
        _ => {}
    }
}
