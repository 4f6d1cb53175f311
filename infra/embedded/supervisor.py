"""Starts processes stage by stage, brings back the ones that die, and stops them in reverse order."""

import asyncio
import os
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.embedded.launch import Fork, Forks, Program, Running, run_program
from infra.embedded.probes import Probe

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 10.0
STEADY_AFTER = 20.0


class DiedAtStart(Exception):
    """A process ended before it was ready; `log` says why."""

    def __init__(self, name: str, log: Path, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.name, self.log, self.why = name, log, why


@dataclass(frozen=True)
class Process:
    """One process of the house: how it starts, where it listens, when it counts as ready."""

    name: str
    start: Program | Fork
    port: int | None = None
    ready: Probe | None = None
    once: bool = False  # runs to its end, and the next stage waits for it
    ready_within: float = 60.0
    stopped_within: float = 25.0


@dataclass
class Member:
    """A process as it is now."""

    process: Process
    log: Path
    state: str = "waiting"  # waiting, starting, ready, pausing, done, stopped
    running: Running | None = None
    restarts: int = 0
    keeper: asyncio.Task[None] | None = None
    first_ready: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Supervisor:
    """Owns every process of one run; `changed` is called after each change of any of them.

    Neither `changed` nor `said` stops it by failing: on a full disk nothing can be written down, and all goes on.
    """

    def __init__(
        self,
        stages: Sequence[Sequence[Process]],
        *,
        logs: Path,
        preloaded: Sequence[str] = (),
        changed: Callable[["Supervisor"], None] = lambda _: None,
        said: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._logs = logs
        self._changed = changed
        self._said = said
        self._stopping = False
        self.forks = Forks(logs / "zygote.log", preloaded)
        logs.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.stages = [[Member(process, self._log(process.name)) for process in stage] for stage in stages]

    @property
    def members(self) -> list[Member]:
        return [member for stage in self.stages for member in stage]

    def _log(self, name: str) -> Path:
        """Its own file, begun anew once it has grown past 20 MB."""
        log = self._logs / f"{name}.log"
        if log.exists() and log.stat().st_size > 20 * 2**20:
            log.replace(log.with_suffix(".log.1"))
        return log

    async def start(self, stage: int) -> None:
        """Start one stage; returns when all of it is ready, raises `DiedAtStart` when one is not."""
        members = self.stages[stage]
        for member in members:
            member.keeper = asyncio.create_task(self._keep(member))
        try:
            await asyncio.gather(*(member.first_ready for member in members))
        finally:
            for member in members:
                if member.first_ready.done() and not member.first_ready.cancelled():
                    member.first_ready.exception()

    async def _keep(self, member: Member) -> None:
        """Run a process, and run it again when it ends by itself, after a pause that grows."""
        pause = FIRST_PAUSE
        while not self._stopping:
            began = time.monotonic()
            why = await self._run(member)
            if self._stopping or member.state == "done":
                return
            if not member.first_ready.done():
                member.first_ready.set_exception(DiedAtStart(member.process.name, member.log, why))
                return
            if time.monotonic() - began > STEADY_AFTER:
                pause = FIRST_PAUSE
            self._set(member, "pausing")
            with suppress(OSError):
                self._said(f"{member.process.name} s'est arrêté ({why}), je le relance.")
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
            member.restarts += 1

    async def _run(self, member: Member) -> str:
        """One life of a process; returns why it ended."""
        process = member.process
        self._set(member, "starting")
        try:
            member.running = await self._launch(member)
        except (OSError, ProcessLookupError) as failed:
            return str(failed)
        self._set(member, "starting")
        exited = asyncio.shield(member.running.exited)
        ready = asyncio.create_task(self._until_ready(process))
        either: list[asyncio.Future[Any]] = [exited, ready]
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if process.once:
            code = await exited
            ready.cancel()
            member.running = None
            if code == 0:
                self._set(member, "done")
                self._first_ready(member)
            return _why(code)
        if not exited.done() and ready.done() and not ready.result():
            _signal(member.running.pid, signal.SIGKILL)
            await exited
            return f"pas prêt après {process.ready_within:.0f} s"
        if not exited.done():
            self._set(member, "ready")
            self._first_ready(member)
        code = await exited
        ready.cancel()
        member.running = None
        return _why(code)

    async def _launch(self, member: Member) -> Running:
        start = member.process.start
        if isinstance(start, Program):
            return await run_program(start, member.log)
        return await self.forks.fork(member.process.name, start, member.log)

    async def _until_ready(self, process: Process) -> bool:
        """True once the probe says yes; False when it took too long. Without a probe, alive is ready."""
        if process.ready is None:
            return True
        deadline = time.monotonic() + process.ready_within
        while not await process.ready():
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(0.05)
        return True

    def _set(self, member: Member, state: str) -> None:
        member.state = state
        with suppress(OSError):
            self._changed(self)

    @staticmethod
    def _first_ready(member: Member) -> None:
        if not member.first_ready.done():
            member.first_ready.set_result(None)

    async def stop(self) -> None:
        """Stop every stage, the last one first, each process with its own signal; then the zygote."""
        self._stopping = True
        for stage in reversed(self.stages):
            await asyncio.gather(*(self._stop(member) for member in stage))
        await self.forks.stop()

    async def _stop(self, member: Member) -> None:
        if member.running is not None:
            pid, exited = member.running.pid, member.running.exited
            _signal(pid, member.process.start.stop_signal)
            try:
                await asyncio.wait_for(asyncio.shield(exited), member.process.stopped_within)
            except TimeoutError:
                _signal(pid, signal.SIGKILL)
                await exited
        if member.keeper is not None:
            member.keeper.cancel()
            with suppress(asyncio.CancelledError):
                await member.keeper
        self._set(member, "stopped")

    def report(self) -> dict[str, dict[str, Any]]:
        """Name → pid, port, log, state, restarts; the zygote among them."""
        zygote = {"pid": self.forks.pid, "port": None, "log": str(self._logs / "zygote.log"), "state": "ready"}
        report = {
            member.process.name: {
                "pid": member.running.pid if member.running else None,
                "port": member.process.port,
                "log": str(member.log),
                "state": member.state,
                "restarts": member.restarts,
            }
            for member in self.members
            if member.state not in ("waiting", "done")
        }
        return report if self.forks.pid is None else {**report, "zygote": {**zygote, "restarts": self.forks.restarts}}


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _why(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"code {code}"
