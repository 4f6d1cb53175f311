"""Taking an hour without a call, where a programme opens it: one quiet question, an hour, a code; no script needed."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from contracts.booking import Appointment, Slot
from contracts.identity import SpokenCode
from contracts.online import (
    OnlineBooking,
    OnlineHeld,
    OnlineHold,
    OnlineOpen,
    OnlinePlace,
    OnlineProgramme,
    OnlineStart,
)
from contracts.referral import ExpertCard
from contracts.reminders import KeepNumber
from contracts.words import ExpertProfession, Modality, Role
from gateway import french, spoken
from gateway import network_words as words
from gateway.guards import OPEN, to
from gateway.messages import sentence
from gateway.page import NamedPage, Page, host_cookie
from gateway.pages.public import KEPT_COOKIE
from gateway.pages.soignant_waiting import tolerant
from gateway.visits import theme_at
from kit.http import PeerAway, PeerProblem

COORDINATOR_ONLY = to(Role.COORDINATOR)
PERMITS = ("case_id", "referral_id", "book", "keep_number", "code")
LONGEST_PERMIT = 4000
KEPT = 600


class Wanted(msgspec.Struct, frozen=True):
    """What someone looks for; every field empty until it is chosen."""

    department: str = ""
    profession: ExpertProfession | None = None
    modality: Modality | None = None

    @property
    def zone(self) -> str:
        return spoken.OVERSEAS.get(self.department, spoken.MAINLAND)


class Choice(msgspec.Struct, frozen=True):
    """One hour of one professional."""

    expert_id: UUID
    type_id: UUID
    starts_at: datetime


@get("/en-ligne", opt=OPEN)
async def question(page: NamedPage) -> Response[str]:
    """First of all: would they rather speak with someone now?"""
    nowhere: list[OnlinePlace] = []
    places = await tolerant(page.house.online.places(), nowhere)
    return await _render(page, "online/question.html", places=places)


@get("/en-ligne/heures", opt=OPEN)
async def hours(page: NamedPage) -> Response[str]:
    """What is looked for, and the hours that professionals marked for it."""
    asked = page.request.query_params
    return await _hours(page, _wanted(asked.get("departement", ""), asked.get("metier", ""), asked.get("facon", "")))


@post("/en-ligne/heures", opt=OPEN)
async def keep(page: NamedPage) -> Response[str] | Redirect:
    """Keep one hour for ten minutes; another one lets it go."""
    wanted, choice = _form(page), _choice(page.field("heure"))
    if wanted.profession is None or wanted.modality is None:
        return page.redirect("/en-ligne/heures")
    if choice is None:  # another hour of the same visit
        return await _hours(page, wanted)
    former = page.cookies.get(KEPT_COOKIE, "")[:LONGEST_PERMIT]
    try:
        permits = _permits(page)
        if not permits["book"]:
            begun = await page.house.online.begin(
                OnlineStart(wanted.department, wanted.profession, wanted.modality, page.origin)
            )
            permits = {name: str(getattr(begun, name)) for name in PERMITS}
        held = await page.house.online_bookings.hold(
            OnlineHold(permits["book"], choice.type_id, choice.expert_id, choice.starts_at, former)
        )
    except PeerProblem as error:
        refusal = sentence(error.problem.code, error.problem.status)
        return await _hours(page, wanted, refusal=refusal, status=error.problem.status)
    answer = await _confirm(page, wanted, choice, permits, held)
    answer.cookies.append(host_cookie(KEPT_COOKIE, permits["book"], max_age=KEPT))
    return answer


@post("/en-ligne/confirmer", opt=OPEN)
async def confirm(page: NamedPage) -> Response[str] | Redirect:
    """The case, the number if one was given, the hour; and the code, said once. Pressed twice it is one appointment."""
    wanted, choice, permits = _form(page), _choice(page.field("heure")), _permits(page)
    case_id, referral_id = _id(permits["case_id"]), _id(permits["referral_id"])
    hold = page.field("retenu")
    known = case_id is not None and referral_id is not None and hold.isascii() and hold.isdecimal() and len(hold) < 19
    if choice is None or not known or wanted.profession is None or wanted.modality is None:
        return page.redirect("/en-ligne")
    assert case_id is not None and referral_id is not None
    try:
        if page.field("number"):
            number = KeepNumber(permits["keep_number"], page.field("number")[:60], wanted.zone)
            await page.house.reminders.keep_number(number)
        case = OnlineOpen(case_id, referral_id, wanted.department, wanted.profession, wanted.modality, page.origin)
        await page.house.online.open(case)
        booking = OnlineBooking(permits["book"], choice.type_id, choice.expert_id, choice.starts_at, int(hold))
        booked = await page.house.online_bookings.book(booking, key=page.key("book"))
    except PeerProblem as error:
        said = "number-refused" if error.problem.code == "contact-invalid" else error.problem.code
        refusal = sentence(said, error.problem.status)
        if said == "number-refused":
            held = OnlineHeld(int(hold), choice.starts_at, choice.starts_at, page.now)
            again = {"refusal": refusal, "status": error.problem.status}
            return await _confirm(page, wanted, choice, permits, held, **again)
        return await _hours(page, wanted, refusal=refusal, status=error.problem.status)
    return await _done(page, wanted, booked, await _code(page, permits["code"]))


@get("/reglages/en-ligne", opt=COORDINATOR_ONLY)
async def programmes(page: NamedPage) -> Response[str]:
    """Where people may book without a call; closed until someone of the coordination opens it."""
    return await _programmes(page)


@post("/reglages/en-ligne", opt=COORDINATOR_ONLY)
async def keep_programme(page: NamedPage) -> Response[str] | Redirect:
    """Open, close, or name the départements of a programme."""
    version = page.field("version")
    one = OnlineProgramme(
        code=page.field("code")[:40].lower(),
        label=page.field("label")[:80],
        open="oui" in page.fields("ouvert"),
        departments=page.field("departements").upper().replace(",", " ").split()[:120],
        version=int(version) if version.isascii() and version.isdecimal() and len(version) < 9 else 0,
    )
    if not one.code.replace("-", "").isalnum() or not one.code.isascii():
        return await _programmes(page, refusal=sentence("programme-refused"), status=422)
    try:
        await page.house.online.keep_programme(one)
    except PeerProblem as error:
        refusal = sentence(error.problem.code, error.problem.status)
        return await _programmes(page, refusal=refusal, status=error.problem.status)
    return page.redirect("/reglages/en-ligne")


async def _hours(page: Page, wanted: Wanted, *, refusal: str = "", status: int = 200) -> Response[str]:
    nowhere: list[OnlinePlace] = []
    places = await tolerant(page.house.online.places(), nowhere)
    found: list[tuple[ExpertCard, list[tuple[datetime, list[Slot]]]]] = []
    looked = wanted.profession is not None and wanted.modality is not None and wanted.department != ""
    if looked and wanted.profession is not None and wanted.modality is not None:
        cards = await page.house.online.experts(wanted.department, wanted.profession, wanted.modality)
        slots = await page.house.online_bookings.hours(list(cards), wanted.modality) if cards else []
        by_expert: dict[UUID, list[Slot]] = {}
        for slot in slots:
            by_expert.setdefault(slot.expert_id, []).append(slot)
        found = [(cards[one], _days(hours, wanted.zone)) for one, hours in by_expert.items()]
    return await _render(
        page,
        "online/heures.html",
        status=status,
        places=places,
        wanted=wanted,
        looked=looked,
        found=found,
        words=words,
        permits=_permits(page),
        refusal=refusal,
    )


def _days(slots: list[Slot], zone: str) -> list[tuple[datetime, list[Slot]]]:
    days: dict[object, list[Slot]] = {}
    for slot in slots:
        days.setdefault(french.local(slot.starts_at, zone).date(), []).append(slot)
    return [(hours[0].starts_at, hours) for hours in days.values()]


async def _confirm(
    page: Page, wanted: Wanted, choice: Choice, permits: dict[str, str], held: OnlineHeld, **context: Any
) -> Response[str]:
    assert wanted.profession is not None and wanted.modality is not None
    nobody: dict[UUID, ExpertCard] = {}
    asked = page.house.online.experts(wanted.department, wanted.profession, wanted.modality)
    card = (await tolerant(asked, nobody)).get(choice.expert_id)
    shown: dict[str, Any] = {"refusal": "", "status": 200, "number": page.field("number")}
    return await _render(
        page,
        "online/confirmer.html",
        wanted=wanted,
        heure=page.field("heure"),
        starts_at=choice.starts_at,
        card=card,
        doctor=wanted.profession is not ExpertProfession.PSYCHOLOGIST,
        permits=permits,
        held=held,
        **{**shown, **context},
    )


async def _done(page: Page, wanted: Wanted, booked: Appointment, code: SpokenCode | None) -> Response[str]:
    return await _render(page, "online/fait.html", wanted=wanted, booked=booked, code=code)


async def _code(page: Page, permit: str) -> SpokenCode | None:
    """Without identity the appointment stands all the same; the line finds it."""
    try:
        return await page.house.identity.permitted_code(permit, key=page.key("code"))
    except (PeerAway, PeerProblem):
        return None


async def _programmes(page: Page, *, refusal: str = "", status: int = 200) -> Response[str]:
    """What was typed stays where it was typed; when someone else was faster, theirs is shown."""
    found = await page.house.online.programmes()
    sent = {name: page.field(name)[:400] for name in ("code", "label", "departements", "ouvert")}
    nothing = dict.fromkeys(sent, "")
    new, typed = (nothing, sent if status == 422 else nothing) if "version" in page.form else (sent, nothing)
    return await page.render(
        "online/programmes.html", status=status, programmes=found, refusal=refusal, new=new, typed=typed
    )


async def _render(page: Page, template: str, *, status: int = 200, **context: Any) -> Response[str]:
    theme = theme_at(page.now, chosen=page.cookies.get("theme"))
    return await page.render(template, status=status, theme=theme, back="/en-ligne", **context)


def _form(page: Page) -> Wanted:
    return _wanted(page.field("departement"), page.field("metier"), page.field("facon"))


def _wanted(department: str, profession: str, modality: str) -> Wanted:
    """What was chosen; a word that we do not know is nothing chosen."""
    return Wanted(
        department=department[:3].upper(),
        profession=ExpertProfession(profession) if profession in set(ExpertProfession) else None,
        modality=Modality(modality) if modality in set(Modality) else None,
    )


def _permits(page: Page) -> dict[str, str]:
    return {name: page.field(name)[:LONGEST_PERMIT] for name in PERMITS}


def _choice(given: str) -> Choice | None:
    try:
        expert, kind, at = given.split("|")
        starts_at = datetime.fromisoformat(at)
        return Choice(UUID(expert), UUID(kind), starts_at) if starts_at.tzinfo else None
    except ValueError:
        return None


def _id(given: str) -> UUID | None:
    try:
        return UUID(given)
    except ValueError:
        return None


HANDLERS: list[ControllerRouterHandler] = [question, hours, keep, confirm, programmes, keep_programme]
