"""How connections end with FIN."""

import os
import signal
import socket
import subprocess
import time

import wire
from plays import play
from stage import Broken, receive


def is_fin(segment):
    return segment.has(wire.FIN)


def talk(pair):
    """A request and its answer."""
    pair.client.send(b"request " * 20)
    receive(pair.server, 160)
    pair.server.send(b"answer " * 100)
    receive(pair.client, 700)


@play(4)
def client_closes(stage):
    """request, answer, the client closes, then the server"""
    pair = stage.open()
    talk(pair)
    stage.rest("ESTABLISHED", "ESTABLISHED")
    pair.client.close()
    stage.rest("FIN-WAIT-2", "CLOSE-WAIT")
    pair.server.close()
    stage.rest("TIME-WAIT", None)
    stage.expect(initiator="client", closed_first="client", end="fin", half_close=False)


@play(6)
def server_closes(stage):
    """request, answer, the server closes, then the client"""
    pair = stage.open()
    talk(pair)
    stage.rest("ESTABLISHED", "ESTABLISHED")
    pair.server.close()
    stage.rest("CLOSE-WAIT", "FIN-WAIT-2")
    pair.client.close()
    stage.rest(None, "TIME-WAIT")
    stage.expect(initiator="client", closed_first="server", end="fin", half_close=False)


@play(4)
def closes_without_data(stage):
    """opened and closed, not one byte"""
    pair = stage.open()
    pair.client.close()
    stage.rest("FIN-WAIT-2", "CLOSE-WAIT")
    pair.server.close()
    stage.rest("TIME-WAIT", None)
    stage.expect(initiator="client", closed_first="client", end="fin", half_close=False)


@play(6)
def simultaneous_close(stage):
    """both FINs are on their way at the same time"""
    pair = stage.open()
    talk(pair)
    stage.rest("ESTABLISHED", "ESTABLISHED")
    for side in ("client", "server"):
        stage.middle.delay(side, is_fin, 0.03)
    pair.client.close()
    pair.server.close()
    stage.rest("TIME-WAIT", "TIME-WAIT")
    stage.expect(initiator="client", closed_first="both", end="fin", half_close=False)


@play(4)
def closing_held(stage):
    """both FINs cross, and the server's ACK of the client's is lost before the capture: the client stays in CLOSING"""
    pair = stage.open()
    stage.rest("ESTABLISHED", "ESTABLISHED")
    for side in ("client", "server"):
        stage.middle.delay(side, is_fin, 0.03, times=1)
    stage.middle.drop("server", lambda segment: segment.only_acknowledges, times=3)
    stage.unknowable("server", "its ACK of the client's FIN was lost before the capture")
    pair.client.close()
    pair.server.close()
    stage.rest("CLOSING", "TIME-WAIT")
    stage.until("TIME-WAIT", "TIME-WAIT")
    stage.knowable("server")
    stage.rest("TIME-WAIT", "TIME-WAIT")
    stage.expect(initiator="client", closed_first="both", end="fin")


@play(6, slow=2)
def half_close_by_client(stage):
    """the client shuts its side down; the server goes on sending, then closes"""
    pair = stage.open()
    pair.client.send(b"all I have")
    pair.client.shutdown(socket.SHUT_WR)
    receive(pair.server, 10)
    stage.rest("FIN-WAIT-2", "CLOSE-WAIT")
    pair.server.send(bytes(5000))
    receive(pair.client, 5000)
    stage.rest("FIN-WAIT-2", "CLOSE-WAIT")
    pair.server.close()
    stage.rest("TIME-WAIT", None)
    pair.client.close()
    stage.expect(initiator="client", closed_first="client", end="fin", half_close=True)


@play(4, slow=2)
def half_close_by_server(stage):
    """the server shuts its side down; the client goes on sending, then closes"""
    pair = stage.open()
    pair.server.send(b"greetings")
    pair.server.shutdown(socket.SHUT_WR)
    receive(pair.client, 9)
    stage.rest("CLOSE-WAIT", "FIN-WAIT-2")
    pair.client.send(bytes(5000))
    receive(pair.server, 5000)
    stage.rest("CLOSE-WAIT", "FIN-WAIT-2")
    pair.client.close()
    stage.rest(None, "TIME-WAIT")
    stage.expect(initiator="client", closed_first="server", end="fin", half_close=True)


