//! Mobility header of Mobile IPv6 (RFC 6275 §6.1) and its extensions: how mobile nodes tell where they are.
//!
//! ```text
//! |  Next header  |    Length     |    MH type    |   Reserved    |
//! |           Checksum            |  Message data and options …   |
//! ```

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::{Around, Field, Kind, Table};
use crate::input::Input;
use crate::proto::shared::names::ipproto::ip_protocol_name;
use crate::proto::shared::tlv::Tlv;
use crate::proto::shared::{ip::ipv6_chain as chain, ip::mobility_options as options};
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEADER:
    PROTO = Field::uint("mip6.proto", 0, 8).names(ip_protocol_name).explain(chain::explain_next).label("Next header").doc("RFC 6275 §6.1.1", "59: nothing follows");
    HLEN = Field::uint("mip6.hlen", 8, 8).explain(chain::explain_length).label("Length").doc("RFC 6275 §6.1.1", "Counted in units of 8 bytes, without the first 8");
    TYPE = Field::uint("mip6.mhtype", 16, 8).names(type_name).label("MH type").doc("RFC 6275 §6.1.1", "Which message it is");
    RESERVED = Field::uint("mip6.reserved", 24, 8).hex().label("Reserved").doc("RFC 6275 §6.1.1", "Must be 0");
    CHECKSUM = Field::uint("mip6.csum", 32, 16).hex().label("Checksum").doc("RFC 6275 §6.1.1", "Ones' complement sum over a pseudo-header and the message");
}

crate::fields! { REFRESH:
    BRR = Field::bytes("mip6.binding_refresh_request", 48, 16).label("Reserved").doc("RFC 6275 §6.1.2", "Must be 0");
}

crate::fields! { HOME_INIT:
    HOTI_RESERVED = Field::bytes("mip6.hoti.reserved", 48, 16).label("Reserved").doc("RFC 6275 §6.1.3", "Must be 0");
    HOTI_COOKIE = Field::uint("mip6.hoti.cookie", 64, 64).hex().label("Home init cookie").doc("RFC 6275 §6.1.3", "A random number that the answer repeats");
}

crate::fields! { CARE_OF_INIT:
    COTI_RESERVED = Field::bytes("mip6.coti.reserved", 48, 16).label("Reserved").doc("RFC 6275 §6.1.4", "Must be 0");
    COTI_COOKIE = Field::uint("mip6.coti.cookie", 64, 64).hex().label("Care-of init cookie").doc("RFC 6275 §6.1.4", "A random number that the answer repeats");
}

crate::fields! { HOME_TEST:
    HOT_INDEX = Field::uint("mip6.hot.nindex", 48, 16).label("Home nonce index").doc("RFC 6275 §6.1.5", "Which secret of the correspondent the token was made with");
    HOT_COOKIE = Field::uint("mip6.hot.cookie", 64, 64).hex().label("Home init cookie").doc("RFC 6275 §6.1.5", "From the request");
    HOT_TOKEN = Field::uint("mip6.hot.token", 128, 64).hex().label("Home keygen token").doc("RFC 6275 §6.1.5", "Proves that the node is reached at its home address");
}

crate::fields! { CARE_OF_TEST:
    COT_INDEX = Field::uint("mip6.cot.nindex", 48, 16).label("Care-of nonce index").doc("RFC 6275 §6.1.6", "Which secret of the correspondent the token was made with");
    COT_COOKIE = Field::uint("mip6.cot.cookie", 64, 64).hex().label("Care-of init cookie").doc("RFC 6275 §6.1.6", "From the request");
    COT_TOKEN = Field::uint("mip6.hot.token", 128, 64).hex().label("Care-of keygen token").doc("RFC 6275 §6.1.6", "Proves that the node is reached at its care-of address");
}

