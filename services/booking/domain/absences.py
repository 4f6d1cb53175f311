"""Absences that recur: what an expert says in local wall-clock time, and the stretches of time that it comes to."""

from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from uuid import UUID

from kit.errors import Invalid
from services.booking.domain import openings, zones
from services.booking.domain.openings import OpeningRule
from services.booking.domain.recurrence import UnknownRecurrence
from services.booking.domain.spans import Span

AHEAD = timedelta(days=400)
"""How far absences that recur are written out: thirteen months; a tick moves this on."""
LONGEST = timedelta(days=400)
LONGEST_RECURRING = timedelta(days=31)


class AbsenceNotValid(Invalid):
    """Days or a recurrence that come to no absence."""


@dataclass(frozen=True)
class AbsenceRule:
    """From `starts` on each day of `rrule` to `ends`, `days_on` days later, without the days taken back."""

    id: UUID
    expert_id: UUID
    first_day: date
    starts: time
    days_on: int
    ends: time
    time_zone: str
    rrule: str
    not_days: frozenset[date] = frozenset()

    @property
    def _recurring(self) -> OpeningRule:
        """The days are those that an opening with the same words would have."""
        return OpeningRule(
            id=self.id,
            expert_id=self.expert_id,
            first_day=self.first_day,
            starts=self.starts,
            ends=self.ends,
            time_zone=self.time_zone,
            type_ids=frozenset(),
            rrule=self.rrule,
        )

    def before(self, day: date) -> "AbsenceRule":
        """The same that ends with the day before."""
        return replace(self, rrule=self._recurring.until(day - timedelta(days=1)).rrule)

    def without(self, day: date) -> "AbsenceRule":
        return replace(self, not_days=self.not_days | {day})

    def spans(self, *, first: date, last: date) -> list[tuple[date, Span]]:
        """Each day on which it begins, and its instants; what a clock change swallows is left out."""
        found = []
        for day in openings.days(self._recurring, first=first, last=last):
            if day in self.not_days:
                continue
            start = zones.instant(day, self.starts, self.time_zone)
            end = zones.instant(day + timedelta(days=self.days_on), self.ends, self.time_zone)
            if end > start:
                found.append((day, Span(start, end)))
        return found


def recurring(rule_id: UUID, expert_id: UUID, span: Span, zone: str, rrule: str) -> AbsenceRule:
    """The rule whose first occurrence is `span`; `absence-not-valid` for what is not followed or too long."""
    if span.end - span.start > LONGEST_RECURRING:
        raise AbsenceNotValid(fields={"ends_at": "at most 31 days, when it recurs"})
    first_day, last_day = zones.local_day(span.start, zone), zones.local_day(span.end, zone)
    rule = AbsenceRule(
        id=rule_id,
        expert_id=expert_id,
        first_day=first_day,
        starts=zones.local_time(span.start, zone).replace(second=0, microsecond=0),
        days_on=(last_day - first_day).days,
        ends=zones.local_time(span.end, zone).replace(second=0, microsecond=0),
        time_zone=zone,
        rrule=rrule.strip().upper(),
    )
    try:
        days = rule.spans(first=first_day, last=first_day + AHEAD)
    except UnknownRecurrence as unknown:
        raise AbsenceNotValid(fields={"rrule": str(unknown)}) from unknown
    if not days:
        raise AbsenceNotValid(fields={"rrule": "it falls on no day"})
    return rule
