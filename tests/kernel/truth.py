"""What the kernel says of the sockets' states: sock_diag, asked every few milliseconds, and where it is, a tracepoint.

sock_diag alone shows TIME-WAIT and the server's half-open connections, which are no full sockets; the tracepoint
`sock:inet_sock_set_state` alone knows the instant of a change. Times are CLOCK_REALTIME seconds, the capture's clock.
"""

import collections
import contextlib
import ipaddress
import os
import re
import socket
import struct
import tempfile
import threading
import time

import topology

NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY = 4, 20
NLM_F_REQUEST, NLM_F_DUMP, NLMSG_ERROR, NLMSG_DONE = 0x1, 0x300, 2, 3
# The numbers of <net/tcp_states.h>, with RFC 9293's names.
STATES = {
    1: "ESTABLISHED", 2: "SYN-SENT", 3: "SYN-RECEIVED", 4: "FIN-WAIT-1", 5: "FIN-WAIT-2", 6: "TIME-WAIT", 7: "CLOSED",
    8: "CLOSE-WAIT", 9: "LAST-ACK", 10: "LISTEN", 11: "CLOSING", 12: "SYN-RECEIVED",
}  # fmt: skip
TRACED = {
    "TCP_ESTABLISHED": 1, "TCP_SYN_SENT": 2, "TCP_SYN_RECV": 3, "TCP_FIN_WAIT1": 4, "TCP_FIN_WAIT2": 5,
    "TCP_TIME_WAIT": 6, "TCP_CLOSE": 7, "TCP_CLOSE_WAIT": 8, "TCP_LAST_ACK": 9, "TCP_LISTEN": 10, "TCP_CLOSING": 11,
    "TCP_NEW_SYN_RECV": 12,
}  # fmt: skip
EVENT = re.compile(
    r"\s(\d+\.\d+): inet_sock_set_state: family=(\w+) protocol=IPPROTO_TCP sport=(\d+) dport=(\d+) saddr=(\S+) "
    r"daddr=(\S+) saddrv6=(\S+) daddrv6=(\S+) oldstate=(\w+) newstate=(\w+)"
)
PAUSE = 0.002


class Diag:
    """Asks one namespace for all its TCP sockets of one family."""

    def __init__(self, namespace, family):
        number = socket.AF_INET if family == 4 else socket.AF_INET6
        self.address_bytes = 4 if family == 4 else 16
        with namespace.entered():
            self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG)
        # struct inet_diag_req_v2: every state of STATES, any address.
        body = struct.pack("=BBBxI", number, socket.IPPROTO_TCP, 0, sum(1 << state for state in STATES)) + bytes(48)
        flags = NLM_F_REQUEST | NLM_F_DUMP
        self.request = struct.pack("=IHHII", 16 + len(body), SOCK_DIAG_BY_FAMILY, flags, 1, 0) + body

    def sockets(self):
        """{(address, port, peer's address, peer's port): state}; a listening socket's peer has port 0."""
        self.socket.send(self.request)
        found = {}
        while True:
            answer = self.socket.recv(1 << 16)
            at = 0
            while at + 16 <= len(answer):
                length, kind = struct.unpack_from("=IH", answer, at)
                if kind == NLMSG_DONE:
                    return found
                if kind == NLMSG_ERROR:
                    raise topology.NotPermitted("sock_diag answers with an error")
                # struct inet_diag_msg: family, state, timer, retransmissions, then the ports and addresses.
                state = answer[at + 17]
                sport, dport = struct.unpack_from("!HH", answer, at + 20)
                source = bytes(answer[at + 24 : at + 24 + self.address_bytes])
                destination = bytes(answer[at + 40 : at + 40 + self.address_bytes])
                found[source, sport, destination, dport] = STATES[state]
                at += (length + 3) & ~3


