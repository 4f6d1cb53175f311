"""What an edit of the grid makes of a rule: moved, stretched, one day of it or all."""

from dataclasses import replace
from datetime import date, time, timedelta

from services.booking.domain import recurrence, refusals, zones
from services.booking.domain.openings import OpeningRule, Override
from services.booking.domain.recurrence import WEEKDAYS
from services.booking.domain.spans import Span

LONGEST = timedelta(hours=24)


def check_rule(rule: OpeningRule) -> OpeningRule:
    """The rule if it can come to an opening; `opening-not-valid` otherwise."""
    if rule.starts == rule.ends or rule.starts.tzinfo is not None or rule.ends.tzinfo is not None:
        raise refusals.OpeningNotValid(fields={"ends": "another local time than the beginning"})
    if not 2000 <= rule.first_day.year <= 2199:
        raise refusals.OpeningNotValid(fields={"first_day": "a day of this century"})
    try:
        recurrence.parse(rule.rrule)
    except recurrence.UnknownRecurrence as unknown:
        raise refusals.OpeningNotValid(fields={"rrule": "DAILY or WEEKLY"}) from unknown
    return rule


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
    """The whole rule, moved as its occurrence on `day` was: other hours, and other weekdays with it."""
    new_day, starts, ends = local_times(span, rule.time_zone)
    days = (new_day - day).days
    parts = [_turned(part, days) for part in rule.rrule.split(";")] if rule.rrule else []
    first_day = rule.first_day + timedelta(days=days)
    return replace(rule, first_day=first_day, starts=starts, ends=ends, rrule=";".join(parts))


def _turned(part: str, days: int) -> str:
    name, _, value = part.partition("=")
    if name.upper() != "BYDAY":
        return part
    return f"BYDAY={','.join(WEEKDAYS[(WEEKDAYS.index(day) + days) % 7] for day in value.upper().split(','))}"
