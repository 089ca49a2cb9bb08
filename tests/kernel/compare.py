"""Compares what sniff reads in a capture with what the kernel said while it was taken."""

import calendar
import ipaddress
import json
import subprocess
import time

import truth

# A state that the kernel held for less than this is not asked for, and sniff may learn of one this much later.
SHORTEST, LAG = 0.06, 0.05
# CLOSE-WAIT begins when a FIN arrives, which only the ACK shows. Linux delays that by 40 ms, and on connections whose
# round trips were once long, as on a busy machine, by up to this.
LATEST_ACK = 0.5
# Around a checkpoint the kernel's state must not have changed.
BEFORE, AFTER = 0.06, 0.02
# What happens at a host just before it sends a segment and just after it gets one.
ON_ITS_WAY = 0.01
OTHER = {"client": "server", "server": "client"}


class Sniff:
    """What one run of sniff says of one capture."""

    def __init__(self, program, capture):
        self.errors = []
        self.lines, self.flows = {}, []
        for entry in self._run(program, capture, "--states", "transition"):
            key = truth.key_of(entry["ip"], entry["port"], entry["peer_ip"], entry["peer_port"])
            line = self.lines.setdefault(key, [])
            if line and line[-1][1] != entry["from"]:
                change = f"from {entry['from']}, but the one before entered {line[-1][1]}"
                self.errors.append(f"{name(key)} at {entry['time']}: a transition {change}")
            line.append((seconds(entry["time"]), entry["to"]))
        for line in self.lines.values():
            if any(later[0] < earlier[0] for earlier, later in zip(line, line[1:])):
                self.errors.append("transitions are not in time order")
        self.flows = [entry for entry in self._run(program, capture, "--flows", "flow") if entry["protocol"] == "tcp"]

    def _run(self, program, capture, view, kind):
        done = subprocess.run([program, "-r", capture, view, "-T", "json"], capture_output=True, text=True, timeout=60)
        if done.returncode:
            self.errors.append(f"sniff {view} ends with {done.returncode}: {done.stderr.strip()[-200:]}")
            return []
        entries = [json.loads(line) for line in done.stdout.splitlines()]
        return [entry for entry in entries if entry["type"] == kind]

    def state(self, key, at):
        """The state at an instant; None before sniff says anything of this socket."""
        state = None
        for when, to in self.lines.get(key, ()):
            if when > at:
                break
            state = to
        return state


def seconds(text):
    """RFC 3339 in UTC to seconds since 1970."""
    whole, _, fraction = text.rstrip("Z").partition(".")
    return calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) + float("0." + (fraction or "0"))


