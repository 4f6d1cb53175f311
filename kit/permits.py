"""Permits on the wire: signed by the service that knows, verified each time by the one that acts."""

from datetime import timedelta
from typing import Any, TypeVar

import msgspec

from contracts.permits import Permit
from kit.clock import machine
from kit.errors import Forbidden
from kit.keys import BadToken, KeyRing, KeySet

P = TypeVar("P", bound=Permit)


class PermitRefused(Forbidden):
    """This permit does not allow that, or its time is over."""


class Permits:
    """Signs this service's permits and reads those of others. One per process, in the app's state."""

    def __init__(self, service: str, ring: KeyRing | None, issuers: dict[str, KeySet]) -> None:
        self.service = service
        self.ring = ring
        self.issuers = issuers

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
        try:
            claims = await self.issuers[kind.issuer].verify(text, audience=kind.audience, typ=_typ(kind))
            return msgspec.convert(claims["permit"], kind)
        except (BadToken, msgspec.ValidationError, KeyError) as error:
            raise PermitRefused(str(error)) from error


def _typ(kind: type[Permit]) -> str:
    return f"{kind.__name__.lower()}+jwt"
