"""What a person does with their link or code: open it, read the hour, change or cancel it, prepare, enter."""

import asyncio
import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from contracts.booking import Appointment, Cancel, Move, Slot
from contracts.choices import Line
from contracts.identity import CodeExchange, LinkExchange, PersonSession
from contracts.referral import ExpertCard
from contracts.words import LinkPurpose, Modality
from gateway import calendars, visits
from gateway.door import DEVICE_COOKIE, SESSION_COOKIE
from gateway.guards import OPEN, PERSON_ONLY
from gateway.messages import SENTENCES, sentence
from gateway.page import NamedPage, host_cookie
from gateway.pages.groups import of_mine
from gateway.pages.public import LEFT_COOKIE
from gateway.pages.soignant_door import TO_THE_DOOR, NoSuchVisit
from gateway.pages.soignant_waiting import number_given, tolerant, waiting_of
from gateway.visits import Visit, theme_at, visit_of
from kit.http import PeerAway, PeerProblem

DEVICE_SECONDS = 400 * 24 * 3600  # the longest that browsers keep a cookie
LOOK_AHEAD = timedelta(days=45)
HOURS_OFFERED = 60
OTHERS = 6
LINK_SECRET = re.compile(r"[A-Za-z0-9_-]{40,}")
AFTER_THE_DOOR = {LinkPurpose.OFFER: "/demande", LinkPurpose.FORM: "/creneaux"}
"""Where a link leads that opens something else than a case."""
SAID = {
    "change": "C’est noté : votre rendez-vous a changé d’heure.",
    "ailleurs": "C’est noté : une autre personne vous reçoit. L’ancienne heure est rendue.",
    "autrement": "C’est noté. L’heure, elle, n’a pas changé.",
    "attente": "C’est noté. Dès qu’une heure plus tôt se libère, elle vous est proposée.",
    "sans-attente": "C’est noté : plus rien ne vous sera proposé. Votre rendez-vous n’a pas changé.",
    "heure-prise": "Cette heure est à vous.",
    "heure-partie": "Cette heure n’est plus libre. Rien d’autre n’a changé, et vous attendez toujours.",
    "acces": "C’est fermé partout ailleurs. Le lien reçu n’ouvre plus rien ; votre code, lui, ouvre toujours.",
    "non-merci": "C’est noté : elle est proposée à quelqu’un d’autre. Vous attendez toujours.",
}
"""What a page says once, after a press, by the word in its address."""


@get("/l", opt=OPEN)
async def door(page: NamedPage) -> Response[str]:
    """Nothing happens before the button: scanners may open this as they like."""
    return await _lien(page)


@post("/l", opt=OPEN)
async def open_door(page: NamedPage) -> Response[str] | Redirect:
    """A link's secret, a whole pasted link, or the spoken code; with the PIN or the code when it is asked."""
    given = page.field("secret")[:300]
    found = LINK_SECRET.search(given.rsplit("#", 1)[-1])
    proof = page.field("proof")[:120] or None
    try:
        if found:
            link = LinkExchange(found[0], page.cookies.get(DEVICE_COOKIE), proof, page.origin)
            opened = await page.house.identity.open_link(link)
        else:
            opened = await page.house.identity.open_code(CodeExchange(given, proof, page.origin))
    except PeerProblem as error:
        return await _not_opened(page, error, given, by_link=found is not None)
    return _opened(page, opened)


def _opened(page: NamedPage, opened: PersonSession) -> Redirect:
    cookies = [host_cookie(SESSION_COOKIE, opened.session.secret or "", max_age=None)]
    if opened.device:
        cookies.append(host_cookie(DEVICE_COOKIE, opened.device, max_age=DEVICE_SECONDS))
    answer = page.redirect(AFTER_THE_DOOR.get(opened.purpose, "/rdv"), cookies)
    answer.delete_cookie(LEFT_COOKIE, path="/")
    return answer


