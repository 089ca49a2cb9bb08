//! Cisco Discovery Protocol: devices tell their neighbors what they are. Cisco never published it as a standard; what is
//! read here is what Cisco's documents and other readers agree on.
//!
//! ```text
//! |    Version    |      TTL      |           Checksum            |
//! |             Type              |   Length, type and length included
//! |  Value, Length − 4 bytes …
//! ```

use crate::dissect::{Dissected, Protocol, Seen, Space, Unit};
use crate::field::{Around, Field, Kind};
use crate::input::{Extent, Input};
use crate::proto::shared::checksum::{self, Status};
use crate::proto::shared::lan::cdp_line::{self, IP4, IP6, TYPES};
use crate::proto::shared::lan::cisco_tlv::{self, HEAD as HEAD_LEN};
use crate::proto::shared::lan::llc::ORGANIZATIONS;
use crate::proto::shared::message;
use crate::proto::shared::names::multicast::{ip4_kind, ip6_kind};
use crate::proto::shared::tlv::Tlv;
use crate::sink::{NoteKind, Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEAD:
    VERSION = Field::uint("cdp.version", 0, 8).label("Version").doc("Cisco CDP", "1, or 2, which tells more about ports: native VLAN, duplex");
    TTL = Field::uint("cdp.ttl", 8, 8).unit("s").label("Time to live").doc("Cisco CDP", "How long neighbors keep what this message tells").explain(explain_ttl);
    CHECKSUM = Field::uint("cdp.checksum", 16, 16).hex().label("Checksum").doc("Cisco CDP", "Ones' complement sum over the message; with an odd length, the last byte counts otherwise than in RFC 1071");
}

crate::fields! { TLV:
    TYPE = Field::uint("cdp.tlv.type", 0, 16).hex().repeats().values(TYPES).label("TLV type").doc("Cisco CDP", "What the value tells");
    LENGTH = Field::uint("cdp.tlv.len", 16, 16).repeats().unit("bytes").label("TLV length").doc("Cisco CDP", "Length of type, length and value");
}

crate::fields! { CAPABILITIES:
    CAP = Field::uint("cdp.capabilities", 32, 32).hex().label("Capabilities").doc("Cisco CDP", "What the device does");
    CAP_ROUTER = Field::flag("cdp.capabilities.router", 63).part_of("cdp.capabilities").label("Router").doc("Cisco CDP", "1: it routes");
    CAP_TRANS_BRIDGE = Field::flag("cdp.capabilities.trans_bridge", 62).part_of("cdp.capabilities").label("Transparent bridge").doc("Cisco CDP", "1: it bridges");
    CAP_SRC_BRIDGE = Field::flag("cdp.capabilities.src_bridge", 61).part_of("cdp.capabilities").label("Source route bridge").doc("Cisco CDP", "1: it bridges token rings");
    CAP_SWITCH = Field::flag("cdp.capabilities.switch", 60).part_of("cdp.capabilities").label("Switch").doc("Cisco CDP", "1: it switches frames");
    CAP_HOST = Field::flag("cdp.capabilities.host", 59).part_of("cdp.capabilities").label("Host").doc("Cisco CDP", "1: it sends and receives packets of network protocols");
    CAP_IGMP = Field::flag("cdp.capabilities.igmp_capable", 58).part_of("cdp.capabilities").label("IGMP").doc("Cisco CDP", "1: it does not flood IGMP reports to ports without routers");
    CAP_REPEATER = Field::flag("cdp.capabilities.repeater", 57).part_of("cdp.capabilities").label("Repeater").doc("Cisco CDP", "1: it repeats signals");
    CAP_PHONE = Field::flag("cdp.capabilities.voip_phone", 56).part_of("cdp.capabilities").label("VoIP phone").doc("Cisco CDP", "1: a telephone");
    CAP_REMOTE = Field::flag("cdp.capabilities.remote", 55).part_of("cdp.capabilities").label("Remotely managed").doc("Cisco CDP", "1: somebody else manages it");
    CAP_CVTA = Field::flag("cdp.capabilities.cvta", 54).part_of("cdp.capabilities").label("CVTA or STP dispute resolution").doc("Cisco CDP", "1: a camera of Cisco's video telephony, or a switch that resolves disputes of spanning trees");
    CAP_RELAY = Field::flag("cdp.capabilities.mac_relay", 53).part_of("cdp.capabilities").label("Two-port MAC relay").doc("Cisco CDP", "1: it passes frames between two ports");
}

