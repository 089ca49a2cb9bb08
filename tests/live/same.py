"""What sniff captures is what tcpdump captures: the same packets, bytes, lengths, and times to the microsecond."""

import fcntl
import json
import os
import signal
import socket
import struct
import threading

import captures
import traffic
from scene import BEGIN, END, Unsupported, play

EN10MB, RAW, LINUX_SLL2 = 1, 101, 276


def beside(scene, words, tcpdump=None, device="eth", name="sniff.pcap", host=None, act=None, link=EN10MB):
    """Captures with both at the same time, and compares; returns sniff's file."""
    act = act or traffic.Mixed(scene)
    theirs, ours = scene.path("tcpdump.pcap"), scene.path(name)
    other = scene.tcpdump("-i", device, "-w", theirs, *(words if tcpdump is None else tcpdump), host=host)
    sniff = scene.sniff("-i", device, "-w", ours, *words, host=host)
    scene.mark(BEGIN)
    act()
    scene.mark(END)
    # No pause: what has been captured when the signal comes is saved.
    code = sniff.stop()
    scene.settled(theirs)
    other.stop()
    scene.equal(code, 0, "sniff's exit code")
    file = captures.read(ours)
    scene.same(scene.marked(theirs), scene.marked(ours))
    scene.equal(file.links[0], link, "the link type")
    counts = sniff.counts()
    scene.equal(counts.get("captured"), len(file.packets), "`packets captured`")
    scene.equal(counts.get("dropped"), 0, "`packets dropped by kernel`")
    scene.check(counts.get("received", 0) >= len(file.packets), f"`received by filter` is {counts.get('received')}")
    return file


@play(slow=4)
def same_pcap(scene):
    """everything, saved as pcap"""
    file = beside(scene, [])
    scene.equal(file.resolutions, [1000], "nanoseconds of a tick")
    scene.equal(file.snap_length, 262_144, "the snapshot length in the file")


@play(slow=4)
def same_pcapng(scene):
    """everything, saved as pcapng, with the interface's name and statistics"""
    file = beside(scene, [], name="sniff.pcapng")
    scene.equal(file.names, ["eth"], "the interface's name")
    if scene.check(file.statistics, "no interface statistics block"):
        got = file.statistics[-1].get(captures.ISB_IFRECV)
        scene.check(got is not None and got >= len(file.packets), f"isb_ifrecv is {got}")
        scene.equal(file.statistics[-1].get(captures.ISB_IFDROP), 0, "isb_ifdrop")


@play(slow=4)
def same_any(scene):
    """-i any: SLL2 headers and both loopback and link"""
    mixed = traffic.Mixed(scene)

    def act():
        mixed()
        scene.run("ping", "-n", "-q", "-c", "2", "-i", "0.05", "127.0.0.1")

    beside(scene, [], device="any", act=act, link=LINUX_SLL2)


@play(slow=4)
def same_loopback(scene):
    """-i lo: each packet once"""

    def act():
        scene.run("ping", "-n", "-q", "-c", "2", "-i", "0.05", "127.0.0.1")
        with scene.left.namespace.entered():
            traffic.datagrams(Loop(scene))
        scene.left.marks.sendto(END, ("127.0.0.1", 9))

    theirs, ours = scene.path("tcpdump.pcap"), scene.path("sniff.pcap")
    other, sniff = scene.tcpdump("-i", "lo", "-w", theirs), scene.sniff("-i", "lo", "-w", ours)
    scene.left.marks.sendto(BEGIN, ("127.0.0.1", 9))
    act()
    scene.equal(sniff.stop(), 0, "sniff's exit code")
    scene.settled(theirs)
    other.stop()
    scene.same(scene.marked(theirs), scene.marked(ours))


class Loop:
    """Both ends on the left host's loopback."""

    def __init__(self, scene):
        self.left, self.right = End(scene.left, 1), End(scene.left, 2)


class End:
    def __init__(self, host, number):
        self.socket, self.v4 = host.socket, f"127.0.0.{number}"
        self.v6 = host.v6 if number == 1 else "::1"


@play(slow=4)
def same_snap_length(scene):
    """-s 96: the bytes cut, the lengths not"""
    file = beside(scene, ["-s", "96"])
    scene.equal(file.snap_length, 96, "the snapshot length in the file")
    scene.check(max(len(packet.data) for packet in file.packets) == 96, "no packet was cut at 96 bytes")


