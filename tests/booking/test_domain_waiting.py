"""How an hour is offered to who waits: the person's own hours, a twelve-hour shift, what suits and what does not."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.waiting import Window
from contracts.words import Modality, VisitKind
from services.booking.domain import waiting as rules
from services.booking.domain.waiting import Entry, Mode

NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)  # a Monday, 12:00 in Paris


def an_entry(**said: Any) -> Entry:
    given: dict[str, Any] = {
        "id": uuid4(),
        "case_id": uuid4(),
        "referral_id": uuid4(),
        "visit": VisitKind.FIRST,
        "modalities": (),
        "professions": (),
        "experts": (),
        "not_experts": (),
        "priority": 2,
        "nickname": "",
        "person_zone": "Europe/Paris",
        "windows": (),
        "from_hour": None,
        "to_hour": None,
        "since": None,
        "until": NOON + timedelta(days=60),
        "appointment_id": None,
        "status": "waiting",
        "ignored": 0,
        "offers": 0,
        "last_offer_at": None,
        "version": 1,
        "created_at": NOON,
    }
    return Entry(**(given | said))


def fits(entry: Entry, starts_at: datetime) -> bool:
    return rules.suits(entry, starts_at, starts_at + timedelta(minutes=45), Modality.VIDEO, VisitKind.FIRST)


@pytest.mark.parametrize(
    ("hours", "mode"), [(1, Mode.CALL), (3, Mode.BATCH), (23, Mode.BATCH), (30, Mode.EXCLUSIVE), (200, Mode.EXCLUSIVE)]
)
def test_the_lead_says_how_an_hour_is_offered(hours: int, mode: Mode) -> None:
    assert rules.mode(NOON + timedelta(hours=hours), NOON) is mode


def test_an_hour_days_away_is_kept_for_longer_than_a_shift_and_a_nearer_one_for_three_hours() -> None:
    far = rules.offering(an_entry(from_hour=time(0), to_hour=time(0)), NOON + timedelta(days=5), NOON)
    near = rules.offering(an_entry(from_hour=time(0), to_hour=time(0)), NOON + timedelta(hours=30), NOON)
    assert far is not None and far.expires_at - NOON == timedelta(hours=12)
    assert near is not None and near.expires_at - NOON == timedelta(hours=3)


def test_who_sleeps_when_it_would_end_has_the_first_hour_in_which_they_look_again() -> None:
    day = rules.offering(an_entry(), NOON + timedelta(days=5), NOON)
    assert day is not None and day.expires_at == datetime(2026, 11, 24, 8, tzinfo=UTC)  # 09:00 in Paris
    at_night = an_entry(from_hour=time(15), to_hour=time(22))
    night = rules.offering(at_night, NOON + timedelta(days=5), NOON)
    assert night is not None and night.sent_at == datetime(2026, 11, 23, 14, tzinfo=UTC)
    assert night.expires_at == datetime(2026, 11, 24, 15, tzinfo=UTC)


def test_within_the_day_only_who_looks_now_is_asked_and_nobody_in_the_last_half_hour() -> None:
    late = datetime(2026, 11, 23, 22, tzinfo=UTC)
    assert rules.offering(an_entry(), late + timedelta(hours=9), late) is None
    assert rules.offering(an_entry(), NOON + timedelta(hours=9), NOON) is not None
    assert rules.offering(an_entry(), NOON + timedelta(minutes=20), NOON) is None


def test_windows_are_of_the_persons_own_clock_and_may_run_over_midnight() -> None:
    evening = an_entry(windows=(Window([0], time(18), time(22)),))
    assert fits(evening, datetime(2026, 11, 30, 18, tzinfo=UTC))
    assert not fits(evening, datetime(2026, 11, 30, 11, tzinfo=UTC))
    assert not fits(evening, datetime(2026, 12, 1, 18, tzinfo=UTC))
    overseas = an_entry(windows=(Window([], time(8), time(12)),), person_zone="Indian/Reunion")
    assert fits(overseas, datetime(2026, 11, 30, 5, tzinfo=UTC))
    over = an_entry(windows=(Window([6], time(22), time(6)),))
    assert fits(over, datetime(2026, 11, 30, 1, tzinfo=UTC))  # the night of Sunday to Monday


def test_who_has_an_hour_is_not_disturbed_for_less_than_a_day_nor_for_another_kind_of_visit() -> None:
    stands = an_entry(stands_at=NOON + timedelta(days=10))
    assert fits(stands, NOON + timedelta(days=8))
    assert not fits(stands, NOON + timedelta(days=9, hours=6))
    assert not fits(an_entry(visit=VisitKind.FOLLOW_UP), NOON + timedelta(days=8))
    assert not fits(an_entry(modalities=(Modality.PHONE,)), NOON + timedelta(days=8))


def test_three_open_offers_and_one_a_day_are_the_most() -> None:
    assert rules.may_be_asked(an_entry(last_offer_at=NOON - timedelta(days=1)), NOON)
    assert not rules.may_be_asked(an_entry(last_offer_at=NOON - timedelta(hours=2)), NOON)
    assert not rules.may_be_asked(an_entry(open_offers=3), NOON)


@given(st.integers(0, 500), st.integers(0, 500))
def test_a_batch_is_one_to_three(sent: int, accepted: int) -> None:
    assert 1 <= rules.batch_size(max(sent, accepted), accepted) <= 3


@given(
    st.integers(0, 23),
    st.integers(0, 23),
    st.datetimes(datetime(2026, 3, 1), datetime(2026, 11, 30)),
    st.integers(3, 24 * 20),
    st.sampled_from(["Europe/Paris", "America/Miquelon", "Pacific/Noumea"]),
)
def test_no_offer_outlives_its_hour_and_each_is_said_when_they_look(
    since: int, until: int, wall: datetime, lead: int, zone: str
) -> None:
    now = wall.replace(tzinfo=UTC)
    entry = an_entry(from_hour=time(since), to_hour=time(until), person_zone=zone)
    offering = rules.offering(entry, now + timedelta(hours=lead), now)
    if offering is not None:
        assert now <= offering.sent_at < offering.expires_at <= now + timedelta(hours=lead) - rules.LAST_MOMENT
        assert offering.mode is Mode.CALL or rules.looking(entry, offering.sent_at)
