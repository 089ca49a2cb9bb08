//! Options of neighbor discovery beyond RFC 4861: secure neighbor discovery (RFC 3971), mobility (RFC 6275, RFC 5568,
//! RFC 5380, RFC 5269, RFC 5271), low-power networks (RFC 6775, RFC 7400) and inverse discovery (RFC 3122).

use super::ndp::{exactly, explain_lifetime, list, prefix};
use crate::field::{Field, Kind};
use crate::proto::shared::tlv::Tlv;
use crate::sink::Sink;
use crate::time::Time;

crate::fields! { pub SHORTCUT:
    NBMA_LIMIT = Field::uint("icmpv6.opt.nbma.shortcut_limit", 16, 8).repeats().label("Shortcut limit").doc("RFC 2491 §5.2", "How many hops a shortcut through an NBMA network may save");
    NBMA_RESERVED = Field::bytes("icmpv6.opt.reserved", 24, 40).repeats().label("Reserved").doc("RFC 2491 §5.2", "Must be 0");
}

crate::fields! { pub INTERVAL:
    INTERVAL_RESERVED = Field::bytes("icmpv6.opt.reserved", 16, 16).repeats().label("Reserved").doc("RFC 6275 §7.3", "Must be 0");
    INTERVAL_MS = Field::uint("icmpv6.opt.advertisement_interval", 32, 32).repeats().unit("ms").label("Advertisement interval").doc("RFC 6275 §7.3", "The longest time between two advertisements that no one asked for");
}

crate::fields! { pub HOME_AGENT:
    HA_RESERVED = Field::bytes("icmpv6.opt.reserved", 16, 16).repeats().label("Reserved").doc("RFC 6275 §7.4", "Must be 0");
    HA_PREFERENCE = Field::uint("icmpv6.opt.home_agent_preference", 32, 16).repeats().label("Home agent preference").doc("RFC 6275 §7.4", "Greater is better");
    HA_LIFETIME = Field::uint("icmpv6.opt.home_agent_lifetime", 48, 16).repeats().unit("s").label("Home agent lifetime").doc("RFC 6275 §7.4", "How long the router serves as a home agent");
}

crate::fields! { pub ADDRESS_LIST:
    LIST_RESERVED = Field::bytes("icmpv6.opt.reserved", 16, 48).repeats().label("Reserved").doc("RFC 3122 §3.1", "Must be 0");
}

crate::fields! { pub CGA_HEAD:
    CGA_PAD = Field::uint("icmpv6.opt.cga.pad_length", 16, 8).repeats().unit("bytes").label("Padding length").doc("RFC 3971 §5.1", "How many bytes at the end are padding");
    CGA_RESERVED = Field::bytes("icmpv6.opt.reserved", 24, 8).repeats().label("Reserved").doc("RFC 3971 §5.1", "Must be 0");
}

crate::fields! { pub CGA_PARAMETERS:
    CGA_MODIFIER = Field::bytes("icmpv6.opt.cga.modifier", 32, 128).repeats().label("Modifier").doc("RFC 3972 §3", "A random number that makes the address unlike others of the same key");
    CGA_PREFIX = Field::bytes("icmpv6.opt.cga.subnet_prefix", 160, 64).repeats().label("Subnet prefix").doc("RFC 3972 §3", "The prefix for which the address was made");
    CGA_COUNT = Field::bytes("icmpv6.opt.cga.count", 224, 8).repeats().label("Collision count").doc("RFC 3972 §3", "How many addresses were in use already when this one was made");
}

crate::fields! { pub SIGNATURE:
    RSA_RESERVED = Field::bytes("icmpv6.opt.reserved", 16, 16).repeats().label("Reserved").doc("RFC 3971 §5.2", "Must be 0");
    RSA_HASH = Field::bytes("icmpv6.opt.rsa.key_hash", 32, 128).repeats().label("Key hash").doc("RFC 3971 §5.2", "The first 128 bits of the SHA-1 hash of the signer's key");
}

