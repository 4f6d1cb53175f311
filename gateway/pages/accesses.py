"""A link in other hands: one gesture closes every way in, by the person or at their word; the spoken code stays."""

from uuid import UUID

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from gateway.guards import LISTENERS_ONLY, PERSON_ONLY
from gateway.page import NamedPage
from gateway.pages.cases import refused
from gateway.pages.soignant_door import TO_THE_DOOR
from kit.http import PeerProblem


@post("/rdv/acces", opt=PERSON_ONLY, exception_handlers=TO_THE_DOOR)
async def close_others(page: NamedPage) -> Redirect:
    """Whoever presses stays; every other opening ends, and the links that were sent open nothing any more."""
    await page.house.identity.revoke_links(page.subject)
    return page.redirect("/rdv?fait=acces")


@post("/dossier/{case_id:uuid}/acces", opt=LISTENERS_ONLY)
async def close_all(case_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """At the word of the person on the line."""
    try:
        await page.house.identity.revoke_links(case_id)
    except PeerProblem as error:
        return await refused(page, case_id, error)
    return page.redirect(f"/dossier/{case_id}?acces=fermes")


HANDLERS: list[ControllerRouterHandler] = [close_others, close_all]
