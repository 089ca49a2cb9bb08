#!/usr/bin/env python3
"""Compares sniff's fields with tshark's, cell by cell.

For every capture that tshark reads to its end, both print the fields that both know, one line a frame, and the lines
are compared. Cells that are empty on both sides do not count. Frames are compared for number, time and lengths too.

    tests/tshark/compare.py ../shared/corpus                       everything
    tests/tshark/compare.py --fields-prefix ip,tcp --sample 20 …   some fields, some files
    tests/tshark/compare.py --only-known --at-most 337 fixtures    as CI runs it
    tests/tshark/compare.py --protocols fixtures ../shared/corpus  frame.protocols only

`differences.json` beside this file lists where the two differ for a reason; docs/differences.md says the reasons at
length. Such cells are counted apart, never dropped. What an entry of it may say:

    reason      why the two differ, for docs/differences.md
    fields      patterns of field names (* stands for anything)
    kinds       of difference: different, only-sniff, only-tshark
    file        pattern, or several, of the file's path in the repository or else in the folder that was asked for
    frames      numbers of frames
    protocols   pattern of tshark's frame.protocols
    fragment    the frame carries a fragment of IP
    short       tshark says that the capture cut the packet
    malformed   tshark calls the packet malformed, or says that the capture cut it
    prefix      tshark's values are the first of sniff's: it read the same and then gave up
    less        sniff's values are the first of tshark's
    like        translates sniff's values into tshark's
    empty       tshark's values are sniff's but for <none> and <MISSING>
    flags       tshark prints 1 for each of sniff's values
    escaped     sniff's value is tshark's with characters escaped
"""

import argparse
import collections
import concurrent.futures
import fnmatch
import json
import os
import pathlib
import re
import subprocess
import sys
import typing

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
# As the issue fixes it: no name resolution, segments on their own, everything else as tshark comes.
TSHARK = ["-n", "-o", "tcp.desegment_tcp_streams:false"]
# sniff compares checksums unless told not to; tshark does so only when told.
for option in ["ip.check_checksum", "tcp.check_checksum", "udp.check_checksum", "udplite.check_checksum", "eth.check_fcs"]:
    TSHARK += ["-o", f"{option}:TRUE"]
TSHARK += ["-o", "sctp.checksum:Automatic"]
# Types and lengths of PPPoE's tags, which sniff always shows.
TSHARK += ["-o", "pppoed.show_tags_and_lengths:TRUE"]
# Compared for every file, whatever fields are asked for. The protocols decide which frames count.
FRAME = ["frame.number", "frame.time_epoch", "frame.len", "frame.cap_len", "frame.protocols"]
# Tell whether a frame carries a fragment; always asked of tshark, which would give a field asked for twice only once.
FRAGMENT = ["ip.flags.mf", "ip.frag_offset", "ipv6.fraghdr.nxt"]
# What tshark says of the whole packet.
VERDICT = ["_ws.short", "_ws.malformed"]
COUNTS = ["compared", "equal", "different", "only-sniff", "only-tshark", "explained"]
EXAMPLES = 2


def run(command, timeout=600):
    """Runs a command; returns exit code and standard output. What it says on standard error is of no interest here."""
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=timeout,
        env={**os.environ, "TZ": "UTC"},
    )
    return done.returncode, done.stdout.decode("utf-8", "replace")


def lines(text):
    """The lines of an output. Values may hold other line separators than line feeds, which are no lines."""
    return text.removesuffix("\n").split("\n") if text else []