crate::fields! { UPDATE:
    BU_SEQ = Field::uint("mip6.bu.seqnr", 48, 16).label("Sequence").doc("RFC 6275 §6.1.7", "Numbers the updates, and matches acknowledgments to them");
    BU_A = Field::flag("mip6.bu.a_flag", 64).label("Acknowledge").doc("RFC 6275 §6.1.7", "1: an acknowledgment is wanted");
    BU_H = Field::flag("mip6.bu.h_flag", 65).label("Home registration").doc("RFC 6275 §6.1.7", "1: the receiver shall act as the node's home agent");
    BU_L = Field::flag("mip6.bu.l_flag", 66).label("Link-local compatibility").doc("RFC 6275 §6.1.7", "1: the home and link-local addresses have the same identifier");
    BU_K = Field::flag("mip6.bu.k_flag", 67).label("Key management mobility").doc("RFC 6275 §6.1.7", "1: the security association with the home agent survives movement");
    BU_M = Field::flag("mip6.bu.m_flag", 68).label("MAP registration").doc("RFC 5380 §4.2", "1: for a mobility anchor point");
    BU_R = Field::flag("mip6.nemo.bu.r_flag", 69).label("Mobile router").doc("RFC 3963 §4.1", "1: the node is a router with networks behind it");
    BU_P = Field::flag("mip6.bu.p_flag", 70).label("Proxy registration").doc("RFC 5213 §8.1", "1: a gateway registers on behalf of the node");
    BU_F = Field::flag("mip6.bu.f_flag", 71).label("Force UDP").doc("RFC 5555 §3.2.1", "1: encapsulation in UDP is wanted");
    BU_T = Field::flag("mip6.bu.t_flag", 72).label("TLV header").doc("RFC 5845 §5.1", "1: the TLV-header format is used in the tunnel");
    BU_B = Field::flag("mip6.bu.b_flag", 73).label("Bulk update").doc("RFC 6602 §6.1", "1: for a group of nodes at once");
    BU_RSV = Field::uint("mip6.bu.reserved", 74, 6).label("Reserved").doc("RFC 6275 §6.1.7", "Must be 0");
    BU_LIFETIME = Field::uint("mip6.bu.lifetime", 80, 16).explain(explain_lifetime).label("Lifetime").doc("RFC 6275 §6.1.7", "How long the binding shall last, in units of 4 seconds; 0: remove it");
}

crate::fields! { ACKNOWLEDGMENT:
    BA_STATUS = Field::uint("mip6.ba.status", 48, 8).names(status_name).label("Status").doc("RFC 6275 §6.1.8", "Below 128: accepted");
    BA_K = Field::flag("mip6.ba.k_flag", 56).label("Key management mobility").doc("RFC 6275 §6.1.8", "1: the security association survives movement");
    BA_R = Field::flag("mip6.nemo.ba.r_flag", 57).label("Mobile router").doc("RFC 3963 §4.2", "1: the home agent supports mobile routers");
    BA_P = Field::flag("mip6.ba.p_flag", 58).label("Proxy registration").doc("RFC 5213 §8.2", "1: for a gateway that registers on behalf of the node");
    BA_T = Field::flag("mip6.ba.t_flag", 59).label("TLV header").doc("RFC 5845 §5.2", "1: the TLV-header format may be used in the tunnel");
    BA_B = Field::flag("mip6.ba.b_flag", 60).label("Bulk update").doc("RFC 6602 §6.2", "1: for a group of nodes at once");
    BA_RSV = Field::uint("mip6.ba.reserved", 61, 3).label("Reserved").doc("RFC 6275 §6.1.8", "Must be 0");
    BA_SEQ = Field::uint("mip6.ba.seqnr", 64, 16).label("Sequence").doc("RFC 6275 §6.1.8", "Of the update that is acknowledged");
    BA_LIFETIME = Field::uint("mip6.ba.lifetime", 80, 16).explain(explain_lifetime).label("Lifetime").doc("RFC 6275 §6.1.8", "How long the binding lasts, in units of 4 seconds");
}

