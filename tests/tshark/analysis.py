#!/usr/bin/env python3
"""Compares what sniff counts of TCP connections with tshark's analysis and with tcptrace: retransmissions, segments out
of order, duplicate ACKs, zero windows, probes, round trips.

    tests/tshark/analysis.py ../shared/corpus                 everything
    tests/tshark/analysis.py --at-most 0 fixtures             as CI runs it

Conversations are matched by socket pair and start. Where a count differs, tshark's is compared frame by frame with the
remarks of `sniff --conn`. `analysis.json` beside this file lists where they differ for a reason; docs/analysis.md says the
reasons at length. Such frames are counted apart, never dropped. What an entry of it may say:

    reason      why the two differ, for docs/analysis.md
    peer        tshark or tcptrace
    counts      patterns of names of counts (see COUNTS and TRACED)
    kinds       only-sniff, only-peer
    sniff       remarks of sniff that the frame must have; after ! it must not have it
    tshark      flags of tshark that the frame must have; after ! it must not have it
    facts       what must hold of the frame, or of the direction for tcptrace (see Story); after !
                what must not
    file        pattern, or several, of the file's path in the repository or else in the folder that was asked for
    frames      numbers of frames
"""

import argparse
import collections
import concurrent.futures
import csv
import fnmatch
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import typing

import compare

HERE = compare.HERE
TSHARK = ["-n", "-o", "tcp.desegment_tcp_streams:false", "-o", "tcp.relative_sequence_numbers:FALSE"]
# Names of sniff's counts: the remark that sniff --conn shows for it, and tshark's field.
COUNTS = {
    "retransmissions": (["retransmission", "fast retransmission", "needless retransmission"],
                        ["retransmission", "fast_retransmission", "spurious_retransmission"]),
    "fast_retransmissions": (["fast retransmission"], ["fast_retransmission"]),
    "spurious_retransmissions": (["needless retransmission"], ["spurious_retransmission"]),
    "out_of_order": (["out of order"], ["out_of_order"]),
    "duplicate_acks": (["duplicate ACK"], ["duplicate_ack"]),
    "keep_alives": (["keep-alive"], ["keep_alive"]),
    "window_probes": (["window probe"], ["zero_window_probe"]),
    "zero_windows": (["zero window"], ["zero_window"]),
    "window_full": (["window full"], ["window_full"]),
}
# tcptrace's columns.
TRACED = {
    "retransmissions": "rexmt_data_pkts",
    "out_of_order": "outoforder_pkts",
    "zero_windows": "zero_win_adv",
    "window_probes": "zwnd_probe_pkts",
    "copies": "hardware_dups",
    "payload": "unique_bytes_sent",
}
FLAGS = [
    "retransmission", "fast_retransmission", "spurious_retransmission", "out_of_order", "duplicate_ack", "keep_alive",
    "zero_window_probe", "zero_window", "window_full", "lost_segment", "ack_lost_segment", "keep_alive_ack",
    "zero_window_probe_ack", "window_update", "reused_ports",
]
FIELDS = [
    "frame.number", "frame.protocols", "frame.time_epoch", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "ip.id",
    "tcp.srcport", "tcp.dstport", "tcp.seq", "tcp.ack", "tcp.len", "tcp.flags", "tcp.window_size_value",
    "tcp.options.timestamp.tsval", "tcp.analysis.ack_rtt",
]


class Frame(typing.NamedTuple):
    """A TCP segment as tshark prints it."""

    number: int
    time: float
    source: tuple
    target: tuple
    id: str
    seq: int
    ack: int
    length: int
    flags: int
    window: int
    stamp: str
    rtt: str
    marks: frozenset

    SYN, FIN, RST = 2, 1, 4


