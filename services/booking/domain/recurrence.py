"""Which days a rule falls on: the part of RFC 5545 that weekly agendas need (DAILY and WEEKLY)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
PARTS = frozenset({"FREQ", "INTERVAL", "BYDAY", "UNTIL", "COUNT", "WKST"})
MOST_DAYS = 3660
"""No rule is followed for more than ten years, whatever it says."""


class UnknownRecurrence(ValueError):
    """The text is not an RRULE that we follow; the message names the part."""


@dataclass(frozen=True)
class Recurrence:
    """A parsed RRULE; `weekdays` are 0 (Monday) to 6, empty for the first day's own."""

    weekly: bool
    interval: int = 1
    weekdays: frozenset[int] = frozenset()
    until: date | None = None
    count: int | None = None

    def days(self, first_day: date, last_day: date) -> Iterator[date]:
        """The days of the rule from `first_day` to `last_day`, counting `count` from the first day on."""
        last = last_day if self.until is None else min(last_day, self.until)
        last = min(last, first_day + timedelta(days=MOST_DAYS))
        weekdays = self.weekdays or (frozenset({first_day.weekday()}) if self.weekly else frozenset(range(7)))
        first_monday = first_day - timedelta(days=first_day.weekday())
        given = 0
        day = first_day
        while day <= last and (self.count is None or given < self.count):
            periods = (day - first_monday).days // 7 if self.weekly else (day - first_day).days
            if periods % self.interval == 0 and day.weekday() in weekdays:
                given += 1
                yield day
            day += timedelta(days=1)


def parse(text: str) -> Recurrence | None:
    """The rule that `text` says, None for the empty text (once); `UnknownRecurrence` for anything we do not follow."""
    if not text.strip():
        return None
    parts: dict[str, str] = {}
    for piece in text.strip().removeprefix("RRULE:").split(";"):
        name, equals, value = piece.partition("=")
        if not equals or name.upper() not in PARTS or name.upper() in parts:
            raise UnknownRecurrence(piece)
        parts[name.upper()] = value.upper()
    if parts.get("FREQ") not in ("DAILY", "WEEKLY") or parts.get("WKST", "MO") != "MO":
        raise UnknownRecurrence(text)
    return Recurrence(
        weekly=parts["FREQ"] == "WEEKLY",
        interval=_positive(parts.get("INTERVAL", "1")),
        weekdays=_weekdays(parts["BYDAY"]) if "BYDAY" in parts else frozenset(),
        until=_until(parts["UNTIL"]) if "UNTIL" in parts else None,
        count=_positive(parts["COUNT"]) if "COUNT" in parts else None,
    )


def _positive(text: str) -> int:
    if not text.isdecimal() or len(text) > 4 or int(text) == 0:
        raise UnknownRecurrence(text)
    return int(text)


def _weekdays(text: str) -> frozenset[int]:
    try:
        return frozenset(WEEKDAYS.index(day) for day in text.split(","))
    except ValueError as unknown:
        raise UnknownRecurrence(text) from unknown


def _until(text: str) -> date:
    try:
        return datetime.strptime(text[:8], "%Y%m%d").date()
    except ValueError as unknown:
        raise UnknownRecurrence(text) from unknown
