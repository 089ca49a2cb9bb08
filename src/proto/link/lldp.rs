//! Link Layer Discovery Protocol (IEEE 802.1AB): a list of TLVs by which a station tells its neighbors what it is.
//!
//! ```text
//! |    Type     |      Length     |  Value, Length bytes …
//! ```

use crate::dissect::{Dissected, Next, Protocol, Space, Step, Unit};
use crate::field::{Around, Field, Kind};
use crate::input::{Bad, Input};
use crate::proto::shared::lan::lldp_line::{
    CHASSIS_SUBTYPES, FAMILIES, IP4, IP6, ORG_TYPE, ORGANIZATIONS, PORT_SUBTYPES, TYPES, line, split,
};
use crate::proto::shared::names::multicast::{ip4_kind, ip6_kind, mac_kind};
use crate::proto::shared::tlv::Tlv;
use crate::proto::shared::{lan::lldp_med as med, lan::lldp_org as org};
use crate::sink::{NoteKind, Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEAD:
    TYPE = Field::uint("lldp.tlv.type", 0, 7).repeats().values(TYPES).label("TLV type").doc("IEEE 802.1AB §8.4.1", "What the value is");
    LEN = Field::uint("lldp.tlv.len", 7, 9).repeats().unit("bytes").label("TLV length").doc("IEEE 802.1AB §8.4.2", "Length of the value");
}

crate::fields! { CHASSIS:
    CHASSIS_SUBTYPE = Field::uint("lldp.chassis.subtype", 16, 8).values(CHASSIS_SUBTYPES).label("Chassis ID subtype").doc("IEEE 802.1AB §8.5.2.2", "What identifies the sender");
}

crate::fields! { PORT:
    PORT_SUBTYPE = Field::uint("lldp.port.subtype", 16, 8).values(PORT_SUBTYPES).label("Port ID subtype").doc("IEEE 802.1AB §8.5.3.2", "What identifies the sender's port");
}

crate::fields! { TIME:
    TTL = Field::uint("lldp.time_to_live", 16, 16).unit("s").explain(explain_ttl).label("Time to live").doc("IEEE 802.1AB §8.5.4.1", "How long neighbors keep what this LLDPDU tells");
}

