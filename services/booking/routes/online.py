"""Booking without a call: the hours marked « en ligne », one hold for each visit, and what it becomes."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Request, post
from litestar.params import JSONBody
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.booking import Appointment, NewAppointment
from contracts.caller import Caller, Grant
from contracts.online import AskOnlineHours, OnlineBooking, OnlineHeld, OnlineHold, OnlineHours
from contracts.permits import BookPermit
from contracts.words import Role, VisitKind
from kit import outbox
from kit.auth import PUBLIC
from kit.clock import now
from kit.db import Db
from kit.web import HousePermits, NamedHouse
from services.booking.domain import refusals
from services.booking.domain.moments import instant, known_id
from services.booking.domain.search import Search
from services.booking.domain.spans import Span
from services.booking.routes import book
from services.booking.routes.nearby import slot_taken
from services.booking.routes.slots import as_slots
from services.booking.store import booking, holds, online, placing
from services.booking.store.slots import Found, search

LOOK_AHEAD = timedelta(days=28)
HELD = timedelta(minutes=10)
PER_EXPERT = 12
SHOWN = 60
MOST_EXPERTS = 100


class NotOnline(refusals.SlotNotOpen):
    """The professional did not open this hour to people who book without a call."""


class Online(Controller):
    path = "/online"

    @post("/hours", opt=PUBLIC, status_code=200)
    async def hours(self, db: Db, house: NamedHouse, data: JSONBody[AskOnlineHours]) -> OnlineHours:
        """The first free hours that these experts marked, the earliest first."""
        moment = now()
        experts = data.experts[:MOST_EXPERTS]
        opened = await online.openings(db, experts, moment, moment + LOOK_AHEAD)
        marked = tuple(dict.fromkeys(expert_id for expert_id, _ in opened))
        if not marked:
            return OnlineHours([])
        asked = Search(
            modalities=(data.modality,),
            visits=(VisitKind.FIRST,),
            experts=marked,
            since=moment,
            until=moment + LOOK_AHEAD,
            per_expert=PER_EXPERT * 4,
            limit=SHOWN * 8,
        )
        found = await search(house.things["reading"], asked, moment, house.things["longest_notice"])
        given: dict[UUID, int] = {}
        kept: list[Found] = []
        for slot in found:
            if given.get(slot[1], 0) < PER_EXPERT and _inside(opened, slot[1], slot[2], slot[0], slot[4]):
                given[slot[1]] = given.get(slot[1], 0) + 1
                kept.append(slot)
        return OnlineHours(as_slots(kept[:SHOWN]).slots)

    @post("/holds", opt=PUBLIC, status_code=200)
    async def hold(self, db: Db, house: NamedHouse, permits: HousePermits, data: JSONBody[OnlineHold]) -> OnlineHeld:
        """Keep one hour for this visit; the one that it kept before is free again."""
        permit, moment = await permits.read(data.permit, BookPermit), now()
        wanted = booking.Wanted(data.expert_id, data.type_id, instant(data.starts_at))
        await _online(db, wanted)
        formers = await holds.of_holder(db, permit.case_id, but=wanted)
        await placing.agendas_alone(db, [wanted.expert_id, *(expert_id for _, expert_id in formers)], moment)
        for former, expert_id in formers:
            await holds.give_back(db, former, permit.case_id, moment)
            await outbox.nudge(db, f"agenda:{expert_id}")
        try:
            kept = await online.hold(db, wanted, permit, expires_at=moment + HELD, now=moment)
        except refusals.SlotTaken:
            raise await slot_taken(house, wanted, moment) from None
        await outbox.nudge(db, f"agenda:{data.expert_id}")
        return kept

    @post("/appointments", opt=PUBLIC)
    async def book(
        self, request: Request[Any, Any, Any], house: NamedHouse, permits: HousePermits, data: JSONBody[OnlineBooking]
    ) -> Appointment:
        """What was held becomes theirs; the same press twice is the same appointment."""
        permit = await permits.read(data.permit, BookPermit)
        person = Caller(permit.case_id, (Grant(Role.PERSON),))
        new = NewAppointment(data.permit, data.expert_id, data.type_id, data.starts_at, hold_id=known_id(data.hold_id))
        _, _, body = await book.book(house, new, await book.asker(request, person))
        return msgspec.json.decode(body, type=Appointment)


async def _online(db: AsyncConnection, wanted: booking.Wanted) -> None:
    day = timedelta(days=1)
    opened = await online.openings(db, [wanted.expert_id], wanted.starts_at - day, wanted.starts_at + day)
    if not _inside(opened, wanted.expert_id, wanted.type_id, wanted.starts_at, 1):
        raise NotOnline


def _inside(
    opened: dict[tuple[UUID, UUID], list[Span]], expert_id: UUID, type_id: UUID, starts_at: datetime, minutes: int
) -> bool:
    hour = Span(starts_at, starts_at + timedelta(minutes=minutes))
    return any(span.covers(hour) for span in opened.get((expert_id, type_id), ()))