crate::fields! { ERROR:
    BE_STATUS = Field::uint("mip6.be.status", 48, 8).values(&[(1, "unknown binding for home address"), (2, "unrecognized MH type")]).label("Status").doc("RFC 6275 §6.1.9", "What was wrong");
    BE_RSV = Field::uint("mip6.be.reserved", 56, 8).hex().label("Reserved").doc("RFC 6275 §6.1.9", "Must be 0");
    BE_HOME = Field::ip6("mip6.be.haddr", 64).label("Home address").doc("RFC 6275 §6.1.9", "From the packet that caused the error");
}

crate::fields! { FAST_UPDATE:
    FBU_SEQ = Field::uint("mip6.fbu.seqnr", 48, 16).label("Sequence").doc("RFC 5568 §6.2.1", "Numbers the updates");
    FBU_A = Field::flag("mip6.fbu.a_flag", 64).label("Acknowledge").doc("RFC 5568 §6.2.1", "1: an acknowledgment is wanted");
    FBU_H = Field::flag("mip6.fbu.h_flag", 65).label("Home registration").doc("RFC 5568 §6.2.1", "Must be 1");
    FBU_L = Field::flag("mip6.fbu.l_flag", 66).label("Link-local compatibility").doc("RFC 5568 §6.2.1", "As in a binding update");
    FBU_K = Field::flag("mip6.fbu.k_flag", 67).label("Key management mobility").doc("RFC 5568 §6.2.1", "As in a binding update");
    FBU_RSV = Field::uint("mip6.fbu.reserved", 68, 12).label("Reserved").doc("RFC 5568 §6.2.1", "Must be 0");
    FBU_LIFETIME = Field::uint("mip6.fbu.lifetime", 80, 16).explain(explain_lifetime).label("Lifetime").doc("RFC 5568 §6.2.1", "In units of 4 seconds");
}

crate::fields! { FAST_ACKNOWLEDGMENT:
    FBACK_STATUS = Field::uint("mip6.fback.status", 48, 8).values(&[(0, "accepted"), (1, "accepted, with another care-of address"), (128, "reason unspecified"), (129, "administratively prohibited"), (130, "insufficient resources"), (131, "incorrect interface identifier length")]).label("Status").doc("RFC 5568 §6.2.2", "Below 128: accepted");
    FBACK_K = Field::flag("mip6.fback.k_flag", 56).label("Key management mobility").doc("RFC 5568 §6.2.2", "As in a binding acknowledgment");
    FBACK_RSV = Field::uint("mip6.fback.reserved", 57, 7).label("Reserved").doc("RFC 5568 §6.2.2", "Must be 0");
    FBACK_SEQ = Field::uint("mip6.fback.seqnr", 64, 16).label("Sequence").doc("RFC 5568 §6.2.2", "Of the update that is acknowledged");
    FBACK_LIFETIME = Field::uint("mip6.fback.lifetime", 80, 16).explain(explain_lifetime).label("Lifetime").doc("RFC 5568 §6.2.2", "In units of 4 seconds");
}

crate::fields! { FAST_NEIGHBOR:
    FNA = Field::bytes("mip6.fast_neighbor_advertisement", 48, 16).label("Reserved").doc("RFC 4068 §6.3.3", "Must be 0");
}

crate::fields! { SWITCH:
    HAS_COUNT = Field::uint("mip6.has.num_addrs", 48, 8).label("Addresses").doc("RFC 5142 §4", "How many home agents follow");
    HAS_RSV = Field::uint("mip6.has.reserved", 56, 8).hex().label("Reserved").doc("RFC 5142 §4", "Must be 0");
}

crate::fields! { HEARTBEAT:
    HB_RSV = Field::uint("mip6.hb.reserved", 48, 14).label("Reserved").doc("RFC 5847 §3.3", "Must be 0");
    HB_U = Field::flag("mip6.hb.u_flag", 62).label("Unsolicited").doc("RFC 5847 §3.3", "1: an answer without a question, after a restart");
    HB_R = Field::flag("mip6.hb.r_flag", 63).label("Response").doc("RFC 5847 §3.3", "1: an answer");
    HB_SEQ = Field::uint("mip6.hb.seqnr", 64, 32).label("Sequence").doc("RFC 5847 §3.3", "Matches answers to questions");
}

