"""How connections end with RST, and segments that nobody of both sent."""

import os
import signal
import socket
import subprocess
import time

import wire
from plays import play
from plays_close import talk
from stage import linger_0


def is_rst(segment):
    return segment.has(wire.RST)


def end_in_order(stage, pair):
    """The connection still works: both ends talk, then the client closes, then the server."""
    talk(pair)
    for side in ("client", "server"):
        stage.knowable(side)
    stage.rest("ESTABLISHED", "ESTABLISHED")
    pair.client.close()
    stage.rest("FIN-WAIT-2", "CLOSE-WAIT")
    pair.server.close()
    stage.rest("TIME-WAIT", None)
    stage.expect(initiator="client", closed_first="client", end="fin", reset_by=None)


@play(4)
def client_lingers_0(stage):
    """the client closes with SO_LINGER 0: RST"""
    pair = stage.open()
    talk(pair)
    stage.rest("ESTABLISHED", "ESTABLISHED")
    linger_0(pair.client)
    pair.client.close()
    stage.rest(None, None)
    stage.expect(initiator="client", closed_first="client", end="rst", reset_by="client", half_close=False)


@play(6)
def server_lingers_0(stage):
    """the server closes with SO_LINGER 0: RST"""
    pair = stage.open()
    talk(pair)
    stage.rest("ESTABLISHED", "ESTABLISHED")
    linger_0(pair.server)
    pair.server.close()
    stage.rest(None, None)
    stage.expect(initiator="client", closed_first="server", end="rst", reset_by="server", half_close=False)


@play(6)
def client_leaves_unread_data(stage):
    """the client closes with data unread: RST"""
    pair = stage.open()
    pair.server.send(bytes(3000))
    stage.rest("ESTABLISHED", "ESTABLISHED")
    pair.client.close()
    stage.rest(None, None)
    stage.expect(initiator="client", closed_first="client", end="rst", reset_by="client", half_close=False)


@play(4)
def server_leaves_unread_data(stage):
    """the server closes with data unread: RST"""
    pair = stage.open()
    pair.client.send(bytes(3000))
    stage.rest("ESTABLISHED", "ESTABLISHED")
    pair.server.close()
    stage.rest(None, None)
    stage.expect(initiator="client", closed_first="server", end="rst", reset_by="server", half_close=False)


@play(4)
def killed_with_unread_data(stage):
    """kill -9 of the server's program while data waits: RST"""
    pair = stage.open()
    program = subprocess.Popen(["sleep", "60"], pass_fds=[pair.server.fileno()])
    pair.server.close()
    pair.client.send(bytes(100))
    stage.rest("ESTABLISHED", "ESTABLISHED")
    os.kill(program.pid, signal.SIGKILL)
    program.wait()
    stage.rest(None, None)
    stage.expect(initiator="client", closed_first="server", end="rst", reset_by="server")


@play(6)
def data_after_close(stage):
    """the client has closed, the server sends: RST from the client"""
    pair = stage.open()
    talk(pair)
    pair.client.close()
    stage.rest("FIN-WAIT-2", "CLOSE-WAIT")
    pair.server.send(b"too late")
    stage.rest(None, None)
    stage.expect(initiator="client", closed_first="client", end="rst", reset_by="client", half_close=False)


@play(4)
def rst_after_half_close(stage):
    """the client shuts its side down, the server aborts"""
    pair = stage.open()
    talk(pair)
    pair.client.shutdown(socket.SHUT_WR)
    stage.rest("FIN-WAIT-2", "CLOSE-WAIT")
    linger_0(pair.server)
    pair.server.close()
    stage.rest(None, None)
    stage.expect(initiator="client", closed_first="client", end="rst", reset_by="server", half_close=False)


@play(6)
def rst_lost(stage):
    """the client's RST is lost behind the capture: the server is alive, as its next data shows"""
    pair = stage.open()
    talk(pair)
    stage.middle.drop("client", is_rst, times=1)
    linger_0(pair.client)
    stage.unknowable("server", "the RST was seen, and nothing shows yet that it was lost")
    pair.client.close()
    stage.rest(None, "ESTABLISHED")
    pair.server.send(b"are you there?")
    stage.until(None, None)
    stage.knowable("server")
    stage.rest(None, None)
    stage.expect(initiator="client", closed_first="client", end="rst", reset_by="client")


@play(4, slow=4)
def rst_lost_twice(stage):
    """the client's RSTs are lost behind the capture, and the server repeats its data"""
    pair = stage.open()
    talk(pair)
    lost = stage.middle.drop("client", is_rst)
    linger_0(pair.client)
    stage.unknowable("server", "RSTs were seen, and only the server's data shows that they were lost")
    pair.client.close()
    stage.rest(None, "ESTABLISHED")
    pair.server.send(b"are you there?")
    stage.wait_for(lambda: lost.used >= 3, "the data repeated")
    lost.end()
    stage.until(None, None)
    # A living server would have sent its data again by now: its timer doubles from 0.2 s.
    time.sleep(1.5)
    stage.knowable("server")
    stage.rest(None, None)
    stage.expect(initiator="client", closed_first="client", end="rst", reset_by="client")