class Programs:
    def __init__(self, sniff, tshark):
        self.sniff, self.tshark = sniff, tshark
        code, text = run([sniff, "fields"])
        if code != 0:
            sys.exit(f"compare.py: {sniff} fields: exit code {code}")
        self.own = [line.split("\t")[0] for line in lines(text)]
        code, text = run([tshark, "-G", "fields"])
        if code != 0:
            sys.exit(f"compare.py: {tshark} -G fields: exit code {code}")
        columns = (line.split("\t") for line in lines(text))
        self.theirs = {c[2] for c in columns if len(c) > 2 and c[0] == "F"}
        # Protocols that sniff reads, by the names in frame.protocols.
        self.protocols = {name.split(".")[0] for name in self.own} | {name.rpartition(".")[0] for name in self.own}
        self.protocols.add("ethertype")

    def common(self, prefixes):
        wanted = lambda name: not prefixes or any(name == p or name.startswith(p + ".") for p in prefixes)
        return [name for name in self.own if name in self.theirs and wanted(name) and name not in FRAME]

    def from_tshark(self, path, fields):
        """Rows of cells, or None if tshark does not read the file to its end."""
        command = [self.tshark, *TSHARK, "-r", str(path), "-T", "fields"]
        for field in fields:
            command += ["-e", field]
        code, text = run(command)
        return None if code != 0 else [line.split("\t") for line in lines(text)]

    def from_sniff(self, path, fields):
        code, text = run([self.sniff, "-n", "-r", str(path), "-T", "fields", "--fields", ",".join(fields)])
        return code, [line.split("\t") for line in lines(text)]


class Reasons:
    """The known differences."""

    def __init__(self, path):
        self.entries = json.loads(path.read_text())
        self.used = collections.Counter()
        self.fields = collections.defaultdict(set)

    def explain(self, difference):
        """Whether a reason covers a difference."""
        for index, entry in enumerate(self.entries):
            if covers(entry, difference):
                self.used[index] += 1
                self.fields[index].add(difference.field)
                return True
        return False


class Difference(typing.NamedTuple):
    """A cell in which the two differ, and what is known of the packet."""

    file: str
    frame: int
    field: str
    kind: str
    own: str
    other: str
    protocols: str
    fragment: bool
    short: bool
    malformed: bool

    def begins(self, separator):
        """Which of the two is the beginning of the other: sniff's values, tshark's, or none."""
        own, other = (cell.split(separator) if cell else [] for cell in (self.own, self.other))
        if own[: len(other)] == other:
            return "other"
        return "own" if other[: len(own)] == own else None

    def without_empty(self):
        """tshark's values but for those that stand for no bytes."""
        return ",".join(value for value in self.other.split(",") if value not in ("<none>", "<MISSING>"))

    def is_flags(self):
        """Whether tshark prints 1 for each value."""
        return self.other == ",".join("1" for _ in self.other.split(","))


def unescaped(text):
    """What sniff escaped, as tshark prints it."""
    text = re.sub(r"\\u\{([0-9a-f]+)\}", lambda found: chr(int(found[1], 16)), text)
    return re.sub(r"\\x([0-7][0-9a-f])", lambda found: chr(int(found[1], 16)), text)


def covers(entry, difference):
    """Whether an entry of differences.json is about a difference."""
    files = entry.get("file", "*")
    separator = ":" if difference.field == "frame.protocols" else ","
    return (
        any(fnmatch.fnmatchcase(difference.field, pattern) for pattern in entry["fields"])
        and any(fnmatch.fnmatchcase(difference.file, pattern) for pattern in ([files] if isinstance(files, str) else files))
        and difference.frame in entry.get("frames", [difference.frame])
        and difference.kind in entry.get("kinds", [difference.kind])
        and fnmatch.fnmatchcase(difference.protocols, entry.get("protocols", "*"))
        and (difference.fragment or not entry.get("fragment", False))
        and (difference.short or not entry.get("short", False))
        and (difference.malformed or difference.short or not entry.get("malformed", False))
        and (difference.begins(separator) == "other" or not entry.get("prefix", False))
        and (difference.begins(separator) == "own" or not entry.get("less", False))
        and (difference.without_empty() == difference.own or not entry.get("empty", False))
        and (difference.is_flags() or not entry.get("flags", False))
        and (unescaped(difference.own) == difference.other or not entry.get("escaped", False))
        and (
            "like" not in entry
            or [entry["like"].get(value, value) for value in difference.own.split(",")] == difference.other.split(",")
        )
    )


