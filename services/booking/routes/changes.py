"""What may happen to an appointment: commands, each allowed to some and at some hours."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, post
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts import booking as shapes
from contracts.caller import Caller
from contracts.permits import SeatPermit
from contracts.words import Role
from kit import audit, outbox
from kit.auth import only
from kit.clock import now
from kit.db import Db, Me
from kit.errors import Forbidden
from kit.web import HousePermits, NamedHouse
from services.booking.domain import appointments as rules
from services.booking.domain import refusals, telling
from services.booking.domain.appointments import Appointment, Party
from services.booking.domain.moments import instant
from services.booking.routes.callers import in_whose_name
from services.booking.routes.groups import group_changed
from services.booking.routes.nearby import OTHER_HOURS, with_nearest
from services.booking.routes.rights import DESK, OWNERS, check_version, etag, party, shown
from services.booking.store import appointments, types
from services.booking.store.booking import Wanted

Asked = Request[Any, Any, Any]
Answer = Response[shapes.Appointment]
ALL = (*DESK, *OWNERS, Role.PERSON)


class NotYourPart(Forbidden):
    """That is for someone else of the two to say, or for the desk."""


class Changes(Controller):
    path = "/appointments/{appointment_id:uuid}"

    @post("/cancel", guards=[only(*ALL)], status_code=200)
    async def cancel(
        self,
        request: Asked,
        appointment_id: FromPath[UUID],
        data: JSONBody[shapes.Cancel],
        db: Db,
        caller: Me,
        permits: HousePermits,
    ) -> Answer:
        """End it before its time; the slot is free again at once."""
        moment = now()
        before = await appointments.alone_with(db, appointment_id)
        who = party(caller, before)
        check_version(request, before)
        rules.check_cancel(before, (await types.every(db))[before.type_id], who, moment)
        reason = None if data.reason is None else data.reason[:200]
        who = await in_whose_name(permits, data.heard, before, caller, who)
        after = await appointments.cancel(db, before, rules.CANCELLED_BY[who], reason=reason, caller=caller, now=moment)
        return await _told(db, caller, after, telling.cancelled(after, who), moment)

    @post("/move", guards=[only(*ALL)], status_code=200)
    async def move(
        self,
        request: Asked,
        appointment_id: FromPath[UUID],
        data: JSONBody[shapes.Move],
        db: Db,
        caller: Me,
        house: NamedHouse,
        permits: HousePermits,
    ) -> Answer:
        """Other hours with the same expert, in place: id, room and link stay; a refusal changes nothing."""
        moment, starts_at = now(), instant(data.starts_at)
        before = await appointments.alone_with(db, appointment_id)
        who = party(caller, before)
        check_version(request, before)
        rules.check_move(before, (await types.every(db))[before.type_id], who, moment)
        who = await in_whose_name(permits, data.heard, before, caller, who)
        type_id = data.type_id or before.type_id
        try:
            after = await appointments.move(db, before, starts_at=starts_at, type_id=type_id, caller=caller, now=moment)
        except OTHER_HOURS as refusal:
            raise await with_nearest(house, refusal, Wanted(before.expert_id, type_id, starts_at), moment) from None
        return await _told(db, caller, after, telling.moved(after, who), moment)

    @post("/seen", guards=[only(*OWNERS)], status_code=200)
    async def seen(self, appointment_id: FromPath[UUID], db: Db, caller: Me) -> Answer:
        """The professional has seen it (care.md 9)."""
        return await _change(db, caller, appointment_id, "seen", rules.seen, {Party.EXPERT})

    @post("/arrive", guards=[only(*DESK, Role.PERSON)], status_code=200)
    async def arrive(self, appointment_id: FromPath[UUID], db: Db, caller: Me) -> Answer:
        """The person is in the waiting room."""
        return await _change(db, caller, appointment_id, "arrived", rules.arrive, {Party.PERSON, Party.STAFF})

    @post("/start", guards=[only(*DESK, Role.EXPERT)], status_code=200)
    async def start(self, appointment_id: FromPath[UUID], db: Db, caller: Me) -> Answer:
        """The professional has opened the door."""
        return await _change(db, caller, appointment_id, "started", rules.start, {Party.EXPERT, Party.STAFF})

    @post("/fulfil", guards=[only(*DESK, Role.EXPERT)], status_code=200)
    async def fulfil(self, appointment_id: FromPath[UUID], db: Db, caller: Me) -> Answer:
        """It took place."""
        return await _change(db, caller, appointment_id, "fulfilled", rules.fulfil, {Party.EXPERT, Party.STAFF})

    @post("/no-show", guards=[only(*DESK, Role.EXPERT)], status_code=200)
    async def no_show(self, appointment_id: FromPath[UUID], db: Db, caller: Me) -> Answer:
        """Nobody came."""
        return await _change(db, caller, appointment_id, "noshow", rules.no_show, {Party.EXPERT, Party.STAFF})

    @post("/seat", guards=[only(Role.EXPERT, Role.PERSON)], status_code=200)
    async def seat(self, appointment_id: FromPath[UUID], db: Db, caller: Me, permits: HousePermits) -> shapes.Seat:
        """A permit for this caller's seat in the room; none for a cancelled appointment."""
        moment = now()
        one = await appointments.find(db, appointment_id)
        who = party(caller, one)
        if who is Party.STAFF or (who is Party.EXPERT and caller.subject != one.expert_id):
            raise NotYourPart
        if one.status in rules.CANCELLED or moment >= one.room.end:
            raise refusals.NotInThisState
        if moment < one.room.start:
            raise refusals.TooEarly(opens_at=one.room.start)
        name = "person" if who is Party.PERSON else "professional"
        permit = SeatPermit(
            appointment_id=one.id,
            seat=name,
            holder=caller.subject,
            opens_at=one.room.start,
            closes_at=one.room.end,
        )
        if one.case_id is not None:
            await audit.note(db, caller, "seat", "case", one.case_id)
        kinds = await types.every(db)
        return shapes.Seat(permits.sign(permit), name, shown(one, kinds[one.type_id], caller, moment))


