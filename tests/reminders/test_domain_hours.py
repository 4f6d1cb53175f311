"""The person's hours: over midnight, overseas, on the days when clocks change."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from services.reminders.domain.hours import Hours, allows, instant, nearest

ZONES = (
    "Europe/Paris",
    "Indian/Reunion",
    "Indian/Mayotte",
    "America/Martinique",
    "America/Cayenne",
    "America/Miquelon",
    "Pacific/Noumea",
    "Pacific/Tahiti",
    "Pacific/Marquesas",
    "Pacific/Wallis",
)
WALL = st.builds(time, st.integers(0, 23), st.integers(0, 59))
AT = st.datetimes(datetime(2027, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))


def paris(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo("Europe/Paris")).astimezone(UTC)  # type: ignore[misc,arg-type]


def test_nothing_said_means_eight_to_nine_in_the_evening() -> None:
    hours = Hours.of("Europe/Paris", None, None)
    assert allows(hours, paris(2027, 3, 1, 8)) and allows(hours, paris(2027, 3, 1, 20, 59))
    assert not allows(hours, paris(2027, 3, 1, 7, 59)) and not allows(hours, paris(2027, 3, 1, 21))


def test_night_hours_run_over_midnight() -> None:
    night = Hours("Europe/Paris", time(22), time(6))
    assert allows(night, paris(2027, 3, 1, 23)) and allows(night, paris(2027, 3, 2, 5, 59))
    assert not allows(night, paris(2027, 3, 2, 6)) and not allows(night, paris(2027, 3, 2, 12))


def test_equal_hours_mean_day_and_night() -> None:
    assert all(allows(Hours("Europe/Paris", time(7), time(7)), paris(2027, 3, 1, hour)) for hour in range(24))


def test_an_hour_that_does_not_exist_is_moved_on_and_one_that_comes_twice_is_the_first() -> None:
    assert instant(datetime(2027, 3, 28).date(), time(2, 30), "Europe/Paris") == datetime(
        2027, 3, 28, 1, 30, tzinfo=UTC
    )
    assert instant(datetime(2027, 10, 31).date(), time(2, 30), "Europe/Paris") == datetime(
        2027, 10, 31, 0, 30, tzinfo=UTC
    )


def test_the_nearest_hour_is_the_evening_before_for_a_late_target() -> None:
    hours = Hours("Europe/Paris")
    found = nearest(hours, paris(2027, 3, 1, 22), after=paris(2027, 3, 1), before=paris(2027, 3, 2, 22))
    assert found == paris(2027, 3, 1, 20, 50)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(ZONES), WALL, WALL, AT, st.integers(0, 72), st.integers(0, 72))
def test_what_is_found_is_allowed_and_inside_its_bounds_or_is_nothing(
    zone: str, since: time, until: time, target: datetime, back: int, on: int
) -> None:
    hours = Hours(zone, since, until)
    after, before = target - timedelta(hours=back), target + timedelta(hours=on)
    found = nearest(hours, target, after=after, before=before)
    if found is None:
        # nothing was overlooked: no minute between the bounds would have done, but for the last call
        minutes = (after + timedelta(minutes=step) for step in range(0, (back + on) * 60, 7))
        closing = timedelta(minutes=11)
        assert not any(allows(hours, at) and allows(hours, at + closing) for at in minutes if at + closing < before)
    else:
        assert after <= found <= before
        assert allows(hours, found) or _in_a_gap(found, zone)


def _in_a_gap(at: datetime, zone: str) -> bool:
    """Clocks go forward within an hour of `at`: an edge of the hours may not exist on that day."""
    place = ZoneInfo(zone)
    return (at - timedelta(hours=1)).astimezone(place).utcoffset() != (at + timedelta(hours=1)).astimezone(
        place
    ).utcoffset()