crate::fields! { CAPABILITIES:
    CAP = Field::uint("lldp.tlv.system_cap", 16, 16).hex().label("Capabilities").doc("IEEE 802.1AB §8.5.8.1", "What the system could be");
    CAP_OTHER = Field::flag("lldp.tlv.system_cap.other", 31).part_of("lldp.tlv.system_cap").label("Other").doc("IEEE 802.1AB §8.5.8.1", "1: something else");
    CAP_REPEATER = Field::flag("lldp.tlv.system_cap.repeater", 30).part_of("lldp.tlv.system_cap").label("Repeater").doc("IEEE 802.1AB §8.5.8.1", "1: a repeater (RFC 2108)");
    CAP_BRIDGE = Field::flag("lldp.tlv.system_cap.bridge", 29).part_of("lldp.tlv.system_cap").label("Bridge").doc("IEEE 802.1AB §8.5.8.1", "1: a bridge, which people call a switch");
    CAP_WLAN = Field::flag("lldp.tlv.system_cap.wlan_access_pt", 28).part_of("lldp.tlv.system_cap").label("WLAN access point").doc("IEEE 802.1AB §8.5.8.1", "1: an access point");
    CAP_ROUTER = Field::flag("lldp.tlv.system_cap.router", 27).part_of("lldp.tlv.system_cap").label("Router").doc("IEEE 802.1AB §8.5.8.1", "1: a router");
    CAP_TELEPHONE = Field::flag("lldp.tlv.system_cap.telephone", 26).part_of("lldp.tlv.system_cap").label("Telephone").doc("IEEE 802.1AB §8.5.8.1", "1: a telephone");
    CAP_DOCSIS = Field::flag("lldp.tlv.system_cap.docsis_cable_device", 25).part_of("lldp.tlv.system_cap").label("DOCSIS cable device").doc("IEEE 802.1AB §8.5.8.1", "1: a cable modem");
    CAP_STATION = Field::flag("lldp.tlv.system_cap.station_only", 24).part_of("lldp.tlv.system_cap").label("Station only").doc("IEEE 802.1AB §8.5.8.1", "1: a host, and none of the others");
    ON = Field::uint("lldp.tlv.enable_system_cap", 32, 16).hex().label("Enabled capabilities").doc("IEEE 802.1AB §8.5.8.2", "What the system is now");
    ON_OTHER = Field::flag("lldp.tlv.enable_system_cap.other", 47).part_of("lldp.tlv.enable_system_cap").label("Other").doc("IEEE 802.1AB §8.5.8.2", "1: something else");
    ON_REPEATER = Field::flag("lldp.tlv.enable_system_cap.repeater", 46).part_of("lldp.tlv.enable_system_cap").label("Repeater").doc("IEEE 802.1AB §8.5.8.2", "1: a repeater (RFC 2108)");
    ON_BRIDGE = Field::flag("lldp.tlv.enable_system_cap.bridge", 45).part_of("lldp.tlv.enable_system_cap").label("Bridge").doc("IEEE 802.1AB §8.5.8.2", "1: a bridge, which people call a switch");
    ON_WLAN = Field::flag("lldp.tlv.enable_system_cap.wlan_access_pt", 44).part_of("lldp.tlv.enable_system_cap").label("WLAN access point").doc("IEEE 802.1AB §8.5.8.2", "1: an access point");
    ON_ROUTER = Field::flag("lldp.tlv.enable_system_cap.router", 43).part_of("lldp.tlv.enable_system_cap").label("Router").doc("IEEE 802.1AB §8.5.8.2", "1: a router");
    ON_TELEPHONE = Field::flag("lldp.tlv.enable_system_cap.telephone", 42).part_of("lldp.tlv.enable_system_cap").label("Telephone").doc("IEEE 802.1AB §8.5.8.2", "1: a telephone");
    ON_DOCSIS = Field::flag("lldp.tlv.enable_system_cap.docsis_cable_device", 41).part_of("lldp.tlv.enable_system_cap").label("DOCSIS cable device").doc("IEEE 802.1AB §8.5.8.2", "1: a cable modem");
    ON_STATION = Field::flag("lldp.tlv.enable_system_cap.station_only", 40).part_of("lldp.tlv.enable_system_cap").label("Station only").doc("IEEE 802.1AB §8.5.8.2", "1: a host, and none of the others");
}

crate::fields! { MANAGEMENT:
    ADDRESS_LEN = Field::uint("lldp.mgn.address.len", 16, 8).repeats().unit("bytes").label("Address length").doc("IEEE 802.1AB §8.5.9.2", "Length of the address and its family");
    ADDRESS_FAMILY = Field::uint("lldp.mgn.address.subtype", 24, 8).repeats().values(FAMILIES).label("Address family").doc("IEEE 802.1AB §8.5.9.3", "What kind of address it is (IANA address family numbers)");
}

crate::fields! { INTERFACE:
    INTERFACE_KIND = Field::uint("lldp.mgn.interface.subtype", 0, 8).repeats().values(&[(1, "unknown"), (2, "ifIndex"), (3, "system port number")]).label("Interface numbering").doc("IEEE 802.1AB §8.5.9.5", "What the interface number counts");
    INTERFACE_NUMBER = Field::uint("lldp.mgn.interface.number", 8, 32).repeats().label("Interface number").doc("IEEE 802.1AB §8.5.9.6", "The interface that has this address");
    OID_LEN = Field::uint("lldp.mgn.obj.len", 40, 8).repeats().unit("bytes").label("Object identifier length").doc("IEEE 802.1AB §8.5.9.7", "0: none is given");
}

crate::fields! { ORGANIZATION:
    OUI = Field::uint("lldp.orgtlv.oui", 16, 24).repeats().values(ORGANIZATIONS).explain(explain_oui).label("Organization").doc("IEEE 802.1AB §8.6.1.3", "Who defined the rest of the TLV (OUI or CID)");
}

