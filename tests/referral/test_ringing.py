"""Hundreds of urgent actions at once: every ring is written down, however few lines the database has."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import uuid4

from kit.vault import Vault
from services.referral.deliver.ringing import WRITERS, Ringer
from services.referral.store.urgent import Claimed

RINGS = 300


class FewLines:
    """A database that gives up whoever asks for one line too many, and counts what is written."""

    def __init__(self) -> None:
        self.open = self.written = 0
        self.info: dict[str, Any] = {}

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["FewLines"]:
        if self.open == WRITERS:
            raise TimeoutError
        self.open += 1
        await asyncio.sleep(0)
        yield self
        self.open -= 1

    async def execute(self, _: Any) -> None:
        await asyncio.sleep(0)
        self.written += 1


class Answering:
    """A provider that takes every ring."""

    async def send(self, channel: str, number: str, *, title: str, body: str) -> bool:
        return True

    async def answers(self, channel: str) -> bool:
        return True


async def test_hundreds_of_rings_that_end_together_are_all_written_down() -> None:
    database: Any = FewLines()
    ringer = Ringer(database, Answering(), vault=Vault(bytes(32)), public_url="http://x", after=lambda _: None)
    for number in range(RINGS):
        ringer._spawn(ringer._ring(Claimed(number, uuid4(), "voice", "+33600000001", "secret")))
    await ringer.settled()
    assert database.written == RINGS


class Starting(Ringer):
    """Its first look fails: the database is still on its way."""

    def __init__(self) -> None:
        super().__init__(
            FewLines(),  # type: ignore[arg-type]
            Answering(),
            vault=Vault(bytes(32)),
            public_url="http://x",
            after=lambda _: None,
        )
        self.left: list[datetime | None] = []
        self.looked = asyncio.Event()

    async def once(self, *, left: datetime | None = None) -> int:
        self.left.append(left)
        if len(self.left) == 1:
            raise ConnectionError
        if len(self.left) < 3:
            self.wake()
        else:
            self.looked.set()
        return 0


async def test_a_process_that_starts_looks_at_once_for_what_another_left_until_it_has_looked() -> None:
    ringer = Starting()
    running = asyncio.create_task(ringer.run())
    async with asyncio.timeout(120):
        await ringer.looked.wait()
    running.cancel()
    first, second, third = ringer.left[:3]
    assert first is not None and second == first and third is None
