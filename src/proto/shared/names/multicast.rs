//! What well-known addresses are: special IPv4 and IPv6 blocks, multicast groups and Ethernet group addresses, in words.
//!
//! Facts from IANA's special-purpose address registries (RFC 6890, updated by RFC 8190), the IPv4 and IPv6 multicast address
//! registries (RFC 5771, RFC 4291 §2.7) and RFC 9542 (IANA's Ethernet addresses). Every text is a phrase that names its
//! source. What only a network's own configuration tells (subnet broadcasts, who sits behind an address) is not here.

use std::net::{Ipv4Addr, Ipv6Addr};

type Block4 = (Ipv4Addr, u32, &'static str);
type Block6 = (Ipv6Addr, u32, &'static str);
type BlockMac = ([u8; 6], u32, &'static str);

const fn v4(a: u8, b: u8, c: u8, d: u8) -> Ipv4Addr {
    Ipv4Addr::new(a, b, c, d)
}

/// IPv4 blocks: first address, prefix length, meaning. Sorted, so that of nested blocks the narrower one comes later.
#[rustfmt::skip] // One row a line.
static IP4: &[Block4] = &[
    (v4(0, 0, 0, 0), 0, "global unicast address"),
    (v4(0, 0, 0, 0), 8, "address on \"this network\", never on the wire (RFC 791 §3.2)"),
    (v4(0, 0, 0, 0), 32, "unspecified: this host, before it has an address (RFC 1122 §3.2.1.3)"),
    (v4(10, 0, 0, 0), 8, "private network address (RFC 1918)"),
    (v4(100, 64, 0, 0), 10, "shared address behind a carrier's NAT (RFC 6598)"),
    (v4(127, 0, 0, 0), 8, "loopback address (RFC 1122 §3.2.1.3)"),
    (v4(169, 254, 0, 0), 16, "link-local address, self-assigned (RFC 3927)"),
    (v4(172, 16, 0, 0), 12, "private network address (RFC 1918)"),
    (v4(192, 0, 0, 0), 24, "reserved for IETF protocols (RFC 6890 §2.1)"),
    (v4(192, 0, 0, 0), 29, "IPv4 service continuity over IPv6, such as DS-Lite (RFC 7335)"),
    (v4(192, 0, 0, 8), 32, "IPv4 dummy address (RFC 7600)"),
    (v4(192, 0, 0, 9), 32, "anycast address of Port Control Protocol servers (RFC 7723)"),
    (v4(192, 0, 0, 10), 32, "anycast address of TURN servers (RFC 8155)"),
    (v4(192, 0, 0, 170), 31, "discovery of NAT64 and DNS64 (RFC 7050, RFC 8880)"),
    (v4(192, 0, 2, 0), 24, "documentation address, TEST-NET-1 (RFC 5737)"),
    (v4(192, 31, 196, 0), 24, "AS112 name servers (RFC 7535)"),
    (v4(192, 52, 193, 0), 24, "anycast address of multicast tunnel relays (RFC 7450)"),
    (v4(192, 88, 99, 0), 24, "anycast address of 6to4 relays, deprecated (RFC 7526)"),
    (v4(192, 168, 0, 0), 16, "private network address (RFC 1918)"),
    (v4(192, 175, 48, 0), 24, "AS112 name servers, direct delegation (RFC 7534)"),
    (v4(198, 18, 0, 0), 15, "benchmarking address (RFC 2544)"),
    (v4(198, 51, 100, 0), 24, "documentation address, TEST-NET-2 (RFC 5737)"),
    (v4(203, 0, 113, 0), 24, "documentation address, TEST-NET-3 (RFC 5737)"),
    (v4(224, 0, 0, 0), 4, "multicast group (RFC 1112, RFC 5771)"),
    (v4(224, 0, 0, 0), 16, "multicast group, ad hoc block I (RFC 5771)"),
    (v4(224, 0, 0, 0), 24, "multicast group that stays on the link: local network control (RFC 5771)"),
    (v4(224, 0, 0, 1), 32, "multicast: all systems on the link (RFC 1112)"),
    (v4(224, 0, 0, 2), 32, "multicast: all routers on the link (RFC 1256)"),
    (v4(224, 0, 0, 4), 32, "multicast: DVMRP routers (RFC 1075)"),
    (v4(224, 0, 0, 5), 32, "multicast: all OSPF routers (RFC 2328)"),
    (v4(224, 0, 0, 6), 32, "multicast: OSPF designated routers (RFC 2328)"),
    (v4(224, 0, 0, 9), 32, "multicast: RIP version 2 routers (RFC 2453)"),
    (v4(224, 0, 0, 10), 32, "multicast: EIGRP routers (RFC 7868)"),
    (v4(224, 0, 0, 13), 32, "multicast: all PIM routers (RFC 7761)"),
    (v4(224, 0, 0, 18), 32, "multicast: VRRP routers (RFC 9568)"),
    (v4(224, 0, 0, 22), 32, "multicast: IGMP version 3 reports (RFC 9776)"),
    (v4(224, 0, 0, 102), 32, "multicast: HSRP version 2 and GLBP routers (IANA IPv4 multicast registry)"),
    (v4(224, 0, 0, 106), 32, "multicast: all snooping switches (RFC 4286)"),
    (v4(224, 0, 0, 107), 32, "multicast: PTP peer delay (IEEE 1588)"),
    (v4(224, 0, 0, 251), 32, "multicast: mDNS (RFC 6762)"),
    (v4(224, 0, 0, 252), 32, "multicast: LLMNR, link-local name resolution (RFC 4795)"),
    (v4(224, 0, 1, 0), 24, "multicast group: internetwork control (RFC 5771)"),
    (v4(224, 0, 1, 1), 32, "multicast: NTP (RFC 5905)"),
    (v4(224, 0, 1, 129), 32, "multicast: PTP (IEEE 1588)"),
    (v4(224, 2, 0, 0), 16, "multicast group announced by SAP (RFC 2974, RFC 5771)"),
    (v4(224, 3, 0, 0), 16, "multicast group, ad hoc block II (RFC 5771)"),
    (v4(224, 4, 0, 0), 16, "multicast group, ad hoc block II (RFC 5771)"),
    (v4(232, 0, 0, 0), 8, "source-specific multicast group (RFC 4607)"),
    (v4(233, 0, 0, 0), 8, "multicast group of an autonomous system, GLOP (RFC 3180)"),
    (v4(233, 252, 0, 0), 14, "multicast group, ad hoc block III (RFC 5771)"),
    (v4(233, 252, 0, 0), 24, "documentation multicast group, MCAST-TEST-NET (RFC 6676)"),
    (v4(234, 0, 0, 0), 8, "multicast group derived from a unicast prefix (RFC 6034)"),
    (v4(239, 0, 0, 0), 8, "administratively scoped multicast group (RFC 2365)"),
    (v4(239, 192, 0, 0), 14, "multicast group with organization-local scope (RFC 2365 §6.2)"),
    (v4(239, 255, 0, 0), 16, "multicast group with local scope (RFC 2365 §6.1)"),
    (v4(239, 255, 255, 250), 32, "multicast: SSDP, UPnP discovery (IANA IPv4 multicast registry)"),
    (v4(239, 255, 255, 253), 32, "multicast: Service Location Protocol (RFC 2608)"),
    (v4(240, 0, 0, 0), 4, "reserved for future use (RFC 1112 §4)"),
    (v4(255, 255, 255, 255), 32, "limited broadcast: every host on the link (RFC 919 §7)"),
];

/// An IPv6 address whose fifth and sixth groups are zero.
const fn v6(a: u16, b: u16, c: u16, d: u16, g: u16, h: u16) -> Ipv6Addr {
    Ipv6Addr::new(a, b, c, d, 0, 0, g, h)
}

/// IPv6 blocks outside multicast, as [`IP4`].
#[rustfmt::skip] // One row a line.
static IP6: &[Block6] = &[
    (v6(0, 0, 0, 0, 0, 0), 0, "not assigned for use (RFC 4291 §2.4, IANA IPv6 address space)"),
    (v6(0, 0, 0, 0, 0, 0), 96, "IPv4-compatible address, deprecated (RFC 4291 §2.5.5.1)"),
    (v6(0, 0, 0, 0, 0, 0), 128, "unspecified: this host, before it has an address (RFC 4291 §2.5.2)"),
    (v6(0, 0, 0, 0, 0, 1), 128, "loopback address (RFC 4291 §2.5.3)"),
    (Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96, "IPv4-mapped address (RFC 4291 §2.5.5.2)"),
    (v6(0x64, 0xff9b, 0, 0, 0, 0), 96, "IPv4 address translated by NAT64 (RFC 6052)"),
    (v6(0x64, 0xff9b, 1, 0, 0, 0), 48, "IPv4 address translated by NAT64, local prefix (RFC 8215)"),
    (v6(0x100, 0, 0, 0, 0, 0), 64, "discard-only address (RFC 6666)"),
    (v6(0x100, 0, 0, 1, 0, 0), 64, "dummy address (RFC 9780)"),
    (v6(0x2000, 0, 0, 0, 0, 0), 3, "global unicast address (RFC 4291 §2.5.4)"),
    (v6(0x2001, 0, 0, 0, 0, 0), 23, "reserved for IETF protocols (RFC 2928)"),
    (v6(0x2001, 0, 0, 0, 0, 0), 32, "Teredo tunnel address (RFC 4380)"),
    (v6(0x2001, 1, 0, 0, 0, 1), 128, "anycast address of Port Control Protocol servers (RFC 7723)"),
    (v6(0x2001, 1, 0, 0, 0, 2), 128, "anycast address of TURN servers (RFC 8155)"),
    (v6(0x2001, 2, 0, 0, 0, 0), 48, "benchmarking address (RFC 5180)"),
    (v6(0x2001, 3, 0, 0, 0, 0), 32, "anycast address of multicast tunnel relays (RFC 7450)"),
    (v6(0x2001, 4, 0x112, 0, 0, 0), 48, "AS112 name servers (RFC 7535)"),
    (v6(0x2001, 0x10, 0, 0, 0, 0), 28, "ORCHID cryptographic identifier, deprecated (RFC 4843)"),
    (v6(0x2001, 0x20, 0, 0, 0, 0), 28, "ORCHID cryptographic identifier, version 2 (RFC 7343)"),
    (v6(0x2001, 0x30, 0, 0, 0, 0), 28, "drone remote identification tag (RFC 9374)"),
    (v6(0x2001, 0xdb8, 0, 0, 0, 0), 32, "documentation address (RFC 3849)"),
    (v6(0x2002, 0, 0, 0, 0, 0), 16, "6to4 tunnel address (RFC 3056)"),
    (v6(0x2620, 0x4f, 0x8000, 0, 0, 0), 48, "AS112 name servers, direct delegation (RFC 7534)"),
    (v6(0x3fff, 0, 0, 0, 0, 0), 20, "documentation address (RFC 9637)"),
    (v6(0x5f00, 0, 0, 0, 0, 0), 16, "segment routing identifier (RFC 9602)"),
    (v6(0xfc00, 0, 0, 0, 0, 0), 7, "unique local address, private (RFC 4193)"),
    (v6(0xfe80, 0, 0, 0, 0, 0), 10, "link-local address (RFC 4291 §2.5.6)"),
    (v6(0xfec0, 0, 0, 0, 0, 0), 10, "site-local address, deprecated (RFC 3879)"),
];

/// IPv6 multicast groups that exist in one scope only, as [`IP4`]; the others are in [`ANY_SCOPE`].
#[rustfmt::skip] // One row a line.
static IP6_GROUPS: &[Block6] = &[
    (v6(0xff01, 0, 0, 0, 0, 1), 128, "multicast: all nodes on this interface (RFC 4291 §2.7.1)"),
    (v6(0xff01, 0, 0, 0, 0, 2), 128, "multicast: all routers on this interface (RFC 4291 §2.7.1)"),
    (v6(0xff02, 0, 0, 0, 0, 1), 128, "multicast: all nodes on the link (RFC 4291 §2.7.1)"),
    (v6(0xff02, 0, 0, 0, 0, 2), 128, "multicast: all routers on the link (RFC 4291 §2.7.1)"),
    (v6(0xff02, 0, 0, 0, 0, 5), 128, "multicast: all OSPF routers (RFC 5340)"),
    (v6(0xff02, 0, 0, 0, 0, 6), 128, "multicast: OSPF designated routers (RFC 5340)"),
    (v6(0xff02, 0, 0, 0, 0, 9), 128, "multicast: RIPng routers (RFC 2080)"),
    (v6(0xff02, 0, 0, 0, 0, 0xa), 128, "multicast: EIGRP routers (RFC 7868)"),
    (v6(0xff02, 0, 0, 0, 0, 0xd), 128, "multicast: all PIM routers (RFC 7761)"),
    (v6(0xff02, 0, 0, 0, 0, 0x12), 128, "multicast: VRRP routers (RFC 9568)"),
    (v6(0xff02, 0, 0, 0, 0, 0x16), 128, "multicast: MLD version 2 reports (RFC 9777)"),
    (v6(0xff02, 0, 0, 0, 0, 0x1a), 128, "multicast: all RPL nodes (RFC 6550)"),
    (v6(0xff02, 0, 0, 0, 0, 0x6a), 128, "multicast: all snooping switches (RFC 4286)"),
    (v6(0xff02, 0, 0, 0, 0, 0x6b), 128, "multicast: PTP peer delay (IEEE 1588)"),
    (v6(0xff02, 0, 0, 0, 1, 2), 128, "multicast: all DHCPv6 relay agents and servers (RFC 8415 §7.1)"),
    (v6(0xff02, 0, 0, 0, 1, 3), 128, "multicast: LLMNR, link-local name resolution (RFC 4795)"),
    (Ipv6Addr::new(0xff02, 0, 0, 0, 0, 1, 0xff00, 0), 104,
        "solicited-node multicast: asks for the neighbour whose address ends alike (RFC 4291 §2.7.1)"),
    (v6(0xff05, 0, 0, 0, 0, 2), 128, "multicast: all routers on the site (RFC 4291 §2.7.1)"),
    (v6(0xff05, 0, 0, 0, 1, 3), 128, "multicast: all DHCPv6 servers on the site (RFC 8415 §7.1)"),
];

/// Groups that exist in every scope, by group identifier (the low 112 bits); sorted.
static ANY_SCOPE: &[(u128, &str)] = &[
    (0xc, "multicast: SSDP, UPnP discovery (IANA IPv6 multicast registry)"),
    (0xfb, "multicast: mDNS (RFC 6762)"),
    (0x101, "multicast: NTP (RFC 5905)"),
    (0x181, "multicast: PTP (IEEE 1588)"),
];

/// Ethernet blocks, as [`IP4`].
#[rustfmt::skip] // One row a line.
static MAC: &[BlockMac] = &[
    ([0, 0, 0, 0, 0, 0], 48, "all zeros: no address"),
    ([0x00, 0x00, 0x0c, 0x07, 0xac, 0], 40, "virtual router of HSRP (RFC 2281)"),
    ([0x00, 0x00, 0x5e, 0x00, 0x01, 0], 40, "virtual router of VRRP over IPv4 (RFC 9568 §7.3)"),
    ([0x00, 0x00, 0x5e, 0x00, 0x02, 0], 40, "virtual router of VRRP over IPv6 (RFC 9568 §7.3)"),
    ([0x00, 0x00, 0x5e, 0x00, 0x53, 0], 40, "documentation address (RFC 9542)"),
    ([0x01, 0x00, 0x0c, 0xcc, 0xcc, 0xcc], 48, "multicast: Cisco CDP, VTP, UDLD and PAgP"),
    ([0x01, 0x00, 0x0c, 0xcc, 0xcc, 0xcd], 48, "multicast: Cisco per-VLAN spanning tree"),
    ([0x01, 0x00, 0x5e, 0, 0, 0], 25, "IPv4 multicast: the low 23 bits are the group's (RFC 1112 §6.4)"),
    ([0x01, 0x00, 0x5e, 0x80, 0, 0], 28, "MPLS multicast (RFC 5332)"),
    ([0x01, 0x00, 0x5e, 0x90, 0, 1], 48, "multicast: BFD on the members of an aggregated link (RFC 7130)"),
    ([0x01, 0x00, 0x5e, 0x90, 0x10, 0], 40, "documentation multicast address (RFC 9542)"),
    ([0x01, 0x0c, 0xcd, 0x01, 0, 0], 32, "multicast: GOOSE (IEC 61850-8-1)"),
    ([0x01, 0x0c, 0xcd, 0x04, 0, 0], 32, "multicast: Sampled Values (IEC 61850-9-2)"),
    ([0x01, 0x0e, 0xcf, 0, 0, 0], 48, "multicast: PROFINET DCP identify (IEC 61158-6-10)"),
    ([0x01, 0x1b, 0x19, 0, 0, 0], 48, "multicast: PTP (IEEE 1588)"),
    ([0x01, 0x80, 0xc2, 0, 0, 0], 44, "multicast that bridges do not forward (IEEE 802.1Q §8.6.3)"),
    ([0x01, 0x80, 0xc2, 0, 0, 0x00], 48, "multicast: bridges, for spanning tree (IEEE 802.1Q)"),
    ([0x01, 0x80, 0xc2, 0, 0, 0x01], 48, "multicast: MAC control, for pause frames (IEEE 802.3 annex 31B)"),
    ([0x01, 0x80, 0xc2, 0, 0, 0x02], 48, "multicast: slow protocols, such as LACP (IEEE 802.3 annex 57A)"),
    ([0x01, 0x80, 0xc2, 0, 0, 0x03], 48, "multicast: port access, for 802.1X, and nearest bridge but TPMR (IEEE 802.1X, 802.1Q)"),
    ([0x01, 0x80, 0xc2, 0, 0, 0x08], 48, "multicast: provider bridges, for spanning tree (IEEE 802.1Q)"),
    ([0x01, 0x80, 0xc2, 0, 0, 0x0d], 48, "multicast: provider bridges, for MVRP (IEEE 802.1Q)"),
    ([0x01, 0x80, 0xc2, 0, 0, 0x0e], 48, "multicast: nearest bridge, for LLDP and PTP peer delay (IEEE 802.1AB, 1588)"),
    ([0x01, 0x80, 0xc2, 0, 0, 0x14], 48, "multicast: level 1 IS-IS routers (ISO 10589)"),
    ([0x01, 0x80, 0xc2, 0, 0, 0x15], 48, "multicast: level 2 IS-IS routers (ISO 10589)"),
    ([0x01, 0x80, 0xc2, 0, 0, 0x20], 48, "multicast: MMRP (IEEE 802.1Q)"),
    ([0x01, 0x80, 0xc2, 0, 0, 0x21], 48, "multicast: MVRP (IEEE 802.1Q)"),
    ([0x01, 0x80, 0xc2, 0, 0, 0x30], 44, "multicast: connectivity fault management (IEEE 802.1Q)"),
    ([0x33, 0x33, 0, 0, 0, 0], 16, "IPv6 multicast: the low 32 bits are the group's (RFC 2464 §7)"),
    ([0x33, 0x33, 0xff, 0, 0, 0], 24, "IPv6 solicited-node multicast (RFC 2464 §7, RFC 4291 §2.7.1)"),
    ([0xff; 6], 48, "broadcast: every station on the link (IEEE 802.3 §3.2.3)"),
];

/// Whether the first `length` of `width` bits are the same in `a` and `b`.
const fn same_prefix(a: u128, b: u128, width: u32, length: u32) -> bool {
    // A shift by the whole width of the type is the one that checked_shr refuses: nothing is left to compare.
    match (a ^ b).checked_shr(width.saturating_sub(length)) {
        Some(rest) => rest == 0,
        None => true,
    }
}

/// An Ethernet address as a 48-bit number.
fn mac_bits(address: [u8; 6]) -> u128 {
    address.into_iter().fold(0, |bits, byte| bits << 8 | u128::from(byte))
}

/// The narrowest block that holds `address`: the last one, because nested blocks are sorted wider first.
fn narrowest<A: Copy>(
    blocks: &[(A, u32, &'static str)],
    address: u128,
    width: u32,
    bits: impl Fn(A) -> u128,
) -> Option<&'static str> {
    let holds = |row: &&(A, u32, _)| same_prefix(bits(row.0), address, width, row.1);
    blocks.iter().rev().find(holds).map(|row| row.2)
}

/// What an IPv4 address is, in words with the source, such as `private network address (RFC 1918)`.
pub fn ip4_kind(address: [u8; 4]) -> &'static str {
    let bits = u128::from(u32::from_be_bytes(address));
    narrowest(IP4, bits, 32, |first| u128::from(first.to_bits())).unwrap_or("global unicast address")
}

/// What an IPv6 address is, in words with the source, such as `link-local address (RFC 4291 §2.5.6)`.
pub fn ip6_kind(address: [u8; 16]) -> &'static str {
    let bits = u128::from_be_bytes(address);
    match address {
        [0xff, flags_and_scope, ..] => {
            narrowest(IP6_GROUPS, bits, 128, Ipv6Addr::to_bits).unwrap_or_else(|| ip6_group(bits, flags_and_scope))
        }
        _ => narrowest(IP6, bits, 128, Ipv6Addr::to_bits).unwrap_or("unicast address"),
    }
}

/// What an IPv6 group without a row of its own is: a group of every scope, or what flags and scope say.
fn ip6_group(bits: u128, flags_and_scope: u8) -> &'static str {
    let (flags, scope) = (flags_and_scope >> 4, flags_and_scope & 0xf);
    let group = bits & (u128::MAX >> 16);
    match flags {
        0 => match ANY_SCOPE.binary_search_by_key(&group, |(id, _)| *id) {
            Ok(at) => ANY_SCOPE.get(at).map_or("multicast group", |(_, text)| text),
            Err(_) => match scope {
                1 => "multicast group, interface-local scope (RFC 4291 §2.7)",
                2 => "multicast group, link-local scope (RFC 4291 §2.7)",
                3 => "multicast group, realm-local scope (RFC 7346)",
                4 => "multicast group, admin-local scope (RFC 4291 §2.7)",
                5 => "multicast group, site-local scope (RFC 4291 §2.7)",
                8 => "multicast group, organization-local scope (RFC 4291 §2.7)",
                0xe => "multicast group, global scope (RFC 4291 §2.7)",
                0 | 0xf => "multicast group with a reserved scope (RFC 4291 §2.7)",
                _ => "multicast group, scope not assigned (RFC 4291 §2.7)",
            },
        },
        1 => "multicast group, not permanently assigned (RFC 4291 §2.7)",
        // RFC 3306 §6: a prefix of length zero means that the group belongs to its source.
        3 if group >> 96 == 0 => "source-specific multicast group (RFC 4607)",
        3 => "multicast group derived from a unicast prefix (RFC 3306)",
        7 => "multicast group that names its rendezvous point (RFC 3956)",
        _ => "multicast group with reserved flags (RFC 4291 §2.7)",
    }
}

/// How far an IPv6 multicast packet may travel, such as `link-local` (RFC 4291 §2.7, RFC 7346); `None` for other addresses
/// and for scopes without a name.
pub fn ip6_scope(address: [u8; 16]) -> Option<&'static str> {
    let [0xff, flags_and_scope, ..] = address else { return None };
    Some(match flags_and_scope & 0xf {
        1 => "interface-local",
        2 => "link-local",
        3 => "realm-local",
        4 => "admin-local",
        5 => "site-local",
        8 => "organization-local",
        0xe => "global",
        _ => return None,
    })
}

