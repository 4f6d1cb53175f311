"""The rooms of this node: opened on first use, handed over when the node goes, counted for placement."""

import asyncio
import gc
import itertools
import secrets
from collections import deque
from contextlib import suppress
from datetime import datetime
from statistics import median
from time import monotonic
from typing import Any
from uuid import UUID

from redis.exceptions import RedisError

from contracts.video import NodeSeen, RoomSeen
from kit.clock import now
from kit.errors import Unavailable
from kit.log import log, trace_of
from kit.shapes import as_a
from services.video.placement import Claim, Load, Placement
from services.video.rtc import figures, relay
from services.video.rtc.live import LiveRoom
from services.video.rtc.watch import Watch
from services.video.settings import Settings

BEAT_EVERY = 1.0
SWEEP_EVERY = 30  # beats
LAG_EVERY = 0.1
TOO_LATE = 0.020  # seconds; a loop that runs later than this takes no more rooms


class Elsewhere(Exception):
    """The room lives on another node, or had better: `url` is where, `node` which life of it."""

    def __init__(self, url: str, node: str) -> None:
        super().__init__(url)
        self.url, self.node = url, node


class NodeFull(Unavailable):
    """No node takes more rooms for the moment."""


class RoomsUnplaced(Unavailable):
    """Where rooms are cannot be asked for the moment."""


