"""A few raw connections for the hot paths, handed out without ceremony.

asyncpg's own pool costs 75 µs of CPU a request (proxy, reset, shield) where this costs 2; what runs here is one
statement each, so that there is nothing to reset. Plans are made once: planning the search anew took 0.5 ms of 0.7.
"""

import asyncio
from collections import deque
from typing import Any

import asyncpg

SETTINGS = {"plan_cache_mode": "force_generic_plan", "timezone": "UTC", "statement_timeout": "5s"}


class Lines:
    """At most `size` connections, the last used first; a broken one is replaced when it is next needed."""

    def __init__(self, url: str, *, size: int = 8) -> None:
        self.url = url
        self.size = size
        self._idle: list[asyncpg.Connection] = []
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._open = 0

    async def _take(self) -> asyncpg.Connection:
        while True:
            while self._idle:
                line = self._idle.pop()
                if not line.is_closed():
                    return line
                self._open -= 1
            if self._open < self.size:
                self._open += 1
                try:
                    return await asyncpg.connect(self.url, server_settings=SETTINGS, timeout=3)
                except BaseException:
                    self._open -= 1
                    self._wake()
                    raise
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self._wake()  # our turn goes to the next
                raise

    def _give(self, line: asyncpg.Connection) -> None:
        if line.is_closed():
            self._open -= 1
        else:
            self._idle.append(line)
        self._wake()

    def _wake(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return

    async def fetch(self, text: str, *arguments: Any) -> list[Any]:
        """All rows of one statement."""
        line = await self._take()
        try:
            return await line.fetch(text, *arguments)
        except asyncpg.PostgresError:
            raise
        except BaseException:
            line.terminate()  # cancelled or cut in the middle: its state is unknown
            raise
        finally:
            self._give(line)

    async def fetchrow(self, text: str, *arguments: Any) -> Any:
        """The one row of one statement."""
        return (await self.fetch(text, *arguments))[0]

    async def close(self) -> None:
        """Close what is idle; called when nothing runs any more."""
        while self._idle:
            await self._idle.pop().close()
            self._open -= 1
