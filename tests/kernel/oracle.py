#!/usr/bin/env python3
"""Plays TCP connections between real Linux sockets, and compares the states that sniff recovers with the kernel's own.

    oracle.py [--sniff PATH] [--only NAME ...] [--keep FOLDER] [--jobs N] [--list]

Each play runs in three network namespaces: client, middle, server. The middle forwards, loses, delays, repeats and
forges, and captures one of both links. While a play runs, the kernel is asked for all its sockets' states; afterwards
each state that it held for 60 ms must be what sniff says in the middle of that time, and at every checkpoint; the
verdicts and the number of retransmissions must be equal too.

Needs root and leave to make network namespaces; says SKIPPED and ends with 77 without. Ends with 1 on any difference.
"""

import argparse
import ctypes
import functools
import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback

# The folder is a source tree: nothing else is written there.
sys.dont_write_bytecode = True

import compare
import middle
import players
import stage
import topology
import truth
from plays import PLAYS

# Whoever is imported here registers its plays.
for group in ("plays_open", "plays_close", "plays_reset", "plays_data"):
    importlib.import_module(group)

SKIPPED = 77
PR_SET_PDEATHSIG = 1
LONGEST_PLAY = 60


def perform(name, index, network, folder):
    """Runs one play in this process, and writes the capture and the kernel's truth into `folder`."""
    topology.LIBC.prctl(PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL))
    play = PLAYS[name]
    outcome = {}
    try:
        set_up = stage.Stage(index, network, play)
        play.function(set_up)
        outcome = set_up.result()
        frames = set_up.capture.frames()
        if play.only:
            hardware = bytes.fromhex(set_up.hosts[play.only].hardware.replace(":", ""))
            ticks = middle.wire.TICK.to_bytes(2, "big")
            frames = [frame for frame in frames if frame[2][6:12] == hardware or frame[2][12:14] == ticks]
        middle.write_pcap(f"{folder}/{name}.pcap", frames)
        outcome["heard"] = {side: heard(frames, host) for side, host in set_up.hosts.items()}
        outcome["first_frame"], outcome["last_frame"] = (frames[at][0] + frames[at][1] / 1e9 for at in (0, -1))
    except stage.Unsupported as error:
        outcome["unsupported"] = str(error)
    except stage.Broken as error:
        outcome["broken"] = str(error)
    except Exception:
        outcome["broken"] = traceback.format_exc(limit=-2).strip()
    with open(f"{folder}/{name}.json", "w") as file:
        json.dump(outcome, file)
    # Sockets of a play that broke may still wait for something: nothing of them is needed.
    sys.stdout.flush()
    os._exit(0)


def heard(frames, host):
    """When segments of a host were captured: [time, its port, the other port]."""
    hardware = bytes.fromhex(host.hardware.replace(":", ""))
    own = [frame for frame in frames if frame[2][6:12] == hardware]
    segments = [(frame[0] + frame[1] / 1e9, middle.wire.Segment.of(frame[2])) for frame in own]
    return [[at, segment.sport, segment.dport] for at, segment in segments if segment]