def frames(tshark, path):
    """The TCP segments of a file, and how many were left out; None if tshark does not read it to its end."""
    command = [tshark, *TSHARK, "-r", str(path), "-Y", "tcp", "-T", "fields", "-E", "occurrence=l"]
    for field in FIELDS + [f"tcp.analysis.{flag}" for flag in FLAGS]:
        command += ["-e", field]
    code, text = compare.run(command)
    if code != 0:
        return None, 0
    found, left_out = [], 0
    for line in compare.lines(text):
        cells = line.split("\t")
        (number, protocols, time, src4, dst4, src6, dst6, ident, sport, dport, seq, ack, length, flags, window, stamp,
         rtt), marks = cells[: len(FIELDS)], cells[len(FIELDS):]
        names = protocols.split(":")
        if names.count("tcp") != 1 or any(name.startswith("icmp") for name in names) or not flags or not length:
            # Quoted by an ICMP error, more than one in a frame, or no whole header.
            left_out += 1
            continue
        inner = [name for name in names[: names.index("tcp")] if name in ("ip", "ipv6")]
        src, dst = (src6, dst6) if inner[-1:] == ["ipv6"] else (src4, dst4)
        held = frozenset(flag for flag, cell in zip(FLAGS, marks) if cell)
        found.append(Frame(int(number), float(time), (src, int(sport)), (dst, int(dport)), ident, int(seq), int(ack or 0),
                           int(length), int(flags, 16), int(window or 0), stamp, rtt, held))
    return found, left_out


def flows(sniff, path):
    """The TCP connections of a file."""
    _, text = compare.run([sniff, "-n", "-r", str(path), "--flows", "-T", "json"])
    found = (json.loads(line) for line in compare.lines(text))
    return [flow for flow in found if flow["protocol"] == "tcp"]


def remarks(sniff, path, flow):
    """What sniff remarks about each frame of a connection."""
    _, text = compare.run([sniff, "-n", "-r", str(path), "--conn", str(flow["id"]), "-T", "json"])
    found = (json.loads(line) for line in compare.lines(text))
    return {row["number"]: frozenset(row["remarks"]) for row in found if row["type"] == "segment"}


def sockets(flow):
    return tuple((flow[end]["ip"], flow[end]["port"]) for end in ("client", "server"))


def traced(tcptrace, path, folder):
    """Rows of tcptrace, or None if it cannot read the file."""
    plain = pathlib.Path(folder, "capture.pcap")
    # tcptrace reads no pcapng and no compressed files.
    if subprocess.run(["editcap", "-F", "pcap", str(path), str(plain)], capture_output=True).returncode != 0:
        return None
    try:
        code, text = compare.run([tcptrace, "-l", "-n", "--csv", str(plain)])
    finally:
        plain.unlink(missing_ok=True)
    rows = [line for line in compare.lines(text) if line and not line.startswith("#")]
    return list(csv.DictReader(rows, skipinitialspace=True)) if code == 0 and rows else None


class Difference(typing.NamedTuple):
    """A frame, or for tcptrace a direction of a connection, in which sniff and a peer differ."""

    file: str
    flow: int
    end: str
    peer: str
    count: str
    kind: str
    frame: int | None
    sniff: frozenset
    tshark: frozenset
    facts: frozenset
    own: int
    other: int


def all_hold(wanted, held):
    """Whether all of these are among those, and none that stands after !."""
    return all((name[1:] not in held) if name.startswith("!") else name in held for name in wanted)


def covers(entry, difference):
    """Whether an entry of analysis.json is about a difference."""
    files = entry.get("file", "*")
    return (
        entry["peer"] == difference.peer
        and any(fnmatch.fnmatchcase(difference.count, pattern) for pattern in entry["counts"])
        and any(fnmatch.fnmatchcase(difference.file, pattern) for pattern in ([files] if isinstance(files, str) else files))
        and difference.frame in entry.get("frames", [difference.frame])
        and difference.kind in entry.get("kinds", [difference.kind])
        and all_hold(entry.get("sniff", []), difference.sniff)
        and all_hold(entry.get("tshark", []), difference.tshark)
        and all_hold(entry.get("facts", []), difference.facts)
    )


