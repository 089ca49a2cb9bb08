"""How connections begin, or do not."""

import socket
import time

import wire
from acts import abort, close, half_closed, is_ack, is_reset, is_syn, is_syn_ack
from plays import play
from stage import PATIENCE, Broken, Unsupported, receive


@play(6)
def refused(stage):
    """nobody listens: the SYN is answered by RST"""
    pair = stage.pair()
    try:
        pair.client.connect(pair.ends["server"])
        raise Broken("connected")
    except ConnectionRefusedError:
        pass
    stage.rest(None, None)
    stage.expect(initiator="client", closed_first="server", end="refused")


def _call(stage, sender, match, times=None, hides=None):
    """The client calls, and `times` of the segments that `sender` sends and that match are lost, or all. `hides`: whose
    state nobody can know, and why.
    """
    stage.listen()
    stage.middle.drop(sender, match, times)
    pair = stage.pair()
    if hides:
        stage.unknowable(*hides)
    stage.call(pair)
    return pair


@play(4, slow=2)
def syn_dropped(stage):
    """the first SYN is lost behind the capture, the second arrives"""
    pair = _call(stage, "client", is_syn, times=1)
    stage.rest("SYN-SENT", None)
    stage.rest("ESTABLISHED", "ESTABLISHED")
    stage.accept(pair)
    stage.expect(initiator="client", closed_first="none", end="open")


@play(6, slow=2)
def syn_unanswered(stage):
    """no SYN arrives, and the capture ends while the client still tries"""
    _call(stage, "client", is_syn)
    stage.wait_for(lambda: stage.hosts["client"].namespace.retransmitted_segments() >= 1, "a second SYN")
    stage.rest("SYN-SENT", None)
    stage.expect(initiator="client", closed_first="none", end=["syn-sent", "syn-timeout"])


@play(4)
def syn_unreachable(stage):
    """the middle answers the SYN with ICMP host unreachable"""
    _unreachable(stage)


@play(6)
def syn_unreachable_6(stage):
    """the middle answers the SYN with ICMPv6 address unreachable"""
    _unreachable(stage)


def _unreachable(stage):
    lost = []
    stage.middle.notice("client", lost.append)
    _call(stage, "client", is_syn)
    # Linux only takes note of an error that comes while connect() still has the socket locked, and tries on.
    stage.until("SYN-SENT", None)
    stage.wait_for(lambda: lost, "the SYN")
    stage.middle.inject("server", wire.unreachable(lost[0]))
    stage.rest(None, None)
    stage.expect(initiator="client", closed_first="none", end="unreachable")


@play(4, slow=4)
def third_ack_dropped(stage):
    """the client's first two ACKs of the SYN-ACK are lost behind the capture"""
    pair = _call(stage, "client", is_ack, 2, ("server", "the ACK is seen, and nothing shows yet that it is lost"))
    stage.until("ESTABLISHED", "SYN-RECEIVED")
    stage.wait_for(lambda: stage.hosts["server"].namespace.retransmitted_segments() >= 1, "a second SYN-ACK")
    time.sleep(0.03)
    stage.knowable("server")
    stage.rest("ESTABLISHED", "SYN-RECEIVED")
    stage.unknowable("server", "the SYN-ACK is repeated again, and nothing shows yet that this ACK arrived")
    stage.until("ESTABLISHED", "ESTABLISHED")
    stage.accept(pair)
    pair.server.send(b"at last")
    receive(pair.client, 7)
    stage.knowable("server")
    stage.rest("ESTABLISHED", "ESTABLISHED")
    stage.expect(initiator="client", closed_first="none", end="open")


@play(6, capture="server", slow=2)
def third_ack_never_seen(stage):
    """the client's first ACK of the SYN-ACK is lost before the capture: the server waits in SYN-RECEIVED"""
    pair = _call(stage, "client", is_ack, 1, ("client", "its ACK is lost before the capture"))
    stage.rest("ESTABLISHED", "SYN-RECEIVED")
    stage.until("ESTABLISHED", "ESTABLISHED")
    stage.accept(pair)
    pair.client.send(b"now")
    receive(pair.server, 3)
    stage.knowable("client")
    stage.rest("ESTABLISHED", "ESTABLISHED")
    stage.expect(initiator="client", end="open")


