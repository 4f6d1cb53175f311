"""Prepared houses: data sets made once through the product's own rebuild and kept; each run breaks only a copy."""

import asyncio
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.filled import FILLED, fill
from infra.embedded.ports import free_port
from infra.embedded.runfile import Lock

KEPT = Path(".veilleuse/bench")
SETS = {"1000": 1000, "10000": 10000, "roomy": 1000}
OF_A_DAY = {"day": 1000}
"""Prepared under the clock of the day that is played with it, by `bench.day` alone."""
MADE_OF = (
    "infra/embedded/seed/*.py",
    "services/booking/migrations/versions/*.py",
    "services/booking/domain/holidays.py",
    "services/booking/store/bulk.py",
)
START_SECONDS = 900
SETTLE_SECONDS = 60


@dataclass
class BenchHouse:
    """One running house; `url` is the gateway's."""

    data: Path
    port: int
    process: "subprocess.Popen[bytes]"

    @property
    def run(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads((self.data / "run.json").read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return found if found.get("pid") == self.process.pid else {}

    def process_of(self, name: str) -> dict[str, Any]:
        """The run file's line of one process."""
        found: dict[str, Any] = self.run["processes"][name]
        return found

    def database(self, service: str) -> str:
        """The owner's address of one service's database."""
        port = self.process_of("postgres")["port"]
        return f"postgresql://{service}_owner@127.0.0.1:{port}/{service}"

    def api_key(self, role: str) -> str:
        """A key for programs, as `./veilleuse token` makes it."""
        made = subprocess.run(
            [sys.executable, "-m", "infra.embedded.token", "--role", role, "--data", str(self.data)],
            check=True,
            capture_output=True,
            text=True,
        )
        return made.stdout.strip().splitlines()[-1]


def prepare(name: str) -> Path:
    """The folder of a data set, made if it is not there or was made by an older seed, schema or rule of holidays."""
    folder, made_by = KEPT / name, _made_by()
    made = folder / "prepared"
    if made.exists() and made.read_text() == made_by:
        return folder
    grown = FILLED.get(name)
    former = prepare(grown[0]) if grown else None
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    print(f"preparing {name}…", flush=True)
    began = time.monotonic()
    if former is not None:
        shutil.copytree(former / "data", folder / "data", symlinks=True)
    with _running(folder / "data", experts={**SETS, **OF_A_DAY}.get(name, 1000), roomy=name == "roomy") as running:
        if grown is not None:
            fill(running.database("booking"), grown[1])
    made.write_text(made_by)
    print(f"prepared {name} in {time.monotonic() - began:.0f} s", flush=True)
    return folder


def _made_by() -> str:
    """What a data set is made of; an older one would be catching up while it is measured."""
    digest = hashlib.sha256()
    for pattern in MADE_OF:
        for file in sorted(Path().glob(pattern)):
            digest.update(file.as_posix().encode() + file.read_bytes())
    return digest.hexdigest()


@contextmanager
def house(name: str, *, copy: bool = True) -> Iterator[BenchHouse]:
    """The data set `name`, running; a copy when the run writes."""
    if not copy:
        with _running(prepare(name) / "data", experts=SETS.get(name, 1000), roomy=name == "roomy") as running:
            yield running
        return
    with copied(name) as data, _running(data, experts=SETS.get(name, 1000), roomy=name == "roomy") as running:
        yield running


@contextmanager
def copied(name: str) -> Iterator[Path]:
    """A copy of the data set `name`, for one run."""
    kept = prepare(name) / "data"
    data = KEPT / f"run-{os.getpid()}" / "data"
    try:
        with _still(kept):
            shutil.copytree(kept, data, symlinks=True)
        os.sync()  # or half a gigabyte is written to the disk while the clock runs, and every commit waits behind it
        yield data
    finally:
        shutil.rmtree(data.parent, ignore_errors=True)


@contextmanager
def _still(kept: Path) -> Iterator[None]:
    """Nobody runs on this data meanwhile: another bench may be reading it, and a live database has no good copy."""
    lock = Lock(kept)
    deadline = time.monotonic() + START_SECONDS
    while not lock.take():
        if time.monotonic() > deadline:
            raise RuntimeError(f"another house has run on {kept} for {START_SECONDS} s")
        time.sleep(1)
    try:
        yield
    finally:
        lock.release()


@contextmanager
def house_of_a_day(data: Path) -> Iterator[BenchHouse]:
    """A copy of that set under a fast clock, where nothing ever stands still: ready is ready."""
    with _running(data, experts=OF_A_DAY["day"], roomy=False, settled=False) as running:
        yield running


@contextmanager
def _running(data: Path, *, experts: int, roomy: bool, settled: bool = True) -> Iterator[BenchHouse]:
    port = free_port()
    data.mkdir(parents=True, exist_ok=True)
    log = data.parent / "up.log"
    told = {
        "VEILLEUSE_DEMO_EXPERTS": str(experts),
        "VEILLEUSE_DEMO_AGENDAS": "roomy" if roomy else "filled",
        "VEILLEUSE_LOG_LEVEL": "warning",
    }
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "infra.embedded.up", "--data", str(data.absolute()), "--port", str(port)],
            env={**os.environ, **told},
            stdout=out,
            stderr=out,
            stdin=subprocess.DEVNULL,
        )
    running = BenchHouse(data.absolute(), port, process)
    try:
        deadline = time.monotonic() + START_SECONDS
        while running.run.get("state") != "ready":
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the house did not start:\n{log.read_text()[-2000:]}")
            time.sleep(0.1)
        if settled:
            _settle(running)
        yield running
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _settle(running: BenchHouse) -> None:
    """Wait until the house has caught up with the hours that its data slept: that is not what is measured."""
    deadline = time.monotonic() + SETTLE_SECONDS
    quiet = 0
    while quiet < 3 and time.monotonic() < deadline:
        quiet = 0 if outbox_left(running) else quiet + 1
        time.sleep(1)


def outbox_left(running: BenchHouse) -> int:
    """Events not yet handed over, and messages not yet heard, in the whole house."""
    return asyncio.run(_left(running))


async def _left(running: BenchHouse) -> int:
    import asyncpg
    import redis.asyncio as redis

    total: int = 0
    for service in ("identity", "referral", "booking", "reminders"):
        db = await asyncpg.connect(running.database(service))
        total += await db.fetchval("SELECT count(*) FROM outbox")
        await db.close()
    client: Any = redis.from_url(f"redis://127.0.0.1:{running.process_of('valkey')['port']}/0")
    for queue in ("identity", "referral", "booking", "reminders"):
        total += int(await client.llen(queue))
    total += int(await client.hlen("unacked"))
    await client.aclose()
    return total
