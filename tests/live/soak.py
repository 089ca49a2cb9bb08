#!/usr/bin/env python3
"""Captures mixed traffic for many minutes into rotated files, and holds what was saved against what passed.

    soak.py [--sniff PATH] [--minutes N] [--keep FOLDER] [--size BYTES] [--seconds N]

Many short connections, datagrams and one bulk stream run between two namespaces. The memory of sniff is sampled; at
the end its counts, the packets in all files, tcpdump's count and the interface's counters must be equal. Beside it, a
second sniff follows the same traffic with --flows -T json. Not part of scripts/test. Ends with 1 on any difference,
with 77 where the machine does not allow it.
"""

import argparse
import os
import random
import shutil
import socket
import struct
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "kernel"))

import captures
import middle
import scene
import topology

# Memory may grow by this much after the first tenth of the time.
GROWTH_KIB = 8192
WORKERS, BULK_BYTES_PER_SECOND = 4, 2_000_000


class Traffic:
    """Everything that passes, until `stop()`."""

    def __init__(self, stage):
        self.stage, self.stopping, self.connections, self.datagrams = stage, False, 0, 0
        self.lock = threading.Lock()
        self.listener = stage.right.socket(socket.SOCK_STREAM)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind((stage.right.v4, 7000))
        self.listener.listen(128)
        for host in (stage.left, stage.right):
            # Ports come round soon: their connections may be opened anew.
            host.namespace.set("ipv4/tcp_tw_reuse", 1)
            host.namespace.set("ipv4/tcp_max_tw_buckets", 4096)
        self.threads = [threading.Thread(target=self._serve, daemon=True)]
        self.threads += [threading.Thread(target=self._short, args=(seed,)) for seed in range(WORKERS)]
        self.threads += [threading.Thread(target=self._bulk), threading.Thread(target=self._datagrams)]
        for thread in self.threads:
            thread.start()

    def _serve(self):
        while not self.stopping:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection):
        with connection:
            try:
                while data := connection.recv(65_536):
                    if data[:1] == b"?":
                        connection.sendall(data)
            except OSError:
                pass

    def _short(self, seed):
        chance = random.Random(seed)
        while not self.stopping:
            try:
                with self.stage.left.socket(socket.SOCK_STREAM) as client:
                    client.settimeout(10)
                    client.connect((self.stage.right.v4, 7000))
                    request = b"?" + bytes(chance.randrange(1, 4000))
                    client.sendall(request)
                    left = len(request)
                    while left > 0:
                        left -= len(client.recv(65_536)) or left
                    if chance.random() < 0.2:
                        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                with self.lock:
                    self.connections += 1
            except OSError:
                pass
            time.sleep(chance.uniform(0, 0.03))

    def _bulk(self):
        with self.stage.left.socket(socket.SOCK_STREAM) as client:
            client.connect((self.stage.right.v4, 7000))
            while not self.stopping:
                client.sendall(bytes(BULK_BYTES_PER_SECOND // 20))
                time.sleep(0.05)

    def _datagrams(self):
        door = self.stage.left.socket(socket.SOCK_DGRAM)
        while not self.stopping:
            door.sendto(bytes(200), (self.stage.right.v4, 9999))
            self.datagrams += 1
            time.sleep(0.002)

    def stop(self):
        self.stopping = True
        for thread in self.threads[1:]:
            thread.join()
        time.sleep(0.5)


def through(stage):
    """Frames that the left host's interface has sent and received."""
    folder = "/sys/class/net/eth/statistics"
    return sum(int(word) for word in stage.run("cat", f"{folder}/rx_packets", f"{folder}/tx_packets").stdout.split())


def soak(stage, options):
    folder = stage.path("rotated")
    os.makedirs(folder)
    words = ["-i", "eth", "-w", f"{folder}/a-%Y%m%d-%H%M%S.pcapng"]
    words += ["-C", str(options.size), "-G", str(options.seconds)]
    tcpdump = stage.tcpdump("-i", "eth", "-s", "64", "-w", stage.path("tcpdump.pcap"))
    sniff = stage.sniff(*words)
    flows = stage.sniff("-i", "eth", "--flows", "-T", "json", output=open(stage.path("flows.json"), "wb"))
    before = through(stage)
    traffic = Traffic(stage)
    began, samples = time.monotonic(), {"saving": [], "flows": []}
    end = began + options.minutes * 60
    while time.monotonic() < end:
        time.sleep(min(5, max(0.1, end - time.monotonic())))
        for name, program in (("saving", sniff), ("flows", flows)):
            if program.process.poll() is not None:
                stage.check(False, f"{program.name()} ended early: {program.errors.text()[-500:]}")
                traffic.stop()
                return
            samples[name].append(program.resident_kib())
    traffic.stop()
    passed = through(stage) - before
    codes = (sniff.stop(patience=30), flows.stop(patience=30))
    time.sleep(2)
    tcpdump.stop()
    stage.equal(codes, (0, 0), "the exit codes")
    names = sorted(os.listdir(folder))
    saved = 0
    for name in names:
        saved += len(captures.read(os.path.join(folder, name)).packets)
    theirs = len(captures.read(stage.path("tcpdump.pcap")).packets)
    stage.equal(sniff.counts(), {"captured": passed, "received": passed, "dropped": 0}, "the counts of the one that saves")
    stage.equal(flows.counts().get("captured"), passed, "`packets captured` of the one that follows connections")
    stage.equal(saved, passed, f"the packets in all {len(names)} files")
    stage.equal(theirs, passed, "tcpdump's packets")
    with open(stage.path("flows.json"), "rb") as file:
        lines = sum(1 for _ in file)
    print(f"{options.minutes:g} minutes: {passed} packets, {traffic.connections} short connections, {len(names)} files, "
          f"{lines} flows told")  # fmt: skip
    for name, figures in samples.items():
        early = figures[: max(1, len(figures) // 10)]
        grown = max(figures) - max(early)
        print(f"memory, {name}: {figures[0]} KiB first, {max(early)} after a tenth, {max(figures)} most, {figures[-1]} last")
        stage.check(grown < GROWTH_KIB, f"memory of the one that is {name} grew by {grown} KiB")


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--sniff", default="target/debug/sniff", help="the program under test")
    words.add_argument("--minutes", type=float, default=20)
    words.add_argument("--keep", metavar="FOLDER", help="leave the files there")
    words.add_argument("--size", type=int, default=5, help="-C: millions of bytes of a file")
    words.add_argument("--seconds", type=int, default=20, help="-G: seconds of a file")
    options = words.parse_args()
    try:
        if os.geteuid() != 0:
            raise topology.NotPermitted("needs root")
        topology.leave_the_machine()
        topology.Namespace()
    except (topology.NotPermitted, OSError) as error:
        print(f"SKIPPED: {error}")
        return 77
    folder = os.path.abspath(options.keep or tempfile.mkdtemp(prefix="sniff-soak-"))
    os.makedirs(folder, exist_ok=True)
    stamping = middle.keep_stamping()
    stage = scene.Scene("soak", options.sniff, folder)
    try:
        soak(stage, options)
    finally:
        stage.finish()
        stamping.close()
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    for line in stage.differences:
        print("differs: " + line)
    print("ok" if not stage.differences else f"{len(stage.differences)} differences")
    return 1 if stage.differences else 0


if __name__ == "__main__":
    sys.exit(main())
