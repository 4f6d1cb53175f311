"""When someone may be written to: the hours of their own clock, over midnight and across clock changes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MORNING, EVENING = time(8), time(21)
LAST_CALL = timedelta(minutes=10)
"""A message moved to the end of someone's hours goes this long before it, so that it also arrives inside."""
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Hours:
    """Wall-clock times of `zone`; `until` before `since` runs over midnight, equal to it means day and night."""

    zone: str
    since: time = MORNING
    until: time = EVENING

    @classmethod
    def of(cls, zone: str, since: time | None, until: time | None) -> "Hours":
        """The chosen hours, or 08:00–21:00 when nothing was said."""
        return cls(zone, since or MORNING, until or EVENING) if since or until else cls(zone)


def instant(day: date, at: time, zone: str) -> datetime:
    """The UTC instant of a wall-clock time; the first one when the hour comes twice (RFC 5545)."""
    return datetime.combine(day, at, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def allows(hours: Hours, at: datetime) -> bool:
    """Whether `at` lies inside someone's hours."""
    wall = at.astimezone(ZoneInfo(hours.zone)).time()
    if hours.since == hours.until:
        return True
    if hours.since < hours.until:
        return hours.since <= wall < hours.until
    return wall >= hours.since or wall < hours.until


def nearest(hours: Hours, target: datetime, *, after: datetime, before: datetime) -> datetime | None:
    """The allowed instant nearest to `target` from `after` to `before`; the earlier of two; None when there is none."""
    if after <= target <= before and allows(hours, target):
        return target
    found = [min(max(target, first), last) for first, last in _windows(hours, target, after, before) if first <= last]
    return min(found, key=lambda at: (abs(at - target), at), default=None)


def _windows(hours: Hours, target: datetime, after: datetime, before: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The windows of the days around `target`, cut to `after`…`before`."""
    if hours.since == hours.until:
        yield after, before
        return
    middle = target.astimezone(ZoneInfo(hours.zone)).date()
    for shift in range(-2, 3):
        day = middle + shift * DAY
        opens = instant(day, hours.since, hours.zone)
        closes = instant(day if hours.since < hours.until else day + DAY, hours.until, hours.zone)
        yield max(opens, after), min(max(opens, closes - LAST_CALL), before)