crate::fields! { HANDOVER:
    HI_SEQ = Field::uint("mip6.hi.seqnr", 48, 16).label("Sequence").doc("RFC 5568 §6.2.3", "Matches acknowledgments to requests");
    HI_S = Field::flag("mip6.hi.s_flag", 64).label("Assign address").doc("RFC 5568 §6.2.3", "1: the new router shall supply an address");
    HI_U = Field::flag("mip6.hi.u_flag", 65).label("Buffer").doc("RFC 5568 §6.2.3", "1: packets shall be kept until the node arrives");
    HI_RSV = Field::uint("mip6.hi.flags_reserved", 66, 6).label("Reserved").doc("RFC 5949 §6.1.1", "Two of them are the P and F flags of proxy handovers");
    HI_CODE = Field::uint("mip6.hi.code", 72, 8).label("Code").doc("RFC 5568 §6.2.3", "Tells the cases apart");
}

crate::fields! { HANDOVER_ACKNOWLEDGMENT:
    HACK_SEQ = Field::uint("mip6.hack.seqnr", 48, 16).label("Sequence").doc("RFC 5568 §6.2.4", "Of the request");
    HACK_RSV = Field::uint("mip6.hack.reserved", 64, 8).label("Reserved").doc("RFC 5568 §6.2.4", "Some are the U, P and F flags of proxy handovers (RFC 5949 §6.1.2)");
    HACK_CODE = Field::uint("mip6.hack.code", 72, 8).label("Code").doc("RFC 5568 §6.2.4", "Below 128: accepted");
}

crate::fields! { REVOCATION:
    BRI_TYPE = Field::uint("mip6.bri_br.type", 48, 8).values(&[(1, "indication"), (2, "acknowledgment")]).label("Revocation type").doc("RFC 5846 §5.1", "Which of the two messages it is");
    BRI_TRIGGER = Field::uint("mip6.bri_r.trigger", 56, 8).label("Trigger").doc("RFC 5846 §5.1", "Why the binding ends");
    BRI_SEQ = Field::uint("mip6.bri_seqnr", 64, 16).label("Sequence").doc("RFC 5846 §5.1", "Matches acknowledgments to indications");
    BRI_P = Field::flag("mip6.bri_ip", 80).label("Proxy binding").doc("RFC 5846 §5.1", "1: a proxy binding");
    BRI_V = Field::flag("mip6.bri_iv", 81).label("IPv4 only").doc("RFC 5846 §5.1", "1: only the IPv4 home address ends");
    BRI_G = Field::flag("mip6.bri_ig", 82).label("Global").doc("RFC 5846 §5.1", "1: all bindings of the sender end");
    BRI_RSV = Field::uint("mip6.bri_res", 83, 13).hex().label("Reserved").doc("RFC 5846 §5.1", "Must be 0");
}

crate::fields! { REVOCATION_ACKNOWLEDGMENT:
    BRA_TYPE = Field::uint("mip6.bri_br.type", 48, 8).values(&[(1, "indication"), (2, "acknowledgment")]).label("Revocation type").doc("RFC 5846 §5.2", "Which of the two messages it is");
    BRA_STATUS = Field::uint("mip6.bri_status", 56, 8).label("Status").doc("RFC 5846 §5.2", "0: success");
    BRA_SEQ = Field::uint("mip6.bri_seqnr", 64, 16).label("Sequence").doc("RFC 5846 §5.2", "Of the indication");
    BRA_P = Field::flag("mip6.bri_ap", 80).label("Proxy binding").doc("RFC 5846 §5.2", "1: a proxy binding");
    BRA_V = Field::flag("mip6.bri_av", 81).label("IPv4 only").doc("RFC 5846 §5.2", "1: only the IPv4 home address ends");
    BRA_G = Field::flag("mip6.bri_ag", 82).label("Global").doc("RFC 5846 §5.2", "1: all bindings of the sender end");
    BRA_RSV = Field::uint("mip6.bri_res", 83, 13).hex().label("Reserved").doc("RFC 5846 §5.2", "Must be 0");
}