@play(4, capture="server")
def rst_never_seen(stage):
    """the client's RST is lost before the capture; the answer to the server's data is not"""
    pair = stage.open()
    talk(pair)
    stage.middle.drop("client", is_rst, times=1)
    linger_0(pair.client)
    stage.unknowable("client", "its RST was lost before the capture")
    pair.client.close()
    stage.rest(None, "ESTABLISHED")
    pair.server.send(b"are you there?")
    stage.until(None, None)
    stage.knowable("client")
    stage.rest(None, None)
    stage.expect(initiator="client", closed_first="client", end="rst", reset_by="client")


def _quiet(stage):
    """An established connection on which nothing is in flight."""
    pair = stage.open()
    talk(pair)
    stage.rest("ESTABLISHED", "ESTABLISHED")
    return pair, stage.middle.last("client")


@play(6, capture="server")
def forged_rst_exact(stage):
    """a RST that the client never sent, with the very number that the server awaits"""
    pair, (segment, expected) = _quiet(stage)
    stage.unknowable("client", "a forged RST cannot be told from its own until it sends again")
    stage.middle.inject("client", wire.forged(segment, wire.RST, expected))
    stage.rest("ESTABLISHED", None)
    pair.client.send(b"hello?")
    stage.until(None, None)
    stage.knowable("client")
    stage.rest(None, None)
    stage.expect(initiator="client", end="rst", reset_by=["middle", "client"])


@play(4, capture="server")
def forged_rst_in_window(stage):
    """a RST inside the window, but not at its edge: challenge ACK (RFC 5961), both go on"""
    pair, (segment, expected) = _quiet(stage)
    stage.middle.inject("client", wire.forged(segment, wire.RST, expected + 1000))
    stage.rest("ESTABLISHED", "ESTABLISHED")
    end_in_order(stage, pair)


@play(6, capture="server")
def forged_rst_out_of_window(stage):
    """a RST outside the window: ignored"""
    pair, (segment, expected) = _quiet(stage)
    stage.middle.inject("client", wire.forged(segment, wire.RST, expected + 2**30))
    stage.rest("ESTABLISHED", "ESTABLISHED")
    end_in_order(stage, pair)


@play(4, capture="server")
def forged_syn(stage):
    """a SYN on an established connection: challenge ACK, both go on"""
    pair, (segment, expected) = _quiet(stage)
    stage.unknowable("client", "a forged SYN cannot be told from that of a client started anew until it sends again")
    stage.middle.inject("client", wire.forged(segment, wire.SYN, expected + 2**20))
    stage.rest("ESTABLISHED", "ESTABLISHED")
    end_in_order(stage, pair)


@play(4, capture="server")
def forged_fin_bad_checksum(stage):
    """a FIN whose checksum is wrong: ignored"""
    pair, (segment, expected) = _quiet(stage)
    _, ack = stage.middle.last("server")
    stage.middle.inject("client", wire.forged(segment, wire.FIN | wire.ACK, expected, ack, spoil=1))
    stage.rest("ESTABLISHED", "ESTABLISHED")
    end_in_order(stage, pair)


@play(6, capture="server")
def forged_fin_out_of_window(stage):
    """a FIN far beyond the window: ignored"""
    pair, (segment, expected) = _quiet(stage)
    _, ack = stage.middle.last("server")
    stage.middle.inject("client", wire.forged(segment, wire.FIN | wire.ACK, expected + 2**28, ack))
    stage.rest("ESTABLISHED", "ESTABLISHED")
    end_in_order(stage, pair)


@play(4, slow=3)
def keep_alive_dead(stage):
    """keep-alive probes get no answer: the client gives up with RST"""
    pair = stage.open()
    talk(pair)
    for name, value in (("KEEPIDLE", 1), ("KEEPINTVL", 1), ("KEEPCNT", 1)):
        pair.client.setsockopt(socket.IPPROTO_TCP, getattr(socket, "TCP_" + name), value)
    pair.client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    stage.rest("ESTABLISHED", "ESTABLISHED")
    stage.unknowable("server", "the RST is seen, and nothing shows that it is lost")
    stage.middle.drop("client", lambda segment: True)
    stage.until(None, "ESTABLISHED")
    stage.rest(None, "ESTABLISHED")
    stage.expect(initiator="client", closed_first="client", end=["rst", "timeout"])


@play(6, slow=3)
def gives_up(stage):
    """nothing of the client arrives any more, and TCP_USER_TIMEOUT ends it in silence"""
    pair = stage.open()
    talk(pair)
    pair.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 2500)
    stage.rest("ESTABLISHED", "ESTABLISHED")
    lost = stage.middle.drop("client", lambda segment: True)
    pair.client.send(b"lost")
    stage.wait_for(lambda: lost.used >= 3, "two retransmissions")
    stage.rest("ESTABLISHED", "ESTABLISHED")
    stage.unknowable("client", "it gives up without a word")
    stage.until(None, "ESTABLISHED")
    time.sleep(0.3)
    stage.rest(None, "ESTABLISHED")
    stage.expect(initiator="client", closed_first="none", end=["timeout", "open"])
