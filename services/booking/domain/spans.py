"""Half-open stretches of time `[start, end)` and the algebra that free time is made of."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple


class Span(NamedTuple):
    """`[start, end)`, both aware and in UTC, so that back to back is no overlap."""

    start: datetime
    end: datetime

    def overlaps(self, other: "Span") -> bool:
        return self.start < other.end and other.start < self.end

    def covers(self, other: "Span") -> bool:
        return self.start <= other.start and other.end <= self.end

    def outwards(self) -> "Span":
        """To whole minutes, none of it lost: what is free beside it begins at a minute too."""
        start, end = self.start.replace(second=0, microsecond=0), self.end.replace(second=0, microsecond=0)
        return Span(start, end if end == self.end else end + timedelta(minutes=1))


def union(spans: Iterable[Span]) -> list[Span]:
    """The same time as sorted spans that neither touch nor overlap; empty ones vanish."""
    merged: list[Span] = []
    for span in sorted(spans):
        if span.end <= span.start:
            continue
        if merged and span.start <= merged[-1].end:
            if span.end > merged[-1].end:
                merged[-1] = Span(merged[-1].start, span.end)
        else:
            merged.append(span)
    return merged


def subtract(spans: Sequence[Span], taken: Sequence[Span]) -> list[Span]:
    """`spans` without `taken`; both as `union` gives them."""
    left: list[Span] = []
    first = 0
    for span in spans:
        start = span.start
        while first < len(taken) and taken[first].end <= start:
            first += 1
        at = first
        while at < len(taken) and taken[at].start < span.end:
            if taken[at].start > start:
                left.append(Span(start, taken[at].start))
            start = taken[at].end
            at += 1
        if start < span.end:
            left.append(Span(start, span.end))
    return left