crate::fields! { HELLO:
    OUI = Field::uint("cdp.oui", 32, 24).repeats().values(ORGANIZATIONS).label("Organization").doc("Cisco CDP", "Who defined the protocol");
    PROTOCOL_ID = Field::uint("cdp.protocol_id", 56, 16).hex().repeats().values(HELLO_PROTOCOLS).label("Protocol").doc("Cisco CDP", "Which protocol says hello here");
}

crate::fields! { CLUSTER:
    MASTER_IP = Field::ip4("cdp.cluster.master_ip", 72).label("Commander address").doc("Cisco CDP", "The switch that commands the cluster").explain(explain_address);
    CLUSTER_IP = Field::ip4("cdp.cluster.ip", 104).label("Mask or address").doc("Cisco CDP", "Not documented").explain(explain_address);
    CLUSTER_VERSION = Field::uint("cdp.cluster.version", 136, 8).hex().label("Cluster version").doc("Cisco CDP", "Not documented");
    CLUSTER_SUB = Field::uint("cdp.cluster.sub_version", 144, 8).hex().label("Cluster subversion").doc("Cisco CDP", "Not documented");
    CLUSTER_STATUS = Field::uint("cdp.cluster.status", 152, 8).hex().label("Cluster status").doc("Cisco CDP", "Not documented");
    CLUSTER_UNKNOWN = Field::uint("cdp.cluster.unknown", 160, 8).hex().repeats().label("Unknown").doc("Cisco CDP", "Not documented");
    COMMANDER = Field::mac("cdp.cluster.commander_mac", 168).label("Commander").doc("Cisco CDP", "Ethernet address of the switch that commands the cluster");
    SWITCH = Field::mac("cdp.cluster.switch_mac", 216).label("Switch").doc("Cisco CDP", "Ethernet address of the sender");
    CLUSTER_UNKNOWN_2 = Field::uint("cdp.cluster.unknown", 264, 8).hex().repeats().label("Unknown").doc("Cisco CDP", "Not documented");
    MANAGEMENT_VLAN = Field::uint("cdp.cluster.management_vlan", 272, 16).label("Management VLAN").doc("Cisco CDP", "The VLAN through which the cluster is managed");
}

crate::fields! { POWER:
    REQUEST_ID = Field::uint("cdp.request_id", 32, 16).repeats().label("Request").doc("Cisco CDP", "Number of the device's request for power; 0: none yet");
    MANAGEMENT_ID = Field::uint("cdp.management_id", 48, 16).repeats().label("Management").doc("Cisco CDP", "Number of the switch's decision");
}

crate::fields! { SPARE:
    SPARE_POE = Field::uint("cdp.spare_poe_tlv", 32, 8).hex().label("Spare pair power").doc("Cisco CDP", "Power over the pairs that carry no data");
    SPARE_FOUR = Field::flag("cdp.spare_poe_tlv.poe", 39).part_of("cdp.spare_poe_tlv").label("Four-wire power").doc("Cisco CDP", "1: the switch can power all pairs");
    SPARE_ARCH = Field::flag("cdp.spare_poe_tlv.spare_pair_arch", 38).part_of("cdp.spare_poe_tlv").label("Shared architecture").doc("Cisco CDP", "1: the device takes power from all pairs together; 0: independently");
    SPARE_WANT = Field::flag("cdp.spare_poe_tlv.req_spare_pair_poe", 37).part_of("cdp.spare_poe_tlv").label("Requested").doc("Cisco CDP", "1: the device wants power on the spare pairs");
    SPARE_ON = Field::flag("cdp.spare_poe_tlv.pse_spare_pair_poe", 36).part_of("cdp.spare_poe_tlv").label("On").doc("Cisco CDP", "1: the switch powers the spare pairs");
}

