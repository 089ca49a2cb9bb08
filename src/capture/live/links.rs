//! The interfaces of this network namespace, as rtnetlink tells them, and what becomes of them.

use std::collections::BTreeMap;
use std::os::fd::{AsFd, BorrowedFd};

use rustix::io::Errno;

use super::netlink::{DUMP, Message, Netlink, attributes, text, u16_at, u32_at};

/// Types of messages (linux/rtnetlink.h).
const NEW_LINK: u16 = 16;
const DEL_LINK: u16 = 17;
const GET_LINK: u16 = 18;
/// The multicast group that tells of links.
const GROUP_LINK: u32 = 1;
/// A request for all links begins with an `ifinfomsg` of zeros.
const ALL: [u8; 16] = [0; 16];
/// Of how many interfaces that are gone the name is kept, for frames that still lie in a ring.
const MOST_GONE: usize = 4096;

/// Flags of an interface (netdevice(7)).
pub(super) const IFF_UP: u32 = 0x1;
pub(super) const IFF_LOOPBACK: u32 = 0x8;
pub(super) const IFF_RUNNING: u32 = 0x40;
pub(super) const IFF_PROMISC: u32 = 0x100;
pub(super) const IFF_LOWER_UP: u32 = 0x1_0000;

/// An interface, as its last message told it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) index: u32,
    /// `IFLA_IFNAME`. Raw bytes.
    pub(super) name: Box<[u8]>,
    /// Other names that it goes by (`IFLA_ALT_IFNAME`).
    pub(super) other_names: Vec<Box<[u8]>>,
    /// What somebody wrote down about it (`IFLA_IFALIAS`).
    pub(super) alias: Option<Box<[u8]>>,
    /// `IFF_` flags.
    pub(super) flags: u32,
    /// Kind of device, such as `veth` (`IFLA_INFO_KIND`); absent for hardware.
    pub(super) kind: Option<Box<[u8]>>,
    /// `ARPHRD_` number.
    pub(super) hardware: u16,
    /// Link-layer address.
    pub(super) address: Box<[u8]>,
    /// State of operation of RFC 2863 (`IF_OPER_` of linux/if.h).
    pub(super) operation: u8,
    /// How many have asked for promiscuous mode.
    pub(super) promiscuity: u32,
    /// Gone; kept for its name.
    gone: bool,
}

impl Link {
    /// Whether frames can come: it is set up, and there is a carrier.
    pub(super) fn is_up(&self) -> bool {
        self.flags & (IFF_UP | IFF_LOWER_UP) == IFF_UP | IFF_LOWER_UP
    }

    /// Reads an `ifinfomsg`: family(1) padding(1) type(2) index(4) flags(4) change(4), and attributes.
    fn read(body: &[u8]) -> Option<Link> {
        let mut link =
            Link { hardware: u16_at(body, 2)?, index: u32_at(body, 4)?, flags: u32_at(body, 8)?, ..Link::default() };
        for (kind, value) in attributes(body.get(16..)?) {
            match kind {
                1 => link.address = value.into(),
                3 => link.name = text(value).into(),
                16 => link.operation = value.first().copied().unwrap_or(0),
                // IFLA_LINKINFO, IFLA_INFO_KIND
                18 => link.kind = attributes(value).find(|(kind, _)| *kind == 1).map(|(_, v)| text(v).into()),
                20 => link.alias = Some(text(value)).filter(|alias| !alias.is_empty()).map(Into::into),
                30 => link.promiscuity = u32_at(value, 0).unwrap_or(0),
                // IFLA_PROP_LIST, IFLA_ALT_IFNAME
                52 => {
                    let names = attributes(value).filter(|(kind, _)| *kind == 53).map(|(_, v)| text(v).into());
                    link.other_names = names.take(64).collect();
                }
                _ => {}
            }
        }
        (!link.name.is_empty()).then_some(link)
    }
}

/// What happened to an interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Down,
    Up,
    Renamed(Box<[u8]>),
    Gone,
}

/// All interfaces, kept current.
pub(super) struct Links {
    socket: Netlink,
    table: BTreeMap<u32, Link>,
    changes: Vec<(u32, Change)>,
}

impl Links {
    /// Asks for all interfaces, and from now on for what becomes of them.
    pub(super) fn watch() -> Result<Self, Errno> {
        let socket = Netlink::open(None, GROUP_LINK)?;
        let mut links = Links { socket, table: BTreeMap::new(), changes: Vec::new() };
        links.ask()?;
        links.changes.clear();
        Ok(links)
    }

    /// The interfaces there are now.
    pub(super) fn each(&self) -> impl Iterator<Item = &Link> {
        self.table.values().filter(|link| !link.gone)
    }

    /// An interface by its index, also when it is gone since a short time.
    pub(super) fn by_index(&self, index: u32) -> Option<&Link> {
        self.table.get(&index)
    }