class Run:
    def __init__(self, options, names, folder):
        self.options, self.names, self.folder = options, names, folder
        self.tracepoint = truth.Tracepoint()
        self.network = 16 + os.getpid() % 200
        self.results = {"ok": 0, "differs": 0, "broken": 0, "unsupported": 0}
        self.asked = self.hidden = 0
        self.lock = threading.Lock()
        self.players = players.Players()

    def one(self, index, name):
        command = [sys.executable, os.path.abspath(__file__), "--perform", name]
        command += [str(index), str(self.network), self.folder]
        # A machine that stalls may break a play (a timer fires before the play is ready for it): that says nothing of
        # sniff, so it is played once more.
        for _ in range(2):
            try:
                self.players.play(command, LONGEST_PLAY)
                with open(f"{self.folder}/{name}.json") as file:
                    result = json.load(file)
            except (subprocess.SubprocessError, OSError) as error:
                result = {"broken": str(error)}
            if "broken" not in result or self.players.stopped:
                break
        with self.lock:
            if not self.players.stopped:
                self.judge(name, result)

    def judge(self, name, result):
        details = []
        if "unsupported" in result:
            word, text = "unsupported", result["unsupported"]
        elif "broken" in result:
            word, text = "broken", "the play itself failed: " + result["broken"]
        elif self.options.play_only:
            word, text = "ok", f"{len(result['checkpoints'])} checkpoints reached"
        else:
            sniff = compare.Sniff(self.options.sniff, f"{self.folder}/{name}.pcap")
            outcome = compare.Comparison(PLAYS[name], result, sniff, self.tracepoint.events())
            self.asked += outcome.asked
            self.hidden += outcome.hidden
            details = outcome.differences
            word = "differs" if details else "ok"
            text = f"{outcome.asked} answers asked for" + (f", {outcome.hidden} unknowable" if outcome.hidden else "")
        self.results[word] += 1
        print(f"{word:11} {name:32} IPv{PLAYS[name].family}  {text}")
        if self.options.verbose:
            hidden = result.get("hidden", ())
            details += dict.fromkeys(f"unknowable: {entry['side']}, because {entry['why']}" for entry in hidden)
        for line in details:
            print("            " + line)
        sys.stdout.flush()

    def all(self):
        started = time.monotonic()
        # Long plays first, so that none is left alone at the end.
        order = sorted(enumerate(self.names, 1), key=lambda entry: -PLAYS[entry[1]].slow)
        tasks = [functools.partial(self.one, index, name) for index, name in order]
        self.players.all(self.options.jobs, tasks)
        counts = ", ".join(f"{number} {word}" for word, number in self.results.items() if number or word == "ok")
        print(
            f"{len(self.names)} plays in {time.monotonic() - started:.0f} s: {counts}; {self.asked} answers asked for, "
            f"{self.hidden} checkpoints unknowable; the kernel was asked by {self.tracepoint.use}"
        )
        return 1 if self.results["differs"] or self.results["broken"] else 0


def skip(why):
    print(f"SKIPPED: the comparison with the kernel's own states: {why}")
    return SKIPPED


def main():
    if sys.argv[1:2] == ["--perform"]:
        perform(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5])
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--sniff", default="target/debug/sniff", help="the program under test")
    words.add_argument("--only", nargs="+", metavar="NAME", help="only these plays")
    words.add_argument("--keep", metavar="FOLDER", help="leave captures (.pcap) and the kernel's truth (.json) there")
    words.add_argument("--jobs", type=int, default=6, help="plays at the same time")
    words.add_argument("--list", action="store_true", help="list the plays and end")
    words.add_argument("-v", "--verbose", action="store_true", help="say why what is not asked for is unknowable")
    words.add_argument("--play-only", action="store_true", help="play, but do not run sniff")
    options = words.parse_args()
    names = options.only or list(PLAYS)
    if unknown := [name for name in names if name not in PLAYS]:
        words.error("no such play: " + " ".join(unknown))
    if options.list:
        for name in names:
            print(f"{name:32} IPv{PLAYS[name].family}  {PLAYS[name].summary}")
        return 0
    if os.geteuid() != 0:
        return skip("needs root")
    if shutil.which("ip") is None:
        return skip("needs the command ip (Debian: iproute2)")
    if not options.play_only and not os.path.exists(options.sniff):
        words.error(f"{options.sniff} does not exist")
    try:
        topology.leave_the_machine()
        topology.Topology(0, 15, offloads=False)
    except (topology.NotPermitted, OSError) as error:
        return skip(f"network namespaces cannot be used here: {error}")
    folder = options.keep or tempfile.mkdtemp(prefix="sniff-kernel-")
    os.makedirs(folder, exist_ok=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    stamping = middle.keep_stamping()
    run = Run(options, names, folder)
    try:
        return run.all()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    finally:
        run.tracepoint.close()
        stamping.close()
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
