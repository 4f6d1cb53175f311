"""How the two meet: another way, or another professional, in one gesture; ringing one another at the hour."""

from datetime import datetime
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from contracts.booking import Appointment
from contracts.choices import Elsewhere, Line, Otherwise
from contracts.referral import ExpertCard
from contracts.words import AppointmentStatus, Modality, Role
from gateway.guards import PERSON_ONLY, to
from gateway.messages import sentence
from gateway.page import NamedPage, Page
from gateway.pages.soignant_door import TO_THE_DOOR, NoSuchVisit
from gateway.pages.soignant_waiting import number_given, tolerant
from gateway.visits import theme_at, visit_of
from kit.http import PeerProblem

WAYS = {
    "video": Otherwise(Modality.VIDEO),
    "telephone": Otherwise(Modality.PHONE, "person"),
    "rappel": Otherwise(Modality.PHONE, "expert"),
    "sur-place": Otherwise(Modality.IN_PERSON),
}
"""The four ways, as a press says them."""
NO_NUMBER = "Pour être appelé·e, il faut un numéro : donnez-le en nous appelant. Rien n’a changé."
EXPERT_ONLY = to(Role.EXPERT)
LIVE = (AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED, AppointmentStatus.STARTED)


class Facons(Controller):
    """The person's choices, without scripts; none of them asks why."""

    path = "/rdv"
    opt = PERSON_ONLY
    exception_handlers = TO_THE_DOOR

    @get("/autrement")
    async def ask(self, page: NamedPage, rdv: FromQuery[UUID]) -> Response[str]:
        """The ways in which this professional meets people."""
        return await _ways(page, await one_of_mine(page, rdv))

    @post("/autrement")
    async def change(self, page: NamedPage) -> Response[str] | Redirect:
        """The hour stays; how they meet changes at once."""
        found = await one_of_mine(page, _id(page.field("rdv")))
        way = WAYS.get(page.field("facon"))
        if way is None:
            return await _ways(page, found, refusal=sentence("unknown-way"), status=422)
        if way.calls == "expert" and await number_given(page, found.case_id) is False:
            return await _ways(page, found, refusal=NO_NUMBER, status=422)
        try:
            await page.house.waiting.otherwise(found.id, way, key=page.key("otherwise"))
        except PeerProblem as error:
            refusal = sentence(error.problem.code, error.problem.status)
            return await _ways(page, found, refusal=refusal, status=error.problem.status)
        return page.redirect(f"/rdv?rdv={found.id}&fait=autrement")

    @post("/ailleurs")
    async def elsewhere(self, page: NamedPage) -> Redirect:
        """Another professional's hour; until it is theirs, the hour that they have stays."""
        appointment_id = _id(page.field("rdv"))
        try:
            expert, kind, at = page.field("heure").split("|")
            hour = Elsewhere(UUID(expert), UUID(kind), datetime.fromisoformat(at))
            version = int(page.field("version")) if page.field("version") else None
        except ValueError as error:
            raise NoSuchVisit() from error
        try:
            moved = await page.house.waiting.elsewhere(appointment_id, hour, key=page.key("elsewhere"), version=version)
        except PeerProblem as error:
            if error.problem.status not in (403, 409, 410, 412):
                raise
            return page.redirect(f"/rdv/changer?rdv={appointment_id}&refus={error.problem.code}")
        return page.redirect(f"/rdv?rdv={moved.id}&fait=ailleurs")


@get("/agenda/rendez-vous/{appointment_id:uuid}/se-joindre", opt=EXPERT_ONLY)
async def joining(appointment_id: FromPath[UUID], page: NamedPage) -> Response[str]:
    """By telephone, by video or in person: what the professional may choose and, around the hour, how to ring."""
    return await _joining(page, appointment_id)


@post("/agenda/rendez-vous/{appointment_id:uuid}/autrement", opt=EXPERT_ONLY)
async def other_way(appointment_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """The professional's own gesture; the person sees it on their page."""
    way = WAYS.get(page.field("facon"))
    if way is None:
        return await _joining(page, appointment_id, refusal=sentence("unknown-way"), status=422)
    try:
        await page.house.waiting.otherwise(appointment_id, way, key=page.key("otherwise"))
    except PeerProblem as error:
        refusal = sentence(error.problem.code, error.problem.status)
        return await _joining(page, appointment_id, refusal=refusal, status=error.problem.status)
    return page.redirect(f"/agenda/rendez-vous/{appointment_id}/se-joindre")


@post("/agenda/rendez-vous/{appointment_id:uuid}/numero", opt=EXPERT_ONLY)
async def number(appointment_id: FromPath[UUID], page: NamedPage) -> Response[str]:
    """The number, to this professional, around this hour; every look is written down, and nothing keeps the answer."""
    try:
        permit = await page.house.practices.number(appointment_id, key=page.key("number"))
        shown = await page.house.reminders.reveal(permit)
    except PeerProblem as error:
        refusal = sentence(error.problem.code, error.problem.status)
        return await _joining(page, appointment_id, refusal=refusal, status=error.problem.status)
    answer = await _joining(page, appointment_id, shown=shown or "", asked=True)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@get("/profil/ligne", opt=EXPERT_ONLY)
async def own_line(page: NamedPage) -> Response[str]:
    """The number of one's consultations, and how to come in."""
    return await page.render("soignant/ligne.html", line=await page.house.practices.mine(), back="/profil")


@post("/profil/ligne", opt=EXPERT_ONLY)
async def keep_line(page: NamedPage) -> Response[str] | Redirect:
    """Read by whoever has an appointment, at its hour."""
    typed = Line(page.field("line")[:40], page.field("access")[:400])
    try:
        await page.house.practices.keep(typed)
    except PeerProblem as error:
        if error.problem.status not in (404, 422):
            raise
        refusal = sentence(error.problem.code, error.problem.status)
        status = error.problem.status
        return await page.render("soignant/ligne.html", status=status, line=typed, refusal=refusal, back="/profil")
    return page.redirect("/profil/ligne")


async def one_of_mine(page: Page, appointment_id: UUID) -> Appointment:
    """One of this person's own appointments."""
    for one in await page.house.booking.of_case():
        if one.id == appointment_id:
            return one
    raise NoSuchVisit()


async def _ways(page: Page, found: Appointment, *, refusal: str = "", status: int = 200) -> Response[str]:
    nobody: list[ExpertCard] = []
    cards = await tolerant(page.house.referral.experts([found.expert_id]), nobody)
    number = await number_given(page, found.case_id)
    visit = visit_of(found, cards[0] if cards else None, page.now, number=number)
    return await page.render(
        "soignant/autrement.html",
        status=status,
        theme=theme_at(page.now, visit.zone, chosen=page.cookies.get("theme")),
        home="/rdv",
        visit=visit,
        number=number,
        refusal=refusal,
    )


async def _joining(
    page: Page, appointment_id: UUID, *, refusal: str = "", shown: str = "", asked: bool = False, status: int = 200
) -> Response[str]:
    found = await page.house.booking.appointment(appointment_id)
    if found.expert_id != page.subject:
        raise NoSuchVisit()
    return await page.render(
        "soignant/se_joindre.html",
        status=status,
        visit=found,
        live=found.status in LIVE and page.now < found.ends_at,
        refusal=refusal,
        shown=shown,
        asked=asked,
        back="/agenda",
    )


def _id(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError as error:
        raise NoSuchVisit() from error


HANDLERS: list[ControllerRouterHandler] = [Facons, joining, other_way, number, own_line, keep_line]
