//! Serial Line Address Resolution Protocol: how routers on a line with Cisco HDLC find out addresses, and whether the
//! other end is still there.
//!
//! ```text
//! |                             Type                              |
//! |          Address, or the sender's sequence number             |
//! |          Netmask, or the other end's sequence number          |
//! |          Reliability          |
//! ```

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit, direct};
use crate::field::{Around, Field};
use crate::input::Input;
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { TYPE_ROW:
    TYPE = Field::uint("slarp.ptype", 0, 32).values(TYPES).label("Type").doc("Cisco SLARP", "What the message is for");
}

crate::fields! { ADDRESSES:
    ADDRESS = Field::ip4("slarp.address", 32).label("Address").doc("Cisco SLARP", "In a reply: the sender's address on the line");
    NETMASK = Field::ip4("slarp.netmask", 64).label("Netmask").doc("Cisco SLARP", "In a reply: how many of its bits all addresses on the line share");
}

crate::fields! { KEEPALIVE_ROWS:
    MINE = Field::uint("slarp.mysequence", 32, 32).label("Own sequence number").doc("Cisco SLARP", "Counts the sender's keepalives");
    YOURS = Field::uint("slarp.yoursequence", 64, 32).label("Returned sequence number").doc("Cisco SLARP", "The last one that the sender saw of the other end; the line is dead when it stays behind");
}

crate::fields! { RELIABILITY_ROW:
    RELIABILITY = Field::uint("slarp.reliability", 96, 16).hex().label("Reliability").doc("Cisco SLARP", "Always 0xffff");
}

crate::fields! { UPTIME_ROW:
    UPTIME = Field::uint("slarp.uptime", 112, 32).unit("ms").label("Uptime").doc("Cisco SLARP", "How long the line has been up; not all routers send it").explain(explain_uptime);
}

static TYPES: &[(u64, &str)] = &[(0, "Request"), (1, "Reply"), (2, "Line keepalive")];

/// SLARP.
pub static SLARP: Protocol = Protocol {
    name: "slarp",
    title: "Serial Line Address Resolution Protocol",
    spec: "Cisco SLARP",
    scope: "All messages.",
    unit: Unit::Message,
    tables: &[TYPE_ROW, ADDRESSES, KEEPALIVE_ROWS, RELIABILITY_ROW, UPTIME_ROW],
    keys: &[(Space::Direct, direct::SLARP)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

const KEEPALIVE: u64 = 2;

/// Length of a message, without and with the time that the line has been up.
const LENGTH: u32 = 14;
const WITH_UPTIME: u32 = 18;

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let header = input.header::<4, S>(s, TYPE_ROW)?;
    let kind = TYPE.get(header);
    let mut length = LENGTH.min(input.wire);
    match kind {
        0 | 1 => s.fixed(ADDRESSES, input.data, input.base),
        KEEPALIVE => {
            s.fixed(KEEPALIVE_ROWS, input.data, input.base);
            s.fixed(RELIABILITY_ROW, input.data, input.base);
            if input.wire >= WITH_UPTIME {
                s.fixed(UPTIME_ROW, input.data, input.base);
                length = WITH_UPTIME;
            }
        }
        _ => length = 4,
    }
    input.upto(length)?;
    Ok(Step::new(&input, length, input.wire, Next::End))
}

fn explain_uptime(around: &Around<'_>, out: &mut Text) {
    uptime(around.value, out);
}

/// Writes milliseconds as tcpdump does: `1d2h3m4s`.
fn uptime(ms: u64, out: &mut Text) {
    let secs = ms / 1000;
    out.num(secs / 86_400).ch('d').num(secs / 3600 % 24).ch('h').num(secs / 60 % 60).ch('m').num(secs % 60).ch('s');
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    out.lit("SLARP (length: ").num(seen.wire.into()).lit("), ");
    let address = |at: usize| seen.header.get(at..).and_then(<[u8]>::first_chunk::<4>).copied().unwrap_or_default();
    match TYPE.get(seen.header) {
        0 => {
            out.lit("request");
        }
        1 => {
            out.lit("reply ").ip4(address(4)).ch('/').ip4(address(8));
        }
        KEEPALIVE => {
            out.lit("keepalive: mineseen=").hex(MINE.get(seen.header), 8);
            out.lit(", yourseen=").hex(YOURS.get(seen.header), 8);
            out.lit(", reliability=").hex(RELIABILITY.get(seen.header), 4);
            if seen.header.len() >= WITH_UPTIME as usize {
                out.lit(", link uptime=");
                uptime(UPTIME.get(seen.header), out);
            }
        }
        kind => {
            out.hex(kind, 2).lit(" unknown");
        }
    }
}
