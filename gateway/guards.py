"""Which pages are for whom: every route either says OPEN, or names roles; nothing else is let through."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.types import Guard

from contracts.words import LISTENING, Role
from gateway.door import STAFF_ROLES, NotForYou, SignInFirst, credential_of
from gateway.house import gateway_of
from gateway.page import check_role

AUTOMATIC = "x-automatic"
"""Sent by our scripts when a page asks by itself: nobody did anything, so the screen may lock (trust.md F4)."""
UNTOUCHED = {"touch": False}
"""Route option of what only a script asks, again and again: it is never a sign that somebody is there."""
OPEN = {"open": True}
"""Route option of a page that anyone may see."""


async def deny_by_default(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """A route without OPEN and without roles opens to nobody."""
    if handler.opt.get("open"):
        return
    roles = handler.opt.get("roles")
    if roles is None:
        raise NotForYou("no role is named")
    credential = credential_of(connection.scope)
    if credential is None:
        raise SignInFirst()
    scope: Any = connection.scope
    scope["even_locked"] = bool(handler.opt.get("even_locked"))
    scope["touch"] = handler.opt.get("touch", True) and connection.headers.get(AUTOMATIC) is None
    door = gateway_of(connection).door
    session = await door.session(credential, busy=scope["even_locked"], touch=scope["touch"])
    check_role(session, roles)
    scope["session_found"] = session


def to(*roles: Role) -> dict[str, Any]:
    """Route option: `@get("/agenda", opt=to(Role.EXPERT))`."""
    return {"roles": frozenset(roles)}


LISTENERS_ONLY = to(*LISTENING)
STAFF_ONLY = to(*STAFF_ROLES)
URGENT = {**STAFF_ONLY, "even_locked": True}
"""Any professional may raise it; the urgent key works on a locked screen, and opens nothing else (trust.md F4)."""
ON_CALL = to(*LISTENING, Role.COORDINATOR)
"""Who answers an urgent action and closes it, two by two."""
PERSON_ONLY = to(Role.PERSON)
GUARDS: list[Guard] = [deny_by_default]
