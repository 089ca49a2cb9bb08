//! Frames by hand: Ethernet, IPv4, and TCP or UDP between two hosts. Checksums are left at 0 and not compared.

/// A TCP connection from this port of the client to port 80 of the server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Connection(pub(crate) u16);

const FIN: u8 = 0x01;
const SYN: u8 = 0x02;
const ACK: u8 = 0x10;

impl Connection {
    /// The client's SYN.
    pub(crate) fn syn(self) -> Vec<u8> {
        self.segment(true, SYN, 100, 0)
    }

    /// The three segments that open it.
    pub(crate) fn opening(self) -> [Vec<u8>; 3] {
        [self.syn(), self.segment(false, SYN | ACK, 300, 101), self.segment(true, ACK, 101, 301)]
    }

    /// The segments that close it, the client first.
    pub(crate) fn closing(self) -> [Vec<u8>; 3] {
        [
            self.segment(true, FIN | ACK, 101, 301),
            self.segment(false, FIN | ACK, 301, 102),
            self.segment(true, ACK, 102, 302),
        ]
    }

    fn segment(self, from_client: bool, flags: u8, seq: u32, ack: u32) -> Vec<u8> {
        let (src, dst) = if from_client { (self.0, 80) } else { (80, self.0) };
        let mut tcp = Vec::new();
        tcp.extend_from_slice(&src.to_be_bytes());
        tcp.extend_from_slice(&dst.to_be_bytes());
        tcp.extend_from_slice(&seq.to_be_bytes());
        tcp.extend_from_slice(&ack.to_be_bytes());
        tcp.extend_from_slice(&[0x50, flags, 0xfa, 0xf0, 0, 0, 0, 0]);
        packet(from_client, 6, &tcp)
    }
}

/// A UDP datagram from this port of the client.
pub(crate) fn datagram(port: u16) -> Vec<u8> {
    let mut udp = Vec::new();
    udp.extend_from_slice(&port.to_be_bytes());
    udp.extend_from_slice(&[0, 9, 0, 12, 0, 0]);
    udp.extend_from_slice(b"text");
    packet(true, 17, &udp)
}

fn packet(from_client: bool, protocol: u8, payload: &[u8]) -> Vec<u8> {
    let (client, server) = ([10, 0, 0, 1], [10, 0, 0, 2]);
    let (src, dst) = if from_client { (client, server) } else { (server, client) };
    let mut frame = vec![2, 0, 0, 0, 0, dst[3], 2, 0, 0, 0, 0, src[3], 8, 0];
    let length = u16::try_from(20 + payload.len()).expect("a short packet");
    frame.extend_from_slice(&[0x45, 0]);
    frame.extend_from_slice(&length.to_be_bytes());
    frame.extend_from_slice(&[0, 0, 0x40, 0, 64, protocol, 0, 0]);
    frame.extend_from_slice(&src);
    frame.extend_from_slice(&dst);
    frame.extend_from_slice(payload);
    frame
}
