"""Fairness between experts, as properties (referral.md §3.3)."""

from statistics import median
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.referral.domain.matching.fairness import (
    BAND,
    Contender,
    charged,
    clamped,
    in_order,
    refunded,
    welcomed,
)


def _draw(capacities: list[int], passes: list[float], turn: int) -> int:
    contenders = [Contender(UUID(int=n + 1), 80.0, passes[n]) for n in range(len(capacities))]
    first, _ = next(in_order(contenders, seed=UUID(int=turn + 1)))
    return first.expert_id.int - 1


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(1, 5), min_size=2, max_size=12), st.integers(20, 200))
def test_in_one_band_nobody_is_ahead_by_more_than_one_turn(capacities: list[int], turns: int) -> None:
    passes = [0.0] * len(capacities)
    for turn in range(turns):
        chosen = _draw(capacities, passes, turn)
        passes[chosen] = charged(passes[chosen], capacities[chosen])
        for i, capacity in enumerate(capacities):
            assert all(passes[i] - other <= 1 / capacity + 1e-9 for other in passes)


@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(1, 5), min_size=3, max_size=10), st.integers(1, 5))
def test_a_newcomer_gets_no_burst(capacities: list[int], capacity: int) -> None:
    passes = [0.0] * len(capacities)
    for turn in range(100):
        chosen = _draw(capacities, passes, turn)
        passes[chosen] = charged(passes[chosen], capacities[chosen])
    passes.append(welcomed(0.0, passes))
    capacities = [*capacities, capacity]
    draws = 60
    taken = 0
    for turn in range(draws):
        chosen = _draw(capacities, passes, turn)
        passes[chosen] = charged(passes[chosen], capacities[chosen])
        taken += chosen == len(capacities) - 1
    assert taken <= draws * capacity / sum(capacities) + 2


def test_equal_capacities_share_equally() -> None:
    passes, taken = [0.0] * 7, [0] * 7
    for turn in range(70):
        chosen = _draw([1] * 7, passes, turn)
        passes[chosen] = charged(passes[chosen], 1)
        taken[chosen] += 1
    assert taken == [10] * 7


@given(st.floats(0, 50), st.integers(1, 9))
def test_a_refund_undoes_a_charge(stride_pass: float, capacity: int) -> None:
    assert abs(refunded(charged(stride_pass, capacity), capacity) - stride_pass) < 1e-9


@given(st.lists(st.floats(0, 50), min_size=1, max_size=30), st.integers(1, 9))
def test_nobody_hoards_more_than_two_turns(active: list[float], capacity: int) -> None:
    lifted = clamped(0.0, capacity, active)
    assert lifted >= median(active) - 2 / capacity and lifted >= 0


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 10)), min_size=1, max_size=60))
def test_everyone_stands_once_and_nobody_passes_more_than_a_band(rows: list[tuple[float, float]]) -> None:
    contenders = [Contender(UUID(int=n + 1), fit, turn) for n, (fit, turn) in enumerate(rows)]
    order = [each for each, _ in in_order(contenders, seed=UUID(int=5))]
    assert sorted(each.expert_id.int for each in order) == list(range(1, len(rows) + 1))
    for n, each in enumerate(order):
        assert all(each.fit >= later.fit - BAND for later in order[n:])
