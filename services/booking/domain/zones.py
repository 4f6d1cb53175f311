"""The only place where local wall-clock time becomes an instant.

PostgreSQL and Python disagree on the repeated hour of an autumn change; RFC 5545 and Python (`fold=0`) take the first.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

KNOWN = frozenset(available_timezones())


def instant(day: date, at: time, zone: str) -> datetime:
    """The instant of a local time: the first of a repeated hour, a skipped one as if the clock had not moved yet."""
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)


def noon(day: date, zone: str) -> datetime:
    """The middle of a local day: an hour that no clock change moves."""
    return instant(day, time(12), zone)


def local_day(moment: datetime, zone: str) -> date:
    """The calendar day that people in `zone` live at this instant."""
    return moment.astimezone(ZoneInfo(zone)).date()


def local_time(moment: datetime, zone: str) -> time:
    """The wall-clock time that people in `zone` read at this instant."""
    return moment.astimezone(ZoneInfo(zone)).time()


def days_between(first: date, last: date) -> list[date]:
    """Every day from `first` to `last`, both included."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
