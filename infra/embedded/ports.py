"""Free ports of this machine, and waiting for one to answer."""

import random
import socket
import time

HOST = "127.0.0.1"


OURS = range(20_000, 32_000)
"""Below the ports that the system lends to outgoing connections: one of those could take ours while we restart."""


def free_port() -> int:
    """A port that nobody listens on right now."""
    for port in random.SystemRandom().sample(OURS, 100):
        if not is_taken(port):
            return port
    raise OSError(f"no free port between {OURS.start} and {OURS.stop}")


def is_taken(port: int, host: str = HOST) -> bool:
    """Whether something already listens there, or the port may not be ours (below 1024, for a user)."""
    return _bind_refused(port, host) is not None


def is_forbidden(port: int, host: str = HOST) -> bool:
    """Whether the machine keeps this port from us (below 1024, for a user)."""
    return isinstance(_bind_refused(port, host), PermissionError)


def _bind_refused(port: int, host: str) -> OSError | None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as refused:
            return refused
    return None


def answers(port: int, host: str = HOST) -> bool:
    """Whether a connection to this port is accepted."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((host, port)) == 0


def wait_until_answers(port: int, timeout: float) -> None:
    """Return once the port accepts a connection; `TimeoutError` otherwise."""
    deadline = time.monotonic() + timeout
    while not answers(port):
        if time.monotonic() > deadline:
            raise TimeoutError(f"nothing answers on port {port} after {timeout:.0f} s")
        time.sleep(0.02)
