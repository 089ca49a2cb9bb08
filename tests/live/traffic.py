"""Real traffic of real programs between the two hosts of a play."""

import contextlib
import os
import socket
import struct
import sys
import threading

NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 64; }}
http {{
    access_log off; client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
    uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5; default_type text/plain;
    server {{ listen 80; listen [::]:80; root {folder}/www; }}
}}
"""


class Web:
    """nginx in the right host, or Python's own server where there is no nginx, with one small and one large file."""

    def __init__(self, scene):
        self.scene = scene
        folder = scene.path("web")
        os.makedirs(f"{folder}/www", exist_ok=True)
        for name, size in (("small", 300), ("large", 200_000)):
            with open(f"{folder}/www/{name}", "wb") as file:
                file.write(bytes(range(256)) * (size // 256))
        nginx = next((path for path in ("/usr/sbin/nginx", "/usr/bin/nginx") if os.path.exists(path)), None)
        if nginx:
            with open(f"{folder}/nginx.conf", "w") as file:
                file.write("user root;" + NGINX.format(folder=folder))
            command = [nginx, "-c", f"{folder}/nginx.conf", "-e", f"{folder}/nginx.log"]
        else:
            command = [sys.executable, "-m", "http.server", "80", "--bind", "::", "--directory", f"{folder}/www"]
        self.program = scene.start(command, scene.right, own_sys=False)
        self.program.wait_for(self._answers, "it answers")

    def _answers(self):
        with contextlib.suppress(OSError), self.scene.right.socket(socket.SOCK_STREAM) as door:
            door.connect(("127.0.0.1", 80))
            return True
        return False

    def fetch(self, *names, family=4):
        host = self.scene.right.v4 if family == 4 else f"[{self.scene.right.v6}]"
        urls = [word for name in names for word in ("-o", "/dev/null", f"http://{host}/{name}")]
        done = self.scene.run("curl", "-sS", "--noproxy", "*", *urls)
        if done.returncode:
            raise RuntimeError("curl: " + done.stderr)


class Names(threading.Thread):
    """A DNS server in the right host that answers every question for an address with one."""

    def __init__(self, scene):
        super().__init__(daemon=True)
        self.door = scene.right.socket(socket.SOCK_DGRAM)
        self.door.bind((scene.right.v4, 53))
        self.start()

    def run(self):
        while True:
            query, asker = self.door.recvfrom(4096)
            end = query.index(b"\0", 12) + 5
            header = query[:2] + struct.pack("!HHHHH", 0x8580, 1, 1, 0, 0)
            answer = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 60, 4) + bytes([192, 0, 2, 1])
            self.door.sendto(header + query[12:end] + answer, asker)


def ping(scene, family=4, count=3, size=56):
    scene.need("ping")
    host = scene.right.v4 if family == 4 else scene.right.v6
    done = scene.run("ping", f"-{family}", "-n", "-q", "-c", count, "-i", "0.05", "-s", size, host)
    if done.returncode:
        raise RuntimeError("ping: " + done.stdout + done.stderr)


def dig(scene):
    scene.need("dig")
    for name in ("www.example.net", "mail.example.org"):
        done = scene.run("dig", "+short", "+tries=1", "+time=3", f"@{scene.right.v4}", name)
        if "192.0.2.1" not in done.stdout:
            raise RuntimeError("dig: " + done.stdout + done.stderr)


def datagrams(scene):
    """UDP over IPv4 and IPv6, empty to fragmented, both ways."""
    for family, ends in ((socket.AF_INET, (scene.left.v4, scene.right.v4)), (socket.AF_INET6, (scene.left.v6, scene.right.v6))):
        doors = [host.socket(socket.SOCK_DGRAM, family) for host in (scene.left, scene.right)]
        for door, address in zip(doors, ends):
            door.bind((address, 5000))
            door.settimeout(5)
        for size in (0, 1, 17, 1400, 4000):
            for sender, receiver in ((0, 1), (1, 0)):
                doors[sender].sendto(bytes(size), (ends[receiver], 5000))
                doors[receiver].recv(65_536)
        for door in doors:
            door.close()


def stream(scene, size=300_000, port=6000):
    """One TCP connection with data one way, closed in order."""
    listener = scene.right.socket(socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((scene.right.v4, port))
    listener.listen(1)
    with listener, scene.left.socket(socket.SOCK_STREAM) as client:
        client.connect((scene.right.v4, port))
        server, _ = listener.accept()
        sender = threading.Thread(target=lambda: (client.sendall(bytes(size)), client.shutdown(socket.SHUT_WR)))
        sender.start()
        with server:
            while server.recv(1 << 16):
                pass
        sender.join()


def all_of(scene):
    """A second of everything; the marks around it say where it begins and ends."""
    web = Web(scene)
    Names(scene)
    yield
    web.fetch("small", "large", "none")
    web.fetch("small", family=6)
    ping(scene)
    ping(scene, family=6, size=2000)
    dig(scene)
    datagrams(scene)
    stream(scene)


class Mixed:
    """Starts the servers at once, and makes the traffic when called."""

    def __init__(self, scene):
        scene.need("curl")
        self.parts = all_of(scene)
        next(self.parts)

    def __call__(self):
        for _ in self.parts:
            pass