crate::fields! { UNKNOWN:
    UNKNOWN_SUBTYPE = Field::uint("lldp.unknown_subtype", 40, 8).repeats().label("Subtype").doc("IEEE 802.1AB §8.6.1.4", "What the TLV tells, as its organization numbers it");
}

crate::fields! { MOVING:
    G_TLV = Field::group("lldp.tlv").repeats().label("TLV of a reserved type").doc("IEEE 802.1AB §8.4", "One piece of information");
    G_END = Field::group("lldp.end").repeats().label("End of LLDPDU").doc("IEEE 802.1AB §8.5.1", "What follows is padding");
    G_CHASSIS = Field::group("lldp.chassis").repeats().label("Chassis ID").doc("IEEE 802.1AB §8.5.2", "Who the sender is");
    G_PORT = Field::group("lldp.port").repeats().label("Port ID").doc("IEEE 802.1AB §8.5.3", "From which of its ports the sender sent");
    G_TTL = Field::group("lldp.ttl").repeats().label("Time to live").doc("IEEE 802.1AB §8.5.4", "How long the information is good");
    G_PORT_DESC = Field::group("lldp.port_description").repeats().label("Port description").doc("IEEE 802.1AB §8.5.5", "What the port is called");
    G_NAME = Field::group("lldp.system_name").repeats().label("System name").doc("IEEE 802.1AB §8.5.6", "What the sender is called");
    G_DESC = Field::group("lldp.system_description").repeats().label("System description").doc("IEEE 802.1AB §8.5.7", "What the sender is");
    G_CAP = Field::group("lldp.system_capabilities").repeats().label("System capabilities").doc("IEEE 802.1AB §8.5.8", "What the sender does");
    G_MGMT = Field::group("lldp.management_address").repeats().label("Management address").doc("IEEE 802.1AB §8.5.9", "How the sender can be managed");
    G_1 = Field::group("lldp.ieee_802_1").repeats().label("IEEE 802.1").doc("IEEE 802.1Q §D.2", "What IEEE 802.1 defines for bridges");
    G_3 = Field::group("lldp.ieee_802_3").repeats().label("IEEE 802.3").doc("IEEE 802.3 §79.3", "What IEEE 802.3 defines for Ethernet ports");
    G_MED = Field::group("lldp.med").repeats().label("LLDP-MED").doc("ANSI/TIA-1057 §10.2", "What TIA defines for telephones and other endpoints");
    G_ORG = Field::group("lldp.organization").repeats().label("Organization's own").doc("IEEE 802.1AB §8.6", "What an organization defined for itself");
    FAMILY = Field::moving("lldp.network_address.subtype", Kind::Uint).repeats().values(FAMILIES).label("Address family").doc("IEEE 802.1AB §8.5.2.3", "What kind of address it is (IANA address family numbers)");
    CHASSIS_ID = Field::moving("lldp.chassis.id", Kind::Bytes).explain(explain_text).label("Chassis ID").doc("IEEE 802.1AB §8.5.2.3", "Identifies the sender");
    CHASSIS_MAC = Field::moving("lldp.chassis.id.mac", Kind::Mac).explain(explain_mac).label("Chassis ID").doc("IEEE 802.1AB §8.5.2.3", "Identifies the sender");
    CHASSIS_IP4 = Field::moving("lldp.chassis.id.ip4", Kind::Ip4).explain(explain_address).label("Chassis ID").doc("IEEE 802.1AB §8.5.2.3", "Identifies the sender");
    CHASSIS_IP6 = Field::moving("lldp.chassis.id.ip6", Kind::Ip6).explain(explain_address).label("Chassis ID").doc("IEEE 802.1AB §8.5.2.3", "Identifies the sender");
    PORT_ID = Field::moving("lldp.port.id", Kind::Text).label("Port ID").doc("IEEE 802.1AB §8.5.3.3", "Identifies the sender's port");
    PORT_MAC = Field::moving("lldp.port.id.mac", Kind::Mac).explain(explain_mac).label("Port ID").doc("IEEE 802.1AB §8.5.3.3", "Identifies the sender's port");
    PORT_IP4 = Field::moving("lldp.port.id.ip4", Kind::Ip4).explain(explain_address).label("Port ID").doc("IEEE 802.1AB §8.5.3.3", "Identifies the sender's port");
    PORT_IP6 = Field::moving("lldp.port.id.ip6", Kind::Ip6).explain(explain_address).label("Port ID").doc("IEEE 802.1AB §8.5.3.3", "Identifies the sender's port");
    PORT_DESC = Field::moving("lldp.port.desc", Kind::Text).label("Port description").doc("IEEE 802.1AB §8.5.5.2", "For people; usually the interface's description (ifDescr)");
    NAME = Field::moving("lldp.tlv.system.name", Kind::Text).label("System name").doc("IEEE 802.1AB §8.5.6.2", "The sender's name (sysName)");
    DESC = Field::moving("lldp.tlv.system.desc", Kind::Text).label("System description").doc("IEEE 802.1AB §8.5.7.2", "Hardware, operating system and software (sysDescr)");
    MGMT_IP4 = Field::moving("lldp.mgn.addr.ip4", Kind::Ip4).repeats().explain(explain_address).label("Management address").doc("IEEE 802.1AB §8.5.9.4", "An address by which the system can be managed");
    MGMT_IP6 = Field::moving("lldp.mgn.addr.ip6", Kind::Ip6).repeats().explain(explain_address).label("Management address").doc("IEEE 802.1AB §8.5.9.4", "An address by which the system can be managed");
    MGMT_HEX = Field::moving("lldp.mgn.addr.hex", Kind::Bytes).repeats().label("Management address").doc("IEEE 802.1AB §8.5.9.4", "An address by which the system can be managed");
    OID_BYTES = Field::moving("lldp.mgn.obj", Kind::Bytes).repeats().label("Object identifier, encoded").doc("IEEE 802.1AB §8.5.9.8", "As ASN.1's basic encoding rules write it");
    OID = Field::derived("lldp.mgn.obj.id", Kind::Text).repeats().label("Object identifier").doc("IEEE 802.1AB §8.5.9.8", "The hardware or protocol entity that the address belongs to");
    CONTENT = Field::moving("lldp.unknown_subtype.content", Kind::Bytes).repeats().label("Content").doc("IEEE 802.1AB §8.6.1.5", "What only the organization understands");
    REMAINING = Field::moving("lldp.subtype.content_remaining", Kind::Bytes).repeats().label("Content").doc("IEEE 802.1AB §8.4.3", "Bytes of the value that are not decoded");
}

