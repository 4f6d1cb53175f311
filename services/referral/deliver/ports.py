"""The doors to the telephone: a provider of voice and one of SMS, given by their addresses in the settings."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, Final, Protocol
from urllib.parse import quote
from uuid import uuid4

LIGHT: Final = ("json://", "jsons://")


class Port(Protocol):
    """Where rings go; tests and the demo put their own here."""

    async def send(self, channel: str, number: str, *, title: str, body: str) -> bool:
        """True when a provider took it."""


class Providers:
    """Voice and SMS through apprise, whose calls block: each runs in a thread of its own, bounded in time."""

    def __init__(self, urls: Mapping[str, str], *, timeout: timedelta) -> None:
        self.urls = {channel: url for channel, url in urls.items() if url}
        self.timeout = timeout.total_seconds()
        self._threads = ThreadPoolExecutor(max_workers=16, thread_name_prefix="ring")

    async def send(self, channel: str, number: str, *, title: str, body: str) -> bool:
        """True when the channel's provider took it; False when there is none, or it refused, or took too long."""
        template = self.urls.get(channel)
        if template is None:
            return False
        url = template.replace("{to}", quote(number, safe="")).replace("{id}", uuid4().hex)
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self.timeout):
                return await loop.run_in_executor(self._threads, _notify, url, title, body)
        except Exception:
            return False  # whatever went wrong over there: it was not taken, the next one is rung

    async def warm(self) -> None:
        """Load apprise before it is needed: the first ring must not wait for an import."""
        loop = asyncio.get_running_loop()
        for url in self.urls.values():
            await loop.run_in_executor(self._threads, _provider, url.replace("{to}", "0").replace("{id}", "0"))

    def close(self) -> None:
        """No more rings."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _notify(url: str, title: str, body: str) -> bool:
    provider = _provider(url)
    return bool(provider is not None and provider.notify(title=title, body=body))


def _provider(url: str) -> Any:
    """The provider behind an address. Loading all of apprise costs 2 s and 47 MB: JSON alone is loaded alone."""
    if url.startswith(LIGHT):
        from apprise.plugins import custom_json

        plugin: Any = custom_json.NotifyJSON
        parsed = plugin.parse_url(url)
        return plugin(**parsed) if parsed else None
    from apprise import Apprise

    provider = Apprise()
    return provider if provider.add(url) else None
