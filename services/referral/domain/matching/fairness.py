"""Fairness between experts: stride scheduling inside a band of equal fit (referral.md §3.3)."""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from statistics import median
from typing import Final, NamedTuple
from uuid import UUID

BAND: Final = 5.0
"""Experts within this many points of the best are equals: the one who has had least of their share goes first."""
NO_SLOT: Final = datetime.max.replace(tzinfo=UTC)


class Contender(NamedTuple):
    """One expert in the band: `stride_pass` grows by 1 / capacity with each person taken."""

    expert_id: UUID
    fit: float
    stride_pass: float
    first_free: datetime | None = None


def in_order(contenders: Iterable[Contender], *, seed: UUID, band: float = BAND) -> Iterator[tuple[Contender, bool]]:
    """Best first; True beside one who passed a better fit because they had less than their share.

    Repeatedly: among those within `band` of the best left, the smallest pass, then the earliest slot, then a
    hash of the case and the expert. The band only ever grows downwards, so one heap serves: O(n log n).
    """
    by_fit = sorted(contenders, key=lambda each: -each.fit)
    best, entering = 0, 0
    gone: set[UUID] = set()
    level: list[tuple[float, datetime, int, Contender]] = []
    while best < len(by_fit):
        leader = by_fit[best]
        while entering < len(by_fit) and by_fit[entering].fit >= leader.fit - band:
            each = by_fit[entering]
            heapq.heappush(level, (each.stride_pass, each.first_free or NO_SLOT, _tie(seed, each.expert_id), each))
            entering += 1
        chosen = heapq.heappop(level)[3]
        gone.add(chosen.expert_id)
        yield chosen, chosen.fit < leader.fit and chosen.stride_pass < leader.stride_pass
        while best < len(by_fit) and by_fit[best].expert_id in gone:
            best += 1


def turn(capacity: int, *, by_capacity: bool = True) -> float:
    """What one person costs; with capacities switched off, everyone counts as one."""
    return 1 / max(capacity, 1) if by_capacity else 1.0


def charged(stride_pass: float, capacity: int, *, by_capacity: bool = True) -> float:
    """The pass after one more person; a refund is the same step back."""
    return stride_pass + turn(capacity, by_capacity=by_capacity)


def refunded(stride_pass: float, capacity: int, *, by_capacity: bool = True) -> float:
    """The pass when the person did not come, or left: it was not the expert's doing."""
    return stride_pass - turn(capacity, by_capacity=by_capacity)


def welcomed(stride_pass: float, active: Sequence[float]) -> float:
    """The pass of a newcomer, or of someone back from leave: no burst for having been away."""
    return max(stride_pass, min(active, default=stride_pass))


def clamped(stride_pass: float, capacity: int, active: Sequence[float]) -> float:
    """No hoarding: whoever is rarely eligible keeps at most two turns of credit under the median."""
    if not active:
        return stride_pass
    return max(stride_pass, median(active) - 2 / max(capacity, 1))


def _tie(seed: UUID, expert_id: UUID) -> int:
    """The same shuffle for the same case each time: a multiplicative hash (Knuth), 5 times cheaper than a digest."""
    return ((expert_id.int ^ seed.int) * 0x9E3779B97F4A7C15F39CC0605CEDC835 >> 64) & 0xFFFFFFFFFFFFFFFF
