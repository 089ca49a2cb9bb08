"""The wire between both hosts: a forwarder in user space that can lose, hold back, repeat and invent, and its capture.

Frames pass between two packet sockets in the middle namespace. PACKET_VNET_HDR goes with them, so that segments longer
than the MTU and checksums that nobody has computed yet pass as the hosts sent them. The capture is a third packet
socket on one of both links: frames wait in it, with the kernel's time of reception, until the play is over.
"""

import heapq
import itertools
import os
import select
import socket
import struct
import threading
import time

import wire

ALL_PROTOCOLS, OUR_FRAMES = 0x0003, 4
SOL_PACKET, PACKET_VNET_HDR = 263, 15
PACKET_STATISTICS, SO_TIMESTAMPNS, SO_RCVBUFFORCE = 6, 35, 33
# struct virtio_net_hdr: not partial, not segmented.
PLAIN = bytes(10)
LONGEST = 80_000
# While a segment is between both links longer than this, by a rule or because the machine is busy, the capture holds
# what one host does not know yet, or lacks what the other has done.
LONG_WAY = 0.02


def keep_stamping():
    """Makes the kernel stamp packets from now on, and returns the socket that keeps it doing so.

    The kernel begins a little after the first socket asks for it. A packet without a stamp is given the time at which
    it is read, and a capture is read long after: so no play may begin before.
    """
    receiver, sender = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
    receiver.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    receiver.bind(("127.0.0.1", 0))
    for _ in range(1000):
        sender.sendto(b"x", receiver.getsockname())
        sent = time.time_ns()
        time.sleep(0.002)
        _, ancillary, _, _ = receiver.recvmsg(16, 128)
        seconds, nanoseconds = struct.unpack("qq", ancillary[0][2][:16])
        if seconds * 10**9 + nanoseconds <= sent:
            sender.close()
            return receiver
    raise RuntimeError("the kernel does not stamp packets")


def _door(device, offloads_pass, buffer_bytes):
    door = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    door.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, buffer_bytes)
    if offloads_pass:
        door.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    door.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    door.bind((device, ALL_PROTOCOLS))
    door.setblocking(False)
    return door


def _stamp(ancillary):
    """(seconds, nanoseconds) at which the kernel got a frame."""
    return next(struct.unpack("qq", data[:16]) for _, kind, data in ancillary if kind == SO_TIMESTAMPNS)


class Capture:
    """Everything that passes one link from now on, both ways, as tcpdump would see it."""

    def __init__(self, device):
        self.socket = _door(device, False, 64 << 20)

    def frames(self):
        """(seconds, nanoseconds, frame) of all frames up to now, and the end of the capture."""
        seen = []
        while True:
            try:
                frame, ancillary, _, _ = self.socket.recvmsg(LONGEST, 128)
            except BlockingIOError:
                break
            seen.append((*_stamp(ancillary), frame))
        lost = struct.unpack("II", self.socket.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))[1]
        self.socket.close()
        if lost:
            raise RuntimeError(f"the capture lost {lost} frames")
        return sorted(seen, key=lambda frame: frame[:2])


def write_pcap(path, frames):
    """A capture file with nanoseconds (magic number a1b23c4d), link type Ethernet."""
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262_144, 1))
        for seconds, nanoseconds, frame in frames:
            file.write(struct.pack("<IIII", seconds, nanoseconds, len(frame), len(frame)) + frame)


class Frame(bytes):
    """A frame on its way, with the time at which it came; 0 for one of our own."""

    arrived = 0.0


class Rule:
    """What happens to the segments for which `match` holds; the first `times` of them, or all."""

    def __init__(self, match, act, times):
        self.match, self.act, self.left, self.used = match, act, times, 0

    def end(self):
        self.left = 0


