"""Openings: what an expert says in local wall-clock time, and the instants that it comes to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from services.booking.domain import recurrence, zones
from services.booking.domain.recurrence import Recurrence
from services.booking.domain.spans import Span


@dataclass(frozen=True)
class OpeningRule:
    """Local times of one zone on the days of `rrule`; `ends` at or before `starts` means over midnight."""

    id: UUID
    expert_id: UUID
    first_day: date
    starts: time
    ends: time
    time_zone: str
    type_ids: frozenset[UUID]
    rrule: str = ""
    online: bool = False

    @property
    def recurring(self) -> Recurrence | None:
        """What `rrule` says, its end as a day of this rule's own clock; None when it happens once."""
        found = recurrence.parse(self.rrule)
        if found is None or not isinstance(found.until, datetime):
            return found
        return replace(found, until=self._last_day(found.until))

    def until(self, last_day: date) -> "OpeningRule":
        """The same rule that ends with `last_day`."""
        recurring = self.recurring
        return self if recurring is None else replace(self, rrule=recurring.ends(last_day).text)

    def _last_day(self, until: datetime) -> date:
        """The last day whose opening has begun by `until` (RFC 5545: an instant bounds the starts, itself included)."""
        if until.tzinfo is None:
            return until.date() if self.starts <= until.time() else until.date() - timedelta(days=1)
        day = zones.local_day(until, self.time_zone)
        return day if zones.instant(day, self.starts, self.time_zone) <= until else day - timedelta(days=1)


@dataclass(frozen=True)
class Override:
    """One day of a rule told differently: cancelled, or at other hours."""

    day: date
    cancelled: bool = False
    starts: time | None = None
    ends: time | None = None


@dataclass(frozen=True)
class Occurrence:
    """A rule on one of its days, in UTC."""

    rule_id: UUID
    expert_id: UUID
    day: date
    span: Span


def span_of(day: date, *, starts: time, ends: time, zone: str) -> Span:
    """The instants of local times, each converted by itself: 01:00–04:00 lasts 2 h or 4 h when the clock changes."""
    last_day = day if ends > starts else day + timedelta(days=1)
    return Span(zones.instant(day, starts, zone), zones.instant(last_day, ends, zone))


def occurrences(
    rule: OpeningRule, *, first: date, last: date, overrides: Iterable[Override] = ()
) -> Iterator[Occurrence]:
    """The occurrences of `rule` on the days `first` to `last`, without those a clock change has swallowed."""
    told = {override.day: override for override in overrides}
    for day in days(rule, first=first, last=last):
        override = told.get(day, Override(day))
        if override.cancelled:
            continue
        span = span_of(day, starts=override.starts or rule.starts, ends=override.ends or rule.ends, zone=rule.time_zone)
        if span.end > span.start:
            yield Occurrence(rule.id, rule.expert_id, day, span)


def days(rule: OpeningRule, *, first: date, last: date) -> list[date]:
    """The days of the rule between `first` and `last`; a rule without recurrence has one."""
    recurring = rule.recurring
    if recurring is None:
        return [rule.first_day] if first <= rule.first_day <= last else []
    return list(recurring.days(rule.first_day, last, first))