async def _not_opened(page: NamedPage, error: PeerProblem, given: str, *, by_link: bool) -> Response[str]:
    code, status = error.problem.code, error.problem.status
    if code == "proof-needed":
        wrong = SENTENCES["link-not-open"] if page.field("proof") else None
        return await _lien(page, ask="proof" if by_link else "pin", secret=given, refusal=wrong, status=status)
    known = "link-not-open" if status in (404, 410, 422) else code
    return await _lien(page, secret="" if by_link else given, refusal=sentence(known, status), status=status)


async def _lien(page: NamedPage, *, status: int = 200, **context: Any) -> Response[str]:
    theme = theme_at(page.now, chosen=page.cookies.get("theme"))
    return await page.render("soignant/lien.html", status=status, theme=theme, **context)


class Rendezvous(Controller):
    """The pages behind a link: whole without scripts, up to the room."""

    path = "/rdv"
    opt = PERSON_ONLY
    exception_handlers = TO_THE_DOOR

    @get()
    async def show(
        self,
        page: NamedPage,
        rdv: FromQuery[UUID | None] = None,
        fait: FromQuery[str] = "",
    ) -> Response[str]:
        """The next appointment, discreetly; or the one asked for; and the others below."""
        appointments, (waiting, offered), met = await asyncio.gather(
            page.house.booking.of_case(), waiting_of(page), of_mine(page)
        )
        cards, number = await asyncio.gather(_cards(page, appointments), _number(page, appointments))
        every = visits.in_order(
            [visit_of(one, cards.get(one.expert_id), page.now, number=number) for one in appointments]
        )
        if rdv is not None and all(one.id != rdv for one in every):
            raise NoSuchVisit()
        shown = next((one for one in every if rdv in (None, one.id)), None)
        others = [one for one in every if one is not shown]
        line = Line(None)
        if shown is not None and not shown.over and shown.modality is not Modality.VIDEO:
            line = await tolerant(page.house.practices.line(shown.id), line)
        waits: dict[str, Any] = {"waiting": waiting, "offered": offered, "line": line, "groups": met}
        return await _render(page, "soignant/rdv.html", shown, others=others, said=SAID.get(fait), **waits)

    @get("/agenda.ics")
    async def calendar(self, page: NamedPage, rdv: FromQuery[UUID]) -> Response[bytes]:
        """An entry that says « Rendez-vous », when, and nothing else."""
        appointment = await _one(page, rdv)
        return Response(
            calendars.entry(appointment, page.now),
            media_type="text/calendar",
            headers={"Content-Disposition": 'attachment; filename="rendez-vous.ics"'},
        )

    @get("/test")
    async def prepare(self, page: NamedPage) -> Response[str]:
        """Try the microphone, then the camera: nothing opens before a tap."""
        return await _render(page, "soignant/test.html", None)

    @get("/annuler")
    async def ask_cancel(self, page: NamedPage, rdv: FromQuery[UUID]) -> Response[str] | Redirect:
        """One question, no reason asked; one that is over says what became of it."""
        visit = visit_of(await _one(page, rdv), None, page.now)
        if visit.over:
            return page.redirect(f"/rdv?rdv={rdv}")
        return await _render(page, "soignant/annuler.html", visit)

    @post("/annuler")
    async def cancel(self, page: NamedPage) -> Redirect:
        """Cancel; pressed twice, or from an old page, it ends on what is true now."""
        appointment_id, version = _which(page)
        try:
            await page.house.booking.cancel(appointment_id, Cancel(), key=page.key("cancel"), version=version)
        except PeerProblem as error:
            if error.problem.code == "too-late":
                return page.redirect(f"/rdv/annuler?rdv={appointment_id}")
            if error.problem.status not in (409, 412):
                raise
        return page.redirect(f"/rdv?rdv={appointment_id}")

    @get("/changer")
    async def ask_move(self, page: NamedPage, rdv: FromQuery[UUID], refus: FromQuery[str] = "") -> Response[str]:
        """The next free hours of the same person first, then those of others."""
        return await _hours(page, await _one(page, rdv), refusal=SENTENCES.get(refus))

    @post("/changer")
    async def move(self, page: NamedPage) -> Response[str] | Redirect:
        """Move in place: the hour they have stays theirs until the other one is."""
        appointment_id, version = _which(page)
        try:
            starts_at = datetime.fromisoformat(page.field("starts_at"))
        except ValueError as error:
            raise NoSuchVisit() from error
        try:
            await page.house.booking.move(appointment_id, Move(starts_at), key=page.key("move"), version=version)
        except PeerProblem as error:
            if error.problem.status not in (409, 410, 412):
                raise
            problem = error.problem
            refusal = sentence(problem.code, problem.status)
            return await _hours(page, await _one(page, appointment_id), refusal=refusal, status=problem.status)
        return page.redirect(f"/rdv?rdv={appointment_id}&fait=change")


