"""The doors to the telephone: providers of voice, SMS and push, given by their addresses in the settings."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, Final, Protocol
from urllib.parse import quote, urlsplit
from uuid import uuid4

LIGHT: Final = ("json://", "jsons://")


class Port(Protocol):
    """Where rings go; tests and the demo put their own here."""

    async def send(self, channel: str, number: str, *, title: str, body: str) -> bool:
        """True when a provider took it."""

    async def answers(self, channel: str) -> bool:
        """True when the channel's provider is there; rings nobody."""


class Providers:
    """Voice, SMS and push through apprise, whose calls block: each runs in a thread of its own, bounded in time.

    Each channel has its own threads: a provider of SMS that hangs must not hold up the voice.
    """

    def __init__(self, urls: Mapping[str, str], *, timeout: timedelta) -> None:
        self.urls = {channel: url for channel, url in urls.items() if url}
        self.timeout = timeout.total_seconds()
        self._threads = {channel: ThreadPoolExecutor(16, thread_name_prefix=f"ring-{channel}") for channel in self.urls}

    async def send(self, channel: str, number: str, *, title: str, body: str) -> bool:
        """True when the channel's provider took it; False when there is none, or it refused, or took too long."""
        template = self.urls.get(channel)
        if template is None:
            return False
        url = template.replace("{to}", quote(number, safe="")).replace("{id}", uuid4().hex)
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self.timeout):
                return await loop.run_in_executor(self._threads[channel], _notify, url, title, body)
        except Exception:
            return False  # whatever went wrong over there: it was not taken, the next one is rung

    async def answers(self, channel: str) -> bool:
        """True when something listens where the channel's address points; an address without a port is taken as
        good, since only a ring would tell."""
        template = self.urls.get(channel)
        if template is None:
            return False
        place = urlsplit(template.split("?")[0].replace("{to}", "0").replace("{id}", "0"))
        if not place.hostname or not place.port:
            return True
        try:
            async with asyncio.timeout(self.timeout):
                _, writer = await asyncio.open_connection(place.hostname, place.port)
        except (OSError, TimeoutError):
            return False
        writer.close()
        return True

    async def warm(self) -> None:
        """Load apprise before it is needed: the first ring must not wait for an import."""
        loop = asyncio.get_running_loop()
        for channel, url in self.urls.items():
            await loop.run_in_executor(self._threads[channel], _provider, url.replace("{to}", "0").replace("{id}", "0"))

    def close(self) -> None:
        """No more rings."""
        for threads in self._threads.values():
            threads.shutdown(wait=False, cancel_futures=True)


def _notify(url: str, title: str, body: str) -> bool:
    provider = _provider(url)
    return bool(provider is not None and provider.notify(title=title, body=body))


def _provider(url: str) -> Any:
    """The provider behind an address, asked directly: apprise's own way leads all channels through one small pool.

    Loading all of apprise costs 2 s and 47 MB: JSON alone is loaded alone.
    """
    if url.startswith(LIGHT):
        from apprise.plugins import custom_json

        plugin: Any = custom_json.NotifyJSON
        parsed = plugin.parse_url(url)
        return plugin(**parsed) if parsed else None
    from apprise import Apprise

    return Apprise.instantiate(url)
