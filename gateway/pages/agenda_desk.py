"""Around the agenda: lateness in one tap, several agendas side by side, the day on paper, and a search in one's own."""

import asyncio
import re
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler

from contracts.booking import Agenda
from gateway import french
from gateway.chosen import UnclearChoice
from gateway.page import NamedPage, Page
from gateway.pages.agenda_names import names_of
from gateway.pages.agenda_view import Day, Visit, days_of, title_of, window
from gateway.pages.agenda_visit import LATE
from gateway.pages.agenda_visits import own_appointment, tried_on_card
from gateway.pages.agenda_whose import OWNERS_ONLY, Answer, UnclearTime, day_typed, done, undo, whose
from kit.http import PeerAway, PeerProblem

SIDE_BY_SIDE = 8
LONGEST_SEARCH = 40
A_DAY = re.compile(r"([0-9]{1,2})[/.]([0-9]{1,2})(?:[/.]([0-9]{2,4}))?")


@dataclass(frozen=True)
class Column:
    """One agenda of the team's day."""

    id: UUID
    name: str
    own: bool
    zone: str
    day: Day | None  # None: booking does not answer for this one


@post("/agenda/rendez-vous/{appointment_id:uuid}/retard", opt=OWNERS_ONLY)
async def late(appointment_id: FromPath[UUID], page: NamedPage) -> Answer:
    """« J'ai du retard »: whoever waits is told a few minutes; said again it changes, 0 takes it back."""
    who = whose(page)

    async def act() -> Answer:
        before = await own_appointment(page, who, appointment_id)
        minutes = _minutes(page.field("minutes"))
        await page.house.giving.late(appointment_id, minutes, key=page.key(f"late:{minutes}"))
        fields = {"minutes": str(before.late_minutes)}
        back = undo(f"/agenda/rendez-vous/{appointment_id}/retard", who, fields) if minutes else None
        return done(page, who, "retard" if minutes else "a-lheure", back=back)

    return await tried_on_card(page, who, appointment_id, "", act())


@get("/agenda/equipe", opt=OWNERS_ONLY)
async def team(page: NamedPage, jour: FromQuery[str] = "") -> Response[str]:
    """One day of every agenda that the caller may see, side by side; each hour is that of its own agenda."""
    who = whose(page)
    shown = _day(jour, french.local(page.now).date())
    ids = [who.expert, *who.others][:SIDE_BY_SIDE]
    names, agendas = await asyncio.gather(
        names_of(page, ids), asyncio.gather(*(_agenda(page, one, shown) for one in ids))
    )
    columns = [_column(page, one, names[one], found, shown) for one, found in zip(ids, agendas, strict=True)]
    return await page.render(
        "agenda/equipe.html",
        who=who,
        columns=sorted(columns, key=lambda one: (not one.own, one.name)),
        day=shown,
        today=french.local(page.now).date(),
        title=title_of(shown, shown),
        before=shown - timedelta(days=1),
        after=shown + timedelta(days=1),
        back="/agenda",
    )


@get("/agenda/feuille", opt=OWNERS_ONLY)
async def sheet(page: NamedPage, jour: FromQuery[str] = "") -> Response[str]:
    """The day on one page of paper: hours, nicknames, how, and room to write; never a motive."""
    who = whose(page)
    shown = _day(jour, french.local(page.now).date())
    found = await page.house.booking.agenda(who.expert, *window(shown, shown))
    names = await names_of(page, [who.expert])
    (day,) = days_of(found, shown, shown, page.now, own=who.own)
    return await page.render(
        "agenda/feuille.html",
        who=who,
        name=names[who.expert],
        day=day,
        zone=found.time_zone,
        title=title_of(shown, shown),
        shown=shown,
        visits=[thing for kind, thing in day.lines if kind == "visit"],
    )


@get("/agenda/chercher", opt=OWNERS_ONLY)
async def search(page: NamedPage, q: FromQuery[str] = "") -> Response[str]:
    """One's appointments by nickname or by day, past and to come."""
    who = whose(page)
    asked = q.strip()[:LONGEST_SEARCH]
    found = await page.house.giving.find(who.expert, asked, _on(asked, page.now.date())) if asked else []
    visits = [Visit(one, one.expert_zone, page.now, who.own) for one in found]
    coming = [one for one in visits if one.ends_at > page.now]
    over = [one for one in visits if one.ends_at <= page.now]
    return await page.render("agenda/chercher.html", who=who, q=asked, coming=coming, over=over, back="/agenda")


def _on(asked: str, today: date) -> date | None:
    """The day that was asked for, as 23/11 or 23/11/2026; None when it is no day."""
    found = A_DAY.fullmatch(asked)
    if found is None:
        return None
    year = int(found[3] or today.year)
    try:
        return date(year if year > 99 else 2000 + year, int(found[2]), int(found[1]))
    except ValueError:
        return None


def _minutes(typed: str) -> int:
    if typed not in {"0", *map(str, LATE)}:
        raise UnclearChoice(fields={"minutes": "5, 10, 15 or 0"})
    return int(typed)


def _day(text: str, today: date) -> date:
    try:
        return day_typed(text) if text else today
    except UnclearTime:
        return today


async def _agenda(page: Page, expert: UUID, day: date) -> Agenda | None:
    try:
        return await page.house.booking.agenda(expert, *window(day, day))
    except (PeerAway, PeerProblem):
        return None


def _column(page: Page, one: UUID, name: str, found: Agenda | None, shown: date) -> Column:
    own = page.session is not None and one == page.subject
    if found is None:
        return Column(one, name, own, "Europe/Paris", None)
    (day,) = days_of(found, shown, shown, page.now, own=own)
    return Column(one, name, own, found.time_zone, day)


HANDLERS: list[ControllerRouterHandler] = [late, team, sheet, search]