crate::fields! { pub STAMP:
    STAMP_RESERVED = Field::bytes("icmpv6.opt.reserved", 16, 48).repeats().label("Reserved").doc("RFC 3971 §5.3.1", "Must be 0");
}

crate::fields! { pub NAME_HEAD:
    NAME_TYPE = Field::uint("icmpv6.opt.name_type", 16, 8).repeats().label("Name type").doc("RFC 3971 §6.4.3", "1: an X.501 name (a certificate: X.509); 2: a domain name");
    NAME_PAD = Field::uint("icmpv6.opt.cga.pad_length", 24, 8).repeats().unit("bytes").label("Padding length").doc("RFC 3971 §6.4.3", "How many bytes at the end are padding");
}

crate::fields! { pub CERTIFICATE:
    CERT_TYPE = Field::uint("icmpv6.opt.name_type", 16, 8).repeats().label("Certificate type").doc("RFC 3971 §6.4.4", "1: X.509v3");
    CERT_RESERVED = Field::bytes("icmpv6.opt.reserved", 24, 8).repeats().label("Reserved").doc("RFC 3971 §6.4.4", "Must be 0");
}

crate::fields! { pub IP_ADDRESS:
    IPA_CODE = Field::uint("icmpv6.opt.ipa.option_code", 16, 8).repeats().values(&[(1, "old care-of address"), (2, "new care-of address"), (3, "NAR's IP address"), (4, "NAR's prefix")]).label("Option code").doc("RFC 5568 §6.4.1", "Whose address it is");
    IPA_LENGTH = Field::uint("icmpv6.opt.ipa.prefix_len", 24, 8).repeats().unit("bits").label("Prefix length").doc("RFC 5568 §6.4.1", "How many bits of the address count");
    IPA_RESERVED = Field::bytes("icmpv6.opt.reserved", 32, 32).repeats().label("Reserved").doc("RFC 5568 §6.4.1", "Must be 0");
    IPA_ADDRESS = Field::ip6("icmpv6.opt.ipa.ipv6_address", 64).repeats().label("Address").doc("RFC 5568 §6.4.1", "The address or prefix");
}

crate::fields! { pub NEW_PREFIX:
    NRPI_CODE = Field::uint("icmpv6.opt.nrpi.option_code", 16, 8).repeats().label("Option code").doc("RFC 4068 §6.4.2", "0");
    NRPI_LENGTH = Field::uint("icmpv6.opt.nrpi.prefix_len", 24, 8).repeats().unit("bits").label("Prefix length").doc("RFC 4068 §6.4.2", "How many bits of the prefix count");
    NRPI_RESERVED = Field::bytes("icmpv6.opt.reserved", 32, 32).repeats().label("Reserved").doc("RFC 4068 §6.4.2", "Must be 0");
    NRPI_PREFIX = Field::ip6("icmpv6.opt.nrpi.prefix", 64).repeats().label("Prefix").doc("RFC 4068 §6.4.2", "The prefix of the new access router");
}

crate::fields! { pub LINK_LAYER:
    LLA_CODE = Field::uint("icmpv6.opt.lla.option_code", 16, 8).repeats().label("Option code").doc("RFC 5568 §6.4.3", "Whose link-layer address it is");
}

crate::fields! { pub NAACK:
    NAACK_CODE = Field::uint("icmpv6.opt.naack.option_code", 16, 8).repeats().label("Option code").doc("RFC 5568 §6.4.5", "0");
    NAACK_STATUS = Field::uint("icmpv6.opt.naack.status", 24, 8).repeats().label("Status").doc("RFC 5568 §6.4.5", "What becomes of the new care-of address");
    NAACK_RESERVED = Field::bytes("icmpv6.opt.reserved", 32, 32).repeats().label("Reserved").doc("RFC 5568 §6.4.5", "Must be 0");
}

