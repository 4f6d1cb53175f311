"""Hosts of the test's own: network namespaces with documentation addresses, and sockets opened on any of them."""

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@contextmanager
def on(host: str) -> Iterator[None]:
    """Sockets made inside belong to this host; this thread comes home afterwards."""
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    there = os.open(f"/run/netns/{host}", os.O_RDONLY)
    try:
        _enter(there)
        try:
            yield
        finally:
            _enter(home)
    finally:
        os.close(there)
        os.close(home)


def _enter(namespace: int) -> None:
    if _libc.setns(namespace, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


@contextmanager
def three(prefix: str) -> Iterator[tuple[str, str, str]]:
    """A person's host, the relay's, and the rooms': the outer two reach only the middle one.

    person 198.51.100.2 — 198.51.100.1 relay 203.0.113.1 — 203.0.113.2 and 203.0.113.9 rooms
    """
    person, relay, rooms = (f"{prefix}-{name}" for name in ("person", "relay", "rooms"))
    made: list[str] = []
    try:
        for host in (person, relay, rooms):
            ip("netns", "add", host)
            made.append(host)
            ip("-n", host, "link", "set", "lo", "up")
        for host, far, near, addresses in (
            (person, "198.51.100.1/24", "person0", ["198.51.100.2/24"]),
            (rooms, "203.0.113.1/24", "rooms0", ["203.0.113.2/24", "203.0.113.9/24"]),
        ):
            ip("-n", relay, "link", "add", near, "type", "veth", "peer", "name", "eth0", "netns", host)
            ip("-n", relay, "addr", "add", far, "dev", near)
            ip("-n", relay, "link", "set", near, "up")
            for address in addresses:
                ip("-n", host, "addr", "add", address, "dev", "eth0")
            ip("-n", host, "link", "set", "eth0", "up")
        yield person, relay, rooms
    finally:
        for host in made:
            ip("netns", "del", host)