class Comparison:
    """One play. `differences` are sentences; `asked` counts the instants compared, `hidden` those nobody can know."""

    def __init__(self, play, result, sniff, events):
        self.play, self.result, self.sniff = play, result, sniff
        self.differences, self.asked, self.hidden = list(sniff.errors), 0, 0
        self.kernel = {}
        for line in result["lines"]:
            key = (bytes.fromhex(line["key"][0]), line["key"][1], bytes.fromhex(line["key"][2]), line["key"][3])
            self.kernel[line["side"], key] = truth.refined(line["periods"], events.get(key, ()))
        for number, ends in enumerate(result["pairs"]):
            for side in OTHER:
                self._states(number, side, truth.key_of(*ends[side], *ends[OTHER[side]]))
            self._conclusions(number, ends)
        self._retransmissions()

    def _covered(self, number, side):
        """The times of what the play marks as unknowable, and those in which a segment was on its way for long."""
        for begin, stop in self.result["long_ways"]:
            yield begin - ON_ITS_WAY, stop + ON_ITS_WAY
        for hidden in self.result["hidden"]:
            if hidden["pair"] == number and hidden["side"] == side:
                yield hidden["from"], hidden["to"] or float("inf")

    def _states(self, number, side, key):
        line = self.kernel.get((side, key), [])
        start, end = self.result["first_frame"], self.result["last_frame"]
        covered = list(self._covered(number, side))
        line = [(state, self._shown(state, side, key, first), last) for state, first, last in line]
        for state, first, last in line:
            for first, last in uncovered(max(first, start), min(last, end), covered):
                if last - first >= SHORTEST:
                    middle = (first + last) / 2
                    self._ask(side, key, state, middle, min(last, middle + LAG), f"held for {last - first:.3f} s")
        for checkpoint in self.result["checkpoints"]:
            at = checkpoint["time"]
            if checkpoint["pair"] != number:
                continue
            if any(begin <= at <= stop for begin, stop in covered):
                self.hidden += 1
                continue
            for state, first, last in line:
                if first <= at - BEFORE and at + AFTER <= last and at <= end:
                    self._ask(side, key, state, at, at, "checkpoint " + checkpoint["label"])

    def _shown(self, state, side, key, first):
        """When the capture can show at the earliest that a state began at `first`."""
        if state == "CLOSE-WAIT":
            heard = (at for at, *ports in self.result["heard"][side] if ports == [key[1], key[3]])
            shown = next((at for at in heard if at >= first), first)
            return shown if shown < first + LATEST_ACK else first
        return first

    def _ask(self, side, key, state, at, until, what):
        self.asked += 1
        said = self.sniff.state(key, at)
        for when, to in self.sniff.lines.get(key, ()):
            if at < when <= until and self._same(side, key, state, to, when):
                said = to
                break
        if not self._same(side, key, state, said, at):
            self.differences.append(
                f"{side} {name(key)} at +{at - self.result['first_frame']:.6f} s ({what}): "
                f"kernel {state or 'has no socket'}, sniff {said or 'says nothing'}"
            )

    def _same(self, side, key, state, said, at):
        if state is None or state == "CLOSED":
            # No socket for this pair: CLOSED, or LISTEN where the port listens.
            return said in (None, "CLOSED") or said == "LISTEN" and self._listens(side, key, at)
        return said == state

    def _listens(self, side, key, at):
        for (there, socket), line in self.kernel.items():
            if there == side and socket[1] == key[1] and socket[3] == 0:
                for state, first, last in line:
                    if state == "LISTEN" and first <= at <= last + SHORTEST:
                        return True
        return False

    def _conclusions(self, number, ends):
        expected = [entry for entry in self.result["expected"] if entry["pair"] == number]
        sockets = {(str(ipaddress.ip_address(ends[side][0])), ends[side][1]): side for side in OTHER}
        flows = []
        for flow in self.sniff.flows:
            sides = [sockets.get((flow[side]["ip"], flow[side]["port"])) for side in OTHER]
            if None not in sides:
                flows.append((flow, sides[0] == "client"))
        for entry, (flow, straight) in zip(expected, flows):
            for what, wanted in entry.items():
                if what == "pair":
                    continue
                said = flow["verdict"][what]
                said = said if straight else OTHER.get(said, said) if isinstance(said, str) else said
                self.asked += 1
                if said not in (wanted if isinstance(wanted, list) else [wanted]):
                    text = f"verdict of flow {flow['id']}: {what} is {wanted}, sniff says {said}: "
                    self.differences.append(text + flow["verdict"]["text"])
        if len(flows) < len(expected):
            pair = name(truth.key_of(*ends["client"], *ends["server"]))
            self.differences.append(f"{len(expected)} connections of {pair}, sniff has {len(flows)}")

    def _retransmissions(self):
        for side in self.play.exact:
            addresses = {str(ipaddress.ip_address(ends[side][0])) for ends in self.result["pairs"]}
            ends = [flow[end] for flow in self.sniff.flows for end in OTHER if flow[end]["ip"] in addresses]
            said, counted = sum(end["retransmissions"] for end in ends), self.result["retransmitted"][side]
            self.asked += 1
            if said != counted:
                self.differences.append(f"{side} retransmitted {counted} segments (RetransSegs), sniff says {said}")


def uncovered(first, last, covered):
    """What is left of a period without the covered ones."""
    for begin, stop in sorted(covered):
        if begin > first:
            yield first, min(begin, last)
        first = max(first, stop)
    if first < last:
        yield first, last


def name(key):
    ends = [(ipaddress.ip_address(key[at]), key[at + 1]) for at in (0, 2)]
    return " > ".join(f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}" for address, port in ends)
