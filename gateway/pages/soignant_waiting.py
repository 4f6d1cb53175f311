"""Waiting for an earlier hour: join, change, leave, and say yes or no to an hour that came free, without scripts."""

import asyncio
from collections.abc import Awaitable
from datetime import date
from typing import TypeVar
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from contracts.booking import Appointment
from contracts.referral import ExpertCard
from contracts.reminders import ContactKinds
from contracts.waiting import NewWaiting, Waiting, WaitingOffer
from contracts.words import Modality
from gateway import waiting_words
from gateway.chosen import said_yes
from gateway.guards import PERSON_ONLY
from gateway.messages import sentence
from gateway.page import NamedPage, Page
from gateway.pages.soignant_door import TO_THE_DOOR, NoSuchVisit
from gateway.visits import Visit, theme_at, visit_of
from kit.http import PeerAway, PeerProblem

Found = TypeVar("Found")


class Offered(msgspec.Struct, frozen=True):
    """An hour that came free, as its person sees it."""

    id: UUID
    offer: WaitingOffer
    zone: str
    who: str
    title: str
    fee: str
    moves: bool  # takes the place of the appointment that they have


async def tolerant(asked: Awaitable[Found], otherwise: Found) -> Found:
    """What a service says; `otherwise` while it does not answer: the hour is shown all the same."""
    try:
        return await asked
    except (PeerAway, PeerProblem):
        return otherwise


async def number_given(page: Page, case_id: UUID | None) -> bool | None:
    """Whether the person left a number; None while nobody can say."""
    unknown: ContactKinds | None = None
    if case_id is None:
        return None
    kinds = await tolerant(page.house.reminders.contact_kinds(case_id), unknown)
    return None if kinds is None else kinds.phone


async def waiting_of(page: Page) -> tuple[list[Waiting], list[Offered]]:
    """What the person behind the code waits for, and the hours that are offered to them now."""
    nothing: list[Waiting] = []
    entries = await tolerant(page.house.waiting.entries(), nothing)
    ids = sorted({offer.expert_id for entry in entries for offer in entry.offers})
    nobody: dict[UUID, ExpertCard] = {}
    cards = await tolerant(page.house.practices.proposed(ids), nobody)
    return entries, [
        Offered(
            id=offer.id,
            offer=offer,
            zone=entry.person_zone,
            who=card.name if (card := cards.get(offer.expert_id)) else "Une personne du réseau",
            title=card.title if card else "",
            fee=card.fee if card else "",
            moves=entry.appointment_id is not None,
        )
        for entry in entries
        for offer in entry.offers
    ]


class Attente(Controller):
    """The waiting list of the one who waits."""

    path = "/rdv"
    opt = PERSON_ONLY
    exception_handlers = TO_THE_DOOR

    @get("/attente")
    async def ask(self, page: NamedPage, rdv: FromQuery[UUID]) -> Response[str]:
        """When it would suit; nothing chosen is any hour."""
        return await _form(page, rdv)

    @post("/attente")
    async def join(self, page: NamedPage) -> Response[str] | Redirect:
        """Wait; pressed again it is the same place in the list, with what is said now."""
        appointment_id = _id(page.field("rdv"))
        night = "nuit" in page.fields("choix")
        since, until = waiting_words.NIGHT if night else (None, None)
        try:
            wish = NewWaiting(
                appointment_id=appointment_id,
                modalities=[Modality(one) for one in page.fields("facon") if one in set(Modality)],
                same_expert="meme" in page.fields("choix"),
                windows=waiting_words.windows(page.fields("moment"), page.fields("jour")),
                from_hour=since,
                to_hour=until,
                until=date.fromisoformat(page.field("jusque")) if page.field("jusque") else None,
            )
            await page.house.waiting.join(wish, key=page.key("wait"))
        except ValueError:
            return await _form(page, appointment_id, refusal=sentence("wish-not-valid"), status=422)
        except PeerProblem as error:
            problem = error.problem
            if problem.status == 404:
                raise NoSuchVisit() from error
            refusal = sentence(problem.code, problem.status)
            return await _form(page, appointment_id, refusal=refusal, status=problem.status)
        return page.redirect(f"/rdv?rdv={appointment_id}&fait=attente")

    @post("/attente/quitter")
    async def leave(self, page: NamedPage) -> Redirect:
        """One gesture, no question; twice changes nothing."""
        try:
            await page.house.waiting.leave(_id(page.field("attente")), key=page.key("leave"))
        except PeerProblem as error:
            if error.problem.status not in (404, 409):
                raise
        return page.redirect("/rdv?fait=sans-attente")

    @post("/heure")
    async def answer(self, page: NamedPage) -> Redirect:
        """Yes or no to an hour that came free; too late, or another was faster, is said on the page."""
        offer_id = _id(page.field("heure"))
        yes = said_yes(page.field("reponse"))
        try:
            if not yes:
                await page.house.waiting.decline(offer_id, key=page.key("decline"))
                return page.redirect("/rdv?fait=non-merci")
            booked = await page.house.waiting.accept(offer_id, key=page.key("accept"))
        except PeerProblem as error:
            if error.problem.status not in (404, 409, 410):
                raise
            return page.redirect("/rdv?fait=heure-partie")
        return page.redirect(f"/rdv?rdv={booked.id}&fait=heure-prise")


async def _form(page: Page, appointment_id: UUID, *, refusal: str = "", status: int = 200) -> Response[str]:
    appointments, (entries, _) = await asyncio.gather(page.house.booking.of_case(), waiting_of(page))
    found = next((one for one in appointments if one.id == appointment_id), None)
    if found is None:
        raise NoSuchVisit()
    visit = await _visit(page, found)
    entry = next((one for one in entries if one.appointment_id == appointment_id), None)
    pressed = {*page.fields("moment"), *page.fields("jour"), *page.fields("choix")}
    return await page.render(
        "soignant/attente.html",
        status=status,
        theme=theme_at(page.now, visit.zone, chosen=page.cookies.get("theme")),
        home="/rdv",
        visit=visit,
        entry=entry,
        refusal=refusal,
        moments=waiting_words.MOMENTS,
        days=waiting_words.DAYS,
        chosen=pressed or waiting_words.chosen(entry),
        ways=page.fields("facon") or [one.value for one in (entry.modalities if entry else [found.modality])],
        until=page.field("jusque"),
    )


async def _visit(page: Page, appointment: Appointment) -> Visit:
    nobody: list[ExpertCard] = []
    cards = await tolerant(page.house.referral.experts([appointment.expert_id]), nobody)
    return visit_of(appointment, cards[0] if cards else None, page.now)


def _id(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError as error:
        raise NoSuchVisit() from error


HANDLERS = [Attente]
