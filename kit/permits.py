"""Permits on the wire: signed by the service that knows, verified by the one that acts, remembered for their life."""

import hashlib
from datetime import timedelta
from typing import Any, TypeVar

import msgspec

from contracts.permits import Permit
from kit.clock import machine
from kit.errors import Forbidden
from kit.keys import BadToken, KeyRing, KeySet, OwnKeys

P = TypeVar("P", bound=Permit)


class PermitRefused(Forbidden):
    """This permit does not allow that, or its time is over."""


REMEMBERED = 4_000


class Permits:
    """Signs this service's permits, and reads those of others and its own. One per process, in the app's state.

    A permit comes again: with the hold, each change of the hour, the booking. Verifying costs 210 µs; what was verified
    is remembered until it expires, keyed by a hash of the whole text.
    """

    def __init__(self, service: str, ring: KeyRing | None, issuers: dict[str, KeySet]) -> None:
        self.service = service
        self.ring = ring
        self.issuers = issuers if ring is None else {**issuers, service: OwnKeys(service, ring)}
        self._known: dict[tuple[type[Permit], bytes], tuple[float, Permit]] = {}

    def sign(self, permit: Permit) -> str:
        """The compact text of `permit`, good for its kind's minutes."""
        if self.ring is None or permit.issuer != self.service:
            raise ValueError(f"{self.service} does not issue {type(permit).__name__}")
        instant = machine()
        claims: dict[str, Any] = {
            "iss": permit.issuer,
            "aud": permit.audience,
            "iat": int(instant.timestamp()),
            "exp": int((instant + timedelta(minutes=permit.minutes)).timestamp()),
            "permit": msgspec.to_builtins(permit),
        }
        return self.ring.sign(claims, typ=_typ(type(permit)))

    async def read(self, text: str, kind: type[P]) -> P:
        """The permit in `text`; `permit-refused` when it is forged, expired, or not of this kind."""
        key = (kind, hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())
        expires, known = self._known.get(key, (0.0, None))
        if isinstance(known, kind) and expires > machine().timestamp():
            return known
        try:
            claims = await self.issuers[kind.issuer].verify(text, audience=kind.audience, typ=_typ(kind))
            permit = msgspec.convert(claims["permit"], kind)
        except (BadToken, msgspec.ValidationError, KeyError) as error:
            raise PermitRefused(str(error)) from error
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[key] = (float(claims["exp"]), permit)
        return permit


def _typ(kind: type[Permit]) -> str:
    return f"{kind.__name__.lower()}+jwt"
