"""-D, -L and -J beside what ip and tcpdump say."""

import json
import re
import subprocess

from scene import play

@play()
def list_interfaces(scene):
    """-D: every interface that ip shows, as a table and as JSON"""
    scene.spare("spare", "other")
    scene.left.namespace.ip("link set spare down")
    links = json.loads(scene.run("ip", "-j", "address").stdout)
    names = {link["ifname"] for link in links}
    table = scene.run(scene.sniff_path, "-D")
    scene.equal(table.returncode, 0, f"the exit code ({table.stderr})")
    for name in [*sorted(names), "any"]:
        scene.check(re.search(rf"\b{name}\b", table.stdout), f"-D does not show {name}: {table.stdout!r}")
    done = scene.run(scene.sniff_path, "-D", "-T", "json")
    scene.equal(done.returncode, 0, f"the exit code ({done.stderr})")
    shown = {entry["name"]: entry for entry in map(json.loads, done.stdout.splitlines())}
    scene.check(names <= set(shown), f"-D -T json shows {sorted(shown)}, ip {sorted(names)}")
    for link in links:
        entry = shown.get(link["ifname"], {})
        text = json.dumps(entry)
        for address in link["addr_info"]:
            scene.check(address["local"] in text, f"{address['local']} is missing in {text}")
        for word, flag in (("up", "UP"), ("loopback", "LOOPBACK")):
            if word in entry:
                scene.equal(entry[word], flag in link["flags"], f"`{word}` of {link['ifname']}")
            else:
                scene.check(False, f"`{word}` is missing in {text}")


@play()
def list_by_index(scene):
    """-i 1 is the first interface of -D"""
    done = scene.run(scene.sniff_path, "-D", "-T", "json")
    first = json.loads(done.stdout.splitlines()[0])["name"]
    sniff = scene.sniff("-i", "1")
    scene.check(f"listening on {first}," in sniff.errors.text(), f"it said: {sniff.errors.text()!r}, first is {first}")
    scene.equal(sniff.stop(), 0, "the exit code")


@play()
def list_hostile_names(scene):
    """an interface whose name holds escape characters: no raw control byte comes out, and the list goes on"""
    with scene.left.namespace.entered():
        subprocess.run(["ip", "link", "add", b"e\x1b[31mx", "type", "veth"], check=True, capture_output=True)
    for words in (("-D",), ("-D", "-T", "json")):
        done = scene.run(scene.sniff_path, *words, text=False)
        scene.equal(done.returncode, 0, f"the exit code ({done.stderr[-200:]})")
        raw = [byte for byte in done.stdout + done.stderr if byte < 0x20 and byte not in b"\n\t" or byte == 0x7F]
        scene.equal(raw, [], "raw control bytes with " + " ".join(words))
        scene.check(b"eth" in done.stdout, f"eth is missing: {done.stdout!r}")


@play()
def list_link_types(scene):
    """-L: the link types that tcpdump -L shows"""
    done = scene.run(scene.sniff_path, "-i", "eth", "-L")
    scene.equal(done.returncode, 0, f"the exit code ({done.stderr})")
    theirs = scene.run("tcpdump", "-i", "eth", "-L")
    for name in re.findall(r"^  (\S+)", theirs.stdout + theirs.stderr, re.M):
        scene.check(name in done.stdout, f"{name} is missing: {done.stdout!r}")


@play()
def list_stamp_types(scene):
    """-J: the time-stamp types that tcpdump -J shows"""
    done = scene.run(scene.sniff_path, "-i", "eth", "-J")
    scene.equal(done.returncode, 0, f"the exit code ({done.stderr})")
    theirs = scene.run("tcpdump", "-i", "eth", "-J")
    for name in re.findall(r"^  (\S+)", theirs.stdout + theirs.stderr, re.M):
        scene.check(name in done.stdout, f"{name} is missing: {done.stdout!r}")
