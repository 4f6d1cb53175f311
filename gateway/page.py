"""One request to a page: who visits, what they sent, and how to answer with a page, a fragment or a way on."""

import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.response import Redirect

from contracts.identity import Session
from contracts.words import LISTENING, Role
from gateway.door import (
    SESSION_COOKIE,
    VISIT_COOKIE,
    FactorMissing,
    NotForYou,
    SessionLocked,
    SignInFirst,
    client_address,
    cookies_of,
    credential_of,
)
from gateway.house import House, gateway_of
from kit.clock import now
from kit.http import PeerAway

FITS_A_HEADER = re.compile(r"[!-~]+")

NAVIGATION = (
    ("Appels", "/appels", LISTENING),
    ("À faire", "/taches", LISTENING | {Role.COORDINATOR}),
    ("Rappels", "/rappels", LISTENING),
    ("Suites", "/suites", LISTENING),
    ("Orientations", "/orientations", LISTENING | {Role.COORDINATOR}),
    ("Transmissions", "/transmissions", LISTENING),
    ("Plateau", "/plateau", frozenset({Role.DUTY_MANAGER, Role.COORDINATOR})),
    ("Agenda", "/agenda", frozenset({Role.EXPERT, Role.SECRETARY})),
    ("Demandes", "/demandes", frozenset({Role.EXPERT})),
    ("Profil", "/profil", frozenset({Role.EXPERT})),
    ("Réseau", "/reseau", frozenset({Role.COORDINATOR})),
    ("Salles", "/salles", frozenset({Role.COORDINATOR})),
    ("Réglages", "/reglages/orientation", frozenset({Role.COORDINATOR})),
    ("Relectures", "/relectures", frozenset({Role.PRIVACY_OFFICER})),
    ("Astreinte", "/astreinte", LISTENING | {Role.COORDINATOR}),
)


class Page:
    """One request to a page, handed to its handler as `page`: who asks, what they sent, how to answer."""

    def __init__(self, request: Request[Any, Any, Any], session: Session | None) -> None:
        self.request = request
        self.gateway = gateway_of(request)
        self.cookies = cookies_of(request.scope)
        self.session = session
        scope: Any = request.scope
        busy, touch = scope.get("even_locked", False), scope.get("touch", True)
        self.house = House(self.gateway, credential_of(scope), touch=touch, busy=busy)
        self.now: datetime = now()
        self._new_visit = ""
        self.form: Mapping[str, list[str]] = scope.get("form", {})

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(grant.role for grant in self.session.grants) if self.session else frozenset()

    @property
    def subject(self) -> UUID:
        """The account (or the case) that visits."""
        if self.session is None:
            raise SignInFirst()
        return self.session.subject

    @property
    def origin(self) -> str:
        """A keyed hash of where this comes from, for the rate limits."""
        return self.gateway.door.origin(client_address(self.request.scope, self.gateway.settings.proxies))

    @property
    def csrf(self) -> str:
        """The token that this page's forms must carry."""
        held = self.cookies.get(SESSION_COOKIE) or self.cookies.get(VISIT_COOKIE) or self._new_visit
        if not held:
            held = self._new_visit = secrets.token_urlsafe(18)
        return self.gateway.door.csrf(held)

    @property
    def fragment(self) -> bool:
        """htmx asks for a part of the page only."""
        return self.request.headers.get("hx-request") == "true"

    def field(self, name: str, default: str = "") -> str:
        """The one value of a form field."""
        return self.form.get(name, [default])[0].strip()

    def fields(self, name: str) -> list[str]:
        """Every value of a form field."""
        return [value for value in self.form.get(name, []) if value]

    def key(self, suffix: str) -> str:
        """The Idempotency-Key of one call of this press: the form's own key, and what is being done."""
        given = self.field("idempotency_key")[:200] or uuid4().hex
        if not FITS_A_HEADER.fullmatch(given):  # not one of our pages': the same press stays the same press
            given = sha256(given.encode("utf-8", "surrogatepass")).hexdigest()
        return f"{given}:{suffix}"[:255]

    async def context(self) -> dict[str, Any]:
        """What every template may use."""
        path = self.request.scope["path"]
        shown: dict[str, Any] = {
            "theme": self.cookies.get("theme") if self.cookies.get("theme") in ("nuit", "jour") else None,
            "csrf_token": self.csrf,
            "key": uuid4().hex,
            "back": path,
            "now": self.now,
            "at": self.now,
            "caller": None,
            "nav": [],
            "duty": None,
            "place": None,
        }
        if self.session is not None and Role.PERSON not in self.roles:
            shown["caller"] = {"name": self.session.display_name, "roles": self.roles, "id": self.session.subject}
            shown["nav"] = [
                {"label": label, "href": href, "count": 0} for label, href, roles in NAVIGATION if self.roles & roles
            ]
            shown["place"] = next((entry["label"] for entry in shown["nav"] if path.startswith(entry["href"])), None)
            shown["duty"] = await self.gateway.duty.now(self.house)
        return shown

    async def render(
        self, template: str, *, block: str | None = None, status: int = 200, **context: Any
    ) -> Response[str]:
        """The page; or `block` of it when htmx asks for a fragment."""
        everything = {**await self.context(), **context}
        text = self.gateway.templates.render(template, everything, block if self.fragment else None)
        return Response(text, status_code=status, media_type="text/html", cookies=self.new_cookies())

    def redirect(self, path: str, cookies: list[Cookie] | None = None) -> Redirect:
        """Go on to `path` with a GET (303); `path` stays on this site."""
        safe = path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"
        return Redirect(safe, status_code=303, cookies=[*self.new_cookies(), *(cookies or [])])

    def new_cookies(self) -> list[Cookie]:
        """The anonymous visit's cookie, when this answer began one."""
        return [host_cookie(VISIT_COOKIE, self._new_visit, max_age=None)] if self._new_visit else []


def host_cookie(name: str, value: str, *, max_age: int | None) -> Cookie:
    """A `__Host-` cookie: this host only, Secure, unseen by scripts; browsers take it on loopback too."""
    return Cookie(key=name, value=value, path="/", secure=True, httponly=True, samesite="lax", max_age=max_age)


def ended_cookie(name: str) -> Cookie:
    """Takes a cookie away."""
    return host_cookie(name, "", max_age=0)


async def provide_page(request: Request[Any, Any, Any]) -> Page:
    """The page asked for; the session was resolved by the route's guard, or is looked for here."""
    session = request.scope.get("session_found")
    if session is None and (credential := credential_of(request.scope)) is not None:
        try:
            session = await gateway_of(request).door.session(credential)
        except (SignInFirst, SessionLocked, FactorMissing, PeerAway):
            session = None
    return Page(request, session)  # type: ignore[arg-type]


NamedPage = NamedDependency[Page]
"""A handler's `page`."""


def check_role(session: Session, roles: frozenset[Role]) -> None:
    """`not-for-you` unless the session holds one of `roles`."""
    if roles.isdisjoint({grant.role for grant in session.grants}):
        raise NotForYou()
