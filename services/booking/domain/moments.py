"""Instants and numbers as they come from outside, before anything is done with them."""

from datetime import UTC, date, datetime, timedelta

from services.booking.domain import refusals
from services.booking.domain.spans import Span

MOST_ID = 2**63 - 1
"""Ids of holds, openings and absences are 64-bit; no larger one has ever been given."""


def instant(moment: datetime, field: str = "starts_at") -> datetime:
    """The instant in UTC; `unclear-time` without an offset, outside our century, or a beginning between two minutes."""
    if field == "starts_at" and (moment.second or moment.microsecond):
        raise refusals.UnclearTime(fields={field: "a whole minute"})
    return _clear(moment, field)


def _clear(moment: datetime, field: str) -> datetime:
    if moment.tzinfo is None or not 2000 <= moment.year <= 2199:
        raise refusals.UnclearTime(fields={field: "an instant of this century, with its offset"})
    return moment.astimezone(UTC)


def local_day(day: date, field: str = "day") -> date:
    """A day that has neighbours on both sides; `unclear-time` outside our century."""
    if not 2000 <= day.year <= 2199:
        raise refusals.UnclearTime(fields={field: "a day of this century"})
    return day


def span(start: datetime, end: datetime, longest: timedelta) -> Span:
    """A stretch of time that goes forward and is not longer than `longest`."""
    found = Span(_clear(start, "starts_at"), _clear(end, "ends_at"))
    if not timedelta(0) < found.end - found.start <= longest:
        raise refusals.UnclearTime(fields={"ends_at": "after the beginning, and not too long after"})
    return found


def known_id(number: int) -> int:
    """The number when it can be one of ours, 0 otherwise: nothing has that id."""
    return number if 0 < number <= MOST_ID else 0
