"""What a capture needs to be allowed, and what it gives up before the first packet."""

import os
import pwd
import re
import shutil
import signal
import time

import captures
from scene import BEGIN, END, Unsupported, play

NOBODY = pwd.getpwnam("nobody")
AS_NOBODY = ("setpriv", f"--reuid={NOBODY.pw_uid}", f"--regid={NOBODY.pw_gid}", "--clear-groups")


def status(sniff):
    return {key: sniff.status(key) for key in ("Uid", "CapEff", "CapPrm", "CapAmb", "NoNewPrivs", "Seccomp")}


def powerless(scene, sniff, uid):
    """Holds /proc/PID/status of a running capture against what must be in force."""
    said = status(sniff)
    scene.equal(said["Uid"].split(), [str(uid)] * 4, "the user ids")
    for key in ("CapEff", "CapPrm", "CapAmb"):
        scene.equal(int(said[key], 16), 0, key)
    scene.equal(said["NoNewPrivs"], "1", "NoNewPrivs")
    scene.equal(said["Seccomp"], "2", "Seccomp")
    for task in os.listdir(f"/proc/{sniff.pid}/task"):
        with open(f"/proc/{sniff.pid}/task/{task}/status") as file:
            lines = dict(line.rstrip("\n").split(":", 1) for line in file)
        scene.equal(lines["Seccomp"].strip(), said["Seccomp"], f"Seccomp of thread {task}")
        scene.equal(int(lines["CapEff"].strip(), 16), 0, f"CapEff of thread {task}")


def works(scene, sniff, wanted=6):
    """Captures some datagrams and ends well."""
    scene.datagrams(wanted)
    scene.equal(sniff.stop(), 0, "the exit code")
    scene.equal(sniff.counts().get("captured"), wanted, "`packets captured`")


@play()
def rights_none(scene):
    """an ordinary user without capabilities: exit 1 and the exact commands that help"""
    scene.need("setpriv")
    sniff = scene.sniff("-i", "eth", before=[*AS_NOBODY, "--inh-caps=-all", "--bounding-set=-all"], listening=0)
    scene.equal(sniff.ended(5), 1, "the exit code")
    said = sniff.errors.text()
    command = re.search(r"setcap '?cap_net_raw[+=](ep|eip)'? (\S+)", said)
    scene.check(command and scene.sniff_path in command[2], f"no setcap command for this program: {said!r}")
    scene.check("sudo" in said, f"no sudo command: {said!r}")


@play()
def rights_net_raw_alone(scene):
    """an ordinary user with CAP_NET_RAW and nothing else: works, and gives it up"""
    scene.need("setpriv")
    before = [*AS_NOBODY, "--inh-caps=-all,+net_raw", "--ambient-caps=-all,+net_raw", "--bounding-set=-all,+net_raw"]
    sniff = scene.sniff("-i", "eth", "udp", before=before)
    powerless(scene, sniff, NOBODY.pw_uid)
    works(scene, sniff)


@play()
def rights_of_the_file(scene):
    """setcap cap_net_raw+ep on the program, as the error message says"""
    scene.need("setcap", "setpriv")
    copy = shutil.copy(scene.sniff_path, scene.path("capable"))
    os.chmod(copy, 0o755)
    os.chmod(scene.folder, 0o755)
    if scene.run("setcap", "cap_net_raw+ep", copy).returncode:
        raise Unsupported("this file system keeps no capabilities")
    sniff = scene.start([*AS_NOBODY, copy, "-i", "eth", "udp"]).listening()
    powerless(scene, sniff, NOBODY.pw_uid)
    works(scene, sniff)


@play()
def rights_user_namespace(scene):
    """unshare -Urn: an ordinary user captures in a network namespace of their own"""
    scene.need("setpriv", "ping")
    script = (
        'ip link set lo up; "$1" -i lo -c 4 icmp & sleep 0.1; '
        "for i in 1 2 3 4 5 6 7 8; do ping -n -q -c 1 -W 1 127.0.0.1 >/dev/null; sleep 0.2; done; wait $!"
    )
    probe = scene.run(*AS_NOBODY, "unshare", "-Urn", "true")
    if probe.returncode:
        raise Unsupported("ordinary users may not make namespaces here: " + probe.stderr.strip())
    probe = scene.run(*AS_NOBODY, "unshare", "-Urn", "sh", "-c", "ip link set lo up; ping -n -q -c 1 127.0.0.1")
    if probe.returncode:
        raise Unsupported("ping does not work in a user namespace: " + probe.stderr.strip())
    done = scene.run(*AS_NOBODY, "unshare", "-Urn", "sh", "-c", script, "sh", scene.sniff_path)
    scene.equal(done.returncode, 0, f"the exit code ({done.stderr[-300:]})")
    scene.equal(len(done.stdout.splitlines()), 4, f"the number of lines ({done.stderr[-300:]})")


