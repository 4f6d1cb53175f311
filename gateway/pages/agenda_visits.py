"""Appointments on the agenda: seen, moved, given up, and whether it took place; never why, never how to reach."""

from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler

from contracts.booking import Appointment, Cancel, Move
from contracts.identity import WordCheck
from gateway.chosen import one_of
from gateway.french import local, zone_of
from gateway.messages import sentence
from gateway.page import NamedPage, Page
from gateway.pages.agenda_view import Visit
from gateway.pages.agenda_whose import (
    OWNERS_ONLY,
    Answer,
    NoAgenda,
    UnclearTime,
    Whose,
    day_typed,
    done,
    hour_typed,
    instant,
    tried,
    undo,
    undo_of,
    wall,
    whose,
)
from gateway.typed import version_typed
from gateway.visits import Day, by_day
from kit.http import PeerProblem

TEMPLATE = "agenda/rendez_vous.html"
BLOCK = "fiche"
LOOK_AHEAD = timedelta(days=14)
FURTHEST = timedelta(days=60)
HOURS_OFFERED = 60
MARKS = {"venue": "fulfil", "pas-venue": "no-show"}


@dataclass(frozen=True)
class Free:
    """Free hours by day, and the days from which earlier and later ones are shown."""

    days: list[Day] = field(default_factory=list)
    before: date | None = None
    after: date | None = None


@get("/agenda/rendez-vous/{appointment_id:uuid}", opt=OWNERS_ONLY)
async def one(appointment_id: FromPath[UUID], page: NamedPage) -> Response[str]:
    """When, how, who by nickname, and what can be done about it now."""
    return await _card(page, whose(page), appointment_id, "")


@get("/agenda/rendez-vous/{appointment_id:uuid}/deplacer", opt=OWNERS_ONLY)
async def ask_move(appointment_id: FromPath[UUID], page: NamedPage, du: FromQuery[str] = "") -> Response[str]:
    """The professional's free hours for the same kind of appointment, about its own day, or from the day `du`."""
    return await _card(page, whose(page), appointment_id, "deplacer", since=du)


@get("/agenda/rendez-vous/{appointment_id:uuid}/annuler", opt=OWNERS_ONLY)
async def ask_cancel(appointment_id: FromPath[UUID], page: NamedPage) -> Response[str]:
    """One question, no reason asked."""
    return await _card(page, whose(page), appointment_id, "annuler")


@post("/agenda/vus", opt=OWNERS_ONLY)
async def seen(page: NamedPage) -> Answer:
    """One tap: seen, this one or all that the bar names."""
    who = whose(page)
    ids = _ids(page.fields("rdv"))

    async def act() -> Answer:
        for appointment_id in ids:
            await page.house.booking.mark(appointment_id, "seen", key=page.key(f"seen:{appointment_id}"))
        return done(page, who, "vu" if len(ids) == 1 else "vus")

    return await tried_on_card(page, who, ids[0], "", act())


@post("/agenda/rendez-vous/{appointment_id:uuid}/deplacer", opt=OWNERS_ONLY)
async def move(appointment_id: FromPath[UUID], page: NamedPage) -> Answer:
    """Move in place: the hour stands until the other one is theirs."""
    who = whose(page)

    async def act() -> Answer:
        before = await own_appointment(page, who, appointment_id)
        starts_at = _wanted(page, before.expert_zone)
        version = version_typed(page.field("version"))
        wanted = Move(starts_at, heard=page.field("heard") or None)
        after = await page.house.booking.move(appointment_id, wanted, key=page.key("move"), version=version)
        word = "remis" if page.field("remis") else "deplace"
        fields = {"starts_at": before.starts_at.isoformat(), "version": str(after.version), "remis": "oui"}
        back = undo(f"/agenda/rendez-vous/{appointment_id}/deplacer", who, fields)
        day = wall(after.starts_at, after.expert_zone)["day"]
        return done(page, who, word, day, None if word == "remis" else back, of=appointment_id)

    return await tried_on_card(page, who, appointment_id, "deplacer", act())


@post("/agenda/rendez-vous/{appointment_id:uuid}/annuler", opt=OWNERS_ONLY)
async def cancel(appointment_id: FromPath[UUID], page: NamedPage) -> Answer:
    """The professional cannot hold it: the desk is told and takes care of the person."""
    who = whose(page)

    async def act() -> Answer:
        before = await own_appointment(page, who, appointment_id)
        version = version_typed(page.field("version"))
        gone = Cancel(heard=page.field("heard") or None)
        await page.house.booking.cancel(appointment_id, gone, key=page.key("cancel"), version=version)
        word, day = "annule-pour-elle" if gone.heard else "annule", wall(before.starts_at, before.expert_zone)["day"]
        return done(page, who, word, day, undo_of(appointment_id, who), of=appointment_id)

    return await tried_on_card(page, who, appointment_id, "annuler", act())


@post("/agenda/rendez-vous/{appointment_id:uuid}/rendre", opt=OWNERS_ONLY)
async def hand_back(appointment_id: FromPath[UUID], page: NamedPage) -> Answer:
    """« Je ne peux pas assurer »: theirs until another hour is found; « finalement, je peux » takes it back."""
    who = whose(page)
    able = page.field("finalement") == "oui"

    async def act() -> Answer:
        before = await own_appointment(page, who, appointment_id)
        booking, day = page.house.booking, wall(before.starts_at, before.expert_zone)["day"]
        if able:
            kept = await booking.take_back(who.expert, [appointment_id], key=page.key("keep"))
            return done(page, who, "assure" if kept else "deja-replace", day)
        await booking.hand_back(who.expert, [appointment_id], key=page.key("back"))
        back = undo(f"/agenda/rendez-vous/{appointment_id}/rendre", who, {"finalement": "oui"})
        return done(page, who, "rendu", day, back)

    return await tried_on_card(page, who, appointment_id, "", act())