class Story:
    """The frames of one connection, and what holds of each:

    syn, syn-ack, fin     its flags
    bare                  it carries no payload
    nothing outstanding   all that the other end was seen to send is acknowledged by it
    soon                  it came within 3 ms, or a handshake's time, of the segment before it with the highest number
    damaged before        a segment with its number and a wrong checksum came before it

    What holds of a difference without a frame: "no frame". For tcptrace: all that sniff remarked about
    the direction, and

    bare again            something without payload was sent again
    syn payload           a SYN carries payload
    reset payload         a reset carries payload
    no handshake          the capture begins later
    same sum              retransmissions and segments out of order are as many together
    """

    SOON = 0.003

    def __init__(self, found, remarks):
        self.found, self.remarks = found, remarks

    def facts(self):
        ends, latest, damaged, opened, handshake = {}, {}, set(), None, 0.0
        for frame in self.found:
            held = set()
            syn, fin = frame.flags & Frame.SYN, frame.flags & Frame.FIN
            held |= {"syn" if not frame.flags & 16 else "syn-ack"} if syn else set()
            held |= {"fin"} if fin else set()
            held |= {"bare"} if frame.length == 0 else set()
            theirs = ends.get(frame.target)
            if theirs is not None and (frame.ack - theirs) % 2**32 < 2**31:
                held.add("nothing outstanding")
            if frame.source in latest and frame.time - latest[frame.source] <= max(self.SOON, handshake):
                held.add("soon")
            if (frame.source, frame.seq) in damaged:
                held.add("damaged before")
            if syn and opened is None:
                opened = frame.time
            elif opened is not None and not handshake and not syn:
                handshake = frame.time - opened
            if "bad checksum" in self.remarks.get(frame.number, ()):
                damaged.add((frame.source, frame.seq))
            end = (frame.seq + frame.length + bool(syn) + bool(fin)) % 2**32
            if frame.source not in ends or (end - ends[frame.source]) % 2**32 < 2**31:
                if ends.get(frame.source) != end:
                    latest[frame.source] = frame.time
                ends[frame.source] = end
            yield frame, frozenset(held)


