"""How a live capture ends, and what signals, closed pipes and slow readers do to it."""

import contextlib
import json
import os
import pty
import signal
import threading
import time

import captures
from scene import BEGIN, END, play

# What the program promises is 300 ms; a busy machine gets this much.
SOON = 2.0
THREE = {"captured", "received", "dropped"}


def timed_end(scene, sniff, wanted_code=0, what="the end"):
    began = time.monotonic()
    scene.equal(sniff.ended(10), wanted_code, f"the exit code after {what}")
    took = time.monotonic() - began
    scene.check(took < SOON, f"{what} took {took:.2f} s, the limit here is {SOON:g} s (promised: 0.3 s)")
    return took


@play(slow=3)
def ends_after_seconds(scene):
    """-a duration:2 ends on time with no traffic at all"""
    began = time.monotonic()
    sniff = scene.sniff("-i", "eth", "-a", "duration:2")
    scene.equal(sniff.ended(10), 0, "the exit code")
    took = time.monotonic() - began
    scene.check(1.9 < took < 4, f"it ended after {took:.2f} s")
    scene.equal(set(sniff.counts()), THREE, "the count lines")
    scene.equal(sniff.counts().get("captured"), 0, "`packets captured`")


@play()
def ends_after_packets(scene):
    """-a packets:5 and -c 5, each exactly"""
    for number, words in enumerate((["-a", "packets:5"], ["-c", "5"])):
        path = scene.path(f"{number}.pcap")
        sniff = scene.sniff("-i", "eth", "-w", path, *words)
        scene.datagrams(9)
        timed_end(scene, sniff, what=" ".join(words))
        scene.equal(len(captures.read(path).packets), 5, "the packets saved with " + " ".join(words))
        scene.equal(sniff.counts().get("captured"), 5, "`packets captured`")


@play()
def ends_after_kilobytes(scene):
    """-a filesize:10 ends when the file has about 10 kB"""
    path = scene.path("sniff.pcap")
    sniff = scene.sniff("-i", "eth", "-w", path, "-a", "filesize:10")
    with contextlib.suppress(OSError):
        scene.datagrams(40, size=1000)
    timed_end(scene, sniff, what="-a filesize:10")
    size = os.path.getsize(path)
    scene.check(9_000 <= size <= 13_000, f"the file has {size} bytes")
    scene.equal(sniff.counts().get("captured"), len(captures.read(path).packets), "`packets captured`")


@play()
def ends_by_signal(scene):
    """SIGINT, SIGTERM and SIGHUP end an idle capture at once, with tcpdump's three count lines"""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        for words in ((), ("-w", scene.path(f"{number}.pcap"))):
            sniff = scene.sniff("-i", "eth", *words)
            time.sleep(0.1)
            sniff.send(number)
            took = timed_end(scene, sniff, what=f"{number.name} {' '.join(words[:1])}")
            scene.equal(set(sniff.counts()), THREE, f"the count lines after {number.name}")
            if number == signal.SIGINT:
                scene.note(f"SIGINT on an idle link{' with -w' if words else ''}: ended after {took * 1000:.0f} ms")


@play()
def ends_at_second_signal(scene):
    """a second signal ends it at once, although its output is blocked"""
    reading, writing = os.pipe()
    sniff = scene.sniff("-i", "eth", "-V", output=writing)
    os.close(writing)
    scene.datagrams(400)
    time.sleep(0.5)
    sniff.send(signal.SIGINT)
    time.sleep(0.3)
    blocked = sniff.process.poll() is None
    sniff.send(signal.SIGINT)
    began = time.monotonic()
    code = sniff.ended(10)
    took = time.monotonic() - began
    scene.check(took < SOON, f"the second signal took {took:.2f} s")
    scene.note(f"blocked at the first signal: {blocked}; exit code after the second: {code}")
    os.close(reading)


