"""Which node holds a room, kept in Redis: node, epoch, seats, expiry; never a key, never a description of media."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import redis.asyncio as redis

from services.video.domain import NO_SEATS, Seat, Seats

NODE_LIVES = timedelta(seconds=3)
ROOM_OUTLIVES = timedelta(hours=1)  # after its last seat closes

# A silent node counts as dead at once: whoever asks takes its rooms over, and one asker wins.
_CLAIM = """
local holder = redis.call('HGET', KEYS[1], 'node')
if holder and holder ~= ARGV[1] and redis.call('EXISTS', 'video:node:' .. holder) == 1 then
  return {holder, redis.call('GET', 'video:node:' .. holder)}
end
redis.call('HSET', KEYS[1], 'node', ARGV[1])
redis.call('HSETNX', KEYS[1], 'epoch', 0)
redis.call('EXPIREAT', KEYS[1], ARGV[2])
return {ARGV[1], ''}
"""


class Load(msgspec.Struct, frozen=True):
    """What a node says of itself every second."""

    url: str
    rooms: int
    packets: int  # forwarded since it started
    lag_ms: float  # how late its loop runs


@dataclass(frozen=True)
class Claim:
    """Who holds a room now."""

    node: str
    url: str | None  # None: it is us


class Placement:
    """The shared memory of the video nodes."""

    def __init__(self, client: redis.Redis, node: str) -> None:
        self._redis = client
        self.node = node
        self._claim = client.register_script(_CLAIM)

    async def beat(self, load: Load) -> None:
        """Say that this node lives, and how loaded it is."""
        milliseconds = int(NODE_LIVES.total_seconds() * 1000)
        await self._redis.set(f"video:node:{self.node}", msgspec.json.encode(load), px=milliseconds)

    async def gone(self) -> None:
        """Say that this node holds no room any more."""
        await self._redis.delete(f"video:node:{self.node}")

    async def claim(self, room: UUID, *, until: datetime) -> Claim:
        """Take the room, unless a living node has it."""
        expiry = int((until + ROOM_OUTLIVES).timestamp())
        holder, load = await self._claim(keys=[_key(room)], args=[self.node, expiry])
        if holder.decode() == self.node:
            return Claim(self.node, None)
        return Claim(holder.decode(), msgspec.json.decode(load, type=Load).url)

    async def seats(self, room: UUID) -> Seats:
        """The seats as they were last kept."""
        kept = await self._redis.hget(_key(room), "seats")
        return msgspec.json.decode(kept, type=dict[str, Seat]) if kept else NO_SEATS

    async def keep(self, room: UUID, seats: Seats) -> None:
        """Keep the seats, so that another node can seat the same people again."""
        await self._redis.hset(_key(room), "seats", msgspec.json.encode(dict(seats)))

    async def epoch(self, room: UUID) -> int:
        """The number of the room's current pair of legs."""
        return int(await self._redis.hget(_key(room), "epoch") or 0)

    async def next_epoch(self, room: UUID) -> int:
        """A number that no pair of this room has had."""
        return int(await self._redis.hincrby(_key(room), "epoch", 1))


def _key(room: UUID) -> str:
    return f"video:room:{room}"
