"""Bounds of fairness as properties: capacities off, refunds, rare eligibility, lists cut short (referral.md §3.3)."""

from collections.abc import Callable
from itertools import islice
from random import Random
from statistics import median
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.referral.domain.matching.comparing import Compared, Met
from services.referral.domain.matching.fairness import Contender, charged, clamped, in_order, refunded
from services.referral.domain.matching.reach import Reach

CAPACITIES = st.lists(st.integers(1, 5), min_size=2, max_size=10)


def _first(passes: list[float], eligible: list[int], turn: int) -> int:
    contenders = [Contender(UUID(int=n + 1), 80.0, passes[n]) for n in eligible]
    return next(in_order(contenders, seed=UUID(int=turn + 1)))[0].expert_id.int - 1


def _draws(capacities: list[int], turns: int, charge: Callable[[float, int], float]) -> list[int]:
    passes, taken = [0.0] * len(capacities), [0] * len(capacities)
    for turn in range(turns):
        chosen = _first(passes, list(range(len(capacities))), turn)
        passes[chosen] = charge(passes[chosen], capacities[chosen])
        taken[chosen] += 1
    return taken


@settings(deadline=None, max_examples=20)
@given(CAPACITIES, st.integers(10, 120))
def test_capacities_switched_off_are_equal_capacities(capacities: list[int], turns: int) -> None:
    off = _draws(capacities, turns, lambda one, capacity: charged(one, capacity, by_capacity=False))
    equal = _draws([1] * len(capacities), turns, charged)
    assert off == equal and max(off) - min(off) <= 1


@settings(deadline=None, max_examples=20)
@given(CAPACITIES)
def test_shares_follow_capacities_within_one_person(capacities: list[int]) -> None:
    rounds = 6
    taken = _draws(capacities, rounds * sum(capacities), charged)
    assert all(abs(count - rounds * capacity) <= 1 for count, capacity in zip(taken, capacities, strict=True))


@settings(deadline=None, max_examples=20)
@given(CAPACITIES, st.integers(20, 100), st.randoms(use_true_random=False))
def test_who_did_not_come_does_not_count(capacities: list[int], turns: int, random: Random) -> None:
    """A no-show, a cancellation and our own withdrawal are refunded: the pass counts only people who came."""
    passes, came = [0.0] * len(capacities), [0] * len(capacities)
    for turn in range(turns):
        chosen = _first(passes, list(range(len(capacities))), turn)
        passes[chosen] = charged(passes[chosen], capacities[chosen])
        if random.random() < 0.3:
            passes[chosen] = refunded(passes[chosen], capacities[chosen])
        else:
            came[chosen] += 1
    for one, count, capacity in zip(passes, came, capacities, strict=True):
        assert abs(one - count / capacity) < 1e-9
    for i, capacity in enumerate(capacities):
        assert all(passes[i] - other <= 1 / capacity + 1e-9 for other in passes)


@settings(deadline=None, max_examples=15)
@given(st.integers(3, 8), st.integers(1, 5), st.integers(30, 150))
def test_whoever_was_rarely_eligible_comes_back_to_two_turns_at_most(others: int, capacity: int, away: int) -> None:
    capacities = [*[2] * others, capacity]
    passes, present = [0.0] * len(capacities), list(range(others))
    for turn in range(away):
        chosen = _first(passes, present, turn)
        passes[chosen] = charged(passes[chosen], capacities[chosen])
    passes[-1] = clamped(passes[-1], capacity, passes)
    assert passes[-1] >= median(passes[:-1]) - 2 / capacity - 0.5 - 1e-9
    burst = 0
    while _first(passes, list(range(len(capacities))), burst) == len(capacities) - 1:
        passes[-1] = charged(passes[-1], capacity)
        burst += 1
    assert burst <= 2 + capacity  # two turns of credit, and at most one round of the others


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 6)), min_size=1, max_size=40),
    st.integers(1, 12),
    st.sampled_from((0.0, 5.0, 12.0)),
)
def test_a_list_cut_short_is_the_beginning_of_the_whole(rows: list[tuple[int, int]], limit: int, band: float) -> None:
    seed = UUID(int=7)
    contenders = [Contender(UUID(int=n + 1), 50.0 + score, turn / 2) for n, (score, turn) in enumerate(rows)]
    whole = [(each.expert_id, ahead) for each, ahead in in_order(contenders, seed=seed, band=band)]
    groups = (contenders[::2], contenders[1::2])  # as those met by video and those met in person
    met = [Met((), [one.expert_id.int - 1 for one in group], [one.fit for one in group], []) for group in groups]
    near = [contenders[found.row] for found in Compared(Reach(0), met).best(limit, band=band)]
    short = [(one.expert_id, ahead) for one, ahead in islice(in_order(near, seed=seed, band=band), limit)]
    assert short == whole[:limit]