# The timers of SYN and SYN-ACK run out within the same milliseconds, so two SYN-ACKs that are equal to the last byte
# may follow each other: how many were sent, nobody can know.
@play(4, capture="server", exact=("client",), slow=2)
def syn_ack_dropped(stage):
    """the first SYN-ACK is lost behind the capture: SYN-SENT and SYN-RECEIVED until it is repeated"""
    pair = _call(stage, "server", is_syn_ack, times=1)
    stage.rest("SYN-SENT", "SYN-RECEIVED")
    stage.rest("ESTABLISHED", "ESTABLISHED")
    stage.accept(pair)
    stage.expect(initiator="client", end="open")


def _both_connect(stage):
    """Both connect to each other, talk and close; no one listens."""
    pair = stage.pair()
    pair.server = stage.hosts["server"].socket(4)
    pair.server.bind(pair.ends["server"])
    pair.server.setblocking(False)
    stage.call(pair)
    pair.server.connect_ex(pair.ends["client"])
    pair.server.settimeout(PATIENCE)
    stage.until("ESTABLISHED", "ESTABLISHED")
    pair.client.send(b"one")
    pair.server.send(b"two")
    receive(pair.server, 3)
    receive(pair.client, 3)
    stage.rest("ESTABLISHED", "ESTABLISHED")
    close(stage, pair, initiator="both")


@play(4)
def simultaneous_open(stage):
    """both connect to each other at the same time; no one listens"""
    stage.middle.cross(is_syn)
    _both_connect(stage)


@play(4)
def simultaneous_open_overtaken(stage):
    """the same, and the server's SYN-ACK overtakes its SYN: the client is open before it hears that both connect"""
    stage.middle.cross(is_syn, late="server")
    _both_connect(stage)


def _fast_open(stage, hides=None):
    """Data in the SYN, which the server reads and answers; `hides`: why nobody can know the client's state."""
    stage.set("ipv4/tcp_fastopen", 0x605 | 0x2)
    stage.listen()
    stage.listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_FASTOPEN, 8)
    pair = stage.pair()
    if hides:
        stage.unknowable("client", hides)
    try:
        pair.client.sendto(b"early", socket.MSG_FASTOPEN, pair.ends["server"])
    except OSError as error:
        raise Unsupported(f"TCP Fast Open: {error}") from None
    stage.accept(pair)
    receive(pair.server, 5)
    pair.server.send(b"answer")
    return pair


@play(6)
def fast_open(stage):
    """TCP Fast Open without a cookie: data in the SYN (RFC 7413)"""
    pair = _fast_open(stage)
    receive(pair.client, 6)
    stage.rest("ESTABLISHED", "ESTABLISHED")
    close(stage, pair, "server")


@play(4, capture="server")
def fast_open_before_ack(stage):
    """the server answers Fast Open data while it is still SYN-RECEIVED, because the ACK is late"""
    late = stage.middle.drop("client", lambda segment: not segment.has(wire.SYN))
    pair = _fast_open(stage, hides="its ACK is lost before the capture")
    stage.rest("ESTABLISHED", "SYN-RECEIVED")
    late.end()
    receive(pair.client, 6)
    stage.until("ESTABLISHED", "ESTABLISHED")
    pair.client.send(b"more")
    receive(pair.server, 4)
    stage.knowable("client")
    stage.rest("ESTABLISHED", "ESTABLISHED")
    stage.expect(initiator="client", end="open")


@play(6)
def connect_then_abort(stage):
    """the client resets the connection before the server accepts it"""
    pair = stage.open(accept=False)
    stage.rest("ESTABLISHED", "ESTABLISHED")
    abort(pair, "client")
    # The socket in the accept queue is closed, but not gone until it is accepted; sock_diag no longer shows it.
    is_reset(stage, "client", half_close=False)