async def _change(
    db: AsyncConnection,
    caller: Caller,
    appointment_id: UUID,
    what: str,
    decide: Callable[[Appointment, datetime], Appointment],
    parties: set[Party],
) -> Answer:
    """Load, decide, save, tell, answer; what is already so stays so, and nothing is told twice."""
    moment = now()
    before = await appointments.find(db, appointment_id, to_change=True)
    if party(caller, before) not in parties:
        raise NotYourPart
    after = decide(before, moment)
    if after is before:
        return await _answer(db, caller, after, moment)
    await appointments.save(db, before, after, what=what, caller=caller, now=moment)
    await outbox.tell(db, *telling.changed(after, what))
    if what == "arrived" and await appointments.said_missed(db, after.id):
        await outbox.tell(db, *telling.kept(after))  # late, and there: nobody need look for them
    await outbox.nudge(db, f"agenda:{after.expert_id}", f"appointment:{after.id}")
    return await _answer(db, caller, after, moment)


async def _told(db: AsyncConnection, caller: Caller, after: Appointment, events: list[Any], moment: datetime) -> Answer:
    if after.case_id is not None:
        last = await appointments.last_end(db, after.case_id)
        if last is not None:
            events.append(telling.last_appointment(after.case_id, last, moment))
        await audit.note(db, caller, "write", "case", after.case_id)
    else:
        events.extend(await group_changed(db, after))
    await outbox.tell(db, *events)
    await outbox.nudge(db, f"agenda:{after.expert_id}", f"appointment:{after.id}")
    return await _answer(db, caller, after, moment)


async def _answer(db: AsyncConnection, caller: Caller, one: Appointment, moment: datetime) -> Answer:
    kinds = await types.every(db)
    return Response(shown(one, kinds[one.type_id], caller, moment), headers=etag(one))