const MAX_TYPE: usize = 8;

/// LLDP.
pub static LLDP: Protocol = Protocol {
    name: "lldp",
    title: "Link Layer Discovery Protocol",
    spec: "IEEE 802.1AB",
    scope: "All basic TLVs, those of IEEE 802.1 (with data center bridging), IEEE 802.3 and LLDP-MED. Not: TLVs of other organizations, beyond owner and subtype",
    unit: Unit::Message,
    tables: &[
        HEAD,
        CHASSIS,
        PORT,
        TIME,
        CAPABILITIES,
        MANAGEMENT,
        INTERFACE,
        ORGANIZATION,
        UNKNOWN,
        MOVING,
        org::SUBTYPE_1,
        org::PORT_VLAN,
        org::PROTO_VLAN,
        org::VLAN_NAME,
        org::IDENTITY,
        org::DIGEST,
        org::MANAGEMENT,
        org::AGGREGATION_1,
        org::CONGESTION,
        org::ETS_CONFIGURATION,
        org::ETS_RECOMMENDATION,
        org::FLOW_CONTROL,
        org::APPLICATIONS,
        org::APPLICATION,
        org::SUBTYPE_3,
        org::MAC_PHY,
        org::POWER,
        org::POWER_LEVELS,
        org::POWER_BT,
        org::AGGREGATION_3,
        org::FRAME_SIZE,
        org::ENERGY,
        org::PREEMPTION,
        org::MOVING,
        med::SUBTYPE,
        med::CAPABILITIES,
        med::POLICY,
        med::FORMAT,
        med::COORDINATES,
        med::CIVIC,
        med::ELEMENT,
        med::POWER,
        med::MOVING,
    ],
    keys: &[(Space::EtherType, 0x88cc)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let end = walk(&input, s);
    let header = end.min(input.data.len() as u32);
    if header < 2 {
        // Not even one TLV; there is nothing that could be called an LLDPDU.
        return Err(input.short(2));
    }
    Ok(Step::new(&input, header, end, Next::End))
}

/// Walks the TLVs; returns where the LLDPDU ends.
fn walk<S: Sink>(input: &Input<'_>, s: &mut S) -> u32 {
    let mut at = 0u32;
    let mut seen = 0u16;
    for n in 0.. {
        if at >= input.wire {
            break;
        }
        let Some((kind, len, value)) = input.data.get(at as usize..).and_then(split) else {
            let left = input.wire - at;
            if left >= 2 {
                s.note(
                    NoteKind::Cut,
                    format_args!("lldp: {} bytes expected, {} captured", input.wire, input.data.len()),
                );
            } else if at > 0 {
                s.flaw(Bad { rule: "a TLV begins with 2 bytes (IEEE 802.1AB §8.4)", expected: 2, found: left });
            }
            break;
        };
        if n < 3 && kind != n + 1 {
            s.flaw(Bad {
                rule: "chassis ID, port ID and time to live come first, in this order (IEEE 802.1AB §8.2)",
                expected: n as u32 + 1,
                found: kind as u32,
            });
        }
        let wire = 2 + len;
        if S::ON && s.room() {
            let again = kind < MAX_TYPE as u64 && seen & 1 << kind != 0;
            if again {
                let rule = "a TLV of this type occurs once (IEEE 802.1AB §8.4.4)";
                s.note(NoteKind::Bad, format_args!("{rule}: type {kind} again"));
            }
            let readable = !again && wire <= input.wire - at;
            put(s, &Tlv::new(input.data, input.base, at, wire.min(input.wire - at)), kind, readable);
            if wire <= input.wire - at && value.len() < len as usize {
                s.note(NoteKind::Cut, format_args!("lldp: {len} bytes of a TLV expected, {} captured", value.len()));
            }
        }
        if kind < MAX_TYPE as u64 {
            seen |= 1 << kind;
        }
        if wire > input.wire - at {
            s.flaw(Bad {
                rule: "a TLV fits into its frame (IEEE 802.1AB §8.4.2)",
                expected: wire,
                found: input.wire - at,
            });
            break;
        }
        at += wire;
        if kind == 0 {
            return at;
        }
    }
    input.wire
}

/// Puts one TLV. Its value is read if it is `readable`: whole, and not of a type that came before and occurs once.
fn put<S: Sink>(s: &mut S, t: &Tlv<'_>, kind: u64, readable: bool) {
    let oui = t.data.get(2..).and_then(<[u8]>::first_chunk::<3>).copied();
    let group = match (kind, oui) {
        (ORG_TYPE, Some(org::IEEE_802_1)) => &G_1,
        (ORG_TYPE, Some(org::IEEE_802_3)) => &G_3,
        (ORG_TYPE, Some(med::TIA)) => &G_MED,
        (ORG_TYPE, _) => &G_ORG,
        _ => *[&G_END, &G_CHASSIS, &G_PORT, &G_TTL, &G_PORT_DESC, &G_NAME, &G_DESC, &G_CAP, &G_MGMT]
            .get(kind as usize)
            .unwrap_or(&&G_TLV),
    };
    // Which organization it is, is not known when the capture ends before: then the heading is left out, too.
    if kind == ORG_TYPE && oui.is_none() && t.wire >= 5 {
        return;
    }
    s.open(group, t.bit(0));
    t.fixed(s, HEAD);
    let understood = if readable { value(s, t, kind, oui) } else { 2 };
    if !readable || kind != ORG_TYPE || oui.is_some_and(|o| [org::IEEE_802_1, org::IEEE_802_3, med::TIA].contains(&o)) {
        t.rest(s, &REMAINING, understood);
    }
    s.close(t.bit(t.wire));
}

/// Puts the value of a TLV; returns how many bytes of the TLV were understood.
fn value<S: Sink>(s: &mut S, t: &Tlv<'_>, kind: u64, oui: Option<[u8; 3]>) -> u32 {
    let rule = "a TLV has all fields of its type (IEEE 802.1AB §8.5)";
    let mut text = |field: &'static Field| {
        t.rest(s, field, 2);
        t.wire
    };
    match kind {
        4 => text(&PORT_DESC),
        5 => text(&NAME),
        6 => text(&DESC),
        1 | 2 if t.at_least(s, rule, 4) => identifier(s, t, kind == 1),
        3 if t.at_least(s, rule, 4) => {
            t.fixed(s, TIME);
            4
        }
        7 if t.at_least(s, rule, 6) => {
            t.fixed(s, CAPABILITIES);
            6
        }
        8 if t.at_least(s, rule, 11) => management(s, t),
        ORG_TYPE if t.at_least(s, rule, 6) => {
            t.fixed(s, ORGANIZATION);
            match oui {
                Some(oui @ (org::IEEE_802_1 | org::IEEE_802_3)) => org::put(s, oui, t),
                Some(med::TIA) => med::put(s, t),
                _ => {
                    t.fixed(s, UNKNOWN);
                    t.rest(s, &CONTENT, 6);
                    t.wire
                }
            }
        }
        _ => 2,
    }
}

