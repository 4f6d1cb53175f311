"""An hour of another professional, on the agenda of whoever stands beside: with whom, how, « je ne peux pas »."""

from datetime import timedelta
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from gateway.page import NamedPage, Page
from gateway.pages.agenda_names import names_of
from gateway.pages.agenda_view import AtSide
from gateway.pages.agenda_whose import OWN_ONLY, Answer, NoAgenda, Whose, done, own_only, tried, wall

AHEAD = timedelta(days=60)
PLACE = "/agenda/a-plusieurs/{appointment_id:uuid}"


@get(PLACE, opt=OWN_ONLY)
async def one(appointment_id: FromPath[UUID], page: NamedPage) -> Response[str]:
    """When, how, with which professional; nothing of the person."""
    return await _card(page, own_only(page), appointment_id)


@post(PLACE, opt=OWN_ONLY)
async def leave(appointment_id: FromPath[UUID], page: NamedPage) -> Answer:
    """Their hour is free again; the appointment stands with the other."""
    who = own_only(page)

    async def act() -> Answer:
        side, zone = await _found(page, who, appointment_id)
        await page.house.together.leave_beside(appointment_id, key=page.key("leave"))
        return done(page, who, "plus-a-plusieurs", wall(side.starts_at, zone)["day"])

    async def again(said: str, status: int) -> Answer:
        return await _card(page, who, appointment_id, refusal=said, status=status)

    return await tried(page, act(), again)


async def _found(page: Page, who: Whose, appointment_id: UUID) -> tuple[AtSide, str]:
    agenda = await page.house.booking.agenda(who.expert, page.now - timedelta(days=1), page.now + AHEAD)
    for hour in agenda.beside:
        if hour.id == appointment_id:
            return AtSide(hour), agenda.time_zone
    raise NoAgenda()


async def _card(page: Page, who: Whose, appointment_id: UUID, *, refusal: str = "", status: int = 200) -> Response[str]:
    side, zone = await _found(page, who, appointment_id)
    names = await names_of(page, [side.hour.expert_id])
    return await page.render(
        "agenda/a_cote.html",
        block="fiche",
        status=status,
        who=who,
        side=side,
        zone=zone,
        other=names[side.hour.expert_id],
        refusal=refusal,
    )


HANDLERS: list[ControllerRouterHandler] = [one, leave]
