"""Reads capture files: pcap (draft-ietf-opsawg-pcap) and pcapng (draft-ietf-opsawg-pcapng), whole ones only.

It is a second reader, written from the formats alone, so that a file of sniff's is not judged by sniff.
"""

import struct
from typing import NamedTuple

MAGICS = {0xA1B2C3D4: 1000, 0xA1B23C4D: 1}
# How far apart in nanoseconds two sockets' own stamps of one packet may be on a busy machine.
APART = 5_000_000
SECTION, INTERFACE, SIMPLE, STATISTICS, ENHANCED = 0x0A0D0D0A, 1, 3, 5, 6
IF_NAME, IF_TSRESOL, COMMENT, ISB_IFRECV, ISB_IFDROP = 2, 9, 1, 4, 5


class Packet(NamedTuple):
    """One record. `time_ns` counts from 1970; `length` is what it had on the wire."""

    time_ns: int
    interface: int
    length: int
    data: bytes


class Torn(Exception):
    """The file ends within a record; `packets` holds those before."""

    def __init__(self, text, capture):
        super().__init__(text)
        self.capture = capture


class Capture:
    """A whole file: `packets`, `links` (link type of each interface), `names` of interfaces, `comments`, `statistics`."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.bytes = file.read()
        self.packets, self.links, self.names, self.comments, self.statistics = [], [], [], [], []
        self.resolutions, self.snap_length = [], None
        if not self.bytes:
            raise Torn(f"{path} is empty", self)
        if struct.unpack_from("<I", self.bytes)[0] == SECTION:
            self._pcapng(path)
        else:
            self._pcap(path)

    def _pcap(self, path):
        if len(self.bytes) < 24:
            raise Torn(f"{path} ends in the file header", self)
        order = next((o for o in "<>" if struct.unpack_from(o + "I", self.bytes)[0] in MAGICS), None)
        if order is None:
            raise ValueError(f"{path} is no capture")
        magic, major, minor, _, _, self.snap_length, link = struct.unpack_from(order + "IHHiIII", self.bytes)
        if (major, minor) != (2, 4):
            raise ValueError(f"{path} has version {major}.{minor}")
        self.links, self.names = [link & 0x0FFF_FFFF], [None]
        self.resolutions = [MAGICS[magic]]
        at = 24
        while at < len(self.bytes):
            if len(self.bytes) - at < 16:
                raise Torn(f"{path} ends in the record header at {at}", self)
            seconds, part, captured, length = struct.unpack_from(order + "IIII", self.bytes, at)
            if len(self.bytes) - at - 16 < captured:
                raise Torn(f"{path} ends in the record at {at}", self)
            data = self.bytes[at + 16 : at + 16 + captured]
            self.packets.append(Packet(seconds * 10**9 + part * MAGICS[magic], 0, length, data))
            at += 16 + captured

    def _pcapng(self, path):
        at, order = 0, "<"
        while at < len(self.bytes):
            if len(self.bytes) - at < 12:
                raise Torn(f"{path} ends in the block header at {at}", self)
            if struct.unpack_from("<I", self.bytes, at)[0] == SECTION:
                order = "<" if struct.unpack_from("<I", self.bytes, at + 8)[0] == 0x1A2B3C4D else ">"
            kind, length = struct.unpack_from(order + "II", self.bytes, at)
            if length < 12 or length % 4:
                raise ValueError(f"{path}: the block at {at} says it has {length} bytes")
            if len(self.bytes) - at < length:
                raise Torn(f"{path} ends in the block at {at}", self)
            if struct.unpack_from(order + "I", self.bytes, at + length - 4)[0] != length:
                raise ValueError(f"{path}: both lengths of the block at {at} differ")
            self._block(order, kind, self.bytes[at + 8 : at + length - 4])
            at += length

    def _block(self, order, kind, body):
        if kind == INTERFACE:
            link, _, self.snap_length = struct.unpack_from(order + "HHI", body)
            options = self._options(order, body[8:])
            resolution = options.get(IF_TSRESOL, [b"\x06"])[0][0]
            if resolution & 0x80 or resolution > 9:
                raise ValueError(f"unexpected resolution {resolution:#x}")
            self.links.append(link)
            self.names.append(options.get(IF_NAME, [b""])[0].decode(errors="replace"))
            self.resolutions.append(10 ** (9 - resolution))
        elif kind == ENHANCED:
            interface, high, low, captured, length = struct.unpack_from(order + "IIIII", body)
            data = body[20 : 20 + captured]
            padded = (captured + 3) & ~3
            self.comments += self._options(order, body[20 + padded :]).get(COMMENT, [])
            time_ns = (high << 32 | low) * self.resolutions[interface]
            self.packets.append(Packet(time_ns, interface, length, data))
        elif kind == STATISTICS:
            options = self._options(order, body[12:])
            counts = {code: struct.unpack(order + "Q", options[code][0])[0] for code in (4, 5) if code in options}
            self.statistics.append(counts)

    @staticmethod
    def _options(order, body):
        found, at = {}, 0
        while at + 4 <= len(body):
            code, length = struct.unpack_from(order + "HH", body, at)
            if code == 0:
                break
            found.setdefault(code, []).append(body[at + 4 : at + 4 + length])
            at += 4 + ((length + 3) & ~3)
        return found


def read(path):
    return Capture(path)


def between(packets, first, last):
    """The packets from the first that holds `first` to the last that holds `last`; None where one is missing."""
    begins = [index for index, packet in enumerate(packets) if first in packet.data]
    ends = [index for index, packet in enumerate(packets) if last in packet.data]
    if not begins or not ends:
        return None
    return packets[begins[0] : ends[-1] + 1]


def differences(wanted, got, names=("tcpdump", "sniff"), unit=1000):
    """Sentences: where both lists of packets differ in number, lengths, bytes, or times to `unit` nanoseconds.

    The order is that of bytes: packets of both directions that pass at the same time on two processors may reach two
    sockets in different orders. The kernel stamps a packet once for all sockets, but for TCP segments that come in from
    another namespace: those still carry the time at which the sender's TCP released them (skb->tstamp_type), which is
    no time of day, so each socket's copy is stamped by itself, a little apart.
    """
    wanted, got = (sorted((p.data, p.length, p.time_ns) for p in packets) for packets in (wanted, got))
    said = []
    missing, extra = ([packet[:2] for packet in packets] for packets in (wanted, got))
    if missing != extra:
        said.append(f"{names[0]} has {len(wanted)} packets, {names[1]} {len(got)}")
        for title, packets in (("only " + names[0], _less(missing, extra)), ("only " + names[1], _less(extra, missing))):
            said += [f"{title}: {len(data)} of {length} bytes, {data[:64].hex()}" for data, length in packets[:3]]
        return said
    apart = 0
    for (data, _, theirs), (_, _, ours) in zip(wanted, got):
        if theirs // unit != ours // unit and not (is_tcp(data) and abs(theirs - ours) < APART):
            apart += 1
            if apart <= 3:
                said.append(f"a packet at {theirs / 1e9:.9f} ({names[0]}), {ours / 1e9:.9f} ({names[1]}): {data[:64].hex()}")
    return said + ([f"{apart} of {len(wanted)} packets have different times"] if apart else [])


def is_tcp(data):
    """Whether a frame is IP with TCP; its link header may be Ethernet's, SLL2's, or none."""
    for start, kind in ((14, data[12:14]), (20, data[:2]), (0, None)):
        packet = data[start:]
        if kind in (None, b"\x08\x00") and packet[:1] == b"\x45" and packet[9:10] == b"\x06":
            return True
        if kind in (None, b"\x86\xdd") and packet[:1] == b"\x60" and packet[6:7] == b"\x06":
            return True
    return False


def _less(packets, others):
    left = {}
    for packet in others:
        left[packet] = left.get(packet, 0) + 1
    found = []
    for packet in packets:
        if left.get(packet):
            left[packet] -= 1
        else:
            found.append(packet)
    return found