/// Puts a chassis or port ID.
fn identifier<S: Sink>(s: &mut S, t: &Tlv<'_>, chassis: bool) -> u32 {
    t.fixed(s, if chassis { CHASSIS } else { PORT });
    let fields = match chassis {
        true => [&CHASSIS_ID, &CHASSIS_MAC, &CHASSIS_IP4, &CHASSIS_IP6],
        false => [&PORT_ID, &PORT_MAC, &PORT_IP4, &PORT_IP6],
    };
    let [plain, mac, ip4, ip6] = fields;
    let (field, from) = match (chassis, t.byte(2)) {
        (true, Some(4)) | (false, Some(3)) if t.wire == 9 => (mac, 3),
        (true, Some(5)) | (false, Some(4)) => {
            t.uint(s, &FAMILY, 3, 1);
            match (t.byte(3), t.wire) {
                (Some(IP4), 8) => (ip4, 4),
                (Some(IP6), 20) => (ip6, 4),
                _ => (plain, 4),
            }
        }
        _ => (plain, 3),
    };
    t.rest(s, field, from);
    t.wire
}

/// Puts a management address, its interface and object identifier.
fn management<S: Sink>(s: &mut S, t: &Tlv<'_>) -> u32 {
    t.fixed(s, MANAGEMENT);
    let len = t.byte(2).map_or(0, u32::from);
    let rule = "the management address fits into its TLV (IEEE 802.1AB §8.5.9)";
    let end = 3 + len;
    if !(2..=32).contains(&len) && t.byte(2).is_some() {
        let rule = "an address and its family are 2 to 32 bytes long (IEEE 802.1AB §8.5.9.2)";
        s.note(NoteKind::Bad, format_args!("{rule}: {len} found"));
        return 4;
    }
    if !t.at_least(s, rule, end + 6) {
        return 4;
    }
    let field = match (t.byte(3), len) {
        (Some(IP4), 5) => &MGMT_IP4,
        (Some(IP6), 17) => &MGMT_IP6,
        _ => &MGMT_HEX,
    };
    t.span(s, field, 4, end);
    t.part(end, 6).fixed(s, INTERFACE);
    let oid = t.byte(end + 5).map_or(0, u32::from);
    let (from, to) = (end + 6, end + 6 + oid);
    if !t.at_least(s, "the object identifier fits into its TLV (IEEE 802.1AB §8.5.9.8)", to) {
        return from;
    }
    if let Some(bytes) = t.data.get(from as usize..to as usize).filter(|b| !b.is_empty()) {
        t.span(s, &OID_BYTES, from, to);
        s.derived_text(&OID, format_args!("{}", Oid(bytes)));
    }
    to
}

