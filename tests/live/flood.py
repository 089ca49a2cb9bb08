"""A flood of known size: what sniff and tcpdump receive and lose of it, one after the other, several times."""

import os
import time

import flooding
from scene import play

COUNT = 60_000
# How many more packets than tcpdump sniff may lose, as a share of those sent. CI builds are debug builds on two cores:
# what is held against tcpdump's figure there is the accounting; docs/bench has the speed.
TOLERANCE = 0.5


def run(scene, program, sent_at, count, output):
    """Floods one capture. Returns its counts, the frames that passed the interface, and the lines it wrote."""
    before = flooding.passed(scene)
    sent, took = flooding.flood(scene, count, sent_at, size=128)
    passed = flooding.passed(scene) - before
    # The kernel hands over a buffer that is not full after a second (libpcap's time limit in tcpdump).
    time.sleep(1.3)
    while busy(program):
        pass
    code = program.stop(patience=60)
    lines = 0
    if output:
        with open(output, "rb") as file:
            lines = file.read().count(b"\n")
    return {"code": code, "sent": sent, "passed": passed, "seconds": took, "lines": lines, **program.counts()}


def busy(program):
    """Whether it used the processor in the last 0.2 s."""

    def used():
        with open(f"/proc/{program.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    before = used()
    time.sleep(0.2)
    return used() - before > 2


def commands(scene, name, view, expression="udp port 9999"):
    """The command of a program, and where its output goes."""
    words = [expression]
    output = None
    if view == "save":
        words = ["-w", "/dev/null", *words]
    else:
        output = scene.path(f"{name}-{time.monotonic_ns()}.txt")
    if name == "tcpdump":
        command = ["tcpdump", "-nn", "-Z", "root", "-i", "eth", *words]
    else:
        command = [scene.sniff_path, "-i", "eth", *(["--force"] if view == "save" else []), *words]
    return command, output


def flood_play(scene, rates, count, rounds, view):
    lost = {}
    scene.note(f"{'rate':>9} {'program':8} {'sent':>8} {'captured':>9} {'received':>9} {'dropped':>8} {'lost':>6}")
    for rate in rates:
        for turn in range(rounds):
            # In turns, so that a slow minute of the machine hits both.
            for name in ("tcpdump", "sniff") if turn % 2 == 0 else ("sniff", "tcpdump"):
                command, output = commands(scene, name, view)
                with open(output or os.devnull, "wb") as file:
                    program = scene.start(command, scene.right, output=file).listening()
                    got = run(scene, program, rate, count, output)
                captured, received, dropped = (got.get(key, -1) for key in ("captured", "received", "dropped"))
                lost.setdefault((rate, name), []).append(1 - captured / got["passed"])
                scene.note(
                    f"{rate or 'all':>9} {name:8} {got['sent']:8} {captured:9} {received:9} {dropped:8} "
                    f"{lost[rate, name][-1]:6.1%}  ({got['sent'] / got['seconds']:,.0f} packets/s sent)"
                )
                if name == "sniff":
                    what = f"at {rate or 'full'} rate: "
                    scene.equal(got["code"], 0, what + "the exit code")
                    scene.equal(got["passed"], got["sent"], what + "frames that passed the link")
                    unread = got.get("unread", 0)
                    scene.equal(captured + dropped + unread, got["sent"], what + "captured, dropped and unread together")
                    scene.equal(received, got["sent"], what + "`received by filter`")
                    if output:
                        scene.equal(got["lines"], captured, what + "the lines written")
                if output:
                    os.unlink(output)
    for rate in rates:
        ours, theirs = (sorted(lost[rate, name])[rounds // 2] for name in ("sniff", "tcpdump"))
        scene.check(ours <= theirs + TOLERANCE, f"at {rate or 'full'} rate sniff lost {ours:.1%}, tcpdump {theirs:.1%}")


@play(jobs=1, limit=90, slow=8)
def flood_saved(scene):
    """-w /dev/null under three rates: received and dropped add up to what was sent"""
    flood_play(scene, (20_000, 60_000, 0), COUNT, 1, "save")


@play(jobs=1, limit=90, slow=8)
def flood_lines(scene):
    """one line a packet to a file under two rates: received and dropped add up to what was sent"""
    flood_play(scene, (20_000, 0), COUNT // 2, 1, "lines")