crate::fields! { pub MAP:
    MAP_DISTANCE = Field::uint("icmpv6.opt.map.distance", 16, 4).repeats().label("Distance").doc("RFC 5380 §4.4", "How far the mobility anchor point is");
    MAP_PREFERENCE = Field::uint("icmpv6.opt.map.preference", 20, 4).repeats().label("Preference").doc("RFC 5380 §4.4", "15 is best; 0: not to be used");
    MAP_FLAG = Field::uint("icmpv6.opt.map.flag", 24, 8).repeats().hex().label("Flags").doc("RFC 5380 §4.4", "How the mobility anchor point works");
    MAP_R = Field::flag("icmpv6.opt.map.flag.r", 24).part_of("icmpv6.opt.map.flag").repeats().label("RCoA").doc("RFC 5380 §4.4", "1: regional addresses are made from its prefix");
    MAP_RSV = Field::uint("icmpv6.opt.map.flag.reserved", 25, 7).part_of("icmpv6.opt.map.flag").repeats().label("Reserved").doc("RFC 5380 §4.4", "Must be 0");
    MAP_LIFETIME = Field::uint("icmpv6.opt.map.valid_lifetime", 32, 32).repeats().unit("s").explain(explain_lifetime).label("Valid lifetime").doc("RFC 5380 §4.4", "How long the mobility anchor point may be used");
    MAP_ADDRESS = Field::ip6("icmpv6.opt.map.global_address", 64).repeats().label("Address").doc("RFC 5380 §4.4", "Of the mobility anchor point");
}

crate::fields! { pub HANDOVER:
    HKR_PAD = Field::uint("icmpv6.opt.hkr.pad_length", 16, 8).repeats().unit("bytes").label("Padding length").doc("RFC 5269 §4.1", "How many bytes at the end are padding");
    HKR_AT = Field::uint("icmpv6.opt.hkr.at", 24, 4).repeats().label("Algorithm").doc("RFC 5269 §4.1", "How fast handovers are authenticated");
    HKR_RESERVED = Field::uint("icmpv6.opt.hkr.reserved", 28, 4).repeats().label("Reserved").doc("RFC 5269 §4.1", "Must be 0");
}

crate::fields! { pub HANDOVER_LIFETIME:
    HKR_LIFETIME = Field::uint("icmpv6.opt.hkr.lifetime", 32, 16).repeats().unit("s").label("Key lifetime").doc("RFC 5269 §4.2", "How long the handover key may be used");
}

crate::fields! { pub ASSIST:
    HAI_CODE = Field::uint("icmpv6.opt.hai.option_code", 16, 8).repeats().label("Option code").doc("RFC 5271 §3.1", "Which kind of information it is");
    HAI_LENGTH = Field::uint("icmpv6.opt.hai.length", 24, 8).repeats().unit("bytes").label("Length").doc("RFC 5271 §3.1", "Of the information");
}

crate::fields! { pub MOBILE_NODE:
    MN_CODE = Field::uint("icmpv6.opt.mn.option_code", 16, 8).repeats().label("Option code").doc("RFC 5271 §3.2", "1: a network access identifier; 2: an international mobile subscriber identity");
    MN_LENGTH = Field::uint("icmpv6.opt.mn.length", 24, 8).repeats().unit("bytes").label("Length").doc("RFC 5271 §3.2", "Of the identifier");
}

crate::fields! { pub REGISTRATION:
    ARO_STATUS = Field::uint("icmpv6.opt.aro.status", 16, 8).repeats().values(&[(0, "success"), (1, "duplicate address"), (2, "neighbor cache full"), (3, "moved"), (4, "removed"), (5, "validation requested"), (6, "duplicate source address"), (7, "invalid source address"), (8, "registered address topologically incorrect"), (9, "6LBR registry saturated"), (10, "validation failed")]).label("Status").doc("RFC 6775 §4.1", "Outcome of the registration; 0 in requests");
    ARO_RESERVED = Field::bytes("icmpv6.opt.reserved", 24, 24).repeats().label("Reserved").doc("RFC 6775 §4.1", "Must be 0; RFC 8505 §4.1 has flags and a transaction number here");
    ARO_LIFETIME = Field::uint("icmpv6.opt.aro.registration_lifetime", 48, 16).repeats().unit("min").label("Registration lifetime").doc("RFC 6775 §4.1", "How long the router shall keep the registration; 0: remove it");
    ARO_EUI64 = Field::bytes("icmpv6.opt.aro.eui64", 64, 64).repeats().label("EUI-64").doc("RFC 6775 §4.1", "Who registers the address");
}

