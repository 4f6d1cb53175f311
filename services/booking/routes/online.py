"""Booking without a call: the hours marked « en ligne », one hold for each visit, and what it becomes."""

from datetime import timedelta
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
from contracts.words import Role
from kit import outbox
from kit.auth import PUBLIC
from kit.clock import now
from kit.db import Db
from kit.permits import PermitRefused, Permits
from kit.web import HousePermits, NamedHouse
from services.booking.domain import refusals
from services.booking.domain.moments import instant, known_id
from services.booking.domain.spans import Span
from services.booking.routes import book
from services.booking.routes.nearby import slot_taken
from services.booking.routes.slots import as_slots
from services.booking.store import appointments, booking, holds, online, placing

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
    async def hours(self, db: Db, data: JSONBody[AskOnlineHours]) -> OnlineHours:
        """The first free hours that these experts marked, the earliest first."""
        moment = now()
        experts = data.experts[:MOST_EXPERTS]
        until = moment + LOOK_AHEAD
        opened = await online.openings(db, experts, moment, until)
        if not opened:
            return OnlineHours([])
        found = await online.hours(db, opened, data.modality, per_expert=PER_EXPERT, now=moment, until=until)
        return OnlineHours(as_slots(found[:SHOWN]).slots)

    @post("/holds", opt=PUBLIC, status_code=200)
    async def hold(self, db: Db, house: NamedHouse, permits: HousePermits, data: JSONBody[OnlineHold]) -> OnlineHeld:
        """Keep one hour for this visit; the one that it kept before is free again."""
        permit, moment = await permits.read(data.permit, BookPermit), now()
        wanted = booking.Wanted(data.expert_id, data.type_id, instant(data.starts_at))
        await _online(db, wanted)
        cases = {permit.case_id, *await _before(permits, data.former)}
        formers = [(case, *one) for case in cases for one in await holds.of_holder(db, case, but=wanted)]
        await placing.agendas_alone(db, [wanted.expert_id, *(expert_id for _, _, expert_id in formers)], moment)
        for case, former, expert_id in formers:
            await holds.give_back(db, former, case, moment)
            await outbox.nudge(db, f"agenda:{expert_id}")
        if await appointments.to_end(db, now=moment, referral_id=permit.referral_id):
            raise refusals.AlreadyBooked
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


async def _before(permits: Permits, former: str) -> list[UUID]:
    """Whose hour this browser kept before, by its permit; one that has run out kept nothing that still stands."""
    try:
        return [(await permits.read(former, BookPermit)).case_id] if former else []
    except PermitRefused:
        return []


async def _online(db: AsyncConnection, wanted: booking.Wanted) -> None:
    day = timedelta(days=1)
    opened = await online.openings(db, [wanted.expert_id], wanted.starts_at - day, wanted.starts_at + day)
    begins = Span(wanted.starts_at, wanted.starts_at + timedelta(minutes=1))
    if not any(span.covers(begins) for span in opened.get((wanted.expert_id, wanted.type_id), ())):
        raise NotOnline
