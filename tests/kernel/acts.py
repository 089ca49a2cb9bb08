"""What many plays have in common: which segments they mean, how both ends talk, and how connections end."""

import os
import signal
import socket
import subprocess

import wire
from stage import linger_0, other, receive


def is_syn(segment):
    return segment.flags & (wire.SYN | wire.ACK) == wire.SYN


def is_syn_ack(segment):
    return segment.flags & (wire.SYN | wire.ACK) == wire.SYN | wire.ACK


def is_fin(segment):
    return segment.has(wire.FIN)


def is_rst(segment):
    return segment.has(wire.RST)


def is_ack(segment):
    return segment.only_acknowledges


def has_data(segment):
    return segment.length > 0


def talk(pair):
    """A request and its answer."""
    pair.client.send(b"request " * 20)
    receive(pair.server, 160)
    pair.server.send(b"answer " * 100)
    receive(pair.client, 700)


def talking(stage):
    """An established connection on which both have talked."""
    pair = stage.open()
    talk(pair)
    return pair


def quiet(stage):
    """An established connection on which both have talked, and nothing is in flight."""
    pair = talking(stage)
    stage.rest("ESTABLISHED", "ESTABLISHED")
    return pair


def rest(stage, side, own, peer):
    """`stage.rest` with the state of `side` first."""
    stage.rest(*((own, peer) if side == "client" else (peer, own)))


def half_closed(stage, first):
    """`first` has closed its side, and the other has not."""
    rest(stage, first, "FIN-WAIT-2", "CLOSE-WAIT")


def end(stage, pair, first="client", **conclusions):
    """The side that has not closed yet does; `first` did before."""
    pair.of(other(first)).close()
    rest(stage, first, "TIME-WAIT", None)
    stage.expect(**{"initiator": "client", "closed_first": first, "end": "fin"} | conclusions)


def close(stage, pair, first="client", **conclusions):
    """`first` closes, then the other."""
    pair.of(first).close()
    half_closed(stage, first)
    end(stage, pair, first, **conclusions)


def abort(pair, side):
    """`side` closes with SO_LINGER 0: RST instead of FIN."""
    linger_0(pair.of(side))
    pair.of(side).close()


def is_reset(stage, by, **conclusions):
    """A RST has ended both."""
    stage.rest(None, None)
    stage.expect(**{"initiator": "client", "closed_first": by, "end": "rst", "reset_by": by} | conclusions)


def hand_over(connection):
    """Gives a socket to another program: the only one that has it from now on."""
    program = subprocess.Popen(["sleep", "60"], pass_fds=[connection.fileno()])
    connection.close()
    return program


def kill(program):
    os.kill(program.pid, signal.SIGKILL)
    program.wait()


def set_keep_alive(connection, **options):
    """Keep-alive probes with these options, as `KEEPIDLE=1`."""
    for name, value in options.items():
        connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, "TCP_" + name), value)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
