"""The professional's week: openings, appointments, absences; a list for everyone, a grid where scripts run."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from litestar import Response, get
from litestar.params import FromQuery
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from contracts.orientations import MyOffer
from gateway import french
from gateway.guards import UNTOUCHED
from gateway.page import NamedPage, Page
from gateway.pages import (
    agenda_absences,
    agenda_away,
    agenda_calendars,
    agenda_clashes,
    agenda_desk,
    agenda_giving,
    agenda_holidays,
    agenda_openings,
    agenda_requests,
    agenda_undo,
    agenda_visits,
)
from gateway.pages.agenda_names import names_of
from gateway.pages.agenda_view import (
    clashing,
    days_of,
    kinds_of,
    monday,
    next_of,
    on_the_grid,
    title_of,
    visits_of,
    window,
)
from gateway.pages.agenda_whose import OWNERS_ONLY, SAID, NoAgenda, UnclearTime, Whose, day_typed, whose
from kit.http import PeerAway, PeerProblem

DESK = (*agenda_desk.HANDLERS, *agenda_giving.HANDLERS)
VIEWS = ("semaine", "jour", "liste")
AHEAD = timedelta(days=45)
BEHIND = timedelta(hours=3)
MOST_OFFERS = 3
MOST_CLASHES = 5
LONGEST = 40  # days of one question of the grid


@get("/agenda", opt=OWNERS_ONLY)
async def agenda(
    page: NamedPage,
    jour: FromQuery[str] = "",
    vue: FromQuery[str] = "",
    fait: FromQuery[str] = "",
    rdv: FromQuery[UUID | None] = None,
) -> Response[str]:
    """The week of `jour` as a list (a day when `vue=jour`); scripts draw the grid over it."""
    try:
        who = whose(page)
    except NoAgenda:
        return await page.render("agenda/aucun.html", status=404, who=None)
    booking = page.house.booking
    try:
        near = await booking.agenda(who.expert, page.now - BEHIND, page.now + AHEAD)
    except PeerProblem as error:
        if error.problem.code != "unknown-expert":
            raise
        return await page.render("agenda/aucun.html", who=who)
    zone = near.time_zone
    today = french.local(page.now, zone).date()
    shown = _day(jour, today)
    view = vue if vue in VIEWS else ""
    first, last = (shown, shown) if view == "jour" else (monday(shown), monday(shown) + timedelta(days=6))
    week = near if _within(first, last, page.now) else await booking.agenda(who.expert, *window(first, last))
    coming, offers = visits_of(near, page.now, own=who.own), await _offers(page, who)
    step = timedelta(days=1 if view == "jour" else 7)
    return await page.render(
        "agenda/agenda.html",
        block="vivant",
        who=who,
        names=await _names(page, who),
        zone=zone,
        elsewhere=zone != "Europe/Paris",
        view=view,
        day=shown,
        today=today,
        title=title_of(first, last),
        before=shown - step,
        after=shown + step,
        days=days_of(week, first, last, page.now, own=who.own),
        types={kind.id: kind for kind in near.types},
        kinds=kinds_of(week),
        next=next_of(coming),
        to_see=[one for one in coming if one.to_see],
        clashes=clashing(near, coming)[:MOST_CLASHES],
        empty=not near.openings and not week.openings,
        said=SAID.get(fait),
        undoable=rdv if fait in SAID else None,
        offers=agenda_requests.waiting(offers)[:MOST_OFFERS],
        to_book=[one for one in offers if one.may_book][:MOST_OFFERS],
    )


@get("/agenda/donnees", opt=OWNERS_ONLY)
async def grid(page: NamedPage, du: FromQuery[str], au: FromQuery[str]) -> Response[Any]:
    """What the grid shows from the day `du` to before the day `au`, in the expert's own hours."""
    who = whose(page)
    first, last = day_typed(du), day_typed(au)
    if not timedelta(0) <= last - first <= timedelta(days=LONGEST):
        raise UnclearTime(fields={"au": "after `du`, and not too long after"})
    found = await page.house.booking.agenda(who.expert, *window(first, last))
    return Response(
        {
            "zone": found.time_zone,
            "version": found.version,
            "now": f"{french.local(page.now, found.time_zone):%Y-%m-%dT%H:%M}",
            "events": list(on_the_grid(found, page.now, who.query, own=who.own)),
        },
        media_type="application/json",
    )


@get("/agenda/flux", opt={**OWNERS_ONLY, **UNTOUCHED})
async def stream(page: NamedPage) -> Stream:
    """Server-sent events: `agenda` when it moved, `battement` as a sign of life, `fin` when the session ended."""
    who = whose(page)
    return Stream(
        _told(page, who.expert),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


async def _told(page: Page, expert: UUID) -> AsyncIterator[bytes]:
    """With Redis away nothing is heard: then every beat says to look again."""
    session = str(page.session.id) if page.session else ""

    def over(name: str) -> bool:
        return name.startswith("session:") and bool(session) and session in name

    feed = page.gateway.live.listen(lambda name: name == f"agenda:{expert}" or over(name))
    upcoming: asyncio.Future[str | None] = asyncio.ensure_future(anext(feed))
    try:
        yield b"retry: 1500\nevent: battement\ndata: 1\n\n"
        while True:
            name = await upcoming
            upcoming = asyncio.ensure_future(anext(feed))
            if name is not None and over(name):
                yield b"event: fin\ndata: 1\n\n"
                return
            moved = name is not None or not page.gateway.door.watched
            yield b"event: %s\ndata: 1\n\n" % (b"agenda" if moved else b"battement")
    finally:
        upcoming.cancel()
        await asyncio.gather(upcoming, return_exceptions=True)
        await feed.aclose()  # type: ignore[attr-defined]


def _day(text: str, today: date) -> date:
    try:
        return day_typed(text) if text else today
    except UnclearTime:
        return today


def _within(first: date, last: date, now: datetime) -> bool:
    start, end = window(first, last)
    return now - BEHIND <= start and end <= now + AHEAD


async def _offers(page: Page, who: Whose) -> list[MyOffer]:
    """What the professional was asked for; the agenda stands without it."""
    if not who.own:
        return []
    try:
        return await page.house.orientations.mine()
    except (PeerAway, PeerProblem):
        return []


async def _names(page: Page, who: Whose) -> list[dict[str, Any]]:
    """Those that a secretary acts for, by name; without the directory, by their place in the list."""
    if who.own and not who.others:
        return []
    ids = [who.expert, *who.others]
    names = await names_of(page, ids)
    return [{"id": one, "name": names[one], "shown": one == who.expert} for one in sorted(ids)]


HANDLERS: list[ControllerRouterHandler] = [
    agenda,
    grid,
    stream,
    *DESK,
    *agenda_openings.HANDLERS,
    *agenda_absences.HANDLERS,
    *agenda_away.HANDLERS,
    *agenda_holidays.HANDLERS,
    *agenda_calendars.HANDLERS,
    *agenda_clashes.HANDLERS,
    *agenda_visits.HANDLERS,
    *agenda_undo.HANDLERS,
    *agenda_requests.HANDLERS,
]
