"""What is tried again when a provider refuses, and until when."""

from datetime import datetime, timedelta

from services.reminders.domain.hours import Hours, nearest

LEASE = timedelta(seconds=60)
"""How long a worker owns what it has claimed; afterwards another may take it, and the first is refused."""
PATIENCE = timedelta(minutes=15)
"""A message that could not leave this long after its date obeys the person's hours again, even « now »."""
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (30, 60, 120, 240, 480, 960))


def next_try(tries: int, *, now: datetime, before: datetime | None, hours: Hours | None) -> datetime | None:
    """When to try again after the `tries`-th refusal; None when it is over. Never at or after `before`."""
    if tries > len(PAUSES):
        return None
    target = now + PAUSES[tries - 1]
    last = before or target
    if target > last:
        return None
    return nearest(hours, target, after=target, before=last) if hours else target
