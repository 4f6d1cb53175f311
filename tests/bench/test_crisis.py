"""The drawn day of `bench day`: its shape is the published one, and it is the same every time."""

from datetime import UTC, datetime, timedelta

import pytest

from bench import crisis
from bench.crisis import Path
from bench.day import origin
from bench.verdict import percentile
from services.referral.domain import sheets


def test_the_same_day_is_drawn_every_time() -> None:
    assert crisis.day(180) == crisis.day(180)
    assert crisis.day(180) != crisis.day(181)


@pytest.mark.parametrize("calls", [20, 180, 2000])
def test_a_day_has_its_calls_a_third_of_them_at_night_and_its_levels(calls: int) -> None:
    drawn = crisis.day(calls)
    assert len(drawn) == calls
    assert [call.after for call in drawn] == sorted(call.after for call in drawn)
    assert all(timedelta() <= call.after < crisis.DAY for call in drawn)
    assert sum(crisis.at_night(call.after) for call in drawn) / calls == pytest.approx(0.30, abs=0.05)
    graver = [sum(call.level == level for call in drawn) for level in (2, 3, 4)]
    assert graver == sorted(graver, reverse=True)
    assert all((call.path is Path.URGENT) == (call.level == 5) for call in drawn)


def test_a_day_of_180_has_what_goes_wrong_and_an_urgent_call_in_its_first_third() -> None:
    drawn = crisis.day(180)
    talked = [call for call in drawn if call.path is not Path.NOBODY]
    assert 25 < sum(call.minutes for call in talked) / len(talked) < 33, "29 minutes on average"
    assert any(call.level == 5 and call.after < crisis.QUICK for call in drawn)
    assert any(call.cut_at is not None and call.level >= 3 for call in drawn)
    assert any(call.cut_at is not None and call.back is None for call in drawn), "some never ring again"
    assert any(not call.person.comes and call.level >= 3 for call in drawn)
    assert any(call.person.cancels for call in drawn)
    assert any(not call.person.answers for call in drawn)


def test_what_is_drawn_may_be_typed_on_a_sheet() -> None:
    for call in crisis.day(60):
        sheet = sheets.changed(sheets.Sheet(), call.sheet)
        assert sheets.submittable(sheet, starts_at=None, now=crisis.BEGINS) == call.level


def test_nothing_is_lost_when_a_whole_is_shared_out() -> None:
    assert crisis.shares(180, [1, 1, 1]) == [60, 60, 60]
    assert crisis.shares(10, [0.5, 0.3, 0.2]) == [5, 3, 2]
    assert sum(crisis.shares(7, [0.335, 0.335, 0.33])) == 7


@pytest.mark.parametrize("speed", [2.0, 280.0])
def test_the_clock_of_a_day_shows_its_hour_when_it_starts(speed: float) -> None:
    at = datetime(2026, 11, 22, 7, tzinfo=UTC)
    began = origin(crisis.BEGINS, speed, at)
    later = at + timedelta(seconds=10)
    assert abs(began + (at - began) * speed - crisis.BEGINS) < timedelta(milliseconds=1)
    assert abs(began + (later - began) * speed - crisis.BEGINS - timedelta(seconds=10 * speed)) < timedelta(seconds=1)


def test_half_of_them_waited_no_longer_than_the_median() -> None:
    assert percentile([1.0, 2.0, 3.0, 4.0, 5.0], 0.5) == 3.0
    assert percentile([7.0], 0.9) == 7.0
