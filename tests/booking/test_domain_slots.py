"""Slots: no free slot ever overlaps a busy one, and none is forgotten; told by a minute-by-minute oracle."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.booking.domain.slots import first_start, free_time, nearest, starts
from services.booking.domain.spans import Span, subtract, union
from services.booking.domain.types import Shape

ZERO = datetime(2027, 5, 3, tzinfo=UTC)
DAY = 24 * 60


def at(minute: int) -> datetime:
    return ZERO + timedelta(minutes=minute)


spans = st.lists(
    st.tuples(st.integers(0, DAY - 1), st.integers(1, 300)).map(
        lambda pair: Span(at(pair[0]), at(min(DAY, pair[0] + pair[1])))
    ),
    max_size=6,
)
shapes = st.builds(
    Shape,
    duration=st.sampled_from([15, 20, 30, 45, 60]),
    step=st.sampled_from([5, 10, 15, 30]),
    buffer_before=st.sampled_from([0, 5, 10]),
    buffer_after=st.sampled_from([0, 5, 15]),
)


def minutes(some: list[Span]) -> list[bool]:
    """The day as 1,440 booleans: the oracle."""
    day = [False] * DAY
    for span in some:
        for minute in range((span.start - ZERO) // timedelta(minutes=1), (span.end - ZERO) // timedelta(minutes=1)):
            day[minute] = True
    return day


def oracle(openings: list[Span], taken: list[Span], shape: Shape, not_before: int | None) -> list[int]:
    open_, busy = minutes(openings), minutes(taken)
    free = [o and not b for o, b in zip(open_, busy, strict=True)]
    found = []
    for begin in range(DAY):
        if not free[begin] or (begin and free[begin - 1]):
            continue
        end = begin
        while end < DAY and free[end]:
            end += 1
        start = begin + shape.buffer_before
        while start + shape.duration + shape.buffer_after <= end:
            if not_before is None or start >= not_before:
                found.append(start)
            start += shape.step
    return found


@given(spans, spans, shapes, st.none() | st.integers(0, DAY))
def test_slots_are_those_of_the_oracle(
    openings: list[Span], taken: list[Span], shape: Shape, not_before: int | None
) -> None:
    free = free_time(openings, taken, ())
    found = list(starts(free, shape, None if not_before is None else at(not_before)))
    assert found == [at(minute) for minute in oracle(openings, taken, shape, not_before)]
    assert first_start(free, shape) == next(iter(starts(free, shape)), None)


@given(spans, spans, spans, shapes)
def test_an_absence_never_adds_free_time(
    openings: list[Span], taken: list[Span], absences: list[Span], shape: Shape
) -> None:
    before = minutes(free_time(openings, taken, ()))
    after = minutes(free_time(openings, [*taken, *absences], ()))
    assert all(was or not still for was, still in zip(before, after, strict=True))


@given(spans, spans, shapes, st.integers(1, DAY - 1))
def test_splitting_an_opening_in_two_touching_ones_changes_nothing(
    openings: list[Span], taken: list[Span], shape: Shape, cut: int
) -> None:
    split = [
        piece
        for span in openings
        for piece in (Span(span.start, min(span.end, at(cut))), Span(max(span.start, at(cut)), span.end))
    ]
    assert list(starts(free_time(split, taken, ()), shape)) == list(starts(free_time(openings, taken, ()), shape))


@given(spans, spans, shapes)
def test_booking_any_offered_slot_is_a_subtraction(openings: list[Span], taken: list[Span], shape: Shape) -> None:
    free = free_time(openings, taken, ())
    for start in list(starts(free, shape))[:5]:
        claim = shape.claim(start)
        assert any(span.covers(claim) for span in free)
        assert subtract(free, [claim]) == free_time(openings, [*taken, claim], ())


@given(spans)
def test_a_union_is_sorted_and_apart(some: list[Span]) -> None:
    merged = union(some)
    assert minutes(merged) == minutes(some)
    assert all(one.end < two.start for one, two in pairwise(merged))


def test_a_slot_longer_than_the_step_does_not_swallow_a_busy_block_in_its_middle() -> None:
    free = free_time([Span(at(540), at(660))], [Span(at(590), at(600))], ())
    assert list(starts(free, Shape(duration=60, step=15))) == [at(600)]


def test_the_nearest_starts_come_in_the_order_of_the_clock() -> None:
    offered = [at(600), at(540), at(720), at(615), at(615)]
    assert nearest(offered, at(610)) == [at(540), at(600), at(615)]