@play(slow=4)
def same_inbound(scene):
    """-Q in"""
    beside(scene, ["-Q", "in"])


@play(slow=4)
def same_outbound(scene):
    """-Q out"""
    beside(scene, ["-Q", "out"])


@play(slow=4)
def same_filter(scene):
    """a BPF expression, run by the kernel"""
    file = beside(scene, ["tcp port 80 or udp port 9"])
    hosts = {packet.data[12:14] for packet in file.packets}
    scene.check(hosts <= {b"\x08\x00", b"\x86\xdd"}, "packets that the expression excludes")


@play(slow=4)
def same_not_promiscuous(scene):
    """-p: no promiscuous mode, and the same packets"""
    flags = "/sys/class/net/eth/flags"
    act = traffic.Mixed(scene)
    said = []

    def look():
        said.append(int(scene.run("cat", flags).stdout, 16) & 0x100)
        act()

    beside(scene, ["-p"], act=look)
    scene.equal(said, [0], "IFF_PROMISC")


@play(slow=4)
def same_promiscuous(scene):
    """without -p the interface is promiscuous while the capture runs, and not afterwards"""
    watched = lambda: "promiscuity 1" in scene.run("ip", "-d", "link", "show", "eth").stdout
    sniff = scene.sniff("-i", "eth", "-w", scene.path("sniff.pcap"))
    scene.check(watched(), "the interface is not promiscuous")
    sniff.stop()
    scene.check(not watched(), "the interface stays promiscuous")


@play(slow=4)
def same_nanoseconds(scene):
    """--nano: times to the nanosecond in pcap and pcapng, equal to tcpdump's"""
    theirs = scene.path("tcpdump.pcap")
    act = traffic.Mixed(scene)
    files = [scene.path("sniff.pcap"), scene.path("sniff.pcapng")]
    other = scene.tcpdump("-i", "eth", "--nano", "-w", theirs)
    sniffs = [scene.sniff("-i", "eth", "--nano", "-w", file) for file in files]
    scene.mark(BEGIN)
    act()
    scene.mark(END)
    scene.equal([sniff.stop() for sniff in sniffs], [0, 0], "the exit codes")
    scene.settled(theirs)
    other.stop()
    for file in files:
        scene.equal(captures.read(file).resolutions, [1], f"nanoseconds of a tick in {os.path.basename(file)}")
        scene.same(scene.marked(theirs), scene.marked(file), os.path.basename(file), unit=1)


@play()
def same_count(scene):
    """-c 20: the first 20 packets, and the end by itself"""
    theirs, ours = scene.path("tcpdump.pcap"), scene.path("sniff.pcap")
    other = scene.tcpdump("-i", "eth", "-c", "20", "-w", theirs)
    sniff = scene.sniff("-i", "eth", "-c", "20", "-w", ours)
    scene.datagrams(30)
    scene.equal((sniff.ended(), other.ended()), (0, 0), "the exit codes of sniff and tcpdump")
    wanted, got = captures.read(theirs).packets, captures.read(ours).packets
    scene.equal(len(got), 20, "the number of packets")
    scene.same(wanted, got)
    scene.equal(sniff.counts().get("captured"), 20, "`packets captured`")


@play(slow=4)
def same_two_interfaces(scene):
    """two interfaces of different link types at once: Ethernet and raw IP, one pcapng"""
    tunnel = Tunnel(scene)
    ours = scene.path("sniff.pcapng")
    others = {device: scene.tcpdump("-i", device, "-w", scene.path(device + ".pcap")) for device in ("eth", "tun0")}
    sniff = scene.sniff("-i", "eth", "-i", "tun0", "-w", ours, listening=2)
    scene.mark(BEGIN)
    tunnel.mark(BEGIN)
    for _ in range(3):
        done = scene.run("ping", "-n", "-q", "-c", "3", "-i", "0.05", tunnel.PEER)
        scene.check(done.returncode == 0, "no answer through the tunnel: " + done.stdout)
        traffic.datagrams(scene)
    tunnel.mark(END)
    scene.mark(END)
    scene.equal(sniff.stop(), 0, "sniff's exit code")
    file = captures.read(ours)
    scene.equal(dict(zip(file.names, file.links)), {"eth": EN10MB, "tun0": RAW}, "the interfaces")
    for device, other in others.items():
        scene.settled(scene.path(device + ".pcap"))
        other.stop()
        number = file.names.index(device)
        own = [packet for packet in file.packets if packet.interface == number]
        got = captures.between(own, BEGIN, END)
        if scene.check(got is not None, f"no marks on {device}"):
            scene.same(scene.marked(scene.path(device + ".pcap")), got, device)
    times = [packet.time_ns for packet in file.packets]
    swaps = sum(later < earlier for earlier, later in zip(times, times[1:]))
    scene.note(f"{swaps} of {len(times)} packets of two interfaces are behind one of a later time")


