//! Fiber Distributed Data Interface (ISO 9314): a ring of optical fiber at 100 Mbit/s.
//!
//! ```text
//! | Frame control |            Destination (48 bits)
//! |             Source (48 bits)                                  |
//! ```

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit, direct};
use crate::field::{Around, Field, Kind};
use crate::input::Input;
use crate::proto::shared::names::multicast::mac_kind;
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { CONTROL:
    FC = Field::uint("fddi.fc", 0, 8).hex().label("Frame control").doc("ISO 9314-2", "Kind of the frame");
    CLF = Field::uint("fddi.fc.clf", 0, 4).part_of("fddi.fc").hex().values(CLASSES).label("Class and format").doc("ISO 9314-2", "Class, length of the addresses, and format");
}

crate::fields! { LLC:
    PRIORITY = Field::uint("fddi.fc.prio", 5, 3).part_of("fddi.fc").label("Priority").doc("ISO 9314-2", "0: least");
}

crate::fields! { SMT:
    SMT_TYPE = Field::uint("fddi.fc.smt_subtype", 4, 4).part_of("fddi.fc").values(&[(1, "info"), (15, "next station addressing")]).label("Management subtype").doc("ISO 9314-2", "Which management frame");
}

crate::fields! { MAC:
    MAC_TYPE = Field::uint("fddi.fc.mac_subtype", 4, 4).part_of("fddi.fc").values(&[(2, "beacon"), (3, "claim")]).label("MAC subtype").doc("ISO 9314-2", "Which frame of the ring itself");
}

crate::fields! { ADDRESSES:
    DST = Field::mac("fddi.dst", 8).explain(explain_address).label("Destination").doc("ISO 9314-2", "The station or group that the frame is for, its bits in the order of Ethernet");
    SRC = Field::mac("fddi.src", 56).explain(explain_address).label("Source").doc("ISO 9314-2", "The station that sent the frame");
}

crate::fields! { MOVING:
    ADDR = Field::alias("fddi.addr", Kind::Mac, &["fddi.dst", "fddi.src"]).label("Source or destination").doc("ISO 9314-2", "Either address");
}

/// FDDI.
pub static FDDI: Protocol = Protocol {
    name: "fddi",
    title: "Fiber Distributed Data Interface",
    spec: "ISO 9314",
    scope: "The whole header. Not: frames of station management and of the ring itself.",
    unit: Unit::Frame,
    tables: &[CONTROL, LLC, SMT, MAC, ADDRESSES, MOVING],
    keys: &[(Space::Link, 10)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

static CLASSES: &[(u64, &str)] = &[
    (0, "void"),
    (4, "station management"),
    (5, "asynchronous LLC"),
    (6, "implementer, asynchronous"),
    (8, "nonrestricted token"),
    (12, "MAC"),
    (13, "synchronous LLC"),
    (14, "implementer, synchronous"),
];

const ASYNC_LLC: u64 = 5;

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    s.fixed(CONTROL, input.data, input.base);
    let class = input.data.first().map_or(0, |fc| u64::from(fc >> 4));
    match class {
        4 => s.fixed(SMT, input.data, input.base),
        ASYNC_LLC => s.fixed(LLC, input.data, input.base),
        12 => s.fixed(MAC, input.data, input.base),
        _ => {}
    }
    let header = input.header::<13, S>(s, ADDRESSES)?;
    let next = match class {
        ASYNC_LLC => Next::Key(Space::Direct, direct::LLC),
        _ if input.wire as usize == header.len() => Next::End,
        _ => Next::Opaque("a frame of the ring itself, which is not decoded"),
    };
    Ok(Step::new(&input, 13, input.wire, next))
}

fn explain_address(around: &Around<'_>, out: &mut Text) {
    if let Some(address) = around.bytes.first_chunk::<6>() {
        out.lit(mac_kind(*address));
    }
}

/// `async0 02:00:00:00:00:0a > 02:00:00:00:00:0b, length 54: `, with `-e` only.
fn line(seen: &Seen<'_>, out: &mut Text) {
    if !seen.style.link && seen.next.is_some() {
        return;
    }
    let control = FC.get(seen.header);
    match control >> 4 {
        0 => out.lit("void"),
        4 if control == 0x41 => out.lit("info"),
        4 if control == 0x4f => out.lit("nsa"),
        ASYNC_LLC => out.lit("async").num(control & 7),
        6 => out.lit("imp_async").num(control & 7),
        8 if control == 0x80 => out.lit("nrt"),
        8 if control == 0xc0 => out.lit("rt"),
        12 if control == 0xc2 => out.lit("beacon"),
        12 if control == 0xc3 => out.lit("claim"),
        13 => out.lit("sync").num(control & 7),
        14 => out.lit("imp_sync").num(control & 7),
        _ => out.hex(control, 2),
    };
    let (Some(dst), Some(src)) = (seen.header.get(1..7), seen.header.get(7..13)) else { return };
    out.ch(' ').mac(src).lit(" > ").mac(dst).lit(", length ").num(seen.outer.into()).lit(": ");
}