/// What an Ethernet address (EUI-48) is, in words with the source, such as `locally administered address …`.
pub fn mac_kind(address: [u8; 6]) -> &'static str {
    if let Some(text) = narrowest(MAC, mac_bits(address), 48, mac_bits) {
        return text;
    }
    let [first, ..] = address;
    // IEEE 802: the first bit on the wire says group or individual, the second local or universal. RFC 8948:
    // the two bits after those divide the local addresses into quadrants.
    match (first & 0b01 != 0, first & 0b10 != 0, first >> 2 & 0b11) {
        (true, true, _) => "multicast group, locally administered (IEEE 802)",
        (true, false, _) => "multicast group, globally assigned (IEEE 802)",
        (false, false, _) => "globally unique address, assigned to a maker (IEEE 802)",
        (false, true, 0b00) => "locally administered address, such as a virtual or random one (IEEE 802)",
        (false, true, 0b10) => "locally administered address, extended local identifier (IEEE 802c, RFC 8948)",
        (false, true, 0b11) => "locally administered address, standard assigned identifier (IEEE 802c, RFC 8948)",
        (false, true, _) => "locally administered address in the reserved quadrant (IEEE 802c, RFC 8948)",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sorted by first address, then wider first; every row starts on its own boundary and names something.
    fn well_formed<A: Copy>(blocks: &[(A, u32, &'static str)], width: u32, bits: impl Fn(A) -> u128) {
        assert!(blocks.is_sorted_by(|a, b| (bits(a.0), a.1) < (bits(b.0), b.1)));
        for (first, length, text) in blocks {
            assert!(*length <= width && !text.is_empty());
            let host = 1_u128.checked_shl(width - length).map_or(u128::MAX, |size| size - 1);
            assert_eq!(bits(*first) & host, 0, "{text}");
        }
    }

    #[test]
    fn tables_are_well_formed() {
        well_formed(IP4, 32, |first| u128::from(first.to_bits()));
        well_formed(IP6, 128, Ipv6Addr::to_bits);
        well_formed(IP6_GROUPS, 128, Ipv6Addr::to_bits);
        well_formed(MAC, 48, mac_bits);
        assert!(crate::proto::shared::is_strictly_sorted(ANY_SCOPE));
    }

    #[test]
    fn ipv4() {
        for (address, start) in [
            ("0.0.0.0", "unspecified"),
            ("0.1.2.3", "address on \"this network\""),
            ("8.8.8.8", "global unicast"),
            ("9.255.255.255", "global unicast"),
            ("10.255.255.255", "private"),
            ("100.127.255.255", "shared"),
            ("100.128.0.0", "global unicast"),
            ("127.0.0.1", "loopback"),
            ("169.254.1.1", "link-local"),
            ("172.15.255.255", "global unicast"),
            ("172.31.255.255", "private"),
            ("172.32.0.0", "global unicast"),
            ("192.0.0.5", "IPv4 service continuity"),
            ("192.0.0.171", "discovery of NAT64"),
            ("192.0.0.200", "reserved for IETF"),
            ("192.0.2.1", "documentation"),
            ("192.168.1.1", "private"),
            ("198.19.0.1", "benchmarking"),
            ("224.0.0.1", "multicast: all systems"),
            ("224.0.0.22", "multicast: IGMP"),
            ("224.0.0.99", "multicast group that stays on the link"),
            ("224.0.0.251", "multicast: mDNS"),
            ("224.0.1.1", "multicast: NTP"),
            ("224.0.9.9", "multicast group, ad hoc block I ("),
            ("230.1.1.1", "multicast group (RFC 1112"),
            ("232.1.1.1", "source-specific"),
            ("239.1.1.1", "administratively scoped"),
            ("239.195.1.1", "multicast group with organization-local scope"),
            ("239.255.255.250", "multicast: SSDP"),
            ("240.0.0.1", "reserved for future use"),
            ("255.255.255.254", "reserved for future use"),
            ("255.255.255.255", "limited broadcast"),
        ] {
            let kind = ip4_kind(address.parse::<Ipv4Addr>().unwrap().octets());
            assert!(kind.starts_with(start), "{address}: {kind}");
        }
    }

    #[test]
    fn ipv6() {
        for (address, start) in [
            ("::", "unspecified"),
            ("::1", "loopback"),
            ("::2", "IPv4-compatible"),
            ("::ffff:192.0.2.1", "IPv4-mapped"),
            ("64:ff9b::1", "IPv4 address translated by NAT64 (RFC 6052)"),
            ("100::1", "discard-only"),
            ("200::1", "not assigned"),
            ("2001::1", "Teredo"),
            ("2001:db8::1", "documentation"),
            ("2001:4860:4860::8888", "global unicast"),
            ("2002::1", "6to4"),
            ("3fff:fff::1", "documentation"),
            ("4000::1", "not assigned"),
            ("fd00::1", "unique local"),
            ("fe80::1", "link-local"),
            ("fec0::1", "site-local"),
            ("ff02::1", "multicast: all nodes on the link"),
            ("ff02::16", "multicast: MLD"),
            ("ff02::fb", "multicast: mDNS"),
            ("ff05::fb", "multicast: mDNS"),
            ("ff02::1:2", "multicast: all DHCPv6"),
            ("ff02::1:3", "multicast: LLMNR"),
            ("ff05::1:3", "multicast: all DHCPv6 servers"),
            ("ff02::1:ff12:3456", "solicited-node"),
            ("ff02::2:0", "multicast group, link-local scope"),
            ("ff0e::1234", "multicast group, global scope"),
            ("ff06::1", "multicast group, scope not assigned"),
            ("ff12::1", "multicast group, not permanently assigned"),
            ("ff3e::8000:1", "source-specific"),
            ("ff3e:40:2001:db8::1", "multicast group derived from a unicast prefix"),
            ("ff7e:140:2001:db8::1", "multicast group that names its rendezvous point"),
            ("ff82::1", "multicast group with reserved flags"),
        ] {
            let kind = ip6_kind(address.parse::<Ipv6Addr>().unwrap().octets());
            assert!(kind.starts_with(start), "{address}: {kind}");
        }
    }

    #[test]
    fn ipv6_scopes() {
        for (address, scope) in
            [("ff02::1", Some("link-local")), ("ff3e::1", Some("global")), ("ff0f::1", None), ("fe80::1", None)]
        {
            assert_eq!(ip6_scope(address.parse::<Ipv6Addr>().unwrap().octets()), scope, "{address}");
        }
    }

    #[test]
    fn ethernet() {
        for (address, start) in [
            ([0xff; 6], "broadcast"),
            ([0; 6], "all zeros"),
            ([0x01, 0x00, 0x5e, 0x7f, 0xff, 0xfa], "IPv4 multicast"),
            ([0x01, 0x00, 0x5e, 0x80, 0, 1], "MPLS multicast"),
            ([0x01, 0x80, 0xc2, 0, 0, 0], "multicast: bridges"),
            ([0x01, 0x80, 0xc2, 0, 0, 1], "multicast: MAC control"),
            ([0x01, 0x80, 0xc2, 0, 0, 7], "multicast that bridges do not forward"),
            ([0x01, 0x80, 0xc2, 0, 0, 0xe], "multicast: nearest bridge"),
            ([0x01, 0x80, 0xc2, 0, 0, 0x35], "multicast: connectivity"),
            ([0x33, 0x33, 0, 0, 0, 1], "IPv6 multicast"),
            ([0x33, 0x33, 0xff, 1, 2, 3], "IPv6 solicited-node"),
            ([0x00, 0x00, 0x5e, 0, 1, 7], "virtual router of VRRP over IPv4"),
            ([0x00, 0x1b, 0x21, 1, 2, 3], "globally unique"),
            ([0x01, 0x1b, 0x21, 1, 2, 3], "multicast group, globally"),
            ([0x03, 0, 0, 0, 0, 1], "multicast group, locally"),
            ([0x02, 0, 0, 0, 0, 1], "locally administered address, such as"),
            ([0x0a, 0, 0, 0, 0, 1], "locally administered address, extended"),
            ([0x0e, 0, 0, 0, 0, 1], "locally administered address, standard"),
            ([0x06, 0, 0, 0, 0, 1], "locally administered address in the reserved"),
        ] {
            let kind = mac_kind(address);
            assert!(kind.starts_with(start), "{address:02x?}: {kind}");
        }
    }
}