crate::fields! { MOVING:
    CHECKSUM_STATUS = Field::derived("cdp.checksum.status", Kind::Uint).values(checksum::STATUSES).label("Checksum status").doc("Cisco CDP", "Whether the checksum agrees with what it covers").explain(checksum::explain_status);
    G_TLV = Field::group("cdp.tlv").repeats().label("TLV").doc("Cisco CDP", "One piece of information");
    G_DEVICE = Field::group("cdp.tlv.device_id").repeats().label("Device ID").doc("Cisco CDP", "What the device is called");
    G_ADDRESSES = Field::group("cdp.tlv.addresses").repeats().label("Addresses").doc("Cisco CDP", "Addresses of the sending interface");
    G_PORT = Field::group("cdp.tlv.port_id").repeats().label("Port ID").doc("Cisco CDP", "The sending port");
    G_CAPABILITIES = Field::group("cdp.tlv.capabilities").repeats().label("Capabilities").doc("Cisco CDP", "What the device does");
    G_SOFTWARE = Field::group("cdp.tlv.version").repeats().label("Software version").doc("Cisco CDP", "What the device runs");
    G_PLATFORM = Field::group("cdp.tlv.platform").repeats().label("Platform").doc("Cisco CDP", "What the device is");
    G_PREFIXES = Field::group("cdp.tlv.prefixes").repeats().label("Prefixes or gateway").doc("Cisco CDP", "On-demand routing: what a stub router has behind it, or where its hub is");
    G_HELLO = Field::group("cdp.tlv.hello").repeats().label("Protocol hello").doc("Cisco CDP", "A message of another protocol");
    G_VTP = Field::group("cdp.tlv.vtp").repeats().label("VTP management domain").doc("Cisco CDP", "Where VLANs are managed together");
    G_NATIVE = Field::group("cdp.tlv.native_vlan").repeats().label("Native VLAN").doc("Cisco CDP", "The VLAN of untagged frames");
    G_DUPLEX = Field::group("cdp.tlv.duplex").repeats().label("Duplex").doc("Cisco CDP", "Whether both ends may send at the same time");
    G_VOICE = Field::group("cdp.tlv.voice_vlan").repeats().label("Voice VLAN").doc("Cisco CDP", "The VLAN that a telephone should use, or asks for");
    G_POWER = Field::group("cdp.tlv.power").repeats().label("Power").doc("Cisco CDP", "Power over Ethernet");
    G_TRUST = Field::group("cdp.tlv.trust").repeats().label("Priorities").doc("Cisco CDP", "Whether the priorities of what comes from behind the device are believed");
    G_NAME = Field::group("cdp.tlv.system").repeats().label("System").doc("Cisco CDP", "As SNMP knows the device");
    G_LOCATION = Field::group("cdp.tlv.location").repeats().label("Location").doc("Cisco CDP", "Where the device is");
    DEVICE_ID = Field::moving("cdp.deviceid", Kind::Text).repeats().label("Device ID").doc("Cisco CDP", "The device's name or serial number");
    PORT_ID = Field::moving("cdp.portid", Kind::Text).repeats().label("Port ID").doc("Cisco CDP", "The interface from which the message was sent");
    SOFTWARE = Field::moving("cdp.software_version", Kind::Text).repeats().label("Software version").doc("Cisco CDP", "One line of what the software says of itself");
    PLATFORM = Field::moving("cdp.platform", Kind::Text).repeats().label("Platform").doc("Cisco CDP", "The hardware");
    VTP = Field::moving("cdp.vtp_management_domain", Kind::Text).repeats().label("VTP management domain").doc("Cisco CDP", "Switches with the same name share their list of VLANs");
    SYSTEM_NAME = Field::moving("cdp.system_name", Kind::Text).repeats().label("System name").doc("Cisco CDP", "The device's full name (sysName)");
    SYSTEM_OID = Field::moving("cdp.system_object_identifier", Kind::Bytes).repeats().label("System object identifier").doc("Cisco CDP", "The kind of device (sysObjectID), as ASN.1 encodes it");
    COUNT = Field::moving("cdp.number_of_addresses", Kind::Uint).repeats().label("Number of addresses").doc("Cisco CDP", "How many addresses follow");
    ADDRESS_TYPE = Field::moving("cdp.protocol_type", Kind::Uint).hex_wide(2).repeats().values(&[(1, "NLPID"), (2, "802.2")]).label("Protocol type").doc("Cisco CDP", "How the protocol is numbered");
    ADDRESS_PROTOCOL_LEN = Field::moving("cdp.protocol_length", Kind::Uint).repeats().unit("bytes").label("Protocol length").doc("Cisco CDP", "Length of the protocol's number");
    ADDRESS_PROTOCOL = Field::moving("cdp.protocol", Kind::Bytes).repeats().label("Protocol").doc("Cisco CDP", "cc: IPv4; aaaa03 and an EtherType: others");
    ADDRESS_LEN = Field::moving("cdp.address_length", Kind::Uint).repeats().unit("bytes").label("Address length").doc("Cisco CDP", "Length of the address");
    ADDRESS_4 = Field::moving("cdp.nrgyz.ip_address", Kind::Ip4).repeats().label("Address").doc("Cisco CDP", "An address of the device").explain(explain_address);
    ADDRESS_6 = Field::moving("cdp.nrgyz.ipv6_address", Kind::Ip6).repeats().label("Address").doc("Cisco CDP", "An address of the device").explain(explain_address);
    ADDRESS = Field::moving("cdp.address", Kind::Bytes).repeats().label("Address").doc("Cisco CDP", "An address of the device");
    GATEWAY = Field::moving("cdp.odr_default_gateway", Kind::Ip4).repeats().label("Default gateway").doc("Cisco CDP", "Where a stub router sends what it has no route for").explain(explain_address);
    PREFIX = Field::moving("cdp.ip_prefix", Kind::Ip4).repeats().label("Prefix").doc("Cisco CDP", "A network behind the device");
    PREFIX_LEN = Field::moving("cdp.ip_prefix_length", Kind::Uint).repeats().unit("bits").label("Prefix length").doc("Cisco CDP", "How many bits of the prefix count");
    HELLO_DATA = Field::moving("cdp.hello.unknown", Kind::Bytes).repeats().label("Message").doc("Cisco CDP", "What the other protocol says");
    NATIVE = Field::moving("cdp.native_vlan", Kind::Uint).repeats().label("Native VLAN").doc("Cisco CDP", "The VLAN of frames without a tag; must be the same at both ends of a link");
    DUPLEX = Field::moving("cdp.duplex", Kind::Flag).repeats().values(&[(0, "half"), (1, "full")]).label("Duplex").doc("Cisco CDP", "Must be the same at both ends of a link; otherwise frames collide");
    VOICE_DATA = Field::moving("cdp.data", Kind::Bytes).repeats().label("Application").doc("Cisco CDP", "What the VLAN is for; 1: telephony");
    VOICE = Field::moving("cdp.voice_vlan", Kind::Uint).repeats().label("Voice VLAN").doc("Cisco CDP", "The VLAN for voice");
    CONSUMPTION = Field::moving("cdp.power_consumption", Kind::Uint).repeats().unit("mW").label("Power consumption").doc("Cisco CDP", "How much power the device takes from its cable at most");
    REQUESTED = Field::moving("cdp.power_requested", Kind::Uint).repeats().unit("mW").label("Power requested").doc("Cisco CDP", "How much power the device would like, best first");
    AVAILABLE = Field::moving("cdp.power_available", Kind::Uint).repeats().unit("mW").label("Power available").doc("Cisco CDP", "How much power the switch can give; all ones: no limit");
    MTU = Field::moving("cdp.mtu", Kind::Uint).repeats().unit("bytes").label("MTU").doc("Cisco CDP", "The longest packet that the interface takes");
    TRUST = Field::moving("cdp.trust_bitmap", Kind::Uint).hex_wide(2).repeats().label("Trust").doc("Cisco CDP", "Bit 0: priorities of what comes from behind the device are believed");
    COS = Field::moving("cdp.untrusted_port_cos", Kind::Uint).hex_wide(2).repeats().label("Priority for untrusted frames").doc("Cisco CDP", "The priority that frames get whose own is not believed");
    PLACE_KIND = Field::moving("cdp.location.unknown", Kind::Uint).hex_wide(2).repeats().label("Location type").doc("Cisco CDP", "Not documented");
    PLACE = Field::moving("cdp.location", Kind::Text).repeats().label("Location").doc("Cisco CDP", "Where the device is, as somebody wrote it down");
    DATA = Field::moving("cdp.data", Kind::Bytes).repeats().label("Value").doc("Cisco CDP", "Not decoded");
}

