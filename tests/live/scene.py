"""What a play of tests/live has: two hosts with a link between them, programs that capture, and a folder."""

import os
import shutil
import socket
import subprocess
import sys
import time

import captures
import programs
import topology

BEGIN, END = b"sniff-live-begin", b"sniff-live-end"
MARK_PORT = 9
PLAYS = {}


class Unsupported(Exception):
    """This machine lacks what the play needs."""


class Play:
    def __init__(self, function, limit, slow, jobs, conclude):
        self.function, self.name = function, function.__name__
        self.summary = (function.__doc__ or "").strip().splitlines()[0]
        # Seconds after which it is killed, and seconds that it takes about; long plays start first.
        self.limit, self.slow = limit, slow
        # How many like it may run at the same time, if it measures times; None for as many as asked for.
        self.jobs = jobs
        # conclude(result, tracepoint): what is compared in the main program after the play; None for nothing.
        self.conclude = conclude


def play(limit=30, slow=2, jobs=None, conclude=None):
    def register(function):
        PLAYS[function.__name__] = Play(function, limit, slow, jobs, conclude)
        return function

    return register


class Host:
    """One end of the link: a namespace with `eth`, its addresses, and a socket that takes the marks."""

    def __init__(self, number):
        self.namespace = topology.Namespace()
        self.v4, self.v6 = f"10.9.0.{number}", f"fd09::{number}"
        self.hardware = f"02:00:00:00:09:{number:02x}"
        self.marks = None

    def socket(self, kind, family=socket.AF_INET):
        with self.namespace.entered():
            return socket.socket(family, kind)


class Scene:
    """The stage of one play; `differences` are sentences about sniff, `notes` figures worth reading."""

    def __init__(self, name, sniff, folder):
        self.name, self.sniff_path = name, os.path.abspath(sniff)
        self.folder = os.path.join(folder, name)
        os.makedirs(self.folder, exist_ok=True)
        self.differences, self.notes, self.running = [], [], []
        self.left, self.right = Host(1), Host(2)
        for host in (self.left, self.right):
            for setting in ("accept_dad", "router_solicitations", "mldv2_unsolicited_report_interval"):
                host.namespace.set(f"ipv6/conf/default/{setting}", 0)
        holder = f"/proc/{os.getpid()}/fd/{self.right.namespace.descriptor}"
        self.left.namespace.ip(f"link add eth type veth peer name eth netns {holder}")
        for host, peer in ((self.left, self.right), (self.right, self.left)):
            host.namespace.ip(
                "link set lo up",
                f"link set eth address {host.hardware}",
                "link set eth up",
                f"address add {host.v4}/24 dev eth",
                f"address add {host.v6}/64 dev eth nodad",
                f"neighbour add {peer.v4} lladdr {peer.hardware} dev eth nud permanent",
                f"neighbour add {peer.v6} lladdr {peer.hardware} dev eth nud permanent",
            )
        for host in (self.left, self.right):
            host.namespace.wait_for_link("eth")
            host.marks = host.socket(socket.SOCK_DGRAM)
            host.marks.bind(("0.0.0.0", MARK_PORT))

    def path(self, name):
        return os.path.join(self.folder, name)

    def check(self, holds, text):
        if not holds:
            self.differences.append(text)
        return bool(holds)

    def equal(self, got, wanted, what):
        return self.check(got == wanted, f"{what} is {got!r}, not {wanted!r}")

    def note(self, text):
        self.notes.append(text)

    def need(self, *commands):
        for command in commands:
            if shutil.which(command) is None:
                raise Unsupported(f"needs the command {command}")

    # Programs.

    def start(self, command, host=None, **more):
        program = programs.Program(command, (host or self.left).namespace, **more)
        self.running.append(program)
        return program

    def sniff(self, *words, host=None, listening=1, before=(), **more):
        """Runs sniff in the left host, and waits until it listens (0: does not wait)."""
        program = self.start([*before, self.sniff_path, *words], host, **more)
        return program.listening(listening) if listening else program

    def tcpdump(self, *words, host=None, **more):
        """Runs tcpdump in the left host; each packet is written at once."""
        self.need("tcpdump")
        command = ["tcpdump", "-n", "-U", "--immediate-mode", "-B", "32768", "-Z", "root", *words]
        return self.start(command, host, **more).listening()

    def run(self, *command, host=None, timeout=20, **more):
        """Runs a command to its end: the finished process, with text output."""
        with (host or self.left).namespace.entered():
            return subprocess.run(
                [*programs.OWN_SYS, *map(str, command)],
                capture_output=True, timeout=timeout, **{"text": True, **more},
            )  # fmt: skip

    # Marks.

    def mark(self, word):
        """A datagram each way, which tells where what is compared begins and ends."""
        self.left.marks.sendto(word, (self.right.v4, MARK_PORT))
        self.right.marks.sendto(word, (self.left.v4, MARK_PORT))
        for host in (self.left, self.right):
            host.marks.settimeout(5)
            host.marks.recv(64)

    def spare(self, *names):
        """More interfaces in the left host: up, without addresses, and nobody at their other ends."""
        for name in names:
            self.left.namespace.ip(f"link add {name} type veth peer name {name}-end", f"link set {name} up")
            self.left.namespace.ip(f"link set {name}-end up")
            self.left.namespace.wait_for_link(name)

    def datagrams(self, count, size=100, pause=0.0, first=0):
        """Sends `count` datagrams, numbered from `first` on, to the right host, which takes them."""
        for number in range(first, first + count):
            self.left.marks.sendto(number.to_bytes(4, "big").ljust(size, b"."), (self.right.v4, MARK_PORT))
            self.right.marks.recv(65_536)
            if pause:
                time.sleep(pause)

    def settled(self, path, word=END, times=1):
        """Waits until a file that is being written holds a mark, and has not grown since."""
        end = time.monotonic() + 10
        size = -1
        while time.monotonic() < end:
            if os.path.exists(path):
                with open(path, "rb") as file:
                    data = file.read()
                if data.count(word) >= times and len(data) == size:
                    return
                size = len(data)
            time.sleep(0.02)
        raise programs.TooLate(f"{path} has not got the mark {word.decode()}")

    def marked(self, path):
        """The packets of a file between the marks."""
        packets = captures.between(captures.read(path).packets, BEGIN, END)
        if packets is None:
            raise programs.TooLate(f"{path} lacks a mark")
        return packets

    def same(self, wanted, got, what="", unit=1000):
        """Compares two lists of packets; times to `unit` nanoseconds."""
        found = captures.differences(wanted, got, unit=unit)
        self.differences += [what + (": " if what else "") + text for text in found]

    def finish(self):
        for program in self.running:
            if program.process.poll() is None:
                program.process.kill()
        sys.stdout.flush()
