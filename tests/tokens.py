"""Internal tokens for calling a service's app in a test, signed as identity would."""

from uuid import UUID, uuid4

from contracts.caller import Caller, Grant
from contracts.words import Role
from kit.auth import sign_token
from kit.clock import now
from kit.keys import KeyRing


def a_caller(*roles: Role, subject: UUID | None = None, acts_for: tuple[UUID, ...] = ()) -> Caller:
    """A caller with `roles` everywhere; a psychologist when nothing is said."""
    granted = roles or (Role.PSYCHOLOGIST,)
    return Caller(
        subject=subject or uuid4(),
        grants=tuple(Grant(role) for role in granted),
        session=uuid4(),
        acts_for=acts_for,
    )


def bearer(ring: KeyRing, audience: str, caller: Caller) -> dict[str, str]:
    """The Authorization header of `caller` for service `audience`."""
    return {"Authorization": f"Bearer {sign_token(ring, caller, audience=audience, now=now())}"}
