//! What can be captured on: interfaces with names, addresses and states.
//!
//! libpcap's own list fails as a whole, through the `pcap` crate, when one name is not UTF-8; so interfaces are asked of
//! rtnetlink. From libpcap's list come only what is no network interface (USB, Bluetooth, netfilter logs), when it can
//! be had.

use std::ffi::OsStr;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::ANY;
use super::links::{IFF_LOOPBACK, IFF_PROMISC, IFF_RUNNING, IFF_UP, Link, Links};
use super::netlink::{DUMP, Netlink, attributes, u32_at};
use crate::capture::{Error, Problem};

/// Something that can be captured on. Texts are raw bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its place in the list, from 1; `-i N` takes it.
    pub number: u32,
    /// Its name.
    pub name: Box<[u8]>,
    /// The kernel's index of it; `None` for what is no network interface, and for `any`.
    pub index: Option<u32>,
    /// What somebody wrote down about it (its alias), or the kind of a virtual one, such as `veth`.
    pub description: Option<Box<[u8]>>,
    /// Its IP addresses, each with the length of its prefix in bits.
    pub addresses: Vec<(IpAddr, u8)>,
    /// Its link-layer address; empty when it has none.
    pub link_address: Box<[u8]>,
    /// It is set up.
    pub is_up: bool,
    /// It can send and receive (RFC 2863: its state of operation is up, or unknown).
    pub is_running: bool,
    /// What is sent on it comes back to this host.
    pub is_loopback: bool,
    /// It is a radio.
    pub is_wireless: bool,
    /// It receives also what is for others, because somebody asked for that.
    pub is_promiscuous: bool,
    /// Whether it is connected to something.
    pub connection: Connection,
}

/// Whether an interface is connected: a cable plugged in, a radio associated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// Nobody knows.
    Unknown,
    /// It is.
    Connected,
    /// It is not.
    Disconnected,
    /// There is nothing to be connected to.
    NotApplicable,
}

impl Connection {
    /// In one word; the empty text when there is nothing to say.
    pub fn name(self) -> &'static str {
        match self {
            Connection::Unknown => "unknown",
            Connection::Connected => "connected",
            Connection::Disconnected => "disconnected",
            Connection::NotApplicable => "",
        }
    }
}

/// Types of messages about addresses (linux/rtnetlink.h).
const NEW_ADDRESS: u16 = 20;
const GET_ADDRESS: u16 = 22;
const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;
/// States of operation (linux/if.h).
const OPER_NOT_PRESENT: u8 = 1;
const OPER_DORMANT: u8 = 5;
const OPER_UP: u8 = 6;

/// All that can be captured on, in the order in which libpcap would offer it: what runs first, loopback and `any`
/// behind other interfaces, what is down last.
///
/// # Errors
///
/// The system does not tell.
pub fn devices() -> Result<Vec<Device>, Error> {
    let fail = |e: rustix::io::Errno| Error::Interface {
        name: ANY.into(),
        problem: Problem::Other(format!("the system does not list its interfaces: {e}")),
    };
    let links = Links::watch().map_err(fail)?;
    let mut devices: Vec<Device> = links.each().map(device).collect();
    for (index, address, prefix) in addresses().map_err(fail)? {
        if let Some(device) = devices.iter_mut().find(|device| device.index == Some(index)) {
            device.addresses.push((address, prefix));
        }
    }
    devices.push(Device {
        is_up: true,
        is_running: true,
        ..other(ANY, Some(b"Pseudo-device that captures on all interfaces"))
    });
    for listed in pcap::Device::list().unwrap_or_default() {
        let name = listed.name.as_bytes();
        if !devices.iter().any(|known| *known.name == *name) {
            devices.push(Device {
                is_up: listed.flags.is_up(),
                is_running: listed.flags.is_running(),
                is_wireless: listed.flags.is_wireless(),
                ..other(name, listed.desc.as_deref().map(str::as_bytes))
            });
        }
    }
    devices.sort_by_key(|d| {
        let is_cut = d.connection == Connection::Disconnected && !d.is_wireless;
        let kind = (d.is_loopback, *d.name == *ANY, d.index.is_none());
        (!d.is_running, !d.is_up, is_cut, kind, d.index)
    });
    for (number, device) in (1..).zip(&mut devices) {
        device.number = number;
    }
    Ok(devices)
}

