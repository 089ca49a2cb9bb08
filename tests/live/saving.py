"""What is saved: rotation without a lost or doubled packet, torn and full files, and what is never overwritten."""

import glob
import os
import pwd
import random
import re
import signal
import subprocess
import threading
import time

import captures
import programs
import traffic
from scene import BEGIN, END, MARK_PORT, Unsupported, play

SPACE = "no space left"


def rotated(scene, words, base, pattern, act=None, least=2, exit_code=0):
    """Saves rotated files beside tcpdump's one file; returns the files in order of their first packet."""
    theirs = scene.path("tcpdump.pcap")
    folder = scene.path("rotated")
    os.makedirs(folder, exist_ok=True)
    other = scene.tcpdump("-i", "eth", "-w", theirs)
    sniff = scene.sniff("-i", "eth", "-w", os.path.join(folder, base), *words)
    # What the hosts say of themselves while both programs begin, one of them may have missed.
    began = time.time_ns()
    (act or (lambda: scene.datagrams(300, size=1000)))()
    scene.mark(END)
    scene.equal(sniff.stop(), exit_code, "the exit code")
    scene.settled(theirs)
    other.stop()
    names = sorted(os.listdir(folder))
    odd = [name for name in names if not re.fullmatch(pattern, name)]
    scene.equal(odd, [], "files with names unlike " + pattern)
    files = [(path, captures.read(path)) for path in (os.path.join(folder, name) for name in names)]
    files = sorted(files, key=lambda file: file[1].packets[0].time_ns if file[1].packets else 0)
    scene.check(len(files) >= least, f"{len(files)} files, expected at least {least}: {names}")
    scene.note(f"{len(files)} files, {sum(len(file.packets) for _, file in files)} packets")
    wanted = captures.read(theirs)
    for file in [wanted, *(file for _, file in files)]:
        file.packets[:] = [packet for packet in file.packets if packet.time_ns >= began]
    return wanted.packets, [file for _, file in files], sniff


def joined(files):
    return [packet for file in files for packet in file.packets]


@play(slow=4)
def rotate_by_size(scene):
    """-C 50K: files of at most that size, nothing lost or doubled between them"""
    wanted, files, sniff = rotated(scene, ["-C", "50K"], "a.pcap", r"a-\d{4}\.pcap")
    scene.same(wanted, joined(files))
    for file in files[:-1]:
        scene.check(45_000 < len(file.bytes) <= 51_200, f"a file has {len(file.bytes)} bytes")
    scene.equal(sniff.counts().get("captured"), len(wanted), "`packets captured`")


@play(slow=4)
def rotate_by_size_pcapng(scene):
    """-C with pcapng: each file is whole by itself"""
    wanted, files, _ = rotated(scene, ["-C", "50K"], "a.pcapng", r"a-\d{4}\.pcapng")
    scene.same(wanted, joined(files))
    for file in files:
        scene.equal(file.names, ["eth"], "the interfaces of a file")


@play(slow=5)
def rotate_by_time(scene):
    """-G 1 with a strftime name: a file each second, also when nothing passes"""

    def act():
        for _ in range(4):
            scene.datagrams(20)
            time.sleep(0.8)

    wanted, files, _ = rotated(scene, ["-G", "1"], "a-%H%M%S.pcap", r"a-\d{6}(-\d{4})?\.pcap", act)
    scene.same(wanted, joined(files))
    spans = [(file.packets[-1].time_ns - file.packets[0].time_ns) / 1e9 for file in files if file.packets]
    scene.check(max(spans) < 1.5, f"a file spans {max(spans):.2f} s")


@play(slow=5)
def rotate_by_time_and_size(scene):
    """-G 1 -C 20K: whichever comes first"""

    def act():
        for _ in range(3):
            scene.datagrams(60, size=1000)
            time.sleep(0.7)

    wanted, files, _ = rotated(scene, ["-G", "1", "-C", "20K"], "a-%H%M%S.pcap", r"a-\d{6}-\d{4}\.pcap", act, least=6)
    scene.same(wanted, joined(files))


@play(slow=4)
def rotate_in_a_ring(scene):
    """-C 20K -W 3: three files, with the newest packets and no gap between them"""
    wanted, files, _ = rotated(scene, ["-C", "20K", "-W", "3"], "a.pcap", r"a-[0-2]\.pcap", least=3)
    got = joined(files)
    scene.same(wanted[-len(got) :], got)
    scene.check(len(got) > 40, f"the ring holds {len(got)} packets only")