/// What says hello in CDP.
static HELLO_PROTOCOLS: &[(u64, &str)] = &[(0x0112, "cluster management")];

/// CDP.
pub static CDP: Protocol = Protocol {
    name: "cdp",
    title: "Cisco Discovery Protocol",
    spec: "Cisco CDP",
    scope: "All documented TLVs, with the checksum. Not: EnergyWise and what access points tell, beyond their bytes",
    unit: Unit::Message,
    tables: &[HEAD, TLV, CAPABILITIES, HELLO, CLUSTER, POWER, SPARE, MOVING],
    keys: &[(Space::CiscoPid, 0x2000)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    input.header::<4, S>(s, HEAD)?;
    if S::ON {
        let whole = input.extent == Extent::Whole && !input.env.unverified && input.data.len() == input.wire as usize;
        let status = if whole { cdp_line::checksum(input.data) } else { Status::Unverified };
        status.put(s, &CHECKSUM_STATUS, "the checksum covers the message (Cisco CDP)");
    }
    cisco_tlv::walk(&input, s, 4, put);
    Ok(message::step(&input, s, "cdp", input.wire))
}

/// Puts one TLV. Its value is read if it is `readable`: of a length that can be.
fn put<S: Sink>(s: &mut S, kind: u16, t: &Tlv<'_>, readable: bool) {
    s.open(group(kind), t.bit(0));
    t.fixed(s, TLV);
    if readable && !value(s, t, kind) {
        t.rest(s, &DATA, HEAD_LEN);
    }
    s.close(t.bit(t.wire));
}

/// The heading of a TLV.
fn group(kind: u16) -> &'static Field {
    match kind {
        0x01 => &G_DEVICE,
        0x02 | 0x16 => &G_ADDRESSES,
        0x03 => &G_PORT,
        0x04 => &G_CAPABILITIES,
        0x05 => &G_SOFTWARE,
        0x06 => &G_PLATFORM,
        0x07 => &G_PREFIXES,
        0x08 => &G_HELLO,
        0x09 => &G_VTP,
        0x0a => &G_NATIVE,
        0x0b => &G_DUPLEX,
        0x0e | 0x0f => &G_VOICE,
        0x10 | 0x19 | 0x1a | 0x1f => &G_POWER,
        0x12 | 0x13 => &G_TRUST,
        0x14 | 0x15 => &G_NAME,
        0x17 => &G_LOCATION,
        _ => &G_TLV,
    }
}