@play()
def signal_counts(scene):
    """SIGUSR1 prints the counts and goes on"""
    sniff = scene.sniff("-i", "eth", "-w", scene.path("sniff.pcap"))
    scene.datagrams(7)
    time.sleep(0.3)
    sniff.send(signal.SIGUSR1)
    sniff.wait_for(lambda: "captured" in sniff.counts(), "it prints counts", 3)
    said = sniff.counts()
    scene.equal(said.get("captured"), 7, "`packets captured` after SIGUSR1")
    scene.datagrams(4)
    scene.equal(sniff.stop(), 0, "the exit code")
    scene.equal(sniff.counts().get("captured"), 11, "`packets captured` at the end")


@play()
def signal_flushes(scene):
    """SIGUSR2 writes to the file what is not in it yet"""
    path = scene.path("sniff.pcap")
    sniff = scene.sniff("-i", "eth", "-w", path)
    scene.mark(BEGIN)
    scene.datagrams(5)
    scene.mark(END)
    time.sleep(0.1)
    sniff.send(signal.SIGUSR2)
    scene.settled(path, times=2)
    scene.equal(len(captures.read(path).packets), 9, "the packets in the file after SIGUSR2")
    scene.equal(sniff.stop(), 0, "the exit code")


@play()
def unbuffered(scene):
    """-U: each packet is in the file at once"""
    path = scene.path("sniff.pcapng")
    sniff = scene.sniff("-i", "eth", "-U", "-w", path)
    scene.mark(BEGIN)
    scene.settled(path, word=BEGIN, times=2)
    scene.equal(len(captures.read(path).packets), 2, "the packets in the file")
    scene.equal(sniff.stop(), 0, "the exit code")


@play()
def closed_pipe(scene):
    """sniff | head -1: quiet success at the next packet"""
    reading, writing = os.pipe()
    sniff = scene.sniff("-i", "eth", output=writing)
    os.close(writing)
    scene.datagrams(1)
    with os.fdopen(reading, "rb") as stream:
        scene.check(b"UDP" in stream.readline(), "the first line does not show the datagram")
    scene.datagrams(3, pause=0.05)
    timed_end(scene, sniff, 0, "the pipe's end")
    scene.check("error" not in sniff.errors.text().lower(), f"it said: {sniff.errors.text()}")


@play(slow=4)
def stopped_reader(scene):
    """a reader that pauses gets every line in the end; nothing is lost in silence"""
    reading, writing = os.pipe()
    sniff = scene.sniff("-i", "eth", "-T", "json", "udp", output=writing)
    os.close(writing)
    scene.datagrams(600)
    time.sleep(0.5)
    lines = []
    reader = threading.Thread(target=lambda: lines.extend(os.fdopen(reading, "rb")))
    reader.start()
    time.sleep(1)
    scene.equal(sniff.stop(), 0, "the exit code")
    reader.join(5)
    lines = [line for line in lines if b'"type":"packet"' in line]
    counts = sniff.counts()
    scene.equal(len(lines) + counts.get("dropped", 0), 600, "lines and drops together")
    scene.equal(len(lines), counts.get("captured"), "the number of lines")
    numbers = [json.loads(line)["number"] for line in lines]
    scene.equal(numbers, sorted(set(numbers)), "the packets' numbers")


@play(jobs=1, slow=3)
def first_packet_on_screen(scene):
    """the first packet is on a terminal's screen at once, and so is one after a pause"""
    main_end, other_end = pty.openpty()
    sniff = scene.sniff("-i", "eth", output=other_end)
    os.close(other_end)
    text = b""
    figures = []
    for number in range(5):
        time.sleep(0.3)
        sent = time.monotonic()
        scene.datagrams(1, size=100 + number)
        while f"length {100 + number}".encode() not in text:
            if time.monotonic() - sent > 5:
                scene.check(False, f"datagram {number} is not on the screen after 5 s; it shows {text[-200:]!r}")
                return
            text += os.read(main_end, 65_536)
        figures.append((time.monotonic() - sent) * 1000)
    scene.note("shown after " + ", ".join(f"{figure:.1f}" for figure in figures) + " ms (the first is the first packet)")
    scene.check(max(figures) < 1000, f"a packet took {max(figures):.0f} ms to the screen")
    scene.equal(sniff.stop(), 0, "the exit code")