/// An object identifier in basic encoding rules (ITU-T X.690 §8.19), written with dots.
struct Oid<'a>(&'a [u8]);

impl std::fmt::Display for Oid<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (mut arc, mut first) = (0u64, true);
        for byte in self.0 {
            arc = arc.saturating_mul(128).saturating_add(u64::from(byte & 0x7f));
            if byte & 0x80 == 0 {
                if first {
                    // The first number holds two: 40 times the first arc, plus the second.
                    let top = (arc / 40).min(2);
                    write!(f, "{top}.{}", arc - 40 * top)?;
                } else {
                    write!(f, ".{arc}")?;
                }
                (arc, first) = (0, false);
            }
        }
        Ok(())
    }
}

fn explain_ttl(a: &Around<'_>, out: &mut Text) {
    match a.value {
        0 => out.lit("the sender leaves: neighbors forget what it told"),
        65535 => out.lit("neighbors keep the information for 18 hours, or until the next LLDPDU"),
        n => out.lit("neighbors forget the sender when they hear nothing from it for ").num_grouped(n).lit(" s"),
    };
}

fn explain_oui(a: &Around<'_>, out: &mut Text) {
    out.hex_digits(a.value >> 16, 2).ch(':').hex_digits(a.value >> 8 & 0xff, 2).ch(':').hex_digits(a.value & 0xff, 2);
}

