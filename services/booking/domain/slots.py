"""From free time to starts that can be offered."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from services.booking.domain.spans import Span, subtract, union
from services.booking.domain.types import Shape


def free_time(openings: Iterable[Span], busy: Iterable[Span], claims: Iterable[Span]) -> list[Span]:
    """Openings without what is busy or claimed; claims bring their own buffers."""
    return subtract(union(openings), union([*busy, *claims]))


def starts(free: Sequence[Span], shape: Shape, not_before: datetime | None = None) -> Iterator[datetime]:
    """Every start that fits with its buffers, on the grid that begins with each stretch of free time."""
    step = timedelta(minutes=shape.step)
    before = timedelta(minutes=shape.buffer_before)
    after = timedelta(minutes=shape.duration + shape.buffer_after)
    for span in free:
        start = span.start + before
        if not_before is not None and start < not_before:
            start += -(-(not_before - start) // step) * step
        while start + after <= span.end:
            yield start
            start += step


def first_start(free: Sequence[Span], shape: Shape, not_before: datetime | None = None) -> datetime | None:
    """The first start that fits, None when none does."""
    return next(starts(free, shape, not_before), None)


def nearest(offered: Iterable[datetime], wanted: datetime, count: int = 3) -> list[datetime]:
    """The `count` starts nearest to the wanted one, in the order of the clock."""
    return sorted(sorted(set(offered), key=lambda start: (abs(start - wanted), start))[:count])
