"""SMS in batches, to a provider or a gateway of ours that takes a list: one request for many messages."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import aiohttp
import msgspec

from services.reminders.deliver.answers import Letter, Refused, Route, Unknown
from services.reminders.deliver.sms import Sms

TIMEOUT = 10.0
SCHEMES = {"batch": "http", "batches": "https"}


class Taken(msgspec.Struct, frozen=True):
    """The answer to a batch: what was not taken, and of that what never will be."""

    refused: list[UUID] = []
    for_good: list[UUID] = []


class Batches:
    """POST of a JSON array of `{to, id, message}` to `batch://host/path` (HTTP) or `batches://` (HTTPS)."""

    def __init__(self, url: str, *, timeout: float = TIMEOUT) -> None:
        scheme, _, rest = url.partition("://")
        self._url = f"{SCHEMES[scheme]}://{rest}"
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None

    async def send(self, letter: Letter) -> None:
        """A batch of one."""
        (answer,) = await self.send_all([letter])
        if answer is not None:
            raise answer

    async def send_all(self, letters: Sequence[Letter]) -> list[Exception | None]:
        """All of them in one request; without a clear answer all may have been taken."""
        body = msgspec.json.encode([{"to": one.to, "id": one.id, "message": one.text} for one in letters])
        try:
            async with asyncio.timeout(self._timeout):
                session = self._open()
                async with session.post(self._url, data=body, headers={"content-type": "application/json"}) as answer:
                    said = await answer.read()
                    status = answer.status
        except (aiohttp.ClientConnectorError, aiohttp.InvalidURL):
            return [Refused() for _ in letters]
        except (TimeoutError, aiohttp.ClientError, OSError):
            return [Unknown() for _ in letters]
        if status >= 400:
            return [Refused() for _ in letters]
        taken = _taken(said)
        no, never = {*taken.refused, *taken.for_good}, set(taken.for_good)
        return [Refused(for_good=one.id in never) if one.id in no else None for one in letters]

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession()
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


def _taken(said: bytes) -> Taken:
    """A plain yes says nothing more."""
    try:
        return msgspec.json.decode(said, type=Taken)
    except msgspec.MsgspecError:
        return Taken()


def sms(url: str) -> Route:
    """The way out that `url` names: batches where it says so, else whatever Apprise knows."""
    return Batches(url) if url.partition("://")[0] in SCHEMES else Sms(url)