class Comparison:
    def __init__(self, programs, reasons):
        self.programs, self.reasons = programs, reasons
        self.used = collections.Counter()
        self.differences = []
        self.explained = 0
        # By peer and count: directions compared, directions equal, sniff's sum, the peer's sum.
        self.totals = collections.defaultdict(collections.Counter)
        self.files = {}

    def read(self, path):
        """What all print of one file; nothing when it has no connections."""
        own = flows(self.programs.sniff, path)
        if not own:
            return None
        found, left_out = frames(self.programs.tshark, path)
        if found is None:
            return None
        with tempfile.TemporaryDirectory() as folder:
            rows = traced(self.programs.tcptrace, path, folder)
        of = self.assigned(own, found)
        stories = {flow["id"]: remarks(self.programs.sniff, path, flow) for flow in own if self.differs(flow, of, rows)}
        return own, of, rows, stories, left_out

    @staticmethod
    def assigned(own, found):
        """The frames of each connection: of the latest that has the socket pair and had begun."""
        by_pair = collections.defaultdict(list)
        for flow in own:
            by_pair[frozenset(sockets(flow))].append(flow)
        of = collections.defaultdict(list)
        for frame in found:
            same = by_pair[frozenset((frame.source, frame.target))]
            begun = [flow for flow in same if flow["first_frame"] <= frame.number]
            if begun:
                of[begun[-1]["id"]].append(frame)
        return of

    @staticmethod
    def flagged(frames_of, source, flags):
        return {frame.number for frame in frames_of if frame.source == source and frame.marks & set(flags)}

    def differs(self, flow, of, rows):
        for end, source in zip(("client", "server"), sockets(flow)):
            for count, (_, flags) in COUNTS.items():
                if len(self.flagged(of[flow["id"]], source, flags)) != flow[end][count]:
                    return True
        row = row_of(flow, rows)
        return row is not None and any(a != b for _, _, a, b in self.traced_pairs(flow, row))

    @staticmethod
    def traced_pairs(flow, row):
        """Counts of tcptrace beside sniff's."""
        ways = ("a2b", "b2a") if (row["host_a"], row["port_a"]) == tuple(map(str, sockets(flow)[0])) else ("b2a", "a2b")
        for end, way in zip(("client", "server"), ways):
            for count, column in TRACED.items():
                yield end, count, flow[end][count], int(row[f"{column}_{way}"])

    def file(self, name, result):
        if result is None:
            return
        own, of, rows, stories, left_out = result
        self.files[name] = {"connections": len(own), "left_out": left_out, "tcptrace": rows is not None}
        for flow in own:
            self.flow_beside_tshark(name, flow, of[flow["id"]], stories.get(flow["id"], {}))
            self.round_trips(flow, of[flow["id"]])
            row = row_of(flow, rows)
            if row is not None:
                self.flow_beside_tcptrace(name, flow, row, of[flow["id"]], stories.get(flow["id"], {}))

    def flow_beside_tshark(self, name, flow, found, said):
        told = list(Story(found, said).facts()) if said else []
        for end, source in zip(("client", "server"), sockets(flow)):
            for count, (words, flags) in COUNTS.items():
                theirs = self.flagged(found, source, flags)
                self.sum("tshark", count, flow[end][count], len(theirs))
                if flow[end][count] == len(theirs):
                    continue
                sent = [(frame, facts) for frame, facts in told if frame.source == source]
                ours = {frame.number for frame, _ in sent if said.get(frame.number, frozenset()) & set(words)}
                for frame, facts in sent:
                    if (frame.number in ours) != (frame.number in theirs):
                        kind = "only-sniff" if frame.number in ours else "only-peer"
                        self.add(Difference(name, flow["id"], end, "tshark", count, kind, frame.number,
                                            said.get(frame.number, frozenset()), frame.marks, facts, 0, 0))
                for _ in range(flow[end][count] - len(ours)):
                    # Counted, but not of a frame of its own.
                    self.add(Difference(name, flow["id"], end, "tshark", count, "only-sniff", None, frozenset(), frozenset(),
                                        frozenset(["no frame"]), flow[end][count], len(theirs)))

    def round_trips(self, flow, found):
        """Round trips are no counts: sniff measures one segment at a time from its passing, as a sender does (RFC 6298),
        tshark each acknowledgment from the last segment that it covers. Equal: both measured, or neither."""
        for end, peer in zip(("client", "server"), reversed(sockets(flow))):
            theirs = sum(frame.source == peer and bool(frame.rtt) for frame in found)
            own = flow[end]["rtt_samples"]
            self.sum("tshark", "rtt_samples", own, theirs, (own > 0) == (theirs > 0))

    def flow_beside_tcptrace(self, name, flow, row, found, said):
        told = list(Story(found, said).facts()) if said else []
        pairs = list(self.traced_pairs(flow, row))
        for end, count, own, other in pairs:
            self.sum("tcptrace", count, own, other)
            if own == other:
                continue
            source = sockets(flow)[end == "server"]
            sent = [(said.get(frame.number, frozenset()), frame, facts) for frame, facts in told if frame.source == source]
            facts = {word for words, _, _ in sent for word in words}
            again = [frame for words, frame, _ in sent if words & set(COUNTS["retransmissions"][0])]
            facts |= {"bare again"} if any(frame.length == 0 for frame in again) else set()
            facts |= {"syn payload"} if any(frame.flags & Frame.SYN and frame.length for _, frame, _ in sent) else set()
            facts |= {"no handshake"} if flow["verdict"]["initiator"] == "unseen" else set()
            facts |= {"reset payload"} if any(frame.flags & Frame.RST and frame.length for _, frame, _ in sent) else set()
            numbers = ("retransmissions", "out_of_order")
            behind = [(a, b) for where, which, a, b in pairs if where == end and which in numbers]
            facts |= {"same sum"} if sum(a for a, _ in behind) == sum(b for _, b in behind) else set()
            self.add(Difference(name, flow["id"], end, "tcptrace", count, "only-sniff" if own > other else "only-peer", None,
                                frozenset(facts), frozenset(), frozenset(facts), own, other))

    def sum(self, peer, count, own, other, equal=None):
        total = self.totals[peer, count]
        total["directions"] += 1
        total["equal"] += own == other if equal is None else equal
        total["sniff"] += own
        total["peer"] += other

    def add(self, difference):
        for index, entry in enumerate(self.reasons):
            if covers(entry, difference):
                self.used[index] += 1
                self.explained += 1
                return
        self.differences.append(difference)


