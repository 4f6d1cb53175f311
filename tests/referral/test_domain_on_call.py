"""Turns, gaps and numbers, at a prompt."""

from datetime import timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as some

from services.referral.domain import on_call, samu
from services.referral.domain.on_call import Turn
from services.referral.domain.urgent import Duty
from tests.referral.make import NIGHT

HOUR = timedelta(hours=1)


def a_turn(start: int, end: int, rank: int = 1) -> Turn:
    number = UUID(int=(start + 5) * 100 + end + 5)
    return Turn(number, "Dr", "+33199000001", rank, NIGHT + start * HOUR, NIGHT + end * HOUR)


@given(some.lists(some.tuples(some.integers(-5, 60), some.integers(1, 20)), max_size=8), some.integers(0, 47))
def test_an_hour_is_either_covered_or_in_a_gap(spans: list[tuple[int, int]], hour: int) -> None:
    turns = [a_turn(start, start + length) for start, length in spans]
    gaps = on_call.gaps(turns, now=NIGHT, until=NIGHT + 48 * HOUR)
    at = NIGHT + hour * HOUR
    covered = any(turn.starts_at <= at < turn.ends_at for turn in turns)
    assert covered != any(gap.starts_at <= at < gap.ends_at for gap in gaps)
    assert all(one.ends_at <= other.starts_at for one, other in pairwise(gaps))


def test_the_ladder_follows_ranks_and_ends_with_the_standing_posts() -> None:
    turns = [a_turn(0, 5, 2), Turn(UUID(int=1), "Dr A", "+33199000005", 1, NIGHT, NIGHT + HOUR)]
    standing = [Duty(0, "Cadre", "+33199000003"), Duty(1, "Double", "+33199000005")]
    posts = on_call.ladder(turns, standing, now=NIGHT)
    assert [(post.position, post.name) for post in posts] == [(0, "Dr A"), (1, "Dr"), (2, "Cadre")]
    assert [post.name for post in on_call.ladder(turns, standing, now=NIGHT + 6 * HOUR)] == ["Cadre", "Double"]
    assert on_call.fingerprint(turns, now=NIGHT) != on_call.fingerprint(turns, now=NIGHT + HOUR)
    assert on_call.fingerprint(turns, now=NIGHT + 6 * HOUR) == ""


def test_ten_digit_lines_are_read_in_the_plan_of_their_departement() -> None:
    assert samu.ten_digits("02 98 00 11 22", "29") == "+33298001122"
    assert samu.ten_digits("0262 20 20 20", "974") == "+262262202020"
    assert samu.shown("+262262202020") == "02\u00a062\u00a020\u00a020\u00a020"
    for none in ("15", "112", "", "abc", "0298"):
        assert samu.ten_digits(none, "29") is None
