//! The header of a PPP frame: address and control, which both sides may agree to leave out, and the protocol number,
//! which may be compressed to one byte (RFC 1661 §2, RFC 1662 §3.1).

use super::ppp_protocols::{line_name, ppp_protocol_name};
use crate::dissect::{Dissected, Next, Seen, Space, Step};
use crate::field::{Around, Field, Kind};
use crate::input::{Bad, Input};
use crate::sink::Sink;
use crate::text::Text;

crate::fields! { pub ROWS:
    ADDRESS = Field::moving("ppp.address", Kind::Uint).hex_wide(2).label("Address").doc("RFC 1662 §3.1", "255: all stations, of which there is only one; left out when both sides agreed to that").explain(explain_address);
    CONTROL = Field::moving("ppp.control", Kind::Uint).hex_wide(2).label("Control").doc("RFC 1662 §3.1", "3: unnumbered information; left out together with the address").explain(explain_control);
    PROTOCOL = Field::moving("ppp.protocol", Kind::Uint).hex_wide(4).names(ppp_protocol_name).label("Protocol").doc("RFC 1661 §2", "What the frame carries; one byte when both sides agreed to compress it, and then odd").explain(explain_protocol);
}

/// Address of all stations.
const ALL_STATIONS: u8 = 0xff;

/// Where the protocol number begins in a frame that starts with these bytes.
pub fn protocol_at(first: u8) -> u32 {
    if first == ALL_STATIONS { 2 } else { 0 }
}

/// Puts the header that begins at byte `at` (address and control) and has the protocol number at byte `protocol`.
pub fn put<S: Sink>(input: &Input<'_>, s: &mut S, at: u32, protocol: u32) -> Dissected {
    let bit = |at: u32| input.base.saturating_add(at).saturating_mul(8);
    let byte = |at: u32| input.data.get(at as usize).copied();
    for place in at..protocol {
        // The control field is the last before the protocol; the address may have given its place to something else.
        let row = if place.saturating_add(1) == protocol { &CONTROL } else { &ADDRESS };
        match byte(place) {
            Some(value) => s.uint(row, bit(place), 8, value.into()),
            None => return Err(input.short(place.saturating_add(1))),
        }
    }
    let Some(high) = byte(protocol) else { return Err(input.short(protocol.saturating_add(1))) };
    let (length, number) = if high & 1 != 0 {
        (1, u16::from(high))
    } else {
        let Some(low) = byte(protocol.saturating_add(1)) else { return Err(input.short(protocol.saturating_add(2))) };
        (2, u16::from_be_bytes([high, low]))
    };
    s.uint(&PROTOCOL, bit(protocol), length * 8, number.into());
    if number & 1 == 0 {
        s.flaw(Bad {
            rule: "the last bit of a protocol number is 1 (RFC 1661 §2)",
            expected: u32::from(number | 1),
            found: number.into(),
        });
    }
    Ok(Step::new(input, protocol + length, input.wire, Next::Key(Space::Ppp, number)))
}

fn explain_address(around: &Around<'_>, out: &mut Text) {
    out.lit(if around.value == u64::from(ALL_STATIONS) {
        "the station at the other end"
    } else {
        "not an address of PPP"
    });
}

fn explain_control(around: &Around<'_>, out: &mut Text) {
    out.lit(if around.value == 3 { "an unnumbered frame, which nobody acknowledges" } else { "not a plain PPP frame" });
}

fn explain_protocol(around: &Around<'_>, out: &mut Text) {
    out.lit(match around.value >> 12 {
        0..=3 => "a network layer protocol (0xxx to 3xxx)",
        4..=7 => "a protocol with little traffic, without a control protocol of its own (4xxx to 7xxx)",
        8..=0xb => "a network control protocol (8xxx to bxxx): sets up one network layer protocol on the link",
        _ => "a link-layer control protocol (cxxx to fxxx): sets up the link itself",
    });
    if around.bytes.len() == 1 {
        out.lit("; compressed to one byte");
    }
}

/// Writes the protocol when nobody reads it, or with `-e`. The number is read from the header's end.
pub fn line(seen: &Seen<'_>, protocol: u32, out: &mut Text) {
    let Some(number) = seen.header.get(protocol as usize..).filter(|b| !b.is_empty()) else { return };
    let number = number.iter().fold(0u64, |n, b| n << 8 | u64::from(*b));
    let name = line_name(number);
    if seen.style.link {
        out.lit(name.unwrap_or("unknown")).lit(" (").hex(number, 4).lit("), length ");
        out.num(seen.wire.into()).lit(": ");
    }
    if seen.next.is_none() {
        match name {
            Some("COMP") => out.lit("compressed PPP data"),
            Some(name) => out.lit(name),
            None => out.lit("unknown PPP protocol (").hex(number, 4).ch(')'),
        };
        out.lit(", length ").num(seen.payload_wire().into());
    }
}
