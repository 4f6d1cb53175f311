"""What a calendar kept elsewhere says of an expert's time: RFC 5545 in, stretches of busy time out, and no word more.

Runs in a process of its own with bounds on time and memory, since a file from outside may hold anything.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events
import x_wr_timezone

from services.booking.domain import calendar_pieces
from services.booking.domain.calendar_series import LONGEST, series
from services.booking.domain.spans import Span, union
from services.booking.domain.zones import KNOWN

MOST_SPANS: Final = 5_000
MOST_EVENTS: Final = 10_000

_EVENT: Final = re.compile(rb"(?ms)^BEGIN:VEVENT\r?$.*?^END:VEVENT\r?\n")
_YEAR: Final = re.compile(rb"(?m)^DTSTART[^:\r\n]*:(\d{4})")
_RECURS: Final = re.compile(rb"(?mi)^(RRULE|RDATE|RECURRENCE-ID)")

Guard = Callable[[], AbstractContextManager[Any]]


class NotACalendar(Exception):
    """Nothing in it is a calendar of RFC 5545."""


class TooMuch(Exception):
    """More events than any agenda has."""


@dataclass(frozen=True)
class Reading:
    """The busy time in the window, and how many events were misunderstood.

    Unreadable or recurring beyond measure, they take no time; in a zone that nobody knows, they take it on the
    calendar's own clock. Either way the professional is told, who alone knows better.
    """

    spans: list[Span]
    left_out: int


@dataclass(frozen=True)
class Window:
    """From when to when, and the zone of whole days and floating hours unless the calendar names its own."""

    first: datetime
    last: datetime
    zone: str


def read(texts: Iterable[bytes], window: Window, *, ours: Collection[str] = (), guard: Guard = nullcontext) -> Reading:
    """All calendars in `texts`; `ours` are UIDs that came from us, `guard` bounds the time of one event."""
    spans: list[Span] = []
    left_out = found = 0
    for text in texts:
        calendars, broken = _calendars(text, window)
        left_out += broken
        for calendar in calendars:
            found += 1
            zone = _zone(calendar, window.zone)
            events_of = series(calendar, ours)
            left_out += events_of.left_out + events_of.unsure
            for events in events_of.together:
                try:
                    with guard():
                        spans += _occurrences(calendar, events, window, zone)
                except Exception:  # a library meets what no one thought of: this event is left out, the others count
                    left_out += 1
            spans += _free_busy(calendar, window, zone)
            if len(spans) > MOST_EVENTS:
                raise TooMuch
    if not found:
        raise NotACalendar
    merged = union(spans)
    return Reading(merged[:MOST_SPANS], left_out + max(0, len(merged) - MOST_SPANS))


def _without_the_past(text: bytes, window: Window) -> bytes:
    """Without the events of years ago that do not recur: most of an old calendar, at a thousandth of their parsing."""

    def kept(block: re.Match[bytes]) -> bytes:
        year = _YEAR.search(block[0])
        past = year is not None and int(year[1]) < window.first.year - 2
        return b"" if past and not _RECURS.search(block[0]) else block[0]

    return _EVENT.sub(kept, text)


def _calendars(text: bytes, window: Window) -> tuple[list[Any], int]:
    """The calendars in a file, and how many events of a broken one could not be read."""
    if b"BEGIN:VCALENDAR" not in text.upper():
        return [], 0
    near = _without_the_past(text, window)
    if near.upper().count(b"BEGIN:VEVENT") > MOST_EVENTS:
        raise TooMuch
    try:
        whole = [one for one in icalendar.Calendar.from_ical(near, multiple=True) if one.name == "VCALENDAR"]
    except calendar_pieces.UNREADABLE:
        whole = []
    if whole:
        return whole, 0
    pieced, left_out = calendar_pieces.read(near)
    return ([] if pieced is None else [pieced]), left_out


def _zone(calendar: Any, otherwise: str) -> str:
    told = str(calendar.get("X-WR-TIMEZONE", "")).strip()
    return told if told in KNOWN else otherwise


def _occurrences(calendar: Any, events: list[Any], window: Window, zone: str) -> list[Span]:
    """One series in the window; cancelled ones, and those that leave one free, take no time."""
    alone = icalendar.Calendar()
    for name in ("VERSION", "PRODID", "X-WR-TIMEZONE"):
        if name in calendar:
            alone[name] = calendar[name]
    for each in (*calendar.walk("VTIMEZONE"), *events):
        alone.add_component(each)
    if "X-WR-TIMEZONE" in alone and not alone.walk("VTIMEZONE"):
        alone = x_wr_timezone.to_standard(alone)
    found = recurring_ical_events.of(alone, components=["VEVENT"]).between(
        window.first.astimezone(ZoneInfo(zone)), window.last.astimezone(ZoneInfo(zone))
    )
    return list(_spans(found, window, zone))


def _spans(events: Iterable[Any], window: Window, zone: str) -> Iterator[Span]:
    for event in events:
        if str(event.get("STATUS", "")).upper() == "CANCELLED" or str(event.get("TRANSP", "")).upper() == "TRANSPARENT":
            continue
        if str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper() == "FREE":
            continue
        start = event["DTSTART"].dt
        end = event["DTEND"].dt if "DTEND" in event else _end(start)
        span = _clipped(instant(start, zone), instant(end, zone), window)
        if span is not None:
            yield span


def _end(start: date | datetime) -> date | datetime:
    """Without an end, a day lasts a day and an hour no time at all (RFC 5545 §3.6.1)."""
    return start if isinstance(start, datetime) else start + timedelta(days=1)


def instant(told: date | datetime, zone: str) -> datetime:
    """A whole day begins at midnight of the calendar's zone; an hour without zone is floating, and lived there too."""
    if not isinstance(told, datetime):
        told = datetime(told.year, told.month, told.day)
    return (told if told.tzinfo is not None else told.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def _clipped(start: datetime, end: datetime, window: Window) -> Span | None:
    """To whole minutes, outwards, inside the window; None when nothing of it is left."""
    if end <= start or end - start > LONGEST:
        return None
    start, end = max(start, window.first), min(end, window.last)
    return Span(start, end).outwards() if end > start else None


def _free_busy(calendar: Any, window: Window, zone: str) -> list[Span]:
    """What a VFREEBUSY publishes instead of events."""
    found = []
    for component in calendar.walk("VFREEBUSY"):
        told = component.get("FREEBUSY", [])
        for period in told if isinstance(told, list) else [told]:
            for one in getattr(period, "dts", None) or [period]:
                if str(getattr(period, "params", {}).get("FBTYPE", "BUSY")).upper() == "FREE":
                    continue
                try:
                    start, end = getattr(one, "dt", one)
                    until = start + end if isinstance(end, timedelta) else end
                    span = _clipped(instant(start, zone), instant(until, zone), window)
                except (TypeError, ValueError, OverflowError, AttributeError):
                    continue
                if span is not None:
                    found.append(span)
    return found
