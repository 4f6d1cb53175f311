"""Hours that an expert could give in two taps: the hours they are used to, where nothing stands yet."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from kit.errors import Conflict, Gone, Invalid, NotFound
from services.booking.domain import zones
from services.booking.domain.spans import Span

DAYS = 10
PER_DAY = 2
MOST = 8
SOONEST = timedelta(hours=2)
USUAL = (time(12, 30), time(18, 30), time(9), time(20), time(14))
"""Proposed to whoever has no habit yet: outside the hours of most practices first."""
ANSWER_WITHIN = timedelta(days=6)
"""An asking is over before the next week's link goes out."""
WEEKLY_AT = time(12, 30)


class HourNotFree(Conflict):
    """Something stands at that hour: an appointment, an absence, an opening of the same kind."""


class GiftNotValid(Invalid):
    """An hour that is past, too far, or in a way of meeting that the expert does not offer."""


class AskIsOver(Gone):
    """The time to answer is over; the agenda is open all the same."""


class UnknownAsk(NotFound):
    """No such asking, or none of this caller's."""


@dataclass(frozen=True)
class Habit:
    """One occurrence of an opening of the past weeks, on the wall of its zone."""

    weekday: int
    at: time


def habits(openings: Iterable[Span], zone: str) -> Counter[Habit]:
    """How often each weekday and half hour began an opening."""
    found: Counter[Habit] = Counter()
    for one in openings:
        wall = zones.local_time(one.start, zone)
        at = time(wall.hour, 30 if wall.minute >= 30 else 0)
        found[Habit(zones.local_day(one.start, zone).weekday(), at)] += 1
    return found


def proposed(
    known: Mapping[Habit, int], taken: Sequence[Span], *, zone: str, length: timedelta, now: datetime
) -> list[datetime]:
    """At most two starts a day over ten days, the usual hours first, none where something stands."""
    today = zones.local_day(now, zone)
    found: list[datetime] = []
    for number in range(DAYS):
        day = today + timedelta(days=number)
        of_day: list[Span] = []
        for at in _hours(known, day.weekday()):
            start = zones.instant(day, at, zone)
            span = Span(start, start + length)
            if start < now + SOONEST or any(span.overlaps(one) for one in [*taken, *of_day]):
                continue
            of_day.append(span)
            if len(of_day) == PER_DAY:
                break
        found += sorted(span.start for span in of_day)
    return found[:MOST]


def _hours(known: Mapping[Habit, int], weekday: int) -> list[time]:
    """The hours of this weekday by how usual they are, then those of any day, then ours."""
    there = {one.at: count for one, count in known.items() if one.weekday == weekday}
    anywhere: Counter[time] = Counter()
    for one, count in known.items():
        anywhere[one.at] += count
    own = sorted(there, key=lambda at: (-there[at], at))
    others = sorted(anywhere, key=lambda at: (-anywhere[at], at)) if weekday < 5 else []
    return list(dict.fromkeys([*own, *others, *(USUAL if weekday < 5 or not known else ())]))


def next_weekly(now: datetime, zone: str) -> datetime:
    """The next Sunday half past noon where they live: the week to come lies before them."""
    day = zones.local_day(now, zone)
    ahead = (6 - day.weekday()) % 7
    found = zones.instant(day + timedelta(days=ahead), WEEKLY_AT, zone)
    return found if found > now else zones.instant(day + timedelta(days=ahead + 7), WEEKLY_AT, zone)
