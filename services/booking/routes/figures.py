"""How the network's agendas fare, for the coordination: filled, missed, given back, taken again, and who is dormant."""

from datetime import timedelta
from typing import Annotated

from litestar import Controller, get
from litestar.params import QueryParameter

from contracts import giving as shapes
from contracts.words import ExpertProfession, Role
from kit.auth import only
from kit.clock import now
from kit.db import Db
from services.booking.store import figures

Days = Annotated[int, QueryParameter(name="days", ge=7, le=371)]


class FiguresOfAgendas(Controller):
    path = "/figures"

    @get(guards=[only(Role.COORDINATOR)])
    async def show(self, db: Db, days: Days = 28) -> shapes.Figures:
        """The last `days` days, by week; nothing of a person."""
        moment = now()
        since = moment - timedelta(days=days)
        opened = await figures.opened(db, since, moment)
        booked = {row.week: row for row in await figures.booked(db, since, moment)}
        gone = await figures.cancelled(db, since, moment)
        weeks = sorted({*opened, *booked})
        return shapes.Figures(
            days=days,
            opened_minutes=sum(opened.values()),
            booked_minutes=sum(int(row.minutes or 0) for row in booked.values()),
            appointments=sum(row.appointments for row in booked.values()),
            no_shows=sum(row.no_shows for row in booked.values()),
            late_cancels=gone.late,
            cancels=gone.cancels,
            retaken=gone.retaken,
            delay_hours=await figures.delay_hours(db, since, moment),
            first_free_hours=await figures.ahead_hours(db, moment),
            by_week=[
                shapes.Week(
                    since=week,
                    opened_minutes=opened.get(week, 0),
                    booked_minutes=int(booked[week].minutes or 0) if week in booked else 0,
                    appointments=booked[week].appointments if week in booked else 0,
                )
                for week in weeks
            ],
        )

    @get("/experts", guards=[only(Role.COORDINATOR)])
    async def experts(self, db: Db) -> shapes.Dormant:
        """Every active expert: when their last opening ends, and how soon they are free."""
        return shapes.Dormant(
            [
                shapes.AgendaFigures(
                    row.id, ExpertProfession(row.profession), row.last_opening, row.first_free, row.days
                )
                for row in await figures.experts(db, now())
            ]
        )