@play(4, slow=2)
def shutdown_then_close(stage):
    """shutdown, and close half a second later: nothing on the wire tells them apart"""
    pair = stage.open()
    pair.client.shutdown(socket.SHUT_WR)
    stage.rest("FIN-WAIT-2", "CLOSE-WAIT")
    pair.client.close()
    stage.rest("FIN-WAIT-2", "CLOSE-WAIT")
    pair.server.close()
    stage.rest("TIME-WAIT", None)
    stage.expect(initiator="client", closed_first="client", end="fin", half_close=False)


@play(6, slow=2)
def fin_dropped(stage):
    """the client's FIN is lost twice behind the capture: the server stays ESTABLISHED"""
    pair = stage.open()
    talk(pair)
    lost = stage.middle.drop("client", is_fin, times=3)
    pair.client.close()
    stage.wait_for(lambda: lost.used >= 2, "a second FIN")
    stage.rest("FIN-WAIT-1", "ESTABLISHED")
    stage.rest("FIN-WAIT-2", "CLOSE-WAIT")
    pair.server.close()
    stage.rest("TIME-WAIT", None)
    stage.expect(initiator="client", closed_first="client", end="fin")


@play(4, slow=2)
def ack_of_fin_dropped(stage):
    """the server's ACKs of the FIN are lost before the capture: the client stays in FIN-WAIT-1"""
    pair = stage.open()
    talk(pair)
    stage.rest("ESTABLISHED", "ESTABLISHED")
    lost = stage.middle.drop("server", lambda segment: segment.only_acknowledges)
    stage.unknowable("server", "its ACK of the FIN was lost before the capture")
    pair.client.close()
    stage.rest("FIN-WAIT-1", "CLOSE-WAIT")
    lost.end()
    stage.until("FIN-WAIT-2", "CLOSE-WAIT")
    stage.knowable("server")
    stage.rest("FIN-WAIT-2", "CLOSE-WAIT")
    pair.server.close()
    stage.rest("TIME-WAIT", None)
    stage.expect(initiator="client", closed_first="client", end="fin")


@play(6, capture="server", slow=2)
def ack_of_fin_lost_after_capture(stage):
    """the server's ACKs of the FIN pass the capture and are lost: doubted when the FIN is repeated again"""
    pair = stage.open()
    talk(pair)
    stage.rest("ESTABLISHED", "ESTABLISHED")
    lost = stage.middle.drop("server", lambda segment: segment.only_acknowledges)
    stage.unknowable("client", "the ACK was seen; only the FIN repeated a second time shows that ACKs are lost")
    pair.client.close()
    stage.wait_for(lambda: lost.used >= 3, "a FIN repeated twice")
    time.sleep(0.03)
    stage.knowable("client")
    stage.rest("FIN-WAIT-1", "CLOSE-WAIT")
    stage.unknowable("client", "nothing shows yet that the next ACK arrives")
    lost.end()
    stage.until("FIN-WAIT-2", "CLOSE-WAIT")
    pair.server.close()
    stage.until("TIME-WAIT", None)
    stage.knowable("client")
    stage.rest("TIME-WAIT", None)
    stage.expect(initiator="client", closed_first="client", end="fin")


@play(4, capture="server", slow=2)
def last_ack_held(stage):
    """the client's ACK of the server's FIN is lost before the capture: the server stays in LAST-ACK"""
    pair = stage.open()
    pair.client.close()
    stage.rest("FIN-WAIT-2", "CLOSE-WAIT")
    lost = stage.middle.drop("client", lambda segment: segment.only_acknowledges)
    stage.unknowable("client", "its ACK of the server's FIN was lost before the capture")
    pair.server.close()
    stage.rest("TIME-WAIT", "LAST-ACK")
    lost.end()
    stage.until("TIME-WAIT", None)
    stage.knowable("client")
    stage.rest("TIME-WAIT", None)
    stage.expect(initiator="client", closed_first="client", end="fin")


@play(6)
def data_in_both_fins(stage):
    """each side's last data and its FIN share a segment"""
    pair = stage.open()
    with_fin = []
    for side in ("client", "server"):
        stage.middle.notice(side, lambda segment: segment.has(wire.FIN) and with_fin.append(segment.length))
    pair.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
    pair.client.send(b"last words")
    pair.client.shutdown(socket.SHUT_WR)
    receive(pair.server, 10)
    stage.rest("FIN-WAIT-2", "CLOSE-WAIT")
    pair.server.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
    pair.server.send(b"farewell")
    pair.server.close()
    receive(pair.client, 8)
    stage.rest("TIME-WAIT", None)
    if with_fin != [10, 8]:
        raise Broken(f"the FINs carry {with_fin} bytes")
    stage.expect(initiator="client", closed_first="client", end="fin", half_close=True)


