"""One video node as a process, with its Redis and the keys it trusts, for measuring; and what a process costs."""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from contracts.caller import Caller, Grant
from contracts.permits import SeatPermit
from contracts.words import Role
from infra.embedded import valkey
from infra.embedded.ports import HOST, free_port, wait_until_answers
from kit.auth import sign_token
from kit.clock import now
from kit.keys import KeyRing
from kit.permits import Permits

SEATS = {"person": Role.PERSON, "professional": Role.EXPERT}
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class VideoNode:
    """A running node; `seats(room)` are the two ways into one room."""

    pid: int
    port: int
    rings: dict[str, KeyRing]

    def seats(self, room: UUID | None = None) -> list[dict[str, Any]]:
        room = room or uuid4()
        found = []
        for seat, role in SEATS.items():
            holder = uuid4()
            permit = SeatPermit(
                appointment_id=room,
                seat=seat,
                holder=holder,
                opens_at=now() - timedelta(minutes=1),
                closes_at=now() + timedelta(hours=3),
            )
            caller = Caller(subject=holder, grants=(Grant(role),), session=uuid4())
            headers = {
                "x-permit": Permits("booking", self.rings["booking"], {}).sign(permit),
                "authorization": f"Bearer {sign_token(self.rings['identity'], caller, audience='video', now=now())}",
            }
            found.append({"seat": seat, "url": f"http://{HOST}:{self.port}/rooms/{room}", "headers": headers})
        return found


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def turn_seconds(pid: int) -> float:
    """How long it was ready to run and had to wait for a processor, so far."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[1]) for task in tasks) / 1e9


def memory_kb(pid: int) -> int:
    """What it holds in memory now."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def _ring(folder: Path) -> KeyRing:
    folder.mkdir(parents=True)
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "k1.pem").write_bytes(pem)
    return KeyRing(folder)


def _publish(rings: dict[str, KeyRing], port: int) -> None:
    """The public keys, at `/identity/keys` and `/booking/keys`, until this process ends."""

    async def answer(request: web.Request) -> web.Response:
        return web.json_response(rings[request.match_info["service"]].public_set())

    async def serve() -> None:
        app = web.Application()
        app.router.add_get("/{service}/keys", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, HOST, port).start()
        await asyncio.Event().wait()

    threading.Thread(target=lambda: asyncio.run(serve()), daemon=True).start()
    wait_until_answers(port, 10)


@contextmanager
def video_node(rooms: int = 300, **settings: str) -> Iterator[VideoNode]:
    """A node of its own, ended by the pids that were started here."""
    folder = Path(tempfile.mkdtemp(prefix="bench-video-"))
    rings = {name: _ring(folder / name) for name in ("identity", "booking")}
    keys_port, memory, port = free_port(), free_port(), free_port()
    _publish(rings, keys_port)
    told = {
        "REDIS_URL": f"redis://{HOST}:{memory}/0",
        "IDENTITY_URL": f"http://{HOST}:{keys_port}/identity",
        "BOOKING_URL": f"http://{HOST}:{keys_port}/booking",
        "NODE_URL": f"http://{HOST}:{port}",
        "ROOMS_PER_NODE": str(rooms),
        "LOG_LEVEL": "error",
        **settings,
    }
    environment = {**os.environ, **{f"VEILLEUSE_VIDEO_{name}": value for name, value in told.items()}}
    with (folder / "log").open("wb") as log:
        redis = subprocess.Popen(
            valkey.command(folder / "valkey", port=memory, appendonly=False), stdout=log, stderr=log
        )
        valkey.wait_ready(memory)
        node = subprocess.Popen(
            [sys.executable, "-m", "infra.web", "services.video.app:create", "--port", str(port), "--grace", "1"],
            env=environment, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        wait_until_answers(port, 60)
        yield VideoNode(node.pid, port, rings)
    finally:
        for process in (node, redis):
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(folder, ignore_errors=True)
