"""Two ways to start a process: a program of its own, or a fork of the zygote; both end in a `Running`."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.embedded.ownership import dies_with_parent


@dataclass(frozen=True)
class Program:
    """An argv of its own, with the environment it is given on top of ours."""

    argv: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM


@dataclass(frozen=True)
class Fork:
    """A function (`module:name`) run in a fork of the zygote, with exactly this environment."""

    target: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM


@dataclass(frozen=True)
class Running:
    """A live process: its pid, and a future of its exit code (negative: the signal that ended it)."""

    pid: int
    exited: asyncio.Future[int]


async def run_program(program: Program, log: Path) -> Running:
    """Start a program in a process group of its own, so that the terminal's Ctrl-C reaches only us."""
    with log.open("ab") as out:
        started = await asyncio.create_subprocess_exec(
            *program.argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=out,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, **program.environment},
            process_group=0,
        )
    return Running(started.pid, asyncio.ensure_future(started.wait()))


class Forks:
    """The supervisor's end of the zygote; a dead zygote is made anew at the next fork."""

    def __init__(self, log: Path, preloaded: Sequence[str] = ()) -> None:
        self._log = log
        self._preloaded = preloaded
        self._zygote: asyncio.subprocess.Process | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._listening: asyncio.Task[None] | None = None
        self._ready: asyncio.Future[int] | None = None
        self._asked: dict[str, asyncio.Future[Running]] = {}
        self._running: dict[int, asyncio.Future[int]] = {}
        self._alone = asyncio.Lock()
        self.restarts = -1

    @property
    def pid(self) -> int | None:
        """The zygote's own pid while it lives."""
        return None if self._zygote is None or self._zygote.returncode is not None else self._zygote.pid

    async def start(self) -> None:
        """Start the zygote unless it lives; returns once it has imported everything."""
        async with self._alone:
            if self._ready is None or self._ready.cancelled() or self.pid is None or self._listening is None:
                await self._start()
            ready = self._ready
        assert ready is not None
        await asyncio.shield(ready)

    async def _start(self) -> None:
        self.restarts += 1
        ours, theirs = socket.socketpair()
        with theirs, self._log.open("ab") as out:
            self._zygote = await asyncio.create_subprocess_exec(
                *dies_with_parent("TERM"),
                *(sys.executable, "-m", "infra.embedded.zygote", str(theirs.fileno()), *self._preloaded),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=asyncio.subprocess.STDOUT,
                pass_fds=[theirs.fileno()],
                process_group=0,
            )
        reader, self._writer = await asyncio.open_connection(sock=ours)
        self._ready = asyncio.get_running_loop().create_future()
        self._listening = asyncio.create_task(self._listen(reader, self._writer, self._ready))

    async def fork(self, name: str, wanted: Fork, log: Path) -> Running:
        """Fork a process; names must differ, they are how the answer finds its question."""
        await self.start()
        assert self._writer is not None
        answer: asyncio.Future[Running] = asyncio.get_running_loop().create_future()
        self._asked[name] = answer
        line = {
            "name": name,
            "target": wanted.target,
            "arguments": dict(wanted.arguments),
            "environment": dict(wanted.environment),
            "log": str(log),
        }
        self._writer.write(json.dumps(line).encode() + b"\n")
        return await answer

    async def _listen(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, ready: asyncio.Future[int]
    ) -> None:
        """Match answers to questions; when the zygote is gone so are all its children."""
        with suppress(ConnectionResetError):
            while line := await reader.readline():
                told = json.loads(line)
                if "ready" in told:
                    ready.set_result(told["ready"])
                elif "forked" in told:
                    exited: asyncio.Future[int] = asyncio.get_running_loop().create_future()
                    self._running[told["pid"]] = exited
                    self._asked.pop(told["forked"]).set_result(Running(told["pid"], exited))
                elif (ended := self._running.pop(told["ended"], None)) is not None:
                    ended.set_result(told["code"])
        writer.close()
        gone, self._running = self._running, {}
        lost, self._asked = self._asked, {}
        self._listening = None
        if not ready.done():
            ready.set_exception(ProcessLookupError("the zygote died while it imported"))
            ready.exception()
        for exited in gone.values():
            exited.set_result(-signal.SIGKILL)
        for question in lost.values():
            question.set_exception(ProcessLookupError("the zygote died before it forked"))

    async def stop(self) -> None:
        """End the zygote; it ends whatever still runs below it."""
        if self._zygote is not None and self._zygote.returncode is None:
            with suppress(ProcessLookupError):
                self._zygote.terminate()
            try:
                await asyncio.wait_for(self._zygote.wait(), 10)
            except TimeoutError:
                self._zygote.kill()
                await self._zygote.wait()
        if self._listening is not None:
            await self._listening
