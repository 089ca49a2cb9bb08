"""Scripted endings of connections, with `sniff --states -T json` on the wire: how soon after the kernel it tells.

The connections, and the truth of the kernel's states, are those of tests/kernel; see there.
"""

import importlib
import json
import statistics

import compare
import middle
import plays
import stage
import truth
from scene import Unsupported, play

for group in ("plays_open", "plays_close", "plays_reset"):
    importlib.import_module(group)

# A state must be told this soon, in seconds: half of all, and each. The second is wide, because machines stall.
MIDDLE, WORST = 0.05, 0.25
ENDINGS = """
    refused syn_unreachable syn_unreachable_6 third_ack_dropped simultaneous_open connect_then_abort never_accepted
    listener_closed reuse_of_server_time_wait reuse_of_client_time_wait client_closes server_closes closes_without_data
    simultaneous_close closing_held half_close_by_client half_close_by_server shutdown_then_close fin_dropped
    last_ack_held data_in_both_fins fin_before_data close_wait_leak client_killed server_killed client_lingers_0
    server_lingers_0 client_leaves_unread_data server_leaves_unread_data killed_with_unread_data data_after_close
    rst_after_half_close
""".split()


def perform(scene, name):
    """Plays one connection with sniff on the captured link; returns the kernel's truth and what sniff said when."""
    scripted = plays.PLAYS[name]
    try:
        setting = stage.Stage(scene.index, scene.network, scripted)
        wire = Wire(setting.topology.middle)
        device = setting.captured_side[0]
        sniff = scene.sniff("-i", device, "--states", "-T", "json", host=wire)
        scripted.function(setting)
        result = setting.result()
    except stage.Unsupported as error:
        raise Unsupported(str(error)) from None
    frames = setting.capture.frames()
    result["heard"] = {side: heard(frames, host) for side, host in setting.hosts.items()}
    result["first_frame"], result["last_frame"] = (frames[at][0] + frames[at][1] / 1e9 for at in (0, -1))
    told_live = len(changes(sniff))
    scene.equal(sniff.stop(), 0, "the exit code")
    result["told"] = changes(sniff)
    scene.equal(len(result["told"]), told_live, "the number of changes told by the end of the play and at the end")
    return result


def changes(sniff):
    """(time of arrival, transition) of what has been told."""
    told = [(at, json.loads(line)) for at, line in list(sniff.output.lines)]
    return [(at, entry) for at, entry in told if entry["type"] == "transition"]


class Wire:
    """The host that captures: the middle of the scripted connection."""

    def __init__(self, namespace):
        self.namespace = namespace


def heard(frames, host):
    hardware = bytes.fromhex(host.hardware.replace(":", ""))
    own = [frame for frame in frames if frame[2][6:12] == hardware]
    segments = [(frame[0] + frame[1] / 1e9, middle.wire.Segment.of(frame[2])) for frame in own]
    return [[at, segment.sport, segment.dport] for at, segment in segments if segment]


class Told(compare.Comparison):
    """The comparison of tests/kernel, asked when each state was told instead of which state was told."""

    def __init__(self, scripted, result, events):
        self.latencies, self.told = [], {}
        for at, entry in result["told"]:
            key = truth.key_of(entry["ip"], entry["port"], entry["peer_ip"], entry["peer_port"])
            self.told.setdefault(key, []).append((at, entry["to"]))
        super().__init__(scripted, {**result, "checkpoints": [], "expected": []}, Silent(), events)

    def _retransmissions(self):
        pass

    def _states(self, number, side, key):
        start, end = self.result["first_frame"], self.result["last_frame"]
        covered = list(self._covered(number, side))
        line = self.kernel.get((side, key), [])
        seen_before = False
        for state, first, last in line:
            first = self._shown(state, side, key, first)
            parts = list(compare.uncovered(max(first, start), min(last, end), covered))
            # Only states that lasted, whose beginning nobody is kept from knowing.
            known = parts and parts[0][0] == max(first, start) and parts[0][1] - parts[0][0] >= compare.SHORTEST
            if known and (seen_before or state is not None):
                self._ask(side, key, state, max(first, start), parts[0][1], "")
            elif state is not None and not any(begin <= first <= stop for begin, stop in covered):
                self._measure(key, state, first)
            seen_before = seen_before or state is not None

    def _ask(self, side, key, state, at, until, what):
        self.asked += 1
        told = self.told.get(key, ())
        # What was told last before the state began may already be that state: inferred from what the peer sent.
        before = [entry for entry in told if entry[0] <= at]
        if before and self._same(side, key, state, before[-1][1], at):
            self.latencies.append(0.0)
            return
        when = next((when for when, to in told if when > at and self._same(side, key, state, to, when)), None)
        if when is None or when > until + WORST:
            said = ", ".join(f"{to} at +{when - self.result['first_frame']:.3f}" for when, to in told) or "nothing"
            self.differences.append(
                f"{side} {compare.name(key)}: the kernel was in {state or 'no socket'} from "
                f"+{at - self.result['first_frame']:.3f} s; told: {said}"
            )
        else:
            self.latencies.append(when - at)


    def _measure(self, key, state, at):
        """A state that did not last: how late it was told, if it was."""
        when = next((when for when, to in self.told.get(key, ()) if to == state and abs(when - at) < 1), None)
        if when is not None:
            self.latencies.append(max(0.0, when - at))


class Silent:
    """In place of a finished run of sniff over a file."""

    errors, flows, lines = (), (), {}


def conclude(name):
    def judge(result, events):
        told = Told(plays.PLAYS[name], result, events)
        return {"differences": told.differences, "figures": {"latency": told.latencies}}

    return judge


def summary(latencies):
    """Lines for the end of the run: how late states were told, and whether that is too late."""
    if not latencies:
        return
    figures = sorted(latencies)
    at = lambda share: figures[min(len(figures) - 1, int(share * len(figures)))] * 1000
    yield (
        f"states live: {len(figures)} states told after the kernel reached them by: median {at(0.5):.1f} ms, "
        f"90 % {at(0.9):.1f} ms, 99 % {at(0.99):.1f} ms, worst {at(1):.1f} ms; "
        f"{sum(figure <= MIDDLE for figure in figures)} within {MIDDLE * 1000:.0f} ms"
    )
    if statistics.median(figures) > MIDDLE:
        yield f"differs     the median is over {MIDDLE * 1000:.0f} ms"
    if figures[-1] > WORST:
        yield f"differs     the worst is over {WORST * 1000:.0f} ms"


def register(name):
    def function(scene):
        return perform(scene, name)

    function.__name__ = "states_" + name
    function.__doc__ = "states as they are told: " + plays.PLAYS[name].summary
    play(limit=60, slow=plays.PLAYS[name].slow, jobs=2, conclude=conclude(name))(function)


for ending in ENDINGS:
    register(ending)
