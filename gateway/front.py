"""The gateway's one middleware: headers of every answer, bounded bodies, and forms that only our own pages may send."""

import hmac
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

from litestar import Litestar, Request

from gateway.door import SESSION_COOKIE, VISIT_COOKIE, Door, cookies_of
from gateway.failures import later
from kit.body import Receive, again, whole
from kit.errors import BodyCut, BodyTooLarge, Forbidden, NulCharacter, Refusal
from kit.log import log, new_request_id, request_id
from kit.metrics import request_seconds

FORM_LIMIT = 64 * 1024
MOST_FIELDS = 500
LIST_LIMIT = 4 * 1024 * 1024
LISTS = frozenset({"/reseau/import", "/reseau/import/appliquer", "/plateau/appels"})
"""Where somebody who is signed in brings a whole file."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
LEAVING = "/quitter"  # must work even when the page is older than the session: no token asked
ALERT = "/urgence"  # no invisible character may keep an alert from leaving
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS = [
    (b"content-security-policy", CSP.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"strict-transport-security", b"max-age=31536000"),
    (b"permissions-policy", b"camera=(self), microphone=(self), geolocation=(), interest-cohort=()"),
]
Send = Callable[[Any], Awaitable[None]]


class ForeignForm(Forbidden):
    """This form does not come from one of our pages, or your session has changed since."""


class Front:
    """Pure ASGI around every page; `/api/` is passed through, it has its own door."""

    def __init__(self, app: Litestar, door: Door, origin: str) -> None:
        self.app = app
        self.door = door
        self.origin = origin.rstrip("/")

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        token = request_id.set(new_request_id())
        try:
            if scope["type"] == "http":
                await self._http(scope, receive, send)
            else:
                await self.app(scope, receive, send)
        finally:
            request_id.reset(token)

    async def _http(self, scope: Any, receive: Receive, send: Send) -> None:
        started, status = time.perf_counter(), 500
        head_only = scope["method"] == "HEAD" and not scope["path"].startswith("/api/")
        if head_only:  # what a page would answer, without its body, also where a stream would never end
            scope = {**scope, "method": "GET"}

        async def answer(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": _headers(message.get("headers", []), scope["path"])}
                await send(message)
                if head_only:
                    await send({"type": "http.response.body", "body": b""})
            elif not head_only:
                await send(message)

        try:
            if b"%00" in scope.get("raw_path", b"") or b"%00" in scope.get("query_string", b""):
                raise NulCharacter()
            if scope["method"] not in SAFE and not scope["path"].startswith("/api/"):
                long = scope["path"] in LISTS and SESSION_COOKIE in cookies_of(scope)
                body = await self._form(scope["path"], receive, LIST_LIMIT if long else FORM_LIMIT)
                receive = again(body, receive)
                self._check(scope, body)
            await self.app(scope, receive, answer)
        except Refusal as error:
            scope["litestar_app"] = self.app
            page = later(Request(scope), error)
            await page.to_asgi_response()(scope, receive, answer)
        finally:
            seconds = time.perf_counter() - started
            route = str(scope.get("path_template") or "none")
            request_seconds.labels(scope["method"], route, str(status)).observe(seconds)
            if status >= 500:
                log().error("answered", method=scope["method"], route=route, status=status, ms=round(seconds * 1000))

    async def _form(self, path: str, receive: Receive, limit: int) -> bytes:
        try:
            return await whole(receive, limit)
        except BodyCut:
            if path == LEAVING:
                return b""  # whoever is gone so quickly meant it
            raise

    def _check(self, scope: Any, body: bytes) -> None:
        """Same origin, and the token of this very session (or visit) in the form or in a header."""
        headers = dict(scope["headers"])
        site = headers.get(b"sec-fetch-site")
        if site is not None:
            if site not in (b"same-origin", b"none"):
                raise ForeignForm("other site")
        else:
            origin = headers.get(b"origin", b"").decode("latin1")
            if origin and origin not in ("null", self.origin, f"http://{headers.get(b'host', b'').decode()}"):
                raise ForeignForm("other origin")
        form: dict[str, list[str]] = {}
        if headers.get(b"content-type", b"").startswith(b"application/x-www-form-urlencoded"):
            if body.count(b"&") >= MOST_FIELDS:
                raise BodyTooLarge()
            for name, value in parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True):
                form.setdefault(name, []).append(value)
        if any("\x00" in value for values in form.values() for value in values):
            if scope["path"] != ALERT:
                raise NulCharacter()
            form = {name: [value.replace("\x00", "") for value in values] for name, values in form.items()}
        scope["form"] = form
        if scope["path"] == LEAVING:
            return
        cookies = cookies_of(scope)
        held = cookies.get(SESSION_COOKIE) or cookies.get(VISIT_COOKIE) or ""
        given = (form.get("csrf_token") or [headers.get(b"x-csrf-token", b"").decode("latin1")])[0]
        if not held or not hmac.compare_digest(given.encode(), self.door.csrf(held).encode()):
            raise ForeignForm("token")


def _headers(given: Any, path: str) -> list[tuple[bytes, bytes]]:
    names = {name.lower() for name, _ in given}
    extra = [pair for pair in HEADERS if pair[0] not in names]
    if b"cache-control" not in names:
        extra.append((b"cache-control", _kept(path)))
    rid = request_id.get()
    if rid:
        extra.append((b"x-request-id", rid.encode()))
    return [*given, *extra]


def _kept(path: str) -> bytes:
    """Pages are never kept; files with a hash in their name for ever, ours after asking whether they changed."""
    if path.startswith("/static/tiers/"):
        return b"public, max-age=31536000, immutable"
    return b"no-cache" if path.startswith("/static/") else b"no-store"
