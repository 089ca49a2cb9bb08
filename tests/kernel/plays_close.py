"""How connections end with FIN."""

import socket
import time

from acts import close, end, half_closed, hand_over, has_data, is_ack, is_fin, kill, quiet, rest, talk, talking
from plays import play
from stage import Broken, other, receive


@play(4)
def client_closes(stage):
    """request, answer, the client closes, then the server"""
    close(stage, quiet(stage), "client", half_close=False)


@play(6)
def server_closes(stage):
    """request, answer, the server closes, then the client"""
    close(stage, quiet(stage), "server", half_close=False)


@play(4)
def closes_without_data(stage):
    """opened and closed, not one byte"""
    close(stage, stage.open(), half_close=False)


@play(6)
def simultaneous_close(stage):
    """both FINs are on their way at the same time"""
    pair = quiet(stage)
    stage.middle.cross(is_fin)
    pair.client.close()
    pair.server.close()
    stage.rest("TIME-WAIT", "TIME-WAIT")
    stage.expect(initiator="client", closed_first="both", end="fin", half_close=False)


@play(4)
def closing_held(stage):
    """both FINs cross, and the server's ACK of the client's is lost before the capture: the client stays in CLOSING"""
    pair = stage.open()
    stage.rest("ESTABLISHED", "ESTABLISHED")
    stage.middle.cross(is_fin)
    stage.middle.drop("server", is_ack, times=3)
    stage.unknowable("server", "its ACK of the client's FIN was lost before the capture")
    pair.client.close()
    pair.server.close()
    stage.rest("CLOSING", "TIME-WAIT")
    stage.until("TIME-WAIT", "TIME-WAIT")
    stage.knowable("server")
    stage.rest("TIME-WAIT", "TIME-WAIT")
    stage.expect(initiator="client", closed_first="both", end="fin")


def _half_close(stage, first):
    pair = stage.open()
    own, peer = pair.of(first), pair.of(other(first))
    own.send(b"all I have")
    own.shutdown(socket.SHUT_WR)
    receive(peer, 10)
    half_closed(stage, first)
    peer.send(bytes(5000))
    receive(own, 5000)
    half_closed(stage, first)
    end(stage, pair, first, half_close=True)


@play(6, slow=2)
def half_close_by_client(stage):
    """the client shuts its side down; the server goes on sending, then closes"""
    _half_close(stage, "client")


@play(4, slow=2)
def half_close_by_server(stage):
    """the server shuts its side down; the client goes on sending, then closes"""
    _half_close(stage, "server")


@play(4, slow=2)
def shutdown_then_close(stage):
    """shutdown, and close half a second later: nothing on the wire tells them apart"""
    pair = stage.open()
    pair.client.shutdown(socket.SHUT_WR)
    half_closed(stage, "client")
    close(stage, pair, half_close=False)


@play(6, slow=2)
def fin_dropped(stage):
    """the client's FIN is lost twice behind the capture: the server stays ESTABLISHED"""
    pair = talking(stage)
    lost = stage.middle.drop("client", is_fin, times=3)
    pair.client.close()
    stage.wait_for(lambda: lost.used >= 2, "a second FIN")
    stage.rest("FIN-WAIT-1", "ESTABLISHED")
    half_closed(stage, "client")
    end(stage, pair)


@play(4, slow=2)
def ack_of_fin_dropped(stage):
    """the server's ACKs of the FIN are lost before the capture: the client stays in FIN-WAIT-1"""
    pair = quiet(stage)
    lost = stage.middle.drop("server", is_ack)
    stage.unknowable("server", "its ACK of the FIN was lost before the capture")
    pair.client.close()
    stage.rest("FIN-WAIT-1", "CLOSE-WAIT")
    lost.end()
    stage.until("FIN-WAIT-2", "CLOSE-WAIT")
    stage.knowable("server")
    half_closed(stage, "client")
    end(stage, pair)


@play(6, capture="server", slow=2)
def ack_of_fin_lost_after_capture(stage):
    """the server's ACKs of the FIN pass the capture and are lost: doubted when the FIN is repeated again"""
    pair = quiet(stage)
    lost = stage.middle.drop("server", is_ack)
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
    half_closed(stage, "client")
    lost = stage.middle.drop("client", is_ack)
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
        stage.middle.notice(side, lambda segment: is_fin(segment) and with_fin.append(segment.length))
        pair.of(side).setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
    pair.client.send(b"last words")
    pair.client.shutdown(socket.SHUT_WR)
    receive(pair.server, 10)
    half_closed(stage, "client")
    pair.server.send(b"farewell")
    end(stage, pair, half_close=True)
    receive(pair.client, 8)
    if with_fin != [10, 8]:
        raise Broken(f"the FINs carry {with_fin} bytes")


@play(4, slow=2)
def fin_before_data(stage):
    """the FIN arrives, but the data before it was lost: no CLOSE-WAIT until the hole is filled"""
    pair = talking(stage)
    lost = stage.middle.drop("client", has_data)
    pair.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    pair.client.send(b"lost at first")
    pair.client.close()
    stage.rest("FIN-WAIT-1", "ESTABLISHED")
    lost.end()
    stage.until("FIN-WAIT-2", "CLOSE-WAIT")
    receive(pair.server, 13)
    half_closed(stage, "client")
    end(stage, pair, half_close=False)


@play(6, slow=2)
def close_wait_leak(stage):
    """the client closes, the server's program never does"""
    pair = talking(stage)
    pair.client.close()
    half_closed(stage, "client")
    time.sleep(0.8)
    half_closed(stage, "client")
    stage.expect(initiator="client", closed_first="client", end="open")


def _killed(stage, side):
    pair = talking(stage)
    program = hand_over(pair.of(side))
    stage.rest("ESTABLISHED", "ESTABLISHED")
    kill(program)
    half_closed(stage, side)
    end(stage, pair, side)


@play(4)
def client_killed(stage):
    """kill -9 of the client's program: its kernel closes in order"""
    _killed(stage, "client")


@play(6)
def server_killed(stage):
    """kill -9 of the server's program: its kernel closes in order"""
    _killed(stage, "server")


@play(4, late=True, exact=())
def capture_began_mid_way(stage):
    """the capture begins while data flows"""
    pair = talking(stage)
    stage.start_capture()
    talk(pair)
    stage.rest("ESTABLISHED", "ESTABLISHED")
    close(stage, pair, initiator="unseen")


def _only(stage, side, **conclusions):
    pair = quiet(stage)
    pair.of(side).close()
    for hidden in ("client", "server"):
        stage.unknowable(hidden, f"the {other(side)}'s answers to the FIN are not captured")
    half_closed(stage, side)
    pair.of(other(side)).close()
    # The ACK of the other's FIN is captured.
    rest(stage, side, "TIME-WAIT", None)
    stage.expect(closed_first=side, **conclusions)


@play(6, only="client", exact=("client",))
def only_client_captured(stage):
    """only the client's frames are captured"""
    _only(stage, "client", initiator="client")


@play(4, only="server", exact=("server",))
def only_server_captured(stage):
    """only the server's frames are captured"""
    _only(stage, "server")