async def _one(page: NamedPage, appointment_id: UUID) -> Appointment:
    """One of this person's own appointments."""
    for one in await page.house.booking.of_case():
        if one.id == appointment_id:
            return one
    raise NoSuchVisit()


async def _cards(page: NamedPage, appointments: list[Appointment]) -> dict[UUID, ExpertCard]:
    """Who they will meet; the hour is shown even when the directory does not answer."""
    ids = {one.expert_id for one in appointments}
    if not ids:
        return {}
    try:
        return {card.id: card for card in await page.house.referral.experts(sorted(ids))}
    except (PeerAway, PeerProblem):
        return {}


async def _hours(
    page: NamedPage, appointment: Appointment, *, refusal: str | None = None, status: int = 200
) -> Response[str]:
    visit = visit_of(appointment, None, page.now)
    slots = []
    if visit.movable:
        slots = await page.house.booking.slots(
            experts=[appointment.expert_id],
            modality=[Modality(appointment.modality)],
            visit=appointment.visit,
            start=page.now,
            end=page.now + LOOK_AHEAD,
            limit=HOURS_OFFERED,
        )
    same = [slot for slot in slots if slot.type_id == appointment.type_id]
    days = visits.by_day(same, visit.zone, but=visit.starts_at)
    others = await _others(page, appointment) if visit.movable else []
    return await _render(page, "soignant/changer.html", visit, days=days, others=others, refusal=refusal, status=status)


async def _others(page: NamedPage, appointment: Appointment) -> list[tuple[ExpertCard, list[Slot]]]:
    """A few others of the same profession with their first hours; nobody whose cost could not be said."""
    nothing: list[Slot] = []
    slots = await tolerant(page.house.waiting.other_hours(appointment.id), nothing)
    by_expert: dict[UUID, list[Slot]] = {}
    for slot in slots:
        by_expert.setdefault(slot.expert_id, []).append(slot)
    nobody: dict[UUID, ExpertCard] = {}
    cards = await tolerant(page.house.practices.proposed(list(by_expert)[:OTHERS]), nobody)
    return [(cards[one], hours) for one, hours in by_expert.items() if one in cards]


async def _number(page: NamedPage, appointments: list[Appointment]) -> bool | None:
    """Whether a number was given: then, by telephone, the professional rings."""
    rung = [one for one in appointments if one.modality is Modality.PHONE and one.calls != "person"]
    return await number_given(page, rung[0].case_id) if rung else None


def _which(page: NamedPage) -> tuple[UUID, int | None]:
    """The appointment and the version that the pressed page spoke of."""
    try:
        version = page.field("version")
        return UUID(page.field("rdv")), int(version) if version else None
    except ValueError as error:
        raise NoSuchVisit() from error


async def _render(
    page: NamedPage, template: str, visit: Visit | None, *, status: int = 200, **context: Any
) -> Response[str]:
    theme = theme_at(page.now, visit.zone if visit else None, chosen=page.cookies.get("theme"))
    return await page.render(template, status=status, theme=theme, home="/rdv", visit=visit, **context)


HANDLERS: list[ControllerRouterHandler] = [door, open_door, Rendezvous]
