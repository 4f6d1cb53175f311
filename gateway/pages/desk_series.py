"""A weekly follow-up from the desk: the same hour in the weeks that follow an appointment, said week by week."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from contracts.together import NewSeries, Series
from gateway.chosen import one_of
from gateway.messages import sentence
from gateway.page import NamedPage, Page
from gateway.pages.agenda_together import RHYTHMS, WHY, Week, times_typed, weeks_missing
from gateway.pages.calls.console import or_none
from gateway.pages.orientations import NEAR
from gateway.pages.soignant_door import NoSuchVisit
from kit.http import PeerProblem

THEIRS = {**WHY, "slot-not-open": "pas dans ses ouvertures", "case-overlap": "un autre rendez-vous à cette heure-là"}
NO_FOLLOW_UP = "Ce professionnel n’a pas de motif de suivi de cette façon-là."
PLACE = "/orientations/{referral_id:uuid}/suite/{appointment_id:uuid}"


@get(PLACE, opt=NEAR)
async def ask(referral_id: FromPath[UUID], appointment_id: FromPath[UUID], page: NamedPage) -> Response[str]:
    """How many weeks, how far apart, and whether some of them will do."""
    return await _show(page, referral_id, appointment_id)


@post(PLACE, opt=NEAR)
async def make(referral_id: FromPath[UUID], appointment_id: FromPath[UUID], page: NamedPage) -> Response[str]:
    """What was booked and what was not, to be said aloud."""
    wanted = NewSeries(
        times=times_typed(page),
        every_weeks=int(one_of(page.field("rythme", "1"), {each: each for each in RHYTHMS})),
        all_or_none=page.field("combien") == "toutes",
    )
    try:
        made = await page.house.together.series(appointment_id, wanted, key=page.key("series"))
    except PeerProblem as error:
        problem = error.problem
        if problem.status == 401:
            raise
        unknown = problem.code == "unknown-type"
        said = NO_FOLLOW_UP if unknown else sentence(problem.code, problem.status)
        missing = weeks_missing(problem.extra.get("missing", []), THEIRS)
        status = 422 if unknown else problem.status
        return await _show(page, referral_id, appointment_id, refusal=said, status=status, missing=missing)
    missing = [Week(one.starts_at, THEIRS.get(one.code, "")) for one in made.missing]
    return await _show(page, referral_id, appointment_id, made=made, missing=missing)


async def _show(
    page: Page,
    referral_id: UUID,
    appointment_id: UUID,
    *,
    refusal: str = "",
    status: int = 200,
    made: Series | None = None,
    missing: list[Week] | None = None,
) -> Response[str]:
    found = await page.house.booking.appointment(appointment_id)
    if found.referral_id != referral_id:
        raise NoSuchVisit()
    card = await or_none(page.house.referral.expert(found.expert_id))
    context: dict[str, Any] = {
        "it": found,
        "zone": found.person_zone,
        "card": card,
        "made": made,
        "missing": missing or [],
        "rhythms": RHYTHMS,
        "typed": {name: page.field(name)[:2] for name in ("semaines", "rythme")},
        "refusal": refusal,
        "back": f"/orientations/{referral_id}/suite/{appointment_id}",
    }
    return await page.render("orientations/suite.html", status=status, **context)


HANDLERS: list[ControllerRouterHandler] = [ask, make]
