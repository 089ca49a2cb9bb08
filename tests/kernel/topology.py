"""Network namespaces that exist only while this process runs.

No namespace gets a name under /run/netns: each is held by a descriptor, so the kernel removes it, and the links in it,
when the process ends, however it ends. Nothing of the machine's own network is touched.
"""

import array
import contextlib
import ctypes
import fcntl
import os
import socket
import struct
import subprocess
import threading
import time

CLONE_NEWNS, CLONE_NEWNET = 0x00020000, 0x40000000
MS_NOSUID, MS_REC, MS_PRIVATE = 0x2, 0x4000, 0x40000
LIBC = ctypes.CDLL(None, use_errno=True)
# ioctl and commands of <linux/ethtool.h>: what to switch so that no segment is longer than the link's MTU and every
# checksum is computed before the frame is captured.
SIOCETHTOOL = 0x8946
SIOCGIFFLAGS, IFF_RUNNING = 0x8913, 0x40
ETHTOOL_STXCSUM, ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO = 0x17, 0x1F, 0x24, 0x2C


class NotPermitted(Exception):
    """The system does not allow what this test needs; the text says what."""


def _call(name, *arguments):
    if getattr(LIBC, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise NotPermitted(f"{name}: {os.strerror(number)}")


def leave_the_machine():
    """Moves this process into a network and a mount namespace of its own."""
    _call("unshare", CLONE_NEWNET | CLONE_NEWNS)
    _call("mount", b"none", b"/", None, MS_REC | MS_PRIVATE, None)
    # Namespaces made from here on get a small table of sockets of their own. Without that, each look at the sockets
    # walks the machine's whole table (Linux 6.1 and later; before that the looks are only slower).
    with contextlib.suppress(OSError):
        with open("/proc/sys/net/ipv4/tcp_child_ehash_entries", "w") as setting:
            setting.write("1024")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def mount_tracefs(where):
    """Mounts tracefs at `where`, in this process's mount namespace only."""
    _call("mount", b"tracefs", os.fsencode(where), b"tracefs", MS_NOSUID, None)


class Namespace:
    """One network namespace, held by a descriptor."""

    def __init__(self):
        made = []

        # Network namespaces belong to threads: a thread of its own leaves this one's alone.
        def make():
            try:
                _call("unshare", CLONE_NEWNET)
                made.append(os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC))
            except (NotPermitted, OSError) as error:
                made.append(error)

        thread = threading.Thread(target=make)
        thread.start()
        thread.join()
        if not isinstance(made[0], int):
            raise NotPermitted(str(made[0]))
        self.descriptor = made[0]

    @contextlib.contextmanager
    def entered(self):
        """Sockets made and files opened by this thread inside belong to the namespace."""
        before = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            _call("setns", self.descriptor, CLONE_NEWNET)
            yield
        finally:
            _call("setns", before, CLONE_NEWNET)
            os.close(before)

    def ip(self, *lines):
        """Runs lines of the `ip` command."""
        with self.entered():
            done = subprocess.run(["ip", "-batch", "-"], input="\n".join(lines), text=True, capture_output=True)
        if done.returncode:
            raise NotPermitted("ip: " + done.stderr.strip())

    def set(self, name, value):
        """Sets a sysctl below net/; False where this kernel does not have it."""
        try:
            with self.entered(), open("/proc/sys/net/" + name, "w") as setting:
                setting.write(str(value))
            return True
        except OSError:
            return False

    def retransmitted_segments(self):
        """RetransSegs of /proc/net/snmp: segments that this namespace sent again, IPv4 and IPv6."""
        with self.entered(), open("/proc/thread-self/net/snmp") as counters:
            names, values = [line.split() for line in counters if line.startswith("Tcp:")]
        return int(values[names.index("RetransSegs")])

    def without_offloads(self, device):
        """Makes `device` send segments as they look on a wire: no longer than the MTU, checksums filled in."""
        with self.entered(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
            for command in (ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO, ETHTOOL_STXCSUM):
                value = array.array("B", struct.pack("II", command, 0))
                request = struct.pack("16sP", device.encode(), value.buffer_info()[0])
                with contextlib.suppress(OSError):
                    fcntl.ioctl(door.fileno(), SIOCETHTOOL, request)


    def wait_for_link(self, device):
        """Waits until `device` sends: the kernel activates a new link's queue a little later, and drops till then."""
        end = time.monotonic() + 10
        with self.entered(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
            while True:
                answer = fcntl.ioctl(door.fileno(), SIOCGIFFLAGS, struct.pack("16sH22x", device.encode(), 0))
                if struct.unpack_from("H", answer, 16)[0] & IFF_RUNNING:
                    break
                if time.monotonic() > end:
                    raise NotPermitted(f"the link {device} does not come up")
                time.sleep(0.005)
        # The flag comes just before the activation; this waits for the same lock, and so for its end.
        self.ip(f"link set {device} up")


class Host:
    """One end: a namespace, its link `eth`, and its addresses."""

    def __init__(self, side, number, network, hardware):
        self.side = side
        self.namespace = Namespace()
        self.hardware = hardware
        self.addresses = {4: f"10.{network}.{number}", 6: f"fd{network:02x}::{number.replace('.', ':')}"}

    def address(self, family):
        return self.addresses[family]

    def socket(self, family):
        with self.namespace.entered():
            made = socket.socket(socket.AF_INET if family == 4 else socket.AF_INET6, socket.SOCK_STREAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return made


class Topology:
    """client -- middle -- server: two links and nothing that forwards between them but `middle.Middle`.

    `index` and `network` make the addresses of plays that run at the same time differ, since the tracepoint that tells
    of state changes does not tell the namespace.
    """

    def __init__(self, index, network, offloads):
        self.client = Host("client", f"{index}.1", network, "02:00:00:00:00:01")
        self.server = Host("server", f"{index}.2", network, "02:00:00:00:00:02")
        self.middle = Namespace()
        for host, device, peer in ((self.client, "c", self.server), (self.server, "s", self.client)):
            for name, value in (
                ("ipv6/conf/default/accept_dad", 0),
                ("ipv6/conf/default/router_solicitations", 0),
                ("ipv6/conf/default/mldv2_unsolicited_report_interval", 0),
                ("ipv4/tcp_syncookies", 0),
                ("ipv4/tcp_no_metrics_save", 1),
                # The default is the machine's choice; Reno is in every kernel, so all machines answer alike.
                ("ipv4/tcp_congestion_control", "reno"),
            ):
                host.namespace.set(name, value)
            self.middle.ip(
                f"link add {device} type veth peer name eth netns /proc/{os.getpid()}/fd/{host.namespace.descriptor}",
                f"link set {device} up",
            )
            host.namespace.ip(
                "link set lo up",
                f"link set eth address {host.hardware}",
                "link set eth up",
                f"address add {host.address(4)}/24 dev eth",
                f"address add {host.address(6)}/64 dev eth nodad",
                f"neighbour add {peer.address(4)} lladdr {peer.hardware} dev eth nud permanent",
                f"neighbour add {peer.address(6)} lladdr {peer.hardware} dev eth nud permanent",
            )
            if not offloads:
                host.namespace.without_offloads("eth")
                self.middle.without_offloads(device)
        for host, device in ((self.client, "c"), (self.server, "s")):
            host.namespace.wait_for_link("eth")
            self.middle.wait_for_link(device)