@play(4, slow=2)
def fin_before_data(stage):
    """the FIN arrives, but the data before it was lost: no CLOSE-WAIT until the hole is filled"""
    pair = stage.open()
    talk(pair)
    lost = stage.middle.drop("client", lambda segment: segment.length > 0)
    pair.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    pair.client.send(b"lost at first")
    pair.client.close()
    stage.rest("FIN-WAIT-1", "ESTABLISHED")
    lost.end()
    stage.until("FIN-WAIT-2", "CLOSE-WAIT")
    receive(pair.server, 13)
    stage.rest("FIN-WAIT-2", "CLOSE-WAIT")
    pair.server.close()
    stage.rest("TIME-WAIT", None)
    stage.expect(initiator="client", closed_first="client", end="fin", half_close=False)


@play(6, slow=2)
def close_wait_leak(stage):
    """the client closes, the server's program never does"""
    pair = stage.open()
    talk(pair)
    pair.client.close()
    stage.rest("FIN-WAIT-2", "CLOSE-WAIT")
    time.sleep(0.8)
    stage.rest("FIN-WAIT-2", "CLOSE-WAIT")
    stage.expect(initiator="client", closed_first="client", end="open")


def _killed(stage, side):
    pair = stage.open()
    talk(pair)
    end = getattr(pair, side)
    program = subprocess.Popen(["sleep", "60"], pass_fds=[end.fileno()])
    end.close()
    stage.rest("ESTABLISHED", "ESTABLISHED")
    os.kill(program.pid, signal.SIGKILL)
    program.wait()
    return pair


@play(4)
def client_killed(stage):
    """kill -9 of the client's program: its kernel closes in order"""
    pair = _killed(stage, "client")
    stage.rest("FIN-WAIT-2", "CLOSE-WAIT")
    pair.server.close()
    stage.rest("TIME-WAIT", None)
    stage.expect(initiator="client", closed_first="client", end="fin")


@play(6)
def server_killed(stage):
    """kill -9 of the server's program: its kernel closes in order"""
    pair = _killed(stage, "server")
    stage.rest("CLOSE-WAIT", "FIN-WAIT-2")
    pair.client.close()
    stage.rest(None, "TIME-WAIT")
    stage.expect(initiator="client", closed_first="server", end="fin")


@play(4, late=True, exact=())
def capture_began_mid_way(stage):
    """the capture begins while data flows"""
    pair = stage.open()
    talk(pair)
    stage.start_capture()
    talk(pair)
    stage.rest("ESTABLISHED", "ESTABLISHED")
    pair.client.close()
    stage.rest("FIN-WAIT-2", "CLOSE-WAIT")
    pair.server.close()
    stage.rest("TIME-WAIT", None)
    stage.expect(initiator="unseen", closed_first="client", end="fin")


@play(6, only="client", exact=("client",))
def only_client_captured(stage):
    """only the client's frames are captured"""
    pair = stage.open()
    talk(pair)
    stage.rest("ESTABLISHED", "ESTABLISHED")
    pair.client.close()
    for side in ("client", "server"):
        stage.unknowable(side, "the server's answers to the FIN are not captured")
    stage.rest("FIN-WAIT-2", "CLOSE-WAIT")
    pair.server.close()
    stage.until("TIME-WAIT", None)
    # The client's ACK of the server's FIN is captured.
    stage.rest("TIME-WAIT", None)
    stage.expect(initiator="client", closed_first="client")


@play(4, only="server", exact=("server",))
def only_server_captured(stage):
    """only the server's frames are captured"""
    pair = stage.open()
    talk(pair)
    stage.rest("ESTABLISHED", "ESTABLISHED")
    pair.server.close()
    for side in ("client", "server"):
        stage.unknowable(side, "the client's answers to the FIN are not captured")
    stage.rest("CLOSE-WAIT", "FIN-WAIT-2")
    pair.client.close()
    stage.rest(None, "TIME-WAIT")
    stage.expect(closed_first="server")
