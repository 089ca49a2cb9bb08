//! LLDP's TLVs for endpoints such as telephones: LLDP-MED (ANSI/TIA-1057 §10.2). Places count from the TLV's first bit:
//! type and length (16 bits), the organization (24), its subtype (8), then what the subtype defines.

use crate::field::{Around, Field, Kind};
use crate::proto::shared::names::dscp::dscp_name;
use crate::proto::shared::tlv::Tlv;
use crate::sink::{NoteKind, Sink};
use crate::text::Text;

crate::fields! { pub SUBTYPE:
    S = Field::uint("lldp.media.subtype", 40, 8).repeats().hex().values(SUBTYPES).label("Media subtype").doc("ANSI/TIA-1057 §10.2", "What the TLV tells");
}

crate::fields! { pub CAPABILITIES:
    CAPS = Field::uint("lldp.media.subtype.caps", 48, 16).repeats().hex().label("Capabilities").doc("ANSI/TIA-1057 §10.2.2", "Which TLVs of LLDP-MED the device sends");
    CAP_LLPD = Field::flag("lldp.media.subtype.caps.llpd", 63).repeats().part_of("lldp.media.subtype.caps").label("Capabilities").doc("ANSI/TIA-1057 §10.2.2", "1: the device sends it");
    CAP_NETWORK_POLICY = Field::flag("lldp.media.subtype.caps.network_policy", 62).repeats().part_of("lldp.media.subtype.caps").label("Network policy").doc("ANSI/TIA-1057 §10.2.2", "1: the device sends it");
    CAP_LOCATION_ID = Field::flag("lldp.media.subtype.caps.location_id", 61).repeats().part_of("lldp.media.subtype.caps").label("Location").doc("ANSI/TIA-1057 §10.2.2", "1: the device sends it");
    CAP_MDI_PSE = Field::flag("lldp.media.subtype.caps.mdi_pse", 60).repeats().part_of("lldp.media.subtype.caps").label("Extended power, PSE").doc("ANSI/TIA-1057 §10.2.2", "1: the device sends it");
    CAP_MID_PD = Field::flag("lldp.media.subtype.caps.mid_pd", 59).repeats().part_of("lldp.media.subtype.caps").label("Extended power, PD").doc("ANSI/TIA-1057 §10.2.2", "1: the device sends it");
    CAP_INVENTORY = Field::flag("lldp.media.subtype.caps.inventory", 58).repeats().part_of("lldp.media.subtype.caps").label("Inventory").doc("ANSI/TIA-1057 §10.2.2", "1: the device sends it");
    CLASS = Field::uint("lldp.media.subtype.class", 64, 8).repeats().values(&[(0, "not defined"), (1, "endpoint class I"), (2, "endpoint class II"), (3, "endpoint class III"), (4, "network connectivity")]).explain(explain_class).label("Class").doc("ANSI/TIA-1057 §10.2.2", "What kind of device this is");
}

crate::fields! { pub POLICY:
    APPLICATION = Field::uint("lldp.media.app_type", 48, 8).repeats().values(APPLICATIONS).label("Application type").doc("ANSI/TIA-1057 §10.2.3", "For which traffic the policy is");
    UNKNOWN = Field::flag("lldp.media.policy_flag", 56).repeats().label("Unknown policy").doc("ANSI/TIA-1057 §10.2.3", "1: the device needs a policy and does not know it; the values below mean nothing");
    TAGGED = Field::flag("lldp.media.tag_flag", 57).repeats().label("Tagged").doc("ANSI/TIA-1057 §10.2.3", "1: frames have a VLAN tag");
    POLICY_RESERVED = Field::uint("lldp.media.policy_reserved", 58, 1).repeats().label("Reserved").doc("ANSI/TIA-1057 §10.2.3", "Must be 0");
    VLAN = Field::uint("lldp.media.vlan_id", 59, 12).repeats().explain(explain_vlan).label("VLAN ID").doc("ANSI/TIA-1057 §10.2.3", "The VLAN of this traffic");
    PRIORITY = Field::uint("lldp.media.l2_prio", 71, 3).repeats().label("Layer 2 priority").doc("ANSI/TIA-1057 §10.2.3", "Priority in the VLAN tag");
    DSCP = Field::uint("lldp.media.dscp", 74, 6).repeats().names(dscp_name).label("DSCP").doc("ANSI/TIA-1057 §10.2.3", "Class of treatment in the IP header");
}

crate::fields! { pub FORMAT:
    DATA_FORMAT = Field::uint("lldp.media.loc.data_format", 48, 8).repeats().values(&[(0, "invalid"), (1, "coordinates"), (2, "civic address"), (3, "emergency call number")]).label("Location format").doc("ANSI/TIA-1057 §10.2.4", "How the location is told");
}

