"""Holds: a slot kept while someone is on the line, never for long."""

from datetime import datetime, timedelta

LIFE = timedelta(minutes=5)
LONGEST = timedelta(minutes=30)
MOST_PER_HOLDER = 3


def expires_at(held_since: datetime, now: datetime) -> datetime:
    """When a hold made or renewed at `now` ends: five minutes on, never later than thirty after its beginning."""
    return min(now + LIFE, renewable_until(held_since))


def renewable_until(held_since: datetime) -> datetime:
    return held_since + LONGEST
