"""The fit of one expert to one call: eight shares between 0 and 1, weighed by level (referral.md §3.2)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import exp
from typing import Final, NamedTuple
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
    for weight, share in zip(weights.of(level), shares):  # noqa: B905  # a third of the time of a ranking
        score += weight * (UNKNOWN_SHARE if share is None else share)
    return 100 * score


@dataclass(slots=True)
class Scorer:
    """Compares experts with one call at one instant.

    What many experts have in common (languages, audiences, hours) is worked out once per call: with ten thousand
    experts that is a third of the time.
    """

    wanted: Wanted
    now: datetime
    weights: Weights = STANDARD
    _tau: float = 0.0
    _caller_offset: float = 0.0
    _overlaps: dict[str, float] = field(default_factory=dict)
    _liked: dict[tuple[frozenset[str], str | None], float] = field(default_factory=dict)
    _settings: dict[frozenset[str], float | None] = field(default_factory=dict)
    _tastes: dict[tuple[Modality, ...], float | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._tau = self.weights.tau_hours(self.wanted.level) * 3600
        self._caller_offset = _offset(self.wanted.zone, self.now)

    def shares(self, expert: Expert, standing: Standing, ways: tuple[Modality, ...], free: datetime | None) -> Shares:
        """The eight shares of an expert whom the caller could meet in `ways`, first at `free`."""
        known = self.wanted.known
        wish = (expert.languages, expert.gender)
        liked = self._liked.get(wish)
        if liked is None:
            liked = self._liked[wish] = self._preferences(expert)
        audiences = expert.audiences
        if audiences not in self._settings:
            self._settings[audiences] = self._setting(expert)
        if ways not in self._tastes:
            self._tastes[ways] = self._modality(ways)
        return Shares(
            self._specialty(expert),
            exp((self.now - free).total_seconds() / self._tau) if free else _no_slot(standing, ways),
            self._tastes[ways],
            self._proximity(expert, ways),
            1.0 if known and expert.id in known else 0.0,
            liked,
            self._settings[audiences],
            _cost(expert.fee),
        )

    def _specialty(self, expert: Expert) -> float | None:
        motives, known = self.wanted.motives, expert.specialties
        if not motives or not known:
            return None
        best, missed = 0.0, False
        for motive in motives:
            weight = known.get(motive, 0.0)
            if weight > best:
                best = weight
            elif not weight:
                missed = True
        return best * 0.8 if missed and len(motives) > 1 else best

    def _modality(self, ways: tuple[Modality, ...]) -> float | None:
        asked = self.wanted.modalities
        if not asked:
            return None
        rank = asked.index(ways[0]) if ways[0] in asked else len(CHOICES) - 1
        return CHOICES[min(rank, len(CHOICES) - 1)]

    def _proximity(self, expert: Expert, ways: tuple[Modality, ...]) -> float | None:
        if ways[0] is Modality.IN_PERSON:
            if self.wanted.department is None or not expert.places:
                return None
            code = self.wanted.department.code
            return exp(-min(distance(code, place) for place in expert.places) / 25)
        overlap = self._overlaps.get(expert.time_zone)
        if overlap is None:
            apart = _offset(expert.time_zone, self.now) - self._caller_offset
            overlap = self._overlaps[expert.time_zone] = shared(self.wanted.windows, apart=apart)
        return overlap

    def _preferences(self, expert: Expert) -> float:
        """The share of the wishes that this expert meets; a gender that nobody said counts half."""
        met = [len(asked & expert.languages) / len(asked)] if (asked := self.wanted.languages) else []
        if self.wanted.gender is not None:
            met.append(UNKNOWN_SHARE if expert.gender is None else float(expert.gender == self.wanted.gender))
        return sum(met) / len(met) if met else 1.0

    def _setting(self, expert: Expert) -> float | None:
        served = expert.audiences
        if self.wanted.profession is None or not served:
            return None
        if self.wanted.profession in served or self.wanted.family in served:
            return 1.0
        return 0.5 if "health" in served else 0.0


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


def _cost(fee: Fee) -> float | None:
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
