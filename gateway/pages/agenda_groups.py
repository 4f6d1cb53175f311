"""A professional's groups: an hour of the agenda for many, who comes, who waits; moved and cancelled like any hour."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler

from contracts.booking import ConsultationType, Slot
from contracts.groups import Seated
from contracts.together import Group, NewGroup
from contracts.words import Modality, VisitKind
from gateway.chosen import one_of, uuids
from gateway.french import local, zone_of
from gateway.page import NamedPage, Page
from gateway.pages.agenda_visits import own_appointment
from gateway.pages.agenda_whose import (
    OWN_ONLY,
    Answer,
    NoAgenda,
    UnclearTime,
    Whose,
    day_typed,
    done,
    own_only,
    tried,
    wall,
)

KINDS = {"talk": "Groupe de parole", "supervision": "Supervision, pour l’équipe"}
TYPED = ("sorte", "titre", "heure", "places", "tarif", "montant", "venir")
WAYS = {Modality.IN_PERSON: "sur place", Modality.PHONE: "par téléphone"}
FEES = {"gratuit": "Rien à payer", "montant": "Un montant", "demander": "À demander"}
LOOK_AHEAD = timedelta(days=30)
LOOKED_AT = 100
HOURS_OFFERED = 60


@get("/agenda/groupes", opt=OWN_ONLY)
async def groups(page: NamedPage, du: FromQuery[str] = "") -> Response[str]:
    """One's own to come, with how many seats are taken; a new one at a free hour from the day `du` on."""
    return await _list(page, own_only(page), since=du)


@post("/agenda/groupes", opt=OWN_ONLY)
async def open_group(page: NamedPage) -> Answer:
    """The hour is taken in the agenda, and the seats are open."""
    who = own_only(page)

    async def act() -> Answer:
        zone = (await page.house.giving.proposals(who.expert)).time_zone
        kind, _, at = page.field("heure").partition("|")
        (type_id,) = uuids([kind])
        seats = page.field("places")
        wanted = NewGroup(
            title=page.field("titre")[:200],
            type_id=type_id,
            starts_at=_instant(at),
            seats=int(seats) if seats.isascii() and seats.isdecimal() and len(seats) < 4 else 0,
            kind=one_of(page.field("sorte", "talk"), {each: each for each in KINDS}),
            listed="oui" in page.fields("en-ligne"),
            fee_cents=_fee(page),
            access=page.field("venir")[:400],
        )
        made = await page.house.together.open_group(wanted, key=page.key("group"))
        return done(page, who, "groupe", wall(made.starts_at, zone)["day"])

    async def again(said: str, status: int) -> Answer:
        return await _list(page, who, refusal=said, status=status)

    return await tried(page, act(), again)


@get("/agenda/groupes/{group_id:uuid}", opt=OWN_ONLY)
async def one(group_id: FromPath[UUID], page: NamedPage) -> Response[str]:
    """Who has a seat and who waits, by nickname at most."""
    who = own_only(page)
    group = next((each for each in await _own(page, who) if each.id == group_id), None)
    if group is None:
        raise NoAgenda()
    appointment = await own_appointment(page, who, group_id)
    places = await page.house.together.places(group_id)
    return await page.render(
        "agenda/groupe.html",
        block="fiche",
        who=who,
        group=group,
        zone=group.time_zone,
        movable=appointment.movable,
        cancellable=appointment.cancellable,
        **_sides(places),
    )


def _sides(places: list[Seated]) -> dict[str, Any]:
    return {
        "seated": [one for one in places if one.status == "seat"],
        "waiting": [one for one in places if one.status == "waiting"],
    }


async def _own(page: Page, who: Whose) -> list[Group]:
    return [one for one in await page.house.together.groups() if one.expert_id == who.expert]


async def _list(page: Page, who: Whose, *, since: str = "", refusal: str = "", status: int = 200) -> Response[str]:
    told = await page.house.giving.proposals(who.expert)
    kinds = [one.type for one in (await page.house.openings.own_types(who.expert)).types]
    types = {one.id: one for one in kinds if one.active and one.modality in WAYS}
    hours, later = await _hours(page, who, types, told.time_zone, since)
    context: dict[str, Any] = {
        "groups": await _own(page, who),
        "types": types,
        "hours": hours,
        "later": later,
        "kinds": KINDS,
        "ways": WAYS,
        "fees": FEES,
        "zone": told.time_zone,
        "typed": {name: page.field(name)[:200] for name in TYPED},
        "online": not page.form or "oui" in page.fields("en-ligne"),
        "refusal": refusal,
    }
    return await page.render("agenda/groupes.html", block="fiche", status=status, who=who, **context)


async def _hours(
    page: Page, who: Whose, types: dict[UUID, ConsultationType], zone: str, since: str
) -> tuple[list[Slot], date | None]:
    """Free hours on the hour and the half hour, and the day from which there are more."""
    if not types:
        return [], None
    start = page.now
    if since:
        day = day_typed(since, field="du")
        start = max(start, datetime(day.year, day.month, day.day, tzinfo=zone_of(zone)).astimezone(UTC))
    asked: dict[str, Any] = {"experts": [who.expert], "modality": list(WAYS), "limit": LOOKED_AT}
    asked |= {"start": start, "end": start + LOOK_AHEAD}
    both = await asyncio.gather(*(page.house.booking.slots(visit=visit, **asked) for visit in VisitKind))
    end = min((found[-1].starts_at for found in both if len(found) == LOOKED_AT), default=None)
    slots = sorted((one for found in both for one in found), key=lambda one: (one.starts_at, one.type_id))
    slots = [one for one in slots if end is None or one.starts_at <= end]
    round_ones = [one for one in slots if one.type_id in types and local(one.starts_at, zone).minute in (0, 30)]
    shown = round_ones[:HOURS_OFFERED]
    more = end is not None or len(round_ones) > len(shown)
    last = local(shown[-1].starts_at, zone).date() + timedelta(days=1) if shown and more else None
    return shown, last


def _fee(page: Page) -> int | None:
    """In cents; None: to be asked. An amount that is none is refused by its rule, and what was typed stays."""
    how = one_of(page.field("tarif", "demander"), {each: each for each in FEES})
    if how != "montant":
        return 0 if how == "gratuit" else None
    euros, _, cents = page.field("montant").replace("€", "").strip().replace(".", ",").partition(",")
    whole = euros + (cents + "00")[:2]
    return int(whole) if whole.isascii() and whole.isdecimal() and len(whole) <= 6 and len(cents) <= 2 else -1


def _instant(given: str) -> datetime:
    try:
        found = datetime.fromisoformat(given)
    except ValueError as error:
        raise UnclearTime(fields={"heure": "an instant"}) from error
    if found.tzinfo is None:
        raise UnclearTime(fields={"heure": "an instant of some zone"})
    return found


HANDLERS: list[ControllerRouterHandler] = [groups, open_group, one]