class Tunnel(threading.Thread):
    """A TUN device in the left host, whose frames are bare IP packets; its far end answers pings."""

    OWN, PEER = "10.8.0.1", "10.8.0.2"
    TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x1, 0x1000

    def __init__(self, scene):
        super().__init__(daemon=True)
        self.scene = scene
        try:
            with scene.left.namespace.entered():
                self.door = os.open("/dev/net/tun", os.O_RDWR)
                fcntl.ioctl(self.door, self.TUNSETIFF, struct.pack("16sH22x", b"tun0", self.IFF_TUN | self.IFF_NO_PI))
        except OSError as error:
            raise Unsupported(f"no TUN device: {error}") from None
        scene.left.namespace.ip("link set tun0 up", f"address add {self.OWN}/24 dev tun0")
        self.start()

    def run(self):
        while True:
            packet = os.read(self.door, 65_536)
            if packet[0] == 0x45 and packet[9] == 1 and packet[20] == 8:
                # An echo request becomes its reply: the addresses swapped, the type 0; the checksum grows by 8 << 8.
                total = int.from_bytes(packet[22:24], "big") + 0x800
                total = (total & 0xFFFF) + (total >> 16)
                reply = packet[:12] + packet[16:20] + packet[12:16] + b"\0" + packet[21:22]
                os.write(self.door, reply + total.to_bytes(2, "big") + packet[24:])

    def mark(self, word):
        self.scene.left.marks.sendto(word, (self.PEER, 9))


@play(slow=2)
def same_tagged(scene):
    """frames with one and two VLAN tags: the kernel takes the outer one off, and the capture has it again"""
    theirs, ours = scene.path("tcpdump.pcap"), scene.path("sniff.pcap")
    other, sniff = scene.tcpdump("-i", "eth", "-w", theirs), scene.sniff("-i", "eth", "-w", ours)
    filtered = scene.sniff("-i", "eth", "-w", scene.path("filtered.pcap"), "vlan 7")
    door = scene.right.socket(socket.SOCK_RAW, socket.AF_PACKET)
    door.bind(("eth", 0))
    hardware = bytes.fromhex((scene.left.hardware + scene.right.hardware).replace(":", ""))
    scene.mark(BEGIN)
    for tags in (b"\x81\x00\x00\x07", b"\x88\xa8\x60\x09\x81\x00\x00\x07", b"\x81\x00\xe0\x08"):
        door.send(hardware + tags + b"\x88\xb5" + bytes(60))
    scene.mark(END)
    scene.equal((sniff.stop(), filtered.stop()), (0, 0), "the exit codes")
    scene.settled(theirs)
    other.stop()
    scene.same(scene.marked(theirs), scene.marked(ours))
    tagged = [packet for packet in scene.marked(ours) if packet.data[12:14] in (b"\x81\x00", b"\x88\xa8")]
    scene.equal(len(tagged), 3, "the number of tagged frames")
    scene.equal(len(captures.read(scene.path("filtered.pcap")).packets), 1, "the frames that `vlan 7` takes")


@play(slow=4)
def same_vlan(scene):
    """a VLAN, captured on the VLAN's interface and, tag and all, on the one below"""
    try:
        for host, address in ((scene.left, "10.7.0.1"), (scene.right, "10.7.0.2")):
            host.namespace.ip(
                "link add link eth name vlan7 type vlan id 7", "link set vlan7 up", f"address add {address}/24 dev vlan7"
            )
    except Exception as error:
        raise Unsupported(f"no VLAN device: {error}") from None
    runs = []
    for device in ("eth", "vlan7"):
        theirs, ours = scene.path(f"{device}-tcpdump.pcap"), scene.path(f"{device}-sniff.pcap")
        runs.append((theirs, ours, scene.tcpdump("-i", device, "-w", theirs), scene.sniff("-i", device, "-w", ours)))
    scene.left.marks.sendto(BEGIN, ("10.7.0.2", 9))
    scene.run("ping", "-n", "-q", "-c", "5", "-i", "0.05", "-s", "2000", "10.7.0.2")
    scene.left.marks.sendto(END, ("10.7.0.2", 9))
    for theirs, ours, other, sniff in runs:
        scene.equal(sniff.stop(), 0, "sniff's exit code")
        scene.settled(theirs)
        other.stop()
        scene.same(scene.marked(theirs), scene.marked(ours))
    tagged = [packet for packet in scene.marked(runs[0][1]) if packet.data[12:14] == b"\x81\x00"]
    scene.equal(len(tagged), len(scene.marked(runs[0][1])), "the number of tagged frames")


