//! IEEE 802.11 on a line, shaped like tcpdump's.

use super::wlan_frame::{self, Body, CONTROL, DATA, Kind, MANAGEMENT};
use super::wlan_names::{algorithm_name, reason_name, status_name};
use crate::dissect::Seen;
use crate::input::{Env, Input};
use crate::text::Text;

/// Writes a frame.
pub fn line(seen: &Seen<'_>, out: &mut Text) {
    let header = seen.header;
    let Some(fc) = header.first_chunk::<2>() else { return };
    let kind = Kind::of(*fc);
    if seen.style.link {
        addresses(kind, header, out);
    }
    match kind.class {
        MANAGEMENT if kind.version == 0 => management(seen, kind, out),
        CONTROL if kind.version == 0 => control(seen, kind, out),
        DATA if kind.version == 0 => data(seen, kind, out),
        class => {
            let (what, number) = if kind.version == 0 { ("type", class) } else { ("version", kind.version) };
            out.lit("unknown 802.11 frame ").lit(what).lit(" (").num(number.into()).lit(") ");
        }
    }
    // Management and control frames are all header, so that one that ends early was cut.
    if matches!(kind.class, MANAGEMENT | CONTROL) && !kind.protected() && seen.wire < seen.outer {
        out.lit("[|802.11] ");
    }
}

/// The address that begins at byte `at`.
fn mac(header: &[u8], at: usize, name: &'static str, out: &mut Text) {
    if let Some(address) = header.get(at..at + 6) {
        out.lit(name).ch(':').mac(address).ch(' ');
    }
}

/// `-e`: duration and addresses.
fn addresses(kind: Kind, header: &[u8], out: &mut Text) {
    let Some(duration) = header.get(2..4).and_then(<[u8]>::first_chunk::<2>) else { return };
    let duration = u16::from_le_bytes(*duration);
    // A power-save poll has no duration.
    if (kind.class, kind.subtype) != (CONTROL, 10) {
        out.num((duration & 0x7fff).into()).lit("us ");
    }
    let names: [(usize, &str); 3] = match (kind.class, kind.subtype, kind.to_ds(), kind.from_ds()) {
        (MANAGEMENT, ..) => [(16, "BSSID"), (4, "DA"), (10, "SA")],
        (DATA, _, false, false) => [(10, "SA"), (4, "DA"), (16, "BSSID")],
        (DATA, _, false, true) => [(4, "DA"), (10, "BSSID"), (16, "SA")],
        (DATA, _, true, false) => [(4, "BSSID"), (10, "SA"), (16, "DA")],
        (DATA, _, true, true) => [(4, "RA"), (10, "TA"), (16, "DA")],
        (CONTROL, 10, ..) => [(4, "BSSID"), (10, "TA"), (usize::MAX, "")],
        (CONTROL, 14 | 15, ..) => [(4, "RA"), (10, "BSSID"), (usize::MAX, "")],
        (CONTROL, 2..=5 | 8 | 9 | 11, ..) => [(4, "RA"), (10, "TA"), (usize::MAX, "")],
        (CONTROL, ..) => [(4, "RA"), (usize::MAX, ""), (usize::MAX, "")],
        _ => return,
    };
    for (at, name) in names {
        if at != usize::MAX {
            mac(header, at, name, out);
        }
    }
    if kind.four_addresses() {
        mac(header, 24, "SA", out);
    }
}

