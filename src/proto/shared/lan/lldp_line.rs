//! How LLDP's numbers are called, and how an LLDPDU is written as a line, as tcpdump does.

use super::{lldp_med as med, lldp_org as org};
use crate::dissect::Seen;
use crate::text::Text;

/// The type of organizational TLVs.
pub const ORG_TYPE: u64 = 127;
/// Address family of IPv4.
pub const IP4: u8 = 1;
/// Address family of IPv6.
pub const IP6: u8 = 2;

/// Type, length of the value, and value as far as it was captured, of the TLV at the beginning of `data`.
pub fn split(data: &[u8]) -> Option<(u64, u32, &[u8])> {
    let ([high, low], rest) = data.split_first_chunk::<2>()?;
    let head = u16::from_be_bytes([*high, *low]);
    let len = head & 0x1ff;
    Some((u64::from(head >> 9), len.into(), rest.get(..len.into()).unwrap_or(rest)))
}

/// IEEE 802.1AB table 8-1.
pub static TYPES: &[(u64, &str)] = &[
    (0, "End of LLDPDU"),
    (1, "Chassis ID"),
    (2, "Port ID"),
    (3, "Time to live"),
    (4, "Port description"),
    (5, "System name"),
    (6, "System description"),
    (7, "System capabilities"),
    (8, "Management address"),
    (ORG_TYPE, "Organizationally specific"),
];

/// IEEE 802.1AB table 8-2.
pub static CHASSIS_SUBTYPES: &[(u64, &str)] = &[
    (0, "reserved"),
    (1, "chassis component"),
    (2, "interface alias"),
    (3, "port component"),
    (4, "MAC address"),
    (5, "network address"),
    (6, "interface name"),
    (7, "locally assigned"),
];

/// IEEE 802.1AB table 8-3.
pub static PORT_SUBTYPES: &[(u64, &str)] = &[
    (0, "reserved"),
    (1, "interface alias"),
    (2, "port component"),
    (3, "MAC address"),
    (4, "network address"),
    (5, "interface name"),
    (6, "agent circuit ID"),
    (7, "locally assigned"),
];

/// IANA, "Address Family Numbers", as far as they occur here.
pub static FAMILIES: &[(u64, &str)] = &[
    (IP4 as u64, "IPv4"),
    (IP6 as u64, "IPv6"),
    (3, "NSAP"),
    (6, "IEEE 802"),
    (8, "E.164"),
    (11, "IPX"),
    (12, "AppleTalk"),
    (16, "DNS"),
    (16389, "48-bit MAC"),
];

/// Owners of organizational TLVs that are often seen (IEEE registration authority).
pub static ORGANIZATIONS: &[(u64, &str)] = &[
    (0x00_0142, "Cisco"),
    (0x00_0ecf, "PROFIBUS and PROFINET"),
    (0x00_120f, "IEEE 802.3"),
    (0x00_12bb, "TIA TR-41 (LLDP-MED)"),
    (0x00_1b21, "Intel (data center bridging before IEEE's)"),
    (0x00_1b3f, "HP"),
    (0x00_80c2, "IEEE 802.1"),
];