/// Puts the value of a TLV; returns whether its type and length are known.
fn value<S: Sink>(s: &mut S, t: &Tlv<'_>, kind: u16) -> bool {
    let rule = "a TLV has the length of its type (Cisco CDP)";
    let number = |s: &mut S, field: &'static Field, bytes: u32| {
        let fits = t.expect(s, rule, HEAD_LEN + bytes);
        if fits {
            t.uint(s, field, HEAD_LEN, bytes);
        }
        fits
    };
    match kind {
        0x01 => t.rest(s, &DEVICE_ID, HEAD_LEN),
        0x03 => t.rest(s, &PORT_ID, HEAD_LEN),
        0x06 => t.rest(s, &PLATFORM, HEAD_LEN),
        0x09 => t.rest(s, &VTP, HEAD_LEN),
        0x14 => t.rest(s, &SYSTEM_NAME, HEAD_LEN),
        0x15 => t.rest(s, &SYSTEM_OID, HEAD_LEN),
        0x05 => software(s, t),
        0x02 | 0x16 => return addresses(s, t),
        0x04 if t.expect(s, rule, 8) => t.fixed(s, CAPABILITIES),
        0x07 if t.wire == 8 => t.rest(s, &GATEWAY, HEAD_LEN),
        0x07 => return prefixes(s, t),
        0x08 if t.at_least(s, rule, 9) => hello(s, t),
        0x0a => return number(s, &NATIVE, 2),
        0x0b => {
            let fits = t.expect(s, rule, 5);
            if let Some(duplex) = t.byte(HEAD_LEN).filter(|_| fits) {
                s.uint(&DUPLEX, t.bit(HEAD_LEN), 8, u64::from(duplex != 0));
            }
            return fits;
        }
        0x0e | 0x0f if t.at_least(s, rule, 5) => {
            t.span(s, &VOICE_DATA, 4, 5);
            if t.wire >= 7 {
                t.uint(s, &VOICE, 5, 2);
            }
        }
        0x10 => return number(s, &CONSUMPTION, 2),
        0x11 => return number(s, &MTU, 4),
        0x12 => return number(s, &TRUST, 1),
        0x13 => return number(s, &COS, 1),
        0x17 if t.at_least(s, rule, 5) => {
            t.uint(s, &PLACE_KIND, 4, 1);
            t.rest(s, &PLACE, 5);
        }
        0x19 | 0x1a if t.at_least(s, rule, 8) => {
            t.fixed(s, POWER);
            let field = if kind == 0x19 { &REQUESTED } else { &AVAILABLE };
            let mut at = 8;
            while at + 4 <= t.wire && s.room() {
                t.uint(s, field, at, 4);
                at += 4;
            }
        }
        0x1f if t.expect(s, rule, 5) => t.fixed(s, SPARE),
        _ => return false,
    }
    true
}

