"""Absences on the agenda: whom they touch is shown before anything is kept; nobody is cancelled by one."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler

from contracts.booking import Absence, Agenda, NewAbsence
from gateway import french
from gateway.french import local
from gateway.page import NamedPage, Page
from gateway.pages.agenda_view import SOURCES, Visit, touched_by, visits_of, window
from gateway.pages.agenda_whose import (
    OWNERS_ONLY,
    Answer,
    UnclearTime,
    Whose,
    day_typed,
    done,
    for_script,
    hour_typed,
    instant,
    tried,
    undo,
    wall,
    whose,
)
from kit.errors import Invalid, NotFound

TEMPLATE = "agenda/absence.html"
BLOCK = "fiche"
MIDNIGHT = time(0, 0)
AT_ONCE = timedelta(days=60)
"""How much of an agenda one question may ask."""
EVERY = "tous"
FIELDS = ("jour", "debut", "au", "fin", "repete", "jusque")
RHYTHMS = {"semaine": "FREQ=WEEKLY", "deux": "FREQ=WEEKLY;INTERVAL=2", "mois": "FREQ=MONTHLY"}


class NobodyTicked(Invalid):
    """Nobody was ticked: nothing is handed back."""


class UnknownAbsence(NotFound):
    """No such absence on that day of this agenda."""


@get("/agenda/absences/nouvelle", opt=OWNERS_ONLY)
async def new(
    page: NamedPage, jour: FromQuery[str] = "", debut: FromQuery[str] = "", fin: FromQuery[str] = ""
) -> Response[str]:
    """The form of a new absence: days, and hours when it is not whole days."""
    return await _form(
        page, whose(page), {"jour": jour, "debut": debut, "fin": fin, "au": "", "repete": "", "jusque": ""}
    )


@post("/agenda/absences", opt=OWNERS_ONLY)
async def add(page: NamedPage) -> Answer:
    """Say who is touched and ask once; without anyone, or once confirmed, it is kept."""
    who = whose(page)

    async def again(said: str, status: int) -> Answer:
        return await _form(page, who, _typed(page), refusal=said, status=status)

    return await tried(page, _add(page, who), again)


async def _add(page: Page, who: Whose) -> Answer:
    zone = (await page.house.booking.agenda(who.expert, page.now, page.now + timedelta(days=1))).time_zone
    starts_at, ends_at = _span(page, zone)
    wanted = NewAbsence(starts_at, ends_at, _rrule(page))
    told = await page.house.booking.preview_absence(who.expert, wanted)
    touched = [Visit(one, zone, page.now, who.own) for one in told.appointments]
    if touched and page.field("confirme") != "oui":
        if for_script(page):
            return Response(
                {"ask": await _preview(page, who, zone, touched)}, status_code=200, media_type="application/json"
            )
        return await _form(page, who, _typed(page), touched=touched)
    made = await page.house.booking.add_absence(who.expert, wanted, key=page.key("away"))
    day = wall(starts_at, zone)["day"]
    back = [one.id for one in touched if str(one.id) in _ticked(page)]
    if back:
        await page.house.booking.hand_back(who.expert, back, key=page.key("back"))
        return done(page, who, "absence-rendus", day)
    fields = {"du": day, "portee": "all" if made.recurring else "one"}
    return done(page, who, "absence", day, undo(f"/agenda/absences/{made.id}/retirer", who, fields))


@post("/agenda/absences/rendre", opt=OWNERS_ONLY)
async def hand_back(page: NamedPage) -> Answer:
    """« Je ne peux pas assurer »: the ticked ones are placed again at the pace of their level."""
    who = whose(page)

    async def act() -> Answer:
        ids = [UUID(one) for one in _ticked(page) if _is_id(one)]
        if not ids:
            raise NobodyTicked()
        await page.house.booking.hand_back(who.expert, ids, key=page.key("back"))
        return done(page, who, "rendus", page.field("du"))

    async def again(said: str, status: int) -> Answer:
        return await _card(page, who, _number(page.field("absence")), page.field("du"), refusal=said, status=status)

    return await tried(page, act(), again)


@get("/agenda/absences/{absence_id:int}", opt=OWNERS_ONLY)
async def one(absence_id: FromPath[int], page: NamedPage, jour: FromQuery[str] = "") -> Response[str]:
    """One absence: its hours, whom it touches, and how to change or end it."""
    return await _card(page, whose(page), absence_id, jour)


@post("/agenda/absences/{absence_id:int}", opt=OWNERS_ONLY)
async def change(absence_id: FromPath[int], page: NamedPage) -> Answer:
    """Other days or hours."""
    who = whose(page)

    async def again(said: str, status: int) -> Answer:
        return await _card(page, who, absence_id, page.field("du"), refusal=said, status=status)

    return await tried(page, _change(page, who, absence_id), again)


async def _change(page: Page, who: Whose, absence_id: int) -> Answer:
    found, before = await _found(page, who, absence_id, page.field("du"))
    starts_at, ends_at = _span(page, found.time_zone)
    scope = _scope(page)
    await page.house.booking.change_absence(who.expert, absence_id, NewAbsence(starts_at, ends_at), scope)
    day = wall(starts_at, found.time_zone)["day"]
    word = "remis" if page.field("remis") else "absence-changee"
    fields = {**_fields(before, found.time_zone), "du": day, "remis": "oui"}
    back = None if word == "remis" or before.recurring else undo(f"/agenda/absences/{absence_id}", who, fields)
    return done(page, who, word, day, back)


@post("/agenda/absences/{absence_id:int}/retirer", opt=OWNERS_ONLY)
async def remove(absence_id: FromPath[int], page: NamedPage) -> Answer:
    """The absence is over, or was none: its openings are offered again."""
    who = whose(page)

    async def again(said: str, status: int) -> Answer:
        return await _card(page, who, absence_id, page.field("du"), refusal=said, status=status)

    return await tried(page, _remove(page, who, absence_id), again)


async def _remove(page: Page, who: Whose, absence_id: int) -> Answer:
    found, before = await _found(page, who, absence_id, page.field("du"))
    scope = _scope(page)
    await page.house.booking.remove_absence(who.expert, absence_id, scope)
    back = undo("/agenda/absences", who, {**_fields(before, found.time_zone), "confirme": "oui"})
    return done(page, who, "retour", page.field("du"), None if scope == "all" else back)


def _rrule(page: Page) -> str:
    """How it comes again, in the words of RFC 5545; nothing when it does not."""
    rhythm = RHYTHMS.get(page.field("repete"), "")
    if rhythm == RHYTHMS["mois"]:
        rhythm += f";BYMONTHDAY={day_typed(page.field('jour')).day}"
    if rhythm and page.field("jusque"):
        rhythm += f";UNTIL={day_typed(page.field('jusque'), field='jusque'):%Y%m%d}"
    return rhythm


def _scope(page: Page) -> str:
    return "all" if page.field("portee") == "all" else "one"


def _ticked(page: Page) -> list[str]:
    """Those that are ticked, or all that the list named."""
    ticked = page.fields("rdv")
    return page.fields("tout") if EVERY in ticked else ticked


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def _typed(page: Page) -> dict[str, str]:
    return {name: page.field(name) for name in FIELDS}


def _span(page: Page, zone: str) -> tuple[datetime, datetime]:
    """From a day to a day, whole ones where no hour is typed."""
    first = day_typed(page.field("jour"))
    last = day_typed(page.field("au"), field="au") if page.field("au") else first
    starts = hour_typed(page.field("debut"), field="debut") if page.field("debut") else MIDNIGHT
    ends = hour_typed(page.field("fin"), field="fin") if page.field("fin") else MIDNIGHT
    if ends == MIDNIGHT:
        last += timedelta(days=1)
    starts_at, ends_at = instant(first, starts, zone), instant(last, ends, zone)
    if not timedelta(0) < ends_at - starts_at <= timedelta(days=400):
        raise UnclearTime(fields={"au": "after the beginning"})
    return starts_at, ends_at


def _fields(absence: Absence, zone: str) -> dict[str, str]:
    """The form's fields that say this absence; midnights are whole days."""
    start, end = local(absence.starts_at, zone), local(absence.ends_at, zone)
    last: date = end.date() - timedelta(days=1) if end.time() == MIDNIGHT else end.date()
    return {
        "jour": start.date().isoformat(),
        "debut": "" if start.time() == MIDNIGHT else f"{start:%H:%M}",
        "au": last.isoformat(),
        "fin": "" if end.time() == MIDNIGHT else f"{end:%H:%M}",
    }