/// A device of which nothing else is known.
fn other(name: &[u8], description: Option<&[u8]>) -> Device {
    Device {
        number: 0,
        name: name.into(),
        index: None,
        description: description.map(Into::into),
        addresses: Vec::new(),
        link_address: Box::default(),
        is_up: false,
        is_running: false,
        is_loopback: false,
        is_wireless: false,
        is_promiscuous: false,
        connection: Connection::NotApplicable,
    }
}

fn device(link: &Link) -> Device {
    let has = |flag| link.flags & flag != 0;
    let is_loopback = has(IFF_LOOPBACK);
    // An interface of its name in /sys says that it is a radio by having these.
    let folder = Path::new("/sys/class/net").join(OsStr::from_bytes(&link.name));
    let is_wireless = folder.join("wireless").exists() || folder.join("phy80211").exists();
    let connection = match link.operation {
        _ if is_loopback => Connection::NotApplicable,
        OPER_UP => Connection::Connected,
        OPER_NOT_PRESENT..=OPER_DORMANT => Connection::Disconnected,
        _ => Connection::Unknown,
    };
    Device {
        index: Some(link.index),
        link_address: if link.address.iter().all(|b| *b == 0) { Box::default() } else { link.address.clone() },
        is_up: has(IFF_UP),
        is_running: has(IFF_RUNNING),
        is_loopback,
        is_wireless,
        is_promiscuous: has(IFF_PROMISC) || link.promiscuity > 0,
        connection,
        ..other(&link.name, link.alias.as_deref().or(link.kind.as_deref()))
    }
}

/// All addresses: index of the interface, address, length of the prefix.
fn addresses() -> Result<Vec<(u32, IpAddr, u8)>, rustix::io::Errno> {
    let mut all = Vec::new();
    // An ifaddrmsg: family(1) prefix length(1) flags(1) scope(1) index(4).
    Netlink::open(None, 0)?.ask(GET_ADDRESS, DUMP, &[0; 8], &mut |message| {
        let (Some([family, prefix, ..]), Some(index)) = (message.body.first_chunk::<4>(), u32_at(message.body, 4))
        else {
            return;
        };
        if message.kind != NEW_ADDRESS {
            return;
        }
        // IFA_LOCAL (2) is this end's address where there are two, and IFA_ADDRESS (1) then the other end's.
        let value = |wanted| {
            attributes(message.body.get(8..).unwrap_or_default()).find(|(kind, _)| *kind == wanted).map(|(_, v)| v)
        };
        let Some(bytes) = value(2).or_else(|| value(1)) else { return };
        let address = match *family {
            AF_INET => bytes.first_chunk::<4>().map(|b| IpAddr::V4(Ipv4Addr::from(*b))),
            AF_INET6 => bytes.first_chunk::<16>().map(|b| IpAddr::V6(Ipv6Addr::from(*b))),
            _ => None,
        };
        all.extend(address.map(|address| (index, address, *prefix)));
    })?;
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loopback_interface_and_any_are_listed() {
        let all = devices().expect("interfaces can be listed by anybody");
        let lo = all.iter().find(|d| *d.name == *b"lo").expect("every network namespace has lo");
        assert!(lo.is_loopback && lo.index == Some(1) && lo.connection == Connection::NotApplicable);
        assert!(all.iter().any(|d| *d.name == *ANY && d.index.is_none()));
        assert!(all.iter().zip(1..).all(|(d, number)| d.number == number));
    }
}
