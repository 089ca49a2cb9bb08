//! Community ID, version 1: one name for a conversation in the logs of many tools.
//!
//! The specification is Corelight's (github.com/corelight/community-id-spec): `1:` and the base64 form of the SHA-1 of
//! seed (0), both addresses, protocol, a zero byte and both ports, the lower end first. ICMP has its type and that of the
//! answer in place of the ports.

use super::key::{Socket, Transport};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};
use std::net::IpAddr;

/// The name of a conversation; `sockets` are the sender's and the receiver's of any of its packets, `icmp` the type, code
/// and identifier of an echo.
pub(super) fn id(sockets: &[Socket; 2], transport: Transport, icmp: Option<(u8, u8, u16)>) -> String {
    let bytes = |ip: IpAddr| match ip {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().to_vec(),
    };
    let v6 = sockets[0].ip.is_ipv6();
    let ports = match icmp {
        // An echo is answered by an echo reply, which names the conversation as well as the request does.
        Some((0, ..)) => (0, 8),
        Some((129, ..)) => (129, 128),
        Some((kind, ..)) if v6 => (u16::from(kind), 129),
        Some((kind, ..)) => (u16::from(kind), 0),
        None => (sockets[0].port, sockets[1].port),
    };
    let (mut low, mut high) = ((bytes(sockets[0].ip), ports.0), (bytes(sockets[1].ip), ports.1));
    if high < low {
        std::mem::swap(&mut low, &mut high);
    }
    let protocol: u8 = match transport {
        Transport::Tcp => 6,
        Transport::Udp => 17,
        Transport::Echo if v6 => 58,
        Transport::Echo => 1,
    };
    let mut hash = Sha1::new();
    hash.update([0, 0]);
    hash.update(&low.0);
    hash.update(&high.0);
    hash.update([protocol, 0]);
    hash.update(low.1.to_be_bytes());
    hash.update(high.1.to_be_bytes());
    format!("1:{}", STANDARD.encode(hash.finalize()))
}

#[cfg(test)]
mod tests {
    use super::id;
    use crate::flow::key::{Socket, Transport};

    fn socket(ip: &str, port: u16) -> Socket {
        Socket { ip: ip.parse().expect("an address"), port }
    }

    #[test]
    fn the_examples_of_the_specification() {
        // The TCP, UDP and ICMP baselines of the specification's repository.
        let tcp = [socket("128.232.110.120", 34855), socket("66.35.250.204", 80)];
        assert_eq!(id(&tcp, Transport::Tcp, None), "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
        let back = [tcp[1], tcp[0]];
        assert_eq!(id(&back, Transport::Tcp, None), "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
        let udp = [socket("192.168.1.52", 54585), socket("8.8.8.8", 53)];
        assert_eq!(id(&udp, Transport::Udp, None), "1:d/FP5EW3wiY1vCndhwleRRKHowQ=");
        let echo = [socket("192.168.0.89", 0), socket("192.168.0.1", 0)];
        assert_eq!(id(&echo, Transport::Echo, Some((8, 0, 1))), "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=");
        assert_eq!(id(&[echo[1], echo[0]], Transport::Echo, Some((0, 0, 1))), "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=");
    }
}
