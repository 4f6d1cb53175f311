"""Who is at the desk: disponible, en appel, j'écris, pause; ten minutes after a heavy call, and a debrief on demand."""

from typing import Any

from litestar import Response, post
from litestar.response import Redirect

from contracts.desk import NewPresence
from gateway.desk_words import STATES
from gateway.guards import LISTENERS_ONLY
from gateway.page import NamedPage, host_cookie
from gateway.pages.calls.console import or_none

YEAR = 365 * 24 * 3600


@post("/poste", opt=LISTENERS_ONLY)
async def be(page: NamedPage) -> Redirect:
    """Say how one is; with a telephone, where one sits."""
    state = page.field("etat")
    if state in STATES or state == "away":
        post_ = page.field("poste")[:20] if "poste" in page.form else None
        await or_none(page.house.desk.be(NewPresence(state, post_)))
    return page.redirect("/appels")


@post("/poste/sans-pause", opt=LISTENERS_ONLY)
async def no_rest(page: NamedPage) -> Redirect:
    """Not now: the offer goes, nothing is counted."""
    await or_none(page.house.desk.no_rest())
    return page.redirect("/appels")


@post("/poste/debrief", opt=LISTENERS_ONLY)
async def debrief(page: NamedPage) -> Redirect:
    """« Demander un débrief »: whoever supervises sees it until it was held, and no figure ever shows who asked."""
    await page.house.desk.debrief(key=page.key("debrief"))
    return page.redirect("/appels?debrief=demande")


@post("/poste/raccourcis", opt=LISTENERS_ONLY)
async def shortcuts(page: NamedPage) -> Response[Any] | Redirect:
    """The shortcuts of the console, switched off or on again on this desk."""
    chosen = "non" if page.field("actifs") == "non" else "oui"
    kept = host_cookie("raccourcis", chosen, max_age=YEAR)
    if page.fragment:
        return Response({}, status_code=200, cookies=[kept])
    return page.redirect("/appels", cookies=[kept])


HANDLERS = [be, no_rest, debrief, shortcuts]
