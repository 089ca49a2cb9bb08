//! How an interface can stamp its frames, asked through the kernel's ethtool netlink (linux/ethtool_netlink.h).
//!
//! The `pcap` crate has no call for libpcap's list. This is the question that libpcap asks, by the older ioctl, to make it.

use rustix::io::Errno;
use rustix::net::netlink;

use super::TimeStampType;
use super::netlink::{ACK, Netlink, attributes, put, u16_at, u32_at};

/// The controller of generic netlink (linux/genetlink.h): its message type, its question for a family, attributes.
const CONTROLLER: u16 = 16;
const GET_FAMILY: u8 = 3;
const FAMILY_ID: u16 = 1;
const FAMILY_NAME: u16 = 2;
/// `ETHTOOL_MSG_TSINFO_GET`, and attributes of the question and the answer.
const TSINFO_GET: u8 = 25;
const HEADER: u16 = 1;
const HEADER_NAME: u16 = 2;
const HEADER_FLAGS: u16 = 3;
const COMPACT_BITSETS: u32 = 1;
const TIMESTAMPING: u16 = 2;
const RX_FILTERS: u16 = 4;
const BITSET_VALUE: u16 = 4;
/// Attributes that hold attributes say so.
const NESTED: u16 = 0x8000;
/// Bits of the answer (linux/net_tstamp.h).
const SYS_HARDWARE: u32 = 1 << 5;
const RAW_HARDWARE: u32 = 1 << 6;
const FILTER_ALL: u32 = 1 << 1;

/// The types of time stamps that frames of an interface can have, the host's first.
///
/// Hardware counts only when it can stamp all frames, not only those of the Precision Time Protocol.
pub(super) fn time_stamp_types(name: &[u8]) -> Result<Vec<TimeStampType>, Errno> {
    let mut types = vec![TimeStampType::Host];
    let (stamps, filters) = ask(name)?;
    if filters & FILTER_ALL != 0 {
        types.extend((stamps & SYS_HARDWARE != 0).then_some(TimeStampType::Adapter));
        types.extend((stamps & RAW_HARDWARE != 0).then_some(TimeStampType::AdapterUnsynced));
    }
    Ok(types)
}

/// The first words of the bit sets of time stamps and of filters.
fn ask(name: &[u8]) -> Result<(u32, u32), Errno> {
    let mut socket = Netlink::open(Some(netlink::GENERIC), 0)?;
    let mut question = vec![GET_FAMILY, 1, 0, 0];
    put(&mut question, FAMILY_NAME, b"ethtool\0");
    let mut family = None;
    socket.ask(CONTROLLER, ACK, &question, &mut |message| {
        let found = attributes(message.body.get(4..).unwrap_or_default()).find(|(kind, _)| *kind == FAMILY_ID);
        family = found.and_then(|(_, value)| u16_at(value, 0)).or(family);
    })?;
    let family = family.ok_or(Errno::NOENT)?;
    let mut header = Vec::new();
    let mut terminated = name.to_vec();
    terminated.push(0);
    put(&mut header, HEADER_NAME, &terminated);
    put(&mut header, HEADER_FLAGS, &COMPACT_BITSETS.to_ne_bytes());
    let mut question = vec![TSINFO_GET, 1, 0, 0];
    put(&mut question, HEADER | NESTED, &header);
    let mut answer = (0, 0);
    socket.ask(family, ACK, &question, &mut |message| {
        for (kind, value) in attributes(message.body.get(4..).unwrap_or_default()) {
            let bits = attributes(value).find(|(kind, _)| *kind == BITSET_VALUE).and_then(|(_, v)| u32_at(v, 0));
            match kind {
                TIMESTAMPING => answer.0 = bits.unwrap_or(0),
                RX_FILTERS => answer.1 = bits.unwrap_or(0),
                _ => {}
            }
        }
    })?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loopback_interface_is_stamped_by_the_host() {
        // Kernels before 5.6, and sandboxes that build their own network, have no such family.
        match time_stamp_types(b"lo") {
            Ok(types) => assert_eq!(types, [TimeStampType::Host]),
            Err(error) => println!("skipped: no ethtool netlink here: {error}"),
        }
    }
}
