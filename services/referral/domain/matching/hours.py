"""When a person can, and how far an expert's working day meets that; a wish weighs, it excludes nobody."""

from collections.abc import Collection
from typing import Final

WINDOWS: Final = {
    "morning": range(8, 12),
    "afternoon": range(12, 18),
    "evening": range(18, 22),
    "night": (22, 23, 0, 1, 2, 3, 4, 5, 6, 7),
    "weekend": (),
}
"""Hours of the day on the person's own clock; `weekend` says which days, not which hours."""
WORKING: Final = frozenset(range(8, 20))


def shared(windows: Collection[str], *, apart: float) -> float:
    """Which part of the hours that the person can (8 h to 20 h when they said none) lies in the expert's working day.

    `apart` is how many hours later it is where the expert is.
    """
    wanted = {hour for one in windows for hour in WINDOWS.get(one, ())} or WORKING
    there = {(hour + round(apart)) % 24 for hour in wanted}
    return len(there & WORKING) / len(there)
