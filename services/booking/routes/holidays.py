"""Public holidays of an agenda: by the expert's region, each open or closed as they choose."""

import asyncio
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from litestar import Controller, get, put
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts import calendars as shapes
from contracts.words import AppointmentStatus
from kit import outbox
from kit.auth import only
from kit.clock import now
from kit.db import Db, Me
from services.booking.domain import holidays as rules
from services.booking.domain import telling, zones
from services.booking.domain.appointments import Appointment
from services.booking.domain.experts import Expert
from services.booking.domain.holidays import Holiday
from services.booking.domain.refusals import UnclearTime
from services.booking.routes.absences import edited
from services.booking.routes.rights import OWNERS, check_agenda
from services.booking.store import agenda, appointments, experts, holidays
from services.booking.store.holidays import Choice

MOST_DAYS: Final = 60


class Holidays(Controller):
    path = "/experts/{expert_id:uuid}/holidays"

    @get(guards=[only(*OWNERS)])
    async def show(self, expert_id: FromPath[UUID], db: Db, caller: Me) -> shapes.Holidays:
        """The holidays of thirteen months, and who is booked on them."""
        check_agenda(caller, expert_id, to_change=True)
        expert = await experts.find(db, expert_id)
        return await _shown(db, expert, await holidays.chosen(db, expert_id))

    @put(guards=[only(*OWNERS)])
    async def choose(
        self, expert_id: FromPath[UUID], data: JSONBody[shapes.HolidaysWanted], db: Db, caller: Me
    ) -> shapes.Holidays:
        """Which are open; whoever is booked on a day that closes now is not left without a word."""
        check_agenda(caller, expert_id, to_change=True)
        if len(data.open_days) > MOST_DAYS:
            raise UnclearTime(fields={"open_days": f"at most {MOST_DAYS}"})
        expert, moment = await experts.find(db, expert_id), now()
        listed = await _coming(expert, moment.date())
        opened = {one.day: True for one in listed if data.closed and one.day in data.open_days}
        opened |= {one.day: False for one in listed if not data.closed and one.day not in data.open_days}
        choice = Choice(data.closed, opened)
        await agenda.lock(db, expert_id)
        for span in await holidays.choose(db, expert, choice, moment):
            booked = await appointments.of_expert(db, expert_id, max(span.start, moment), span.end)
            coming = [one for one in booked if one.status is AppointmentStatus.BOOKED and one.starts_at > moment]
            await outbox.tell(db, *(event for one in coming for event in telling.uncovered(one)))
        await edited(db, expert_id)
        return await _shown(db, expert, choice)


async def _coming(expert: Expert, today: date) -> list[Holiday]:
    """In a thread: the library takes most of a second when it is first asked."""
    last = today + rules.AHEAD
    return await asyncio.to_thread(rules.between, expert.holiday_region, first=today - timedelta(days=1), last=last)


async def _shown(db: AsyncConnection, expert: Expert, choice: Choice) -> shapes.Holidays:
    moment = now()
    listed = await _coming(expert, moment.date())
    today = zones.local_day(moment, expert.time_zone)
    listed = [one for one in listed if one.day >= today]
    last = rules.whole_day(listed[-1].day, expert.time_zone).end if listed else moment
    booked: list[Appointment] = await appointments.of_expert(db, expert.id, moment, last)
    days = [zones.local_day(one.starts_at, expert.time_zone) for one in booked if one.live]
    return shapes.Holidays(
        region=expert.holiday_region,
        region_name=rules.region_name(expert.holiday_region),
        closed=choice.closed,
        days=[
            shapes.Holiday(one.day, one.name, open=not choice.away(one.day), appointments=days.count(one.day))
            for one in listed
        ],
    )
