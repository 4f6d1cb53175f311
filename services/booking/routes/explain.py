"""Why there is no slot: a day or an hour of one agenda, with the nearest that can be had instead."""

from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from litestar import Controller, get
from litestar.params import FromQuery, QueryParameter

from contracts.openings import Blocker, Explanation
from contracts.words import Role
from kit.auth import STAFF, only
from kit.clock import now
from kit.db import Db
from kit.web import NamedHouse
from services.booking.domain import explain as rules
from services.booking.domain import refusals, zones
from services.booking.domain.explain import Around, Opened
from services.booking.domain.moments import instant, local_day
from services.booking.domain.spans import Span
from services.booking.routes.nearby import nearest_slots
from services.booking.store import experts, openings, taken, types
from services.booking.store.booking import Wanted

Expert = Annotated[UUID, QueryParameter(name="expert")]
Type = Annotated[UUID, QueryParameter(name="type")]


class Explained(Controller):
    @get("/slots/explain", guards=[only(*STAFF, Role.SERVICE)])
    async def explain(
        self,
        db: Db,
        house: NamedHouse,
        expert_id: Expert,
        type_id: Type,
        at: FromQuery[datetime | None] = None,
        day: FromQuery[date | None] = None,
    ) -> Explanation:
        """What is free on a local day (or at one hour), what stands against it, and three slots nearby."""
        moment = now()
        one = await experts.find(db, expert_id)
        kind = (await types.of_expert(db, expert_id)).get(type_id)
        if kind is None:
            raise refusals.UnknownType
        hour = None if at is None else instant(at, "at")
        asked = zones.local_day(hour or moment, one.time_zone) if hour is not None or day is None else day
        noon = zones.noon(local_day(asked), one.time_zone)
        window = Span(noon - timedelta(hours=60), noon + timedelta(hours=60))
        rows = await openings.occurrences(db, expert_id, window)
        around = Around(
            expert=one,
            kind=kind,
            opened=[
                Opened(str(row.id), row.day, Span(row.during.lower, row.during.upper), type_id in row.type_ids)
                for row in rows
            ],
            blocks=await taken.blocks(db, expert_id, window),
            cancelled=await openings.cancelled_on(db, expert_id, asked),
            daily_limit=await types.daily_limit(db, expert_id),
            now=moment,
        )
        if hour is None:
            free, against = rules.explain_day(around, asked)
        else:
            against = rules.explain_at(around, hour)
            free = [] if against else [hour]
        wanted = Wanted(expert_id, type_id, max(hour or noon, moment))
        return Explanation(
            expert_id=expert_id,
            type_id=type_id,
            time_zone=one.time_zone,
            day=asked,
            at=hour,
            free=free,
            blockers=[_shown(each) for each in against],
            alternatives=[] if free else await nearest_slots(house, wanted, moment),
        )


def _shown(one: rules.Blocker) -> Blocker:
    start, end = one.span or (None, None)
    return Blocker(one.code, start, end, one.id, one.minutes, one.number)
