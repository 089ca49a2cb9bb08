//! Internet Protocol version 4 (RFC 791).
//!
//! ```text
//! |Version|  IHL  |   DSCP    |ECN|         Total length          |
//! |        Identification         |Flags|     Fragment offset     |
//! |  Time to live |   Protocol    |        Header checksum        |
//! |                       Source address                          |
//! |                    Destination address                        |
//! ```

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::{Field, Kind};
use crate::input::{Addresses, Bad, Extent, Input, Stop};
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEADER:
    VERSION = Field::uint("ip.version", 0, 4).label("Version").doc("RFC 791 §3.1", "Always 4");
    HDR_LEN = Field::uint("ip.hdr_len", 4, 4).scale(4).unit("bytes").label("Header length").doc("RFC 791 §3.1", "Counted in 32-bit words on the wire; 20 without options, at most 60");
    DSFIELD = Field::uint("ip.dsfield", 8, 8).hex().label("Differentiated services").doc("RFC 2474 §3", "How routers should treat the packet; the former type of service");
    DSCP = Field::uint("ip.dsfield.dscp", 8, 6).part_of("ip.dsfield").label("DSCP").doc("RFC 2474 §3", "The class of treatment");
    ECN = Field::uint("ip.dsfield.ecn", 14, 2).part_of("ip.dsfield").label("ECN").doc("RFC 3168 §5", "Congestion marks instead of drops");
    LEN = Field::uint("ip.len", 16, 16).unit("bytes").label("Total length").doc("RFC 791 §3.1", "Header and payload of this packet");
    ID = Field::uint("ip.id", 32, 16).hex().label("Identification").doc("RFC 6864 §4", "Tells which fragments belong together; otherwise without meaning");
    FLAGS = Field::uint("ip.flags", 48, 3).hex().label("Flags").doc("RFC 791 §3.1", "Fragmentation control");
    RB = Field::flag("ip.flags.rb", 48).part_of("ip.flags").label("Reserved bit").doc("RFC 791 §3.1", "Must be 0");
    DF = Field::flag("ip.flags.df", 49).part_of("ip.flags").label("Don't fragment").doc("RFC 791 §3.1", "1: routers drop the packet rather than fragment it, and say so with ICMP (path MTU discovery)");
    MF = Field::flag("ip.flags.mf", 50).part_of("ip.flags").label("More fragments").doc("RFC 791 §3.1", "1: this is not the last fragment");
    FRAG_OFFSET = Field::uint("ip.frag_offset", 51, 13).scale(8).unit("bytes").label("Fragment offset").doc("RFC 791 §3.1", "Where this fragment's payload belongs in the datagram; counted in units of 8 bytes on the wire");
    TTL = Field::uint("ip.ttl", 64, 8).unit("hops").label("Time to live").doc("RFC 1812 §5.3.1", "Hops left before the packet is dropped; each router takes 1");
    PROTO = Field::uint("ip.proto", 72, 8).label("Protocol").doc("RFC 791 §3.1", "What the packet carries");
    CHECKSUM = Field::uint("ip.checksum", 80, 16).hex().label("Header checksum").doc("RFC 1071", "Ones' complement sum over the header; changes at every hop with the TTL");
    SRC = Field::ip4("ip.src", 96).label("Source").doc("RFC 791 §3.1", "The address of the sender");
    DST = Field::ip4("ip.dst", 128).label("Destination").doc("RFC 791 §3.1", "The address of the receiver, or a group");
}

crate::fields! { MOVING:
    ADDR = Field::alias("ip.addr", Kind::Ip4, &["ip.src", "ip.dst"]).label("Source or destination").doc("RFC 791 §3.1", "Either address");
}

/// IPv4.
pub static IPV4: Protocol = Protocol {
    name: "ip",
    title: "Internet Protocol version 4",
    spec: "RFC 791",
    unit: Unit::Packet,
    tables: &[HEADER, MOVING],
    keys: &[(Space::EtherType, 0x0800), (Space::IpProto, 4), (Space::Link, 228)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    addresses: Some(addresses),
    ..Protocol::NONE
};

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let header = input.header::<20, S>(s, HEADER)?;
    if VERSION.get(header) != 4 {
        return Err(Stop::Bad(Bad {
            rule: "the version is 4 (RFC 791 §3.1)",
            expected: 4,
            found: VERSION.get(header) as u32,
        }));
    }
    let length = HDR_LEN.get(header) as u32;
    if length < 20 {
        return Err(Stop::Bad(Bad {
            rule: "the header has at least 20 bytes (RFC 791 §3.1)",
            expected: 20,
            found: length,
        }));
    }
    let total = match LEN.get(header) as u32 {
        // Segmentation offload leaves the field 0 for packets that the hardware will cut: the frame's length counts.
        0 => input.wire,
        n if n < length => {
            return Err(Stop::Bad(Bad {
                rule: "the total length covers the header (RFC 791 §3.1)",
                expected: length,
                found: n,
            }));
        }
        n => n,
    };
    input.upto(length)?;
    if total > input.wire && input.extent == Extent::Whole {
        s.flaw(Bad {
            rule: "the total length is at most what the frame carries (RFC 791 §3.1)",
            expected: input.wire,
            found: total,
        });
    }
    let (offset, more) = (FRAG_OFFSET.get(header), MF.get(header) != 0);
    let next = if offset == 0 {
        Next::Key(Space::IpProto, PROTO.get(header) as u16)
    } else {
        Next::Opaque("a later fragment: the header of what it carries is in the first fragment")
    };
    let extent = match input.extent {
        Extent::Whole if offset == 0 && more => Extent::Fragment,
        extent => extent,
    };
    Ok(Step::new(&input, length, total.min(input.wire), next).extent(extent))
}

fn addresses(header: &[u8]) -> Option<Addresses> {
    Some(Addresses::V4 { src: *header.get(12..)?.first_chunk()?, dst: *header.get(16..)?.first_chunk()? })
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    if !seen.style.link {
        out.lit("IP ");
    }
    let Some(own) = addresses(seen.header) else { return };
    if !seen.next_has_ports() {
        own.src_to(out).lit(" > ");
        own.dst_to(out).lit(": ");
    }
    if seen.next.is_none() {
        out.lit("ip-proto-").num(PROTO.get(seen.header));
        if FRAG_OFFSET.get(seen.header) == 0 {
            out.ch(' ').num(seen.payload_wire().into());
        }
    }
}