/// Puts the lines of a software version.
fn software<S: Sink>(s: &mut S, t: &Tlv<'_>) {
    let Some(text) = t.data.get(HEAD_LEN as usize..t.wire as usize) else { return };
    let mut at = HEAD_LEN;
    for line in text.split(|b| *b == b'\n') {
        let end = at.saturating_add(line.len() as u32);
        if s.room() {
            t.span(s, &SOFTWARE, at, end);
        }
        at = end.saturating_add(1);
    }
}

/// Puts addresses; returns whether there is at least their number.
fn addresses<S: Sink>(s: &mut S, t: &Tlv<'_>) -> bool {
    if !t.at_least(s, "a list of addresses begins with their number (Cisco CDP)", 8) {
        return false;
    }
    t.uint(s, &COUNT, 4, 4);
    let count = t.data.get(4..).and_then(<[u8]>::first_chunk).map_or(0, |b| u32::from_be_bytes(*b));
    let mut at = 8u32;
    for n in 0..count {
        if !s.room() || t.data.len() as u32 <= at && t.wire > at {
            break;
        }
        let left = t.part(at, t.wire.saturating_sub(at));
        let protocol = left.byte(1).map_or(0, u32::from);
        let announced = 4 + protocol;
        let length = left.data.get(2 + protocol as usize..).and_then(<[u8]>::first_chunk);
        let length = length.map_or(0, |b| u32::from(u16::from_be_bytes(*b)));
        if announced > left.wire || announced + length > left.wire {
            let rule = "the addresses fit into their TLV (Cisco CDP)";
            s.note(NoteKind::Bad, format_args!("{rule}: {count} expected, {n} found"));
            break;
        }
        left.uint(s, &ADDRESS_TYPE, 0, 1);
        left.uint(s, &ADDRESS_PROTOCOL_LEN, 1, 1);
        left.span(s, &ADDRESS_PROTOCOL, 2, 2 + protocol);
        left.uint(s, &ADDRESS_LEN, 2 + protocol, 2);
        let field = if left.data.starts_with(IP4) {
            &ADDRESS_4
        } else if left.data.starts_with(IP6) {
            &ADDRESS_6
        } else {
            &ADDRESS
        };
        left.span(s, field, announced, announced + length);
        at += announced + length;
    }
    true
}