@play(slow=5)
def rotate_so_often(scene):
    """-G 1 -W 2: two files, then the end with exit code 0"""
    folder = scene.path("rotated")
    os.makedirs(folder)
    sniff = scene.sniff("-i", "eth", "-G", "1", "-W", "2", "-w", f"{folder}/a-%H%M%S.pcap")
    began = time.monotonic()
    while sniff.process.poll() is None and time.monotonic() - began < 8:
        scene.datagrams(1, pause=0.05)
    scene.equal(sniff.ended(1), 0, "the exit code")
    scene.equal(len(os.listdir(folder)), 2, "the number of files")


@play(slow=4)
def rotate_and_tell(scene):
    """-z: the command gets every finished file, once, and a file that is whole"""
    script, seen = scene.path("tell"), scene.path("seen")
    with open(script, "w") as file:
        file.write(f'#!/bin/sh\nwc -c <"$1" >"{seen}.$(basename "$1")"\necho "$1" >>{seen}\n')
    os.chmod(script, 0o755)
    wanted, files, sniff = rotated(scene, ["-C", "50K", "-z", script], "a.pcap", r"a-\d{4}\.pcap")
    scene.same(wanted, joined(files))
    end = time.monotonic() + 5
    told = []
    while time.monotonic() < end and len(told) < len(files):
        told = open(seen).read().split() if os.path.exists(seen) else []
        time.sleep(0.05)
    time.sleep(0.3)
    scene.equal(len(told), len(set(told)), "the different files told")
    scene.equal(len(told), len(files), "the number of files told")
    counted = sum(int(open(path).read() or 0) for path in glob.glob(seen + ".*"))
    scene.equal(counted, sum(len(file.bytes) for file in files), "the bytes that the command found in all files")


@play(limit=60, slow=8)
def killed(scene):
    """kill -9 at any moment: the file is valid, but for at most one torn record at its end"""
    chance = random.Random(5)
    torn = 0
    for number in range(8):
        path = scene.path(f"{number}.pcap{'ng' if number % 2 else ''}")
        sniff = scene.sniff("-i", "eth", *(["-U"] if number % 3 == 0 else []), "-w", path)
        end = time.monotonic() + chance.uniform(0.02, 0.25)
        sent = 0
        while time.monotonic() < end:
            scene.datagrams(5, size=1200, first=sent, pause=0.0002)
            sent += 5
        sniff.send(signal.SIGKILL)
        sniff.ended()
        scene.check(os.path.exists(path), f"{path} does not exist after kill -9")
        if os.path.exists(path):
            torn += torn_or_whole(scene, path, sent)
    scene.note(f"{torn} of 8 files were torn")


def torn_or_whole(scene, path, sent):
    try:
        whole, is_torn = captures.read(path), False
    except captures.Torn as error:
        whole, is_torn = error.capture, True
    packets = whole.packets
    scene.check(len(packets) <= sent, f"{len(packets)} packets of {sent}")
    numbers = [int.from_bytes(packet.data[42:46], "big") for packet in packets]
    # What the kernel dropped nobody counts after kill -9: numbers may be missing, but none comes twice or late.
    scene.check(all(a < b for a, b in zip(numbers, numbers[1:])), "the datagrams in the file are not in order")
    done = scene.run("tcpdump", "-n", "-r", path)
    scene.equal(len(done.stdout.splitlines()), len(packets), "the packets that tcpdump reads")
    done = scene.run(scene.sniff_path, "-r", path)
    scene.equal(len(done.stdout.splitlines()), len(packets), "the packets that sniff reads")
    scene.equal(done.returncode, 4 if is_torn and whole.bytes else 0, f"sniff's exit code ({done.stderr.strip()[-100:]})")
    if is_torn:
        repaired(scene, path, packets)
    return is_torn


def repaired(scene, path, packets):
    out = path + "-repaired" + (".pcapng" if path.endswith("ng") else ".pcap")
    done = scene.run(scene.sniff_path, "repair", path, out)
    if not packets:
        # There is nothing to save, and it says so instead of writing an empty capture.
        scene.equal((done.returncode, os.path.exists(out)), (1, False), "exit code and output of repair without a packet")
        return
    scene.equal(done.returncode, 0, f"the exit code of repair ({done.stderr.strip()[-200:]})")
    if os.path.exists(out):
        scene.same(packets, captures.read(out).packets, "repair")


