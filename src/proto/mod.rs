//! Every protocol, once. Adding one: its file, its `mod` line, its row in [`ALL`].

pub mod data;
pub mod frame;
pub mod shared;

/// Link layer.
pub mod link {
    pub mod bluetooth;
    pub mod ccp;
    pub mod cdp;
    pub mod chap;
    pub mod chdlc;
    pub mod dsa;
    pub mod dtp;
    pub mod eap;
    pub mod eapol;
    pub mod eth;
    pub mod fddi;
    pub mod fr;
    pub mod ieee8021ad;
    pub mod ipcp;
    pub mod ipnet;
    pub mod ipoib;
    pub mod ipv6cp;
    pub mod lacp;
    pub mod lcp;
    pub mod llc;
    pub mod lldp;
    pub mod loopback;
    pub mod macsec;
    pub mod marker;
    pub mod mp;
    pub mod mpls;
    pub mod nflog;
    pub mod null;
    pub mod oampdu;
    pub mod pap;
    pub mod pflog;
    pub mod pktap;
    pub mod ppi;
    pub mod ppp;
    pub mod ppp_direction;
    pub mod pppoed;
    pub mod pppoes;
    pub mod prism;
    pub mod pwach;
    pub mod pwethcw;
    pub mod pwethheuristic;
    pub mod pwethnocw;
    pub mod radiotap;
    pub mod raw;
    pub mod slarp;
    pub mod sll;
    pub mod sll2;
    pub mod slow;
    pub mod stp;
    pub mod udld;
    pub mod usb;
    pub mod vlan;
    pub mod wlan;
    pub mod wlancap;
    pub mod wol;
}
/// Network layer.
pub mod net {
    pub mod ah;
    pub mod arp;
    pub mod eigrp;
    pub mod esp;
    pub mod hip;
    pub mod hsrp;
    pub mod icmp;
    pub mod icmpv6;
    pub mod igmp;
    pub mod ipv4;
    pub mod ipv6;
    pub mod ipv6_dstopts;
    pub mod ipv6_fragment;
    pub mod ipv6_hopopts;
    pub mod ipv6_routing;
    pub mod mobility;
    pub mod ospf;
    pub mod pim;
    pub mod shim6;
    pub mod vrrp;
}
/// Transport layer.
pub mod transport {
    pub mod dccp;
    pub mod sctp;
    pub mod tcp;
    pub mod udp;
    pub mod udplite;
}

/// Tunnels: headers that carry whole frames or packets of another network.
pub mod tunnel {
    pub mod erspan;
    pub mod geneve;
    pub mod gre;
    pub mod gtp;
    pub mod gtpv2;
    pub mod l2tp;
    pub mod teredo;
    pub mod udpencap;
    pub mod vxlan;
    pub mod vxlan_gpe;
    pub mod wireguard;
}

use crate::dissect::{Protocol, Space};

