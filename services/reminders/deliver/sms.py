"""SMS through whichever provider the settings name: Apprise speaks to them, we give number and text."""

import asyncio
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from services.reminders.deliver.answers import Letter, NotBegun, Refused, Unknown, one_by_one

TIMEOUT = 10.0
AT_ONCE = 48
"""Three batches of sixteen: with fewer threads a letter waits for its turn until its time is over."""
PAYLOAD = "?:to={to}&:id={id}"
SILENCE = "cto=4&rto=30"
"""Apprise answers no more than yes or no: its reading limit lies beyond ours, so that « no » means no."""


class Sms:
    """`url` is an Apprise address in which `{to}` and `{id}` stand for the number and the message's own id.

    A plain `json://host/path` gets them as fields of its payload. Providers block: each letter has a thread of its own
    (Apprise itself has six for all), and what never got one was asked of nobody.
    """

    def __init__(self, url: str, *, timeout: float = TIMEOUT) -> None:
        self._url = url if "{to}" in url else url + PAYLOAD
        self._timeout = timeout
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="sms")

    def address(self, letter: Letter) -> str:
        """The Apprise address of one message."""
        url = self._url.replace("{to}", quote(letter.to, safe="")).replace("{id}", str(letter.id))
        return f"{url}{'&' if '?' in url else '?'}{SILENCE}"

    async def send(self, letter: Letter) -> None:
        """Hand the text to the provider."""
        provider = (await asyncio.to_thread(_apprise)).Apprise.instantiate(self.address(letter))
        if provider is None:
            raise Refused()
        asked = self._threads.submit(provider.notify, body=letter.text)
        try:
            async with asyncio.timeout(self._timeout):
                taken = await asyncio.wrap_future(asked)
        except TimeoutError as silence:
            raise (NotBegun() if asked.cancel() else Unknown()) from silence
        if not taken:
            raise Refused()

    async def send_all(self, letters: Sequence[Letter]) -> list[Exception | None]:
        """One by one, as these providers want it."""
        return await one_by_one(self, letters)


@lru_cache(maxsize=1)
def _apprise() -> Any:
    """Apprise reads all its providers at first use (1.2 s), so not before there is a message to send."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it looks for the standard library's imghdr
        import apprise

        apprise.Apprise.instantiate("json://127.0.0.1")
    return apprise
