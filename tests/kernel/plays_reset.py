"""How connections end with RST, and segments that nobody of both sent."""

import socket
import time

import wire
from acts import abort, close, half_closed, hand_over, is_reset, is_rst, kill, quiet, set_keep_alive, talk, talking
from plays import play
from stage import other


@play(4)
def client_lingers_0(stage):
    """the client closes with SO_LINGER 0: RST"""
    abort(quiet(stage), "client")
    is_reset(stage, "client", half_close=False)


@play(6)
def server_lingers_0(stage):
    """the server closes with SO_LINGER 0: RST"""
    abort(quiet(stage), "server")
    is_reset(stage, "server", half_close=False)


def _leaves_unread_data(stage, side):
    pair = stage.open()
    pair.of(other(side)).send(bytes(3000))
    stage.rest("ESTABLISHED", "ESTABLISHED")
    pair.of(side).close()
    is_reset(stage, side, half_close=False)


@play(6)
def client_leaves_unread_data(stage):
    """the client closes with data unread: RST"""
    _leaves_unread_data(stage, "client")


@play(4)
def server_leaves_unread_data(stage):
    """the server closes with data unread: RST"""
    _leaves_unread_data(stage, "server")


@play(4)
def killed_with_unread_data(stage):
    """kill -9 of the server's program while data waits: RST"""
    pair = stage.open()
    program = hand_over(pair.server)
    pair.client.send(bytes(100))
    stage.rest("ESTABLISHED", "ESTABLISHED")
    kill(program)
    is_reset(stage, "server")


@play(6)
def data_after_close(stage):
    """the client has closed, the server sends: RST from the client"""
    pair = talking(stage)
    pair.client.close()
    half_closed(stage, "client")
    pair.server.send(b"too late")
    is_reset(stage, "client", half_close=False)


@play(4)
def rst_after_half_close(stage):
    """the client shuts its side down, the server aborts"""
    pair = talking(stage)
    pair.client.shutdown(socket.SHUT_WR)
    half_closed(stage, "client")
    abort(pair, "server")
    is_reset(stage, "server", closed_first="client", half_close=False)


def _unheard_abort(stage, side, why, times=1):
    """The client aborts, its first RSTs are lost, and the server sends on: nobody can know the state of `side`."""
    pair = talking(stage)
    lost = stage.middle.drop("client", is_rst, times)
    stage.unknowable(side, why)
    abort(pair, "client")
    stage.rest(None, "ESTABLISHED")
    pair.server.send(b"are you there?")
    return lost


@play(6)
def rst_lost(stage):
    """the client's RST is lost behind the capture: the server is alive, as its next data shows"""
    _unheard_abort(stage, "server", "the RST was seen, and nothing shows yet that it was lost")
    stage.until(None, None)
    stage.knowable("server")
    is_reset(stage, "client")


@play(4, slow=4)
def rst_lost_twice(stage):
    """the client's RSTs are lost behind the capture, and the server repeats its data"""
    lost = _unheard_abort(stage, "server", "RSTs were seen; only the server's data shows that they were lost", None)
    stage.wait_for(lambda: lost.used >= 3, "the data repeated")
    lost.end()
    stage.until(None, None)
    # A living server would have sent its data again by now: its timer doubles from 0.2 s.
    time.sleep(1.5)
    stage.knowable("server")
    is_reset(stage, "client")


@play(4, capture="server")
def rst_never_seen(stage):
    """the client's RST is lost before the capture; the answer to the server's data is not"""
    _unheard_abort(stage, "client", "its RST was lost before the capture")
    stage.until(None, None)
    stage.knowable("client")
    is_reset(stage, "client")


def _forge(stage, flags, beyond=0, spoil=0):
    """A segment in the client's name, `beyond` the number that the server awaits."""
    segment, expected = stage.middle.last("client")
    ack = stage.middle.last("server")[1] if flags & wire.ACK else 0
    stage.middle.inject("client", wire.forged(segment, flags, expected + beyond, ack, spoil=spoil))


def _harmless(stage, flags, beyond=0, spoil=0, hides=None):
    """A forged segment that changes nothing: both talk on and close."""
    pair = quiet(stage)
    if hides:
        stage.unknowable("client", hides)
    _forge(stage, flags, beyond, spoil)
    stage.rest("ESTABLISHED", "ESTABLISHED")
    talk(pair)
    if hides:
        stage.knowable("client")
    stage.rest("ESTABLISHED", "ESTABLISHED")
    close(stage, pair, reset_by=None)


@play(6, capture="server")
def forged_rst_exact(stage):
    """a RST that the client never sent, with the very number that the server awaits"""
    pair = quiet(stage)
    stage.unknowable("client", "a forged RST cannot be told from its own until it sends again")
    _forge(stage, wire.RST)
    stage.rest("ESTABLISHED", None)
    pair.client.send(b"hello?")
    stage.until(None, None)
    stage.knowable("client")
    stage.rest(None, None)
    stage.expect(initiator="client", end="rst", reset_by=["middle", "client"])


@play(4, capture="server")
def forged_rst_in_window(stage):
    """a RST inside the window, but not at its edge: challenge ACK (RFC 5961), both go on"""
    _harmless(stage, wire.RST, 1000)


@play(6, capture="server")
def forged_rst_out_of_window(stage):
    """a RST outside the window: ignored"""
    _harmless(stage, wire.RST, 2**30)


@play(4, capture="server")
def forged_syn(stage):
    """a SYN on an established connection: challenge ACK, both go on"""
    why = "a forged SYN cannot be told from that of a client started anew until it sends again"
    _harmless(stage, wire.SYN, 2**20, hides=why)


@play(4, capture="server")
def forged_fin_bad_checksum(stage):
    """a FIN whose checksum is wrong: ignored"""
    _harmless(stage, wire.FIN | wire.ACK, spoil=1)


@play(6, capture="server")
def forged_fin_out_of_window(stage):
    """a FIN far beyond the window: ignored"""
    _harmless(stage, wire.FIN | wire.ACK, 2**28)


@play(4, slow=3)
def keep_alive_dead(stage):
    """keep-alive probes get no answer: the client gives up with RST"""
    pair = talking(stage)
    set_keep_alive(pair.client, KEEPIDLE=1, KEEPINTVL=1, KEEPCNT=1)
    stage.rest("ESTABLISHED", "ESTABLISHED")
    stage.unknowable("server", "the RST is seen, and nothing shows that it is lost")
    stage.middle.drop("client", lambda segment: True)
    stage.rest(None, "ESTABLISHED")
    stage.expect(initiator="client", closed_first="client", end=["rst", "timeout"])


@play(6, slow=3)
def gives_up(stage):
    """nothing of the client arrives any more, and TCP_USER_TIMEOUT ends it in silence"""
    pair = talking(stage)
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
