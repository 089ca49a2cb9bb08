"""What commands cost, run in turn; shared by the scripts beside it."""

import dataclasses
import os
import platform
import resource
import shutil
import statistics
import subprocess
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TARGET = os.path.join(ROOT, os.environ.get("CARGO_TARGET_DIR", "target"))
SNIFF = os.path.join(TARGET, "release", "sniff")


@dataclasses.dataclass
class Cost:
    """Seconds from start to end, CPU seconds (user and system), and bytes of memory at the most.

    Memory that is less than this interpreter's own (some 12 MiB) reads as that: Linux counts what a process had before it
    became another program.
    """

    wall: float
    cpu: float
    peak: int


class Failed(Exception):
    """A command ended with another exit code than 0, or was stopped."""


def cost(stages, seconds=None, memory=None):
    """Runs a pipeline of commands, each reading what the one before it writes; the last one's output is thrown away.

    CPU time and memory are the sums over the commands, which run at the same time, as the operating system accounts for
    each. A command may take so many seconds and so many bytes of address space.
    """

    def limit():
        if memory:
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

    before = time.monotonic()
    processes, source = [], subprocess.DEVNULL
    for number, command in enumerate(stages, 1):
        sink = subprocess.DEVNULL if number == len(stages) else subprocess.PIPE
        process = subprocess.Popen(command, stdin=source, stdout=sink, stderr=subprocess.DEVNULL,
                                   preexec_fn=limit, env={**os.environ, "TZ": "UTC"})
        if processes:
            source.close()
        processes.append(process)
        source = process.stdout
    late = threading.Event()

    def stop():
        late.set()
        for process in processes:
            process.kill()

    timer = threading.Timer(seconds, stop) if seconds else None
    if timer:
        timer.start()
    try:
        ends = []
        for process in processes:
            _, status, usage = os.wait4(process.pid, 0)
            # Nobody else may wait for it, or stop another process of the same number.
            process.returncode = os.waitstatus_to_exitcode(status)
            ends.append(usage)
    finally:
        if timer:
            timer.cancel()
    wall = time.monotonic() - before
    if late.is_set():
        raise Failed(f"stopped after {seconds:g} s")
    # The last one first: when it ends early, those before it fail only because nobody reads what they write.
    for process, command in reversed(list(zip(processes, stages))):
        if process.returncode < 0:
            raise Failed(f"{os.path.basename(command[0])}: signal {-process.returncode}")
        if process.returncode > 0:
            raise Failed(f"{os.path.basename(command[0])}: exit code {process.returncode}")
    return Cost(wall, sum(u.ru_utime + u.ru_stime for u in ends), sum(u.ru_maxrss * 1024 for u in ends))


def in_turn(pipelines, runs, **limits):
    """Medians of the costs of pipelines: one warm-up each, then A B A B ...; what fails has its failure instead."""
    costs = [[] for _ in pipelines]
    failures = [None for _ in pipelines]
    for run in range(runs + 1):
        for number, stages in enumerate(pipelines):
            if failures[number]:
                continue
            try:
                spent = cost(stages, **limits)
            except Failed as failure:
                failures[number] = failure
                continue
            if run > 0:
                costs[number].append(spent)
    medians = []
    for failure, spent in zip(failures, costs):
        values = [statistics.median(column) for column in zip(*map(dataclasses.astuple, spent))]
        medians.append(failure or Cost(*values))
    return medians


def installed(*programs):
    """Those of the programs that are there."""
    return [program for program in programs if shutil.which(program)]


def release(program):
    """The version of a program's Debian package, or nothing."""
    path = shutil.which(program)
    if not path or not shutil.which("dpkg-query"):
        return ""
    owner = subprocess.run(["dpkg-query", "-S", os.path.realpath(path)], capture_output=True, text=True).stdout
    package = owner.split(":")[0]
    if not package:
        return ""
    return subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True).stdout


def first(path, word):
    """What follows a word, and perhaps a separator, at the beginning of a line."""
    try:
        with open(path, encoding="utf-8") as lines:
            return next((line[len(word):].strip(" \t:=\"\n") for line in lines if line.startswith(word)), "")
    except OSError:
        return ""


def machine():
    """The machine, in one line."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / (1 << 30)
    processor = first("/proc/cpuinfo", "model name") or platform.machine()
    system = first("/etc/os-release", "PRETTY_NAME") or platform.system()
    return f"{os.cpu_count()} × {processor}, {memory:.0f} GiB, {system}, kernel {platform.release()}"