def all_known(protocols, known):
    """Whether sniff reads a frame as far as there is something that it reads: behind the first protocol that it does
    not know, there is none that it knows."""
    names = protocols.split(":")
    first = next((i for i, name in enumerate(names) if name not in known), len(names))
    return not any(name in known and name != "data" for name in names[first:])


def protocols_to_compare(own, other, known):
    """What the two say of the protocols of a frame, as far as sniff can know: up to the first that it does not read.
    `data` at the end names no protocol, and `ethertype` none that is read."""
    own, other = ([name for name in cell.split(":") if name] for cell in (own, other))
    first = next((i for i, name in enumerate(other) if name not in known and name not in own), None)
    own, other = own[:first], other[:first]
    for names in (own, other):
        while names and names[-1] in ("data", "ethertype"):
            names.pop()
    return ":".join(own), ":".join(other)


class Comparison:
    def __init__(self, programs, reasons, only_known):
        self.programs, self.reasons, self.only_known = programs, reasons, only_known
        self.fields = collections.defaultdict(collections.Counter)
        self.differences = []
        self.files = {}

    def columns(self, fields):
        """What sniff is asked for, and what tshark is."""
        columns = FRAME + fields
        return columns, columns + [field for field in FRAGMENT + VERDICT if field not in columns]

    def read(self, path, fields):
        """What the two print of one file."""
        columns, asked = self.columns(fields)
        theirs = self.programs.from_tshark(path, asked)
        return theirs, None if theirs is None else self.programs.from_sniff(path, columns)

    def file(self, name, fields, theirs, result):
        """Compares what the two print of one file, and keeps what was found."""
        columns, asked = self.columns(fields)
        fragment = [asked.index(field) for field in FRAGMENT]
        short, malformed = (asked.index(field) for field in VERDICT)
        if theirs is None:
            self.files[name] = {"skipped": "tshark does not read it to its end"}
            return
        code, ours = result
        report = {"frames": len(theirs), "sniff_frames": len(ours), "sniff_exit": code, "left_out": 0}
        self.files[name] = report
        frame_differences = []
        if len(ours) != len(theirs):
            # Which frame is which cannot be told, so there is nothing to compare.
            frame_differences.append(f"{len(ours)} frames instead of {len(theirs)}")
            report["left_out"] = len(theirs)
            ours = theirs = []
        for row, (own, other) in enumerate(zip(ours, theirs), 1):
            if len(own) != len(columns) or len(other) != len(asked):
                frame_differences.append(f"frame {row}: {len(own)} and {len(other)} cells, {len(columns)} were asked for")
                continue
            is_fragment = any(c not in ("", "0") for index in fragment for c in other[index].split(","))
            for index, field in enumerate(FRAME[:4]):
                if own[index] != other[index]:
                    frame_differences.append(f"frame {row}: {field} {own[index]} instead of {other[index]}")
            protocols = other[4]
            packet = (protocols, is_fragment, bool(other[short]), bool(other[malformed]))
            if self.only_known and not all_known(protocols, self.programs.protocols):
                report["left_out"] += 1
                continue
            known = self.programs.protocols
            self.cell(name, row, "frame.protocols", *protocols_to_compare(own[4], protocols, known), packet)
            for index in range(len(FRAME), len(columns)):
                if own[index] or other[index]:
                    self.cell(name, row, columns[index], own[index], other[index], packet)
        report["differences"] = len(frame_differences)
        report["examples"] = frame_differences[:EXAMPLES]

    def cell(self, file, row, field, own, other, packet):
        count = self.fields[field]
        count["compared"] += 1
        if own == other:
            count["equal"] += 1
            return
        kind = "only-tshark" if not own else "only-sniff" if not other else "different"
        difference = Difference(file, row, field, kind, own, other, *packet)
        if self.reasons.explain(difference):
            count["explained"] += 1
            return
        count[kind] += 1
        self.differences.append(difference)

    def total(self):
        total = collections.Counter()
        for count in self.fields.values():
            total.update(count)
        return total


