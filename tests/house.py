"""A whole running house for journeys, browsers and faults: the very processes of `./veilleuse up`, on a small demo."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncpg

from infra.embedded.ports import free_port

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 600  # a deadline, not a measure: twenty seconds on a quiet machine, minutes on a shared one
TELEPHONE_SECRET = "partagé avec le téléphone des tests"
SETTLE_SECONDS = 120
SERVICES = ("identity", "referral", "booking", "reminders")


class RunningHouse:
    """Started and stopped through the supervisor; `url` is the gateway, `data` its folder."""

    def __init__(self, data: Path, *, experts: int = 60) -> None:
        self.data = data
        self.port = free_port()
        self.experts = experts
        self._process: subprocess.Popen[bytes] | None = None
        self.sessions: dict[str, str] = {}  # by login: what a browser's next test may go on with
        self._lines: dict[str, Any] = {}  # to each database, as its owner
        self._turns: dict[str, asyncio.Lock] = {}

    def start(self) -> None:
        """Up and ready, or an error with what it printed."""
        self.data.mkdir(parents=True, exist_ok=True)
        log = self.data.with_suffix(".out")
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "infra.embedded.up", "--data", str(self.data), "--port", str(self.port)],
                cwd=ROOT,
                env={
                    **os.environ,
                    "VEILLEUSE_DEMO_EXPERTS": str(self.experts),
                    "VEILLEUSE_TELEPHONE_SECRET": TELEPHONE_SECRET,
                    "VEILLEUSE_GATEWAY_PEER_SECONDS": "20",  # three lanes share two cores with it
                },
                stdout=out,
                stderr=out,
                stdin=subprocess.DEVNULL,
            )
        deadline = time.monotonic() + START_SECONDS
        while self.run.get("state") != "ready":
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"the house did not start:\n{log.read_text()[-3000:]}")
            time.sleep(0.1)

    def stop(self) -> None:
        """Down in order."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
        self._process = None

    @property
    def run(self) -> dict[str, Any]:
        """The run file: state, processes with pid, port and log."""
        try:
            found: dict[str, Any] = json.loads((self.data / "run.json").read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return found if self._process is None or found.get("pid") == self._process.pid else {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def pid(self, name: str) -> int:
        """The pid of one process of this house."""
        return int(self.run["processes"][name]["pid"])

    def port_of(self, name: str) -> int:
        """The port of one process of this house."""
        return int(self.run["processes"][name]["port"])

    def kill(self, name: str) -> int:
        """SIGKILL one process of this house; the supervisor brings it back. Returns the pid that died."""
        pid = self.pid(name)
        os.kill(pid, signal.SIGKILL)
        return pid

    async def back(self, name: str, former: int, within: float = 120) -> None:
        """Wait until `name` runs and answers again under another pid."""
        async with asyncio.timeout(within):
            while True:
                found: dict[str, Any] = self.run.get("processes", {}).get(name, {})
                if found.get("pid") not in (None, former) and (not found.get("port") or await _answers(found, name)):
                    return
                await asyncio.sleep(0.1)

    def database(self, service: str, role: str = "app") -> str:
        """The address of one service's database (role `app` or `owner`)."""
        return f"postgresql://{service}_{role}@127.0.0.1:{self.port_of('postgres')}/{service}"

    async def ask(self, service: str, sql: str, *arguments: Any) -> list[Any]:
        """Read one service's database as a test may: as its owner, on one line that is kept for the next question."""
        async with self._turns.setdefault(service, asyncio.Lock()):
            line: Any = self._lines.get(service)
            if line is None or line.is_closed():
                line = await asyncpg.connect(self.database(service, "owner"), statement_cache_size=0)
                self._lines[service] = line
            rows: list[Any] = await line.fetch(sql, *arguments)
            return rows

    async def hang_up(self) -> None:
        """Give back the lines that `ask` keeps, at the end of a test."""
        lines, self._lines = self._lines, {}
        for line in lines.values():
            with suppress(OSError, asyncpg.PostgresError, TimeoutError):
                await line.close(timeout=5)

    async def settle(self, within: float = SETTLE_SECONDS) -> None:
        """Wait until every event is delivered: outboxes empty twice in a row, nothing waiting in the queues."""
        quiet = 0
        async with asyncio.timeout(within):
            while quiet < 3:
                counts = [(await self.ask(one, "SELECT count(*) FROM outbox"))[0][0] for one in SERVICES]
                counts.append(await self._queued())
                quiet = quiet + 1 if not any(counts) else 0
                await asyncio.sleep(0.1)

    async def forget_tries(self) -> None:
        """Start the windows of the rate limits anew: what one test tried wrongly must not shut the door on the next."""
        client = self._redis()
        try:
            keys = [key async for key in client.scan_iter("LIMITS:*")]
            if keys:
                await client.delete(*keys)
        finally:
            await client.aclose()

    def _redis(self) -> Any:
        import redis.asyncio as redis

        return redis.from_url(f"redis://127.0.0.1:{self.port_of('valkey')}/0")

    async def _queued(self) -> int:
        client = self._redis()
        try:
            waiting = [await client.llen(one) for one in SERVICES]
            return sum(waiting) + int(await client.hlen("unacked"))
        finally:
            await client.aclose()

    def messages(self) -> list[dict[str, Any]]:
        """What the demo's inbox received so far: mails, SMS and voice calls."""
        with urllib.request.urlopen(f"{self.run['messages_url']}messages.json", timeout=5) as answer:
            found = json.load(answer)
        return list(found["messages"] if isinstance(found, dict) else found)

    def account(self, role: str) -> dict[str, str]:
        """The demo account of a role: login and password."""
        accounts = json.loads((self.data / "demo-accounts.json").read_text())
        found: dict[str, str] = next(one for one in accounts if one["role"] == role)
        return found


async def _answers(process: dict[str, Any], name: str) -> bool:
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", process["port"])
    except OSError:
        return False
    if name not in ("postgres", "valkey", "inbox"):
        writer.write(b"GET /live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        await writer.drain()
        head = await reader.readline()
        writer.close()
        return b"200" in head
    writer.close()
    return True
