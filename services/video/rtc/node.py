"""The rooms of this node: opened on first use, handed over when the node goes, counted for placement."""

import asyncio
import base64
import hashlib
import hmac
import secrets
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from redis.exceptions import RedisError

from kit.errors import Unavailable
from kit.log import log
from services.video.placement import Load, Placement
from services.video.rtc.live import LiveRoom
from services.video.settings import Settings

BEAT_EVERY = 1.0
RELAY_OUTLIVES = timedelta(hours=1)  # coturn checks credentials again at each refresh


class Elsewhere(Exception):
    """The room lives on another node; `url` is where."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url


class NodeFull(Unavailable):
    """This node takes no more rooms for the moment."""


class RoomsUnplaced(Unavailable):
    """Where rooms are cannot be asked for the moment."""


class Node:
    """Every live room of this process."""

    def __init__(self, settings: Settings, placement: Placement) -> None:
        self.settings = settings
        self.placement = placement
        self.rooms: dict[UUID, LiveRoom] = {}
        self.draining = False
        self._lag = 0.0
        self._opening = asyncio.Lock()
        self._beating: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self._beat_once()
        self._beating = asyncio.create_task(self._beat())

    async def stop(self) -> None:
        """Drain: no new room, and everyone is told to come back elsewhere."""
        self.draining = True
        if self._beating is not None:
            self._beating.cancel()
            await asyncio.gather(self._beating, return_exceptions=True)
        with suppress(RedisError):
            await self.placement.gone()
        await asyncio.gather(*(room.close() for room in list(self.rooms.values())))

    async def room(self, room: UUID, *, until: datetime) -> LiveRoom:
        """The live room, here; `Elsewhere` when another living node holds it."""
        async with self._opening:
            if room in self.rooms:
                return self.rooms[room]
            if self.draining or len(self.rooms) >= self.settings.rooms_per_node:
                raise NodeFull()
            try:
                claim = await self.placement.claim(room, until=until)
                seats, epoch = await self.placement.seats(room), await self.placement.epoch(room)
            except RedisError as error:
                raise RoomsUnplaced() from error
            if claim.url is not None:
                raise Elsewhere(claim.url)
            live = LiveRoom(
                room,
                placement=self.placement,
                seats=seats,
                epoch=epoch,
                seat_kept=self.settings.seat_kept.total_seconds(),
                public_address=self.settings.public_address,
                emptied=self._emptied,
            )
            self.rooms[room] = live
            return live

    def ice_servers(self, *, until: datetime) -> list[dict[str, Any]]:
        """The relay for one seat, with credentials that end by themselves (coturn's REST scheme)."""
        urls = [url for url in self.settings.turn_urls.split(",") if url]
        if not urls:
            return []
        username = f"{int((until + RELAY_OUTLIVES).timestamp())}:{secrets.token_hex(8)}"
        digest = hmac.new(self.settings.turn_secret.encode(), username.encode(), hashlib.sha1).digest()
        return [{"urls": urls, "username": username, "credential": base64.b64encode(digest).decode()}]

    def _emptied(self, room: LiveRoom) -> None:
        self.rooms.pop(room.id, None)

    async def _beat(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + BEAT_EVERY
            await asyncio.sleep(BEAT_EVERY)
            self._lag = max(0.0, loop.time() - due)
            await self._beat_once()

    async def _beat_once(self) -> None:
        packets = sum(pair.counts.forwarded for room in self.rooms.values() for pair in room.links.pairs())
        load = Load(url=self.settings.node_url, rooms=len(self.rooms), packets=packets, lag_ms=self._lag * 1000)
        try:
            await self.placement.beat(load)
        except RedisError as error:
            log().warning("unplaced", error=type(error).__name__)
