"""What happens between opening and closing: losses, disorder, repetitions, silence."""

import itertools
import random
import socket
import threading
import time

from acts import close, end, half_closed, has_data, set_keep_alive, talking
from plays import play
from stage import Broken, receive


def carry(pair, length):
    """Sends `length` bytes from client to server."""
    failed = []

    def send():
        try:
            pair.client.sendall(bytes(length))
        except OSError as error:
            failed.append(error)

    sender = threading.Thread(target=send)
    sender.start()
    receive(pair.server, length)
    sender.join()
    if failed:
        raise Broken(str(failed[0]))


def finish(stage, pair):
    stage.rest("ESTABLISHED", "ESTABLISHED")
    close(stage, pair, half_close=False)


def _losses(stage, seed):
    """One in twenty of the client's data segments is lost behind the capture, first ones and repetitions alike."""
    dice = random.Random(seed)
    if stage.family == 6:
        stage.far_away()
    pair = stage.open()
    lost = stage.middle.drop("client", lambda segment: has_data(segment) and dice.random() < 0.05)
    carry(pair, 400_000)
    lost.end()
    if not stage.hosts["client"].namespace.retransmitted_segments():
        raise Broken("nothing was lost")
    finish(stage, pair)


@play(4, slow=3)
def losses(stage):
    """one in twenty of the client's segments is lost behind the capture"""
    _losses(stage, 1)


@play(6, slow=3)
def losses_6(stage):
    """the same over IPv6"""
    _losses(stage, 2)


@play(4, slow=3)
def losses_without_sack(stage):
    """the same without selective acknowledgments"""
    stage.set("ipv4/tcp_sack", 0)
    _losses(stage, 3)


@play(4, capture="server", slow=2)
def late_segments(stage):
    """every ninth of the client's segments is late and captured late; many are sent again although none is lost"""
    pair = stage.open()
    count = itertools.count()
    late = stage.middle.delay("client", lambda segment: has_data(segment) and next(count) % 9 == 4, 0.004)
    carry(pair, 400_000)
    late.end()
    time.sleep(0.02)
    finish(stage, pair)


def _reordering(stage):
    stage.far_away()
    pair = stage.open()
    count = itertools.count()
    swapped = stage.middle.swap("client", lambda segment: has_data(segment) and next(count) % 9 == 4)
    carry(pair, 400_000)
    swapped.end()
    finish(stage, pair)


@play(4, capture="server", slow=2)
def reordering(stage):
    """every ninth of the client's segments changes places with the next before the capture"""
    _reordering(stage)


@play(6, capture="server", slow=2)
def reordering_6(stage):
    """the same over IPv6, which has no identification to tell repetitions from late segments"""
    _reordering(stage)


@play(4, capture="server", slow=2)
def duplication(stage):
    """the middle doubles every fifth segment: nobody sent anything again"""
    pair = stage.open()
    count = itertools.count()
    twice = stage.middle.repeat("client", lambda segment: next(count) % 5 == 2)
    carry(pair, 100_000)
    twice.end()
    finish(stage, pair)


@play(6, offloads=True, slow=2)
def offloads(stage):
    """a large transfer with segmentation and checksums left to the hardware: frames longer than the MTU"""
    pair = stage.open()
    carry(pair, 3_000_000)
    finish(stage, pair)


@play(4, slow=4)
def keep_alive(stage):
    """an idle connection with keep-alive probes that are answered: nothing changes, nothing is sent again"""
    pair = talking(stage)
    set_keep_alive(pair.client, KEEPIDLE=1, KEEPINTVL=1)
    probes = []
    stage.middle.notice("client", lambda segment: segment.only_acknowledges and probes.append(segment))
    stage.wait_for(lambda: len(probes) >= 2, "two probes")
    finish(stage, pair)


def _close_window(stage, times, what):
    """The server's program does not read, and its window closes, as so many segments say. Returns how much waits."""
    stage.listen(receive_buffer=8192)
    pair = stage.open()
    pair.client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    closed = []
    stage.middle.notice("server", lambda segment: segment.window == 0 and closed.append(segment))
    length = 150_000
    pair.client.sendall(bytes(length))
    stage.wait_for(lambda: len(closed) >= times, what)
    return pair, length


@play(6, slow=3)
def zero_window(stage):
    """the server's program does not read: the window closes, the client probes it; then the program reads on"""
    pair, length = _close_window(stage, 2, "a probe of the closed window answered")
    stage.rest("ESTABLISHED", "ESTABLISHED")
    receive(pair.server, length)
    finish(stage, pair)


@play(4, slow=2)
def fin_behind_zero_window(stage):
    """the client closes while the server's window is closed: its FIN waits, and nothing on the wire tells"""
    pair, length = _close_window(stage, 1, "a closed window")
    stage.unknowable("client", "its FIN waits behind the closed window")
    pair.client.close()
    stage.rest("FIN-WAIT-1", "ESTABLISHED")
    receive(pair.server, length)
    stage.until("FIN-WAIT-2", "CLOSE-WAIT")
    stage.knowable("client")
    half_closed(stage, "client")
    end(stage, pair, half_close=False)


@play(6, slow=2)
def urgent_and_small_segments(stage):
    """many small segments, one of them urgent"""
    pair = stage.open()
    pair.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    pair.server.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
    for number in range(40):
        pair.client.send(b"x", socket.MSG_OOB if number == 20 else 0)
    receive(pair.server, 40)
    finish(stage, pair)


@play(4, slow=3)
def data_repeated_until_heard(stage):
    """one segment is lost three times behind the capture: a retransmission timer that backs off"""
    pair = talking(stage)
    lost = stage.middle.drop("client", has_data, times=3)
    pair.client.send(b"again and again")
    receive(pair.server, 15)
    if lost.used != 3:
        raise Broken(f"{lost.used} segments were lost")
    finish(stage, pair)
