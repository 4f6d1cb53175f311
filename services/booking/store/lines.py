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
    """At most `size` connections, the last used first; a broken one is replaced when it is next needed.

    A line that comes back goes straight to whoever has waited longest: were it only laid down, a newcomer could take
    it before the woken one runs, who would then wait again behind all others.
    """

    def __init__(self, url: str, *, size: int = 8) -> None:
        self.url = url
        self.size = size
        self._idle: list[asyncpg.Connection] = []
        self._waiting: deque[asyncio.Future[asyncpg.Connection | None]] = deque()
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
                    self._pass_on(None)
                    raise
            turn: asyncio.Future[asyncpg.Connection | None] = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                passed = await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self._give(turn.result())
                raise
            if passed is not None:
                self._idle.append(passed)  # looked at above like any other, and ours: nothing runs in between

    def _give(self, line: asyncpg.Connection | None) -> None:
        if line is not None and line.is_closed():
            self._open -= 1
            line = None
        if not self._pass_on(line) and line is not None:
            self._idle.append(line)

    def _pass_on(self, line: asyncpg.Connection | None) -> bool:
        """Give the longest waiting a line, or (None) leave to open one; False when nobody waits."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(line)
                return True
        return False

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
