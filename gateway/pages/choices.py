"""After the call: why someone else than the first was chosen, in one tap, or not at all."""

from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from contracts.matching import Choice
from gateway.guards import LISTENERS_ONLY
from gateway.page import NamedPage, Page
from gateway.pages.weights import REASONS
from kit.http import PeerAway, PeerProblem
from kit.log import log


async def remember(page: Page, contact_id: UUID, expert_id: UUID) -> None:
    """Keep what stood on the list when someone was booked; a failure changes nothing for the call."""
    try:
        await page.house.matching.choose(contact_id, expert_id, key=page.key("choice"))
    except (PeerAway, PeerProblem) as error:
        log().warning("choice not kept", error=type(error).__name__)


async def after_call(page: Page, contact_id: UUID) -> str:
    """Where to go once the call is closed: to the one question when there is one to ask, else to the desk."""
    return f"/appels/{contact_id}/choix" if await _to_ask(page, contact_id) else "/appels"


@get("/appels/{contact_id:uuid}/choix", opt=LISTENERS_ONLY)
async def ask(contact_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """The question, once the call is over; it may be left without an answer."""
    choice = await _to_ask(page, contact_id)
    if choice is None:
        return page.redirect("/appels")
    return await page.render("choices/choix.html", choice=choice, reasons=REASONS)


@post("/appels/{contact_id:uuid}/choix", opt=LISTENERS_ONLY)
async def answer(contact_id: FromPath[UUID], page: NamedPage) -> Redirect:
    """One tap; whatever happens to it, the desk is next."""
    choice = await _to_ask(page, contact_id)
    if choice is not None and page.field("raison") in REASONS:
        try:
            await page.house.matching.say_why(choice.id, page.field("raison"), key=page.key("reason"))
        except (PeerAway, PeerProblem) as error:
            log().warning("reason not kept", error=type(error).__name__)
    return page.redirect("/appels")


async def _to_ask(page: Page, contact_id: UUID) -> Choice | None:
    try:
        choices = await page.house.matching.choices(contact_id)
    except (PeerAway, PeerProblem):
        return None
    return choices[0] if choices and choices[0].asks else None


HANDLERS = [ask, answer]
