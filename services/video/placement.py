"""Which node holds a room, kept in Redis: node, epoch, seats, expiry; never a key, never a description of media."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import redis.asyncio as redis

from services.video.domain import NO_SEATS, Seat, Seats

NODE_LIVES = timedelta(seconds=3)
ROOM_OUTLIVES = timedelta(hours=1)  # after its last seat closes

# A node that is silent, draining, or gone from its address (another process beats there) loses its rooms to whoever
# asks; `silent` is what the asker could not reach itself, so a dead node counts as dead before its key ends. One
# asker wins, and each change of hands spends an epoch: no number is ever used by two nodes.
_CLAIM = """
local room, me, expiry, url, silent, open = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local holder = redis.call('HGET', room, 'node')
if holder ~= me then
  if holder and holder ~= silent then
    local load = redis.call('GET', 'video:node:' .. holder)
    if load then
      local said = cjson.decode(load)
      if not said.draining and said.url ~= url then return {holder, load} end
    end
  end
  if open == '0' then return {'', ''} end
  redis.call('HSET', room, 'node', me)
  redis.call('HINCRBY', room, 'epoch', holder and 1 or 0)
end
redis.call('EXPIREAT', room, expiry)
return {me, '', redis.call('HGET', room, 'epoch') or '0', redis.call('HGET', room, 'seats') or ''}
"""

# Only the holder writes. A memory that came back empty is no other holder: it learns again what this node knows.
_NEXT_EPOCH = """
local holder = redis.call('HGET', KEYS[1], 'node')
if holder and holder ~= ARGV[1] then return -1 end
if tonumber(redis.call('HGET', KEYS[1], 'epoch') or '0') < tonumber(ARGV[2]) then
  redis.call('HSET', KEYS[1], 'epoch', ARGV[2])
end
redis.call('HSET', KEYS[1], 'node', ARGV[1])
return redis.call('HINCRBY', KEYS[1], 'epoch', 1)
"""
_KEEP = """
local holder = redis.call('HGET', KEYS[1], 'node')
if holder and holder ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'node', ARGV[1], 'seats', ARGV[2])
redis.call('EXPIREAT', KEYS[1], ARGV[3])
return 1
"""


class HeldElsewhere(Exception):
    """Another node has taken this room."""


class RoomState(msgspec.Struct, frozen=True):
    """A room as the coordination sees it: its state and its line, never who, never why."""

    state: str  # waiting, talking, away, empty
    since: datetime
    people: int
    kbit_s: int = 0
    lost: float = 0.0  # share of the packets, as the browsers report it
    round_trip_ms: int = 0


class Load(msgspec.Struct, frozen=True):
    """What a node says of itself every second."""

    url: str
    rooms: int
    packets: int  # forwarded since it started
    lag_ms: float  # how late its loop runs
    name: str = ""
    full: bool = False
    draining: bool = False
    states: Sequence[RoomState] = ()


@dataclass(frozen=True)
class Claim:
    """Who holds a room now: us (`url` None), another node, or nobody (`node` empty)."""

    node: str
    url: str | None
    epoch: int = 0
    seats: Seats = field(default_factory=lambda: NO_SEATS)


class Placement:
    """The shared memory of the video nodes; `node` is one life of one process, never used again."""

    def __init__(self, client: redis.Redis, node: str) -> None:
        self._redis = client
        self.node = node
        self._claim = client.register_script(_CLAIM)
        self._next_epoch = client.register_script(_NEXT_EPOCH)
        self._keep = client.register_script(_KEEP)

    async def beat(self, load: Load) -> bool:
        """Say that this node lives, and how loaded it is; True when someone asked it to drain."""
        async with self._redis.pipeline(transaction=False) as line:
            line.set(f"video:node:{self.node}", msgspec.json.encode(load), px=NODE_LIVES)
            line.sadd("video:nodes", self.node)
            line.exists(f"video:drain:{load.name}")
            *_, asked = await line.execute()
        return bool(asked)

    async def gone(self) -> None:
        """Say that this node holds no room any more."""
        await self._redis.delete(f"video:node:{self.node}")
        await self._redis.srem("video:nodes", self.node)

    async def loads(self) -> Mapping[str, Load]:
        """Every living node."""
        names = sorted(str(one, "ascii") for one in await self._redis.smembers("video:nodes") if isinstance(one, bytes))
        if not names:
            return {}
        found = await self._redis.mget([f"video:node:{name}" for name in names])
        if silent := [name for name, load in zip(names, found, strict=True) if load is None]:
            await self._redis.srem("video:nodes", *silent)
        loads = zip(names, found, strict=True)
        return {name: msgspec.json.decode(load, type=Load) for name, load in loads if load is not None}

    async def next_best(self) -> tuple[str, Load] | None:
        """The least loaded of the others that still takes rooms."""
        others = [(name, load) for name, load in (await self.loads()).items() if name != self.node and not load.full]
        return min(others, key=lambda one: (one[1].rooms, one[1].lag_ms), default=None)

    async def claim(self, room: UUID, *, until: datetime, url: str = "", silent: str = "", open: bool = True) -> Claim:
        """Take the room, unless a living node has it; with `open` false, only what is ours already.

        `url` is our own address, `silent` a node that the asker could not reach.
        """
        expiry = int((until + ROOM_OUTLIVES).timestamp())
        told = await self._claim(keys=[_key(room)], args=[self.node, expiry, url, silent, int(open)])
        holder, load = told[0].decode(), told[1]
        if holder != self.node:
            return Claim(holder, msgspec.json.decode(load, type=Load).url if load else None)
        seats = msgspec.json.decode(told[3], type=dict[str, Seat]) if told[3] else NO_SEATS
        return Claim(holder, None, int(told[2]), seats)

    async def seats(self, room: UUID) -> Seats:
        """The seats as they were last kept."""
        kept = await self._redis.hget(_key(room), "seats")
        return msgspec.json.decode(kept, type=dict[str, Seat]) if kept else NO_SEATS

    async def keep(self, room: UUID, seats: Seats, *, until: datetime) -> None:
        """Keep the seats, so that another node can seat the same people again; `HeldElsewhere` when one has."""
        expiry = int((until + ROOM_OUTLIVES).timestamp())
        kept = await self._keep(keys=[_key(room)], args=[self.node, msgspec.json.encode(dict(seats)), expiry])
        if not kept:
            raise HeldElsewhere()

    async def next_epoch(self, room: UUID, *, known: int = 0) -> int:
        """A number that no pair of this room has had; `HeldElsewhere` when the room is no longer ours."""
        epoch = int(await self._next_epoch(keys=[_key(room)], args=[self.node, known]))
        if epoch < 0:
            raise HeldElsewhere()
        return epoch

    async def lost(self, rooms: Iterable[UUID]) -> set[UUID]:
        """Those of our rooms that another node has taken."""
        asked = list(rooms)
        if not asked:
            return set()
        async with self._redis.pipeline(transaction=False) as line:
            for room in asked:
                line.hget(_key(room), "node")
            holders = await line.execute()
        return {room for room, node in zip(asked, holders, strict=True) if node and node.decode() != self.node}

    async def drain(self, name: str, *, again: bool = False) -> None:
        """Ask the node of this name to hand its rooms over, or (`again`) to take rooms again."""
        if again:
            await self._redis.delete(f"video:drain:{name}")
        else:
            await self._redis.set(f"video:drain:{name}", 1)


def _key(room: UUID) -> str:
    return f"video:room:{room}"