def row_of(flow, rows):
    """tcptrace's row of a connection; none when it knows another number of connections with this socket pair."""
    if rows is None:
        return None
    pair = {tuple(map(str, socket)) for socket in sockets(flow)}
    same = [row for row in rows if {(row["host_a"], row["port_a"]), (row["host_b"], row["port_b"])} == pair]
    return same[0] if len(same) == 1 else None


def figures(comparison):
    """The figures as tables: how many directions are equal, and how much each reason explains."""
    connections, traced, left_out = (
        sum(report[key] for report in comparison.files.values()) for key in ("connections", "tcptrace", "left_out")
    )
    yield (
        f"{len(comparison.files)} captures with {connections:,} TCP connections; tcptrace reads {traced} of the captures. "
        f"{left_out:,} frames are left out: more than one TCP header, quoted by an ICMP error, or cut. "
        f"{comparison.explained:,} differences have a reason, {len(comparison.differences):,} have none."
    )
    yield ""
    yield "| peer | count | directions | equal | sniff's sum | the peer's sum |"
    yield "| --- | --- | ---: | ---: | ---: | ---: |"
    for (peer, count), total in comparison.totals.items():
        numbers = " | ".join(f"{total[key]:,}" for key in ("directions", "equal", "sniff", "peer"))
        yield f"| {peer} | {count} | {numbers} |"
    yield ""
    yield "| differences | peer | reason |"
    yield "| ---: | --- | --- |"
    reasons = collections.Counter()
    for index, entry in enumerate(comparison.reasons):
        reasons[entry["peer"], entry["reason"]] += comparison.used[index]
    for (peer, reason), count in reasons.most_common():
        yield f"| {count:,} | {peer} | {reason} |"


def show(comparison):
    for line in figures(comparison):
        print(line)
    for d in comparison.differences:
        where = f"frame {d.frame}" if d.frame else f"sniff {d.own}, {d.peer} {d.other}"
        print(f"{d.file} flow {d.flow} {d.end} {d.count} {d.kind} {d.peer}: {where}; sniff {sorted(d.sniff)}, "
              f"tshark {sorted(d.tshark)}, {sorted(d.facts)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", help="captures, or folders of them")
    parser.add_argument("--sniff", default=os.environ.get("SNIFF", str(compare.ROOT / "target/debug/sniff")))
    parser.add_argument("--tshark", default="tshark")
    parser.add_argument("--tcptrace", default="tcptrace")
    parser.add_argument("--json", metavar="OUT", help="write everything that was found to a file")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N", help="files read at a time")
    parser.add_argument("--figures", type=pathlib.Path, metavar="FILE", help="write the figures into a document, between "
                        "its marks")
    parser.add_argument("--at-most", type=int, metavar="N", help="exit code 1 when more differences have no reason")
    arguments = parser.parse_args()

    comparison = Comparison(arguments, json.loads((HERE / "analysis.json").read_text()))
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        pending = [(name, pool.submit(comparison.read, path)) for path, name in compare.captures(arguments.paths, None)]
        for name, future in pending:
            comparison.file(name, future.result())
    show(comparison)
    if arguments.json:
        found = {
            "totals": {" ".join(key): total for key, total in comparison.totals.items()},
            "differences": [{key: sorted(value) if isinstance(value, frozenset) else value
                             for key, value in difference._asdict().items()} for difference in comparison.differences],
            "files": comparison.files,
        }
        pathlib.Path(arguments.json).write_text(json.dumps(found, indent=1))
    if arguments.figures:
        compare.write_between(arguments.figures, figures(comparison))
    if arguments.at_most is not None and len(comparison.differences) > arguments.at_most:
        print(f"{len(comparison.differences)} differences have no reason, {arguments.at_most} may")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
