"""Sends a known number of frames as fast as asked: many to a call (sendmmsg) through a packet socket.

In Python, because the kernel does all the work: one call sends 1,024 frames.
"""

import ctypes
import multiprocessing
import socket
import struct
import time

import topology

SOL_PACKET, PACKET_QDISC_BYPASS, SO_SNDBUFFORCE = 263, 20, 32
AT_ONCE = 1024


class Vector(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


class Message(ctypes.Structure):
    """struct mmsghdr: a struct msghdr and the number of bytes sent."""

    _fields_ = [
        ("name", ctypes.c_void_p), ("name_length", ctypes.c_uint32), ("vectors", ctypes.POINTER(Vector)),
        ("vector_count", ctypes.c_size_t), ("control", ctypes.c_void_p), ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int), ("sent", ctypes.c_uint),
    ]  # fmt: skip


def checksum(header):
    total = sum(struct.unpack("!10H", header))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF


def frames(source, target, size, flows):
    """Ethernet frames of `size` bytes with UDP datagrams of `flows` different source ports (checksum 0: none)."""
    made = []
    for number in range(AT_ONCE):
        header = struct.pack(
            "!BBHHHBBH4s4s", 0x45, 0, size - 14, 0, 0, 64, socket.IPPROTO_UDP, 0,
            socket.inet_aton(source.v4), socket.inet_aton(target.v4),
        )  # fmt: skip
        header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
        datagram = struct.pack("!HHHH", 20_000 + number % flows, 9999, size - 34, 0)
        hardware = bytes.fromhex((target.hardware + source.hardware).replace(":", ""))
        made.append((hardware + b"\x08\x00" + header + datagram).ljust(size, b"."))
    return made


def _send(scene_left, scene_right, count, rate, size, flows, answer):
    door = scene_left.socket(socket.SOCK_RAW, socket.AF_PACKET)
    door.setsockopt(SOL_PACKET, PACKET_QDISC_BYPASS, 1)
    door.bind(("eth", 0))
    buffers = [ctypes.create_string_buffer(frame, size) for frame in frames(scene_left, scene_right, size, flows)]
    vectors = [Vector(ctypes.addressof(buffer), size) for buffer in buffers]
    messages = (Message * AT_ONCE)(*(Message(vectors=ctypes.pointer(vector), vector_count=1) for vector in vectors))
    # Small portions, so that a rate is a rate and not a row of bursts.
    portion = AT_ONCE if not rate else max(8, min(AT_ONCE, rate // 1000))
    sent, began = 0, time.monotonic()
    while sent < count:
        number = topology.LIBC.sendmmsg(door.fileno(), messages, min(portion, count - sent), 0)
        sent += max(0, number)
        if rate and (ahead := sent / rate - (time.monotonic() - began)) > 0:
            time.sleep(ahead)
    answer.send((sent, time.monotonic() - began))


def flood(scene, count, rate=0, size=64, flows=500):
    """Sends from the left host to the right one in a process of its own; returns (frames sent, seconds)."""
    here, there = multiprocessing.Pipe()
    context = multiprocessing.get_context("fork")
    sender = context.Process(target=_send, args=(scene.left, scene.right, count, rate, size, flows, there))
    sender.start()
    answer = here.recv()
    sender.join()
    return answer


def passed(scene):
    """Frames that the right host's interface has received, by the kernel's own counter."""
    done = scene.run("cat", "/sys/class/net/eth/statistics/rx_packets", host=scene.right)
    return int(done.stdout)
