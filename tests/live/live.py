#!/usr/bin/env python3
"""Captures real traffic with sniff, and compares with what tcpdump captured and the kernel said at the same time.

    live.py [--sniff PATH] [--only NAME ...] [--keep FOLDER] [--jobs N] [--list]

Each play has network namespaces of its own, which end with its process. Plays that measure times run after the others,
a few at a time. Needs root and leave to make network namespaces; says SKIPPED and ends with 77 without. Ends with 1 on
any difference.
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
# The namespaces, scripted connections and truth of the kernel's own states are shared with that comparison.
sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "kernel"))

import endings
import middle
import players
import programs
import scene
import topology
import truth

# Whoever is imported here registers its plays.
for group in ("same", "ends", "saving", "links", "flood", "rights", "owners", "lists"):
    importlib.import_module(group)

PLAYS = scene.PLAYS
SKIPPED = 77
PR_SET_PDEATHSIG = 1


def perform(name, index, network, sniff, folder):
    """Runs one play in this process, and writes what came of it into `folder`."""
    topology.LIBC.prctl(PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL))
    outcome, stage = {}, None
    try:
        stage = scene.Scene(name, sniff, folder)
        stage.index, stage.network = index, network
        outcome = PLAYS[name].function(stage) or {}
    except scene.Unsupported as error:
        outcome["unsupported"] = str(error)
    except programs.TooLate as error:
        stage.differences.append(str(error))
    except Exception:
        outcome["broken"] = traceback.format_exc(limit=-3).strip()
    if stage:
        outcome["differences"], outcome["notes"] = stage.differences, stage.notes
        outcome["said"] = [[program.name(), program.errors.text()[-1500:]] for program in stage.running]
        stage.finish()
    with open(f"{folder}/{name}.json", "w") as file:
        json.dump(outcome, file)
    sys.stdout.flush()
    os._exit(0)


class Run:
    def __init__(self, options, names, folder):
        self.options, self.names, self.folder = options, names, folder
        self.tracepoint = truth.Tracepoint()
        self.network = 16 + os.getpid() % 200
        self.results = {"ok": 0, "differs": 0, "broken": 0, "unsupported": 0}
        self.lock = threading.Lock()
        self.players = players.Players()
        self.gathered = {}

    def one(self, index, name):
        command = [sys.executable, os.path.abspath(__file__), "--perform", name, str(index), str(self.network)]
        # A play that breaks by itself, because the machine stalls, says nothing of sniff: it is played once more.
        for _ in range(2):
            began = time.monotonic()
            result = self.perform(name, command)
            if "broken" not in result or self.players.stopped:
                break
        with self.lock:
            if not self.players.stopped:
                self.judge(name, result, time.monotonic() - began)
        if not self.options.keep:
            shutil.rmtree(f"{self.folder}/{name}", ignore_errors=True)

    def perform(self, name, command):
        shutil.rmtree(f"{self.folder}/{name}", ignore_errors=True)
        try:
            self.players.play([*command, self.options.sniff, self.folder], PLAYS[name].limit)
            with open(f"{self.folder}/{name}.json") as file:
                return json.load(file)
        except subprocess.TimeoutExpired:
            return {"differences": [f"the play did not end within {PLAYS[name].limit} s"]}
        except (subprocess.SubprocessError, OSError) as error:
            return {"broken": str(error)}

    def judge(self, name, result, took):
        details, notes = list(result.get("differences", ())), list(result.get("notes", ()))
        conclude = PLAYS[name].conclude
        if conclude and not details and not {"unsupported", "broken"} & set(result):
            more = conclude(result, self.tracepoint.events())
            details += more.get("differences", ())
            notes += more.get("notes", ())
            for title, figures in more.get("figures", {}).items():
                self.gathered.setdefault(title, []).extend(figures)
        word = next((word for word in ("unsupported", "broken") if word in result), "differs" if details else "ok")
        self.results[word] += 1
        print(f"{word:11} {name:34} {took:4.1f} s  {PLAYS[name].summary}")
        details += [result[word]] if word in result else []
        for line in details + [f"note: {note}" for note in notes]:
            print("            " + line.replace("\n", "\n            "))
        if details and self.options.verbose:
            for program, said in result.get("said", ()):
                print(f"            {program} said: {said}")
        sys.stdout.flush()

    def all(self):
        started = time.monotonic()
        # Long plays first, so that none is left alone at the end.
        order = sorted(enumerate(self.names, 1), key=lambda entry: -PLAYS[entry[1]].slow)
        for jobs in (None, 2, 1):
            tasks = [functools.partial(self.one, *entry) for entry in order if PLAYS[entry[1]].jobs == jobs]
            self.players.all(min(jobs or self.options.jobs, self.options.jobs), tasks)
        for line in endings.summary(self.gathered.get("latency", [])):
            if line.startswith("differs"):
                self.results["differs"] += 1
            print(line)
        counts = ", ".join(f"{number} {word}" for word, number in self.results.items() if number or word == "ok")
        took = time.monotonic() - started
        print(f"{len(self.names)} plays in {took:.0f} s: {counts}; the kernel was asked by {self.tracepoint.use}")
        return 1 if self.results["differs"] or self.results["broken"] else 0


def skip(why):
    print(f"SKIPPED: live captures beside tcpdump and the kernel: {why}")
    return SKIPPED


def main():
    if sys.argv[1:2] == ["--perform"]:
        perform(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5], sys.argv[6])
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--sniff", default="target/debug/sniff", help="the program under test")
    words.add_argument("--only", nargs="+", metavar="NAME", help="only these plays; NAME* for all that begin so")
    words.add_argument("--keep", metavar="FOLDER", help="leave captures and what the programs said there")
    words.add_argument("--jobs", type=int, default=4, help="plays at the same time")
    words.add_argument("--list", action="store_true", help="list the plays and end")
    words.add_argument("-v", "--verbose", action="store_true", help="show what the programs of a failed play said")
    options = words.parse_args()
    names = []
    for wanted in options.only or ["*"]:
        found = [name for name in PLAYS if name == wanted or wanted[-1:] == "*" and name.startswith(wanted[:-1])]
        if not found:
            words.error("no such play: " + wanted)
        names += [name for name in found if name not in names]
    if options.list:
        for name in names:
            print(f"{name:34} {PLAYS[name].summary}")
        return 0
    if os.geteuid() != 0:
        return skip("needs root")
    for command, package in (("ip", "iproute2"), ("tcpdump", "tcpdump"), ("unshare", "util-linux")):
        if shutil.which(command) is None:
            return skip(f"needs the command {command} (Debian: {package})")
    if not os.path.exists(options.sniff):
        words.error(f"{options.sniff} does not exist")
    listed = subprocess.run([options.sniff, "-D"], capture_output=True, timeout=30)
    if b"without live capture" in listed.stderr:
        return skip(f"{options.sniff} was built without live capture")
    try:
        topology.leave_the_machine()
        topology.Namespace()
    except (topology.NotPermitted, OSError) as error:
        return skip(f"network namespaces cannot be used here: {error}")
    folder = os.path.abspath(options.keep or tempfile.mkdtemp(prefix="sniff-live-"))
    os.makedirs(folder, exist_ok=True)
    # Programs of other users, which some plays start, must get to their files and to the program.
    os.chmod(folder, 0o755)
    options.sniff = shutil.copy(options.sniff, f"{folder}/sniff")
    os.chmod(options.sniff, 0o755)
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
