"""Rules of call-backs, at a prompt: windows, one claim, three attempts, and only a person who ends them."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from services.referral.domain import call_backs as rules
from services.referral.domain.call_backs import CallBack
from tests.referral.make import NIGHT

ME, OTHER = UUID(int=1), UUID(int=2)
ASKED = CallBack(
    id=UUID(int=3),
    case_id=UUID(int=4),
    contact_id=None,
    asked_at=NIGHT,
    asked_by="page",
    window_from=NIGHT,
    window_to=NIGHT + timedelta(hours=2),
    time_zone="Europe/Paris",
    discreet=True,
    voicemail=False,
    level=3,
    status="waiting",
    attempts=0,
    next_at=NIGHT,
    claimed_by=None,
    claimed_until=None,
    ended_at=None,
    version=1,
)


def test_one_rings_and_the_others_wait_until_the_claim_runs_out() -> None:
    mine = rules.claimed(ASKED, ME, now=NIGHT)
    with pytest.raises(rules.CallBackTaken):
        rules.claimed(mine, OTHER, now=NIGHT + timedelta(minutes=19))
    assert rules.claimed(mine, ME, now=NIGHT + timedelta(minutes=19)).claimed_by == ME
    assert rules.claimed(mine, OTHER, now=NIGHT + timedelta(minutes=20)).claimed_by == OTHER


def test_three_attempts_at_most_and_then_a_person_decides() -> None:
    asked = ASKED
    for attempt in range(3):
        at = NIGHT + timedelta(minutes=20 * attempt)
        asked = rules.attempted(rules.claimed(asked, ME, now=at), ME, "no_answer", now=at)
        assert asked.next_at == (at if attempt == 2 else at + rules.AGAIN_AFTER)
    assert (asked.status, asked.attempts, asked.ended_at) == ("unreached", 3, None), "no timer ends it"
    with pytest.raises(rules.NoAttemptsLeft):
        rules.claimed(asked, ME, now=NIGHT)
    again = rules.changed(asked, window=(NIGHT, NIGHT + timedelta(hours=1)), discreet=None, voicemail=None)
    assert (again.status, again.attempts) == ("waiting", 0), "asked again is three new attempts"
    assert rules.closed(asked, now=NIGHT, by_person=False).status == "done"


def test_only_whoever_claimed_it_says_what_became_of_the_call() -> None:
    with pytest.raises(rules.NotYourCallBack):
        rules.attempted(ASKED, ME, "reached", now=NIGHT)
    with pytest.raises(rules.UnknownOutcome):
        rules.attempted(rules.claimed(ASKED, ME, now=NIGHT), ME, "maybe", now=NIGHT)
    done = rules.attempted(rules.claimed(ASKED, ME, now=NIGHT), ME, "reached", now=NIGHT)
    assert (done.status, done.ended_at) == ("done", NIGHT)


@pytest.mark.parametrize(
    ("after", "standing"),
    [(-timedelta(minutes=1), "later"), (timedelta(0), "now"), (timedelta(hours=2), "overdue")],
)
def test_an_overdue_one_says_so(after: timedelta, standing: str) -> None:
    assert ASKED.standing(NIGHT + after) == standing
    assert rules.claimed(ASKED, ME, now=NIGHT + after).standing(NIGHT + after) == "taken"


def test_windows_are_ahead_long_enough_and_near() -> None:
    hour = timedelta(hours=1)
    assert rules.checked_window(NIGHT - hour, NIGHT + hour, now=NIGHT) == (NIGHT, NIGHT + hour)
    for window in (
        (NIGHT - 2 * hour, NIGHT - hour),
        (NIGHT, NIGHT + timedelta(minutes=5)),
        (NIGHT + timedelta(days=11), NIGHT + timedelta(days=11, hours=1)),
        (NIGHT.replace(tzinfo=None), NIGHT + hour),
    ):
        with pytest.raises(rules.WindowNotValid):
            rules.checked_window(*window, now=NIGHT)


def test_taken_back_it_is_over_for_good() -> None:
    over = rules.closed(ASKED, now=NIGHT, by_person=True)
    assert over.status == "cancelled"
    with pytest.raises(rules.CallBackOver):
        rules.claimed(over, ME, now=NIGHT)
    with pytest.raises(rules.CallBackOver):
        rules.changed(over, window=None, discreet=True, voicemail=None)
    assert replace(over, status="waiting").standing(NIGHT) == "now"