fn explain_mac(a: &Around<'_>, out: &mut Text) {
    if let Some(mac) = a.bytes.first_chunk::<6>() {
        out.lit(mac_kind(*mac));
    }
}

fn explain_address(a: &Around<'_>, out: &mut Text) {
    if let Some(address) = a.bytes.first_chunk::<16>() {
        out.lit(ip6_kind(*address));
    } else if let Some(address) = a.bytes.first_chunk::<4>() {
        out.lit(ip4_kind(*address));
    }
}

/// Identifiers are bytes, and often characters.
fn explain_text(a: &Around<'_>, out: &mut Text) {
    if !a.bytes.is_empty() && a.bytes.iter().all(|b| (b' '..=b'~').contains(b)) {
        out.lit("the characters ").untrusted(a.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Env, Extent};

    fn read(data: &[u8], wire: u32) -> (Dissected, Option<Bad>) {
        let mut off = Off::default();
        let input = Input { data, base: 0, wire, extent: Extent::Whole, env: &Env::NONE };
        let dissected = dissect(input, &mut off);
        let mut tree = Tree::default();
        assert_eq!(dissected, dissect(input, &mut tree));
        assert_eq!(off.flaw, tree.take_flaw());
        (dissected, off.flaw)
    }

    const PDU: [u8; 13] = [2, 2, 7, b'a', 4, 2, 7, b'b', 6, 2, 0, 120, 0];

    #[test]
    fn the_end_is_where_the_end_tlv_says_and_padding_is_not_the_pdus() {
        let mut pdu = PDU.to_vec();
        pdu.extend([0; 40]);
        let (step, flaw) = read(&pdu, 53);
        assert_eq!((step.map(|s| (s.header, s.wire)), flaw), (Ok((14, 14)), None));
    }

    #[test]
    fn a_tlv_beyond_the_frame_and_a_wrong_order_are_flaws() {
        assert_eq!(read(&[2, 2, 7, b'a', 4, 9, 7, b'b'], 8).1.map(|b| (b.expected, b.found)), Some((11, 4)));
        assert_eq!(read(&[4, 2, 7, b'a', 0, 0], 6).1.map(|b| (b.expected, b.found)), Some((1, 2)));
        assert_eq!(read(&PDU[..12], 14).1, None);
    }

    #[test]
    fn object_identifiers_are_written_with_dots() {
        let oid = |bytes: &[u8]| Oid(bytes).to_string();
        assert_eq!(oid(&[0x2b, 6, 1, 4, 1, 0x82, 0x37]), "1.3.6.1.4.1.311");
        assert_eq!(oid(&[0x88, 0x37, 3]), "2.999.3");
        assert_eq!(oid(&[0xff; 40]), "");
    }
}
