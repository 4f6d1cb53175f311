"""What an edit makes of a rule: moved, stretched or told anew; one day of it, this and the following, or all."""

from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from uuid import UUID

from services.booking.domain import openings, recurrence, refusals, zones
from services.booking.domain.openings import OpeningRule, Override
from services.booking.domain.recurrence import ONE_DAY
from services.booking.domain.spans import Span

LONGEST = timedelta(hours=24)
COMPARED = timedelta(days=500)
"""How far a moved rule is compared with the one it was: every weekday of every month comes by."""


@dataclass(frozen=True)
class Split:
    """A rule that ends, None when nothing of it is left, and the one that goes on from a day."""

    ended: OpeningRule | None
    going_on: OpeningRule


def check_rule(rule: OpeningRule) -> OpeningRule:
    """The rule in its one spelling if it can come to an opening; `opening-not-valid` or what we do not follow."""
    if rule.starts == rule.ends or rule.starts.tzinfo is not None or rule.ends.tzinfo is not None:
        raise refusals.OpeningNotValid(fields={"ends": "another local time than the beginning"})
    if any(each.second or each.microsecond for each in (rule.starts, rule.ends)):
        raise refusals.OpeningNotValid(fields={"starts": "whole minutes"})
    if not 2000 <= rule.first_day.year <= 2199:
        raise refusals.OpeningNotValid(fields={"first_day": "a day of this century"})
    if not rule.type_ids:
        raise refusals.OpeningNotValid(fields={"type_ids": "at least one consultation type"})
    try:
        recurring = rule.recurring
    except recurrence.UnknownRecurrence as unknown:
        raise refusals.RecurrenceNotFollowed(fields={"rrule": str(unknown)}) from unknown
    return replace(rule, rrule="" if recurring is None else recurring.text)


def local_times(span: Span, zone: str) -> tuple[date, time, time]:
    """Day, beginning and end of `span` on the wall of `zone`, to the minute."""
    if not timedelta(0) < span.end - span.start < LONGEST:
        raise refusals.OpeningNotValid(fields={"ends_at": "later than the beginning, within a day"})
    starts, ends = (zones.local_time(moment, zone).replace(second=0, microsecond=0) for moment in span)
    if starts == ends:
        raise refusals.OpeningNotValid(fields={"ends_at": "another local time than the beginning"})
    return zones.local_day(span.start, zone), starts, ends


def told_differently(rule: OpeningRule, day: date, span: Span) -> Override | None:
    """The override that gives `day` of the rule these hours; None when it falls on another day."""
    new_day, starts, ends = local_times(span, rule.time_zone)
    return Override(day, starts=starts, ends=ends) if new_day == day else None


def shifted(rule: OpeningRule, day: date, span: Span) -> OpeningRule:
    """The whole rule, moved as its occurrence on `day` was: other hours, and other days with it.

    Where no rule says the days that come of it (the first Monday of a month, one day later), `recurrence-not-followed`.
    """
    new_day, starts, ends = local_times(span, rule.time_zone)
    by = (new_day - day).days
    moved = replace(rule, first_day=rule.first_day + timedelta(days=by), starts=starts, ends=ends)
    recurring = rule.recurring
    if recurring is None or not by:
        return moved
    try:
        moved = replace(moved, rrule=recurring.moved(by).text)
    except recurrence.UnknownRecurrence as unknown:
        raise refusals.RecurrenceNotFollowed(fields={"rrule": str(unknown)}) from unknown
    was = openings.days(rule, first=rule.first_day, last=rule.first_day + COMPARED)
    will = openings.days(moved, first=moved.first_day, last=moved.first_day + COMPARED)
    if will != [one + timedelta(days=by) for one in was]:
        raise refusals.RecurrenceNotFollowed(fields={"rrule": "no rule says these days"})
    return moved


def split(rule: OpeningRule, day: date, new_id: UUID) -> Split:
    """`rule` up to the day before `day`, and the same under `new_id` from that day on; a COUNT is shared out."""
    before = openings.days(rule, first=rule.first_day, last=day - ONE_DAY)
    going_on = replace(rule, id=new_id, first_day=day)
    recurring = rule.recurring
    if recurring is not None:
        left = None if recurring.count is None else recurring.count - len(before)
        rest = recurring.anchored(rule.first_day)
        going_on = replace(going_on, rrule=replace(rest, count=left).text)
    return Split(rule.until(day - ONE_DAY) if before else None, going_on)
