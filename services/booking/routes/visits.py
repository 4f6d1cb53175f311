"""A search in one's own appointments: by nickname or by day, past and to come."""

from datetime import date, time, timedelta
from typing import Annotated
from uuid import UUID

from litestar import Controller, get
from litestar.params import FromPath, QueryParameter

from contracts import booking as shapes
from kit.auth import only
from kit.clock import now
from kit.db import Db, Me
from services.booking.domain import zones
from services.booking.domain.moments import local_day
from services.booking.routes.rights import OWNERS, check_agenda, shown
from services.booking.store import appointments, experts, types

MOST = 60
Part = Annotated[str, QueryParameter(name="q", max_length=80)]
On = Annotated[date | None, QueryParameter(name="on")]


class Visits(Controller):
    path = "/experts/{expert_id:uuid}/visits"

    @get(guards=[only(*OWNERS)])
    async def find(
        self, expert_id: FromPath[UUID], db: Db, caller: Me, part: Part = "", on: On = None
    ) -> shapes.Appointments:
        """Those whose nickname holds `q`, or of the day `on`; the latest first, at most sixty."""
        check_agenda(caller, expert_id, to_change=True)
        one = await experts.find(db, expert_id)
        if on is not None:
            start = zones.instant(local_day(on, "on"), time(0), one.time_zone)
            end = zones.instant(on + timedelta(days=1), time(0), one.time_zone)
            of_day = await appointments.of_expert(db, expert_id, start, end)
            found = [each for each in of_day if each.starts_at >= start]
        else:
            found = await appointments.named(db, expert_id, part.strip(), limit=MOST) if part.strip() else []
        kinds, moment = await types.every(db), now()
        return shapes.Appointments([shown(each, kinds[each.type_id], caller, moment) for each in found])