crate::fields! { pub COORDINATES:
    LATITUDE = Field::uint("lldp.media.loc.latitude", 56, 40).repeats().explain(explain_latitude).label("Latitude").doc("RFC 6225 §2.2", "Resolution (6 bits), then degrees in two's complement with 9 bits before and 25 behind the point");
    LATITUDE_RESOLUTION = Field::uint("lldp.media.loc.lat_resolution", 56, 6).repeats().unit("bits").part_of("lldp.media.loc.latitude").label("Latitude resolution").doc("RFC 6225 §2.2", "How many bits of the latitude are exact");
    LONGITUDE = Field::uint("lldp.media.loc.longitude", 96, 40).repeats().explain(explain_longitude).label("Longitude").doc("RFC 6225 §2.2", "Resolution (6 bits), then degrees in two's complement with 9 bits before and 25 behind the point");
    LONGITUDE_RESOLUTION = Field::uint("lldp.media.loc.long_resolution", 96, 6).repeats().unit("bits").part_of("lldp.media.loc.longitude").label("Longitude resolution").doc("RFC 6225 §2.2", "How many bits of the longitude are exact");
    ALTITUDE_TYPE = Field::uint("lldp.media.loc.alt_type", 136, 4).repeats().values(&[(1, "meters"), (2, "floors")]).label("Altitude type").doc("RFC 6225 §2.2", "What the altitude counts");
    ALTITUDE_RESOLUTION = Field::uint("lldp.media.loc.alt_resolution", 140, 6).repeats().unit("bits").label("Altitude resolution").doc("RFC 6225 §2.2", "How many bits of the altitude are exact");
    ALTITUDE = Field::uint("lldp.media.loc.altitude", 146, 30).repeats().label("Altitude").doc("RFC 6225 §2.2", "Two's complement with 22 bits before and 8 behind the point");
    DATUM = Field::uint("lldp.media.loc.datum", 176, 8).repeats().values(&[(1, "WGS 84"), (2, "NAD83 with NAVD88"), (3, "NAD83 with MLLW")]).label("Datum").doc("RFC 6225 §2.2", "The model of the Earth that the coordinates are of");
}

crate::fields! { pub CIVIC:
    CIVIC_LENGTH = Field::uint("lldp.media.civic.length", 56, 8).repeats().unit("bytes").label("Length").doc("ANSI/TIA-1057 §10.2.4", "Length of what follows");
    CIVIC_WHAT = Field::uint("lldp.media.civic.what", 64, 8).repeats().values(&[(0, "location of the DHCP server"), (1, "location of the network element"), (2, "location of the client")]).label("What").doc("RFC 4776 §3.1", "Whose location it is");
}

crate::fields! { pub ELEMENT:
    CA_TYPE = Field::uint("lldp.media.civic.type", 0, 8).repeats().values(ELEMENTS).label("Address element").doc("RFC 4776 §3.1", "Which part of the address");
    CA_LENGTH = Field::uint("lldp.media.civic.length", 8, 8).repeats().unit("bytes").label("Length").doc("RFC 4776 §3.1", "Length of this part");
}

crate::fields! { pub POWER:
    POWER_TYPE = Field::uint("lldp.media.power.type", 48, 2).repeats().values(&[(0, "PSE"), (1, "PD")]).label("Power type").doc("ANSI/TIA-1057 §10.2.5", "Whether the device gives (PSE) or takes (PD) power");
    POWER_SOURCE = Field::uint("lldp.media.power.source", 50, 2).repeats().names_within(power_source).label("Power source").doc("ANSI/TIA-1057 §10.2.5", "Where the power comes from");
    POWER_PRIORITY = Field::uint("lldp.media.power.prio", 52, 4).repeats().values(&[(0, "unknown"), (1, "critical"), (2, "high"), (3, "low")]).label("Power priority").doc("ANSI/TIA-1057 §10.2.5", "Who keeps power when there is not enough for all");
    POWER_VALUE = Field::uint("lldp.media.power.value", 56, 16).repeats().explain(explain_power).label("Power value").doc("ANSI/TIA-1057 §10.2.5", "How much power is needed or given, in units of 0.1 W");
}

