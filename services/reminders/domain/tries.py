"""What is tried again when a provider refuses, and until when."""

from datetime import datetime, timedelta

from services.reminders.domain.hours import Hours, nearest

LEASE = timedelta(seconds=60)
"""How long a worker owns what it has claimed; afterwards another may take it, and the first is refused."""
PATIENCE = timedelta(minutes=15)
"""A message that could not leave this long after its date obeys the person's hours again, even « now »."""
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (30, 60, 120, 240, 480, 960))

LONG_PAUSE = timedelta(minutes=30)
"""A provider that is down for hours is asked again as long as its messages are of use; the desk knew long before."""


def desk_knows(tries: int) -> bool:
    """Whether this refusal is the one at which the desk is told."""
    return tries == len(PAUSES) + 1


def next_try(tries: int, *, now: datetime, before: datetime | None, hours: Hours | None) -> datetime | None:
    """When to try again after the `tries`-th refusal; None when it is over. Never at or after `before`.

    Without a `before` nothing says until when it is of use: it is over once the desk knows.
    """
    if tries > len(PAUSES) and before is None:
        return None
    target = now + (PAUSES[tries - 1] if tries <= len(PAUSES) else LONG_PAUSE)
    last = before or target
    if target > last:
        return None
    return nearest(hours, target, after=target, before=last) if hours else target
