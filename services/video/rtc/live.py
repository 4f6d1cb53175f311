"""One room while people are in it: their lines, their pairs of legs, and what happens when either breaks."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime
from time import monotonic
from typing import Any
from uuid import UUID

from redis.exceptions import RedisError

from contracts.video import FromBrowser, FromServer, SeatState
from kit.log import log
from services.video import domain
from services.video.domain import PERSON, PROFESSIONAL, SEATS
from services.video.placement import HeldElsewhere, Placement
from services.video.rtc import sdp
from services.video.rtc.leg import Leg, LegState
from services.video.rtc.lines import Line, NotUnderstood, Place, TooManyCandidates, answered, candidates
from services.video.rtc.links import Link, Links
from services.video.rtc.room import Pair

OLD_PAIRS_LIVE = 8.0  # seconds: make before break, on this node and when the room goes to another


class LiveRoom:
    """A room on this node. Every message is heard under one lock, so that each finds a settled room."""

    def __init__(
        self,
        room: UUID,
        *,
        placement: Placement,
        seats: domain.Seats,
        epoch: int,
        until: datetime,
        seat_kept: float,
        public_address: str | None,
        emptied: Callable[["LiveRoom"], None],
    ) -> None:
        self.id = room
        self.seats = seats
        self.epoch = epoch
        self.until = until
        self.moved = False  # another node has this room; our pairs only flow until the new ones do
        self.links = Links()
        self._placement = placement
        self._seat_kept = seat_kept
        self._public_address = public_address
        self._emptied = emptied
        self._places = {name: Place() for name in SEATS}
        self._lock = asyncio.Lock()
        self._tasks, self._closing = set[asyncio.Task[Any]](), set[asyncio.Task[Any]]()

    @property
    def people(self) -> int:
        return sum(place.line is not None for place in self._places.values())

    async def sit(self, name: str, holder: str, line: Line, welcome: dict[str, Any]) -> None:
        """Give the seat this line; the line that it had before is told so and ends."""
        async with self._lock:
            self.seats = domain.arrive(self.seats, name, holder)
            await self._keep()
            place = self._places[name]
            if place.line is not None:
                place.line.replace()
            place.line = line
            self._not_ready(name)
            if self.moved:
                return line.move()
            line.put(FromServer(kind="welcome", seats=self._seen(), epoch=self.epoch, data={"seat": name, **welcome}))
            self._tell(but=name)

    async def stand(self, name: str, line: Line) -> None:
        """The line ended. Media may still flow, so the seat and its leg are kept a while."""
        async with self._lock:
            place = self._places[name]
            if place.line is not line:
                return
            place.line = None
            self._not_ready(name)
            self._tell()
        self._later(self._forget_unless_back(name))

    async def hear(self, name: str, message: FromBrowser) -> None:
        """Do what a browser asks; a refusal is for this browser only."""
        async with self._lock:
            match message.kind:
                case "join":
                    await self._join(name, self._meant(name, message), message.epoch or 0)
                case "ready":
                    link = self._meant(name, message)
                    link.ends[name].ready = True
                    link.wanted = link.wanted or link.pair is None  # it flows through the node that had the room
                    await self._renew_if_wanted(link)
                case "answer":
                    self._answer(name, message)
                case "candidate":
                    await self._candidates(name, message)
                case "admit":
                    await self._become(domain.admit(self.seats, name, message.seat or PERSON))
                case "peer":
                    self._carry(name, message.seat, message.data)
                case "leave":
                    await self._leave(name)
                case _:
                    raise NotUnderstood(message.kind[:40])

    async def hand_over(self) -> None:
        """Another node takes this room: everyone comes back there, and our packets flow until theirs do."""
        async with self._lock:
            self._move()

    async def shut_if_over(self, now: datetime) -> None:
        """Nobody waits behind a door that will not open."""
        async with self._lock:
            here = {name: place.line for name, place in self._places.items() if place.line is not None}
            if domain.over(self.seats, here, until=self.until, now=now):
                for line in here.values():
                    line.shut()

    async def close(self) -> None:
        """This node goes: tell everyone to come back, wherever the room then is."""
        async with self._lock:
            for place in self._places.values():
                if place.line is not None:
                    place.line.move()
            self._close([leg for link in self.links for leg in link.take_legs()])
        for task in self._tasks:  # what closes is not cut short: its socket would stay open
            task.cancel()
        await asyncio.gather(*self._tasks, *self._closing, return_exceptions=True)

    async def _join(self, name: str, link: Link, abandoned: int) -> None:
        if self.seats[name].state not in domain.INSIDE:
            raise domain.NotAdmitted()
        link.ends[name].ready = True
        if link.pair is None or abandoned >= link.epoch:
            link.wanted = True
        await self._renew_if_wanted(link)

    async def _renew_if_wanted(self, link: Link) -> None:
        ready = all(end.ready and self._places[name].line is not None for name, end in link.ends.items())
        inside = all(name in self.seats and self.seats[name].state in domain.INSIDE for name in link.ends)
        if not (link.wanted and ready and inside):
            return
        epoch = await self._next_epoch()
        if epoch is None:
            return
        self._close(link.retire())
        if link.former is not None:
            self._later(self._end_of(link, link.former))
        self.epoch = epoch
        link.renew(self.epoch, {name: self._new_leg(link) for name in link.ends})
        for name, end in link.ends.items():
            line = self._places[name].line
            if end.leg is not None and line is not None:
                offer, other = await end.leg.offer(), link.other(name)
                line.put(FromServer(kind="offer", sdp=offer, leg=end.leg.id, epoch=link.epoch, seat=other))

    def _meant(self, name: str, message: FromBrowser) -> Link:
        """The link that this message is about; between the person and the professional when it does not say."""
        other = message.seat or (PROFESSIONAL if name == PERSON else PERSON)
        link = self.links.between(name, other)
        if link is None:
            raise NotUnderstood("no such seat")
        return link

    def _not_ready(self, name: str) -> None:
        for link in self.links.of(name):
            link.ends[name].ready = False

    def _new_leg(self, link: Link) -> Leg:
        return Leg(received=link.received, changed=self._leg_changed, public_address=self._public_address)

    def _leg_changed(self, leg: Leg) -> None:
        if leg.state is LegState.LIVE:
            self._later(self._live(leg))

    async def _live(self, leg: Leg) -> None:
        async with self._lock:
            held = self.links.holding(leg)
            if held is None:
                return
            link, name = held
            if self.seats[name].state is domain.State.ADMITTED:
                await self._become(domain.enter(self.seats, name))
            link.met(monotonic())

    def _answer(self, name: str, message: FromBrowser) -> None:
        held = self.links.named(name, message.leg)
        if held is None:
            return  # to a leg that has been replaced meanwhile
        link, end = held
        answer = answered(message.sdp or "")
        if end.leg is not None and link.pair is not None:
            end.leg.accept(answer)
            link.pair.rename()

    async def _candidates(self, name: str, message: FromBrowser) -> None:
        lines = candidates(message.data)
        place = self._places[name]
        held = self.links.named(name, message.leg)
        counted = place if held is None else held[1]
        counted.candidates += len(lines)
        if counted.candidates > sdp.MOST_CANDIDATES:
            raise TooManyCandidates()
        if held is not None and held[1].leg is not None:
            for line in lines:
                await held[1].leg.add_candidate(line)

    def _carry(self, name: str, to: str | None, data: dict[str, Any]) -> None:
        """What browsers say to each other: public keys and small notes, not for us to read."""
        for other, place in self._places.items():
            if other != name and to in (None, other) and place.line is not None:
                place.line.put(FromServer(kind="peer", data=data, seat=name))

    async def _leave(self, name: str) -> None:
        self._not_ready(name)
        for link in self.links.of(name):
            link.wanted = False
            self._close(link.take_legs())
        place = self._places[name]
        if place.line is not None:
            place.line.put(FromServer(kind="left"))
        await self._become(domain.leave(self.seats, name))

    async def _become(self, seats: domain.Seats) -> None:
        self.seats = seats
        await self._keep()
        self._tell()

    async def _keep(self) -> None:
        """Redis away: people who talk go on talking; only a move to another node would forget who was admitted."""
        try:
            await self._placement.keep(self.id, self.seats, until=self.until)
        except HeldElsewhere:
            self._move()
        except RedisError as error:
            log().warning("seats not kept", error=type(error).__name__)

    async def _next_epoch(self) -> int | None:
        try:
            return await self._placement.next_epoch(self.id, known=self.epoch)
        except HeldElsewhere:
            self._move()
            return None
        except RedisError:
            return self.epoch + 1

    def _move(self) -> None:
        if self.moved:
            return
        self.moved = True
        for place in self._places.values():
            if place.line is not None:
                place.line.move()
        self._later(self._end_after_the_move())

    async def _end_after_the_move(self) -> None:
        await asyncio.sleep(OLD_PAIRS_LIVE)
        async with self._lock:
            for link in self.links:
                self._close(link.take_legs())
            self._emptied(self)

    def _tell(self, but: str | None = None) -> None:
        for name, place in self._places.items():
            if name != but and place.line is not None:
                place.line.put(FromServer(kind="seats", seats=self._seen()))

    def _seen(self) -> list[SeatState]:
        return [
            SeatState(seat=name, state=seat.state.value, here=self._places[name].line is not None)
            for name, seat in self.seats.items()
        ]

    async def _forget_unless_back(self, name: str) -> None:
        await asyncio.sleep(self._seat_kept)
        async with self._lock:
            if self._places[name].line is None and not self.moved:
                for link in self.links.of(name):
                    self._close(link.take_legs())
                if all(place.line is None for place in self._places.values()):
                    self._emptied(self)

    async def _end_of(self, link: Link, former: Pair[Leg]) -> None:
        """Make before break: the pair that was there flows until the browsers have gone over to the new one."""
        await asyncio.sleep(OLD_PAIRS_LIVE)
        async with self._lock:
            self._close(link.take_former(former))

    def _close(self, legs: list[Leg]) -> None:
        for leg in legs:
            self._later(leg.close(), among=self._closing)

    def _later(self, work: Coroutine[Any, Any, None], among: set[asyncio.Task[Any]] | None = None) -> None:
        tasks, task = self._tasks if among is None else among, asyncio.create_task(work)
        tasks.add(task)
        task.add_done_callback(tasks.discard)
