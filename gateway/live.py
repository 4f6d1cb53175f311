"""Nudges from the services, fanned out to the pages that stay open; with Redis away pages ask again by themselves."""

import asyncio
from collections.abc import AsyncIterator, Callable

import redis.asyncio as redis

from gateway.door import Door
from kit.log import log

BEAT_SECONDS = 15.0
QUEUE = 200


class Live:
    """One subscription per process to every nudge (`agenda:<id>`, `referral:<id>`, `desk`, …), and its listeners."""

    def __init__(self, redis_url: str, door: Door) -> None:
        self.door = door
        self._client: redis.Redis = redis.from_url(redis_url, socket_connect_timeout=0.5)
        self._queues: dict[asyncio.Queue[str], Callable[[str], bool]] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to hear."""
        self._task = asyncio.create_task(self._hear(), name="live")

    async def stop(self) -> None:
        """Stop hearing."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._client.aclose()

    async def listen(self, wanted: Callable[[str], bool]) -> AsyncIterator[str | None]:
        """Names of nudges that `wanted` says yes to; None every 15 s, when the page should ask again."""
        queue: asyncio.Queue[str] = asyncio.Queue(QUEUE)
        self._queues[queue] = wanted
        try:
            while True:
                try:
                    async with asyncio.timeout(BEAT_SECONDS):
                        name: str | None = await queue.get()
                except TimeoutError:
                    name = None
                yield name
        finally:
            del self._queues[queue]

    async def _hear(self) -> None:
        while True:
            try:
                async with self._client.pubsub() as subscription:
                    await subscription.psubscribe("*")
                    self.door.forget_all()  # what ended while we did not hear
                    self.door.watched = True
                    while True:
                        message = await subscription.get_message(ignore_subscribe_messages=True, timeout=30)
                        if message is not None:
                            self._pass_on(_text(message["channel"]), _text(message["data"]))
            except asyncio.CancelledError:
                raise
            except Exception as error:
                self.door.watched = False
                log().warning("live waits", error=type(error).__name__)
                await asyncio.sleep(1)

    def _pass_on(self, channel: str, data: str) -> None:
        if channel in ("session:ended", "session:changed"):
            for name in data.split():
                self.door.forget(name)
            channel = f"{channel}:{data}"
        for queue, wanted in list(self._queues.items()):
            if wanted(channel) and not queue.full():
                queue.put_nowait(channel)


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
