//! What the IPv6 header and all of its extension headers share: the chain of next-header numbers.

use crate::dissect::{Next, Seen, Space};
use crate::field::Around;
use crate::proto::shared::names::ipproto::{ip_protocol_description, ip_protocol_name};
use crate::text::Text;

/// The number that ends the chain (RFC 8200 §4.7).
pub const NO_NEXT_HEADER: u64 = 59;

/// What a next-header number leads to.
#[inline(always)]
pub fn next(number: u64) -> Next {
    if number == NO_NEXT_HEADER { Next::End } else { Next::Key(Space::IpProto, number as u16) }
}

/// Says what a next-header number stands for.
pub fn explain_next(a: &Around<'_>, out: &mut Text) {
    match ip_protocol_description(a.value) {
        Some(text) => out.lit(text),
        None => out.lit("not assigned to a protocol"),
    };
}

/// Says how long an extension header is whose length byte counts units of 8 bytes after the first 8.
pub fn explain_length(a: &Around<'_>, out: &mut Text) {
    out.num(a.value).lit(" units of 8 bytes after the first 8: ").num_grouped(a.value * 8 + 8).lit(" bytes");
}

/// Finishes a line whose next header nobody reads: what it is, and how many bytes it has.
pub fn line_unread(seen: &Seen<'_>, number: u64, out: &mut Text) {
    if seen.next.is_some() || seen.stopped.is_some() {
        return;
    }
    if number == NO_NEXT_HEADER {
        out.lit("no next header");
    } else {
        out.lit("ip-proto-").num(number).ch(' ').num(seen.payload_wire().into());
    }
}

/// The name of a next-header number in `-v` lines: the usual short forms first.
pub fn line_name(number: u64) -> &'static str {
    match number {
        0 => "Options",
        43 => "Routing",
        44 => "Fragment",
        58 => "ICMPv6",
        60 => "Destination options",
        _ => ip_protocol_name(number).unwrap_or("unknown"),
    }
}
