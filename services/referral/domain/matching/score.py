"""The fit of one expert to one call: eight shares between 0 and 1, weighed by level (referral.md §3.2)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import exp
from typing import Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contracts.words import Modality
from services.referral.domain.experts import Expert, Fee, Standing
from services.referral.domain.matching.hours import shared
from services.referral.domain.matching.reach import distance
from services.referral.domain.matching.wanted import Wanted
from services.referral.domain.matching.weights import STANDARD, Weights

UNKNOWN_SHARE: Final = 0.5
"""What is not known counts half, and is said to be unknown."""
CHOICES: Final = (1.0, 0.6, 0.4)
MISSED: Final = 0.8
"""What is left of the best specialty when another motive is unknown to the expert."""


class Shares(NamedTuple):
    """One share per criterion, in the order of the weights; `None` is unknown."""

    specialty: float | None
    slot: float | None
    modality: float | None
    proximity: float | None
    continuity: float | None
    preferences: float | None
    setting: float | None
    cost: float | None


def fit(shares: Sequence[float | None], level: int | None, weights: Weights = STANDARD) -> float:
    """The score F, 0–100."""
    score = 0.0
    for weight, share in zip(weights.of(level), shares, strict=True):
        score += weight * known(share)
    return 100 * score


def known(share: float | None) -> float:
    """A share as it counts."""
    return UNKNOWN_SHARE if share is None else share


class Scorer:
    """Compares experts with one call at one instant, whole or criterion by criterion."""

    def __init__(self, wanted: Wanted, now: datetime, weights: Weights = STANDARD) -> None:
        self.wanted = wanted
        self.now = now
        self.tau = weights.tau_hours(wanted.level) * 3600
        self._caller_offset = _offset(wanted.zone, now)

    def shares(self, expert: Expert, standing: Standing, ways: tuple[Modality, ...], free: datetime | None) -> Shares:
        """The eight shares of an expert whom the caller could meet in `ways`, first at `free`."""
        return Shares(
            self.specialty(expert.specialties),
            exp((self.now - free).total_seconds() / self.tau) if free else _no_slot(standing, ways),
            self.modality(ways),
            self._distance(expert) if ways[0] is Modality.IN_PERSON else self.hours(expert.time_zone),
            self.continuity(expert.id),
            self.preferences(expert.languages, expert.gender),
            self.setting(expert.audiences),
            cost(expert.fee),
        )

    def specialty(self, known: Mapping[str, float]) -> float | None:
        motives = self.wanted.motives
        if not motives or not known:
            return None
        weights = [known.get(motive, 0.0) for motive in motives]
        best = max(weights)
        return best * MISSED if len(weights) > 1 and not min(weights) else best

    def modality(self, ways: tuple[Modality, ...]) -> float | None:
        asked = self.wanted.modalities
        if not asked:
            return None
        rank = asked.index(ways[0]) if ways[0] in asked else len(CHOICES) - 1
        return CHOICES[min(rank, len(CHOICES) - 1)]

    def hours(self, zone: str) -> float:
        """The share of the caller's hours at which someone of that zone works."""
        return shared(self.wanted.windows, apart=_offset(zone, self.now) - self._caller_offset)

    def continuity(self, expert_id: UUID) -> float:
        return 1.0 if expert_id in self.wanted.known else 0.0

    def preferences(self, languages: frozenset[str], gender: str | None) -> float:
        """The share of the wishes that this expert meets; a gender that nobody said counts half."""
        met = [len(asked & languages) / len(asked)] if (asked := self.wanted.languages) else []
        if self.wanted.gender is not None:
            met.append(UNKNOWN_SHARE if gender is None else float(gender == self.wanted.gender))
        return sum(met) / len(met) if met else 1.0

    def setting(self, served: frozenset[str]) -> float | None:
        if self.wanted.profession is None or not served:
            return None
        if self.wanted.profession in served or self.wanted.family in served:
            return 1.0
        return 0.5 if "health" in served else 0.0

    def _distance(self, expert: Expert) -> float | None:
        if self.wanted.department is None or not expert.places:
            return None
        code = self.wanted.department.code
        return closeness(min(distance(code, place) for place in expert.places))


def closeness(km: float) -> float:
    """1 next door, a third at 25 km."""
    return exp(-km / 25)


def earliest(standing: Standing, ways: tuple[Modality, ...], now: datetime) -> datetime | None:
    """The first free slot announced for any of `ways` that is still to come."""
    found = None
    for way in ways:
        free = standing.first_free.get(way)
        if free is not None and free >= now and (found is None or free < found):
            found = free
    return found


def _no_slot(standing: Standing, ways: tuple[Modality, ...]) -> float | None:
    """0 when booking said that there is none; unknown when it has not spoken, or when what it said has passed."""
    stale = any(way in standing.first_free for way in ways)
    return 0.0 if standing.announced and not stale else None


def cost(fee: Fee) -> float | None:
    """1 when the caller pays nothing; unknown when nobody knows."""
    if fee.covered:
        return 1.0
    if fee.cents is None:
        return None
    return 1.0 if fee.cents == 0 else 0.5


def _offset(zone: str, now: datetime) -> float:
    """Hours east of UTC, now; mainland time for a zone that nobody knows."""
    try:
        offset = now.astimezone(ZoneInfo(zone)).utcoffset()
    except (ZoneInfoNotFoundError, ValueError):
        offset = now.astimezone(ZoneInfo("Europe/Paris")).utcoffset()
    return offset.total_seconds() / 3600 if offset is not None else 0.0
