"""What an edit makes of a rule: this one, this and the following, or all; and what no rule can say is refused."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.booking.domain import edits, refusals, zones
from services.booking.domain.openings import OpeningRule, days, occurrences, span_of
from services.booking.domain.spans import Span
from tests.booking.test_domain_openings import a_rule

FIRST = date(2027, 3, 1)
FAR = date(2028, 3, 1)


def moved(rule: OpeningRule, day: date, by: int) -> OpeningRule:
    """The rule after its occurrence of `day` was dragged `by` days on."""
    there = day + timedelta(days=by)
    return edits.shifted(rule, day, span_of(there, starts=rule.starts, ends=rule.ends, zone=rule.time_zone))


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(
        (
            "FREQ=DAILY;INTERVAL=3;COUNT=9",
            "FREQ=WEEKLY;BYDAY=MO,SU",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;UNTIL=20270601",
            "FREQ=WEEKLY;INTERVAL=3;BYDAY=TH;WKST=SU;COUNT=6",
            "FREQ=DAILY;BYDAY=MO,WE,SU",
            "FREQ=MONTHLY;BYMONTHDAY=3,14",
            "FREQ=MONTHLY;BYDAY=TU;BYSETPOS=1",
        )
    ),
    st.integers(-6, 6),
)
def test_a_rule_moved_by_days_has_every_day_moved_or_is_refused(text: str, by: int) -> None:
    rule = a_rule(first_day=FIRST, rrule=text)
    was = days(rule, first=FIRST, last=FAR)
    try:
        changed = moved(rule, was[0], by)
    except refusals.RecurrenceNotFollowed:
        assert by and "MONTHLY" in text
        return
    last = FAR + timedelta(days=by)
    assert days(changed, first=changed.first_day, last=last) == [day + timedelta(days=by) for day in was]


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(
        (
            "FREQ=WEEKLY;INTERVAL=2",
            "FREQ=WEEKLY;BYDAY=MO,TU,FR;COUNT=20",
            "FREQ=DAILY;INTERVAL=4;UNTIL=20271111",
            "FREQ=MONTHLY",
            "FREQ=MONTHLY;INTERVAL=2;BYDAY=-1FR",
        )
    ),
    st.integers(0, 5),
)
def test_a_split_rule_has_the_same_days_in_two_parts(text: str, at: int) -> None:
    rule = a_rule(first_day=FIRST, rrule=text)
    every = days(rule, first=FIRST, last=FAR)
    day = every[min(at, len(every) - 1)]
    parts = edits.split(rule, day, uuid4())
    before = [] if parts.ended is None else days(parts.ended, first=FIRST, last=FAR)
    assert before == [one for one in every if one < day]
    assert days(parts.going_on, first=FIRST, last=FAR) == [one for one in every if one >= day]


def test_what_no_rule_can_say_is_refused_and_the_hours_alone_may_always_change() -> None:
    first_monday = a_rule(first_day=FIRST, rrule="FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1")
    with pytest.raises(refusals.RecurrenceNotFollowed):
        moved(first_monday, FIRST, 1)
    with pytest.raises(refusals.RecurrenceNotFollowed):
        moved(a_rule(first_day=date(2027, 3, 31), rrule="FREQ=MONTHLY"), date(2027, 3, 31), 1)
    later = Span(datetime(2027, 3, 1, 13, tzinfo=UTC), datetime(2027, 3, 1, 16, tzinfo=UTC))
    changed = edits.shifted(first_monday, FIRST, later)
    assert (changed.starts, changed.ends, changed.rrule) == (time(14), time(17), first_monday.rrule)


def test_the_end_of_a_rule_is_a_day_of_its_own_clock() -> None:
    """An instant bounds the starts: in Nouméa the 8th at 09:00 is still the 7th in UTC."""
    rule = a_rule(first_day=FIRST, rrule="FREQ=DAILY;UNTIL=20270307T230000Z", time_zone="Pacific/Noumea")
    assert days(rule, first=FIRST, last=FAR)[-1] == date(2027, 3, 8)
    assert edits.check_rule(rule).rrule == "FREQ=DAILY;UNTIL=20270308"
    west = a_rule(first_day=FIRST, rrule="FREQ=DAILY;UNTIL=20270307T180000Z", time_zone="Pacific/Tahiti")
    assert days(west, first=FIRST, last=FAR)[-1] == date(2027, 3, 6)
    local = a_rule(first_day=FIRST, rrule="FREQ=DAILY;UNTIL=20270307T085900")
    assert days(local, first=FIRST, last=FAR)[-1] == date(2027, 3, 6)


ZONES = (
    *("Europe/Paris", "Indian/Reunion", "Indian/Mayotte", "America/Martinique", "America/Guadeloupe"),
    *("America/Cayenne", "America/St_Barthelemy", "America/Marigot", "America/Miquelon", "Pacific/Noumea"),
    *("Pacific/Tahiti", "Pacific/Marquesas", "Pacific/Gambier", "Pacific/Wallis"),
)
CHANGES = {
    "Europe/Paris": {date(2027, 3, 28): 2, date(2027, 10, 31): 4},
    "America/Miquelon": {date(2027, 3, 14): 2, date(2027, 11, 7): 4},
}
"""Only these two move their clocks: a night from 01:00 to 04:00 lasts so many hours then."""


@pytest.mark.parametrize("zone", ZONES)
def test_every_territory_keeps_its_own_hours_all_year_round(zone: str) -> None:
    rule = a_rule(first_day=date(2027, 1, 1), rrule="FREQ=DAILY", time_zone=zone, starts=time(1), ends=time(4))
    found = list(occurrences(rule, first=date(2027, 1, 1), last=date(2027, 12, 31)))
    assert len(found) == 365
    odd = {one.day: (one.span.end - one.span.start) // timedelta(hours=1) for one in found}
    assert {day: hours for day, hours in odd.items() if hours != 3} == CHANGES.get(zone, {})
    day = a_rule(first_day=date(2027, 1, 1), rrule="FREQ=WEEKLY;BYDAY=SU", time_zone=zone, starts=time(9))
    for one in occurrences(day, first=date(2027, 1, 1), last=date(2027, 12, 31)):
        assert (zones.local_time(one.span.start, zone), zones.local_day(one.span.start, zone)) == (time(9), one.day)


def test_openings_begin_and_end_at_a_whole_minute() -> None:
    with pytest.raises(refusals.OpeningNotValid):
        edits.check_rule(a_rule(starts=time(9, 0, 7)))
