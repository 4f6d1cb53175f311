"""The one place that reads the clock, so that everything else can be told the time.

A whole house may live faster than the machine (a crisis day in minutes, `./veilleuse bench day`): every process is
told the same origin and the same pace at its start, and only what is read here runs faster.
"""

from datetime import UTC, datetime
from typing import Final

import msgspec

from kit.settings import load


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """VEILLEUSE_CLOCK_ORIGIN (an instant, ISO 8601) and VEILLEUSE_CLOCK_SPEED, read as the process starts."""

    clock_origin: str = ""
    clock_speed: float = 1.0


SHORTEST: Final = 0.5
"""Of the machine's seconds: however fast the house lives, its ticks leave time for its work."""
_PACE: Final = load(Pace, "clock")
_ORIGIN: Final = datetime.fromisoformat(_PACE.clock_origin) if _PACE.clock_origin else datetime.fromtimestamp(0, UTC)


def machine() -> datetime:
    """The machine's own instant: what signed tokens carry, since libraries hold them against that clock."""
    return datetime.now(UTC)


def now() -> datetime:
    """The present instant, aware, in UTC."""
    instant = machine()
    if _PACE.clock_speed == 1.0:
        return instant
    return _ORIGIN + (instant - _ORIGIN) * _PACE.clock_speed


def lasts(seconds: float) -> float:
    """How many of the machine's seconds pass while `seconds` pass here; never so few that it does nothing else."""
    return max(seconds / _PACE.clock_speed, min(seconds, SHORTEST))
