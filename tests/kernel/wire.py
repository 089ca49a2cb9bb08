"""Ethernet, IPv4, IPv6 and TCP as far as the middle must read and make them."""

import ipaddress
import struct

FIN, SYN, RST, PSH, ACK = 0x01, 0x02, 0x04, 0x08, 0x10
IPV4, IPV6 = 0x0800, 0x86DD
# IEEE 802's "local experimental" ethertype: frames that only carry the capture's clock onward.
TICK = 0x88B5


class Segment:
    """A TCP segment inside an Ethernet frame; `of` returns None for everything else."""

    def __init__(self, frame, family, ip, tcp, end):
        self.frame, self.family = frame, family
        addresses = frame[ip + 12 : ip + 20] if family == 4 else frame[ip + 8 : ip + 40]
        half = len(addresses) // 2
        self.source, self.destination = (ipaddress.ip_address(addresses[at : at + half]) for at in (0, half))
        self.sport, self.dport, self.seq, self.ack, offset, self.flags, self.window = struct.unpack_from(
            "!HHIIBBH", frame, tcp
        )
        self.length = end - tcp - (offset >> 4) * 4
        self.payload = frame[end - self.length : end]

    @classmethod
    def of(cls, frame):
        kind = int.from_bytes(frame[12:14], "big")
        if kind == IPV4 and frame[23] == 6:
            length = int.from_bytes(frame[16:18], "big") or len(frame) - 14
            return cls(frame, 4, 14, 14 + (frame[14] & 15) * 4, 14 + length)
        if kind == IPV6 and frame[20] == 6:
            length = int.from_bytes(frame[18:20], "big") or len(frame) - 54
            return cls(frame, 6, 14, 54, 54 + length)
        return None

    def has(self, flag):
        return bool(self.flags & flag)

    @property
    def only_acknowledges(self):
        return self.flags & (SYN | FIN | RST | ACK) == ACK and self.length == 0

    @property
    def end(self):
        """The sequence number after this segment: SYN and FIN count as one byte each (RFC 9293 section 3.4)."""
        return (self.seq + self.length + self.has(SYN) + self.has(FIN)) % 2**32


def checksum(data):
    """The Internet checksum (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _pseudo_header(source, destination, length, protocol):
    if source.version == 4:
        return source.packed + destination.packed + struct.pack("!BBH", 0, protocol, length)
    return source.packed + destination.packed + struct.pack("!II", length, protocol)


def packet(source, destination, protocol, body, hops):
    """An IP packet without options."""
    if source.version == 6:
        return struct.pack("!IHBB", 6 << 28, len(body), protocol, hops) + source.packed + destination.packed + body
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(body), 7, 0, hops, protocol, 0)
    head += source.packed + destination.packed
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + body


def forged(like, flags, seq, ack=0, hops=200, window=1024, spoil=0):
    """A packet that pretends to come from the sender of `like`; `spoil` is added to the TCP checksum."""
    segment = struct.pack("!HHIIBBHHH", like.sport, like.dport, seq % 2**32, ack % 2**32, 5 << 4, flags, window, 0, 0)
    total = checksum(_pseudo_header(like.source, like.destination, len(segment), 6) + segment)
    segment = segment[:16] + struct.pack("!H", (total + spoil) % 2**16) + segment[18:]
    return packet(like.source, like.destination, 6, segment, hops)


def unreachable(like):
    """An ICMP error that quotes `like`: host unreachable (RFC 792) or address unreachable (RFC 4443 section 3.1)."""
    quoted = like.frame[14:]
    if like.family == 4:
        body = struct.pack("!BBHI", 3, 1, 0, 0) + quoted
        body = body[:2] + struct.pack("!H", checksum(body)) + body[4:]
        return packet(like.destination, like.source, 1, body, 64)
    body = struct.pack("!BBHI", 1, 3, 0, 0) + quoted
    total = checksum(_pseudo_header(like.destination, like.source, len(body), 58) + body)
    return packet(like.destination, like.source, 58, body[:2] + struct.pack("!H", total) + body[4:], 64)
