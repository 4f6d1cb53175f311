"""How many people each expert took in the last 7 days: kept as turns are charged and given back, not counted anew."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID

WEEK: Final = timedelta(days=7)
FULL: Final = 10_000
"""Counts as taken by an expert who says that they are full: above any capacity."""


class Taking:
    """The counts stay as they are until someone takes a turn, a turn is a week old, or the day changes."""

    def __init__(self) -> None:
        self._turns: dict[UUID, list[datetime]] = {}
        self._full: dict[UUID, date] = {}
        self._counts: dict[UUID, int] = {}
        self._since = self._until = datetime.min.replace(tzinfo=UTC)

    def tell(self, expert_id: UUID, turns: Iterable[datetime], *, full_until: date | None) -> None:
        """When this expert took people, and the last day on which they say that they are full."""
        self._until = self._since
        self._turns.pop(expert_id, None)
        self._full.pop(expert_id, None)
        if taken := sorted(turns):
            self._turns[expert_id] = taken
        if full_until is not None:
            self._full[expert_id] = full_until

    def counts(self, now: datetime) -> Mapping[UUID, int]:
        """People taken in the 7 days before `now`; `FULL` more for those who say that they are full."""
        if not self._since <= now < self._until:
            self._count(now)
        return self._counts

    def _count(self, now: datetime) -> None:
        oldest, counts = now - WEEK, dict[UUID, int]()
        until = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
        for expert_id, turns in self._turns.items():
            first = bisect_right(turns, oldest)
            if first < len(turns):
                counts[expert_id] = len(turns) - first
                until = min(until, turns[first] + WEEK)
        for expert_id, last in self._full.items():
            if last >= now.date():
                counts[expert_id] = counts.get(expert_id, 0) + FULL
        self._counts, self._since, self._until = counts, now, until
