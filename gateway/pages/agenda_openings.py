"""Openings on the agenda: add one, once or each week; move, stretch or take away one, those that follow, or all."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler

from contracts.booking import Agenda, NewOpening, Opening, OpeningChange
from gateway import french
from gateway.page import NamedPage, Page
from gateway.pages.agenda_view import touched_by, visits_of, window
from gateway.pages.agenda_whose import (
    OWNERS_ONLY,
    Answer,
    Whose,
    day_typed,
    done,
    hour_typed,
    span_typed,
    tried,
    undo,
    wall,
    whose,
)
from kit.errors import NotFound

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
TEMPLATE = "agenda/ouverture.html"
BLOCK = "fiche"


class UnknownOpening(NotFound):
    """No such opening on that day of this agenda."""


@get("/agenda/ouvertures/nouvelle", opt=OWNERS_ONLY)
async def new(
    page: NamedPage, jour: FromQuery[str] = "", debut: FromQuery[str] = "", fin: FromQuery[str] = ""
) -> Response[str]:
    """The form of a new opening, with what was drawn on the grid already in it."""
    return await _form(page, whose(page), {"jour": jour, "debut": debut, "fin": fin})


@post("/agenda/ouvertures", opt=OWNERS_ONLY)
async def add(page: NamedPage) -> Answer:
    """Open: once, or each week on the days ticked, until a day or without end."""
    who = whose(page)
    typed = {name: page.field(name) for name in ("jour", "debut", "fin", "rythme", "jusque")}
    typed |= {"jours": page.fields("jours"), "types": page.fields("types")}  # type: ignore[dict-item]

    async def again(said: str, status: int) -> Answer:
        return await _form(page, who, typed, refusal=said, status=status)

    return await tried(page, _add(page, who), again)


async def _add(page: Page, who: Whose) -> Answer:
    day = day_typed(page.field("jour"))
    asked = NewOpening(
        first_day=day,
        starts=hour_typed(page.field("debut"), field="debut"),
        ends=hour_typed(page.field("fin"), field="fin"),
        type_ids=_types(page.fields("types")),
        rrule=_rule(page),
    )
    made = await page.house.booking.open(who.expert, asked, key=page.key("open"))
    zone = (await page.house.booking.agenda(who.expert, made.starts_at, made.ends_at)).time_zone
    fields = {"jour": wall(made.starts_at, zone)["day"], "portee": "all" if made.recurring else "one"}
    return done(page, who, "ouverte", day.isoformat(), undo(f"/agenda/ouvertures/{made.id}/retirer", who, fields))


@get("/agenda/ouvertures/{occurrence_id:int}", opt=OWNERS_ONLY)
async def one(occurrence_id: FromPath[int], page: NamedPage, jour: FromQuery[str] = "") -> Response[str]:
    """One opening: its hours, what stands in it, and how to change it."""
    return await _card(page, whose(page), occurrence_id, jour)


@post("/agenda/ouvertures/{occurrence_id:int}", opt=OWNERS_ONLY)
async def change(occurrence_id: FromPath[int], page: NamedPage) -> Answer:
    """Other hours, or another day: this time only, from this one on, or each time."""
    who = whose(page)

    async def again(said: str, status: int) -> Answer:
        return await _card(page, who, occurrence_id, page.field("du"), refusal=said, status=status)

    return await tried(page, _change(page, who, occurrence_id), again)


async def _change(page: Page, who: Whose, occurrence_id: int) -> Answer:
    found, before = await _found(page, who, occurrence_id, page.field("du"))
    zone, scope = found.time_zone, _scope(page)
    starts_at, ends_at = span_typed(page, zone)
    after = await page.house.booking.change_opening(who.expert, occurrence_id, OpeningChange(starts_at, ends_at, scope))
    fields = {**_back(before, (starts_at, ends_at), after, zone), "portee": scope, "remis": "oui"}
    back = undo(f"/agenda/ouvertures/{after.id}", who, fields)
    word = "remis" if page.field("remis") else "changee"
    return done(page, who, word, wall(starts_at, zone)["day"], None if word == "remis" else back)


@post("/agenda/ouvertures/{occurrence_id:int}/retirer", opt=OWNERS_ONLY)
async def remove(occurrence_id: FromPath[int], page: NamedPage) -> Answer:
    """Take away this time only, this one and those that follow, or all; appointments that stand in it stay."""
    who = whose(page)

    async def again(said: str, status: int) -> Answer:
        return await _card(page, who, occurrence_id, page.field("jour"), refusal=said, status=status)

    return await tried(page, _remove(page, who, occurrence_id), again)


async def _remove(page: Page, who: Whose, occurrence_id: int) -> Answer:
    found, before = await _found(page, who, occurrence_id, page.field("jour"))
    await page.house.booking.close_opening(who.expert, occurrence_id, _scope(page))
    back = None
    if _scope(page) == "one":
        starts, ends = wall(before.starts_at, found.time_zone), wall(before.ends_at, found.time_zone)
        fields: dict[str, Any] = {"jour": starts["day"], "debut": starts["hour"], "fin": ends["hour"]}
        back = undo("/agenda/ouvertures", who, {**fields, "types": [str(each) for each in before.type_ids]})
    return done(page, who, "retiree", page.field("jour"), back)


async def _found(page: Page, who: Whose, occurrence_id: int, day: str) -> tuple[Agenda, Opening]:
    start, end = window(day_typed(day), day_typed(day))
    agenda = await page.house.booking.agenda(who.expert, start, end)
    for opening in agenda.openings:
        if opening.id == occurrence_id:
            return agenda, opening
    raise UnknownOpening()


async def _card(
    page: Page, who: Whose, occurrence_id: int, day: str, *, refusal: str = "", status: int = 200
) -> Response[str]:
    agenda, opening = await _found(page, who, occurrence_id, day)
    inside = touched_by(visits_of(agenda, page.now, own=who.own), opening.starts_at, opening.ends_at)
    names = {kind.id: kind.public_name for kind in agenda.types}
    return await page.render(
        TEMPLATE,
        block=BLOCK,
        status=status,
        who=who,
        opening=opening,
        zone=agenda.time_zone,
        start=wall(opening.starts_at, agenda.time_zone),
        end=wall(opening.ends_at, agenda.time_zone),
        types=[names[each] for each in opening.type_ids if each in names],
        every_type=set(names) <= set(opening.type_ids),
        inside=inside,
        past=opening.ends_at <= page.now,
        refusal=refusal,
    )


async def _form(
    page: Page, who: Whose, typed: dict[str, Any], *, refusal: str = "", status: int = 200
) -> Response[str]:
    agenda = await page.house.booking.agenda(who.expert, page.now, page.now + timedelta(days=1))
    today = french.local(page.now, agenda.time_zone).date().isoformat()
    return await page.render(
        TEMPLATE,
        block=BLOCK,
        status=status,
        who=who,
        opening=None,
        zone=agenda.time_zone,
        typed={"jours": [], "types": [], **typed, "jour": typed.get("jour") or today},
        kinds=agenda.types,
        weekdays=[{"code": code, "name": french.DAYS[number]} for number, code in enumerate(WEEKDAYS)],
        refusal=refusal,
    )


def _types(given: list[str]) -> list[UUID]:
    try:
        return [UUID(each) for each in given]
    except ValueError:
        return []


def _rule(page: Page) -> str:
    """RFC 5545, as the form says it: no rhythm is once."""
    if page.field("rythme") != "semaine":
        return ""
    days = [code for code in WEEKDAYS if code in page.fields("jours")]
    until = page.field("jusque")
    parts = ["FREQ=WEEKLY", f"BYDAY={','.join(days)}" if days else ""]
    parts.append(f"UNTIL={day_typed(until, field='jusque'):%Y%m%d}" if until else "")
    return ";".join(part for part in parts if part)


def _scope(page: Page) -> str:
    asked = page.field("portee")
    return asked if asked in ("following", "all") else "one"


def _back(before: Opening, wanted: tuple[datetime, datetime], after: Opening, zone: str) -> dict[str, str]:
    """The fields that bring `after` back to where it was: a whole rule answers with its own first day."""
    was = [_wall(before.starts_at, zone), _wall(before.ends_at, zone)]
    shift = [old - _wall(new, zone) for old, new in zip(was, wanted, strict=True)]
    starts, ends = _wall(after.starts_at, zone) + shift[0], _wall(after.ends_at, zone) + shift[1]
    return {
        "du": wall(after.starts_at, zone)["day"],
        "jour": f"{starts:%Y-%m-%d}",
        "debut": f"{starts:%H:%M}",
        "fin": f"{ends:%H:%M}",
    }


def _wall(at: datetime, zone: str) -> datetime:
    return french.local(at, zone).replace(tzinfo=None)


HANDLERS: list[ControllerRouterHandler] = [new, add, one, change, remove]