async def _touched(page: Page, who: Whose, starts_at: datetime, ends_at: datetime) -> list[Visit]:
    """Live appointments in it, still to come; nothing is booked further away than one question reaches."""
    since = max(starts_at, page.now)
    until = min(ends_at, since + AT_ONCE)
    if until <= since:
        return []
    found = await page.house.booking.agenda(who.expert, since, until)
    return touched_by(visits_of(found, page.now, own=who.own), since, until)


async def _found(page: Page, who: Whose, absence_id: int, day: str) -> tuple[Agenda, Absence]:
    found = await page.house.booking.agenda(who.expert, *window(day_typed(day), day_typed(day)))
    for absence in found.absences:
        if absence.id == absence_id:
            return found, absence
    raise UnknownAbsence()


async def _card(
    page: Page, who: Whose, absence_id: int, day: str, *, refusal: str = "", status: int = 200
) -> Response[str]:
    found, absence = await _found(page, who, absence_id, day)
    return await page.render(
        TEMPLATE,
        block=BLOCK,
        status=status,
        who=who,
        absence=absence,
        name=SOURCES[absence.source],
        zone=found.time_zone,
        typed=_fields(absence, found.time_zone),
        touched=await _touched(page, who, absence.starts_at, absence.ends_at),
        refusal=refusal,
    )


async def _form(
    page: Page,
    who: Whose,
    typed: dict[str, str],
    *,
    touched: list[Visit] | None = None,
    refusal: str = "",
    status: int = 200,
) -> Response[str]:
    found = await page.house.booking.agenda(who.expert, page.now, page.now + timedelta(days=1))
    today = french.local(page.now, found.time_zone).date().isoformat()
    return await page.render(
        TEMPLATE,
        block=BLOCK,
        status=status,
        who=who,
        absence=None,
        zone=found.time_zone,
        typed={**typed, "jour": typed["jour"] or today},
        touched=touched or [],
        refusal=refusal,
    )


async def _preview(page: Page, who: Whose, zone: str, touched: list[Visit]) -> str:
    """The part of the form that says who is touched and asks once, for the open dialog."""
    everything = {**await page.context(), "who": who, "zone": zone, "touched": touched, "absence": None}
    return page.gateway.templates.render(TEMPLATE, {**everything, "typed": _typed(page)}, "apercu")


HANDLERS: list[ControllerRouterHandler] = [new, add, one, change, remove, hand_back]