@play()
def rights_root(scene):
    """root: the process that parses packets has no capability left and is in the sandbox"""
    for words in ((), ("-w", scene.path("sniff.pcap")), ("-w", scene.path("many.pcap"), "-C", "1M"), ("--flows", "-T", "json")):
        sniff = scene.sniff("-i", "eth", *words, "udp")
        powerless(scene, sniff, 0)
        works(scene, sniff)


@play()
def rights_change_user(scene):
    """-Z nobody: that user, its group, no other group"""
    sniff = scene.sniff("-i", "eth", "-Z", "nobody", "udp")
    powerless(scene, sniff, NOBODY.pw_uid)
    scene.equal(sniff.status("Gid").split(), [str(NOBODY.pw_gid)] * 4, "the group ids")
    scene.check(set(sniff.status("Groups").split()) <= {str(NOBODY.pw_gid)}, f"other groups: {sniff.status('Groups')}")
    works(scene, sniff)
    sniff = scene.sniff("-i", "eth", "-Z", "no-such-user", listening=0)
    scene.check(sniff.ended(5) in (1, 2), "it captures although the user of -Z does not exist")
    scene.check("no-such-user" in sniff.errors.text(), f"it said: {sniff.errors.text()!r}")


@play()
def rights_change_user_and_rotate(scene):
    """-Z nobody with -C: later files are made too, in a folder that nobody cannot write to"""
    folder = scene.path("roots")
    os.makedirs(folder, mode=0o755)
    sniff = scene.sniff("-i", "eth", "-Z", "nobody", "-C", "20K", "-w", f"{folder}/a.pcap", "udp")
    scene.datagrams(60, size=1000)
    scene.equal(sniff.stop(), 0, "the exit code")
    files = [captures.read(os.path.join(folder, name)) for name in os.listdir(folder)]
    scene.equal(sum(len(file.packets) for file in files), 60, f"the packets in {len(files)} files")


@play()
def rights_strict(scene):
    """--sandbox strict: all of it or nothing; --sandbox off: none, and said; -v tells what is in force"""
    sniff = scene.sniff("-i", "eth", "--sandbox", "strict", "-v", "udp", listening=0)
    end = time.monotonic() + 5
    while "listening on" not in sniff.errors.text() and sniff.process.poll() is None and time.monotonic() < end:
        time.sleep(0.02)
    if sniff.process.poll() is not None:
        scene.check(sniff.ended() == 1, f"strict ends with {sniff.process.returncode}")
        said = sniff.errors.text()
        scene.check(any(word in said for word in ("landlock", "seccomp")), f"it does not say what is missing: {said!r}")
        raise Unsupported(f"this kernel lacks what strict needs: {said.strip()[-200:]}")
    powerless(scene, sniff, 0)
    said = sniff.errors.text()
    for word in ("seccomp", "landlock"):
        scene.check(word in said.lower(), f"-v does not say of {word}: {said!r}")
    works(scene, sniff)
    sniff = scene.sniff("-i", "eth", "--sandbox", "off", "udp")
    scene.equal(sniff.status("Seccomp"), "0", "Seccomp with --sandbox off")
    works(scene, sniff)


@play(slow=3)
def rights_all_views(scene):
    """the sandbox allows what each view and -w need, until the end"""
    for words in (
        ("-V",), ("--explain",), ("-x",), ("-T", "json"), ("--states",), ("--states", "-T", "json"), ("--flows",),
        ("-tttt",), ("-w", scene.path("a.pcapng"), "--annotate"), ("-w", scene.path("b.pcap"), "--print"),
    ):  # fmt: skip
        sniff = scene.sniff("-i", "eth", *words, "udp")
        scene.mark(BEGIN)
        scene.mark(END)
        code = sniff.stop(signal.SIGTERM)
        scene.equal(code, 0, f"the exit code with {' '.join(words)} ({sniff.errors.text()[-200:]})")