crate::fields! { pub CONTEXT:
    CO_LENGTH = Field::uint("icmpv6.opt.6co.context_length", 16, 8).repeats().unit("bits").label("Context length").doc("RFC 6775 §4.2", "How many bits of the prefix count");
    CO_FLAG = Field::uint("icmpv6.opt.6co.flag", 24, 8).repeats().hex().label("Flags").doc("RFC 6775 §4.2", "Use and number of the context");
    CO_RESERVED = Field::uint("icmpv6.opt.6co.flag.reserved", 24, 3).part_of("icmpv6.opt.6co.flag").repeats().label("Reserved").doc("RFC 6775 §4.2", "Must be 0");
    CO_C = Field::flag("icmpv6.opt.6co.flag.c", 27).part_of("icmpv6.opt.6co.flag").repeats().label("Compression").doc("RFC 6775 §4.2", "1: nodes may compress with the context; 0: they may only expand");
    CO_CID = Field::uint("icmpv6.opt.6co.flag.cid", 28, 4).part_of("icmpv6.opt.6co.flag").repeats().label("Context").doc("RFC 6775 §4.2", "Number by which headers refer to the context");
    CO_RESERVED2 = Field::bytes("icmpv6.opt.reserved", 32, 16).repeats().label("Reserved").doc("RFC 6775 §4.2", "Must be 0");
    CO_LIFETIME = Field::uint("icmpv6.opt.6co.valid_lifetime", 48, 16).repeats().unit("min").label("Lifetime").doc("RFC 6775 §4.2", "How long the context may be used");
}

crate::fields! { pub BORDER:
    ABRO_LOW = Field::uint("icmpv6.opt.abro.version_low", 16, 16).repeats().label("Version, low").doc("RFC 6775 §4.3", "The low half of the version of the border router's information");
    ABRO_HIGH = Field::uint("icmpv6.opt.abro.version_high", 32, 16).repeats().label("Version, high").doc("RFC 6775 §4.3", "The high half of the version");
    ABRO_LIFETIME = Field::uint("icmpv6.opt.abro.valid_lifetime", 48, 16).repeats().unit("min").label("Valid lifetime").doc("RFC 6775 §4.3", "How long the information may be used");
    ABRO_ADDRESS = Field::ip6("icmpv6.opt.abro.6lbr_address", 64).repeats().label("Border router").doc("RFC 6775 §4.3", "Address of the border router that wrote the information");
}

crate::fields! { pub CAPABILITY:
    CIO_UNASSIGNED1 = Field::uint("icmpv6.opt.6cio.unassigned1", 16, 15).repeats().hex().label("Unassigned").doc("RFC 7400 §3.3", "Further capabilities; some are defined by RFC 8505 §4.3");
    CIO_G = Field::uint("icmpv6.opt.6cio.flag_g", 31, 1).repeats().hex_wide(4).label("Generic header compression").doc("RFC 7400 §3.3", "1: the node can do it");
    CIO_UNASSIGNED2 = Field::uint("icmpv6.opt.6cio.unassigned2", 32, 32).repeats().hex().label("Unassigned").doc("RFC 7400 §3.3", "Must be 0");
}

