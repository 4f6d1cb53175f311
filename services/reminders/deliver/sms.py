"""SMS through whichever provider the settings name: Apprise speaks to them, we give number and text."""

import asyncio
import warnings
from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from services.reminders.deliver.answers import Letter, Refused, Unknown, one_by_one

TIMEOUT = 10.0
PAYLOAD = "?:to={to}&:id={id}"
SILENCE = "cto=4&rto=30"
"""Apprise answers no more than yes or no: its reading limit lies beyond ours, so that « no » means no."""


class Sms:
    """`url` is an Apprise address in which `{to}` and `{id}` stand for the number and the message's own id.

    A plain `json://host/path` gets them as fields of its payload.
    """

    def __init__(self, url: str, *, timeout: float = TIMEOUT) -> None:
        self._url = url if "{to}" in url else url + PAYLOAD
        self._timeout = timeout

    def address(self, letter: Letter) -> str:
        """The Apprise address of one message."""
        url = self._url.replace("{to}", quote(letter.to, safe="")).replace("{id}", str(letter.id))
        return f"{url}{'&' if '?' in url else '?'}{SILENCE}"

    async def send(self, letter: Letter) -> None:
        """Hand the text to the provider."""
        route = (await asyncio.to_thread(_apprise)).Apprise()
        if not route.add(self.address(letter)):
            raise Refused()
        try:
            async with asyncio.timeout(self._timeout):
                taken = await route.async_notify(body=letter.text)
        except TimeoutError as silence:
            raise Unknown() from silence
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
