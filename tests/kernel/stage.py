"""What a play can do: open connections, wait for the kernel's states, meddle, say what nobody can know."""

import errno
import socket
import struct
import time

import middle
import topology
import truth

SERVER_PORT, FIRST_CLIENT_PORT = 7000, 41000
# How long both states must hold at a checkpoint, and how long a play waits for them on a busy machine.
DWELL, PATIENCE = 0.25, 10.0


class Broken(Exception):
    """The play did not go as written: the kernel never reached the states it waits for."""


class Unsupported(Exception):
    """This kernel or machine lacks what the play needs."""


def other(side):
    """The side that this one talks to."""
    return "server" if side == "client" else "client"


class Pair:
    """One socket pair: both sockets as they exist, and their addresses."""

    def __init__(self, client, server):
        self.ends = {"client": client, "server": server}
        self.client = self.server = None

    def key(self, side):
        return truth.key_of(*self.ends[side], *self.ends[other(side)])

    def of(self, side):
        """The socket of `side`."""
        return self.client if side == "client" else self.server


class Stage:
    def __init__(self, index, network, play):
        self.family = play.family
        self.topology = topology.Topology(index, network, play.offloads)
        self.hosts = {"client": self.topology.client, "server": self.topology.server}
        self.middle = middle.Middle(self.topology)
        self.capture = None
        self.captured_side = play.capture
        if not play.late:
            self.start_capture()
        self.watch = truth.Watch(self.hosts.values(), self.family)
        self.listener = None
        self.pairs, self.checkpoints, self.hidden, self.expected = [], [], [], []
        self.middle.start()
        self.watch.start()

    def start_capture(self):
        with self.topology.middle.entered():
            self.capture = middle.Capture(self.captured_side[0])

    # Sockets.

    def set(self, name, value, sides=("client", "server")):
        for side in sides:
            if not self.hosts[side].namespace.set(name, value):
                raise Unsupported(f"no sysctl {name}")

    def listen(self, backlog=16, receive_buffer=None):
        self.listener = self.hosts["server"].socket(self.family)
        if receive_buffer:
            # Before the first window is offered: a buffer that shrinks later loses what it had promised to take.
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.listener.bind((self.hosts["server"].address(self.family), SERVER_PORT))
        self.listener.listen(backlog)
        self.listener.settimeout(PATIENCE)

    def pair(self, port=None, **options):
        """A client's socket, bound but not connected."""
        port = port or FIRST_CLIENT_PORT + len(self.pairs)
        client, server = (self.hosts[side].address(self.family) for side in ("client", "server"))
        made = Pair((client, port), (server, SERVER_PORT))
        made.client = self.hosts["client"].socket(self.family)
        made.client.bind(made.ends["client"])
        made.client.settimeout(PATIENCE)
        for name, value in options.items():
            made.client.setsockopt(socket.IPPROTO_TCP, getattr(socket, "TCP_" + name.upper()), value)
        self.pairs.append(made)
        return made

    def call(self, pair):
        """Connects without waiting for the outcome."""
        pair.client.setblocking(False)
        result = pair.client.connect_ex(pair.ends["server"])
        if result not in (0, errno.EINPROGRESS):
            raise Broken(f"connect: {errno.errorcode[result]}")
        pair.client.settimeout(PATIENCE)

    def accept(self, pair):
        pair.server, peer = self.listener.accept()
        if peer[1] != pair.ends["client"][1]:
            raise Broken(f"accepted port {peer[1]} instead of {pair.ends['client'][1]}")
        pair.server.settimeout(PATIENCE)

    def open(self, port=None, accept=True, backlog=16):
        """An established connection."""
        if self.listener is None:
            self.listen(backlog)
        pair = self.pair(port)
        pair.client.connect(pair.ends["server"])
        if accept:
            self.accept(pair)
        return pair

    def far_away(self):
        """Makes a round trip take 5 ms. Repetitions then differ from what they repeat in their timestamps, which count
        milliseconds; IPv6 has nothing else that tells them from frames captured twice.
        """
        self.middle.delay("server", lambda segment: True, 0.005)

    # Time.

    def rest(self, client, server, pair=None, patience=PATIENCE):
        """Waits until the kernel is in both states (None: no socket), stays a while, and makes that a checkpoint."""
        pair = pair or self.pairs[-1]
        self.until(client, server, pair, patience)
        time.sleep(DWELL)
        label = f"{client or '-'}/{server or '-'}"
        # A little back, so that what was asked of the kernel afterwards vouches for it too.
        self.checkpoints.append({"pair": self.pairs.index(pair), "time": time.time() - 0.03, "label": label})

    def until(self, client, server, pair=None, patience=PATIENCE):
        pair = pair or self.pairs[-1]
        end = time.monotonic() + patience
        while True:
            now = [self.watch.state(side, pair.key(side)) for side in ("client", "server")]
            if now == [client, server]:
                return
            if time.monotonic() > end:
                raise Broken(f"the kernel is in {now[0]}/{now[1]}, the play waits for {client}/{server}")
            time.sleep(0.003)

    def wait_for(self, condition, what, patience=PATIENCE):
        end = time.monotonic() + patience
        while not condition():
            if time.monotonic() > end:
                raise Broken("waited in vain for " + what)
            time.sleep(0.003)

    # What is claimed.

    def unknowable(self, side, why, pair=None):
        """From now on no reader of this capture can know the state of `side`."""
        index = self.pairs.index(pair or self.pairs[-1])
        self.hidden.append({"pair": index, "side": side, "from": time.time(), "to": None, "why": why})

    def knowable(self, side, pair=None):
        """Ends what `unknowable` began: the capture now holds the proof."""
        index = self.pairs.index(pair or self.pairs[-1])
        for hidden in self.hidden:
            if hidden["pair"] == index and hidden["side"] == side and hidden["to"] is None:
                hidden["to"] = time.time()

    def expect(self, pair=None, **conclusions):
        """What the verdict must say; a list holds answers of which each is right."""
        self.expected.append({"pair": self.pairs.index(pair or self.pairs[-1]), **conclusions})

    # The end.

    def result(self):
        """Ends the play: what the kernel said, for the comparison."""
        time.sleep(0.06)
        self.middle.tick()
        time.sleep(0.02)
        retransmitted = {side: host.namespace.retransmitted_segments() for side, host in self.hosts.items()}
        self.watch.stop()
        self.middle.stop()
        lines = [
            {"side": side, "key": [key[0].hex(), key[1], key[2].hex(), key[3]], "periods": periods}
            for (side, key), periods in self.watch.periods.items()
        ]
        return {
            "pairs": [pair.ends for pair in self.pairs],
            "lines": lines,
            "checkpoints": self.checkpoints,
            "hidden": self.hidden,
            "long_ways": self.middle.long_ways,
            "expected": self.expected,
            "retransmitted": retransmitted,
            "longest_gap": self.watch.longest_gap,
        }


def linger_0(connection):
    """close() now aborts: RST instead of FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def receive(connection, length):
    """Reads exactly `length` bytes."""
    left = length
    while left:
        data = connection.recv(min(left, 1 << 16))
        if not data:
            raise Broken("the stream ended early")
        left -= len(data)
