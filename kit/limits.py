"""Rate limits that hold under parallel requests: atomic windows in Redis, keyed by rule and subject."""

import asyncio
import hashlib
from typing import Any

import redis.asyncio as redis
from limits import RateLimitItem, parse
from limits.aio.storage import RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from kit.clock import now
from kit.errors import TooMany, Unavailable


class Limiter:
    """`hit` counts one try of `subject` under `rule` and refuses when `limit` (« 5/minute ») is passed.

    With Redis away it opens or closes as `closed_without_redis` says: doors for people without an account stay shut,
    staff may still sign in.
    """

    def __init__(self, redis_url: str) -> None:
        self._pool = redis.BlockingConnectionPool.from_url(
            redis_url, max_connections=10, timeout=0.5, socket_connect_timeout=0.5, socket_timeout=0.5
        )
        options: dict[str, Any] = {"connection_pool": self._pool}
        self._storage = RedisStorage(f"async+{redis_url}", implementation="redispy", **options)
        self._window = SlidingWindowCounterRateLimiter(self._storage)
        self._parsed: dict[str, RateLimitItem] = {}

    async def stop(self) -> None:
        """Close the connections."""
        await self._pool.aclose()

    async def hit(self, rule: str, subject: str, *, limit: str, closed_without_redis: bool = False) -> None:
        """Count; `too-many` (429, Retry-After) when the limit is passed."""
        item = self._parsed.setdefault(limit, parse(limit))
        key = hashlib.sha256(subject.encode()).hexdigest()[:32]
        try:
            async with asyncio.timeout(2):  # above the sockets' own, so that they close what they opened
                try:
                    free = await self._window.hit(item, rule, key)
                except redis.ConnectionError:  # Redis was started again: what is kept of before is closed, once
                    await self._pool.disconnect(inuse_connections=False)
                    free = await self._window.hit(item, rule, key)
                if free:
                    return
                reset = (await self._window.get_window_stats(item, rule, key)).reset_time
        except Exception as error:
            if closed_without_redis:
                raise Unavailable("the limiter is away") from error
            return
        raise TooMany(retry_after=max(1, min(int(reset - now().timestamp()) + 1, 60)))

    async def forgive(self, rule: str, subject: str, *, limit: str) -> None:
        """Take back one try that turned out right: only wrong ones slow anyone down."""
        item = self._parsed.setdefault(limit, parse(limit))
        key = hashlib.sha256(subject.encode()).hexdigest()[:32]
        try:
            async with asyncio.timeout(1):
                await self._window.hit(item, rule, key, cost=-1)
        except Exception:
            return  # the window forgets by itself
