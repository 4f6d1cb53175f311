"""What a page says when something is refused or fails: a kind French sentence, and nothing of what was typed lost."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.response import Redirect

from contracts.problem import Problem
from contracts.words import Role
from gateway.door import FactorMissing, SessionLocked, SignInFirst
from gateway.messages import sentence
from gateway.page import provide_page
from gateway.visits import theme_at
from kit.errors import Refusal
from kit.http import PeerAway, PeerProblem
from kit.log import log, request_id, trace_of

PASSING = frozenset({429, 500, 503})
PROBLEM_TYPE = "application/problem+json"


def _for_program(request: Request[Any, Any, Any]) -> bool:
    path = request.scope["path"]
    return path.startswith("/api/") or "application/json" in request.headers.get("accept", "")


def _again(request: Request[Any, Any, Any]) -> str:
    """What a person may ask once more without sending anything twice: the same page."""
    if request.method != "GET":
        return ""
    asked = request.scope["query_string"].decode("latin-1")
    return quote(request.scope["path"]) + (f"?{asked}" if asked else "")


async def _answer(request: Request[Any, Any, Any], problem: Problem) -> Response[Any]:
    if _for_program(request):
        return Response(msgspec.json.encode(problem), status_code=problem.status, media_type=PROBLEM_TYPE)
    page = await provide_page(request)
    page.session = page.session if problem.status not in (401,) else None
    at_night = {} if page.roles - {Role.PERSON} else {"theme": theme_at(page.now, chosen=page.cookies.get("theme"))}
    return await page.render(
        "errors/erreur.html",
        block="content",
        status=problem.status,
        code=problem.code,
        sentence=sentence(problem.code),
        numero=problem.status,
        again=_again(request) if problem.status in PASSING else "",
        own="/rdv" if Role.PERSON in page.roles and request.scope["path"].startswith(("/rdv", "/salle")) else "",
        request_id=request_id.get(),
        **at_night,  # a missing page at 3 a.m. is as dark as the page before it
    )


async def sign_in(request: Request[Any, Any, Any], error: Refusal) -> Response[Any]:
    """To the sign-in, the second factor or the lock, and back to the page afterwards."""
    if _for_program(request):
        return await _answer(request, error.problem(request_id.get()))
    places: dict[type[Refusal], str] = {SessionLocked: "/verrou", FactorMissing: "/connexion/code"}
    place = places.get(type(error), "/connexion")
    path = request.scope["path"] if request.method == "GET" else "/accueil"
    target = f"{place}?next={quote(path)}"
    if request.headers.get("hx-request") == "true":
        return Response("", status_code=401, headers={"HX-Redirect": target})
    return Redirect(target, status_code=303)


async def refused(request: Request[Any, Any, Any], error: Refusal) -> Response[Any]:
    """A refusal of the gateway's own."""
    return await _answer(request, error.problem(request_id.get()))


async def peer_refused(request: Request[Any, Any, Any], error: PeerProblem) -> Response[Any]:
    """A service refused and the page had nothing better to say."""
    if error.problem.status == 401:
        return await sign_in(request, SignInFirst())
    return await _answer(request, error.problem)


async def peer_away(request: Request[Any, Any, Any], error: PeerAway) -> Response[Any]:
    """A service does not answer."""
    log().error("peer away", error=str(error)[:60])
    return await _answer(request, Problem(title="A part of the house does not answer", status=503, code="unavailable"))


async def of_framework(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """Unknown pages, wrong methods, malformed values."""
    codes = {404: "not-found", 405: "method-not-allowed", 413: "body-too-large"}
    status = 404 if error.status_code == 400 and request.method == "GET" else error.status_code
    return await _answer(request, Problem(title=error.detail, status=status, code=codes.get(status, "invalid-input")))


async def our_side(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """A bug of ours: said plainly, logged with its place."""
    route = str(request.scope.get("path_template") or "none")
    log().error("failed", route=route, error=type(error).__name__, exception=trace_of(error))
    return await _answer(request, Problem(title="This failed on our side", status=500, code="our-side"))


Handler = Callable[[Request[Any, Any, Any], Any], Awaitable[Response[Any]]]

HANDLED: dict[type[Exception], Handler] = {
    SignInFirst: sign_in,
    SessionLocked: sign_in,
    FactorMissing: sign_in,
    Refusal: refused,
    PeerProblem: peer_refused,
    PeerAway: peer_away,
    HTTPException: of_framework,
    Exception: our_side,
}


async def answer_to(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """The page, redirect or problem that answers `error`."""
    kind = next(one for one in type(error).__mro__ if one in HANDLED)
    return await HANDLED[kind](request, error)


class Later(Response[None]):
    """Litestar's exception handlers are synchronous; a page is not: it is made when the answer is sent."""

    def __init__(self, request: Request[Any, Any, Any], error: Exception) -> None:
        super().__init__(None)
        self.request, self.error = request, error

    def to_asgi_response(self, *_: Any, **__: Any) -> Any:
        async def send_page(scope: Any, receive: Any, send: Any) -> None:
            response = await answer_to(self.request, self.error)
            await response.to_asgi_response(app=None, request=self.request)(scope, receive, send)

        return send_page


def later(request: Request[Any, Any, Any], error: Exception) -> Later:
    """The one exception handler of the site."""
    return Later(request, error)


EXCEPTION_HANDLERS: dict[Any, Any] = {kind: later for kind in HANDLED}