crate::fields! { LOCAL_ROUTING:
    LRI_SEQ = Field::uint("mip6.lri.sequence", 48, 16).label("Sequence").doc("RFC 6705 §10.1", "Matches acknowledgments to requests");
    LRI_RSV = Field::uint("mip6.lri.reserved", 64, 16).hex().label("Reserved").doc("RFC 6705 §10.1", "Must be 0");
    LRI_LIFETIME = Field::uint("mip6.lri.lifetime", 80, 16).hex().label("Lifetime").doc("RFC 6705 §10.1", "In seconds");
}

crate::fields! { LOCAL_ROUTING_ACKNOWLEDGMENT:
    LRA_SEQ = Field::uint("mip6.lra.sequence", 48, 16).label("Sequence").doc("RFC 6705 §10.2", "Of the request");
    LRA_U = Field::flag("mip6.lri.unsolicited", 64).label("Unsolicited").doc("RFC 6705 §10.2", "1: not an answer");
    LRA_RSV = Field::uint("mip6.lra.reserved", 65, 7).hex().label("Reserved").doc("RFC 6705 §10.2", "Must be 0");
    LRA_STATUS = Field::uint("mip6.lra.status", 72, 8).values(&[(0, "success"), (128, "localized routing not allowed"), (129, "mobile node not attached")]).label("Status").doc("RFC 6705 §10.2", "Outcome of the request");
    LRA_LIFETIME = Field::uint("mip6.lra.lifetime", 80, 16).hex().label("Lifetime").doc("RFC 6705 §10.2", "In seconds");
}

crate::fields! { MOVING:
    HAS_ADDRESS = Field::moving("mip6.has.address", Kind::Ip6).repeats().label("Home agent").doc("RFC 5142 §4", "To which the node shall switch");
    UNKNOWN = Field::moving("mip6.unknown_type_data", Kind::Bytes).label("Message data").doc("RFC 6275 §6.1.1", "Of a type that is not decoded");
}

