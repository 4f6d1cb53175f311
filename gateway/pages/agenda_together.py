"""From one appointment to several: the same hour in the weeks that follow, and another professional beside."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from contracts.booking import Appointment
from contracts.referral import ExpertCard
from contracts.together import NewGuest
from gateway.chosen import one_of, uuids
from gateway.messages import sentence
from gateway.page import NamedPage, Page
from gateway.pages import weeks
from gateway.pages.agenda_view import Visit
from gateway.pages.agenda_visits import own_appointment
from gateway.pages.agenda_whose import OWN_ONLY, Answer, Whose, done, own_only, wall
from gateway.pages.soignant_waiting import tolerant
from kit.http import PeerProblem

PARTS = {"colleague": "Collègue", "local_doctor": "Médecin de la personne", "interpreter": "Interprète"}
NO_FOLLOW_UP = "Aucun de vos motifs ne sert au suivi de cette façon-là. Ajoutez-en un, puis revenez."
WHY = {
    "slot-taken": "déjà pris",
    "slot-not-open": "pas dans vos ouvertures",
    "beyond-horizon": "trop lointain",
    "too-soon": "trop proche",
    "day-full": "journée complète",
    "case-overlap": "la personne a un autre rendez-vous",
}
"""Why a week is not in the series."""
AT_ONCE = 24


@get("/agenda/rendez-vous/{appointment_id:uuid}/suite", opt=OWN_ONLY)
async def ask_series(appointment_id: FromPath[UUID], page: NamedPage) -> Response[str]:
    """How many weeks, how far apart, and whether some of them will do."""
    return await _series(page, appointment_id, weeks.asked(page))


@post("/agenda/rendez-vous/{appointment_id:uuid}/suite", opt=OWN_ONLY)
async def series(appointment_id: FromPath[UUID], page: NamedPage) -> Response[str]:
    """What was booked and what was not is said week by week."""
    own_only(page)
    return await _series(page, appointment_id, await weeks.booked(page, appointment_id, WHY, no_follow_up=NO_FOLLOW_UP))


@get("/agenda/rendez-vous/{appointment_id:uuid}/avec", opt=OWN_ONLY)
async def ask_third(appointment_id: FromPath[UUID], page: NamedPage) -> Response[str]:
    """Who has this very hour open in their own agenda."""
    return await _third(page, appointment_id)


@post("/agenda/rendez-vous/{appointment_id:uuid}/avec", opt=OWN_ONLY)
async def third(appointment_id: FromPath[UUID], page: NamedPage) -> Answer:
    """Both agendas have the hour, or neither."""
    who = own_only(page)
    part = one_of(page.field("role"), {each: each for each in PARTS})
    (expert_id,) = uuids([page.field("avec")])
    try:
        await page.house.together.third(appointment_id, NewGuest(expert_id, part), key=page.key("third"))
    except PeerProblem as error:
        problem = error.problem
        if problem.status == 401:
            raise
        said = sentence(problem.code, problem.status)
        return await _third(page, appointment_id, refusal=said, status=problem.status)
    found = await page.house.booking.appointment(appointment_id)
    return done(page, who, "a-plusieurs", wall(found.starts_at, found.expert_zone)["day"])


async def _series(page: Page, appointment_id: UUID, told: weeks.Weeks) -> Response[str]:
    who = own_only(page)
    found = await own_appointment(page, who, appointment_id)
    return await _shown(page, who, found, "agenda/suite.html", status=told.status, told=told, rhythms=weeks.RHYTHMS)


async def _third(page: Page, appointment_id: UUID, *, refusal: str = "", status: int = 200) -> Response[str]:
    who = own_only(page)
    found = await own_appointment(page, who, appointment_id)
    free = await page.house.booking.slots(
        modality=[found.modality],
        visit=found.visit,
        start=found.starts_at,
        end=found.starts_at + timedelta(minutes=1),
        per_expert=1,
        limit=AT_ONCE,
    )
    ids = sorted({slot.expert_id for slot in free if slot.starts_at == found.starts_at} - {found.expert_id})
    nobody: dict[UUID, ExpertCard] = {}
    cards = await tolerant(page.house.practices.proposed(ids), nobody)
    beside = sorted(cards.values(), key=lambda one: one.name)
    shown = {"beside": beside, "parts": PARTS, "part": page.field("role")}
    return await _shown(page, who, found, "agenda/a_plusieurs.html", refusal=refusal, status=status, **shown)


async def _shown(
    page: Page, who: Whose, found: Appointment, template: str, *, status: int, **context: Any
) -> Response[str]:
    zone = found.expert_zone
    visit = Visit(found, zone, page.now, who.own)
    return await page.render(template, block="fiche", status=status, who=who, visit=visit, zone=zone, **context)


HANDLERS: list[ControllerRouterHandler] = [ask_series, series, ask_third, third]