@play(4, slow=2)
def never_accepted(stage):
    """the server's program never accepts; the kernel opens, acknowledges data and the FIN, and stays in CLOSE-WAIT"""
    pair = stage.open(accept=False)
    pair.client.send(b"anyone?")
    stage.rest("ESTABLISHED", "ESTABLISHED")
    pair.client.close()
    half_closed(stage, "client")
    stage.expect(initiator="client", closed_first="client", end="open")


@play(6)
def listener_closed(stage):
    """the listening socket is closed while a connection waits to be accepted: RST"""
    stage.open(accept=False)
    stage.rest("ESTABLISHED", "ESTABLISHED")
    stage.listener.close()
    is_reset(stage, "server")


@play(4, slow=4)
def accept_queue_full(stage):
    """two ACKs arrive where one finds room: the second connection stays in SYN-RECEIVED, and its SYN-ACK is repeated"""
    # Linux takes one connection more into the queue than the backlog says.
    waiting = [stage.open(accept=False, backlog=2) for _ in range(2)]
    for pair in waiting:
        stage.until("ESTABLISHED", "ESTABLISHED", pair)
    held = stage.middle.delay("client", is_ack, 0.1)
    first, second = stage.pair(), stage.pair()
    for pair in (first, second):
        stage.unknowable("server", "the ACK is on its way, and nothing shows yet whether it finds room", pair)
        stage.call(pair)
        stage.until("ESTABLISHED", "SYN-RECEIVED", pair)
    stage.until("ESTABLISHED", "ESTABLISHED", first)
    held.end()
    stage.knowable("server", first)
    stage.rest("ESTABLISHED", "ESTABLISHED", first)
    # The first SYN-ACK of the second connection that is repeated shows that its ACK found no place.
    stage.wait_for(lambda: stage.hosts["server"].namespace.retransmitted_segments() >= 1, "a second SYN-ACK")
    time.sleep(0.03)
    stage.knowable("server", second)
    stage.rest("ESTABLISHED", "SYN-RECEIVED", second)
    stage.unknowable("server", "there is room now; nothing shows yet that the next ACK found it", second)
    for pair in (*waiting, first):
        stage.accept(pair)
    stage.until("ESTABLISHED", "ESTABLISHED", second)
    stage.accept(second)
    second.server.send(b"in")
    receive(second.client, 2)
    stage.knowable("server", second)
    stage.rest("ESTABLISHED", "ESTABLISHED", second)
    for pair in (*waiting, first):
        stage.expect(pair, initiator="client", end="open")
    stage.expect(second, initiator="client", end="open")


def _open_again(stage, pair):
    """The same socket pair opens anew."""
    pair.client = stage.hosts["client"].socket(stage.family)
    pair.client.bind(pair.ends["client"])
    pair.client.settimeout(5)
    pair.client.connect(pair.ends["server"])
    stage.accept(pair)
    stage.rest("ESTABLISHED", "ESTABLISHED")


@play(6, slow=2)
def reuse_of_server_time_wait(stage):
    """the server holds TIME-WAIT, and the same socket pair opens anew"""
    pair = stage.open()
    close(stage, pair, "server")
    _open_again(stage, pair)
    stage.expect(initiator="client", closed_first="none", end="open")


@play(4, slow=3)
def reuse_of_client_time_wait(stage):
    """the client holds TIME-WAIT, and connects from the same port again (tcp_tw_reuse)"""
    stage.set("ipv4/tcp_tw_reuse", 1)
    pair = stage.open()
    close(stage, pair)
    # tcp_tw_reuse_delay: a TIME-WAIT must be a second old.
    time.sleep(1.1)
    _open_again(stage, pair)
    pair.server.close()
    half_closed(stage, "server")
    stage.expect(initiator="client", closed_first="server", end="open")