@play()
def repair_any_cut(scene):
    """sniff repair: whatever the length at which a capture is cut, all whole records are saved"""
    for ending in ("pcap", "pcapng"):
        path = scene.path("whole." + ending)
        sniff = scene.sniff("-i", "eth", "-w", path)
        scene.datagrams(4, size=60)
        sniff.stop()
        data = captures.read(path).bytes
        for length in sorted({len(data) - cut for cut in (1, 5, 15, 16, 17, 60, 101, 103, 131, 140)}):
            cut = scene.path(f"cut-{length}.{ending}")
            with open(cut, "wb") as file:
                file.write(data[:length])
            try:
                packets = captures.read(cut).packets
            except captures.Torn as error:
                packets = error.capture.packets
            repaired(scene, cut, packets)


@play(slow=4)
def full_disk(scene):
    """a full disk: said within a second, exit 5, whole records, counts that are true"""
    small = scene.path("small")
    os.makedirs(small)
    try:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k,mode=777", "none", small], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Unsupported(f"cannot mount a small file system: {error}") from None
    try:
        for ending in ("pcap", "pcapng"):
            path = os.path.join(small, "a." + ending)
            sniff = scene.sniff("-i", "eth", "-w", path)
            full, end = None, time.monotonic() + 10
            while sniff.process.poll() is None and time.monotonic() < end:
                scene.datagrams(10, size=1400)
                stat = os.statvfs(small)
                if full is None and stat.f_bfree * stat.f_bsize < 8192:
                    full = time.monotonic()
            code = sniff.ended(3)
            took = time.monotonic() - (full or time.monotonic())
            scene.equal(code, 5, "the exit code on a full disk")
            scene.check(took < 1.5, f"it took {took:.2f} s from the full disk to the end")
            said = sniff.errors.text()
            scene.check(SPACE in said and path in said, f"it said: {said!r}")
            packets = captures.read(path).packets
            scene.check(len(packets) > 100, f"{len(packets)} packets in the file")
            numbers = re.findall(r"\d+", said)
            scene.check(str(len(packets)) in numbers, f"the file has {len(packets)} packets, and it said: {said!r}")
            os.unlink(path)
    finally:
        subprocess.run(["umount", "-l", small], check=False)


@play()
def never_overwrites(scene):
    """a file that exists stays as it is; --force replaces a regular file only"""
    path = scene.path("there.pcap")
    with open(path, "w") as file:
        file.write("precious")
    sniff = scene.sniff("-i", "eth", "-w", path, listening=0)
    scene.check(sniff.ended(5) not in (0, None), "it succeeds although the file exists")
    scene.equal(open(path).read(), "precious", "the file")
    scene.check("--force" in sniff.errors.text(), f"it said: {sniff.errors.text()!r}")
    sniff = scene.sniff("-i", "eth", "--force", "-w", path)
    scene.datagrams(3)
    scene.equal(sniff.stop(), 0, "the exit code with --force")
    scene.equal(len(captures.read(path).packets), 3, "the packets in the file")


@play()
def never_follows_links(scene):
    """a symbolic link is refused, with --force too, and what it names is neither made nor changed"""
    target, link = scene.path("target"), scene.path("link.pcap")
    os.symlink(target, link)
    for words in ((), ("--force",)):
        for exists in (False, True):
            if exists:
                with open(target, "w") as file:
                    file.write("precious")
            sniff = scene.sniff("-i", "eth", *words, "-w", link, listening=0)
            try:
                code = sniff.ended(3)
            except programs.TooLate:
                code = sniff.stop()
                code = f"{code} after it captured"
            scene.check(code in (1, 2, 5), f"the exit code with a link to {'a' if exists else 'no'} file is {code}")
            if exists:
                scene.equal(open(target).read(), "precious", "what the link names")
                os.unlink(target)
            else:
                scene.check(not os.path.lexists(target), "the file that the link names was made")
                if os.path.lexists(target):
                    os.unlink(target)


