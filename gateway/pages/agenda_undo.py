"""Taking back one's own last gesture on an appointment, while it is fresh: the hour and what was said of it return."""

from uuid import UUID

from litestar import post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from gateway.page import NamedPage
from gateway.pages.agenda_visits import own_appointment, tried_on_card
from gateway.pages.agenda_whose import OWNERS_ONLY, Answer, done, wall, whose


@post("/agenda/rendez-vous/{appointment_id:uuid}/remettre", opt=OWNERS_ONLY)
async def put_back(appointment_id: FromPath[UUID], page: NamedPage) -> Answer:
    """A move, a cancel or « personne n'est venu » is unsaid; whoever took the hour meanwhile keeps it."""
    who = whose(page)

    async def act() -> Answer:
        await own_appointment(page, who, appointment_id)
        after = await page.house.booking.mark(appointment_id, "undo", key=page.key("undo"))
        return done(page, who, "remis", wall(after.starts_at, after.expert_zone)["day"])

    return await tried_on_card(page, who, appointment_id, "", act())


HANDLERS: list[ControllerRouterHandler] = [put_back]
