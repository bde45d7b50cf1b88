"""A network namespace of the test's own, where usual ports are free and addresses are ours to give."""
import contextlib
import ctypes
import fcntl
import os
import socket
import struct

import pytest

CLONE_NEWNET = 0x40000000


def give_address(name, address):
    """Gives an interface an IPv4 address ("lo:1" is a further one of "lo") and starts it."""
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as any_socket:
        set_address, get_flags, set_flags, up = 0x8916, 0x8913, 0x8914, 1
        if address:
            fcntl.ioctl(any_socket, set_address,
                        struct.pack("16sHH4s8x", name.encode(), socket.AF_INET, 0, socket.inet_aton(address)))
        flags = struct.unpack_from("16sh", fcntl.ioctl(any_socket, get_flags, struct.pack("16sh22x", name.encode(), 0)))[1]
        fcntl.ioctl(any_socket, set_flags, struct.pack("16sh22x", name.encode(), flags | up))


@contextlib.contextmanager
def inside(namespace):
    """This thread and what it starts are in the network namespace that a file names, until the end. The sockets they make
    stay in it."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/thread-self/ns/net") as before, open(namespace) as there:
        assert libc.setns(there.fileno(), CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
        try:
            yield
        finally:
            assert libc.setns(before.fileno(), CLONE_NEWNET) == 0


@contextlib.contextmanager
def own_network(*addresses):
    """This thread and what it starts live there until the end; `addresses` are this machine's besides loopback."""
    if os.geteuid() != 0:
        pytest.skip("needs root, to make a network namespace")
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/thread-self/ns/net") as before:
        if libc.unshare(CLONE_NEWNET) != 0:
            pytest.skip(f"no network namespace here: {os.strerror(ctypes.get_errno())}")
        try:
            give_address("lo", None)
            for number, address in enumerate(addresses, 1):
                give_address(f"lo:{number}", address)
            yield
        finally:
            assert libc.setns(before.fileno(), CLONE_NEWNET) == 0