/// Puts prefixes of on-demand routing; returns whether their length is right.
fn prefixes<S: Sink>(s: &mut S, t: &Tlv<'_>) -> bool {
    let length = t.wire - HEAD_LEN;
    if !length.is_multiple_of(5) {
        s.note(NoteKind::Bad, format_args!("prefixes have 5 bytes each (Cisco CDP): {length} bytes found"));
        return false;
    }
    let mut at = HEAD_LEN;
    while at < t.wire && s.room() {
        t.span(s, &PREFIX, at, at + 4);
        t.uint(s, &PREFIX_LEN, at + 4, 1);
        at += 5;
    }
    true
}

/// Puts the message of another protocol.
fn hello<S: Sink>(s: &mut S, t: &Tlv<'_>) {
    t.fixed(s, HELLO);
    // Cluster management, under Cisco's number.
    match t.data.get(4..9) {
        Some([0, 0, 0x0c, 0x01, 0x12]) if t.wire >= 36 => {
            t.fixed(s, CLUSTER);
            t.rest(s, &HELLO_DATA, 36);
        }
        Some(_) => t.rest(s, &HELLO_DATA, 9),
        None => {}
    }
}

fn explain_ttl(around: &Around<'_>, out: &mut Text) {
    match around.value {
        0 => out.lit("the sender leaves: neighbors forget what it told"),
        n => out.lit("neighbors forget the sender when they hear nothing from it for ").num(n).lit(" s"),
    };
}

fn explain_address(around: &Around<'_>, out: &mut Text) {
    if let Some(address) = around.bytes.first_chunk::<16>() {
        out.lit(ip6_kind(*address));
    } else if let Some(address) = around.bytes.first_chunk::<4>() {
        out.lit(ip4_kind(*address));
    }
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    let whole = seen.header.len() == seen.wire as usize && seen.extent == Extent::Whole && !seen.style.unverified;
    let status = if whole && seen.style.verbose > 0 { cdp_line::checksum(seen.header) } else { Status::Unverified };
    cdp_line::write(seen.header, seen.wire, seen.style.verbose > 0, status, out);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Bad, Env};

    fn read(data: &[u8]) -> (Option<Bad>, Vec<&'static str>) {
        let input = Input { data, base: 0, wire: data.len() as u32, extent: Extent::Whole, env: &Env::NONE };
        let (mut off, mut tree) = (Off::default(), Tree::default());
        let step = dissect(input, &mut off);
        assert_eq!(step, dissect(input, &mut tree));
        assert_eq!(off.flaw, tree.take_flaw());
        (off.flaw, tree.nodes().iter().map(|n| n.field.name).collect())
    }

    fn message(tlvs: &[u8]) -> Vec<u8> {
        [&[2, 180, 0, 0], tlvs].concat()
    }

    #[test]
    fn lengths_that_cannot_be_end_the_walk() {
        assert_eq!(read(&message(&[0, 1, 0, 3, 9])).0.map(|b| (b.expected, b.found)), Some((4, 3)));
        assert_eq!(read(&message(&[0, 1, 0, 9, 9])).0.map(|b| (b.expected, b.found)), Some((5, 9)));
        assert_eq!(read(&message(&[0, 1, 0])).0.map(|b| (b.expected, b.found)), Some((4, 3)));
        assert_eq!(read(&message(&[0, 1, 0, 4])).0, None);
    }

    #[test]
    fn more_addresses_than_there_are_room_for_end_the_list() {
        let list = [&[0, 2, 0, 17, 0xff, 0xff, 0xff, 0xff][..], IP4, &[192, 0, 2, 1]].concat();
        let (flaw, names) = read(&message(&list));
        assert_eq!((flaw, names.last()), (None, Some(&"cdp.nrgyz.ip_address")));
    }
}
