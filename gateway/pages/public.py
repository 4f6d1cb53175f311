"""The quiet front door, day and night, and the way out that leaves nothing behind."""

from typing import Any

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.response import Redirect

from contracts.identity import Leaving
from gateway import calendars, french
from gateway.door import SESSION_COOKIE, VISIT_COOKIE
from gateway.guards import OPEN
from gateway.page import NamedPage, ended_cookie
from gateway.visits import theme_at
from kit.http import PeerAway, PeerProblem
from kit.log import log

NEUTRAL = "/calendrier"
KEPT_COOKIE = "__Host-heure"
"""Under which permit this browser keeps an hour without a call: whoever goes back for another one keeps no two."""
LEFT_COOKIE = "calme"
"""Says for ten minutes that someone left in a hurry: the Back button then shows the neutral page."""
YEAR = 365 * 24 * 3600


@get("/", opt=OPEN)
async def front(page: NamedPage) -> Response[str]:
    """The number, what this is, a field for the code, the team's entrance."""
    online = await page.gateway.online.somewhere(page.house)
    theme = theme_at(page.now, chosen=page.cookies.get("theme"))
    return await page.render("public/index.html", theme=theme, online=online)


@post("/theme", opt=OPEN)
async def theme(page: NamedPage) -> Redirect:
    """Day or night, for browsers without scripts."""
    chosen = page.field("theme")
    cookies = []
    if chosen in ("nuit", "jour"):
        secure = page.request.url.scheme == "https"
        cookies.append(Cookie(key="theme", value=chosen, path="/", max_age=YEAR, secure=secure, samesite="lax"))
    return page.redirect(page.field("retour", "/"), cookies)


@post("/quitter", opt=OPEN)
async def leave(page: NamedPage) -> Redirect:
    """End the session everywhere, then stand on a page that says nothing; leaving succeeds whatever fails."""
    await end_session(page)
    answer = page.redirect(
        NEUTRAL,
        [
            ended_cookie(SESSION_COOKIE),
            ended_cookie(VISIT_COOKIE),
            ended_cookie("__Host-invite"),  # a guest's seat in a room
            ended_cookie(KEPT_COOKIE),
            Cookie(key="theme", value="", path="/", max_age=0),
            Cookie(key=LEFT_COOKIE, value="1", path="/", max_age=600, samesite="lax"),
        ],
    )
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


async def end_session(page: NamedPage) -> None:
    """Tell identity that the session of this browser is over."""
    credential = page.house.credential
    if credential is None:
        return
    page.gateway.door.forget(credential.hash)
    try:
        await page.house.identity.logout(Leaving(credential.secret))
    except (PeerAway, PeerProblem) as error:
        log().error("leaving was not heard", error=type(error).__name__)


@get(NEUTRAL, opt=OPEN)
async def neutral(page: NamedPage) -> Response[str]:
    """A month of the calendar, with no word of ours."""
    shown: dict[str, Any] = calendars.month(french.local(page.now).date())
    text = page.gateway.templates.render("public/calendrier.html", shown)
    return Response(text, media_type="text/html; charset=utf-8")


HANDLERS = [front, theme, leave, neutral]