/// Mobile IPv6.
pub static MOBILITY: Protocol = Protocol {
    name: "mipv6",
    title: "Mobile IPv6",
    spec: "RFC 6275",
    scope: "Every message type of Mobile IPv6 and its extensions, the options of the registry field by field, and \
        the checksum. Not: checking authenticators, and vendors' own options beyond their bytes.",
    unit: Unit::Header,
    tables: &[
        HEADER,
        REFRESH,
        HOME_INIT,
        CARE_OF_INIT,
        HOME_TEST,
        CARE_OF_TEST,
        UPDATE,
        ACKNOWLEDGMENT,
        ERROR,
        FAST_UPDATE,
        FAST_ACKNOWLEDGMENT,
        FAST_NEIGHBOR,
        SWITCH,
        HEARTBEAT,
        HANDOVER,
        HANDOVER_ACKNOWLEDGMENT,
        REVOCATION,
        REVOCATION_ACKNOWLEDGMENT,
        LOCAL_ROUTING,
        LOCAL_ROUTING_ACKNOWLEDGMENT,
        MOVING,
        options::GROUPS,
        options::HEAD,
        options::REFRESH_ADVICE,
        options::ALTERNATE,
        options::NONCES,
        options::NETWORK_PREFIX,
        options::LINK_LAYER,
        options::NODE_ID,
        options::AUTHENTICATION,
        options::DNS_UPDATE,
        options::VENDOR,
        options::FAST_AUTHENTICATION,
        options::HANDOFF,
        options::ACCESS_TYPE,
        options::NODE_LINK_LAYER,
        options::LINK_LOCAL,
        options::RESTARTS,
        options::HOME4,
        options::HOME4_ACKNOWLEDGMENT,
        options::NAT,
        options::CARE_OF4,
        options::GRE,
        options::ADDRESS_OR_PREFIX,
        options::BINDING_ID,
        options::HOME4_REQUEST,
        options::ROUTER4,
        options::DHCP4,
        options::ANCHOR,
        options::REDIRECT_ABLE,
        options::REDIRECT,
        options::LOAD,
        options::ALTERNATE4,
        options::NODE_GROUP,
        options::GATEWAY6,
        options::DELEGATED,
        options::MOVING,
    ],
    // 62 was in use before 135 was assigned, and still is in some captures.
    keys: &[(Space::IpProto, 135), (Space::IpProto, 62)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

/// The IANA registry "Mobility Header Types".
fn type_name(kind: u64) -> Option<&'static str> {
    const NAMES: [&str; 24] = [
        "binding refresh request",
        "home test init",
        "care-of test init",
        "home test",
        "care-of test",
        "binding update",
        "binding acknowledgment",
        "binding error",
        "fast binding update",
        "fast binding acknowledgment",
        "fast neighbor advertisement (deprecated)",
        "experimental",
        "home agent switch",
        "heartbeat",
        "handover initiate",
        "handover acknowledge",
        "binding revocation",
        "localized routing initiation",
        "localized routing acknowledgment",
        "update notification",
        "update notification acknowledgment",
        "flow binding",
        "subscription query",
        "subscription response",
    ];
    NAMES.get(usize::try_from(kind).ok()?).copied()
}

/// The commonest of the IANA registry "Status Codes" of Mobile IPv6.
fn status_name(status: u64) -> Option<&'static str> {
    Some(match status {
        0 => "accepted",
        1 => "accepted, but prefix discovery is necessary",
        128 => "reason unspecified",
        129 => "administratively prohibited",
        130 => "insufficient resources",
        131 => "home registration not supported",
        132 => "not home subnet",
        133 => "not home agent for this mobile node",
        134 => "duplicate address detection failed",
        135 => "sequence number out of window",
        136 => "expired home nonce index",
        137 => "expired care-of nonce index",
        138 => "expired nonces",
        139 => "registration type change disallowed",
        140 => "mobile router operation not permitted",
        141 => "invalid prefix",
        142 => "not authorized for prefix",
        143 => "forwarding setup failed",
        174 => "invalid care-of address",
        _ => return None,
    })
}

/// The fixed rows of a message and where its options begin; `None` for types that are not decoded.
fn shape(kind: u8, data: &[u8]) -> Option<(Table, u32)> {
    Some(match kind {
        0 => (REFRESH, 8),
        1 => (HOME_INIT, 16),
        2 => (CARE_OF_INIT, 16),
        3 => (HOME_TEST, 24),
        4 => (CARE_OF_TEST, 24),
        5 => (UPDATE, 12),
        6 => (ACKNOWLEDGMENT, 12),
        7 => (ERROR, 24),
        8 => (FAST_UPDATE, 12),
        9 => (FAST_ACKNOWLEDGMENT, 12),
        10 => (FAST_NEIGHBOR, 8),
        12 => (SWITCH, 8 + 16 * data.get(6).map_or(0, |n| u32::from(*n))),
        13 => (HEARTBEAT, 12),
        14 => (HANDOVER, 10),
        15 => (HANDOVER_ACKNOWLEDGMENT, 10),
        16 if data.get(6) == Some(&2) => (REVOCATION_ACKNOWLEDGMENT, 12),
        16 => (REVOCATION, 12),
        17 => (LOCAL_ROUTING, 12),
        18 => (LOCAL_ROUTING_ACKNOWLEDGMENT, 12),
        _ => return None,
    })
}

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let header = input.header::<6, S>(s, HEADER)?;
    let length = HLEN.get(header) as u32 * 8 + 8;
    if S::ON {
        let whole = Tlv::new(input.data, input.base, 0, length);
        match shape(TYPE.get(header) as u8, input.data) {
            Some((table, from)) => {
                whole.fixed(s, table);
                if TYPE.get(header) == 12 {
                    let mut at = 8;
                    while at + 16 <= from.min(length) && whole.data.len() as u32 >= at + 16 && s.room() {
                        whole.span(s, &HAS_ADDRESS, at, at + 16);
                        at += 16;
                    }
                }
                options::walk(s, &whole, from);
            }
            None => whole.rest(s, &UNKNOWN, 6),
        }
    }
    input.upto(length)?;
    // The header says what follows for later use only: nothing may (RFC 6275 §6.1.1).
    Ok(Step::new(&input, length, input.wire, Next::End))
}