crate::fields! { pub MOVING:
    COUNTRY = Field::moving("lldp.media.civic.country", Kind::Text).repeats().label("Country").doc("RFC 4776 §3.1", "Two letters of ISO 3166");
    CA_VALUE = Field::moving("lldp.media.civic.value", Kind::Text).repeats().label("Value").doc("RFC 4776 §3.1", "This part of the address");
    ELIN = Field::moving("lldp.media.ecs", Kind::Text).repeats().label("Emergency call number").doc("ANSI/TIA-1057 §10.2.4", "The number by which emergency services find and call the place (ELIN)");
    HARDWARE = Field::moving("lldp.media.hardware", Kind::Text).repeats().label("Hardware revision").doc("ANSI/TIA-1057 §10.2.6", "As the maker counts");
    FIRMWARE = Field::moving("lldp.media.firmware", Kind::Text).repeats().label("Firmware revision").doc("ANSI/TIA-1057 §10.2.6", "As the maker counts");
    SOFTWARE = Field::moving("lldp.media.software", Kind::Text).repeats().label("Software revision").doc("ANSI/TIA-1057 §10.2.6", "As the maker counts");
    SERIAL = Field::moving("lldp.media.sn", Kind::Text).repeats().label("Serial number").doc("ANSI/TIA-1057 §10.2.6", "Of the device");
    MANUFACTURER = Field::moving("lldp.media.manufacturer", Kind::Text).repeats().label("Manufacturer").doc("ANSI/TIA-1057 §10.2.6", "Who made the device");
    MODEL = Field::moving("lldp.media.model", Kind::Text).repeats().label("Model").doc("ANSI/TIA-1057 §10.2.6", "What the device is");
    ASSET = Field::moving("lldp.media.asset", Kind::Text).repeats().label("Asset ID").doc("ANSI/TIA-1057 §10.2.6", "By which its owner knows the device");
}
/// The organization of LLDP-MED's TLVs.
pub const TIA: [u8; 3] = [0x00, 0x12, 0xbb];

static SUBTYPES: &[(u64, &str)] = &[
    (1, "LLDP-MED capabilities"),
    (2, "Network policy"),
    (3, "Location identification"),
    (4, "Extended power via MDI"),
    (5, "Inventory: hardware revision"),
    (6, "Inventory: firmware revision"),
    (7, "Inventory: software revision"),
    (8, "Inventory: serial number"),
    (9, "Inventory: manufacturer name"),
    (10, "Inventory: model name"),
    (11, "Inventory: asset ID"),
];

/// ANSI/TIA-1057 table 12.
static APPLICATIONS: &[(u64, &str)] = &[
    (1, "Voice"),
    (2, "Voice signaling"),
    (3, "Guest voice"),
    (4, "Guest voice signaling"),
    (5, "Softphone voice"),
    (6, "Video conferencing"),
    (7, "Streaming video"),
    (8, "Video signaling"),
];

/// RFC 4776 §3.4.
static ELEMENTS: &[(u64, &str)] = &[
    (0, "language"),
    (1, "state, canton, region or province"),
    (2, "county, parish or district"),
    (3, "city or township"),
    (4, "city division or borough"),
    (5, "neighborhood or block"),
    (6, "street"),
    (16, "leading street direction"),
    (17, "trailing street suffix"),
    (18, "street suffix"),
    (19, "house number"),
    (20, "house number suffix"),
    (21, "landmark"),
    (22, "additional location information"),
    (23, "name"),
    (24, "postal code"),
    (25, "building"),
    (26, "unit"),
    (27, "floor"),
    (28, "room"),
    (29, "type of place"),
    (30, "postal community name"),
    (31, "post office box"),
    (32, "additional code"),
    (33, "seat"),
    (34, "primary road or street"),
    (35, "road section"),
    (36, "road branch"),
    (37, "road sub-branch"),
    (38, "street name pre-modifier"),
    (39, "street name post-modifier"),
    (128, "script"),
];

/// What both ends of a cable call the same.
fn power_source(_: &[u8], value: u64) -> Option<&'static str> {
    ["unknown", "primary source, or the PSE", "backup or local source", "PSE and local source"]
        .get(value as usize)
        .copied()
}

/// Puts a TLV of LLDP-MED; returns how many of its bytes were understood.
pub fn put<S: Sink>(s: &mut S, t: &Tlv<'_>) -> u32 {
    t.fixed(s, SUBTYPE);
    let rule = "an LLDP-MED TLV has all fields of its subtype (ANSI/TIA-1057 §10.2)";
    let fixed = |s: &mut S, table, length| {
        if t.at_least(s, rule, length) {
            t.fixed(s, table);
            return length;
        }
        6
    };
    match t.byte(5) {
        Some(1) => fixed(s, CAPABILITIES, 9),
        Some(2) => fixed(s, POLICY, 10),
        Some(3) => {
            let end = fixed(s, FORMAT, 7);
            match t.byte(6) {
                Some(1) if end == 7 => fixed(s, COORDINATES, 23).max(end),
                Some(2) if end == 7 && fixed(s, CIVIC, 9) == 9 => civic(s, t),
                Some(3) if end == 7 => text(s, t, &ELIN, 7),
                _ => end,
            }
        }
        Some(4) => fixed(s, POWER, 9),
        Some(kind @ 5..=11) => {
            let fields = [&HARDWARE, &FIRMWARE, &SOFTWARE, &SERIAL, &MANUFACTURER, &MODEL, &ASSET];
            fields.get(usize::from(kind - 5)).map_or(6, |field| text(s, t, field, 6))
        }
        _ => 6,
    }
}