fn management(seen: &Seen<'_>, kind: Kind, out: &mut Text) {
    let header = seen.header;
    out.lit(match kind.subtype {
        0 => "Assoc Request",
        1 => "Assoc Response",
        2 => "ReAssoc Request",
        3 => "ReAssoc Response",
        4 => "Probe Request",
        5 => "Probe Response",
        6 => "Timing Advertisement",
        8 => "Beacon",
        9 => "ATIM",
        10 => "Disassociation",
        11 => "Authentication",
        12 => "DeAuthentication",
        13 => "Action",
        14 => "Action No Ack",
        _ => "Reserved management frame",
    });
    if kind.protected() {
        vector(seen, out);
        return;
    }
    let at = kind.header() as usize;
    let word = |from: usize| {
        header.get(at + from..).and_then(<[u8]>::first_chunk::<2>).map(|b| u64::from(u16::from_le_bytes(*b)))
    };
    match kind.subtype {
        0 => {
            ssid(header, at + 4, out);
            rates(header, at + 4, out);
        }
        1 | 3 => {
            let (Some(capabilities), Some(status), Some(aid)) = (word(0), word(2), word(4)) else { return };
            out.lit(" AID(").hex_digits(aid & 0x3fff, 1).lit(") :");
            out.lit(if capabilities & 0x10 != 0 { " PRIVACY " } else { "" }).lit(": ");
            named(status, status_name(status), out);
        }
        2 => {
            ssid(header, at + 10, out);
            if let Some(ap) = header.get(at + 4..at + 10) {
                out.lit(" AP : ").mac(ap);
            }
        }
        4 => {
            ssid(header, at, out);
            rates(header, at, out);
        }
        5 | 8 => {
            let Some(capabilities) = word(10) else { return };
            ssid(header, at + 12, out);
            rates(header, at + 12, out);
            if kind.subtype == 8 {
                out.lit(if capabilities & 1 != 0 { " ESS" } else { " IBSS" });
            }
            if let Some([channel]) = element(header, at + 12, 3) {
                out.lit(" CH: ").num((*channel).into());
            }
            out.lit(if capabilities & 0x10 != 0 { ", PRIVACY" } else { "" });
        }
        10 | 12 => {
            let Some(reason) = word(0) else { return };
            if kind.subtype == 12 && !seen.style.link {
                out.lit(" (").mac(header.get(10..16).unwrap_or_default()).ch(')');
            }
            out.lit(": ");
            named(reason, reason_name(reason), out);
        }
        11 => {
            let (Some(algorithm), Some(step), Some(status)) = (word(0), word(2), word(4)) else { return };
            out.lit(" (");
            named(algorithm, algorithm_name(algorithm), out);
            out.lit(")-").hex_digits(step, 1);
            if algorithm == 1 && (step == 2 || step == 3) {
                out.lit(" [Challenge Text]");
            }
            // Requests have no status; the standard leaves 0 in them.
            if step % 2 == 0 || status != 0 {
                out.lit(": ");
                named(status, status_name(status), out);
            }
        }
        13 | 14 => action(header, at, out),
        _ => {}
    }
    out.ch(' ');
}

/// A name, or the number where there is none.
fn named(value: u64, name: Option<&'static str>, out: &mut Text) {
    match name {
        Some(name) => out.lit(name),
        None => out.num(value),
    };
}

fn action(header: &[u8], at: usize, out: &mut Text) {
    out.lit(" (").mac(header.get(10..16).unwrap_or_default()).lit("): ");
    let (Some(category), code) = (header.get(at), header.get(at + 1)) else { return };
    let name = super::wlan_names::category_name(u64::from(category & 0x7f));
    match (category, code) {
        (3, Some(0)) => out.lit("BA ADDBA Request"),
        (3, Some(1)) => out.lit("BA ADDBA Response"),
        (3, Some(2)) => out.lit("BA DELBA"),
        (127 | 126, _) => out.lit("Vendor"),
        (_, code) => {
            named(u64::from(category & 0x7f), name, out);
            out.lit(" Act#").num(code.copied().unwrap_or_default().into())
        }
    };
}

/// The information of the first element with this number, from byte `at` on.
fn element(header: &[u8], at: usize, number: u8) -> Option<&[u8]> {
    let mut left = header.get(at..)?;
    while let [found, length, rest @ ..] = left {
        let (information, after) = rest.split_at_checked(usize::from(*length))?;
        if *found == number {
            return Some(information);
        }
        left = after;
    }
    None
}

fn ssid(header: &[u8], at: usize, out: &mut Text) {
    if let Some(name) = element(header, at, 0) {
        out.lit(" (").untrusted(name).ch(')');
    }
}

