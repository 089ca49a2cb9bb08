"""Whose the sockets of this host are, as sniff learns from the kernel beside the packets."""

import contextlib
import json
import subprocess
import sys

from rights import AS_NOBODY, NOBODY
from scene import play

PORT = 7000
# Both hold their sockets until their standard input ends.
SERVER = f"""
import socket, sys
door = socket.socket()
door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
door.bind(("127.0.0.1", {PORT}))
door.listen()
print("ready", flush=True)
there, _ = door.accept()
while there.recv(1000):
    pass
"""
CLIENT = f"""
import socket, sys
there = socket.create_connection(("127.0.0.1", {PORT}))
there.sendall(b"text")
sys.stdin.read()
"""


def started(scene, program, before=()):
    return scene.start([*before, sys.executable, "-c", program], own_sys=False, stdin=subprocess.PIPE)


def flows(sniff):
    """The flow objects of the connection so far."""
    entries = [json.loads(line) for _, line in list(sniff.output.lines)]
    return [entry for entry in entries if entry["type"] == "flow" and entry["server"]["port"] == PORT]


def connected(scene, sniff, before=()):
    """A connection between two processes; returns the client, the server, and the snapshot that knows their users."""
    server = started(scene, SERVER)
    server.wait_for(lambda: server.output.lines, "it listens")
    client = started(scene, CLIENT, before)

    def known():
        return [f for f in flows(sniff) if all(f[end]["process"] for end in ("client", "server"))]

    sniff.wait_for(known, "a snapshot that knows both processes")
    return client, server, known()[-1]


def name_of(program):
    with open(f"/proc/{program.pid}/comm") as file:
        return file.read().rstrip("\n")


@play(slow=4)
def owners(scene):
    """root: --flows -T json has the processes of both ends and the kernel's states, while the connection is open and after"""
    sniff = scene.sniff("-i", "lo", "--flows", "-T", "json", "--every", "1")
    client, server, flow = connected(scene, sniff)
    names = {"client": name_of(client), "server": name_of(server)}
    scene.equal(flow["final"], False, "`final` in a snapshot")
    for end, program in (("client", client), ("server", server)):
        process = flow[end]["process"]
        found = (process["pid"], process["name"], process["uid"])
        scene.equal(found, (program.pid, names[end], 0), f"pid, name and uid of the {end}")
        scene.equal(flow[end]["kernel_state"], "ESTABLISHED", f"the kernel's state of the {end}")
    with contextlib.suppress(BrokenPipeError):
        client.process.stdin.close()
    client.ended()
    server.ended()
    sniff.wait_for(lambda: flows(sniff)[-1]["final"], "the last word about the connection", 10)
    scene.equal(sniff.stop(), 0, "the exit code")
    told = flows(sniff)
    scene.equal([flow["final"] for flow in told].count(True), 1, "how often the last word is said")
    last = told[-1]
    scene.equal(last["client"]["kernel_state"], "TIME-WAIT", "the kernel's state of the client after its FIN")
    scene.equal(last["server"]["kernel_state"], "CLOSED", "the kernel's state of the server after its last ACK")
    for end, program in (("client", client), ("server", server)):
        scene.equal((last[end]["process"] or {}).get("pid"), program.pid, f"the {end}'s process when it is gone")


@play(slow=3)
def owners_of_others(scene):
    """an ordinary user with CAP_NET_RAW: of others' sockets the user and the state, of their own the process too"""
    scene.need("setpriv")
    may = ["--inh-caps=-all,+net_raw", "--ambient-caps=-all,+net_raw", "--bounding-set=-all,+net_raw"]
    words = ("-i", "lo", "--flows", "-T", "json", "--every", "1")
    sniff = scene.sniff(*words, before=[*AS_NOBODY, *may])
    client, _, flow = connected(scene, sniff, [*AS_NOBODY, "--inh-caps=-all", "--bounding-set=-all"])
    process = flow["server"]["process"]
    scene.equal((process["pid"], process["name"], process["uid"]), (None, None, 0), "pid, name and uid of root's server")
    process = flow["client"]["process"]
    scene.equal((process["pid"], process["uid"]), (client.pid, NOBODY.pw_uid), "pid and uid of the same user's client")
    for end in ("client", "server"):
        scene.equal(flow[end]["kernel_state"], "ESTABLISHED", f"the kernel's state of the {end}")
    scene.equal(sniff.stop(), 0, "the exit code")
