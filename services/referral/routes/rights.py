"""Who may cause what to an orientation, from which version of it, and in how many words."""

from collections.abc import Collection
from typing import Any

from litestar import Request

from contracts.caller import Caller
from contracts.words import LISTENING, Role
from kit.auth import NotAllowed
from kit.errors import Changed, Invalid
from services.referral.domain import sheets, transitions
from services.referral.domain.decisions import UnknownDecision
from services.referral.domain.transitions import Who

_OF_ROLE = {
    Role.COORDINATOR: Who.COORDINATOR,
    Role.DUTY_MANAGER: Who.COORDINATOR,  # at night there is no other
    Role.EXPERT: Who.TARGET,
}


class TooLong(Invalid):
    """More words than are kept."""


def who(caller: Caller) -> frozenset[Who]:
    """What a caller is to an orientation."""
    found = {_OF_ROLE[role] for role in caller.roles if role in _OF_ROLE}
    if caller.roles & LISTENING:
        found.add(Who.LISTENER)
    return frozenset(found)


def allowed(caller: Caller, cause: str, *, known: Collection[str]) -> None:
    """Refuses a cause that is not the caller's to set, or that does not exist."""
    if cause not in known:
        raise UnknownDecision(fields={"cause": "unknown"})
    if not transitions.allowed(cause, who(caller)):
        raise NotAllowed(cause)


def check_version(request: Request[Any, Any, Any], version: int) -> None:
    """`If-Match` names the version that the caller saw; without it the present one is meant."""
    asked = request.headers.get("if-match")
    if asked not in (None, "*", f'"{version}"', str(version)):
        raise Changed(version=version)


def words(text: str, most: int) -> str:
    """Typed words, cleaned; `too-long` beyond `most` characters."""
    kept = sheets.clean(text).strip()
    if len(kept) > most:
        raise TooLong(fields={"note": f"at most {most} characters"})
    return kept
