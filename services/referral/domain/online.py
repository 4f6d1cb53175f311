"""Booking without a call: where it is open, and the pace of a need that nobody has graded."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kit.errors import Conflict, Invalid

PACE_UNGRADED: Final = 2
"""How soon the house follows up an orientation whose level nobody has said: its sheet stays without one (care.md 1)."""


class OnlineClosed(Conflict):
    """No programme lets people book without a call there."""


class ProgrammeRefused(Invalid):
    """A programme needs a code, a name, and départements that exist."""


@dataclass(frozen=True, slots=True)
class Programme:
    """Départements where it lets people book without a call; none named: everywhere."""

    code: str
    label: str
    open: bool
    departments: tuple[str, ...]
    version: int = 1


def open_in(programmes: Sequence[Programme], department: str) -> bool:
    """Whether anyone there may book without a call."""
    return any(one.open and (not one.departments or department in one.departments) for one in programmes)
