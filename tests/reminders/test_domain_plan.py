"""Which messages an appointment calls for, and when."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.words import Channel, MessageMoment, Privacy
from services.reminders.domain.contacts import Wishes
from services.reminders.domain.hours import allows
from services.reminders.domain.plan import RECALL, SOON, Appointment, State, for_account, for_person
from services.reminders.domain.texts import Notice
from services.reminders.domain.tries import LONG_PAUSE, PAUSES, next_try
from tests.reminders.make import ALL_MOMENTS, NOW, an_appointment, wishes
from tests.reminders.test_domain_hours import ZONES

PARIS = ZoneInfo("Europe/Paris")


def dates(appointment: Appointment, chosen: Wishes, *, now: datetime = NOW, awake: bool = True) -> dict[str, datetime]:
    return {row.kind: row.due_at for row in for_person(appointment, chosen, now=now, awake=awake)}


def test_the_chosen_messages_and_no_other() -> None:
    appointment = an_appointment()
    for chosen in (ALL_MOMENTS, (MessageMoment.NOW,), (MessageMoment.HOUR_BEFORE,), ()):
        assert set(dates(appointment, wishes(moments=chosen))) == set(chosen)


def test_now_leaves_after_the_ten_seconds_in_which_it_can_be_taken_back() -> None:
    [row] = for_person(an_appointment(), wishes(moments=(MessageMoment.NOW,)), now=NOW, awake=True)
    assert row.due_at == row.recallable_until == NOW + RECALL == NOW + timedelta(seconds=10)


def test_each_chosen_channel_has_its_own_row() -> None:
    rows = for_person(an_appointment(), wishes(Channel.SMS, Channel.MAIL), now=NOW, awake=True)
    assert len(rows) == 6 and len({(row.kind, row.channel) for row in rows}) == 6


def test_nobody_who_chose_nothing_is_written_to() -> None:
    assert for_person(an_appointment(), None, now=NOW, awake=True) == []


def test_a_silent_appointment_sends_nothing() -> None:
    assert dates(an_appointment(privacy=Privacy.SILENT), wishes()) == {}


@pytest.mark.parametrize("state", [State.CANCELLED, State.MISSED])
def test_an_appointment_that_does_not_stand_sends_nothing(state: State) -> None:
    assert dates(an_appointment(state=state), wishes()) == {}


def test_the_day_before_is_at_the_same_hour() -> None:
    starts_at = datetime(2027, 3, 4, 14, 30, tzinfo=PARIS).astimezone(UTC)
    assert dates(an_appointment(starts_at), wishes())["day_before"].astimezone(PARIS) == datetime(
        2027, 3, 3, 14, 30, tzinfo=PARIS
    )


@pytest.mark.parametrize("day", [datetime(2027, 3, 28, 14, 30), datetime(2027, 10, 31, 14, 30)])
def test_the_day_before_a_clock_change_is_at_the_same_wall_hour(day: datetime) -> None:
    starts_at = day.replace(tzinfo=PARIS).astimezone(UTC)
    due = dates(an_appointment(starts_at), wishes(), now=starts_at - timedelta(days=5))
    assert due["day_before"].astimezone(PARIS).replace(tzinfo=None) == day - timedelta(days=1)
    assert starts_at - due["hour_before"] == timedelta(hours=1)


def test_an_hour_before_is_one_real_hour_through_the_clock_change() -> None:
    starts_at = datetime(2027, 3, 28, 3, 30, tzinfo=PARIS).astimezone(UTC)
    chosen = wishes(from_hour=time(0), to_hour=time(0))
    due = dates(an_appointment(starts_at), chosen, now=starts_at - timedelta(days=5))
    assert due["hour_before"].astimezone(PARIS).hour == 1


def test_miquelon_changes_its_clocks_on_its_own_dates() -> None:
    zone = ZoneInfo("America/Miquelon")
    starts_at = datetime(2027, 3, 14, 15, 0, tzinfo=zone).astimezone(UTC)
    appointment = an_appointment(starts_at, person_zone="America/Miquelon")
    due = dates(appointment, wishes(), now=starts_at - timedelta(days=5))["day_before"]
    assert due.astimezone(zone) == datetime(2027, 3, 13, 15, 0, tzinfo=zone)
    assert starts_at - due == timedelta(hours=23)


def test_a_message_of_the_night_is_moved_into_the_hours() -> None:
    starts_at = datetime(2027, 3, 4, 7, 30, tzinfo=PARIS).astimezone(UTC)
    due = {kind: at.astimezone(PARIS) for kind, at in dates(an_appointment(starts_at), wishes()).items()}
    assert due["day_before"] == datetime(2027, 3, 3, 8, 0, tzinfo=PARIS)
    assert due["hour_before"] == datetime(2027, 3, 3, 20, 50, tzinfo=PARIS)  # 8 h would be after the start


def test_a_night_worker_is_written_to_at_night() -> None:
    starts_at = datetime(2027, 3, 4, 14, 0, tzinfo=PARIS).astimezone(UTC)
    chosen = wishes(from_hour=time(22), to_hour=time(6))
    due = {kind: at.astimezone(PARIS) for kind, at in dates(an_appointment(starts_at), chosen).items()}
    assert due["day_before"] == datetime(2027, 3, 3, 5, 50, tzinfo=PARIS) or due["day_before"].hour in (22, 5)
    assert due["hour_before"] == datetime(2027, 3, 4, 5, 50, tzinfo=PARIS)


def test_the_hours_are_those_of_the_persons_zone() -> None:
    zone = ZoneInfo("Pacific/Noumea")
    starts_at = datetime(2027, 3, 5, 7, 0, tzinfo=zone).astimezone(UTC)
    due = dates(an_appointment(starts_at, person_zone="Pacific/Noumea"), wishes())
    assert due["day_before"].astimezone(zone) == datetime(2027, 3, 4, 8, 0, tzinfo=zone)


def test_what_has_passed_is_not_sent_late() -> None:
    assert set(dates(an_appointment(NOW + timedelta(hours=3)), wishes())) == {"now", "hour_before"}
    assert set(dates(an_appointment(NOW + timedelta(minutes=40)), wishes())) == {"now"}
    assert dates(an_appointment(NOW - timedelta(minutes=5)), wishes()) == {}


def test_the_same_words_are_not_sent_twice_within_minutes() -> None:
    assert set(dates(an_appointment(NOW + timedelta(hours=24, minutes=2)), wishes())) == {"now", "hour_before"}


def test_a_move_by_someone_else_at_night_waits_for_the_morning() -> None:
    night = datetime(2027, 3, 1, 3, 0, tzinfo=PARIS).astimezone(UTC)
    appointment = an_appointment(datetime(2027, 3, 1, 15, 0, tzinfo=PARIS).astimezone(UTC))
    chosen = wishes(moments=(MessageMoment.NOW,))
    assert dates(appointment, chosen, now=night, awake=True)["now"] == night + RECALL
    assert dates(appointment, chosen, now=night, awake=False)["now"].astimezone(PARIS).hour == 8


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(ZONES),
    st.datetimes(datetime(2027, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
    st.integers(1, 60 * 24 * 10),
    st.one_of(st.none(), st.builds(time, st.integers(0, 23), st.integers(0, 59))),
    st.one_of(st.none(), st.builds(time, st.integers(0, 23), st.integers(0, 59))),
    st.booleans(),
)
def test_no_message_after_the_start_or_outside_the_hours(
    zone: str, now: datetime, minutes: int, since: time | None, until: time | None, awake: bool
) -> None:
    starts_at = now + timedelta(minutes=minutes)
    chosen = wishes(Channel.SMS, Channel.MAIL, from_hour=since, to_hour=until)
    hours = chosen.hours(zone)
    rows = for_person(an_appointment(starts_at, person_zone=zone), chosen, now=now, awake=awake)
    assert len({(row.kind, row.channel) for row in rows}) == len(rows)
    for row in rows:
        assert now < row.due_at < starts_at  # I9
        if not (row.kind == MessageMoment.NOW and awake):
            near = any(allows(hours, row.due_at + timedelta(hours=shift)) for shift in (-1, 0, 1))
            assert near  # an edge may fall into the hour that a clock change skips


def test_an_expert_is_told_at_once_when_it_is_soon_and_in_the_morning_when_it_is_not() -> None:
    night = datetime(2027, 3, 1, 3, 0, tzinfo=PARIS).astimezone(UTC)
    soon = an_appointment(night + SOON - timedelta(minutes=1))
    later = an_appointment(night + timedelta(days=2))
    [at_once] = for_account(Notice.BOOKED, soon.expert_id, [Channel.SMS], now=night, about=soon)
    [morning] = for_account(Notice.BOOKED, later.expert_id, [Channel.SMS], now=night, about=later)
    assert at_once.due_at == night
    assert morning.due_at.astimezone(PARIS) == datetime(2027, 3, 1, 8, 0, tzinfo=PARIS)


def test_what_presses_is_said_at_any_hour() -> None:
    night = datetime(2027, 3, 1, 3, 0, tzinfo=PARIS).astimezone(UTC)
    appointment = an_appointment(night + timedelta(minutes=90))
    for notice in (Notice.UNSEEN, Notice.WAITING):
        [row] = for_account(notice, appointment.expert_id, [Channel.SMS], now=night, about=appointment)
        assert row.due_at == night


def test_tries_go_on_with_growing_pauses_and_never_after_the_start() -> None:
    start = NOW + timedelta(hours=1)
    dates = [next_try(tries, now=NOW, before=start, hours=None) for tries in range(1, len(PAUSES) + 2)]
    assert dates == [*(NOW + pause for pause in PAUSES), NOW + LONG_PAUSE]
    assert next_try(len(PAUSES) + 1, now=NOW, before=None, hours=None) is None
    assert next_try(len(PAUSES) + 9, now=NOW, before=NOW + LONG_PAUSE / 2, hours=None) is None
    assert next_try(3, now=start - timedelta(seconds=90), before=start, hours=None) is None


def test_a_try_that_would_fall_into_the_night_waits_for_the_morning() -> None:
    evening = datetime(2027, 3, 1, 20, 59, 50, tzinfo=PARIS).astimezone(UTC)
    hours = wishes().hours("Europe/Paris")
    again = next_try(1, now=evening, before=evening + timedelta(days=1), hours=hours)
    assert again is not None and again.astimezone(PARIS) == datetime(2027, 3, 2, 8, 0, tzinfo=PARIS)