@play()
def same_pipe(scene):
    """tcpdump -w - | sniff -r -: each packet at once, though the pipe goes on"""
    reading, writing = os.pipe()
    theirs = scene.path("tcpdump.pcap")
    other = scene.tcpdump("-i", "eth", "-w", theirs)
    source = scene.tcpdump("-i", "eth", "-w", "-", output=writing)
    os.close(writing)
    sniff = scene.sniff("-r", "-", "-T", "json", listening=0, stdin=reading)
    os.close(reading)
    scene.mark(BEGIN)
    scene.datagrams(20, pause=0.01)
    scene.mark(END)
    scene.settled(theirs)
    wanted = captures.read(theirs).packets
    sniff.wait_for(lambda: len(sniff.output.lines) >= len(wanted), "it shows all packets while the pipe is open", 5)
    for program in (source, other):
        program.stop()
    scene.equal(sniff.ended(), 0, "sniff's exit code")
    check_json(scene, sniff, wanted)


@play()
def same_named_pipe(scene):
    """a named pipe as -r FILE, opened before anybody writes to it"""
    fifo, theirs = scene.path("fifo"), scene.path("tcpdump.pcap")
    os.mkfifo(fifo)
    sniff = scene.sniff("-r", fifo, "-T", "json", listening=0)
    other, source = scene.tcpdump("-i", "eth", "-w", theirs), scene.tcpdump("-i", "eth", "-w", fifo)
    scene.mark(BEGIN)
    scene.datagrams(20, pause=0.01)
    scene.mark(END)
    scene.settled(theirs)
    wanted = captures.read(theirs).packets
    sniff.wait_for(lambda: len(sniff.output.lines) >= len(wanted), "it shows all packets while the pipe is open", 5)
    for program in (source, other):
        program.stop(signal.SIGTERM)
    scene.equal(sniff.ended(), 0, "sniff's exit code")
    check_json(scene, sniff, wanted)


def check_json(scene, sniff, wanted):
    got = [json.loads(line) for _, line in sniff.output.lines]
    seen = [(round(entry["ts"] * 1e6), entry["length"], entry["captured"]) for entry in got]
    scene.equal(seen, [(p.time_ns // 1000, p.length, len(p.data)) for p in wanted], "what is shown")


@play(slow=4)
def same_views(scene):
    """lines and JSON as they come say what they say of the saved file"""
    theirs = scene.path("tcpdump.pcap")
    act = traffic.Mixed(scene)
    other = scene.tcpdump("-i", "eth", "-w", theirs)
    views = {words: scene.sniff("-i", "eth", *words) for words in (("-t",), ("-T", "json"))}
    scene.mark(BEGIN)
    act()
    scene.mark(END)
    for sniff in views.values():
        scene.equal(sniff.stop(), 0, "the exit code")
    scene.settled(theirs)
    other.stop()
    for words, sniff in views.items():
        live = [line for _, line in sniff.output.lines]
        saved = scene.run(scene.sniff_path, "-r", theirs, *words).stdout.splitlines()
        if "json" in words:
            # A live run also tells its losses.
            packets = lambda lines: [timeless(line) for line in lines if '"type":"packet"' in line]
            live, saved = packets(live), packets(saved)
        wrong = [pair for pair in zip(live, saved) if pair[0] != pair[1]]
        scene.check(len(live) == len(saved), f"{' '.join(words)}: {len(live)} lines live, {len(saved)} of the file")
        scene.check(not wrong, f"{' '.join(words)}: {len(wrong)} lines differ; the first: {wrong[:1]}")


def timeless(line):
    """A packet object without what may differ between two captures of one packet: times (see captures.differences)."""
    entry = json.loads(line)
    for key in ("time", "ts", "interface"):
        entry.pop(key, None)
    for layer in entry["layers"]:
        layer["fields"] = {key: value for key, value in layer["fields"].items() if ".time_" not in key}
    return entry
