"""Imports once what every process of the house needs, then forks each of them on command.

Importing Litestar, SQLAlchemy and Celery takes a second and 60 MB; forked after it, a process starts in
milliseconds and shares those pages. Nothing here starts a thread or an event loop before a fork.
"""

import ctypes
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15


def main(channel: int, preloaded: Sequence[str]) -> None:
    """Serve fork commands on a socket until it closes or SIGTERM comes."""
    gc.disable()
    for module in preloaded:
        with suppress(Exception):  # the child that needs it will say so in its own log
            importlib.import_module(module)
    gc.freeze()
    gc.enable()
    Zygote(socket.socket(fileno=channel)).serve()


class Zygote:
    """One JSON line in: a process to fork; one JSON line out: it was forked, or it ended."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._channel.setblocking(False)
        self._children: set[int] = set()
        self._waiting = b""
        self._stopping = False

    def serve(self) -> None:
        awake, waker = os.pipe()
        os.set_blocking(waker, False)
        os.set_blocking(awake, False)
        signal.set_wakeup_fd(waker)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._tell({"ready": os.getpid()})
        watched = [awake, self._channel.fileno()]
        while not (self._stopping and not self._children):
            readable, _, _ = select.select(watched, [], [])
            if awake in readable:
                os.read(awake, 4096)
            self._reap()
            if self._channel.fileno() in readable and not self._read():
                watched = [awake]
                self._stop()

    def _stop(self, *_: object) -> None:
        self._stopping = True
        for child in self._children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGTERM)

    def _read(self) -> bool:
        """Obey every whole line; False once the supervisor is gone."""
        try:
            received = self._channel.recv(65536)
        except BlockingIOError:
            return True
        except ConnectionResetError:
            return False
        if not received:
            return False
        *lines, self._waiting = (self._waiting + received).split(b"\n")
        for line in lines:
            self._fork(json.loads(line))
        return True

    def _fork(self, wanted: dict[str, Any]) -> None:
        parent = os.getpid()
        child = os.fork()
        if child == 0:
            _become(wanted, parent, self._channel)
        self._children.add(child)
        self._tell({"forked": wanted["name"], "pid": child})

    def _reap(self) -> None:
        for child in list(self._children):
            pid, status = os.waitpid(child, os.WNOHANG)
            if pid:
                self._children.discard(child)
                self._tell({"ended": child, "code": os.waitstatus_to_exitcode(status)})

    def _tell(self, line: dict[str, Any]) -> None:
        self._channel.setblocking(True)
        with suppress(BrokenPipeError, ConnectionResetError):
            self._channel.sendall(json.dumps(line).encode() + b"\n")
        self._channel.setblocking(False)


def _become(wanted: dict[str, Any], parent: int, channel: socket.socket) -> None:
    """In the child: die with the zygote, own the log and the settings, run, never return."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        for received in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(received, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if sys.platform == "linux":
            libc = ctypes.CDLL(None)
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            libc.prctl(PR_SET_NAME, wanted["name"].encode()[:15])
        if os.getppid() != parent:
            os._exit(1)
        channel.close()
        _own_log(wanted["log"])
        os.environ.clear()
        os.environ.update(wanted["environment"])
        module, function = wanted["target"].split(":")
        code = getattr(importlib.import_module(module), function)(**wanted["arguments"]) or 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
        if isinstance(leaving.code, str):
            print(leaving.code, file=sys.stderr)
    except KeyboardInterrupt:
        code = 130
    except BaseException:
        traceback.print_exc()
    finally:
        with suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _own_log(log: str) -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(nothing, 0)
    os.dup2(file, 1)
    os.dup2(file, 2)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
