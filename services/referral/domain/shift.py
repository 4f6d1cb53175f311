"""Who is at the desk, the pause after a heavy call, and what one shift tells the next (care.md 20)."""

from datetime import datetime, timedelta
from typing import Final

from kit.errors import Conflict, Invalid, NotFound
from services.referral.domain.sheets import clean

STATES: Final = ("available", "in_call", "writing", "pause", "away")
PAUSE: Final = timedelta(minutes=10)
ON_DUTY: Final = timedelta(hours=12)
"""A presence that nothing touched for this long is forgotten."""
REST_OFFERED: Final = timedelta(hours=1)
WATCHED: Final = timedelta(hours=18)
"""An instruction for tonight does not become one for good."""
LONGEST: Final = {"watch": 300, "incident": 600, "handover": 1000, "post": 20}


class UnknownState(Invalid):
    """One is available, in a call, writing, in a pause, or away."""


class WordsRefused(Invalid):
    """It must say something, and briefly."""


class UnknownWatch(NotFound):
    """No such instruction."""


class UnknownHandover(NotFound):
    """No such hand-over."""


class OwnHandover(Conflict):
    """Whoever comes in reads and signs, not whoever wrote it."""


class HandoverSigned(Conflict):
    """It is signed already."""


class UnknownDebrief(NotFound):
    """No such request."""


def state(name: str) -> str:
    """`name` if it is a state."""
    if name not in STATES:
        raise UnknownState(fields={"state": "unknown"})
    return name


def words(text: str, kind: str, *, needed: bool = True) -> str:
    """`text` trimmed; refuses one that is empty or too long for its kind."""
    kept = clean(text).strip()
    if (needed and not kept) or len(kept) > LONGEST[kind]:
        raise WordsRefused(fields={"words": f"1 to {LONGEST[kind]} characters"})
    return kept


def pause_until(name: str, now: datetime) -> datetime | None:
    """When a pause that begins now is over."""
    return now + PAUSE if name == "pause" else None
