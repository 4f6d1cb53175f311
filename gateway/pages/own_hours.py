"""Who said yes chooses the hour themself: their own free hours on one page, each a button."""

from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from contracts.booking import NewAppointment, Slot
from contracts.orientations import MyOffer
from contracts.words import Modality, Role
from gateway import orientation_words as words
from gateway.french import local, zone_of
from gateway.guards import to
from gateway.messages import sentence
from gateway.page import NamedPage, Page
from gateway.pages.agenda_whose import day_typed
from gateway.pages.calls.console import or_none
from gateway.proposals import name_of, pressable, slot_named
from kit.http import PeerProblem

EXPERT_ONLY = to(Role.EXPERT)
DAYS = timedelta(days=14)
FURTHEST = timedelta(days=60)
MOST = 100
FAR_OFF = (
    "À ce niveau, une heure aussi lointaine demande un plan d’ici là, que la ligne fait avec la personne. "
    "Choisissez plus tôt, ou laissez la ligne en convenir."
)


class Hour(msgspec.Struct, frozen=True):
    """One free hour, as its button carries it; the way of meeting is said when there are several."""

    at: datetime
    value: str
    how: Modality


@get("/demandes/{offer_id:uuid}/heure", opt=EXPERT_ONLY)
async def hours(offer_id: FromPath[UUID], page: NamedPage, du: FromQuery[str] = "") -> Response[str]:
    """The free hours of one's own agenda, in the ways the person can be met."""
    return await _shown(page, offer_id, since=du)


@post("/demandes/{offer_id:uuid}/heure", opt=EXPERT_ONLY)
async def book(offer_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """One press: under a permit that names nobody else; the desk is told to say it to the person."""
    try:
        slot = slot_named(page.field("creneau"))
    except ValueError:
        return page.redirect(f"/demandes/{offer_id}/heure")
    try:
        hour = f"{slot.starts_at:%Y%m%dT%H%M}"  # one page has many hours: each press is its own
        permit = await page.house.orientations.hour(offer_id, key=page.key(f"permit:{hour}"), starts_at=slot.starts_at)
        wanted = NewAppointment(permit.permit, page.subject, slot.type_id, slot.starts_at)
        made = await page.house.booking.book_own(wanted, key=page.key(f"book:{hour}"))
    except PeerProblem as error:
        return await _refused(page, offer_id, error)
    await or_none(page.house.booking.mark(made.id, "seen", key=page.key("seen")))  # they chose it: they have seen it
    return page.redirect("/demandes?dit=heure")


async def _shown(page: Page, offer_id: UUID, *, since: str = "", status: int = 200, refusal: str = "") -> Response[str]:
    offer = next((one for one in await page.house.orientations.mine() if one.id == offer_id), None)
    card = await or_none(page.house.referral.expert(page.subject))
    zone = card.time_zone if card else "Europe/Paris"
    today = local(page.now, zone).date()
    first = max(day_typed(since, field="du") if since else today, today)
    start = max(datetime(first.year, first.month, first.day, tzinfo=zone_of(zone)).astimezone(UTC), page.now)
    found = await _free(page, offer, start) if offer is not None and offer.may_book else []
    return await page.render(
        "demandes/heure.html",
        status=status,
        it=offer,
        zone=zone,
        days=_by_day(found, offer.modalities if offer else [], zone),
        several=len({slot.modality for slot in found}) > 1,
        before=max(today, first - DAYS) if first > today else None,
        after=first + DAYS if first + DAYS <= today + FURTHEST else None,
        refusal=refusal,
        words=words,
        back=f"/demandes/{offer_id}/heure",
    )


async def _free(page: Page, offer: MyOffer, start: datetime) -> list[Slot]:
    return await page.house.booking.slots(
        experts=[page.subject], modality=offer.modalities, start=start, end=start + DAYS, limit=MOST
    )


def _by_day(found: list[Slot], wanted: list[Modality], zone: str) -> list[list[Hour]]:
    """The hours of each day; where two ways are free at once, the one the person likes best."""
    days: list[list[Hour]] = []
    for _, slots in groupby(
        sorted(found, key=lambda one: one.starts_at), key=lambda one: local(one.starts_at, zone).date()
    ):
        best = pressable(list(slots), wanted, most=MOST)
        days.append([Hour(slot.starts_at, name_of(slot), slot.modality) for slot in best])
    return days


async def _refused(page: Page, offer_id: UUID, error: PeerProblem) -> Response[str]:
    problem = error.problem
    said = FAR_OFF if problem.code == "plan-missing" else sentence(problem.code, problem.status)
    return await _shown(page, offer_id, status=problem.status, refusal=said)


HANDLERS: list[Any] = [hours, book]