class Node:
    """Every live room of this process."""

    def __init__(self, settings: Settings, placement: Placement) -> None:
        self.settings = settings
        self.placement = placement
        self.rooms: dict[UUID, LiveRoom] = {}
        self.draining = False
        self._stopping = False
        self._watch = Watch()
        self._ended = False  # since the last sweep, a room has
        self._lags: deque[float] = deque([0.0], maxlen=10)
        self._opening = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def lag(self) -> float:
        """How late the loop runs, in seconds: the middle of the last second, so that one pause is none."""
        return median(self._lags)

    @property
    def full(self) -> bool:
        """Whether a new room had better go elsewhere."""
        return self.draining or len(self.rooms) >= self.settings.rooms_per_node or self.lag > TOO_LATE

    async def start(self) -> None:
        await self._beat_once()
        self._tasks = [asyncio.create_task(self._beat()), asyncio.create_task(self._watch_the_loop())]

    async def stop(self) -> None:
        """Leave for good: no new room, and everyone is told to come back elsewhere."""
        self.draining = self._stopping = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with suppress(RedisError):
            await self.placement.gone()
        await asyncio.gather(*(room.close() for room in list(self.rooms.values())))

    async def room(self, room: UUID, *, until: datetime, silent: str = "") -> LiveRoom:
        """The live room, here; `Elsewhere` when another living node holds it, or takes it better than we do."""
        async with self._opening:
            live = self.rooms.get(room)
            if live is not None and not live.moved:
                live.until = max(live.until, until)
                return live
            try:
                claim = await self._claim(room, until, silent)
            except RedisError:
                claim = await self._claim_again(room, until, silent)
            if claim.url is not None:
                raise Elsewhere(claim.url, claim.node)
            if live is not None:
                await live.close()
            live = LiveRoom(
                room,
                placement=self.placement,
                seats=claim.seats,
                epoch=claim.epoch,
                until=until,
                seat_kept=self.settings.seat_kept.total_seconds(),
                public_address=self.settings.public_address,
                emptied=self._emptied,
            )
            self.rooms[room] = live
            return live

    async def _claim(self, room: UUID, until: datetime, silent: str) -> Claim:
        """Ours if it can be; a full node keeps what it has and points to the next best for the rest."""
        asked: dict[str, Any] = {"until": until, "url": self.settings.node_url, "silent": silent}
        claim = await self.placement.claim(room, **asked, open=not self.full)
        if claim.node and not (claim.url is None and self.draining):
            return claim
        best = await self.placement.next_best()
        if best is not None:
            return Claim(best[0], best[1].url)
        if self.draining or len(self.rooms) >= self.settings.rooms_per_node:
            raise NodeFull()
        return await self.placement.claim(room, **asked)  # everywhere is slow: a slow room is better than none

    async def _claim_again(self, room: UUID, until: datetime, silent: str) -> Claim:
        """A memory that has just come back closed the lines we had to it: the second try opens one."""
        try:
            return await self._claim(room, until, silent)
        except RedisError as error:
            raise RoomsUnplaced() from error

    def ice_servers(self, *, until: datetime) -> list[dict[str, Any]]:
        """The relay for one seat, with credentials that end by themselves."""
        return relay.ice_servers(self.settings.turn_urls, self.settings.turn_secret, until=until)

    async def seen(self) -> list[NodeSeen]:
        """Every living node and the states of its rooms."""
        try:
            loads = await self.placement.loads()
        except RedisError as error:
            raise RoomsUnplaced() from error
        return [
            NodeSeen(load.name, [as_a(RoomSeen, room) for room in load.states], load.lag_ms, load.full, load.draining)
            for load in sorted(loads.values(), key=lambda one: one.name)
        ]

    async def drain(self) -> None:
        """No new rooms, and those that are here go elsewhere, where there is an elsewhere."""
        self.draining = True
        await self._beat_once()
        await self._hand_over(set(self.rooms))

    async def _hand_over(self, rooms: set[UUID]) -> None:
        moving = [self.rooms[room] for room in rooms if room in self.rooms and not self.rooms[room].moved]
        await asyncio.gather(*(room.hand_over() for room in moving))

    def _emptied(self, room: LiveRoom) -> None:
        self._ended = True
        if self.rooms.get(room.id) is room:
            del self.rooms[room.id]

    async def _watch_the_loop(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + LAG_EVERY
            await asyncio.sleep(LAG_EVERY)
            self._lags.append(max(0.0, loop.time() - due))

    async def _beat(self) -> None:
        for beats in itertools.count(1):
            await asyncio.sleep(BEAT_EVERY)
            try:
                await self._beat_once()
                if not beats % SWEEP_EVERY:
                    await self._sweep()
            except Exception as error:  # whatever one beat met: a node that says nothing more loses all its rooms
                log().error("a beat failed", error=type(error).__name__, exception=trace_of(error))

    async def _sweep(self) -> None:
        for room in list(self.rooms.values()):
            await room.shut_if_over(now())
        if self._ended:
            self._ended = False
            gc.collect()  # each ended leg is a ring of objects that holds 50 kB of TLS; this takes some 5 ms

    async def _beat_once(self) -> None:
        states = self._watch.look(self.rooms.values(), now=now(), at=monotonic())
        packets = sum(pair.counts.forwarded for room in self.rooms.values() for pair in room.links.pairs())
        figures.loop_lag.set(self.lag)
        figures.full.set(self.full)
        load = Load(
            url=self.settings.node_url,
            rooms=len(self.rooms),
            packets=packets,
            lag_ms=round(self.lag * 1000, 1),
            name=self.settings.node,
            full=self.full,
            draining=self.draining,
            states=states,
        )
        try:
            asked = await self.placement.beat(load)
            await self._hand_over(await self.placement.lost(room.id for room in list(self.rooms.values())))
            await self._obey(asked)
        except RedisError as error:
            log().warning("unplaced", error=type(error).__name__)

    async def _obey(self, asked: bool) -> None:
        """Drain while asked to, once another node can take what we have; take rooms again when asked no more."""
        if self._stopping:
            return
        if asked and not self.draining:
            self.draining = True
            await self._beat_once()
        elif asked and any(not room.moved for room in self.rooms.values()):
            if await self.placement.next_best() is not None:
                await self._hand_over(set(self.rooms))
        elif not asked:
            self.draining = False


def a_life(name: str) -> str:
    """What one life of the node `name` is called in the shared memory."""
    return f"{name}.{secrets.token_hex(4)}"
