"""Rings under strain: hundreds at once, a provider that hangs or is away, a process that starts after another died."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from kit.vault import Vault
from services.referral.deliver.ports import Providers
from services.referral.deliver.ringing import WRITERS, Ringer
from services.referral.store.urgent import Claimed
from tests.referral.conftest import POSTS, Desk
from tests.referral.test_urgent import until

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


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # what loading all of them asks for
@pytest.mark.parametrize("kind", ["json", "form"])  # the one that is loaded alone, and one as all others are
async def test_a_provider_that_hangs_holds_up_no_other_channel(kind: str) -> None:
    over = asyncio.Event()

    async def hang(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()
        writer.close()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()

    async with (
        await asyncio.start_server(hang, "127.0.0.1", 0) as sms,
        await asyncio.start_server(take, "127.0.0.1", 0) as voice,
    ):
        ports = [server.sockets[0].getsockname()[1] for server in (sms, voice)]
        urls = {"sms": f"{kind}://127.0.0.1:{ports[0]}/?rto=60", "voice": f"{kind}://127.0.0.1:{ports[1]}/"}
        providers = Providers(urls, timeout=timedelta(seconds=20))
        hanging = [asyncio.create_task(providers.send("sms", "1", title="t", body="b")) for _ in range(40)]
        await asyncio.sleep(0)
        assert await providers.send("voice", "2", title="t", body="b")
        over.set()
        await asyncio.gather(*hanging)
        providers.close()


async def test_while_no_provider_takes_any_ring_they_are_tried_again(desk: Desk) -> None:
    await desk.duty(*POSTS)
    desk.telephone.refuses = True
    action = (await desk.post("/urgent-actions", {})).json()
    await until(desk, action["id"], *["refused"] * 4)
    rung = len(desk.telephone.rung)
    await desk.ringer.once()
    await desk.ringer.settled()
    assert len(desk.telephone.rung) == rung, "not without end: after twenty seconds"
    desk.telephone.refuses = False
    await desk.sql("UPDATE urgent_attempt SET taken_up_at = taken_up_at - interval '21 seconds' WHERE channel = 'sms'")
    await desk.ringer.once()
    await until(desk, action["id"], "refused", "taken", "refused", "taken")
    await desk.sql("UPDATE urgent_attempt SET taken_up_at = taken_up_at - interval '1 minute'")
    rung = len(desk.telephone.rung)
    await desk.ringer.once()
    await desk.ringer.settled()
    assert len(desk.telephone.rung) == rung, "someone was reached: from there the ladder goes on by itself"
