"""What other weights would have done: past needs ranked with today's network, before and after."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import median
from uuid import UUID

from contracts.matching import Effect, LevelEffect
from services.referral.domain.matching.ranking import Network, Ranking, Scored
from services.referral.domain.matching.wanted import Wanted
from services.referral.domain.matching.weights import Weights

FIRST = 3


@dataclass(frozen=True, slots=True)
class Both:
    """The first experts of one need under the weights that count now, and under the new ones."""

    level: int
    before: tuple[UUID, ...]
    after: tuple[UUID, ...]
    hours_before: float | None
    hours_after: float | None


def both(network: Network, wanted: Wanted, new: Weights, *, now: datetime) -> Both | None:
    """One past need; None when nobody would be proposed."""
    before = [each for each, _ in Ranking(network, wanted, now=now).first(FIRST)]
    if not before:
        return None
    after = [each for each, _ in Ranking(replace(network, weights=new), wanted, now=now).first(FIRST)]
    return Both(
        level=wanted.level or 2,
        before=tuple(each.expert.id for each in before),
        after=tuple(each.expert.id for each in after),
        hours_before=_hours(before[0], now),
        hours_after=_hours(after[0], now),
    )


def effect(compared_needs: Sequence[Both]) -> Effect:
    """All of them together, and by level."""
    levels = []
    for level in sorted({one.level for one in compared_needs}):
        mine = [one for one in compared_needs if one.level == level]
        levels.append(
            LevelEffect(
                level=level,
                needs=len(mine),
                same_first=sum(one.before[0] == one.after[0] for one in mine),
                hours_before=_middle([one.hours_before for one in mine]),
                hours_after=_middle([one.hours_after for one in mine]),
            )
        )
    shared = [len(set(one.before) & set(one.after)) / len(one.before) for one in compared_needs]
    return Effect(
        needs=len(compared_needs),
        same_first=sum(one.same_first for one in levels),
        same_three=round(sum(shared) / len(shared), 2) if shared else 1.0,
        experts_before=len({one.before[0] for one in compared_needs}),
        experts_after=len({one.after[0] for one in compared_needs}),
        levels=levels,
    )


def _hours(first: Scored, now: datetime) -> float | None:
    return (first.first_free - now).total_seconds() / 3600 if first.first_free is not None else None


def _middle(hours: Sequence[float | None]) -> float | None:
    known = [each for each in hours if each is not None]
    return round(median(known), 1) if known else None