/// What a number is called in a list of names.
fn name(list: &[(u64, &'static str)], value: u64) -> Option<&'static str> {
    list.iter().find(|(n, _)| *n == value).map(|(_, name)| *name)
}

/// Writes an LLDPDU: its length and the name of its sender, with `-v` its TLVs.
pub fn line(seen: &Seen<'_>, out: &mut Text) {
    out.lit("LLDP, length ").num(seen.outer.into());
    let tlvs = || {
        let mut rest = seen.header;
        std::iter::from_fn(move || {
            let (kind, len, value) = split(rest)?;
            rest = rest.get(2 + len as usize..).unwrap_or_default();
            Some((kind, len, value))
        })
    };
    if seen.style.verbose == 0 {
        if let Some((.., name)) = tlvs().find(|(kind, len, value)| *kind == 5 && value.len() == *len as usize) {
            out.lit(": ").untrusted(name);
        }
        return;
    }
    for (kind, len, value) in tlvs() {
        out.lit("\n\t").lit(name(TYPES, kind).unwrap_or("Reserved"));
        out.lit(" TLV (").num(kind).lit("), length ").num(len.into());
        if value.len() < len as usize {
            out.lit(" [|lldp]");
            return;
        }
        line_value(kind, value, out);
    }
}

/// Writes the value of a TLV behind its type and length, with `-v`.
fn line_value(kind: u64, value: &[u8], out: &mut Text) {
    match (kind, value) {
        (1 | 2, [subtype, id @ ..]) => {
            let names = if kind == 1 { CHASSIS_SUBTYPES } else { PORT_SUBTYPES };
            let what = name(names, (*subtype).into()).unwrap_or("reserved");
            out.lit("\n\t  Subtype ").lit(what).lit(" (").num(u64::from(*subtype)).lit("): ");
            match (what, id) {
                ("MAC address", [_, _, _, _, _, _]) => out.mac(id),
                ("network address", [family, address @ ..]) => line_address(*family, address, out),
                _ => out.untrusted(id),
            };
        }
        (3, [high, low, ..]) => {
            out.lit(": TTL ").num(u16::from_be_bytes([*high, *low]).into()).ch('s');
        }
        (4 | 5, text) => {
            out.lit(": ").untrusted(text);
        }
        (6, text) => {
            out.lit("\n\t  ").untrusted(text);
        }
        (7, [a, b, c, d, ..]) => {
            out.lit("\n\t  System  Capabilities ");
            capabilities(u16::from_be_bytes([*a, *b]), out);
            out.lit("\n\t  Enabled Capabilities ");
            capabilities(u16::from_be_bytes([*c, *d]), out);
        }
        (8, [len, family, address @ ..]) => {
            let len = usize::from(*len);
            out.lit("\n\t  Management Address length ").num(len as u64).lit(", ");
            line_address(*family, address.get(..len.saturating_sub(1)).unwrap_or(address), out);
        }
        (ORG_TYPE, [a, b, c, subtype, ..]) => {
            let oui = [*a, *b, *c];
            let number = u64::from(u32::from_be_bytes([0, *a, *b, *c]));
            out.lit(": OUI ").lit(name(ORGANIZATIONS, number).unwrap_or("Unknown")).lit(" (").hex(number, 6).ch(')');
            let what = match oui {
                org::IEEE_802_1 | org::IEEE_802_3 => org::subtype_name(oui, *subtype),
                med::TIA => med::subtype_name(*subtype),
                _ => None,
            };
            out.lit("\n\t  ").lit(what.unwrap_or("unknown")).lit(" Subtype (").num(u64::from(*subtype)).ch(')');
        }
        _ => {}
    }
}

/// `AFI IPv4 (1): 192.0.2.1`.
fn line_address<'t>(family: u8, address: &[u8], out: &'t mut Text) -> &'t mut Text {
    let what = name(FAMILIES, family.into()).unwrap_or("unknown");
    out.lit("AFI ").lit(what).lit(" (").num(family.into()).lit("): ");
    if let (IP4, Ok(address)) = (family, <[u8; 4]>::try_from(address)) {
        return out.ip4(address);
    }
    if let (IP6, Ok(address)) = (family, <[u8; 16]>::try_from(address)) {
        return out.ip6(address);
    }
    if (family, address.len()) == (6, 6) { out.mac(address) } else { out.hex_bytes(address) }
}

/// `[Bridge, Router] (0x0014)`.
fn capabilities(value: u16, out: &mut Text) {
    let names = ["Other", "Repeater", "Bridge", "WLAN AP", "Router", "Telephone", "Docsis", "Station Only"];
    out.ch('[');
    let mut before = "";
    for (bit, what) in names.into_iter().enumerate() {
        if value >> bit & 1 != 0 {
            out.lit(before).lit(what);
            before = ", ";
        }
    }
    if before.is_empty() {
        out.lit("none");
    }
    out.lit("] (").hex(value.into(), 4).ch(')');
}
