"""Real workers, stopped and killed by their pid between claim, provider and record: nothing is lost, one may repeat."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from aiohttp import web

from contracts.words import Channel, MessageMoment
from infra.embedded import valkey
from infra.embedded.ports import free_port
from kit.broker import Broker
from services.reminders.settings import Settings
from tests.cluster import Address, Cluster
from tests.keys import Keys
from tests.reminders.conftest import KEY, TABLES, House, soon
from tests.reminders.make import booked

pytestmark = pytest.mark.faults
ASK_AGAIN = 5.0
WAITING = "SELECT 1 FROM pg_locks WHERE NOT granted"
PATIENCE = 240.0  # a deadline, not a measure: a worker starts in 3 s, or in 40 on a busy machine


class Provider:
    """An SMS provider that counts; it says yes at once, or when it is let go."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.holding = False
        self.let_go = asyncio.Event()

    async def take(self, request: web.Request) -> web.Response:
        self.taken.append(json.loads(await request.read())["id"])
        if self.holding:
            await self.let_go.wait()
        return web.json_response({})


class Scene:
    """A house whose workers are processes of their own."""

    def __init__(self, house: House, provider: Provider, environment: dict[str, str], folder: Path) -> None:
        self.house, self.provider = house, provider
        self.environment, self.folder = environment, folder
        self.broker = Broker(environment["VEILLEUSE_REDIS_URL"])
        self.workers: list[subprocess.Popen[bytes]] = []

    @property
    def worker(self) -> subprocess.Popen[bytes]:
        """The one that was started last."""
        return self.workers[-1]

    def start_worker(self) -> subprocess.Popen[bytes]:
        with (self.folder / f"worker-{len(self.workers)}.log").open("wb") as log:
            worker = subprocess.Popen(
                [sys.executable, "-m", "infra.worker", "reminders"], env=self.environment, stdout=log, stderr=log
            )
        self.workers.append(worker)
        return worker

    async def due(self, count: int = 1) -> list[UUID]:
        """Cases with one message each that is due now."""
        cases = []
        for _ in range(count):
            event = booked(soon(days=3))
            await self.house.contact(event.case_id, MessageMoment.NOW, channels=(Channel.SMS,))
            await self.house.hear(event)
            cases.append(event.case_id)
        await self.house.due_now()
        return cases

    async def ask(self) -> None:
        await self.broker.job("reminders", "send_due")

    async def rows(self) -> list[Any]:
        found: list[Any] = await self.house.sql("SELECT * FROM message ORDER BY id")
        return found

    async def until(self, condition: str) -> list[Any]:
        """The rows once all are so; asked again as the tick does, for a dead worker may have claimed at the last."""
        asked = time.monotonic()
        async with asyncio.timeout(PATIENCE):
            while await self.house.sql(f"SELECT 1 FROM message WHERE NOT ({condition})"):
                await asyncio.sleep(0.05)
                if time.monotonic() - asked > ASK_AGAIN:
                    asked = time.monotonic()
                    await self.ask()
        return await self.rows()

    async def until_taken(self, count: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while len(self.provider.taken) < count:
                await asyncio.sleep(0.02)

    async def until_it_stands_still(self) -> None:
        """Until someone waits for what `locked` holds."""
        async with asyncio.timeout(PATIENCE):
            while not await self.house.sql(WAITING):
                await asyncio.sleep(0.02)

    async def leases_run_out(self) -> None:
        await self.house.sql(
            "UPDATE message SET leased_until = now() - interval '1 second' WHERE leased_until IS NOT NULL"
        )

    @asynccontextmanager
    async def locked(self, statement: str) -> AsyncIterator[None]:
        """Hold a lock, so that a worker stands still at a known place."""
        connection: Any = await asyncpg.connect(self.house.address.owner)
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(statement)
        try:
            yield
        finally:
            await transaction.rollback()
            await connection.close()

    def stop(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                worker.send_signal(signal.SIGCONT)
                worker.kill()
            worker.wait(10)


def killed(worker: subprocess.Popen[bytes]) -> None:
    worker.kill()
    worker.wait(10)


@pytest.fixture(scope="module")
def settings(cluster: Cluster, keys: Keys) -> tuple[Settings, Address]:
    """A database and a queue that no other test has work in."""
    address = cluster.database("reminders")
    chosen = Settings(
        database_url=address.app,
        redis_url=cluster.valkey_url.removesuffix("/0") + "/7",
        keys_dir=keys.folder("reminders"),
        identity_url="http://127.0.0.1:1",
        referral_url="http://127.0.0.1:1",
        public_url="https://agenda.exemple.fr",
        vault_key=KEY,
        sms_url="json://127.0.0.1:1/sms",
        smtp_url="smtp://127.0.0.1:1",
        log_level="error",
    )
    return chosen, address


@pytest.fixture(scope="module")
async def stage(
    settings: tuple[Settings, Address], keys: Keys, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Scene]:
    """One provider and one worker, which each test leaves alive for the next: a worker takes seconds to start."""
    chosen, address = settings
    provider, port = Provider(), free_port()
    application = web.Application()
    application.add_routes([web.post("/sms", provider.take)])
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    environment = {
        **os.environ,
        "VEILLEUSE_REMINDERS_DATABASE_URL": address.app,
        "VEILLEUSE_REDIS_URL": chosen.redis_url,
        "VEILLEUSE_REMINDERS_KEYS_DIR": str(chosen.keys_dir),
        "VEILLEUSE_IDENTITY_URL": chosen.identity_url,
        "VEILLEUSE_REFERRAL_URL": chosen.referral_url,
        "VEILLEUSE_PUBLIC_URL": chosen.public_url,
        "VEILLEUSE_REMINDERS_VAULT_KEY": KEY.hex(),
        "VEILLEUSE_SMS_URL": f"json://127.0.0.1:{port}/sms",
        "VEILLEUSE_SMTP_URL": chosen.smtp_url,
    }
    house = House(chosen, address, keys)
    made = Scene(house, provider, environment, tmp_path_factory.mktemp("workers"))
    made.start_worker()
    yield made
    provider.let_go.set()
    made.stop()
    await house.stop()
    await runner.cleanup()


@pytest.fixture
async def scene(stage: Scene) -> Scene:
    """Nothing planned, nothing taken."""
    await stage.house.sql(f"TRUNCATE {TABLES}")
    stage.provider.taken.clear()
    stage.provider.holding = False
    stage.provider.let_go = asyncio.Event()
    return stage


async def test_a_worker_killed_before_the_provider_loses_and_repeats_nothing(scene: Scene) -> None:
    await scene.due()
    async with scene.locked("LOCK TABLE contact IN ACCESS EXCLUSIVE MODE"):  # it claims, then waits at the vault
        await scene.ask()
        await scene.until("fence = 1")
        killed(scene.worker)
    await scene.leases_run_out()
    scene.start_worker()
    await scene.ask()
    [row] = await scene.until("status = 'sent'")
    assert scene.provider.taken == [str(row["id"])]
    assert row["possible_repeat"] == 0


async def test_a_worker_killed_after_the_providers_yes_repeats_the_one_in_flight_and_says_so(scene: Scene) -> None:
    await scene.due()
    scene.provider.holding = True
    await scene.ask()
    await scene.until_taken(1)
    [row] = await scene.rows()
    assert row["status"] == "sending"
    async with scene.locked("SELECT 1 FROM message FOR UPDATE"):  # the yes arrives, the record cannot be written
        scene.provider.let_go.set()
        await scene.until_it_stands_still()
        killed(scene.worker)
    scene.provider.holding = False
    await scene.leases_run_out()
    scene.start_worker()
    await scene.ask()
    [row] = await scene.until("status = 'sent'")
    assert scene.provider.taken == [str(row["id"])] * 2  # the same id: a provider that looks can tell
    assert row["possible_repeat"] == 1


async def test_of_many_messages_a_kill_repeats_only_those_in_flight(scene: Scene) -> None:
    await scene.due(30)
    await scene.ask()
    await scene.until_taken(10)
    killed(scene.worker)
    await scene.leases_run_out()
    scene.start_worker()
    await scene.ask()
    rows = await scene.until("status = 'sent'")
    twice = {one for one in scene.provider.taken if scene.provider.taken.count(one) > 1}
    counted = {str(row["id"]) for row in rows if row["possible_repeat"]}
    assert set(scene.provider.taken) == {str(row["id"]) for row in rows} and len(rows) == 30
    assert twice <= counted  # nothing repeats unseen


async def test_a_worker_stopped_beyond_its_lease_cannot_finish(scene: Scene) -> None:
    await scene.due()
    scene.provider.holding = True
    await scene.ask()
    await scene.until_taken(1)
    sleeper = scene.worker
    sleeper.send_signal(signal.SIGSTOP)
    scene.provider.holding = False
    await scene.leases_run_out()
    other = scene.start_worker()
    await scene.ask()
    [before] = await scene.until("status = 'sent'")
    killed(other)
    scene.workers.remove(other)
    scene.provider.let_go.set()
    sleeper.send_signal(signal.SIGCONT)
    await scene.due()
    await scene.ask()  # once it sends the next one, it is done with the first
    after = {row["id"]: row for row in await scene.until("status = 'sent'")}
    assert after[before["id"]] == before
    assert before["fence"] == 2 and before["possible_repeat"] == 1


async def test_messages_outlive_the_death_of_the_broker(scene: Scene, tmp_path: Path) -> None:
    """A due row is a row: with the queue and all its jobs gone, the next asking finds it."""
    port = free_port()
    killed(scene.worker)
    scene.environment["VEILLEUSE_REDIS_URL"] = f"redis://127.0.0.1:{port}/0"
    scene.broker = Broker(scene.environment["VEILLEUSE_REDIS_URL"])
    command = valkey.command(tmp_path / "queue", port=port, appendonly=False)
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        valkey.wait_ready(port)
        await scene.due(3)
        await scene.ask()  # nobody listens yet
        killed(running)
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        valkey.wait_ready(port)
        scene.start_worker()
        await scene.ask()
        rows = await scene.until("status = 'sent'")
        assert sorted(scene.provider.taken) == sorted(str(row["id"]) for row in rows)
    finally:
        scene.stop()
        killed(running)