/// Puts characters up to the TLV's end, without the zeros that fill it up.
fn text<S: Sink>(s: &mut S, t: &Tlv<'_>, field: &'static Field, from: u32) -> u32 {
    // As long as the capture ends before, nobody knows where the text does.
    if t.data.len() as u64 >= u64::from(t.wire) {
        let zeros = t.data.iter().skip(from as usize).rev().take_while(|b| **b == 0).count() as u32;
        t.span(s, field, from, t.wire - zeros);
    }
    t.wire
}

/// Puts the parts of a civic address; returns where they end.
fn civic<S: Sink>(s: &mut S, t: &Tlv<'_>) -> u32 {
    let stated = 8 + t.byte(7).map_or(0, u32::from);
    let wire = stated.min(t.wire);
    if stated > t.wire {
        let found = t.wire - 8;
        s.note(
            NoteKind::Bad,
            format_args!(
                "a civic address fits into its TLV (ANSI/TIA-1057 §10.2.4): {} bytes expected, {found} found",
                stated - 8
            ),
        );
    }
    if wire < 11 {
        return 9;
    }
    t.span(s, &COUNTRY, 9, 11);
    let mut at = 11;
    while at + 2 <= wire && (at as usize) < t.data.len() && s.room() {
        t.part(at, 2).fixed(s, ELEMENT);
        let end = at + 2 + t.byte(at + 1).map_or(0, u32::from);
        if end > wire {
            let (expected, found) = (end - at, wire - at);
            let rule = "an address element fits into the address (RFC 4776 §3.3)";
            s.note(NoteKind::Bad, format_args!("{rule}: {expected} bytes expected, {found} found"));
            return wire;
        }
        t.span(s, &CA_VALUE, at + 2, end);
        at = end;
    }
    at
}

/// What a subtype is called.
pub fn subtype_name(subtype: u8) -> Option<&'static str> {
    SUBTYPES.iter().find(|(n, _)| *n == u64::from(subtype)).map(|(_, name)| *name)
}

fn explain_class(a: &Around<'_>, out: &mut Text) {
    out.lit(match a.value {
        1 => "a generic endpoint",
        2 => "an endpoint for media, such as a gateway or conference bridge",
        3 => "an endpoint that people use, such as a telephone",
        4 => "a switch, router, access point or repeater",
        _ => return,
    });
}

fn explain_vlan(a: &Around<'_>, out: &mut Text) {
    match a.value {
        0 => out.lit("only a priority, or no tag at all"),
        n => out.lit("VLAN ").num(n),
    };
}

fn explain_power(a: &Around<'_>, out: &mut Text) {
    super::lldp_org::watts(a.value, out);
}

/// Writes degrees with 25 bits behind the point, to six digits.
fn degrees(value: u64, [positive, negative]: [&'static str; 2], out: &mut Text) {
    let raw = value & ((1 << 34) - 1);
    let below = raw >> 33 == 1;
    let size = if below { (1 << 34) - raw } else { raw };
    let millionths = ((size & ((1 << 25) - 1)) * 1_000_000) >> 25;
    out.num(size >> 25).ch('.').num_wide(millionths, 6).lit("° ").lit(if below { negative } else { positive });
}

fn explain_latitude(a: &Around<'_>, out: &mut Text) {
    degrees(a.value, ["north", "south"], out);
}

fn explain_longitude(a: &Around<'_>, out: &mut Text) {
    degrees(a.value, ["east", "west"], out);
}

#[cfg(test)]
mod tests {
    use super::degrees;
    use crate::text::Text;

    #[test]
    fn degrees_are_twos_complement_with_25_bits_behind_the_point() {
        let read = |value: u64| {
            let mut out = Text::new();
            degrees(value, ["+", "-"], &mut out);
            out.as_str().to_owned()
        };
        assert_eq!(read(48 << 25 | 1 << 24), "48.500000° +");
        assert_eq!(read((1 << 34) - (11 << 25)), "11.000000° -");
        // The resolution in the upper 6 bits does not count.
        assert_eq!(read(63 << 34), "0.000000° +");
    }
}