def percent(count):
    """Equal cells of those that no listed reason explains."""
    compared = count["compared"] - count["explained"]
    return 100.0 * count["equal"] / compared if compared else 100.0


def called(path, folder):
    """What a capture is called in reports and in differences.json, wherever the comparison is started."""
    path = path.resolve()
    return str(path.relative_to(ROOT if path.is_relative_to(ROOT) else folder.resolve()))


def captures(paths, sample):
    found = []
    for path in map(pathlib.Path, paths):
        if path.is_dir():
            inside = (p for p in sorted(path.rglob("*")) if p.is_file() and p.suffix not in {".tsv", ".md", ".rs", ".case"})
            found += [(p, called(p, path)) for p in inside]
        elif path.exists():
            found.append((path, called(path, path.parent)))
        else:
            sys.exit(f"compare.py: {path}: no such file or folder")
    if sample and sample < len(found):
        # Spread over the list, the same ones each time.
        found = [found[i * len(found) // sample] for i in range(sample)]
    return found


def show(comparison, programs, everything):
    examples = collections.defaultdict(list)
    for difference in comparison.differences:
        if sum(d.kind == difference.kind for d in examples[difference.field]) < EXAMPLES:
            examples[difference.field].append(difference)
    print(f"{'field':44}" + "".join(f"{name:>12}" for name in COUNTS) + f"{'%':>9}")
    for field, count in sorted(comparison.fields.items()):
        if everything or count["equal"] != count["compared"]:
            print(f"{field:44}" + "".join(f"{count[name]:12}" for name in COUNTS) + f"{percent(count):9.3f}")
            for d in examples[field]:
                print(f"    {d.file} frame {d.frame}: sniff {d.own[:120]!r}, tshark {d.other[:120]!r} ({d.protocols[:120]})")
    total = comparison.total()
    print(f"{'all ' + str(len(comparison.fields)) + ' fields':44}" + "".join(f"{total[n]:12}" for n in COUNTS) + f"{percent(total):9.3f}")
    read = {name: report for name, report in comparison.files.items() if "skipped" not in report}
    wrong = {name: report for name, report in read.items() if report["differences"]}
    for name, report in wrong.items():
        print(f"{name}: {report['differences']} differences in frames: {'; '.join(report['examples'])}")
    frames = sum(report["frames"] for report in read.values())
    left_out = sum(report["left_out"] for report in read.values())
    print(
        f"{len(read)} files read, {len(comparison.files) - len(read)} skipped because tshark does not read them to the end; "
        f"{frames} frames, {left_out} left out; number, time and lengths of frames differ in {len(wrong)} files"
    )
    unused = [e["reason"] for i, e in enumerate(comparison.reasons.entries) if not comparison.reasons.used[i]]
    if everything and unused:
        print("reasons that explained nothing:", *unused, sep="\n    ")


def figures(comparison):
    """The figures in words and as a table: how much each reason explains."""
    total = comparison.total()
    read = [report for report in comparison.files.values() if "skipped" not in report]
    frames, left_out = (sum(report[key] for report in read) for key in ("frames", "left_out"))
    yield (
        f"{len(comparison.files)} captures, {len(read)} of which tshark reads to the end: {frames:,} frames, {left_out:,} of "
        f"them left out. {len(comparison.fields):,} fields, {total['compared']:,} cells compared: {total['equal']:,} equal, "
        f"{total['explained']:,} explained, {len(comparison.differences):,} different without a reason: "
        f"{percent(total):.3f} % of the cells that are not explained are equal."
    )
    yield ""
    yield "| cells | fields | reason |"
    yield "| ---: | ---: | --- |"
    reasons = collections.Counter()
    fields = collections.defaultdict(set)
    for index, entry in enumerate(comparison.reasons.entries):
        reasons[entry["reason"]] += comparison.reasons.used[index]
        fields[entry["reason"]] |= comparison.reasons.fields[index]
    for reason, count in reasons.most_common():
        yield f"| {count:,} | {len(fields[reason]):,} | {reason.replace('|', chr(92) + '|')} |"


def write_between(path, lines):
    """Writes lines between the marks of a document."""
    begin, end = "<!-- figures -->\n", "<!-- end of figures -->"
    before, _, rest = path.read_text().partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        sys.exit(f"compare.py: {path}: no lines {begin.strip()} and {end}")
    path.write_text(before + begin + "\n".join(lines) + "\n" + end + after)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", help="captures, or folders of them")
    parser.add_argument("--sniff", default=os.environ.get("SNIFF", str(ROOT / "target/debug/sniff")))
    parser.add_argument("--tshark", default="tshark")
    parser.add_argument("--sample", type=int, metavar="N", help="only N files, spread over all")
    parser.add_argument("--fields-prefix", metavar="A,B", help="only fields of these protocols")
    parser.add_argument("--only-known", action="store_true", help="leave frames out in which a protocol that sniff reads "
                        "lies behind one that it does not read")
    parser.add_argument("--json", metavar="OUT", help="write everything that was found to a file")
    parser.add_argument("--all", action="store_true", help="show fields without differences too")
    parser.add_argument("--protocols", action="store_true", help="only frame.protocols, up to the first name that sniff "
                        "does not read")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N", help="files read at a time")
    parser.add_argument("--figures", type=pathlib.Path, metavar="FILE", help="write the figures into a document, between "
                        "its marks")
    parser.add_argument("--at-most", type=int, metavar="CELLS", help="exit code 1 when more cells differ without a reason")
    parser.add_argument("--at-least", type=float, metavar="PERCENT", help="exit code 1 when fewer cells are equal")
    arguments = parser.parse_args()

    programs = Programs(arguments.sniff, arguments.tshark)
    prefixes = arguments.fields_prefix.split(",") if arguments.fields_prefix else []
    fields = [] if arguments.protocols else programs.common(prefixes)
    comparison = Comparison(programs, Reasons(HERE / "differences.json"), arguments.only_known)
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        paths = captures(arguments.paths, arguments.sample)
        pending = [(name, pool.submit(comparison.read, path, fields)) for path, name in paths]
        while pending:
            # What was read is let go as soon as it is compared.
            name, future = pending.pop(0)
            try:
                comparison.file(name, fields, *future.result())
            except subprocess.TimeoutExpired as error:
                program = pathlib.Path(error.cmd[0]).name
                comparison.files[name] = {"skipped": f"{program} took more than {error.timeout:.0f} s"}
            if sys.stderr.isatty():
                print(f"\r{len(comparison.files)} files", end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print("\r", end="", file=sys.stderr)
    show(comparison, programs, arguments.all)
    share = percent(comparison.total())
    if arguments.json:
        found = {
            "percent": share,
            "total": comparison.total(),
            "fields": comparison.fields,
            "differences": [difference._asdict() for difference in comparison.differences],
            "files": comparison.files,
        }
        pathlib.Path(arguments.json).write_text(json.dumps(found, indent=1))
    if arguments.figures:
        write_between(arguments.figures, figures(comparison))
    if arguments.at_most is not None and len(comparison.differences) > arguments.at_most:
        print(f"{len(comparison.differences)} cells differ without a reason, {arguments.at_most} may")
        return 1
    if arguments.at_least is not None and share < arguments.at_least:
        print(f"{share:.3f} % of the cells are equal, {arguments.at_least} % are asked for")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
