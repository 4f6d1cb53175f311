"""Who may pass: internal tokens, the caller they stand for, and guards that deny by default."""

import hashlib
import time
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.types import Guard

from contracts.caller import Caller
from contracts.words import Role
from kit.errors import Forbidden, Unauthorised
from kit.keys import KeyRing, KeySet

TOKEN_TYPE = "at+jwt"  # RFC 9068
TOKEN_SECONDS = 60
PUBLIC = {"public": True}
"""Route option of the few handlers that anyone may call: `@get(…, opt=PUBLIC)`."""


class NotAllowed(Forbidden):
    """Your role does not open this."""


class SignInFirst(Unauthorised):
    """Nobody is signed in."""


def sign_token(ring: KeyRing, caller: Caller, *, audience: str, now: datetime) -> str:
    """An internal token of at most 60 s for one service; only identity does this."""
    instant = int(now.timestamp())
    claims = {
        "iss": "identity",
        "aud": audience,
        "sub": str(caller.subject),
        "iat": instant,
        "exp": instant + TOKEN_SECONDS,
        "jti": uuid4().hex,
        "caller": msgspec.to_builtins(caller),
    }
    return ring.sign(claims, typ=TOKEN_TYPE)


class Doorman:
    """Verifies internal tokens for one service, remembering each for its short life.

    Verifying costs 160 µs; the memory is keyed by a hash of the whole text (a revocation list could not be: the same
    token has several spellings).
    """

    def __init__(self, service: str, identity: KeySet) -> None:
        self.service = service
        self.identity = identity
        self._known: dict[bytes, tuple[float, Caller]] = {}

    async def caller(self, authorization: str | None) -> Caller:
        """The caller behind an `Authorization: Bearer …` header."""
        if not authorization or not authorization.startswith("Bearer "):
            raise SignInFirst()
        text = authorization[7:]
        key = hashlib.sha256(text.encode()).digest()
        known = self._known.get(key)
        if known and known[0] > time.time():
            return known[1]
        claims = await self.identity.verify(text, audience=self.service, typ=TOKEN_TYPE)
        caller = msgspec.convert(claims["caller"], Caller)
        if str(caller.subject) != claims.get("sub"):
            raise SignInFirst()
        if len(self._known) > 10_000:
            self._known = {k: v for k, v in self._known.items() if v[0] > time.time()}
        self._known[key] = (float(claims["exp"]), caller)
        return caller


async def signed_in(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """The guard of every app: no caller, no entry, unless the route says that it is public."""
    header = connection.headers.get("authorization")
    if handler.opt.get("public") and not header:
        return
    connection.scope["caller"] = await connection.app.state.house.doorman.caller(header)  # type: ignore[typeddict-unknown-key]


def only(*roles: Role) -> Guard:
    """A guard that lets through callers with at least one of `roles`."""

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        # async although it awaits nothing: Litestar sends a plain function to a thread, for more than it costs
        caller = caller_of(connection.scope)
        if caller is None:
            raise SignInFirst()
        if not caller.has(*roles):
            raise NotAllowed()

    guard.roles = frozenset(roles)  # type: ignore[attr-defined]  # the route walk test reads it
    return guard


STAFF = tuple(role for role in Role if role not in (Role.PERSON, Role.SERVICE))
"""Every role of an account."""

ANYONE = tuple(Role)
"""Every signed-in caller; the handler itself checks whose thing it is."""


def caller_of(scope: Any) -> Caller | None:
    """The caller that `signed_in` found for this request."""
    found: Caller | None = scope.get("caller")
    return found


def role_name(caller: Caller | None) -> str:
    """The role written in each transaction (`app.role`), for row policies and the audit."""
    return min((role.value for role in caller.roles), default="nobody") if caller else "nobody"


NOBODY = UUID(int=0)
