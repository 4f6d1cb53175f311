"""Sessions lock rather than end, at the right moments, and never while someone works."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from contracts.caller import Grant
from contracts.identity import Factor, SessionState
from contracts.words import Role
from services.identity.domain.sessions import ABSOLUTE, ABSOLUTE_ON_ROTA, IDLE, PARTIAL, WORK, Session

NOON = datetime(2026, 3, 28, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
BOTH = (Factor.PASSWORD, Factor.TOTP)


def a_session(
    *roles: Role,
    seen_at: datetime = NOON,
    asked: tuple[Factor, ...] = (Factor.PASSWORD,),
    passed: tuple[Factor, ...] | None = None,
    locked_at: datetime | None = None,
    closes_at: datetime | None = None,
) -> Session:
    return Session(
        id=uuid4(),
        subject=uuid4(),
        opened_at=NOON,
        seen_at=seen_at,
        asked=asked,
        passed=asked if passed is None else passed,
        grants=tuple(Grant(role) for role in roles or (Role.EXPERT,)),
        locked_at=locked_at,
        closes_at=closes_at,
        staff=Role.PERSON not in roles,
    )


def test_thirty_idle_minutes_lock() -> None:
    session = a_session()
    assert session.state(NOON + IDLE - SECOND) is SessionState.OPEN
    assert session.state(NOON + IDLE) is SessionState.LOCKED
    assert not session.over(NOON + IDLE)


@pytest.mark.parametrize(
    ("role", "limit"),
    [
        (Role.PSYCHOLOGIST, ABSOLUTE_ON_ROTA),
        (Role.VOLUNTEER, ABSOLUTE_ON_ROTA),
        (Role.DUTY_MANAGER, ABSOLUTE_ON_ROTA),
        (Role.EXPERT, ABSOLUTE),
        (Role.SECRETARY, ABSOLUTE),
        (Role.ADMIN, ABSOLUTE),
    ],
)
def test_the_absolute_limit_is_twelve_hours_on_the_rota_and_four_otherwise(role: Role, limit: timedelta) -> None:
    assert limit == timedelta(hours=12 if limit is ABSOLUTE_ON_ROTA else 4)
    end = NOON + limit
    assert a_session(role, seen_at=end - SECOND).state(end - SECOND) is SessionState.OPEN
    assert a_session(role, seen_at=end).state(end) is SessionState.LOCKED


def test_a_two_hour_call_with_no_key_pressed_never_locks() -> None:
    session = a_session(Role.PSYCHOLOGIST)
    for minute in range(121):
        now = NOON + timedelta(minutes=minute)
        assert session.state(now, busy=True) is SessionState.OPEN
        session = _seen(session, session.seen_after(now, touch=False, busy=True))
    assert session.state(now + IDLE - SECOND) is SessionState.OPEN  # the call is over: half an hour begins


def test_a_call_across_the_absolute_limit_goes_on_and_locks_after_it() -> None:
    late = NOON + ABSOLUTE_ON_ROTA + timedelta(hours=1)
    session = a_session(Role.PSYCHOLOGIST, seen_at=late)
    assert session.state(late, busy=True) is SessionState.OPEN
    assert session.state(late) is SessionState.LOCKED


def test_work_said_by_one_page_counts_for_the_others_and_no_longer_than_it_lasts() -> None:
    end = NOON + ABSOLUTE_ON_ROTA
    session = replace(a_session(Role.PSYCHOLOGIST, seen_at=end), busy_at=end - SECOND)
    assert session.state(end) is SessionState.OPEN
    assert session.busy_after(end, busy=True) == end and session.busy_after(end, busy=False) == end - SECOND
    assert session.state(end + WORK - SECOND) is SessionState.LOCKED
    person = replace(a_session(Role.PERSON, closes_at=NOON, asked=()), busy_at=NOON)
    assert not person.over(NOON + SECOND) and person.over(NOON + WORK)


def test_no_work_begins_behind_a_lock() -> None:
    later = NOON + IDLE
    assert a_session(Role.PSYCHOLOGIST).busy_after(later, busy=True) is None
    person = a_session(Role.PERSON, closes_at=NOON, asked=())
    assert person.busy_after(NOON, busy=True) is None


def test_work_on_a_locked_screen_passes_but_lifts_no_lock() -> None:
    later = NOON + IDLE + SECOND
    session = a_session(Role.PSYCHOLOGIST)
    assert session.state(later, busy=True) is SessionState.OPEN  # the urgent key works on the locked screen
    session = _seen(session, session.seen_after(later, touch=True, busy=True))
    assert session.state(later) is SessionState.LOCKED


def test_a_page_that_asks_again_by_itself_does_not_put_off_the_lock() -> None:
    later = NOON + IDLE - SECOND
    session = a_session()
    assert session.seen_after(later, touch=False, busy=False) == NOON
    assert session.seen_after(later, touch=True, busy=False) == later


def test_any_factor_reopens_an_idle_screen_without_putting_off_the_absolute_end() -> None:
    session, later = a_session(asked=BOTH), NOON + IDLE
    assert session.missing(later) == BOTH
    assert session.passed_after(Factor.TOTP, later) == BOTH
    assert session.opened_again_at(later) == NOON


def test_after_the_absolute_end_every_factor_is_asked_again() -> None:
    session, later = a_session(asked=BOTH), NOON + ABSOLUTE
    assert session.passed_after(Factor.PASSWORD, later) == (Factor.PASSWORD,)
    assert session.opened_again_at(later) == later


def test_a_login_left_half_way_ends_and_opens_nothing() -> None:
    session = a_session(asked=BOTH, passed=(Factor.PASSWORD,))
    assert session.state(NOON, busy=True) is SessionState.PARTIAL
    assert session.missing(NOON) == (Factor.TOTP,)
    assert not session.over(NOON + PARTIAL - SECOND) and session.over(NOON + PARTIAL)


def test_a_change_of_rights_locks_but_not_during_a_call() -> None:
    session = a_session(Role.PSYCHOLOGIST, locked_at=NOON)
    assert session.state(NOON) is SessionState.LOCKED
    assert session.state(NOON, busy=True) is SessionState.OPEN


def test_a_persons_session_ends_with_the_link_or_when_left_alone_but_not_in_a_room() -> None:
    closes = NOON + timedelta(minutes=20)
    session = a_session(Role.PERSON, closes_at=closes, asked=())
    assert not session.over(closes - SECOND) and session.over(closes) and not session.over(closes, busy=True)
    session = a_session(Role.PERSON, closes_at=NOON + timedelta(days=9), asked=())
    assert not session.over(NOON + IDLE - SECOND) and session.over(NOON + IDLE)
    assert session.state(NOON) is SessionState.OPEN and session.missing(NOON) == ()


def _seen(session: Session, at: datetime) -> Session:
    return replace(session, seen_at=at)