/// All protocols, in the order of their ids.
pub static ALL: &[&Protocol] = &[
    &frame::FRAME,
    &data::DATA,
    &link::bluetooth::BLUETOOTH,
    &link::ccp::CCP,
    &link::cdp::CDP,
    &link::chap::CHAP,
    &link::chdlc::CHDLC,
    &link::dsa::DSA,
    &link::dsa::EDSA,
    &link::dtp::DTP,
    &link::eap::EAP,
    &link::eapol::EAPOL,
    &link::eth::ETH,
    &link::fddi::FDDI,
    &link::fr::FR,
    &link::fr::FR_DIRECTION,
    &link::ieee8021ad::IEEE8021AD,
    &link::ipcp::IPCP,
    &link::ipnet::IPNET,
    &link::ipoib::IPOIB,
    &link::ipv6cp::IPV6CP,
    &link::lacp::LACP,
    &link::lcp::LCP,
    &link::llc::LLC,
    &link::lldp::LLDP,
    &link::loopback::LOOP,
    &link::macsec::MACSEC,
    &link::marker::MARKER,
    &link::mp::MP,
    &link::mpls::MPLS,
    &link::nflog::NFLOG,
    &link::null::NULL,
    &link::oampdu::OAMPDU,
    &link::pap::PAP,
    &link::pflog::PFLOG,
    &link::pktap::PKTAP,
    &link::ppi::PPI,
    &link::ppp::PPP,
    &link::ppp_direction::PPP_DIRECTION,
    &link::pppoed::PPPOED,
    &link::pppoes::PPPOES,
    &link::prism::PRISM,
    &link::pwach::PWACH,
    &link::pwethcw::PWETHCW,
    &link::pwethheuristic::PWETHHEURISTIC,
    &link::pwethnocw::PWETHNOCW,
    &link::radiotap::RADIOTAP,
    &link::raw::RAW,
    &link::slarp::SLARP,
    &link::sll2::SLL2,
    &link::sll::SLL,
    &link::slow::SLOW,
    &link::stp::STP,
    &link::udld::UDLD,
    &link::usb::USB,
    &link::vlan::VLAN,
    &link::wlan::WLAN,
    &link::wlancap::WLANCAP,
    &link::wol::WOL,
    &net::ah::AH,
    &net::arp::ARP,
    &net::eigrp::EIGRP,
    &net::esp::ESP,
    &net::hip::HIP,
    &net::hsrp::HSRP,
    &net::icmp::ICMP,
    &net::icmpv6::ICMPV6,
    &net::igmp::IGMP,
    &net::ipv4::IPV4,
    &net::ipv6::IPV6,
    &net::ipv6_dstopts::IPV6_DSTOPTS,
    &net::ipv6_fragment::IPV6_FRAGHDR,
    &net::ipv6_hopopts::IPV6_HOPOPTS,
    &net::ipv6_routing::IPV6_ROUTING,
    &net::mobility::MOBILITY,
    &net::ospf::OSPF,
    &net::pim::PIM,
    &net::shim6::SHIM6,
    &net::vrrp::VRRP,
    &transport::dccp::DCCP,
    &transport::sctp::SCTP,
    &transport::tcp::TCP,
    &transport::udp::UDP,
    &transport::udplite::UDPLITE,
    &tunnel::erspan::ERSPAN,
    &tunnel::erspan::ERSPAN_TYPE_I,
    &tunnel::geneve::GENEVE,
    &tunnel::gre::GRE,
    &tunnel::gtp::GTP,
    &tunnel::gtp::GTPPRIME,
    &tunnel::gtpv2::GTPV2,
    &tunnel::l2tp::L2TP,
    &tunnel::l2tp::L2TP_IP,
    &tunnel::teredo::TEREDO,
    &tunnel::udpencap::UDPENCAP,
    &tunnel::vxlan::VXLAN,
    &tunnel::vxlan_gpe::VXLAN_GPE,
    &tunnel::wireguard::WIREGUARD,
];

/// What the registries call a key.
pub fn key_name(space: Space, key: u16) -> Option<&'static str> {
    let value = u64::from(key);
    match space {
        Space::Link => crate::capture::link_description(crate::capture::LinkType(key)),
        Space::EtherType => shared::names::ethertype::ethertype_name(value),
        Space::IpProto => shared::names::ipproto::ip_protocol_name(value),
        Space::TcpPort => shared::names::ports::tcp_service(value),
        Space::UdpPort => shared::names::ports::udp_service(value),
        Space::Ppp => shared::ppp::ppp_protocols::ppp_protocol_name(value),
        Space::SctpPayload => shared::transport::sctp_names::payload(value),
        Space::Nlpid => shared::names::nlpid::nlpid_name(value),
        Space::Llc => shared::lan::llc::access_point(value),
        Space::CiscoPid => shared::lan::llc::named(shared::lan::llc::CISCO, value),
        Space::Ieee8021Pid => shared::lan::llc::named(shared::lan::llc::BRIDGED, value),
        Space::Slow | Space::Direct => None,
    }
}