@play()
def owner_of_files(scene):
    """under sudo the files belong to who called it, and nobody else can read them"""
    nobody = pwd.getpwnam("nobody")
    folder = scene.path("own")
    os.makedirs(folder)
    os.chmod(folder, 0o777)
    environment = dict(os.environ, SUDO_UID=str(nobody.pw_uid), SUDO_GID=str(nobody.pw_gid), SUDO_USER="nobody")
    sniff = scene.sniff("-i", "eth", "-C", "20K", "-w", f"{folder}/a.pcap", env=environment)
    scene.datagrams(60, size=1000)
    scene.equal(sniff.status("Uid").split()[1], str(nobody.pw_uid), "the user that parses packets")
    scene.equal(sniff.stop(), 0, "the exit code")
    names = os.listdir(folder)
    scene.check(len(names) >= 2, f"the files are {names}")
    for name in names:
        stat = os.stat(os.path.join(folder, name))
        owner = (stat.st_uid, stat.st_gid, oct(stat.st_mode & 0o777))
        scene.equal(owner, (nobody.pw_uid, nobody.pw_gid, "0o600"), f"owner and mode of {name}")


@play(slow=5)
def recorder(scene):
    """--keep 1s --on EXPR: only what is around a match is saved"""
    path = scene.path("sniff.pcap")
    sniff = scene.sniff("-i", "eth", "-w", path, "--keep", "1s", "--on", "icmp")
    scene.datagrams(5, size=300)
    time.sleep(1.6)
    scene.datagrams(5, size=200)
    traffic.ping(scene, count=1)
    scene.datagrams(5, size=201)
    time.sleep(1.6)
    scene.datagrams(5, size=301)
    time.sleep(0.2)
    scene.equal(sniff.stop(), 0, "the exit code")
    names = [name for name in os.listdir(scene.folder) if name.startswith("sniff") and name.endswith(".pcap")]
    packets = joined([captures.read(scene.path(name)) for name in sorted(names)])
    sizes = sorted(packet.length for packet in packets)
    scene.check(sizes.count(242) == 5, f"{sizes.count(242)} of 5 packets just before the match")
    scene.check(sum(98 == size for size in sizes) == 2, f"{sizes.count(98)} of 2 echo packets")
    scene.check(342 not in sizes, "packets from long before the match")
    scene.check(343 not in sizes, "packets from long after the match")
    scene.note(f"{sizes.count(243)} of 5 packets just after the match are saved")


@play()
def annotated(scene):
    """--annotate: comments in a pcapng that tcpdump still reads"""
    path = scene.path("sniff.pcapng")
    sniff = scene.sniff("-i", "eth", "--annotate", "-w", path)
    scene.mark(BEGIN)
    traffic.stream(scene, 1000)
    scene.mark(END)
    scene.equal(sniff.stop(), 0, "the exit code")
    file = captures.read(path)
    scene.check(any(b"SYN-SENT" in comment for comment in file.comments), f"the comments are {file.comments[:5]}")
    done = scene.run("tcpdump", "-n", "-r", path)
    scene.equal(len(done.stdout.splitlines()), len(file.packets), "the packets that tcpdump reads")


@play(slow=6, jobs=1)
def reader_blocked_while_saving(scene):
    """-w FILE --print into a pipe that nobody reads for two seconds: what is saved is whole, what was lost is counted"""
    for count, wanted_all in ((5_000, True), (60_000, False)):
        path = scene.path(f"blocked-{count}.pcap")
        reader, writer = os.pipe()
        sniff = scene.sniff("-i", "eth", "-w", path, "--print", f"udp port {MARK_PORT}", output=writer)
        os.close(writer)
        began = time.monotonic()
        for _ in range(count):
            scene.left.marks.sendto(bytes(1000), (scene.right.v4, MARK_PORT))
        time.sleep(max(0, began + 2 - time.monotonic()))
        saved = len(captures.read(path).packets)
        lines = threading.Thread(target=lambda: subprocess.run(["cat"], stdin=reader, stdout=subprocess.DEVNULL))
        lines.start()
        time.sleep(1)
        scene.equal(sniff.stop(), 0, "the exit code")
        os.close(reader)
        lines.join(5)
        counts, packets = sniff.counts(), len(captures.read(path).packets)
        scene.equal(packets, counts.get("captured"), "the packets saved, beside `packets captured`")
        scene.equal(counts.get("captured", 0) + counts.get("dropped", 0), count, "captured and dropped")
        if wanted_all:
            scene.equal(packets, count, "the packets saved of what the kernel's buffer can hold")
        scene.note(f"of {count} packets {saved} were in the file while nobody read, {packets} at the end; {counts}")
