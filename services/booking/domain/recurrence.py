"""Which days a rule falls on: DAILY, WEEKLY and MONTHLY of RFC 5545; anything else is refused, never guessed."""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
PARTS = frozenset({"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYSETPOS", "UNTIL", "COUNT", "WKST"})
POSITIONS = frozenset({1, 2, 3, 4, -1})
"""First to fourth and last of a month: what people say."""
ONE_DAY = timedelta(days=1)


class UnknownRecurrence(ValueError):
    """The text is not an RRULE that we follow; the message names the part."""


class Frequency(StrEnum):
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"


@dataclass(frozen=True)
class Recurrence:
    """A parsed RRULE; `weekdays` are 0 (Monday) to 6, `until` a day, a local time or an instant in UTC.

    `nth` are weekdays by their place in the month (`1FR`, `-1SU`); where no day is named, the first day's own counts.
    """

    frequency: Frequency
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    nth: tuple[tuple[int, int], ...] = ()
    month_days: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()
    until: date | datetime | None = None
    count: int | None = None
    week_start: int = 0

    def days(self, first_day: date, last_day: date, since: date | None = None) -> Iterator[date]:
        """The days of the rule from `first_day` (or `since`) to `last_day`; `count` counts from the first day on.

        A first day that the rule does not name is no day of the rule (RFC 5545 leaves it undefined).
        """
        last = last_day if not isinstance(self.until, date) else min(last_day, _day(self.until))
        shown = first_day if since is None else max(first_day, since)
        given = 0
        for period in self._periods(first_day, last, first_day if self.count is not None else shown):
            for day in period:
                if day < first_day:
                    continue
                given += 1
                if day > last or (self.count is not None and given > self.count):
                    return
                if day >= shown:
                    yield day

    def _periods(self, first_day: date, last: date, since: date) -> Iterator[list[date]]:
        """The days of each day, week or month that counts, from the one that holds `since`."""
        if self.frequency is Frequency.DAILY:
            step = timedelta(days=self.interval)
            day = first_day + max(0, -((first_day - since) // step)) * step
            while day <= last:
                named = not self.weekdays or day.weekday() in self.weekdays
                yield [day] if named and (not self.month_days or _in_month(day, self.month_days)) else []
                day += step
        elif self.frequency is Frequency.WEEKLY:
            step = timedelta(weeks=self.interval)
            week = first_day - timedelta(days=(first_day.weekday() - self.week_start) % 7)
            week += max(0, (since - week) // step) * step
            weekdays = self.weekdays or (first_day.weekday(),)
            offsets = sorted((weekday - self.week_start) % 7 for weekday in weekdays)
            while week <= last:
                yield [week + timedelta(days=offset) for offset in offsets]
                week += step
        else:
            month = first_day.year * 12 + first_day.month - 1
            month += max(0, (since.year * 12 + since.month - 1 - month) // self.interval) * self.interval
            while month <= last.year * 12 + last.month - 1:
                yield self._of_month(month // 12, month % 12 + 1, first_day)
                month += self.interval

    def _of_month(self, year: int, month: int, first_day: date) -> list[date]:
        """The days of one month; a day that this month does not have is left out (RFC 5545, 3.3.10)."""
        first, length = date(year, month, 1), calendar.monthrange(year, month)[1]
        days = [first + timedelta(days=number) for number in range(length)]
        if self.month_days:
            days = [day for day in days if _in_month(day, self.month_days)]
        if self.weekdays or self.nth:
            days = [day for day in days if day.weekday() in self.weekdays or self._is_nth(day, length)]
        elif not self.month_days:
            days = [day for day in days if day.day == first_day.day]
        if self.positions:
            found = {days[at - 1 if at > 0 else at] for at in self.positions if abs(at) <= len(days)}
            days = sorted(found)
        return days

    def _is_nth(self, day: date, length: int) -> bool:
        forward, backward = (day.day - 1) // 7 + 1, -((length - day.day) // 7 + 1)
        return (forward, day.weekday()) in self.nth or (backward, day.weekday()) in self.nth

    @property
    def text(self) -> str:
        """The rule in one spelling: parse and write again give the same."""
        parts = [f"FREQ={self.frequency}"]
        if self.interval > 1:
            parts.append(f"INTERVAL={self.interval}")
        named = [*(f"{at}{WEEKDAYS[day]}" for at, day in self.nth), *(WEEKDAYS[day] for day in self.weekdays)]
        for name, values in (("BYDAY", named), ("BYMONTHDAY", self.month_days), ("BYSETPOS", self.positions)):
            if values:
                parts.append(f"{name}={','.join(map(str, values))}")
        if self.week_start:
            parts.append(f"WKST={WEEKDAYS[self.week_start]}")
        if isinstance(self.until, datetime):
            parts.append(f"UNTIL={self.until:%Y%m%dT%H%M%S}{'Z' if self.until.tzinfo else ''}")
        elif self.until is not None:
            parts.append(f"UNTIL={self.until:%Y%m%d}")
        if self.count is not None:
            parts.append(f"COUNT={self.count}")
        return ";".join(parts)

    def ends(self, last_day: date) -> "Recurrence":
        """The same rule that ends with `last_day`."""
        return replace(self, until=last_day, count=None)

    def anchored(self, first_day: date) -> "Recurrence":
        """The same rule with the days said that it took from `first_day`, so that it may begin on another one."""
        named = self.weekdays or self.nth or self.month_days
        if named or self.frequency is Frequency.DAILY:
            return self
        if self.frequency is Frequency.WEEKLY:
            return replace(self, weekdays=(first_day.weekday(),))
        return replace(self, month_days=(first_day.day,))

    def moved(self, days: int) -> "Recurrence":
        """The rule whose days are those of this one moved by `days`; `UnknownRecurrence` when no rule says that."""
        if not days:
            return self
        until = None if self.until is None else _day(self.until) + timedelta(days=days)
        turned = tuple(sorted((day + days) % 7 for day in self.weekdays))
        if self.frequency is Frequency.MONTHLY:
            if self.weekdays or self.nth or self.positions:
                raise UnknownRecurrence("BYDAY")
            there = tuple(day + days for day in self.month_days)
            if not all(1 <= was <= 28 and 1 <= day <= 28 for was, day in zip(self.month_days, there, strict=True)):
                raise UnknownRecurrence("BYMONTHDAY")
            return replace(self, month_days=there, until=until)
        if self.month_days:
            raise UnknownRecurrence("BYMONTHDAY")
        matters = self.frequency is Frequency.WEEKLY and self.interval > 1  # the week turns with its days
        week_start = (self.week_start + days) % 7 if matters else self.week_start
        return replace(self, weekdays=turned, until=until, week_start=week_start)


def parse(text: str) -> Recurrence | None:
    """The rule that `text` says, None for the empty text (once); `UnknownRecurrence` for anything we do not follow."""
    if not text.strip():
        return None
    parts: dict[str, str] = {}
    for piece in text.strip().upper().removeprefix("RRULE:").split(";"):
        name, equals, value = piece.partition("=")
        if not equals or name not in PARTS or name in parts:
            raise UnknownRecurrence(name)
        parts[name] = value
    if parts.get("FREQ") not in Frequency.__members__:
        raise UnknownRecurrence("FREQ")
    frequency = Frequency(parts["FREQ"])
    monthly = frequency is Frequency.MONTHLY
    weekdays, nth = _by_day(parts["BYDAY"]) if "BYDAY" in parts else ((), ())
    found = Recurrence(
        frequency=frequency,
        interval=_positive(parts.get("INTERVAL", "1"), "INTERVAL"),
        weekdays=weekdays,
        nth=nth,
        month_days=_numbers(parts["BYMONTHDAY"], "BYMONTHDAY", 31) if "BYMONTHDAY" in parts else (),
        positions=_numbers(parts["BYSETPOS"], "BYSETPOS", 4) if "BYSETPOS" in parts else (),
        until=_until(parts["UNTIL"]) if "UNTIL" in parts else None,
        count=_positive(parts["COUNT"], "COUNT") if "COUNT" in parts else None,
        week_start=_weekday(parts.get("WKST", "MO"), "WKST"),
    )
    for refused, name in (
        (found.until is not None and found.count is not None, "COUNT"),
        (found.nth and not monthly, "BYDAY"),
        (found.nth and (found.weekdays or found.month_days), "BYDAY"),  # readers disagree on what both mean
        (found.month_days and frequency is Frequency.WEEKLY, "BYMONTHDAY"),
        (found.positions and not (monthly and (found.weekdays or found.nth or found.month_days)), "BYSETPOS"),
        (not POSITIONS.issuperset(found.positions), "BYSETPOS"),
    ):
        if refused:
            raise UnknownRecurrence(name)
    return found


def _day(until: date) -> date:
    """The last local day that may count; an instant is compared by whoever knows the zone."""
    return until.date() + (ONE_DAY if until.tzinfo else timedelta(0)) if isinstance(until, datetime) else until


def _in_month(day: date, numbers: tuple[int, ...]) -> bool:
    return day.day in numbers or day.day - calendar.monthrange(day.year, day.month)[1] - 1 in numbers


def _positive(text: str, name: str) -> int:
    if not re.fullmatch("[0-9]{1,4}", text) or int(text) == 0:
        raise UnknownRecurrence(name)
    return int(text)


def _numbers(text: str, name: str, most: int) -> tuple[int, ...]:
    if not re.fullmatch("[+-]?[0-9]{1,2}(,[+-]?[0-9]{1,2})*", text):
        raise UnknownRecurrence(name)
    found = tuple(dict.fromkeys(int(one) for one in text.split(",")))
    if not all(1 <= abs(one) <= most for one in found):
        raise UnknownRecurrence(name)
    return found


def _weekday(text: str, name: str) -> int:
    if text not in WEEKDAYS:
        raise UnknownRecurrence(name)
    return WEEKDAYS.index(text)


def _by_day(text: str) -> tuple[tuple[int, ...], tuple[tuple[int, int], ...]]:
    weekdays: set[int] = set()
    nth: set[tuple[int, int]] = set()
    for one in text.split(","):
        found = re.fullmatch("([+-]?[0-9]{1,2})?([A-Z]{2})", one)
        if found is None:
            raise UnknownRecurrence("BYDAY")
        weekday = _weekday(found[2], "BYDAY")
        if found[1] is None:
            weekdays.add(weekday)
        elif int(found[1]) in POSITIONS:
            nth.add((int(found[1]), weekday))
        else:
            raise UnknownRecurrence("BYDAY")
    return tuple(sorted(weekdays)), tuple(sorted(nth))


def _until(text: str) -> date | datetime:
    found: date | datetime | None = None
    try:
        if re.fullmatch("[0-9]{8}", text):
            found = datetime.strptime(text, "%Y%m%d").date()
        elif re.fullmatch("[0-9]{8}T[0-9]{6}Z?", text):
            moment = datetime.strptime(text.rstrip("Z"), "%Y%m%dT%H%M%S")
            found = moment.replace(tzinfo=UTC) if text.endswith("Z") else moment
    except ValueError as unknown:
        raise UnknownRecurrence("UNTIL") from unknown
    if found is None or not 1900 <= found.year <= 2199:
        raise UnknownRecurrence("UNTIL")
    return found
