"""What happens to links, namespaces and processes while a capture runs."""

import os
import signal
import time

import captures
from scene import BEGIN, END, play

SOON = 3.0


def quiet(program, seconds=0.5):
    """Processor time that a program takes while nothing happens, as a share of one processor."""

    def used():
        with open(f"/proc/{program.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100

    before = used()
    time.sleep(seconds)
    return (used() - before) / seconds


def says(scene, sniff, word, what):
    """Waits for a notice."""
    try:
        sniff.wait_for(lambda: word in sniff.errors.text(), what, SOON)
    except Exception as error:
        scene.check(False, str(error))


@play(slow=4)
def link_down_and_up(scene):
    """the interface goes down and comes back: a notice each time, and the capture goes on"""
    path = scene.path("sniff.pcap")
    sniff = scene.sniff("-i", "eth", "-w", path)
    scene.mark(BEGIN)
    scene.left.namespace.ip("link set eth down")
    says(scene, sniff, "went down", "it says that the interface is down")
    busy = quiet(sniff)
    scene.check(busy < 0.3, f"while the interface is down it takes {busy:.0%} of a processor")
    scene.left.namespace.ip("link set eth up", f"neighbour replace {scene.right.v4} lladdr {scene.right.hardware} dev eth")
    scene.left.namespace.wait_for_link("eth")
    says(scene, sniff, "interface is up again", "it says that the interface is up")
    scene.mark(END)
    scene.equal(sniff.stop(), 0, "the exit code")
    data = captures.read(path).bytes
    scene.equal((data.count(BEGIN), data.count(END)), (2, 2), "the marks saved before and after")


@play(slow=3)
def link_renamed(scene):
    """the interface is renamed: a notice with the new name, the capture goes on, and the end has the new name, too"""
    path = scene.path("sniff.pcap")
    sniff = scene.sniff("-i", "eth", "-w", path)
    scene.mark(BEGIN)
    # An interface that is up can be renamed since Linux 6.2; before, it must be down for that.
    try:
        scene.left.namespace.ip("link set eth name other")
    except Exception:
        scene.left.namespace.ip("link set eth down", "link set eth name other", "link set other up")
        scene.left.namespace.ip(f"neighbour replace {scene.right.v4} lladdr {scene.right.hardware} dev other")
        scene.left.namespace.wait_for_link("other")
    says(scene, sniff, "called other", "it says the new name")
    scene.mark(END)
    scene.left.namespace.ip("link delete other")
    says(scene, sniff, "other: the interface is gone", "it says by its new name that it is gone")
    scene.equal(sniff.ended(SOON), 0, "the exit code")
    scene.equal(captures.read(path).bytes.count(END), 2, "the marks saved after")


@play(slow=3)
def link_removed(scene):
    """the interface is removed: what was captured is saved, a notice, the end"""
    path = scene.path("sniff.pcap")
    sniff = scene.sniff("-i", "eth", "-w", path)
    scene.datagrams(50)
    scene.left.namespace.ip("link delete eth")
    try:
        code = sniff.ended(SOON)
        scene.note(f"exit code {code}; it said {[line for _, line in sniff.errors.lines][1:]}")
        scene.check(code in (0, 1), f"the exit code is {code}")
    except Exception as error:
        scene.check(False, str(error))
        busy = quiet(sniff)
        scene.check(busy < 0.3, f"after the interface is gone it takes {busy:.0%} of a processor")
        sniff.stop()
    numbers = [int.from_bytes(packet.data[42:46], "big") for packet in captures.read(path).packets]
    scene.equal(numbers, list(range(50)), "the datagrams saved")
    scene.check("the interface is gone" in sniff.errors.text(), "no notice that the interface is gone")
    scene.equal(set(sniff.counts()), {"captured", "received", "dropped"}, "the count lines")


@play(slow=3)
def link_moved(scene):
    """the interface is moved into another namespace: as if it were removed"""
    path = scene.path("sniff.pcap")
    sniff = scene.sniff("-i", "eth", "-w", path)
    scene.datagrams(20)
    scene.right.namespace.ip("link set eth name peer")
    scene.left.namespace.ip(f"link set eth netns /proc/{os.getpid()}/fd/{scene.right.namespace.descriptor}")
    try:
        scene.check(sniff.ended(SOON) in (0, 1), f"the exit code is {sniff.process.returncode}")
    except Exception as error:
        scene.check(False, str(error))
        sniff.stop()
    scene.equal(len(captures.read(path).packets), 20, "the packets saved")


@play(slow=3)
def one_of_two_removed(scene):
    """one of two interfaces is removed: the other goes on"""
    scene.spare("spare")
    path = scene.path("sniff.pcapng")
    sniff = scene.sniff("-i", "eth", "-i", "spare", "-w", path, listening=2)
    scene.mark(BEGIN)
    scene.left.namespace.ip("link delete spare")
    says(scene, sniff, "spare: the interface is gone", "it says that spare is gone")
    scene.mark(END)
    scene.equal(sniff.stop(), 0, "the exit code")
    data = captures.read(path).bytes
    scene.equal((data.count(BEGIN), data.count(END)), (2, 2), "the marks saved before and after")


@play(slow=3)
def peer_namespace_removed(scene):
    """the other end's namespace is removed, and the link with it: what was captured is saved, a notice, the end"""
    path = scene.path("sniff.pcap")
    sniff = scene.sniff("-i", "eth", "-w", path)
    scene.datagrams(20)
    scene.right.marks.close()
    os.close(scene.right.namespace.descriptor)
    try:
        scene.check(sniff.ended(8) in (0, 1), f"the exit code is {sniff.process.returncode}")
    except Exception as error:
        scene.check(False, str(error))
        sniff.stop()
    scene.equal(len(captures.read(path).packets), 20, "the packets saved")


@play(slow=3)
def stopped_and_continued(scene):
    """SIGSTOP and SIGCONT: captured, dropped and unread add up to all that passed"""
    path = scene.path("sniff.pcap")
    sniff = scene.sniff("-i", "eth", "-B", "256", "-w", path, "udp")
    scene.datagrams(20)
    sniff.send(signal.SIGSTOP)
    scene.datagrams(2000, size=1000)
    sniff.send(signal.SIGCONT)
    time.sleep(0.3)
    scene.datagrams(20)
    time.sleep(0.2)
    scene.equal(sniff.stop(), 0, "the exit code")
    counts, saved = sniff.counts(), len(captures.read(path).packets)
    scene.note(f"{saved} saved, {counts}")
    scene.equal(counts.get("captured"), saved, "`packets captured`")
    scene.check(counts.get("dropped", 0) > 0, "nothing was dropped, so nothing was tried")
    scene.equal(saved + counts.get("dropped", 0), 2040, "captured and dropped together")
    scene.equal(counts.get("received"), 2040, "`packets received by filter`")
