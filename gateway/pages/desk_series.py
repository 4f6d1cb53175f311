"""A weekly follow-up from the desk: the same hour in the weeks that follow an appointment, said week by week."""

from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from gateway.page import NamedPage, Page
from gateway.pages import weeks
from gateway.pages.agenda_together import WHY
from gateway.pages.calls.console import or_none
from gateway.pages.orientations import NEAR
from gateway.pages.soignant_door import NoSuchVisit

THEIRS = {**WHY, "slot-not-open": "pas dans ses ouvertures", "case-overlap": "un autre rendez-vous à cette heure-là"}
NO_FOLLOW_UP = "Ce professionnel n’a pas de motif de suivi de cette façon-là."
PLACE = "/orientations/{referral_id:uuid}/suite/{appointment_id:uuid}"


@get(PLACE, opt=NEAR)
async def ask(referral_id: FromPath[UUID], appointment_id: FromPath[UUID], page: NamedPage) -> Response[str]:
    """How many weeks, how far apart, and whether some of them will do."""
    return await _show(page, referral_id, appointment_id, weeks.asked(page))


@post(PLACE, opt=NEAR)
async def make(referral_id: FromPath[UUID], appointment_id: FromPath[UUID], page: NamedPage) -> Response[str]:
    """What was booked and what was not, to be said aloud."""
    told = await weeks.booked(page, appointment_id, THEIRS, no_follow_up=NO_FOLLOW_UP)
    return await _show(page, referral_id, appointment_id, told)


async def _show(page: Page, referral_id: UUID, appointment_id: UUID, told: weeks.Weeks) -> Response[str]:
    found = await page.house.booking.appointment(appointment_id)
    if found.referral_id != referral_id:
        raise NoSuchVisit()
    card = await or_none(page.house.referral.expert(found.expert_id))
    return await page.render(
        "orientations/suite.html",
        status=told.status,
        it=found,
        zone=found.person_zone,
        card=card,
        told=told,
        rhythms=weeks.RHYTHMS,
        back=f"/orientations/{referral_id}/suite/{appointment_id}",
    )


HANDLERS: list[ControllerRouterHandler] = [ask, make]