crate::fields! { pub MOVING:
    LISTED = Field::moving("icmpv6.opt.ipv6_address", Kind::Ip6).repeats().label("Address").doc("RFC 3122 §3.1", "One of the interface's addresses");
    CGA = Field::moving("icmpv6.opt.cga", Kind::Bytes).repeats().label("CGA parameters").doc("RFC 3972 §3", "What the sender's address was computed from");
    CGA_KEY = Field::moving("icmpv6.opt.cga.subject_public_key_info", Kind::Bytes).repeats().label("Public key and extensions").doc("RFC 3972 §3", "The sender's key in DER, with what may follow it");
    RSA_SIGNATURE = Field::moving("icmpv6.opt.digital_signature_padding", Kind::Bytes).repeats().label("Signature and padding").doc("RFC 3971 §5.2", "Signed with the sender's key");
    STAMP_TIME = Field::derived("icmpv6.opt.timestamp", Kind::Time).repeats().unit("s").label("Timestamp").doc("RFC 3971 §5.3.1", "When the message was sent, in seconds since 1970-01-01 00:00:00 UTC; in units of 1/65,536 s on the wire");
    NONCE = Field::moving("icmpv6.opt.nonce", Kind::Bytes).repeats().label("Nonce").doc("RFC 3971 §5.3.2", "A random number that the answer repeats");
    NAME_X501 = Field::moving("icmpv6.opt.name_x501", Kind::Bytes).repeats().label("X.501 name").doc("RFC 3971 §6.4.3", "A trust anchor's name in DER");
    NAME_FQDN = Field::moving("icmpv6.opt.name_type.fqdn", Kind::Bytes).repeats().label("Domain name").doc("RFC 3971 §6.4.3", "A trust anchor's name in the form of RFC 1035");
    CERT = Field::moving("icmpv6.opt.certificate_padding", Kind::Bytes).repeats().label("Certificate and padding").doc("RFC 3971 §6.4.4", "The certificate in DER");
    LLA_BYTES = Field::moving("icmpv6.opt.lla.bytes", Kind::Bytes).repeats().label("Link-layer address").doc("RFC 5568 §6.4.3", "With padding; the link says how long it is");
    NAACK_NCOA = Field::moving("icmpv6.opt.naack.supplied_ncoa", Kind::Ip6).repeats().label("Supplied care-of address").doc("RFC 5568 §6.4.5", "To be used in place of the one asked for");
    HKR_KEY = Field::moving("icmpv6.opt.hkr.encryption_public_key", Kind::Bytes).repeats().label("Encryption public key").doc("RFC 5269 §4.1", "Key for sending the handover key");
    HKR_ENCRYPTED = Field::moving("icmpv6.opt.hkr.encrypted_handover_key", Kind::Bytes).repeats().label("Encrypted handover key").doc("RFC 5269 §4.2", "The handover key");
    HAI_VALUE = Field::moving("icmpv6.opt.hai.value", Kind::Bytes).repeats().label("Handover assist information").doc("RFC 5271 §3.1", "What the access network passed on");
    MN_VALUE = Field::moving("icmpv6.opt.mn.value", Kind::Bytes).repeats().label("Mobile node").doc("RFC 5271 §3.2", "The mobile node's identifier");
    CO_PREFIX = Field::derived("icmpv6.opt.6co.context_prefix", Kind::Ip6).repeats().label("Context prefix").doc("RFC 6775 §4.2", "What compressed addresses stand for; what the option leaves out is 0");
}

