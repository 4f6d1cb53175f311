"""Hundreds of urgent actions at once: every ring is written down, however few lines the database has."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

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
    ringer = Ringer(database, Answering(), public_url="http://x", after=lambda _: None)
    for number in range(RINGS):
        ringer._spawn(ringer._ring(Claimed(number, uuid4(), "voice", "+33600000001", "secret")))
    await ringer.settled()
    assert database.written == RINGS