    /// An interface by its name, or one of its other names.
    pub(super) fn by_name(&self, name: &[u8]) -> Option<&Link> {
        let other = || self.each().find(|link| link.other_names.iter().any(|n| **n == *name));
        self.each().find(|link| *link.name == *name).or_else(other)
    }

    /// What happened since the last call, in order: index of the interface, and what.
    pub(super) fn changes(&mut self) -> Vec<(u32, Change)> {
        std::mem::take(&mut self.changes)
    }

    /// Reads what the kernel has told. When it could not tell everything (the socket's buffer was full), asks for all.
    pub(super) fn read(&mut self) -> Result<(), Errno> {
        let Links { socket, table, changes } = self;
        loop {
            let received = socket.receive(&mut |message| {
                note(table, changes, &message);
            });
            match received {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(Errno::NOBUFS) => return self.ask(),
                Err(error) => return Err(error),
            }
        }
    }

    /// Asks for all interfaces. Those that are not among them are gone.
    fn ask(&mut self) -> Result<(), Errno> {
        let Links { socket, table, changes } = self;
        let mut seen = Vec::new();
        socket.ask(GET_LINK, DUMP, &ALL, &mut |message| {
            if let Some(index) = note(table, changes, &message) {
                seen.push(index);
            }
        })?;
        for (index, link) in table.iter_mut().filter(|(_, link)| !link.gone) {
            if !seen.contains(index) {
                link.gone = true;
                changes.push((*index, Change::Gone));
            }
        }
        Ok(())
    }
}

impl AsFd for Links {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// Takes a message into the table, and notes what changed. Returns the index of a link that there is.
fn note(table: &mut BTreeMap<u32, Link>, changes: &mut Vec<(u32, Change)>, message: &Message<'_>) -> Option<u32> {
    // Bridges tell of their ports in the same group, with the family AF_BRIDGE and few attributes.
    if !matches!(message.kind, NEW_LINK | DEL_LINK) || message.body.first() != Some(&0) {
        return None;
    }
    let link = Link::read(message.body)?;
    let index = link.index;
    if message.kind == DEL_LINK {
        if let Some(known) = table.get_mut(&index).filter(|known| !known.gone) {
            known.gone = true;
            changes.push((index, Change::Gone));
        }
        if table.values().filter(|link| link.gone).count() > MOST_GONE {
            table.retain(|_, link| !link.gone);
        }
        return None;
    }
    if let Some(known) = table.get(&index).filter(|known| !known.gone) {
        if known.name != link.name {
            changes.push((index, Change::Renamed(link.name.clone())));
        }
        match (known.is_up(), link.is_up()) {
            (true, false) => changes.push((index, Change::Down)),
            (false, true) => changes.push((index, Change::Up)),
            _ => {}
        }
    }
    table.insert(index, link);
    Some(index)
}

#[cfg(test)]
mod tests {
    use super::super::netlink::put;
    use super::*;

    fn message(index: u32, flags: u32, name: &[u8]) -> Vec<u8> {
        let mut body = vec![0, 0, 1, 0];
        body.extend(index.to_ne_bytes());
        body.extend(flags.to_ne_bytes());
        body.extend([0; 4]);
        put(&mut body, 3, name);
        body
    }

    #[test]
    fn a_link_goes_down_comes_up_is_renamed_and_goes() {
        let (mut table, mut changes) = (BTreeMap::new(), Vec::new());
        let up = IFF_UP | IFF_LOWER_UP;
        let mut tell = |kind, body: &[u8]| {
            let message = Message { kind, sequence: 0, body };
            note(&mut table, &mut changes, &message);
            std::mem::take(&mut changes)
        };
        assert_eq!(tell(NEW_LINK, &message(7, up, b"a\xff\0")), []);
        assert_eq!(tell(NEW_LINK, &message(7, up, b"a\xff\0")), []);
        assert_eq!(tell(NEW_LINK, &message(7, IFF_UP, b"a\xff\0")), [(7, Change::Down)]);
        assert_eq!(tell(NEW_LINK, &message(7, 0, b"b\0")), [(7, Change::Renamed((*b"b").into()))]);
        assert_eq!(tell(NEW_LINK, &message(7, up, b"b\0")), [(7, Change::Up)]);
        let mut of_a_bridge = message(7, 0, b"b\0");
        of_a_bridge[0] = 7;
        assert_eq!(tell(DEL_LINK, &of_a_bridge), []);
        assert_eq!(tell(DEL_LINK, &message(7, 0, b"b\0")), [(7, Change::Gone)]);
        assert_eq!(tell(DEL_LINK, &message(7, 0, b"b\0")), []);
        assert_eq!(tell(NEW_LINK, &[0; 15]), [], "cut");
        assert_eq!(*table[&7].name, *b"b", "the name stays known");
    }
}
