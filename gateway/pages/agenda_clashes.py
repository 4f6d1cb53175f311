"""Another calendar has something at an appointment's hour: the professional says that both stand, once."""

from uuid import UUID

from litestar import post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from gateway.page import NamedPage
from gateway.pages.agenda_visits import own_appointment, tried_on_card
from gateway.pages.agenda_whose import OWNERS_ONLY, Answer, done, undo, whose


@post("/agenda/rendez-vous/{appointment_id:uuid}/ailleurs", opt=OWNERS_ONLY)
async def settle(appointment_id: FromPath[UUID], page: NamedPage) -> Answer:
    """The notice goes; it comes back when something else falls on that hour, or when the press is taken back."""
    who = whose(page)
    again = page.field("remis") == "oui"

    async def act() -> Answer:
        await own_appointment(page, who, appointment_id)
        await page.house.booking.settle_clash(appointment_id, settled=not again, key=page.key("settle"))
        back = undo(f"/agenda/rendez-vous/{appointment_id}/ailleurs", who, {"remis": "oui"})
        return done(page, who, "remis" if again else "les-deux", back=None if again else back)

    return await tried_on_card(page, who, appointment_id, "", act())


HANDLERS: list[ControllerRouterHandler] = [settle]