/// Puts the data of an option of one of these kinds, and returns how many bytes of it were read; `None` for others.
pub fn put<S: Sink>(s: &mut S, kind: u8, o: &Tlv<'_>) -> Option<u32> {
    let read = match kind {
        6 => exactly(s, o, SHORTCUT, 8, "the shortcut limit has 8 bytes (RFC 2491 §5.2)"),
        7 => exactly(s, o, INTERVAL, 8, "the advertisement interval has 8 bytes (RFC 6275 §7.3)"),
        8 => exactly(s, o, HOME_AGENT, 8, "home agent information has 8 bytes (RFC 6275 §7.4)"),
        9 | 10 => {
            o.fixed(s, ADDRESS_LIST);
            list(s, o, &LISTED, 8)
        }
        11 => cga(s, o),
        12 => {
            o.fixed(s, SIGNATURE);
            o.rest(s, &RSA_SIGNATURE, 20);
            o.wire
        }
        13 => {
            o.fixed(s, STAMP);
            if let Some(b) = o.data.get(8..).and_then(<[u8]>::first_chunk::<8>) {
                let units = u64::from_be_bytes(*b);
                let nanos = (units & 0xffff) * 1_000_000_000 / 65_536;
                s.derived_time(&STAMP_TIME, Time { secs: (units >> 16) as i64, nanos: nanos as u32 });
            }
            16
        }
        14 => {
            o.rest(s, &NONCE, 2);
            o.wire
        }
        15 => {
            o.fixed(s, NAME_HEAD);
            let end = padded_end(o, 3, 4);
            o.span(s, if o.byte(2) == Some(2) { &NAME_FQDN } else { &NAME_X501 }, 4, end);
            end
        }
        16 => {
            o.fixed(s, CERTIFICATE);
            o.rest(s, &CERT, 4);
            o.wire
        }
        17 => exactly(s, o, IP_ADDRESS, 24, "the IP address option has 24 bytes (RFC 5568 §6.4.1)"),
        18 => exactly(s, o, NEW_PREFIX, 24, "new router prefix information has 24 bytes (RFC 4068 §6.4.2)"),
        19 => {
            o.fixed(s, LINK_LAYER);
            o.rest(s, &LLA_BYTES, 3);
            o.wire
        }
        20 => {
            o.fixed(s, NAACK);
            list(s, o, &NAACK_NCOA, 8)
        }
        23 => exactly(s, o, MAP, 24, "the MAP option has 24 bytes (RFC 5380 §4.4)"),
        27 => {
            o.fixed(s, HANDOVER);
            let end = padded_end(o, 2, 4);
            o.span(s, &HKR_KEY, 4, end);
            end
        }
        28 => {
            o.fixed(s, HANDOVER);
            o.fixed(s, HANDOVER_LIFETIME);
            let end = padded_end(o, 2, 6);
            o.span(s, &HKR_ENCRYPTED, 6, end);
            end
        }
        29 => {
            o.fixed(s, ASSIST);
            counted(s, o, &HAI_VALUE)
        }
        30 => {
            o.fixed(s, MOBILE_NODE);
            counted(s, o, &MN_VALUE)
        }
        33 => exactly(s, o, REGISTRATION, 16, "the address registration option has 16 bytes (RFC 6775 §4.1)"),
        34 => {
            o.fixed(s, CONTEXT);
            let end = o.wire.min(24);
            if let Some(full) = prefix(o, 8, end).filter(|_| end > 8) {
                s.derived_bytes(&CO_PREFIX, &full);
            }
            end
        }
        35 => exactly(s, o, BORDER, 24, "the border router option has 24 bytes (RFC 6775 §4.3)"),
        36 => exactly(s, o, CAPABILITY, 8, "the capability indication has 8 bytes (RFC 7400 §3.3)"),
        _ => return None,
    };
    Some(read)
}

/// Where an option's data end whose padding is as long as its byte `at` says; `from` at the least.
fn padded_end(o: &Tlv<'_>, at: u32, from: u32) -> u32 {
    o.wire.saturating_sub(o.byte(at).unwrap_or_default().into()).max(from)
}

/// Puts data whose length is in byte 3, and returns where they end.
fn counted<S: Sink>(s: &mut S, o: &Tlv<'_>, field: &'static Field) -> u32 {
    let end = o.byte(3).map_or(4, |n| u32::from(n) + 4);
    if !o.at_least(s, "the value ends within its option (RFC 5271 §3)", end) {
        return 4;
    }
    o.span(s, field, 4, end);
    end
}

fn cga<S: Sink>(s: &mut S, o: &Tlv<'_>) -> u32 {
    o.fixed(s, CGA_HEAD);
    let end = padded_end(o, 2, 4);
    if o.data.len() > 4 {
        s.open(&CGA, o.bit(4));
        o.part(0, end).fixed(s, CGA_PARAMETERS);
        o.span(s, &CGA_KEY, 29, end);
        s.close(o.bit(end));
    }
    end
}
