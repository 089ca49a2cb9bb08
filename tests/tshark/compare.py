#!/usr/bin/env python3
"""Compares sniff's fields with tshark's, cell by cell.

For every capture that tshark reads to its end, both print the fields that both know, one line a frame, and the lines
are compared. Cells that are empty on both sides do not count. Frames are compared for number, time and lengths too.

    tests/tshark/compare.py ../shared/corpus                       everything
    tests/tshark/compare.py --fields-prefix ip,tcp --sample 20 …   some fields, some files
    tests/tshark/compare.py --only-known --at-least 99.9 …         as CI runs it

`differences.json` beside this file lists where the two differ for a reason; docs/differences.md says the reasons at
length. Such cells are counted apart, never dropped.
"""

import argparse
import collections
import fnmatch
import json
import os
import pathlib
import subprocess
import sys

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

    def explain(self, file, field, kind, protocols, fragment, own, other):
        """Whether a reason covers a difference. `like` translates occurrences of sniff's values into tshark's."""
        for index, entry in enumerate(self.entries):
            if (
                any(fnmatch.fnmatchcase(field, pattern) for pattern in entry["fields"])
                and fnmatch.fnmatchcase(file, entry.get("file", "*"))
                and kind in entry.get("kinds", [kind])
                and fnmatch.fnmatchcase(protocols, entry.get("protocols", "*"))
                and (fragment or not entry.get("fragment", False))
                and ("like" not in entry or [entry["like"].get(v, v) for v in own.split(",")] == other.split(","))
            ):
                self.used[index] += 1
                return True
        return False


def all_known(protocols, known):
    """Whether sniff reads a frame as far as there is something that it reads: behind the first protocol that it does
    not know, there is none that it knows."""
    names = protocols.split(":")
    first = next((i for i, name in enumerate(names) if name not in known), len(names))
    return not any(name in known and name != "data" for name in names[first:])


class Comparison:
    def __init__(self, programs, reasons, only_known):
        self.programs, self.reasons, self.only_known = programs, reasons, only_known
        self.fields = collections.defaultdict(collections.Counter)
        self.examples = collections.defaultdict(list)
        self.files = {}

    def file(self, path, name, fields):
        """Compares one file and keeps what was found."""
        columns = FRAME + fields
        asked = columns + [field for field in FRAGMENT if field not in columns]
        fragment = [asked.index(field) for field in FRAGMENT]
        theirs = self.programs.from_tshark(path, asked)
        if theirs is None:
            self.files[name] = {"skipped": "tshark does not read it to its end"}
            return
        code, ours = self.programs.from_sniff(path, columns)
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
            if self.only_known and not all_known(protocols, self.programs.protocols):
                report["left_out"] += 1
                continue
            for index in range(len(FRAME), len(columns)):
                if own[index] or other[index]:
                    self.cell(name, row, columns[index], own[index], other[index], protocols, is_fragment)
        report["differences"] = len(frame_differences)
        report["examples"] = frame_differences[:EXAMPLES]

    def cell(self, file, row, field, own, other, protocols, fragment):
        count = self.fields[field]
        count["compared"] += 1
        if own == other:
            count["equal"] += 1
            return
        kind = "only-tshark" if not own else "only-sniff" if not other else "different"
        if self.reasons.explain(file, field, kind, protocols, fragment, own, other):
            count["explained"] += 1
            return
        count[kind] += 1
        if count[kind] <= EXAMPLES:
            example = {"file": file, "frame": row, "sniff": own[:120], "tshark": other[:120], "protocols": protocols}
            self.examples[field].append(example)

    def total(self):
        total = collections.Counter()
        for count in self.fields.values():
            total.update(count)
        return total


def percent(count):
    """Equal cells of those that no listed reason explains."""
    compared = count["compared"] - count["explained"]
    return 100.0 * count["equal"] / compared if compared else 100.0


def captures(paths, sample):
    found = []
    for path in map(pathlib.Path, paths):
        if path.is_dir():
            inside = (p for p in sorted(path.rglob("*")) if p.is_file() and p.suffix not in {".tsv", ".md", ".rs", ".case"})
            found += [(p, str(p.relative_to(path))) for p in inside]
        elif path.exists():
            found.append((path, path.name))
        else:
            sys.exit(f"compare.py: {path}: no such file or folder")
    if sample and sample < len(found):
        # Spread over the list, the same ones each time.
        found = [found[i * len(found) // sample] for i in range(sample)]
    return found


def show(comparison, programs, everything):
    print(f"{'field':44}" + "".join(f"{name:>12}" for name in COUNTS) + f"{'%':>9}")
    for field, count in sorted(comparison.fields.items()):
        if everything or count["equal"] != count["compared"]:
            print(f"{field:44}" + "".join(f"{count[name]:12}" for name in COUNTS) + f"{percent(count):9.3f}")
            for e in comparison.examples[field]:
                print(f"    {e['file']} frame {e['frame']}: sniff {e['sniff']!r}, tshark {e['tshark']!r} ({e['protocols']})")
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
    unused = [e["fields"] for i, e in enumerate(comparison.reasons.entries) if not comparison.reasons.used[i]]
    if unused:
        print(f"reasons that explained nothing: {unused}")


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
    parser.add_argument("--at-least", type=float, metavar="PERCENT", help="exit code 1 when fewer cells are equal")
    arguments = parser.parse_args()

    programs = Programs(arguments.sniff, arguments.tshark)
    prefixes = arguments.fields_prefix.split(",") if arguments.fields_prefix else []
    fields = programs.common(prefixes)
    comparison = Comparison(programs, Reasons(HERE / "differences.json"), arguments.only_known)
    for path, name in captures(arguments.paths, arguments.sample):
        try:
            comparison.file(path, name, fields)
        except subprocess.TimeoutExpired as error:
            comparison.files[name] = {"skipped": f"{pathlib.Path(error.cmd[0]).name} took more than {error.timeout:.0f} s"}
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
            "examples": comparison.examples,
            "files": comparison.files,
        }
        pathlib.Path(arguments.json).write_text(json.dumps(found, indent=1))
    if arguments.at_least is not None and share < arguments.at_least:
        print(f"{share:.3f} % of the cells are equal, {arguments.at_least} % are asked for")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
