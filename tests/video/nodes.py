"""Video nodes as real processes behind a door of the gateway's own making, to be killed, drained and cut off."""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from litestar import Litestar, WebSocket, get, websocket
from litestar.params import FromPath

from contracts.permits import SeatPermit
from contracts.video import FromServer
from contracts.words import Role
from gateway.signalling import carry
from infra.embedded import valkey
from infra.embedded.launch import Fork, Forks, Running
from infra.embedded.ports import free_port, wait_until_answers
from kit.auth import sign_token
from kit.clock import now
from kit.http import Peer
from kit.permits import Permits
from tests.keys import Keys
from tests.tokens import a_caller
from tests.video.serving import Served

IMPORTED_ONCE = ("infra.embedded.children", "services.video.app", "uvicorn.lifespan.on", "uvloop")
HOLDERS = {"person": uuid4(), "professional": uuid4()}


@dataclass
class Nodes:
    """The running nodes, their Redis, and the door in front of them."""

    folder: Path
    keys: Keys
    door: int = field(default_factory=free_port)
    memory: int = field(default_factory=free_port)
    ports: dict[str, int] = field(default_factory=dict)
    processes: dict[str, Running] = field(default_factory=dict)
    _server: "subprocess.Popen[bytes] | None" = None
    _forks: Forks | None = None
    _gateway: list[Served] = field(default_factory=list)

    @property
    def redis_url(self) -> str:
        return f"redis://127.0.0.1:{self.memory}/0"

    def url(self, room: UUID, seat: str) -> str:
        return f"http://127.0.0.1:{self.door}/thread/{room}/{seat}"

    def start_memory(self) -> None:
        (self.folder / "valkey").mkdir(exist_ok=True)
        with (self.folder / "valkey.log").open("ab") as log:
            command = valkey.command(self.folder / "valkey", port=self.memory, appendonly=False)
            self._server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        valkey.wait_ready(self.memory)

    def restart_memory(self) -> None:
        """Killed, and started again with nothing in it."""
        self._stop_memory()
        self.start_memory()

    async def start(self, *names: str) -> None:
        if self._forks is None:
            self._forks = Forks(self.folder / "zygote.log", IMPORTED_ONCE)
        for name in names:
            port = self.ports.setdefault(name, free_port())
            told = {
                "VEILLEUSE_VIDEO_REDIS_URL": self.redis_url,
                "VEILLEUSE_VIDEO_IDENTITY_URL": f"http://127.0.0.1:{self.door}/identity",
                "VEILLEUSE_VIDEO_BOOKING_URL": f"http://127.0.0.1:{self.door}/booking",
                "VEILLEUSE_VIDEO_NODE": name,
                "VEILLEUSE_VIDEO_NODE_URL": f"http://127.0.0.1:{port}",
                "VEILLEUSE_VIDEO_SEAT_KEPT": "1s",
                "VEILLEUSE_VIDEO_LOG_LEVEL": "warning",
            }
            serve = {"app": "services.video.app:create", "port": port, "grace": 2}
            fork = Fork("infra.embedded.children:serve", serve, {**os.environ, **told})
            self.processes[name] = await self._forks.fork(name, fork, self.folder / f"{name}.log")
        for name in names:
            await asyncio.to_thread(wait_until_answers, self.ports[name], 60)

    async def kill(self, name: str) -> None:
        """By its pid, without a word."""
        process = self.processes.pop(name)
        os.kill(process.pid, signal.SIGKILL)
        await process.exited

    def open_the_gateway(self) -> None:
        self._gateway.append(Served(self._pages(), self.door))

    def restart_the_gateway(self) -> None:
        self._gateway.pop().stop()
        self.open_the_gateway()

    async def stop(self) -> None:
        if self._forks is not None:
            await self._forks.stop()
        for served in self._gateway:
            await asyncio.to_thread(served.stop)
        self._stop_memory()

    def _stop_memory(self) -> None:
        if self._server is not None:
            self._server.kill()
            self._server.wait()

    def headers(self, room: UUID, seat: str) -> dict[str, str]:
        permit = SeatPermit(
            appointment_id=room,
            seat=seat,
            holder=HOLDERS[seat],
            opens_at=now() - timedelta(minutes=5),
            closes_at=now() + timedelta(hours=1),
        )
        caller = a_caller(Role.PERSON if seat == "person" else Role.EXPERT, subject=HOLDERS[seat])
        return {
            "x-permit": Permits("booking", self.keys.rings["booking"], {}).sign(permit),
            "authorization": f"Bearer {sign_token(self.keys.rings['identity'], caller, audience='video', now=now())}",
        }

    def _pages(self) -> Litestar:
        peer = Peer("http://127.0.0.1:9")

        @websocket("/thread/{room:uuid}/{seat:str}")
        async def thread(socket: WebSocket[Any, Any, Any], room: FromPath[UUID], seat: FromPath[str]) -> None:
            await socket.accept()
            nodes = [f"http://127.0.0.1:{port}" for port in self.ports.values()]
            await carry(socket, peer, f"/rooms/{room}", self.headers(room, seat), _silent, nodes)

        @get("/{service:str}/keys")
        async def keys(service: FromPath[str]) -> dict[str, Any]:
            return self.keys.rings[service].public_set()

        async def close() -> None:
            await peer.stop()

        return Litestar([thread, keys], on_shutdown=[close], openapi_config=None, logging_config=None)


async def _silent(_: FromServer) -> None: ...


@asynccontextmanager
async def running(folder: Path, keys: Keys, *names: str) -> AsyncIterator[Nodes]:
    """Forked from one process that has imported everything; ended by the pids that were started here."""
    nodes = Nodes(folder, keys)
    try:
        nodes.start_memory()
        nodes.open_the_gateway()
        await nodes.start(*names)
        yield nodes
    finally:
        await nodes.stop()