@play()
def refuses_a_terminal(scene):
    """-w - on a terminal is refused"""
    main_end, other_end = pty.openpty()
    sniff = scene.sniff("-i", "eth", "-w", "-", output=other_end, listening=0)
    os.close(other_end)
    code = sniff.ended(5)
    scene.check(code in (1, 2), f"the exit code is {code}")
    scene.check("terminal" in sniff.errors.text(), f"it said: {sniff.errors.text()!r}")
    os.close(main_end)


@play()
def saves_to_output(scene):
    """-w - to a pipe: tcpdump reads it as it comes"""
    reading, writing = os.pipe()
    sniff = scene.sniff("-i", "eth", "-U", "-w", "-", output=writing)
    os.close(writing)
    other = scene.start(["tcpdump", "-n", "-l", "-r", "-"], own_sys=False, stdin=reading)
    os.close(reading)
    scene.datagrams(5)
    other.wait_for(lambda: len(other.output.lines) >= 5, "it gets five packets while the capture runs", 5)
    scene.equal(sniff.stop(), 0, "the exit code")
    scene.equal(other.ended(), 0, "tcpdump's exit code")


@play()
def full_output(scene):
    """> /dev/full: exit code 5 with a message, within a second"""
    with open("/dev/full", "wb") as full:
        sniff = scene.sniff("-i", "eth", output=full)
    scene.datagrams(3)
    timed_end(scene, sniff, 5, "a full output")
    scene.check("space" in sniff.errors.text().lower(), f"it said: {sniff.errors.text()!r}")


@play()
def print_beside_saving(scene):
    """-w with --print: lines and file; -w alone: no lines"""
    for words, wanted in ((("--print",), 3), ((), 0)):
        path = scene.path(f"{wanted}.pcap")
        sniff = scene.sniff("-i", "eth", "-w", path, *words)
        scene.datagrams(3)
        scene.equal(sniff.stop(), 0, "the exit code")
        scene.equal(len(sniff.output.lines), wanted, "the number of lines")
        scene.equal(len(captures.read(path).packets), 3, "the packets saved")


@play(slow=3)
def snapshots(scene):
    """--flows -T json --every 1: snapshots while it runs, and the flows at the end"""
    sniff = scene.sniff("-i", "eth", "--flows", "-T", "json", "--every", "1")
    scene.datagrams(5)
    sniff.wait_for(lambda: sniff.output.lines, "the first snapshot", 4)
    first = json.loads(sniff.output.lines[0][1])
    scene.equal(first.get("type"), "flow", "the type of the first object")
    scene.equal(sniff.stop(), 0, "the exit code")
    last = [entry for entry in (json.loads(line) for _, line in sniff.output.lines) if entry["type"] == "flow"][-1]
    scene.equal((last["protocol"], last["client"]["packets"]), ("udp", 5), "the flow at the end")


@play()
def story_as_it_happens(scene):
    """--conn 1: its lines while it runs, its head and numbers at the end"""
    sniff = scene.sniff("-i", "eth", "--conn", "1", "udp")
    scene.datagrams(3)
    # The titles of the columns and three datagrams.
    sniff.wait_for(lambda: len(sniff.output.lines) >= 4, "the story's lines", 4)
    scene.check("Numbers" not in sniff.output.text(), "the numbers came before the end")
    scene.equal(sniff.stop(), 0, "the exit code")
    told = sniff.output.text()
    scene.check("#1 UDP" in told and "Numbers" in told, f"the end of the story is {told[-400:]!r}")


@play()
def no_such_interface(scene):
    """an interface that is not there: exit 1, its name, and what to do"""
    sniff = scene.sniff("-i", "nothing0", listening=0)
    scene.equal(sniff.ended(5), 1, "the exit code")
    said = sniff.errors.text()
    scene.check("nothing0" in said and "-D" in said, f"it said: {said!r}")


@play()
def bare_run(scene):
    """bare sniff takes the first interface that is up and not loopback"""
    sniff = scene.sniff()
    scene.check("listening on eth" in sniff.errors.text(), f"it said: {sniff.errors.text()!r}")
    listening = "listening on eth, link-type EN10MB (Ethernet), snapshot length 262144 bytes"
    scene.check(listening in sniff.errors.text(), f"the line is not tcpdump's: {sniff.errors.text()!r}")
    scene.equal(sniff.stop(), 0, "the exit code")