class Watch(threading.Thread):
    """Asks both hosts in turn, and keeps for each socket the periods in which its state certainly was the same."""

    def __init__(self, hosts, family):
        super().__init__(daemon=True)
        self.diags = {host.side: Diag(host.namespace, family) for host in hosts}
        # side, key of the socket: [state or None, first certain time, last certain time], in order.
        self.periods = collections.defaultdict(list)
        self.stopping = False
        self.longest_gap = 0.0

    def run(self):
        before = None
        while not self.stopping:
            for side, diag in self.diags.items():
                asked = time.time()
                sockets = diag.sockets()
                answered = time.time()
                known = [key for at, key in list(self.periods) if at == side]
                for key in {*known, *sockets}:
                    state = sockets.get(key)
                    line = self.periods[side, key]
                    if line and line[-1][0] == state:
                        line[-1][2] = asked
                    else:
                        line.append([state, answered, answered])
            if before:
                self.longest_gap = max(self.longest_gap, time.time() - before)
            before = time.time()
            time.sleep(PAUSE)

    def state(self, side, key):
        line = self.periods.get((side, key))
        return line[-1][0] if line else None

    def stop(self):
        self.stopping = True
        self.join()


def key_of(address, port, peer, peer_port):
    return ipaddress.ip_address(address).packed, port, ipaddress.ip_address(peer).packed, peer_port


class Tracepoint:
    """`sock:inet_sock_set_state`, in a tracing instance of our own; `use` says whether there is one, or why not."""

    def __init__(self):
        self.instance = self.mounted = None
        self.use = "sock_diag and the tracepoint sock:inet_sock_set_state"
        try:
            self.mounted = tempfile.mkdtemp(prefix="sniff-tracefs-")
            topology.mount_tracefs(self.mounted)
            self.instance = f"{self.mounted}/instances/sniff-{os.getpid()}"
            os.mkdir(self.instance)
            self._write("trace_clock", "mono")
            self._write("buffer_size_kb", "2048")
            self._write("events/sock/inet_sock_set_state/enable", "1")
        except (OSError, topology.NotPermitted) as error:
            self.close()
            self.use = f"sock_diag alone (no tracepoint: {error})"
        # The trace's clock is CLOCK_MONOTONIC; both clocks run alike for the minute that this takes.
        self.offset = min((time.time() - time.monotonic() for _ in range(9)), key=abs)

    def _write(self, name, value):
        with open(f"{self.instance}/{name}", "w") as file:
            file.write(value)

    def events(self):
        """{key of the socket: [(time, old state, new state)]} of all that happened up to now."""
        found = collections.defaultdict(list)
        if self.instance is None:
            return found
        with open(self.instance + "/trace") as trace:
            for line in trace:
                if match := EVENT.search(line):
                    at, family, sport, dport, source, destination, source6, destination6, old, new = match.groups()
                    ends = (source, destination) if family == "AF_INET" else (source6, destination6)
                    key = key_of(ends[0], int(sport), ends[1], int(dport))
                    found[key].append((float(at) + self.offset, STATES[TRACED[old]], STATES[TRACED[new]]))
        return found

    def close(self):
        if self.instance and os.path.isdir(self.instance):
            with contextlib.suppress(OSError):
                self._write("events/sock/inet_sock_set_state/enable", "0")
                os.rmdir(self.instance)
        self.instance = None
        if self.mounted:
            topology.LIBC.umount2(os.fsencode(self.mounted), 2)
            with contextlib.suppress(OSError):
                os.rmdir(self.mounted)
        self.mounted = None


def refined(line, events):
    """The periods of one socket, with the tracepoint's instants in the gaps between two looks.

    A change to CLOSED says little: Linux closes the full socket when a small one takes over for TIME-WAIT or
    FIN-WAIT-2.
    """
    result = []
    for period in (list(period) for period in line):
        if result:
            last = result[-1]
            between = [event for event in events if last[2] <= event[0] <= period[1] and event[2] != "CLOSED"]
            for at, _, state in between:
                if result[-1][0] not in (None, "CLOSED", "TIME-WAIT"):
                    result[-1][2] = max(result[-1][2], at)
                if state == period[0] and at == between[-1][0]:
                    period[1] = at
                else:
                    result.append([state, at, at])
        result.append(period)
    return result