@get("/agenda/rendez-vous/{appointment_id:uuid}/appel", opt=OWNERS_ONLY)
async def ask_word(appointment_id: FromPath[UUID], page: NamedPage) -> Response[str]:
    """Somebody calls to move or cancel: the first word of their code is asked, nothing of it is shown."""
    return await _card(page, whose(page), appointment_id, "appel")


@post("/agenda/rendez-vous/{appointment_id:uuid}/appel", opt=OWNERS_ONLY)
async def hear_word(appointment_id: FromPath[UUID], page: NamedPage) -> Response[str]:
    """The word is right: other hours and « annuler », in the person's name, for ten minutes."""
    who = whose(page)
    await own_appointment(page, who, appointment_id)
    try:
        sealed = await page.house.giving.caller(appointment_id)
        heard = await page.house.identity.hear_word(WordCheck(sealed, page.field("mot")[:80]))
    except PeerProblem as error:
        if error.problem.status == 401:
            raise
        said = sentence(error.problem.code, error.problem.status)
        return await _card(page, who, appointment_id, "appel", refusal=said, status=error.problem.status)
    return await _card(page, who, appointment_id, "entendu", heard=heard)


@post("/agenda/rendez-vous/{appointment_id:uuid}/issue", opt=OWNERS_ONLY)
async def say_who_came(appointment_id: FromPath[UUID], page: NamedPage) -> Answer:
    """It took place, or nobody came: all that anyone else learns (care.md 19)."""
    who = whose(page)
    word = page.field("issue")

    async def act() -> Answer:
        after = await page.house.booking.mark(appointment_id, one_of(word, MARKS), key=page.key(word))
        back = undo_of(appointment_id, who) if word == "pas-venue" else None
        return done(page, who, word, wall(after.starts_at, after.expert_zone)["day"], back, of=appointment_id)

    return await tried_on_card(page, who, appointment_id, "", act())


async def tried_on_card(
    page: Page, who: Whose, appointment_id: UUID, gesture: str, act: Coroutine[Any, Any, Answer]
) -> Answer:
    """The answer of `act`, or the appointment's card with what stood in the way."""

    async def again(said: str, status: int) -> Answer:
        return await _card(page, who, appointment_id, gesture, refusal=said, status=status)

    return await tried(page, act, again)


def _ids(given: list[str]) -> list[UUID]:
    try:
        found = [UUID(each) for each in given[:50]]
    except ValueError as error:
        raise NoAgenda() from error
    if not found:
        raise NoAgenda()
    return found


def _wanted(page: Page, zone: str) -> datetime:
    """A slot's own instant, or the wall-clock hour where it was dropped on the grid."""
    if page.field("starts_at"):
        try:
            return datetime.fromisoformat(page.field("starts_at"))
        except ValueError as error:
            raise UnclearTime(fields={"starts_at": "an instant"}) from error
    return instant(day_typed(page.field("jour")), hour_typed(page.field("debut"), field="debut"), zone)


async def own_appointment(page: Page, who: Whose, appointment_id: UUID) -> Appointment:
    """An appointment of this very agenda; `no-agenda` for any other."""
    found = await page.house.booking.appointment(appointment_id)
    if found.expert_id != who.expert:
        raise NoAgenda()
    return found


async def _card(
    page: Page,
    who: Whose,
    appointment_id: UUID,
    gesture: str,
    *,
    since: str = "",
    refusal: str = "",
    status: int = 200,
    heard: str = "",
) -> Response[str]:
    appointment = await own_appointment(page, who, appointment_id)
    zone = appointment.expert_zone
    free = Free()
    if gesture in ("deplacer", "entendu") and appointment.movable:
        free = await _free(page, appointment, since)
    return await page.render(
        TEMPLATE,
        block=BLOCK,
        status=status,
        who=who,
        visit=Visit(appointment, zone, page.now, who.own),
        version=appointment.version,
        zone=zone,
        gesture=gesture,
        free=free,
        refusal=refusal,
        heard=heard,
    )


async def _free(page: Page, appointment: Appointment, since: str) -> Free:
    """Hours from the day before the appointment, or from the day asked for; a day is shown whole or not at all."""
    zone = appointment.expert_zone
    today = local(page.now, zone).date()
    first = day_typed(since, field="du") if since else local(appointment.starts_at, zone).date() - timedelta(days=1)
    first = max(first, today)
    start = max(datetime(first.year, first.month, first.day, tzinfo=zone_of(zone)).astimezone(UTC), page.now)
    slots = await page.house.booking.slots(
        experts=[appointment.expert_id],
        modality=[appointment.modality],
        visit=appointment.visit,
        start=start,
        end=start + LOOK_AHEAD,
        limit=HOURS_OFFERED,
    )
    days = by_day([slot for slot in slots if slot.type_id == appointment.type_id], zone, but=appointment.starts_at)
    after = first + LOOK_AHEAD if first + LOOK_AHEAD <= today + FURTHEST else None
    if len(slots) == HOURS_OFFERED and len(days) > 1:
        after = local(days.pop().at, zone).date()
    return Free(days=days, before=max(today, first - LOOK_AHEAD) if first > today else None, after=after)


HANDLERS: list[ControllerRouterHandler] = [
    *(one, ask_move, ask_cancel, ask_word),
    *(seen, move, cancel, hand_back, hear_word, say_who_came),
]
