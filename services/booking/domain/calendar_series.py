"""Which events of a foreign calendar belong together, and which of them can be followed: the rest is counted."""

import re
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

MOST_DATES: Final = 5_000
MOST_A_DAY: Final = 24
"""An event that recurs more often than this in a day tells nothing of an agenda."""
MOST_COUNT: Final = 1_000
LONGEST: Final = timedelta(days=800)
OFTEN: Final = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})
NUMBERED: Final = frozenset({"MONTHLY", "YEARLY"})
"""Where a weekday may carry its place: anywhere else readers disagree (RFC 5545, 3.3.10)."""

_DIGIT: Final = re.compile(r"\d")


@dataclass
class Series:
    """Events by UID, each with its exceptions.

    `left_out` cannot be followed; `unsure` are followed on the calendar's own clock, since nobody knows their zone.
    """

    together: list[list[Any]] = field(default_factory=list)
    left_out: int = 0
    unsure: int = 0


def series(calendar: Any, ours: Collection[str]) -> Series:
    """The events of a calendar, without those whose UID is one of `ours`."""
    by_uid: dict[str, list[Any]] = defaultdict(list)
    odd: set[str] = set()
    unsure: set[str] = set()
    for number, event in enumerate(calendar.walk("VEVENT")):
        uid = str(event.get("UID", "")).strip() or f"without {number}"
        if uid in ours or uid.partition("@")[0] in ours:
            continue
        by_uid[uid].append(event)
        try:
            followed = _forwards(event) and _measured(event)
            if followed and _in_no_zone(event):
                unsure.add(uid)
        except (ValueError, TypeError, AttributeError, OverflowError):  # a property that is not what its name says
            followed = False
        if not followed:
            odd.add(uid)
    together = [one for uid, events in by_uid.items() if uid not in odd for one in _apart(events)]
    return Series(together, len(odd), len(unsure - odd))


def _apart(events: list[Any]) -> list[list[Any]]:
    """One series, or several where a careless program gave one UID to events that are not exceptions of each other.

    Of two versions of one event the later counts (SEQUENCE, RFC 5545 §3.8.7.4); of two at the same both take time.
    """
    whole = [event for event in events if "RECURRENCE-ID" not in event]
    if len(whole) < 2:
        return [events]
    latest = max(_sequence(event) for event in whole)
    first, *others = (event for event in whole if _sequence(event) == latest)
    return [[first, *(event for event in events if "RECURRENCE-ID" in event)], *([other] for other in others)]


def _sequence(event: Any) -> int:
    try:
        return int(event.get("SEQUENCE", 0))
    except (ValueError, TypeError):
        return 0


def _forwards(event: Any) -> bool:
    """Whether it ends after it begins, and within the longest time that anything takes."""
    start = event["DTSTART"].dt if "DTSTART" in event else None
    if start is None:
        return False
    if "DTEND" in event:
        lasts = _plain(event["DTEND"].dt) - _plain(start)
    else:
        lasts = event["DURATION"].dt if "DURATION" in event else timedelta(0)
    return timedelta(0) <= lasts <= LONGEST


def _plain(told: date | datetime) -> datetime:
    """On one clock, near enough to compare; a floating hour is as good as any."""
    if not isinstance(told, datetime):
        told = datetime.combine(told, time())
    return told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)


def _in_no_zone(event: Any) -> bool:
    """Whether it names a zone that neither the calendar nor anybody else knows."""
    start = event["DTSTART"]
    return "TZID" in start.params and isinstance(start.dt, datetime) and start.dt.tzinfo is None


def _measured(event: Any) -> bool:
    """Whether its recurrence may be followed: said in full, and bounded in a day, in number and in dates."""
    if "EXRULE" in event:  # gone since RFC 5545: dates taken out by a rule that nothing here follows
        return False
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        if not hasattr(rule, "get"):
            return False
        count = [int(one) for one in rule.get("COUNT", [])]
        frequencies = {str(one).upper() for one in rule.get("FREQ", [])}
        if len(frequencies) != 1 or any(one < 1 for one in count):
            return False
        if not frequencies & NUMBERED and any(_DIGIT.search(str(one)) for one in rule.get("BYDAY", [])):
            return False
        if frequencies & OFTEN and not (count and max(count) <= MOST_COUNT):
            return False
        a_day = 1
        for part in ("BYHOUR", "BYMINUTE", "BYSECOND"):
            a_day *= max(1, len(rule.get(part, [])))
        if a_day > MOST_A_DAY or any(one < 1 for one in rule.get("INTERVAL", [])):
            return False
        _until_the_evening(rule, event["DTSTART"].dt)
    return all(_dates(event.get(name)) <= MOST_DATES for name in ("RDATE", "EXDATE"))


def _until_the_evening(rule: Any, start: date | datetime) -> None:
    """A series of hours that ends with a day holds on that day too; the library would stop at its midnight."""
    told = rule.get("UNTIL", [])
    if isinstance(start, datetime) and any(not isinstance(one, datetime) for one in told):
        evening = [datetime.combine(one, time(23, 59, 59), start.tzinfo) for one in told]
        rule["UNTIL"] = [one.astimezone(UTC) if one.tzinfo else one for one in evening]


def _dates(told: Any) -> int:
    lists = told if isinstance(told, list) else [] if told is None else [told]
    return sum(len(getattr(one, "dts", ())) for one in lists)
