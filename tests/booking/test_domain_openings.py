"""Openings: local rules become instants, right on the days when clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.booking.domain import recurrence, zones
from services.booking.domain.openings import OpeningRule, Override, days, occurrences, span_of
from services.booking.domain.spans import Span

ZONES = ("Europe/Paris", "Indian/Reunion", "America/Miquelon", "Pacific/Noumea", "Pacific/Marquesas")


def a_rule(**changed: object) -> OpeningRule:
    given: dict[str, object] = {
        "id": uuid4(),
        "expert_id": uuid4(),
        "first_day": date(2027, 3, 1),
        "starts": time(9),
        "ends": time(12),
        "time_zone": "Europe/Paris",
        "type_ids": frozenset({uuid4()}),
        "rrule": "FREQ=WEEKLY;BYDAY=MO,TH",
    }
    return OpeningRule(**(given | changed))  # type: ignore[arg-type]


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


def test_a_weekly_rule_keeps_its_local_hour_across_the_clock_change() -> None:
    found = list(occurrences(a_rule(), first=date(2027, 3, 22), last=date(2027, 4, 1)))
    assert [o.span.start for o in found] == [
        utc(2027, 3, 22, 8),
        utc(2027, 3, 25, 8),
        utc(2027, 3, 29, 7),
        utc(2027, 4, 1, 7),
    ]


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2027, 3, 28), "Europe/Paris", 2),
        (date(2027, 10, 31), "Europe/Paris", 4),
        (date(2027, 3, 14), "America/Miquelon", 2),
        (date(2027, 11, 7), "America/Miquelon", 4),
        (date(2027, 3, 28), "Indian/Reunion", 3),
    ],
)
def test_a_night_opening_lasts_what_the_clocks_say(day: date, zone: str, hours: int) -> None:
    span = span_of(day, starts=time(1), ends=time(4), zone=zone)
    assert span.end - span.start == timedelta(hours=hours)


def test_the_repeated_hour_is_the_first_one_and_the_skipped_one_slides() -> None:
    assert zones.instant(date(2027, 10, 31), time(2, 30), "Europe/Paris") == utc(2027, 10, 31, 0, 30)
    assert zones.instant(date(2027, 3, 28), time(2, 30), "Europe/Paris") == utc(2027, 3, 28, 1, 30)


def test_an_opening_swallowed_by_the_clock_change_is_none() -> None:
    rule = a_rule(first_day=date(2027, 3, 28), starts=time(2), ends=time(3), rrule="")
    assert list(occurrences(rule, first=date(2027, 3, 1), last=date(2027, 4, 1))) == []


def test_over_midnight_belongs_to_the_day_it_begins() -> None:
    rule = a_rule(first_day=date(2027, 5, 3), starts=time(22), ends=time(2), rrule="")
    (found,) = occurrences(rule, first=date(2027, 5, 1), last=date(2027, 5, 9))
    assert found.day == date(2027, 5, 3)
    assert found.span == Span(utc(2027, 5, 3, 20), utc(2027, 5, 4, 0))


def test_one_day_can_be_cancelled_or_told_differently() -> None:
    told = [
        Override(date(2027, 3, 4), cancelled=True),
        Override(date(2027, 3, 8), starts=time(14), ends=time(15)),
    ]
    found = list(occurrences(a_rule(), first=date(2027, 3, 1), last=date(2027, 3, 8), overrides=told))
    assert [o.span for o in found] == [
        Span(utc(2027, 3, 1, 8), utc(2027, 3, 1, 11)),
        Span(utc(2027, 3, 8, 13), utc(2027, 3, 8, 14)),
    ]


def test_every_second_week_counts_from_the_first_week() -> None:
    rule = a_rule(first_day=date(2027, 3, 3), rrule="FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE")
    assert days(rule, first=date(2027, 3, 1), last=date(2027, 3, 31)) == [
        date(2027, 3, 3),
        date(2027, 3, 15),
        date(2027, 3, 17),
        date(2027, 3, 29),
        date(2027, 3, 31),
    ]


def test_count_and_until_end_a_rule() -> None:
    every = {"first": date(2027, 1, 1), "last": date(2028, 1, 1)}
    assert len(days(a_rule(rrule="FREQ=DAILY;COUNT=5"), **every)) == 5
    assert days(a_rule(rrule="FREQ=DAILY;INTERVAL=3;UNTIL=20270308T000000Z"), **every)[-1] == date(2027, 3, 7)
    assert days(a_rule().until(date(2027, 3, 4)), **every) == [date(2027, 3, 1), date(2027, 3, 4)]


@pytest.mark.parametrize(
    "text",
    ["FREQ=SECONDLY", "FREQ=WEEKLY;BYDAY=XX", "FREQ=DAILY;COUNT=0", "BYDAY=MO", "FREQ=DAILY;UNTIL=soon", "FREQ", ";"],
)
def test_a_rule_that_we_do_not_follow_is_refused(text: str) -> None:
    with pytest.raises(recurrence.UnknownRecurrence):
        recurrence.parse(text)


@given(
    st.sampled_from(ZONES),
    st.dates(date(2026, 1, 1), date(2031, 12, 31)),
    st.times(),
    st.times(),
)
def test_an_opening_reads_on_the_wall_as_it_was_said(zone: str, day: date, starts: time, ends: time) -> None:
    starts, ends = starts.replace(second=0, microsecond=0), ends.replace(second=0, microsecond=0)
    span = span_of(day, starts=starts, ends=ends, zone=zone)
    assert span.start.tzinfo is UTC
    if not time(0) <= starts < time(4):  # outside the hours that a clock change may skip
        assert zones.local_time(span.start, zone) == starts
        assert zones.local_day(span.start, zone) == day
    assert span.end - span.start <= timedelta(hours=25)