class Middle(threading.Thread):
    """The forwarder. Sides are named `client` and `server`, frames by the side that sent them."""

    def __init__(self, topology):
        super().__init__(daemon=True)
        self.topology = topology
        with topology.middle.entered():
            self.doors = {side: _door(side[0], True, 32 << 20) for side in ("client", "server")}
        self.hosts = {"client": topology.client, "server": topology.server}
        self.rules, self.seen, self.later, self.order = [], {}, [], itertools.count()
        # Frames that pass behind the next one of their side.
        self.behind = []
        # When frames came and went that were on their way long.
        self.long_ways = []
        self.lock = threading.Lock()
        self.wake_reader, self.wake_writer = os.pipe()
        self.stopping = False

    # What a play asks for.

    def rule(self, sender, match, act, times=None):
        made = Rule(lambda side, segment: side == sender and match(segment), act, times)
        with self.lock:
            self.rules.append(made)
        return made

    def drop(self, sender, match, times=None):
        return self.rule(sender, match, lambda side, frame: None, times)

    def delay(self, sender, match, seconds, times=None):
        """`seconds`: a number, or a function that makes one."""
        amount = seconds if callable(seconds) else lambda: seconds
        return self.rule(sender, match, lambda side, frame: self.send_later(side, frame, amount()), times)

    def cross(self, match, late=None):
        """Holds the first segment of each side for which `match` holds, until both are there; then both pass before any
        answer to one of them does, or that of the side `late` passes 50 ms later. What is repeated until then is lost.
        """
        held, rules = {}, []

        def hold(side, frame):
            held.setdefault(side, frame)
            if len(held) == 2:
                for rule in rules:
                    rule.end()
                for sender, kept in held.items():
                    if sender == late:
                        self.send_later(sender, kept, 0.05)
                    else:
                        self._send(sender, kept)

        rules.extend([self.rule(side, match, hold) for side in self.doors])

    def swap(self, sender, match, times=None):
        """Lets a segment pass behind the next one of the same sender."""
        return self.rule(sender, match, lambda side, frame: self.behind.append((side, frame)), times)

    def repeat(self, sender, match, times=None):
        def twice(side, frame):
            self._send(side, frame)
            self._send(side, frame)

        return self.rule(sender, match, twice, times)

    def notice(self, sender, see):
        """Calls `see(segment)` for every segment that no earlier rule took, and lets it pass."""
        return self.rule(sender, lambda segment: see(segment) and False, None)

    def inject(self, sender, packet):
        """Sends an IP packet to the side that is not `sender`, as if it came from `sender`."""
        target = self.hosts["server" if sender == "client" else "client"]
        hardware = bytes.fromhex((target.hardware + self.hosts[sender].hardware).replace(":", ""))
        kind = wire.IPV4 if packet[0] >> 4 == 4 else wire.IPV6
        self._send(sender, PLAIN + hardware + struct.pack("!H", kind) + packet)

    def last(self, side):
        """The last segment that came from `side`, and the highest sequence number after one: (segment, next)."""
        return self.seen[side]

    def tick(self):
        """Lets a frame of no protocol pass both links, so that the capture's time goes on to now."""
        frame = bytes.fromhex("ffffffffffff020000000003") + struct.pack("!H", wire.TICK) + bytes(46)
        for side in self.doors:
            self._send(side, PLAIN + frame)

    def stop(self):
        self.stopping = True
        os.write(self.wake_writer, b"x")
        self.join()

    # How it is done.

    def send_later(self, side, frame, seconds):
        with self.lock:
            heapq.heappush(self.later, (time.monotonic() + seconds, next(self.order), side, frame))
        os.write(self.wake_writer, b"x")

    def _send(self, side, frame):
        door = self.doors["server" if side == "client" else "client"]
        arrived = getattr(frame, "arrived", 0)
        if arrived and time.time() - arrived > LONG_WAY:
            self.long_ways.append((arrived, time.time()))
        try:
            door.send(frame)
        except OSError:
            # The link's queue is full: a wire would lose the frame too.
            pass

    def _forward(self, side, frame):
        segment = wire.Segment.of(frame[len(PLAIN) :])
        if segment is None:
            return self._send(side, frame)
        swapped = [entry for entry in self.behind if entry[0] == side]
        self.behind = [entry for entry in self.behind if entry[0] != side]
        with self.lock:
            rules = list(self.rules)
        for rule in rules:
            if rule.left != 0 and rule.match(side, segment):
                rule.left = None if rule.left is None else rule.left - 1
                rule.used += 1
                rule.act(side, frame)
                break
        else:
            self._send(side, frame)
        for entry in swapped:
            self._send(*entry)
        _, highest = self.seen.get(side, (None, segment.end))
        newer = segment.has(wire.SYN) or (segment.end - highest) % 2**32 < 2**31
        self.seen[side] = (segment, segment.end if newer else highest)

    def run(self):
        poll = select.poll()
        sides = {self.doors[side].fileno(): side for side in self.doors}
        for descriptor in (*sides, self.wake_reader):
            poll.register(descriptor, select.POLLIN)
        while not self.stopping:
            with self.lock:
                wait = max(0, self.later[0][0] - time.monotonic()) * 1000 if self.later else None
            for descriptor, _ in poll.poll(wait):
                if descriptor == self.wake_reader:
                    os.read(self.wake_reader, 4096)
                    continue
                side = sides[descriptor]
                for _ in range(64):
                    try:
                        data, ancillary, _, where = self.doors[side].recvmsg(LONGEST, 128)
                    except BlockingIOError:
                        break
                    if where[2] != OUR_FRAMES:
                        frame = Frame(data)
                        seconds, nanoseconds = _stamp(ancillary)
                        frame.arrived = seconds + nanoseconds / 1e9
                        self._forward(side, frame)
            while True:
                with self.lock:
                    if not self.later or self.later[0][0] > time.monotonic():
                        break
                    _, _, side, frame = heapq.heappop(self.later)
                self._send(side, frame)