fn rates(header: &[u8], at: usize, out: &mut Text) {
    let Some(rates) = element(header, at, 1).filter(|rates| !rates.is_empty()) else { return };
    let mut before = " [";
    for rate in rates {
        let halves = u64::from(rate & 0x7f);
        out.lit(before).num(halves / 2).ch('.').num(halves % 2 * 5);
        out.lit(if rate & 0x80 != 0 { "*" } else { "" });
        before = " ";
    }
    out.lit(" Mbit]");
}

fn control(seen: &Seen<'_>, kind: Kind, out: &mut Text) {
    let header = seen.header;
    // With -e, the addresses are there already.
    let address = |at: usize, name: &'static str, out: &mut Text| {
        if !seen.style.link {
            mac(header, at, name, out);
        }
    };
    let word = |at: usize| {
        header.get(at..).and_then(<[u8]>::first_chunk::<2>).map_or(0, |b| u64::from(u16::from_le_bytes(*b)))
    };
    match kind.subtype {
        2 => {
            out.lit("Trigger ");
            address(4, "RA", out);
        }
        4 => {
            out.lit("Beamforming Report Poll ");
            address(4, "RA", out);
        }
        5 => {
            out.lit("NDP Announcement ");
            address(4, "RA", out);
        }
        7 => {
            out.lit("Control Wrapper ");
        }
        8 => {
            out.lit("BAR ");
            address(4, "RA", out);
            address(10, "TA", out);
            out.lit("CTL(").hex_digits(word(16), 1).lit(") SEQ(").num(word(18)).lit(") ");
        }
        9 => {
            out.lit("BA ");
            address(4, "RA", out);
        }
        10 => {
            out.lit("Power Save-Poll AID(").hex_digits(word(2), 1).lit(") ");
        }
        11 => {
            out.lit("Request-To-Send ");
            address(10, "TA", out);
        }
        12 => {
            out.lit("Clear-To-Send ");
            address(4, "RA", out);
        }
        13 => {
            out.lit("Acknowledgment ");
            address(4, "RA", out);
        }
        14 => {
            out.lit("CF-End ");
            address(4, "RA", out);
        }
        15 => {
            out.lit("CF-End+CF-Ack ");
            address(4, "RA", out);
        }
        subtype => {
            out.lit("unknown 802.11 ctrl frame subtype (").num(subtype.into()).lit(") ");
        }
    }
}

fn data(seen: &Seen<'_>, kind: Kind, out: &mut Text) {
    if kind.null() {
        out.lit(if kind.qos() { "QoS Null " } else { "Null " });
        if !seen.style.link {
            mac(seen.header, 10, "TA", out);
            mac(seen.header, 4, "RA", out);
        }
        out.lit(if kind.flags & 0x10 != 0 { "sleeps " } else { "" });
    } else if kind.protected() {
        out.lit("Data");
        vector(seen, out);
    } else if kind.more_fragments() || seen.header.get(22).is_some_and(|b| b & 0xf != 0) {
        out.lit("Data, fragment ").num(u64::from(seen.header.get(22).copied().unwrap_or_default() & 0xf));
        out.lit(", length ").num(seen.payload_wire().into()).ch(' ');
    }
}

/// ` IV:  1 Pad 20 KeyID 0 `: the first three bytes as a number, the fourth without and as the key.
fn vector(seen: &Seen<'_>, out: &mut Text) {
    let input = Input { data: seen.header, base: 0, wire: seen.wire, extent: seen.extent, env: &Env::NONE };
    let Ok(plan) = wlan_frame::plan(&input) else { return };
    let at = plan.body_at() as usize;
    let (Body::Protected(_), Some([a, b, c, key])) = (plan.body, seen.header.get(at..).and_then(<[u8]>::first_chunk))
    else {
        return;
    };
    let number = u64::from(u32::from_le_bytes([*a, *b, *c, 0]));
    out.lit(" IV:")
        .lit(if number < 16 {
            "  "
        } else if number < 256 {
            " "
        } else {
            ""
        })
        .hex_digits(number, 1);
    out.lit(" Pad ").hex_digits(u64::from(key & 0x3f), 1).lit(" KeyID ").num(u64::from(key >> 6)).ch(' ');
}