fn explain_lifetime(a: &Around<'_>, out: &mut Text) {
    if a.value == 0 {
        out.lit("0: the binding ends");
    } else {
        out.num_grouped(a.value).lit(" × 4 = ").num_grouped(a.value * 4).lit(" seconds");
    }
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    let h = seen.header;
    let verbose = seen.style.verbose > 0;
    let flags = |out: &mut Text, set: &[(&'static Field, &'static str)]| {
        for (flag, letter) in set {
            if flag.get(h) != 0 {
                out.lit(letter);
            }
        }
    };
    out.lit("mobility: ");
    match TYPE.get(h) {
        0 => out.lit("BRR"),
        1 => out.lit("HoTI"),
        2 => out.lit("CoTI"),
        3 => out.lit("HoT nonce id=").hex(HOT_INDEX.get(h), 1),
        4 => out.lit("CoT nonce id=").hex(COT_INDEX.get(h), 1),
        5 => {
            out.lit("BU seq#=").num(BU_SEQ.get(h));
            if [&BU_A, &BU_H, &BU_L, &BU_K].iter().any(|f| f.get(h) != 0) {
                out.ch(' ');
                flags(out, &[(&BU_A, "A"), (&BU_H, "H"), (&BU_L, "L"), (&BU_K, "K")]);
            }
            out.lit(" lifetime=").num(BU_LIFETIME.get(h) * 4)
        }
        6 => {
            out.lit("BA status=").num(BA_STATUS.get(h));
            flags(out, &[(&BA_K, " K")]);
            out.lit(" seq#=").num(BA_SEQ.get(h)).lit(" lifetime=").num(BA_LIFETIME.get(h) * 4)
        }
        7 => {
            let home = h.get(8..).and_then(<[u8]>::first_chunk).copied().unwrap_or_default();
            out.lit("BE status=").num(BE_STATUS.get(h)).lit(" homeaddr ").ip6(home)
        }
        kind => out.lit("type-#").num(kind).lit(" len=").num(HLEN.get(h)),
    };
    if verbose {
        match TYPE.get(h) {
            1 => out.lit(" Home Init Cookie=").hex_digits(HOTI_COOKIE.get(h), 16),
            2 => out.lit(" Care-of Init Cookie=").hex_digits(COTI_COOKIE.get(h), 16),
            3 => out.lit(" Home Init Cookie=").hex_digits(HOT_COOKIE.get(h), 16),
            4 => out.lit(" Care-of Init Cookie=").hex_digits(COT_COOKIE.get(h), 16),
            _ => out,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Env, Extent};

    #[test]
    fn a_binding_update_shows_its_flags_lifetime_and_options() {
        let mut b = vec![59, 3, 5, 0, 0x12, 0x34, 0, 7, 0xc0, 0, 0, 16, 3, 16];
        b.extend([0xfd; 16]);
        b.extend([1, 0]);
        let input = Input { data: &b, base: 0, wire: 32, extent: Extent::Whole, env: &Env::NONE };
        let mut tree = Tree::default();
        let step = dissect(input, &mut tree).unwrap();
        assert_eq!((step.header, step.next), (32, Next::End));
        let names: Vec<_> = tree.nodes().iter().map(|n| n.field.name).collect();
        assert!(names.ends_with(&["mip6.acoa.acoa", "mip6.options.padn", "mip6.mobility_opt.len"]));
        assert_eq!(BU_LIFETIME.get(&b), 16);
        assert!(tree.notes().is_empty());
    }
}
