"""Public holidays of every French territory, generated and never listed by hand: a list stops one day."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cache
from typing import Any, Final

from contracts.regions import HOLIDAY_REGIONS
from services.booking.domain import zones
from services.booking.domain.experts import Expert
from services.booking.domain.spans import Span

AHEAD: Final = timedelta(days=400)
"""How far holidays are written into an agenda: thirteen months."""
MAINLAND: Final = "metropole"
IN_THE_LIBRARY: Final = {
    "metropole": None,
    "alsace-moselle": "57",
    "975": "PM",
    "977": "BL",
    "978": "MF",
    "984": "TF",
    "986": "WF",
    "987": "PF",
    "988": "NC",
}
"""What the library `holidays` calls a region that `ExpertChanged` tells, where it has another name for it."""


@dataclass(frozen=True)
class Holiday:
    """One day that a territory keeps."""

    day: date
    name: str


def region_name(region: str) -> str:
    """Its French name; an unknown one counts as the mainland."""
    return HOLIDAY_REGIONS.get(region, HOLIDAY_REGIONS[MAINLAND])


def between(region: str, *, first: date, last: date) -> list[Holiday]:
    """The holidays of a region from `first` to `last`, in order."""
    years = range(first.year, last.year + 1)
    return [one for year in years for one in _of_year(region, year) if first <= one.day <= last]


@cache
def _of_year(region: str, year: int) -> tuple[Holiday, ...]:
    from holidays.countries.france import France  # here: the library costs the start of every process 0.4 s

    subdivision = IN_THE_LIBRARY.get(region, region) if region in HOLIDAY_REGIONS else None
    make: Any = France  # it carries no types
    found = make(subdiv=subdivision, years=year, language="fr")
    return tuple(Holiday(day, name) for day, name in sorted(found.items()) if day.year == year)


def whole_day(day: date, zone: str) -> Span:
    """From one local midnight to the next, whatever the clocks do."""
    return Span(zones.instant(day, time(), zone), zones.instant(day + timedelta(days=1), time(), zone))


@cache
def _days_off(region: str, zone: str, today: date) -> list[tuple[date, Span]]:
    found = between(region, first=today - timedelta(days=1), last=today + AHEAD)
    return [(one.day, whole_day(one.day, zone)) for one in found]


def days_off(expert: Expert, *, today: date) -> list[tuple[date, Span]]:
    """The holidays that an agenda of which nothing was said keeps closed, from yesterday to thirteen months ahead."""
    return _days_off(expert.holiday_region, expert.time_zone, today)


def closed(day: date, *, by_default: bool, opened: dict[date, bool]) -> bool:
    """Whether an expert is away on this holiday: as they said for the day, else as they said for all."""
    return not opened[day] if day in opened else by_default
